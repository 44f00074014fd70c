"""How cells look in the binary formats, .xls and .xlsb: number formats, hidden columns; of .xls also fills, strikes, shapes.

Of a sheet only the cells are looked at whose style matters, and none where no style does. Runs in the capped child.
"""

import struct
from typing import Any, NamedTuple

from hrworkbook.intake.annotations import MAX_ANNOTATIONS, MAX_CHARACTERS, comment_text
from hrworkbook.intake.binary_cell_faults import SHEET_RECORDS, BiffRecord, biff_records, xlsb_records
from hrworkbook.intake.cell_colours import INDEXED, is_nearly_white
from hrworkbook.intake.cell_looks import MAX_FILLED_CELLS
from hrworkbook.ooxml.limits import LAST_COLUMN
from hrworkbook.ooxml.number_formats import Codes, is_plain
from hrworkbook.plan.number_format.builtin_ids import code_of

SheetLooks = dict[str, Any]
"""`formats` and `fills` (row, column, row, column … by code or colour), `hidden_columns` and `comments`, all counted from 1."""
Styles = tuple[dict[int, str], dict[int, str], frozenset[int]]
"""The codes that do not show a number as it is stored, and the fills that are not white, by the index of the cell style; and
the styles that strike through."""

_FORMAT, _XF, _SHEET, _PALETTE, _EOF = 0x41E, 0xE0, 0x85, 0x92, 0x0A
_NUMBERS = frozenset({0x06, 0x27E, 0x203, 0x7E})
"""FORMULA, RK, NUMBER and the older RK: row, column and style ([MS-XLS] 2.5.13)."""
_OTHERS = frozenset({0x201, 0x204, 0x205, 0xFD, 0xD6})
"""BLANK, LABEL, BOOLERR, LABELSST and RSTRING: the same, without a number."""
_MANY_NUMBERS, _MANY_BLANKS = 0xBD, 0xBE
"""MULRK and MULBLANK: a row, its first column, a style (and a number) for each cell, and the last column ([MS-XLS] 2.4.175)."""
_BLANK, _FONT, _DATE_MODE = 0x201, 0x31, 0x22
_PICTURE, _COMMENT_BOX = 8, 0x19
"""Types of objects ([MS-XLS] 2.5.143)."""
_COLUMNS, _NOTE, _OBJECT, _OBJECT_TEXT, _CONTINUE = 0x7D, 0x1C, 0x5D, 0x1B6, 0x3C
_GLOBAL_RECORDS = frozenset({_FORMAT, _XF, _SHEET, _PALETTE, _EOF, _FONT, _DATE_MODE})
_TRIPLE = struct.Struct("<3H").unpack_from
_PAIR = struct.Struct("<2H").unpack_from


class _Looks:
    """What the cells of one sheet show, gathered cell by cell."""

    def __init__(self, styles: Styles) -> None:
        self.codes, self.colours, self.struck_styles = styles
        self.telling = self.codes.keys() | self.colours.keys() | self.struck_styles
        self.formats: dict[str, list[int]] = {}
        self.fills: dict[str, list[int]] = {}
        self.filled = 0
        self.hidden_columns: list[int] = []
        self.comments: list[list[int | str]] = []
        self.struck: list[list[int | str]] = []
        self.text_boxes: list[list[int | str]] = []
        self.pictures: list[list[int | str]] = []

    def cell(self, row: int, column: int, style: int, is_number: bool, is_blank: bool = False) -> None:
        """Note a cell at a row and column counted from 0."""
        if style in self.struck_styles and not is_blank and len(self.struck) < MAX_ANNOTATIONS:
            self.struck.append([row + 1, column + 1, ""])
        if is_number and style in self.codes:
            self.formats.setdefault(self.codes[style], []).extend((row + 1, column + 1))
        if style in self.colours:
            self.filled += 1
            if self.filled <= MAX_FILLED_CELLS:
                self.fills.setdefault(self.colours[style], []).extend((row + 1, column + 1))

    def hide(self, first: int, last: int) -> None:
        """Note hidden columns counted from 0; none where all columns to the right of the table are hidden."""
        if first <= last < LAST_COLUMN and last - first < 200:
            self.hidden_columns.extend(range(first + 1, last + 2))

    def found(self) -> SheetLooks:
        """Return what the sheet shows; what it has nothing of is left out."""
        fills = self.fills if self.filled <= MAX_FILLED_CELLS else {}
        looks = {
            "formats": self.formats,
            "fills": fills,
            "hidden_columns": self.hidden_columns,
            "comments": self.comments,
            "struck": self.struck,
            "text_boxes": self.text_boxes,
            "pictures": self.pictures,
        }
        return {what: found for what, found in looks.items() if found}


def xlsb_codes(styles: bytes) -> Codes:
    """Return the codes of a styles part of .xlsb (BrtFmt and BrtXF, [MS-XLSB] 2.4.655 and 2.4.876)."""
    given: dict[int, str] = {}
    identities: list[int] = []
    in_cells = False
    for kind, at, length in xlsb_records(styles):
        if kind == 44 and length >= 6:
            count = int.from_bytes(styles[at + 2 : at + 6], "little")
            text = styles[at + 6 : min(at + 6 + 2 * count, at + length)]
            given.setdefault(int.from_bytes(styles[at : at + 2], "little"), text.decode("utf-16-le", "replace"))
        elif kind in (617, 618):
            in_cells = kind == 617
        elif kind == 47 and in_cells and length >= 4:
            identities.append(int.from_bytes(styles[at + 2 : at + 4], "little"))
    return tuple(code_of(identity, given) for identity in identities)


def xlsb_looks(sheet: bytes, codes: Codes) -> SheetLooks:
    """Return what a worksheet part of .xlsb shows: number formats and hidden columns (BrtColInfo, [MS-XLSB] 2.4.322)."""
    looks = _Looks(({at: code for at, code in enumerate(codes) if not is_plain(code)}, {}, frozenset()))
    row = -1
    for kind, at, length in xlsb_records(sheet):
        if kind == 0 and length >= 4:
            row = int.from_bytes(sheet[at : at + 4], "little")
        elif kind in _XLSB_NUMBERS and length >= 8:
            column = int.from_bytes(sheet[at : at + 4], "little")
            looks.cell(row, column, int.from_bytes(sheet[at + 4 : at + 7], "little"), True)
        elif kind == 60 and length >= 18 and sheet[at + 16] & 1:
            looks.hide(*struct.unpack_from("<2L", sheet, at))
    return looks.found()


_XLSB_NUMBERS = frozenset({2, 5, 9})
"""BrtCellRk, BrtCellReal and BrtFmlaNum."""


class XlsGlobals(NamedTuple):
    """What the globals of an .xls' workbook stream say ([MS-XLS] 2.1.7.20.3)."""

    styles: Styles
    places: dict[str, int]
    """Where each worksheet begins in the stream, in bytes."""
    dates: dict[str, bool]
    """`from_1904` where dates count from then."""


def read_xls_globals(stream: bytes, *, fills: bool) -> XlsGlobals:
    """Return what the globals of an .xls say; without `fills` no style has one."""
    given: dict[int, str] = {}
    styles: list[tuple[int, int, int]] = []
    fonts: list[bool] = []
    dates: dict[str, bool] = {}
    places: dict[str, int] = {}
    palette = list(INDEXED)
    is_wide = stream[4:6] == b"\x00\x06"
    for kind, at, length in biff_records(stream, 0, _GLOBAL_RECORDS):
        if kind == _FORMAT and length >= 4:
            text = _text(stream[at + 2 : at + length], 2 if is_wide else 1, is_wide)
            given.setdefault(int.from_bytes(stream[at : at + 2], "little"), text)
        elif kind == _XF and length >= 6:
            font, number = _PAIR(stream, at)
            styles.append((number, _solid_fill(stream, at) if fills and is_wide and length >= 20 else -1, font))
        elif kind == _FONT and length >= 4:
            fonts.append(bool(stream[at + 2] & 8))
        elif kind == _DATE_MODE and length >= 2 and stream[at]:
            dates["from_1904"] = True
        elif kind == _PALETTE and length >= 2:
            colours = stream[at + 2 : at + length]
            palette[8 : 8 + length // 4] = [colours[n : n + 3].hex().upper() for n in range(0, len(colours) - 3, 4)]
        elif kind == _SHEET and length >= 8 and not stream[at + 5]:
            name = _text(stream[at + 6 : at + length], 1, is_wide)
            places.setdefault(name, int.from_bytes(stream[at : at + 4], "little"))
        elif kind == _EOF:
            break
    shown = {number: code_of(number, given) for number in {number for number, _, _ in styles}}
    codes = {at: shown[number] for at, (number, _, _) in enumerate(styles) if not is_plain(shown[number])}
    solid = {at: palette[colour] for at, (_, colour, _) in enumerate(styles) if 0 <= colour < len(palette)}
    fills_of = {at: rgb for at, rgb in solid.items() if not is_nearly_white(rgb)}
    fonts[4:4] = [False]  # there is no font 4 ([MS-XLS] 2.5.129)
    struck = frozenset(at for at, (_, _, font) in enumerate(styles) if font < len(fonts) and fonts[font])
    return XlsGlobals((codes, fills_of, struck), places, dates)


def _solid_fill(stream: bytes, at: int) -> int:
    """Return the place in the palette of the solid fill of an XF ([MS-XLS] 2.5.20); -1 where it has none."""
    pattern, colours = int.from_bytes(stream[at + 14 : at + 18], "little") >> 26, _PAIR(stream, at + 16)[1]
    return colours & 0x7F if pattern == 1 else -1


def xls_looks(stream: bytes, records: list[BiffRecord], book: XlsGlobals) -> SheetLooks:
    """Return what a sheet of an .xls shows, from its records in the workbook stream."""
    looks = _Looks(book.styles)
    comments = _Comments()
    for kind, at, length in records:
        if kind in _NUMBERS or kind in _OTHERS:
            row, column, style = _TRIPLE(stream, at)
            if style in looks.telling:
                looks.cell(row, column, style, kind in _NUMBERS, kind == _BLANK)
        elif kind in (_MANY_NUMBERS, _MANY_BLANKS):
            _many(looks, stream, at, length, kind == _MANY_NUMBERS)
        elif kind == _COLUMNS:
            if length >= 10 and stream[at + 8] & 1:
                looks.hide(*_PAIR(stream, at))
        elif kind in (_NOTE, _OBJECT, _OBJECT_TEXT):
            comments.record(stream, kind, at, length)
    looks.comments = comments.found()
    looks.text_boxes, looks.pictures = comments.boxes(), [[0, 0, ""] for _ in range(comments.pictures)]
    return looks.found() | book.dates


class _Comments:
    """The comments of a sheet: a NOTE has the cell, the object of its number the text ([MS-XLS] 2.4.179 and 2.4.181)."""

    def __init__(self) -> None:
        self.cells: dict[int, tuple[int, int]] = {}
        self.texts: dict[int, str] = {}
        self.number = -1
        self.box_numbers: list[int] = []
        self.pictures = 0

    def record(self, stream: bytes, kind: int, at: int, length: int) -> None:
        """Note a record of a comment or its object."""
        if kind == _NOTE and length >= 8:
            self.cells[int.from_bytes(stream[at + 6 : at + 8], "little")] = _PAIR(stream, at)
        elif kind == _OBJECT and length >= 8:
            what, self.number = _PAIR(stream, at + 4)
            self.pictures += what == _PICTURE and self.pictures < MAX_ANNOTATIONS
            if what not in (_PICTURE, _COMMENT_BOX):
                self.box_numbers.append(self.number)
        elif kind == _OBJECT_TEXT and length >= 12 and len(self.texts) < 10 * MAX_ANNOTATIONS:
            self.texts[self.number] = _object_text(stream, at, length)

    def boxes(self) -> list[list[int | str]]:
        """Return the texts of text boxes and shapes, whose cell is not told."""
        texts = (self.texts.get(number, "").strip()[:MAX_CHARACTERS] for number in self.box_numbers)
        boxes: list[list[int | str]] = [[0, 0, text] for text in texts if text]
        return boxes[:MAX_ANNOTATIONS]

    def found(self) -> list[list[int | str]]:
        """Return row and column counted from 1, and the text, of each comment."""
        cells = sorted(self.cells.items(), key=lambda comment: comment[1])
        found = [(cell, comment_text(self.texts.get(number, ""))) for number, cell in cells]
        told: list[list[int | str]] = [[row + 1, column + 1, text] for (row, column), text in found if text]
        return told[:MAX_ANNOTATIONS]


def _many(looks: _Looks, stream: bytes, at: int, length: int, is_number: bool) -> None:
    """Note the cells of a MULRK or MULBLANK."""
    row, first = _PAIR(stream, at)
    step = 3 if is_number else 1
    count = (length - 6) // 2 // step
    styles = struct.unpack_from(f"<{count * step}H", stream, at + 4)[::step]
    if not looks.telling.isdisjoint(styles):
        for column, style in enumerate(styles, first):
            looks.cell(row, column, style, is_number, not is_number)


def _object_text(stream: bytes, at: int, length: int) -> str:
    """Return the text of a TXO, which stands in the CONTINUE records behind it ([MS-XLS] 2.4.329)."""
    left = int.from_bytes(stream[at + 10 : at + 12], "little")
    words: list[str] = []
    for kind, begin, size in biff_records(stream, at + length, SHEET_RECORDS | {_CONTINUE}):
        if kind != _CONTINUE or left <= 0 or size < 2:
            break
        wide = stream[begin] & 1
        data = stream[begin + 1 : begin + size]
        piece = data.decode("utf-16-le" if wide else "latin-1", "replace")[:left]
        left -= len(piece)
        words.append(piece)
    return "".join(words)[: 2 * MAX_CHARACTERS]


def _text(data: bytes, width: int, is_wide: bool) -> str:
    """Return a text behind its length, in the coding of its version ([MS-XLS] 2.5.240 and 2.5.294)."""
    count = int.from_bytes(data[:width], "little")
    if not is_wide:
        return data[width : width + count].decode("cp1252", "replace")
    if len(data) > width and data[width] & 1:
        return data[width + 1 : width + 1 + 2 * count].decode("utf-16-le", "replace")
    return data[width + 1 : width + 1 + count].decode("latin-1")
