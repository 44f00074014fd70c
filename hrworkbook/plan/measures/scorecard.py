"""A plan's measures: each line's figures now and in past periods, and what the worked-out columns say of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from hrworkbook.plan.history import ClosedPeriod, closed_periods
from hrworkbook.plan.measures.figures import (
    cell_value,
    format_figure,
    parse_figure,
    parse_remarked_figure,
    read_figure,
    read_remarked_figure,
)
from hrworkbook.plan.measures.judgement import (
    BY_HAND,
    USUAL_STATUSES,
    Movement,
    Standing,
    Unrated,
    movement,
    stand,
    status_of,
)
from hrworkbook.plan.measures.periods import Frequency, ReportingPeriod, follows, is_due, read_frequency, read_period
from hrworkbook.plan.measures.targets import Target, read_target, read_tolerance, tolerance_of
from hrworkbook.plan.measures.units import NUMBER, Good, Unit, UnitKind, read_good, read_unit
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.schema_model import CellKey, Column
from hrworkbook.plan.values import Value, fold_name, is_blank, normalised_text, same_value

_OF_MEASURES = ("target", "actual", "unit", "good", "frequency", "tolerance")
"""Roles whose cells make a line a measure; a line without any of them is an action, and stays as it is."""
SUM, AVERAGE, LATEST = "sum", "average", "latest"
"""How a year to date comes about."""
_ACCUMULATIONS = {
    **dict.fromkeys(("sum", "total", "add up", "added up"), SUM),
    **dict.fromkeys(("average", "mean"), AVERAGE),
    **dict.fromkeys(("latest", "last", "cumulative", "rolling", "snapshot"), LATEST),
}


@dataclass(frozen=True, slots=True)
class PastFigure:
    """What a measure was in a period that is closed."""

    period: str
    value: Decimal
    when: ReportingPeriod | None = None


@dataclass(frozen=True)
class Measure:
    """One line's measure in the present period."""

    line: Line
    unit: Unit | None
    good: Good | None
    target: Target | None
    tolerance: tuple[Decimal, bool] | None
    frequency: Frequency
    actual: Decimal | None
    past: tuple[PastFigure, ...] = ()
    """Periods in which there is a figure, oldest first."""
    last: PastFigure | None = None
    """The latest of them that the actual can be compared with."""
    year_ago: PastFigure | None = None

    def moved_since(self, past: PastFigure | None) -> Movement | None:
        """Return what the actual did since a past figure; None where one of the two is not known, or nothing says what is good."""
        if past is None or self.actual is None or self.good is None:
            return None
        return movement(self.actual, past.value, self.good, self.target)

    @property
    def standing(self) -> Standing | None:
        """Return where the actual stands against its target; None where one of the two is missing, or nothing says what is good."""
        if self.actual is None or self.target is None or self.good is None:
            return None
        return stand(
            self.actual, self.target, self.good, self.tolerance,
            self.moved_since(self.last), self.moved_since(self.year_ago),
        )  # fmt: skip

    def value(self, figure: Decimal | None) -> Value:
        """Return one of its figures as a cell holds it; None where there is none."""
        return None if figure is None else cell_value(figure, self.unit or NUMBER)


class Scorecard:
    """The measures of a plan, and what is worked out of them."""

    def __init__(self, plan: Plan, just_closed: Sequence[ClosedPeriod] = ()) -> None:
        """Look at a plan's measures; `just_closed` are periods that its snapshot does not know yet."""
        self.plan = plan
        self.just_closed = just_closed
        self.settings = plan.schema.scorecard
        self.statuses = self.settings.statuses or USUAL_STATUSES
        self.period = read_period(plan.setting("Period"))
        self._columns = {role: column for role in plan.schema.roles if (column := plan.schema.role(role))}

    @cached_property
    def closed(self) -> Sequence[tuple[ClosedPeriod, ReportingPeriod | None]]:
        """The closed periods before the present one, oldest first, with the months of each."""
        found = [(p, read_period(p.name)) for p in (*closed_periods(self.plan), *self.just_closed)]
        if self.period and all(when for _, when in found):
            found = [(p, when) for p, when in found if when and when.last < self.period.last]
            found.sort(key=lambda pair: (pair[1].last, pair[1].first) if pair[1] else (0, 0))
        return found

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """The measures, in the order of the lines."""
        if "actual" not in self._columns or "target" not in self._columns:
            return ()
        return tuple(self.measure(line) for line in self.plan.lines if self._is_measure(line))

    def _is_measure(self, line: Line) -> bool:
        return any(not is_blank(self._cell(line.values, role)) for role in _OF_MEASURES)

    def _cell(self, values: Mapping[str, Value], role: str) -> Value:
        column = self._columns.get(role)
        return values.get(column.key) if column else None

    def measure(self, line: Line) -> Measure:
        """Return the measure of a line."""
        past_lines = [(p.name, when, p.lines[line.id]) for p, when in self.closed if line.id and line.id in p.lines]
        unit = self.unit_of(line, [values for _, _, values in past_lines])
        target = self.target_of(line.values, unit, self.plan.setting("Period"))
        own = read_good(self._cell(line.values, "good"))
        fixed = self._columns["actual"].good
        good = own or (Good(fixed) if fixed != "line" else None) or (target.good if target else None)
        good = good or (Good(self.settings.good) if self.settings.good != "line" else None)
        frequency = read_frequency(self._cell(line.values, "frequency")) or Frequency(self.settings.frequency)
        spoken = unit or NUMBER
        tolerance = tolerance_of(self._cell(line.values, "tolerance"), spoken, target, good) or read_tolerance(
            self.settings.tolerance or None, spoken
        )
        past = tuple(
            PastFigure(name, figure, when)
            for name, when, values in past_lines
            if (figure := read_remarked_figure(self._cell(values, "actual"), spoken)) is not None
        )
        measure = Measure(
            line,
            unit,
            good,
            target,
            tolerance,
            frequency,
            read_remarked_figure(self._cell(line.values, "actual"), spoken),
            past,
        )
        comparable = [p for p in past if self._is_comparable(p)]
        year_ago = [p for p in comparable if self.period and p.when == self.period.a_year_before]
        return replace(
            measure, last=comparable[-1] if comparable else None, year_ago=year_ago[-1] if year_ago else None
        )

    def _is_comparable(self, past: PastFigure) -> bool:
        """Return whether a figure is of a period as long as the present one: a year's spend is not a quarter's."""
        return past.when is None or self.period is None or past.when.months == self.period.months

    def unit_of(self, line: Line, past: Sequence[Mapping[str, Value]] = ()) -> Unit | None:
        """Return a line's unit: the column's, the line's own, else what is written with its figures; None where nothing says."""
        fixed = self._columns["actual"].unit
        if fixed != "line":
            return Unit(UnitKind(fixed))
        if own := read_unit(self._cell(line.values, "unit")):
            return own
        for values in (line.values, *reversed(past)):
            if (target := read_target(self._cell(values, "target"))) and target.unit:
                return target.unit
            if (figure := parse_remarked_figure(self._cell(values, "actual"))) and figure.unit:
                return figure.unit
        return None

    def target_of(self, values: Mapping[str, Value], unit: Unit | None, period: str) -> Target | None:
        """Return a line's target in a period: that of a column for this part of the year, else the line's."""
        when = read_period(period)
        words = set(fold_name(f"{period} {when.name}" if when else period).split())
        for column in self.plan.schema.columns:
            part = fold_name(column.target_of).split()
            if part and words.issuperset(part) and (target := read_target(values.get(column.key), unit)):
                return target
        return read_target(self._cell(values, "target"), unit)

    def status(self, measure: Measure) -> str:
        """Return a measure's status: what was set by hand, marked so, else what its conditions come to."""
        by_hand = normalised_text(self._cell(measure.line.values, "by_hand"))
        if by_hand:
            return f"{by_hand} {BY_HAND}"
        actual = self._cell(measure.line.values, "actual")
        if is_blank(actual):
            return (Unrated.NO_DATA if is_due(measure.frequency, self.period) else Unrated.NOT_DUE).value
        if read_frequency(actual) is Frequency.NOT_DUE or (
            measure.actual is None
            and read_frequency(actual)
            and not is_due(read_frequency(actual) or measure.frequency, self.period)
        ):
            return Unrated.NOT_DUE.value
        if measure.target is None and measure.actual is not None:
            return Unrated.NO_TARGET.value
        standing = measure.standing
        return status_of(standing, self.statuses) if standing else Unrated.NOT_RATED.value

    def direction(self, measure: Measure, past: PastFigure | None) -> str:
        """Return in an arrow and words what a measure did since a past figure, naming its period where that is not the last."""
        moved = measure.moved_since(past)
        if moved is None or past is None:
            return ""
        if past is measure.last and not follows(past.when, self.period, measure.frequency):
            return f"{moved.value} (since {past.period})"
        return moved.value

    def year_to_date(self, measure: Measure) -> tuple[Decimal, int] | None:
        """Return a measure's figure for the year to date and how many periods of it are missing; None where nothing says how."""
        if measure.actual is None or self.period is None:
            return None
        said = _ACCUMULATIONS.get(fold_name(normalised_text(self._cell(measure.line.values, "accumulation"))))
        how = said or self.settings.year_to_date
        if how == "line":  # a rolling figure summed, or a cumulative one averaged, would be printed as if it were true
            return None
        if how == LATEST:
            return measure.actual, 0
        earlier = [
            p.value for p in measure.past if p.when and p.when.year == self.period.year and self._is_comparable(p)
        ]
        figures = [*earlier, measure.actual]
        expected = (self.period.last - (self.period.year * 12 + 3) + 1) // self.period.months
        missing = max(0, expected - len(figures)) if measure.frequency is not Frequency.YEARLY else 0
        total = sum(figures, Decimal(0))
        return (total if how == SUM else total / len(figures)), missing

    def cells_of(self, measure: Measure) -> Iterator[tuple[Column, Value]]:
        """Yield what each worked-out column says of a measure; None for a blank."""
        for column in self.plan.schema.columns:
            if column.worked_out != "no":
                yield column, self._worked_out(measure, column.worked_out)

    def _worked_out(self, measure: Measure, what: str) -> Value:
        if what == "status":
            return self.status(measure)
        if what == "direction":
            return self.direction(measure, measure.last) or None
        if what == "year-direction":
            return self.direction(measure, measure.year_ago) or None
        if what == "previous":
            return measure.value(measure.last.value if measure.last else None)
        if what == "year-ago":
            return measure.value(measure.year_ago.value if measure.year_ago else None)
        found = self.year_to_date(measure)
        if found is None:
            return None
        figure, missing = found
        if not missing:
            return measure.value(figure)
        text = format_figure(figure, measure.unit or NUMBER)
        return f"{text} ({missing} {'period' if missing == 1 else 'periods'} missing)"


def figure_unit(plan: Plan, line: Line | None, column: Column, *values: Value) -> Unit | None:
    """Return the unit of a line's actual: the measure's, else what is written with one of its values; None for any other cell."""
    if column.kind != "measure" or column.key != plan.schema.roles.get("actual"):
        return None
    if line and (unit := plan.scorecard.unit_of(line)):
        return unit
    units = (figure.unit for value in values if (figure := parse_figure(value)))
    return next((unit for unit in units if unit), NUMBER)


def is_same_figure(unit: Unit | None, one: Value, other: Value) -> bool:
    """Return whether two cells of a measure hold one figure: 0.72, 72, `72 %` and `72%` of a percentage do."""
    if unit is None:
        return False
    figure = read_figure(one, unit)
    return figure is not None and figure == read_figure(other, unit)


@dataclass(frozen=True, slots=True)
class WorkedOutCell:
    """A worked-out cell of a plan that says something else than it is to say."""

    line: Line
    key: str
    value: Value


def worked_out_cells(plan: Plan, just_closed: Sequence[ClosedPeriod] = ()) -> tuple[WorkedOutCell, ...]:
    """Return the worked-out cells that are to be written: those that say something else, and are no formula of HR's own."""
    if plan.schema.collect or not has_worked_out(plan):
        return ()
    scorecard = Scorecard(plan, just_closed) if just_closed else plan.scorecard
    return tuple(
        WorkedOutCell(measure.line, column.key, value)
        for measure in scorecard.measures
        for column, value in scorecard.cells_of(measure)
        if not same_value(measure.line.values.get(column.key), value)
        and column.key in measure.line.table.column_numbers
        and not plan.unwritable(measure.line, column.key)
        and not plan.formula(measure.line, column.key)
    )


def has_worked_out(plan: Plan) -> bool:
    """Return whether a plan has columns that are worked out."""
    return any(c.worked_out != "no" for c in plan.schema.columns)


def with_cells(plan: Plan, cells: Sequence[WorkedOutCell]) -> Plan:
    """Return the plan with worked-out cells in place; its lines keep their order."""
    if not cells:
        return plan
    new: dict[int, dict[str, Value]] = {}
    for cell in cells:
        new.setdefault(id(cell.line), {})[cell.key] = cell.value
    lines = tuple(replace(x, values={**x.values, **new[id(x)]}) if id(x) in new else x for x in plan.lines)
    return replace(plan, lines=lines)


def changed_cells(cells: Sequence[WorkedOutCell]) -> dict[CellKey, Value]:
    """Return worked-out cells by line ID and column key."""
    return {(cell.line.id, cell.key): cell.value for cell in cells}
