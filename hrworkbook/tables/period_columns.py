"""Figures that stand across a sheet by period, as `Q1 Actual`, `Q2 Actual` or `Apr`, `May`: the latest, and those before it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hrworkbook.plan.dates.timescale import read_timescale
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.measures.periods import ReportingPeriod, read_period
from hrworkbook.plan.number_format.cell_text import cell_text
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import Value, as_text, is_blank, normalised_text
from hrworkbook.tables.heading_periods import without_period
from hrworkbook.tables.plan_columns import ColumnUse, SourceColumn, SourceHeader
from hrworkbook.tables.plan_source import SourcePlan

_YEAR = re.compile(r"\b(?:20)?([0-9]{2}) ?[/–-] ?(?:20)?([0-9]{2})\b(?![/–-])")
_QUARTER = re.compile(r"\b(?:q|qtr|quarter) ?([1-4])\b", re.IGNORECASE)
_MONTH = re.compile(
    r"\b(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
    r"[ '’/-]*(20[0-9]{2}|[0-9]{2}\b)?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class PeriodFigures:
    """What such columns come to: the sheets without those before the latest, and what those say."""

    blocks: tuple[Block, ...]
    earlier: Mapping[str, Mapping[tuple[str, int], Mapping[str, Value]]]
    """By period, oldest first, then by sheet and row: the values by column key."""
    present: str = ""
    """The period of the latest figures; '' where their heading names none."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _PeriodColumn:
    source: SourceColumn
    key: str
    name: str
    """The period's; '' for the column without one."""
    when: ReportingPeriod | None


def period_figures(
    blocks: Sequence[Block], found: SourcePlan, schema: Schema, this_period: str
) -> PeriodFigures | None:
    """Return the figures by period of a scorecard's source, as it was read; None where there are none but one column.

    A quarter or month without a year is of the latest year that the sheet names, else of that of `this_period`, which is told.
    """
    actual, target = schema.role("actual"), schema.role("target")
    if actual is None or target is None or actual.kind != "measure":
        return None
    changed = {b.name: b for b in blocks}
    earlier: dict[str, dict[tuple[str, int], dict[str, Value]]] = {}
    ends: dict[str, ReportingPeriod] = {}
    present = ""
    notes: list[str] = []
    rows_of = {name: [x.row for x in found.lines if x.sheet == name] for name, _ in found.headers}
    for sheet, header in found.headers:
        year, is_told = _year_of(changed[sheet], header, this_period)
        columns = list(_period_columns(header, actual.key, target.key, year))
        actuals = [c for c in columns if c.key == actual.key]
        dated = [c for c in actuals if c.when]
        if len(actuals) < 2 or not dated:
            continue
        latest = _latest(actuals)
        present = latest.name or present
        kept = [latest, *_kept_targets([c for c in columns if c.key == target.key], latest)]
        block = changed[sheet]
        gone = [c for c in columns if c not in kept and (c.key == actual.key or c.when)]
        for column in (c for c in gone if c.when and c.source.filled):
            assert column.when
            ends[column.name] = column.when
            into = earlier.setdefault(column.name, {})
            for row in rows_of[sheet]:
                if not is_blank(value := cell_text(block, row, column.source.at)):
                    into.setdefault((sheet, row), {})[column.key] = value
        headings = {c.source.at: None for c in gone} | {c.source.at: schema[c.key].header for c in kept}
        changed[sheet] = _without(block, header, headings, [c.source.at for c in gone])
        notes += _notes(
            sheet,
            dated,
            latest,
            schema[actual.key].header,
            None if is_told or all(heading_period(c.source.name, 0) == c.name for c in dated) else year,
        )
    if not notes:
        return None
    ordered = dict(sorted(earlier.items(), key=lambda item: (ends[item[0]].last, ends[item[0]].first)))
    return PeriodFigures(tuple(changed[b.name] for b in blocks), ordered, present, tuple(notes))


def _period_columns(header: SourceHeader, actual: str, target: str, year: int) -> Iterator[_PeriodColumn]:
    for column in header.columns:
        key = column.key if column.key in (actual, target) else None
        if key is None and column.use is ColumnUse.UNKNOWN and not without_period(column.name):
            key = actual  # nothing but a period: `Q1`, `Apr 24`
        if key:
            name = heading_period(column.name, year)
            yield _PeriodColumn(column, key, name, read_period(name) if name else None)


def heading_period(heading: str, year: int) -> str:
    """Return the period a heading names, as a plan calls it: `2024/25 Q1`, `April 2024`, `2023/24`; '' where it names none."""
    pair = next((m for m in _YEAR.finditer(heading) if (int(m[1]) + 1 - int(m[2])) % 100 == 0), None)
    own = 2000 + int(pair[1]) if pair else 0
    if quarter := _QUARTER.search(heading):
        first = own or year
        return f"{first}/{(first + 1) % 100:02d} Q{quarter[1]}"
    if (month := _MONTH.search(heading)) and not own:
        number = _MONTHS.index(month[1][:3].casefold()) + 1
        of = int(month[2]) % 100 + 2000 if month[2] else year + (number < 4)
        return f"{_NAMES[number - 1]} {of}"
    if pair:
        return f"{own}/{(own + 1) % 100:02d}"
    read = read_timescale(heading) if re.search(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}", heading) else None
    if read and read.spans and read.spans[0].start and not read.unread_text:
        return f"{_NAMES[read.spans[0].start.month - 1]} {read.spans[0].start.year}"
    return ""


def _year_of(block: Block, header: SourceHeader, this_period: str) -> tuple[int, bool]:
    """Return the latest financial year that a sheet names in its name, above its headings or in them, and whether it names one."""
    above = [as_text(v) for row in block.rows[: header.top - 1] for v in row if isinstance(v, str)]
    texts = [block.name, *above, *(c.name for c in header.columns)]
    years = [2000 + int(m[1]) for t in texts for m in _YEAR.finditer(t) if (int(m[1]) + 1 - int(m[2])) % 100 == 0]
    if years:
        return max(years), True
    period = read_period(this_period)
    return (period.year if period else 2000), False


def _latest(columns: Sequence[_PeriodColumn]) -> _PeriodColumn:
    """Return the column of the present figures: that without a period, else the latest that holds any."""
    if plain := [c for c in columns if not c.when and c.source.filled]:
        return plain[0]
    dated = [c for c in columns if c.when]
    return max(
        [c for c in dated if c.source.filled] or dated, key=lambda c: (c.when.last, -c.when.first) if c.when else (0, 0)
    )


def _kept_targets(columns: Sequence[_PeriodColumn], latest: _PeriodColumn) -> list[_PeriodColumn]:
    """Return the target columns that stay: those without a period, else the one that the present figures are for."""
    if latest.when is None or not any(c.when for c in columns):
        return [c for c in columns if c.source.is_read]
    of_time = [c for c in columns if c.when and c.when.first <= latest.when.first and latest.when.last <= c.when.last]
    plain = [c for c in columns if not c.when]
    return plain or of_time[:1]


def _without(block: Block, header: SourceHeader, headings: Mapping[int, str | None], gone: Sequence[int]) -> Block:
    """Return a sheet in which some columns are blank from their headings down, and others are headed otherwise."""
    rows = [list(row) for row in block.rows]
    last = header.top + header.depth - 1
    for number in range(header.top, len(rows) + 1):
        row = rows[number - 1]
        for at in gone:
            if at <= len(row):
                row[at - 1] = None
        for at, heading in headings.items():
            if number <= last and at <= len(row):
                row[at - 1] = heading if number == last else None
    return replace(block, rows=rows)


def _notes(
    sheet: str, dated: Sequence[_PeriodColumn], latest: _PeriodColumn, actual: str, assumed: int | None
) -> Iterator[str]:
    earlier = [c.name for c in dated if c is not latest and c.source.filled]
    kept = f" The figures of {join_words(earlier)} are kept under Past periods." if earlier else ""
    yield f"Sheet '{sheet}': '{normalised_text(latest.source.name)}' was read as {actual}.{kept}"
    if assumed is not None:
        yield f"Sheet '{sheet}' names no year: its periods were read as of {assumed}/{(assumed + 1) % 100:02d}. If that is wrong, name the year above the headings, such as 2024/25, and make the scorecard again."
