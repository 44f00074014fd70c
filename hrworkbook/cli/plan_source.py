"""How `read` shows a plan, as its keeper has it: its sheets, lines and headings, and what has no place."""

from argparse import Namespace
from typing import TYPE_CHECKING

from hrworkbook.cli.console import print_json, print_strays, show
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.values import as_text

if TYPE_CHECKING:
    from hrworkbook.jobs.read import FileReading
    from hrworkbook.tables.plan_columns import SourceColumn
    from hrworkbook.tables.plan_source import SourcePlan


def show_plan(reading: "FileReading", plan: "SourcePlan", options: Namespace) -> int:
    """Show how a plan is read; returns 1 where something needs a person, else 0."""
    cells, file = reading.cell_count, reading.file.file
    placed = cells - len(plan.unplaced)
    sheets = list(dict.fromkeys(sheet for sheet, _ in plan.headers))
    columns = {(sheet, c.at, c.name): c for sheet, header in plan.headers for c in header.columns}
    if options.json:
        print_json({
            "file": file, "sheet": sheets[0], "sheets": sheets, "header_rows": plan.headers[0][1].depth,
            "columns": [
                {"cell": _cell(sheet, c, sheets), "header": c.heading.header, "key": c.key if c.is_read else None, "how": _how(c)}
                for (sheet, _, _), c in columns.items()
            ],
            "rows": len(plan.lines), "cells": cells, "placed": placed,
            "unplaced": [
                {"cell": u.cell if u.sheet == sheets[0] else f"{u.sheet}!{u.cell}", "value": as_text(u.value)} for u in plan.unplaced
            ],
            "notes": list(reading.notes),
        })  # fmt: skip
        return 1 if reading.needs_a_person else 0
    show(f"How I read {file}")
    named = f"Sheet{'s' * (len(sheets) > 1)} {join_words(repr(s) for s in sheets)}"
    show(f"  {named}, {count_noun(len(plan.lines), 'line')}; {placed:,} of {count_noun(cells, 'cell')} placed.")
    for (sheet, _, _), c in columns.items():
        key = c.key if c.is_read else None
        show(f"  {_cell(sheet, c, sheets):>5}  {c.heading.header or '(blank)'} → {key or '(no column)'} [{_how(c)}]")
    for note in reading.notes:
        show(f"  {note}")
    print_strays([{"cell": f"{u.sheet}!{u.cell}", "value": as_text(u.value), "why": u.reason} for u in plan.unplaced])
    return 1 if reading.needs_a_person else 0


def _cell(sheet: str, column: "SourceColumn", sheets: list[str]) -> str:
    """Return the address of a heading; with its sheet where several are read."""
    return column.heading.cell if len(sheets) == 1 else f"{sheet}!{column.heading.cell}"


def _how(column: "SourceColumn") -> str:
    """How a heading was known, or why its column is not read."""
    from hrworkbook.tables.plan_columns import ColumnUse

    if column.use in (ColumnUse.READ, ColumnUse.UNKNOWN):
        return str(column.heading.match_text)
    return str(column.use.value)
