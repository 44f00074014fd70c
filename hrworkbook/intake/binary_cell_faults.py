"""Error values, uncomputed formulas, hidden rows and the extent of values in the binary formats, .xlsb and .xls."""

import struct
from collections.abc import Iterator, Mapping

from hrworkbook.intake.xml_cell_faults import ERROR, UNCOMPUTED, CellFault, SheetFaults
from hrworkbook.ooxml.limits import refuse_package

ERROR_CODES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""The error codes of the binary formats ([MS-XLS] 2.5.10, [MS-XLSB] 2.5.97.2)."""


def scan_xlsb_sheet(data: bytes) -> SheetFaults:
    """Return the error values, hidden rows and extent of a worksheet part of an .xlsb ([MS-XLSB] 2.1.7.62).

    Raises UnreadableFile for a damaged part or one that is too large.
    """
    sheet = SheetFaults()
    row = 0
    for kind, at, length in xlsb_records(data):
        if kind > 11 or length < 8:
            continue
        first = int.from_bytes(data[at : at + 4], "little")
        if kind == 0:
            row = first
            if length >= 12 and data[at + 11] & 0x10:
                sheet.hidden_rows.append(row + 1)
        elif kind > 1:
            sheet.extend(row, first)
            if kind in (3, 11):
                sheet.faults.append((row, first, ERROR, ERROR_CODES.get(data[at + 8], "#N/A")))
    sheet.check_size()
    return sheet


def xlsb_records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield type, data offset and data length (in bytes) of each record of a binary part ([MS-XLSB] 2.1.4).

    Raises UnreadableFile where a record is cut short.
    """
    at, size = 0, len(data)
    try:
        while at < size:
            kind = data[at]
            at += 1
            if kind & 0x80:
                kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
                at += 1
            length = shift = 0
            while True:
                byte = data[at]
                at += 1
                length |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 or shift > 21:
                    break
            if at + length > size:
                raise IndexError
            yield kind, at, length
            at += length
    except IndexError:
        raise refuse_package("a part of it is damaged") from None


BiffRecord = tuple[int, int, int]
"""Type, data offset and data length (in bytes) of a record of an .xls."""


def xls_sheet_records(data: bytes, place: int, *, blanks: bool) -> list[BiffRecord]:
    """Return the records that tell something of the sheet at a position in the workbook stream of an .xls, in bytes.

    The records of charts on it are left out, and without `blanks` those of cells without a value ([MS-XLS] 2.1.7.20.3).
    """
    found: list[BiffRecord] = []
    depth = 0
    for record in biff_records(data, place, SHEET_RECORDS | BLANK_RECORDS if blanks else SHEET_RECORDS):
        kind, _, length = record
        if kind == 0x0809:
            depth += 1
        elif kind == 0x0A:
            depth -= 1
            if depth <= 0:
                break
        elif depth == 1 and length >= 6:
            found.append(record)
    return found


def scan_xls_sheets(data: bytes, sheets: Mapping[str, list[BiffRecord]]) -> dict[str, SheetFaults]:
    """Return the faults of each sheet of an .xls by its name, from its stream and the records of each ([MS-XLS] 2.4).

    Raises UnreadableFile for a sheet that is too large.
    """
    found: dict[str, SheetFaults] = {}
    empty_texts: list[tuple[SheetFaults, CellFault]] = []
    computed = False
    for name, records in sheets.items():
        sheet = found[name] = SheetFaults()
        empty, has_results = _scan_xls_sheet(data, records, sheet)
        empty_texts += ((sheet, fault) for fault in empty)
        computed = computed or has_results
        sheet.check_size()
    if not computed:
        # A writer that computes nothing stores an empty text for every formula; Excel does so only for a true "".
        for sheet, fault in empty_texts:
            sheet.faults.append(fault)
    return found


def _scan_xls_sheet(data: bytes, records: list[BiffRecord], sheet: SheetFaults) -> tuple[list[CellFault], bool]:
    """Add the faults, hidden rows and extent of a worksheet to `sheet`.

    Return its formulas whose result is an empty text, and whether any formula has another result.
    """
    empty_texts: list[CellFault] = []
    computed = False
    for kind, at, length in records:
        if kind in _VALUE_RECORDS:
            row, column = _read_pair(data, at)
            sheet.extend(row, column if kind != 0xBD else _last_column(data, at, length, column))
            if kind == 0x0205 and length >= 8 and data[at + 7]:
                sheet.faults.append((row, column, ERROR, ERROR_CODES.get(data[at + 6], "#N/A")))
            elif kind == 0x06 and length >= 14:
                result = data[at + 6 : at + 14]
                special = result[0] if result[6:] == b"\xff\xff" else -1
                computed = computed or special != 3
                if special == 2:
                    sheet.faults.append((row, column, ERROR, ERROR_CODES.get(result[2], "#N/A")))
                elif special == 3:
                    empty_texts.append((row, column, UNCOMPUTED, "="))
        elif kind == 0x0208 and length >= 16 and data[at + 12] & 0x20:
            sheet.hidden_rows.append(_read_pair(data, at)[0] + 1)
    return empty_texts, computed


_read_pair = struct.Struct("<2H").unpack_from
_VALUE_RECORDS = frozenset({0x06, 0x27E, 0x203, 0x204, 0x205, 0xFD, 0xBD, 0xD6, 0x7E})
"""FORMULA, RK, NUMBER, LABEL, BOOLERR, LABELSST, MULRK, RSTRING, and the older RK."""
BLANK_RECORDS = frozenset({0x201, 0xBE})
"""BLANK and MULBLANK."""
SHEET_RECORDS = _VALUE_RECORDS | {0x0809, 0x0A, 0x0208, 0x7D, 0x1C, 0x5D, 0x1B6}
"""These, BOF, EOF, ROW, COLINFO, NOTE, OBJ and TXO."""


def _last_column(data: bytes, at: int, length: int, first: int) -> int:
    """Return the last column (from 0) of a MULRK record, the only one that holds several values."""
    return max(first, int.from_bytes(data[at + length - 2 : at + length], "little"))


def biff_records(data: bytes, at: int, wanted: frozenset[int]) -> Iterator[BiffRecord]:
    """Yield type, data offset and data length (in bytes) of each BIFF record of the wanted types from an offset on."""
    last = len(data) - 4
    while at <= last:
        kind, length = _read_pair(data, at)
        if kind in wanted:
            if at + length > last:
                break
            yield kind, at + 4, length
        at += 4 + length
