"""Collecting returns that nobody issued: lines by month and name, blanks kept apart, arithmetic as a witness."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from school_returns import HEAD, SCHOOLS, accounted, sheet, table

from hrworkbook.collecting.collect_file import CollectedFile, collect_file
from hrworkbook.collecting.given_months import parse_given_months
from hrworkbook.collecting.questions import HoldReason, QuestionKind
from hrworkbook.plan.errors import NotAReturn, WrongPlan
from hrworkbook.plan.schema import Schema, read_schema
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import CellError, Value
from hrworkbook.tables.reporting_month import month_from_parts, month_named_in, parse_month


@pytest.fixture(scope="module")
def schema() -> Schema:
    return read_schema(SCHOOLS, "absence.toml")


def values(collected: CollectedFile, line: int = 0) -> dict[str, Value]:
    return {key: cell.value for key, cell in collected.lines[line].cells.items()}


def test_lines_are_known_by_month_and_name(schema: Schema) -> None:
    block = table("St  Mary's | 20 | 3 | 1.5 | 4.5 | £1,200.50 | £1k")
    collected = collect_file([block], schema)
    line = collected.lines[0]
    assert (line.key, line.period, line.row, line.hold_reason) == (("2016-06", "st mary s"), "2016-06", 2, None)
    assert values(collected) == {
        "school": "St  Mary's", "staff": 20, "teachers": 3, "support": 1.5, "days": 4.5, "cost": 1200.5,
        "cover_cost": 1000, "period": "2016-06",
    }  # fmt: skip
    assert line.cells["cost"].address == "F2" and line.cells["cost"].written == "£1,200.50"
    assert line.cells["period"].address == "", "the month stands in no cell of the line"
    assert (collected.checked_count, collected.agreeing_count) == (1, 1)
    assert accounted(collected, block)


def test_what_stands_for_nothing_stays_apart(schema: Schema) -> None:
    collected = collect_file([table("A | (..) | . | n/a | c | No data | -")], schema)
    assert list(values(collected).values())[1:7] == ["nil", "nil", "not applicable", "suppressed", "not available", "-"]
    assert not collected.findings


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1,234", 1234), ("£1,234.50", 1234.5), ("(500)", -500), ("£19k", 19000), ("1.5m", 1_500_000), (12.0, 12),
        (20.833333333333336, 20.833333333333336), ("-£12.00", -12), ("  7 ", 7), ("1 234", 1234), (0, 0), (-3.5, -3.5),
    ],
)  # fmt: skip
def test_numbers_as_written(schema: Schema, written: Value, number: float) -> None:
    head: list[Value] = [*HEAD.split(" | ")]
    block = Block("May 2016", [head, ["A", 1, 1, 1, 2, written, None]])
    assert values(collect_file([block], schema))["cost"] == number


@pytest.mark.parametrize("written", ["19.792.80", "about 5", "12%", CellError("#REF!"), "1,23"])
def test_what_is_no_number_is_a_finding_with_its_cell(schema: Schema, written: Value) -> None:
    head: list[Value] = [*HEAD.split(" | ")]
    collected = collect_file([Block("May 2016", [head, ["A", 1, 1, 1, 2, written, None]])], schema)
    cell = collected.lines[0].cells["cost"]
    assert (cell.value, cell.written) == (None, written) and cell.fault
    assert [(f.place, f.severity, f.line) for f in collected.findings] == [("'May 2016'!F2", "error", "A")]


def test_a_headcount_with_decimals_is_kept_and_questioned(schema: Schema) -> None:
    collected = collect_file([table("A | 12.5 | 1 | 1 | 2 | |")], schema)
    assert values(collected)["staff"] == 12.5
    assert [(f.severity, f.cell) for f in collected.findings] == [("warning", "B2")]


# -- the month -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("blocks", "file", "given", "month", "source"),
    [
        ([table("2015 | Sept | A | 1 | 1", head="Year | Month | School | Teachers days lost | All days lost", name="Data")],
         "sept 2015.xlsx", "2014-01", "2015-09", "as its own columns say"),
        ([table("2015-03 | A | 1 | 1", head="Period | School | Teachers days lost | All days lost", name="Data")],
         "", "", "2015-03", "as its own columns say"),
        ([table("A | | 1 | 1 | 2", name="Data"), sheet("Return for: | 31/05/2015", "Cover")], "", "", "2015-05", "at Cover!B1"),
        ([table("A | | 1 | 1 | 2", name="Data"), sheet("Return for | May\nContact | J. May\nYear: | 2015", "Cover")], "", "", "2015-05",
         "at Cover!B1"),
        ([table("A | | 1 | 1 | 2"), sheet("Return for | 5\nYear: | 2015", "Cover")], "", "", "2016-06", "sheet's name"),
        ([sheet("Days lost, April 2015\n\n" + HEAD + "\nA | | 1 | 1 | 2", "Data")], "april 2015.csv", "", "2015-04",
         "as Data!A1 says above the table"),
        ([table("A | | 1 | 1 | 2")], "june 2016.csv", "", "2016-06", "as the sheet's name says"),
        ([table("A | | 1 | 1 | 2", name="Data")], "days_lost_May_2015.csv", "", "2015-05", "as the file's name says"),
        ([table("A | | 1 | 1 | 2", name="Data")], "may 2015.csv", "2014-12", "2015-05", "as the file's name says"),
        ([table("A | | 1 | 1 | 2", name="Data")], "return 7.csv", "2014-12", "2014-12", "as you gave it"),
    ],
)  # fmt: skip
def test_the_month_and_where_it_is_from(
    schema: Schema, blocks: list[Block], file: str, given: str, month: str, source: str
) -> None:
    collected = collect_file(blocks, schema, file, period=given)
    assert [line.period for line in collected.lines] == [month]
    assert any(month in note and source in note for note in collected.notes), collected.notes
    assert not collected.questions
    assert accounted(collected, *blocks)


def test_no_month_is_a_question_and_holds_the_lines(schema: Schema) -> None:
    collected = collect_file([table("A | | 1 | 1 | 2", name="Data")], schema, "return 7.csv")
    assert [line.hold_reason for line in collected.lines] == [HoldReason.NO_MONTH]
    assert [str(q) for q in collected.questions] == [
        "Sheet 'Data': which month is it for? Neither the table, nor a cover sheet, nor the names of the sheet and the "
        "file say. Give it as --period 2015-04",
    ]


OWN_MONTH = "Year | Month | School | Teachers days lost | All days lost"


@pytest.mark.parametrize(
    ("blocks", "file", "said"),
    [
        ([table("2015 | May | A | 1 | 1", head=OWN_MONTH)], "", "Its own columns say 2015-05 and the sheet's name says 2016-06"),
        ([table("2015 | May | A | 1 | 1", head=OWN_MONTH, name="Data")], "june 2015.csv",
         "Its own columns say 2015-05 and the file's name says 2015-06"),
        ([table("A | | 1 | 1 | 2"), sheet("Return for: | 31/05/2015", "Cover")], "",
         "The cover says at Cover!B1 2015-05 and the sheet's name says 2016-06"),
        ([sheet("Days lost, April 2015\n\n" + HEAD + "\nA | | 1 | 1 | 2", "May 2015")], "",
         "May 2015!A1 says above the table 2015-04 and the sheet's name says 2015-05"),
        ([table("A | | 1 | 1 | 2")], "may 2015.csv", "The sheet's name says 2016-06 and the file's name says 2015-05"),
    ],
)  # fmt: skip
def test_a_month_that_two_places_contradict_is_asked(schema: Schema, blocks: list[Block], file: str, said: str) -> None:
    collected = collect_file(blocks, schema, file)
    assert [(line.period, line.hold_reason) for line in collected.lines] == [("", HoldReason.NO_MONTH)]
    (question,) = collected.questions
    assert question.kind is QuestionKind.MONTH and question.fault.endswith(f"which month is it for? {said}")
    months = re.findall("20[0-9]{2}-[0-9]{2}", said)
    for month in months:  # the month given for all settles it where a place says it, one given for the sheet always
        assert [line.period for line in collect_file(blocks, schema, file, period=month).lines] == [month]
    assert collect_file(blocks, schema, file, period="2001-07").questions == collected.questions
    given = parse_given_months([f"{blocks[0].name}=2001-07"])
    assert [line.period for line in collect_file(blocks, schema, file, period=given).lines] == ["2001-07"]


def test_a_day_of_sending_or_a_column_of_months_contradicts_nothing(schema: Schema) -> None:
    sent = sheet("Date sent: | 12/07/2016\nLast updated 14 July 2016\n" + HEAD + "\nA | | 1 | 1 | 2", "June 2016")
    log = sheet("Done | Return for\nyes | May 2016\nyes | June 2016", "Log")
    collected = collect_file([sent, log], schema)
    assert [line.period for line in collected.lines] == ["2016-06"] and not collected.questions


def test_years_in_a_column_of_months_are_asked_and_months_are_not(schema: Schema) -> None:
    head = "Period | School | Teachers days lost | All days lost"
    year = collect_file([table("2010-11 | A | 1 | 1", head=head, name="Data")], schema)
    assert [line.period for line in year.lines] == [""]
    assert "Its own columns say '2010-11', which is no one month" in str(year.questions[0])
    months = table("2010-10 | A | 1 | 1", "2010-11 | A | 1 | 1", "2010-11 | B | 1 | 1", head=head, name="Data")
    assert [line.period for line in collect_file([months], schema).lines] == ["2010-10", "2010-11", "2010-11"]


def test_twelve_months_as_twelve_sheets(schema: Schema) -> None:
    months = ["April", "May", "June"]
    blocks = [table(f"A | | {i} | 1 | {i + 1}", name=f"{m} 2015") for i, m in enumerate(months)]
    collected = collect_file(blocks, schema)
    assert [line.key for line in collected.lines] == [(f"2015-0{i}", "a") for i in (4, 5, 6)]


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("Oct_15", "2015-10"), ("31 January 2017", "2017-01"), ("September 2015 rev 250416", "2015-09"),
        ("06-Jun26-Published", "2026-06"), ("16-17 Baseline", ""), ("Data sheet", ""), ("workforce-2014-02.csv", "2014-02"),
        ("April 2015 and May 2015", ""), ("Sept_2025", "2025-09"), ("1086.xls", ""), ("201404_return", "2014-04"),
        ("April 12", "2012-04"), ("Dec12", "2012-12"), ("Aug 12", "2012-08"), ("Mar_12", "2012-03"), ("Sept-2012", "2012-09"),
        ("2012_03", "2012-03"), ("0312", ""), ("M03 2012", ""), ("2012M03", "2012-03"), ("31 March 10-11", "2011-03"),
        ("31 March 2010-11", "2011-03"), ("April 10/11", "2010-04"), ("2011-12", ""), ("FY2011-12", ""), ("2010/11", ""),
        ("2010-2011", ""), ("FY10/11", ""), ("Annual return 2010-11.csv", ""), ("Year ended 31 March 2011", ""), ("2002/3", ""),
        ("Annual return March 2011", ""), ("20112012", ""), ("Dec 2011-12", "2011-12"), ("2016-17 Jan", "2017-01"),
        ("2014-15 March 2019", ""), ("June 30", ""), ("June '30", "2030-06"), ("30 June 30", "2030-06"), ("April 5", ""),
        ("03/31/2011", "2011-03"), ("31.03.11", "2011-03"), ("20110331", "2011-03"), ("31032011", "2011-03"),
        ("032012", "2012-03"), ("3/2012", "2012-03"), ("Mawrth 2012", "2012-03"), ("Chwefror_12", "2012-02"),
        ("Febuary 2014", "2014-02"), ("Augusta 2014", ""), ("2012 April", "2012-04"), ("April 12, 2013", "2013-04"),
        ("Apr'12", "2012-04"), ("July 2012 (2)", "2012-07"), ("Q4 March 2012", ""), ("Month 3", ""), ("2016/17 Q4", ""),
        ("Data as at 31 March 2015, may be revised", "2015-03"), ("1st April 2013", "2013-04"), ("Jan to Mar 2015", ""),
        ("Jan-Mar 2015", ""), ("April - June 2015", ""), ("wmi-2014-15-march-2015.csv", "2015-03"), ("Jan 2016/17", "2017-01"),
    ],
)  # fmt: skip
def test_months_in_names(text: str, month: str) -> None:
    assert month_named_in(text) == month


@pytest.mark.parametrize(
    ("year", "month", "found"),
    [
        (2014.0, "February", "2014-02"), ("2014", "Sept", "2014-09"), (2014, 7.0, "2014-07"), ("2014", "07", "2014-07"),
        (2014, date(2019, 3, 1), "2014-03"), (None, date(2019, 3, 1), "2019-03"), (None, "March 2019", "2019-03"),
        (2014, "March 2019", ""), (None, "March", ""), (2014, None, ""), ("2013/14", "March", "2014-03"),
        ("2013-14", "April", "2013-04"), ("2013/2014", "Jan 2014", "2014-01"), ("2013/14", "Jan 2013", ""), ("2013/14", 12.0, ""),
        ("2013/15", "March", ""), ("2013/14", None, ""), (2014, "Quarter 1", ""),
        (2014, 13, ""), (41671.0, None, "2014-02"), (None, 41671.0, "2014-02"),
    ],
)  # fmt: skip
def test_months_from_two_columns(year: Value, month: Value, found: str) -> None:
    assert month_from_parts(year, month) == found


@given(st.dates(date(1971, 1, 1), date(2090, 1, 1)))
def test_a_date_is_of_its_month(day: date) -> None:
    assert parse_month(day) == f"{day:%Y-%m}" == parse_month(float((day - date(1899, 12, 30)).days))


# -- what is no line -------------------------------------------------------------------------------------------------


def test_sums_prose_and_lines_without_a_name_are_listed(schema: Schema) -> None:
    block = table("A | 2 | 1 | 1 | 2", "Total | 2 | 1 | 1 | 2", " | | 5 | 0 | 5", "Figures are provisional")
    collected = collect_file([block], schema)
    assert [line.key[1] for line in collected.lines] == ["a"]
    why = {u.cell: u.reason for u in collected.unplaced}
    assert why["A3"] == why["E3"] == "its row is the sender's own line of totals"
    assert why["C4"] == "its row has no School"
    assert why["A5"] == "stands below the table"
    assert accounted(collected, block)


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (("A | | 0 | 0 | 0", "B | | | 0 | 0.00"), 0),
        (("A | | 0 | 0 | 0", "B | 1 | | 0 | 0"), 2),
        (("A | 0 | 0 | 0 | 0 | 0 | 0",), 1),
        (("A | | 0 | (..) | 0",), 1),
        (("A | | 0 | x | 0",), 1),
    ],
)
def test_a_form_with_names_and_noughts_is_not_filled_in(schema: Schema, lines: tuple[str, ...], kept: int) -> None:
    block = table(*lines)
    collected = collect_file([block], schema)
    assert len(collected.lines) == kept
    assert accounted(collected, block)
    told = f"Sheet 'June 2016' is a form that is not filled in: {len(lines)} line{'s' * (len(lines) > 1)} left out."
    assert (told in collected.notes) == (not kept)


@pytest.mark.parametrize(
    ("name", "is_line"),
    [
        ("Total", False), ("Schools total", False), ("Total for the schools", False),
        ("Totally Free School", True), ("Sum Total", False),
    ],
)  # fmt: skip
def test_a_name_with_a_word_for_a_sum(schema: Schema, name: str, is_line: bool) -> None:
    collected = collect_file([table("A | 2 | 1 | 1 | 2", f"{name} | 2 | 1 | 1 | 2")], schema)
    assert (len(collected.lines) == 2) is is_line


def test_a_heading_left_out_at_the_left_is_read_where_it_stands(schema: Schema) -> None:
    collected = collect_file([table("A | 2 | 1 | 1 | 2", head=HEAD.replace("School", " ", 1))], schema)
    assert collected.lines[0].key == ("2016-06", "a")
    assert "Column A has no heading; where it stands, it was read as School." in collected.notes
    with pytest.raises(NotAReturn):
        collect_file([table("A | B | 2 | 1 | 1 | 2", head=" | " + HEAD.replace("School", " ", 1))], schema)


def test_spellings_stand_in_the_schema(schema: Schema) -> None:
    head = "School | Teachers / Days off | Support lost days | All days-lost (£)"
    assert {"teachers", "support", "days"} <= collect_file([table("A | 1 | 1 | 2", head=head)], schema).tables[0].keys


def test_other_files_are_refused(schema: Schema) -> None:
    with pytest.raises(NotAReturn, match="no table with the headings School and All days lost"):
        collect_file([sheet("School | Colour\nA | red")], schema, "x.csv")
    plan = read_schema('name="p"\ntitle="P"\n[[columns]]\nkey="a"\nheader="A"\n', "p.toml")
    with pytest.raises(WrongPlan, match="issues its returns"):
        collect_file([sheet("A\n1")], plan, "x.csv")
