"""Where the elements of a part lie in its bytes, to a given depth, and edits spliced in there: nothing is written anew."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from hrworkbook.ooxml.xml_tags import ATTRIBUTES, quoted_attribute

Edit = tuple[int, int, bytes]
"""The first byte to replace, the byte behind the last one, and what comes in their place."""

_TAG = re.compile(rb"<%s>" % ATTRIBUTES)


@dataclass(slots=True)
class Element:
    """One element: its name with its prefix, its attributes, and where it lies."""

    name: str
    attributes: dict[str, str]
    start: int
    tag_end: int
    """Behind its opening tag."""
    close: int = -1
    """Where its closing tag begins; -1 where it is one self-closing tag."""
    end: int = -1
    children: "list[Element]" = field(default_factory=list)
    """Empty below the depth that was asked for."""

    @property
    def local(self) -> str:
        """Return its name without the prefix."""
        return self.name.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        """Return `x:` or ''."""
        return self.name[: -len(self.local)]

    def child(self, local: str) -> "Element | None":
        """Return the first child of a local name; None where there is none."""
        return next((each for each in self.children if each.local == local), None)

    def named(self, local: str) -> "Iterator[Element]":
        """Yield the children of a local name."""
        return (each for each in self.children if each.local == local)


def outline(xml: bytes, depth: int) -> Element:
    """Return the root element with its descendants to a depth: 1 for its children. Raises ExpatError where it is damaged."""
    parser = expat.ParserCreate()
    open_: list[Element] = []
    roots: list[Element] = []
    level = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal level
        if level <= depth:
            start = parser.CurrentByteIndex
            element = Element(name, attributes, start, tag_end(xml, start))
            (open_[-1].children if open_ else roots).append(element)
            open_.append(element)
        level += 1

    def closed(_: str) -> None:
        nonlocal level
        level -= 1
        if level <= depth:
            element, at = open_.pop(), parser.CurrentByteIndex
            element.end = element.tag_end
            if xml[element.end - 2 : element.end] != b"/>":
                element.close, element.end = at, tag_end(xml, at)

    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.Parse(xml, True)
    return roots[0]


def tag_end(xml: bytes, start: int) -> int:
    """Return the byte behind the tag that starts here; a `>` within quotes does not end it."""
    match = _TAG.match(xml, start)
    assert match, "expat found a tag here"
    return match.end()


def spliced(xml: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the XML with edits that do not overlap made; two at the same place in the order they are given."""
    out: list[bytes] = []
    at = 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        out += [xml[at:start], new]
        at = end
    return b"".join([*out, xml[at:]])


def grown(xml: bytes, parent: Element, new: bytes, attributes: Mapping[str, str] | None = None) -> list[Edit]:
    """Return the edits that give an element new last children, and attributes on its tag."""
    tag = xml[parent.start : parent.tag_end]
    opening = tag
    for name, value in (attributes or {}).items():
        opening = with_value(opening.decode(), name, quoted_attribute(value)).encode()
    if parent.close < 0:
        if not new:
            return [(parent.start, parent.end, opening)] if opening != tag else []
        opened = opening[: opening.rindex(b"/")].rstrip() + b">"
        return [(parent.start, parent.end, b"%s%s</%s>" % (opened, new, parent.name.encode()))]
    edits = [(parent.start, parent.tag_end, opening)] if opening != tag else []
    return [*edits, (parent.close, parent.close, new)] if new else edits


def inserted_in_order(xml: bytes, parent: Element, order: tuple[str, ...], new: Mapping[str, bytes]) -> list[Edit]:
    """Return the edits that give an element new children, whole, by local name, each where the schema's order has it."""
    pieces: dict[int, bytes] = {}
    for local in sorted(new, key=order.index):
        before = set(order[: order.index(local)])
        at = max((each.end for each in parent.children if each.local in before), default=parent.tag_end)
        pieces[at] = pieces.get(at, b"") + new[local]
    if parent.close < 0:
        return grown(xml, parent, b"".join(pieces.values()))
    return [(at, at, piece) for at, piece in pieces.items() if piece]


def attribute_pattern(name: str) -> re.Pattern[str]:
    """Return the pattern of an attribute in a tag: its name with the `=`, and its value in quotes."""
    return re.compile(rf"""(\s{re.escape(name)}\s*=\s*)("[^"]*"|'[^']*')""")


def with_value(tag: str, name: str, given: str) -> str:
    """Return a tag with an attribute set; `given` is the value in quotes."""
    pattern = attribute_pattern(name)
    if pattern.search(tag):
        return pattern.sub(lambda m: m[1] + given, tag, count=1)
    cut = -2 if tag.endswith("/>") else -1
    return f"{tag[:cut].rstrip()} {name}={given}{tag[cut:]}"
