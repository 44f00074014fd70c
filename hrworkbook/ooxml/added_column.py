"""One narrow column of texts, put beside a table of a workbook that is not ours, in the look of the cells at its left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hrworkbook.ooxml.cell_styles import CellStyles
from hrworkbook.ooxml.cell_xml import is_storable_as_is, storable
from hrworkbook.ooxml.column_cells import ColumnCells
from hrworkbook.ooxml.foreign_workbook import check_can_change, check_unprotected, open_workbook
from hrworkbook.ooxml.limits import LAST_COLUMN
from hrworkbook.ooxml.load_workbook import open_reader, read_cells, refuse_distant_cells, scan
from hrworkbook.ooxml.sheet_columns import with_width
from hrworkbook.ooxml.verify_saved import verify_columns
from hrworkbook.ooxml.workbook_xml import ExcelTable, SheetPart, WorkbookXml, format_range, parse_range
from hrworkbook.ooxml.xml_outline import Edit, Element, grown, spliced, with_value
from hrworkbook.ooxml.xml_tags import quoted_attribute
from hrworkbook.plan.errors import CannotWrite
from hrworkbook.plan.snapshot import Block, CellRange, address

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
    workbook = open_workbook(package, place)
    check_can_change(workbook)
    for sheet in workbook.sheets:
        if sheet.part:
            refuse_distant_cells(scan(workbook.package, sheet))  # a master is read whole, sheets without a plan too
    styles = CellStyles(workbook)
    by_sheet: dict[str, list[AddedColumn]] = {}
    for column in columns:
        by_sheet.setdefault(column.sheet.casefold(), []).append(column)
    made = [
        _ColumnsOfSheet(workbook, sheet, by_sheet[sheet.name.casefold()], styles)
        for sheet in workbook.sheets
        if sheet.name.casefold() in by_sheet
    ]
    parts: dict[str, bytes | None] = {}
    for each in made:
        parts |= each.parts()
    parts |= styles.parts()
    after = workbook.package.with_parts(parts)
    verify_columns(after, workbook, parts, {each.sheet: each.cells for each in made})
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
        self, workbook: WorkbookXml, sheet: SheetPart, columns: Sequence[AddedColumn], styles: CellStyles
    ) -> None:
        self.workbook, self.sheet, self.columns = workbook, sheet, columns
        self.place = f"{workbook.package.place}!{sheet.name}"
        if not sheet.part:
            raise CannotWrite(self.place, "it is a chart and has no cells", "Choose another sheet")
        if max(each.column for each in columns) > LAST_COLUMN:
            fault = "there is no free column at the right of the table"
            raise CannotWrite(self.place, fault, "Delete what is not needed")
        xml = scan(workbook.package, sheet)
        check_unprotected(xml.xml, self.place)
        wanted: dict[int, dict[int, str]] = {}
        for each in columns:
            for row, text in {each.header_row: each.header, **each.values}.items():
                sound = text if is_storable_as_is(text) else storable(text, f"{sheet.name}!{address(row, each.column)}")
                wanted.setdefault(row, {})[each.column] = str(sound)
        self.cells = ColumnCells(xml, wanted, styles)

    def parts(self) -> dict[str, bytes | None]:
        """Return the parts that change."""
        self._refuse_tied()
        xml = self.cells.applied(self._is_blank)
        for number in {each.column for each in self.columns}:
            texts = [cells[number] for cells in self.cells.wanted.values() if number in cells]
            width = max(5.0, *(len(text) + 1.7 for text in texts))
            may_narrow = not self.cells.holds_more(number)
            xml = with_width(xml, self.place, number, min(width, 14.0), may_narrow=may_narrow)
        parts: dict[str, bytes | None] = {self.sheet.part: xml}
        for table in self.workbook.tables(self.sheet.part):
            for each in self.columns:
                if new := self._widened(table, each):
                    parts[table.part] = new
        return parts

    def _is_blank(self, row: int, column: int) -> bool:
        """Whether nothing is shown in a cell that has something in its XML: an empty text, most often."""
        cells = self._rows[row - 1] if row <= len(self._rows) else []
        return column > len(cells) or cells[column - 1] == ""

    @cached_property
    def _rows(self) -> list[list[Any]]:
        package = self.workbook.package
        return read_cells(open_reader(package.data, package.place), self.sheet.name, self.place)

    def _refuse_tied(self) -> None:
        """Refuse cells that are merged into another, or part of one formula that fills several."""
        xml, wanted = self.cells.xml, self.cells.wanted
        tied = [area for area, kind, _ in xml.shared_formulas() if kind != "shared" and area[:2] != area[2:]]
        for area in (*xml.merges(), *tied):
            inside = [(r, c) for r in wanted if area[0] <= r <= area[2] for c in wanted[r] if area[1] <= c <= area[3]]
            if not inside or (area not in tied and inside == [area[:2]]):
                continue
            cell, is_formula = min(inside), area in tied
            fault = (
                "it is part of one formula that fills several cells"
                if is_formula
                else f"it is merged into {address(*area[:2])}"
            )
            remedy = "Put values in place of these formulas" if is_formula else "Unmerge the cells"
            raise CannotWrite(f"{self.sheet.name}!{address(*cell)}", fault, f"{remedy} in Excel, then try again")

    def _widened(self, table: ExcelTable, column: AddedColumn) -> bytes | None:
        """Return the part of a table that ends at a column's left, grown over it; None for any other."""
        top, left, bottom, right = table.range
        if (top, right + 1, table.header_rows) != (column.header_row, column.column, 1):
            return None
        xml, root = self.workbook.package.outline(table.part, 2)
        if root.attributes.get("tableType") in _SOURCES:
            return None
        return _with_column(xml, root, column.header, (top, left, bottom, right + 1))


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
