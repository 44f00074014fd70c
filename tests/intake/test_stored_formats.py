"""The number formats of a few cells, in every kind of workbook and every way of writing one."""

import struct

import hostile
import pytest
from hypothesis import given
from hypothesis import strategies as st
from masters import shared
from packages import MAIN

from hrworkbook.intake.cell_formats_records import xls_formats, xlsb_codes, xlsb_formats
from hrworkbook.intake.cell_formats_tables import ods_texts
from hrworkbook.intake.stored_formats import CellFormat, stored_formats
from hrworkbook.ooxml.number_formats import xlsx_codes, xlsx_formats
from hrworkbook.plan.errors import UnreadableFile

STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="&quot;£&quot;#,##0"/>'
    '<numFmt numFmtId="14" formatCode="m/d/yy"/></numFmts>'
    '<cellStyleXfs count="1"><xf numFmtId="11"/></cellStyleXfs>'
    '<cellXfs count="6"><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="164"/><xf numFmtId="14"/><xf numFmtId="999"/><xf numFmtId="165"/></cellXfs>'
    '<dxfs><dxf><numFmt numFmtId="165" formatCode="0"/></dxf></dxfs></styleSheet>'
).encode()
CODES = ("General", "0%", '"£"#,##0', "dd/mm/yyyy", "General", "General")


def test_the_codes_of_a_workbook():
    assert xlsx_codes(STYLES) == CODES


def in_sheet(rows: str, *wanted: tuple[int, int], tail: str = "") -> dict[tuple[int, int], str]:
    return xlsx_formats(hostile.sheet_xml(rows, tail).encode(), CODES, wanted)


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1" s="1"><v>1</v></c><c r="B1" s="2"/></row><row r="2"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c s="1" r="A1"><v>1</v></c><c t="n" s="2" r="B1"/></row><row r="2"><c r="A2" t="n"><v>1</v></c></row>',
        "<row r='1'><c r='A1' s='1'><v>1</v></c><c r='B1' s='2'/></row><row r='2'><c r='A2'><v>1</v></c></row>",
        '<row><c s="1"><v>1</v></c><c s="2"/></row><row><c><v>1</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="B1" s="2"/><c r="A1" s="1"><v>1</v></c></row>',
        '<row r="1"><c\n  r="A1"\n s="1"><v>1</v></c><c  r="B1" s = "2"/></row><row r="2"><c r="A2"><v>1</v></c></row>',
        '<!-- <c r="A1" s="3"/> --><row r="1"><c r="A1" s="1"/><c r="B1" s="2"/></row><row r="2"><c r="A2"/></row>',
        '<row r="1"><c r="A1" s="1"><is><t> r="B1" s="3" </t></is></c><c r="B1" s="2"/></row><row r="2"><c r="A2"/></row>',
        f'<x:row xmlns:x="{MAIN}" r="1"><x:c r="A1" s="1"/><x:c r="B1" s="2"/></x:row><row r="2"><c r="A2"/></row>',
    ],
    ids=[
        "usual",
        "style first",
        "single quotes",
        "no addresses",
        "not in order",
        "blanks",
        "comment",
        "in text",
        "prefix",
    ],
)
def test_each_way_of_writing_a_sheet(rows: str):
    found = in_sheet(rows, (0, 0), (0, 1), (1, 0))
    assert found == {(0, 0): "0%", (0, 1): '"£"#,##0', (1, 0): "General"}


def test_a_cell_that_is_not_there_has_no_format():
    assert in_sheet('<row r="1"><c r="A1" s="1"/></row>', (0, 0), (0, 5), (7, 0)) == {(0, 0): "0%"}


def test_an_address_in_a_text_is_no_cell():
    assert in_sheet('<row r="1"><c r="C1" s="3"> r="A1" s="2"</c><c r="A1" s="1"/></row>', (0, 0)) == {(0, 0): "0%"}


def test_what_stands_below_the_cells_is_none_of_them():
    tail = '<scenarios><scenario><inputCells r="B1" s="1"/></scenario></scenarios>'
    assert in_sheet('<row r="1"><c r="A1" s="1"/></row>', (0, 1), tail=tail) == {}


@pytest.mark.parametrize("style", ["4294967295", "99", "-1", "x", "99999999999999999999"])
def test_a_style_that_is_not_there_is_no_format(style: str):
    assert in_sheet(f'<row r="1"><c r="A1" s="{style}"/></row>', (0, 0)) == {(0, 0): "General"}


@given(
    st.dictionaries(st.tuples(st.integers(0, 300), st.integers(0, 60)), st.integers(0, 3), min_size=1), st.booleans()
)
def test_search_and_parser_agree(cells: dict[tuple[int, int], int], plain: bool):
    rows: dict[int, str] = {}
    for (row, column), style in sorted(cells.items()):
        letters = chr(65 + column) if column < 26 else chr(64 + column // 26) + chr(65 + column % 26)
        rows[row] = rows.get(row, "") + f'<c r="{letters}{row + 1}" s="{style}"><v>1</v></c>'
    xml = "".join(f'<row r="{row + 1}">{text}</row>' for row, text in rows.items()) + ("" if plain else "<!-- -->")
    assert in_sheet(xml, *cells) == {cell: CODES[style] for cell, style in cells.items()}


def test_a_workbook_whole():
    rows = '<row r="1"><c r="A1" s="1"><v>0.85</v></c><c r="B1" s="2"><v>12500</v></c></row>'
    relations = hostile._RELS % (
        hostile._REL % ("rId1", "worksheet", "worksheets/sheet1.xml") + hostile._REL % ("rId2", "styles", "styles.xml")
    )
    data = hostile.zipped(
        {**hostile.book_parts(rows), "xl/_rels/workbook.xml.rels": relations, "xl/styles.xml": STYLES}
    )
    found = stored_formats(data, "a.xlsx", {"Return": [(0, 0), (0, 1)], "Elsewhere": [(0, 0)]})
    assert found == {"Return": {(0, 0): CellFormat("0%"), (0, 1): CellFormat('"£"#,##0')}}
    assert found["Return"][0, 0].shown(0.85) == "85%"
    assert found["Return"][0, 1].shown(12500.0) == "£12,500"


def test_a_workbook_without_styles_has_no_formats():
    assert stored_formats(hostile.book(), "a.xlsx", {"Return": [(1, 0)]}) == {"Return": {(1, 0): CellFormat()}}


def test_damaged_parts_are_refused():
    with pytest.raises(UnreadableFile):
        xlsx_codes(b"<styleSheet><cellXfs>")
    with pytest.raises(UnreadableFile):
        xlsx_formats(b"<worksheet><sheetData><row", CODES, [(0, 0)])
    with pytest.raises(UnreadableFile):
        ods_texts(b"<office:document-content><table:table", {"Plan": [(0, 0)]})
    with pytest.raises(UnreadableFile):
        xlsb_codes(b"\x2c\xff\xff\x03")


CONTENT = b"""<d xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:draw="d"><office:spreadsheet>
<table:table table:name="Plan"><table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="3"
 office:value-type="percentage" office:value="0.85"><text:p>85%</text:p></table:table-cell><table:table-cell office:value="7"><text:p>007</text:p></table:table-cell></table:table-row>
<table:table-row><table:covered-table-cell/><table:table-cell office:value="6"><office:annotation><text:p>note</text:p></office:annotation>
<draw:frame><text:p>picture</text:p></draw:frame><text:p>6<text:s text:c="2"/><text:span>weeks</text:span></text:p><text:p>at most</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row></table:table>
<table:table table:name="Other"><table:table-row><table:table-cell><text:p>1</text:p></table:table-cell></table:table-row></table:table>
</office:spreadsheet></d>"""


def test_an_ods_shows_its_texts():
    found = ods_texts(
        CONTENT, {"Plan": [(0, 0), (1, 2), (1, 3), (2, 1), (999_999, 0)], "Other": [(0, 0)], "No": [(0, 0)]}
    )
    assert found == {
        "Plan": {(0, 0): "85%", (1, 2): "85%", (1, 3): "007", (2, 1): "6  weeks\nat most", (999_999, 0): ""},
        "Other": {(0, 0): "1"},
        "No": {},
    }


def xls_stream(*cells: bytes) -> bytes:
    """A workbook stream with one sheet, two number formats of its own, and four cell styles."""
    record = hostile.record
    pound = '"£"0'
    head = record(0x809, struct.pack("<4H2L", 0x0600, 5, 0, 0, 0, 6))
    head += record(0x41E, struct.pack("<HHB", 164, 5, 0) + b"00000")
    head += record(0x41E, struct.pack("<HHB", 165, len(pound), 1) + pound.encode("utf-16-le"))
    head += b"".join(record(0xE0, struct.pack("<HH16x", 0, code)) for code in (0, 9, 164, 165))
    at = len(head) + 4 + 14 + 4
    head += record(0x85, struct.pack("<LBBBB", at, 0, 0, 6, 0) + b"Return") + record(0x0A)
    return head + record(0x809, struct.pack("<4H2L", 0x0600, 0x10, 0, 0, 0, 6)) + b"".join(cells) + record(0x0A)


def test_an_xls():
    record = hostile.record
    stream = xls_stream(
        record(0x203, struct.pack("<3Hd", 0, 0, 1, 0.85)),
        record(0x27E, struct.pack("<3HL", 0, 1, 2, 30)),
        record(0xBD, struct.pack("<2H", 1, 2) + struct.pack("<HLHL", 3, 30, 1, 30) + struct.pack("<H", 3)),
        record(0x809, bytes(16)) + record(0x203, struct.pack("<3Hd", 2, 0, 3, 1)) + record(0x0A),
        record(0x06, struct.pack("<3H", 2, 0, 1) + bytes(16)),
    )
    wanted = [(0, 0), (0, 1), (1, 2), (1, 3), (2, 0), (9, 9)]
    found = xls_formats(stream, {"Return": wanted, "No": wanted})
    codes = {(0, 0): "0%", (0, 1): "00000", (1, 2): '"£"0', (1, 3): "0%", (2, 0): "0%"}
    assert found == {"Return": codes, "No": {}}
    whole = stored_formats(hostile.compound({"Workbook": stream}), "a.xls", {"Return": wanted})
    assert whole == {"Return": {cell: CellFormat(code) for cell, code in codes.items()}}


def test_an_xls_cut_short_has_what_is_left():
    stream = xls_stream(hostile.record(0x203, struct.pack("<3Hd", 0, 0, 1, 0.85)))
    for end in range(len(stream)):
        xls_formats(stream[:end], {"Return": [(0, 0)]})


def brt(kind: int, content: bytes) -> bytes:
    """One record of an .xlsb."""
    return (bytes((kind,)) if kind < 128 else bytes((kind & 0x7F | 0x80, kind >> 7))) + bytes((len(content),)) + content


def test_an_xlsb():
    code = '"£"0'
    styles = brt(44, struct.pack("<HL", 164, len(code)) + code.encode("utf-16-le"))
    styles += brt(626, b"") + brt(47, struct.pack("<HH12x", 0, 11)) + brt(627, b"") + brt(617, b"\x03\0\0\0")
    styles += b"".join(brt(47, struct.pack("<HH12x", 0, number)) for number in (0, 9, 164)) + brt(618, b"")
    codes = xlsb_codes(styles)
    assert codes == ("General", "0%", code)
    sheet = (
        brt(0, struct.pack("<L13x", 4))
        + brt(5, struct.pack("<LLd", 0, 1, 0.85))
        + brt(2, struct.pack("<LLL", 3, 0x01000002, 5))
    )
    assert xlsb_formats(sheet, codes, [(4, 0), (4, 3), (4, 4)]) == {(4, 0): "0%", (4, 3): code}


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_openpyxl_finds_the_same_in_odd_workbooks():
    import openpyxl

    from hrworkbook.plan.number_format.builtin_ids import BUILT_IN

    theirs = {openpyxl.styles.numbers.BUILTIN_FORMATS[number]: code for number, code in BUILT_IN.items()
              if number in openpyxl.styles.numbers.BUILTIN_FORMATS}  # fmt: skip
    compared = 0
    for path in sorted(shared("corpus/spreadsheets").glob("*.xlsx"))[::12]:
        try:
            book = openpyxl.load_workbook(path)
        except Exception:
            continue
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        cells = {
            name: {(cell.row - 1, cell.column - 1): cell.number_format for row in sheet.iter_rows(max_row=500) for cell in row
                   if isinstance(cell.value, int | float) and not isinstance(cell.value, bool)}
            for name, sheet in sheets.items()
        }  # fmt: skip
        try:
            found = stored_formats(path.read_bytes(), path.name, cells)
        except UnreadableFile:
            continue
        for name, formats in cells.items():
            for cell, code in formats.items():
                assert found[name][cell].code in (code, theirs.get(code)), (path.name, name, cell)
                compared += 1
    assert compared > 1_000
