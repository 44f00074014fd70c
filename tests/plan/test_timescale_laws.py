"""Timescales as properties: every spelling reads back, no text is too odd, none takes long."""

import re
import time
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hrworkbook.plan.dates.date_tokens import fold_dates
from hrworkbook.plan.dates.timescale import DateSpan, dates_in, read_timescale

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
SPELLINGS = [
    ("%b", MONTHS),
    (
        "%B",
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
    ),
    ("dot", [m if m == "May" else m + "." for m in MONTHS]),
    ("upper", [m.upper() for m in MONTHS]),
    ("sept", [*MONTHS[:8], "Sept", *MONTHS[9:]]),
]
months = st.tuples(st.integers(1970, 2060), st.integers(1, 12))
spellings = st.sampled_from([names for _, names in SPELLINGS])
links = st.sampled_from([" - ", "-", " – ", "—", " to ", " until ", " through to ", "\n–\n", "\u00a0–\u00a0"])


def last_day(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(1)


@given(months, months, spellings, spellings, links)
def test_a_span_of_months_reads_back(
    first: tuple[int, int], last: tuple[int, int], one: list[str], two: list[str], link: str
) -> None:
    first, last = sorted((first, last))
    text = f"{one[first[1] - 1]} {first[0]}{link}{two[last[1] - 1]} {last[0]}"
    read = read_timescale(text)
    assert (read.spans, read.unread_text) == ((DateSpan(date(*first, 1), last_day(*last)),), "")


@given(st.integers(1, 12), months, spellings, links)
def test_a_start_without_a_year_is_within_a_year_of_the_end(
    month: int, last: tuple[int, int], names: list[str], link: str
) -> None:
    (span,) = read_timescale(f"{names[month - 1]}{link}{names[last[1] - 1]} {last[0]}").spans
    assert span.start and span.end == last_day(*last)
    assert span.start.month == month and span.start <= span.end
    assert len(span.months()) <= 12


DAY_FORMS = [
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%Y-%m-%d",
    "%d %B %Y",
    "%d %b %y",
    "%d-%b-%y",
    "%A %d %B %Y",
    "%B %d, %Y",
]


@given(
    st.dates(date(1970, 1, 1), date(2068, 12, 31)),
    st.sampled_from([*DAY_FORMS, "%d/%m/%y", "%d.%m.%y", "%d/%m/%Y %H:%M"]),
)
def test_a_day_reads_back_in_every_form(day: date, form: str) -> None:
    read = read_timescale(day.strftime(form))
    assert (read.spans, read.unread_text) == ((DateSpan(day, day),), "")


@given(
    st.integers(1990, 2060),
    st.integers(1, 4),
    st.sampled_from(["Q{q} {y}/{n}", "Q{q}, {y}-{n}", "Quarter {q} {y}/20{n}"]),
)
def test_a_quarter_is_three_months_of_its_financial_year(year: int, quarter: int, form: str) -> None:
    text = form.format(q=quarter, y=year, n=f"{(year + 1) % 100:02}")
    if year < 1999 and "/20" in text:
        return
    (span,) = read_timescale(text).spans
    assert span.start and span.end and date(year, 4, 1) <= span.start and span.end <= date(year + 1, 3, 31)
    assert len(span.months()) == 3 and span.start.month == (4, 7, 10, 1)[quarter - 1]


WORDS = [
    "April",
    "Oct",
    "2016",
    "17",
    "2016/17",
    "Q4",
    "31",
    "/",
    "-",
    "–",
    ".",
    ",",
    "(",
    ")",
    "by",
    "end",
    "of",
    "mid",
    "from",
    "to",
    "until",
    "ongoing",
    "TBC",
    "n/a",
    "Phase",
    "1",
    "th",
    "week",
    "term",
    "spring",
    "financial",
    "year",
    "and",
    "&",
    ";",
    ":",
    "'",
    "00:00",
    "99999",
    "9",
    "may",
    "w/c",
    "onwards",
    "between",
    "before",
    "first",
    "half",
]
wild = st.lists(st.sampled_from([*WORDS, "\n", " "]), max_size=14).map(" ".join)


@given(st.one_of(wild, st.text(max_size=60)), st.none() | st.dates(), st.none() | st.tuples(st.dates(), st.dates()))
def test_no_text_is_too_odd(text: str, on: date | None, period: tuple[date, date] | None) -> None:
    read = read_timescale(text, on, period)
    assert read.text == text
    assert len(read.unread_pieces) == len(read.reasons)
    assert all(piece in text for piece in read.unread_pieces)
    assert all(s.start is None or s.end is None or s.start <= s.end for s in read.spans)
    assert all(word in text for s in read.spans for word in s.label.split())
    if any(c.isalnum() for c in text) and not (read.spans or read.ongoing or read.undetermined):
        assert read.unread_text or re.search(r"n\s*[/.]?\s*a|none|no\s+date|not\s+applicable", fold_dates(text))
    for milestone in dates_in(text, period, on):
        assert text[milestone.position :].startswith(milestone.phrase) and milestone.description in text


def test_a_cell_full_of_hostile_text_takes_no_time() -> None:
    started = time.perf_counter()
    for piece in ("the to by ", "1/", "May ", "31 March 2017, ", "5 the ", "(", "2016-", "\n", "9" * 40, "Q1 Q"):
        text = (piece * 16_000)[:16_000]
        read_timescale(text)
        dates_in(text)
    assert time.perf_counter() - started < 30
