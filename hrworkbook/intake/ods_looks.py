"""What the tables of an .ods show beside their values: texts, fills, hidden columns, comments, struck words, shapes.

One pass over the tables of content.xml (ODF 1.2, 9.1), which most files are spared by a few searches
(`hrworkbook.intake.quick_ods_looks`). Runs in the capped child, on parts that are within their limits; repeated rows and
cells are counted, not repeated.
"""

from hrworkbook.intake.annotations import MAX_ANNOTATIONS, MAX_CHARACTERS, comment_text
from hrworkbook.intake.cell_looks import MAX_FILLED_CELLS
from hrworkbook.intake.ods_styles import CELL, TEXT, OdsStyles
from hrworkbook.intake.quick_ods_looks import WIDEST_REPEAT, SheetLooks, add_cells, quick_ods_looks, shown_text
from hrworkbook.intake.quick_ods_scan import SHEETS_MARK
from hrworkbook.ooxml.xml_events import parse_elements

_TYPED = frozenset({"float", "percentage", "currency", "date", "time"})
_CELLS = ("table:table-cell", "table:covered-table-cell")
_SHAPES = frozenset({"draw:frame", "draw:custom-shape", "draw:rect", "draw:ellipse", "draw:caption", "draw:line"})


def read_ods_looks(automatic: bytes, tables: bytes, named: bytes, *, fills: bool) -> dict[str, SheetLooks]:
    """Return what each table shows, by its name; without `fills` not the colours of its cells.

    Given as UTF-8: content.xml up to its tables, the rest of it, and styles.xml.
    """
    styles = OdsStyles(automatic, named, fills=fills)
    quick = quick_ods_looks(tables, styles)
    return full_ods_looks(tables, styles) if quick is None else quick


def full_ods_looks(tables: bytes, styles: OdsStyles) -> dict[str, SheetLooks]:
    """Return the same by a look at every cell."""
    handler = _ContentLooks(styles)
    if tables.startswith(SHEETS_MARK):
        tables = b"<office:document-content><office:body>" + tables
    parse_elements(tables, handler.start, handler.end, handler.characters)
    return {name: {what: found for what, found in looks.items() if found} for name, looks in handler.sheets.items()}


class _ContentLooks:
    """One pass over the tables."""

    def __init__(self, styles: OdsStyles) -> None:
        self.styles = styles
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

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Expat's call at the start of an element."""
        if name == "table:table":
            self.depth += 1
            if self.depth == 1:
                self.begin_table(attributes.get("table:name", ""))
        elif self.depth != 1:
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
        if attributes.get("table:visibility", "visible") != "visible" and count < WIDEST_REPEAT:
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
            self.spans.append(self.styles.is_struck(TEXT, attributes.get("text:style-name", "").encode()))
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
        if self.rows > WIDEST_REPEAT or self.columns > WIDEST_REPEAT:
            return
        text = "\n".join(self.paragraphs)
        style = cell.get("table:style-name") or self.row_style or self.default_style()
        fill = self.styles.fill(style.encode())
        if fill and self.filled <= MAX_FILLED_CELLS:
            self.filled += self.rows * self.columns
            if self.filled > MAX_FILLED_CELLS:
                self.looks["fills"] = {}
            else:
                self.spread("fills", fill)
        if (shown := _shown_text(cell, text)) and self.rows * self.columns <= MAX_FILLED_CELLS:
            self.spread("shown_texts", shown)
        if not text:
            return
        whole = self.styles.is_struck(CELL, style.encode())
        words = "".join(self.struck_words).strip()[:MAX_CHARACTERS]
        if whole or words:
            self.mark("struck", [self.row + 1, self.column + 1, "" if whole else words])

    def default_style(self) -> str:
        """Return the style that the cell's column gives to cells without one."""
        return next((style for end, style in self.column_styles if self.column < end), "")

    def spread(self, what: str, text: str) -> None:
        """Add the cells that this one stands for to those of a text or colour."""
        cells = self.looks[what].setdefault(text, [])
        add_cells(cells, self.row + 1, self.column + 1, self.rows, self.columns)


_SPACES = frozenset({"text:s", "text:tab", "text:line-break"})


def _space(name: str, attributes: dict[str, str]) -> str:
    return "\n" if name == "text:line-break" else " " * min(_repeats(attributes.get("text:c")), 100)


def _shown_text(cell: dict[str, str], text: str) -> str:
    kind = cell.get("office:value-type") or cell.get("calcext:value-type") or ""
    return shown_text(cell.get("office:value", ""), text) if kind in _TYPED else ""


def _repeats(count: str | None) -> int:
    return int(count) if count and count.isdecimal() and 0 < len(count) < 10 and count.strip("0") else 1
