"""A package of our own changed part by part: content types set, relationships added. Parts are given by name."""

from collections.abc import Mapping
from xml.etree import ElementTree

from hrworkbook.ooxml.relationships import relationships_part
from hrworkbook.ooxml.xml_edit import with_last_child
from hrworkbook.ooxml.xml_tags import quoted_attribute

CONTENT_TYPES = "[Content_Types].xml"


def content_type(parts: Mapping[str, bytes], part: str) -> str:
    """Return the content type stated for a part; '' where none is stated for it alone."""
    for each in ElementTree.fromstring(parts[CONTENT_TYPES]):
        if each.get("PartName") == f"/{part}":
            return each.get("ContentType", "")
    return ""


def set_content_type(parts: dict[str, bytes], part: str, stated: str) -> None:
    """State the content type of a part."""
    types = parts[CONTENT_TYPES]
    old = content_type(parts, part)
    if old:
        parts[CONTENT_TYPES] = types.replace(f'"{old}"'.encode(), f'"{stated}"'.encode(), 1)
    else:
        child = f"<Override PartName={quoted_attribute(f'/{part}')} ContentType={quoted_attribute(stated)}/>"
        parts[CONTENT_TYPES] = with_last_child(types, child)


def add_relationship(parts: dict[str, bytes], part: str, ident: str, kind: str, target: str) -> None:
    """Add a relationship of this ID, whole type and target to those of a part ('' for the package)."""
    child = (
        f"<Relationship Id={quoted_attribute(ident)} Type={quoted_attribute(kind)} Target={quoted_attribute(target)}/>"
    )
    parts[relationships_part(part)] = with_last_child(parts[relationships_part(part)], child)
