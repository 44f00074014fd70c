"""Bad masters and schemas: each gets place, fault and remedy, exit 2, and everything stays as it was."""

import os
import stat
import zipfile
from pathlib import Path

import pytest
from masters import OWNERS, THREE, make_master, type_into
from openpyxl import load_workbook

from hrworkbook.cli.main import main


def _openpyxl(change):
    def spoil(path: Path) -> None:
        book = load_workbook(path)
        change(book)
        book.save(path)

    return spoil


def _typed(**cells):
    """Types over cells as people do: also over headings, which our own host would refuse."""

    def spoil(book):
        for place, value in cells.items():
            sheet, cell = place.split("_")
            book[sheet][cell] = value

    return _openpyxl(spoil)


def _bytes(content: bytes):
    return lambda path: path.write_bytes(content)


def _part(name: str, change):
    """Rewrites one part of the package."""

    def spoil(path: Path) -> None:
        with zipfile.ZipFile(path) as old:
            parts = {n: old.read(n) for n in old.namelist()}
        made = change(parts[name])
        with zipfile.ZipFile(path, "w") as new:
            for n, data in parts.items():
                if n != name or made is not None:
                    new.writestr(n, made if n == name else data)

    return spoil


def _lock(name: str, content: bytes):
    return lambda path: (path.parent / name.format(path.name)).write_bytes(content)


MASTERS = [
    ("no Plan sheet", _openpyxl(lambda b: b.remove(b["Plan"])), "Rename the sheet back to 'Plan'"),
    ("no Columns sheet", _openpyxl(lambda b: b.remove(b["Columns"])), "no sheet 'Columns', so this is not a master"),
    ("no Register sheet", _openpyxl(lambda b: b.remove(b["Register"])), "no sheet 'Register'"),
    ("no Start sheet", _openpyxl(lambda b: b.remove(b["Start"])), "no sheet 'Start'"),
    ("no Problems sheet", _openpyxl(lambda b: b.remove(b["Problems"])), "no sheet 'Problems'"),
    ("a renamed sheet", _openpyxl(lambda b: setattr(b["Owners"], "title", "People")), "no sheet 'Owners'"),
    ("the ID heading gone", _typed(Plan_A5="Number"), "the heading 'ID' is missing"),
    ("merged cells over the heading", _openpyxl(lambda b: b["Plan"].merge_cells("B5:C5")), "merged"),
    ("a ledger heading renamed", _typed(Problems_A4="Level"), "the heading 'Severity' is missing"),
    ("an Owners heading renamed", _typed(Owners_A4="Post"), "the heading 'Role' is missing"),
    ("an empty file", _bytes(b""), "empty"),
    ("a text file", _bytes(b"Theme,Ref\nStaff,A\n"), ""),
    ("a broken zip", _bytes(b"PK\x03\x04 and nothing more"), ""),
    ("an old .xls", _bytes(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)), ""),
    ("a sheet cut short", _part("xl/worksheets/sheet2.xml", lambda x: x[: len(x) // 2]), ""),
    ("a sheet part gone", _part("xl/worksheets/sheet2.xml", lambda x: None), ""),
    ("an entity in a sheet", _part("xl/worksheets/sheet1.xml", lambda x: x.replace(b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet', 1)), ""),
    ("open in Excel", _lock("~${}", b"\x05Kerry" + bytes(160)), "Kerry"),
    ("open in LibreOffice", _lock(".~lock.{}#", b",kerry,desk7,20.11.2026 09:00,file:///home/kerry;"), "kerry"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "spoil", "says"), MASTERS, ids=[m[0] for m in MASTERS])
def test_a_bad_master_is_told_and_left_as_it_was(what, spoil, says, tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    spoil(path)
    for backup in tmp_path.glob("*.backup-*"):
        backup.unlink()
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert main(["validate", str(path)]) == 2
    refused(capsys, says)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


COLUMNS_AND_PLAN = [
    ("a renamed heading", _typed(Plan_E5="Ownr"), ["Plan!E5: the heading here is 'Ownr', and in Columns!A8 it is 'Owner'."]),
    ("two renamed headings", _typed(Plan_E5="Ownr", Plan_F5="When"), ["Columns!A8 it is 'Owner'", "Columns!A9 it is 'Timescale'"]),
    ("a heading wiped out", _typed(Plan_F5=None), ["Columns!A9: no column of the sheet 'Plan' has the heading 'Timescale'."]),
    ("a heading twice", _typed(Plan_G5="Owner"), ["Plan!G5: the heading here is 'Owner', and in Columns!A10 it is"]),
    ("an unknown kind", _typed(Columns_D8="onwers"), ["Columns!D8: there is no kind 'onwers'. Did you mean owners?"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "spoil", "says"), COLUMNS_AND_PLAN, ids=[m[0] for m in COLUMNS_AND_PLAN])
def test_what_the_columns_sheet_has_wrong_is_listed_and_stops_whatever_else_is_asked(
    what, spoil, says, tmp_path, capsys
):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    spoil(path)
    assert main(["validate", str(path)]) == 1
    told = capsys.readouterr().out
    assert all(one in told for one in says), told
    assert main(["issue", str(path), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err and not (tmp_path / "out").exists()


def refused(capsys, says):
    """The complaint is at most three lines, has a place and a remedy, and is no traceback."""
    out, err = capsys.readouterr()
    assert out == ""
    assert 1 <= len(err.strip().splitlines()) <= 3
    assert "Traceback" not in err and "unexpected" not in err
    place, _, rest = err.partition(": ")
    assert place and rest.count(". ") >= 1
    assert says in err


def test_a_master_that_is_not_there(tmp_path, capsys):
    assert main(["validate", str(tmp_path / "none.xlsx")]) == 2
    refused(capsys, "there is no such file")


def test_a_doubled_id_stops_what_would_write_by_id(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    type_into(path, {"Plan!A7": "L001"})
    assert main(["issue", str(path), "--out", str(tmp_path / "out")]) == 2
    refused(capsys, "the ID L001 is also in row 6")
    assert not (tmp_path / "out").exists()


def test_a_blank_period_stops_issue(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS, Period=None)
    assert main(["issue", str(path), "--out", str(tmp_path / "out")]) == 2
    refused(capsys, "the Period is blank")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--due", "31 June 2027"], "--due: the day is '31 June 2027', and there is no such date"),
        (["--owner", "Nobody"], "no line of the plan is owned by 'Nobody'"),
    ],
)
def test_bad_options_of_issue(words, says, tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    assert main(["issue", str(path), "--out", str(tmp_path / "out"), *words]) == 2
    refused(capsys, says)


@pytest.mark.parametrize("name", ["plan.csv", "plan", "plan.xlsm"])
def test_a_master_is_an_xlsx(name, tmp_path, capsys):
    assert main(["new", "delivery-plan", str(tmp_path / name)]) == 2
    refused(capsys, "Give it a name that ends in .xlsx")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("our.toml", b'name = "x"\ntitel = "y"', "there is no setting or section 'titel'"),
        ("our.toml", "name = 'café'".encode("cp1252"), "not a text file in UTF-8"),
        ("our.toml", b"", "'name' is missing"),
        ("gone.toml", None, "there is no such schema"),
    ],
)
def test_a_bad_schema_file(name, content, says, tmp_path, capsys):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert main(["new", str(path), str(tmp_path / "m.xlsx")]) == 2
    refused(capsys, says)
    assert not (tmp_path / "m.xlsx").exists()


def test_a_plan_to_start_from_that_is_none(tmp_path, capsys):
    source = tmp_path / "shopping.csv"
    source.write_text("Item,Price\nTea,2\n", encoding="utf-8")
    assert main(["new", "delivery-plan", str(tmp_path / "m.xlsx"), "--from", str(source)]) == 2
    refused(capsys, "shopping.csv")
    assert not (tmp_path / "m.xlsx").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert main(["validate", str(path)]) == 2
        refused(capsys, "read-only")
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_a_file_marked_read_only(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    path.chmod(stat.S_IRUSR)
    assert main(["validate", str(path)]) == 2
    refused(capsys, "read-only")


def test_an_output_folder_that_is_a_file(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    before = path.read_bytes()
    (tmp_path / "out").write_text("I am a file", encoding="utf-8")
    assert main(["issue", str(path), "--out", str(tmp_path / "out")]) == 2
    refused(capsys, "out")
    assert path.read_bytes() == before
