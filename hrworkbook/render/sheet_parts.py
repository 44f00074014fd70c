"""What the sheets of a workbook have in common: a title with a sentence below it, headings, and notes on cells."""

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from hrworkbook.render import style as look
from hrworkbook.render.workbook_formats import WorkbookFormats, write_value


def write_title(formats: WorkbookFormats, sheet: Worksheet, title: str, purpose: str) -> None:
    """Write a sheet's title and what it is for."""
    write_value(sheet, 0, 0, title, formats.format(font_size=look.TITLE_SIZE, bold=True, font_color=look.HEADER_FILL))
    sheet.set_row(0, 27)
    write_value(sheet, 1, 0, purpose, formats.format(font_color=look.SECONDARY))
    sheet.set_row(1, 18)


def heading_format(formats: WorkbookFormats, owners: bool) -> Format:
    """Return the format of a column's heading: of one that is the owners', or HR's."""
    return formats.format(
        bold=True, text_wrap=True, indent=1, valign="vcenter", font_color=look.WHITE,
        bg_color=look.OWNER_HEADER_FILL if owners else look.HEADER_FILL,
    )  # fmt: skip


def add_comment(sheet: Worksheet, row: int, column: int, note: str) -> None:
    """Add a comment large enough for its text to be read without scrolling."""
    lines = sum(1 + len(line) // 38 for line in note.splitlines())
    looks = {"author": "HR", "font_name": "Calibri", "font_size": 10, "color": look.WHITE, "width": 250}
    sheet.write_comment(row, column, note, {**looks, "height": 24 + 18 * min(lines, 20)})
