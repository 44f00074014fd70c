"""Workforce returns with a slip of their sender, or about something else."""

import re

import pytest
from workforce_forms import ASH, HEAD, OAK, PAYROLL, accounted, sheet

from hrworkbook.collecting.collect_file import collect_file
from hrworkbook.collecting.questions import HoldReason
from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.schema import Schema, load_schema
from hrworkbook.plan.values import Value, normalised_text


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema("workforce")


@pytest.mark.parametrize("title", ["Oak House, May 2016", "Organisation name | Oak House | | Body | Ash House"])
def test_a_table_that_does_not_say_whose_it_is_asks(schema: Schema, title: str) -> None:
    lines = [line.partition(" | ")[2] for line in PAYROLL[:2]]
    with pytest.raises(NotAReturn, match=r"does not say whose it is: .* Write Organisation name above the table"):
        collect_file([sheet(title, "", *lines)], schema, "oak.xlsx")


def test_months_under_each_other_on_one_sheet(schema: Schema) -> None:
    later = [PAYROLL[0], PAYROLL[1].replace("10 | 20 | 30", "11 | 20 | 31")]
    block = sheet("April 2016", *PAYROLL, "", "May 2016", *later, "", "As at June 2016", name="Data")
    collected = collect_file([block], schema)
    assert [(line.row, line.period, line.hold_reason) for line in collected.lines] == [
        (3, "2016-04", None), (4, "2016-04", None), (8, "2016-05", None),
    ]  # fmt: skip
    untold = collect_file([sheet("April 2016", *PAYROLL, "", *later, name="Data")], schema)
    assert [bool(line.hold_reason) for line in untold.lines] == [True, False, True], (
        "two different lines of Oak House in April"
    )


def test_a_line_that_adds_up_the_others_is_none_whatever_it_says_of_itself(schema: Schema) -> None:
    total = "Department of Trees Total | Ministerial Department | 11 | 10.5 | 22 | 20.75 | 33 | 31.25 | 1200.50 | 10 | 1210.50 |"
    trust = total.replace("Department of Trees Total", "Total Care Trust").replace("| 11 |", "| 12 |")
    collected = collect_file([sheet(HEAD, OAK, ASH, total, trust)], schema)
    assert [normalised_text(line.values["organisation"]) for line in collected.lines] == [
        "Oak House",
        "Ash House",
        "Total Care Trust",
    ]
    assert {u.cell for u in collected.unplaced if u.reason == "its row adds up the other lines"} >= {"A4", "B4", "K4"}


def test_two_lines_of_one_name_wait_to_be_told_apart(schema: Schema) -> None:
    twins = [OAK.replace("Oak House", "OTHER"), ASH.replace("Ash House", "Other")]
    collected = collect_file([sheet(HEAD, twins[0], ASH, twins[1])], schema)
    assert [line.hold_reason for line in collected.lines] == [
        held := HoldReason.CONTRADICTED,
        None,
        held,
    ]
    assert tuple(map(str, collected.questions)) == (
        "Sheet 'May 2016': row 2 and row 4 are both called 'OTHER' for 2016-05 and say different things. Write on each "
        "what it is called, and read the file again; until then they are left out",
    )
    same = collect_file([sheet(HEAD, OAK, ASH, OAK)], schema)
    assert not same.questions and len(same.lines) == 3


@pytest.mark.parametrize(
    ("written", "value", "said"),
    [
        ("£ 1,000.50 ", 1000.5, ""),
        ("1 000.50", 1000.5, ""),
        ("1\u00a0000.50", 1000.5, ""),
        ("(1,000.50)", -1000.5, ""),
        ("-£1,000.50", -1000.5, ""),
        ("1.5k", 1500, ""),
        ("NIL", "nil", ""),
        (".", "nil", ""),
        ("(.)", "not applicable", ""),
        ("(..)", "not available", ""),
        ("N/A", "not applicable", ""),
        ("*", "suppressed", ""),
        ("<5", "suppressed", ""),
        ("Nil return", "nil", ""),
        ("Not held", "not available", ""),
        ("No data", "not available", ""),
        ("€1,000.50", None, "which is not in pounds"),
        ("1.000.50", None, "which has more than one decimal point"),
        ("1.000,50", None, "which has a comma for a decimal point"),
        ("1,000.50 (p)", None, "which has other words beside the number"),
        ("about 1,000", None, "which is not an exact amount"),
    ],
)
def test_amounts_as_they_may_be_written(schema: Schema, written: str, value: Value, said: str) -> None:
    block = sheet(HEAD, OAK.replace("1000.50", written), ASH)
    collected = collect_file([block], schema)
    assert collected.lines[0].cells["salary"].value == value
    kinds = [f for f in collected.findings if f.rule == "kind"]
    assert [f.cell for f in kinds] == (["I2"] if said else [])
    assert not said or said in kinds[0].fault


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("Organisation | Male headcount | Female headcount | Male % | Female % | Total employees headcount | Total employees FTE",
         "Oak House | 10 | 20 | 33% | 67% | 30 | 28.75"),
        ("Organisation | White | Asian | Black | Mixed | Not known | Payroll staff headcount",
         "Oak House | 5 | 5 | 5 | 5 | 10 | 30"),
        ("Organisation | AO/AA Male | AO/AA Female | EO Male | EO Female | Total Male | Total Female",
         "Oak House | 5 | 5 | 10 | 10 | 15 | 15"),
        ("Organisation | Days lost | Payroll staff FTE | Average days", "Oak House | 60 | 28.75 | 2.1"),
        ("Organisation | Salary | Overtime | Pension | NI | Total paybill", "Oak House | 5 | 5 | 5 | 5 | 20"),
        ("Name | Salary | Allowances | Pension contributions | Bonuses | Total", "A. Smith | 1 | 2 | 3 | 4 | 10"),
        ("Heading | What to enter", "Payroll staff headcount | The people on the payroll"),
    ],
)  # fmt: skip
def test_tables_about_something_else_are_refused(schema: Schema, head: str, line: str) -> None:
    with pytest.raises(NotAReturn, match="most columns of figures|no table with the headings"):
        collect_file([sheet(head, line)], schema, "sheet.xlsx")


def test_a_table_about_something_else_beside_a_return_is_left_out(schema: Schema) -> None:
    head = "Organisation | White | Asian | Black | Mixed | Not known | Payroll staff headcount"
    blocks = [sheet(HEAD, OAK), sheet(head, "Oak House | 5 | 5 | 5 | 5 | 10 | 30", name="June 2016")]
    collected = collect_file(blocks, schema)
    assert [line.period for line in collected.lines] == ["2016-05"]
    assert {u.reason for u in collected.unplaced if u.cell in ("A2", "G2")} == {
        "stands in a table about something else"
    }
    assert accounted(collected, *blocks)


def test_a_part_under_an_unknown_heading_is_not_the_senders_slip(schema: Schema) -> None:
    lines = [OAK.replace("Oak", name) for name in ("Oak", "Ash", "Elm")]
    collected = collect_file([sheet(HEAD.replace("EO headcount", "Second band headcount"), *lines)], schema)
    wrong = [f for f in collected.findings if f.cell == "G2"]
    assert [f.remedy for f in wrong] == [
        "Say what the heading 'Second band headcount' means, then read the file again; it looks like a part of the sum"
    ]
    assert any("parts of it stand under headings that are not known" in note for note in collected.notes)


def test_totals_that_nothing_has_worked_out_are_not_taken_for_noughts(schema: Schema) -> None:
    unworked = [re.sub(r"30 \| 28.75|1010.50", "0 | 0", OAK.replace("Oak", name)) for name in ("Oak", "Ash", "Elm")]
    unworked = [line.replace("10 | 0 | 0 |", "10 | 0 |") for line in unworked]
    collected = collect_file([sheet(HEAD, *unworked)], schema)
    assert {line.hold_reason for line in collected.lines} == {HoldReason.UNCALCULATED}
    assert str(collected.questions[0]).startswith("Sheet 'May 2016': its totals are 0 and their parts are not")
    one = collect_file([sheet(HEAD, unworked[0], OAK.replace("Oak", "Ash"), ASH.replace("Ash", "Elm"))], schema)
    assert not any(line.hold_reason for line in one.lines) and len(one.findings) == 3


def test_figures_pushed_along_from_the_middle_of_a_line(schema: Schema) -> None:
    wide = f"{HEAD} | Total non-payroll staff costs | Grand total staff costs"
    good = f"{OAK}| 5 | 1015.50"
    pushed = (
        "Ash House | Executive Agency | 10 | 9.5 | | 20 | 19.25 | 30 | 28.75 | 1000.50 | 10 | 1010.50 | | 5 | 1015.50"
    )
    collected = collect_file([sheet(wide, good, pushed)], schema)
    assert [bool(line.hold_reason) for line in collected.lines] == [False, True]
    (moved,) = [f for f in collected.findings if f.rule == "moved"]
    assert moved.fault == (
        "the figures of 'Ash House' stand one column to the right of their headings, from EO headcount on: only there do "
        "they add up"
    )
