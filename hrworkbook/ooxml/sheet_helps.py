"""The dropdowns and pivot tables of a workbook's sheets (ECMA-376 part 1, 18.3.1.32 and 18.10.1.49)."""

import re
from collections.abc import Iterator
from html import unescape

from hrworkbook.ooxml.foreign_workbook import open_workbook
from hrworkbook.ooxml.workbook_xml import SheetPart, WorkbookXml, parse_range
from hrworkbook.plan.sheet_helps import SheetHelps
from hrworkbook.plan.snapshot import CellRange

_RULE = re.compile(rb"<(?:[\w.-]+:)?dataValidation(?=[\s>])([^>]*)>(.*?)</(?:[\w.-]+:)?dataValidation>", re.S)
_LIST = re.compile(rb"""\stype\s*=\s*["']list["']""")
_AREAS = re.compile(rb"""\ssqref\s*=\s*["']([^"']*)["']|<(?:[\w.-]+:)?sqref>([^<]*)<""")
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?formula1>(?:<(?:[\w.-]+:)?f>)?([^<]*)<")
_NAME = re.compile(rb"""<(?:[\w.-]+:)?definedName(?=\s)([^>]*)>([^<]*)<""")
_NAMED = re.compile(rb"""\sname\s*=\s*["']([^"']*)["']""")
_LOCATION = re.compile(rb"""<(?:[\w.-]+:)?location(?=\s)[^>]*?\sref\s*=\s*["']([^"']*)["']""")
_MOST_AREAS = 2_000


def workbook_helps(data: bytes, place: str) -> dict[str, SheetHelps]:
    """Return what each sheet has to help whoever fills it in; a named range is told by the cells it names.

    Raises UnreadableFile or NotAMaster where it is no sound workbook; `place` names it.
    """
    workbook = open_workbook(data, place)
    names = _names(workbook)
    return {
        s.name: SheetHelps(tuple(_dropdowns(workbook, s, names)), tuple(_pivots(workbook, s)))
        for s in workbook.sheets
        if s.part
    }


def _names(workbook: WorkbookXml) -> dict[str, str]:
    found = {}
    for attributes, text in _NAME.findall(workbook.package.read_utf8(workbook.part)):
        if name := _NAMED.search(attributes):
            found[unescape(name[1].decode()).casefold()] = unescape(text.decode())
    return found


def _dropdowns(workbook: WorkbookXml, sheet: SheetPart, names: dict[str, str]) -> Iterator[tuple[CellRange, str]]:
    xml = workbook.package.read_utf8(sheet.part)
    count = 0
    for rule in _RULE.finditer(xml, max(xml.rfind(b"sheetData"), 0)):
        formula = _FORMULA.search(rule[2])
        if not _LIST.search(rule[1]) or not formula:
            continue
        text = unescape(formula[1].decode()).strip()
        for inside, below in _AREAS.findall(rule[1] + rule[2]):
            for area in (inside or below).decode().split():
                count += 1
                if count <= _MOST_AREAS and (cells := parse_range(area)):
                    yield cells, names.get(text.lstrip("=").casefold(), text)


def _pivots(workbook: WorkbookXml, sheet: SheetPart) -> Iterator[CellRange]:
    package = workbook.package
    for relation in package.relations(sheet.part).values():
        if relation.kind == "pivotTable" and (part := package.find(relation.target)):
            found = _LOCATION.search(package.read_utf8(part))
            if found and (cells := parse_range(found[1].decode())):
                yield cells
