"""The file host: what a workbook holds, as a snapshot, and change sets worked into it with all else untouched."""

import csv
import io
import os
import re
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hrworkbook.errors import CannotWrite, HrWorkbookError, NotAMaster, UnreadableFile
from hrworkbook.hosts.file import FileHost
from hrworkbook.snapshot import Block, ChangeSet, Link, Snapshot, Write, address, cells_of, single
from hrworkbook.values import CellError, Uncomputed, Value, same

SHARED = Path(os.environ.get("HRWORKBOOK_SHARED", Path(__file__).parents[2] / "shared"))
PLAN, JOURNAL, FIGURES = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(14))) + chunk(b"IEND", b"")


def make_master(path: Path, formulas: bool = False) -> None:
    """A plan as an Excel table with what people add to a workbook: chart, comment, sparkline, picture, rules."""
    with xlsxwriter.Workbook(path) as book:
        plan, journal, figures = (book.add_worksheet(name) for name in ("Plan", "Journal", "People's figures"))
        hidden = book.add_worksheet("Lists")
        hidden.hide()
        hidden.write_column("A1", ["Red", "Amber", "Green"])
        day = book.add_format({"num_format": "dd/mm/yyyy", "bg_color": "#F3F2F1"})
        text, bold = book.add_format({"num_format": "@", "text_wrap": True}), book.add_format({"bold": True})
        plan.set_column("G:G", 12, bold)
        for row in range(1, 9):
            plan.write_string(row, 0, f"L{row:03}", text)
            plan.write_string(row, 1, f"Task {row} & its <words>", text)
            plan.write_datetime(row, 2, datetime(2016, 9, row), day)
            plan.write_number(row, 3, row * 1000)
            plan.write_blank(row, 4, None, bold)
        headers = ["ID", "Task", "Due", "Spend", "RAG"]
        plan.add_table("A1:E9", {"name": "Plan", "columns": [{"header": h} for h in headers]})
        plan.write_comment("B3", "Ask Ann")
        plan.add_sparkline("F2", {"range": "Plan!D2:D9"})
        plan.data_validation("E2:E500", {"validate": "list", "source": "=Lists!$A$1:$A$3"})
        plan.conditional_format("E2:E500", {"type": "cell", "criteria": "==", "value": '"Red"', "format": bold})
        plan.insert_image("H2", "logo.png", {"image_data": io.BytesIO(png())})
        journal.add_table(
            "A1:D2", {"name": "Journal", "columns": [{"header": h} for h in ("When", "Who", "Cell", "To")]}
        )
        journal.set_column("A:A", 12, day)
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Plan!$D$2:$D$9"})
        figures.insert_chart("C2", chart)
        figures.merge_range("A1:B2", "Ours", bold)
        if formulas:
            figures.write_formula("A5", "=SUM(Plan!D2:D9)", None, 36000)


@pytest.fixture
def master(tmp_path: Path) -> Path:
    path = tmp_path / "m.xlsx"
    make_master(path)
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def repacked(path: Path, changed: dict[str, bytes | None], names: Callable[[str], str] = str) -> Path:
    """The workbook with some parts changed, added, or left out."""
    held = parts(path)
    for name, content in changed.items():
        if content is None:
            held.pop(name)
        else:
            held[name] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held.items():
            archive.writestr(names(name), content)
    return path


def sheet(path: Path, rows: str, prefix: str = "", head: str = "", tail: str = "", root: str = "") -> Path:
    """The workbook whose Plan has just these rows."""
    space = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    body = f"<{prefix}sheetData>{rows}</{prefix}sheetData>" if rows != "none" else f"<{prefix}sheetData />"
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\r\n<{prefix}worksheet {space}="{root or MAIN}">{head}{body}{tail}</{prefix}worksheet>'
    rels = {name: None for name in parts(path) if name.endswith("sheet1.xml.rels")}
    return repacked(path, {PLAN: xml.encode(), **rels})


def write(path: Path, cells: dict[str, Value | Link], on: str = "Plan") -> Snapshot:
    """Apply some cells; returns what then stands there."""
    assert FileHost(path).apply(ChangeSet(tuple(single(on, cell, value) for cell, value in cells.items())))
    return FileHost(path).snapshot()


def at(snapshot: Snapshot, cell: str, on: str = "Plan") -> Value:
    match = re.fullmatch(r"([A-Z]+)(\d+)", cell)
    assert match
    return snapshot[on].at(int(match[2]), ord(match[1]) - 64)


def cell_of(path: Path, cell: str, part: str = PLAN) -> ElementTree.Element:
    found = ElementTree.fromstring(parts(path)[part]).find(f".//{{{MAIN}}}c[@r='{cell}']")
    assert found is not None
    return found


# --- reading


def test_a_snapshot_is_every_sheet_from_a1(master: Path) -> None:
    found = FileHost(master).snapshot()
    assert [(b.name, b.hidden) for b in found.sheets] == [
        ("Plan", False), ("Journal", False), ("People's figures", False), ("Lists", True)
    ]  # fmt: skip
    assert list(found["Plan"].rows[0]) == ["ID", "Task", "Due", "Spend", "RAG"]
    assert list(found["Plan"].rows[3]) == ["L003", "Task 3 & its <words>", date(2016, 9, 3), 3000.0, None]
    assert found["People's figures"].merges == ((1, 1, 2, 2),)
    assert found.name == "m.xlsx"


def test_a_chart_sheet_has_no_cells(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Plan").write_column("A1", [1, 2])
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Plan!$A$1:$A$2"})
        book.add_chartsheet("Chart").set_chart(chart)
    assert [(b.name, list(b.rows)) for b in FileHost(path).snapshot().sheets] == [
        ("Plan", [[1.0], [2.0]]),
        ("Chart", []),
    ]
    with pytest.raises(CannotWrite, match="it is a chart and has no cells"):
        FileHost(path).apply(ChangeSet((single("Chart", "A1", 1),)))
    assert at(write(path, {"A3": 3}), "A3") == 3


def test_several_sheets_change_at_once_or_not_at_all(master: Path) -> None:
    both = (single("Plan", "B3", "x"), single("Journal", "B2", "y"))
    before = master.read_bytes()
    with pytest.raises(CannotWrite):
        FileHost(master).apply(ChangeSet((*both, single("People's figures", "B1", "merged away"))))
    assert master.read_bytes() == before
    assert FileHost(master).apply(ChangeSet(both))
    found = FileHost(master).snapshot()
    assert (at(found, "B3"), at(found, "B2", "Journal")) == ("x", "y")


def test_errors_and_formulas_without_a_value_are_no_blanks(master: Path) -> None:
    sheet(
        master,
        '<row r="2"><c r="A2" t="e"><v>#REF!</v></c><c t = \'e\' r="B2"><f>1/0</f><v>#DIV/0!</v></c><c r="C2"><f>A1&amp;"x"</f></c>'
        '<c r="D2"><f>A1</f><v></v></c><c r="E2" t="str"><f>A1</f><v></v></c><c r="F2"><f>A1</f><v>7</v></c></row>'
        '<row r="9"><c><v>1</v></c><c t="e"><v>#N/A</v></c><c><f>B9</f></c></row>',
    )
    found = FileHost(master).snapshot()["Plan"]
    assert [found.at(2, c) for c in range(1, 7)] == ["#REF!", "#DIV/0!", '=A1&"x"', "=A1", None, 7.0]
    assert [type(found.at(2, c)) for c in range(1, 5)] == [CellError, CellError, Uncomputed, Uncomputed]
    assert [found.at(9, c) for c in (1, 2, 3)] == [1.0, "#N/A", "=B9"]
    assert [type(found.at(9, c)) for c in (2, 3)] == [CellError, Uncomputed]


# --- what is untouched


def test_every_part_not_written_to_is_the_same_bytes(master: Path) -> None:
    before, old = master.read_bytes(), zipfile.ZipFile(io.BytesIO(master.read_bytes()))
    write(master, {"B3": "Changed", "D4": 17, "E5": "Red"})
    new = zipfile.ZipFile(master)
    assert new.namelist() == old.namelist()
    kinds = " ".join(old.namelist())
    assert all(word in kinds for word in ("chart1", "comments1", "vmlDrawing1", "image1", "table1", "drawing1"))
    assert [name for name in old.namelist() if old.read(name) != new.read(name)] == [PLAN]
    for was, now in zip(old.infolist(), new.infolist(), strict=True):
        assert (was.date_time, was.external_attr, was.create_system) == (
            now.date_time,
            now.external_attr,
            now.create_system,
        )
        if was.filename != PLAN:
            start = slice(was.header_offset, was.header_offset + 30 + len(was.filename) + was.compress_size)
            assert before[start] in master.read_bytes()
    assert b"sparkline" in new.read(PLAN)
    assert tail(old.read(PLAN)) == tail(new.read(PLAN))


def tail(xml: bytes) -> bytes:
    return xml[xml.index(b"</sheetData>") :]


def test_only_the_cells_written_change(master: Path) -> None:
    before = parts(master)[PLAN]
    write(master, {"B3": "Changed"})
    new = re.sub(rb'<c r="B3".*?</c>', b"", parts(master)[PLAN])
    assert new == re.sub(rb'<c r="B3".*?</c>', b"", before)


def test_the_same_again_changes_nothing(master: Path) -> None:
    cells: dict[str, Value | Link] = {
        "B3": "=1+1", "C4": date(2016, 1, 5), "D5": 3, "E5": Link("Plan!H7", "Plan", "H7"), "F20": True, "C21": date(2016, 1, 5)
    }  # fmt: skip
    write(master, cells)
    changes = ChangeSet(tuple(single("Plan", cell, value) for cell, value in cells.items()))
    assert FileHost(master).apply(changes) is None


# --- values


TEXTS = [
    "=1+1", "+44 1270", "-", "@SUM(1)", "007", "May 2020", "1/2", "TRUE", "#REF!", " lead", "trail ", "a  b", "a\nb", "\n",
    "tab\there", "<b>&amp;</b>", "]]>", "<!-- no -->", "_x000D_", "_x0041_ and _xZZZZ_", "_", "é – £ “q” Ж 日本 😀", "'quoted", "x" * 32_767,
]  # fmt: skip


def test_text_arrives_as_text(master: Path) -> None:
    found = write(master, {f"{column}{row}": text for row, text in enumerate(TEXTS, 2) for column in "BG"})
    book = openpyxl.load_workbook(master)
    for row, text in enumerate(TEXTS, 2):
        for column in "BG":
            assert at(found, f"{column}{row}") == text
            assert cell_of(master, f"{column}{row}").get("t") == "inlineStr"
            if "_x" not in text and row > 9:
                assert book["Plan"][f"{column}{row}"].data_type in ("s", "inlineStr")


def test_what_no_workbook_holds_is_mended_or_refused(master: Path) -> None:
    found = write(master, {"B2": "a\r\nb\rc", "B3": "bell\x07\ud800\ufffe", "B4": float("nan"), "B5": "", "B6": 2**60})
    assert [at(found, f"B{row}") for row in range(2, 7)] == [
        "a\nb\nc",
        "bell\ufffd\ufffd\ufffd",
        None,
        None,
        str(2**60),
    ]


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        ("B3", "x" * 32_768, "Plan!B3: the text has 32,768 characters"),
        ("B3", "😀" * 16_384, "Plan!B3: the text has 32,768 characters"),
        ("B3", float("inf"), "Plan!B3: the number is without end"),
        ("B3", [1], "Plan!B3: a cell cannot hold a list"),
        ("XFE1", "x", "no row 1, column 16,385"),
        ("A1048577", "x", "no row 1,048,577"),
    ],
)
def test_what_a_cell_cannot_hold_is_refused_whole(master: Path, cell: str, value: Value, said: str) -> None:
    before = master.read_bytes()
    with pytest.raises(CannotWrite, match=re.escape(said)):
        FileHost(master).apply(ChangeSet((single("Plan", "A2", "fine"), single("Plan", cell, value))))
    assert master.read_bytes() == before


def test_a_missing_sheet_is_refused(master: Path) -> None:
    with pytest.raises(NotAMaster, match="there is no sheet 'Plann'"):
        FileHost(master).apply(ChangeSet((single("Plann", "A1", 1),)))


def test_a_date_is_a_date_only_where_the_cell_shows_dates(master: Path) -> None:
    day, moment = date(2017, 3, 31), datetime(2017, 3, 31, 14, 30)
    found = write(
        master, {"C2": day, "B2": day, "C3": moment, "B3": moment, "C4": 42, "C5": True, "C6": date(1900, 1, 5)}
    )
    assert [at(found, cell) for cell in ("C2", "B2", "C3", "B3")] == [day, "31/03/2017", moment, "31/03/2017 14:30"]
    assert [at(found, cell) for cell in ("C4", "C5", "C6")] == ["42", True, "05/01/1900"]
    assert openpyxl.load_workbook(master)["Plan"]["C2"].value == datetime(2017, 3, 31)


@pytest.mark.parametrize(
    ("code", "value", "stored"),
    [
        ("dd/mm/yyyy", date(2016, 2, 29), date(2016, 2, 29)),
        ("mmm yyyy", date(2016, 2, 29), date(2016, 2, 29)),
        ('[$-809]d mmmm yyyy;@', date(2016, 2, 29), date(2016, 2, 29)),
        ("hh:mm", time(14, 30), time(14, 30)),
        ("hh:mm", date(2016, 2, 29), "29/02/2016"),
        ('0 "days"', date(2016, 2, 29), "29/02/2016"),
        ('0 "days"', 3, 3),
        ("[Red]0.00", 3, 3),
        (r"0\d", 3, 3),
        ("0.00E+00", 3, 3),
        ("@", 3, 3),
        ("dd/mm/yyyy", 3, "3"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("from_1904", [False, True])
def test_number_formats(tmp_path: Path, code: str, value: Value, stored: Value, from_1904: bool) -> None:
    path = tmp_path / "m.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": from_1904}) as book:
        book.add_worksheet("Plan").write_blank("B2", None, book.add_format({"num_format": code}))
    found = at(write(path, {"B2": value}), "B2")
    assert same(found, stored)
    assert isinstance(found, str) == isinstance(stored, str)


def test_a_cleared_cell_keeps_its_look(master: Path) -> None:
    style = cell_of(master, "C2").get("s")
    assert style
    assert at(write(master, {"C2": None}), "C2") is None
    assert dict(cell_of(master, "C2").attrib) == {"r": "C2", "s": style}


def test_an_error_value_stays_one(master: Path) -> None:
    found = write(master, {"B2": CellError("#REF!"), "B3": Uncomputed("=A1+1"), "B4": CellError("#SPILL!")})
    assert [at(found, cell) for cell in ("B2", "B3", "B4")] == ["#REF!", "=A1+1", "#SPILL!"]
    assert [type(at(found, cell)) for cell in ("B2", "B3", "B4")] == [CellError, str, str]


def test_a_link_jumps(master: Path) -> None:
    long = 'He said "no", ' * 40
    found = write(master, {"B2": Link("Go", "People's figures", "H7"), "B3": Link(long, "Plan", "A1")})
    assert (at(found, "B2"), at(found, "B3")) == ("Go", long)
    book = openpyxl.load_workbook(master)["Plan"]
    assert book["B2"].value == "=HYPERLINK(\"#'People''s figures'!H7\",\"Go\")"
    assert max(map(len, re.findall(r'"((?:[^"]|"")*)"', book["B3"].value))) <= 512


# --- rows, tables, styles


def test_rows_added_below_a_table_grow_it(master: Path) -> None:
    rows = tuple((date(2016, 11, n), f"Ann {n}", "Plan!B2", "x") for n in range(1, 6))
    FileHost(master).apply(ChangeSet((Write("Journal", 2, 1, rows),)))
    found = FileHost(master).snapshot()["Journal"]
    assert [tuple(row) for row in found.rows[1:]] == list(rows)
    table = openpyxl.load_workbook(master)["Journal"].tables["Journal"]
    assert (table.ref, table.autoFilter.ref) == ("A1:D6", "A1:D6")
    FileHost(master).apply(ChangeSet((Write("Journal", 2, 1, ((None,) * 4,) * 5),)))
    assert openpyxl.load_workbook(master)["Journal"].tables["Journal"].ref == "A1:D6"


@pytest.mark.parametrize(
    ("cells", "ref"),
    [
        (["A10"], "A1:E10"),
        (["E10", "A11"], "A1:E11"),
        (["A11"], "A1:E9"),
        (["F10"], "A1:E9"),
        (["A10", "A12"], "A1:E10"),
        (["B3"], "A1:E9"),
    ],
)
def test_a_table_grows_only_over_rows_directly_below(master: Path, cells: list[str], ref: str) -> None:
    write(master, dict.fromkeys(cells, "new"))
    assert openpyxl.load_workbook(master)["Plan"].tables["Plan"].ref == ref


def test_a_table_grows_neither_over_its_totals_nor_into_another(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    with xlsxwriter.Workbook(path) as book:
        plan = book.add_worksheet("Plan")
        plan.add_table("A1:B3", {"name": "Top"})
        plan.add_table("A6:B8", {"name": "Below"})
        plan.add_table("D1:E3", {"name": "Summed", "total_row": True})
    write(path, {"A4": 1, "A5": 2, "A7": "3", "D4": 1})
    tables = openpyxl.load_workbook(path)["Plan"].tables
    assert [tables[name].ref for name in ("Top", "Below", "Summed")] == ["A1:B5", "A6:B8", "D1:E3"]


def test_a_new_cell_looks_like_the_one_above_in_its_table(master: Path) -> None:
    write(
        master,
        {"C10": date(2017, 1, 1), "B11": "two below", "C11": date(2017, 1, 2), "G30": "bold column", "B30": "far"},
    )
    above = cell_of(master, "C9").get("s")
    assert [cell_of(master, cell).get("s") for cell in ("C10", "C11")] == [above, above]
    assert cell_of(master, "B11").get("s") == cell_of(master, "B9").get("s")
    assert cell_of(master, "G30").get("s") == cell_of(master, "E2").get("s")
    assert cell_of(master, "B30").get("s") is None
    assert at(FileHost(master).snapshot(), "C11") == date(2017, 1, 2)


def test_dimension_and_spans_cover_what_was_added(master: Path) -> None:
    write(master, {"J4": 1, "A40": 2})
    xml = parts(master)[PLAN].decode()
    assert re.search(r'<dimension ref="([^"]+)"', xml)[1] == "A1:J40"  # type: ignore[index]
    assert re.search(r'<row r="4" spans="([^"]+)"', xml)[1] == "1:10"  # type: ignore[index]


# --- formulas


def test_recalculation_is_asked_for_only_where_a_formula_can_depend(tmp_path: Path) -> None:
    for formulas in (False, True):
        path = tmp_path / f"{formulas}.xlsx"
        make_master(path, formulas)
        before = parts(path)["xl/workbook.xml"]
        write(path, {"D2": 5, "B2": Link("Go", "Plan", "A1")})
        asked = parts(path)["xl/workbook.xml"]
        assert (
            asked == before
            if not formulas
            else ElementTree.fromstring(asked).find(f".//{{{MAIN}}}calcPr[@fullCalcOnLoad='1']") is not None
        )
    stripped = re.sub(rb"<calcPr[^>]*/>", b"", parts(path)["xl/workbook.xml"])
    repacked(path, {"xl/workbook.xml": stripped})
    write(path, {"D2": 6})
    order = [e.tag.rpartition("}")[2] for e in ElementTree.fromstring(parts(path)["xl/workbook.xml"])]
    assert order[-1] == "calcPr"


def with_calc_chain(path: Path) -> Path:
    held = parts(path)
    chain = b'<calcChain xmlns="%s"><c r="A5" i="3"/></calcChain>' % MAIN.encode()
    rels = held["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Target="calcChain.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain" Id="rId99"/></Relationships>',
    )
    types = held["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml" PartName="/xl/calcChain.xml"/></Types>',
    )
    return repacked(path, {"xl/calcChain.xml": chain, "xl/_rels/workbook.xml.rels": rels, "[Content_Types].xml": types})


def test_the_order_of_calculation_is_left_out_when_formulas_come_or_go(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    make_master(path, formulas=True)
    plain = parts(path)
    with_calc_chain(path)
    write(path, {"D2": 5})
    assert "xl/calcChain.xml" in parts(path)
    write(path, {"A5": 5}, on="People's figures")
    left = parts(path)
    assert "xl/calcChain.xml" not in left
    for name in ("xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
        assert left[name] == plain[name]


@pytest.mark.parametrize(
    ("formula", "cells", "said"),
    [
        ('<f t="shared" ref="B2:B4" si="0">A2</f>', ["B2"], "Plan!B2: other cells take their formula from it"),
        ('<f t="shared" ref="B2:B4" si="0">A2</f>', ["B3"], ""),
        ('<f t="shared" ref="B2:B4" si="0">A2</f>', ["B2", "B3", "B4"], ""),
        ('<f t="array" ref="B2:B4">A2:A4</f>', ["B3"], "Plan!B3: it is part of one formula"),
        ('<f t="array" ref="B2:B4">A2:A4</f>', ["C3"], ""),
        ('<f t="array" ref="B2">SUM(A2:A4)</f>', ["B2"], ""),
        ('<f t="dataTable" ref="B2:B4" r1="A1"/>', ["B4"], "Plan!B4: it is part of one formula"),
    ],
)
def test_formulas_that_fill_several_cells(master: Path, formula: str, cells: list[str], said: str) -> None:
    child = '<f t="shared" si="0"/>' if "shared" in formula else ""
    below = "".join(f'<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="B{r}">{child}<v>{r}</v></c></row>' for r in (3, 4))
    sheet(master, f'<row r="2"><c r="A2"><v>2</v></c><c r="B2">{formula}<v>2</v></c></row>{below}')
    if said:
        before = master.read_bytes()
        with pytest.raises(CannotWrite, match=re.escape(said)):
            FileHost(master).apply(ChangeSet(tuple(single("Plan", cell, "x") for cell in cells)))
        assert master.read_bytes() == before
    else:
        found = write(master, dict.fromkeys(cells, "x"))
        assert all(at(found, cell) == "x" for cell in cells)


def test_a_cell_merged_into_another_is_refused(master: Path) -> None:
    with pytest.raises(CannotWrite, match="People's figures!B2: it is merged into A1"):
        FileHost(master).apply(ChangeSet((single("People's figures", "B2", "lost"),)))
    assert at(write(master, {"A1": "Seen", "B2": None}, on="People's figures"), "A1", "People's figures") == "Seen"


def test_a_heading_of_a_table_is_refused(master: Path) -> None:
    """Excel repairs, and so alters, a workbook whose table headings differ from their cells."""
    with pytest.raises(CannotWrite, match="Plan!B1: it is a heading or total of the table Plan"):
        FileHost(master).apply(ChangeSet((single("Plan", "B1", "Job"),)))
    assert FileHost(master).apply(ChangeSet((single("Plan", "B1", "Task"),))) is None


# --- XML as other programs write it


ROWS = {
    "as Excel": '<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>3</v></c></row><row r="4"><c r="A4"><v>4</v></c></row>',
    "CR LF": '\r\n<row r="1"\r\n>\r\n<c r="A1"\r\n><v>1</v></c >\r\n<c r="C1"><v>3</v></c></row >\r\n<row r="4"><c r="A4"><v>4</v></c></row>',
    "other order": "<row ht='15' r='1'><c t='n' r='A1'><v>1</v></c><c s='0' r = 'C1'><v>3</v></c></row><row r='4'><c t='n' r='A4'><v>4</v></c></row>",
    "no places": "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row></row><row><c><v>4</v></c></row>",
    "some places": '<row r="1"><c><v>1</v></c><c r="C1"><v>3</v></c></row><row r="4"><c><v>4</v></c></row>',
    "comments": '<!-- <row r="2"><c r="B2"><v>9</v></c></row> --><row r="1"><c r="A1"><v>1</v></c><!-- <c r="B1"/> --><c r="C1"><v>3</v></c></row><row r="4"><?pi <c r="B4"/>?><c r="A4"><v>4</v></c></row>',
    "CDATA": '<row r="1"><c r="A1" t="str"><v><![CDATA[1</v></c><c r="B1"><v>]]></v></c><c r="C1"><v>3</v></c></row><row r="4"><c r="A4"><v>4</v></c></row>',
    "empty rows": '<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>3</v></c></row><row r="2"/><row r="3" ht="20"></row><row r="4"><c r="A4"><v>4</v></c></row>',
    "out of order": '<row r="4"><c r="A4"><v>4</v></c></row><row r="1"><c r="C1"><v>3</v></c><c r="A1"><v>1</v></c></row>',
    "extensions": '<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>3</v></c><extLst><ext uri="y"/></extLst></row><row r="4"><c r="A4"><v>4</v></c></row>',
    "odd attributes": '<row r="1" a="&gt;>" b=\'"r="9"\'><c r="A1" a=">"><v>1</v></c><c r="C1"><v>3</v></c></row><row r="4"><c r="A4"><v>4</v></c></row>',
    "a bare place": "none",
}  # fmt: skip
WRITES: dict[str, Value | Link] = {
    "A1": "new one", "B1": 2, "D1": "=4", "B2": "two", "C3": None, "A3": True, "A4": 44, "Z4": "end", "A9": "nine", "A7": "seven"
}  # fmt: skip


@pytest.mark.parametrize(
    ("how", "prefix"), [(how, p) for how in ROWS for p in ("", "x:") if (how, p) != ("CDATA", "x:")]
)
def test_sheets_as_other_programs_write_them(master: Path, how: str, prefix: str) -> None:
    rows = re.sub(r"<(/?)(?=(?:row|c|v|extLst|ext)\b)", rf"<\1{prefix}", ROWS[how])
    sheet(master, rows, prefix, head=f'<{prefix}dimension ref="A1:C4"/>')
    before = FileHost(master).snapshot()
    found = write(master, WRITES)
    assert overlaid(before["Plan"], [single("Plan", cell, value) for cell, value in WRITES.items()], found["Plan"])
    tree = ElementTree.fromstring(parts(master)[PLAN])
    refs = [c.get("r") for c in tree.iter(f"{{{MAIN}}}c") if c.get("r")]
    assert len(refs) == len(set(refs))
    assert openpyxl.load_workbook(master)["Plan"]["A9"].value == "nine"
    assert FileHost(master).apply(ChangeSet(tuple(single("Plan", c, v) for c, v in WRITES.items()))) is None


def overlaid(before: Block, writes: Iterable[Write], after: Block) -> bool:
    """Whether a sheet reads as it was with the writes laid over it."""
    wanted = {(row, column): value for _, row, column, value in cells_of(writes)}
    rows = max(len(before.rows), len(after.rows), *(row for row, _ in wanted))
    columns = max(max(map(len, [*before.rows, *after.rows]), default=0), *(column for _, column in wanted))
    for row in range(1, rows + 1):
        for column in range(1, columns + 1):
            value = wanted.get((row, column), before.at(row, column))
            said = value.text if isinstance(value, Link) else value
            if not same(after.at(row, column), said or (None if said == "" else said)):
                raise AssertionError(f"{address(row, column)}: {after.at(row, column)!r} is not {said!r}")
    return True


def test_strict_workbooks_and_absolute_targets(master: Path) -> None:
    strict = "http://purl.oclc.org/ooxml/"
    held = parts(master)
    changed = {
        name: content.replace(b"http://schemas.openxmlformats.org/officeDocument/2006/", strict.encode() + b"officeDocument/")
        .replace(MAIN.encode(), strict.encode() + b"spreadsheetml/main")
        .replace(b'Target="worksheets/', b'Target="/xl/worksheets/')
        for name, content in held.items()
        if name.startswith(("_rels", "xl/_rels", "xl/workbook", "xl/worksheets/sheet", "xl/styles", "xl/shared"))
    }  # fmt: skip
    repacked(master, changed)
    found = write(master, {"B3": "strictly", "A10": "new"})
    assert (at(found, "B3"), at(found, "A10"), at(found, "C2")) == ("strictly", "new", date(2016, 9, 1))


def test_part_names_of_any_case_and_slash(master: Path) -> None:
    repacked(master, {}, lambda name: name.replace("/sheet1.xml", "/SHEET1.XML").replace("xl/styles", "xl\\styles"))
    assert at(write(master, {"C3": date(2016, 1, 2)}), "C3") == date(2016, 1, 2)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.dates(date(1904, 1, 2), date(9999, 12, 31)),
    st.datetimes(datetime(1904, 1, 2), datetime(9999, 1, 1)),
    st.text(max_size=40),
    st.text(alphabet="_x0D1A <&>'\"\n ", max_size=20),
    st.sampled_from(["=1+1", "007", "_x000D_", " ", CellError("#N/A")]),
    st.builds(Link, st.text(st.characters(exclude_categories=["C"]), max_size=300), st.just("Plan"), st.just("B2")),
)


@pytest.mark.parametrize("how", ["master", "as Excel", "no places", "out of order", "comments"])
def test_writes_laid_over_a_snapshot_are_the_next_one(tmp_path: Path, how: str) -> None:
    path, clean = tmp_path / "m.xlsx", tmp_path / "clean.xlsx"
    make_master(clean, formulas=True)
    if how != "master":
        sheet(clean, ROWS[how])
    original = clean.read_bytes()
    places = st.tuples(st.integers(2 if how == "master" else 1, 14), st.integers(1, 9))

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.dictionaries(places, VALUES, max_size=12), st.dictionaries(places, VALUES, max_size=4))
    def law(first: dict[tuple[int, int], Value | Link], second: dict[tuple[int, int], Value | Link]) -> None:
        for place in tmp_path.glob("m.*"):
            place.unlink()
        path.write_bytes(original)
        host = FileHost(path)
        for cells in (first, second):
            before = host.snapshot()
            writes = tuple(Write("Plan", row, column, ((value,),)) for (row, column), value in cells.items())
            host.apply(ChangeSet(writes))
            after = FileHost(path).snapshot()
            mended = tuple(Write(w.sheet, w.row, w.column, ((as_stored(w.rows[0][0]),),)) for w in writes)
            assert not mended or overlaid(before["Plan"], mended, after["Plan"])
            assert before.sheets[1:] == after.sheets[1:]
            assert host.apply(ChangeSet(writes)) is None

    law()


def as_stored(value: Value | Link) -> Value | Link:
    """A text with what no workbook holds mended."""
    if isinstance(value, str) and not isinstance(value, CellError):
        return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", re.sub("\r\n?", "\n", value))
    return value


# --- what is no master


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
        ("cut short", UnreadableFile, "its zip is broken"),
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
        ("bomb", UnreadableFile, "unpacks to far more"),
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
        FileHost(master).apply(ChangeSet((single("Plan", "A1", "x"),)))
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


# --- real programs and workbooks


@pytest.mark.live
def test_libreoffice_shows_what_was_written(master: Path, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not here")
    texts = [text for text in TEXTS if len(text) < 100 and text.strip() == text and "\t" not in text]
    cells: dict[str, Value | Link] = {f"B{row}": text for row, text in enumerate(texts, 2)}
    write(master, {**cells, "C2": date(2016, 12, 25), "D2": 1234.5, "E2": Link("Go", "Plan", "H7"), "F2": True})
    command = [office, "--headless", "--norestore", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"]
    command += [
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,2057",
        "--outdir",
        str(tmp_path),
        str(master),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with master.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[1] for row in rows[1 : len(texts) + 1]] == texts
    assert rows[1][2:6] == ["25/12/2016", "1234.5", "Go", "TRUE"]


def test_real_workbooks_read_back_or_are_refused(tmp_path: Path) -> None:
    folder = SHARED / "corpus" / "spreadsheets"
    if not folder.is_dir():
        pytest.skip("the corpus of spreadsheets is not here")
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".xlsx", ".xlsm") and p.stat().st_size < 100_000)
    written = sum(survives(file, tmp_path / f"m{file.suffix}") for file in files[::12])
    assert written >= len(files[::12]) * 3 // 4


def survives(source: Path, path: Path) -> bool:
    """Whether a real workbook takes some cells, with all else as it was; False where it is refused, unchanged."""
    for place in path.parent.iterdir():
        place.unlink()
    original = source.read_bytes()
    path.write_bytes(original)
    host = FileHost(path)
    try:
        before = host.snapshot()
        block = next(block for block in before.sheets if block.rows)
        below = len(block.rows) + 1
        full = [(r + 1, c + 1) for r, row in enumerate(block.rows) for c, value in enumerate(row) if value is not None]
        writes = [Write(block.name, below, 1, (("=new", 42.5, True),))]
        writes += [Write(block.name, row, column, ((f" text {row} ",),)) for row, column in full[:40:9]]
        backup = host.apply(ChangeSet(tuple(writes)))
    except (HrWorkbookError, StopIteration):
        assert path.read_bytes() == original
        assert [place.name for place in path.parent.iterdir()] == [path.name]
        return False
    assert backup is not None and backup.read_bytes() == original
    after = FileHost(path).snapshot()
    assert overlaid(block, writes, after[block.name])
    assert [b for b in after.sheets if b.name != block.name] == [b for b in before.sheets if b.name != block.name]
    old, new = parts(source), parts(path)
    changed = [name for name in old if old[name] != new.get(name)]
    assert all(re.search("sheet|table|calcChain|workbook|Content_Types", name) for name in changed), changed
    return True


def test_a_row_grows_to_the_height_a_new_text_needs_and_never_shrinks(tmp_path):
    """A text longer than before must not be clipped by a height that was set for the old one."""
    path = tmp_path / "m.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Plan")
    for row, height in enumerate((20, 90, None)):
        sheet.write(row, 0, "old")
        if height:
            sheet.set_row(row, height)
    book.close()
    host = FileHost(path)
    host.snapshot()
    writes = (Write("Plan", 1, 1, (("new",), ("new",), ("new",), ("new",))),)
    host.apply(ChangeSet(writes, heights=tuple(("Plan", row, 45.0) for row in range(1, 5))))
    sheet = openpyxl.load_workbook(path)["Plan"]
    assert [sheet.row_dimensions[row].height for row in range(1, 5)] == [45, 90, 45, 45]


def test_a_link_that_is_there_already_is_left_beside_cells_that_change(tmp_path):
    path = tmp_path / "m.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Problems").write_row(0, 0, ["Go to", "Fault"])
    book.close()
    link = Link("Problems!A1", "Problems", "A1")
    for fault in ("late", "later"):
        host = FileHost(path)
        host.snapshot()
        host.apply(ChangeSet((Write("Problems", 2, 1, ((link, fault),)),)))
    assert FileHost(path).snapshot()["Problems"].rows[1] == ["Problems!A1", "later"]
