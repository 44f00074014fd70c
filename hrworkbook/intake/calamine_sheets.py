"""What the fast parser gives → plain lists that JSON can carry, with what it loses put back."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from hrworkbook.intake import xml_cell_faults as faults
from hrworkbook.intake.annotations import RawAnnotation
from hrworkbook.ooxml.limits import RESAVE_REMEDY, refuse_package
from hrworkbook.plan.errors import UnreadableFile

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

RawSheet = dict[str, Any]
"""`name`, `hidden`, `rows`, `merges`, `hidden_rows`, and `specials`: [row, column, tag, text] for each value JSON has no form
for, rows and columns from 0, tags d date, t date and time, h time of day, e error, u uncomputed; where there are any, also
`comments` and `struck` as in `remarks`."""
RawBook = dict[str, Any]
"""`kind`, `sheets` and `notes`."""


def _open_calamine(data: bytes) -> "CalamineWorkbook":
    import python_calamine

    try:
        return python_calamine.load_workbook(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise password_error(None) from None
    except Exception as error:
        parser_text = "" if "detect file format" in str(error) else f" ({_parser_message(error)})"
        raise refuse_package(f"it is damaged and cannot be read{parser_text}", RESAVE_REMEDY) from None


def _parser_message(error: BaseException) -> str:
    """Return the message of the parser's error on one line, at most 100 characters; its type where it has none."""
    return " ".join(str(error).split())[:100] or type(error).__name__


def password_error(password: str | None) -> UnreadableFile:
    """Return the refusal of a locked file, by whether a password was given."""
    if password is None:
        return refuse_package(
            "it is locked with a password",
            "Ask the sender for the password and give it with --password, or for a copy without one",
        )
    return refuse_package(
        "the password does not open it", "Check the password with the sender, or ask for a copy without one"
    )


def calamine_sheets(data: bytes, names: list[str] | None = None) -> Iterator[RawSheet]:
    """Yield each worksheet of a file, without chart and macro sheets, named by `names` where given."""
    workbook = _open_calamine(data)
    for index, about in enumerate(workbook.sheets_metadata):
        if str(about.typ) not in ("SheetTypeEnum.WorkSheet",):
            continue
        name = names[index] if names else about.name
        try:
            sheet = workbook.get_sheet_by_index(index)
            rows = sheet.to_python(skip_empty_area=True)
            start = sheet.start or (0, 0)
            merges = sheet.merged_cell_ranges or []
        except Exception as error:
            raise refuse_package(f"its sheet '{name[:31]}' is damaged ({_parser_message(error)})") from None
        yield _sheet(name, str(about.visible) != "SheetVisibleEnum.Visible", rows, start, merges)


def _sheet(name: str, hidden: bool, rows: list[list[Any]], start: tuple[int, int], merges: list[Any]) -> RawSheet:
    """Return the values of a sheet from A1 on, blank cells as None, without rows and cells after the last value."""
    specials: list[list[Any]] = []
    down, right = start
    width = right + len(rows[0]) if rows else 0
    left: list[Any] = [None] * right
    cells: list[list[Any]] = [[] for _ in range(down)] if rows else []
    has_specials = not _JSON_TYPES.issuperset(map(type, chain.from_iterable(rows)))
    for row in rows:
        while row and row[-1] == "":
            row.pop()
        values = left + [value if value or value != "" else None for value in row] if row else row
        if has_specials and not _JSON_TYPES.issuperset(map(type, row)):
            for column, value in enumerate(values):
                if type(value) not in _JSON_TYPES and value is not None:
                    values[column] = _special_value(value, len(cells), column, specials)
        cells.append(values)
    while cells and not cells[-1]:
        cells.pop()
    return {
        "name": name,
        "hidden": hidden,
        "rows": cells,
        "merges": sorted({_clip_merge(merge, len(cells), width) for merge in merges}),
        "hidden_rows": [],
        "specials": specials,
    }


def _clip_merge(merge: Any, height: int, width: int) -> tuple[int, int, int, int]:
    """Return a merge as top, left, bottom, right (from 1), cut to the sheet's values.

    A merge over a whole column would cost its reader a million cells.
    """
    (top, left), (bottom, right) = merge
    return top + 1, left + 1, max(min(bottom + 1, height), top + 1), max(min(right + 1, width), left + 1)


_JSON_TYPES = frozenset({str, float, int, bool})


def _special_value(value: Any, row: int, column: int, specials: list[list[Any]]) -> Any:
    """Return a placeholder for a value that JSON cannot represent, or its text.

    A date or time is added to `specials` as row, column, type tag and ISO 8601 text, and 0 is returned.
    """
    if isinstance(value, datetime):
        specials.append([row, column, "t", value.isoformat()])
    elif isinstance(value, date):
        specials.append([row, column, "d", value.isoformat()])
    elif isinstance(value, time):
        specials.append([row, column, "h", value.isoformat()])
    elif isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    else:
        return str(value)
    return 0


def with_annotations(sheet: RawSheet, comments: list[RawAnnotation], struck: list[RawAnnotation]) -> RawSheet:
    """Return the sheet with its comments and its struck-through text added, each only where there are any."""
    sheet |= {"comments": comments} if comments else {}
    return sheet | {"struck": struck} if struck else sheet


def with_faults(sheet: RawSheet, seen: faults.SheetFaults | None) -> RawSheet:
    """Return the sheet with the errors and uncomputed formulas that the parser leaves blank, and its hidden rows."""
    if seen is None:
        return sheet
    rows: list[list[Any]] = sheet["rows"]
    for row, column, kind, text in seen.faults:
        while len(rows) <= row:
            rows.append([])
        rows[row].extend([None] * (column + 1 - len(rows[row])))
        if kind == faults.UNCOMPUTED and rows[row][column] is not None:
            continue
        rows[row][column] = 0
        sheet["specials"].append([row, column, kind, text])
    sheet["hidden_rows"] = seen.hidden_rows
    if seen.merges:
        width = max(map(len, rows), default=0)
        sheet["merges"] = [_clip_merge(merge, len(rows), width) for merge in seen.merges]
    return sheet
