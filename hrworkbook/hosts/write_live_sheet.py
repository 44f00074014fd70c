"""One sheet of an open workbook: its cells written in blocks and taken back where that fails."""

import sys
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

from hrworkbook.hosts.read_live_sheet import area_of, formulas_in, merged_areas, read_values
from hrworkbook.hosts.rectangles import Rectangle, areas_of, needs_text_format, rectangles, text_runs
from hrworkbook.ooxml.cell_xml import CellContent, convert_for_format, hyperlink_formula, reads_as
from hrworkbook.ooxml.grow_table import grown_range
from hrworkbook.ooxml.limits import LAST_COLUMN, LAST_ROW
from hrworkbook.ooxml.workbook_xml import ExcelTable
from hrworkbook.plan.errors import CannotWrite, WorkbookLocked
from hrworkbook.plan.serials import to_millisecond_serial
from hrworkbook.plan.snapshot import Block, Link, address
from hrworkbook.plan.snapshot import CellRange as Area
from hrworkbook.plan.values import Uncomputed, Value, as_text, same_value

_LONG_TEXT = 8_000
"""Characters: longer texts go to Excel one by one, since a block of values may not hold them."""

_UNPROTECT = "Choose Review, then Unprotect Sheet, and try again"


class SheetWrite:
    """The cells to write on one sheet: checked first, then written, and taken back where the whole fails."""

    def __init__(self, sheet: Any, cells: dict[tuple[int, int], CellContent], is_plan: bool = False) -> None:
        self.sheet = sheet
        self.is_plan = is_plan
        """Whether the plan's lines stand on it, or whether it is one of our own beside it."""
        self.name: str = sheet.name
        self.cells = cells
        rows, columns = [r for r, _ in cells], [c for _, c in cells]
        self.area: Area = (min(rows), min(columns), max(rows), max(columns))
        self.values_before: dict[tuple[int, int], CellContent] = {}
        self.formats_before: list[tuple[Area, str]] = []
        self.tables: list[tuple[Any, Area]] = []
        self._over_a_filter = False

    def _range(self, area: Area) -> Any:
        return self.sheet.range(area[:2], area[2:])

    def _values(self) -> dict[tuple[int, int], Value]:
        """Return what the cells to write hold now."""
        rows, (top, left) = read_values(self._range(self.area)), self.area[:2]
        return {(r, c): rows[r - top][c - left] for r, c in self.cells}

    def check(self, seen: Block | None) -> None:
        """Raise where the sheet is protected or its cells are no longer as they were seen; keep what they hold."""
        top, left, bottom, right = self.area
        if bottom > LAST_ROW or right > LAST_COLUMN:
            raise CannotWrite(self.name, f"there is no row {bottom:,}, column {right:,}", "Shorten the sheet")
        if _is_protected(self.sheet):
            raise CannotWrite(self.name, "the sheet is protected, so nothing was changed", _UNPROTECT)
        values = self._values()
        for (row, column), value in values.items():
            if seen is not None and not same_value(value, seen.at(row, column)):
                fault = "it was changed while the job ran, so nothing was written"
                raise WorkbookLocked(f"{self.name}!{address(row, column)}", fault, "Press the button again")
        self._refuse_merged()
        self._refuse_arrays()
        self.values_before = self._contents_held(values)

    def _contents_held(self, values: Mapping[tuple[int, int], Value]) -> dict[tuple[int, int], CellContent]:
        """Return what the cells hold: their values, or the formulas that give them."""
        held: dict[tuple[int, int], CellContent] = dict(values)
        for row, column, text in formulas_in(self._range(self.area), self.area):
            if (row, column) in values and text != values[row, column]:
                held[row, column] = Uncomputed(text)
        return held

    def _refuse_arrays(self) -> None:
        """Raise where a cell is part of one formula that fills several: no spreadsheet changes a part of it."""
        if self._range(self.area).has_array is False:
            return
        if at := next(self._cells_in_arrays(), None):
            fault = "one formula that fills several cells is among those to change, so nothing was changed"
            raise CannotWrite(f"{self.name}!{address(*at)}", fault, "Put values in its place, then try again")

    def _cells_in_arrays(self) -> Iterator[tuple[int, int]]:
        """Yield cells at or near which one formula fills several of those to write."""
        for rectangle in rectangles(self.cells):
            if self._range(rectangle.area).has_array is not False:
                yield rectangle.row, rectangle.column

    def _refuse_merged(self) -> None:
        """Raise where a value would vanish under cells merged into another."""
        if self._range(self.area).merge_cells is False:
            return
        for at, first in self._covering_cells():
            if at != first and self.cells[at] is not None:
                fault = f"it is merged into {address(*first)}, so nothing was changed"
                raise CannotWrite(f"{self.name}!{address(*at)}", fault, "Unmerge the cells, then try again")

    def _covering_cells(self) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Yield cells to write that are part of merged ones, each with the first of those, where their value stands."""
        for rectangle in rectangles(self.cells):
            for top, left, bottom, right in merged_areas(self.sheet, rectangle.area):
                for (row, column), _ in _positions(rectangle):
                    if top <= row <= bottom and left <= column <= right:
                        yield (row, column), (top, left)

    def write(self) -> None:
        """Write all of it and read it back; raises CannotWrite where a cell does not hold what it should."""
        self._grow_tables()
        self._write_cells(self.cells)
        wrong = self._mismatches()
        for again in (self._write_one_by_one, self._rewrite_mismatches):
            if wrong:
                again(wrong)
                wrong = self._mismatches()
        if wrong:
            row, column = min(wrong)
            raise CannotWrite(
                f"{self.name}!{address(row, column)}",
                "the cell did not take its value, so nothing was changed",
                "See whether it is merged with others, or part of one formula that fills several cells",
            )

    def grow_rows(self, heights: Mapping[int, float]) -> None:
        """Make rows at least so tall, in points."""
        for row, points in heights.items():
            cells = self.sheet.range((row, 1))
            if cells.row_height < points:
                cells.row_height = points

    def show(self) -> None:
        """Show all rows of a ledger where a filter may hide what was written; what HR filters in the plan stays."""
        if self._over_a_filter and not self.is_plan:
            for table in self.sheet.tables:
                if any(field.type != "none" for field in table.autofilter.criteria):
                    table.autofilter.clear()

    def roll_back(self) -> None:
        """Put back what the cells held, their number formats, and the tables; raises CannotWrite where that cannot be."""
        # A date goes back into a date cell only, so the formats come first; but writing a text may make text cells anew.
        self._restore_formats()
        lost = self._not_restored()
        for put in (self._write_cells, self._write_one_by_one):
            if lost:
                put({at: was for at, (was, _) in lost.items()})
                self._restore_formats()
                lost = self._not_restored()
        for table, area in reversed(self.tables):
            table.resize(self._range(area))
        for (row, column), (was, now) in lost.items():
            if isinstance(now, Uncomputed) or not _reads_as(was, _without_link(now)):
                raise CannotWrite(f"{self.name}!{address(row, column)}", "what it held could not be put back")

    def _not_restored(self) -> dict[tuple[int, int], tuple[CellContent, CellContent]]:
        """Return what the cells held and hold no more, and what they hold."""
        held = self._contents_held(self._values())
        both = {at: (was, held[at]) for at, was in self.values_before.items()}
        return {at: (was, now) for at, (was, now) in both.items() if type(was) is not type(now) or was != now}

    def _restore_formats(self) -> None:
        for area, code in reversed(self.formats_before):
            self._give_format(area, code)
        self.formats_before = []

    def _give_format(self, area: Area, code: str) -> None:
        """Give an area a number format: at once, or where a filter kept some of its cells out of it, one by one."""
        self._range(area).number_format = code
        if self._range(area).number_format != code:
            for row in range(area[0], area[2] + 1):
                for column in range(area[1], area[3] + 1):
                    self._range((row, column, row, column)).number_format = code

    def _mismatches(self) -> dict[tuple[int, int], CellContent]:
        """Return the cells that do not hold what was written to them."""
        now = self._values()
        return {at: value for at, value in self.cells.items() if not _reads_as(value, now[at])}

    def _write_cells(self, cells: Mapping[tuple[int, int], CellContent]) -> None:
        """Write the cells, a rectangle at a time; texts that would be taken for something else into text cells."""
        for rectangle in rectangles(cells):
            for area in text_runs(rectangle):
                self._set_format(area, "@")
            long = {at: v for at, v in _positions(rectangle) if isinstance(v, str) and len(v) > _LONG_TEXT}
            block = [
                [to_program(v, f"{self.name}!{address(*at)}") for at, v in row] for row in _row_positions(rectangle)
            ]
            for row, column in long:
                block[row - rectangle.row][column - rectangle.column] = None
            self._range(rectangle.area).value = block
            for (row, column), text in long.items():
                self._range((row, column, row, column)).value = str(text)

    def _write_one_by_one(self, cells: Mapping[tuple[int, int], CellContent]) -> None:
        """Write the cells singly: a block that reaches over rows a filter hides gets its first row into every other."""
        self._over_a_filter = True
        for (row, column), value in cells.items():
            here = (row, column, row, column)
            if needs_text_format(value):
                self._set_format(here, "@")
            self._range(here).value = to_program(value, f"{self.name}!{address(row, column)}")

    def _rewrite_mismatches(self, wrong: Mapping[tuple[int, int], CellContent]) -> None:
        """Write what a cell's number format or a leading apostrophe changed: a link into a general cell, else as text."""
        links = {at for at, value in wrong.items() if isinstance(value, Link)}
        self._set_formats(links, "General")
        self._set_formats(set(wrong) - links, "@")
        self._write_cells(
            {
                at: value if at in links else _escape_apostrophe(as_text(_without_link(value)))
                for at, value in wrong.items()
            }
        )

    def _set_formats(self, cells: set[tuple[int, int]], code: str) -> None:
        for area in areas_of(cells):
            self._set_format(area, code)

    def _set_format(self, area: Area, code: str) -> None:
        """Give an area a number format, keeping in mind those it had."""
        cells = self._range(area)
        now = cells.number_format
        if now == code:
            return
        self.formats_before += [(area, now)] if isinstance(now, str) else self._formats(area)
        self._give_format(area, code)

    def _formats(self, area: Area) -> Iterator[tuple[Area, str]]:
        """Yield the number formats of an area, by parts that have one; halved until they do."""
        code = self._range(area).number_format
        top, left, bottom, right = area
        if isinstance(code, str):
            yield area, code
        elif left < right:
            middle = (left + right) // 2
            yield from self._formats((top, left, bottom, middle))
            yield from self._formats((top, middle + 1, bottom, right))
        elif top < bottom:
            middle = (top + bottom) // 2
            yield from self._formats((top, left, middle, right))
            yield from self._formats((middle + 1, left, bottom, right))

    def _grow_tables(self) -> None:
        filled = {at for at, value in self.cells.items() if value is not None}
        tables = [(table, area_of(table.range)) for table in self.sheet.tables]
        for table, area in tables:
            if area[2] >= self.area[2]:
                continue
            about = ExcelTable("", table.name, area, int(table.show_headers), int(table.show_totals))
            rows = {row for row, column in filled if area[1] <= column <= area[3]}
            new = grown_range(about, rows, [other for t, other in tables if t is not table])
            if new != area:
                self.tables.append((table, area))
                table.resize(self._range(new))


def _row_positions(rectangle: Rectangle) -> Iterator[list[tuple[tuple[int, int], CellContent]]]:
    for i, row in enumerate(rectangle.rows):
        yield [((rectangle.row + i, rectangle.column + j), value) for j, value in enumerate(row)]


def _positions(rectangle: Rectangle) -> Iterator[tuple[tuple[int, int], CellContent]]:
    for row in _row_positions(rectangle):
        yield from row


def _without_link(value: CellContent) -> Value:
    return None if isinstance(value, Link) else value


def _escape_apostrophe(text: str) -> str:
    """Return a text whose first apostrophe Excel does not take for its own sign of a text."""
    return "'" + text if text.startswith("'") else text


def to_program(value: CellContent, place: str) -> object:
    """Return a value as xlwings takes it; `place` is for what is raised of a link that is too long."""
    if isinstance(value, Link):
        return "=" + hyperlink_formula(value, place) if value.text else None
    if isinstance(value, time):
        return to_millisecond_serial(value)
    if isinstance(value, date):
        value = convert_for_format(value, "d")
    return str(value) if isinstance(value, str) else value


def _reads_as(written: CellContent, read: Value) -> bool:
    """Whether a cell holds what was written to it; a number or a date may have become a text that says the same."""
    if isinstance(written, Link):
        return as_text(read) == written.text
    if written is None:
        return read is None or read == ""
    if isinstance(written, str):
        return isinstance(read, str) and str(read) == str(written)
    return same_value(written, read) or reads_as(written, read)


def _is_protected(sheet: Any) -> bool:
    if sheet.book.app.engine.name == "calc":
        return bool(sheet.impl.protected)
    if sys.platform == "darwin":
        return bool(sheet.api.protect_contents.get())
    return bool(sheet.api.ProtectContents)
