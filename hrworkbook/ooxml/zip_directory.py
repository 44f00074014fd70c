"""The directory of a zip: where each part lies and how large it says it is, checked before anything is unpacked."""

import struct
from typing import NamedTuple

from hrworkbook.ooxml.limits import (
    MB,
    PART_MAX,
    PLAIN_WORKBOOK_REMEDY,
    RATIO_FROM,
    RATIO_MAX,
    TOTAL_MAX,
    PackageFault,
    refuse_package,
)

CENTRAL = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")
END = struct.Struct("<4s4H2LH")
"""An entry of the directory, the header before a part, and the end of the directory (APPNOTE 4.3)."""


class ZipEntry:
    """Where one part of a package lies in it."""

    __slots__ = ("crc", "directory_end", "directory_start", "header", "method", "name", "packed", "size", "start")

    def __init__(
        self, name: str, method: int, crc: int, packed: int, size: int, header: int, start: int, listed: tuple[int, int]
    ) -> None:
        self.name = name
        self.method = method
        """0 for stored, 8 for deflated."""
        self.crc = crc
        self.packed = packed
        self.size = size
        """Bytes when it is unpacked, as the directory says."""
        self.header = header
        """Offset of its local header."""
        self.start = start
        """Offset of its packed bytes."""
        self.directory_start, self.directory_end = listed
        """Offsets of its line of the directory."""


class ZipDirectory(NamedTuple):
    """The entries of a zip in their order, folders among them; where its directory begins; its comment."""

    entries: list[ZipEntry]
    start: int
    comment: bytes


def read_directory(data: bytes, most: int) -> ZipDirectory:
    """Return the directory of a zip, nothing of which is unpacked yet.

    Raises RefusedPackage where it is broken or locked, or has more than `most` entries.
    """
    cut = "it is cut short or damaged, as files sometimes are by mail"
    end = data.rfind(b"PK\5\6", max(0, len(data) - 65_600))
    if end < 0 or len(data) - end < END.size:
        raise refuse_package(cut)
    _, _, _, _, entries, size, offset, comment = END.unpack_from(data, end)
    start = end - size
    if 0xFFFF in (entries, size & 0xFFFF) and data[end - 20 : end - 16] == b"PK\6\7":
        wide = data.rfind(b"PK\6\6", 0, end)
        if wide < 0 or wide + 56 > len(data):
            raise refuse_package(cut)
        entries, size, offset = struct.unpack_from("<3Q", data, wide + 32)
        start = wide - size
    if entries > most:
        raise refuse_package(
            f"it has {entries:,} parts inside; more than {most:,} are not read",
            PLAIN_WORKBOOK_REMEDY,
            PackageFault.TOO_LARGE,
        )
    shift = start - offset
    if start < 0 or shift < 0:
        raise refuse_package(cut)
    found: list[ZipEntry] = []
    at = start
    try:
        for _ in range(entries):
            part, at = _entry(data, at, shift)
            found.append(part)
    except (struct.error, IndexError):
        raise refuse_package(cut) from None
    return ZipDirectory(found, start, data[end + END.size : end + END.size + comment])


def _entry(data: bytes, at: int, shift: int) -> tuple[ZipEntry, int]:
    """One line of the directory and where the next begins."""
    sign, _, _, flags, method, _, _, crc, packed, size, named, extra, comment, _, _, _, offset = CENTRAL.unpack_from(
        data, at
    )
    if sign != b"PK\1\2":
        raise struct.error
    label = data[at + 46 : at + 46 + named]
    coding = "utf-8" if flags & 0x800 or label.isascii() else "cp437"
    name = label.decode(coding, "replace").replace("\\", "/").lstrip("/")
    if 0xFFFFFFFF in (packed, size, offset):
        packed, size, offset = _zip64_sizes(data[at + 46 + named : at + 46 + named + extra], packed, size, offset)
    if flags & 1:
        raise refuse_package(
            "it is a zip locked with a password",
            "Ask the sender for the workbook itself, without the zip",
            PackageFault.LOCKED,
        )
    if method not in (0, 8):
        raise refuse_package("it is packed in a way spreadsheet programs do not use")
    local = offset + shift
    sign, *_, local_named, local_extra = LOCAL.unpack_from(data, local)
    begin = local + 30 + local_named + local_extra
    if sign != b"PK\3\4" or begin + packed > len(data) or (method == 0 and packed != size):
        raise struct.error
    line_end = at + CENTRAL.size + named + extra + comment
    return ZipEntry(name, method, crc, packed, size, local, begin, (at, line_end)), line_end


def _zip64_sizes(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """Return the sizes of an entry whose own fields are too narrow for them (zip64, APPNOTE 4.5.3)."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            values = list(struct.unpack_from(f"<{length // 8}Q", extra, at + 4))
            wanted = [values.pop(0) if field == 0xFFFFFFFF and values else field for field in (size, packed, offset)]
            return wanted[1], wanted[0], wanted[2]
        at += 4 + length
    raise struct.error


def check_sizes(parts: list[ZipEntry]) -> None:
    """Raise RefusedPackage where a part, or all together, unpack to more than may be, or to far more than was packed."""
    for part in parts:
        if part.size > PART_MAX or (part.size > RATIO_FROM and part.size > RATIO_MAX * part.packed):
            raise refuse_package(
                f"a part of it unpacks to {part.size // MB:,} MB from {max(part.packed // 1024, 1):,} kB, "
                "as a trap for spreadsheet readers does",
                PLAIN_WORKBOOK_REMEDY,
                PackageFault.HARMFUL,
            )
    total = sum(part.size for part in parts)
    if total > TOTAL_MAX:
        raise refuse_package(
            f"it unpacks to {total // MB:,} MB; a workbook may unpack to {TOTAL_MAX // MB} MB",
            PLAIN_WORKBOOK_REMEDY,
            PackageFault.TOO_LARGE,
        )


def check_overlaps(parts: list[ZipEntry]) -> None:
    """Raise RefusedPackage where two parts share bytes."""
    reached = 0
    for start, end in sorted((part.start, part.start + part.packed) for part in parts):
        if start < reached:
            raise refuse_package(
                "parts of it lie on top of each other, as in a trap for spreadsheet readers",
                PLAIN_WORKBOOK_REMEDY,
                PackageFault.HARMFUL,
            )
        reached = max(reached, end)
