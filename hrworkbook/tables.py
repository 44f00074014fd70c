"""Find a plan's table on messy sheets and read it, losing nothing on the way."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from hrworkbook.errors import NotAReturn
from hrworkbook.findings import listed
from hrworkbook.headings import (
    DEEPEST,
    Heading,
    Words,
    find_header,
    is_plain,
    with_suggestions,
    with_unheaded,
    words_of,
)
from hrworkbook.schema import Schema
from hrworkbook.snapshot import Block, column_letters
from hrworkbook.tablerows import Head, Reading, Row, Table, Unplaced
from hrworkbook.values import Value, is_blank

__all__ = ["Heading", "Row", "Table", "Unplaced", "find_table", "find_tables"]

_LOOKED_AT = 100
"""Rows from the top in which headings are also looked for when nothing is written exactly as the plan has it."""


def find_table(
    blocks: Sequence[Block],
    schema: Schema,
    aliases: Mapping[str, str] | None = None,
    need: int = 2,
    *,
    furniture: Collection[str] = (),
    ignored: Collection[str] = (),
    name: str = "",
) -> Table:
    """The one table of a file; cells of every other sheet are unplaced.

    `aliases` are learned headings (header to key). `need` is how many headings, the ID among them, make a table.
    `furniture` holds the plain texts of issued titles and seals, `ignored` the headings of columns that only show.
    Of several sheets with a table the one with most known headings is read, then the one with most rows.
    Raises NotAReturn at `name` where there is none.
    """
    words = words_of(schema, aliases, ignored)
    found = [(block, head) for block in blocks if (head := _find_head(block, words, need))]
    if not found:
        raise _refusal(blocks, words, name)
    block, head = max(found, key=lambda f: (f[1].known, not f[0].hidden, len(f[0].rows)))
    reading = Reading(block, words, furniture)
    reading.read(head)
    reading.others([b for b in blocks if b is not block])
    for other, _ in found:
        if other is not block:
            reading.notes.append(f"Sheet '{other.name}' holds a table too, and was not read.")
    return reading.table(head)


def find_tables(
    blocks: Sequence[Block],
    schema: Schema,
    aliases: Mapping[str, str] | None = None,
    need: int = 2,
    *,
    needed: Collection[str] = (),
    furniture: Collection[str] = (),
    ignored: Collection[str] = (),
    name: str = "",
) -> tuple[Table, ...]:
    """Every sheet's table, in tab order (twelve months as twelve sheets); the other sheets' cells are unplaced in the first.

    A table must have the columns `needed`. The rest is as for `find_table`.
    """
    words = words_of(schema, aliases, ignored)
    found = []
    for block in blocks:
        head = _find_head(block, words, need)
        if head and {h.key for h in head.headings}.issuperset(needed):
            found.append((block, head))
    if not found:
        raise _refusal(blocks, words, name, needed)
    readings = [(Reading(block, words, furniture), head) for block, head in found]
    for reading, head in readings:
        reading.read(head)
    taken = {id(block) for block, _ in found}
    readings[0][0].others([b for b in blocks if id(b) not in taken])
    return tuple(reading.table(head) for reading, head in readings)


def _find_head(block: Block, words: Words, need: int) -> Head | None:
    """The sheet's header: the rows by which most columns come to be known, the highest and shortest of equals."""
    need = min(need, len(words.headers))
    best: Head | None = None
    for row, values in enumerate(block.rows, 1):
        if best and (row < best.top + best.depth or _most(block.rows, row) <= best.known):
            continue
        if words.raw.isdisjoint(values) and (row > _LOOKED_AT or _is_sure(best, words) or not words.any_likely(values)):
            continue
        found = Head(row, *find_header(block.rows, block.merges, row, words))
        if found.known >= need and (not best or found.known > best.known):
            best = found
            if best.depth == 1 and is_plain(block.rows, row, best.headings, words):
                break
    if best:
        placed = with_unheaded(best.headings, block.rows, best.top, best.depth, words)
        best = Head(best.top, best.depth, with_suggestions(placed, words))
    return best


def _most(rows: Sequence[Sequence[Value]], row: int) -> int:
    """More columns than these cannot be known by a header that begins at a sheet row."""
    return sum(len(line) - line.count(None) for line in rows[row - 1 : row - 1 + DEEPEST])


def _is_sure(best: Head | None, words: Words) -> bool:
    """Whether a header knows so much of the plan that only one with the plan's own words could be better."""
    return best is not None and 2 * best.known >= len(words.headers)


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
    first = next(" ".join(str(v).split()) for b in blocks for row in b.rows for v in row if not is_blank(v))
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
