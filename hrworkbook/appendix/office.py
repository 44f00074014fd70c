"""An appendix as a PDF, through LibreOffice."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from hrworkbook.errors import CannotWrite, ToolMissing

_USUAL_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
)


def find_office() -> Path | None:
    """Where LibreOffice is; None where it is not. The environment variable HRWORKBOOK_SOFFICE may name it."""
    named = os.environ.get("HRWORKBOOK_SOFFICE")
    if named:
        return Path(named) if Path(named).exists() else None
    for name in ("soffice", "libreoffice"):
        found = shutil.which(name)
        if found:
            return Path(found)
    return next((Path(p) for p in _USUAL_PLACES if Path(p).exists()), None)


def to_pdf(xlsx: Path, pdf: Path, timeout: float = 180) -> None:
    """Write the PDF that LibreOffice prints of a workbook.

    Every run has a profile of its own, so that an open LibreOffice is not disturbed. Raises ToolMissing where there is
    no LibreOffice and CannotWrite where it fails or takes longer than `timeout` seconds.
    """
    office = find_office()
    if office is None:
        raise ToolMissing(
            str(pdf), "there is no LibreOffice to make the PDF", "Install LibreOffice, or save as PDF from Excel"
        )
    with tempfile.TemporaryDirectory(prefix="hrworkbook-") as folder:
        room = Path(folder)
        source = room / "appendix.xlsx"
        shutil.copyfile(xlsx, source)
        command = [
            str(office), "--headless", "--norestore", "--nologo", "--nodefault",
            f"-env:UserInstallation={(room / 'profile').as_uri()}",
            "--convert-to", "pdf", "--outdir", str(room / "out"), str(source),
        ]  # fmt: skip
        said = _run(command, timeout, pdf)
        made = room / "out" / "appendix.pdf"
        if not made.exists():
            reason = (said.strip().splitlines() or ["it said nothing"])[-1][:200]
            raise CannotWrite(str(pdf), f"LibreOffice made no PDF ({reason})", "Try again, or save as PDF from Excel")
        try:
            part = pdf.with_name(f".{pdf.name}.part")
            shutil.copyfile(made, part)
            part.replace(pdf)
        except OSError as error:
            raise CannotWrite(
                str(pdf), f"the PDF cannot be written ({error.strerror})", "Close it if it is open"
            ) from None


def _run(command: list[str], timeout: float, pdf: Path) -> str:
    """What the program said; ended with all its children when it takes too long."""
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
                str(pdf),
                f"LibreOffice took longer than {timeout:.0f} seconds",
                "Try again when the computer is less busy",
            ) from None
