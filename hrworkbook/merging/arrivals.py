"""Arrivals: everything that came in at some paths, as a merge takes it, whether a button or a command asks for it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from hrworkbook.inbox.attachments import Aside
from hrworkbook.ledgers import REGISTER
from hrworkbook.merging.compare import Reply
from hrworkbook.merging.merged_before import MergedBefore
from hrworkbook.merging.outcomes import Received, Refused
from hrworkbook.merging.receive import find, read_found, receive
from hrworkbook.plan import schema_of
from hrworkbook.reading.reader import Reader
from hrworkbook.snapshot import Snapshot


def arrivals(
    snapshot: Snapshot,
    paths: Sequence[Path],
    password: str | None = None,
    asides: list[Aside] | None = None,
    *,
    jobs: int | None = None,
    scheduler: str = "",
    reader: Reader | None = None,
) -> Iterator[Received | Refused | Reply]:
    """Every file at the paths, in order: read in one capped child process, or in several, or by a Dask scheduler's workers.

    Nobody says how many `jobs`: one, or past a few thousand files one for each processor. A file that the master's Register
    knows is not read again, unless it may be its owner's newest word. What was set aside is added to `asides`. A `reader`
    that runs already is used where there is one process.
    """
    # A collection may have to be read again: once HR has said what month it is for, it says more.
    collects = schema_of(snapshot).collect is not None
    known = {} if collects else MergedBefore(REGISTER.items(snapshot)).known
    if scheduler or jobs != 1:
        from hrworkbook.merging.crowd import cluster, jobs_for, processes

        jobs = jobs or (1 if scheduler else jobs_for(paths))
        if scheduler or jobs > 1:
            held_against = None if collects else snapshot
            spread = (
                cluster(scheduler, held_against, password) if scheduler else processes(jobs, held_against, password)
            )
            with spread as crowd:
                yield from crowd.read(find(paths, known, asides))
            return
    if reader:
        yield from read_found(find(paths, known, asides), reader)
    else:
        yield from receive(paths, password, known, asides)
