"""When an Excel table grows over rows written below it."""

from collections.abc import Collection

from hrworkbook.ooxml.workbook_xml import ExcelTable
from hrworkbook.plan.snapshot import CellRange


def grown_range(table: ExcelTable, filled: Collection[int], others: Collection[CellRange]) -> CellRange:
    """Return the table's range with the rows directly below it that were filled; as it is with a totals row, or at another table.

    `filled` are the rows in which something was written to one of its columns.
    """
    top, left, bottom, right = table.range
    if table.totals_rows:
        return table.range
    while bottom + 1 in filled and not any(
        o[0] <= bottom + 1 <= o[2] and o[1] <= right and left <= o[3] for o in others
    ):
        bottom += 1
    return top, left, bottom, right
