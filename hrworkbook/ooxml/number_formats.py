"""The number formats of a few cells of a workbook, straight from the file.

The parser gives values without their formats. Where a number stands in a column of texts, its format tells what its owner
sees; nothing else is looked up, so a workbook without such cells costs nothing. Runs in the capped child, on parts that
are within its limits (`hrworkbook.ooxml.limits`).
"""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from html import unescape

from hrworkbook.ooxml.limits import refuse_package
from hrworkbook.ooxml.xml_events import parse_elements
from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.number_format.builtin_ids import code_of

Codes = tuple[str, ...]
"""The number format's code of each cell style, by its index."""


@lru_cache(64)
def xlsx_codes(styles: bytes) -> Codes:
    """Return the codes of a styles part of .xlsx, given as UTF-8 (ECMA-376 part 1, 18.8.10); the returns of a period share it."""
    given, identities = _quick_codes(styles) or _parsed_codes(styles)
    known = {identity: code_of(identity, given) for identity in set(identities)}
    return tuple(known[identity] for identity in identities)


GivenCodes = tuple[dict[int, str], list[int]]
"""The codes of a workbook's own number formats by their number, and the number of each cell style's."""


def _quick_codes(styles: bytes) -> GivenCodes | None:
    """Return the codes of a styles part as most programs write it, by a few searches; None for any other."""
    numbers, formats = _between(styles, b"cellXfs"), _between(styles, b"numFmts")
    identities, codes = _XF_NUMBER.findall(numbers), _NUMBER_FORMAT.findall(formats)
    if not identities or len(identities) != numbers.count(b"<xf ") or len(codes) != formats.count(b"<numFmt "):
        return None
    given: dict[int, str] = {}
    for identity, code in codes:
        given.setdefault(int(identity), unescape(code.decode("utf-8", "replace")))
    return given, list(map(int, identities))


def _between(styles: bytes, name: bytes) -> bytes:
    """Return the element of a name from its start to its end, b'' where there is none."""
    at = styles.find(b"<" + name)
    return styles[at : styles.find(b"</" + name, at)] if at >= 0 else b""


def _parsed_codes(styles: bytes) -> GivenCodes:
    given: dict[int, str] = {}
    identities: list[int] = []
    inside = ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        name = name.rpartition(":")[2]
        if name in ("cellXfs", "cellStyleXfs", "dxfs"):
            inside = name
        elif name == "numFmt" and inside != "dxfs":
            given.setdefault(_whole(attributes.get("numFmtId")), attributes.get("formatCode", ""))
        elif name == "xf" and inside == "cellXfs":
            identities.append(_whole(attributes.get("numFmtId")))

    _parse(styles, start)
    return given, identities


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _parse(xml: bytes, start: Callable[[str, dict[str, str]], None]) -> None:
    if not parse_elements(xml, start):
        raise refuse_package("a part of it is damaged")


_XF_NUMBER = re.compile(rb'<xf (?:[^<>]* )?numFmtId="([0-9]{1,9})"')
_NUMBER_FORMAT = re.compile(rb'<numFmt numFmtId="([0-9]{1,9})" formatCode="([^"<>\n\t]*)"')
StyledCell = tuple[int, int, int, bool]
"""Row and column (from 1), the style's index, and whether the cell holds a number."""

FEW_STYLES, FEW_CELLS = 4, 40
"""So few are found one by one in less time than a look at every cell takes."""
_CELL_TAG = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[ />]')
_NUMBER = re.compile(rb' t="(?:n|d)"')
_STYLED_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})" s="([0-9]{1,9})"(?: t="([^"<>]*)")?(/?)>')
_NUMBER_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"([^<>t/]*)>')
"""A cell that is neither blank nor of a type."""
_STYLED_ROW = re.compile(rb'<row [^<>]* s="')
_STYLES_USED = re.compile(rb' s="([0-9]{1,9})"')
_NUMBER_TYPES = frozenset({b"", b"n", b"d"})


def styled_cells(
    xml: bytes, begin: int, end: int, styles: frozenset[int], *, is_plain_xml: bool = False
) -> list[StyledCell]:
    """Return each cell with one of these styles between two places of a worksheet part.

    With `is_plain_xml` the caller vouches that attributes are written as most programs write them.
    """
    if not styles:
        return []
    if not is_plain_xml and _is_odd(xml, begin, end):
        return _parsed_styled_cells(xml, styles)
    if len(styles) <= FEW_STYLES and (found := _cells_one_by_one(xml, begin, end, styles, FEW_CELLS)) is not None:
        return found
    cells = _STYLED_CELL.findall(xml, begin, end)
    marks = xml.count(b' s="', begin, end)
    if len(cells) != marks and len(cells) + len(_STYLED_ROW.findall(xml, begin, end)) != marks:
        found = _cells_one_by_one(xml, begin, end, used_styles(xml, styles, begin, end), len(xml))
        return _parsed_styled_cells(xml, styles) if found is None else found
    wanted = {b"%d" % style: style for style in styles}
    return [
        (int(row), column_of_letters(column), wanted[style], not empty and kind in _NUMBER_TYPES)
        for column, row, style, kind, empty in cells
        if style in wanted
    ]


def number_cells(
    xml: bytes, begin: int, end: int, styles: frozenset[int], *, is_plain_xml: bool = False
) -> list[tuple[int, int, int]]:
    """Return row and column (from 1) and style of each number with one of these styles between two places, as `styled_cells`."""
    if not styles:
        return []
    typed = any(xml.find(mark, begin, end) >= 0 for mark in (b' t="n"', b' t="d"'))
    if typed or not is_plain_xml:
        cells = styled_cells(xml, begin, end, styles, is_plain_xml=is_plain_xml)
        return [(row, column, style) for row, column, style, is_number in cells if is_number]
    numbers = _NUMBER_CELL.findall(xml, begin, end)
    marks = {attributes: _STYLES_USED.search(attributes) for attributes in {number[2] for number in numbers}}
    wanted = {
        attributes: style for attributes, mark in marks.items() if (style := int(mark[1]) if mark else 0) in styles
    }
    return [
        (int(row), column_of_letters(column), wanted[attributes])
        for column, row, attributes in numbers
        if attributes in wanted
    ]


def _cells_one_by_one(xml: bytes, begin: int, end: int, styles: frozenset[int], most: int) -> list[StyledCell] | None:
    """Return the cells with these styles; None where there are more than `most`, or one is written in another way."""
    found: list[StyledCell] = []
    for style in sorted(styles):
        mark = b' s="%d"' % style
        at = xml.find(mark, begin, end)
        while at >= 0:
            tag = xml[xml.rfind(b"<", begin, at) : xml.find(b">", at)]
            if place := _CELL_TAG.match(tag):
                is_number = not tag.endswith(b"/") and (tag.find(b" t=") < 0 or _NUMBER.search(tag) is not None)
                found.append((int(place[2]), column_of_letters(place[1]), style, is_number))
            elif not tag.startswith(b"<row "):
                return None
            if len(found) > most:
                return None
            at = xml.find(mark, at + 1, end)
    return found


@lru_cache(1_024)
def column_of_letters(letters: bytes) -> int:
    """Return 27 for `AA`: a column's number, counted from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _parsed_styled_cells(xml: bytes, used: frozenset[int]) -> list[tuple[int, int, int, bool]]:
    """Return the same for a sheet that is written in another way than most."""
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
                row, column = int(place[2]), column_of_letters(place[1].encode())
            style = attributes.get("s", "0")
            if style.isdecimal() and len(style) < 10 and int(style) in used:
                found.append((row, column, int(style), attributes.get("t", "n") in ("n", "d")))

    with suppress(UnreadableFile):  # values are read without what follows damage
        _parse(xml, start)
    return found


@lru_cache(64)
def rendered_codes(styles: bytes) -> dict[int, str]:
    """Return the codes that show a number otherwise than as it is stored, by the index of the cell style."""
    return {at: code for at, code in enumerate(xlsx_codes(styles)) if not is_plain(code)}


def is_plain(code: str) -> bool:
    """Return whether a code shows a number as it is stored."""
    return code.strip().lower() in _PLAIN


_PLAIN = frozenset({"", "general", "standard", "@"})


def used_styles(sheet: bytes, styles: frozenset[int], begin: int, end: int) -> frozenset[int]:
    """Return which of some styles cells or rows of a worksheet part have, between two places in it."""
    return styles.intersection(map(int, set(_STYLES_USED.findall(sheet, begin, end))))


def _is_odd(sheet: bytes, begin: int, end: int) -> bool:
    """Whether attributes may be written in a way that no search finds: in single quotes, or with blanks."""
    return (
        sheet.find(b"'", begin, end) >= 0  # one letter is found fastest
        or (sheet.find(b"\n", begin, end) >= 0 and sheet.find(b"\ns=", begin, end) >= 0)
        or any(sheet.find(mark, begin, end) >= 0 for mark in (b' = "', b'= "', b' ="'))
    )


def formats_of_numbers(sheet: bytes, styles: bytes) -> dict[str, list[int]]:
    """Return row, column, row, column … (from 1) of the numbers in a worksheet part that are not shown as stored, by code."""
    codes = rendered_codes(styles)
    begin, end = max(sheet.find(b"<sheetData"), 0), len(sheet)
    found: dict[str, list[int]] = {}
    for row, column, style in number_cells(sheet, begin, end, frozenset(codes)):
        found.setdefault(codes[style], []).extend((row, column))
    return found
