"""What an Office file carries beside what is seen: parts, properties, and links out of it, in workbooks and documents alike."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from hrworkbook.checking.personal_data import personal_data
from hrworkbook.checking.picture_metadata import picture_metadata
from hrworkbook.checking.publishing_fault import FILE_INSPECT, publishing_fault
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.plan.findings import Finding
from hrworkbook.plan.kinds import quoted

_DELETE_COMMENTS = "Delete all comments and notes (Review)"
_PART_RULES = (
    (r"xl/externallinks/", "external-link", "it is linked to another workbook, whose name and path can be read", "Break the links (Data, Edit Links)"),
    (r"xl/pivotcache/", "pivot-cache", "a pivot table keeps a copy of all the data it was made from", "Copy the pivot table and paste its values"),
    (r"xl/(slicer|timeline)caches/", "slicer-cache", "a slicer's cache keeps every name it could filter by", "Delete the slicer, and paste the pivot table's values"),
    (r"xl/comments|word/comments", "comment", "it holds comments", _DELETE_COMMENTS),
    (r"xl/threadedcomments/", "comment", "it holds comments, with the names of those who wrote them", _DELETE_COMMENTS),
    (r"xl/persons/|word/people\.xml", "comment", "it holds the names of people who commented", "Delete all comments and inspect the document (File, Info)"),
    (r"xl/connections\.xml|xl/querytables/", "connection", "it holds a connection to a source of data, with its path or query", "Delete the connections (Data)"),
    (r"xl/model/|xl/customdata/", "data-model", "a data model keeps copies of the tables and queries it was made from", "Copy the figures into a new workbook as values"),
    (r"(xl|word)/embeddings/", "embedded", "another file is embedded in it", "Delete the embedded file"),
    (r"(xl|word)/vbaproject\.bin|xl/macrosheets/|xl/dialogsheets/", "macro", "it holds macros", "Save it as .xlsx or .docx"),
    (r"(xl|word)/activex/", "control", "it holds an ActiveX control, which keeps its last contents", "Delete the control (Developer, Design Mode)"),
    (r"xl/ctrlprops/", "control", "it holds form controls, which keep what they are linked to", "Delete the controls (Developer, Design Mode)"),
    (r"(xl|word)/webextensions/", "control", "it holds an Office add-in with its settings", "Remove the add-in, and save it again"),
    (r"customui/|usercustomization/", "control", "it holds a ribbon of its own", "Copy the sheets into a new workbook"),
    (r"docprops/custom\.xml", "metadata", "it carries custom properties, such as those a return is known by", "Remove them (File, Info, Inspect Document)"),
    (r"docmetadata/|.*labelinfo\.xml", "metadata", "it carries a sensitivity label with the names of the organisation's tenant", FILE_INSPECT),
    (r"xl/customproperty", "metadata", "a sheet carries properties that a program put there", FILE_INSPECT),
    (r"xl/(revisions|usernames)", "metadata", "it carries a history of changes and who made them", "Stop sharing the workbook (Review)"),
    (r"docprops/thumbnail", "thumbnail", "it holds a preview picture of how it once looked", "Save it without a preview (File, Info, Properties)"),
    (r"_xmlsignatures/", "signature", "it is signed, and the signature names who signed it", "Publish an unsigned copy"),
)  # fmt: skip
"""Parts that must not be published: how their name begins, the rule, the fault, the remedy."""
PATH = re.compile(r"(?<![A-Za-z])[A-Za-z]:[\\/](?![\\/])|\\\\[\w$.-]+\\|\bfile:|/Users/|/home/\w|smb://", re.IGNORECASE)
"""A path on somebody's computer or a server."""
_ROLE_WORDS = re.compile(
    r"\b(of|and|the|for|human|resources|hr|council|team|service|services|department|directorate|head|director|manager|officer|office|"
    r"trust|nhs|borough|county|city|district|corporate|policy|people|finance|committee|democratic|unit|group|ltd|limited|agency|authority|"
    r"government|ministry|university|college|school|admin|administrator|user|windows|microsoft|open|apache|software|project|strategy|performance)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"(?:[A-Z][a-z'’-]+|[A-Z]\.?)(?: [A-Z][A-Za-z'’-]+){1,3}|[A-Z][A-Za-z'’-]+, [A-Z][\w ().-]+")
_USER_NAME = re.compile(r"[a-z]+[.\d_][a-z\d._]*|[A-Z]+\\\w+|[\w.]+@[\w.-]+")


def content_findings(package: CheckedPackage, name: str) -> Iterator[Finding]:
    """Yield what is against publishing in a workbook's or document's parts; `name` is the file's."""
    told: set[str] = set()
    for pattern, rule, fault, remedy in _PART_RULES:
        if fault not in told and any(re.match(pattern, part) for part in package.parts):
            told.add(fault)
            yield publishing_fault(name, "", rule, fault, remedy)
    yield from _custom_xml(package, name)
    yield from _picture_findings(package, name)
    yield from _printer_findings(package, name)
    yield from _link_findings(package, name)
    yield from _program_properties(package, name)


def _custom_xml(package: CheckedPackage, name: str) -> Iterator[Finding]:
    items = [part for part in package.parts if re.fullmatch(r"customxml/item\d*\.xml", part)]
    # Word puts an empty list of sources into every document; nobody is told anything by it.
    if any(not (b"bibliography" in (xml := package.xml(part)) and b":Source>" not in xml) for part in items):
        fault = "it carries custom XML, where programs keep data of their own"
        yield publishing_fault(name, "", "metadata", fault, FILE_INSPECT)


def _picture_findings(package: CheckedPackage, name: str) -> Iterator[Finding]:
    for part in package.parts:
        if "/media/" in part:
            for what in picture_metadata(package[part]):
                fault = f"the picture {part.rpartition('/')[2]} carries {what}"
                remedy = "Save the picture without its properties, and put it in again"
                yield publishing_fault(name, "", "picture-metadata", fault, remedy)


def _printer_findings(package: CheckedPackage, name: str) -> Iterator[Finding]:
    """Yield printers by their path on a server: the device's name opens the settings (DEVMODEW, 32 characters)."""
    for part in package.parts:
        if "/printersettings/" in part:
            device = package[part][:64].decode("utf-16-le", "replace").split("\0")[0]
            if device.startswith("\\\\"):
                fault = f"it keeps the printer's path, {quoted(device)}"
                yield publishing_fault(name, "", "path", fault, "Print it once to PDF, and save it", device)
                return


def _link_findings(package: CheckedPackage, name: str) -> Iterator[Finding]:
    """Yield links to files and servers, and to private addresses."""
    seen: set[str] = set()
    for part in [part for part in package.parts if part.endswith(".rels")]:
        for element in ElementTree.fromstring(package.xml(part)):
            target = element.get("Target", "")
            if element.get("TargetMode") != "External" or target in seen:
                continue
            seen.add(target)
            kind = element.get("Type", "").rpartition("/")[2]
            if kind == "attachedTemplate" and not PATH.search(target):
                continue
            if target.lower().startswith("mailto:"):
                yield from personal_data(name, "", target)
            elif not re.match(r"https?://", target, re.IGNORECASE) and target and not target.startswith("#"):
                fault = f"it is linked to the file {quoted(target)}, whose path can be read"
                yield publishing_fault(
                    name, "", "external-link", fault, "Remove the link, or link to a published address", target
                )
            elif _is_inside(target):
                fault = f"it links to {quoted(target)}, which the public cannot open"
                yield publishing_fault(
                    name, "", "external-link", fault, "Link to a published address", target, "warning"
                )
            elif kind == "image":
                fault = f"its picture is fetched from {quoted(target)} when it is opened"
                yield publishing_fault(name, "", "external-link", fault, "Put the picture itself in", target)


def _is_inside(target: str) -> bool:
    host = re.sub(r"^https?://(?:[^/@]*@)?", "", target, flags=re.IGNORECASE).split("/")[0].split(":")[0].lower()
    return (
        "." not in host
        or host.endswith((".local", ".internal", ".lan", ".corp", ".sharepoint.com"))
        or host.startswith(("10.", "192.168."))
    )


def _program_properties(package: CheckedPackage, name: str) -> Iterator[Finding]:
    """Yield what docProps/app.xml says of people and places (ECMA-376 part 1, 22.2)."""
    if "docprops/app.xml" not in package:
        return
    said = {
        e.tag.rpartition("}")[2]: (e.text or "").strip()
        for e in ElementTree.fromstring(package.xml("docprops/app.xml"))
    }
    if manager := said.get("Manager"):
        yield publishing_fault(
            name, "", "metadata", f"its properties name the manager, {quoted(manager)}", FILE_INSPECT, manager
        )
    for key in ("HyperlinkBase", "Template"):
        if PATH.search(said.get(key, "")):
            yield publishing_fault(
                name, "", "path", f"its properties keep the path {quoted(said[key])}", FILE_INSPECT, said[key]
            )


def author_findings(author: str, last_saved_by: str, name: str) -> Iterator[Finding]:
    """Yield a person among the author and who saved the file last: it is to name a role."""
    if is_person(author):
        fault = f"it says that its author is {quoted(author)}"
        yield publishing_fault(
            name, "", "author", fault, "If this is a person, give the role (File, Info)", author, "warning"
        )
    if last_saved_by and last_saved_by != author:
        yield publishing_fault(
            name,
            "",
            "author",
            f"it says that {quoted(last_saved_by)} saved it last",
            "Inspect the document (File, Info)",
            last_saved_by,
        )


def is_person(text: str) -> bool:
    """Return whether a name reads like a person's or a user's, and not like a role's or a program's."""
    name = " ".join(text.split())
    return bool(_USER_NAME.fullmatch(name) or (_PERSON.fullmatch(name) and not _ROLE_WORDS.search(name)))
