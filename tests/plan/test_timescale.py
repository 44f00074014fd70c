"""Timescales: every phrase of both plans, their kin, and what must be said to be unread."""

import csv
from datetime import date

import pytest
from masters import shared

from hrworkbook.plan.dates.timescale import DateSpan, read_timescale

# text | spans as start..end, label after a space
READ = """
April – Oct 2016                            | 2016-04-01..2016-10-31
Jan 2017                                    | 2017-01-01..2017-01-31
April – Jun 2016                            | 2016-04-01..2016-06-30
April 2016 – March 2017                     | 2016-04-01..2017-03-31
Aug - Mar 2017                              | 2016-08-01..2017-03-31
Sept - Nov 2016                             | 2016-09-01..2016-11-30
April 2016 to March 2017                    | 2016-04-01..2017-03-31
Sept 2016 - March 2017                      | 2016-09-01..2017-03-31
Jun - Nov 2016 Nov 2016 March 2017          | 2016-06-01..2016-11-30; 2016-11-01..2016-11-30; 2017-03-01..2017-03-31
July 2016 CEC Sept 2016 Schools/academies   | 2016-07-01..2016-07-31 CEC; 2016-09-01..2016-09-30 Schools/academies
July 2016 CEC⏎Sept 2016 Schools/academies   | 2016-07-01..2016-07-31 CEC; 2016-09-01..2016-09-30 Schools/academies
CEC: July 2016; Schools: Sept 2016          | 2016-07-01..2016-07-31 CEC; 2016-09-01..2016-09-30 Schools
CEC⏎July 2016⏎Schools⏎Sept 2016             | 2016-07-01..2016-07-31 CEC; 2016-09-01..2016-09-30 Schools
Phase 1 - April 2016, Phase 2 - Oct 2016    | 2016-04-01..2016-04-30 Phase 1; 2016-10-01..2016-10-31 Phase 2
Phase 2 March 2017                          | 2017-03-01..2017-03-31 Phase 2
March 2017 (subject to funding)             | 2017-03-01..2017-03-31 subject to funding
July 2016 (CEC) and Sept 2016 (Schools)     | 2016-07-01..2016-07-31 CEC; 2016-09-01..2016-09-30 Schools
H&S audit March 2017                        | 2017-03-01..2017-03-31 H&S audit
Revised: June 2017 (was March 2017)         | 2017-06-01..2017-06-30 Revised was; 2017-03-01..2017-03-31
Completed Oct 2016                          | 2016-10-01..2016-10-31 Completed
Q4 2016/17                                  | 2017-01-01..2017-03-31
Q1 2016/2017                                | 2016-04-01..2016-06-30
Q4, 2016-17                                 | 2017-01-01..2017-03-31
2016/17 Q3                                  | 2016-10-01..2016-12-31
Quarter 2 of 2016/17                        | 2016-07-01..2016-09-30
4th quarter 2016/17                         | 2017-01-01..2017-03-31
First quarter of 2016/17                    | 2016-04-01..2016-06-30
Q4 16/17                                    | 2017-01-01..2017-03-31
Q1-Q2 2016/17                               | 2016-04-01..2016-09-30
Q1 & Q2 2016/17                             | 2016-04-01..2016-06-30; 2016-07-01..2016-09-30
Q3 2016/17 – Q1 2017/18                     | 2016-10-01..2017-06-30
H1 2016/17                                  | 2016-04-01..2016-09-30
2016/17                                     | 2016-04-01..2017-03-31
2016-17                                     | 2016-04-01..2017-03-31
2016/2017                                   | 2016-04-01..2017-03-31
1999/00                                     | 1999-04-01..2000-03-31
16/17                                       | 2016-04-01..2017-03-31
FY 2017-18                                  | 2017-04-01..2018-03-31
FY17/18                                     | 2017-04-01..2018-03-31
financial year 2016/17                      | 2016-04-01..2017-03-31
2016/17 financial year                      | 2016-04-01..2017-03-31
academic year 2016/17                       | 2016-09-01..2017-08-31
2016/17 - 2018/19                           | 2016-04-01..2019-03-31
during 2017                                 | 2017-01-01..2017-12-31
2016 to 2018                                | 2016-01-01..2018-12-31
March 2016/17                               | 2017-03-01..2017-03-31
by end of March 2017                        | ..2017-03-31
By the end of March 2017                    | ..2017-03-31
by 31st March 2017 at the latest            | ..2017-03-31
no later than 31 March 2017                 | ..2017-03-31
until March 2017                            | ..2017-03-31
up to December 2016                         | ..2016-12-31
before April 2017                           | ..2017-03-31
after March 2017                            | 2017-04-01..
not before 1 April 2017                     | 2017-04-01..
end March 2017                              | 2017-03-31..2017-03-31
end of Q3 2016/17                           | 2016-12-31..2016-12-31
end of financial year 2016/17               | 2017-03-31..2017-03-31
year end 2016/17                            | 2017-03-31..2017-03-31
March 2017 end                              | 2017-03-31..2017-03-31
start of April 2017                         | 2017-04-01..2017-04-01
April 2016 – end March 2017                 | 2016-04-01..2017-03-31
From April 2016 to March 2017               | 2016-04-01..2017-03-31
between April and June 2016                 | 2016-04-01..2016-06-30
31 March 2017                               | 2017-03-31..2017-03-31
31/03/2017                                  | 2017-03-31..2017-03-31
31.3.17                                     | 2017-03-31..2017-03-31
31-03-2017                                  | 2017-03-31..2017-03-31
31-Mar-17                                   | 2017-03-31..2017-03-31
2017-03-31                                  | 2017-03-31..2017-03-31
2017-03-31 00:00:00                         | 2017-03-31..2017-03-31
2010-11-05                                  | 2010-11-05..2010-11-05
2017/03/31                                  | 2017-03-31..2017-03-31
Friday 31st March 2017                      | 2017-03-31..2017-03-31
Fri, 31 March 2017                          | 2017-03-31..2017-03-31
the 31st of March 2017                      | 2017-03-31..2017-03-31
March 31, 2017                              | 2017-03-31..2017-03-31
March 31st 2017                             | 2017-03-31..2017-03-31
10 th November 2010                         | 2010-11-10..2010-11-10
1 st April 2016                             | 2016-04-01..2016-04-01
3rd Feb. 2017                               | 2017-02-03..2017-02-03
29 Feb 2016                                 | 2016-02-29..2016-02-29
w/c Monday 5 September 2016                 | 2016-09-05..2016-09-11
week ending 9 Sept 2016                     | 2016-09-03..2016-09-09
12-14 March 2017                            | 2017-03-12..2017-03-14
12th to 14th March 2017                     | 2017-03-12..2017-03-14
28 Feb – 3 March 2017                       | 2017-02-28..2017-03-03
12, 13 and 14 March 2017                    | 2017-03-12..2017-03-12; 2017-03-13..2017-03-13; 2017-03-14..2017-03-14
28 Dec – 3 Jan 2017                         | 2016-12-28..2017-01-03
01/04/2016 - 31/03/2017                     | 2016-04-01..2017-03-31
Sept. 2016                                  | 2016-09-01..2016-09-30
SEPTEMBER 2016                              | 2016-09-01..2016-09-30
Sept2016                                    | 2016-09-01..2016-09-30
March, 2017                                 | 2017-03-01..2017-03-31
Mar-17                                      | 2017-03-01..2017-03-31
Mar '17                                     | 2017-03-01..2017-03-31
Mar ’17                                     | 2017-03-01..2017-03-31
Sep 16 - Mar 17                             | 2016-09-01..2017-03-31
03/2017                                     | 2017-03-01..2017-03-31
03/17                                       | 2017-03-01..2017-03-31
2017-03                                     | 2017-03-01..2017-03-31
May 2017                                    | 2017-05-01..2017-05-31
Oct/Nov 2016                                | 2016-10-01..2016-10-31; 2016-11-01..2016-11-30
June, September and December 2016           | 2016-06-01..2016-06-30; 2016-09-01..2016-09-30; 2016-12-01..2016-12-31
April 2016-March 2017                       | 2016-04-01..2017-03-31
April 2016 - March                          | 2016-04-01..2017-03-31
April –⏎Oct 2016                            | 2016-04-01..2016-10-31
Sept⏎2016                                   | 2016-09-01..2016-09-30
"""
TABLE = [tuple(cell.strip() for cell in line.split("|")) for line in READ.strip().splitlines()]


def said(spans: tuple[DateSpan, ...]) -> str:
    return "; ".join(f"{s.start or ''}..{s.end or ''} {s.label}".strip() for s in spans)


@pytest.mark.parametrize(("text", "spans"), TABLE, ids=[text for text, _ in TABLE])
def test_phrases_councils_write(text: str, spans: str) -> None:
    text = text.replace("⏎", "\n")
    read = read_timescale(text)
    assert said(read.spans) == spans
    assert (read.unread_text, read.reasons, read.undetermined, read.text) == ("", (), False, text)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Ongoing", ""),
        ("On-going", ""),
        ("Continuous", ""),
        ("Annually", ""),
        ("Launched and ongoing", ""),
        ("from April 2016", "2016-04-01.."),
        ("April 2016 onwards", "2016-04-01.."),
        ("April 2016 – ongoing", "2016-04-01.."),
        ("Sept 2016 and ongoing", "2016-09-01.."),
        ("Ongoing - review March 2017", "2017-03-01..2017-03-31 review"),
        ("Ongoing to March 2017", "..2017-03-31"),
        ("Ongoing throughout 2016/17", "2016-04-01..2017-03-31"),
    ],
)
def test_ongoing(text: str, spans: str) -> None:
    read = read_timescale(text)
    assert (read.ongoing, said(read.spans), read.unread_text) == (True, spans, "")
    assert not read.overdue(date(2030, 1, 1))


@pytest.mark.parametrize(
    "text",
    ["To be determined.", "To be determined", "to be\nconfirmed", "TBC", "tbd", "T.B.C.", "Date to be agreed", "?"],
)
def test_undetermined(text: str) -> None:
    read = read_timescale(text)
    assert read.undetermined and not read.ongoing and read.spans == () and read.unread_text == ""


def test_a_provisional_date_is_both_a_date_and_undetermined() -> None:
    read = read_timescale("March 2017 (TBC)")
    assert read.undetermined and read.due == date(2017, 3, 31) and read.unread_text == ""


@pytest.mark.parametrize("text", ["", "  \n ", "n/a", "N/A", "Not applicable", "-", "–"])
def test_nothing_to_read(text: str) -> None:
    read = read_timescale(text)
    assert (read.spans, read.ongoing, read.undetermined, read.unread_text, read.due) == ((), False, False, "", None)


UNREAD = """
Sept                     | Sept                     | it has no year
31 March                 | 31 March                 | it has no year
Sept - Dec               | Sept - Dec               | it has no year
end of financial year    | end of financial year    | it has no year
Q4                       | Q4                       | it has no year
31 June 2016             | 31 June 2016             | there is no such date
31/02/2017               | 31/02/2017               | there is no such date
03/31/2017               | 03/31/2017               | there is no such date
29 Feb 2017              | 29 Feb 2017              | there is no such date
13/14/2017               | 13/14/2017               | there is no such date
30 February              | 30 February              | there is no such date
11/12                    | 11/12                    | it can be read in two ways
Q4 2016                  | Q4 2016                  | it can be read in two ways
FY 2017                  | FY 2017                  | it can be read in two ways
2016-2020                | 2016-2020                | it can be read in two ways
Dec 2016 – June 2016     | Dec 2016 – June 2016     | it ends before it begins
Spring 2017              | Spring 2017              | a season is not a date
Winter 2016/17           | Winter 2016/17           | a season is not a date
by Easter                | by Easter                | a season is not a date
March 2017 -             | March 2017 -             | its end is missing
Month 3                  | Month 3                  | it is not a date
Year 2                   | Year 2                   | it is not a date
within 6 months          | 6 months                 | it is not a date
as soon as possible      | as soon as possible      | it is not a date
Short term               | Short term               | it is not a date
when funds allow         | when funds allow         | it is not a date
may be delayed           | may be delayed           | it is not a date
Complete                 | Complete                 | it is not a date
42825                    | 42825                    | it is not a date
Septmber 2016            | Septmber 2016            | it is not a date
Febuary 2017             | Febuary 2017             | it is not a date
Vision 2020              | Vision 2020              | it is not a date
and                      | and                      | it is not a date
"""
UNREAD_TABLE = [tuple(cell.strip() for cell in line.split("|")) for line in UNREAD.strip().splitlines()]


@pytest.mark.parametrize(("text", "unread", "reason"), UNREAD_TABLE, ids=[row[0] for row in UNREAD_TABLE])
def test_what_cannot_be_read_is_said_never_guessed(text: str, unread: str, reason: str) -> None:
    read = read_timescale(text)
    assert (read.spans, read.unread_text, read.reasons) == ((), unread, (reason,))
    assert read.due is None and not read.overdue(date(2099, 1, 1))


@pytest.mark.parametrize(
    ("text", "span", "unread"),
    [
        ("mid-March 2017", "2017-03-01..2017-03-31", "mid-March 2017"),
        ("early 2017", "2017-01-01..2017-12-31", "early 2017"),
        ("late 2016/17", "2016-04-01..2017-03-31", "late 2016/17"),
        ("Autumn term 2016", "2016-09-01..2016-12-31", "Autumn term 2016"),
        ("Spring term 2016/17", "2017-01-01..2017-04-30", "Spring term 2016/17"),
        ("by early March 2017", "..2017-03-31", "by early March 2017"),
    ],
)
def test_what_is_not_exact_gets_the_days_that_surely_hold_it_and_is_said(text: str, span: str, unread: str) -> None:
    read = read_timescale(text)
    assert (said(read.spans), read.unread_text, read.reasons) == (span, unread, ("it is not exact",))
    assert read.overdue(date(2018, 1, 1))


@pytest.mark.parametrize(
    ("text", "span", "unread"),
    [
        ("March 2017 5", "2017-03-01..2017-03-31", "5"),
        ("Sept and March 2017", "2017-03-01..2017-03-31", "Sept"),
        ("Spring 2016, then March 2017", "2017-03-01..2017-03-31", "Spring 2016"),
        ("Septmber 2016/17", "2016-04-01..2017-03-31", "Septmber"),
        ("31 June 2016; 5 July 2016", "2016-07-05..2016-07-05", "31 June 2016"),
    ],
)
def test_the_rest_is_still_read(text: str, span: str, unread: str) -> None:
    read = read_timescale(text)
    assert (said(read.spans), read.unread_text) == (span, unread)
    assert not read.overdue(date(2099, 1, 1)), "the unread piece may name a later day"


FINANCIAL_YEAR = (date(2016, 4, 1), date(2017, 3, 31))


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Sept", "2016-09-01..2016-09-30"),
        ("March", "2017-03-01..2017-03-31"),
        ("31 March", "2017-03-31..2017-03-31"),
        ("Q4", "2017-01-01..2017-03-31"),
        ("Sept - Dec", "2016-09-01..2016-12-31"),
        ("Dec - Feb", "2016-12-01..2017-02-28"),
        ("end of financial year", "2017-03-31..2017-03-31"),
        ("March - June", ""),  # of 2016 or of 2017: both meet the period
        ("March 2015", "2015-03-01..2015-03-31"),
    ],
)
def test_a_period_gives_the_year_where_only_one_fits(text: str, spans: str) -> None:
    read = read_timescale(text, period=FINANCIAL_YEAR)
    assert said(read.spans) == spans
    assert bool(read.unread_text) == (not spans)


@pytest.mark.parametrize(
    ("text", "spans"),
    [("12 November", "2010-11-12..2010-11-12"), ("Jan", "2011-01-01..2011-01-31"), ("May", ""), ("April", "")],
)
def test_a_day_gives_the_year_only_to_dates_near_it(text: str, spans: str) -> None:
    assert said(read_timescale(text, on=date(2010, 10, 22)).spans) == spans


def test_a_period_of_two_years_decides_nothing() -> None:
    assert read_timescale("Sept", period=(date(2016, 4, 1), date(2018, 3, 31))).unread_text == "Sept"


@pytest.mark.parametrize("dash", "-‐‑‒–—―−﹣－")
@pytest.mark.parametrize("space", ["", " ", "\u00a0", "\u2009", "\n", "\u200b "])
def test_every_dash_and_space(dash: str, space: str) -> None:
    read = read_timescale(f"April{space}{dash}{space}Oct\u00a02016")
    assert (said(read.spans), read.unread_text) == ("2016-04-01..2016-10-31", "")


@pytest.mark.parametrize("text", ["Осt 2016", "Oct ２０１６", "Oct ٢٠١٦", "ОСТ 2016"])  # Cyrillic, wide, Arabic-Indic
def test_letters_and_digits_that_only_look_latin(text: str) -> None:
    assert said(read_timescale(text).spans) == "2016-10-01..2016-10-31"


def test_due_next_due_months_and_overdue() -> None:
    read = read_timescale("Jun - Nov 2016 Nov 2016 March 2017")
    assert read.due == date(2017, 3, 31)
    assert read.next_due(date(2016, 10, 1)) == date(2016, 11, 30)
    assert read.next_due(date(2016, 12, 1)) == date(2017, 3, 31)
    assert read.next_due(date(2017, 4, 1)) is None
    assert [f"{m:%b %y}" for m in read.months()] == [
        "Jun 16",
        "Jul 16",
        "Aug 16",
        "Sep 16",
        "Oct 16",
        "Nov 16",
        "Mar 17",
    ]
    assert not read.overdue(date(2017, 3, 31)) and read.overdue(date(2017, 4, 1))
    assert read_timescale("by end of March 2017").months() == (date(2017, 3, 1),)
    assert read_timescale("from April 2016").months() == (date(2016, 4, 1),)


def test_other_words_beside_ongoing_are_kept_as_a_note() -> None:
    assert read_timescale("Ongoing, subject to funding").note == "subject to funding"


def test_every_timescale_of_the_example_plan_is_read() -> None:
    path = shared("seeds/cheshire-east-hr-plan-2016-17.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        texts = [row["timescale"] for row in csv.DictReader(file)]
    assert len(texts) == 53
    for text in texts:
        read = read_timescale(text)
        assert read.unread_text == "" and (read.spans or read.ongoing or read.undetermined or not text.strip()), text
