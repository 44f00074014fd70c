"""The whole job by buttons alone, on one plan open in Calc, and the same by the command line on its twin.

Each press goes the whole way: the callback that the ribbon names, the macros of the built file, the command line that
HRPython would start, that command run, and the cells of the open document.
"""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from host_contract import cells
from rehearsal import arguments_of, call, handed_over, opened, rehearsal

from hrworkbook.addin.package import macros_folder
from hrworkbook.addin.ribbon import read_ribbon
from hrworkbook.cli import example, run
from hrworkbook.cli.main import build_parser
from hrworkbook.hosts import live
from hrworkbook.hosts.file import FileHost
from hrworkbook.hosts.libreoffice import Office, connect
from hrworkbook.hosts.live import LiveHost
from hrworkbook.plan.ledgers import DECISIONS, REGISTER
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.snapshot import ChangeSet, Snapshot, Write
from hrworkbook.plan.start_sheet import returns_issued_and_back
from hrworkbook.plan.values import Value, normalised_text

BUTTONS = {b.verb for b in read_ribbon((macros_folder() / "ribbon.toml").read_text("utf-8")).buttons}
REPLIES = ("1*.eml", "[234]*.eml")
"""The replies of the example, in two lots."""


def command(*words: str) -> str:
    """What a command of the command line says, in this process."""
    options: Namespace = build_parser().parse_args(words)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        assert run(options) in (0, 1)
    return said.getvalue()


def filled_in(folder: Path) -> Path:
    """The example's master in a folder, as an officer has it before the first button."""
    master = folder / "plan.xlsx"
    command(
        "new", "delivery-plan", str(master), "--from", str(Path(example.__file__).parents[1] / "example" / "plan.csv")
    )
    example._fill_start_and_owners(master)
    return master


def chosen(snapshot: Snapshot, choice: str) -> list[Write]:
    """A choice made on the Decisions sheet for every decision that waits; there is one."""
    _, at = DECISIONS.heading_row(snapshot)
    waiting = [item for item in DECISIONS.data_rows(snapshot) if not item.text("Done")]
    assert waiting
    return [Write(DECISIONS.sheet, i.row, at["Decision"], ((choice,),)) for i in waiting]


_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


def timeless(snapshot: Snapshot) -> dict[tuple[str, int, int], Value]:
    """Every cell, without the moments at which things were done."""

    def of(value: Value) -> Value:
        if isinstance(value, datetime):
            return "a moment"
        return _MOMENT.sub("a moment", value) if isinstance(value, str) else value

    return {at: of(value) for at, value in cells(snapshot).items()}


class Pair:
    """One plan on disk and its twin open in Calc: the same is done to both, and both must then say the same."""

    def __init__(self, master: Path, twin: Path, context: Any) -> None:
        self.file = FileHost(master)
        twin.write_bytes(rehearsal(master.read_bytes()))
        self.document = opened(context, twin)
        self.live = live.open_live(twin)
        with zipfile.ZipFile(twin) as parts:
            drawn = ET.fromstring(parts.read("customUI/customUI14.xml"))
        self.callbacks = {b.get("id"): b.get("onAction") for b in drawn.iter() if b.get("onAction")}
        self.pressed: set[str] = set()
        self.shown = ""

    @property
    def folders(self) -> tuple[Path, Path]:
        return self.file.path.parent, self.live.path.parent

    def press(self, verb: str, code: int = 0) -> list[str]:
        """One press, all the way; returns what stood on stderr, line by line, which is what `shown` begins with."""
        assert self.callbacks[verb] == "HRRibbon.OnAction"
        _, *arguments = arguments_of(call(self.document, "Press", verb))
        assert arguments[-1].endswith(f"; import hrworkbook.ribbon; hrworkbook.ribbon.click('{verb}')")
        errors = self.folders[1].parent / "errors.txt"
        around = {**os.environ, **handed_over(self.document), "HRWORKBOOK_ERRORS": str(errors)}
        done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=120, env=around)
        said = errors.read_text("utf-16")
        assert (done.returncode, done.stdout, done.stderr) == (code, "", ""), said
        if code:
            self.shown = call(self.document, "PressFailing", verb, said)
        self.pressed.add(verb)
        return said.splitlines()

    def both(self, verb: str, *words: str, by: str = "") -> None:
        """The button on the one and its command on the other, with the folder given in its words as `{}`."""
        command(by or verb, str(self.file.path), *(w.format(self.folders[0]) for w in words))
        assert self.press(verb) == []
        self.agree()

    def type(self, writes: Any) -> None:
        """What the officer types, in both."""
        for host in (self.file, self.live):
            host.apply(ChangeSet(tuple(writes(host.snapshot()))))

    def choose(self, choice: str) -> None:
        """What the officer picks on the Decisions sheet, for every decision that waits."""
        self.type(lambda snapshot: chosen(snapshot, choice))

    def came_in(self, which: str) -> None:
        """Replies saved into the folder for them, beside both."""
        for folder in self.folders:
            (folder / "Returns in").mkdir(exist_ok=True)
            for mail in (self.folders[0] / "replies").glob(which):
                shutil.copy(mail, folder / "Returns in")

    def agree(self) -> None:
        typed, pressed = timeless(self.file.snapshot()), timeless(self.live.snapshot())
        assert {at: (v, pressed.get(at)) for at, v in typed.items() if v != pressed.get(at)} == {}
        assert set(typed) == set(pressed)


@pytest.fixture(scope="module")
def pair(office: Office, calc: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("clicks")
    for name in ("typed", "pressed"):
        (folder / name).mkdir()
    pair = Pair(filled_in(folder / "typed"), folder / "pressed" / "plan.xlsm", connect(office.address))
    yield pair
    pair.document.close(True)


def plan(host: FileHost | LiveHost) -> list[list[Value]]:
    return [list(row) for row in host.snapshot()["Plan"].rows]


def test_the_whole_job_by_buttons_ends_as_the_command_line_does(pair: Pair) -> None:
    before = pair.live.path.read_bytes()
    pair.agree()
    pair.both("validate")
    assert pair.live.where()[0] != "Start"
    pair.press("next")
    pair.both("issue", "--out", "{}/Returns out")
    _same_returns(pair)
    pair.type(
        lambda s: example._cells(s, "Plan", {("L008", "Progress Update"): "2.9 in quarter 3, as the report says."})
    )
    example._replies(pair.folders[0] / "Returns out", pair.folders[0] / "replies")
    pair.came_in(REPLIES[0])
    as_issued = plan(pair.live)
    pair.both("merge", "{}/Returns in")
    assert plan(pair.live) != as_issued
    pair.both("undo", "--last")
    assert plan(pair.live) == as_issued
    pair.came_in(REPLIES[1])
    pair.both("merge", "{}/Returns in")
    assert pair.live.where()[0] == "Decisions"
    pair.choose("take return")
    pair.both("decide")
    pair.choose("keep master")
    pair.both("decide")
    select_a_return_still_out(pair)
    pair.both("chase", "--out", "{}/Returns out")
    pair.both("appendix", "-o", "{}/plan appendix.xlsx")
    pair.both("pdf", "-o", "{}/plan appendix.xlsx", by="appendix")
    assert (pair.folders[1] / "plan appendix.pdf").read_bytes().startswith(b"%PDF")
    assert plan(pair.file) == plan(pair.live) != as_issued
    pair.both("roll")
    pair.press("help")
    assert pair.live.where()[0] == "Start"
    # Adopt needs a workbook that is no plan: test_macros presses it.
    assert pair.pressed | {"adopt"} == BUTTONS == set(pair.callbacks)
    made = [sorted(p.name for p in folder.rglob("*") if _lasting(p)) for folder in pair.folders]
    assert set(made[0]) - {"replies"} == set(made[1]) - {"plan appendix.pdf", "plan appendix Part 2 exempt.pdf"}
    # Calc never saves it: what was done is in the open document alone.
    assert pair.live.path.read_bytes() == before


def _same_returns(pair: Pair) -> None:
    """The button's returns hold what the command's do, and each has its mail."""
    typed, pressed = ({p.name: p for p in sorted((f / "Returns out").iterdir())} for f in pair.folders)
    assert list(typed) == list(pressed)
    returns = [name for name in typed if name.endswith(".xlsx")]
    assert len(returns) == 6 and len(typed) == 12
    for name in returns:
        assert timeless(FileHost(typed[name]).snapshot()) == timeless(FileHost(pressed[name]).snapshot())


def _lasting(path: Path) -> bool:
    return "backup" not in path.name and not path.name.startswith((".", "plan.xls"))


@contextlib.contextmanager
def without_period(pair: Pair) -> Iterator[None]:
    start = pair.live.snapshot()["Start"]
    row = next(r for r in range(1, len(start.rows) + 1) if normalised_text(start.at(r, 2)) == "Period")
    pair.live.apply(ChangeSet((Write("Start", row, 3, ((None,),)),)))
    try:
        yield
    finally:
        pair.live.apply(ChangeSet((Write("Start", row, 3, ((start.at(row, 3),),)),)))


def select_a_return_still_out(pair: Pair) -> None:
    """Received is pressed in its row of the Register; the command names it."""
    snapshot = pair.live.snapshot()
    issued, back = returns_issued_and_back(read_plan(snapshot))
    still_out = min(set(issued) - back)
    row = next(r.row for r in REGISTER.data_rows(snapshot) if r.text("Return") == still_out)
    pair.live.show(REGISTER.sheet, f"A{row}")
    pair.both("received", still_out)


@contextlib.contextmanager
def without_folder(pair: Pair) -> Iterator[None]:
    folder = pair.live.path.parent / "Returns in"
    away = folder.with_name("elsewhere")
    folder.mkdir(exist_ok=True)
    folder.rename(away)
    try:
        yield
    finally:
        away.rename(folder)


@contextlib.contextmanager
def protected(pair: Pair) -> Iterator[None]:
    register = pair.live.book.sheets["Register"].api
    register.protect("")
    try:
        yield
    finally:
        register.unprotect("")


FAILING = [
    ("issue", without_period, "the Period is blank"),
    ("merge", without_folder, "there is no folder 'Returns in' beside this plan"),
    ("issue", protected, "Register: the sheet is protected"),
]


@pytest.mark.parametrize(("verb", "cause", "says"), FAILING, ids=[f"{v} {c.__name__}" for v, c, _ in FAILING])
def test_a_button_that_cannot_do_its_work_says_why_and_changes_nothing(
    pair: Pair, verb: str, cause: Any, says: str
) -> None:
    with cause(pair):
        before = cells(pair.live.snapshot()), sorted(pair.live.path.parent.rglob("*"))
        said = pair.press(verb, code=2)
        assert (cells(pair.live.snapshot()), sorted(pair.live.path.parent.rglob("*"))) == before
    assert says in said[0] and len(said) <= 3
    # What the macros show begins with these lines; in Calc a bar above the sheet has them too.
    assert pair.shown.splitlines()[: len(said)] == said
    assert pair.live.book.impl.controller.hasInfobar("hrworkbook")


def test_a_command_works_on_the_open_document(pair: Pair) -> None:
    before = pair.live.path.read_bytes()
    problem = example._cells(pair.live.snapshot(), "Plan", {("L003", "RAG"): "amber-ish"})
    pair.live.apply(ChangeSet(tuple(problem)))
    said = command("validate", str(pair.live.path), "--live")
    assert "RAG is 'amber-ish'" in said
    listed = pair.live.snapshot()["Problems"]
    assert any("'amber-ish'" in normalised_text(v) for row in listed.rows for v in row)
    first = pair.live.where()
    assert first[0] == "Plan" and f"Plan!{first[1]}: RAG is 'amber-ish'" in said
    command("next", str(pair.live.path), "--live")
    assert pair.live.where() != first
    assert pair.live.path.read_bytes() == before
