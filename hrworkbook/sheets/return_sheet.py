"""A return, written: one sheet with the owner's lines, locked but for the cells that are theirs to fill in."""

from collections.abc import Mapping, Sequence

from xlsxwriter.worksheet import Worksheet

from hrworkbook import look
from hrworkbook.heights import row_height
from hrworkbook.issue import ASK, LEAVE, WORDS_NOTE, WORDS_SHEET, Return, due_line, last_heading, shown_again, title_of
from hrworkbook.merging.matching import ROW_ID
from hrworkbook.schema import ID_HEADER, Column
from hrworkbook.sheets.paper import Paper, as_dropdown, page, put
from hrworkbook.snapshot import column_letters
from hrworkbook.values import Value, as_text, is_blank

SHEET = "Your return"
FIGURES = ("money", "percent", "whole", "number", "date")
"""Kinds whose cells Excel may read as figures when they are typed; all others are kept as text."""
TOP = 7
"""The heading row; above it the title, what to do, and the seal."""


def return_workbook(issued: Return, notes: Mapping[tuple[str, str], str] | None = None) -> bytes:
    """The return as an .xlsx without macros; the same return gives the same bytes.

    `notes` are comments for cells to mend, by line ID and column key; those cells are tinted, and the first is selected.
    """
    paper = Paper(title_of(issued))
    sheet = paper.book.add_worksheet(SHEET)
    columns = _columns(issued)
    widths = [_width(c, shown) for c, shown in columns]
    sheet.hide_gridlines(2)
    _head(paper, sheet, issued)
    first_cell = _rows(paper, sheet, issued, columns, widths, notes or {})
    last = TOP + len(issued.lines) - 1
    _dropdowns(paper, sheet, issued, columns, last)
    sheet.protect("", {
        "sort": False, "autofilter": True, "format_columns": True, "format_rows": True, "select_locked_cells": True,
    })  # fmt: skip
    _headings(paper, sheet, columns, widths, last)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
    sheet.freeze_panes(TOP, 1)
    sheet.repeat_rows(TOP - 1)
    sheet.set_zoom(90)
    if first_cell:
        sheet.set_selection(*first_cell, *first_cell)
    page(sheet, title_of(issued))
    return paper.bytes()


def _columns(issued: Return) -> list[tuple[Column | None, bool]]:
    """The sheet's columns in order: the ID (None), then each column, its last report shown before it where it has one.

    HR's columns that are blank in every line are left out. The last is hidden and holds the IDs once more, for when the
    first is overtyped, deleted, or left out of a sort.
    """
    again = {
        c.key for c in shown_again(issued.schema) if any(issued.last.get(c.key, {}).get(x.id) for x in issued.lines)
    }
    columns: list[tuple[Column | None, bool]] = [(None, False)]
    for column in issued.schema.columns:
        if not column.by_owner and all(is_blank(line.values.get(column.key)) for line in issued.lines):
            continue
        if column.key in again:
            columns.append((column, True))
        columns.append((column, False))
    return [*columns, (None, True)]


def _width(column: Column | None, shown: bool) -> float:
    return 8.0 if column is None else min(column.width, 40.0) if shown else column.width


def _head(paper: Paper, sheet: Worksheet, issued: Return) -> None:
    grey = {"bg_color": look.QUIET}
    for row in range(TOP - 1):
        sheet.set_row(row, 18, paper.format(**grey))
    put(sheet, 0, 0, title_of(issued), paper.format(font_size=look.TITLE_SIZE, bold=True, font_color=look.BAND, **grey))
    sheet.set_row(0, 27, paper.format(**grey))
    put(sheet, 1, 0, due_line(issued), paper.format(bold=True, **grey))
    put(sheet, 2, 0, ASK, paper.format(**grey))
    put(sheet, 3, 0, LEAVE, paper.format(**grey))
    put(sheet, 4, 0, str(issued.seal), paper.format(font_size=look.SMALL_SIZE, font_color=look.SECONDARY, **grey))
    sheet.set_row(5, 6, paper.format(**grey))


def heading_of(column: Column | None, shown: bool) -> str:
    """The heading of a return's column."""
    if column is None:
        return ROW_ID if shown else ID_HEADER
    return last_heading(column.header) if shown else column.header


def _headings(
    paper: Paper,
    sheet: Worksheet,
    columns: Sequence[tuple[Column | None, bool]],
    widths: Sequence[float],
    last: int,
) -> None:
    """The heading row and the table under it, marked as one so that a screen reader tells each cell's heading."""
    headings = []
    for i, (column, shown) in enumerate(columns):
        owners = column is not None and column.by_owner and not shown
        style = paper.format(
            bold=True, text_wrap=True, indent=1, valign="vcenter", font_color=look.WHITE,
            bg_color=look.OWNERS_BAND if owners else look.BAND,
        )  # fmt: skip
        headings.append({"header": heading_of(column, shown), "header_format": style})
        sheet.set_column(i, i, widths[i], paper.format(bg_color=look.QUIET), {"hidden": column is None and shown})
    sheet.add_table(TOP - 1, 0, last, len(columns) - 1, {"name": "YourLines", "style": None, "columns": headings})
    sheet.set_row(TOP - 1, row_height([heading_of(*c) for c in columns], [w - 1 for w in widths]) + 6)


def _rows(
    paper: Paper,
    sheet: Worksheet,
    issued: Return,
    columns: Sequence[tuple[Column | None, bool]],
    widths: Sequence[float],
    notes: Mapping[tuple[str, str], str],
) -> tuple[int, int] | None:
    edge = {"text_wrap": True, "indent": 1, "bottom": 1, "bottom_color": look.RULE}
    locked = paper.format(bg_color=look.QUIET, **edge)
    before = paper.format(bg_color=look.QUIET, font_color=look.SECONDARY, **edge)
    # As text, so that Excel keeps "Mar-17" and "007" as they are typed.
    typed = paper.format(
        bg_color=look.WHITE,
        locked=0,
        left=1,
        right=1,
        left_color=look.RULE,
        right_color=look.RULE,
        num_format="@",
        **edge,
    )
    open_ = paper.format(
        bg_color=look.WHITE, locked=0, left=1, right=1, left_color=look.RULE, right_color=look.RULE, **edge
    )
    to_mend = paper.format(
        bg_color=look.PROBLEM_FILL, locked=0, left=5, right=1, left_color=look.RED, right_color=look.RULE, **edge
    )
    first: tuple[int, int] | None = None
    noted: tuple[int, int] | None = None
    for row, line in enumerate(issued.lines, TOP):
        cells: list[Value] = []
        for i, (column, shown) in enumerate(columns):
            if column is None:
                value: Value = line.id
            else:
                value = issued.last[column.key].get(line.id, "") if shown else line.values.get(column.key)
            cells.append(value)
            theirs = column is not None and column.by_owner and not shown
            note = notes.get((line.id, column.key), "") if column and theirs else ""
            own = open_ if column is not None and column.kind in FIGURES else typed
            put(sheet, row, i, value, to_mend if note else own if theirs else before if shown else locked)
            if note:
                _comment(sheet, row, i, note)
                noted = noted or (row, i)
            if theirs and first is None:
                first = (row, i)
        tall = row_height([as_text(v) for v in cells], widths, tallest=look.TALLEST_ROW)
        sheet.set_row(row, max(tall, 33))
    return noted or first


def _comment(sheet: Worksheet, row: int, column: int, note: str) -> None:
    """A comment large enough for its text to be read without scrolling."""
    lines = sum(1 + len(line) // 38 for line in note.splitlines())
    looks = {"author": "HR", "font_name": "Calibri", "font_size": 10, "color": look.WHITE, "width": 250}
    sheet.write_comment(row, column, note, {**looks, "height": 24 + 18 * min(lines, 20)})


def _dropdowns(
    paper: Paper, sheet: Worksheet, issued: Return, columns: Sequence[tuple[Column | None, bool]], last: int
) -> None:
    kept = _KeptWords(paper)
    for i, (column, shown) in enumerate(columns):
        if column is None or shown or not column.by_owner:
            continue
        help_ = {"input_title": column.header[:32], "input_message": column.help[:255]} if column.help else {}
        words = issued.words.get(column.key, ("Yes", "No") if column.kind == "yes-no" else ())
        if words:
            error = {"error_title": column.header[:32], "error_message": "Choose one of the words in the list."}
            source = as_dropdown(words) or kept.range_of(words)
            strict = column.kind == "choice"
            sheet.data_validation(
                TOP, i, last, i, {"validate": "list", "source": source, "show_error": strict, **error, **help_}
            )
        elif help_:
            sheet.data_validation(TOP, i, last, i, {"validate": "any", **help_})


class _KeptWords:
    """The words that Excel cannot hold in a dropdown itself, on a hidden sheet that is added where there are any."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._sheet: Worksheet | None = None
        self._columns = 0

    def range_of(self, words: Sequence[str]) -> str:
        """Write the words down a column; return the formula that points a dropdown at them."""
        if self._sheet is None:
            self._sheet = self._paper.book.add_worksheet(WORDS_SHEET)
            put(self._sheet, 0, 0, WORDS_NOTE, self._paper.format())
            self._sheet.protect()
            self._sheet.hide()
        self._columns += 1
        for row, word in enumerate(words, 1):
            put(self._sheet, row, self._columns - 1, word, self._paper.format())
        letters = column_letters(self._columns)
        return f"={WORDS_SHEET}!${letters}$2:${letters}${len(words) + 1}"
