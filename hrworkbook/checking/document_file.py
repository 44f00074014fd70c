"""A Word document that is to be published: what it hides and carries, and what some of its readers could not read.

Elements are those of ECMA-376 part 1, 17 (WordprocessingML).
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from hrworkbook.checking.exempt_lines import KeptBack, calls_itself_exempt, exempt_part, exempt_text
from hrworkbook.checking.hidden_text import UNSEEN_CONTRAST
from hrworkbook.checking.package_content import PATH, author_findings, content_findings
from hrworkbook.checking.personal_data import personal_data
from hrworkbook.checking.publishing_fault import count_are, publishing_fault
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.findings import Finding
from hrworkbook.plan.kinds import quoted
from hrworkbook.render.style import contrast_ratio

_STORY = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_OFF = ("0", "false", "off", "none")
_ACCEPT = "Accept or reject all changes (Review), and save it"
_TRACKED = {
    "ins": "inserted", "del": "deleted", "moveFrom": "moved", "moveTo": "moved", "cellIns": "inserted", "cellDel": "deleted",
    "pPrChange": "formatted", "rPrChange": "formatted", "tblPrChange": "formatted", "sectPrChange": "formatted",
}  # fmt: skip
_TINY_HALF_POINTS, _TINY_ROW_TWIPS = 8, 60
Element = ElementTree.Element


def document_findings(package: CheckedPackage, name: str, kept_back: KeptBack) -> Iterator[Finding]:
    """Yield every fault of a .docx; raises UnreadableFile where its text cannot be read."""
    if "word/document.xml" not in package:
        raise UnreadableFile(name, "it holds no document that can be checked", "Save it again as .docx")
    yield from content_findings(package, name)
    properties = _core_properties(package)
    yield from _properties(properties, name)
    is_exempt = calls_itself_exempt(properties.get("subject", ""))
    if is_exempt:
        yield exempt_part(name)
    hiding_styles = _hiding_styles(package)
    for part in sorted(p for p in package.parts if _STORY.fullmatch(p)):
        root = ElementTree.fromstring(package.xml(part))
        where = "" if part.endswith("document.xml") else f" ({part.rpartition('/')[2].removesuffix('.xml')})"
        yield from _tracked(root, name, where)
        yield from _unseen_runs(root, name, where, hiding_styles)
        yield from _fields(root, name, where)
        yield from _shapes(root, name, where)
        yield from _texts(root, name, where, None if is_exempt else kept_back)
    yield from _settings(package, name)
    yield from _accessibility(package, name)


def _value(element: Element | None, attribute: str = "val") -> str | None:
    """Return a WordprocessingML attribute; None where the element is not there or does not say it."""
    if element is None:
        return None
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == attribute), None)


def _is_on(element: Element | None) -> bool:
    return element is not None and (_value(element) or "1").lower() not in _OFF


def _text(element: Element) -> str:
    """Return the text of an element as it is read, deleted words included, paragraphs and cells parted by blanks."""
    parts = [
        (e.text or "") if e.tag.endswith(("}t", "}delText")) else " "
        for e in element.iter()
        if e.tag.endswith(("}t", "}delText", "}p", "}tab", "}br"))
    ]
    return " ".join("".join(parts).split())


def _tracked(root: Element, name: str, where: str) -> Iterator[Finding]:
    """Yield tracked changes by kind, with who made the first (17.13.5)."""
    seen: dict[str, list[Element]] = {}
    for element in root.iter():
        if (kind := _TRACKED.get(element.tag.rpartition("}")[2])) is not None:
            seen.setdefault(kind, []).append(element)
    for kind, changes in seen.items():
        by = f" by {quoted(who)}" if (who := _value(changes[0], "author")) else ""
        said = f": {quoted(text)}" if (text := _text(changes[0])) else ""
        fault = f"{count_are(len(changes), 'tracked change')} in it{where}; the first{by} {kind} something{said}"
        yield publishing_fault(name, "", "tracked-changes", fault, _ACCEPT, text)


def _hiding_styles(package: CheckedPackage) -> set[str]:
    if "word/styles.xml" not in package:
        return set()
    styles = ElementTree.fromstring(package.xml("word/styles.xml")).findall("{*}style")
    return {_value(s, "styleId") or "" for s in styles if _is_on(s.find("{*}rPr/{*}vanish"))}


def _unseen_runs(root: Element, name: str, where: str, hiding_styles: set[str]) -> Iterator[Finding]:
    """Yield text that is hidden, in the colour of what it stands on, or too small to be seen (17.3.2)."""
    grounds = _grounds(root)
    for paragraph in root.iter():
        if (
            not paragraph.tag.endswith("}p")
            or "wordprocessingml" not in paragraph.tag
            and "wordml" not in paragraph.tag
        ):
            continue
        style = _value(paragraph.find("{*}pPr/{*}pStyle"))
        for run in paragraph.iter():
            if not run.tag.endswith("}r") or not (text := _text(run)):
                continue
            fault = _hiding(run, style, hiding_styles, grounds.get(paragraph, "FFFFFF"))
            if fault:
                yield publishing_fault(
                    name, "", "hidden-text", f"{quoted(text)} {fault}{where}", "Delete it, or show it", text
                )
    for height in root.iter():
        if (
            height.tag.endswith("}trHeight")
            and _value(height, "hRule") == "exact"
            and int(_value(height) or 999) < _TINY_ROW_TWIPS
        ):
            yield publishing_fault(
                name,
                "",
                "hidden-text",
                f"a row of a table is too low to be seen{where}",
                "Delete it, or let it be as high as its text",
            )


def _grounds(root: Element) -> dict[Element, str]:
    """Return the fill of the table cell each paragraph lies in, where it has one."""
    found: dict[Element, str] = {}
    for cell in root.iter():
        fill = _value(cell.find("{*}tcPr/{*}shd"), "fill") if cell.tag.endswith("}tc") else None
        if fill and re.fullmatch(r"[0-9A-Fa-f]{6}", fill):
            found.update((p, fill) for p in cell.iter() if p.tag.endswith("}p"))
    return found


def _hiding(run: Element, style: str | None, hiding_styles: set[str], ground: str) -> str:
    """Return how a run hides its text; '' where it shows it."""
    look = run.find("{*}rPr")
    own_style = _value(look.find("{*}rStyle")) if look is not None else None
    vanish = look.find("{*}vanish") if look is not None else None
    if _is_on(vanish) or (vanish is None and {style, own_style} & hiding_styles):
        return "is hidden text"
    if look is None:
        return ""
    size, colour = _value(look.find("{*}sz")), _value(look.find("{*}color")) or ""
    if size and size.isdecimal() and int(size) < _TINY_HALF_POINTS:
        return f"is {int(size) / 2:g} points high, too small to be seen"
    shade = _value(look.find("{*}shd"), "fill") or ""
    ground = shade if re.fullmatch(r"[0-9A-Fa-f]{6}", shade) else ground
    if (
        look.find("{*}highlight") is None
        and re.fullmatch(r"[0-9A-Fa-f]{6}", colour)
        and contrast_ratio(f"#{colour}", f"#{ground}") < UNSEEN_CONTRAST
    ):
        return f"is written in the colour {colour} on {ground}{' (white on white)' if colour == ground == 'FFFFFF' else ''} and cannot be seen"
    return ""


def _fields(root: Element, name: str, where: str) -> Iterator[Finding]:
    """Yield fields that print or read a path (17.16.5)."""
    simple = [_value(e, "instr") or "" for e in root.iter() if e.tag.endswith("}fldSimple")]
    for code in [*simple, *(e.text or "" for e in root.iter() if e.tag.endswith("}instrText"))]:
        if re.search(r"\bFILENAME\b.*\\p", code, re.IGNORECASE):
            yield publishing_fault(
                name, "", "path", f"a field prints the path of the file{where}", "Delete the field", code
            )
        elif re.search(r"\b(INCLUDETEXT|INCLUDEPICTURE|LINK|DDE|DDEAUTO|DATABASE|RD)\b", code) and not re.search(
            r"https?://", code
        ):
            fault = f"a field reads another file{where}: {quoted(code.strip())}"
            yield publishing_fault(name, "", "external-link", fault, "Put its contents in (Ctrl+Shift+F9)", code)


def _shapes(root: Element, name: str, where: str) -> Iterator[Finding]:
    for shape in root.iter():
        if not shape.tag.endswith("}docPr"):
            continue
        title = shape.get("name") or "a picture"
        if shape.get("hidden") in ("1", "true"):
            yield publishing_fault(
                name, "", "shape", f"the object '{title}' is hidden{where}", "Delete it (Selection Pane)"
            )
        described = shape.get("descr", "").strip()
        decorative = any(e.tag.endswith("}decorative") and e.get("val") in ("1", "true") for e in shape.iter())
        if not described and not decorative:
            yield publishing_fault(
                name,
                "",
                "alt-text",
                f"'{title}' has no alternative text{where}",
                "Say in words what it shows (Alt Text)",
            )
        if PATH.search(described):
            yield publishing_fault(
                name,
                "",
                "path",
                f"'{title}' has a path in its alternative text",
                "Say what it shows instead",
                described,
            )
    if any(e.tag.endswith("}srcRect") and any(v not in ("", "0") for v in e.attrib.values()) for e in root.iter()):
        fault = f"a picture is cropped, and keeps what was cut away{where}"
        yield publishing_fault(name, "", "picture-metadata", fault, "Delete the cropped areas (Compress Pictures)")


def _texts(root: Element, name: str, where: str, kept_back: KeptBack | None) -> Iterator[Finding]:
    for paragraph in root.iter():
        if paragraph.tag.endswith("}p") and (text := _text(paragraph)):
            yield from personal_data(name, "", text)
            if kept_back is not None:
                yield from exempt_text(name, "", text, kept_back)
            if PATH.search(text):
                fault = f"it shows a path on a computer or server{where}, {quoted(text)}"
                yield publishing_fault(
                    name, "", "path", fault, "Take it out, if the public need not know it", text, "warning"
                )


def _core_properties(package: CheckedPackage) -> dict[str, str]:
    """Return what docProps/core.xml says (ECMA-376 part 2, 11)."""
    if "docprops/core.xml" not in package:
        return {}
    root = ElementTree.fromstring(package.xml("docprops/core.xml"))
    return {e.tag.rpartition("}")[2]: (e.text or "").strip() for e in root}


def _properties(said: dict[str, str], name: str) -> Iterator[Finding]:
    if not said.get("title"):
        yield publishing_fault(name, "", "title", "the document has no title", "Give it one (File, Info, Title)")
    yield from author_findings(said.get("creator", ""), said.get("lastModifiedBy", ""), name)
    for key in ("description", "keywords", "subject", "category"):
        yield from personal_data(name, "", said.get(key, ""))
    if said.get("description"):
        fault = f"its properties hold the comment {quoted(said['description'])}"
        yield publishing_fault(name, "", "metadata", fault, "Remove it (File, Info)", said["description"], "warning")


def _settings(package: CheckedPackage, name: str) -> Iterator[Finding]:
    """Yield what word/settings.xml keeps (17.15.1)."""
    if "word/settings.xml" not in package:
        return
    root = ElementTree.fromstring(package.xml("word/settings.xml"))
    for variable in root.iterfind("{*}docVars/{*}docVar"):
        fault = f"it keeps the variable {quoted(_value(variable, 'name') or '')} with {quoted(_value(variable) or '')}"
        yield publishing_fault(name, "", "metadata", fault, "Copy the text into a new document")
    if _is_on(root.find("{*}trackRevisions")):
        fault = "changes to it are tracked from now on"
        yield publishing_fault(name, "", "tracked-changes", fault, "Stop tracking (Review)", severity="warning")
    if root.find("{*}mailMerge") is not None:
        yield publishing_fault(
            name, "", "connection", "it is a mail merge that names its source", "Make it a normal document (Mailings)"
        )


def _accessibility(package: CheckedPackage, name: str) -> Iterator[Finding]:
    """Yield what WCAG 2.2 asks of a document and this one has not: language, headings, header rows of tables."""
    root = ElementTree.fromstring(package.xml("word/document.xml"))
    styles = ElementTree.fromstring(package.xml("word/styles.xml")) if "word/styles.xml" in package else None
    default = styles.find("{*}docDefaults/{*}rPrDefault/{*}rPr/{*}lang") if styles is not None else None
    if default is None and not any(e.tag.endswith("}lang") for e in root.iter()):
        fault = "the document does not say its language"
        yield publishing_fault(name, "", "language", fault, "Set it (Review, Language)", severity="warning")
    heads = {
        _value(s, "styleId")
        for s in (styles if styles is not None else ())
        if re.match(r"(?i)heading|title", _value(s.find("{*}name")) or "")
    }
    used = {_value(e) for e in root.iter() if e.tag.endswith("}pStyle")}
    if len([e for e in root.iter() if e.tag.endswith("}p")]) > 20 and not used & heads:
        yield publishing_fault(
            name,
            "",
            "headings",
            "none of its paragraphs is a heading",
            "Give headings a Heading style",
            severity="warning",
        )
    for number, table in enumerate(e for e in root.iter() if e.tag.endswith("}tbl")):
        first = table.find("{*}tr")
        if first is not None and len(table.findall("{*}tr")) > 1 and not _is_on(first.find("{*}trPr/{*}tblHeader")):
            fault = f"table {number + 1} has no header row that is marked as one"
            yield publishing_fault(
                name, "", "table", fault, "Mark it (Table Layout, Repeat Header Rows)", severity="warning"
            )
