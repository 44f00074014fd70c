"""The zip of a workbook, part by part: what is not changed is copied as the very bytes it was."""

import posixpath
import re
import struct
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

from hrworkbook.plan.errors import NotAMaster, UnreadableFile

MAX_PARTS = 2_000
MAX_PART_BYTES = 200_000_000
MAX_TOTAL_BYTES = 400_000_000
RATIO_FREE_BYTES = 5_000_000
MAX_COMPRESSION_RATIO = 200
"""Limits that refuse no benign workbook of 996 measured: parts, bytes inflated, and inflated to packed past 5 MB."""

COMPRESSION_LEVEL = 4
"""zlib's level: within a tenth of the size that level 6 gives, in half its time."""

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_ZIP64_MARKER = 0xFFFFFFFF
_DEFLATED = 8
_XML_NAMES = (".xml", ".rels", ".vml")
_UTF8_ENCODINGS = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
_RESAVE_REMEDY = "Open it in Excel, save it as an Excel workbook (.xlsx) and try again, or take the latest backup"


@dataclass(frozen=True, slots=True)
class _Entry:
    info: ZipInfo
    central: bytes
    """The whole entry in the zip's directory."""
    body: int
    """Where the packed bytes begin."""
    end: int
    """Where the next entry, or the directory, begins."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship of a part: its id, the last word of its type, and the name of the part it leads to."""

    id: str
    kind: str
    target: str


class WorkbookPackage:
    """A workbook's parts by name, read from its bytes; refuses what is no workbook, broken or dangerous."""

    def __init__(self, data: bytes, place: str) -> None:
        self.data = data
        self.place = place
        _refuse_other_formats(data, place)
        try:
            with ZipFile(BytesIO(data)) as archive:
                self._zip_comment = archive.comment
                self._entries = dict(_entries(archive, data))
                listed = len(archive.infolist())
        except (BadZipFile, LargeZipFile, struct.error, ValueError, NotImplementedError, UnicodeDecodeError) as fault:
            raise self.broken_error("its zip is broken") from fault
        self._by_fold = {name.replace("\\", "/").casefold(): name for name in self._entries}
        if len(self._by_fold) != listed:
            raise self.broken_error("it holds two parts of the same name")
        self._check_sizes()

    def broken_error(self, fault: str, remedy: str = _RESAVE_REMEDY) -> UnreadableFile:
        """The error that says this workbook cannot be read."""
        return UnreadableFile(self.place, fault, remedy)

    def _check_sizes(self) -> None:
        infos = [entry.info for entry in self._entries.values()]
        if len(infos) > MAX_PARTS:
            raise self.broken_error(
                f"it holds {len(infos):,} parts, more than any plan needs", "Ask who made it what it is"
            )
        if any(info.flag_bits & 1 for info in infos):
            raise self.broken_error("its parts are encrypted", "Save it without a password")
        if any(info.compress_type not in (0, _DEFLATED) for info in infos):
            raise self.broken_error("it is packed in a way Excel does not use")
        whole = sum(info.file_size for info in infos)
        for size, packed in [(i.file_size, i.compress_size) for i in infos] + [(whole, len(self.data))]:
            if size > RATIO_FREE_BYTES and size > MAX_COMPRESSION_RATIO * max(packed, 1):
                raise self.broken_error("it unpacks to far more than a workbook should", "Ask who made it what it is")
        if whole > MAX_TOTAL_BYTES or any(info.file_size > MAX_PART_BYTES for info in infos):
            raise self.broken_error(
                f"it unpacks to {whole // 1_000_000:,} MB, too large to read safely", "Split the workbook"
            )

    def names(self) -> list[str]:
        """Every part's name, in the zip's order."""
        return list(self._entries)

    def find(self, name: str) -> str | None:
        """The name in the zip of a part, whatever its case and slashes; None where there is none."""
        return name if name in self._entries else self._by_fold.get(name.lstrip("/").casefold())

    def raw_entry(self, name: str) -> bytes:
        """The part as it lies in the zip: header, packed bytes, and what follows them."""
        entry = self._entries[name]
        return self.data[entry.info.header_offset : entry.end]

    def read(self, name: str) -> bytes:
        """The part's bytes, unpacked and checked against their size and checksum."""
        entry = self._entries[name]
        packed = self.data[entry.body : entry.body + entry.info.compress_size]
        if entry.info.compress_type == _DEFLATED:
            inflate = zlib.decompressobj(-15)
            try:
                packed = inflate.decompress(packed, entry.info.file_size + 1)
            except zlib.error as fault:
                raise self.broken_error(f"its part {name} is damaged") from fault
        if len(packed) != entry.info.file_size or zlib.crc32(packed) != entry.info.CRC:
            raise self.broken_error(f"its part {name} is damaged")
        return packed

    def read_xml(self, name: str) -> bytes:
        """The part's XML; refused where it is not UTF-8 or declares a document type."""
        xml = self.read(name)
        declared = re.match(rb"""(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']+)""", xml)
        if xml[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<") or (
            declared and declared[1].lower() not in _UTF8_ENCODINGS
        ):
            raise self.broken_error(f"its part {name} is not in UTF-8")
        self._refuse_document_type(name, xml)
        return xml

    def _refuse_document_type(self, name: str, xml: bytes) -> None:
        if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
            raise self.broken_error(f"its part {name} declares a document type, as no spreadsheet program does")

    def check_parts(self, except_parts: Collection[str]) -> None:
        """Unpack every XML part but those given as read already, and refuse damaged and dangerous ones."""
        for name in self._entries:
            if name not in except_parts and name.lower().endswith(_XML_NAMES):
                self._refuse_document_type(name, self.read(name))

    def tree(self, name: str) -> ElementTree.Element:
        """A small part as a tree."""
        try:
            return ElementTree.fromstring(self.read_xml(name))
        except ElementTree.ParseError as fault:
            raise self.broken_error(f"its part {name} is not well-formed XML") from fault

    def relations_part(self, name: str) -> str | None:
        """The part that holds the relationships of a part ('' for the whole package)."""
        folder, leaf = posixpath.split(name.replace("\\", "/"))
        return self.find(posixpath.join(folder, "_rels", leaf + ".rels"))

    def relations(self, name: str) -> list[Relationship]:
        """What a part ('' for the whole package) is related to inside the workbook."""
        part = self.relations_part(name)
        folder = posixpath.dirname(name.replace("\\", "/"))
        found = []
        for element in self.tree(part) if part else ():
            if element.get("TargetMode") == "External" or not element.tag.endswith("}Relationship"):
                continue
            target = element.get("Target", "").replace("\\", "/")
            whole = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            there = self.find(posixpath.normpath(whole))
            found.append(Relationship(element.get("Id", ""), element.get("Type", "").rpartition("/")[2], there or ""))
        return found

    def with_parts(self, changed: Mapping[str, bytes | None], level: int = COMPRESSION_LEVEL) -> bytes:
        """The workbook's bytes with some parts' contents replaced, packed at zlib's `level`, or left out where None."""
        out: list[bytes] = []
        length = 0
        centrals: dict[str, bytes] = {}
        for name, entry in sorted(self._entries.items(), key=lambda item: item[1].info.header_offset):
            content = changed.get(name, b"")
            if content is None:
                continue
            if name in changed:
                piece, central = _pack_part(entry, content, length, level)
            else:
                piece, central = (
                    self.raw_entry(name),
                    entry.central[:42] + struct.pack("<I", length) + entry.central[46:],
                )
            out.append(piece)
            length += len(piece)
            centrals[name] = central
        directory = b"".join(centrals[name] for name in self._entries if name in centrals)
        number, comment = len(centrals), self._zip_comment
        end = _END.pack(b"PK\5\6", 0, 0, number, number, len(directory), length, len(comment))
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


def _entries(archive: ZipFile, data: bytes) -> Iterator[tuple[str, _Entry]]:
    infos = archive.infolist()
    starts = [*sorted({info.header_offset for info in infos}), archive.start_dir]
    following = dict(zip(starts, starts[1:], strict=False))
    at = archive.start_dir
    for info in infos:
        fields = _CENTRAL.unpack_from(data, at)
        name_length, extra_length, comment_length, offset = *fields[10:13], fields[16]
        length = _CENTRAL.size + name_length + extra_length + comment_length
        local = _LOCAL.unpack_from(data, info.header_offset)
        body, end = info.header_offset + _LOCAL.size + local[9] + local[10], following[info.header_offset]
        if local[0] != b"PK\3\4" or offset in (_ZIP64_MARKER,) or body + info.compress_size > end:
            raise BadZipFile(info.filename)
        yield info.filename, _Entry(info, data[at : at + length], body, end)
        at += length


def _pack_part(entry: _Entry, content: bytes, offset: int, level: int) -> tuple[bytes, bytes]:
    """The part with a new content, for the zip and for its directory."""
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
    body = deflate.compress(content) + deflate.flush()
    sizes = (zlib.crc32(content), len(body), len(content))
    fields = list(_CENTRAL.unpack_from(entry.central))
    name = entry.central[_CENTRAL.size : _CENTRAL.size + fields[10]]
    extra_at = _CENTRAL.size + fields[10]
    extra = _without_zip64(entry.central[extra_at : extra_at + fields[11]])
    tail = entry.central[extra_at + fields[11] :]
    flags = fields[3] & ~0x0E  # sizes stand in the header, not behind the body; no claim about the level
    fields[3], fields[4], fields[7:10], fields[11], fields[16] = flags, _DEFLATED, sizes, len(extra), offset
    central = _CENTRAL.pack(*fields) + name + extra + tail
    local = _LOCAL.pack(b"PK\3\4", fields[2], flags, _DEFLATED, fields[5], fields[6], *sizes, len(name), 0)
    return local + name + body, central


def _without_zip64(extra: bytes) -> bytes:
    kept, at = b"", 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        if tag != 1:
            kept += extra[at : at + 4 + length]
        at += 4 + length
    return kept
