"""Roll: closing a period, and what the next appendix says of it."""

import json
import re
import zipfile

import pytest
from masters import NOW, OWNERS, THREE, make_master, snapshot_of, type_into

from hrworkbook.cli.main import main
from hrworkbook.hosts.file import FileHost
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.history import closed_periods
from hrworkbook.plan.model import read_plan
from hrworkbook.verbs.appendix import appendix
from hrworkbook.verbs.issue import issue
from hrworkbook.verbs.roll import next_period_name, roll


def close(path):
    host = FileHost(path)
    result = roll(host.snapshot(), NOW)
    host.apply(result.changes)
    return result


@pytest.mark.parametrize(
    ("period", "next_"),
    [
        ("2016/17 Q3", "2016/17 Q4"),
        ("2016/17 Q4", "2017/18 Q1"),
        ("2016/17", "2017/18"),
        ("1999/00 Q4", "2000/01 Q1"),
        ("Autumn", ""),
    ],
)
def test_the_next_period_is_named_where_it_can_be(period, next_):
    assert next_period_name(period) == next_


def test_what_was_reported_goes_to_history(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS, Period="2026/27 Q3")
    assert close(path).next_period == "2026/27 Q4"
    plan = read_plan(snapshot_of(path))
    (period,) = closed_periods(plan)
    assert period.name == "2026/27 Q3"
    assert period.text("L001", "progress_update") == "Two posts filled."
    assert plan.setting("Period") == "2026/27 Q4"
    assert plan.lines[0].text("progress_update") == "Two posts filled.", "a text that is carried stays"


def test_a_column_to_clear_is_cleared_and_journalled(tmp_path):
    from hrworkbook.plan.schema import load_schema, read_schema

    schema = read_schema(load_schema("delivery-plan").source.replace('roll = "carry"', 'roll = "clear"'), "own.toml")
    path = make_master(tmp_path, THREE, schema=schema, owners=OWNERS)
    close(path)
    snapshot = snapshot_of(path)
    assert read_plan(snapshot).lines[0].text("progress_update") == ""
    assert "Two posts filled." in [v for row in snapshot["Journal"].rows for v in row]
    (first, *_) = issue(snapshot, NOW).returns
    assert first.last_reported["progress_update"]["L001"] == "Two posts filled.", "the last text stands beside the new"


def test_a_complete_line_is_reported_once_and_then_leaves(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    type_into(path, {"Plan!H6": "Complete"})
    assert [x.line_id for x in appendix(snapshot_of(path), NOW).public.lines] == ["L001", "L002", "L003"]
    close(path)
    snapshot = snapshot_of(path)
    assert [x.line_id for x in appendix(snapshot, NOW).public.lines] == ["L002", "L003"]
    assert "Recruitment Lead" not in [r.owner.role for r in issue(snapshot, NOW).returns]
    assert len(read_plan(snapshot).lines) == 3, "the master still holds it"
    type_into(path, {"Plan!H6": "Amber"})
    assert len(appendix(snapshot_of(path), NOW).public.lines) == 3, "and it comes back when it is opened again"


def test_three_periods_tell_what_changed(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS, Period="2026/27 Q3")
    first = appendix(snapshot_of(path), NOW).public.summary.changes
    assert "first report" in first.sentence
    close(path)
    type_into(path, {"Plan!H7": "Green", "Plan!I7": "Second course held."})
    second = appendix(snapshot_of(path), NOW).public.summary.changes
    assert [(c.reference, c.column, c.before, c.after) for c in second.changes] == [
        ("B", "RAG", "Amber", "Green"),
        ("B", "Progress Update", "First course held.", "Second course held."),
    ]
    close(path)
    assert "Nothing has changed since 2026/27 Q4" in appendix(snapshot_of(path), NOW).public.summary.changes.sentence


REFUSALS = [
    ("a blank period", {"Start!C12": None}, "the Period is blank"),
    ("a line without an ID", {"Plan!A7": None}, "has no ID yet"),
    ("a decision that waits", {"Decisions!C5": "conflict", "Decisions!E5": "L001"}, "1 decision still waits"),
]


@pytest.mark.parametrize(("what", "cells", "says"), REFUSALS, ids=[r[0] for r in REFUSALS])
def test_a_period_is_not_closed_over(what, cells, says, tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    type_into(path, cells)
    with pytest.raises(HrWorkbookError, match=says):
        roll(snapshot_of(path), NOW)


def test_a_period_is_closed_once(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS, Period="2026/27 Q3")
    assert main(["roll", str(path), "--next", "2026/27 Q3"]) == 2
    assert main(["roll", str(path), "--next", "Winter", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"closed": "2026/27 Q3", "next": "Winter", "lines": 3}
    type_into(path, {"Start!C12": "2026/27 Q3"})
    assert main(["roll", str(path)]) == 2
    assert "is closed already" in capsys.readouterr().err


@pytest.mark.parametrize("slip", ["2026/27 Q5", "2026/72 Q4", "26/27 Q4", "2020/21 Q1", "2026/27"])
def test_a_slip_in_the_next_period_is_refused(slip, tmp_path, capsys):
    """The period is sealed into every return, and the order of the periods is what History tells changes by."""
    path = make_master(tmp_path, THREE, owners=OWNERS, Period="2026/27 Q3")
    before = path.read_bytes()
    assert main(["roll", str(path), "--next", slip]) == 2
    assert "2026/27 Q4" in capsys.readouterr().err and path.read_bytes() == before


def made_before(path):
    """The master as it was made when its past periods stood on a sheet whose name Excel reserves."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for name in ("xl/workbook.xml", "docProps/app.xml"):
        parts[name] = parts[name].replace(b"'Past periods'", b"History").replace(b"Past periods", b"History")
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


def test_a_master_made_before_keeps_its_past_periods_on_history_and_is_told(tmp_path):
    path = made_before(make_master(tmp_path, THREE, owners=OWNERS, Period="2026/27 Q3"))
    assert "History" in snapshot_of(path) and "Past periods" not in snapshot_of(path)
    message = close(path).changes.message
    assert "kept on the History sheet" in message and "rename that sheet Past periods" in message
    plan = read_plan(snapshot_of(path))
    assert [p.name for p in closed_periods(plan)] == ["2026/27 Q3"]
    assert close(path).closed_period == "2026/27 Q4"
    assert len(closed_periods(read_plan(snapshot_of(path)))) == 2


def test_what_was_closed_before_the_sheet_was_renamed_is_still_known(tmp_path):
    path = made_before(make_master(tmp_path, THREE, owners=OWNERS, Period="2026/27 Q3"))
    close(path)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'"History"', b'"Past periods"')
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    message = close(path).changes.message
    assert "Past periods" in message and "History" not in message
    assert [p.name for p in closed_periods(read_plan(snapshot_of(path)))] == ["2026/27 Q3", "2026/27 Q4"]


def test_no_sheet_of_a_master_bears_a_name_that_excel_reserves(tmp_path):
    path = make_master(tmp_path, THREE)
    assert "history" not in {block.name.casefold() for block in snapshot_of(path).sheets}
    with zipfile.ZipFile(path) as book:
        window = re.search(rb'windowWidth="(\d+)" windowHeight="(\d+)"', book.read("xl/workbook.xml"))
    assert window and all(10_000 < int(twips) < 57_600 for twips in window.groups())
