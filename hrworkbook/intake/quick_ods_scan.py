"""An .ods without a fault, told by a few searches instead of a second parse.

Most returns have no error value, no hidden row, and a value beside every formula. Where that is not certain,
`hrworkbook.intake.xml_cell_faults` looks at every cell.
"""

import re
from collections.abc import Iterator

from hrworkbook.intake.xml_cell_faults import SheetFaults
from hrworkbook.ooxml.limits import AREA_MAX, CELLS_MAX, LAST_COLUMN, ROWS_MAX

_ROWS_REPEATED = re.compile(rb'table:number-rows-repeated="([0-9]{1,11})"')
_COLUMNS_REPEATED = re.compile(rb'table:number-columns-repeated="([0-9]{1,11})"')
_SPANNED = tuple(re.compile(rb'table:number-%s-spanned="([0-9]{1,11})"' % way) for way in (b"rows", b"columns"))
_FAULT_MARKS = (
    (b"!", b"<!"),
    (b"#", b">#"),
    (b"", b"table:visibility="),
    (b"", b'"error"'),
)
"""What only a look at every cell can judge: comments and unparsed text, error values, hidden rows; each after the one letter
of it that is rare, and is found much faster."""
SHEETS_MARK = b"<office:spreadsheet"
"""What the tables of an .ods begin with; before it stand styles, often most of the file."""
_CONTENT_END = b"</office:document-content>"


def scan_clean_tables(body: bytes) -> list[SheetFaults] | None:
    """Return the extent of each table in the content of an .ods from `SHEETS_MARK` on (ODF 1.2, 9.1).

    Return None where a cell may have a fault, which only a parse of every cell can tell.
    """
    if not body.startswith(SHEETS_MARK) or not body.rstrip().endswith(_CONTENT_END):
        return None
    if any(body.find(rare) >= 0 and body.find(sign) >= 0 for rare, sign in _FAULT_MARKS):
        return None
    if body.find(b"table:formula") >= 0:
        pieces = body.split(b' table:formula="')
        whole = body.count(b"table:formula") == len(pieces) - 1
        if not whole or body.find(b">Err:") >= 0 or not all(map(_has_value, pieces, pieces[1:])):
            return None
    tables = body.replace(b"<table:table>", b"<table:table >").split(b"<table:table ")[1:]
    if any(table.rfind(b"</table:table>") < 0 for table in tables):
        return None  # tables in tables
    sheets = [sheet for table in tables if (sheet := _table_extent(table))]
    return sheets if len(sheets) == len(tables) else None


def _has_value(before: bytes, after: bytes) -> bool:
    """Whether the tag cut in two by its formula has a value, too."""
    rest = after.partition(b'"')[2]
    return (
        rest.find(b" office:value", 0, rest.find(b">")) >= 0 or before.find(b" office:value", before.rfind(b"<")) >= 0
    )


def _table_extent(table: bytes) -> SheetFaults | None:
    """Return the largest extent the values of a table can have; None where that may be too large."""
    sheet = SheetFaults()
    row = 0
    for piece in table.split(b"<table:table-row")[1:]:
        attributes, _, cells = piece.partition(b">")
        if attributes and not attributes.startswith((b" ", b"/")):
            continue  # a group of rows
        repeated = _ROWS_REPEATED.search(attributes) if attributes else None
        times = int(repeated[1]) if repeated else 1
        row += times
        if cells.find(b"-spanned=") >= 0 and cells.count(b'-spanned="1"') < cells.count(b"-spanned="):
            sheet.merges += _merged_cells(cells, row - times)
        last = cells.rfind(b"table-cell>")  # a cell that holds something has an end of its own,
        if last < 0 or cells.find(b" office:", last) >= 0:  # or else an attribute that says so
            last = len(cells)
        if cells.find(b" office:", 0, last) < 0 and cells.find(b"<text:", 0, last) < 0:
            continue
        width = cell_count(cells, 0, last)
        sheet.cells += width * times
        sheet.last_row = row
        sheet.last_column = max(sheet.last_column, width)
        if sheet.last_column > LAST_COLUMN or sheet.cells > CELLS_MAX:
            return None
    return sheet if sheet.last_row <= ROWS_MAX and sheet.last_row * sheet.last_column <= AREA_MAX else None


def cell_count(cells: bytes, first: int, last: int) -> int:
    """Return the number of columns that the cells between two offsets of a row occupy."""
    width = cells.count(b"<table:table-cell", first, last) + cells.count(b"<table:covered-table-cell", first, last)
    if cells.find(b"-repeated=", first, last) >= 0:
        repeats = _COLUMNS_REPEATED.findall(cells, first, last)
        if cells.count(b"-repeated=", first, last) > len(repeats):
            return LAST_COLUMN + 1  # written in a way that only a look at every cell can judge
        width += sum(map(int, repeats)) - len(repeats)
    return width


def _merged_cells(cells: bytes, row: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield first and last cell, each as row and column from 0, of each merge that begins in a row."""
    column = reached = 0
    at = cells.find(b"-spanned=")
    while at >= 0:
        tag, end = cells.rfind(b"<", 0, at), cells.find(b">", at)
        column += cell_count(cells, reached, tag)
        reached = tag
        down, across = (int(found[1]) if (found := way.search(cells, tag, end)) else 1 for way in _SPANNED)
        if down > 1 or across > 1:
            yield (row, column), (row + down - 1, column + across - 1)
        at = cells.find(b"-spanned=", end)
