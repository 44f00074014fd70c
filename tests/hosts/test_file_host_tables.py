"""The file host and tables: they grow over new rows, and new cells look like the ones above."""

import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from packages import PLAN, at, cell_of, parts, write

from hrworkbook.hosts.file import FileHost
from hrworkbook.plan.errors import CannotWrite
from hrworkbook.plan.snapshot import ChangeSet, Link, Write, single_write


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


def test_a_heading_of_a_table_is_refused(master: Path) -> None:
    """Excel repairs, and so alters, a workbook whose table headings differ from their cells."""
    with pytest.raises(CannotWrite, match="Plan!B1: it is a heading or total of the table Plan"):
        FileHost(master).apply(ChangeSet((single_write("Plan", "B1", "Job"),)))
    assert FileHost(master).apply(ChangeSet((single_write("Plan", "B1", "Task"),))) is None


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


def test_a_row_of_a_ledger_that_a_filter_hides_is_shown_where_it_is_written(tmp_path):
    """A problem found anew must not stand in a row that an old filter hides; what HR filters in the plan stays."""
    path = tmp_path / "m.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("Plan", "Problems"):
            sheet = book.add_worksheet(name)
            sheet.add_table(0, 0, 3, 0, {"name": name, "data": [["one"], ["two"], ["three"]]})
            for row in (1, 2):
                sheet.set_row(row, 30, None, {"hidden": True})
    host = FileHost(path)
    host.apply(ChangeSet((single_write("Plan", "A2", "changed"), single_write("Problems", "A2", "changed"))))
    book = openpyxl.load_workbook(path)
    hidden = {name: [r for r in (2, 3, 4) if book[name].row_dimensions[r].hidden] for name in ("Plan", "Problems")}
    assert hidden == {"Plan": [2, 3], "Problems": [3]}
    assert book["Problems"].row_dimensions[2].height == 30 and book["Problems"]["A2"].value == "changed"
