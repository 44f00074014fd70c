"""Merge, with what comes before it: the files at some paths, read in capped child processes."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hrworkbook.collecting.given_months import GivenMonths
from hrworkbook.intake.attachments import IgnoredAttachment
from hrworkbook.intake.reader import FileReader
from hrworkbook.jobs.job import Job, Progress, no_progress
from hrworkbook.jobs.options import read_given_months
from hrworkbook.merging.incoming import read_incoming
from hrworkbook.plan.errors import HrWorkbookError, NotAReturn
from hrworkbook.plan.snapshot import Snapshot
from hrworkbook.verbs.merge import merge

if TYPE_CHECKING:
    from hrworkbook.merging.outcomes import MergeResult

Item = TypeVar("Item")


def merge_job(
    snapshot: Snapshot, paths: Sequence[Path], now: datetime, *, period: str | Sequence[str] = "", password: str | None = None,
    jobs: int | None = None, cluster: str = "", reader: FileReader | None = None, progress: Progress = no_progress,
) -> "Job[MergeResult]":  # fmt: skip
    """Return the merge of every return at some paths: files, mails, folders and zips of these.

    `period` is the month of a collection's sheets that tell none, or several months by sheet; `jobs` processes read, or the workers of a Dask
    scheduler at the address `cluster`; a `reader` that runs already is used where one process reads. Raises as
    `check_merge_options` and the verb do.
    """
    given = check_merge_options(paths, period, jobs)
    ignored: list[IgnoredAttachment] = []
    files = read_incoming(snapshot, paths, password, ignored, jobs=jobs, scheduler=cluster, reader=reader)
    result = replace(merge(snapshot, _counted(files, progress), now, given), ignored=tuple(ignored))
    return Job(result, result.changes)


def check_merge_options(
    paths: Sequence[Path], period: str | Sequence[str] = "", jobs: int | None = None
) -> GivenMonths:
    """Return the months given for a collection's sheets.

    Raises NotAReturn where no path is there, HrWorkbookError for a period that is no month and fewer jobs than one.
    """
    given = read_given_months(period)
    if not any(path.exists() for path in paths):
        name = str(paths[0]) if paths else "merge"
        raise NotAReturn(name, "there is no such file or folder", "Check its name")
    if jobs is not None and jobs < 1:
        raise HrWorkbookError("--jobs", f"{jobs} processes read nothing", "Give 1 or more")
    return given


def reader_for(
    password: str | None = None, jobs: int | None = None, cluster: str = ""
) -> AbstractContextManager[FileReader | None]:
    """Return the reader to merge with, which starts up while the master is read; None where several processes read."""
    return FileReader(password=password) if jobs in (None, 1) and not cluster else nullcontext()


def _counted(files: Iterable[Item], progress: Progress) -> Iterator[Item]:
    """Yield the files, and tell how many there were."""
    for number, file in enumerate(files, 1):
        progress(number, 0)
        yield file
