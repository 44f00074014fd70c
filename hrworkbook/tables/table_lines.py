"""One table of a plan's source, row by row: which rows are lines, which say more of a line, and which are neither."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hrworkbook.plan import row_kinds
from hrworkbook.plan.row_kinds import Filled
from hrworkbook.plan.snapshot import address
from hrworkbook.plan.values import CellError, Value, as_text, is_blank, normalised_text, same_value
from hrworkbook.tables.plan_columns import ColumnUse, SourceColumn, SourceHeader
from hrworkbook.tables.plan_rows import BELOW_REASON, BESIDE_REASON, Band, SourceLine
from hrworkbook.tables.read_rows import ALONE_REASON

if TYPE_CHECKING:
    from hrworkbook.tables.plan_sheet import PlanSheetReader

_COLUMN_REASONS = {
    ColumnUse.UNKNOWN: "its column '{}' is not known",
    ColumnUse.DOUBLED: "its column '{}' stands twice",
    ColumnUse.EARLIER: "its column '{}' is an earlier one",
    ColumnUse.FALLBACK: "its column '{}' is an earlier one",
    ColumnUse.UNCLEAR: "it is not clear what its column '{}' is for",
    ColumnUse.OTHER: "another column was read for what '{}' may be",
    ColumnUse.UNFIT: "its column '{}' does not hold what its heading says",
}
_ROWS_BELOW_GUIDANCE = 6


class TableRows:
    """The rows below one header."""

    def __init__(self, sheet: "PlanSheetReader", header: SourceHeader, number: int, last: int) -> None:
        self.sheet = sheet
        self.schema = sheet.schema
        self.header = header
        self.number = number
        self.last = last
        self.line: SourceLine | None = None
        self.ended = False
        self.closed = False
        """Whether something below the lines, such as a key, was met: what follows says no more of the last line."""
        self.by_column: Mapping[int, SourceColumn] = {c.at: c for c in header.columns}
        keyed = [*header.keys, *([header.id_column] if header.id_column else [])]
        self.leftmost = min((c.at for c in header.columns), default=min(keyed, default=1))
        theme = self.schema.role("theme")
        self.rightmost = max((c.at for c in header.columns), default=max(keyed, default=1))
        self.theme_at = next((at for at, key in header.keys.items() if theme and key == theme.key), 0)
        priority = self.schema.role("priority")
        self.priority_at = next((at for at, key in header.keys.items() if priority and key == priority.key), 0)

    def read_row(self, row: int, filled: Filled) -> None:
        """Read one row that is not blank; what stands right of the table is none of it."""
        if beside := [f for f in filled if f[0] > self.rightmost]:
            self.leave(row, beside, BESIDE_REASON)
            filled = [f for f in filled if f[0] <= self.rightmost]
            if not filled:
                return
        if self.ended:
            self.leave(row, filled, "stands below the mark of the end")
        elif len(filled) == 1 and len(self.header.keys) > 2:
            if self.closed or not (self.merged_down(row) and self.continue_line(row, filled)):
                self.read_single(row, *filled[0])
        elif row_kinds.is_total(filled):
            self.sheet.found.totals.append(row)
            self.leave(row, filled, "is in a row of totals")
        elif not (self.line is None and self.read_first_row(row, filled)) and not self.continue_line(row, filled):
            self.read_line(row, filled)

    def merged_down(self, row: int) -> bool:
        """Whether a cell of the plan's columns reaches down into a row."""
        return any(self.sheet.covered.get((row, at), (row, at))[0] < row for at in self.header.keys)

    def leave(self, row: int, filled: Filled, reason: str) -> None:
        """Leave cells of a row, with the reason."""
        for at, _ in filled:
            self.sheet.leave((row, at), reason)

    def read_single(self, row: int, at: int, value: Value) -> None:
        """Read a row with one cell: an end mark, a theme or note, or the next paragraph of the cell above."""
        text = normalised_text(value)
        if at == self.header.id_column and text and " " not in text:
            self.read_line(row, [(at, value)])
        elif row_kinds.is_end_mark(text):
            self.ended = True
            self.sheet.found.ends.append(row)
            self.sheet.leave((row, at), "marks the end of the table")
        elif row_kinds.is_total([(at, value)]):
            self.sheet.found.totals.append(row)
            self.sheet.leave((row, at), "is in a row of totals")
        elif isinstance(value, str) and not isinstance(value, CellError) and self.may_be_theme(row, at):
            self.closed = self.closed or row > self.last
            self.sheet.events.append(Band(row, at, text))
        elif self.line and not self.closed and self.is_paragraph(at, value):
            self.add_paragraph(row, at, value)
        else:
            self.closed = self.closed or row > self.last
            self.sheet.leave((row, at), BELOW_REASON if row > self.last else ALONE_REASON)

    def may_be_theme(self, row: int, at: int) -> bool:
        """Whether a single cell stands where a theme would: leftmost, in the column of themes, or merged over most of the table."""
        if self.line is None and at == self.priority_at and not self.theme_at:
            self.theme_at = at  # what opens the table there, above any line, says where its themes stand
        width = next((c2 - c1 + 1 for r1, c1, _, c2 in self.sheet.block.merges if (r1, c1) == (row, at)), 1)
        return at <= self.leftmost or at == self.theme_at or 2 * width > len(self.header.columns)

    def is_paragraph(self, at: int, value: Value) -> bool:
        """Whether a cell can only say more of what stands above it."""
        key = self.header.keys.get(at)
        if not key:
            return False
        column = self.schema[key]
        return column.kind == "text" or (
            column.kind == "timescale" and isinstance(value, str) and value.lstrip().startswith("(")
        )

    def add_paragraph(self, row: int, at: int, value: Value) -> None:
        """Join a cell to the cell of the line above."""
        assert self.line
        key = self.header.keys[at]
        above = self.line.values.get(key)
        between = "\n" if self.schema[key].kind == "text" else " "
        self.line.values[key] = value if is_blank(above) else f"{as_text(above)}{between}{as_text(value)}"
        self.sheet.found.paragraphs.append(address(row, at))

    def read_first_row(self, row: int, filled: Filled) -> bool:
        """Whether a row directly below the headings is no line: it numbers the columns, guides whoever fills them, or is an example."""
        found = self.sheet.found
        if row_kinds.is_numbering(filled) and len(filled) > len(self.header.columns) // 2:
            found.numbering.append(row)
            self.leave(row, filled, "numbers the columns")
            return True
        if row_kinds.is_example(filled):
            found.examples.append(row)
            self.leave(row, filled, "is in a row that is an example")
            return True
        below = [self.keyed(number) for number in range(row + 1, min(row + 1 + _ROWS_BELOW_GUIDANCE, self.last + 1))]
        others = [v for at, v in filled if at not in self.header.keys]
        if row_kinds.is_guidance(self.schema, self.keyed(row), others, below):
            found.guidance.append(row)
            self.leave(row, filled, "is guidance below the headings")
            return True
        return False

    def keyed(self, row: int) -> dict[str, Value]:
        """Return a row's seen values by column key."""
        return {self.header.keys[at]: v for at, v in self.sheet.seen(row) if at in self.header.keys}

    def continue_line(self, row: int, filled: Filled) -> bool:
        """Whether a row holds further paragraphs of the line above, as where a table was pasted from Word; they are joined."""
        line = self.line
        keyed = [(at, v) for at, v in filled if at in self.header.keys]
        if not line or not keyed or (self.header.id_column and any(at == self.header.id_column for at, _ in filled)):
            return False
        if not all(self.is_paragraph(at, v) for at, v in keyed):
            return False
        place_of = {key: at for at, key in self.header.keys.items()}
        names = [
            place_of[c.key]
            for c in (self.schema.role("reference"), self.schema.role("owner"))
            if c and c.key in place_of
        ]
        first = [self.sheet.covered.get((row, at), (0, 0))[0] for at in names[:1]]
        merged = bool(first) and self.header.top + self.header.depth <= first[0] <= line.row and first[0] > 0
        own = {self.header.keys[at] for at, _ in keyed}
        telling = {c.key for c in (self.schema.role(r) for r in ("theme", "reference", "priority")) if c}
        is_whole = keyed[0][0] <= self.leftmost or len(keyed) >= sum(not is_blank(v) for v in line.values.values())
        if not merged and (
            is_whole or own & telling or not names or any((row, at) in self.sheet.covered for at in place_of.values())
        ):
            return False
        for at, value in keyed:
            self.add_paragraph(row, at, value)
            self.sheet.found.paragraphs.pop()
        self.sheet.found.continued[line.row] = row
        self.leave_other_cells(row, filled, None)
        return True

    def read_line(self, row: int, filled: Filled) -> None:
        """Read a row as a line; where too little of it is the plan's, it is left."""
        here = {self.header.keys[at]: v for at, v in filled if at in self.header.keys}
        id_value = next((v for at, v in filled if at == self.header.id_column), None)
        line_id = "" if isinstance(id_value, CellError) else normalised_text(id_value)
        priority = self.schema.role("priority")
        enough = 1 if len(self.header.keys) <= 2 or (priority and priority.key in here) or any(
            (row, at) in self.sheet.covered for at in self.header.keys
        ) else 2  # fmt: skip
        if not (line_id and " " not in line_id) and len(here) + bool(line_id) < enough:
            self.leave(
                row, [f for f in filled if f[0] in self.header.keys or f[0] == self.header.id_column], ALONE_REASON
            )
            self.leave_other_cells(row, filled, None)
            return
        if isinstance(id_value, CellError):
            self.sheet.leave((row, self.header.id_column), "is an error value where the ID should be")
        line = SourceLine(row, line_id, dict.fromkeys(self.header.keys.values()), self.number)
        for at, key in self.header.keys.items():
            line.values[key] = self.cell_value(row, at, key)
        self.sheet.events.append(line)
        self.line = line
        self.leave_other_cells(row, filled, line)

    def cell_value(self, row: int, at: int, key: str) -> Value:
        """Return a line's value: what is merged over it, what a ditto mark repeats, or its own."""
        first = self.sheet.covered.get((row, at))
        if first:
            if first[1] != at or first[0] < self.header.top + self.header.depth:
                return None
            self.sheet.found.spread.add(first)
            return self.sheet.block.at(*first)
        value = self.sheet.block.at(row, at)
        if self.line and row_kinds.is_ditto(value) and not is_blank(self.line.values.get(key)):
            self.sheet.found.dittos.append(address(row, at))
            return self.line.values[key]
        return value

    def leave_other_cells(self, row: int, filled: Filled, line: SourceLine | None) -> None:
        """Leave what stands in columns that are not read, with the reason."""
        for at, value in filled:
            if at in self.header.keys or at == self.header.id_column:
                continue
            column = self.by_column.get(at)
            key = self.header.fallbacks.get(at)
            if column is None:
                self.sheet.leave((row, at), BESIDE_REASON)
            elif key and line and is_blank(line.values.get(key)):
                line.values[key] = value
            elif column.use is ColumnUse.DOUBLED and line and self.repeats(column, line, value):
                continue
            elif column.use is not ColumnUse.SHOWN_ONLY:
                self.sheet.leave((row, at), _COLUMN_REASONS[column.use].format(column.heading.header))

    def repeats(self, column: SourceColumn, line: SourceLine, value: Value) -> bool:
        """Whether a doubled column says what the one that was read says."""
        return same_value(line.values.get(column.key), value) if column.key else same_value(line.id, value)
