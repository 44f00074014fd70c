"""The rows of a summary, and how they are shared out among pages."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hrworkbook.render.appendix.document import StatusTable, Trend
from hrworkbook.render.appendix.page_plan import CONTINUED_MARK, PageSetup
from hrworkbook.render.appendix.paginate import PAGE_FILL_LIMIT
from hrworkbook.render.word_colours import USUAL_COLOURS, WordColours


@dataclass(frozen=True, slots=True)
class SummaryCell:
    """One cell: column counted from 0, text or number, the name of its style, and the status whose colour it wears."""

    column: int
    value: str | int
    style: str
    status: str = ""


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One row of the summary; `fill_style` names the style of its empty cells up to the page's edge."""

    cells: tuple[SummaryCell, ...]
    height: float
    fill_style: str = ""
    keep_with_next: bool = False
    """Whether it stays on the page of the row below it."""
    valign: str = "top"
    """Where its texts stand, as XlsxWriter names it: alone in the middle, the first of several low and the last high."""
    role: str = ""
    """'chart', 'trend': that chart stands in this row; 'statuses': a row of the table the chart draws."""


@dataclass(frozen=True)
class SummaryPlan:
    """The summary, measured."""

    setup: PageSetup
    widths: tuple[int, ...]
    rows: tuple[SummaryRow, ...]
    breaks: tuple[int, ...]
    """The rows, counted from 0, that begin a page after the first."""
    statuses: StatusTable | None
    chart_slot: int
    """How many narrow columns one status of the status table takes."""
    trend: Trend | None = None
    theme_header: str = "theme"
    """What the lines are counted by."""
    colours: WordColours = USUAL_COLOURS
    """Those of the statuses."""

    @property
    def page_count(self) -> int:
        """How many pages the summary prints on."""
        return len(self.breaks) + 1

    def texts_of(self, page: int) -> list[str]:
        """Every text of a page counted from 1, in reading order."""
        edges = [0, *self.breaks, len(self.rows)]
        return [str(c.value) for row in self.rows[edges[page - 1] : edges[page]] for c in row.cells]


@dataclass(slots=True)
class SummaryPart:
    """A part of the summary: rows repeated where it runs over a page, and its own rows."""

    head: list[SummaryRow] = field(default_factory=list)
    body: list[SummaryRow] = field(default_factory=list)
    keep_whole: bool = False
    """Whether it stands on one page if it fits one; a part of less than a third of a page does always."""


def break_into_pages(parts: Sequence[SummaryPart], setup: PageSetup) -> tuple[list[SummaryRow], list[int]]:
    """Return the rows of all parts, and those that begin a page."""
    body = setup.height * PAGE_FILL_LIMIT
    rows: list[SummaryRow] = []
    breaks: list[int] = []
    used = 0.0
    for part in parts:
        tall = sum(r.height for r in (*part.head, *part.body))
        if used and (part.keep_whole or tall <= body / 3) and used + tall > body >= tall:
            breaks.append(len(rows))
            used = 0.0
        head_done = False
        for unit in _unbreakable_units(part, body):
            height = sum(r.height for r in unit)
            head = [] if head_done else part.head
            if used and used + height + sum(r.height for r in head) > body:
                breaks.append(len(rows))
                used = 0.0
                head = _repeated_heading(part.head) if head_done else part.head
            for row in (*head, *unit):
                rows.append(row)
                used += row.height
            head_done = True
    return rows, breaks


def _unbreakable_units(part: SummaryPart, body: float) -> list[list[SummaryRow]]:
    """Rows that must not be parted, each with those it keeps to; single rows where together they fit no page."""
    units: list[list[SummaryRow]] = [[]]
    for row in part.body:
        units[-1].append(row)
        if not row.keep_with_next:
            units.append([])
    out: list[list[SummaryRow]] = []
    for unit in units:
        fits = sum(r.height for r in (*part.head, *unit)) <= body
        out += [unit] if fits else [[row] for row in unit]
    return [u for u in out if u]


def _repeated_heading(head: Sequence[SummaryRow]) -> list[SummaryRow]:
    """Return a part's heading at the top of a further page, marked as going on; the table the chart draws has one head."""
    out = []
    marked = False
    for row in head:
        if row.cells and row.cells[0].style == "heading" and not marked:
            cell = row.cells[0]
            row = replace(row, cells=(replace(cell, value=f"{cell.value} {CONTINUED_MARK}"), *row.cells[1:]))
            marked = True
        out.append(replace(row, role=""))
    return out
