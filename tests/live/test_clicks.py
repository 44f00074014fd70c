"""The whole job by buttons: each click by RunPython's command line, on one plan open in Calc, against the command line."""

import contextlib
import io
import re
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from host_contract import cells

from hrworkbook.cli import build_parser
from hrworkbook.commands import example, run
from hrworkbook.hosts.file import FileHost
from hrworkbook.hosts.live import LiveHost
from hrworkbook.ledgers import DECISIONS
from hrworkbook.snapshot import ChangeSet, Snapshot, Write
from hrworkbook.values import Value


def command(*words: str) -> None:
    """A command of the command line, in this process."""
    options: Namespace = build_parser().parse_args(words)
    with contextlib.redirect_stdout(io.StringIO()):
        assert run(options) in (0, 1)


@pytest.fixture(scope="module")
def sent_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plan whose returns are out, and the replies that came back."""
    folder = tmp_path_factory.mktemp("sent out")
    master = folder / "plan.xlsx"
    command(
        "new", "delivery-plan", str(master), "--from", str(Path(example.__file__).parents[1] / "example" / "plan.csv")
    )
    example._fill_in(master)
    command("validate", str(master))
    command("issue", str(master), "--out", str(folder / "Returns out"))
    example._correct(master)
    example._replies(folder / "Returns out", folder / "Returns in")
    for backup in folder.glob("*backup*"):
        backup.unlink()
    return folder


@pytest.fixture
def two(sent_out: Path, tmp_path: Path) -> tuple[Path, Path]:
    """The folder twice: one for the command line, one for the buttons."""
    folders = tmp_path / "typed", tmp_path / "pressed"
    for folder in folders:
        shutil.copytree(sent_out, folder)
    return folders


@pytest.fixture
def press(office: Any) -> Callable[..., Any]:
    def pressed(verb: str, *, code: int = 0) -> Any:
        line = (
            "import xlwings.utils;xlwings.utils.prepare_sys_path('false;;;;;');"
            f"import hrworkbook.ribbon; hrworkbook.ribbon.click('{verb}')"
        )
        words = [sys.executable, "-B", "-c", line, "--wb=plan.xlsx", "--from_xl=1"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120)
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        return done

    return pressed


_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


def timeless(snapshot: Snapshot) -> dict[tuple[str, int, int], Value]:
    """Every cell, without the moments at which things were done."""

    def of(value: Value) -> Value:
        if isinstance(value, datetime):
            return "a moment"
        return _MOMENT.sub("a moment", value) if isinstance(value, str) else value

    return {at: of(value) for at, value in cells(snapshot).items()}


@pytest.fixture
def pair(two: tuple[Path, Path], open_book: Callable[[Path], Any], press: Callable[..., Any]) -> "Pair":
    return Pair(FileHost(two[0] / "plan.xlsx"), LiveHost(open_book(two[1] / "plan.xlsx")), press)


class Pair:
    """One plan on disk and its twin open in Calc: the same is done to both, and both must then say the same."""

    def __init__(self, file: FileHost, live: LiveHost, press: Callable[..., Any]) -> None:
        self.file, self.live, self.press = file, live, press

    def both(self, verb: str, *words: str) -> None:
        """The command on the one and the button on the other."""
        command(verb, str(self.file.path), *words)
        self.press(verb)
        self.agree()

    def choose(self, choice: str) -> None:
        """What the officer picks on the Decisions sheet, for every decision that waits."""
        for host in (self.file, self.live):
            snapshot = host.snapshot()
            _, columns = DECISIONS.heading_row(snapshot)
            at = dict(zip(DECISIONS.headings, columns, strict=True))
            waiting = [item for item in DECISIONS.items(snapshot) if not item.text("Done")]
            assert waiting
            host.apply(ChangeSet(tuple(Write(DECISIONS.sheet, i.row, at["Decision"], ((choice,),)) for i in waiting)))

    def agree(self) -> None:
        typed, pressed = timeless(self.file.snapshot()), timeless(self.live.snapshot())
        assert {at: (v, pressed.get(at)) for at, v in typed.items() if v != pressed.get(at)} == {}
        assert set(typed) == set(pressed)


def test_the_whole_job_by_buttons_ends_as_the_command_line_does(pair: Pair) -> None:
    folder = pair.file.path.parent
    before = pair.live.path.read_bytes()
    pair.agree()
    pair.both("validate")
    first = pair.live.where()
    assert first[0] != "Start"
    pair.press("next")
    pair.both("merge", str(folder / "Returns in"))
    assert pair.live.where()[0] == "Decisions"
    pair.choose("take return")
    pair.both("decide")
    pair.choose("keep master")
    pair.both("decide")
    pair.both("chase", "--out", str(folder / "Returns out"))
    pair.both("appendix", "-o", str(folder / "plan appendix.xlsx"))
    pair.both("roll")
    pair.press("help")
    assert pair.live.where()[0] == "Start"
    made = [sorted(p.name for p in host.path.parent.rglob("*") if _lasting(p)) for host in (pair.file, pair.live)]
    assert made[0] == made[1]
    # Calc never saves it: what was done is in the open document alone.
    assert pair.live.path.read_bytes() == before


def _lasting(path: Path) -> bool:
    return "backup" not in path.name and not path.name.startswith(".")


def test_a_return_is_taken_back_by_its_button(pair: Pair) -> None:
    before = pair.live.snapshot()["Plan"].rows
    done = pair.press("merge")
    assert pair.live.snapshot()["Plan"].rows != before
    done = pair.press("undo")
    assert done.stderr == ""


def test_a_button_that_cannot_do_its_work_says_why_and_changes_nothing(pair: Pair) -> None:
    shutil.rmtree(pair.live.path.parent / "Returns in")
    before = cells(pair.live.snapshot())
    done = pair.press("merge", code=2)
    assert "there is no folder 'Returns in' beside this plan" in done.stderr
    assert len(done.stderr.splitlines()) <= 3
    assert cells(pair.live.snapshot()) == before
    assert pair.live.book.impl.controller.hasInfobar("hrworkbook")


def test_returns_made_by_a_button_are_taken_away_where_the_plan_cannot_be_changed(pair: Pair) -> None:
    out = pair.live.path.parent / "Returns out"
    before = sorted(out.iterdir())
    pair.live.book.sheets["Register"].api.protect("")
    done = pair.press("issue", code=2)
    assert "Register: the sheet is protected" in done.stderr
    assert sorted(out.iterdir()) == before
