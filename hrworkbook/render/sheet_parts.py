"""What the sheets of a master have in common: a title with a sentence below it, and headings."""

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
