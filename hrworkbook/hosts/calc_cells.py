"""Single cells of an open Calc document, any number of them in one call: what stands between them is not touched.

UNO writes one cell or one filled rectangle a call. A few lines of Basic in a hidden document of our own, which is closed
afterwards, do it for a list of cells. Where Calc may run no macro, the calls fail with `NoMacros`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Self

from hrworkbook.hosts.calc_uno import property_values
from hrworkbook.hosts.rectangles import areas_of
from hrworkbook.plan.snapshot import CellRange as Area

Cell = tuple[int, int]
"""Row and column, counted from 1."""

BLANK, NUMBER, TEXT_VALUE, FORMULA = range(4)
"""What is put into a cell: nothing, a number, a text, or a formula as Calc writes it."""

_MIXED = -1
"""Stands for the number format of cells that have more than one."""

_ALWAYS_RUN = 4
"""com.sun.star.document.MacroExecMode: of the hidden document alone, whose macros are those below."""

_SOURCE = """
Sub Fill(ByVal sheet, ByVal rows, ByVal columns, ByVal kinds, ByVal contents)
  Dim i As Long, cell As Object
  For i = 0 To UBound(rows)
    cell = sheet.getCellByPosition(columns(i), rows(i))
    Select Case kinds(i)
      Case 0: cell.clearContents(23)
      Case 1: cell.setValue(contents(i))
      Case 2: cell.setString(contents(i))
      Case 3: cell.setFormula(contents(i))
    End Select
  Next
End Sub

Function Formats(ByVal sheet, ByVal tops, ByVal lefts, ByVal bottoms, ByVal rights)
  Dim i As Long, found(), cells As Object
  ReDim found(UBound(tops))
  For i = 0 To UBound(tops)
    cells = sheet.getCellRangeByPosition(lefts(i), tops(i), rights(i), bottoms(i))
    If cells.getPropertyState("NumberFormat") = com.sun.star.beans.PropertyState.AMBIGUOUS_VALUE Then
      found(i) = -1
    Else
      found(i) = cells.NumberFormat
    End If
  Next
  Formats = found
End Function

Sub Format(ByVal sheet, ByVal tops, ByVal lefts, ByVal bottoms, ByVal rights, ByVal keys)
  Dim i As Long
  For i = 0 To UBound(tops)
    sheet.getCellRangeByPosition(lefts(i), tops(i), rights(i), bottoms(i)).NumberFormat = keys(i)
  Next
End Sub

Function Faults(ByVal sheet, ByVal rows, ByVal columns)
  Dim i As Long, found()
  ReDim found(UBound(rows))
  For i = 0 To UBound(rows)
    found(i) = sheet.getCellByPosition(columns(i), rows(i)).getError()
  Next
  Faults = found
End Function

Function Covers(ByVal sheet, ByVal rows, ByVal columns)
  Dim i As Long, found(), cursor As Object, area As Object
  ReDim found(2 * UBound(rows) + 1)
  For i = 0 To UBound(rows)
    cursor = sheet.createCursorByRange(sheet.getCellByPosition(columns(i), rows(i)))
    cursor.collapseToMergedArea()
    area = cursor.getRangeAddress()
    found(2 * i) = area.StartRow
    found(2 * i + 1) = area.StartColumn
  Next
  Covers = found
End Function

Sub Grow(ByVal sheet, ByVal rows, ByVal heights)
  Dim i As Long, oneRow As Object
  For i = 0 To UBound(rows)
    oneRow = sheet.getRows().getByIndex(rows(i))
    If oneRow.Height < heights(i) Then oneRow.Height = heights(i)
  Next
End Sub
"""


class NoMacros(Exception):
    """Calc does not run the lines above: somebody who looks after the computer has switched macros off."""


class CellCalls:
    """Calls that each do one thing to many cells of a document; raises NoMacros where it runs none."""

    def __init__(self, desktop: Any) -> None:
        self._desktop = desktop
        self._hidden: Any = None
        self._scripts: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        hidden, self._hidden, self._scripts = self._hidden, None, {}
        if hidden is not None:
            with suppress(Exception):
                hidden.close(True)

    def fill(self, sheet: Any, contents: Mapping[Cell, tuple[int, object]]) -> None:
        """Put into cells of a UNO sheet what is given by kind and content; notes on them stay."""
        if contents:
            kinds, values = zip(*contents.values(), strict=True)
            self._call("Fill", sheet, *_positions(list(contents)), kinds, values)

    def formats(self, sheet: Any, cells: Iterable[Cell]) -> list[tuple[Area, int]]:
        """Return the key of the number format of each cell, by areas that share one."""
        areas = list(areas_of(set(cells)))
        found = dict(zip(areas, self._call("Formats", sheet, *_corners(areas)), strict=True)) if areas else {}
        mixed = [area for area, key in found.items() if key == _MIXED]
        singly = [(r, c, r, c) for top, left, bottom, right in mixed for r in range(top, bottom + 1) for c in range(left, right + 1)]  # fmt: skip
        if singly:
            found |= dict(zip(singly, self._call("Formats", sheet, *_corners(singly)), strict=True))
        return [(area, key) for area, key in found.items() if key != _MIXED]

    def give_formats(self, sheet: Any, keys: Sequence[tuple[Area, int]]) -> None:
        """Give areas number formats by their keys, one after the other."""
        if keys:
            self._call("Format", sheet, *_corners([area for area, _ in keys]), [key for _, key in keys])

    def faults(self, sheet: Any, cells: Sequence[Cell]) -> dict[Cell, int]:
        """Return the number of each cell's error; 0 where it has none."""
        return dict(zip(cells, self._call("Faults", sheet, *_positions(cells)), strict=True)) if cells else {}

    def covering(self, sheet: Any, cells: Sequence[Cell]) -> dict[Cell, Cell]:
        """Return of each cell the first one of the merged cells it is part of; itself where it is part of none."""
        if not cells:
            return {}
        flat = self._call("Covers", sheet, *_positions(cells))
        return {at: (r + 1, c + 1) for at, r, c in zip(cells, flat[::2], flat[1::2], strict=True)}

    def grow_rows(self, sheet: Any, heights: Mapping[int, int]) -> None:
        """Make rows at least so tall, in hundredths of a millimetre."""
        if heights:
            self._call("Grow", sheet, tuple(row - 1 for row in heights), tuple(heights.values()))

    def _call(self, name: str, sheet: Any, *lists: Sequence[object]) -> Any:
        if name not in self._scripts:
            self._scripts[name] = self._script(name)
        # The sheet goes over as it is: wrapped, Calc would come back to us for each of its cells.
        return self._scripts[name].invoke((getattr(sheet, "_it", sheet), *map(tuple, lists)), (), ())[0]

    def _script(self, name: str) -> Any:
        address = f"vnd.sun.star.script:Cells.Cells.{name}?language=Basic&location=document"
        return self._hidden.getScriptProvider().getScript(address)

    def _open(self) -> None:
        """Make the hidden document, and see that its lines are run."""
        try:
            how = property_values(Hidden=True, MacroExecutionMode=_ALWAYS_RUN)
            self._hidden = self._desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, how)
            self._hidden.BasicLibraries.createLibrary("Cells").insertByName("Cells", _SOURCE)
            self.formats(self._hidden.getSheets().getByIndex(0), [(1, 1)])
        except Exception as fault:
            self.__exit__()
            raise NoMacros from fault


@contextmanager
def one_undo_step(document: Any, title: str) -> Iterator[None]:
    """Make of all that is done to a document one step for Calc's own Undo: a hundred steps is all it keeps."""
    steps = document.getUndoManager()
    steps.enterUndoContext(title)
    try:
        yield
    finally:
        steps.leaveUndoContext()


def _positions(cells: Sequence[Cell]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the rows and the columns, as UNO counts them."""
    return tuple(row - 1 for row, _ in cells), tuple(column - 1 for _, column in cells)


def _corners(areas: Sequence[Area]) -> tuple[tuple[int, ...], ...]:
    """Return the first rows, first columns, last rows and last columns, as UNO counts them."""
    return tuple(tuple(at - 1 for at in side) for side in zip(*areas, strict=True))
