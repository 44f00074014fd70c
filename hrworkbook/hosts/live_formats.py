"""The number formats of an open plan: what the numbers typed into its columns of text show, and how its figures and dates do."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hrworkbook.hosts.read_live_sheet import formulas_of, merged_areas
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.model import read_schema_of
from hrworkbook.plan.number_format.builtin_ids import shown_by_computer
from hrworkbook.plan.number_format.cell_text import TYPED_KINDS, is_number
from hrworkbook.plan.number_format.render import is_plain
from hrworkbook.plan.plan_tables import PlanTable, plan_tables
from hrworkbook.plan.schema_model import Schema
from hrworkbook.plan.snapshot import Block, CellTexts, Snapshot


def with_formats(snapshot: Snapshot, book: Any) -> Snapshot:
    """Return an open workbook's snapshot with the formats of the numbers and dates in its plan's lines.

    `book` is the xlwings book. Of a collection, which issues no returns, only those in columns of text are asked of;
    without numbers nothing is, and of cells that share a format at once. What is no plan comes back as it is: the verb that
    reads it tells why.
    """
    tables: tuple[PlanTable, ...] = ()
    with suppress(HrWorkbookError):
        schema = read_schema_of(snapshot)
        tables = plan_tables(snapshot, schema)
    read: dict[str, Block] = {}
    for table in tables:
        sheet = book.sheets[table.sheet]
        block = read.get(table.sheet) or _with_merges_and_formulas(snapshot[table.sheet], sheet, table)
        read[table.sheet] = _with_formats(block, sheet, table, schema)
    if all(block is snapshot[name] for name, block in read.items()):
        return snapshot
    return replace(snapshot, sheets=tuple(read.get(block.name, block) for block in snapshot.sheets))


def _with_merges_and_formulas(block: Block, sheet: Any, table: PlanTable) -> Block:
    """Return a sheet that was theirs with all its merged cells, which may lie over lines, and its formulas."""
    if table.is_ours:
        return block
    area = (1, 1, len(block.rows), max(map(len, block.rows)))
    return replace(block, merges=tuple(merged_areas(sheet, area)), formulas=formulas_of(sheet, block.rows))


def _with_formats(block: Block, sheet: Any, table: PlanTable, schema: Schema) -> Block:
    found: dict[str, list[int]] = {}
    for column, rows in _numbers_shown(block, table, schema).items():
        for code, alike in _codes(sheet, column, rows):
            if not is_plain(code):
                found.setdefault(code, []).extend(at for row in alike for at in (row, column))
    for code, cells in block.formats.by_text.items() if found else ():
        found.setdefault(code, []).extend(cells)
    return replace(block, formats=CellTexts(found)) if found else block


def _numbers_shown(block: Block, table: PlanTable, schema: Schema) -> dict[int, list[int]]:
    """Return the rows of the numbers and dates in each column of a table, both counted from 1."""
    columns = [
        at
        for key, at in table.column_numbers.items()
        if key and not (schema.collect and schema[key].kind in TYPED_KINDS)
    ]
    rows = range(table.first_row, table.last_row + 1)
    found = {column: [row for row in rows if is_number(block.at(row, column))] for column in columns}
    return {column: numbers for column, numbers in found.items() if numbers}


def _codes(sheet: Any, column: int, rows: list[int]) -> Iterable[tuple[str, list[int]]]:
    """Yield the code of each run of rows of a column whose format is one; the column is halved where it is not."""
    wanted = set(rows)
    cells = sheet.range((rows[0], column), (rows[-1], column))
    code = cells.number_format
    if code is not None:
        yield shown_by_computer(code), rows
    elif sheet.book.app.engine.name == "calc":
        for areas, code in cells.impl.areas_by_format_code():
            yield code, [row for top, _, bottom, _ in areas for row in range(top, bottom + 1) if row in wanted]
    elif len(rows) > 1:
        middle = len(rows) // 2
        yield from _codes(sheet, column, rows[:middle])
        yield from _codes(sheet, column, rows[middle:])
