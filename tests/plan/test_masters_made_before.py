"""Masters made before their ledgers had columns for what code decides: they merge, decide, bounce and undo as ever."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from plans import Master, back

from hrworkbook.plan.ledger_records import read_change, read_decision
from hrworkbook.plan.ledger_words import ChangeCause, DecisionState, Question
from hrworkbook.plan.ledgers import DECISIONS, JOURNAL, KEEP_BOTH, KEEP_MASTER, TAKE_RETURN
from hrworkbook.plan.snapshot import Snapshot, Write
from hrworkbook.verbs.bounce import bounce

MONDAY = datetime(2026, 11, 16, 10, 0)
DECISIONS_BEFORE = [
    "Decision", "My own text", "Why", "Go to", "ID", "Column", "As issued", "In the master", "In the return", "Owner",
    "Return", "When", "Done",
]  # fmt: skip
JOURNAL_BEFORE = ["When", "Why", "Return", "File", "From", "Owner", "ID", "Column", "Before", "After"]


@pytest.fixture
def master():
    """A master as 9262ecb made them: two ledgers have fewer columns."""
    made = Master()
    sheets = []
    for block in made.snapshot.sheets:
        for ledger, before in ((DECISIONS, DECISIONS_BEFORE), (JOURNAL, JOURNAL_BEFORE)):
            if block.name == ledger.sheet:
                top, _ = ledger.heading_row(made.snapshot)
                block = replace(block, rows=[*block.rows[: top - 1], before])
        sheets.append(block)
    made.snapshot = Snapshot(made.snapshot.name, tuple(sheets))
    made.issue()
    return made


def headings(master, ledger):
    return list(ledger.heading_row(master.snapshot)[1])


def conflicted(master):
    """A return with a conflict, a fault and a cell that is applied, merged."""
    master.types(L002_progress_update="HR's own.")
    answer = back(
        master.issued["Learning Lead"], MONDAY, L002_progress_update="The owner's.", L002_rag="Blue", L003_rag="Green"
    )
    return master.merge(answer), answer


def test_a_master_made_before_keeps_its_columns_and_says_as_much(master):
    conflicted(master)
    assert headings(master, DECISIONS) == DECISIONS_BEFORE and headings(master, JOURNAL) == JOURNAL_BEFORE
    assert [row.text("Why").partition(": ")[0] for row in master.decisions] == ["invalid", "conflict"]
    asked = [read_decision(row) for row in master.decisions]
    assert [a.question for a in asked] == [Question.INVALID, Question.CONFLICT] and all(a.is_open for a in asked)
    assert asked[0].why.startswith("RAG is 'Blue'")
    assert [read_change(row).cause for row in master.journal] == [ChangeCause.MERGE]


def test_it_decides_bounces_and_undoes(master):
    before = master.values() | {("L002", "progress_update"): "HR's own."}
    _, answer = conflicted(master)
    (gone_back,) = bounce(master.snapshot, master.now).returns
    assert list(gone_back.faulty_cells) == [("L002", "rag")]
    assert gone_back.faulty_cells["L002", "rag"].reason.startswith("RAG is 'Blue'")
    master.choose(1, TAKE_RETURN)
    assert master.decide().applied_count == 1
    assert master.says("L002.progress_update") == "The owner's."
    assert master.journal[-1].text("Why") == f"decide: {TAKE_RETURN}"
    assert read_change(master.journal[-1]).decision == TAKE_RETURN
    undone = master.undo(master.issued["Learning Lead"].id)
    assert not undone.left_cells and master.values() == before
    assert [read_decision(row).state for row in master.decisions] == [DecisionState.UNDONE] * 2
    assert len(master.merge(answer).returns) == 1 and len(master.decisions) == 4


def test_what_no_cell_can_hold_is_known_there_too(master):
    master.merge(back(master.issued["Learning Lead"], MONDAY, L002_progress_update="x" * 40_000))
    (row,) = master.decisions
    assert row.text("Why").startswith("invalid, cannot be taken: ") and not read_decision(row).can_be_taken
    master.choose(0, TAKE_RETURN)
    (finding,) = master.decide().findings
    assert "cannot stand in the plan" in finding.message
    master.choose(0, KEEP_MASTER)
    assert master.decide().applied_count == 1


def test_rows_written_before_are_read(master):
    """Rows as they stand in such a master: a formula was replaced, an own text written, a decision undone."""
    rows = [
        {"Why": f"decide: {KEEP_BOTH}, over the formula =A1", "ID": "L001", "Column": "RAG"},
        {"Why": "decide: my own text", "ID": "L001", "Column": "RAG"},
        {"Why": "roll", "ID": "L001", "Column": "RAG"},
    ]
    top, columns = JOURNAL.heading_row(master.snapshot)
    for at, row in enumerate(rows, top + 1):
        master.apply([Write(JOURNAL.sheet, at, columns[h], ((v,),)) for h, v in row.items()])
    changes = [read_change(row) for row in master.journal]
    assert [c.cause for c in changes] == [ChangeCause.DECIDE, ChangeCause.DECIDE, ChangeCause.ROLL]
    assert [(c.decision, c.formula) for c in changes] == [(KEEP_BOTH, "=A1"), ("my own text", ""), ("", "")]


def test_a_newer_return_takes_its_decision_off(master):
    conflicted(master)
    master.merge(
        back(master.issued["Learning Lead"], MONDAY + timedelta(days=1), L002_progress_update="Newer.", L002_rag="Red")
    )
    done = [read_decision(row) for row in master.decisions[:2]]
    assert not done[0].is_open and not done[1].is_open
