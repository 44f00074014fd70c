"""The appendix as a Word document: the same words, real headings, tables whose headings repeat."""

import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from appendices import COLUMNS, COVER, document

from hrworkbook.render.appendix.document import AppendixDocument, OverdueLine
from hrworkbook.render.appendix.make_paper import paper_blocks
from hrworkbook.render.appendix.page_plan import PageSetup, PrintColumn, PrintLine
from hrworkbook.render.appendix.paper import PaperTable, paper_text
from hrworkbook.render.appendix.word import write_word

GOLDEN = Path(__file__).parent / "golden"


def opened(made: AppendixDocument) -> Any:
    return docx.Document(BytesIO(write_word(made)))


def headings(file: Any, level: int) -> list[str]:
    return [p.text for p in file.paragraphs if p.style.name == f"Heading {level}"]


def test_the_same_document_gives_the_same_bytes() -> None:
    assert write_word(document()) == write_word(document())


def test_headings_are_headings() -> None:
    file = opened(document())
    assert file.paragraphs[0].style.name == "Title" and file.paragraphs[0].text == COVER.title
    assert headings(file, 1) == ["Summary", "Plan", "Notes on the data"]
    assert "Overdue: 1 line" in headings(file, 2)
    assert [t.rows[0].cells[0].text for t in plan_tables(file)] == ["Theme 1", "Theme 2", "Theme 3"]
    assert {t.rows[0].cells[0].paragraphs[0].style.name for t in plan_tables(file)} == {"Heading 2"}


def plan_tables(file: Any) -> list[Any]:
    return [t for t in file.tables if t.rows[0].cells[0].text.startswith("Theme ")]


def test_every_table_repeats_its_headings_and_no_row_is_cut() -> None:
    file = opened(document())
    assert len(file.tables) == 8
    for table in file.tables:
        assert table._tbl.xpath("./w:tr[1]/w:trPr/w:tblHeader"), table.rows[0].cells[0].text
        assert len(table._tbl.xpath("./w:tr/w:trPr/w:cantSplit")) == len(table.rows)
        assert not table._tbl.xpath(".//w:vMerge | ./w:tr[not(w:trPr/w:tblHeader)]//w:gridSpan")


def body_rows(table: Any) -> list[Any]:
    return [r for r in table.rows if not r._tr.xpath("./w:trPr/w:tblHeader")]


def test_the_plan_reads_as_the_plan_and_every_row_says_whose_it_is() -> None:
    made = document()
    rows = [r for table in plan_tables(opened(made)) for r in body_rows(table)]
    assert len(rows) == len(made.lines)
    for row, line in zip(rows, made.lines, strict=True):
        assert [" ".join(c.text.split()) for c in row.cells] == [" ".join(t.split()) for t in line.cells]
    first, second = (r.cells[0].paragraphs[0].runs[0].style.name for r in rows[:2])
    assert (first, second) == ("Default Paragraph Font", "Quiet"), "what only repeats the line above is quiet"


def test_bullets_are_a_list() -> None:
    columns = (PrintColumn("m", "Measures", bullets=True),)
    file = opened(AppendixDocument(COVER, columns, (PrintLine("", "", ("Agreed:\n- one\n- two",)),)))
    cell = file.tables[0].rows[1].cells[0]
    assert [(p.text, p.style.name) for p in cell.paragraphs] == [
        ("Agreed:", "Table Text"),
        ("one", "List Bullet"),
        ("two", "List Bullet"),
    ]


def test_the_paper_in_full() -> None:
    """As text: what is read, in its order, a row of a table on a line."""
    made = document(2, cover=replace(COVER, part="Part 2 – exempt", paragraph="3", reason="Contract."))
    assert paper_text(paper_blocks(made)) == (GOLDEN / "paper.txt").read_text(encoding="utf-8")


def test_a_count_is_read_with_its_words() -> None:
    file = opened(document())
    counts = next(p for p in file.paragraphs if p.style.name == "Counts")
    assert " ".join(counts.text.split()).startswith("24 lines in the plan 6 complete 6 green")


def test_a_tall_line_is_cut_into_rows_that_each_say_whose_they_are() -> None:
    sentences = [f"Step {n} of the review was agreed with schools and trade unions." for n in range(120)]
    columns = (
        PrintColumn("ref", "Ref", kind="reference"), PrintColumn("owner", "Owner", kind="owners"), PrintColumn("p", "Progress"),
    )  # fmt: skip
    made = AppendixDocument(COVER, columns, (PrintLine("Pay", "A1", ("A1", "Head of HR", " ".join(sentences))),))
    (table,) = plan_tables_of(made)
    assert len(table.rows) > 2 and [r.joined for r in table.rows] == [False] + [True] * (len(table.rows) - 1)
    assert {r.cells[0].whole_text for r in table.rows[1:]} == {"A1 (cont.)"}
    assert {r.cells[1].text for r in table.rows} == {"Head of HR"}
    assert " ".join(r.cells[2].text for r in table.rows) == " ".join(sentences)


def plan_tables_of(made: AppendixDocument) -> list[PaperTable]:
    return [b for b in paper_blocks(made) if isinstance(b, PaperTable) and b.theme]


def test_every_bar_says_in_words_what_it_shows() -> None:
    shown = opened(document()).element.xpath("//wp:docPr/@descr")
    assert shown[0] == "Bar: 2 Complete, 2 Green, 2 Amber and 2 Red" and len(shown) == 4


def test_parts_in_another_language_are_marked() -> None:
    columns = (PrintColumn("m", "Measures"),)
    texts = ("Mae’r gwaith yn mynd rhagddo ac mae wedi ei gwblhau.", "The work is done.", "تم الانتهاء من المراجعة")
    file = opened(AppendixDocument(COVER, columns, tuple(PrintLine("", "", (t,)) for t in texts)))
    cells = [row.cells[0]._tc for row in file.tables[0].rows[1:]]
    assert [c.xpath(".//w:lang/@w:val | .//w:lang/@w:bidi") for c in cells] == [["cy-GB"], [], ["ar-SA"]]
    assert [bool(c.xpath(".//w:bidi")) for c in cells] == [False, False, True]


def test_header_lines_are_whole_however_long() -> None:
    committee = (
        "Corporate Policy, Workforce, Equalities and Organisational Development Overview and Scrutiny Sub-Committee"
    )
    when = "Monday, 20 March 2017 at 2.00 pm, Committee Suite 1 and 2, Westfields, Middlewich Road, Sandbach"
    file = opened(document(cover=replace(COVER, committee=committee, committee_date=when)))
    assert f"{committee}, {when}" in "".join(p.text for p in file.sections[0].header.paragraphs)


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


def test_groups_stand_over_their_columns() -> None:
    file = opened(AppendixDocument(COVER, COLUMNS, document().lines))
    spans = [
        (int((c.xpath("./w:tcPr/w:gridSpan/@w:val") or ["1"])[0]), "".join(c.xpath(".//w:t/text()")))
        for c in file.tables[0].rows[1]._tr.tc_lst
    ]
    assert spans == [(2, "Scope"), (2, "Progress"), (1, "Budget")]


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
    assert len({c.width for c in status.rows[0].cells[1:-1]}) == 1
    assert [c.text for c in status.rows[-2].cells][::5] == ["All lines", "24"]


def test_nothing_of_the_template_is_left_over() -> None:
    with zipfile.ZipFile(BytesIO(write_word(document()))) as file:
        assert not [n for n in file.namelist() if "thumbnail" in n or "stylesWithEffects" in n]
