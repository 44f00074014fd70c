"""Excel's task pane: its host in a real Chromium on Microsoft's own office.js, which a real Calc answers."""

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from host_contract import HostContract, cells, check_applied, write_workbook
from office_bridge.answers import Answers
from office_bridge.browser import HOST_INFO, OFFICE_JS_VARIABLE, PaneHost, Server, chromium, missing_parts, serving
from office_bridge.calc_objects import ExcelWorkbook

from hrworkbook.plan.errors import CannotWrite, WorkbookLocked
from hrworkbook.plan.snapshot import Block, ChangeSet, Link, Write, single_write


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if missing := missing_parts():
        pytest.skip(missing)
    with serving(Path(os.environ[OFFICE_JS_VARIABLE])) as running:
        yield running


@pytest.fixture(scope="module")
def driver(server: Server) -> Iterator[Any]:
    with chromium() as started:
        started.get(f"{server.address}/?{HOST_INFO}")
        started.execute_async_script(
            "const d = arguments[0]; const w = () => (window.host ? d() : setTimeout(w, 10)); w();"
        )
        yield started


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_workbook(tmp_path / "plan.xlsx")


@pytest.fixture
def answers(path: Path, open_book: Callable[[Path], Any], server: Server) -> Answers:
    server.answers = Answers(ExcelWorkbook(open_book(path).impl))
    return server.answers


@pytest.fixture
def host(answers: Answers, driver: Any) -> PaneHost:
    return PaneHost(driver)


class TestPane(HostContract):
    """In a browser, on Microsoft's library; of what a file is asked cell by cell, here a few."""

    @pytest.mark.parametrize("text", ["one workbook for all"])
    def test_text_arrives_as_text(self, host: PaneHost, text: str) -> None:
        for tricky in ["007", "May 2020", "=1+1", "=", "'quoted", "''", "#N/A", "TRUE", "y" * 32_767]:
            super().test_text_arrives_as_text(host, tricky)

    @pytest.mark.parametrize("cell", ["C3"])
    def test_a_value_of_any_kind_goes_over_any_other(self, host: PaneHost, cell: str) -> None:
        super().test_a_value_of_any_kind_goes_over_any_other(host, cell)


def test_a_failure_midway_leaves_the_workbook_as_it_was(host: PaneHost, answers: Answers) -> None:
    before = host.snapshot()
    formats = host.run(FORMATS)
    changes = ChangeSet(
        (Write("Plan", 3, 1, (("=1+1", "007", date(2020, 1, 1), True, 5.0, "x"),)), Write("Problems", 2, 1, (("new", "1"),) * 3))
    )  # fmt: skip
    answers.fail_at = 2
    with pytest.raises(CannotWrite, match="nothing was changed"):
        host.apply(changes)
    assert [sync.error for sync in answers.syncs if sync.error] == ["GeneralException"]
    assert cells(host.snapshot()) == cells(before)
    assert host.run(FORMATS) == formats


FORMATS = """return Excel.run(async (c) => {
  const r = c.workbook.worksheets.getItem("Plan").getRange("A1:F6").load("numberFormat,formulas");
  const t = c.workbook.worksheets.getItem("Problems").tables.getItem("Problems").getRange().load("address");
  await c.sync();
  return [r.numberFormat, r.formulas, t.address];
});"""


def test_a_cell_that_takes_no_value_leaves_the_workbook_as_it_was(host: PaneHost, answers: Answers) -> None:
    answers.workbook.book.sheets("Empty").range("C1:C2").api.setArrayFormula("=ROW(A1:A2)")
    before = host.snapshot()
    with pytest.raises(CannotWrite, match="nothing was changed"):
        host.apply(ChangeSet((single_write("Plan", "B3", "changed"), single_write("Empty", "C2", "x"))))
    assert cells(host.snapshot()) == cells(before)


def test_a_workbook_changed_meanwhile_is_not_written_to(host: PaneHost) -> None:
    before = host.snapshot()
    host.run(
        'await Excel.run(async (c) => { c.workbook.worksheets.getItem("Plan").getRange("B4").values = [["theirs"]]; await c.sync(); })'
    )
    with pytest.raises(WorkbookLocked, match=r"Plan!B4: it was changed while the job ran"):
        host.apply(ChangeSet((single_write("Plan", "B3", "ours"), single_write("Plan", "B4", "ours"))))
    after = cells(host.snapshot())
    assert after == {**cells(before), ("Plan", 4, 2): "theirs"}


def test_a_protected_sheet_is_left_alone(host: PaneHost, answers: Answers) -> None:
    answers.workbook.book.sheets("Problems").api.protect("")
    before = host.snapshot()
    with pytest.raises(CannotWrite, match="Problems: the sheet is protected"):
        host.apply(ChangeSet((single_write("Plan", "B3", "ours"), single_write("Problems", "A2", "ours"))))
    assert cells(host.snapshot()) == cells(before)


def test_dates_are_dates_and_a_table_grows_over_new_rows(host: PaneHost) -> None:
    host.snapshot()
    host.apply(ChangeSet((Write("Problems", 4, 1, ((Link("Plan!B3", "Plan", "B3"), date(2021, 5, 4)), ("b", None))),)))
    formats, _, table = host.run(FORMATS.replace("Plan", "Problems").replace("A1:F6", "A4:B5"))
    assert table == "Problems!A1:B5"
    assert formats[0][1].lower() == "dd/mm/yyyy"
    assert host.snapshot()["Problems"].at(4, 2) == date(2021, 5, 4)


LINES = 5_000


def test_five_thousand_lines_take_as_many_syncs_as_fifty(
    tmp_path: Path, open_book: Callable[[Path], Any], server: Server, driver: Any
) -> None:
    taken = []
    for lines in (50, LINES):
        rows = [["ID", "Action", *(f"Column {n}" for n in range(8))]]
        rows += [
            [f"{n:04}", f"Do what line {n} says, by the month it says", *["words and figures"] * 8]
            for n in range(lines)
        ]
        path = write_workbook(tmp_path / f"plan of {lines}.xlsx", [Block("Plan", rows), Block("Problems", [["Place"]])])
        server.answers = answers = Answers(ExcelWorkbook(open_book(path).impl))
        host = PaneHost(driver)
        before = host.snapshot()
        changes = ChangeSet(
            (Write("Problems", 2, 1, tuple((f"=line {n}",) for n in range(lines))), *(single_write("Plan", f"B{n}", f"0{n}") for n in range(2, lines, 7)))
        )  # fmt: skip
        host.apply(changes)
        taken.append(len(answers.syncs))
        check_applied(before, changes, host.snapshot())
    assert taken[0] == taken[1]


def test_what_is_too_large_for_one_request_goes_in_strips(
    tmp_path: Path, open_book: Callable[[Path], Any], server: Server, driver: Any
) -> None:
    rows = [["x" * 30_000, "y" * 30_000] for _ in range(120)]
    path = write_workbook(tmp_path / "long.xlsx", [Block("Plan", rows)])
    server.answers = answers = Answers(ExcelWorkbook(open_book(path).impl))
    host = PaneHost(driver)
    before = host.snapshot()
    assert before["Plan"].rows == rows
    changes = ChangeSet((Write("Plan", 1, 1, tuple(("z" * 29_000, "z" * 29_000) for _ in rows)),))
    host.apply(changes)
    check_applied(before, changes, host.snapshot())
    assert "ResponsePayloadSizeLimitExceeded" in {sync.error for sync in answers.syncs}
    assert {sync.error for sync in answers.syncs} <= {"", "ResponsePayloadSizeLimitExceeded"}
