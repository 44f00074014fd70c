"""A process that dies at any point of a save leaves the file as before or as after."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from saved_masters import beside, plain_workbook

from hrworkbook.hosts import replace_file as saving
from hrworkbook.hosts.file import FileHost


@pytest.fixture
def master(tmp_path: Path) -> Path:
    return plain_workbook(tmp_path / "m.xlsx")


KILLS = int(os.environ.get("HRWORKBOOK_KILLS", "40"))
"""How often the saving process is killed; 300 before a release."""


CHILD = """
import os, sys, threading, time
from pathlib import Path
from hrworkbook.hosts.file import FileHost
from hrworkbook.plan.snapshot import ChangeSet, single_write
path, how, number = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
host = FileHost(path)
host.snapshot()
changes = ChangeSet(tuple(single_write("Plan", f"B{row}", f"after {row}") for row in range(2, 60)))
seen = 0
def die():
    os.kill(os.getpid(), 9)
def soon():
    end = time.perf_counter() + number
    while time.perf_counter() < end:
        pass
    die()
def hook(event, args):
    global seen
    if how == "step" and event in ("open", "os.rename", "os.link", "os.remove", "os.chmod", "os.listdir", "os.scandir"):
        if seen == number:
            die()
        seen += 1
    if how == "rename" and event == "os.rename":
        threading.Thread(target=soon, daemon=True).start()
sys.addaudithook(hook)
print("ready", flush=True)
start = time.perf_counter()
host.apply(changes)
print(time.perf_counter() - start, seen, flush=True)
"""


def run_child(path: Path, how: str, number: float, kill_after: float | None = None) -> str:
    """Save in a process of its own, killed on the way; returns what it could still say."""
    command = [sys.executable, "-c", CHILD, str(path), how, str(number)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        if kill_after is not None:
            time.sleep(kill_after)
            child.kill()
        return child.stdout.read()


def check_after_kill(path: Path, before: bytes) -> str:
    """The master opens as before or as after, and the next run leaves nothing of the killed one."""
    found = FileHost(path).snapshot()["Plan"]
    texts = {found.at(row, 2).split()[0] for row in range(2, 60)}  # type: ignore[union-attr]
    assert texts in ({"before"}, {"after"})
    if texts == {"before"}:
        assert path.read_bytes() == before
        assert beside(path) == {path.name}
        return "before"
    (backup,) = saving.backups(path)
    assert backup.read_bytes() == before
    assert beside(path) == {path.name, backup.name}
    return "after"


def test_killed_while_saving(master: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A third of the kills around the rename, a third at any moment, a third before each step that touches the disk."""
    original = master.read_bytes()
    took, steps = map(float, run_child(master, "step", -1).split())
    outcomes = {"before": 0, "after": 0}
    draw = random.Random(1621)
    for number in range(KILLS):
        for place in master.parent.iterdir():
            place.unlink()
        master.write_bytes(original)
        if number % 3 == 0:
            run_child(master, "rename", draw.uniform(0, 0.002))
        elif number % 3 == 1:
            run_child(master, "none", 0, draw.uniform(0, took * 1.2))
        else:
            run_child(master, "step", number // 3 % int(steps))
        outcomes[check_after_kill(master, original)] += 1
    with capsys.disabled():
        print(f" [killed {KILLS} times: {outcomes['before']} as before, {outcomes['after']} as after]", end="")
    assert outcomes["before"] and outcomes["after"]
