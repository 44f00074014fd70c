"""What a zip package may hold, settled before any of it is parsed.

The parser is never given the sender's package but one rebuilt from the parts that were checked here, so a part that lies
about its size, stands twice or overlaps another never reaches it.
"""

import re
import zlib
from collections.abc import Iterable

from hrworkbook.ooxml.limits import CACHED_BYTES, ENTRIES_MAX, PackageFault, refuse_package
from hrworkbook.ooxml.relationships import Relationship, read_relationships, relationships_part
from hrworkbook.ooxml.zip_directory import ZipEntry, check_overlaps, check_sizes, read_directory

_PROLOGUE = re.compile(rb"<[A-Za-z_]")
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")


_CHECKED_PROLOGUES: set[bytes] = set()
"""Parts nobody reads, as packed, found clean before: themes and properties are the same in every return of a period."""


class CheckedPackage:
    """A zip package whose directory has been checked: its parts by name, whatever the case of the name.

    Raises UnreadableFile for a package that is broken, locked, too large, or made to harm.
    """

    def __init__(self, data: bytes, entries_max: int = ENTRIES_MAX) -> None:
        self.data = data
        self.directory = read_directory(data, entries_max)
        self.parts: dict[str, ZipEntry] = {}
        self._cached: dict[str, bytes] = {}
        packed = [entry for entry in self.directory.entries if not entry.name.endswith("/")]
        check_sizes(packed)
        check_overlaps(packed)
        for part in packed:
            known = self.parts.setdefault(part.name.lower(), part)
            if known is not part and (known.crc, known.size) != (part.crc, part.size):
                raise refuse_package(
                    f"it holds two different parts named '{part.name[:80]}', which no honest program writes",
                    kind=PackageFault.HARMFUL,
                )

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.parts

    def __getitem__(self, name: str) -> bytes:
        part = self.parts[name.lower()]
        if part.name not in self._cached:
            inflated = self._inflate(part, part.size)
            if part.size > CACHED_BYTES:
                return inflated
            self._cached[part.name] = inflated
        return self._cached[part.name]

    def is_cached(self, name: str, data: bytes) -> bool:
        """Return whether these bytes are the part itself, whose checksum was found right."""
        return self._cached.get(self.parts[name.lower()].name) is data

    def inflate(self, name: str) -> bytes:
        """Return the part inflated, and do not keep it."""
        part = self.parts[name.lower()]
        return self._inflate(part, part.size)

    def contents(self) -> dict[str, bytes]:
        """Return every part inflated, by its name, in the zip's order."""
        return {part.name: self.inflate(part.name) for part in self.parts.values()}

    def xml(self, name: str) -> bytes:
        """Return the part as UTF-8 XML that declares no document type and no entities."""
        return harmless_xml(self[name])

    def relationships(self, part: str) -> dict[str, Relationship]:
        """Return what a part ('' for the whole package) leads to inside the package, by the relationship's ID."""
        path = relationships_part(part)
        return read_relationships(self.xml(path), part) if path in self else {}

    def check_xml_prologues(self, skip: Iterable[str] = ()) -> None:
        """Refuse the package if any XML part, also one nobody reads, opens with a document type."""
        read = {name.lower() for name in skip}
        for key, part in self.parts.items():
            if key in read or not key.endswith((".xml", ".rels", ".vml")) or not part.size:
                continue
            packed = bytes(self.data[part.start : part.start + min(part.packed, 4096)])
            if packed in _CHECKED_PROLOGUES and part.packed <= 4096:
                continue
            for size in (4096, part.size):
                head = as_utf8(self._inflate(part, min(size, part.size)))
                root = _PROLOGUE.search(head)
                if root or size == part.size:
                    if _DECLARATION.search(head, 0, root.start() if root else len(head)):
                        raise refuse_package(*_DOCUMENT_TYPE_FAULT)
                    break
            if part.packed <= 4096 and len(_CHECKED_PROLOGUES) < 500:
                _CHECKED_PROLOGUES.add(packed)

    def _inflate(self, part: ZipEntry, size: int) -> bytes:
        packed = memoryview(self.data)[part.start : part.start + part.packed]
        if part.method == 0:
            inflated = bytes(packed[:size])
        else:
            try:
                inflated = zlib.decompressobj(-15).decompress(packed, size + 1 if size == part.size else size)
            except zlib.error:
                raise refuse_package("it is damaged: part of it cannot be unpacked") from None
        if size == part.size:
            if len(inflated) != size:
                raise refuse_package("it unpacks to another size than it says, as a damaged file or a trap does")
            if zlib.crc32(inflated) != part.crc:
                raise refuse_package("it is damaged: the checksum of one of its parts is wrong")
        return inflated


_DOCUMENT_TYPE_FAULT = (
    "it declares a document type or entities, which a spreadsheet never does and an attack often does",
    "Do not open it; ask the sender whether they sent it, and for a workbook saved as .xlsx",
    PackageFault.HARMFUL,
)


def harmless_xml(xml: bytes) -> bytes:
    """Return the XML in UTF-8; raises RefusedPackage where it declares a document type or entities."""
    text = as_utf8(xml)
    if text.find(b"!") >= 0 and text.find(b"<!") >= 0 and _DECLARATION.search(text):
        raise refuse_package(*_DOCUMENT_TYPE_FAULT)
    return text


def as_utf8(xml: bytes) -> bytes:
    """Return the XML in UTF-8, whichever encoding its byte-order mark or declaration names."""
    if xml[:3] == b"\xef\xbb\xbf":
        return xml[3:]
    if xml[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif xml[:4] in (b"<\0?\0", b"\0<\0?"):
        encoding = "utf-16-le" if xml[0] else "utf-16-be"
    else:
        declared = _ENCODING.match(xml[:200])
        encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
        if encoding in ("utf-8", "utf8", "us-ascii", "ascii"):
            return xml
    try:
        text = xml.decode(encoding, "replace")
    except LookupError:
        raise refuse_package("it is written in an encoding nobody knows") from None
    return re.sub(r"^(\s*<\?xml[^>]*?)\s+encoding\s*=\s*[\"'][^\"']*[\"']", r"\1", text, count=1).encode(
        "utf-8", "replace"
    )
