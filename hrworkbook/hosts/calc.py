"""Calc as xlwings sees it: an engine over UNO, so that `xw.Book(path)` and `Book.caller()` work on an open document.

It never saves a workbook over itself: Calc drops the code names a master's macros are bound to.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import xlwings
from xlwings import base_classes

from hrworkbook.errors import CannotWrite
from hrworkbook.hosts.calc_range import Names, Range, Tables, area_of
from hrworkbook.hosts.calc_uno import Bridge, settings
from hrworkbook.hosts.office import connect, import_uno, where_it_listens
from hrworkbook.hosts.sheet_xml import LAST_COLUMN, LAST_ROW
from hrworkbook.values import CellError

_CONTENT = 1 | 2 | 4 | 16
"""Numbers, dates, texts and formulas (com.sun.star.sheet.CellFlags)."""

_FILTERS = {".xlsx": "Calc MS Excel 2007 XML", ".xlsm": "Calc MS Excel 2007 VBA XML", ".ods": "calc8"}
_INFO, _DANGER = 0, 3
"""Kinds of message bar (com.sun.star.frame.InfobarType)."""
_BAR = "hrworkbook"


class Engine:
    """The engine `calc`: `xlwings.engines.add(xlwings.Engine(impl=Engine()))`."""

    name = "calc"
    type = "desktop"

    def __init__(self) -> None:
        self._bridge: Bridge | None = None

    @property
    def bridge(self) -> Bridge:
        """The connection to the LibreOffice that is open; made where there is none yet."""
        if self._bridge is None:
            self._bridge = Bridge(connect())
        return self._bridge

    @property
    def calls(self) -> int:
        """How many calls went over to Calc so far."""
        return self._bridge.calls if self._bridge else 0

    def forget(self) -> None:
        """Let go of the connection; the next use makes a new one."""
        self._bridge = None

    @property
    def apps(self) -> "Apps":
        return Apps(self)

    @staticmethod
    def prepare_xl_data_element(x: Any, options: Any) -> Any:
        """A value as `Range.raw_value` takes it: NaN and None clear the cell."""
        if x is None or x != x:
            return None
        return x.item() if hasattr(x, "item") else x

    @staticmethod
    def clean_value_data(
        data: Any, datetime_builder: Any, empty_as: Any, number_builder: Any, err_to_str: bool
    ) -> list[list[Any]]:
        """What `Range.raw_value` gave, with xlwings' options for dates, blanks, numbers and errors applied."""

        def clean(value: Any) -> Any:
            if value is None:
                return empty_as
            if isinstance(value, date):
                parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
                return datetime_builder(**{part: getattr(value, part) for part in parts}, tzinfo=None)
            if isinstance(value, CellError):
                return value if err_to_str else None
            return number_builder(value) if number_builder and isinstance(value, float) else value

        return [[clean(value) for value in row] for row in data]


class Apps(base_classes.Apps):  # type: ignore[misc]
    """The LibreOffice that is open, as the only app."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keys(self) -> list[int]:
        return [app.pid for app in self]

    def __iter__(self) -> Iterator["App"]:
        return iter([App(self._engine)] if self._engine._bridge or where_it_listens() else [])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, pid: int) -> "App":
        for app in self:
            if app.pid == pid:
                return app
        raise KeyError(f"no LibreOffice with the number {pid} is open")

    def add(self, spec: Any = None, add_book: Any = None, xl: Any = None, visible: Any = None) -> "App":
        return App(self._engine)

    @staticmethod
    def cleanup() -> None:
        return None


class App(base_classes.App):  # type: ignore[misc]
    """An open LibreOffice."""

    display_alerts = True
    enable_events = True
    interactive = True

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._status: Any = None

    @property
    def api(self) -> Any:
        return self._engine.bridge.desktop

    xl = api

    @property
    def engine(self) -> Engine:
        return self._engine

    @property
    def pid(self) -> int:
        return 1

    hwnd = None

    @property
    def version(self) -> str:
        # xlwings takes anything below 15 for Excel 2011 on a Mac, and garbles the names of workbooks for it.
        return "16.0"

    @property
    def books(self) -> "Books":
        return Books(self)

    @property
    def selection(self) -> Range | None:
        book = self.books.active
        return book.selection if book else None

    def activate(self, steal_focus: bool = False) -> None:
        book = self.books.active
        if book:
            book.activate()

    @property
    def visible(self) -> bool:
        book = self.books.active
        return bool(book and book.has_window)

    @visible.setter
    def visible(self, value: bool) -> None:
        for book in self.books:
            book.window.setVisible(bool(value))

    def quit(self) -> None:
        self.api.terminate()
        self._engine.forget()

    kill = quit

    @property
    def screen_updating(self) -> bool:
        book = self.books.active
        return not (book and book.api.hasControllersLocked())

    @screen_updating.setter
    def screen_updating(self, value: bool) -> None:
        book = self.books.active
        if book and value == book.api.hasControllersLocked():
            (book.api.unlockControllers if value else book.api.lockControllers)()

    @property
    def calculation(self) -> str:
        book = self.books.active
        return "automatic" if not book or book.api.isAutomaticCalculationEnabled() else "manual"

    @calculation.setter
    def calculation(self, value: str) -> None:
        book = self.books.active
        if book:
            book.api.enableAutomaticCalculation(value != "manual")

    def calculate(self) -> None:
        for book in self.books:
            book.api.calculate()

    @property
    def status_bar(self) -> Any:
        return self._status or False

    @status_bar.setter
    def status_bar(self, value: Any) -> None:
        book = self.books.active
        if book:
            bar = book.controller.getStatusIndicator()
            if value:
                bar.start(str(value), 100)
            else:
                bar.end()
            self._status = value

    def alert(self, prompt: str, title: Any, buttons: Any, mode: Any, callback: Any) -> str:
        """Show a message in a bar above the sheet: unlike a box, it holds up neither a person nor a test."""
        book = self.books.active
        if book:
            bars = book.controller
            if bars.hasInfobar(_BAR):
                bars.removeInfobar(_BAR)
            bars.appendInfobar(_BAR, title or "", prompt, _DANGER if mode == "critical" else _INFO, (), True)
        return "ok"


class Books(base_classes.Books):  # type: ignore[misc]
    """The spreadsheets open in a LibreOffice."""

    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def api(self) -> Any:
        return self.app.api

    def __iter__(self) -> Iterator["Book"]:
        found = self.api.getComponents().createEnumeration()
        while found.hasMoreElements():
            document = found.nextElement()
            if _is_spreadsheet(document):
                yield Book(self.app, document)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def active(self) -> "Book | None":
        document = self.api.getCurrentComponent()
        if document is not None and _is_spreadsheet(document):
            return Book(self.app, document)
        # Without a window nothing is in front.
        return next(iter(self), None)

    def __call__(self, name_or_index: int | str) -> "Book":
        books = list(self)
        if isinstance(name_or_index, int):
            return books[name_or_index - 1]
        for book in books:
            if book.name.casefold() == name_or_index.casefold():
                return book
        raise KeyError(name_or_index)

    def add(self) -> "Book":
        return self._load("private:factory/scalc", {})

    def open(self, fullname: str, update_links: Any = None, read_only: Any = None, *_: Any, **__: Any) -> "Book":
        path = Path(fullname).expanduser().absolute()
        if not path.exists():
            raise FileNotFoundError(f"No such file: '{fullname}'")
        return self._load(path.as_uri(), {"ReadOnly": bool(read_only), "MacroExecutionMode": 0})

    def _load(self, url: str, how: dict[str, Any]) -> "Book":
        document = self.api.loadComponentFromURL(url, "_blank", 0, settings(**how))
        if document is None:
            raise OSError(f"LibreOffice could not open {url}")
        return Book(self.app, document)


def _is_spreadsheet(document: Any) -> bool:
    try:
        return bool(document.supportsService("com.sun.star.sheet.SpreadsheetDocument"))
    except AttributeError:
        return False


class Book(base_classes.Book):  # type: ignore[misc]
    """An open spreadsheet."""

    api: Any = None

    def __init__(self, app: App, document: Any) -> None:
        self._app = app
        self.api = document
        self._kinds: dict[int, int] = {}
        self._day_nought: date | None = None
        self._controller: Any = None

    @property
    def app(self) -> App:
        return self._app

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
        self.api.storeToURL(Path(path).absolute().as_uri(), settings(FilterName=kind))

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
    def day_nought(self) -> date:
        """The date that is the number 0."""
        if self._day_nought is None:
            found = self.api.NullDate
            self._day_nought = date(found.Year, found.Month, found.Day)
        return self._day_nought

    def kind_of(self, key: int) -> int:
        """The kind of a number format."""
        if key not in self._kinds:
            self._kinds[key] = self.api.getNumberFormats().getByKey(key).Type
        return self._kinds[key]

    def format_code(self, key: int) -> str:
        """A number format as it is written."""
        return str(self.api.getNumberFormats().getByKey(key).FormatString)

    def format_key(self, code: str) -> int:
        """The number format written so, added to the document where it is new to it."""
        if code == "General":
            return 0
        formats = self.api.getNumberFormats()
        english = import_uno().createUnoStruct("com.sun.star.lang.Locale", "en", "GB", "")
        key = formats.queryKey(code, english, False)
        return int(key if key >= 0 else formats.addNew(code, english))


class Sheets(base_classes.Sheets):  # type: ignore[misc]
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


class Sheet(base_classes.Sheet):  # type: ignore[misc]
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
        """The range of a reference, a name, or one or two (row, column)."""
        if isinstance(arg1, Range) or isinstance(arg2, Range):
            first, last = (a.area if isinstance(a, Range) else (*a, *a) for a in (arg1, arg2 or arg1))
            return Range(self, (min(first[0], last[0]), min(first[1], last[1]), max(first[2], last[2]), max(first[3], last[3])))  # fmt: skip
        if isinstance(arg1, tuple):
            return Range(self, (*arg1, *(arg2 or arg1)))
        if area := area_of(arg1 if arg2 is None else f"{arg1}:{arg2}"):
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
        found = self.api.queryContentCells(_CONTENT).getRangeAddresses()
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


engine = Engine()


def use_calc() -> Engine:
    """Make Calc what xlwings speaks to in this process; returns the engine."""
    if "calc" not in xlwings.engines.engines_by_name:
        xlwings.engines.add(xlwings.Engine(impl=engine))
    xlwings.engines["calc"].activate()
    return engine
