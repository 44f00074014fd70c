"""What a zip package may hold, settled before any of it is parsed.

The parser is never given the sender's package but one rebuilt from the parts that were checked here, so a part that lies
about its size, stands twice or overlaps another never reaches it.
"""

import re
import struct
import zlib
from collections.abc import Iterable, Mapping

from hrworkbook.plan.errors import UnreadableFile

MB = 1 << 20
FILE_MAX = 20 * MB
ENTRIES_MAX = 2_000
PART_MAX = 200 * MB
TOTAL_MAX = 400 * MB
RATIO_MAX = 200
"""How many times its own size a part may inflate to, once it is past `RATIO_FROM`."""
RATIO_FROM = 5 * MB
CELLS_MAX = 2_000_000
ROWS_MAX = 200_000
AREA_MAX = 8_000_000
"""Cells in the rectangle around a sheet's values: the parser sets all of it aside."""
CACHED_BYTES = 4 * MB
"""A larger part is handed on as it was packed, to save memory."""

RESAVE_REMEDY = "Ask the sender to open it in Excel, save it again as .xlsx and send that"
PLAIN_WORKBOOK_REMEDY = "Ask the sender for an ordinary .xlsx with only their table in it"

_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END = struct.Struct("<4s4H2LH")
_PROLOGUE = re.compile(rb"<[A-Za-z_]")
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")


def refuse_package(fault: str, remedy: str = RESAVE_REMEDY) -> UnreadableFile:
    """The refusal of a file whose name only the caller knows."""
    return UnreadableFile("", fault, remedy)


_CHECKED_PROLOGUES: set[bytes] = set()
"""Parts nobody reads, as packed, found clean before: themes and properties are the same in every return of a period."""


class ZipEntry:
    """Where one part of a package lies in it."""

    __slots__ = ("crc", "method", "name", "packed", "size", "start")

    def __init__(self, name: str, method: int, crc: int, packed: int, size: int, start: int) -> None:
        self.name = name
        self.method = method
        self.crc = crc
        self.packed = packed
        self.size = size
        self.start = start


class CheckedPackage:
    """A zip package whose directory has been checked: its parts by name, whatever the case of the name.

    Raises UnreadableFile for a package that is broken, locked, too large, or made to harm.
    """

    def __init__(self, data: bytes, entries_max: int = ENTRIES_MAX) -> None:
        self.data = data
        self.parts: dict[str, ZipEntry] = {}
        self.inflated = 0
        self._cached: dict[str, bytes] = {}
        packed = _directory(data, entries_max)
        _check_sizes(packed)
        _check_overlaps(packed)
        for part in packed:
            known = self.parts.setdefault(part.name.lower(), part)
            if known is not part and (known.crc, known.size) != (part.crc, part.size):
                raise refuse_package(
                    f"it holds two different parts named '{part.name[:80]}', which no honest program writes"
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

    def inflate(self, name: str) -> bytes:
        """The part inflated, and not kept."""
        part = self.parts[name.lower()]
        return self._inflate(part, part.size)

    def xml(self, name: str) -> bytes:
        """The part as UTF-8 XML that declares no document type and no entities."""
        text = as_utf8(self[name])
        if text.find(b"!") >= 0 and text.find(b"<!") >= 0 and _DECLARATION.search(text):
            raise refuse_package(*_DOCUMENT_TYPE_FAULT)
        return text

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
            self.inflated += len(inflated)
            if len(inflated) != size or self.inflated > TOTAL_MAX:
                raise refuse_package("it unpacks to another size than it says, as a damaged file or a trap does")
            if zlib.crc32(inflated) != part.crc:
                raise refuse_package("it is damaged: the checksum of one of its parts is wrong")
        return inflated


_DOCUMENT_TYPE_FAULT = (
    "it declares a document type or entities, which a spreadsheet never does and an attack often does",
    "Do not open it; ask the sender whether they sent it, and for a workbook saved as .xlsx",
)


def as_utf8(xml: bytes) -> bytes:
    """The XML in UTF-8, whichever encoding its byte-order mark or declaration names."""
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


def rebuild_package(parts: Mapping[str, bytes | ZipEntry], data: bytes) -> bytes:
    """A zip of these parts and nothing else; a `ZipEntry` is copied from `data` as it was packed."""
    body: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for name, part in parts.items():
        if isinstance(part, bytes):
            method, crc, content, size = 0, zlib.crc32(part), part, len(part)
        else:
            method, crc, content, size = part.method, part.crc, data[part.start : part.start + part.packed], part.size
        label = name.encode("utf-8", "replace")
        body += (
            _LOCAL.pack(b"PK\3\4", 20, 0x800, method, 0, 33, crc, len(content), size, len(label), 0),
            label,
            content,
        )
        directory.append(
            _CENTRAL.pack(
                b"PK\1\2", 20, 20, 0x800, method, 0, 33, crc, len(content), size, len(label), 0, 0, 0, 0, 0, at
            )
            + label
        )
        at += _LOCAL.size + len(label) + len(content)
    index = b"".join(directory)
    end = _END.pack(b"PK\5\6", 0, 0, len(directory), len(directory), len(index), at, 0)
    return b"".join((*body, index, end))


def _directory(data: bytes, most: int) -> list[ZipEntry]:
    cut = "it is cut short or damaged, as files sometimes are by mail"
    end = data.rfind(b"PK\5\6", max(0, len(data) - 65_600))
    if end < 0 or len(data) - end < _END.size:
        raise refuse_package(cut)
    _, _, _, _, entries, size, offset, _ = _END.unpack_from(data, end)
    start = end - size
    if 0xFFFF in (entries, size & 0xFFFF) and data[end - 20 : end - 16] == b"PK\6\7":
        wide = data.rfind(b"PK\6\6", 0, end)
        if wide < 0 or wide + 56 > len(data):
            raise refuse_package(cut)
        entries, size, offset = struct.unpack_from("<3Q", data, wide + 32)
        start = wide - size
    if entries > most:
        raise refuse_package(f"it has {entries:,} parts inside; more than {most:,} are not read", PLAIN_WORKBOOK_REMEDY)
    shift = start - offset
    if start < 0 or shift < 0:
        raise refuse_package(cut)
    found: list[ZipEntry] = []
    at = start
    try:
        for _ in range(entries):
            part, at = _entry(data, at, shift)
            if not part.name.endswith("/"):
                found.append(part)
    except (struct.error, IndexError):
        raise refuse_package(cut) from None
    return found


def _entry(data: bytes, at: int, shift: int) -> tuple[ZipEntry, int]:
    """One line of the directory and where the next begins."""
    sign, _, _, flags, method, _, _, crc, packed, size, named, extra, comment, _, _, _, offset = _CENTRAL.unpack_from(
        data, at
    )
    if sign != b"PK\1\2":
        raise struct.error
    label = data[at + 46 : at + 46 + named]
    name = label.decode("utf-8" if flags & 0x800 else "cp437", "replace").replace("\\", "/").lstrip("/")
    if 0xFFFFFFFF in (packed, size, offset):
        packed, size, offset = _zip64_sizes(data[at + 46 + named : at + 46 + named + extra], packed, size, offset)
    if flags & 1:
        raise refuse_package(
            "it is a zip locked with a password", "Ask the sender for the workbook itself, without the zip"
        )
    if method not in (0, 8):
        raise refuse_package("it is packed in a way spreadsheet programs do not use")
    local = offset + shift
    sign, *_, local_named, local_extra = _LOCAL.unpack_from(data, local)
    begin = local + 30 + local_named + local_extra
    if sign != b"PK\3\4" or begin + packed > len(data) or (method == 0 and packed != size):
        raise struct.error
    return ZipEntry(name, method, crc, packed, size, begin), at + 46 + named + extra + comment


def _zip64_sizes(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """The sizes of an entry whose own fields are too narrow for them (zip64, APPNOTE 4.5.3)."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            values = list(struct.unpack_from(f"<{length // 8}Q", extra, at + 4))
            wanted = [values.pop(0) if field == 0xFFFFFFFF and values else field for field in (size, packed, offset)]
            return wanted[1], wanted[0], wanted[2]
        at += 4 + length
    raise struct.error


def _check_sizes(parts: list[ZipEntry]) -> None:
    for part in parts:
        if part.size > PART_MAX or (part.size > RATIO_FROM and part.size > RATIO_MAX * part.packed):
            raise refuse_package(
                f"a part of it unpacks to {part.size // MB:,} MB from {max(part.packed // 1024, 1):,} kB, "
                "as a trap for spreadsheet readers does",
                PLAIN_WORKBOOK_REMEDY,
            )
    total = sum(part.size for part in parts)
    if total > TOTAL_MAX:
        raise refuse_package(
            f"it unpacks to {total // MB:,} MB; a return may unpack to {TOTAL_MAX // MB} MB", PLAIN_WORKBOOK_REMEDY
        )


def _check_overlaps(parts: list[ZipEntry]) -> None:
    reached = 0
    for start, end in sorted((part.start, part.start + part.packed) for part in parts):
        if start < reached:
            raise refuse_package(
                "parts of it lie on top of each other, as in a trap for spreadsheet readers", PLAIN_WORKBOOK_REMEDY
            )
        reached = max(reached, end)
