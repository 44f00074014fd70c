"""Columns of dates, periods and timescales: what they take, and what is said when they cannot."""

from datetime import date, datetime, time

import pytest
from verdicts import fault, said

from hrworkbook.plan.kinds import KINDS
from hrworkbook.plan.values import Value


@pytest.mark.parametrize(
    "value",
    [date(2017, 3, 31), datetime(2017, 3, 31, 9, 30), "31/03/2017", "31.3.17", "2017-03-31", "31 March 2017",
     "31st March 2017", "2017-03-31 00:00:00", "Friday 31 March 2017", "31-Mar-17"],
)  # fmt: skip
def test_dates(value: Value) -> None:
    assert fault("date", value) is None
    assert KINDS["date"].read(value) == date(2017, 3, 31)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("31/02/2017", "Spend is '31/02/2017', and there is no such date. Check the day and the month, day first."),
        ("03/31/2017", "Spend is '03/31/2017', and there is no such date. Write the day first: 31/03/2017."),
        ("31 March", "Spend is '31 March', which has no year. Add the year."),
        ("31/03/20017", "Spend is '31/03/20017', whose year cannot be read. Write four figures, such as 2017."),
        ("31/3/1", "Spend is '31/3/1', whose year cannot be read. Write four figures, such as 2017."),
        ("March 2017", "Spend is 'March 2017', which is not one day. Write one day, such as 31/03/2017."),
        (42825.0, "Spend is the number 42825. Write 31/03/2017 if that day is meant."),
        (12.0, "Spend is '12', which is not a date. Write day, month and year, such as 31/03/2017."),
        (True, "Spend is 'Yes', which is not a date. Write day, month and year, such as 31/03/2017."),
        (time(9, 30), "Spend is '09:30:00', which is not a date. Write day, month and year, such as 31/03/2017."),
        ("Ongoing", "Spend is 'Ongoing', which is not a date. Write day, month and year, such as 31/03/2017."),
    ],
)
def test_what_is_no_date(value: Value, message: str) -> None:
    assert said("date", value) == message


@pytest.mark.parametrize(
    "value",
    ["April – Oct 2016", "Ongoing", "To be determined.", "n/a", date(2017, 3, 31), 2017.0, datetime(2017, 3, 31, 9, 5)],
)
def test_timescales(value: Value) -> None:
    assert fault("timescale", value) is None


@pytest.mark.parametrize(
    ("value", "severity", "message"),
    [
        (
            "31 June 2016",
            "error",
            "Spend says '31 June 2016', which cannot be read: there is no such date. Check the day and the month, day first.",
        ),
        (
            "Dec 2016 - Jun 2016",
            "error",
            "Spend says 'Dec 2016 - Jun 2016', which cannot be read: it ends before it begins. Check the two dates.",
        ),
        (42825.0, "error", "Spend is the number 42825. Write 31/03/2017 if that day is meant."),
        ("Sept", "warning", "Spend says 'Sept', which cannot be read: it has no year. Add the year."),
        (
            "mid-March 2017",
            "warning",
            "Spend says 'mid-March 2017', which is not an exact date. Write a month and year if it should be shown as due and chased.",
        ),
        (
            "when funds allow",
            "warning",
            "Spend says 'when funds allow', which cannot be read: it is not a date. Write a month and year such as March 2017, or Ongoing or To be determined.",
        ),
    ],
)
def test_timescales_that_cannot_be_read(value: Value, severity: str, message: str) -> None:
    assert (said("timescale", value), fault("timescale", value).severity) == (message, severity)  # type: ignore[union-attr]


@pytest.mark.parametrize("value", ["2016-10", " 2016-10 ", date(2016, 10, 1), datetime(2016, 10, 1)])
def test_periods(value: Value) -> None:
    assert fault("period", value) is None and KINDS["period"].read(value) == "2016-10"


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("Oct 2016", "Write 2016-10"),
        ("2016-13", "Write year and month, such as 2016-10"),
        (date(2016, 10, 5), "Write 2016-10"),
        (201610.0, "Write year and month, such as 2016-10"),
    ],
)
def test_what_is_no_period(value: Value, remedy: str) -> None:
    assert remedy in said("period", value)
