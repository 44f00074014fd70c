"""The command read: how a file would be read."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from hrworkbook.cli.console import Progress, print_json, print_strays, show
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.values import as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hrworkbook.collecting.collect_file import CollectedFile
    from hrworkbook.jobs.read import FileReading
    from hrworkbook.tables.find_table import Table
    from hrworkbook.tables.heading import Heading


def run_read(options: Namespace) -> int:
    """Show how a file would be read; returns 1 where something needs a person, else 0."""
    from hrworkbook.jobs.read import read_file

    with Progress("Reading") as progress:
        reading = read_file(
            Path(options.file), options.schema or "", period=options.period, password=options.password, sheets=options.sheet,
            progress=progress.at,
        )  # fmt: skip
    if reading.collected:
        if options.json:
            print_json(_collected_json(reading, reading.collected))
        else:
            _print_collected(reading, reading.collected)
    elif reading.plan:
        from hrworkbook.cli.plan_source import show_plan

        return show_plan(reading, reading.plan, options)
    elif table := reading.table:
        if options.json:
            print_json(_table_json(reading, table))
        else:
            _print_table(reading, table)
    return 1 if reading.needs_a_person else 0


def _table_json(reading: "FileReading", table: "Table") -> dict[str, object]:
    return {
        "file": reading.file.file, "sheet": table.sheet, "header_rows": table.header_rows,
        "columns": _heading_records(table.headings), "rows": len(table.rows), "cells": reading.cell_count,
        "placed": reading.cell_count - len(table.unplaced),
        "unplaced": [
            {"cell": u.cell if u.sheet == table.sheet else f"{u.sheet}!{u.cell}", "value": as_text(u.value)}
            for u in table.unplaced
        ],
        "notes": list(reading.notes),
    }  # fmt: skip


def _heading_records(headings: "Sequence[Heading]") -> list[dict[str, object]]:
    return [{"cell": h.cell, "header": h.header, "key": h.key, "how": h.match_text} for h in headings]


def _print_table(reading: "FileReading", table: "Table") -> None:
    cells = reading.cell_count
    show(f"How I read {reading.file.file}")
    show(
        f"  Sheet '{table.sheet}', {count_noun(len(table.rows), 'line')}; {cells - len(table.unplaced):,} of {count_noun(cells, 'cell')} placed."
    )
    _print_headings(table.headings)
    for note in reading.notes:
        show(f"  {note}")
    print_strays([{"cell": f"{u.sheet}!{u.cell}", "value": as_text(u.value), "why": u.reason} for u in table.unplaced])


def _print_headings(headings: "Sequence[Heading]") -> None:
    for h in headings:
        show(f"  {h.cell:>5}  {' '.join(h.header.split()) or '(blank)'} → {h.key or '(no column)'} [{h.match_text}]")


def _print_collected(reading: "FileReading", read: "CollectedFile") -> None:
    show(f"How I read {reading.file.file}")
    for table in read.tables:
        lines = sum(line.sheet == table.sheet for line in read.lines)
        show(f"  Sheet '{table.sheet}', headings in row {table.first_header_row}, {count_noun(lines, 'line')}.")
    show(f"  {read.placed_count:,} of {count_noun(read.placed_count + len(read.unplaced), 'cell')} placed.")
    shown: set[tuple[tuple[int, str, str | None], ...]] = set()
    for table in read.tables:
        headings = tuple((h.column, h.header, h.key) for h in table.headings)
        if headings in shown:
            continue
        if shown:
            show(f"  On sheet '{table.sheet}':")
        shown.add(headings)
        _print_headings(table.headings)
    for note in (*read.notes, *map(str, read.questions), *(f.message for f in read.findings)):
        show(f"  {note}")
    if read.checked_count:
        show(f"  The sums of {read.agreeing_count} of {count_noun(read.checked_count, 'line')} agree.")
    print_strays(_stray_records(read))


def _collected_json(reading: "FileReading", read: "CollectedFile") -> dict[str, object]:
    first = read.tables[0]
    return {
        "file": reading.file.file, "sheet": first.sheet, "header_rows": first.header_rows,
        "columns": _heading_records(first.headings), "rows": len(read.lines), "cells": reading.cell_count,
        "placed": read.placed_count, "unplaced": _stray_records(read), "sheets": [table.sheet for table in read.tables],
        "periods": sorted({line.period for line in read.lines if line.period}), "notes": list(read.notes),
        "questions": list(map(str, read.questions)), "findings": [f.as_json() for f in read.findings],
        "checked": read.checked_count, "agreeing": read.agreeing_count,
    }  # fmt: skip


def _stray_records(read: "CollectedFile") -> list[dict[str, str]]:
    return [{"cell": f"{u.sheet}!{u.cell}", "value": as_text(u.value), "why": u.reason} for u in read.unplaced]
