"""A PDF that is to be published: what it carries and hides, and whether it is tagged (ISO 32000-1, PDF/UA ISO 14289-1)."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from hrworkbook.checking.exempt_lines import KeptBack, calls_itself_exempt, exempt_part, exempt_text
from hrworkbook.checking.package_content import PATH, author_findings
from hrworkbook.checking.pdf_page import PageTexts
from hrworkbook.checking.personal_data import personal_data
from hrworkbook.checking.picture_metadata import picture_metadata
from hrworkbook.checking.publishing_fault import count_are, publishing_fault
from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.findings import Finding
from hrworkbook.plan.kinds import quoted

if TYPE_CHECKING:
    from pypdf import PdfReader

_INSPECT = "Make the PDF again from a document without it"
_PLAIN_ANNOTATIONS = ("/Link", "/Widget", "/Popup")


def pdf_findings(data: bytes, name: str, kept_back: KeptBack) -> Iterator[Finding]:
    """Yield every fault of a PDF; raises UnreadableFile where it is locked or broken."""
    import logging

    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableFile(name, "it is locked with a password", "Check the PDF before it is locked")
        pages = list(reader.pages)
        is_exempt = calls_itself_exempt(str(dict(reader.metadata or {}).get("/Subject") or ""))
        found = [
            *([exempt_part(name)] if is_exempt else []),
            *_metadata(reader, name),
            *_catalog(reader, data, name),
            *_pages(pages, name, None if is_exempt else kept_back),
            *_tags(reader, name),
        ]
    except UnreadableFile:
        raise
    except Exception as error:  # whatever a damaged file makes the reader say
        fault = f"it is no PDF that can be checked ({type(error).__name__})"
        raise UnreadableFile(name, fault, "Make the PDF again") from None
    yield from found


def _metadata(reader: "PdfReader", name: str) -> Iterator[Finding]:
    """Yield what the document information and the XMP packet say (14.3)."""
    said = {key: str(value).strip() for key, value in (reader.metadata or {}).items()}
    if not said.get("/Title"):
        yield publishing_fault(
            name, "", "title", "the document has no title", "Give it one before it is printed", severity="error"
        )
    yield from author_findings(said.get("/Author", ""), "", name)
    for key, value in said.items():
        if key not in ("/Title", "/Author", "/CreationDate", "/ModDate", "/Trapped") and PATH.search(value):
            yield publishing_fault(name, "", "path", f"its properties keep the path {quoted(value)}", _INSPECT, value)
        elif (
            key
            not in (
                "/Title",
                "/Author",
                "/Creator",
                "/Producer",
                "/CreationDate",
                "/ModDate",
                "/Trapped",
                "/Subject",
                "/Keywords",
            )
            and value
        ):
            fault = f"its metadata hold {quoted(key.lstrip('/'))}: {quoted(value)}"
            yield publishing_fault(name, "", "metadata", fault, _INSPECT, value)
        elif key in ("/Subject", "/Keywords"):
            yield from personal_data(name, "", value)
    if PATH.search(said.get("/Title", "")) or re.search(
        r"(?i)^microsoft word - |\.(docx?|xlsx?)$", said.get("/Title", "")
    ):
        fault = f"its title is a file's name, {quoted(said['/Title'])}"
        yield publishing_fault(name, "", "title", fault, "Give it a title that says what it is", said["/Title"])
    packet = _xmp(reader)
    if re.search(r"xmpMM:History|stEvt:|DerivedFrom|photoshop:", packet):
        yield publishing_fault(name, "", "metadata", "its XMP metadata keep a history of changes", _INSPECT)


def _xmp(reader: "PdfReader") -> str:
    packet = _resolve(_resolve(reader.trailer["/Root"]).get("/Metadata"))
    return packet.get_data().decode("utf-8", "replace") if packet is not None and hasattr(packet, "get_data") else ""


def _catalog(reader: "PdfReader", data: bytes, name: str) -> Iterator[Finding]:
    """Yield attachments, scripts, layers, forms, and earlier states of the file (7.5.6, 7.11.4, 8.11, 12.6, 12.7)."""
    root = _resolve(reader.trailer["/Root"])
    names = _resolve(root.get("/Names")) or {}
    if reader.attachments or "/EmbeddedFiles" in names:
        files = ", ".join(quoted(n) for n in list(reader.attachments)[:3])
        yield publishing_fault(name, "", "embedded", f"a file is attached to it ({files})", "Take the attachment out")
    if "/JavaScript" in names or _has_action(root):
        yield publishing_fault(name, "", "macro", "it runs a script when it is opened", _INSPECT)
    layers = _resolve(root.get("/OCProperties")) or {}
    defaults = _resolve(layers.get("/D")) or {} if layers else {}
    off = [str(_resolve(group).get("/Name", "")) for group in _resolve(defaults.get("/OFF")) or []]
    if off or str(defaults.get("/BaseState", "")) == "/OFF":
        fault = f"{count_are(max(len(off), 1), 'layer')} hidden ({', '.join(off) or 'all'}), and anyone can show them"
        yield publishing_fault(name, "", "hidden-layer", fault, "Delete the layer, and make the PDF again")
    form = _resolve(root.get("/AcroForm")) or {}
    if form.get("/XFA"):
        yield publishing_fault(name, "", "control", "it holds an XFA form with its data", _INSPECT)
    elif filled := [
        str(v.get("/V")) for v in (reader.get_fields() or {}).values() if v.get("/V") not in (None, "", "/Off")
    ]:
        fault = f"its form is filled in: {quoted(filled[0])}"
        yield publishing_fault(name, "", "control", fault, "Print the form to a new PDF", filled[0], "warning")
    if data.count(b"%%EOF") > 1 + (b"/Linearized" in data[:2048]):
        fault = "it keeps an earlier state of itself, from before it was last changed"
        yield publishing_fault(name, "", "deleted-text", fault, "Save it as a new file, optimised")


def _has_action(root: Any) -> bool:
    action = _resolve(root.get("/OpenAction"))
    return "/AA" in root or (isinstance(action, dict) and action.get("/S") in ("/JavaScript", "/Launch"))


def _pages(pages: list[Any], name: str, kept_back: KeptBack | None) -> Iterator[Finding]:
    for number, page in enumerate(pages, 1):
        place = f"page {number}"
        yield from _annotations(page, name, place)
        texts = PageTexts(page)
        for what, text in texts.unseen():
            fault = f"{place}: {quoted(text)} {what}"
            yield publishing_fault(
                name, "", "hidden-text", fault, "Delete the text itself, and make the PDF again", text
            )
        for line in texts.lines():
            yield from personal_data(name, "", line)
            if kept_back is not None:
                yield from exempt_text(name, "", line, kept_back)
        yield from _pictures(page, name, place)


def _annotations(page: Any, name: str, place: str) -> Iterator[Finding]:
    """Yield comments and links to files (12.5)."""
    for entry in _resolve(page.get("/Annots")) or []:
        note = _resolve(entry)
        kind, text = str(note.get("/Subtype", "")), str(note.get("/Contents") or "").strip()
        if kind not in _PLAIN_ANNOTATIONS:
            by = f" by {quoted(str(note['/T']))}" if note.get("/T") else ""
            what = (
                "an attached file"
                if kind == "/FileAttachment"
                else f"a comment ({kind.lstrip('/').lower()} annotation){by}"
            )
            fault = f"{place} holds {what}{f', {quoted(text)}' if text else ''}"
            yield publishing_fault(name, "", "comment", fault, "Delete all comments, and save it", text)
        action = _resolve(note.get("/A")) or {}
        target = str(_resolve(action.get("/F")) or action.get("/URI") or "") if action else ""
        if action.get("/S") in ("/GoToR", "/Launch") or PATH.search(target):
            fault = f"{place} links to the file {quoted(target)}"
            yield publishing_fault(name, "", "external-link", fault, "Remove the link", target)
        if target.lower().startswith("mailto:"):
            yield from personal_data(name, "", target)


def _pictures(page: Any, name: str, place: str) -> Iterator[Finding]:
    resources = _resolve(page.get("/Resources")) or {}
    for entry in (_resolve(resources.get("/XObject")) or {}).values():
        picture = _resolve(entry)
        if picture.get("/Subtype") != "/Image":
            continue
        said = picture_metadata(picture._data) if picture.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]) else []
        for what in [*said, *(["metadata of its own"] if "/Metadata" in picture else [])]:
            remedy = "Save the picture without its properties, and make the PDF again"
            yield publishing_fault(name, "", "picture-metadata", f"a picture on {place} carries {what}", remedy)


def _tags(reader: "PdfReader", name: str) -> Iterator[Finding]:
    """Yield what a reader with a screen reader misses: tags, language, alternative texts, text itself."""
    root = _resolve(reader.trailer["/Root"])
    marked = (_resolve(root.get("/MarkInfo")) or {}).get("/Marked")
    if not marked or "/StructTreeRoot" not in root:
        fault = "it is not tagged, so that a screen reader cannot tell headings and tables"
        yield publishing_fault(name, "", "tags", fault, "Make it tagged (PDF/UA) from the document")
    else:
        figures = [
            e
            for e in _structure(root["/StructTreeRoot"])
            if e.get("/S") == "/Figure" and not str(e.get("/Alt") or "").strip()
        ]
        if figures:
            fault = f"{count_are(len(figures), 'picture')} without alternative text"
            yield publishing_fault(name, "", "alt-text", fault, "Say in words what they show, in the document")
    if not str(root.get("/Lang") or "").strip():
        yield publishing_fault(name, "", "language", "the document does not say its language", "Set it to en-GB")
    if reader.pages and not any(page.extract_text().strip() for page in reader.pages):
        fault = "its pages are pictures without text, which a screen reader cannot read"
        yield publishing_fault(name, "", "tags", fault, "Make the PDF from the document, not from a scan")


def _structure(top: Any) -> Iterator[Any]:
    """Yield every element of the structure tree (14.7.2)."""
    waiting, seen = [_resolve(top)], set()
    while waiting:
        element = waiting.pop()
        if not isinstance(element, dict) or id(element) in seen:
            continue
        seen.add(id(element))
        yield element
        kids = _resolve(element.get("/K"))
        waiting += [_resolve(kid) for kid in (kids if isinstance(kids, list) else [kids])]


def _resolve(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value
