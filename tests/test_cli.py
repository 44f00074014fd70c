"""The command line: what it says when it is called wrongly, and when nobody listens."""

import subprocess
import sys

from masters import OWNERS, THREE, make_master, snapshot_of

from hrworkbook.cli import main
from hrworkbook.ledgers import REGISTER


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
    assert "Merged" not in [i.text("What") for i in REGISTER.items(snapshot_of(path))]
