"""Measuring: widths from the fonts' own advances, and lines that no program needs more of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrworkbook.render.appendix.split_lines import split_line
from hrworkbook.render.text_metrics import LINE_HEIGHTS, Face, face, is_foreign

TEXTS = st.text(st.sampled_from("abcMW .,/()-–£é\n😀日"), max_size=200)


@pytest.mark.parametrize(
    ("font", "bold", "text", "points"),
    [
        # Advances of Calibri and Arial in 1/2048 em, as their makers publish them: n 1076 and 1139, W 1822 and 1933.
        ("Calibri", False, "n", 10 * 1076 / 2048),
        ("Arial", False, "n", 10 * 1139 / 2048),
        ("Calibri", False, "W", 10 * 1822 / 2048),
        ("Arial", False, "W", 10 * 1933 / 2048),
        ("Arial", True, "n", 10 * 1251 / 2048),
        ("Calibri", False, "0", 10 * 1038 / 2048),
    ],
)
def test_a_letter_is_as_wide_as_its_font_says(font: str, bold: bool, text: str, points: float) -> None:
    assert face(font, bold, 10)[text] == pytest.approx(points)  # type: ignore[arg-type]


def test_type_twice_the_size_is_twice_as_wide() -> None:
    assert face("Calibri", False, 20).width("Staff survey") == pytest.approx(
        2 * face("Calibri", False, 10).width("Staff survey")
    )


@pytest.mark.parametrize("text", list("£€–—‘’“”•…≥≤éŵŷ") + ["Šárka"])
def test_the_characters_councils_write_are_known(text: str) -> None:
    assert not is_foreign(text)
    assert 0 < face("Arial", False, 10)[text] < 40


@pytest.mark.parametrize("text", ["😀", "日本", "✅"])
def test_characters_of_other_fonts_are_known_as_such_and_never_too_narrow(text: str) -> None:
    assert is_foreign(text)
    assert face("Calibri", False, 10)[text] >= 10 * len(text)


def test_marks_and_joiners_take_no_width() -> None:
    ten = face("Calibri", False, 10)
    assert ten["e\u0301"] == ten["e"]
    assert ten["a\u200db"] == ten["ab"]


@pytest.mark.parametrize(
    ("text", "letters", "lines"),
    [
        ("", 5, 1),
        ("nnnnn", 5, 1),
        ("nnnnn nnnnn", 5, 2),
        ("nn nn nn", 5.5, 2),
        ("nnnnnnnnnnnn", 5, 3),  # a word wider than the column is broken
        ("n nnnnnnnnnn", 5, 3),  # and begins a line of its own
        ("n\n\nn", 5, 3),
        ("nnn /", 4.3, 1),
        ("nnnn nnn /", 5, 2),
        ("nn nn / nnnn", 5.3, 3),  # no line begins with a stroke, even after a space
    ],
)
def test_lines(text: str, letters: float, lines: int) -> None:
    ten = face("Calibri", False, 10)
    width = letters * ten["n"] + 0.01
    assert ten.lines(text, width) == lines


def test_a_long_word_takes_the_lines_of_the_program_that_needs_most() -> None:
    ten = face("Calibri", False, 10)
    # Broken after the stroke: nn/ | nnnn | nnn. Broken anywhere: nn/nn | nnnnn.
    assert ten.lines("nn/nnnnnnn", 4.5 * ten["n"]) == 3


@given(TEXTS, st.floats(15, 300))
def test_line_starts_agree_with_the_number_of_lines(text: str, width: float) -> None:
    ten = face("Arial", False, 10)
    starts = ten.line_starts(text, width)
    assert len(starts) == ten.lines(text, width)
    assert starts[0] == 0 and sorted(set(starts)) == starts


@given(TEXTS, st.floats(15, 300), st.floats(0, 100))
def test_a_wider_column_never_needs_more_lines(text: str, width: float, more: float) -> None:
    ten = face("Calibri", False, 10)
    assert ten.lines(text, width + more) <= ten.lines(text, width)


@given(TEXTS, st.floats(40, 300))
def test_no_line_is_wider_than_the_column(text: str, width: float) -> None:
    ten = Face("Calibri", False, 10)
    starts = [*ten.line_starts(text, width), len(text)]
    for a, b in zip(starts, starts[1:], strict=False):
        line = text[a:b].rstrip()
        assert ten.width(line) <= width + 0.01


def test_one_line_of_every_size_holds_the_fonts_tallest_letters() -> None:
    for size in range(8, 13):
        assert LINE_HEIGHTS[size] >= size * 1.2207 * 0.995, "Calibri's own line is 1.22 em"
        assert LINE_HEIGHTS[size] % 0.75 == 0


def test_only_the_lines_that_borrow_a_glyph_are_taller() -> None:
    ten = face("Calibri", False, 10)
    plain = "The council's emissions fall as agreed. " * 20
    assert ten.lines(plain, 120) > 10
    for text, taller in ((plain, 0), (f"{plain}✓", 1), (f"CO₂: {plain} ✓ 東京", 3), ("✓", 1)):
        lines = ten.lines(text, 120)
        assert ten.height(text, 120) == lines * ten.line_height + taller * (ten.foreign_line - ten.line_height)
    assert ten.height("東京 " * 50, 120) == ten.lines("東京 " * 50, 120) * ten.foreign_line


@given(
    st.lists(st.sampled_from(["CO₂", "plain", "✓", "words. ", "東京\n"]), min_size=1, max_size=400), st.floats(40, 300)
)
def test_a_piece_with_borrowed_glyphs_fits_its_row(words: list[str], width: float) -> None:
    ten = face("Calibri", False, 10)
    for page in split_line([ten], [" ".join(words)], [width], 200.0, 400.0):
        assert all(piece.height <= 400 for piece in page) and sum(piece.height for piece in page) <= 400
