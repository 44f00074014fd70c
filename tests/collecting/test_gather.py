"""Gather: returns nobody issued become one collection, known by key, with the same journal, undo and decisions."""

import random
from dataclasses import replace
from datetime import datetime
from itertools import permutations

import pytest
from collections_of_returns import A, B, Collection, empty, file, outcomes
from hypothesis import given, settings
from hypothesis import strategies as st
from masters import NOW, shared
from plans import Master

from hrworkbook.collecting.collect_file import collect_file
from hrworkbook.collecting.merge_collected import merge_collected
from hrworkbook.merging.outcomes import Outcome, ReceivedFile, RefusedFile
from hrworkbook.merging.receive_files import receive_files
from hrworkbook.plan.errors import WrongPlan
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import Value, is_blank
from hrworkbook.verbs.validate import validate


def test_a_new_key_is_a_new_line_with_an_id() -> None:
    master = Collection()
    result = master.gather(file(A, B))
    assert [(x.id, x.text("period"), x.text("school"), x.text("cost")) for x in master.plan.lines] == [
        ("L001", "2016-06", "Hill Road", "nil"),
        ("L002", "2016-06", "St Mary's", "900"),
    ]
    assert outcomes(result) == [{"applied": 8 + 7}]
    assert {(i.text("ID"), i.text("Before")) for i in master.journal} == {("L001", ""), ("L002", "")}
    assert len(master.journal) == 15
    assert master.register[0].text("Owner") == "St Mary's and 1 other"


def test_the_same_values_again_are_already_there() -> None:
    master = Collection()
    master.gather(file(A))
    before = master.table()
    again = file(A.replace("900", "£900.00").replace("4.5", "4.500000000000001"), " ", B)
    assert outcomes(master.gather(again)) == [{"already": 8, "applied": 7}]
    assert master.table()[:1] == before


def test_other_values_for_a_known_key_are_a_conflict_and_fill_no_blanks() -> None:
    master = Collection()
    master.gather(file("St Mary's | 12 | 3 | 1.5 | 4.5 | | "))
    before = master.table()
    result = master.gather(file("ST MARY'S | 13 | 3 | 1.5 | 4.5 | 900 | 100"))
    assert outcomes(result) == [{"already": 5, "conflict": 3}]
    assert master.table() == before
    asked = [
        (d.text("ID"), d.text("Column"), d.text("In the master"), d.text("In the return")) for d in master.decisions
    ]
    assert asked == [("L001", "Staff", "12", "13"), ("L001", "Cost", "", "900"), ("L001", "Of which cover", "", "100")]
    assert "It says otherwise of Staff" in master.decisions[1].text("Why")
    assert result.needs_a_person


def test_a_blank_is_filled_by_a_return_that_agrees() -> None:
    master = Collection()
    master.gather(file("St Mary's | 12 | 3 | 1.5 | 4.5 | | "))
    assert outcomes(master.gather(file("St Mary's | 12 | 3 | 1.5 | 4.5 | 900 | "))) == [{"already": 6, "applied": 1}]
    assert master.says("L001.cost") == 900
    assert [i.text("Column") for i in master.journal][-1] == "Cost"


def test_a_cell_that_breaks_the_schema_is_invalid_and_the_rest_goes_in() -> None:
    master = Collection()
    result = master.gather(file("St Mary's | twelve or so | 3 | 1.5 | 4.5 | 900 | 100"))
    assert outcomes(result) == [{"applied": 7, "invalid": 1}]
    (asked,) = master.decisions
    assert asked.text("In the return") == "twelve or so" and asked.text("Question") == "invalid"
    assert master.says("L001.staff") is None


@pytest.mark.parametrize("staff", ["3.75", "12", "(..)", "c", "1250.5", "No data", "-4", "12k"])
def test_validate_says_no_more_of_what_was_kept_than_collecting_did(staff: str) -> None:
    master = Collection()
    one = file(f"St Mary's | {staff} | 3.1 | 1.25 | 4.4 | 900 | 900.004")
    told = collect_file(one.blocks, master.plan.schema, one.file).findings
    master.gather(one)
    found = validate(master.snapshot, NOW).findings
    assert [(f.severity, f.column, f.fault) for f in found] == [(f.severity, f.column, f.fault) for f in told]
    assert {f.severity for f in told} == ({"warning"} if "." in staff and staff != "(..)" else set())


def test_validate_calls_the_same_sums_wrong_as_collecting() -> None:
    master = Collection()
    one = file(
        "A | 5 | 3 | 1 | 5", "B | 5 | 3.4 | 1.4 | 5", "C | 5 | c | 1 | 5", "D | 5 | (..) | 1 | 5", "E | 5 | 4 | 1 | 0"
    )
    told = collect_file(one.blocks, master.plan.schema, one.file).findings
    master.gather(one)
    found = validate(master.snapshot, NOW).findings
    lines = {line.id: line.text("school") for line in master.plan.lines}
    assert sorted(lines[f.line] for f in found if f.rule == "adds-up") == sorted(f.line for f in told) == ["D", "E"]


def test_every_cell_of_the_file_has_one_outcome() -> None:
    notes = Block("Notes", [["Please check", None, 7]])
    one = file(A, "", "Total | 12 | 3 | 1.5 | 4.5 | 900 | 100", "typed by hand", sheets=[notes])
    result = Collection().gather(one)
    cells = sum(not is_blank(v) for b in one.blocks for row in b.rows for v in row)
    month = 1  # each line's month is taken from the sheet's name, which is no cell
    assert result.returns[0].cell_count == cells - len(one.blocks[0].rows[0]) + month
    assert outcomes(result) == [{"applied": 8, "unplaced": 7 + 1 + 2}]


def test_no_month_is_a_question_with_what_to_type() -> None:
    master = Collection()
    unknown = file(A, name="Data")
    result = master.gather(unknown)
    assert (result.returns, master.table(), result.needs_a_person) == ((), [], True)
    assert [r.text("What") for r in master.register] == ["No month"]
    assert result.changes.message.endswith("1 file does not say its month: merge again with --period and the month.")
    assert "which month is it for?" in result.refused[0].reason
    assert result.refused[0].reason.endswith("Give it as --period 2015-04.")
    assert outcomes(master.gather(unknown, period="2015-04")) == [{"applied": 8}]
    assert [line[0] for line in master.table()] == ["2015-04"]


def test_a_month_may_be_written_into_the_names_of_many_files() -> None:
    master = Collection()
    untold = [file(A, name="Data"), file(A.replace("900", "901"), name="Data")]
    result = master.gather(*untold)
    assert result.changes.message.endswith(
        "2 files do not say their month: merge again with --period and the month, or write the month into each file's name."
    )
    named = [replace(one, file=f"{month} 2015.xlsx") for one, month in zip(untold, ("April", "May"), strict=True)]
    assert outcomes(master.gather(*named)) == [{"applied": 8}, {"applied": 8}]
    assert sorted(line[0] for line in master.table()) == ["2015-04", "2015-05"]


def test_a_month_given_is_only_for_sheets_that_do_not_say_theirs() -> None:
    master = Collection()
    master.gather(file(A), period="2015-04")
    assert [line[0] for line in master.table()] == ["2016-06"]


def test_a_sheet_without_a_month_waits_while_the_others_go_in_and_is_merged_once_it_is_given() -> None:
    master = Collection()
    two = file(A, sheets=[file(B, name="Data").blocks[0]])
    result = master.gather(two)
    assert outcomes(result) == [{"applied": 8, "unplaced": 6}]
    assert {s.reason for s in result.returns[0].stray_cells} == {"no month is known for it"}
    assert outcomes(master.gather(two, period="2015-04")) == [{"applied": 7, "already": 8}]
    assert [line[:2] for line in master.table()] == [("2016-06", "St Mary's"), ("2015-04", "Hill Road")]
    before = master.table()
    third = master.gather(two, period="2015-04")
    assert [r.status for r in third.refused] == ["Already merged"] and not third.changes.writes
    assert master.table() == before


def test_files_that_cannot_all_be_for_the_one_month_given_wait_each_for_its_own() -> None:
    master = Collection()
    march = replace(file(A, B, name="Data"), file="march.xlsx")
    april = replace(file(A.replace("900", "950"), name="Data"), file="april.xlsx")
    may = replace(file(A.replace("900", "990"), "Elm Park | 4 | 1 | 1 | 2 | 5 | ", name="Data"), file="may.xlsx")
    apart = replace(file("Elm Park | 4 | 1 | 1 | 2 | | ", name="Data"), file="apart.xlsx")
    same = replace(file(B, name="Sheet1"), file="same.xlsx")
    result = master.gather(march, april, may, apart, same, period="2015-04")
    assert [r.received.file for r in sorted(result.returns, key=lambda r: r.received.file)] == [
        "apart.xlsx",
        "same.xlsx",
    ]
    assert master.decisions == [] and [line[:2] for line in master.table()] == [
        ("2015-04", "Elm Park"), ("2015-04", "Hill Road"),
    ]  # fmt: skip
    assert {(r.file, r.status) for r in result.refused} == {
        ("march.xlsx", "No month"), ("april.xlsx", "No month"), ("may.xlsx", "No month"),
    }  # fmt: skip
    assert result.refused[1].reason == (
        "sheet 'Data' and 'april.xlsx' and 1 other cannot all be for 2015-04: they say different things of "
        'St Mary\'s. Give it its own month, as --period "march.xlsx:Data=2015-04".'
    )
    assert result.changes.message.endswith(
        "3 files do not say their month and cannot all be for 2015-04: merge each alone with --period and its own month, or "
        "write the month into each file's name."
    )
    for month, one in (("2015-04", april), ("2015-05", may), ("2015-03", march)):
        assert len(master.gather(one, period=month).returns) == 1
    assert sorted(line[0] for line in master.table() if line[1] == "St Mary's") == ["2015-03", "2015-04", "2015-05"]
    assert master.decisions == []


def test_sheets_of_one_file_cannot_all_be_for_the_one_month_given() -> None:
    master = Collection()
    two = file(A, name="Data", sheets=[file(A.replace("900", "950"), name="Data 2").blocks[0], file(B).blocks[0]])
    result = master.gather(two, period="2015-04")
    assert [line[:2] for line in master.table()] == [("2016-06", "Hill Road")]
    assert outcomes(result) == [{"applied": 7, "unplaced": 14}]
    assert "sheet 'Data 2' cannot all be for 2015-04" in "\n".join(result.returns[0].notes)


def test_of_copies_the_same_one_is_read_whatever_the_order() -> None:
    one = replace(file(A, name="Data"), file="a return.xlsx")
    copies = [one, replace(one, file="b June 2016.xlsx"), replace(one, file="c June 2016.xlsx")]
    for files in permutations(copies):
        master = Collection()
        result = master.gather(*files)
        assert [(r.text("What"), r.text("File"), r.text("Return")) for r in master.register] == [
            ("Merged", "b June 2016.xlsx", "R0001")
        ]
        assert [(r.status, r.file) for r in result.refused] == [
            ("Twice", "a return.xlsx"),
            ("Twice", "c June 2016.xlsx"),
        ]
        assert [line[0] for line in master.table()] == ["2016-06"]


def test_files_that_are_no_return_are_refused_as_such() -> None:
    master = Collection()
    other = file("Men | 12 | 30%", head="Gender | Number | Share", name="June 2016")
    result = master.gather(other, RefusedFile("scan.pdf", "this is a PDF document"))
    assert not result.returns and master.table() == []
    assert ["School and All days lost" in r.reason for r in result.refused] == [True, False]
    assert [r.text("What") for r in master.register] == ["Refused", "Refused"]


def test_a_plan_that_issues_its_returns_is_not_gathered() -> None:
    with pytest.raises(WrongPlan, match="issues its returns"):
        merge_collected(Master().plan, [], NOW)


# -- the laws --------------------------------------------------------------------------------------------------------

_FIGURE = st.sampled_from(["", "0", "1", "2", "(..)", "c", "x?"])


_LINE = st.tuples(st.sampled_from(["Hill Road", "St Mary's", "Elm Park"]), _FIGURE, _FIGURE, _FIGURE, _FIGURE).map(
    lambda cells: " | ".join(cells)
)


_FILE = st.tuples(st.lists(_LINE, min_size=1, max_size=4), st.sampled_from(["May 2016", "June 2016", "Data"])).map(
    lambda drawn: file(
        *drawn[0], name=drawn[1], head="School | Staff | Teachers days lost | Support days lost | All days lost"
    )
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_FILE, min_size=1, max_size=5), st.randoms(use_true_random=False), st.sampled_from(["", "2015-04"]))
def test_any_order_gives_the_same_twice_gives_once_and_undo_gives_it_back(
    files: list[ReceivedFile], chance: random.Random, period: str
) -> None:
    master, other = Collection(), Collection()
    master.gather(*files, period=period)
    chance.shuffle(files)
    other.gather(*files, period=period)
    assert master.values() == other.values()
    assert ledger(master) == ledger(other)
    keys = [line[:2] for line in master.table()]
    assert len(keys) == len(set(keys)), "no line twice"
    before, asked, told = master.table(), len(master.decisions), len(master.register)
    again = master.gather(*files, period=period)
    assert (master.table(), len(master.decisions), len(master.register)) == (before, asked, told)
    assert not again.returns
    for register in [r for r in master.register if r.text("What") == "Merged"]:
        master.undo(register.text("Return"))
    assert master.table() == [] and plan_sheet(master) == plan_sheet(Collection()), "undone, nothing stays"
    master.gather(*files, period=period)
    assert master.values() == other.values(), "merged again, each line has its own ID again"


def plan_sheet(master: Collection) -> list[list[Value]]:
    """Every cell of the Plan sheet, without the blank ones at the ends."""
    rows = [[None if is_blank(v) else v for v in row] for row in master.snapshot["Plan"].rows]
    for row in rows:
        while row and row[-1] is None:
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


def test_undo_gives_the_plan_back_exactly_ids_and_all() -> None:
    master = Collection()
    master.gather(file(A))
    before = plan_sheet(master)
    two = file(A.replace("12", "13"), B, "Elm Park | 4 | 1 | 1 | 2 | 5 | ")
    master.gather(two)
    assert [x.id for x in master.plan.lines] == ["L001", "L002", "L003"]
    master.undo("R0002")
    assert plan_sheet(master) == before
    master.gather(file("Ash Lane | 1 | 1 | 0 | 1 | | "))
    assert [(x.id, x.text("school")) for x in master.plan.lines] == [("L001", "St Mary's"), ("L004", "Ash Lane")]
    master.gather(two)
    assert {x.text("school"): x.id for x in master.plan.lines} == {
        "St Mary's": "L001", "Elm Park": "L002", "Hill Road": "L003", "Ash Lane": "L004",
    }  # fmt: skip


def test_a_line_that_two_returns_made_keeps_its_key_until_both_are_undone() -> None:
    master = Collection()
    before = plan_sheet(master)
    master.gather(file("St Mary's | 12 | 3 | 1.5 | 4.5 | | "))
    master.gather(file("St Mary's | 12 | 3 | 1.5 | 4.5 | 900 | "))
    undone = master.undo("R0001")
    assert master.table() == [("2016-06", "St Mary's", "", "", "", "", "900", "")]
    assert [why for _, why in undone.left_cells] == ["the line holds more than this return said"] * 2
    master.undo("R0002")
    assert plan_sheet(master) == before


def ledger(master: Collection) -> list[dict[str, Value]]:
    """The Register's rows, but for the moment."""
    return [{h: v for h, v in row.values.items() if h != "When"} for row in master.register]


def test_undo_and_decide_work_as_for_any_return() -> None:
    master = Collection()
    master.gather(file(A))
    master.gather(file(A.replace("900", "950"), B))
    master.choose(0, "take return")
    assert master.decide().applied_count == 1
    assert master.says("L001.cost") == 950
    undone = master.undo("R0002")
    assert (len(undone.restored_cells), undone.left_cells) == (8, ())
    assert master.says("L001.cost") == 900
    assert [line[1] for line in master.table()] == ["St Mary's"]
    assert undone.changes.message == "R0002 undone: 8 cells put back. 1 line that only it had brought is gone."
    master.gather(file(A.replace("900", "950"), B))
    assert [(x.id, x.text("school")) for x in master.plan.lines] == [("L001", "St Mary's"), ("L002", "Hill Road")]


def test_lines_typed_by_hand_are_known_by_their_key_and_get_an_id() -> None:
    master = Collection()
    row = master.plan.tables[0].header_row + 1
    places = master.plan.tables[0].column_numbers
    from hrworkbook.plan.snapshot import Write

    typed: dict[str, Value] = {"period": "2016-06", "school": "st mary’s", "staff": 12}
    master.apply([Write("Plan", row, places[key], ((value,),)) for key, value in typed.items()])
    assert outcomes(master.gather(file(A)))[0] == {"already": 3, "applied": 5}
    assert [(x.id, x.text("school")) for x in master.plan.lines] == [("L001", "st mary’s")]


# -- the corpus ------------------------------------------------------------------------------------------------------


def test_the_whole_folder_gives_one_line_for_each_organisation_and_month_in_any_order() -> None:
    files = list(receive_files([shared("corpus/workforce-returns")]))
    master = Collection(empty("workforce"))
    result = master.gather(*files)
    assert len(result.returns) > 150
    lines = master.plan.lines
    keys = [(x.text("period"), x.text("organisation").casefold()) for x in lines]
    assert len(keys) == len(set(keys)) > 1000
    assert keys == sorted(keys) and len({month for month, _ in keys}) > 50
    asked = {(r.file, "which month is it for?" in r.reason) for r in result.refused}
    assert sum(month for _, month in asked) > 100 and sum(not month for _, month in asked) == 7
    assert any("nothing has worked its formulas out" in r.reason for r in result.refused)
    plan, moment = read_plan(empty("workforce")), datetime(2026, 11, 21)
    writes = merge_collected(plan, files, moment).changes.writes
    random.Random(7).shuffle(files)
    assert merge_collected(plan, files, moment).changes.writes == writes, (
        "the Plan, the Register and the rest, in any order"
    )
    assert set(Outcome) == set(result.returns[0].outcome_counts)
