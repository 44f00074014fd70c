"""The number formats of an open plan: what the numbers typed into its columns of text show, and how its figures and dates do."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.ledgers import PLAN
from hrworkbook.plan.model import find_headings, read_schema_of
from hrworkbook.plan.number_format.cell_text import TYPED_KINDS, is_number
from hrworkbook.plan.number_format.render import is_plain
from hrworkbook.plan.snapshot import Block, CellTexts, Snapshot

_OF_THE_COMPUTER = {"m/d/yyyy": "dd/mm/yyyy", "m/d/yyyy h:mm": "dd/mm/yyyy hh:mm"}
"""The computer's own date formats: Excel names them as an American one, whatever they show (`builtin_ids.SYSTEM_IDS`)."""


def with_formats(snapshot: Snapshot, book: Any) -> Snapshot:
    """Return an open workbook's snapshot with the formats of the numbers and dates in its plan's lines.

    `book` is the xlwings book. Of a collection, which issues no returns, only those in columns of text are asked of;
    without numbers nothing is, and of cells that share a format at once. What is no plan comes back as it is: the verb that
    reads it tells why.
    """
    if PLAN not in snapshot:
        return snapshot
    block = snapshot[PLAN]
    wanted: dict[int, list[int]] = {}
    with suppress(HrWorkbookError):
        wanted = _numbers_shown(block, snapshot)
    if not wanted:
        return snapshot
    found: dict[str, list[int]] = {}
    sheet = book.sheets[PLAN]
    for column, rows in wanted.items():
        for code, alike in _codes(sheet, column, rows):
            if not is_plain(code):
                found.setdefault(code, []).extend(at for row in alike for at in (row, column))
    read = replace(block, formats=CellTexts(found))
    return replace(snapshot, sheets=tuple(read if sheet is block else sheet for sheet in snapshot.sheets))


def _numbers_shown(block: Block, snapshot: Snapshot) -> dict[int, list[int]]:
    """Return the rows of the numbers and dates in each column, both counted from 1; raises NotAMaster where it is no plan."""
    schema = read_schema_of(snapshot)
    header_row, places = find_headings(block, schema)
    columns = [at for key, at in places.items() if key and not (schema.collect and schema[key].kind in TYPED_KINDS)]
    rows = range(header_row + 1, len(block.rows) + 1)
    found = {column: [row for row in rows if is_number(block.at(row, column))] for column in columns}
    return {column: numbers for column, numbers in found.items() if numbers}


def _codes(sheet: Any, column: int, rows: list[int]) -> Iterable[tuple[str, list[int]]]:
    """Yield the code of each run of rows of a column whose format is one; the column is halved where it is not."""
    wanted = set(rows)
    cells = sheet.range((rows[0], column), (rows[-1], column))
    code = cells.number_format
    if code is not None:
        yield _OF_THE_COMPUTER.get(code, code), rows
    elif sheet.book.app.engine.name == "calc":
        for areas, code in cells.impl.areas_by_format_code():
            yield code, [row for top, _, bottom, _ in areas for row in range(top, bottom + 1) if row in wanted]
    elif len(rows) > 1:
        middle = len(rows) // 2
        yield from _codes(sheet, column, rows[:middle])
        yield from _codes(sheet, column, rows[middle:])
