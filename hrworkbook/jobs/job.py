"""A job: a verb's result, what it changes in the master, and the files that go beside it, put in place as one."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, Protocol, Self, TypeVar

from hrworkbook.plan.snapshot import ChangeSet, Snapshot

OUT_FOLDER, IN_FOLDER = "Returns out", "Returns in"
"""The folders beside a plan for what goes out and what came back, where nobody names others."""

Result = TypeVar("Result")

Progress = Callable[[int, int], None]
"""Is told how many items are done, and of how many; 0 where their number is not known."""


def no_progress(done: int, total: int) -> None:
    """Show nothing."""


class PlanHost(Protocol):
    """What a job needs of a host."""

    def snapshot(self) -> Snapshot:
        """Return every sheet's block of values."""

    def apply(self, changes: ChangeSet) -> Path | None:
        """Write a change set, whole or not at all; return the backup's path where one was made."""


@dataclass(frozen=True)
class Job(Generic[Result]):
    """What a verb found, and what is still to be put in place: nothing is written before `carry_out`."""

    result: Result
    changes: ChangeSet
    files: Mapping[Path, bytes] = field(default_factory=dict)
    """The files to place before the master is changed, by path."""
    keep_replaced: bool = False
    """Whether a file that stood in the place of a new one stays beside it as a dated backup."""
    drafts: tuple[Path, ...] = ()
    """The mails among the files, one for each return of the result, in its order."""
    backups: tuple[Path, ...] = ()
    """Once it is carried out: what the master and the files replaced were, where that is kept."""

    @property
    def message(self) -> str:
        """What to tell the user of it."""
        return self.changes.message

    def with_message(self, more: str) -> Self:
        """Return the job with one more sentence to tell."""
        return replace(self, changes=replace(self.changes, message=f"{self.message} {more}".strip()))


SomeJob = TypeVar("SomeJob", bound=Job[Any])


def carry_out(job: SomeJob, host: PlanHost | None = None) -> SomeJob:
    """Place a job's files and apply its changes, whole or not at all; return the job with the backups that are left.

    Without a host there are only files. They come first: where one cannot be written, or the host refuses the changes, every file is as it was before.
    Raises what the host and `write_all` raise: CannotWrite, WorkbookLocked, NotAMaster.
    """
    from hrworkbook.hosts.new_files import write_all

    folders: dict[Path, dict[str, bytes]] = {}
    for path, content in job.files.items():
        folders.setdefault(path.parent, {})[path.name] = content
    replaced: list[Path] = []
    with ExitStack() as placed:
        for folder, files in folders.items():
            replaced += placed.enter_context(write_all(folder, files, keep=True))
        backup = host.apply(job.changes) if host else None
    if not job.keep_replaced:
        for path in replaced:
            with suppress(OSError):
                path.unlink()
        replaced.clear()
    return replace(job, backups=(*([backup] if backup else ()), *replaced))
