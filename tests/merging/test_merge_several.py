"""Merge, several: two returns that came back in one workbook, each merged under its own ID."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from masters import NOW, OWNERS, snapshot_of
from plans import HEAD, Master, at, back, received, sheet
from test_crowd import many

from hrworkbook.cli.main import main
from hrworkbook.intake.reader import FileReader
from hrworkbook.merging.outcomes import ReceivedFile
from hrworkbook.merging.parallel import MIN_FILES_FOR_PARALLEL
from hrworkbook.plan.snapshot import Block, Write
from hrworkbook.ribbon import buttons
from hrworkbook.verbs.bounce import bounce
from hrworkbook.verbs.merge import merge

MONDAY = datetime(2026, 11, 16, 10, 0)
TUESDAY = MONDAY + timedelta(days=1)


def both(master, sent=MONDAY, sender="", **cells):
    """The returns of two owners as two sheets of one file, each with some answers."""
    names = ("Your return", "Your return (2)")
    blocks = []
    for name, owner in zip(names, ("Recruitment Lead", "Learning Lead"), strict=True):
        one = master.issued[owner]
        mine = {k: v for k, v in cells.items() if k[:4] in {x.id for x in one.lines}}
        blocks.append(Block(name, sheet(one, **mine)))
    return ReceivedFile("both.xlsx", (*blocks, Block("Notes", [["Ring me"]])), "5" * 64, sender, sent)


@pytest.fixture
def master():
    made = Master()
    made.issue()
    return made


def test_each_is_merged_under_its_own_id_and_every_cell_is_accounted_for(master):
    file = both(master, L001_rag="Red", L002_progress_update="Second course held.")
    result = master.merge(file)
    assert [r.return_id for r in result.returns] == ["R0001", "R0002"] and not result.refused
    assert master.says("L001.rag") == "Red" and master.says("L002.progress_update") == "Second course held."
    assert [r.outcome_counts["applied"] for r in result.returns] == [1, 1]
    assert [r.received.file for r in result.returns] == [
        "both.xlsx, sheet 'Your return'", "both.xlsx, sheet 'Your return (2)'",
    ]  # fmt: skip
    alone = [merge_alone("Recruitment Lead", L001_rag="Red"), merge_alone("Learning Lead", L002_rag=None)]
    assert [r.cell_count - len(r.stray_cells) for r in result.returns][0] == alone[0]
    assert [s.value for r in result.returns for s in r.stray_cells] == ["Ring me"]


def merge_alone(owner, **cells):
    made = Master()
    made.issue()
    return made.merge(back(made.issued[owner], **cells)).returns[0].cell_count


def test_merged_twice_is_merged_once_and_each_is_undone_alone(master):
    file = both(master, L001_rag="Red", L002_rag="Red")
    master.merge(file)
    before = master.snapshot
    result = master.merge(replace(file, blocks=()))
    assert [r.status for r in result.refused] == ["Already merged"] and master.snapshot == before
    assert "as R0001 and R0002" in result.refused[0].reason
    master.undo("R0001")
    assert master.says("L001.rag") == "Green" and master.says("L002.rag") == "Red"
    result = master.merge(file)
    assert [r.return_id for r in result.returns] == ["R0001"] and master.says("L001.rag") == "Red"
    assert [(r.status, r.return_id) for r in result.refused] == [("Already merged", "R0002")]
    before = master.snapshot
    assert not master.merge(file).returns and master.snapshot == before


def test_one_that_is_refused_does_not_hold_up_the_other(master):
    file = both(master, sender=OWNERS["Learning Lead"], L001_rag="Red", L002_rag="Red")
    result = master.merge(file)
    assert [r.return_id for r in result.returns] == ["R0002"] and master.says("L001.rag") == "Green"
    assert "sheet 'Your return': it is the return of Recruitment Lead" in result.refused[0].message
    nobodys = both(master, sender=OWNERS["Safety Lead"])
    result = merge(master.snapshot, [replace(nobodys, sha256="6" * 64)], NOW)
    (refused,) = result.refused
    assert refused.file == "both.xlsx" and "Recruitment Lead" in refused.reason and "Learning Lead" in refused.reason


def test_a_newer_return_of_one_of_them_leaves_the_other(master):
    master.merge(both(master, L001_rag="Red", L002_rag="Red"))
    master.merge(back(master.issued["Learning Lead"], TUESDAY, L002_rag="Complete"))
    assert master.says("L002.rag") == "Complete" and master.says("L001.rag") == "Red"
    result = merge(master.snapshot, [both(master, TUESDAY + timedelta(days=1), L001_rag="Red", L002_rag="Red")], NOW)
    assert [r.return_id for r in result.returns] == ["R0002"], "only for one of them is it the newest word"


def test_one_pasted_below_the_other(master):
    upper = sheet(master.issued["Recruitment Lead"], L001_rag="Red")
    lower = sheet(master.issued["Learning Lead"], L002_progress_update="Second course held.")
    result = master.merge(received([*upper, [], ["See below"], [], *lower, [], ["Thank you"]]))
    assert [r.outcome_counts["applied"] for r in result.returns] == [1, 1]
    assert [(s.cell, s.value) for r in result.returns for s in r.stray_cells] == [
        (f"Your return!A{len(upper) + 2}", "See below"),
        (f"Your return!A{len(upper) + 3 + len(lower) + 2}", "Thank you"),
    ]
    assert master.says("L001.rag") == "Red" and master.says("L002.progress_update") == "Second course held."


def test_one_return_twice_in_a_file_is_still_one_return(master):
    rows = sheet(master.issued["Learning Lead"], L002_rag="Red")
    file = ReceivedFile("twice.xlsx", (Block("Your return", rows), Block("Your return (2)", rows)), "7" * 64)
    result = master.merge(file)
    assert [r.return_id for r in result.returns] == ["R0002"] and result.returns[0].outcome_counts["applied"] == 1
    assert result.returns[0].outcome_counts["already"] == 1 and not result.returns[0].stray_cells


def test_the_seal_of_one_of_them_edited(master):
    file = both(master, L001_rag="Red", L002_rag="Red")
    rows = [list(r) for r in file.blocks[1].rows]
    rows[4][0] = str(rows[4][0]).replace("R0002", "R0003")
    result = master.merge(replace(file, blocks=(file.blocks[0], Block("Your return (2)", rows))))
    assert [r.return_id for r in result.returns] == ["R0001"] and master.says("L002.rag") == "Amber"
    assert "the seal of return R0003 is not the one that was issued" in result.refused[0].reason


# ---------------------------------------------------------------- what was already there, and sent back


@pytest.mark.parametrize("answered", [True, False])
def test_a_return_sent_back_shows_what_was_already_there_as_the_owner_answered(master, answered):
    """HR typed the same meanwhile; sent back it merges again as already there."""
    mine = master.issued["Learning Lead"]
    master.types(L002_progress_update="Second course held.")
    cells = {"L002_progress_update": "Second course held."} if answered else {}
    master.merge(back(mine, MONDAY, L003_rag="so so", **cells))
    (one,) = bounce(master.snapshot, NOW).returns
    (line,) = (x for x in one.return_.lines if x.id == "L002")
    assert line.text("progress_update") == ("Second course held." if answered else "First course held.")
    (joint,) = (x for x in one.return_.lines if x.id == "L003")
    assert joint.text("rag") == "so so"


# ---------------------------------------------------------------- the button


@pytest.fixture
def pressed(tmp_path, monkeypatch):
    """A press of the Merge button on a plan with 12 replies, as data; and what it showed and which files it read."""
    path = many(tmp_path, 12)
    (tmp_path / "in").rename(tmp_path / buttons.IN_FOLDER)
    shown, read = [], []
    ask = FileReader._request
    monkeypatch.setattr(FileReader, "_request", lambda self, item: (read.append(item.name), ask(self, item))[1])
    host = SimpleNamespace(path=path, progress=shown.append, where=lambda: ("", ""))

    def press():
        shown.clear(), read.clear()
        changes = buttons.merge(host, snapshot_of(path), ()).job.changes
        return changes, list(shown), list(read)

    return SimpleNamespace(press=press, path=path)


def test_the_button_reads_what_is_new_and_shows_how_far_it_is(pressed):
    changes, shown, read = pressed.press()
    assert changes.message.startswith("12 returns merged: 12 cells applied") and len(read) == 12
    assert shown[0] == "HR Plan: reading file 1 …" and len(shown) <= 12
    assert main(["merge", str(pressed.path), str(pressed.path.parent / buttons.IN_FOLDER)]) == 0
    changes, _, read = pressed.press()
    assert read == [] and changes.writes == () and "12 files were merged before" in changes.message


def test_the_button_spreads_thousands_over_processes_as_the_command_does(pressed, monkeypatch):
    from hrworkbook.merging import parallel as crowd

    monkeypatch.setattr(buttons, "_now", lambda: NOW)
    alone, _, _ = pressed.press()
    monkeypatch.setattr(crowd, "MIN_FILES_FOR_PARALLEL", 12)
    monkeypatch.setattr(crowd, "_usable_processors", lambda: 4)
    changes, _, read = pressed.press()
    assert read == [] and changes == alone and MIN_FILES_FOR_PARALLEL > 12


def test_a_heading_renamed_in_one_sheet_is_told_for_that_one(master):
    file = both(master, L001_rag="Red", L002_rag="Red")
    rows = [list(r) for r in file.blocks[1].rows]
    rows[HEAD][at(rows, "RAG")] = "Where we are"
    result = master.merge(replace(file, blocks=(file.blocks[0], Block("Your return (2)", rows))))
    assert [list(r.unknown_headings) for r in result.returns] == [[], ["Where we are"]]
    assert [r.outcome_counts["applied"] for r in result.returns] == [1, 0]


def test_an_owner_who_has_two_addresses_in_the_owners_sheet(master):
    owners = master.snapshot["Owners"]
    row = next(n for n, r in enumerate(owners.rows, 1) if "Recruitment Lead" in r)
    top = next(r for r in owners.rows if "Deputy e-mail" in r)
    master.apply([Write("Owners", row, top.index("Deputy e-mail") + 1, ((OWNERS["Learning Lead"],),))])
    result = master.merge(both(master, sender=OWNERS["Learning Lead"], L001_rag="Red", L002_rag="Red"))
    assert [r.outcome_counts["applied"] for r in result.returns] == [1, 1] and not result.refused
