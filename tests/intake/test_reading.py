"""The reader: what it makes of every kind of file."""

import io
import random
import re
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path

import hostile
import pytest
import xlsxwriter
from hostile import ROWS, SHEET, book, ods, ods_cell, sheet_xml, with_part, xls, xlsb
from masters import shared
from readings import refusal, rows

from hrworkbook.intake.reader import FileContents, FileReader, read_file
from hrworkbook.intake.xml_cell_faults import _SheetXmlHandler, scan_sheet_xml
from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.values import CellError, Uncomputed, Value


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
        quick, full = scan_sheet_xml(xml), _SheetXmlHandler(xml).sheet
        assert (quick.faults, quick.hidden_rows, quick.last_row) == (full.faults, full.hidden_rows, full.last_row)


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


def corpus(every: int) -> list[Path]:
    """Every so many of the odd spreadsheets of public test suites."""
    listing = shared("corpus/spreadsheets.lst")
    names = [name for name in listing.read_text().split("\n") if name and not name.endswith(".eml")]
    return [listing.with_suffix("") / name for name in names[::every]]


def test_odd_spreadsheets_of_others_are_read_as_the_parser_reads_them_or_refused(reader: FileReader) -> None:
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


def test_real_returns_are_read_with_their_columns_apart(reader: FileReader) -> None:
    files = sorted(shared("corpus/workforce-returns").iterdir())[::6]
    widths = {}
    for path, outcome in reader.read_many(files):
        assert isinstance(outcome, FileContents), str(outcome)
        widths[path.name] = max(len(row) for block in outcome.blocks for row in block.rows)
    assert len(widths) > 40
    assert sum(width > 3 for width in widths.values()) >= len(widths) - 1
