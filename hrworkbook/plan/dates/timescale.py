"""'April – Oct 2016' → spans of days; the text itself stays as written.

What cannot be read is said in `unread_text`, never guessed. Quarters, halves and years such as 2016/17 are the UK local
authority's financial year, 1 April to 31 March.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from hrworkbook.plan.dates.date_points import DateFault, DatePoint, parse_points
from hrworkbook.plan.dates.date_ranges import LINKS, Clause, Items, Period, clauses_of, complete_years, days_of
from hrworkbook.plan.dates.date_tokens import Token, is_misspelt_month, tokenise


@dataclass(frozen=True, slots=True)
class DateSpan:
    """The days from start to end, both counted; None where the text leaves that side open."""

    start: date | None
    end: date | None
    label: str = ""
    """Whom or what it is for, as written beside it: `CEC`, `Schools/academies`."""

    def months(self) -> tuple[date, ...]:
        """Return the first day of every month it touches; an open span is only in the month it names."""
        first, last = self.start or self.end, self.end or self.start
        if first is None or last is None:
            return ()
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        return tuple(date(first.year + m // 12, m % 12 + 1, 1) for m in range(first.month - 1, first.month - 1 + count))


@dataclass(frozen=True, slots=True)
class Timescale:
    """What a timescale says."""

    text: str
    """As written."""
    spans: tuple[DateSpan, ...] = ()
    """In the order written."""
    ongoing: bool = False
    undetermined: bool = False
    unread_pieces: tuple[str, ...] = ()
    """What could not be read, or not exactly, as written."""
    reasons: tuple[DateFault, ...] = ()
    """Why, one for each piece."""
    note: str = ""
    """Other words beside `Ongoing` and the like."""

    @property
    def unread_text(self) -> str:
        """The unread pieces as one text."""
        return " … ".join(self.unread_pieces)

    @property
    def due(self) -> date | None:
        """The last day named; None where the text names no end."""
        return max((span.end for span in self.spans if span.end), default=None)

    def next_due(self, on: date) -> date | None:
        """Return the first end on or after a day; None when all have passed."""
        return min((span.end for span in self.spans if span.end and span.end >= on), default=None)

    def months(self) -> tuple[date, ...]:
        """Return the first day of every month any span touches, in order."""
        return tuple(sorted({month for span in self.spans for month in span.months()}))

    def overdue(self, on: date) -> bool:
        """Return whether the last end has passed; never while it is ongoing or an unread piece may name a later day."""
        hidden = any(reason != DateFault.INEXACT for reason in self.reasons)
        return self.due is not None and self.due < on and not self.ongoing and not hidden


@dataclass(frozen=True, slots=True)
class Milestone:
    """A date found in prose; span None where it is ongoing or cannot be read."""

    span: DateSpan | None
    phrase: str
    """The date as written: `24 September`."""
    position: int
    """Where the phrase begins in the text, from 0."""
    description: str = ""
    """The words it dates, as written."""
    ongoing: bool = False
    reason: DateFault | None = None
    """Why there is no span, or why it is not exact."""


@lru_cache(maxsize=8192)
def read_timescale(text: str, on: date | None = None, period: Period | None = None) -> Timescale:
    """Return what a timescale says, read from its text; never raises.

    `period`, or else `on`, gives the year where the text gives none and only one year fits: the one in which the date
    meets the period, or lies within three months of `on`.
    """
    items = parse_points(tokenise(text))
    clauses, rest = clauses_of(items)
    complete_years(clauses, on, period)
    kinds = {item.kind for item in rest}
    spans: list[tuple[DateSpan, Clause]] = []
    unread: list[tuple[int, int, DateFault]] = []
    for clause in clauses:
        span, reason = _span_of(clause)
        if span:
            spans.append((span, clause))
        if reason:
            unread.append((clause.start, clause.end, reason))
    ongoing = any(item.kind in ("ongoing", "onwards") and "to " not in item.text for item in rest) or any(
        clause.onwards for _, clause in spans
    )
    says_something = bool(spans) or not kinds.isdisjoint({"undetermined", "none"}) or ongoing
    words: list[tuple[int, int]] = []
    for start, end, is_time in _unread_runs(items, rest, text):
        if is_time or not says_something:
            unread.append((start, end, DateFault.NOT_A_DATE))
        else:
            words.append((start, end))
    if not says_something and len(unread) > 1 and all(reason == DateFault.NOT_A_DATE for _, _, reason in unread):
        unread = [(unread[0][0], unread[-1][1], DateFault.NOT_A_DATE)]
    if not says_something and not unread and any(c.isalnum() for c in text):
        unread = [(len(text) - len(text.lstrip()), len(text.rstrip()), DateFault.NOT_A_DATE)]
    labels, note = _labels(spans, words, text)
    unread.sort()
    return Timescale(
        text=text,
        spans=tuple(replace(span, label=label) for (span, _), label in zip(spans, labels, strict=True)),
        ongoing=ongoing,
        undetermined="undetermined" in kinds,
        unread_pieces=tuple(text[start:end] for start, end, _ in unread),
        reasons=tuple(reason for _, _, reason in unread),
        note=note,
    )


def _span_of(clause: Clause) -> tuple[DateSpan | None, DateFault | None]:
    """Return the clause's days and, where there are none or they are not exact, why."""
    reasons = [point.reason for point in clause.points if point.reason]
    hard = [reason for reason in reasons if reason != DateFault.INEXACT]
    found = [days_of(point) for point in clause.points]
    if hard or None in found:
        return None, (hard or reasons or [DateFault.NO_YEAR])[0]
    reason = reasons[0] if reasons else DateFault.INEXACT if "rough" in clause.edge_words else None
    edged = [_apply_edge(*days, edge) for days, edge in zip(found, clause.edge_words, strict=True) if days]
    (low, high), before = edged[0], clause.qualifiers
    if len(edged) == 2 and clause.dashed and {p.unit for p in clause.points} == {"year"}:
        return None, DateFault.TWO_WAYS
    if len(edged) == 2:
        high = edged[1][1]
        return (None, DateFault.BACKWARDS) if high < low else (DateSpan(low, high), reason)
    if clause.onwards or before & {"from", "not before"}:
        return DateSpan(low, None), reason
    if "after" in before:
        return DateSpan(high + timedelta(1), None), reason
    if "before" in before:
        return DateSpan(None, low - timedelta(1)), reason
    return DateSpan(None if before & {"by", "until", "to"} else low, high), reason


def _apply_edge(low: date, high: date, edge: str) -> Period:
    if edge == "end":
        return high, high
    if edge == "start":
        return low, low
    if edge == "week commencing":
        return low, low + timedelta(6)
    return (high - timedelta(6), high) if edge == "week ending" else (low, high)


_IGNORED_KINDS = {",", "/", "-", "'", ".", ":", "sign", "and", "of", "weekday", "time", "to", "onwards"} | LINKS
_FLAG_KINDS = {"ongoing", "undetermined", "none"}


def _unread_runs(items: Items, rest: list[Token], text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield the runs of tokens no clause took: start, end, and whether they speak of time that was not understood."""
    run: list[Token] = []
    unused = {id(token) for token in rest}
    for item in [*items, None]:
        is_mine = isinstance(item, Token) and id(item) in unused and item.kind not in _FLAG_KINDS
        breaks = isinstance(item, Token) and run and (item.new_line or item.text == ";")
        if run and (not is_mine or breaks):
            yield from _trim_run(run, text)
            run = []
        if is_mine and isinstance(item, Token) and item.text != ";":
            run.append(item)


def _trim_run(run: list[Token], text: str) -> Iterator[tuple[int, int, bool]]:
    run = [t for t in run if t.text not in ("(", ")")] if run[0].text == ")" or run[-1].text == "(" else run
    while run and run[0].kind in _IGNORED_KINDS and run[0].text not in ("(",):
        run = run[1:]
    while run and run[-1].kind in _IGNORED_KINDS and run[-1].text not in (")",):
        run = run[:-1]
    if run and any(t.kind not in _IGNORED_KINDS or t.text.isalnum() for t in run):
        yield run[0].start, run[-1].end, _speaks_of_time(run)


def _speaks_of_time(run: list[Token]) -> bool:
    kinds = [token.kind for token in run]
    if not {"vague", "season", "q", "h", "fy", "month", "y"}.isdisjoint(kinds):
        return True
    if any(is_misspelt_month(token.text) for token in run if token.kind == "word"):
        return True
    numbers = {"n", "nth", "y", "number"}
    if all(kind in numbers or kind in _IGNORED_KINDS for kind in kinds) and not numbers.isdisjoint(kinds):
        return True
    return any({a, b} & {"unit", "financial", "quarter"} and {a, b} & {"n", "number"} for a, b in pairwise(kinds))


def _labels(spans: list[tuple[DateSpan, Clause]], words: list[tuple[int, int]], text: str) -> tuple[list[str], str]:
    """Each span's label and what belongs to none: words go to the date before them, or after where the text begins so."""
    labels: list[list[str]] = [[] for _ in spans]
    if not spans:
        return [], " ".join(_strip_joining_words(text[start:end]) for start, end in words)
    ends = [clause.end for _, clause in spans]
    leads = bool(words) and words[0][0] < spans[0][1].start and words[-1][0] < ends[-1]
    for start, end in words:
        before = bisect_right(ends, start) - 1
        owner = before
        if before < 0 or (leads and before + 1 < len(spans)):
            bracketed = before >= 0 and text[ends[before] : start + 1].strip()[:1] == "("
            owner = before if bracketed else before + 1
        labels[owner].append(_strip_joining_words(text[start:end]))
    return [" ".join(filter(None, parts)) for parts in labels], ""


def _strip_joining_words(words: str) -> str:
    words = words.strip(" \t\r\n\u00a0:;,-–—")
    if words[:1] == "(" and words[-1:] == ")" and words.count("(") == 1:
        return words[1:-1].strip()
    return words if words.count("(") == words.count(")") else " ".join(re.sub(r"[()]", " ", words).split())


def dates_in(text: str, period: Period | None = None, on: date | None = None) -> list[Milestone]:
    """Return the dates named in prose, in order; a bare year or number is not taken for one."""
    items = parse_points(tokenise(text), prose=True)
    clauses, rest = clauses_of([item for item in items if not _is_no_milestone(item, text)])
    clauses = [
        c for c in clauses if c.points[0].unit not in ("year", "financial year") or len(c.points) == 2 or c.qualifiers
    ]
    complete_years(clauses, on, period)
    found: list[Milestone] = []
    for clause in clauses:
        span, reason = _span_of(clause)
        found.append(Milestone(span, text[clause.start : clause.end], clause.start, "", clause.onwards, reason))
    found += [Milestone(None, text[t.start : t.end], t.start, "", True) for t in rest if t.text in _ONGOING_IN_PROSE]
    found.sort(key=lambda milestone: milestone.position)
    return [
        replace(m, description=_describe_milestone(text, m, found[k - 1] if k else None)) for k, m in enumerate(found)
    ]


_ONGOING_IN_PROSE = {"ongoing", "on-going", "on going", "continuous"}


def _is_no_milestone(item: Token | DatePoint, text: str) -> bool:
    return isinstance(item, DatePoint) and item.unit == "month" and item.year is None and not text[item.start].isupper()


def _describe_milestone(text: str, milestone: Milestone, before: Milestone | None) -> str:
    """Return the words between the end of the sentence or date before and the date; else the rest of its sentence."""
    start = before.position + len(before.phrase) if before else 0
    lead = text[start : milestone.position]
    cut = max(lead.rfind(stop) for stop in (". ", "; ", "! ", "? ", "\n", ".\u00a0")) + 1
    lead = lead[cut:].strip(" \t\r\n\u00a0.;:,()-–—")
    if len(lead.split()) > 1:
        return lead
    tail = text[milestone.position + len(milestone.phrase) :]
    stops = [at for stop in (". ", "; ", "\n") if (at := tail.find(stop)) >= 0]
    return tail[: min(stops, default=len(tail))].strip(" \t\r\n\u00a0.;:,()-–—") or lead
