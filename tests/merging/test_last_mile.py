"""Answers in odd places and undone decisions: each cell is accounted for, told with its line, and put back whole."""

from dataclasses import replace

import pytest
from plans import HEAD, Master, at, back

from hrworkbook.merging import diff_return
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.verbs.chase import chase

TABLE = """
Theme | Ref | Priority                    | Owner     | Timescale  | Performance & Outcome Measures | RAG   | Progress Update
Care  | 1.1 | Launch the plan in Medicine | Lead      | March 2027 | Turnover under 11.5%           | Green | Begun in May.
Care  | 1.2 | Open the nursery in May     | Lead      | May 2027   | Ninety places filled           | Amber |
Care  | 2.1 | Publish the passport        | Lead      | Dec 2026   | Passports in use               | Red   |
Care  | 2.2 | Pay the living wage         | Lead/Pay  | June 2027  | Nobody below it                | Green | Paid in part.
"""
ADDRESSES = {"Lead": "lead@council.example", "Pay": "pay@council.example"}


@pytest.fixture
def master():
    made = Master(TABLE, ADDRESSES)
    made.issue()
    return made


def test_a_cell_that_is_not_accounted_for_stops_the_merge(master, monkeypatch):
    file = back(master.issued["Lead"], L001_rag="Red", mangle=lambda rows: [*rows, [], ["Sent from my phone"]])
    before = master.snapshot
    monkeypatch.setattr(diff_return, "_match_sheet", _without_strays(diff_return._match_sheet))
    with pytest.raises(HrWorkbookError, match="accounted for") as told:
        master.merge(file)
    assert told.value.place == file.file and told.value.remedy and master.snapshot == before
    monkeypatch.undo()
    assert [s.value for s in master.merge(file).returns[0].stray_cells] == ["Sent from my phone"]


def _without_strays(match):
    def without(*given):
        return replace(match(*given), stray_cells=[])

    return without


def test_an_issued_line_in_the_words_of_headings_is_a_line(master):
    """A row with an issued ID is never a heading, however its cells are called."""
    words = {"theme": "Theme", "priority": "Priority", "timescale": "Timescale"}
    master.types(**{f"L001_{key}": text for key, text in words.items()})
    master.issue()
    file = back(master.issued["Lead"], L001_rag="Amber", L001_progress_update="RAG", L002_rag="Red")
    result = master.merge(file)
    assert master.says("L001.rag") == "Amber" and master.says("L001.progress_update") == "RAG"
    assert master.says("L002.rag") == "Red" and not result.returns[0].stray_cells


def test_text_under_last_reported_in_a_row_that_is_no_line_is_listed(master):
    master.merge(back(master.issued["Lead"], L001_progress_update="Launched in May."))
    mine = master.issue()["Lead"]
    shown = replace(mine, last_reported={"progress_update": {"L001": "Launched in May."}})

    def add(rows):
        new = [None] * len(rows[HEAD])
        new[at(rows, "Priority")], new[at(rows, "Last reported: Progress Update")] = (
            "A new idea",
            "Said in the last column",
        )
        return [*rows, new]

    one = master.merge(back(shown, mangle=add)).returns[0]
    assert {"A new idea", "Said in the last column"} <= {s.value for s in one.stray_cells}


@pytest.mark.parametrize("first", [0, 1])
def test_one_answer_merged_over_three_rows_names_the_three_lines(master, first):
    file = back(master.issued["Lead"], L001_progress_update="Done for all three.", L002_progress_update=None)
    rows = file.blocks[0].rows
    column = rows[HEAD].index("Progress Update") + 1
    block = replace(file.blocks[0], merges=((HEAD + 2, column, HEAD + 4, column),))
    one = master.merge(replace(file, blocks=(block,))).returns[0]
    told = " ".join(one.notes)
    assert all(id_ in told for id_ in ("L001", "L002", "L003")), told


def test_undo_of_both_joint_answers_puts_back_what_stood_there(master):
    for order in (("Lead", "Pay"), ("Pay", "Lead")):
        made = Master(TABLE, ADDRESSES)
        made.issue()
        first = made.merge(back(made.issued["Lead"], L004_progress_update="Lead says so.")).returns[0].return_id
        second = made.merge(back(made.issued["Pay"], L004_progress_update="Pay says so.")).returns[0].return_id
        made.choose(0, "take return")
        made.decide()
        assert made.says("L004.progress_update") == "Pay says so."
        ids = {"Lead": first, "Pay": second}
        for owner in order:
            made.undo(ids[owner])
        assert made.says("L004.progress_update") == "Paid in part.", order


def rename(master, old, new):
    """HR calls an owner by another name, on the Owners sheet and in the plan."""
    for name in ("Owners", "Plan"):
        rows = [
            [v.replace(old, new) if isinstance(v, str) and v in (old, f"{old}/Pay") else v for v in row]
            for row in master.snapshot[name].rows
        ]
        blocks = (replace(b, rows=rows) if b.name == name else b for b in master.snapshot.sheets)
        master.snapshot = replace(master.snapshot, sheets=tuple(blocks))


@pytest.mark.parametrize("again", [False, True])
def test_an_owner_renamed_after_issue_is_the_same_owner_and_chase_knows(master, again):
    mine = master.issued["Lead"]
    rename(master, "Lead", "Head of People")
    reminders = {r.return_.owner.role: r.return_.owner.email for r in chase(master.snapshot, master.now).reminders}
    assert reminders == {"Head of People": ADDRESSES["Lead"], "Pay": ADDRESSES["Pay"]}
    if again:
        master.issue()
        assert len(chase(master.snapshot, master.now).reminders) == 2, "the second issue takes the place of the first"
        mine = master.issued["Head of People"]
    result = master.merge(back(mine, sender=ADDRESSES["Lead"], L001_rag="Red"))
    assert master.says("L001.rag") == "Red" and not result.refused, [r.reason for r in result.refused]
    assert [r.return_.owner.role for r in chase(master.snapshot, master.now).reminders] == ["Pay"]


@pytest.mark.parametrize(("heading", "taken"), [("What we did", False), ("Progress Update", True)])
def test_a_column_named_like_an_alias_is_not_the_real_one_while_that_holds_what_was_issued(master, heading, taken):
    def own(rows):
        rows[HEAD][at(rows, "Progress Update")] = heading
        rows[HEAD].append("Progress")
        for row in rows[HEAD + 1 :]:
            row.append(f"Ask Jo about {row[0]}")

    (one,) = master.merge(back(master.issued["Lead"], mangle=own, L002_progress_update="Opened.")).returns
    listed = {s.value for s in one.stray_cells}
    assert master.says("L001.progress_update") == "Begun in May."
    assert (master.says("L002.progress_update") == "Opened.") == taken
    assert {"Ask Jo about L001", *(() if taken else ("Opened.",))} <= listed


def test_two_cells_of_a_line_that_say_one_heading_are_no_fault_of_the_master(master):
    master.types(L001_progress_update="Progress Update", L001_measures="Progress Update")
    assert master.says("L001.progress_update") == "Progress Update"
