"""A council's own workbook through a whole period: returns out, answers in, undone and merged again, appendix, roll."""

from datetime import datetime

import openpyxl
import pytest
from masters import SHARED
from own_plans import OWN_PLANS, build

from hrworkbook.cli import console
from hrworkbook.cli.main import main
from hrworkbook.hosts.file import FileHost
from hrworkbook.jobs.adopt import adopt_job
from hrworkbook.jobs.job import carry_out
from hrworkbook.plan.model import read_plan

NOW = datetime(2025, 11, 28, 9, 0)
WHOLE = sorted(f for f in (SHARED / "cases" / "whole-plans").glob("*.xlsx"))
ANSWER = "Nine of twelve are done; the rest follow in May."


@pytest.mark.parametrize("name", [*OWN_PLANS, *(f.name for f in WHOLE)])
def test_a_period_with_an_adopted_workbook(name, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(console, "fixed_now", NOW)
    path = tmp_path / "plan.xlsx"
    if name in OWN_PLANS:
        build(OWN_PLANS[name], path)
    else:
        path.write_bytes((SHARED / "cases" / "whole-plans" / name).read_bytes())
    own = carry_out(adopt_job(path, NOW)).result.own
    assert main(["validate", str(path)]) in (0, 1)
    assert main(["issue", str(path), "--out", str(tmp_path / "out"), "--anyway"]) == 0, capsys.readouterr()
    plan = read_plan(FileHost(path).snapshot())
    key = next(
        (c for c in (plan.schema.role("progress"), *plan.schema.columns) if c and c.is_owners and c.kind == "text"),
        None,
    )
    if key is None:
        return
    returns = sorted((tmp_path / "out").glob("*.xlsx"))
    over_rows = {(one.reader.block.name, row) for one in own.plan.sheets for row in one.reader.found.continued}
    whole = {x.id for x in plan.lines if (x.sheet, x.row) not in over_rows}
    line, owner_file = answered(returns, key.header, whole)
    assert main(["merge", str(path), str(owner_file)]) in (0, 1), capsys.readouterr()
    after = read_plan(FileHost(path).snapshot())
    assert after.by_id[line].text(key.key) == ANSWER
    assert main(["undo", str(path), "--last"]) == 0
    again = read_plan(FileHost(path).snapshot())
    assert [x.values for x in again.lines] == [x.values for x in plan.lines]
    assert main(["merge", str(path), str(owner_file)]) in (0, 1)
    assert main(["appendix", str(path), "-o", str(tmp_path / "appendix.xlsx"), "--anyway"]) in (0, 1), (
        capsys.readouterr()
    )
    book = openpyxl.load_workbook(tmp_path / "appendix.xlsx")
    shown = [str(c.value) for ws in book for row in ws.iter_rows() for c in row if c.value]
    assert any(ANSWER in text for text in shown)
    assert main(["roll", str(path)]) in (0, 1), capsys.readouterr()
    assert len(read_plan(FileHost(path).snapshot()).lines) == len(plan.lines)


def answered(returns, header, whole):
    """Write an answer into a line of a return, one of those whose text is whole; return the line's ID and the file."""
    for path in returns:
        book = openpyxl.load_workbook(path)
        for ws in book:
            for row in ws.iter_rows():
                heads = {str(c.value): c.column for c in row if c.value is not None}
                if header not in heads or len(heads) < 3:
                    continue
                ids = next(c.column for c in row if c.value in ("ID", "Plan ID"))
                for number in range(row[0].row + 1, ws.max_row + 1):
                    if (line := ws.cell(number, ids).value) in whole:
                        ws.cell(number, heads[header]).value = ANSWER
                        book.save(path)
                        return line, path
    raise AssertionError(f"no {header} in {[p.name for p in returns]}")
