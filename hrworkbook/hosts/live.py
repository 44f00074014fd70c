"""The live host: a workbook open in Excel or Calc, read as a snapshot and changed in blocks, through xlwings."""

import sys
import time as clock
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime, time
from typing import Any

from hrworkbook.errors import CannotWrite, HrWorkbookError, NotAMaster, WorkbookLocked
from hrworkbook.hosts.cell_xml import EXCEL_ERRORS, Cell, jump, serial, shown_as, storable
from hrworkbook.hosts.growing import grown
from hrworkbook.hosts.rectangles import Rectangle, rectangles, runs_of_text, stretches
from hrworkbook.hosts.sheet_xml import LAST_COLUMN, LAST_ROW
from hrworkbook.hosts.workbook_xml import Table
from hrworkbook.snapshot import Block, ChangeSet, Link, Snapshot, address, cells_of
from hrworkbook.snapshot import Range as Area
from hrworkbook.values import CellError, Uncomputed, Value, as_text, same

TITLE = "HR Plan"

_LARGEST = 2_000_000
"""Cells: a used range above this is mostly formatting, and its end is looked for by content."""

_ERROR_BASE = -2_146_828_288
"""Excel gives an error value it has no name for in xlwings as this number plus its own (2000 to 2099)."""

_LONG = 8_000
"""Characters: longer texts go to Excel one by one, since a block of values may not hold them."""

_WAIT = 2.0
"""Seconds to wait for Excel to be free."""

_TRIES = 200
"""How often xlwings asks Excel again while it is busy: by itself it would ask for ever."""

_EDITING = "Finish editing the cell: press Enter or Esc. Then try again"
_UNPROTECT = "Choose Review, then Unprotect Sheet, and try again"
_NAMES = {2043: "#GETTING_DATA", 2045: "#SPILL!", 2046: "#CONNECT!", 2047: "#BLOCKED!", 2049: "#FIELD!", 2050: "#CALC!"}


class LiveHost:
    """An open workbook: gives its snapshot, applies change sets to it, tells its user."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._seen: Snapshot | None = None

    def snapshot(self) -> Snapshot:
        """Every sheet's block of values as it stands now, unsaved changes included; one round trip for each block.

        A blank is None, an error value a CellError, a number a float; a date without a time is a date. Merged cells are
        not told. Raises WorkbookLocked while a cell is being edited.
        """
        with self._quiet(calculating=True):
            self._seen = Snapshot(self.book.name, tuple(_block(sheet) for sheet in self.book.sheets))
        return self._seen

    def apply(self, changes: ChangeSet) -> None:
        """Write the change set into the open workbook, whole or not at all; does not save it.

        Nothing is written before all of it is checked: each sheet is there, unprotected and as it was in the snapshot,
        each value fits a cell. What is written is read back; where that fails, the cells get back what they held.
        Then `goto` is shown. Raises NotAMaster, CannotWrite, WorkbookLocked.
        """
        wanted = self._wanted(changes)
        with self._quiet(calculating=False):
            sheets = {name: _SheetWrite(self.book.sheets[name], cells) for name, cells in wanted.items()}
            for name, sheet in sheets.items():
                sheet.check(self._seen[name] if self._seen else None)
            self._write(list(sheets.values()))
            self._seen = None
        if changes.goto:
            self.show(*changes.goto)

    def _write(self, sheets: list["_SheetWrite"]) -> None:
        begun: list[_SheetWrite] = []
        try:
            for sheet in sheets:
                begun.append(sheet)
                sheet.write()
        except BaseException as fault:
            # Stopped by hand or by a fault, half of a change set must not stay.
            try:
                for sheet in reversed(begun):
                    sheet.take_back()
            except Exception as worse:
                raise CannotWrite(
                    self.book.name,
                    "it was changed in part, and that could not be taken back",
                    "Close it without saving, then open it again",
                ) from worse
            if isinstance(fault, HrWorkbookError) or not isinstance(fault, Exception):
                raise
            raise _as_error(self.book.name, fault) from fault

    def _wanted(self, changes: ChangeSet) -> dict[str, dict[tuple[int, int], Cell]]:
        names = [sheet.name for sheet in self.book.sheets]
        wanted: dict[str, dict[tuple[int, int], Cell]] = {}
        for sheet, row, column, value in cells_of(changes.writes):
            if sheet not in names:
                Snapshot(self.book.name, ())[sheet]
            wanted.setdefault(sheet, {})[row, column] = storable(value, f"{sheet}!{address(row, column)}")
        return wanted

    def show(self, sheet: str, cell: str) -> None:
        """Go to a cell; a hidden sheet stays as it is."""
        if sheet in [s.name for s in self.book.sheets] and self.book.sheets[sheet].visible in (True, -1):
            self.book.sheets[sheet].activate()
            self.book.sheets[sheet].range(cell).select()

    def where(self) -> tuple[str, str]:
        """The sheet in front and the first cell selected on it; the cell is A1 where a picture is selected."""
        selected = self.book.app.selection
        sheet = self.book.sheets.active.name
        return sheet, address(selected.row, selected.column) if selected is not None else "A1"

    def progress(self, text: str) -> None:
        """Show a text in the status bar; '' gives the bar back."""
        with suppress(Exception):
            # A status bar that cannot be had is no reason to stop the job.
            self.book.app.status_bar = text or False

    def tell(self, message: str, wrong: bool = False) -> None:
        """Show the user a message: a box in Excel, a bar above the sheet in Calc."""
        if message:
            self.book.app.alert(message, TITLE, "ok", "critical" if wrong else "info")

    @property
    def waits_for_an_answer(self) -> bool:
        """Whether `tell` stops until the user has read it."""
        return self.book.app.engine.name != "calc"

    @contextmanager
    def _quiet(self, calculating: bool) -> Iterator[None]:
        """The screen still and, where asked, nothing calculated; both as before afterwards."""
        app = self.book.app
        screen = _when_free(self.book)
        calculation = app.calculation
        try:
            if not calculating and calculation != "manual":
                app.calculation = "manual"
            yield
        finally:
            if not calculating and calculation != "manual":
                app.calculation = calculation
            app.screen_updating = screen


def caller() -> LiveHost:
    """The workbook whose button was pressed, by the command line that xlwings' RunPython starts."""
    import xlwings

    if "excel" not in xlwings.engines.engines_by_name or _office_named():
        from hrworkbook.hosts.calc import use_calc

        use_calc()
    if not any(argument.startswith("--wb=") for argument in sys.argv):
        raise NotAMaster("", "no workbook is named", "Press the button on the HR Plan tab of the plan")
    return LiveHost(xlwings.Book.caller())


def _office_named() -> bool:
    import os

    from hrworkbook.hosts.office import LISTENS

    return LISTENS in os.environ


def _when_free(book: Any) -> bool:
    """Whether the screen was updating, once Excel takes commands; raises WorkbookLocked where it does not."""
    app = book.app
    windows = sys.modules.get("xlwings._xlwindows")
    until = clock.monotonic() + _WAIT
    while True:
        if windows:
            windows.N_COM_ATTEMPTS = 1
        try:
            screen = bool(app.screen_updating)
            # Excel refuses this one while a cell is being edited, where it still answers questions.
            app.screen_updating = False
            return screen
        except Exception as fault:
            if clock.monotonic() >= until:
                raise WorkbookLocked("Excel", "it is busy, or a cell is being edited", _EDITING) from fault
            clock.sleep(0.1)
        finally:
            if windows:
                windows.N_COM_ATTEMPTS = _TRIES


def _as_error(place: str, fault: Exception) -> HrWorkbookError:
    if getattr(fault, "hresult", None) in _BUSY:
        return WorkbookLocked(place, "Excel became busy, so nothing was changed", _EDITING)
    return CannotWrite(
        place, "Excel refused the change, so nothing was changed", "Save the workbook, reopen it, try again"
    )


_BUSY = {-2147418111, -2147417846, -2146777998}
"""RPC_E_CALL_REJECTED, RPC_E_SERVERCALL_RETRYLATER and Excel's own VBA_E_IGNORE: a cell is being edited."""


def _block(sheet: Any) -> Block:
    last = _last_cell(sheet)
    rows = read(sheet.range((1, 1), last)) if last else []
    if rows and last == (1, 1) and rows[0][0] is None:
        rows = []
    return Block(sheet.name, rows, hidden=sheet.visible not in (True, -1))


def _last_cell(sheet: Any) -> tuple[int, int] | None:
    used = sheet.used_range
    rows, columns = used.shape
    last = used.row + rows - 1, used.column + columns - 1
    if last[0] * last[1] <= _LARGEST:
        return last
    ends = [sheet.cells.find("*", direction="backward", order=order) for order in ("rows", "columns")]
    if ends[0] is None or ends[1] is None:
        return None
    return ends[0].row, ends[1].column


def read(cells: Any) -> list[list[Value]]:
    """The values of an xlwings range, in rows."""
    rows = cells.options(ndim=2, err_to_str=True).value
    # Excel's engine gives an error value and the text that looks like it alike; Calc's tells them apart.
    faults = set() if cells.sheet.book.app.engine.name == "calc" else EXCEL_ERRORS
    return [[v if v is None or (type(v) is str and v[:1] != "#") else _value(v, faults) for v in row] for row in rows]


def _value(value: Any, faults: set[str]) -> Value:
    if isinstance(value, str):
        return CellError(value) if value in faults else value
    if isinstance(value, datetime):
        if value.date() == date(1899, 12, 30):
            return value.time()
        return value.date() if value.time() == time() else value
    if type(value) is int:
        number = value - _ERROR_BASE
        return CellError(_NAMES.get(number, "#N/A")) if 2000 <= number < 2100 else float(value)
    if isinstance(value, bool | float) or value is None:
        return value
    return float(value)


class _SheetWrite:
    """The cells to write on one sheet: checked first, then written, and taken back where the whole fails."""

    def __init__(self, sheet: Any, cells: dict[tuple[int, int], Cell]) -> None:
        self.sheet = sheet
        self.name: str = sheet.name
        self.cells = cells
        rows, columns = [r for r, _ in cells], [c for _, c in cells]
        self.area: Area = (min(rows), min(columns), max(rows), max(columns))
        self.before: dict[tuple[int, int], Cell] = {}
        self.formats: list[tuple[Area, str]] = []
        self.tables: list[tuple[Any, Area]] = []

    def _range(self, area: Area) -> Any:
        return self.sheet.range(area[:2], area[2:])

    def _values(self) -> dict[tuple[int, int], Value]:
        """What the cells to write hold now."""
        rows, (top, left) = read(self._range(self.area)), self.area[:2]
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
            if seen is not None and not same(value, seen.at(row, column)):
                fault = "it was changed while the job ran, so nothing was written"
                raise WorkbookLocked(f"{self.name}!{address(row, column)}", fault, "Press the button again")
        found = self._range(self.area).formula
        formulas = found if isinstance(found, list | tuple) else ((found,),)
        if formulas and not isinstance(formulas[0], list | tuple):
            formulas = (formulas,) if top == bottom else [(f,) for f in formulas]
        for (row, column), value in values.items():
            formula = formulas[row - top][column - left]
            is_formula = isinstance(formula, str) and formula.startswith("=") and formula != value
            self.before[row, column] = Uncomputed(formula) if is_formula else value

    def write(self) -> None:
        """Write all of it and read it back; raises CannotWrite where a cell does not hold what it should."""
        self._grow_tables()
        self._put(self.cells)
        wrong = self._unlike()
        if wrong:
            self._put_again(wrong)
            wrong = self._unlike()
        if wrong:
            row, column = min(wrong)
            raise CannotWrite(
                f"{self.name}!{address(row, column)}",
                "the cell did not take its value, so nothing was changed",
                "See whether it is merged with others, or part of one formula that fills several cells",
            )

    def take_back(self) -> None:
        """Put back what the cells held, their number formats, and the tables."""
        self._put(self.before)
        for area, code in reversed(self.formats):
            self._range(area).number_format = code
        for table, area in reversed(self.tables):
            table.resize(self._range(area))

    def _unlike(self) -> dict[tuple[int, int], Cell]:
        """The cells that do not hold what was written to them."""
        now = self._values()
        return {at: value for at, value in self.cells.items() if not _reads_as(value, now[at])}

    def _put(self, cells: Mapping[tuple[int, int], Cell]) -> None:
        """Write the cells, a rectangle at a time; texts that would be taken for something else into text cells."""
        for rectangle in rectangles(cells):
            for area in runs_of_text(rectangle):
                self._format(area, "@")
            long = {at: v for at, v in _placed(rectangle) if isinstance(v, str) and len(v) > _LONG}
            block = [[_sent(v, f"{self.name}!{address(*at)}") for at, v in row] for row in _rows_placed(rectangle)]
            for row, column in long:
                block[row - rectangle.row][column - rectangle.column] = None
            self._range(rectangle.area).value = block
            for (row, column), text in long.items():
                self._range((row, column, row, column)).value = str(text)

    def _put_again(self, wrong: Mapping[tuple[int, int], Cell]) -> None:
        """Write what a cell's number format or a leading apostrophe changed: a link into a general cell, else as text."""
        links = {at for at, value in wrong.items() if isinstance(value, Link)}
        for area in stretches(links):
            self._format(area, "General")
        for area in stretches(set(wrong) - links):
            self._format(area, "@")
        self._put({at: value if at in links else _literal(as_text(_known(value))) for at, value in wrong.items()})

    def _format(self, area: Area, code: str) -> None:
        """Give an area a number format, keeping in mind those it had."""
        cells = self._range(area)
        now = cells.number_format
        if now == code:
            return
        self.formats += [(area, now)] if isinstance(now, str) else self._formats(area)
        cells.number_format = code

    def _formats(self, area: Area) -> Iterator[tuple[Area, str]]:
        """The number formats of an area, by parts that have one; halved until they do."""
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
        tables = [(table, _area(table.range)) for table in self.sheet.tables]
        for table, area in tables:
            if area[2] >= self.area[2]:
                continue
            about = Table("", table.name, area, int(table.show_headers), int(table.show_totals))
            new = grown(about, filled, [other for t, other in tables if t is not table])
            if new != area:
                self.tables.append((table, area))
                table.resize(self._range(new))


def _area(cells: Any) -> Area:
    rows, columns = cells.shape
    return cells.row, cells.column, cells.row + rows - 1, cells.column + columns - 1


def _rows_placed(rectangle: Rectangle) -> Iterator[list[tuple[tuple[int, int], Cell]]]:
    for i, row in enumerate(rectangle.rows):
        yield [((rectangle.row + i, rectangle.column + j), value) for j, value in enumerate(row)]


def _placed(rectangle: Rectangle) -> Iterator[tuple[tuple[int, int], Cell]]:
    for row in _rows_placed(rectangle):
        yield from row


def _known(value: Cell) -> Value:
    return None if isinstance(value, Link) else value


def _literal(text: str) -> str:
    """A text whose first apostrophe Excel does not take for its own sign of a text."""
    return "'" + text if text.startswith("'") else text


def _sent(value: Cell, place: str) -> object:
    """The value as xlwings takes it."""
    if isinstance(value, Link):
        return "=" + jump(value, place) if value.text else None
    if isinstance(value, time):
        return serial(value, False)
    if isinstance(value, date):
        value = shown_as(value, "d")
    return str(value) if isinstance(value, str) else value


def _reads_as(written: Cell, read: Value) -> bool:
    """Whether a cell holds what was written to it; a number or a date may have become a text that says the same."""
    if isinstance(written, Link):
        return as_text(read) == written.text
    if written is None:
        return read is None or read == ""
    if isinstance(written, str):
        return isinstance(read, str) and str(read) == str(written)
    return same(written, read)


def _is_protected(sheet: Any) -> bool:
    if sheet.book.app.engine.name == "calc":
        return bool(sheet.impl.protected)
    if sys.platform == "darwin":
        return bool(sheet.api.protect_contents.get())
    return bool(sheet.api.ProtectContents)
