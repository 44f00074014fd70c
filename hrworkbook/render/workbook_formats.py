"""The formats, heights and page set-up that the master and the return share."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from hrworkbook.plan.model import AUTHOR
from hrworkbook.plan.snapshot import address
from hrworkbook.plan.values import LONGEST_TEXT, CellError, Value, as_text, storable_text, utf16_length, with_line_feeds
from hrworkbook.render import style as look
from hrworkbook.render.header_text import MOST_HEADER, header_text
from hrworkbook.render.text_workbook import TextWorkbook
from hrworkbook.render.word_colours import WordColours

FIXED_DATE = datetime(2000, 1, 1)
"""Stands as the date of creation, so that the same contents give the same bytes."""

FIRST_YEAR = 1900
"""The year Excel counts days from; its first weeks are a day out."""

BASE_FORMAT: dict[str, Any] = {
    "font_name": "Calibri",
    "font_size": look.BODY_SIZE,
    "font_color": look.TEXT,
    "valign": "top",
}


class WorkbookFormats:
    """One workbook being written, with one format object for each look."""

    def __init__(self, title: str, author: str = AUTHOR) -> None:
        self._bytes = io.BytesIO()
        self.book = TextWorkbook(self._bytes)
        self.book.set_properties({"title": title, "author": author, "comments": "", "created": FIXED_DATE})
        self.book.set_size(1_600, 930)
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._conditions: dict[tuple[tuple[str, Any], ...], Format] = {}

    def format(self, **properties: Any) -> Format:
        """Return the format with this look; asked twice, the same one."""
        merged = BASE_FORMAT | properties
        if "indent" in merged:
            merged.setdefault("align", "left")
        key = tuple(sorted(merged.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(merged)
        return self._formats[key]

    def condition(self, **properties: Any) -> Format:
        """Return the format of a conditional format, which changes only what is given and keeps the hairline under a row."""
        merged = {"bottom": 1, "bottom_color": look.RULE_COLOUR} | properties
        key = tuple(sorted(merged.items()))
        if key not in self._conditions:
            self._conditions[key] = self.book.add_format(merged)
        return self._conditions[key]

    def bytes(self) -> bytes:
        """Return the finished workbook."""
        self.book.close()
        return self._bytes.getvalue()


def write_value(sheet: Worksheet, row: int, column: int, value: Value, style: Format) -> None:
    """Write a value at a row and column counted from 0: text as text, whatever it begins with; a date as one where its format shows it."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value, style)
    elif isinstance(value, date) and style.num_format not in ("General", "@") and value.year > FIRST_YEAR:
        sheet.write_datetime(row, column, value, style)
    elif isinstance(value, str) and not isinstance(value, CellError):
        sheet.write_string(row, column, with_line_feeds(storable_text(value))[:LONGEST_TEXT], style)
    else:
        sheet.write_string(row, column, as_text(value), style)


def add_word_colours(
    formats: WorkbookFormats, sheet: Worksheet, column: int, first: int, last: int, colours: WordColours
) -> None:
    """Have the words of a column, from row to row counted from 0, shown in their colours whoever types them."""
    for formula, paint in colours.formulas(address(first + 1, column + 1)):
        style = formats.condition(bg_color=paint.fill, font_color=paint.text, bold=True)
        sheet.conditional_format(first, column, last, column, {"type": "formula", "criteria": formula, "format": style})


def dropdown_list(words: Sequence[str]) -> list[str] | None:
    """Return the words as a dropdown's own list; None where Excel cannot hold them so, over 255 characters or with a comma."""
    fits = sum(len(w) + 1 for w in words) <= 256 and not any("," in w for w in words)
    return list(words) if words and fits else None


def set_page(sheet: Worksheet, footer: str, *, landscape: bool = True, paper: str = "A4") -> None:
    """Set a sheet up to print one page wide, numbered, with quiet margins."""
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(8 if paper == "A3" else 9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    small = f'&{look.SMALL_SIZE}&"Calibri,Regular"'  # size before font: no text may follow the size that begins with a figure
    footer, number = footer[:90], f"&R{small}Page &P of &N"
    while utf16_length(text := f"&L{small}{header_text(footer, look.SMALL_SIZE)}{number}") > MOST_HEADER:
        footer = footer[:-1]
    sheet.set_footer(text)
