"""What the Columns sheet is kept up with: keys of new columns, and what a renamed column was called before.

A heading that HR changes is still that of returns already out and of past periods. The Issued sheet knows it by the column's
key, so the next verb reads it as another name of the column, and writes it under *Also known as*.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from hrworkbook.plan.cell_lists import join_items
from hrworkbook.plan.columns_sheet import COLUMNS, HEADING, KEY, SHEET_COLUMNS, below_the_columns
from hrworkbook.plan.findings import Finding
from hrworkbook.plan.read_columns_sheet import heading_row_of
from hrworkbook.plan.record_ledger import RecordLedger
from hrworkbook.plan.schema_faults import SchemaFaults
from hrworkbook.plan.schema_model import Schema
from hrworkbook.plan.setting_rows import SettingRows
from hrworkbook.plan.snapshot import Block, Snapshot, Write, address
from hrworkbook.plan.values import Value, as_text, fold_name, is_blank

_HEADING_OF = {c.name: c.heading for c in SHEET_COLUMNS}


class ColumnRows:
    """Where each column of the schema stands on the Columns sheet."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.top = heading_row_of(block)
        folded = [fold_name(as_text(v)) for v in block.rows[self.top - 1]] if self.top else []
        self._at = {
            name: folded.index(fold_name(heading)) + 1
            for name, heading in _HEADING_OF.items()
            if fold_name(heading) in folded
        }
        at = self._at.get(HEADING, 0)
        rows: dict[str, int] = {}
        for row in range(self.top + 1, len(block.rows) + 1):
            if not is_blank(block.at(row, at)):
                rows.setdefault(fold_name(as_text(block.at(row, at))), row)
        self._rows: Mapping[str, int] = rows

    def place(self, header: str, name: str) -> tuple[int, int] | None:
        """Return row and column of what the sheet says of a column; None where there is no such cell."""
        row, column = self._rows.get(fold_name(header), 0), self._at.get(name, 0)
        return (row, column) if row and column else None

    def address(self, header: str, name: str = HEADING) -> str:
        """Return the same as an address; '' where there is no such cell."""
        place = self.place(header, name)
        return address(*place) if place else ""

    def write(self, header: str, name: str, value: Value) -> tuple[Write, ...]:
        """Return the write of such a cell, where it is there and says something else."""
        place = self.place(header, name)
        if place is None or as_text(self.block.at(*place)) == as_text(value):
            return ()
        return (Write(COLUMNS, *place, ((value,),)),)


def with_former_headings(schema: Schema, issued: Mapping[str, str], snapshot: Snapshot) -> Schema:
    """Return the schema in which what a column was called when something was issued (`issued`, by key) is another name of it.

    Raises SchemaFaults where that is the name of another column by now: returns already out would be read wrongly.
    """
    former = {key: heading for key, heading in issued.items() if key in schema}
    names = {fold_name(n): c.key for c in schema.columns for n in (c.header, *c.aliases)}
    columns, findings = list(schema.columns), []
    for at, column in enumerate(columns):
        heading = former.get(column.key, "")
        holder = names.get(fold_name(heading), "") if heading else column.key
        if not holder:
            columns[at] = replace(column, aliases=(*column.aliases, heading))
        elif holder != column.key:
            findings.append(_taken(schema, snapshot, heading, holder, column.header))
    if findings:
        raise SchemaFaults(findings)
    return schema if columns == list(schema.columns) else replace(schema, columns=tuple(columns))


def _taken(schema: Schema, snapshot: Snapshot, heading: str, holder: str, now: str) -> Finding:
    header = schema[holder].header
    name = HEADING if fold_name(header) == fold_name(heading) else "aliases"
    return Finding(
        "error", COLUMNS, ColumnRows(snapshot[COLUMNS]).address(header, name), _HEADING_OF[name], heading, "former-heading",
        f"'{heading}' was the heading of the column that is now '{now}', and returns that went out have it",
        f"Give this column another heading, so that an answer under '{heading}' is never put here",
    )  # fmt: skip


def upkeep_writes(snapshot: Snapshot, schema: Schema, records: tuple[RecordLedger, ...]) -> tuple[Write, ...]:
    """Return the writes that keep the Columns sheet and the sheets of records up with the schema; none on masters made before."""
    if COLUMNS not in snapshot or not (rows := ColumnRows(snapshot[COLUMNS])).top:
        return ()
    writes: list[Write] = []
    for column in schema.columns:
        writes += rows.write(column.header, KEY, column.key)
        writes += rows.write(column.header, "aliases", join_items(column.aliases) or None)
    writes += _references(snapshot[COLUMNS], schema)
    for ledger in records:
        if ledger.sheet in snapshot:
            writes += ledger.upkeep(snapshot)
    return tuple(writes)


def _references(block: Block, schema: Schema) -> Iterator[Write]:
    """Yield the writes that name columns by their present headings in the settings and rules."""
    below = SettingRows(block)
    wanted = below_the_columns(schema)
    for first, rows in ((below.settings_row, wanted[0]), (below.rules_row, wanted[1])):
        by_label: dict[str, list[Sequence[Value]]] = {}
        for row in rows:
            by_label.setdefault(fold_name(as_text(row[0])), []).append(row)
        for at in range(first + 1, len(block.rows) + 1) if first else ():
            start = next((n for n, v in enumerate(block.rows[at - 1], 1) if not is_blank(v)), 0)
            of_label = by_label.get(fold_name(as_text(block.at(at, start))), [])
            for number, text in enumerate(of_label.pop(0) if of_label else (), start):
                if number > start and text and fold_name(as_text(text)) != fold_name(as_text(block.at(at, number))):
                    yield Write(COLUMNS, at, number, ((text,),))
