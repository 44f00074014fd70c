"""A new scorecard from the one kept until now: its earlier figures, and the statuses that its keeper gave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from hrworkbook.plan.amounts import none_word
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.measures.figure_codes import as_number, figure_codes
from hrworkbook.plan.measures.figures import parse_remarked_figure
from hrworkbook.plan.measures.judgement import Unrated
from hrworkbook.plan.measures.periods import read_period
from hrworkbook.plan.measures.scorecard import AVERAGE, LATEST, SUM, Scorecard
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.schema_model import CellKey, Column
from hrworkbook.plan.snapshot import Snapshot
from hrworkbook.plan.values import Value, as_text, fold_name, is_blank, normalised_text
from hrworkbook.tables.period_columns import PeriodFigures
from hrworkbook.tables.plan_source import PlanLine

PastLine = tuple[str, str, Mapping[str, Value]]
"""A period, a line's ID, and its values by column key."""
_PLACES = 4
"""Decimals in which a year to date is compared with the figures of its periods."""


@dataclass(frozen=True)
class ScorecardSource:
    """What a source says of its measures: the lines without what is worked out anew, the earlier figures, and notes."""

    lines: Sequence[PlanLine]
    earlier: Mapping[str, Mapping[tuple[str, int], Mapping[str, Value]]] = field(default_factory=dict)
    """By period, oldest first, then by sheet and row of the source: the values by column key."""
    notes: Sequence[str] = ()


def read_scorecard(
    schema: Schema, lines: Sequence[PlanLine], settings: Mapping[str, Value], found: PeriodFigures | None
) -> ScorecardSource:
    """Return the measures of a source: its own statuses kept as set by hand, its last period and a year ago as history."""
    if not any(c.worked_out != "no" for c in schema.columns) or "actual" not in schema.roles:
        return ScorecardSource(lines, found.earlier if found else {})
    earlier, placed, told = _with_columns_of_the_past(schema, lines, as_text(settings.get("Period")), found)
    lines, by_hand = _with_statuses_by_hand(schema, lines, settings)
    lines, year_notes = _with_accumulation(schema, lines, earlier)
    figures = [c.key for c in schema.columns if c.kind == "measure"]
    lines = [
        replace(x, values={**x.values, **{k: as_number(x.values[k]) for k in figures if k in x.values}}) for x in lines
    ]
    return ScorecardSource(
        lines, earlier, [*told, *by_hand, *year_notes, *_dropped(schema, lines, {"status", "year-to-date", *placed})]
    )


def past_lines(
    schema: Schema, source: ScorecardSource, numbered: Sequence[tuple[str, Mapping[str, Value]]]
) -> tuple[PastLine, ...]:
    """Return what a source says of earlier periods, by the IDs its lines have now; what HR says of a measure goes with it."""
    of_now = {schema.roles.get(role) for role in ("target", "by_hand")}
    kept = {c.key for c in schema.columns if not c.is_owners and c.worked_out == "no"} - of_now
    made: list[PastLine] = []
    for period, cells in source.earlier.items():
        for line, (line_id, values) in zip(source.lines, numbered, strict=True):
            if own := cells.get((line.sheet, line.row)):
                made.append((period, line_id, {k: v for k, v in values.items() if k in kept} | dict(own)))
    return tuple(made)


def measure_formats(
    schema: Schema, lines: Sequence[tuple[str, Mapping[str, Value]]], settings: Mapping[str, Value]
) -> dict[CellKey, str]:
    """Return the number formats of the figures of a new master's measures, by line ID and column key."""
    made = [Line(id_, at, values) for at, (id_, values) in enumerate(lines)]
    return figure_codes(_scorecard(schema, settings).plan, made)


def _with_columns_of_the_past(
    schema: Schema, lines: Sequence[PlanLine], period: str, found: PeriodFigures | None
) -> tuple[dict[str, dict[tuple[str, int], dict[str, Value]]], set[str], list[str]]:
    """Return the earlier figures with those of a source's columns Last period and A year ago; which of the two have a place; notes."""
    actual = schema.roles["actual"]
    earlier = {
        name: {at: dict(v) for at, v in cells.items()} for name, cells in (found.earlier if found else {}).items()
    }
    now = read_period(period)
    placed: set[str] = set()
    told: list[str] = []
    when = {"previous": now.before, "year-ago": now.a_year_before} if now else {}
    for column in schema.columns:
        filled = [x for x in lines if not is_blank(x.values.get(column.key))]
        if not filled or not (past := when.get(column.worked_out)):
            continue
        placed.add(column.worked_out)
        for line in filled:
            earlier.setdefault(past.name, {}).setdefault((line.sheet, line.row), {}).setdefault(
                actual, line.values.get(column.key)
            )
        told.append(f"{column.header} was kept as the figures of {past.name}.")
    return dict(sorted(earlier.items(), key=lambda item: _order(item[0]))), placed, told


def _order(period: str) -> tuple[int, int]:
    read = read_period(period)
    return (read.last, read.first) if read else (0, 0)


def _with_statuses_by_hand(
    schema: Schema, lines: Sequence[PlanLine], settings: Mapping[str, Value]
) -> tuple[Sequence[PlanLine], list[str]]:
    """Return the lines, a status of the source's that is not what is worked out kept as set by hand; a note of how many.

    What needs earlier periods, which a source may hold, is not known here: such a status is compared when it is worked out.
    """
    status, by_hand = schema.role("status"), schema.role("by_hand")
    if status is None or by_hand is None or status.worked_out != "status":
        return lines, []
    card = _scorecard(schema, settings)
    made: list[PlanLine] = []
    for line in lines:
        said = _whole_word(normalised_text(line.values.get(status.key)), card)
        worked_out = card.status(card.measure(Line("", line.row, line.values)))
        is_own = not said or fold_name(said) in (fold_name(worked_out), *map(fold_name, Unrated)) or none_word(said)
        if is_own or not is_blank(line.values.get(by_hand.key)):
            made.append(line)
        else:
            made.append(replace(line, values={**line.values, by_hand.key: said}))
    count = sum(1 for one, other in zip(made, lines, strict=True) if one is not other)
    if not count:
        return made, []
    differ = "differs" if count == 1 else "differ"
    return made, [
        f"{count_noun(count, 'status', 'statuses')} of the source {differ} from what is worked out, and {'is' if count == 1 else 'are'} kept under {by_hand.header}: clear the cell where the worked-out one is to count."
    ]


def _whole_word(said: str, card: Scorecard) -> str:
    """Return the status that a letter stands for, as G for Green; any other text as it is."""
    found = [word for word in card.statuses if word[:1].casefold() == said.casefold()]
    return found[0] if len(found) == 1 else said


def _with_accumulation(
    schema: Schema, lines: Sequence[PlanLine], earlier: Mapping[str, Mapping[tuple[str, int], Mapping[str, Value]]]
) -> tuple[Sequence[PlanLine], list[str]]:
    """Return the lines with how their year to date comes about, where only one way gives what the source says; a note of others."""
    to_date = next((c for c in schema.columns if c.worked_out == "year-to-date"), None)
    accumulation = schema.role("accumulation")
    if to_date is None or accumulation is None:
        return lines, []
    made: list[PlanLine] = []
    unknown = 0
    for line in lines:
        said = _figure(line.values.get(to_date.key))
        if is_blank(line.values.get(to_date.key)) or not is_blank(line.values.get(accumulation.key)):
            made.append(line)
            continue
        way = _way_of(said, _figures_of_year(schema, line, earlier)) if said is not None else ""
        unknown += not way
        made.append(replace(line, values={**line.values, accumulation.key: _word(accumulation, way)}) if way else line)
    if not unknown:
        return made, []
    return made, [
        f"{count_noun(unknown, 'year to date', 'years to date')} of the source could not be worked out from its periods: choose under {accumulation.header} how it comes about, or it stays blank."
    ]


def _figures_of_year(
    schema: Schema, line: PlanLine, earlier: Mapping[str, Mapping[tuple[str, int], Mapping[str, Value]]]
) -> list[Decimal]:
    """Return the figures of the periods of the latest year that a source gives, as they are written."""
    actual = schema.roles["actual"]
    known = [(p, f) for name, cells in earlier.items() if (p := read_period(name)) and p.months < 12
             and (f := _figure(cells.get((line.sheet, line.row), {}).get(actual))) is not None]  # fmt: skip
    year = max((p.year for p, _ in known), default=None)
    now = _figure(line.values.get(actual))
    return [f for p, f in known if p.year == year] + ([now] if now is not None else [])


def _way_of(said: Decimal, figures: Sequence[Decimal]) -> str:
    """Return the one way in which figures come to a year to date; '' where none does, or several do."""
    if len(figures) < 2:
        return ""
    total = sum(figures, Decimal(0))
    ways = {SUM: total, AVERAGE: total / len(figures), LATEST: figures[-1]}
    found = [way for way, figure in ways.items() if round(figure, _decimals(said)) == said]
    return found[0] if len(found) == 1 else ""


def _decimals(figure: Decimal) -> int:
    exponent = figure.normalize().as_tuple().exponent
    return min(_PLACES, max(0, -exponent)) if isinstance(exponent, int) else _PLACES


def _figure(value: Value) -> Decimal | None:
    figure = parse_remarked_figure(value)
    return figure.value if figure else None


def _word(column: Column, way: str) -> str:
    return next((word for word in column.words if fold_name(word) == way), way)


def _dropped(schema: Schema, lines: Sequence[PlanLine], kept: set[str]) -> list[str]:
    """Return a note of the worked-out columns that hold something in a source and are worked out anew."""
    headers = [
        c.header
        for c in schema.columns
        if c.worked_out not in {"no", *kept} and any(not is_blank(x.values.get(c.key)) for x in lines)
    ]
    if not headers:
        return []
    return [f"{join_words(headers)} will be worked out anew, and what the source says there is not kept."]


def _scorecard(schema: Schema, settings: Mapping[str, Value]) -> Scorecard:
    return Scorecard(Plan(Snapshot("", ()), schema, (), (), (), {}, settings, {}))
