"""Displaced: answers that came to stand in another line's row, as where a column was sorted, or IDs dragged, without the rest.

The sign is a text issued for one line that now stands in another, and no longer in its own.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hrworkbook.merging.matching import ENOUGH, Baseline
from hrworkbook.schema import Schema
from hrworkbook.tables.find import Row
from hrworkbook.values import is_blank, plain, same

SEVERAL = 3
"""Short answers by which another line's row is known."""
Place = tuple[str, str]
"""A cell of the plan: line ID and column key."""
Rows = Mapping[str, Sequence[Row]]
"""The rows of one sheet by line."""


@dataclass(frozen=True)
class Displaced:
    """What looks displaced: the headings of columns, and lines, each with the line whose answers stand in its row."""

    columns: tuple[str, ...]
    lines: Mapping[str, str]


def displaced(schema: Schema, baseline: Baseline, sheets: Sequence[Rows], edited: Collection[Place]) -> Displaced:
    """What of a return stands in other rows than it was issued in; `edited` are the owner's cells that say something else."""
    ids: dict[str, list[str]] = defaultdict(list)
    for id_, key in edited:
        ids[key].append(id_)
    owners = [c.key for c in schema.columns if c.by_owner]
    columns: set[str] = set()
    lines: dict[str, str] = {}
    for rows in sheets:
        for key, theirs in ids.items():
            strangers = list(_strangers(baseline, rows, key, theirs))
            if len({home for _, _, home in strangers}) > 1:
                columns.add(schema[key].header)
            for id_, row, home in strangers:
                if any(_is_homes(baseline, row, other, id_, home) for other in owners if other != key):
                    lines[id_] = home
        lines |= _taken_over(baseline, rows, edited)
    return Displaced(tuple(sorted(columns)), lines)


def _strangers(baseline: Baseline, rows: Rows, key: str, ids: Sequence[str]) -> Iterator[tuple[str, Row, str]]:
    """Each line and row in which a long text stands that was issued for others, none of which says it any longer."""
    here = [(id_, row, plain(row[key])) for id_ in ids for row in rows.get(id_, ()) if key in row]
    came = {text for _, _, text in here if len(text) >= ENOUGH}
    homes: dict[str, list[str]] = defaultdict(list)
    for id_, issued in baseline.items() if came else ():
        if (text := plain(issued.get(key))) in came:
            homes[text].append(id_)
    for id_, row, text in here:
        theirs = homes.get(text, ())
        stays = id_ in theirs or any(key in r and plain(r[key]) == text for home in theirs for r in rows.get(home, ()))
        if theirs and not stays:
            yield id_, row, theirs[0]


def _taken_over(baseline: Baseline, rows: Rows, edited: Collection[Place]) -> Iterator[tuple[str, str]]:
    """Each line in whose row several short answers, most of those changed, are another line's, which no longer says them."""
    keys: dict[str, list[str]] = defaultdict(list)
    for id_, key in edited:
        keys[id_].append(key)
    many = {id_: theirs for id_, theirs in keys.items() if len(theirs) >= SEVERAL}
    said: dict[Place, list[str]] = defaultdict(list)
    for id_, issued in baseline.items() if many else ():
        for key, value in issued.items():
            if not is_blank(value):
                said[key, plain(value)].append(id_)
    for id_, theirs in many.items():
        for row in rows.get(id_, ()):
            says = [(key, plain(row[key])) for key in theirs if key in row]
            homes = Counter(home for cell in says for home in said.get(cell, ()) if home != id_)
            for home, times in homes.most_common(1):
                stays = any(
                    all(plain(r[key]) == text for key, text in says if key in r and home in said[key, text])
                    for r in rows.get(home, ())
                )
                if times >= SEVERAL and 2 * times > len(says) and not stays:
                    yield id_, home


def _is_homes(baseline: Baseline, row: Row, key: str, id_: str, home: str) -> bool:
    """Whether one more of the owner's cells of a row is as issued for the other line, and not as for its own."""
    if key not in row or is_blank(row[key]):
        return False
    return same(row[key], baseline[home].get(key)) and not same(row[key], baseline[id_].get(key))
