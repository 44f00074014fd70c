"""Answers that came to stand in another line's row, where lines are much alike: held back, and what is meant is taken."""

import csv
import io
import time
from datetime import datetime

import pytest
from plans import HEAD, Master, at, back, sheet

from hrworkbook.intake.reader import read_file
from hrworkbook.merging.outcomes import ReceivedFile
from hrworkbook.plan.schema import load_schema
from hrworkbook.verbs.merge import merge

SOURCE = load_schema("delivery-plan").source.replace('key = "timescale"', 'edited_by = "owner"\nkey = "timescale"')
WIDER = SOURCE.replace('key = "measures"', 'edited_by = "owner"\nkey = "measures"')
TABLE = """
Theme | Ref | Priority                      | Owner  | Timescale  | Performance & Outcome Measures | RAG   | Progress Update
Care  | 1.1 | Launch the plan – in Medicine | Lead   | March 2027 | Turnover ≤ 11.5%               | Green | As reported last quarter.
Care  | 1.2 | Launch the plan – in Surgery  | Lead   | May 2027   | Turnover ≤ 9%                  | Amber | As reported last quarter.
Care  | 2.1 | Publish the passport          | Lead   | Dec 2026   | Passports in use               | Red   | Two wards have begun it.
Care  | 2.1 | Publish the passport          | Lead   | June 2027  | Passports for all              | Amber | Paused: awaiting a decision.
"""
MONDAY = datetime(2026, 11, 16, 10, 0)


@pytest.fixture
def master():
    made = Master(TABLE, {"Lead": "lead@council.example"}, WIDER)
    made.issue()
    return made


@pytest.fixture
def mine(master):
    return master.issued["Lead"]


def swap(rows, one, other, *headings):
    """Two lines' cells under some headings, exchanged."""
    first, second = (next(r for r in rows[HEAD + 1 :] if r[0] == id_) for id_ in (one, other))
    for heading in headings:
        column = at(rows, heading)
        first[column], second[column] = second[column], first[column]


def as_csv(rows, encoding="utf-8-sig"):
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    reading = read_file(out.getvalue().encode(encoding, "replace"), "r.csv")
    return ReceivedFile("r.csv", reading.blocks, reading.sha256)


@pytest.mark.parametrize(("one", "other"), [("L001", "L002"), ("L001", "L004"), ("L003", "L004")])
@pytest.mark.parametrize("answered", [{}, {"L002_progress_update": "A new word on it."}], ids=["as issued", "answered"])
def test_both_ids_of_lines_alike_exchanged_write_nothing_into_the_other(master, mine, one, other, answered):
    before = master.values()
    result = master.merge(back(mine, MONDAY, lambda rows: swap(rows, one, other, "ID", "Row ID"), **answered))
    meant = {("L002", "progress_update"): "A new word on it."} if answered and "L002" not in (one, other) else {}
    assert master.values() in (before, before | meant)
    held = [c for c in result.returns[0].cells if c.outcome == "conflict"]
    assert all(c.line.id in (one, other, "L002") for c in held)
    assert "A new word on it." in [c.received for c in result.returns[0].cells] or not answered


def test_ids_exchanged_in_a_file_whose_letters_were_lost(master, mine):
    rows = sheet(mine, L001_progress_update="All launched.")
    swap(rows, "L001", "L002", "ID", "Row ID")
    before = master.values()
    (one,) = master.merge(as_csv(rows, "cp1252")).returns
    assert master.values() == before
    assert [(c.line.id, c.outcome) for c in one.cells] == [("L001", "conflict")]


def test_lines_without_ids_are_known_by_the_letters_that_were_kept(master, mine):
    rows = [row[1:-1] for row in sheet(mine, L001_progress_update="All launched.")[HEAD:]]
    (one,) = master.merge(as_csv(rows, "ascii")).returns
    assert one.outcome_counts["applied"] == 1 and master.says("L001.progress_update") == "All launched."


def test_a_dragged_id_over_lines_of_the_same_words(master, mine):
    """L003 and L004 say the same in HR's columns; only their answers tell them apart."""

    def dragged(rows):
        for row in rows[HEAD:]:
            del row[-1]
        rows[HEAD + 3][0], rows[HEAD + 4][0] = "L004", "L005"

    before = master.values()
    (one,) = master.merge(back(mine, MONDAY, dragged)).returns
    assert master.values() == before
    assert {c.line.id for c in one.cells if c.outcome == "conflict"} == {"L004"}
    assert any("issued for L003" in note for note in one.notes)


def test_an_answer_copied_from_a_line_that_keeps_it_is_an_answer(master, mine):
    cells = {"L004_rag": "Red", "L004_progress_update": "Two wards have begun it.", "L004_timescale": "Dec 2026"}
    (one,) = master.merge(back(mine, MONDAY, L004_measures="Passports in use", **cells)).returns
    assert one.outcome_counts["applied"] == 4 and master.says("L004.progress_update") == "Two wards have begun it."


def test_a_column_sorted_alone_is_seen_though_two_lines_shared_a_text(master, mine):
    texts = [
        "Paused: awaiting a decision.",
        "Two wards have begun it.",
        "As reported last quarter.",
        "As reported last quarter.",
    ]
    cells = {f"L00{n}_progress_update": text for n, text in enumerate(texts, 1)}
    before = master.values()
    (one,) = master.merge(back(mine, MONDAY, **cells)).returns
    assert master.values() == before and one.outcome_counts["conflict"] == 4


def test_hrs_columns_sorted_alone_leave_answers_with_their_ids(master, mine):
    (one,) = master.merge(
        back(mine, MONDAY, lambda rows: swap(rows, "L001", "L002", "Ref", "Priority"), L001_rag="Complete")
    ).returns
    assert master.says("L001.rag") == "Complete" and one.outcome_counts["locked"] == 4


def test_many_lines_with_a_changed_cell_of_hrs_take_no_longer_each_than_few():
    """Quadratic, four times the lines took sixteen times as long."""
    took = []
    for count in (400, 1600):
        lines = (
            f"Staff | R{n} | Train manager number {n} well | Lead | 2027 | Red | Course {n} held." for n in range(count)
        )
        heads = "Theme | Ref | Priority | Owner | Timescale | RAG | Progress Update"
        made = Master("\n".join((heads, *lines)), {"Lead": "lead@council.example"})
        mine = made.issue()["Lead"]
        typed = {
            f"{line.id}_{key}": says
            for line in mine.lines
            for key, says in (("priority", f"{line.id} anew"), ("ref", "R1"))
        }
        file = back(mine, **typed)
        started = time.process_time()
        (one,) = merge(made.snapshot, [file], made.now).returns
        took.append(time.process_time() - started)
        assert one.outcome_counts["locked"] >= 2 * count - 2
    assert took[1] < 9 * took[0], took
