"""Which part of a package leads to which (OPC, ECMA-376 part 2): names of parts, and the relationships between them."""

import posixpath
from functools import lru_cache
from typing import NamedTuple

from hrworkbook.ooxml.limits import refuse_package
from hrworkbook.ooxml.xml_events import parse_elements


class Relationship(NamedTuple):
    """The last word of a relationship's type (`worksheet`, `styles`), and the name of the part it leads to."""

    kind: str
    target: str


@lru_cache(256)
def relationships_part(part: str) -> str:
    """Return the name of the part that holds the relationships of a part, or of the whole package for ''."""
    folder, leaf = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{leaf}.rels")


def resolve_target(part: str, target: str) -> str:
    """Return the name of the part that a target in the relationships of `part` means; never above the package's top."""
    target = target.replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")


@lru_cache(64)
def read_relationships(xml: bytes, part: str) -> dict[str, Relationship]:
    """Return the relationships of `part` to parts of the same package, by their IDs; links out of it are left out.

    Raises UnreadableFile where the XML is damaged. The result is shared: the returns of one period all have the same.
    """
    found: dict[str, Relationship] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = Relationship(kind, resolve_target(part, attributes.get("Target", "")))

    if not parse_elements(xml, start):
        raise refuse_package("it is damaged: its list of sheets cannot be read")
    return found
