"""Check: every rule finds what it is for, names the place and the remedy, and finds nothing in our own appendix."""

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import hostile
import openpyxl
import pandas as pd
import pytest
from appendices import document
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, PatternFill
from publishable import sound

from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.findings import Finding
from hrworkbook.render.appendix.write_appendix import write_appendix
from hrworkbook.verbs.check import check


def faults(book: openpyxl.Workbook, folder: Path) -> list[Finding]:
    path = folder / "plan.xlsx"
    book.save(path)
    return check(path)


def rules(found: list[Finding]) -> set[str]:
    return {f.rule for f in found}


def test_a_sound_workbook_has_no_faults(tmp_path: Path) -> None:
    assert faults(sound(), tmp_path) == []


@pytest.mark.parametrize("lines", [0, 24])
def test_our_own_appendix_has_no_faults(lines: int, tmp_path: Path) -> None:
    (tmp_path / "appendix.xlsx").write_bytes(
        write_appendix(document(lines, summary=None) if not lines else document(lines))
    )
    assert [f.message for f in check(tmp_path / "appendix.xlsx")] == []


def test_a_plain_data_frame_is_found_out_fault_by_fault(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"ref": ["A", "B"], "update": ["A long update that its column cannot hold", None], "owner": ["HRMT", "HR"]}
    )
    frame.to_excel(tmp_path / "frame.xlsx")
    assert rules(check(tmp_path / "frame.xlsx")) == {
        "title", "language", "author", "table", "sheet-name", "title-row", "blank-header", "blank-cell", "clipped",
    }  # fmt: skip


def hide_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("Old").sheet_state = "veryHidden"
    book["Old"]["A1"] = "Old"


def hide_row(book: openpyxl.Workbook) -> None:
    book["Actions"].row_dimensions[5].hidden = True


def hide_column(book: openpyxl.Workbook) -> None:
    book["Actions"].column_dimensions["B"].hidden = True


def comment(book: openpyxl.Workbook) -> None:
    book["Actions"]["A4"].comment = Comment("Is this so?", "J. Smith")


def merge(book: openpyxl.Workbook) -> None:
    book["Actions"].merge_cells("A1:B1")


def blank_header(book: openpyxl.Workbook) -> None:
    book["Actions"]["B3"] = " "


def doubled_header(book: openpyxl.Workbook) -> None:
    book["Actions"]["B3"] = "REF"


def blank_cell(book: openpyxl.Workbook) -> None:
    book["Actions"]["B5"] = None


def blank_row(book: openpyxl.Workbook) -> None:
    book["Actions"]["A5"] = book["Actions"]["B5"] = None


def no_title(book: openpyxl.Workbook) -> None:
    book.properties.title = " "


def no_language(book: openpyxl.Workbook) -> None:
    book.properties.language = None


def saved_by(book: openpyxl.Workbook) -> None:
    book.properties.lastModifiedBy = "j.smith"


def generic_name(book: openpyxl.Workbook) -> None:
    book["Actions"].title = "Sheet2"


def no_heading(book: openpyxl.Workbook) -> None:
    book["Actions"]["A1"] = None


def low_row(book: openpyxl.Workbook) -> None:
    book["Actions"]["B4"] = "The review has been agreed with trade unions. " * 4
    book["Actions"]["B4"].alignment = Alignment(wrap_text=True)
    book["Actions"].row_dimensions[4].height = 30


def no_height(book: openpyxl.Workbook) -> None:
    low_row(book)
    book["Actions"].row_dimensions[4].height = None


def narrow_column(book: openpyxl.Workbook) -> None:
    book["Actions"]["A4"] = "A reference far too long for it"


def colour_alone(book: openpyxl.Workbook) -> None:
    book["Actions"]["C4"].fill = PatternFill("solid", "00D4351C")


def dots(book: openpyxl.Workbook) -> None:
    for cell, colour in (("B4", "00D4351C"), ("B5", "0000703C")):
        book["Actions"][cell] = "●"
        book["Actions"][cell].fill = PatternFill("solid", colour)


def same_word_two_colours(book: openpyxl.Workbook) -> None:
    for cell, colour in (("B4", "00D4351C"), ("B5", "0000703C")):
        book["Actions"][cell] = "Reported"
        book["Actions"][cell].fill = PatternFill("solid", colour)


def invisible(book: openpyxl.Workbook) -> None:
    book["Actions"]["B5"].number_format = ";;;"


def custom_property(book: openpyxl.Workbook) -> None:
    from openpyxl.packaging.custom import StringProperty

    book.custom_doc_props.append(StringProperty(name="Return ID", value="R-17"))


@pytest.mark.parametrize(
    ("spoil", "rule", "place"),
    [
        (hide_sheet, "hidden-sheet", "Old"),
        (hide_row, "hidden-row", "Actions!A5"),
        (hide_column, "hidden-column", "Actions!B1"),
        (comment, "comment", "Actions!A4"),
        (merge, "merged", "Actions!A1"),
        (blank_header, "blank-header", "Actions!B3"),
        (doubled_header, "doubled-header", "Actions!B3"),
        (blank_cell, "blank-cell", "Actions!B5"),
        (blank_row, "blank-row", "Actions!A5"),
        (no_title, "title", "plan.xlsx"),
        (no_language, "language", "plan.xlsx"),
        (saved_by, "author", "plan.xlsx"),
        (generic_name, "sheet-name", "Sheet2"),
        (no_heading, "title-row", "Actions!A1"),
        (low_row, "clipped", "Actions!B4"),
        (no_height, "clipped", "Actions!B4"),
        (narrow_column, "clipped", "Actions!A4"),
        (colour_alone, "colour-only", "Actions!C4"),
        (dots, "colour-only", "Actions!B5"),
        (same_word_two_colours, "colour-only", "Actions!B5"),
        (invisible, "hidden-text", "Actions!B5"),
        (custom_property, "metadata", "plan.xlsx"),
    ],
)
def test_each_rule_finds_its_fault(
    spoil: Callable[[openpyxl.Workbook], None], rule: str, place: str, tmp_path: Path
) -> None:
    book = sound()
    spoil(book)
    found = [f for f in faults(book, tmp_path) if f.rule == rule]
    assert place in [f.place for f in found]
    assert all(f.fault and f.remedy for f in found)


@pytest.mark.parametrize(
    ("part", "rule"),
    [
        ("xl/externalLinks/externalLink1.xml", "external-link"),
        ("xl/pivotCache/pivotCacheDefinition1.xml", "pivot-cache"),
        ("xl/persons/person.xml", "comment"),
        ("xl/connections.xml", "connection"),
        ("xl/embeddings/oleObject1.bin", "embedded"),
        ("xl/vbaProject.bin", "macro"),
        ("customXml/item1.xml", "metadata"),
    ],
)
def test_parts_that_must_not_go_out_are_found(part: str, rule: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    sound().save(path)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(part, "<x/>")
    assert rule in rules(check(path))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (b"", {"alt-text"}),
        (b' descr=""', {"alt-text"}),
        (b' descr="Absence > 5 days"', set()),
        (b" descr = 'Absence, in days'", set()),
        (b' title="descr" descr="Absence"', set()),
    ],
)
def test_a_picture_or_chart_without_words_is_found(words: bytes, found: set[str], tmp_path: Path) -> None:
    path = tmp_path / "appendix.xlsx"
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(write_appendix(document()))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("xl/drawings/drawing"):
                data = re.sub(rb' descr="[^"]*"', words, data)
            new.writestr(name, data)
    path.write_bytes(out.getvalue())
    assert rules(check(path)) == found


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_workbook_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "odd.xlsx").write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"odd\.xlsx"):
        check(tmp_path / "odd.xlsx")
    with pytest.raises(UnreadableFile):
        check(tmp_path / "absent.xlsx")


def test_a_stray_cell_at_the_end_of_a_sheet_is_named_at_once(tmp_path: Path) -> None:
    book = sound()
    book["Actions"]["XFD1048576"] = "stray"
    assert [(f.rule, f.place) for f in faults(book, tmp_path)] == [("far-cell", "Actions!XFD1048576")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a,b\r\n", "it is no .xlsx workbook, .docx document or PDF"),
        (hostile.ods("<table:table-row/>"), "it is no .xlsx workbook, .docx document or PDF"),
        (hostile.xls(hostile.xls_number(0, 0, 1)), "it is no .xlsx workbook, .docx document or PDF"),
        (hostile.zipped({"ppt/presentation.xml": "<a/>", "_rels/.rels": "<a/>"}), "presentation"),
    ],
)
def test_what_is_another_kind_of_file_is_called_that(content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "plan.xlsx").write_bytes(content)
    with pytest.raises(UnreadableFile, match=says) as refused:
        check(tmp_path / "plan.xlsx")
    assert refused.value.remedy.startswith("Open it in Excel or Word and save it as .xlsx")
    with pytest.raises(UnreadableFile, match="this is a folder, not a workbook"):
        check(tmp_path)
