"""The seal: what was issued, whose it is, and each way a return can be the wrong one, told apart."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import HEAD, Master, at, back, received, sheet

from hrworkbook.plan.ledgers import OWNERS_LEDGER
from hrworkbook.plan.seal import Seal, compute_mark, find_seal, marks_equal
from hrworkbook.plan.snapshot import Block
from hrworkbook.verbs.roll import roll

MONDAY = datetime(2026, 11, 16, 10, 0)
SEAL = 4
"""The seal's row in a return, from 0."""


def test_a_seal_is_found_wherever_it_was_moved_to():
    seal = Seal("R0007", "0A1B2C3D", "2026/27 Q3", "ab" * 16)
    for row, column in ((0, 0), (4, 3), (25, 9)):
        rows = [[None] * 10 for _ in range(30)]
        rows[row][column] = f"  {seal} "
        assert find_seal([Block("Notes", [["hello"]]), Block("Mine", rows)]) == (seal, "")
    below = [["x"]] * 300 + [[str(seal)]]
    assert find_seal([Block("Mine", below)]) == (seal, "")


@pytest.mark.parametrize(
    "text", ["hrworkbook return R0007", "hrworkbook return R0007 | plan 12 | period", "HRWORKBOOK RETURN 7 | seal"]
)
def test_what_was_a_seal_is_told(text):
    assert find_seal([Block("Mine", [[text]])]) == (None, text)


@pytest.mark.parametrize(
    "text", ["I shall send the hrworkbook return 7 tomorrow", "hrworkbook returns are fine", "R0007"]
)
def test_a_mention_is_no_seal(text):
    assert find_seal([Block("Mine", [[text]])]) == (None, "")


TEXT = st.text(max_size=12)


@given(st.lists(st.tuples(TEXT, st.lists(TEXT | st.none() | st.floats(allow_nan=False), max_size=3)), max_size=4), TEXT)
def test_the_mark_covers_every_part_and_is_the_same_for_the_same(lines, other):
    of = compute_mark("key", "R1", "P1", "Q1", lines)
    assert marks_equal(of, compute_mark("key", "R1", "P1", "Q1", list(lines))) and len(of) == 32
    for changed in (
        compute_mark("another", "R1", "P1", "Q1", lines), compute_mark("key", "R2", "P1", "Q1", lines),
        compute_mark("key", "R1", "P2", "Q1", lines), compute_mark("key", "R1", "P1", "Q2", lines),
        compute_mark("key", "R1", "P1", "Q1", [*lines, ("L999", [other])]),
    ):  # fmt: skip
        assert not marks_equal(of, changed)


def test_two_values_are_not_the_same_as_their_joint_text():
    assert compute_mark("k", "R", "P", "Q", [("L1", ["a", "b"])]) != compute_mark("k", "R", "P", "Q", [("L1", ["ab"])])


# ---------------------------------------------------------------- each wrong return, told apart


def issued():
    """A master that went out."""
    master = Master()
    master.issue()
    return master


def reason(master, reply):
    """Why a reply was refused; the plan must not have been touched by it."""
    before = master.values()
    result = master.merge(reply)
    assert not result.returns and master.values() == before and not master.journal
    (one,) = result.refused
    assert any(i.text("What") == one.status and i.text("Note") == one.reason for i in master.register)
    return one.reason


def test_another_plans_return():
    master, other = issued(), issued()
    mine = master.issued["Learning Lead"]

    def foreign(rows):
        rows[SEAL][0] = rows[SEAL][0].replace("plan 0A1B2C3D", "plan FFFF0000")

    assert "issued from another plan (FFFF0000, this is 0A1B2C3D)" in reason(
        master, back(mine, mangle=foreign, L002_rag="Red")
    )
    assert other


def test_a_return_the_register_does_not_know():
    master = issued()

    def unknown(rows):
        rows[SEAL][0] = rows[SEAL][0].replace("R0002", "R0042")

    assert "no return R0042" in reason(master, back(master.issued["Learning Lead"], mangle=unknown))


def test_the_last_periods_return_with_its_seal_and_without():
    master = issued()
    late = master.issued["Learning Lead"]
    master.apply(roll(master.snapshot, master.later()).changes)
    master.issue()
    master.apply([])
    assert "it was issued for 2026/27 Q3, and the plan now reports 2026/27 Q4" in reason(
        master, back(late, L002_rag="Red")
    )
    stripped = back(late, mangle=lambda rows: rows[SEAL].clear(), L002_rag="Red")
    assert "its seal is gone, and it says that it is for 2026/27 Q3" in reason(master, stripped)


def test_last_periods_table_whose_lines_are_the_same_now():
    """It lacks the last report that is shown now, and says what was issued then."""
    master = issued()
    late = master.issued["Recruitment Lead"]
    master.merge(back(late, L001_progress_update="Three posts filled."))
    master.apply(roll(master.snapshot, master.later()).changes)
    master.types(L001_progress_update=None)
    present = master.issue()["Recruitment Lead"]
    before = master.values()
    result = master.merge(back(late, mangle=lambda rows: rows[HEAD:], L001_rag="Green"))
    assert not result.returns and f"it reads as return {late.id} for 2026/27 Q3" in result.refused[0].reason
    (one,) = master.merge(back(present, mangle=lambda rows: rows[HEAD:], L001_rag="Green")).returns
    assert master.values() == before | {("L001", "rag"): "Green"}


def test_last_periods_table_with_a_line_that_is_done_since_and_the_present_one():
    master = issued()
    late = master.issued["Learning Lead"]
    master.types(L002_rag="Complete")
    master.apply(roll(master.snapshot, master.later()).changes)
    present = master.issue()["Learning Lead"]
    assert {x.id for x in present.lines} < {x.id for x in late.lines}
    sender, cells = "learn@council.example", {f"{present.lines[0].id}_progress_update": "Well under way."}
    assert "it reads as return" in reason(master, back(late, mangle=lambda rows: rows[HEAD:], sender=sender, **cells))
    (one,) = master.merge(back(present, mangle=lambda rows: rows[HEAD:], sender=sender, **cells)).returns
    assert one.outcome_counts["applied"] == 1

    def bare(rows):
        at = [n for n, h in enumerate(rows[HEAD]) if not str(h).startswith("Last reported")]
        return [[row[n] for n in at] for row in rows[HEAD:]]

    master.undo()
    (one,) = master.merge(back(present, mangle=bare, sender=sender, **cells)).returns
    assert one.outcome_counts["applied"] == 1


@pytest.mark.parametrize(
    "edit",
    [
        lambda s: s[:-1] + ("0" if s[-1] != "0" else "1"),
        lambda s: s.replace("R0002", "R0001"),
        lambda s: s.replace("2026/27 Q3", "2026/27 Q3 "),
        lambda s: s[:60],
        lambda s: s.upper(),
    ],
    ids=["mark", "another's ID", "a space in the period", "cut", "capitals"],
)
def test_a_tampered_seal(edit):
    master = issued()

    def tampered(rows):
        rows[SEAL][0] = edit(rows[SEAL][0])

    reply = back(master.issued["Learning Lead"], mangle=tampered, L002_rag="Red")
    if "Q3  " in str(reply.blocks[0].rows[SEAL][0]):
        assert master.merge(reply).returns
    else:
        assert "seal" in reason(master, reply)


def test_a_seal_of_the_same_return_with_other_values_on_hrs_side_is_noticed():
    """The baseline itself was altered: what was issued can no longer be proved."""
    master = issued()
    mine = master.issued["Learning Lead"]
    from hrworkbook.plan.model import issued_ledger

    ledger = issued_ledger(master.plan.schema)
    row = next(i for i in ledger.data_rows(master.snapshot) if i.text("ID") == "L002")
    master.apply(ledger.rewrite(master.snapshot, row, {"Progress Update": "Altered."}))
    assert "is not the one that was issued" in reason(master, back(mine, L002_rag="Red"))


def test_a_stripped_seal_is_noticed_and_the_return_taken_by_its_lines():
    master = issued()
    reply = back(master.issued["Safety Lead"], mangle=lambda rows: rows[SEAL].clear(), L003_rag="Green")
    reply2 = back(master.issued["Learning Lead"], mangle=lambda rows: rows[SEAL].clear(), L002_rag="Green")
    result = master.merge(reply2)
    assert result.returns[0].return_id == master.issued["Learning Lead"].id
    assert result.returns[0].notes[0].startswith("The seal is gone; taken for return R0002 of Learning Lead")
    assert master.says("L002.rag") == "Green"
    assert [r.owner for r in master.merge(reply).returns] == ["Safety Lead"]


def test_a_table_pasted_into_a_new_file_is_known_by_its_lines_or_its_sender():
    master = issued()
    rows = sheet(master.issued["Safety Lead"], L003_rag="Green")[HEAD:]
    assert master.merge(received(rows)).returns[0].owner == "Safety Lead"
    joint = issued()
    rows = [row[:] for row in sheet(joint.issued["Learning Lead"], L003_rag="Green")[HEAD:]]
    del rows[1]
    by_sender = joint.merge(received(rows, sender="learn@council.example"))
    assert by_sender.returns[0].owner == "Learning Lead"


def test_a_table_that_is_nobodys():
    master = issued()
    rows = [["ID", "Priority", "RAG"], ["X9", "Mend the roof of the town hall", "Green"]]
    assert "no line in it was issued from this plan in this period" in reason(master, received(rows))
    assert "it has headings but no lines" in reason(master, received(rows[:1]))
    assert "no table with the headings" in reason(master, received([["Dear HR"], ["see you on Monday"]]))


def test_another_plans_lines_that_are_numbered_alike_are_not_ours():
    """Without a seal only the IDs agree, and they agree by chance."""
    master = issued()
    foreign = Master(
        """
        Theme  | Ref | Priority                       | Owner         | Timescale  | RAG   | Progress Update
        Roads  | A   | Mend the bridge at the mill    | Engineer      | Dec 2026   | Red   | Steel ordered.
        Roads  | B   | Light the underpass            | Engineer      | Ongoing    | Red   | Lamps ordered.
        """
    )
    rows = sheet(foreign.issue()["Engineer"], L002_progress_update="Lamps hung.")
    assert "no line in it was issued from this plan" in reason(master, received(rows[HEAD:]))

    def mixed(mine):
        for row in mine[HEAD:]:
            row.pop()
        mine[HEAD + 1][1:-1] = rows[HEAD + 2][1 : len(mine[HEAD + 1]) - 1]

    result = master.merge(back(master.issued["Learning Lead"], mangle=mixed))
    assert result.returns[0].outcome_counts["applied"] == 0 and result.needs_a_person
    assert master.says("L002.progress_update") == "First course held."


def test_somebody_elses_return_and_the_deputys():
    master = issued()
    reply = back(master.issued["Learning Lead"], sender="safety@council.example", L002_rag="Red")
    said = reason(master, reply)
    assert "it is the return of Learning Lead, but safety@council.example is Safety Lead" in said
    owner = next(i for i in OWNERS_LEDGER.data_rows(master.snapshot) if i.text("Role") == "Learning Lead")
    master.apply(
        OWNERS_LEDGER.rewrite(master.snapshot, owner, {"Deputy e-mail": "other@x.example; Safety@council.example"})
    )
    assert master.merge(reply).returns[0].owner == "Learning Lead"


def test_a_sender_nobody_knows_is_no_reason_to_refuse():
    master = issued()
    assert master.merge(back(master.issued["Learning Lead"], sender="pa.office@council.example")).returns


def test_an_older_return_after_a_newer_one():
    master = issued()
    mine = master.issued["Learning Lead"]
    master.merge(back(mine, MONDAY, L002_rag="Red"))
    result = master.merge(back(mine, MONDAY - timedelta(days=1), L002_rag="Green"))
    assert result.refused[0].status == "Older" and master.says("L002.rag") == "Red"


def test_a_return_issued_again_replaces_the_first_as_its_baseline():
    master = issued()
    master.types(L002_progress_update="HR's own words.")
    first = master.issued["Learning Lead"]
    master.issue(owner="Learning Lead")
    second = master.issued["Learning Lead"]
    assert first.id != second.id
    result = master.merge(back(second, L002_progress_update="From the second."))
    assert result.returns[0].outcome_counts["applied"] == 1

    def head(rows):
        assert rows[HEAD][at(rows, "RAG")] == "RAG"

    result = master.merge(back(first, mangle=head, L002_rag="Red"))
    assert result.returns[0].return_id == first.id and master.says("L002.rag") == "Red"
