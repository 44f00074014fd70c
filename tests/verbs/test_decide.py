"""Decide: each choice does what it says, once, and is journalled."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import HEAD, Master, at, back

from hrworkbook.merging.join_texts import join_texts
from hrworkbook.plan.ledgers import CHOICES, DECISIONS, KEEP_BOTH, KEEP_MASTER, OWN_TEXT, PLAN, TAKE_RETURN
from hrworkbook.plan.snapshot import Write
from hrworkbook.plan.values import normalised_text

MONDAY = datetime(2026, 11, 16, 10, 0)
TUESDAY = MONDAY + timedelta(days=1)


def asked(**cells):
    """Two owners' different answers to one joint row: the first stands, the second waits."""
    master = Master()
    master.issue()
    first = cells or {"L003_progress_update": "Nine of ten sites seen."}
    master.merge(
        back(master.issued["Learning Lead"], MONDAY, **first),
        back(master.issued["Safety Lead"], TUESDAY, L003_progress_update="All but one are done."),
    )
    return master


CHOSEN = {
    KEEP_MASTER: "Nine of ten sites seen.",
    TAKE_RETURN: "All but one are done.",
    KEEP_BOTH: "Nine of ten sites seen.\nAll but one are done.",
    OWN_TEXT: "One site is left.",
}


@pytest.mark.parametrize("choice", CHOICES)
def test_each_choice_does_what_it_says_once_and_is_journalled(choice):
    master = asked()
    assert len(master.decisions) == 1
    master.choose(0, choice, "One site is left." if choice == OWN_TEXT else "")
    result = master.decide()
    assert (result.applied_count, result.waiting_count, result.findings) == (1, 0, ())
    assert master.says("L003.progress_update") == CHOSEN[choice]
    last = master.journal[-1]
    assert (last.text("Why"), last.text("Decision")) == ("decide", choice)
    assert (last["Before"], last["After"]) == ("Nine of ten sites seen.", CHOSEN[choice])
    assert (last.text("Owner"), last.text("ID")) == ("Safety Lead", "L003")
    assert master.decisions[0].text("Done").startswith(f"{choice}, 2026-11-21")
    before = master.snapshot
    assert master.decide().applied_count == 0
    assert master.snapshot == before


def test_a_choice_is_known_in_any_case_and_spacing_and_nothing_else_is():
    master = asked()
    master.choose(0, "take it")
    result = master.decide()
    assert result.applied_count == 0 and result.waiting_count == 1
    assert "Choose keep master, take return, keep both or my own text" in result.findings[0].message
    assert result.findings[0].place.startswith("Decisions!A")
    master.choose(0, " Take  Return ")
    assert master.decide().applied_count == 1


def test_own_text_without_a_text_and_a_text_without_a_decision_are_told():
    master = asked()
    master.choose(0, OWN_TEXT)
    assert "wrote none" in master.decide().findings[0].message
    master.choose(0, "", "A text of ours.")
    assert "no decision" in master.decide().findings[0].message
    assert master.says("L003.progress_update") == "Nine of ten sites seen."


def test_own_text_must_keep_to_the_schema():
    master = asked(L003_rag="Green")
    master.merge(
        back(master.issued["Safety Lead"], TUESDAY + timedelta(days=1), L003_rag="Blue", L003_progress_update=None)
    )
    row = next(i for i, d in enumerate(master.decisions) if d.text("Column") == "RAG")
    assert master.decisions[row].text("Question") == "invalid"
    assert master.decisions[row].text("Why").startswith("RAG is 'Blue'")
    master.choose(row, OWN_TEXT, "Purple")
    assert "RAG is 'Purple'" in master.decide().findings[0].message
    master.choose(row, KEEP_BOTH)
    assert "RAG can hold only one value" in master.decide().findings[0].message
    master.choose(row, OWN_TEXT, "amber")
    assert master.decide().applied_count == 1 and master.says("L003.rag") == "Amber"


@pytest.mark.parametrize("value", ["#REF!", "x" * 40_000])
def test_what_no_cell_can_hold_cannot_be_taken(value):
    master = Master()
    master.issue()
    master.merge(back(master.issued["Learning Lead"], L002_progress_update=value))
    for choice in (TAKE_RETURN, KEEP_BOTH):
        master.choose(0, choice)
        assert "cannot stand in the plan" in master.decide().findings[0].message
    assert master.says("L002.progress_update") == "First course held."
    master.choose(0, OWN_TEXT, "Second course held.")
    assert master.decide().applied_count == 1


def test_a_text_changed_since_it_was_listed_is_not_replaced_unseen():
    master = asked()
    master.types(L003_progress_update="HR rang them: two are left.")
    master.choose(0, TAKE_RETURN)
    result = master.decide()
    assert result.applied_count == 0 and "has changed since this was listed" in result.findings[0].message
    assert master.decisions[0].text("In the master") == "HR rang them: two are left."
    assert master.decide().applied_count == 1
    assert master.says("L003.progress_update") == "All but one are done."


def conflicting_twice():
    """Two returns against one cell that HR changed: two rows about it."""
    master = Master()
    master.issue()
    master.types(L003_progress_update="HR's.")
    master.merge(
        back(master.issued["Learning Lead"], MONDAY, L003_progress_update="Learning's."),
        back(master.issued["Safety Lead"], TUESDAY, L003_progress_update="Safety's."),
    )
    assert [d.text("In the return") for d in master.decisions] == ["Learning's.", "Safety's."]
    return master


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        (KEEP_MASTER, KEEP_MASTER, "HR's."),
        (KEEP_MASTER, TAKE_RETURN, "Safety's."),
        (TAKE_RETURN, KEEP_MASTER, "Learning's."),
        (KEEP_BOTH, KEEP_BOTH, "HR's.\nLearning's.\nSafety's."),
        (KEEP_BOTH, TAKE_RETURN, "Safety's.\nLearning's."),
        (TAKE_RETURN, KEEP_BOTH, "Learning's.\nSafety's."),
        (OWN_TEXT, KEEP_BOTH, "Ours.\nSafety's."),
    ],
)
def test_two_decisions_about_one_cell_are_taken_together(one, other, says):
    master = conflicting_twice()
    master.choose(0, one, "Ours." if one == OWN_TEXT else "")
    master.choose(1, other)
    result = master.decide()
    assert result.applied_count == 2 and not result.findings
    assert master.says("L003.progress_update") == says
    assert len([i for i in master.journal if i.text("Why") == "decide"]) == 2


def test_two_texts_cannot_both_replace_one_cell():
    master = conflicting_twice()
    master.choose(0, TAKE_RETURN)
    master.choose(1, TAKE_RETURN)
    result = master.decide()
    assert result.applied_count == 0 and len(result.findings) == 2
    assert "puts another text into the same cell" in result.findings[0].message
    assert master.says("L003.progress_update") == "HR's."


def test_deciding_one_of_two_and_the_other_later_shows_what_the_first_did():
    master = conflicting_twice()
    master.choose(0, TAKE_RETURN)
    assert master.decide().applied_count == 1
    master.choose(1, TAKE_RETURN)
    assert "has changed since" in master.decide().findings[0].message
    assert master.decide().applied_count == 1
    assert master.says("L003.progress_update") == "Safety's."


def test_what_was_decided_is_not_asked_again_by_the_next_file_of_the_same_return():
    master = asked()
    master.choose(0, KEEP_MASTER)
    master.decide()
    master.merge(
        back(
            master.issued["Safety Lead"],
            TUESDAY + timedelta(1),
            L003_progress_update="All but one are done.",
            L003_rag="Red",
        )
    )
    assert len(master.decisions) == 1 and master.says("L003.rag") == "Red"
    assert master.says("L003.progress_update") == "Nine of ten sites seen."


def test_taken_text_comes_again_as_already_there():
    master = asked()
    master.choose(0, TAKE_RETURN)
    master.decide()
    result = master.merge(
        back(master.issued["Safety Lead"], TUESDAY + timedelta(1), L003_progress_update="All but one are done.")
    )
    assert result.returns[0].outcome_counts["already"] == 1 and not result.needs_a_person


def test_a_locked_cell_can_be_taken():
    master = Master()
    master.issue()
    master.merge(back(master.issued["Learning Lead"], L002_priority="Train every manager"))
    master.choose(0, TAKE_RETURN)
    assert master.decide().applied_count == 1 and master.says("L002.priority") == "Train every manager"


def test_a_decision_about_a_line_that_is_gone_says_so():
    master = asked()
    plan = master.plan
    master.apply([Write(PLAN, plan.by_id["L003"].row, 1, ((None,) * max(plan.tables[0].column_numbers.values()),))])
    master.choose(0, TAKE_RETURN)
    assert "no longer in the plan" in master.decide().findings[0].message


def test_a_decisions_sheet_sorted_by_hr_is_read_as_it_stands():
    master = conflicting_twice()
    one, other = master.decisions
    for item, values in ((one, other), (other, one)):
        master.apply(DECISIONS.rewrite(master.snapshot, item, dict(values.values)))
    master.choose(0, KEEP_MASTER)
    master.choose(1, TAKE_RETURN)
    master.decide()
    assert master.says("L003.progress_update") == "Learning's."


BOTHS = """
one                                | other                                 | reads
Work begun                         | Posts filled                          | Work begun.\\nPosts filled
Work begun.                        | Work begun. Posts filled.             | Work begun. Posts filled.
Work begun. Posts filled.          | Posts filled.                         | Work begun. Posts filled.
Plan drafted. Board saw it.        | Plan drafted. Staff saw it.           | Plan drafted. Board saw it.\\nStaff saw it.
Phase 1 over. Delayed.             | Phase 2 over. Delayed.                | Phase 1 over. Delayed.\\nPhase 2 over. Delayed.
- one\\n- two                       | - one\\n- three                        | - one\\n- two\\n- three
Seen “as agreed.”                  | Paid                                  | Seen “as agreed.”\\nPaid
No                                 | Not yet done                          | No.\\nNot yet done
First, second,                     | third                                 | First, second.\\nthird
                                   | Only here                             | Only here
Only here                          |                                       | Only here
"""


@pytest.mark.parametrize("case", BOTHS.strip("\n").splitlines()[1:])
def test_keep_both_reads_well(case):
    one, other, reads = (c.strip().replace("\\n", "\n") for c in case.split("|"))
    assert join_texts(one or None, other or None) == reads


PROSE = st.lists(
    st.sampled_from(["Work begun.", "Posts filled", "- a point", "Delayed!", "", "(see below)"]), max_size=4
)


@given(PROSE, PROSE)
def test_keep_both_loses_no_sentence_and_adds_no_mark(one, other):
    says = normalised_text(join_texts("\n".join(one), "\n".join(other)))
    for sentence in filter(None, (*one, *other)):
        assert sentence in says
    assert set(says) <= set("".join([*one, *other])) | set(".\n")


def test_a_joint_answer_of_the_same_sense_in_other_marks_is_no_conflict():
    master = Master()
    master.issue()

    def spaced(rows):
        rows[HEAD + 1][at(rows, "Progress Update")] = " All\u00a0 sites\r\nseen "

    result = master.merge(
        back(master.issued["Learning Lead"], MONDAY, L003_progress_update="All sites\nseen"),
        back(master.issued["Safety Lead"], TUESDAY, spaced),
    )
    assert result.returns[1].outcome_counts["already"] == 1 and not master.decisions
