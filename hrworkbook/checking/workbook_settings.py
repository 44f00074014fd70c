"""What xl/workbook.xml keeps: the folder it was saved in, who reserved it, names, views (ECMA-376 part 1, 18.2)."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from hrworkbook.checking.package_content import PATH
from hrworkbook.checking.personal_data import personal_data
from hrworkbook.checking.publishing_fault import FILE_INSPECT, publishing_fault
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.plan.findings import Finding
from hrworkbook.plan.kinds import quoted

_OTHER_BOOK = re.compile(r"\[[^\[\]]+\.xl\w+\]|\[\d+\][^\[\]!]*!", re.IGNORECASE)
_DELETE_NAME = "Delete it (Formulas, Name Manager)"


def settings_findings(package: CheckedPackage, part: str, name: str) -> Iterator[Finding]:
    """Yield what is against publishing in the workbook's own part."""
    root = ElementTree.fromstring(package.xml(part))
    for element in root.iter():
        yield from _setting(element, name)
    for element in root.iterfind("{*}definedNames/{*}definedName"):
        yield from _defined_name(element, name)


def _setting(element: ElementTree.Element, name: str) -> Iterator[Finding]:
    tag, say = element.tag.rpartition("}")[2], element.attrib.get
    if tag == "absPath":
        fault = f"it keeps the folder it was saved in, {quoted(say('url', ''))}"
        yield publishing_fault(
            name, "", "path", fault, "Copy the sheets into a new workbook, or inspect the document", say("url")
        )
    elif tag == "fileSharing" and say("userName"):
        fault = f"it says that {quoted(say('userName', ''))} reserved it for writing"
        yield publishing_fault(
            name,
            "",
            "author",
            fault,
            "Save it without a reservation (Save As, Tools, General Options)",
            say("userName"),
        )
    elif tag == "workbookView" and say("visibility", "visible") != "visible":
        yield publishing_fault(name, "", "hidden-sheet", "a window of it is hidden", "Show it (View, Unhide)")
    elif tag == "customWorkbookView":
        fault = f"it keeps the view {quoted(say('name', ''))}, with what somebody hid and filtered"
        yield publishing_fault(name, "", "custom-view", fault, "Delete it (View, Custom Views)", say("name"))
    elif tag.startswith("webPublish") and PATH.search(path := say("destinationFile", "") + say("title", "")):
        yield publishing_fault(name, "", "path", f"it keeps the path {quoted(path)}", FILE_INSPECT, path)


def _defined_name(element: ElementTree.Element, name: str) -> Iterator[Finding]:
    title, formula = element.get("name", ""), (element.text or "").strip()
    if title.startswith(("_xlnm.", "_xlfn", "_xlpm", "_xleta")):
        return
    if element.get("hidden") in ("1", "true"):
        yield publishing_fault(name, "", "hidden-name", f"the name '{title}' is hidden", _DELETE_NAME, formula)
    if PATH.search(formula) or _OTHER_BOOK.search(formula):
        yield publishing_fault(
            name, "", "path", f"the name '{title}' reads another file: {quoted(formula)}", _DELETE_NAME, formula
        )
    elif re.match(r'=?\s*(?:"|\{)', formula):
        fault = f"the name '{title}' holds a text that stands on no sheet, {quoted(formula)}"
        yield publishing_fault(name, "", "hidden-name", fault, _DELETE_NAME, formula)
    elif re.fullmatch(r"=?\s*[-+]?\d[\d.eE+-]*", formula):
        fault = f"the name '{title}' holds a figure that stands on no sheet, {quoted(formula)}"
        yield publishing_fault(name, "", "hidden-name", fault, _DELETE_NAME, formula, "warning")
    if comment := element.get("comment", "").strip():
        yield publishing_fault(
            name, "", "hidden-name", f"the name '{title}' has the comment {quoted(comment)}", _DELETE_NAME, comment
        )
    yield from personal_data(name, "", formula)


def reads_another_book(formula: str) -> bool:
    """Return whether a formula reads another workbook, a file, or an address."""
    if _OTHER_BOOK.search(formula) or PATH.search(formula):
        return True
    return re.search(r"\b(WEBSERVICE|RTD|SQL\.REQUEST)\(|^=?\w+\|", formula, re.IGNORECASE) is not None
