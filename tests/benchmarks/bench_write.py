"""500 cells written into a plan of 5,000 rows, beside the least that must be done, in one run.

Run it by itself: `python tests/benchmarks/bench_write.py`. Each round times every way once, so that a busy machine slows
all alike; the ratio printed is the median over the rounds.
"""

import shutil
import statistics
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import xlsxwriter
from fair import WORDS

from hrworkbook.hosts.file import FileHost
from hrworkbook.plan.snapshot import ChangeSet, single_write

ROWS, COLUMNS, CELLS, ROUNDS = 5_000, 14, 500, 7


def make_master(path: Path) -> str:
    """A plan of 5,000 rows as an Excel table, and a Journal; returns the name of the plan's part."""
    with xlsxwriter.Workbook(path) as book:
        plan, wrap = book.add_worksheet("Plan"), book.add_format({"text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for row in range(1, ROWS + 1):
            for column in range(COLUMNS):
                if column == 5:
                    plan.write_number(row, column, 42_600 + row % 300, day)
                elif column == 6:
                    plan.write_number(row, column, row * 1.5, wrap)
                else:
                    start, length = (row * 7 + column * 3) % 9, 1 + (row + column * 5) % 8
                    plan.write_string(row, column, f"{row} " + " ".join(WORDS[start : start + length]), wrap)
        plan.add_table(0, 0, ROWS, COLUMNS - 1, {"columns": [{"header": f"Column {c}"} for c in range(COLUMNS)]})
        book.add_worksheet("Journal").add_table(0, 0, 1, 5)
    return "xl/worksheets/sheet1.xml"


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def floor(data: bytes, part: str) -> None:
    """The least that must be done: unpack the part and pack it again."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        zlib.compress(archive.read(part))


def with_openpyxl(path: Path, rows: list[int], text: str) -> None:
    import openpyxl

    book = openpyxl.load_workbook(path)
    for row in rows:
        book["Plan"].cell(row, 4).value = f"{text} {row}"
    book.save(path)


def main() -> int:
    rows = [2 + n * (ROWS // CELLS) for n in range(CELLS)]
    times: dict[str, list[float]] = {"floor": [], "snapshot": [], "apply": [], "openpyxl": []}
    with tempfile.TemporaryDirectory() as folder:
        path, other = Path(folder) / "master.xlsx", Path(folder) / "other.xlsx"
        part = make_master(path)
        shutil.copy(path, other)
        for number in range(ROUNDS):
            data = path.read_bytes()
            host = FileHost(path)
            changes = ChangeSet(
                tuple(single_write("Plan", f"D{row}", f"Progress {number} in row {row}") for row in rows)
            )
            times["floor"].append(timed(lambda data=data: floor(data, part)))
            times["snapshot"].append(timed(host.snapshot))
            times["apply"].append(timed(lambda host=host, changes=changes: host.apply(changes)))
            if number < 2:
                times["openpyxl"].append(timed(lambda number=number: with_openpyxl(other, rows, f"Progress {number}")))
    print(f"{CELLS} cells into {ROWS:,} rows x {COLUMNS}   median ms   of the floor")
    for name, label in (
        ("floor", "unpack and pack that sheet (floor)"),
        ("apply", "apply, proved and saved"),
        ("snapshot", "snapshot before it"),
        ("openpyxl", "openpyxl load and save"),
    ):
        ratio = statistics.median(t / f for t, f in zip(times[name], times["floor"], strict=False))
        print(f"{label:38}{statistics.median(times[name]) * 1000:10.0f}{ratio:13.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
