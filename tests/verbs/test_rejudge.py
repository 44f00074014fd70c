"""Judging again: what a verb mends is no problem any more, what it breaks is one, and what only Validate knows stays."""

from hypothesis import given, settings
from hypothesis import strategies as st
from masters import NOW
from plans import Master, back

from hrworkbook.plan.ledgers import PROBLEMS, START
from hrworkbook.plan.snapshot import Link, Write
from hrworkbook.plan.start_sheet import UNJUDGED
from hrworkbook.plan.values import Value
from hrworkbook.verbs.rejudge import rejudge
from hrworkbook.verbs.validate import validate

CELLS: dict[str, list[Value]] = {
    "theme": ["Staff", "Safety", None],
    "ref": ["A", "B"],
    "priority": ["Hire well", "Train managers"],
    "timescale": ["March 2027", "Smarch", "May 2020", None],
    "rag": ["Green", "Complete", "greenish", None],
    "progress_update": ["Done so far.", None],
    "part": ["Part 1", "Part 2", "perhaps", None],
    "exempt_paragraph": [4, None],
    "exempt_reason": ["Pay of one person", None],
}


def listed(master: Master) -> list[tuple[str, ...]]:
    """The Problems sheet's rows, as texts."""
    return [tuple(row.text(h) for h in PROBLEMS.headings) for row in PROBLEMS.data_rows(master.snapshot)]


def validated(**cells: Value) -> Master:
    """A master with some cells typed over, after Validate."""
    master = Master()
    master.types(**cells)
    master.apply(validate(master.snapshot, master.now).changes)
    return master


def start(master: Master) -> str:
    """Everything the Start sheet says."""
    return "\n".join(str(value) for row in master.snapshot[START].rows for value in row if value is not None)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.tuples(st.sampled_from(["L001", "L002", "L003"]), st.sampled_from(sorted(CELLS))), st.integers(0, 3), max_size=5),
    st.dictionaries(st.tuples(st.sampled_from(["L001", "L002", "L003"]), st.sampled_from(sorted(CELLS))), st.integers(0, 3), min_size=1, max_size=5),
)  # fmt: skip
def test_after_a_change_the_problems_are_those_that_validate_would_find(first, then):
    master = validated(**{f"{x}_{key}": CELLS[key][n % len(CELLS[key])] for (x, key), n in first.items()})
    changed = {(x, key): CELLS[key][n % len(CELLS[key])] for (x, key), n in then.items()}
    judged = rejudge(master.plan, changed, NOW.date())
    master.types(**{f"{x}_{key}": value for (x, key), value in changed.items()})
    master.apply(judged.writes)
    ours = listed(master)
    master.apply(validate(master.snapshot, NOW).changes)
    assert sorted(ours) == sorted(listed(master))
    assert judged.problems == len(ours)


def test_a_merge_clears_what_it_mends_and_undo_lists_it_again():
    master = validated(L001_timescale="Dec 2025")
    assert [row[2:4] for row in listed(master)] == [("L001", "Timescale"), ("L003", "Progress Update")]
    returns = master.issue()
    master.merge(back(returns["Recruitment Lead"], L001_rag="Complete"))
    assert [row[2:4] for row in listed(master)] == [("L003", "Progress Update")]
    assert master.snapshot[START].at(5, 4) == 1
    master.merge(back(returns["Safety Lead"], L003_progress_update="Audited."))
    assert listed(master) == [] and master.snapshot[START].at(5, 4) == 0
    master.undo(returns["Safety Lead"].id)
    assert [row[2:4] for row in listed(master)] == [("L003", "Progress Update")]


def test_a_decision_clears_what_it_mends():
    master = validated()
    returns = master.issue()
    master.types(L003_progress_update="By HR.")
    master.apply(validate(master.snapshot, master.now).changes)
    master.types(L003_progress_update=None)
    master.merge(back(returns["Safety Lead"], L003_progress_update="Audited."))
    if master.decisions:
        master.choose(0, "take return")
        master.decide()
    assert listed(master) == []


def test_what_a_council_checks_itself_stays_until_validate_with_its_link():
    master = validated()
    row = {
        "Severity": "warning", "Go to": Link("Plan!F6", "Plan", "F6"), "ID": "L001", "Column": "RAG",
        "What is wrong": "the mayor asks", "What to do": "Tell her", "What it says now": "Green", "Rule": "our-mayor",
    }  # fmt: skip
    master.apply(PROBLEMS.append(master.snapshot, [row]))
    judged = rejudge(master.plan, {("L003", "progress_update"): "Audited."}, NOW.date())
    (write,) = judged.writes
    assert write.rows[0] == tuple(row.values()) and judged.problems == 1


def test_of_a_master_whose_problems_do_not_say_their_rule_nothing_is_concluded():
    master = validated(L001_timescale="Smarch")
    top, columns = PROBLEMS.heading_row(master.snapshot)
    before = listed(master)
    master.apply([Write(PROBLEMS.sheet, top, columns["Rule"], ((None,),))])
    returns = master.issue()
    master.merge(back(returns["Safety Lead"], L003_progress_update="Audited."))
    assert [r[:3] for r in listed(master)] == [r[:3] for r in before]
    assert UNJUDGED in start(master)


def test_nothing_changed_nothing_judged():
    assert rejudge(Master().plan, {}, NOW.date()).problems is None


def test_what_was_mended_by_hand_is_cleared_with_the_next_merge():
    master = validated(L001_timescale="Smarch")
    returns = master.issue()
    master.types(L001_timescale="March 2027")
    master.merge(back(returns["Safety Lead"], L003_progress_update="Audited."))
    assert listed(master) == []
