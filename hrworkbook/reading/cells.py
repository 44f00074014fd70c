"""A file's bytes → the cells of its sheets, whatever it is called.

Runs in the capped child (`hrworkbook.reading.worker`), so it imports only the parser and the standard library, and answers
in plain lists that JSON can carry.
"""

import re
from collections.abc import Iterator
from typing import Any

from hrworkbook.reading import faults_in_cells as faults
from hrworkbook.reading.bounds import AREA_MAX, FILE_MAX, MB, PLAIN, Package, Part, rebuilt, refused
from hrworkbook.reading.faults_at_a_glance import SHEETS, no_faults_in_tables
from hrworkbook.reading.faults_in_records import in_workbook_stream
from hrworkbook.reading.parsed import RawBook, RawSheet, calamine_sheets, with_faults, with_remarks
from hrworkbook.reading.remarks import annotations_in, struck_in
from hrworkbook.reading.sniff import kind_of, package_kind


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


def _xls_sheets(data: bytes, stream: bytes) -> Iterator[RawSheet]:
    scanned = dict(in_workbook_stream(stream))
    for sheet in calamine_sheets(data):
        yield with_faults(sheet, scanned.get(sheet["name"]))


_BETWEEN_CELLS = re.compile(rb">\s+<(/?table:)")
_STYLE = re.compile(rb"table:style-name=[\"']([^\"'<>]*)")


def _ods_sheets(package: Package) -> Iterator[RawSheet]:
    if "content.xml" not in package:
        raise refused("it is damaged: its contents are missing")
    if "META-INF/manifest.xml" in package and b"encryption-data" in package["META-INF/manifest.xml"]:
        raise refused("it is locked with a password", "Ask the sender for a copy saved without a password")
    content = package.xml("content.xml")
    top = max(content.find(SHEETS), 0)
    styles, tables = content[:top], content[top:]
    scanned = no_faults_in_tables(tables) or faults.in_content_xml(content)
    package.check_prologues(skip=["content.xml"])
    parts: dict[str, bytes | Part] = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": b"<manifest/>",
        "content.xml": _for_the_parser(styles, tables),
    }
    comments, struck = annotations_in(tables), struck_in(styles, tables)
    for sheet, seen in zip(calamine_sheets(rebuilt(parts, b"")), scanned, strict=False):
        yield with_remarks(with_faults(sheet, seen), comments, struck)
        comments = []


def _for_the_parser(styles: bytes, tables: bytes) -> bytes:
    """An .ods' content without its styles, often most of it: all they say of values is which tables are hidden."""
    if any(tables.find(space) >= 0 for space in (b"\n", b" <", b"\r", b"\t")):
        # The parser takes white space between cells, as some programs write it, for damage.
        tables = _BETWEEN_CELLS.sub(rb"><\1", tables)
    if not styles:
        return tables
    kept = [styles[: styles.find(b">", styles.find(b"<office:document-content")) + 1]]
    tags = (table[: table.find(b">")] for table in tables.split(b"<table:table ")[1:])
    for name in {style[1] for tag in tags if (style := _STYLE.search(tag))}:
        at = styles.find(b'<style:style style:name="%s" style:family="table"' % name)
        end = styles.find(b"</style:style>", at)
        if not 0 <= at < end:
            return styles + tables
        kept.append(styles[at : end + len(b"</style:style>")])
    return b"".join((*kept, b"<office:body>", tables))
