"""A plain workbook to save, and what lies beside it afterwards."""

from pathlib import Path

import xlsxwriter


def plain_workbook(path: Path) -> Path:
    """Write a workbook of 200 lines on one sheet, Plan."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Plan")
        for row in range(200):
            sheet.write_row(row, 0, [f"L{row}", f"before {row}", row])
    return path


def beside(path: Path) -> set[str]:
    """Return the names of all that lies in a file's folder."""
    return {place.name for place in path.parent.iterdir()}
