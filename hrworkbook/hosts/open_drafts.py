"""Opens draft mails in the program this computer opens mails with."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from hrworkbook.plan.errors import ToolMissing, reason_of
from hrworkbook.plan.findings import count_noun

MAX_DRAFTS = 25
"""Drafts opened at a time: more windows than that help nobody."""


TIMEOUT_SECONDS = 5
"""How long the system has to say that it cannot open a file."""


def open_drafts(paths: Sequence[Path], open_one: Callable[[Path], None] | None = None) -> str:
    """Open each draft, 25 at most; return what to tell HR, also where none can be opened: they are in their folder."""
    try:
        for path in paths[:MAX_DRAFTS]:
            (open_one or open_with_system)(path)
    except (ToolMissing, OSError) as fault:
        reason = fault.fault if isinstance(fault, ToolMissing) else reason_of(fault)
        return f"The drafts could not be opened ({reason}). Open them from their folder."
    left = len(paths) - MAX_DRAFTS
    opened = f"Opened {count_noun(min(len(paths), MAX_DRAFTS), 'draft')}: check and send."
    return opened if left <= 0 else f"{opened} {left} more {'is' if left == 1 else 'are'} in the folder."


def open_with_system(path: Path) -> None:
    """Open a file as a double click does; raises ToolMissing or OSError."""
    if sys.platform == "win32":
        os.startfile(path)
        return
    program = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if program is None:
        raise ToolMissing("--open", "no program for mails was found", "Open the drafts from their folder")
    null = subprocess.DEVNULL
    started = subprocess.Popen(
        [program, str(path.absolute())], stdin=null, stdout=null, stderr=null, start_new_session=True
    )
    with contextlib.suppress(subprocess.TimeoutExpired):  # one that stays is the mail program itself
        if started.wait(TIMEOUT_SECONDS):
            raise ToolMissing(
                "--open", "this computer has no program set for mails (.eml)", "Open the drafts from their folder"
            )
