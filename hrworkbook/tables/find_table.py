"""Find a plan's table on messy sheets and read it, losing nothing on the way."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.snapshot import Block, column_letters
from hrworkbook.plan.values import Value, as_text, is_blank, shorten
from hrworkbook.tables.header import MAX_HEADER_ROWS, Header, find_header, header_at, is_simple
from hrworkbook.tables.heading import Heading
from hrworkbook.tables.heading_vocabulary import HeadingVocabulary, TooManyHeadings, vocabulary_for
from hrworkbook.tables.read_rows import Row, Table, TableReader
from hrworkbook.tables.unplaced_cells import UnplacedCell

__all__ = ["Heading", "Row", "Table", "UnplacedCell", "find_table", "find_tables"]

_MAX_SEARCHED_ROWS = 100
"""Rows from the top in which headings are also looked for when nothing is written exactly as the plan has it."""
_NARROW_COLUMNS = 20
"""Columns of a sheet that is rather a list or a page of notes than the table: it is worth a closer look before a try."""


_Finder = TypeVar("_Finder", bound="Callable[..., Any]")


def bounded_look(find: _Finder) -> _Finder:
    """Return the function, refusing a file that has more that may be headings than can be looked through."""

    @wraps(find)
    def bounded(*given: Any, name: str = "", **options: Any) -> Any:
        try:
            return find(*given, name=name, **options)
        except TooManyHeadings:
            fault = "so many of its cells may be headings that no table can be made out"
            raise NotAReturn(name, fault, "Ask the sender for a sheet with one heading row") from None

    return cast("_Finder", bounded)


@bounded_look
def find_table(
    blocks: Sequence[Block],
    schema: Schema,
    aliases: Mapping[str, str] | None = None,
    min_columns: int = 2,
    *,
    furniture: Collection[str] = (),
    ignored: Collection[str] = (),
    preferred_sheets: Collection[str] = (),
    name: str = "",
) -> Table:
    """Return the one table of a file; cells of every other sheet are unplaced.

    `aliases` are learned headings (header to key). `min_columns` is how many headings, the ID among them, make a table.
    `furniture` holds the plain texts of issued titles and seals, `ignored` the headings of columns that only show.
    Of several sheets with a table one of those named `preferred_sheets` is read, then the one with most known headings, most rows.
    Raises NotAReturn at `name` where there is none.
    """
    vocabulary = vocabulary_for(schema, aliases, ignored)
    vocabulary.looks = 0
    found = [(block, header) for block in blocks if (header := find_sheet_header(block, vocabulary, min_columns))]
    if not found:
        raise no_table_error(blocks, vocabulary, name)
    block, header = max(
        found, key=lambda f: (f[0].name in preferred_sheets, f[1].known_count, not f[0].hidden, len(f[0].rows))
    )
    reading = TableReader(block, vocabulary, furniture)
    reading.read(header.with_suggestions)
    reading.add_other_sheets([b for b in blocks if b is not block])
    for other, _ in found:
        if other is not block:
            reading.notes.append(f"Sheet '{other.name}' holds a table too, and was not read.")
    return reading.table()


@bounded_look
def find_tables(
    blocks: Sequence[Block],
    schema: Schema,
    aliases: Mapping[str, str] | None = None,
    min_columns: int = 2,
    *,
    needed_keys: Collection[str] = (),
    is_complete: Callable[[Collection[str]], bool] | None = None,
    is_part: Callable[[Collection[str]], bool] = lambda keys: False,
    furniture: Collection[str] = (),
    ignored: Collection[str] = (),
    name: str = "",
) -> tuple[Table, ...]:
    """Every sheet's table, in tab order (twelve months as twelve sheets); the other sheets' cells are unplaced in the first.

    A table must have the columns `needed_keys`, or such as `is_complete` says will do; beside one that has them, such as `is_part`
    says are a part of the same. The rest is as for `find_table`.
    """
    vocabulary = vocabulary_for(schema, aliases, ignored)
    vocabulary.looks = 0
    is_complete = is_complete or (lambda keys: set(keys).issuperset(needed_keys))
    heads = [(block, header) for block in blocks if (header := find_sheet_header(block, vocabulary, min_columns))]
    if not any(is_complete(header.keys) for _, header in heads):
        raise no_table_error(blocks, vocabulary, name, needed_keys)
    found = [(block, header) for block, header in heads if is_complete(header.keys) or is_part(header.keys)]
    readings = [TableReader(block, vocabulary, furniture) for block, _ in found]
    for reading, (_, header) in zip(readings, found, strict=True):
        reading.read(header.with_suggestions)
    taken = {id(block) for block, _ in found}
    readings[0].add_other_sheets([b for b in blocks if id(b) not in taken])
    return tuple(reading.table() for reading in readings)


def find_sheet_header(block: Block, vocabulary: HeadingVocabulary, min_columns: int) -> Header | None:
    """Return the sheet's header: the rows by which most columns come to be known, the highest and shortest of equals."""
    rows, raw = block.rows, vocabulary.exact_texts
    min_columns = min(min_columns, len(vocabulary.headers))
    best: Header | None = None
    is_sure = False  # only a header with the plan's own words could be better
    below = 0  # the first row that the best header leaves for others
    for row, values in enumerate(rows, 1):
        if row < below:
            continue
        strange = raw.isdisjoint(values)
        if strange and (is_sure or row > _MAX_SEARCHED_ROWS):
            continue
        if strange and not vocabulary.has_likely(values):
            continue
        most = best.known_count if best else min_columns - 1
        if sum(len(line) - line.count(None) for line in rows[row - 1 : row - 1 + MAX_HEADER_ROWS]) <= most:
            continue
        if len(values) <= _NARROW_COLUMNS and not _has_likely_columns(
            rows[row - 1 : row - 1 + MAX_HEADER_ROWS], vocabulary, most
        ):
            continue
        found = find_header(rows, block.merges, row, vocabulary)
        if found.known_count >= min_columns and (not best or found.known_count > best.known_count):
            best, is_sure = found, 2 * found.known_count >= len(vocabulary.headers)
            below = row + found.depth
            if found.depth == MAX_HEADER_ROWS and below <= len(rows) and vocabulary.has_likely(rows[below - 1]):
                below = row + 1  # the row may be a band over a header as deep
            if best.depth == 1 and is_simple(rows, best):
                break
    return _drop_title_row(best, block, vocabulary).with_unheaded(rows) if best else None


def _drop_title_row(header: Header, block: Block, vocabulary: HeadingVocabulary) -> Header:
    """Return the header without a first row that is rather a title: of a cell or two, and every column is known without it."""
    rows = block.rows
    while header.depth > 1:
        filled = sum(not is_blank(value) for value in rows[header.top - 1])
        merged = any(r1 == header.top for r1, _, _, _ in block.merges)
        less = (
            header_at(rows, block.merges, header.top + 1, header.depth - 1, vocabulary)
            if filled <= 2 and not merged
            else None
        )
        if not less or _known_columns(less) != _known_columns(header):
            break
        header = less
    return header


def _known_columns(header: Header) -> list[tuple[int, str | None]]:
    return [(h.column, h.key) for h in header.headings if h.is_known]


def _has_likely_columns(lines: Sequence[Sequence[Value]], vocabulary: HeadingVocabulary, most: int) -> bool:
    """Whether more columns than so many have a cell in these rows that may be a part of a heading."""
    likely: set[int] = set()
    for line in lines:
        likely.update(vocabulary.likely_columns(line))
        if len(likely) > most:
            return True
    return False


def no_table_error(
    blocks: Sequence[Block], vocabulary: HeadingVocabulary, name: str, needed_keys: Collection[str] = ()
) -> NotAReturn:
    """Why no table was found, as plainly as can be said."""
    if not any(not is_blank(v) for b in blocks for row in b.rows for v in row):
        return NotAReturn(name, "every sheet is empty", "Ask the sender to send the file again")
    for block in blocks:
        column = _transposed_column(block, vocabulary)
        if column:
            return NotAReturn(
                name,
                f"the table on sheet '{block.name}' lies on its side: its headings run down column {column}",
                "Ask the sender for the headings across the top, one line to a row, as in the return they were sent",
            )
    wanted = [vocabulary.headers[key] for key in needed_keys] or list(vocabulary.headers.values())[:4]
    sheets = join_words(f"'{b.name}'" for b in blocks[:3]) + (" and others" if len(blocks) > 3 else "")
    first = next(as_text(v) for b in blocks for row in b.rows for v in row if not is_blank(v))
    return NotAReturn(
        name,
        f"no table with the headings {join_words(wanted)} was found on {sheets}; the file begins '{shorten(first, 60)}'",
        "If it is a return, ask the sender for the sheet with its heading row",
    )


def _transposed_column(block: Block, vocabulary: HeadingVocabulary) -> str:
    """Return the column down which the plan's headings run; '' where they do not."""
    down: Counter[int] = Counter()
    seen: set[tuple[int, str]] = set()
    for row in block.rows[:_MAX_SEARCHED_ROWS]:
        for at, value in enumerate(row[:MAX_HEADER_ROWS], 1):
            found = vocabulary.match(value) if isinstance(value, str) and 0 < len(value) <= 400 else None
            if found and (at, found[0]) not in seen:
                seen.add((at, found[0]))
                down[at] += 1
    at, most = max(down.items(), key=lambda item: item[1], default=(0, 0))
    return column_letters(at) if most >= max(3, len(vocabulary.headers) // 3) else ""
