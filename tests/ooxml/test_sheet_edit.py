"""New cells worked into a sheet's XML: each in its place, the rest as it was, and nothing that is not well-formed."""

import re
from collections.abc import Mapping

import pytest

from hrworkbook.ooxml.sheet_edit import SheetXmlEditor, well_formed
from hrworkbook.ooxml.sheet_xml import SheetXml
from hrworkbook.plan.errors import CannotWrite
from hrworkbook.plan.snapshot import address, row_and_column

HEAD = '<worksheet><dimension ref="B2:C4"/>'
ROWS = (
    '<row r="2" spans="2:3"><c r="B2"><v>1</v></c><c r="C2"><v>2</v></c></row>'
    '<row r="4" ht="15" customHeight="1"><c r="B4" s="7"><f>B2</f><v>1</v></c></row>'
    '<row r="5"/>'
)
REST = "<pageMargins/></worksheet>"
SHEET = f"{HEAD}<sheetData>{ROWS}</sheetData>{REST}"


def edited(
    sheet: str, cells: Mapping[str, str | None], heights: Mapping[int, float] | None = None, shows: bool = False
) -> tuple[str, SheetXmlEditor]:
    """Return a sheet's XML with cells given new values, and the editor; a value may be XML, None leaves the cell."""
    targets: dict[int, list[int]] = {}
    for place in cells:
        row, column = row_and_column(place)
        targets.setdefault(row, []).append(column)
    editor = SheetXmlEditor(
        SheetXml(sheet.encode(), "Plan"), {r: sorted(targets[r]) for r in sorted(targets)},
        lambda row, column, style: f"new{style}", heights or {}, shows,
    )  # fmt: skip

    def render(row: int, column: int, style: str, formula: bool) -> bytes | None:
        text = cells[address(row, column)]
        return None if text is None else f'<c r="{address(row, column)}" s="{style}">{text}</c>'.encode()

    def new_cells(row: int, columns: object) -> list[tuple[int, bytes]]:
        made = [(c, render(row, c, "made", False)) for c in columns]  # type: ignore[attr-defined]
        return [(c, xml) for c, xml in made if xml is not None]

    return editor.apply(render, new_cells).decode(), editor


def places(xml: str) -> list[str]:
    """Return the cells in the order they stand in the XML."""
    return re.findall(r'<c r="(\w+)"', xml)


def rows(xml: str) -> list[str]:
    return re.findall(r'<row r="(\d+)"', xml)


def test_a_cell_that_is_there_is_changed_and_every_other_byte_stays():
    xml, editor = edited(SHEET, {"C2": "<v>9</v>"})
    assert xml == SHEET.replace('<c r="C2"><v>2</v></c>', '<c r="C2" s=""><v>9</v></c>')
    assert not editor.formulas_gone and editor.already == set()


@pytest.mark.parametrize(
    ("cell", "order"),
    [
        ("A2", ["A2", "B2", "C2", "B4"]),
        ("D2", ["B2", "C2", "D2", "B4"]),
        ("A4", ["B2", "C2", "A4", "B4"]),
        ("C4", ["B2", "C2", "B4", "C4"]),
        ("B5", ["B2", "C2", "B4", "B5"]),
        ("B1", ["B1", "B2", "C2", "B4"]),
        ("B3", ["B2", "C2", "B3", "B4"]),
        ("B6", ["B2", "C2", "B4", "B6"]),
    ],
)
def test_a_new_cell_goes_where_its_column_and_row_are(cell, order):
    xml, _ = edited(SHEET, {cell: "<v>9</v>"})
    assert places(xml) == order
    assert rows(xml) == sorted(rows(xml), key=int)
    assert xml.endswith(REST) and well_formed([xml.encode()])


def test_rows_out_of_order_get_theirs_before_the_first_higher_one():
    sheet = SHEET.replace('<row r="5"/>', '<row r="9"/><row r="7"/>')
    assert rows(edited(sheet, {"A8": "<v>9</v>"})[0]) == ["2", "4", "8", "9", "7"]
    assert rows(edited(sheet, {"A10": "<v>9</v>"})[0]) == ["2", "4", "9", "7", "10"]


def test_several_new_rows_and_cells_at_once():
    xml, _ = edited(SHEET, {"A1": "<v>1</v>", "B3": "<v>2</v>", "A3": "<v>3</v>", "D2": "<v>4</v>", "B7": "<v>5</v>"})
    assert places(xml) == ["A1", "B2", "C2", "D2", "A3", "B3", "B4", "B7"]
    assert '<row r="3"><c r="A3" s="made"><v>3</v></c><c r="B3" s="made"><v>2</v></c></row>' in xml


@pytest.mark.parametrize(
    ("cells", "area"),
    [
        ({"C2": "<v>9</v>"}, "B2:C4"), ({"A2": "<v>9</v>"}, "A2:C4"), ({"B1": "<v>9</v>"}, "B1:C4"),
        ({"D4": "<v>9</v>"}, "B2:D4"), ({"B6": "<v>9</v>"}, "B2:C6"), ({"A1": "<v>9</v>", "E9": "<v>9</v>"}, "A1:E9"),
        ({"C3": "<v>9</v>"}, "B2:C4"), ({"A6": "<v>1</v>", "C6": "<v>1</v>", "F6": "<v>1</v>"}, "A2:F6"),
    ],
)  # fmt: skip
def test_the_dimension_covers_what_is_new(cells, area):
    xml, _ = edited(SHEET, cells)
    assert f'<dimension ref="{area}"/>' in xml


def test_a_dimension_that_is_none_is_left():
    for told in ("", '<dimension ref="all"/>'):
        sheet = SHEET.replace('<dimension ref="B2:C4"/>', told)
        assert edited(sheet, {"A1": "<v>9</v>"})[0].startswith(f"<worksheet>{told}<sheetData>")


def test_spans_cover_the_columns_added():
    assert '<row r="2" spans="1:3">' in edited(SHEET, {"A2": "<v>9</v>"})[0]
    assert '<row r="2" spans="2:5">' in edited(SHEET, {"E2": "<v>9</v>"})[0]
    assert '<row r="2" spans="2:3">' in edited(SHEET, {"C2": "<v>9</v>"})[0]


@pytest.mark.parametrize(
    ("points", "height"), [(0, 'ht="15" customHeight="1"'), (15, 'ht="15" customHeight="1"'), (15.5, 'ht="15.5" customHeight="1"')]
)  # fmt: skip
def test_a_row_is_made_as_high_as_it_must_be_and_no_lower(points, height):
    xml, _ = edited(SHEET, {"B4": "<v>9</v>"}, heights={4: points})
    assert f'<row r="4" {height}>' in xml
    assert xml.count(" ht=") == 1


def test_a_new_row_and_an_empty_one_have_their_height():
    xml, _ = edited(SHEET, {"B3": "<v>9</v>", "B5": "<v>9</v>"}, heights={3: 30, 5: 31})
    assert '<row r="3" ht="30" customHeight="1"><c r="B3"' in xml
    assert '<row r="5" ht="31" customHeight="1"><c r="B5"' in xml and xml.count("</row>") == 4


def test_a_hidden_row_is_shown_only_where_that_is_asked():
    sheet = SHEET.replace('<row r="2"', '<row r="2" hidden="1"')
    assert 'hidden="1"' in edited(sheet, {"B2": "<v>9</v>"})[0]
    assert "hidden" not in edited(sheet, {"B2": "<v>9</v>"}, shows=True)[0]
    assert 'hidden="1"' in edited(sheet, {"B4": "<v>9</v>"}, shows=True)[0]


def test_new_cells_take_the_rows_style_only_where_it_is_its_own():
    for attributes, style in (
        ('s="3" customFormat="1"', "new3"),
        ('s="3" customFormat="true"', "new3"),
        ('s="3"', "new"),
    ):
        xml, _ = edited(SHEET.replace('<row r="2"', f'<row r="2" {attributes}'), {"D2": "<v>9</v>"})
        assert f'<c r="D2" s="{style}">' in xml


def test_what_is_there_already_or_not_wanted_changes_nothing():
    sheet = SHEET.replace('<c r="C2"><v>2</v></c>', '<c r="C2" s=""><v>2</v></c>')
    xml, editor = edited(sheet, {"C2": "<v>2</v>", "B4": None, "B9": None})
    assert xml == sheet and editor.already == {(2, 3)} and not editor.formulas_gone
    xml, editor = edited(sheet, {"B2": "<v>5</v>", "C2": "<v>2</v>"})
    assert editor.already == {(2, 3)} and '<c r="B2" s=""><v>5</v></c>' in xml


def test_a_formula_that_gives_way_is_told():
    assert edited(SHEET, {"B4": "<v>9</v>"})[1].formulas_gone
    assert not edited(SHEET, {"B4": None, "B2": "<v>9</v>"})[1].formulas_gone
    assert edited(SHEET, {"B4": "<v>9</v>", "C4": "<v>9</v>"})[1].formulas_gone


def test_what_would_not_be_well_formed_is_never_written():
    for broken in ("<v>9", "<v>9</x>", "9 & 10", "</row><row>"):
        for cell in ("B2", "D2", "B3"):
            with pytest.raises(CannotWrite, match="its cells are stored in a way this program does not know"):
                edited(SHEET, {cell: broken})
    assert well_formed([b"<row/>", b"<row>", b"</row>"]) and well_formed([])
    assert not well_formed([b"<row>"]) and not well_formed([b"</rows><rows>", b"<"])


def test_a_row_that_stands_twice_is_refused_where_it_would_change():
    sheet = SHEET.replace('<row r="5"/>', '<row r="4"><c r="C4"><v>3</v></c></row>')
    with pytest.raises(CannotWrite, match="row 4 stands there twice. Open it in Excel, save it and try again"):
        edited(sheet, {"B4": "<v>9</v>"})
    assert '<c r="B2" s=""><v>9</v></c>' in edited(sheet, {"B2": "<v>9</v>"})[0]


@pytest.mark.parametrize("data", ["<sheetData/>", "<sheetData />", "<sheetData></sheetData>"])
def test_a_sheet_without_cells_gets_its_first(data):
    xml, _ = edited(f'<worksheet><dimension ref="A1"/>{data}{REST}', {"B3": "<v>9</v>"})
    assert '<sheetData><row r="3"><c r="B3" s="made"><v>9</v></c></row></sheetData><pageMargins/>' in xml
    assert '<dimension ref="A1:B3"/>' in xml


def test_only_the_changed_cells_are_read_back():
    xml, editor = edited(
        SHEET, {"C2": "<v>9</v>", "B3": "<v>8</v>", "A4": "<v>7</v>", "A7": "<v>6</v>", "A8": "<v>5</v>"}
    )
    (part,) = editor.changed_cells_only(xml.encode())
    assert places(part.decode()) == ["C2", "B3", "A4", "A7", "A8"]
    assert well_formed([part]) and part.endswith(b"</sheetData></worksheet>")


def test_many_changed_cells_are_read_back_in_parts(monkeypatch):
    from hrworkbook.ooxml import sheet_edit

    monkeypatch.setattr(sheet_edit, "_CHUNK_BYTES", 60)
    xml, editor = edited(SHEET, {f"A{row}": f"<v>{row}</v>" for row in (2, 3, 6, 7, 8, 9)})
    parts = [part.decode() for part in editor.changed_cells_only(xml.encode())]
    assert len(parts) > 2 and [p for part in parts for p in places(part)] == ["A2", "A3", "A6", "A7", "A8", "A9"]
    assert all(well_formed([part.encode()]) for part in parts)


def test_a_prefix_is_kept():
    sheet = re.sub(r"<(/?)(\w)", r"<\1x:\2", SHEET)
    editor = SheetXmlEditor(SheetXml(sheet.encode(), "Plan"), {3: [2], 5: [1]}, lambda *_: "", {}, False)
    xml = editor.apply(lambda *_: b'<x:c r="A5"/>', lambda *_: [(2, b'<x:c r="B3"/>')]).decode()
    assert '<x:row r="3"><x:c r="B3"/></x:row>' in xml and '<x:row r="5"><x:c r="A5"/></x:row>' in xml
    assert '<x:dimension ref="A2:C5"/>' in xml
