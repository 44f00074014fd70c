"""The file host: what a workbook holds, as a snapshot, and change sets worked into it with all else untouched."""

import io
import re
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from packages import PLAN, TEXTS, at, cell_of, parts, sheet, write

from hrworkbook.hosts.file import FileHost
from hrworkbook.plan.errors import CannotWrite, NotAMaster
from hrworkbook.plan.snapshot import ChangeSet, Link, single_write
from hrworkbook.plan.values import CellError, Uncomputed, Value, same_value


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
        FileHost(path).apply(ChangeSet((single_write("Chart", "A1", 1),)))
    assert at(write(path, {"A3": 3}), "A3") == 3


def test_several_sheets_change_at_once_or_not_at_all(master: Path) -> None:
    both = (single_write("Plan", "B3", "x"), single_write("Journal", "B2", "y"))
    before = master.read_bytes()
    with pytest.raises(CannotWrite):
        FileHost(master).apply(ChangeSet((*both, single_write("People's figures", "B1", "merged away"))))
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
    changes = ChangeSet(tuple(single_write("Plan", cell, value) for cell, value in cells.items()))
    assert FileHost(master).apply(changes) is None


# --- values


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
        "bell\ufffd\ufffd",
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
        FileHost(master).apply(ChangeSet((single_write("Plan", "A2", "fine"), single_write("Plan", cell, value))))
    assert master.read_bytes() == before


def test_a_missing_sheet_is_refused(master: Path) -> None:
    with pytest.raises(NotAMaster, match="there is no sheet 'Plann'"):
        FileHost(master).apply(ChangeSet((single_write("Plann", "A1", 1),)))


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
    assert same_value(found, stored)
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
