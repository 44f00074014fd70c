"""A council's own workbook as a master: IDs beside its tables, words in its coloured cells, our sheets behind its own."""

from collections.abc import Collection, Sequence

from hrworkbook.ooxml.added_column import AddedColumn, add_columns
from hrworkbook.ooxml.cell_styles import CellStyles
from hrworkbook.ooxml.cell_xml import CellContent, storable
from hrworkbook.ooxml.foreign_workbook import check_can_insert, free_sheet_names, has_signed_macros, open_workbook
from hrworkbook.ooxml.insert_sheets import insert_sheets
from hrworkbook.ooxml.load_workbook import load
from hrworkbook.ooxml.sheet_change import SheetChange
from hrworkbook.ooxml.sheet_helps import workbook_helps
from hrworkbook.ooxml.verify_saved import verify_saved
from hrworkbook.plan.snapshot import Write, address, cells_of

__all__ = ["adopted_package", "check_can_insert", "has_signed_macros", "workbook_helps"]


def adopted_package(
    data: bytes, place: str, made: bytes, *, id_columns: Sequence[AddedColumn], words: Sequence[Write], leave_out: Collection[str]
) -> bytes:  # fmt: skip
    """Return a workbook's bytes as a master: with columns of IDs, words, and the sheets of `made` but those left out.

    Raises CannotWrite where it may not be changed or a cell is filled; UnreadableFile and NotAMaster where it is no sound
    workbook. `place` names it.
    """
    check_can_insert(open_workbook(data, place))
    wanted = [s.name for s in open_workbook(made, "the sheets to put in").sheets if s.name not in leave_out]
    names = free_sheet_names(data, wanted, place)
    package = add_columns(_with_words(data, place, words), id_columns, place)
    return insert_sheets(package, made, place, names=names, leave_out=leave_out)


def _with_words(data: bytes, place: str, words: Sequence[Write]) -> bytes:
    if not words:
        return data
    loaded = load(data, place)
    wanted: dict[str, dict[int, dict[int, CellContent]]] = {}
    for sheet, row, column, value in cells_of(words):
        content = storable(value, f"{sheet}!{address(row, column)}")
        wanted.setdefault(sheet, {}).setdefault(row, {})[column] = content
    styles = CellStyles(loaded.workbook)
    changes = [
        SheetChange(loaded, s, wanted[s.name], {}, False, styles) for s in loaded.workbook.sheets if s.name in wanted
    ]
    changes = [change for change in changes if change.has_changes()]
    parts = styles.parts()
    for change in changes:
        parts |= change.parts
    after = loaded.package.with_parts(parts)
    verify_saved(after, loaded, parts, changes)
    return after
