"""What the tables of an .ods show beside their values: texts, fills, hidden columns, comments, struck words, shapes.

One pass over content.xml (ODF 1.2, 9.1), which most files without formats, colours and marks are spared by a few searches.
Runs in the capped child, on parts that are within their limits; repeated rows and cells are counted, not repeated.
"""

import re
from functools import lru_cache
from typing import Any

from hrworkbook.intake.annotations import MAX_ANNOTATIONS, MAX_CHARACTERS, comment_text
from hrworkbook.intake.cell_colours import is_nearly_white
from hrworkbook.intake.cell_looks import MAX_FILLED_CELLS
from hrworkbook.ooxml.xml_events import parse_elements

SheetLooks = dict[str, Any]
"""`shown_texts` and `fills` (row, column, row, column … by text), `hidden_columns`, `comments`, `struck`, `text_boxes` and
`pictures` ([row, column, text]), all counted from 1; what a sheet has nothing of is left out."""

_NUMBER_CELL = re.compile(rb' office:value="([^"<>]*)"[^<>]*>(?:<text:p>([^<]*)</text:p>)?')
_MARKS = (b"table:visibility=", b"<office:annotation", b"<draw:", b"office:date-value=", b"office:time-value=")
_STYLE_SAYS = re.compile(rb'fo:background-color="#|text-line-through-(?:style|type)="(?!none)[a-z]')
_STYLE_NAME = re.compile(rb' style:name="([^"<>]*)"')
_PARENT = re.compile(rb' style:parent-style-name="([^"<>]*)"')
_TYPED = frozenset({"float", "percentage", "currency", "date", "time"})
_CELLS = ("table:table-cell", "table:covered-table-cell")
_SHAPES = frozenset({"draw:frame", "draw:custom-shape", "draw:rect", "draw:ellipse", "draw:caption", "draw:line"})
_WIDEST_REPEAT = 1_000
"""Rows and columns repeated more often are the rest of a sheet, and say nothing of its table."""
_EXPONENT = re.compile(r"[0-9]E[+-]?[0-9]")


def read_ods_looks(content: bytes, named_styles: bytes) -> dict[str, SheetLooks]:
    """Return what each table shows, by its name: by the parts content.xml and styles.xml, given as UTF-8."""
    if not _needs_pass(content, named_styles):
        return {}
    handler = _ContentLooks()
    if named_styles:
        parse_elements(named_styles, handler.start_style)
    parse_elements(content, handler.start, handler.end, handler.characters)
    return {name: {what: found for what, found in looks.items() if found} for name, looks in handler.sheets.items()}


def _needs_pass(content: bytes, named_styles: bytes) -> bool:
    if any(mark in content for mark in _MARKS) or _STYLE_SAYS.search(content, 0, content.find(b"<office:spreadsheet")):
        return True
    if any(content.find(b'"%s"' % name) >= 0 for name in _saying_styles(named_styles)):
        return True
    return any(not _is_same(*cell) for cell in _NUMBER_CELL.findall(content))


@lru_cache(64)
def _saying_styles(named_styles: bytes) -> frozenset[bytes]:
    """Return the named styles that have a fill or strike words through, and those that have such a parent."""
    styles = [piece.partition(b"</style:style>")[0] for piece in named_styles.split(b"<style:style")[1:]]
    names = {name[1]: style for style in styles if (name := _STYLE_NAME.search(style))}
    found = {name for name, style in names.items() if _STYLE_SAYS.search(style)}
    for _ in range(3):
        found |= {name for name, style in names.items() if (up := _PARENT.search(style)) and up[1] in found}
    return frozenset(found)


def _is_same(value: bytes, text: bytes) -> bool:
    """Whether a text is the stored number, with a point or a comma."""
    return not text or value == text or value == text.replace(b",", b".")


class _Style:
    """What a cell or text style says; None where its parent says it."""

    __slots__ = ("fill", "parent", "struck")

    def __init__(self, parent: str) -> None:
        self.parent = parent
        self.fill: str | None = None
        self.struck: bool | None = None


class _ContentLooks:
    """One pass over the content, styles first."""

    def __init__(self) -> None:
        self.styles: dict[tuple[str, str], _Style] = {}
        self.style: _Style | None = None
        self.sheets: dict[str, SheetLooks] = {}
        self.looks: SheetLooks = {}
        self.depth = self.row = self.column = self.rows = self.columns = self.filled = 0
        self.column_styles: list[tuple[int, str]] = []
        self.row_style = ""
        self.cell: dict[str, str] | None = None
        self.paragraphs: list[str] = []
        self.struck_words: list[str] = []
        self.spans: list[bool] = []
        self.in_paragraph = 0
        self.over: list[str] = []
        """The comment or shapes that what is read now stands in."""
        self.over_text: list[str] = []
        self.is_picture = self.in_description = False
        self.description = ""

    def start_style(self, name: str, attributes: dict[str, str]) -> None:
        """Note what a style says (16.2, 20.175 and 20.364)."""
        if name in ("style:style", "style:default-style"):
            family = attributes.get("style:family", "")
            self.style = _Style(attributes.get("style:parent-style-name", ""))
            if name == "style:style" and family in ("table-cell", "text"):
                self.styles[family, attributes.get("style:name", "")] = self.style
        elif self.style and name == "style:table-cell-properties" and "fo:background-color" in attributes:
            self.style.fill = attributes["fo:background-color"].lstrip("#").upper()
        elif self.style and name == "style:text-properties":
            ways = [
                attributes[key]
                for key in attributes
                if key in ("style:text-line-through-style", "style:text-line-through-type")
            ]
            if ways:
                self.style.struck = "none" not in ways

    def said(self, family: str, name: str, what: str) -> Any:
        """Return what a style or the nearest of its parents says; None where none does."""
        for _ in range(20):
            style = self.styles.get((family, name))
            if style is None:
                return None
            if (found := getattr(style, what)) is not None:
                return found
            name = style.parent
        return None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Expat's call at the start of an element."""
        if name == "table:table":
            self.depth += 1
            if self.depth == 1:
                self.begin_table(attributes.get("table:name", ""))
        elif self.depth == 0:
            self.start_style(name, attributes)
        elif self.depth > 1:
            return
        elif self.over:
            self.start_over(name, attributes)
        elif name in _SHAPES or name == "office:annotation":
            self.over, self.over_text = [name], []
            self.is_picture, self.description = False, ""
        elif name == "table:table-column":
            self.add_columns(attributes)
        elif name == "table:table-row":
            self.column = 0
            self.rows = _repeats(attributes.get("table:number-rows-repeated"))
            self.row_style = attributes.get("table:default-cell-style-name", "")
        elif name in _CELLS:
            self.cell = attributes
            self.columns = _repeats(attributes.get("table:number-columns-repeated"))
            self.paragraphs, self.struck_words = [], []
        elif self.cell is not None:
            self.start_text(name, attributes)

    def begin_table(self, name: str) -> None:
        """Begin a sheet; of two with one name the first is told."""
        kinds: SheetLooks = {
            "shown_texts": {},
            "fills": {},
            "hidden_columns": [],
            "comments": [],
            "struck": [],
            "text_boxes": [],
            "pictures": [],
        }
        self.looks = self.sheets.setdefault(name, kinds) if name not in self.sheets else kinds
        self.row = self.column = self.filled = 0
        self.column_styles = []

    def add_columns(self, attributes: dict[str, str]) -> None:
        """Note the style of some columns' cells, and whether they are hidden."""
        count = _repeats(attributes.get("table:number-columns-repeated"))
        first = self.column_styles[-1][0] if self.column_styles else 0
        self.column_styles.append((first + count, attributes.get("table:default-cell-style-name", "")))
        if attributes.get("table:visibility", "visible") != "visible" and count < _WIDEST_REPEAT:
            self.looks["hidden_columns"].extend(range(first + 1, first + count + 1))

    def start_over(self, name: str, attributes: dict[str, str]) -> None:
        """Go into what lies over a cell."""
        if name in _SHAPES or name == "office:annotation":
            self.over.append(name)
        elif name == "draw:image":
            self.is_picture = True
        elif name in ("svg:desc", "svg:title"):
            self.in_description = True
        elif name == "text:p":
            self.over_text.append("\n")
            self.in_paragraph += 1
        elif self.in_paragraph and name in _SPACES:
            self.over_text.append(_space(name, attributes))

    def start_text(self, name: str, attributes: dict[str, str]) -> None:
        """Go into the text of a cell."""
        if name == "text:p":
            self.in_paragraph += 1
            self.paragraphs.append("")
        elif name == "text:span":
            self.spans.append(bool(self.said("text", attributes.get("text:style-name", ""), "struck")))
        elif self.in_paragraph and name in _SPACES:
            self.paragraphs[-1] += _space(name, attributes)

    def characters(self, text: str) -> None:
        """Expat's call with the text of an element."""
        if self.in_description:
            self.description += text
        elif self.over:
            if self.in_paragraph:
                self.over_text.append(text)
        elif self.in_paragraph and self.paragraphs:
            self.paragraphs[-1] += text
            if any(self.spans):
                self.struck_words.append(text)

    def end(self, name: str) -> None:
        """Expat's call at the end of an element."""
        if name == "table:table":
            self.depth -= 1
        elif self.depth != 1:
            return
        elif name == "text:p":
            self.in_paragraph = max(self.in_paragraph - 1, 0)
        elif self.over:
            self.in_description = self.in_description and name not in ("svg:desc", "svg:title")
            if name == self.over[-1]:
                self.over.pop()
                if not self.over:
                    self.settle_over(name)
        elif name == "text:span" and self.spans:
            self.spans.pop()
        elif name == "table:table-row":
            self.row += self.rows
        elif name in _CELLS and self.cell is not None:
            self.settle_cell(self.cell)
            self.cell = None
            self.column += self.columns

    def settle_over(self, name: str) -> None:
        """Note a comment, a text box or a picture at its cell; one over the whole sheet has no place."""
        place = [self.row + 1, self.column + 1] if self.cell is not None else [0, 0]
        text = "".join(self.over_text).strip()[:MAX_CHARACTERS]
        if name == "office:annotation":
            self.mark("comments", [*place, comment_text(text)] if text else None)
        elif text:
            self.mark("text_boxes", [*place, text])
        elif self.is_picture:
            self.mark("pictures", [*place, self.description.strip()[:MAX_CHARACTERS]])

    def mark(self, what: str, found: list[int | str] | None) -> None:
        """Add a mark to the sheet's, up to as many as are told."""
        if found and found[2:] and len(self.looks[what]) < MAX_ANNOTATIONS:
            self.looks[what].append(found)

    def settle_cell(self, cell: dict[str, str]) -> None:
        """Note what a cell shows, and the cells that it is repeated in."""
        if self.rows > _WIDEST_REPEAT or self.columns > _WIDEST_REPEAT:
            return
        text = "\n".join(self.paragraphs)
        style = cell.get("table:style-name") or self.row_style or self.default_style()
        fill = self.said("table-cell", style, "fill") or ""
        if fill and not _is_plain_fill(fill) and self.filled <= MAX_FILLED_CELLS:
            self.filled += self.rows * self.columns
            if self.filled > MAX_FILLED_CELLS:
                self.looks["fills"] = {}
            else:
                self.spread("fills", fill)
        if (shown := _shown_text(cell, text)) and self.rows * self.columns <= MAX_FILLED_CELLS:
            self.spread("shown_texts", shown)
        if not text:
            return
        whole = self.said("table-cell", style, "struck")
        words = "".join(self.struck_words).strip()[:MAX_CHARACTERS]
        if whole or words:
            self.mark("struck", [self.row + 1, self.column + 1, "" if whole else words])

    def default_style(self) -> str:
        """Return the style that the cell's column gives to cells without one."""
        return next((style for end, style in self.column_styles if self.column < end), "")

    def spread(self, what: str, text: str) -> None:
        """Add the cells that this one stands for to those of a text or colour."""
        cells = self.looks[what].setdefault(text, [])
        for row in range(self.row + 1, self.row + self.rows + 1):
            for column in range(self.column + 1, self.column + self.columns + 1):
                cells += (row, column)


_SPACES = frozenset({"text:s", "text:tab", "text:line-break"})


def _space(name: str, attributes: dict[str, str]) -> str:
    return "\n" if name == "text:line-break" else " " * min(_repeats(attributes.get("text:c")), 100)


def _is_plain_fill(fill: str) -> bool:
    return re.fullmatch(r"[0-9A-F]{6}", fill) is None or is_nearly_white(fill)


def _shown_text(cell: dict[str, str], text: str) -> str:
    """Return what a number shows where that is not the number itself; '' elsewhere.

    `0,85` for 0.85 is the number in the language of its writer, and an exponent hides digits that the file has.
    """
    kind = cell.get("office:value-type") or cell.get("calcext:value-type") or ""
    shown = " ".join(text.split())
    if kind not in _TYPED or not shown or _EXPONENT.search(shown):
        return ""
    return "" if cell.get("office:value", "") in (shown, shown.replace(",", ".")) else shown


def _repeats(count: str | None) -> int:
    return int(count) if count and count.isdecimal() and 0 < len(count) < 10 and count.strip("0") else 1
