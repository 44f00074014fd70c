"""An appendix as a PDF, through LibreOffice."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from hrworkbook.hosts.leftovers import temporary_beside, temporary_folder
from hrworkbook.hosts.libreoffice import find_soffice
from hrworkbook.plan.errors import CannotWrite, ToolMissing, reason_of
from hrworkbook.render.appendix.write_appendix import DocumentPlan, write_appendix


def print_pdf(
    planned: DocumentPlan, pdf: Path, timeout: float = 180, print_workbook: Callable[[Path, Path], None] | None = None
) -> None:
    """Write the PDF of an appendix's printed sheets, so that “page n of N” leaves the Data sheet out.

    `print_workbook` prints a workbook to a PDF where there is no LibreOffice. Raises as it or `xlsx_to_pdf` does.
    """
    with temporary_folder() as folder:
        # Excel opens no two workbooks of one name, and the appendix may be open.
        sheets = folder / f"{folder.name}.xlsx"
        sheets.write_bytes(write_appendix(planned, with_data_sheet=False))
        if print_workbook and find_soffice() is None:
            print_workbook(sheets, pdf)
        else:
            xlsx_to_pdf(sheets, pdf, timeout, planned.document.language)


_PROFILE_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>{}</value></prop></item></oor:items>
"""
"""LibreOffice's own settings: the locale, whose language it states in a PDF, not that of the workbook."""


def xlsx_to_pdf(xlsx: Path, pdf: Path, timeout: float = 180, language: str = "en-GB") -> None:
    """Write the PDF that LibreOffice prints of a workbook, which says that it is in a language.

    Every run has a profile of its own, so that an open LibreOffice is not disturbed. Raises ToolMissing where there is
    no LibreOffice and CannotWrite where it fails or takes longer than `timeout` seconds.
    """
    if find_soffice() is None:
        raise ToolMissing(
            str(pdf), "there is no LibreOffice to make the PDF", "Install LibreOffice, or save as PDF from Excel"
        )
    with temporary_folder() as room:
        source = room / "appendix.xlsx"
        shutil.copyfile(xlsx, source)
        made = run_office(source, "pdf", room, timeout, str(pdf), language)
        try:
            with temporary_beside(pdf, made.read_bytes()) as part:
                part.replace(pdf)
        except OSError as error:
            raise CannotWrite(
                str(pdf), f"the PDF cannot be written ({reason_of(error)})", "Close it if it is open"
            ) from None


def run_office(source: Path, ending: str, room: Path, timeout: float, place: str, language: str = "en-GB") -> Path:
    """Return what LibreOffice makes of a file, in a folder of its own; `place` is named where it cannot.

    Raises CannotWrite where it fails or takes longer than `timeout` seconds.
    """
    settings = room / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_PROFILE_SETTINGS.format(language), encoding="utf-8")
    command = [
        str(find_soffice()), "--headless", "--norestore", "--nologo", "--nodefault",
        f"-env:UserInstallation={(room / 'profile').as_uri()}",
        "--convert-to", ending, "--outdir", str(room / "out"), str(source),
    ]  # fmt: skip
    program_output = _run_program(command, timeout, place)
    made = room / "out" / f"{source.stem}.{ending}"
    if not made.exists():
        reason = (program_output.strip().splitlines() or ["it said nothing"])[-1][:200]
        instead = "Try again, or save as PDF from Excel" if ending == "pdf" else "Save it as .xlsx from Excel"
        raise CannotWrite(place, f"LibreOffice made no {ending.upper()} ({reason})", instead)
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
