"""The command line: what it says when it is called wrongly, and when nobody listens."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from masters import OWNERS, THREE, make_master, snapshot_of

from hrworkbook.cli import console
from hrworkbook.cli.main import main
from hrworkbook.plan.ledgers import REGISTER


def test_a_missing_word_is_told_in_one_line(tmp_path):
    done = subprocess.run([sys.executable, "-m", "hrworkbook", "merge", "m.xlsx"], capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1
    assert "PATH" in done.stderr and "--help" in done.stderr


def test_what_was_done_is_not_denied_when_nobody_reads_the_output(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    command = [sys.executable, "-m", "hrworkbook", "validate", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as done:
        done.stdout.close()
        assert b"Nothing was changed" not in done.stderr.read()
    assert snapshot_of(path)["Problems"].rows[4:]


def test_a_path_that_is_not_there_changes_nothing(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    before = path.read_bytes()
    assert main(["merge", str(path), str(tmp_path / "nowhere")]) == 2
    assert "there is no such file or folder" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_an_empty_folder_is_said_to_be_empty(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    (tmp_path / "in").mkdir()
    assert main(["merge", str(path), str(tmp_path / "in")]) == 0
    assert "no file was found" in capsys.readouterr().out


def test_a_copy_of_the_master_is_no_return(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(path.read_bytes())
    assert main(["merge", str(path), str(copy)]) == 1
    assert "it is a master or a copy of one" in capsys.readouterr().out
    assert "Merged" not in [i.text("What") for i in REGISTER.data_rows(snapshot_of(path))]


@pytest.mark.parametrize(("word", "says"), [("mergee", "Did you mean merge?"), ("help", "Choose new, adopt, validate")])
def test_a_command_that_is_none_is_told_with_the_nearest(word, says, capsys):
    with pytest.raises(SystemExit) as left:
        main([word])
    said = capsys.readouterr().err
    assert left.value.code == 2 and len(said.splitlines()) == 1
    assert f"there is no command '{word}'" in said and says in said


def in_a_shell(command: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The command line, redirected as a shell does; HR stands for hrworkbook."""
    command = command.replace("HR", f"'{sys.executable}' -m hrworkbook", 1)
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, env={**os.environ, **env})


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell closes the streams")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_job_is_done_also_where_there_is_nowhere_to_print(closed, tmp_path):
    """As from a scheduler, or a Python without a window of its own."""
    path = make_master(tmp_path, THREE, owners=OWNERS)
    done = in_a_shell(f"HR validate '{path}' {closed}")
    assert done.returncode == 0 and "went wrong" not in done.stdout + done.stderr
    assert snapshot_of(path)["Problems"].rows[4:]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_where_the_result_finds_no_room_it_is_not_said_that_nothing_was_done(unbuffered, tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    done = in_a_shell(f"HR issue '{path}' --out '{tmp_path / 'out'}' > /dev/full", PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 2 and len(list((tmp_path / "out").iterdir())) == 6
    assert done.stderr.splitlines()[0] == (
        "The output: no space left on device. See what was done before you run it again."
    )


@pytest.mark.parametrize(
    ("there", "platform", "coloured"),
    [({}, "linux", True), ({"NO_COLOR": "1"}, "linux", False), ({"TERM": "dumb"}, "linux", False),
     ({}, "win32", False), ({"WT_SESSION": "1"}, "win32", True)],
)  # fmt: skip
def test_colour_only_where_a_terminal_shows_it(there, platform, coloured, monkeypatch):
    for name in ("NO_COLOR", "TERM", "WT_SESSION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in there.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert ("\x1b[" in console.coloured_severity("error")) == coloured
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False)
    assert console.coloured_severity("error") == "Error  "


def test_progress_stays_on_one_line_of_a_narrow_window(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with console.Progress("Writing a great many returns") as progress:
        progress.started -= 5
        progress.last_shown -= 5
        progress.at(1, 300)
    shown = capsys.readouterr().err
    assert "Writing a great" in shown and all(len(line) < 20 for line in shown.split("\r"))
    assert shown.endswith("\r")


def test_a_heading_or_two_of_a_collection_does_not_make_a_file_one(tmp_path, capsys):
    """Unasked, the schema is the one by which the file can be read."""
    path = tmp_path / "requirements.csv"
    path.write_text("NN,ID,Name,Type,Description\n1,RQ1,requirement,Textual,test\n", encoding="utf-8")
    assert main(["read", str(path)]) == 1
    assert "Name was read as" in capsys.readouterr().out.replace("'", "")
