"""Entries: one cell of a collection as it goes to the master.

A number, a text, or the plain word for nothing, not applicable, not available or suppressed, which stay distinct.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial

from hrworkbook.amounts import Amount, NoneWord, amount_of
from hrworkbook.schema import Collecting, Column
from hrworkbook.values import CellError, Value, is_blank, plain

NUMERIC = ("whole", "number", "money")
"""The kinds of columns that hold figures."""

Met = dict[str, tuple[Value, str, str]]
Read = Callable[[Value], tuple[Value, str, str]]
"""What goes to the master, and a fault with its remedy; with a value beside it the fault is only a warning."""


def reader_of(column: Column, settings: Collecting) -> tuple[Read, Met]:
    """What reads a column's cells, and the texts it has read before."""
    met: Met = {}
    if column.kind not in NUMERIC:
        return partial(_text, column), met
    words = {
        fold_word(word): stands_for.value
        for stands_for, written in (
            (NoneWord.NIL, settings.none),
            (NoneWord.NOT_APPLICABLE, settings.not_applicable),
            (NoneWord.NOT_AVAILABLE, settings.not_available),
            (NoneWord.SUPPRESSED, settings.suppressed),
        )
        for word in written
    }
    return partial(_number, column, words, met), met


def fold_word(word: str) -> str:
    """A word that stands for no number, for look-up: signs count, case and spaces do not."""
    return "".join(plain(word).casefold().split())


def _text(column: Column, value: Value) -> tuple[Value, str, str]:
    if is_blank(value):
        return None, "", ""
    fault = column.type.fault(value, column.header, column.words)
    if fault and fault.severity == "error":
        return None, fault.fault, fault.remedy
    return value, "", ""


_PLAIN = re.compile(r"(-?)(£?)((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(?:\.[0-9]+)?)")
"""Numbers as most are written; the rest are read as the column's kind reads them."""


def _number(column: Column, words: Mapping[str, str], met: Met, value: Value) -> tuple[Value, str, str]:
    if type(value) is float and abs(value) < 1e15:
        if value.is_integer():
            return int(value), "", ""
        if column.kind != "whole":
            return value, "", ""
    if type(value) is not str:
        return _figure(column, words, value)
    found = met.get(value)
    if found is None:
        if len(met) > 20_000:
            met.clear()
        found = met[value] = _simple(column, value) or _figure(column, words, value)
    return found


def _simple(column: Column, text: str) -> tuple[Value, str, str] | None:
    match = _PLAIN.fullmatch(text)
    if not match or (match[2] and column.kind != "money"):
        return None
    number = float(match[1] + match[3].replace(",", ""))
    if number.is_integer():
        return int(number), "", ""
    return None if column.kind == "whole" else (number, "", "")


def _figure(column: Column, words: Mapping[str, str], value: Value) -> tuple[Value, str, str]:
    if is_blank(value):
        return None, "", ""
    if isinstance(value, str) and not isinstance(value, CellError) and (word := words.get(fold_word(value))):
        return word, "", ""
    fault = column.type.fault(value, column.header, ())
    amount = amount_of(value)
    said = (fault.fault, fault.remedy) if fault else ("", "")
    if isinstance(amount, NoneWord):
        return amount.value, *said
    if not isinstance(amount, Amount) or amount.percent or (amount.pounds and column.kind != "money"):
        return None, *said
    whole = amount.value == amount.value.to_integral_value()
    return int(amount.value) if whole else float(amount.value), *said
