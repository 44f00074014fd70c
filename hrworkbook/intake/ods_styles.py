"""What the cell and text styles of an .ods say: a fill, and words struck through (ODF 1.2, 16.2, 20.175 and 20.364).

Styles are often most of a file, and few of them say either, so they are cut apart and only those that are asked for are
looked at.
"""

import re
from functools import lru_cache

from hrworkbook.intake.cell_colours import is_nearly_white

_SINGLE_QUOTED = re.compile(rb"='([^'\"<>]*)'")
_NAME = re.compile(rb'style:name="([^"<>]*)"')
_FAMILY = re.compile(rb'style:family="([^"<>]*)"')
_PARENT = re.compile(rb'style:parent-style-name="([^"<>]*)"')
_FILL = re.compile(rb'<style:table-cell-properties\s(?:[^<>]*\s)?fo:background-color="([^"<>]*)"')
_STRIKE = re.compile(rb'style:text-line-through-(?:style|type)="([^"<>]*)"')
_COLOUR = re.compile(r"[0-9A-F]{6}")
_MOST_PARENTS = 20

CELL, TEXT = b"table-cell", b"text"


class OdsStyles:
    """The styles of content.xml, given as the part of it before its tables, and of styles.xml."""

    def __init__(self, automatic: bytes, named: bytes) -> None:
        self._automatic = _by_name(automatic)
        self._named = _named_styles(named)
        self._fills: dict[bytes, str] = {}
        self._struck: dict[tuple[bytes, bytes], bool] = {}

    def fill(self, name: bytes) -> str:
        """Return the fill of a cell style as RRGGBB; '' where it has none, or a white one."""
        if name not in self._fills:
            colour = ""
            for style in self._with_parents(CELL, name):
                if found := _FILL.search(style):
                    colour = found[1].decode("ascii", "replace").lstrip("#").upper()
                    break
            self._fills[name] = "" if not _COLOUR.fullmatch(colour) or is_nearly_white(colour) else colour
        return self._fills[name]

    def is_struck(self, family: bytes, name: bytes) -> bool:
        """Return whether a style strikes its words through."""
        key = family, name
        if key not in self._struck:
            says = (ways for style in self._with_parents(*key) if (ways := _STRIKE.findall(style)))
            self._struck[key] = b"none" not in next(says, [b"none"])
        return self._struck[key]

    def _with_parents(self, family: bytes, name: bytes) -> list[bytes]:
        found: list[bytes] = []
        while len(found) < _MOST_PARENTS:
            style = self._automatic.get((family, name)) or self._named.get((family, name))
            if style is None:
                break
            found.append(style)
            parent = _PARENT.search(style.partition(b">")[0])
            name = parent[1] if parent else b""
        return found


@lru_cache(64)
def _named_styles(named: bytes) -> dict[tuple[bytes, bytes], bytes]:
    """Return the styles of styles.xml; the returns of a period share them."""
    return _by_name(named)


def _by_name(styles: bytes) -> dict[tuple[bytes, bytes], bytes]:
    """Return each cell and text style by its family and name."""
    if styles.find(b"='") >= 0:
        styles = _SINGLE_QUOTED.sub(rb'="\1"', styles)
    found: dict[tuple[bytes, bytes], bytes] = {}
    for piece in styles.split(b"<style:style")[1:]:
        end = piece.find(b">")
        family = _FAMILY.search(piece, 0, end)
        if family and family[1] in (CELL, TEXT) and (name := _NAME.search(piece, 0, end)):
            is_empty = piece.startswith(b"/", end - 1)
            style = piece[:end] if is_empty else piece.partition(b"</style:style>")[0]
            found.setdefault((family[1], name[1]), style.partition(b"<style:map")[0])  # conditions may be most of it
    return found
