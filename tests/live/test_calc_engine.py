"""Calc through xlwings: the surface that scripts use, on an open document."""

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlwings
from fake_excel import in_hex
from host_contract import TRICKY, write_workbook

from hrworkbook.hosts.calc_formula import to_calc, to_excel
from hrworkbook.hosts.libreoffice import connect, import_uno
from hrworkbook.hosts.live_books import CALLER
from hrworkbook.plan.errors import CannotWrite, ToolMissing


@pytest.fixture
def book(open_book: Callable[[Path], Any], tmp_path: Path) -> Any:
    return open_book(write_workbook(tmp_path / "plan.xlsx"))


def test_a_book_is_found_by_its_name_and_by_its_path(book: Any, tmp_path: Path) -> None:
    assert xlwings.Book("plan.xlsx") == book
    assert xlwings.Book(str(tmp_path / "plan.xlsx")) == book
    assert book.fullname == str(tmp_path / "plan.xlsx")
    assert [b.name for b in xlwings.books] == ["plan.xlsx"]
    assert xlwings.apps.active.books.active == book


def test_sheets_are_known_by_name_and_by_number(book: Any) -> None:
    assert [s.name for s in book.sheets] == ["Plan", "Problems", "Empty", "Issued"]
    assert book.sheets[1].name == "Problems"
    assert book.sheets["Issued"].visible is False
    assert "Plan" in [s.name for s in book.sheets]
    with pytest.raises(KeyError):
        book.sheets["Gone"]


def test_values_have_their_types(book: Any) -> None:
    plan = book.sheets["Plan"]
    assert plan["A3:E3"].value == ["001", "Write the policy", datetime(2016, 4, 1), 1200.5, True]
    assert plan["F3"].value is None
    assert plan["F3"].options(err_to_str=True).value == "#N/A"
    assert plan["C4"].value == datetime(2016, 10, 3, 14, 30)
    assert plan["C6"].value == datetime(1899, 12, 30, 9, 15)
    assert book.sheets["Problems"].used_range.address == "$A$1:$B$3"
    assert book.sheets["Empty"].used_range.address == "$A$1"


def test_a_block_comes_and_goes_in_a_fixed_number_of_calls(book: Any, calc: Any) -> None:
    sheet = book.sheets["Empty"]
    counted = []
    # The first makes the number formats, once for a document.
    for rows in (2, 10, 2_000):
        block = [[f"text {r}", float(r), r % 2 == 0, datetime(2016, 1, 1 + r % 28)] for r in range(rows)]
        start = calc.calls
        sheet.range((1, 1), (rows, 4)).value = block
        assert sheet.range((1, 1), (rows, 4)).value == block
        counted.append(calc.calls - start)
    assert counted[1] == counted[2] < 80


def test_a_range_has_parts(book: Any) -> None:
    plan = book.sheets["Plan"]
    assert plan["A2:F6"][1:3, 0].value == ["001", "002"]
    assert plan["A2:F6"][1, 1].value == "Write the policy"
    assert plan["A2:F6"].rows[0].columns[1].value == "Action"
    assert plan["A3"].offset(1, 0).resize(1, 2).address == "$A$4:$B$4"


def test_text_in_text_cells_is_text(book: Any) -> None:
    cells = book.sheets["Empty"].range((1, 1), (len(TRICKY), 1))
    cells.number_format = "@"
    cells.value = [[text] for text in TRICKY]
    assert cells.value == TRICKY
    assert cells.number_format == "@"


def test_formulas_are_written_as_in_excel(book: Any) -> None:
    sheet = book.sheets["Empty"]
    sheet["A1:A3"].value = [[1], [2], ["=SUM(A1,A2)"]]
    sheet["B1"].formula = "=IF(Plan!D3>1000,\"a;b\",'Plan'!A3)"
    assert sheet["A3"].value == 3
    assert sheet["B1"].value == "a;b"
    assert sheet["A3"].formula == "=SUM(A1,A2)"
    sheet["A1"].value = None
    assert sheet["A1"].value is None
    assert sheet["A3"].value == 2


@pytest.mark.parametrize(
    ("excel", "calc_"),
    [
        ("=SUM(A1,B2)", "=SUM(A1;B2)"),
        ("='My plan'!A1&\"a,b!\"", "='My plan'.A1&\"a,b!\""),
        ("=Plan!$A$1*1.5", "=Plan.$A$1*1.5"),
        ("=SUM({1,2;3,4})", "=SUM({1;2|3;4})"),
        ('=HYPERLINK("#\'Plan\'!H7","a ""b"", c")', '=HYPERLINK("#\'Plan\'!H7";"a ""b"", c")'),
    ],
)
def test_formulas_are_told_both_ways(excel: str, calc_: str) -> None:
    assert to_calc(excel) == calc_
    assert to_excel(calc_) == excel


def test_names_and_tables(book: Any) -> None:
    book.names.add("Costs", "=Plan!$D$3:$D$6")
    assert book.names["Costs"].refers_to_range.address == "$D$3:$D$6"
    assert book.names["Costs"].refers_to == "=Plan!$D$3:$D$6"
    assert book.sheets["Plan"].range("Costs").value == [1200.5, 0, None, -7]
    table = book.sheets["Problems"].tables["Problems"]
    assert table.header_row_range.value == ["Place", "Problem"]
    assert table.data_body_range.address == "$A$2:$B$3"
    table.resize(book.sheets["Problems"]["A1:B9"])
    assert table.range.address == "$A$1:$B$9"
    assert len(book.sheets["Plan"].tables) == 0


def test_looks_and_merged_cells(book: Any) -> None:
    plan = book.sheets["Plan"]
    assert plan["B1"].merge_cells and plan["A1:F6"].merge_cells
    assert plan["A2:F6"].merge_cells is False
    assert plan["C1"].merge_area.address == "$A$1:$C$1"
    assert plan["C3"].number_format.upper() == "DD/MM/YYYY"
    assert plan["C3:D3"].number_format is None
    plan["A3"].color = (255, 192, 0)
    assert plan["A3"].color == (255, 192, 0)
    assert plan["A3"].end("down").address == "$A$4"
    assert plan["A6"].end("up").address == "$A$4"


def test_where_the_user_is(book: Any) -> None:
    book.sheets["Problems"].activate()
    book.sheets["Problems"]["B2:B3"].select()
    assert book.sheets.active.name == "Problems"
    assert book.app.selection.address == "$B$2:$B$3"


def test_calculation_screen_and_status_bar(book: Any) -> None:
    app = book.app
    app.calculation = "manual"
    book.sheets["Empty"]["A1"].value = 5
    assert app.calculation == "manual"
    app.calculation = "automatic"
    app.screen_updating = False
    assert app.screen_updating is False
    app.screen_updating = True
    assert app.screen_updating is True
    app.status_bar = "Reading …"
    assert app.status_bar == "Reading …"
    app.status_bar = False
    assert app.status_bar is False


def test_it_never_saves_a_master_over_itself(book: Any, tmp_path: Path) -> None:
    before = (tmp_path / "plan.xlsx").read_bytes()
    with pytest.raises(CannotWrite, match="Calc would save it without"):
        book.save()
    with pytest.raises(CannotWrite):
        book.save(str(tmp_path / "plan.xlsx"))
    book.save(str(tmp_path / "copy.ods"))
    assert (tmp_path / "copy.ods").stat().st_size > 1_000
    assert (tmp_path / "plan.xlsx").read_bytes() == before


def test_the_system_s_modules_stay_out_of_reach() -> None:
    import_uno()
    assert not [p for p in sys.path if p.startswith("/usr/lib/python3/dist-packages")]


def test_where_nothing_listens_is_told() -> None:
    with pytest.raises(ToolMissing, match="none answers at pipe,name=nobody"):
        connect("pipe,name=nobody")


def test_an_open_window_can_be_seen(
    window: Callable[[Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = window(write_workbook(tmp_path / "plan.xlsx"))
    before = opened.picture(tmp_path / "before.png").read_bytes()
    code = "from hrworkbook.hosts import live; live.calling_workbook().show_message('2 problems found. Mend them, then validate again.')"
    around = {**opened.environment, CALLER: in_hex(str(tmp_path / "plan.xlsx"))}
    subprocess.run([sys.executable, "-c", code], env=around, check=True, timeout=60)
    assert opened.picture(tmp_path / "after.png").read_bytes() != before
