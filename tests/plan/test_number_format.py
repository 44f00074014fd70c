"""Numbers as a spreadsheet shows them, held against what LibreOffice showed (`number_formats.txt`)."""

import re
import timeit
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from number_formats import golden

from hrworkbook.plan.number_format.builtin_ids import BUILT_IN
from hrworkbook.plan.number_format.render import is_plain, plain_text, render, shown

LINES = golden()
DOCS = Path(__file__).parents[2] / "docs/number-formats.md"


def test_the_golden_is_shown():
    wrong = [f"{line.code} | {line.value!r} | {line.rendered()} | not {line.ours}" for line in LINES
             if line.rendered() != line.ours]  # fmt: skip
    assert not wrong, "\n".join(wrong)


def test_the_golden_is_wide():
    assert len({line.code for line in LINES}) > 200
    assert sum(not line.why for line in LINES) > 900


def test_every_difference_is_explained():
    explained = set(re.findall(r"^\| `([a-z0-9-]+)` \|", DOCS.read_text("utf-8"), re.MULTILINE))
    assert explained == {line.why for line in LINES if line.why}
    assert all((line.office != line.ours) == bool(line.why) for line in LINES)


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0.85, "0%", "85%"),
        (12500.0, '"£"#,##0', "£12,500"),
        (1.1, "0.00", "1.10"),
        (7, "000", "007"),
        (6, '0" weeks"', "6 weeks"),
        (0.4375, "hh:mm", "10:30"),
        (7700900123, "00000 000000", "07700 900123"),
        (-12.5, '_-"£"* #,##0.00_-;-"£"* #,##0.00_-;_-"£"* "-"??_-;_-@_-', "-£12.50"),
        (0.285, "0%", "29%"),
        (-0.001, "0.00", "0.00"),
        (46112, "[$-F800]dddd, mmmm dd, yyyy", "Tuesday 31 March 2026"),
        (1.5625, "[h]:mm", "37:30"),
        (-0.25, "[h]:mm", "-6:00"),
        (date(2026, 3, 31), "mmm-yy", "Mar-26"),
        (datetime(2026, 3, 31, 10, 30), "dd/mm/yyyy hh:mm", "31/03/2026 10:30"),
        (time(14, 5), "h:mm AM/PM", "2:05 PM"),
        (12.3, '"£".00', "£12.30"),
        (date(1900, 1, 1), "dd/mm/yyyy", "01/01/1900"),
        (timedelta(hours=37, minutes=30), "[h]:mm", "37:30"),
    ],
)
def test_what_people_see(value, code, text):
    assert shown(value, code) == text


@pytest.mark.parametrize("code", ["gggg", "0 weeks", "[DBNum1]0", "0.0.E+0E+0", "[x", "0;0;0;0;0", "d 0", "0" * 2_000])
def test_a_code_nobody_knows_leaves_the_number(code):
    assert shown(1.5, code) == "1.5"


def test_a_hidden_number_is_not_taken_for_a_blank():
    assert render(5, ";;;") == ""
    assert shown(5, ";;;") == "5"
    assert shown(0, "0;-0;") == ""


def test_a_date_of_a_1904_workbook():
    assert render(0, "dd/mm/yyyy", from_1904=True) == "01/01/1904"
    assert render(46112 - 1462, "dd/mm/yyyy", from_1904=True) == "31/03/2026"
    assert render(date(2026, 3, 31), "dd/mm/yyyy", from_1904=True) == "31/03/2026"


@pytest.mark.parametrize("value", [-1, 2_958_466, 1e300, float("inf"), float("nan")])
def test_what_is_no_date_stays_a_number(value):
    assert render(value, "dd/mm/yyyy") == plain_text(value)


@pytest.mark.parametrize(
    ("code", "plain"), [("General", True), ("@", True), ("", True), (" ", True), ("GENERAL", True), ("0", False)]
)
def test_what_needs_nothing(code, plain):
    assert is_plain(code) == plain
    assert not plain or (shown(1234.5, code), shown(0, code)) == ("1234.5", "0")


@given(st.decimals(-(10**9), 10**9, places=4), st.integers(0, 4))
def test_rounds_half_up(number, places):
    code = "0." + "0" * places if places else "0"
    expected = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert Decimal(render(float(number), code)) == expected
    assert not render(float(number), code).startswith("-") or expected


@given(st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)))
def test_a_date_is_shown_as_python_shows_it(moment):
    moment = moment.replace(microsecond=0)
    assert render(moment, "yyyy-mm-dd hh:mm:ss") == moment.isoformat(" ")
    assert render(moment, "dddd d mmmm yyyy") == f"{moment:%A} {moment.day} {moment:%B} {moment.year}"


@given(st.floats(allow_nan=False), st.sampled_from(sorted({line.code for line in LINES} | set(BUILT_IN.values()))))
def test_any_number_can_be_shown(value, code):
    assert isinstance(render(value, code), str)


@given(st.floats(-1e6, 1e6), st.text('0#?.,%;E+-/@ymdhs[]$"\\_*<=>1ab:| £', max_size=24))
def test_any_code_is_survived(value, code):
    assert isinstance(render(value, code), str)


def test_it_is_fast():
    # 5 to 15 µs each; of this process's own time, since others may be at work.
    lines = [line for line in LINES if isinstance(line.value, float | int) and line.built_in is None]

    def show() -> None:
        for line in lines:
            render(line.value, line.code)

    assert min(timeit.repeat(show, timer=process_time, number=1, repeat=5)) / len(lines) < 60e-6
