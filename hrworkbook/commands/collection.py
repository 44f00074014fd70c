"""What the commands say of returns that nobody issued."""

from argparse import Namespace
from typing import TYPE_CHECKING

from hrworkbook.commands.console import print_json, print_strays, show
from hrworkbook.errors import HrWorkbookError
from hrworkbook.findings import count
from hrworkbook.values import as_text, is_blank

if TYPE_CHECKING:
    from hrworkbook.collecting.collect import Collected
    from hrworkbook.merging.outcomes import Received
    from hrworkbook.schema import Schema


def month_given(text: str) -> str:
    """The month of `--period` as `2015-04`, however it is written; '' where none is given.

    Raises HrWorkbookError where it names no month.
    """
    from hrworkbook.dates.months import month_in_text

    month = month_in_text(text) if text else ""
    if text and not month:
        raise HrWorkbookError("--period", f"'{text}' is no month", "Give year and month, such as --period 2015-04")
    return month


def show_collected(item: "Received", schema: "Schema", options: Namespace) -> int:
    """Shows how a return nobody issued would be read."""
    from hrworkbook.collecting.collect import collect

    read = collect(item.blocks, schema, item.file, period=month_given(options.period))
    if options.json:
        print_json(_as_json(item, read))
        return 0
    show(f"How I read {item.file}")
    for table in read.tables:
        lines = sum(line.sheet == table.sheet for line in read.lines)
        show(f"  Sheet '{table.sheet}', headings in row {table.first_header_row}, {count(lines, 'line')}.")
    show(f"  {read.placed:,} of {count(read.placed + len(read.unplaced), 'cell')} placed.")
    shown: set[tuple[tuple[int, str, str | None], ...]] = set()
    for table in read.tables:
        headings = tuple((h.column, h.header, h.key) for h in table.headings)
        if headings in shown:
            continue
        if shown:
            show(f"  On sheet '{table.sheet}':")
        shown.add(headings)
        for h in table.headings:
            show(f"  {h.cell:>5}  {' '.join(h.header.split()) or '(blank)'} → {h.key or '(no column)'} [{h.how}]")
    for said in (*read.notes, *read.questions, *(f.message for f in read.findings)):
        show(f"  {said}")
    if read.checked:
        show(f"  The sums of {read.agreeing} of {count(read.checked, 'line')} agree.")
    print_strays(_strays(read))
    return 0


def _as_json(item: "Received", read: "Collected") -> dict[str, object]:
    first = read.tables[0]
    return {
        "file": item.file, "sheet": first.sheet, "header_rows": first.header_rows,
        "columns": [
            {"cell": h.cell, "header": h.header, "key": h.key, "how": h.how} for h in first.headings
        ],
        "rows": len(read.lines), "cells": sum(not is_blank(v) for b in item.blocks for row in b.rows for v in row),
        "placed": read.placed, "unplaced": _strays(read), "sheets": [table.sheet for table in read.tables],
        "periods": sorted({line.period for line in read.lines if line.period}), "notes": list(read.notes),
        "questions": list(read.questions), "findings": [f.as_json() for f in read.findings],
        "checked": read.checked, "agreeing": read.agreeing,
    }  # fmt: skip


def _strays(read: "Collected") -> list[dict[str, str]]:
    return [{"cell": f"{u.sheet}!{u.cell}", "value": as_text(u.value), "why": u.why} for u in read.unplaced]
