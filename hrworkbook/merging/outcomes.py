"""The outcomes of a merge: what became of every cell a return brought back."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from functools import cached_property

from hrworkbook.intake.attachments import Container, IgnoredAttachment
from hrworkbook.plan.errors import HrWorkbookError, format_message
from hrworkbook.plan.ledger_words import FileStatus
from hrworkbook.plan.model import Line
from hrworkbook.plan.schema import Column
from hrworkbook.plan.snapshot import Block, ChangeSet
from hrworkbook.plan.values import LONGEST_TEXT, CellError, Value, as_text, utf16_length


class Outcome(StrEnum):
    """What became of a cell; every cell received has exactly one of these."""

    UNCHANGED = "unchanged"
    """It says what was issued."""
    ALREADY = "already"
    """The plan says the same."""
    APPLIED = "applied"
    CONFLICT = "conflict"
    LOCKED = "locked"
    """Its column is HR's."""
    INVALID = "invalid"
    """It breaks the schema, and goes back to the owner."""
    UNPLACED = "unplaced"
    """It has no line or column."""


UNDECIDED_OUTCOMES = (Outcome.CONFLICT, Outcome.LOCKED, Outcome.INVALID)
SKIPPED_STATUSES = (FileStatus.ALREADY_MERGED, FileStatus.SENT_AGAIN, FileStatus.TWICE)
"""What a file is called that was merged before, whose owner has sent it again, or that is there twice.

It is skipped, and nothing is refused.
"""


class Unproven(Enum):
    """Why a return without a seal is not merged before HR has decided about it."""

    STRANGER = "stranger"
    """Its sender is not on the Owners sheet."""
    ONLY_IDS = "only IDs"
    """No text of HR's in it shows which lines are meant."""


@dataclass(frozen=True)
class ReceivedFile:
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
    modified: datetime | None = None
    """When its package says it was last saved (docProps/core.xml), by this computer's clock; None where it does not."""


@dataclass(frozen=True, slots=True)
class CellOutcome:
    """One cell of a return that is not as it was issued, compared three ways."""

    line: Line
    column: Column
    baseline: Value
    master: Value
    received: Value
    outcome: Outcome
    reason: str = ""
    """For a cell that waits: the fault and the remedy, in a sentence."""

    @property
    def is_storable(self) -> bool:
        """Whether a cell of the master could hold it at all: no error value, no text too long for a cell."""
        return not isinstance(self.received, CellError) and utf16_length(as_text(self.received)) <= LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class StrayCell:
    """A non-blank cell that has no place in the plan."""

    cell: str
    value: Value
    reason: str


@dataclass(frozen=True)
class ReturnOutcome:
    """One return held against its baseline and the master: what is not as issued, its strays, and how it was read."""

    received: ReceivedFile
    """The file, without its cells."""
    return_id: str
    owner: str
    cells: tuple[CellOutcome, ...]
    """Every cell but the unchanged."""
    stray_cells: tuple[StrayCell, ...]
    notes: tuple[str, ...] = ()
    unknown_headings: Mapping[str, str] = field(default_factory=dict)
    """Headings that were not known, each with a suggestion or ''."""
    unchanged_count: int = 0
    """Cells that say what was issued."""
    line_count: int = 0
    """Lines of the plan that the file holds."""
    from_elsewhere: str = ""
    """The address it came from, where that is not on the Owners sheet."""

    is_newest: bool = True
    """Whether it is known to be newer than what was merged of its owner's before."""

    @cached_property
    def outcome_counts(self) -> dict[Outcome, int]:
        """How many cells had each outcome; the sum is the cells received."""
        counted = Counter(c.outcome for c in self.cells)
        counted[Outcome.UNCHANGED] += self.unchanged_count
        counted[Outcome.UNPLACED] = len(self.stray_cells)
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def cell_count(self) -> int:
        """The cells received."""
        return self.unchanged_count + len(self.cells) + len(self.stray_cells)


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
class RefusedFile:
    """A file that was not merged, and why; the master was not touched by it."""

    file: str
    reason: str
    """Fault and remedy; the file's name is not in it."""
    sha256: str = ""
    sender: str = ""
    sent: datetime | None = None
    status: FileStatus = FileStatus.REFUSED
    """How the Register calls it."""
    return_id: str = ""
    owner: str = ""
    container: Container | None = None
    """What it came in; None for a file by itself."""
    inside: tuple[RefusedInside, ...] = ()
    """For a container told as one: what was refused in it, the commonest reason first."""

    @property
    def message(self) -> str:
        """The message for the user: file, fault, remedy."""
        return f"{self.file}: {self.reason}" if self.file else self.reason


def refused_file(item: ReceivedFile, error: HrWorkbookError, status: FileStatus = FileStatus.REFUSED) -> RefusedFile:
    """Return a file as refused for an error that was raised about it."""
    is_the_file = error.place in (item.file, item.file.rpartition(" > ")[2])
    reason = format_message("" if is_the_file else error.place, error.fault, error.remedy)
    return RefusedFile(item.file, reason, item.sha256, item.sender, item.sent, status)


def to_local_time(sent: datetime | None) -> datetime | None:
    """Return the moment by this computer's clock, without a zone."""
    return sent.astimezone().replace(tzinfo=None) if sent and sent.tzinfo else sent


@dataclass(frozen=True)
class MergeResult:
    """What became of every file and every cell, and what merging writes."""

    returns: tuple[ReturnOutcome, ...]
    refused: tuple[RefusedFile, ...]
    changes: ChangeSet
    ignored: tuple[IgnoredAttachment, ...] = ()
    """What came with the files and was set aside unread: logos, signatures, lock files."""

    @property
    def needs_a_person(self) -> bool:
        """Whether anything waits for HR: a decision, a cell without a place, a file that was refused."""
        waits = any(r.outcome_counts[o] for r in self.returns for o in (*UNDECIDED_OUTCOMES, Outcome.UNPLACED))
        return waits or any(
            r.status not in (*SKIPPED_STATUSES, FileStatus.NOT_TAKEN, FileStatus.OLDER) for r in self.refused
        )
