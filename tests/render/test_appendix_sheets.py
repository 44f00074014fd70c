"""The appendix workbook as written: its parts, its limits, and that the same document gives the same bytes."""

import re
import zipfile
from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest
from appendices import COVER, STATUSES, document

from hrworkbook.render import style as look
from hrworkbook.render.appendix.data_sheet import table_of
from hrworkbook.render.appendix.document import (
    AppendixDocument,
    StatusTable,
)
from hrworkbook.render.appendix.formats import footer_code, header_code
from hrworkbook.render.appendix.page_plan import Cover, PageSetup, PrintColumn, PrintLine
from hrworkbook.render.appendix.summary_sheet import chart_alt_text
from hrworkbook.render.appendix.write_appendix import plan_document, write_appendix
from hrworkbook.render.word_colours import PALETTE, readable_text


@pytest.fixture(scope="module")
def data() -> bytes:
    return write_appendix(document())


@pytest.fixture(scope="module")
def parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(data)) as package:
        return {name: package.read(name).decode("utf-8") for name in package.namelist()}


@pytest.fixture(scope="module")
def book(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(data))


def sheets(parts: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")}


def test_the_same_document_gives_the_same_bytes(data: bytes) -> None:
    assert write_appendix(document()) == data
    assert write_appendix(plan_document(document())) == data


def test_the_sheets_stand_in_the_order_they_are_read(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == ["Summary", "Changes", "Plan", "Data"]
    assert book.active.title == "Summary"
    assert all(sheet.sheet_state == "visible" for sheet in book)


def test_title_author_and_language_are_set(book: openpyxl.Workbook) -> None:
    assert (book.properties.title, book.properties.creator, book.properties.language) == (
        "Delivery Plan & outcomes",
        "Head of HR",
        "en-GB",
    )
    assert [book[name]["A1"].value for name in ("Summary", "Plan", "Data")] == [
        "Delivery Plan & outcomes",
        "Delivery Plan & outcomes",
        "Delivery Plan & outcomes: data",
    ]


def test_no_cell_is_merged_and_nothing_is_fitted_to_a_page(parts: dict[str, str]) -> None:
    for name, text in sheets(parts).items():
        assert "mergeCell" not in text, name
        assert "fitToPage" not in text, name


def test_every_row_of_every_sheet_has_a_height_excel_can_show(parts: dict[str, str]) -> None:
    for name, text in sheets(parts).items():
        rows = re.findall(r"<row ([^>]*)>", text)
        assert rows
        for row in rows:
            height = re.search(r'ht="([\d.]+)"', row)
            # Without a height of its own a row has the sheet's 15 points: XlsxWriter leaves exactly that out.
            assert height is None or 0 < float(height[1]) <= 409.5, name


def test_headings_repeat_and_pages_break_where_planned(parts: dict[str, str]) -> None:
    planned = plan_document(document(60))
    with zipfile.ZipFile(BytesIO(write_appendix(planned))) as package:
        workbook, plan = package.read("xl/workbook.xml").decode(), package.read("xl/worksheets/sheet3.xml").decode()
    breaks = [int(b) for b in re.findall(r'<brk id="(\d+)"', plan)]
    heads = 1 + len(planned.plan.group_rows)
    assert breaks == [page.first + heads for page in planned.plan.pages[1:]] and breaks
    assert re.search(r"_xlnm.Print_Titles[^>]*>Plan!\$2:\$3<", workbook)


def test_groups_are_centred_across_their_columns(book: openpyxl.Workbook) -> None:
    plan = book["Plan"]
    assert [c.value for c in plan[2]] == ["Scope", None, "Progress", None, "Budget"]
    assert {c.alignment.horizontal for c in plan[2]} == {"centerContinuous"}


def test_the_chart_has_words_and_stands_in_one_row(parts: dict[str, str]) -> None:
    drawing = parts["xl/drawings/drawing1.xml"]
    assert "Theme 1: 2 Complete, 2 Green, 2 Amber and 2 Red" in drawing
    rows = re.findall(r"<xdr:row>(\d+)</xdr:row>", drawing)
    assert rows[0] == rows[1]


def test_a_long_alternative_text_is_kept_within_bounds() -> None:
    table = StatusTable(STATUSES, tuple((f"A theme with a long name {i}", (1, 1, 1, 1, 1)) for i in range(60)))
    assert len(chart_alt_text(table)) <= 1500


def test_the_data_sheet_is_one_filled_table_with_unlike_headers(book: openpyxl.Workbook) -> None:
    sheet = book["Data"]
    (table,) = sheet.tables.values()
    rows = [[c.value for c in row] for row in sheet[table.ref]]
    assert rows[0] == ["ID", "Theme", "Ref", "Priority", "Status", "Progress update", "Spend"]
    assert len(rows) == 25
    assert all(value not in (None, "") for row in rows for value in row)
    assert rows[1][5] == "Not reported" and rows[1][6] == "Not reported" and rows[2][6] == "nil"
    assert rows[2][2:4] == ["A", "Priority 0"], "filled down"
    assert {c.font.size for row in sheet[table.ref] for c in row} == {12}


def test_doubled_headers_are_told_apart() -> None:
    columns = (PrintColumn("a", "Spend", "Planned"), PrintColumn("b", "Spend", "Actual"), PrintColumn("c", "spend"))
    headers, rows = table_of(AppendixDocument(COVER, columns, (PrintLine("", "", ("1", "2", "")),)))
    assert headers == ["Planned: Spend", "Actual: Spend", "spend"]
    assert rows == [["1", "2", "Not reported"]]


def test_an_empty_plan_says_so_on_every_sheet() -> None:
    book = openpyxl.load_workbook(BytesIO(write_appendix(document(0, summary=None, empty_text="No line is exempt."))))
    assert book.sheetnames == ["Plan", "Data"]
    assert "No line is exempt." in [c.value for row in book["Plan"] for c in row]


@pytest.mark.parametrize(
    "cover",
    [
        COVER,
        replace(COVER, title="Plan & plan " * 40, committee="Committee & board " * 30, author="Author & co " * 50),
        replace(COVER, title="2016/17 plan", committee="2nd committee", author="", committee_date=""),
        replace(COVER, part="Part 2 – exempt", paragraph="3", reason="Financial affairs"),
        Cover("x"),
    ],
)
@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_headers_and_footers_keep_to_excels_limit(cover: Cover, orientation: str) -> None:
    setup = PageSetup(orientation=orientation)  # type: ignore[arg-type]
    for text in (header_code(cover, setup), footer_code(cover, setup)):
        assert len(text) <= 255
        codes = re.findall(r"&&|&[LR]|&9|&\"[^\"]*\"|&P|&N", text)
        assert text.count("&") == sum(code.count("&") for code in codes), "every & is a code or doubled"
        assert not re.search(r"&9\d", text), "a figure must not join the type size"
    assert "Page &P of &N" in footer_code(cover, setup)
    assert (cover.part[:6] in header_code(cover, setup)) and (
        not cover.exempt or "paragraph 3" in header_code(cover, setup)
    )


def test_an_exempt_appendix_gives_its_paragraph_and_reason() -> None:
    exempt = replace(COVER, part="Part 2 – exempt", paragraph="3", reason="It has financial affairs.")
    book = openpyxl.load_workbook(BytesIO(write_appendix(document(cover=exempt))))
    said = " ".join(str(c.value) for row in book["Summary"] for c in row if c.value)
    assert "paragraph 3 of Part 1 of Schedule 12A to the Local Government Act 1972. It has financial affairs." in said


def test_texts_that_look_like_formulas_links_or_markup_stay_texts() -> None:
    odd = [
        "=1+1",
        "+44 1270",
        "@home",
        "-5",
        "https://example.gov.uk",
        "_x000D_",
        "<b>&amp;</b>",
        "\x07bell",
        "mailto:a@b.c",
    ]
    lines = tuple(PrintLine("", str(i), (str(i), text)) for i, text in enumerate(odd))
    columns = (PrintColumn("id", "ID"), PrintColumn("text", "Text"))
    data = write_appendix(AppendixDocument(COVER, columns, lines))
    with zipfile.ZipFile(BytesIO(data)) as package:
        for name in package.namelist():
            text = package.read(name).decode("utf-8")
            assert "<f>" not in text and "<hyperlink " not in text and "relationships/hyperlink" not in text, name
    plan = openpyxl.load_workbook(BytesIO(data))["Plan"]
    assert [c.value for c in plan["B"]][2:4] == ["=1+1", "+44 1270"]


def test_a_plan_of_more_pages_than_excel_breaks_goes_on_another_sheet() -> None:
    columns = (PrintColumn("id", "ID"), PrintColumn("text", "Text"))
    lines = tuple(PrintLine("", str(i), (str(i), "word " * 2400)) for i in range(1005))
    planned = plan_document(AppendixDocument(COVER, columns, lines))
    assert planned.plan.page_count > 1000
    with zipfile.ZipFile(BytesIO(write_appendix(planned, with_data_sheet=False))) as package:
        counts = [
            len(re.findall("<brk ", package.read(n).decode())) for n in package.namelist() if "worksheets/sheet" in n
        ]
    assert len(counts) >= 2 and max(counts) <= 1023
    assert sum(counts) + len(counts) == planned.plan.page_count


def test_every_pair_of_colours_can_be_read() -> None:
    pairs = [(fill, readable_text(fill)) for fill in PALETTE.values()] + [
        (look.HEADER_FILL, look.WHITE),
        (look.OWNER_HEADER_FILL, look.WHITE),
    ]
    pairs += [(look.WHITE, c) for c in (look.TEXT, look.SECONDARY, look.LINK, look.HEADER_FILL)]
    pairs += [
        (fill, look.TEXT)
        for fill in (look.NEUTRAL_FILL, look.PROBLEM_FILL, look.WARNING_FILL, look.NO_STATUS_COLOURS.fill)
    ]
    assert {pair for pair in pairs if look.contrast_ratio(*pair) < 4.5} == set()
    assert look.contrast_ratio("#FFFFFF", "#000000") == pytest.approx(21)
