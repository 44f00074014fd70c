"""One sheet of a plan's source: its tables, and each row as a line, a theme, a note, a total or something else.

Every filled cell of the sheet is placed, or has a reason why it is not.
"""

from collections.abc import Sequence
from typing import NamedTuple

from hrworkbook.plan import row_kinds
from hrworkbook.plan.number_format.cell_text import as_shown
from hrworkbook.plan.row_kinds import Filled
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import Value, as_text, is_blank, normalised_text
from hrworkbook.tables.header import Header, find_header
from hrworkbook.tables.heading_vocabulary import HeadingVocabulary
from hrworkbook.tables.plan_columns import SourceHeader, full_depth, source_header
from hrworkbook.tables.plan_rows import (
    BELOW_REASON,
    BESIDE_REASON,
    Band,
    OtherTable,
    Place,
    RowFindings,
    SourceLine,
    TableStart,
)
from hrworkbook.tables.table_lines import TableRows

ABOVE_REASON = "stands above the table"
_MOST_MERGED_CELLS = 2_000_000


class TableRange(NamedTuple):
    """Where a table stands: its first row of headings, the headings (None where it is not the plan's), and its last rows."""

    row: int
    header: Header | SourceHeader | None
    last: int
    """The last row that may be a line."""
    end: int
    """The last row before the next table."""


class PlanSheetReader:
    """One sheet being read; `events` holds its bands, tables and lines in order.

    Its tables are looked for from `header` on, or stand where `starts` says.
    """

    def __init__(
        self,
        block: Block,
        vocabulary: HeadingVocabulary,
        header: Header | None,
        starts: Sequence[TableRange] | None = None,
    ) -> None:
        self.block = block
        self.vocabulary = vocabulary
        self.schema = vocabulary.schema
        self.events: list[Band | TableStart | SourceLine] = []
        self.reasons: dict[Place, str] = {}
        self.found = RowFindings()
        self.covered = self._covered_cells()
        self.headers: list[SourceHeader] = []
        self.headers_by_table: dict[int, SourceHeader] = {}
        self._ranges = starts if starts is not None else self._ranges_from(self._find_tables(header) if header else [])

    @property
    def lines(self) -> list[SourceLine]:
        """The lines of all its tables."""
        return [event for event in self.events if isinstance(event, SourceLine)]

    def replace_header(self, table: int, header: SourceHeader) -> None:
        """Put a table's header in place of the one it had, once more is known of its columns."""
        self.headers[self.headers.index(self.headers_by_table[table])] = header
        self.headers_by_table[table] = header

    def leave(self, place: Place, reason: str) -> None:
        """Note why a cell is not placed."""
        self.reasons[place] = reason

    def value(self, row: int, at: int) -> Value:
        """Return a cell's value; what lies under a merged cell is what the merged cell says."""
        return self.block.at(*self.covered.get((row, at), (row, at)))

    def seen(self, row: int) -> Filled:
        """Return a row's filled cells without those under merged ones."""
        return [
            (at, v)
            for at, v in enumerate(self.block.rows[row - 1], 1)
            if not is_blank(v) and (row, at) not in self.covered
        ]

    def _covered_cells(self) -> dict[Place, Place]:
        """Return the first cell of each merge, by the cells that lie under it."""
        width, height = max(map(len, self.block.rows), default=0), len(self.block.rows)
        under: dict[Place, Place] = {}
        room = _MOST_MERGED_CELLS
        for r1, c1, r2, c2 in self.block.merges:
            right, bottom = min(c2, max(width, c1)), min(r2, height)
            room -= max(right - c1 + 1, 0) * max(bottom - r1 + 1, 0)
            if room < 0:
                self.found.overlapping = True
                break
            for row in range(r1, bottom + 1):
                for at in range(c1, right + 1):
                    if (row, at) != (r1, c1):
                        under.setdefault((row, at), (r1, c1))
        for (row, at), first in under.items():
            if not is_blank(self.block.at(row, at)) and first != (row, at):
                self.leave((row, at), "lies under a merged cell")
        return under

    # Tables

    def _find_tables(self, first: Header) -> list[tuple[int, Header | None]]:
        """Return the sheet row of each table's headings; None for a table that is not the plan's."""
        starts: list[tuple[int, Header | None]] = [(first.top, first)]
        row = first.top + full_depth(first, self.block)
        while row <= len(self.block.rows):
            header = self._heading_row(row, first)
            if header == "other":
                starts.append((row, None))
            elif isinstance(header, Header):
                starts.append((row, header))
                row += full_depth(header, self.block) - 1
            row += 1
        return starts

    def _heading_row(self, row: int, first: Header) -> "Header | str | None":
        """Return the header that begins in a row; `other` where it is another table's, None where the row is none."""
        filled = self.seen(row)
        if len(filled) < 2:
            return None
        if self.vocabulary.has_likely(self.block.rows[row - 1]):
            known = {h.column: h.header for h in first.headings}
            matched = [
                at
                for at, v in filled
                if isinstance(v, str) and (known.get(at) == normalised_text(v) or self.vocabulary.match(v))
            ]
            id_at = next((h.column for h in first.headings if h.is_known and h.key is None), 0)
            has_id = any(at == id_at and not self.vocabulary.match(as_text(v)) for at, v in filled)
            if len(matched) > 1 and 5 * len(matched) >= 3 * len(filled) and not has_id:
                header = find_header(self.block.rows, self.block.merges, row, self.vocabulary)
                priority = self.schema.role("priority")
                is_plan = 2 * len(header.keys & first.keys) >= len(first.keys) and (
                    not priority or priority.key not in first.keys or priority.key in header.keys
                )
                return header if is_plan else "other"
        key_at = {h.column: h.key for h in first.headings if h.key}
        if row_kinds.heads_another_table(filled):
            return "other"
        if self._has_gap_above(row) and row_kinds.may_head_another_table(self.schema, filled, key_at):
            return "other"
        return None

    def _has_gap_above(self, row: int) -> bool:
        """Whether a blank row parts a row from the lines above, with or without a title between."""
        above = row - 1
        if above > 0 and len(self.seen(above)) == 1:
            above -= 1
        return above > 0 and not self.seen(above) and not any((above, at) in self.covered for at in range(1, 12))

    def _ranges_from(self, starts: Sequence[tuple[int, Header | None]]) -> list[TableRange]:
        ends = [*(row - 1 for row, _ in starts[1:]), len(self.block.rows)]
        return [TableRange(row, header, end, end) for (row, header), end in zip(starts, ends, strict=False)]

    def _read_header(self, header: Header | SourceHeader) -> SourceHeader:
        """Return the columns of a table; what they hold is told by all tables of the sheet with the same headings."""
        if isinstance(header, SourceHeader):
            return header
        texts = [(h.column, h.header) for h in header.headings]
        body: list[Sequence[Value]] = []
        for row, other, _, end in self._ranges:
            if isinstance(other, Header) and [(h.column, h.header) for h in other.headings] == texts:
                body += self.block.rows[row - 1 + full_depth(other, self.block) : end]
        return source_header(header, self.block, body, self.vocabulary)

    def _leave_beside(self, source: SourceHeader) -> None:
        """Leave what stands beside a table's headings."""
        ats = [c.at for c in source.columns]
        for row in range(source.top, source.top + source.depth):
            for at, _ in self.seen(row):
                if not min(ats, default=1) <= at <= max(ats, default=at):
                    self.leave((row, at), BESIDE_REASON)

    # Rows

    def read(self) -> None:
        """Read the whole sheet."""
        for row in range(1, self._ranges[0].row):
            self._read_above(row)
        for number, table in enumerate(self._ranges):
            if table.header is None:
                self._leave_other_table(table.row, table.end)
            else:
                self._read_table(table.header, number, table)
        lines = self.lines
        end = lines[-1].row if lines else 0
        for band in [e for e in self.events if isinstance(e, Band) and e.row > end]:
            self.events.remove(band)
            self.reasons.setdefault((band.row, band.at), BELOW_REASON)

    def _read_above(self, row: int) -> None:
        filled = self.seen(row)
        if len(filled) == 1 and isinstance(filled[0][1], str):
            self.events.append(Band(row, filled[0][0], normalised_text(filled[0][1])))
        for at, _ in filled:
            self.leave((row, at), ABOVE_REASON)

    def _leave_other_table(self, first: int, last: int) -> None:
        table = OtherTable(first)
        self.found.other_tables.append(table)
        reason = f"belongs to another table, with headings of its own in row {first}"
        if self.events and isinstance(band := self.events[-1], Band) and band.row == first - 1:
            self.events.pop()
            table.title = band.text
            self.leave((band.row, band.at), reason)
        for row in range(first, last + 1):
            filled = self.seen(row)
            if row > first and filled:
                table.names.append(normalised_text(filled[0][1]))
            for at, _ in filled:
                self.leave((row, at), reason)

    def _read_table(self, header: Header | SourceHeader, number: int, table: TableRange) -> None:
        source = self._read_header(header)
        if self.headers and [(c.at, c.name) for c in self.headers[-1].columns] == [
            (c.at, c.name) for c in source.columns
        ]:
            self.found.repeated.append(source.top)
        kinds = {at: self.schema[key].kind for at, key in (*source.keys.items(), *source.fallbacks.items())}
        self.block = as_shown(self.block, kinds, range(source.top + source.depth, table.end + 1))
        self.headers.append(source)
        self.headers_by_table[number] = source
        self.events.append(TableStart(source.top, number))
        self._leave_beside(source)
        reader = TableRows(self, source, number, table.last)
        for row in range(source.top + source.depth, table.end + 1):
            if not (filled := self.seen(row)):
                continue
            if row <= table.last or len(filled) == 1:
                reader.read_row(row, filled)
            else:
                reader.closed = True
                for at, _ in filled:
                    self.leave((row, at), BELOW_REASON)
