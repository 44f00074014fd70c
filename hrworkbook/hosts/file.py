"""The file host: a master on disk, read as a snapshot and changed cell by cell in its XML.

The workbook is never re-saved through a library: the cells of the change set are worked into the XML of their sheets,
every other part is copied byte for byte, and the file is replaced in one step (see `saving`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from hrworkbook.errors import CannotWrite, UnreadableFile
from hrworkbook.hosts.cell_xml import Cell, cell_xml, reads_as, shown_as, storable, styles_shown
from hrworkbook.hosts.growing import grown
from hrworkbook.hosts.locks import check_writable, who_has_it_open
from hrworkbook.hosts.package import Package
from hrworkbook.hosts.saving import cannot_write, replace, sweep
from hrworkbook.hosts.sheet_xml import LAST_COLUMN, LAST_ROW, Edit, SheetXml
from hrworkbook.hosts.workbook_xml import (
    SheetPart,
    Table,
    Workbook,
    asks_recalculation,
    grown_table,
    without_calc_chain,
)
from hrworkbook.snapshot import Block, ChangeSet, Link, Snapshot, address, cells_of
from hrworkbook.values import Value

__all__ = ["FileHost", "check_writable", "who_has_it_open"]

_LARGEST_GRID = 10_000_000
"""Cells between A1 and the last one written to: past it a reader takes gigabytes."""

_BACKUP = "Take the latest backup of the master"


@dataclass(frozen=True)
class _Loaded:
    """A workbook as read: its bytes, and what was found in them."""

    package: Package
    workbook: Workbook
    snapshot: Snapshot
    depends: bool
    """Whether some formula can depend on a cell that changes."""


class FileHost:
    """A master on disk: gives its snapshot, applies change sets to it."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._loaded: _Loaded | None = None

    def snapshot(self) -> Snapshot:
        """Every sheet's block of values, read from the file now.

        A blank is None, an error value a CellError, a formula without a stored value Uncomputed; numbers are floats,
        a date without a time is a date. A formula's stored value is what stood there when Excel last saved. Raises
        UnreadableFile or NotAMaster.
        """
        sweep(self.path)
        try:
            data = self.path.read_bytes()
        except FileNotFoundError as fault:
            raise UnreadableFile(self.path.name, "there is no such file", "Check the name and the folder") from fault
        except OSError as fault:
            why = fault.strerror or str(fault)
            raise UnreadableFile(self.path.name, f"it cannot be read ({why})", "Check that you may open it") from fault
        self._loaded = _load(data, self.path.name)
        return self._loaded.snapshot

    @property
    def sha256(self) -> str:
        """The hash of the file as it was read."""
        return sha256(self._read().package.data).hexdigest()

    def _read(self) -> _Loaded:
        if self._loaded is None:
            self.snapshot()
        assert self._loaded is not None
        return self._loaded

    def apply(self, changes: ChangeSet) -> Path | None:
        """Write the change set to the file as it was read; returns the backup's path, None where nothing changed.

        All or nothing. Cells keep their style; new ones take that of the cell above in their table, else of their row
        or column; a table directly above new rows grows over them; formulas are recalculated when Excel next opens
        the workbook. Raises CannotWrite for what no cell can hold or would break the workbook, and WorkbookLocked
        where someone has it open or changed it since it was read.
        """
        loaded = self._read()
        wanted = _wanted(changes, loaded, self.path.name)
        parts: dict[str, bytes | None] = {}
        expected: dict[str, Mapping[tuple[int, int], Cell]] = {}
        formulas_changed = False
        for sheet in loaded.workbook.sheets:
            if sheet.name in wanted:
                change = _SheetChange(loaded, sheet, wanted[sheet.name], self.path.name)
                if change.made():
                    parts |= change.parts
                    expected[sheet.name] = change.stored
                    formulas_changed |= change.formulas_changed
        if not parts:
            return None
        if formulas_changed:
            parts |= without_calc_chain(loaded.workbook)
        if loaded.depends:
            name = loaded.workbook.part
            xml = loaded.package.read_xml(name)
            if (asking := asks_recalculation(xml)) != xml:
                parts[name] = asking
        after = loaded.package.with_parts(parts)
        checked: list[_Loaded] = []
        before = loaded.package.data
        try:
            backup = replace(
                self.path, before, after, lambda found: checked.append(_compared(loaded, found, parts, expected))
            )
        except OSError as fault:
            raise cannot_write(self.path, fault) from fault
        self._loaded = checked[0]
        return backup


def _load(data: bytes, place: str) -> _Loaded:
    package = Package(data, place)
    workbook = Workbook(package)
    scanned = {s.name: SheetXml(package.read_xml(s.part), f"{place}!{s.name}") for s in workbook.sheets if s.part}
    package.check_parts(dict.fromkeys((s.part for s in workbook.sheets), b""))
    for strings in ("sharedStrings", "styles"):
        if part := workbook.part_of(strings):
            package.read_xml(part)
    blocks, depends = [], False
    reader = _calamine(data, place)
    for sheet in workbook.sheets:
        xml = scanned.get(sheet.name)
        if xml is None:
            blocks.append(Block(sheet.name, [], hidden=sheet.hidden))
            continue
        rows = _rows(reader, sheet.name, xml)
        special, has_formulas = xml.special()
        depends |= has_formulas
        for (row, column), value in special.items():
            _put(rows, row, column, value)
        blocks.append(Block(sheet.name, rows, xml.merges(), sheet.hidden))
    return _Loaded(package, workbook, Snapshot(place, tuple(blocks)), depends)


def _calamine(data: bytes, place: str) -> Any:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_filelike(BytesIO(data))
    except (CalamineError, OSError, ValueError) as fault:
        raise UnreadableFile(place, "it cannot be read as a workbook", _BACKUP) from fault
    except BaseException as panic:
        raise _unless_asked_to_stop(panic, place) from panic


def _rows(reader: Any, name: str, xml: SheetXml) -> list[list[Value]]:
    from python_calamine import CalamineError

    last = max((row.number for row in xml.rows), default=0)
    if last * xml.widest() > _LARGEST_GRID:
        fault = f"something stands as far out as row {last:,}, too far to read"
        raise UnreadableFile(xml.place, fault, "Delete the rows and columns beyond the plan, then save it")
    try:
        found = reader.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, ValueError) as fault:
        raise UnreadableFile(xml.place, "it cannot be read", _BACKUP) from fault
    except BaseException as panic:
        raise _unless_asked_to_stop(panic, xml.place) from panic
    return [[_value(v) for v in row] if "" in row or _odd(row) else row for row in found]


def _unless_asked_to_stop(panic: BaseException, place: str) -> BaseException:
    """A panic of the reader, which no `except Exception` catches, as an error; anything else as it is."""
    if type(panic).__name__ == "PanicException":
        return UnreadableFile(place, "it cannot be read as a workbook", _BACKUP)
    return panic


def _odd(row: Sequence[object]) -> bool:
    return timedelta in map(type, row)


def _value(value: Any) -> Value:
    if value == "":
        return None
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return value  # type: ignore[no-any-return]


def _put(rows: list[list[Value]], row: int, column: int, value: Value) -> None:
    rows += [[] for _ in range(row - len(rows))]
    cells = rows[row - 1]
    cells += [None] * (column - len(cells))
    cells[column - 1] = value


def _wanted(changes: ChangeSet, loaded: _Loaded, place: str) -> dict[str, dict[tuple[int, int], Cell]]:
    """The cells to write by sheet, row and column, checked: sheets exist, addresses exist, values can be stored."""
    wanted: dict[str, dict[tuple[int, int], Cell]] = {}
    parts = {sheet.name: sheet.part for sheet in loaded.workbook.sheets}
    for sheet, row, column, value in cells_of(changes.writes):
        if not parts.get(loaded.snapshot[sheet].name):
            raise CannotWrite(f"{place}!{sheet}", "it is a chart sheet and has no cells", "Rename it")
        if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
            raise CannotWrite(f"{place}!{sheet}", f"there is no row {row:,}, column {column:,}", "Shorten the sheet")
        wanted.setdefault(sheet, {})[row, column] = storable(value, f"{sheet}!{address(row, column)}")
    return wanted


class _SheetChange:
    """What the cells wanted on one sheet make of its parts."""

    def __init__(self, loaded: _Loaded, sheet: SheetPart, wanted: Mapping[tuple[int, int], Cell], place: str) -> None:
        self.sheet = sheet
        self.workbook = loaded.workbook
        self.block = loaded.snapshot[sheet.name]
        self.wanted = wanted
        self.xml = SheetXml(loaded.package.read_xml(sheet.part), f"{place}!{sheet.name}")
        self.tables = loaded.workbook.tables(sheet.part)
        self.stored: dict[tuple[int, int], Cell] = {}
        self.parts: dict[str, bytes | None] = {}
        self.formulas_changed = False

    def made(self) -> bool:
        """Whether anything changes; the parts that do are then in `parts`."""
        targets: dict[int, list[int]] = {}
        for row, column in sorted(self.wanted):
            targets.setdefault(row, []).append(column)
        edit = Edit(self.xml, targets, self._new_style)
        self._columns, self._above = self.xml.column_styles(), dict[int, dict[int, str]]()
        self._links = False
        xml = edit.apply(self._render)
        if xml == self.xml.xml:
            return False
        self._refuse_what_would_break()
        self.formulas_changed = edit.formulas_gone or self._links
        self.parts[self.sheet.part] = xml
        filled = {place for place, value in self.stored.items() if value is not None}
        for table in self.tables:
            new = grown(table, filled, [other.range for other in self.tables if other is not table])
            if new != table.range:
                part = self.workbook.package.read_xml(table.part)
                self.parts[table.part] = grown_table(part, table.range, new)
        return True

    def _render(self, row: int, column: int, style: str, formula: bool) -> bytes | None:
        value, now = self.wanted[row, column], self.block.at(row, column)
        if not formula and not isinstance(value, Link) and type(value) is type(now) and value == now:
            return None
        new = shown_as(value, styles_shown(self.workbook.shows, style))
        self.stored[row, column] = new
        self._links |= isinstance(new, Link)
        ref, prefix = address(row, column), self.xml.prefix.decode()
        return cell_xml(new, ref, style, prefix, self.workbook.counts_from_1904)

    def _new_style(self, row: int, column: int, row_style: str) -> str:
        """The style of a cell that is not there yet."""
        for table in self.tables:
            last = table.range[2] - table.totals_rows
            first = table.range[0] + table.header_rows
            if table.range[1] <= column <= table.range[3] and first <= last and row > first:
                above = min(row - 1, last)
                if row <= last or self._leads_down_to(table, row):
                    return self._styles_of(above).get(column) or row_style or self._columns(column)
        return row_style or self._columns(column)

    def _leads_down_to(self, table: Table, row: int) -> bool:
        """Whether every row from the table's end down to this one is written to, so that the table grows over it."""
        rows = {r for r, c in self.wanted if table.range[1] <= c <= table.range[3]}
        return not table.totals_rows and all(r in rows for r in range(table.range[2] + 1, row))

    def _styles_of(self, row: int) -> dict[int, str]:
        if row not in self._above:
            self._above[row] = self.xml.styles_in(row)
        return self._above[row]

    def _refuse_what_would_break(self) -> None:
        for area, kind, group in self.xml.tied():
            inside = {(r, c) for r, c in self.stored if area[0] <= r <= area[2] and area[1] <= c <= area[3]}
            if not inside or (kind != "shared" and area[:2] == area[2:]):
                continue
            row, column = min(inside)
            if kind != "shared":
                raise self._tied(row, column, "it is part of one formula that fills several cells")
            if (area[0], area[1]) in self.stored and self.xml.sharing(group) - set(self.stored):
                raise self._tied(area[0], area[1], "other cells take their formula from it")
        for top, left, bottom, right in self.block.merges:
            for row, column in self.stored:
                hidden = (row, column) != (top, left) and top <= row <= bottom and left <= column <= right
                if hidden and self.stored[row, column] is not None:
                    raise self._tied(row, column, f"it is merged into {address(top, left)}", "Unmerge the cells")

    def _tied(
        self, row: int, column: int, fault: str, remedy: str = "Put values in place of these formulas"
    ) -> CannotWrite:
        return CannotWrite(f"{self.sheet.name}!{address(row, column)}", fault, f"{remedy} in Excel, then try again")


def _compared(
    before: _Loaded,
    found: bytes,
    parts: Mapping[str, bytes | None],
    expected: Mapping[str, Mapping[tuple[int, int], Cell]],
) -> _Loaded:
    """The saved file read again by another reader, every cell of the sheets written to and every other part compared."""
    place = before.package.place
    package = Package(found, place)
    for name in before.package.names():
        same = (
            package.read(name) == parts[name]
            if parts.get(name)
            else name in parts or package.raw(name) == before.package.raw(name)
        )
        if not same:
            raise CannotWrite(place, f"its part {name} would not have been saved whole", "The workbook is as it was")
    reader = _calamine(found, place)
    blocks = []
    for block in before.snapshot.sheets:
        if block.name in expected:
            part = next(sheet.part for sheet in before.workbook.sheets if sheet.name == block.name)
            sheet = SheetXml(package.read_xml(part), f"{place}!{block.name}")
            rows = _rows(reader, block.name, sheet)
            for (row, column), value in sheet.special()[0].items():
                _put(rows, row, column, value)
            _refuse_difference(block, rows, expected[block.name])
            block = Block(block.name, rows, block.merges, block.hidden)
        blocks.append(block)
    workbook = Workbook(package)
    return _Loaded(package, workbook, Snapshot(place, tuple(blocks)), before.depends)


def _refuse_difference(
    before: Block, rows: Sequence[Sequence[Value]], expected: Mapping[tuple[int, int], Cell]
) -> None:
    after = Block(before.name, rows)
    for (row, column), value in expected.items():
        if not reads_as(value, after.at(row, column)):
            raise _unread(before.name, row, column)
    columns: dict[int, set[int]] = {}
    for row, column in expected:
        columns.setdefault(row, set()).add(column)
    for number in range(1, max(len(before.rows), len(rows)) + 1):
        old = before.rows[number - 1] if number <= len(before.rows) else []
        new = rows[number - 1] if number <= len(rows) else []
        if old == new:
            continue
        for column in range(1, max(len(old), len(new)) + 1):
            if column not in columns.get(number, ()) and before.at(number, column) != after.at(number, column):
                raise _unread(before.name, number, column)


def _unread(sheet: str, row: int, column: int) -> CannotWrite:
    return CannotWrite(
        f"{sheet}!{address(row, column)}",
        "it would not read back as it should, so nothing was written",
        "Open the workbook in Excel, save it and try again",
    )
