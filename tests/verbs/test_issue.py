"""Issue: one return for each owner with only their lines, and the baseline on HR's side."""

import io
from dataclasses import replace
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from masters import NOW, OWNERS, THREE
from plans import HEAD, Master, back, received

from hrworkbook.intake.reader import read_file
from hrworkbook.jobs.issue import issue_job
from hrworkbook.plan.errors import HrWorkbookError, NotAMaster
from hrworkbook.plan.ledgers import REGISTER, START
from hrworkbook.plan.model import issued_ledger, state_write
from hrworkbook.plan.returns import (
    LAST_REPORTED_PREFIX,
    WORDS_NOTE,
    WORDS_SHEET,
    due_line,
    is_furniture,
    title_line,
    without_words,
)
from hrworkbook.plan.snapshot import Block, CellTexts
from hrworkbook.plan.values import as_text, normalised_text
from hrworkbook.render.return_workbook import return_workbook
from hrworkbook.verbs.issue import issue
from hrworkbook.verbs.roll import roll


def test_each_owner_gets_their_lines_and_joint_lines_go_to_each_of_theirs():
    master = Master()
    returns = master.issue()
    assert {role: [x.id for x in r.lines] for role, r in returns.items()} == {
        "Recruitment Lead": ["L001"], "Learning Lead": ["L002", "L003"], "Safety Lead": ["L003"],
    }  # fmt: skip
    assert len({r.id for r in returns.values()}) == 3


def test_hrs_side_keeps_what_was_issued():
    master = Master()
    master.issue()
    ledger = issued_ledger(master.plan.schema)
    kept = [
        (i.text(ledger.headings[0]), i.text("ID"), i.text("Progress Update")) for i in ledger.data_rows(master.snapshot)
    ]
    assert ("R0002", "L002", "First course held.") in kept and len(kept) == 4
    assert [(i.text("What"), i.text("Owner"), i.number("Lines")) for i in master.register] == [
        ("Issued", "Recruitment Lead", 1), ("Issued", "Learning Lead", 2), ("Issued", "Safety Lead", 1),
    ]  # fmt: skip


def test_numbers_of_returns_are_never_used_twice():
    master = Master()
    first = {r.id for r in master.issue().values()}
    second = {r.id for r in master.issue().values()}
    assert first == {"R0001", "R0002", "R0003"} and second == {"R0004", "R0005", "R0006"}


def test_one_owner_alone_and_an_owner_without_lines():
    master = Master()
    assert set(master.issue(owner="safety lead")) == {"Safety Lead"}
    with pytest.raises(HrWorkbookError, match="no line of the plan is owned by 'Caretaker'. Choose Recruitment Lead"):
        master.issue(owner="Caretaker")


def test_new_lines_are_numbered_before_they_go_out():
    master = Master(THREE.replace("Staff   | B", "Staff   | B"))
    plan = master.plan
    from hrworkbook.plan.snapshot import Write

    row = max(x.row for x in plan.lines) + 1
    values = {"theme": "Staff", "ref": "C", "priority": "Keep people", "owner": "Safety Lead", "timescale": "Ongoing"}
    master.apply([Write("Plan", row, plan.tables[0].column_numbers[k], ((v,),)) for k, v in values.items()])
    master.issue()
    assert [x.id for x in master.issued["Safety Lead"].lines] == ["L003", "L004"]
    assert master.plan.by_id["L004"].text("priority") == "Keep people"


def test_the_due_date_is_the_one_given_else_the_start_sheets_else_two_weeks():
    master = Master()
    assert issue(master.snapshot, NOW).returns[0].due == date(2026, 12, 5)
    row = next(
        n for n, r in enumerate(master.snapshot[START].rows, 1) if len(r) > 1 and normalised_text(r[1]) == "Returns due"
    )
    from hrworkbook.plan.snapshot import Write

    master.apply([Write(START, row, 3, (("14 December 2026",),))])
    assert issue(master.snapshot, NOW).returns[0].due == date(2026, 12, 14)
    assert issue(master.snapshot, NOW, due=date(2027, 1, 8)).returns[0].due == date(2027, 1, 8)
    master.apply([Write(START, row, 3, (("soon",),))])
    with pytest.raises(NotAMaster, match="Returns due is 'soon'"):
        issue(master.snapshot, NOW)


def test_a_due_date_that_is_past_is_told():
    master = Master()
    assert "is past" not in issue(master.snapshot, NOW, due=NOW.date()).changes.message
    late = issue(master.snapshot, NOW, due=NOW.date() - timedelta(1))
    assert "due by 20 November 2026. That day is past: if it is a slip, give another and" in late.changes.message
    assert late.returns[0].due == NOW.date() - timedelta(1)
    row = next(
        n for n, r in enumerate(master.snapshot[START].rows, 1) if len(r) > 1 and normalised_text(r[1]) == "Returns due"
    )
    from hrworkbook.plan.snapshot import Write

    master.apply([Write(START, row, 3, (("1 November 2026",),))])
    assert "give another as Returns due on the Start sheet and" in issue(master.snapshot, NOW).changes.message


def test_an_address_no_mail_can_go_to_counts_as_none():
    master = Master(owners={**OWNERS, "Safety Lead": "safety at council", "Learning Lead": "Jo <jo@council.example>"})
    assert issue(master.snapshot, NOW, anyway=True).unaddressed == ("Safety Lead",)


def test_a_blank_period_stops_it():
    master = Master()
    row = next(
        n for n, r in enumerate(master.snapshot[START].rows, 1) if len(r) > 1 and normalised_text(r[1]) == "Period"
    )
    from hrworkbook.plan.snapshot import Write

    master.apply([Write(START, row, 3, ((None,),))])
    with pytest.raises(NotAMaster, match="the Period is blank"):
        master.issue()


def test_the_last_report_stands_beside_the_cell_to_fill_in():
    master = Master()
    master.issue()
    master.apply(roll(master.snapshot, datetime(2027, 1, 20)).changes)
    mine = master.issue()["Learning Lead"]
    book = read_file(return_workbook(mine)).blocks[0]
    heads = list(book.rows[HEAD])
    assert heads.index(f"{LAST_REPORTED_PREFIX}Progress Update") == heads.index("Progress Update") - 1
    assert book.rows[HEAD + 1][heads.index(f"{LAST_REPORTED_PREFIX}Progress Update")] == "First course held."


ROLLS = """
name = "rolls"
title = "Rolls"
[roles]
owner = "owner"
[[columns]]
key = "owner"
header = "Owner"
kind = "owners"
[[columns]]
key = "kept"
header = "Kept"
edited_by = "owner"
[[columns]]
key = "cleared"
header = "Cleared"
edited_by = "owner"
roll = "clear"
[[columns]]
key = "ours"
header = "Ours"
roll = "carry"
[[columns]]
key = "carried"
header = "Carried"
edited_by = "owner"
roll = "carry"
[[columns]]
key = "secret"
header = "Secret"
private = true
"""


TWO = "Owner | Kept | Cleared | Ours | Carried | Secret\nA Lead | k1 | c1 | o1 | r1 | s1\nA Lead | k2 | | o2 | r2 | s2"


def test_last_reported_is_of_owners_columns_that_a_new_period_does_not_simply_keep():
    master = Master(TWO, {"A Lead": "a@council.example"}, ROLLS)
    assert master.issue()["A Lead"].last_reported == {"cleared": {}, "carried": {}}
    master.apply(roll(master.snapshot, datetime(2027, 1, 20)).changes)
    master.types(L001_carried="r1 and more")
    mine = master.issue()["A Lead"]
    assert mine.last_reported == {"cleared": {"L001": "c1", "L002": ""}, "carried": {"L001": "r1", "L002": "r2"}}
    heads = [as_text(v) for v in read_file(return_workbook(mine)).blocks[0].rows[HEAD]]
    shown = [h for h in heads if h.startswith(LAST_REPORTED_PREFIX)]
    assert shown == [f"{LAST_REPORTED_PREFIX}Cleared", f"{LAST_REPORTED_PREFIX}Carried"] and "Secret" not in heads


def test_what_is_hrs_alone_is_kept_in_the_baseline_and_not_in_the_return():
    master = Master(TWO, {"A Lead": "a@council.example"}, ROLLS)
    mine = master.issue()["A Lead"]
    assert [dict(x.values) for x in mine.lines] == [
        {"owner": "A Lead", "kept": "k1", "cleared": "c1", "ours": "o1", "carried": "r1"},
        {"owner": "A Lead", "kept": "k2", "cleared": None, "ours": "o2", "carried": "r2"},
    ]
    ledger = issued_ledger(master.plan.schema)
    assert [i.text("Secret") for i in ledger.data_rows(master.snapshot)] == ["s1", "s2"]


def test_what_issuing_says_and_writes():
    master = Master(owners={**OWNERS, "Safety Lead": ""})
    result = issue(master.snapshot, NOW, due=date(2026, 12, 4), anyway=True)
    assert result.changes.message.startswith(
        "3 returns issued for 2026/27 Q3, due by 4 December 2026. 1 owner has no e-mail "
    )
    assert "address on the Owners sheet: Safety Lead" in result.changes.message
    assert result.changes.goto == (REGISTER.sheet, "A1")
    master.apply(result.changes)
    assert [
        [i.text(h) for h in ("What", "Return", "Owner", "Period", "When", "Due", "File")] for i in master.register
    ][0] == [
        "Issued", "R0001", "Recruitment Lead", "2026/27 Q3", "2026-11-21 09:30", "04/12/2026",
        "Recruitment Lead 2026 27 Q3 R0001.xlsx",
    ]  # fmt: skip
    (one,) = issue(master.snapshot, NOW, owner="Recruitment Lead").returns
    assert one.id == "R0004" and title_line(one).endswith(": return from Recruitment Lead")


@pytest.mark.parametrize("missing", ["Plan ID", "Seal key"])
def test_a_master_as_it_comes_gets_its_own_id_and_key_once(missing):
    master = Master()
    master.apply([state_write(master.plan, missing, None)])
    master.issue()
    first = master.plan
    assert first.id and first.seal_key and master.issued["Learning Lead"].seal.plan_id == first.id
    master.issue()
    assert (master.plan.id, master.plan.seal_key) == (first.id, first.seal_key)


def test_a_plan_without_owners_in_its_lines_issues_nothing():
    master = Master(
        THREE.replace("Recruitment Lead", "").replace("Safety Lead/Learning Lead", "").replace("Learning Lead", "")
    )
    with pytest.raises(HrWorkbookError, match="no line names an owner, so there is nothing to issue. Enter owners"):
        master.issue()
    bare = Master(TWO, {}, ROLLS.replace('[roles]\nowner = "owner"\n', ""))
    with pytest.raises(NotAMaster, match="this plan has no owner column, so nothing can be issued"):
        bare.issue()


def test_what_stood_when_they_were_made_is_told():
    master = Master(TWO, {"A Lead": "nowhere"}, ROLLS)
    assert issue(master.snapshot, NOW, anyway=True).changes.message.endswith("1 error stood when they were made.")
    fine = Master(TWO, {"A Lead": "a@council.example"}, ROLLS)
    assert "when they were made" not in issue(fine.snapshot, NOW, anyway=True).changes.message


def test_the_second_line_names_the_owner_only_where_a_name_is_known():
    mine = Master().issue()["Learning Lead"]
    by = f"2026/27 Q3. Please send it back by {mine.due.day} {mine.due:%B %Y}."
    assert due_line(mine) == f"For Learning Lead, {by}"
    named = replace(mine, owner=replace(mine.owner, name="J. Smith"))
    assert due_line(named) == f"For Learning Lead (J. Smith), {by}"
    assert is_furniture(due_line(mine)) and is_furniture(due_line(named)) and not is_furniture("For us, done.")


def test_only_the_sheet_of_words_as_issuing_made_it_is_left_out():
    ours = Block(WORDS_SHEET, [[WORDS_NOTE], ["Red"]], hidden=True)
    kept = (
        replace(ours, hidden=False),
        replace(ours, name="Mine"),
        replace(ours, rows=[["Red"]]),
        Block("Plan", [["x"]]),
    )
    assert without_words((ours, *kept, ours)) == kept


def test_who_is_in_gets_no_other_return_unless_asked_and_who_had_one_is_told_so():
    master = Master()
    first = dict(master.issue())
    master.merge(back(first["Recruitment Lead"], L001_rag="Red"))
    again = issue(master.snapshot, master.later(days=1), anyway=True)
    assert again.skipped == ("Recruitment Lead",)
    assert [r.owner.role for r in again.returns] == ["Learning Lead", "Safety Lead"]
    before = again.sent_before["Learning Lead"]
    assert (before.return_id, before.day, before.is_in) == (first["Learning Lead"].id, "21 November 2026", False)
    assert (
        " Sent before for this period: Learning Lead (R0002 on 21 November 2026) and Safety Lead (R0003 on 21 November 2026)."
        in again.changes.message
    )
    assert "Not sent again, being in: Recruitment Lead." in again.changes.message
    for how in ({"again": True}, {"owner": "recruitment lead"}):
        asked = issue(master.snapshot, master.now, anyway=True, **how)
        assert not asked.skipped and asked.sent_before["Recruitment Lead"].is_in
    master.undo(first["Recruitment Lead"].id)
    assert issue(master.snapshot, master.now, anyway=True).skipped == ()


def test_who_is_in_gets_another_return_where_a_line_of_theirs_is_new():
    master = Master()
    first = dict(master.issue())
    master.merge(back(first["Recruitment Lead"], L001_rag="Red"))
    master.types(L002_owner="Recruitment Lead")
    result = issue(master.snapshot, master.now, anyway=True)
    assert result.skipped == ()
    assert [x.id for r in result.returns if r.owner.role == "Recruitment Lead" for x in r.lines] == ["L001", "L002"]


def test_where_all_are_in_nothing_is_issued():
    master = Master()
    for one in dict(master.issue()).values():
        master.merge(back(one, **{f"{one.lines[0].id}_rag": "Red"}))
    with pytest.raises(HrWorkbookError, match="every return of .* is in, so nothing was issued"):
        issue(master.snapshot, master.now, anyway=True)
    assert len(issue(master.snapshot, master.now, anyway=True, again=True).returns) == 3


def test_the_mail_of_a_reissue_says_which_one_counts(tmp_path):
    master = Master()
    master.issue()
    job = issue_job(master.snapshot, master.later(days=1), tmp_path, anyway=True)
    mails = [data.decode() for path, data in job.files.items() if path.suffix == ".eml"]
    assert mails and all(
        "takes the place of the one I sent you on 21 November 2026" in m.replace("=\r\n", "") for m in mails
    )


def test_a_return_shows_numbers_and_dates_as_the_master_does():
    schema = (
        'name = "x"\ntitle = "X"\n[roles]\nowner = "owner"\n'
        + "".join(
            f'[[columns]]\nkey = "{key}"\nheader = "{key.title()}"\nkind = "{kind}"\n{more}\n'
            for key, kind, more in (
                ("owner", "owners", ""), ("budget", "money", ""), ("done", "percent", 'edited_by = "owner"'), ("by", "date", ""),
            )
        )
    )  # fmt: skip
    master = Master("Owner | Budget | Done | By\nSafety Lead | 1 | 2 | 3", schema=schema)
    plan = master.plan
    number = plan.tables[0].column_numbers
    values = {"budget": 1234.5, "done": 0.4, "by": date(2027, 3, 31)}
    master.types(**{f"L001_{key}": value for key, value in values.items()})
    codes = {"£#,##0.00": "budget", "0%": "done", "d mmm yyyy": "by"}
    block = replace(
        master.snapshot["Plan"],
        formats=CellTexts({code: (plan.lines[0].row, number[key]) for code, key in codes.items()}),
    )
    sheets = tuple(block if b.name == "Plan" else b for b in master.snapshot.sheets)
    master.snapshot = replace(master.snapshot, sheets=sheets)
    book = openpyxl.load_workbook(io.BytesIO(return_workbook(master.issue()["Safety Lead"])))
    cells = {c.column_letter: c for c in book["Your return"][8]}
    heads = {c.value: c.column_letter for c in book["Your return"][7]}
    shown = {h: cells[heads[h]] for h in ("Budget", "Done", "By")}
    assert {h: c.number_format for h, c in shown.items()} == {"Budget": "£#,##0.00", "Done": "0%", "By": "d mmm yyyy"}
    assert shown["Budget"].value == 1234.5 and shown["By"].value == datetime(2027, 3, 31)
    as_read = read_file(return_workbook(master.issued["Safety Lead"]))
    outcome = master.merge(replace(received([], "r.xlsx"), blocks=as_read.blocks)).returns[0]
    assert outcome.unchanged_count == outcome.cell_count == 4
