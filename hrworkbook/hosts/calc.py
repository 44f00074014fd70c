"""Calc as xlwings sees it: an engine over UNO, so that `xw.Book(path)` and `Book.caller()` work on an open document.

It never saves a workbook over itself: Calc drops the code names a master's macros are bound to.
"""

# xlwings' base classes declare every attribute as a property that raises: here they are what they are.
# mypy: disable-error-code="misc,override,unused-ignore,untyped-decorator"

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import xlwings
from xlwings import base_classes

from hrworkbook.hosts.calc_book import Book
from hrworkbook.hosts.calc_range import Range
from hrworkbook.hosts.calc_uno import Bridge, property_values
from hrworkbook.hosts.libreoffice import connect, find_address
from hrworkbook.plan.values import CellError

_INFO, _DANGER = 0, 3
"""Kinds of message bar (com.sun.star.frame.InfobarType)."""
_BAR_NAME = "hrworkbook"


class Engine:
    """The engine `calc`: `xlwings.engines.add(xlwings.Engine(impl=Engine()))`."""

    name = "calc"
    type = "desktop"

    def __init__(self) -> None:
        self._bridge: Bridge | None = None
        self.status: Any = None

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

    def disconnect(self) -> None:
        """Let go of the connection; the next use makes a new one."""
        self._bridge = None

    @property
    def apps(self) -> "Apps":
        return Apps(self)

    @staticmethod
    def prepare_xl_data_element(x: Any, options: Any) -> Any:
        """Return a value as `Range.raw_value` takes it: NaN and None clear the cell."""
        if x is None or x != x:
            return None
        return x.item() if hasattr(x, "item") else x

    @staticmethod
    def clean_value_data(
        data: Any, datetime_builder: Any, empty_as: Any, number_builder: Any, err_to_str: bool
    ) -> list[list[Any]]:
        """Return what `Range.raw_value` gave, with xlwings' options for dates, blanks, numbers and errors applied."""

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


class Apps(base_classes.Apps):
    """The LibreOffice that is open, as the only app."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keys(self) -> list[int]:
        return [app.pid for app in self]

    def __iter__(self) -> Iterator["App"]:
        return iter([App(self._engine)] if self._engine._bridge or find_address() else [])

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


class App(base_classes.App):
    """An open LibreOffice."""

    display_alerts = True
    enable_events = True
    interactive = True

    def __init__(self, engine: Engine, book: Book | None = None) -> None:
        self._engine = engine
        self._book = book

    @property
    def front(self) -> Book | None:
        """The workbook that this app was reached by, else the one in front: what Excel has once, Calc has for each."""
        return self._book or self.books.active

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
        book = self.front
        return book.selection if book else None

    def activate(self, steal_focus: bool = False) -> None:
        book = self.front
        if book:
            book.activate()

    @property
    def visible(self) -> bool:
        book = self.front
        return bool(book and book.has_window)

    @visible.setter
    def visible(self, value: bool) -> None:
        for book in self.books:
            book.window.setVisible(bool(value))

    def quit(self) -> None:
        self.api.terminate()
        self._engine.disconnect()

    kill = quit

    @property
    def screen_updating(self) -> bool:
        book = self.front
        return not (book and book.api.hasControllersLocked())

    @screen_updating.setter
    def screen_updating(self, value: bool) -> None:
        book = self.front
        if book and value == book.api.hasControllersLocked():
            (book.api.unlockControllers if value else book.api.lockControllers)()

    @property
    def calculation(self) -> str:
        book = self.front
        return "automatic" if not book or book.api.isAutomaticCalculationEnabled() else "manual"

    @calculation.setter
    def calculation(self, value: str) -> None:
        book = self.front
        if book:
            book.api.enableAutomaticCalculation(value != "manual")

    def calculate(self) -> None:
        for book in self.books:
            book.api.calculate()

    @property
    def status_bar(self) -> Any:
        return self._engine.status or False

    @status_bar.setter
    def status_bar(self, value: Any) -> None:
        book = self.front
        if book:
            bar = book.controller.getStatusIndicator()
            if value:
                bar.start(str(value), 100)
            else:
                bar.end()
            self._engine.status = value

    def alert(self, prompt: str, title: Any, buttons: Any, mode: Any, callback: Any) -> str:
        """Show a message in a bar above the sheet: unlike a box, it holds up neither a person nor a test."""
        book = self.front
        if book:
            bars = book.controller
            if bars.hasInfobar(_BAR_NAME):
                bars.removeInfobar(_BAR_NAME)
            bars.appendInfobar(_BAR_NAME, title or "", prompt, _DANGER if mode == "critical" else _INFO, (), True)
        return "ok"


class Books(base_classes.Books):
    """The spreadsheets open in a LibreOffice."""

    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def api(self) -> Any:
        return self.app.api

    def __iter__(self) -> Iterator[Book]:
        found = self.api.getComponents().createEnumeration()
        while found.hasMoreElements():
            document = found.nextElement()
            if _is_spreadsheet(document):
                yield Book(self.app, document)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def active(self) -> Book | None:
        document = self.api.getCurrentComponent()
        if document is not None and _is_spreadsheet(document):
            return Book(self.app, document)
        # Without a window nothing is in front.
        return next(iter(self), None)

    def __call__(self, name_or_index: int | str) -> Book:
        books = list(self)
        if isinstance(name_or_index, int):
            return books[name_or_index - 1]
        for book in books:
            if book.name.casefold() == name_or_index.casefold():
                return book
        raise KeyError(name_or_index)

    def add(self) -> Book:
        return self._load("private:factory/scalc", {})

    def open(self, fullname: str, update_links: Any = None, read_only: Any = None, *_: Any, **__: Any) -> Book:
        path = Path(fullname).expanduser().absolute()
        if not path.exists():
            raise FileNotFoundError(f"No such file: '{fullname}'")
        return self._load(path.as_uri(), {"ReadOnly": bool(read_only), "MacroExecutionMode": 0})

    def _load(self, url: str, how: dict[str, Any]) -> Book:
        document = self.api.loadComponentFromURL(url, "_blank", 0, property_values(**how))
        if document is None:
            raise OSError(f"LibreOffice could not open {url}")
        return Book(self.app, document)


def _is_spreadsheet(document: Any) -> bool:
    try:
        return bool(document.supportsService("com.sun.star.sheet.SpreadsheetDocument"))
    except AttributeError:
        return False


engine = Engine()


def use_calc() -> Engine:
    """Make Calc what xlwings speaks to in this process; returns the engine."""
    if "calc" not in xlwings.engines.engines_by_name:
        xlwings.engines.add(xlwings.Engine(impl=engine))
    xlwings.engines["calc"].activate()
    return engine
