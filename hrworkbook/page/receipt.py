"""What came of a press of a button, as plain data for a page: counts, files, cells that need a person."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hrworkbook.jobs.job import Job
from hrworkbook.plan.findings import Finding, count_noun

if TYPE_CHECKING:
    from hrworkbook.merging.outcomes import MergeResult, ReturnOutcome

MOST_SHOWN = 200
"""Cells or findings shown of one receipt; the plan's own sheets have them all."""


@dataclass(frozen=True)
class CellReceipt:
    """A cell of a return that was not simply taken."""

    line: str
    column: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class ReturnReceipt:
    """What became of one return."""

    return_id: str
    owner: str
    file: str
    sender: str
    cell_count: int
    counts: tuple[tuple[str, int], ...]
    """How many cells had each outcome that any had; they sum to the cells received."""
    cells: tuple[CellReceipt, ...]
    strays: tuple[CellReceipt, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class FindingReceipt:
    """One finding, as a row."""

    severity: str
    message: str


@dataclass(frozen=True)
class Receipt:
    """What came of a press."""

    message: str
    needs_a_person: bool = False
    notes: tuple[str, ...] = ()
    returns: tuple[ReturnReceipt, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    """Status and message of each file that was not merged."""
    set_aside: tuple[str, ...] = ()
    findings: tuple[FindingReceipt, ...] = ()
    backups: tuple[str, ...] = ()
    has_drafts: bool = False
    has_papers: bool = False
    plan: str = ""
    """The plan that was made, of an adopted workbook."""


def receipt(job: Job[Any], needs_a_person: bool = False, findings: Iterable[Finding] = ()) -> Receipt:
    """Return the receipt of a job that is carried out."""
    rows = tuple(FindingReceipt(f.severity, f.message) for f in findings)[:MOST_SHOWN]
    return Receipt(job.message, needs_a_person, findings=rows, backups=tuple(path.name for path in job.backups))


def merge_receipt(job: "Job[MergeResult]") -> Receipt:
    """Return the receipt of a merge: every cell accounted for, every file named."""
    result = job.result
    aside: Counter[str] = Counter()
    for one in result.ignored:
        aside[one.reason] += one.count
    return Receipt(
        job.message,
        result.needs_a_person,
        returns=tuple(map(_return_receipt, result.returns)),
        refused=tuple((str(r.status), r.message) for r in result.refused),
        set_aside=tuple(f"{count_noun(n, 'file')}: {why}" for why, n in aside.items()),
        backups=tuple(path.name for path in job.backups),
    )


def _return_receipt(one: "ReturnOutcome") -> ReturnReceipt:
    from hrworkbook.merging.outcomes import UNDECIDED_OUTCOMES
    from hrworkbook.plan.values import as_text, shorten

    waiting = [
        CellReceipt(c.line.id, c.column.header, str(c.outcome), c.reason)
        for c in one.cells
        if c.outcome in UNDECIDED_OUTCOMES
    ]
    strays = [CellReceipt(s.cell, shorten(as_text(s.value), 70), "unplaced", s.reason) for s in one.stray_cells]
    return ReturnReceipt(
        one.return_id, one.owner, one.received.file, one.received.sender, one.cell_count,
        tuple((str(outcome), n) for outcome, n in one.outcome_counts.items() if n),
        tuple(waiting[:MOST_SHOWN]), tuple(strays[:MOST_SHOWN]), one.notes,
    )  # fmt: skip
