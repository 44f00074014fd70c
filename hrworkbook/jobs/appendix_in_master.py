"""The appendix as sheets of the master, behind all others: what HR prints straight from it, made anew each time."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from hrworkbook.jobs.appendix import AppendixJob
from hrworkbook.jobs.job import PlanHost
from hrworkbook.plan.errors import CannotWrite
from hrworkbook.render.appendix.write_appendix import write_appendix, write_note

if TYPE_CHECKING:
    from hrworkbook.hosts.file import FileHost

MARK = "HR_Appendix"
"""The hidden name by which a sheet of an earlier appendix is known as ours: one that HR renamed is HR's, and stays."""
APPENDIX = "Appendix"
_NAMES = {"Summary": "Appendix summary", "Changes": "Appendix changes"}
_LONGEST_NAME = 31


class SheetHost(Protocol):
    """What this needs of a host."""

    def marked_sheets(self, mark: str) -> list[str]:
        """Return the sheets that `put_sheets` put in with a mark."""

    def put_sheets(
        self, sheets: Mapping[str, tuple[bytes, str]], mark: str, *, dry_run: bool = False
    ) -> tuple[str, ...]:
        """Put sheets behind all others, each in place of its earlier self; return their names."""


def sheet_host(host: PlanHost) -> "FileHost":
    """Return the host of a file; raises CannotWrite for a document that is open."""
    from hrworkbook.hosts.file import FileHost

    if isinstance(host, FileHost):
        return host
    name = getattr(host, "path", None)
    raise CannotWrite(
        name.name if name else "The plan",
        "sheets are put into a file, not into an open workbook",
        "Close it and leave --live away",
    )


def put_appendix(job: AppendixJob, host: SheetHost, *, dry_run: bool = False) -> tuple[str, ...]:
    """Put the printed sheets of the public appendix into the master; return what they are called.

    A sheet of the earlier appendix that has no like in this one says so, and shows nothing else. The exempt appendix is
    never put in. Raises as the host's `put_sheets` does: CannotWrite, StructureLocked, WorkbookLocked.
    """
    made = write_appendix(job.public, with_data_sheet=False)
    sheets = {_NAMES.get(name, name.replace("Plan", APPENDIX)): (made, name) for name in job.public.sheet_names}
    for old in host.marked_sheets(MARK):
        if old.removesuffix(" (HR)") not in sheets:
            note = "This sheet has no part in the latest appendix. Delete it, or leave it for the next one."
            sheets[old.removesuffix(" (HR)")] = write_note(old[:_LONGEST_NAME], note), old[:_LONGEST_NAME]
    return host.put_sheets(sheets, MARK, dry_run=dry_run)
