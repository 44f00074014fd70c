"""The sheets of an Office package (.xlsx, .xlsm, .xlsb).

The parser gets a package of our making: our own list of sheets, and of the sender's parts only the worksheets, the shared
texts and the styles. Dialog and macro sheets, misspelt settings and broken links that spreadsheet programs pass over, but
the parser stumbles on, stay behind.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from hrworkbook.intake import xml_cell_faults as faults
from hrworkbook.intake.annotations import RawAnnotation, StrikethroughStyles, read_comments
from hrworkbook.intake.binary_cell_faults import scan_xlsb_sheet, xlsb_records
from hrworkbook.intake.binary_cell_looks import xlsb_codes, xlsb_looks
from hrworkbook.intake.calamine_sheets import RawSheet, calamine_sheets, with_annotations, with_faults
from hrworkbook.intake.cell_looks import has_drawing, needs_theme, read_drawing, read_looks, sheet_looks
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.ooxml.limits import CACHED_BYTES, refuse_package
from hrworkbook.ooxml.relationships import Relationship, relationships_part
from hrworkbook.ooxml.xml_events import parse_elements
from hrworkbook.ooxml.zip_writing import Part, rebuild_package

_OFFICE_NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONSHIPS_XML = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
)
_RELATIONSHIP_XML = f'<Relationship Id="%s" Type="{_OFFICE_NAMESPACE}/%s" Target="%s"/>'
_ROOT_RELATIONSHIPS = _RELATIONSHIPS_XML % (_RELATIONSHIP_XML % ("rId1", "officeDocument", "xl/workbook.xml"))
_WORKBOOK = (
    f'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{_OFFICE_NAMESPACE}">'
    '<workbookPr date1904="%d"/><sheets>%s</sheets></workbook>'
)
_SHEET = '<sheet name="%d" sheetId="%d" state="%s" r:id="rId%d"/>'
_WHOLE_LINE_MERGE = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^>]*?ref="(?:[A-Z]+(?::[A-Z]+)?|[0-9]+(?::[0-9]+)?)"[^>]*?(?:/>|></(?:\w+:)?mergeCell>)'
)


def package_sheets(package: CheckedPackage, kind: str, *, fills: bool) -> Iterator[RawSheet]:
    """Yield each worksheet of an Office package, in tab order; with `fills` also the colours of its cells.

    Raises UnreadableFile where the package is broken, dangerous or too large.
    """
    book = next((target for what, target in package.relationships("").values() if what == "officeDocument"), "")
    if book not in package:
        book = "xl/workbook.bin" if kind == "xlsb" else "xl/workbook.xml"
    if book not in package:
        raise refuse_package("it is damaged: the list of its sheets is missing")
    relations = package.relationships(book)
    if book.endswith(".bin"):
        yield from _binary_sheets(package, book, relations)
    else:
        yield from _xml_sheets(package, book, relations, fills)


class _WorkbookHandler:
    """What the workbook part says: its sheets as name, state and relation, and where its dates begin."""

    def __init__(self, xml: bytes) -> None:
        self.sheets: list[tuple[str, str, str]] = []
        self.from_1904 = False
        if not parse_elements(xml, self.start):
            raise refuse_package("it is damaged: its list of sheets cannot be read")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element, as Expat reports it."""
        name = name.rpartition(":")[2]
        if name == "workbookPr" and "date1904" in attributes:
            self.from_1904 = attributes.get("date1904") in ("1", "true", "on")
        elif name == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            state = attributes.get("state", "")
            shown = state if state in ("hidden", "veryHidden") else "visible"
            self.sheets.append((attributes.get("name", ""), shown, relation))


@lru_cache(64)
def _read_workbook_part(xml: bytes) -> _WorkbookHandler:
    """Return the sheets of a workbook part; cached, as the returns of one period share theirs."""
    return _WorkbookHandler(xml)


def _xml_sheets(
    package: CheckedPackage, path: str, relations: dict[str, Relationship], fills: bool
) -> Iterator[RawSheet]:
    book = _read_workbook_part(package.xml(path))
    sheets = [(name, state, *relations[link]) for name, state, link in book.sheets if link in relations]
    sheets = [sheet for sheet in sheets if sheet[2] == "worksheet"]
    shared = {
        what: target for what, target in relations.values() if what in ("styles", "sharedStrings") and target in package
    }
    parts: dict[str, Part] = {"_rels/.rels": _ROOT_RELATIONSHIPS.encode()}
    links: list[str] = []
    texts: dict[str, bytes] = {}
    for what, target in shared.items():
        texts[what] = package.xml(target)
        _add_part(parts, f"xl/{what}.xml", package, target, texts[what])
        links.append(_RELATIONSHIP_XML % (what, what, f"{what}.xml"))
    styles = texts.get("styles", b"")
    theme = (_theme(package, relations) if needs_theme(styles) else b"") if fills else None
    looks = read_looks(styles, theme)
    struck = StrikethroughStyles(texts.pop("sharedStrings", b""), texts.pop("styles", b""))
    seen: list[faults.SheetFaults] = []
    remarks: list[tuple[list[RawAnnotation], list[RawAnnotation]]] = []
    shows: list[dict[str, Any]] = []
    for number, (name, _, _, target) in enumerate(sheets, 1):
        if target not in package:
            raise refuse_package(f"it is damaged: the contents of its sheet '{name[:31]}' are missing")
        xml = package.xml(target)
        seen.append(faults.scan_sheet_xml(xml))
        _add_part(parts, f"xl/worksheets/{number}.xml", package, target, _trimmed_sheet(seen[-1].rewritten or xml))
        links.append(_RELATIONSHIP_XML % (f"rId{number}", "worksheet", f"worksheets/{number}.xml"))
        remarks.append((_comments(package, target), struck.struck_cells(xml)))
        shows.append(sheet_looks(xml, looks, is_plain_xml=seen[-1].is_plain_xml) | _drawings(package, target, xml))
    package.check_xml_prologues(skip=[path, *shared.values(), *(target for _, _, _, target in sheets)])
    listed = "".join(_SHEET % (number, number, sheet[1], number) for number, sheet in enumerate(sheets, 1))
    parts["xl/workbook.xml"] = (_WORKBOOK % (book.from_1904, listed)).encode()
    parts["xl/_rels/workbook.xml.rels"] = (_RELATIONSHIPS_XML % "".join(links)).encode()
    names = [sheet[0] for sheet in sheets]
    if book.from_1904:
        shows = [show | {"from_1904": True} for show in shows]
    for sheet, found, annotations, show in zip(
        calamine_sheets(rebuild_package(parts, package.data), names), seen, remarks, shows, strict=True
    ):
        yield with_annotations(with_faults(sheet, found), *annotations) | show


def _comments(package: CheckedPackage, sheet: str) -> list[RawAnnotation]:
    """Return the comments on a sheet; the text of a threaded one includes its replies."""
    if not any("comments" in name for name in package.parts):
        return []
    parts = (part for what, part in package.relationships(sheet).values() if what == "comments")
    return [remark for part in parts if part in package for remark in read_comments(package.xml(part))]


def _theme(package: CheckedPackage, relations: dict[str, Relationship]) -> bytes:
    """Return the theme part; b'' where there is none."""
    part = next((target for what, target in relations.values() if what == "theme" and target in package), "")
    return package.xml(part) if part else b""


def _drawings(package: CheckedPackage, sheet: str, xml: bytes) -> dict[str, list[RawAnnotation]]:
    """Return the text boxes and pictures on a sheet, under `text_boxes` and `pictures`; only kinds there are."""
    found: dict[str, list[RawAnnotation]] = {}
    if has_drawing(xml):
        for what, part in package.relationships(sheet).values():
            if what == "drawing" and part in package:
                boxes, pictures = read_drawing(package.xml(part))
                found.setdefault("text_boxes", []).extend(boxes)
                found.setdefault("pictures", []).extend(pictures)
    return {name: marks for name, marks in found.items() if marks}


def _trimmed_sheet(xml: bytes) -> bytes:
    """Return what the parser needs of a worksheet part, without merges of whole rows or columns.

    Blank cells after the last value are often most of the part. The parser goes through a part a second time until it has
    found the merged cells, so they are put before the rows.
    """
    last = xml.rfind(b"</c>") + 4
    end = xml.find(b"</sheetData>", last)
    if last < 4 or end < 0:
        return _WHOLE_LINE_MERGE.sub(b"", xml) if b"mergeCell" in xml[-(1 << 16) :] else xml
    rest = xml[end:]
    if b"mergeCell" in rest:
        rest = _WHOLE_LINE_MERGE.sub(b"", rest)
    rows = xml.count(b"</row>", last, end)
    begin = xml.find(b"<sheetData>")
    merges = _merged_cells_of(rest)
    if 0 <= begin < last <= CACHED_BYTES and merges and xml.find(b"<worksheet", 0, begin) >= 0:
        end_of_rows = b"</row>" if rows and rows == xml.count(b"</", last, end) else xml[last:end]
        return b"".join((xml[:begin], merges, xml[begin:last], end_of_rows, b"</sheetData></worksheet>"))
    return xml if end + len(rest) == len(xml) else xml[:end] + rest


def _merged_cells_of(rest: bytes) -> bytes:
    """Return the element of merged cells from what follows the rows, an empty one for none; b'' where it is written oddly."""
    at = rest.find(b"<mergeCells")
    end = rest.find(b"</mergeCells>", at)
    if at < 0:
        return b"" if b"mergeCell" in rest else b"<mergeCells/>"
    return rest[at : end + len(b"</mergeCells>")] if end > 0 else b""


def _binary_sheets(package: CheckedPackage, path: str, relations: dict[str, Relationship]) -> Iterator[RawSheet]:
    given: dict[str, Part] = {}
    needed = [path, "[Content_Types].xml", "_rels/.rels", relationships_part(path)]
    needed += [target for what, target in relations.values() if what in ("styles", "sharedStrings", "worksheet")]
    for part in needed:
        if part in package:
            name = package.parts[part.lower()].name
            _add_part(given, name, package, part, package[part] if part.endswith(".bin") else package.xml(part))
    package.check_xml_prologues(skip=given)
    styles = next((target for what, target in relations.values() if what == "styles" and target in package), "")
    codes = xlsb_codes(package[styles]) if styles else ()
    seen: dict[str, faults.SheetFaults] = {}
    looks: dict[str, dict[str, Any]] = {}
    for name, relation in _bundled_sheets(package[path]):
        what, target = relations.get(relation, ("", ""))
        if what == "worksheet":
            if target not in package:
                raise refuse_package(f"it is damaged: the contents of its sheet '{name[:31]}' are missing")
            seen[name] = scan_xlsb_sheet(package[target])
            looks[name] = xlsb_looks(package[target], codes)
    for sheet in calamine_sheets(rebuild_package(given, package.data)):
        yield with_faults(sheet, seen.get(sheet["name"])) | looks.get(sheet["name"], {})


def _bundled_sheets(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield name and relationship ID of each sheet of an .xlsb (BrtBundleSh, [MS-XLSB] 2.4.304)."""
    for kind, at, length in xlsb_records(data):
        if kind == 156 and length >= 16:
            count = int.from_bytes(data[at + 8 : at + 12], "little")
            relation = data[at + 12 : at + 12 + 2 * count].decode("utf-16-le", "replace")
            rest = at + 12 + 2 * count
            count = int.from_bytes(data[rest : rest + 4], "little")
            yield data[rest + 4 : rest + 4 + 2 * count].decode("utf-16-le", "replace"), relation


def _add_part(parts: dict[str, Part], name: str, package: CheckedPackage, source: str, checked: bytes) -> None:
    """Add a part to those for the parser: the checked bytes, or the packed entry where that saves memory."""
    part = package.parts[source.lower()]
    if len(checked) == part.size and part.size > CACHED_BYTES:
        parts[name] = part
    else:
        parts[name] = (checked, part.crc) if package.is_cached(source, checked) else checked
