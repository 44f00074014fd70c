"""The file host and formulas: what is computed anew, and which cells cannot be written alone."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from packages import MAIN, at, parts, repacked, sheet, used_master, write

from hrworkbook.hosts.file import FileHost
from hrworkbook.plan.errors import CannotWrite
from hrworkbook.plan.snapshot import ChangeSet, Link, single_write


def test_recalculation_is_asked_for_only_where_a_formula_can_depend(tmp_path: Path) -> None:
    for formulas in (False, True):
        path = tmp_path / f"{formulas}.xlsx"
        used_master(path, formulas)
        before = parts(path)["xl/workbook.xml"]
        write(path, {"D2": 5, "B2": Link("Go", "Plan", "A1")})
        asked = parts(path)["xl/workbook.xml"]
        assert (
            asked == before
            if not formulas
            else ElementTree.fromstring(asked).find(f".//{{{MAIN}}}calcPr[@fullCalcOnLoad='1']") is not None
        )
    stripped = re.sub(rb"<calcPr[^>]*/>", b"", parts(path)["xl/workbook.xml"])
    repacked(path, {"xl/workbook.xml": stripped})
    write(path, {"D2": 6})
    order = [e.tag.rpartition("}")[2] for e in ElementTree.fromstring(parts(path)["xl/workbook.xml"])]
    assert order[-1] == "calcPr"


def with_calc_chain(path: Path) -> Path:
    held = parts(path)
    chain = b'<calcChain xmlns="%s"><c r="A5" i="3"/></calcChain>' % MAIN.encode()
    rels = held["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Target="calcChain.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain" Id="rId99"/></Relationships>',
    )
    types = held["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml" PartName="/xl/calcChain.xml"/></Types>',
    )
    return repacked(path, {"xl/calcChain.xml": chain, "xl/_rels/workbook.xml.rels": rels, "[Content_Types].xml": types})


def test_the_order_of_calculation_is_left_out_when_formulas_come_or_go(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    used_master(path, formulas=True)
    plain = parts(path)
    with_calc_chain(path)
    write(path, {"D2": 5})
    assert "xl/calcChain.xml" in parts(path)
    write(path, {"A5": 5}, on="People's figures")
    left = parts(path)
    assert "xl/calcChain.xml" not in left
    for name in ("xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
        assert left[name] == plain[name]


@pytest.mark.parametrize(
    ("formula", "cells", "said"),
    [
        ('<f t="shared" ref="B2:B4" si="0">A2</f>', ["B2"], "Plan!B2: other cells take their formula from it"),
        ('<f t="shared" ref="B2:B4" si="0">A2</f>', ["B3"], ""),
        ('<f t="shared" ref="B2:B4" si="0">A2</f>', ["B2", "B3", "B4"], ""),
        ('<f t="array" ref="B2:B4">A2:A4</f>', ["B3"], "Plan!B3: it is part of one formula"),
        ('<f t="array" ref="B2:B4">A2:A4</f>', ["C3"], ""),
        ('<f t="array" ref="B2">SUM(A2:A4)</f>', ["B2"], ""),
        ('<f t="dataTable" ref="B2:B4" r1="A1"/>', ["B4"], "Plan!B4: it is part of one formula"),
    ],
)
def test_formulas_that_fill_several_cells(master: Path, formula: str, cells: list[str], said: str) -> None:
    child = '<f t="shared" si="0"/>' if "shared" in formula else ""
    below = "".join(f'<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="B{r}">{child}<v>{r}</v></c></row>' for r in (3, 4))
    sheet(master, f'<row r="2"><c r="A2"><v>2</v></c><c r="B2">{formula}<v>2</v></c></row>{below}')
    if said:
        before = master.read_bytes()
        with pytest.raises(CannotWrite, match=re.escape(said)):
            FileHost(master).apply(ChangeSet(tuple(single_write("Plan", cell, "x") for cell in cells)))
        assert master.read_bytes() == before
    else:
        found = write(master, dict.fromkeys(cells, "x"))
        assert all(at(found, cell) == "x" for cell in cells)


def test_a_cell_merged_into_another_is_refused(master: Path) -> None:
    with pytest.raises(CannotWrite, match="People's figures!B2: it is merged into A1"):
        FileHost(master).apply(ChangeSet((single_write("People's figures", "B2", "lost"),)))
    assert at(write(master, {"A1": "Seen", "B2": None}, on="People's figures"), "A1", "People's figures") == "Seen"
