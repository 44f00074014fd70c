"""The golden of number formats: what LibreOffice shows, and where we mean to show something else."""

import io
from ast import literal_eval
from pathlib import Path
from typing import NamedTuple

import xlsxwriter

from hrworkbook.plan.number_format.builtin_ids import BUILT_IN
from hrworkbook.plan.number_format.render import render

GOLDEN = Path(__file__).with_name("number_formats.txt")


class Shown(NamedTuple):
    """One line of the golden: `code | value | what LibreOffice shows`, and `| what we show | why` where that differs."""

    code: str
    value: float | str
    office: str
    ours: str
    why: str

    @property
    def built_in(self) -> int | None:
        """The number of a built-in format, written `id 14`."""
        return int(self.code[3:]) if self.code.startswith("id ") else None

    def rendered(self) -> str:
        """What we show, as people read it: without the blanks that line up columns."""
        return squeezed(render(self.value, self.code if self.built_in is None else BUILT_IN[self.built_in]))


def squeezed(text: str) -> str:
    """The text with its blanks as a reader takes them."""
    return " ".join(text.split())


def golden() -> list[Shown]:
    """Every line of the golden."""
    lines = []
    for line in GOLDEN.read_text("utf-8").splitlines():
        code, value, office, *differs = line.split(" | ") if not line.endswith(" |") else (line + " ").split(" | ")
        lines.append(Shown(code, literal_eval(value), office, *(differs or (office, ""))))
    return lines


def workbook(lines: list[Shown]) -> bytes:
    """A workbook with the value of each line in a row of its own, from row 2 on, in the line's number format."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("Numbers")
    sheet.write_string(0, 0, "Value")
    formats = {}
    for row, line in enumerate(lines, 1):
        if line.code not in formats:
            formats[line.code] = book.add_format({"num_format": line.code if line.built_in is None else line.built_in})
        sheet.write(row, 0, line.value, formats[line.code])
    sheet.write_string(len(lines) + 1, 0, "End")
    book.close()
    return out.getvalue()
