"""The rules of measures: what is asked of a figure, and told of a target. None of them refuses a figure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hrworkbook.plan.dates.timescale import read_timescale
from hrworkbook.plan.measures.figures import format_figure, parse_remarked_figure
from hrworkbook.plan.measures.periods import is_due
from hrworkbook.plan.measures.scorecard import Measure, Scorecard
from hrworkbook.plan.measures.targets import is_wide, read_target
from hrworkbook.plan.measures.units import NUMBER, UnitKind
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.values import is_blank

_MAGNITUDE = 7
"""A figure this many times another, or that part of it, is of another order: a slip of ten, and what changed besides."""
_WHOLE = Decimal(1)


@dataclass(frozen=True, slots=True)
class MeasureFault:
    """What a rule has against a line's measure."""

    line: Line
    fault: str
    remedy: str


def measure_faults(plan: Plan, rule: str, today: date) -> Iterator[MeasureFault]:
    """Yield what one of the rules of measures finds in a plan."""
    scorecard = plan.scorecard
    for measure in scorecard.measures:
        if found := _RULES[rule](scorecard, measure, today):
            yield MeasureFault(measure.line, *found)


def _actual(scorecard: Scorecard, measure: Measure) -> tuple[str, str, bool]:
    """Return the actual as it is written, the heading of its column, and whether it holds a number."""
    column = scorecard.plan.schema.role("actual")
    assert column is not None
    value = measure.line.values.get(column.key)
    return measure.line.text(column.key), column.header, parse_remarked_figure(value) is not None


def _not_rated(scorecard: Scorecard, measure: Measure, today: date) -> tuple[str, str] | None:
    """Tell of a figure that cannot be judged: no target, another unit than its target, nothing that says which way is good."""
    text, header, is_number = _actual(scorecard, measure)
    target = scorecard.plan.schema.role("target")
    assert target is not None
    if not is_number:
        return None
    if measure.actual is None:
        unit = measure.unit.kind.value if measure.unit else "another unit"
        return f"{header} is {text}, and the measure is in {unit}", "Correct the figure or the Unit"
    if measure.target is None:
        said = measure.line.text(target.key)
        if said and read_target(measure.line.values.get(target.key)):
            return f"the {target.header} {said} and the {header} {text} have different units", "Write both in one unit"
        return f"{header} is {text}, and there is no {target.header} to judge it by", f"Enter the {target.header}"
    tolerance = scorecard.plan.schema.role("tolerance")
    if measure.tolerance and tolerance and is_wide(measure.tolerance, measure.target):
        said = measure.line.text(tolerance.key)
        if said:
            fault = (
                f"the {tolerance.header} is {said}, half of the {target.header} {measure.line.text(target.key)} or more"
            )
            return fault, "If the measure turns red at that figure, write instead how far off its target that is"
    if measure.good is None:
        return "nothing says whether this measure is good high, low or within a range", "Enter it under Good is"
    return None


def _implausible(scorecard: Scorecard, measure: Measure, today: date) -> tuple[str, str] | None:
    """Tell of a figure out of range, or of another order of magnitude than the last one or, without that, the target."""
    text, header, _ = _actual(scorecard, measure)
    value = measure.actual
    if value is None:
        return None
    if (
        measure.unit
        and measure.unit.kind is UnitKind.PERCENT
        and (value < 0 or value > _WHOLE)
        and not _is_beyond(measure)
    ):
        return f"{header} is {text}, which is no share of a whole", "Check the figure with its owner"
    if value < 0 and not any(p.value < 0 for p in measure.past) and (measure.target is None or measure.target.low >= 0):
        return f"{header} is {text}, below nought", "Check the figure with its owner"
    before = measure.past[-1] if measure.past else None
    other = before.value if before else measure.target.high if measure.target else Decimal(0)
    if not value or not other or value * other < 0:
        return None
    if not 1 < abs(value / other) * _MAGNITUDE < _MAGNITUDE**2:
        than = f"{before.period} it was" if before else "the target is"
        shown = format_figure(other, measure.unit or NUMBER)
        meant = format_figure(value, measure.unit or NUMBER)
        read = "" if meant == text else f", read as {meant}"
        return (
            f"{header} is {text}{read}, and {'in ' if before else ''}{than} {shown}",
            "Check the figure with its owner",
        )
    return None


def _is_beyond(measure: Measure) -> bool:
    """Whether the target or a figure before was no share of a whole either."""
    known = [p.value for p in measure.past] + ([measure.target.low, measure.target.high] if measure.target else [])
    return any(v < 0 or v > _WHOLE for v in known)


def _missing(scorecard: Scorecard, measure: Measure, today: date) -> tuple[str, str] | None:
    """Tell of a figure that is due and not there, once the day for returns is past; without one, once the period is."""
    text, header, _ = _actual(scorecard, measure)
    if text.strip() or not is_due(measure.frequency, scorecard.period):
        return None
    day = read_timescale(scorecard.plan.setting("Returns due")).due
    day = day or (scorecard.period.ends if scorecard.period else None)
    if day is None or today <= day:
        return None
    return (
        f"there is no {header}, which was due by {day.day} {day:%B %Y}",
        "Ask the owner, or write why there is none, such as n/a",
    )


def _target_changed(scorecard: Scorecard, measure: Measure, today: date) -> tuple[str, str] | None:
    """Tell of a target that is not what it was in the last closed period of the same year."""
    period, column = scorecard.period, scorecard.plan.schema.role("target")
    assert column is not None
    for closed, when in reversed(scorecard.closed):
        values = closed.lines.get(measure.line.id)
        if values is None or (period and when and when.year != period.year):
            continue
        if is_blank(values.get(column.key)):
            return None
        before, now = (scorecard.target_of(side, measure.unit, closed.name) for side in (values, measure.line.values))
        if before is None or (now and (now.low, now.high) == (before.low, before.high)):
            return None
        is_now = f"is {measure.line.text(column.key)}" if measure.line.text(column.key) else "is blank"
        told = f"the {column.header} {is_now}, and in {closed.name} it was {closed.text(measure.line.id, column.key)}"
        return told, "If it was changed, say so in the comment; a change within the year is told to members"
    return None


_RULES: Mapping[str, Callable[[Scorecard, Measure, date], tuple[str, str] | None]] = {
    "figure-rated": _not_rated,
    "figure-plausible": _implausible,
    "figure-due": _missing,
    "target-changed": _target_changed,
}
