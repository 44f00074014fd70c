"""Scorecards as councils keep them, made into masters: headings, ways of saying what is good, figures of other periods."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from masters import KEEPING, block

from hrworkbook.plan.schema import load_schema
from hrworkbook.plan.values import as_text
from hrworkbook.render.master_workbook import master_workbook
from hrworkbook.render.new_master import NewMaster
from hrworkbook.verbs.new import new


def made_of(table: str, **settings: str) -> NewMaster:
    return new(load_schema("scorecard"), KEEPING, date(2026, 11, 21), [block(table)], settings=settings)


def says(made: NewMaster, key: str) -> list[str]:
    return [as_text(values.get(key)) for _, values in made.lines]


def past(made: NewMaster) -> list[tuple[str, str, str]]:
    return [(period, id_, as_text(values.get("actual"))) for period, id_, values in made.past_lines]


BY_QUARTER = """
PI code | Indicator | Polarity | Q1 | Q2 | Q3 | Q4 | Target | RAG | DoT
HR01 | Working days lost | Smaller is better | 2.1 | 2.3 | | | 2.2 | R | ↓
HR02 | Appraisals done | Bigger is better | 60% | 91% | | | 90% | A | ↑
"""
PENTANA = """
PI Code & Short Name | Current Value | Current Target | Status | Short Term Trend | Managed By | Gauge Format | Aim To | Latest Note
HR01 Sickness | 9.2 | 8.0 | Red | Getting worse | J Smith | days | Aim to Minimise | Up.
HR02 Appraisals | 92% | 90% | Green | Improving | J Smith | % | Aim to Maximise | Good.
"""
BY_YEAR = """
HR performance indicators 2025/26
Ref | Performance Indicator | Good to be | 2024/25 Outturn | 2025/26 Target | Q1 2025/26 | Q2 2025/26 | Lead Officer | RAG Status | Comments
1 | Sickness absence (days per FTE) | Low | 9.1 | 8.5 | 2.2 | 4.1 | Head of HR | Green | Fine
2 | Staff turnover | Low | 12% | 11% | 3% | 6% | Head of HR | Green | Fine
"""
BY_MONTH = """
Measure | Owner | High/Low is good | Unit | Apr-25 | May-25 | Jun-25 | YTD | Target | Tolerance
Sickness | HR Lead | ↓ | days | 0.7 | 0.8 | 0.6 | 2.1 | 0.7 | 0.1
Turnover | HR Lead | ↓ | % | 1.1% | 1.2% | 0.9% | 0.9% | 1.0% | 10%
Cases | HR Lead | ↓ | | 4 | 5 | 6 | 99 | 4 | 1
"""
BESIDE = """
Indicator | Lead | Good | Unit | Target | Previous quarter | Same quarter last year | This quarter | RAG | Tolerance
Sickness | A | Low | days | 2 | 2.2 | 1.9 | 2.1 | A | 10%
Turnover | A | Low | % | 2% | 2.2% | | 2.1% | R | 10%
"""


def test_quarters_across_with_letters_for_statuses():
    made = made_of(BY_QUARTER)
    assert made.settings["Period"] == "2026/27 Q2"
    assert (says(made, "ref"), says(made, "good")) == (["HR01", "HR02"], ["Smaller is better", "Bigger is better"])
    assert says(made, "actual") == ["2.3", "91%"]
    assert past(made) == [("2026/27 Q1", "M001", "2.1"), ("2026/27 Q1", "M002", "60%")]
    assert says(made, "status_by_hand") == ["", "Amber"]  # R is the Red that is worked out; A is another than Green
    assert [v.get("status_by_hand") for *_, v in made.past_lines] == [None, None]
    assert any(note.startswith("Direction will be worked out anew") for note in made.notes)


def test_an_export_of_a_performance_system():
    made = made_of(PENTANA)
    assert says(made, "measure") == ["HR01 Sickness", "HR02 Appraisals"]
    assert (says(made, "owner"), says(made, "unit"), says(made, "comment")) == (["J Smith"] * 2, ["days", "%"], ["Up.", "Good."])  # fmt: skip
    assert says(made, "status_by_hand") == ["", ""] and not made.unplaced


def test_years_and_quarters_in_one_row_of_headings():
    made = made_of(BY_YEAR)
    assert made.settings["Period"] == "2025/26 Q2"
    assert (says(made, "target"), says(made, "actual")) == (["8.5", "11%"], ["4.1", "6%"])
    assert [p[0] for p in past(made)] == ["2024/25", "2024/25", "2025/26 Q1", "2025/26 Q1"]


def test_months_across_with_a_year_to_date_that_says_how_it_comes_about():
    made = made_of(BY_MONTH)
    assert made.settings["Period"] == "June 2025"
    assert says(made, "accumulation") == ["Sum", "Latest", ""]
    assert any("1 year to date of the source could not be worked out" in note for note in made.notes)
    assert not any("names no year" in note for note in made.notes)


def test_a_last_period_and_a_year_ago_that_stand_beside_the_actual_become_history():
    made = made_of(BESIDE, Period="2026/27 Q1")
    assert past(made) == [("2025/26 Q1", "M001", "1.9"), ("2025/26 Q4", "M001", "2.2"), ("2025/26 Q4", "M002", "2.2%")]
    assert says(made, "status_by_hand") == ["", "Red"]


def test_a_last_period_has_no_place_where_the_present_one_cannot_be_read():
    made = made_of(BESIDE, Period="this time")
    assert past(made) == []
    assert any("Last period and A year ago will be worked out anew" in note for note in made.notes)


@pytest.mark.parametrize("heading", ["Higher or lower is better?", "Good performance is", "Maximise or minimise", "Good to be high/low", "Better is"])  # fmt: skip
def test_headings_of_which_way_is_good(heading: str):
    assert says(made_of(BESIDE.replace("Good", heading)), "good") == ["Low", "Low"]


def test_figures_stand_as_numbers_in_the_format_of_their_unit():
    made = made_of("Measure | Owner | Unit | Good | Target | Actual\nSpend | A | £ | low | 500000 | 1234.5\nFTE | A | FTE | high | 1,200 | 1100\nDone | A | % | high | 90% | 88")  # fmt: skip
    assert [v["actual"] for _, v in made.lines] == [1234.5, 1100.0, 88.0]
    assert made.number_formats == {
        ("M001", "target"): "£#,##0",
        ("M001", "actual"): "£#,##0.00",
        ("M002", "target"): "#,##0",
        ("M002", "actual"): "#,##0",
        ("M003", "actual"): '0"%"',
    }


def test_the_heading_of_a_worked_out_column_says_its_rule():
    book = openpyxl.load_workbook(BytesIO(master_workbook(made_of(BESIDE))))
    notes = {str(c.value): c.comment.text for row in book["Plan"].iter_rows() for c in row if c.comment}
    worked_out = {c.header for c in load_schema("scorecard").columns if c.worked_out != "no"}
    assert set(notes) == worked_out
    assert "Green: on target\nAmber: within tolerance\nRed: outside tolerance" in notes["Status"]
    assert "use Status by hand" in notes["Status"]
