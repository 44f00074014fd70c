"""What a print sheet is made of, as plain data: columns and lines in, a page plan out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from hrworkbook.render.style import FontName
from hrworkbook.render.word_colours import USUAL_COLOURS, WordColours

PaperSize = Literal["A4", "A3"]
Orientation = Literal["landscape", "portrait"]
RowKind = Literal["title", "note", "theme", "space", "line"]

PAPER_POINTS = {"A4": (595.28, 841.89), "A3": (841.89, 1190.55)}
"""Short and long side in points."""

CONTINUED_MARK = "(cont.)"
NUMBER_KINDS = frozenset({"number", "whole number", "whole", "money", "percent", "currency"})
"""Kinds whose texts stand at the right of their column."""


@dataclass(frozen=True, slots=True)
class PrintColumn:
    """One column of a print sheet."""

    key: str
    header: str
    group: str = ""
    """The heading over this and the neighbouring columns of the same group; '' for none."""
    kind: str = "text"
    """'text', 'number', 'money', 'percent', 'status', 'date' …: numbers stand right, a status is bold in its colour."""
    weight: float = 12
    """The width the schema asks for, in characters: a hint, the text decides."""
    bullets: bool = False
    """Whether paragraphs that begin with a dash or a star are printed as bullets."""
    repeats_once: bool = False
    """Whether a text repeated from the line above is shown once a run, as a reference and its priority are."""
    colours: WordColours = USUAL_COLOURS
    """Those of a status's words."""


@dataclass(frozen=True, slots=True)
class PrintLine:
    """One line of the plan, as it is to be printed."""

    theme: str
    """The heading it stands under; '' where the layout has none."""
    reference: str
    """Lines in a row with the same theme and reference are kept together on a page where they fit."""
    cells: tuple[str, ...]
    """One text a column."""
    line_id: str = ""


@dataclass(frozen=True, slots=True)
class Margins:
    """Page margins in points; header and footer lie within top and bottom."""

    left: float = 34.0
    right: float = 34.0
    top: float = 51.0
    bottom: float = 42.0
    header: float = 20.0
    footer: float = 18.0


@dataclass(frozen=True, slots=True)
class PageSetup:
    """The paper and type of a print sheet."""

    paper: PaperSize = "A4"
    orientation: Orientation = "landscape"
    font: FontName = "Calibri"
    size: float = 10
    """Type size in points, 8 to 12."""
    margins: Margins = field(default_factory=Margins)

    @property
    def width(self) -> float:
        """Points between the left and right margins."""
        return self.page_size[0] - self.margins.left - self.margins.right

    @property
    def height(self) -> float:
        """Points between the top and bottom margins."""
        return self.page_size[1] - self.margins.top - self.margins.bottom

    @property
    def page_size(self) -> tuple[float, float]:
        """Width and height of the paper in points, as it lies."""
        short, long = PAPER_POINTS[self.paper]
        return (long, short) if self.orientation == "landscape" else (short, long)


@dataclass(frozen=True, slots=True)
class Cover:
    """What every page says about the appendix."""

    title: str
    committee: str = ""
    committee_date: str = ""
    author: str = ""
    appendix_number: str = ""
    """'1' or 'Appendix 1'."""
    part: str = "Part 1 (public)"
    """'Part 1 (public)' or 'Part 2 – exempt'."""
    paragraph: str = ""
    """For an exempt appendix: the paragraph of Schedule 12A to the Local Government Act 1972, '3'."""
    reason: str = ""
    """For an exempt appendix: why that paragraph applies."""
    period: str = ""
    organisation: str = ""
    section: str = ""
    """In a pack: the plan that the page is of."""

    @property
    def page_title(self) -> str:
        """What stands first at the head of a page: the title, in a pack with the plan that the page is of."""
        return f"{self.title} · {self.section}" if self.section else self.title

    @property
    def exempt(self) -> bool:
        """Whether this appendix is for Part 2 of the agenda."""
        return self.part.startswith("Part 2")

    @property
    def number(self) -> str:
        """`Appendix 1`; '' where there is no number."""
        number = self.appendix_number.strip()
        return number if not number or number.lower().startswith("appendix") else f"Appendix {number}"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row of a print sheet: a line of the plan, a piece of a tall one, a theme heading, white under it, or a title."""

    kind: RowKind
    cells: tuple[str, ...]
    """One text a column, exactly as cut from the source; a heading has one text only."""
    height: float
    """Points, a multiple of 0.75, at most 409.5."""
    line: int = -1
    """Which line of the plan, counted from 0; -1 for a heading."""
    starts: bool = True
    """Whether the line begins in this row."""
    ends: bool = True
    """Whether the line ends in this row."""
    continued: bool = False
    """Whether “(cont.)” stands after the first text: what began on an earlier page goes on."""
    ruled: tuple[bool, ...] = ()
    """For each column, whether a hairline is drawn under the cell."""


@dataclass(frozen=True, slots=True)
class Page:
    """One printed page: its first and last row, counted from 0, and the points its rows take."""

    first: int
    last: int
    height: float


@dataclass(frozen=True, slots=True)
class ReferenceStart:
    """Where a reference begins: its theme, its text, and its page counted from 1."""

    theme: str
    reference: str
    page: int


@dataclass(frozen=True)
class PagePlan:
    """A print sheet, measured: what stands in which row of which page, and how wide and tall all of it is."""

    columns: tuple[PrintColumn, ...]
    setup: PageSetup
    widths: tuple[int, ...]
    """Column widths in pixels at 96 dots an inch."""
    group_rows: tuple[PlanRow, ...]
    """The headings over groups of columns, repeated on every page; none where there are no groups."""
    header: PlanRow
    """The column headings, repeated on every page."""
    rows: tuple[PlanRow, ...]
    pages: tuple[Page, ...]
    starts: tuple[ReferenceStart, ...]
    reference_column: int = 0
    """The column that carries “(cont.)”."""
    indent: int = 1
    """The indent of every cell, in Excel's steps."""

    @property
    def page_count(self) -> int:
        """How many pages the sheet prints on."""
        return len(self.pages)

    @property
    def heading_height(self) -> float:
        """Points the repeated headings take on every page."""
        return sum(r.height for r in self.group_rows) + self.header.height

    def rows_of(self, page: int) -> tuple[PlanRow, ...]:
        """Return the rows of a page counted from 1, repeated headings left out."""
        found = self.pages[page - 1]
        return self.rows[found.first : found.last + 1]


def trim(text: str) -> str:
    """Return a piece of text as it is printed: without the spaces and line feeds at its ends."""
    return text.strip(" \n")


def group_spans(columns: Sequence[PrintColumn]) -> list[tuple[int, int, str]]:
    """First column, last column and text of each group heading; neighbours of one group share one."""
    spans: list[tuple[int, int, str]] = []
    for j, column in enumerate(columns):
        if spans and spans[-1][2] == column.group:
            spans[-1] = (spans[-1][0], j, column.group)
        else:
            spans.append((j, j, column.group))
    return spans
