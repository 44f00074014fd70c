"""What can stop a job.

HrWorkbookError                 place, fault, remedy: nothing was changed
├── SchemaFileError             a schema file has an unknown or impossible setting
├── CheckFileError              a council's own check cannot be loaded or run
├── NotAMaster                  the workbook is not a master this project made
├── NotAReturn                  the file cannot be read as a return
│   ├── UnreadableFile          it is no spreadsheet, or a broken or dangerous one
│   ├── WrongPlan               it belongs to another plan
│   ├── WrongPeriod             it was issued for another period
│   ├── WrongOwner              it is someone else's
│   └── BrokenSeal              its seal does not match what was issued
├── NotReady                    errors stand or decisions wait, so nothing is published or sent
├── WorkbookLocked              someone has the workbook open, or it changed meanwhile
├── CannotWrite                 a file or folder cannot be written
└── ToolMissing                 a program or optional package this job needs is absent

A fault in a user's cell is never raised: it is a `Finding`.
"""

import errno
import sys
import warnings

from hrworkbook.plan.values import one_line


class HrWorkbookError(Exception):
    """A job that could not be done, told as *place: fault. remedy*."""

    def __init__(self, place: str, fault: str, remedy: str = "") -> None:
        self.place = place
        self.fault = fault
        self.remedy = remedy
        super().__init__(place, fault, remedy)

    def __str__(self) -> str:
        return format_message(self.place, self.fault, self.remedy)


def format_message(place: str, fault: str, remedy: str = "") -> str:
    """Return the project's one form of complaint, on one line: `place: fault. remedy`."""
    parts = (one_line(part).strip() for part in (fault, remedy))
    sentences = " ".join(part if part[-1] in "?!" else part.rstrip(".") + "." for part in parts if part)
    return f"{one_line(place)}: {sentences}" if place else sentences


def keep_warnings_away() -> None:
    """Let no library's warning reach the user; one of the workbook's writer, which has left something out, is raised."""
    warnings.simplefilter("ignore")
    warnings.filterwarnings("error", module="xlsxwriter")


PRIVACY_REMEDY = (
    "Choose System Settings, Privacy & Security, Files and Folders, allow it for the program you run this from "
    "(Terminal or Microsoft Excel), and try again"
)


def is_privacy_refusal(fault: OSError) -> bool:
    """Return whether macOS kept a folder from this program, which has nothing to do with who else uses the file."""
    return sys.platform == "darwin" and fault.errno == errno.EPERM


def reason_of(fault: OSError) -> str:
    """Why the operating system refused, in a few small letters for the brackets of a message."""
    if is_privacy_refusal(fault):
        return "macOS keeps it from this program: allow it under Privacy & Security, Files and Folders"
    return (fault.strerror or "no reason given").lower()


class SchemaFileError(HrWorkbookError):
    """A schema file has an unknown or impossible setting."""


class CheckFileError(HrWorkbookError):
    """A council's own check cannot be loaded, or stopped while it ran."""


class NotAMaster(HrWorkbookError):
    """The workbook is not a master this project made."""


class NotAReturn(HrWorkbookError):
    """The file cannot be read as a return."""


class UnreadableFile(NotAReturn):
    """The file is no spreadsheet, or a broken or dangerous one."""


class WrongPlan(NotAReturn):
    """The return belongs to another plan."""


class WrongPeriod(NotAReturn):
    """The return was issued for another period."""


class WrongOwner(NotAReturn):
    """The return was sent by someone other than its owner."""


class BrokenSeal(NotAReturn):
    """The return's seal does not match what was issued."""


class NotReady(HrWorkbookError):
    """A person is needed before anything is published or sent: errors stand in the plan, or decisions wait."""


class WorkbookLocked(HrWorkbookError):
    """Someone has the workbook open, or it changed since it was read."""


class CannotWrite(HrWorkbookError):
    """A file or folder cannot be written."""


class ToolMissing(HrWorkbookError):
    """A program or optional package this job needs is absent."""
