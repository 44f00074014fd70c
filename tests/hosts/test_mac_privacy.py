"""macOS keeps folders from programs: EPERM there is a question of privacy, and is told as that; elsewhere it is not."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from masters import THREE, make_master

from hrworkbook.addin.install import install
from hrworkbook.hosts import libreoffice as office
from hrworkbook.hosts.file import FileHost
from hrworkbook.hosts.new_files import write_new
from hrworkbook.hosts.replace_file import cannot_write
from hrworkbook.plan.errors import CannotWrite, HrWorkbookError, UnreadableFile, reason_of

REFUSED = OSError(errno.EPERM, os.strerror(errno.EPERM))


def refuses(*_: object, **__: object) -> None:
    raise REFUSED


@pytest.fixture(params=["darwin", "linux"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "platform", request.param)
    return str(request.param)


def is_of_privacy(error: HrWorkbookError) -> bool:
    told = str(error)
    assert "has it open" not in told and "in use" not in told.replace("in use or not yours", "") and len(told) < 400
    return "macOS keeps" in told and "Privacy & Security, Files and Folders" in told


def test_saving(system, tmp_path):
    assert is_of_privacy(cannot_write(tmp_path / "plan.xlsx", REFUSED)) == (system == "darwin")


def test_reading(system, tmp_path, monkeypatch):
    master = make_master(tmp_path, THREE)
    monkeypatch.setattr(Path, "read_bytes", refuses)
    with pytest.raises(UnreadableFile) as told:
        FileHost(master).snapshot()
    assert is_of_privacy(told.value) == (system == "darwin")


def test_a_new_file(system, tmp_path, monkeypatch):
    monkeypatch.setattr("hrworkbook.hosts.leftovers._made_beside", refuses)
    with pytest.raises(CannotWrite) as told:
        write_new(tmp_path / "return.xlsx", b"")
    assert is_of_privacy(told.value) == (system == "darwin")


@pytest.mark.parametrize("system", ["darwin"], indirect=True)
def test_the_add_in(system, tmp_path, monkeypatch):
    (tmp_path / "Library/Containers/com.microsoft.Excel/Data").mkdir(parents=True)
    monkeypatch.setattr(Path, "write_bytes", refuses)
    with pytest.raises(CannotWrite) as told:
        install(tmp_path, "darwin", {}, "/opt/python/bin/python3")
    assert is_of_privacy(told.value) and "Close Excel" not in str(told.value)


@pytest.mark.parametrize(
    ("number", "on_a_mac"),
    [(errno.EPERM, "macOS keeps it from this program"), (errno.EACCES, "permission denied"), (None, "no reason given")],
)
def test_reasons(number, on_a_mac, system):
    reason = reason_of(OSError(number, os.strerror(number)) if number else OSError())
    assert reason.startswith(on_a_mac) == (system == "darwin" or number != errno.EPERM)


def test_other_programs_command_lines_are_read_in_whatever_letters_they_are(monkeypatch):
    """What listens is found among the programs of this computer, whose words need not be UTF-8."""
    listed = b"/bin/caf\xe9 \xff\nsoffice --accept=pipe,name=mine;urp;\n"
    monkeypatch.delenv(office.ADDRESS_VARIABLE, raising=False)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=listed))
    assert office.find_address() == "pipe,name=mine"
