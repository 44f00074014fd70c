"""One narrow column of texts, put beside a table of a workbook that is not ours: cell by cell, in the look of the cells at its left."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from hrworkbook.ooxml.cell_styles import CellStyles
from hrworkbook.ooxml.cell_xml import CellContent, storable
from hrworkbook.ooxml.foreign_workbook import check_can_change, check_unprotected
from hrworkbook.ooxml.limits import LAST_COLUMN
from hrworkbook.ooxml.load_workbook import LoadedWorkbook, load
from hrworkbook.ooxml.number_formats import column_of_letters
from hrworkbook.ooxml.sheet_change import SheetChange
from hrworkbook.ooxml.sheet_columns import with_width
from hrworkbook.ooxml.verify_saved import verify_saved
from hrworkbook.ooxml.workbook_xml import ExcelTable, SheetPart, format_range, parse_range
from hrworkbook.ooxml.xml_outline import Edit, Element, grown, spliced, with_value
from hrworkbook.ooxml.xml_tags import attribute, quoted_attribute
from hrworkbook.plan.errors import CannotWrite
from hrworkbook.plan.snapshot import Block, CellRange, address

_CELLS_LOOKED_AT = 6
"""How many cells at the left of a new one are asked for its look."""
_SOURCES = ("queryTable", "xml")
"""Kinds of Excel table whose columns are those of something outside of the workbook."""


@dataclass(frozen=True)
class AddedColumn:
    """A column to put beside a table: its heading's cell, and its texts by row. Rows and columns are counted from 1."""

    sheet: str
    header_row: int
    column: int
    header: str
    values: Mapping[int, str] = field(default_factory=dict)


def add_columns(package: bytes, columns: Sequence[AddedColumn], place: str) -> bytes:
    """Return a workbook's bytes with columns of texts written beside its tables; every part of no such sheet stays byte for byte.

    Each cell has the borders, font and alignment of the cells at its left, and holds a text. A column is as narrow as its
    texts allow where nothing else stands in it. An Excel table that ends at the column's left grows over it, with its
    filter; print areas, checks, conditional formats and formulas are as they were. Raises CannotWrite where a cell is
    filled or merged, or its sheet is protected; UnreadableFile or NotAMaster where it is no sound workbook.
    """
    loaded = load(package, place)
    check_can_change(loaded.workbook)
    styles = CellStyles(loaded.workbook)
    by_sheet: dict[str, list[AddedColumn]] = {}
    for column in columns:
        by_sheet.setdefault(loaded.snapshot.called(column.sheet).name, []).append(column)
    made = [
        _ColumnsOfSheet(loaded, sheet, by_sheet[sheet.name], styles)
        for sheet in loaded.workbook.sheets
        if sheet.name in by_sheet
    ]
    changed = [each.change for each in made if each.change.has_changes()]
    parts = styles.parts()
    for each in made:
        parts |= each.parts()
    after = loaded.package.with_parts(parts)
    verify_saved(after, loaded, parts, changed)
    return after


def first_free_column(block: Block, rows: Sequence[int], after: int) -> int:
    """Return the first column behind another in which no cell of some rows is filled or merged."""
    merged = {
        column
        for top, left, bottom, right in block.merges
        if any(top <= row <= bottom for row in rows)
        for column in range(left, right + 1)
    }
    column = after + 1
    while column in merged or any(block.at(row, column) is not None for row in rows):
        column += 1
    return column


class _ColumnsOfSheet:
    """The columns that are put on one sheet, and what they make of its parts."""

    def __init__(
        self, loaded: LoadedWorkbook, sheet: SheetPart, columns: Sequence[AddedColumn], styles: CellStyles
    ) -> None:
        self.loaded, self.sheet, self.columns = loaded, sheet, columns
        self.place = f"{loaded.package.place}!{sheet.name}"
        self.block = loaded.snapshot.called(sheet.name)
        if not sheet.part:
            raise CannotWrite(self.place, "it is a chart and has no cells", "Choose another sheet")
        check_unprotected(loaded.workbook, sheet)
        wanted: dict[int, dict[int, CellContent]] = {}
        for each in columns:
            for row, text in {each.header_row: each.header, **each.values}.items():
                self._refuse_filled(row, each.column, text)
                wanted.setdefault(row, {})[each.column] = storable(text, f"{sheet.name}!{address(row, each.column)}")
        self.wanted = wanted
        self.change = _ColumnChange(loaded, sheet, wanted, {}, False, styles)

    def _refuse_filled(self, row: int, column: int, text: str) -> None:
        if column > LAST_COLUMN:
            raise CannotWrite(
                self.place, "there is no free column at the right of the table", "Delete what is not needed"
            )
        now = self.block.at(row, column)
        if now is not None and now != text:
            cell = f"{self.place}!{address(row, column)}"
            raise CannotWrite(cell, "the cell is filled, and a column is to be put there", "Move what stands in it")

    def parts(self) -> dict[str, bytes | None]:
        """Return the parts that change, once `change` is worked out."""
        parts = dict(self.change.parts)
        xml = parts.get(self.sheet.part) or self.change.xml.xml
        for number in {each.column for each in self.columns}:
            texts = [str(cells[number]) for cells in self.wanted.values() if number in cells]
            width = max(5.0, *(len(text) + 1.7 for text in texts))
            xml = with_width(xml, self.place, number, min(width, 14.0), may_narrow=not self._holds_more(number))
        if xml != self.change.xml.xml:
            parts[self.sheet.part] = xml
        for each in self.columns:
            for table in self.change.tables:
                if new := self._widened(table, each):
                    parts[table.part] = new
        return parts

    def _holds_more(self, column: int) -> bool:
        """Whether other cells of a column are filled."""
        return any(
            self.block.at(row, column) is not None and column not in self.wanted.get(row, ())
            for row in range(1, len(self.block.rows) + 1)
        )

    def _widened(self, table: ExcelTable, column: AddedColumn) -> bytes | None:
        """Return the part of a table that ends at a column's left, grown over it; None for any other."""
        top, left, bottom, right = table.range
        if (top, right + 1, table.header_rows) != (column.header_row, column.column, 1):
            return None
        xml, root = self.loaded.package.outline(table.part, 2)
        if root.attributes.get("tableType") in _SOURCES:
            return None
        return _with_column(xml, root, column.header, (top, left, bottom, right + 1))


_RowCells = tuple[tuple[bytes, bytes], ...]


class _ColumnChange(SheetChange):
    """A change of a sheet in which each new cell looks as the cells at its left do, and shows a text."""

    def _render(self, row: int, column: int, style: str, formula: bool) -> bytes | None:
        return super()._render(row, column, self._look(row, column, style), formula)

    def _new_style(self, row: int, column: int, row_style: str) -> str:
        return self._look(row, column, super()._new_style(row, column, row_style))

    def _look(self, row: int, column: int, own: str) -> str:
        """Return the style of the nearest cell at the left that has the fill most of those there have: one in red is no model."""
        if self._last_row[0] != row:
            self._last_row = row, self._cells_of(row)
        cells = self._last_row[1]
        if (cells, column) not in self._looks:
            self._looks[cells, column] = self._look_beside(self._styles[cells], column)
        return self._looks[cells, column] or self.styles.as_text(own)

    def _look_beside(self, styles: Mapping[int, str], column: int) -> str:
        near = range(column - 1, max(column - 1 - _CELLS_LOOKED_AT, 0), -1)
        left = [styles[at] or "0" for at in near if at in styles]
        if not left:
            return ""
        fills = [self.styles.fill(style) for style in left]
        most = max(Counter(fills).items(), key=lambda item: (item[1], -fills.index(item[0])))[0]
        return self.styles.as_text(left[fills.index(most)])

    @cached_property
    def _last_row(self) -> tuple[int, _RowCells]:
        return 0, ()

    @cached_property
    def _looks(self) -> dict[tuple[_RowCells, int], str]:
        return {}

    @cached_property
    def _styles(self) -> dict[_RowCells, dict[int, str]]:
        """The style of each column's cell in rows with the same cells: most rows of a table have."""
        return {}

    @cached_property
    def _starts(self) -> dict[int, int]:
        return dict(self.xml.rows)

    @cached_property
    def _cell_head(self) -> "re.Pattern[bytes]":
        return re.compile(rb'<%sc r="([A-Z]{1,3})[0-9]+"(?: s="([0-9]+)")?[ />]' % re.escape(self.xml.prefix))

    def _cells_of(self, row: int) -> _RowCells:
        """Return the letters and the style of each cell of a row, whose styles are then in `_styles`."""
        if row not in self._starts:
            self._styles.setdefault((), {})
            return ()
        span = self.xml.row(row, self._starts[row])
        text = self.xml.masked[span.tag_end : span.end]
        found = tuple(self._cell_head.findall(text))
        if found in self._styles:
            with_style = self._styled[found]
        else:
            with_style = self._styled[found] = sum(1 for _, style in found if style)
            self._styles[found] = {column_of_letters(letters): style.decode() for letters, style in found}
        if len(found) == text.count(b"<%sc " % self.xml.prefix) and with_style == text.count(b' s="'):
            return found
        cells = [(cell.number, attribute(cell.attributes, b"s") or "") for cell in self.xml.cells(span)]
        other = tuple((str(number).encode(), style.encode()) for number, style in cells)
        self._styles[other] = dict(cells)
        return other

    @cached_property
    def _styled(self) -> dict[_RowCells, int]:
        return {}


def _with_column(xml: bytes, root: Element, header: str, area: CellRange) -> bytes:
    """Return a table's part with one more column, and its filter with it."""
    columns = root.child("tableColumns")
    if columns is None:
        return xml
    known = list(columns.named("tableColumn"))
    ids = [int(text) for each in known if (text := each.attributes.get("id", "")).isdecimal()]
    line = f'<{columns.prefix}tableColumn id="{max(ids, default=0) + 1}" name={quoted_attribute(header)}/>'
    edits: list[Edit] = grown(xml, columns, line.encode(), {"count": str(len(known) + 1)})
    edits.append(_with_range(xml, root, area))
    if (filter_ := root.child("autoFilter")) and (now := parse_range(filter_.attributes.get("ref", ""))):
        edits.append(_with_range(xml, filter_, (*now[:3], area[3])))
    return spliced(xml, edits)


def _with_range(xml: bytes, element: Element, area: CellRange) -> Edit:
    tag = xml[element.start : element.tag_end].decode()
    return element.start, element.tag_end, with_value(tag, "ref", quoted_attribute(format_range(area))).encode()
