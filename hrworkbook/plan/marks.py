"""Marks: what a sheet shows or hides beside its values, as sentences for a receipt, one for each kind with its cells."""

from collections.abc import Callable, Iterator, Sequence

from hrworkbook.plan.findings import join_words
from hrworkbook.plan.snapshot import Annotation, Block, address, column_letters
from hrworkbook.plan.values import Value, is_blank

MAX_NAMED = 8
"""Places of one kind that are named; the rest are counted."""
_MAX_WORDS = 200


def mark_notes(
    blocks: Sequence[Block],
    *,
    with_struck: bool = True,
    is_our_comment: Callable[[str], bool] = lambda text: False,
    is_our_column: Callable[[Sequence[Value]], bool] = lambda values: False,
) -> Iterator[str]:
    """Yield what stands on the sheets without being a value, and what is struck through or hidden.

    Comments and columns that we made ourselves are left out, as the two functions say; struck words where a merge holds
    each of them back anyway.
    """
    for block in blocks:
        if not block.rows:
            continue
        if with_struck and block.struck:
            yield f"{_sheet(block)} has words that are struck through, which were read all the same: {_words(block, block.struck)}."
        yield from _hidden_notes(block, is_our_column)
        for row, column, text in block.comments:
            if not is_our_comment(text):
                yield f"{_cell(block, row, column)} has a comment, which is not read as a value: '{_short(text)}'"
        for row, column, text in block.text_boxes:
            yield f"{_cell(block, row, column)} has a text box over it, which is not read as a value: '{_short(text)}'"
        if pictures := [mark for mark in block.pictures if _is_in_table(block, *mark[:2])]:
            yield f"{_sheet(block)} has pictures where words may be meant, which cannot be read: {_words(block, pictures)}."


def _is_in_table(block: Block, row: int, column: int) -> bool:
    """Whether a picture lies over a blank cell of a row that is filled otherwise; a logo does not."""
    filled = sum(not is_blank(value) for value in block.rows[row - 1]) if 0 < row <= len(block.rows) else 0
    return filled > 1 and is_blank(block.at(row, column))


def _hidden_notes(block: Block, is_our_column: Callable[[Sequence[Value]], bool]) -> Iterator[str]:
    """Yield the rows and columns that are hidden and hold something."""
    rows = [n for n in block.hidden_rows if n <= len(block.rows) and not all(map(is_blank, block.rows[n - 1]))]
    if rows:
        yield f"{_sheet(block)} has rows that are hidden or filtered out, which were read all the same: {_spans(rows, str)}."
    columns = [n for n in block.hidden_columns if not _is_empty(block, n) and not is_our_column(_column(block, n))]
    if columns:
        yield f"{_sheet(block)} has hidden columns, which were read all the same: {_spans(columns, column_letters)}."


def _column(block: Block, number: int) -> list[Value]:
    return [row[number - 1] for row in block.rows if number <= len(row)]


def _is_empty(block: Block, number: int) -> bool:
    return all(map(is_blank, _column(block, number)))


def _spans(numbers: Sequence[int], name: Callable[[int], str]) -> str:
    """`3, 7–9 and 12`."""
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    named = [name(first) if first == last else f"{name(first)}–{name(last)}" for first, last in spans]
    more = len(named) - MAX_NAMED
    return join_words(named if more <= 0 else [*named[:MAX_NAMED], f"{more:,} more"])


def _words(block: Block, marks: Sequence[Annotation]) -> str:
    """The places of some marks, each with its words."""
    named = []
    for row, column, text in marks[:MAX_NAMED]:
        place = address(row, column) if row > 0 and column > 0 else ""
        words = f"'{_short(text)}'" if text else ""
        named.append(f"{place} ({words})" if place and words else place or words or "one whose place is not told")
    more = len(marks) - MAX_NAMED
    return join_words([*named, f"{more:,} more"] if more > 0 else named)


def _sheet(block: Block) -> str:
    return f"Sheet '{block.name}'"


def _cell(block: Block, row: int, column: int) -> str:
    return f"'{block.name}'!{address(row, column)}" if row > 0 and column > 0 else f"A cell of '{block.name}'"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _MAX_WORDS else f"{words[: _MAX_WORDS - 1].rstrip()}…"
