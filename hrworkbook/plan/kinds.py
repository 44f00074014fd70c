"""The kinds of columns: what a cell of each may hold, what it means, and what to say when it is wrong.

A blank is always good here; whether a cell must be filled is the schema's matter.
"""

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hrworkbook.plan.amounts import Amount, Money, NoneWord, UnreadableAmount, parse_amount
from hrworkbook.plan.dates.date_points import DateFault
from hrworkbook.plan.dates.timescale import Timescale, read_timescale
from hrworkbook.plan.findings import Severity, join_words
from hrworkbook.plan.lookalikes import latin_lookalike, script_name
from hrworkbook.plan.measures.figures import parse_figure
from hrworkbook.plan.measures.targets import is_odd
from hrworkbook.plan.owners import parse_owners
from hrworkbook.plan.serials import likely_day
from hrworkbook.plan.values import (
    LONGEST_TEXT,
    CellError,
    Uncomputed,
    Value,
    as_text,
    fold_name,
    is_blank,
    normalised_text,
    shorten,
)

MAX_WORDS_SHOWN = 8
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class ValueFault:
    """What is wrong with a value and how to mend it: the two sentences, without a place."""

    fault: str
    remedy: str
    severity: Severity = "error"

    @property
    def message(self) -> str:
        """Return both as one text, for whoever is told them without a place."""
        return f"{self.fault.rstrip('.')}. {self.remedy}"


@dataclass(frozen=True)
class Kind:
    """One kind of column."""

    name: str
    description: str
    """What it holds, as a plain phrase for help texts."""
    fault: Callable[[Value, str, Sequence[str]], ValueFault | None]
    """From the value, the column's header and the words of a choice: what is wrong, or None when it is good."""
    read: Callable[[Value], Any]
    """The value's meaning; None where the cell is blank or cannot be read."""
    doubts: bool = False
    """Whether some of its faults are only warnings."""


def quoted(value: Value) -> str:
    """Return the value in quotes for a message, cut where it is long."""
    return f"'{shorten(normalised_text(value), _SHOWN_CHARACTERS)}'"


def match_word(value: Value, words: Sequence[str]) -> str | None:
    """Return the word as the schema spells it where the value is it, in any case and spacing; None where it is none of them."""
    wanted = _squeeze(value)
    return next((word for word in words if _squeeze(word) == wanted), None)


def nearest_word(value: Value, words: Sequence[str]) -> str | None:
    """Return the word most like the value, to be suggested and never taken; None where none is near."""
    by_folded = {fold_name(word): word for word in reversed(words)}
    text = fold_name(as_text(value)[:200])
    if text and len(begun := [word for key, word in by_folded.items() if key.startswith(text)]) == 1:
        return begun[0]
    close = difflib.get_close_matches(text, by_folded, n=1, cutoff=0.6)
    held = [word for key, word in by_folded.items() if key and f" {key} " in f" {text} "]
    return by_folded[close[0]] if close else held[0] if len(held) == 1 else None


def _squeeze(value: Value) -> str:
    return "".join(normalised_text(value).casefold().split())


_Check = Callable[[Value, str, Sequence[str]], ValueFault | None]


def _skipping_blanks(check: _Check) -> _Check:
    """Return the check, spared blanks and error values."""

    def fault(value: Value, header: str, words: Sequence[str] = ()) -> ValueFault | None:
        if isinstance(value, Uncomputed):
            remedy = "Type the value itself, or open the file in Excel, save it and send it again"
            return ValueFault(f"{header} is a formula whose result was not saved", remedy)
        if isinstance(value, CellError):
            return ValueFault(f"{header} shows {value}, which is an error", "Type the value itself")
        return None if is_blank(value) else check(value, header, words)

    return fault


def _blank_safe(read: Callable[[Value], Any]) -> Callable[[Value], Any]:
    def parsed(value: Value) -> Any:
        return None if isinstance(value, CellError) or is_blank(value) else read(value)

    return parsed


def _text_fault(value: Value, header: str, words: Sequence[str]) -> ValueFault | None:
    length = len(as_text(value))
    if length <= LONGEST_TEXT:
        return None
    return ValueFault(
        f"{header} is {length:,} characters long", f"Shorten it: a cell holds {LONGEST_TEXT:,} characters"
    )


def _reference_fault(value: Value, header: str, words: Sequence[str]) -> ValueFault | None:
    twins = {c: latin_lookalike(c) for c in normalised_text(value) if latin_lookalike(c)}
    if not twins:
        return None
    text = [f"the {script_name(c)}, not {_describe_letter(latin)}" for c, latin in list(twins.items())[:3]]
    meant = "".join(twins.get(c, c) for c in normalised_text(value))
    return ValueFault(
        f"{header} is {quoted(value)}, which holds {join_words(text)}", f"Type {meant} instead", "warning"
    )


def _describe_letter(latin: str) -> str:
    return f"the {'digit' if latin.isdigit() else 'Latin letter'} {latin}"


def _choice_fault(value: Value, header: str, words: Sequence[str]) -> ValueFault | None:
    if not words or match_word(value, words):
        return None
    near = nearest_word(value, words)
    choose = (
        f"Choose {join_words(words, 'or')}"
        if len(words) <= MAX_WORDS_SHOWN
        else f"Choose one of the {len(words)} words on the list, such as {join_words(words[:3], 'or')}"
    )
    return ValueFault(f"{header} is {quoted(value)}", f"Did you mean {near}? {choose}" if near else choose)


def _owners_fault(value: Value, header: str, words: Sequence[str]) -> ValueFault | None:
    if any(c.isalpha() for name in parse_owners(as_text(value)) for c in name):
        return None
    return ValueFault(
        f"{header} is {quoted(value)}, which names no one", "Write the role or name as on the Owners sheet"
    )


_TIMESCALE_REMEDY = {
    DateFault.NO_YEAR: "Add the year",
    DateFault.IMPOSSIBLE: "Check the day and the month, day first",
    DateFault.TWO_WAYS: "Write the months out, such as Jan - March 2017",
    DateFault.INEXACT: "Write a month and year if it should be shown as due and chased",
    DateFault.BACKWARDS: "Check the two dates",
    DateFault.NO_END: "Add the end, or write 'onwards'",
}


def _read_timescale(value: Value) -> Timescale:
    return read_timescale(as_text(value))


def _timescale_fault(value: Value, header: str, words: Sequence[str]) -> ValueFault | None:
    read = _read_timescale(value)
    if not read.unread_text:
        return None
    if not isinstance(value, str) and (day := likely_day(value)):
        return ValueFault(f"{header} is the number {as_text(value)}", f"Write {as_text(day)} if that day is meant")
    piece, reason = read.unread_pieces[0], read.reasons[0]
    remedy = _TIMESCALE_REMEDY.get(reason, "Write a month and year such as March 2017, or Ongoing or To be determined")
    is_wrong = any(r in (DateFault.IMPOSSIBLE, DateFault.BACKWARDS) for r in read.reasons)
    if reason == DateFault.INEXACT:
        text = f"{header} says {quoted(piece)}, which is not an exact date"
    else:
        text = f"{header} says {quoted(piece)}, which cannot be read: {reason}"
    return ValueFault(text, remedy, "error" if is_wrong else "warning")


def _read_date(value: Value) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    read = read_timescale(value) if isinstance(value, str) else None
    if not read or read.unread_text or read.ongoing or read.undetermined or len(read.spans) != 1:
        return None
    span = read.spans[0]
    return span.start if span.start == span.end and not span.label else None


def _date_fault(value: Value, header: str, words: Sequence[str]) -> ValueFault | None:
    if _read_date(value):
        return None
    if day := likely_day(value):
        return ValueFault(f"{header} is the number {as_text(value)}", f"Write {as_text(day)} if that day is meant")
    if isinstance(value, str):
        read = read_timescale(value)
        if DateFault.IMPOSSIBLE in read.reasons:
            month_first = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", normalised_text(value))
            swapped = month_first and _read_date(f"{month_first[2]}/{month_first[1]}/{month_first[3]}")
            remedy = f"Write the day first: {as_text(swapped)}" if swapped else "Check the day and the month, day first"
            return ValueFault(f"{header} is {quoted(value)}, and there is no such date", remedy)
        if DateFault.NO_YEAR in read.reasons and re.search(r"\d{3}|(\d+\D+){2}\d", value):
            return ValueFault(
                f"{header} is {quoted(value)}, whose year cannot be read", "Write four figures, such as 2017"
            )
        if DateFault.NO_YEAR in read.reasons:
            return ValueFault(f"{header} is {quoted(value)}, which has no year", "Add the year")
        if read.due and not read.unread_text:
            return ValueFault(
                f"{header} is {quoted(value)}, which is not one day", f"Write one day, such as {as_text(read.due)}"
            )
    return ValueFault(
        f"{header} is {quoted(value)}, which is not a date", "Write day, month and year, such as 31/03/2017"
    )


def _read_money(value: Value) -> Money | None:
    amount = parse_amount(value)
    if isinstance(amount, NoneWord):
        nil = amount in (NoneWord.NIL, NoneWord.NONE)
        return Money(Decimal(0) if nil else None, nil, amount)
    return Money(amount.value) if isinstance(amount, Amount) and not amount.percent else None


def _read_fraction(value: Value) -> Decimal | NoneWord | None:
    amount = parse_amount(value)
    if isinstance(amount, NoneWord):
        return amount
    good = isinstance(amount, Amount) and not amount.pounds and (amount.percent or abs(amount.value) <= 1)
    return amount.value if good and isinstance(amount, Amount) else None


def _read_number(value: Value) -> Decimal | NoneWord | None:
    amount = parse_amount(value)
    if isinstance(amount, Amount):
        return None if amount.pounds or amount.percent else amount.value
    return amount if isinstance(amount, NoneWord) else None


def _read_whole(value: Value) -> int | NoneWord | None:
    number = _read_number(value)
    if isinstance(number, Decimal):
        return int(number) if number == number.to_integral_value() else None
    return number


def is_kept_with_warning(value: Value) -> bool:
    """Return whether a collection keeps a figure that is not as its column wants it, such as half a person, and only warns.

    Nobody here can mend what others published; what is no figure at all is an error.
    """
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numeric_check(read: Callable[[Value], Any], explain: Callable[[Amount], tuple[str, str]]) -> _Check:
    """Return a check that the value can be read, and else says why: the amount's own fault or what the kind does not take."""

    def check(value: Value, header: str, words: Sequence[str]) -> ValueFault | None:
        if read(value) is not None:
            return None
        amount = parse_amount(value)
        if isinstance(amount, UnreadableAmount):
            why, remedy = amount.reason, amount.remedy
        else:
            assert isinstance(amount, Amount)
            why, remedy = explain(amount)
        return ValueFault(f"{header} is {quoted(value)}, which {why}", remedy)

    return check


def _no_money(amount: Amount) -> tuple[str, str]:
    return "is a percentage", "Write an amount in pounds, such as 1,250.00, £19k or nil"


def _no_fraction(amount: Amount) -> tuple[str, str]:
    if amount.pounds:
        return "is an amount of money", "Write a percentage, such as 72%"
    return "has no % sign", f"Write {amount.value.normalize():f}% if that is meant"


def _no_number(amount: Amount) -> tuple[str, str]:
    if amount.pounds or amount.percent:
        return (
            f"is {'an amount of money' if amount.pounds else 'a percentage'}",
            "Write the number alone, such as 1,250",
        )
    return "is not a whole number", "Write a whole number, such as 12"


_YES_NO = {
    **dict.fromkeys(("yes", "y", "true", "1", "✓", "✔", "☑"), True),
    **dict.fromkeys(("no", "n", "false", "0", "✗", "✘", "☐"), False),
}


def _read_yes_no(value: Value) -> bool | None:
    return _YES_NO.get(_squeeze(value))


def _yes_no_fault(value: Value, header: str, words: Sequence[str]) -> ValueFault | None:
    return None if _read_yes_no(value) is not None else ValueFault(f"{header} is {quoted(value)}", "Choose Yes or No")


_MAIL_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
)


def _read_emails(value: Value) -> tuple[str, ...] | None:
    parts = [part.strip() for part in re.split(r"[;,\n]", normalised_text(value)) if part.strip()]
    good = parts and all(_MAIL_ADDRESS.fullmatch(p) and ".." not in p and p[0] != "." and ".@" not in p for p in parts)
    return tuple(parts) if good else None


def _email_fault(value: Value, header: str, words: Sequence[str]) -> ValueFault | None:
    if _read_emails(value):
        return None
    inner = _MAIL_ADDRESS.findall(as_text(value)[:1000])
    remedy = f"Write the address alone: {inner[0]}" if inner and len(inner) == 1 else "Write it as name@council.gov.uk"
    return ValueFault(f"{header} is {quoted(value)}, which is not an e-mail address", remedy)


def _read_period(value: Value) -> str | None:
    if isinstance(value, date):
        return f"{value.year:04}-{value.month:02}" if value.day == 1 else None
    match = re.fullmatch(r"((?:19|20|21)[0-9]{2})-(0[1-9]|1[0-2])", normalised_text(value))
    return match[0] if match else None


def _period_fault(value: Value, header: str, words: Sequence[str]) -> ValueFault | None:
    if _read_period(value):
        return None
    months = _read_timescale(value).months() if not _read_timescale(value).unread_text else ()
    remedy = f"Write {months[0]:%Y-%m}" if len(months) == 1 else "Write year and month, such as 2016-10"
    return ValueFault(f"{header} is {quoted(value)}", remedy)


def _make_kind(name: str, description: str, check: _Check, read: Callable[[Value], Any], doubts: bool = False) -> Kind:
    return Kind(name, description, _skipping_blanks(check), _blank_safe(read), doubts)


def _measure_fault(value: Value, header: str, words: Sequence[str]) -> ValueFault | None:
    if not is_odd(value):
        return None
    remedy = "Write the figure alone, such as 72%, £5,600 or 9.4, and say the rest in the comment"
    return ValueFault(f"{header} is {quoted(value)}, which is not read as a figure", remedy, "warning")


def _read_owners(value: Value) -> tuple[str, ...]:
    return parse_owners(as_text(value))


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _make_kind("text", "words of any kind", _text_fault, as_text),
        _make_kind("reference", "a short reference, such as A or 3.2", _reference_fault, normalised_text, True),
        _make_kind("choice", "one of the words on its list", _choice_fault, normalised_text),
        _make_kind("owners", "a role or name; part joint owners with /", _owners_fault, _read_owners),
        _make_kind(
            "timescale", "when, such as March 2017, Sept - Dec 2016 or Ongoing", _timescale_fault, _read_timescale, True
        ),
        _make_kind("date", "a day, such as 31/03/2017", _date_fault, _read_date),
        _make_kind(
            "money",
            "an amount in pounds, such as 1,250.00, £19k or nil",
            _numeric_check(_read_money, _no_money),
            _read_money,
        ),
        _make_kind(
            "percent", "a percentage, such as 72%", _numeric_check(_read_fraction, _no_fraction), _read_fraction
        ),
        _make_kind("whole", "a whole number, such as 1,250", _numeric_check(_read_whole, _no_number), _read_whole),
        _make_kind("number", "a number, such as 12.5", _numeric_check(_read_number, _no_number), _read_number),
        _make_kind(
            "measure", "a figure such as 72%, £5,600 or 9.4, or a word such as n/a", _measure_fault, parse_figure, True
        ),
        _make_kind("yes-no", "Yes or No", _yes_no_fault, _read_yes_no),
        _make_kind("email", "an e-mail address", _email_fault, _read_emails),
        _make_kind("period", "a month as year and month, such as 2016-10", _period_fault, _read_period),
    )
}
