"""Who had a job done: a name beside each row that it adds to the Journal and the Register."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

from hrworkbook.jobs.job import Job
from hrworkbook.plan.ledgers import JOURNAL, REGISTER, Ledger
from hrworkbook.plan.snapshot import ChangeSet, Snapshot, Write
from hrworkbook.plan.values import as_text, fold_name, is_blank, storable_text

BY = "By"
"""The heading of the column behind the others that names who did it; a sheet gets it with the first name."""

SomeJob = TypeVar("SomeJob", bound=Job[Any])


def signed(job: SomeJob, snapshot: Snapshot, who: str) -> SomeJob:
    """Return the job with a name beside each row that it adds to the Journal and the Register."""
    names = [w for ledger in (JOURNAL, REGISTER) for w in _names_beside(ledger, snapshot, job.changes, who)]
    return replace(job, changes=replace(job.changes, writes=(*job.changes.writes, *names))) if names else job


def by_column(ledger: Ledger, snapshot: Snapshot) -> int:
    """Return the sheet column of the names, counted from 1; 0 where the sheet has none yet."""
    top, _ = ledger.heading_row(snapshot)
    folded = [fold_name(as_text(value)) for value in snapshot[ledger.sheet].rows[top - 1]]
    return folded.index(fold_name(BY)) + 1 if fold_name(BY) in folded else 0


def _names_beside(ledger: Ledger, snapshot: Snapshot, changes: ChangeSet, who: str) -> Iterator[Write]:
    top, columns = ledger.heading_row(snapshot)
    last = max((row.row for row in ledger.data_rows(snapshot)), default=top)
    added = {w.row + n for w in changes.writes if w.sheet == ledger.sheet for n in range(len(w.rows))}
    new = sorted(row for row in added if row > last)
    if not new:
        return
    column = by_column(ledger, snapshot)
    if not column:
        headings = snapshot[ledger.sheet].rows[top - 1]
        column = max(*columns.values(), *(n for n, value in enumerate(headings, 1) if not is_blank(value))) + 1
        yield Write(ledger.sheet, top, column, ((BY,),))
    for row in new:
        yield Write(ledger.sheet, row, column, ((storable_text(who),),))
