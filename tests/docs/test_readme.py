"""README.md and docs/ are true: every command in them runs, and prints what they say.

The blocks of all pages run in one folder, in the order of `PAGES`. With HRWORKBOOK_UPDATE_README=1 the outputs are
written anew, but for those with a line `…`, which stands for lines left out.
"""

import argparse
import os
import re
import shlex
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from hrworkbook.cli import console
from hrworkbook.cli.example import DEMO_TIME
from hrworkbook.cli.main import COMMANDS, build_parser, main

ROOT = Path(__file__).parents[2]
IN_ORDER = [ROOT / "README.md", ROOT / "docs" / "demo.md", ROOT / "docs" / "verbs.md", ROOT / "docs" / "collections.md"]
PAGES = [*IN_ORDER, *sorted({ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")} - set(IN_ORDER))]
TEXT = {page: page.read_text(encoding="utf-8") for page in PAGES}
BLOCK = re.compile(r"```console\n\$ (hrworkbook [^\n]*)\n(.*?)```", re.S)
LEFT_OUT = "…"
UPDATING = bool(os.environ.get("HRWORKBOOK_UPDATE_README"))


@pytest.fixture
def at_the_demo(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(console, "fixed_now", DEMO_TIME)
    (tmp_path / "example.csv").write_bytes((files("hrworkbook.example") / "plan.csv").read_bytes())
    returns = tmp_path / "hrworkbook" / "example" / "workforce"
    shutil.copytree(str(files("hrworkbook.example") / "workforce"), returns)
    shutil.copy(str(files("hrworkbook.example") / "scorecard.csv"), returns.parent)
    return tmp_path


def with_what_was_left_out(shown: str, printed: str) -> str:
    """Return what was shown of a command's output where it is an excerpt of it, else all that was printed."""
    if LEFT_OUT not in shown.splitlines():
        return printed
    if UPDATING:
        return shown.strip("\n")  # an excerpt is chosen by hand
    lines, excerpt = printed.splitlines(), shown.strip("\n").splitlines()
    at, free = 0, False
    for wanted in excerpt:
        if wanted == LEFT_OUT:
            free = True
            continue
        found = lines.index(wanted, at) if wanted in lines[at:] else len(lines)
        if found == len(lines) or (found != at and not free):
            return printed
        at, free = found + 1, False
    return "\n".join(excerpt) if at == len(lines) or free else printed


@pytest.mark.slow
def test_every_command_prints_what_the_pages_say(at_the_demo, capsys, monkeypatch):
    demo: list[str] = []
    wrong = {}
    count = 0
    for page, text in TEXT.items():

        def run(block: re.Match[str]) -> str:
            nonlocal count
            count += 1
            if block[1] == "hrworkbook demo" and demo:
                return f"```console\n$ {block[1]}\n{with_what_was_left_out(block[2], demo[0])}\n```"
            monkeypatch.setattr(console, "fixed_now", DEMO_TIME)
            assert main(shlex.split(block[1])[1:]) in (0, 1), capsys.readouterr().err
            printed = capsys.readouterr().out.strip("\n")
            if block[1] == "hrworkbook demo":
                demo.append(printed)
            return f"```console\n$ {block[1]}\n{with_what_was_left_out(block[2], printed)}\n```"

        true = BLOCK.sub(run, text)
        if UPDATING:
            page.write_text(true, encoding="utf-8")
        elif true != text:
            wrong[page] = true
    assert count >= 20
    for page, true in wrong.items():
        assert true == TEXT[page], page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_block_shown_as_run_is_run(page):
    """No console block escapes by its form, and what is only shown for the shell has options there are."""
    assert TEXT[page].count("```console") == len(BLOCK.findall(TEXT[page]))
    for block in re.findall(r"```sh\n(.*?)```", TEXT[page], re.S):
        for line in block.splitlines():
            if line.startswith("hrworkbook "):
                build_parser().parse_args(shlex.split(line)[1:])


def test_an_excerpt_must_be_in_the_output():
    assert with_what_was_left_out("a\n…\nd\n", "a\nb\nc\nd") == "a\n…\nd"
    assert with_what_was_left_out("…\nb\n…\n", "a\nb\nc\nd") == "…\nb\n…"
    for false in ("a\n…\nx\n", "b\n…\n", "…\nc\n", "…\nc\n…\nb\n…\n", "a\nc\n…\n"):
        assert with_what_was_left_out(false, "a\nb\nc\nd") == "a\nb\nc\nd"


def test_a_copied_schema_makes_a_master(at_the_demo):
    """The commands at the head of schema.md."""
    copy, new = re.search(
        r"```sh\n(cp [^\n]*)\n(hrworkbook new [^\n]*)\n```", TEXT[ROOT / "docs" / "schema.md"]
    ).groups()
    source, target = copy.split()[1:]
    Path(target).write_bytes((ROOT / source).read_bytes())
    assert main(new.split()[1:]) == 0


def test_every_command_is_told_and_has_its_help(capsys):
    text = "".join(TEXT.values())
    for command, (_, long) in COMMANDS.items():
        assert f"hrworkbook {command}" in text, command
        with pytest.raises(SystemExit) as left:
            main([command, "--help"])
        assert left.value.code == 0
        assert " ".join(long.split()[:5]) in " ".join(capsys.readouterr().out.split())


def test_every_option_is_told():
    text = "".join(TEXT.values())
    (commands,) = (a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    for name, command in commands.choices.items():
        for option in (o for a in command._actions for o in a.option_strings if o.startswith("--")):
            told = re.search(rf"{option}[`\s]", text) or option in ("--help", "--out")
            assert told, f"hrworkbook {name} {option}"


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_and_picture_is_there(page):
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", TEXT[page]):
        path, _, part = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if part:
            headings = re.findall(r"(?m)^#+ (.*)$", target.read_text(encoding="utf-8"))
            assert part in map(anchor, headings), link


def test_every_page_can_be_found_from_the_readme():
    found, new = set(), {ROOT / "README.md"}
    while new:
        page = new.pop()
        found.add(page)
        links = re.findall(r"\]\(([^)#]+\.md)", TEXT.get(page, ""))
        new |= {(page.parent / link).resolve() for link in links} - found
    assert set(PAGES) <= found
