"""Check: each thing that is planted in a workbook is named, in the shared cases and in more of our own."""

import os
import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from publishable import sound

from hrworkbook.cli.main import main
from hrworkbook.verbs.check import check

CASES = Path(__file__).parents[3] / "shared" / "cases" / "check"


def shared_cases() -> list[tuple[str, str]]:
    told = CASES / "CASES.md"
    rows = (
        re.findall(r"^\| (\S+\.xlsx) \| .*? \| (.*?) \|$", told.read_text("utf-8"), re.MULTILINE)
        if told.is_file()
        else []
    )
    return rows or [("", "")]


@pytest.mark.parametrize(("file", "words"), shared_cases())
def test_a_shared_case_is_named(file: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    if not file:
        pytest.skip(f"the shared cases are not here ({CASES})")
    ended = main(["check", str(CASES / file)])
    said = "".join(capsys.readouterr()).lower().replace(file.lower(), "")
    wanted = [w.strip().lower() for w in words.replace("*may pass*", "").split(",") if w.strip()]
    assert ended == (1 if wanted else 0) or (ended == 0 and "may pass" in words)
    assert not wanted or any(w in said for w in wanted), said


def planted(folder: Path, plant: Callable[[openpyxl.Workbook], None]) -> set[str]:
    book = sound()
    plant(book)
    book.save(folder / "plan.xlsx")
    return {f.rule for f in check(folder / "plan.xlsx") if f.severity == "error"}


def theme_white(book: openpyxl.Workbook) -> None:
    book["Actions"]["A5"].font = Font(color=openpyxl.styles.colors.Color(theme=0))


def same_as_fill(book: openpyxl.Workbook) -> None:
    book["Actions"]["A5"].fill = PatternFill("solid", fgColor="1F3864")
    book["Actions"]["A5"].font = Font(color="203864")


def white_by_rule(book: openpyxl.Workbook) -> None:
    rule = FormulaRule(formula=["TRUE"], font=Font(color="FFFFFF"))
    book["Actions"].conditional_formatting.add("A4:B5", rule)


def zero_height(book: openpyxl.Workbook) -> None:
    book["Actions"].sheet_format.zeroHeight = True


def print_area(book: openpyxl.Workbook) -> None:
    book["Actions"].print_area = "A1:A5"


def word_list(book: openpyxl.Workbook) -> None:
    rule = DataValidation("list", formula1='"Red,Jane Jones"')
    rule.add("B4")
    book["Actions"].add_data_validation(rule)


def path_in_name(book: openpyxl.Workbook) -> None:
    book.defined_names["Source"] = DefinedName("Source", attr_text=r"'\\server\hr$\[pay.xlsx]Pay'!$A$1")


def array_in_name(book: openpyxl.Workbook) -> None:
    book.defined_names["People"] = DefinedName("People", attr_text='{"J Smith","A Jones"}')


def deep_indent(book: openpyxl.Workbook) -> None:
    book["Actions"]["B5"].alignment = Alignment(indent=200)


def frozen_away(book: openpyxl.Workbook) -> None:
    book["Actions"].freeze_panes = "A5"
    book["Actions"].sheet_view.topLeftCell = "A4"


def text_format(book: openpyxl.Workbook) -> None:
    book["Actions"]["B5"].number_format = '0;0;0;" "'


@pytest.mark.parametrize(
    ("plant", "rule"),
    [
        (theme_white, "hidden-text"), (same_as_fill, "hidden-text"), (white_by_rule, "hidden-text"),
        (zero_height, "hidden-row"), (print_area, "off-print"), (word_list, "validation"), (path_in_name, "path"),
        (array_in_name, "hidden-name"), (deep_indent, "hidden-text"), (frozen_away, "hidden-row"), (text_format, "hidden-text"),
    ],
)  # fmt: skip
def test_what_else_is_hidden_is_found(plant: Callable[[openpyxl.Workbook], None], rule: str, tmp_path: Path) -> None:
    assert planted(tmp_path, plant) == {rule}


def test_a_white_text_on_a_dark_fill_is_seen(tmp_path: Path) -> None:
    def dark(book: openpyxl.Workbook) -> None:
        for cell in book["Actions"][3]:
            cell.fill, cell.font = PatternFill("solid", fgColor="1F3864"), Font(color="FFFFFF")

    assert planted(tmp_path, dark) == set()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Ring 07700 900123", True), ("+44 7700 900 123", True), ("jo.bloggs@hotmail.co.uk", True), ("AB 12 34 56 C", True),
        ("943 476 5919", True), ("DOB: 01/02/1990", True), ("hr@cheshireeast.gov.uk", False), ("01270 123456", False),
        ("943 476 5918", False), ("2026-27: 1234567890", False),
    ],
)  # fmt: skip
def test_personal_data_in_a_cell(text: str, named: bool, tmp_path: Path) -> None:
    def write(book: openpyxl.Workbook) -> None:
        book["Actions"]["B5"] = text
        book["Actions"].column_dimensions["B"].width = 60

    assert planted(tmp_path, write) == ({"personal-data"} if named else set())


def drawn(folder: Path, draw: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None]) -> set[str]:
    book = xlsxwriter.Workbook(folder / "drawn.xlsx")
    book.set_properties({"title": "Plan", "author": "Human Resources"})
    sheet = book.add_worksheet("Actions")
    sheet.write("A1", "Actions")
    sheet.add_table(
        "A3:B5", {"data": [["A", "Green"], ["B", "Red"]], "columns": [{"header": "Ref"}, {"header": "Status"}]}
    )
    draw(book, sheet)
    book.close()
    return {f.rule for f in check(folder / "drawn.xlsx") if f.severity == "error"} - {"language"}


def test_shapes_off_the_sheet_and_over_cells_are_found(tmp_path: Path) -> None:
    note = {"description": "A note"}
    assert drawn(tmp_path, lambda _, s: s.insert_textbox("D2", "See below", note)) == set()
    assert drawn(tmp_path, lambda _, s: s.insert_textbox("AZ900", "J Smith", note)) == {"shape"}
    assert drawn(tmp_path, lambda _, s: s.insert_textbox("A1", "", note | {"width": 400, "height": 300})) == {"shape"}


def test_figures_only_a_chart_shows_are_not_off_the_print(tmp_path: Path) -> None:
    def chart(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, shown: bool) -> None:
        sheet.write_column("H3", [1, 2, 3])
        sheet.print_area("A1:G30")
        made = book.add_chart({"type": "column"})
        made.add_series({"values": "=Actions!$H$3:$H$5" if shown else "=Actions!$A$4:$A$5"})
        sheet.insert_chart("A8", made, {"description": "Three figures"})

    assert drawn(tmp_path, lambda b, s: chart(b, s, True)) == set()
    assert drawn(tmp_path, lambda b, s: chart(b, s, False)) == {"off-print"}


def test_texts_that_no_cell_shows_any_more_are_found(tmp_path: Path) -> None:
    drawn(tmp_path, lambda *_: None)
    out = BytesIO()
    with zipfile.ZipFile(tmp_path / "drawn.xlsx") as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sharedStrings.xml"):
                data = data.replace(b"</sst>", b"<si><t>J Smith is to go</t></si></sst>")
            new.writestr(name, data)
    (tmp_path / "left.xlsx").write_bytes(out.getvalue())
    found = [f for f in check(tmp_path / "left.xlsx") if f.rule == "deleted-text"]
    assert [f.value for f in found] == ["J Smith is to go"]


@pytest.mark.skipif(os.name == "nt", reason="paths of this kind are another's")
def test_a_link_to_a_file_is_found_and_one_to_a_page_is_not(tmp_path: Path) -> None:
    def link(target: str) -> Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None]:
        return lambda _, sheet: sheet.write_url("A7", target, string="here")

    assert drawn(tmp_path, link("https://www.gov.uk/")) == set()
    assert drawn(tmp_path, link("external:\\\\server\\hr$\\pay.xlsx")) == {"external-link"}
    assert drawn(tmp_path, link("mailto:jo@gmail.com")) == {"personal-data"}
