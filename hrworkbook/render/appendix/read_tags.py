"""The tags of a PDF read back: its structure tree with the text of each element, as a screen reader meets them (ISO 32000-1, 14.7)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any


@dataclass(slots=True)
class TaggedElement:
    """One element of the structure tree."""

    kind: str
    """Its standard type: `P`, `H1`, `Table`, `TH` …"""
    content: "list[str | TaggedElement]" = field(default_factory=list)
    """What it holds, in reading order: texts of its own, and elements."""
    alternative_text: str = ""
    scope: str = ""
    """Of a TH: `Column` or `Row`."""
    columns: int = 1
    """Of a TH or TD: the columns it spans."""
    language: str = ""
    page: int = 0
    """The page its own content begins on, counted from 1; 0 where it has none."""

    @property
    def children(self) -> "list[TaggedElement]":
        """The elements right below it."""
        return [part for part in self.content if isinstance(part, TaggedElement)]

    def walk(self) -> "Iterator[TaggedElement]":
        """Yield it and every element below it, in the order in which they are read."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def text(self) -> str:
        """The text of it and of all below it, in reading order."""
        parts = (part if isinstance(part, str) else part.text for part in self.content)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class TaggedPdf:
    """A PDF's tags and what it says of itself."""

    root: TaggedElement
    bookmarks: tuple[tuple[int, str], ...]
    """Level, counted from 1, and title."""
    bookmark_pages: tuple[int, ...]
    """The page each leads to, counted from 1."""
    title: str
    language: str
    shows_title: bool
    """Whether a reader's window shows the title, not the file's name."""
    is_pdf_ua: bool
    page_count: int

    def kinds(self) -> list[str]:
        """Return the standard type of every element, in order."""
        return [element.kind for element in self.root.walk()]


def read_tags(data: bytes) -> TaggedPdf:
    """Return the tags of a PDF; the root has no children where it is not tagged."""
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(data))
    catalog = _resolve(reader.trailer["/Root"])
    tree = _dictionary(catalog.get("/StructTreeRoot"))
    roles = {str(k): str(v) for k, v in _dictionary(tree.get("/RoleMap")).items()}
    texts = _MarkedTexts(reader)
    root = TaggedElement("Root")
    for kid in _listed(tree.get("/K")):
        _read(kid, root, roles, texts, None)
    packet, about = _resolve(catalog.get("/Metadata")), dict(reader.metadata or {})
    bookmarks = [*_bookmarks(reader, reader.outline, 1)]
    return TaggedPdf(
        root,
        tuple((level, title) for level, title, _ in bookmarks),
        tuple(page for _, _, page in bookmarks),
        str(about.get("/Title") or ""),
        str(catalog.get("/Lang") or ""),
        bool(_dictionary(catalog.get("/ViewerPreferences")).get("/DisplayDocTitle")),
        packet is not None and b"pdfuaid:part" in packet.get_data(),
        len(reader.pages),
    )


def _bookmarks(reader: Any, outline: Any, level: int) -> Iterator[tuple[int, str, int]]:
    for entry in outline:
        if isinstance(entry, list):
            yield from _bookmarks(reader, entry, level + 1)
        else:
            yield level, str(entry.title), (reader.get_destination_page_number(entry) or 0) + 1


class _MarkedTexts:
    """The text of each marked-content sequence, page by page: read when it is first asked for."""

    def __init__(self, reader: Any) -> None:
        self.pages = {page.indirect_reference.idnum: (n, page) for n, page in enumerate(reader.pages, 1)}
        self._texts: dict[int, dict[int, str]] = {}

    def of(self, page_id: int, mark: int) -> str:
        """Return the text marked with a number on a page."""
        if page_id not in self._texts:
            self._texts[page_id] = _marked_texts(self.pages[page_id][1])
        return self._texts[page_id].get(mark, "")

    def number(self, page_id: int) -> int:
        """Return a page's number, counted from 1."""
        return self.pages[page_id][0]


def _marked_texts(page: Any) -> dict[int, str]:
    """Return the text by marked-content identifier."""
    found: dict[int, list[str]] = {}
    open_marks: list[int] = []

    def before(operator: Any, operands: Any, *_: Any) -> None:
        if operator == b"BDC":
            properties = operands[1] if len(operands) > 1 and isinstance(operands[1], dict) else {}
            open_marks.append(int(properties.get("/MCID", -1)))
        elif operator == b"BMC":
            open_marks.append(-1)
        elif operator == b"EMC" and open_marks:
            open_marks.pop()

    def text(said: str, *_: Any) -> None:
        mark = next((m for m in reversed(open_marks) if m >= 0), -1)
        found.setdefault(mark, []).append(said)

    page.extract_text(visitor_operand_before=before, visitor_text=text)
    return {mark: " ".join("".join(parts).split()) for mark, parts in found.items()}


def _read(kid: Any, parent: TaggedElement, roles: dict[str, str], texts: _MarkedTexts, page: int | None) -> None:
    """Add what a kid of the tree says to its parent: an element, or text marked as its content."""
    if isinstance(kid, int):
        if page is not None:
            _add_text(parent, texts, page, kid)
        return
    entry: Any = _resolve(kid)
    if not hasattr(entry, "raw_get"):
        return
    where = entry.raw_get("/Pg").idnum if "/Pg" in entry else page
    if entry.get("/Type") == "/MCR":
        if where is not None:
            _add_text(parent, texts, where, int(entry["/MCID"]))
        return
    if "/S" not in entry:
        return
    name = str(entry["/S"])
    element = TaggedElement(roles.get(name, name).lstrip("/"))
    element.alternative_text, element.language = str(entry.get("/Alt") or ""), str(entry.get("/Lang") or "")
    for given in _listed(entry.get("/A")):
        attributes = _resolve(given)
        if isinstance(attributes, dict):
            element.scope = str(attributes.get("/Scope") or element.scope).lstrip("/")
            element.columns = int(attributes.get("/ColSpan") or element.columns)
    parent.content.append(element)
    for below in _listed(entry.get("/K")):
        _read(below, element, roles, texts, where)


def _add_text(element: TaggedElement, texts: _MarkedTexts, page: int, mark: int) -> None:
    if text := texts.of(page, mark):
        element.content.append(text)
    element.page = element.page or texts.number(page)


def _listed(value: Any) -> list[Any]:
    value = _resolve(value) if not isinstance(value, list) else value
    return [] if value is None else list(value) if isinstance(value, list) else [value]


def _dictionary(value: Any) -> dict[str, Any]:
    found = _resolve(value)
    return found if isinstance(found, dict) else {}


def _resolve(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value
