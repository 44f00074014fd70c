"""What keeps someone from reading a workbook: titles, names, merged cells, tables (Analysis Function: accessible spreadsheets)."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hrworkbook.checking.publishing_fault import publishing_fault as _finding
from hrworkbook.checking.unreadable_text import clipped_text, colour_only
from hrworkbook.plan.findings import Finding
from hrworkbook.plan.snapshot import address, column_letters

if TYPE_CHECKING:
    from openpyxl import Workbook  # noqa: TID251
    from openpyxl.worksheet.worksheet import Worksheet  # noqa: TID251

_MEANINGLESS = re.compile(r"(sheet|feuil|tabelle|table|tab|blad|hoja)\s*\d*", re.IGNORECASE)


def accessibility_findings(book: "Workbook") -> Iterator[Finding]:
    """Yield what some readers of a workbook could not read."""
    tables = any(sheet.tables for sheet in book.worksheets)
    for sheet in book.worksheets:
        yield from _layout_findings(sheet)
        if sheet.tables:
            for table in sheet.tables.values():
                yield from _table_findings(sheet, table.ref)
        elif not tables:
            yield from _unmarked_table_findings(sheet)
        if sheet.sheet_state == "visible":
            yield from colour_only(sheet)
            yield from clipped_text(sheet)


def _layout_findings(sheet: "Worksheet") -> Iterator[Finding]:
    """Title in A1, a name that says something, nothing merged, pages that break where they were set to."""
    name = sheet.title
    for area in sheet.merged_cells.ranges:
        yield _finding(
            name,
            area.coord.split(":")[0],
            "merged",
            f"{area.coord} is merged",
            "Unmerge it; centre across the selection",
        )
    if _MEANINGLESS.fullmatch(name.strip()):
        yield _finding(
            name,
            "",
            "sheet-name",
            f"the name '{name}' says nothing of what the sheet holds",
            "Name it after its contents",
        )
    filled = sum(1 for cell in next(sheet.iter_rows(max_row=1), ()) if cell.value not in (None, ""))
    if sheet["A1"].value in (None, "") or filled > 1:
        yield _finding(
            name, "A1", "title-row", "there is no title in A1", "Put a title that says what the sheet shows in A1"
        )
    if sheet.page_setup.fitToHeight is not None and sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.row_breaks.brk:  # fmt: skip
        yield _finding(
            name, "", "page-breaks", "it is fitted to pages, so Excel ignores its page breaks", "Print it at 100 %"
        )


def _table_findings(sheet: "Worksheet", area: str) -> Iterator[Finding]:
    """Yield a table's header is one row of unlike words, and no cell or row of it is blank."""
    from openpyxl.utils import range_boundaries  # noqa: TID251

    left, top, right, bottom = range_boundaries(area)
    rows = list(sheet.iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right))
    yield from _header_findings(sheet, rows[0])
    blank = [cell for row in rows[1:] for cell in row if cell.value is None or not str(cell.value).strip()]
    for row in rows[1:]:
        if all(cell.value is None or not str(cell.value).strip() for cell in row):
            yield _finding(sheet.title, row[0].coordinate, "blank-row", "the table has a blank row", "Delete the row")
    if blank:
        first = blank[0].coordinate
        number = (
            f"1 cell of the table is blank ({first})"
            if len(blank) == 1
            else f"{len(blank)} cells of the table are blank, the first {first}"
        )
        yield _finding(sheet.title, first, "blank-cell", number, "Say 'Not reported', or 'nil' for no amount")


def _header_findings(sheet: "Worksheet", cells: Any) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for cell in cells:
        text = " ".join(str(cell.value or "").split())
        if not text or re.fullmatch(r"Column\d+|Unnamed: \d+", text):
            yield _finding(
                sheet.title,
                cell.coordinate,
                "blank-header",
                "the column has no header",
                "Say what the column holds",
                text,
            )
        elif text.casefold() in seen:
            fault = f"the header '{text}' stands in {seen[text.casefold()]} too"
            yield _finding(sheet.title, cell.coordinate, "doubled-header", fault, "Tell the two apart", text)
        seen.setdefault(text.casefold(), cell.coordinate)


def _unmarked_table_findings(sheet: "Worksheet") -> Iterator[Finding]:
    """Yield the header of data that is not marked as a table: the first row with two filled cells."""
    for row in sheet.iter_rows():
        filled = [cell.column for cell in row if cell.value not in (None, "")]
        if len(filled) >= 2:
            last = column_letters(max(max(filled), sheet.max_column))
            yield from _header_findings(sheet, sheet[f"A{row[0].row}:{last}{row[0].row}"][0])
            below = list(sheet.iter_rows(min_row=row[0].row + 1))
            blank = [cell for cells in below for cell in cells if cell.value in (None, "")]
            if blank:
                first = address(blank[0].row, blank[0].column)
                fault = (
                    f"{len(blank)} cells of the data are blank, the first {first}"
                    if len(blank) > 1
                    else f"1 cell of the data is blank ({first})"
                )
                yield _finding(sheet.title, first, "blank-cell", fault, "Say 'Not reported', or 'nil' for no amount")
            return
