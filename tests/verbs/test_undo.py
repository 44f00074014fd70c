"""Undo: exactly the cells of one return, but for those changed since."""

import json
from datetime import date, datetime, timedelta

import pytest
from masters import OWNERS, THREE, make_master, snapshot_of, type_into
from plans import HEAD, Master, back

from hrworkbook.cli.main import main
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.ledgers import DECISIONS, JOURNAL, KEEP_BOTH, KEEP_MASTER, OWN_TEXT, PLAN, TAKE_RETURN
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.schema import shipped_schemas
from hrworkbook.plan.snapshot import Write

MONDAY = datetime(2026, 11, 16, 10, 0)
DAY = timedelta(days=1)


def merged(**cells):
    """A master with the Learning Lead's return merged, and its values before."""
    master = Master()
    master.issue()
    before = master.values()
    cells = cells or {"L002_rag": "Green", "L002_progress_update": "Second course held.", "L003_rag": "Red"}
    master.merge(back(master.issued["Learning Lead"], MONDAY, **cells))
    return master, before


def test_merge_then_undo_gives_the_values_back_exactly():
    master, before = merged()
    assert master.values() != before
    result = master.undo(master.issued["Learning Lead"].id)
    assert len(result.restored_cells) == 3 and not result.left_cells
    assert master.values() == before
    assert [i.text("Why") for i in master.journal] == ["merge"] * 3 + ["undo"] * 3


def test_undo_after_a_second_return_was_merged_in_between():
    master, before = merged()
    master.merge(back(master.issued["Recruitment Lead"], MONDAY + DAY, L001_rag="Red"))
    master.merge(back(master.issued["Safety Lead"], MONDAY + DAY, L003_progress_update="Half of them seen."))
    master.undo(master.issued["Learning Lead"].id)
    changed = {place for place, value in master.values().items() if value != before[place]}
    assert changed == {("L001", "rag"), ("L003", "progress_update")}


def test_a_cell_changed_since_is_left_and_listed():
    master, before = merged()
    master.types(L002_rag="Complete")
    result = master.undo()
    assert master.says("L002.rag") == "Complete" and len(result.restored_cells) == 2
    assert result.left_cells == (("Plan!H7", "it was changed since"),)
    assert "Left as it is: Plan!H7: it was changed since." in result.changes.message


def test_the_last_return_is_undone_then_the_one_before():
    master, before = merged()
    master.merge(back(master.issued["Recruitment Lead"], MONDAY + DAY, L001_rag="Red"))
    assert master.undo().return_id == master.issued["Recruitment Lead"].id
    assert master.undo("r0002" if master.issued["Learning Lead"].id == "R0002" else "").return_id
    assert master.values() == before
    with pytest.raises(HrWorkbookError, match="there is nothing to undo"):
        master.undo()


def test_what_was_undone_can_be_merged_again_and_undone_again():
    master, before = merged()
    after = master.values()
    reply = back(
        master.issued["Learning Lead"],
        MONDAY,
        L002_rag="Green",
        L002_progress_update="Second course held.",
        L003_rag="Red",
    )
    assert master.merge(reply).refused[0].status == "Already merged"
    master.undo()
    result = master.merge(reply)
    assert result.returns[0].outcome_counts["applied"] == 3 and master.values() == after
    master.undo()
    assert master.values() == before


def test_two_files_of_one_return_are_undone_together():
    master, before = merged()
    mine = master.issued["Learning Lead"]
    master.merge(back(mine, MONDAY + DAY, L002_rag="Red", L002_progress_update="Third course held.", L003_rag="Red"))
    assert master.says("L002.rag") == "Red"
    master.undo(mine.id)
    assert master.values() == before
    assert [i.text("What") for i in master.register].count("Undone") == 2


def test_what_hr_typed_between_two_files_of_one_return_comes_back():
    master, _ = merged(L002_progress_update="First.")
    mine = master.issued["Learning Lead"]
    master.types(L002_progress_update="HR's.")
    master.merge(back(mine, MONDAY + DAY, L002_progress_update="Second."))
    master.choose(0, TAKE_RETURN)
    master.decide()
    assert master.says("L002.progress_update") == "Second."
    master.undo(mine.id)
    assert master.says("L002.progress_update") == "HR's."


@pytest.mark.parametrize(
    ("choice", "after"), [(KEEP_MASTER, "HR's."), (TAKE_RETURN, "HR's."), (KEEP_BOTH, "HR's."), (OWN_TEXT, "Ours.")]
)
def test_what_was_decided_for_a_return_is_undone_with_it_but_hrs_own_words_are_not(choice, after):
    master = Master()
    master.issue()
    master.types(L002_progress_update="HR's.")
    mine = master.issued["Learning Lead"]
    master.merge(back(mine, MONDAY, L002_progress_update="Mine.", L002_rag="Red"))
    master.choose(0, choice, "Ours." if choice == OWN_TEXT else "")
    master.decide()
    master.undo(mine.id)
    assert master.says("L002.progress_update") == after and master.says("L002.rag") == "Amber"


def test_open_questions_of_an_undone_return_are_closed_and_asked_again_when_it_is_merged_again():
    master = Master()
    master.issue()
    master.types(L002_progress_update="HR's.")
    reply = back(master.issued["Learning Lead"], MONDAY, L002_progress_update="Mine.")
    master.merge(reply)
    master.undo(master.issued["Learning Lead"].id)
    assert master.decisions[0].text("Done").startswith("undone")
    master.merge(reply)
    assert [bool(d.text("Done")) for d in master.decisions] == [True, False]


def test_undo_lets_an_older_return_in():
    master, _ = merged()
    mine = master.issued["Learning Lead"]
    older = back(mine, MONDAY - DAY, L002_rag="Complete")
    assert master.merge(older).refused[0].status == "Older"
    master.undo()
    master.merge(older)
    assert master.says("L002.rag") == "Complete"


def test_a_line_deleted_since_is_listed():
    master, _ = merged()
    plan = master.plan
    master.apply([Write(PLAN, plan.by_id["L002"].row, 1, ((None,) * max(plan.tables[0].column_numbers.values()),))])
    result = master.undo()
    assert ("L002, RAG", "the line or its column is no longer in the plan") in result.left_cells
    assert master.says("L003.rag") is None


def test_rows_sorted_and_inserted_since_are_found_by_their_id():
    master, before = merged()
    plan = master.plan
    block = master.snapshot[PLAN]
    rows = [list(block.rows[x.row - 1]) for x in plan.lines]
    master.apply([Write(PLAN, plan.lines[0].row, 1, ((None,) * 12, *map(tuple, reversed(rows))))])
    master.undo()
    assert master.values() == before


def test_what_undo_says_and_writes():
    master, _ = merged(L002_rag="Green", L003_rag="Red")
    mine = master.issued["Learning Lead"]
    result = master.undo(f" {mine.id.lower()} ")
    assert result.return_id == mine.id and result.restored_cells == ("Plan!H7", "Plan!H8")
    assert result.changes.message == f"{mine.id} undone: 2 cells put back."
    assert result.changes.goto == (PLAN, "H7")
    issued, received, undone = [r for r in master.register if r.text("Return") == mine.id]
    assert (issued.text("What"), received.text("What"), undone.text("What")) == ("Issued", "Merged", "Undone")
    for heading in ("Owner", "File", "Sent", "Hash"):
        assert undone.text(heading) == received.text(heading) and undone.text(heading), heading
    assert undone.text("When") != received.text("When")
    first, _, back_again, _ = master.journal
    for heading in ("Return", "File", "Owner", "ID", "Column"):
        assert back_again.text(heading) == first.text(heading) and first.text(heading), heading
    assert (back_again.text("Before"), back_again.text("After")) == ("Green", "Amber")
    with pytest.raises(HrWorkbookError, match=f"there is nothing to undo for {mine.id}. The Register lists"):
        master.undo(mine.id)
    with pytest.raises(HrWorkbookError, match="there is nothing to undo. The Register lists"):
        master.undo()


def test_a_return_that_changed_nothing_is_undone_all_the_same_and_leads_to_the_register():
    master = Master()
    master.issue()
    mine = master.issued["Learning Lead"]
    master.merge(back(mine, MONDAY))
    result = master.undo()
    assert result.return_id == mine.id and result.changes.goto == ("Register", "A1")
    assert result.changes.message == f"{mine.id} undone: no cells put back."


def test_the_last_with_changes_is_undone_before_a_later_one_without():
    master, before = merged()
    master.merge(back(master.issued["Recruitment Lead"], MONDAY + DAY))
    assert master.undo().return_id == master.issued["Learning Lead"].id
    assert master.values() == before
    assert master.undo().return_id == master.issued["Recruitment Lead"].id


def test_hrs_own_text_is_told_as_that():
    master = Master()
    master.issue()
    master.types(L002_progress_update="HR's.")
    master.merge(back(master.issued["Learning Lead"], MONDAY, L002_progress_update="Mine.", L002_rag="Red"))
    master.choose(0, TAKE_RETURN)
    master.decide()
    master.types(L002_progress_update="HR's again.")
    master.merge(back(master.issued["Learning Lead"], MONDAY + DAY, L002_progress_update="Mine again.", L002_rag="Red"))
    master.choose(1, OWN_TEXT, "Ours.")
    master.decide()
    result = master.undo()
    assert (
        result.left_cells == (("Plan!I7", "HR wrote its own text here"),)
        and master.says("L002.progress_update") == "Ours."
    )
    assert result.changes.message.endswith("Left as it is: Plan!I7: HR wrote its own text here.")


@pytest.mark.parametrize("count", [2, 5, 6, 8])
def test_of_many_cells_left_five_are_named(count):
    rows = "\n".join(f"Staff | {'ABCDEFGH'[n]} | Do {n} | Learning Lead | Ongoing | | Amber | Begun." for n in range(8))
    master = Master(f"{THREE.strip().splitlines()[0]}\n{rows}")
    master.issue()
    cells = {f"L00{n + 1}_rag": "Green" for n in range(8)}
    master.merge(back(master.issued["Learning Lead"], MONDAY, **cells))
    master.types(**{f"L00{n + 1}_rag": "Red" for n in range(count)})
    result = master.undo()
    named = "; ".join(f"Plan!H{6 + n}: it was changed since" for n in range(min(count, 5)))
    more = f"; and {count - 5} more" if count > 5 else ""
    assert result.changes.message.endswith(f"Left as they are: {named}{more}.")
    assert len(result.restored_cells) == 8 - count


def test_an_unknown_return_is_told():
    master, _ = merged()
    with pytest.raises(HrWorkbookError, match="there is nothing to undo for R0099"):
        master.undo("R0099")


def test_dates_come_back_as_dates(tmp_path):
    text = shipped_schemas()["delivery-plan"].read_text(encoding="utf-8")
    own = tmp_path / "dated.toml"
    own.write_text(text.replace('kind = "timescale"', 'kind = "date"\nedited_by = "owner"'), encoding="utf-8")
    table = """
    Theme | Ref | Priority        | Owner            | Timescale  | RAG
    Staff | A   | Hire well today | Recruitment Lead | 31/03/2027 | Green
    """
    master = Master(table, schema=str(own))
    master.types(L001_timescale=date(2027, 3, 31))
    master.issue()
    before = master.values()
    master.merge(back(master.issued["Recruitment Lead"], MONDAY, L001_timescale=date(2027, 4, 30)))
    assert master.says("L001.timescale") == date(2027, 4, 30)
    for row in master.journal:
        master.apply(JOURNAL.rewrite(master.snapshot, row, {"Before": "31/03/2027", "After": "30/04/2027"}))
    master.undo()
    assert master.values() == before


def test_on_disk_merge_then_undo_gives_the_plan_back_exactly(tmp_path, capsys):
    path, out = make_master(tmp_path, THREE, owners=OWNERS), tmp_path / "out"
    main(["issue", str(path), "--out", str(out)])
    before = snapshot_of(path)["Plan"].rows
    for number, owner in enumerate(("Learning Lead", "Safety Lead")):
        (file,) = out.glob(f"{owner}*.xlsx")
        heads = list(snapshot_of(file).sheets[0].rows[HEAD])
        cell = f"{chr(65 + heads.index('Progress Update'))}{HEAD + 2}"
        type_into(file, {f"Your return!{cell}": f"={number + 1}+1 is an answer\nover two lines"})
        assert main(["merge", str(path), str(file)]) == 0
    after = snapshot_of(path)["Plan"].rows
    assert after != before
    capsys.readouterr()
    assert main(["undo", str(path), "R0002", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["left"] == []
    assert main(["undo", str(path), "--last"]) == 0
    assert snapshot_of(path)["Plan"].rows == before
    assert main(["undo", str(path), "--last"]) == 2
    assert "there is nothing to undo" in capsys.readouterr().err


def test_on_disk_two_answers_to_one_joint_row_are_decided(tmp_path, capsys):
    path, out = make_master(tmp_path, THREE, owners=OWNERS), tmp_path / "out"
    main(["issue", str(path), "--out", str(out)])
    for owner, row, text in (("Learning Lead", HEAD + 3, "Nine seen."), ("Safety Lead", HEAD + 2, "One is left.")):
        (file,) = out.glob(f"{owner}*.xlsx")
        heads = list(snapshot_of(file).sheets[0].rows[HEAD])
        type_into(file, {f"Your return!{chr(65 + heads.index('Progress Update'))}{row}": text})
    assert main(["merge", str(path), *map(str, sorted(out.glob("*.xlsx")))]) == 1
    (waiting,) = DECISIONS.data_rows(snapshot_of(path))
    type_into(path, {f"Decisions!A{waiting.row}": KEEP_BOTH})
    capsys.readouterr()
    assert main(["decide", str(path)]) == 0
    assert read_plan(snapshot_of(path)).by_id["L003"].text("progress_update") == "Nine seen.\nOne is left."
    assert [i.text("Why") for i in JOURNAL.data_rows(snapshot_of(path))] == ["merge", "decide"]
