"""New files on disk: written whole or not at all, and taken back where the job they belong to fails."""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from hrworkbook.errors import CannotWrite, HrWorkbookError
from hrworkbook.hosts.saving import cannot_write, replace


def write_new(path: Path, content: bytes, *, keep: bool = False) -> Path | None:
    """Writes a file in one step; with `keep`, one that is there is kept as a dated backup, whose path comes back.

    Raises CannotWrite, or WorkbookLocked where someone has the old file open.
    """
    if keep and path.is_file():
        return replace(path, path.read_bytes(), content, lambda _: None)
    try:
        _make_folder(path.parent)
        handle, name = tempfile.mkstemp(".tmp", ".hrworkbook-", path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise _told(path, fault) from fault
    return None


def _make_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CannotWrite(str(folder), "this is a file, not a folder", "Name another folder")
    folder.mkdir(parents=True, exist_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _told(path: Path, fault: OSError) -> HrWorkbookError:
    told = cannot_write(path, fault)
    if "the workbook is as it was" in told.fault:
        told.fault = told.fault.replace("the workbook is as it was", "nothing was written")
    return type(told)(told.place, told.fault, told.remedy.replace("The workbook is as it was", "Nothing was written"))


@contextlib.contextmanager
def place_all(folder: Path, files: Mapping[str, bytes], *, keep: bool = False) -> Iterator[list[Path]]:
    """Writes files to a folder, and takes them away again where what follows fails.

    With `keep`, a file that is there already is kept as a dated backup, one of the list that comes back, and put back
    where what follows fails.
    """
    written: list[tuple[Path, Path | None]] = []
    try:
        for name, content in files.items():
            path = folder / name
            written.append((path, write_new(path, content, keep=keep)))
        yield [backup for _, backup in written if backup]
    except BaseException:
        for path, backup in written:
            with contextlib.suppress(OSError):
                backup.replace(path) if backup else path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            folder.rmdir()
        raise
