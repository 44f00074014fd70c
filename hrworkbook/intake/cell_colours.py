"""Colours as workbooks name them → RRGGBB: by themselves, by a theme with a tint, or by a place in the palette."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

Theme = Sequence[str]
"""RRGGBB by the theme index of a colour (ECMA-376 part 1, 18.8.3): light 1, dark 1, light 2, dark 2, accents, links."""

OFFICE_THEME: Theme = (
    "FFFFFF", "000000", "E7E6E6", "44546A", "4472C4", "ED7D31", "A5A5A5", "FFC000", "5B9BD5", "70AD47", "0563C1", "954F72",
)  # fmt: skip
"""What Office 2013 and later begin with, for a workbook without a theme."""
_NAMES = (
    "lt1",
    "dk1",
    "lt2",
    "dk2",
    "accent1",
    "accent2",
    "accent3",
    "accent4",
    "accent5",
    "accent6",
    "hlink",
    "folHlink",
)
_BASE = ("000000", "FFFFFF", "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF")
INDEXED: Sequence[str] = (
    *_BASE, *_BASE,
    "800000", "008000", "000080", "808000", "800080", "008080", "C0C0C0", "808080",
    "9999FF", "993366", "FFFFCC", "CCFFFF", "660066", "FF8080", "0066CC", "CCCCFF",
    "000080", "FF00FF", "FFFF00", "00FFFF", "800080", "800000", "008080", "0000FF",
    "00CCFF", "CCFFFF", "CCFFCC", "FFFF99", "99CCFF", "FF99CC", "CC99FF", "FFCC99",
    "3366FF", "33CCCC", "99CC00", "FFCC00", "FF9900", "FF6600", "666699", "969696",
    "003366", "339966", "003300", "333300", "993300", "993366", "333399", "333333",
)  # fmt: skip
"""The palette of the indexed colours 0 to 63 (18.8.27)."""
_HEX = re.compile(r"[0-9A-Fa-f]{6}")


@lru_cache(16)
def read_theme(xml: bytes) -> Theme:
    """Return the colours of a theme part (20.1.6.2); Office's own where it has none."""
    found = []
    for name, usual in zip(_NAMES, OFFICE_THEME, strict=True):
        given = re.search(rb'<a:%s>\s*<a:(?:srgbClr val|sysClr [^<>]*lastClr)="([0-9A-Fa-f]{6})"' % name.encode(), xml)
        found.append(given[1].decode().upper() if given else usual)
    return tuple(found)


def rgb_of(colour: Mapping[str, str], theme: Theme, palette: Sequence[str]) -> str:
    """Return RRGGBB for the attributes of a colour element (18.8.3); '' where they name none."""
    given = colour.get("rgb", "")[-6:]
    if not given and colour.get("theme", "").isdecimal() and int(colour["theme"]) < len(theme):
        given = theme[int(colour["theme"])]
    elif not given and colour.get("indexed", "").isdecimal() and int(colour["indexed"]) < len(palette):
        given = palette[int(colour["indexed"])]
    if not _HEX.fullmatch(given):
        return ""
    try:
        return tinted(given.upper(), float(colour.get("tint", "0")))
    except ValueError:
        return given.upper()


def tinted(rgb: str, tint: float) -> str:
    """Return a colour made lighter (tint up to 1) or darker (down to -1) in its lightness (18.8.19)."""
    if not tint or not -1 <= tint <= 1:
        return rgb
    import colorsys

    red, green, blue = (int(rgb[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    return "".join(f"{round(part * 255):02X}" for part in colorsys.hls_to_rgb(hue, light, saturation))


def is_nearly_white(rgb: str) -> bool:
    """Return whether a fill says nothing: none, white, or the lightest grey of locked cells."""
    return not rgb or min(int(rgb[at : at + 2], 16) for at in (0, 2, 4)) >= 0xEC
