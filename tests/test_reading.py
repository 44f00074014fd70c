"""The reader: what it makes of every kind of file, what it refuses and how, and that no file takes the next one with it."""

import io
import os
import random
import re
import signal
import subprocess
import sys
import time
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path

import hostile
import pytest
import xlsxwriter
from hostile import ROWS, SHEET, book, ods, ods_cell, sheet_xml, with_part, xls, xlsb
from hypothesis import given, settings
from hypothesis import strategies as st

from hrworkbook.errors import UnreadableFile
from hrworkbook.inbox.attachments import Attachment
from hrworkbook.reading import bounds
from hrworkbook.reading.delimited import decoded, delimiter_of
from hrworkbook.reading.faults_in_cells import _SheetXml, in_sheet_xml
from hrworkbook.reading.reader import AHEAD, Reader, Reading, read_file
from hrworkbook.values import CellError, Uncomputed, Value

SHARED = Path(os.environ.get("HRWORKBOOK_SHARED", Path(__file__).parents[2] / "shared"))


def rows(data: bytes, name: str = "Return.xlsx", password: str | None = None) -> list[list[Value]]:
    """The first sheet's rows, read in this process."""
    return [list(row) for row in read_file(data, name, password).blocks[0].rows]


def refusal(data: bytes, name: str = "Return.xlsx", password: str | None = None) -> str:
    """What is said of a file that is refused, in this process."""
    with pytest.raises(UnreadableFile) as raised:
        read_file(data, name, password)
    return str(raised.value)


@pytest.fixture(scope="module")
def reader():
    """One reader for many files."""
    with Reader(seconds=15) as one:
        yield one


# ---------------------------------------------------------------- what is read


def test_values_stand_where_the_sheet_has_them() -> None:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    sheet = workbook.add_worksheet("Return")
    sheet.write_row(2, 1, ["Ref", "Cost", "Done", "By"])
    sheet.write_row(4, 1, ["A-1", 42, True])
    sheet.write_datetime(4, 4, datetime(2017, 3, 31))
    sheet.write_datetime(5, 4, datetime(2017, 3, 31, 9, 30), workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"}))
    sheet.write_datetime(6, 4, time_of_day(9, 30), workbook.add_format({"num_format": "hh:mm"}))
    sheet.write_number(7, 4, 1.6, workbook.add_format({"num_format": "[h]:mm"}))
    sheet.write_blank(900, 12, None, workbook.add_format({"bold": True}))
    sheet.merge_range("B9:C10", "merged")
    sheet.set_row(5, None, None, {"hidden": True})
    workbook.add_worksheet("Lists").hide()
    workbook.close()
    reading = read_file(out.getvalue(), "Return.xlsx")
    block = reading.blocks[0]
    assert reading.kind == "xlsx"
    assert [(b.name, b.hidden) for b in reading.blocks] == [("Return", False), ("Lists", True)]
    assert [list(row) for row in block.rows[:5]] == [
        [],
        [],
        [None, "Ref", "Cost", "Done", "By"],
        [],
        [None, "A-1", 42.0, True, date(2017, 3, 31)],
    ]
    assert [block.at(row, 5) for row in (6, 7, 8)] == [datetime(2017, 3, 31, 9, 30), time_of_day(9, 30), "38:24:00"]
    assert block.merges == ((9, 2, 9, 3),), "a merge is cut to the rows that hold something"
    assert reading.hidden_rows == {"Return": frozenset({6})}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1" t="e"><v>#REF!</v></c>', CellError("#REF!")),
        ('<c r="A1" t="e"><v>#SPILL!</v></c>', CellError("#SPILL!")),
        ('<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', CellError("#DIV/0!")),
        ('<c r="A1"><f>B1*2</f></c>', Uncomputed("=B1*2")),
        ('<c r="A1"><f>B1*2</f><v/></c>', Uncomputed("=B1*2")),
        ('<c r="A1" t="str"><f>B1</f></c>', Uncomputed("=B1")),
        ('<c r="A1"><f t="shared" si="0"/></c>', Uncomputed("=")),
        ('<c r="A1" t="str"><f>IF(B1,1,"")</f><v></v></c>', None),
        ('<c r="A1" t="str"><f>B1</f><v>x</v></c>', "x"),
        ('<c r="A1"><f>B1*2</f><v>0</v></c>', 0.0),
        ('<c r="A1" t="str"><v>one_x000D_\ntwo</v></c>', "one\r\ntwo"),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ("<c><v>7</v></c>", 7.0),
        ('<!-- <c r="A1"><v>3</v></c> --><c r="A1"><v>4</v></c>', 4.0),
        ('<c r="A1" t="str"><v>=1+1</v></c>', "=1+1"),
        (f'<c r="A1" t="str"><v>{"x" * 40_000}</v></c>', "x" * 40_000),
    ],
)
def test_no_error_and_no_uncomputed_formula_reads_as_a_blank(cell: str, value: Value) -> None:
    found = rows(book(f'<row r="1">{cell}<c r="C1"><v>9</v></c></row>'))[0]
    assert found == [value, None, 9.0]
    assert type(found[0]) is type(value)


@pytest.mark.parametrize(
    "code, text", [(0x00, "#NULL!"), (0x07, "#DIV/0!"), (0x17, "#REF!"), (0x1D, "#NAME?"), (0x2A, "#N/A")]
)
def test_errors_of_the_binary_formats(code: int, text: str) -> None:
    formula = hostile.xls_formula(0, 2, bytes([2, 0, code, 0, 0, 0, 0xFF, 0xFF]))
    assert rows(xls(hostile.xls_number(0, 0, 1), hostile.xls_error(0, 1, code), formula)) == [[1.0, text, text]]
    assert rows(xlsb(hostile.xlsb_row(3), hostile.xlsb_number(0, 1), hostile.xlsb_error(1, code)))[3] == [1.0, text]


def test_an_old_workbook_nobody_computed_has_uncomputed_formulas() -> None:
    empty = b"\3\0\0\0\0\0\xff\xff"
    assert rows(xls(hostile.xls_number(0, 0, 1), hostile.xls_formula(0, 1, empty))) == [[1.0, Uncomputed("=")]]
    two = hostile.xls_formula(0, 2, b"\0\0\0\0\0\0\0\x40")
    assert rows(xls(hostile.xls_number(0, 0, 1), hostile.xls_formula(0, 1, empty), two)) == [[1.0, None, 2.0]]


def test_errors_repeats_and_formulas_of_an_ods() -> None:
    error = ods_cell("#REF!", office__value_type="string", calcext__value_type="error", table__formula="of:=[.#REF!]")
    waiting = ods_cell(table__formula="of:=1+1", table__number_columns_repeated="2")
    number = ods_cell("3", office__value_type="float", office__value="3")
    blank = '<table:table-cell table:number-columns-repeated="16000"/>'
    data = ods(
        f"<table:table-row>{number}\n  {error}{waiting}{number}{blank}</table:table-row>\n"
        f'<table:table-row table:visibility="filter">{number}</table:table-row>'
        f'<table:table-row table:number-rows-repeated="1048000">{blank}</table:table-row>'
    )
    reading = read_file(data, "Return.ods")
    assert reading.kind == "ods"
    assert [list(row) for row in reading.blocks[0].rows] == [
        [3.0, CellError("#REF!"), Uncomputed("=1+1"), Uncomputed("=1+1"), 3.0],
        [3.0],
    ]
    assert reading.hidden_rows == {"Return": frozenset({2})}


_STYLES = (
    '<style:style style:name="shown" style:family="table"><style:table-properties table:display="true"/></style:style>'
    '<style:style style:name="away" style:family="table-cell"><style:text-properties fo:color="#fff"/></style:style>'
    '<style:style style:name="away" style:family="table"><style:table-properties table:display="false"/></style:style>'
)


@pytest.mark.parametrize(
    "styles",
    [_STYLES, _STYLES.replace('style:name="away" style:family="table"', 'style:family="table" style:name="away"')],
)
def test_a_hidden_table_of_an_ods_is_known_as_hidden_whatever_styles_stand_above(styles: str) -> None:
    """The parser gets only the styles of tables, and all of them where those cannot be told from the rest."""
    row = f"<table:table-row>{ods_cell('3', office__value_type='float', office__value='3')}</table:table-row>"
    content = (
        f"<office:document-content><office:automatic-styles>{styles * 3}</office:automatic-styles><office:body>"
        f'<office:spreadsheet><table:table table:name="Return" table:style-name="shown">{row}</table:table>'
        f'<table:table table:name="Lists" table:style-name="away">{row}</table:table>'
        f'<table:table table:name="Notes" table:style-name="lost">{row}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    blocks = read_file(hostile.zipped({"mimetype": mimetype, "content.xml": content}), "Return.ods").blocks
    assert [(b.name, b.hidden, list(map(list, b.rows))) for b in blocks] == [
        ("Return", False, [[3.0]]), ("Lists", True, [[3.0]]), ("Notes", False, [[3.0]]),
    ]  # fmt: skip


def test_blank_cells_after_the_last_value_take_nothing_with_them() -> None:
    """The parser is not given them; merges that stand behind them count, those of whole rows do not."""
    blank = "".join(f'<row r="{n}" s="1"><c r="A{n}" s="1"/><c r="B{n}" s="2"/></row>' for n in range(3, 40))
    merges = '<mergeCells count="2"><mergeCell ref="A1:A2"/><mergeCell ref="4:4"/></mergeCells>'
    block = read_file(book(ROWS.replace("</row>", '<c r="D1" s="3"/></row>', 1) + blank, merges)).blocks[0]
    assert [list(row) for row in block.rows] == [["Ref", "RAG"], [1.0, "Green"]]
    assert block.merges == ((1, 1, 2, 1),)
    last = blank.replace('<c r="B39" s="2"/>', '<c r="B39" s="2"><v>7</v></c>')
    assert rows(book(ROWS + last))[38] == [None, 7.0]


def test_both_ways_through_a_sheet_agree() -> None:
    """The few searches that settle an ordinary sheet see what the full parse sees."""
    rng = random.Random(3)
    for _ in range(60):
        hidden = [' hidden="1"', "", "", ""]
        cells = [
            f'<row r="{row}"{rng.choice(hidden)}>'
            + "".join(f'<c r="{chr(65 + column)}{row}"><v>{row}</v></c>' for column in range(rng.randint(1, 9)))
            + "</row>"
            for row in sorted(rng.sample(range(1, 60), 8))
        ]
        xml = sheet_xml("".join(cells)).encode()
        quick, full = in_sheet_xml(xml), _SheetXml(xml).sheet
        assert (quick.faults, quick.hidden_rows, quick.cells - 8, quick.last_row) == (
            full.faults,
            full.hidden_rows,
            full.cells - 8,
            full.last_row,
        )


@pytest.mark.parametrize(
    "data",
    [
        with_part(SHEET, ('<?xml version="1.0" encoding="UTF-16"?>' + sheet_xml(ROWS)).encode("utf-16")),
        with_part(SHEET, ('<?xml version="1.0" encoding="windows-1252"?>' + sheet_xml(ROWS)).encode("cp1252")),
        with_part(
            SHEET,
            re.sub(r"<(/?)(worksheet|sheetData|row|c|v|is|t)\b", r"<\1x:\2", sheet_xml(ROWS)).replace(
                "xmlns=", "xmlns:x="
            ),
        ),
        with_part(
            SHEET,
            sheet_xml(ROWS).replace(
                hostile._NS + "spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"
            ),
        ),
        with_part(SHEET, sheet_xml(re.sub(r' r="\w+"', "", ROWS))),
        book(ROWS, '<mergeCells><mergeCell ref="A:B"/><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        book(ROWS + '<row r="1048576"><c r="XFD1048576" s="0"/></row>'),
        book(ROWS + "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 100_000))),
        hostile.zipped({name.replace("/", "\\"): part for name, part in hostile.book_parts().items()}),
        b"junk before the zip" + book(),
    ],
    ids=[
        "utf-16",
        "cp1252",
        "prefixed",
        "strict",
        "no addresses",
        "endless merges",
        "formatted corner",
        "formatted rows",
        "backslashes",
        "prefix",
    ],
)
def test_odd_but_honest_workbooks_are_read(data: bytes) -> None:
    if data.startswith(b"junk"):
        assert "not a spreadsheet" in refusal(data) or "text" in refusal(data)
        return
    assert rows(data) == [["Ref", "RAG"], [1.0, "Green"]]


def test_dates_counted_from_1904() -> None:
    extra = '<workbookPr date1904="1"/><sheets><sheet name="Return" sheetId="1" r:id="rId1"/></sheets><x15:workbookPr xmlns:x15="x"/>'
    workbook = f"<workbook {hostile._MAIN}>{extra}</workbook>"
    styles = f'<styleSheet {hostile._MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    rels = hostile._RELS % (
        hostile._REL % ("rId1", "worksheet", "worksheets/sheet1.xml")
        + hostile._REL % ("rId2", "styles", "/xl/styles.xml")
    )
    cell = '<row r="1"><c r="A1" s="1"><v>42000</v></c></row>'
    parts = hostile.book_parts(cell) | {
        "xl/workbook.xml": workbook,
        "xl/styles.xml": styles,
        "xl/_rels/workbook.xml.rels": rels,
    }
    assert rows(hostile.zipped(parts)) == [[date(2018, 12, 28)]]


# ---------------------------------------------------------------- text tables


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"Ref,RAG\n1,Green\n", [["Ref", "RAG"], ["1", "Green"]]),
        (b"\xef\xbb\xbfRef;Cost\n1;2,50\n2;3,75\n", [["Ref", "Cost"], ["1", "2,50"], ["2", "3,75"]]),
        ("Ref\tRAG\n1\t“Green”\n".encode("utf-16"), [["Ref", "RAG"], ["1", "“Green”"]]),
        ("Ref,RAG\n1,Green – on track £5".encode("cp1252"), [["Ref", "RAG"], ["1", "Green – on track £5"]]),
        (b"sep=|\r\na|b;c\r\n1|2\r\n", [["a", "b;c"], ["1", "2"]]),
        (b'Ref,Text\n1,"one\ntwo, ""three"""\n', [["Ref", "Text"], ["1", 'one\ntwo, "three"']]),
        (
            b"HR plan; second quarter\nReturn of Jo\n\nRef,RAG,By\n1,Red,May\n2,Green,June\n",
            [
                ["HR plan; second quarter"],
                ["Return of Jo"],
                [],
                ["Ref", "RAG", "By"],
                ["1", "Red", "May"],
                ["2", "Green", "June"],
            ],
        ),
        (b"007,May 2020,=1+1\n-3,+4,@x\n", [["007", "May 2020", "=1+1"], ["-3", "+4", "@x"]]),
        (b"a,b\rc,d\r", [["a", "b"], ["c", "d"]]),
        (b"Ref\nA-1\nA-2\n", [["Ref"], ["A-1"], ["A-2"]]),
        (b"a,b\n1,x\x0cy\n", [["a", "b"], ["1", "x\x0cy"]]),
        (b"a,b,\r\n1,2,\r\n,,\r\n\r\n,,\r\n", [["a", "b"], ["1", "2"]]),
        (b"a;b\n1;2\n;;\n,\n", [["a", "b"], ["1", "2"], [], [","]]),
        (b'a,b\n1,"open\n,,\n,,\n', [["a", "b"], ["1", "open\n,,\n,,\n"]]),
    ],
)
def test_text_tables(data: bytes, expected: list[list[str]]) -> None:
    assert rows(data, "Return.csv") == expected


@given(
    st.lists(st.lists(st.text("abc;, \n\"'é£1.", max_size=9), min_size=3, max_size=3), min_size=4, max_size=9),
    st.sampled_from([",", ";", "\t", "|"]),
)
@settings(max_examples=60, deadline=None)
def test_a_table_written_with_any_delimiter_comes_back(table: list[list[str]], delimiter: str) -> None:
    import csv

    table = [["Reference", "What was done", "RAG"], *[["x" + cell.strip() for cell in row] for row in table]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(table)
    assert rows(out.getvalue().encode(), "Return.csv") == table


def test_encodings_and_delimiters_are_told() -> None:
    assert decoded("é".encode("utf-16-le") + "abc,d".encode("utf-16-le"))[0] == "éabc,d"
    assert delimiter_of("Well, this is prose.\nIt goes on.\nAnd on\nand on\n")[1] < 0.4
    notes = read_file(b"a;b\n1;\xa35\n", "x.csv").notes
    assert notes == (
        "It is a text table, separated by semicolons.",
        "Its accents and symbols were read as Windows text (cp1252).",
    )


# ---------------------------------------------------------------- what is no spreadsheet

DOCX = hostile.zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<d/>"})


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "r.xlsx", "empty (0 bytes)"),
        (b"\0" * 900, "r.xlsx", "nothing but zeros"),
        (b"%PDF-1.4", "r.xlsx", "PDF"),
        (b"\x89PNG\r\n", "r.xlsx", "a picture"),
        (b"\0\0\0 ftypheic", "r.xlsx", "picture"),
        (b"{\\rtf1 x}", "r.doc", "rich text"),
        (b"\x78\x9f\x3e\x22\0", "winmail.dat", "winmail.dat"),
        (b"<html><table><tr><td>1</td></tr></table>", "r.xls", "web page"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>", "r.xls", "web page"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "r.xls",
            "Excel 2003 XML",
        ),
        (
            b'<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0">',
            "r.fods",
            "flat OpenDocument",
        ),
        (b'<?xml version="1.0"?><a/>', "r.xml", "XML file"),
        (b'{"url": "https://docs.google.com/x", "doc_id": "1"}', "r.gsheet", "only a link"),
        (b"[InternetShortcut]\r\nURL=https://x", "r.url", "only a link"),
        (b'{"a": 1}', "r.json", "JSON"),
        (b"From: a@b.c\nTo: d@e.f\nSubject: x\n\nhello", "r.xlsx", "e-mail"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x", "r.xls", "web page archive"),
        (DOCX, "r.xlsx", "Word document"),
        (hostile.zipped({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<d/>"}), "r.xlsx", "PowerPoint"),
        (hostile.zipped({"Index/Document.iwa": b"x", "Metadata/x": b"y"}), "r.numbers", "Numbers"),
        (
            hostile.zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}),
            "r.ods",
            "Writer",
        ),
        (hostile.zipped({"in/Return of Jo.xlsx": book()}), "r.xlsx", "a zip holding 'Return of Jo.xlsx'"),
        (hostile.zipped({"a.txt": b"x"}), "r.zip", "no spreadsheet in it"),
        (hostile.compound({"WordDocument": b"x"}), "r.xls", "Word document"),
        (hostile.compound({"PowerPoint Document": b"x"}), "r.xls", "PowerPoint"),
        (hostile.compound({"__properties_version1.0": b"x"}), "r.xls", "Outlook message"),
        (hostile.compound({"EncryptedPackage": b"x"}), "r.xlsx", "locked with a password"),
        (hostile.compound({"Contents": b"x"}), "r.xls", "no workbook in it"),
        (b"\x09\x04\x06\x00\0\0\0\0", "r.xls", "Excel 4"),
        (b"MZ\x90\0\3\0\0\0", "r.xlsx", "a program"),
        (bytes(range(256)) * 9, "r.xlsx", "not a spreadsheet"),
        (b"Dear HR, all my lines are on track. Regards, Jo\nSent from my phone\n", "reply.txt", "a text, not a table"),
        (b"import sys, os\n\nprint(1)\nfor a, b in c:\n    pass\n" * 3, "x.py", "a text, not a table"),
        (book(""), "r.xlsx", "no rows were found"),
        (b"\n\n ,,\n".replace(b" ", b""), "r.csv", "no rows were found"),
    ],
)
def test_what_is_no_spreadsheet_is_named_for_what_it_is(data: bytes, name: str, words: str) -> None:
    said = refusal(data, name)
    assert words in said, said
    assert said.startswith(f"{name}: ")
    assert re.search(r"Ask the sender|Give |Save |Do not open", said), "it says what to do"
    assert "\n" not in said and len(said) < 330


def test_a_locked_workbook_takes_a_password(tmp_path: Path) -> None:
    msoffcrypto = pytest.importorskip("msoffcrypto.format.ooxml")
    locked = io.BytesIO()
    plain = with_part("docProps/noise.bin", random.Random(5).randbytes(9_000))  # what locks it here pads smaller files
    msoffcrypto.OOXMLFile(io.BytesIO(plain)).encrypt("sesame", locked)
    assert "locked with a password" in refusal(locked.getvalue())
    assert "--password" in refusal(locked.getvalue())
    assert "the password does not open it" in refusal(locked.getvalue(), password="open")
    reading = read_file(locked.getvalue(), "Return.xlsx", "sesame")
    assert [list(row) for row in reading.blocks[0].rows] == [["Ref", "RAG"], [1.0, "Green"]]
    assert "It was locked with a password." in reading.notes
    with Reader(password="sesame") as one:
        assert one.read(Attachment("r.xlsx", data=locked.getvalue())).kind == "xlsx"


# ---------------------------------------------------------------- bombs, traps and damage

LAUGHS = hostile.LAUGHS
_RAW = sheet_xml(ROWS).encode()
HOSTILE: dict[str, tuple[bytes, str]] = {
    "a gigabyte of spaces": (hostile.bomb_of_spaces(), "trap"),
    "a gigabyte that says it is small": (hostile.bomb_of_spaces(lie=True), "another size than it says"),
    "three million cells": (hostile.many_cells(3_000_000), "2,000,000 cells"),
    "a value in the last corner": (
        book(ROWS + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "row 1,048,576",
    ),
    "two far values": (book(ROWS + '<row r="199999"><c r="ZZ199999"><v>1</v></c></row>'), "far more than a return"),
    "a row that cannot be": (
        book('<row r="99999999999"><c r="B99999999999"><v>1</v></c></row>'),
        "beyond the last row",
    ),
    "a column that cannot be": (
        book('<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>' * 500),
        "beyond|more memory",
    ),
    "entities in the sheet": (with_part(SHEET, LAUGHS + sheet_xml(ROWS)), "document type"),
    "entities in UTF-16": (with_part(SHEET, (LAUGHS + sheet_xml(ROWS)).encode("utf-16")), "document type"),
    "entities in the properties": (
        with_part("docProps/core.xml", "<!--" + "x" * 9000 + "-->" + LAUGHS + "<a/>"),
        "document type",
    ),
    "entities in the texts": (with_part("xl/sharedStrings.xml", LAUGHS + "<sst/>"), "document type"),
    "a file outside": (
        with_part("xl/workbook.xml", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><workbook/>'),
        "document type",
    ),
    "an ods of entities": (
        hostile.zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": LAUGHS + "<x/>"}),
        "document type",
    ),
    "an ods without end": (
        ods(
            f'<table:table-row table:number-rows-repeated="1048576">{ods_cell("x", office__value_type="string", table__number_columns_repeated="16384")}</table:table-row>'
        ),
        "2,000,000 cells",
    ),
    "an xls without end": (
        xls(hostile.xls_number(0, 0, 1), hostile.xls_number(65535, 255, 1)),
        "far more than a return",
    ),
    "an xlsb without end": (
        xlsb(
            hostile.xlsb_row(0),
            hostile.xlsb_number(0, 1),
            hostile.xlsb_row(0xFFFFFFFF),
            hostile.xlsb_number(0xFFFFFFFF, 1),
        ),
        "beyond",
    ),
    "the same part twice": (hostile.raw_zip([(SHEET, 0, 0, 1, b"a"), (SHEET, 0, 1, 1, b"b")]), "two different parts"),
    "overlapping parts": (
        hostile.raw_zip([("a.xml", 0, 0, 50, b"a" * 50), ("b.xml", 0, 0, 50, b"b" * 50)], {1: 0}),
        "on top of each other",
    ),
    "three thousand parts": (hostile.zipped({f"xl/{n}.xml": b"" for n in range(3000)}), "3,000 parts"),
    "a wrong checksum": (
        hostile.book_around(_RAW, len(_RAW), 99).replace(b"\x08\0\0\0\x21", b"\0\0\0\0\x21"),
        "cut short|checksum|unpacked|damaged",
    ),
    "a locked zip": (
        bytearray(book()).replace(b"PK\1\2\x14\x03\x14\0\0\0", b"PK\1\2\x14\x03\x14\0\1\0"),
        "locked with a password",
    ),
    "no sheet behind the name": (with_part(SHEET, None), "contents of its sheet 'Return' are missing"),
    "no list of sheets": (with_part("xl/workbook.xml", None), "list of its sheets is missing"),
    "a sheet outside the package": (
        with_part(
            "xl/_rels/workbook.xml.rels",
            hostile._RELS % (hostile._REL % ("rId1", "worksheet", "../../../../etc/passwd")),
        ),
        "missing",
    ),
    "half a file": (book()[:700], "cut short"),
    "not XML": (with_part(SHEET, "<worksheet><sheetData><row r='1'><c r='A1' t='e'><v>#REF"), "damaged"),
    "a text that is not there": (book('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'), "damaged"),
    "a locked xls": (xls(before=hostile.record(0x2F, b"\0" * 6)), "locked with a password|does not open"),
    "twenty megabytes of letters": (b"a" * 20_000_000, "a text, not a table"),
    "too many lines": (b"a,b\n" * 1_500_000, "far more than a return"),
    "too large a file": (b"a,b\n" * 6_000_000, "23 MB"),
    "a quotation without end": (b'a,"' + b"b,c\n" * 5_000_000, "damaged|table|return"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_are_refused_in_one_sentence(reader: Reader, what: str) -> None:
    data, words = HOSTILE[what]
    began = time.monotonic()
    with pytest.raises(UnreadableFile) as raised:
        reader.read(Attachment("Return.csv" if data[:1] == b"a" else "Return.xlsx", data=bytes(data)))
    said = str(raised.value)
    assert re.search(words, said), said
    assert len(said.splitlines()) == 1 and len(said) < 330
    assert time.monotonic() - began < 15


def test_damaged_files_never_do_worse_than_a_refusal(reader: Reader) -> None:
    rng = random.Random(11)
    for whole in (
        book(),
        xls(hostile.xls_number(0, 0, 1)),
        xlsb(hostile.xlsb_row(0), hostile.xlsb_number(0, 1)),
        ods(f"<table:table-row>{ods_cell('x', office__value_type='string')}</table:table-row>"),
    ):
        damaged = []
        for _ in range(40):
            data = bytearray(whole)
            for _ in range(rng.randint(1, 6)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            damaged.append(
                Attachment("Return.xlsx", data=bytes(data[: rng.choice([len(data), rng.randrange(1, len(data))])]))
            )
        outcomes = [outcome for _, outcome in reader.read_many(damaged)]
        assert len(outcomes) == 40
        assert all(isinstance(outcome, Reading | UnreadableFile) for outcome in outcomes)
    assert reader.read(Attachment("Return.xlsx", data=book())).blocks[0].at(2, 2) == "Green"


# ---------------------------------------------------------------- the child


def good(number: int) -> Attachment:
    """A small workbook holding a number."""
    return Attachment(f"r{number}.xlsx", data=book(f'<row r="1"><c r="A1"><v>{number}</v></c></row>'))


MANY = AHEAD + 9
"""More files than are read ahead, so that some are still to be asked for when the child is gone."""


def numbers(outcomes: list[Reading | UnreadableFile]) -> list[object]:
    """What each outcome holds, or 'refused'."""
    return [outcome.blocks[0].at(1, 1) if isinstance(outcome, Reading) else "refused" for outcome in outcomes]


def test_answers_keep_their_order_and_a_refusal_costs_nobody_else(tmp_path: Path) -> None:
    items: list[object] = [good(n) for n in range(12)]
    items[3] = Attachment("bad.xlsx", data=b"%PDF")
    items[5] = tmp_path / "absent.xlsx"
    items[6] = tmp_path
    items[8] = tmp_path / "there.xlsx"
    (tmp_path / "there.xlsx").write_bytes(book())
    with Reader() as one:
        pairs = list(one.read_many(items))  # type: ignore[type-var]
        assert [item for item, _ in pairs] == items
        found = numbers([outcome for _, outcome in pairs])
    assert found == [0, 1, 2, "refused", 4, "refused", "refused", 7, "Ref", 9, 10, 11]


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_a_child_that_hangs_is_replaced_and_only_its_file_is_refused() -> None:
    with Reader(seconds=5) as one:
        outcomes = []
        for item, outcome in one.read_many(good(n) for n in range(MANY)):
            outcomes.append(outcome)
            if item.name == "r2.xlsx":
                assert one._line is not None
                time.sleep(1)  # the files read ahead are answered by now
                os.kill(one._line.process.pid, signal.SIGSTOP)
        found = numbers(outcomes)
    assert found.count("refused") == 1
    assert [n for n in found if n != "refused"] == [n for n in range(MANY) if n != found.index("refused")]
    late = next(o for o in outcomes if isinstance(o, UnreadableFile))
    assert "took longer than 5 seconds" in str(late)


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
@pytest.mark.parametrize("sign, words", [(signal.SIGABRT, "more memory"), (signal.SIGSEGV, "stops the reader")])
def test_a_child_that_dies_is_replaced_and_only_its_file_is_refused(sign: signal.Signals, words: str) -> None:
    with Reader() as one:
        outcomes = []
        for item, outcome in one.read_many(good(n) for n in range(MANY)):
            outcomes.append(outcome)
            if item.name == "r2.xlsx":
                assert one._line is not None
                time.sleep(0.3)
                os.kill(one._line.process.pid, sign)
        found = numbers(outcomes)
    assert found.count("refused") <= 1 and len(found) == MANY
    refused = [o for o in outcomes if isinstance(o, UnreadableFile)]
    assert all(words in str(o) for o in refused)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the cap is set another way there")
def test_the_child_is_capped_and_a_file_past_the_cap_is_refused() -> None:
    """A table that 1 GiB reads does not fit a cap of 55 MB; the next file does."""
    wide = Attachment("wide.csv", data=b"a,b\n" + b"c,ddddddddddddddddddddddddddddddddddd\n" * 150_000)
    with Reader(memory_mb=55) as one:
        outcomes = [outcome for _, outcome in one.read_many([good(1), wide, good(2)])]
    assert numbers(outcomes) == [1, "refused", 2]
    assert "more memory" in str(outcomes[1])
    with Reader() as one:
        assert one.read(wide).kind == "csv"


def test_where_the_system_has_no_cap_the_parent_watches() -> None:
    """As on macOS: the child is stopped when it occupies more than it may, and its file is refused."""
    from hrworkbook.reading.workerline import resident_mb

    if not resident_mb(os.getpid()):
        pytest.skip("no `ps` here")
    wide = Attachment("wide.csv", data=b"a,b\n" + b"c,ddddddddddddddddddddddddddddddddddd\n" * 190_000)
    with Reader(seconds=60) as one:
        one._connected()._watched = True
        child = one._connected().process.pid
        while resident_mb(child) < 4:  # stopped before it has loaded anything, it would occupy next to nothing
            time.sleep(0.05)
        if os.name != "nt":
            os.kill(child, signal.SIGSTOP)
        with pytest.raises(UnreadableFile, match="more memory"):
            one.memory_mb = 1  # the child was started with far more; only the watch knows of this
            one.read(wide)


def test_a_system_that_lets_nothing_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from hrworkbook.errors import ToolMissing
    from hrworkbook.reading import workerline

    monkeypatch.setattr(workerline, "_python", lambda: "/no/such/python")
    with pytest.raises(ToolMissing, match="cannot be started"), Reader() as one:
        one.read(good(1))


def test_a_child_retires_after_a_large_file_without_losing_those_sent_ahead() -> None:
    large = Attachment("large.csv", data=b"a,b\n" + b"c,ddddddddddddddddddddddddddddddddddd\n" * 130_000)
    with Reader() as one:
        outcomes = [outcome for _, outcome in one.read_many([good(1), large, good(2), good(3)])]
    assert numbers(outcomes) == [1, "a", 2, 3]


def test_leaving_early_leaves_no_answers_behind() -> None:
    with Reader() as one:
        for _ in one.read_many(good(n) for n in range(5)):
            break
        assert numbers([one.read(good(77))]) == [77]


def test_nothing_beside_the_file_is_imported(tmp_path: Path) -> None:
    """A module lying beside the file, or in the current folder, is not what the child imports."""
    for name in ("json.py", "python_calamine.py", "hrworkbook.py", "olefile.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit('imported')")
    (tmp_path / "r.xlsx").write_bytes(book())
    code = "import sys; sys.path.pop(0); from pathlib import Path; from hrworkbook.reading.reader import Reader; print(Reader().read(Path('r.xlsx')).kind)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code.replace("sys.path.pop(0); ", "")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "xlsx", done.stderr


def test_the_limits_of_windows_have_the_layout_windows_expects() -> None:
    import ctypes

    from hrworkbook.reading.jobobject import JobLimits

    if ctypes.sizeof(ctypes.c_void_p) == 8:
        assert ctypes.sizeof(JobLimits) == 144
        assert JobLimits.process_memory.offset == 112


def test_a_device_or_pipe_is_not_waited_for(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    os.mkfifo(tmp_path / "pipe.xlsx")
    with Reader() as one, pytest.raises(UnreadableFile, match="no ordinary file"):
        one.read(tmp_path / "pipe.xlsx")


# ---------------------------------------------------------------- other people's files


def corpus(every: int) -> list[Path]:
    """Every so many of the odd spreadsheets of public test suites."""
    listing = SHARED / "corpus" / "spreadsheets.lst"
    if not listing.exists():
        pytest.skip("the corpus of odd spreadsheets is not here")
    names = [name for name in listing.read_text().split("\n") if name and not name.endswith(".eml")]
    return [SHARED / "corpus" / "spreadsheets" / name for name in names[::every]]


def test_odd_spreadsheets_of_others_are_read_as_the_parser_reads_them_or_refused(reader: Reader) -> None:
    import python_calamine

    read = compared = 0
    for path, outcome in reader.read_many(corpus(8)):
        if isinstance(outcome, UnreadableFile):
            assert len(str(outcome).splitlines()) == 1
            continue
        read += 1
        try:
            plain = python_calamine.load_workbook(str(path))
            sheets = {
                name: plain.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in plain.sheet_names
            }
        except BaseException:
            continue
        for block in outcome.blocks:
            for number, row in enumerate(sheets[block.name], 1):
                for column, value in enumerate(row, 1):
                    found = block.at(number, column)
                    compared += 1
                    same = (
                        found == value
                        or (value == "" and (found is None or isinstance(found, CellError)))
                        or value != value
                    )
                    assert same or not isinstance(value, str | float | bool), (path.name, block.name, number, column)
    assert read > 60 and compared > 50_000


def test_real_returns_are_read_with_their_columns_apart(reader: Reader) -> None:
    folder = SHARED / "corpus" / "workforce-returns"
    if not folder.exists():
        pytest.skip("the corpus of real returns is not here")
    files = sorted(folder.iterdir())[::6]
    widths = {}
    for path, outcome in reader.read_many(files):
        assert isinstance(outcome, Reading), str(outcome)
        widths[path.name] = max(len(row) for block in outcome.blocks for row in block.rows)
    assert len(widths) > 40
    assert sum(width > 3 for width in widths.values()) >= len(widths) - 1


def test_the_limits_stand_as_measured() -> None:
    assert (bounds.FILE_MAX, bounds.ENTRIES_MAX, bounds.PART_MAX, bounds.TOTAL_MAX) == (
        20 << 20,
        2_000,
        200 << 20,
        400 << 20,
    )
    assert (bounds.RATIO_MAX, bounds.RATIO_FROM, bounds.CELLS_MAX, bounds.ROWS_MAX) == (
        200,
        5 << 20,
        2_000_000,
        200_000,
    )
