"""Chase, with its files: a reminder for each owner still out."""

from datetime import datetime
from pathlib import Path

from hrworkbook.jobs.draft_mails import reminder_mail
from hrworkbook.jobs.job import Job, Progress, no_progress
from hrworkbook.plan.snapshot import ChangeSet, Snapshot
from hrworkbook.render.return_workbook import return_workbook
from hrworkbook.verbs.chase import ChaseResult, chase


def chase_job(snapshot: Snapshot, now: datetime, folder: Path, *, progress: Progress = no_progress) -> Job[ChaseResult]:
    """Return a reminder for each return that is still out, a draft mail in a folder; the master is not changed."""
    result = chase(snapshot, now)
    files: dict[Path, bytes] = {}
    for done, one in enumerate(result.reminders):
        progress(done, len(result.reminders))
        path = folder / f"Reminder {Path(one.return_.file).stem}.eml"
        files[path] = reminder_mail(one.return_, return_workbook(one.return_), one.days_late)
    return Job(result, ChangeSet(message=result.message), files, drafts=tuple(files))
