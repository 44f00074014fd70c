"""A file's bytes → the cells of its sheets, whatever it is called.

Runs in the capped child (`hrworkbook.intake.reader_worker`), so it imports only the parser and the standard library, and answers
in plain lists that JSON can carry.
"""

import re
from collections.abc import Iterator
from typing import Any

from hrworkbook.intake import xml_cell_faults as faults
from hrworkbook.intake.binary_cell_faults import scan_xls_sheets, xls_sheet_records
from hrworkbook.intake.binary_cell_looks import read_xls_globals, xls_looks
from hrworkbook.intake.calamine_sheets import RawBook, RawSheet, calamine_sheets, with_faults
from hrworkbook.intake.file_kind import detect_kind, detect_package_kind
from hrworkbook.intake.ods_looks import read_ods_looks
from hrworkbook.intake.quick_ods_scan import SHEETS_MARK, scan_clean_tables
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.ooxml.limits import AREA_MAX, FILE_MAX, MB, PLAIN_WORKBOOK_REMEDY, refuse_package
from hrworkbook.ooxml.zip_writing import Part, rebuild_package


def read_file_cells(
    data: bytes, name: str, password: str | None = None, *, documents: bool = False, fills: bool = False
) -> RawBook:
    """Return the sheets of a workbook or table, whatever it is called.

    With `documents` the tables of a Word document too; with `fills` also the colours of cells, which take long to find.

    Raises UnreadableFile, with an empty place, where it is no spreadsheet, or a broken, locked or dangerous one.
    """
    if len(data) > FILE_MAX:
        raise refuse_package(
            f"it has {len(data) / MB:,.0f} MB; a return has fewer than {FILE_MAX // MB}", PLAIN_WORKBOOK_REMEDY
        )
    notes: list[str] = []
    shape = detect_kind(data, name)
    if shape == "csv":
        from hrworkbook.intake.delimited import read_text_cells

        return read_text_cells(data, name)
    if shape == "ole":
        from hrworkbook.intake.ole_file import open_compound_file

        shape, data, stream = open_compound_file(data, password, notes)
        if shape == "xls":
            return _raw_book("xls", _xls_sheets(data, stream, fills), notes)
    package = CheckedPackage(data)
    if documents and "word/document.xml" in package:
        from hrworkbook.intake.word_tables import read_word_tables

        return read_word_tables(package)
    kind = detect_package_kind(package)
    if kind == "ods":
        return _raw_book(kind, _ods_sheets(package, fills), notes) | _last_saved(package)
    if kind == "xlsx" and _has_macros(package):
        kind = "xlsm"
    if kind == "xlsb" and any("comments" in part and part.endswith(".bin") for part in package.parts):
        notes.append("It has comments on cells, which are not read.")
    from hrworkbook.intake.office_package import package_sheets

    return _raw_book(kind, package_sheets(package, kind, fills=fills), notes) | _last_saved(package)


_MODIFIED = re.compile(rb"<(?:dcterms:modified|dc:date)[^>]{0,200}>\s{0,20}([0-9T:.Z+-]{10,40})\s{0,20}</")


def _last_saved(package: CheckedPackage) -> dict[str, str]:
    """Return when a package was last saved, in its own words, under `modified`; empty where it does not say."""
    part = next((name for name in ("docProps/core.xml", "meta.xml") if name in package), "")
    found = _MODIFIED.search(package[part]) if part else None
    return {"modified": found[1].decode("ascii")} if found else {}


def _raw_book(kind: str, sheets: Iterator[RawSheet], notes: list[str]) -> RawBook:
    found = list(sheets)
    if not any(sheet["rows"] for sheet in found):
        raise refuse_package(
            "no rows were found in it", "Ask the sender whether they sent the right file, saved after filling it in"
        )
    covered = sum(map(_hidden_value_count, found))
    if covered:
        notes.append(
            f"It has {covered:,} value{'s' * (covered > 1)} under merged cells, which Excel keeps but does not show."
        )
    return {"kind": kind, "sheets": found, "notes": notes}


def _hidden_value_count(sheet: RawSheet) -> int:
    """Return the number of values hidden under merged cells."""
    rows: list[list[Any]] = sheet["rows"]
    if sum((bottom - top + 1) * (right - left + 1) for top, left, bottom, right in sheet["merges"]) > AREA_MAX:
        return 0  # merges over merges: a broken sheet, and counting would take long
    return sum(
        value is not None
        for top, left, bottom, right in sheet["merges"]
        for down, row in enumerate(rows[top - 1 : bottom])
        for value in (row[left - 1 : right] if down else row[left:right])
    )


def _has_macros(package: CheckedPackage) -> bool:
    types = "[Content_Types].xml"
    return "xl/vbaProject.bin" in package or (types in package and b"macroEnabled" in package[types])


def _xls_sheets(data: bytes, stream: bytes, fills: bool) -> Iterator[RawSheet]:
    book = read_xls_globals(stream, fills=fills)
    records = {name: xls_sheet_records(stream, place, blanks=fills) for name, place in book.places.items()}
    scanned = scan_xls_sheets(stream, records)
    for sheet in calamine_sheets(data):
        name = sheet["name"]
        yield with_faults(sheet, scanned.get(name)) | xls_looks(stream, records.get(name, []), book)


_BETWEEN_CELLS = re.compile(rb">\s+<(/?table:)")
_STYLE = re.compile(rb"table:style-name=[\"']([^\"'<>]*)")


def _ods_sheets(package: CheckedPackage, fills: bool) -> Iterator[RawSheet]:
    if "content.xml" not in package:
        raise refuse_package("it is damaged: its contents are missing")
    if "META-INF/manifest.xml" in package and b"encryption-data" in package["META-INF/manifest.xml"]:
        raise refuse_package("it is locked with a password", "Ask the sender for a copy saved without a password")
    content = package.xml("content.xml")
    top = max(content.find(SHEETS_MARK), 0)
    styles, tables = content[:top], content[top:]
    scanned = scan_clean_tables(tables) or faults.scan_content_xml(content)
    package.check_xml_prologues(skip=["content.xml"])
    parts: dict[str, Part] = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": b"<manifest/>",
        "content.xml": _without_styles(styles, tables),
    }
    named = package.xml("styles.xml") if "styles.xml" in package else b""
    looks = read_ods_looks(styles, tables, named, fills=fills)
    for sheet, seen in zip(calamine_sheets(rebuild_package(parts, b"")), scanned, strict=False):
        yield with_faults(sheet, seen) | looks.get(sheet["name"], {})


def _without_styles(styles: bytes, tables: bytes) -> bytes:
    """Return the content of an .ods without its styles, except those of tables.

    The styles are often most of the content, and all they tell about values is which tables are hidden.
    """
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
