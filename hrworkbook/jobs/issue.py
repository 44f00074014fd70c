"""Issue, with its files: each owner's return, and the mail that takes it there."""

from datetime import date, datetime
from pathlib import Path

from hrworkbook.jobs.draft_mails import covering_mail
from hrworkbook.jobs.job import Job, Progress, no_progress
from hrworkbook.jobs.options import read_due
from hrworkbook.plan.snapshot import Snapshot
from hrworkbook.render.return_workbook import return_workbook
from hrworkbook.verbs.issue import IssueResult, issue


def issue_job(
    snapshot: Snapshot, now: datetime, folder: Path, due: date | str | None = None, owner: str = "", *,
    anyway: bool = False, again: bool = False, progress: Progress = no_progress,
) -> Job[IssueResult]:  # fmt: skip
    """Return the returns of a plan's owners, each a workbook and a covering mail in a folder.

    `due` may be written as on the Start sheet, whose date counts where none is given. Owners whose return is in get no
    other, unless one is named or `again` is given. Raises as the verb does, and HrWorkbookError for a `due` that is no day.
    """
    result = issue(snapshot, now, read_due(due), owner, anyway=anyway, again=again)
    files: dict[Path, bytes] = {}
    for done, one in enumerate(result.returns):
        progress(done, len(result.returns))
        book = return_workbook(one)
        files[folder / one.file] = book
        files[folder / f"{Path(one.file).stem}.eml"] = covering_mail(one, book, result.sent_before.get(one.owner.role))
    progress(len(result.returns), len(result.returns))
    drafts = tuple(path for path in files if path.suffix == ".eml")
    return Job(result, result.changes, files, drafts=drafts)
