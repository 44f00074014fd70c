"""A VBA project written from the text of its modules (MS-OVBA, without compiled code)."""

import re
import struct
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from hrworkbook.addin.compound_file import compound_file

ModuleKind = Literal["workbook", "sheet", "chart", "class", "module"]

CODE_PAGE = "cp1252"
_DOCUMENT = "0{%s-0000-0000-C000-000000000046}"
_BASES: dict[ModuleKind, str] = {
    "workbook": _DOCUMENT % "00020819",
    "sheet": _DOCUMENT % "00020820",
    "chart": _DOCUMENT % "00020821",
    "class": "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}",
}
"""What each kind of class module is derived from; Excel drops a document module whose base is another's."""

_REFERENCES = (
    (
        "stdole",
        "*\\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\\Windows\\System32\\stdole2.tlb#OLE Automation",
    ),
    (
        "Office",
        "*\\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#"
        "C:\\Program Files\\Common Files\\Microsoft Shared\\OFFICE16\\MSO.DLL#Microsoft Office 16.0 Object Library",
    ),
)
"""Libraries beyond VBA and Excel themselves; the ribbon's own types live in the Office one."""

_CLASS_HEADER = re.compile(r"VERSION 1\.0 CLASS\nBEGIN\n.*?\nEND\n", re.DOTALL)
_NAME = re.compile(r'Attribute VB_Name = "([^"]*)"\n')
_LONGEST_LINE, _MOST_CONTINUATIONS = 1023, 24


@dataclass(frozen=True, slots=True)
class Module:
    """One module of a project: its name, what it is, and its source as VBA stores it (CRLF, attributes first)."""

    name: str
    kind: ModuleKind
    source: str

    @property
    def is_document(self) -> bool:
        """Whether the module stands behind the workbook or one of its sheets."""
        return self.kind in ("workbook", "sheet", "chart")


def module(text: str, kind: ModuleKind) -> Module:
    """Return a module from an exported `.bas` or `.cls` text.

    Raises ValueError, naming the module and line, for a text VBA could not hold.
    """
    text = _CLASS_HEADER.sub("", text.replace("\r\n", "\n"), count=1)
    named = _NAME.match(text)
    if not named:
        raise ValueError('a module starts with a line such as: Attribute VB_Name = "HRRibbon"')
    if kind == "class" and "Attribute VB_Base" not in text:
        text = f'{named[0]}Attribute VB_Base = "{_BASES[kind]}"\n{text[named.end() :]}'
    text = text.rstrip("\n") + "\n"
    _check_source(named[1], text)
    return Module(named[1], kind, text.replace("\n", "\r\n"))


def document(name: str, kind: Literal["workbook", "sheet", "chart"]) -> Module:
    """Return the empty module behind a workbook or sheet whose code name this is."""
    attributes = (
        ("VB_Name", f'"{name}"'),
        ("VB_Base", f'"{_BASES[kind]}"'),
        ("VB_GlobalNameSpace", "False"),
        ("VB_Creatable", "False"),
        ("VB_PredeclaredId", "True"),
        ("VB_Exposed", "True"),
        ("VB_TemplateDerived", "False"),
        ("VB_Customizable", "True"),
    )
    return module("".join(f"Attribute {key} = {value}\n" for key, value in attributes), kind)


def vba_project(name: str, modules: Sequence[Module]) -> bytes:
    """`vbaProject.bin`: a project of this name with these modules; the same bytes for the same modules.

    Raises ValueError where two modules share a name or none stands behind the workbook.
    """
    names = [m.name.upper() for m in modules]
    if len(set(names)) != len(names):
        raise ValueError(f"two modules of {name} have the same name: {', '.join(sorted(names))}")
    if [m.kind for m in modules].count("workbook") != 1:
        raise ValueError(f"{name} needs one module behind the workbook")
    streams = {
        "PROJECT": _project_stream(name, modules).encode(CODE_PAGE),
        "PROJECTwm": b"".join(_name_record(m.name) for m in modules) + b"\0\0",
        "VBA/_VBA_PROJECT": bytes.fromhex("CC61FFFF000000"),
        "VBA/dir": compress(_dir_stream(name, modules)),
    }
    return compound_file(streams | {f"VBA/{m.name}": compress(m.source.encode(CODE_PAGE)) for m in modules})


@lru_cache(maxsize=64)
def compress(data: bytes) -> bytes:
    """Return the bytes as an MS-OVBA compressed container: chunks of 4,096 bytes, each on its own."""
    return b"\x01" + b"".join(_compress_chunk(data[i : i + 4096]) for i in range(0, len(data), 4096))


def _check_source(name: str, text: str) -> None:
    if not re.fullmatch(r"[A-Za-z]\w{0,30}", name, re.ASCII):
        raise ValueError(f"'{name}' cannot name a module: a letter, then letters, digits and _, 31 at most")
    continued = 0
    for number, line in enumerate(text.split("\n"), 1):
        place = f"{name}, line {number}"
        try:
            line.encode(CODE_PAGE)
        except UnicodeEncodeError as fault:
            raise ValueError(f"{place}: VBA cannot hold the character {line[fault.start]!r}") from None
        if "\r" in line or "\0" in line:
            raise ValueError(f"{place}: a stray carriage return or NUL")
        if len(line) > _LONGEST_LINE:
            raise ValueError(f"{place}: {len(line)} characters; a line holds {_LONGEST_LINE}")
        continued = continued + 1 if line.endswith(" _") else 0
        if continued > _MOST_CONTINUATIONS:
            raise ValueError(f"{place}: more than {_MOST_CONTINUATIONS} continued lines")


def _compress_chunk(data: bytes) -> bytes:
    packed = _compress_chunk_body(data)
    if len(packed) <= 4095:
        return struct.pack("<H", 0xB000 | (len(packed) - 1)) + packed
    if len(data) < 4096:
        raise ValueError("a source that cannot be compressed cannot be stored either")
    return struct.pack("<H", 0x3FFF) + data


def _compress_chunk_body(data: bytes) -> bytes:
    """Return the chunk's bytes as groups of eight tokens, each a byte or a copy of something earlier in the chunk."""
    out = bytearray()
    seen: dict[bytes, list[int]] = {}
    at = 0
    while at < len(data):
        flags, group = 0, bytearray()
        for bit in range(8):
            if at >= len(data):
                break
            bits = max((at - 1).bit_length(), 4) if at else 4
            start, length = _longest_match(data, at, seen.get(data[at : at + 3], []), (0xFFFF >> bits) + 3)
            if length:
                flags |= 1 << bit
                group += struct.pack("<H", (at - start - 1) << (16 - bits) | (length - 3))
            else:
                length = 1
                group.append(data[at])
            for i in range(at, at + length):
                seen.setdefault(data[i : i + 3], []).append(i)
            at += length
        out.append(flags)
        out += group
    return bytes(out)


def _longest_match(data: bytes, at: int, candidates: list[int], limit: int) -> tuple[int, int]:
    """Where the longest earlier match of what follows starts, and its length; the nearest of equals, (0, 0) for none."""
    limit = min(limit, len(data) - at)
    best, found = 0, (0, 0)
    if limit < 3:
        return found
    for start in reversed(candidates):
        if best and data[start + best : start + best + 1] != data[at + best : at + best + 1]:
            continue
        length = 3
        while length < limit and data[start + length] == data[at + length]:
            length += 1
        if length > best:
            best, found = length, (start, length)
            if best == limit:
                break
    return found


def _dir_stream(name: str, modules: Sequence[Module]) -> bytes:
    encoded = name.encode(CODE_PAGE)
    parts = [
        _record(0x01, struct.pack("<I", 1)),
        _record(0x02, struct.pack("<I", 0x409)),
        _record(0x14, struct.pack("<I", 0x409)),
        _record(0x03, struct.pack("<H", 1252)),
        _record(0x04, encoded),
        _record(0x05) + _record(0x40),
        _record(0x06) + _record(0x3D),
        _record(0x07, bytes(4)),
        _record(0x08, bytes(4)),
        struct.pack("<HIIH", 0x09, 4, 1, 0),
        _record(0x0C) + _record(0x3C),
    ]
    for reference, library in _REFERENCES:
        libid = library.encode(CODE_PAGE)
        parts.append(_text_record(0x16, 0x3E, reference))
        parts.append(_record(0x0D, struct.pack("<I", len(libid)) + libid + bytes(6)))
    parts.append(_record(0x0F, struct.pack("<H", len(modules))))
    parts.append(_record(0x13, b"\xff\xff"))
    for each in modules:
        parts.append(_text_record(0x19, 0x47, each.name) + _text_record(0x1A, 0x32, each.name))
        parts.append(_record(0x1C) + _record(0x48))
        parts.append(_record(0x31, bytes(4)) + _record(0x1E, bytes(4)) + _record(0x2C, b"\xff\xff"))
        parts.append(_record(0x21 if each.kind == "module" else 0x22) + _record(0x2B))
    return b"".join(parts) + _record(0x10)


def _record(number: int, data: bytes = b"") -> bytes:
    return struct.pack("<HI", number, len(data)) + data


def _text_record(number: int, unicode_number: int, text: str) -> bytes:
    return _record(number, text.encode(CODE_PAGE)) + _record(unicode_number, text.encode("utf-16-le"))


def _name_record(name: str) -> bytes:
    return name.encode(CODE_PAGE) + b"\0" + name.encode("utf-16-le") + b"\0\0"


def _project_stream(name: str, modules: Iterable[Module]) -> str:
    modules = list(modules)
    sources = "\0".join(m.source for m in modules)
    identity = f"{{{uuid.uuid5(uuid.NAMESPACE_OID, f'{name}{chr(0)}{sources}')}}}".upper()
    lines = [f'ID="{identity}"']
    for each in modules:
        word = "Document" if each.is_document else "Class" if each.kind == "class" else "Module"
        lines.append(f"{word}={each.name}" + ("/&H00000000" if each.is_document else ""))
    lines += [
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{_obfuscate(identity, bytes(4))}"',
        f'DPB="{_obfuscate(identity, bytes(1))}"',
        f'GC="{_obfuscate(identity, bytes([0xFF]))}"',
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{m.name}=0, 0, 0, 0, C" for m in modules),
        "",
    ]
    return "\r\n".join(lines)


def _obfuscate(identity: str, data: bytes, seed: int = 0) -> str:
    """Return data disguised the way MS-OVBA 2.4.3 asks: here no protection, no password, project visible.

    The seed is free; nought keeps the result the same each time and needs no filling bytes.
    """
    key = sum(identity.encode(CODE_PAGE)) & 0xFF
    out = [seed, seed ^ 2, seed ^ key]
    plain = key
    for byte in struct.pack("<I", len(data)) + data:
        out.append(byte ^ ((out[-2] + plain) & 0xFF))
        plain = byte
    return bytes(out).hex().upper()
