"""A spreadsheet in memory that takes values the way Excel does over COM, as an xlwings engine: for the live host's tests.

What it does to values is Excel's: text is read as if typed unless the cell is a text cell, a leading apostrophe is
eaten, an error value comes back as a number, a number in a text cell becomes text, a block holds no very long text, and
over rows that a filter hides a block puts its first row into every row shown.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlwings
from excel_values import NUMBERS, ComError, as_typed, computed, in_text_cell
from xlwings import base_classes

from hrworkbook.plan.snapshot import Block


class Engine:
    """The engine; `calls` counts what went over to the program, `fail_at` makes the block write of that number fail."""

    name = "excel"
    type = "desktop"

    def __init__(self) -> None:
        self.calls = 0
        self.writes = 0
        self.fail_at = 0
        self.editing = False
        self.told: list[str] = []

    def took(self) -> None:
        self.calls += 1

    @staticmethod
    def prepare_xl_data_element(x: Any, _: Any) -> Any:
        if isinstance(x, date) and not isinstance(x, datetime):
            return datetime.combine(x, time())
        return "" if x is None else x

    @staticmethod
    def clean_value_data(data: Any, dates: Any, empty: Any, numbers: Any, err_to_str: bool) -> Any:
        def clean(value: Any) -> Any:
            if value in ("", None):
                return empty
            if type(value) is int and value in NUMBERS:
                return NUMBERS[value] if err_to_str else None
            return value

        return [[clean(v) for v in row] for row in data]


class App(base_classes.App):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._screen = True
        self._calculation = "automatic"
        self.history: list[tuple[str, Any]] = []
        self.selected: Any = None
        self.opened: list[Any] = []
        self.prints_nothing = False

    books = property(lambda self: Books(self))
    engine = property(lambda self: self._engine)
    pid = property(lambda self: 1)
    selection = property(lambda self: self.selected)
    status_bar: Any = False

    @property
    def screen_updating(self) -> bool:
        self._engine.took()
        return self._screen

    @screen_updating.setter
    def screen_updating(self, value: bool) -> None:
        self._engine.took()
        if self._engine.editing:
            raise ComError(-2146777998)
        self._screen = value

    @property
    def calculation(self) -> str:
        self._engine.took()
        return self._calculation

    @calculation.setter
    def calculation(self, value: str) -> None:
        self._engine.took()
        self._calculation = value
        self.history.append(("calculation", value))

    def activate(self, steal_focus: bool = False) -> None:
        self._engine.took()

    def alert(self, prompt: str, *_: Any) -> str:
        self._engine.told.append(prompt)
        return "ok"


class Printable(base_classes.Book):
    """A workbook opened only to be printed; what is printed of it tells what it was."""

    def __init__(self, app: App, content: bytes) -> None:
        self._app = app
        self.content = content

    app = property(lambda self: self._app)
    name = "to print.xlsx"

    def to_pdf(self, path: str, quality: str) -> None:
        if self.app.prints_nothing:
            raise ComError
        Path(path).write_bytes(b"%PDF of " + self.content[:2])

    def close(self) -> None:
        self.app.opened.remove(self)


class Books(base_classes.Books):
    def __init__(self, app: App) -> None:
        self.app = app

    def __call__(self, key: Any) -> Any:
        raise KeyError(key)

    def open(self, fullname: str, *_: Any) -> Printable:
        self.app.opened.append(Printable(self.app, Path(fullname).read_bytes()))
        return self.app.opened[-1]


class Book(base_classes.Book):
    """A workbook with the given sheets; tables by sheet as (name, area)."""

    def __init__(self, blocks: list[Block], tables: dict[str, list[tuple[str, tuple[int, int, int, int]]]]) -> None:
        self.engine = Engine()
        self._app = App(self.engine)
        self._sheets = [Sheet(self, block, tables.get(block.name, [])) for block in blocks]
        self.active = self._sheets[0]

    app = property(lambda self: self._app)
    name = "plan.xlsx"
    place: Any = str(Path.cwd() / "plan.xlsx")
    """What Excel says is its full name: a path, or a web address."""
    guess: Any = ""
    """What xlwings makes of a web address: any file of that name it comes across, or what it raises where it finds none."""

    api = property(lambda self: self)
    FullName = property(lambda self: str(self.place))

    @property
    def fullname(self) -> str:
        if isinstance(self.guess, Exception):
            raise self.guess
        return str(self.guess or self.place)

    sheets = property(lambda self: Sheets(self))

    def activate(self) -> None:
        self.engine.took()


class Sheets(base_classes.Sheets):
    def __init__(self, book: Book) -> None:
        self.book = book

    active = property(lambda self: self.book.active)

    def __len__(self) -> int:
        return len(self.book._sheets)

    def __iter__(self) -> Iterator["Sheet"]:
        self.book.engine.took()
        return iter(self.book._sheets)

    def __call__(self, key: int | str) -> "Sheet":
        self.book.engine.took()
        return self.book._sheets[key - 1] if isinstance(key, int) else {s.name: s for s in self.book._sheets}[key]


class Sheet(base_classes.Sheet):
    name: Any = ""

    def __init__(self, book: Book, block: Block, tables: list[tuple[str, tuple[int, int, int, int]]]) -> None:
        self._book = book
        self.name = block.name
        self.hidden = block.hidden
        self.merges = block.merges
        self.values = {(r, c): v for r, row in enumerate(block.rows, 1) for c, v in enumerate(row, 1) if v is not None}
        self.formats: dict[tuple[int, int], str] = {}
        self.heights: dict[int, float] = {}
        self._tables = [Table(self, name, area) for name, area in tables]
        self.ProtectContents = False
        self.filtered: set[int] = set()
        """Rows that a filter hides."""

    api = property(lambda self: self)
    book = property(lambda self: self._book)
    visible = property(lambda self: 0 if self.hidden else -1)
    tables = property(lambda self: Tables(self))

    @property
    def used_range(self) -> "Range":
        self._book.engine.took()
        at = self.values or {(1, 1): None}
        return Range(self, (min(r for r, _ in at), min(c for _, c in at), max(r for r, _ in at), max(c for _, c in at)))

    def range(self, arg1: Any, arg2: Any = None) -> "Range":
        if isinstance(arg1, tuple) and len(arg1) == 4:
            return Range(self, (arg1[0], arg1[1], arg1[0] + arg1[2] - 1, arg1[1] + arg1[3] - 1))
        first, last = (a.area if isinstance(a, Range) else (*a, *a) for a in (arg1, arg2 or arg1)) if not isinstance(arg1, str) else (self._named(arg1),) * 2  # fmt: skip
        return Range(self, (first[0], first[1], last[2], last[3]))

    def _named(self, cell: str) -> tuple[int, int, int, int]:
        from hrworkbook.plan.snapshot import row_and_column

        return row_and_column(cell) * 2  # type: ignore[return-value]

    def activate(self) -> None:
        self._book.active = self


class Range(base_classes.Range):
    def __init__(self, sheet: Sheet, area: tuple[int, int, int, int]) -> None:
        self.sheet = sheet
        self.area = area
        self.options: dict[str, Any] = {}

    api = property(lambda self: self)
    row = property(lambda self: self.area[0])
    column = property(lambda self: self.area[1])
    shape = property(lambda self: (self.area[2] - self.area[0] + 1, self.area[3] - self.area[1] + 1))

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        return self.shape[0] * self.shape[1]

    def __call__(self, row: int, column: int | None = None) -> "Range":
        if column is None:
            row, column = 1 + (row - 1) // self.shape[1], 1 + (row - 1) % self.shape[1]
        at = self.row + row - 1, self.column + column - 1
        return Range(self.sheet, (*at, *at))

    def _rows(self) -> list[list[tuple[int, int]]]:
        top, left, bottom, right = self.area
        return [[(r, c) for c in range(left, right + 1)] for r in range(top, bottom + 1)]

    def _get(self, shown: Any) -> Any:
        self.sheet.book.engine.took()
        rows = tuple(tuple(shown(at) for at in row) for row in self._rows())
        return rows[0][0] if self.shape == (1, 1) else rows

    def _value(self, at: tuple[int, int]) -> Any:
        value = self.sheet.values.get(at)
        is_formula = isinstance(value, str) and value.startswith("=") and self.sheet.formats.get(at) != "@"
        return computed(value) if is_formula else value

    @property
    def raw_value(self) -> Any:
        return self._get(self._value)

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        engine = self.sheet.book.engine
        engine.took()
        engine.writes += 1
        if engine.fail_at == engine.writes:
            raise ComError
        rows = data if isinstance(data, list | tuple) else [[data]]
        if any(isinstance(v, str) and len(v) > 8_203 for row in rows for v in row) and len(self) > 1:
            raise ComError
        over_a_filter = len(self) > 1 and self.sheet.filtered & {r for r, _ in (row[0] for row in self._rows())}
        for cells, values in zip(self._rows(), [rows[0]] * len(rows) if over_a_filter else rows, strict=True):
            for at, value in zip(cells, values, strict=True):
                if not (over_a_filter and at[0] in self.sheet.filtered):
                    self._set(at, value)

    def _set(self, at: tuple[int, int], value: Any) -> None:
        if any(m[:2] != at and m[0] <= at[0] <= m[2] and m[1] <= at[1] <= m[3] for m in self.sheet.merges):
            return
        if value in ("", None):
            self.sheet.values.pop(at, None)
        elif self.sheet.formats.get(at) == "@":
            text = value.removeprefix("'") if isinstance(value, str) else in_text_cell(value)
            self.sheet.values[at] = text
        else:
            self.sheet.values[at] = as_typed(value) if isinstance(value, str) else float(value) if type(value) is int else value  # fmt: skip

    @property
    def formula(self) -> Any:
        return self._get(lambda at: self.sheet.values.get(at, ""))

    @property
    def number_format(self) -> str | None:
        self.sheet.book.engine.took()
        found = {self.sheet.formats.get(at, "General") for row in self._rows() for at in row}
        return found.pop() if len(found) == 1 else None

    @number_format.setter
    def number_format(self, value: str) -> None:
        self.sheet.book.engine.took()
        hidden = self.sheet.filtered if len(self) > 1 else set()
        self.sheet.formats.update({at: value for row in self._rows() for at in row if at[0] not in hidden})

    @property
    def has_array(self) -> bool:
        self.sheet.book.engine.took()
        return False

    @property
    def row_height(self) -> float:
        self.sheet.book.engine.took()
        return self.sheet.heights.get(self.row, 15.0)

    @row_height.setter
    def row_height(self, points: float) -> None:
        self.sheet.book.engine.took()
        self.sheet.heights[self.row] = points

    @property
    def merge_cells(self) -> bool | None:
        self.sheet.book.engine.took()
        top, left, bottom, right = self.area
        inside = any(m[0] <= bottom and top <= m[2] and m[1] <= right and left <= m[3] for m in self.sheet.merges)
        return None if inside else False

    @property
    def merge_area(self) -> "Range":
        self.sheet.book.engine.took()
        r, c = self.area[:2]
        return Range(self.sheet, next((m for m in self.sheet.merges if m[0] <= r <= m[2] and m[1] <= c <= m[3]), (r, c, r, c)))  # fmt: skip

    def select(self) -> None:
        self.sheet.book.app.selected = self


class Table(base_classes.Table):
    name: Any = ""
    show_headers: Any = True
    show_totals: Any = False

    def __init__(self, sheet: Sheet, name: str, area: tuple[int, int, int, int]) -> None:
        self.sheet = sheet
        self.name = name
        self.area = area

    range = property(lambda self: Range(self.sheet, self.area))
    autofilter = property(lambda self: AutoFilter(self.sheet))

    def resize(self, range: Any) -> None:
        self.sheet.book.engine.took()
        self.area = range.impl.area


class AutoFilter(base_classes.AutoFilter):
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    @property
    def criteria(self) -> list[dict[str, Any]]:
        return [{"field": 1, "type": "values" if self.sheet.filtered else "none"}]

    def clear(self, field: int | None) -> None:
        self.sheet.filtered = set()


class Tables(base_classes.Tables):
    def __init__(self, sheet: Sheet) -> None:
        self._tables = sheet._tables

    def __iter__(self) -> Iterator[Table]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def fake_book(blocks: list[Block], tables: dict[str, list[tuple[str, tuple[int, int, int, int]]]] | None = None) -> Any:
    """An xlwings book over the fake; `book.app.engine.impl` is its engine."""
    return xlwings.Book(impl=Book(blocks, tables or {}))


def in_hex(name: str) -> str:
    """A workbook's full name as a button hands it over."""
    return name.encode("utf-16-be", "surrogatepass").hex().upper()
