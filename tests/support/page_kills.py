"""A server of the page killed in the middle of a merge: the plan is then as before or as after, and the next run leaves nothing.

`python tests/support/page_kills.py 10` kills ten times, at ten moments of the merge: five times the server, five times its worker.
"""

import atexit
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
from masters import snapshot_of
from pages import plan_with_returns, sent_back

from hrworkbook.hosts.leftovers import temporary_folder

SERVE = (sys.executable, "-m", "hrworkbook", "serve")


class Served:
    """A running server of a folder, and a browser that is signed in."""

    def __init__(self, folder: Path, *words: str) -> None:
        command = [*SERVE, str(folder), "--port", "0", "--workers", "1", *words]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)  # whatever fails, no server stays
        assert self.process.stdout
        self.address = self.process.stdout.readline().strip()
        self.base = self.address.partition("/open")[0]
        self.client = httpx.Client(base_url=self.base, headers={"origin": self.base}, timeout=60, follow_redirects=True)
        assert self.client.get(self.address).status_code == 200

    def stop(self, how: int = signal.SIGINT) -> str:
        """End it; what it said on stderr."""
        self.process.send_signal(how)
        _, told = self.process.communicate(timeout=60)
        self.client.close()
        return told

    def worker(self) -> int:
        """The process that does the work: of its children the one that is no watcher."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return next(int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes())


def survive(kills: int, draw: random.Random) -> Counter[str]:
    """Kill so many times; how often the plan was as before or as after. Raises AssertionError where it was neither."""
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as home:
        plan = plan_with_returns(Path(home))
        before = plan.read_bytes()
        lines_before = _lines(plan)
        files = sent_back(plan)
        served = Served(Path(home))
        started = time.monotonic()
        assert "3 returns merged" in served.client.post("/plan/plan.xlsx/do/merge", files=files).text
        took = time.monotonic() - started
        served.stop()
        lines_after = _lines(plan)
        assert lines_after != lines_before
        for number in range(kills):
            plan.write_bytes(before)
            served = Served(Path(home))
            served.client.get("/plan/plan.xlsx")  # the worker is there
            killed = served.worker() if number % 2 else served.process.pid
            threading.Timer(draw.uniform(0.05, took), os.kill, [killed, signal.SIGKILL]).start()
            try:
                told = served.client.post("/plan/plan.xlsx/do/merge", files=files).text
                assert (
                    "returns merged" in told or "the process that did this was stopped" in told or "data-events" in told
                ), told
            except httpx.TransportError:
                assert killed == served.process.pid
            time.sleep(0.3)
            served.stop(signal.SIGINT if number % 2 else signal.SIGKILL)
            now = _lines(plan)
            assert now in (lines_before, lines_after), f"kill {number} left the plan neither as before nor as after"
            found["before" if now == lines_before else "after"] += 1
        with temporary_folder() as mine:  # which sweeps
            left = [
                p.name
                for p in mine.parent.iterdir()
                if p != mine and re.fullmatch(rf"{mine.name[:16]}\w+", p.name) and (p / "0").is_dir()
            ]
        assert left == [], f"of the uploads there stayed {left}"
    return found


def _lines(plan: Path) -> list[list[object]]:
    return [list(row) for row in snapshot_of(plan)["Plan"].rows]


if __name__ == "__main__":
    print(dict(survive(int(sys.argv[1]), random.Random(7))))
