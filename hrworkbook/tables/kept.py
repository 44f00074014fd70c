"""A plan as people keep it: a cell merged over the lines it stands for, a theme in a row of its own above them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hrworkbook.findings import count
from hrworkbook.schema import Schema
from hrworkbook.snapshot import Block, Range, row_and_column
from hrworkbook.tables.find import Table, find_table
from hrworkbook.tables.rows import ALONE, Unplaced
from hrworkbook.values import Value, is_blank, plain


def kept_table(blocks: Sequence[Block], schema: Schema) -> Table:
    """The plan's table, what a cell merged over several lines says read for each of them; raises NotAReturn without one."""
    table = find_table(blocks, schema)
    first = table.first_header_row + table.header_rows
    over = {b.name: [m for m in b.merges if _stands_for_lines(b, m, first)] for b in blocks if b.name == table.sheet}
    bands = {b.name: [m for m in b.merges if _is_band(b, m, first)] for b in blocks if b.name == table.sheet}
    if not any(over.values()) and not any(bands.values()):
        return table
    spread = [_spread(b, over[b.name], bands[b.name]) if b.name in over else b for b in blocks]
    again = find_table(spread, schema)
    merged = sum(map(len, over.values()))
    note = (
        f"{count(merged, 'cell')} merged over several lines {'was' if merged == 1 else 'were'} read for each of them."
    )
    return replace(again, notes=(*again.notes, note)) if merged else again


def themes_above(table: Table, schema: Schema) -> Mapping[Unplaced, int]:
    """The cells that stand alone in a row above lines without a column for their theme, with their rows.

    Empty where the table has that column, or begins with a line that nothing stands above.
    """
    theme = schema.role("theme")
    if theme is None or theme.key in table.keys or not table.rows:
        return {}
    alone = {u: row_and_column(u.cell)[0] for u in table.unplaced if u.sheet == table.sheet and u.why == ALONE}
    return alone if alone and min(alone.values()) < table.rows[0].number else {}


def theme_of(row: int, themes: Mapping[Unplaced, int]) -> str:
    """The theme that stands next above a row."""
    return plain(max((at, u.value) for u, at in themes.items() if at < row)[1])


def _stands_for_lines(block: Block, merge: Range, first: int) -> bool:
    top, left, bottom, right = merge
    return top >= first and left == right and top < bottom and not is_blank(block.at(top, left))


def _is_band(block: Block, merge: Range, first: int) -> bool:
    top, left, bottom, right = merge
    alone = sum(not is_blank(v) for v in block.rows[top - 1]) == 1
    return top >= first and left < right and top == bottom and alone


def _spread(block: Block, over: Sequence[Range], bands: Sequence[Range]) -> Block:
    """The sheet with these merged cells as if each row had been typed, and these bands as if they were not merged."""
    rows: list[list[Value]] = [list(row) for row in block.rows]
    for top, column, bottom, _ in over:
        for row in rows[top:bottom]:
            row += [None] * (column - len(row))
            row[column - 1] = block.at(top, column)
    left = tuple(m for m in block.merges if m not in over and m not in bands)
    return replace(block, rows=rows, merges=left)
