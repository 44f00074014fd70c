"""The add-in and a master's macro twin, built once for all tests that look at them."""

import io

import xlsxwriter

from hrworkbook.addin.package import addin, with_macros

PROJECT = "xl/vbaProject.bin"


def master(sheets=("Start", "Plan", "Owners", "Issued"), chart=False) -> bytes:
    """A workbook with these sheets, as plain as a master can be."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name in sheets:
        sheet = book.add_worksheet(name)
        sheet.write(0, 0, f"{name} & friends")
    book.get_worksheet_by_name("Plan").set_tab_color("#1D70B8")
    if chart:
        drawn = book.add_chart({"type": "bar"})
        drawn.add_series({"values": "=Plan!$A$1:$A$3"})
        book.add_chartsheet("Chart").set_chart(drawn)
    book.close()
    return out.getvalue()


PLAIN = master()
TWIN = with_macros(PLAIN)
ADDIN = addin()
