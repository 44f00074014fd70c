"""Snapshots and change sets as JSON, the form in which they go to a page and come back; docs/json.md describes it.

Version 1. A reader refuses what it does not know, so that nothing is lost without a word between two versions.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from math import isfinite
from typing import Any

from hrworkbook.hosts.json_text import check_names, list_of, part, read_json, refuse
from hrworkbook.ooxml.cell_xml import hyperlink_formula, storable
from hrworkbook.ooxml.limits import LAST_COLUMN, LAST_ROW, refuse_outside_sheet
from hrworkbook.ooxml.workbook_xml import code_shows
from hrworkbook.plan.number_format.builtin_ids import shown_by_computer
from hrworkbook.plan.serials import DAYS_TO_1904, from_serial
from hrworkbook.plan.sheet_names import PlanSheet, is_plan_sheet, place_at
from hrworkbook.plan.snapshot import Block, CellTexts, ChangeSet, Link, Snapshot, Write, address
from hrworkbook.plan.values import LONGEST_TEXT, CellError, Uncomputed, Value, shorten, utf16_length

VERSION = 1
_CELLS_MAX = 10_000_000
_SHEETS_MAX = 1_000
_LONGEST_NAME = 31
_LISTS = {
    "merges": (int, int, int, int), "comments": (int, int, str), "struck": (int, int, str),
    "text_boxes": (int, int, str), "pictures": (int, int, str),
}  # fmt: skip
"""Parts of a sheet that are lists of tuples, and the types in each."""
_CELL_TEXTS = ("formats", "shown_texts", "fills")
_NUMBER_LISTS = ("hidden_rows", "hidden_columns")
_FLAGS = ("hidden", "from_1904")
_MOMENTS: dict[str, Callable[[str], date | time]] = {
    "date": date.fromisoformat, "moment": datetime.fromisoformat, "time": time.fromisoformat,
}  # fmt: skip
_SHEET_PARTS = {f.name for f in fields(Block)} - {"name", "rows"}


def snapshot_to_json(snapshot: Snapshot) -> str:
    """Return a snapshot as JSON."""
    sheets = [_sheet_to_json(block) for block in snapshot.sheets]
    return _text({"hrworkbook": "snapshot", "version": VERSION, "name": snapshot.name, "sheets": sheets})


def _sheet_to_json(block: Block) -> dict[str, Any]:
    found: dict[str, Any] = {"name": str(block.name), "rows": [[_to_json(v) for v in row] for row in block.rows]}
    for name in (*_FLAGS, "encoding", *_LISTS, *_NUMBER_LISTS):
        if value := getattr(block, name):
            found[name] = value
    if block.formulas:
        found["formulas"] = [[row, column, text] for (row, column), text in block.formulas.items()]
    for name in _CELL_TEXTS:
        if texts := getattr(block, name):
            found[name] = {text: list(cells) for text, cells in texts.by_text.items()}
    return found


def snapshot_from_json(text: str | bytes) -> Snapshot:
    """Return the snapshot of a JSON text.

    Where it says `"serials": true`, dates are numbers, as a sheet keeps them: one whose format shows a day or a time of
    day is one. Raises UnreadableFile for what is no such text, too large or of another version.
    """
    found = _of_kind(text, "snapshot", ("name", "sheets"), ("serials",))
    sheets = part(found["sheets"], list, "The snapshot, 'sheets'")
    if len(sheets) > _SHEETS_MAX:
        refuse("The snapshot", f"it has more than {_SHEETS_MAX:,} sheets")
    blocks = [_sheet_from_json(sheet, f"The snapshot, sheet {n}") for n, sheet in enumerate(sheets, 1)]
    names = [block.name.casefold() for block in blocks]
    if doubled := next((b.name for b in blocks if names.count(b.name.casefold()) > 1), None):
        refuse("The snapshot", f"it has two sheets '{doubled}'")
    if sum(len(row) for block in blocks for row in block.rows) > _CELLS_MAX:
        refuse("The snapshot", f"it has more than {_CELLS_MAX:,} cells", "Delete rows and columns beyond the plan")
    if part(found.get("serials", False), bool, "The snapshot, 'serials'"):
        blocks = [_with_moments(block) for block in blocks]
    return Snapshot(part(found["name"], str, "The snapshot, 'name'"), tuple(blocks))


def _sheet_from_json(value: object, place: str) -> Block:
    found = part(value, dict, place)
    check_names(found, ("name", "rows"), _SHEET_PARTS, place)
    name = _sheet_name(found["name"], place)
    place = f"The snapshot, sheet {name}"
    rows = part(found["rows"], list, place)
    if len(rows) > LAST_ROW:
        refuse(place, f"it has more than {LAST_ROW:,} rows")
    read = [_row_from_json(row, f"{place}, row {n}", _from_json) for n, row in enumerate(rows, 1)]
    more: dict[str, Any] = {flag: part(found[flag], bool, place) for flag in _FLAGS if flag in found}
    if "encoding" in found:
        more["encoding"] = part(found["encoding"], str, place)
    for key, types in _LISTS.items():
        more[key] = tuple(list_of(v, types, f"{place}, '{key}'") for v in part(found.get(key, []), list, place))
    for key in _NUMBER_LISTS:
        more[key] = tuple(part(v, int, f"{place}, '{key}'") for v in part(found.get(key, []), list, place))
    formulas = part(found.get("formulas", []), list, place)
    taken = [list_of(each, (int, int, str), f"{place}, 'formulas'") for each in formulas]
    more["formulas"] = {(row, column): text for row, column, text in taken}
    for key in _CELL_TEXTS:
        more[key] = _cell_texts(part(found.get(key, {}), dict, place), f"{place}, '{key}'")
    return Block(name, read, **more)


def _cell_texts(found: dict[str, Any], place: str) -> CellTexts:
    by_text: dict[str, list[int]] = {}
    for text, cells in found.items():
        by_text[text] = [part(number, int, place) for number in part(cells, list, place)]
        if len(by_text[text]) % 2:
            refuse(place, "rows and columns do not come in pairs")
    return CellTexts(by_text)


def _with_moments(block: Block) -> Block:
    """Return a sheet with a day or time in place of each number whose format shows one."""
    rows = [list(row) for row in block.rows]
    formats: dict[str, Sequence[int]] = {}
    for code, cells in block.formats.by_text.items():
        known = shown_by_computer(code)
        formats[known] = [*formats.get(known, ()), *cells]
        if shows := code_shows(known):
            for row, column in zip(cells[::2], cells[1::2], strict=True):
                value = block.at(row, column)
                if isinstance(value, float):
                    rows[row - 1][column - 1] = _moment(value, shows, block.from_1904)
    return replace(block, rows=rows, formats=CellTexts(formats))


def _moment(serial: float, shows: str, from_1904: bool) -> Value:
    """Return the day, moment or time of a sheet's number; a length of time, and what is past the calendar, as the number."""
    if "d" not in shows and not 0 <= serial < 1:
        return serial
    try:
        found = from_serial(serial + (DAYS_TO_1904 if from_1904 and "d" in shows else 0))
    except OverflowError:
        return serial
    if "d" not in shows:
        return found.time()
    return found.date() if found.time() == time() else found


def changes_to_json(changes: ChangeSet, names: Sequence[str]) -> str:
    """Return a change set as JSON for a workbook with sheets of these names, checked as far as values and places go.

    Raises CannotWrite for what no cell can hold, NotAMaster for a sheet that is not there.
    """
    changes = changes.in_workbook(names)
    found: dict[str, Any] = {"hrworkbook": "changes", "version": VERSION, "message": changes.message}
    if changes.goto:
        found["goto"] = [str(changes.goto[0]), changes.goto[1]]
    found["heights"] = [[str(sheet), row, points] for sheet, row, points in changes.heights]
    found["writes"] = [_write_to_json(write, names) for write in changes.writes]
    return _text(found)


def _write_to_json(write: Write, names: Sequence[str]) -> dict[str, Any]:
    if write.sheet not in names:
        Snapshot("The plan", ())[write.sheet]
    widest = max((len(row) for row in write.rows), default=0)
    refuse_outside_sheet(write.sheet, write.row, write.column, write.column + widest - 1)
    refuse_outside_sheet(write.sheet, write.row + len(write.rows) - 1, write.column, write.column)
    rows = [
        [
            _to_json(storable(value, place_at(write.sheet, address(row, column))))
            for column, value in enumerate(values, write.column)
        ]
        for row, values in enumerate(write.rows, write.row)
    ]
    found = {"sheet": str(write.sheet), "row": write.row, "column": write.column, "rows": rows}
    return {**found, "plan": True} if is_plan_sheet(write.sheet) else found


def changes_from_json(text: str | bytes) -> ChangeSet:
    """Return the change set of a JSON text; raises UnreadableFile for what is no such text or of another version."""
    found = _of_kind(text, "changes", ("message", "writes"), ("goto", "heights"))
    place = "The changes"
    goto: Any = found.get("goto")
    heights: list[Any] = [
        list_of(each, (str, int, float), f"{place}, 'heights'") for each in part(found.get("heights", []), list, place)
    ]
    return ChangeSet(
        tuple(_write_from_json(w, f"{place}, write {n}") for n, w in enumerate(part(found["writes"], list, place), 1)),
        part(found["message"], str, place),
        None if goto is None else list_of(goto, (str, str), f"{place}, 'goto'"),
        tuple(heights),
    )


def _write_from_json(value: object, place: str) -> Write:
    found = part(value, dict, place)
    check_names(found, ("sheet", "row", "column", "rows"), ("plan",), place)
    name = _sheet_name(found["sheet"], place)
    rows = part(found["rows"], list, place)
    return Write(
        PlanSheet(name) if part(found.get("plan", False), bool, place) else name,
        part(found["row"], int, place),
        part(found["column"], int, place),
        tuple(tuple(_row_from_json(row, place, _content_from_json)) for row in rows),
    )


@dataclass
class JsonHost:
    """A workbook that somebody else has open: its snapshot came as JSON, its change set goes there as JSON."""

    snapshot_json: str | bytes
    changes_json: str = ""
    """What is to be applied there, once `apply` was called."""

    def __post_init__(self) -> None:
        self._snapshot: Snapshot | None = None

    def snapshot(self) -> Snapshot:
        """Return the workbook as it was sent; raises as `snapshot_from_json` does."""
        if self._snapshot is None:
            self._snapshot = snapshot_from_json(self.snapshot_json)
        return self._snapshot

    def apply(self, changes: ChangeSet) -> None:
        """Make the change set ready to be sent; raises as `changes_to_json` does. Who applies it does so whole or not at all."""
        self.changes_json = changes_to_json(changes, [block.name for block in self.snapshot().sheets])


def _text(found: Mapping[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _of_kind(text: str | bytes, kind: str, must: tuple[str, ...], may: tuple[str, ...]) -> dict[str, Any]:
    place = f"The {kind}"
    found = read_json(text, place)
    if found.get("hrworkbook") != kind:
        refuse(place, f'it does not say that it is one: "hrworkbook": "{kind}"')
    if found.get("version") != VERSION or isinstance(found["version"], bool):
        refuse(place, f"it is not of version {VERSION}", "Reload the page, so that both are of one version")
    check_names(found, ("hrworkbook", "version", *must), may, place)
    return found


def _sheet_name(value: object, place: str) -> str:
    name = part(value, str, place)
    if not 1 <= utf16_length(name) <= _LONGEST_NAME:
        refuse(place, f"the name of a sheet has 1 to {_LONGEST_NAME} characters")
    return _sound(name)


def _to_json(value: Value | Link) -> object:
    if value is None or type(value) is str or isinstance(value, bool):
        return value
    if isinstance(value, Link):
        formula = hyperlink_formula(value, value.cell) if value.text else ""
        return {"link": value.text, "sheet": str(value.sheet), "cell": value.cell, "formula": formula}
    if isinstance(value, Uncomputed):
        return {"uncomputed": str(value)}
    if isinstance(value, CellError):
        return {"error": str(value)}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | float):
        return value if isfinite(value) else {"error": "#NUM!"}
    kind = "moment" if isinstance(value, datetime) else "date" if isinstance(value, date) else "time"
    return {kind: value.isoformat()}


def _row_from_json(row: object, place: str, read: Callable[[object, str], Any]) -> list[Any]:
    cells = part(row, list, place)
    if len(cells) > LAST_COLUMN:
        refuse(place, f"it has more than {LAST_COLUMN:,} cells")
    return [v if v is None or type(v) is float else read(v, place) for v in cells]


def _from_json(value: object, place: str) -> Value:
    if type(value) is str:
        if utf16_length(value) > LONGEST_TEXT:
            refuse(place, f"a text has more than {LONGEST_TEXT:,} characters")
        return _sound(value)
    if value is None or isinstance(value, bool | float):
        return value
    found = part(value, dict, place)
    kind, text = next(iter(found.items())) if len(found) == 1 else ("", None)
    if kind not in ("error", "uncomputed", *_MOMENTS) or not isinstance(text, str):
        refuse(place, "a cell is neither a value nor one of date, moment, time, error and uncomputed")
    if kind in _MOMENTS:
        try:
            moment = _MOMENTS[kind](text)
        except ValueError:
            refuse(place, f"'{shorten(text, 20)}' is no {kind}")
        return moment if getattr(moment, "tzinfo", None) is None else refuse(place, "a cell knows no time zone")
    return Uncomputed(_sound(text)) if kind == "uncomputed" else CellError(_sound(text))


def _content_from_json(value: object, place: str) -> Value | Link:
    if not isinstance(value, dict) or "link" not in value:
        return _from_json(value, place)
    check_names(value, ("link", "sheet", "cell"), ("formula",), place)
    return Link(*(_sound(part(value[name], str, place)) for name in ("link", "sheet", "cell")))


def _sound(text: str) -> str:
    """Return the text with U+FFFD for each half of a character, which a browser may send and no workbook holds."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
