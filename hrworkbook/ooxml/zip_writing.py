"""Zips of our making."""

import io
import zipfile
import zlib
from collections.abc import Mapping

from hrworkbook.ooxml.zip_directory import CENTRAL, END, LOCAL, ZipEntry

_FIXED_TIMESTAMP = (1980, 1, 1, 0, 0, 0)


Part = bytes | ZipEntry | tuple[bytes, int]
"""What becomes a part: its contents, these with a checksum (CRC-32) that is known already, or the entry of another zip."""


def rebuild_package(parts: Mapping[str, Part], data: bytes) -> bytes:
    """Return a zip of these parts and nothing else; a `ZipEntry` is copied from `data` as it was packed."""
    body: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for name, part in parts.items():
        if isinstance(part, bytes):
            method, crc, content, size = 0, zlib.crc32(part), part, len(part)
        elif isinstance(part, tuple):
            method, crc, content, size = 0, part[1], part[0], len(part[0])
        else:
            method, crc, content, size = part.method, part.crc, data[part.start : part.start + part.packed], part.size
        label = name.encode("utf-8", "replace")
        body += (
            LOCAL.pack(b"PK\3\4", 20, 0x800, method, 0, 33, crc, len(content), size, len(label), 0),
            label,
            content,
        )
        directory.append(
            CENTRAL.pack(
                b"PK\1\2", 20, 20, 0x800, method, 0, 33, crc, len(content), size, len(label), 0, 0, 0, 0, 0, at
            )
            + label
        )
        at += LOCAL.size + len(label) + len(content)
    index = b"".join(directory)
    end = END.pack(b"PK\5\6", 0, 0, len(directory), len(directory), len(index), at, 0)
    return b"".join((*body, index, end))


def zip_parts(parts: Mapping[str, bytes]) -> bytes:
    """Return the parts as a package, without the date and machine that zips usually tell: the same parts, the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, _FIXED_TIMESTAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            info.external_attr = 0
            archive.writestr(info, data)
    return out.getvalue()


def without_timestamps(package: bytes) -> bytes:
    """Return a package of our own making without the time it was packed at."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return zip_parts({name: archive.read(name) for name in archive.namelist()})
