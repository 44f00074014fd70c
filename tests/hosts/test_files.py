"""New files on disk: all of them with what they belong to, or none, also where Ctrl+C is pressed."""

import os
import signal
import sys

import pytest

from hrworkbook.hosts import new_files as files
from hrworkbook.hosts.new_files import write_all, write_new
from hrworkbook.plan.errors import CannotWrite

TWO = {"a.xlsx": b"one", "b.eml": b"two"}


def ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def test_what_stood_there_is_put_back_where_the_rest_fails(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"before")
    with pytest.raises(RuntimeError), write_all(tmp_path, TWO, keep=True) as backups:
        assert (tmp_path / "a.xlsx").read_bytes() == b"one" and len(backups) == 1
        raise RuntimeError
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a.xlsx": b"before"}


def test_ctrl_c_between_two_files_leaves_none(tmp_path, monkeypatch):
    made = files.temporary_beside

    def pressed_meanwhile(path, content):
        ctrl_c()
        return made(path, content)

    monkeypatch.setattr(files, "temporary_beside", pressed_meanwhile)
    with pytest.raises(KeyboardInterrupt), write_all(tmp_path / "deep" / "out", TWO):
        pytest.fail("the rest was begun")
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_the_master_is_saved_waits_until_both_are_there(tmp_path):
    """Files taken away again after the master had noted them would be a job half done."""
    with write_all(tmp_path / "out", TWO):
        ctrl_c()
        (tmp_path / "master").write_text("issued")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(TWO)
    with pytest.raises(KeyboardInterrupt):
        ctrl_c()


def test_who_does_not_listen_to_ctrl_c_is_left_to_that(tmp_path):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with write_all(tmp_path, TWO):
            ctrl_c()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(list(tmp_path.iterdir())) == 2


def test_folders_made_for_what_could_not_be_written_are_gone(tmp_path):
    with pytest.raises(RuntimeError), write_all(tmp_path / "a" / "b" / "c", TWO):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(CannotWrite, match="this name is too long for the disk"):
        write_new(tmp_path / "new" / ("x" * 300), b"")
    with pytest.raises(CannotWrite, match="this name is too long for the disk"), write_all(tmp_path / ("y" * 300), TWO):
        pytest.fail("there is no such folder")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    for folder in (tmp_path / "file", tmp_path / "file" / "deeper" / "still"):
        with pytest.raises(CannotWrite, match=r"file: this is a file, not a folder\. Name another folder\."):
            write_new(folder / "a.xlsx", b"")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only_is_to_be_another(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(CannotWrite, match="Name a folder of yours"):
        write_new(tmp_path / "a.xlsx", b"")


def test_a_path_longer_than_windows_takes_is_told_as_that(tmp_path, monkeypatch):
    """Windows only says that there is no such file."""
    monkeypatch.setattr(sys, "platform", "win32")

    def nothing_there(*_: object) -> None:
        raise FileNotFoundError(2, "The system cannot find the path specified")

    monkeypatch.setattr(files, "temporary_beside", nothing_there)
    deep = tmp_path.joinpath(*["a folder of the council"] * 11)
    with pytest.raises(CannotWrite, match="characters, more than Windows takes.*nearer the top"):
        write_new(deep / "Head of HR R0001.xlsx", b"")
    with pytest.raises(CannotWrite, match="could not be saved"):
        write_new(tmp_path / "short.xlsx", b"")
    assert list(tmp_path.iterdir()) == []
