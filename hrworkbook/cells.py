"""A file's bytes → the cells of its sheets, with what the fast parser loses put back.

Runs in the capped child (`hrworkbook.worker`), so it imports only the parser and the standard library, and answers in plain
lists that JSON can carry.
"""

import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from hrworkbook import faults_in_cells as faults
from hrworkbook.bounds import FILE_MAX, KEPT_INFLATED, MB, PLAIN, RESAVE, Package, Part, rebuilt, refused
from hrworkbook.errors import UnreadableFile
from hrworkbook.sniff import kind_of, ole_kind, package_kind

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

RawSheet = dict[str, Any]
"""`name`, `hidden`, `rows`, `merges`, `hidden_rows`, and `specials`: [row, column, tag, text] for each value JSON has no form
for, rows and columns from 0, tags d date, t date and time, h time of day, e error, u uncomputed."""
RawBook = dict[str, Any]
"""`kind`, `sheets` and `notes`."""

_DEFAULT_PASSWORD = "VelvetSweatshop"
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
        from hrworkbook.delimited import cells_of_text

        return cells_of_text(data, name)
    if shape == "ole":
        from hrworkbook.olebooks import opened

        shape, data, stream = opened(data, password, notes)
        if shape == "xls":
            return _book("xls", _xls_sheets(data, stream), notes)
    package = Package(data)
    kind = package_kind(package)
    if kind == "ods":
        return _book(kind, _ods_sheets(package), notes)
    if kind == "xlsx" and _macros(package):
        kind = "xlsm"
    if any("comments" in part and part.endswith((".xml", ".bin")) for part in package.parts):
        notes.append("It has comments on cells, which are not read.")
    return _book(kind, _package_sheets(package, kind, notes), notes)


def _book(kind: str, sheets: Iterator[RawSheet], notes: list[str]) -> RawBook:
    found = list(sheets)
    if not any(sheet["rows"] for sheet in found):
        raise refused("no rows were found in it", "Ask the sender whether they sent the right file, saved after filling it in")
    return {"kind": kind, "sheets": found, "notes": notes}


def _macros(package: Package) -> bool:
    return "xl/vbaproject.bin" in package.parts or b"macroEnabled" in (
        package["[content_types].xml"] if "[content_types].xml" in package else b""
    )


def _calamine(data: bytes) -> "CalamineWorkbook":
    import python_calamine

    try:
        return python_calamine.load_workbook(io.BytesIO(data))  # type: ignore[arg-type]
    except python_calamine.PasswordError:
        raise locked(None) from None
    except Exception as error:
        raise refused(f"it is damaged and cannot be read ({_said(error)})", RESAVE) from None


def _said(error: BaseException) -> str:
    """The parser's own words, on one line."""
    return " ".join(str(error).split())[:100] or type(error).__name__


def locked(password: str | None) -> UnreadableFile:
    """The refusal of a file that needs a password, or another one."""
    if password is None:
        return refused("it is locked with a password", "Ask the sender for the password and give it with --password, or for a copy without one")
    return refused("the password does not open it", "Check the password with the sender, or ask for a copy without one")


# ---------------------------------------------------------------- .xlsx, .xlsm, .xlsb

_RELATIONS = "/relationships/"


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """The kind and target of each relation of a part, by its id; targets are paths from the top of the package."""
    folder, _, leaf = part.rpartition("/")
    path = f"{folder}/_rels/{leaf}.rels".lstrip("/")
    found: dict[str, tuple[str, str]] = {}
    if path not in package:
        return found

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "").replace("\\", "/")
            target = target.lstrip("/") if target.startswith("/") else _joined(folder, target)
            found[attributes.get("Id", "")] = attributes.get("Type", "").rpartition("/")[2], target

    _pass_over(package.xml(path), start)
    return found


def _joined(folder: str, target: str) -> str:
    steps = folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in (".", ""):
            steps.append(step)
    return "/".join(steps)


def _pass_over(xml: bytes, start: Callable[[str, dict[str, str]], None]) -> None:
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        raise refused("it is damaged: its list of sheets cannot be read") from None


def _package_sheets(package: Package, kind: str, notes: list[str]) -> Iterator[RawSheet]:
    """The sheets of an Office package, read from a rebuilt one that holds only checked parts."""
    book = next((target for what, target in _relations(package, "").values() if what == "officeDocument"), "")
    if book not in package:
        book = "xl/workbook.bin" if kind == "xlsb" else "xl/workbook.xml"
    if book not in package:
        raise refused("it is damaged: the list of its sheets is missing")
    read = ["[Content_Types].xml", "_rels/.rels", book, _rels_of(book)]
    scanned: dict[str, faults.Sheet] = {}
    given: dict[str, bytes | Part] = {}
    for what, target in _relations(package, book).values():
        if what in ("styles", "sharedStrings"):
            read.append(target)
        elif what == "worksheet" and target in package and target not in scanned:
            if target.endswith(".bin"):
                scanned[target] = faults.in_sheet_records(package[target])
                _give(given, package, target, None)
            else:
                xml = package.xml(target)
                scanned[target] = faults.in_sheet_xml(xml)
                _give(given, package, target, scanned[target].rewritten or xml)
    for part in read:
        if part in package:
            _give(given, package, part, None if part.endswith(".bin") else package.xml(part))
    package.check_prologues(skip=given)
    order = _sheet_parts(package, book)
    missing = [name for name, target in order.items() if target and target not in package]
    if missing:
        raise refused(f"it is damaged: the contents of its sheet '{missing[0][:31]}' are missing")
    workbook = _calamine(rebuilt(given, package.data))
    for sheet in _calamine_sheets(workbook):
        yield _with_faults(sheet, scanned.get(order.get(sheet["name"], "")))


def _rels_of(part: str) -> str:
    folder, _, leaf = part.rpartition("/")
    return f"{folder}/_rels/{leaf}.rels".lstrip("/")


def _give(given: dict[str, bytes | Part], package: Package, name: str, checked: bytes | None) -> None:
    """Put a part into the package the parser gets: as it was checked, or as it was packed where that saves memory."""
    part = package.parts[name.lower()]
    inflated = package[name] if checked is None else checked
    given[part.name] = part if part.size > KEPT_INFLATED and len(inflated) == part.size else inflated


def _sheet_parts(package: Package, book: str) -> dict[str, str]:
    """The part of each worksheet by the sheet's name; '' for a chart or dialog sheet."""
    relations = _relations(package, book)
    found: dict[str, str] = {}
    if book.endswith(".bin"):
        for name, relation in _bundled_sheets(package[book]):
            what, target = relations.get(relation, ("", ""))
            found[name] = target if what == "worksheet" else ""
        return found

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            what, target = relations.get(relation, ("", ""))
            found[attributes.get("name", "")] = target if what == "worksheet" else ""

    _pass_over(package.xml(book), start)
    return found


def _bundled_sheets(data: bytes) -> Iterator[tuple[str, str]]:
    """Name and relation of each sheet of an .xlsb (BrtBundleSh, [MS-XLSB] 2.4.304)."""
    for kind, at, length in faults.brt_records(data):
        if kind == 156 and length >= 16:
            count = int.from_bytes(data[at + 8 : at + 12], "little")
            relation = data[at + 12 : at + 12 + 2 * count].decode("utf-16-le", "replace")
            rest = at + 12 + 2 * count
            count = int.from_bytes(data[rest : rest + 4], "little")
            yield data[rest + 4 : rest + 4 + 2 * count].decode("utf-16-le", "replace"), relation


# ---------------------------------------------------------------- .xls and .ods


def _xls_sheets(data: bytes, stream: bytes) -> Iterator[RawSheet]:
    scanned = dict(faults.in_workbook_stream(stream))
    for sheet in _calamine_sheets(_calamine(data)):
        yield _with_faults(sheet, scanned.get(sheet["name"]))


def _ods_sheets(package: Package) -> Iterator[RawSheet]:
    if "content.xml" not in package:
        raise refused("it is damaged: its contents are missing")
    if "META-INF/manifest.xml" in package and b"encryption-data" in package["META-INF/manifest.xml"]:
        raise refused("it is locked with a password", "Ask the sender for a copy saved without a password")
    content = package.xml("content.xml")
    scanned = faults.in_content_xml(content)
    package.check_prologues(skip=["content.xml"])
    given: dict[str, bytes | Part] = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}
    _give(given, package, "content.xml", content)
    if "META-INF/manifest.xml" in package:
        _give(given, package, "META-INF/manifest.xml", None)
    for sheet, seen in zip(_calamine_sheets(_calamine(rebuilt(given, package.data))), scanned, strict=False):
        yield _with_faults(sheet, seen)


# ---------------------------------------------------------------- values


def _calamine_sheets(workbook: "CalamineWorkbook") -> Iterator[RawSheet]:
    for index, about in enumerate(workbook.sheets_metadata):
        if str(about.typ) not in ("SheetTypeEnum.WorkSheet",):
            continue
        try:
            sheet = workbook.get_sheet_by_index(index)
            rows = sheet.to_python(skip_empty_area=True)
            start = sheet.start or (0, 0)
            merges = sheet.merged_cell_ranges or []
        except Exception as error:
            raise refused(f"its sheet '{about.name[:31]}' is damaged ({_said(error)})") from None
        yield _sheet(about.name, str(about.visible) != "SheetVisibleEnum.Visible", rows, start, merges)


def _sheet(name: str, hidden: bool, rows: list[list[Any]], start: tuple[int, int], merges: list[Any]) -> RawSheet:
    """One sheet's values from A1 on, blanks as None, rows and cells after the last value left out."""
    specials: list[list[Any]] = []
    down, right = start
    left: list[Any] = [None] * right
    cells: list[list[Any]] = [[] for _ in range(down)] if rows else []
    for row in rows:
        kinds = set(map(type, row))
        values = left + [None if value == "" else value for value in row]
        if not kinds <= _PLAIN:
            for column, value in enumerate(values):
                if type(value) not in _PLAIN and value is not None:
                    values[column] = _special(value, len(cells), column, specials)
        while values and values[-1] is None:
            values.pop()
        cells.append(values)
    while cells and not cells[-1]:
        cells.pop()
    return {
        "name": name,
        "hidden": hidden,
        "rows": cells,
        "merges": [[top + 1, first + 1, bottom + 1, last + 1] for (top, first), (bottom, last) in merges],
        "hidden_rows": [],
        "specials": specials,
    }


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


def _with_faults(sheet: RawSheet, seen: faults.Sheet | None) -> RawSheet:
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
    return sheet
