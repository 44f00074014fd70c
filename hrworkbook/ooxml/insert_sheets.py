"""Sheets of ours, made by XlsxWriter, put into a workbook that is not: everything else in it stays byte for byte.

What changes of theirs is the list of sheets and names, the content types, one relationships part, and the styles part, to
which ours are appended; in each only what is put in.
"""

import posixpath
from collections.abc import Collection, Iterable, Mapping
from html import unescape
from xml.sax.saxutils import escape

from hrworkbook.ooxml.dangling_styles import dangling_styles
from hrworkbook.ooxml.foreign_workbook import check_can_insert, is_strict, open_workbook
from hrworkbook.ooxml.merge_styles import EMPTY_STYLES, MergedStyles, merge_styles, normal_font, record_counts
from hrworkbook.ooxml.moved_parts import RELATIONSHIPS, MovedParts, as_strict, strict_type
from hrworkbook.ooxml.moved_sheet import (
    DAYS_1904,
    SheetMove,
    code_name,
    named_table,
    shared_texts,
    table_id,
    table_name,
    with_code_name,
)
from hrworkbook.ooxml.package_edit import CONTENT_TYPES
from hrworkbook.ooxml.renamed_references import RenamedReferences
from hrworkbook.ooxml.width_factor import width_factor
from hrworkbook.ooxml.workbook_package import WorkbookPackage
from hrworkbook.ooxml.workbook_sheets import InsertedSheet, WorkbookEdit, free_name, mark_of, own_names
from hrworkbook.ooxml.workbook_xml import SheetPart, WorkbookXml
from hrworkbook.ooxml.xml_outline import Edit, grown, outline, spliced
from hrworkbook.ooxml.xml_tags import quoted_attribute
from hrworkbook.plan.errors import CannotWrite

_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_OWN_PLACE = "the sheets to put in"


def insert_sheets(
    package: bytes, made: bytes, place: str, *,
    names: Mapping[str, str] | None = None, leave_out: Collection[str] = (), replacing: Mapping[str, str] | None = None,
    mark: str = "",
) -> bytes:  # fmt: skip
    """Return a workbook's bytes with the sheets of `made` behind its own.

    `made` is a workbook by XlsxWriter. Its sheets come with their tables, names, checks, looks, comments, drawings and
    charts. `names` are what some of them are to be called (see `free_sheet_names`): every formula and link of theirs
    follows. `leave_out` are those that are not wanted. `replacing` names, by a sheet of `made`, the sheet of the workbook
    whose place and name it takes. `mark` is a hidden name that each sheet gets, by which `marked_sheets` finds it. Dates are counted as the workbook counts them. Raises CannotWrite where sheets cannot be
    added or a name is taken (`check_can_insert`), UnreadableFile and NotAMaster where it is no sound workbook; `place`
    names it in the message.
    """
    theirs, ours = open_workbook(package, place), open_workbook(made, _OWN_PLACE)
    check_can_insert(theirs)
    sheets = [sheet for sheet in ours.sheets if sheet.name not in leave_out]
    old = {sheet.name: sheet for sheet in theirs.sheets}
    replaced = {name: old[target] for name, target in (replacing or {}).items() if target in old}
    return _Insertion(theirs, ours, sheets, dict(names or {}), replaced).package(mark)


class _Insertion:
    """One insertion of sheets, and what it makes of each part."""

    def __init__(
        self, theirs: WorkbookXml, made: WorkbookXml, sheets: list[SheetPart], names: dict[str, str], replaced: dict[str, SheetPart]
    ) -> None:  # fmt: skip
        self.theirs, self.made, self.sheets, self.replaced = theirs, made, sheets, replaced
        self.names = {sheet.name: names.get(sheet.name, sheet.name) for sheet in sheets}
        self.names |= {name: sheet.name for name, sheet in replaced.items()}
        self._refuse_taken_names()
        self.edit = WorkbookEdit(theirs)
        self.strict = is_strict(self.edit.namespace)
        self.dropped = _only_reached_from(theirs, {sheet.part for sheet in replaced.values()})
        taken = [name for name in theirs.package.names() if name not in self.dropped]
        given = {sheet.part: replaced[sheet.name].part for sheet in sheets if sheet.name in replaced}
        self.moved = MovedParts(made.package, [sheet.part for sheet in sheets], taken, given)
        self.parts: dict[str, bytes | None] = dict.fromkeys(self.dropped)
        self.types: dict[str, str] = {}
        """The content type of each part that is new."""

    def _refuse_taken_names(self) -> None:
        kept = {s.name.casefold() for s in self.theirs.sheets if s not in self.replaced.values()}
        for name in self.names.values():
            if name.casefold() in kept:
                fault = f"it has a sheet '{name}' already"
                raise CannotWrite(self.theirs.package.place, fault, "Rename that sheet and try again")

    def package(self, mark: str) -> bytes:
        """Return the other workbook with the sheets in it."""
        styles = self._merge_styles()
        taken = self._taken_names()
        tables = {part: self.made.package.read(part) for part, kind in self.moved.kinds.items() if kind == "table"}
        new_names = {table_name(xml): free_name(table_name(xml), taken) for xml in tables.values()}
        new = [sheet for sheet in self.sheets if sheet.name not in self.replaced]
        places = {sheet.name: at for at, sheet in enumerate(new, self.edit.sheet_count)}
        places |= {name: self.edit.index_of(sheet) for name, sheet in self.replaced.items()}
        names = own_names(self.made, places)
        new_names |= {each.name: free_name(each.name, taken) for each in names if each.sheet is None}
        references = RenamedReferences(self.names, new_names)
        self._move_parts(styles, {part: new_names[table_name(xml)] for part, xml in tables.items()}, references)
        relations = self._add_relationships([("worksheet", self.moved.names[sheet.part]) for sheet in new])
        inserted = [
            InsertedSheet(self.names[sheet.name], "hidden" if sheet.hidden else "", relation)
            for sheet, relation in zip(new, relations, strict=True)
        ]
        listed = [
            each._replace(
                name=new_names.get(each.name, each.name), formula=escape(references.in_formula(unescape(each.formula)))
            )
            for each in names
        ]
        if mark:
            listed += [mark_of(mark, self.names[name], at) for name, at in places.items()]
        instead = [self.edit.index_of(sheet) for sheet in self.replaced.values()]
        self.parts[self.theirs.part] = self.edit.with_sheets(inserted, listed, instead)
        self._list_content_types()
        return self.theirs.package.with_parts(self.parts)

    def _merge_styles(self) -> MergedStyles:
        package, part = self.theirs.package, self.theirs.part_of("styles")
        theirs = package.read_utf8(part) if part else EMPTY_STYLES % self.edit.namespace.encode()
        own, theme = self.made.part_of("styles"), self.made.part_of("theme")
        assert own and theme, "XlsxWriter writes both"
        dangling = dangling_styles(self.theirs, *record_counts(theirs))
        merged = merge_styles(theirs, self.made.package.read(own), self.made.package.read(theme), *dangling)
        if part is None:
            part = posixpath.join(posixpath.dirname(self.theirs.part), "styles.xml")
            self._add_relationships([("styles", part)])
            self.types[part] = _STYLES_TYPE
        if merged.xml != theirs:
            self.parts[part] = merged.xml
        return merged

    def _taken_names(self) -> set[str]:
        """Return the names, folded, of their tables and ranges."""
        taken = self.edit.names()
        for xml in _tables(self.theirs, self.dropped):
            taken.add(table_name(xml).casefold())
        return taken

    def _move_parts(self, styles: MergedStyles, tables: Mapping[str, str], references: RenamedReferences) -> None:
        package = self.made.package
        move = self._sheet_move(styles)
        table_ids = max(map(table_id, _tables(self.theirs, self.dropped)), default=0)
        for part, new in self.moved.names.items():
            xml, kind = package.read(part), self.moved.kinds[part]
            if kind == "worksheet":
                xml = references.in_xml(with_code_name(move.sheet(xml), self._code_name(new)))
            elif kind == "table":
                table_ids += 1
                xml = named_table(references.in_xml(move.table(xml)), table_ids, tables[part])
            elif kind == "chart":
                xml = references.in_xml(xml)
            self.parts[new] = as_strict(xml) if self.strict and new.endswith(".xml") else xml
            self.types[new] = self.moved.types[part]
            if relations := self.moved.relationships_xml(part, self.strict):
                self.parts[relations[0]] = relations[1]

    def _code_name(self, part: str) -> str:
        """Return the name by which the macros know the sheet whose place a sheet takes; '' for any other."""
        return code_name(self.theirs.package.read_utf8(part)) if part in self.dropped else ""

    def _sheet_move(self, styles: MergedStyles) -> SheetMove:
        texts = self.made.part_of("sharedStrings")
        days = 0
        if self.theirs.epoch != self.made.epoch:
            days = DAYS_1904 if self.theirs.epoch < self.made.epoch else -DAYS_1904
        dates = [style for style, shows in enumerate(self.made.format_shows) if "d" in shows]
        shared = shared_texts(self.made.package.read(texts)) if texts else []
        return SheetMove(styles, shared, width_factor(*normal_font(styles.xml)), dates, days)

    def _add_relationships(self, wanted: Iterable[tuple[str, str]]) -> list[str]:
        """Add relationships of the workbook, by kind and part; return their IDs."""
        package = self.theirs.package
        part = package.relations_part(self.theirs.part)
        assert part, "it has sheets, so it has relationships"
        xml = self.parts.get(part) or package.read_utf8(part)
        root, folder = outline(xml, 1), posixpath.dirname(self.theirs.part)
        taken = {each.attributes.get("Id", "").casefold() for each in root.children}
        ids: list[str] = []
        lines: list[str] = []
        for kind, target in wanted:
            ids.append(_free_id(taken))
            whole = strict_type(_TYPE + kind) if self.strict else _TYPE + kind
            path = posixpath.relpath(target, folder or ".")
            lines.append(f'<{root.prefix}Relationship Id="{ids[-1]}" Type="{whole}" Target={quoted_attribute(path)}/>')
        self.parts[part] = spliced(xml, grown(xml, root, "".join(lines).encode()))
        return ids

    def _list_content_types(self) -> None:
        package = self.theirs.package
        part = package.find(CONTENT_TYPES)
        if part is None:
            raise package.broken_error("it lacks the list of its parts")
        xml, root = package.outline(part, 1)
        gone = {f"/{name}".casefold() for name in self.dropped}
        edits: list[Edit] = [
            (each.start, each.end, b"")
            for each in root.named("Override")
            if each.attributes.get("PartName", "").casefold() in gone
        ]
        types = dict(self.types)
        if not any(each.attributes.get("Extension", "").lower() == "rels" for each in root.named("Default")):
            types |= {
                name: RELATIONSHIPS for name in self.parts if name.endswith(".rels") and package.find(name) is None
            }
        lines = [
            f"<{root.prefix}Override PartName={quoted_attribute(f'/{name}')} ContentType={quoted_attribute(kind)}/>"
            for name, kind in types.items()
        ]
        self.parts[part] = spliced(xml, [*edits, *grown(xml, root, "".join(lines).encode())])


def _tables(workbook: WorkbookXml, but: Collection[str]) -> list[bytes]:
    """Return every table part of a workbook but some."""
    package = workbook.package
    return [
        package.read_utf8(relation.target)
        for sheet in workbook.sheets
        if sheet.part and sheet.part not in but
        for relation in package.relations(sheet.part).values()
        if relation.kind == "table" and relation.target
    ]


def _only_reached_from(workbook: WorkbookXml, sheets: set[str]) -> set[str]:
    """Return the parts that nothing but some sheets leads to, those sheets among them, with their relationships parts."""
    if not sheets:
        return set()
    package = workbook.package
    gone = _reached(package, sheets, set()) - _reached(package, {"", workbook.part}, sheets)
    return gone | {relations for part in gone if (relations := package.relations_part(part))}


def _reached(package: WorkbookPackage, start: set[str], barred: set[str]) -> set[str]:
    seen, waiting = set(start), list(start)
    while waiting:
        for relation in package.relations(waiting.pop()).values():
            if relation.target and relation.target not in seen | barred:
                seen.add(relation.target)
                waiting.append(relation.target)
    return seen


def _free_id(taken: set[str]) -> str:
    number = len(taken) + 1
    while f"rid{number}" in taken:
        number += 1
    taken.add(f"rid{number}")
    return f"rId{number}"
