"""A column of IDs beside a table of a workbook that is not ours: nothing else in it changes."""

import re
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils import get_column_letter

from hrworkbook.ooxml.added_column import AddedColumn, add_columns, first_free_column
from hrworkbook.ooxml.load_workbook import load
from hrworkbook.plan.errors import CannotWrite
from hrworkbook.plan.snapshot import Block
from tests.support.packages import parts, repacked, used_master

IDS = {row: f"L{row:03}" for row in range(2, 10)}
TABLE = "xl/tables/table1.xml"


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    return used_master(tmp_path / "Their plan.xlsx", formulas=True)


def with_ids(path: Path, column: int = 7, header: str = "Plan ID", ids: Mapping[int, str] = IDS) -> dict[str, bytes]:
    """Put a column of IDs on their sheet Plan; return the parts that changed."""
    before = parts(path)
    path.write_bytes(add_columns(path.read_bytes(), [AddedColumn("Plan", 1, column, header, ids)], path.name))
    after = parts(path)
    assert list(before) == list(after)
    return {name: xml for name, xml in after.items() if before[name] != xml}


def test_heading_and_ids_stand_beside_each_line_and_nothing_else_changes(theirs: Path):
    before = load(theirs.read_bytes(), "x").snapshot
    assert set(with_ids(theirs)) == {"xl/worksheets/sheet1.xml", "xl/styles.xml"}
    after = load(theirs.read_bytes(), "x").snapshot
    assert [after["Plan"].at(row, 7) for row in range(1, 10)] == ["Plan ID", *IDS.values()]
    assert [[*row[:5]] for row in after["Plan"].rows] == [[*row[:5]] for row in before["Plan"].rows]
    assert after.sheets[1:] == before.sheets[1:]


def test_a_table_that_ends_there_grows_over_the_column_with_its_filter(theirs: Path):
    changed = with_ids(theirs, 6)
    assert set(changed) == {"xl/worksheets/sheet1.xml", "xl/styles.xml", TABLE}
    table = openpyxl.load_workbook(theirs)["Plan"].tables["Plan"]
    assert table.ref == table.autoFilter.ref == "A1:F9"
    assert [c.name for c in table.tableColumns] == ["ID", "Task", "Due", "Spend", "RAG", "Plan ID"]
    assert [c.id for c in table.tableColumns] == [1, 2, 3, 4, 5, 6]
    assert b'<tableColumns count="6">' in changed[TABLE]


@pytest.mark.parametrize("kind", ["queryTable", "xml"])
def test_a_table_that_a_query_fills_is_left_as_it_is(theirs: Path, kind: str):
    xml = parts(theirs)[TABLE].replace(b"<table ", b'<table tableType="%s" ' % kind.encode(), 1)
    repacked(theirs, {TABLE: xml})
    assert TABLE not in with_ids(theirs, 6)


def plan(path: Path, fills: str = "") -> Path:
    """A table in A1:C4 with a look; `fills` are the colours of column C, a letter a line."""
    colours = {"r": "#FF0000", "g": "#00FF00"}
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Plan")
        looks = {"border": 1, "font_name": "Arial", "font_size": 9, "valign": "top"}
        head, body = (
            book.add_format({**looks, "bold": True, "bg_color": "#003078", "font_color": "#FFFFFF"}),
            book.add_format(looks),
        )
        band = book.add_format({**looks, "bg_color": "#EEEEEE"})
        sheet.write_row("A1", ["Task", "Owner", "RAG"], head)
        for row in range(1, 4):
            style = band if row == 2 else body
            sheet.write_row(row, 0, [f"Task {row}", "Ann"], style)
            colour = colours.get(fills[row - 1 : row])
            sheet.write(row, 2, 3, book.add_format({**looks, "bg_color": colour, "font_color": "#FFFFFF", "num_format": "0%"}) if colour else style)  # fmt: skip
        sheet.set_column("C:XFD", 20, None, {"hidden": True})
        sheet.set_column("A:C", 20)
        sheet.print_area("A1:C4")
        sheet.autofilter("A1:C4")
    return path


def test_a_cell_looks_as_its_line_does_and_not_as_one_coloured_cell_in_it(tmp_path: Path):
    path = plan(tmp_path / "x.xlsx", "rg ")
    with_ids(path, 4, ids={2: "L001", 3: "007", 4: "L003"})
    sheet = openpyxl.load_workbook(path)["Plan"]
    assert sheet["D1"]._style.fillId == sheet["A1"]._style.fillId != 0
    assert sheet["D1"]._style.fontId == sheet["A1"]._style.fontId
    for row, fill in ((2, None), (3, "FFEEEEEE"), (4, None)):
        cell = sheet.cell(row, 4)
        first = sheet.cell(row, 1)
        assert cell.number_format == "@"
        assert (cell._style.fontId, cell._style.borderId) == (first._style.fontId, first._style.borderId)
        assert (cell.fill.fgColor.rgb if cell.fill.fill_type else None) == fill
    assert sheet["D3"].value == "007" and sheet["D3"].data_type == "s"


def test_the_column_is_narrow_and_shown_and_every_other_as_it_was(tmp_path: Path):
    path = plan(tmp_path / "x.xlsx")
    changed = with_ids(path, 4, "ID", {2: "L001"})["xl/worksheets/sheet1.xml"].decode()
    columns = re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"([^>]*)/>', changed)
    assert [c[:2] for c in columns][-2:] == [("4", "4"), ("5", "16384")]
    own = next(c for c in columns if c[0] == "4")
    assert float(own[2]) < 9 and "hidden" not in own[3]
    assert 'hidden="1"' in columns[-1][3]
    assert '<autoFilter ref="A1:C4"/>' in changed
    assert openpyxl.load_workbook(path)["Plan"].print_area == "'Plan'!$A$1:$C$4"


@pytest.mark.parametrize(
    ("head", "column", "width", "expected"),
    [
        ("", 4, 20.0, None),
        ('<cols><col min="2" max="2" width="30" customWidth="1"/></cols>', 4, 20.0, [(2, 2, 30.0), (4, 4, None)]),
        ('<cols><col min="6" max="6" width="30" customWidth="1"/></cols>', 4, 20.0, [(4, 4, None), (6, 6, 30.0)]),
        ('<cols><col min="4" max="4" width="30" customWidth="1" style="1"/></cols>', 4, 30.0, [(4, 4, None)]),
        ('<cols><col min="2" max="9" width="30" customWidth="1"/></cols>', 4, 30.0, [(2, 3, 30.0), (4, 4, None), (5, 9, 30.0)]),
    ],
)  # fmt: skip
def test_widths_of_any_spelling(tmp_path: Path, head: str, column: int, width: float, expected: list[tuple[int, int, float | None]] | None):  # fmt: skip
    path = plan(tmp_path / "x.xlsx")
    name = "xl/worksheets/sheet1.xml"
    xml = re.sub("<cols>.*</cols>", head, parts(path)[name].decode())
    repacked(path, {name: xml.encode()})
    changed = with_ids(path, column, "ID", {2: "L001"})[name].decode()
    found = [
        (int(a), int(b), float(w)) for a, b, w in re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', changed)
    ]
    narrow = [each for each in found if each[0] == column]
    assert len(narrow) == 1 and narrow[0][1] == column and narrow[0][2] < 9
    if expected is not None:
        assert [(a, b, None if a == column else w) for a, b, w in found] == expected
    openpyxl.load_workbook(path)


def test_a_column_that_holds_something_else_is_not_made_narrow(tmp_path: Path):
    path = plan(tmp_path / "x.xlsx")
    path.write_bytes(add_columns(path.read_bytes(), [AddedColumn("Plan", 20, 3, "ID", {21: "L001"})], "x"))
    assert 'min="1" max="3"' in parts(path)["xl/worksheets/sheet1.xml"].decode()


def test_columns_of_several_tables_on_several_sheets_come_together(theirs: Path):
    columns = [AddedColumn("Plan", 1, 7, "ID", IDS), AddedColumn("Plan", 20, 7, "ID", {21: "L021"}), AddedColumn("Journal", 1, 5, "ID", {2: "J1"})]  # fmt: skip
    theirs.write_bytes(add_columns(theirs.read_bytes(), columns, "x"))
    snapshot = load(theirs.read_bytes(), "x").snapshot
    assert (
        snapshot["Plan"].at(21, 7) == "L021"
        and snapshot["Plan"].at(2, 7) == "L002"
        and snapshot["Journal"].at(2, 5) == "J1"
    )
    assert openpyxl.load_workbook(theirs)["Journal"].tables["Journal"].ref == "A1:E2"


def test_what_stands_in_the_way_is_told_with_its_cell(theirs: Path):
    data = theirs.read_bytes()
    with pytest.raises(CannotWrite, match="x!Plan!E1: the cell is filled"):
        add_columns(data, [AddedColumn("Plan", 1, 5, "ID", IDS)], "x")
    with pytest.raises(CannotWrite, match="People's figures!B1: it is merged into A1"):
        add_columns(data, [AddedColumn("People's figures", 1, 2, "ID", {})], "x")
    xml = parts(theirs)["xl/worksheets/sheet1.xml"].replace(
        b"</sheetData>", b'</sheetData><sheetProtection sheet="1"/>'
    )
    repacked(theirs, {"xl/worksheets/sheet1.xml": xml})
    with pytest.raises(CannotWrite, match="x!Plan: the sheet is protected.*Unprotect Sheet"):
        add_columns(theirs.read_bytes(), [AddedColumn("Plan", 1, 7, "ID", IDS)], "x")
    add_columns(theirs.read_bytes(), [AddedColumn("Journal", 1, 5, "ID", {})], "x")


def test_the_first_free_column_is_past_what_is_filled_or_merged():
    block = Block("Plan", [["a", "b", None, "n"], ["c"], ["d", None, None, None, None, "x"]], merges=((2, 5, 2, 5),))
    assert first_free_column(block, [1, 2], 2) == 3
    assert first_free_column(block, [1, 2], 3) == 6
    assert first_free_column(block, [1, 2, 3], 3) == 7
    assert get_column_letter(first_free_column(block, [9], 1)) == "B"


SHEET = "xl/worksheets/sheet1.xml"
ODD_ROWS = {
    "as programs write them": ('<row r="2" spans="1:3"><c r="A2" s="1" t="str"><v>a</v></c></row>', "a"),
    "one tag": ('<row r="2" ht="20"/>', None),
    "without places": ("<row><c><v>1</v></c></row>", 1.0),
    "in single quotes": ("<row r='2'><c r='A2' s='1'><v>1</v></c></row>", 1.0),
    "a blank cell there": ('<row r="2"><c r="A2"><v>1</v></c><c r="D2" s="1"/></row>', 1.0),
    "an empty text there": ('<row r="2"><c r="A2"><v>1</v></c><c r="D2" t="str"><v></v></c></row>', 1.0),
    "more at its right": ('<row r="2"><c r="A2"><v>1</v></c><c r="F2"><v>9</v></c></row>', 1.0),
    "a comment in it": ('<row r="2"><!-- <c r="D2"><v>7</v></c> --><c r="A2"><v>1</v></c></row >', 1.0),
    "no row": ("", None),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD_ROWS)
def test_a_row_however_it_is_written_gets_its_text(tmp_path: Path, name: str):
    path = plan(tmp_path / "x.xlsx")
    row, first = ODD_ROWS[name]
    rows = f'<row r="1"><c r="A1" t="str"><v>Task</v></c></row>{row}<row r="3"><c r="A3"><v>3</v></c></row>'
    xml = re.sub("<sheetData>.*</sheetData>", f"<sheetData>{rows}</sheetData>", parts(path)[SHEET].decode())
    repacked(path, {SHEET: xml.encode()})
    with_ids(path, 4, "ID", {2: "L<1>", 3: "L002"})
    block = load(path.read_bytes(), "x").snapshot["Plan"]
    assert [block.at(r, 4) for r in (1, 2, 3)] == ["ID", "L<1>", "L002"]
    assert (block.at(1, 1), block.at(2, 1), block.at(3, 1)) == ("Task", first, 3.0)
    assert block.at(2, 6) == (9.0 if "right" in name else None)
    openpyxl.load_workbook(path)


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("<c r='D2'><v>7</v></c>", "Plan!D2: the cell is filled"),
        ('<c r="D2" t="str"><f>IF(A2="","","x")</f><v></v></c>', "Plan!D2: the cell is filled"),
        ('<c r="C2"><f t="array" ref="C2:D3">A2:B3</f><v>1</v></c>', "Plan!D2: it is part of one formula"),
    ],
)
def test_no_filled_cell_nor_formula_is_written_over(tmp_path: Path, cell: str, fault: str):
    path = plan(tmp_path / "x.xlsx")
    xml = re.sub(rb'(<row r="2".*?)<c r="C2".*?(?=</row>)', rb"\1" + cell.encode(), parts(path)[SHEET])
    repacked(path, {SHEET: xml})
    with pytest.raises(CannotWrite, match=fault):
        add_columns(path.read_bytes(), [AddedColumn("Plan", 1, 4, "ID", {2: "L001"})], "x")


def test_a_row_that_stands_there_twice_is_refused(tmp_path: Path):
    path = plan(tmp_path / "x.xlsx")
    xml = parts(path)[SHEET].replace(b"</sheetData>", b'<row r="2"><c r="A2"><v>1</v></c></row></sheetData>')
    repacked(path, {SHEET: xml})
    with pytest.raises(CannotWrite, match="row 2 stands there twice"):
        add_columns(path.read_bytes(), [AddedColumn("Plan", 1, 4, "ID", {2: "L001"})], "x")
