"""Where the details of an unexpected fault are kept: the user's own log, which no other user can read or put in place."""

import os
import stat
import sys
import traceback
from datetime import datetime
from pathlib import Path

_LARGEST = 1_000_000
"""Bytes past which the log begins anew."""


def log_file() -> Path:
    """Return where unexpected faults are written down, on this computer and for this user."""
    if sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "hrworkbook"
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Logs"
    else:
        folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "hrworkbook"
    return folder / "hrworkbook.log"


def keep_details(error: BaseException) -> str:
    """Write down an unexpected fault; return a sentence that says where, or the fault itself where it cannot be."""
    text = f"{datetime.now():%d/%m/%Y %H:%M:%S}\n{''.join(traceback.format_exception(error))}\n"
    try:
        path = log_file()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _append(path, text.encode("utf-8", "replace"))
    except (OSError, RuntimeError):  # RuntimeError: no home folder is known
        return f"{type(error).__name__}: {error}"
    return f"The details are in {path}"


def _append(path: Path, data: bytes) -> None:
    """Append to a file of the user's own; raises OSError where a link, another's file or no file stands in its place."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if sys.platform == "win32" and path.is_symlink():
        raise OSError(f"{path} is a link")
    handle = os.open(path, flags, 0o600)
    try:
        found = os.fstat(handle)
        if (
            not stat.S_ISREG(found.st_mode)
            or found.st_nlink > 1
            or (hasattr(os, "getuid") and found.st_uid != os.getuid())
        ):
            raise OSError(f"{path} is not a file of this user's own")
        if found.st_size > _LARGEST:
            os.ftruncate(handle, 0)
        os.write(handle, data)
    finally:
        os.close(handle)
