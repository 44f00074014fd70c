"""The words of scenarios: a plan's columns, what HR and owners may do, and what one mail and one verdict hold."""

from dataclasses import dataclass, field
from datetime import datetime

from hrworkbook.merging.outcomes import ReceivedFile
from hrworkbook.plan.values import Value

COLUMNS = (
    ("theme", "Theme", "text", ""), ("ref", "Ref", "reference", ""), ("priority", "Priority", "text", ""),
    ("owner", "Owner", "owners", ""), ("timescale", "Timescale", "timescale", ""), ("measures", "Measures", "text", ""),
    ("rag", "RAG", "choice", "owner"), ("progress", "Progress", "text", "owner"), ("risks", "Risks", "text", "owner"),
    ("spend", "Spend", "money", "owner"), ("share", "Share", "percent", "owner"), ("done_on", "Done on", "date", "owner"),
    ("agreed", "Agreed", "yes-no", "owner"),
)  # fmt: skip
SCHEMA = (
    'name = "scenario"\ntitle = "A plan"\ndone = ["Complete"]\n[roles]\nowner = "owner"\nstatus = "rag"\nprogress = "progress"\n'
    '[lists]\nRAG = ["Red", "Amber", "Green", "Complete"]\n'
    + "".join(
        f'[[columns]]\nkey = "{key}"\nheader = "{header}"\nkind = "{kind}"\n'
        + ('list = "RAG"\n' if key == "rag" else "")
        + ('aliases = ["Update"]\n' if key == "progress" else "")
        + (f'edited_by = "{by}"\n' if by else "")
        + ('roll = "carry"\n' if key == "progress" else "")
        for key, header, kind, by in COLUMNS
    )
)
MINE = tuple(key for key, _, _, by in COLUMNS if by)
KEYS = tuple(key for key, *_ in COLUMNS)
HEADER = {key: header for key, header, _, _ in COLUMNS}
ROLES = ("Lead of Learning", "Lead of Pay", "Lead of Safety", "Lead of Hiring", "Lead of Data")
VERBS = ("Publish", "Renew", "Train", "Agree", "Audit", "Recruit", "Review", "Launch", "Mentor", "Cost")
THINGS = (
    "the passport",
    "every manager",
    "the pay gap",
    "a new rota",
    "all sites",
    "the hot weather policy",
    "bank staff",
)
PLACES = ("in Medicine", "in Surgery", "at the depot", "in schools", "for the night shift", "in each ward", "by spring")
SHORT = ("Ongoing", "None", "As before", "On track", "See note", "Late", "n/a yet")


def email(role: str) -> str:
    return f"{role.split()[-1].lower()}@council.example"


Cell = tuple[int, str]
"""A line's number and a column's key."""


@dataclass
class Mail:
    """One file an owner sends: which lines stand in it, what the owner meant by it, and how it came."""

    owner: str
    kinds: tuple[str, ...]
    received: ReceivedFile
    truth: datetime
    """When it was really sent."""
    meant: dict[Cell, Value]
    """What the owner has answered by then, for every cell ever answered."""
    issue: int
    filled: int
    """Non-blank cells of the file."""
    foreign: bool
    """Whether it is another plan's, so that nothing of it belongs here."""
    excused: dict[Cell, Value]
    """What stands in cells that slipped in a way nobody can see, such as answers to lines that were issued blank."""
    extras: tuple[str, ...]
    """Texts of the owner's own that belong in no cell of the plan, and must be told."""
    merged_lines: tuple[str, ...]
    """The IDs of lines over which one answer was merged: they must be named."""

    @property
    def bare(self) -> bool:
        """Whether its seal is gone."""
        return (
            bool({"seal deleted", "pasted table", "csv without seal", *UNPROVEN} & set(self.kinds))
            or "only" in self.kinds[0]
        )


@dataclass
class Verdict:
    """What a scenario came to."""

    faults: list[str] = field(default_factory=list)
    answers: int = 0
    needless: int = 0
    ordinary: bool = True


ORDINARY_HR = ("none", "sort lines", "reword", "move dates", "add lines", "change cells")
FURTHER_HR = ("rename an owner",)
DRIFT_HR = ("sort all but the ID", "renumber", "delete and refill", "reuse a row")
ORDINARY_OWNER = (
    "plain", "plain", "sort lines", "delete rows", "blank rows", "own column", "move columns", "alias", "title rows",
    "hidden ID deleted", "seal deleted", "pasted table", "csv without seal", "retyped", "notes below",
)  # fmt: skip
SLIPS = (
    "one column sorted", "one column up", "one column down", "two columns swapped", "white block sorted",
    "headings exchanged", "stranger", "two answers swapped",
)  # fmt: skip
FURTHER_OWNER = ("own column like an alias", "merged rows", "row that is no line", "over the last report")
UNPROVEN = ("IDs and answers alone", "other plan's IDs and answers")
SEQUENCES = ("", "", "", "older after newer", "A-B-A", "back to issued otherwise", "X Y X", "joint alone", "retracted")
