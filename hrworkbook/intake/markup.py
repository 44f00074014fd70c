"""A mail's HTML, in one pass over it: the standard parser takes minutes over a page made to harm."""

import re
from collections.abc import Iterator
from html import unescape

_HIDDEN = ("style", "script", "head")
"""Elements whose words are not shown."""
_NAME_OF_TAG = re.compile(r"/?[A-Za-z][A-Za-z0-9:]*")

_LONG_NUMBER = re.compile(r"&#[0-9]{8,};?")


def pieces_of(html: str) -> Iterator[tuple[str, str, str]]:
    """Yield name (in lower case), attributes and following text of each tag, without comments and hidden elements.

    A `<` that begins no tag is text, and its name is ''.
    """
    for name in _HIDDEN:
        html = _remove_between(html, rf"<{name}\b", f"</{name}>")
    for number, piece in enumerate(_remove_between(html, "<!--", "-->").split("<")):
        markup, closed, text = piece.partition(">")
        tag = _NAME_OF_TAG.match(markup) if closed and number else None
        if tag:
            yield tag[0].lower(), markup, text
        else:
            yield "", "", f"<{piece}" if number else piece


def text_of(html: str, longest: int) -> str:
    """Return the text in the first `longest` characters of an HTML page, without its tags."""
    pieces = (f" {text}" if name else text for name, _, text in pieces_of(html[:longest]))
    return unescaped("".join(pieces))


def unescaped(text: str) -> str:
    """Return the text with its entities decoded; one whose number is too long for any character becomes U+FFFD."""
    return unescape(_LONG_NUMBER.sub("\ufffd", text))


def _remove_between(html: str, begin: str, end: str) -> str:
    """Return the page without what stands between two marks, given as regular expressions."""
    first, *rest = re.split(begin, html, flags=re.I)
    pieces = (re.split(end, piece, maxsplit=1, flags=re.I) for piece in rest)
    return first + "".join(piece[1] for piece in pieces if len(piece) > 1)
