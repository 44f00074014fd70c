"""Own columns: an owner's column headed like an alias of the plan's, beside the plan's own under a heading made up."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from hrworkbook.merging.match_rows import MIN_TELLING_CHARACTERS, Baseline
from hrworkbook.plan.snapshot import Block, column_letters
from hrworkbook.plan.values import as_text, is_blank, same_value
from hrworkbook.tables.find_table import Heading, Row, Table
from hrworkbook.tables.heading import MatchKind
from hrworkbook.tables.unplaced_cells import UnplacedRows

_BY_OTHER_WORDS = (MatchKind.ALIAS, MatchKind.GROUP, MatchKind.SPELLED)
_ENOUGH = 2
"""Lines of which a column still says what was issued, for it to be the real one; one with a telling text will do."""


def without_own_columns(table: Table, block: Block, baseline: Baseline, learned: Collection[str]) -> Table:
    """Return the table without the columns known by an alias where a column of unknown heading still holds what was issued.

    Which of them holds answers nobody can say, so neither is read, and the cells of both are listed. `learned` are the
    headings that HR has explained.
    """
    owns = dict(_own_columns(table, block, baseline, learned))
    if not owns:
        return table
    headings = tuple(
        replace(h, key=None, match_kind=MatchKind.NOT_KNOWN) if h.column in owns else h for h in table.headings
    )
    keys = {h.key for h in table.headings if h.column in owns}
    rows: list[Row] = []
    unplaced = list(table.unplaced_rows)
    for row in table.rows:
        left = [cell for cell in zip(row.keys, row.columns, row.values, strict=True) if cell[0] not in keys]
        kept = tuple(zip(*left, strict=True)) or ((), (), ())
        rows.append(Row(row.row_number, row.line_id, *kept))
        for column, real in owns.items():
            why = f"column {column_letters(real)} still holds what was issued in its place"
            value = block.at(row.row_number, column)
            unplaced.append(UnplacedRows(table.sheet, row.row_number, [[value]], why, [column]))
    return replace(
        table,
        headings=headings,
        rows=tuple(rows),
        unplaced_rows=tuple(unplaced),
        reading_notes=(*table.reading_notes, *_notes(table, owns)),
    )


def _own_columns(table: Table, block: Block, baseline: Baseline, learned: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield each column known by an alias with the one that holds what was issued in its place."""
    unknown = [h.column for h in table.headings if h.is_unknown]
    for heading in table.headings if unknown else ():
        if heading.match_kind not in _BY_OTHER_WORDS or not heading.key or heading.header in learned:
            continue
        here, *others = (
            _issued_cells(heading.key, column, table.rows, block, baseline) for column in (heading.column, *unknown)
        )
        if max(others) >= _ENOUGH and max(others) > here:
            yield heading.column, unknown[others.index(max(others))]


def _issued_cells(key: str, column: int, rows: Sequence[Row], block: Block, baseline: Baseline) -> int:
    """Return of how many lines a sheet column says what was issued in a column of the plan; a telling text counts as two."""
    issued = ((row, baseline[row.line_id].get(key)) for row in rows if row.line_id in baseline)
    return sum(
        1 + (len(as_text(was)) >= MIN_TELLING_CHARACTERS)
        for row, was in issued
        if not is_blank(was) and same_value(block.at(row.row_number, column), was)
    )


def _notes(table: Table, owns: dict[int, int]) -> Iterator[str]:
    by_column: dict[int, Heading] = {h.column: h for h in table.headings}
    for column, real in owns.items():
        own, other = by_column[column].header, by_column[real].header
        yield (
            f"Column {column_letters(column)} '{own}' was not taken into the plan: column {column_letters(real)} '{other}' "
            "still holds what was issued there. Say on the Headings sheet what each of them means, and merge it again."
        )
