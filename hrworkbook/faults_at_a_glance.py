"""An .ods without a fault, told by a few searches instead of a second parse.

Most returns have no error value, no hidden row, and a value beside every formula. Where that is not certain,
`hrworkbook.faults_in_cells` looks at every cell.
"""

import re
from collections.abc import Iterator

from hrworkbook.bounds import AREA_MAX, CELLS_MAX, ROWS_MAX
from hrworkbook.faults_in_cells import LAST_COLUMN, Sheet

_TABLE = re.compile(rb"<table:table[ >]")
_ROW = re.compile(rb"<table:table-row((?: [^<>]*)?)>")
_ROWS_REPEATED = re.compile(rb'table:number-rows-repeated="([0-9]{1,11})"')
_TAG = re.compile(rb"<table:(?:covered-)?table-cell([ /][^<>]*)?>")
_COLUMNS_REPEATED = re.compile(rb'table:number-columns-repeated="([0-9]{1,11})"')
_SPANNED = tuple(re.compile(rb'table:number-%s-spanned="([0-9]{1,11})"' % way) for way in (b"rows", b"columns"))
_FOREIGN = ((b"!", b"<!"), (b"#", b">#"), (b"", b"table:visibility="), (b"", b'"error"'), (b"", b"<table:table-row/>"))
"""What only a look at every cell can judge: comments and unparsed text, error values, hidden rows; each after the one letter
of it that is rare, and is found much faster."""
_SHEETS = b"<office:spreadsheet"
_END = b"</office:document-content>"


def no_faults_in_content(xml: bytes) -> list[Sheet] | None:
    """For an .ods' content (ODF 1.2, 9.1): how far each table reaches; None where a cell may have a fault."""
    top = xml.find(_SHEETS)
    if top < 0 or not xml.rstrip().endswith(_END) or any(_is_in(xml, sign, rare, top) for rare, sign in _FOREIGN):
        return None
    if xml.find(b"table:formula", top) >= 0:
        pieces = xml.split(b' table:formula="')
        whole = xml.count(b"table:formula") == len(pieces) - 1
        if not whole or xml.find(b">Err:", top) >= 0 or not all(map(_has_value, pieces, pieces[1:])):
            return None
    tables = _TABLE.split(xml)[1:]
    if any(table.count(b"</table:table>") != 1 for table in tables):
        return None  # tables in tables
    sheets = [sheet for table in tables if (sheet := _reach(table))]
    return sheets if len(sheets) == len(tables) else None


def _is_in(xml: bytes, sign: bytes, rare: bytes, top: int) -> bool:
    return xml.find(rare, top) >= 0 and xml.find(sign, top) >= 0


def _has_value(before: bytes, after: bytes) -> bool:
    """Whether the tag cut in two by its formula has a value, too."""
    rest = after.partition(b'"')[2]
    return (
        rest.find(b" office:value", 0, rest.find(b">")) >= 0 or before.find(b" office:value", before.rfind(b"<")) >= 0
    )


def _reach(table: bytes) -> Sheet | None:
    """How far a table's values can reach at most; None where that may be too far."""
    sheet = Sheet()
    row = 0
    pieces = _ROW.split(table)
    for attributes, rest in zip(pieces[1::2], pieces[2::2], strict=True):
        repeated = _ROWS_REPEATED.search(attributes) if attributes else None
        times = int(repeated[1]) if repeated else 1
        row += times
        cells = rest[: rest.rfind(b"</table:table-row>")].rstrip()
        if cells.find(b"-spanned=") >= 0:
            sheet.merges += _merges(cells, row - times)
        if cells.find(b" office:") < 0 and cells.find(b"<text:") < 0:
            continue
        width = valued = cells.count(b"<table:table-cell") + cells.count(b"<table:covered-table-cell")
        before, *repeats = cells.split(b' table:number-columns-repeated="')
        for piece in repeats:
            tag = piece[: piece.find(b">")]
            columns = tag[: tag.find(b'"')]
            if not columns.isdigit():
                return None
            width += int(columns) - 1
            if not tag.endswith(b"/") or b" office:" in tag or b" office:" in before[before.rfind(b"<") :]:
                valued += int(columns) - 1
            elif piece is repeats[-1] and len(piece) == len(tag) + 1:  # nothing but blanks up to the sheet's edge
                width -= int(columns)
            before = piece
        sheet.cells += valued * times
        sheet.last_row = row
        sheet.last_column = max(sheet.last_column, width)
        if sheet.last_column > LAST_COLUMN or sheet.cells > CELLS_MAX:
            return None
    return sheet if sheet.last_row <= ROWS_MAX and sheet.last_row * sheet.last_column <= AREA_MAX else None


def _merges(cells: bytes, row: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """First and last row and column, counted from 0, of each merged cell that begins in a row."""
    column = 0
    for tag in _TAG.findall(cells):
        if tag.find(b"-spanned=") >= 0:
            down, across = (int(found[1]) if (found := spanned.search(tag)) else 1 for spanned in _SPANNED)
            if down > 1 or across > 1:
                yield (row, column), (row + down - 1, column + across - 1)
        repeated = _COLUMNS_REPEATED.search(tag) if tag.find(b"-repeated=") >= 0 else None
        column += int(repeated[1]) if repeated else 1
