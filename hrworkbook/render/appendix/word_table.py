"""Tables of the paper in a Word document, written straight into its XML: a plan has thousands of cells."""

from io import BytesIO
from typing import Any

from hrworkbook.render import style as look
from hrworkbook.render.appendix.bars import bar_png
from hrworkbook.render.appendix.page_plan import PageSetup, PrintColumn, group_spans
from hrworkbook.render.appendix.paper import Bar, CellTone, PaperCell, PaperRow, PaperTable
from hrworkbook.render.appendix.paper_tables import is_number
from hrworkbook.render.appendix.print_texts import print_text
from hrworkbook.render.appendix.word_runs import add_element, add_paragraph, add_text
from hrworkbook.render.style import FillColours
from hrworkbook.render.word_colours import readable_text, status_colours

_TWIPS = 20
"""A point."""
_SPACE_ABOVE = 1.75
"""Points above and below a cell's text."""
_DUE_FILL = "#D2E2F1"
_BAR_HEIGHT = 9.0
_BULLET = "• "
_THEME_STYLE, _COLUMN_STYLE = "Heading2", "ColumnHeading"


class TableWriter:
    """Adds tables to one document."""

    def __init__(self, file: Any, setup: PageSetup, language: str) -> None:
        self.file, self.setup, self.language = file, setup, language

    def add(self, table: PaperTable) -> None:
        """Add a table at the end of the document."""
        body = self.file.element.body
        element = add_element(body, "tbl")
        body.sectPr.addprevious(element)
        self._properties(element, table)
        if table.theme:
            self._theme_row(element, table)
        if any(c.group for c in table.columns):
            self._group_row(element, table)
        self._header_row(element, table)
        for n, row in enumerate(table.rows):
            ends = n + 1 == len(table.rows) or not table.rows[n + 1].joined
            self._row(element, table, row, ends)

    def _properties(self, element: Any, table: PaperTable) -> None:
        """Write the table's own properties and its grid (ECMA-376 part 1, 17.4.59)."""
        properties = add_element(element, "tblPr")
        add_element(properties, "tblW", w=_twips(sum(table.widths)), type="dxa")
        add_element(properties, "tblInd", w="0", type="dxa")
        borders = add_element(properties, "tblBorders")
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
            line = "single" if edge in ("bottom", "insideH") else "nil"
            add_element(borders, edge, val=line, sz="4", space="0", color=look.RULE_COLOUR[1:])
        add_element(properties, "tblLayout", type="fixed")
        margins = add_element(properties, "tblCellMar")
        for edge, points in (
            ("top", _SPACE_ABOVE),
            ("left", table.padding),
            ("bottom", _SPACE_ABOVE),
            ("right", table.padding),
        ):
            add_element(margins, edge, w=_twips(points), type="dxa")
        flags = {"firstRow": "1", "lastRow": "0", "firstColumn": str(int(table.row_header == 0)), "lastColumn": "0"}
        add_element(properties, "tblLook", val="0000", **flags, noHBand="1", noVBand="1")
        if table.theme:
            add_element(properties, "tblCaption", val=table.theme)
        grid = add_element(element, "tblGrid")
        for width in table.widths:
            add_element(grid, "gridCol", w=_twips(width))

    def _theme_row(self, element: Any, table: PaperTable) -> None:
        row = _header_row(element)
        cell = _cell(row, sum(table.widths), len(table.columns), fill=look.NEUTRAL_FILL)
        paragraph = add_paragraph(cell, _THEME_STYLE)
        add_element(paragraph[0], "keepNext", val="0")
        add_element(paragraph[0], "spacing", before="0", after="0")
        add_text(paragraph, table.theme, self.language)

    def _group_row(self, element: Any, table: PaperTable) -> None:
        row = _header_row(element)
        for first, last, text in group_spans(table.columns):
            width = sum(table.widths[first : last + 1])
            cell = _cell(row, width, last + 1 - first, fill=look.NEUTRAL_FILL)
            self._text(add_paragraph(cell, _COLUMN_STYLE), print_text(text), table, bold=True)

    def _header_row(self, element: Any, table: PaperTable) -> None:
        """Write the columns' headings: white on the dark band, a status's in its own colours."""
        row = _header_row(element)
        fills = table.header_colours or [""] * len(table.columns)
        for column, width, fill in zip(table.columns, table.widths, fills, strict=True):
            fill = fill or look.HEADER_FILL
            cell = _cell(row, width, fill=fill)
            paint = FillColours(fill, readable_text(fill))
            for text in print_text(column.header).split("\n"):
                paragraph = add_paragraph(cell, _COLUMN_STYLE, right=is_number(column))
                self._text(paragraph, text, table, bold=True, colour=paint.text)

    def _row(self, element: Any, table: PaperTable, row: PaperRow, ends: bool) -> None:
        written = add_element(element, "tr")
        add_element(add_element(written, "trPr"), "cantSplit")
        for cell, column, width in zip(row.cells, table.columns, table.widths, strict=True):
            fill = _DUE_FILL if cell.tone is CellTone.DUE else ""
            box = _cell(written, width, fill=fill, ruled=ends, heavy=row.is_total)
            if cell.bar:
                self._bar(add_paragraph(box, "TableText"), cell.bar, width - 2 * table.padding)
            else:
                self._cell_text(box, cell, column, table, row.is_total)

    def _cell_text(self, box: Any, cell: PaperCell, column: PrintColumn, table: PaperTable, is_total: bool) -> None:
        """Write a cell's paragraphs: points as a list, a status on its colour, figures at the right."""
        text = cell.whole_text
        status = column.kind == "status" and bool(column.colours.of(cell.text))
        quiet = "Quiet" if cell.tone is CellTone.QUIET else ""
        bold = is_total or cell.tone is CellTone.DUE
        for part in text.split("\n"):
            point = part.startswith(_BULLET)
            style = "ListBullet" if point else "TableText"
            paragraph = add_paragraph(box, style, right=is_number(column))
            paint = status_colours(cell.text, column.colours) if status else None
            self._text(
                paragraph, part.removeprefix(_BULLET) if point else part, table, bold=bold, style=quiet, paint=paint
            )

    def _text(
        self, paragraph: Any, text: str, table: PaperTable, *, bold: bool = False, style: str = "",
        paint: FillColours | None = None, colour: str = "",
    ) -> None:  # fmt: skip
        size = table.size if table.size != self.setup.size else None
        add_text(paragraph, text, self.language, paint=paint, style=style, bold=bold, size=size, colour=colour)

    def _bar(self, paragraph: Any, bar: Bar, width: float) -> None:
        """Add a bar as a picture in the line, with its alternative text."""
        from docx.shared import Pt
        from docx.text.paragraph import Paragraph

        png = BytesIO(bar_png(bar, width, _BAR_HEIGHT))
        shape = Paragraph(paragraph, self.file._body).add_run().add_picture(png, Pt(width), Pt(_BAR_HEIGHT))
        properties = shape._inline.docPr
        for side in ("distT", "distB", "distL", "distR"):
            shape._inline.set(side, "0")
        properties.set("descr", bar.alternative_text)
        properties.set("name", f"Bar {properties.get('id')}")


def _twips(points: float) -> str:
    return str(round(points * _TWIPS))


def _header_row(element: Any) -> Any:
    """Add a row that is repeated at the top of each page, and read as a heading."""
    row = add_element(element, "tr")
    properties = add_element(row, "trPr")
    add_element(properties, "cantSplit")
    add_element(properties, "tblHeader")
    return row


def _cell(row: Any, width: float, columns: int = 1, fill: str = "", ruled: bool = True, heavy: bool = False) -> Any:
    """Add a cell over so many columns; `heavy` draws the rule above a total."""
    cell = add_element(row, "tc")
    properties = add_element(cell, "tcPr")
    add_element(properties, "tcW", w=_twips(width), type="dxa")
    if columns > 1:
        add_element(properties, "gridSpan", val=str(columns))
    if not ruled or heavy:
        borders = add_element(properties, "tcBorders")
        if heavy:
            add_element(borders, "top", val="single", sz="12", space="0", color=look.TEXT[1:])
        if not ruled:
            add_element(borders, "bottom", val="nil")
    if fill:
        add_element(properties, "shd", val="clear", color="auto", fill=fill[1:])
    return cell
