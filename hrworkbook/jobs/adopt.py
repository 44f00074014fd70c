"""Adopt, with its files: a council's own workbook, read as it is."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from hrworkbook.jobs.job import Job
from hrworkbook.plan.snapshot import Block, ChangeSet
from hrworkbook.verbs.adopt import Adoption, adopt

__all__ = ["Adoption", "adopt_job", "contents_of"]


def adopt_job(source: Path, now: datetime, sheets: Sequence[str] = (), *, dry_run: bool = False) -> Job[Adoption]:
    """Return what a workbook becomes when it is adopted.

    Raises as the reader and the verb do.
    """
    found = adopt(contents_of(source)[0], source.name, now.date(), sheets)
    return Job(found, ChangeSet(message=found.message))


def contents_of(source: Path) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """Return the sheets of a plan as it was kept, a Word document's tables too, and what is said of the file."""
    from hrworkbook.intake.reader import FileReader

    with FileReader(documents=True, seconds=60) as reader:
        contents = reader.read(source)
    return contents.blocks, contents.notes
