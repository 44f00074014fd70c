"""Bounce, with its files: a reply for each return that goes back to be mended."""

from datetime import datetime
from pathlib import Path

from hrworkbook.jobs.draft_mails import bounce_mail
from hrworkbook.jobs.job import Job, Progress, no_progress
from hrworkbook.plan.snapshot import ChangeSet, Snapshot
from hrworkbook.render.return_workbook import return_workbook
from hrworkbook.verbs.bounce import BounceResult, bounce, cell_comment


def bounce_job(
    snapshot: Snapshot, now: datetime, folder: Path, owner: str = "", *, progress: Progress = no_progress
) -> Job[BounceResult]:
    """Return a reply for each return with cells to mend, a draft mail in a folder; the master is not changed.

    The workbook in it has the owner's own answers, and a comment on each faulty cell.
    """
    result = bounce(snapshot, now, owner)
    files: dict[Path, bytes] = {}
    for done, one in enumerate(result.returns):
        progress(done, len(result.returns))
        comments = {place: cell_comment(cell) for place, cell in one.faulty_cells.items()}
        path = folder / f"To mend {Path(one.return_.file).stem}.eml"
        files[path] = bounce_mail(one, return_workbook(one.return_, comments))
    return Job(result, ChangeSet(message=result.message), files, drafts=tuple(files))
