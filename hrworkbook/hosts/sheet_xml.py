"""A worksheet's XML, scanned and edited in place: only the cells asked for change, every other byte stays.

No tree is built: a sheet of 5,000 rows is scanned row by row, and only the rows that change are read cell by cell.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from xml.parsers import expat

from hrworkbook.errors import CannotWrite, UnreadableFile
from hrworkbook.hosts.workbook_xml import range_of
from hrworkbook.snapshot import Range, address, column_number
from hrworkbook.values import CellError, Uncomputed

_REMEDY = "Open it in Excel, save it and try again, or take the latest backup"
_ATTRIBUTES = rb"""((?:[^>"']++|"[^"]*+"|'[^']*+')*+)"""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384


@dataclass(frozen=True, slots=True)
class Span:
    """Where one row or cell lies: its number, the ends of its opening tag and of the whole, and its attributes."""

    number: int
    start: int
    opened: int
    end: int
    attributes: bytes

    @property
    def is_empty(self) -> bool:
        """Whether it is one self-closing tag."""
        return self.opened == self.end


def attribute(attributes: bytes, name: bytes) -> str | None:
    """An attribute's value, unescaped; None where it is not there."""
    found = re.search(rb"""(?<![^\s"'])%s\s*=\s*(?:"([^"]*)"|'([^']*)')""" % name, attributes)
    if not found:
        return None
    return unescape((found[1] if found[1] is not None else found[2]).decode("utf-8", "replace"))


class SheetXml:
    """One worksheet's XML with the places of its rows, cells and special values."""

    def __init__(self, xml: bytes, place: str) -> None:
        self.xml = xml
        self.place = place
        self.seen = _masked(xml)
        """The XML with comments and CDATA blanked out: same length, nothing in it that only looks like a cell."""
        root = re.search(rb"<((?:[\w.-]+:)?)worksheet[\s>]", self.seen)
        if not root:
            raise UnreadableFile(place, "its part is not a worksheet", _REMEDY)
        self.prefix = root[1]
        opening = self._tag(b"sheetData").search(self.seen)
        if not opening:
            raise UnreadableFile(place, "its part has no cells' part", _REMEDY)
        self.opening = Span(0, opening.start(), opening.end(), opening.end(), opening[1])
        if not opening[1].endswith(b"/"):
            closing = self._close(b"sheetData").search(self.seen, opening.end())
            if not closing:
                raise UnreadableFile(place, "its part breaks off", _REMEDY)
            self.opening = Span(0, opening.start(), opening.end(), closing.start(), opening[1])
        if self.seen.find(b"AlternateContent", self.opening.opened, self.opening.end) >= 0:
            raise UnreadableFile(place, "its cells have alternatives for other programs", _REMEDY)

    def _tag(self, name: bytes) -> "re.Pattern[bytes]":
        return re.compile(rb"<%s%s(?=[\s/>])%s>" % (re.escape(self.prefix), name, _ATTRIBUTES))

    def _close(self, name: bytes) -> "re.Pattern[bytes]":
        return re.compile(rb"</%s%s\s*>" % (re.escape(self.prefix), name))

    @cached_property
    def _cell(self) -> "re.Pattern[bytes]":
        p = re.escape(self.prefix)
        return re.compile(rb"<%sc(?=[\s/>])%s>(?:(?<=/>)|.*?</%sc\s*>)" % (p, _ATTRIBUTES, p), re.DOTALL)

    @cached_property
    def _formula(self) -> "re.Pattern[bytes]":
        p = re.escape(self.prefix)
        return re.compile(rb"<%sf(?=[\s/>])%s>(?:(?<=/>)|(.*?)</%sf\s*>)" % (p, _ATTRIBUTES, p), re.DOTALL)

    @cached_property
    def rows(self) -> list[Span]:
        """Every row in the order of the file; `end` is that of its opening tag (see `whole`)."""
        tag = re.compile(rb'<%srow(?=[\s/>])(?:\s+r="(\d+)")?%s>' % (re.escape(self.prefix), _ATTRIBUTES))
        found, number = [], 0
        for match in tag.finditer(self.seen, self.opening.opened, self.opening.end):
            told = match[1] or attribute(match[2], b"r")
            if told and not told.isdigit():
                raise UnreadableFile(self.place, f"it has a row number '{str(told)[:20]}'", _REMEDY)
            number = int(told[:20]) if told else number + 1
            if not 1 <= number <= LAST_ROW:
                raise UnreadableFile(self.place, f"it has a row number {str(number)[:20]}", _REMEDY)
            found.append(Span(number, match.start(), match.end(), match.end(), match[2]))
        return found

    def whole(self, row: Span) -> Span:
        """The row with the end of its whole."""
        if row.attributes.endswith(b"/"):
            return row
        closing = self._close(b"row").search(self.seen, row.opened, self.opening.end)
        if not closing:
            raise UnreadableFile(self.place, f"row {row.number} breaks off", _REMEDY)
        return Span(row.number, row.start, row.opened, closing.end(), row.attributes)

    def cells(self, row: Span) -> Iterator[Span]:
        """The cells of a row that is whole, in the order of the file; numbered by column."""
        column = 0
        for match in self._cell.finditer(self.seen, row.opened, row.end):
            ref = attribute(match[1], b"r")
            letters = ref.rstrip("0123456789").replace("$", "") if ref else ""
            column = column_number(letters) if letters else column + 1
            opened = match.end(1) + 1
            yield Span(column, match.start(), opened, match.end(), match[1])

    def _row_at(self, offset: int) -> Span:
        at = bisect_right(self._row_starts, offset) - 1
        return self.whole(self.rows[max(at, 0)])

    @cached_property
    def _row_starts(self) -> list[int]:
        return [row.start for row in self.rows]

    def _cell_at(self, offset: int) -> tuple[int, int, Span] | None:
        """Row, column and span of the cell around an offset; None where it lies in no cell."""
        if not self.rows:
            return None
        row = self._row_at(offset)
        start = self.seen.rfind(b"<" + self.prefix + b"c", row.start, offset)
        match = self._cell.match(self.seen, start) if start >= 0 else None
        ref = attribute(match[1], b"r") if match and match.end() > offset else None
        area = range_of(ref) if ref else None
        if match and area:
            return area[0], area[1], Span(area[1], start, match.end(1) + 1, match.end(), match[1])
        for cell in self.cells(row):
            if cell.start <= offset < cell.end:
                return row.number, cell.number, cell
        return None

    def widest(self) -> int:
        """A column no cell lies beyond, without looking at every cell where few columns are used."""
        data = self.seen
        for pattern, bound in ((rb'r="(?:[A-Z]{3}|[B-Z][A-Z])\d', 52), (rb'r="[A-Z]{3}\d', 702)):
            if not re.compile(pattern).search(data, self.opening.opened, self.opening.end):
                return bound
        refs = re.finditer(rb"""\sr\s*=\s*["']([A-Za-z]+)\d""", data[self.opening.opened : self.opening.end])
        return max((column_number(letters.decode()) for letters in {m[1] for m in refs}), default=1)

    def special(self) -> tuple[dict[tuple[int, int], CellError], bool]:
        """Error values and formulas without a value by row and column; and whether a formula can depend on a cell.

        A HYPERLINK to a place with a fixed text depends on none.
        """
        found: dict[tuple[int, int], CellError] = {}
        depends = False
        low, high = self.opening.opened, self.opening.end
        if self.seen.find(b'"e"', low, high) >= 0 or self.seen.find(b"'e'", low, high) >= 0:
            for match in re.compile(rb"""\st\s*=\s*["']e["']""").finditer(self.seen, low, high):
                place = self._cell_at(match.start())
                if place and match.start() < place[2].opened:
                    found[place[0], place[1]] = CellError(self._stored(place[2]) or "#N/A")
        if self.seen.find(b"<" + self.prefix + b"f", low, high) >= 0:
            for match in self._formula.finditer(self.seen, low, high):
                text = unescape((match[2] or b"").decode("utf-8", "replace"))
                depends = depends or not text.startswith("HYPERLINK(")
                place = self._cell_at(match.start())
                if place and (place[0], place[1]) not in found and self._stored(place[2]) is None:
                    found[place[0], place[1]] = Uncomputed("=" + text)
        return found, depends

    def _stored(self, cell: Span) -> str | None:
        """The text of a cell's stored value; None where it has none, which a formula's empty text is not."""
        p = re.escape(self.prefix)
        match = re.search(
            rb"<%sv(?:\s[^>]*)?(?:/>|>(.*?)</%sv\s*>)" % (p, p), self.xml[cell.opened : cell.end], re.DOTALL
        )
        if match and (match[1] or attribute(cell.attributes, b"t") == "str"):
            return unescape((match[1] or b"").decode("utf-8", "replace"))
        return None

    def merges(self) -> tuple[Range, ...]:
        """The merged ranges."""
        tag = self._tag(b"mergeCell")
        areas = (range_of(attribute(m[1], b"ref") or "") for m in tag.finditer(self.seen, self.opening.end))
        return tuple(area for area in areas if area)

    def column_styles(self) -> Callable[[int], str]:
        """A function from a column to the number of its style, '' for none."""
        ranges = []
        for match in self._tag(b"col").finditer(self.seen, 0, self.opening.start):
            style = attribute(match[1], b"style") or ""
            first, last = attribute(match[1], b"min") or "", attribute(match[1], b"max") or ""
            if style and first.isdigit() and last.isdigit():
                ranges.append((int(first), int(last), style))
        return lambda column: next((style for first, last, style in ranges if first <= column <= last), "")

    def styles_in(self, number: int) -> dict[int, str]:
        """The style's number of each cell of a row, by column; '' where it has none."""
        row = next((r for r in self.rows if r.number == number), None)
        if row is None:
            return {}
        return {cell.number: attribute(cell.attributes, b"s") or "" for cell in self.cells(self.whole(row))}

    def tied(self) -> list[tuple[Range, str, str]]:
        """Formulas that fill several cells: range, kind (`array`, `dataTable`, `shared`) and the group's number."""
        found = []
        if re.compile(rb"""["'](?:array|dataTable|shared)["']""").search(
            self.seen, self.opening.opened, self.opening.end
        ):
            for match in self._formula.finditer(self.seen, self.opening.opened, self.opening.end):
                kind, area = attribute(match[1], b"t") or "", range_of(attribute(match[1], b"ref") or "")
                if kind in ("array", "dataTable", "shared") and area:
                    found.append((area, kind, attribute(match[1], b"si") or ""))
        return found

    def sharing(self, group: str) -> set[tuple[int, int]]:
        """The cells that take their formula from a shared one."""
        places = set()
        for match in self._formula.finditer(self.seen, self.opening.opened, self.opening.end):
            if attribute(match[1], b"si") == group and (place := self._cell_at(match.start())):
                places.add((place[0], place[1]))
        return places

    def holds_formula(self, cell: Span) -> bool:
        """Whether a cell is worked out by a formula."""
        return self._formula.search(self.seen, cell.opened, cell.end) is not None


def _masked(xml: bytes) -> bytes:
    if b"<!" not in xml and xml.find(b"<?", 5) < 0:
        return xml
    hidden = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
    return hidden.sub(lambda match: b" " * len(match[0]), xml)


def well_formed(pieces: Sequence[bytes]) -> bool:
    """Whether rows, taken together, are well-formed XML."""
    parser = expat.ParserCreate()
    try:
        parser.Parse(b"<rows>" + b"".join(pieces) + b"</rows>", True)
    except expat.ExpatError:
        return False
    return True


Render = Callable[[int, int, str, bool], bytes | None]
"""From a row, a column, a style's number and whether a formula stands there, the cell's new XML; None to leave it."""


class Edit:
    """New cells for one sheet, worked into its XML."""

    def __init__(
        self, sheet: SheetXml, targets: Mapping[int, Sequence[int]], style: Callable[[int, int, str], str]
    ) -> None:
        """`targets` are columns by row, both sorted; `style` gives a new cell's from row, column and the row's style."""
        self.sheet = sheet
        self.targets = targets
        self.style = style
        self.formulas_gone = False
        self._top = self._left = LAST_ROW
        self._bottom = self._right = 0

    def apply(self, render: Render) -> bytes:
        """The sheet's XML with the cells rendered; raises CannotWrite where it could not be made well-formed."""
        sheet, at = self.sheet, self.sheet.opening.opened
        existing: dict[int, Span] = {}
        for row in sheet.rows:
            if row.number in self.targets:
                if row.number in existing:
                    raise CannotWrite(sheet.place, f"row {row.number} stands there twice", _REMEDY)
                existing[row.number] = row
        edits: list[tuple[int, int, bytes]] = []
        for number, columns in self.targets.items():
            if number in existing:
                row = sheet.whole(existing[number])
                new = self._edited_row(row, columns, render)
                edits.append((row.start, row.end, new))
            elif new := self._new_row(number, columns, render):
                start = self._place_of(number)
                edits.append((start, start, new))
        edits = [(a, b, new) for a, b, new in edits if sheet.xml[a:b] != new]
        if not edits:
            return sheet.xml
        if not well_formed([new for _, _, new in edits]):
            raise CannotWrite(sheet.place, "its cells are stored in a way this program does not know", _REMEDY)
        return self._joined(sorted(edits, key=lambda edit: edit[:2]), at)

    def _place_of(self, number: int) -> int:
        """Where a new row goes: before the first row with a higher number, else at the end."""
        rows = self._ordered
        if rows is not None:
            at = bisect_right(rows, number)
            return self.sheet.rows[at].start if at < len(rows) else self.sheet.opening.end
        later = (row.start for row in self.sheet.rows if row.number > number)
        return next(later, self.sheet.opening.end)

    @cached_property
    def _ordered(self) -> list[int] | None:
        numbers = [row.number for row in self.sheet.rows]
        return numbers if numbers == sorted(numbers) else None

    def _joined(self, edits: Sequence[tuple[int, int, bytes]], first: int) -> bytes:
        xml, opening = self.sheet.xml, self.sheet.opening
        empty = opening.attributes.endswith(b"/")
        head = xml[:first]
        if empty:
            head = xml[: opening.start] + xml[opening.start : first].rstrip(b"> /") + b">"
        out, at = [self._grown_dimension(head)], first
        for start, end, new in edits:
            out += [xml[at:start], new]
            at = end
        if empty:
            out.append(b"</%ssheetData>" % self.sheet.prefix)
        return b"".join([*out, xml[at:]])

    def _edited_row(self, row: Span, columns: Sequence[int], render: Render) -> bytes:
        sheet, xml = self.sheet, self.sheet.xml
        row_style = self._row_style(row.attributes)
        cells = list(sheet.cells(row))
        by_column = {cell.number: cell for cell in cells}
        last = cells[-1].end if cells else row.opened
        pieces: list[tuple[int, int, bytes]] = []
        added: list[int] = []
        for column in columns:
            cell = by_column.get(column)
            if cell:
                formula = sheet.holds_formula(cell)
                new = render(row.number, column, attribute(cell.attributes, b"s") or "", formula)
                if new is not None and new != xml[cell.start : cell.end]:
                    pieces.append((cell.start, cell.end, new))
                    self.formulas_gone |= formula
                continue
            new = render(row.number, column, self.style(row.number, column, row_style), False)
            if new is not None:
                start = next((c.start for c in cells if c.number > column), last)
                pieces.append((start, start, new))
                added.append(column)
        if not pieces:
            return xml[row.start : row.end]
        for column in added:
            self._reach(row.number, column)
        head = _spanning(xml[row.start : row.opened], added)
        if row.is_empty:
            head = head.rstrip(b"> /") + b">"
        out, at = [head], row.opened
        for start, end, new in sorted(pieces, key=lambda piece: piece[:2]):
            out += [xml[at:start], new]
            at = end
        out.append(b"</%srow>" % sheet.prefix if row.is_empty else xml[at : row.end])
        return b"".join(out)

    def _row_style(self, attributes: bytes) -> str:
        return (attribute(attributes, b"s") or "") if attribute(attributes, b"customFormat") in ("1", "true") else ""

    def _new_row(self, number: int, columns: Sequence[int], render: Render) -> bytes:
        cells = [(column, render(number, column, self.style(number, column, ""), False)) for column in columns]
        made = [(column, new) for column, new in cells if new is not None]
        for column, _ in made:
            self._reach(number, column)
        p, body = self.sheet.prefix, b"".join(new for _, new in made)
        return b'<%srow r="%d">%s</%srow>' % (p, number, body, p) if made else b""

    def _reach(self, row: int, column: int) -> None:
        self._top, self._left = min(self._top, row), min(self._left, column)
        self._bottom, self._right = max(self._bottom, row), max(self._right, column)

    def _grown_dimension(self, head: bytes) -> bytes:
        if not self._bottom:
            return head
        match = re.search(rb"""<%sdimension\s+ref\s*=\s*["']([^"']*)["']""" % re.escape(self.sheet.prefix), head)
        area = range_of(match[1].decode("ascii", "replace")) if match else None
        if match is None or area is None:
            return head
        top, left = min(area[0], self._top), min(area[1], self._left)
        bottom, right = max(area[2], self._bottom), max(area[3], self._right)
        if (top, left, bottom, right) == area:
            return head
        grown = f"{address(top, left)}:{address(bottom, right)}".encode()
        return head[: match.start(1)] + grown + head[match.end(1) :]


def _spanning(head: bytes, added: Sequence[int]) -> bytes:
    """A row's opening tag whose `spans`, where it has them, cover the columns added."""
    match = re.search(rb"""\sspans\s*=\s*["']([\d:\s]*)["']""", head)
    if not match or not added:
        return head
    ends = [int(number) for number in re.findall(rb"\d+", match[1])] + list(added)
    return head[: match.start(1)] + b"%d:%d" % (min(ends), max(ends)) + head[match.end(1) :]
