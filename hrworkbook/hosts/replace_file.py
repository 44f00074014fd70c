"""Replacing a workbook on disk: as before or as after, whatever happens in between."""

import contextlib
import errno
import os
import re
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from hrworkbook.hosts.leftovers import sweep_folder, temporary_beside
from hrworkbook.hosts.locks import check_writable, locked_error, save_lock
from hrworkbook.plan.errors import PRIVACY_REMEDY, CannotWrite, HrWorkbookError, WorkbookLocked, is_privacy_refusal

BACKUPS_KEPT = 10
BACKUP_MIN_AGE = timedelta(days=1)
"""How many backups are kept, and how long each is kept at least."""

_TIMESTAMP_FORMAT = "%Y-%m-%d-%H%M%S"


def replace_file(path: Path, before: bytes, after: bytes, check: Callable[[bytes], None]) -> Path:
    """Save `after` over the workbook whose bytes were `before`; returns the backup's path.

    In order: our lock; nobody has it open; the file is still `before`; a temporary file in the same folder, synced;
    that file read again, equal and passed by `check`; the old file kept as a dated backup; one rename. Raises
    WorkbookLocked or CannotWrite; then the workbook is as it was.
    """
    real = path.resolve()
    check_writable(path)
    try:
        with save_lock(real):
            return _replace_locked(path, real, before, after, check)
    except HrWorkbookError:
        raise
    except OSError as fault:
        raise cannot_write(path, fault) from fault


def _replace_locked(path: Path, real: Path, before: bytes, after: bytes, check: Callable[[bytes], None]) -> Path:
    sweep_leftovers_locked(real)
    seen = _signature(real)
    if real.read_bytes() != before:
        raise changed_error(path)
    with temporary_beside(real, after, real.stat()) as temporary:
        found = temporary.read_bytes()
        if found != after:
            raise CannotWrite(path.name, "what was written does not read back", "Check the disk or the file store")
        check(found)
        check_writable(path)
        if _signature(real) != seen:
            raise changed_error(path)
        backup = _make_backup(real)
        try:
            temporary.replace(real)
        except BaseException:
            backup.unlink(missing_ok=True)
            raise
    with contextlib.suppress(OSError):
        _sync_folder(real.parent)
        prune(real)
    return backup


def _signature(real: Path) -> tuple[int, int, int]:
    found = real.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def changed_error(path: Path) -> WorkbookLocked:
    """Return the error for a workbook that is no longer what was read."""
    return WorkbookLocked(
        path.name, "it was changed by someone while we worked", "Nothing was written: run the same again"
    )


def _make_backup(real: Path) -> Path:
    """Keep the workbook as it is under a dated name beside it: the same file where the disk can, else a copy."""
    stem = f"{real.stem}.backup-{datetime.now().strftime(_TIMESTAMP_FORMAT)}"
    for number in range(1, 1000):
        backup = real.with_name(f"{stem}{f'-{number}' if number > 1 else ''}{real.suffix}")
        try:
            os.link(real, backup)
            return backup
        except FileExistsError:
            continue
        except OSError as fault:
            if fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.ENAMETOOLONG):
                raise
        if not backup.exists():
            with temporary_beside(real, real.read_bytes(), real.stat()) as copy:
                copy.replace(backup)
            return backup
    raise CannotWrite(real.name, "there are a thousand backups of this second", "Delete some")


def _files_beside(real: Path) -> list[str]:
    return [place.name for place in real.parent.iterdir()]


def backups(path: Path) -> list[Path]:
    """Return a workbook's backups beside it, the newest first."""
    real = path.resolve()
    dated = re.compile(
        rf"{re.escape(real.stem)}\.backup-(\d{{4}}-\d\d-\d\d-\d{{6}})(?:-(\d+))?{re.escape(real.suffix)}"
    )
    found = ((dated.fullmatch(name), name) for name in _files_beside(real))
    keyed = [((match[1], int(match[2] or 1)), real.with_name(name)) for match, name in found if match]
    return [place for _, place in sorted(keyed, reverse=True)]


def prune(path: Path) -> None:
    """Delete all but the newest ten backups, and none less than a day old."""
    yesterday = (datetime.now() - BACKUP_MIN_AGE).strftime(_TIMESTAMP_FORMAT)
    for backup in backups(path)[BACKUPS_KEPT:]:
        stamp = backup.stem.rpartition(".backup-")[2]
        if stamp < yesterday:
            backup.unlink(missing_ok=True)


def sweep_leftovers(path: Path) -> None:
    """Remove what a run that was killed left in the workbook's folder, where no other run is at work on it."""
    real = path.resolve()
    with contextlib.suppress(OSError, HrWorkbookError):
        sweep_folder(real.parent)
        if _no_backup_yet(real):
            with save_lock(real):
                sweep_leftovers_locked(real)


def sweep_leftovers_locked(real: Path) -> None:
    """Remove, while our lock is held, temporary files and a backup that is still the workbook itself."""
    sweep_folder(real.parent)
    with contextlib.suppress(OSError):
        for backup in _no_backup_yet(real):
            backup.unlink()


def _no_backup_yet(real: Path) -> list[Path]:
    """Return the newest backup where it is the workbook itself: a run was stopped, or is just about, to put a new one in its place."""
    return [backup for backup in backups(real)[:1] if backup.samefile(real)]


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def cannot_write(path: Path, fault: OSError) -> HrWorkbookError:
    """Return what the operating system refused, as place, fault and remedy; nothing was changed."""
    if is_privacy_refusal(fault):
        return CannotWrite(path.name, "macOS keeps this program out of its folder", PRIVACY_REMEDY)
    if isinstance(fault, PermissionError) and sys.platform == "win32":
        return locked_error(path)
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return CannotWrite(path.name, "the disk is full, the workbook is as it was", "Free some space, then try again")
    if fault.errno == errno.ENAMETOOLONG:
        return CannotWrite(path.name, "its name is too long to keep a backup beside it", "Give it a shorter name")
    if fault.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return CannotWrite(path.name, "its folder is read-only", "Move the workbook to a folder of yours")
    return CannotWrite(path.name, f"it could not be saved ({fault.strerror or fault})", "The workbook is as it was")
