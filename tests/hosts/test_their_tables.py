"""The file host on a workbook that was a council's own: tables on several sheets, dressed as councils dress them."""

from zipfile import ZipFile

import openpyxl
import pytest
from masters import NOW
from openpyxl.styles import PatternFill
from openpyxl.worksheet.table import Table
from plans import back
from their_plans import their_schema, their_workbook

from hrworkbook.hosts.file import FileHost
from hrworkbook.plan.model import read_plan
from hrworkbook.verbs.issue import issue
from hrworkbook.verbs.merge import merge
from hrworkbook.verbs.undo import undo
from hrworkbook.verbs.validate import validate

TOP = [
    ["People plan 2027"], [],
    ["No.", "Milestone", "Lead", "Target", None, "Status", "Commentary", None],
    [None, "Action", "officer", "Start", "Finish", None, None, "ID"],
]  # fmt: skip
PLAN = [
    *TOP,
    ["Theme 1: Attract"],
    [1.1, "Vacancy panel", "Recruitment Lead", "Jan 2027", "Jun 2027", "Green", "Running", "L001"],
    [1.1, "Agency spend", "Learning Lead", "Jan 2027", "Mar 2027", "Amber", "Falling", "L002"],
    ["Total actions", "=COUNTA(B6:B7)", None, None, None, None, None],
    [],
    ["Theme 2: Keep"],
    ["No.", "Milestone / Action", "Lead officer", "Start", "Finish", "Status", "Commentary", "ID"],
    [2.1, "Pay spine", "Recruitment Lead", "Jan 2027", "Apr 2027", "Green", "Modelled", "L003"],
    [2.2, "Benefits", "Learning Lead", "Jan 2027", "Apr 2027", "Red", None],
    ["Note: reviewed each quarter"],
]  # fmt: skip
HR = [["Wellbeing"], [], PLAN[10], [3.1, "Survey", "Learning Lead", "Jan 2027", "May 2027", "Green", "Open", "L004"]]
SCHEMA = their_schema(
    "band", '[[columns]]\nkey = "start"\nheader = "Start"\naliases = ["Target / Start"]\nkind = "timescale"\n'
).replace('header = "Finish"', 'header = "Finish"\naliases = ["Target / Finish"]')


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "their plan.xlsx"
    book = their_workbook(path, {"HR plan": PLAN, "O'Neil's": HR}, SCHEMA)
    sheet = book["HR plan"]
    for area in ("D3:E3", "A5:G5", "A10:G10"):
        sheet.merge_cells(area)
    sheet["A7"].number_format = "0.00"
    sheet["A5"].fill = PatternFill("solid", fgColor="1F4E79")
    book["O'Neil's"].add_table(Table(displayName="Wellbeing", ref="A3:H4"))
    book.save(path)
    return path


def applied(path, verb, *given):
    """A verb's result, its changes written to the file."""
    host = FileHost(path)
    result = verb(host.snapshot(), *given)
    host.apply(result.changes)
    return result


def test_a_round_on_a_dressed_workbook_writes_only_the_cells_of_the_lines(path):
    applied(path, validate, NOW)
    plan = read_plan(FileHost(path).snapshot())
    assert [(x.id, plan.place(x, "progress"), x.text("theme"), x.text("ref")) for x in plan.lines] == [
        ("L001", "'HR plan'!G6", "Theme 1: Attract", "1.1"), ("L002", "'HR plan'!G7", "Theme 1: Attract", "1.10"),
        ("L003", "'HR plan'!G12", "Theme 2: Keep", "2.1"), ("L005", "'HR plan'!G13", "Theme 2: Keep", "2.2"),
        ("L004", "'O''Neil''s'!G4", "Wellbeing", "3.1"),
    ]  # fmt: skip
    result = applied(path, lambda snapshot: issue(snapshot, NOW, anyway=True))
    mine = next(r for r in result.returns if r.owner.role == "Learning Lead")
    assert [x.id for x in mine.lines] == ["L002", "L005", "L004"]
    before = ZipFile(path).read(part_of(path, "HR plan"))
    answers = {f"{x.id}_progress": f"Answer of {x.id}" for x in mine.lines}
    applied(path, lambda snapshot: merge(snapshot, [back(mine, **answers)], NOW))
    book = openpyxl.load_workbook(path)
    sheet = book["HR plan"]
    assert (sheet["G7"].value, sheet["G13"].value, book["O'Neil's"]["G4"].value) == tuple(answers.values())
    assert sheet["B8"].value == "=COUNTA(B6:B7)" and sheet["A5"].fill.fgColor.rgb == "001F4E79"
    assert sorted(map(str, sheet.merged_cells.ranges)) == ["A10:G10", "A5:G5", "D3:E3"]
    undone = applied(path, lambda snapshot: undo(snapshot, NOW))
    assert undone.restored_cells == ("'HR plan'!G7", "'HR plan'!G13", "'O''Neil''s'!G4")
    after = openpyxl.load_workbook(path)["HR plan"]
    assert [[c.value for c in row] for row in after.iter_rows()] == [
        [c.value for c in row] for row in worksheet(before, path)
    ]


def part_of(path, name):
    """The part in which a sheet stands."""
    book = openpyxl.load_workbook(path)
    return f"xl/worksheets/sheet{book.sheetnames.index(name) + 1}.xml"


def worksheet(xml, path):
    """The rows of a sheet, as another library reads them from its XML in the same workbook."""
    copy = path.with_name("before.xlsx")
    with ZipFile(path) as now, ZipFile(copy, "w") as then:
        for name in now.namelist():
            then.writestr(name, xml if name == part_of(path, "HR plan") else now.read(name))
    return openpyxl.load_workbook(copy)["HR plan"].iter_rows()


def test_a_table_of_theirs_grows_over_a_new_row_when_it_gets_its_id(path):
    book = openpyxl.load_workbook(path)
    book["O'Neil's"].append([3.2, "Menopause", "Safety Lead", "Jan 2027", "May 2027", "Green", "Sent"])
    book.save(path)
    applied(path, validate, NOW)
    sheet = openpyxl.load_workbook(path)["O'Neil's"]
    assert sheet["H5"].value == "L006" and sheet.tables["Wellbeing"].ref == "A3:H5"


def test_ours_are_written_under_their_own_names_where_theirs_had_ours(tmp_path):
    path = tmp_path / "taken.xlsx"
    rows = [list(row) for row in HR]
    rows[3][5] = "Mauve"
    their_workbook(path, {"Register": rows, "Start": [["Welcome"], ["Period", "Monthly"]]}, SCHEMA)
    result = applied(path, validate, NOW)
    assert [f.place for f in result.findings if f.rule == "choice"] == ["Register!F4"]
    applied(path, lambda snapshot: issue(snapshot, NOW, anyway=True))
    book = openpyxl.load_workbook(path)
    assert [[c.value for c in row] for row in book["Start"].iter_rows()] == [["Welcome", None], ["Period", "Monthly"]]
    assert [[c.value for c in row][:8] for row in book["Register"].iter_rows()] == rows_as_wide(rows)
    assert "R0001" in [row[1].value for row in book["Register (HR)"].iter_rows()]
    assert any("Issued 1 return" in str(c.value) for row in book["Start (HR)"].iter_rows() for c in row)
    problem = next(row for row in book["Problems"].iter_rows() if row[1].value and "F4" in str(row[1].value))
    assert "Register'!F4" in problem[1].value and "(HR)" not in problem[1].value


def rows_as_wide(rows):
    """The rows as another library gives them: all as wide as the widest."""
    return [[*row, *[None] * (8 - len(row))] for row in rows]
