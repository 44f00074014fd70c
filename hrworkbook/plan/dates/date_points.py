"""The shapes of dates: tokens → points in time.

`_COMPOUNDS` joins tokens such as `10 th` or `2016/17`; `_POINTS` turns runs of them into points. A point without a year
keeps `year` None; a point that cannot be read carries its reason.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from hrworkbook.plan.dates.date_tokens import Token


class DateFault(StrEnum):
    """Why a date cannot be read, or not exactly; the value is what is said of it."""

    NO_YEAR = "it has no year"
    IMPOSSIBLE = "there is no such date"
    TWO_WAYS = "it can be read in two ways"
    INEXACT = "it is not exact"
    SEASON = "a season is not a date"
    BACKWARDS = "it ends before it begins"
    NO_END = "its end is missing"
    NOT_A_DATE = "it is not a date"


@dataclass(frozen=True, slots=True)
class DatePoint:
    """A day, month, quarter, half, term, financial, academic or calendar year; `reason` where it cannot be read."""

    unit: str
    year: int | None
    number: int
    day: int
    start: int
    end: int
    reason: DateFault | None = None
    new_line: bool = False
    kind: str = "point"

    def days(self, year: int) -> tuple[date, date] | None:
        """First and last day when the point stands in this year; None where there is no such day."""
        if self.unit == "day":
            try:
                return (day := date(year, self.number, self.day)), day
            except ValueError:
                return None
        if self.unit == "term":
            first, length = _TERM_MONTHS[self.number]
        else:
            offset, step, length = _UNIT_MONTHS[self.unit]
            first = offset + step * (self.number - 1)
        return _month(year, first), _month(year, first + length) - timedelta(1)


_UNIT_MONTHS = {  # months from January of the point's year to number 1, months between numbers, months it lasts
    "month": (0, 1, 1),
    "quarter": (3, 3, 3),
    "half": (3, 6, 6),
    "financial year": (3, 0, 12),
    "academic year": (8, 0, 12),
    "year": (0, 0, 12),
}
_TERM_MONTHS = {1: (0, 4), 2: (3, 4), 3: (8, 4)}  # spring, summer, autumn: months that hold the term of any council


def _month(year: int, offset: int) -> date:
    return date(year + offset // 12, offset % 12 + 1, 1)


# Shapes. A role stands for a token: d, M and yy are numbers of one or two digits (yy of two), y a year, m a month's
# name; / - . are signs without spaces, ~ is any slash or dash. `of`, `the` and a comma before a year are skipped.
_COMPOUNDS = """
    nth: d st
    fy: financial y ~ y2; financial y ~ yy; financial yy ~ yy2; y ~ y2; y ~ yy; yy / yy2; yy - yy2
    fy: y ~ y2 financial; y ~ yy financial; yy / yy2 financial
    q: quarter d; d st quarter; ordinal quarter
    h: half d; d st half; ordinal half
    term: season T
    time: d : d : d; d : d
"""
_POINTS = """
    day: d / M / y; d . M . y; d - M - y; d / M / yy; d . M . yy; d - M - yy; y - M - d; y / M / d; y . M . d
    day: d - m - y; d / m / y; d . m . y; d - m - yy; d / m / yy; d . m . yy
    day: d m y; nth m y; d m fy; nth m fy; d m ' yy; nth m ' yy; d m yy; nth m yy; d m - y; d - m y; d m / y
    day: m nth y; m d y; m nth; d m; nth m; d - m
    month: m y; m fy; fy m; m - y; m / y; m . y; m ' yy; m - yy; m / yy; m . yy; m yy; M / y; M - y; y - M; y / M; y m; m
    two: d / M
    quarter: q fy; fy q; q y; y q; q
    half: h fy; fy h; h y; y h
    term: term fy; fy term; term y; y term; term; season y T; season fy T
    season: season y; season fy; season yy; season
    academic year: academic fy; fy academic
    financial year: fy; financial y; financial
    year: calendar y; y
"""
_TOKEN_KINDS = {"T": "term word", "d": "n", "M": "n", "yy": "n", "yy2": "n", "y2": "y", "m": "month"}
_MAX_NUMBERS = {"q": 4, "h": 2}


def _shapes(table: str) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    shapes: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for line in table.strip().splitlines():
        unit, _, rows = line.strip().partition(": ")
        for row in rows.split("; "):
            roles = tuple(row.split())
            shapes.setdefault(_TOKEN_KINDS.get(roles[0], roles[0]), []).append((unit, roles))
    for rows_of_kind in shapes.values():
        rows_of_kind.sort(key=lambda shape: -len(shape[1]))
    return shapes


_COMPOUND_SHAPES, _POINT_SHAPES = _shapes(_COMPOUNDS), _shapes(_POINTS)
_Matched = tuple[dict[str, Token], int]


def _match(tokens: list[Token], i: int, roles: tuple[str, ...]) -> _Matched | None:
    got: dict[str, Token] = {}
    for role in roles:
        while got and i < len(tokens) and (
            tokens[i].kind == "of" and (tokens[i].text[:2] in ("of", "th") or role in ("y", "fy"))
            or (tokens[i].kind == "," and role in ("y", "fy") and roles[0] != "y")
        ):  # fmt: skip
            i += 1
        if i == len(tokens):
            return None
        token = tokens[i]
        if role == "~":
            fits = token.kind in ("/", "-")
        elif role in ("/", "-", ".", ":"):
            fits = token.kind == role and token.tight
        else:
            fits = token.kind == _TOKEN_KINDS.get(role, role) and (role[:2] != "yy" or token.end - token.start == 2)
        if not fits:
            return None
        got[role] = token
        i += 1
    return got, i


def _join_compound(kind: str, got: dict[str, Token], tokens: list[Token], i: int, j: int) -> Token | None:
    """Return the tokens from i to j as one, or None where they only look so."""
    after = tokens[j].kind if j < len(tokens) else ""
    value = 0
    if kind in ("nth", "q", "h"):
        number = got.get("d") or got["ordinal"]
        value = number.value
        if not 1 <= value <= _MAX_NUMBERS.get(kind, 31):
            return None
    elif kind == "fy":
        first, second = got.get("y") or got["yy"], got.get("y2") or got.get("yy2") or got["yy"]
        value = first.value if first.kind == "y" else century(first.value)
        next_year = second.value if second.kind == "y" else value // 100 * 100 + second.value
        is_bare_pair = first.kind == "n" and "financial" not in got
        dashed = got.get("~", got.get("-", first)).kind == "-"
        if next_year != value + 1 and not (value % 100 == 99 and next_year % 100 == 0):
            return None
        is_whole_date = (
            after in ("-", "/", ".") and tokens[j].tight and tokens[j + 1 : j + 2] and tokens[j + 1].kind == "n"
        )
        if is_whole_date or (is_bare_pair and (first.value < 13 or after in ("/", "."))):
            return None
        if after in ("month", "st") and (dashed or is_bare_pair):
            return None
    elif kind == "term":
        value = got["season"].value
        if not 1 <= value <= 3:
            return None
    last = tokens[j - 1]
    return Token(kind, value, tokens[i].start, last.end, "", True, tokens[i].new_line)


def century(two_digits: int) -> int:
    """Return the year a two-digit year means: 00–68 are 2000–2068 (the POSIX rule)."""
    return 2000 + two_digits if two_digits < 69 else 1900 + two_digits


def parse_points(tokens: list[Token], prose: bool = False) -> list[Token | DatePoint]:
    """Return the tokens with every date among them made a point; in prose a number or word needs more to count as a date."""
    joined: list[Token] = []
    i = 0
    while i < len(tokens):
        for kind, roles in _COMPOUND_SHAPES.get(tokens[i].kind, ()):
            found = _match(tokens, i, roles)
            token = found and _join_compound(kind, found[0], tokens, i, found[1])
            if found and token:
                joined.append(token)
                i = found[1]
                break
        else:
            joined.append(tokens[i])
            i += 1
    return _share_months(_match_points(joined, prose))


def _match_points(tokens: list[Token], prose: bool) -> list[Token | DatePoint]:
    out: list[Token | DatePoint] = []
    i = 0
    while i < len(tokens):
        for unit, roles in _POINT_SHAPES.get(tokens[i].kind, ()):
            found = _match(tokens, i, roles)
            point = found and _make_point(unit, roles, found[0], tokens, i, found[1], prose)
            if found and point:
                out.append(point)
                i = found[1]
                break
        else:
            out.append(tokens[i])
            i += 1
    return out


def _make_point(
    unit: str, roles: tuple[str, ...], got: dict[str, Token], tokens: list[Token], i: int, j: int, prose: bool
) -> DatePoint | None:
    """Return the tokens from i to j as a point, or None where something around them says otherwise."""
    before = tokens[i - 1] if i else None
    after = tokens[j].kind if j < len(tokens) else ""
    if before and before.kind in ("counted", "unit") and roles[0] == "d" and "y" not in roles[1:2]:
        return None
    if after in ("month", "st") and (roles[-1] in ("yy", "M", "m") and len(roles) > 1 and roles[-1] != "m"):
        return None
    if roles in (("y", "m"), ("fy", "m")) and after in ("y", "fy", "n", "'"):
        return None
    if roles == ("m", "yy") and got["yy"].value < 13:
        return None
    if roles == ("m",) and not _is_month_alone(got["m"], before, tokens, j):
        return None
    if roles == ("y",) and before and before.kind in ("word", "month", "counted", "unit") and not tokens[i].new_line:
        return None  # `Septmber 2016`, `Vision 2020`
    start, end = tokens[i].start, tokens[j - 1].end
    point = DatePoint(unit, None, 1, 0, start, end, new_line=tokens[i].new_line)
    if unit == "two":
        return None if prose else _read_two_numbers(point, got["d"], got["M"])
    if unit == "season":
        return replace(point, reason=DateFault.SEASON)
    if unit == "financial year" and "fy" not in got:
        is_year_word = "year" in got["financial"].text.split()[:1]
        return None if is_year_word else replace(point, reason=DateFault.TWO_WAYS if "y" in got else None)
    return _with_date(unit, point, got)


def _with_date(unit: str, point: DatePoint, got: dict[str, Token]) -> DatePoint | None:
    """Return the point with its day, number and year."""
    number = 1
    for role in ("m", "M", "q", "h", "term", "season"):
        if role in got:
            number = got[role].value
    day = (got.get("d") or got.get("nth") or Token("", 0, 0, 0)).value
    year: int | None = None
    if "y" in got:
        year = got["y"].value
    elif "yy" in got:
        year = century(got["yy"].value)
    elif "fy" in got:
        year = got["fy"].value
        in_new_year = unit in ("day", "month") and number < 4 or unit == "term" and number < 3
        year += 1 if in_new_year else 0
    if unit == "term":
        is_term = number <= 3
        return replace(
            point,
            unit=unit if is_term else "season",
            year=year,
            number=number,
            reason=DateFault.INEXACT if is_term else DateFault.SEASON,
        )
    if unit in ("quarter", "half") and "y" in got:
        return replace(point, unit=unit, reason=DateFault.TWO_WAYS)
    possible = 1 <= number <= 12 if unit != "day" else _is_possible_date(year, number, day)
    if not possible and "M" in got and unit == "month":
        return None
    return replace(
        point, unit=unit, year=year, number=number, day=day, reason=None if possible else DateFault.IMPOSSIBLE
    )


def _is_possible_date(year: int | None, month: int, day: int) -> bool:
    try:
        date(year or 2000, month, day)
    except ValueError:
        return False
    return True


def _read_two_numbers(point: DatePoint, first: Token, second: Token) -> DatePoint | None:
    """`31/03`, `03/17`: a day and month, a month and year, or both and therefore neither."""
    a, b, is_pair = first.value, second.value, second.end - second.start == 2
    readings = []
    if _is_possible_date(None, b, a):
        readings.append(replace(point, unit="day", number=b, day=a))
    if 1 <= a <= 12 and is_pair:
        readings.append(replace(point, unit="month", number=a, year=century(b)))
    if len(readings) == 1:
        return readings[0]
    return replace(point, reason=DateFault.TWO_WAYS if readings else DateFault.IMPOSSIBLE)


def _is_month_alone(month: Token, before: Token | None, tokens: list[Token], j: int) -> bool:
    """Return whether a bare `may` or `march` is a month: not the verb beside other words."""
    return month.text not in ("may", "mar") or not (
        (before and before.kind == "word") or (j < len(tokens) and tokens[j].kind == "word")
    )


def _share_months(items: list[Token | DatePoint]) -> list[Token | DatePoint]:
    """Return the items with `12, 13 and 14 March` made three days."""
    for i in range(len(items) - 3, -1, -1):
        day, link, point = items[i], items[i + 1], items[i + 2]
        before = items[i - 1].kind if i else ""
        if (
            isinstance(day, Token) and day.kind in ("n", "nth") and before not in ("counted", "unit")
            and link.kind in ("-", "to", "until", "and", ",", "/")
            and isinstance(point, DatePoint) and point.unit == "day" and not point.reason and 1 <= day.value <= point.day
        ):  # fmt: skip
            items[i] = replace(point, day=day.value, start=day.start, end=day.end, new_line=day.new_line)
    return items
