"""A master's bytes as a snapshot, with what must be known to change it."""

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from hrworkbook.errors import UnreadableFile
from hrworkbook.hosts.package import Package
from hrworkbook.hosts.sheet_xml import SheetXml
from hrworkbook.hosts.workbook_xml import Workbook
from hrworkbook.snapshot import Block, Snapshot
from hrworkbook.values import Value

_LARGEST_GRID = 10_000_000
"""Cells between A1 and the last one written to: past it a reader takes gigabytes."""

_BACKUP = "Take the latest backup of the master"


@dataclass(frozen=True)
class Loaded:
    """A workbook as read: its bytes, and what was found in them."""

    package: Package
    workbook: Workbook
    snapshot: Snapshot
    depends: bool
    """Whether some formula can depend on a cell that changes."""


def load(data: bytes, place: str) -> Loaded:
    """The workbook of a file's bytes; raises UnreadableFile or NotAMaster, naming it as `place`."""
    package = Package(data, place)
    workbook = Workbook(package)
    scanned = {s.name: SheetXml(package.read_xml(s.part), f"{place}!{s.name}") for s in workbook.sheets if s.part}
    others = [part for kind in ("sharedStrings", "styles") if (part := workbook.part_of(kind))]
    for part in others:
        package.read_xml(part)
    package.check_parts({*others, *(sheet.part for sheet in workbook.sheets)})
    blocks, depends = [], False
    reader = open_reader(data, place)
    for sheet in workbook.sheets:
        xml = scanned.get(sheet.name)
        if xml is None:
            blocks.append(Block(sheet.name, [], hidden=sheet.hidden))
            continue
        rows, has_formulas = read_rows(reader, sheet.name, xml)
        depends |= has_formulas
        blocks.append(Block(sheet.name, rows, xml.merges(), sheet.hidden))
    return Loaded(package, workbook, Snapshot(place, tuple(blocks)), depends)


def open_reader(data: bytes, place: str) -> Any:
    """An independent reader of the whole workbook, its shared texts read."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_filelike(BytesIO(data))
    except (CalamineError, OSError, ValueError) as fault:
        raise UnreadableFile(place, "it cannot be read as a workbook", _BACKUP) from fault
    except BaseException as panic:
        raise _unless_asked_to_stop(panic, place) from panic


def read_rows(reader: Any, name: str, xml: SheetXml) -> tuple[list[list[Value]], bool]:
    """A sheet's rows from A1, error values and formulas without a value marked; and whether formulas may depend on it.

    The reader gives '' for an error value and for a formula without a stored one, so those are found in the XML.
    """
    from python_calamine import CalamineError

    last = max((number for number, _ in xml.rows), default=0)
    if last * xml.widest() > _LARGEST_GRID:
        fault = f"something stands as far out as row {last:,}, too far to read"
        raise UnreadableFile(xml.place, fault, "Delete the rows and columns beyond the plan, then save it")
    try:
        found = reader.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, ValueError) as fault:
        raise UnreadableFile(xml.place, "it cannot be read", _BACKUP) from fault
    except BaseException as panic:
        raise _unless_asked_to_stop(panic, xml.place) from panic
    rows = [[_value(v) for v in row] if "" in row or timedelta in map(type, row) else row for row in found]
    special, depends = xml.special()
    for (row, column), value in special.items():
        put(rows, row, column, value)
    return rows, depends


def _unless_asked_to_stop(panic: BaseException, place: str) -> BaseException:
    """A panic of the reader, which no `except Exception` catches, as an error; anything else as it is."""
    if type(panic).__name__ == "PanicException":
        return UnreadableFile(place, "it cannot be read as a workbook", _BACKUP)
    return panic


def _value(value: Any) -> Value:
    if value == "":
        return None
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return value  # type: ignore[no-any-return]


def put(rows: list[list[Value]], row: int, column: int, value: Value) -> None:
    """Set one value of rows from A1, lengthening them as it takes."""
    rows += [[] for _ in range(row - len(rows))]
    cells = rows[row - 1]
    cells += [None] * (column - len(cells))
    cells[column - 1] = value
