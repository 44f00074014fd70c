"""The file host: a master on disk, read as a snapshot and changed cell by cell in its XML.

The workbook is never re-saved through a library: the cells of the change set are worked into the XML of their sheets,
every other part is copied byte for byte, and the file is replaced in one step (see `saving`).
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from hrworkbook.hosts.locks import check_writable, who_has_it_open
from hrworkbook.hosts.replace_file import changed_error, replace_file, sweep_leftovers
from hrworkbook.ooxml.cell_styles import CellStyles
from hrworkbook.ooxml.cell_xml import CellContent, is_storable_as_is, storable
from hrworkbook.ooxml.limits import refuse_outside_sheet
from hrworkbook.ooxml.load_workbook import LoadedWorkbook, load
from hrworkbook.ooxml.sheet_change import SheetChange
from hrworkbook.ooxml.verify_saved import verify_inserted, verify_saved
from hrworkbook.ooxml.workbook_xml import with_recalculation, without_calc_chain
from hrworkbook.plan.errors import CannotWrite, UnreadableFile, reason_of
from hrworkbook.plan.sheet_names import is_plan_sheet, place_at
from hrworkbook.plan.snapshot import TALLEST_ROW, ChangeSet, Snapshot, address

__all__ = ["FileHost", "check_writable", "who_has_it_open"]


class FileHost:
    """A master on disk: gives its snapshot, applies change sets to it."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._loaded: LoadedWorkbook | None = None
        self._last_seen = ""

    def snapshot(self) -> Snapshot:
        """Every sheet's block of values, read from the file now.

        A blank is None, an error value a CellError, a formula without a stored value Uncomputed; numbers are floats,
        a date without a time is a date. A formula's stored value is what stood there when Excel last saved. Raises
        UnreadableFile or NotAMaster.
        """
        sweep_leftovers(self.path)
        self._loaded = self._read()
        return self._loaded.snapshot

    @staticmethod
    def where() -> tuple[str, str]:
        """Return the sheet and cell the user is at: none, in a file."""
        return "", ""

    def _read(self) -> LoadedWorkbook:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError as fault:
            raise UnreadableFile(self.path.name, "there is no such file", "Check the name and the folder") from fault
        except OSError as fault:
            if self.path.is_dir():
                place = self.path.name or str(self.path)
                raise UnreadableFile(place, "this is a folder, not a workbook", "Name the master in it") from fault
            why = f"it cannot be read ({reason_of(fault)})"
            raise UnreadableFile(self.path.name, why, "Check that you may open it") from fault
        self._last_seen = sha256(data).hexdigest()
        return load(data, self.path.name)

    @property
    def sha256(self) -> str:
        """The hash of the file as it was last read or written here; '' before either."""
        return self._last_seen

    def apply(self, changes: ChangeSet) -> Path | None:
        """Write the change set to the file as it was read; returns the backup's path, None where nothing changed.

        All or nothing. Cells keep their style; new ones take that of the cell above in their table, else of their row
        or column; a table directly above new rows grows over them; a row of a ledger that a filter hides is shown where
        it is written, what HR filters in the plan stays; formulas are recalculated when Excel next opens
        the workbook. Raises CannotWrite for what no cell can hold or would break the workbook, and WorkbookLocked
        where someone has it open or changed it since it was read.
        """
        loaded = self._as_read()
        changes = changes.in_workbook([block.name for block in loaded.snapshot.sheets])
        plan_sheets = {w.sheet for w in changes.writes if is_plan_sheet(w.sheet)}
        wanted = _checked_cells(changes, loaded)
        heights: dict[str, dict[int, float]] = {}
        for name, row, points in changes.heights:
            heights.setdefault(name, {})[row] = min(points, TALLEST_ROW)
        styles = CellStyles(loaded.workbook)
        made = [
            SheetChange(loaded, s, wanted[s.name], heights.get(s.name, {}), s.name not in plan_sheets, styles)
            for s in loaded.workbook.sheets
            if s.name in wanted
        ]
        made = [change for change in made if change.has_changes()]
        if not made:
            return None
        parts = styles.parts()
        for change in made:
            parts |= change.parts
        if any(change.formulas_changed for change in made):
            parts |= without_calc_chain(loaded.workbook)
        if loaded.has_formulas:
            name = loaded.workbook.part
            xml = loaded.package.read_xml(name)
            if (asking := with_recalculation(xml)) != xml:
                parts[name] = asking
        after = loaded.package.with_parts(parts)
        backup = replace_file(
            self.path, loaded.package.data, after, lambda found: verify_saved(found, loaded, parts, made)
        )
        self._loaded, self._last_seen = None, sha256(after).hexdigest()
        return backup

    def marked_sheets(self, mark: str) -> list[str]:
        """Return the sheets that `put_sheets` put in with a mark, and that are still called so."""
        from hrworkbook.ooxml.workbook_sheets import marked_sheets

        return marked_sheets(self._as_read().package.data, mark, self.path.name)

    def put_sheets(
        self, sheets: Mapping[str, tuple[bytes, str]], mark: str, *, dry_run: bool = False
    ) -> tuple[str, ...]:
        """Put sheets of ours behind all others, each in place of the one that we put there before; return their names.

        By the name each is to have: a workbook by XlsxWriter, and the sheet in it. Where a sheet of that name is not
        ours, it is called `Appendix (HR)`. With `dry_run` nothing is written. Raises as `insert_sheets` does, and WorkbookLocked.
        """
        # Of all jobs only the appendix and adopt put sheets in.
        from hrworkbook.ooxml.foreign_workbook import SUFFIX, free_sheet_names, open_workbook
        from hrworkbook.ooxml.insert_sheets import insert_sheets

        loaded = self._as_read()
        before = after = loaded.package.data
        ours = set(self.marked_sheets(mark))
        given: list[str] = []
        for wanted, (made, sheet) in sheets.items():
            own = next((name for name in (wanted, wanted + SUFFIX) if name in ours), "")
            name = own or free_sheet_names(after, [wanted], self.path.name)[wanted]
            given.append(name)
            others = [each.name for each in open_workbook(made, self.path.name).sheets if each.name != sheet]
            after = insert_sheets(
                after, made, self.path.name, names={sheet: name}, leave_out=others,
                replacing={sheet: own} if own else {}, mark=mark,
            )  # fmt: skip
        if not dry_run:
            replace_file(self.path, before, after, lambda found: verify_inserted(found, loaded, given))
            self._loaded, self._last_seen = None, sha256(after).hexdigest()
        return tuple(given)

    def _as_read(self) -> LoadedWorkbook:
        """Return the file as the snapshot saw it, or as we wrote it last."""
        if self._loaded is None:
            seen = self._last_seen
            self._loaded = self._read()
            if seen and seen != self._last_seen:
                self._loaded, self._last_seen = None, seen
                raise changed_error(self.path)
        return self._loaded


def _checked_cells(changes: ChangeSet, loaded: LoadedWorkbook) -> dict[str, dict[int, dict[int, CellContent]]]:
    """Return the cells to write by sheet, row and column, checked: sheets exist, addresses exist, values can be stored."""
    wanted: dict[str, dict[int, dict[int, CellContent]]] = {}
    parts = {sheet.name: sheet.part for sheet in loaded.workbook.sheets}
    for write in changes.writes:
        sheet = write.sheet
        if not parts.get(loaded.snapshot.called(sheet).name):
            raise CannotWrite(f"{loaded.package.place}!{sheet}", "it is a chart and has no cells", "Rename it")
        rows = wanted.setdefault(sheet, {})
        for row, values in enumerate(write.rows, write.row):
            refuse_outside_sheet(sheet, row, write.column, write.column + len(values) - 1)
            cells = rows.setdefault(row, {})
            for column, value in enumerate(values, write.column):
                is_sound = value is None or (type(value) is str and is_storable_as_is(value))
                cells[column] = value if is_sound else storable(value, place_at(sheet, address(row, column)))
    return wanted
