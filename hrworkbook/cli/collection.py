"""What the commands say of returns that nobody issued."""

from argparse import Namespace
from typing import TYPE_CHECKING

from hrworkbook.cli.console import print_json, print_strays, show
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.values import as_text, is_blank

if TYPE_CHECKING:
    from hrworkbook.collecting.collect_file import CollectedFile
    from hrworkbook.merging.outcomes import ReceivedFile
    from hrworkbook.plan.schema import Schema


def show_collected(item: "ReceivedFile", schema: "Schema", options: Namespace) -> int:
    """Shows how a return nobody issued would be read."""
    from hrworkbook.collecting.collect_file import collect_file
    from hrworkbook.collecting.given_months import parse_given_months

    given = parse_given_months(options.period)
    given.check_names((item.file, block.name) for block in item.blocks)
    read = collect_file(item.blocks, schema, item.file, period=given)
    if options.json:
        print_json(_as_json(item, read))
        return 1 if read.questions else 0
    show(f"How I read {item.file}")
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
        for h in table.headings:
            show(
                f"  {h.cell:>5}  {' '.join(h.header.split()) or '(blank)'} → {h.key or '(no column)'} [{h.match_text}]"
            )
    for note in (*read.notes, *map(str, read.questions), *(f.message for f in read.findings)):
        show(f"  {note}")
    if read.checked_count:
        show(f"  The sums of {read.agreeing_count} of {count_noun(read.checked_count, 'line')} agree.")
    print_strays(_stray_records(read))
    return 1 if read.questions else 0


def _as_json(item: "ReceivedFile", read: "CollectedFile") -> dict[str, object]:
    first = read.tables[0]
    return {
        "file": item.file, "sheet": first.sheet, "header_rows": first.header_rows,
        "columns": [
            {"cell": h.cell, "header": h.header, "key": h.key, "how": h.match_text} for h in first.headings
        ],
        "rows": len(read.lines), "cells": sum(not is_blank(v) for b in item.blocks for row in b.rows for v in row),
        "placed": read.placed_count, "unplaced": _stray_records(read), "sheets": [table.sheet for table in read.tables],
        "periods": sorted({line.period for line in read.lines if line.period}), "notes": list(read.notes),
        "questions": list(map(str, read.questions)), "findings": [f.as_json() for f in read.findings],
        "checked": read.checked_count, "agreeing": read.agreeing_count,
    }  # fmt: skip


def _stray_records(read: "CollectedFile") -> list[dict[str, str]]:
    return [{"cell": f"{u.sheet}!{u.cell}", "value": as_text(u.value), "why": u.reason} for u in read.unplaced]
