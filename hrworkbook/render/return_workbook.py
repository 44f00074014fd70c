"""A return, written: one sheet with the owner's lines, locked but for the cells that are theirs to fill in."""

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet

from hrworkbook.plan.returns import (
    FILL_IN_TEXT,
    LEAVE_TEXT,
    ROW_ID,
    WORDS_NOTE,
    WORDS_SHEET,
    OutgoingReturn,
    columns_shown_again,
    due_line,
    last_heading,
    title_line,
)
from hrworkbook.plan.schema import ID_HEADER, Column
from hrworkbook.plan.snapshot import TALLEST_ROW, column_letters
from hrworkbook.plan.values import Value, as_text, is_blank
from hrworkbook.render import style as look
from hrworkbook.render.row_heights import row_height
from hrworkbook.render.sheet_parts import add_comment
from hrworkbook.render.word_colours import coloured_columns
from hrworkbook.render.workbook_formats import (
    WorkbookFormats,
    add_word_colours,
    dropdown_list,
    set_page,
    write_value,
)

SHEET_NAME = "Your return"
RIGHT_ALIGNED_KINDS = ("money", "percent", "whole", "number", "date")
"""Kinds whose cells Excel may read as figures when they are typed; all others are kept as text."""
LOWEST_ROW = 33.0
"""Points a row has at least: two lines."""
HEADER_ROW = 7
"""The heading row; above it the title, what to do, and the seal."""


def return_workbook(issued: OutgoingReturn, notes: Mapping[tuple[str, str], str] | None = None) -> bytes:
    """Return the return as an .xlsx without macros; the same return gives the same bytes.

    `notes` are comments for cells to mend, by line ID and column key; those cells are tinted, and the first is selected.
    """
    formats = WorkbookFormats(title_line(issued))
    sheet = formats.book.add_worksheet(SHEET_NAME)
    columns = _return_columns(issued)
    widths = [_column_width(c, shown) for c, shown in columns]
    sheet.hide_gridlines(2)
    _write_title(formats, sheet, issued)
    first_cell = _write_rows(formats, sheet, issued, columns, widths, notes or {})
    last = HEADER_ROW + len(issued.lines) - 1
    _add_dropdowns(formats, sheet, issued, columns, last)
    coloured = coloured_columns(issued.schema, issued.allowed_words)
    for i, (column, _) in enumerate(columns):
        if column and column.key in coloured:
            add_word_colours(formats, sheet, i, HEADER_ROW, last, coloured[column.key])
    sheet.protect("", {
        "sort": False, "autofilter": True, "format_columns": True, "format_rows": True, "select_locked_cells": True,
    })  # fmt: skip
    _write_headings(formats, sheet, columns, widths, last)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
    sheet.freeze_panes(HEADER_ROW, 1)
    sheet.repeat_rows(HEADER_ROW - 1)
    sheet.set_zoom(90)
    if first_cell:
        sheet.set_selection(*first_cell, *first_cell)
    set_page(sheet, title_line(issued))
    return formats.bytes()


def _return_columns(issued: OutgoingReturn) -> list[tuple[Column | None, bool]]:
    """Return the sheet's columns in order: the ID (None), then each column, its last report shown before it where it has one.

    HR's columns that are blank in every line are left out. The last is hidden and holds the IDs once more, for when the
    first is overtyped, deleted, or left out of a sort.
    """
    again = {
        c.key
        for c in columns_shown_again(issued.schema)
        if any(issued.last_reported.get(c.key, {}).get(x.id) for x in issued.lines)
    }
    columns: list[tuple[Column | None, bool]] = [(None, False)]
    for column in issued.schema.columns:
        if not column.is_owners and all(is_blank(line.values.get(column.key)) for line in issued.lines):
            continue
        if column.key in again:
            columns.append((column, True))
        columns.append((column, False))
    return [*columns, (None, True)]


def _column_width(column: Column | None, shown: bool) -> float:
    return 8.0 if column is None else min(column.width, 40.0) if shown else column.width


def _write_title(formats: WorkbookFormats, sheet: Worksheet, issued: OutgoingReturn) -> None:
    grey = {"bg_color": look.NEUTRAL_FILL}
    for row in range(HEADER_ROW - 1):
        sheet.set_row(row, 18, formats.format(**grey))
    write_value(
        sheet,
        0,
        0,
        title_line(issued),
        formats.format(font_size=look.TITLE_SIZE, bold=True, font_color=look.HEADER_FILL, **grey),
    )
    sheet.set_row(0, 27, formats.format(**grey))
    write_value(sheet, 1, 0, due_line(issued), formats.format(bold=True, **grey))
    write_value(sheet, 2, 0, FILL_IN_TEXT, formats.format(**grey))
    write_value(sheet, 3, 0, LEAVE_TEXT, formats.format(**grey))
    write_value(
        sheet, 4, 0, str(issued.seal), formats.format(font_size=look.SMALL_SIZE, font_color=look.SECONDARY, **grey)
    )
    sheet.set_row(5, 6, formats.format(**grey))


def column_heading(column: Column | None, shown: bool) -> str:
    """Return the heading of a return's column."""
    if column is None:
        return ROW_ID if shown else ID_HEADER
    return last_heading(column.header) if shown else column.header


def _write_headings(
    formats: WorkbookFormats,
    sheet: Worksheet,
    columns: Sequence[tuple[Column | None, bool]],
    widths: Sequence[float],
    last: int,
) -> None:
    """Write the heading row and the table under it, marked as one so that a screen reader tells each cell's heading."""
    headings = []
    for i, (column, shown) in enumerate(columns):
        owners = column is not None and column.is_owners and not shown
        style = formats.format(
            bold=True, text_wrap=True, indent=1, valign="vcenter", font_color=look.WHITE,
            bg_color=look.OWNER_HEADER_FILL if owners else look.HEADER_FILL,
        )  # fmt: skip
        headings.append({"header": column_heading(column, shown), "header_format": style})
        sheet.set_column(
            i, i, widths[i], formats.format(bg_color=look.NEUTRAL_FILL), {"hidden": column is None and shown}
        )
    sheet.add_table(
        HEADER_ROW - 1, 0, last, len(columns) - 1, {"name": "YourLines", "style": None, "columns": headings}
    )
    sheet.set_row(HEADER_ROW - 1, row_height([column_heading(*c) for c in columns], [w - 1 for w in widths]) + 6)


_CELL: dict[str, Any] = {"text_wrap": True, "indent": 1, "bottom": 1, "bottom_color": look.RULE_COLOUR}
_LOCKED: dict[str, Any] = {"bg_color": look.NEUTRAL_FILL}
_BEFORE: dict[str, Any] = {"bg_color": look.NEUTRAL_FILL, "font_color": look.SECONDARY}
_OPEN: dict[str, Any] = {
    "bg_color": look.WHITE, "locked": 0, "left": 1, "right": 1, "left_color": look.RULE_COLOUR, "right_color": look.RULE_COLOUR,
}  # fmt: skip
_TO_MEND = _OPEN | {"bg_color": look.PROBLEM_FILL, "left": 5, "left_color": look.RED}


def _to_fill_in(column: Column | None) -> dict[str, Any]:
    """Return the look of a cell that is the owner's: kept as text but for figures, so that "Mar-17" and "007" stay as typed."""
    if column is not None and column.kind in RIGHT_ALIGNED_KINDS:
        return _OPEN
    return _OPEN | {"num_format": "@"}


def _write_rows(
    formats: WorkbookFormats,
    sheet: Worksheet,
    issued: OutgoingReturn,
    columns: Sequence[tuple[Column | None, bool]],
    widths: Sequence[float],
    notes: Mapping[tuple[str, str], str],
) -> tuple[int, int] | None:
    first: tuple[int, int] | None = None
    noted: tuple[int, int] | None = None
    for row, line in enumerate(issued.lines, HEADER_ROW):
        cells: list[Value] = []
        for column, shown in columns:
            if column is None:
                cells.append(line.id)
            else:
                cells.append(
                    issued.last_reported[column.key].get(line.id, "") if shown else line.values.get(column.key)
                )
        tall = row_height([as_text(v) for v in cells], widths, tallest=TALLEST_ROW)
        sheet.set_row(row, max(tall, LOWEST_ROW))
        for i, ((column, shown), value) in enumerate(zip(columns, cells, strict=True)):
            is_owners = (
                column is not None and column.is_owners and not shown and (line.id, column.key) not in issued.closed
            )
            note = notes.get((line.id, column.key), "") if column and is_owners else ""
            looks = _TO_MEND if note else _to_fill_in(column) if is_owners else _BEFORE if shown else _LOCKED
            if column and not shown and (code := issued.number_formats.get((line.id, column.key))):
                looks = looks | {"num_format": code}
            style = formats.format(**_CELL | looks | {"valign": "top" if tall >= TALLEST_ROW else "vcenter"})
            write_value(sheet, row, i, value, style)
            if note:
                add_comment(sheet, row, i, note)
                noted = noted or (row, i)
            if is_owners and first is None:
                first = (row, i)
    return noted or first


def _add_dropdowns(
    formats: WorkbookFormats,
    sheet: Worksheet,
    issued: OutgoingReturn,
    columns: Sequence[tuple[Column | None, bool]],
    last: int,
) -> None:
    kept = _KeptWords(formats)
    for i, (column, shown) in enumerate(columns):
        if column is None or shown or not column.is_owners:
            continue
        help_ = {"input_title": column.header[:32], "input_message": column.help[:255]} if column.help else {}
        words = issued.allowed_words.get(column.key, ("Yes", "No") if column.kind == "yes-no" else ())
        if words:
            error = {"error_title": column.header[:32], "error_message": "Choose one of the words in the list."}
            source = dropdown_list(words) or kept.range_of(words)
            strict = column.kind == "choice"
            sheet.data_validation(
                HEADER_ROW, i, last, i, {"validate": "list", "source": source, "show_error": strict, **error, **help_}
            )
        elif help_:
            sheet.data_validation(HEADER_ROW, i, last, i, {"validate": "any", **help_})


class _KeptWords:
    """The words that Excel cannot hold in a dropdown itself, on a hidden sheet that is added where there are any."""

    def __init__(self, formats: WorkbookFormats) -> None:
        self._paper = formats
        self._sheet: Worksheet | None = None
        self._columns = 0

    def range_of(self, words: Sequence[str]) -> str:
        """Write the words down a column; return the formula that points a dropdown at them."""
        if self._sheet is None:
            self._sheet = self._paper.book.add_worksheet(WORDS_SHEET)
            write_value(self._sheet, 0, 0, WORDS_NOTE, self._paper.format())
            self._sheet.protect()
            self._sheet.hide()
        self._columns += 1
        for row, word in enumerate(words, 1):
            write_value(self._sheet, row, self._columns - 1, word, self._paper.format())
        letters = column_letters(self._columns)
        return f"={WORDS_SHEET}!${letters}$2:${letters}${len(words) + 1}"
