"""A workbook that is not of our making, before anything is put into it: what forbids it, and which names are free."""

import re
from collections.abc import Iterable

from hrworkbook.ooxml.workbook_package import WorkbookPackage
from hrworkbook.ooxml.workbook_xml import WorkbookXml
from hrworkbook.plan.errors import CannotWrite

SUFFIX = " (HR)"
"""What a sheet of ours has behind its name in a workbook that has a sheet of that name."""

_STRICT = "http://purl.oclc.org/ooxml/"
_TRUE = ("1", "true", "on")


class StructureLocked(CannotWrite):
    """The workbook's structure is protected, so that nobody can add a sheet: its keeper is asked to unlock it."""


def open_workbook(data: bytes, place: str) -> WorkbookXml:
    """Return a workbook's bytes as its package and parts; raises UnreadableFile or NotAMaster, naming it as `place`."""
    return WorkbookXml(WorkbookPackage(data, place))


def check_can_change(workbook: WorkbookXml) -> None:
    """Raise CannotWrite where a change made outside of Excel would break a signature or a log of changes."""
    place = workbook.package.place
    if any(r.kind == "origin" for r in workbook.package.relations("").values()) or any(
        name.lower().startswith("_xmlsignatures/") for name in workbook.package.names()
    ):
        raise CannotWrite(
            place,
            "it is digitally signed, and any change breaks the signature",
            "Remove the signature in Excel (File, Info, View Signatures), or work on an unsigned copy",
        )
    if workbook.part_of("revisionHeaders"):
        raise CannotWrite(
            place,
            "it is a shared workbook that keeps a log of changes",
            "In Excel choose Review, Unshare Workbook (or Share Workbook (Legacy) and clear the tick), save it and try again",
        )


def check_can_insert(workbook: WorkbookXml) -> None:
    """Raise CannotWrite where no sheet can be added: also StructureLocked where the structure is protected."""
    check_can_change(workbook)
    _, root = workbook.package.outline(workbook.part, 1)
    protection = root.child("workbookProtection")
    if protection and protection.attributes.get("lockStructure", "").strip() in _TRUE:
        raise StructureLocked(
            workbook.package.place,
            "its structure is protected, so no sheet can be added",
            "In Excel choose Review, Protect Workbook to take the protection off, save it and try again",
        )


def check_unprotected(xml: bytes, place: str) -> None:
    """Raise CannotWrite where a sheet's XML says that it is protected."""
    tag = re.search(
        rb"<(?:[\w.-]+:)?sheetProtection(?=[\s/>])([^>]*)",
        xml[xml.rfind(b"</sheetData") :] if b"</sheetData" in xml else xml,
    )
    if tag and re.search(rb"""\ssheet\s*=\s*["'](?:1|true|on)["']""", tag[1]):
        raise CannotWrite(
            place,
            "the sheet is protected",
            "In Excel choose Review, Unprotect Sheet, save it and try again",
        )


def has_signed_macros(data: bytes, place: str = "") -> bool:
    """Return whether the workbook's macros carry a signature, which Excel may drop when it next saves them."""
    workbook = open_workbook(data, place)
    project = workbook.part_of("vbaProject")
    relations = workbook.package.relations(project).values() if project else ()
    return any(r.kind.startswith("vbaProjectSignature") for r in relations)


def free_sheet_names(package: bytes, wanted: Iterable[str], place: str) -> dict[str, str]:
    """Return the name each sheet wanted is to have in a workbook: its own where that is free, else `Start (HR)`.

    Names are the same whatever their case. Raises CannotWrite where both are taken.
    """
    workbook = open_workbook(package, place)
    taken = {sheet.name.casefold(): sheet.name for sheet in workbook.sheets}
    given: dict[str, str] = {}
    for name in wanted:
        free = next((each for each in (name, name + SUFFIX) if each.casefold() not in taken), None)
        if free is None:
            theirs = taken[(name + SUFFIX).casefold()]
            raise CannotWrite(f"{place}!{theirs}", "a sheet of ours needs this name", "Rename the sheet and try again")
        given[name] = free
    return given


def is_strict(namespace: str) -> bool:
    """Return whether a namespace is one of Strict Open XML (ISO/IEC 29500-1)."""
    return namespace.startswith(_STRICT)
