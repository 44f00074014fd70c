"""The live host over a running Calc: the contract of hosts, and what a click promises."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_excel import in_hex
from host_contract import HostContract, cells, check_applied, write_workbook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from masters import THREE, draft
from xlwings import Book

from hrworkbook.hosts.file import FileHost
from hrworkbook.hosts.live import LiveHost, open_live
from hrworkbook.hosts.live_books import CALLER
from hrworkbook.plan.errors import CannotWrite, WorkbookLocked
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.snapshot import Block, ChangeSet, Link, Write, address, single_write
from hrworkbook.render.master_workbook import master_workbook


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_workbook(tmp_path / "plan.xlsx")


@pytest.fixture
def book(path: Path, open_book: Callable[[Path], Any]) -> Any:
    return open_book(path)


@pytest.fixture
def host(book: Any) -> LiveHost:
    return LiveHost(book)


class TestCalc(HostContract):
    """On an open Calc document."""


texts = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), max_size=40) | st.sampled_from(
    ["007", "May 2020", "=1+1", "1/2", "+44 1", "@x", "'q", "#N/A", "TRUE", "a\nb"]
)
values = (
    st.none()
    | st.booleans()
    | texts.filter(bool)
    | st.floats(-1e9, 1e9, width=32)
    | st.dates()
    | st.times().map(lambda t: t.replace(microsecond=0))
)
grids = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.tuples(*[values] * width), min_size=1, max_size=4).map(tuple)
)
writes = st.builds(Write, st.sampled_from(["Plan", "Empty"]), st.integers(3, 9), st.integers(1, 5), grids)


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """The same workbook, not open."""
    return write_workbook(tmp_path / "closed.xlsx")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes=st.lists(writes, min_size=1, max_size=4))
def test_any_change_set_has_the_same_result_in_the_file_and_in_the_open_workbook(
    book: Any, beside: Path, writes: list[Write]
) -> None:
    changes = ChangeSet(tuple(writes))
    live, file = LiveHost(book), FileHost(beside)
    for host in (live, file):
        before = host.snapshot()
        host.apply(changes)
        check_applied(before, changes, host.snapshot())


def test_a_failure_midway_leaves_the_document_as_it_was(book: Any, host: LiveHost) -> None:
    plan = book.sheets["Plan"].impl
    formulas = plan.used_range.formula
    # Calc refuses to change a part of one formula that fills several cells, as Excel does.
    book.sheets["Empty"]["C1:C2"].api.setArrayFormula("=ROW(A1:A2)")
    before = host.snapshot()
    write = Write("Plan", 3, 1, (("007", "=1+1", "Oct 2016", "x"),))
    with pytest.raises(CannotWrite, match="nothing was changed"):
        host.apply(ChangeSet((single_write("Problems", "A4", "new"), write, single_write("Empty", "C2", "x"))))
    assert cells(host.snapshot()) == cells(before)
    assert plan.used_range.formula == formulas
    assert book.sheets["Plan"]["A3"].number_format == "General"
    assert book.sheets["Problems"].tables["Problems"].range.address == "$A$1:$B$3"


def test_a_table_grows_over_rows_written_under_it(book: Any, host: LiveHost) -> None:
    host.apply(ChangeSet((Write("Problems", 4, 1, (("Plan!B5", "new"), ("Plan!B6", "newer"))),)))
    assert book.sheets["Problems"].tables["Problems"].range.address == "$A$1:$B$5"


def test_a_protected_sheet_is_refused(book: Any, host: LiveHost) -> None:
    book.sheets["Problems"].api.protect("")
    before = host.snapshot()
    with pytest.raises(CannotWrite, match="Problems: the sheet is protected"):
        host.apply(ChangeSet((single_write("Plan", "B3", "changed"), single_write("Problems", "A2", "x"))))
    assert cells(host.snapshot()) == cells(before)


def test_a_cell_changed_since_the_snapshot_is_not_overwritten(book: Any, host: LiveHost) -> None:
    host.snapshot()
    book.sheets["Plan"]["B3"].value = "typed meanwhile"
    with pytest.raises(WorkbookLocked, match="Plan!B3"):
        host.apply(ChangeSet((single_write("Plan", "B3", "changed"),)))
    assert book.sheets["Plan"]["B3"].value == "typed meanwhile"


def test_what_was_set_is_as_before_and_the_first_problem_is_shown(book: Any, host: LiveHost) -> None:
    book.sheets["Problems"].activate()
    book.sheets["Problems"]["B2"].select()
    host.apply(ChangeSet((single_write("Plan", "B3", "changed"),)))
    assert host.where() == ("Problems", "B2")
    assert book.app.calculation == "automatic"
    assert book.app.screen_updating
    host.apply(ChangeSet(goto=("Plan", "C4")))
    assert host.where() == ("Plan", "C4")


def trips(calc: Any, host: LiveHost, lines: int) -> tuple[int, int]:
    """Calls over the bridge for a snapshot, and for a change set that grows with the plan."""
    start = calc.calls
    host.snapshot()
    read = calc.calls - start
    found = tuple((Link(f"Plan!A{i}", "Plan", f"A{i}"), f"line {i} is late", float(i)) for i in range(1, lines))
    texts = tuple((f"{i:04}", f"={i}", "Oct 2016") for i in range(1, lines))
    start = calc.calls
    host.apply(ChangeSet((Write("Problems", 2, 1, found), Write("Plan", 2, 1, texts)), goto=("Plan", "A2")))
    return read, calc.calls - start


def test_round_trips_do_not_grow_with_the_plan(calc: Any, open_book: Callable[[Path], Any], tmp_path: Path) -> None:
    counted = []
    for lines in (50, 5_000):
        rows = [["ID", "Action", "When"], *([f"{i:04}", f"Action {i}", "Oct 2016"] for i in range(lines))]
        blocks = [Block("Plan", rows), Block("Problems", [["Place", "Problem"], ["-", "-"]])]
        book = open_book(write_workbook(tmp_path / f"plan{lines}.xlsx", blocks))
        counted.append(trips(calc, LiveHost(book), lines))
    assert counted[0][0] == counted[1][0]
    assert counted[1][1] - counted[0][1] <= 12, "but for the four largest rectangles on a sheet, which go as blocks"
    assert sum(counted[1]) < 250


def test_rows_of_the_plan_are_made_tall_enough(host: LiveHost, book: Any) -> None:
    plan = book.sheets["Plan"]
    before = plan.range("A4").row_height
    host.apply(ChangeSet((single_write("Plan", "B3", "two lines"),), heights=(("Plan", 3, 90.0), ("Plan", 4, 1.0))))
    assert plan.range("A3").row_height == pytest.approx(90, abs=0.1)
    assert plan.range("A4").row_height == before
    assert plan.range("A3:A4").row_height is None


@pytest.mark.parametrize(
    ("value", "code"), [(0.85, "0%"), (7, "000"), (1234.5, "#,##0.00"), (46_112, "mmm yy"), (46_112, "dd/mm/yyyy")]
)
def test_a_number_in_a_column_of_text_is_read_as_the_file_is_read(
    tmp_path: Path, open_book: Callable[[Path], Any], value: float, code: str
) -> None:
    place = tmp_path / "master.xlsx"
    place.write_bytes(master_workbook(draft(THREE)))
    at = read_plan(FileHost(place).snapshot())
    cell = address(at.tables[0].header_row + 1, at.tables[0].column_numbers["progress_update"])
    book = open_book(place)
    book.sheets["Plan"][cell].number_format = code
    book.sheets["Plan"][cell].value = value
    opened = read_plan(LiveHost(book).snapshot()).lines[0].text("progress_update")
    book.save(tmp_path / "saved.xlsx")
    assert opened == read_plan(FileHost(tmp_path / "saved.xlsx").snapshot()).lines[0].text("progress_update")
    assert opened not in ("", str(value))


def test_an_open_workbook_is_found_by_its_path(path: Path, book: Any, tmp_path: Path) -> None:
    assert open_live(path).book == book
    with pytest.raises(WorkbookLocked, match="it is not open"):
        open_live(write_workbook(tmp_path / "elsewhere.xlsx"))


VERB = """
    import hrworkbook.ribbon as ribbon
    from hrworkbook.jobs.job import Job
    from hrworkbook.plan.snapshot import ChangeSet, Write, single_write
    from hrworkbook.ribbon.buttons import ButtonResult

    def number(host, snapshot, arguments):
        lines = [row for row in snapshot["Plan"].rows[2:] if row[0]]
        ids = tuple((f"00{i}",) for i, _ in enumerate(lines, 7))
        changes = ChangeSet((Write("Problems", 2, 1, ids),), f"{len(lines)} lines.", ("Problems", "A3"))
        return ButtonResult(Job(None, changes))

    def fail(host, snapshot, arguments):
        wrong = ChangeSet((single_write("Plan", "B3", "x"), single_write("Gone", "A1", "x")), "never said")
        return ButtonResult(Job(None, wrong, {host.path.parent / "Returns out" / "one.xlsx": b"x"}))

    def crash(host, snapshot, arguments):
        return 1 / 0

    ribbon.BUTTONS |= {"number": number, "fail": fail, "crash": crash}
"""


@pytest.fixture
def run_python(tmp_path: Path, path: Path, office: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The command line that a button starts, with verbs of this test's own."""
    folder = tmp_path / "verbs"
    folder.mkdir()
    (folder / "own_verbs.py").write_text(textwrap.dedent(VERB), encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def run(verb: str, place: Path = path) -> Any:
        code = (
            f"import sys; sys.path.insert(0, {str(folder)!r}); "
            f"import own_verbs; import hrworkbook.ribbon; hrworkbook.ribbon.click('{verb}')"
        )
        around = {**os.environ, CALLER: in_hex(str(place))}
        command = [sys.executable, "-E", "-P", "-B", "-c", code]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, env=around)

    return run


def test_a_click_changes_the_open_document(book: Any, host: LiveHost, run_python: Callable[..., Any]) -> None:
    done = run_python("number")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert host.snapshot()["Problems"].rows == [["Place", "Problem"], ["007", "old"], ["008", "older"], ["009", None]]
    assert host.where() == ("Problems", "A3")
    assert book.impl.controller.hasInfobar("hrworkbook")


@pytest.mark.parametrize("name", ["plán – naïve.xlsx", "two words (1).xlsx", "a=b $(touch x) `id` ^& 100%.xlsx"])
def test_a_click_finds_a_workbook_of_any_name(
    name: str, path: Path, open_book: Callable[[Path], Any], run_python: Callable[..., Any]
) -> None:
    place = path.rename(path.with_name(name))
    book = open_book(place)
    assert run_python("number", place).returncode == 0
    assert book.sheets["Problems"]["A2"].value == "007"


def test_of_two_open_workbooks_of_one_name_the_one_pressed_is_changed(
    path: Path, tmp_path: Path, open_book: Callable[[Path], Any], run_python: Callable[..., Any]
) -> None:
    (tmp_path / "other").mkdir()
    other = write_workbook(tmp_path / "other" / "plan.xlsx")
    first = open_book(path)
    # xlwings itself opens no two of one name; people do, by a double click each.
    second = first.app.books.impl.open(str(other))
    try:
        assert run_python("number", other).returncode == 0
        values = [book.sheets["Problems"].range("A2").value for book in (first, Book(impl=second))]
        assert values[0] != values[1] == "007"
        assert (open_live(path).path, open_live(other).path) == (path, other)
    finally:
        second.close()


@pytest.mark.parametrize(
    ("verb", "says"), [("fail", "there is no sheet 'Gone'"), ("crash", "nothing was changed"), ("none", "no button")]
)
def test_a_click_that_fails_says_so_in_three_lines_and_changes_nothing(
    host: LiveHost, book: Any, run_python: Callable[..., Any], verb: str, says: str
) -> None:
    before = host.snapshot()
    done = run_python(verb)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert 1 <= len(done.stderr.splitlines()) <= 3
    assert cells(host.snapshot()) == cells(before)
    assert not (host.path.parent / "Returns out").exists()
    assert book.impl.controller.hasInfobar("hrworkbook")


def test_a_crash_is_written_down(book: Any, run_python: Callable[..., Any], tmp_path: Path) -> None:
    run_python("crash")
    log = tmp_path / "state" / "hrworkbook" / "hrworkbook.log"
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")
