"""Workbooks of other kinds as .xlsx, through LibreOffice, which keeps their looks."""

import shutil
from pathlib import Path

from hrworkbook.hosts.leftovers import temporary_folder
from hrworkbook.hosts.libreoffice import find_soffice
from hrworkbook.hosts.run_office import run_office

_CONVERTED = {"xls": "xls", "ods": "ods", "xlsb": "xlsb"}
"""Kinds of files whose looks are worth keeping, and the ending LibreOffice knows them by."""
_OUR_LOOK = " It is in our look: what it was kept in has none that a workbook could take over."
_NO_OFFICE = " It is in our look: to keep its own, install LibreOffice, or save it as .xlsx from Excel and adopt that."
_WITH_LOOKS = " It was saved as .xlsx by LibreOffice; the file it came from is as it was."


def xlsx_of(source: Path, kind: str, timeout: float = 180) -> tuple[bytes, str]:
    """Return a workbook's bytes as .xlsx, and what is to be told of it; no bytes where it is better made in our look.

    Raises CannotWrite where LibreOffice fails or takes longer than `timeout` seconds.
    """
    if kind not in _CONVERTED:
        return b"", _OUR_LOOK
    if find_soffice() is None:
        return b"", _NO_OFFICE
    with temporary_folder() as room:
        copy = room / f"plan.{_CONVERTED[kind]}"
        shutil.copyfile(source, copy)
        (made,) = run_office([copy], "xlsx", room, timeout, source.name)
        return made.read_bytes(), _WITH_LOOKS
