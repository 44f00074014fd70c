"""A click costs as many calls on a long plan as on a short one; and of the cells written, none beside them is touched."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from masters import NOW, OWNERS, draft
from plans import back

from hrworkbook.hosts.calc_cells import CellCalls, NoMacros
from hrworkbook.hosts.live import LiveHost
from hrworkbook.hosts.write_calc_sheet import CalcSheetWrite
from hrworkbook.merging.outcomes import ReceivedFile
from hrworkbook.plan.errors import CannotWrite
from hrworkbook.plan.returns import OutgoingReturn
from hrworkbook.plan.snapshot import ChangeSet, Write, single_write
from hrworkbook.render.master_workbook import master_workbook
from hrworkbook.verbs.issue import issue
from hrworkbook.verbs.merge import merge
from hrworkbook.verbs.undo import undo
from hrworkbook.verbs.validate import validate

_BLOCKS = 24
"""Calls more that a long plan may cost: four blocks of three calls each on each of the two sheets it writes most on."""


def table(lines: int) -> str:
    """A plan of so many lines, its owners in turn; every third line says nothing yet."""
    roles = list(OWNERS)
    head = "Theme | Ref | Priority | Owner | Timescale | Performance & Outcome Measures | RAG | Progress Update"
    rows = [
        f"Theme {i // 7} | {i} | Priority {i} | {roles[i % 3]} | March 2027 | Measure {i} | {('Green', 'Amber', '')[i % 3]} | Post {i} filled."
        for i in range(lines)
    ]
    return "\n".join([head, *rows])


def reply(issued: OutgoingReturn) -> ReceivedFile:
    """Answers strewn over the lines: words, words that begin with a number, a colour, and a cell made blank."""
    answers: dict[str, Any] = {}
    for i, line in enumerate(issued.lines):
        if i * 7919 % 5 < 2:
            answers[f"{line.id}_progress_update"] = (f"{i} courses held.", "Words alone", None, f"={i}")[i % 4]
        if i * 104729 % 7 < 2:
            answers[f"{line.id}_rag"] = ("Red", "Green")[i % 2]
    return back(issued, **answers)


def clicks(host: LiveHost, calc: Any) -> dict[str, int]:
    """The calls that each of four clicks costs, one after the other on the same plan."""
    counted: dict[str, int] = {}
    issued: Any = None
    jobs: dict[str, Callable[[Any], Any]] = {
        "validate": lambda snapshot: validate(snapshot, NOW),
        "issue": lambda snapshot: issue(snapshot, NOW, anyway=True),
        "merge": lambda snapshot: merge(snapshot, [reply(issued.returns[0])], NOW),
        "undo": lambda snapshot: undo(snapshot, NOW),
    }
    for name, job in jobs.items():
        start = calc.calls
        found = job(host.snapshot())
        host.apply(found.changes)
        counted[name] = calc.calls - start
        issued = found if name == "issue" else issued
    return counted


def test_a_click_costs_the_same_calls_whatever_the_plan_and_the_cells_written(
    calc: Any, open_book: Callable[[Path], Any], tmp_path: Path
) -> None:
    counted = []
    for lines in (17, 400):
        path = tmp_path / f"plan{lines}.xlsx"
        path.write_bytes(master_workbook(draft(table(lines))))
        counted.append(clicks(LiveHost(open_book(path)), calc))
    short, long = counted
    assert {name: long[name] - short[name] for name in short if not 0 <= long[name] - short[name] <= _BLOCKS} == {}
    assert max(long.values()) < 600


@pytest.fixture
def strange(open_book: Callable[[Path], Any], tmp_path: Path) -> Any:
    """A plan open in Calc that holds, between cells to write, what a block written over it would lose."""
    path = tmp_path / "plan.xlsx"
    path.write_bytes(master_workbook(draft(table(9))))
    book = open_book(path)
    sheet = book.sheets["Plan"].impl.api
    cell = sheet.getCellByPosition
    cell(20, 1).setString("0071")
    cell(20, 3).setString("struck and not")
    cursor = cell(20, 3).createTextCursor()
    cursor.gotoStart(False)
    cursor.goRight(6, True)
    cursor.CharStrikeout = 1
    sheet.getCellRangeByPosition(20, 5, 20, 6).setArrayFormula("=ROW(A1:A2)*2")
    cell(20, 8).setFormula("=1+1")
    sheet.getAnnotations().insertNew(cell(20, 9).getCellAddress(), "a note of HR's")
    cell(20, 10).setString("under the note")
    return book


def looks(book: Any) -> list[object]:
    """What stands in the strange cells, and how."""
    sheet = book.sheets["Plan"].impl.api
    rows: list[object] = []
    for row in (1, 3, 5, 6, 8, 9, 10):
        cell = sheet.getCellByPosition(20, row)
        runs = cell.createEnumeration().nextElement().createEnumeration() if row == 3 else None
        parts = []
        while runs and runs.hasMoreElements():
            run = runs.nextElement()
            parts.append((run.getString(), run.CharStrikeout))
        rows.append((cell.getFormula(), cell.getType().value, cell.NumberFormat, cell.getError(), parts))
    return [*rows, sheet.getAnnotations().getCount()]


BETWEEN = ChangeSet(
    tuple(
        single_write("Plan", f"U{row}", text) for row, text in ((1, "1 x"), (3, "two"), (5, "=3"), (8, 4.0), (10, "5"))
    )
)


def test_no_cell_beside_those_written_is_touched(strange: Any) -> None:
    before = looks(strange)
    assert len(before[1][4]) == 2  # type: ignore[arg-type,index]
    host = LiveHost(strange)
    host.snapshot()
    host.apply(BETWEEN)
    after = looks(strange)
    assert after[:5] + after[6:] == before[:5] + before[6:]
    assert [host.snapshot()["Plan"].at(row, 21) for row in (1, 3, 5, 8, 10)] == ["1 x", "two", "=3", 4.0, "5"]


def test_a_part_of_a_formula_that_fills_several_cells_is_refused_with_its_place(strange: Any) -> None:
    before = looks(strange)
    with pytest.raises(CannotWrite, match=r"Plan!U7: one formula that fills several cells"):
        LiveHost(strange).apply(ChangeSet((*BETWEEN.writes, single_write("Plan", "U7", "x"))))
    assert looks(strange) == before


def test_where_no_macro_may_run_all_is_written_all_the_same(strange: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: CellCalls) -> CellCalls:
        raise NoMacros

    monkeypatch.setattr(CellCalls, "__enter__", refuse)
    host = LiveHost(strange)
    host.snapshot()
    host.apply(BETWEEN)
    assert [host.snapshot()["Plan"].at(row, 21) for row in (1, 3, 5, 8, 10)] == ["1 x", "two", "=3", 4.0, "5"]


def test_many_error_values_are_told_apart_in_few_calls(strange: Any, calc: Any) -> None:
    sheet = strange.sheets["Plan"].impl.api
    for row in range(40):
        sheet.getCellByPosition(22, row).setFormula("=1/0" if row % 2 else "=NA()")
    host = LiveHost(strange)
    host.snapshot()
    start = calc.calls
    block = host.snapshot()["Plan"]
    assert calc.calls - start < 260
    assert [block.at(row, 23) for row in (1, 2, 39, 40)] == ["#N/A", "#DIV/0!", "#N/A", "#DIV/0!"]


def test_a_failure_gives_scattered_cells_back_with_their_formats(strange: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    strange.sheets["Plan"].range("U3").number_format = "0.00"
    strange.sheets["Plan"].range("U3").value = 2.5
    before = looks(strange), strange.sheets["Plan"].range("U3").number_format
    put = CalcSheetWrite._put

    def fails(self: CalcSheetWrite, contents: Any) -> None:
        put(self, contents)
        if self.name == "Problems" and (9, 1) in contents and contents[9, 1][1]:
            raise OSError

    monkeypatch.setattr(CalcSheetWrite, "_put", fails)
    host = LiveHost(strange)
    host.snapshot()
    with pytest.raises(CannotWrite, match="nothing was changed"):
        host.apply(ChangeSet((*BETWEEN.writes, single_write("Problems", "A9", "x"))))
    assert (looks(strange), strange.sheets["Plan"].range("U3").number_format) == before
    assert [host.snapshot()["Plan"].at(row, 21) for row in (1, 3, 5, 8, 10)] == [None, 2.5, None, None, None]


def test_a_click_is_one_step_for_calcs_own_undo(strange: Any) -> None:
    steps = strange.api.getUndoManager()
    host = LiveHost(strange)
    before = looks(strange)[:-1], host.snapshot().sheets
    host.apply(ChangeSet((*BETWEEN.writes, single_write("Problems", "A9", "x"))))
    assert steps.getAllUndoActionTitles()[0] == "HR Plan"
    steps.undo()
    # Calc's Undo loses the notes of the cells that it gives back, whoever wrote them.
    assert (looks(strange)[:-1], host.snapshot().sheets) == before


def test_a_large_block_leaves_the_notes_under_it(strange: Any) -> None:
    host = LiveHost(strange)
    host.snapshot()
    rows = tuple((f"text {i}", float(i)) for i in range(600))
    host.apply(ChangeSet((Write("Plan", 8, 21, rows),)))
    sheet = strange.sheets["Plan"].impl.api
    assert [(n.getPosition().Row, n.getString()) for n in (sheet.getAnnotations().getByIndex(0),)] == [
        (9, "a note of HR's")
    ]
    assert host.snapshot()["Plan"].at(607, 21) == "text 599"
