"""docs/python.md: every example is run, in order, and prints what the page says.

With HRWORKBOOK_UPDATE_README=1 the outputs are written anew.
"""

import contextlib
import io
import os
import re
from functools import partial
from importlib.resources import files
from pathlib import Path

import hrworkbook
from hrworkbook import workbook
from hrworkbook.cli.example import DEMO_TIME
from hrworkbook.workbook import Workbook

PAGE = Path(__file__).parents[2] / "docs" / "python.md"
BLOCK = re.compile(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.DOTALL)


def test_the_page_runs_and_prints_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "example.csv").write_bytes((files("hrworkbook.example") / "plan.csv").read_bytes())
    monkeypatch.setattr(workbook, "this_moment", lambda: DEMO_TIME)
    text = PAGE.read_text(encoding="utf-8")
    names: dict[str, object] = {"__name__": "page"}
    true = BLOCK.sub(partial(_with_output, names), text)
    if os.environ.get("HRWORKBOOK_UPDATE_README"):
        PAGE.write_text(true, encoding="utf-8")
    assert true == PAGE.read_text(encoding="utf-8")
    assert text.count("```text") >= 5


def _with_output(names: dict[str, object], block: re.Match[str]) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block[1], "docs/python.md", "exec"), names)
    made = f"```python\n{block[1]}```"
    return f"{made}\n\n```text\n{printed.getvalue()}```" if printed.getvalue() else made


def test_every_method_is_on_the_page_with_its_options():
    text = PAGE.read_text(encoding="utf-8")
    for verb in set(hrworkbook.VERBS) - {"new", "adopt"}:  # which make the workbook
        row = re.search(rf"^\| `{verb}\((.*?)\)` \|", text, re.MULTILINE)
        assert row, verb
        code = getattr(Workbook, verb).__code__
        options = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
        assert re.findall(r"(\w+)(?:=|,|$)", re.sub(r'\(".*?\)|"[^"]*"|None|False|\(\)', "", row[1])) == [
            o for o in options if o != "dry_run"
        ]
