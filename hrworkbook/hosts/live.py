"""The live host: a workbook open in Excel or Calc, read as a snapshot and changed in blocks, through xlwings."""

import os
import sys
import time as clock
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from hrworkbook.hosts.leftovers import temporary_beside, temporary_folder
from hrworkbook.hosts.libreoffice import ADDRESS_VARIABLE
from hrworkbook.hosts.live_books import called_from, file_of, full_name, open_at
from hrworkbook.hosts.live_formats import with_formats
from hrworkbook.hosts.read_live_sheet import block_of
from hrworkbook.hosts.synced import is_web_address
from hrworkbook.hosts.write_live_sheet import SheetWrite
from hrworkbook.ooxml.cell_xml import CellContent, storable
from hrworkbook.plan.errors import CannotWrite, HrWorkbookError, NotAMaster, WorkbookLocked
from hrworkbook.plan.model import plan_id
from hrworkbook.plan.sheet_names import is_plan_sheet, own_sheet_name, place_at
from hrworkbook.plan.snapshot import TALLEST_ROW, ChangeSet, Snapshot, address, cells_of

TITLE = "HR Plan"

_WAIT_SECONDS = 2.0
"""Seconds to wait for Excel to be free."""

_MAX_TRIES = 200
"""How often xlwings asks Excel again while it is busy: by itself it would ask for ever."""

_EDITING = "Finish editing the cell: press Enter or Esc. Then try again"


class LiveHost:
    """An open workbook: gives its snapshot, applies change sets to it, tells its user."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._last_snapshot: Snapshot | None = None
        self._path: Path | None = None

    def snapshot(self) -> Snapshot:
        """Every sheet's block of values as it stands now, unsaved changes included; one round trip for each block.

        A blank is None, an error value a CellError, a number a float; a date without a time is a date. Merged cells are
        told of the first 40 rows, number formats of numbers in a plan's columns of text. Raises WorkbookLocked while a cell is being edited.
        """
        with self._quiet(calculating=True):
            found = Snapshot(self.book.name, tuple(block_of(sheet) for sheet in self.book.sheets))
            self._last_snapshot = with_formats(found, self.book)
        return self._last_snapshot

    def apply(self, changes: ChangeSet) -> None:
        """Write the change set into the open workbook, whole or not at all; does not save it.

        Nothing is written before all of it is checked: each sheet is there, unprotected and as it was in the snapshot,
        each value fits a cell. What is written is read back; where that fails, the cells get back what they held.
        Then `goto` is shown. Raises NotAMaster, CannotWrite, WorkbookLocked.
        """
        names = [sheet.name for sheet in self.book.sheets]
        changes = changes.in_workbook(names)
        wanted = self._checked_cells(changes, names)
        with self._quiet(calculating=False), _sheet_writes(self.book) as sheet_write:
            sheets = {
                name: sheet_write(self.book.sheets[name], cells, is_plan_sheet(name)) for name, cells in wanted.items()
            }
            for name, sheet in sheets.items():
                sheet.check(self._last_snapshot.called(name) if self._last_snapshot else None)
            self._write(list(sheets.values()))
            self._last_snapshot = None
            with suppress(Exception):
                # What was asked is done, whether or not all of it can be seen.
                self._grow_rows(changes, sheets)
            for sheet in sheets.values():
                with suppress(Exception):
                    sheet.show()
        if changes.goto:
            with suppress(Exception):
                # What was asked is done, whether or not it can be shown.
                self.show(*changes.goto)

    def _write(self, sheets: list["SheetWrite"]) -> None:
        begun: list[SheetWrite] = []
        try:
            for sheet in sheets:
                begun.append(sheet)
                sheet.write()
        except BaseException as fault:
            # Stopped by hand or by a fault, half of a change set must not stay.
            try:
                for sheet in reversed(begun):
                    sheet.roll_back()
            except Exception as worse:
                raise CannotWrite(
                    self.book.name,
                    "it was changed in part, and that could not be taken back",
                    "Close it without saving, then open it again",
                ) from worse
            if isinstance(fault, HrWorkbookError) or not isinstance(fault, Exception):
                raise
            raise _as_error(self.book.name, fault) from fault

    @staticmethod
    def _grow_rows(changes: ChangeSet, sheets: Mapping[str, SheetWrite]) -> None:
        """Rows of the plan made as tall as their new texts need: they were given their heights when it was made.

        Rows of the ledgers have none of their own, and fit themselves.
        """
        heights: dict[str, dict[int, float]] = {}
        for sheet, row, points in changes.heights:
            if is_plan_sheet(sheet) and sheet in sheets:
                heights.setdefault(sheet, {})[row] = min(points, TALLEST_ROW)
        for sheet, rows in heights.items():
            sheets[sheet].grow_rows(rows)

    def _checked_cells(self, changes: ChangeSet, names: Sequence[str]) -> dict[str, dict[tuple[int, int], CellContent]]:
        wanted: dict[str, dict[tuple[int, int], CellContent]] = {}
        for sheet, row, column, value in cells_of(changes.writes):
            if sheet not in names:
                Snapshot(self.book.name, ())[sheet]
            wanted.setdefault(sheet, {})[row, column] = storable(value, place_at(sheet, address(row, column)))
        return wanted

    def show(self, sheet: str, cell: str) -> None:
        """Go to a cell; a hidden sheet stays as it is."""
        names = [s.name for s in self.book.sheets]
        sheet = own_sheet_name(names, sheet)
        if sheet in names and self.book.sheets[sheet].visible in (True, -1):
            there = self.book.sheets[sheet]
            # xlwings' own activate() raises where another Excel is in front.
            self.book.impl.activate()
            there.impl.activate()
            there.range(cell).select()

    @property
    def path(self) -> Path:
        """The file the workbook is saved in, proved to be this plan; raises CannotWrite where that is not known."""
        if self._path is None:
            self._path = file_of(self.book, plan_id(self._last_snapshot or self.snapshot()))
        return self._path

    def where(self) -> tuple[str, str]:
        """Return the sheet in front and the first cell selected on it; the cell is A1 where a picture is selected."""
        selected = self.book.app.selection
        sheet = self.book.sheets.active.name
        return sheet, address(selected.row, selected.column) if selected is not None else "A1"

    def progress(self, text: str) -> None:
        """Show a text in the status bar; '' gives the bar back."""
        with suppress(Exception):
            # A status bar that cannot be had is no reason to stop the job.
            self.book.app.status_bar = text or False

    def print_pdf(self, workbook: Path, pdf: Path) -> None:
        """Write the PDF that Excel prints of another workbook; raises CannotWrite where it makes none."""
        try:
            with temporary_folder() as folder:
                printed = folder / "printed.pdf"
                made = self.book.app.books.open(workbook, update_links=False, read_only=True)
                try:
                    made.impl.to_pdf(str(printed), "standard")
                finally:
                    made.close()
                with temporary_beside(pdf, printed.read_bytes()) as part:
                    part.replace(pdf)
        except Exception as fault:
            remedy = "Close it if it is open; or open the appendix and save it as PDF from Excel"
            raise CannotWrite(pdf.name, "Excel made no PDF", remedy) from fault

    def show_message(self, message: str, wrong: bool = False) -> None:
        """Show the user a message: a box in Excel, a bar above the sheet in Calc."""
        if message:
            self.book.app.alert(message, TITLE, "ok", "critical" if wrong else "info")

    @property
    def waits_for_an_answer(self) -> bool:
        """Whether `show_message` stops until the user has read it."""
        return bool(self.book.app.engine.name != "calc")

    @contextmanager
    def _quiet(self, calculating: bool) -> Iterator[None]:
        """Hold the screen still and, where asked, calculate nothing; both are as before afterwards."""
        app = self.book.app
        screen = _wait_until_free(self.book)
        calculation = app.calculation
        try:
            if not calculating and calculation != "manual":
                app.calculation = "manual"
            yield
        except Exception as fault:
            if getattr(fault, "hresult", None) in _BUSY_ERRORS:
                raise WorkbookLocked("Excel", "it became busy, and nothing was changed", _EDITING) from fault
            raise
        finally:
            if not calculating and calculation != "manual":
                app.calculation = calculation
            app.screen_updating = screen


@contextmanager
def _sheet_writes(book: Any) -> Iterator[Callable[[Any, dict[tuple[int, int], CellContent], bool], SheetWrite]]:
    """Give what writes cells on a sheet of an open workbook; in Calc, where it may, each kind of step in one call."""
    if book.app.engine.name == "calc":
        from hrworkbook.hosts.calc_cells import CellCalls, NoMacros, one_undo_step
        from hrworkbook.hosts.write_calc_sheet import CalcSheetWrite

        with ExitStack() as open_calls:
            try:
                calls = open_calls.enter_context(CellCalls(book.app.impl.api))
            except NoMacros:
                yield SheetWrite
            else:
                with one_undo_step(book.api, TITLE):
                    yield partial(CalcSheetWrite, calls=calls)
    else:
        yield SheetWrite


def calling_workbook() -> LiveHost:
    """Return the workbook whose button was pressed; raises NotAMaster where it is not found."""
    xlwings = _xlwings()
    if not is_warm():
        return LiveHost(called_from(xlwings))
    try:
        return LiveHost(xlwings.Book.caller())
    except Exception as fault:
        what = "Excel does not find the workbook whose button was pressed"
        raise NotAMaster("The plan", what, "Close the other Excel windows, then press again") from fault


def is_warm() -> bool:
    """Whether this process stays behind Excel between clicks (xlwings' UDF server), so that no click may end it."""
    return bool(getattr(sys.modules.get("xlwings._xlwindows"), "BOOK_CALLER", None))


def open_live(path: Path) -> LiveHost:
    """Return the workbook at a path as it is open in Excel or Calc now; it is never opened by this.

    Raises WorkbookLocked where it is not open, or where the one that is open may be another of the same name;
    ToolMissing where no spreadsheet program can be reached.
    """
    book, place = open_at(path, _xlwings())
    host = LiveHost(book)
    if is_web_address(full_name(book)) and host.path.resolve() != place:
        raise WorkbookLocked(path.name, f"it is not the plan that is open from {full_name(book)}", "Leave out --live")
    return host


def _xlwings() -> Any:
    """xlwings, speaking to Excel; to Calc where there is no Excel, or where the environment names a LibreOffice."""
    import xlwings

    if "excel" not in xlwings.engines.engines_by_name or ADDRESS_VARIABLE in os.environ:
        from hrworkbook.hosts.calc import use_calc

        use_calc()
    return xlwings


def _wait_until_free(book: Any) -> bool:
    """Whether the screen was updating, once Excel takes commands; raises WorkbookLocked where it does not."""
    app = book.app
    windows: Any = sys.modules.get("xlwings._xlwindows")
    until = clock.monotonic() + _WAIT_SECONDS
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
                windows.N_COM_ATTEMPTS = _MAX_TRIES


def _as_error(place: str, fault: Exception) -> HrWorkbookError:
    if getattr(fault, "hresult", None) in _BUSY_ERRORS:
        return WorkbookLocked(place, "Excel became busy, and nothing was changed", _EDITING)
    return CannotWrite(
        place, "Excel refused the change, and nothing was changed", "Save the workbook, reopen it, try again"
    )


_BUSY_ERRORS = {-2147418111, -2147417846, -2146777998}
"""RPC_E_CALL_REJECTED, RPC_E_SERVERCALL_RETRYLATER and Excel's own VBA_E_IGNORE: a cell is being edited."""
