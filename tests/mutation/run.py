"""Measures whether the tests bite: changes one thing in a copy of the code, runs the tests that reach it, counts what lives.

Works on a copy of the tree in a temporary folder; nothing here is touched. Needs `fork` (Linux, macOS).

    python tests/mutation/run.py                          a sample of every module of TARGETS
    python tests/mutation/run.py plan/rules.py --all      every mutant of one module
"""

import argparse
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from mutants import Mutant, mutants

ROOT = Path(__file__).parents[2]
TARGETS = {
    "plan/rules.py": "tests/plan/test_rules.py tests/verbs/test_validate.py",
    "plan/returns.py": "tests/verbs/test_issue.py tests/verbs/test_chase.py",
    "verbs/issue.py": "tests/verbs/test_issue.py",
    "verbs/validate.py": "tests/verbs/test_validate.py",
    "verbs/decide.py": "tests/verbs/test_decide.py tests/merging/test_quarantine.py",
    "verbs/undo.py": "tests/verbs/test_undo.py",
    "merging/match_rows.py": "tests/verbs/test_merge.py tests/merging/test_merge_displaced.py tests/merging/test_torture.py",
    "tables/read_rows.py": "tests/tables",
    "ooxml/sheet_edit.py": "tests/ooxml tests/hosts/test_file_host_xml.py tests/hosts/test_file_host.py",
    "render/appendix/paginate.py": "tests/render/test_paginate.py",
}
"""The modules measured, each with the tests that answer for it."""
EQUIVALENT = Path(__file__).with_name("equivalent.txt")
COPIED = (
    "hrworkbook",
    "tests",
    "schemas",
    "macros",
    "docs",
    "workbook",
    "pyproject.toml",
    "README.md",
    "CONTRIBUTING.md",
)
WARM = ("pytest", "hypothesis", "pandas", "pandera.pandas", "openpyxl", "xlsxwriter")
"""Imported once, before the tests of each mutant run in a process of their own."""
PATIENCE = 20.0
"""Seconds beyond what the tests took unchanged, after which a mutant counts as killed."""


@dataclass
class Score:
    """What became of a module's mutants."""

    killed: int = 0
    lived: list[Mutant] = field(default_factory=list)
    unreached: list[Mutant] = field(default_factory=list)
    equivalent: int = 0

    @property
    def real(self) -> int:
        """Return how many of them change what the module does."""
        return self.killed + len(self.lived) + len(self.unreached)


def main() -> int:
    """Measure, print, and end with 1 where the share killed is below what was asked."""
    options = _options()
    known = _equivalent()
    scores: dict[str, Score] = {}
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = _copy(Path(folder))
        for name in WARM:
            __import__(name)
        for module in options.modules or TARGETS:
            scores[module] = _measure(tree, module, known.get(module, set()), options)
    killed, real = sum(s.killed for s in scores.values()), sum(s.real for s in scores.values())
    print(
        f"\nAll: {killed} of {real} killed, {killed / max(real, 1):.0%}; sample {options.sample}, seed {options.seed}."
    )
    return int(killed < options.at_least / 100 * real)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of: {', '.join(TARGETS)}")
    parser.add_argument("--sample", type=int, default=15, help="mutants of each module, drawn at random (default 15)")
    parser.add_argument("--all", action="store_true", help="every mutant instead of a sample")
    parser.add_argument("--seed", default="hrworkbook", help="of the draw; the same seed draws the same mutants")
    parser.add_argument("--only", metavar="TEXT", default="", help="mutants whose change has this text in it")
    parser.add_argument("--at-least", type=float, default=0, metavar="PERCENT", help="end with 1 below this")
    options = parser.parse_args()
    if strange := [m for m in options.modules if m not in TARGETS]:
        parser.error(f"there is no module {strange[0]} in TARGETS")
    return options


def _equivalent() -> dict[str, set[str]]:
    """Return the changes known to make no difference, by module; each with its reason above it in the file."""
    found: dict[str, set[str]] = {}
    module = ""
    for line in EQUIVALENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            module = line.strip("[]")
        elif line and not line.startswith("#"):
            found.setdefault(module, set()).add(line)
    return found


def _copy(folder: Path) -> Path:
    tree = folder / "tree"
    for name in COPIED:
        source = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__", ".hypothesis")
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=ignored)
        else:
            tree.mkdir(exist_ok=True)
            shutil.copy(source, tree / name)
    shared = ROOT.parent / "shared"
    if shared.is_dir():
        (folder / "shared").symlink_to(shared)
    return tree


def _measure(tree: Path, module: str, equivalent: set[str], options: argparse.Namespace) -> Score:
    path = tree / "hrworkbook" / module
    original = path.read_text(encoding="utf-8")
    tests = _tests_by_line(tree, path, [t for t in TARGETS[module].split() if (tree / t).exists()])
    drawn = [m for m in mutants(original) if options.only in m.change]
    if not options.all and len(drawn) > options.sample:
        drawn = random.Random(f"{options.seed} {module}").sample(drawn, options.sample)
    score = Score()
    for mutant in sorted(drawn, key=lambda m: m.line):
        if mutant.change in equivalent:
            score.equivalent += 1
            continue
        reached = _reaching(tests, mutant, original)
        chosen = reached or sorted(((name, s) for name, (s, _) in tests.items()), key=lambda t: t[1])
        path.write_text(mutant.source, encoding="utf-8")
        lived = bool(chosen) and _passes(tree, [name for name, _ in chosen], sum(s for _, s in chosen))
        path.write_text(original, encoding="utf-8")
        if chosen and not lived:
            score.killed += 1
        else:
            (score.lived if reached else score.unreached).append(mutant)
            print(f"  {'lived' if reached else 'unreached'}: {module}:{mutant.line} {mutant.change}", flush=True)
    print(f"{module}: {score.killed} of {score.real} killed, {score.equivalent} equivalent", flush=True)
    return score


def _tests_by_line(tree: Path, path: Path, tests: Iterable[str]) -> dict[str, tuple[float, set[int]]]:
    """Return for each test that reaches the module its seconds and the lines it runs; those that fail are left out."""
    result = tree / "lines_hit.json"
    environment = os.environ | {
        "MUTATED_FILE": str(path),
        "LINES_HIT": str(result),
        "PYTHONPATH": str(tree / "tests" / "mutation"),
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "lines_hit",
        "-p",
        "no:cacheprovider",
        "-m",
        "not live",
        *tests,
    ]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"the tests cannot be run:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
    found = json.loads(result.read_text(encoding="utf-8"))
    if failed := [name for name, test in found.items() if not test["passed"]]:
        print(f"  left out, as they fail with the code as it stands: {', '.join(failed)}", flush=True)
    return {name: (test["seconds"], set(test["lines"])) for name, test in found.items() if test["passed"]}


def _reaching(tests: dict[str, tuple[float, set[int]]], mutant: Mutant, original: str) -> list[tuple[str, float]]:
    """Return the tests that run the mutant's line, quickest first; for a module's own lines, all that reach the module."""
    reached = [
        (name, seconds)
        for name, (seconds, lines) in tests.items()
        if mutant.function == "module" or lines & set(range(mutant.line, mutant.line + _height(original, mutant.line)))
    ]
    return sorted(reached, key=lambda t: t[1])


def _height(source: str, line: int) -> int:
    """Return how many lines the innermost statement that begins at a line or spans it takes from there."""
    import ast

    spans = [
        (n.lineno, n.end_lineno or n.lineno)
        for n in ast.walk(ast.parse(source))
        if isinstance(n, ast.stmt) and not isinstance(n, (ast.FunctionDef, ast.ClassDef)) and n.lineno <= line <= (n.end_lineno or 0)
    ]  # fmt: skip
    return max((min(spans, key=lambda s: s[1] - s[0])[1] - line if spans else 0) + 1, 1)


def _passes(tree: Path, tests: list[str], seconds: float) -> bool:
    """Return whether tests pass in a process of their own; one that takes too long does not."""
    process = multiprocessing.get_context("fork").Process(target=_run_tests, args=(tree, tests))
    process.start()
    process.join(3 * seconds + PATIENCE)
    if process.is_alive() and process.pid:
        os.killpg(process.pid, signal.SIGKILL)
        process.join()
        return False
    return process.exitcode == 0


def _run_tests(tree: Path, tests: list[str]) -> None:
    import pytest

    os.setsid()
    os.chdir(tree)
    sys.path.insert(0, str(tree))
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        os._exit(int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *tests])))


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(code)
