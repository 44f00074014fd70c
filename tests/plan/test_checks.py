"""A council's own checks: from a file or a package, told with cell and remedy, and refused in plain words."""

import json
from importlib.metadata import EntryPoint

import pandas
import pandera.errors
import pytest
from masters import NOW, OWNERS, THREE, make_master, snapshot_of

from hrworkbook.checks import check, frame_check
from hrworkbook.cli.main import main
from hrworkbook.jobs import check_files
from hrworkbook.jobs.check_files import checks_in, load_checks
from hrworkbook.plan.errors import CheckFileError
from hrworkbook.plan.schema import load_schema
from hrworkbook.verbs.validate import validate

FILE = """
from __future__ import annotations
from dataclasses import dataclass
from hrworkbook.checks import check, frame_check

@dataclass
class Limit:
    most: int

@check(column="Priority", remedy="Shorten it", severity="warning")
def short_priority(value):
    return len(value) <= Limit(10).most or f"Priority has {len(value)} characters"

@check(column="rag", fault="a safety line cannot be Red", remedy="Ask the Safety Lead", name="never_red")
def red(value):
    return value != "Red"

@frame_check(column="Owner", fault="the owner has another theme too", remedy="Give each owner one theme")
def one_theme_per_owner(frame):
    return frame.groupby("Owner")["Theme"].transform("nunique") == 1
"""
ROWS = """
Theme  | Ref | Priority       | Owner         | Timescale  | RAG   | Progress Update
Staff  | A   | Hire very well | Learning Lead | March 2027 | Red   | Fine.
Safety | A   | Audit          | Learning Lead | March 2027 | Green | Fine.
"""


@pytest.fixture
def plan(tmp_path):
    return make_master(tmp_path, ROWS, owners=OWNERS)


def written(folder, text=FILE, name="our_checks.py"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_a_failing_check_is_told_with_cell_and_remedy_on_the_sheet_and_in_json(plan, tmp_path, capsys):
    file = written(tmp_path)
    assert main(["validate", str(plan), "--checks", str(file), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(f["severity"], f["cell"], f["rule"], f["message"]) for f in found] == [
        ("error", "E6", "one_theme_per_owner", "Plan!E6: the owner has another theme too. Give each owner one theme."),
        ("error", "H6", "never_red", "Plan!H6: a safety line cannot be Red. Ask the Safety Lead."),
        ("error", "E7", "one_theme_per_owner", "Plan!E7: the owner has another theme too. Give each owner one theme."),
        ("warning", "D6", "short_priority", "Plan!D6: Priority has 14 characters. Shorten it."),
    ]
    problems = snapshot_of(plan)["Problems"]
    assert [problems.at(r, 2) for r in range(5, 9)] == ["Plan!E6", "Plan!H6", "Plan!E7", "Plan!D6"]
    assert main(["validate", str(plan)]) == 0


def test_a_warning_alone_stops_nobody(plan, tmp_path):
    file = written(tmp_path, FILE.split('@check(column="rag"')[0])
    assert main(["validate", str(plan), "--checks", str(file)]) == 0


BROKEN = [
    ("a syntax error", "def f(:\n    pass\n", "our_checks.py, line 1: this is not valid Python:"),
    ("nothing in it", "x = 1\n", "our_checks.py: there is no check in it. Put @check(column=…, remedy=…)"),
    ("an import that fails", "\nimport no_such_module\n", "our_checks.py, line 2: it stopped with ModuleNotFoundError:"),
    ("an exit", "raise SystemExit(0)\n", "our_checks.py, line 1: it stopped with SystemExit: 0. Mend that line."),
    ("no remedy", FILE.replace(', remedy="Shorten it"', ""), "our_checks.py, line 10: it stopped with TypeError:"),
    ("a blank remedy", FILE.replace("Shorten it", " "), "'remedy' is blank"),
    ("a severity that is none", FILE.replace('"warning"', '"fatal"'), "the severity is 'fatal': choose 'error' or 'warning'"),
    ("a column that is none", FILE.replace('"Priority"', '"Prority"'),
     "our_checks.py: the check 'short_priority' names the column 'Prority', which the plan has not. Did you mean 'Priority'?"),
    ("a name of ours", FILE.replace("def short_priority", "def hr_text"), "the check's name 'hr_text' cannot be used"),
    ("a name of pandera's", FILE.replace("never_red", "isin"), "pandera has a check called 'isin' already"),
    ("a name that is twice", FILE.replace("never_red", "short_priority"), "the check 'short_priority' is also in our_checks.py"),
    ("an exception in a check", FILE.replace("len(value) <=", "len(value.nothing) <="),
     "our_checks.py, line 12: the check 'short_priority' stopped with AttributeError:"),
    ("an exception in a frame check", FILE.replace('["Theme"]', '["Them"]'),
     "our_checks.py, line 20: the check 'one_theme_per_owner' stopped with KeyError: 'Column not found: Them'. Mend the check."),
    ("no answer", FILE.replace("return value !=", "value !="),
     "our_checks.py: the check 'never_red' gave no answer: it returned None. Return True where it is good, else False or a sentence."),
    ("one answer for a frame", FILE.replace("return frame", "return True\n    frame"), "an answer for each of the 2 rows"),
    ("answers for other rows", FILE.replace('"nunique") == 1', '"nunique").reset_index(drop=True) == 1'), "another index than"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "text", "says"), BROKEN, ids=[b[0] for b in BROKEN])
def test_a_faulty_file_is_refused_in_one_line_and_nothing_is_written(what, text, says, plan, tmp_path, capsys):
    before = plan.read_bytes()
    assert main(["validate", str(plan), "--checks", str(written(tmp_path, text))]) == 2
    told = capsys.readouterr().err
    assert says in told and "Traceback" not in told and len(told.splitlines()) == 1
    assert plan.read_bytes() == before


@pytest.mark.parametrize(("name", "content"), [("gone.py", None), ("zeros.py", b"\0\0"), ("latin.py", b"x = '\xe9'")])
def test_what_is_no_file_of_python_is_refused(name, content, plan, tmp_path, capsys):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert main(["validate", str(plan), "--checks", str(tmp_path / name)]) == 2
    assert name in capsys.readouterr().err


def test_a_folder_is_no_file(plan, tmp_path, capsys):
    assert main(["validate", str(plan), "--checks", str(tmp_path)]) == 2
    assert "Give the path of a Python file with checks" in capsys.readouterr().err


def test_a_check_cannot_change_what_is_checked(plan):
    @frame_check(column="RAG", remedy="None")
    def meddles(frame):
        frame["RAG"] = "Green"
        return [True] * len(frame)

    @check(column="RAG", fault="it is Red", remedy="None")
    def not_red(value):
        return value != "Red"

    assert [(f.cell, f.value) for f in validate(snapshot_of(plan), NOW, (meddles, not_red)).findings] == [("H6", "Red")]


def test_a_check_sees_each_value_once_and_no_blank(tmp_path):
    seen = []

    @check(column="RAG", remedy="None")
    def watches(value):
        seen.append(value)
        return True

    validate(snapshot_of(make_master(tmp_path, THREE, owners=OWNERS)), NOW, (watches,))
    assert sorted(seen) == ["Amber", "Green"]


def test_a_check_may_be_for_plans_of_one_schema_only(plan):
    @check(column="Planned Spend", remedy="None", schemas=("workstreams",))
    def of_another(value):
        return False

    assert not validate(snapshot_of(plan), NOW, (of_another,)).findings
    with pytest.raises(ValueError, match="write it as a tuple"):
        check(column="Ref", remedy="None", schemas="workstreams")  # type: ignore[arg-type]


def offered(monkeypatch, value: str):
    points = [EntryPoint("ours", value, check_files.GROUP)]
    monkeypatch.setattr(check_files, "entry_points", lambda group: points if group == check_files.GROUP else [])


def test_an_installed_package_offers_its_checks(plan, tmp_path, monkeypatch, capsys):
    written(tmp_path, FILE, "council_package.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    for value, names in (("council_package", 3), ("council_package:red", 1)):
        offered(monkeypatch, value)
        assert len(load_checks()) == names
    assert main(["validate", str(plan)]) == 1
    assert "Plan!H6: a safety line cannot be Red." in capsys.readouterr().out


@pytest.mark.parametrize(("value", "says"), [
    ("no_such_package", "ours: it stopped with ModuleNotFoundError"),
    ("json", "ours: there is no check in it"),
    ("json:loads", "ours: there is no check in it"),
])  # fmt: skip
def test_a_package_that_cannot_be_loaded_is_told_not_skipped(value, says, plan, monkeypatch, capsys):
    offered(monkeypatch, value)
    assert main(["validate", str(plan)]) == 2
    assert says in capsys.readouterr().err


def test_the_validate_button_runs_installed_checks(plan, tmp_path, monkeypatch):
    from hrworkbook.ribbon.buttons import BUTTONS

    written(tmp_path, FILE, "button_package.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    offered(monkeypatch, "button_package:red")
    pressed = BUTTONS["validate"](None, snapshot_of(plan), ())  # type: ignore[arg-type]
    assert pressed.job.changes.goto == ("Plan", "H6")


def test_a_pandas_user_has_them_too(tmp_path):
    checks = checks_in(written(tmp_path))
    schema = load_schema("delivery-plan").to_pandera(checks=checks, warn=False)
    frame = pandas.DataFrame({
        "Theme": ["Staff"], "Ref": ["A"], "Priority": ["Hire very well"], "Owner": ["HR"], "Timescale": ["Ongoing"],
        "RAG": ["Red"], "Progress Update": ["Fine."],
    })  # fmt: skip
    with pytest.raises(pandera.errors.SchemaErrors) as refused:
        schema.validate(frame, lazy=True)
    assert sorted(refused.value.failure_cases["failure_case"]) == [
        "row 0, Priority: Priority has 14 characters. Shorten it.",
        "row 0, RAG: a safety line cannot be Red. Ask the Safety Lead.",
    ]
    assert pandera.pandas.DataFrameSchema.from_yaml(schema.to_yaml()) == schema
    assert "one_theme_per_owner" in schema.to_yaml()


def test_a_check_that_stops_fails_even_where_it_only_warns():
    @check(column="RAG", remedy="None", severity="warning")
    def stops(value):
        raise RuntimeError("no")

    frame = pandas.DataFrame({"RAG": ["Red"]})
    with pytest.warns(pandera.errors.SchemaWarning), pytest.raises(pandera.errors.SchemaErrors) as refused:
        load_schema("delivery-plan").to_pandera(checks=[stops]).validate(frame, lazy=True)
    assert any(
        "the check 'stops' stopped with RuntimeError: no" in str(c) for c in refused.value.failure_cases["failure_case"]
    )
    with pytest.raises(CheckFileError):
        raise next(c.error for c in refused.value.failure_cases["failure_case"] if getattr(c, "error", None))
