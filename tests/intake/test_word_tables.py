"""Word documents given to `new`: their tables as one sheet."""

import io
import zipfile
from datetime import date

import pytest
from masters import KEEPING, shared

from hrworkbook.intake.reader import FileReader, read_file
from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.schema import load_schema
from hrworkbook.verbs.new import new

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def document(body: str, **parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", f"<w:document {NAMESPACE}><w:body>{body}</w:body></w:document>")
        for name, xml in parts.items():
            package.writestr(f"word/{name}.xml", xml)
    return file.getvalue()


def paragraph(text: str, run: str = "", first: str = "") -> str:
    return f"<w:p>{first}<w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def cell(*paragraphs: str, properties: str = "") -> str:
    inside = "".join(p if p.startswith("<") else paragraph(p) for p in paragraphs)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inside or '<w:p/>'}</w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def test_cells_merges_shades_and_marks_of_a_document():
    body = paragraph("A plan") + table(
        cell("Ref") + cell("Action") + cell("RAG"),
        cell("Theme 1", properties='<w:gridSpan w:val="3"/>'),
        cell("1", properties='<w:vMerge w:val="restart"/>') + cell("Hire", paragraph("well", first="<w:pPr><w:numPr/></w:pPr>")) + cell(properties='<w:shd w:fill="92d050"/>'),
        cell(properties="<w:vMerge/>") + cell(paragraph("old", "<w:strike/>")) + cell(table(cell("in a table"))),
    )  # fmt: skip
    comments = f'<w:comments {NAMESPACE}><w:comment w:id="0">{paragraph("Ask HR")}</w:comment></w:comments>'
    (block,) = read_file(document(body, comments=comments), "plan.docx", documents=True).blocks
    assert [list(row) for row in block.rows[:5]] == [
        ["A plan"], ["Ref", "Action", "RAG"], ["Theme 1", None, None], ["1", "Hire\n• well", None], [None, "old", "in a table"],
    ]  # fmt: skip
    assert set(block.merges) == {(3, 1, 3, 3), (4, 1, 5, 1)}
    assert block.fills[4, 3] == "92D050" and block.struck == ((5, 2, "old"),) and block.comments == ((0, 0, "Ask HR"),)


def test_deleted_words_are_not_text_and_changes_are_told():
    body = table(
        cell(
            "<w:p><w:del><w:r><w:delText>no</w:delText><w:t>no</w:t></w:r></w:del><w:ins><w:r><w:t>yes</w:t></w:r></w:ins></w:p>"
        )
    )
    contents = read_file(document(body), "plan.docx", documents=True)
    assert contents.blocks[0].rows[0] == ["yes"] and "tracked changes" in contents.notes[0]


@pytest.mark.parametrize("body", [paragraph("No table here"), "<w:p><w:broken></w:p>"])
def test_a_document_without_a_table_or_broken_is_refused(body):
    with pytest.raises(UnreadableFile):
        read_file(document(body), "plan.docx", documents=True)


def test_a_return_is_no_document():
    with pytest.raises(UnreadableFile, match="Word document"):
        read_file(document(table(cell("Ref"))), "return.docx")


def test_a_plan_in_word_is_read_as_its_table():
    path = shared("cases/whole-plans/7_word.docx")
    with FileReader(documents=True) as reader:
        blocks = reader.read(path).blocks
    draft = new(load_schema("delivery-plan"), KEEPING, date(2026, 11, 28), blocks)
    lines = [values for _, values in draft.lines]
    assert [x["ref"] for x in lines] == ["1.1", "1.2", "2.1", "2.2"]
    assert [x["theme"][:10] for x in lines] == ["Priority 1"] * 2 + ["Priority 2"] * 2
    assert "Advert closed 18 October.\nInterviews 12 November.\nThree candidates shortlisted." in lines[0][
        "progress_update"
    ].replace("• ", "")
