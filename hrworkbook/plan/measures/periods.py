"""Reporting periods by name: `2016/17 Q3`, `2016/17`, `2016-10`, `October 2016`; which was when, and what is due in it."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hrworkbook.plan.dates.timescale import read_timescale
from hrworkbook.plan.values import Value, fold_name

_FIRST_MONTH = 4
"""The local government financial year begins on 1 April."""
_QUARTER = re.compile(r"(\d{4})\s*[/-]\s*(\d{2}|\d{4})(?:\s*(?:q|qtr|quarter)\s*([1-4]))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class ReportingPeriod:
    """A period of whole months."""

    first: int
    """Its first month: year times 12, and the month from 0."""
    months: int

    @property
    def last(self) -> int:
        """Return its last month, counted likewise."""
        return self.first + self.months - 1

    @property
    def year(self) -> int:
        """Return the calendar year in which the financial year of its last month begins."""
        return (self.last - (_FIRST_MONTH - 1)) // 12

    @property
    def ends(self) -> date:
        """Return its last day."""
        year, month = divmod(self.last + 1, 12)
        return date(year, month + 1, 1) - timedelta(days=1)

    @property
    def a_year_before(self) -> "ReportingPeriod":
        """Return the same period of the year before."""
        return ReportingPeriod(self.first - 12, self.months)

    @property
    def before(self) -> "ReportingPeriod":
        """Return the period of the same length that ends where it begins."""
        return ReportingPeriod(self.first - self.months, self.months)

    @property
    def name(self) -> str:
        """Return what it is called: `2025/26 Q1`, `May 2025`, `2025/26`; its last month where it is none of these."""
        quarter, in_quarter = divmod((self.first - (_FIRST_MONTH - 1)) % 12, 3)
        year = f"{self.year}/{(self.year + 1) % 100:02d}"
        if self.months == 12 and not quarter and not in_quarter:
            return year
        return f"{year} Q{quarter + 1}" if self.months == 3 and not in_quarter else f"{self.ends:%B %Y}"


class Frequency(StrEnum):
    """How often a measure is reported."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    NOT_DUE = "data not due"


_MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.YEARLY: 12, Frequency.NOT_DUE: 12}
_FREQUENCY_OF = {
    **dict.fromkeys(("monthly", "month", "every month", "m"), Frequency.MONTHLY),
    **dict.fromkeys(("quarterly", "quarter", "every quarter", "q"), Frequency.QUARTERLY),
    **dict.fromkeys(("yearly", "annual", "annually", "year", "every year", "once a year", "a", "y"), Frequency.YEARLY),
    **dict.fromkeys(("data not due", "not due", "not due this period", "not yet due", "none due"), Frequency.NOT_DUE),
}


def read_period(name: str) -> ReportingPeriod | None:
    """Return the months that a period's name stands for; None where it cannot be read as a month, quarter or financial year."""
    text = name.strip()
    if (found := _QUARTER.fullmatch(text)) and int(found[2][-2:]) == (int(found[1]) + 1) % 100:
        start = int(found[1]) * 12 + _FIRST_MONTH - 1
        return ReportingPeriod(start + 3 * (int(found[3]) - 1), 3) if found[3] else ReportingPeriod(start, 12)
    if month := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text):
        return ReportingPeriod(int(month[1]) * 12 + int(month[2]) - 1, 1)
    read = read_timescale(text)
    if not text or read.unread_text or len(read.spans) != 1 or not (months := read.months()):
        return None
    first = months[0]
    return ReportingPeriod(first.year * 12 + first.month - 1, len(months))


def read_frequency(value: Value) -> Frequency | None:
    """Return how often a cell says a measure is reported; None where it does not say."""
    return _FREQUENCY_OF.get(fold_name(str(value))) if isinstance(value, str) else None


def is_due(frequency: Frequency, period: ReportingPeriod | None) -> bool:
    """Return whether a measure is to be reported in a period: a yearly one in that with the year's last month, 31 March."""
    if frequency is Frequency.NOT_DUE:
        return False
    if period is None:
        return frequency is not Frequency.YEARLY
    return (period.last + 1 - (_FIRST_MONTH - 1)) % max(_MONTHS[frequency], 1) == 0 or period.months >= _MONTHS[
        frequency
    ]


def follows(earlier: ReportingPeriod | None, later: ReportingPeriod | None, frequency: Frequency) -> bool:
    """Return whether one period is the next before another for a measure; so it is where one of them cannot be read."""
    if earlier is None or later is None:
        return True
    return later.last - earlier.last <= max(_MONTHS[frequency], later.months)
