"""What the cells of a header say of each column: its heading, from group to leaf."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from hrworkbook.plan.values import CellError, Value, fold_name, normalised_text

MAX_HEADING_CHARACTERS = 400
HeadingPath = tuple[int, int, list[str], list[bool]]
"""Column, header row (from 0) of its lowest heading cell, the heading from group to leaf, and which parts stand in the column."""


def heading_paths(lines: Sequence[Sequence[Value]], spans: Mapping[tuple[int, int], int]) -> Iterator[HeadingPath]:
    """Yield the heading of each column that has one, by the rows of a header.

    `spans` holds the last column of each merged group, by header row (from 0) and first column.
    """
    return _paths(lines, spans) if len(lines) > 1 else _single_row_paths(lines[0])


def _single_row_paths(line: Sequence[Value]) -> Iterator[HeadingPath]:
    for column, value in enumerate(line, 1):
        if text := heading_text(value):
            yield column, 0, [text], [True]


def _paths(lines: Sequence[Sequence[Value]], spans: Mapping[tuple[int, int], int]) -> Iterator[HeadingPath]:
    depth = len(lines)
    group: list[tuple[str, int]] = [("", 0)] * depth
    for column in range(1, max(map(len, lines), default=0) + 1):
        texts = [heading_text(line[column - 1]) if column <= len(line) else "" for line in lines]
        leaf = max((i for i in range(depth) if texts[i]), default=-1)
        for i, text in enumerate(texts):
            if text:
                group[i:] = [("", 0)] * (depth - i)
                group[i] = (text, spans.get((i, column), 0))
        if leaf < 0:
            continue
        path: list[str] = []
        own: list[bool] = []
        for i in range(leaf + 1):
            text, last = group[i]
            if not texts[i] and last and column > last:
                text = ""
            if text and (not path or path[-1] != text):
                path.append(text)
                own.append(bool(texts[i]))
        yield column, leaf, path, own


def heading_text(value: Value) -> str:
    """Return the heading in a cell; a cell without a letter or digit (a filler such as '.') holds none."""
    if value is None or value == "":
        return ""
    if isinstance(value, CellError):
        return str(value)
    return (
        _tidy_cached(value)
        if type(value) is str and len(value) <= MAX_HEADING_CHARACTERS
        else _tidied(normalised_text(value))
    )


@lru_cache(maxsize=8192)
def _tidy_cached(text: str) -> str:
    return _tidied(normalised_text(text))


def _tidied(text: str) -> str:
    return text if fold_name(text) else ""
