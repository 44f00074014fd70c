"""Whose the lines of a return are, which sheets, columns and rows of it count, as its schema says."""

import pytest
from test_collect import SCHOOLS, accounted, sheet

from hrworkbook.collecting.collect_file import CollectedFile, collect_file
from hrworkbook.collecting.questions import QuestionKind
from hrworkbook.plan.errors import NotAReturn, SchemaFileError
from hrworkbook.plan.schema import Schema, load_schema, read_schema
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import normalised_text

BELOW = "AO/AA headcount | EO headcount | Payroll total headcount"


@pytest.fixture(scope="module")
def workforce() -> Schema:
    return load_schema("workforce")


def who(collected: CollectedFile, key: str = "organisation") -> list[str]:
    return [normalised_text(line.values[key]) for line in collected.lines]


@pytest.mark.parametrize(
    "rows",
    [
        # the heading stands rows above its header, with another beside it
        ["Organisation name | Payroll staff | | | ", "", f"| {BELOW}", "Canal Office | 12 | 31 | 43"],
        ["Body | Figures for the month | | ", f"| {BELOW}", "Canal Office | 12 | 31 | 43"],
        ["Workforce return", "| Name of body | Non-payroll staff", "", "", f"| | {BELOW}", "Agency | Canal Office | 12 | 31 | 43"],
        # a label with the name beside it
        ["Organisation name | Canal Office", "", BELOW, "12 | 31 | 43"],
        ["Organisation: | | Canal Office | | Month: | May 2016", "", BELOW, "12 | 31 | 43"],
    ],
)  # fmt: skip
def test_whose_lines_they_are(workforce: Schema, rows: list[str]) -> None:
    block = sheet("\n".join(rows), "May 2016")
    collected = collect_file([block], workforce)
    assert who(collected) == ["Canal Office"] and accounted(collected, block)


@pytest.mark.parametrize(
    "rows",
    [
        ["Organisation name | Payroll staff", "", BELOW, "12 | 31 | 43"],
        ["Organisation name | AO/AA | EO", "", BELOW, "12 | 31 | 43"],
        ["Organisation name | | Total employees", "", BELOW, "12 | 31 | 43"],
        ["Notes | Organisation name | Payroll staff", "", f"{BELOW}", "12 | 31 | 43"],
    ],
)
def test_a_heading_beside_the_label_is_no_name(workforce: Schema, rows: list[str]) -> None:
    with pytest.raises(NotAReturn, match="does not say whose it is: there is no column Organisation name"):
        collect_file([sheet("\n".join(rows), "May 2016")], workforce)


def test_a_sheet_without_its_key_columns_is_told_with_its_name_and_what_to_do(workforce: Schema) -> None:
    june = sheet(f"Organisation name | {BELOW}\nCanal Office | 12 | 31 | 43", "June 2012")
    revised = sheet(f"{BELOW}\n13 | 31 | 44", "June 2012 - revised")
    collected = collect_file([june, revised], workforce)
    assert who(collected) == ["Canal Office"] and accounted(collected, june, revised)
    (question,) = collected.questions
    assert (question.kind, question.sheet) == (QuestionKind.NAME, "June 2012 - revised")
    assert "'June 2012 - revised': whose are its lines? There is no column Organisation name" in str(question)
    assert {u.reason for u in collected.unplaced} == {"is on a sheet that does not say whose its lines are"}


def test_each_sheet_may_say_above_its_table_whose_it_is(workforce: Schema) -> None:
    sheets = [
        sheet(f"Organisation name | {name}\n\n{BELOW}\n{n} | 31 | {n + 31}", f"{name} May 2016")
        for n, name in enumerate(("Canal Office", "Board of Bridges"), 12)
    ]
    collected = collect_file(sheets, workforce)
    assert who(collected) == ["Canal Office", "Board of Bridges"] and not collected.questions


RISKS = """
name = "risks"
title = "Risks"
key = ["period", "council", "risk"]
[collect]
needs = ["council", "risk", "score"]
period = "period"
cover = ["Return for"]
[[columns]]
key = "period"
header = "Period"
kind = "period"
[[columns]]
key = "council"
header = "Council"
[[columns]]
key = "risk"
header = "Risk"
[[columns]]
key = "score"
header = "Score"
kind = "whole"
"""


def with_setting(text: str, setting: str) -> Schema:
    return read_schema(text.replace("[collect]\n", f"[collect]\n{setting}\n"), "own.toml")


def test_a_key_may_have_a_part_on_a_cover_and_a_part_in_the_table() -> None:
    cover = sheet("Council | | Northbridge\nReturn for | May 2016", "Cover")
    block = sheet("Risk | Score\nFlood | 12\nFire | 9", "Register")
    collected = collect_file([cover, block], read_schema(RISKS, "risks.toml"))
    assert [line.key for line in collected.lines] == [
        ("2016-05", "northbridge", "flood"),
        ("2016-05", "northbridge", "fire"),
    ]
    with pytest.raises(NotAReturn, match="there is no column Council"):
        collect_file([sheet("Return for | May 2016", "Cover"), block], read_schema(RISKS, "risks.toml"))


DAYS = "School | Staff | All days lost"


def test_only_the_sheets_that_the_schema_names_are_read() -> None:
    blocks = [
        sheet(f"{DAYS}\nHill Road | 20 | 3", name) for name in ("Return May 2016", "Example May 2015", "return June 2016")
    ]  # fmt: skip
    collected = collect_file(blocks, with_setting(SCHOOLS, 'sheets = ["Return*"]'))
    assert [line.key[0] for line in collected.lines] == ["2016-05", "2016-06"] and accounted(collected, *blocks)
    assert {u.reason for u in collected.unplaced} == {"is on a sheet that the schema leaves unread"}


@pytest.mark.parametrize("unread", ['["Local code", "Head teacher"]', '["Local*", "head TEACHER"]', '["*"]'])
def test_columns_stay_unread_where_the_schema_says_so(unread: str) -> None:
    block = sheet(f"Local code | {DAYS} | Head teacher\nX1 | Hill Road | 20 | 3 | Ms Oak", "May 2016")
    told = collect_file([block], read_schema(SCHOOLS, "own.toml"))
    assert {u.cell for u in told.unplaced} == {"A2", "E2"}
    collected = collect_file([block], with_setting(SCHOOLS, f"unread = {unread}"))
    assert not collected.unplaced and accounted(collected, block)
    assert not any(h.is_unknown for table in collected.tables for h in table.headings)


def test_nothing_is_read_below_an_end_mark_and_no_example() -> None:
    lines = (
        "Example: Oak School | 1 | 1", "Hill Road | 20 | 3", "Example | 9 | 9", "Example Academy | 8 | 2", "END | | ", "Old Lane | 5 | 5",
    )  # fmt: skip
    block = sheet("\n".join([DAYS, *lines]), "May 2016")
    collected = collect_file([block], with_setting(SCHOOLS, 'end = ["end"]\nexamples = ["Example"]'))
    assert who(collected, "school") == ["Hill Road", "Example Academy"] and accounted(collected, block)
    why = {u.cell: u.reason for u in collected.unplaced}
    assert why["A2"] == why["B4"] == "its row is an example of how to fill one in"
    assert why["C7"] == "stands at or below the end mark in row 6"
    assert who(collect_file([block], read_schema(SCHOOLS, "own.toml")), "school")[-1] == "Old Lane"


@pytest.mark.parametrize(
    ("setting", "near"), [("shets", "sheets"), ("unred", "unread"), ("ends", "end"), ("example", "examples")]
)
def test_a_misspelt_setting_is_refused_with_the_one_meant(setting: str, near: str) -> None:
    with pytest.raises(SchemaFileError, match=rf"there is no setting '{setting}'.*Did you mean '{near}'\?"):
        with_setting(SCHOOLS, f'{setting} = ["x"]')


def test_a_sheet_of_other_figures_is_no_return_without_its_names(workforce: Schema) -> None:
    june = sheet(f"Organisation name | {BELOW}\nCanal Office | 12 | 31 | 43", "June 2012")
    other = Block("Summary", [["Region", "Sites", "Area"], ["North", 3, 12.5], ["South", 4, 20.5]])
    assert not collect_file([june, other], workforce).questions
