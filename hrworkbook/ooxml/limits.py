"""How large a package, and a sheet in it, may be; and the refusal of one that is larger, broken or made to harm."""

from enum import Enum

from hrworkbook.plan.errors import CannotWrite, UnreadableFile

MB = 1 << 20
FILE_MAX = 20 * MB
ENTRIES_MAX = 2_000
PART_MAX = 200 * MB
TOTAL_MAX = 400 * MB
RATIO_MAX = 200
"""How many times its own size a part may inflate to, once it is past `RATIO_FROM`."""
RATIO_FROM = 5 * MB
CELLS_MAX = 2_000_000
ROWS_MAX = 200_000
AREA_MAX = 8_000_000
"""Cells in the rectangle around a sheet's values: the parser sets all of it aside."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""Of a sheet of Excel and of Calc."""
CACHED_BYTES = 4 * MB
"""A larger part is handed on as it was packed, to save memory."""

RESAVE_REMEDY = "Ask the sender to open it in Excel, save it again as .xlsx and send that"
PLAIN_WORKBOOK_REMEDY = "Ask the sender for an ordinary .xlsx with only their table in it"


class PackageFault(Enum):
    """What kind of fault a package is refused for, so that whoever knows whose file it is can say what to do."""

    DAMAGED = "damaged"
    LOCKED = "locked"
    TOO_LARGE = "too large"
    HARMFUL = "harmful"


class RefusedPackage(UnreadableFile):
    """A package that is not read."""

    def __init__(self, place: str, fault: str, remedy: str = "", kind: PackageFault = PackageFault.DAMAGED) -> None:
        super().__init__(place, fault, remedy)
        self.kind = kind


def refuse_package(
    fault: str, remedy: str = RESAVE_REMEDY, kind: PackageFault = PackageFault.DAMAGED
) -> RefusedPackage:
    """Return the refusal of a file whose name only the caller knows."""
    return RefusedPackage("", fault, remedy, kind)


def refuse_outside_sheet(sheet: str, row: int, first: int, last: int) -> None:
    """Raise CannotWrite where cells of a row, from a first to a last column, are none of a sheet."""
    if 1 <= row <= LAST_ROW and first >= 1 and last <= LAST_COLUMN:
        return
    column = first if first < 1 else last
    raise CannotWrite(sheet, f"a sheet has no row {row:,}, column {column:,}", "Delete what is no longer needed")
