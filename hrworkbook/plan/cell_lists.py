"""Several texts in one cell, parted by semicolons: what a person types, and what is read back as it was.

A text with a semicolon in it, or with a quotation mark at its beginning, stands in quotation marks; a mark inside those is
doubled, as in a CSV file.
"""

from collections.abc import Iterable, Iterator, Mapping

_QUOTE = '"'
PART, OF = ";", ":"


class BadList(ValueError):
    """A cell's list cannot be read: the reason, in words."""


def join_items(items: Iterable[str], *, quote_all: bool = False) -> str:
    """Return texts as one cell holds them: `Red; Amber; "on hold; waiting"`."""
    return f"{PART} ".join(_written(item, PART, quote_all) for item in items)


def join_pairs(pairs: Mapping[str, str]) -> str:
    """Return texts and what belongs to each as one cell holds them: `Red: red; On hold: #B1B4B6`."""
    return f"{PART} ".join(f"{_written(key, PART + OF)}{OF} {_written(value, PART)}" for key, value in pairs.items())


def split_items(text: str) -> tuple[str, ...]:
    """Return the texts of a cell; those between two semicolons that are blank are none. Raises BadList."""
    return tuple(item for (item,) in _parts(text, pairs=False))


def split_pairs(text: str) -> dict[str, str]:
    """Return the texts of a cell and what belongs to each. Raises BadList where one has nothing, or stands twice."""
    found: dict[str, str] = {}
    for parts in _parts(text, pairs=True):
        if len(parts) < 2 or not parts[1]:
            raise BadList(f"'{parts[0]}' has no colon and nothing after it")
        if parts[0] in found:
            raise BadList(f"'{parts[0]}' stands twice")
        found[parts[0]] = parts[1]
    return found


def is_quoted(text: str) -> bool:
    """Return whether a cell's text begins with a quotation mark, as a name of a list does only where that is its spelling."""
    return text.lstrip()[:1] == _QUOTE


def _written(item: str, stops: str, always: bool = False) -> str:
    plain = item and item == item.strip() and item[0] != _QUOTE and not any(sign in item for sign in stops)
    return item if plain and not always else _QUOTE + item.replace(_QUOTE, _QUOTE * 2) + _QUOTE


def _parts(text: str, *, pairs: bool) -> Iterator[list[str]]:
    """Yield the texts of each part between two semicolons: one, or with `pairs` what stands before and after its colon."""
    at, end = 0, len(text)
    item: list[str] = []
    while at <= end:
        stops = PART + (OF if pairs and not item else "")
        word, at = _item(text, at, stops)
        sign = text[at : at + 1]
        item.append(word)
        at += 1
        if sign in (PART, ""):
            if any(item):
                yield item
            item = []


def _item(text: str, at: int, stops: str) -> tuple[str, int]:
    """Return the text that begins at a place, and where it ends: at one of the stops, or at the end."""
    while text[at : at + 1].isspace():
        at += 1
    if text[at : at + 1] != _QUOTE:
        ends = [found for sign in stops if (found := text.find(sign, at)) >= 0]
        end = min(ends, default=len(text))
        return text[at:end].strip(), end
    word = ""
    while True:
        close = text.find(_QUOTE, at + 1)
        if close < 0:
            raise BadList("a quotation mark is not closed")
        word += text[at + 1 : close]
        at = close + 1
        if text[at : at + 1] != _QUOTE:
            break
        word += _QUOTE
    while text[at : at + 1].isspace():
        at += 1
    if at < len(text) and text[at] not in stops:
        raise BadList(f"after the closing quotation mark of '{word}' something else stands")
    return word, at
