"""The workbook part of another workbook, to which sheets and names are added."""

import re
from collections.abc import Collection, Iterable, Sequence
from html import unescape
from typing import NamedTuple
from xml.sax.saxutils import escape

from hrworkbook.ooxml.foreign_workbook import is_strict, open_workbook
from hrworkbook.ooxml.workbook_xml import SheetPart, WorkbookXml
from hrworkbook.ooxml.xml_outline import Edit, Element, grown, inserted_in_order, spliced
from hrworkbook.ooxml.xml_tags import quoted_attribute

ORDER = (
    "fileVersion", "fileSharing", "workbookPr", "AlternateContent", "revisionPtr", "workbookProtection", "bookViews",
    "sheets", "functionGroups", "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews",
    "pivotCaches", "smartTagPr", "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip
"""The children of a workbook part in the order its schema has them (ECMA-376 part 1, 18.2.27)."""

_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_RELATIONSHIPS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_BUILT_IN = "_xlnm."


class InsertedSheet(NamedTuple):
    """A sheet that is listed anew: its name, state ('' for visible) and the ID of the relationship that leads to it."""

    name: str
    state: str
    relation: str


class OwnName(NamedTuple):
    """A defined name of ours: for a sheet by its index in the list of sheets, None for the whole workbook."""

    name: str
    sheet: int | None
    hidden: bool
    formula: str


class WorkbookEdit:
    """The workbook part of another workbook, with what is to be added to it."""

    def __init__(self, workbook: WorkbookXml) -> None:
        self.part = workbook.part
        self.xml, self.root = workbook.package.outline(workbook.part, 2)
        self.namespace = self.root.attributes.get(f"xmlns:{self.root.prefix[:-1]}" if self.root.prefix else "xmlns", "")
        names = self.root.child("definedNames")
        self._names = list(names.named("definedName")) if names else []
        sheets = self.root.child("sheets")
        if sheets is None:
            raise workbook.package.broken_error("it holds no sheet")
        self.sheets = sheets
        self.sheet_count = sum(1 for each in sheets.named("sheet"))

    def index_of(self, sheet: SheetPart) -> int:
        """Return where a sheet stands in the list, counted from 0."""
        return [each.attributes.get("name") for each in self.sheets.named("sheet")].index(sheet.name)

    def names(self) -> set[str]:
        """Return every defined name, folded."""
        return {each.attributes.get("name", "").casefold() for each in self._names}

    def texts_of(self, name: str, sheet: int) -> list[str]:
        """Return the formulas of a name that is a sheet's own, by the sheet's index."""
        return [
            unescape(self.xml[each.tag_end : each.close].decode())
            for each in self._names
            if each.attributes.get("name") == name and each.attributes.get("localSheetId", "").strip() == str(sheet)
        ]

    def with_sheets(self, sheets: Sequence[InsertedSheet], names: Sequence[OwnName], instead: Collection[int]) -> bytes:
        """Return the workbook part with sheets and names put in last; `instead` are the sheets whose own names go, by index."""
        edits: list[Edit] = list(self._without_names(instead))
        missing: dict[str, bytes] = {}
        prefix = self.root.prefix
        if sheets:
            edits += grown(self.xml, self.sheets, b"".join(self._listed(sheets)))
        if self.root.child("bookViews") is None:
            missing["bookViews"] = f"<{prefix}bookViews><{prefix}workbookView/></{prefix}bookViews>".encode()
        if names:
            lines = b"".join(_name_line(each, prefix) for each in names)
            if (old := self.root.child("definedNames")) is not None:
                edits += grown(self.xml, old, lines)
            else:
                missing["definedNames"] = (
                    f"<{prefix}definedNames>".encode() + lines + f"</{prefix}definedNames>".encode()
                )
        return spliced(self.xml, edits + inserted_in_order(self.xml, self.root, ORDER, missing))

    def _without_names(self, sheets: Collection[int]) -> Iterable[Edit]:
        for each in self._names:
            if each.attributes.get("localSheetId", "").strip() in map(str, sheets):
                yield each.start, each.end, b""

    def _listed(self, sheets: Sequence[InsertedSheet]) -> Iterable[bytes]:
        wanted = _STRICT_RELATIONSHIPS if is_strict(self.namespace) else _RELATIONSHIPS
        scope = self.root.attributes | self.sheets.attributes
        known = next((n[6:] for n, uri in scope.items() if n.startswith("xmlns:") and uri == wanted), "")
        declared = "" if known else f' xmlns:r="{wanted}"'
        next_id = max(map(_sheet_id, self.sheets.children), default=0) + 1
        for number, sheet in enumerate(sheets, next_id):
            state = f' state="{sheet.state}"' if sheet.state else ""
            attributes = (
                f'name={quoted_attribute(sheet.name)} sheetId="{number}"{state} {known or "r"}:id="{sheet.relation}"'
            )
            yield f"<{self.sheets.prefix}sheet{declared} {attributes}/>".encode()


def own_names(made: WorkbookXml, places: dict[str, int]) -> list[OwnName]:
    """Return the defined names of ours; `places` gives the index of each sheet that is moved, names of others are left out."""
    xml, root = made.package.outline(made.part, 2)
    found: list[OwnName] = []
    for element in names.named("definedName") if (names := root.child("definedNames")) else ():
        local = element.attributes.get("localSheetId", "")
        sheet = made.sheets[int(local)].name if local else ""
        if not local or sheet in places:
            formula = xml[element.tag_end : element.close].decode()
            hidden = element.attributes.get("hidden") == "1"
            found.append(OwnName(element.attributes["name"], places[sheet] if local else None, hidden, formula))
    return found


def free_name(name: str, taken: set[str]) -> str:
    """Return a name for a table or a range that nothing else has, and take it: one that is built in stays as it is."""
    if name.startswith(_BUILT_IN):
        return name
    free, number = name, 1
    while free.casefold() in taken:
        free, number = f"{name}_HR{number if number > 1 else ''}", number + 1
    taken.add(free.casefold())
    return free


def mark_of(mark: str, sheet: str, index: int) -> OwnName:
    """Return the hidden name that marks a sheet as ours, and says what we called it."""
    text = '"' + sheet.replace('"', '""') + '"'
    return OwnName(mark, index, True, escape(text))


def marked_sheets(package: bytes, mark: str, place: str) -> list[str]:
    """Return the names of the sheets that have a mark of ours and are still called as we called them."""
    edit = WorkbookEdit(open_workbook(package, place))
    names = [sheet.attributes.get("name", "") for sheet in edit.sheets.named("sheet")]
    return [
        name for at, name in enumerate(names) if f'"{name.replace(chr(34), chr(34) * 2)}"' in edit.texts_of(mark, at)
    ]


def _name_line(name: OwnName, prefix: str) -> bytes:
    local = "" if name.sheet is None else f' localSheetId="{name.sheet}"'
    hidden = ' hidden="1"' if name.hidden else ""
    line = (
        f"<{prefix}definedName name={quoted_attribute(name.name)}{local}{hidden}>{name.formula}</{prefix}definedName>"
    )
    return line.encode()


def _sheet_id(sheet: Element) -> int:
    text = sheet.attributes.get("sheetId", "")
    return int(text) if re.fullmatch(r"\d{1,9}", text) else 0
