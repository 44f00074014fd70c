"""Tables as they come: found among titles and notes, read with every address, nothing lost."""

import time
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.schema import Column, Schema
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import CellError, Value, is_blank
from hrworkbook.tables.find_table import Table, find_table, find_tables

PLAN = Schema(
    name="plan",
    title="Plan",
    roles={},
    columns=(
        Column("ref", "Ref", aliases=("Reference", "Ref no")),
        Column("priority", "Priority", aliases=("Objective",)),
        Column("rag", "RAG", aliases=("Status",), edited_by="owner"),
        Column("progress", "Progress Update", aliases=("Progress", "Latest position"), edited_by="owner"),
        Column("planned", "Planned Spend", group="Budget", aliases=("Budget Number",)),
    ),
)


def sheet(text: str, name: str = "Return", merges: Sequence[tuple[int, int, int, int]] = (), **more: Any) -> Block:
    """A block drawn as text: one line a row, cells between |, a blank cell blank."""
    rows = [[cell.strip() or None for cell in line.split("|")] for line in text.strip("\n").split("\n")]
    return Block(name, rows, tuple(merges), **more)


def told(table: Table) -> list[tuple[str, dict[str, Value]]]:
    return [(row.line_id, {key: value for key, (_, value) in row.cells.items()}) for row in table.rows]


def lost(table: Table) -> dict[str, str]:
    return {f"{u.sheet}!{u.cell}" if u.sheet != table.sheet else u.cell: u.reason for u in table.unplaced}


def accounted(table: Table, blocks: Sequence[Block]) -> bool:
    cells = sum(not is_blank(value) for block in blocks for row in block.rows for value in row)
    return cells == table.placed_count + len(table.unplaced)


SIMPLE = """
ID | Ref | Priority | RAG   | Progress Update
L1 | A   | Recruit  | Green | Going well
L2 | B   | Retain   |       |
"""


def test_reads_a_table_that_is_as_it_was_issued() -> None:
    block = sheet(SIMPLE)
    table = find_table([block], PLAN)
    assert (table.first_header_row, table.header_rows) == (1, 1)
    assert [(h.cell, h.key, h.match_kind) for h in table.headings] == [
        ("A1", None, "id"),
        ("B1", "ref", "exact"),
        ("C1", "priority", "exact"),
        ("D1", "rag", "exact"),
        ("E1", "progress", "exact"),
    ]
    assert table.rows[0].row_number == 2
    assert table.rows[0].cells["rag"] == (4, "Green")
    assert table.rows[1].cells["rag"] == (4, None), "a blank cell is there: it may have been cleared"
    assert [row.line_id for row in table.rows] == ["L1", "L2"]
    assert not table.unplaced
    assert "There is no column Planned Spend." in table.notes
    assert accounted(table, [block])


def test_finds_the_table_under_titles_and_above_notes() -> None:
    block = sheet("""
HR return for Jo | |  | | | | due Friday
Fill in the white cells

| | ID | Ref | Priority | RAG | Progress
 x | | L1 | A | Recruit | Red | Late
 | | | | | |
 | | L2 | B | Retain | Green | Fine | see me
 | | | | | |
 | | Please ring me about these.
 | | | | Jo
""")
    table = find_table([block], PLAN, furniture={"Fill in the white cells"})
    assert [row.row_number for row in table.rows] == [5, 7]
    assert lost(table) == {
        "A1": "stands above the table",
        "G1": "stands above the table",
        "A5": "stands beside the table, under no heading",
        "H7": "stands beside the table, under no heading",
        "C9": "stands below the table",
        "E10": "stands below the table",
    }
    assert accounted(table, [block])


def test_matches_headings_by_case_and_space_and_alias_but_never_by_guess() -> None:
    table = find_table([sheet("id | REF. | objective | Statuss | Progres Update\nL1 | A | Recruit | Red | Late")], PLAN)
    assert [(h.key, h.match_kind, h.suggested) for h in table.headings] == [
        (None, "id", ""),
        ("ref", "normalised", ""),
        ("priority", "alias", ""),
        (None, "not known", ""),
        (None, "not known", "Progress Update"),
    ]
    assert lost(table) == {"D2": "its column 'Statuss' is not known", "E2": "its column 'Progres Update' is not known"}
    assert "Column E 'Progres Update' is not known, and was not read. Is it Progress Update?" in table.notes


def test_a_heading_corrected_by_hr_is_read_from_then_on() -> None:
    block = sheet("Line no | Where we are\nL1 | Late")
    with pytest.raises(NotAReturn):
        find_table([block], PLAN)
    table = find_table([block], PLAN, {"Line No.": "ID", "where  we are": "progress"})
    assert told(table) == [("L1", {"progress": "Late"})]


def test_joins_headings_over_two_and_three_rows() -> None:
    two = sheet("""
ID | Ref | Budget        |        | Reported |
   |     | Planned Spend | Number | RAG      | Progress
L1 | A   | 100           | 7      | Red      | Late
""")
    table = find_table([two], PLAN)
    assert (table.first_header_row, table.header_rows) == (1, 2)
    assert [(h.cell, h.header, h.key, h.match_kind) for h in table.headings][2:5] == [
        ("C2", "Budget / Planned Spend", "planned", "group"),
        ("D2", "Budget / Number", None, "not known"),
        ("E2", "Reported / RAG", "rag", "exact"),
    ] or table.headings[3].match_kind == "doubled"
    assert told(table) == [("L1", {"ref": "A", "planned": "100", "rag": "Red", "progress": "Late"})]
    assert accounted(table, [two])

    three = sheet("""
Return
ID | Ref | Ours     |     |
   |     | What     | How |
   |     | Priority | RAG | Progress Update
L1 | A   | Recruit  | Red | Late
""")
    table = find_table([three], PLAN)
    assert (table.first_header_row, table.header_rows) == (2, 3)
    assert told(table) == [("L1", {"ref": "A", "priority": "Recruit", "rag": "Red", "progress": "Late"})]
    assert accounted(table, [three])


def test_a_group_reaches_as_far_as_it_is_merged() -> None:
    text = """
ID | Budget |        |
   |        | Number | RAG
L1 | x      | 100    | Red
"""
    assert find_table([sheet(text)], PLAN).keys == {"planned", "rag"}
    merged = find_table([sheet(text, merges=[(1, 2, 1, 2)])], PLAN)
    assert merged.keys == {"rag"}, "the group ends with its merged cell"


def test_columns_that_stand_twice() -> None:
    block = sheet("""
ID | Ref | RAG   | Progress | Status
L1 | A   | Red   | Late     | Red
L2 | B   | Amber | Fine     | Green
L3 | C   |       | Fine     | Green
""")
    table = find_table([block], PLAN)
    assert [h.match_kind for h in table.headings][2:] == ["exact", "alias", "doubled"]
    assert lost(table) == {"E3": "its column 'Status' stands twice", "E4": "its column 'Status' stands twice"}
    assert accounted(table, [block])


def test_the_plans_own_header_beats_an_alias_that_stands_further_left() -> None:
    table = find_table([sheet("ID | Status | RAG\nL1 | Green | Red")], PLAN)
    assert told(table) == [("L1", {"rag": "Red"})]


def test_columns_that_only_show_what_was_reported_are_placed() -> None:
    block = sheet("ID | Last reported: RAG | RAG\nL1 | Green | Red")
    table = find_table([block], PLAN, ignored={"Last reported: RAG"})
    assert [h.match_kind for h in table.headings] == ["id", "shown only", "exact"]
    assert not table.unplaced and accounted(table, [block])


def test_repeated_and_second_headings() -> None:
    block = sheet("""
ID | Ref | Priority | RAG
L1 | A   | Recruit  | Red
ID | Ref | Priority | RAG
L2 | B   | Retain   | Green
RAG | ID | Progress | Priority
Red | L3 | Late     | Reward
""")
    table = find_table([block], PLAN)
    assert told(table) == [
        ("L1", {"ref": "A", "priority": "Recruit", "rag": "Red"}),
        ("L2", {"ref": "B", "priority": "Retain", "rag": "Green"}),
        ("L3", {"rag": "Red", "progress": "Late", "priority": "Reward"}),
    ]
    assert table.rows[2].cells["rag"] == (1, "Red")
    assert "The headings are repeated in row 3." in table.notes
    assert not table.unplaced and accounted(table, [block])


def test_a_header_of_three_rows_may_be_repeated() -> None:
    head = """
ID | Ref | Ours     |     |
   |     | What     | How |
   |     | Priority | RAG | Progress Update
"""
    block = sheet(
        head.strip("\n") + "\nL1 | A | Recruit | Red | Late\n" + head.strip("\n") + "\nL2 | B | Retain | Red |"
    )
    table = find_table([block], PLAN)
    assert [row.line_id for row in table.rows] == ["L1", "L2"]
    assert not table.unplaced and accounted(table, [block])


def test_data_that_reads_like_headings_is_data() -> None:
    block = sheet("""
ID | Ref       | Priority | RAG      | Progress
L1 | Reference | Status   | Progress | Objective
L2 | A         | x        | Red      | Progress
""")
    assert [row.line_id for row in find_table([block], PLAN).rows] == ["L1", "L2"]


def test_a_value_under_a_merged_cell_is_absent_and_never_cleared() -> None:
    block = sheet(
        """
ID | Ref | Priority | RAG | Progress
L1 | A   | Recruit  | Red | Late
L2 | A   |          |     | Fine
L3 | B   | Retain   |     | hidden
Note: all figures are provisional
""",
        merges=[(2, 3, 3, 3), (4, 4, 4, 5), (5, 1, 5, 5)],
    )
    table = find_table([block], PLAN)
    assert told(table)[1] == ("L2", {"ref": "A", "rag": None, "progress": "Fine"})
    assert "progress" not in table.rows[2].cells and "rag" in table.rows[2].cells
    assert lost(table)["E4"] == "lies under a merged cell"
    assert lost(table)["A5"] == "stands below the table"
    assert "C2:C3 is merged; what it says was read for its first cell only." in table.notes
    assert accounted(table, [block])


def test_a_merge_over_the_whole_sheet_costs_nothing() -> None:
    block = sheet(SIMPLE, merges=[(1, 1, 1_048_576, 16_384)] * 5_000)
    begun = time.perf_counter()
    table = find_table([block], PLAN)
    assert time.perf_counter() - begun < 1
    assert accounted(table, [block])


def test_error_values_are_kept_as_they_are() -> None:
    block = Block("R", [["ID", "RAG", "Ref"], ["L1", CellError("#REF!"), "A"], [CellError("#N/A"), "Red", "B"]])
    table = find_table([block], PLAN)
    assert isinstance(table.rows[0].cells["rag"][1], CellError)
    assert table.rows[1].line_id == ""
    assert lost(table) == {"A3": "is an error value where the ID should be"}
    assert accounted(table, [block])


def test_rows_are_dropped_only_when_nothing_is_in_them() -> None:
    block = sheet("ID | Ref | Priority | RAG | Note\n | | | | \nL1 | | | | \n | A | Recruit | |\n | | | | hello")
    table = find_table([block], PLAN)
    assert [(row.row_number, row.line_id) for row in table.rows] == [(3, "L1"), (4, "")]
    assert lost(table) == {"E5": "stands below the table"}


def test_the_table_may_stand_on_any_sheet_and_anywhere_on_it() -> None:
    blocks = [
        sheet("Contents | Progress\nsee next", "Contents"),
        sheet("\n" * 150 + " | | | ID | RAG | Ref\n | | | L1 | Red | A", "Sheet2"),
    ]
    blocks[1] = Block("Sheet2", [[None]] * 150 + list(blocks[1].rows))
    table = find_table(blocks, PLAN)
    assert (table.sheet, table.first_header_row) == ("Sheet2", 151)
    assert lost(table) == {f"Contents!{c}": "is on another sheet" for c in ("A1", "B1", "A2")}
    assert accounted(table, blocks)


def test_of_two_tables_the_fuller_is_read_and_the_other_listed() -> None:
    blocks = [sheet("ID | Ref\nL1 | A", "Copy"), sheet(SIMPLE, "Return")]
    table = find_table(blocks, PLAN)
    assert table.sheet == "Return"
    assert "Sheet 'Copy' holds a table too, and was not read." in table.notes
    assert accounted(table, blocks)


def test_several_sheets_can_each_be_read() -> None:
    blocks = [sheet(SIMPLE, "April"), sheet("notes", "Notes"), sheet(SIMPLE, "May"), sheet("ID | Ref\nL1 | A", "Short")]
    tables = find_tables(blocks, PLAN, needed_keys={"rag"})
    assert [t.sheet for t in tables] == ["April", "May"]
    cells = sum(not is_blank(v) for b in blocks for row in b.rows for v in row)
    assert cells == sum(t.placed_count + len(t.unplaced) for t in tables)


def test_what_is_no_return_is_refused_in_plain_words() -> None:
    with pytest.raises(NotAReturn, match=r"^jo.xlsx: every sheet is empty\. Ask the sender"):
        find_table([Block("A", [[None, " "]]), Block("B", [])], PLAN, name="jo.xlsx")
    with pytest.raises(NotAReturn, match=r"no table with the headings Ref, Priority, RAG and Progress Update"):
        find_table([sheet("a | b\n1 | 2", "X")], PLAN)
    with pytest.raises(NotAReturn, match="lies on its side: its headings run down column B"):
        find_table([sheet("| ID | L1 | L2\n| Ref | A | B\n| Priority | x | y\n| RAG | Red | Green", "X")], PLAN)


WORDS = ["ID", "Ref", "Priority", "RAG", "Status", "Progress Update", "Budget", "Mood", "Number", "L1", "Red", "x y"]
CELL = st.one_of(
    st.none(), st.none(), st.sampled_from(WORDS), st.just(" "), st.integers(0, 9), st.just(CellError("#N/A"))
)
GRID = st.lists(st.lists(CELL, max_size=8), max_size=14)
HEADER = st.permutations(["ID", "Ref", "Priority", "RAG", None, "Mood"])
MERGE = st.tuples(st.integers(1, 14), st.integers(1, 7), st.integers(0, 4), st.integers(0, 3))


@settings(max_examples=400, deadline=None)
@given(GRID, st.none() | HEADER, st.integers(0, 5), GRID, st.lists(MERGE, max_size=4))
def test_every_cell_is_placed_or_listed(
    above: list[list[Value]],
    header: list[Value] | None,
    depth: int,
    other: list[list[Value]],
    merges: list[tuple[int, int, int, int]],
) -> None:
    rows = [*above[:depth], *([header] if header else []), *above[depth:]]
    blocks = [Block("S", rows, tuple((r, c, r + h, c + w) for r, c, h, w in merges)), Block("T", other)]
    try:
        table = find_table(blocks, PLAN, furniture={"x y"}, ignored={"Mood"})
    except NotAReturn:
        return
    assert accounted(table, blocks)
    places = [u.sheet + u.cell for u in table.unplaced]
    assert len(places) == len(set(places)), "no cell is listed twice"
    tables = find_tables(blocks, PLAN)
    assert sum(t.placed_count + len(t.unplaced) for t in tables) == sum(
        not is_blank(v) for b in blocks for row in b.rows for v in row
    )


@settings(max_examples=100, deadline=None)
@given(
    st.permutations(["ref", "priority", "rag", "progress"]),
    st.lists(st.lists(st.sampled_from(["Red", "a", None, 4.5]), min_size=4, max_size=4), min_size=1, max_size=9),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_moved_columns_and_tables_read_the_same(
    order: list[str], data: list[list[Value]], down: int, across: int
) -> None:
    keys = ["ref", "priority", "rag", "progress"]
    head: list[Value] = ["ID", *(PLAN[key].header for key in order)]
    body = [[f"L{i}", *(line[keys.index(key)] for key in order)] for i, line in enumerate(data)]
    rows = [[None] * across + line for line in [head, *body]]
    table = find_table([Block("S", [[None]] * down + rows)], PLAN)
    assert told(table) == [(f"L{i}", dict(zip(keys, line, strict=True))) for i, line in enumerate(data)]
