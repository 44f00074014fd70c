"""The rows of a table that was a council's own: lines with an ID, new lines, themes, and what is neither."""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from hrworkbook.plan import row_kinds
from hrworkbook.plan.plan_tables import PlanTable
from hrworkbook.plan.row_kinds import Filled
from hrworkbook.plan.schema_model import Schema
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.table_end import last_line_row
from hrworkbook.plan.table_titles import BandThemes, is_theme_label
from hrworkbook.plan.values import CellError, Value, as_text, is_blank, normalised_text

_ROWS_BELOW_GUIDANCE = 6
_FORMULAS_OVER_ROWS = ("SUM(", "SUBTOTAL(", "COUNT", "AVERAGE", "AGGREGATE(", "SUMIF", "MAX(", "MIN(")


class RowKind(Enum):
    """What a row below the headings is."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    """It says more of the line above it."""
    BAND = "band"
    """A text alone in its row: a theme, or a note."""
    END = "end"
    """What stands from here on is no line unless it has an ID."""
    OTHER = "other"


class TheirLine(NamedTuple):
    """A line as it is read: its sheet row, its ID ('' where it is new), its values by column key."""

    row: int
    id: str
    values: dict[str, Value]
    spread: dict[str, int]
    """The last row of each text that goes on in rows below, by column key."""


class TheirRows:
    """The rows below the headings of one table."""

    def __init__(self, block: Block, schema: Schema, table: PlanTable) -> None:
        self.block = block
        self.schema = schema
        self.table = table
        self.key_at = {column: key for column, key in sorted((c, k) for k, c in table.column_numbers.items()) if key}
        self.id_at = table.column_numbers[""]
        self.first_at = min(self.key_at)
        self.covered = self._covered_cells()
        names = (schema.role("reference"), schema.role("owner"))
        self._name_keys = {c.key for c in names if c and c.key in table.column_numbers}
        self._has_ended = False
        telling = (schema.role(role) for role in ("theme", "reference", "priority"))
        self._telling_keys = {c.key for c in telling if c}

    def lines(self) -> Iterator[TheirLine]:
        """Yield each line, with an ID or new."""
        theme = self.schema.role("theme")
        bands = BandThemes(*self._bands) if self.schema.theme_from == "band" else None
        line: TheirLine | None = None
        final = self._last_row()
        for row in range(self.table.first_row, self.table.last_row + 1):
            filled = self._filled(row)
            id_ = self._id(row)
            self._has_ended = self._has_ended or row > final
            kind = RowKind.LINE if id_ else self._kind(row, filled, line) if filled else RowKind.OTHER
            if kind is RowKind.LINE:
                last = line.values if line else {}
                values = {key: self._value(row, at, last) for at, key in self.key_at.items()}
                if theme:
                    values[theme.key] = self._theme(values.get(theme.key), last.get(theme.key), bands)
                if line:
                    yield line
                line = TheirLine(row, id_, values, {})
            elif kind is RowKind.PARAGRAPH and line:
                self._add_paragraphs(line, row, filled)
            elif kind is RowKind.BAND and bands:
                bands.add(normalised_text(filled[0][1]))
            elif kind is RowKind.END:
                self._has_ended = True
        if line:
            yield line

    def _last_row(self) -> int:
        """Return the last row that may be a new line."""
        reached = {row for (row, _), first in self.covered.items() if first[0] < row}
        reference = self.schema.role("reference")
        at = self.table.column_numbers.get(reference.key, 0) if reference else 0
        rows = range(self.table.first_row, self.table.last_row + 1)
        return last_line_row(rows, self._filled, reached.__contains__, self.key_at.keys(), at) if rows else 0

    def _add_paragraphs(self, line: TheirLine, row: int, filled: Filled) -> None:
        for key, value in self._keyed(filled).items():
            above = line.values.get(key)
            between = "\n" if self.schema[key].kind == "text" else " "
            line.values[key] = value if is_blank(above) else f"{as_text(above)}{between}{as_text(value)}"
            line.spread[key] = row

    def _theme(self, own: Value, above: Value, bands: "BandThemes | None") -> Value:
        """Return a line's theme: what its column says, else what stands for it elsewhere, else what the line above says."""
        if not is_blank(own):
            return own
        source = self.schema.theme_from
        if source == "sheet":
            return " ".join(self.table.sheet.split())
        if source == "title":
            return self.table.title or " ".join(self.table.sheet.split())
        if bands:
            return bands.take() or self.table.title or None
        return above

    # Cells

    def _covered_cells(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Return the first cell of each merge in the table, by the cells that lie under it."""
        first, last, width = self.table.first_row, self.table.last_row, max(*self.key_at, self.id_at)
        under: dict[tuple[int, int], tuple[int, int]] = {}
        for r1, c1, r2, c2 in self.block.merges:
            for row in range(max(r1, first), min(r2, last) + 1):
                for at in range(c1, min(c2, width) + 1):
                    if (row, at) != (r1, c1):
                        under[row, at] = (r1, c1)
        return under

    def _filled(self, row: int) -> Filled:
        """Return the row's cells of the plan's columns that hold something and are seen."""
        cells = self.block.rows[row - 1]
        return [
            (at, value)
            for at in self.key_at
            if at <= len(cells) and not is_blank(value := cells[at - 1]) and (row, at) not in self.covered
        ]

    def _id(self, row: int) -> str:
        value = self.block.at(row, self.id_at)
        return "" if isinstance(value, CellError) else normalised_text(value)

    def _value(self, row: int, at: int, last: dict[str, Value]) -> Value:
        """Return a line's value: what is merged over it, what a ditto mark repeats, or its own."""
        if first := self.covered.get((row, at)):
            return self.block.at(*first) if first[1] == at and first[0] >= self.table.first_row else None
        value = self.block.at(row, at)
        above = last.get(self.key_at[at])
        return above if row_kinds.is_ditto(value) and not is_blank(above) else value

    # Rows

    def _kind(self, row: int, filled: Filled, line: TheirLine | None) -> RowKind:
        """Return what a row without an ID is."""
        if self._has_ended or line and self._begins_other_table(row, filled):
            return RowKind.END
        keys = {self.key_at[at] for at, _ in filled}
        if len(filled) == 1 and len(self.key_at) > 2:
            return self._kind_of_single(row, filled, keys, line)
        if self._is_total(row, filled) or self._repeats_headings(filled) or not line and self._is_preamble(row, filled):
            return RowKind.OTHER
        if line and self._continues_line(row, filled, keys):
            return RowKind.PARAGRAPH
        priority = self.schema.role("priority")
        is_told = not priority or priority.key in keys or priority.key not in self.table.column_numbers
        is_merged = any((row, at) in self.covered for at in self.key_at)
        return RowKind.LINE if len(self.key_at) <= 2 or is_told or is_merged else RowKind.OTHER

    def _kind_of_single(self, row: int, filled: Filled, keys: set[str], line: TheirLine | None) -> RowKind:
        text = normalised_text(filled[0][1])
        is_merged_down = any(self.covered.get((row, at), (row, 0))[0] < row for at in self.key_at)
        if line and is_merged_down and self._continues_line(row, filled, keys):
            return RowKind.PARAGRAPH
        if row_kinds.is_end_mark(text):
            return RowKind.END
        if self._is_band(row, filled):
            return RowKind.BAND
        is_more = line and not row_kinds.is_total(filled) and all(self._is_paragraph(at, v) for at, v in filled)
        return RowKind.PARAGRAPH if is_more else RowKind.OTHER

    def _is_paragraph(self, at: int, value: Value) -> bool:
        """Return whether a cell can only say more of what stands above it."""
        kind = self.schema[self.key_at[at]].kind
        return kind == "text" or kind == "timescale" and isinstance(value, str) and value.lstrip().startswith("(")

    def _is_total(self, row: int, filled: Filled) -> bool:
        formulas = [self.block.formulas.get((row, at), "").upper() for at, _ in filled]
        worked_out = sum(any(name in text for name in _FORMULAS_OVER_ROWS) for text in formulas)
        return row_kinds.is_total(filled) or (worked_out > 0 and worked_out >= len(filled) - 1)

    def _repeats_headings(self, filled: Filled) -> bool:
        """Return whether most of a row are the table's own headings again, as at the top of a printed page."""
        heads = self.block.rows[self.table.header_row - 1]
        same = sum(at <= len(heads) and value == heads[at - 1] for at, value in filled)
        return same > 1 and 5 * same >= 3 * len(filled)

    def _is_preamble(self, row: int, filled: Filled) -> bool:
        """Return whether a row directly below the headings numbers the columns, guides whoever fills them, or is an example."""
        if row_kinds.is_numbering(filled) and 2 * len(filled) > len(self.key_at) or row_kinds.is_example(filled):
            return True
        rows = range(row + 1, min(row + 1 + _ROWS_BELOW_GUIDANCE, self.table.last_row + 1))
        below = [self._keyed(self._filled(number)) for number in rows]
        return row_kinds.is_guidance(self.schema, self._keyed(filled), (), below)

    def _keyed(self, filled: Filled) -> dict[str, Value]:
        return {self.key_at[at]: value for at, value in filled}

    def _continues_line(self, row: int, filled: Filled, keys: set[str]) -> bool:
        """Return whether a row only says more of the line above it, as where a table was pasted from a document."""
        if not all(self._is_paragraph(at, value) for at, value in filled):
            return False
        if any(self.covered.get((row, self.table.column_numbers[key]), (row, 0))[0] < row for key in self._name_keys):
            return True
        is_whole = filled[0][0] <= self.first_at
        is_merged = any((row, at) in self.covered for at in self.key_at)
        return not (is_whole or keys & self._telling_keys or not self._name_keys or is_merged)

    def _is_band(self, row: int, filled: Filled) -> bool:
        """Return whether a row is a text alone where a theme would stand: leftmost, or merged over most of the table."""
        if len(filled) != 1 or not isinstance(filled[0][1], str) or isinstance(filled[0][1], CellError):
            return False
        at = filled[0][0]
        width = next((c2 - c1 + 1 for r1, c1, _, c2 in self.block.merges if (r1, c1) == (row, at)), 1)
        return (at <= self.first_at or 2 * width > len(self.key_at)) and not row_kinds.is_total(filled)

    def _begins_other_table(self, row: int, filled: Filled) -> bool:
        """Return whether a row below a gap holds headings of another kind of table."""
        above = row - 1
        if len(self._filled(above)) == 1:
            above -= 1
        return not self._filled(above) and row_kinds.may_head_another_table(self.schema, filled, self.key_at)

    @property
    def _bands(self) -> tuple[bool, bool]:
        """Whether some text alone in its row calls itself a theme, and whether the first row below the headings is one."""
        rows = range(self.table.first_row, self.table.last_row + 1)
        cells = [(row, filled) for row in rows if (filled := self._filled(row))]
        alone = [(row, normalised_text(f[0][1])) for row, f in cells if not self._id(row) and self._is_band(row, f)]
        return any(is_theme_label(text) for _, text in alone), bool(alone) and alone[0][0] == cells[0][0]
