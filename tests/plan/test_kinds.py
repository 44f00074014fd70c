"""The kinds of columns: what each takes, what it means, and what is said when it is wrong."""

from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdicts import RAG, fault, said

from hrworkbook.plan.kinds import KINDS, match_word, nearest_word
from hrworkbook.plan.lookalikes import latin_lookalike
from hrworkbook.plan.values import CellError, Uncomputed, Value


def test_the_kinds_there_are() -> None:
    assert list(KINDS) == (
        [
            "text",
            "reference",
            "choice",
            "owners",
            "timescale",
            "date",
            "money",
            "percent",
            "whole",
            "number",
            "measure",
            "yes-no",
            "email",
            "period",
        ]
    )
    assert all(kind.name == name and kind.description for name, kind in KINDS.items())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("blank", [None, "", "  ", "\u00a0\n"])
def test_a_blank_is_good_everywhere(kind: str, blank: Value) -> None:
    assert fault(kind, blank) is None
    assert KINDS[kind].read(blank) is None


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_value_is_bad_everywhere(kind: str) -> None:
    assert said(kind, CellError("#REF!")) == "Spend shows #REF!, which is an error. Type the value itself."
    assert said(kind, Uncomputed("=A1*2")).startswith("Spend is a formula whose result was not saved.")
    assert fault(kind, CellError("#N/A")).severity == "error"  # type: ignore[union-attr]
    assert KINDS[kind].read(CellError("#N/A")) is None


ODD_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), st.dates(), st.datetimes(), st.times(),
    st.sampled_from([CellError("#DIV/0!"), Uncomputed("=1/0")]),
)  # fmt: skip


@given(st.sampled_from(sorted(KINDS)), ODD_VALUES)
def test_no_value_is_too_odd_and_every_fault_says_what_to_do(kind: str, value: Value) -> None:
    found = fault(kind, value)
    assert found is None or (
        found.fault.startswith("Spend ") and found.remedy and found.severity in ("error", "warning")
    )
    KINDS[kind].read(value)


@given(st.sampled_from(["date", "money", "percent", "whole", "number", "yes-no", "email", "period"]), ODD_VALUES)
def test_what_has_no_fault_can_be_read_and_the_reverse(kind: str, value: Value) -> None:
    is_blank_or_error = value is None or (
        isinstance(value, str) and (not value.strip() or isinstance(value, CellError))
    )
    if not is_blank_or_error and fault(kind, value) != fault("text", value):
        assert (fault(kind, value) is None) == (KINDS[kind].read(value) is not None)


@pytest.mark.parametrize("value", ["words", 42.0, 0.5, True, date(2017, 3, 31), datetime(2017, 3, 31, 9, 30), time(9)])
def test_text_takes_whatever_is_typed(value: Value) -> None:
    assert fault("text", value) is None


def test_text_is_read_as_it_is_shown() -> None:
    read = KINDS["text"].read
    assert [read(v) for v in (42.0, True, date(2017, 3, 31))] == ["42", "Yes", "31/03/2017"]


def test_text_longer_than_a_cell() -> None:
    assert said("text", "x" * 40_000) == "Spend is 40,000 characters long. Shorten it: a cell holds 32,767 characters."
    assert fault("text", "x" * 32_767) is None


# --- references


@pytest.mark.parametrize("value", ["A", "3.2", "É1", 3.0, "Ref-7", "Ж"])
def test_references(value: Value) -> None:
    assert fault("reference", value) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("В", "Spend is 'В', which holds the Cyrillic capital letter ve, not the Latin letter B. Type B instead."),
        ("С", "Spend is 'С', which holds the Cyrillic capital letter es, not the Latin letter C. Type C instead."),
        ("Α", "Spend is 'Α', which holds the Greek capital letter alpha, not the Latin letter A. Type A instead."),
        ("D١", "Spend is 'D١', which holds the Arabic-Indic digit one, not the digit 1. Type D1 instead."),
        (
            "Ａ1",
            "Spend is 'Ａ1', which holds the Fullwidth latin capital letter a, not the Latin letter A. Type A1 instead.",
        ),
    ],
)
def test_references_that_only_look_latin_are_warned_of(value: str, message: str) -> None:
    assert said("reference", value) == message
    assert fault("reference", value).severity == "warning"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("character", "latin"),
    [("В", "B"), ("о", "o"), ("Ζ", "Z"), ("٣", "3"), ("９", "9"), ("A", ""), ("é", ""), ("²", ""), ("Ж", "")],
)
def test_twins(character: str, latin: str) -> None:
    assert latin_lookalike(character) == latin


# --- choices


@pytest.mark.parametrize("value", ["Red", "red", " RED ", "R ed", "Amber\u00a0"])
def test_a_choice_in_any_case_and_spacing(value: str) -> None:
    assert fault("choice", value) is None
    assert match_word(value, RAG) in ("Red", "Amber")


def test_a_choice_may_be_a_number_or_yes() -> None:
    assert match_word(2.0, ("1", "2")) == "2"
    assert match_word(True, ("Yes", "No")) == "Yes"
    assert match_word("part1", ("Part 1", "Part 2")) == "Part 1"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("amber-ish", "Spend is 'amber-ish'. Did you mean Amber? Choose Red, Amber, Green or Complete."),
        ("Gren", "Spend is 'Gren'. Did you mean Green? Choose Red, Amber, Green or Complete."),
        ("on track", "Spend is 'on track'. Choose Red, Amber, Green or Complete."),
        ("Red to Amber", "Spend is 'Red to Amber'. Choose Red, Amber, Green or Complete."),
        (date(2017, 3, 31), "Spend is '31/03/2017'. Choose Red, Amber, Green or Complete."),
    ],
)
def test_near_misses_are_suggested_never_taken(value: Value, message: str) -> None:
    assert said("choice", value) == message
    assert match_word(value, RAG) is None


def test_a_long_list_is_not_recited() -> None:
    words = tuple(f"Service {n}" for n in range(1, 31))
    assert "Choose one of the 30 words on the list, such as Service 1, Service 2 or Service 3" in said(
        "choice", "x", words
    )


def test_no_words_no_fault() -> None:
    assert fault("choice", "anything", ()) is None
    assert nearest_word("anything", ()) is None


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("Yes", True),
        ("y", True),
        (True, True),
        ("TRUE", True),
        (1.0, True),
        ("no ", False),
        (False, False),
        ("N", False),
    ],
)
def test_yes_and_no(value: Value, answer: bool) -> None:
    assert fault("yes-no", value) is None and KINDS["yes-no"].read(value) is answer


@pytest.mark.parametrize("value", ["maybe", 2.0, "yes and no", date(2016, 10, 1)])
def test_neither_yes_nor_no(value: Value) -> None:
    assert said("yes-no", value).endswith("Choose Yes or No.")


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("a.b@council.gov.uk", ("a.b@council.gov.uk",)),
        ("a@b.gov.uk; c-d@e.org", ("a@b.gov.uk", "c-d@e.org")),
        ("o'neil@x.co", ("o'neil@x.co",)),
    ],
)
def test_emails(value: Value, addresses: Any) -> None:
    assert fault("email", value) is None and KINDS["email"].read(value) == addresses


@pytest.mark.parametrize(
    "value",
    [
        "a@b",
        "@council.gov.uk",
        "a b@council.gov.uk",
        "a..b@council.gov.uk",
        "Jo Ash",
        5.0,
        "a@-b.uk",
        "a@b.gov.uk c@d.org",
        "jo@cоuncil.gov.uk",
    ],
)
def test_what_is_no_email(value: Value) -> None:
    assert "is not an e-mail address" in said("email", value)


def test_an_address_beside_a_name_is_pointed_out() -> None:
    assert said("email", "Jo Ash <jo@council.gov.uk>").endswith("Write the address alone: jo@council.gov.uk.")
