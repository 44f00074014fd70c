"""Where the tables of a sheet stand, by what their rows look like and say: headings over one to three rows, and lines below."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import groupby

from hrworkbook.adopting.column_facts import STATUS_WORDS
from hrworkbook.adopting.heading_meanings import Meaning, meaning_of, meaning_of_cell
from hrworkbook.adopting.sheet_rows import SheetRows
from hrworkbook.plan.row_kinds import Filled, is_total
from hrworkbook.plan.schema import Column, Schema
from hrworkbook.plan.snapshot import Block, address, column_letters
from hrworkbook.plan.table_end import last_line_row
from hrworkbook.plan.values import CellError, Value, fold_name, has_letter, is_blank, normalised_text
from hrworkbook.tables.header import Header, header_at
from hrworkbook.tables.heading import Heading, MatchKind
from hrworkbook.tables.heading_periods import without_period
from hrworkbook.tables.heading_vocabulary import HeadingVocabulary
from hrworkbook.tables.plan_columns import full_depth

_LONGEST_HEADING = 160
_LONGEST_PLAIN_HEADING = 60
_MOST_ROWS_SEARCHED = 300
"""Rows without a table in which headings are looked for, from the top."""
_BODY_ROWS = 60
"""Rows below a heading row that tell whether it is one."""
UNHEADED = "Column "
"""What a column without a heading is called, before its letters."""
_NO_COLUMNS = Schema("", "", (Column("nothing", "nothing at all"),), {})


@dataclass
class LocatedTable:
    """One table as it stands: where its headings are, what they say, and its rows."""

    sheet: "SheetRows"
    top: int
    depth: int
    headings: tuple[Heading, ...]
    last: int = 0
    """The last row that may be a line of it."""
    end: int = 0
    """The last row before the next table; what lies between stands below it."""
    title: str = ""

    @property
    def first(self) -> int:
        """The row below the headings."""
        return self.top + self.depth

    @cached_property
    def names(self) -> dict[int, str]:
        """The heading over each sheet column, on one line."""
        return {h.column: " ".join(h.header.split()) for h in self.headings}

    @cached_property
    def folded(self) -> frozenset[str]:
        """The headings folded."""
        return frozenset(map(fold_name, self.names.values()))

    @cached_property
    def words(self) -> frozenset[Value]:
        """What stands in the cells of its headings, as it stands there."""
        rows = self.sheet.block.rows[self.top - 1 : self.first - 1]
        return frozenset(v for row in rows for v in row if isinstance(v, str) and not is_blank(v))

    @cached_property
    def meanings(self) -> dict[int, tuple[Meaning | None, int]]:
        """What each column's heading says, by sheet column."""
        says = meaning_of if self.depth > 1 else meaning_of_cell
        return {at: says(name) for at, name in self.names.items()}

    @cached_property
    def lines(self) -> list[int]:
        """The rows that may be lines: something in two of its columns at least."""
        ats = set(self.names)
        few = 1 if len(ats) <= 2 else 2
        found = []
        for row in range(self.first, self.last + 1):
            filled = [f for f in self.sheet.seen(row) if f[0] in ats]
            if len(filled) >= few and not is_total(filled):
                found.append(row)
        return found


def locate_tables(block: Block, *, unheaded: bool = False) -> list[LocatedTable]:
    """Return the tables of a sheet, from the top, whatever they are of; with `unheaded` also columns without a heading."""
    sheet = SheetRows(block)
    tables: list[LocatedTable] = []
    row, height = 1, len(block.rows)
    while row <= height:
        current = tables[-1] if tables else None
        if (current is None and row > _MOST_ROWS_SEARCHED) or not sheet.seen(row):
            row += 1
            continue
        if (current is None or _may_begin(sheet, row, current)) and (table := _table_at(sheet, row, current)):
            tables.append(table)
            row = table.first
        else:
            row += 1
    for table, following in zip(tables, [*tables, None][1:], strict=True):
        table.end = following.top - 1 if following else height
        table.last = _last_row(table)
        table.title = _title_of(table)
    found = [t for t in tables if t.lines or t.last >= t.first]
    return [_with_unheaded(t) for t in found] if unheaded else found


def unheaded_columns(table: LocatedTable) -> list[int]:
    """Return the columns of a table that are filled, or merged over its lines, in several rows and have no heading."""
    sheet = table.sheet
    lines = set(table.lines)
    found = []
    for at in range(1, max(table.names)):
        if at not in table.names:
            rows = [row for row in lines if not is_blank(sheet.block.at(row, at)) and (row, at) not in sheet.covered]
            reached = sum((row, at) in sheet.covered and sheet.covered[row, at][1] == at for row in lines)
            if len(rows) > 1 and 2 * (len(rows) + reached) >= len(lines) or len(rows) > 1 and _is_left(table, at):
                found.append(at)
    return found


def _is_left(table: LocatedTable, at: int) -> bool:
    return at < min(table.names)


def _with_unheaded(table: LocatedTable) -> LocatedTable:
    """Return a table with a heading made up for each column that has none."""
    added = [
        Heading(at, address(table.first - 1, at), f"{UNHEADED}{column_letters(at)}", None, MatchKind.NOT_KNOWN)
        for at in unheaded_columns(table)
    ]
    if not added:
        return table
    return replace(table, headings=tuple(sorted((*table.headings, *added), key=lambda h: h.column)))


def _may_begin(sheet: SheetRows, row: int, current: LocatedTable) -> bool:
    """Whether a row below a table may be headings: it has the same words, stands apart, or is shaded as they are."""
    filled = sheet.seen(row)
    if len(filled) < 2:
        return False
    words = current.words
    if sum(type(v) is str and v in words for _, v in filled) >= max(2, min(len(filled), len(words)) // 2):
        return True
    if sheet.is_after_gap(row):
        return True
    shade = sheet.shade(row)
    return bool(shade) and len(filled) > 2 and shade == sheet.shade(current.top + current.depth - 1)


def _table_at(sheet: SheetRows, row: int, current: LocatedTable | None) -> LocatedTable | None:
    """Return the table whose headings begin at a row; None where they do not."""
    score = _heading_score(sheet, row)
    if not score:
        return None
    leaf = row
    for below in range(row + 1, row + 3):
        better = _heading_score(sheet, below)
        if better > score + 1 and not _is_line_like(sheet, below):
            leaf, score = below, better
    top = leaf
    while top > 1 and leaf - top < 2 and _is_group_row(sheet, top - 1, leaf):
        top -= 1
    header = header_at(sheet.block.rows, sheet.block.merges, top, leaf - top + 1, _plain_vocabulary())
    depth = full_depth(header, sheet.block)
    if depth > header.depth:
        header = header_at(sheet.block.rows, sheet.block.merges, top, depth, _plain_vocabulary())
    headings = _own_headings(sheet, header, current)
    return LocatedTable(sheet, top, depth, headings) if len(headings) > 1 else None


def _plain_vocabulary() -> HeadingVocabulary:
    return HeadingVocabulary(_NO_COLUMNS, None, ())


def _heading_score(sheet: SheetRows, row: int) -> int:
    """Return how many of a row's cells read as headings; 0 where it is no row of headings."""
    filled = sheet.seen(row)
    if len(filled) < 2 or not all(_may_be_heading(v) for _, v in filled):
        return 0
    texts = [normalised_text(v) for _, v in filled]
    known: dict[Meaning, int] = {}
    for text in texts:
        meaning, strength = (None, 0) if fold_name(text) in STATUS_WORDS - {"rag"} else meaning_of_cell(text)
        if meaning:
            known.setdefault(meaning, strength)
    plain = sum(strength > 2 for strength in known.values())
    if plain < 3 and len({fold_name(t) for t in texts}) < len(texts) - len(texts) // 3:
        return 0
    words = sum(meaning_of_cell(t)[1] > 1 for t in texts)
    told = len(texts) - sum(_is_period_alone(v, t) for (_, v), t in zip(filled, texts, strict=True))
    enough = (len(known) > 1 and plain and 2 * words >= told) or (plain > 2 and 3 * words >= told)
    if enough and _has_lines_below(sheet, row, filled):
        return 10 * len(known) + len(texts)
    return len(texts) if _stands_out(sheet, row, filled, texts) else 0


def _is_period_alone(value: Value, text: str) -> bool:
    """Whether a heading is a month, quarter or year and no more: it tells nothing of what the row is."""
    if not isinstance(value, str):
        return True
    return not without_period(text) and not meaning_of_cell(text)[1]


def _may_be_heading(value: Value) -> bool:
    if isinstance(value, CellError):
        return False
    if isinstance(value, str):
        return len(value) <= _LONGEST_HEADING and (has_letter(value) or "20" in value or value.strip() in "#%£")
    return isinstance(value, date) or (isinstance(value, int | float) and 1990 <= value <= 2100)


def _stands_out(sheet: SheetRows, row: int, filled: Filled, texts: Sequence[str]) -> bool:
    """Whether a row of short words that are not known is one of headings: it is shaded as one, or what stands below differs."""
    if len(filled) < 3 or any(len(t) > _LONGEST_PLAIN_HEADING or t.endswith((".", ";")) for t in texts):
        return False
    if sum(fold_name(t) in STATUS_WORDS for t in texts) > 1 or any(t.endswith(":") for t in texts):
        return False
    if not _has_lines_below(sheet, row, filled):
        return False
    shade = sheet.shade(row)
    if shade and sheet.shade(row + 1) != shade:
        return True
    if not all(isinstance(v, str) for _, v in filled) or not sheet.is_after_gap(row):
        return False
    below = [v for n in range(row + 1, row + 6) for _, v in sheet.seen(n)]
    odd = sum(not isinstance(v, str) or len(v) > _LONGEST_PLAIN_HEADING for v in below)
    return odd > 0


def _has_lines_below(sheet: SheetRows, row: int, filled: Filled) -> bool:
    """Whether rows below fill two of the columns at least."""
    ats = {at for at, _ in filled}
    gaps = 0
    for below in range(row + 1, min(row + _BODY_ROWS, len(sheet.block.rows) + 1)):
        seen = sheet.seen(below)
        if not seen:
            gaps += 1
            if gaps > 4:
                return False
            continue
        if sum(at in ats for at, _ in seen) >= min(2, len(ats)):
            return True
    return False


def _is_line_like(sheet: SheetRows, row: int) -> bool:
    """Whether a row holds what no heading is: figures, days, long texts."""
    return any(not isinstance(v, str) or len(v) > _LONGEST_PLAIN_HEADING for _, v in sheet.seen(row))


def _is_group_row(sheet: SheetRows, row: int, leaf: int) -> bool:
    """Whether a row directly above headings belongs to them: its cells stand over several of them, or are merged down into them."""
    filled = sheet.seen(row)
    columns = {at for at, _ in sheet.seen(leaf)}
    if not filled or not columns or not all(isinstance(v, str) and len(v) <= _LONGEST_HEADING for _, v in filled):
        return False
    down = {c for (r, c), first in sheet.covered.items() if r == leaf and first[0] <= row}
    if down & {at for at, _ in filled}:
        return True
    width = max(columns) - min(columns) + 1
    spans = [sheet.widths.get((row, at), 1) for at, _ in filled]
    if any(span >= width for span in spans) or any(fold_name(str(v)) in STATUS_WORDS for _, v in filled):
        return False
    if all(span > 1 for span in spans):
        return all(at <= max(columns) for at, _ in filled)
    return len(filled) > 1 and all(at in columns and not str(v).endswith(":") for at, v in filled) and max(spans) > 1


def _own_headings(sheet: SheetRows, header: Header, current: LocatedTable | None) -> tuple[Heading, ...]:
    """Return the headings without those of a list or key that stands beside the table, parted from it by a blank column."""
    runs: list[list[Heading]] = []
    for _, pairs in groupby(enumerate(header.headings), lambda pair: pair[1].column - pair[0]):
        runs.append([h for _, h in pairs])
    if len(runs) == 1:
        return header.headings
    merged: list[list[Heading]] = [runs[0]]
    for run in runs[1:]:
        between = range(merged[-1][-1].column + 1, run[0].column)
        if any(_column_is_used(sheet, at, header) for at in between):
            merged[-1] += run
        else:
            merged.append(run)
    known = [sum(meaning_of(h.header)[1] > 1 for h in run) for run in merged]
    best = max(range(len(merged)), key=lambda n: (known[n], len(merged[n])))
    kept = [
        h
        for n, run in enumerate(merged)
        if n == best or (known[n] > 1 and len(run) > 1 and _same_rows(sheet, header, merged[best], run))
        for h in run
    ]
    return tuple(sorted(kept, key=lambda h: h.column))


def _column_is_used(sheet: SheetRows, at: int, header: Header) -> bool:
    first = header.top
    rows = range(first, min(first + _BODY_ROWS, len(sheet.block.rows) + 1))
    return any((row, at) in sheet.covered or not is_blank(sheet.block.at(row, at)) for row in rows)


def _same_rows(sheet: SheetRows, header: Header, left: Sequence[Heading], right: Sequence[Heading]) -> bool:
    """Whether two runs of columns are filled in the same rows, so that a blank column only spaces them."""
    ours, theirs = {h.column for h in left}, {h.column for h in right}
    rows = [{at for at, _ in sheet.seen(r)} for r in range(header.top + header.depth, header.top + _BODY_ROWS)]
    both = sum(bool(r & ours) and bool(r & theirs) for r in rows)
    return 4 * both >= 3 * sum(bool(r & ours) for r in rows)


def _last_row(table: LocatedTable) -> int:
    """Return the last row before a part below that is a key, a note or signatures and no lines."""
    sheet = table.sheet
    reference = next((at for at, (meaning, _) in table.meanings.items() if meaning is Meaning.REFERENCE), 0)
    rows = range(table.first, table.end + 1)
    return last_line_row(rows, sheet.seen, sheet.is_reached, table.names.keys(), reference)


def _title_of(table: LocatedTable) -> str:
    """Return the text alone in the row above a table."""
    for row in (table.top - 1, table.top - 2):
        filled = table.sheet.seen(row)
        if len(filled) == 1 and isinstance(filled[0][1], str):
            return normalised_text(filled[0][1])
        if filled:
            break
    return ""


def column_values(tables: Sequence[tuple[LocatedTable, int]]) -> list[Value]:
    """Return what stands in a column of several tables, in the rows that may be lines."""
    return [
        value
        for table, at in tables
        for row in table.lines
        if not is_blank(value := table.sheet.block.at(row, at)) and (row, at) not in table.sheet.covered
    ]
