"""What a heading says beside its column's name: which of two dates, or which period, its cells are for."""

import re
from typing import NamedTuple

from hrworkbook.plan.values import fold_name
from hrworkbook.tables.reporting_month import month_named_in


class PeriodRank(NamedTuple):
    """How late what a heading stands for is; two can be compared only where they are ranked on one scale."""

    scale: str
    """`span` for start and end, `recency` for last and this, `quarter` for quarters without a year, `month` for dates."""
    order: int


_SPAN_WORDS = {
    0: {"start", "starts", "starting", "from", "begin", "begins", "commence", "commences", "commencement"},
    1: {"original", "baseline", "initial"},
    2: {"end", "ends", "finish", "to", "complete", "completion", "due", "target", "deadline", "until", "by"},
    3: {"revised", "forecast", "extended", "amended"},
}
_RECENCY_WORDS = {
    0: {"last", "previous", "prior", "earlier", "before", "old"},
    1: {"this", "current", "latest", "now", "new", "today", "present"},
}
REVISED = PeriodRank("span", 3)
START = PeriodRank("span", 0)
_FILLER_WORDS = {
    "to",
    "at",
    "as",
    "for",
    "in",
    "of",
    "on",
    "the",
    "since",
    "period",
    "quarter",
    "date",
    "dates",
    "month",
    "year",
    "report",
    "end",
}
_YEAR_PAIR = re.compile(r"\b(?:fy ?)?(?:20)?([0-9]{2}) ?[/–-] ?(?:20)?([0-9]{2})\b(?![/–-])", re.IGNORECASE)
_QUARTER = re.compile(r"\b(?:q|qtr|quarter) ?([1-4])\b", re.IGNORECASE)
_YEAR = re.compile(r"\b20[0-9]{2}\b")
_MONTHS = r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_MONTH = re.compile(
    rf"\b(?:[0-9]{{1,2}}(?:st|nd|rd|th)? )?(?:{_MONTHS})\b[ '’]*(?:20[0-9]{{2}}|[0-9]{{2}})?", re.IGNORECASE
)


def period_rank(text: str) -> PeriodRank | None:
    """Return where on its scale the date or period stands that a heading names; None where it names none."""
    if quarter := _QUARTER.search(text):
        if year := _financial_year(text):
            return PeriodRank("month", year * 12 + 3 + 3 * int(quarter[1]))
        return PeriodRank("quarter", int(quarter[1]))
    if month := month_named_in(text):
        return PeriodRank("month", int(month[:4]) * 12 + int(month[5:]))
    words = set(fold_name(text).split())
    for scale, ranks in (("recency", _RECENCY_WORDS), ("span", _SPAN_WORDS)):
        orders = [order for order, known in ranks.items() if words & known]
        if orders:
            return PeriodRank(scale, max(orders))
    if year := _financial_year(text):
        return PeriodRank("month", year * 12 + 15)
    return None


def _financial_year(text: str) -> int:
    """Return the calendar year in which the financial year named begins; 0 where none is named."""
    if (pair := _YEAR_PAIR.search(text)) and (int(pair[1]) + 1 - int(pair[2])) % 100 == 0:
        return 2000 + int(pair[1])
    return int(year[0]) if (year := _YEAR.search(text)) else 0


def without_period(heading: str) -> str:
    """Return a heading without the words that tell its period, or which of two dates it is; '' where nothing else is left."""
    text = heading
    for pattern in (_MONTH, _YEAR_PAIR, _QUARTER, _YEAR):
        text = pattern.sub(" ", text)
    words = fold_name(text).split()
    marks = set().union(*_RECENCY_WORDS.values(), _SPAN_WORDS[0], _SPAN_WORDS[1], _SPAN_WORDS[3])
    kept = [word for word in words if word not in marks and not word.isdigit()]
    while kept and kept[-1] in _FILLER_WORDS:
        kept.pop()
    while kept and kept[0] in _FILLER_WORDS - {"date", "dates"}:
        kept.pop(0)
    return " ".join(kept)
