"""Sheets of ours put into a workbook that is not: what is theirs stays byte for byte, what is ours is as it was made."""

import io
import re
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from hrworkbook.ooxml.foreign_workbook import StructureLocked, free_sheet_names, has_signed_macros
from hrworkbook.ooxml.insert_sheets import insert_sheets
from hrworkbook.ooxml.load_workbook import load
from hrworkbook.plan.errors import CannotWrite, UnreadableFile
from tests.support.packages import MAIN, parts, png, repacked, used_master

WRITTEN_TO = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
STRICT = (
    ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships"),
)  # fmt: skip


def made(chart: bool = True) -> bytes:
    """A workbook of ours with all that its sheets may have."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        start, lists = book.add_worksheet("Start"), book.add_worksheet("Past periods")
        lists.hide()
        head = book.add_format({"bold": True, "bg_color": "#003078", "font_color": "#FFFFFF", "text_wrap": True})
        day = book.add_format({"num_format": "d mmmm yyyy", "align": "left"})
        pounds = book.add_format({"num_format": "£#,##0", "italic": True, "border": 1})
        start.set_column("A:A", 30, head)
        start.write_string("A1", "Ours & <theirs>", head)
        start.write_rich_string("A2", "one ", book.add_format({"bold": True}), " two")
        start.write_datetime("B1", datetime(2017, 3, 31), day)
        start.write_number("B2", 1_250, pounds)
        start.write_string("C1", "plain")
        start.write_formula("C2", "='Past periods'!A5+SUM(Sums[Spend])+Rate", None, 7)
        start.write_formula("C3", """=HYPERLINK("#'Past periods'!A1","Past periods!A1")""", None, "Past periods!A1")
        start.write_url("C4", "internal:'Past periods'!A1", string="go")
        start.write_comment("B2", "Say why")
        start.data_validation("D1:D9", {"validate": "list", "source": "='Past periods'!$A$5:$A$9"})
        start.conditional_format("B2:B9", {"type": "cell", "criteria": ">", "value": 3, "format": head})
        start.insert_image("F2", "logo.png", {"image_data": io.BytesIO(png())})
        lists.add_table(
            "A4:B6", {"name": "Sums", "columns": [{"header": "Part"}, {"header": "Spend", "format": pounds}]}
        )
        lists.write_column("A5", [1, 2])
        lists.write_column("B5", [10, 20], pounds)
        lists.repeat_rows(3)
        book.define_name("Rate", "='Past periods'!$A$5")
        start.activate()
        if chart:
            bars = book.add_chart({"type": "bar"})
            bars.add_series({"values": "='Past periods'!$B$5:$B$6"})
            start.insert_chart("H2", bars)
    return out.getvalue()


def inserted(path: Path, **options: object) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Put our sheets into a workbook on disk; return its parts before and after."""
    before = parts(path)
    path.write_bytes(insert_sheets(path.read_bytes(), made(), path.name, **options))  # type: ignore[arg-type]
    return before, parts(path)


def colour(font: Any) -> str:
    """Return the colour of a font, that of a theme as XlsxWriter's theme has it."""
    if font.color and font.color.type == "theme":
        return {1: "FF000000", 10: "FF0000FF"}[font.color.theme]
    return str(font.color.rgb) if font.color else "FF000000"


def look(sheet: Worksheet, ref: str) -> tuple[object, ...]:
    """Return all that a cell shows and how, whether a theme says it or the cell."""
    cell = sheet[ref]
    font, fill, edge = cell.font, cell.fill, cell.border
    return (
        cell.value, cell.number_format, font.name, font.sz, font.b, font.i, colour(cell.font),
        fill.fill_type, fill.fgColor.rgb, edge.left.style, edge.bottom.style, cell.alignment.wrap_text, cell.alignment.horizontal,
    )  # fmt: skip


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    return used_master(tmp_path / "Their plan.xlsx", formulas=True)


def assert_ours(path: Path, start: str = "Start") -> None:
    """Pass where our sheets stand behind theirs with every look and value as they were made."""
    own, now = (openpyxl.load_workbook(each, rich_text=False) for each in (io.BytesIO(made()), path))
    assert now.sheetnames[-2:] == [start, "Past periods"]
    for name in own.sheetnames:
        new = now[start if name == "Start" else name]
        assert new.sheet_state == own[name].sheet_state and not new.sheet_view.tabSelected
        for row in own[name].iter_rows():
            for cell in row:
                font = new[cell.coordinate].font
                if cell.value is not None:  # where there is no cell, the look is that of their own Normal style
                    assert font.scheme is None and font.color.type == "rgb"
                if not str(cell.value).startswith("="):
                    assert look(new, cell.coordinate) == look(own[name], cell.coordinate), cell.coordinate


def test_what_is_theirs_stays_byte_for_byte_and_what_is_ours_is_as_it_was_made(theirs: Path):
    before, after = inserted(theirs)
    assert {name for name in before if before[name] != after[name]} == WRITTEN_TO
    assert_ours(theirs)
    snapshot = load(theirs.read_bytes(), "x").snapshot
    assert snapshot["Plan"].at(2, 2) == "Task 1 & its <words>"
    assert snapshot["Start"].at(1, 2) == date(2017, 3, 31)


def test_untouched_parts_are_copied_as_they_were_packed(theirs: Path):
    old = theirs.read_bytes()
    new = insert_sheets(old, made(), "x")
    with zipfile.ZipFile(io.BytesIO(old)) as was, zipfile.ZipFile(io.BytesIO(new)) as now:
        for info in was.infolist():
            if info.filename not in WRITTEN_TO:
                same = now.getinfo(info.filename)
                start, there = info.header_offset, same.header_offset
                assert old[start : start + 30 + info.compress_size] == new[there : there + 30 + info.compress_size]


def test_names_that_are_taken_give_way_and_all_that_leads_to_them_follows(tmp_path: Path):
    path = tmp_path / "taken.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("START")
        book.add_worksheet("past periods").add_table("A1:B3", {"name": "sums"})
        book.define_name("rate", "=START!$A$1")
        sheet.write("A1", 5)
    names = free_sheet_names(path.read_bytes(), ["Start", "Past periods", "Owners"], "x")
    assert names == {"Start": "Start (HR)", "Past periods": "Past periods (HR)", "Owners": "Owners"}
    _, after = inserted(path, names=names)
    new = after["xl/worksheets/sheet3.xml"].decode()
    assert "'Past periods (HR)'!A5+SUM(Sums_HR[Spend])+Rate_HR" in new
    assert """HYPERLINK("#'Past periods (HR)'!A1","Past periods!A1")""" in new.replace("&quot;", '"')
    assert "location=\"'Past periods (HR)'!A1\"" in new
    assert "<formula1>'Past periods (HR)'!$A$5:$A$9</formula1>" in new
    assert "'Past periods (HR)'!$B$5:$B$6" in after["xl/charts/chart1.xml"].decode()
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["START", "past periods", "Start (HR)", "Past periods (HR)"]
    assert (
        book.defined_names["rate"].value == "START!$A$1"
        and book.defined_names["Rate_HR"].value == "'Past periods (HR)'!$A$5"
    )
    assert book["Past periods (HR)"].print_title_rows == "$4:$4"
    ids = [re.search(rb' id="(\d+)"', xml)[1] for name, xml in after.items() if name.startswith("xl/tables/")]  # type: ignore[index]
    assert len(set(ids)) == len(ids) == 2
    with pytest.raises(CannotWrite, match="START \\(hr\\)|Start|START"):
        insert_sheets(path.read_bytes(), made(), "x")


def test_a_name_taken_twice_over_is_told(tmp_path: Path):
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        book.add_worksheet("Start")
        book.add_worksheet("start (hr)")
    with pytest.raises(CannotWrite, match=r"x!start \(hr\): a sheet of ours needs this name\. Rename the sheet"):
        free_sheet_names((tmp_path / "x.xlsx").read_bytes(), ["Start"], "x")


def restyled(path: Path, old: str, new: str, part: str = "xl/styles.xml") -> Path:
    """A workbook whose part has some other text."""
    text = parts(path)[part].decode()
    changed = re.sub(old, new, text, flags=re.DOTALL)
    assert changed != text
    return repacked(path, {part: changed.encode()})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"<dxfs .*</dxfs>", '<dxfs count="0"/>'),
        (r"<dxfs .*</dxfs>", ""),
        (r"<cellStyles .*</cellStyles>", ""),
        (r'<(fonts|fills|borders|cellXfs) count="\d+"', r"<\1"),
        (r'<(fonts|fills|cellXfs) count="\d+"', r'<\1 count="99"'),
        (r"<styleSheet.*", f'<styleSheet xmlns="{MAIN}"/>'),
        (r"<(/?)(?=\w)", r"<\1x:"),
    ],
    ids=["empty list", "no looks", "no named styles", "no counts", "wrong counts", "nothing", "prefixed"],
)
def test_styles_of_any_spelling_take_ours(theirs: Path, old: str, new: str):
    theirs = restyled(theirs, old, new)
    if old.startswith("<(/?)"):
        theirs = restyled(theirs, r"(<x:styleSheet )xmlns=", r"\1xmlns:x=")
    inserted(theirs)
    assert_ours(theirs)
    assert openpyxl.load_workbook(theirs)["Plan"]["B2"].font.b is False


def test_an_index_of_theirs_that_leads_nowhere_does_not_come_to_lead_to_ours(theirs: Path):
    had = len(openpyxl.load_workbook(theirs)._cell_styles)
    theirs = restyled(theirs, r'(<c r="B3" )s="\d+"', rf'\1s="{had + 3}"', "xl/worksheets/sheet1.xml")
    inserted(theirs)
    plan = openpyxl.load_workbook(theirs)["Plan"]
    assert plan["B3"].font.b is False and plan["B3"].fill.fill_type is None
    assert_ours(theirs)


def test_a_workbook_without_a_styles_part_gets_one(tmp_path: Path):
    path = tmp_path / "bare.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Theirs").write("A1", "x")
    rels, types = (parts(path)[name].decode() for name in ("xl/_rels/workbook.xml.rels", "[Content_Types].xml"))
    repacked(path, {
        "xl/styles.xml": None, "xl/_rels/workbook.xml.rels": re.sub(r"<Relationship [^>]*/styles\"[^>]*/>", "", rels).encode(),
        "[Content_Types].xml": re.sub(r"<Override PartName=\"/xl/styles[^>]*/>", "", types).encode(),
    })  # fmt: skip
    inserted(path)
    assert_ours(path)
    assert openpyxl.load_workbook(path)["Theirs"]["A1"].font.b is False


def test_a_prefixed_workbook_without_views_or_relationship_prefix(theirs: Path):
    theirs = restyled(theirs, r"<(/?)(?=\w)", r"<\1m:", "xl/workbook.xml")
    theirs = restyled(theirs, r'xmlns="', 'xmlns:m="', "xl/workbook.xml")
    theirs = restyled(theirs, r"<m:bookViews>.*</m:bookViews>", "", "xl/workbook.xml")
    theirs = restyled(theirs, r' xmlns:r="[^"]*"', "", "xl/workbook.xml")
    theirs = restyled(theirs, r"r:id=", 'xmlns:q="http://schemas.openxmlformats.org/officeDocument/2006/relationships" q:id=', "xl/workbook.xml")  # fmt: skip
    _, after = inserted(theirs)
    xml = after["xl/workbook.xml"].decode()
    assert xml.index("<m:bookViews>") < xml.index("<m:sheets>") < xml.index("<m:definedNames>")
    assert_ours(theirs)


def test_a_strict_workbook_gets_strict_sheets(theirs: Path):
    held = {}
    for name, xml in parts(theirs).items():
        text = xml.decode() if name.endswith((".xml", ".rels")) else None
        for old, new in STRICT:
            text = text.replace(old, new) if text else text
        if text:
            held[name] = text.encode()
    repacked(theirs, held)
    _, after = inserted(theirs)
    new = [xml for name, xml in after.items() if name not in held and name.endswith((".xml", ".rels"))]
    assert new and not any(old.encode() in xml for xml in new for old, _ in STRICT)
    assert load(theirs.read_bytes(), "x").snapshot["Start"].at(1, 2) == date(2017, 3, 31)


def test_days_are_counted_as_the_workbook_counts_them(tmp_path: Path):
    path = tmp_path / "mac.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        book.add_worksheet("Theirs")
    inserted(path)
    assert load(path.read_bytes(), "x").snapshot["Start"].at(1, 2) == date(2017, 3, 31)
    assert load(path.read_bytes(), "x").snapshot["Start"].at(2, 2) == 1_250


def test_a_sheet_takes_the_place_of_an_earlier_one_and_nothing_of_that_stays(theirs: Path):
    inserted(theirs)
    once = theirs.read_bytes()
    twice = insert_sheets(once, made(), "x", replacing={"Start": "Start", "Past periods": "Past periods"})
    theirs.write_bytes(twice)
    before, after = parts(theirs), {}
    with zipfile.ZipFile(io.BytesIO(once)) as archive:
        after = {name: archive.read(name) for name in archive.namelist()}
    assert set(before) == set(after)
    assert before["xl/styles.xml"] == after["xl/styles.xml"]
    assert sorted(re.findall(rb"<sheet [^>]*>", before["xl/workbook.xml"])) == sorted(
        re.findall(rb"<sheet [^>]*>", after["xl/workbook.xml"])
    )
    assert len(re.findall(rb"Print_Titles", before["xl/workbook.xml"])) == 1
    assert_ours(theirs)
    fewer = insert_sheets(twice, made(chart=False), "x", replacing={"Start": "Start"}, leave_out=["Past periods"])
    theirs.write_bytes(fewer)
    gone = set(before) - set(parts(theirs))
    assert gone == {"xl/charts/chart2.xml"}
    types = parts(theirs)["[Content_Types].xml"].decode()
    assert "chart2.xml" not in types and types.count("/xl/worksheets/sheet5.xml") == 1


def test_what_forbids_it_is_told_with_what_to_do(theirs: Path):
    package = theirs.read_bytes()
    locked = restyled(theirs, "<bookViews>", '<workbookProtection lockStructure="1"/><bookViews>', "xl/workbook.xml")
    with pytest.raises(StructureLocked, match="x: its structure is protected.*Review, Protect Workbook"):
        insert_sheets(locked.read_bytes(), made(), "x")
    theirs.write_bytes(package)
    signed = repacked(theirs, {"_xmlsignatures/origin.sigs": b""})
    with pytest.raises(CannotWrite, match="x: it is digitally signed.*Remove the signature"):
        insert_sheets(signed.read_bytes(), made(), "x")
    theirs.write_bytes(package)
    log = '<Relationship Id="rIdLog" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/revisionHeaders" Target="revisions/revisionHeaders.xml"/></Relationships>'  # fmt: skip
    shared = restyled(theirs, "</Relationships>", log, "xl/_rels/workbook.xml.rels")
    shared = repacked(shared, {"xl/revisions/revisionHeaders.xml": b"<headers/>"})
    with pytest.raises(CannotWrite, match="x: it is a shared workbook that keeps a log.*Unshare"):
        insert_sheets(shared.read_bytes(), made(), "x")
    theirs.write_bytes(package)
    with zipfile.ZipFile(theirs, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/workbook.xml", b"<other/>")
    with pytest.raises(UnreadableFile, match="two different parts"):
        insert_sheets(theirs.read_bytes(), made(), "x")
    with pytest.raises(UnreadableFile, match="encrypted with a password"):
        ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
        insert_sheets(ole, made(), "x")
    assert has_signed_macros(package, "x") is False
