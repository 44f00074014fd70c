"""The formats an appendix is written in, each made once, and the texts at the head and foot of its pages."""

from collections.abc import Mapping
from typing import Any

from hrworkbook.plan.values import single_spaced, utf16_length
from hrworkbook.render import style as look
from hrworkbook.render.appendix.page_plan import Cover, PageSetup
from hrworkbook.render.header_text import MOST_HEADER, header_text
from hrworkbook.render.text_metrics import Face, face

PAPER_CODES = {"A4": 9, "A3": 8}
_HEADER_FONT_SIZE = 9


class FormatCache:
    """Formats of one workbook; the same settings give the same format object."""

    def __init__(self, book: Any, font: str, size: float) -> None:
        self.book, self.font, self.size = book, font, size
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def __call__(self, **settings: object) -> Any:
        """Return the format with these XlsxWriter settings, in the document's font, size and colour unless they say else."""
        wanted: Mapping[str, object] = {
            "font_name": self.font,
            "font_size": self.size,
            "font_color": look.TEXT,
            "valign": "top",
            **settings,
        }
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(dict(wanted))
        return self._formats[key]


def set_up_page(sheet: Any, setup: PageSetup, cover: Cover) -> None:
    """Give a sheet its paper, margins, header and footer."""
    if setup.orientation == "landscape":
        sheet.set_landscape()
    else:
        sheet.set_portrait()
    sheet.set_paper(PAPER_CODES[setup.paper])
    margins = setup.margins
    sheet.set_margins(margins.left / 72, margins.right / 72, margins.top / 72, margins.bottom / 72)
    sheet.set_header(header_code(cover, setup), {"margin": margins.header / 72})
    sheet.set_footer(footer_code(cover, setup), {"margin": margins.footer / 72})
    sheet.hide_gridlines(2)


def header_texts(cover: Cover, setup: PageSetup) -> tuple[str, str, str, str]:
    """Return what stands at the head of a page: title; committee and date; appendix number; part."""
    bold, regular = face(setup.font, True, _HEADER_FONT_SIZE), face(setup.font, False, _HEADER_FONT_SIZE)
    part = single_spaced(cover.part)
    if cover.exempt and cover.paragraph:
        part = f"{part} (paragraph {single_spaced(cover.paragraph)})"
    number = single_spaced(cover.number)
    number, part = _fit(number, bold, setup.width / 3, 40), _fit(part, bold, setup.width / 2, 50)
    room = setup.width - max(bold.width(number), bold.width(part)) - 18
    committee = ", ".join(t for t in (single_spaced(cover.committee), single_spaced(cover.committee_date)) if t)
    return _fit(single_spaced(cover.page_title), bold, room, 90), _fit(committee, regular, room, 60), number, part


def header_code(cover: Cover, setup: PageSetup) -> str:
    """Return the header in Excel's codes: title, committee and date at the left, appendix number and part at the right."""
    title, committee, number, part = header_texts(cover, setup)
    right = "\n".join(_escape_codes(t) for t in (number, part) if t)
    while True:
        below = f"\n{_font_code(setup, 'Regular')}{_escape_codes(committee)}" if committee else ""
        text = f"&L{_font_code(setup, 'Bold')}{_escape_codes(title)}{below}&R{_font_code(setup, 'Bold')}{right}"
        if utf16_length(text) <= MOST_HEADER:
            return text
        if len(title) >= len(committee):
            title = _one_letter_less(title)
        else:
            committee = _one_letter_less(committee)


def footer_left(cover: Cover, setup: PageSetup) -> str:
    """Return what stands at the left foot of a page: the author and the period."""
    regular = face(setup.font, False, _HEADER_FONT_SIZE)
    parts = (f"Author: {single_spaced(cover.author)}" if cover.author else "", single_spaced(cover.period))
    return _fit(" · ".join(p for p in parts if p), regular, setup.width - 90, 120)


def footer_code(cover: Cover, setup: PageSetup) -> str:
    """Return the footer in Excel's codes: author and period at the left, page n of N at the right."""
    left = footer_left(cover, setup)
    while True:
        text = f"&L{_font_code(setup, 'Regular')}{_escape_codes(left)}&R{_font_code(setup, 'Regular')}Page &P of &N"
        if utf16_length(text) <= MOST_HEADER:
            return text
        left = _one_letter_less(left)


def _font_code(setup: PageSetup, weight: str) -> str:
    """Size before font: a text that begins with a figure must not follow the size."""
    return f'&{_HEADER_FONT_SIZE}&"{setup.font},{weight}"'


def _escape_codes(text: str) -> str:
    return header_text(text, _HEADER_FONT_SIZE)


def _one_letter_less(text: str) -> str:
    return text.removesuffix("…")[:-1].rstrip() + "…"


def _fit(text: str, type_face: Face, points: float, most: int) -> str:
    """Return the text, or as much of it as fits so many points and characters, ended with “…”."""
    while len(text) > most or (text and type_face.width(text) > points and len(text) > 2):
        text = _one_letter_less(text)
    return text
