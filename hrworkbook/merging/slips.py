"""Slips: a column of answers that was sorted, shifted or exchanged without the rest, known by its pattern.

The sign is no single text but that what changed is what was issued, elsewhere: so short words, figures and dates tell it too.
Every test takes the cells of one sheet in the order of its rows.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from math import factorial, log2, prod

from hrworkbook.merging.match_rows import MIN_TELLING_CHARACTERS, Baseline
from hrworkbook.plan.amounts import Money
from hrworkbook.plan.schema import Column, Schema
from hrworkbook.plan.values import CellError, Value, as_text, is_blank, normalised_text
from hrworkbook.tables.find_table import Row

Form = str | float
"""A value as it is compared here, in whatever form it was typed; '' for a blank."""
_READ_KINDS = ("money", "percent", "number", "whole", "date", "yes-no")
_ENOUGH = 2
"""By how many cells more a slip must explain a column than its lines do."""
_ENOUGH_BITS = 6.0
"""By how much more likely, as a power of two, a shift must make what stands in a column than its lines do."""
_MOST_BITS = 5.0
"""What a single short word, figure or date tells at most."""
_MOST_BITS_OF_TWO = 2.0
"""The same where there are but two things to say: what changed can only say the other."""
_BITS_OF_A_CHANGE = 1.5
"""What it tells for a shift, or against it, that a cell changed or not, whatever it says: an owner changes some cells of a column."""
_SURE_OF_ONE = 6
"""What a single row must score to be known as another line's: three cells that stood in that line alone, and no longer do."""
_MAX_ALIKE = 20
"""Lines that may have said a thing for it to tell where it came from."""
_ORDERS_AT_LEAST = 20
"""Orders in which the cells of a column could stand, for it to tell that they stand in the one a sort makes."""


_UNTOUCHED = 0.8
"""The share of a column's cells that an owner leaves as issued, about, where the column stands in its place."""


@dataclass(frozen=True)
class ColumnCells:
    """The cells of one column: by row, the line, what was issued for it, and what stands there."""

    column: Column
    ids: tuple[str, ...]
    was: tuple[Form, ...]
    now: tuple[Form, ...]
    issued: tuple[Value, ...]
    received: tuple[Value, ...]
    """What stands there, as it came."""

    @property
    def changed(self) -> list[int]:
        """Where something else stands than was issued."""
        return [at for at, (was, now) in enumerate(zip(self.was, self.now, strict=True)) if was != now]


@dataclass(frozen=True)
class Slips:
    """The columns of a sheet that slipped, and those that were exchanged."""

    columns: tuple[Column, ...]
    permuted: tuple[Column, ...]
    """Columns in which nothing changed but places, by so few cells that it may be meant."""
    exchanged: tuple[tuple[Column, Column], ...]


def find_slips(every: Sequence[ColumnCells], *, in_order: bool) -> Slips:
    """Return what slipped of the owner's columns of one sheet; `in_order` says that the rows stand as they were issued."""
    exchanged = tuple(exchanged_columns(every))
    pairs = {column.key for two in exchanged for column in two}
    left = [c for c in every if c.column.key not in pairs]
    slipped = [c.column for c in left if is_slipped(c, in_order=in_order)]
    permuted = [c.column for c in left if is_permuted(c) and c.column not in slipped]
    if dealt := dealt_lines(every):
        slipped += [c.column for c in every if any(c.ids[at] in dealt for at in c.changed)]
    return Slips(tuple(slipped), tuple(permuted), exchanged)


class IssuedForms:
    """What was issued, column by column, in the forms in which it is compared; each is made once, when it is asked for."""

    def __init__(self, schema: Schema, baseline: Baseline) -> None:
        self.schema = schema
        self.baseline = baseline
        self._texts: dict[str, dict[str, str]] = {}
        self._forms: dict[str, dict[str, Form]] = {}
        self._different: dict[str, frozenset[Form]] = {}

    def texts(self, key: str) -> Mapping[str, str]:
        """Return the normalised texts of a column by line."""
        if key not in self._texts:
            self._texts[key] = {id_: normalised_text(issued.get(key)) for id_, issued in self.baseline.items()}
        return self._texts[key]

    def forms(self, key: str) -> Mapping[str, Form]:
        """Return the cells of a column by line, in the form in which a column's cells are compared."""
        if key not in self._forms:
            column = self.schema[key]
            if column.kind in _READ_KINDS:
                self._forms[key] = {id_: comparable(column, was.get(key)) for id_, was in self.baseline.items()}
            else:
                self._forms[key] = {id_: text.casefold() for id_, text in self.texts(key).items()}
        return self._forms[key]

    def says(self, key: str, value: Value) -> bool:
        """Return whether a value that is not blank was issued for some line in a column."""
        if key not in self._different:
            self._different[key] = frozenset(self.forms(key).values()) - {""}
        return comparable(self.schema[key], value) in self._different[key]


def column_cells(key: str, rows: Sequence[tuple[str, Row]], was: IssuedForms, edited: Collection[str]) -> ColumnCells:
    """Return the cells of a column, of the rows that have it; those of lines that are not `edited` are as issued.

    They may differ for all that: another issue of the period said what they say.
    """
    column = was.schema[key]
    here = [(id_, row) for id_, row in rows if key in row.keys]
    forms = was.forms(key)
    issued = tuple(was.baseline[id_].get(key) for id_, _ in here)
    then = tuple(forms[id_] for id_, _ in here)
    received = tuple(row[key] for _, row in here)
    now = tuple(
        comparable(column, value) if id_ in edited else form
        for (id_, _), value, form in zip(here, received, then, strict=True)
    )
    return ColumnCells(column, tuple(id_ for id_, _ in here), then, now, issued, received)


def comparable(column: Column, value: Value) -> Form:
    """Return a value in the form in which it is compared: 1000, £1,000 and 1,000.00 are one."""
    if value is None or is_blank(value):
        return ""
    if not isinstance(value, CellError) and column.kind in _READ_KINDS:
        with suppress(ArithmeticError, ValueError):
            read = column.kind_object.read(value)
            amount = read.amount if isinstance(read, Money) else read
            if isinstance(amount, date):
                return float(amount.toordinal())
            if isinstance(amount, bool | str):
                return as_text(amount)
            if isinstance(amount, int | float | Decimal):
                return float(amount)
    return normalised_text(value).casefold()


def _is_telling(value: Form) -> bool:
    """Whether a value is long enough to be known wherever it stands."""
    return isinstance(value, str) and len(value) >= MIN_TELLING_CHARACTERS


def is_slipped(cells: ColumnCells, *, in_order: bool) -> bool:
    """Whether a column was shifted, sorted or dealt out anew; `in_order` says that the rows stand as they were issued."""
    changed = cells.changed
    if len(changed) < _ENOUGH:
        return False
    if in_order:
        return _is_shifted(cells, 1) or _is_shifted(cells, -1) or _is_sorted(cells, changed)
    if any(map(_orders, _readings(cells.column, cells.now, cells.received))):
        return False  # whole lines were sorted by this column, so what changed in it stands among its like
    return _is_shifted(cells, 1) or _is_shifted(cells, -1)


def is_permuted(cells: ColumnCells) -> bool:
    """Whether what changed is what was issued for other changed cells: each text as often as before, or most figures and dates.

    Where there are but two things to say, as many often change one way as the other, and that tells nothing.
    """
    changed = cells.changed
    if len(changed) < _ENOUGH or cells.column.kind == "yes-no":
        return False
    was, now = (Counter(side[at] for at in changed) for side in (cells.was, cells.now))
    if was == now:
        return True
    arrived, filled = (some.total() - some[""] for some in (was & now, now))
    return cells.column.kind in _READ_KINDS and arrived > _ENOUGH and 2 * arrived > filled


def _is_shifted(cells: ColumnCells, by: int) -> bool:
    """Whether, from some row to the last, what was issued so many rows above explains the cells better than their lines do."""
    was, now = cells.was, cells.now
    often = Counter(was)
    most = _MOST_BITS_OF_TWO if cells.column.kind == "yes-no" else _MOST_BITS
    score = best = 0.0
    arrived = False
    for at in range(len(now) - 1, -1, -1):
        value, same = now[at], now[at] == was[at]
        shifted = 0 <= at - by < len(was) and value == was[at - by]
        if shifted == same or not 0 <= at - by < len(was):
            continue
        bits = _ENOUGH_BITS if _is_telling(value) else min(most, _BITS_OF_A_CHANGE + log2(len(was) / often[value]))
        score += bits if shifted else -bits
        arrived |= shifted and value != ""
        best = max(best, score) if arrived else best
    return best >= _ENOUGH_BITS


def _is_sorted(cells: ColumnCells, changed: Sequence[int]) -> bool:
    """Whether a column stands in an order now, blanks last, in which it was not issued; some of it is what was issued."""
    if len(changed) <= _ENOUGH or _orders_of(cells.now) < _ORDERS_AT_LEAST:
        return False
    known = Counter(cells.was)
    arrived = sum(
        min(count, known[value]) * (_ENOUGH if _is_telling(value) else 1)
        for value, count in Counter(cells.now[at] for at in changed).items()
        if value != ""
    )
    if arrived < _ENOUGH:
        return False
    sides = (_readings(cells.column, cells.was, cells.issued), _readings(cells.column, cells.now, cells.received))
    return any(not _orders(now) <= _orders(was) for was, now in zip(*sides, strict=True))


def _readings(column: Column, forms: Sequence[Form], values: Sequence[Value]) -> Iterator[Sequence[Form]]:
    """Yield the cells of a column as each kind of sort reads them: by what they mean, as texts, as texts in lower case."""
    yield forms
    if column.kind in _READ_KINDS:
        texts = [as_text(value).strip() for value in values]
        yield texts
        yield [text.casefold() for text in texts]
    else:
        yield [as_text(value).strip() for value in values]


def _orders_of(values: Sequence[Form]) -> int:
    """Return in how many orders the values could stand."""
    return factorial(len(values)) // prod(factorial(count) for count in Counter(values).values())


def _orders(values: Sequence[Form]) -> set[bool]:
    """Return in which order the values stand, blanks last and figures before texts: False ascending, True descending."""
    filled = sum(value != "" for value in values)
    if any(value != "" for value in values[filled:]):
        return set()
    keys = [
        (isinstance(v, str), "" if isinstance(v, float) else v, v if isinstance(v, float) else 0.0)
        for v in values
        if v != ""
    ]
    return {reverse for reverse in (False, True) if keys == sorted(keys, reverse=reverse)}


def stays_in_place(cells: ColumnCells, displaced: Collection[str]) -> bool:
    """Whether a column stands as it was issued in the rows of the lines in which another column was displaced.

    It does where that much of it is still as issued that it would be no chance had it moved with the other. A column that was
    issued blank there tells nothing.
    """
    often = Counter(cells.was)
    score = 0.0
    for id_, was, now in zip(cells.ids, cells.was, cells.now, strict=True):
        share = often[was] / len(cells.was)
        if id_ in displaced and was != "" and share < 1:
            score += log2(_UNTOUCHED / share) if now == was else log2((1 - _UNTOUCHED) / (1 - share))
    return score >= _ENOUGH_BITS


def exchanged_columns(every: Sequence[ColumnCells]) -> Iterator[tuple[Column, Column]]:
    """Yield each two columns whose cells, or headings, were exchanged."""
    for one, other in combinations(every, 2):
        if one.ids == other.ids and _are_exchanged(one, other):
            yield one.column, other.column


def _are_exchanged(one: ColumnCells, other: ColumnCells) -> bool:
    """Whether more rows hold each column's value under the other; a value is read as what it was where it came from.

    A row of which one of the two was answered anew as well tells it by the other; a short word does so only where such words
    went both ways, since whoever postpones writes the old end as the new start.
    """
    moved = stayed = weight = 0
    short_ways = [0, 0]
    for at, (a, b) in enumerate(zip(one.was, other.was, strict=True)):
        if (one.now[at] == a, other.now[at] == b) == (True, True):
            stayed += a != b
        elif one.now[at] != a and other.now[at] != b:
            came = (
                comparable(one.column, other.received[at]) == a,
                comparable(other.column, one.received[at]) == b,
            )
            arrived = [value for value, is_there in zip((a, b), came, strict=True) if is_there and value != ""]
            if not all(came) and not arrived:
                continue
            moved += 1
            telling = sum(_is_telling(value) for value in arrived)
            weight += _ENOUGH * telling + (len(arrived) - telling if all(came) else 0)
            if not all(came) and not telling:
                short_ways[came.index(True)] += 1
    return weight + (sum(short_ways) if all(short_ways) else 0) >= _ENOUGH and moved > stayed


def dealt_lines(every: Sequence[ColumnCells]) -> dict[str, str]:
    """Return the lines in whose rows answers of others stand, each with the other, as where all answers were sorted alone.

    Several answers of a row must have come from one line, in which none of them stands any longer; and several rows so, or one beyond doubt.
    """
    full = [cells for cells in every if cells.ids == every[0].ids]
    left: list[dict[Form, list[int]]] = []
    for cells in full:
        gone: dict[Form, list[int]] = {}
        for at in cells.changed:
            if cells.was[at] != "":
                gone.setdefault(cells.was[at], []).append(at)
        left.append(gone)
    dealt: dict[str, str] = {}
    surest = 0
    for at in sorted({at for cells in full for at in cells.changed}):
        votes: Counter[int] = Counter()
        for cells, gone in zip(full, left, strict=True):
            homes = gone.get(cells.now[at], ()) if cells.now[at] != cells.was[at] else ()
            if len(homes) <= _MAX_ALIKE:
                votes.update({home: 2 if len(homes) == 1 else 1 for home in homes})
        ((home, score),) = votes.most_common(1) or [(0, 0)]
        if score > _ENOUGH:
            dealt[full[0].ids[at]] = full[0].ids[home]
            surest = max(surest, score)
    return dealt if len(set(dealt.values())) >= _ENOUGH or surest >= _SURE_OF_ONE else {}
