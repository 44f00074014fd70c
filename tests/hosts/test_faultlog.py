"""The details of an unexpected fault go to the user's own log, and nowhere that somebody else has prepared."""

import os
import stat
import sys
from pathlib import Path

import pytest

from hrworkbook.cli import main as cli
from hrworkbook.cli.main import main
from hrworkbook.hosts import fault_log as faultlog

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such links and modes")


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "hrworkbook" / "hrworkbook.log"


def fail() -> str:
    try:
        raise ZeroDivisionError("so it went")
    except ZeroDivisionError as error:
        return faultlog.keep_details(error)


def test_it_is_written_for_the_user_alone(log: Path) -> None:
    assert fail() == fail() == f"The details are in {log}"
    assert log.read_text().count("ZeroDivisionError: so it went") == 2
    assert stat.S_IMODE(log.stat().st_mode) == 0o600 and stat.S_IMODE(log.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("trap", [os.symlink, os.link])
def test_a_link_in_its_place_leads_nowhere(log: Path, tmp_path: Path, trap) -> None:
    (precious := tmp_path / "precious").write_text("keep me")
    log.parent.mkdir(parents=True)
    trap(precious, log)
    assert fail() == "ZeroDivisionError: so it went" and precious.read_text() == "keep me"


def test_a_pipe_in_its_place_stops_nothing(log: Path) -> None:
    log.parent.mkdir(parents=True)
    os.mkfifo(log)
    assert fail() == "ZeroDivisionError: so it went"


def test_it_does_not_grow_for_ever(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faultlog, "_LARGEST", 1_000)
    for _ in range(50):
        fail()
    assert "so it went" in log.read_text() and log.stat().st_size < 3_000


def test_a_command_tells_where_it_is_in_two_lines(log: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def breaks(_: object) -> int:
        raise RuntimeError("odd\x1b[31m\nForged: line")

    monkeypatch.setattr(cli, "_run", breaks)
    assert main([]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2 and str(log) in said[1] and "\x1b" not in said[0] and "RuntimeError" in said[0]
