"""Adopt: a council's own workbook becomes the master, and the verbs find in it what was read."""

import io
import zipfile
from datetime import datetime

import openpyxl
import pytest
from masters import SHARED
from own_plans import OWN_PLANS, build

from hrworkbook.hosts.file import FileHost
from hrworkbook.jobs.adopt import adopt_job
from hrworkbook.jobs.job import carry_out
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.values import as_text

NOW = datetime(2025, 11, 28, 9, 0)
WHOLE = sorted(f for f in (SHARED / "cases" / "whole-plans").glob("*.xlsx")) if SHARED else []


@pytest.fixture(scope="module", params=[*OWN_PLANS, *(f.name for f in WHOLE)])
def adopted(request, tmp_path_factory):
    """A workbook as it was, the adoption, and the master."""
    folder = tmp_path_factory.mktemp("adopted")
    source = folder / "plan.xlsx"
    if request.param in OWN_PLANS:
        build(OWN_PLANS[request.param], source)
    else:
        source.write_bytes((SHARED / "cases" / "whole-plans" / request.param).read_bytes())
    before = source.read_bytes()
    job = carry_out(adopt_job(source, NOW))
    return before, job, source


def test_the_master_has_the_lines_that_were_read(adopted):
    _, job, path = adopted
    plan = read_plan(FileHost(path).snapshot())
    assert [(x.sheet, x.row, x.id) for x in plan.lines] == [
        (x.sheet, x.row, f"L{n:03d}") for n, x in enumerate(job.result.own.plan.lines, 1)
    ]


@pytest.mark.parametrize("role", ["theme", "reference", "priority", "owner", "due", "status", "progress"])
def test_its_lines_say_what_was_read(adopted, role):
    _, job, path = adopted
    plan = read_plan(FileHost(path).snapshot())
    column = plan.schema.role(role)
    if column is None:
        return
    continued = {row for one in job.result.own.plan.sheets for row in one.reader.found.continued}
    wanted = [(x.row, as_text(x.values.get(column.key))) for x in job.result.own.plan.lines]
    found = [(x.row, x.text(column.key)) for x in plan.lines]
    assert [f for f in found if f[0] not in continued] == [w for w in wanted if w[0] not in continued]


def test_nothing_else_of_it_has_changed(adopted):
    before, job, path = adopted
    old, new = zipfile.ZipFile(io.BytesIO(before)), zipfile.ZipFile(path)
    touched = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
    changed = {n for n in old.namelist() if old.read(n) != new.read(n)} - touched
    read = {c.sheet for c in job.result.id_columns}
    assert len(changed) == len(read)
    was, now = openpyxl.load_workbook(io.BytesIO(before)), openpyxl.load_workbook(path)
    ids = {(c.sheet, row, c.column) for c in job.result.id_columns for row in (c.header_row, *c.values)}
    words = {(w.sheet, w.row, w.column) for w in job.result.words}
    for sheet in was.worksheets:
        for row in now[sheet.title].iter_rows():
            for cell in row:
                if (sheet.title, cell.row, cell.column) not in ids | words:
                    assert cell.value == sheet.cell(cell.row, cell.column).value


def test_the_workbook_as_it_was_is_kept(adopted):
    before, job, _ = adopted
    assert [b.read_bytes() for b in job.backups] == [before]
