"""The paper a committee reads, as plain data: headings, paragraphs and tables in their order, before a Word document is made of them."""

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from hrworkbook.render.appendix.document import HeadlineCount
from hrworkbook.render.appendix.page_plan import CONTINUED_MARK, Cover, PageSetup, PrintColumn
from hrworkbook.render.word_colours import WordColours


class TextStyle(Enum):
    """What a paragraph is; the value is the name of its style in Word."""

    TITLE = "Title"
    SUBTITLE = "Subtitle"
    NOTICE = "Notice"
    BODY = "Body Text"
    NOTE = "Note"
    POINT = "List Bullet"


class CellTone(Enum):
    """How a cell is set."""

    PLAIN = "plain"
    QUIET = "quiet"
    """In secondary colour: said before, and repeated for whoever reads only this row."""
    DUE = "due"
    """Bold on a light fill: a count of a month in which something falls due."""


@dataclass(frozen=True, slots=True)
class PaperHeading:
    """A heading: of level 1 or 2."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class PaperText:
    """A paragraph."""

    text: str
    style: TextStyle = TextStyle.BODY


@dataclass(frozen=True, slots=True)
class PaperCounts:
    """The large numbers, each read with its words."""

    counts: tuple[HeadlineCount, ...]
    colours: WordColours


@dataclass(frozen=True, slots=True)
class BarPart:
    """A part of a bar: its number, and its fill."""

    number: float
    fill: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Numbers drawn in a row of a table: side by side to a scale, or as columns month by month."""

    parts: tuple[BarPart, ...]
    whole: float
    """The number that fills the width, or of columns the height."""
    alternative_text: str
    upright: bool = False


@dataclass(frozen=True, slots=True)
class PaperCell:
    """A cell's text, or the bar drawn in it."""

    text: str = ""
    tone: CellTone = CellTone.PLAIN
    bar: Bar | None = None
    continued: bool = False
    """Whether “(cont.)” stands after the text: what the row above began goes on."""

    @property
    def whole_text(self) -> str:
        """The text as it is read, mark included."""
        return f"{self.text} {CONTINUED_MARK}".strip() if self.continued else self.text


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A row of a table."""

    cells: tuple[PaperCell, ...]
    line: int = -1
    """Which line of the plan it shows, or a piece of, counted from 0; -1 in other tables."""
    joined: bool = False
    """Whether it goes on with the row above, so that no rule stands between them."""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table: its columns, how wide each is, and its rows. No row is divided by the end of a page."""

    columns: tuple[PrintColumn, ...]
    widths: tuple[float, ...]
    """Points."""
    rows: tuple[PaperRow, ...]
    size: float
    """Type size in points."""
    padding: float
    """Points at the left and the right of a cell's text."""
    theme: str = ""
    """The heading of level 2 that stands over the columns and is repeated with them on every page."""
    row_header: int | None = None
    """The column whose cells are the headings of their rows."""
    header_colours: tuple[str, ...] = field(default=())
    """The fill of each column's heading where it is a status's; '' for the usual one."""


@dataclass(frozen=True, slots=True)
class PaperSection:
    """Where a plan of a pack begins: a page of its own, with its paper and what its pages say at head and foot."""

    setup: PageSetup
    cover: Cover


PaperBlock: TypeAlias = PaperHeading | PaperText | PaperCounts | PaperTable | PaperSection


def paper_text(blocks: tuple[PaperBlock, ...]) -> str:
    """Return the paper as text: what is read, in its order, a row of a table on a line."""
    out: list[str] = []
    for block in blocks:
        match block:
            case PaperHeading(level, text):
                out.append(f"{'#' * level} {text}")
            case PaperText(text, style):
                out.append(f"[{style.value}] {text}")
            case PaperCounts(counts, _):
                out.append("[Counts] " + " | ".join(f"{c.number:,} {c.label}" for c in counts))
            case PaperSection(_, cover):
                out.append(f"[Section] {cover.section}")
            case PaperTable():
                out.extend([f"## {block.theme}"] if block.theme else [])
                out.append(" | ".join(" ".join(c.header.split()) for c in block.columns))
                out.extend(_row_text(row) for row in block.rows)
    return "\n".join(out) + "\n"


def _row_text(row: PaperRow) -> str:
    texts = (f"({c.bar.alternative_text})" if c.bar else c.whole_text.replace("\n", " / ") for c in row.cells)
    return f"{'  … ' if row.joined else '  '}{' | '.join(texts)}".rstrip()
