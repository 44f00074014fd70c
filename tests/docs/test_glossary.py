"""docs/glossary.md: every name in code type is in the code, under the name the glossary gives it; one entry a word."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").split("\n## ", 1)[1]
NAMES = sorted(set(re.findall(r"`([^`]+)`", PAGE)))
COMMANDS = {"doctor"}
"""Names of commands that the page uses in a sentence."""


@cache
def defined() -> set[str]:
    """Return what the package defines: functions, classes, constants, and `Class.member`."""
    found: set[str] = set()

    def names_in(body: list[ast.stmt], owner: str) -> None:
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found.add(owner + node.name)
                if isinstance(node, ast.ClassDef):
                    names_in(node.body, f"{node.name}.")
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store) and owner:
                        found.add(f"{owner}{inner.attr}")
            targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []  # fmt: skip
            for target in targets:
                for each in target.elts if isinstance(target, ast.Tuple) else [target]:
                    if isinstance(each, ast.Name):
                        found.add(owner + each.id)

    for path in (ROOT / "hrworkbook").rglob("*.py"):
        names_in(ast.parse(path.read_text(encoding="utf-8")).body, "")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_code_type_is_in_the_code(name):
    assert name in defined() | COMMANDS


def test_a_word_has_one_entry_and_a_name_one_word():
    words = Counter(
        word for entry in re.findall(r"(?m)^- (.*?) –", PAGE) for word in re.findall(r"\*\*([^*]+)\*\*", entry)
    )
    assert [word for word, count in words.items() if count > 1] == []
    heads = Counter(
        name for entry in re.findall(r"(?m)^- \*\*(.*?) –", PAGE) for name in re.findall(r"`([^`]+)`", entry)
    )
    assert [name for name, count in heads.items() if count > 1] == []
