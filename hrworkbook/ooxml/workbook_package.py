"""The zip of a workbook, part by part: what is not changed is copied as the very bytes it was."""

import struct
import zlib
from codecs import BOM_UTF8
from collections.abc import Collection, Mapping
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from hrworkbook.ooxml.checked_package import CheckedPackage, harmless_xml
from hrworkbook.ooxml.limits import PackageFault, RefusedPackage
from hrworkbook.ooxml.relationships import Relationship, relationships_part
from hrworkbook.ooxml.xml_outline import Element, outline
from hrworkbook.ooxml.zip_directory import CENTRAL, END, LOCAL
from hrworkbook.plan.errors import NotAMaster, UnreadableFile

COMPRESSION_LEVEL = 4
"""zlib's level: within a tenth of the size that level 6 gives, in half its time."""

_DEFLATED = 8
_XML_NAMES = (".xml", ".rels", ".vml")
_RESAVE_REMEDY = "Open it in Excel, save it as an Excel workbook (.xlsx) and try again, or take the latest backup"
_REMEDIES = {
    PackageFault.DAMAGED: _RESAVE_REMEDY,
    PackageFault.LOCKED: "Save it without a password",
    PackageFault.TOO_LARGE: "Split the workbook, or ask who made it what it is",
    PackageFault.HARMFUL: "Do not open it; ask who made it what it is, or take the latest backup",
}


class WorkbookPackage:
    """A workbook's parts by name, read from its bytes; refuses what is no workbook, broken or dangerous."""

    def __init__(self, data: bytes, place: str) -> None:
        self.data = data
        self.place = place
        _refuse_other_formats(data, place)
        try:
            self._package = CheckedPackage(data)
        except RefusedPackage as refusal:
            raise self._of_master(refusal) from refusal
        directory = self._package.directory
        self._entries = {entry.name: entry for entry in directory.entries}
        self._by_fold = {name.casefold(): name for name in self._entries}
        if len(self._by_fold) != len(directory.entries):
            raise self.broken_error("it holds two parts of the same name")
        starts = sorted({*(entry.header for entry in directory.entries), directory.start})
        self._entry_ends = dict(zip(starts, starts[1:], strict=False))
        """Where the next entry or the directory begins, by where an entry does."""
        if any(e.start + e.packed > self._entry_ends[e.header] for e in directory.entries):
            raise self.broken_error("it is cut short or damaged")

    def broken_error(self, fault: str, remedy: str = _RESAVE_REMEDY) -> UnreadableFile:
        """Return the error that says this workbook cannot be read."""
        return UnreadableFile(self.place, fault, remedy)

    def _of_master(self, refusal: RefusedPackage) -> UnreadableFile:
        """Return the refusal in words for whoever keeps this workbook, not for who was sent it."""
        return self.broken_error(refusal.fault, _REMEDIES[refusal.kind])

    def names(self) -> list[str]:
        """Return every part's name, in the zip's order."""
        return list(self._entries)

    def find(self, name: str) -> str | None:
        """Return the name in the zip of a part, whatever its case and slashes; None where there is none."""
        return name if name in self._entries else self._by_fold.get(name.lstrip("/").casefold())

    def raw_entry(self, name: str) -> bytes:
        """Return the part as it lies in the zip: header, packed bytes, and what follows them."""
        header = self._entries[name].header
        return self.data[header : self._entry_ends[header]]

    def read(self, name: str) -> bytes:
        """Return the part's bytes, unpacked and checked against their size and checksum."""
        try:
            return self._package.inflate(name)
        except RefusedPackage as refusal:
            raise self.broken_error(f"its part {name} is damaged") from refusal

    def read_xml(self, name: str) -> bytes:
        """Return the part's XML as it is; refused where it is not UTF-8 or declares a document type."""
        xml = self.read(name)
        if self._harmless(xml) not in (xml, xml.removeprefix(BOM_UTF8)):
            raise self.broken_error(f"its part {name} is not in UTF-8")
        return xml

    def read_utf8(self, name: str) -> bytes:
        """Return the part's XML as it is where it is UTF-8, else in UTF-8; refused where it declares a document type."""
        xml = self.read(name)
        text = self._harmless(xml)
        return xml if text == xml.removeprefix(BOM_UTF8) else text

    def outline(self, name: str, depth: int) -> tuple[bytes, Element]:
        """Return a part's XML, in UTF-8, and where its elements lie in it; raises UnreadableFile where it is damaged."""
        xml = self.read_utf8(name)
        try:
            return xml, outline(xml, depth)
        except ExpatError as fault:
            raise self.broken_error(f"its part {name} is not well-formed XML") from fault

    def _harmless(self, xml: bytes) -> bytes:
        try:
            return harmless_xml(xml)
        except RefusedPackage as refusal:
            raise self._of_master(refusal) from refusal

    def check_parts(self, except_parts: Collection[str]) -> None:
        """Unpack every XML part but those given as read already, and refuse damaged and dangerous ones."""
        for name in self._entries:
            if name not in except_parts and name.lower().endswith(_XML_NAMES):
                self._harmless(self.read(name))

    def tree(self, name: str) -> ElementTree.Element:
        """Return a small part as a tree."""
        try:
            return ElementTree.fromstring(self.read_xml(name))
        except ElementTree.ParseError as fault:
            raise self.broken_error(f"its part {name} is not well-formed XML") from fault

    def relations_part(self, name: str) -> str | None:
        """Return the part that holds the relationships of a part ('' for the whole package)."""
        return self.find(relationships_part(name))

    def relations(self, name: str) -> dict[str, Relationship]:
        """Return what a part ('' for the whole package) is related to inside the workbook, by the relationship's ID.

        Targets are names as they stand in the zip; '' for a part that is not there.
        """
        try:
            found = self._package.relationships(name)
        except RefusedPackage as refusal:
            raise self._of_master(refusal) from refusal
        return {ident: relation._replace(target=self.find(relation.target) or "") for ident, relation in found.items()}

    def with_parts(self, changed: Mapping[str, bytes | None], level: int = COMPRESSION_LEVEL) -> bytes:
        """Return the workbook's bytes with some parts' contents replaced, packed at zlib's `level`, or left out where None.

        Parts that were not there are put behind all others, in the order they are given.
        """
        out: list[bytes] = []
        length = 0
        lines: dict[str, bytes] = {}
        for name, entry in sorted(self._entries.items(), key=lambda item: item[1].header):
            content = changed.get(name, b"")
            if content is None:
                continue
            line = self.data[entry.directory_start : entry.directory_end]
            if name in changed:
                piece, line = _pack_part(line, content, length, level)
            else:
                piece, line = self.raw_entry(name), line[:42] + struct.pack("<I", length) + line[46:]
            out.append(piece)
            length += len(piece)
            lines[name] = line
        for name, content in changed.items():
            if name not in self._entries and content is not None:
                piece, lines[name] = _pack_part(_new_line(name), content, length, level)
                out.append(piece)
                length += len(piece)
        directory = b"".join(lines[name] for name in dict.fromkeys([*self._entries, *changed]) if name in lines)
        number, comment = len(lines), self._package.directory.comment
        end = END.pack(b"PK\5\6", 0, 0, number, number, len(directory), length, len(comment))
        return b"".join([*out, directory, end, comment])


def _refuse_other_formats(data: bytes, place: str) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise UnreadableFile(place, "it is encrypted with a password", "Save it without a password and try again")
        raise NotAMaster(place, "it is an old Excel workbook (.xls)", "Save it as an Excel workbook (.xlsx)")
    if not data:
        raise UnreadableFile(place, "the file is empty", "Take the latest backup of the master")
    if not data.startswith(b"PK\3\4"):
        raise NotAMaster(place, "it is not an Excel workbook", "Choose the master, an .xlsx or .xlsm file")
    if data[30:80].startswith(b"mimetypeapplication/vnd.oasis.opendocument"):
        raise NotAMaster(place, "it is an OpenDocument file", "Save it as an Excel workbook (.xlsx)")


def _pack_part(line: bytes, content: bytes, offset: int, level: int) -> tuple[bytes, bytes]:
    """Return a part with a new content, for the zip and for its directory; `line` is its line of the directory as it was."""
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
    body = deflate.compress(content) + deflate.flush()
    sizes = (zlib.crc32(content), len(body), len(content))
    fields = list(CENTRAL.unpack_from(line))
    name = line[CENTRAL.size : CENTRAL.size + fields[10]]
    extra_at = CENTRAL.size + fields[10]
    extra = _without_zip64(line[extra_at : extra_at + fields[11]])
    tail = line[extra_at + fields[11] :]
    flags = fields[3] & ~0x0E  # sizes stand in the header, not behind the body; no claim about the level
    fields[3], fields[4], fields[7:10], fields[11], fields[16] = flags, _DEFLATED, sizes, len(extra), offset
    central = CENTRAL.pack(*fields) + name + extra + tail
    local = LOCAL.pack(b"PK\3\4", fields[2], flags, _DEFLATED, fields[5], fields[6], *sizes, len(name), 0)
    return local + name + body, central


def _new_line(name: str) -> bytes:
    """Return the line of the directory of a part that is new, dated as all of ours are."""
    label = name.encode()
    utf8 = 0 if name.isascii() else 0x800
    return CENTRAL.pack(b"PK\1\2", 20, 20, utf8, _DEFLATED, 0, 33, 0, 0, 0, len(label), 0, 0, 0, 0, 0, 0) + label


def _without_zip64(extra: bytes) -> bytes:
    kept, at = b"", 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        if tag != 1:
            kept += extra[at : at + 4 + length]
        at += 4 + length
    return kept
