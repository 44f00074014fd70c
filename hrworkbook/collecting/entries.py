"""Entries: one cell of a collection as it goes to the master.

A number, a text, or the plain word for nothing, not applicable, not available or suppressed, which stay distinct.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from hrworkbook.plan.amounts import Amount, NoneWord, parse_amount
from hrworkbook.plan.kinds import ValueFault
from hrworkbook.plan.schema import CollectionSettings, Column
from hrworkbook.plan.values import Value, is_blank, normalised_text

NUMERIC = ("whole", "number", "money")
"""Kinds of columns that hold figures."""
_CACHE_SIZE = 5_000
_MAX_CACHED_CHARACTERS = 200
"""Characters of a text that is worth remembering."""


class FaultyEntry(NamedTuple):
    """A cell that cannot be taken, or, with a value, one that can be taken with a warning."""

    value: Value
    fault: str
    remedy: str


Entry = Value | FaultyEntry
"""What goes to the master: a number, a text, or the plain word for nothing, not applicable or suppressed."""


class EntryReader(dict[Any, Entry]):
    """What a column's cells stand for, by what is written; of texts and plain numbers what was met before is looked up."""

    def __init__(self, read: Callable[[Value], Entry]) -> None:
        super().__init__({None: None})
        self.convert = read

    def __missing__(self, written: Value) -> Entry:
        found = self.convert(written)
        if len(self) < _CACHE_SIZE and (type(written) is not str or len(written) <= _MAX_CACHED_CHARACTERS):
            self[written] = found
        return found

    def entry(self, written: Value) -> Entry:
        """Return what one cell stands for."""
        return self[written] if type(written) in PLAIN_TYPES else self.convert(written)


class _FigureReader(EntryReader):
    """The same for a column of figures, most of which are plain numbers and told at once."""

    def __init__(self, column: Column, words: Mapping[str, str]) -> None:
        super().__init__(partial(_figure_entry, column, words))
        self._is_money = column.kind == "money"
        self._is_whole = column.kind == "whole"

    def __missing__(self, written: Value) -> Entry:
        if type(written) is float:
            number = written
        elif type(written) is str and written.replace(".", "", 1).isdecimal() and written.isascii():
            number = float(written)
        else:
            match = _GROUPED_NUMBER.fullmatch(str(written).strip())
            if not match or (match[2] and not self._is_money):
                return super().__missing__(written)
            number = float(match[1] + match[3].replace(",", ""))
        if not -1e15 < number < 1e15:
            return super().__missing__(written)
        if number.is_integer():
            number = int(number)
        elif self._is_whole:
            return super().__missing__(written)
        if len(self) < _CACHE_SIZE:
            self[written] = number
        return number


_GROUPED_NUMBER = re.compile(r"(-?)(£?)((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(?:\.[0-9]+)?)")
"""Numbers with pounds and commas as most are written; the rest are read as the column's kind reads them."""
PLAIN_TYPES = frozenset({str, float, type(None)})
"""Types of what may be looked up: 1 and True, or a text and an error value, would be found in each other's place."""


def entry_reader(column: Column, settings: CollectionSettings) -> EntryReader:
    """Return what reads a column's cells."""
    if column.kind not in NUMERIC:
        return EntryReader(partial(_text_entry, column))
    words = {
        _fold_word(word): stands_for.value
        for stands_for, written in (
            (NoneWord.NIL, settings.none),
            (NoneWord.NOT_APPLICABLE, settings.not_applicable),
            (NoneWord.NOT_AVAILABLE, settings.not_available),
            (NoneWord.SUPPRESSED, settings.suppressed),
        )
        for word in written
    }
    return _FigureReader(column, words)


def _fold_word(word: str) -> str:
    """Return a word that stands for no number as it is looked up: signs count, case and spaces do not."""
    return "".join(normalised_text(word).casefold().split())


def _text_entry(column: Column, value: Value) -> Entry:
    if is_blank(value):
        return None
    fault = column.kind_object.fault(value, column.header, column.words)
    return FaultyEntry(None, fault.fault, fault.remedy) if fault and fault.severity == "error" else value


def _figure_entry(column: Column, words: Mapping[str, str], value: Value) -> Entry:
    if is_blank(value):
        return None
    if type(value) is str and (word := words.get(_fold_word(value))):
        return word
    fault = column.kind_object.fault(value, column.header, ())
    amount = parse_amount(value)
    if isinstance(amount, NoneWord):
        return _with_fault(fault, amount.value)
    if not isinstance(amount, Amount) or amount.percent or (amount.pounds and column.kind != "money"):
        return _with_fault(fault, None)
    whole = amount.value == amount.value.to_integral_value()
    return _with_fault(fault, int(amount.value) if whole else float(amount.value))


def _with_fault(fault: ValueFault | None, value: Value) -> Entry:
    return FaultyEntry(value, fault.fault, fault.remedy) if fault else value
