"""What every timing shares: the package as an installation leaves it, whole processes timed, the same words each time."""

import compileall
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import hrworkbook

sys.path[:0] = [str(Path(__file__).parents[1] / "support")]  # the modules the tests share

WORDS = [
    "review",
    "workforce",
    "planning",
    "with",
    "schools",
    "and",
    "report",
    "progress",
    "to",
    "the",
    "committee",
    "by",
    "the",
    "end",
    "of",
    "March",
]


class Run(NamedTuple):
    """What a process took."""

    seconds: float
    processor: float
    """Seconds of processors, its children's included."""
    megabytes: float
    """Of the largest of them."""


def text(seed: int, length: int = 12) -> str:
    """Some words, always the same for a seed."""
    return " ".join([str(seed), *(WORDS[(seed * 7 + i * i) % len(WORDS)] for i in range(length))])


def as_installed() -> None:
    """Compiles the package, as pip does: the child that reads takes no other copy, and would compile it at each start."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir(Path(hrworkbook.__file__).parent, quiet=2)


def timed(*command: str) -> Run:
    """What a Python takes for these arguments; the benchmark stops where it could not do its job."""
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        errors = said.read().decode("utf-8", "replace")
    if process.returncode not in (0, 1) or "Traceback" in errors:
        raise SystemExit(f"{command} ended with {process.returncode}: {errors[-800:]}")
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
