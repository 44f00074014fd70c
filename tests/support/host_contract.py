"""What every host does alike: the same snapshot, and the same change set with the same result.

A test module gives a fixture `host` for the workbook of `SHEETS`, and a subclass of `HostContract` named Test….
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from math import inf
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from hrworkbook.plan.errors import CannotWrite, HrWorkbookError, NotAMaster
from hrworkbook.plan.snapshot import Block, ChangeSet, Link, Snapshot, Write, cells_of, single_write
from hrworkbook.plan.values import CellError, Value, same_value

SHEETS = (
    Block(
        "Plan",
        [
            ["Delivery plan", None, None, None, None, None],
            ["ID", "Action", "Starts", "Cost", "Agreed", "Check"],
            ["001", "Write the policy", date(2016, 4, 1), 1200.5, True, CellError("#N/A")],
            ["002", "Train 40 managers\nin two rooms", datetime(2016, 10, 3, 14, 30), 0.0, False, None],
            [None, None, None, None, None, None],
            ["004", "#REF! stands here as words", time(9, 15), -7.0, None, CellError("#DIV/0!")],
        ],
        merges=((1, 1, 1, 3),),
    ),
    Block("Problems", [["Place", "Problem"], ["Plan!B3", "old"], ["Plan!B4", "older"]]),
    Block("Empty", []),
    Block("Issued", [["kept", "1"]], hidden=True),
)
TABLES = {"Problems": [("Problems", (1, 1, 3, 2))]}

TRICKY = [
    "007", "May 2020", "Oct 2016", "=1+1", "=", "1/2", "+44 1270 123456", "-5", "@x", "'quoted", "''", "a\nb",
    "TRUE", "false", "1e5", "12:30", "£5", "10 %", "#N/A", "#REF!", "2016-04-01", " spaced ", "31/03/2017", "(5)",
    "ends '", '"both"', "naïve – “curly” 😀", "_x000D_", "<b>&amp;</b>", "y" * 32_767, "1" * 300, "x" * 9_000,
]  # fmt: skip


def write_workbook(path: Path, sheets: Sequence[Block] = SHEETS) -> Path:
    """The sheets as an .xlsx, with the tables of `TABLES`."""
    book = xlsxwriter.Workbook(path)
    formats = {
        date: book.add_format({"num_format": "dd/mm/yyyy"}),
        datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
        time: book.add_format({"num_format": "hh:mm"}),
    }
    for block in sheets:
        sheet = book.add_worksheet(block.name)
        for top, left, bottom, right in block.merges:
            sheet.merge_range(top - 1, left - 1, bottom - 1, right - 1, "")
        for name, (top, left, bottom, right) in TABLES.get(block.name, ()):
            columns = [{"header": h} for h in block.rows[0]]
            sheet.add_table(top - 1, left - 1, bottom - 1, right - 1, {"name": name, "columns": columns})
        for r, row in enumerate(block.rows):
            for c, value in enumerate(row):
                _write(sheet, r, c, value, formats)
        if block.hidden:
            sheet.hide()
    book.close()
    return path


def _write(sheet: Any, r: int, c: int, value: Value, formats: dict[type, Any]) -> None:
    if isinstance(value, CellError):
        sheet.write_formula(r, c, {"#N/A": "=NA()", "#DIV/0!": "=1/0"}[value], None, str(value))
    elif isinstance(value, str):
        sheet.write_string(r, c, value)
    elif isinstance(value, bool):
        sheet.write_boolean(r, c, value)
    elif isinstance(value, date | time):
        sheet.write_datetime(r, c, value, formats[type(value)])
    elif value is not None:
        sheet.write_number(r, c, value)


def cells(snapshot: Snapshot) -> dict[tuple[str, int, int], Value]:
    """Every cell of a snapshot that holds something."""
    return {
        (block.name, r, c): value
        for block in snapshot.sheets
        for r, row in enumerate(block.rows, 1)
        for c, value in enumerate(row, 1)
        if value is not None
    }


def alike(written: Value | Link, read: Value) -> bool:
    """Whether a cell says what was written: a text exactly, a number or a date perhaps as a text that says the same."""
    if isinstance(written, Link):
        written = written.text
    if isinstance(written, str) and not isinstance(written, CellError):
        return type(read) is str and read == written
    return same_value(written, read)


def check_applied(before: Snapshot, changes: ChangeSet, after: Snapshot) -> None:
    """Assert that the cells of the change set say what they should, and all others what they did."""
    expected: dict[tuple[str, int, int], Value | Link] = {**cells(before)}
    expected |= {(s, r, c): v for s, r, c, v in cells_of(changes.writes)}
    found = cells(after)
    wrong = {at: (v, found.get(at)) for at, v in expected.items() if not alike(v, found.get(at))}
    assert not wrong
    assert set(found) <= set(expected)


class HostContract:
    """The tests every host passes."""

    def test_a_snapshot_tells_every_cell_with_its_type(self, host: Any) -> None:
        snapshot = host.snapshot()
        assert [b.name for b in snapshot.sheets] == [b.name for b in SHEETS]
        assert [b.hidden for b in snapshot.sheets] == [b.hidden for b in SHEETS]
        assert snapshot["Plan"].merges == SHEETS[0].merges
        expected = cells(Snapshot("", SHEETS))
        assert cells(snapshot) == expected
        kinds = {at: type(v) for at, v in expected.items()}
        assert {at: type(v) for at, v in cells(snapshot).items()} == kinds

    @pytest.mark.parametrize("text", TRICKY, ids=lambda t: repr(t[:20]))
    def test_text_arrives_as_text(self, host: Any, text: str) -> None:
        before = host.snapshot()
        changes = ChangeSet((Write("Plan", 7, 1, ((text, "words", None, 5.5),)), single_write("Issued", "A1", text)))
        host.apply(changes)
        check_applied(before, changes, host.snapshot())

    def test_a_block_of_all_of_them_arrives(self, host: Any) -> None:
        before = host.snapshot()
        rows = tuple((text, 1.5, text, Link(f"to {i}", "Plan", "A1"), None) for i, text in enumerate(TRICKY))
        changes = ChangeSet((Write("Empty", 3, 2, rows),))
        host.apply(changes)
        check_applied(before, changes, host.snapshot())

    @pytest.mark.parametrize("cell", ["A3", "B3", "C3", "D3", "E3", "F3", "A20"])
    def test_a_value_of_any_kind_goes_over_any_other(self, host: Any, cell: str) -> None:
        moments = [date(2016, 5, 1), datetime(2016, 5, 1, 8, 30), time(8, 30)]
        for value in [0.0, 1, -2.5, 1e12, True, False, None, *moments, "words", None, *moments, 3, "4", True]:
            before = host.snapshot()
            changes = ChangeSet((single_write("Plan", cell, value),))
            host.apply(changes)
            check_applied(before, changes, host.snapshot())

    def test_the_later_write_wins(self, host: Any) -> None:
        host.apply(ChangeSet((single_write("Plan", "B3", "first"), single_write("Plan", "B3", "second"))))
        assert host.snapshot()["Plan"].at(3, 2) == "second"

    def test_a_link_shows_its_text(self, host: Any) -> None:
        links = tuple((Link(f'Plan!B{i}, "quoted"', "Plan", f"B{i}"),) for i in range(2, 6))
        before = host.snapshot()
        changes = ChangeSet((Write("Problems", 2, 1, links),))
        host.apply(changes)
        check_applied(before, changes, host.snapshot())

    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            (single_write("Nowhere", "A1", "x"), NotAMaster),
            (single_write("Issued", "A1", "x" * 32_768), CannotWrite),
            (single_write("Issued", "A1", inf), CannotWrite),
            (Write("Issued", 1_048_577, 1, (("x",),)), CannotWrite),
        ],
    )
    def test_what_cannot_be_written_leaves_all_as_it_was(
        self, host: Any, wrong: Write, error: type[HrWorkbookError]
    ) -> None:
        before = host.snapshot()
        with pytest.raises(error) as told:
            host.apply(ChangeSet((single_write("Plan", "B3", "changed"), wrong)))
        assert len(str(told.value).splitlines()) <= 3
        assert cells(host.snapshot()) == cells(before)

    def test_a_cell_inside_a_merged_one_is_not_written_past(self, host: Any) -> None:
        before = host.snapshot()
        with pytest.raises(CannotWrite):
            host.apply(ChangeSet((single_write("Plan", "B3", "changed"), single_write("Plan", "B1", "hidden"))))
        assert cells(host.snapshot()) == cells(before)

    def test_nothing_to_write_changes_nothing(self, host: Any) -> None:
        before = host.snapshot()
        host.apply(ChangeSet(message="All is well."))
        assert cells(host.snapshot()) == cells(before)

    def test_change_sets_follow_one_another(self, host: Any) -> None:
        for i in range(3):
            before = host.snapshot()
            changes = ChangeSet((Write("Problems", 4 + i, 1, ((f"Plan!B{i}", f"problem {i}"),)),))
            host.apply(changes)
            check_applied(before, changes, host.snapshot())
