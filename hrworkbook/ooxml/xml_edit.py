"""A small part's XML edited in place: only what is asked for changes, and every other byte stays."""

import re
from collections.abc import Callable
from functools import cache
from xml.parsers import expat
from xml.sax.saxutils import quoteattr, unescape

from hrworkbook.ooxml.xml_tags import ATTRIBUTES

_TAG = re.compile(rb"<%s>" % ATTRIBUTES)


def with_attribute(xml: bytes, element: str, name: str, value: str, after: tuple[str, ...] = ()) -> bytes:
    """Return the XML with an attribute set on a child of its root.

    Where there is no such child, an empty one is put in: behind the children named in `after`, before all others.
    """
    found = _children(xml)
    given = quoteattr(value)
    for child, start, _ in found[1:]:
        if child.rpartition(":")[2] == element:
            return _edited_tag(xml, start, lambda tag: _with_value(tag, name, given))
    root, start, _ = found[0]
    prefix = root.rpartition(":")[0]
    behind = [end for child, _, end in found[1:] if child.rpartition(":")[2] in after]
    new = f"<{f'{prefix}:' if prefix else ''}{element} {name}={given}/>".encode()
    if behind:
        return xml[: behind[-1]] + new + xml[behind[-1] :]
    end = _tag_end(xml, start)
    if xml[end - 2 : end] == b"/>":
        return xml[: end - 2] + b">" + new + f"</{root}>".encode() + xml[end:]
    return xml[:end] + new + xml[end:]


def child_attribute(xml: bytes, element: str, name: str) -> str:
    """Return an attribute of a child of the root; '' where there is none."""
    for child, start, _ in _children(xml)[1:]:
        if child.rpartition(":")[2] == element:
            found = _attribute(name).search(xml[start : _tag_end(xml, start)].decode())
            return unescape(found[2][1:-1], {"&quot;": '"', "&apos;": "'"}) if found else ""
    return ""


def with_last_child(xml: bytes, child: str) -> bytes:
    """Return the XML with an element put in as its root's last child."""
    found = _children(xml)
    root, start, _ = found[0]
    end = _tag_end(xml, start)
    if xml[end - 2 : end] == b"/>":
        return xml[: end - 2] + b">" + child.encode() + f"</{root}>".encode() + xml[end:]
    at = xml.rindex(b"</")
    return xml[:at] + child.encode() + xml[at:]


def root_name(xml: bytes) -> str:
    """Return the local name of the root element."""
    return _children(xml)[0][0].rpartition(":")[2]


def _children(xml: bytes) -> list[tuple[str, int, int]]:
    """Name, first byte and end of the root and of each of its children, in order."""
    found: list[tuple[str, int, int]] = []
    depth = 0
    parser = expat.ParserCreate()

    def opened(name: str, _: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth <= 2:
            found.append((name, parser.CurrentByteIndex, -1))

    def closed(name: str) -> None:
        nonlocal depth
        if depth == 2:
            at, start = parser.CurrentByteIndex, found[-1][1]
            end = _tag_end(xml, at if xml.startswith(b"</", at) else start)
            found[-1] = (*found[-1][:2], end)
        depth -= 1

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.Parse(xml, True)
    return found


def _tag_end(xml: bytes, start: int) -> int:
    """Return the byte behind the tag that starts here; a `>` within quotes does not end it."""
    match = _TAG.match(xml, start)
    assert match, "expat found a tag here"
    return match.end()


def _edited_tag(xml: bytes, start: int, edit: Callable[[str], str]) -> bytes:
    end = _tag_end(xml, start)
    return xml[:start] + edit(xml[start:end].decode()).encode() + xml[end:]


@cache
def _attribute(name: str) -> re.Pattern[str]:
    return re.compile(rf"""(\s{re.escape(name)}\s*=\s*)("[^"]*"|'[^']*')""")


def _with_value(tag: str, name: str, given: str) -> str:
    if _attribute(name).search(tag):
        return _attribute(name).sub(lambda m: m[1] + given, tag, count=1)
    cut = -2 if tag.endswith("/>") else -1
    return f"{tag[:cut].rstrip()} {name}={given}{tag[cut:]}"
