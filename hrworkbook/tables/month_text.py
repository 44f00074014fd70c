"""Which month a text names: `March 2011`, `Dec12`, `Mar_12`, `2012M03`, `31 March 10-11`; and why it may name none.

A year is no month: `2011-12`, `FY2011-12`, `2010/11` and `2010-2011` are the UK financial year, 1 April to 31 March.
"""

import difflib
import re
from enum import Enum
from functools import lru_cache, partial
from typing import NamedTuple

FIRST_FINANCIAL_MONTH = 4
"""Years such as 2016/17 begin in April, as everywhere in this project."""


class MonthDoubt(Enum):
    """Why a text that looks like a month names none."""

    NOTHING = "names no month"
    YEAR = "is a year, which may be of any of its months"
    SEVERAL = "names several months"
    NUMBERED = "may be a month of the calendar year or of the financial year"
    DAY_OR_YEAR = "may be the last day of a month whose year is not given"


class MonthText(NamedTuple):
    """What a text says of the month: the one it names, or why it names none."""

    month: str = ""
    """`2015-04`; '' where there is a doubt."""
    doubt: MonthDoubt = MonthDoubt.NOTHING


@lru_cache(maxsize=4096)
def read_month(text: str) -> MonthText:
    """Return the one month a text names, by itself or by a day in it, else the doubt."""
    if not _DIGIT.search(text):
        return MonthText()
    found, plain = _Mentions(), _plain(text)
    rest = plain
    for pattern, kind in _PATTERNS:
        rest = pattern.sub(partial(found.add, kind), rest)
    if not found.months:
        doubts = [*found.doubts, *([MonthDoubt.YEAR] if found.years else [])]
        return MonthText(doubt=doubts[0] if doubts else MonthDoubt.NOTHING)
    if len(found.months) > 1 or _OPEN_RANGE.search(rest) or _QUARTER.search(plain):
        return MonthText(doubt=MonthDoubt.SEVERAL)
    month = found.months.pop()
    if _WHOLE_YEAR.search(plain) or not all(first <= int(month[:4]) <= last for first, last in found.years):
        return MonthText(doubt=MonthDoubt.YEAR)
    return MonthText(doubt=found.doubts[0]) if found.doubts else MonthText(month)


def is_month_code(text: str) -> bool:
    """Return whether a text is year and month as the master writes them, though they may be a year's: `2011-12`."""
    return bool(_CODE.fullmatch(text))


def financial_month(year: int, month: int) -> str:
    """Return the month of the financial year that begins in April of a year: 2010 and 3 give `2011-03`."""
    return f"{year + (month < FIRST_FINANCIAL_MONTH):04}-{month:02}"


_CODE = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")
_DIGIT = re.compile(r"[0-9]")
_NAMES = (
    "january jan ionawr ion", "february feb chwefror chwef", "march mar mawrth fawrth maw", "april apr ebrill ebr",
    "may mai fai", "june jun mehefin fehefin meh", "july jul gorffennaf orffennaf gorff", "august aug awst",
    "september sept sep medi fedi", "october oct hydref hyd", "november nov tachwedd dachwedd tach",
    "december dec rhagfyr ragfyr rhag",
)  # fmt: skip
"""The months in English and in Welsh (also as written after a preposition), in full and short."""
_NUMBER_OF_NAME = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
_FULL_NAMES = [names.split()[0] for names in _NAMES]
_MIN_MISSPELT, _LIKENESS = 6, 0.84
"""Letters of a word that may be a month misspelt, and how like it must be."""
_LAST_DAYS = {2: (28, 29), 4: (30,), 6: (30,), 9: (30,), 11: (30,)}
_LATEST_SHORT_YEAR, _EARLIEST_SHORT_YEAR = 40, 70
"""Years of two digits are 2000 to 2040 and 1970 to 1999."""

_BREAKS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])|_+")
_NUMBERED_MONTH = re.compile(r"(?<![A-Za-z])([Mm])_?((?:0[1-9]|1[0-2]|[1-9]))(?![0-9])")
_ORDINAL = re.compile(r"(?<=[0-9]) ?(?:st|nd|rd|th)(?![a-z])")
_WORD = re.compile(r"[a-z]+")


def _plain(text: str) -> str:
    """Return the text in lower case, words and numbers apart, dashes alike, a month misspelt as it is spelled."""
    text = _NUMBERED_MONTH.sub(r" \1#\2 ", text)
    text = _BREAKS.sub(" ", re.sub(r"[‐-―−]", "-", text)).casefold()
    return _WORD.sub(lambda word: _spelled(word[0]), _ORDINAL.sub("", text))


@lru_cache(maxsize=2048)
def _spelled(word: str) -> str:
    if len(word) < _MIN_MISSPELT or word in _NUMBER_OF_NAME or word.startswith(tuple(_FULL_NAMES)):
        return word
    near = difflib.get_close_matches(word, _FULL_NAMES, 2, _LIKENESS)
    return near[0] if len(near) == 1 else word


_MONTH = rf"(?<![a-z])(?P<month>{'|'.join(sorted(_NUMBER_OF_NAME, key=len, reverse=True))})(?![a-z])"
_GAP = r"[ .,/'’-]{0,3}"
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})(?![0-9])"
_TWO_YEARS = r"(?<![0-9])(?P<first>(?:19|20)?[0-9]{2}) ?[-/] ?(?P<second>(?:19|20)?[0-9]{2})(?![0-9])"
_DAY = r"(?:(?<![0-9])(?<![0-9][-/])(?P<day>[0-9]{1,2})(?:[ ./-]| of )*)?"
_TWO_DIGITS = r"(?<![0-9])(?P<digits>0[1-9]|1[0-2])"
_PATTERNS = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (rf"(?<![0-9]){_YEAR[:-9]}[-./ ]?(?P<digits>0[1-9]|1[0-2])[-./ ]?(?:0[1-9]|[12][0-9]|3[01])(?![0-9])", "year first"),
        (r"(?<![0-9])(?P<day>[0-9]{1,2})[-./ ](?P<digits>[0-9]{1,2})[-./ ](?P<year>(?:19|20)?[0-9]{2})(?![0-9])", "day first"),
        (rf"{_DAY}{_MONTH}{_GAP}{_TWO_YEARS}", "of a financial year"),
        (rf"{_MONTH} [0-9]{{1,2}}, ?{_YEAR}|{_MONTH.replace('month', 'month2')} [0-9]{{1,2}} {_YEAR.replace('year', 'year2')}", "named"),
        (rf"{_DAY}{_MONTH}{_GAP}{_YEAR}", "named"),
        (rf"{_TWO_YEARS}{_GAP}{_MONTH}(?!{_GAP}[0-9])", "of a financial year"),
        (rf"{_DAY}{_MONTH}(?P<gap>{_GAP})(?P<short>[0-9]{{2}})(?![0-9])", "short year"),
        (rf"(?<![0-9]){_YEAR}{_GAP}{_MONTH}", "named"),
        (rf"(?<![0-9]){_YEAR}{_GAP}m#(?P<digits>[0-9]{{1,2}})", "year first"),
        (r"m#[0-9]{1,2}|(?<![a-z])(?:month|period|p) ?[0-9]{1,2}(?![0-9])", "numbered"),
        (_TWO_YEARS, "financial year"),
        (r"(?<![0-9])(?P<first>20[0-9]{2})(?P<second>20[0-9]{2})(?![0-9])", "financial year"),
        (r"(?<![0-9])(?P<first>20[0-9]{2})/(?P<last>[0-9])(?![0-9])", "financial year"),
        (r"(?<![0-9])(?P<day>0[1-9]|[12][0-9]|3[01])(?P<digits>0[1-9]|1[0-2])(?P<year>20[0-9]{2})(?![0-9])", "day first"),
        (rf"{_TWO_DIGITS}[-./ ]?{_YEAR}", "year first"),
        (rf"^ *(?P<digits>[1-9])[-./]{_YEAR} *$", "year first"),
        (r"(?<![0-9])(?P<year>20[0-9]{2})[-./ ]?(?P<digits>0[1-9]|1[0-2])(?![0-9])", "year first"),
    )
)  # fmt: skip
"""What is looked for in this order, each in what those before have left."""
_ANY_MONTH = _MONTH.replace("?P<month>", "?:")
_OPEN_RANGE = re.compile(
    rf"{_ANY_MONTH} *(?:-|/|&|\+|to|and|until|till) *(?:[0-9]{{1,2}} *)?§|§ *(?:-|/|&|\+|to|and|until|till) *{_ANY_MONTH}"
)
"""A month without its year beside one with it: `Jan-Mar 2015`. `§` stands where a month was read."""
_QUARTER = re.compile(r"(?<![a-z])(?:q ?[1-4](?![0-9])|quarter(?:ly)?(?![a-z]))")
_WHOLE_YEAR = re.compile(r"(?<![a-z])(?:annual(?:ly)?|yearly|full[ -]year|whole[ -]year|year[ -]*(?:ended|ending|end|to)|12 months|twelve months)(?![a-z])")  # fmt: skip


class _Mentions:
    """The months a text mentions."""

    def __init__(self) -> None:
        self.months: set[str] = set()
        self.doubts: list[MonthDoubt] = []
        self.years: list[tuple[int, int]] = []
        """Financial years, by the years they begin and end in."""

    def add(self, kind: str, match: re.Match[str]) -> str:
        """Note what a pattern has found; return what stands for it in the text, the text itself where it is nothing."""
        said = match.groupdict()
        month = _NUMBER_OF_NAME.get(said.get("month") or said.get("month2") or "", 0) or int(said.get("digits") or 0)
        if kind == "numbered":
            self.doubts.append(MonthDoubt.NUMBERED)
            return " "
        if kind in ("of a financial year", "financial year"):
            span = _financial_year(said)
            if span is None:
                return match[0]
            if kind == "financial year":
                self.years.append(span)
                return " "
            self.months.add(financial_month(span[0], month))
            return " § "
        year = _full_year(said.get("year") or said.get("year2") or said.get("short") or "")
        if kind == "day first" and month > 12 >= int(said["day"]):
            month = int(said["day"])
        if not year or not 1 <= month <= 12 or int(said.get("day") or 1) > 31:
            return match[0]
        if kind == "short year" and _may_be_day(said, month):
            self.doubts.append(MonthDoubt.DAY_OR_YEAR)
            return " "
        self.months.add(f"{year:04}-{month:02}")
        return " § "


def _may_be_day(said: dict[str, str | None], month: int) -> bool:
    """Return whether two digits behind a month may be its last day: `June 30`, but not `30 June 30` or `June '30`."""
    plain = not said.get("day") and not set("'’") & set(said["gap"] or "")
    return plain and int(said["short"] or 0) in _LAST_DAYS.get(month, (31,))


def _full_year(text: str) -> int:
    """Return a year of four digits for one of two or four; 0 where two digits can be none."""
    if len(text) == 4:
        return int(text)
    if not text or _LATEST_SHORT_YEAR < int(text) < _EARLIEST_SHORT_YEAR:
        return 0
    return int(text) + (2000 if int(text) <= _LATEST_SHORT_YEAR else 1900)


def _financial_year(said: dict[str, str | None]) -> tuple[int, int] | None:
    """Return the two years of a financial year; None where they do not follow each other."""
    first = _full_year(said.get("first") or "")
    if last := said.get("last"):
        return (first, first + 1) if (first + 1) % 10 == int(last) else None
    second = said.get("second") or ""
    return (first, first + 1) if first and int(second) % 100 == (first + 1) % 100 else None
