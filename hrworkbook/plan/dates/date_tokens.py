"""The words of dates as councils write them: text → tokens.

Everything a timescale may say stands in `_PHRASES` and `_VALUED`, which turn words into kinds of token.
"""

import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from hrworkbook.plan.lookalikes import latin_lookalike

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
_TOKEN_PATTERN = re.compile(r"[0-9]+|[^\W\d_]+|\n|\S")


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


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
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
    folded = latin_lookalike(character) or (
        wide if len(wide) == 1 and unicodedata.category(character) != "No" else character
    )
    return low if len(low := folded.lower()) == 1 else character


def fold_dates(text: str) -> str:
    """Return the text in lower case with dashes, spaces, quotes and twins made plain; every character keeps its position."""
    return "".join("\n" if c == "\n" else _fold_character(c) for c in text)


def _split_tokens(folded: str) -> list[tuple[str, int, int]]:
    return [(m[0], m.start(), m.end()) for m in _TOKEN_PATTERN.finditer(folded)]


def _phrase_index() -> dict[str, list[tuple[tuple[str, ...], str, int]]]:
    index: dict[str, list[tuple[tuple[str, ...], str, int]]] = {}
    rows = [(kind, phrase, 0) for kind, phrases in _PHRASES.items() for phrase in phrases.split(";")]
    rows += [(kind, w, i) for kind, ws in _VALUED.items() for i, names in enumerate(ws, 1) for w in names.split()]
    for kind, phrase, value in rows:
        words = tuple(text for text, _, _ in _split_tokens(fold_dates(phrase)))
        index.setdefault(words[0], []).append((words, kind, value))
    for choices in index.values():
        choices.sort(key=lambda choice: -len(choice[0]))
    return index


_INDEX = _phrase_index()


def tokenise(text: str) -> list[Token]:
    """Return the text as tokens; a line feed is no token but marks the one after it."""
    folded = fold_dates(text)
    tokens: list[Token] = []
    new_line = False
    raw = _split_tokens(folded)
    words = [piece for piece in raw if piece[0] != "\n"]
    breaks = {piece[1] for piece in raw if piece[0] == "\n"}
    i = last = 0
    while i < len(words):
        run, kind, value = _match_phrase(words, i)
        if kind == "month" and len(words[i][0]) <= 4 and words[i + 1 : i + 2] == [(".", words[i][2], words[i][2] + 1)]:
            run = 2  # `Sept.`
        start, end = words[i][1], words[i + run - 1][2]
        new_line = bool(breaks) and any(position in breaks for position in range(last, start))
        tight = start == last and folded[end : end + 1].strip() != ""
        tokens.append(Token(kind, value, start, end, folded[start:end], tight, new_line))
        i, last = i + run, end
    return tokens


@lru_cache(maxsize=4096)
def is_misspelt_month(word: str) -> bool:
    """Return whether a word is a month's name misspelt."""
    names = [name for row in _MONTHS for name in row.split() if len(name) > 4]
    return 4 <= len(word) <= 12 and bool(difflib.get_close_matches(word, names, 1, 0.8))


def _match_phrase(words: list[tuple[str, int, int]], i: int) -> tuple[int, str, int]:
    text = words[i][0]
    if text.isdigit() and text.isascii():
        number = int(text) if len(text) <= 4 else 0
        year = len(text) == 4 and 1900 <= number < 2200
        return 1, "n" if len(text) <= 2 else "y" if year else "number", number
    for phrase, kind, value in _INDEX.get(text, ()):
        if all(i + k < len(words) and words[i + k][0] == word for k, word in enumerate(phrase)):
            return len(phrase), kind, value
    return 1, _SIGNS.get(text, "word" if text[0].isalnum() else "sign"), 0
