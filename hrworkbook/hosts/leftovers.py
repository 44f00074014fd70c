"""Temporary files and folders of ours, and sweeping away those that a run which was killed has left.

Each bears our name and this computer's, and is locked by the process that made it for as long as it lives; what is ours and
locked by nobody is left over. The operating system gives such a lock back when a process dies, however it dies.
"""

import contextlib
import os
import re
import shutil
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

from hrworkbook.hosts.locks import TEMPORARY_PREFIX, lock_handle, temporary_prefix

_OURS = re.compile(
    rf"{re.escape(TEMPORARY_PREFIX)}(?:[0-9a-f]{{10}}(?:-([0-9a-f]{{4}})?[0-9a-f]{{8}}\.tmp|\.lock)|\w{{8}}\.tmp)"
)
"""Names of ours, with the computer's sign; versions before gave none, and are known by their age."""
_FOLDER = re.compile(r"hrworkbook-([0-9a-f]{4})-\w+")
_OLD = 86_400.0
"""Seconds after which what another computer made, or one whose file store knows no locks, is left over."""
_OLD_ON_WINDOWS = 600.0
"""The same on Windows, which deletes no file that a program has open."""
_TRIES = 20


@contextlib.contextmanager
def temporary_beside(target: Path, data: bytes, like: os.stat_result | None = None) -> Iterator[Path]:
    """Make a synced temporary file with `data` beside `target`, to be renamed to it; what is not renamed is removed.

    It has the mode and, where allowed, the owner of `like`, else the mode of a new file. Raises OSError.
    """
    path, handle = _made_beside(target)
    is_open = True
    try:
        with os.fdopen(handle, "wb", closefd=False) as file:
            file.write(data)
        os.fsync(handle)
        if like is None:
            path.chmod(0o666 & ~_umask())
        else:
            path.chmod(stat.S_IMODE(like.st_mode))
            if sys.platform != "win32":
                with contextlib.suppress(OSError):
                    os.chown(path, like.st_uid, like.st_gid)
        if sys.platform == "win32":  # which renames no file that is open
            os.close(handle)
            is_open = False
        yield path
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        if is_open:
            os.close(handle)


def _made_beside(target: Path) -> tuple[Path, int]:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    for _ in range(_TRIES):
        path = target.with_name(f"{temporary_prefix(target)}-{_computer()}{os.urandom(4).hex()}.tmp")
        handle = os.open(path, flags, 0o600)
        if sys.platform == "win32" or (lock_handle(handle) is not False and _is_still(path, handle)):
            return path, handle
        os.close(handle)  # a run that sweeps took it for left over before it was locked
    raise OSError(f"no temporary file can be kept beside {target}")


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder of our own where the system keeps temporary files; removed in the end, or by the next run that makes one."""
    home = Path(tempfile.gettempdir())
    _sweep_folders(home)
    for _ in range(_TRIES):
        path = Path(tempfile.mkdtemp(prefix=f"hrworkbook-{_computer()}-", dir=home))
        handle = None if sys.platform == "win32" else os.open(path, os.O_RDONLY)
        if handle is None or (lock_handle(handle) is not False and _is_still(path, handle)):
            break
        os.close(handle)
    else:
        raise OSError(f"no temporary folder can be kept in {home}")
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def sweep_folder(folder: Path) -> None:
    """Remove the temporary files that killed runs of ours left in a folder: ours by name, and no living run's."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.name.startswith(TEMPORARY_PREFIX) and (found := _OURS.fullmatch(path.name)):
                by_this_computer = path.suffix == ".lock" or found[1] == _computer()
                with contextlib.suppress(OSError):
                    _remove_if_left(path, by_this_computer)


def _remove_if_left(path: Path, by_this_computer: bool) -> None:
    if sys.platform == "win32":
        if time.time() - path.lstat().st_mtime > _OLD_ON_WINDOWS:
            path.unlink()
        return
    handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        seen = os.fstat(handle)
        locked = lock_handle(handle)
        is_left = locked is True and by_this_computer
        if stat.S_ISREG(seen.st_mode) and (is_left or (locked is not False and time.time() - seen.st_mtime > _OLD)):
            path.unlink()
    finally:
        os.close(handle)


def _sweep_folders(home: Path) -> None:
    with contextlib.suppress(OSError):
        for path in home.iterdir():
            if (found := _FOLDER.fullmatch(path.name)) and found[1] == _computer():
                with contextlib.suppress(OSError):
                    _remove_folder_if_left(path)


def _remove_folder_if_left(path: Path) -> None:
    seen = path.lstat()
    if not stat.S_ISDIR(seen.st_mode):
        return
    if sys.platform == "win32":
        if time.time() - seen.st_mtime > _OLD:
            shutil.rmtree(path, ignore_errors=True)
        return
    if seen.st_uid != os.getuid():
        return
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if lock_handle(handle):
            shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(handle)


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(handle))
    except OSError:
        return False


@cache
def _computer() -> str:
    """Four signs that stand for this computer."""
    return sha256(socket.gethostname().encode("utf-8", "surrogatepass")).hexdigest()[:4]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
