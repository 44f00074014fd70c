"""Who has a workbook open, and our own lock while it is saved."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from hrworkbook.plan.errors import CannotWrite, WorkbookLocked

TEMPORARY_PREFIX = ".hrworkbook-"
"""How the files begin that stand beside a master only while it is saved."""


def temporary_prefix(path: Path) -> str:
    """Return what our temporary files beside a workbook begin with: short, so that no path grows too long."""
    return TEMPORARY_PREFIX + sha256(path.name.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def who_has_it_open(path: Path) -> str | None:
    """Return the person who has the workbook open in Excel or LibreOffice, in words; None where nobody has.

    Excel keeps `~$name.xlsx` beside it, LibreOffice `.~lock.name#`. Such a file can be left over from a crash. It is
    taken for left over only when that is sure: Excel's, on Windows, when no program holds it; LibreOffice's, on Linux,
    when it names this computer and is older than its last start. In doubt the workbook counts as open.
    """
    for place in dict.fromkeys([path.parent, path.resolve().parent]):
        for name in dict.fromkeys([path.name, path.resolve().name]):
            excel, libre = place / f"~${name}", place / f".~lock.{name}#"
            if excel.is_file() and not _excel_lock_is_stale(excel):
                return f"{_excel_user(excel) or 'someone'} has it open in Excel ({excel.name})"
            if libre.is_file() and not _libre_lock_is_stale(libre):
                return f"{_libre_user(libre) or 'someone'} has it open in LibreOffice ({libre.name})"
    return None


def _excel_user(lock: Path) -> str:
    """Return the name in Excel's file: its length and the name in the user's code page, then the same in UTF-16."""
    try:
        data = lock.read_bytes()
    except OSError:
        return ""
    wide = int.from_bytes(data[55:57], "little")
    if 0 < wide <= 54 and len(data) >= 57 + 2 * wide:
        return data[57 : 57 + 2 * wide].decode("utf-16-le", "replace").strip("\0 ")
    return data[1 : 1 + data[0]].decode("cp1252", "replace").strip("\0 ") if data else ""


def _excel_lock_is_stale(lock: Path) -> bool:
    if sys.platform != "win32":
        return False
    try:
        with lock.open("r+b"):
            return True
    except OSError:
        return False


def _libre_fields(lock: Path) -> list[str]:
    """User's full name, user, computer, time, profile."""
    try:
        text = lock.read_bytes().decode("utf-8", "replace")
    except OSError:
        return []
    fields, field, escaped = [], "", False
    for letter in text:
        if letter in ",;" and not escaped:
            fields.append(field)
            field = ""
        elif letter == "\\" and not escaped:
            escaped = True
            continue
        else:
            field += letter
        escaped = False
    return [*fields, field]


def _libre_user(lock: Path) -> str:
    fields = _libre_fields(lock)
    return next((field.strip() for field in fields[:2] if field.strip()), "")


def _libre_lock_is_stale(lock: Path) -> bool:
    if sys.platform != "linux":
        return False
    import socket

    fields = _libre_fields(lock)
    if len(fields) < 3 or fields[2].casefold() != socket.gethostname().casefold():
        return False
    try:
        return lock.stat().st_mtime < time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) - 60
    except OSError:
        return False


def check_writable(path: Path) -> None:
    """Pass where a workbook can be saved over; raises CannotWrite or WorkbookLocked with what to do."""
    real = path.resolve()
    if not real.is_file():
        raise CannotWrite(path.name, "there is no such file", "Check the name and the folder")
    if not real.stat().st_mode & 0o222 or not os.access(real, os.W_OK):
        raise CannotWrite(path.name, "the file is read-only", "Remove the read-only mark, or work on a copy")
    if not os.access(real.parent, os.W_OK):
        raise CannotWrite(path.name, f"the folder {real.parent} is read-only", "Move the workbook to a folder of yours")
    someone = who_has_it_open(path)
    if someone:
        raise WorkbookLocked(
            path.name, someone, "Ask for it to be closed, then try again. If nobody has it open, delete the file named"
        )
    if sys.platform == "win32":
        try:
            real.open("r+b").close()
        except OSError as fault:
            raise locked_error(path) from fault


def locked_error(path: Path) -> WorkbookLocked:
    """Return the error for a file another program holds."""
    return WorkbookLocked(path.name, "another program has it open", "Close it there, then try again")


@contextmanager
def save_lock(path: Path) -> Iterator[None]:
    """Hold our own lock on a workbook; raises WorkbookLocked where another run of ours holds it.

    The operating system holds the lock, so that a process which dies leaves none behind.
    """
    lock = path.parent / f"{temporary_prefix(path)}.lock"
    handle = _locked_file(path, lock)
    try:
        yield
    finally:
        if sys.platform == "win32":
            os.close(handle)
            with contextlib.suppress(OSError):
                lock.unlink()
        else:
            with contextlib.suppress(OSError):
                lock.unlink()
            os.close(handle)


def _locked_file(path: Path, lock: Path) -> int:
    for _ in range(100):
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        if lock_handle(handle) is False:
            os.close(handle)
            raise _locked_by_us(path, lock)
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(handle), lock.stat()):
                return handle
        os.close(handle)  # the run before removed it between our opening and locking it
    raise _locked_by_us(path, lock)


def lock_handle(handle: int) -> bool | None:
    """Lock an open file or folder: True where this is the only lock, False where a living run has it, None where none are known."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _locked_by_us(path: Path, lock: Path) -> WorkbookLocked:
    since = ""
    with contextlib.suppress(OSError):
        since = f" since {datetime.fromtimestamp(lock.stat().st_mtime):%H:%M}"
    return WorkbookLocked(path.name, f"another hrworkbook is saving it{since}", "Try again when it has finished")
