"""The rooms of the package: what each may import, how large a module may be, what a verb is called, what a click loads."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import hrworkbook

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "hrworkbook"

MAY_IMPORT = {
    "plan": "",
    "ooxml": "plan",
    "checking": "plan ooxml intake render",
    "tables": "plan",
    "intake": "plan ooxml",
    "merging": "plan tables intake",
    "collecting": "plan tables merging",
    "adopting": "plan tables",
    "render": "plan ooxml tables",
    "hosts": "plan ooxml",
    "verbs": "plan ooxml tables intake merging collecting adopting render checking",
    "jobs": "plan tables intake merging collecting adopting render verbs hosts",
    "addin": "plan ooxml render",
    "cli": "plan tables merging collecting adopting render jobs hosts addin page example",
    "page": "plan merging render jobs hosts addin verbs",
    "ribbon": "plan jobs hosts",
    "example": "",
}
"""The rooms each room may import, besides itself; the package's root may import any."""
ROOM_OF_A_LOOSE_MODULE = {"hrworkbook.checks": "plan"}
"""What a council imports by a short name belongs to a room all the same."""
MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 60
MOST_MODULES_IN_THE_ROOT = 6


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package by its dotted name, parsed."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imports(tree: ast.AST, *, only_at_the_top: bool = False) -> set[str]:
    """The modules a module imports, anywhere or when it is loaded; of ours the module, never a name in it."""
    found: set[str] = set()
    for node in tree.body if only_at_the_top and isinstance(tree, ast.Module) else ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            found.update(name if name in modules() else node.module for name in whole)
    return found


def room(module: str) -> str:
    """`merging` for `hrworkbook.merging.compare`; '' for the package's root."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and (PACKAGE / parts[1]).is_dir() else ROOM_OF_A_LOOSE_MODULE.get(module, "")


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_room_imports_only_what_lies_below_it(name):
    if here := room(name):
        allowed = {here, *MAY_IMPORT[here].split()}
        ours = [m for m in imports(modules()[name]) if m.startswith("hrworkbook.")]
        assert [m for m in ours if room(m) not in allowed] == []


def test_every_room_has_its_walls_and_there_is_no_other():
    rooms = {p.parent.name for p in PACKAGE.glob("*/__init__.py")}
    assert rooms == set(MAY_IMPORT)


def test_what_only_the_web_extra_brings_is_reached_by_serve_alone():
    from_outside = {
        name
        for name, tree in modules().items()
        if room(name) != "page" and any(room(m) == "page" for m in imports(tree))
    }
    assert from_outside == {"hrworkbook.cli.serve"}


def test_no_modules_import_each_other():
    edges = {name: imports(tree, only_at_the_top=True) & set(modules()) for name, tree in modules().items()}
    done: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " → ".join([*way[way.index(name) :], name])
        if name not in done:
            for other in edges[name]:
                walk(other, (*way, name))
            done.add(name)

    for name in edges:
        walk(name, ())


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_modules_and_functions_can_be_read_at_a_sitting(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MOST_LINES
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    assert [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= MOST_LINES_OF_A_FUNCTION] == []


def test_few_modules_lie_in_the_root():
    assert len(list(PACKAGE.glob("*.py"))) <= MOST_MODULES_IN_THE_ROOT


@pytest.mark.parametrize("verb", hrworkbook.VERBS)
def test_a_verb_has_one_word_in_five_places(verb):
    """Function, module, command, test file and a heading of the documentation; the button is `test_buttons`."""
    from hrworkbook.cli.main import COMMANDS

    function = getattr(hrworkbook, verb)
    assert callable(function) and function.__module__ == f"hrworkbook.verbs.{verb}"
    assert verb in COMMANDS
    assert (ROOT / "tests" / "verbs" / f"test_{verb}.py").exists()
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    assert any(f"\n## {verb.capitalize()}" in d.read_text(encoding="utf-8") for d in documents)


def test_a_verb_and_its_module_are_two_things():
    import hrworkbook.verbs.merge

    assert callable(hrworkbook.merge)
    assert hrworkbook.verbs.merge.merge is hrworkbook.merge


PURE = ("plan", "tables", "collecting", "merging", "adopting", "verbs")
READS_FILES = {
    "hrworkbook.plan.schema", "hrworkbook.plan.frames.council_checks", "hrworkbook.verbs.check",
    "hrworkbook.merging.receive_files",
    "hrworkbook.merging.incoming", "hrworkbook.merging.parallel",
}  # fmt: skip
"""Schemas and checks are files; `check` examines a file's bytes; the last three are where files come into a merge."""


@pytest.mark.parametrize("name", sorted(m for m in modules() if room(m) in PURE and m not in READS_FILES))
def test_verbs_touch_no_file_and_know_no_screen(name):
    forbidden = ("xlwings", "openpyxl", "xlsxwriter", "pathlib", "os", "io", "tempfile", "subprocess")
    assert [m for m in imports(modules()[name]) if m.split(".")[0] in forbidden] == []


def loaded_by(code: str) -> set[str]:
    """The modules a fresh interpreter has after running some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint('\\n'.join(sys.modules), file=sys.stderr)"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


HEAVY = {
    "pandera",
    "pandas",
    "openpyxl",
    "xlwings",
    "xlsxwriter",
    "numpy",
    "urllib.request",
    "hrworkbook.plan.row_kinds",
}
CLICKS = [
    ("help", "import hrworkbook.cli.main as m\ntry: m.main(['--help'])\nexcept SystemExit: pass", set()),
    ("python", "import hrworkbook.workbook", set()),
    ("read", "import hrworkbook.cli.read, hrworkbook.jobs.read", {"hrworkbook.plan.row_kinds"}),
    ("undo", "import hrworkbook.jobs.plain, hrworkbook.verbs.undo, hrworkbook.hosts.file", set()),
    ("decide", "import hrworkbook.jobs.plain, hrworkbook.verbs.decide, hrworkbook.hosts.file", set()),
    ("merge", "import hrworkbook.jobs.merge, hrworkbook.hosts.file", set()),
    ("validate", "import hrworkbook.jobs.plain, hrworkbook.verbs.validate, hrworkbook.hosts.file", set()),
    ("issue", "import hrworkbook.jobs.issue", {"xlsxwriter"}),
    ("appendix", "import hrworkbook.jobs.appendix", {"xlsxwriter"}),
    ("reader's child", "import hrworkbook.intake.reader_worker", set()),
]


@pytest.mark.parametrize(("click", "code", "allowed"), CLICKS, ids=[c[0] for c in CLICKS])
def test_a_click_loads_nothing_its_verb_does_not_need(click, code, allowed):
    assert loaded_by(code) & HEAVY <= allowed
