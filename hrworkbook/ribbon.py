"""What each button of the HR Plan tab runs: one verb on the workbook in front."""

import os
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from hrworkbook.buttons import BUTTONS, Pressed
from hrworkbook.errors import HrWorkbookError
from hrworkbook.hosts.live import LiveHost, caller


def click(verb: str, *arguments: str) -> None:
    """Do what a button promises, in the workbook that called.

    The message of the verb is told and its `goto` shown. What cannot be done is told in at most three lines, with the
    workbook as it was, and ends the process with 2, upon which RunPython shows those lines.
    """
    host: LiveHost | None = None
    done = "nothing was changed"
    try:
        host = caller()
        if verb not in BUTTONS:
            raise HrWorkbookError(
                "HR Plan", f"there is no button '{verb}'", "Update hrworkbook and its add-in together"
            )
        host.progress(f"HR Plan: {verb} …")
        pressed = BUTTONS[verb](host, host.snapshot(), arguments)
        _place(host, pressed)
        done = "the plan was changed as you asked"
        if pressed.then:
            pressed.then()
        host.progress("")
        host.tell(pressed.changes.message)
    except HrWorkbookError as error:
        _fail(host, str(error))
    except Exception as error:
        _fail(host, f"Something went wrong that should not have; {done}.\nThe details are in {_log(error)}")


def _place(host: LiveHost, pressed: Pressed) -> None:
    """The files written and the workbook changed; the files are taken away again where the workbook cannot be."""
    from hrworkbook.hosts.files import place_all

    folders: dict[Path, dict[str, bytes]] = {}
    for path, content in pressed.files.items():
        folders.setdefault(path.parent, {})[path.name] = content
    with ExitStack() as placed:
        for folder, files in folders.items():
            placed.enter_context(place_all(folder, files, keep=True))
        host.apply(pressed.changes)


def _fail(host: LiveHost | None, message: str) -> None:
    text = "\n".join(line[:400] for line in message.splitlines()[:3])
    if host:
        host.progress("")
        # In Excel RunPython shows what stands on stderr, in a box of its own.
        if not host.waits_for_an_answer:
            host.tell(text, wrong=True)
    print(text, file=sys.stderr)
    raise SystemExit(2)


def _log(error: Exception) -> Path:
    """The file that the details of an unexpected fault were added to."""
    import traceback

    path = log_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", errors="replace") as log:
        log.write(f"{datetime.now():%d/%m/%Y %H:%M:%S}\n{''.join(traceback.format_exception(error))}\n")
    return path


def log_file() -> Path:
    """Where unexpected faults are written down, on this computer and for this user."""
    if sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "hrworkbook"
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Logs"
    else:
        folder = Path(os.environ.get("XDG_STATE_HOME", str(Path.home() / ".local" / "state"))) / "hrworkbook"
    return folder / "hrworkbook.log"
