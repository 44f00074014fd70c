"""Find a plan's table on messy sheets and read it, losing nothing on the way."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

from hrworkbook.errors import NotAReturn
from hrworkbook.findings import listed
from hrworkbook.schema import Schema
from hrworkbook.snapshot import Block, column_letters
from hrworkbook.tables.headings import Heading, TooManyHeadings, Words, words_of
from hrworkbook.tables.heads import DEEPEST, Head, find_header, head_at, is_plain
from hrworkbook.tables.rows import Reading, Row, Table, Unplaced
from hrworkbook.values import Value, as_text, is_blank

__all__ = ["Heading", "Row", "Table", "Unplaced", "find_table", "find_tables"]

_LOOKED_AT = 100
"""Rows from the top in which headings are also looked for when nothing is written exactly as the plan has it."""
_NARROW = 20
"""Columns of a sheet that is rather a list or a page of notes than the table: it is worth a closer look before a try."""


_Finder = TypeVar("_Finder", bound="Callable[..., Any]")


def _bounded(find: _Finder) -> _Finder:
    """The function, refusing a file that has more that may be headings than can be looked through."""

    @wraps(find)
    def bounded(*given: Any, name: str = "", **options: Any) -> Any:
        try:
            return find(*given, name=name, **options)
        except TooManyHeadings:
            fault = "so many of its cells may be headings that no table can be made out"
            raise NotAReturn(name, fault, "Ask the sender for a sheet with one heading row") from None

    return cast("_Finder", bounded)


@_bounded
def find_table(
    blocks: Sequence[Block],
    schema: Schema,
    aliases: Mapping[str, str] | None = None,
    need: int = 2,
    *,
    furniture: Collection[str] = (),
    ignored: Collection[str] = (),
    first: Collection[str] = (),
    name: str = "",
) -> Table:
    """The one table of a file; cells of every other sheet are unplaced.

    `aliases` are learned headings (header to key). `need` is how many headings, the ID among them, make a table.
    `furniture` holds the plain texts of issued titles and seals, `ignored` the headings of columns that only show.
    Of several sheets with a table one of those named `first` is read, then the one with most known headings, most rows.
    Raises NotAReturn at `name` where there is none.
    """
    words = words_of(schema, aliases, ignored)
    words.looks = 0
    found = [(block, head) for block in blocks if (head := _find_head(block, words, need))]
    if not found:
        raise _refusal(blocks, words, name)
    block, head = max(found, key=lambda f: (f[0].name in first, f[1].known, not f[0].hidden, len(f[0].rows)))
    reading = Reading(block, words, furniture)
    reading.read(head.suggesting)
    reading.others([b for b in blocks if b is not block])
    for other, _ in found:
        if other is not block:
            reading.notes.append(f"Sheet '{other.name}' holds a table too, and was not read.")
    return reading.table()


@_bounded
def find_tables(
    blocks: Sequence[Block],
    schema: Schema,
    aliases: Mapping[str, str] | None = None,
    need: int = 2,
    *,
    needed: Collection[str] = (),
    is_one: Callable[[Collection[str]], bool] | None = None,
    is_part: Callable[[Collection[str]], bool] = lambda keys: False,
    furniture: Collection[str] = (),
    ignored: Collection[str] = (),
    name: str = "",
) -> tuple[Table, ...]:
    """Every sheet's table, in tab order (twelve months as twelve sheets); the other sheets' cells are unplaced in the first.

    A table must have the columns `needed`, or such as `is_one` says will do; beside one that has them, such as `is_part`
    says are a part of the same. The rest is as for `find_table`.
    """
    words = words_of(schema, aliases, ignored)
    words.looks = 0
    is_one = is_one or (lambda keys: set(keys).issuperset(needed))
    heads = [(block, head) for block in blocks if (head := _find_head(block, words, need))]
    if not any(is_one(head.keys) for _, head in heads):
        raise _refusal(blocks, words, name, needed)
    found = [(block, head) for block, head in heads if is_one(head.keys) or is_part(head.keys)]
    readings = [Reading(block, words, furniture) for block, _ in found]
    for reading, (_, head) in zip(readings, found, strict=True):
        reading.read(head.suggesting)
    taken = {id(block) for block, _ in found}
    readings[0].others([b for b in blocks if id(b) not in taken])
    return tuple(reading.table() for reading in readings)


def _find_head(block: Block, words: Words, need: int) -> Head | None:
    """The sheet's header: the rows by which most columns come to be known, the highest and shortest of equals."""
    rows, raw = block.rows, words.raw
    need = min(need, len(words.headers))
    best: Head | None = None
    is_sure = False  # only a header with the plan's own words could be better
    below = 0  # the first row that the best header leaves for others
    for row, values in enumerate(rows, 1):
        if row < below:
            continue
        strange = raw.isdisjoint(values)
        if strange and (is_sure or row > _LOOKED_AT):
            continue
        if strange and not words.any_likely(values):
            continue
        most = best.known if best else need - 1
        if sum(len(line) - line.count(None) for line in rows[row - 1 : row - 1 + DEEPEST]) <= most:
            continue
        if len(values) <= _NARROW and not _may_be_known(rows[row - 1 : row - 1 + DEEPEST], words, most):
            continue
        found = find_header(rows, block.merges, row, words)
        if found.known >= need and (not best or found.known > best.known):
            best, is_sure = found, 2 * found.known >= len(words.headers)
            below = row + found.depth
            if found.depth == DEEPEST and below <= len(rows) and words.any_likely(rows[below - 1]):
                below = row + 1  # the row may be a band over a header as deep
            if best.depth == 1 and is_plain(rows, best):
                break
    return _without_title(best, block, words).with_unheaded(rows) if best else None


def _without_title(head: Head, block: Block, words: Words) -> Head:
    """The header without a first row that is rather a title: of a cell or two, and every column is known without it."""
    rows = block.rows
    while head.depth > 1:
        filled = sum(not is_blank(value) for value in rows[head.top - 1])
        merged = any(r1 == head.top for r1, _, _, _ in block.merges)
        less = head_at(rows, block.merges, head.top + 1, head.depth - 1, words) if filled <= 2 and not merged else None
        if not less or _known(less) != _known(head):
            break
        head = less
    return head


def _known(head: Head) -> list[tuple[int, str | None]]:
    return [(h.column, h.key) for h in head.headings if h.known]


def _may_be_known(lines: Sequence[Sequence[Value]], words: Words, most: int) -> bool:
    """Whether more columns than so many have a cell in these rows that may be a part of a heading."""
    likely: set[int] = set()
    for line in lines:
        likely.update(words.likely_in(line))
        if len(likely) > most:
            return True
    return False


def _refusal(blocks: Sequence[Block], words: Words, name: str, needed: Collection[str] = ()) -> NotAReturn:
    """Why no table was found, as plainly as can be said."""
    if not any(not is_blank(v) for b in blocks for row in b.rows for v in row):
        return NotAReturn(name, "every sheet is empty", "Ask the sender to send the file again")
    for block in blocks:
        column = _on_its_side(block, words)
        if column:
            return NotAReturn(
                name,
                f"the table on sheet '{block.name}' lies on its side: its headings run down column {column}",
                "Ask the sender for the headings across the top, one line to a row, as in the return they were sent",
            )
    wanted = [words.headers[key] for key in needed] or list(words.headers.values())[:4]
    sheets = listed(f"'{b.name}'" for b in blocks[:3]) + (" and others" if len(blocks) > 3 else "")
    first = next(" ".join(as_text(v).split()) for b in blocks for row in b.rows for v in row if not is_blank(v))
    begins = first if len(first) <= 60 else f"{first[:59].rstrip()}…"
    return NotAReturn(
        name,
        f"no table with the headings {listed(wanted)} was found on {sheets}; the file begins '{begins}'",
        "If it is a return, ask the sender for the sheet with its heading row",
    )


def _on_its_side(block: Block, words: Words) -> str:
    """The column down which the plan's headings run; '' where they do not."""
    down: Counter[int] = Counter()
    seen: set[tuple[int, str]] = set()
    for row in block.rows[:_LOOKED_AT]:
        for at, value in enumerate(row[:DEEPEST], 1):
            found = words.match(value) if isinstance(value, str) and 0 < len(value) <= 400 else None
            if found and (at, found[0]) not in seen:
                seen.add((at, found[0]))
                down[at] += 1
    at, most = max(down.items(), key=lambda item: item[1], default=(0, 0))
    return column_letters(at) if most >= max(3, len(words.headers) // 3) else ""
