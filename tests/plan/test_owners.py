"""The owners a cell names, also where one hands over to the next."""

import csv
from datetime import date

import pytest
from masters import shared
from verdicts import said

from hrworkbook.plan.owners import parse_owners
from hrworkbook.plan.values import Value

HANDOVER = "Stephen Weigel to 10 th November 2010 Mary Orton from 11 th November 2010"


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        ("H&S Manager", "H&S Manager"),
        ("Policy and Performance Manager", "Policy and Performance Manager"),
        ("Head of Strategic HR/ HR Delivery Manager", "Head of Strategic HR|HR Delivery Manager"),
        ("HR Delivery Manager /\nOD Manager;Finance", "HR Delivery Manager|OD Manager|Finance"),
        ("A;B\nC/ a", "A|B|C"),
        ("OD/Workforce Development Manager", "OD|Workforce Development Manager"),
        ("HRMT/", "HRMT"),
        ("Vision 2020 Programme Lead", "Vision 2020 Programme Lead"),
        ("April Smith/June Jones", "April Smith|June Jones"),
        ("Head of\u00a0 HR", "Head of HR"),
        ("", ""),
        (" / ", ""),
        (HANDOVER, "Mary Orton"),
        ("Acting Head of HR (until March 2017)", "Acting Head of HR"),
        ("Jo Ash until 31/03/2017\nSam Oak from 01/04/2017", "Sam Oak"),
        ("Finance; A Roe to 10 Nov 2010 B Doe from 11 Nov 2010", "Finance|B Doe"),
        ("Jo Ash to 31 March", "Jo Ash to 31 March"),
    ],
)
def test_owners_in_a_cell(text: str, owners: str) -> None:
    assert "|".join(parse_owners(text)) == owners


@pytest.mark.parametrize(
    ("on", "owner"),
    [
        (None, "Mary Orton"),
        (date(2010, 7, 1), "Stephen Weigel"),
        (date(2010, 11, 10), "Stephen Weigel"),
        (date(2010, 11, 11), "Mary Orton"),
        (date(2020, 1, 1), "Mary Orton"),
    ],
)
def test_a_handover_gives_the_owner_in_post(on: date | None, owner: str) -> None:
    assert parse_owners(HANDOVER, on) == (owner,)


def test_a_gap_in_a_handover_leaves_someone_to_ask() -> None:
    text = "Jo Ash from 1 April 2016 to 30 June 2016; Sam Oak from 1 September 2016"
    assert parse_owners(text, date(2016, 8, 1)) == ("Jo Ash",)
    assert parse_owners(text, date(2016, 1, 1)) != ()


def test_the_owners_of_both_plans() -> None:
    plan = shared("seeds/cheshire-east-hr-plan-2016-17.csv")
    report = shared("seeds/surrey-first-workstreams-2010.csv")
    with plan.open(encoding="utf-8-sig", newline="") as file:
        owners = {name for row in csv.DictReader(file) for name in parse_owners(row["owner"])}
    assert sorted(owners) == [
        "Corporate H&S Manager", "Finance", "H&S Manager", "HR Delivery Manager", "HR Education Manager", "HRMT",
        "Head of Strategic HR", "OD", "OD Manager", "Workforce Development Manager",
    ]  # fmt: skip
    with report.open(encoding="utf-8-sig", newline="") as file:
        sponsors = [parse_owners(row["Chief Exec Sponsor"], date(2010, 10, 22)) for row in csv.DictReader(file)]
    assert sponsors == [("Stephen Weigel",)]


@pytest.mark.parametrize("value", [5.0, "/", "?", date(2017, 1, 1)])
def test_owners_that_name_no_one(value: Value) -> None:
    assert "names no one. Write the role or name as on the Owners sheet" in said("owners", value)
