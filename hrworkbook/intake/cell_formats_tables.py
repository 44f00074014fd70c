"""The texts that cells of an .ods show: the file keeps them beside their values."""

from bisect import bisect_left
from collections.abc import Collection, Mapping

from hrworkbook.ooxml.limits import refuse_package
from hrworkbook.ooxml.xml_events import parse_elements

Cell = tuple[int, int]
"""Row and column, counted from 0."""

_NO_TEXT = frozenset({"office:annotation", "draw:frame", "draw:custom-shape", "draw:g", "draw:control"})
"""What lies over a cell and is not its text."""


def ods_texts(content: bytes, wanted: Mapping[str, Collection[Cell]]) -> dict[str, dict[Cell, str]]:
    """Return the texts that these cells of an .ods' content show, by the name of the table.

    They are in the language of whoever wrote the file: `1.234,5` in a German one.
    """
    return _Tables(content, wanted).found if any(wanted.values()) else {}


class _Tables:
    """One pass over content.xml (ODF 1.2, 9.1), counting repeated rows and cells without repeating them."""

    def __init__(self, content: bytes, wanted: Mapping[str, Collection[Cell]]) -> None:
        self.wanted: dict[str, dict[int, list[int]]] = {}
        for table, cells in wanted.items():
            columns = self.wanted.setdefault(table, {})
            for row, column in sorted(cells):
                columns.setdefault(row, []).append(column)
        self.rows_of_table: list[int] = []
        self.found: dict[str, dict[Cell, str]] = {table: {} for table in wanted}
        self.table = ""
        self.depth = self.row = self.column = 0
        self.rows = self.columns = 1
        self.rows_wanted: list[int] = []
        self.paragraphs: list[list[str]] | None = None
        self.in_paragraph = self.in_comment = 0
        if not parse_elements(content, self.start, self.end, self.characters):
            raise refuse_package("its content is damaged")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element, as Expat reports it."""
        if name == "table:table":
            self.depth += 1
            if self.depth == 1:
                self.table, self.row = attributes.get("table:name", ""), 0
                self.rows_of_table = list(self.wanted.get(self.table, ()))
        elif self.depth != 1:
            return
        elif name == "table:table-row":
            self.column = 0
            self.rows = _repeats(attributes.get("table:number-rows-repeated"))
            first = bisect_left(self.rows_of_table, self.row)
            self.rows_wanted = self.rows_of_table[first : bisect_left(self.rows_of_table, self.row + self.rows)]
        elif not self.rows_wanted:
            return
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self.columns = _repeats(attributes.get("table:number-columns-repeated"))
            self.paragraphs = []
        elif self.paragraphs is not None:
            self.inside(name, attributes)

    def inside(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element inside a wanted cell: paragraphs, spaces, and what holds no text."""
        if name in _NO_TEXT:
            self.in_comment += 1
        elif self.in_comment or self.paragraphs is None:
            return
        elif name == "text:p":
            self.in_paragraph += 1
            self.paragraphs.append([])
        elif self.in_paragraph and name in ("text:s", "text:tab", "text:line-break"):
            count = min(_repeats(attributes.get("text:c")), 100)
            self.paragraphs[-1].append("\n" if name == "text:line-break" else " " * count)

    def characters(self, text: str) -> None:
        """Handle text in an element, as Expat reports it."""
        if self.paragraphs and self.in_paragraph and not self.in_comment:
            self.paragraphs[-1].append(text)

    def end(self, name: str) -> None:
        """Handle the end of an element, as Expat reports it."""
        if name == "table:table":
            self.depth -= 1
        elif self.depth != 1:
            return
        elif name == "table:table-row":
            self.row += self.rows
            self.rows_wanted = []
        elif self.paragraphs is None:
            return
        elif name in _NO_TEXT:
            self.in_comment -= 1
        elif name == "text:p" and not self.in_comment:
            self.in_paragraph -= 1
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self.settle("\n".join(map("".join, self.paragraphs)))
            self.paragraphs = None

    def settle(self, text: str) -> None:
        """Record the text for each wanted cell that the repeated cell stands for."""
        last = self.column + self.columns
        for row in self.rows_wanted:
            for column in self.wanted[self.table][row]:
                if self.column <= column < last:
                    self.found[self.table][row, column] = text
        self.column = last


def _repeats(count: str | None) -> int:
    return int(count) if count and count.isdecimal() and 0 < len(count) < 10 and count.strip("0") else 1
