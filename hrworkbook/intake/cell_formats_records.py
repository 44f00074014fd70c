"""The number formats of cells in the binary formats, .xls and .xlsb."""

import struct
from collections.abc import Collection, Iterator, Mapping

from hrworkbook.intake.binary_cell_faults import xlsb_records
from hrworkbook.ooxml.number_formats import Cell, Codes, code_at
from hrworkbook.plan.number_format.builtin_ids import code_of

_FORMAT, _XF, _SHEET, _BOF, _EOF = 0x41E, 0xE0, 0x85, 0x809, 0x0A
_STYLED = frozenset({0x06, 0x27E, 0x203, 0x7E})
"""FORMULA, RK, NUMBER and the older RK: row, column and style ([MS-XLS] 2.5.13)."""
_MANY = 0xBD
"""MULRK: a row, its first column, a style and a number for each cell, and its last column ([MS-XLS] 2.4.175)."""
_TRIPLE = struct.Struct("<3H").unpack_from
_PAIR = struct.Struct("<2H").unpack_from


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


def xlsb_formats(sheet: bytes, codes: Codes, wanted: Collection[Cell]) -> dict[Cell, str]:
    """Return the codes of these cells of a worksheet part of .xlsb; a cell it does not hold has none."""
    cells = frozenset(wanted)
    found: dict[Cell, str] = {}
    row = -1
    for kind, at, length in xlsb_records(sheet) if cells else ():
        if kind == 0 and length >= 4:
            row = int.from_bytes(sheet[at : at + 4], "little")
        elif 0 < kind <= 11 and length >= 8:
            cell = row, int.from_bytes(sheet[at : at + 4], "little")
            if cell in cells:
                found.setdefault(cell, code_at(codes, int.from_bytes(sheet[at + 4 : at + 7], "little")))
                if len(found) == len(cells):
                    break
    return found


def xls_formats(stream: bytes, wanted: Mapping[str, Collection[Cell]]) -> dict[str, dict[Cell, str]]:
    """Return the codes of these cells of an .xls' workbook stream, by the name of the sheet."""
    if not any(wanted.values()):
        return {name: {} for name in wanted}
    codes, places = _globals(stream)
    found: dict[str, dict[Cell, str]] = {}
    for name, cells in wanted.items():
        styles = _styles(stream, places[name], frozenset(cells)) if name in places and cells else {}
        found[name] = {cell: code_at(codes, style) for cell, style in styles.items()}
    return found


def _globals(stream: bytes) -> tuple[Codes, dict[str, int]]:
    """Return the format code of each cell style, by index, and the position of each sheet in the stream, by name."""
    given: dict[int, str] = {}
    identities: list[int] = []
    places: dict[str, int] = {}
    is_wide = stream[4:6] == b"\x00\x06"
    for kind, at, length in _records(stream, 0):
        if kind == _FORMAT and length >= 4:
            skipped, wide = (2, 2) if is_wide else (2, 1)
            text = _text(stream[at + skipped : at + length], wide, is_wide)
            given.setdefault(int.from_bytes(stream[at : at + 2], "little"), text)
        elif kind == _XF and length >= 4:
            identities.append(int.from_bytes(stream[at + 2 : at + 4], "little"))
        elif kind == _SHEET and length >= 8:
            places.setdefault(
                _text(stream[at + 6 : at + length], 1, is_wide), int.from_bytes(stream[at : at + 4], "little")
            )
        elif kind == _EOF:
            break
    return tuple(code_of(identity, given) for identity in identities), places


def _styles(stream: bytes, place: int, wanted: frozenset[Cell]) -> dict[Cell, int]:
    """Return the style index of each wanted cell of the sheet that begins at a position in the stream."""
    found: dict[Cell, int] = {}
    depth = 0
    for kind, at, length in _records(stream, place):
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                break
        elif depth != 1 or length < 6:
            continue
        elif kind in _STYLED:
            row, column, style = _TRIPLE(stream, at)
            if (row, column) in wanted:
                found.setdefault((row, column), style)
        elif kind == _MANY:
            row, first = _PAIR(stream, at)
            for number in range((length - 6) // 6):
                if (row, first + number) in wanted:
                    found.setdefault((row, first + number), _PAIR(stream, at + 4 + 6 * number)[0])
    return found


def _text(data: bytes, width: int, is_wide: bool) -> str:
    """Return a string that its length precedes, in the encoding of its version ([MS-XLS] 2.5.240 and 2.5.294)."""
    count = int.from_bytes(data[:width], "little")
    if not is_wide:
        return data[width : width + count].decode("cp1252", "replace")
    if len(data) > width and data[width] & 1:
        return data[width + 1 : width + 1 + 2 * count].decode("utf-16-le", "replace")
    return data[width + 1 : width + 1 + count].decode("latin-1")


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield type, data offset and data length (in bytes) of each complete record from an offset on."""
    last = len(stream) - 4
    while at <= last:
        kind, length = _PAIR(stream, at)
        if at + 4 + length > len(stream):
            break
        yield kind, at + 4, length
        at += 4 + length
