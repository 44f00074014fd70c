"""A workbook that is to be published: what it hides and carries, and what some of its readers could not read."""

import re
import warnings
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING

from hrworkbook.checking.accessible_layout import accessibility_findings
from hrworkbook.checking.exempt_lines import KeptBack, exempt_in
from hrworkbook.checking.hidden_text import hidden_text
from hrworkbook.checking.package_content import author_findings, content_findings
from hrworkbook.checking.publishing_fault import publishing_fault
from hrworkbook.checking.shapes import shape_findings
from hrworkbook.checking.sheet_content import Box, box_of, sheet_content, sheet_part_findings, unused_texts
from hrworkbook.checking.workbook_settings import settings_findings
from hrworkbook.intake.cell_colours import OFFICE_THEME, read_theme
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.ooxml.xml_tags import ATTRIBUTES, PREFIX, attribute
from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.findings import Finding
from hrworkbook.plan.kinds import quoted
from hrworkbook.plan.snapshot import address

if TYPE_CHECKING:
    from openpyxl import Workbook  # noqa: TID251

_PROGRAMS = frozenset({"", "openpyxl", "xlsxwriter", "apache poi", "pandas", "python", "unknown"})
_OBJECT_NAME = re.compile(rb"<%scNvPr(?=[\s/>])%s>" % (PREFIX, ATTRIBUTES))
_AREA_MAX = 2_000_000
"""Cells in the rectangle around a sheet's values: all of them are looked at."""


def workbook_findings(package: CheckedPackage, data: bytes, name: str, kept_back: KeptBack) -> Iterator[Finding]:
    """Yield every fault of an .xlsx or .xlsm; raises UnreadableFile where it cannot be opened."""
    book = _open_workbook(data, name)
    workbook_part = next(
        (r.target for r in package.relationships("").values() if r.kind == "officeDocument"), "xl/workbook.xml"
    )
    yield from content_findings(package, name)
    yield from settings_findings(package, workbook_part, name)
    yield from _alternative_texts(package, name)
    yield from _property_findings(book, name)
    yield from _unused_texts(package, workbook_part, name)
    if too_large := [sheet for sheet in book.worksheets if sheet.max_row * sheet.max_column > _AREA_MAX]:
        for sheet in too_large:
            place = address(sheet.max_row, sheet.max_column)
            fault = "the sheet reaches to here, far outside the rest; its cells were not looked at"
            remedy = "Delete the rows and columns below and beside what it holds, save it, and check again"
            yield publishing_fault(sheet.title, place, "far-cell", fault, remedy)
        return
    yield from _sheet_findings(package, workbook_part, book)
    yield from accessibility_findings(book)
    yield from exempt_in(book, name, kept_back)


def _open_workbook(data: bytes, name: str) -> "Workbook":
    import openpyxl  # noqa: TID251

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(BytesIO(data), keep_vba=False)
    except Exception as error:
        fault = f"it is no Excel workbook that can be checked ({type(error).__name__})"
        raise UnreadableFile(name, fault, "Save it again as .xlsx") from None
    if not book.worksheets:
        raise UnreadableFile(name, "it has no sheets with cells", "Save it again as .xlsx")
    return book


def _alternative_texts(package: CheckedPackage, name: str) -> Iterator[Finding]:
    for part in package.parts:
        if not re.fullmatch(r"xl/drawings/drawing\d+\.xml", part):
            continue
        for attributes in _OBJECT_NAME.findall(package.xml(part)):
            if not (attribute(attributes, b"descr") or "").strip():
                fault = f"'{attribute(attributes, b'name') or 'a picture'}' has no alternative text"
                yield publishing_fault(name, "", "alt-text", fault, "Say in words what it shows (Alt Text)")


def _property_findings(book: "Workbook", name: str) -> Iterator[Finding]:
    properties = book.properties
    if not (properties.title or "").strip():
        yield publishing_fault(name, "", "title", "the document has no title", "Give it one (File, Info, Title)")
    if not (properties.language or "").strip():
        yield publishing_fault(name, "", "language", "the document does not say its language", "Set it to en-GB")
    author = (properties.creator or "").strip()
    if author.casefold() in _PROGRAMS:
        fault, remedy = "the document does not say whose it is", "Give the author's role (File, Info)"
        yield publishing_fault(name, "", "author", fault, remedy, author)
    yield from author_findings(author, (properties.lastModifiedBy or "").strip(), name)
    if not any(sheet.tables for sheet in book.worksheets):
        fault, remedy = "no sheet holds its data as a table", "Mark the data as a table (Insert, Table)"
        yield publishing_fault(name, "", "table", fault, remedy)


def _sheet_findings(package: CheckedPackage, workbook_part: str, book: "Workbook") -> Iterator[Finding]:
    links = package.relationships(workbook_part)
    theme_part = next((r.target for r in links.values() if r.kind == "theme"), "")
    theme = read_theme(package.xml(theme_part)) if theme_part in package else OFFICE_THEME
    for sheet in [*book.worksheets, *book.chartsheets]:
        if sheet.sheet_state != "visible":
            fault = "the sheet is hidden, and anyone can show it"
            yield publishing_fault(sheet.title, "", "hidden-sheet", fault, "Delete the sheet")
    parts, charted = _parts_by_title(package, workbook_part), _charted(package)
    for sheet in book.worksheets:
        yield from hidden_text(sheet, theme)
        yield from sheet_content(sheet, charted.get(sheet.title, ()))
        part = parts.get(sheet.title, "")
        if part not in package:
            continue
        yield from sheet_part_findings(package.xml(part), sheet.title)
        filled = {(c.row, c.column) for row in sheet.iter_rows() for c in row if c.value not in (None, "")}
        extent = (max((r for r, _ in filled), default=1), max((c for _, c in filled), default=1))
        for link in package.relationships(part).values():
            if link.kind == "drawing" and link.target in package:
                yield from shape_findings(package, link.target, sheet.title, extent, filled)


def _parts_by_title(package: CheckedPackage, workbook_part: str) -> dict[str, str]:
    from xml.etree import ElementTree

    links = package.relationships(workbook_part)
    found = {}
    for element in ElementTree.fromstring(package.xml(workbook_part)).iterfind("{*}sheets/{*}sheet"):
        id_ = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
        if id_ in links:
            found[element.get("name", "")] = links[id_].target
    return found


def _charted(package: CheckedPackage) -> dict[str, list[Box]]:
    """Return the ranges that charts show, by the sheet they lie on (21.2.2.65)."""
    found: dict[str, list[Box]] = {}
    for part in package.parts:
        if re.match(r"xl/charts/chart", part):
            for said in re.findall(rb"<(?:\w+:)?f>([^<]+)</", package.xml(part)):
                sheet, _, area = unescape(said.decode("utf-8", "replace")).rpartition("!")
                if box := box_of(area):
                    left, top, right, bottom = box  # and their headings, above and beside them
                    around = (max(left - 1, 1), max(top - 2, 1), right, bottom)
                    found.setdefault(sheet.strip("'").replace("''", "'"), []).append(around)
    return found


def _unused_texts(package: CheckedPackage, workbook_part: str, name: str) -> Iterator[Finding]:
    links = package.relationships(workbook_part).values()
    shared = next((r.target for r in links if r.kind == "sharedStrings"), "")
    if shared not in package:
        return
    sheets = [package.xml(r.target) for r in links if r.kind == "worksheet" and r.target in package]
    left = unused_texts(package.xml(shared), sheets)
    if left:
        fault = f"it keeps {len(left):,} {'text' if len(left) == 1 else 'texts'} that no cell shows any more, such as {quoted(left[0])}"
        yield publishing_fault(name, "", "deleted-text", fault, "Open it in Excel and save it again", left[0])
