"""How the cells of an .xlsx look: number formats, fills, hidden columns, text boxes and pictures.

The parser tells none of it. Styles are read once for all returns of a period; of a sheet only the cells are looked at
whose style matters. Runs in the capped child, on parts that are within their limits.
"""

import re
from functools import lru_cache
from typing import Any

from hrworkbook.intake.annotations import MAX_ANNOTATIONS, MAX_CHARACTERS, RawAnnotation
from hrworkbook.intake.cell_colours import INDEXED, Theme, is_nearly_white, read_theme, rgb_of
from hrworkbook.ooxml.limits import LAST_COLUMN
from hrworkbook.ooxml.number_formats import number_cells, rendered_codes, styled_cells
from hrworkbook.ooxml.xml_events import parse_elements

MAX_FILLED_CELLS = 20_000
"""Filled cells of a sheet that are told; a sheet with more is coloured all over, and says nothing by it."""
_HIDDEN_COLUMN = re.compile(rb'<col\s(?=[^<>]*hidden="(?:1|true)")[^<>]*>')
_ATTRIBUTE = re.compile(rb'\b(min|max)="([0-9]{1,5})"')
_DRAWING = re.compile(rb"<(?:\w+:)?drawing\s")


class Looks:
    """What the cell styles of a workbook say, by the style's index."""

    def __init__(self, codes: dict[int, str], fills: dict[int, str]) -> None:
        self.codes = codes
        """Number formats that show a number otherwise than as it is stored."""
        self.fills = fills
        """Solid fills that are not white, as RRGGBB."""
        self.styles = frozenset(codes) | frozenset(fills)


NO_LOOKS = Looks({}, {})


@lru_cache(64)
def read_looks(styles: bytes, theme: bytes | None) -> Looks:
    """Return what the styles part of an .xlsx says (ECMA-376 part 1, 18.8), its colours by the theme part.

    Without a theme part, None, its fills are left out.
    """
    if not styles:
        return NO_LOOKS
    return Looks(rendered_codes(styles), {} if theme is None else _style_fills(styles, read_theme(theme)))


@lru_cache(64)
def needs_theme(styles: bytes) -> bool:
    """Return whether a styles part may have colours of the theme."""
    return b"fgColor theme=" in styles or b"fgColor" in styles.replace(b"<fgColor ", b"")


def _style_fills(styles: bytes, theme: Theme) -> dict[int, str]:
    """Return the colour of each cell style that has a solid fill which is not white (18.8.20 and 18.8.32)."""
    fills: list[str] = []
    found: dict[int, str] = {}
    palette: list[str] = []
    inside = pattern = ""
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside, pattern, count
        name = name.rpartition(":")[2]
        if name in ("fills", "cellXfs", "cellStyleXfs", "dxfs", "cellStyles"):
            inside = name
        elif inside == "fills" and name == "fill":
            fills.append("")
        elif inside == "fills" and name == "patternFill":
            pattern = attributes.get("patternType", "")
        elif inside == "fills" and name == "fgColor" and pattern == "solid" and fills:
            fills[-1] = rgb_of(attributes, theme, INDEXED)
        elif inside == "cellXfs" and name == "xf":
            fill = attributes.get("fillId", "0")
            if fill.isdecimal() and int(fill) < len(fills) and not is_nearly_white(fills[int(fill)]):
                found[count] = fills[int(fill)]
            count += 1
        elif name == "rgbColor":
            palette.append(attributes.get("rgb", "")[-6:])

    parse_elements(styles, start)
    return found


def sheet_looks(xml: bytes, looks: Looks, *, is_plain_xml: bool = False) -> dict[str, Any]:
    """Return what a worksheet part shows, fit for JSON; what it has nothing of is left out.

    `formats` and `fills` hold for each code or colour the row and column (from 1) of its cells, one after the other;
    `hidden_columns` is a list.
    """
    found: dict[str, Any] = {}
    begin = xml.find(b"<sheetData")
    if xml.find(b"hidden=", 0, begin) >= 0:
        columns = (_hidden_span(match[0]) for match in _HIDDEN_COLUMN.finditer(xml, 0, begin))
        found["hidden_columns"] = [column for span in columns for column in span]
    end = xml.find(b"</row>", xml.rfind(b"</c>"))
    if begin < 0 or end < 0 or not looks.styles:
        return found
    formats: dict[str, list[int]] = {}
    if not looks.fills:
        for row, column, style in number_cells(xml, begin, end, looks.styles, is_plain_xml=is_plain_xml):
            formats.setdefault(looks.codes[style], []).extend((row, column))
        return found | ({"formats": formats} if formats else {})
    fills: dict[str, list[int]] = {}
    filled = 0
    for row, column, style, is_number in styled_cells(xml, begin, end, looks.styles, is_plain_xml=is_plain_xml):
        if is_number and style in looks.codes:
            formats.setdefault(looks.codes[style], []).extend((row, column))
        if style in looks.fills and filled <= MAX_FILLED_CELLS:
            filled += 1
            fills.setdefault(looks.fills[style], []).extend((row, column))
    if formats:
        found["formats"] = formats
    if fills and filled <= MAX_FILLED_CELLS:
        found["fills"] = fills
    return found


def _hidden_span(tag: bytes) -> range:
    """Return the columns (from 1) of a `col` element; none where there are more than 1,000.

    So many are hidden only where everything to the right of the table is.
    """
    has = dict(_ATTRIBUTE.findall(tag))
    first, last = int(has.get(b"min", b"0")), int(has.get(b"max", b"0"))
    return range(first, min(last, LAST_COLUMN) + 1) if first and last - first < 1_000 else range(0)


def has_drawing(xml: bytes) -> bool:
    """Return whether a worksheet part refers to a drawing."""
    return _DRAWING.search(xml, xml.rfind(b"</sheetData>")) is not None


def read_drawing(xml: bytes) -> tuple[list[RawAnnotation], list[RawAnnotation]]:
    """Return the text boxes and the pictures of a drawing part (20.5), each with the cell at its upper left corner."""
    handler = _DrawingHandler()
    if not parse_elements(xml, handler.start, handler.end, handler.characters):
        return [], []
    return handler.boxes, handler.pictures


class _DrawingHandler:
    def __init__(self) -> None:
        self.boxes: list[RawAnnotation] = []
        self.pictures: list[RawAnnotation] = []
        self.texts: list[str] = []
        self.place = {"row": -1, "col": -1}
        self.description = ""
        self.inside = ""
        self.is_picture = self.in_from = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""
        name = name.rpartition(":")[2]
        self.inside = name
        if name.endswith("Anchor"):
            self.texts.clear()
            self.place.update(row=-1, col=-1)
            self.is_picture, self.description = False, ""
        elif name == "from":
            self.in_from = True
        elif name == "pic":
            self.is_picture = True
        elif name == "cNvPr" and not self.description:
            self.description = attributes.get("descr", "") or attributes.get("title", "")
        elif name == "p" and self.texts:
            self.texts.append("\n")

    def characters(self, text: str) -> None:
        """Handle the text in an element: words of a box, or a number of the anchor's cell."""
        if self.inside == "t":
            self.texts.append(text)
        elif self.in_from and self.inside in self.place and text.strip().isdecimal():
            self.place[self.inside] = int(text[:7])

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        name = name.rpartition(":")[2]
        self.inside = ""
        if name == "from":
            self.in_from = False
        elif name.endswith("Anchor"):
            where = self.place["row"] + 1, self.place["col"] + 1
            words = "".join(self.texts).strip()[:MAX_CHARACTERS]
            if words and len(self.boxes) < MAX_ANNOTATIONS:
                self.boxes.append([*where, words])
            elif self.is_picture and len(self.pictures) < MAX_ANNOTATIONS:
                self.pictures.append([*where, self.description[:MAX_CHARACTERS]])
