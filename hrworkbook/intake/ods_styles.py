"""What the cell and text styles of an .ods say: a fill, and words struck through (ODF 1.2, 16.2, 20.175 and 20.364).

Styles are often most of a file, and few of them say either, so they are cut apart and only those that are asked for are
looked at.
"""

import re
from functools import lru_cache

from hrworkbook.intake.cell_colours import is_nearly_white

_SINGLE_QUOTED = re.compile(rb"='([^'\"<>]*)'")
_FILL = re.compile(rb'<style:table-cell-properties\s(?:[^<>]*\s)?fo:background-color="([^"<>]*)"')
_STRIKE = re.compile(rb'style:text-line-through-(?:style|type)="([^"<>]*)"')
_STRUCK = re.compile(rb"text-line-through-(?:style|type)=[\"'](?!none)")
_COLOUR = re.compile(r"[0-9A-F]{6}")
_MOST_PARENTS = 20

Styles = dict[tuple[bytes, bytes], bytes]
"""The XML of each style by its family and name."""
CELL, TEXT = b"table-cell", b"text"


class OdsStyles:
    """The styles of content.xml, given as the part of it before its tables, and of styles.xml.

    Without `fills` no style has one, and where none strikes through either, none is looked at.
    """

    def __init__(self, automatic: bytes, named: bytes, *, fills: bool = True) -> None:
        self._has_fills = fills
        self.matter = fills or _may_strike(automatic) or _may_strike(named)
        """Whether a style may say anything."""
        self._automatic = _by_name(automatic) if self.matter else {}
        self._named = _named_styles(named) if self.matter else {}
        self._chains: dict[tuple[bytes, bytes], list[bytes]] = {}
        self._fills: dict[bytes, str] = {}
        self._struck: dict[tuple[bytes, bytes], bool] = {}

    def fill(self, name: bytes) -> str:
        """Return the fill of a cell style as RRGGBB; '' where it has none, or a white one."""
        if not self._has_fills:
            return ""
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
        """Return a style and those it inherits from, the nearest first."""
        key = family, name
        if key not in self._chains:
            found: list[bytes] = []
            while len(found) < _MOST_PARENTS:
                style = self._automatic.get((family, name)) or self._named.get((family, name))
                if style is None:
                    break
                found.append(_trimmed(style))
                name = _value_of(style, b'style:parent-style-name="', style.find(b">"))
            self._chains[key] = found
        return self._chains[key]


def _may_strike(styles: bytes) -> bool:
    return styles.find(b"text-line-through") >= 0 and _STRUCK.search(styles) is not None


@lru_cache(64)
def _named_styles(named: bytes) -> Styles:
    """Return the styles of styles.xml; the returns of a period share them."""
    return _by_name(named)


def _by_name(styles: bytes) -> Styles:
    """Return each cell and text style by its family and name, with whatever follows it."""
    if styles.find(b"='") >= 0:
        styles = _SINGLE_QUOTED.sub(rb'="\1"', styles)
    found: Styles = {}
    for piece in styles.split(b"<style:style")[1:]:
        end = piece.find(b">")
        name, family = _value_of(piece, b'style:name="', end), _value_of(piece, b'style:family="', end)
        if family in (CELL, TEXT):
            found.setdefault((family, name), piece)
    return found


def _value_of(piece: bytes, attribute: bytes, end: int) -> bytes:
    at = piece.find(attribute, 0, end) + len(attribute)
    return piece[at : piece.find(b'"', at)] if at >= len(attribute) else b""


def _trimmed(piece: bytes) -> bytes:
    """Return a style without what follows it, and without its conditions, which may be most of it."""
    end = piece.find(b">")
    style = piece[:end] if piece.startswith(b"/", end - 1) else piece.partition(b"</style:style>")[0]
    return style.partition(b"<style:map")[0]
