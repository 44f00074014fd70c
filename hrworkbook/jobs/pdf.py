"""An appendix as a PDF: its Word document printed by Writer or Word, tagged; its workbook printed where there is neither."""

from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path

from hrworkbook.hosts.leftovers import temporary_beside, temporary_folder
from hrworkbook.hosts.libreoffice import find_soffice, has_writer
from hrworkbook.hosts.run_office import run_office
from hrworkbook.hosts.word import find_word, word_to_pdf
from hrworkbook.plan.errors import CannotWrite, ToolMissing, reason_of
from hrworkbook.render.appendix.word import write_word
from hrworkbook.render.appendix.write_appendix import DocumentPlan, write_appendix

PrintWorkbook = Callable[[Path, Path], None]
"""Prints a workbook to a PDF, as an open Excel does."""
SECONDS_ALLOWED = 180.0


class Printer(Enum):
    """What can print a paper here; the value is its name."""

    WRITER = "LibreOffice Writer"
    WORD = "Word"
    EXCEL = "Excel"
    CALC = "LibreOffice Calc"

    @property
    def makes_tags(self) -> bool:
        """Whether its PDF is tagged, so that a screen reader can tell headings and tables."""
        return self in (Printer.WRITER, Printer.WORD)


def find_printer(print_workbook: PrintWorkbook | None = None) -> Printer | None:
    """Return the best of what can print here; None where nothing can."""
    office = find_soffice()
    if office and has_writer(office):
        return Printer.WRITER
    if find_word():
        return Printer.WORD
    if print_workbook:
        return Printer.EXCEL
    return Printer.CALC if office else None


def print_papers(
    papers: Mapping[Path, DocumentPlan], timeout: float = SECONDS_ALLOWED, print_workbook: PrintWorkbook | None = None
) -> Printer:
    """Write each appendix as a PDF at its path; return what printed it.

    `print_workbook` prints a workbook where nothing can print a document. Raises ToolMissing where nothing can print at
    all, and CannotWrite where a PDF is not made, or takes longer than `timeout` seconds, or cannot be put in its place.
    """
    first = next(iter(papers))
    printer = find_printer(print_workbook)
    if printer is None:
        fault = "there is no LibreOffice to make the PDF"
        raise ToolMissing(str(first), fault, "Install LibreOffice, or save the Word document as PDF from Word")
    with temporary_folder() as room:
        # Excel opens no two workbooks of one name, and the appendix may be open.
        ending = ".docx" if printer.makes_tags else ".xlsx"
        sources = [room / f"{room.name}-{n}{ending}" for n in range(len(papers))]
        for source, planned in zip(sources, papers.values(), strict=True):
            source.write_bytes(_printed_bytes(planned, printer))
        if printer in (Printer.WRITER, Printer.CALC):
            language = next(iter(papers.values())).document.language
            made = run_office(list(sources), "pdf", room, timeout, str(first), language)
        else:
            print_one = word_to_pdf if printer is Printer.WORD or not print_workbook else print_workbook
            made = [source.with_suffix(".pdf") for source in sources]
            for source, printed, pdf in zip(sources, made, papers, strict=True):
                try:
                    print_one(source, printed)
                except CannotWrite as error:
                    error.place = pdf.name
                    raise
        for path, pdf in zip(made, papers, strict=True):
            _place(path, pdf)
    return printer


def _printed_bytes(planned: DocumentPlan, printer: Printer) -> bytes:
    """Return what a printer is given: the document, or the printed sheets, so that “page n of N” leaves the Data sheet out."""
    return write_word(planned.document) if printer.makes_tags else write_appendix(planned, with_data_sheet=False)


def _place(made: Path, pdf: Path) -> None:
    if not made.exists():
        raise CannotWrite(str(pdf), "no PDF was made", "Try again, or save as PDF from Word")
    try:
        with temporary_beside(pdf, made.read_bytes()) as part:
            part.replace(pdf)
    except OSError as error:
        fault = f"the PDF cannot be written ({reason_of(error)})"
        raise CannotWrite(str(pdf), fault, "Close it if it is open") from None


def count_pages(pdf: Path) -> int:
    """Return how many pages a PDF of ours has."""
    from pypdf import PdfReader

    return len(PdfReader(pdf).pages)
