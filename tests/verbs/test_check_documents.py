"""Check of Word documents and PDFs: each thing planted is named, and a clean one passes."""

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt, RGBColor
from pypdf import PdfWriter
from pypdf.annotations import Text
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)

from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.verbs.check import check


def document(
    folder: Path, plant: Callable[[Document], None], change: Callable[[str, bytes], bytes] | None = None
) -> set[str]:
    made = docx.Document()
    made.core_properties.title, made.core_properties.author = "Plan", "Human Resources"
    made.core_properties.comments = ""
    made.add_heading("Plan", 1)
    made.add_paragraph("Recruitment is on track.")
    plant(made)
    out, packed = BytesIO(), BytesIO()
    made.save(out)
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            if "thumbnail" not in name:  # python-docx's own template has one
                data = old.read(name)
                new.writestr(name, change(name, data) if change else data)
    (folder / "paper.docx").write_bytes(packed.getvalue())
    return {f.rule for f in check(folder / "paper.docx") if f.severity == "error"}


def run_of(made: Document) -> object:
    return made.add_paragraph().add_run("J Smith is on a final warning")


def hidden(made: Document) -> None:
    run_of(made).font.hidden = True


def white(made: Document) -> None:
    run_of(made).font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)


def tiny(made: Document) -> None:
    run_of(made).font.size = Pt(1)


def inserted(made: Document) -> None:
    made.paragraphs[-1]._p.append(
        parse_xml(f'<w:ins {nsdecls("w")} w:id="1" w:author="Jane Jones"><w:r><w:t>new</w:t></w:r></w:ins>')
    )


def deleted(made: Document) -> None:
    made.paragraphs[-1]._p.append(
        parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="Jane Jones"><w:r><w:delText>old</w:delText></w:r></w:del>')
    )


def commented(made: Document) -> None:
    made.add_comment(made.paragraphs[-1].runs, text="Is this so?", author="Jane Jones")


def path_field(made: Document) -> None:
    made.paragraphs[-1]._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" FILENAME \\p "/>'))


def variable(made: Document) -> None:
    made.settings.element.append(
        parse_xml(f'<w:docVars {nsdecls("w")}><w:docVar w:name="draft" w:val="J Smith"/></w:docVars>')
    )


def mobile(made: Document) -> None:
    made.sections[0].footer.paragraphs[0].text = "Ring 07700 900123"


def saved_by(made: Document) -> None:
    made.core_properties.last_modified_by = "jjones3"


@pytest.mark.parametrize(
    ("plant", "rules"),
    [
        (lambda _: None, set()), (hidden, {"hidden-text"}), (white, {"hidden-text"}), (tiny, {"hidden-text"}),
        (inserted, {"tracked-changes"}), (deleted, {"tracked-changes"}), (commented, {"comment"}), (path_field, {"path"}),
        (variable, {"metadata"}), (mobile, {"personal-data"}), (saved_by, {"author"}),
    ],
)  # fmt: skip
def test_what_a_word_document_hides_is_named(
    plant: Callable[[Document], None], rules: set[str], tmp_path: Path
) -> None:
    assert document(tmp_path, plant) == rules


def test_a_manager_and_a_hidden_style_of_a_document_are_named(tmp_path: Path) -> None:
    def manager(name: str, data: bytes) -> bytes:
        if name != "docProps/app.xml":
            return data
        return re.sub(rb"<Company>|<Company/>", rb"<Manager>Jane Jones</Manager>\g<0>", data, count=1)

    def style(name: str, data: bytes) -> bytes:
        normal = (
            b'<w:style w:type="paragraph" w:styleId="Quiet"><w:name w:val="Quiet"/><w:rPr><w:vanish/></w:rPr></w:style>'
        )
        return data.replace(b"</w:styles>", normal + b"</w:styles>") if name == "word/styles.xml" else data

    def quiet(made: Document) -> None:
        paragraph = made.add_paragraph("J Smith")
        paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:pStyle {nsdecls("w")} w:val="Quiet"/>'))

    assert document(tmp_path, lambda _: None, manager) == {"metadata"}
    assert document(tmp_path, quiet, style) == {"hidden-text"}


def pdf(
    folder: Path, drawing: str, plant: Callable[[PdfWriter], None] = lambda _: None, *, tagged: bool = True
) -> set[str]:
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    font = DictionaryObject(
        {
            NameObject(k): NameObject(v)
            for k, v in (("/Type", "/Font"), ("/Subtype", "/Type1"), ("/BaseFont", "/Helvetica"))
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 12 Tf 72 700 Td (Recruitment is on track) Tj ET\n{drawing}".encode("latin-1"))
    page[NameObject("/Contents")] = writer._add_object(stream)
    writer.add_metadata({"/Title": "Plan", "/Author": "Human Resources"})
    root = writer._root_object
    root[NameObject("/Lang")] = TextStringObject("en-GB")
    if tagged:
        root[NameObject("/MarkInfo")] = DictionaryObject({NameObject("/Marked"): BooleanObject(True)})
        tree = DictionaryObject({NameObject("/Type"): NameObject("/StructTreeRoot")})
        root[NameObject("/StructTreeRoot")] = writer._add_object(tree)
    plant(writer)
    out = BytesIO()
    writer.write(out)
    (folder / "paper.pdf").write_bytes(out.getvalue())
    return {f.rule for f in check(folder / "paper.pdf") if f.severity == "error"}


SECRET = "BT /F1 {size} Tf {mode} {colour} {x} 600 Td (J Smith, final warning) Tj ET"


def secret(size: str = "12", mode: str = "", colour: str = "", x: str = "72") -> str:
    return SECRET.format(size=size, mode=mode, colour=colour, x=x)


@pytest.mark.parametrize(
    ("drawing", "rules"),
    [
        ("", set()),
        (secret(), set()),
        (secret(mode="3 Tr"), {"hidden-text"}),
        (secret(colour="1 1 1 rg"), {"hidden-text"}),
        (secret(size="0.5"), {"hidden-text"}),
        (secret(x="900"), {"hidden-text"}),
        (secret() + "\n0 0 0 rg 60 590 300 30 re f", {"hidden-text"}),
        ("0.1 0.2 0.4 rg 60 590 300 30 re f\n" + secret(colour="1 1 1 rg"), set()),
    ],
)
def test_text_that_a_pdf_hides_is_named(drawing: str, rules: set[str], tmp_path: Path) -> None:
    assert pdf(tmp_path, drawing) == rules


def note(writer: PdfWriter) -> None:
    writer.add_annotation(0, Text(rect=(50, 50, 70, 70), text="Is this so?"))


def attach(writer: PdfWriter) -> None:
    writer.add_attachment("pay.csv", b"J Smith,1")


def script(writer: PdfWriter) -> None:
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )
    writer._root_object[NameObject("/OpenAction")] = writer._add_object(action)


def layer(writer: PdfWriter) -> None:
    group = writer._add_object(
        DictionaryObject({NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject("Notes")})
    )
    shown = DictionaryObject({NameObject("/OFF"): ArrayObject([group])})
    writer._root_object[NameObject("/OCProperties")] = DictionaryObject(
        {NameObject("/OCGs"): ArrayObject([group]), NameObject("/D"): shown}
    )


def author(writer: PdfWriter) -> None:
    writer.add_metadata({"/Title": r"C:\Users\jjones\plan.docx"})


@pytest.mark.parametrize(
    ("plant", "rules"),
    [(note, {"comment"}), (attach, {"embedded"}), (script, {"macro"}), (layer, {"hidden-layer"}), (author, {"title"})],
)
def test_what_a_pdf_carries_is_named(plant: Callable[[PdfWriter], None], rules: set[str], tmp_path: Path) -> None:
    assert pdf(tmp_path, "", plant) == rules


def test_a_pdf_without_tags_is_named(tmp_path: Path) -> None:
    assert pdf(tmp_path, "", tagged=False) == {"tags"}


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer <</Root 1 0 R>>\n%%EOF"])
def test_a_broken_pdf_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "odd.pdf").write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"odd\.pdf"):
        check(tmp_path / "odd.pdf")
