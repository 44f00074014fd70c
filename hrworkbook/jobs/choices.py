"""Decide, with choices that are made elsewhere than on the Decisions sheet: written there and carried out as one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from hrworkbook.jobs.job import Job
from hrworkbook.jobs.plain import decide_job
from hrworkbook.plan.errors import WorkbookLocked
from hrworkbook.plan.ledger_records import read_decision
from hrworkbook.plan.ledgers import DECISIONS, OWN_TEXT, LedgerRow
from hrworkbook.plan.snapshot import Link, Snapshot, Write, cells_of
from hrworkbook.plan.values import Value, storable_text

if TYPE_CHECKING:
    from hrworkbook.verbs.decide import DecideResult


@dataclass(frozen=True)
class Choice:
    """What HR chose in one row of the Decisions sheet."""

    row: int
    asked: str
    """What was asked there, as `question_seal` gives it."""
    decision: str
    own_text: str = ""


def question_seal(row: LedgerRow) -> str:
    """Return a short text that changes when another question, answer or text of the plan stands in the row."""
    asked = ("ID", "Column", "Owner", "Return", "When", "In the return", "In the master")
    return sha256("\0".join(row.text(heading) for heading in asked).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def decide_choices_job(snapshot: Snapshot, now: datetime, choices: Sequence[Choice]) -> "Job[DecideResult]":
    """Return the choices written on the Decisions sheet and applied, with those that stand there already.

    Raises WorkbookLocked where a row asks something else by now, and as `decide` does.
    """
    rows = {row.row: row for row in DECISIONS.data_rows(snapshot)}
    writes: list[Write] = []
    for choice in choices:
        row = rows.get(choice.row)
        if row is None or not read_decision(row).is_open or question_seal(row) != choice.asked:
            fault = "a decision was settled or changed by someone while you looked at it"
            raise WorkbookLocked(DECISIONS.sheet, fault, "Nothing was written: look at the decisions again")
        given: dict[str, Value] = {"Decision": choice.decision}
        if choice.decision == OWN_TEXT:
            given["My own text"] = storable_text(choice.own_text)
        writes += DECISIONS.rewrite(snapshot, row, given)
    job = decide_job(_with_cells(snapshot, writes), now)
    # What deciding writes into the same cells comes later, and counts.
    return replace(job, changes=replace(job.changes, writes=(*writes, *job.changes.writes)))


def _with_cells(snapshot: Snapshot, writes: Sequence[Write]) -> Snapshot:
    """Return the snapshot with some cells of the Decisions sheet written."""
    block = snapshot[DECISIONS.sheet]
    rows: list[list[Value]] = [list(row) for row in block.rows]
    for _, row, column, value in cells_of(writes):
        cells = rows[row - 1]
        cells.extend([None] * (column - len(cells)))
        cells[column - 1] = None if isinstance(value, Link) else value
    changed = replace(block, rows=rows)
    return replace(snapshot, sheets=tuple(changed if sheet is block else sheet for sheet in snapshot.sheets))
