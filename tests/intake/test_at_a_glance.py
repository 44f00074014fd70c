"""A few searches say the same of a sheet as a look at every cell, or leave it to that."""

from hypothesis import given
from hypothesis import strategies as st

from hrworkbook.intake.quick_ods_scan import SHEETS_MARK, scan_clean_tables
from hrworkbook.intake.xml_cell_faults import _SheetXmlHandler, scan_content_xml, scan_sheet_xml
from hrworkbook.plan.errors import UnreadableFile

_ODS_CELLS = [
    "<table:table-cell/>",
    '<table:table-cell table:number-columns-repeated="3"/>',
    '<table:table-cell table:style-name="ce1" table:number-columns-repeated="16000"/>',
    '<table:table-cell office:value-type="string"><text:p>a &gt; b</text:p></table:table-cell>',
    '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="4"><text:p>1</text:p></table:table-cell>',
    '<table:table-cell table:formula="of:=[.A1]&gt;0" office:value-type="float" office:value="2"><text:p>2</text:p></table:table-cell>',
    '<table:table-cell office:value-type="string" table:formula="of:=1>0"><text:p>yes</text:p></table:table-cell>',
    "<table:covered-table-cell/>",
    '<table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="1" office:value-type="string"><text:p>wide</text:p></table:table-cell>',
    '<table:table-cell table:number-columns-spanned="1" table:number-rows-spanned="3"/>',
]
_ODS_FAULTS = [
    '<table:table-cell table:formula="of:=1/0" office:value-type="string" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>',
    '<table:table-cell table:formula="of:=1/0" office:value-type="string"><text:p>Err:502</text:p></table:table-cell>',
    '<table:table-cell table:formula="of:=1+1"/>',
]
_ODS_ROWS = ["", ' table:number-rows-repeated="2"', ' table:number-rows-repeated="40"', ' table:visibility="collapse"']
_row = st.tuples(st.sampled_from(_ODS_ROWS), st.lists(st.sampled_from([*_ODS_CELLS * 3, *_ODS_FAULTS]), max_size=6))


@given(st.lists(st.lists(_row, max_size=6), min_size=1, max_size=3))
def test_an_ods_by_searches_is_as_it_is_by_every_cell(tables: list[list[tuple[str, list[str]]]]) -> None:
    body = "".join(
        "<table:table>" + "".join(f"<table:table-row{a}>{''.join(cells)}</table:table-row>" for a, cells in rows)
        + '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row></table:table>'
        for rows in tables
    )  # fmt: skip
    xml = (
        '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:calcext="c"><office:body>'
        f"<office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    ).encode()
    quick = scan_clean_tables(xml[xml.find(SHEETS_MARK) :])
    try:
        full = scan_content_xml(xml)
    except UnreadableFile:  # too far, or too many
        assert quick is None
        return
    if any(sheet.faults or sheet.hidden_rows for sheet in full):
        assert quick is None
    elif quick is not None:
        assert [(s.last_row, s.merges) for s in quick] == [(s.last_row, s.merges) for s in full]
        for bound, exact in zip(quick, full, strict=True):
            assert bound.last_column >= exact.last_column and bound.cells >= exact.cells


def test_an_ordinary_ods_takes_no_second_look_and_a_wide_one_does() -> None:
    def content(cells: str) -> bytes:
        row = f"<table:table-row>{cells}</table:table-row>"
        return f"<office:spreadsheet><table:table>{row}</table:table></office:document-content>".encode()

    assert scan_clean_tables(content(_ODS_CELLS[5] + _ODS_CELLS[2]))
    far = _ODS_CELLS[2].replace("16000", "99999999") + _ODS_CELLS[3]
    assert scan_clean_tables(content(far)) is None
    assert scan_clean_tables(content(_ODS_CELLS[4].replace('"4"', '"9999999"'))) is None
    assert scan_clean_tables(content(_ODS_CELLS[5].replace('"', "'"))) is None


_XLSX_CELLS = [
    '<c r="%s"/>', '<c r="%s"><v>1</v></c>', '<c r="%s" t="s"><v>0</v></c>', '<c r="%s"><f>A1+1</f><v>2</v></c>',
    '<c r="%s" s="1"><f t="shared" ref="A1:A4" si="0">B1</f><v>3</v></c>', '<c r="%s"><f t="shared" si="0"/><v>4</v></c>',
    '<c r="%s" t="str"><f>""</f><v></v></c>', '<c r="%s" t="e"><f>1/0</f><v>#DIV/0!</v></c>', '<c r="%s"><f>A1</f></c>',
    '<c r="%s"><f>A1</f><v> </v></c>', '<c r="%s"><f ca="1"/></c>',
]  # fmt: skip


@given(st.lists(st.lists(st.sampled_from([*_XLSX_CELLS[:6] * 4, *_XLSX_CELLS[6:]]), max_size=6), max_size=5))
def test_a_worksheet_by_searches_is_as_it_is_by_every_cell(rows: list[list[str]]) -> None:
    body = "".join(
        f'<row r="{n}">{"".join(cell % f"{chr(65 + at)}{n}" for at, cell in enumerate(row))}</row>'
        for n, row in enumerate(rows, 1)
    )
    xml = f"<worksheet><sheetData>{body}</sheetData></worksheet>".encode()
    assert scan_sheet_xml(xml).faults == _SheetXmlHandler(xml).sheet.faults
