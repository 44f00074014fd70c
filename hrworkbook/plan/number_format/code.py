"""A number format's code → its sections (ECMA-376 part 1, 18.8.31)."""

import re
from enum import Enum, auto
from typing import NamedTuple

LONGEST = 1_000
"""Characters of a code that are read; Excel takes 255."""


class UnknownCode(ValueError):
    """A code that spreadsheet programs do not agree on, or do not know."""


class Kind(Enum):
    """What one token of a section stands for."""

    LITERAL = auto()
    DIGIT = auto()
    POINT = auto()
    COMMA = auto()
    PERCENT = auto()
    EXPONENT = auto()
    OVER = auto()
    GENERAL = auto()
    DATE = auto()
    ELAPSED = auto()
    HALF_DAY = auto()
    SECONDS = auto()
    ERA = auto()


Token = tuple[Kind, str]
"""A kind and its text: the literal itself, `0`, `#` or `?`, `E+`, `/` or `/8`, `yyyy`, `.00` (SECONDS), a letter that
stands for an era in a date and for itself elsewhere, as in `0.0bn` (ERA)."""


class Condition(NamedTuple):
    """What a section is for, as in `[>=100]`."""

    sign: str
    limit: float

    def holds(self, value: float) -> bool:
        """Return whether the section is for this value."""
        return (
            ("<" in self.sign and value < self.limit)
            or (">" in self.sign and value > self.limit)
            or (self.sign in ("=", "<=", ">=") and value == self.limit)
        )


class Section:
    """One part of a code, between semicolons."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.condition: Condition | None = None
        self.language = 0
        """A Windows language code such as 0x809; 0 where the section names none."""
        self.is_text = False
        """Whether the text of the cell stands in it (`@`)."""

    def has(self, *kinds: Kind) -> bool:
        """Return whether a token of one of these kinds stands in it."""
        return any(kind in kinds for kind, _ in self.tokens)


SYSTEM_DATE, SYSTEM_TIME = 0xF800, 0xF400
"""Language codes that stand for the computer's own long date and time of day, whatever the section says."""

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)"? | \\(?P<escaped>.) | _(?P<pad>.) | \*(?P<fill>.) | \[(?P<bracket>[^\]]*)\]
    | (?P<general>General|Standard)
    | (?P<half>AM/PM|A/P)
    | (?P<exponent>E[+-](?=[0\#?]))
    | (?P<date>y+|m+|d+|h+|s+|aaaa?)
    | (?P<digit>[0\#?]) | (?P<point>\.) | (?P<comma>,) | (?P<percent>%)
    | (?P<over>/(?:[1-9][0-9]{0,8})?) | (?P<text>@) | (?P<next>;) | (?P<era>[begn]) | (?P<unknown>\[) | (?P<literal>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_SIMPLE = {
    "quoted": Kind.LITERAL,
    "escaped": Kind.LITERAL,
    "literal": Kind.LITERAL,
    "general": Kind.GENERAL,
    "half": Kind.HALF_DAY,
    "exponent": Kind.EXPONENT,
    "date": Kind.DATE,
    "digit": Kind.DIGIT,
    "point": Kind.POINT,
    "comma": Kind.COMMA,
    "percent": Kind.PERCENT,
    "over": Kind.OVER,
    "era": Kind.ERA,
}
_CONDITION = re.compile(r"\s*(<=|>=|<>|<|>|=)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d{1,3})?)\s*", re.IGNORECASE)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_COLOUR = re.compile(r"[^\W\d_]{3,12} ?\d{0,2}")
_NOT_OURS = re.compile(r"(?:DB|Nat)Num\d*", re.IGNORECASE)


def sections_of(code: str) -> list[Section]:
    """Return the sections of a code, at least one; raises UnknownCode."""
    if len(code) > LONGEST:
        raise UnknownCode(code[:40])
    sections = [Section()]
    for match in _TOKEN.finditer(code):
        name, text = match.lastgroup or "", match[match.lastgroup or 0]
        section = sections[-1]
        if name == "next":
            sections.append(Section())
        elif name in _SIMPLE:
            section.tokens.append((_SIMPLE[name], text))
        elif name == "pad":
            section.tokens.append((Kind.LITERAL, " "))
        elif name == "text":
            section.is_text = True
            section.tokens.append((Kind.GENERAL, text))
        elif name == "bracket":
            _bracket(section, text)
        elif name == "unknown":
            raise UnknownCode(code)
    if len(sections) > 4:
        raise UnknownCode(code)
    for section in sections:
        section.tokens = _settled(section)
    return sections


def _bracket(section: Section, text: str) -> None:
    """Take what stands in square brackets: a currency and language, a condition, elapsed time, a colour."""
    if text.startswith("$"):
        symbol, _, language = text[1:].rpartition("-") if "-" in text else (text[1:], "", "")
        section.tokens.append((Kind.LITERAL, symbol))
        language = language.partition(",")[0]
        if language.lower() in ("x-sysdate", "sysdate"):
            section.language = SYSTEM_DATE
        elif language.lower() in ("x-systime", "systime"):
            section.language = SYSTEM_TIME
        elif re.fullmatch(r"[0-9A-Fa-f]{1,8}", language):
            section.language = int(language, 16) & 0xFFFF
    elif condition := _CONDITION.fullmatch(text):
        section.condition = Condition(condition[1], float(condition[2]))
    elif _ELAPSED.fullmatch(text):
        section.tokens.append((Kind.ELAPSED, text.lower()))
    elif _NOT_OURS.fullmatch(text) or not _COLOUR.fullmatch(text):
        raise UnknownCode(text)


def _settled(section: Section) -> list[Token]:
    """Return the tokens with what is ambiguous settled: a date's points and digits, a number's slashes; raises UnknownCode."""
    if section.language in (SYSTEM_DATE, SYSTEM_TIME):
        section.is_text = False
        shown = "dddd d mmmm yyyy" if section.language == SYSTEM_DATE else "hh:mm:ss"
        section.language = 0
        return sections_of(shown)[0].tokens
    if section.has(Kind.DATE, Kind.ELAPSED, Kind.HALF_DAY):
        return _minutes(_of_date(section.tokens))
    if section.has(Kind.GENERAL):
        if section.has(Kind.DIGIT, Kind.EXPONENT):
            raise UnknownCode("General")
        return [(kind if kind in (Kind.GENERAL, Kind.PERCENT) else Kind.LITERAL, text) for kind, text in section.tokens]
    if not section.has(Kind.DIGIT):
        if section.has(Kind.ERA):
            raise UnknownCode("another calendar")
        return [(kind if kind is Kind.PERCENT else Kind.LITERAL, text) for kind, text in section.tokens]
    return section.tokens


def _of_date(tokens: list[Token]) -> list[Token]:
    settled: list[Token] = []
    for at, (kind, text) in enumerate(tokens):
        before = settled[-1] if settled else (Kind.LITERAL, "")
        if kind is Kind.POINT and before[1].lower() in ("s", "ss") and tokens[at + 1 : at + 2] == [(Kind.DIGIT, "0")]:
            settled.append((Kind.SECONDS, "."))
        elif kind is Kind.DIGIT:
            if text != "0" or before[0] is not Kind.SECONDS or len(before[1]) > 9:
                raise UnknownCode("a digit in a date")
            settled[-1] = Kind.SECONDS, before[1] + text
        elif kind in (Kind.GENERAL, Kind.EXPONENT, Kind.ERA):
            raise UnknownCode("no date that is known here")
        elif kind in (Kind.DATE, Kind.ELAPSED):
            settled.append((kind, text.lower()))
        elif kind in (Kind.HALF_DAY, Kind.SECONDS):
            settled.append((kind, text))
        else:
            settled.append((Kind.LITERAL, text))
    return settled


def _minutes(tokens: list[Token]) -> list[Token]:
    """Return the tokens with `m` and `mm` behind hours or before seconds written `n` and `nn`: minutes, not months."""
    places = [at for at, (kind, _) in enumerate(tokens) if kind in (Kind.DATE, Kind.ELAPSED)]
    letters = [tokens[at][1][0] for at in places]
    for number, at in enumerate(places):
        kind, text = tokens[at]
        near = letters[number - 1 : number] + letters[number + 1 : number + 2]
        is_minutes = (number and letters[number - 1] == "h") or letters[number + 1 : number + 2] == ["s"]
        if kind is Kind.DATE and text in ("m", "mm") and near and is_minutes:
            tokens[at] = kind, "n" * len(text)
    return tokens
