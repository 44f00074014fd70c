"""A measure's figures as people write them: `72%`, `£5.6m`, `9.4 days`, `> 80%`, `4 - 6`; each as a number in its unit."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from hrworkbook.plan.amounts import ZERO_WORDS, Amount, NoneWord, parse_amount
from hrworkbook.plan.values import Value, as_text, fold_name, is_blank, normalised_text


class Unit(StrEnum):
    """What a measure counts."""

    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    DAYS = "days"
    RATIO = "ratio"


class Good(StrEnum):
    """Which way a measure is good."""

    HIGH = "high"
    LOW = "low"
    WITHIN = "within"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and the unit that is written with it."""

    value: Decimal
    """A percentage is a fraction: 0.72 for 72%."""
    unit: Unit | None = None
    """None where the number stands alone."""


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


_UNIT_WORDS = {
    Unit.PERCENT: {"%", "percent", "per cent", "percentage", "pct", "% of staff", "% of workforce", "proportion"},
    Unit.MONEY: {"£", "gbp", "pounds", "money", "£k", "£m", "£000", "£000s", "£ 000", "£ 000s", "pounds sterling", "cost", "spend"},
    Unit.DAYS: {"day", "days", "working days", "calendar days", "days per fte", "days per employee"},
    Unit.RATIO: {"ratio", "rate", "1 n", "x 1", "index"},
    Unit.NUMBER: {"number", "no", "count", "fte", "headcount", "people", "staff", "cases", "weeks", "hours", "months", "score", "points"},
}  # fmt: skip
_UNIT_OF = {word: unit for unit, words in _UNIT_WORDS.items() for word in words}
_GOOD_WORDS = {
    Good.HIGH: {
        "high", "higher", "high is good", "higher is better", "bigger", "bigger is better", "up", "increase", "increasing",
        "maximise", "max", "aim to maximise", "more", "above", "at least", "↑", "▲", "h",
    },
    Good.LOW: {
        "low", "lower", "low is good", "lower is better", "smaller", "smaller is better", "down", "decrease", "decreasing",
        "minimise", "min", "aim to minimise", "less", "below", "at most", "reduce", "↓", "▼", "l",
    },
    Good.WITHIN: {"within", "in range", "range", "within range", "between", "within target", "on target", "plan is best", "goldilocks", "w"},
}  # fmt: skip
_GOOD_OF = {word: good for good, words in _GOOD_WORDS.items() for word in words}
_AT_LEAST = r"at least|no less than|not less than|minimum(?: of)?|min\.?|≥|>=|=>"
_OVER = r"more than|greater than|over|above|exceed(?:s|ing)?|>"
_AT_MOST = r"at most|up to|no more than|not more than|maximum(?: of)?|max\.?|≤|<=|=<"
_UNDER = r"less than|fewer than|under|below|<"
_BOUND = re.compile(rf"(?:(?P<at_least>{_AT_LEAST})|(?P<over>{_OVER})|(?P<at_most>{_AT_MOST})|(?P<under>{_UNDER}))\s*")
_BOUNDS = {
    "at_least": (Good.HIGH, False), "over": (Good.HIGH, True), "at_most": (Good.LOW, False), "under": (Good.LOW, True),
}  # fmt: skip
_RANGE = re.compile(r"(?:between |from )?(.*?\d.*?)\s*(?:-|–|—|\bto\b|\band\b)\s*(.*?\d.*)")
_AROUND = re.compile(r"(.*?\d.*?)\s*(?:\+/-|±|\+ ?or ?-)\s*(.*?\d.*)")
_RATIO = re.compile(r"(\d+(?:\.\d+)?)\s*:\s*(\d+(?:\.\d+)?)")
_DAYS = re.compile(r"(.*?\d)\s*(?:working |calendar )?days?(?: per (?:fte|employee))?")
_POINTS = re.compile(r"(.*?\d)\s*(?:%?\s*(?:pp|ppts?|percentage points?|points?|pts?))")
_LARGEST_FRACTION = 1
"""A number without % of a percentage is a fraction up to here, and hundredths above: 0.72 and 72 are 72%."""


def read_unit(value: Value) -> Unit | None:
    """Return the unit that a cell names; a number for a word that is no other; None for a blank."""
    text = normalised_text(value).casefold().strip(" .()")
    if not text:
        return None
    folded = fold_name(text)
    if found := _UNIT_OF.get(text) or _UNIT_OF.get(folded):
        return found
    if "%" in text or re.search(r"\bper ?cent", text):
        return Unit.PERCENT
    if "£" in text:
        return Unit.MONEY
    return Unit.DAYS if re.search(r"\bdays?\b", text) else Unit.RATIO if "ratio" in text else Unit.NUMBER


def read_good(value: Value) -> Good | None:
    """Return which way a cell says a measure is good; None for a blank, and for what says nothing of it."""
    text = normalised_text(value).casefold()
    return _GOOD_OF.get(text) or _GOOD_OF.get(fold_name(text))


def parse_figure(value: Value) -> Figure | None:
    """Return the number in a cell and the unit written with it; None for a blank, a word or a text that is no figure."""
    if is_blank(value):
        return None
    text = normalised_text(value).casefold()
    if isinstance(value, str):
        if (ratio := _RATIO.fullmatch(text)) and Decimal(ratio[2]):
            return Figure(Decimal(ratio[1]) / Decimal(ratio[2]), Unit.RATIO)
        if (days := _DAYS.fullmatch(text)) and isinstance(amount := parse_amount(days[1]), Amount):
            return None if amount.pounds or amount.percent else Figure(amount.value, Unit.DAYS)
    amount = parse_amount(value)
    if isinstance(amount, NoneWord):
        return Figure(Decimal(0)) if amount.value in ZERO_WORDS and amount is not NoneWord.DASH else None
    if not isinstance(amount, Amount):
        return None
    return Figure(amount.value, Unit.PERCENT if amount.percent else Unit.MONEY if amount.pounds else None)


def in_unit(figure: Figure, unit: Unit) -> Decimal | None:
    """Return a figure as a number of a unit; None where another is written with it.

    A number without % is a percentage of so many hundredths, or a fraction where it is 1 or less.
    """
    if figure.unit is None:
        bare_hundredths = unit is Unit.PERCENT and abs(figure.value) > _LARGEST_FRACTION
        return figure.value / 100 if bare_hundredths else figure.value
    return figure.value if figure.unit is unit else None


def read_figure(value: Value, unit: Unit) -> Decimal | None:
    """Return what a cell comes to in a unit; None for a blank, a word, and what has another unit."""
    figure = parse_figure(value)
    return in_unit(figure, unit) if figure else None


def read_target(value: Value, unit: Unit | None = None) -> Target | None:
    """Return the figure or range a cell sets as a target, in a unit or in that it is written with; None where it sets none."""
    if is_blank(value):
        return None
    good, strict, text = None, False, value
    if isinstance(value, str):
        text = normalised_text(value).casefold()
        if bound := _BOUND.match(text):
            good, strict = _BOUNDS[bound.lastgroup or ""]
            text = text[bound.end() :]
        elif text.endswith("+"):
            good, text = Good.HIGH, text[:-1]
    if one := parse_figure(text):
        own = unit or one.unit
        figure = in_unit(one, own) if own else one.value
        return None if figure is None else Target(figure, figure, own, good, strict)
    return None if good or not isinstance(text, str) else _read_range(text, unit)


def _read_range(text: str, unit: Unit | None) -> Target | None:
    for pattern in (_AROUND, _RANGE):
        if not (found := pattern.fullmatch(text)):
            continue
        ends = [parse_figure(part) for part in found.groups()]
        first, second = ends
        if first is None or second is None:
            return None
        own = unit or first.unit or second.unit
        # `4 - 6%` is of percentages, both of them.
        low, high = (in_unit(Figure(_as_second(f, own), own), own) if own else f.value for f in (first, second))
        if low is None or high is None or {first.unit, second.unit} - {None, own}:
            return None
        if pattern is _AROUND:
            low, high = low - high, low + high
        return Target(min(low, high), max(low, high), own, Good.WITHIN)
    return None


def _as_second(figure: Figure, unit: Unit) -> Decimal:
    if figure.unit is None and unit is Unit.PERCENT and abs(figure.value) >= _LARGEST_FRACTION:
        return figure.value / 100
    return figure.value


def read_tolerance(value: Value, unit: Unit) -> tuple[Decimal, bool] | None:
    """Return how far off its target a measure may be, and whether that is a share of the target; None where nothing says.

    What is written with % is a share of the target: `10%` of a target of 80% is 8 percentage points. A number alone is in the
    measure's own unit; of a percentage it is in percentage points, as is `5 points`.
    """
    if is_blank(value):
        return None
    text = (
        normalised_text(value).casefold().removeprefix("+/-").removeprefix("±").strip()
        if isinstance(value, str)
        else value
    )
    if isinstance(text, str) and (points := _POINTS.fullmatch(text)) and (figure := parse_figure(points[1])):
        return (abs(figure.value) / 100 if unit is Unit.PERCENT and figure.unit is None else abs(figure.value), False)
    figure = parse_figure(text)
    if figure is None:
        return None
    if figure.unit is Unit.PERCENT:
        return abs(figure.value), True
    if unit is Unit.PERCENT and figure.unit is None and abs(figure.value) >= 1:
        return abs(figure.value) / 100, False
    return abs(figure.value), False


def is_odd(value: Value) -> bool:
    """Return whether a cell holds digits that are no figure and no target, such as `about 72`; words alone are good."""
    if is_blank(value) or parse_figure(value) or read_target(value):
        return False
    if not isinstance(value, str):
        return True
    return any(c.isdigit() for c in value) and not isinstance(parse_amount(value), NoneWord)


def format_figure(value: Decimal, unit: Unit) -> str:
    """Return a figure as a paper prints it: `72%`, `£5,600,000`, `9.4`, with as many decimals as it has, four at most."""
    if unit is Unit.PERCENT:
        return f"{_plain(value * 100, 2)}%"
    if unit is Unit.MONEY:
        whole = value == value.to_integral_value()
        return (
            f"{'-' if value < 0 else ''}£{abs(value):,.0f}"
            if whole
            else f"{'-' if value < 0 else ''}£{abs(value):,.2f}"
        )
    return _plain(value, 4)


def _plain(value: Decimal, decimals: int) -> str:
    rounded = round(value, decimals).normalize()
    return f"{rounded + 0:,f}" if rounded else "0"


def cell_value(value: Decimal, unit: Unit) -> Value:
    """Return a figure as a cell of a plan holds it: a number, and a text where a sign belongs to it."""
    if unit in (Unit.PERCENT, Unit.MONEY):
        return format_figure(value, unit)
    return float(round(value, 10))


def shown_figure(value: Value, unit: Unit | None) -> str:
    """Return what a cell of a measure is printed as: its figure in its unit; words, ranges and ratios as they are written."""
    figure = parse_figure(value)
    if figure is None or unit is None or (isinstance(value, str) and ":" in value):
        return as_text(value)
    found = in_unit(figure, unit)
    return as_text(value) if found is None else format_figure(found, unit)
