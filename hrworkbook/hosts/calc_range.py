"""Ranges of an open Calc document, as xlwings asks for them: a block is one call, whatever its size."""

# xlwings' base classes declare every attribute as a property that raises: here they are what they are.
# mypy: disable-error-code="misc,override,unused-ignore,untyped-decorator"

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from hrworkbook.hosts.calc_cells import CellCalls, NoMacros
from hrworkbook.hosts.calc_formula import to_calc, to_excel
from hrworkbook.hosts.calc_uno import DATE, ERRORS, LOGICAL, TEXT, TIME, calc_moment
from hrworkbook.hosts.rectangles import areas_of
from hrworkbook.ooxml.cell_xml import EXCEL_ERRORS
from hrworkbook.ooxml.limits import LAST_COLUMN, LAST_ROW
from hrworkbook.plan.serials import to_serial
from hrworkbook.plan.snapshot import CellRange as Area
from hrworkbook.plan.snapshot import column_letters, column_number
from hrworkbook.plan.values import CellError

if TYPE_CHECKING:
    from hrworkbook.hosts.calc_book import Sheet

_REFERENCE = re.compile(r"\$?([A-Za-z]{0,3})\$?([1-9]\d*)?(?::\$?([A-Za-z]{0,3})\$?([1-9]\d*)?)?")
_DATE_SHOWN, _TIME_SHOWN = "dd/mm/yyyy", "hh:mm:ss"

CellsByPosition = dict[tuple[int, int], Any]

_FEW_ERRORS = 8
"""Error values asked one by one; more of them are asked together."""


def parse_area(reference: str) -> Area | None:
    """Return the area of `B2`, `$B$2:D9`, `A:C` or `2:5`; None where it is none of these."""
    match = _REFERENCE.fullmatch(reference)
    if not match or (":" not in reference and not (match[1] and match[2])):
        return None
    left, top, right, bottom = match[1], match[2], match[3], match[4]
    if ":" not in reference:
        right, bottom = left, top
    rows = (int(top or 1), int(bottom or LAST_ROW))
    columns = (column_number(left) if left else 1, column_number(right) if right else LAST_COLUMN)
    return min(rows), min(columns), max(rows), max(columns)


_POINTS_PER_UNIT = 72 / 2540
"""Calc measures in hundredths of a millimetre."""


class Range(base_classes.Range):
    """An area of a sheet, in rows and columns counted from 1."""

    max_cells_per_read = None
    max_cells_per_write = None

    def __init__(self, sheet: "Sheet", area: Area) -> None:
        self.sheet = sheet
        self.area = area
        self.options: dict[str, Any] = {}
        self.arg1_input = ""
        self._xl: Any = None

    @property
    def api(self) -> Any:
        if self._xl is None:
            top, left, bottom, right = self.area
            self._xl = self.sheet.api.getCellRangeByPosition(left - 1, top - 1, right - 1, bottom - 1)
        return self._xl

    @property
    def row(self) -> int:
        return self.area[0]

    @property
    def column(self) -> int:
        return self.area[1]

    @property
    def shape(self) -> tuple[int, int]:
        top, left, bottom, right = self.area
        return bottom - top + 1, right - left + 1

    @property
    def coords(self) -> tuple[str, int, int, int, int]:
        return self.sheet.name, self.row, self.column, *self.shape

    def __len__(self) -> int:
        rows, columns = self.shape
        return rows * columns

    def __call__(self, arg1: int, arg2: int | None = None) -> "Range":
        rows, columns = self.shape
        row, column = (arg1, arg2) if arg2 is not None else (1 + (arg1 - 1) // columns, 1 + (arg1 - 1) % columns)
        return self._part(row, column, row, column)

    def _part(self, top: int, left: int, bottom: int, right: int) -> "Range":
        row, column = self.area[0] - 1, self.area[1] - 1
        return Range(self.sheet, (row + top, column + left, row + bottom, column + right))

    @property
    def rows(self) -> list["Range"]:
        rows, columns = self.shape
        return [self._part(i, 1, i, columns) for i in range(1, rows + 1)]

    @property
    def columns(self) -> list["Range"]:
        rows, columns = self.shape
        return [self._part(1, i, rows, i) for i in range(1, columns + 1)]

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        top, left, bottom, right = self.area
        r, c = "$" if row_absolute else "", "$" if col_absolute else ""
        corners = [f"{c}{column_letters(left)}{r}{top}", f"{c}{column_letters(right)}{r}{bottom}"]
        here = corners[0] if corners[0] == corners[1] else ":".join(corners)
        return f"'[{self.sheet.book.name}]{self.sheet.name}'!{here}" if external else here

    @property
    def address(self) -> str:
        return self.get_address(True, True, False)

    @property
    def row_height(self) -> float | None:
        """Points; None where the rows differ."""
        rows = self.api.getRows()
        found = {rows.getByIndex(i).Height for i in range(self.shape[0])}
        return found.pop() * _POINTS_PER_UNIT if len(found) == 1 else None

    @row_height.setter
    def row_height(self, points: float) -> None:
        self.api.getRows().Height = round(points / _POINTS_PER_UNIT)

    # Values

    @property
    def raw_value(self) -> list[list[Any]]:
        """Rows of float, str, bool, datetime and None; an error value is a CellError."""
        # A blank is '' here, and so is an empty text; only an error is None.
        rows = [list(row) for row in self.api.getDataArray()]
        numbers = [(r, c) for r, row in enumerate(rows) for c, value in enumerate(row) if isinstance(value, float)]
        faults = [(r, c) for r, row in enumerate(rows) for c, value in enumerate(row) if value is None]
        for row in rows:
            row[:] = [None if value == "" else value for value in row]
        if numbers:
            self._convert_moments(rows, numbers)
        for (r, c), number in self._error_numbers(faults):
            rows[r][c] = CellError(ERRORS.get(number, "#VALUE!"))
        return rows

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        """Write a value, or rows of them, as Excel takes them: text beginning with `=` is a formula but in a text cell."""
        rows = _as_rows(data, self.shape)
        top, left = self.area[:2]
        cells = {(top + r, left + c): value for r, row in enumerate(rows) for c, value in enumerate(row)}
        formulas = {at: v for at, v in cells.items() if isinstance(v, str) and _is_formula(v)}
        if formulas:
            for area in self._shown_as(TEXT, formulas):
                formulas = {at: v for at, v in formulas.items() if not _is_inside(at, area)}
        epoch = self.sheet.book.epoch
        # Calc breaks down at a None or a bool here, so that each has its stand-in.
        sent = [
            tuple("" if (top + r, left + c) in formulas else _to_number_or_text(v, epoch) for c, v in enumerate(row))
            for r, row in enumerate(rows)
        ]
        Range(self.sheet, (top, left, top + len(sent) - 1, left + len(sent[0]) - 1)).api.setDataArray(tuple(sent))
        self._write_formulas(formulas)
        self._format_moments({at: v for at, v in cells.items() if isinstance(v, bool | date | time)})

    def _error_numbers(self, cells: list[tuple[int, int]]) -> Iterable[tuple[tuple[int, int], int]]:
        """Return cells of this range, counted from 0, each with the number of its error."""
        if len(cells) > _FEW_ERRORS:
            top, left = self.area[:2]
            with suppress(NoMacros), CellCalls(self.sheet.book.app.api) as calls:
                found = calls.faults(self.sheet.api, [(top + r, left + c) for r, c in cells])
                return zip(cells, found.values(), strict=True)
        return [((r, c), self.api.getCellByPosition(c, r).getError()) for r, c in cells]

    def _convert_moments(self, rows: list[list[Any]], numbers: list[tuple[int, int]]) -> None:
        """Put dates, times and Yes/No in place of the numbers that are shown as such."""
        # Column by column: a column mostly has one number format, and that is told without looking at its cells.
        by_column: dict[int, list[int]] = {}
        for r, c in numbers:
            by_column.setdefault(c, []).append(r)
        among = [self._part(rs[0] + 1, c + 1, rs[-1] + 1, c + 1) for c, rs in by_column.items()]
        epoch = self.sheet.book.epoch
        for area, kind in (found for column in among for found in column.areas_shown_as(DATE | TIME | LOGICAL)):
            for r in range(area[0] - self.row, area[2] - self.row + 1):
                for c in range(area[1] - self.column, area[3] - self.column + 1):
                    value = rows[r][c]
                    if isinstance(value, float):
                        rows[r][c] = bool(value) if kind & LOGICAL else calc_moment(value, kind, epoch)

    def _shown_as(self, kinds: int, cells: Iterable[tuple[int, int]]) -> list[Area]:
        parts = [Range(self.sheet, area) for area in areas_of(set(cells))]
        return [area for part in parts for area, _ in part.areas_shown_as(kinds)]

    def areas_shown_as(self, kinds: int) -> list[tuple[Area, int]]:
        """Return the areas inside this range with a number format of one of these kinds, and its kind."""
        found = [(areas, self.sheet.book.format_kind(key)) for areas, key in self._areas_by_format()]
        return [(area, kind) for areas, kind in found if kind & kinds for area in areas]

    def areas_by_format_code(self) -> list[tuple[list[Area], str]]:
        """Return the areas inside this range by the number format they share, as it is written."""
        return [(areas, self.sheet.book.format_code(key)) for areas, key in self._areas_by_format()]

    def _areas_by_format(self) -> Iterable[tuple[list[Area], int]]:
        """Yield areas that look alike and the key of their number format: as many as there are looks, not cells."""
        if not self._formats_differ():
            yield [self.area], self.api.NumberFormat
            return
        alike = self.api.getUniqueCellFormatRanges()
        for i in range(alike.getCount()):
            ranges = alike.getByIndex(i)
            yield [area_from_uno(a) for a in ranges.getRangeAddresses()], ranges.NumberFormat

    def _write_formulas(self, formulas: CellsByPosition) -> None:
        for area in areas_of(formulas):
            top, left, bottom, right = area
            block = [
                tuple(to_calc(_as_formula(formulas[r, c])) for c in range(left, right + 1))
                for r in range(top, bottom + 1)
            ]
            Range(self.sheet, area).api.setFormulaArray(tuple(block))
        if formulas and not self.sheet.book.api.isAutomaticCalculationEnabled():
            # Excel works a formula out as it is entered, whatever the mode.
            self.sheet.book.api.calculate()

    def _format_moments(self, cells: CellsByPosition) -> None:
        """Give dates, times and Yes/No a number format that shows them, where they have none yet."""
        kinds: list[tuple[int, Callable[[Any], bool], str]] = [
            (LOGICAL, lambda v: isinstance(v, bool), "BOOLEAN"),
            (TIME, lambda v: isinstance(v, time), _TIME_SHOWN),
            (DATE, lambda v: isinstance(v, datetime) and v.time() != time(), f"{_DATE_SHOWN} {_TIME_SHOWN}"),
            (DATE, lambda v: isinstance(v, date) and not (isinstance(v, datetime) and v.time() != time()), _DATE_SHOWN),
        ]
        for kind, is_such, code in kinds:
            bare = {at for at, v in cells.items() if is_such(v)}
            if bare:
                shown = self._shown_as(kind, bare)
                bare = {at for at in bare if not any(_is_inside(at, area) for area in shown)}
            for area in areas_of(bare):
                Range(self.sheet, area).number_format = code

    @property
    def formula(self) -> Any:
        """Formulas as Excel writes them, and other cells as text: one string for a cell, else rows."""
        rows = tuple(tuple(to_excel(v) if v.startswith("=") else v for v in row) for row in self.api.getFormulaArray())
        return rows[0][0] if self.shape == (1, 1) else rows

    @formula.setter
    def formula(self, value: Any) -> None:
        top, left = self.area[:2]
        rows = _as_rows(value, self.shape)
        self._write_formulas({(top + r, left + c): v or "" for r, row in enumerate(rows) for c, v in enumerate(row)})

    formula2 = formula

    def clear_contents(self) -> None:
        self.api.clearContents(1 | 2 | 4 | 16)

    def clear(self) -> None:
        self.api.clearContents(1023)

    # Looks

    @property
    def number_format(self) -> str | None:
        """The number format all cells share, as Excel writes it; None where they differ."""
        if self._formats_differ():
            return None
        return self.sheet.book.format_code(self.api.NumberFormat)

    @number_format.setter
    def number_format(self, value: str) -> None:
        self.api.NumberFormat = self.sheet.book.format_key(value)

    @property
    def merge_cells(self) -> bool:
        # A cell that another covers is not merged to Calc: the range then grows to take in the one that covers it.
        return bool(self.api.getIsMerged()) or self.merge_area.area != self.area

    def _formats_differ(self) -> bool:
        return bool(self.api.getPropertyState("NumberFormat").value == "AMBIGUOUS_VALUE")

    @property
    def has_array(self) -> bool:
        """Whether a cell is part of one formula that fills several."""
        return bool(self.cells_in_arrays())

    def cells_in_arrays(self) -> set[tuple[int, int]]:
        """Return the cells that are part of one formula that fills several."""
        top, left = self.area[:2]
        shown = self.api.getFormulaArray()
        likely = {(r, c) for r, row in enumerate(shown) for c, text in enumerate(row) if text.startswith("{=")}
        values = self.api.getDataArray() if likely else ()
        return {(top + r, left + c) for r, c in likely if shown[r][c] != values[r][c]}

    @property
    def merge_area(self) -> "Range":
        cursor = self.sheet.api.createCursorByRange(self.api)
        cursor.collapseToMergedArea()
        return Range(self.sheet, area_from_uno(cursor.getRangeAddress()))

    def merge(self, across: bool) -> None:
        for part in self.rows if across else [self]:
            part.api.merge(True)

    def unmerge(self) -> None:
        self.api.merge(False)

    @property
    def color(self) -> tuple[int, int, int] | None:
        number = self.api.CellBackColor
        return None if number is None or number < 0 else (number >> 16 & 255, number >> 8 & 255, number & 255)

    @color.setter
    def color(self, value: tuple[int, int, int] | None) -> None:
        self.api.CellBackColor = -1 if value is None else value[0] << 16 | value[1] << 8 | value[2]

    def select(self) -> None:
        self.sheet.activate()
        self.sheet.book.controller.select(self.api)

    def end(self, direction: str) -> "Range":
        """Return the last filled cell from the first one in a direction, as Ctrl and an arrow key go."""
        values = self.sheet.used_range.area
        row, column = self.area[:2]
        down, step = direction in ("up", "down"), 1 if direction in ("down", "right") else -1
        far = (max(values[2], row) if down else max(values[3], column)) if step > 0 else 1
        line = range(row if down else column, far + step, step)
        area = (min(line[0], line[-1]), column, max(line[0], line[-1]), column) if down else (row, min(line[0], line[-1]), row, max(line[0], line[-1]))  # fmt: skip
        cells = [v for cells in Range(self.sheet, area).api.getDataArray() for v in cells][::step]
        at = _end_of_run([v != "" for v in cells])
        return Range(self.sheet, (line[at], column) * 2 if down else (row, line[at]) * 2)


def _end_of_run(filled: Sequence[bool]) -> int:
    if len(filled) < 2:
        return 0
    if filled[0] and filled[1]:
        return next((i - 1 for i in range(1, len(filled)) if not filled[i]), len(filled) - 1)
    return next((i for i in range(1, len(filled)) if filled[i]), len(filled) - 1)


def area_from_uno(found: Any) -> Area:
    """Return a range that UNO addresses from 0, counted from 1."""
    return found.StartRow + 1, found.StartColumn + 1, found.EndRow + 1, found.EndColumn + 1


def _is_inside(cell: tuple[int, int], area: Area) -> bool:
    return area[0] <= cell[0] <= area[2] and area[1] <= cell[1] <= area[3]


def _is_formula(text: str) -> bool:
    return (text.startswith("=") and len(text) > 1) or text in EXCEL_ERRORS


def _as_formula(text: str) -> str:
    return "=" + text if text in EXCEL_ERRORS else text


def _to_number_or_text(value: Any, epoch: date) -> str | float:
    if value is None:
        return ""
    if isinstance(value, date | time):
        return to_serial(value, epoch)
    return str(value) if isinstance(value, str) else float(value)


def _as_rows(data: Any, shape: tuple[int, int]) -> list[list[Any]]:
    """Return what is to be written as rows; a single value fills the shape."""
    if not isinstance(data, list | tuple):
        return [[data] * shape[1]] * shape[0]
    return [list(row) for row in data] if data and isinstance(data[0], list | tuple) else [list(data)]
