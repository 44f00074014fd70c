"""Tags of XML as bytes: patterns of what stands in one, and the value of an attribute."""

import re
from html import unescape

PREFIX = rb"(?:[\w.-]+:)?"
"""A namespace prefix, or none."""
ATTRIBUTES = rb"""((?:[^>"']++|"[^"]*+"|'[^']*+')*+)"""
"""All that stands in a tag behind its name, as a group: a `>` within quotes does not end it, a `/` at its end belongs to it."""
ATTRIBUTES_BEFORE_SLASH = rb"""((?:[^>"'/]|"[^"]*"|'[^']*'|/(?!>))*)"""
"""The same without the `/` of an empty element."""
SOME_ATTRIBUTES = rb"""(?:[^>"']|"[^"]*"|'[^']*')*?"""
"""As few of them as it takes for what follows to match."""

_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)


def quoted_attribute(value: str) -> str:
    """Return a text as an attribute's value, escaped and in quotes.

    As `xml.sax.saxutils.quoteattr` does, which loads the standard library's web client at every start.
    """
    return f'"{value.translate(_ESCAPES)}"'


def attribute(attributes: bytes, name: bytes) -> str | None:
    """Return an attribute's value, unescaped; None where it is not there."""
    found = re.search(rb"""(?<![^\s"'])%s\s*=\s*(?:"([^"]*)"|'([^']*)')""" % name, attributes)
    if not found:
        return None
    return unescape((found[1] if found[1] is not None else found[2]).decode("utf-8", "replace"))
