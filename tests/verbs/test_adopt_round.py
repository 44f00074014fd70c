"""A council's own workbook through two periods by the command line, and what is theirs at the end of it."""

import pytest
from adopted_round import Round, adopt
from foreign_books import BOOKS, build_book
from masters import SHARED
from own_plans import OWN_PLANS, build
from packages import parts

from hrworkbook.cli.main import main
from hrworkbook.ooxml.foreign_workbook import open_workbook

WHOLE = sorted((SHARED / "cases" / "whole-plans").glob("*_*.*")) if SHARED.exists() else []
OTHERS = [pytest.param(name, marks=pytest.mark.slow) for name in (*OWN_PLANS, *(f.name for f in WHOLE))]
WRITTEN_TO = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}


def source(name, folder):
    """One of the workbooks, in a folder."""
    if name in BOOKS:
        return build_book(name, folder)
    if name in OWN_PLANS:
        return build(OWN_PLANS[name], folder / "plan.xlsx")
    found = next(f for f in WHOLE if f.name == name)
    path = folder / f"plan{found.suffix}"
    path.write_bytes(found.read_bytes())
    return path


@pytest.mark.parametrize("name", [*BOOKS, *OTHERS])
def test_two_periods_with_an_adopted_workbook(name, tmp_path):
    path = source(name, tmp_path)
    before = tmp_path / f"before{path.suffix}"
    before.write_bytes(path.read_bytes())
    told = adopt(path)
    assert told["cells"] == told["placed"] + len(told["left_out"])
    master = path if path.suffix.startswith(".xls") else path.with_suffix(".xlsx")
    Round(master).whole()
    if master == path:
        assert_theirs_untouched(before, master, {s["sheet"] for s in told["sheets"]})


def assert_theirs_untouched(before, after, planned):
    """Pass where of the parts of a workbook only those that were written to have changed: the sheets of the plan, their tables."""
    was = open_workbook(before.read_bytes(), "before")
    sheets = {sheet.part for sheet in was.sheets if sheet.name in planned}
    written = WRITTEN_TO | sheets | {table.part for part in sheets for table in was.tables(part)}
    now = parts(after)
    assert [part for part, xml in parts(before).items() if now.get(part) != xml and part not in written] == []
    assert len(parts(before)) > len(written)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["three tables", "bands", "names of ours", "rich"])
def test_two_periods_with_a_master_made_without_a_schema(name, tmp_path):
    master = tmp_path / "master.xlsx"
    assert main(["new", str(master), "--from", str(source(name, tmp_path))]) in (0, 1)
    Round(master).whole()
