"""Excel's serial numbers: the days since an epoch that a sheet keeps for a date, the part of a day for a time.

Two epochs are in use, 1900 (its day 0 is 30 December 1899) and 1904 (ECMA-376 part 1, 18.17.4.1); Calc may have another. Excel
counts a 29 February 1900 that never was, so before 1 March 1900 its numbers are one less than the days that passed.
"""

from datetime import date, datetime, time, timedelta

EPOCH_1900 = date(1899, 12, 30)
EPOCH_1904 = date(1904, 1, 1)
DAYS_TO_1904 = (EPOCH_1904 - EPOCH_1900).days
LAST_SERIAL = 2_958_466
"""The day after 31 December 9999, the last day a sheet knows."""
LIKELY_DATES = range(25_569, 73_051)
"""The numbers of the days from 1970 to 2099: a number among these may be a date that lost its format."""

_DAY = timedelta(days=1)
_FALSE_LEAP_DAY = 60
"""Excel's number for 29 February 1900."""


def time_passed(moment: date | time | timedelta, epoch: date = EPOCH_1900) -> timedelta:
    """Return how long after `epoch` a date is, how long after midnight a time is; a length of time as it is."""
    if isinstance(moment, timedelta):
        return moment
    if isinstance(moment, time):
        return timedelta(
            hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond
        )
    when = moment.replace(tzinfo=None) if isinstance(moment, datetime) else datetime.combine(moment, time())
    return when - datetime.combine(epoch, time())


def to_serial(moment: date | time | timedelta, epoch: date = EPOCH_1900) -> float:
    """Return the number of a date (days since `epoch`), a time of day or a length of time (in days).

    Before 1 March 1900 it is the days that passed; see `to_shown_serial` for what Excel shows then.
    """
    return time_passed(moment, epoch) / _DAY


def to_millisecond_serial(moment: date | time, epoch: date = EPOCH_1900) -> float:
    """Return the number as `to_serial` does, of the whole milliseconds that passed, as spreadsheet programs store it."""
    passed = time_passed(moment, epoch)
    return passed.days + (passed.seconds * 1000 + passed.microseconds // 1000) / 86_400_000


def to_shown_serial(moment: date | time | timedelta) -> float:
    """Return the number under which Excel shows a moment in the 1900 system, its false leap day counted."""
    serial = to_serial(moment)
    if isinstance(moment, date) and serial < _FALSE_LEAP_DAY + 1:
        return serial - 1
    return serial


def from_serial(serial: float, epoch: date = EPOCH_1900) -> datetime:
    """Return the moment of a number, to the millisecond; raises OverflowError beyond the years 1 to 9999."""
    return datetime.combine(epoch, time()) + timedelta(milliseconds=round(serial * 86_400_000))


def likely_day(value: object) -> date | None:
    """Return the day of a number that may be a date from 1970 to 2099, whatever its part of a day; else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not LIKELY_DATES.start <= value < LIKELY_DATES.stop:
        return None
    return EPOCH_1900 + timedelta(int(value))
