"""Adopt, timed: 5,000 lines on ten sheets, beside openpyxl's load of that file alone; and the write, beside packing its parts."""

import argparse
import io
import os
import tempfile
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import xlsxwriter

from hrworkbook.hosts.adopted_package import adopted_package
from hrworkbook.jobs.adopt import adopt_job
from hrworkbook.ooxml.added_column import add_columns
from hrworkbook.ooxml.insert_sheets import insert_sheets
from hrworkbook.plan.ledgers import PLAN
from hrworkbook.render.master_workbook import master_workbook

NOW = datetime(2027, 1, 11, 9, 0)
HEADS = ("Ref", "Action", "Lead officer", "Start", "Target date", "Cost", "Measure", "RAG", "Progress update", "Notes")


def workbook(path: Path, lines: int, sheets: int) -> Path:
    """A plan of so many lines, ten columns each, in the looks people give them."""
    with xlsxwriter.Workbook(path) as book:
        day, cell = (
            book.add_format({"num_format": "dd/mm/yyyy", "border": 1}),
            book.add_format({"border": 1, "text_wrap": True}),
        )
        head = book.add_format({"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF", "border": 1})
        for number in range(sheets):
            sheet = book.add_worksheet(f"Theme {number + 1}")
            sheet.write("A1", f"Theme {number + 1}: people and places", head)
            sheet.write_row(2, 0, HEADS, head)
            for at in range(lines // sheets):
                row = at + 3
                sheet.write_row(
                    row,
                    0,
                    [f"{number + 1}.{at + 1}", f"Do the thing called {number}-{at} for the service", f"Lead {at % 12}"],
                    cell,
                )
                sheet.write_datetime(row, 3, datetime(2026, 4, 1 + at % 28), day)
                sheet.write_datetime(row, 4, datetime(2027, 3, 1 + at % 28), day)
                sheet.write_number(row, 5, 1000 + at, cell)
                sheet.write_row(
                    row,
                    6,
                    [
                        f"Measure {at} is met",
                        ("Red", "Amber", "Green")[at % 3],
                        f"Some progress of line {at} in {number}.",
                        f"Note {at}",
                    ],
                    cell,
                )
    return path


def best(action: Callable[[], object], times: int) -> float:
    """The least processor time of some runs, of this process and its children, in seconds: it is fair on a busy machine."""
    taken = []
    for _ in range(times):
        start = sum(os.times()[:4])
        action()
        taken.append(sum(os.times()[:4]) - start)
    return min(taken)


def packing(before: bytes, after: bytes) -> None:
    """Unpack and pack again the parts that adopting touches, as an ordinary tool would."""
    with zipfile.ZipFile(io.BytesIO(before)) as was, zipfile.ZipFile(io.BytesIO(after)) as now:
        old = {name: was.read(name) for name in was.namelist()}
        touched = {
            name: now.read(name)
            for name in now.namelist()
            if name not in old or now.getinfo(name).CRC != was.getinfo(name).CRC
        }
    with zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in touched.items():
            made.writestr(name, content)


def main() -> None:
    """Print the times."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=5_000)
    options.add_argument("--sheets", type=int, default=10)
    options.add_argument("--times", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = workbook(Path(folder) / "plan.xlsx", given.lines, given.sheets)
        data = path.read_bytes()
        out = path.with_name("master.xlsx")
        found = adopt_job(path, NOW, out).result
        made = master_workbook(found.draft)
        after = adopted_package(data, path.name, made, id_columns=found.id_columns, words=(), leave_out=(PLAN,))
        load = best(lambda: openpyxl.load_workbook(path), given.times)
        job = best(lambda: adopt_job(path, NOW, out), given.times)
        write = best(
            lambda: adopted_package(data, path.name, made, id_columns=found.id_columns, words=(), leave_out=(PLAN,)),
            given.times,
        )
        columns = best(lambda: add_columns(data, found.id_columns, path.name), given.times)
        sheets = best(lambda: insert_sheets(data, made, path.name, leave_out=(PLAN,)), given.times)
        pack = best(lambda: packing(data, after), given.times)
        print(f"{given.lines:,} lines on {given.sheets} sheets, {len(data):,} bytes")
        print(f"openpyxl loads it          {load:7.3f} s")
        print(f"adopt, whole               {job:7.3f} s   {job / load:5.2f} x")
        print(f"unpack and pack its parts  {pack:7.3f} s")
        print(f"adopt, the write           {write:7.3f} s   {write / pack:5.2f} x")
        print(f"  the columns of IDs       {columns:7.3f} s")
        print(f"  our sheets               {sheets:7.3f} s")


if __name__ == "__main__":
    main()
