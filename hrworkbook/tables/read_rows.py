"""Read the rows of a table whose header was found, with the address of every cell.

Every non-blank cell of the sheet is in a row, is part of its furniture (headings, issued titles, columns that only
show), or is listed as unplaced with the reason.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any

from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.snapshot import Block, CellRange, address
from hrworkbook.plan.values import CellError, Value, is_blank, normalised_text, same_value
from hrworkbook.tables.header import ColumnLayout, Header, find_header, missing_columns
from hrworkbook.tables.heading import Heading, MatchKind
from hrworkbook.tables.heading_vocabulary import HeadingVocabulary
from hrworkbook.tables.unplaced_cells import UnplacedCell, UnplacedRows, unplaced_cells

ALONE_REASON = "stands alone in its row"
"""What is said of a cell by itself in its row; code asks for `stands_alone`."""
ColumnValue = tuple[int, Value]
"""Sheet column, from 1, and value."""


class Row:
    """One row of a table. A column that is not there, or lies under a merged cell, is absent from its `keys`."""

    __slots__ = ("_cells", "columns", "keys", "line_id", "row_number", "texts", "values")

    def __init__(
        self, number: int, line: str, keys: tuple[str, ...], ats: tuple[int, ...], values: tuple[Value, ...]
    ) -> None:
        self.row_number = number
        """Sheet row, from 1."""
        self.line_id = line
        """The ID in its ID column as text; '' where there is none."""
        self.keys = keys
        self.columns = ats
        """Sheet column of each key, from 1."""
        self.values = values
        """What stands there; a blank cell is None."""
        self._cells: Mapping[str, ColumnValue] | None = None
        self.texts: tuple[Any, Any] | None = None
        """What it says, as whoever compares it with lines reads it; None until then."""

    def __contains__(self, key: str) -> bool:
        return key in self.keys

    def __getitem__(self, key: str) -> Value:
        return self.values[self.keys.index(key)]

    @property
    def cells(self) -> Mapping[str, ColumnValue]:
        """Sheet column (from 1) and value by key."""
        if self._cells is None:
            self._cells = dict(zip(self.keys, zip(self.columns, self.values, strict=True), strict=True))
        return self._cells


_MIN_HEADER_TEXTS = 2
"""Texts of a header that are looked for in a row before it is thought to begin one of other columns."""


@dataclass(frozen=True)
class Table:
    """A table as it was read: its headings, rows, and all that could not be placed."""

    sheet: str
    first_header_row: int
    header_rows: int
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    unplaced_rows: tuple[UnplacedRows, ...]
    """What could not be placed, row by row."""
    reading_notes: tuple[str, ...]
    """The receipt's sentences on how it was read, but for those on columns that are missing and cells that are merged."""
    missing_columns: tuple[str, ...] = ()
    """Headers of the plan's columns that it does not have."""
    merged_ranges: tuple[CellRange, ...] = ()
    """The merged cells among its rows."""
    furniture_count: int = 0
    """Cells placed without being in a row: headings, issued titles, columns that only show."""

    @property
    def notes_on_cells(self) -> tuple[str, ...]:
        """Return the receipt's sentences on what stands in it; columns that are missing are not among them."""
        return (*self.reading_notes, *map(_merge_note, self.merged_ranges))

    @property
    def notes(self) -> tuple[str, ...]:
        """Return all of the receipt's sentences."""
        return (*self.notes_on_cells, *missing_columns_notes(self.missing_columns))

    @cached_property
    def unplaced(self) -> tuple[UnplacedCell, ...]:
        """Every non-blank cell that could not be placed, with the reason."""
        return unplaced_cells(self.unplaced_rows)

    @property
    def placed_count(self) -> int:
        """Non-blank cells that were placed; with `unplaced` it makes up every non-blank cell of the file."""
        cells = sum(not is_blank(value) for row in self.rows for value in row.values)
        return self.furniture_count + cells + sum(1 for row in self.rows if row.line_id)

    @property
    def keys(self) -> frozenset[str]:
        """The columns of the plan that were found."""
        return frozenset(h.key for h in self.headings if h.key is not None)


class TableReader:
    """One sheet being read: collects rows, cells that are left and the receipt's notes."""

    def __init__(self, block: Block, vocabulary: HeadingVocabulary, furniture: Collection[str]) -> None:
        self.block = self.stored_block = block
        self.vocabulary = vocabulary
        self.issued_texts = frozenset(furniture) - {""}
        self.rows: list[Row] = []
        self.unplaced_rows: list[UnplacedRows] = []
        self.notes: list[str] = []
        self.merged_ranges: list[CellRange] = []
        self.headers: list[Header] = []
        self.headed: set[tuple[int, str | None]] = set()
        """Column and key of every heading that is known."""
        self.furniture_count = 0
        self.single_cell_rows: list[tuple[int, Sequence[Value]]] = []
        self.merged_down_rows: set[int] = set()
        """Rows under a cell that is merged downwards."""

    def table(self) -> Table:
        """Return what was read, as data."""
        first = self.headers[0]
        headings = (
            first.headings if len(self.headers) == 1 else tuple(h for header in self.headers for h in header.headings)
        )
        return Table(
            self.block.name, first.top, first.depth, headings, tuple(self.rows), tuple(self.unplaced_rows),
            (*self.opening_notes(first), *self.notes), missing_columns(self.headers, self.vocabulary),
            tuple(self.merged_ranges), self.furniture_count,
        )  # fmt: skip

    def opening_notes(self, first: Header) -> list[str]:
        """Return the receipt's first sentences: where the headings stand, and what they were read as."""
        rows = f"row {first.top}" if first.depth == 1 else f"rows {first.top} to {first.top + first.depth - 1}"
        notes = [f"Sheet '{self.block.name}': headings in {rows}, {count_noun(len(self.rows), 'row')} read."]
        for header in self.headers:
            notes += header.notes
        return notes

    def read(self, header: Header) -> None:
        """Read the whole sheet: what stands above, the header, and the rows under it and under any further header."""
        for number in range(1, header.top):
            self.leave_row(number, self.block.rows[number - 1], "stands above the table")
        bottom = len(self.block.rows)
        covered = self.cells_under_merges(header.top + header.depth, bottom) if self.block.merges else {}
        start = header.top
        while start <= bottom:
            self.add_header(header)
            start = self.read_body(header, covered)
            if start <= bottom:
                header = find_header(self.block.rows, self.block.merges, start, self.vocabulary)
        self.place_single_cells()

    def add_header(self, header: Header) -> None:
        """Count the header's cells as furniture; a header that only repeats the last one adds no headings."""
        self.furniture_count += header.cell_count
        columns = _known_columns(header.headings)
        if not self.headers:
            self.headers.append(header)
        elif columns == self.headed:
            self.notes.append(f"The headings are repeated in row {header.top}.")
        else:
            self.headers.append(header)
            self.notes.append(f"A second set of headings, in other columns, begins in row {header.top}.")
        self.headed |= columns

    def read_body(self, header: Header, covered: Mapping[int, set[int]]) -> int:
        """Read rows below a header up to the next one; the row that next header stands on."""
        columns = header.columns
        self.block = self.shown_below(header)
        rows = self.block.rows
        marks, enough = header.repeat_marks
        keys, ats, width, id_at = columns.keys, columns.sheet_columns, columns.width, columns.id_column
        pick = itemgetter(*(at - 1 for at in ats)) if len(ats) > 1 else lambda row: tuple(row[at - 1] for at in ats)
        alone = len(keys) > 2
        for number in range(header.top + header.depth, len(rows) + 1):
            row = rows[number - 1]
            size = len(row)
            if row.count(None) == size:
                continue
            if not marks.isdisjoint(row) and self.is_header(number, row, marks, enough, header):
                return number
            if size < width:
                row = [*row, *(None,) * (width - size)]
            if number in covered:
                self.add_merged_row(number, row, columns, covered[number])
                continue
            line_value = row[id_at - 1] if id_at else None
            line = normalised_text(line_value) if line_value is not None and type(line_value) is not CellError else ""
            values = pick(row)
            if (line and " " not in line) or _count_filled(values) + bool(line) > alone:
                self.rows.append(Row(number, line, keys, ats, values))
                if columns.other_columns or size > width:
                    self.add_other_cells(number, row, columns)
                if line_value is not None and not line and not is_blank(line_value):
                    self.add_unplaced_cell(number, id_at, line_value, "is an error value where the ID should be")
            else:
                self.single_cell_rows.append((number, row))
        return len(rows) + 1

    def shown_below(self, header: Header) -> Block:
        """Return the sheet as it shows below a header: numbers in columns of text as their formats have them."""
        block = self.stored_block
        if not (block.formats or block.shown_texts or block.from_1904):
            return block
        from hrworkbook.plan.number_format.cell_text import as_shown

        schema, columns = self.vocabulary.schema, header.columns
        kinds = {at: schema[key].kind for key, at in zip(columns.keys, columns.sheet_columns, strict=True)}
        return as_shown(block, kinds, range(header.top + header.depth, len(self.block.rows) + 1))

    def is_header(self, number: int, row: Sequence[Value], marks: set[Value], enough: int, header: Header) -> bool:
        """Whether the row begins a further header; a row with an ID of its own does not, whatever its words."""
        met = sum(value in marks for value in row)
        if met < min(enough, _MIN_HEADER_TEXTS):
            return False
        at = next((h.column for h in header.headings if h.match_kind is MatchKind.ID), 0)
        if at and at <= len(row) and not is_blank(row[at - 1]) and row[at - 1] not in marks:
            return False
        further = find_header(self.block.rows, self.block.merges, number, self.vocabulary)
        if met < enough:  # other columns, or these in other words
            return further.known_count > _MIN_HEADER_TEXTS and 2 * further.known_count >= len(further.headings)
        return further.known_count >= max(2, (header.known_count + 1) // 2)

    def cells_under_merges(self, first: int, last: int) -> dict[int, set[int]]:
        """By row, the columns that lie under a merged cell's first one."""
        width = max(map(len, self.block.rows), default=0)
        room = (last - first + 1) * width
        under: dict[int, set[int]] = {}
        for r1, c1, r2, c2 in self.block.merges:
            top, bottom, right = max(r1, first), min(r2, last), min(c2, width)
            room -= max(bottom - top + 1, 0) * max(right - c1 + 1, 0)
            if room < 0:
                self.notes.append("Some merged cells overlap; they were read as they stand.")
                break
            self.merged_down_rows.update(range(max(top, r1 + 1), bottom + 1))
            for number in range(top, bottom + 1):
                columns = under.setdefault(number, set())
                columns.update(range(c1 + (number == r1), right + 1))
            if top <= bottom and c1 <= width:
                self.merged_ranges.append((r1, c1, r2, c2))
        return {number: columns for number, columns in under.items() if columns}

    def add_merged_row(self, number: int, row: Sequence[Value], columns: ColumnLayout, under: set[int]) -> None:
        """Read a row with cells under a merged one: those are absent, and what hides in them is unplaced."""
        at_id = columns.id_column and columns.id_column not in under
        line_value = row[columns.id_column - 1] if at_id else None
        line = "" if isinstance(line_value, CellError) else normalised_text(line_value)
        keyed = [(key, at) for key, at in zip(columns.keys, columns.sheet_columns, strict=True) if at not in under]
        values = tuple(row[at - 1] for _, at in keyed)
        shown = [None if at in under else value for at, value in enumerate(row, 1)]
        alone = len(columns.keys) > 2 and number not in self.merged_down_rows
        if (line and " " not in line) or _count_filled(values) + bool(line) > alone:
            self.rows.append(Row(number, line, tuple(key for key, _ in keyed), tuple(at for _, at in keyed), values))
            self.add_other_cells(number, shown, columns)
            if isinstance(line_value, CellError):
                self.add_unplaced_cell(
                    number, columns.id_column, line_value, "is an error value where the ID should be"
                )
        else:
            self.single_cell_rows.append((number, shown))
        for at in sorted(under):
            if at <= len(row) and not is_blank(row[at - 1]):
                self.add_unplaced_cell(number, at, row[at - 1], "lies under a merged cell")

    def add_other_cells(self, number: int, row: Sequence[Value], columns: ColumnLayout) -> None:
        """Leave what the last row read holds outside the plan's columns."""
        for at, heading in columns.other_columns.items():
            value = row[at - 1]
            if value is None or is_blank(value):
                continue
            if heading is None:
                self.leave_row(number, (value,), "stands beside the table, under no heading", (at,))
            elif heading.match_kind is MatchKind.SHOWN_ONLY:
                self.furniture_count += 1
            elif heading.match_kind is MatchKind.DOUBLED:
                twin, cells = columns.duplicated_key(heading, self.vocabulary), self.rows[-1].cells
                if (
                    twin in cells
                    and same_value(cells[twin][1], value)
                    or twin == ""
                    and _repeats_id(columns, row, value)
                ):
                    self.furniture_count += 1
                else:
                    self.add_unplaced_cell(number, at, value, f"its column '{heading.header}' stands twice")
            else:
                self.add_unplaced_cell(number, at, value, f"its column '{heading.header}' is not known")
        if len(row) > columns.width:
            beyond = range(columns.width + 1, len(row) + 1)
            self.leave_row(number, row[columns.width :], "stands beside the table, under no heading", beyond)

    def place_single_cells(self) -> None:
        """Rows with a single cell are headings or notes: say where they stand."""
        last = self.rows[-1].row_number if self.rows else 0
        for number, row in self.single_cell_rows:
            alone = number < last
            why = ALONE_REASON if alone else "stands below the table"
            self.add_unplaced(UnplacedRows(self.block.name, number, (row,), why, stand_alone=alone))

    def leave_row(self, number: int, row: Sequence[Value], why: str, columns: Sequence[int] = ()) -> None:
        """Cells that are furniture where they say what was issued, and unplaced otherwise."""
        self.add_unplaced(UnplacedRows(self.block.name, number, (row,), why, columns))

    def add_unplaced(self, left: UnplacedRows) -> None:
        """Cells that are left, but for those that say what was issued, which are counted."""
        if self.issued_texts:
            strange = [
                [v if v is None or normalised_text(v) not in self.issued_texts else None for v in row]
                for row in left.rows
            ]
            self.furniture_count += sum(a.count(None) - b.count(None) for a, b in zip(strange, left.rows, strict=True))
            left = left._replace(rows=strange)
        self.unplaced_rows.append(left)

    def add_unplaced_cell(self, number: int, at: int, value: Value, why: str) -> None:
        """Leave one cell, with the reason."""
        self.unplaced_rows.append(UnplacedRows(self.block.name, number, ((value,),), why, (at,)))

    def add_other_sheets(self, blocks: Sequence[Block]) -> None:
        """Leave the cells of the sheets that are not read."""
        for block in blocks:
            self.add_unplaced(UnplacedRows(block.name, 1, block.rows, "is on another sheet"))


def _repeats_id(columns: ColumnLayout, row: Sequence[Value], value: Value) -> bool:
    return bool(columns.id_column) and same_value(row[columns.id_column - 1], value)


def _count_filled(values: Iterable[Value]) -> int:
    """How many of the values are no blanks: 0, 1, or 2 for any more."""
    filled = 0
    for value in values:
        if value is not None and not is_blank(value):
            filled += 1
            if filled > 1:
                break
    return filled


def _known_columns(headings: Iterable[Heading]) -> set[tuple[int, str | None]]:
    return {(h.column, h.key) for h in headings if h.is_known}


def missing_columns_notes(headers: Sequence[str]) -> list[str]:
    """Return the receipt's sentence about columns that a table does not have; none where all are there."""
    return [f"There is no column {join_words(headers, 'or')}."] if headers else []


def _merge_note(merge: CellRange) -> str:
    r1, c1, r2, c2 = merge
    return f"{address(r1, c1)}:{address(r2, c2)} is merged; what it says was read for its first cell only."
