"""The README is true: every command in it runs, and prints what it says.

With HRWORKBOOK_UPDATE_README=1 the outputs are written anew.
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

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"```console\n\$ (hrworkbook [^\n]*)\n(.*?)```", re.S)


@pytest.fixture
def at_the_demo(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(console, "fixed_now", DEMO_TIME)
    (tmp_path / "example.csv").write_bytes((files("hrworkbook.example") / "plan.csv").read_bytes())
    returns = tmp_path / "hrworkbook" / "example" / "workforce"
    shutil.copytree(str(files("hrworkbook.example") / "workforce"), returns)
    return tmp_path


def test_every_command_prints_what_the_readme_says(at_the_demo, capsys, monkeypatch):
    text = README.read_text(encoding="utf-8")
    printed: list[str] = []
    for command, _ in BLOCK.findall(text):
        monkeypatch.setattr(console, "fixed_now", DEMO_TIME)
        assert main(shlex.split(command)[1:]) in (0, 1), capsys.readouterr().err
        printed.append(capsys.readouterr().out.strip("\n"))
    assert len(printed) >= 11
    outputs = iter(printed)
    true = BLOCK.sub(lambda m: f"```console\n$ {m[1]}\n{next(outputs)}\n```", text)
    if os.environ.get("HRWORKBOOK_UPDATE_README"):
        README.write_text(true, encoding="utf-8")
    assert true == README.read_text(encoding="utf-8")


def test_a_copied_schema_makes_a_master(at_the_demo):
    """The commands of *Fit it to your council*."""
    text = README.read_text(encoding="utf-8")
    copy, new = re.search(r"```sh\n(cp [^\n]*)\n(hrworkbook new [^\n]*)\n```", text).groups()
    source, target = copy.split()[1:]
    Path(target).write_bytes((README.parent / source).read_bytes())
    assert main(new.split()[1:]) == 0


def test_every_command_has_its_heading_and_its_help(capsys):
    text = README.read_text(encoding="utf-8")
    for command, (_, long) in COMMANDS.items():
        assert f"hrworkbook {command}" in text, command
        with pytest.raises(SystemExit) as left:
            main([command, "--help"])
        assert left.value.code == 0
        assert " ".join(long.split()[:5]) in " ".join(capsys.readouterr().out.split())


def test_every_option_is_told():
    text = README.read_text(encoding="utf-8")
    (commands,) = (a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    for name, command in commands.choices.items():
        for option in (o for a in command._actions for o in a.option_strings if o.startswith("--")):
            told = f"{option}`" in text or f"{option} " in text or option in ("--help", "--out")
            assert told, f"hrworkbook {name} {option}"


def test_every_kind_and_picture_named_is_there():
    from hrworkbook.plan.kinds import KINDS

    text = README.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("| `kind`"))
    assert set(re.findall(r"`([\w-]+)`", row)) == {"kind", *KINDS}
    for picture in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text):
        assert (README.parent / picture).is_file(), picture
