"""The colours of a status: one table for Python and for the formulas on the sheets, and every pair can be read."""

import io
import re

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from masters import THREE, draft
from plans import Master

from hrworkbook.plan.schema import read_schema
from hrworkbook.render import style as look
from hrworkbook.render.master_workbook import master_workbook
from hrworkbook.render.return_workbook import return_workbook
from hrworkbook.render.style import contrast_ratio
from hrworkbook.render.word_colours import PALETTE, READABLE, WordColours, coloured_columns, fill_named, readable_text

WORDS = """
Red | red
RED | red
off track | red
Not on track | red
Overdue | red
Amber | amber
At risk | amber
Delayed | amber
Red - delayed | red
Amber (slipping) | amber
Amber/Red | amber/red
amber / red | amber/red
Amber/Green | amber/green
On track | green
Green: all well | green
Blue | blue
Complete | blue
Closed | blue
Not started | grey
On hold | grey
Reduced | -
Not red | -
Greenish | -
Nothing is complete | -
Red tape cut | -
"""
CASES = [line.split(" | ") for line in WORDS.strip().splitlines()]


def says(formula: str, text: str) -> bool:
    """Whether a conditional format's formula is true of a text: the few functions ours are made of, worked out here."""
    trimmed = " ".join(text.split(" ")).strip()
    trimmed = re.sub(" +", " ", trimmed)
    if found := re.fullmatch(r'=ISNUMBER\(FIND\("\|"&LOWER\(TRIM\(H6\)\)&"\|","(.*)"\)\)', formula):
        return f"|{trimmed.lower()}|" in found[1].replace('""', '"')
    if found := re.fullmatch(r'=LOWER\(TRIM\(H6\)\)="(.*)"', formula):
        return trimmed.lower() == found[1].replace('""', '"')
    found = re.fullmatch(
        r'=AND\(LEFT\(TRIM\(H6\),(\d+)\)="(.*)",OR\(ISNUMBER\(FIND\(MID\(TRIM\(H6\),(\d+),1\),"(.*)"\)\),'
        r'ISNUMBER\(FIND\(MID\(TRIM\(H6\),\d+,2\),"(.*)"\)\)\)\)',
        formula,
    )
    assert found, formula
    rest = trimmed[int(found[3]) - 1 :]
    begins = trimmed[: int(found[1])].lower() == found[2].replace('""', '"')
    return begins and (rest[:1] in found[4] or rest[:2] in found[5])


def by_formula(colours: WordColours, text: str) -> str | None:
    """The fill the sheet shows: that of the first formula that is true."""
    return next((paint.fill for formula, paint in colours.formulas("H6") if says(formula, text)), None)


@pytest.mark.parametrize(("word", "colour"), CASES)
def test_a_word_has_the_colour_a_council_expects_in_python_and_on_the_sheet(word, colour):
    fill = PALETTE.get(colour)
    found = WordColours().of(word)
    assert (found.fill if found else None) == fill
    assert by_formula(WordColours(), word) == fill


@given(st.sampled_from([*PALETTE, "complete", "delayed", "on track", "sound"]), st.text(" -–:(/aR", max_size=4))
def test_the_formulas_and_python_agree(word, ending):
    text = re.sub(" +", " ", f"{word}{ending}").strip()
    if "/" in ending:
        return
    found = WordColours().of(text)
    assert by_formula(WordColours(), text) == (found.fill if found else None)


def test_a_council_s_own_colours_come_first_and_are_readable_too():
    colours = WordColours({"Green": "#FFDD00", "Paused": "purple", 'Say "so"': "red", "a|b": "green", "Odd": "mauve"})
    assert colours.of("green").fill == "#FFDD00" and colours.of("GREEN - nearly").fill == "#FFDD00"
    for word in ("Green", "paused", 'say "so"', "a|b", "Red"):
        assert by_formula(colours, word) == colours.of(word).fill
    assert colours.of("Odd") is None and fill_named("mauve") is None and fill_named("d4351c") == look.RED


@given(st.integers(0, 0xFFFFFF))
def test_a_text_reads_on_any_fill(number):
    fill = f"#{number:06X}"
    assert contrast_ratio(fill, readable_text(fill)) >= READABLE


def test_no_formula_is_longer_than_excel_edits():
    own = {f"A rather long status of ours, number {n}": "red" for n in range(40)}
    assert all(len(formula) <= 255 for formula, _ in WordColours(own).formulas("$XFD$1048576"))


def test_which_columns_are_shown_in_colour():
    schema = read_schema(
        'name = "x"\ntitle = "X"\n[roles]\nstatus = "s"\n' + "\n".join(
            f'[[columns]]\nkey = "{key}"\nheader = "{key.upper()}"\nkind = "choice"\nwords = {words}\n'
            for key, words in {
                "s": '["Fine", "Poor"]', "rag": '["Red", "Green"]', "yes": '["Yes", "Closed"]', "one": '["Delayed"]',
            }.items()
        ), "x.toml",
    )  # fmt: skip
    assert list(coloured_columns(schema, {})) == ["s", "rag", "one"]


def fills(workbook: bytes, column: str) -> set[tuple[str, str]]:
    """Fill and text colour of each conditional format of one column, as openpyxl reads them."""
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    sheet = book["Plan"] if "Plan" in book.sheetnames else book.worksheets[0]
    return {
        (rule.dxf.fill.bgColor.rgb[2:], rule.dxf.font.color.rgb[2:])
        for cells in sheet.conditional_formatting
        if str(cells.sqref).startswith(column) and str(cells.sqref).split(":")[-1].startswith(column)
        for rule in cells.rules
        if rule.dxf.font is not None and rule.dxf.font.color is not None
    }


def test_typing_is_enough_in_master_and_return_and_each_pair_reads():
    master = master_workbook(draft(THREE))
    issued = Master().issue()["Recruitment Lead"]
    for workbook, column in ((master, "H"), (return_workbook(issued), "H")):
        found = fills(workbook, column)
        assert {("D4351C", "FFFFFF"), ("F47738", "0B0C0C"), ("00703C", "FFFFFF"), ("1D70B8", "FFFFFF")} <= found
        assert all(contrast_ratio(f"#{fill}", f"#{text}") >= READABLE for fill, text in found)
