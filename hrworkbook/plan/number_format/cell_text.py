"""What cells show, where that and not the number stored is what their owner meant."""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from hrworkbook.plan.number_format.render import is_plain, shown
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import Value, is_blank

TYPED_KINDS = frozenset({"money", "percent", "date", "number", "whole", "period"})
"""Kinds of columns whose cells keep the number, however it is shown."""
_DAYS_FROM_1900_TO_1904 = 1_462
_EXPONENT = re.compile(r"[0-9.]E[+-]?[0-9]")
_MONTH_ALONE = re.compile(r"[^\W\d_]{3,12}\.?[ /’'-]*(\d{2}|\d{4})|\d{1,2}[/.-](\d{4})")
"""What a date shows without its day: `Mar 27`, `03/2027`."""


def cell_text(block: Block, row: int, column: int) -> Value:
    """Return what a cell shows where it holds a number with a format; any other value as it is."""
    value = block.at(row, column)
    if not is_number(value):
        return value
    text: str | None = block.shown_texts.get((row, column))
    return text if text is not None else shown_value(value, block.formats.get((row, column), ""))


def shown_value(value: Value, code: str) -> Value:
    """Return what a number shows by its format's code; any other value, and a number that shows as stored, as it is.

    So is a number shown with an exponent: `1.23E+06` leaves out digits that the file has.
    """
    if not is_number(value) or is_plain(code):
        return value
    assert not isinstance(value, (str, type(None)))
    text = shown(value, code)
    return value if is_blank(text) or _EXPONENT.search(text) else text


def as_shown(block: Block, kinds: dict[int, str], rows: Collection[int] | range) -> Block:
    """Return a sheet with numbers replaced by what they show, except in columns whose kind keeps the number.

    `kinds` has the kind of each known column (from 1), `rows` the rows (from 1) that are looked at. A reference that is
    a date stays one, to be questioned; a time scale only becomes a text where its format shows no day. In a workbook
    whose calendar begins in 1904, numbers in date columns that have no format are days of that calendar.
    """
    if not (block.formats or block.shown_texts or block.from_1904):
        return block
    changed: dict[int, list[Value]] = {}

    def put(row: int, column: int, value: Value) -> None:
        changed.setdefault(row, list(block.rows[row - 1]))[column - 1] = value

    for row, column, text, is_code in _cells_of(block):
        kind = kinds.get(column, "text")
        if kind in TYPED_KINDS or row not in rows:
            continue
        value = block.at(row, column)
        if is_number(value) and not (isinstance(value, date) and _keeps_date(kind, text, is_code, value)):
            put(row, column, shown_value(value, text) if is_code else value if is_blank(text) else text)
    if block.from_1904:
        for row, column, days in _date_numbers(block, kinds, rows):
            put(row, column, days + _DAYS_FROM_1900_TO_1904)
    if not changed:
        return block
    return replace(block, rows=[changed.get(number, row) for number, row in enumerate(block.rows, 1)])


def _cells_of(block: Block) -> Iterator[tuple[int, int, str, bool]]:
    """Yield row, column and what is told of it: a format's code (True) or the shown text (False)."""
    for texts, is_code in ((block.formats, True), (block.shown_texts, False)):
        for text, flat in texts.by_text.items():
            for row, column in zip(flat[::2], flat[1::2], strict=True):
                yield row, column, text, is_code


def _date_numbers(
    block: Block, kinds: dict[int, str], rows: Collection[int] | range
) -> Iterator[tuple[int, int, float | int]]:
    """Yield row, column and value of each positive number without a date format in the date columns."""
    for column in (column for column, kind in kinds.items() if kind == "date"):
        for row in rows:
            value = block.at(row, column)
            if isinstance(value, float | int) and not isinstance(value, bool) and value > 0:
                yield row, column, value


def _keeps_date(kind: str, text: str, is_code: bool, value: date) -> bool:
    """Return whether a date stays a date in a column of this kind."""
    if kind == "reference":
        return True
    if kind != "timescale":
        return False
    if is_code:
        return "d" in text.lower() or "m" not in text.lower()
    month = _MONTH_ALONE.fullmatch(text)
    return month is None or (month[1] or month[2]) not in (f"{value.year}", f"{value.year % 100:02}")


def is_number(value: Value) -> bool:
    """Return whether a value is a number to a spreadsheet, which a date or a time is too; Yes and No are none."""
    return isinstance(value, (int, float, date, datetime, time, timedelta)) and not isinstance(value, bool)
