"""What an owner does to a return's page, one function a slip."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from torture_plan import FIRST, LAST, TOP, answered

from hrworkbook.plan.returns import ROW_ID


def column(page: Worksheet, heading: str) -> int:
    """The column of a heading, from 1."""
    return next(c.column for row in page.iter_rows() for c in row if c.value == heading)


def put(page: Worksheet, line: str, heading: str, value: object) -> None:
    """Types a value into a line's cell."""
    row = next(r[0].row for r in page.iter_rows(min_row=TOP) if r[0].value == line)
    page.cell(row, column(page, heading)).value = value


def put_text(page: Worksheet, line: str, heading: str, text: str) -> None:
    """Types a value as text, whatever it begins with."""
    put(page, line, heading, "x")
    row = next(r[0].row for r in page.iter_rows(min_row=TOP) if r[0].value == line)
    cell = page.cell(row, column(page, heading))
    cell.value, cell.data_type = text, "s"


def grid(page: Worksheet) -> list[list[object]]:
    """The values from the headings down."""
    return [[c.value for c in row] for row in page.iter_rows(min_row=TOP)]


def rewrite(page: Worksheet, rows: list[list[object]], top: int = TOP) -> None:
    """Other values from the headings down."""
    for row in page.iter_rows(min_row=top):
        for cell in row:
            cell.value = None
    for r, row in enumerate(rows, top):
        for c, value in enumerate(row, 1):
            page.cell(r, c).value = value  # type: ignore[assignment]


def reorder(page: Worksheet, order: Callable[[list[list[object]]], list[list[object]]]) -> None:
    """The lines in another order."""
    heads, *rows = grid(page)
    rewrite(page, [heads, *order(rows)])


def sort_columns(page: Worksheet, *headings: str) -> None:
    """Some columns turned upside down, the rest left as they are."""
    for heading in headings:
        at = column(page, heading)
        values = [page.cell(r, at).value for r in range(FIRST, LAST + 1)]
        for r, value in zip(range(FIRST, LAST + 1), reversed(values), strict=True):
            page.cell(r, at).value = value


def take_out(page: Worksheet, *headings: str) -> None:
    """Some columns deleted."""
    gone = [column(page, h) for h in headings]
    rewrite(page, [[v for i, v in enumerate(row, 1) if i not in gone] for row in grid(page)])


def two_headings(page: Worksheet) -> None:
    """Progress over Update, in two rows."""
    at = column(page, "Progress Update")
    page.insert_rows(TOP)
    for c in range(1, page.max_column + 1):
        page.cell(TOP, c).value, page.cell(TOP + 1, c).value = page.cell(TOP + 1, c).value, None
    page.cell(TOP, at).value, page.cell(TOP + 1, at).value = "Progress", "Update"


def grouped(page: Worksheet) -> None:
    """A row of merged group headings above the headings."""
    page.insert_rows(TOP)
    page.cell(TOP, 1).value = "The plan"
    page.merge_cells(start_row=TOP, end_row=TOP, start_column=1, end_column=7)
    page.cell(TOP, 8).value = "Your answer"
    page.merge_cells(start_row=TOP, end_row=TOP, start_column=8, end_column=9)


def spaced(page: Worksheet) -> None:
    """What mail and paste do to texts."""
    put(page, "L002", "Progress Update", " First  course\u00a0held in May. ")
    put(page, "L005", "Progress Update", "It is \u201cin hand\u201d:\r\nsee the note.".replace("\r\n", " "))
    put(page, "L005", "Priority", "Renew the \u201cfirst aid\u201d certificates")
    put(page, "L002", "Priority", "Train every manager\u202fin the new scheme\n")


def excels_dates(page: Worksheet) -> None:
    """What Excel makes of a date typed or pasted again."""
    put(page, "L002", "Timescale", dt.datetime(2027, 3, 1))
    put(page, "L005", "Timescale", dt.datetime(2027, 3, 31))


def serials(page: Worksheet) -> None:
    """The same as bare numbers."""
    put(page, "L002", "Timescale", 46447)
    put(page, "L005", "Timescale", 46477)


def others_rows(page: Worksheet) -> None:
    """Another owner's lines pasted below."""
    theirs = openpyxl.load_workbook(io.BytesIO(answered("Safety Lead"))).worksheets[0]
    for row in grid(theirs)[1:]:
        page.append(row)


def pasted(book: Workbook, page: Worksheet) -> None:
    """The table alone, in a new file."""
    rows = grid(page)
    book.remove(page)
    fresh_page = book.create_sheet("Sheet1")
    for row in rows:
        fresh_page.append(row)


def pasted_below(page: Worksheet, *, change: bool = False) -> None:
    """The whole table once more below itself."""
    rows = grid(page)
    page.append([None])
    for row in rows:
        page.append(row)
    if change:
        page.cell(page.max_row - 2, column(page, "Progress Update")).value = "Quite another answer for L003."


def cached(content: bytes) -> bytes:
    """Stored results for the formulas, as Excel saves them."""
    return _in_sheet(content, lambda xml: re.sub(r"(<f>[^<]*</f>)<v\s*/>|(<f>[^<]*</f>)<v></v>", r"\1\2<v>9</v>", xml))


def errors(content: bytes) -> bytes:
    """Formulas whose stored result is an error."""
    put_error = r'<c\1 t="e">\2\3<v>#REF!</v>'
    return _in_sheet(
        content,
        lambda xml: re.sub(r"<c([^>]*?)>(<f>[^<]*</f>)<v\s*/>|<c([^>]*?)>(<f>[^<]*</f>)<v></v>", put_error, xml),
    )


def _in_sheet(content: bytes, change: Callable[[str], str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data.decode()).encode() if name.startswith("xl/worksheets/sheet") else data)
    return out.getvalue()


def sheet_in_front(book: Workbook) -> None:
    """A covering note on a sheet of its own."""
    note = book.create_sheet("Note", 0)
    note["A1"], note["A2"] = "Dear HR", "please see the next sheet"
    book.active = 0


def struck_through(old: str, new: str) -> CellRichText:
    """The old words struck through, the new ones behind them."""
    return CellRichText(TextBlock(InlineFont(strike=True), old), new)


def coloured(page: Worksheet) -> None:
    """Answers marked by colour alone."""
    for c in range(1, 9):
        page.cell(FIRST, c).fill = PatternFill("solid", fgColor="FFFF00")


def emptied(book: Workbook) -> None:
    """Nothing in it."""
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                cell.value = None


def on_its_side(book: Workbook, page: Worksheet) -> None:
    """Headings down the first column."""
    rows = grid(page)
    book.remove(page)
    turned = book.create_sheet("Turned")
    for row in zip(*rows, strict=True):
        turned.append(row)


def clear(page: Worksheet, row: int, first: int, last: int) -> None:
    """The Delete key."""
    for c in range(first, last + 1):
        page.cell(row, c).value = None


def doubled(page: Worksheet, text: str | None = None) -> None:
    """The answer column once more at the right."""
    at, new = column(page, "Progress Update"), column(page, ROW_ID) + 1
    for r in range(TOP, LAST + 1):
        page.cell(r, new).value = page.cell(r, at).value
    if text:
        page.cell(FIRST, new).value = text


def moved(page: Worksheet) -> None:
    """The answer columns in front."""
    rewrite(page, [[*row[7:9], *row[:7], *row[9:]] for row in grid(page)])


def rename(page: Worksheet, old: str, new: str) -> None:
    """A heading typed over."""
    page.cell(TOP, column(page, old)).value = new


def beside_itself(page: Worksheet, other: str = "") -> None:
    """The table a second time, to its right."""
    at = column(page, "Progress Update")
    for r, row in enumerate(grid(page), TOP):
        for c, value in enumerate(row, len(row) + 2):
            page.cell(r, c).value = value  # type: ignore[assignment]
    if other:
        page.cell(FIRST, page.max_column // 2 + 1 + at).value = other


def far_out(book: Workbook, page: Worksheet) -> None:
    """The table alone on a new sheet, from Z50."""
    rows = grid(page)
    book.remove(page)
    there = book.create_sheet("New")
    for r, row in enumerate(rows, 50):
        for c, value in enumerate(row, 26):
            there.cell(r, c).value = value  # type: ignore[assignment]


def dragged(page: Worksheet, heading: str) -> None:
    """IDs as the fill handle makes them from the last one up: L005, L006 …"""
    at = column(page, heading)
    for n, r in enumerate(range(FIRST, LAST + 1), 5):
        page.cell(r, at).value = f"L{n:03d}"


def lifted(page: Worksheet) -> None:
    """Each line under the ID of the line before it, hidden ID and all."""
    for heading in ("ID", ROW_ID):
        at = column(page, heading)
        ids = [page.cell(r, at).value for r in range(FIRST, LAST + 1)]
        for r, value in zip(range(FIRST, LAST + 1), [ids[-1], *ids[:-1]], strict=True):
            page.cell(r, at).value = value


def hide(page: Worksheet) -> None:
    """A filter that leaves one line in sight."""
    page.auto_filter.add_filter_column(7, ["Complete"])
    for r in (FIRST, FIRST + 2, LAST):
        page.row_dimensions[r].hidden = True
    page.column_dimensions["C"].hidden = True


def copy_row(page: Worksheet, row: int, **changes: object) -> None:
    """A line once more below the last."""
    values = [c.value for c in page[row]]
    page.append(values)
    for heading, value in changes.items():
        page.cell(page.max_row, column(page, heading.replace("_", " "))).value = value
