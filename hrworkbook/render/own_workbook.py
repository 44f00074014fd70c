"""The example of a workbook that a council has had for years: a sheet a theme, colours, and a chart of where things stand."""

from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format

HEADINGS = ("Ref", "What we will do", "Lead", "By when", "RAG", "Where we are now")
WIDTHS = (6, 34, 24, 18, 10, 50)
COLOURS = {"Red": "#F4B6B6", "Amber": "#FFE3A3", "Green": "#BFE3C0", "Complete": "#BBD4EE"}
THEMES = {
    "1 Attract": (
        ("1.1", "Fill the vacancies in adult social care", "Recruitment Manager", "March 2027", "Amber", "Nine of 14 are filled."),
        ("1.2", "Offer 20 apprenticeships", "Learning Manager", "September 2027", "Green", "Twelve have begun."),
        ("1.3", "Shorten the time to hire to 40 days", "Recruitment Manager", "June 2027", "Red", "It stands at 58 days."),
    ),
    "2 Develop": (
        ("2.1", "Train every manager in absence management", "Learning Manager", "June 2027", "Green", "Two of four cohorts are done."),
        ("2.2", "Move appraisals into the HR system", "HR Systems Manager", "April 2027", "Amber", "The form is being tested."),
    ),
    "3 Keep": (
        ("3.1", "Publish the pay gap action plan", "Pay and Reward Manager", "March 2027", "Green", "Drafted, with the unions."),
        ("3.2", "Ask leavers why they go", "HR Systems Manager", "February 2027", "Complete", "Every leaver is asked since November."),
    ),
}  # fmt: skip


def write_own_workbook(path: Path) -> None:
    """Write the workbook at a path."""
    with Workbook(path) as book:
        title = book.add_format({"bold": True, "font_size": 16, "font_color": "#5B2C6F"})
        head = book.add_format({
            "bold": True, "bg_color": "#5B2C6F", "font_color": "#FFFFFF", "border": 1, "valign": "vcenter",
        })  # fmt: skip
        cell = book.add_format({"border": 1, "border_color": "#C8B6D1", "text_wrap": True, "valign": "vcenter"})
        for theme, lines in THEMES.items():
            sheet = book.add_worksheet(theme)
            number, _, name = theme.partition(" ")
            sheet.write("A1", f"Theme {number}: {name}", title)
            sheet.set_row(0, 26)
            for column, width in enumerate(WIDTHS):
                sheet.set_column(column, column, width)
            sheet.write_row(2, 0, HEADINGS, head)
            for row, line in enumerate(lines, 3):
                sheet.set_row(row, 32)
                sheet.write_row(row, 0, line, cell)
            for word, colour in COLOURS.items():
                fill = book.add_format({"bg_color": colour})
                rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": fill}
                sheet.conditional_format(3, 4, 40, 4, rule)
            sheet.hide_gridlines(2)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
        _write_chart(book, title, head, cell)
        book.set_properties({"title": "Our people plan"})


def _write_chart(book: Workbook, title: Format, head: Format, cell: Format) -> None:
    """Add a sheet that counts the lines of each colour, with a chart of them."""
    sheet = book.add_worksheet("At a glance")
    sheet.write("A1", "Where things stand", title)
    sheet.write_row(2, 0, ("RAG", "Actions"), head)
    for row, word in enumerate(COLOURS, 3):
        sheet.write(row, 0, word, cell)
        counts = "+".join(f"COUNTIF('{theme}'!$E$4:$E$40,A{row + 1})" for theme in THEMES)
        stored = sum(line[4] == word for lines in THEMES.values() for line in lines)
        sheet.write_formula(row, 1, f"={counts}", cell, stored)
    chart = book.add_chart({"type": "column"})
    chart.add_series({
        "categories": "='At a glance'!$A$4:$A$7", "values": "='At a glance'!$B$4:$B$7",
        "points": [{"fill": {"color": colour}} for colour in COLOURS.values()],
    })  # fmt: skip
    sheet.fit_to_pages(1, 0)
    chart.set_legend({"none": True})
    sheet.insert_chart("D3", chart)
