"""What a return's own sums say of it, and that every cell is in a line or listed."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from school_returns import HEAD, SCHOOLS, accounted, table

from hrworkbook.collecting.collect_file import CollectedFile, collect_file
from hrworkbook.collecting.questions import HoldReason
from hrworkbook.plan.errors import SchemaFileError
from hrworkbook.plan.schema import Schema, read_schema
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import Value, is_blank


@pytest.fixture(scope="module")
def schema() -> Schema:
    return read_schema(SCHOOLS, "absence.toml")


# -- arithmetic ------------------------------------------------------------------------------------------------------


def remedies(collected: CollectedFile) -> list[str]:
    return [f.remedy for f in collected.findings]


@pytest.mark.parametrize(
    ("figures", "looks"),
    [
        ("30 | 4 | 30", "the total looks as if it leaves out Support days lost (4)"),
        ("30 | 4 | 38", "the total looks as if it counts Support days lost (4) twice"),
        ("12 | 30 | 51", "Teachers days lost looks mistyped for 21"),
        ("300 | 41 | 71", "Teachers days lost looks mistyped for 30"),
        ("12 | 30 | 0", "the total looks as if it was never worked out"),
        ("12 | 30 | 47", "too little else adds up to tell a number typed wrongly from a column in the wrong place"),
    ],
)
def test_a_wrong_sum_says_what_slip_it_looks_like(schema: Schema, figures: str, looks: str) -> None:
    collected = collect_file([table(f"A | 9 | {figures} | 100 | 1")], schema)
    assert collected.agreeing_count == 0
    assert remedies(collected) == [f"Ask the sender which is right{'; ' if looks else ''}{looks}"]
    assert collected.findings[0].cell == "E2"


@pytest.mark.parametrize("figures", ["10.4 | 20.4 | 31", "10.44 | 20.44 | 30.9", "11 | 20 | 32", "1 | . | 1", " | | 7"])
def test_rounding_is_no_fault(schema: Schema, figures: str) -> None:
    assert not collect_file([table(f"A | 9 | {figures}")], schema).findings


@pytest.mark.parametrize(
    ("figures", "agrees"),
    [
        ("10 | 20 | 31", True), ("10 | 20 | 32", False), ("10.4 | 20 | 31", True), ("10.4 | 20 | 30.5", True),
        ("10.4 | 20 | 30.7", False), ("10.40 | 20.40 | 30.90", False), ("10.4 | 20.4 | 31.9", False), ("10.25 | 20 | 30.26", True),
    ],
)  # fmt: skip
def test_rounding_goes_as_far_as_the_places_written(schema: Schema, figures: str, agrees: bool) -> None:
    assert bool(collect_file([table(f"A | 9 | {figures}")], schema).agreeing_count) is agrees


def test_a_withheld_part_proves_nothing(schema: Schema) -> None:
    assert not collect_file([table("A | 9 | 10 | c | 25")], schema).findings


def test_columns_taken_for_each_other_are_told_from_a_number_mistyped(schema: Schema) -> None:
    lines = [f"School {i} | {i} | {10 + i} | 1 | {11 + i} | {100 + i} | {50 + i}" for i in range(6)]
    right = collect_file([table(*lines)], schema)
    assert right.agreeing_count == 6
    swapped = collect_file(
        [
            table(
                *lines, head=HEAD.replace("Staff", "x").replace("All days lost", "Staff").replace("x", "All days lost")
            )
        ],
        schema,
    )
    assert any("it looks as if the column read as Staff is All days lost" in note for note in swapped.notes)
    over = collect_file([table(*lines, head=HEAD.replace("Cost | Of which cover", "Of which cover | Cost"))], schema)
    assert any("the two columns were taken for each other" in note for note in over.notes)
    one = collect_file([table(*lines[:5], "School 6 | 1 | 10 | 1 | 91 | 1 | 1")], schema)
    assert [f.cell for f in one.findings] == ["E7"] and not any("sum of its parts" in note for note in one.notes)


WIDE = (
    SCHOOLS
    + """
[[columns]]
key = "x"
header = "X"
kind = "whole"
[[columns]]
key = "y"
header = "Y"
kind = "whole"
[[columns]]
key = "z"
header = "Z"
kind = "whole"
[[rules]]
rule = "adds-up"
total = "z"
parts = ["x", "y"]
[[rules]]
rule = "adds-up"
total = "staff"
parts = ["z"]
"""
)


def test_a_line_pushed_one_column_along_is_held_back() -> None:
    schema = read_schema(WIDE, "wide.toml")
    head = "School | Teachers days lost | Support days lost | All days lost | X | Y | Z | Staff | Cost"
    good = "A | 3 | 4 | 7 | 5 | 6 | 11 | 11 | 90"
    pushed = "B | | 3 | 4 | 7 | 5 | 6 | 11 | 11 | 90"
    collected = collect_file([table(good, pushed, head=head)], schema)
    assert [line.hold_reason for line in collected.lines] == [None, HoldReason.SHIFTED]
    assert [f.fault for f in collected.findings] == [
        "the figures of 'B' stand one column to the right of their headings: only there do they add up"
    ]
    assert collected.questions


CELLS = st.sampled_from(["", "", "1", "2.5", "£3", "(..)", "c", "x", "A", "Total", "2015", "May", "19.792.80"])


@settings(max_examples=200, deadline=None)
@given(
    st.permutations(["School", "Teachers days lost", "All days lost", "Year", "Month", "Mood"]),
    st.lists(st.lists(CELLS, min_size=6, max_size=8), max_size=8),
)
def test_every_cell_is_in_a_line_or_listed(head: list[str], rows: list[list[str]]) -> None:
    block = Block("Data", [list(head), *([c or None for c in row] for row in rows)])
    collected = collect_file([block], read_schema(SCHOOLS, "absence.toml"))
    assert accounted(collected, block)
    listed = [u.cell for u in collected.unplaced]
    assert len(listed) == len(set(listed))
    kept: Mapping[str, Value] = {
        c.address: c.written for line in collected.lines for c in line.cells.values() if c.address
    }
    assert not set(listed) & {at for at, value in kept.items() if not is_blank(value)}


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ('needs = ["school", "days"]', 'needs = ["scool"]', "there is no column 'scool'. Did you mean 'school'?"),
        ('period = "period"', 'perod = "period"', "there is no setting 'perod'. Did you mean 'period'?"),
        ('none = ["(..)", "."]', 'none = "(..)"', "'none' is '(..)'. Give a list of texts"),
        ('period = "period"', "", "'period' is missing"),
    ],
)
def test_a_misspelt_collect_setting_is_refused(was: str, becomes: str, fault: str) -> None:
    with pytest.raises(SchemaFileError) as refusal:
        read_schema(SCHOOLS.replace(was, becomes, 1), "absence.toml")
    assert fault in str(refusal.value)
