"""One sheet of a workbook open in Calc: scattered cells written by lists of them, in as many calls as for one cell."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from hrworkbook.hosts.calc_cells import BLANK, FORMULA, NUMBER, TEXT_VALUE, CellCalls
from hrworkbook.hosts.calc_formula import to_calc
from hrworkbook.hosts.calc_uno import DATE, LOGICAL, TEXT, TIME
from hrworkbook.hosts.rectangles import Rectangle, rectangles, text_runs
from hrworkbook.hosts.write_live_sheet import SheetWrite, to_program
from hrworkbook.ooxml.cell_xml import EXCEL_ERRORS, CellContent
from hrworkbook.plan.serials import to_serial
from hrworkbook.plan.snapshot import CellRange as Area
from hrworkbook.plan.snapshot import address

Cell = tuple[int, int]

_WORTH_A_BLOCK = 500
"""Cells: a filled rectangle of so many goes over as one block, which is faster; smaller ones go as lists of cells."""
_MOST_BLOCKS = 4

POINTS_PER_UNIT = 72 / 2540
"""Calc measures in hundredths of a millimetre."""


class CalcSheetWrite(SheetWrite):
    """The cells to write on one sheet of Calc; no cell but these is written, whatever stands between them."""

    def __init__(self, sheet: Any, cells: dict[Cell, CellContent], is_plan: bool, *, calls: CellCalls) -> None:
        super().__init__(sheet, cells, is_plan)
        self._calls = calls
        self._book = sheet.book.impl
        self._uno = sheet.impl.api
        self._keys_before: list[tuple[Area, int]] = []
        self._kinds: dict[int, int] = {}

    def grow_rows(self, heights: Mapping[int, float]) -> None:
        """Make rows at least so tall, in points."""
        self._calls.grow_rows(self._uno, {row: round(points / POINTS_PER_UNIT) for row, points in heights.items()})

    def _covering_cells(self) -> Iterator[tuple[Cell, Cell]]:
        yield from self._calls.covering(self._uno, list(self.cells)).items()

    def _cells_in_arrays(self) -> Iterator[Cell]:
        inside = self._range(self.area).impl.cells_in_arrays()
        yield from sorted(inside & self.cells.keys())

    def _write_cells(self, cells: Mapping[Cell, CellContent]) -> None:
        runs = [area for rectangle in rectangles(cells) for area in text_runs(rectangle)]
        self._set_formats(_cells_of(runs), "@")
        values = {at: to_program(value, f"{self.name}!{address(*at)}") for at, value in cells.items()}
        contents = {at: self._content(value) for at, value in values.items()}
        formulas = {at for at, (kind, _) in contents.items() if kind == FORMULA}
        moments = {at: code for at, value in values.items() if (code := _format_that_shows(value))}
        formats = self._calls.formats(self._uno, formulas | moments.keys())
        kinds = {at: self._kind(key) for area, key in formats for at in _cells_of([area])}
        contents |= {at: (TEXT_VALUE, values[at]) for at in formulas if kinds[at] & TEXT}
        bare = {at: code for at, code in moments.items() if not kinds[at] & _SHOWN_BY[code]}
        keys = {code: self._book.format_key(code) for code in dict.fromkeys(bare.values())}
        self._calls.give_formats(self._uno, [((*at, *at), keys[code]) for at, code in bare.items()])
        self._put(contents)

    def _write_one_by_one(self, cells: Mapping[Cell, CellContent]) -> None:
        # Calc writes under a filter as anywhere else.
        self._write_cells(cells)

    def _content(self, value: Any) -> tuple[int, object]:
        """Return the kind and content of a value as xlwings takes it; text that begins with `=` is a formula."""
        if value is None or value == "":
            return BLANK, ""
        if isinstance(value, date | time):
            return NUMBER, to_serial(value, self._book.epoch)
        if not isinstance(value, str):
            return NUMBER, float(value)
        if value in EXCEL_ERRORS:
            return FORMULA, f"={value}"
        return (FORMULA, to_calc(value)) if value.startswith("=") and len(value) > 1 else (TEXT_VALUE, value)

    def _put(self, contents: Mapping[Cell, tuple[int, object]]) -> None:
        """Put contents into their cells: large rectangles without a formula as blocks, all others by one list."""
        plain: dict[Cell, Any] = {at: content for at, (kind, content) in contents.items() if kind != FORMULA}
        large = [found for found in rectangles(plain) if _size(found) >= _WORTH_A_BLOCK]
        if large and self._uno.getAnnotations().getCount():
            # Of the cells of a block Calc drops the notes.
            large = []
        blocks = sorted(large, key=_size, reverse=True)[:_MOST_BLOCKS]
        done: set[Cell] = set()
        for block in blocks:
            self._range(block.area).impl.api.setDataArray(block.rows)
            done |= _cells_of([block.area])
        self._calls.fill(self._uno, {at: content for at, content in contents.items() if at not in done})
        if any(kind == FORMULA for kind, _ in contents.values()):
            # Excel works a formula out as it is entered, whatever the mode.
            self._book.api.calculate()

    def _set_formats(self, cells: set[Cell], code: str) -> None:
        """Give cells a number format, keeping in mind those they had."""
        key = self._book.format_key(code)
        other = [(area, was) for area, was in self._calls.formats(self._uno, cells) if was != key]
        self._keys_before += other
        self._calls.give_formats(self._uno, [(area, key) for area, _ in other])

    def _restore_formats(self) -> None:
        self._calls.give_formats(self._uno, self._keys_before[::-1])
        self._keys_before = []

    def _kind(self, key: int) -> int:
        if key not in self._kinds:
            self._kinds[key] = self._book.format_kind(key)
        return self._kinds[key]


_SHOWN_BY = {"BOOLEAN": LOGICAL, "hh:mm:ss": TIME, "dd/mm/yyyy hh:mm:ss": DATE, "dd/mm/yyyy": DATE}
"""The number formats given to Yes/No, times and dates that have none yet, and the kind of format that shows such a value."""


def _format_that_shows(value: object) -> str:
    if isinstance(value, bool):
        return "BOOLEAN"
    if isinstance(value, time):
        return "hh:mm:ss"
    if isinstance(value, datetime) and value.time() != time():
        return "dd/mm/yyyy hh:mm:ss"
    return "dd/mm/yyyy" if isinstance(value, date) else ""


def _cells_of(areas: Iterable[Area]) -> set[Cell]:
    return {
        (r, c) for top, left, bottom, right in areas for r in range(top, bottom + 1) for c in range(left, right + 1)
    }


def _size(rectangle: Rectangle) -> int:
    return len(rectangle.rows) * len(rectangle.rows[0])
