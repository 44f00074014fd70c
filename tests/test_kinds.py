"""The kinds of columns: what each takes, what it means, and what is said when it is wrong."""

import csv
import os
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrworkbook.amounts import Amount, Money, NoneWord, amount_of
from hrworkbook.errors import say
from hrworkbook.kinds import KINDS, Fault, nearest, owners_in, settled
from hrworkbook.lookalikes import twin
from hrworkbook.values import CellError, Uncomputed, Value

SHARED = Path(os.environ.get("HRWORKBOOK_SHARED", Path(__file__).parents[2] / "shared"))
RAG = ("Red", "Amber", "Green", "Complete")


def fault(kind: str, value: Value, words: tuple[str, ...] = RAG) -> Fault | None:
    return KINDS[kind].fault(value, "Spend", words)


def said(kind: str, value: Value, words: tuple[str, ...] = RAG) -> str:
    found = fault(kind, value, words)
    return say("", found.fault, found.remedy) if found else ""


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
            "yes-no",
            "email",
            "period",
        ]
    )
    assert all(kind.name == name and kind.says for name, kind in KINDS.items())


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
    assert twin(character) == latin


# --- choices


@pytest.mark.parametrize("value", ["Red", "red", " RED ", "R ed", "Amber\u00a0"])
def test_a_choice_in_any_case_and_spacing(value: str) -> None:
    assert fault("choice", value) is None
    assert settled(value, RAG) in ("Red", "Amber")


def test_a_choice_may_be_a_number_or_yes() -> None:
    assert settled(2.0, ("1", "2")) == "2"
    assert settled(True, ("Yes", "No")) == "Yes"
    assert settled("part1", ("Part 1", "Part 2")) == "Part 1"


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
    assert settled(value, RAG) is None


def test_a_long_list_is_not_recited() -> None:
    words = tuple(f"Service {n}" for n in range(1, 31))
    assert "Choose one of the 30 words on the list, such as Service 1, Service 2 or Service 3" in said(
        "choice", "x", words
    )


def test_no_words_no_fault() -> None:
    assert fault("choice", "anything", ()) is None
    assert nearest("anything", ()) is None


# --- owners

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
    assert "|".join(owners_in(text)) == owners


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
    assert owners_in(HANDOVER, on) == (owner,)


def test_a_gap_in_a_handover_leaves_someone_to_ask() -> None:
    text = "Jo Ash from 1 April 2016 to 30 June 2016; Sam Oak from 1 September 2016"
    assert owners_in(text, date(2016, 8, 1)) == ("Jo Ash",)
    assert owners_in(text, date(2016, 1, 1)) != ()


def test_the_owners_of_both_plans() -> None:
    plan, report = (
        SHARED / "seeds" / "cheshire-east-hr-plan-2016-17.csv",
        SHARED / "seeds" / "surrey-first-workstreams-2010.csv",
    )
    if not plan.exists():
        pytest.skip("the example plans are not here")
    with plan.open(encoding="utf-8-sig", newline="") as file:
        owners = {name for row in csv.DictReader(file) for name in owners_in(row["owner"])}
    assert sorted(owners) == [
        "Corporate H&S Manager", "Finance", "H&S Manager", "HR Delivery Manager", "HR Education Manager", "HRMT",
        "Head of Strategic HR", "OD", "OD Manager", "Workforce Development Manager",
    ]  # fmt: skip
    with report.open(encoding="utf-8-sig", newline="") as file:
        sponsors = [owners_in(row["Chief Exec Sponsor"], date(2010, 10, 22)) for row in csv.DictReader(file)]
    assert sponsors == [("Stephen Weigel",)]


@pytest.mark.parametrize("value", [5.0, "/", "?", date(2017, 1, 1)])
def test_owners_that_name_no_one(value: Value) -> None:
    assert "names no one. Write the role or name as on the Owners sheet" in said("owners", value)


# --- money and numbers


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("1,250.00", "1250"), ("£19k", "19000"), ("£1.2m", "1200000"), ("£ 1,250", "1250"), ("(500)", "-500"),
        ("-£500", "-500"), ("£-500", "-500"), ("(£1,250.50)", "-1250.50"), ("500-", "-500"), ("−500", "-500"),
        ("1 250 000", "1250000"), ("1\u00a0250", "1250"), ("£2 million", "2000000"), ("£3bn", "3000000000"),
        ("£0.5M", "500000"), ("50p", "0.50"), (".5", "0.5"), ("12.", "12"), ("0", "0"), ("gbp 20", "20"),
        (1250.0, "1250"), (19792.800000000003, "19792.8"), (-3, "-3"), ("12500", "12500"),
    ],
)  # fmt: skip
def test_money(value: Value, amount: str) -> None:
    assert fault("money", value) is None
    assert KINDS["money"].read(value) == Money(Decimal(amount))


@pytest.mark.parametrize(
    ("text", "word", "amount", "nil"),
    [
        ("nil", NoneWord.NIL, 0, True), ("NIL", NoneWord.NIL, 0, True), ("£nil", NoneWord.NIL, 0, True),
        ("None", NoneWord.NONE, 0, True), ("-", NoneWord.DASH, None, False), ("–", NoneWord.DASH, None, False),
        ("n/a", NoneWord.NOT_APPLICABLE, None, False), ("Not applicable", NoneWord.NOT_APPLICABLE, None, False),
        ("..", NoneWord.NOT_AVAILABLE, None, False), ("(..)", NoneWord.NOT_AVAILABLE, None, False),
        ("[c]", NoneWord.SUPPRESSED, None, False), ("*", NoneWord.SUPPRESSED, None, False),
        ("TBC", NoneWord.NOT_KNOWN, None, False), ("to be confirmed", NoneWord.NOT_KNOWN, None, False),
    ],
)  # fmt: skip
def test_words_for_none_are_kept_apart(text: str, word: NoneWord, amount: int | None, nil: bool) -> None:
    for kind in ("money", "percent", "whole", "number"):
        assert fault(kind, text) is None
    assert KINDS["money"].read(text) == Money(None if amount is None else Decimal(amount), nil, word)
    assert KINDS["whole"].read(text) is word


def test_nil_is_not_zero_typed_nor_blank() -> None:
    read = KINDS["money"].read
    assert len({read("nil"), read("0"), read(None), read("n/a")}) == 4


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("19.792.80", "Spend is '19.792.80', which has more than one decimal point. Write 19,792.80 if that is meant."),
        (
            "c. £5k",
            "Spend is 'c. £5k', which is not an exact amount. Write the amount alone, such as £5k, and say the rest in words elsewhere.",
        ),
        (
            "approx 5,000",
            "Spend is 'approx 5,000', which is not an exact amount. Write the amount alone, such as 5,000, and say the rest in words elsewhere.",
        ),
        (
            "£19k per annum",
            "Spend is '£19k per annum', which has other words beside the number. Write the number alone, such as £19k.",
        ),
        (
            "£5k - £10k",
            "Spend is '£5k - £10k', which is a range. Write one amount, and say the range in words elsewhere.",
        ),
        (
            "1.250,00",
            "Spend is '1.250,00', which has a comma for a decimal point. Write the decimals after a full stop, such as 1,250.00.",
        ),
        (
            "1,2345",
            "Spend is '1,2345', which has a comma in the wrong place. Write 12345 without commas if that is meant.",
        ),
        ("€500", "Spend is '€500', which is not in pounds. Write the amount in pounds, such as £1,250."),
        ("(500", "Spend is '(500', which has other words beside the number. Write the number alone, such as 500."),
        ("twelve", "Spend is 'twelve', which is not a number. Write it in figures, such as 1,250."),
        ("72%", "Spend is '72%', which is a percentage. Write an amount in pounds, such as 1,250.00, £19k or nil."),
        (True, "Spend is 'Yes', which is Yes or No, not a number. Write a number."),
        (
            date(2017, 3, 31),
            "Spend is '31/03/2017', which is a date or time, not a number. Format the cell as a number, then type the number again.",
        ),
        (float("nan"), "Spend is 'nan', which is no number. Write a number."),
    ],
)
def test_money_that_cannot_be_read(value: Value, message: str) -> None:
    assert said("money", value) == message
    assert KINDS["money"].read(value) is None


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from(["{:,.2f}", "£{:,.2f}", "{:.2f}", " £ {:,.2f} "]))
def test_money_reads_back(amount: Decimal, form: str) -> None:
    assert KINDS["money"].read(form.format(amount)) == Money(amount)


@pytest.mark.parametrize(
    ("value", "fraction"),
    [("72%", "0.72"), ("72 %", "0.72"), ("72 per cent", "0.72"), (0.72, "0.72"), (1, "1"), ("100%", "1"), ("-5%", "-0.05"),
     ("150%", "1.5"), ("0.72", "0.72"), (0.0, "0"), ("72.5%", "0.725")],
)  # fmt: skip
def test_percentages(value: Value, fraction: str) -> None:
    assert fault("percent", value) is None
    assert KINDS["percent"].read(value) == Decimal(fraction)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (72.0, "Spend is '72', which has no % sign. Write 72% if that is meant."),
        ("100", "Spend is '100', which has no % sign. Write 100% if that is meant."),
        ("£5", "Spend is '£5', which is an amount of money. Write a percentage, such as 72%."),
    ],
)
def test_percentages_that_cannot_be_read(value: Value, message: str) -> None:
    assert said("percent", value) == message


@pytest.mark.parametrize(
    ("value", "number"), [("1,250", 1250), (12.0, 12), ("12.0", 12), ("(3)", -3), ("4k", 4000), (7, 7)]
)
def test_whole_numbers(value: Value, number: int) -> None:
    assert fault("whole", value) is None
    read = KINDS["whole"].read(value)
    assert read == number and isinstance(read, int)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (12.5, "Spend is '12.5', which is not a whole number. Write a whole number, such as 12."),
        ("5%", "Spend is '5%', which is a percentage. Write the number alone, such as 1,250."),
        ("£5", "Spend is '£5', which is an amount of money. Write the number alone, such as 1,250."),
        (
            "about 12",
            "Spend is 'about 12', which is not an exact amount. Write the amount alone, such as 12, and say the rest in words elsewhere.",
        ),
    ],
)
def test_whole_numbers_that_cannot_be_read(value: Value, message: str) -> None:
    assert said("whole", value) == message


def test_numbers() -> None:
    assert KINDS["number"].read("12.5") == Decimal("12.5") and fault("number", "1,250.75") is None
    assert amount_of(0.1 + 0.2) == Amount(Decimal("0.3"))


# --- dates, periods, timescales


@pytest.mark.parametrize(
    "value",
    [date(2017, 3, 31), datetime(2017, 3, 31, 9, 30), "31/03/2017", "31.3.17", "2017-03-31", "31 March 2017",
     "31st March 2017", "2017-03-31 00:00:00", "Friday 31 March 2017", "31-Mar-17"],
)  # fmt: skip
def test_dates(value: Value) -> None:
    assert fault("date", value) is None
    assert KINDS["date"].read(value) == date(2017, 3, 31)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("31/02/2017", "Spend is '31/02/2017', and there is no such date. Check the day and the month, day first."),
        ("03/31/2017", "Spend is '03/31/2017', and there is no such date. Write the day first: 31/03/2017."),
        ("31 March", "Spend is '31 March', which has no year. Add the year."),
        ("March 2017", "Spend is 'March 2017', which is not one day. Write one day, such as 31/03/2017."),
        (42825.0, "Spend is the number 42825. Write 31/03/2017 if that day is meant."),
        (12.0, "Spend is '12', which is not a date. Write day, month and year, such as 31/03/2017."),
        (True, "Spend is 'Yes', which is not a date. Write day, month and year, such as 31/03/2017."),
        (time(9, 30), "Spend is '09:30:00', which is not a date. Write day, month and year, such as 31/03/2017."),
        ("Ongoing", "Spend is 'Ongoing', which is not a date. Write day, month and year, such as 31/03/2017."),
    ],
)
def test_what_is_no_date(value: Value, message: str) -> None:
    assert said("date", value) == message


@pytest.mark.parametrize(
    "value",
    ["April – Oct 2016", "Ongoing", "To be determined.", "n/a", date(2017, 3, 31), 2017.0, datetime(2017, 3, 31, 9, 5)],
)
def test_timescales(value: Value) -> None:
    assert fault("timescale", value) is None


@pytest.mark.parametrize(
    ("value", "severity", "message"),
    [
        (
            "31 June 2016",
            "error",
            "Spend says '31 June 2016', which cannot be read: there is no such date. Check the day and the month, day first.",
        ),
        (
            "Dec 2016 - Jun 2016",
            "error",
            "Spend says 'Dec 2016 - Jun 2016', which cannot be read: it ends before it begins. Check the two dates.",
        ),
        (42825.0, "error", "Spend is the number 42825. Write 31/03/2017 if that day is meant."),
        ("Sept", "warning", "Spend says 'Sept', which cannot be read: it has no year. Add the year."),
        (
            "mid-March 2017",
            "warning",
            "Spend says 'mid-March 2017', which is not an exact date. Write a month and year if it should be shown as due and chased.",
        ),
        (
            "when funds allow",
            "warning",
            "Spend says 'when funds allow', which cannot be read: it is not a date. Write a month and year such as March 2017, or Ongoing or To be determined.",
        ),
    ],
)
def test_timescales_that_cannot_be_read(value: Value, severity: str, message: str) -> None:
    assert (said("timescale", value), fault("timescale", value).severity) == (message, severity)  # type: ignore[union-attr]


@pytest.mark.parametrize("value", ["2016-10", " 2016-10 ", date(2016, 10, 1), datetime(2016, 10, 1)])
def test_periods(value: Value) -> None:
    assert fault("period", value) is None and KINDS["period"].read(value) == "2016-10"


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("Oct 2016", "Write 2016-10"),
        ("2016-13", "Write year and month, such as 2016-10"),
        (date(2016, 10, 5), "Write 2016-10"),
        (201610.0, "Write year and month, such as 2016-10"),
    ],
)
def test_what_is_no_period(value: Value, remedy: str) -> None:
    assert remedy in said("period", value)


# --- yes-no and e-mail


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
