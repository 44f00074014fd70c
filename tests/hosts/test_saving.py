"""Saving: the master is as before or as after, whatever happens, and who has it open is named."""

import contextlib
import errno
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from saved_masters import beside, plain_workbook

from hrworkbook.hosts import leftovers, locks
from hrworkbook.hosts import replace_file as saving
from hrworkbook.hosts.file import FileHost, check_writable, who_has_it_open
from hrworkbook.plan.errors import CannotWrite, HrWorkbookError, WorkbookLocked
from hrworkbook.plan.snapshot import ChangeSet, single_write


@pytest.fixture
def master(tmp_path: Path) -> Path:
    return plain_workbook(tmp_path / "m.xlsx")


CHANGE = ChangeSet(tuple(single_write("Plan", f"B{row}", f"after {row}") for row in range(2, 60)))


def refused(path: Path, kind: type[HrWorkbookError], host: FileHost | None = None) -> str:
    """Apply, which must be refused as that kind, in one line, with the file and the folder as they were."""
    before, names = path.read_bytes(), beside(path)
    host = host or FileHost(path)
    with pytest.raises(kind) as caught:
        host.apply(CHANGE)
    assert (path.read_bytes(), beside(path)) == (before, names)
    assert "\n" not in str(caught.value)
    assert caught.value.remedy
    return str(caught.value)


def test_the_old_file_is_kept_as_a_dated_backup(master: Path) -> None:
    before = master.read_bytes()
    backup = FileHost(master).apply(CHANGE)
    assert backup is not None
    assert backup.parent == master.parent
    assert datetime.now() - datetime.strptime(backup.name, "m.backup-%Y-%m-%d-%H%M%S.xlsx") < timedelta(minutes=1)
    assert backup.read_bytes() == before
    assert beside(master) == {"m.xlsx", backup.name}


def test_nothing_to_write_writes_nothing(master: Path) -> None:
    before = master.stat().st_mtime_ns
    assert (
        FileHost(master).apply(ChangeSet((single_write("Plan", "A1", "L0"), single_write("Plan", "Z9", None)))) is None
    )
    assert master.stat().st_mtime_ns == before
    assert beside(master) == {"m.xlsx"}


def test_two_saves_in_a_second_keep_two_backups(master: Path) -> None:
    host = FileHost(master)
    kept = [host.apply(ChangeSet((single_write("Plan", "A1", str(n)),))) for n in range(3)]
    assert len(set(kept)) == 3
    assert FileHost(master).snapshot()["Plan"].at(1, 1) == "2"


def test_changed_since_it_was_read(master: Path) -> None:
    host = FileHost(master)
    host.snapshot()
    FileHost(master).apply(ChangeSet((single_write("Plan", "C1", 99.0),)))
    assert "changed by someone" in refused(master, WorkbookLocked, host)


def test_changed_between_two_of_our_own_saves(master: Path) -> None:
    host = FileHost(master)
    host.apply(ChangeSet((single_write("Plan", "C1", 98.0),)))
    FileHost(master).apply(ChangeSet((single_write("Plan", "C1", 99.0),)))
    assert "changed by someone" in refused(master, WorkbookLocked, host)


def excel_lock(master: Path, user: str) -> Path:
    lock = master.with_name(f"~${master.name}")
    narrow = user.encode("cp1252", "replace")
    lock.write_bytes(
        bytes([len(narrow)]) + narrow.ljust(54) + len(user).to_bytes(2, "little") + user.ljust(54).encode("utf-16-le")
    )
    return lock


def libre_lock(master: Path, text: str) -> Path:
    lock = master.with_name(f".~lock.{master.name}#")
    lock.write_text(text, encoding="utf-8")
    return lock


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows a lock file no program holds is left over")
@pytest.mark.parametrize("user", ["Ann Önal", "Żaneta Łuka", "X"])
def test_open_in_excel_names_the_person(master: Path, user: str) -> None:
    lock = excel_lock(master, user)
    assert f"{user} has it open in Excel" in refused(master, WorkbookLocked)
    lock.unlink()
    assert who_has_it_open(master) is None
    check_writable(master)


@pytest.mark.parametrize("data", [b"", b"\x05Annie", b"\xff" * 165])
@pytest.mark.skipif(sys.platform == "win32", reason="on Windows a lock file no program holds is left over")
def test_an_odd_excel_lock_still_refuses(master: Path, data: bytes) -> None:
    master.with_name("~$m.xlsx").write_bytes(data)
    assert "has it open in Excel" in refused(master, WorkbookLocked)


@pytest.mark.parametrize(
    ("text", "user"),
    [
        (",ann,desk7,21.11.2016 18:30,file:///home/ann;", "ann"),
        ("Ann Önal,ann,desk7,21.11.2016 18:30,file:///home/ann;", "Ann Önal"),
        ("Önal\\, Ann,ann,desk7,21.11.2016 18:30,x;", "Önal, Ann"),
        ("", "someone"),
    ],
)
def test_open_in_libreoffice_names_the_person(master: Path, text: str, user: str) -> None:
    libre_lock(master, text)
    assert f"{user} has it open in LibreOffice" in refused(master, WorkbookLocked)


@pytest.mark.skipif(sys.platform != "linux", reason="only where the computer tells when it started")
def test_a_libreoffice_lock_from_before_this_computer_started_is_left_over(master: Path) -> None:
    lock = libre_lock(master, f",ann,{socket.gethostname()},21.11.2016 18:30,x;")
    assert who_has_it_open(master)
    os.utime(lock, (0, 0))
    assert who_has_it_open(master) is None
    lock.write_text(",ann,another-computer,21.11.2016 18:30,x;", encoding="utf-8")
    os.utime(lock, (0, 0))
    assert who_has_it_open(master)


def test_another_run_is_saving_it(master: Path) -> None:
    host = FileHost(master)
    host.snapshot()
    before = master.read_bytes()
    with locks.save_lock(master), pytest.raises(WorkbookLocked, match="another hrworkbook is saving it"):
        host.apply(CHANGE)
    assert master.read_bytes() == before
    assert host.apply(CHANGE)


def test_our_lock_left_by_a_dead_run_holds_nothing(master: Path) -> None:
    master.with_name(f"{locks.temporary_prefix(master)}.lock").write_text("")
    for name in (master.name, "another plan.xlsx"):
        with leftovers.temporary_beside(master.with_name(name), b"half") as temporary:
            (master.parent / "kept").write_bytes(temporary.read_bytes())
        (master.parent / "kept").rename(temporary)
    others = {".hrworkbook-notes.tmp", "~$draft.tmp", ".hrworkbook-0123456789-0123456789ab.tmp.txt"}
    for name in others:
        (master.parent / name).write_text("somebody's own")
    FileHost(master).snapshot()
    assert beside(master) == {"m.xlsx", *others}
    assert FileHost(master).apply(CHANGE)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps what a program has open")
def test_what_a_living_run_is_writing_is_left_alone(master: Path) -> None:
    with leftovers.temporary_beside(master, b"half") as temporary, leftovers.temporary_folder() as folder:
        FileHost(master).snapshot()
        with leftovers.temporary_folder() as another:
            assert temporary.exists() and folder.exists() and another.exists()
    assert beside(master) == {"m.xlsx"} and not folder.exists() and not another.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights of their own on Windows")
def test_a_link_in_the_place_of_a_leftover_leads_nowhere(master: Path, tmp_path: Path) -> None:
    with leftovers.temporary_beside(master, b"half") as temporary:
        pass
    precious = tmp_path / "precious"
    precious.write_text("keep me")
    temporary.symlink_to(precious)
    FileHost(master).snapshot()
    assert precious.read_text() == "keep me" and temporary.is_symlink()


def test_what_another_computer_left_is_swept_when_it_is_old(master: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_computer", lambda: "beef")
    with leftovers.temporary_beside(master, b"half") as temporary:
        pass
    monkeypatch.undo()
    for age, is_there in ((0, True), (100_000, False)):
        temporary.write_text("half")
        os.utime(temporary, (time.time() - age,) * 2)
        FileHost(master).snapshot()
        assert temporary.exists() == is_there


def test_read_only_file(master: Path) -> None:
    master.chmod(0o444)
    assert "read-only" in refused(master, CannotWrite)
    master.chmod(0o644)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 64 KB of its own; only Linux's root can have one."""
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], capture_output=True).returncode:
        pytest.skip("this machine lets no one mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


AS_ROOT = sys.platform == "linux" and os.geteuid() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no read-only folders")
def test_read_only_folder(master: Path, tmp_path: Path) -> None:
    if AS_ROOT:  # whom only a disk can refuse
        with small_disk(tmp_path / "disk") as disk:
            path = disk / "m.xlsx"
            shutil.copy(master, path)
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            assert "is read-only" in refused(path, CannotWrite)
        return
    master.parent.chmod(0o555)
    try:
        assert "is read-only" in refused(master, CannotWrite)
    finally:
        master.parent.chmod(0o755)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EROFS, "folder is read-only"),
        (errno.EACCES, "folder is read-only"),
        (errno.EIO, "could not be saved"),
        (errno.ENAMETOOLONG, "name is too long"),
    ],
)
@pytest.mark.parametrize("step", ["fsync", "open", "replace"])
def test_what_the_system_refuses(
    master: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str, step: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    if sys.platform == "win32" and number == errno.EACCES:
        pytest.skip("on Windows this means the file is open")
    target = {"fsync": (os, "fsync"), "open": (os, "open"), "replace": (Path, "replace")}[step]
    monkeypatch.setattr(*target, fail)
    assert said in refused(master, CannotWrite)


@pytest.mark.skipif(not AS_ROOT, reason="needs a small disk of its own")
def test_a_disk_that_is_really_full(master: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        path, filler = disk / "m.xlsx", disk / "filler"
        shutil.copy(master, path)
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        assert "disk is full" in refused(path, CannotWrite)
        filler.unlink()
        assert FileHost(path).apply(CHANGE)


def test_a_name_too_long_for_a_backup(master: Path) -> None:
    path = master.with_name("m" * 240 + ".xlsx")
    master.rename(path)
    assert "too long" in refused(path, CannotWrite)


def test_what_does_not_read_back_is_not_saved(master: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = saving.temporary_beside
    monkeypatch.setattr(saving, "temporary_beside", lambda real, data, like: write(real, data[:-1] + b"?", like))
    assert "does not read back" in refused(master, CannotWrite)


def test_without_hard_links_the_backup_is_a_copy(master: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(os, "link", fail)
    before = master.read_bytes()
    host = FileHost(master)
    first, second = host.apply(CHANGE), host.apply(ChangeSet((single_write("Plan", "A1", "x"),)))
    assert first is not None and second is not None and first != second
    assert first.read_bytes() == before
    assert beside(master) == {"m.xlsx", first.name, second.name}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither modes nor links for everyone")
def test_links_are_followed_and_the_mode_is_kept(master: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    link = away / "plan.xlsx"
    link.symlink_to(master)
    master.chmod(0o640)
    backup = FileHost(link).apply(CHANGE)
    assert backup is not None and backup.parent == master.parent
    assert link.is_symlink() and not master.is_symlink()
    assert master.stat().st_mode & 0o777 == 0o640
    assert [place.name for place in away.iterdir()] == ["plan.xlsx"]
    excel_lock(master, "Ann")
    assert "Ann" in (who_has_it_open(link) or "")


def test_the_newest_ten_backups_are_kept_and_those_of_a_day(master: Path) -> None:
    now = datetime.now()
    old = [now - timedelta(days=days) for days in range(2, 20)]
    for moment in old:
        master.with_name(f"m.backup-{moment:%Y-%m-%d-%H%M%S}.xlsx").write_text("old")
    others = {"m.backup-notes.xlsx", "mm.backup-2016-11-21-183000.xlsx", "m.backup-2016-11-21-183000.txt"}
    for name in others:
        master.with_name(name).write_text("not ours to delete")
    FileHost(master).apply(CHANGE)
    kept = beside(master) - others - {"m.xlsx"}
    assert len(kept) == 10
    assert {f"m.backup-{moment:%Y-%m-%d-%H%M%S}.xlsx" for moment in old[:9]} < kept
    host = FileHost(master)
    for number in range(12):
        host.apply(ChangeSet((single_write("Plan", "A1", number),)))
    assert len(beside(master) - others - {"m.xlsx"}) == 13
