"""How long the corpus of workforce returns takes to be read and collected, side by side with a bare read of the same files.

    python tests/benchmarks/bench_workforce.py [ROUNDS]

Each round gives every way a turn, in a process of its own so that nothing is remembered from the round before; imports are
not counted. The ratio printed is the median. The bare read is python-calamine's and csv's, of every sheet. The last line is
what `hrworkbook merge` does until it compares, and the one that the limit is for: the files are found, read in the capped
child, and every line of them placed and checked.
"""

import csv
import gc
import io
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import python_calamine
from fair import as_installed

from hrworkbook.collecting.collect_file import collect_file
from hrworkbook.intake.reader import FileReader, read_file
from hrworkbook.merging.outcomes import RefusedFile
from hrworkbook.merging.receive_files import find_files, read_found_files
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.schema import load_schema

SHARED = Path(os.environ.get("HRWORKBOOK_SHARED", Path(__file__).parents[3] / "shared"))
RETURNS = SHARED / "corpus" / "workforce-returns"
ROUNDS = 9
AT_MOST = 2.5
"""The last way, as a part of the bare read."""


def bare(path: Path) -> object:
    """The file's cells as the libraries give them."""
    if path.suffix == ".csv":
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
        return list(csv.reader(io.StringIO(text)))
    book = python_calamine.load_workbook(str(path))
    return [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]


def timed(way: str) -> float:
    """Seconds a way takes in this process."""
    paths = sorted(RETURNS.iterdir())
    schema = load_schema("workforce")

    def collected(name: str, sheets: object) -> None:
        try:
            collect_file(sheets, schema, name)  # type: ignore[arg-type]
        except HrWorkbookError:
            return

    def through_the_child() -> None:
        for item in read_found_files(find_files([RETURNS]), reader):
            if not isinstance(item, RefusedFile):
                collected(item.file, item.blocks)

    ways: dict[str, Callable[[], object]] = {
        "bare read": lambda: [bare(path) for path in paths],
        "reading": lambda: [read_file(path) for path in paths],
        "one after the other": lambda: [collected(path.name, read_file(path).blocks) for path in paths],
        "through the child": through_the_child,
    }
    reader = FileReader()
    for path in {path.suffix: path for path in paths}.values():
        read_file(path)  # what is imported when it is first needed is not counted either, here or in the child
        reader.read(path)
    gc.set_threshold(100_000, 50, 50)  # as the command line has it
    begun = time.perf_counter()
    ways[way]()
    took = time.perf_counter() - begun
    reader.close()
    return took


WAYS = ("bare read", "reading", "one after the other", "through the child")


def measure(rounds: int = ROUNDS) -> float:
    """The median of the last way as a part of the bare read; the table is printed."""
    as_installed()
    took: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            done = subprocess.run([sys.executable, __file__, way], capture_output=True, text=True, check=True)
            took[way].append(float(done.stdout))
    print(f"{len(list(RETURNS.iterdir()))} files            seconds   of the bare read")
    ratios = {way: [t / b for t, b in zip(took[way], took[WAYS[0]], strict=True)] for way in WAYS}
    for way in WAYS:
        limit = f"   (at most {AT_MOST})" if way == WAYS[-1] else ""
        print(f"{way:<20}{statistics.median(took[way]):8.2f}{statistics.median(ratios[way]):12.2f}{limit}")
    return statistics.median(ratios[WAYS[-1]])


if __name__ == "__main__":
    if not RETURNS.is_dir():
        sys.exit(f"The corpus of workforce returns is not at {RETURNS}.")
    if sys.argv[1:2] and sys.argv[1] in WAYS:
        print(timed(sys.argv[1]))
        sys.exit()
    sys.exit(measure(*map(int, sys.argv[1:])) > AT_MOST)
