"""What an appendix says, as plain data: whoever computes it fills these in, whoever writes it reads nothing else."""

from dataclasses import dataclass, field

from hrworkbook.render.appendix.figure_texts import share_text
from hrworkbook.render.appendix.page_plan import Cover, PageSetup, PrintColumn, PrintLine
from hrworkbook.render.word_colours import USUAL_COLOURS, WordColours


@dataclass(frozen=True, slots=True)
class HeadlineCount:
    """One large number of the summary and the words under it: 53, 'lines in the plan'."""

    number: int
    label: str
    status: str = ""
    """The status whose colour the number wears; '' for none."""


@dataclass(frozen=True, slots=True)
class StatusTable:
    """How many lines of each theme have each status, in the order they are to be shown."""

    statuses: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    """Theme, and its count for each status."""

    @property
    def totals(self) -> tuple[int, ...]:
        """How many lines of all themes have each status."""
        return tuple(sum(column) for column in zip(*(counts for _, counts in self.rows), strict=True))

    @property
    def shares(self) -> tuple[str, ...]:
        """The share of all lines that has each status, and last that of all: `34%`, …, `100%`."""
        total = sum(self.totals)
        return (*(share_text(number, total) for number in self.totals), share_text(total, total))


@dataclass(frozen=True, slots=True)
class OverdueLine:
    """A line whose due date has passed without completion."""

    theme: str
    reference: str
    text: str
    """What was to be done."""
    due: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class MonthGrid:
    """How many lines of each theme fall due in each month."""

    months: tuple[str, ...]
    """`Apr 2016`, …; further columns such as `Ongoing` or `Not dated` may follow."""
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    """Theme, and its count for each month."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SpendLine:
    """Planned against actual spend of a line, a theme or the whole plan, as written."""

    label: str
    planned: str
    actual: str
    difference: str = ""
    reference: str = ""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Spend:
    """Planned against actual spend: lines where there are figures, else the sentence alone."""

    sentence: str = ""
    lines: tuple[SpendLine, ...] = ()


@dataclass(frozen=True, slots=True)
class RevisedDate:
    """A line whose due date is another than when it was last reported."""

    theme: str
    reference: str
    text: str
    owner: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class RevisedDates:
    """The lines with another due date, owner by owner, and how many fall due later or earlier."""

    sentence: str
    dates: tuple[RevisedDate, ...]


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that says something else than at the last meeting."""

    theme: str
    reference: str
    text: str
    """The line it belongs to, in a few words."""
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeList:
    """What changed since the last meeting: the sentence alone where nothing did or nothing is known."""

    sentence: str
    changes: tuple[CellChange, ...] = ()
    numbers: "ChangedLines | None" = None
    """None where there is nothing to compare with."""


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """How many lines of a plan changed since they were last reported, are new in it, and are in it no longer."""

    changed: int = 0
    new: int = 0
    gone: int = 0
    """As complete, deleted, or of the other part now."""


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One row of a trend: what it is, its text for each month, and, where it is drawn, its figures."""

    label: str
    texts: tuple[str, ...]
    figures: tuple[float | None, ...] = ()
    """None where a month has none; empty for a row that is not drawn."""
    other_scale: bool = False
    """Whether it is drawn on the scale at the right."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Figures month by month, as a table and a chart."""

    heading: str
    months: tuple[str, ...]
    rows: tuple[TrendRow, ...]
    note: str = ""

    @property
    def charted_rows(self) -> list[TrendRow]:
        """The rows that are lines of the chart; without one there is none."""
        return [row for row in self.rows if row.figures]


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of texts in three columns, under a heading of its own."""

    heading: str
    headers: tuple[str, str, str]
    rows: tuple[tuple[str, str, str], ...]
    empty_text: str
    """The sentence that stands there where there are no rows."""


@dataclass(frozen=True, slots=True)
class PlansTable:
    """The plans of a pack side by side: a row each, then one of all; each text stands under its header."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...]
    words: frozenset[int] = frozenset()
    """The columns that hold words, besides the first; the others hold figures."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The sheet members look at first; a part that is None or empty is left out."""

    paragraph: str = ""
    """The covering paragraph, ready to paste into the report."""
    counts: tuple[HeadlineCount, ...] = ()
    statuses: StatusTable | None = None
    overdue: tuple[OverdueLine, ...] | None = None
    """None: nothing is known about due dates. Empty: nothing is overdue, and the summary says so."""
    months: MonthGrid | None = None
    spend: Spend | None = None
    changes: ChangeList | None = None
    revised: RevisedDates | None = None
    """None: no date was revised, or nothing is known of earlier ones."""
    as_at: str = ""
    """The day on which lines are judged overdue, and what makes it that day: `31 December 2016, the end of 2016/17 Q3`."""
    trend: Trend | None = None
    text_table: TextTable | None = None
    completed: tuple[int, str] | None = None
    """How many lines were completed in the year to date, and since when: `in 2016/17`; None where that is not known."""
    plans: PlansTable | None = None
    """Of a pack."""


@dataclass(frozen=True, slots=True)
class AppendixDocument:
    """Everything one appendix workbook holds. An exempt one is a document of its own with its own lines and counts."""

    cover: Cover
    columns: tuple[PrintColumn, ...]
    lines: tuple[PrintLine, ...]
    setup: PageSetup = field(default_factory=PageSetup)
    summary: Summary | None = None
    plan_title: str = ""
    """Printed above the plan; the cover's title where empty."""
    empty_text: str = "There is nothing to report."
    """Printed where there are no lines."""
    theme_header: str = "Theme"
    id_header: str = "ID"
    note: str = ""
    """What stood against making it, where it was made all the same."""
    language: str = "en-GB"
    status_colours: WordColours = USUAL_COLOURS
    sections: "tuple[AppendixDocument, ...]" = ()
    """Of a pack: its plans, each a document of its own that `plan_title` names; the pack itself has no lines."""
