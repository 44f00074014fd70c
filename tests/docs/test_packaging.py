"""pyproject.toml says what is true: the Pythons it names are those that are tried, and the lowest is the one required."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_pythons_named_are_those_tried_and_told():
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    tried = re.search(r'(?m)^versions="(.*)"$', (ROOT / ".ci" / "pythons").read_text(encoding="utf-8"))
    assert tried and tried[1].split() == named
    assert PROJECT["project"]["requires-python"] == f">={named[0]}"
    assert PROJECT["tool"]["mypy"]["python_version"] == named[0]
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{named[0].replace('.', '')}"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"With Python {', '.join(named[:-1])} or {named[-1]}." in readme


def test_ci_finds_both_commands_of_the_readme():
    """`.ci/run` and `.ci/pythons` take them by their last words."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    for end in ("python -m pytest", "hrworkbook demo"):
        first = next(line for line in lines if line.endswith(end))
        assert first.startswith("python3 -m venv .venv && "), end


def test_every_word_of_a_marker_is_known_and_explained():
    markers = {m.split(":")[0] for m in PROJECT["tool"]["pytest"]["ini_options"]["markers"]}
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert all(f"`{marker}`" in page for marker in markers)
