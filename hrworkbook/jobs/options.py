"""Options that every face takes: read and refused in one place, whoever gives them."""

from datetime import date
from pathlib import Path

from hrworkbook.plan.errors import CannotWrite, HrWorkbookError
from hrworkbook.plan.kinds import KINDS


def read_due(due: date | str | None) -> date | None:
    """Return the day returns are to be back, however it is written; None where none is given.

    Raises HrWorkbookError where it is no day.
    """
    if due is None or due == "":
        return None
    if fault := KINDS["date"].fault(due, "the day", ()):
        raise HrWorkbookError("--due", fault.fault, fault.remedy)
    day: date = KINDS["date"].read(due)
    return day


def read_period(text: str) -> str:
    """Return a month as `2015-04`, however it is written; '' where none is given.

    Raises HrWorkbookError where it names no month.
    """
    from hrworkbook.tables.reporting_month import month_named_in

    month = month_named_in(text) if text else ""
    if text and not month:
        raise HrWorkbookError("--period", f"'{text}' is no month", "Give year and month, such as --period 2015-04")
    return month


def check_new_workbook(path: Path, what: str, master: Path | None = None) -> None:
    """Raise CannotWrite where a workbook that is to be written has not the ending of one, or is the master itself."""
    if path.suffix.lower() != ".xlsx":
        raise CannotWrite(path.name, f"{what} is an Excel workbook", "Give it a name that ends in .xlsx")
    if master and path.resolve() == master.resolve():
        raise CannotWrite(path.name, "that is the master itself", "Give the appendix a name of its own")
