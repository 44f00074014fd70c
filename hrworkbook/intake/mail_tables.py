"""A return answered in the mail itself: the table an owner pasted into the text, as a file of its own."""

import csv
import io
import re
from collections.abc import Mapping

from hrworkbook.intake.markup import pieces_of, unescaped
from hrworkbook.plan.values import fold_name

TABLE_FILE_NAME = "the table in the text.csv"
MAX_HTML_CHARACTERS = 2_000_000
"""Characters of a mail's HTML that are looked through."""
CELLS_MAX = 300_000
"""Cells and line breaks of all a mail's tables; one with more is not looked through."""
_MIN_ROWS = 3
"""Cells of a heading row, the ID among them."""
_BREAK_TAGS = frozenset({"br", "p", "div", "li", "tr"})
_SPAN = re.compile(r"\b(colspan|rowspan)\s{0,9}=\s{0,9}[\"']?0*([0-9]{1,3})", re.I)
_WHITE = re.compile(r"\s+")
_ID = re.compile(r">\s{0,99}ID\s{0,99}<", re.I)
_EDIT_MARK_TAGS = frozenset({"s", "strike", "del", "ins"})


def tables_as_csv(html: str) -> bytes:
    """Return the tables of a mail that have a column ID as CSV, one below the other; b'' where there is none.

    A table whose cells are merged downwards or whose words are struck through is left to the officer: in a plain table
    what lies under a merged cell would look cleared.
    """
    if len(html) > MAX_HTML_CHARACTERS or not _ID.search(html):
        return b""
    found = [t.rows for t in _parse_tables(html) if not t.has_edit_marks and any(map(_is_heading, t.rows))]
    if not found:
        return b""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    for rows in found:
        writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig", "replace")


def _is_heading(row: list[str]) -> bool:
    return sum(map(bool, row)) >= _MIN_ROWS and any(fold_name(cell) == "id" for cell in row if len(cell) < 8)


class _HtmlTable:
    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.cell: list[str] | None = None
        self.span = 1
        self.has_edit_marks = False

    def begin(self, tag: str, spans: Mapping[str, int]) -> None:
        """Handle the start of an element in the table: a row, a cell, a line break or an edit mark."""
        if tag == "tr":
            self.end_cell()
            self.rows.append([])
        elif tag in ("td", "th"):
            self.end_cell()
            self.cell, self.span = [], min(max(spans.get("colspan", 1), 1), 200)
            self.has_edit_marks = self.has_edit_marks or spans.get("rowspan", 1) != 1
        elif tag in _BREAK_TAGS and self.cell:
            self.cell.append("\n")
        elif tag in _EDIT_MARK_TAGS:
            self.has_edit_marks = True

    def end_cell(self) -> None:
        """Add the text of the open cell to its row, with blank cells for the columns it spans, and close it."""
        if self.cell is not None and self.rows:
            text = "\n".join(" ".join(line.split()) for line in unescaped("".join(self.cell)).split("\n")).strip("\n")
            self.rows[-1] += [text, *[""] * (self.span - 1)]
        self.cell = None


def _parse_tables(html: str) -> list[_HtmlTable]:
    """Return each table of a page; a nested table, as layouts have them, is a table of its own."""
    room = CELLS_MAX
    found: list[_HtmlTable] = []
    open_: list[_HtmlTable] = []
    for name, markup, text in pieces_of(html):
        if name == "table":
            open_.append(_HtmlTable())
            found.append(open_[-1])
        elif name == "/table" and open_:
            open_.pop().end_cell()
        elif name in ("/td", "/th", "/tr") and open_:
            open_[-1].end_cell()
        elif open_ and name:
            spans = {way.lower(): int(n) for way, n in _SPAN.findall(markup)}
            open_[-1].begin(name, spans)
            room -= open_[-1].span if name in ("td", "th") else 1
            if room < 0:
                return []
        if open_ and open_[-1].cell is not None:
            open_[-1].cell.append(_WHITE.sub(" ", text))
    return found
