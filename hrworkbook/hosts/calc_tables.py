"""Tables and names of a workbook open in Calc, as xlwings asks for them."""

# xlwings' base classes declare every attribute as a property that raises: here they are what they are.
# mypy: disable-error-code="misc,override,unused-ignore,untyped-decorator"

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from hrworkbook.hosts.calc_formula import to_calc, to_excel
from hrworkbook.hosts.calc_range import Range, area_from_uno

if TYPE_CHECKING:
    from hrworkbook.hosts.calc_book import Book, Sheet


class Table(base_classes.Table):
    """A table of the workbook, which Calc keeps as a database range."""

    api: Any = None

    def __init__(self, sheet: "Sheet", xl: Any) -> None:
        self.sheet = sheet
        self.api = xl

    @property
    def name(self) -> str:
        return str(self.api.Name)

    display_name = name

    @property
    def range(self) -> Range:
        return Range(self.sheet, area_from_uno(self.api.getDataArea()))

    @property
    def show_headers(self) -> bool:
        return bool(self.api.ContainsHeader)

    @property
    def show_totals(self) -> bool:
        return bool(self.api.TotalsRow)

    @property
    def header_row_range(self) -> Range | None:
        top, left, _, right = self.range.area
        return Range(self.sheet, (top, left, top, right)) if self.show_headers else None

    @property
    def data_body_range(self) -> Range | None:
        top, left, bottom, right = self.range.area
        top, bottom = top + self.show_headers, bottom - self.show_totals
        return Range(self.sheet, (top, left, bottom, right)) if top <= bottom else None

    @property
    def parent(self) -> "Sheet":
        return self.sheet

    def resize(self, range: Any) -> None:
        found = self.api.getDataArea()
        top, left, bottom, right = range.impl.area
        found.StartRow, found.StartColumn, found.EndRow, found.EndColumn = top - 1, left - 1, bottom - 1, right - 1
        self.api.setDataArea(found)


class Tables(base_classes.Tables):
    """The tables on one sheet."""

    def __init__(self, sheet: "Sheet") -> None:
        self.sheet = sheet

    def _all(self) -> list[Table]:
        ranges = self.sheet.book.api.DatabaseRanges
        here = self.sheet.index - 1
        tables = [ranges.getByIndex(i) for i in range(ranges.getCount())]
        return [Table(self.sheet, t) for t in tables if t.getDataArea().Sheet == here and t.IsUserDefined is not False]

    def __iter__(self) -> Any:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __call__(self, key: int | str) -> Table:
        tables = self._all()
        if isinstance(key, int):
            return tables[key - 1]
        for table in tables:
            if table.name == key:
                return table
        raise KeyError(key)

    def __contains__(self, key: str) -> bool:
        return any(table.name == key for table in self._all())


class Name(base_classes.Name):
    """A named range of the workbook."""

    api: Any = None

    def __init__(self, book: "Book", xl: Any) -> None:
        self.book = book
        self.api = xl

    @property
    def name(self) -> str:
        return str(self.api.getName())

    @property
    def refers_to(self) -> str:
        return to_excel("=" + self.api.getContent())

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        self.api.setContent(to_calc(value).removeprefix("="))

    @property
    def refers_to_range(self) -> Range:
        found = self.api.getReferredCells().getRangeAddress()
        return Range(self.book.sheets(found.Sheet + 1), area_from_uno(found))

    def delete(self) -> None:
        self.book.api.NamedRanges.removeByName(self.name)


class Names(base_classes.Names):
    """The named ranges of a workbook."""

    api: Any = None

    def __init__(self, book: "Book") -> None:
        self.book = book
        self.api = book.api.NamedRanges

    def __len__(self) -> int:
        return int(self.api.getCount())

    def __call__(self, name_or_index: int | str) -> Name:
        if isinstance(name_or_index, int):
            return Name(self.book, self.api.getByIndex(name_or_index - 1))
        return Name(self.book, self.api.getByName(name_or_index))

    def __iter__(self) -> Iterator[Name]:
        return (self(i + 1) for i in range(len(self)))

    def contains(self, name_or_index: int | str) -> bool:
        if isinstance(name_or_index, int):
            return 1 <= name_or_index <= len(self)
        return bool(self.api.hasByName(name_or_index))

    def add(self, name: str, refers_to: str) -> Name:
        start = self.book.sheets(1).range("A1").api.getCellByPosition(0, 0).getCellAddress()
        self.api.addNewByName(name, to_calc(refers_to).removeprefix("="), start, 0)
        return self(name)
