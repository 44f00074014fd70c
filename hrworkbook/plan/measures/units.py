"""What a measure counts and which way it is good, as people write them: `£m`, `working days`; `Bigger is better`, `Aim to min`."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from hrworkbook.plan.values import Value, fold_name, normalised_text


class UnitKind(StrEnum):
    """How a measure's figures are written."""

    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    DAYS = "days"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class Unit:
    """What a measure counts."""

    kind: UnitKind
    multiple: int = 1
    """Of money: what a number alone is to be multiplied by, 1,000,000 where the unit is £m."""
    counted: str = ""
    """Of a number: what is counted, where that is a word such as `week`."""


NUMBER, PERCENT, MONEY, DAYS, RATIO = map(Unit, UnitKind)


class Good(StrEnum):
    """Which way a measure is good."""

    HIGH = "high"
    LOW = "low"
    WITHIN = "within"


_UNIT_WORDS = {
    PERCENT: {"%", "percent", "per cent", "percentage", "pct", "% of staff", "% of workforce", "proportion", "share", "p"},
    MONEY: {"£", "gbp", "pounds", "money", "pounds sterling", "sterling", "currency", "cost", "spend"},
    DAYS: {"day", "days", "working days", "calendar days", "days per fte", "days per employee", "d"},
    RATIO: {"ratio", "rate", "1 n", "x 1", "n 1", "index"},
    NUMBER: {"number", "no", "num", "count", "nr", "#", "n", "integer", "whole number", "decimal", "score", "points", "volume"},
}  # fmt: skip
_UNIT_OF = {word: unit for unit, words in _UNIT_WORDS.items() for word in words}
_MULTIPLES = (
    (re.compile(r"£ ?(?:m|mn|mill|million|millions)\b|\b(?:£|gbp|pounds) ?\(?millions?\b|\bmillions? (?:of )?(?:£|pounds)"), 1_000_000),
    (re.compile(r"£ ?(?:k|000s?|'000s?|’000s?|thousands?)\b|\b(?:gbp|pounds) ?\(?thousands?\b|\bthousands? (?:of )?(?:£|pounds)"), 1_000),
)  # fmt: skip
COUNTED_WORDS = (
    "hour", "hr", "week", "wk", "month", "minute", "min", "year", "fte", "people", "person", "employee", "staff", "case",
    "post", "apprentice", "vacancy", "vacancies", "agency worker", "worker", "head", "call", "day shift", "shift", "incident",
    "complaint", "grievance", "leaver", "starter", "manager", "point",
)  # fmt: skip
"""What numbers are written with, singular."""
_SAME_WORD = {
    "hr": "hour", "wk": "week", "min": "minute", "person": "people", "employee": "people", "staff": "people",
    "head": "people", "vacancies": "vacancy",
}  # fmt: skip
_COUNTED = re.compile(rf"({'|'.join(sorted(COUNTED_WORDS, key=len, reverse=True))})s?")


@lru_cache(maxsize=512)
def _unit_of(text: str) -> Unit | None:
    folded = fold_name(text)
    if found := _UNIT_OF.get(text) or _UNIT_OF.get(folded):
        return found
    if "%" in text or re.search(r"\bper ?cent|\bpercentage", text):
        return PERCENT
    if multiple := next((n for pattern, n in _MULTIPLES if pattern.search(text)), 0):
        return Unit(UnitKind.MONEY, multiple)
    if "£" in text:
        return MONEY
    if re.search(r"\bdays?\b", text):
        return DAYS
    return RATIO if "ratio" in text else Unit(UnitKind.NUMBER, counted=counted_word(folded))


def read_unit(value: Value) -> Unit | None:
    """Return the unit that a cell names; a number for a word that is no other; None for a blank."""
    text = normalised_text(value).casefold().strip(" .()")
    return _unit_of(text) if text else None


def counted_word(text: str) -> str:
    """Return the one spelling of a word that says what is counted, such as `week` for `wks`; '' for any other text."""
    found = _COUNTED.fullmatch(text.strip())
    return _SAME_WORD.get(found[1], found[1]) if found else ""


_ARROWS = str.maketrans(dict.fromkeys("↑⬆▲△🔼⇧↗", " high ") | dict.fromkeys("↓⬇▼▽🔽⇩↘", " low "))
_SIGNS = {"+": Good.HIGH, "+ve": Good.HIGH, "-": Good.LOW, "-ve": Good.LOW, "↔": Good.WITHIN, "=": Good.WITHIN}
_PHRASES = (
    (re.compile(r"\b(?:at least|(?:no|not) (?:less|fewer|lower) than|not below|at or above)\b"), Good.HIGH),
    (re.compile(r"\b(?:at most|(?:no|not) (?:more|greater|higher) than|not above|not exceed(?:ing)?|up to|at or below)\b"), Good.LOW),
)  # fmt: skip
_GOOD_WORDS = {
    Good.HIGH: "high higher highest hi big bigger biggest large larger greater more most up upward upwards increase increases "
    "increasing increased maximise maximize maximised maximising max maximum above exceed positive rise rises rising grow "
    "growing growth hib h",
    Good.LOW: "low lower lowest lo small smaller smallest fewer fewest less least down downward downwards decrease decreases "
    "decreasing decreased reduce reduces reducing reduced reduction minimise minimize minimised minimising min minimum below "
    "negative fall falls falling lib l",
    Good.WITHIN: "within range between band goldilocks optimum optimal corridor w",
}  # fmt: skip
_GOOD_OF = {word: good for good, words in _GOOD_WORDS.items() for word in words.split()}
_ON_PLAN = {"on target", "plan is best", "on plan", "to target", "at target", "target", "plan", "close to target", "near target", "nearer to target"}  # fmt: skip
_OPPOSITE = {Good.HIGH: Good.LOW, Good.LOW: Good.HIGH}
_BAD_WORDS = frozenset({"bad", "worse", "worst", "poor", "poorer", "undesirable"})
_NOT_WORDS = frozenset({"not", "no", "neither", "nor", "varies", "depends"})


@lru_cache(maxsize=512)
def _good_of(text: str) -> Good | None:
    text = text.strip(" \ufe0f.()")
    if text in _SIGNS:
        return _SIGNS[text]
    text = text.translate(_ARROWS)
    if fold_name(text) in _ON_PLAN:
        return Good.WITHIN
    if phrase := next((good for pattern, good in _PHRASES if pattern.search(text)), None):
        return phrase
    words = fold_name(text).split()
    found = {_GOOD_OF[word] for word in words if word in _GOOD_OF}
    if len(found) != 1 or _NOT_WORDS & set(words):
        return None
    good = found.pop()
    return _OPPOSITE.get(good) if _BAD_WORDS & set(words) else good


def read_good(value: Value) -> Good | None:
    """Return which way a cell says a measure is good; None for a blank, and for what says nothing of it or two things at once."""
    text = normalised_text(value).casefold()
    return _good_of(text) if text else None
