"""Points gathered into clauses (`by end of March`, `Aug - Mar 2017`), and the years they leave out."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from hrworkbook.plan.dates.date_points import DateFault, DatePoint
from hrworkbook.plan.dates.date_tokens import Token

_NEAR_ENOUGH = timedelta(92)
Period = tuple[date, date]


@dataclass(slots=True)
class Clause:
    """One point or range with the words that belong to its reading."""

    points: list[DatePoint]
    start: int
    end: int
    qualifiers: set[str]
    edge_words: list[str] = field(default_factory=list)
    """For each point: '', 'end', 'start', 'rough', 'week commencing' or 'week ending'."""
    onwards: bool = False
    dashed: bool = False
    linked: bool = False
    """Whether only a comma, slash or `and` parts it from the one before."""


_QUALIFIERS = {"by", "until", "to", "before", "after", "not before", "from", "between"}
_MAX_QUALIFIERS = 8
_EDGE_WORDS = {"end", "start", "rough", "week commencing", "week ending"}
_RANGES = {"-", "to", "until"}
LINKS = {",", "/", "and"}
Items = list[Token | DatePoint]


def clauses_of(items: Items) -> tuple[list[Clause], list[Token]]:
    """Return the points gathered into clauses, and the tokens that belong to none."""
    clauses: list[Clause] = []
    rest: list[Token] = []
    i, last = 0, -1
    while i < len(items):
        clause, j = _clause(items, i)
        if clause is None:
            item = items[i]
            assert isinstance(item, Token)
            rest.append(item)
            i += 1
            continue
        link = items[last + 1 : i]
        clause.linked = bool(clauses) and len(link) == 1 and link[0].kind in LINKS
        clauses.append(clause)
        i, last = j, j - 1
    return clauses, rest


def _qualified_point(items: Items, first: int, edges_only: bool = False) -> tuple[set[str], str, DatePoint, int] | None:
    """Return the words before a point, its edge, the point, and where it ends; None where no point follows."""
    before: set[str] = set()
    edge = ""
    for i in range(first, min(len(items), first + _MAX_QUALIFIERS)):
        item = items[i]
        if isinstance(item, DatePoint):
            following = items[i + 1].kind if i + 1 < len(items) else ""
            is_suffix = following == "end" and not (i + 2 < len(items) and isinstance(items[i + 2], DatePoint))
            return before, edge or ("end" if is_suffix else ""), item, i + 1 + is_suffix
        next_kind = items[i + 1].kind if i + 1 < len(items) else ""
        if item.kind in _EDGE_WORDS:
            edge = edge if edge == "rough" else item.kind
        elif (
            item.kind == "weekday"
            or (item.kind == "-" and edge == "rough")
            or (item.kind in _QUALIFIERS and not edges_only)
        ):
            before.add(item.kind)
        elif not (item.kind == "of" or (item.kind in (",", ".") and before & {"weekday"} and next_kind == "point")):
            return None
    return None


def _clause(items: Items, i: int) -> tuple[Clause | None, int]:
    first = _qualified_point(items, i)
    if first is None:
        return None, i
    before, edge, point, j = first
    start = next(item.start for item in items[i:] if item.kind != "of")
    clause = Clause([point], start, items[j - 1].end, before, [edge])
    while j < len(items) and items[j].kind == "time":
        j += 1
    if j < len(items) and (items[j].kind in _RANGES or ("between" in before and items[j].kind == "and")):
        following = items[j + 1].kind if j + 1 < len(items) else ""
        second = _qualified_point(items, j + 1, edges_only=True)
        if second:
            clause.dashed = items[j].kind == "-"
            _, edge, point, j = second
            clause.points.append(point)
            clause.edge_words.append(edge)
        elif following in ("ongoing", "onwards"):
            clause.onwards = True
            j += 2
        elif j + 1 == len(items):
            clause.points.append(replace(point, year=None, reason=DateFault.NO_END, end=items[j].end))
            clause.edge_words.append("")
            j += 1
    if j < len(items) and items[j].kind == "onwards":
        clause.onwards = True
        j += 1
    while j < len(items) and items[j].kind == "time":
        j += 1
    if len(clause.points) == 1 and "from" in before:
        clause.onwards = True
    clause.end = items[j - 1].end
    return clause, j


def days_of(point: DatePoint, year: int | None = None) -> Period | None:
    """Return the days a point covers, in its own year or the one given; None where there is no year."""
    found = year or point.year
    return point.days(found) if found else None


def complete_years(clauses: list[Clause], on: date | None, period: Period | None) -> None:
    """Give points their year from the other end of a range, from the list they stand in, or from the context."""
    for clause in clauses:
        _complete_range(clause.points)
    for earlier, later in [*reversed(list(pairwise(clauses))), *pairwise(clauses)]:
        if later.linked:
            _complete_list(earlier.points, later.points)
    for clause in clauses:
        yearless = [
            p for p in clause.points if p.year is None and p.unit != "season" and p.reason in (None, DateFault.INEXACT)
        ]
        if len(yearless) == len(clause.points):
            _complete_from_context(clause.points, on, period)
        elif yearless and len(clause.points) == 2:
            clause.points[:] = [replace(p, reason=DateFault.NO_YEAR) if p in yearless else p for p in clause.points]


def _complete_range(points: list[DatePoint]) -> None:
    """In a range whose other end has a year the missing one is the nearest in time order."""
    if len(points) != 2 or any(p.unit == "season" or p.reason not in (None, DateFault.INEXACT) for p in points):
        return
    first, last = points
    if first.year is None and last.year is not None and (bound := days_of(last)):
        fitting = [
            y for y in (last.year + 1, last.year, last.year - 1) if (d := days_of(first, y)) and d[0] <= bound[0]
        ]
        if fitting:
            points[0] = replace(first, year=fitting[0])
    elif last.year is None and first.year is not None and (bound := days_of(first)):
        fitting = [
            y for y in (first.year - 1, first.year, first.year + 1) if (d := days_of(last, y)) and d[1] >= bound[1]
        ]
        if fitting:
            points[1] = replace(last, year=fitting[0])


def _complete_list(left: list[DatePoint], right: list[DatePoint]) -> None:
    """`Oct and Nov 2016`: the same year, where the list then stands in time order."""
    first, second = left[-1], right[0]
    if first.unit != second.unit or first.unit not in ("day", "month", "quarter") or first.reason or second.reason:
        return
    year = first.year or second.year
    if year is None or (first.year and second.year):
        return
    before, after = days_of(first, year), days_of(second, year)
    if before and after and before < after:
        left[-1], right[0] = replace(first, year=year), replace(second, year=year)
        _complete_range(left)
        _complete_range(right)


def _complete_from_context(points: list[DatePoint], on: date | None, period: Period | None) -> None:
    """Give the point or range the only year in which it meets the period, or lies near the day; else it has none."""
    fitting: list[list[DatePoint]] = []
    if period:
        low, high = period
    elif on and points[0].unit not in ("financial year", "academic year"):
        low, high = on - min(_NEAR_ENOUGH, on - date.min), on + min(_NEAR_ENOUGH, date.max - on)
    else:
        low, high = date.max, date.min
    for year in range(max(low.year - 1, 2), min(high.year + 1, 9990)) if high.year - low.year <= 5 else ():
        dated = [replace(points[0], year=year), *points[1:]]
        _complete_range(dated)
        days = [days_of(point) for point in dated]
        if days[0] and days[-1] and days[0][0] <= high and days[-1][1] >= low:
            fitting.append(dated)
    points[:] = fitting[0] if len(fitting) == 1 else [replace(point, reason=DateFault.NO_YEAR) for point in points]
