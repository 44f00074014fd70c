"""Excel's objects, as office.js names their members, over a document that is open in Calc.

A text is read as if typed, as Excel does, unless its cell is a text cell; `null` leaves a cell, `""` clears it.
"""

import base64
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from weakref import WeakKeyDictionary

from excel_values import ERRORS as ERROR_NUMBERS
from excel_values import ComError, as_typed, in_text_cell

from hrworkbook.hosts.calc_book import Book, Sheet
from hrworkbook.hosts.calc_range import Range
from hrworkbook.hosts.calc_uno import ERRORS, LOGICAL, property_values
from hrworkbook.hosts.read_live_sheet import merged_areas
from hrworkbook.hosts.rectangles import areas_of
from hrworkbook.plan.serials import to_serial
from hrworkbook.plan.snapshot import CellRange as Area
from hrworkbook.plan.snapshot import column_letters
from hrworkbook.plan.values import CellError
from office_bridge.answers import ExcelError

_FORMULA = 16
_ERROR_TEXTS = {number - 2_146_828_288: text for text, number in ERROR_NUMBERS.items()}


class ExcelWorkbook:
    """The workbook in front; `opened` has the files of those opened beside it."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.opened: list[bytes] = []

    def get_Name(self) -> str:
        return self.book.name

    def get_Worksheets(self) -> "ExcelWorksheets":
        return ExcelWorksheets(self)

    def get_Tables(self) -> "ExcelTables":
        return ExcelTables(*self.book.sheets)

    def get_Application(self) -> "ExcelApplication":
        return ExcelApplication(self)

    def get_Functions(self) -> "ExcelFunctions":
        return ExcelFunctions(self.book)

    def do_GetSelectedRange(self) -> "ExcelRange":
        selected = self.book.selection
        assert selected is not None
        return ExcelRange(selected)

    def do_InsertWorksheetsFromBase64(self, file: str, options: dict[str, Any] | None = None) -> list[str]:
        wanted = dict(options or {})
        with TemporaryDirectory() as folder:
            path = Path(folder) / "inserted.xlsx"
            path.write_bytes(base64.b64decode(file, validate=True))
            desktop = self.book.app.api
            made = desktop.loadComponentFromURL(path.as_uri(), "_blank", 0, property_values(Hidden=True))
            try:
                names = wanted.get("sheetNamesToInsert") or list(made.getSheets().getElementNames())
                if wanted.get("positionType", "End") != "End":
                    raise ExcelError("NotImplemented", "another place than the end")
                sheets = self.book.api.getSheets()
                for name in names:
                    at = sheets.getCount()
                    sheets.importSheet(getattr(made, "_it", made), name, at)
            finally:
                made.close(True)
        return names


class ExcelApplication:
    """Excel itself."""

    def __init__(self, workbook: ExcelWorkbook) -> None:
        self.workbook = workbook

    def do_SuspendApiCalculationUntilNextSync(self) -> None:
        return None

    def do_SuspendScreenUpdatingUntilNextSync(self) -> None:
        return None

    def do_CreateWorkbook(self, file: str) -> "CreatedWorkbook":
        return CreatedWorkbook(self.workbook, base64.b64decode(file, validate=True))


class CreatedWorkbook:
    """A workbook that is made and not open yet."""

    def __init__(self, workbook: ExcelWorkbook, content: bytes) -> None:
        self.workbook, self.content = workbook, content

    def get_Id(self) -> str:
        return "created"

    def do_Open(self) -> None:
        self.workbook.opened.append(self.content)


class ExcelFunctions:
    """The functions of sheets: the one that tells where the calendar begins."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def do_Date(self, year: int, month: int, day: int) -> "FunctionValue":
        return FunctionValue(to_serial(date(year, month, day), self.book.epoch))


class FunctionValue:
    """What a function gives."""

    def __init__(self, value: float) -> None:
        self.value = value

    def get_Value(self) -> float:
        return self.value


class ExcelWorksheets:
    """The sheets, in tab order."""

    def __init__(self, workbook: ExcelWorkbook) -> None:
        self.workbook = workbook

    def items(self) -> Iterator["ExcelWorksheet"]:
        return (ExcelWorksheet(sheet) for sheet in self.workbook.book.sheets)

    def do_GetItemOrNullObject(self, name: str) -> "ExcelWorksheet | None":
        # Calc knows a sheet by its exact name; Excel in small or capital letters.
        found = [s for s in self.workbook.book.sheets if s.name.casefold() == name.casefold()]
        return ExcelWorksheet(found[0]) if found else None

    def do_GetItem(self, name: str) -> "ExcelWorksheet":
        found = self.do_GetItemOrNullObject(name)
        if found is None:
            raise ExcelError("ItemNotFound", name)
        return found


class ExcelWorksheet:
    """A sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def get_Id(self) -> str:
        return self.sheet.name

    def get_Name(self) -> str:
        return self.sheet.name

    def set_Name(self, name: str) -> None:
        self.sheet.name = name

    def get_Visibility(self) -> str:
        return "Visible" if self.sheet.visible else "Hidden"

    def get_Protection(self) -> "ExcelProtection":
        return ExcelProtection(self.sheet)

    def get_Tables(self) -> "ExcelTables":
        return ExcelTables(self.sheet)

    def get_Names(self) -> "ExcelNames":
        return ExcelNames(self.sheet)

    def do_GetUsedRangeOrNullObject(self, values_only: bool = False) -> "ExcelRange | None":
        if not values_only:
            raise ExcelError("NotImplemented", "a used range with cells that have nothing but a format")
        used = self.sheet.used_range
        return None if used.area == (1, 1, 1, 1) and used.raw_value == [[None]] else ExcelRange(used)

    def do_GetRange(self, address: str) -> "ExcelRange":
        try:
            return ExcelRange(self.sheet.range(address))
        except ValueError:
            raise ExcelError("InvalidArgument", address) from None

    def do_GetRangeByIndexes(self, row: int, column: int, rows: int, columns: int) -> "ExcelRange":
        if row < 0 or column < 0 or rows < 1 or columns < 1 or row + rows > 1_048_576 or column + columns > 16_384:
            raise ExcelError("InvalidArgument", f"{row} {column} {rows} {columns}")
        return ExcelRange(Range(self.sheet, (row + 1, column + 1, row + rows, column + columns)))

    def do_Activate(self) -> None:
        self.sheet.activate()

    def do_Delete(self) -> None:
        self.sheet.delete()


class ExcelProtection:
    """Whether a sheet is protected."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def get_Protected(self) -> bool:
        return self.sheet.protected


class ExcelTables:
    """The tables of a sheet, or of a whole workbook, by which office.js asks for one."""

    def __init__(self, *sheets: Sheet) -> None:
        self.sheets = sheets

    def items(self) -> Iterator["ExcelTable"]:
        return (ExcelTable(table) for sheet in self.sheets for table in sheet.tables)

    def do_GetItem(self, name: str) -> "ExcelTable":
        for table in self.items():
            if table.get_Name() == name:
                return table
        raise ExcelError("ItemNotFound", name)


class ExcelTable:
    """A table."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def get_Id(self) -> str:
        return str(self.table.name)

    get_Name = get_Id

    def get_ShowTotals(self) -> bool:
        return bool(self.table.show_totals)

    def do_GetRange(self) -> "ExcelRange":
        return ExcelRange(self.table.range)

    def do_Resize(self, address: str) -> None:
        class Resized:
            impl = self.table.sheet.range(address)

        self.table.resize(Resized)


class ExcelNames:
    """The names of a sheet, of which a mark is one."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.api = sheet.api.NamedRanges

    def do_GetItemOrNullObject(self, name: str) -> "ExcelName | None":
        return ExcelName(name) if self.api.hasByName(name) else None

    def do_Add(self, name: str, target: "ExcelRange | str", comment: str = "") -> "ExcelName":
        from hrworkbook.hosts.libreoffice import import_uno

        if not isinstance(target, str) or not target.startswith("="):
            raise ExcelError("NotImplemented", "a name for anything but a formula")
        place = import_uno().createUnoStruct("com.sun.star.table.CellAddress")
        self.api.addNewByName(name, target.removeprefix("="), place, 0)
        return ExcelName(name)


class ExcelName:
    """A name; Calc shows those of a sheet to nobody who does not look for them."""

    def __init__(self, name: str) -> None:
        self.name = name

    def get_Name(self) -> str:
        return self.name

    def set_Visible(self, visible: bool) -> None:
        return None


_MERGES: "WeakKeyDictionary[Book, dict[str, list[Area]]]" = WeakKeyDictionary()
"""By workbook and sheet: looked for once, since nothing here merges cells."""


def _merges(sheet: Sheet) -> list[Area]:
    known = _MERGES.setdefault(sheet.book, {})
    if sheet.name not in known:
        known[sheet.name] = list(merged_areas(sheet, sheet.used_range.area))
    return known[sheet.name]


class ExcelMergedAreas:
    """The merged cells among some, as one object that has several areas."""

    is_kept = True

    def __init__(self, areas: list["ExcelRange"]) -> None:
        self.areas = areas

    def get_Address(self) -> str:
        return ",".join(area.get_Address() for area in self.areas)


class ExcelRowFormat:
    """How tall rows are, in points."""

    def __init__(self, cells: Range) -> None:
        self.cells = cells

    def get_RowHeight(self) -> float | None:
        return self.cells.row_height

    def set_RowHeight(self, points: float) -> None:
        if points > 409.5:
            raise ExcelError("InvalidArgument", "RowHeight")
        self.cells.row_height = points


class ExcelRange:
    """A rectangle of cells."""

    is_kept = True

    def __init__(self, cells: Range) -> None:
        self.cells = cells

    def get_Address(self) -> str:
        top, left, bottom, right = self.cells.area
        name = self.cells.sheet.name
        sheet = name if name.isalnum() and not name[0].isdigit() else "'" + name.replace("'", "''") + "'"
        ends = f"{column_letters(left)}{top}", f"{column_letters(right)}{bottom}"
        return f"{sheet}!{ends[0]}" if ends[0] == ends[1] else f"{sheet}!{ends[0]}:{ends[1]}"

    def get_RowIndex(self) -> int:
        return self.cells.row - 1

    def get_ColumnIndex(self) -> int:
        return self.cells.column - 1

    def get_RowCount(self) -> int:
        return self.cells.shape[0]

    def get_ColumnCount(self) -> int:
        return self.cells.shape[1]

    def get_Worksheet(self) -> ExcelWorksheet:
        return ExcelWorksheet(self.cells.sheet)

    def get_Format(self) -> ExcelRowFormat:
        return ExcelRowFormat(self.cells)

    def do_GetRow(self, row: int) -> "ExcelRange":
        return ExcelRange(self.cells._part(row + 1, 1, row + 1, self.cells.shape[1]))

    def do_GetBoundingRect(self, other: "ExcelRange") -> "ExcelRange":
        return ExcelRange(self.cells.sheet.range(self.cells, other.cells))

    def do_Select(self) -> None:
        self.cells.select()

    def do_GetMergedAreasOrNullObject(self) -> ExcelMergedAreas | None:
        top, left, bottom, right = self.cells.area
        sheet = self.cells.sheet
        found = [a for a in _merges(sheet) if a[0] <= bottom and top <= a[2] and a[1] <= right and left <= a[3]]
        return ExcelMergedAreas([ExcelRange(Range(sheet, area)) for area in found]) if found else None

    # Values

    def _grid(self) -> list[list[Any]]:
        """The values: a date is its number, an error a CellError, a blank None."""
        rows = [[None if v == "" else v for v in row] for row in self.cells.api.getDataArray()]
        faults = [(r, c) for r, row in enumerate(self.cells.api.getDataArray()) for c, v in enumerate(row) if v is None]
        for (r, c), number in self.cells._error_numbers(faults):
            rows[r][c] = CellError(ERRORS.get(number, "#VALUE!"))
        if any(isinstance(v, float) for row in rows for v in row):
            for area, _ in self.cells.areas_shown_as(LOGICAL):
                for r, c in self._inside(area):
                    if isinstance(rows[r][c], float):
                        rows[r][c] = bool(rows[r][c])
        return rows

    def _inside(self, area: tuple[int, int, int, int]) -> Iterator[tuple[int, int]]:
        """Yield the cells of an area as row and column in this range, counted from 0."""
        top, left = self.cells.row, self.cells.column
        rows, columns = self.cells.shape
        for r in range(max(area[0] - top, 0), min(area[2] - top, rows - 1) + 1):
            for c in range(max(area[1] - left, 0), min(area[3] - left, columns - 1) + 1):
                yield r, c

    def get_Values(self) -> list[list[Any]]:
        return [["" if v is None else str(v) if isinstance(v, str) else v for v in row] for row in self._grid()]

    def get_ValueTypes(self) -> list[list[str]]:
        names = {type(None): "Empty", bool: "Boolean", float: "Double", CellError: "Error", str: "String"}
        return [[names[type(v)] for v in row] for row in self._grid()]

    def get_Formulas(self) -> list[list[Any]]:
        rows = self.get_Values()
        found = self.cells.api.queryContentCells(_FORMULA).getRangeAddresses()
        if found:
            shown = self.cells.formula
            texts = ((shown,),) if isinstance(shown, str) else shown
            for a in found:
                for r, c in self._inside((a.StartRow + 1, a.StartColumn + 1, a.EndRow + 1, a.EndColumn + 1)):
                    rows[r][c] = texts[r][c]
        return rows

    def get_NumberFormat(self) -> list[list[str]]:
        rows, columns = self.cells.shape
        codes = [["General"] * columns for _ in range(rows)]
        for areas, code in self.cells.areas_by_format_code():
            for area in areas:
                for r, c in self._inside(area):
                    codes[r][c] = code
        return codes

    def _cells_given(self, rows: Any) -> dict[tuple[int, int], Any]:
        """The cells that an array sets, by row and column of the sheet: all but those for which it has null."""
        height, width = self.cells.shape
        if not isinstance(rows, list):
            rows = [[rows] * width] * height
        if len(rows) != height or any(not isinstance(row, list) or len(row) != width for row in rows):
            raise ExcelError("InvalidArgument", "the array is not as large as the range")
        top, left = self.cells.row, self.cells.column
        return {(top + r, left + c): v for r, row in enumerate(rows) for c, v in enumerate(row) if v is not None}

    def set_NumberFormat(self, rows: Any) -> None:
        given = self._cells_given(rows)
        for code in dict.fromkeys(given.values()):
            for area in areas_of({at for at, v in given.items() if v == code}):
                Range(self.cells.sheet, area).number_format = code

    def set_Values(self, rows: Any) -> None:
        if self.cells.sheet.protected:
            raise ExcelError("AccessDenied", "the sheet is protected")
        given = self._cells_given(rows)
        codes = self.get_NumberFormat()
        top, left = self.cells.row, self.cells.column
        taken = {(r, c): _taken(value, codes[r - top][c - left]) for (r, c), value in given.items()}
        with suppress_array_faults():
            self._write(taken)

    def _write(self, taken: dict[tuple[int, int], Any]) -> None:
        sheet = self.cells.sheet
        formulas = {at: v.text for at, v in taken.items() if isinstance(v, Formula)}
        for area in areas_of(taken):
            block = [
                tuple(_as_data(taken[r, c], sheet.book.epoch) for c in range(area[1], area[3] + 1))
                for r in range(area[0], area[2] + 1)
            ]
            Range(sheet, area).api.setDataArray(tuple(block))
        self.cells._write_formulas(formulas)
        self.cells._format_moments({at: v for at, v in taken.items() if isinstance(v, bool | date)})


class Formula:
    """What Excel takes for a formula."""

    def __init__(self, text: str) -> None:
        self.text = text


class suppress_array_faults:
    """Tells what Calc refuses, such as a part of one formula that fills several cells, as Excel does."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, fault: Any, trace: Any) -> None:
        if fault is not None and not isinstance(fault, ExcelError):
            raise ExcelError("InvalidOperation", "You can't change part of an array.") from fault


def _taken(value: Any, code: str) -> Any:
    """What Excel makes of a value that is set: a text as if typed, in a text cell any value as text."""
    if value == "" and isinstance(value, str):
        return None
    if code == "@":
        text = value if isinstance(value, str) else in_text_cell(value)
        return text.removeprefix("'")
    if not isinstance(value, str):
        return value if isinstance(value, bool) else float(value)
    try:
        made = as_typed(value)
    except ComError:
        raise ExcelError("InvalidArgument", "The argument is invalid or missing or has an incorrect format.") from None
    if isinstance(made, str) and made.startswith("=") and not value.startswith("'"):
        return Formula(made)
    if type(made) is int:
        return Formula(_ERROR_TEXTS[made])
    return made


def _as_data(value: Any, epoch: date) -> str | float:
    if value is None or isinstance(value, Formula):
        return ""
    if isinstance(value, datetime):
        return to_serial(value, epoch)
    return value if isinstance(value, str) else float(value)
