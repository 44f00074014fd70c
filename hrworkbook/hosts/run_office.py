"""Files turned into others by a LibreOffice of our own: its PDFs are tagged, with bookmarks, in their language."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from hrworkbook.hosts.libreoffice import find_soffice
from hrworkbook.plan.errors import CannotWrite, ToolMissing

_PROFILE_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>{}</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Filter/PDF/Export">
<prop oor:name="UseTaggedPDF" oor:op="fuse"><value>true</value></prop>
<prop oor:name="PDFUACompliance" oor:op="fuse"><value>true</value></prop>
<prop oor:name="ExportBookmarks" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisplayPDFDocumentTitle" oor:op="fuse"><value>true</value></prop></item></oor:items>
"""
"""LibreOffice's own settings: the locale, whose language it states in a workbook's PDF, and how it exports one.

They are settings of a profile since the command line takes options of the export only from LibreOffice 7.4 on.
"""


def run_office(
    sources: Sequence[Path], ending: str, room: Path, timeout: float, place: str, language: str = "en-GB"
) -> list[Path]:
    """Return what one run of LibreOffice makes of files, in a folder of its own in `room`, in their order.

    The run has a profile of its own, so that an open LibreOffice is not disturbed. `place` is named where it fails:
    raises ToolMissing where there is no LibreOffice, CannotWrite where it makes not all of them, or takes longer than
    `timeout` seconds.
    """
    office = find_soffice()
    instead = "save the Word document as PDF from Word" if ending == "pdf" else f"save it as .{ending} from Excel"
    if office is None:
        raise ToolMissing(
            place, f"there is no LibreOffice to make the {ending.upper()}", f"Install LibreOffice, or {instead}"
        )
    settings = room / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_PROFILE_SETTINGS.format(language), encoding="utf-8")
    command = [
        str(office), "--headless", "--norestore", "--nologo", "--nodefault",
        f"-env:UserInstallation={(room / 'profile').as_uri()}",
        "--convert-to", ending, "--outdir", str(room / "out"), *map(str, sources),
    ]  # fmt: skip
    program_output = _run_program(command, timeout, place)
    made = [room / "out" / f"{source.stem}.{ending}" for source in sources]
    if not all(path.exists() for path in made):
        reason = (program_output.strip().splitlines() or ["it said nothing"])[-1][:200]
        raise CannotWrite(place, f"LibreOffice made no {ending.upper()} ({reason})", f"Try again, or {instead}")
    return made


def _run_program(command: list[str], timeout: float, place: str) -> str:
    """Return what the program said; end it with all its children when it takes too long."""
    apart: dict[str, object] = {} if sys.platform == "win32" else {"start_new_session": True}
    with subprocess.Popen(  # type: ignore[call-overload]
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **apart
    ) as running:
        try:
            return str(running.communicate(timeout=timeout)[0])
        except subprocess.TimeoutExpired:
            if sys.platform == "win32":
                subprocess.run(["taskkill", "/F", "/T", "/PID", str(running.pid)], capture_output=True, check=False)
            else:
                os.killpg(running.pid, signal.SIGKILL)
            running.communicate()
            raise CannotWrite(
                place,
                f"LibreOffice took longer than {timeout:.0f} seconds",
                "Try again when the computer is less busy",
            ) from None
