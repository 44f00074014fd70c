"""What a plan's schema says, as data: its columns, rules and appendix layout."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from hrworkbook.plan.findings import Severity
from hrworkbook.plan.kinds import KINDS, Kind
from hrworkbook.plan.settings import settings_of
from hrworkbook.plan.values import fold_name

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

    from hrworkbook.checks import CouncilCheck

ID_HEADER = "ID"
CellKey = tuple[str, str]
"""A cell of the plan wherever it stands: line ID and column key."""
RESERVED_HEADERS = (ID_HEADER, "Closed period", "Closed on", "Issued as")
"""Headers the project's own sheets set beside the plan's columns."""


PUBLIC_WORDS = (
    "Part 1", "Part1", "Part I", "Part One", "P1", "1", "Part 1 (public)", "Part 1 - public", "Public", "Open", "Not exempt",
)  # fmt: skip
EXEMPT_WORDS = (
    "Part 2", "Part II", "Part Two", "P2", "2", "II", "Part 2 (exempt)", "Exempt (Part 2)", "Exempt", "Exempt item",
    "Exempt information", "Exempt from publication", "Confidential", "Strictly confidential", "Confidential information",
    "Private", "Private and confidential", "Not for publication", "Not public", "Closed", "Restricted", "Official sensitive",
)  # fmt: skip
"""How plans say that a line may be published or may not, where the schema does not give its own words."""


COLOUR_NAMES = (
    "red", "amber/red", "amber", "orange", "yellow", "amber/green", "green", "blue", "purple", "pink", "brown", "turquoise", "grey", "black", "white",
)  # fmt: skip
"""The colours a word may have, besides `#RRGGBB`."""


@dataclass(frozen=True)
class Column:
    """One column of the plan."""

    key: str
    header: str
    kind: str = "text"
    aliases: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    """The sheets whose tables have it; none: every table has."""
    group: str = ""
    required: bool = False
    edited_by: Literal["hr", "owner"] = "hr"
    """Who may change it in a return: `owner` or `hr`."""
    width: float = 20.0
    """Width on the Plan sheet, in characters."""
    words: tuple[str, ...] = ()
    """The words of a choice, where they stand in the schema."""
    list: str = ""
    """The heading on the master's Lists sheet whose words a choice takes."""
    colours: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The colour of each word of a choice that has one of its own: one of `COLOUR_NAMES`, or `#RRGGBB`."""
    number_format: str = ""
    """The code in which its numbers and days are shown; '' as its kind is."""
    help: str = ""
    """Shown when the cell is entered."""
    roll: Literal["keep", "clear", "carry"] = "keep"
    """What closing a period does to it: `keep`, `clear`, or `carry` (kept until a new text replaces it)."""

    private: bool = False
    """Whether it is HR's alone: in no return, no mail and no appendix."""
    public: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    """Of the column that says what may be published: its words for lines that may be, and for those that may not."""
    unit: Literal["line", "number", "percent", "money", "days", "ratio"] = "line"
    """Of a measure's actual: what it counts; `line` where each line says so itself."""
    good: Literal["line", "high", "low", "within"] = "line"
    """Of a measure's actual: which way it is good; `line` where each line says so itself."""
    target_of: str = ""
    """Of a further target: the part of the year it is for, such as Q1."""
    worked_out: Literal["no", "status", "direction", "year-direction", "previous", "year-ago", "year-to-date"] = "no"
    """What the verbs work out and write there; nobody types it."""

    @property
    def is_owners(self) -> bool:
        """Whether the owner may change it."""
        return self.edited_by == "owner"

    @property
    def kind_object(self) -> Kind:
        """The kind's checks and parsing."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class Rule:
    """One rule across cells or lines; its settings are column keys or words."""

    name: str
    severity: Severity
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class AppendixLayout:
    """How the appendix is printed."""

    title: str = ""
    columns: tuple[str, ...] = ()
    """Keys in print order; empty means every column but the private and those of exemption."""
    paper: Literal["A4", "A3"] = "A4"
    orientation: Literal["landscape", "portrait"] = "landscape"
    font: Literal["Calibri", "Arial"] = "Calibri"
    size: float = 10
    """Points, 8 to 12."""
    theme_headings: bool = True
    groups: bool = False
    """Whether the group headings stand above the column headings."""
    once: tuple[str, ...] = ()
    """Columns whose repeated text is shown once for neighbouring lines."""


@dataclass(frozen=True)
class ScorecardSettings:
    """How measures are judged, where their lines do not say."""

    statuses: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The condition of each status, best first: the first that holds counts."""
    tolerance: str = ""
    """How far off its target a measure may be: `10%` of the target, or a number in its own unit."""
    good: Literal["line", "high", "low", "within"] = "line"
    frequency: Literal["monthly", "quarterly", "yearly"] = "quarterly"
    year_to_date: Literal["line", "sum", "average", "latest"] = "line"


@dataclass(frozen=True)
class CollectionSettings:
    """How returns that nobody issued are read; words are matched whatever their case and spacing."""

    needs: tuple[str, ...] = ()
    """Columns without which a table is no such return."""
    period: str = ""
    """The column of the month a line is for."""
    year: tuple[str, ...] = ()
    """Headings of columns that give the year of a line."""
    month: tuple[str, ...] = ()
    """Headings of columns that give its month."""
    cover: tuple[str, ...] = ()
    """What stands beside the month on a cover sheet."""
    sums: tuple[str, ...] = ()
    """What stands in the first key column of a sender's own line of totals."""
    unheaded: tuple[str, ...] = ()
    """Columns that may stand at the left without a heading, in this order."""
    sheets: tuple[str, ...] = ()
    """Names of the sheets that are read, all others being left; `*` stands for anything. None: every sheet is read."""
    unread: tuple[str, ...] = ()
    """Headings of columns that are not the plan's and stay unread; `*` stands for anything."""
    end: tuple[str, ...] = ()
    """What stands first in a row below which there are no more lines."""
    examples: tuple[str, ...] = ()
    """What stands first in a row, or in place of the name, where it only shows how to fill one in."""
    trend: tuple[str, ...] = ()
    """Columns of figures whose change on the month and on the year the appendix shows."""
    none: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    not_available: tuple[str, ...] = ()
    suppressed: tuple[str, ...] = ()
    """Words that stand where a number would, beyond those known to every plan."""


def default_printed(columns: Iterable[Column], roles: Mapping[str, str]) -> tuple[Column, ...]:
    """Return the columns of an appendix where nothing names them: all but the private and those of exemption."""
    left_out = {roles.get(role) for role in ("part", "paragraph", "reason")}
    return tuple(c for c in columns if not c.private and c.key not in left_out)


@dataclass(frozen=True)
class Schema:
    """A plan's whole schema."""

    name: str
    title: str
    columns: tuple[Column, ...]
    roles: Mapping[str, str]
    """What a column means to the verbs: theme, reference, owner, due, status, progress, planned, actual, …"""
    rules: tuple[Rule, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    done: tuple[str, ...] = ()
    """Status words that mean nothing more is to be done."""
    appendix: AppendixLayout = AppendixLayout()
    scorecard: ScorecardSettings = ScorecardSettings()
    id_prefix: str = "L"
    id_heading: str = ID_HEADER
    """The heading of the column with the IDs of the lines."""
    theme_from: Literal["column", "sheet", "title", "band"] = "column"
    """Where a line's theme stands: in its column, or as the sheet's name, the table's title, a row of its own above."""
    key: tuple[str, ...] = ()
    """Columns that together know a line, for collections of returns nobody issued."""
    collect: CollectionSettings | None = None
    """How to read returns nobody issued; None for a plan whose returns are issued."""
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Ways a phrase is written in headings, by the phrase."""
    either: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Headings that may be one column's or another's, and which ones."""
    source: str = field(default="", compare=False)
    """The TOML text it was read from; '' where it was read from a workbook."""

    @cached_property
    def _by_key(self) -> dict[str, Column]:
        return {c.key: c for c in self.columns}

    def __getitem__(self, key: str) -> Column:
        return self._by_key[key]

    def __contains__(self, key: str) -> bool:
        return key in self._by_key

    def role(self, name: str) -> Column | None:
        """Return the column with this role, or None where the plan has none."""
        key = self.roles.get(name)
        return self[key] if key else None

    @property
    def printed(self) -> tuple[Column, ...]:
        """The columns of an appendix, in print order: those the layout names, else all but the private and those of exemption."""
        if self.appendix.columns:
            return tuple(self[key] for key in self.appendix.columns)
        return default_printed(self.columns, self.roles)

    def for_owners(self) -> "Schema":
        """Return the schema without the columns that are HR's alone."""
        return replace(self, columns=tuple(c for c in self.columns if not c.private), source="")

    @cached_property
    def _by_heading(self) -> dict[str, Column]:
        aliases = {fold_name(alias): c for c in self.columns for alias in c.aliases}
        return aliases | {fold_name(c.header): c for c in self.columns}

    def column_headed(self, heading: str) -> Column | None:
        """Return the column with this header, now or before it was renamed; None where there is none."""
        return self._by_heading.get(fold_name(heading))

    def to_pandera(
        self, *, by: 'Literal["header", "key"]' = "header", lists: Mapping[str, Sequence[str]] | None = None,
        owners: Iterable[str] | None = None, today: date | None = None, warn: bool = True,
        checks: "Iterable[CouncilCheck]" = (),
    ) -> "DataFrameSchema":  # fmt: skip
        """Return the schema as a pandera DataFrameSchema, whose failure cases are the messages Validate tells.

        Its columns are called as in the plan (`by="header"`) or by key, take any dtype, and may be blank as far as
        pandera is concerned: that one must be filled in is a check like each kind and rule, all registered by name.
        `lists` are the words of a master's Lists sheet; without `owners` nobody asks whether an owner is known; `today`
        is the day on which a line is overdue. With `warn` what is only odd is pandera's SchemaWarning, else it is
        among the failure cases with the severity `warning`.

        Raises CheckFileError where one of a council's own `checks` does not fit the schema.
        """
        from hrworkbook.plan.frames.compile import to_pandera

        return to_pandera(self, by=by, lists=lists, owners=owners, today=today, warn=warn, checks=checks)


PLAN_FORMS = settings_of(Schema, leave_out=("source", "roles"))
"""The form of each setting of the plan itself."""
