"""Serial numbers there and back, at the days and epochs where programs differ."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrworkbook.plan.serials import (
    EPOCH_1900,
    EPOCH_1904,
    LAST_SERIAL,
    from_serial,
    likely_day,
    to_millisecond_serial,
    to_serial,
    to_shown_serial,
)

EPOCHS = st.sampled_from([EPOCH_1900, EPOCH_1904, date(1899, 12, 31)])
MOMENTS = st.datetimes(datetime(1904, 1, 1), datetime(9999, 12, 30)).map(
    lambda d: d.replace(microsecond=d.microsecond // 1000 * 1000)
)


@given(MOMENTS, EPOCHS)
def test_a_moment_comes_back_to_the_millisecond(moment, epoch):
    assert from_serial(to_serial(moment, epoch), epoch) == moment
    assert from_serial(to_millisecond_serial(moment, epoch), epoch) == moment


@pytest.mark.parametrize(
    ("moment", "serial"),
    [
        (date(1900, 1, 1), 1),
        (date(1900, 2, 28), 59),
        (date(1900, 3, 1), 61),
        (datetime(1900, 2, 28, 12), 59.5),
        (date(2017, 3, 31), 42_825),
        (date(9999, 12, 31), LAST_SERIAL - 1),
        (time(18), 0.75),
        (timedelta(hours=30), 1.25),
    ],
)
def test_numbers_that_excel_shows(moment, serial):
    assert to_shown_serial(moment) == serial


def test_the_epochs_lie_1462_days_apart():
    day = date(2017, 3, 31)
    assert to_serial(day) - to_serial(day, EPOCH_1904) == 1_462


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (25_569, date(1970, 1, 1)), (73_050.9, date(2099, 12, 31)), (42_825.5, date(2017, 3, 31)),
        (25_568.9, None), (73_051, None), (True, None), ("42825", None), (None, None), (float("nan"), None),
    ],
)  # fmt: skip
def test_numbers_that_may_be_days(value, day):
    assert likely_day(value) == day
