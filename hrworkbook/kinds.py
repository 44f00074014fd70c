"""The kinds of columns: what a cell of each may hold, what it means, and what to say when it is wrong.

A blank is always good here; whether a cell must be filled is the schema's matter.
"""

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hrworkbook.amounts import Amount, Money, NoneWord, Unreadable, amount_of
from hrworkbook.dates.points import BACKWARDS, IMPOSSIBLE, INEXACT, NO_END, NO_YEAR, TWO_WAYS
from hrworkbook.dates.timescale import GAP, Timescale, read_timescale
from hrworkbook.findings import Severity, listed
from hrworkbook.lookalikes import script_name, twin
from hrworkbook.owners import owners_in
from hrworkbook.values import LONGEST_TEXT, CellError, Uncomputed, Value, as_text, folded, is_blank, plain

MOST_WORDS_SHOWN = 8
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a value and how to mend it: the two sentences, without a place."""

    fault: str
    remedy: str
    severity: Severity = "error"


@dataclass(frozen=True)
class Kind:
    """One kind of column."""

    name: str
    says: str
    """What it holds, as a plain phrase for help texts."""
    fault: Callable[[Value, str, Sequence[str]], Fault | None]
    """From the value, the column's header and the words of a choice: what is wrong, or None when it is good."""
    read: Callable[[Value], Any]
    """The value's meaning; None where the cell is blank or cannot be read."""
    doubts: bool = False
    """Whether some of its faults are only warnings."""


def shown(value: Value) -> str:
    """The value in quotes for a message, cut where it is long."""
    text = " ".join(plain(value).split())
    return f"'{text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + '…'}'"


def settled(value: Value, words: Sequence[str]) -> str | None:
    """The word as the schema spells it where the value is it, in any case and spacing; None where it is none of them."""
    wanted = _squeezed(value)
    return next((word for word in words if _squeezed(word) == wanted), None)


def nearest(value: Value, words: Sequence[str]) -> str | None:
    """The word most like the value, to be suggested and never taken; None where none is near."""
    by_folded = {folded(word): word for word in reversed(words)}
    text = folded(as_text(value)[:200])
    if text and len(begun := [word for key, word in by_folded.items() if key.startswith(text)]) == 1:
        return begun[0]
    close = difflib.get_close_matches(text, by_folded, n=1, cutoff=0.6)
    held = [word for key, word in by_folded.items() if key and f" {key} " in f" {text} "]
    return by_folded[close[0]] if close else held[0] if len(held) == 1 else None


def _squeezed(value: Value) -> str:
    return "".join(plain(value).casefold().split())


_Check = Callable[[Value, str, Sequence[str]], Fault | None]


def _sound(check: _Check) -> _Check:
    """The check, spared blanks and error values."""

    def fault(value: Value, header: str, words: Sequence[str] = ()) -> Fault | None:
        if isinstance(value, Uncomputed):
            remedy = "Type the value itself, or open the file in Excel, save it and send it again"
            return Fault(f"{header} is a formula whose result was not saved", remedy)
        if isinstance(value, CellError):
            return Fault(f"{header} shows {value}, which is an error", "Type the value itself")
        return None if is_blank(value) else check(value, header, words)

    return fault


def _reader(read: Callable[[Value], Any]) -> Callable[[Value], Any]:
    def parsed(value: Value) -> Any:
        return None if isinstance(value, CellError) or is_blank(value) else read(value)

    return parsed


def _text_fault(value: Value, header: str, words: Sequence[str]) -> Fault | None:
    length = len(as_text(value))
    if length <= LONGEST_TEXT:
        return None
    return Fault(f"{header} is {length:,} characters long", f"Shorten it: a cell holds {LONGEST_TEXT:,} characters")


def _reference_fault(value: Value, header: str, words: Sequence[str]) -> Fault | None:
    twins = {c: twin(c) for c in plain(value) if twin(c)}
    if not twins:
        return None
    said = [f"the {script_name(c)}, not {_what(latin)}" for c, latin in list(twins.items())[:3]]
    meant = "".join(twins.get(c, c) for c in plain(value))
    return Fault(f"{header} is {shown(value)}, which holds {listed(said)}", f"Type {meant} instead", "warning")


def _what(latin: str) -> str:
    return f"the {'digit' if latin.isdigit() else 'Latin letter'} {latin}"


def _choice_fault(value: Value, header: str, words: Sequence[str]) -> Fault | None:
    if not words or settled(value, words):
        return None
    near = nearest(value, words)
    choose = (
        f"Choose {listed(words, 'or')}"
        if len(words) <= MOST_WORDS_SHOWN
        else f"Choose one of the {len(words)} words on the list, such as {listed(words[:3], 'or')}"
    )
    return Fault(f"{header} is {shown(value)}", f"Did you mean {near}? {choose}" if near else choose)


def _owners_fault(value: Value, header: str, words: Sequence[str]) -> Fault | None:
    if any(c.isalpha() for name in owners_in(as_text(value)) for c in name):
        return None
    return Fault(f"{header} is {shown(value)}, which names no one", "Write the role or name as on the Owners sheet")


_TIMESCALE_REMEDY = {
    NO_YEAR: "Add the year",
    IMPOSSIBLE: "Check the day and the month, day first",
    TWO_WAYS: "Write the months out, such as Jan - March 2017",
    INEXACT: "Write a month and year if it should be shown as due and chased",
    BACKWARDS: "Check the two dates",
    NO_END: "Add the end, or write 'onwards'",
}


def _timescale(value: Value) -> Timescale:
    return read_timescale(as_text(value))


def _timescale_fault(value: Value, header: str, words: Sequence[str]) -> Fault | None:
    read = _timescale(value)
    if not read.unread:
        return None
    if not isinstance(value, str) and (day := _day_of_serial(value)):
        return Fault(f"{header} is the number {as_text(value)}", f"Write {as_text(day)} if that day is meant")
    piece, reason = read.unread.split(GAP)[0], read.reasons[0]
    remedy = _TIMESCALE_REMEDY.get(reason, "Write a month and year such as March 2017, or Ongoing or To be determined")
    is_wrong = any(r in (IMPOSSIBLE, BACKWARDS) for r in read.reasons)
    if reason == INEXACT:
        said = f"{header} says {shown(piece)}, which is not an exact date"
    else:
        said = f"{header} says {shown(piece)}, which cannot be read: {reason}"
    return Fault(said, remedy, "error" if is_wrong else "warning")


def _day_of_serial(value: Value) -> date | None:
    """The day of an Excel day number between 1970 and 2100; None for any other value."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 25_569 <= value < 73_051:
        return None
    return date(1899, 12, 30) + timedelta(int(value))


def _date(value: Value) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    read = read_timescale(value) if isinstance(value, str) else None
    if not read or read.unread or read.ongoing or read.undetermined or len(read.spans) != 1:
        return None
    span = read.spans[0]
    return span.start if span.start == span.end and not span.label else None


def _date_fault(value: Value, header: str, words: Sequence[str]) -> Fault | None:
    if _date(value):
        return None
    if day := _day_of_serial(value):
        return Fault(f"{header} is the number {as_text(value)}", f"Write {as_text(day)} if that day is meant")
    if isinstance(value, str):
        read = read_timescale(value)
        if IMPOSSIBLE in read.reasons:
            month_first = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", plain(value))
            swapped = month_first and _date(f"{month_first[2]}/{month_first[1]}/{month_first[3]}")
            remedy = f"Write the day first: {as_text(swapped)}" if swapped else "Check the day and the month, day first"
            return Fault(f"{header} is {shown(value)}, and there is no such date", remedy)
        if NO_YEAR in read.reasons and re.search(r"\d{3}|(\d+\D+){2}\d", value):
            return Fault(f"{header} is {shown(value)}, whose year cannot be read", "Write four figures, such as 2017")
        if NO_YEAR in read.reasons:
            return Fault(f"{header} is {shown(value)}, which has no year", "Add the year")
        if read.due and not read.unread:
            return Fault(
                f"{header} is {shown(value)}, which is not one day", f"Write one day, such as {as_text(read.due)}"
            )
    return Fault(f"{header} is {shown(value)}, which is not a date", "Write day, month and year, such as 31/03/2017")


def _money(value: Value) -> Money | None:
    amount = amount_of(value)
    if isinstance(amount, NoneWord):
        nil = amount in (NoneWord.NIL, NoneWord.NONE)
        return Money(Decimal(0) if nil else None, nil, amount)
    return Money(amount.value) if isinstance(amount, Amount) and not amount.percent else None


def _fraction(value: Value) -> Decimal | NoneWord | None:
    amount = amount_of(value)
    if isinstance(amount, NoneWord):
        return amount
    good = isinstance(amount, Amount) and not amount.pounds and (amount.percent or abs(amount.value) <= 1)
    return amount.value if good and isinstance(amount, Amount) else None


def _number(value: Value) -> Decimal | NoneWord | None:
    amount = amount_of(value)
    if isinstance(amount, Amount):
        return None if amount.pounds or amount.percent else amount.value
    return amount if isinstance(amount, NoneWord) else None


def _whole(value: Value) -> int | NoneWord | None:
    number = _number(value)
    if isinstance(number, Decimal):
        return int(number) if number == number.to_integral_value() else None
    return number


def is_kept(value: Value) -> bool:
    """Whether a collection keeps a figure that is not as its column wants it, such as half a person, and only warns.

    Nobody here can mend what others published; what is no figure at all is an error.
    """
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numeric(read: Callable[[Value], Any], wrong: Callable[[Amount], tuple[str, str]]) -> _Check:
    """A check that the value can be read, and else says why: the amount's own fault or what the kind does not take."""

    def check(value: Value, header: str, words: Sequence[str]) -> Fault | None:
        if read(value) is not None:
            return None
        amount = amount_of(value)
        if isinstance(amount, Unreadable):
            why, remedy = amount.why, amount.remedy
        else:
            assert isinstance(amount, Amount)
            why, remedy = wrong(amount)
        return Fault(f"{header} is {shown(value)}, which {why}", remedy)

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


def _yes_no(value: Value) -> bool | None:
    return _YES_NO.get(_squeezed(value))


def _yes_no_fault(value: Value, header: str, words: Sequence[str]) -> Fault | None:
    return None if _yes_no(value) is not None else Fault(f"{header} is {shown(value)}", "Choose Yes or No")


_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
)


def _emails(value: Value) -> tuple[str, ...] | None:
    parts = [part.strip() for part in re.split(r"[;,\n]", plain(value)) if part.strip()]
    good = parts and all(_ADDRESS.fullmatch(p) and ".." not in p and p[0] != "." and ".@" not in p for p in parts)
    return tuple(parts) if good else None


def _email_fault(value: Value, header: str, words: Sequence[str]) -> Fault | None:
    if _emails(value):
        return None
    inner = _ADDRESS.findall(as_text(value)[:1000])
    remedy = f"Write the address alone: {inner[0]}" if inner and len(inner) == 1 else "Write it as name@council.gov.uk"
    return Fault(f"{header} is {shown(value)}, which is not an e-mail address", remedy)


def _period(value: Value) -> str | None:
    if isinstance(value, date):
        return f"{value.year:04}-{value.month:02}" if value.day == 1 else None
    match = re.fullmatch(r"((?:19|20|21)[0-9]{2})-(0[1-9]|1[0-2])", plain(value))
    return match[0] if match else None


def _period_fault(value: Value, header: str, words: Sequence[str]) -> Fault | None:
    if _period(value):
        return None
    months = _timescale(value).months() if not _timescale(value).unread else ()
    remedy = f"Write {months[0]:%Y-%m}" if len(months) == 1 else "Write year and month, such as 2016-10"
    return Fault(f"{header} is {shown(value)}", remedy)


def _kind(name: str, says: str, check: _Check, read: Callable[[Value], Any], doubts: bool = False) -> Kind:
    return Kind(name, says, _sound(check), _reader(read), doubts)


def _owners(value: Value) -> tuple[str, ...]:
    return owners_in(as_text(value))


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("text", "words of any kind", _text_fault, as_text),
        _kind("reference", "a short reference, such as A or 3.2", _reference_fault, plain, True),
        _kind("choice", "one of the words on its list", _choice_fault, plain),
        _kind("owners", "a role or name; part joint owners with /", _owners_fault, _owners),
        _kind("timescale", "when, such as March 2017, Sept - Dec 2016 or Ongoing", _timescale_fault, _timescale, True),
        _kind("date", "a day, such as 31/03/2017", _date_fault, _date),
        _kind("money", "an amount in pounds, such as 1,250.00, £19k or nil", _numeric(_money, _no_money), _money),
        _kind("percent", "a percentage, such as 72%", _numeric(_fraction, _no_fraction), _fraction),
        _kind("whole", "a whole number, such as 1,250", _numeric(_whole, _no_number), _whole),
        _kind("number", "a number, such as 12.5", _numeric(_number, _no_number), _number),
        _kind("yes-no", "Yes or No", _yes_no_fault, _yes_no),
        _kind("email", "an e-mail address", _email_fault, _emails),
        _kind("period", "a month as year and month, such as 2016-10", _period_fault, _period),
    )
}
