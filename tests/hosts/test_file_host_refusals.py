"""What is no master: each kind of file is refused for what it is, and left as it was."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from packages import MAIN, PLAN, parts, repacked

from hrworkbook.hosts.file import FileHost
from hrworkbook.plan.errors import HrWorkbookError, NotAMaster, UnreadableFile
from hrworkbook.plan.snapshot import ChangeSet, single_write


def ole(*names: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + b"".join(name.encode("utf-16-le") for name in names)


def damaged(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo("xl/styles.xml")
    start = info.header_offset + 30 + len(info.filename) + 20
    return data[:start] + bytes(byte ^ 255 for byte in data[start : start + 9]) + data[start + 9 :]


def broken(master: Path, how: str) -> None:
    data, plan = master.read_bytes(), parts(master)[PLAN]
    many = "".join(f'<row r="{r}"><c r="A{r}"><v>{r}</v></c></row>' for r in range(1, 1000))
    whole: dict[str, bytes] = {
        "empty": b"",
        "text": b"ID,Task\n1,2\n",
        "html": b"<html><table></table></html>",
        "xls": ole("Workbook"),
        "encrypted": ole("EncryptionInfo", "EncryptedPackage"),
        "cut short": data[: len(data) // 2],
        "zip of nothing": b"PK\x05\x06" + bytes(18),
        "damaged": damaged(data),
    }
    changed: dict[str, dict[str, bytes | None]] = {
        "doctype": {PLAN: plan.replace(b"<worksheet", b'<!DOCTYPE w [<!ENTITY a "b">]><worksheet', 1)},
        "entity in a comment's part": {"xl/comments1.xml": b'<!DOCTYPE c [<!ENTITY a "b">]><comments/>'},
        "UTF-16": {PLAN: plan.decode().replace("UTF-8", "UTF-16").encode("utf-16")},
        "another encoding": {PLAN: plan.replace(b"UTF-8", b"ISO-8859-1", 1)},
        "no sheet part": {PLAN: None},
        "no workbook part": {"xl/workbook.xml": None},
        "no relations": {"_rels/.rels": None},
        "workbook not well-formed": {"xl/workbook.xml": b"<workbook><sheets>"},
        "sheet breaks off": {PLAN: plan[: plan.index(b"</sheetData>")]},
        "no cells": {PLAN: b'<worksheet xmlns="%s"/>' % MAIN.encode()},
        "not a worksheet": {PLAN: b"<html/>"},
        "bomb": {"xl/media/image1.png": bytes(30_000_000)},
        "far row": {PLAN: sheet_with(many + '<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>')},
        "far cell": {PLAN: sheet_with(many + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')},
        "no sheets": {"xl/workbook.xml": re.sub(rb"<sheet .*?/>", b"", parts(master)["xl/workbook.xml"])},
        "binary": {"_rels/.rels": parts(master)["_rels/.rels"].replace(b"workbook.xml", b"workbook.bin"), "xl/workbook.bin": b"x"},
    }  # fmt: skip
    if how in whole:
        master.write_bytes(whole[how])
    elif how == "ods":
        with zipfile.ZipFile(master, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    elif how == "doubled part":
        with zipfile.ZipFile(master, "a") as archive:
            archive.writestr("xl/worksheets/Sheet1.xml", plan)
    else:
        repacked(master, changed[how])


def sheet_with(rows: str) -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()


@pytest.mark.parametrize(
    ("how", "kind", "said"),
    [
        ("empty", UnreadableFile, "the file is empty"),
        ("text", NotAMaster, "not an Excel workbook"),
        ("html", NotAMaster, "not an Excel workbook"),
        ("xls", NotAMaster, "old Excel workbook"),
        ("encrypted", UnreadableFile, "encrypted with a password"),
        ("cut short", UnreadableFile, "cut short or damaged"),
        ("zip of nothing", NotAMaster, "not an Excel workbook"),
        ("damaged", UnreadableFile, "its part xl/styles.xml is damaged"),
        ("ods", NotAMaster, "OpenDocument"),
        ("doubled part", UnreadableFile, "two parts of the same name"),
        ("doctype", UnreadableFile, "declares a document type"),
        ("entity in a comment's part", UnreadableFile, "declares a document type"),
        ("UTF-16", UnreadableFile, "not in UTF-8"),
        ("another encoding", UnreadableFile, "not in UTF-8"),
        ("no sheet part", UnreadableFile, "the part of its sheet 'Plan' is missing"),
        ("no workbook part", NotAMaster, "not an Excel workbook"),
        ("no relations", NotAMaster, "not an Excel workbook"),
        ("workbook not well-formed", UnreadableFile, "not well-formed"),
        ("sheet breaks off", UnreadableFile, "breaks off"),
        ("no cells", UnreadableFile, "no place for cells"),
        ("not a worksheet", UnreadableFile, "not a worksheet"),
        ("bomb", UnreadableFile, "as a trap for spreadsheet readers does"),
        ("far row", UnreadableFile, "row number no sheet can have"),
        ("far cell", UnreadableFile, "too far to read"),
        ("no sheets", UnreadableFile, "holds no sheet"),
        ("binary", NotAMaster, "binary workbook"),
    ],
)
def test_what_is_no_master_is_said_so(master: Path, how: str, kind: type[HrWorkbookError], said: str) -> None:
    broken(master, how)
    before = master.read_bytes()
    with pytest.raises(kind, match=re.escape(said)) as caught:
        FileHost(master).apply(ChangeSet((single_write("Plan", "A1", "x"),)))
    assert str(caught.value).startswith("m.xlsx")
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    assert master.read_bytes() == before
    assert [place.name for place in master.parent.iterdir()] == ["m.xlsx"]


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="there is no such file"):
        FileHost(tmp_path / "m.xlsx").snapshot()
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(UnreadableFile, match="this is a folder, not a workbook"):
        FileHost(tmp_path / "folder.xlsx").snapshot()
