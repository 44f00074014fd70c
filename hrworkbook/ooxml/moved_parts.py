"""The parts of a workbook of ours on their way into another: every part that a sheet leads to, under a name that is free there."""

import posixpath
import re
from collections.abc import Collection, Sequence

from hrworkbook.ooxml.package_edit import CONTENT_TYPES
from hrworkbook.ooxml.relationships import relationships_part, resolve_target
from hrworkbook.ooxml.workbook_package import WorkbookPackage
from hrworkbook.ooxml.xml_tags import quoted_attribute

RELATIONSHIPS = "application/vnd.openxmlformats-package.relationships+xml"

_TO_STRICT = [
    (f"http://schemas.openxmlformats.org/{old}".encode(), f"http://purl.oclc.org/ooxml/{new}".encode())
    for old, new in (
        ("spreadsheetml/2006/main", "spreadsheetml/main"),
        ("officeDocument/2006/relationships", "officeDocument/relationships"),
        ("drawingml/2006/main", "drawingml/main"),
        ("drawingml/2006/chart", "drawingml/chart"),
        ("drawingml/2006/spreadsheetDrawing", "drawingml/spreadsheetDrawing"),
    )
]
"""Namespaces and relationship types as Strict Open XML spells them (ISO/IEC 29500-1)."""

_NUMBERED = re.compile(r"(.*?)(\d*)(\.[^./]*)?")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'


def as_strict(xml: bytes) -> bytes:
    """Return XML of ours with the namespaces and relationship types of Strict Open XML."""
    for old, new in _TO_STRICT:
        xml = xml.replace(b'"%s' % old, b'"%s' % new)
    return xml


def strict_type(kind: str) -> str:
    """Return a relationship's whole type as Strict Open XML spells it."""
    old, new = (each.decode() for each in _TO_STRICT[1])
    return kind.replace(old, new, 1)


class MovedParts:
    """The parts that some sheets of ours lead to, with their names in the other workbook, where none of those is taken."""

    def __init__(
        self, made: WorkbookPackage, sheets: Sequence[str], taken: Collection[str], given: dict[str, str]
    ) -> None:
        """`given` are the new names of sheets that take the place of others; every name of theirs is in `taken`."""
        self.made = made
        self._taken = {name.casefold() for name in taken}
        self.names: dict[str, str] = {}
        """The new name of each part by its own, sheets first."""
        self.kinds: dict[str, str] = {}
        """The last word of the type of the relationship that leads to it, by its own name."""
        for sheet in sheets:
            self.kinds[sheet] = "worksheet"
            self.names[sheet] = given.get(sheet) or self._free(sheet)
        waiting = list(sheets)
        while waiting:
            for relation in made.relations(waiting.pop()).values():
                if relation.target and relation.target not in self.names:
                    self.names[relation.target] = self._free(relation.target)
                    self.kinds[relation.target] = relation.kind
                    waiting.append(relation.target)
        self.types = _content_types(made)

    def _free(self, name: str) -> str:
        match = _NUMBERED.fullmatch(name)
        assert match, "every text is a stem and an ending"
        number = int(match[2] or 1)
        while True:
            free = f"{match[1]}{number}{match[3] or ''}"
            if not {free.casefold(), relationships_part(free).casefold()} & self._taken:
                self._taken.add(free.casefold())
                return free
            number += 1

    def relationships_xml(self, part: str, strict: bool) -> tuple[str, bytes] | None:
        """Return the new name and content of the part with the relationships of a part of ours; None where it has none."""
        source = self.made.relations_part(part)
        if source is None:
            return None
        _, root = self.made.outline(source, 1)
        new, lines = self.names[part], [_HEAD]
        for each in root.named("Relationship"):
            given = dict(each.attributes)
            if given.get("TargetMode") != "External":
                target = self.names[resolve_target(part, given["Target"])]
                given["Target"] = posixpath.relpath(target, posixpath.dirname(new) or ".")
            if strict:
                given["Type"] = strict_type(given["Type"])
            lines.append(
                f"<Relationship {' '.join(f'{name}={quoted_attribute(value)}' for name, value in given.items())}/>"
            )
        return relationships_part(new), "".join([*lines, "</Relationships>"]).encode()


def _content_types(package: WorkbookPackage) -> dict[str, str]:
    """Return the content type of every part of a package of ours."""
    _, root = package.outline(CONTENT_TYPES, 1)
    by_ending = {e.attributes["Extension"].lower(): e.attributes["ContentType"] for e in root.named("Default")}
    by_name = {e.attributes["PartName"].lstrip("/"): e.attributes["ContentType"] for e in root.named("Override")}
    return {name: by_name.get(name) or by_ending.get(name.rpartition(".")[2].lower(), "") for name in package.names()}
