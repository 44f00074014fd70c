"""A master's bytes as a snapshot, with what must be known to change it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple

from hrworkbook.ooxml.cell_xml import text_of_link
from hrworkbook.ooxml.number_formats import formats_of_numbers
from hrworkbook.ooxml.sheet_xml import SheetXml
from hrworkbook.ooxml.workbook_package import WorkbookPackage
from hrworkbook.ooxml.workbook_xml import SheetPart, WorkbookXml
from hrworkbook.ooxml.xml_events import parse_elements
from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.serials import EPOCH_1904
from hrworkbook.plan.sheet_names import OWN_SHEETS, own_sheet_name
from hrworkbook.plan.snapshot import Block, CellRange, CellTexts, LazyCellTexts, Snapshot
from hrworkbook.plan.values import Uncomputed, Value

_LARGEST_GRID = 10_000_000
"""Cells between A1 and the last one written to: past it a reader takes gigabytes."""

_MAX_SCANNED_BYTES = 20_000_000
"""Bytes of XML up to which a sheet's is kept until it is changed; a larger one is unpacked again."""

_SHEET_END = re.compile(rb"</(?:\w+:)?worksheet>\s*\Z")
_BACKUP = "Take the latest backup of the master"


@dataclass(frozen=True)
class LoadedWorkbook:
    """A workbook as read: its bytes, and what was found in them."""

    package: WorkbookPackage
    workbook: WorkbookXml
    snapshot: Snapshot
    has_formulas: bool
    """Whether some formula can depend on a cell that changes."""
    scanned: Mapping[str, SheetXml]
    """The XML of the sheets that are shown and not too large to keep, by name."""

    def xml_of(self, sheet: SheetPart) -> SheetXml:
        """Return a sheet's XML."""
        return self.scanned.get(sheet.name) or scan(self.package, sheet)


def load(data: bytes, place: str) -> LoadedWorkbook:
    """Yield the workbook of a file's bytes; raises UnreadableFile or NotAMaster, naming it as `place`."""
    package = WorkbookPackage(data, place)
    workbook = WorkbookXml(package)
    others = [part for kind in ("sharedStrings", "styles") if (part := workbook.part_of(kind))]
    for part in others:
        package.read_xml(part)
    package.check_parts({*others, *(sheet.part for sheet in workbook.sheets)})
    kept: dict[str, SheetXml] = {}

    def scanned() -> Iterator[tuple[str, SheetXml]]:
        for sheet in workbook.sheets:
            if sheet.part:
                xml = scan(package, sheet)
                if not sheet.hidden and len(xml.xml) < _MAX_SCANNED_BYTES:
                    kept[sheet.name] = xml
                yield sheet.name, xml

    found = read_sheets(open_reader(data, place), scanned())
    sheets = [(sheet, found.get(sheet.name, SheetContents([], (), {}))) for sheet in workbook.sheets]
    styles = workbook.part_of("styles")
    looks = package.read_xml(styles) if styles else b""
    names = [sheet.name for sheet in workbook.sheets]
    ours = {own_sheet_name(names, name) for name in OWN_SHEETS}
    formats = {
        name: LazyCellTexts(partial(formats_of_numbers, xml.xml, looks))
        for name, xml in kept.items()
        if looks and name not in ours
    }
    blocks = tuple(
        Block(
            sheet.name, cells.rows, cells.merges, sheet.hidden, cells.formulas,
            formats=formats.get(sheet.name, CellTexts()), from_1904=workbook.epoch == EPOCH_1904,
        )
        for sheet, cells in sheets
    )  # fmt: skip
    return LoadedWorkbook(package, workbook, Snapshot(place, blocks), any(cells.formulas for _, cells in sheets), kept)


def scan(package: WorkbookPackage, sheet: SheetPart) -> SheetXml:
    """Return a sheet's XML as it lies in the package; raises UnreadableFile, also where it is cut short."""
    xml, place = package.read_xml(sheet.part), f"{package.place}!{sheet.name}"
    # The reader takes the cells that are there for all there were.
    if not _SHEET_END.search(xml, max(len(xml) - 200, 0)) and not parse_elements(xml, lambda *_: None):
        raise UnreadableFile(place, "it is damaged: the sheet breaks off", _BACKUP)
    return SheetXml(xml, place)


class SheetContents(NamedTuple):
    """What stands on one sheet."""

    rows: list[list[Value]]
    """From A1, error values and formulas without a value marked."""
    merges: tuple[CellRange, ...]
    formulas: dict[tuple[int, int], str]
    """Those that may depend on a cell, by row and column."""


def open_reader(data: bytes, place: str) -> Any:
    """Return an independent reader of the whole workbook, its shared texts read."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_filelike(BytesIO(data))
    except (CalamineError, OSError, ValueError) as fault:
        raise UnreadableFile(place, "it cannot be read as a workbook", _BACKUP) from fault
    except BaseException as panic:
        raise _panic_as_error(panic, place) from panic


def read_sheets(reader: Any, scanned: Iterable[tuple[str, SheetXml]]) -> dict[str, SheetContents]:
    """Return the cells of some sheets, by name.

    The reader gives '' for an error value and for a formula without a stored one, so those are found in the XML. It works
    in a thread of its own and without the interpreter: the XML is looked through meanwhile.
    """
    with ThreadPoolExecutor(1) as thread:
        under_way = []
        for name, xml in scanned:
            refuse_distant_cells(xml)
            under_way.append((name, xml, thread.submit(read_cells, reader, name, xml.place)))
        return {name: _with_special_values(xml, rows) for name, xml, rows in under_way}


def refuse_distant_cells(xml: SheetXml) -> None:
    """Raise UnreadableFile where a cell stands so far out that what lies before it is too much to read."""
    last = xml.last_filled_row
    if last * xml.last_column_bound() > _LARGEST_GRID:
        fault = f"something stands as far out as row {last:,}, too far to read"
        raise UnreadableFile(xml.place, fault, "Delete the rows and columns beyond the plan, then save it")


def read_cells(reader: Any, name: str, place: str) -> list[list[Any]]:
    """Return a sheet's cells from A1, as the reader gives them: '' for a blank. Raises UnreadableFile at `place`."""
    cells: list[list[Any]] = _sheet_of(reader, name, place, lambda sheet: sheet.to_python(skip_empty_area=False))
    return cells


def read_used_cells(reader: Any, name: str, place: str) -> tuple[int, int, list[list[Any]]]:
    """Return the first row and column that a sheet uses, and its cells from there on, as `read_cells` gives them."""
    start, cells = _sheet_of(reader, name, place, lambda sheet: (sheet.start, sheet.to_python(skip_empty_area=True)))
    top, left = start or (0, 0)
    return top + 1, left + 1, cells


def _sheet_of(reader: Any, name: str, place: str, read: Callable[[Any], Any]) -> Any:
    from python_calamine import CalamineError

    try:
        return read(reader.get_sheet_by_name(name))
    except (CalamineError, ValueError) as fault:
        raise UnreadableFile(place, "it cannot be read", _BACKUP) from fault
    except BaseException as panic:
        raise _panic_as_error(panic, place) from panic


def _with_special_values(xml: SheetXml, read: Future[list[list[Any]]]) -> SheetContents:
    special, formulas = xml.special_cells()
    rows = [[None if v == "" else v for v in row] if "" in row else row for row in read.result()]
    for row in rows:
        if timedelta in map(type, row):
            row[:] = [_as_time(v) if isinstance(v, timedelta) else v for v in row]
    for (at, column), value in special.items():
        set_value(rows, at, column, text_of_link(value) if isinstance(value, Uncomputed) else value)
    return SheetContents(rows, xml.merges(), formulas)


def _panic_as_error(panic: BaseException, place: str) -> BaseException:
    """Return a panic of the reader, which no `except Exception` catches, as an error; anything else as it is."""
    if type(panic).__name__ == "PanicException":
        return UnreadableFile(place, "it cannot be read as a workbook", _BACKUP)
    return panic


def _as_time(value: timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def set_value(rows: list[list[Value]], row: int, column: int, value: Value) -> None:
    """Set one value of rows from A1, lengthening them as it takes."""
    rows += [[] for _ in range(row - len(rows))]
    cells = rows[row - 1]
    cells += [None] * (column - len(cells))
    cells[column - 1] = value
