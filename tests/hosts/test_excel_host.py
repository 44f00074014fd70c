"""The live host over a spreadsheet that behaves as Excel does (see fake_excel)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from fake_excel import fake_book
from host_contract import SHEETS, TABLES, HostContract, cells
from plans import Master

from hrworkbook.hosts import live
from hrworkbook.hosts.live import LiveHost
from hrworkbook.plan.errors import CannotWrite, WorkbookLocked
from hrworkbook.plan.ledgers import PLAN
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.snapshot import Block, ChangeSet, Link, Write, single_write


@pytest.fixture
def book() -> Any:
    return excel()


@pytest.fixture
def host(book: Any) -> LiveHost:
    return LiveHost(book)


def excel() -> Any:
    """The contract's workbook, its dates as COM gives them."""
    from datetime import date, time

    from excel_values import ERRORS

    from hrworkbook.plan.values import CellError

    def over_com(value: Any) -> Any:
        if isinstance(value, CellError):
            return ERRORS[value] - 2_146_828_288
        if isinstance(value, time):
            return datetime.combine(date(1899, 12, 30), value)
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime.combine(value, time())
        return value

    blocks = [Block(b.name, [[over_com(v) for v in row] for row in b.rows], b.merges, b.hidden) for b in SHEETS]
    return fake_book(blocks, TABLES)


class TestLikeExcel(HostContract):
    """Over what behaves as Excel."""


def engine_of(book: Any) -> Any:
    return book.app.engine.impl


def test_a_table_grows_over_rows_written_under_it(book: Any, host: LiveHost) -> None:
    host.apply(ChangeSet((Write("Problems", 4, 1, (("Plan!B5", "new"), ("Plan!B6", "newer"))),)))
    assert book.impl._sheets[1]._tables[0].area == (1, 1, 5, 2)


@pytest.mark.parametrize("rows", [((("far"),),)])
def test_a_table_stays_where_a_row_is_left_out(book: Any, host: LiveHost, rows: Any) -> None:
    host.apply(ChangeSet((Write("Problems", 5, 1, rows),)))
    assert book.impl._sheets[1]._tables[0].area == (1, 1, 3, 2)


CHANGES = ChangeSet(
    (
        Write("Plan", 3, 1, (("007", "changed", "May 2020", 1.0), ("008", "also", None, 2.0))),
        Write("Problems", 4, 1, ((Link("Plan!A3", "Plan", "A3"), "=1+1"),)),
        single_write("Issued", "A1", "changed"),
    ),
    goto=("Plan", "C4"),
)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_failure_at_any_write_leaves_everything_as_it_was(book: Any, host: LiveHost, number: int) -> None:
    before = cells(host.snapshot())
    plan = book.impl._sheets[0]
    plan.formats[3, 3] = "dd/mm/yyyy"
    formats, values = dict(plan.formats), dict(plan.values)
    engine_of(book).fail_at = number
    with pytest.raises(CannotWrite, match="nothing was changed"):
        host.apply(CHANGES)
    assert cells(host.snapshot()) == before
    assert plan.values == values
    assert {at: f for at, f in plan.formats.items() if f != "General"} == formats
    assert book.impl._sheets[1]._tables[0].area == (1, 1, 3, 2)
    assert book.app.selection is None


def test_a_formula_that_was_overwritten_comes_back(book: Any, host: LiveHost) -> None:
    plan = book.impl._sheets[0]
    plan.values[3, 2] = "=SUM(D3:D9)"
    engine_of(book).fail_at = 2
    with pytest.raises(CannotWrite):
        host.apply(CHANGES)
    assert plan.values[3, 2] == "=SUM(D3:D9)"


def test_calculation_screen_and_selection_are_as_before_then_goto_is_shown(book: Any, host: LiveHost) -> None:
    host.apply(CHANGES)
    assert book.app.calculation == "automatic"
    assert book.app.screen_updating is True
    assert ("calculation", "manual") in book.app.impl.history
    assert host.where() == ("Plan", "C4")


def test_a_manual_calculation_stays_manual(book: Any, host: LiveHost) -> None:
    book.app.calculation = "manual"
    host.apply(CHANGES)
    assert book.app.calculation == "manual"


def test_a_hidden_sheet_is_not_shown(book: Any, host: LiveHost) -> None:
    host.apply(ChangeSet((single_write("Issued", "A1", "x"),), goto=("Issued", "A1")))
    assert host.where()[0] == "Plan"


def test_a_protected_sheet_is_refused_before_anything_is_written(book: Any, host: LiveHost) -> None:
    before = cells(host.snapshot())
    book.impl._sheets[3].ProtectContents = True
    with pytest.raises(CannotWrite) as told:
        host.apply(CHANGES)
    assert str(told.value) == (
        "Issued: the sheet is protected, so nothing was changed. Choose Review, then Unprotect Sheet, and try again."
    )
    assert cells(host.snapshot()) == before
    assert engine_of(book).writes == 0


@pytest.mark.parametrize("job", [LiveHost.snapshot, lambda host: host.apply(CHANGES)])
def test_a_cell_being_edited_is_told(
    book: Any, host: LiveHost, job: Callable[[LiveHost], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_WAIT_SECONDS", 0.2)
    engine_of(book).editing = True
    with pytest.raises(WorkbookLocked, match="press Enter or Esc"):
        job(host)
    assert engine_of(book).writes == 0


def test_a_cell_changed_since_the_snapshot_is_not_overwritten(book: Any, host: LiveHost) -> None:
    host.snapshot()
    book.impl._sheets[0].values[3, 2] = "typed meanwhile"
    with pytest.raises(WorkbookLocked, match="Plan!B3: it was changed while the job ran"):
        host.apply(CHANGES)
    assert engine_of(book).writes == 0


def plan_of(lines: int) -> list[Block]:
    rows = [["ID", "Action", "RAG"], *([f"{i:04}", f"Action {i}", "Green"] for i in range(lines))]
    return [Block("Plan", rows), Block("Problems", [["Place", "Problem", "Value"], [None, None, None]])]


def trips(lines: int) -> int:
    book = fake_book(plan_of(lines), {"Problems": [("Problems", (1, 1, 2, 3))]})
    host = LiveHost(book)
    host.snapshot()
    found = tuple((Link(f"Plan!A{i}", "Plan", f"A{i}"), f"line {i} is late", float(i)) for i in range(lines))
    colours = tuple((f"{i:04}", f"={i}", "Red") for i in range(lines))
    host.apply(ChangeSet((Write("Problems", 2, 1, found), Write("Plan", 2, 1, colours)), goto=("Plan", "A2")))
    return int(engine_of(book).calls)


def test_round_trips_do_not_grow_with_the_plan() -> None:
    assert trips(5_000) == trips(50) <= 60


def test_a_block_too_large_for_one_call_arrives_too(book: Any, host: LiveHost) -> None:
    rows = tuple((f"{i}", "words", float(i)) for i in range(34_000))
    host.apply(ChangeSet((Write("Empty", 1, 1, rows),)))
    assert tuple(map(tuple, host.snapshot()["Empty"].rows)) == rows


def test_rows_of_the_plan_are_made_tall_enough_and_others_fit_themselves(book: Any, host: LiveHost) -> None:
    book.impl._sheets[0].heights = {3: 60.0}
    tall = (("Plan", 3, 45.0), ("Plan", 4, 75.5), ("Plan", 5, 900.0), ("Problems", 2, 75.5))
    host.apply(ChangeSet((single_write("Plan", "B4", "two lines"),), heights=tall))
    assert book.impl._sheets[0].heights == {3: 60.0, 4: 75.5, 5: 409.5}
    assert book.impl._sheets[1].heights == {}


OVER_THREE_ROWS = ChangeSet(
    (
        Write("Plan", 3, 1, tuple((f"00{i}", f"changed {i}", f"May 202{i}", float(i)) for i in range(3))),
        Write("Problems", 4, 1, ((Link("Plan!A3", "Plan", "A3"), "=1+1"),)),
    )
)


@pytest.mark.parametrize("hidden", [{4}, {3, 4}, {3, 5}, {3, 4, 5}])
def test_rows_that_a_filter_hides_are_written_too(book: Any, host: LiveHost, hidden: set[int]) -> None:
    """Excel puts the first row of a block into every row shown, and nothing into those a filter hides."""
    book.impl._sheets[0].filtered = hidden
    before = host.snapshot()["Plan"]
    host.apply(OVER_THREE_ROWS)
    after = host.snapshot()["Plan"]
    assert [tuple(r[:4]) for r in after.rows[2:5]] == list(OVER_THREE_ROWS.writes[0].rows)
    assert after.rows[:2] == before.rows[:2] and after.rows[5:] == before.rows[5:]


def test_what_is_written_to_a_ledger_is_shown_and_a_filter_of_the_plan_stays(book: Any, host: LiveHost) -> None:
    plan, problems = book.impl._sheets[:2]
    plan.filtered, problems.filtered = {4}, {3}
    found = tuple((Link(f"Plan!A{n}", "Plan", f"A{n}"), f"problem {n}") for n in range(3))
    host.apply(ChangeSet((*OVER_THREE_ROWS.writes[:1], Write("Problems", 2, 1, found))))
    assert [r[1] for r in host.snapshot()["Problems"].rows[1:]] == [text for _, text in found]
    assert (plan.filtered, problems.filtered) == ({4}, set())


@pytest.mark.parametrize("hidden", [{4}, {3, 4, 5}])
@pytest.mark.parametrize("number", range(1, 11))
def test_a_failure_under_a_filter_leaves_everything_as_it_was(
    book: Any, host: LiveHost, hidden: set[int], number: int
) -> None:
    plan = book.impl._sheets[0]
    plan.filtered = hidden
    plan.formats[3, 3] = "dd/mm/yyyy"
    before, values, formats = cells(host.snapshot()), dict(plan.values), dict(plan.formats)
    engine_of(book).fail_at = number
    with pytest.raises(CannotWrite, match="nothing was changed"):
        host.apply(OVER_THREE_ROWS)
    assert cells(host.snapshot()) == before and plan.values == values
    assert {at: f for at, f in plan.formats.items() if f != "General"} == formats


def test_what_cannot_be_put_back_is_not_said_to_be_unchanged(book: Any, host: LiveHost) -> None:
    engine_of(book).fail_at = 2
    plan = book.impl._sheets[0]
    plan._tables, plan.merges = [], ()
    taken = type(plan).range

    def sticks(sheet: Any, *area: Any) -> Any:
        found = taken(sheet, *area)
        if sheet is plan and engine_of(book).writes >= 2:
            plan.values[3, 2] = "typed by a macro of somebody's"
        return found

    type(plan).range, restore = sticks, taken
    try:
        with pytest.raises(CannotWrite, match="it was changed in part.*Close it without saving"):
            host.apply(CHANGES)
    finally:
        type(plan).range = restore


@pytest.mark.parametrize("place", ["Book1", "plan.xlsx"])
def test_a_workbook_in_no_folder_of_this_computer_says_so(book: Any, host: LiveHost, place: str) -> None:
    book.impl.place = place
    with pytest.raises(CannotWrite, match="it is in no folder and nothing can go beside it.*Save it to a folder"):
        _ = host.path
    assert host.snapshot()["Plan"].rows, "and all that needs no folder is done"


@pytest.fixture
def plan_in_excel() -> tuple[Any, Any, int, int]:
    """A plan of three lines open in Excel, its Plan sheet, and where its column of text Progress Update begins."""
    master = Master()
    book = fake_book(list(master.snapshot.sheets))
    plan = read_plan(master.snapshot)
    return book, book.sheets[PLAN].impl, plan.tables[0].header_row + 1, plan.tables[0].column_numbers["progress_update"]


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0.85, "0%", "85%"),
        (7.0, "General", "7"),
        (7.0, "000", "007"),
        (datetime(2027, 3, 31), "m/d/yyyy", "31/03/2027"),
        (datetime(2027, 3, 31), "mmm yy", "Mar 27"),
    ],
)
def test_a_number_in_a_column_of_text_is_read_as_it_shows(
    plan_in_excel: tuple[Any, Any, int, int], value: Any, code: str, text: str
) -> None:
    book, sheet, row, column = plan_in_excel
    sheet.values[row, column], sheet.formats[row, column] = value, code
    sheet.values[row + 2, column], sheet.formats[row + 2, column] = 0.5, "0.00"
    lines = read_plan(LiveHost(book).snapshot()).lines
    assert [line.text("progress_update") for line in lines[::2]] == [text, "0.50"]


def test_formats_are_asked_once_for_cells_that_share_one_and_never_where_there_is_no_number(
    plan_in_excel: tuple[Any, Any, int, int],
) -> None:
    book, sheet, row, column = plan_in_excel
    for at in range(row, row + 3):
        sheet.values[at, column] = None
    counted = []
    for _ in range(4):
        start = engine_of(book).calls
        LiveHost(book).snapshot()
        counted.append(engine_of(book).calls - start)
        sheet.values[row + len(counted) - 1, column] = 0.5
        sheet.formats.update({(at, column): "0%" for at in range(row, row + 3)})
    assert counted[1] > counted[0] and counted[1:] == counted[1:2] * 3
