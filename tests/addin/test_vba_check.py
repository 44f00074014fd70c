"""The check of macro projects itself: each corruption is noticed, and what Excel wrote is sound."""

import importlib.metadata
import importlib.util
import io
import re
import struct
from pathlib import Path

import olefile
import pytest
from built import PROJECT, TWIN
from vba_check import decompress_stream, faults, project_faults

from hrworkbook.addin.compound_file import compound_file
from hrworkbook.addin.vba_project import compress
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.ooxml.zip_writing import zip_parts


def streams_of(project: bytes) -> dict[str, bytes]:
    ole = olefile.OleFileIO(io.BytesIO(project))
    return {"/".join(path): ole.openstream(path).read() for path in ole.listdir()}


def restreamed(**changed):
    """A corruption of one stream, put into a compound file that is itself sound."""

    def corrupt(parts):
        streams = streams_of(parts[PROJECT])
        for name, change in changed.items():
            name = name.replace("__", "/", 1) if name.startswith("VBA__") else name
            streams[name] = change(streams[name])
        parts[PROJECT] = compound_file(streams)

    return corrupt


def dir_stream(change):
    """A corruption inside the compressed dir stream."""

    def corrupt(parts):
        streams = streams_of(parts[PROJECT])
        streams["VBA/dir"] = compress(change(package_dir(parts)))
        parts[PROJECT] = compound_file(streams)

    return corrupt


def package_dir(parts) -> bytes:
    return bytes(decompress_stream(bytearray(streams_of(parts[PROJECT])["VBA/dir"])))


def source(name, old, new):
    """A corruption inside one module's source."""

    def change(parts):
        streams = streams_of(parts[PROJECT])
        text = bytes(decompress_stream(bytearray(streams[f"VBA/{name}"])))
        assert old in text
        streams[f"VBA/{name}"] = compress(text.replace(old, new, 1))
        parts[PROJECT] = compound_file(streams)

    return change


def swap(part, old, new):
    """A corruption of one part's text."""

    def change(parts):
        assert old in parts[part], (part, old)
        parts[part] = parts[part].replace(old, new, 1)

    return change


def at(offset, new):
    """A corruption of the compound file's bytes."""

    def change(parts):
        data = bytearray(parts[PROJECT])
        assert data[offset : offset + len(new)] != new
        data[offset : offset + len(new)] = new
        parts[PROJECT] = bytes(data)

    return change


def fat_entry(pick, value):
    def change(parts):
        data = bytearray(parts[PROJECT])
        start = 512 * (struct.unpack_from("<I", data, 76)[0] + 1)
        fat = struct.unpack_from("<128I", data, start)
        number = next(i for i, n in enumerate(fat) if pick(i, n))
        struct.pack_into("<I", data, start + 4 * number, value)
        parts[PROJECT] = bytes(data)

    return change


def directory(field, value, name):
    """A corruption of one field (an offset) of one directory entry."""

    def change(parts):
        data = bytearray(parts[PROJECT])
        place = data.index(name.encode("utf-16-le") + b"\0\0", 512 * (struct.unpack_from("<I", data, 48)[0] + 1))
        assert data[place + field : place + field + len(value)] != value
        data[place + field : place + field + len(value)] = value
        parts[PROJECT] = bytes(data)

    return change


def without(part):
    def change(parts):
        del parts[part]

    return change


CORRUPTIONS = {
    "compound file: its signature": at(0, b"\0"),
    "compound file: another version": at(26, b"\x04"),
    "compound file: cut short": lambda p: p.update({PROJECT: p[PROJECT][:-512]}),
    "compound file: a half sector more": lambda p: p.update({PROJECT: p[PROJECT] + bytes(100)}),
    "compound file: a chain that ends early": fat_entry(lambda i, n: n == i + 1, 0xFFFFFFFE),
    "compound file: a chain that runs on": fat_entry(lambda i, n: n == 0xFFFFFFFE, 0),
    "compound file: a loop": fat_entry(lambda i, n: n == i + 1, 0),
    "compound file: an unmarked FAT sector": fat_entry(lambda i, n: n == 0xFFFFFFFD, 0xFFFFFFFF),
    "compound file: siblings out of order": directory(0, "ZROJECT".encode("utf-16-le"), "PROJECT"),
    "compound file: red under red": directory(67, b"\x00", "Sheet1"),
    "compound file: a lost subtree": directory(68, b"\xff\xff\xff\xff", "Sheet3"),
    "compound file: a stream's length": directory(120, b"\x00\x00\x01", "HRRibbon"),
    "project: a version with no compiled code": restreamed(VBA___VBA_PROJECT=lambda b: b"\xcc\x61\xb5\x00\x00\x00\x00"),
    "project: compiled code it has not": restreamed(VBA___VBA_PROJECT=lambda b: b + bytes(100)),
    "project: no dir": lambda p: p.update(
        {PROJECT: compound_file({k: v for k, v in streams_of(p[PROJECT]).items() if k != "VBA/dir"})}
    ),
    "dir: not compressed": restreamed(VBA__dir=lambda b: b"\x02" + b[1:]),
    "dir: fields swapped": dir_stream(lambda d: d[20:30] + d[10:20] + d[:10] + d[30:]),
    "dir: one module fewer": dir_stream(lambda d: re.sub(rb"\x0f\0\x02\0\0\0.", b"\x0f\0\x02\0\0\0\x07", d, flags=re.DOTALL)),
    "dir: no end": dir_stream(lambda d: d[:-6]),
    "dir: no Office library": dir_stream(lambda d: d.replace(b"2DF8D04C", b"2DF8D04D")),
    "dir: another code page": dir_stream(lambda d: d.replace(b"\x03\0\x02\0\0\0\xe4\x04", b"\x03\0\x02\0\0\0\xe9\xfd")),
    "dir: a name and its Unicode differ": dir_stream(lambda d: d.replace("HRRibbon".encode("utf-16-le"), "HRRibbin".encode("utf-16-le"), 1)),
    "dir: a source that begins elsewhere": dir_stream(lambda d: d.replace(b"\x31\0\x04\0\0\0\0", b"\x31\0\x04\0\0\0\x09", 1)),
    "dir: a class said to be a module": dir_stream(lambda d: d.replace(b"\x22\0\0\0\0\0\x2b", b"\x21\0\0\0\0\0\x2b", 1)),
    "PROJECT: a module forgotten": restreamed(PROJECT=lambda b: b.replace(b"Module=HRRibbon\r\n", b"")),
    "PROJECT: a document said to be a class": restreamed(PROJECT=lambda b: b.replace(b"Document=Sheet1/&H00000000", b"Class=Sheet1")),
    "PROJECT: bare line feeds": restreamed(PROJECT=lambda b: b.replace(b"\r\n", b"\n")),
    "PROJECT: a password": restreamed(PROJECT=lambda b: re.sub(rb'DPB="[0-9A-F]{4}', b'DPB="0102', b)),
    "PROJECT: another ID than the keys were made with": restreamed(PROJECT=lambda b: re.sub(rb'ID="\{.', b'ID="{!', b)),
    "PROJECT: no GC": restreamed(PROJECT=lambda b: re.sub(rb'GC="[0-9A-F]+"\r\n', b"", b)),
    "PROJECTwm: another name": restreamed(PROJECTwm=lambda b: b.replace(b"HRRibbon", b"HRRibbox")),
    "module: named otherwise than its source": source("HRRibbon", b'VB_Name = "HRRibbon"', b'VB_Name = "Ribbon"'),
    "module: bare line feeds": source("HRButtons", b"\r\n", b"\n"),
    "module: an overlong line": source("HRButtons", b"Option Explicit", b"' " + b"x" * 1100),
    "module: NUL": source("HRRibbon", b"Option Explicit", b"Option\0Explicit"),
    "module: a sheet derived as a workbook": source("Sheet1", b"00020820", b"00020819"),
    "module: a class without a base": source("HRWatcher", b"Attribute VB_Base", b"Attribute VB_Best"),
    "module: a callback renamed": source("HRRibbon", b"Sub OnAction(", b"Sub OnClick("),
    "module: a callback that lost an argument": source("HRRibbon", b", ByRef returnedVal)", b")"),
    "package: plain workbook type": swap("[Content_Types].xml", b"ms-excel.sheet.macroEnabled.main", b"openxmlformats-officedocument.spreadsheetml.sheet.main"),
    "package: no project": without(PROJECT),
    "package: project type": swap("[Content_Types].xml", b"application/vnd.ms-office.vbaProject", b"application/octet-stream"),
    "package: no relationship to the project": swap("xl/_rels/workbook.xml.rels", b"2006/relationships/vbaProject", b"2006/relationships/oleObject"),
    "package: workbook without a code name": swap("xl/workbook.xml", b' codeName="ThisWorkbook"', b""),
    "package: workbook with another code name": swap("xl/workbook.xml", b"ThisWorkbook", b"DieseArbeitsmappe"),
    "package: a sheet without a code name": swap("xl/worksheets/sheet1.xml", b' codeName="Sheet1"', b""),
    "package: two sheets of one code name": swap("xl/worksheets/sheet1.xml", b"Sheet1", b"Sheet2"),
    "ribbon: the older namespace in the newer part": swap("customUI/customUI14.xml", b"2009/07", b"2006/01"),
    "ribbon: a part without its relationship": swap("_rels/.rels", b"2007/relationships/ui/extensibility", b"2009/relationships/ui/extensibility"),
    "ribbon: a part missing": without("customUI/customUI.xml"),
    "ribbon: parts that differ": swap("customUI/customUI.xml", b'label="Merge"', b'label="Join"'),
    "ribbon: an id twice": swap("customUI/customUI14.xml", b'id="merge"', b'id="issue"'),
    "ribbon: a callback that is not there": swap("customUI/customUI14.xml", b"HRRibbon.OnAction", b"HRRibbon.OnPress"),
    "ribbon: an icon that does not exist": swap("customUI/customUI14.xml", b"FindNext", b"GoToNextRecord"),
    "ribbon: a button without a key tip": swap("customUI/customUI14.xml", b' keytip="M"', b""),
}  # fmt: skip


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_corruption_is_caught(name):
    parts = CheckedPackage(TWIN).contents()
    CORRUPTIONS[name](parts)
    assert parts != CheckedPackage(TWIN).contents()
    assert faults(zip_parts(parts)), name


def test_there_are_corruptions_enough():
    assert len(CORRUPTIONS) >= 20


def test_the_check_reads_a_project_excel_wrote():
    """xlwings brings one that Excel saved: its compound file is sound to our eyes too; only compiled code is not ours."""
    spec = importlib.util.find_spec("xlwings")
    theirs = CheckedPackage((Path(spec.origin).parent / "quickstart_addin_ribbon.xlam").read_bytes()).contents()[
        PROJECT
    ]
    assert not [f for f in project_faults(theirs)[0] if f.startswith("compound file")]
