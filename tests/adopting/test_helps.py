"""What a workbook has to help whoever fills it in, and what stands in the way of adopting it."""

import io
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.protection import SheetProtection
from own_plans import AUDIT, OWN_PLANS, OwnPlan, Sheet, build

from hrworkbook.adopting.read_workbook import read_workbook
from hrworkbook.hosts.adopted_package import workbook_helps
from hrworkbook.hosts.file import FileHost
from hrworkbook.intake.reader import read_file
from hrworkbook.jobs.adopt import adopt_job
from hrworkbook.jobs.job import carry_out
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.sheet_helps import SheetHelps

NOW = datetime(2025, 11, 28, 9, 0)
ROWS = """
Ref|Action|Lead|By when|Priority|RAG|Update
1|Renew the pay policy|Pay Manager|Mar 26|High|Amber|Begun
2|Re-tender the car scheme|Benefits Lead|Jun 26|Low|Green|
3|Review grades|Pay Manager|Sep 26|High||
"""


def plan_of(**settings) -> OwnPlan:
    return OwnPlan({"Plan": Sheet(ROWS, **settings), "Lists": Sheet("Urgency\nHigh\nMiddling\nLow")}, (), (), (), {})


def read(path: Path):
    return read_workbook(
        read_file(path, fills=True).blocks, path.name, (), workbook_helps(path.read_bytes(), path.name)
    )


def test_a_dropdown_gives_a_choice_all_its_words(tmp_path):
    path = build(plan_of(lists={"F2:F60": "Red,Amber,Green,Blue"}), tmp_path / "p.xlsx")
    status = read(path).drawn.schema.role("status")
    assert (status.kind, status.words) == ("choice", ("Red", "Amber", "Green", "Blue"))


def test_the_words_of_a_dropdown_may_stand_in_cells(tmp_path):
    path = build(plan_of(), tmp_path / "p.xlsx")
    book = openpyxl.load_workbook(path)
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation("list", formula1="Lists!$A$2:$A$4")
    rule.add("E2:E60")
    book["Plan"].add_data_validation(rule)
    book.save(path)
    priority = next(c for c in read(path).drawn.schema.columns if c.header == "Priority")
    assert (priority.kind, priority.words) == ("choice", ("High", "Middling", "Low"))


def test_without_a_dropdown_words_of_hr_are_text(tmp_path):
    path = build(plan_of(), tmp_path / "p.xlsx")
    assert next(c for c in read(path).drawn.schema.columns if c.header == "Priority").kind == "text"


def test_a_pivot_table_is_no_plan(tmp_path):
    path = build(plan_of(), tmp_path / "p.xlsx")
    blocks = read_file(path, fills=True).blocks
    with pytest.raises(HrWorkbookError, match="pivot table") as refused:
        read_workbook(blocks, "p.xlsx", (), {"Plan": SheetHelps(pivots=((1, 1, 4, 7),))})
    assert "unhide the sheet" in refused.value.remedy


def refusal(path: Path, **options) -> HrWorkbookError:
    """Adopt a workbook that cannot be; nothing beside it and nothing in it is changed."""
    before, beside = path.read_bytes(), sorted(path.parent.iterdir())
    with pytest.raises(HrWorkbookError) as refused:
        carry_out(adopt_job(path, NOW, **options))
    assert (path.read_bytes(), sorted(path.parent.iterdir())) == (before, beside)
    assert refused.value.remedy
    return refused.value


def changed(path: Path, change) -> Path:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def protect(book):
    book["Tracker"].protection = SheetProtection(sheet=True)


def lock(book):
    from openpyxl.workbook.protection import WorkbookProtection

    book.security = WorkbookProtection(lockStructure=True)


def merge_answers(book):
    book["Tracker"].merge_cells("J5:J6")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (protect, "the sheet is protected"),
        (lock, "structure is protected"),
        (merge_answers, "merged over several lines"),
    ],
)
def test_what_may_not_be_changed_is_named(tmp_path, change, fault):
    error = refusal(changed(build(AUDIT, tmp_path / "p.xlsx"), change))
    assert fault in error.fault


def test_a_workbook_without_a_table_is_named(tmp_path):
    plan = OwnPlan({"Notes": Sheet("Some notes\n\nOn this and that")}, (), (), (), {})
    assert "no table" in refusal(build(plan, tmp_path / "p.xlsx")).fault


def test_an_empty_workbook_is_named(tmp_path):
    openpyxl.Workbook().save(tmp_path / "p.xlsx")
    refusal(tmp_path / "p.xlsx")


TWO = OwnPlan(
    {
        "HR": Sheet("Ref|Action|Lead|By when|RAG\n1|One|Pay Manager|Mar 26|Red\n2|Two|HR Lead|Mar 26|Green"),
        "IT": Sheet("Task no|Task|Assigned to|Deadline|Status\nA|Mend it|IT Manager|Mar 26|Open\nB|Buy it|IT Manager|Mar 26|Closed"),
    },
    (), (), (), {},
)  # fmt: skip


def test_a_sheet_may_be_chosen(tmp_path):
    path = build(TWO, tmp_path / "p.xlsx")
    found = adopt_job(path, NOW, sheets=["IT"], dry_run=True).result
    assert [s.sheet for s in found.own.sheets] == ["IT"]


def test_a_master_is_not_adopted_twice(tmp_path):
    path = build(AUDIT, tmp_path / "p.xlsx")
    carry_out(adopt_job(path, NOW))
    assert "a master already" in refusal(path).fault


def test_a_return_of_ours_is_not_adopted(tmp_path):
    from hrworkbook.cli.main import main

    path = build(AUDIT, tmp_path / "p.xlsx")
    carry_out(adopt_job(path, NOW))
    assert main(["issue", str(path), "--out", str(tmp_path / "out"), "--anyway"]) == 0
    assert "a return" in refusal(next((tmp_path / "out").glob("*.xlsx"))).fault


def test_their_id_and_their_sheet_names_stay_theirs(tmp_path):
    plan = OwnPlan(
        {
            "Plan": Sheet("ID|Action|Lead|By when|RAG|Update\n7|One thing|Pay Manager|Mar 26|Red|x\n8|Another|HR Lead|Apr 26|Green|y"),
            "Start": Sheet("Read me first"), "Owners": Sheet("Old owners"),
        },
        (), (), (), {},
    )  # fmt: skip
    path = build(plan, tmp_path / "p.xlsx")
    carry_out(adopt_job(path, NOW))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[:3] == ["Plan", "Start", "Owners"]
    assert {"Start (HR)", "Owners (HR)"} <= set(book.sheetnames)
    assert [c.value for c in book["Plan"][1]] == ["ID", "Action", "Lead", "By when", "RAG", "Update", "Plan ID"]
    read_back = read_plan(FileHost(path).snapshot())
    assert [x.id for x in read_back.lines] == ["L001", "L002"]
    assert [x.text(read_back.schema.roles["reference"]) for x in read_back.lines] == ["7", "8"]


def test_a_sheet_used_to_its_end_is_named(tmp_path):
    path = build(AUDIT, tmp_path / "p.xlsx")
    error = refusal(changed(path, lambda book: setattr(book["Tracker"].cell(1_048_576, 3), "number_format", "0.00")))
    assert "too far" in error.fault and "Delete the rows" in error.remedy


def test_their_id_is_a_column_of_a_new_master(tmp_path):
    from hrworkbook.jobs.new import new_job

    plan = OwnPlan(
        {"Plan": Sheet("ID|Action|Lead|By when\n7|One thing|Pay Manager|Mar 26\n8|Another|HR Lead|Apr 26")},
        (),
        (),
        (),
        {},
    )
    path = build(plan, tmp_path / "p.xlsx")
    carry_out(new_job(None, tmp_path / "m.xlsx", NOW, path))
    read_back = read_plan(FileHost(tmp_path / "m.xlsx").snapshot())
    assert [(x.id, x.text("id_own")) for x in read_back.lines] == [("L001", "7"), ("L002", "8")]


def test_a_file_that_is_in_the_way_is_named(tmp_path):
    path = build(AUDIT, tmp_path / "p.xlsx")
    (tmp_path / "q.xlsx").write_bytes(b"something else")
    assert "already" in refusal(path, out=tmp_path / "q.xlsx").fault


def test_a_copy_leaves_the_workbook_as_it_is(tmp_path):
    path = build(AUDIT, tmp_path / "p.xlsx")
    before = path.read_bytes()
    job = carry_out(adopt_job(path, NOW, tmp_path / "q.xlsx"))
    assert path.read_bytes() == before and not job.backups
    assert len(read_plan(FileHost(tmp_path / "q.xlsx").snapshot()).lines) == len(AUDIT.lines)


def test_a_csv_file_becomes_a_master_in_our_look(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(ROWS.strip().replace("|", ","), encoding="utf-8")
    carry_out(adopt_job(path, NOW))
    assert len(read_plan(FileHost(tmp_path / "p.xlsx").snapshot()).lines) == 3


def test_the_parts_that_nothing_was_written_to_are_those_they_were(tmp_path):
    path = build(OWN_PLANS["many other sheets"], tmp_path / "p.xlsx")
    before = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    carry_out(adopt_job(path, NOW))
    after = zipfile.ZipFile(path)
    for name in (
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/sheet4.xml",
        "xl/worksheets/sheet5.xml",
        "xl/theme/theme1.xml",
    ):
        assert after.read(name) == before.read(name)


def test_a_new_master_keeps_columns_without_a_heading(tmp_path):
    from hrworkbook.jobs.new import new_job

    rows = """
|Action|Lead|Due|RAG
Attract|Careers site|Pay Manager|Mar 26|Green
|Adverts|HR Lead|Mar 26|Amber
Retain|Stay talks|HR Lead|Jun 26|Red
|Awards|OD Lead|Jun 26|Green
"""
    path = build(
        OwnPlan({"Plan": Sheet(rows.strip("\n"), merges=["A2:A3", "A4:A5"])}, (), (), (), {}), tmp_path / "p.xlsx"
    )
    carry_out(new_job(None, tmp_path / "m.xlsx", NOW, path))
    plan = read_plan(FileHost(tmp_path / "m.xlsx").snapshot())
    assert [x.text(plan.schema.roles["theme"]) for x in plan.lines] == ["Attract", "Attract", "Retain", "Retain"]


def test_the_button_makes_a_copy_beside_the_workbook(tmp_path):
    from types import SimpleNamespace

    from hrworkbook.ribbon.buttons import BUTTONS

    path = build(AUDIT, tmp_path / "Our plan.xlsx")
    before = path.read_bytes()
    pressed = BUTTONS["adopt"](SimpleNamespace(path=path), None, ())
    assert "beside this workbook" in pressed.job.message
    carry_out(pressed.job)
    assert path.read_bytes() == before
    assert len(read_plan(FileHost(tmp_path / "Our plan - HR plan.xlsx").snapshot()).lines) == len(AUDIT.lines)


def test_headings_without_lines_are_accounted_for(tmp_path):
    rows = "Action|Lead|Due|RAG\nOne|Pay Manager|Mar 26|Red\nTwo|HR Lead|Mar 26|Green\n\nTask|Owner|Deadline|Status"
    own = read(build(OwnPlan({"Plan": Sheet(rows)}, (), (), (), {}), tmp_path / "p.xlsx"))
    assert own.cells == own.placed + len(own.left_out)
