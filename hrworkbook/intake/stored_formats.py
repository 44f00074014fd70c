"""A file's bytes and some of its cells → the number formats that the file gives them, whatever kind of workbook it is."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from hrworkbook.intake import office_package as officepackage
from hrworkbook.intake.cell_formats_records import xls_formats, xlsb_codes, xlsb_formats
from hrworkbook.intake.cell_formats_tables import ods_texts
from hrworkbook.intake.file_kind import detect_kind, detect_package_kind
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.ooxml.number_formats import Cell, xlsx_codes, xlsx_formats
from hrworkbook.ooxml.relationships import Relationship
from hrworkbook.plan.number_format.render import Number, is_plain, shown

Wanted = Mapping[str, Collection[Cell]]
"""Cells by the name of their sheet."""


class CellFormat(NamedTuple):
    """How a cell is shown: by a number format's code, or in a text that the file keeps."""

    code: str = "General"
    text: str | None = None

    def shown(self, value: Number, *, from_1904: bool = False) -> str:
        """Return what the sheet shows of the value."""
        return shown(value, self.code, from_1904=from_1904) if self.text is None else self.text

    @property
    def is_plain(self) -> bool:
        """Whether the value is shown as it is stored."""
        return self.text is None and is_plain(self.code)


def stored_formats(
    data: bytes, name: str, wanted: Wanted, password: str | None = None
) -> dict[str, dict[Cell, CellFormat]]:
    """Return how these cells are shown, by the name of their sheet; a cell that the file does not hold is left out.

    Raises UnreadableFile for a file that is broken, dangerous or too large.
    """
    shape = detect_kind(data, name)
    if shape == "ole":
        from hrworkbook.intake.ole_file import open_compound_file

        shape, data, stream = open_compound_file(data, password, [])
        if shape == "xls":
            return _as_codes(xls_formats(stream, wanted))
    if shape == "csv":
        return {}
    package = CheckedPackage(data)
    kind = detect_package_kind(package)
    if kind == "ods":
        return _ods(package, wanted)
    return _as_codes(_office(package, wanted))


def _as_codes(found: Mapping[str, Mapping[Cell, str]]) -> dict[str, dict[Cell, CellFormat]]:
    return {name: {cell: CellFormat(code) for cell, code in cells.items()} for name, cells in found.items()}


def _ods(package: CheckedPackage, wanted: Wanted) -> dict[str, dict[Cell, CellFormat]]:
    texts = ods_texts(package.xml("content.xml"), wanted) if "content.xml" in package else {}
    return {name: {cell: CellFormat(text=text) for cell, text in cells.items()} for name, cells in texts.items()}


def _office(package: CheckedPackage, wanted: Wanted) -> dict[str, dict[Cell, str]]:
    book, relations, sheets = _sheets(package)
    styles = next((target for what, target in relations.values() if what == "styles" and target in package), "")
    binary = book.endswith(".bin")
    codes: tuple[str, ...] = ()
    if styles:
        codes = xlsb_codes(package[styles]) if binary else xlsx_codes(package.xml(styles))
    found: dict[str, dict[Cell, str]] = {}
    for name, target in sheets:
        if wanted.get(name) and name not in found and target in package:
            if binary:
                found[name] = xlsb_formats(package[target], codes, wanted[name])
            else:
                found[name] = xlsx_formats(package.xml(target), codes, wanted[name])
    return found


def _sheets(package: CheckedPackage) -> tuple[str, dict[str, Relationship], list[tuple[str, str]]]:
    """Return the name of the workbook part, its relationships, and the name and part of each worksheet."""
    top = package.relationships("").values()
    book = next((target for what, target in top if what == "officeDocument" and target in package), "")
    book = book or ("xl/workbook.bin" if "xl/workbook.bin" in package else "xl/workbook.xml")
    relations = package.relationships(book)
    if book not in package:
        return book, relations, []
    if book.endswith(".bin"):
        listed = list(officepackage._bundled_sheets(package[book]))
    else:
        listed = [(name, link) for name, _, link in officepackage._read_workbook_part(package.xml(book)).sheets]
    links = {name: relations[link] for name, link in listed if link in relations}
    return book, relations, [(name, target) for name, (what, target) in links.items() if what == "worksheet"]
