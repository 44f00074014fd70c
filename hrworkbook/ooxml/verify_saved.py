"""Proof, before it replaces the master, that a saved file holds what was meant and nothing else has changed."""

from collections.abc import Collection, Mapping, Sequence
from itertools import zip_longest

from hrworkbook.ooxml.cell_xml import CellContent, reads_as
from hrworkbook.ooxml.load_workbook import LoadedWorkbook, load, open_reader, read_sheets
from hrworkbook.ooxml.sheet_change import SheetChange
from hrworkbook.ooxml.sheet_xml import SheetXml
from hrworkbook.ooxml.workbook_package import WorkbookPackage
from hrworkbook.plan.errors import CannotWrite, UnreadableFile
from hrworkbook.plan.snapshot import address
from hrworkbook.plan.values import Value


def verify_saved(
    found: bytes, before: LoadedWorkbook, parts: dict[str, bytes | None], changes: Sequence[SheetChange]
) -> None:
    """Pass where a saved file's bytes hold the parts meant, every other part as it was, and every cell reads back.

    The cells are read by an independent reader. Where a sheet tells the place of each row and cell, in order, it is
    given those that were written alone: all else is the bytes it was, and reading 70,000 cells again takes longer than
    the change. Elsewhere it is given the sheet whole, and every cell of it is compared. Raises CannotWrite.
    """
    try:
        _verify(found, before, parts, changes)
    except UnreadableFile as fault:
        raise CannotWrite(
            before.package.place, "what was written would not open", "The workbook is as it was"
        ) from fault


def verify_inserted(found: bytes, before: LoadedWorkbook, own: Collection[str]) -> None:
    """Pass where a saved file's bytes hold every sheet of a workbook as it was, but those of ours, which are there too.

    Raises CannotWrite.
    """
    place = before.package.place
    try:
        after = load(found, place).snapshot
    except UnreadableFile as fault:
        raise CannotWrite(place, "what was written would not open", "The workbook is as it was") from fault
    now = {block.name: block for block in after.sheets}
    missing = [name for name in own if name not in now]
    kept = [block for block in before.snapshot.sheets if block.name not in own]
    changed = [block.name for block in kept if block != now.get(block.name)]
    if missing or changed:
        fault_ = f"its sheet '{(missing + changed)[0]}' would not be saved whole"
        raise CannotWrite(place, fault_, "The workbook is as it was")


def _verify(
    found: bytes, before: LoadedWorkbook, parts: dict[str, bytes | None], changes: Sequence[SheetChange]
) -> None:
    place = before.package.place
    package = WorkbookPackage(found, place)
    for name in before.package.names():
        meant = parts.get(name, b"")
        if name not in parts:
            same = package.raw_entry(name) == before.package.raw_entry(name)
        else:
            same = package.find(name) is None if meant is None else package.read(name) == meant
        if not same:
            raise CannotWrite(place, f"its part {name} would not be saved whole", "The workbook is as it was")
    texts = before.workbook.part_of("sharedStrings")
    for change in changes:
        if change.xml.is_regular:
            _verify_changed_cells(package, change, texts)
        else:
            rows = _read_back(package.data, place, change, package.read(change.sheet.part))
            _refuse_difference(change, change.block.rows, rows, change.stored)


def _verify_changed_cells(package: WorkbookPackage, change: SheetChange, texts: str | None) -> None:
    """Pass where the cells that were written, read without any other, are all there and are what was meant."""
    unseen = dict(change.stored)
    for xml in change.changed_cells_only():
        book = package.with_parts({change.sheet.part: xml} | ({texts: None} if texts else {}), level=0)
        rows = _read_back(book, package.place, change, xml)
        seen = {number: unseen.pop(number, {}) for number, row in enumerate(rows, 1) if row.count(None) < len(row)}
        _refuse_difference(change, (), rows, seen)
    _refuse_difference(change, (), (), unseen)


def _read_back(book: bytes, place: str, change: SheetChange, xml: bytes) -> list[list[Value]]:
    name = change.sheet.name
    return read_sheets(open_reader(book, place), [(name, SheetXml(xml, f"{place}!{name}"))])[name].rows


def _refuse_difference(
    change: SheetChange,
    before: Sequence[Sequence[Value]],
    after: Sequence[Sequence[Value]],
    stored: Mapping[int, Mapping[int, CellContent]],
) -> None:
    for number, wanted in stored.items():
        cells = after[number - 1] if number <= len(after) else ()
        for column, value in wanted.items():
            if not reads_as(value, cells[column - 1] if column <= len(cells) else None):
                raise _read_back_error(change, number, column)
    for number, (old, new) in enumerate(zip_longest(before, after, fillvalue=()), 1):
        if old == new or (not old and new.count(None) == len(new)):
            continue
        known = stored.get(number, {})
        for column, (was, now) in enumerate(zip_longest(old, new), 1):
            if was != now and column not in known:
                raise _read_back_error(change, number, column)


def _read_back_error(change: SheetChange, row: int, column: int) -> CannotWrite:
    return CannotWrite(
        f"{change.sheet.name}!{address(row, column)}",
        "it would not read back as it should, so nothing was written",
        "Open the workbook in Excel, save it and try again",
    )
