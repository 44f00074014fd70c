"""Arrivals: everything that came in at some paths, as a merge takes it, whether a button or a command asks for it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from hrworkbook.intake.attachments import IgnoredAttachment
from hrworkbook.intake.reader import FileReader
from hrworkbook.merging.merge_history import MergeHistory
from hrworkbook.merging.outcomes import ReceivedFile, RefusedFile
from hrworkbook.merging.read_return import ReadReturn
from hrworkbook.merging.receive_files import find_files, read_found_files, receive_files
from hrworkbook.plan.ledgers import REGISTER
from hrworkbook.plan.model import read_schema_of
from hrworkbook.plan.snapshot import Snapshot


def read_incoming(
    snapshot: Snapshot,
    paths: Sequence[Path],
    password: str | None = None,
    ignored: list[IgnoredAttachment] | None = None,
    *,
    jobs: int | None = None,
    scheduler: str = "",
    reader: FileReader | None = None,
) -> Iterator[ReceivedFile | RefusedFile | ReadReturn]:
    """Every file at the paths, in order: read in one capped child process, or in several, or by a Dask scheduler's workers.

    Nobody says how many `jobs`: one, or past a few thousand files one for each processor. A file that the master's Register
    knows is not read again, unless it may be its owner's newest word. What was set aside is added to `ignored`. A `reader`
    that runs already is used where there is one process.
    """
    # A collection may have to be read again: once HR has said what month it is for, it says more.
    collects = read_schema_of(snapshot).collect is not None
    known = {} if collects else MergeHistory(REGISTER.data_rows(snapshot)).skippable_copies
    if scheduler or jobs != 1:
        from hrworkbook.merging.parallel import cluster_pool, default_jobs, process_pool

        jobs = jobs or (1 if scheduler else default_jobs(paths))
        if scheduler or jobs > 1:
            held_against = None if collects else snapshot
            spread = (
                cluster_pool(scheduler, held_against, password)
                if scheduler
                else process_pool(jobs, held_against, password)
            )
            with spread as crowd:
                yield from crowd.read(find_files(paths, known, ignored))
            return
    if reader:
        yield from read_found_files(find_files(paths, known, ignored), reader)
    else:
        yield from receive_files(paths, password, known, ignored)
