"""Bands: the lines of a plan whose table has cells merged over several rows, or headings between its lines.

A cell merged downwards says the same of each of its rows, as a theme does. A table pasted from Word is the exception:
there one line takes as many rows as its longest cell has paragraphs, and all its other cells are merged over them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.snapshot import Block, CellRange, row_and_column
from hrworkbook.plan.values import Value, as_text, is_blank, normalised_text
from hrworkbook.tables.find_table import Row, Table, UnplacedCell
from hrworkbook.tables.read_rows import missing_columns_notes


@dataclass(frozen=True)
class PlanLine:
    """One line as the source has it: its ID ('' where it has none), its sheet row, and its values by column key."""

    id: str
    row: int
    values: Mapping[str, Value]


class PlanTable(NamedTuple):
    """A plan's table as its keeper means it: its lines, how they were read, and the cells without a place."""

    lines: list[PlanLine]
    notes: tuple[str, ...]
    unplaced: tuple[UnplacedCell, ...]


def plan_lines(schema: Schema, table: Table, block: Block) -> PlanTable:
    """The lines of a plan's table, with what is merged over them and the headings they stand under."""
    merges = [m for m in block.merges if m[2] > m[0] and table.rows and m[2] >= table.rows[0].row_number]
    notes = list(table.reading_notes)
    lines = [PlanLine(normalised_text(row.line_id), row.row_number, _values(row)) for row in table.rows]
    if merges:
        lines, merge_notes = _spread_merged_cells(schema, table, block, merges, lines)
        notes += merge_notes
    lines, placed = _with_section_headings(schema, table, lines)
    missing: Sequence[str] = table.missing_columns
    if placed:
        theme = schema.role("theme")
        assert theme
        missing = [header for header in missing if header != theme.header]
        where = join_words([u.cell for u in table.unplaced if u in placed])
        notes.append(f"What stands alone in its row ({where}) was read as the {theme.header} of the lines below it.")
    notes += missing_columns_notes(missing)
    return PlanTable(lines, tuple(notes), tuple(u for u in table.unplaced if u not in placed))


def _values(row: Row) -> dict[str, Value]:
    return {key: value for key, (_, value) in row.cells.items()}


def _spread_merged_cells(
    schema: Schema, table: Table, block: Block, merges: Sequence[CellRange], lines: Sequence[PlanLine]
) -> tuple[list[PlanLine], list[str]]:
    """The lines with what is merged over several of them, and the rows that are one line put together."""
    key_at = {h.column: h.key for h in table.headings if h.key}
    over = {(row, key_at[c1]): m for m in merges for row in range(m[0], m[2] + 1) if (c1 := m[1]) in key_at}
    found: list[PlanLine] = []
    one_line: list[str] = []
    for line in lines:
        first = _continued_row(schema, line, over)
        if first and found and found[-1].row == first:
            found[-1] = replace(found[-1], values=_join_paragraphs(found[-1].values, line.values))
            one_line.append(f"{first}")
        else:
            shown = {key: block.at(m[0], m[1]) for (row, key), m in over.items() if row == line.row}
            found.append(replace(line, values={**line.values, **shown}))
    notes = []
    if one_line:
        rows = list(dict.fromkeys(one_line))
        notes.append(
            f"{count_noun(len(rows), 'line')} stood over several rows each, from row {rows[0]} on, and were put together, as a table from Word is pasted."
        )
    spread = sum(m[1] in key_at and str(m[0]) not in one_line for m in merges)
    if spread:
        was = "was" if spread == 1 else "were"
        notes.append(f"{count_noun(spread, 'cell')} merged over several lines {was} read for each of them.")
    return found, notes


def _continued_row(schema: Schema, line: PlanLine, over: Mapping[tuple[int, str], CellRange]) -> int:
    """The first row of the line that a row belongs to as its further paragraphs; 0 where it is a line of its own."""
    telling_columns = [c for c in (schema.role("priority"), schema.role("owner")) if c]
    first = {over[line.row, c.key][0] if (line.row, c.key) in over else 0 for c in telling_columns}
    if len(first) != 1 or (row := first.pop()) in (0, line.row) or line.id:
        return 0
    return row if all(schema[key].kind == "text" for key, value in line.values.items() if not is_blank(value)) else 0


def _join_paragraphs(one: Mapping[str, Value], more: Mapping[str, Value]) -> dict[str, Value]:
    """A line with further paragraphs below its own."""
    joined = dict(one)
    for key, value in more.items():
        if not is_blank(value):
            joined[key] = value if is_blank(one.get(key)) else f"{as_text(one[key])}\n{as_text(value)}"
    return joined


def _with_section_headings(
    schema: Schema, table: Table, lines: Sequence[PlanLine]
) -> tuple[list[PlanLine], set[UnplacedCell]]:
    """The lines with the heading they stand under as their theme, where the table has no column for it."""
    theme = schema.role("theme")
    if theme is None or theme.key in table.keys or not lines:
        return list(lines), set()
    headings = dict(_section_headings(table))
    if not headings or min(headings) > lines[0].row:
        return list(lines), set()
    found = []
    used: set[UnplacedCell] = set()
    for line in lines:
        under = headings[max(row for row in headings if row < line.row)]
        used.add(under)
        found.append(replace(line, values={**line.values, theme.key: " ".join(as_text(under.value).split())}))
    return found, used


def _section_headings(table: Table) -> Iterator[tuple[int, UnplacedCell]]:
    for one in table.unplaced:
        if one.sheet == table.sheet and one.stands_alone and isinstance(one.value, str):
            yield row_and_column(one.cell)[0], one
