"""Amounts: money, percentages and numbers as people type them, and the words for none."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdicts import fault, said

from hrworkbook.plan.amounts import Amount, Money, NoneWord, parse_amount
from hrworkbook.plan.kinds import KINDS
from hrworkbook.plan.values import Value


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
    assert parse_amount(0.1 + 0.2) == Amount(Decimal("0.3"))
