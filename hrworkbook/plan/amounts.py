"""Amounts as people type them: `£19k`, `1,250.00`, `(500)`, `72%`, and the words that stand where a number would."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from hrworkbook.plan.values import CellError, Value, normalised_text


class NoneWord(StrEnum):
    """A word that stands where a number would; each means something else and none is a blank."""

    NIL = "nil"
    NONE = "none"
    DASH = "-"
    NOT_APPLICABLE = "not applicable"
    NOT_AVAILABLE = "not available"
    SUPPRESSED = "suppressed"
    NOT_KNOWN = "not known yet"


ZERO_WORDS = frozenset({NoneWord.NIL.value, NoneWord.NONE.value, NoneWord.DASH.value})
"""The words that count as nought in a sum; any other leaves it open."""

_NONE_WORDS = {
    NoneWord.NIL: "nil zero nought £nil £nil. nil. nil%",
    NoneWord.NONE: "none none.",
    NoneWord.DASH: "- -- £- £-- (-)",
    NoneWord.NOT_APPLICABLE: "n/a na n.a. n.a not-applicable [z] notapplicable",
    NoneWord.NOT_AVAILABLE: ".. (..) . (.) ... … [x] : not-available notavailable not-reported not-recorded",
    NoneWord.SUPPRESSED: "* ** [c] [low] # suppressed confidential withheld redacted",
    NoneWord.NOT_KNOWN: "tbc tbd tba t.b.c. to-be-confirmed to-be-determined to-be-agreed unknown not-known "
    "not-yet-known ? [tbc]",
}  # fmt: skip
_NONE_WORD_BY_TEXT = {written: word for word, row in _NONE_WORDS.items() for written in row.split()}

_MULTIPLIERS = {
    "": 1, "k": 1_000, "thousand": 1_000, "m": 1_000_000, "mn": 1_000_000, "million": 1_000_000,
    "bn": 1_000_000_000, "billion": 1_000_000_000,
}  # fmt: skip
_MINUS_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2014": "-", "\u2010": "-", "\u2011": "-", "\u2009": " "})
_AMOUNT = re.compile(
    r"(?P<open>\()? ?(?P<minus>-)? ?(?P<pound>£|gbp)? ?(?P<minus_after>-)?"
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)?(?P<decimals>\.[0-9]*)?"
    r" ?(?P<times>k|thousand|mn?|million|bn|billion)?(?P<pence>p)?"
    r" ?(?P<percent>%|per ?cent)? ?(?P<close>\))?(?P<trailing> ?-)?"
)
_HEDGE = re.compile(
    r"\s*(c\.?|ca\.?|circa|approx(?:imately|\.)?|about|around|roughly|up to|under|over|less than|more than|at least|"
    r"est(?:\.|imated)?|say|nearly|almost|~|<|>|≈)\s*(?=[£(\-0-9.])"
)
_FOREIGN_CURRENCY = re.compile(r"[$€¥]|\b(?:usd|eur)\b")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as written, and what was written with it."""

    value: Decimal
    """A percentage is a fraction: 0.72 for 72%."""
    pounds: bool = False
    percent: bool = False


@dataclass(frozen=True, slots=True)
class UnreadableAmount:
    """Why a text is no amount, and what to write instead."""

    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in pounds; nil is 0 and said so, other words leave the amount None."""

    amount: Decimal | None
    nil: bool = False
    word: NoneWord | None = None


def none_word(text: str) -> NoneWord | None:
    """Return the word for none this text is; None where it is something else."""
    return _NONE_WORD_BY_TEXT.get("-".join(normalised_text(text).translate(_MINUS_SIGNS).casefold().split()))


def parse_amount(value: Value) -> Amount | NoneWord | UnreadableAmount:
    """Return the amount a cell holds, the word that stands for one, or why it cannot be read."""
    if isinstance(value, CellError) or value is None:
        return UnreadableAmount("is no number", "Write a number")
    if isinstance(value, bool):
        return UnreadableAmount("is Yes or No, not a number", "Write a number")
    if isinstance(value, int | float):
        number = Decimal(repr(round(value, 10)))  # a double's dust: 19792.800000000003
        return Amount(number) if number.is_finite() else UnreadableAmount("is no number", "Write a number")
    if not isinstance(value, str):
        return UnreadableAmount(
            "is a date or time, not a number", "Format the cell as a number, then type the number again"
        )
    return none_word(value) or _parse(normalised_text(value).translate(_MINUS_SIGNS).casefold())


def _parse(text: str) -> Amount | UnreadableAmount:
    match = _AMOUNT.fullmatch(text)
    if not match or len(text) > 40:
        return _explain(text)
    whole, decimals = match["whole"] or "", match["decimals"] or ""
    if not (whole or decimals.strip(".")) or bool(match["open"]) != bool(match["close"]):
        return _explain(text)
    minuses = sum(bool(match[sign]) for sign in ("minus", "minus_after", "open", "trailing"))
    if minuses > 1 or (match["pence"] and (match["pound"] or match["times"] or match["percent"])):
        return _explain(text)
    if match["percent"] and (match["pound"] or match["times"]):
        return _explain(text)
    number = Decimal(f"{whole.replace(',', '').replace(' ', '') or '0'}{decimals if len(decimals) > 1 else ''}")
    number *= _MULTIPLIERS[match["times"] or ""]
    number /= 100 if match["pence"] or match["percent"] else 1
    return Amount(-number if minuses else number, bool(match["pound"] or match["pence"]), bool(match["percent"]))


def _explain(text: str) -> UnreadableAmount:
    """Return what is wrong with a text that is no amount, as exactly as can be told."""
    hedge = _HEDGE.match(text)
    if hedge and isinstance(_parse(text[hedge.end() :]), Amount):
        exact = text[hedge.end() :]
        return UnreadableAmount(
            "is not an exact amount", f"Write the amount alone, such as {exact}, and say the rest in words elsewhere"
        )
    if _FOREIGN_CURRENCY.search(text):
        return UnreadableAmount("is not in pounds", "Write the amount in pounds, such as £1,250")
    dotted = re.fullmatch(r"(-?£?)([0-9]{1,3}(?:\.[0-9]{3})+)\.([0-9]{1,2})", text)
    if dotted:
        return UnreadableAmount(
            "has more than one decimal point",
            f"Write {dotted[1]}{dotted[2].replace('.', ',')}.{dotted[3]} if that is meant",
        )
    if re.fullmatch(r"-?£?[0-9.]+", text) and text.count(".") > 1:
        return UnreadableAmount(
            "has more than one decimal point", "Write one decimal point, and commas between thousands"
        )
    if re.fullmatch(r"-?£?[0-9]{1,3}(\.[0-9]{3})*,[0-9]{1,2}", text):
        return UnreadableAmount(
            "has a comma for a decimal point", "Write the decimals after a full stop, such as 1,250.00"
        )
    if re.fullmatch(r"-?£?[0-9]+(,[0-9]+)+(\.[0-9]*)?", text):
        plain_digits = text.replace(",", "")
        return UnreadableAmount(
            "has a comma in the wrong place", f"Write {plain_digits} without commas if that is meant"
        )
    if re.search(r"[0-9k]\s*(-|to|–)\s*£?[0-9]", text):
        return UnreadableAmount("is a range", "Write one amount, and say the range in words elsewhere")
    if found := re.search(r"-?£? ?[0-9][0-9,]*(\.[0-9]+)?(k|m|bn)?\b", text):
        return UnreadableAmount(
            "has other words beside the number", f"Write the number alone, such as {found[0].strip()}"
        )
    return UnreadableAmount("is not a number", "Write it in figures, such as 1,250")
