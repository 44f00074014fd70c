"""The workbook's own parts: which part is which sheet, its tables, its styles, and how it recalculates."""

import re
from dataclasses import dataclass
from functools import cached_property
from xml.etree import ElementTree

from hrworkbook.ooxml.package_edit import CONTENT_TYPES
from hrworkbook.ooxml.workbook_package import WorkbookPackage
from hrworkbook.ooxml.xml_tags import PREFIX, SOME_ATTRIBUTES
from hrworkbook.plan.errors import NotAMaster
from hrworkbook.plan.serials import EPOCH_1900, EPOCH_1904
from hrworkbook.plan.snapshot import CellRange, address, row_and_column

_DATE_NUMBERS = {14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 59)}
_TABLE_ROW_COUNTS = (("headerRowCount", "1"), ("totalsRowCount", "0"))
_TIME_NUMBERS = {18, 19, 20, 21, 22, 32, 33, 34, 35, 45, 46, 47}
"""Built-in number formats that show a date or a time (ECMA-376 part 1, 18.8.30)."""


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet: its name, the part its cells are in ('' for a chart sheet), whether it is hidden."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class ExcelTable:
    """An Excel table: its part, name and range, and how many rows its header and totals take."""

    part: str
    name: str
    range: CellRange
    header_rows: int
    totals_rows: int


class WorkbookXml:
    """What the workbook part says: sheets in tab order, tables, which styles show dates."""

    def __init__(self, package: WorkbookPackage) -> None:
        self.package = package
        found = [r.target for r in package.relations("").values() if r.kind == "officeDocument"]
        if not found or not found[0]:
            raise NotAMaster(package.place, "it is not an Excel workbook", "Choose the master, an .xlsx or .xlsm file")
        self.part = found[0]
        if self.part.lower().endswith(".bin"):
            raise NotAMaster(
                package.place, "it is a binary workbook (.xlsb)", "Save it as an Excel workbook (.xlsx) and try again"
            )
        self.relations = package.relations(self.part)
        tree = package.tree(self.part)
        if _local(tree) != "workbook":
            raise NotAMaster(package.place, "it is not an Excel workbook", "Choose the master, an .xlsx or .xlsm file")
        from_1904 = any(_local(e) == "workbookPr" and e.get("date1904") in ("1", "true", "on") for e in tree.iter())
        self.epoch = EPOCH_1904 if from_1904 else EPOCH_1900
        self.sheets = self._sheets(tree)

    def _sheets(self, tree: ElementTree.Element) -> list[SheetPart]:
        sheets = []
        for element in tree.iter():
            if _local(element) != "sheet" or "name" not in element.attrib:
                continue
            name, ident = element.attrib["name"], next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            relation = self.relations.get(ident)
            if ident and (relation is None or not relation.target):
                raise self.package.broken_error(f"the part of its sheet '{name}' is missing")
            part = relation.target if relation and relation.kind == "worksheet" else ""
            sheets.append(SheetPart(name, part, element.get("state", "visible") != "visible"))
        if not sheets:
            raise self.package.broken_error("it holds no sheet")
        return sheets

    def part_of(self, name: str) -> str | None:
        """Return the part of the kind a relationship names (`styles`, `calcChain`); None where there is none."""
        return next((r.target for r in self.relations.values() if r.kind == name and r.target), None)

    def tables(self, sheet_part: str) -> list[ExcelTable]:
        """Return the Excel tables on a sheet."""
        found = []
        for relation in self.package.relations(sheet_part).values():
            if relation.kind != "table" or not relation.target:
                continue
            tree = self.package.tree(relation.target)
            area = parse_range(tree.get("ref", ""))
            if area:
                header, totals = (_row_count(tree.get(name, default)) for name, default in _TABLE_ROW_COUNTS)
                found.append(ExcelTable(relation.target, tree.get("displayName", ""), area, header, totals))
        return found

    @cached_property
    def format_shows(self) -> list[str]:
        """For each cell style, what its number format shows: 'd' in it for a date, 't' for a time of day."""
        part = self.part_of("styles")
        if part is None:
            return []
        tree = self.package.tree(part)
        codes = {e.get("numFmtId", ""): e.get("formatCode", "") for e in tree.iter() if _local(e) == "numFmt"}
        styles = next((e for e in tree if _local(e) == "cellXfs"), ())
        numbers = [e.get("numFmtId", "0") for e in styles if _local(e) == "xf"]
        shown = {number: _format_shows(number, codes.get(number)) for number in set(numbers)}
        return [shown[number] for number in numbers]


def _row_count(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else 0


def _format_shows(number: str, code: str | None) -> str:
    if code is None:
        built_in = int(number) if number.isdecimal() else 0
        return ("d" if built_in in _DATE_NUMBERS else "") + ("t" if built_in in _TIME_NUMBERS else "")
    return code_shows(code)


def code_shows(code: str) -> str:
    """Return what a number format's code shows: 'd' in it for a date, 't' for a time of day."""
    first = re.sub(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', "", code.lower()).split(";")[0]
    if "general" in first:
        return ""
    elapsed = "t" if re.search(r"\[[hms]+\]", first) else ""
    return ("d" if re.search(r"[dy]|m{3,}", first) else "") + ("t" if re.search(r"[hs]", first) else elapsed)


def parse_range(text: str) -> CellRange | None:
    """Return the range of `A1:C9`, `$A$1` or `A1`; None where it is something else."""
    first, _, last = text.partition(":")
    try:
        return (*row_and_column(first), *row_and_column(last or first))
    except ValueError:
        return None


def format_range(area: CellRange) -> str:
    """`A1:C9` for a range."""
    return f"{address(area[0], area[1])}:{address(area[2], area[3])}"


def grown_table(xml: bytes, old: CellRange, new: CellRange) -> bytes:
    """Return a table's part with its range, and its filter's where that ended with it, grown."""
    was, now = format_range(old).encode(), format_range(new).encode()
    head = re.compile(
        rb"""(<%s(?:table|autoFilter)(?=\s)%s\sref\s*=\s*["'])\$?%s(?=["'])""" % (PREFIX, SOME_ATTRIBUTES, was)
    )
    return head.sub(lambda match: match[1] + now, xml)


def with_recalculation(xml: bytes) -> bytes:
    """Return the workbook's part, asking Excel to calculate every formula when it opens it."""
    element = re.search(rb"""<%scalcPr(?=[\s/>])(%s)(/?>)""" % (PREFIX, SOME_ATTRIBUTES), xml)
    if element:
        if re.search(rb"""\sfullCalcOnLoad\s*=\s*["'](1|true|on)["']""", element[1]):
            return xml
        kept = re.sub(rb"""\sfullCalcOnLoad\s*=\s*("[^"]*"|'[^']*')""", b"", element[1])
        return xml[: element.start(1)] + kept.rstrip() + b' fullCalcOnLoad="1"' + xml[element.start(2) :]
    before = list(
        re.finditer(rb"<(?:/((?:[\w.-]+:)?)(?:sheets|functionGroups|externalReferences|definedNames)\s*)>", xml)
    )
    if not before:
        return xml
    end = before[-1].end()
    return xml[:end] + b'<%scalcPr fullCalcOnLoad="1"/>' % before[-1][1] + xml[end:]


def without_calc_chain(workbook: WorkbookXml) -> dict[str, bytes | None]:
    """Return the parts that change when the order of calculation, which Excel works out anew, is left out."""
    chain = workbook.part_of("calcChain")
    relations, types = workbook.package.relations_part(workbook.part), workbook.package.find(CONTENT_TYPES)
    if chain is None or relations is None or types is None:
        return {}
    read = workbook.package.read_xml
    tag = rb"""<%s%%s(?=\s)%s\s%%s\s*=\s*["']%%s["']%s(?:/>|>\s*</%s%%s\s*>)""" % (
        PREFIX,
        SOME_ATTRIBUTES,
        SOME_ATTRIBUTES,
        PREFIX,
    )
    listed = re.escape(b"/" + chain.encode())
    return {
        chain: None,
        relations: re.sub(
            tag % (b"Relationship", b"Type", rb"[^\"']*/calcChain", b"Relationship"), b"", read(relations)
        ),
        types: re.sub(tag % (b"Override", b"PartName", rb"(?i:%s)" % listed, b"Override"), b"", read(types)),
    }


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
