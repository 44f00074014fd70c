"""How everything we make looks: colours, type, widths and rules, once, for master, return and appendix.

The colours are GOV.UK's palette, whose contrast is published; `contrast_ratio` lets a test hold every pair to 4.5:1.
"""

from dataclasses import dataclass
from typing import Literal

FontName = Literal["Calibri", "Arial"]

TEXT = "#0B0C0C"
SECONDARY = "#505A5F"
"""Text that supports: notes, “(cont.)”, captions."""
LINK = "#1D70B8"
HEADER_FILL = "#003078"
"""The dark band behind headings; its text is WHITE."""
RULE_COLOUR = "#B1B4B6"
"""Hairlines between rows."""
NEUTRAL_FILL = "#F3F2F1"
"""A quiet fill: theme rows, notes, cells that are not to be filled in."""
OWNER_HEADER_FILL = "#1D70B8"
"""Headers of columns the owners fill in, beside HR's in BAND; its text is WHITE."""
WHITE = "#FFFFFF"
BAR_COLOUR = "#9CC3E6"
"""The bar in a cell that says how much is done; its text stays TEXT."""
RED = "#D4351C"
AMBER = "#F47738"
GREEN = "#00703C"
COMPLETE = "#1D70B8"
PROBLEM_FILL = "#FBE9E7"
"""The fill of a cell with an error; its text stays TEXT, its left edge is RED."""
WARNING_FILL = "#FEF3EB"
"""The fill of a cell with a warning; its text stays TEXT, its left edge is AMBER."""

TITLE_SIZE = 18
HEADING_SIZE = 14
BODY_SIZE = 11
SMALL_SIZE = 9
LARGE_NUMBER_SIZE = 28


@dataclass(frozen=True, slots=True)
class FillColours:
    """A fill, and the text colour that reads on it."""

    fill: str
    text: str


NO_STATUS_COLOURS = FillColours(NEUTRAL_FILL, TEXT)
"""For a status word without a colour of its own, and for “Not reported”."""


def contrast_ratio(one: str, other: str) -> float:
    """Return the contrast ratio of two `#RRGGBB` colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
