"""Fills and shown texts of an .ods by a few searches, instead of a look at every cell.

The cells that matter are found by the names of the few styles with a fill, and by numbers that show something else than
themselves; only their places are reckoned. Where a file has shapes, hidden columns or struck words, or is written
in another way than most, `hrworkbook.intake.ods_looks` looks at every cell.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, NamedTuple

from hrworkbook.intake.annotations import MAX_ANNOTATIONS, MAX_CHARACTERS, comment_text
from hrworkbook.intake.cell_looks import MAX_FILLED_CELLS
from hrworkbook.intake.ods_styles import CELL, TEXT, OdsStyles
from hrworkbook.intake.quick_ods_scan import cell_count

SheetLooks = dict[str, Any]
"""`shown_texts` and `fills` (row, column, row, column … by text), `hidden_columns`, `comments`, `struck`, `text_boxes` and
`pictures` ([row, column, text]), all counted from 1; what a sheet has nothing of is left out."""

WIDEST_REPEAT = 1_000
"""Rows and columns repeated more often are the rest of a sheet, and say nothing of its table."""
_MARKS = ((b"y", b"table:visibility="), (b"", b"<draw:"), (b"'", b"='"))
"""What only a look at every cell can tell, and attributes in single quotes; each after a letter of it that is rarer."""
_VALUES = (b' office:value="', b' office:date-value="', b' office:time-value="')
_VALUE = re.compile(
    rb' office:(value|date-value|time-value)="([^"]*)"[^>]*>(?:(?<=/>)|(?=</table:)|'
    rb"<text:p>([^<]*(?:<text:s[^<>]{0,20}/>[^<]*)*)</text:p></table:)"
)
"""A value in its cell's tag, and the one paragraph that shows it."""
_STRING = b'-type="string"'
_NAME = re.compile(rb'table:name="([^"<>]*)"')
_REPEATED = {what: re.compile(rb'table:number-%s-repeated="([0-9]{1,9})"' % what) for what in (b"rows", b"columns")}
_TAG = re.compile(rb"<[^<>]*>")
_SPACE = re.compile(rb'<text:(s|tab|line-break)(?: text:c="([0-9]{1,2})")?/>')
_CELL_TAGS = (b"<table:table-cell", b"<table:covered-table-cell")
_ROW = b"<table:table-row"
_EXPONENT = re.compile(r"[0-9]E[+-]?[0-9]")


class _Hit(NamedTuple):
    """A cell that matters: a place in its tag, `fills` or `shown_texts`, and the colour or text."""

    at: int
    what: str
    text: str


class _OddlyWritten(Exception):
    """The tables are written in a way that searches cannot tell."""


def quick_ods_looks(tables: bytes, styles: OdsStyles) -> dict[str, SheetLooks] | None:
    """Return what each table shows, by its name; None where only a look at every cell can tell."""
    if any(tables.find(rare) >= 0 and tables.find(mark) >= 0 for rare, mark in _MARKS):
        return None
    if styles.matter:
        defaults, texts = _names(tables, b'default-cell-style-name="'), _names(tables, b'text:style-name="')
        if any(map(styles.fill, defaults)) or any(styles.is_struck(CELL, name) for name in defaults):
            return None
        if any(styles.is_struck(TEXT, name) for name in texts):
            return None
    fills: dict[bytes, str] = {}
    pieces = tables.split(b"<table:table ")[1:]
    if tables.count(b"</table:table>") != len(pieces):
        return None
    found: dict[str, SheetLooks] = {}
    try:
        for table in pieces:
            name = _NAME.search(table, 0, table.find(b">"))
            looks = _table_looks(table, styles, fills)
            found.setdefault(unescape(name[1].decode("utf-8", "replace")) if name else "", looks)
    except _OddlyWritten:
        return None
    return found


def _names(tables: bytes, mark: bytes) -> set[bytes]:
    return {piece[: piece.find(b'"')] for piece in tables.split(mark)[1:]}


def _table_looks(table: bytes, styles: OdsStyles, fills: dict[bytes, str]) -> SheetLooks:
    table, comments = _without_comments(table)
    filled_cells = _filled(table, styles, fills) if styles.matter else ()
    hits = sorted([*filled_cells, *_shown(table), *comments])
    found: SheetLooks = {"fills": {}, "shown_texts": {}, "comments": []}
    filled = 0
    for hit, row, column, rows, columns in _placed(table, hits):
        if hit.what == "comments":
            found["comments"] += [[row, column, hit.text]] if len(found["comments"]) < MAX_ANNOTATIONS else []
            continue
        if max(rows, columns) > WIDEST_REPEAT:
            continue
        filled += rows * columns if hit.what == "fills" else 0
        if rows == columns == 1:
            found[hit.what].setdefault(hit.text, []).extend((row, column))
        elif rows * columns <= MAX_FILLED_CELLS:
            add_cells(found[hit.what].setdefault(hit.text, []), row, column, rows, columns)
    if filled > MAX_FILLED_CELLS:
        del found["fills"]
    return {what: cells for what, cells in found.items() if cells}


def _without_comments(table: bytes) -> tuple[bytes, list[_Hit]]:
    """Return the table without its comments, and these."""
    if table.find(b"<office:annotation") < 0:
        return table, []
    first, *rest = table.split(b"<office:annotation")
    kept, length, hits = [first], len(first), []
    for piece in rest:
        comment, ends, after = piece.partition(b"</office:annotation>")
        if not ends or not kept[-1].startswith(_CELL_TAGS, kept[-1].rfind(b"<")):
            raise _OddlyWritten
        paragraphs = [_TAG.sub(b"", _SPACE.sub(_space, part)) for part in comment.split(b"<text:p")[1:]]
        words = b"\n".join(part.partition(b">")[2] for part in paragraphs).decode("utf-8", "replace")
        if text := comment_text(unescape(words).strip()[:MAX_CHARACTERS]):
            hits.append(_Hit(length - 1, "comments", text))
        kept.append(after)
        length += len(after)
    return b"".join(kept), hits


def _space(element: re.Match[bytes]) -> bytes:
    return b"\n" if element[1] == b"line-break" else b" " * int(element[2] or 1)


def _filled(table: bytes, styles: OdsStyles, fills: dict[bytes, str]) -> Iterator[_Hit]:
    """Yield the tags that name a style with a fill; `fills` has those of the styles met before."""
    mark = b'table:style-name="'
    first, *pieces = table.split(mark)
    at = len(first)
    for piece in pieces:
        name = piece[: piece.find(b'"')]
        if name not in fills:
            if styles.is_struck(CELL, name):
                raise _OddlyWritten
            fills[name] = styles.fill(name)
        if fills[name]:
            yield _Hit(at, "fills", fills[name])
        at += len(piece) + len(mark)


def _shown(table: bytes) -> Iterator[_Hit]:
    """Yield the numbers, dates and times that show something else than what is stored."""
    found = list(_VALUE.finditer(table))
    if len(found) != sum(map(table.count, _VALUES)):
        raise _OddlyWritten
    for cell in found:
        kind, value, text = cell.groups()
        number = value if kind == b"value" else b""
        if not text or number == text:
            continue
        text = _SPACE.sub(_space, text) if text.find(b"<") >= 0 else text
        if shown := shown_text(number.decode("utf-8", "replace"), unescape(text.decode("utf-8", "replace"))):
            at = cell.start()
            if table.find(_STRING, table.rfind(b"<", 0, at), cell.start(3)) < 0:
                yield _Hit(at, "shown_texts", shown)


def _placed(table: bytes, hits: list[_Hit]) -> Iterator[tuple[_Hit, int, int, int, int]]:
    """Yield the hits in cells with row and column counted from 1, and how many of both the cell stands for."""
    row, rows = 1, 0
    begin = end = -1
    column = reached = 0
    for hit in hits:
        while end < hit.at:  # on to the row that the hit is in
            row, begin = row + rows, _next_row(table, end if end >= 0 else 0)
            end = _next_row(table, begin + 1)
            rows = _repeat_of(table, b"rows", begin) if begin < len(table) else 1
            column, reached = 0, table.find(b">", begin)
        tag = table.rfind(b"<", 0, hit.at)
        if begin < tag and table.startswith(_CELL_TAGS, tag):
            column += cell_count(table, reached, tag)
            reached = tag
            yield hit, row, column + 1, rows, _repeat_of(table, b"columns", tag)


def _next_row(table: bytes, at: int) -> int:
    """Return the place of the next row's tag; the table's length after the last."""
    while (at := table.find(_ROW, at)) >= 0:
        if table[at + len(_ROW) : at + len(_ROW) + 1] in b" />":
            return at
        at += 1
    return len(table)


def _repeat_of(table: bytes, what: bytes, tag: int) -> int:
    end = table.find(b">", tag)
    if table.find(b"-repeated", tag, end) < 0:
        return 1
    found = _REPEATED[what].search(table, tag, end)
    return max(int(found[1]), 1) if found else 1


def add_cells(cells: list[int], row: int, column: int, rows: int, columns: int) -> None:
    """Add row, column, row, column … of the cells that one stands for, the first of them at a row and column."""
    for down in range(row, row + rows):
        for across in range(column, column + columns):
            cells += (down, across)


def shown_text(value: str, text: str) -> str:
    """Return what a number shows where that is not the number itself; '' elsewhere.

    `0,85` for 0.85 is the number in the language of its writer, and an exponent hides digits that the file has.
    """
    shown = " ".join(text.split())
    if not shown or value == shown or value == shown.replace(",", "."):
        return ""
    return "" if "E" in shown and _EXPONENT.search(shown) else shown
