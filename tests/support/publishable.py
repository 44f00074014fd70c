"""A workbook that may be published as it is."""

import openpyxl
from openpyxl.worksheet.table import Table


def sound() -> openpyxl.Workbook:
    """A workbook with nothing to find."""
    book = openpyxl.Workbook()
    book.properties.title, book.properties.creator, book.properties.language = "Plan", "Head of HR", "en-GB"
    sheet = book.active
    sheet.title = "Actions"
    for row in (["Actions of the plan"], [], ["Ref", "Status"], ["A", "Green"], ["B", "Not reported"]):
        sheet.append(row)
    sheet.add_table(Table(displayName="Actions", ref="A3:B5"))
    sheet.column_dimensions["B"].width = 30
    return book
