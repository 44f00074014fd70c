"""The appendix as a Word document: the same words, real headings, tables whose headings repeat."""

import zipfile
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from test_appendix_sheets import COLUMNS, COVER, document

from hrworkbook.render.appendix.document import AppendixDocument, OverdueLine
from hrworkbook.render.appendix.page_plan import PageSetup, PrintColumn, PrintLine
from hrworkbook.render.appendix.word import write_word

docx = pytest.importorskip("docx", reason="python-docx is not installed")


def opened(made: AppendixDocument) -> Any:
    return docx.Document(BytesIO(write_word(made)))


def headings(file: Any, level: int) -> list[str]:
    return [p.text for p in file.paragraphs if p.style.name == f"Heading {level}"]


def test_the_same_document_gives_the_same_bytes() -> None:
    assert write_word(document()) == write_word(document())


def test_headings_are_headings() -> None:
    file = opened(document())
    assert file.paragraphs[0].style.name == "Title" and file.paragraphs[0].text == COVER.title
    assert headings(file, 1) == ["Summary", "Plan"]
    assert headings(file, 2)[-3:] == ["Theme 1", "Theme 2", "Theme 3"]
    assert "Overdue: 1 line" in headings(file, 2)


def test_every_table_repeats_its_headings_and_merges_nothing() -> None:
    file = opened(document())
    assert len(file.tables) == 8
    for table in file.tables:
        assert table._tbl.xpath("./w:tr[1]/w:trPr/w:tblHeader"), table.rows[0].cells[0].text
        assert not table._tbl.xpath(".//w:gridSpan | .//w:vMerge")


def test_the_plan_reads_as_the_plan() -> None:
    made = document()
    rows = [r for table in opened(made).tables[-3:] for r in table.rows[1:]]
    assert len(rows) == len(made.lines)
    for row, line in zip(rows, made.lines, strict=True):
        assert [c.text for c in row.cells][2:] == [" ".join(t.split()) for t in line.cells[2:]]
    assert [r.cells[0].text for r in rows[:3]] == ["A", "", "B"], "a reference is shown once"


def test_bullets_are_a_list() -> None:
    columns = (PrintColumn("m", "Measures", bullets=True),)
    file = opened(AppendixDocument(COVER, columns, (PrintLine("", "", ("Agreed:\n- one\n- two",)),)))
    cell = file.tables[0].rows[1].cells[0]
    assert [(p.text, p.style.name) for p in cell.paragraphs] == [
        ("Agreed:", "Normal"),
        ("one", "List Bullet"),
        ("two", "List Bullet"),
    ]


def test_head_and_foot_say_whose_it_is_and_which_page() -> None:
    exempt = replace(COVER, part="Part 2 – exempt", paragraph="3", reason="Financial affairs.")
    file = opened(document(cover=exempt))
    section = file.sections[0]
    head = " ".join(p.text for p in section.header.paragraphs)
    for text in (
        "Delivery Plan & outcomes",
        "Staffing Committee, 20 March 2017",
        "Appendix 1",
        "Part 2 – exempt (paragraph 3)",
    ):
        assert text in head
    foot = section.footer.paragraphs[0]._p.xml
    assert " PAGE " in foot and " NUMPAGES " in foot and "Author: Head of HR" in section.footer.paragraphs[0].text
    assert any("paragraph 3 of Part 1 of Schedule 12A" in p.text for p in file.paragraphs)


def test_title_author_and_language_are_set() -> None:
    file = opened(document())
    properties = file.core_properties
    assert (properties.title, properties.author, properties.language) == (COVER.title, "Head of HR", "en-GB")
    assert 'w:val="en-GB"' in file.styles.element.xml


@pytest.mark.parametrize(("orientation", "wide"), [("landscape", True), ("portrait", False)])
def test_paper_and_font_are_the_schemas(orientation: str, wide: bool) -> None:
    setup = PageSetup("A3", orientation, "Arial", 9)  # type: ignore[arg-type]
    file = opened(document(setup=setup))
    section = file.sections[0]
    assert (section.page_width > section.page_height) == wide
    assert round(max(section.page_width, section.page_height).mm) == 420
    assert file.styles["Normal"].font.name == "Arial" and file.styles["Normal"].font.size.pt == 9


def test_groups_are_said_over_the_first_of_their_columns() -> None:
    file = opened(AppendixDocument(COVER, COLUMNS, document().lines))
    said = [c.text.split("\n") for c in file.tables[0].rows[0].cells]
    assert said == [["Scope", "Ref"], ["Priority"], ["Progress", "Status"], ["Progress update"], ["Budget", "Spend"]]


def test_an_empty_plan_says_so() -> None:
    file = opened(document(0, summary=None, empty_text="No line is exempt."))
    assert "No line is exempt." in [p.text for p in file.paragraphs]


def test_a_column_with_nothing_in_it_is_left_out_and_columns_of_figures_are_alike() -> None:
    bare = document()
    assert bare.summary
    late = (OverdueLine("", "A", "Priority 0", "Oct 2016", "HRMT"),)
    table = next(
        t
        for t in opened(replace(bare, summary=replace(bare.summary, overdue=late))).tables
        if t.rows[0].cells[-1].text == "Owner"
    )
    assert [c.text for c in table.rows[0].cells] == ["Ref", "Line", "Was due", "Owner"]
    status = opened(bare).tables[0]
    assert len({c.width for c in status.rows[0].cells[1:]}) == 1
    assert [c.text for c in status.rows[-1].cells][::6] == ["All lines", "24"]


def test_nothing_of_the_template_is_left_over() -> None:
    with zipfile.ZipFile(BytesIO(write_word(document()))) as file:
        assert not [n for n in file.namelist() if "thumbnail" in n or "stylesWithEffects" in n]
