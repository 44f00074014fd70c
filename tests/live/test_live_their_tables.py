"""The live host on a workbook that was a council's own, open in Calc: lines on two sheets, merged over, between totals."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from masters import NOW
from plans import back
from their_plans import HEADS, their_schema, their_workbook

from hrworkbook.hosts.file import FileHost
from hrworkbook.hosts.live import LiveHost
from hrworkbook.plan.model import read_plan
from hrworkbook.verbs.issue import issue
from hrworkbook.verbs.merge import merge
from hrworkbook.verbs.undo import undo
from hrworkbook.verbs.validate import validate

ROW = [head.strip() for head in HEADS.split("|")]


def test_a_round_on_two_sheets_of_theirs(tmp_path: Path, open_book: Callable[[Path], Any]) -> None:
    path = tmp_path / "their plan.xlsx"
    pay = [
        ["Pay"], [], ROW,
        [1.1, "Pay spine", "Recruitment Lead", "Apr 2027", "Green", "Modelled", "L001"],
        [1.1, "Benefits", None, "May 2027", "Red", "Tendered", None],
        ["Total", "=COUNTA(B4:B5)"],
    ]  # fmt: skip
    people = [
        ["People"],
        [],
        ROW,
        *[[f"2.{n}", f"Action {n}", "Safety Lead", "May 2027", "Red", None, f"L{n:03d}"] for n in range(50, 100)],
    ]
    people[-1][2] = "Recruitment Lead"
    made = their_workbook(path, {"1 Pay": pay, "People": people}, their_schema("title"))
    made["1 Pay"].merge_cells("C4:C5")
    made["1 Pay"]["A5"].number_format = "0.00"
    made["People"].merge_cells("C50:C51")
    made.save(path)
    filed = read_plan(FileHost(path).snapshot())
    host = LiveHost(open_book(path))
    plan = read_plan(host.snapshot())
    assert plan.lines == filed.lines and len(plan.lines) == 52
    assert (plan.lines[1].text("ref"), plan.lines[1].text("owner")) == ("1.10", "Recruitment Lead")
    host.apply(validate(host.snapshot(), NOW).changes)
    issued = issue(host.snapshot(), NOW, anyway=True)
    host.apply(issued.changes)
    mine = next(r for r in issued.returns if r.owner.role == "Recruitment Lead")
    assert [x.id for x in mine.lines] == ["L001", "L100", "L099"]
    answers = {f"{x.id}_progress": f"Answer of {x.id}" for x in mine.lines}
    before = host.snapshot()
    host.apply(merge(before, [back(mine, **answers)], NOW).changes)
    pay_sheet, people_sheet = host.book.sheets["1 Pay"], host.book.sheets["People"]
    assert [pay_sheet["F4"].value, pay_sheet["F5"].value, people_sheet["F53"].value] == list(answers.values())
    assert pay_sheet["B6"].formula == "=COUNTA(B4:B5)" and pay_sheet["B6"].value == 2
    undone = undo(host.snapshot(), NOW)
    host.apply(undone.changes)
    assert undone.restored_cells == ("'1 Pay'!F4", "'1 Pay'!F5", "People!F53")
    after = host.snapshot()
    assert all(after[name].rows == before[name].rows for name in ("1 Pay", "People"))
