"""How cells look, in every kind of workbook: the codes of .xlsx, the records of .xls and .xlsb, the texts of .ods."""

import struct

import hostile
import pytest
from packages import MAIN

from hrworkbook.intake.binary_cell_faults import xls_sheet_records
from hrworkbook.intake.binary_cell_looks import read_xls_globals, xls_looks, xlsb_codes, xlsb_looks
from hrworkbook.intake.ods_looks import read_ods_looks
from hrworkbook.intake.quick_ods_scan import SHEETS_MARK
from hrworkbook.ooxml.number_formats import formats_of_numbers, xlsx_codes
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


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1" s="1"><v>1</v></c><c r="B1" s="2"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c s="1" r="A1"><v>1</v></c><c t="n" s="2" r="B1"/></row><row r="2"><c r="A2" t="n"><v>1</v></c></row>',
        "<row r='1'><c r='A1' s='1'><v>1</v></c><c r='B1' s='2'><v>1</v></c></row><row r='2'><c r='A2'><v>1</v></c></row>",
        '<row><c s="1"><v>1</v></c><c s="2"><v>1</v></c></row><row><c><v>1</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="B1" s="2"><v>1</v></c><c r="A1" s="1"><v>1</v></c></row>',
        '<row r="1"><c\n  r="A1"\n s="1"><v>1</v></c><c  r="B1" s = "2"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>',
        '<!-- <c r="A1" s="3"/> --><row r="1"><c r="A1" s="1"><v>1</v></c><c r="B1" s="2"><v>1</v></c></row><row r="2"><c r="A2"/></row>',
        '<row r="1"><c r="A1" s="1"><is><t> r="B1" s="3" </t></is></c><c r="B1" s="2"><v>1</v></c></row><row r="2"><c r="A2"/></row>',
        f'<x:row xmlns:x="{MAIN}" r="1"><x:c r="A1" s="1"><x:v>1</x:v></x:c><x:c r="B1" s="2"><x:v>1</x:v></x:c></x:row><row r="2"><c r="A2"/></row>',
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
    found = formats_of_numbers(hostile.sheet_xml(rows, "").encode(), STYLES)
    assert found == {"0%": [1, 1], '"£"#,##0': [1, 2]}


def test_damaged_parts_are_refused():
    with pytest.raises(UnreadableFile):
        xlsx_codes(b"<styleSheet><cellXfs>")
    with pytest.raises(UnreadableFile):
        xlsb_codes(b"\x2c\xff\xff\x03")


def xls_stream(*cells: bytes, more_styles: bytes = b"") -> bytes:
    """A workbook stream with one sheet, two number formats of its own, and four cell styles."""
    record = hostile.record
    pound = '"£"0'
    head = record(0x809, struct.pack("<4H2L", 0x0600, 5, 0, 0, 0, 6))
    head += record(0x41E, struct.pack("<HHB", 164, 5, 0) + b"00000")
    head += record(0x41E, struct.pack("<HHB", 165, len(pound), 1) + pound.encode("utf-16-le"))
    head += b"".join(record(0xE0, struct.pack("<HH16x", 0, code)) for code in (0, 9, 164, 165)) + more_styles
    at = len(head) + 4 + 14 + 4
    head += record(0x85, struct.pack("<LBBBB", at, 0, 0, 6, 0) + b"Return") + record(0x0A)
    return head + record(0x809, struct.pack("<4H2L", 0x0600, 0x10, 0, 0, 0, 6)) + b"".join(cells) + record(0x0A)


def looks_of(stream: bytes) -> dict[str, dict[str, object]]:
    """What each sheet shows, by its name."""
    book = read_xls_globals(stream, fills=True)
    return {
        name: xls_looks(stream, xls_sheet_records(stream, place, blanks=True), book)
        for name, place in book.places.items()
    }


def test_an_xls():
    record = hostile.record
    stream = xls_stream(
        record(0x203, struct.pack("<3Hd", 0, 0, 1, 0.85)),
        record(0x27E, struct.pack("<3HL", 0, 1, 2, 30)),
        record(0xBD, struct.pack("<2H", 1, 2) + struct.pack("<HLHL", 3, 30, 1, 30) + struct.pack("<H", 3)),
        record(0x809, bytes(16)) + record(0x203, struct.pack("<3Hd", 2, 0, 3, 1)) + record(0x0A),
        record(0x06, struct.pack("<3H", 2, 0, 1) + bytes(16)),
    )
    assert looks_of(stream)["Return"]["formats"] == {"0%": [1, 1, 2, 4, 3, 1], "00000": [1, 2], '"£"0': [2, 3]}


def test_an_xls_tells_fills_hidden_columns_and_comments():
    record = hostile.record
    cells = (
        record(0x7D, struct.pack("<6H", 2, 3, 0, 0, 1, 0)),
        record(0x201, struct.pack("<3H", 4, 1, 4)),
        record(0xBE, struct.pack("<5H", 5, 0, 4, 1, 1)),
        record(0x5D, struct.pack("<4H", 0x15, 0x12, 0x19, 7)),
        record(0x1B6, struct.pack("<10xH6x", 9)),
        record(0x3C, b"\0Members"),
        record(0x3C, b"\1" + "!?".encode("utf-16-le")),
        record(0x1C, struct.pack("<4H", 4, 2, 0, 7)),
    )
    yellow = record(0xE0, struct.pack("<HH10xLHH", 0, 0, 1 << 26, 13, 0)[:20])
    found = looks_of(xls_stream(*cells, more_styles=yellow))["Return"]
    assert found == {"fills": {"FFFF00": [5, 2, 6, 1]}, "hidden_columns": [3, 4], "comments": [[5, 3, "Members!?"]]}


def test_an_xls_cut_short_has_what_is_left():
    stream = xls_stream(hostile.record(0x203, struct.pack("<3Hd", 0, 0, 1, 0.85)))
    for end in range(len(stream)):
        looks_of(stream[:end])


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
    sheet = brt(60, struct.pack("<LLLLH", 1, 2, 0, 0, 1)) + sheet
    assert xlsb_looks(sheet, codes) == {"formats": {"0%": [5, 1], code: [5, 4]}, "hidden_columns": [2, 3]}


CONTENT = """<d xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:draw="d" xmlns:style="s" xmlns:fo="f" xmlns:svg="v">
<style:style style:name="red" style:family="table-cell"><style:table-cell-properties fo:background-color="#ff0000"/></style:style>
<style:style style:name="heir" style:family="table-cell" style:parent-style-name="Warning"/>
<style:style style:name="gone" style:family="text"><style:text-properties style:text-line-through-style="solid"/></style:style>
<office:spreadsheet><table:table table:name="Plan">%s</table:table></office:spreadsheet></d>"""
NAMED = (
    b'<d xmlns:style="s" xmlns:fo="f"><style:style style:name="Warning" style:family="table-cell">'
    b'<style:table-cell-properties fo:background-color="#FFC000"/></style:style></d>'
)


def ods_plan(rows: str) -> dict[str, object]:
    """What a table of these rows shows."""
    content = (CONTENT % rows).encode()
    tables = content.find(SHEETS_MARK)
    return read_ods_looks(content[:tables], content[tables:], NAMED, fills=True).get("Plan", {})


def ods_cell(text: str, **attributes: str) -> str:
    """A cell that holds a number."""
    named = "".join(f' {key.replace("__", ":").replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f"<table:table-cell{named}><text:p>{text}</text:p></table:table-cell>"


@pytest.mark.parametrize(
    ("kind", "value", "text", "shown"),
    [
        ("percentage", "0.85", "85%", "85%"),
        ("float", "7", "007", "007"),
        ("currency", "12500", "£12,500", "£12,500"),
        ("float", "0.85", "0,85", ""),
        ("float", "0.85", "0.85", ""),
        ("float", "1234567", "1.23E+06", ""),
        ("float", "6", "6<text:s/>weeks", "6 weeks"),
        ("float", "0", "", ""),
        ("string", "7", "007", ""),
    ],
)
def test_an_ods_shows_its_texts(kind: str, value: str, text: str, shown: str):
    cell = ods_cell(text, office__value_type=kind, office__value=value)
    assert ods_plan(f"<table:table-row>{cell}</table:table-row>") == ({"shown_texts": {shown: [1, 1]}} if shown else {})


def test_repeated_cells_of_an_ods_are_counted():
    cell = ods_cell("85%", office__value_type="percentage", office__value="0.85", table__number_columns_repeated="2")
    rows = f'<table:table-row table:number-rows-repeated="2"><table:table-cell/>{cell}</table:table-row>'
    rows += f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
    assert ods_plan(rows) == {"shown_texts": {"85%": [1, 2, 1, 3, 2, 2, 2, 3]}}


def test_the_fills_of_an_ods_come_from_cell_row_column_or_parent():
    rows = (
        '<table:table-column table:default-cell-style-name="red"/><table:table-column table:visibility="collapse"/>'
        f"<table:table-row>{ods_cell('a')}{ods_cell('b')}{ods_cell('c', table__style_name='heir')}</table:table-row>"
        f'<table:table-row table:default-cell-style-name="heir"><table:table-cell/>{ods_cell("d")}</table:table-row>'
    )
    assert ods_plan(rows) == {"fills": {"FF0000": [1, 1], "FFC000": [1, 3, 2, 1, 2, 2]}, "hidden_columns": [2]}


def test_what_lies_over_a_cell_of_an_ods_is_no_text_of_it():
    over = (
        "<office:annotation><text:p>Members</text:p><text:p>want more</text:p></office:annotation>"
        "<draw:frame><draw:text-box><text:p>withdrew</text:p></draw:text-box></draw:frame>"
        "<draw:frame><draw:image><text:p/></draw:image><svg:desc>a tick</svg:desc></draw:frame>"
    )
    cell = f'<table:table-cell office:value-type="float" office:value="6">{over}<text:p>6</text:p></table:table-cell>'
    struck = ods_cell('Mar 27 <text:span text:style-name="gone">Jun 27</text:span>')
    assert ods_plan(f"<table:table-row>{struck}{cell}</table:table-row>") == {
        "comments": [[1, 2, "Members\nwant more"]],
        "text_boxes": [[1, 2, "withdrew"]],
        "pictures": [[1, 2, "a tick"]],
        "struck": [[1, 1, "Jun 27"]],
    }


def test_colours_are_told_only_where_they_are_asked_for():
    yellow = hostile.record(0xE0, struct.pack("<HH10xLHH", 0, 0, 1 << 26, 13, 0)[:20])
    stream = xls_stream(hostile.record(0x203, struct.pack("<3Hd", 4, 1, 4, 1)), more_styles=yellow)
    book = read_xls_globals(stream, fills=False)
    assert xls_looks(stream, xls_sheet_records(stream, book.places["Return"], blanks=False), book) == {}
    tables = CONTENT % f"<table:table-row>{ods_cell('a', table__style_name='red')}</table:table-row>"
    at = tables.find(SHEETS_MARK.decode())
    automatic, rows = tables[:at].encode(), tables[at:].encode()
    assert read_ods_looks(automatic, rows, NAMED, fills=False) == {"Plan": {}}
    assert read_ods_looks(automatic, rows, NAMED, fills=True) == {"Plan": {"fills": {"FF0000": [1, 1]}}}
