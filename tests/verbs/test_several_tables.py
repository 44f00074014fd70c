"""A plan on several sheets, and in several tables of one: each verb knows sheet and table of a line."""

import io
from dataclasses import replace

import openpyxl
import pytest
from plans import back
from their_plans import FIVE_SHEETS, HEADS, THREE_TABLES, their_master, their_schema

from hrworkbook.plan.errors import CannotWrite, NotAMaster
from hrworkbook.plan.ledgers import PROBLEMS
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.snapshot import Snapshot, Write
from hrworkbook.render.return_workbook import return_workbook
from hrworkbook.verbs.appendix import appendix
from hrworkbook.verbs.next import next
from hrworkbook.verbs.roll import roll
from hrworkbook.verbs.validate import validate


def places(master):
    """Where each line stands, by ID."""
    return {x.id: master.plan.place(x, "progress") for x in master.plan.lines}


def test_lines_of_five_sheets_know_their_sheet_and_take_its_name_for_their_theme():
    master = their_master(FIVE_SHEETS)
    assert [t.sheet for t in master.plan.tables] == list(FIVE_SHEETS)[1:-1]
    assert places(master) == {
        "L001": "'1 Resourcing'!F4", "L002": "'1 Resourcing'!F5", "L003": "'2 Reward'!F4", "L004": "'3 Culture'!F4",
        "L005": "Wellbeing!F4", "L006": "'Bob''s list'!F4",
    }  # fmt: skip
    assert [x.text("theme") for x in master.plan.lines[1:4]] == ["1 Resourcing", "2 Reward", "3 Culture"]
    assert [t.title for t in master.plan.tables][:2] == ["Priority 1 Resourcing", "Priority 2 Reward"]


def test_three_tables_on_a_sheet_have_each_its_columns_title_and_rows():
    master = their_master(THREE_TABLES, their_schema("title"))
    assert [(t.title, t.header_row) for t in master.plan.tables] == [
        ("Theme 1: Attract", 4),
        ("Theme 2: Keep", 10),
        ("Theme 3: Lead", 14),
    ]
    assert places(master) == {
        f"L00{i}": f"'Action plan'!{cell}" for i, cell in enumerate(("F5", "F6", "F11", "D15", "D16"), 1)
    }
    last = master.plan.lines[-1]
    assert (last.text("theme"), last.text("owner"), last.text("rag")) == ("Theme 3: Lead", "Recruitment Lead", "")


@pytest.mark.parametrize(("sheets", "theme"), [(FIVE_SHEETS, "sheet"), (THREE_TABLES, "title")], ids=["five", "three"])
def test_a_round_lands_in_the_right_tables_and_undo_is_exact(sheets, theme):
    master = their_master(sheets, their_schema(theme))
    issued = master.issue()["Recruitment Lead"]
    mine = [x.id for x in issued.lines]
    assert len(mine) == 3 and len({places(master)[id_] for id_ in mine}) == 3
    before = master.snapshot
    result = master.merge(back(issued, **{f"{id_}_progress": f"Answer of {id_}" for id_ in mine}))
    assert [c.outcome for c in result.returns[0].cells] == ["applied"] * 3
    for id_, place in places(master).items():
        assert (master.plan.by_id[id_].text("progress") == f"Answer of {id_}") is (id_ in mine), place
    for name in sheets:
        changed = [
            (r, c) for r, (old, new) in enumerate(zip(before[name].rows, master.snapshot[name].rows, strict=True), 1)
            for c, (a, b) in enumerate(zip(old, new, strict=True), 1) if a != b
        ]  # fmt: skip
        wanted = [x for x in master.plan.lines if x.id in mine and x.sheet == name]
        assert changed == [(x.row, x.table.column_numbers["progress"]) for x in wanted]
    undone = master.undo()
    assert undone.restored_cells == tuple(places(master)[id_] for id_ in mine) and not undone.left_cells
    assert all(before[name].rows == master.snapshot[name].rows for name in sheets)


def test_a_conflict_is_decided_where_its_line_stands():
    master = their_master(FIVE_SHEETS)
    issued = master.issue()["Learning Lead"]
    master.types(L004_progress="HR wrote this")
    master.merge(back(issued, L004_progress="Theirs"))
    assert master.decisions[0]["Go to"] == "'3 Culture'!F4"
    master.choose(0, "take return")
    assert master.decide().applied_count == 1
    assert master.snapshot["3 Culture"].at(4, 6) == "Theirs"


def test_an_answer_for_a_column_that_a_lines_table_has_not_waits_and_is_never_taken():
    master = their_master(THREE_TABLES, their_schema("title"))
    issued = master.issue()["Learning Lead"]
    result = master.merge(back(issued, L004_rag="Red"))
    assert [(c.outcome, c.reason) for c in result.returns[0].cells] == [
        ("conflict", "its table on sheet 'Action plan' has no column Status")
    ]
    assert master.decisions[0]["Can be taken"] == "No"
    master.choose(0, "take return")
    before = master.snapshot
    assert "has no column Status" in master.decide().findings[0].fault
    assert before["Action plan"] == master.snapshot["Action plan"]
    with pytest.raises(CannotWrite, match="has no column Status"):
        master.types(L004_rag="Red")


def test_a_return_locks_what_a_lines_own_table_has_no_column_for():
    master = their_master(THREE_TABLES, their_schema("title"))
    sheet = openpyxl.load_workbook(io.BytesIO(return_workbook(master.issue()["Learning Lead"]))).active
    heads = {cell.value: cell.column for cell in sheet[7]}
    locked = {
        (sheet.cell(row, 1).value, head): sheet.cell(row, heads[head]).protection.locked
        for row in (8, 9) for head in ("Status", "Commentary")
    }  # fmt: skip
    assert [cell for cell, is_locked in locked.items() if is_locked] == [("L004", "Status")]


def test_a_new_row_gets_an_id_in_its_own_table_and_nothing_else_does():
    master = their_master(THREE_TABLES, their_schema("title"))
    rows = [list(r) for r in master.snapshot["Action plan"].rows]
    rows[11] = ["2.2", "Benefits", "Safety Lead", "May 2027", "Red", None]  # the blank row below the second table
    blocks = (replace(b, rows=rows) if b.name == "Action plan" else b for b in master.snapshot.sheets)
    master.snapshot = Snapshot("plan.xlsx", tuple(blocks))
    result = validate(master.snapshot, master.later())
    assert [w for w in result.changes.writes if w.sheet == "Action plan"] == [Write("Action plan", 12, 7, (("L006",),))]
    master.apply(result.changes)
    assert places(master)["L006"] == "'Action plan'!F12"


def test_problems_name_the_sheet_and_next_finds_the_line_again():
    master = their_master(FIVE_SHEETS)
    master.types(L003_rag="Mauve", L005_action="Values")
    result = validate(master.snapshot, master.later())
    found = {(f.place, f.rule) for f in result.findings}
    assert {("'2 Reward'!E4", "choice"), ("Wellbeing!B4", "unique")} <= found
    assert "also in row 4 of '3 Culture'" in next_fault(result, "Wellbeing!B4")
    master.apply(result.changes)
    assert [r["Go to"] for r in PROBLEMS.data_rows(master.snapshot)][:1] == ["'2 Reward'!E4"]
    assert next(master.snapshot).changes.goto == ("2 Reward", "E4")
    assert next(master.snapshot, ("2 Reward", "E4")).place == [f.place for f in result.findings][1]


def test_a_place_on_a_sheet_of_ours_that_has_another_name_says_that_name():
    master = their_master(
        {"Owners": FIVE_SHEETS["Wellbeing"], "Wellbeing": FIVE_SHEETS["Wellbeing"].replace("L005", "L001")}
    )
    renamed = [
        replace(b, name="Owners (HR)") if n > 1 and b.name == "Owners" else b
        for n, b in enumerate(master.snapshot.sheets)
    ]
    master.snapshot = Snapshot("plan.xlsx", tuple(renamed))
    rows = [list(r) for r in master.snapshot["Owners"].rows]
    rows[-1][2] = "no address"
    blocks = (replace(b, rows=rows) if b.name == "Owners (HR)" else b for b in renamed)
    master.snapshot = Snapshot("plan.xlsx", tuple(blocks))
    found = {f.place for f in validate(master.snapshot, master.later()).findings if f.rule == "email"}
    assert len(found) == 1 and found.pop().startswith("'Owners (HR)'!C")


def next_fault(result, place):
    """What is said of a place."""
    return "; ".join(f.fault for f in result.findings if f.place == place)


def test_the_appendix_and_the_past_periods_hold_the_lines_of_all_sheets():
    master = their_master(FIVE_SHEETS)
    made = appendix(master.snapshot, master.now, anyway=True)
    assert {x.line_id for x in made.public.lines} == {f"L00{i}" for i in range(1, 7)}
    master.apply(roll(master.snapshot, master.later()).changes)
    past = [row for row in master.snapshot["Past periods"].rows if row and row[0] == "2026/27 Q3"]
    assert [row[2] for row in past] == [f"L00{i}" for i in range(1, 7)]


def test_a_theme_in_a_row_of_its_own_a_two_row_heading_and_totals_between():
    table = """Plan
-
No. | Milestone | Lead | Target | - | Status | Commentary | -
- | Action | officer | Start | Finish | - | - | ID
Theme 1: Attract | - | - | - | - | - | - | -
1.1 | Vacancy panel | Recruitment Lead | Jan 2027 | Jun 2027 | Green | Running | L001
1.2 | Agency spend | Learning Lead | Jan 2027 | Mar 2027 | Amber | Falling | L002
Theme 2: Keep | - | - | - | - | - | - | -
Outcome: people stay | - | - | - | - | - | - | -
2.1 | Pay spine | Recruitment Lead | Jan 2027 | Apr 2027 | Green | Modelled | L003
Total actions | 3 | - | - | - | - | - | -"""
    merges = {"Plan": [(3, 4, 3, 5), (5, 1, 5, 7), (8, 1, 8, 7)]}
    more = '[[columns]]\nkey = "start"\nheader = "Target / Start"\nkind = "timescale"\n'
    schema = their_schema("band", more).replace('"Finish"', '"Target / Finish"')
    schema = schema.replace('"Lead officer"', '"Lead officer", "Lead / officer"')
    master = their_master({"Plan": table}, schema, merges)
    lines = {x.id: (x.text("theme"), x.text("start"), x.text("due")) for x in master.plan.lines}
    assert lines == {
        "L001": ("Theme 1: Attract", "Jan 2027", "Jun 2027"), "L002": ("Theme 1: Attract", "Jan 2027", "Mar 2027"),
        "L003": ("Theme 2: Keep", "Jan 2027", "Apr 2027"),
    }  # fmt: skip
    table = master.plan.tables[0]
    assert (table.top_row, table.header_row, table.is_ours) == (3, 4, False)


def test_a_value_merged_over_lines_is_each_ones_and_is_not_written_under():
    master = their_master(FIVE_SHEETS, merges={"1 Resourcing": [(4, 3, 5, 3), (4, 6, 5, 6)]})
    assert [x.text("owner") for x in master.plan.lines[:2]] == ["Recruitment Lead"] * 2
    issued = master.issue()["Recruitment Lead"]
    result = master.merge(back(issued, L002_progress="Other"))
    assert [(c.outcome, c.reason) for c in result.returns[0].cells] == [("conflict", "its cell is merged with F4")]


def test_a_text_that_goes_on_in_rows_below_is_read_replaced_and_restored_whole():
    first = FIVE_SHEETS["1 Resourcing"].replace("\n1.2", "\n- | - | - | (or July) | - | All posts\n1.2")
    master = their_master({**FIVE_SHEETS, "1 Resourcing": first})
    line = master.plan.by_id["L001"]
    assert (line.text("progress"), line.text("due")) == ("Running\nAll posts", "Jun 2027 (or July)")
    assert len(master.plan.lines) == 6
    result = master.merge(back(master.issue()["Recruitment Lead"], L001_progress="Other", L001_rag="Red"))
    assert {c.outcome for c in result.returns[0].cells} == {"applied"}
    assert master.says("L001.progress") == "Other" and master.snapshot["1 Resourcing"].at(5, 4) == "(or July)"
    assert master.snapshot["1 Resourcing"].at(5, 6) is None
    master.undo()
    assert master.says("L001.progress") == "Running\nAll posts"


def test_tables_side_by_side_share_their_rows():
    left, right = "Milestone / Action | Responsible | Commentary | ID", "Milestone / Action | Responsible | Status | ID"
    table = f"{left} | - | {right}\nHire | Recruitment Lead | Begun | L001 | - | Train | Learning Lead | Red | L002"
    schema = (
        their_schema("sheet")
        .replace('header = "No."', 'header = "No."\nsheets = ["Elsewhere"]')
        .replace('header = "Finish"', 'header = "Finish"\nsheets = ["Elsewhere"]')
    )
    master = their_master(
        {"Both": table, "Elsewhere": f"{HEADS}\n1 | Run | Safety Lead | May 2027 | Red | Begun | L003"}, schema
    )
    assert places(master) == {"L001": "Both!C2", "L002": "Both!I2", "L003": "Elsewhere!F2"}
    assert [x.text("action") for x in master.plan.lines] == ["Hire", "Train", "Run"]


def test_a_renamed_heading_is_told_with_its_sheet_and_a_column_named_for_it_must_stand_there():
    renamed = FIVE_SHEETS | {"2 Reward": FIVE_SHEETS["2 Reward"].replace("Commentary", "Progress")}
    with pytest.raises(
        NotAMaster, match=r"'2 Reward'!A3: the heading 'Commentary' is missing; 'Progress' in F3 is not known"
    ):
        _ = their_master(renamed).plan
    gone = {**FIVE_SHEETS, "2 Reward": "Milestone / Action | Responsible | ID\nPay | Learning Lead | L003"}
    assert their_master(gone).plan.by_id["L003"].text("progress") == ""
    named = their_schema().replace(
        'header = "Commentary"', 'header = "Commentary"\nsheets = ["1 Resourcing", "2 Reward"]'
    )
    with pytest.raises(NotAMaster, match=r"'2 Reward'!A1: the heading 'Commentary' is missing"):
        _ = their_master(gone, named).plan


def test_a_sheet_of_ours_whose_name_was_taken_is_found_and_written_under_its_own():
    sheets = {"Register": FIVE_SHEETS["1 Resourcing"], "Start": FIVE_SHEETS["2 Reward"], "Key": FIVE_SHEETS["Key"]}
    master = their_master({k: v for k, v in FIVE_SHEETS.items() if k == "1 Resourcing"})
    drawn = their_master({f"{k}x": v for k, v in sheets.items()}).snapshot
    ours = [replace(b, name=f"{b.name} (HR)") if b.name in sheets else b for b in master.snapshot.sheets[1:]]
    theirs = [replace(drawn[f"{name}x"], name=name) for name in sheets]
    master.snapshot = Snapshot("plan.xlsx", (*theirs, *ours))
    assert places(master) == {"L001": "Register!F4", "L002": "Register!F5", "L003": "Start!F4"}
    issued = master.issue()["Recruitment Lead"]
    assert any("R0001" in row for b in master.snapshot.sheets if b.name == "Register (HR)" for row in b.rows)
    changes = master.merge(back(issued, L003_progress="New")).changes.in_workbook(
        [b.name for b in master.snapshot.sheets]
    )
    assert {w.sheet for w in changes.writes} >= {"Start", "Start (HR)", "Register (HR)"}
    assert master.says("L003.progress") == "New" and read_plan(master.snapshot).setting("Period") == "2026/27 Q3"


def test_two_plain_cells_near_the_top_that_say_a_heading_are_no_headings():
    key = "Status | Status | Commentary | Commentary"
    sheets = FIVE_SHEETS | {"1 Resourcing": f"{key}\n{FIVE_SHEETS['1 Resourcing']}"}
    assert places(their_master(sheets))["L001"] == "'1 Resourcing'!F5"
