"""New cells worked into a worksheet's XML, with the rows, spans and dimension they need."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from xml.parsers import expat

from hrworkbook.ooxml.limits import LAST_ROW
from hrworkbook.ooxml.sheet_xml import SheetXml, XmlSpan
from hrworkbook.ooxml.workbook_xml import format_range, parse_range
from hrworkbook.ooxml.xml_tags import attribute
from hrworkbook.plan.errors import CannotWrite
from hrworkbook.plan.snapshot import CellRange

_CHUNK_BYTES = 2_000_000
"""Bytes of XML that are read back at once."""
_REMEDY = "Open it in Excel, save it and try again, or take the latest backup"


def well_formed(pieces: Iterable[bytes]) -> bool:
    """Whether rows, taken together, are well-formed XML."""
    parser = expat.ParserCreate()
    try:
        for piece in chain((b"<rows>",), pieces):
            parser.Parse(piece, False)
        parser.Parse(b"</rows>", True)
    except expat.ExpatError:
        return False
    return True


RenderCell = Callable[[int, int, str, bool], bytes | None]
"""From a row, a column, a style's number and whether a formula stands there, the cell's new XML; None to leave it."""


RenderNewCells = Callable[[int, Sequence[int]], Sequence[tuple[int, bytes]]]
"""From a row that is not there yet and its columns, the XML of each cell it gets, by column."""


class SheetXmlEditor:
    """New cells for one sheet, worked into its XML."""

    def __init__(
        self,
        sheet: SheetXml,
        targets: Mapping[int, Sequence[int]],
        style: Callable[[int, int, str], str],
        heights: Mapping[int, float],
        shows: bool,
    ) -> None:
        """`targets` are columns by row, both sorted; `style` gives a new cell's from row, column and the row's style.

        `heights` are the points a row must have at least, where one of its cells changes; `shows` whether such a row is
        no longer to be hidden.
        """
        self.sheet = sheet
        self.shows = shows
        self.heights = heights
        self.targets = targets
        self.style = style
        self.formulas_gone = False
        self.already: set[tuple[int, int]] = set()
        """The cells, by row and column, whose XML is what was wanted."""
        self._edited: dict[int, bytes] = {}
        """The XML of the cells that change in rows that were there, by row."""
        self._changed: list[bytes | tuple[int, int]] = []
        """In the order of the file, rows with nothing but the cells that change, and where new rows lie in the new XML."""
        self._top = self._left = LAST_ROW
        self._bottom = self._right = 0

    def apply(self, render: RenderCell, new_cells: RenderNewCells) -> bytes:
        """Return the sheet's XML with the cells rendered; raises CannotWrite where it could not be made well-formed."""
        sheet = self.sheet
        existing: dict[int, int] = {}
        for number, start in sheet.rows:
            if number in self.targets:
                if number in existing:
                    raise CannotWrite(sheet.place, f"row {number} stands there twice", _REMEDY)
                existing[number] = start
        edits: list[tuple[int, int, int, bytes]] = []
        for number, columns in self.targets.items():
            if number in existing:
                row = sheet.row(number, existing[number])
                edits.append((row.start, row.end, number, self._edited_row(row, columns, render)))
            elif new := self._new_row(number, new_cells(number, columns)):
                start = self._insertion_point(number)
                edits.append((start, start, number, new))
        if not self._edited and all(start < end for start, end, _, _ in edits):
            return sheet.xml
        if not well_formed(new for _, _, _, new in edits):
            raise CannotWrite(sheet.place, "its cells are stored in a way this program does not know", _REMEDY)
        return self._joined(sorted(edits, key=lambda edit: edit[:2]), sheet.opening.tag_end)

    def changed_cells_only(self, xml: bytes) -> Iterator[bytes]:
        """Of the sheet's new XML, nothing but the cells that changed: sheets that take little memory one by one."""
        p, opening = self.sheet.prefix, self.sheet.opening
        head = self.sheet.xml[: opening.tag_end].rstrip(b"> /") + b">"
        tail = b"</%ssheetData></%sworksheet>" % (p, p)
        rows: list[bytes] = []
        size = 0
        for row in self._changed:
            rows.append(row if isinstance(row, bytes) else xml[slice(*row)])
            size += len(rows[-1])
            if size > _CHUNK_BYTES:
                yield b"".join([head, *rows, tail])
                rows, size = [], 0
        yield b"".join([head, *rows, tail])

    def _insertion_point(self, number: int) -> int:
        """Where a new row goes: before the first row with a higher number, else at the end."""
        rows = self.sheet.rows
        if self.sheet.is_regular:
            at = bisect_right(rows, number, key=lambda row: row[0])
            return rows[at][1] if at < len(rows) else self.sheet.opening.end
        return next((start for row_number, start in rows if row_number > number), self.sheet.opening.end)

    def _joined(self, edits: Sequence[tuple[int, int, int, bytes]], first: int) -> bytes:
        xml, opening = self.sheet.xml, self.sheet.opening
        empty = opening.attributes.endswith(b"/")
        head = xml[:first].rstrip(b"> /") + b">" if empty else xml[:first]
        if self._bottom:
            head = grown_dimension(head, self.sheet.prefix, (self._top, self._left, self._bottom, self._right))
        out, at = [head], first
        length = len(out[0])
        for start, end, number, new in edits:
            out += [xml[at:start], new]
            begins = length + start - at
            at, length = end, begins + len(new)
            if start == end:
                self._add_new(begins, length)
            elif number in self._edited:
                self._changed.append(self._row_of(number, self._edited[number]))
        if empty:
            out.append(b"</%ssheetData>" % self.sheet.prefix)
        return b"".join([*out, xml[at:]])

    def _add_new(self, begins: int, ends: int) -> None:
        last = self._changed[-1] if self._changed else None
        if isinstance(last, tuple) and last[1] == begins and ends - last[0] < _CHUNK_BYTES:
            self._changed[-1] = last[0], ends
        else:
            self._changed.append((begins, ends))

    def _edited_row(self, row: XmlSpan, columns: Sequence[int], render: RenderCell) -> bytes:
        xml = self.sheet.xml
        pieces, added = self._row_pieces(row, columns, render)
        if not pieces:
            return xml[row.start : row.end]
        self._edited[row.number] = b"".join(new for _, _, new in pieces)
        for column in added:
            self._extend_range(row.number, column)
        head = _with_height(with_spans(xml[row.start : row.tag_end], added), self.heights.get(row.number, 0))
        if self.shows and b"hidden" in head:
            head = re.sub(rb"""\shidden\s*=\s*["'][^"']*["']""", b"", head)
        if row.is_empty:
            head = head.rstrip(b"> /") + b">"
        out, at = [head], row.tag_end
        for start, end, new in sorted(pieces, key=lambda piece: piece[:2]):
            out += [xml[at:start], new]
            at = end
        out.append(b"</%srow>" % self.sheet.prefix if row.is_empty else xml[at : row.end])
        return b"".join(out)

    def _row_pieces(
        self, row: XmlSpan, columns: Sequence[int], render: RenderCell
    ) -> tuple[list[tuple[int, int, bytes]], list[int]]:
        """Return what goes where in a row: start, end and new XML of each cell that changes; and the columns that are new."""
        found = {column: self.sheet.cell(row, column) for column in columns} if self.sheet.is_regular else {}
        cells: list[XmlSpan] = []
        if absent := [column for column in columns if not found.get(column)]:
            end = self.sheet.last_cell(row) if self.sheet.is_regular else None
            if end and end.number < min(absent):
                cells = [end]
            else:
                cells = list(self.sheet.cells(row))
                found = {cell.number: cell for cell in cells}
        last = cells[-1].end if cells else row.tag_end
        pieces, added = [], []
        for column in columns:
            cell = found.get(column)
            formula = cell is not None and self.sheet.holds_formula(cell)
            style = attribute(cell.attributes, b"s") or "" if cell else self._new_style(row, column)
            new = render(row.number, column, style, formula)
            if new is None:
                continue
            if cell and new == self.sheet.xml[cell.start : cell.end]:
                self.already.add((row.number, column))
                continue
            if cell:
                pieces.append((cell.start, cell.end, new))
                self.formulas_gone |= formula
            else:
                start = next((c.start for c in cells if c.number > column), last)
                pieces.append((start, start, new))
                added.append(column)
        return pieces, added

    def _new_style(self, row: XmlSpan, column: int) -> str:
        own = b"customFormat" in row.attributes and attribute(row.attributes, b"customFormat") in ("1", "true")
        return self.style(row.number, column, (attribute(row.attributes, b"s") or "") if own else "")

    def _new_row(self, number: int, made: Sequence[tuple[int, bytes]]) -> bytes:
        if not made:
            return b""
        for column, _ in (made[0], made[-1]):
            self._extend_range(number, column)
        return self._row_of(number, b"".join(new for _, new in made))

    def _row_of(self, number: int, cells: bytes) -> bytes:
        p = self.sheet.prefix
        head = _with_height(b'<%srow r="%d">' % (p, number), self.heights.get(number, 0))
        return b"%s%s</%srow>" % (head, cells, p)

    def _extend_range(self, row: int, column: int) -> None:
        self._top, self._left = min(self._top, row), min(self._left, column)
        self._bottom, self._right = max(self._bottom, row), max(self._right, column)


def grown_dimension(head: bytes, prefix: bytes, new: CellRange) -> bytes:
    """Return what stands before a sheet's cells with its dimension, where it tells one, grown over a range."""
    match = re.search(rb"""<%sdimension\s+ref\s*=\s*["']([^"']*)["']""" % re.escape(prefix), head)
    area = parse_range(match[1].decode("ascii", "replace")) if match else None
    if match is None or area is None:
        return head
    whole = min(area[0], new[0]), min(area[1], new[1]), max(area[2], new[2]), max(area[3], new[3])
    if whole == area:
        return head
    return head[: match.start(1)] + format_range(whole).encode() + head[match.end(1) :]


def _with_height(head: bytes, points: float) -> bytes:
    """Return a row's opening tag with at least this height, stated as set by hand so that no program shrinks it."""
    if not points:
        return head
    match = re.search(rb"""\sht\s*=\s*["']([\d.]+)["']""", head)
    if match and float(match[1]) >= points:
        return head
    bare = re.sub(rb"""\s(?:ht|customHeight)\s*=\s*["'][^"']*["']""", b"", head).rstrip(b">").rstrip()
    empty = bare.endswith(b"/")
    return b'%s ht="%g" customHeight="1"%s>' % (bare.rstrip(b"/").rstrip(), points, b"/" if empty else b"")


def with_spans(head: bytes, added: Sequence[int]) -> bytes:
    """Return a row's opening tag whose `spans`, where it has them, cover the columns added."""
    match = re.search(rb"""\sspans\s*=\s*["']([\d:\s]*)["']""", head)
    if not match or not added:
        return head
    ends = [int(number) for number in re.findall(rb"\d+", match[1])] + list(added)
    return head[: match.start(1)] + b"%d:%d" % (min(ends), max(ends)) + head[match.end(1) :]
