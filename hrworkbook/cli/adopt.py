"""The command that makes a council's own workbook the master."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hrworkbook.cli.console import now, print_json, questions_json, show, show_questions
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.sheet_names import place_at
from hrworkbook.plan.values import as_text, shorten

if TYPE_CHECKING:
    from hrworkbook.adopting.draw_schema import DrawnColumn
    from hrworkbook.jobs.adopt import Adoption
    from hrworkbook.tables.unplaced_cells import UnplacedCell


def run_adopt(options: Namespace) -> int:
    """Adopt a workbook, or tell what would become of it."""
    from hrworkbook.jobs.adopt import adopt_job
    from hrworkbook.jobs.job import carry_out

    source = Path(options.file)
    out = Path(options.out) if options.out else None
    job = carry_out(adopt_job(source, now(), out, options.sheet, dry_run=options.dry_run))
    found = job.result
    if options.json:
        print_json(adoption_json(found))
    else:
        _show(found, job.message, job.backups)
    return 1 if found.own.questions else 0


def adoption_json(found: "Adoption") -> dict[str, object]:
    """Return what was read, in the form that programs are told."""
    own = found.own
    return {
        "file": found.file,
        "sheets": [{"sheet": s.sheet, "header_rows": s.header_rows, "lines": s.lines} for s in own.sheets],
        "lines": len(own.plan.lines), "owners": list(found.owners),
        "columns": [
            {
                "sheet": place[0], "cell": place[1], "header": d.column.header, "key": d.column.key, "kind": d.column.kind,
                "means": d.means, "how": d.how,
            }
            for d in found.columns for place in [_place(found, d)]
        ],
        "cells": own.cells, "placed": own.placed,
        "left_out": [{"sheet": u.sheet, "cell": u.cell, "value": as_text(u.value), "why": u.reason} for u in own.left_out],
        "questions": questions_json(own.questions),
    }  # fmt: skip


def _place(found: "Adoption", drawn: "DrawnColumn") -> tuple[str, str]:
    """Return the sheet and cell of a column's heading; of a theme without a column, where it first stands."""
    if drawn.source:
        return drawn.source.cell
    for one in found.own.plan.sheets:
        for cell in (*one.themes.titles, *one.themes.alone):
            return one.reader.block.name, cell if cell[-1].isdigit() else ""
    return found.own.sheets[0].sheet, ""


def _show(found: "Adoption", message: str, backups: Sequence[Path]) -> None:
    own = found.own
    show(message)
    for backup in backups:
        show(f"  The workbook as it was is kept as {backup.name}.")
    show(f"  {own.placed:,} of {count_noun(own.cells, 'cell')} are the plan's.")
    for d in found.columns:
        sheet, cell = _place(found, d)
        means = f", {d.means}" if d.means else ""
        private = ", private" if d.column.private else ""
        show(f"  {place_at(sheet, cell)}    {d.column.header} [{d.column.kind}{means}{private}; {d.how}]")
    for note in own.plan.notes:
        show(f"  {note}")
    show_questions(own.questions)
    _show_left_out(own.left_out)


def _show_left_out(cells: "Sequence[UnplacedCell]") -> None:
    """Say what is none of the plan: once for all cells of a sheet with the same reason."""
    alike: dict[tuple[str, str], list[UnplacedCell]] = {}
    for cell in cells:
        alike.setdefault((cell.sheet, cell.reason), []).append(cell)
    for (sheet, reason), found in alike.items():
        more = f" and {count_noun(len(found) - 1, 'more cell')}" if len(found) > 1 else ""
        show(
            f"  None of the plan: {place_at(sheet, found[0].cell)}: '{shorten(as_text(found[0].value), 70)}'{more} ({reason})"
        )
