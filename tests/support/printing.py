"""Workbooks printed by LibreOffice Calc, as they print for whoever opens them."""

import tempfile
from pathlib import Path

from hrworkbook.hosts.run_office import run_office
from hrworkbook.render.appendix.write_appendix import DocumentPlan, write_appendix


def xlsx_to_pdf(workbook: Path, pdf: Path) -> None:
    with tempfile.TemporaryDirectory() as room:
        (made,) = run_office([workbook], "pdf", Path(room), 180, str(pdf))
        pdf.write_bytes(made.read_bytes())


def print_pdf(planned: DocumentPlan, pdf: Path) -> None:
    """The printed sheets alone, so that “page n of N” leaves the Data sheet out."""
    sheets = pdf.with_suffix(".print.xlsx")
    sheets.write_bytes(write_appendix(planned, with_data_sheet=False))
    xlsx_to_pdf(sheets, pdf)
