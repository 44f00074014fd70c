"""The VBA project and its compound file, read back with olefile and oletools."""

import io
import random
import struct

import olefile
import pytest
from compound_check import compound_faults
from hypothesis import given, settings
from hypothesis import strategies as st
from vba_check import decompress_stream, project_faults, sources

from hrworkbook.addin.compound_file import compound_file
from hrworkbook.addin.vba_project import compress, document, module, vba_project


def decompressed(data: bytes) -> bytes:
    return bytes(decompress_stream(bytearray(compress(data))))


@pytest.mark.parametrize("length", [1, 2, 3, 8, 9, 15, 16, 17, 4094, 4095, 4096, 4097, 8191, 8192, 8193, 20_000])
@pytest.mark.parametrize("text", [b"a", b"Sub Merge()\r\n", b"' " + bytes(range(32, 127))])
def test_compression_comes_back_at_every_length(text, length):
    data = (text * (length // len(text) + 1))[:length]
    assert decompressed(data) == data


@given(
    st.lists(
        st.sampled_from(["Sub ", "Dim i As Long\r\n", "If x Then", "£", "’", "\r\n", "x", "=", " " * 40]), max_size=3000
    )
)
@settings(max_examples=60, deadline=None)
def test_compression_comes_back_for_any_source(words):
    data = "".join(words).encode("cp1252")
    assert data == b"" or decompressed(data) == data


def test_a_chunk_that_will_not_compress_is_stored_as_it_is():
    noise = random.Random(1).randbytes(4096)
    assert compress(noise)[1:3] == b"\xff\x3f"
    assert decompressed(noise + b"' end") == noise + b"' end"
    with pytest.raises(ValueError, match="cannot be compressed"):
        compress(noise[:4000])


def test_compression_compresses():
    assert len(compress(b"    Application.StatusBar = False\r\n" * 100)) < 600


NAMES = st.text("abcdefghijKLMNOP_019", min_size=1, max_size=31)


@given(
    st.dictionaries(
        st.one_of(NAMES, NAMES.map(lambda n: f"VBA/{n}"), NAMES.map(lambda n: f"Other/{n}")),
        st.one_of(st.binary(max_size=200), st.integers(4000, 9000).map(lambda n: b"x" * n), st.just(b"y" * 40_000)),
        min_size=1,
        max_size=24,
    )
)
@settings(max_examples=80, deadline=None)
def test_any_streams_come_back_from_a_sound_compound_file(streams):
    unique: dict[str, bytes] = {}
    for path, data in streams.items():
        if path.upper() not in {p.upper() for p in unique} | {"VBA", "OTHER"}:
            unique[path] = data
    if not unique:
        return
    made = compound_file(unique)
    assert compound_faults(made) == []
    ole = olefile.OleFileIO(io.BytesIO(made), raise_defects=olefile.DEFECT_POTENTIAL)
    assert {"/".join(path): ole.openstream(path).read() for path in ole.listdir()} == unique
    assert ole.parsing_issues == []
    assert compound_file(unique) == made


def test_a_compound_file_that_outgrows_its_first_fat_sector():
    streams = {f"VBA/m{i}": bytes([i]) * 30_000 for i in range(20)}
    made = compound_file(streams)
    assert struct.unpack_from("<I", made, 44)[0] > 1 and compound_faults(made) == []


def test_what_this_writer_does_not_store_is_refused():
    with pytest.raises(ValueError, match="31 characters"):
        compound_file({"x" * 32: b""})
    with pytest.raises(ValueError, match="more than this writer stores"):
        compound_file({"big": bytes(8_000_000)})


BAS = 'Attribute VB_Name = "HRTest"\nOption Explicit\n\nPublic Sub Say()\n    MsgBox "£5 – ‘done’"\nEnd Sub\n'
CLS = 'VERSION 1.0 CLASS\nBEGIN\n  MultiUse = -1  \'True\nEND\nAttribute VB_Name = "HRThing"\nAttribute VB_Exposed = False\nPublic ID As String\n'


def project(*modules):
    return vba_project("hrworkbook", [document("ThisWorkbook", "workbook"), document("Sheet1", "sheet"), *modules])


def test_modules_come_back_word_for_word():
    found, modules = project_faults(project(module(BAS, "module"), module(CLS, "class")))
    assert found == []
    assert modules["HRTest"] == ("Module", BAS.replace("\n", "\r\n"))
    assert modules["HRThing"][0] == "Class"
    assert modules["HRThing"][1].endswith("Attribute VB_Exposed = False\r\nPublic ID As String\r\n")
    assert modules["ThisWorkbook"][0] == modules["Sheet1"][0] == "Document"


def test_line_ends_do_not_matter():
    assert module(BAS.replace("\n", "\r\n"), "module") == module(BAS, "module") == module(BAS.rstrip("\n"), "module")


def test_the_same_modules_give_the_same_bytes_and_others_another_id():
    one, two = project(module(BAS, "module")), project(module(BAS.replace("5", "6"), "module"))
    assert one == project(module(BAS, "module"))

    def identity(made: bytes) -> bytes:
        return olefile.OleFileIO(io.BytesIO(made)).openstream("PROJECT").read().splitlines()[0]

    assert identity(one) != identity(two)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7, 8, 20])
def test_any_number_of_modules(count):
    made = project(*(module(f'Attribute VB_Name = "M{i}"\n' + "' x\n" * i * 90, "module") for i in range(count)))
    assert project_faults(made)[0] == []
    assert len(sources(made)) == count + 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Option Explicit\n", "VB_Name"),
        ('Attribute VB_Name = "1st"\n', "cannot name a module"),
        (f'Attribute VB_Name = "{"x" * 32}"\n', "cannot name a module"),
        ('Attribute VB_Name = "Naïve"\n', "cannot name a module"),
        ('Attribute VB_Name = "M"\n\' 日本\n', "M, line 2: VBA cannot hold the character '日'"),
        ('Attribute VB_Name = "M"\n' + "x" * 1024 + "\n", "line 2: 1024 characters"),
        ('Attribute VB_Name = "M"\nx = _\n' + "1 + _\n" * 24 + "2\n", "continued lines"),
        ('Attribute VB_Name = "M"\nx\0\n', "NUL"),
        ('Attribute VB_Name = "M"\nx\ry\n', "carriage return"),
    ],
)
def test_a_source_vba_could_not_hold_is_refused_with_its_line(text, says):
    with pytest.raises(ValueError, match=says):
        module(text, "module")


def test_a_project_without_its_workbook_or_with_doubles_is_refused():
    with pytest.raises(ValueError, match="behind the workbook"):
        vba_project("hrworkbook", [module(BAS, "module")])
    with pytest.raises(ValueError, match="same name"):
        project(module(BAS, "module"), module(BAS.replace("HRTest", "hrtest"), "module"))
