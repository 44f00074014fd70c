"""What the rows of a plan's sheet are, as they are read: lines, bands, tables; and what was made of the others."""

from dataclasses import dataclass, field

from hrworkbook.plan.values import Value

BESIDE_REASON = "stands beside the table, under no heading"
BELOW_REASON = "stands below the table"

Place = tuple[int, int]
"""Sheet row and column, from 1."""


@dataclass
class SourceLine:
    """A line as it is read: its sheet row, its ID ('' where it has none), its values and where each stands."""

    row: int
    id: str
    values: dict[str, Value]
    table: int
    """Which table of the sheet it stands in, from 0."""


@dataclass
class Band:
    """A text alone in its row: it may be a theme, say more of one, or be a note."""

    row: int
    at: int
    text: str


@dataclass
class TableStart:
    """Where a table of the sheet begins."""

    row: int
    table: int


@dataclass
class OtherTable:
    """A table of the sheet with headings of its own: its row, its title ('' where it has none), what its lines are called."""

    row: int
    title: str = ""
    names: list[str] = field(default_factory=list)


@dataclass
class RowFindings:
    """What was made of rows and cells, for the receipt."""

    numbering: list[int] = field(default_factory=list)
    guidance: list[int] = field(default_factory=list)
    examples: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    other_tables: list["OtherTable"] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    continued: dict[int, int] = field(default_factory=dict)
    """The rows put together into one line, by the first of them."""
    spread: set[Place] = field(default_factory=set)
    """Cells merged over several lines and read for each."""
    dittos: list[str] = field(default_factory=list)
    overlapping: bool = False
