"""The outcomes of a merge: what became of every cell a return brought back."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cached_property

from hrworkbook.inbox.attachments import Container
from hrworkbook.plan import Line
from hrworkbook.schema import Column
from hrworkbook.snapshot import Block, ChangeSet
from hrworkbook.values import LONGEST_TEXT, CellError, Value, as_text, utf16_length

OUTCOMES = ("unchanged", "already", "applied", "conflict", "locked", "invalid", "unplaced")
"""Every cell received has exactly one of these."""
TO_DECIDE = ("conflict", "locked", "invalid")
ALREADY, AGAIN, TWICE = "Already merged", "Sent again", "Twice"
FAMILIAR = (ALREADY, AGAIN, TWICE)
"""What a file is called that was merged before, whose owner has sent it again, or that is there twice.

It is skipped, and nothing is refused.
"""
WAITS, NOT_TAKEN = "Waits", "Not taken"
"""What a file is called that nothing proves, until HR decides about it, and where HR has decided against it."""


class Unproven(Enum):
    """Why a return without a seal is not merged before HR has decided about it."""

    STRANGER = "stranger"
    """Its sender is not on the Owners sheet."""
    ONLY_IDS = "only IDs"
    """No text of HR's in it shows which lines are meant."""


@dataclass(frozen=True)
class Received:
    """One file that came back: its cells, and what the mail said of it."""

    file: str
    blocks: tuple[Block, ...]
    sha256: str
    sender: str = ""
    sent: datetime | None = None
    """None where nobody knows when it was sent."""
    senders: tuple[str, ...] = ()
    """Who sent each mail it came in, outermost first, where it came in any: the last is mostly the sender."""
    container: Container | None = None
    """What it came in; None for a file by itself."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a return that is not as it was issued, compared three ways."""

    line: Line
    column: Column
    baseline: Value
    master: Value
    received: Value
    outcome: str
    why: str = ""
    """For a cell that waits: the fault and the remedy, in a sentence."""

    @property
    def can_be_taken(self) -> bool:
        """Whether a cell of the master could hold it at all: no error value, no text too long for a cell."""
        return not isinstance(self.received, CellError) and utf16_length(as_text(self.received)) <= LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class Stray:
    """A non-blank cell that has no place in the plan."""

    cell: str
    value: Value
    why: str


@dataclass(frozen=True)
class Comparison:
    """One return held against its baseline and the master: what is not as issued, its strays, and how it was read."""

    received: Received
    """The file, without its cells."""
    return_id: str
    owner: str
    cells: tuple[Cell, ...]
    """Every cell but the unchanged."""
    strays: tuple[Stray, ...]
    notes: tuple[str, ...] = ()
    unknown_headings: Mapping[str, str] = field(default_factory=dict)
    """Headings that were not known, each with a suggestion or ''."""
    unchanged: int = 0
    """Cells that say what was issued."""
    lines: int = 0
    """Lines of the plan that the file holds."""
    from_elsewhere: str = ""
    """The address it came from, where that is not on the Owners sheet."""

    @cached_property
    def outcomes(self) -> dict[str, int]:
        """How many cells had each outcome; the sum is the cells received."""
        counted = Counter(c.outcome for c in self.cells)
        counted["unchanged"] += self.unchanged
        counted["unplaced"] = len(self.strays)
        return {outcome: counted[outcome] for outcome in OUTCOMES}

    @property
    def count(self) -> int:
        """The cells received."""
        return self.unchanged + len(self.cells) + len(self.strays)


@dataclass(frozen=True)
class RefusedInside:
    """The files of one container that were refused for one reason."""

    reason: str
    count: int
    files: tuple[str, ...]
    """Where in the container the first of them lie."""

    def named(self, most: int) -> str:
        """So many of the files, and how many more there are."""
        more = self.count - len(self.files[:most])
        return ", ".join(self.files[:most]) + (f" and {more:,} more" if more and self.files else "")


@dataclass(frozen=True)
class Refused:
    """A file that was not merged, and why; the master was not touched by it."""

    file: str
    reason: str
    sha256: str = ""
    sender: str = ""
    sent: datetime | None = None
    what: str = "Refused"
    """How the Register calls it: Refused, Waits, Not taken, Older, Already merged, Sent again, Twice, No return, No month."""
    return_id: str = ""
    owner: str = ""
    container: Container | None = None
    """What it came in; None for a file by itself."""
    inside: tuple[RefusedInside, ...] = ()
    """For a container told as one: what was refused in it, the commonest reason first."""


def by_this_clock(sent: datetime | None) -> datetime | None:
    """The moment by this computer's clock, without a zone."""
    return sent.astimezone().replace(tzinfo=None) if sent and sent.tzinfo else sent


@dataclass(frozen=True)
class Merged:
    """What became of every file and every cell, and what merging writes."""

    returns: tuple[Comparison, ...]
    refused: tuple[Refused, ...]
    changes: ChangeSet

    @property
    def needs_a_person(self) -> bool:
        """Whether anything waits for HR: a decision, a cell without a place, a file that was refused."""
        waits = any(r.outcomes[o] for r in self.returns for o in (*TO_DECIDE, "unplaced"))
        return waits or any(r.what not in (*FAMILIAR, NOT_TAKEN, "Older") for r in self.refused)
