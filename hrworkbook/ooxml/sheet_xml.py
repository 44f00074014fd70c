"""A worksheet's XML, scanned and edited in place: only the cells asked for change, every other byte stays.

No tree is built: a sheet of 5,000 rows is scanned row by row, and only the rows that change are read cell by cell.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache, cached_property, lru_cache
from html import unescape
from operator import lt
from typing import NamedTuple

from hrworkbook.ooxml.limits import LAST_ROW
from hrworkbook.ooxml.workbook_xml import parse_range
from hrworkbook.ooxml.xml_tags import ATTRIBUTES, attribute
from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.snapshot import CellRange, address, column_number
from hrworkbook.plan.values import CellError, Uncomputed

_REMEDY = "Open it in Excel, save it and try again, or take the latest backup"
_column_number = lru_cache(maxsize=1024)(column_number)


class XmlSpan(NamedTuple):
    """Where one row or cell lies: its number, the ends of its opening tag and of the whole, and its attributes."""

    number: int
    start: int
    tag_end: int
    end: int
    attributes: bytes

    @property
    def is_empty(self) -> bool:
        """Whether it is one self-closing tag."""
        return self.tag_end == self.end


class SheetXml:
    """One worksheet's XML with the places of its rows, cells and special values."""

    def __init__(self, xml: bytes, place: str) -> None:
        self.xml = xml
        self.place = place
        self.masked = _mask_comments(xml)
        """The XML with comments and CDATA blanked out: same length, nothing in it that only looks like a cell."""
        root = re.search(rb"<((?:[\w.-]+:)?)worksheet[\s>]", self.masked)
        if not root:
            raise UnreadableFile(place, "its part is not a worksheet", _REMEDY)
        self.prefix = root[1]
        opening = self._tag(b"sheetData").search(self.masked)
        if not opening:
            raise UnreadableFile(place, "its part has no place for cells", _REMEDY)
        end = opening.end()
        if not opening[1].endswith(b"/"):
            end = self.masked.rfind(b"</%ssheetData" % self.prefix)
            if end < opening.end():
                raise UnreadableFile(place, "its part breaks off", _REMEDY)
        self.opening = XmlSpan(0, opening.start(), opening.end(), end, opening[1])
        self.is_regular = self.masked is xml
        """Whether all that was looked at so far tells its place, in order, with nothing hidden among it."""
        self._last_row: XmlSpan | None = None

    def _tag(self, name: bytes) -> "re.Pattern[bytes]":
        return re.compile(rb"<%s%s(?=[\s/>])%s>" % (re.escape(self.prefix), name, ATTRIBUTES))

    def _close(self, name: bytes) -> "re.Pattern[bytes]":
        return re.compile(rb"</%s%s\s*>" % (re.escape(self.prefix), name))

    @cached_property
    def _cell(self) -> "re.Pattern[bytes]":
        p = re.escape(self.prefix)
        return re.compile(
            rb"""<%sc(?=[\s/>])(?:\s+r="([A-Z]{1,3})\d+")?%s>(?:(?<=/>)|.*?</%sc\s*>)""" % (p, ATTRIBUTES, p),
            re.DOTALL,
        )

    @cached_property
    def _formula(self) -> "re.Pattern[bytes]":
        p = re.escape(self.prefix)
        return re.compile(rb"<%sf(?=[\s/>])%s>(?:(?<=/>)|(.*?)</%sf\s*>)" % (p, ATTRIBUTES, p), re.DOTALL)

    @cached_property
    def rows(self) -> list[tuple[int, int]]:
        """Every row's number and where it starts, in the order of the file."""
        low, high, p = self.opening.tag_end, self.opening.end, re.escape(self.prefix)
        usual = re.compile(rb'<%srow r="(\d{1,7})"' % p)
        found = [(int(match[1]), match.start()) for match in usual.finditer(self.masked, low, high)]
        if len(found) != self.masked.count(b"<%srow" % self.prefix, low, high):
            found = self._rows_of_any_form()
        numbers = [number for number, _ in found]
        if numbers and not 1 <= min(numbers) <= max(numbers) <= LAST_ROW:
            raise UnreadableFile(self.place, "it has a row number no sheet can have", _REMEDY)
        self.is_regular &= all(map(lt, numbers, numbers[1:]))
        return found

    def _rows_of_any_form(self) -> list[tuple[int, int]]:
        tag = re.compile(rb'<%srow(?=[\s/>])(?:\s+r="(\d{1,7})")?' % re.escape(self.prefix))
        found: list[tuple[int, int]] = []
        number = 0
        for match in tag.finditer(self.masked, self.opening.tag_end, self.opening.end):
            number = int(match[1]) if match[1] else self._row_number(match.start(), number)
            found.append((number, match.start()))
        return found

    @property
    def last_filled_row(self) -> int:
        """The last row that has cells: an empty one stays at the foot of a sheet where LibreOffice deleted a row."""
        last = self.masked.rfind(b"<%sc " % self.prefix, self.opening.tag_end, self.opening.end)
        if last < 0:
            return 0
        return max((number for number, start in self.rows if start < last), default=0)

    def _row_number(self, start: int, before: int) -> int:
        """Return the number of a row that does not tell it first or not at all: then the one after the row before."""
        number_text = attribute(self._opening_at(start)[1], b"r")
        self.is_regular &= number_text is not None
        if number_text is None:
            return before + 1
        return int(number_text) if number_text.isdecimal() and len(number_text) < 8 else 0

    def _opening_at(self, start: int) -> "re.Match[bytes]":
        match = self._row.match(self.masked, start, self.opening.end)
        if not match:
            raise UnreadableFile(self.place, "a row breaks off", _REMEDY)
        return match

    @cached_property
    def _row(self) -> "re.Pattern[bytes]":
        return self._tag(b"row")

    @cached_property
    def _row_end(self) -> "re.Pattern[bytes]":
        return self._close(b"row")

    def row(self, number: int, start: int) -> XmlSpan:
        """Return the row that starts there."""
        if self._last_row is None or self._last_row.start != start:
            self._last_row = self._found_row(number, start)
        return self._last_row

    def _found_row(self, number: int, start: int) -> XmlSpan:
        match = self._opening_at(start)
        if match[1].endswith(b"/"):
            return XmlSpan(number, start, match.end(), match.end(), match[1])
        closing = self._row_end.search(self.masked, match.end(), self.opening.end)
        if not closing:
            raise UnreadableFile(self.place, f"row {number} breaks off", _REMEDY)
        if self.has_alternatives and self.masked.find(b"AlternateContent", start, closing.end()) >= 0:
            raise UnreadableFile(self.place, f"row {number} has alternatives for other programs", _REMEDY)
        return XmlSpan(number, start, match.end(), closing.end(), match[1])

    @cached_property
    def has_alternatives(self) -> bool:
        """Whether some cells may be there for other programs only."""
        return self.masked.find(b"AlternateContent", self.opening.tag_end, self.opening.end) >= 0

    def cell(self, row: XmlSpan, column: int) -> XmlSpan | None:
        """Return the cell of a row that tells its place first, as most do; None where it is to be looked for in `cells`."""
        tag = b'<%sc r="%s"' % (self.prefix, address(row.number, column).encode())
        start = self.masked.find(tag, row.tag_end, row.end)
        match = self._cell.match(self.masked, start, row.end) if start >= 0 else None
        if not match or self.masked.find(tag, match.end(), row.end) >= 0:
            return None
        return XmlSpan(column, start, match.end(2) + 1, match.end(), match[2])

    def cells(self, row: XmlSpan) -> Iterator[XmlSpan]:
        """Yield the cells of a row in the order of the file, numbered by column."""
        column = 0
        for match in self._cell.finditer(self.masked, row.tag_end, row.end):
            letters = match[1].decode() if match[1] else (attribute(match[2], b"r") or "").rstrip("0123456789")
            number = _column_number(letters.replace("$", "")) if letters else column + 1
            self.is_regular &= bool(letters) and number > column
            column = number
            yield XmlSpan(column, match.start(), match.end(2) + 1, match.end(), match[2])

    def last_cell(self, row: XmlSpan) -> XmlSpan | None:
        """Return the last cell of a row whose cells all tell their place first; None where they do not, or there is none."""
        tag, start = b"<%sc " % self.prefix, row.tag_end
        last = self.masked.rfind(tag, start, row.end)
        if last < 0 or self.masked.count(tag, start, row.end) != self.masked.count(tag + b'r="', start, row.end):
            return None
        match = self._cell.match(self.masked, last, row.end)
        if not match or not match[1] or self.masked.find(b"<%sc>" % self.prefix, start, row.end) >= 0:
            return None
        return XmlSpan(_column_number(match[1].decode()), last, match.end(2) + 1, match.end(), match[2])

    def _row_at(self, offset: int) -> XmlSpan:
        return self.row(*self.rows[max(bisect_right(self.rows, offset, key=lambda row: row[1]) - 1, 0)])

    def _cell_at(self, offset: int) -> tuple[int, int, XmlSpan] | None:
        """Row, column and span of the cell around an offset; None where it lies in no cell."""
        if not self.rows:
            return None
        row = self._row_at(offset)
        start = self.masked.rfind(b"<" + self.prefix + b"c", row.start, offset)
        match = self._cell.match(self.masked, start) if start >= 0 else None
        if match and match[1] and match.end() > offset:
            column = _column_number(match[1].decode())
            return row.number, column, XmlSpan(column, start, match.end(2) + 1, match.end(), match[2])
        for cell in self.cells(row):
            if cell.start <= offset < cell.end:
                return row.number, cell.number, cell
        return None

    def last_column_bound(self) -> int:
        """Return a column no cell lies beyond, without looking at every cell where few columns are used."""
        data = self.masked
        for pattern, bound in ((rb'r="(?:[A-Z]{3}|[B-Z][A-Z])\d', 52), (rb'r="[A-Z]{3}\d', 702)):
            if not re.compile(pattern).search(data, self.opening.tag_end, self.opening.end):
                return bound
        refs = re.finditer(rb"""\sr\s*=\s*["']([A-Za-z]+)\d""", data[self.opening.tag_end : self.opening.end])
        return max((column_number(letters.decode()) for letters in {m[1] for m in refs}), default=1)

    def special_cells(self) -> tuple[dict[tuple[int, int], CellError], dict[tuple[int, int], str]]:
        """Error values and formulas without a value by row and column; and the formulas that can depend on a cell.

        A HYPERLINK to a place with a fixed text depends on none.
        """
        found: dict[tuple[int, int], CellError] = {}
        formulas: dict[tuple[int, int], str] = {}
        low, high = self.opening.tag_end, self.opening.end
        if self.masked.find(b'"e"', low, high) >= 0 or self.masked.find(b"'e'", low, high) >= 0:
            for match in re.compile(rb"""\st\s*=\s*["']e["']""").finditer(self.masked, low, high):
                place = self._cell_at(match.start())
                if place and match.start() < place[2].tag_end:
                    found[place[0], place[1]] = CellError(self._stored(place[2]) or "#N/A")
        if self.has_formulas:
            for match in self._formula.finditer(self.masked, low, high):
                text = unescape((match[2] or b"").decode("utf-8", "replace"))
                place = self._cell_at(match.start())
                if not text.startswith("HYPERLINK("):
                    formulas[place[:2] if place else (0, 0)] = "=" + text
                if place and (place[0], place[1]) not in found and self._stored(place[2]) is None:
                    found[place[0], place[1]] = Uncomputed("=" + text)
        return found, formulas

    def _stored(self, cell: XmlSpan) -> str | None:
        """Return the text of a cell's stored value; None where it has none, which a formula's empty text is not."""
        p = re.escape(self.prefix)
        match = re.search(
            rb"<%sv(?:\s[^>]*)?(?:/>|>(.*?)</%sv\s*>)" % (p, p), self.xml[cell.tag_end : cell.end], re.DOTALL
        )
        if match and (match[1] or attribute(cell.attributes, b"t") == "str"):
            return unescape((match[1] or b"").decode("utf-8", "replace"))
        return None

    def merges(self) -> tuple[CellRange, ...]:
        """Return the merged ranges."""
        tag = self._tag(b"mergeCell")
        areas = (parse_range(attribute(m[1], b"ref") or "") for m in tag.finditer(self.masked, self.opening.end))
        return tuple(area for area in areas if area)

    def column_styles(self) -> Callable[[int], str]:
        """Return a function from a column to the number of its style, '' for none."""
        ranges = []
        for match in self._tag(b"col").finditer(self.masked, 0, self.opening.start):
            style = attribute(match[1], b"style") or ""
            first, last = attribute(match[1], b"min") or "", attribute(match[1], b"max") or ""
            if style and first.isdecimal() and last.isdecimal():
                ranges.append((int(first), int(last), style))
        return cache(lambda column: next((style for first, last, style in ranges if first <= column <= last), ""))

    def styles_in(self, number: int) -> dict[int, str]:
        """Return the style's number of each cell of a row, by column; '' where it has none."""
        start = next((start for row_number, start in self.rows if row_number == number), None)
        if start is None:
            return {}
        return {cell.number: attribute(cell.attributes, b"s") or "" for cell in self.cells(self.row(number, start))}

    @cached_property
    def has_formulas(self) -> bool:
        """Whether any cell may be worked out by a formula."""
        return self.masked.find(b"<" + self.prefix + b"f", self.opening.tag_end, self.opening.end) >= 0

    def shared_formulas(self) -> list[tuple[CellRange, str, str]]:
        """Formulas that fill several cells: range, kind (`array`, `dataTable`, `shared`) and the group's number."""
        found = []
        if self.has_formulas:
            for match in self._formula.finditer(self.masked, self.opening.tag_end, self.opening.end):
                kind, area = attribute(match[1], b"t") or "", parse_range(attribute(match[1], b"ref") or "")
                if kind in ("array", "dataTable", "shared") and area:
                    found.append((area, kind, attribute(match[1], b"si") or ""))
        return found

    def cells_of_shared(self, group: str) -> set[tuple[int, int]]:
        """Return the cells that take their formula from a shared one."""
        places = set()
        for match in self._formula.finditer(self.masked, self.opening.tag_end, self.opening.end):
            if attribute(match[1], b"si") == group and (place := self._cell_at(match.start())):
                places.add((place[0], place[1]))
        return places

    def holds_formula(self, cell: XmlSpan) -> bool:
        """Whether a cell is worked out by a formula."""
        return self.has_formulas and self._formula.search(self.masked, cell.tag_end, cell.end) is not None


def _mask_comments(xml: bytes) -> bytes:
    if not (b"!" in xml and b"<!" in xml) and not (xml.find(b"?", 80) >= 0 and xml.find(b"<?", 5) >= 0):
        return xml
    hidden = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
    return hidden.sub(lambda match: b" " * len(match[0]), xml)
