"""The words and shapes of dates as councils write them: text → tokens → points in time.

Everything a timescale may say stands in the tables below: `_PHRASES` turns words into kinds of token, `_SHAPES` turns
runs of tokens into points. A point without a year keeps `year` None; a point that cannot be read carries its reason.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from hrworkbook.lookalikes import twin

NO_YEAR = "it has no year"
IMPOSSIBLE = "there is no such date"
TWO_WAYS = "it can be read in two ways"
INEXACT = "it is not exact"
BACKWARDS = "it ends before it begins"
NO_END = "its end is missing"
NOT_A_DATE = "it is not a date"

_MONTHS = (
    "jan january", "feb febr february", "mar march", "apr april", "may", "jun june",
    "jul july", "aug august", "sep sept september", "oct october", "nov november", "dec december",
)  # fmt: skip

_PHRASES: dict[str, str] = {
    "-": "-;‑-;--;â€“;â€”",
    "to": "to;through;through to;thru;up to;and up to;right through to;→;>",
    "until": "until;till;til;up until",
    "by": "by;no later than;not later than;on or before;due by;to be completed by;complete by;completed by;latest by",
    "before": "before;prior to;in advance of",
    "after": "after;post;following on from",
    "not before": "not before;no earlier than;not earlier than",
    "from": "from;since;starting;starting in;starting from;starts;commencing;commencing in;commences;wef;w.e.f.;w.e.f;"
    "with effect from;effective from;as from;as of;beginning in;start;begins",
    "onwards": "onwards;onward;and onwards;and ongoing;onwards and ongoing;& ongoing;to date;to present;and beyond",
    "between": "between",
    "end": "end;end of;end of the;the end of;ends;ending;year end;year-end;close of;last day of;eo;eom",
    "start": "start of;the start of;beginning of;the beginning of;first day of;begining of",
    "rough": "mid;mid-;middle of;the middle of;early;early-;early in;late;late-;late in;circa;around;about;approx;"
    "approx.;approximately;roughly;first week of;first week in;second week of;third week of;last week of;"
    "last week in;1st week of;latter part of;latter half of;early to mid;mid to late;mid/late;early/mid;mid-late;"
    "beginning/mid;early or mid;some time in;sometime in",
    "week commencing": "w/c;wc;week commencing;week beginning;w/b;w / c",
    "week ending": "w/e;week ending;w / e",
    "of": "of;the;of the;month of;the month of;during;throughout;within;in;in the;on;on the;for;at;over;for the;at the latest;latest",
    "and": "and;&;or;then;and/or;+;plus",
    "st": "st;nd;rd;th",
    "quarter": "q;qtr;qtr.;quarter;quarters;qrtr",
    "half": "h;half;half year;half-year",
    "financial": "fy;f/y;f.y.;financial year;fin year;fin. year;fiscal year;financial years;year",
    "academic": "academic year;school year;a/y",
    "calendar": "calendar year",
    "term word": "term;school term;terms",
    "season": "easter;christmas;xmas;new year;the new year;municipal year;council year",
    "ongoing": "ongoing;on-going;on going;continuous;continuously;continuing;continues;continual;continually;rolling;"
    "rolling programme;permanent;business as usual;bau;annual;annually;every year;each year;quarterly;"
    "every quarter;each quarter;monthly;every month;each month;weekly;daily;termly;bi-annually;six monthly;"
    "six-monthly;regularly;as required;as needed;as and when;as and when required;as and when needed;when required",
    "undetermined": "to be determined;to be confirmed;to be agreed;to be decided;to be advised;to be set;to be arranged;"
    "to be announced;to be scheduled;to be established;to be identified;to follow;tbc;tbd;tba;t.b.c.;t.b.c;t.b.d.;"
    "t.b.d;t.b.a.;t.b.a;not yet known;not known;unknown;not yet determined;not yet agreed;not yet set;"
    "not yet confirmed;not determined;undetermined;being determined;currently being determined;"
    "awaiting confirmation;subject to confirmation;to be re-scheduled;to be rescheduled;date to be confirmed;"
    "date to be agreed;dates to be confirmed;date tbc;dates tbc;date to be set;pending;tbc;?;??;???",
    "none": "n/a;n / a;na;n.a.;n.a;not applicable;none;no date",
    "counted": "phase;phases;stage;stages;part;parts;wave;cohort;tranche;step;round;group;block;tier;level;option;"
    "version;v;action;item;priority;section;no;number;milestone;appendix;paragraph;ks;grade;band;lot;strand",
    "unit": "month;months;week;weeks;wk;wks;day;days;years;yr;yrs;fortnight;period",
    "vague": "asap;a.s.a.p.;as soon as possible;immediate;immediately;soon;shortly;short term;medium term;long term;"
    "short-term;medium-term;long-term;next year;this year;last year;next month;this month;next quarter;"
    "this quarter;in due course;later",
}  # fmt: skip
_VALUED: dict[str, tuple[str, ...]] = {
    "month": _MONTHS,
    "ordinal": ("first", "second", "third", "fourth final last"),
    "season": ("spring", "summer", "autumn", "winter"),
    "weekday": (
        "monday mon", "tuesday tue tues", "wednesday wed weds", "thursday thu thur thurs", "friday fri", "saturday sat",
        "sunday sun",
    ),
}  # fmt: skip

_SIGNS = {"/": "/", ".": ".", ",": ",", "'": "'", ":": ":"}
_PIECE = re.compile(r"[0-9]+|[^\W\d_]+|\n|\S")


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or sign of the text, with the kind the tables give it."""

    kind: str
    value: int
    start: int
    end: int
    text: str = ""
    """The token as read: lower case, twins and dashes folded."""
    tight: bool = True
    """A sign with no space on either side."""
    new_line: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A day, month, quarter, half, term, financial, academic or calendar year; `reason` where it cannot be read."""

    unit: str
    year: int | None
    number: int
    day: int
    start: int
    end: int
    reason: str = ""
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
            first, length = _TERMS[self.number]
        else:
            offset, step, length = _UNITS[self.unit]
            first = offset + step * (self.number - 1)
        return _month(year, first), _month(year, first + length) - timedelta(1)


_UNITS = {  # months from January of the point's year to number 1, months between numbers, months it lasts
    "month": (0, 1, 1),
    "quarter": (3, 3, 3),
    "half": (3, 6, 6),
    "financial year": (3, 0, 12),
    "academic year": (8, 0, 12),
    "year": (0, 0, 12),
}
_TERMS = {1: (0, 4), 2: (3, 4), 3: (8, 4)}  # spring, summer, autumn: months that hold the term of any council


def _month(year: int, offset: int) -> date:
    return date(year + offset // 12, offset % 12 + 1, 1)


@lru_cache(maxsize=4096)
def _fold_one(character: str) -> str:
    if character in "\r\x0b\x0c\u2028\u2029\x85":
        return "\n"
    if character.isspace() or unicodedata.category(character) == "Cf":
        return " "
    if unicodedata.category(character) == "Pd" or character in "−⁃˗\x96\x97":
        return "-"
    if character in "‘’`´ʼ":
        return "'"
    if character in "⁄∕":
        return "/"
    wide = unicodedata.normalize("NFKC", character)
    folded = twin(character) or (wide if len(wide) == 1 and unicodedata.category(character) != "No" else character)
    return low if len(low := folded.lower()) == 1 else character


def fold(text: str) -> str:
    """The text in lower case with dashes, spaces, quotes and twins made plain; every character keeps its position."""
    return "".join("\n" if c == "\n" else _fold_one(c) for c in text)


def _pieces(folded: str) -> list[tuple[str, int, int]]:
    return [(m[0], m.start(), m.end()) for m in _PIECE.finditer(folded)]


def _index() -> dict[str, list[tuple[tuple[str, ...], str, int]]]:
    index: dict[str, list[tuple[tuple[str, ...], str, int]]] = {}
    rows = [(kind, phrase, 0) for kind, phrases in _PHRASES.items() for phrase in phrases.split(";")]
    rows += [(kind, w, i) for kind, ws in _VALUED.items() for i, names in enumerate(ws, 1) for w in names.split()]
    for kind, phrase, value in rows:
        words = tuple(text for text, _, _ in _pieces(fold(phrase)))
        index.setdefault(words[0], []).append((words, kind, value))
    for choices in index.values():
        choices.sort(key=lambda choice: -len(choice[0]))
    return index


_INDEX = _index()


def tokens_of(text: str) -> list[Token]:
    """The text as tokens; a line feed is no token but marks the one after it."""
    folded = fold(text)
    tokens: list[Token] = []
    new_line = False
    raw = _pieces(folded)
    words = [piece for piece in raw if piece[0] != "\n"]
    breaks = {piece[1] for piece in raw if piece[0] == "\n"}
    i = last = 0
    while i < len(words):
        run, kind, value = _lookup(words, i)
        if kind == "month" and len(words[i][0]) <= 4 and words[i + 1 : i + 2] == [(".", words[i][2], words[i][2] + 1)]:
            run = 2  # `Sept.`
        start, end = words[i][1], words[i + run - 1][2]
        new_line = bool(breaks) and any(position in breaks for position in range(last, start))
        tight = start == last and folded[end : end + 1].strip() != ""
        tokens.append(Token(kind, value, start, end, folded[start:end], tight, new_line))
        i, last = i + run, end
    return tokens


def _lookup(words: list[tuple[str, int, int]], i: int) -> tuple[int, str, int]:
    text = words[i][0]
    if text.isdigit() and text.isascii():
        number = int(text) if len(text) <= 4 else 0
        year = len(text) == 4 and 1900 <= number < 2200
        return 1, "n" if len(text) <= 2 else "y" if year else "number", number
    for phrase, kind, value in _INDEX.get(text, ()):
        if all(i + k < len(words) and words[i + k][0] == word for k, word in enumerate(phrase)):
            return len(phrase), kind, value
    return 1, _SIGNS.get(text, "word" if text[0].isalnum() else "sign"), 0


# Shapes. A role stands for a token: d, M and yy are numbers of one or two digits (yy of two), y a year, m a month's
# name; / - . are signs without spaces, ~ is any slash or dash. `of`, `the` and a comma before a year are skipped.
_COMPOUNDS = """
    nth: d st
    fy: financial y ~ y2; financial y ~ yy; financial yy ~ yy2; y ~ y2; y ~ yy; yy / yy2; yy - yy2
    fy: y ~ y2 financial; y ~ yy financial; yy / yy2 financial
    q: quarter d; nth quarter; ordinal quarter
    h: half d; nth half; ordinal half
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
_ROLES = {"T": "term word", "d": "n", "M": "n", "yy": "n", "yy2": "n", "y2": "y", "m": "month"}
_MOST = {"q": 4, "h": 2}


def _shapes(table: str) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    shapes: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for line in table.strip().splitlines():
        unit, _, rows = line.strip().partition(": ")
        for row in rows.split("; "):
            roles = tuple(row.split())
            shapes.setdefault(_ROLES.get(roles[0], roles[0]), []).append((unit, roles))
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
            fits = token.kind == _ROLES.get(role, role) and (role[:2] != "yy" or token.end - token.start == 2)
        if not fits:
            return None
        got[role] = token
        i += 1
    return got, i


def _compound(kind: str, got: dict[str, Token], tokens: list[Token], i: int, j: int) -> Token | None:
    """The tokens from i to j as one, or None where they only look so."""
    after = tokens[j].kind if j < len(tokens) else ""
    value = 0
    if kind in ("nth", "q", "h"):
        number = got.get("d") or got.get("nth") or got["ordinal"]
        value = number.value
        if not 1 <= value <= _MOST.get(kind, 31):
            return None
    elif kind == "fy":
        first, second = got.get("y") or got["yy"], got.get("y2") or got.get("yy2") or got["yy"]
        value = first.value if first.kind == "y" else century(first.value)
        next_year = second.value if second.kind == "y" else value // 100 * 100 + second.value
        is_bare_pair = first.kind == "n" and "financial" not in got
        dashed = got.get("~", got.get("-", first)).kind == "-"
        if next_year != value + 1 and not (value % 100 == 99 and next_year % 100 == 0):
            return None
        if is_bare_pair and (first.value < 13 or after in ("/", ".")):
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
    """The year a two-digit year means: 00–68 are 2000–2068 (the POSIX rule)."""
    return 2000 + two_digits if two_digits < 69 else 1900 + two_digits


def points_of(tokens: list[Token], prose: bool = False) -> list[Token | Point]:
    """The tokens with every date among them made a point; in prose a number or word needs more to count as a date."""
    joined: list[Token] = []
    i = 0
    while i < len(tokens):
        for kind, roles in _COMPOUND_SHAPES.get(tokens[i].kind, ()):
            found = _match(tokens, i, roles)
            token = found and _compound(kind, found[0], tokens, i, found[1])
            if found and token:
                joined.append(token)
                i = found[1]
                break
        else:
            joined.append(tokens[i])
            i += 1
    return _borrow_months(_points(joined, prose))


def _points(tokens: list[Token], prose: bool) -> list[Token | Point]:
    out: list[Token | Point] = []
    i = 0
    while i < len(tokens):
        for unit, roles in _POINT_SHAPES.get(tokens[i].kind, ()):
            found = _match(tokens, i, roles)
            point = found and _point(unit, roles, found[0], tokens, i, found[1], prose)
            if found and point:
                out.append(point)
                i = found[1]
                break
        else:
            out.append(tokens[i])
            i += 1
    return out


def _point(
    unit: str, roles: tuple[str, ...], got: dict[str, Token], tokens: list[Token], i: int, j: int, prose: bool
) -> Point | None:
    """The tokens from i to j as a point, or None where something around them says otherwise."""
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
    if roles == ("m",) and not _stands_alone(got["m"], before, tokens, j):
        return None
    start, end = tokens[i].start, tokens[j - 1].end
    point = Point(unit, None, 1, 0, start, end, new_line=tokens[i].new_line)
    if unit == "two":
        return None if prose else _two_numbers(point, got["d"], got["M"])
    if unit == "season":
        return replace(point, reason=INEXACT)
    if unit == "financial year" and "fy" not in got:
        is_year_word = "year" in got["financial"].text.split()[:1]
        return None if is_year_word else replace(point, reason=TWO_WAYS if "y" in got else NO_YEAR)
    return _dated(unit, point, got)


def _dated(unit: str, point: Point, got: dict[str, Token]) -> Point | None:
    """The point with its day, number and year."""
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
        return replace(point, unit="season" if number > 3 else unit, year=year, number=number, reason=INEXACT)
    if unit in ("quarter", "half") and "y" in got:
        return replace(point, unit=unit, reason=TWO_WAYS)
    possible = 1 <= number <= 12 if unit != "day" else _possible(year, number, day)
    if not possible and "M" in got and unit == "month":
        return None
    return replace(point, unit=unit, year=year, number=number, day=day, reason="" if possible else IMPOSSIBLE)


def _possible(year: int | None, month: int, day: int) -> bool:
    try:
        date(year or 2000, month, day)
    except ValueError:
        return False
    return True


def _two_numbers(point: Point, first: Token, second: Token) -> Point | None:
    """`31/03`, `03/17`: a day and month, a month and year, or both and therefore neither."""
    a, b, is_pair = first.value, second.value, second.end - second.start == 2
    readings = []
    if _possible(None, b, a):
        readings.append(replace(point, unit="day", number=b, day=a))
    if 1 <= a <= 12 and is_pair:
        readings.append(replace(point, unit="month", number=a, year=century(b)))
    if len(readings) == 1:
        return readings[0]
    return replace(point, reason=TWO_WAYS if readings else IMPOSSIBLE)


def _stands_alone(month: Token, before: Token | None, tokens: list[Token], j: int) -> bool:
    """Whether a bare `may` or `march` is a month: not the verb beside other words."""
    return month.text not in ("may", "mar") or not (
        (before and before.kind == "word") or (j < len(tokens) and tokens[j].kind == "word")
    )


def _borrow_months(items: list[Token | Point]) -> list[Token | Point]:
    """The items with `12, 13 and 14 March` made three days."""
    for i in range(len(items) - 3, -1, -1):
        day, link, point = items[i], items[i + 1], items[i + 2]
        before = items[i - 1].kind if i else ""
        if (
            isinstance(day, Token) and day.kind in ("n", "nth") and before not in ("counted", "unit")
            and link.kind in ("-", "to", "until", "and", ",", "/")
            and isinstance(point, Point) and point.unit == "day" and not point.reason and 1 <= day.value <= point.day
        ):  # fmt: skip
            items[i] = replace(point, day=day.value, start=day.start, end=day.end, new_line=day.new_line)
    return items
