"""A cell's value as the plan would hold it, and whether a spreadsheet, not a person, changed how it is written."""

import re
from contextlib import suppress
from datetime import date, datetime

from hrworkbook.plan.dates.timescale import read_timescale
from hrworkbook.plan.kinds import ValueFault, match_word
from hrworkbook.plan.measures.figures import cell_value, read_figure
from hrworkbook.plan.measures.scorecard import is_same_figure
from hrworkbook.plan.measures.units import Unit
from hrworkbook.plan.model import Plan, value_fault
from hrworkbook.plan.schema import Column
from hrworkbook.plan.serials import likely_day
from hrworkbook.plan.values import (
    LONGEST_TEXT,
    CellError,
    Value,
    as_text,
    clean,
    is_blank,
    normalised_text,
    storable_text,
    utf16_length,
    with_line_feeds,
)

_ERROR_WORDS = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!", "#GETTING_DATA")
)
"""Error values as a CSV file has them, as text (ECMA-376, part 1, 18.17.3)."""

_TEXT_KINDS = ("text", "reference", "owners", "choice")
_FIGURE_KINDS = ("money", "percent", "number", "whole")


def normalise_value(plan: Plan, column: Column, value: Value, unit: Unit | None = None) -> tuple[Value, str]:
    """Return the value as the plan would hold it, and what is wrong with it in a sentence or two ('' when nothing is)."""
    value, fault = judge_value(plan, column, value, unit)
    return value, fault.message if fault else ""


def judge_value(plan: Plan, column: Column, value: Value, unit: Unit | None = None) -> tuple[Value, ValueFault | None]:
    """Return the value as the plan would hold it, and what is wrong with it; None when nothing is.

    `unit` is that of the line's measure, where the column is its actual.
    """
    value, fault = _read_value(column, value)
    if fault:
        return value, fault
    fault = value_fault(plan, column, value)
    if fault and (fault.severity == "error" or not isinstance(value, str)):
        return value, fault
    if unit and (figure := read_figure(value, unit)) is not None:
        value = cell_value(figure, unit)
    elif column.kind == "choice" and not is_blank(value):
        value = match_word(value, plan.words_of(column)) or value
    elif column.kind == "yes-no" and not fault and not is_blank(value):
        value = "Yes" if column.kind_object.read(value) else "No"
    elif column.kind == "date" and isinstance(value, str) and not is_blank(value):
        value = column.kind_object.read(value)
    return (None if is_blank(value) else value), None


def _read_value(column: Column, value: Value) -> tuple[Value, ValueFault | None]:
    """Return the value without what spreadsheets and mail make of it, and a fault where what was meant is gone."""
    header = column.header
    if type(value) is str:
        if _is_hash_fill(value):
            shown = f"{header} is '####', which a spreadsheet shows where there is no room"
            return value, ValueFault(shown, "Write what it says")
        if value.strip() in _ERROR_WORDS or value.strip().startswith("Err:5"):
            return CellError(value.strip()), None
        value = _clean_text(value)
        if (length := utf16_length(value)) > LONGEST_TEXT:
            fault = f"{header} has {length:,} characters, and a cell holds {LONGEST_TEXT:,}"
            return value, ValueFault(fault, "Shorten it")
        return value, None
    if column.kind in _TEXT_KINDS and not isinstance(value, CellError | None):
        return as_text(value), None
    if column.kind == "timescale" and isinstance(value, date):
        if value.day == 1:
            fault = f"{header} is the date {as_text(value)}, which a spreadsheet may have made of a month"
            return value, ValueFault(fault, f"Write {value:%B %Y}, or 1 {value:%B %Y} if that day is meant")
        return as_text(value), None
    return value, None


def _clean_text(text: str) -> str:
    """Return the text without the marks no cell can hold or no reader sees, and without space around it."""
    text = clean(with_line_feeds(_undo_miscoding(text)))
    if storable_text(text) != text:
        text = "".join(c for c in text if storable_text(c) == c)
    return text.strip()


def is_equivalent(column: Column, issued: Value, received: Value, unit: Unit | None = None) -> bool:
    """Return whether a cell means what was issued and only stands in another form.

    Spreadsheets make '007' a 7, 'Mar-17' a date or its number, '72%' 0.72; a CSV file takes the form a cell was shown in.
    A text that the owner wrote anew in a cell of theirs is never taken for this, but for an amount of the same value, and
    one whose letters were garbled or whose line breaks were lost on the way.
    """
    if isinstance(received, CellError) or isinstance(issued, CellError) or is_blank(received) or is_blank(issued):
        return False
    if is_same_figure(unit, issued, received):
        return True
    if isinstance(received, str) and isinstance(issued, str):
        if is_miscoded(issued, received) or _is_joined_lines(issued, received):
            return True
        if column.is_owners:
            if column.kind not in _FIGURE_KINDS:
                return False
        elif (
            _is_hash_fill(received)
            or is_truncated(issued, received)
            or _typewriter_text(issued) == _typewriter_text(received)
        ):
            return True
    if isinstance(received, str) and _is_digits(received):
        received = float(received)
    if column.kind in _FIGURE_KINDS:
        with suppress(ArithmeticError, ValueError):
            one, other = column.kind_object.read(issued), column.kind_object.read(received)
            return one is not None and one == other
    return _same_number(issued, received) or _same_day(column, issued, received)


_CODINGS = (
    ("utf-8", "cp1252"), ("utf-8", "latin-1"), ("utf-8", "mac_roman"), ("cp1252", "utf-8"), ("cp1252", "mac_roman"),
    ("mac_roman", "cp1252"), ("cp850", "cp1252"), ("cp1252", "cp850"), ("cp437", "cp1252"), ("ascii", "ascii"),
    ("cp1252", "cp1252"), ("mac_roman", "mac_roman"),
)  # fmt: skip
"""How a text was written to a file and how it was then read, where that did not bring back the same letters."""
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_NEAREST_ASCII = str.maketrans("≤≥≠≈→←−", "===~><-")
"""Signs for which Windows takes the nearest that its code has, where most others become `?`."""
_CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
_TRUNCATION_LENGTHS = range(254, 257)
"""Characters after which old formats and programs cut a text off."""


def is_miscoded(issued: str, received: str) -> bool:
    """Return whether a text is the issued one with its letters read wrongly, as `â€™` for `’`, or `?` for `–`."""
    if issued.isascii():
        return False
    other = _CONTROL_CHARACTERS.sub("", normalised_text(received))
    in_halves = _ASTRAL.sub("??", issued)
    return any(
        _CONTROL_CHARACTERS.sub("", normalised_text(text.encode(written, "replace").decode(read, "replace"))) == other
        for text in {issued, in_halves, in_halves.translate(_NEAREST_ASCII)}
        for written, read in _CODINGS
    )


def _undo_miscoding(text: str) -> str:
    """Return a text whose UTF-8 was read as Windows' own code, as it was written; any other as it is."""
    if not any(sign in text for sign in "âÃÂ"):
        return text
    try:
        return b"".join(bytes([ord(c)]) if "\x80" <= c <= "\x9f" else c.encode("cp1252") for c in text).decode()
    except UnicodeError:
        return text


def is_truncated(issued: Value, received: Value) -> bool:
    """Return whether a text is the beginning of the issued one, as long as some programs allow a text to be."""
    if not (isinstance(issued, str) and isinstance(received, str) and len(received) in _TRUNCATION_LENGTHS):
        return False
    return len(issued) > len(received) and normalised_text(issued).startswith(normalised_text(received))


def _is_joined_lines(issued: str, received: str) -> bool:
    """Return whether a text is the issued one on a single line, as a program without line breaks in cells keeps it."""
    flat = normalised_text(issued).replace("\n", " ")
    return "\n" in normalised_text(issued) and flat == normalised_text(received)


def _is_hash_fill(text: str) -> bool:
    return len(text) > 2 and not text.strip().strip("#")


def _typewriter_text(text: str) -> str:
    """Return the text with the dashes and dots of a typewriter, on one line."""
    return " ".join(re.sub("[\u2010-\u2015\u2212]|--", "-", text.replace("\u2026", "...")).split())


def _is_digits(text: str) -> bool:
    """Return whether a text is nothing but a number's digits, as a CSV file has the number of a date."""
    whole, point, part = text.strip().partition(".")
    return whole.isdecimal() and whole.isascii() and (not point or part.isdecimal() and part.isascii())


def _same_number(issued: Value, received: Value) -> bool:
    for text, number in ((issued, received), (received, issued)):
        if isinstance(text, str) and isinstance(number, int | float) and not isinstance(number, bool):
            with suppress(ValueError):
                return float(normalised_text(text).replace(",", "")) == number
    return False


def _same_day(column: Column, issued: Value, received: Value) -> bool:
    """Return whether the issued text names the day that stands there now, or the month whose first day it is."""
    if isinstance(received, str) and isinstance(issued, str):
        if column.kind not in ("timescale", "date"):
            return False
        one, other = read_timescale(normalised_text(issued)), read_timescale(normalised_text(received))
        return bool(one.spans) and not one.unread_text and not other.unread_text and one.spans == other.spans
    day = _as_day(received)
    text = as_text(issued)
    if day is None or len(text) > 40:
        return False
    read = read_timescale(text)
    if len(read.spans) != 1 or read.unread_text or read.spans[0].label or read.spans[0].start != day:
        return False
    return read.spans[0].end == day or (
        day.day == 1 and read.spans[0].months() == (day,) and read.spans[0].end is not None
    )


def _as_day(value: Value) -> date | None:
    """Return the day of a date, or of the number a spreadsheet keeps for one."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return likely_day(value) if isinstance(value, int | float) and value % 1 == 0 else None
