"""Months given by sheet, names that are one, and rounding."""

from dataclasses import replace

import pytest
from collections_of_returns import EMPTY, A, B, Collection, file, outcomes

from hrworkbook.collecting.given_months import parse_given_months
from hrworkbook.merging.outcomes import ReceivedFile
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.ledgers import NAMES
from hrworkbook.plan.snapshot import ChangeSet, Snapshot
from hrworkbook.verbs.undo import undo

# -- months by sheet, names that are one, rounding -------------------------------------------------------------------


def two_sheets() -> ReceivedFile:
    """A return whose two sheets say no month."""
    return file(A, name="Data", sheets=[file(B.replace("(..)", "5"), name="Data 2").blocks[0]])


def test_each_sheet_can_be_given_its_month() -> None:
    master = Collection()
    untold = master.gather(two_sheets())
    assert [r.status for r in untold.refused] == ["No month"]
    assert '--period "Data=2015-04"' in untold.refused[0].reason
    given = parse_given_months(["Data=2015-04", "data 2=May 2015"])
    assert outcomes(master.gather(two_sheets(), period=given)) == [{"applied": 15}]
    assert [line[:2] for line in master.table()] == [("2015-04", "St Mary's"), ("2015-05", "Hill Road")]


def test_a_sheet_can_be_given_its_month_after_the_first_merge_and_the_others_are_not_asked_again() -> None:
    master, both = Collection(), two_sheets()
    first = master.gather(both, period=parse_given_months(["Data=2015-04"]))
    assert outcomes(first) == [{"applied": 8, "unplaced": 6}] and first.needs_a_person
    assert '--period "Data 2=2015-04"' in "\n".join(first.returns[0].notes)
    second = master.gather(both, period=parse_given_months(["Data 2=2015-05"]))
    assert outcomes(second) == [{"already": 8, "applied": 7}] and not second.needs_a_person
    assert not any("which month" in note for note in second.returns[0].notes)
    assert [line[:2] for line in master.table()] == [("2015-04", "St Mary's"), ("2015-05", "Hill Road")]
    undone = undo(master.snapshot, master.later(), "R0001")
    master.apply(undone.changes)
    assert master.table() == [], "one return, undone as one"


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        (["Dta=2015-04"], "no sheet or file is called 'Dta'. Check its name: there are 'Data' of "),
        (["Data=Spring"], "'Spring' is no month"),
        (["=2015-04"], "does not say which sheet it is for"),
        (["2015-04", "2015-05"], "two months are given for all sheets: 2015-04 and 2015-05"),
        (["Data=2015-04", "Data=2015-05"], "two months are given for 'Data'"),
    ],
)
def test_a_month_that_cannot_be_given_is_refused_and_nothing_is_merged(texts: list[str], fault: str) -> None:
    master = Collection()
    with pytest.raises(HrWorkbookError) as refusal:
        master.gather(two_sheets(), period=parse_given_months(texts))
    assert str(refusal.value).startswith("--period: ") and fault in str(refusal.value)
    assert master.table() == [] and master.register == []


def test_a_file_or_a_sheet_of_a_file_can_be_given_its_month() -> None:
    april, may = (replace(file(line, name="Data"), file=f"{name}.xlsx") for line, name in ((A, "one"), (B, "two")))
    for texts in (["one.xlsx=2015-04", "two=2015-05"], ["one.xlsx:Data=2015-04", "two:Data=2015-05"]):
        master = Collection()
        master.gather(april, may, period=parse_given_months(texts))
        assert sorted(line[:2] for line in master.table()) == [("2015-04", "St Mary's"), ("2015-05", "Hill Road")]


def with_names(*rows: tuple[str, str]) -> Collection:
    """A collection whose Names sheet HR has filled in."""
    master = Collection()
    written = [dict(zip(NAMES.headings, row, strict=True)) for row in rows]
    master.apply(ChangeSet(NAMES.append(master.snapshot, written), ""))
    return master


def test_names_that_are_one_are_one_line() -> None:
    master = with_names(("St Mary", "St Mary's"), ("Saint Mary's", "St Mary"))
    result = master.gather(file(A.replace("St Mary's", "SAINT MARY'S"), B))
    assert [line[:2] for line in master.table()] == [("2016-06", "Hill Road"), ("2016-06", "St Mary's")]
    assert any("'SAINT MARY'S' is read as 'St Mary's', as the Names sheet says." in n for n in result.returns[0].notes)
    assert outcomes(master.gather(file(A))) == [{"already": 8}]


def test_a_line_that_stands_in_the_plan_under_another_of_its_names_is_that_line() -> None:
    master = Collection()
    master.gather(file(A.replace("St Mary's", "St Mary")))
    written = [dict(zip(NAMES.headings, ("St Mary", "St Mary's"), strict=True))]
    master.apply(ChangeSet(NAMES.append(master.snapshot, written), ""))
    assert outcomes(master.gather(file(A))) == [{"already": 8}]
    assert len(master.table()) == 1


def test_names_that_stand_for_each_other_and_a_master_without_the_sheet_change_nothing() -> None:
    ring = with_names(("St Mary's", "Hill Road"), ("Hill Road", "St Mary's"))
    ring.gather(file(A, B))
    old = Collection(Snapshot(EMPTY.name, tuple(block for block in EMPTY.sheets if block.name != NAMES.sheet)))
    old.gather(file(A, B))
    assert [line[1] for line in ring.table()] == [line[1] for line in old.table()] == ["Hill Road", "St Mary's"]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("900", "900.4", True), ("900.5", "901", True), ("900.5", "900", True), ("900.51", "900", False), ("900", "901", False),
        ("43.00", "43.01", True), ("43.00", "43.02", True), ("43.10", "43.12", True), ("43.11", "43.13", False),
        ("11.26", "11.3", True), ("11.2", "11.3", False), ("11.24", "11.3", False), ("900.4", "900.3", False),
    ],
)  # fmt: skip
def test_rounding_is_no_conflict(first: str, second: str, same: bool) -> None:
    for one, other in ((first, second), (second, first)):
        master = Collection()
        master.gather(file(A.replace("900", one)))
        assert outcomes(master.gather(file(A.replace("900", other)))) == [
            {"already": 8} if same else {"already": 7, "conflict": 1}
        ]
        cost = master.plan.lines[0].values["cost"]
        assert cost == float(one), "the plan's own figure stands"
        both = master.gather(replace(file(A.replace("900", one), A.replace("900", other), name="May 2016")))
        assert bool(both.refused) is not same
