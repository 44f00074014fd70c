"""What a picture file carries beside the picture: EXIF, XMP, IPTC and comments, with who made it, where and on what."""

import re
import struct
from collections.abc import Iterator

_TEXT = re.compile(rb"[\x20-\x7e]{4,}")
_PNG_TEXTS = (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME")
_HARMLESS = re.compile(
    rb"(?i)adobe|photoshop|imageready|srgb|icc|matplotlib|https?://matplotlib|software|gimp|inkscape|xmlns|rdf|w3\.org"
)


def picture_metadata(data: bytes) -> list[str]:
    """Return what kinds of metadata a JPEG, PNG, GIF, WebP or TIFF carries, in words; none for a clean picture or no picture.

    A colour profile and what names only the program are none: nobody is known by them.
    """
    if data[:2] == b"\xff\xd8":
        return list(_in_jpeg(data))
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return list(_in_png(data))
    if data[:4] in (b"II*\0", b"MM\0*"):
        return list(_in_exif(b"Exif\0\0" + data))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return [f"{name} metadata" for mark, name in ((b"EXIF", "EXIF"), (b"XMP ", "XMP")) if mark in data[12:]]
    if data[:4] == b"GIF8":
        return ["a comment"] if b"\x21\xfe" in data else []
    return []


def _in_jpeg(data: bytes) -> Iterator[str]:
    """Yield by the segments before the image data (ISO/IEC 10918-1, B.1.1.3)."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in (0xDA, 0xD9):
        marker, size = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        body = data[at + 4 : at + 2 + size]
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            yield from _in_exif(body)
        elif marker == 0xE1 and b"xap/1.0" in body[:40]:
            yield "XMP metadata"
        elif marker == 0xED and b"8BIM" in body:
            yield "IPTC metadata"
        elif marker == 0xFE and _TEXT.search(body) and not _HARMLESS.search(body):
            yield f"a comment ({_first_text(body)})"
        at += 2 + max(size, 2)


def _in_exif(body: bytes) -> Iterator[str]:
    said = [t.decode("ascii") for t in _TEXT.findall(body[6:]) if not re.fullmatch(rb"[\d: .+-]+", t)]
    place = "with the place it was taken" if b"\x88\x25" in body or b"\x25\x88" in body else ""
    yield " ".join(filter(None, ("EXIF metadata", place, f"({', '.join(said[:3])})" if said else "")))


def _in_png(data: bytes) -> Iterator[str]:
    at = 8
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I", data[at : at + 4])[0], data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + size]
        if kind == b"eXIf":
            yield from _in_exif(b"Exif\0\0" + body)
        elif (
            kind in _PNG_TEXTS
            and kind != b"tIME"
            and not body.lower().startswith((b"software", b"creation time", b"date:"))
        ):
            if body.startswith(b"XML:com.adobe.xmp"):
                yield "XMP metadata"
            else:
                yield f"a text ({_first_text(body)})"
        at += 12 + size


def _first_text(body: bytes) -> str:
    found = _TEXT.search(body)
    return found[0][:60].decode("ascii") if found else "unreadable"
