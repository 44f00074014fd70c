"""Proof, before it replaces the master, that a saved file holds what was meant and nothing else has changed."""

from collections.abc import Collection, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from hrworkbook.ooxml.cell_xml import CellContent, reads_as
from hrworkbook.ooxml.column_cells import ColumnCells
from hrworkbook.ooxml.load_workbook import LoadedWorkbook, load, open_reader, read_sheets, read_used_cells
from hrworkbook.ooxml.sheet_change import SheetChange
from hrworkbook.ooxml.sheet_xml import SheetXml
from hrworkbook.ooxml.workbook_package import WorkbookPackage
from hrworkbook.ooxml.workbook_xml import SheetPart, WorkbookXml
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


def verify_columns(
    found: bytes, before: WorkbookXml, parts: Mapping[str, bytes | None], columns: Mapping[SheetPart, ColumnCells]
) -> None:
    """Pass where a saved file's bytes hold the parts meant, every other part as it was, and each text of some columns reads back.

    As in `verify_saved`, of a sheet that tells its places new cells alone are read, by an independent reader; of any other all.
    Raises CannotWrite.
    """
    place = before.package.place
    try:
        package = _package_of(found, before.package, parts)
        texts = before.part_of("sharedStrings")
        regular = {sheet: cells for sheet, cells in columns.items() if cells.xml.is_regular}
        others = {sheet: cells for sheet, cells in columns.items() if not cells.xml.is_regular}
        if regular:
            told = {sheet: cells.to_read_back() for sheet, cells in regular.items()}
            only: dict[str, bytes | None] = {s.part: cells.sheet_of(told[s]) for s, cells in regular.items()}
            reader = open_reader(package.with_parts(only | ({texts: None} if texts else {}), level=0), place)
            for sheet, cells in regular.items():
                _refuse_other_cells(cells, told[sheet], {}, _cells_of(reader, sheet))
        if others:
            was, now = open_reader(before.package.data, place), open_reader(found, place)
            for sheet, cells in others.items():
                _refuse_other_cells(cells, cells.wanted, _cells_of(was, sheet), _cells_of(now, sheet))
    except UnreadableFile as fault:
        raise CannotWrite(place, "what was written would not open", "The workbook is as it was") from fault


def _cells_of(reader: Any, sheet: SheetPart) -> dict[tuple[int, int], Any]:
    """Return every filled cell of a sheet, by row and column."""
    top, left, rows = read_used_cells(reader, sheet.name, sheet.name)
    return {(r, c): value for r, row in enumerate(rows, top) for c, value in enumerate(row, left) if value != ""}


def _refuse_other_cells(
    cells: ColumnCells,
    told: Mapping[int, Mapping[int, str]],
    before: Mapping[tuple[int, int], Any],
    after: Mapping[tuple[int, int], Any],
) -> None:
    """Refuse a sheet that does not read as it was before, with the texts that are told in it."""
    whole = {**before, **{(row, column): text for row, texts in told.items() for column, text in texts.items()}}
    if whole != after:
        row, column = next(at for at in {**whole, **after} if whole.get(at) != after.get(at))
        raise _read_back_error(cells.xml.place, row, column)


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
    package = _package_of(found, before.package, parts)
    texts = before.workbook.part_of("sharedStrings")
    for change in changes:
        if change.xml.is_regular:
            _verify_changed_cells(package, change, texts)
        else:
            rows = _read_back(package.data, place, change, package.read(change.sheet.part))
            _refuse_difference(change, change.block.rows, rows, change.stored)


def _package_of(found: bytes, before: WorkbookPackage, parts: Mapping[str, bytes | None]) -> WorkbookPackage:
    """Return a saved file's package where it holds the parts meant, and every other as it was. Raises CannotWrite."""
    package = WorkbookPackage(found, before.place)
    for name in before.names():
        meant = parts.get(name, b"")
        if name not in parts:
            same = package.raw_entry(name) == before.raw_entry(name)
        else:
            same = package.find(name) is None if meant is None else package.read(name) == meant
        if not same:
            raise CannotWrite(before.place, f"its part {name} would not be saved whole", "The workbook is as it was")
    return package


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
                raise _read_back_error(change.sheet.name, number, column)
    for number, (old, new) in enumerate(zip_longest(before, after, fillvalue=()), 1):
        if old == new or (not old and new.count(None) == len(new)):
            continue
        known = stored.get(number, {})
        for column, (was, now) in enumerate(zip_longest(old, new), 1):
            if was != now and column not in known:
                raise _read_back_error(change.sheet.name, number, column)


def _read_back_error(place: str, row: int, column: int) -> CannotWrite:
    return CannotWrite(
        f"{place}!{address(row, column)}",
        "it would not read back as it should, so nothing was written",
        "Open the workbook in Excel, save it and try again",
    )
