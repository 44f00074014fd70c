"""Demo: from nothing to an appendix, and the same story every time."""

import pytest
from masters import snapshot_of

from hrworkbook.cli.main import main
from hrworkbook.plan.ledgers import DECISIONS
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.start_sheet import open_decisions


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "demo"
    assert main(["demo", str(folder)]) == 0
    return folder


def test_what_the_replies_say_is_in_the_plan_or_waits(demo):
    plan = read_plan(snapshot_of(demo / "plan.xlsx"))
    assert plan.by_id["L006"].text("progress_update").startswith("Two cohorts have finished")
    assert plan.by_id["L009"].text("rag") == "Complete", "spelt as the list spells it"
    assert plan.by_id["L008"].text("progress_update").startswith("2.9 in quarter 3"), "the officer's own text stands"
    assert plan.by_id["L011"].text("rag") == "Green", "a word that is none of the list is not taken"
    assert not open_decisions(plan), "all was decided before the appendix was made"
    assert [(d.text("ID"), d.text("Question")) for d in DECISIONS.data_rows(plan.snapshot)] == [
        ("L008", "conflict"),
        ("L011", "invalid"),
    ]


def test_everything_it_names_is_there(demo):
    assert len(list((demo / "Returns out").glob("*.xlsx"))) == 6
    assert len(list((demo / "Returns out").glob("*.eml"))) == 6
    assert len(list((demo / "Returns in").glob("*.eml"))) == 4
    assert len(list((demo / "Reminders").glob("*.eml"))) == 3
    assert len(list((demo / "To mend").glob("*.eml"))) == 1
    assert (demo / "appendix.xlsx").read_bytes().startswith(b"PK")


def test_the_exempt_line_is_in_no_other_file_that_leaves_the_building(demo):
    import zipfile

    words = b"regrading appeals"
    with zipfile.ZipFile(demo / "appendix.xlsx") as book:
        assert not any(words in book.read(n) for n in book.namelist())
    with zipfile.ZipFile(demo / "appendix Part 2 exempt.xlsx") as book:
        assert any(words in book.read(n) for n in book.namelist())


def test_a_folder_with_something_in_it_is_refused(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("keep me", encoding="utf-8")
    assert main(["demo", str(tmp_path)]) == 2
    assert "there is something in that folder already" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_merging_the_same_mails_again_changes_nothing(demo, capsys):
    """Files that were merged before are skipped, not refused; nothing is received, so nothing has an outcome."""
    import json

    before = snapshot_of(demo / "plan.xlsx")["Plan"].rows
    assert main(["merge", str(demo / "plan.xlsx"), str(demo / "Returns in"), "--json"]) == 1, "one was never a return"
    told = json.loads(capsys.readouterr().out)
    assert [r["return_id"] for r in told["returns"]] == ["R0004", "R0005", "R0006"]
    assert all(r["cells"] == sum(r["outcomes"].values()) == 0 for r in told["returns"])
    assert [r["file"] for r in told["refused"]] == ["4 no return at all.eml > rota.csv"]
    assert snapshot_of(demo / "plan.xlsx")["Plan"].rows == before
