"""Characters of a PDF that are printed as boxes, since their font has no glyph for them.

A font's glyph 0 is what stands for a character that it lacks (OpenType, 'glyf' table). A printer that cuts a font down to
the glyphs it needs may put a copy of it under another number, so outlines are compared, not numbers.
"""

import re
import struct
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

_MAPPING = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f ]+)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_SECTION = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
_MOST_CODES = 70_000


@dataclass(frozen=True, slots=True)
class MissingGlyphs:
    """A font, and the characters that it prints as boxes."""

    font: str
    characters: str

    @property
    def fault(self) -> str:
        """The fault in a sentence, with each character and its name."""
        if not self.characters:
            return f"The font {self.font} lacks a character: a box is printed."
        named = ", ".join(f"'{c}' ({_name(c)})" for c in self.characters[:5])
        more = f" and {len(self.characters) - 5} more" if len(self.characters) > 5 else ""
        return f"The font {self.font} has no {named}{more}: a box is printed."


def missing_glyphs(data: bytes, planned: str = "") -> list[MissingGlyphs]:
    """Return the fonts of a PDF that lack characters it prints, each with those characters.

    `planned` is the text that was to be printed: where a font prints boxes, its characters that no font of the PDF maps
    to a glyph are told with it. Raises what pypdf raises for a file that is no PDF.
    """
    from pypdf import PdfReader

    boxed: dict[str, set[str]] = {}
    drawn: set[str] = set()
    reader = PdfReader(BytesIO(data))
    for name in _fonts_showing_glyph_0(reader):
        boxed[name] = set()
    for name, font in _fonts(reader):
        characters = _characters(font)
        boxes = set(_boxes(font, characters))
        drawn |= {
            c for code, text in characters.items() if code not in boxes for c in unicodedata.normalize("NFKC", text)
        }
        if boxes:
            boxed.setdefault(name, set()).update(c for code in boxes for c in characters[code] if not c.isspace())
    if boxed:
        first = next(iter(boxed.values()))
        first |= {c for c in planned if _is_drawn(c)} - {c for c in planned if _is_among(c, drawn)}
    return [MissingGlyphs(name, "".join(sorted(found))) for name, found in boxed.items()]


def _is_drawn(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in ("Cc", "Cf", "Mn", "Me")


def _is_among(character: str, drawn: set[str]) -> bool:
    return drawn.issuperset(unicodedata.normalize("NFKC", character)) or drawn.issuperset(
        unicodedata.normalize("NFKD", character)
    )


def _fonts(reader: Any) -> Iterator[tuple[str, Any]]:
    """Yield each font of the pages once: its name without the mark of a subset, and its dictionary."""
    seen: set[int] = set()
    for page in reader.pages:
        fonts = _resolve(_resolve(page.get("/Resources", {})).get("/Font", {}))
        for key in fonts:
            font = _resolve(fonts[key])
            if id(font) not in seen:
                seen.add(id(font))
                yield _font_name(font), font


def _fonts_showing_glyph_0(reader: Any) -> Iterator[str]:
    """Yield the names of the fonts whose codes are glyph numbers (Identity-H) and of which a page shows number 0."""
    from pypdf.generic import ContentStream

    for page in reader.pages:
        fonts = _resolve(_resolve(page.get("/Resources", {})).get("/Font", {}))
        by_glyph = {str(k) for k in fonts if str(_resolve(fonts[k]).get("/Encoding", "")).startswith("/Identity")}
        if not by_glyph or page.get_contents() is None:
            continue
        current = ""
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator == b"Tf":
                current = str(operands[0])
            elif operator in (b"Tj", b"TJ", b"'", b'"') and current in by_glyph and _shows_glyph_0(operands[-1]):
                yield _font_name(_resolve(fonts[current]))


def _shows_glyph_0(shown: Any) -> bool:
    texts = shown if isinstance(shown, list) else [shown]
    codes = (getattr(text, "original_bytes", b"") for text in texts)
    return any(text[i : i + 2] == b"\0\0" for text in codes for i in range(0, len(text), 2))


def _font_name(font: Any) -> str:
    """Return a font's name without the mark of a subset."""
    return str(font.get("/BaseFont", "/?"))[1:].rpartition("+")[2]


def _characters(font: Any) -> dict[int, str]:
    """Return what each code of a font stands for (ISO 32000-1, 9.10.3)."""
    mapping = _resolve(font.get("/ToUnicode"))
    if mapping is None or not hasattr(mapping, "get_data"):
        return {}
    found: dict[int, str] = {}
    for kind, body in _SECTION.findall(mapping.get_data()):
        if kind == b"char":
            found |= {int(code, 16): _text(text) for code, text in _MAPPING.findall(body)}
            continue
        for first, last, text in _RANGE.findall(body):
            start = _text(text)
            for n in range(min(int(last, 16) - int(first, 16) + 1, _MOST_CODES)):
                found[int(first, 16) + n] = start[:-1] + chr(ord(start[-1]) + n) if start else ""
    return found


def _text(digits: bytes) -> str:
    return bytes.fromhex(digits.decode().replace(" ", "")).decode("utf-16-be", "replace")


def _boxes(font: Any, characters: Mapping[int, str]) -> Iterator[int]:
    """Yield the codes that a TrueType font draws as it draws what it lacks; nothing of a font in another format."""
    below = _resolve(font.get("/DescendantFonts"))
    described = _resolve(below[0]) if below else font
    program = _resolve(_resolve(described.get("/FontDescriptor", {})).get("/FontFile2"))
    if program is None:
        return
    outlines = _TrueType(program.get_data())
    box = outlines.outline(0)
    for code, text in characters.items():
        glyph = code if below else outlines.glyph(code)
        if text.strip() and (glyph == 0 or (box and outlines.outline(glyph) == box)):
            yield code


class _TrueType:
    """A TrueType font program: which glyph a code is, and its outline."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        (count,) = struct.unpack_from(">H", data, 4)
        entries = (struct.unpack_from(">4s4xII", data, 12 + 16 * i) for i in range(count))
        self.tables = {tag: (start, size) for tag, start, size in entries}
        self.glyphs = self._glyphs()
        self.offsets = self._offsets()

    def glyph(self, code: int) -> int:
        """Return a code's glyph; the code itself where the font does not say."""
        return self.glyphs.get(code, self.glyphs.get(0xF000 + code, 0)) if self.glyphs else code

    def outline(self, glyph: int) -> bytes:
        """Return a glyph's outline; b'' for an empty one."""
        if glyph + 1 >= len(self.offsets):
            return b""
        start, _ = self.tables[b"glyf"]
        return self.data[start + self.offsets[glyph] : start + self.offsets[glyph + 1]]

    def _offsets(self) -> tuple[int, ...]:
        if not {b"head", b"loca", b"glyf"} <= self.tables.keys():
            return ()
        (is_long,) = struct.unpack_from(">h", self.data, self.tables[b"head"][0] + 50)
        start, size = self.tables[b"loca"]
        if is_long:
            return struct.unpack_from(f">{size // 4}I", self.data, start)
        return tuple(2 * offset for offset in struct.unpack_from(f">{size // 2}H", self.data, start))

    def _glyphs(self) -> dict[int, int]:
        """Return glyphs by code, of the formats that printers write: 0 and 6 by single bytes, 4 by segments."""
        if b"cmap" not in self.tables:
            return {}
        start, _ = self.tables[b"cmap"]
        found: dict[int, int] = {}
        (count,) = struct.unpack_from(">H", self.data, start + 2)
        for i in range(count):
            at = start + struct.unpack_from(">I", self.data, start + 8 + 8 * i)[0]
            (kind,) = struct.unpack_from(">H", self.data, at)
            if kind == 0:
                found |= dict(enumerate(self.data[at + 6 : at + 262]))
            elif kind == 6:
                first, number = struct.unpack_from(">HH", self.data, at + 6)
                found |= dict(enumerate(struct.unpack_from(f">{number}H", self.data, at + 10), first))
            elif kind == 4:
                found |= self._segments(at)
        return found

    def _segments(self, at: int) -> dict[int, int]:
        number = struct.unpack_from(">H", self.data, at + 6)[0] // 2
        ends = struct.unpack_from(f">{number}H", self.data, at + 14)
        starts = struct.unpack_from(f">{number}H", self.data, at + 16 + 2 * number)
        deltas = struct.unpack_from(f">{number}H", self.data, at + 16 + 4 * number)
        ranges = at + 16 + 6 * number
        offsets = struct.unpack_from(f">{number}H", self.data, ranges)
        found: dict[int, int] = {}
        for n, (first, last) in enumerate(zip(starts, ends, strict=True)):
            for code in range(first, last + 1) if first != 0xFFFF else ():
                glyph = code
                if offsets[n]:
                    place = ranges + 2 * n + offsets[n] + 2 * (code - first)
                    glyph = struct.unpack_from(">H", self.data, place)[0] if place + 2 <= len(self.data) else 0
                if glyph or not offsets[n]:
                    found[code] = (glyph + deltas[n]) & 0xFFFF
        return found


def _name(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}").lower()


def _resolve(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value
