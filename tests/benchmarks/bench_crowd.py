"""10,000 returns merged into a master of 12,000 rows: on one core, by one process, by two, and by a Dask cluster of two.

Run it by itself: `python tests/benchmarks/bench_crowd.py [RETURNS [ROUNDS]]`. Each round runs every way once, so that a busy
machine slows all alike; the figures are medians. Every way must make the same master, byte for byte.
"""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from bench_merge import LINES, make, text

RETURNS, OWNERS, ROUNDS = 10_000, 300, 3
AT_MOST = 1.2
"""Two processes, as a part of half the time on one core."""

RUN = """
import os, sys
from datetime import datetime
if sys.argv[1] == "pinned":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from hrworkbook.cli import main
from hrworkbook.commands import console
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


def timed(*command: str) -> tuple[float, float, float]:
    """Seconds a merge takes, the processor seconds of it and its children, and the MB of its largest process."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    _, code, used = os.wait4(process.pid, 0)
    took = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(code)
    if process.returncode not in (0, 1):
        assert process.stderr
        raise SystemExit(f"{command} ended with {process.returncode}: {process.stderr.read()[-800:]}")
    return took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


@contextmanager
def dask(folder: Path):  # type: ignore[no-untyped-def]
    """The address of a scheduler with two workers of one thread each; '' where Dask is not installed."""
    if find_spec("distributed") is None:
        yield ""
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    run = [sys.executable, "-m"]
    made = [subprocess.Popen([*run, "distributed.cli.dask_scheduler", "--host", address, "--no-dashboard"], **quiet)]
    worker = ["distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"]
    made += [subprocess.Popen([*run, *worker], **quiet) for _ in range(2)]
    try:
        from distributed import Client

        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield address
    finally:
        for process in reversed(made):
            process.terminate()
            process.wait(15)


def measure(returns: int = RETURNS, rounds: int = ROUNDS) -> float:
    """The median of two processes' time as a part of half the time on one core; the table is printed."""
    with tempfile.TemporaryDirectory() as name, dask(Path(name)) as address:
        folder = Path(name)
        # Made elsewhere: a process counts the memory of the one it was started from as its own.
        subprocess.run([sys.executable, __file__, "make", str(folder), str(returns)], check=True)
        some = folder / "some"
        some.mkdir()
        for path in sorted((folder / "in").iterdir())[:: max(1, returns // 1000)]:
            shutil.copy(path, some)
        ways = {
            "one core (pinned)": ("pinned", "in", "--jobs", "1"), "one process": ("", "in", "--jobs", "1"),
            "two processes": ("", "in", "--jobs", "2"), "two processes, a tenth": ("", "some", "--jobs", "2"),
            "one process, a tenth": ("", "some", "--jobs", "1"),
        }  # fmt: skip
        if not hasattr(os, "sched_setaffinity"):
            del ways["one core (pinned)"]
        if address:
            ways["cluster of two workers"] = ("", "in", "--cluster", address)
        ways["one process, all known"] = ("", "in", "--jobs", "1")
        took: dict[str, list[tuple[float, float, float]]] = {way: [] for way in ways}
        made: dict[str, set[bytes]] = {"in": set(), "some": set()}
        for _ in range(rounds):
            for way, (pinned, where, *options) in ways.items():
                copy = folder / "trial" / "master.xlsx"
                if "known" not in way:
                    shutil.rmtree(folder / "trial", ignore_errors=True)
                    (folder / "trial").mkdir()
                    shutil.copy(folder / "master.xlsx", copy)
                os.sync()
                took[way].append(timed(pinned, "merge", str(copy), str(folder / where), "--json", *options))
                made[where].add(copy.read_bytes())
    middle = {way: [statistics.median(column) for column in zip(*runs, strict=True)] for way, runs in took.items()}
    print(f"{returns:,} returns of {LINES} lines into {OWNERS * LINES:,} rows: median of {rounds}")
    print(f"  {'':28} {'seconds':>8} {'processor':>10} {'largest process, MB':>20}")
    for way, (seconds, used, memory) in middle.items():
        print(f"  {way:28} {seconds:8.1f} {used:10.1f} {memory:20.0f}")
    print(f"  Masters made: {len(made['in'])} (1: every way makes the same, byte for byte)")
    if "one core (pinned)" not in took:
        return 0.0
    pairs = zip(took["one core (pinned)"], took["two processes"], strict=True)
    ratio = statistics.median(two[0] / (one[0] / 2) for one, two in pairs)
    print(f"  Two processes take {ratio:.2f} of half the time on one core (at most {AT_MOST})")
    assert all(len(m) == 1 for m in made.values()), "the masters differ"
    return ratio


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make(Path(sys.argv[2]), OWNERS)
        spread_out(Path(sys.argv[2]) / "in", int(sys.argv[3]))
        sys.exit()
    result = measure(*[int(a) for a in sys.argv[1:]])
    print(json.dumps({"two processes of half one core": result}))
    sys.exit(result > AT_MOST)
