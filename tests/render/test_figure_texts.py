"""Figures in print: in the format of their cell, else of their kind, and as written where a person gave them a unit."""

from datetime import date
from decimal import Decimal

import pytest
from masters import OWNERS, THREE, make_master, snapshot_of

from hrworkbook.plan.model import read_plan
from hrworkbook.plan.schema_model import Column
from hrworkbook.render.appendix.figure_texts import figure_text, percentage, pounds, share_text
from hrworkbook.render.appendix.paper_day import financial_year_of, last_day_of, paper_day


@pytest.mark.parametrize(
    ("kind", "value", "code", "text"),
    [
        ("money", 1250, "", "£1,250"),
        ("money", 1250.5, "", "£1,250.50"),
        ("money", -1250, "General", "-£1,250"),
        ("money", "12500.5", "", "£12,500.50"),
        ("money", "(500)", "", "-£500"),
        ("money", "£19k", "", "£19k"),
        ("money", "about £500", "", "about £500"),
        ("money", "nil", "", "nil"),
        ("money", "12%", "", "12%"),
        ("money", 1250, "#,##0.00", "1,250.00"),
        ("money", 0, "", "£0"),
        ("money", 2**53, "", "£9,007,199,254,740,992"),
        ("percent", 0.725, "", "72.5%"),
        ("percent", "72%", "", "72%"),
        ("percent", 0.7, "0.0%", "70.0%"),
        ("percent", 72, "", "72"),
        ("number", 12345.25, "", "12,345.25"),
        ("number", "12345", "", "12,345"),
        ("whole", 2016, "0", "2016"),
        ("whole", 1250, "", "1,250"),
        ("whole", "n/a", "", "n/a"),
        ("text", 1250, "", "1250"),
        ("date", date(2016, 12, 31), "", "31/12/2016"),
        ("money", None, "", ""),
        ("money", True, "", "Yes"),
    ],
)
def test_a_figure_is_printed_in_its_format(kind, value, code, text):
    assert figure_text(Column("key", "Header", kind), value, code) == text


@pytest.mark.parametrize(
    ("number", "total", "text"),
    [(0, 3, "0%"), (1, 3, "33%"), (2, 3, "67%"), (1, 8, "13%"), (1, 300, "under 1%"), (299, 300, "over 99%"), (3, 3, "100%"), (0, 0, "0%")],
)  # fmt: skip
def test_a_share_is_in_whole_per_cent_and_never_says_none_or_all_of_some(number, total, text):
    assert share_text(number, total) == text


def test_pence_are_rounded_and_pounds_with_them():
    assert [pounds(Decimal(n)) for n in ("9.999", "0.005", "-0.1", "1E+3")] == ["£10", "£0.01", "-£0.10", "£1,000"]
    assert percentage(Decimal("1E+1")) == "1,000%"


@pytest.mark.parametrize(
    ("period", "meeting", "day"),
    [
        ("2026/27 Q3", None, "31 December 2026, the end of 2026/27 Q3"),
        ("2026/27 Q3", "20 January 2027", "31 December 2026, the end of 2026/27 Q3"),
        ("2026/27 Q3", "30 November 2026", "30 November 2026, the day of the meeting"),
        ("Autumn", date(2026, 11, 30), "30 November 2026, the day of the meeting"),
        ("Autumn", None, "1 May 2026, the day it was made"),
    ],
)
def test_the_day_of_a_paper_is_its_periods_end_or_its_meeting(period, meeting, day, tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS, Period=period, Committee_date=meeting)
    assert paper_day(read_plan(snapshot_of(path)), date(2026, 5, 1)).text == day


def test_a_financial_year_begins_in_april():
    assert [financial_year_of(date(2016, m, 1)) for m in (3, 4)] == ["2015/16", "2016/17"]
    assert last_day_of("Period 7 2016/17") is None
