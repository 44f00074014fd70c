"""One sheet of an open workbook, read: its block at once, with error values, formulas and merged cells."""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from hrworkbook.ooxml.cell_xml import EXCEL_ERRORS
from hrworkbook.plan.ledgers import PLAN
from hrworkbook.plan.serials import EPOCH_1900
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.snapshot import CellRange as Area
from hrworkbook.plan.values import CellError, Value

_MAX_CELLS = 2_000_000
"""Cells: a used range above this is mostly formatting, and its end is looked for by content."""

_ERROR_BASE = -2_146_828_288
"""Over COM an error value is this number plus its own (2000 to 2099)."""

_HEADING_ROWS = 40
"""Rows in which merged cells are looked for."""

_ERROR_VALUES = {
    2000: "#NULL!",
    2007: "#DIV/0!",
    2015: "#VALUE!",
    2023: "#REF!",
    2029: "#NAME?",
    2036: "#NUM!",
    2042: "#N/A",
    2043: "#GETTING_DATA",
    2045: "#SPILL!",
    2046: "#CONNECT!",
    2047: "#BLOCKED!",
    2048: "#UNKNOWN!",
    2049: "#FIELD!",
    2050: "#CALC!",
}
"""Excel's error values by their numbers (XlCVError)."""


def block_of(sheet: Any) -> Block:
    """Return a sheet's values from A1 to its last cell, and the merged cells among its first rows, where headings stand."""
    last = _last_cell(sheet)
    rows = read_values(sheet.range((1, 1), last)) if last else []
    if last == (1, 1) and rows[0][0] is None:
        rows, last = [], None
    merges = tuple(merged_areas(sheet, (1, 1, min(last[0], _HEADING_ROWS), last[1]))) if last else ()
    formulas = formulas_of(sheet, rows) if last and sheet.name == PLAN else {}
    return Block(sheet.name, rows, merges, sheet.visible not in (True, -1), formulas)


def formulas_of(sheet: Any, rows: Sequence[Sequence[Value]]) -> dict[tuple[int, int], str]:
    """Return the formulas of a sheet whose values are these, by row and column."""
    last = len(rows), max(map(len, rows))
    at = formulas_in(sheet.range((1, 1), last), (1, 1, *last))
    return {(row, column): text for row, column, text in at if text != rows[row - 1][column - 1]}


def formulas_in(cells: Any, area: Area) -> Iterator[tuple[int, int, str]]:
    """Yield what begins with `=` in an xlwings range, by row and column: formulas, and texts that look like one."""
    top, left, bottom, _ = area
    found = cells.formula
    rows = found if isinstance(found, list | tuple) else ((found,),)
    if not isinstance(rows[0], list | tuple):
        rows = (rows,) if top == bottom else [(f,) for f in rows]
    for r, row in enumerate(rows, top):
        for c, text in enumerate(row, left):
            if isinstance(text, str) and text.startswith("="):
                yield r, c, text


def merged_areas(sheet: Any, area: Area) -> Iterator[Area]:
    """Yield the merged cells in an area, row by row where it has any."""
    top, left, bottom, right = area
    if sheet.range((top, left), (bottom, right)).merge_cells is False:
        return
    if top < bottom:
        middle = (top + bottom) // 2
        found = [
            *merged_areas(sheet, (top, left, middle, right)),
            *merged_areas(sheet, (middle + 1, left, bottom, right)),
        ]
        yield from dict.fromkeys(found)
        return
    column = left
    while column <= right:
        merged = area_of(sheet.range((top, column)).merge_area)
        if merged[:2] != merged[2:]:
            yield merged
        column = merged[3] + 1


def _last_cell(sheet: Any) -> tuple[int, int] | None:
    used = sheet.used_range
    rows, columns = used.shape
    last = used.row + rows - 1, used.column + columns - 1
    if last[0] * last[1] <= _MAX_CELLS:
        return last
    ends = [sheet.cells.find("*", direction="backward", order=order) for order in ("rows", "columns")]
    if ends[0] is None or ends[1] is None:
        return None
    return ends[0].row, ends[1].column


def read_values(cells: Any) -> list[list[Value]]:
    """Return the values of an xlwings range, in rows."""
    if sys.platform == "darwin":
        # There an error value and the text that looks like it cannot be told apart.
        rows = cells.options(ndim=2, err_to_str=True).value
        return [[CellError(v) if v in EXCEL_ERRORS else _from_program(v) for v in row] for row in rows]
    found = cells.raw_value
    rows = found if isinstance(found, list | tuple) else ((found,),)
    return [[v if v is None or type(v) is str else _from_program(v) for v in row] for row in rows]


def _from_program(value: Any) -> Value:
    """Return a value as COM or Calc gives it: an error is a number or a CellError, a time of day stands on the day nought."""
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=None) + timedelta(microseconds=500)
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        if moment.date() == EPOCH_1900:
            return moment.time()
        return moment.date() if moment.time() == time() else moment
    if type(value) is int:
        number = value - _ERROR_BASE
        return CellError(_ERROR_VALUES.get(number, "#N/A")) if 2000 <= number < 2100 else float(value)
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool | float) or value is None:
        return value
    # Money comes as Decimal.
    return float(value)


def area_of(cells: Any) -> Area:
    """Return first row and column and last row and column of an xlwings range."""
    rows, columns = cells.shape
    return cells.row, cells.column, cells.row + rows - 1, cells.column + columns - 1
