"""Displaced: answers that came to stand in another line's row, as where a column was sorted, or IDs dragged, without the rest.

The sign is a text issued for one line that now stands in another, and no longer in its own.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hrworkbook.merging.match_rows import MIN_TELLING_CHARACTERS, Baseline
from hrworkbook.merging.slips import IssuedForms, Slips, column_cells, find_slips, stays_in_place
from hrworkbook.plan.schema import CellKey, Schema
from hrworkbook.plan.values import is_blank, normalised_text, same_value
from hrworkbook.tables.find_table import Row

MIN_SHORT_ANSWERS = 3
"""Short answers by which another line's row is known."""
RowsByLine = Mapping[str, Sequence[Row]]
"""The rows of one sheet by line."""


@dataclass(frozen=True)
class MisplacedAnswers:
    """What looks displaced: columns of which the whole return is in doubt, those exchanged, lines and single cells."""

    columns: tuple[str, ...]
    """Keys of columns that slipped."""
    in_place: frozenset[str]
    """Keys of the columns that are seen to stand in their rows although another one slipped; the rest of the return waits."""
    permuted: tuple[str, ...]
    """Keys of columns in which nothing changed but places."""
    exchanged: tuple[tuple[str, str], ...]
    """Keys of each two columns whose cells or headings were exchanged."""
    lines: Mapping[str, str]
    """Each line with the one whose answers stand in its row."""
    cells: Mapping[CellKey, str]
    """Each cell with the line whose text came to stand in it, or that its text came from."""


def find_misplaced(
    schema: Schema, baseline: Baseline, sheets: Sequence[RowsByLine], edited: Collection[CellKey]
) -> MisplacedAnswers:
    """Return what of a return stands in other rows than it was issued in.

    `edited` are the owner's cells that say something else than was issued.
    """
    ids: dict[str, list[str]] = defaultdict(list)
    for id_, key in edited:
        ids[key].append(id_)
    owners = [c.key for c in schema.columns if c.is_owners]
    columns: set[str] = set()
    in_place = {c.key for c in schema.columns if c.is_owners}
    exchanged: set[tuple[str, str]] = set()
    permuted: set[str] = set()
    lines: dict[str, str] = {}
    cells: dict[CellKey, str] = {}
    was = IssuedForms(schema, baseline)
    for rows in sheets if edited else ():
        for key, other_homes in ids.items():
            strangers = list(_texts_of_other_lines(was, rows, key, other_homes))
            if len({home for _, _, home in strangers}) > 1:
                columns.add(key)
            for id_, row, home in strangers:
                cells[id_, key], cells[home, key] = home, id_
                if any(_matches_other_line(baseline, row, other, id_, home) for other in owners if other != key):
                    lines[id_] = home
        lines |= _rows_of_other_lines(was, rows, edited)
        slips = _slips_on_sheet(was, rows, ids)
        columns |= {column.key for column in slips.columns}
        permuted |= {column.key for column in slips.permuted}
        exchanged |= {(one.key, other.key) for one, other in slips.exchanged}
    for rows in sheets if columns else ():
        in_place &= _columns_in_place(was, rows, ids, columns, in_place)
    return MisplacedAnswers(
        tuple(c.key for c in schema.columns if c.key in columns),
        frozenset(in_place - columns),
        tuple(sorted(permuted)),
        tuple(sorted(exchanged)),
        lines,
        cells,
    )


def _columns_in_place(
    was: IssuedForms,
    rows: RowsByLine,
    ids: Mapping[str, Collection[str]],
    slipped: Collection[str],
    keys: Collection[str],
) -> set[str]:
    """Return those of the columns that stand in their rows where the one column that slipped does not.

    Where two slipped, whatever stood beside them may have gone with them.
    """
    if len(slipped) > 1:
        return set()
    once = _rows_in_order(rows)
    displaced = {id_ for key in slipped for id_ in ids.get(key, ()) if id_ in rows}
    if not displaced:
        return set(keys)
    return {key for key in keys if stays_in_place(column_cells(key, once, was, set(ids.get(key, ()))), displaced)}


def _rows_in_order(rows: RowsByLine) -> list[tuple[str, Row]]:
    """Return the lines of a sheet, each with its first row, in the order of those rows."""
    return sorted(((id_, some[0]) for id_, some in rows.items()), key=lambda one: one[1].row_number)


def _slips_on_sheet(was: IssuedForms, rows: RowsByLine, ids: Mapping[str, Sequence[str]]) -> Slips:
    """Return the columns of one sheet that slipped, of those in which something changed."""
    keys = [key for key, changed in ids.items() if len(changed) > 1 or len(ids) > 1]
    changed_values = (row[key] for key in ids for id_ in ids[key] for row in rows.get(id_, ()) if key in row.keys)
    if not any(was.says(key, value) for value in changed_values for key in keys):
        return Slips((), (), ())  # nothing that was issued stands where it was not
    once = _rows_in_order(rows)
    order = {id_: at for at, id_ in enumerate(was.baseline)}
    places = [order[id_] for id_, _ in once]
    return find_slips([column_cells(key, once, was, set(ids[key])) for key in keys], in_order=places == sorted(places))


def _texts_of_other_lines(
    was: IssuedForms, rows: RowsByLine, key: str, ids: Sequence[str]
) -> Iterator[tuple[str, Row, str]]:
    """Each line and row in which a long text stands that was issued for others, none of which says it any longer."""
    here = [(id_, row, normalised_text(row[key])) for id_ in ids for row in rows.get(id_, ()) if key in row]
    arrived_texts = {text for _, _, text in here if len(text) >= MIN_TELLING_CHARACTERS}
    homes: dict[str, list[str]] = defaultdict(list)
    for id_, text in was.texts(key).items() if arrived_texts else ():
        if text in arrived_texts:
            homes[text].append(id_)
    for id_, row, text in here:
        other_homes = homes.get(text, ())
        stays = id_ in other_homes or any(
            key in r and normalised_text(r[key]) == text for home in other_homes for r in rows.get(home, ())
        )
        if other_homes and not stays:
            yield id_, row, other_homes[0]


def _rows_of_other_lines(was: IssuedForms, rows: RowsByLine, edited: Collection[CellKey]) -> Iterator[tuple[str, str]]:
    """Each line in whose row several short answers, most of those changed, are another line's, which no longer says them."""
    keys: dict[str, list[str]] = defaultdict(list)
    for id_, key in edited:
        keys[id_].append(key)
    many = {id_: other_homes for id_, other_homes in keys.items() if len(other_homes) >= MIN_SHORT_ANSWERS}
    answers_by_line: dict[CellKey, list[str]] = defaultdict(list)
    for key in {key for some in many.values() for key in some}:
        for id_, text in was.texts(key).items():
            if text:
                answers_by_line[key, text].append(id_)
    for id_, other_homes in many.items():
        for row in rows.get(id_, ()):
            says = [(key, normalised_text(row[key])) for key in other_homes if key in row]
            homes = Counter(home for cell in says for home in answers_by_line.get(cell, ()) if home != id_)
            for home, times in homes.most_common(1):
                stays = any(
                    all(
                        normalised_text(r[key]) == text
                        for key, text in says
                        if key in r and home in answers_by_line[key, text]
                    )
                    for r in rows.get(home, ())
                )
                if times >= MIN_SHORT_ANSWERS and 2 * times > len(says) and not stays:
                    yield id_, home


def _matches_other_line(baseline: Baseline, row: Row, key: str, id_: str, home: str) -> bool:
    """Whether one more of the owner's cells of a row is as issued for the other line, and not as for its own."""
    if key not in row or is_blank(row[key]):
        return False
    return same_value(row[key], baseline[home].get(key)) and not same_value(row[key], baseline[id_].get(key))
