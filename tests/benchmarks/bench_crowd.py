"""10,000 returns merged into a master of 12,000 rows: on one core, on all as it goes unasked, by two, by a Dask cluster.

Run it by itself: `python tests/benchmarks/bench_crowd.py [RETURNS [ROUNDS]]`. Each round runs every way once, so that a busy
machine slows all alike; the figures are medians. Every way must make the same master, byte for byte.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from pathlib import Path

from bench_merge import LINES, make
from fair import Run, as_installed, text, timed

RETURNS, OWNERS, ROUNDS = 10_000, 300, 3
AT_MOST = 1.2
"""On two cores as it goes unasked, as a part of half the time on one."""

RUN = """
import os, sys
from datetime import datetime
if sys.argv[1] == "pinned":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from hrworkbook.cli.main import main
from hrworkbook.cli import console
console.fixed = datetime(2026, 11, 28, 9, 0)
sys.exit(main(sys.argv[2:]))
"""


def spread_out(replies: Path, returns: int) -> None:
    """Turns each owner's return into many, in each of which one more cell says something new, and no two the same."""
    owners = sorted(replies.iterdir())
    each = -(-returns // len(owners))
    for source in owners:
        with zipfile.ZipFile(source) as book:
            parts = {name: book.read(name) for name in book.namelist()}
        first = (int(source.name.split()[1]) - 1) * LINES
        shared = parts["xl/sharedStrings.xml"]
        says = (text(first + n + 2 + i, (25, 10)[i]).encode() for n in range(LINES) for i in (0, 1))
        free = [one for one in says if b"<t>" + one + b"</t>" in shared]
        assert len(free) >= each, "there are not so many cells to fill in"
        for number, said in enumerate(free[:each]):
            made = shared.replace(b"<t>" + said + b"</t>", b"<t>" + said + b" Now done.</t>")
            with zipfile.ZipFile(replies / f"{number:03} {source.name}", "w", zipfile.ZIP_DEFLATED) as book:
                for name, part in parts.items():
                    book.writestr(name, made if part is shared else part)
        source.unlink()
    for extra in sorted(replies.iterdir())[returns:]:
        extra.unlink()


def two_workers(folder: Path) -> AbstractContextManager[str]:
    """The address of a Dask cluster of two; '' where Dask is not installed."""
    if find_spec("distributed") is None:
        return nullcontext("")
    from cluster import dask

    return dask(folder)


def measure(returns: int = RETURNS, rounds: int = ROUNDS) -> float:
    """The median of the time on two cores as a part of half the time on one; the table is printed."""
    as_installed()
    with tempfile.TemporaryDirectory() as name, two_workers(Path(name)) as address:
        folder = Path(name)
        # Made elsewhere: a process counts the memory of the one it was started from as its own.
        subprocess.run([sys.executable, __file__, "make", str(folder), str(returns)], check=True)
        some = folder / "some"
        some.mkdir()
        for path in sorted((folder / "in").iterdir())[:: max(1, returns // 1000)]:
            shutil.copy(path, some)
        ways = {
            "one core (pinned)": ("pinned", "in"), "two cores, unasked": ("", "in"),
            "two cores, two processes": ("", "in", "--jobs", "2"), "two cores, a tenth": ("", "some"),
        }  # fmt: skip
        if not hasattr(os, "sched_setaffinity"):
            del ways["one core (pinned)"]
        if address:
            ways["cluster of two workers"] = ("", "in", "--cluster", address)
        ways["all known"] = ("", "in")
        took: dict[str, list[Run]] = {way: [] for way in ways}
        made: dict[str, set[bytes]] = {"in": set(), "some": set()}
        for _ in range(rounds):
            for way, (pinned, where, *options) in ways.items():
                copy = folder / "trial" / "master.xlsx"
                if "known" not in way:
                    shutil.rmtree(folder / "trial", ignore_errors=True)
                    (folder / "trial").mkdir()
                    shutil.copy(folder / "master.xlsx", copy)
                os.sync()
                took[way].append(timed("-c", RUN, pinned, "merge", str(copy), str(folder / where), "--json", *options))
                made[where].add(copy.read_bytes())
    middle = {way: [statistics.median(column) for column in zip(*runs, strict=True)] for way, runs in took.items()}
    print(f"{returns:,} returns of {LINES} lines into {OWNERS * LINES:,} rows: median of {rounds}")
    print(f"  {'':28} {'seconds':>8} {'processor':>10} {'largest process, MB':>20}")
    for way, (seconds, used, memory) in middle.items():
        print(f"  {way:28} {seconds:8.1f} {used:10.1f} {memory:20.0f}")
    print(f"  Masters made: {len(made['in'])} (1: every way makes the same, byte for byte)")
    if "one core (pinned)" not in took:
        return 0.0
    pairs = zip(took["one core (pinned)"], took["two cores, unasked"], strict=True)
    ratio = statistics.median(two.seconds / (one.seconds / 2) for one, two in pairs)
    print(f"  Two cores take {ratio:.2f} of half the time on one core (at most {AT_MOST})")
    assert all(len(m) == 1 for m in made.values()), "the masters differ"
    return ratio


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make(Path(sys.argv[2]), OWNERS)
        spread_out(Path(sys.argv[2]) / "in", int(sys.argv[3]))
        sys.exit()
    result = measure(*[int(a) for a in sys.argv[1:]])
    print(json.dumps({"two cores of half one core": result}))
    sys.exit(result > AT_MOST)
