"""Schema and upgrade: a workbook's schema as TOML, and masters made before brought up, with what is out still merging."""

import json

import pytest
from masters import THREE, answered, draft, snapshot_of
from masters_before import master_before

from hrworkbook.cli.main import main
from hrworkbook.hosts.file import FileHost
from hrworkbook.jobs.schema import upgrade
from hrworkbook.plan.columns_sheet import COLUMNS
from hrworkbook.plan.columns_upkeep import ColumnRows
from hrworkbook.plan.ledgers import JOURNAL
from hrworkbook.plan.model import ISSUED_SHEET, SCHEMA_SHEET, read_plan, read_schema_of
from hrworkbook.plan.schema import load_schema, read_schema
from hrworkbook.plan.snapshot import ChangeSet, Write


@pytest.fixture
def before(tmp_path):
    """A master made before, with three lines."""
    path = tmp_path / "plan.xlsx"
    path.write_bytes(master_before(draft(THREE, Period="2026/27 Q3")))
    return path


def test_a_master_made_before_is_read_and_works_without_being_upgraded(before):
    assert COLUMNS not in snapshot_of(before)
    assert read_schema_of(snapshot_of(before)) == load_schema("delivery-plan")
    assert main(["validate", str(before)]) in (0, 1)
    assert COLUMNS not in snapshot_of(before)


def test_upgrade_gives_it_a_columns_sheet_that_says_the_same(before, capsys):
    was = before.read_bytes()
    old = snapshot_of(before)
    assert main(["upgrade", str(before), "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert [COLUMNS in sentence for sentence in done["changes"]] == [True, False, False]
    assert (before.parent / done["backup"].rpartition("/")[2]).read_bytes() == was
    now = snapshot_of(before)
    assert read_schema_of(now).columns == read_schema_of(old).columns
    assert [line.values for line in read_plan(now).lines] == [line.values for line in read_plan(old).lines]
    assert [row[0] for row in now[SCHEMA_SHEET].rows[2:] if row and row[0]] == []
    assert main(["upgrade", str(before)]) == 0
    assert "It is up to date: nothing was changed." in capsys.readouterr().out


def test_returns_that_went_out_before_the_upgrade_merge_after_it(before):
    answered(before, lambda one: {0: {"progress_update": f"News of {one.owner.role}."}})
    upgrade(FileHost(before))
    assert main(["merge", str(before), str(before.parent / "in")]) in (0, 1)
    now = snapshot_of(before)
    assert {row.text("Column") for row in JOURNAL.data_rows(now)} == {"Progress Update"}
    assert "progress_update" in [str(v) for row in now[ISSUED_SHEET].rows[:7] for v in row]


def test_a_new_column_and_a_closed_period_are_written_to_the_file(before):
    """Through the file host: the records gain the column, behind their own, and keep the headings of their table."""
    upgrade(FileHost(before))
    host = FileHost(before)
    schema = read_schema_of(host.snapshot())
    row = ColumnRows(host.snapshot()[COLUMNS]).top + len(schema.columns) + 1
    host.apply(
        ChangeSet((Write(COLUMNS, row, 1, (("Budget",),)), Write("Plan", 5, len(schema.columns) + 2, (("Budget",),))))
    )
    assert main(["roll", str(before)]) == 0
    now = snapshot_of(before)
    assert now["Past periods"].rows[3][-1] == "Budget" and now["Past periods"].rows[2][-1] == "budget"
    assert read_plan(now).schema["budget"].header == "Budget"


def test_schema_writes_toml_that_makes_the_same_master_again(before, tmp_path, capsys):
    target = tmp_path / "ours.toml"
    assert main(["schema", str(before), "-o", str(target)]) == 0
    assert read_schema(target.read_text(encoding="utf-8"), "ours.toml").columns == load_schema("delivery-plan").columns
    assert main(["schema", str(before), "-o", str(target)]) == 2
    assert "there is a file of this name already" in capsys.readouterr().err
    assert main(["schema", str(before)]) == 0
    assert capsys.readouterr().out == target.read_text(encoding="utf-8")
    assert main(["new", str(target), str(tmp_path / "again.xlsx")]) == 0


def test_a_workbook_that_is_no_master_is_told_so(tmp_path, capsys):
    import xlsxwriter

    path = tmp_path / "other.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Plan").write_row(0, 0, ["Action", "Lead"])
    for command in ("schema", "upgrade"):
        assert main([command, str(path)]) == 2
        assert "it is no master, so it keeps no schema yet" in capsys.readouterr().err
