"""300 returns of 40 rows merged into a master of 12,000, beside bare reading and beside what people use, in one run.

Run it by itself: `python tests/benchmarks/bench_merge.py [RETURNS [ROUNDS]]`. Every way runs in a process of its own, imports
included, with everything compiled as pip leaves it. Each round times every way once, so that a busy machine slows all alike;
the ratio printed is the median.
"""

import json
import os
import shutil
import statistics
import sys
import tempfile
from datetime import date
from pathlib import Path

from fair import as_installed, text, timed

RETURNS, LINES, EDITS, ROUNDS = 300, 40, 6, 5
AT_MOST = {"python-calamine, bare read": 3.0, "pandas and openpyxl": 1 / 8}

SCHEMA = """
name = "large-plan"
title = "A large plan"
done = ["Complete"]
[roles]
owner = "owner"
status = "rag"
progress = "progress"
[lists]
RAG = ["Red", "Amber", "Green", "Complete"]
"""
COLUMNS = (
    ("theme", "text", ""), ("ref", "reference", ""), ("priority", "text", ""), ("owner", "owners", ""),
    ("timescale", "timescale", ""), ("measures", "text", ""), ("budget", "money", ""), ("sponsor", "text", ""),
    ("ward", "text", ""), ("source", "text", ""), ("rag", "choice", "owner"), ("progress", "text", "owner"),
    ("risks", "text", "owner"), ("spend", "money", "owner"),
)  # fmt: skip
BARE = """
import sys
from pathlib import Path
from python_calamine import CalamineWorkbook
for path in [sys.argv[1], *sorted(str(p) for p in Path(sys.argv[2]).iterdir())]:
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python(skip_empty_area=False)
"""

PANDAS = """
import sys
from pathlib import Path
import openpyxl
import pandas
book = openpyxl.load_workbook(sys.argv[1])
plan, issued = book["Plan"], book["Issued"]
def table(sheet, key):
    rows = list(sheet.iter_rows())
    top = next(i for i, row in enumerate(rows) if key in [c.value for c in row])
    heads = {c.value: i for i, c in enumerate(rows[top]) if c.value}
    return heads, rows[top + 1:]
heads, rows = table(plan, "Priority")
now = {row[heads["ID"]].value: row for row in rows}
issued_heads, issued_rows = table(issued, "Issued as")
was = {row[issued_heads["ID"]].value: row for row in issued_rows}
applied = 0
for path in sorted(Path(sys.argv[2]).iterdir()):
    frame = pandas.read_excel(path, header=6, dtype=object)
    for line in frame.to_dict("records"):
        for head, value in line.items():
            if head in heads and head != "ID":
                value = None if value != value else value
                before, cell = was[line["ID"]][issued_heads[head]].value, now[line["ID"]][heads[head]]
                if value != before and value != cell.value and cell.value == before:
                    cell.value = value
                    applied += 1
book.save(sys.argv[1])
print(applied)
"""


def make(folder: Path, returns: int) -> None:
    """A master of 40 lines an owner, issued, and every owner's return with six cells filled in."""
    from masters import answered

    from hrworkbook.plan.returns import OutgoingReturn
    from hrworkbook.plan.schema import read_schema
    from hrworkbook.plan.snapshot import Block
    from hrworkbook.plan.values import Value
    from hrworkbook.render.master_workbook import master_workbook
    from hrworkbook.verbs.new import new

    parts = [SCHEMA]
    for key, kind, who in COLUMNS:
        words = '\nlist = "RAG"' if kind == "choice" else ""
        who = f'\nedited_by = "{who}"' if who else ""
        parts.append(
            f'[[columns]]\nkey = "{key}"\nheader = "{key.capitalize()}"\nkind = "{kind}"{words}{who}\nwidth = 20\n'
        )
    schema = read_schema("\n".join(parts), "bench.toml")
    rows: list[list[object]] = [[key.capitalize() for key, _, _ in COLUMNS]]
    for number in range(returns * LINES):
        owner = f"Owner {number // LINES + 1}"
        rows.append([
            f"Theme {number % 9}", f"A{number % 26}", text(number), owner, "March 2027", text(number + 1, 20), 1000 + number % 500,
            f"Sponsor {number % 20}", f"Ward {number % 30}", text(number, 5), "Amber", text(number + 2, 25), text(number + 3, 10), 500,
        ])  # fmt: skip
    keeping = {"Plan ID": "0A1B2C3D", "Seal key": "5" * 64, "Next ID": 1}
    draft = new(schema, keeping, date(2026, 11, 21), [Block("Plan", rows)])  # type: ignore[arg-type]
    (folder / "master.xlsx").write_bytes(master_workbook(draft))

    def six(one: OutgoingReturn) -> dict[int, dict[str, Value]]:
        number = int(one.owner.role.split()[1])
        return {i * 5: ({"progress": text(number + i, 30)} if i % 2 else {"rag": "Green"}) for i in range(EDITS)}

    answered(folder / "master.xlsx", six)


def measure(returns: int = RETURNS, rounds: int = ROUNDS) -> dict[str, float]:
    """The median over the rounds of our time as a part of each other way's time; the table is printed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        as_installed()
        make(folder, returns)
        master, replies = folder / "master.xlsx", folder / "in"
        ours, others = [], {way: [] for way in AT_MOST}  # type: ignore[var-annotated]
        ratios: dict[str, list[float]] = {way: [] for way in AT_MOST}
        for round_ in range(rounds + 1):
            took = {}
            for way in ("ours", *AT_MOST):
                trial = folder / "trial"
                trial.mkdir()
                copy = trial / "master.xlsx"
                shutil.copy(master, copy)
                os.sync()
                script = {"python-calamine, bare read": BARE, "pandas and openpyxl": PANDAS}.get(way)
                if script is None:
                    took[way] = timed("-m", "hrworkbook", "merge", str(copy), str(replies), "--json").seconds
                elif way != "pandas and openpyxl" or round_ < 3:
                    took[way] = timed("-c", script, str(copy), str(replies)).seconds
                shutil.rmtree(trial)
            if round_:  # the first fills the caches of the disk
                ours.append(took["ours"])
                for way in AT_MOST:
                    if way in took:
                        others[way].append(took[way])
                        ratios[way].append(took["ours"] / took[way])
    print(
        f"{returns} returns of {LINES} × {len(COLUMNS)} into {returns * LINES:,} rows, {returns * EDITS:,} cells; seconds"
    )
    print(f"  {'merge':32} {statistics.median(ours):6.2f}")
    for way, limit in AT_MOST.items():
        ratio = statistics.median(ratios[way])
        print(f"  {way:32} {statistics.median(others[way]):6.2f}   merge takes {ratio:.3f} of it (at most {limit:.3f})")
    return {way: statistics.median(r) for way, r in ratios.items()}


if __name__ == "__main__":
    given = [int(a) for a in sys.argv[1:]]
    result = measure(*given)
    print(json.dumps(result))
    sys.exit(any(result[way] > limit for way, limit in AT_MOST.items()))
