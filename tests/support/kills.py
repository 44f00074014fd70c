"""Commands killed at any moment: every file is then as before or as after, and the next run leaves nothing of the killed one.

Run it by itself before a release: `python tests/kills.py 400` kills 400 times, 50 for each of eight commands. Half of the kills
come at a random moment, half before a step that touches the disk.
"""

import contextlib
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from masters import OWNERS, THREE, answered, make_master, type_into

from hrworkbook.cli import console
from hrworkbook.cli.main import main
from hrworkbook.plan.ledgers import TAKE_RETURN

NOW = datetime(2026, 11, 21, 9, 30)
PLAN_CSV = """Theme,Ref,Priority,Owner,Timescale,Performance & Outcome Measures,RAG,Progress Update
Staff,A,Hire well,Recruitment Lead,March 2027,Posts filled,Green,Two posts filled.
Staff,B,Train managers,Learning Lead,Ongoing,All trained,Amber,First course held.
"""
_TOUCHES = frozenset(
    (
        "open",
        "os.rename",
        "os.link",
        "os.remove",
        "os.chmod",
        "os.chown",
        "os.mkdir",
        "os.rmdir",
        "os.scandir",
        "os.listdir",
    )
)
"""What Python tells an audit hook of before it touches the disk."""
_BACKUP = re.compile(r"(.+)\.backup-\d{4}-\d\d-\d\d-\d{6}(?:-\d+)?(\.\w+)")


@dataclass(frozen=True)
class Job:
    """A command to kill: how its folder is made, and its words, which name places in that folder."""

    name: str
    make: Callable[[Path], object]
    words: Sequence[str]


def _master(folder: Path) -> Path:
    return make_master(folder, THREE, owners=OWNERS, Period="2026/27 Q3")


def _answers(folder: Path) -> Path:
    path = _master(folder)
    answered(path, lambda one: {0: {"rag": "Red", "progress_update": "Much has happened."}})
    return path


def _merged(folder: Path) -> Path:
    path = _answers(folder)
    _quietly(["merge", str(path), str(folder / "in")])
    return path


def _to_decide(folder: Path) -> Path:
    path = _answers(folder)
    type_into(path, {"Plan!I6": "HR wrote this meanwhile."})
    _quietly(["merge", str(path), str(folder / "in")])
    type_into(path, {"Decisions!A5": TAKE_RETURN})
    return path


JOBS = (
    Job("new", lambda folder: (folder / "plan.csv").write_text(PLAN_CSV), ("delivery-plan", "plan.xlsx", "--from", "plan.csv", "--force")),
    Job("validate", lambda folder: type_into(_master(folder), {"Plan!H6": "amber-ish"}), ("plan.xlsx",)),
    Job("issue", _master, ("plan.xlsx", "--out", "out")),
    Job("merge", _answers, ("plan.xlsx", "in")),
    Job("decide", _to_decide, ("plan.xlsx",)),
    Job("undo", _merged, ("plan.xlsx", "--last")),
    Job("appendix", _master, ("plan.xlsx", "-o", "appendix.xlsx", "--docx")),
    Job("roll", _master, ("plan.xlsx",)),
)  # fmt: skip


def survive(job: Job, kills: int, draw: random.Random) -> Counter[str]:
    """Kill a command so many times; return how often all was as before, as after, or between two files, each whole.

    Raises AssertionError with the file and the moment where one is neither as before nor as after, or something stays.
    """
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as home, _fixed():
        made, done, work = (Path(home) / name for name in ("made", "done", "work"))
        made.mkdir()
        job.make(made)
        before = _contents(made)
        with contextlib.chdir(_copied(made, done)):
            _quietly([job.name, *job.words])  # what it imports is there before any child of this process is killed
        steps, took = _run(job, _copied(made, done))
        after = _contents(done)
        assert after != before, f"{job.name} changed nothing"
        for number in range(kills):
            at_step = number % 2 == 0
            moment = draw.randrange(steps) if at_step else draw.uniform(0, took * 1.1)
            _run(job, _copied(made, work), *((moment, None) if at_step else (None, moment)))
            told = f"{job.name} killed {'before step' if at_step else 'after seconds'} {moment}"
            outcomes[_verdict(_contents(work), before, after, told)] += 1
            _run(job, work)
            left = [name for name in _contents(work) if _is_temporary(name)]
            assert not left, f"{told}: the next run left {left}"
    return outcomes


def _verdict(now: Mapping[str, bytes], before: Mapping[str, bytes], after: Mapping[str, bytes], told: str) -> str:
    for name, content in now.items():
        if _is_temporary(name):
            continue
        if name not in before and (kept := _BACKUP.fullmatch(name)):
            assert content == before[kept[1] + kept[2]], f"{told}: {name} is not what was there before"
        else:
            assert content in (before.get(name), after.get(name)), f"{told}: {name} is neither as before nor as after"
    for name in before:
        assert name in now, f"{told}: {name} is gone"
    changed = {name for name, content in after.items() if before.get(name) != content and not _BACKUP.fullmatch(name)}
    done = {name for name in changed if now.get(name) == after[name]}
    return "as after" if done == changed else "as before" if not done else "between two files"


def _is_temporary(name: str) -> bool:
    leaf = name.rpartition("/")[2]
    return leaf.startswith(".") or leaf.endswith((".tmp", ".part", ".lock"))


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)).replace(os.sep, "/"): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _copied(made: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(made, to))


def _run(job: Job, folder: Path, step: float | None = None, seconds: float | None = None) -> tuple[int, float]:
    """Run the command in a process of its own, killed before a step or after some seconds; return the steps it took, and seconds."""
    back, front = os.pipe()
    child = os.fork()
    if not child:
        _as_child(job, folder, step, front)
    os.close(front)
    began = time.monotonic()
    if seconds is not None:
        time.sleep(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    with os.fdopen(back, "rb") as told:
        steps = told.read()
    took = time.monotonic() - began
    _, status = os.waitpid(child, 0)
    if step is None and seconds is None:
        assert os.waitstatus_to_exitcode(status) in (0, 1, 2) and steps, f"{job.name} ended with {status}"
    return int(steps or 0), took


def _as_child(job: Job, folder: Path, step: float | None, front: int) -> None:
    seen = 0

    def count(event: str, _: object) -> None:
        nonlocal seen
        if event in _TOUCHES:
            if step is not None and seen == step:
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1

    code = 70
    try:
        os.chdir(folder)
        random.seed(11)  # a mail tells its parts apart by a random number
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        sys.addaudithook(count)
        code = main([job.name, *job.words])
        os.write(front, str(seen).encode())
    finally:
        os._exit(code)


@contextlib.contextmanager
def _fixed() -> Iterator[None]:
    """The day, and the secrets of a new plan, the same in every run: so that a file is as after where its bytes are."""
    from unittest.mock import patch

    was, console.fixed_now = console.fixed_now, NOW
    try:
        with patch("hrworkbook.plan.model.secrets.token_hex", lambda count: "5" * 2 * count):
            yield
    finally:
        console.fixed_now = was


def _quietly(words: Sequence[str]) -> None:
    with open(os.devnull, "w", encoding="utf-8") as nothing, contextlib.redirect_stdout(nothing):  # noqa: PTH123
        main(list(words))


def _main(kills: int) -> None:
    draw, whole = random.Random(), Counter[str]()
    for job in JOBS:
        outcomes = survive(job, kills // len(JOBS), draw)
        whole += outcomes
        print(f"{job.name:10}{dict(outcomes)}", flush=True)
    print(f"{whole.total()} kills survived: {dict(whole)}; nothing temporary stayed after the next run")


if __name__ == "__main__":
    _main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
