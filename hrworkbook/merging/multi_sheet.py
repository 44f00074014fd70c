"""Spread: one return on several sheets of a file, as where its owner copied the sheet, or parted the lines among two."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hrworkbook.merging.match_rows import MIN_TELLING_CHARACTERS, Baseline, is_another_line
from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.returns import ROW_ID
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.seal import find_seal
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import as_text, normalised_text
from hrworkbook.tables.find_table import Row, Table
from hrworkbook.tables.heading_vocabulary import fold_heading

FindTable = Callable[[Sequence[Block]], Table]


def sealed_sheets(blocks: Sequence[Block]) -> list[str]:
    """The sheets in sight that bear a seal, where there are several sheets; the table of a return is one of theirs."""
    if len(blocks) < 2:
        return []
    return [b.name for b in blocks if not b.hidden and find_seal([b])[0]]


def tables_of_return(
    blocks: Sequence[Block], sealed: Sequence[str], first: Table, find: FindTable, schema: Schema, baseline: Baseline
) -> tuple[Table, ...]:
    """The tables that together are the return, the one that was found first.

    A sheet with the same seal is a copy of what was issued. One without it is taken for a part only where it holds lines
    that no other sheet has and says of each what HR wrote: last quarter's table holds the same lines, and is not read.
    """
    parts = [first]
    for block in blocks if len(blocks) > 1 else ():
        if block.name == first.sheet or block.hidden:
            continue
        try:
            other = find([block])
        except NotAReturn:
            continue
        if block.name in sealed or _is_continuation(schema, baseline, block, parts, other):
            parts.append(other)
    if len(parts) == 1:
        return (first,)
    rest = {table.sheet for table in parts[1:]}
    first = find([b for b in blocks if b.name not in rest])
    noted = [
        replace(
            t,
            reading_notes=(
                *t.reading_notes,
                f"Sheet '{t.sheet}' holds a table too, and was read with '{first.sheet}'.",
            ),
        )
        for t in parts[1:]
    ]
    return (first, *noted)


def _is_continuation(schema: Schema, baseline: Baseline, block: Block, parts: Sequence[Table], other: Table) -> bool:
    """Whether a sheet holds nothing but issued lines, known by their IDs and their text, that stand on no other sheet."""
    locked = [c.key for c in schema.columns if not c.is_owners]
    ids = [_line_id_of(block, other, row) for row in other.rows]
    elsewhere = {row.line_id for table in parts for row in table.rows}
    if not ids or len(set(ids)) < len(ids) or not elsewhere.isdisjoint(ids):
        return False
    return all(id_ in baseline and _has_enough_text(row, locked) and not is_another_line(baseline[id_], row, locked)
               for id_, row in zip(ids, other.rows, strict=True))  # fmt: skip


def _line_id_of(block: Block, table: Table, row: Row) -> str:
    column = next((h.column for h in table.headings if fold_heading(h.header) == fold_heading(ROW_ID)), 0)
    return row.line_id or (normalised_text(block.at(row.row_number, column)) if column else "")


def _has_enough_text(row: Row, locked: Sequence[str]) -> bool:
    return sum(len(as_text(row[key])) for key in locked if key in row) >= MIN_TELLING_CHARACTERS
