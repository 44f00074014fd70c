"""Laws of a merge: pressed together or one by one it is the same, and each filled cell that came has an outcome."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from masters import NOW
from plans import HEAD, Master, back

from hrworkbook.merging import count_witness
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.values import is_blank

TABLE = """
Theme | Ref | Priority                    | Owner    | Timescale  | RAG   | Progress Update
Care  | 1.1 | Launch the plan in Medicine | Lead     | March 2027 | Green | Met twice.
Care  | 1.2 | Open the nursery in May     | Lead     | May 2027   | Amber |
Care  | 2.1 | Publish the passport        | Lead     | Dec 2026   | Red   | Drafted in full by the board.
Care  | 2.2 | Pay the living wage         | Pay/Lead | June 2027  | Green | Paid in part.
Care  | 3.1 | Review the bank rates       | Pay      | June 2028  | Red   |
"""
OWNERS = {"Lead": "lead@council.example", "Pay": "pay@council.example"}
LINES = {"Lead": ("L001", "L002", "L003", "L004"), "Pay": ("L004", "L005")}
WORDS = {
    "rag": ("Red", "Amber", "Green", "Complete", "Purple", None),
    "progress_update": ("Met twice.", "A pilot began in two wards.", "Late", "Drafted in full by the board.", None),
}
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def answers(owner):
    """Some answers of an owner: a value by line and column."""
    cells = [(line, key) for line in LINES[owner] for key in WORDS]
    cell = st.sampled_from(cells).flatmap(lambda c: st.tuples(st.just(c), st.sampled_from(WORDS[c[1]])))
    return st.lists(cell, max_size=5).map(lambda some: {f"{line}_{key}": value for (line, key), value in some})


mails = st.lists(
    st.sampled_from(tuple(LINES)).flatmap(lambda owner: st.tuples(st.just(owner), answers(owner))), max_size=5
)
hr = answers("Lead")


@pytest.fixture(scope="module")
def issued():
    master = Master(TABLE, OWNERS)
    master.issue()
    return master


def asked(master):
    return sorted(
        (d.text("ID"), d.text("Column"), d.text("In the return"), d.text("Owner"))
        for d in master.decisions
        if not d.text("Done")
    )


def again(master):
    copy = Master.__new__(Master)
    copy.snapshot, copy.now, copy.issued = master.snapshot, NOW + timedelta(days=30), dict(master.issued)
    return copy


@SLOW
@given(mails, hr)
def test_pressed_together_or_one_by_one_gives_the_same_plan_and_the_same_decisions(issued, sent, typed):
    start = again(issued)
    start.types(**typed)
    files = [
        back(issued.issued[owner], NOW + timedelta(hours=at), file=f"{at}.xlsx", sender=OWNERS[owner], **says)
        for at, (owner, says) in enumerate(sent, 1)
    ]
    together, one_by_one = again(start), again(start)
    together.merge(*reversed(files))
    for file in files:
        one_by_one.merge(file)
    assert together.values() == one_by_one.values()
    assert asked(together) == asked(one_by_one)


extra = st.sampled_from((None, "", " ", "n/a", "A thought of ours", 7, "L001", "\u00a0"))


@SLOW
@given(
    answers("Lead"),
    st.lists(st.lists(extra, max_size=7), max_size=3),
    st.lists(extra, min_size=4, max_size=4),
    st.booleans(),
)
def test_each_filled_cell_that_came_has_an_outcome(issued, typed, below, beside, emptied):
    def mangle(rows):
        rows[HEAD].append("Own notes")
        for row, value in zip(rows[HEAD + 1 :], beside, strict=True):
            row.append(value)
        if emptied:
            rows[HEAD + 2][:] = []
        return [*rows, *below]

    file = back(issued.issued["Lead"], mangle=mangle, **typed)
    filled = [[not is_blank(v) for v in row] for row in file.blocks[0].rows]
    (one,) = again(issued).merge(file).returns
    known = len(filled) - HEAD - 1 - len(below) - emptied
    # Headings and titles, the ID and the hidden ID of each line, and a line's ID once more in a row below.
    frame = sum(map(sum, filled[: HEAD + 1])) + 2 * known + sum(row[:1] == ["L001"] for row in below)
    cleared = sum(is_blank(cell.received) for cell in one.cells)
    assert sum(one.outcome_counts.values()) - cleared == sum(map(sum, filled)) - frame


def test_a_cell_without_an_outcome_stops_the_merge(issued, monkeypatch):
    """The witness bites: where the comparison loses a cell, nothing is merged."""
    monkeypatch.setattr("hrworkbook.merging.diff_return.filled_in", lambda values: count_witness.filled_in(values) - 1)
    with pytest.raises(HrWorkbookError, match="accounted for"):
        again(issued).merge(back(issued.issued["Lead"], L001_rag="Red"))
    monkeypatch.undo()
    assert again(issued).merge(back(issued.issued["Lead"], L001_rag="Red")).returns
