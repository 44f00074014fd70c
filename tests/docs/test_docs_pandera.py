"""docs/pandera.md: every example is run, and the two spellings of one schema say the same."""

import contextlib
import io
import re
import tomllib
from pathlib import Path

import pandas
import pandera.errors
from masters import NOW, OWNERS, THREE, TODAY, make_master, snapshot_of

from hrworkbook.jobs.check_files import checks_in
from hrworkbook.plan.schema import load_schema, read_schema
from hrworkbook.verbs.validate import validate

PAGE = (Path(__file__).parents[2] / "docs" / "pandera.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)( [\w.]+)?\n(.*?)```", PAGE, re.DOTALL)
PYTHON = [text for language, file, text in BLOCKS if language == "python" and not file]


def run_page() -> tuple[dict[str, object], str]:
    """The names the page's Python leaves, and what it prints."""
    names: dict[str, object] = {"__name__": "page"}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        for text in PYTHON:
            exec(compile(text, "docs/pandera.md", "exec"), names)
    return names, printed.getvalue()


def test_the_page_runs_and_prints_what_it_says():
    (shown,) = [text for language, _, text in BLOCKS if language == "text"]
    assert run_page()[1] == shown


def test_the_model_and_the_toml_find_the_same():
    toml = next(text for language, _, text in BLOCKS if language == "toml")
    shipped, spelled = load_schema("delivery-plan"), read_schema(toml, "page.toml")
    for column in tomllib.loads(toml)["columns"]:
        for setting, value in column.items():
            assert getattr(shipped[column["key"]], setting) == value
    assert spelled.done == shipped.done and spelled.lists["RAG"] == shipped.lists["RAG"]
    assert {r.name for r in spelled.rules} <= {r.name for r in shipped.rules}
    frame = pandas.DataFrame({
        "Theme": ["Staff", None, "x", ""], "Owner": ["Lead", "?", None, "Lead"], "RAG": ["Red", "Rde", "Complete", None],
        "Timescale": ["March 2016", "soonish", "March 2016", "31 June 2027"],
    })  # fmt: skip
    told = []
    for schema in (run_page()[0]["DeliveryPlan"].to_schema(), spelled.to_pandera(warn=False, today=TODAY)):  # type: ignore[attr-defined]
        try:
            schema.validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as errors:
            told.append(sorted(errors.failure_cases["failure_case"]))
    assert told[0] == told[1] and len(told[0]) == 8


def test_the_checks_of_the_page_are_checks(tmp_path):
    ((name, text),) = [(file.strip(), text) for _, file, text in BLOCKS if file]
    (tmp_path / name).write_text(text, encoding="utf-8")
    checks = checks_in(tmp_path / name)
    assert [c.name for c in checks] == ["short_priority", "five_lines_each"] and f"--checks {name}" in PAGE
    plan = snapshot_of(make_master(tmp_path, THREE.replace("Hire well", "Hire well " * 30), owners=OWNERS))
    (found,) = [f for f in validate(plan, NOW, checks).findings if f.rule == "short_priority"]
    assert found.message == "Plan!D6: the priority has 299 characters. Say it in one sentence."
