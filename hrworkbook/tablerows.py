"""Read the rows of a table whose header was found, with the address of every cell.

Every non-blank cell of the sheet is in a row, is part of its furniture (headings, issued titles, columns that only
show), or is listed as unplaced with the reason.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from hrworkbook.findings import count, listed
from hrworkbook.headings import Heading, Words, find_header, told
from hrworkbook.snapshot import Block, Range, address, column_letters
from hrworkbook.values import CellError, Value, is_blank, plain, same

Place = tuple[int, Value]
"""Sheet column, from 1, and value."""


class Row(NamedTuple):
    """One row of a table. A column that is not there, or lies under a merged cell, is absent from `cells`."""

    number: int
    """Sheet row, from 1."""
    line: str
    """The ID in its ID column as text; '' where there is none."""
    cells: Mapping[str, Place]
    """Sheet column (from 1) and value by key; a blank cell is there, as None."""


class Unplaced(NamedTuple):
    """A cell that no row or column of the plan takes."""

    sheet: str
    cell: str
    value: Value
    why: str


@dataclass(frozen=True)
class Table:
    """A table as it was read: its headings, rows, and all that could not be placed."""

    sheet: str
    first_header_row: int
    header_rows: int
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    unplaced: tuple[Unplaced, ...]
    notes: tuple[str, ...]
    """The receipt's sentences: how the file was read."""
    furniture: int = 0
    """Cells placed without being in a row: headings, issued titles, columns that only show."""

    @property
    def placed(self) -> int:
        """Non-blank cells that were placed; with `unplaced` it makes up every non-blank cell of the file."""
        cells = sum(not is_blank(value) for row in self.rows for _, value in row.cells.values())
        return self.furniture + cells + sum(1 for row in self.rows if row.line)

    @property
    def keys(self) -> frozenset[str]:
        """The columns of the plan that were found."""
        return frozenset(h.key for h in self.headings if h.key is not None)


@dataclass(frozen=True)
class Head:
    """Where a header stands, and its headings."""

    top: int
    depth: int
    headings: tuple[Heading, ...]

    @cached_property
    def known(self) -> int:
        """How many of its columns are known."""
        return sum(h.known for h in self.headings)


class Reading:
    """One sheet being read: collects rows, unplaced cells and the receipt's notes."""

    def __init__(self, block: Block, words: Words, furniture: Collection[str]) -> None:
        self.block = block
        self.words = words
        self.issued = frozenset(furniture)
        self.rows: list[Row] = []
        self.unplaced: list[Unplaced] = []
        self.notes: list[str] = []
        self.headings: list[Heading] = []
        self.furniture = 0
        self.loose: list[tuple[int, list[Place]]] = []
        self.hanging: set[int] = set()
        """Rows under a cell that is merged downwards."""

    def table(self, head: Head) -> Table:
        """What was read, as data."""
        notes = [*self.opening(head), *self.notes]
        return Table(
            self.block.name, head.top, head.depth, tuple(self.headings), tuple(self.rows), tuple(self.unplaced),
            tuple(notes), self.furniture,
        )  # fmt: skip

    def opening(self, head: Head) -> Iterator[str]:
        rows = f"row {head.top}" if head.depth == 1 else f"rows {head.top} to {head.top + head.depth - 1}"
        yield f"Sheet '{self.block.name}': headings in {rows}, {count(len(self.rows), 'row')} read."
        for heading in self.headings:
            if sentence := told(heading, self.words):
                yield sentence
        found = {h.key for h in self.headings}
        missing = [header for key, header in self.words.headers.items() if key not in found]
        if missing:
            yield f"There is no column {listed(missing, 'or')}."

    def read(self, head: Head) -> None:
        """The whole sheet: what stands above, the header, and the rows under it and under any further header."""
        for number in range(1, head.top):
            self.beside(number, enumerate(self.block.rows[number - 1], 1), "stands above the table")
        bottom = len(self.block.rows)
        covered = self.covered(head.top + head.depth, bottom)
        start = head.top
        while start <= bottom:
            self.header(head)
            start = self.body(head, covered)
            if start <= bottom:
                head = Head(start, *find_header(self.block.rows, self.block.merges, start, self.words))
        self.settle_loose()

    def header(self, head: Head) -> None:
        """The header's cells, as furniture; a header that only repeats the last one adds no headings."""
        for row in self.block.rows[head.top - 1 : head.top - 1 + head.depth]:
            self.furniture += sum(not is_blank(value) for value in row)
        if not self.headings:
            self.headings.extend(head.headings)
        elif _columns(head.headings) == _columns(self.headings):
            self.notes.append(f"The headings are repeated in row {head.top}.")
        else:
            self.headings.extend(head.headings)
            self.notes.append(f"A second set of headings, in other columns, begins in row {head.top}.")

    def body(self, head: Head, covered: Mapping[int, set[int]]) -> int:
        """Read rows below a header up to the next one; the row that next header stands on."""
        rows, columns = self.block.rows, _Columns(head)
        marks, enough = self.marks(head)
        keyed, width, id_at = columns.keyed, columns.width, columns.id_at
        append = self.rows.append
        for number in range(head.top + head.depth, len(rows) + 1):
            row = rows[number - 1]
            size = len(row)
            if row.count(None) == size:
                continue
            if not marks.isdisjoint(row) and self.is_header(number, row, marks, enough, head):
                return number
            if size < width:
                row = [*row, *(None,) * (width - size)]
            if number in covered:
                self.merged_row(number, row, columns, covered[number])
                continue
            line_value = row[id_at - 1] if id_at else None
            line = plain(line_value) if line_value is not None and type(line_value) is not CellError else ""
            cells = {key: (at, row[at - 1]) for key, at in keyed}
            if (line and " " not in line) or _filled(cells) + bool(line) > (len(keyed) > 2):
                append(Row(number, line, cells))
                if columns.others or size > width:
                    self.rest(number, row, columns, cells)
                if line_value is not None and not line and not is_blank(line_value):
                    self.lose(number, id_at, line_value, "is an error value where the ID should be")
            else:
                self.loose.append((number, [(at, v) for at, v in enumerate(row, 1) if not is_blank(v)]))
        return len(rows) + 1

    def marks(self, head: Head) -> tuple[set[Value], int]:
        """The texts by which a further header is noticed, and how many of them make one."""
        written: set[Value] = set()
        first = 0
        for row in self.block.rows[head.top - 1 : head.top - 1 + head.depth]:
            texts = {v for v in row if type(v) is str and not is_blank(v)}
            first = first or len(texts)
            written |= texts
        return written | self.words.raw, max(2, (min(first, head.known) + 1) // 2)

    def is_header(self, number: int, row: Sequence[Value], marks: set[Value], enough: int, head: Head) -> bool:
        """Whether the row begins a further header; a row with an ID of its own does not, whatever its words."""
        if sum(value in marks for value in row) < enough:
            return False
        at = next((h.column for h in head.headings if h.how == "id"), 0)
        if at and at <= len(row) and not is_blank(row[at - 1]) and row[at - 1] not in marks:
            return False
        _, headings = find_header(self.block.rows, self.block.merges, number, self.words)
        return sum(h.known for h in headings) >= max(2, (head.known + 1) // 2)

    def covered(self, first: int, last: int) -> dict[int, set[int]]:
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
            self.hanging.update(range(max(top, r1 + 1), bottom + 1))
            for number in range(top, bottom + 1):
                columns = under.setdefault(number, set())
                columns.update(range(c1 + (number == r1), right + 1))
            if top <= bottom and c1 <= width:
                self.notes.append(_merge_note((r1, c1, r2, c2)))
        return {number: columns for number, columns in under.items() if columns}

    def merged_row(self, number: int, row: Sequence[Value], columns: "_Columns", under: set[int]) -> None:
        """A row with cells under a merged one: those are absent, and what hides in them is unplaced."""
        at_id = columns.id_at and columns.id_at not in under
        line_value = row[columns.id_at - 1] if at_id else None
        line = "" if isinstance(line_value, CellError) else plain(line_value)
        cells = {key: (at, row[at - 1]) for key, at in columns.keyed if at not in under}
        shown = [(at, v) for at, v in enumerate(row, 1) if at not in under and not is_blank(v)]
        alone = len(columns.keyed) > 2 and number not in self.hanging
        if (line and " " not in line) or _filled(cells) + bool(line) > alone:
            self.rows.append(Row(number, line, cells))
            self.rest(number, [None if at in under else v for at, v in enumerate(row, 1)], columns, cells)
            if isinstance(line_value, CellError):
                self.lose(number, columns.id_at, line_value, "is an error value where the ID should be")
        elif shown:
            self.loose.append((number, shown))
        for at in sorted(under):
            if at <= len(row) and not is_blank(row[at - 1]):
                self.lose(number, at, row[at - 1], "lies under a merged cell")

    def rest(self, number: int, row: Sequence[Value], columns: "_Columns", cells: Mapping[str, Place]) -> None:
        """What a row holds outside the plan's columns."""
        for at, heading in columns.others.items():
            value = row[at - 1]
            if is_blank(value):
                continue
            if heading is None:
                self.beside(number, ((at, value),), "stands beside the table, under no heading")
            elif heading.how == "shown only":
                self.furniture += 1
            elif heading.how == "doubled":
                twin = columns.twin(heading, self.words)
                if twin in cells and same(cells[twin][1], value) or twin == "" and _same_id(columns, row, value):
                    self.furniture += 1
                else:
                    self.lose(number, at, value, f"its column '{heading.header}' stands twice")
            else:
                self.lose(number, at, value, f"its column '{heading.header}' is not known")
        if len(row) > columns.width:
            beyond = enumerate(row[columns.width :], columns.width + 1)
            self.beside(number, beyond, "stands beside the table, under no heading")

    def settle_loose(self) -> None:
        """Rows with a single cell are headings or notes: say where they stand."""
        last = self.rows[-1].number if self.rows else 0
        for number, cells in self.loose:
            self.beside(number, cells, "stands alone in its row" if number < last else "stands below the table")

    def beside(self, number: int, cells: Collection[Place] | Iterator[Place], why: str) -> None:
        for at, value in cells:
            if is_blank(value):
                continue
            if self.issued and plain(value) in self.issued:
                self.furniture += 1
            else:
                self.lose(number, at, value, why)

    def lose(self, number: int, at: int, value: Value, why: str) -> None:
        self.unplaced.append(Unplaced(self.block.name, address(number, at), value, why))

    def others(self, blocks: Sequence[Block]) -> None:
        """The cells of the sheets that are not read."""
        for block in blocks:
            for number, row in enumerate(block.rows, 1):
                for at, value in enumerate(row, 1):
                    if value is None or is_blank(value):
                        continue
                    if self.issued and plain(value) in self.issued:
                        self.furniture += 1
                    else:
                        place = f"{column_letters(at)}{number}"
                        self.unplaced.append(Unplaced(block.name, place, value, "is on another sheet"))


@dataclass
class _Columns:
    """What each sheet column of a table is for."""

    head: Head
    keyed: list[tuple[str, int]] = field(init=False)
    id_at: int = field(init=False)
    width: int = field(init=False)
    others: dict[int, Heading | None] = field(init=False)

    def __post_init__(self) -> None:
        headings = self.head.headings
        self.keyed = [(h.key, h.column) for h in headings if h.key is not None]
        self.id_at = next((h.column for h in headings if h.how == "id"), 0)
        self.width = max(h.column for h in headings)
        used = {at for _, at in self.keyed} | {self.id_at}
        by_column = {h.column: h for h in headings}
        self.others = {at: by_column.get(at) for at in range(1, self.width + 1) if at not in used}
        self.twins: dict[int, str] = {}

    def twin(self, heading: Heading, words: Words) -> str:
        """The key a doubled column repeats; '' for the ID."""
        if heading.column not in self.twins:
            parts = heading.header.split(" / ")
            known = [m for i in range(len(parts)) if (m := words.match(" ".join(parts[i:])))]
            self.twins[heading.column] = known[0][0] if known and known[0][1] != "id" else ""
        return self.twins[heading.column]


def _same_id(columns: _Columns, row: Sequence[Value], value: Value) -> bool:
    return bool(columns.id_at) and same(row[columns.id_at - 1], value)


def _filled(cells: Mapping[str, Place]) -> int:
    """How many of the cells hold something: 0, 1, or 2 for any more."""
    filled = 0
    for _, value in cells.values():
        if value is not None and not is_blank(value):
            filled += 1
            if filled > 1:
                break
    return filled


def _columns(headings: Sequence[Heading]) -> set[tuple[int, str | None]]:
    return {(h.column, h.key) for h in headings if h.known}


def _merge_note(merge: Range) -> str:
    r1, c1, r2, c2 = merge
    return f"{address(r1, c1)}:{address(r2, c2)} is merged; what it says was read for its first cell only."
