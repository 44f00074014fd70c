"""The day a paper is for: the end of its period, or its meeting. What is overdue is judged on that day."""

from dataclasses import dataclass
from datetime import date

from hrworkbook.plan.dates.timescale import read_timescale
from hrworkbook.plan.model import Plan


@dataclass(frozen=True, slots=True)
class PaperDay:
    """A day, and what makes it the paper's."""

    day: date
    reason: str
    """`the end of 2016/17 Q3`, `the day of the meeting` or `the day it was made`."""

    @property
    def text(self) -> str:
        """`31 December 2016, the end of 2016/17 Q3`."""
        return f"{long_date(self.day)}, {self.reason}"


def paper_day(plan: Plan, today: date) -> PaperDay:
    """Return the day a plan's paper is for: the end of its period or its meeting, the earlier of those that are known.

    Only where neither can be read it is today: the same paper, made again, says the same.
    """
    period = plan.setting("Period")
    end, meeting = last_day_of(period), last_day_of(plan.setting("Committee date"))
    if end and (meeting is None or end <= meeting):
        return PaperDay(end, f"the end of {period}")
    return PaperDay(meeting, "the day of the meeting") if meeting else PaperDay(today, "the day it was made")


def last_day_of(period: str) -> date | None:
    """Return the last day of a period or a date as it is written; None where it cannot be read in full."""
    read = read_timescale(period)
    return None if read.unread_text or read.ongoing or read.undetermined else read.due


def financial_year_of(day: date) -> str:
    """Return the financial year, April to March, that a day lies in: `2016/17`."""
    year = day.year - 1 if day.month < 4 else day.year
    return f"{year}/{(year + 1) % 100:02}"


def long_date(day: date) -> str:
    """Return a day as a committee paper writes it: `31 December 2016`."""
    return f"{day.day} {day:%B %Y}"
