"""Texts put into a sheet's rows in one pass over its XML: rows with the same cells in the same styles are worked out once."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from hrworkbook.ooxml.cell_styles import CellStyles
from hrworkbook.ooxml.cell_xml import text_xml
from hrworkbook.ooxml.sheet_edit import grown_dimension, with_spans
from hrworkbook.ooxml.sheet_xml import SheetXml, XmlSpan
from hrworkbook.ooxml.xml_outline import Edit, spliced
from hrworkbook.ooxml.xml_tags import attribute
from hrworkbook.plan.errors import CannotWrite
from hrworkbook.plan.snapshot import address, column_letters

_CELLS_LOOKED_AT = 6
"""How many cells at the left of a new one are asked for its look."""
_STYLE = re.compile(rb"""s=["']([0-9]+)""")
_REMEDY = "Open it in Excel, save it and try again, or take the latest backup"


class _Fit(NamedTuple):
    """Where a new cell goes among those of a row, -1 behind them all; whether it is there; and its style."""

    at: int
    is_there: bool
    style: str


class _Shape:
    """The cells of a row, as many rows have them: their columns and the numbers of their styles."""

    def __init__(self, cells: Sequence[tuple[int, str]]) -> None:
        self.cells = cells
        self.ends: dict[int, str] = {}
        """The style of a new cell of a column behind all others."""


class ColumnCells:
    """Texts for cells of a sheet in which nothing stands yet, each in the look of the cells at its left."""

    def __init__(self, xml: SheetXml, wanted: Mapping[int, Mapping[int, str]], styles: CellStyles) -> None:
        """`wanted` are the texts by row and column."""
        self.wanted, self.styles = wanted, styles
        self.xml = _with_rows(xml, sorted(set(wanted).difference(number for number, _ in xml.rows)))
        self._prefix = xml.prefix.decode()
        self._closing = b"</%srow" % xml.prefix
        self._made: dict[int, bytes] = {}
        self._shapes: dict[tuple[bytes, ...], _Shape] = {}
        self._spans: dict[tuple[object, ...], bytes] = {}
        """The end of a row's opening tag, from its `spans` on, by what it was and the columns that are new."""
        self._filled: list[tuple[int, int, XmlSpan]] = []

    def applied(self, may_replace: Callable[[int, int], bool]) -> bytes:
        """Return the sheet's XML with the texts in it; `may_replace` tells of a cell that is not bare whether it is blank.

        Raises CannotWrite where such a cell is filled, or a row stands there twice.
        """
        xml = b"".join(self._pieces())
        for row, column, span in self._filled:
            if self.xml.holds_formula(span) or not may_replace(row, column):
                cell = f"{self.xml.place}!{address(row, column)}"
                raise CannotWrite(cell, "the cell is filled, and a column is to be put there", "Move what stands in it")
        columns = [column for cells in self.wanted.values() for column in cells]
        area = min(self.wanted), min(columns), max(self.wanted), max(columns)
        start = self.xml.opening.start
        return grown_dimension(xml[:start], self.xml.prefix, area) + xml[start:]

    def to_read_back(self) -> dict[int, Mapping[int, str]]:
        """Return the texts, by row and column, that tell whether all of them are read as they should be.

        A text of letters and digits alone is written in one form, so that the first of them tells for all.
        """
        first = next(iter(self.wanted))
        return {r: texts for r, texts in self.wanted.items() if r == first or not "".join(texts.values()).isalnum()}

    def sheet_of(self, rows: Iterable[int]) -> bytes:
        """Return a sheet that holds the new cells of some rows and nothing else."""
        p, opening = self.xml.prefix, self.xml.opening
        head = self.xml.xml[: opening.tag_end].rstrip(b"> /") + b">"
        cells = [b'<%srow r="%d">%s</%srow>' % (p, row, self._made[row], p) for row in sorted(rows)]
        return b"".join([head, *cells, b"</%ssheetData></%sworksheet>" % (p, p)])

    def holds_more(self, column: int) -> bool:
        """Whether other cells of a column may be filled."""
        letters, xml = column_letters(column).encode(), self.xml
        if not xml.is_regular:
            return True
        if xml.masked.find(b' r="%s' % letters, xml.opening.tag_end, xml.opening.end) < 0:
            return False
        cells = re.compile(rb'<%sc r="%s([0-9]+)"[^>]*(?<!/)>' % (re.escape(xml.prefix), letters))
        found = cells.finditer(xml.masked, xml.opening.tag_end, xml.opening.end)
        return any(column not in self.wanted.get(int(match[1]), ()) for match in found)

    def _pieces(self) -> list[bytes]:
        """Return the sheet's XML with the new cells, in pieces."""
        whole, masked, made = self.xml.xml, self.xml.masked, self._made
        pieces, at = list[bytes](), 0
        rows = self.xml.rows
        bounds = [*(start for _, start in rows[1:]), self.xml.opening.end]
        for (number, start), bound in zip(rows, bounds, strict=True):
            texts = self.wanted.get(number)
            if texts is None:
                continue
            if number in made:
                raise CannotWrite(self.xml.place, f"row {number} stands there twice", _REMEDY)
            close = masked.rfind(self._closing, start, bound)
            if close < 0 or self.xml.has_alternatives:
                row = self.xml.row(number, start)
                if row.is_empty:
                    pieces += (whole[at:start], self._opened(row))
                    at = row.end
                    continue
                close = masked.rfind(b"<", row.tag_end, row.end)
            tag_end = masked.find(b">", start) + 1
            head = self._with_spans(whole[start:tag_end], texts)
            shape = self._shape(number, tag_end, close)
            if len(texts) == 1 and (column := next(iter(texts))) in shape.ends:
                cell = text_xml(texts[column], address(number, column), shape.ends[column], self._prefix)
                made[number] = cell
                pieces += (whole[at:start], head, whole[tag_end:close], cell)
            else:
                row = XmlSpan(number, start, tag_end, close, b"")
                pieces += (whole[at:start], head, self._filled_in(row, shape))
            at = close
        pieces.append(whole[at:])
        return pieces

    def _opened(self, row: XmlSpan) -> bytes:
        """Return a row that is one tag, with the new cells."""
        head = self._with_spans(self.xml.xml[row.start : row.tag_end], self.wanted[row.number])
        opened = head[: head.rindex(b"/")].rstrip() + b">"
        return opened + self._filled_in(row._replace(end=row.tag_end), _Shape([])) + self._closing + b">"

    def _filled_in(self, row: XmlSpan, shape: _Shape) -> bytes:
        """Return the cells of a row with the new ones among them."""
        edits: list[Edit] = []
        for column, text in sorted(self.wanted[row.number].items()):
            fit = self._fit(shape, row, column)
            start, end = (row.end, row.end) if fit.at < 0 else self._place(row, column, fit)
            cell = text_xml(text, address(row.number, column), fit.style, self._prefix)
            edits.append((start - row.tag_end, end - row.tag_end, cell))
        self._made[row.number] = b"".join(cell for _, _, cell in edits)
        return spliced(self.xml.xml[row.tag_end : row.end], edits)

    def _with_spans(self, head: bytes, texts: Mapping[int, str]) -> bytes:
        """Return a row's opening tag whose `spans`, where it has them, cover the new cells."""
        start = head.find(b' spans="')
        if start < 0:
            return with_spans(head, list(texts)) if b"spans" in head else head
        known = head[start:], *texts
        tail = self._spans.get(known)
        if tail is None:
            tail = self._spans[known] = with_spans(head[start:], list(texts))
        return head[:start] + tail

    def _place(self, row: XmlSpan, column: int, fit: _Fit) -> tuple[int, int]:
        """Return where a cell goes that is there already, or before another one."""
        cell = list(self.xml.cells(row))[fit.at]
        if not fit.is_there:
            return cell.start, cell.start
        if not cell.is_empty:
            self._filled.append((row.number, column, cell))
        return cell.start, cell.end

    def _shape(self, number: int, start: int, end: int) -> _Shape:
        """Return the cells of a row, known by all of it but its digits, and those of its styles."""
        text = self.xml.masked[start:end]
        styles = _STYLE.findall(text)
        key = text.translate(None, b"0123456789"), *styles
        shape = self._shapes.get(key)
        if shape is None:
            row = XmlSpan(number, start, start, end, b"")
            shape = _Shape([(cell.number, attribute(cell.attributes, b"s") or "") for cell in self.xml.cells(row)])
            if sum(1 for _, style in shape.cells if style) == len(styles):
                self._shapes[key] = shape
        return shape

    def _fit(self, shape: _Shape, row: XmlSpan, column: int) -> _Fit:
        at = next((at for at, (number, _) in enumerate(shape.cells) if number >= column), -1)
        is_there = at >= 0 and shape.cells[at][0] == column
        style = self._look_beside({number: style for number, style in shape.cells if number < column}, column)
        if style and at < 0:
            shape.ends[column] = style
        return _Fit(at, is_there, style or self.styles.as_text(self._own_style(row, column)))

    def _look_beside(self, left: Mapping[int, str], column: int) -> str:
        """Return the style of the nearest cell that has the fill most of those near have: one in red is no model."""
        near = range(column - 1, max(column - 1 - _CELLS_LOOKED_AT, 0), -1)
        styles = [left[at] or "0" for at in near if at in left]
        if not styles:
            return ""
        fills = [self.styles.fill(style) for style in styles]
        most = max(Counter(fills).items(), key=lambda item: (item[1], -fills.index(item[0])))[0]
        return self.styles.as_text(styles[fills.index(most)])

    def _own_style(self, row: XmlSpan, column: int) -> str:
        """Return the style of a row, else of a column."""
        tag = self.xml.masked[row.start : row.tag_end]
        own = attribute(tag, b"s") if attribute(tag, b"customFormat") in ("1", "true") else None
        return own or self._column_style(column)

    @cached_property
    def _column_style(self) -> Callable[[int], str]:
        return self.xml.column_styles()


def _with_rows(xml: SheetXml, new: Sequence[int]) -> SheetXml:
    """Return a sheet's XML with bare rows in it, each before the first with a higher number."""
    p = xml.prefix
    edits = [
        (next((start for other, start in xml.rows if other > number), xml.opening.end),) * 2
        + (b'<%srow r="%d"></%srow>' % (p, number, p),)
        for number in new
    ]
    return SheetXml(spliced(xml.xml, edits), xml.place) if edits else xml
