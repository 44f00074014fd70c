"""Workbooks of councils that do not exist, made by XlsxWriter with what such files have: charts, pictures, macros, names of ours."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import xlsxwriter
from packages import png
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

HEADS = ("Ref", "Action", "Lead officer", "Target date", "RAG", "Progress update")
ACTIONS = (
    "Map vacancies",
    "Publish pay gap",
    "Train managers",
    "Renew the policy",
    "Buy the system",
    "Hold exit interviews",
)
LEADS = ("Recruitment Lead", "Reward Lead", "Learning Lead")
DATES = ("31 March 2027", "30 June 2027", "30 September 2027")
RAGS = ("Green", "Amber", "Red")


def rows(number: int, mark: str) -> list[tuple[str, ...]]:
    """Some lines with the usual headings, each action said once in a plan."""
    return [
        (f"{mark}.{i + 1}", f"{ACTIONS[i % 6]} in {mark}", LEADS[i % 3], DATES[i % 3], RAGS[i % 3], f"Begun in {mark}.")
        for i in range(number)
    ]  # fmt: skip


def table(sheet: Worksheet, top: int, lines: Sequence[Sequence[str]], heads: Sequence[str] = HEADS) -> int:
    """Write headings and lines from a row (from 0) down; return the first row below."""
    sheet.write_row(top, 0, heads)
    for at, line in enumerate(lines, top + 1):
        sheet.write_row(at, 0, line)
    return top + 1 + len(lines)


def five_sheets(book: Workbook) -> None:
    """A cover, five directorates, and a key."""
    cover = book.add_worksheet("Cover")
    cover.write("B2", "Workforce strategy 2026 to 2029")
    for at, name in enumerate(("Adults", "Children's", "Place & Growth", "Resources", "5 Chief Executive")):
        sheet = book.add_worksheet(name)
        sheet.write("A1", f"{name} workforce actions")
        table(sheet, 2, rows(2 + at % 2, "ABCDE"[at]))
    table(book.add_worksheet("Key"), 0, [("Red", "Off track"), ("Amber", "At risk")], ("Colour", "Meaning"))


def three_tables(book: Workbook) -> None:
    """Three tables on a sheet with a title each, the last without the RAG; totals and a note between."""
    sheet = book.add_worksheet("Action plan")
    bold = book.add_format({"bold": True})
    at = 0
    for mark, title in zip("ABC", ("Theme 1: Attract", "Theme 2: Keep", "Theme 3: Lead"), strict=True):
        sheet.write(at, 0, title, bold)
        lines = rows(3, mark)
        if mark == "C":
            at = table(sheet, at + 1, [(*x[:4], x[5]) for x in lines], (*HEADS[:4], HEADS[5]))
        else:
            at = table(sheet, at + 1, lines)
            sheet.write_row(at, 0, ["Total actions"])
            sheet.write_formula(at, 1, f"=COUNTA(B{at - 2}:B{at})", None, 3)
        at += 2
    sheet.write(at, 0, "Note: actions are reviewed each quarter by the Staffing Committee.")


def two_row_headings(book: Workbook) -> None:
    """Groups over the headings, merged; and one heading merged down both rows."""
    sheet = book.add_worksheet("Delivery plan")
    head = book.add_format(
        {"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF", "text_wrap": True, "border": 1}
    )
    sheet.merge_range("A1:F1", "People delivery plan 2026/27", book.add_format({"bold": True, "font_size": 16}))
    sheet.merge_range("A3:A4", "Ref", head)
    sheet.merge_range("B3:C3", "What", head)
    sheet.merge_range("D3:F3", "Monitoring", head)
    sheet.write_row("B4", ("Action", "Lead officer", "Target date", "RAG", "Progress update"), head)
    wrap = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    for at, line in enumerate(rows(6, "1"), 4):
        sheet.write_row(at, 0, line, wrap)
    sheet.freeze_panes(4, 2)


def bands(book: Workbook) -> None:
    """A theme in a merged row over its lines."""
    sheet = book.add_worksheet("Plan")
    band = book.add_format({"bold": True, "bg_color": "#D9E2F3"})
    sheet.write_row(0, 0, HEADS, book.add_format({"bold": True}))
    at = 1
    for mark, title in zip("ABC", ("Theme 1: Attract", "Theme 2: Keep", "Theme 3: Lead"), strict=True):
        sheet.merge_range(at, 0, at, 5, title, band)
        for line in rows(3, mark):
            at += 1
            sheet.write_row(at, 0, line)
        at += 1


def names_of_ours(book: Workbook) -> None:
    """Sheets called Start, Owners and Register, the plan on one of them, and a column called ID."""
    book.add_worksheet("Start").write("A1", "Welcome to the people plan. Turn to Register for the actions.")
    owners = book.add_worksheet("Owners")
    table(owners, 0, [(lead, f"Ms {lead[:3]}") for lead in LEADS], ("Post", "Held by"))
    register = book.add_worksheet("Register")
    lines = [(str(at), *line[1:]) for at, line in enumerate(rows(6, "R"), 101)]
    table(register, 2, lines, ("ID", *HEADS[1:]))
    register.write("A1", "Actions register")
    book.define_name("Plan", "=Register!$A$3:$F$9")


def rich(book: Workbook) -> None:
    """A chart, a picture, a comment, conditional formats, dropdowns, a filter, a print area, real dates, percentages and an Excel table."""
    sheet = book.add_worksheet("People plan")
    day, part = (
        book.add_format({"num_format": "dd mmm yyyy", "border": 1}),
        book.add_format({"num_format": "0%", "border": 1}),
    )
    cell = book.add_format({"border": 1, "text_wrap": True})
    sheet.insert_image("J1", "crest.png", {"image_data": io.BytesIO(png())})
    sheet.write("A1", "Eastmere people plan", book.add_format({"bold": True, "font_size": 18}))
    heads = (*HEADS[:4], "% complete", *HEADS[4:], "Notes for HR")
    for at, line in enumerate(rows(6, "P"), 4):
        sheet.write_row(at, 0, line[:3], cell)
        sheet.write_datetime(at, 3, __import__("datetime").datetime(2027, 1 + at, 28), day)
        sheet.write_number(at, 4, at / 20, part)
        sheet.write_row(at, 5, [*line[4:], "Ring them"], cell)
    sheet.add_table("A4:H10", {"name": "Actions", "columns": [{"header": h} for h in heads]})
    sheet.write_comment("B6", "Ask the union first")
    sheet.data_validation("F5:F10", {"validate": "list", "source": ["Red", "Amber", "Green", "Complete"]})
    for word, colour in (("Red", "#FFC7CE"), ("Amber", "#FFEB9C"), ("Green", "#C6EFCE")):
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": book.add_format({"bg_color": colour})}
        sheet.conditional_format("F5:F10", rule)
    sheet.conditional_format("E5:E10", {"type": "data_bar"})
    sheet.print_area("A1:H10")
    sheet.repeat_rows(3)
    sheet.set_landscape()
    figures = book.add_worksheet("Figures")
    table(figures, 0, [], ("RAG", "Actions"))
    for at, word in enumerate(RAGS, 1):
        figures.write(at, 0, word)
        figures.write_formula(at, 1, f"=COUNTIF('People plan'!F5:F10,A{at + 1})", None, 2)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"categories": "=Figures!$A$2:$A$4", "values": "=Figures!$B$2:$B$4"})
    figures.insert_chart("D2", chart)
    sheet.add_sparkline("I5", {"range": "'People plan'!E5:E10"})


def macros(book: Workbook) -> None:
    """The same with macros, as an .xlsm."""
    import zipfile

    carrier = Path(__file__).parents[2] / "workbook" / "delivery-plan.xlsm"
    with zipfile.ZipFile(carrier) as archive:
        book.add_vba_project(io.BytesIO(archive.read("xl/vbaProject.bin")), is_stream=True)
    rich(book)


BOOKS: dict[str, Callable[[Workbook], None]] = {
    "five sheets": five_sheets, "three tables": three_tables, "two-row headings": two_row_headings, "bands": bands,
    "names of ours": names_of_ours, "rich": rich, "macros": macros,
}  # fmt: skip


def build_book(name: str, folder: Path) -> Path:
    """Write one of them into a folder; return its path."""
    path = folder / f"plan.{'xlsm' if name == 'macros' else 'xlsx'}"
    with xlsxwriter.Workbook(path) as book:
        BOOKS[name](book)
    return path
