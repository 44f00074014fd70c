"""What a cell shows stands for its number, except where it hides digits, or a date's column keeps the date."""

import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from hrworkbook.cli.main import main
from hrworkbook.plan.number_format.cell_text import as_shown, shown_value
from hrworkbook.plan.snapshot import Block, CellTexts


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [(1234567.0, "0.00E+00", 1234567.0), (1234567.0, "##0.0E+0", 1234567.0), (0.85, "0%", "85%"), (7.0, '"CODE"0', "CODE7")],
)  # fmt: skip
def test_an_exponent_hides_digits_that_the_file_has(value: float, code: str, shown: object):
    assert shown_value(value, code) == shown


@pytest.mark.parametrize(
    ("kind", "text", "becomes"),
    [
        ("timescale", "Mar 27", "Mar 27"),
        ("timescale", "March 2027", "March 2027"),
        ("timescale", "03/2027", "03/2027"),
        ("timescale", "Mar 15", date(2027, 3, 15)),
        ("timescale", "15/03/2027", date(2027, 3, 15)),
        ("reference", "Mar 27", date(2027, 3, 15)),
        ("date", "Mar 27", date(2027, 3, 15)),
        ("text", "15/03/2027", "15/03/2027"),
    ],
)
def test_a_date_with_the_text_that_its_file_keeps(kind: str, text: str, becomes: object):
    block = Block("Plan", [[date(2027, 3, 15)]], shown_texts=CellTexts({text: [1, 1]}))
    assert as_shown(block, {1: kind}, range(1, 2)).at(1, 1) == becomes


def test_what_stands_beside_the_values_is_told_to_programs_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Ref", "Theme", "Action", "Lead"), ("1", "Pay", "Renew the pay policy", "Jo Green")):
        sheet.append(row)
    sheet["C2"].comment = Comment("Members want more here.", "HR")
    book.save(tmp_path / "plan.xlsx")
    assert main(["read", str(tmp_path / "plan.xlsx"), "--schema", "delivery-plan", "--json"]) == 1
    assert "Members want more here." in " ".join(json.loads(capsys.readouterr().out)["notes"])
