"""The public API, the walls between rooms, and what a click may import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import hrworkbook

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("verb", hrworkbook.__all__)
def test_a_verb_is_a_function_of_the_package_a_command_and_a_test_file(verb):
    from hrworkbook.cli import COMMANDS

    assert callable(getattr(hrworkbook, verb)) and getattr(hrworkbook, verb).__name__ == verb
    assert verb in COMMANDS
    assert (ROOT / "tests" / f"test_{verb}.py").exists()
    assert f"\n## {verb.capitalize()}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_verb_stays_a_function_after_its_module_was_imported():
    import hrworkbook.merge as module_or_verb

    assert callable(hrworkbook.merge) and callable(module_or_verb)


def imported_by(code: str) -> set[str]:
    """The modules a fresh interpreter has after running some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint('\\n'.join(sys.modules), file=sys.stderr)"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return set(done.stderr.split())


HEAVY = {"pandera", "pandas", "openpyxl", "xlwings", "xlsxwriter", "numpy"}
CLICKS = [
    ("the help", "import hrworkbook.cli\ntry: hrworkbook.cli.main(['--help'])\nexcept SystemExit: pass", set()),
    (
        "read",
        "import hrworkbook.commands.returns, hrworkbook.merging.receive, hrworkbook.tables.find, hrworkbook.merging.admit",
        set(),
    ),
    ("undo", "import hrworkbook.undo, hrworkbook.hosts.file", set()),
    ("decide", "import hrworkbook.decide, hrworkbook.hosts.file", set()),
    ("merge", "import hrworkbook.merge, hrworkbook.merging.receive, hrworkbook.hosts.file", set()),
    ("issue", "import hrworkbook.issue, hrworkbook.sheets.return_sheet, hrworkbook.drafts", {"xlsxwriter"}),
    ("the reader's child", "import hrworkbook.reading.worker", set()),
]


@pytest.mark.parametrize(("click", "code", "allowed"), CLICKS, ids=[c[0] for c in CLICKS])
def test_nothing_is_imported_that_the_verb_does_not_need(click, code, allowed):
    assert imported_by(code) & HEAVY <= allowed


VERBS = ("validate", "issue", "merge", "decide", "undo", "chase", "bounce", "roll", "new", "plan")
INWARD = ("receive", "arrivals", "crowd")
"""Rooms of a merge at which files come in."""
ROOMS = sorted(
    path.relative_to(ROOT / "hrworkbook").with_suffix("").as_posix()
    for room in ("tables", "dates", "collecting", "merging")
    for path in (ROOT / "hrworkbook" / room).glob("*.py")
    if path.stem not in INWARD
)


@pytest.mark.parametrize("module", [*VERBS, *ROOMS])
def test_verbs_touch_no_file_and_know_no_screen(module):
    tree = ast.parse((ROOT / "hrworkbook" / f"{module}.py").read_text(encoding="utf-8"))
    names = {
        module
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for module in ([a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    forbidden = (
        "xlwings",
        "openpyxl",
        "xlsxwriter",
        "pathlib",
        "os",
        "hrworkbook.hosts",
        "hrworkbook.sheets",
        "hrworkbook.cli",
    )
    assert not [n for n in names if n.startswith(forbidden)]
