"""A value as the XML of one cell."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from math import isinf, isnan

from hrworkbook.plan.errors import CannotWrite
from hrworkbook.plan.serials import EPOCH_1904, to_millisecond_serial
from hrworkbook.plan.snapshot import Link
from hrworkbook.plan.values import LONGEST_TEXT, CellError, Uncomputed, Value, as_text, storable_text, utf16_length

CellContent = Value | Link

EXCEL_ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"}
_LONGEST_FORMULA = 8_000
_LONGEST_LITERAL = 255
"""Characters of a formula (8,192 less its frame), and of one text inside it (Excel specifications and limits)."""

_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_UNAMBIGUOUS_DATES = EPOCH_1904 + timedelta(1)
"""Before it programs differ: Excel counts a 29 February 1900 that never was, and a workbook may count from 1904."""


def storable(value: CellContent, place: str) -> CellContent:
    """Return the value as a workbook can hold it.

    Text is cleaned (see `values.clean`), lone surrogates become U+FFFD, '' and NaN a blank, a number of more digits than a
    cell keeps and the text of an uncomputed formula become text. Raises CannotWrite for text over 32,767 characters,
    an infinity, or a kind of value no cell has.
    """
    if isinstance(value, Link):
        return Link(_storable_text(value.text, place), value.sheet, value.cell)
    if isinstance(value, CellError) and not isinstance(value, Uncomputed) and str(value) in EXCEL_ERRORS:
        return value
    if isinstance(value, str):
        return _storable_text(value, place) or None
    if value is None or isinstance(value, bool | date | time):
        return value
    if isinstance(value, int):
        return value if abs(value) <= 10**15 else str(value)
    if isinstance(value, float):
        if isinf(value):
            raise CannotWrite(place, "the number is without end", "Correct the cell it was worked out from")
        return None if isnan(value) else value
    raise CannotWrite(place, f"a cell cannot hold a {type(value).__name__}", "This is a fault of hrworkbook: report it")


def is_storable_as_is(text: str) -> bool:
    """Whether a text is one that `storable` gives back as it is; told soon, since most are."""
    return 0 < len(text) <= LONGEST_TEXT and text.isascii() and text.isprintable()


def _storable_text(text: str, place: str) -> str:
    sound = storable_text(str(text))
    length = utf16_length(sound)
    if length > LONGEST_TEXT:
        raise CannotWrite(
            place,
            f"the text has {length:,} characters and a cell holds {LONGEST_TEXT:,}",
            "Shorten the text, or split it over two lines of the plan",
        )
    return sound


def convert_for_format(value: CellContent, shows: str) -> CellContent:
    """Return the value as it will be stored in a cell whose number format shows dates ('d'), times ('t') or neither ('').

    A date goes into a date cell as a date and into any other as text (31/03/2017); a number goes into a date cell as
    text, since it would be read as a date there.
    """
    if isinstance(value, bool | Link):
        return value
    if isinstance(value, datetime):
        return value if "d" in shows and value.date() >= _UNAMBIGUOUS_DATES and value.tzinfo is None else as_text(value)
    if isinstance(value, date):
        return value if "d" in shows and value >= _UNAMBIGUOUS_DATES else as_text(value)
    if isinstance(value, time):
        return value if shows == "t" and value.tzinfo is None else as_text(value)
    if isinstance(value, int | float) and shows:
        return as_text(value)
    return value


def cell_xml(value: CellContent, ref: str, style: str, prefix: str, epoch: date) -> bytes:
    """Return the `<c>` of a value at `ref`, in a style's number ('' for none), under the sheet's XML prefix (`x:` or '')."""
    open_, p = f'<{prefix}c r="{ref}"' + (f' s="{style}"' if style else ""), prefix
    if value is None:
        return f"{open_}/>".encode()
    if type(value) is str:
        return text_xml(value, ref, style, prefix)
    if isinstance(value, Link):
        return f'{open_} t="str"><{p}f>{_escape_xml(_escape_escapes(hyperlink_formula(value, ref)))}</{p}f><{p}v>{_escape_xml(_escape_escapes(value.text))}</{p}v></{p}c>'.encode()
    if isinstance(value, CellError):
        return f'{open_} t="e"><{p}v>{_escape_xml(value)}</{p}v></{p}c>'.encode()
    if isinstance(value, bool):
        return f'{open_} t="b"><{p}v>{int(value)}</{p}v></{p}c>'.encode()
    number = to_millisecond_serial(value, epoch) if isinstance(value, date | time) else value
    text = (
        str(int(number)) if isinstance(number, float) and number.is_integer() and abs(number) < 1e15 else repr(number)
    )
    return f"{open_}><{p}v>{text}</{p}v></{p}c>".encode()


def text_xml(text: str, ref: str, style: str, prefix: str) -> bytes:
    """Return the `<c>` of a text, as `cell_xml` gives it."""
    p, s = prefix, f' s="{style}"' if style else ""
    if text.isalnum():
        return f'<{p}c r="{ref}"{s} t="inlineStr"><{p}is><{p}t>{text}</{p}t></{p}is></{p}c>'.encode()
    keep = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f'<{p}c r="{ref}"{s} t="inlineStr"><{p}is><{p}t{keep}>{_escape_xml(_escape_escapes(text))}</{p}t></{p}is></{p}c>'.encode()


def _escape_escapes(text: str) -> str:
    return _LOOKS_ESCAPED.sub("_x005F_", text) if "_x" in text else text


def _escape_xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def hyperlink_formula(link: Link, ref: str) -> str:
    """HYPERLINK("#'Plan'!H7","text"), its texts cut into pieces a formula may hold."""
    quoted = link.sheet.replace("'", "''")
    pieces = [link.text[i : i + _LONGEST_LITERAL] for i in range(0, len(link.text), _LONGEST_LITERAL)] or [""]
    shown = "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)
    where = f"#'{quoted}'!{link.cell}".replace('"', '""')
    formula = f'HYPERLINK("{where}",{shown})'
    if len(formula) > _LONGEST_FORMULA:
        raise CannotWrite(ref, f"the text of a link has {len(link.text):,} characters", "Shorten it")
    return formula


_HYPERLINK_FORMULA = re.compile(r'=HYPERLINK\("#(?:[^"]|"")*",((?:"(?:[^"]|"")*"&?)+)\)', re.DOTALL)


def text_of_link(formula: Uncomputed) -> Value:
    """Return the text that a jump shows whose value was not saved; any other formula as it is."""
    match = _HYPERLINK_FORMULA.fullmatch(formula)
    return "".join(t.replace('""', '"') for t in re.findall(r'"((?:[^"]|"")*)"', match[1])) if match else formula


def already_holds(new: CellContent, now: Value) -> bool:
    """Whether a cell without a formula holds the value already, so that it need not be touched."""
    if isinstance(new, Link):
        return False
    numbers = isinstance(new, int | float) and isinstance(now, int | float)
    return new == now and (
        type(new) is type(now) or (numbers and not isinstance(new, bool) and not isinstance(now, bool))
    )


def reads_as(written: CellContent, read: Value) -> bool:
    """Whether what an independent reader finds is what was written, exactly; moments to the millisecond."""
    if isinstance(written, Link):
        return read == (written.text or None)
    if isinstance(written, bool) or written is None or isinstance(written, str):
        return type(read) is type(written) and read == written
    if isinstance(written, date | time):
        return (
            not isinstance(read, str | int | float | None)
            and abs(to_millisecond_serial(read) - to_millisecond_serial(written)) < 2e-8
        )
    return isinstance(read, int | float) and not isinstance(read, bool) and read == written


def number_format_shows(shows: Sequence[str], style: str) -> str:
    """Return what the number format of a style's number shows ('' where the workbook has no such style)."""
    return shows[int(style)] if style.isdecimal() and int(style) < len(shows) else ""
