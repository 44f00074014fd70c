"""Microsoft Word on Windows, as what prints a document to a tagged PDF where there is no LibreOffice."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from hrworkbook.plan.errors import CannotWrite

_PDF, _WHOLE_DOCUMENT, _WITHOUT_MARKUP, _HEADING_BOOKMARKS = 17, 0, 0, 1
"""wdExportFormatPDF, wdExportAllDocument, wdExportDocumentContent, wdExportCreateHeadingBookmarks."""
_NO_ALERTS = 0
_PROGRAM = "Word.Application"


def find_word() -> bool:
    """Return whether Word is installed on this computer, and can be started by a program."""
    if sys.platform != "win32":
        return False
    import winreg

    try:
        winreg.CloseKey(winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, _PROGRAM))
    except OSError:
        return False
    return True


def word_to_pdf(document: Path, pdf: Path) -> None:
    """Print a document to a tagged PDF with bookmarks, by a Word of our own; raises CannotWrite where it makes none."""
    program: Any = None
    try:
        program = _start_word()
        program.DisplayAlerts = _NO_ALERTS
        opened = program.Documents.Open(str(document), ConfirmConversions=False, ReadOnly=True, AddToRecentFiles=False)
        opened.ExportAsFixedFormat(
            OutputFileName=str(pdf), ExportFormat=_PDF, OpenAfterExport=False, Range=_WHOLE_DOCUMENT,
            Item=_WITHOUT_MARKUP, IncludeDocProps=True, CreateBookmarks=_HEADING_BOOKMARKS, DocStructureTags=True,
        )  # fmt: skip
        opened.Close(SaveChanges=False)
    except Exception as fault:
        # Whatever Word raises (com_error, mostly), there is no PDF.
        raise CannotWrite(pdf.name, "Word made no PDF", "Open the Word document and save it as PDF") from fault
    finally:
        with suppress(Exception):
            program.Quit(SaveChanges=False)


def _start_word() -> Any:
    """Return a Word of our own, so that one that is open is left alone."""
    import importlib

    return importlib.import_module("win32com.client").DispatchEx(_PROGRAM)
