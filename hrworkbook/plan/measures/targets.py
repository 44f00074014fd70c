"""Targets and tolerances as people write them: `> 80%`, `80 - 85%`, `95% by March`, `no more than 5 days`; `+/- 5%`, `2 points`."""

import re
from dataclasses import dataclass
from decimal import Decimal

from hrworkbook.plan.amounts import NoneWord, parse_amount
from hrworkbook.plan.measures.figures import Figure, in_unit, parse_figure, parse_remarked_figure
from hrworkbook.plan.measures.units import Good, Unit, UnitKind
from hrworkbook.plan.values import Value, is_blank, normalised_text


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached: one figure, or a range of them."""

    low: Decimal
    high: Decimal
    unit: Unit | None = None
    good: Good | None = None
    """What its own words say: `> 80%` and `at least 80%` are high, a range is within."""
    strict: bool = False
    """Whether the figure itself is not enough: `> 80%`."""


_AT_LEAST = r"at least|no less than|not less than|no fewer than|not below|minimum(?: of)?|min\.?|≥|>=|=>"
_OVER = r"more than|greater than|higher than|over|above|exceed(?:s|ing)?|>"
_AT_MOST = r"at most|up to|within|no more than|not more than|no higher than|no greater than|not exceed(?:ing)?|maximum(?: of)?|max\.?|≤|<=|=<"
_UNDER = r"less than|fewer than|lower than|under|below|<"
_BOUND = re.compile(rf"(?:(?P<at_least>{_AT_LEAST})|(?P<over>{_OVER})|(?P<at_most>{_AT_MOST})|(?P<under>{_UNDER}))\s*")
_BEHIND = re.compile(
    r"(?P<figure>.*\d.*?)(?:\s*(?P<plus>\+)|\s+(?:(?P<more>(?:or|and) (?:more|above|over|higher|greater|better)|minimum|min\.?)"
    r"|(?P<less>(?:or|and) (?:less|fewer|below|lower|under)|maximum|max\.?)))"
)
_BOUNDS = {
    "at_least": (Good.HIGH, False), "over": (Good.HIGH, True), "at_most": (Good.LOW, False), "under": (Good.LOW, True),
    "plus": (Good.HIGH, False), "more": (Good.HIGH, False), "less": (Good.LOW, False),
}  # fmt: skip
_RANGE = re.compile(r"(?:between |from )?(.*?\d.*?)\s*(?:-|–|—|\bto\b|\band\b)\s*(.*?\d.*)")
_AROUND = re.compile(r"(.*?\d.*?)?\s*(?:\+/-|±|\+ ?or ?-|plus or minus)\s*(.*?\d.*)")
_LABEL = re.compile(r"(?:(?:annual |year.?end |quarterly |monthly |our )?target(?: is| of)?|is|=)\s*[:=]?\s+")
_MONTH = r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE = rf"(?:(?:the )?(?:end|start|close) of )?(?:the )?(?:year(?:.?end)?|q[1-4]|quarter|\d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTH})[a-z]*|(?:{_MONTH})[a-z]*|20\d\d|spring|summer|autumn|winter)"
_WHEN = re.compile(
    rf"\s*[,;]?\s*(?:\b(?:by|in|for|from|until|at|as at|during|before)\s+{_DATE}[\s0-9/’'-]*"
    r"|\b(?:per|a|an|each|every) (?:year|annum|quarter|month|week)|\b(?:p\.?a\.?|annually|quarterly|monthly|yearly|overall|on average))$"
)
_SUBJECT = re.compile(r"\s+(?:of|for) (?!target|budget|baseline|plan|last|previous)[a-z][a-z ,&’'-]*$|\s+(?:compliance|completion|completed|complete|attendance|coverage|satisfied|engaged)$|(?<=[0-9km]) savings?$")  # fmt: skip
_POINTS = re.compile(r"(.*?\d)\s*(?:%?\s*(?:pp|ppts?|p\.p\.|percentage points?|points?|pts?))")
_TOLERANCE_BEFORE = re.compile(
    r"(?:within|up to|no more than|less than|plus or minus|\+ or -|\+/-|\+-|-/\+|±|<=|≤|<|-)\s*"
)
_TOLERANCE_BEHIND = re.compile(r"\s*(?:(?:of|off|from|below|above|under|over|either side of|around) (?:the )?target|variance|deviation|tolerance|either (?:side|way)|\+/-|±)$")  # fmt: skip
_WIDE = Decimal("0.5")
_SMALL = 3
"""Of targets up to here a tolerance of 1 or 2 is no slip, though it is half of them."""
_LARGEST_FRACTION = Decimal("0.2")
"""A tolerance without % of a percentage is a fraction up to here, 0.05 being 5 points, and percentage points above."""


def read_target(value: Value, unit: Unit | None = None) -> Target | None:
    """Return the figure or range a cell sets as a target, in a unit or in that it is written with; None where it sets none.

    What stands behind it is passed over where it says when or of what, as in `95% of managers by March 2027`. A change that is
    aimed at, such as `5% reduction` or `10% below last year`, sets no figure.
    """
    if is_blank(value):
        return None
    if not isinstance(value, str):
        return _one_or_range(value, unit)
    text = normalised_text(value).casefold().rstrip(".")
    for shorter in _shorter(text):
        if found := _one_or_range(shorter, unit):
            return found
    return None


def _shorter(text: str) -> tuple[str, ...]:
    """Return a target's text, and what is left of it without a label, a remark, a date and what it is of."""
    texts = [text, _LABEL.sub("", text, count=1) if _LABEL.match(text) else text]
    bare = re.sub(r"\s*(?:\([^()]*[a-z][^()]*\)|[*†‡]+)$", "", texts[-1])
    texts.append(bare)
    while (shorter := _SUBJECT.sub("", _WHEN.sub("", bare)).rstrip(" ,;")) != bare:
        texts.append(bare := shorter)
    return tuple(dict.fromkeys(t for t in texts if t))


def _one_or_range(value: Value, unit: Unit | None) -> Target | None:
    good, strict, text = None, False, value
    if isinstance(text, str):
        bound = _BOUND.match(text) or _BEHIND.fullmatch(text)
        if bound:
            good, strict = _BOUNDS[bound.lastgroup or ""]
            text = bound["figure"] if bound.re is _BEHIND else text[bound.end() :]
    if one := parse_figure(text):
        own = unit or one.unit
        figure = in_unit(one, own) if own else one.value
        return None if figure is None else Target(figure, figure, own, good, strict)
    if not isinstance(text, str) or (good and not _AROUND.fullmatch(text)):
        return None
    return _read_range(text, unit)


def _read_range(text: str, unit: Unit | None) -> Target | None:
    for pattern in (_AROUND, _RANGE):
        if not (found := pattern.fullmatch(text)):
            continue
        first, second = (parse_figure(part) for part in _completed(found[1] or "0", found[2], unit))
        if first is None or second is None:
            return None
        own = unit or first.unit or second.unit
        low, high = (in_unit(f, own) if own else f.value for f in (first, second))
        if low is None or high is None:
            return None
        if pattern is _AROUND:
            low, high = low - high, low + high
        return Target(min(low, high), max(low, high), own, Good.WITHIN)
    return None


def _completed(first: str, second: str, unit: Unit | None) -> tuple[str, str]:
    """Return the ends of a range with what is written with one of them alone: `4 - 6%` is of percentages, `£4 - 5m` of millions."""
    for mark in ("%", "k", "m", "bn", " days", " weeks"):
        ends = [one.rstrip().endswith(mark.strip()) for one in (first, second)]
        if any(ends):
            return first + mark * (not ends[0]), second + mark * (not ends[1])
    if unit and unit.kind is UnitKind.PERCENT:
        figures = [parse_figure(one) for one in (first, second)]
        if any(f and abs(f.value) > 1 for f in figures):
            return f"{first}%", f"{second}%"
    return first, second


def read_tolerance(value: Value, unit: Unit) -> tuple[Decimal, bool] | None:
    """Return how far off its target a measure may be, and whether that is a share of the target; None where nothing says.

    What is written with % is a share of the target: `10%` of a target of 80% is 8 percentage points. A number alone is in the
    measure's own unit; of a percentage it is in percentage points, as is `5 points`.
    """
    if is_blank(value):
        return None
    text: Value = value
    if isinstance(value, str):
        spoken = normalised_text(value).casefold().strip(" .")
        if bound := _TOLERANCE_BEFORE.match(spoken):
            spoken = spoken[bound.end() :]
        text = spoken = _TOLERANCE_BEHIND.sub("", spoken)
        if (points := _POINTS.fullmatch(spoken)) and (figure := parse_figure(points[1])):
            return abs(figure.value) / (100 if _is_percent(unit) and figure.unit is None else 1), False
    figure = parse_remarked_figure(text)
    if figure is None:
        return None
    if figure.unit and _is_percent(figure.unit):
        return abs(figure.value), True
    if _is_percent(unit) and figure.unit is None:
        return abs(figure.value) / (1 if _is_fraction(figure) else 100), False
    found = in_unit(figure, unit)
    return None if found is None else (abs(found), False)


def tolerance_of(value: Value, unit: Unit, target: Target | None, good: Good | None) -> tuple[Decimal, bool] | None:
    """Return a line's tolerance as `read_tolerance` does, or by the figure at which it turns red: 75% of a target of 80% is 5 points.

    Only a percentage on the worse side of its target, and more than half of it, is such a figure: no tolerance is as wide.
    """
    found = read_tolerance(value, unit)
    if found is None or target is None or not _is_percent(unit) or not found[1] or found[0] < _WIDE:
        return found
    if good is Good.HIGH and found[0] < target.low:
        return target.low - found[0], False
    if good is Good.LOW and found[0] > target.high:
        return found[0] - target.high, False
    return found


def is_wide(tolerance: tuple[Decimal, bool], target: Target) -> bool:
    """Return whether a tolerance is half of its target or more, as where the figure at which a measure turns red stands there."""
    amount, is_share = tolerance
    share = amount if is_share else amount / target.high if target.high > 0 else Decimal(0)
    return share >= _WIDE and (is_share or target.high > _SMALL)


def _is_percent(unit: Unit) -> bool:
    return unit.kind is UnitKind.PERCENT


def _is_fraction(figure: Figure) -> bool:
    return abs(figure.value) <= _LARGEST_FRACTION


def is_odd(value: Value) -> bool:
    """Return whether a cell holds digits that are no figure and no target, such as `about 72`; words alone are good."""
    if is_blank(value) or parse_remarked_figure(value) or read_target(value):
        return False
    if not isinstance(value, str):
        return True
    return any(c.isdigit() for c in value) and not isinstance(parse_amount(value), NoneWord)
