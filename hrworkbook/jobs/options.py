"""Options that every face takes: read and refused in one place, whoever gives them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from hrworkbook.plan.errors import CannotWrite, HrWorkbookError
from hrworkbook.plan.kinds import KINDS

if TYPE_CHECKING:
    from hrworkbook.collecting.given_months import GivenMonths


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
    from hrworkbook.tables.reporting_month import period_of

    month = period_of(text)
    if text and not month:
        raise HrWorkbookError("--period", f"'{text}' is no month", "Give year and month, such as --period 2015-04")
    return month


def read_given_months(period: str | Sequence[str]) -> "GivenMonths":
    """Return the months given for a collection's sheets: one for all (`2015-04`), or several, each by its sheet (`Data=2015-04`).

    Raises HrWorkbookError where one names no month.
    """
    from hrworkbook.collecting.given_months import parse_given_months

    return parse_given_months([period] if isinstance(period, str) else period)


def check_new_workbook(path: Path, what: str) -> None:
    """Raise CannotWrite where a workbook that is to be written has not the ending of one."""
    if path.suffix.lower() != ".xlsx":
        raise CannotWrite(path.name, f"{what} is an Excel workbook", "Give it a name that ends in .xlsx")


def check_appendix_path(path: Path, master: Path | None = None) -> str:
    """Return the ending of an appendix that is to be written; raise CannotWrite for another one, or for the master itself."""
    ending = path.suffix.lower()
    if ending not in (".xlsx", ".docx", ".pdf"):
        fault = "the appendix is an Excel workbook, a Word document or a PDF"
        raise CannotWrite(path.name, fault, "Give it a name that ends in .xlsx, .docx or .pdf")
    if master and path.resolve() == master.resolve():
        raise CannotWrite(path.name, "that is the master itself", "Give the appendix a name of its own")
    return ending
