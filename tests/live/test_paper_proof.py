"""The published PDF is proved against the plan, and Word, PDF and the Data sheet say the same, word for word."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest
from histories import lived

from hrworkbook.hosts.libreoffice import find_soffice, has_writer
from hrworkbook.hosts.run_office import run_office
from hrworkbook.render.appendix.document import AppendixDocument
from hrworkbook.render.appendix.pdf_glyphs import missing_glyphs
from hrworkbook.render.appendix.read_tags import TaggedElement, read_tags
from hrworkbook.render.appendix.verify_paper import verify_paper
from hrworkbook.render.appendix.word import write_word
from hrworkbook.render.appendix.write_appendix import plan_document, write_appendix
from hrworkbook.verbs.appendix import appendix


@pytest.fixture(autouse=True, scope="module")
def writer() -> None:
    office = find_soffice()
    if office is None or not has_writer(office):
        pytest.skip("there is no LibreOffice Writer here to print with")


@pytest.fixture(scope="module")
def document() -> AppendixDocument:
    master = lived(12)
    return appendix(master.snapshot, master.now).public


def printed(files: dict[str, bytes], room: Path) -> dict[str, Path]:
    """The PDFs of Word documents, by their names, printed in one run."""
    sources = []
    for name, data in files.items():
        sources.append(room / f"{name}.docx")
        sources[-1].write_bytes(data)
    return dict(zip(files, run_office(sources, "pdf", room, 180, "test"), strict=True))


def changed(data: bytes, change: Callable[[docx.document.Document], None]) -> bytes:
    file = docx.Document(io.BytesIO(data))
    change(file)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def set_text(cell, text: str) -> None:
    first, *more = [run for paragraph in cell.paragraphs for run in paragraph.runs]
    first.text = text
    for run in more:
        run.text = ""


def last_row(file):
    return file.tables[-1].rows[-1]


def a_row_lost(file) -> None:
    row = last_row(file)._tr
    row.getparent().remove(row)


def two_cells_exchanged(file) -> None:
    one, two = last_row(file).cells[1:3]
    texts = one.text, two.text
    set_text(one, texts[1])
    set_text(two, texts[0])


def a_word_cut(file) -> None:
    cell = next(c for c in last_row(file).cells if c.text.startswith("Priority"))
    set_text(cell, "Priorit")


def a_heading_no_heading(file) -> None:
    next(p for p in file.paragraphs if p.style.name == "Heading 1").style = "Body Text"


def no_heading_row(file) -> None:
    for table in file.tables:
        for mark in table._tbl.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}tblHeader"):
            mark.getparent().remove(mark)
            break


def a_row_too_short(file) -> None:
    from docx.enum.table import WD_ROW_HEIGHT_RULE
    from docx.shared import Pt

    row = last_row(file)
    row.height_rule, row.height = WD_ROW_HEIGHT_RULE.EXACTLY, Pt(1)


def no_page_numbers(file) -> None:
    for paragraph in file.sections[0].footer.paragraphs:
        paragraph._p.getparent().remove(paragraph._p)


def a_bar_without_words(file) -> None:
    for shape in file.inline_shapes:
        shape._inline.docPr.set("descr", "")


FAULTS = (
    a_row_lost, two_cells_exchanged, a_word_cut, a_heading_no_heading, no_heading_row, a_row_too_short, no_page_numbers,
    a_bar_without_words,
)  # fmt: skip


@pytest.fixture(scope="module")
def pdfs(document: AppendixDocument, tmp_path_factory) -> dict[str, Path]:
    good = write_word(document)
    files = {"good": good, **{fault.__name__: changed(good, fault) for fault in FAULTS}}
    return printed(files, tmp_path_factory.mktemp("printed"))


def test_a_paper_printed_as_it_is_has_no_difference(document, pdfs):
    proof = verify_paper(pdfs["good"], document)
    assert proof.differences == ()
    assert proof.words_printed == proof.words_planned > 300


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.__name__)
def test_the_proof_tells_what_was_printed_otherwise(fault, document, pdfs):
    assert verify_paper(pdfs[fault.__name__], document).differences


def test_a_letter_that_no_font_has_is_named(document, tmp_path):
    def spoilt(file) -> None:
        set_text(last_row(file).cells[0], "Sun \U00013000 and ŵ, ﬁ, é, £, – and קצת")

    made = printed({"glyphs": changed(write_word(document), spoilt)}, tmp_path)["glyphs"].read_bytes()
    faults = [found.fault for found in missing_glyphs(made, "Sun \U00013000 and ŵ, ﬁ, é, £, – and קצת")]
    assert len(faults) == 1 and "(egyptian hieroglyph a001): a box is printed." in faults[0]
    assert faults[0].count("(") == 1


def words(texts) -> list[str]:
    return re.findall(r"\S+", " ".join(texts).replace("•", " "))


def read_of_pdf(element: TaggedElement) -> list[str]:
    return [e.text for e in element.walk() if not e.children and e.text]


def test_word_pdf_and_data_sheet_say_the_same_word_for_word(document, pdfs):
    file = docx.Document(io.BytesIO(write_word(document)))
    body: list[str] = []
    for part in file.iter_inner_content():
        if isinstance(part, docx.table.Table):
            seen = set()
            for row in part.rows:
                for cell in row.cells:
                    if cell._tc not in seen:
                        seen.add(cell._tc)
                        body.append(cell.text)
        else:
            body.append(part.text)
    tags = read_tags(pdfs["good"].read_bytes())
    assert "".join(words(body)) == "".join(words([tags.root.text]))

    sheet = openpyxl.load_workbook(io.BytesIO(write_appendix(plan_document(document))))["Data"]
    rows = [[str(v) for v in row] for row in sheet.iter_rows(min_row=5, values_only=True)]
    assert len(rows) == len(document.lines)
    keys = [column.key for column in document.columns]
    said = "".join(words(body))
    for row, line in zip(rows, document.lines, strict=True):
        cells = row[len(row) - len(keys) :]
        assert cells == [text or "Not reported" for text in line.cells]
        for text in line.cells:
            assert "".join(words([text])) in said
