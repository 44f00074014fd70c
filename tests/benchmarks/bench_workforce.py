"""How long collecting the corpus of workforce returns takes, side by side with a bare read of the same files.

    python tests/benchmarks/bench_workforce.py

Prints the best of some rounds, in each of which every way takes its turn. The bare read is python-calamine's and csv's. The
last line is what `hrworkbook merge` does until it compares: files read in the capped child while this process collects.
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
from hrworkbook.outcomes import Refused
from hrworkbook.reading import read_file
from hrworkbook.receive import receive
from hrworkbook.schema import load_schema

SHARED = Path(os.environ.get("HRWORKBOOK_SHARED", Path(__file__).parents[3] / "shared"))
RETURNS = SHARED / "corpus" / "workforce-returns"
ROUNDS = 9


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


def main() -> None:
    """Print the table."""
    if not RETURNS.is_dir():
        print(f"The corpus of workforce returns is not at {RETURNS}.")
        return
    paths = sorted(RETURNS.iterdir())
    schema = load_schema("workforce")
    blocks = {path.name: read_file(path).blocks for path in paths}

    def collected(name: str, sheets: object) -> None:
        try:
            collect(sheets, schema, name)  # type: ignore[arg-type]
        except HrWorkbookError:
            return

    def through_the_child() -> None:
        for item in receive([RETURNS]):
            if not isinstance(item, Refused):
                collected(item.file, item.blocks)

    ways: dict[str, Callable[[], object]] = {
        "bare read": lambda: [bare(path) for path in paths],
        "reading": lambda: [read_file(path) for path in paths],
        "collecting": lambda: [collected(name, sheets) for name, sheets in blocks.items()],
        "one after the other": lambda: [collected(path.name, read_file(path).blocks) for path in paths],
        "through the child": through_the_child,
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for way, job in ways.items():
            begun = time.perf_counter()
            job()
            best[way] = min(best[way], time.perf_counter() - begun)
    print(f"{len(paths)} files            seconds   of the bare read")
    for way, seconds in best.items():
        print(f"{way:<20}{seconds:8.2f}{seconds / best['bare read']:12.1f}")


if __name__ == "__main__":
    main()
