"""New files on disk: written whole or not at all, and taken back where the job they belong to fails."""

import contextlib
import errno
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from hrworkbook.hosts.leftovers import sweep_folder, temporary_beside
from hrworkbook.hosts.replace_file import cannot_write, replace_file
from hrworkbook.plan.errors import CannotWrite, HrWorkbookError, is_privacy_refusal

_LONGEST_PATH = 247
"""Characters of a folder's path on Windows, where nobody has allowed more."""


def write_new(path: Path, content: bytes, *, keep: bool = False) -> Path | None:
    """Write a file in one step; with `keep`, one that is there is kept as a dated backup, whose path is returned.

    Raises CannotWrite, or WorkbookLocked where someone has the old file open.
    """
    sweep_folder(path.parent)
    return _write(path, content, keep)


def _write(path: Path, content: bytes, keep: bool) -> Path | None:
    if keep and path.is_file():
        return replace_file(path, path.read_bytes(), content, lambda _: None)
    new = _missing_folders(path.parent)
    try:
        _make_folder(path.parent)
        with temporary_beside(path, content) as temporary:
            temporary.replace(path)
    except BaseException as fault:
        _remove_new_folders(new)
        if isinstance(fault, OSError):
            raise _write_error(path, fault) from fault
        raise
    return None


def _missing_folders(folder: Path) -> list[Path]:
    """Return the folder and those it lies in, as far as they are not there yet, the innermost first."""
    try:
        return [place for place in (folder, *folder.parents) if not place.exists()]
    except OSError as fault:
        raise _write_error(folder, fault) from fault


def _remove_new_folders(new: list[Path]) -> None:
    """Remove folders that were made, where nothing is in them."""
    with contextlib.suppress(OSError):
        for place in new:
            place.rmdir()


def _make_folder(folder: Path) -> None:
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    if there.exists() and not there.is_dir():
        raise CannotWrite(str(there), "this is a file, not a folder", "Name another folder")
    folder.mkdir(parents=True, exist_ok=True)


def _write_error(path: Path, fault: OSError) -> HrWorkbookError:
    error = cannot_write(path, fault)
    if sys.platform == "win32" and isinstance(fault, FileNotFoundError) and len(str(path.absolute())) > _LONGEST_PATH:
        what = f"its path has {len(str(path.absolute()))} characters, more than Windows takes"
        return CannotWrite(path.name, what, "Put the plan, and what goes with it, in a folder nearer the top")
    if fault.errno == errno.ENAMETOOLONG:
        return CannotWrite(f"{str(path)[:60]}…", "this name is too long for the disk", "Give shorter names")
    if is_privacy_refusal(fault):
        return error
    if fault.errno in (errno.EACCES, errno.EPERM, errno.EROFS) and isinstance(error, CannotWrite):
        return CannotWrite(error.place, error.fault, "Name a folder of yours, where you may save files")
    fault_text = error.fault.replace("the workbook is as it was", "nothing was written")
    return type(error)(
        error.place, fault_text, error.remedy.replace("The workbook is as it was", "Nothing was written")
    )


@contextlib.contextmanager
def write_all(folder: Path, files: Mapping[str, bytes], *, keep: bool = False) -> Iterator[list[Path]]:
    """Write files to a folder, and take them away again where what follows fails.

    With `keep`, a file that is there already is kept as a dated backup, one of the list that comes back, and put back
    where what follows fails. Ctrl+C is heard between two files, and from then on waits until all of it is in place.
    """
    written: list[tuple[Path, Path | None]] = []
    new = _missing_folders(folder)
    sweep_folder(folder)
    with _interrupts_delayed() as stop_if_asked:
        try:
            for name, content in files.items():
                stop_if_asked()
                path = folder / name
                written.append((path, _write(path, content, keep)))
            stop_if_asked()
            yield [backup for _, backup in written if backup]
        except BaseException:
            for path, backup in written:
                with contextlib.suppress(OSError):
                    backup.replace(path) if backup else path.unlink(missing_ok=True)
            _remove_new_folders(new)
            raise


@contextlib.contextmanager
def _interrupts_delayed() -> Iterator[Callable[[], None]]:
    """Ctrl+C kept waiting, until what comes back is called: what is done by the end was done, and is told as that."""
    asked: list[int] = []

    def stop_if_asked() -> None:
        if asked:
            raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield stop_if_asked  # another thread may not, and who does not listen to Ctrl+C is left to that
        return
    signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    try:
        yield stop_if_asked
    finally:
        signal.signal(signal.SIGINT, before)
