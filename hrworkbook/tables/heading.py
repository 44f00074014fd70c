"""One column's heading, and how it was known as a column of the plan."""

from dataclasses import dataclass
from enum import StrEnum


class MatchKind(StrEnum):
    """How a heading was known; the word is shown to the user beside the heading."""

    EXACT = "exact"
    NORMALISED = "normalised"
    """Its letters and digits are those of the plan's header."""
    ALIAS = "alias"
    GROUP = "group"
    SPELLED = "spelled"
    """With its group, in other words."""
    ID = "id"
    SHOWN_ONLY = "shown only"
    """Over a column that only shows what was reported before."""
    DOUBLED = "doubled"
    BY_POSITION = "by position"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Heading:
    """One column's heading as it stands on the sheet, and the column of the plan it was read as."""

    column: int
    """Sheet column, from 1."""
    cell: str
    header: str
    """As written; a heading over several rows is joined with ' / '."""
    key: str | None
    match_kind: MatchKind
    suggested: str = ""
    """The plan's header that comes nearest, of a heading that is not known; '' where none is near."""

    @property
    def is_known(self) -> bool:
        """Whether its cells are read: a column of the plan, or the ID."""
        return self.key is not None or self.match_kind is MatchKind.ID

    @property
    def is_unknown(self) -> bool:
        """Whether nobody can say what its cells are: no column of the plan, and none that only shows or stands twice."""
        return self.key is None and self.match_kind is MatchKind.NOT_KNOWN

    @property
    def match_text(self) -> str:
        """Return how the column was recognised, in words for the user, such as `exact` or `suggestion: RAG`."""
        return f"suggestion: {self.suggested}" if self.suggested else str(self.match_kind)
