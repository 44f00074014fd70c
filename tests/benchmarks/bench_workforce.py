"""How long collecting the corpus of workforce returns takes, side by side with a bare read of the same files.

    python tests/benchmarks/bench_workforce.py

Prints seconds of processor time, best of five: the bare read (python-calamine, csv), our reading, our collecting.
"""

import csv
import io
import os
import time
from collections.abc import Callable
from pathlib import Path

import python_calamine

from hrworkbook.collect import collect
from hrworkbook.errors import HrWorkbookError
from hrworkbook.reading import read_file
from hrworkbook.schema import load_schema

SHARED = Path(os.environ.get("HRWORKBOOK_SHARED", Path(__file__).parents[3] / "shared"))
RETURNS = SHARED / "corpus" / "workforce-returns"


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


def best(job: Callable[[], object], times: int = 5) -> float:
    """The shortest of some runs, in seconds of processor time."""
    taken = []
    for _ in range(times):
        begun = time.process_time()
        job()
        taken.append(time.process_time() - begun)
    return min(taken)


def main() -> None:
    """Print the table."""
    if not RETURNS.is_dir():
        print(f"The corpus of workforce returns is not at {RETURNS}.")
        return
    paths = sorted(RETURNS.iterdir())
    schema = load_schema("workforce")
    blocks = {path.name: read_file(path).blocks for path in paths}

    def collect_all() -> None:
        for name, sheets in blocks.items():
            try:
                collect(sheets, schema, name)
            except HrWorkbookError:
                continue

    floor = best(lambda: [bare(path) for path in paths])
    ours = best(lambda: [read_file(path) for path in paths])
    collecting = best(collect_all)
    print(f"{len(paths)} files            seconds   of the bare read")
    for label, seconds in (
        ("bare read", floor),
        ("reading", ours),
        ("collecting", collecting),
        ("both", ours + collecting),
    ):
        print(f"{label:<20}{seconds:8.2f}{seconds / floor:12.1f}")


if __name__ == "__main__":
    main()
