"""Slips: a column of answers that was sorted, shifted or exchanged without the rest, known by its pattern.

The sign is no single text but that what changed is what was issued, elsewhere: so short words, figures and dates tell it too.
Every test takes the cells of one sheet in the order of its rows.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations

from hrworkbook.merging.match_rows import MIN_TELLING_CHARACTERS
from hrworkbook.plan.amounts import Money
from hrworkbook.plan.schema import Column
from hrworkbook.plan.values import CellError, Value, as_text, is_blank, normalised_text
from hrworkbook.tables.find_table import Row

Form = str | float
"""A value as it is compared here, in whatever form it was typed; '' for a blank."""
_READ_KINDS = ("money", "percent", "number", "whole", "date", "yes-no")
_ENOUGH = 2
"""By how many cells more a slip must explain a column than its lines do."""
_MAX_ALIKE = 20
"""Lines that may have said a thing for it to tell where it came from."""
_SORTED_AT_LEAST = 5
"""Cells of a column that can be called sorted."""


@dataclass(frozen=True)
class ColumnCells:
    """The cells of one column: by row, the line, what was issued for it, and what stands there."""

    column: Column
    ids: tuple[str, ...]
    was: tuple[Form, ...]
    now: tuple[Form, ...]
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


def column_cells(
    column: Column, rows: Sequence[tuple[str, Row]], was: Mapping[str, Mapping[str, Value]]
) -> ColumnCells:
    """Return the cells of a column, of the rows that have it."""
    key = column.key
    here = [(id_, row) for id_, row in rows if key in row.keys]
    issued = tuple(was[id_].get(key) for id_, _ in here)
    then = tuple(comparable(column, value) for value in issued)
    now = tuple(
        form if (value := row[key]) is old or value == old else comparable(column, value)
        for (_, row), old, form in zip(here, issued, then, strict=True)
    )
    return ColumnCells(column, tuple(id_ for id_, _ in here), then, now, tuple(row[key] for _, row in here))


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


def is_slipped(cells: ColumnCells, *, in_order: bool) -> bool:
    """Whether a column was shifted, sorted or dealt out anew; `in_order` says that the rows stand as they were issued."""
    changed = cells.changed
    if len(changed) < _ENOUGH:
        return False
    return (
        _is_shifted(cells.was, cells.now)
        or _is_shifted(cells.was[::-1], cells.now[::-1], down=False)
        or (in_order and _is_sorted(cells, changed))
    )


def is_permuted(cells: ColumnCells) -> bool:
    """Whether all that changed is what was issued for other changed cells, each text as often as before."""
    changed = cells.changed
    was, now = (Counter(side[at] for at in changed) for side in (cells.was, cells.now))
    return len(changed) >= _ENOUGH and was == now


def _is_shifted(was: Sequence[Form], now: Sequence[Form], *, down: bool = True) -> bool:
    """Whether, from some row to the end, what was issued for the row before explains more cells than the lines do.

    With `down` not set the sides come turned round: a cell deleted with the rest moved up, seen from the bottom, moves
    everything from the end to some row.
    """
    if not down:
        return _shift_score(was, now, from_start=True) >= _ENOUGH
    return _shift_score(was, now, from_start=False) >= _ENOUGH


def _shift_score(was: Sequence[Form], now: Sequence[Form], *, from_start: bool) -> int:
    """Return by how many cells, at best, a shift by one explains a stretch that reaches the last row of the sheet."""
    steps = [(now[at] == was[at - 1]) - (now[at] == was[at]) for at in range(1, len(now))]
    arrived = [now[at] != "" and now[at] != was[at] and now[at] == was[at - 1] for at in range(1, len(now))]
    if not from_start:
        steps.reverse()
        arrived.reverse()
    best = score = found = 0
    for step, fits in zip(steps, arrived, strict=True):
        score, found = score + step, found + fits
        if found:
            best = max(best, score)
    return best


def _is_sorted(cells: ColumnCells, changed: Sequence[int]) -> bool:
    """Whether a column stands in order now, blanks last, and did not when it was issued; most of it is what was issued."""
    filled = [value for value in cells.now if value != ""]
    if len(changed) <= _ENOUGH or len(filled) < _SORTED_AT_LEAST or len(set(filled)) < _ENOUGH:
        return False
    if any(value != "" for value in cells.now[len(filled) :]):
        return False
    known = Counter(cells.was)
    arrived = sum(
        min(count, known[value]) for value, count in Counter(cells.now[at] for at in changed).items() if value != ""
    )
    return arrived >= _ENOUGH and _in_order(cells.now) and not _in_order(cells.was)


def _in_order(values: Sequence[Form]) -> bool:
    """Whether the values, blanks apart, stand in ascending or descending order, figures before texts."""
    keys = [
        (isinstance(v, str), "" if isinstance(v, float) else v, v if isinstance(v, float) else 0.0)
        for v in values
        if v != ""
    ]
    return keys in (sorted(keys), sorted(keys, reverse=True))


def exchanged_columns(every: Sequence[ColumnCells]) -> Iterator[tuple[Column, Column]]:
    """Yield each two columns whose cells, or headings, were exchanged."""
    for one, other in combinations(every, 2):
        if one.ids == other.ids and _are_exchanged(one, other):
            yield one.column, other.column


def _are_exchanged(one: ColumnCells, other: ColumnCells) -> bool:
    """Whether more rows hold each column's value under the other; a value is read as what it was where it came from."""
    moved = stayed = weight = 0
    for at, (a, b) in enumerate(zip(one.was, other.was, strict=True)):
        here = (one.now[at] == a, other.now[at] == b)
        if here == (True, True):
            stayed += a != b
        elif comparable(one.column, other.received[at]) == a and comparable(other.column, one.received[at]) == b:
            moved += 1
            weight += sum(
                _ENOUGH if isinstance(v, str) and len(v) >= MIN_TELLING_CHARACTERS else v != "" for v in (a, b)
            )
    return weight >= _ENOUGH and moved > stayed


def dealt_lines(every: Sequence[ColumnCells]) -> dict[str, str]:
    """Return the lines in whose rows answers of others stand, each with the other, as where all answers were sorted alone.

    Several answers of a row must have come from one line, in which none of them stands any longer; and several rows so.
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
    for at in sorted({at for cells in full for at in cells.changed}):
        votes: Counter[int] = Counter()
        for cells, gone in zip(full, left, strict=True):
            homes = gone.get(cells.now[at], ()) if cells.now[at] != cells.was[at] else ()
            if len(homes) <= _MAX_ALIKE:
                votes.update({home: 2 if len(homes) == 1 else 1 for home in homes})
        ((home, score),) = votes.most_common(1) or [(0, 0)]
        if score > _ENOUGH:
            dealt[full[0].ids[at]] = full[0].ids[home]
    return dealt if len(set(dealt.values())) >= _ENOUGH else {}
