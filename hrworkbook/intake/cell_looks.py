"""How the cells of an .xlsx look: number formats, fills, hidden columns, text boxes and pictures.

The parser tells none of it. Styles are read once for all returns of a period; of a sheet only the cells are looked at
whose style matters. Runs in the capped child, on parts that are within their limits.
"""

import re
from functools import lru_cache
from typing import Any

from hrworkbook.intake.annotations import MAX_ANNOTATIONS, MAX_CHARACTERS, RawAnnotation
from hrworkbook.intake.cell_colours import INDEXED, Theme, is_nearly_white, read_theme, rgb_of
from hrworkbook.intake.cell_formats import xlsx_codes
from hrworkbook.ooxml.xml_events import parse_elements

MAX_FILLED_CELLS = 20_000
"""Filled cells of a sheet that are told; a sheet with more is coloured all over, and says nothing by it."""
_PLAIN = frozenset({"", "general", "standard", "@"})
_PLACE = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[ />]')
_NUMBER = re.compile(rb' t="(?:n|d)"')
_STYLES_USED = re.compile(rb' s="([0-9]{1,9})"')
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
def read_looks(styles: bytes, theme: bytes) -> Looks:
    """Return what the styles part of an .xlsx says (ECMA-376 part 1, 18.8), its colours by the theme part."""
    if not styles:
        return NO_LOOKS
    codes = {at: code for at, code in enumerate(xlsx_codes(styles)) if code.strip().lower() not in _PLAIN}
    return Looks(codes, _style_fills(styles, read_theme(theme)))


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


def sheet_looks(xml: bytes, looks: Looks) -> dict[str, Any]:
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
    used = looks.styles.intersection(map(int, set(_STYLES_USED.findall(xml, begin, end))))
    if not used:
        return found
    formats: dict[str, list[int]] = {}
    fills: dict[str, list[int]] = {}
    filled = 0
    for row, column, style, is_number in _styled_cells(xml, begin, end, used):
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


def _styled_cells(xml: bytes, begin: int, end: int, used: frozenset[int]) -> list[tuple[int, int, int, bool]]:
    """Return row and column (from 1), style and whether it holds a number, of each cell with one of these styles."""
    found: list[tuple[int, int, int, bool]] = []
    for style in used:
        mark = b' s="%d"' % style
        at = xml.find(mark, begin, end)
        while at >= 0:
            tag = xml[xml.rfind(b"<", begin, at) : xml.find(b">", at)]
            if place := _PLACE.match(tag):
                is_number = not tag.endswith(b"/") and (tag.find(b" t=") < 0 or _NUMBER.search(tag) is not None)
                found.append((int(place[2]), _column(place[1]), style, is_number))
            elif not tag.startswith(b"<row "):
                return _parsed_cells(xml, used)
            at = xml.find(mark, at + 1, end)
    return found


@lru_cache(1_024)
def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _parsed_cells(xml: bytes, used: frozenset[int]) -> list[tuple[int, int, int, bool]]:
    """The same for a sheet that is written in another way than most."""
    found: list[tuple[int, int, int, bool]] = []
    row = column = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        name = name.rpartition(":")[2]
        if name == "row":
            row = int(attributes["r"]) if attributes.get("r", "").isdecimal() else row + 1
            column = 0
        elif name == "c":
            column += 1
            place = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", attributes.get("r", ""))
            if place:
                row, column = int(place[2]), _column(place[1].encode())
            style = attributes.get("s", "0")
            if style.isdecimal() and len(style) < 10 and int(style) in used:
                found.append((row, column, int(style), attributes.get("t", "n") in ("n", "d")))

    parse_elements(xml, start)
    return found


def _hidden_span(tag: bytes) -> range:
    """The columns of a `col` element; none where it hides all columns to the right of the table."""
    has = dict(_ATTRIBUTE.findall(tag))
    first, last = int(has.get(b"min", b"0")), int(has.get(b"max", b"0"))
    return range(first, min(last, 16_384) + 1) if first and last - first < 1_000 else range(0)


def has_drawing(xml: bytes) -> bool:
    """Return whether a worksheet part refers to a drawing."""
    return _DRAWING.search(xml, xml.rfind(b"</sheetData>")) is not None


def read_drawing(xml: bytes) -> tuple[list[RawAnnotation], list[RawAnnotation]]:
    """Return the text boxes and the pictures of a drawing part (20.5), each with the cell at its upper left corner."""
    boxes: list[RawAnnotation] = []
    pictures: list[RawAnnotation] = []
    texts: list[str] = []
    place = {"row": -1, "col": -1}
    description = ""
    inside = ""
    is_picture = in_from = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside, is_picture, in_from, description
        name = name.rpartition(":")[2]
        inside = name
        if name.endswith("Anchor"):
            texts.clear()
            place.update(row=-1, col=-1)
            is_picture, description = False, ""
        elif name == "from":
            in_from = True
        elif name == "pic":
            is_picture = True
        elif name == "cNvPr" and not description:
            description = attributes.get("descr", "") or attributes.get("title", "")
        elif name == "p" and texts:
            texts.append("\n")

    def characters(text: str) -> None:
        if inside == "t":
            texts.append(text)
        elif in_from and inside in place and text.strip().isdecimal():
            place[inside] = int(text[:7])

    def end(name: str) -> None:
        nonlocal inside, in_from
        name = name.rpartition(":")[2]
        inside = ""
        if name == "from":
            in_from = False
        elif name.endswith("Anchor"):
            where = place["row"] + 1, place["col"] + 1
            words = "".join(texts).strip()[:MAX_CHARACTERS]
            if words and len(boxes) < MAX_ANNOTATIONS:
                boxes.append([*where, words])
            elif is_picture and len(pictures) < MAX_ANNOTATIONS:
                pictures.append([*where, description[:MAX_CHARACTERS]])

    if not parse_elements(xml, start, end, characters):
        return [], []
    return boxes, pictures
