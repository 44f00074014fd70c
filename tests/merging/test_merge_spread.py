"""One return on several sheets of a file: copied, parted, or beside another table."""

from dataclasses import replace
from hashlib import sha256

import pytest
from plans import HEAD, Master, at, sheet

from hrworkbook.merging.outcomes import ReceivedFile
from hrworkbook.plan.snapshot import Block

TABLE = """
Theme  | Ref | Priority                              | Owner         | Timescale  | Performance & Outcome Measures | RAG   | Progress Update
Staff  | A   | Hire well and early                   | Learning Lead | March 2027 | Posts filled                   | Green | Two posts filled.
Staff  | B   | Train every manager in the new scheme | Learning Lead | Mar-27     | All trained by spring          | Amber | First course held in May.
Staff  | C   | Mentor new starters in each service   | Learning Lead | Ongoing    | Ten pairs at work              | Green | Six pairs of mentors at work.
Safety | A   | Audit sites with the safety team      | Learning Lead | Dec 2026   | All sites audited              | Red   | Nine of ten sites seen.
"""
ANSWERS = {"L001_rag": "Red", "L003_progress_update": "Eight pairs at work.", "L004_rag": "Complete"}
WRITTEN = {("L001", "rag"): "Red", ("L003", "progress_update"): "Eight pairs at work.", ("L004", "rag"): "Complete"}


@pytest.fixture
def master():
    made = Master(TABLE, {"Learning Lead": "learn@council.example"})
    made.issue()
    return made


@pytest.fixture
def mine(master):
    return master.issued["Learning Lead"]


def file(*sheets, hidden=()):
    blocks = tuple(Block(name, rows, hidden=name in hidden) for name, rows in sheets)
    return ReceivedFile("file.xlsx", blocks, sha256(repr(blocks).encode()).hexdigest())


def part(rows, *lines, sealed=True):
    """Some lines of a return, with or without all that stands above its headings."""
    return [*(rows[:HEAD] if sealed else []), rows[HEAD], *(r for r in rows[HEAD + 1 :] if r[0] in lines)]


def waiting(one):
    return [(c.line.id, c.column.key) for c in one.cells if c.outcome == "conflict"]


@pytest.mark.parametrize("sealed", [True, False], ids=["seal on both", "seal on the first"])
@pytest.mark.parametrize("turned", [False, True], ids=["in order", "turned"])
def test_lines_parted_among_two_sheets_are_one_return(master, mine, sealed, turned):
    rows = sheet(mine, **ANSWERS)
    before = master.values()
    sheets = [("Mine", part(rows, "L001", "L002")), ("Jo's", part(rows, "L003", "L004", sealed=sealed))]
    (one,) = master.merge(file(*(reversed(sheets) if turned else sheets))).returns
    assert master.values() == before | WRITTEN and one.outcome_counts["applied"] == 3 and not one.stray_cells
    assert one.line_count == 4 and not any("left as they are" in n for n in one.notes)


def test_both_parts_pasted_without_a_seal(master, mine):
    rows = sheet(mine, **ANSWERS)
    sheets = ("A", part(rows, "L001", "L002", "L003", sealed=False)), ("B", part(rows, "L004", sealed=False))
    (one,) = master.merge(file(*sheets)).returns
    assert one.outcome_counts["applied"] == 3 and not one.stray_cells


@pytest.mark.parametrize("answered", [0, 1], ids=["the first", "the second"])
def test_a_copy_left_as_it_was_changes_nothing_of_the_answered_one(master, mine, answered):
    sheets = [("Your return", sheet(mine)), ("Your return (2)", sheet(mine))]
    sheets[answered] = (sheets[answered][0], sheet(mine, **ANSWERS))
    before = master.values()
    (one,) = master.merge(file(*sheets)).returns
    assert master.values() == before | WRITTEN and one.outcome_counts["applied"] == 3 and not one.stray_cells


def test_copies_that_say_different_things_are_asked_about(master, mine):
    draft = sheet(mine, L001_rag="Amber", L002_rag="Red")
    (one,) = master.merge(file(("Draft", draft), ("Final", sheet(mine, **ANSWERS)))).returns
    assert waiting(one) == [("L001", "rag"), ("L001", "rag")] and master.says("L001.rag") == "Green"
    assert master.says("L004.rag") == "Complete" and master.says("L002.rag") == "Red"


def test_a_copy_emptied_for_next_time_clears_nothing(master, mine):
    blank = {f"L00{n}_{key}": None for n in (1, 2, 3, 4) for key in ("rag", "progress_update")}
    before = master.values()
    (one,) = master.merge(file(("Your return", sheet(mine)), ("Blank", sheet(mine, **blank)))).returns
    assert master.values() == before and len(waiting(one)) == 8


def stale(mine):
    """Last quarter's table: the same lines, other answers, no seal, and more lines than were issued."""
    rows = sheet(mine, **{f"L00{n}_progress_update": f"What was said last quarter of line {n}." for n in (1, 2, 3, 4)})
    more = [["L090", *rows[-1][1:-1], "L090"], ["L091", *rows[-2][1:-1], "L091"]]
    return [*rows[HEAD:], *more]


@pytest.mark.parametrize("behind", [True, False], ids=["behind", "in front"])
@pytest.mark.parametrize("lines", [("L001", "L002", "L003", "L004"), ("L001", "L003", "L004")], ids=["all", "not all"])
def test_an_older_table_in_the_same_file_writes_nothing(master, mine, behind, lines):
    sheets = [("Your return", part(sheet(mine, **ANSWERS), *lines)), ("Q2", stale(mine))]
    before = master.values()
    (one,) = master.merge(file(*(sheets if behind else reversed(sheets)))).returns
    assert master.values() == before | WRITTEN
    told = {s.value for s in one.stray_cells}
    assert all(f"What was said last quarter of line {n}." in told for n in (1, 2, 3, 4))


def test_a_part_whose_lines_say_something_else_is_listed(master, mine):
    """Lines of another plan that are numbered alike, and not one of ours."""
    rows = sheet(mine, **ANSWERS)
    others = part(rows, "L003", "L004", sealed=False)
    for row in others[1:]:
        row[at(rows, "Priority")], row[at(rows, "Performance & Outcome Measures")] = "Sweep the yard", "The yard swept"
        row[at(rows, "Ref")], row[at(rows, "Timescale")], row[at(rows, "Theme")] = "Z", "2031", "Yards"
    (one,) = master.merge(file(("Your return", part(rows, "L001", "L002")), ("Yards", others))).returns
    assert master.says("L004.rag") == "Red" and any(s.value == "Sweep the yard" for s in one.stray_cells)


def test_a_sheet_out_of_sight_is_not_read(master, mine):
    sheets = ("Your return", sheet(mine, **ANSWERS)), ("Old", sheet(mine, L002_rag="Red"))
    (one,) = master.merge(file(*sheets, hidden=("Old",))).returns
    assert master.says("L002.rag") == "Amber" and one.stray_cells and one.outcome_counts["applied"] == 3


def test_undo_puts_both_sheets_back(master, mine):
    rows = sheet(mine, **ANSWERS)
    before = master.values()
    master.merge(file(("A", part(rows, "L001", "L002")), ("B", part(rows, "L003", "L004"))))
    master.undo(mine.id)
    assert master.values() == before


def test_the_same_file_sent_with_its_sheets_turned_adds_nothing(master, mine):
    sheets = [("A", part(sheet(mine, **ANSWERS), "L001", "L002")), ("B", part(sheet(mine, **ANSWERS), "L003", "L004"))]
    master.merge(file(*sheets))
    before = master.values()
    (one,) = master.merge(replace(file(*reversed(sheets)), file="again.xlsx")).returns
    assert master.values() == before and one.outcome_counts["applied"] == 0 and one.outcome_counts["already"] == 3
