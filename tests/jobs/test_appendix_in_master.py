"""The appendix as sheets of the master: made anew in place of the earlier ones, and nobody else's sheet touched."""

import re
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from hrworkbook.cli.main import main
from hrworkbook.ooxml.foreign_workbook import free_sheet_names
from hrworkbook.ooxml.insert_sheets import insert_sheets
from tests.support.masters import make_master, snapshot_of
from tests.support.packages import parts, repacked

TABLE = """
Theme | Ref | Priority      | Owner       | Timescale  | Performance & Outcome Measures | RAG   | Progress Update
One   | 1   | Hire          | Head of HR  | March 2030 | Posts filled                   | Green | Well on its way
One   | 2   | Train & <see> | Head of HR  | March 2031 | Days trained                   | Amber | A little late
"""
WRITTEN_TO = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
SETTINGS = {"Period": "2026/27 Q3", "Committee": "Staffing", "Committee_date": "10/02/2027"}


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return make_master(tmp_path, TABLE, **SETTINGS)


def appendix(plan: Path, *more: str) -> int:
    """Run the command; return how it ends."""
    return main(["appendix", str(plan), "-o", str(plan.with_name("paper.xlsx")), "--in-master", "--anyway", *more])


def texts(plan: Path, sheet: str) -> list[str]:
    """Return the texts on a sheet of the plan."""
    return [value for row in snapshot_of(plan)[sheet].rows for value in row if isinstance(value, str)]


def test_the_printed_sheets_stand_behind_the_masters_own(plan: Path, capsys: pytest.CaptureFixture[str]):
    before = parts(plan)
    own = openpyxl.load_workbook(plan).sheetnames
    assert appendix(plan) in (0, 1)
    assert "In plan.xlsx, behind the other sheets: 'Appendix summary' and 'Appendix'." in capsys.readouterr().out
    book = openpyxl.load_workbook(plan)
    assert book.sheetnames == [*own, "Appendix summary", "Appendix"]
    assert "Train & <see>" in texts(plan, "Appendix") and "Well on its way" in texts(plan, "Appendix")
    assert book["Appendix"].print_area and book["Appendix"].print_title_rows
    assert any(name.startswith("xl/charts/") for name in parts(plan))
    changed = {name for name, xml in before.items() if parts(plan)[name] != xml}
    assert changed == {"xl/worksheets/sheet1.xml", *WRITTEN_TO}
    assert main(["validate", str(plan)]) in (0, 1)


def test_a_second_one_takes_the_place_of_the_first_and_the_file_does_not_grow(plan: Path):
    appendix(plan)
    once = parts(plan)
    appendix(plan)
    twice = parts(plan)
    assert set(once) == set(twice) and once["xl/styles.xml"] == twice["xl/styles.xml"]
    assert once["xl/workbook.xml"].count(b"<definedName ") == twice["xl/workbook.xml"].count(b"<definedName ")


def test_a_sheet_of_their_own_stays_theirs(plan: Path):
    theirs = plan.with_name("theirs.xlsx")
    with xlsxwriter.Workbook(theirs) as book:
        book.add_worksheet("appendix").write("A1", "our old appendix")
    plan.write_bytes(insert_sheets(plan.read_bytes(), theirs.read_bytes(), "x"))
    for _ in range(2):
        appendix(plan)
        assert openpyxl.load_workbook(plan).sheetnames[-3:] == ["appendix", "Appendix summary", "Appendix (HR)"]
        assert texts(plan, "appendix") == ["our old appendix"]


def test_an_earlier_one_that_was_renamed_is_kept(plan: Path):
    appendix(plan)
    xml = parts(plan)["xl/workbook.xml"].replace(b'name="Appendix"', b'name="February"')
    repacked(plan, {"xl/workbook.xml": xml})
    appendix(plan)
    assert openpyxl.load_workbook(plan).sheetnames[-3:] == ["Appendix summary", "February", "Appendix"]
    assert "Well on its way" in texts(plan, "February")


def test_an_earlier_part_that_there_is_no_more_says_so(plan: Path):
    appendix(plan)
    xml = parts(plan)["xl/workbook.xml"]
    xml = xml.replace(b'name="Appendix summary"', b'name="Appendix changes"').replace(
        b'"Appendix summary"', b'"Appendix changes"'
    )
    repacked(plan, {"xl/workbook.xml": xml})
    appendix(plan)
    assert texts(plan, "Appendix changes") == [
        "This sheet has no part in the latest appendix. Delete it, or leave it for the next one."
    ]
    assert openpyxl.load_workbook(plan).sheetnames[-3:] == ["Appendix changes", "Appendix", "Appendix summary"]


def test_a_locked_structure_is_told_before_anything_is_written(plan: Path, capsys: pytest.CaptureFixture[str]):
    xml = parts(plan)["xl/workbook.xml"].replace(b"<bookViews>", b'<workbookProtection lockStructure="1"/><bookViews>')
    repacked(plan, {"xl/workbook.xml": xml})
    before = plan.read_bytes()
    assert appendix(plan) == 2
    assert "plan.xlsx: its structure is protected" in capsys.readouterr().err
    assert plan.read_bytes() == before and not plan.with_name("paper.xlsx").exists()


def test_macros_go_on_knowing_the_sheet(plan: Path):
    appendix(plan)
    sheet = "xl/worksheets/sheet14.xml"
    head = re.sub(
        rb"(<worksheet [^>]*>)(?:<sheetPr>)?", rb'\1<sheetPr codeName="Sheet14"/>', parts(plan)[sheet], count=1
    )
    repacked(plan, {sheet: head})
    appendix(plan)
    assert parts(plan)[sheet].count(b'<sheetPr codeName="Sheet14"') == 1
    assert free_sheet_names(plan.read_bytes(), ["Appendix"], "x") == {"Appendix": "Appendix (HR)"}
