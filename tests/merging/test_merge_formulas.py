"""Merge, formulas: a cell of the plan that is worked out by a formula is never written over unasked."""

import re
import zipfile

import pytest
from fake_excel import fake_book
from masters import OWNERS, THREE, make_master, snapshot_of, type_into

from hrworkbook.cli.main import main
from hrworkbook.hosts.live import LiveHost
from hrworkbook.ooxml.workbook_package import WorkbookPackage
from hrworkbook.ooxml.workbook_xml import WorkbookXml
from hrworkbook.plan.ledgers import DECISIONS, PLAN
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.snapshot import address


def put_formula(path, cell, formula, value):
    """Puts a formula with its stored text into a cell of the Plan sheet, as Excel would."""
    package = WorkbookPackage(path.read_bytes(), path.name)
    part = next(s.part for s in WorkbookXml(package).sheets if s.name == PLAN)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    made = f'<c r="{cell}"\\1 t="str"><f>{formula}</f><v>{value}</v></c>'
    parts[part], found = re.subn(rf'<c r="{cell}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)', made, parts[part].decode(), count=1)
    assert found == 1
    parts[part] = parts[part].encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)


def formulas(path):
    return dict(snapshot_of(path)[PLAN].formulas)


@pytest.fixture
def issued(tmp_path):
    """A master in which the RAG of L002 is worked out, with the Learning Lead's return answered."""
    path = make_master(tmp_path, THREE, owners=OWNERS)
    plan = read_plan(snapshot_of(path))
    at = plan.address(plan.by_id["L002"], "rag")
    put_formula(path, at, "IF(1&lt;2,&quot;Amber&quot;,&quot;Red&quot;)", "Amber")
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    (book,) = (tmp_path / "out").glob("Learning Lead *.xlsx")
    sheet = snapshot_of(book).sheets[0]
    heads, row = sheet.rows[6], next(n for n, r in enumerate(sheet.rows, 1) if r and r[0] == "L002")
    column = {h: address(row, heads.index(h) + 1) for h in ("RAG", "Progress Update")}
    type_into(book, {f"{sheet.name}!{column['RAG']}": "Green", f"{sheet.name}!{column['Progress Update']}": "Held."})
    return path, book, at


def test_an_answer_over_a_formula_waits_for_hr_who_sees_the_formula(issued):
    path, book, at = issued
    before = formulas(path)
    assert len(before) == 1
    assert main(["merge", str(path), str(book)]) == 1
    plan = read_plan(snapshot_of(path))
    assert formulas(path) == before and plan.by_id["L002"].text("rag") == "Amber"
    assert plan.by_id["L002"].text("progress_update") == "Held."
    (row,) = DECISIONS.data_rows(snapshot_of(path))
    assert row.text("Why") == ('The plan works this cell out by a formula, which would be lost: =IF(1<2,"Amber","Red")')
    main(["undo", str(path), "--last"])
    assert formulas(path) == before


@pytest.mark.parametrize(("choice", "says", "left"), [("keep master", "Amber", 1), ("take return", "Green", 0)])
def test_hr_decides(issued, choice, says, left):
    path, book, _ = issued
    main(["merge", str(path), str(book)])
    snapshot = snapshot_of(path)
    top, columns = DECISIONS.heading_row(snapshot)
    type_into(path, {f"Decisions!{address(top + 1, columns['Decision'])}": choice})
    assert main(["decide", str(path)]) == 0
    assert read_plan(snapshot_of(path)).by_id["L002"].text("rag") == says and len(formulas(path)) == left


def test_undo_gives_the_value_back_and_tells_the_formula(issued, capsys):
    path, book, at = issued
    main(["merge", str(path), str(book)])
    snapshot = snapshot_of(path)
    top, columns = DECISIONS.heading_row(snapshot)
    type_into(path, {f"Decisions!{address(top + 1, columns['Decision'])}": "take return"})
    main(["decide", str(path)])
    capsys.readouterr()
    assert main(["undo", str(path), "--last"]) == 0
    told = capsys.readouterr().out
    assert f'type it in again: Plan!{at}: =IF(1<2,"Amber","Red").' in told
    assert read_plan(snapshot_of(path)).by_id["L002"].text("rag") == "Amber"


def test_a_text_of_ones_own_over_a_formula_stays_as_any_other_does(issued, capsys):
    path, book, _ = issued
    main(["merge", str(path), str(book)])
    top, columns = DECISIONS.heading_row(snapshot_of(path))
    type_into(
        path,
        {
            f"Decisions!{address(top + 1, columns['Decision'])}": "my own text",
            f"Decisions!{address(top + 1, columns['My own text'])}": "Red",
        },
    )
    main(["decide", str(path)])
    main(["undo", str(path), "--last"])
    assert read_plan(snapshot_of(path)).by_id["L002"].text("rag") == "Red"


def test_an_answer_the_formula_gives_too_is_there_already(issued):
    path, book, _ = issued
    sheet = snapshot_of(book).sheets[0]
    row = next(n for n, r in enumerate(sheet.rows, 1) if r and r[0] == "L002")
    type_into(book, {f"{sheet.name}!{address(row, sheet.rows[6].index('RAG') + 1)}": "Amber"})
    assert main(["merge", str(path), str(book)]) == 0 and len(formulas(path)) == 1


def test_the_open_workbook_tells_its_formulas_too():
    from hrworkbook.plan.snapshot import Block
    from hrworkbook.plan.values import Uncomputed

    book = fake_book([Block("Plan", [["ID", "Action"], ["L001", Uncomputed("=1+1")]])])
    assert LiveHost(book).snapshot()["Plan"].formulas == {(2, 2): "=1+1"}
