"""Workbooks and sheets open in Calc, as xlwings asks for them."""

# xlwings' base classes declare every attribute as a property that raises: here they are what they are.
# mypy: disable-error-code="misc,override,unused-ignore,untyped-decorator"

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from hrworkbook.hosts.calc_range import Range, parse_area
from hrworkbook.hosts.calc_tables import Names, Tables
from hrworkbook.hosts.calc_uno import property_values
from hrworkbook.hosts.libreoffice import import_uno
from hrworkbook.ooxml.limits import LAST_COLUMN, LAST_ROW
from hrworkbook.plan.errors import CannotWrite

if TYPE_CHECKING:
    from hrworkbook.hosts.calc import App

_CONTENT_FLAGS = 1 | 2 | 4 | 16
"""Numbers, dates, texts and formulas (com.sun.star.sheet.CellFlags)."""

_FILTERS = {".xlsx": "Calc MS Excel 2007 XML", ".xlsm": "Calc MS Excel 2007 VBA XML", ".ods": "calc8"}


class Book(base_classes.Book):
    """An open spreadsheet."""

    api: Any = None

    def __init__(self, app: "App", document: Any) -> None:
        self._app = app
        self.api = document
        self._kinds: dict[int, int] = {}
        self._epoch: date | None = None
        self._controller: Any = None

    @property
    def app(self) -> "App":
        return type(self._app)(self._app.engine, self)

    @property
    def fullname(self) -> str:
        url = self.api.getURL()
        return str(import_uno().fileUrlToSystemPath(url) if url.startswith("file:") else self.api.Title)

    @property
    def name(self) -> str:
        return Path(self.fullname).name

    @property
    def sheets(self) -> "Sheets":
        return Sheets(self)

    @property
    def names(self) -> Names:
        return Names(self)

    def activate(self) -> None:
        self.controller.getFrame().activate()

    def close(self) -> None:
        self.api.close(True)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Save a copy elsewhere; raises CannotWrite where that is the open workbook itself."""
        if path is None or Path(path).absolute() == Path(self.fullname).absolute():
            remedy = "Save it yourself as .ods to keep working in Calc, or let the command line change the file"
            raise CannotWrite(self.name, "Calc would save it without what its macros are bound to", remedy)
        kind = _FILTERS.get(Path(path).suffix.lower())
        if kind is None:
            raise CannotWrite(Path(path).name, "Calc is not asked to write such a file", "Save as .xlsx or .ods")
        self.api.storeToURL(Path(path).absolute().as_uri(), property_values(FilterName=kind))

    # What ranges need to know

    @property
    def controller(self) -> Any:
        """What shows the document; there is one without a window too."""
        if self._controller is None:
            self._controller = self.api.getCurrentController()
        return self._controller

    @property
    def window(self) -> Any:
        return self.controller.getFrame().getContainerWindow()

    @property
    def has_window(self) -> bool:
        return bool(self.window.isVisible())

    @property
    def selection(self) -> Range | None:
        """The cells selected; None where it is a picture or several areas."""
        found = self.controller.getSelection()
        try:
            a = found.getRangeAddress()
        except AttributeError:
            return None
        return Range(self.sheets(a.Sheet + 1), (a.StartRow + 1, a.StartColumn + 1, a.EndRow + 1, a.EndColumn + 1))

    @property
    def epoch(self) -> date:
        """The date that is the number 0."""
        if self._epoch is None:
            found = self.api.NullDate
            self._epoch = date(found.Year, found.Month, found.Day)
        return self._epoch

    def format_kind(self, key: int) -> int:
        """Return the kind of a number format."""
        if key not in self._kinds:
            self._kinds[key] = self.api.getNumberFormats().getByKey(key).Type
        return self._kinds[key]

    def format_code(self, key: int) -> str:
        """Return a number format as it is written."""
        return str(self.api.getNumberFormats().getByKey(key).FormatString)

    def format_key(self, code: str) -> int:
        """Return the number format written so, added to the document where it is new to it."""
        if code == "General":
            return 0
        formats = self.api.getNumberFormats()
        english = import_uno().createUnoStruct("com.sun.star.lang.Locale", "en", "GB", "")
        key = formats.queryKey(code, english, False)
        return int(key if key >= 0 else formats.addNew(code, english))


class Sheets(base_classes.Sheets):
    """The sheets of a workbook, in tab order."""

    api: Any = None

    def __init__(self, book: Book) -> None:
        self.book = book
        self.api = book.api.getSheets()

    @property
    def active(self) -> "Sheet":
        return Sheet(self.book, self.book.controller.getActiveSheet())

    def __len__(self) -> int:
        return int(self.api.getCount())

    def __call__(self, name_or_index: int | str) -> "Sheet":
        if isinstance(name_or_index, int):
            return Sheet(self.book, self.api.getByIndex(name_or_index - 1))
        if not self.api.hasByName(name_or_index):
            raise KeyError(name_or_index)
        return Sheet(self.book, self.api.getByName(name_or_index))

    def __iter__(self) -> Iterator["Sheet"]:
        for i in range(len(self)):
            yield self(i + 1)

    def __contains__(self, name: str) -> bool:
        return bool(self.api.hasByName(name))

    def add(self, before: "Sheet | None" = None, after: "Sheet | None" = None, name: str | None = None) -> "Sheet":
        at = before.index - 1 if before else after.index if after else len(self)
        taken = set(self.api.getElementNames())
        name = name or next(n for n in (f"Sheet{i}" for i in range(1, len(taken) + 2)) if n not in taken)
        self.api.insertNewByName(name, at)
        return self(name)


class Sheet(base_classes.Sheet):
    """A sheet of an open spreadsheet."""

    api: Any = None

    def __init__(self, book: Book, xl: Any) -> None:
        self._book = book
        self.api = xl

    @property
    def book(self) -> Book:
        return self._book

    @property
    def name(self) -> str:
        return str(self.api.getName())

    @name.setter
    def name(self, value: str) -> None:
        self.api.setName(value)

    @property
    def index(self) -> int:
        return int(self.api.getRangeAddress().Sheet) + 1

    @property
    def protected(self) -> bool:
        """Whether Calc refuses to change its locked cells."""
        return bool(self.api.isProtected())

    @property
    def visible(self) -> bool:
        return bool(self.api.IsVisible)

    @visible.setter
    def visible(self, value: bool) -> None:
        self.api.IsVisible = bool(value)

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        """Return the range of a reference, a name, one or two (row, column), or (row, column, rows, columns)."""
        if isinstance(arg1, Range) or isinstance(arg2, Range):
            first, last = (a.area if isinstance(a, Range) else (*a, *a) for a in (arg1, arg2 or arg1))
            return Range(self, (min(first[0], last[0]), min(first[1], last[1]), max(first[2], last[2]), max(first[3], last[3])))  # fmt: skip
        if isinstance(arg1, tuple) and len(arg1) == 4:
            row, column, rows, columns = arg1
            return Range(self, (row, column, row + rows - 1, column + columns - 1))
        if isinstance(arg1, tuple):
            return Range(self, (*arg1, *(arg2 or arg1)))
        if area := parse_area(arg1 if arg2 is None else f"{arg1}:{arg2}"):
            return Range(self, area)
        if arg1 in self.book.api.NamedRanges.getElementNames():
            return self.book.names(arg1).refers_to_range
        raise ValueError(f"there is no range {arg1!r}")

    @property
    def cells(self) -> Range:
        return Range(self, (1, 1, LAST_ROW, LAST_COLUMN))

    @property
    def used_range(self) -> Range:
        """From the first to the last cell that holds anything; A1 on an empty sheet."""
        found = self.api.queryContentCells(_CONTENT_FLAGS).getRangeAddresses()
        if not found:
            return Range(self, (1, 1, 1, 1))
        return Range(
            self,
            (
                min(a.StartRow for a in found) + 1,
                min(a.StartColumn for a in found) + 1,
                max(a.EndRow for a in found) + 1,
                max(a.EndColumn for a in found) + 1,
            ),
        )

    @property
    def tables(self) -> Tables:
        return Tables(self)

    @property
    def names(self) -> Names:
        return Names(self.book)

    def activate(self) -> None:
        self.book.controller.setActiveSheet(self.api)

    select = activate

    def clear_contents(self) -> None:
        self.cells.clear_contents()

    def clear(self) -> None:
        self.cells.clear()

    def delete(self) -> None:
        self.book.api.getSheets().removeByName(self.name)
