"""A Word document as one sheet: its paragraphs as rows of one cell, its tables as rows of cells, in the order they stand.

Runs in the capped child, so it imports the standard library only. Word's elements are those of ECMA-376 part 1, 17.
"""

from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

from hrworkbook.intake.annotations import MAX_ANNOTATIONS, MAX_CHARACTERS, RawAnnotation
from hrworkbook.intake.calamine_sheets import RawBook, RawSheet
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.ooxml.limits import refuse_package

DOCUMENT, COMMENTS = "word/document.xml", "word/comments.xml"
SHEET_NAME = "Document"
_WIDEST_TABLE = 63
"""Columns of a table in Word (its specifications and limits)."""
_OFF = ("0", "false", "off", "none")
_NO_FILL = ("auto", "", "FFFFFF")


def read_word_tables(package: CheckedPackage) -> RawBook:
    """Return a document's words and tables as one sheet, merged cells as merges, shading as fills.

    Raises UnreadableFile where the document is damaged or holds no table.
    """
    handler = _DocumentHandler()
    _parse(package.xml(DOCUMENT), handler)
    if not handler.tables:
        raise refuse_package(
            "it is a Word document without a table", "Give the document or workbook with the plan's table"
        )
    comments = _CommentHandler()
    if COMMENTS in package:
        _parse(package.xml(COMMENTS), comments)
    notes = ["It has tracked changes; they were read as if all were accepted."] if handler.is_tracked else []
    return {"kind": "docx", "sheets": [handler.sheet(comments.found)], "notes": notes}


def _parse(xml: bytes, handler: "_DocumentHandler | _CommentHandler") -> None:
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: handler.start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: handler.end(name.rpartition(":")[2])
    parser.CharacterDataHandler = handler.characters
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        raise refuse_package("it is damaged: its text cannot be read") from None


def _value(attributes: Mapping[str, str], wanted: str = "val") -> str | None:
    return next((value for name, value in attributes.items() if name.rpartition(":")[2] == wanted), None)


class _CommentHandler:
    """The comments of a document, without their places."""

    def __init__(self) -> None:
        self.found: list[RawAnnotation] = []
        self._text: list[str] = []
        self._in_text = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "comment":
            self._text = []
        self._in_text = name == "t"

    def end(self, name: str) -> None:
        self._in_text = False
        if name == "p":
            self._text.append("\n")
        elif name == "comment" and len(self.found) < MAX_ANNOTATIONS and (text := "".join(self._text).strip()):
            self.found.append([0, 0, text[:MAX_CHARACTERS]])

    def characters(self, data: str) -> None:
        if self._in_text:
            self._text.append(data)


class _Cell:
    """A table's cell being read."""

    def __init__(self) -> None:
        self.paragraphs: list[str] = []
        self.struck: list[str] = []
        self.span = 1
        self.merge: str | None = None
        """`restart` where it begins a merge downwards, `continue` where it lies under one."""
        self.fill = ""


class _DocumentHandler:
    """The rows of a document; of a table within a cell the words belong to that cell."""

    def __init__(self) -> None:
        self.rows: list[list[Any]] = []
        self.merges: dict[tuple[int, int], tuple[int, int, int, int]] = {}
        """By first row and column."""
        self.fills: dict[str, list[int]] = {}
        self.struck: list[RawAnnotation] = []
        self.boxes: list[RawAnnotation] = []
        self.tables = 0
        self.is_tracked = False
        self._depth = 0
        self._hidden = 0
        """How deep in what is not shown: a second form of the same picture, words deleted."""
        self._in_box = 0
        self._texts: list[list[str]] = []
        self._in_text = self._in_cell_properties = self._is_struck = self._is_item = False
        self._cell: _Cell | None = None
        self._row: list[Any] = []
        self._open_merges: dict[int, list[int]] = {}

    def sheet(self, comments: list[RawAnnotation]) -> RawSheet:
        """Return what was read."""
        sheet: RawSheet = {
            "name": SHEET_NAME, "hidden": False, "rows": self.rows, "merges": list(self.merges.values()), "hidden_rows": [], "specials": [],
        }  # fmt: skip
        marks = {"comments": comments, "struck": self.struck, "text_boxes": self.boxes, "fills": self.fills}
        return sheet | {name: found for name, found in marks.items() if found}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Handle the start of an element."""
        if name in ("Fallback", "del", "moveFrom"):
            self._hidden += 1
            self.is_tracked |= name != "Fallback"
        elif name in ("tbl", "tr", "tc", "txbxContent", "p", "r"):
            self._open(name)
        elif name in ("gridSpan", "vMerge", "shd", "tcPr", "gridBefore"):
            self._read_cell_property(name, attributes)
        elif name in ("strike", "dstrike"):
            self._is_struck = (_value(attributes) or "true") not in _OFF
        elif name == "numPr":
            self._is_item = True
        elif name == "ins":
            self.is_tracked = True
        elif name in ("tab", "br", "cr") and self._texts and not self._hidden:
            self._texts[-1].append("\t" if name == "tab" else "\n")
        self._in_text = name == "t"

    def _open(self, name: str) -> None:
        if name == "tbl":
            self._depth += 1
            self._open_merges = {} if self._depth == 1 else self._open_merges
        elif name == "tr" and self._depth == 1:
            self._row = []
        elif name == "tc" and self._depth == 1:
            self._cell = _Cell()
        elif name == "txbxContent":
            self._in_box += 1
        elif name == "p":
            self._texts.append([])
            self._is_item = False
        elif name == "r":
            self._is_struck = False

    def _read_cell_property(self, name: str, attributes: Mapping[str, str]) -> None:
        cell, value = self._cell, _value(attributes)
        if name == "tcPr":
            self._in_cell_properties = True
        elif name == "gridBefore" and self._depth == 1 and value and value.isdecimal():
            self._row += [None] * min(int(value), _WIDEST_TABLE)
        elif cell is None or self._depth != 1 or not self._in_cell_properties:
            return
        elif name == "gridSpan" and value and value.isdecimal():
            cell.span = max(1, min(int(value), _WIDEST_TABLE))
        elif name == "vMerge":
            cell.merge = value or "continue"
        elif name == "shd":
            cell.fill = (_value(attributes, "fill") or "").upper()

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        self._in_text = False
        if name in ("Fallback", "del", "moveFrom"):
            self._hidden -= 1
        elif name == "tcPr":
            self._in_cell_properties = False
        elif name == "p" and self._texts:
            self._end_paragraph("".join(self._texts.pop()).strip())
        elif name == "txbxContent":
            self._in_box -= 1
        elif name == "tc" and self._depth == 1 and self._cell:
            self._end_cell(self._cell)
        elif name == "tr" and self._depth == 1:
            self.rows.append(self._row)
        elif name == "tbl":
            self._depth -= 1
            if not self._depth:
                self.tables += 1
                self.rows.append([])

    def _end_paragraph(self, text: str) -> None:
        text = f"• {text}" if text and self._is_item and self._depth else text
        if self._hidden:
            return
        if self._in_box:
            if text and len(self.boxes) < MAX_ANNOTATIONS:
                self.boxes.append([0, 0, text[:MAX_CHARACTERS]])
        elif self._cell is not None:
            self._cell.paragraphs.append(text)
        elif text or (self.rows and self.rows[-1]):
            self.rows.append([text] if text else [])

    def _end_cell(self, cell: _Cell) -> None:
        row, at = len(self.rows) + 1, len(self._row) + 1
        if cell.merge == "continue" and at in self._open_merges:
            self._open_merges[at][2] = row
            self._close_merge(at, cell)
        elif cell.merge == "restart" or cell.span > 1:
            self._open_merges[at] = [row, at, row, at + cell.span - 1]
            self._close_merge(at, cell)
        else:
            self._open_merges.pop(at, None)
        text = "\n".join(cell.paragraphs).strip("\n")
        if cell.fill not in _NO_FILL and len(cell.fill) == 6:
            self.fills.setdefault(cell.fill, []).extend((row, at))
        if cell.struck and len(self.struck) < MAX_ANNOTATIONS:
            self.struck.append([row, at, "".join(cell.struck)[:MAX_CHARACTERS]])
        self._row += [text or None, *(None,) * (cell.span - 1)]
        self._cell = None

    def _close_merge(self, at: int, cell: _Cell) -> None:
        """Record the extent so far of an open merge, and close it where the cell has no merge mark."""
        top, left, bottom, right = self._open_merges[at]
        self.merges[top, left] = top, left, bottom, right
        if cell.merge is None:
            del self._open_merges[at]

    def characters(self, data: str) -> None:
        """Handle text in a run."""
        if self._in_text and self._texts and not self._hidden:
            self._texts[-1].append(data)
            if self._is_struck and self._cell is not None:
                self._cell.struck.append(data)
