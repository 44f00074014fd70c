"""The lines of a plan, read from its tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hrworkbook.plan.plan_tables import PlanTable
from hrworkbook.plan.schema_model import Schema
from hrworkbook.plan.sheet_names import quoted_sheet
from hrworkbook.plan.snapshot import Block, Snapshot
from hrworkbook.plan.values import Value, as_text, is_blank, normalised_text

NO_TABLE = PlanTable("")
"""Of a line that stands on no sheet."""


@dataclass(frozen=True)
class Line:
    """One line of the plan: its visible ID, its table and sheet row, and its values by column key."""

    id: str
    row: int
    values: Mapping[str, Value]
    table: PlanTable = field(default=NO_TABLE, compare=False, repr=False)
    spread: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    """The last row of each text that goes on in rows below, as where a table was pasted from a document, by column key."""

    @property
    def sheet(self) -> str:
        """The sheet it stands on."""
        return self.table.sheet

    @property
    def row_name(self) -> str:
        """`row 7`, or `row 7 of '2 Reward'` where the sheet is not ours."""
        if not isinstance(self.row, int):
            return str(self.row)
        return f"row {self.row}" if self.table.is_ours else f"row {self.row} of {quoted_sheet(self.sheet)}"

    def text(self, key: str) -> str:
        """Return the value as it is written; '' for a blank."""
        return as_text(self.values.get(key))


def read_lines(snapshot: Snapshot, schema: Schema, tables: Sequence[PlanTable]) -> Iterator[Line]:
    """Yield the lines of the tables, in the order they stand in.

    Of a sheet of ours every row below the headings that holds anything of the plan is one. Of a sheet that was theirs
    every row with an ID is, and every other that `TheirRows` takes for a new line.
    """
    for table in tables:
        block = _as_shown(snapshot[table.sheet], schema, table)
        if table.is_ours:
            yield from _all_rows(block, table)
        else:
            # Its many patterns are compiled as it is loaded; a master of ours has no such sheet.
            from hrworkbook.plan.their_lines import TheirRows

            blank: dict[str, Value] = dict.fromkeys(c.key for c in schema.columns)
            for found in TheirRows(block, schema, table).lines():
                yield Line(found.id, found.row, blank | found.values, table, found.spread)


def _as_shown(block: Block, schema: Schema, table: PlanTable) -> Block:
    """Return a sheet in which numbers typed into a table's text columns are replaced by the text their cells show."""
    if not (block.formats or block.shown_texts or block.from_1904):
        return block
    from hrworkbook.plan.number_format.cell_text import as_shown

    kinds = {column: schema[key].kind for key, column in table.column_numbers.items() if key}
    return as_shown(block, kinds, range(table.first_row, table.last_row + 1))


def _all_rows(block: Block, table: PlanTable) -> Iterable[Line]:
    pairs = [(key, column - 1) for key, column in table.column_numbers.items() if key]
    id_column = table.column_numbers[""] - 1
    for number, row in enumerate(block.rows[table.first_row - 1 : table.last_row], table.first_row):
        width = len(row)
        values = {key: row[at] if at < width else None for key, at in pairs}
        id_ = normalised_text(row[id_column]) if id_column < width else ""
        if id_ or not all(map(is_blank, values.values())):
            yield Line(id_, number, values, table)
