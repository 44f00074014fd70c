"""What the cells wanted on one sheet make of that sheet's parts."""

from collections.abc import Iterator, Mapping, Sequence

from hrworkbook.ooxml.cell_styles import CellStyles
from hrworkbook.ooxml.cell_xml import (
    CellContent,
    already_holds,
    cell_xml,
    convert_for_format,
    number_format_shows,
    text_xml,
)
from hrworkbook.ooxml.grow_table import grown_range
from hrworkbook.ooxml.load_workbook import LoadedWorkbook
from hrworkbook.ooxml.sheet_edit import SheetXmlEditor
from hrworkbook.ooxml.workbook_xml import ExcelTable, SheetPart, grown_table
from hrworkbook.plan.errors import CannotWrite
from hrworkbook.plan.snapshot import CellRange, Link, address


class SheetChange:
    """The change of one sheet: once `has_changes`, its new parts, and the values stored by row and column."""

    def __init__(
        self,
        loaded: LoadedWorkbook,
        sheet: SheetPart,
        wanted: Mapping[int, dict[int, CellContent]],
        heights: Mapping[int, float],
        shows: bool,
        styles: CellStyles,
    ) -> None:
        self.sheet = sheet
        self.workbook = loaded.workbook
        self.block = loaded.snapshot.called(sheet.name)
        self.wanted = wanted
        self.heights = heights
        self.shows = shows
        self.styles = styles
        self.xml = loaded.xml_of(sheet)
        self.tables = loaded.workbook.tables(sheet.part)
        self.stored: dict[int, dict[int, CellContent]] = {}
        self.parts: dict[str, bytes | None] = {}
        self.formulas_changed = False

    def has_changes(self) -> bool:
        """Whether anything changes; the parts that do are then in `parts`."""
        targets = {row: sorted(self.wanted[row]) for row in sorted(self.wanted)}
        self._grown = [(table, self._range_of(table)) for table in self.tables]
        edit = SheetXmlEditor(self.xml, targets, self._new_style, self.heights, self.shows)
        self._columns, self._above = self.xml.column_styles(), dict[int, dict[int, str]]()
        self._prefix = self.xml.prefix.decode()
        self._shown: dict[str, str] = {}
        self._over: tuple[int, list[tuple[int, int, dict[int, str]]]] = (0, [])
        self._links = False
        xml = edit.apply(self._render, self._new_cells)
        if xml == self.xml.xml:
            return False
        for row, column in edit.already:
            del self.stored[row][column]
        self._refuse_destructive()
        self.formulas_changed = edit.formulas_gone or self._links
        self._edit = edit
        self.parts[self.sheet.part] = xml
        for table, new in self._grown:
            if new != table.range:
                part = self.workbook.package.read_xml(table.part)
                self.parts[table.part] = grown_table(part, table.range, new)
        return True

    def changed_cells_only(self) -> Iterator[bytes]:
        """Of the sheet's new XML, nothing but the cells that changed: sheets that take little memory one by one."""
        return self._edit.changed_cells_only(self.parts[self.sheet.part] or b"")

    def _range_of(self, table: ExcelTable) -> CellRange:
        """Return the table's range, grown over what is written below it."""
        left, right = table.range[1], table.range[3]
        filled = {
            row
            for row, cells in self.wanted.items()
            if row > table.range[2] and any(left <= c <= right and v is not None for c, v in cells.items())
        }
        return grown_range(table, filled, [other.range for other in self.tables if other is not table])

    def _render(self, row: int, column: int, style: str, formula: bool) -> bytes | None:
        new = self.wanted[row][column]
        if new is not None and type(new) is not str:
            if style not in self._shown:
                self._shown[style] = number_format_shows(self.workbook.format_shows, style)
            new = convert_for_format(new, self._shown[style])
        if not formula and already_holds(new, self.block.at(row, column)):
            return None
        self.stored.setdefault(row, {})[column] = new
        self._links |= isinstance(new, Link)
        style = self.styles.suited(style, new)
        return cell_xml(new, address(row, column), style, self._prefix, self.workbook.epoch)

    def _new_cells(self, row: int, columns: Sequence[int]) -> list[tuple[int, bytes]]:
        """Return the cells of a row that is not there yet, by column; where nothing stands and nothing is wanted, there is none."""
        made = []
        is_below = row > len(self.block.rows)
        wanted = self.wanted[row]
        if is_below:
            self.stored[row] = wanted  # all of it, so that nothing is kept twice
        for column in columns:
            value = wanted[column]
            if is_below and value is None:
                continue
            style = self._new_style(row, column, "")
            if is_below and type(value) is str:
                style = self.styles.suited(style, value)
                made.append((column, text_xml(value, address(row, column), style, self._prefix)))
            elif new := self._render(row, column, style, False):
                made.append((column, new))
        return made

    def _new_style(self, row: int, column: int, row_style: str) -> str:
        """Return the style of a cell that is not there yet."""
        if self._over[0] != row:
            self._over = row, list(self._tables_over(row))
        for left, right, styles in self._over[1]:
            if left <= column <= right:
                return styles.get(column) or row_style or self._columns(column)
        return row_style or self._columns(column)

    def _tables_over(self, row: int) -> Iterator[tuple[int, int, dict[int, str]]]:
        """First and last column of each table that has this row, with the styles of the row above it there."""
        for table, (top, left, bottom, right) in self._grown:
            last, first = table.range[2] - table.totals_rows, top + table.header_rows
            if first <= last and first < row <= bottom:
                yield left, right, self._styles_of(min(row - 1, last))

    def _styles_of(self, row: int) -> dict[int, str]:
        if row not in self._above:
            self._above[row] = self.xml.styles_in(row)
        return self._above[row]

    def _refuse_destructive(self) -> None:
        self._refuse_formulas()
        for table in self.tables:
            top, left, bottom, right = table.range
            fixed = {*range(top, top + table.header_rows), *range(bottom - table.totals_rows + 1, bottom + 1)}
            for row, column, _ in self._each_stored():
                if row in fixed and left <= column <= right:
                    raise self._formula_error(
                        row, column, f"it is a heading or total of the table {table.name}", "Change it"
                    )
        for top, left, bottom, right in self.block.merges:
            for row, column, value in self._each_stored():
                hidden = (row, column) != (top, left) and top <= row <= bottom and left <= column <= right
                if hidden and value is not None:
                    raise self._formula_error(
                        row, column, f"it is merged into {address(top, left)}", "Unmerge the cells"
                    )

    def _each_stored(self) -> Iterator[tuple[int, int, CellContent]]:
        return ((row, column, value) for row, cells in self.stored.items() for column, value in cells.items())

    def _refuse_formulas(self) -> None:
        tied = self.xml.shared_formulas()
        stored = {(row, column) for row, column, _ in self._each_stored()} if tied else set()
        for area, kind, group in tied:
            inside = {(r, c) for r, c in stored if area[0] <= r <= area[2] and area[1] <= c <= area[3]}
            if not inside or (kind != "shared" and area[:2] == area[2:]):
                continue
            row, column = min(inside)
            if kind != "shared":
                raise self._formula_error(row, column, "it is part of one formula that fills several cells")
            if (area[0], area[1]) in stored and self.xml.cells_of_shared(group) - stored:
                raise self._formula_error(area[0], area[1], "other cells take their formula from it")

    def _formula_error(
        self, row: int, column: int, fault: str, remedy: str = "Put values in place of these formulas"
    ) -> CannotWrite:
        return CannotWrite(f"{self.sheet.name}!{address(row, column)}", fault, f"{remedy} in Excel, then try again")
