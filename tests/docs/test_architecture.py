"""docs/architecture.md is true: its picture is that of the walls, and each step of its walks is really taken."""

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FunctionType, SimpleNamespace

import pytest
from fake_excel import fake_book, in_hex
from masters import OWNERS, THREE, make_master, snapshot_of
from rooms_picture import PICTURE, direct, levels, rooms_svg

from hrworkbook import ribbon
from hrworkbook.cli import console
from hrworkbook.cli.example import DEMO_TIME
from hrworkbook.cli.main import main
from hrworkbook.hosts import live
from hrworkbook.hosts.live_books import CALLER

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
WALKS = (
    "A cell from a mail to the master",
    "A click from the ribbon to the sheet",
    "A setting from the TOML to a check",
)
NAME = re.compile(r"`((?:\w+\.)+\w+)`(?= \*\((\w+)\)\*)?")
MOST_STEPS = 15


def steps(walk: str) -> list[str]:
    """Return the numbered lines of a walk."""
    part = PAGE.split(f"### {walk}\n")[1].split("\n#")[0]
    return re.findall(r"(?m)^\d+\. (.*)$", part)


def names(walk: str, *, traced: bool) -> list[str]:
    """Return the functions a walk names, in order; of those traced, not what runs in the child process or is data."""
    found = [m for step in steps(walk) for m in NAME.finditer(step) if not m[1].endswith(".conf")]
    return [m[1] for m in found if not traced or m[2] not in ("child", "data")]


def named_object(name: str) -> object:
    """Return the object of a dotted name in the package."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found: object = importlib.import_module("hrworkbook." + ".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part)
        return found
    raise AttributeError(name)


@contextmanager
def calls_noted() -> Iterator[list[str]]:
    """Note every call of a function of the package, by module and name."""
    noted: list[str] = []

    def note(frame: object, event: str, _: object) -> None:
        if event == "call":
            module = frame.f_globals.get("__name__", "")  # type: ignore[attr-defined]
            if module.startswith("hrworkbook."):
                noted.append(f"{module.removeprefix('hrworkbook.')}.{frame.f_code.co_qualname}")  # type: ignore[attr-defined]

    sys.setprofile(note)
    try:
        yield noted
    finally:
        sys.setprofile(None)


def run_merge(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(console, "fixed_now", DEMO_TIME)
    assert main(["demo", str(folder / "demo")]) == 0
    assert main(["undo", str(folder / "demo" / "plan.xlsx"), "R0004"]) == 0
    with calls_noted() as noted:
        mail = folder / "demo" / "Returns in" / "1 a clean reply.eml"
        assert main(["merge", str(folder / "demo" / "plan.xlsx"), str(mail)]) == 0
    return noted


def run_click(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    book = fake_book(list(snapshot_of(make_master(folder, THREE, owners=OWNERS)).sheets))
    monkeypatch.setattr(live, "_xlwings", lambda: SimpleNamespace(apps=[SimpleNamespace(books=[book])]))
    monkeypatch.setenv(CALLER, in_hex(book.impl.place))
    with calls_noted() as noted:
        ribbon.click("validate")
    assert book.app.engine.impl.told
    return noted


def run_setting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(console, "fixed_now", DEMO_TIME)
    (folder / "plan.csv").write_bytes((ROOT / "hrworkbook" / "example" / "plan.csv").read_bytes())
    master = str(folder / "plan.xlsx")
    with calls_noted() as noted:
        assert main(["new", "delivery-plan", master, "--from", str(folder / "plan.csv")]) == 0
        assert main(["validate", master]) in (0, 1)
    return noted


RUNS: dict[str, Callable[[Path, pytest.MonkeyPatch], list[str]]] = dict(
    zip(WALKS, (run_merge, run_click, run_setting), strict=True)
)


@pytest.mark.slow
@pytest.mark.parametrize("walk", WALKS)
def test_every_step_is_taken_in_its_order(walk, tmp_path, monkeypatch):
    noted = RUNS[walk](tmp_path, monkeypatch)
    at = 0
    for name in names(walk, traced=True):
        where = named_object(name)
        assert isinstance(where, FunctionType), name
        home = f"{where.__module__.removeprefix('hrworkbook.')}.{where.__qualname__}"
        assert home == name, f"{name} lives in {home}"
        assert name in noted, f"{name} is not on the way"
        assert name in noted[at:], f"{name} is not called after the step before it"
        at = noted.index(name, at) + 1


@pytest.mark.parametrize("walk", WALKS)
def test_a_walk_is_short_and_names_what_is_there(walk):
    assert 8 <= len(steps(walk)) <= MOST_STEPS
    for step in steps(walk):
        assert re.search(r"`[\w.]+`", step), step
    for name in names(walk, traced=False):
        assert named_object(name), name


def test_the_step_in_vba_is_there():
    (step,) = [s for s in steps(WALKS[1]) if ".bas" in s]
    function, file = re.findall(r"`([^`]+)`", step)[:2]
    assert f"Sub {function}(" in (ROOT / file).read_text(encoding="latin-1")


def test_the_picture_is_that_of_the_walls():
    sys.path.insert(0, str(ROOT / "tests"))
    from test_house import MAY_IMPORT

    assert PICTURE.read_text(encoding="utf-8") == rooms_svg(MAY_IMPORT), "run: python tests/support/rooms_picture.py"
    drawn = direct(MAY_IMPORT)
    row = {room: i for i, rooms in enumerate(levels(MAY_IMPORT)) for room in rooms}

    def reached(room: str) -> set[str]:
        return drawn[room].union(*(reached(r) for r in drawn[room]))

    for room, rooms in MAY_IMPORT.items():
        assert set(rooms.split()) <= reached(room), f"{room}: an arrow is missing"
        assert all(row[r] < row[room] for r in rooms.split())
