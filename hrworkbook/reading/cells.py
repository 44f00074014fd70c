"""A file's bytes → the cells of its sheets, with what the fast parser loses put back.

Runs in the capped child (`hrworkbook.reading.worker`), so it imports only the parser and the standard library, and answers in plain
lists that JSON can carry.
"""

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from hrworkbook.errors import UnreadableFile
from hrworkbook.reading import faults_in_cells as faults
from hrworkbook.reading.bounds import AREA_MAX, FILE_MAX, MB, PLAIN, RESAVE, Package, Part, rebuilt, refused
from hrworkbook.reading.faults_at_a_glance import no_faults_in_content
from hrworkbook.reading.faults_in_records import in_workbook_stream
from hrworkbook.reading.remarks import Remark, annotations_in
from hrworkbook.reading.sniff import kind_of, package_kind

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

RawSheet = dict[str, Any]
"""`name`, `hidden`, `rows`, `merges`, `hidden_rows`, and `specials`: [row, column, tag, text] for each value JSON has no form
for, rows and columns from 0, tags d date, t date and time, h time of day, e error, u uncomputed; where there are any, also
`comments` and `struck` as in `remarks`."""
RawBook = dict[str, Any]
"""`kind`, `sheets` and `notes`."""

DEFAULT_PASSWORD = "VelvetSweatshop"
"""What Excel itself locks a 'read-only recommended' workbook with ([MS-OFFCRYPTO] 2.4.2.1)."""


def cells_of_file(data: bytes, name: str, password: str | None = None) -> RawBook:
    """The sheets of a workbook or table, whatever it is called.

    Raises UnreadableFile, with an empty place, where it is no spreadsheet, or a broken, locked or dangerous one.
    """
    if len(data) > FILE_MAX:
        raise refused(f"it has {len(data) / MB:,.0f} MB; a return has fewer than {FILE_MAX // MB}", PLAIN)
    notes: list[str] = []
    shape = kind_of(data, name)
    if shape == "csv":
        from hrworkbook.reading.delimited import cells_of_text

        return cells_of_text(data, name)
    if shape == "ole":
        from hrworkbook.reading.olebooks import opened

        shape, data, stream = opened(data, password, notes)
        if shape == "xls":
            return _book("xls", _xls_sheets(data, stream), notes)
    package = Package(data)
    kind = package_kind(package)
    if kind == "ods":
        return _book(kind, _ods_sheets(package), notes)
    if kind == "xlsx" and _macros(package):
        kind = "xlsm"
    if kind == "xlsb" and any("comments" in part and part.endswith(".bin") for part in package.parts):
        notes.append("It has comments on cells, which are not read.")
    from hrworkbook.reading.officepackage import package_sheets

    return _book(kind, package_sheets(package, kind), notes)


def _book(kind: str, sheets: Iterator[RawSheet], notes: list[str]) -> RawBook:
    found = list(sheets)
    if not any(sheet["rows"] for sheet in found):
        raise refused(
            "no rows were found in it", "Ask the sender whether they sent the right file, saved after filling it in"
        )
    covered = sum(map(_covered, found))
    if covered:
        notes.append(
            f"It has {covered:,} value{'s' * (covered > 1)} under merged cells, which Excel keeps but does not show."
        )
    return {"kind": kind, "sheets": found, "notes": notes}


def _covered(sheet: RawSheet) -> int:
    """How many values lie under merged cells, where nobody sees them."""
    rows: list[list[Any]] = sheet["rows"]
    if sum((bottom - top + 1) * (right - left + 1) for top, left, bottom, right in sheet["merges"]) > AREA_MAX:
        return 0  # merges over merges: a broken sheet, and counting would take long
    return sum(
        value is not None
        for top, left, bottom, right in sheet["merges"]
        for down, row in enumerate(rows[top - 1 : bottom])
        for value in (row[left - 1 : right] if down else row[left:right])
    )


def _macros(package: Package) -> bool:
    types = "[Content_Types].xml"
    return "xl/vbaProject.bin" in package or (types in package and b"macroEnabled" in package[types])


def _calamine(data: bytes) -> "CalamineWorkbook":
    import python_calamine

    try:
        return python_calamine.load_workbook(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise locked(None) from None
    except Exception as error:
        said = "" if "detect file format" in str(error) else f" ({_said(error)})"
        raise refused(f"it is damaged and cannot be read{said}", RESAVE) from None


def _said(error: BaseException) -> str:
    """The parser's own words, on one line."""
    return " ".join(str(error).split())[:100] or type(error).__name__


def locked(password: str | None) -> UnreadableFile:
    """The refusal of a file that needs a password, or another one."""
    if password is None:
        return refused(
            "it is locked with a password",
            "Ask the sender for the password and give it with --password, or for a copy without one",
        )
    return refused("the password does not open it", "Check the password with the sender, or ask for a copy without one")


# ---------------------------------------------------------------- .xls and .ods


def _xls_sheets(data: bytes, stream: bytes) -> Iterator[RawSheet]:
    scanned = dict(in_workbook_stream(stream))
    for sheet in calamine_sheets(data):
        yield with_faults(sheet, scanned.get(sheet["name"]))


_BETWEEN_CELLS = re.compile(rb">\s+<(/?table:)")
_TABLES = b"<office:spreadsheet"
_STYLE = re.compile(rb"table:style-name=[\"']([^\"'<>]*)")


def _ods_sheets(package: Package) -> Iterator[RawSheet]:
    if "content.xml" not in package:
        raise refused("it is damaged: its contents are missing")
    if "META-INF/manifest.xml" in package and b"encryption-data" in package["META-INF/manifest.xml"]:
        raise refused("it is locked with a password", "Ask the sender for a copy saved without a password")
    content = package.xml("content.xml")
    scanned = no_faults_in_content(content) or faults.in_content_xml(content)
    package.check_prologues(skip=["content.xml"])
    parts: dict[str, bytes | Part] = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": b"<manifest/>",
        "content.xml": _for_the_parser(content),
    }
    comments = annotations_in(content)
    for sheet, seen in zip(calamine_sheets(rebuilt(parts, b"")), scanned, strict=False):
        yield with_remarks(with_faults(sheet, seen), comments, [])
        comments = []


def _for_the_parser(content: bytes) -> bytes:
    """An .ods' content without its styles, often most of it: all they say of values is which tables are hidden."""
    top = content.find(_TABLES)
    tables = content[max(top, 0) :]
    if any(tables.find(space) >= 0 for space in (b"\n", b" <", b"\r", b"\t")):
        # The parser takes white space between cells, as some programs write it, for damage.
        tables = _BETWEEN_CELLS.sub(rb"><\1", tables)
    if top < 0:
        return tables
    kept = [content[: content.find(b">", content.find(b"<office:document-content")) + 1]]
    tags = (table[: table.find(b">")] for table in tables.split(b"<table:table ")[1:])
    for name in {style[1] for tag in tags if (style := _STYLE.search(tag))}:
        at = content.find(b'<style:style style:name="%s" style:family="table"' % name, 0, top)
        end = content.find(b"</style:style>", at, top)
        if not 0 <= at < end:
            return content[:top] + tables
        kept.append(content[at : end + len(b"</style:style>")])
    return b"".join((*kept, b"<office:body>", tables))


# ---------------------------------------------------------------- values


def calamine_sheets(data: bytes, names: list[str] | None = None) -> Iterator[RawSheet]:
    """Every worksheet the parser finds in a file, chart and macro sheets left out; under other names where given."""
    workbook = _calamine(data)
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
            raise refused(f"its sheet '{name[:31]}' is damaged ({_said(error)})") from None
        yield _sheet(name, str(about.visible) != "SheetVisibleEnum.Visible", rows, start, merges)


def _sheet(name: str, hidden: bool, rows: list[list[Any]], start: tuple[int, int], merges: list[Any]) -> RawSheet:
    """One sheet's values from A1 on, blanks as None, rows and cells after the last value left out."""
    specials: list[list[Any]] = []
    down, right = start
    width = right + len(rows[0]) if rows else 0
    left: list[Any] = [None] * right
    cells: list[list[Any]] = [[] for _ in range(down)] if rows else []
    for row in rows:
        while row and row[-1] == "":
            row.pop()
        values = left + [value if value or value != "" else None for value in row] if row else row
        if not _PLAIN.issuperset(map(type, row)):
            for column, value in enumerate(values):
                if type(value) not in _PLAIN and value is not None:
                    values[column] = _special(value, len(cells), column, specials)
        cells.append(values)
    while cells and not cells[-1]:
        cells.pop()
    return {
        "name": name,
        "hidden": hidden,
        "rows": cells,
        "merges": sorted({_clipped(merge, len(cells), width) for merge in merges}),
        "hidden_rows": [],
        "specials": specials,
    }


def _clipped(merge: Any, height: int, width: int) -> tuple[int, int, int, int]:
    """A merge counted from 1, cut to the sheet's values: one over a whole column would cost its reader a million cells."""
    (top, left), (bottom, right) = merge
    return top + 1, left + 1, max(min(bottom + 1, height), top + 1), max(min(right + 1, width), left + 1)


_PLAIN = frozenset({str, float, int, bool})


def _special(value: Any, row: int, column: int, specials: list[list[Any]]) -> Any:
    """What stands in the row for a value that JSON has no form for; the value itself goes to `specials`."""
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


def with_remarks(sheet: RawSheet, comments: list[Remark], struck: list[Remark]) -> RawSheet:
    """The sheet with what is said on its cells without being their value."""
    sheet |= {"comments": comments} if comments else {}
    return sheet | {"struck": struck} if struck else sheet


def with_faults(sheet: RawSheet, seen: faults.Sheet | None) -> RawSheet:
    """The sheet with the faults that the parser left blank, and the rows that are hidden."""
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
        sheet["merges"] = [_clipped(merge, len(rows), width) for merge in seen.merges]
    return sheet
