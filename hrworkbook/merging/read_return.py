"""A return as it was read: what it is compared with, each cell it changes, and whose it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from hrworkbook.merging.outcomes import Outcome, ReceivedFile, RefusedFile, StrayCell, Unproven
from hrworkbook.plan.history import last_reported
from hrworkbook.plan.ledgers import HEADINGS
from hrworkbook.plan.model import Plan
from hrworkbook.plan.returns import ROW_ID, columns_shown_again, last_heading
from hrworkbook.plan.schema import CellKey, Column, Schema
from hrworkbook.plan.values import Value
from hrworkbook.tables.heading_vocabulary import fold_heading


def read_only_headings(schema: Schema) -> list[str]:
    """Headings of a return's columns that only show: the last reports, and the hidden IDs."""
    return [*(last_heading(c.header) for c in columns_shown_again(schema)), ROW_ID]


@dataclass(frozen=True)
class MergeContext:
    """What every return of a merge is compared with."""

    plan: Plan

    @cached_property
    def ignored_headings(self) -> list[str]:
        """Headings of a return's columns that are not the plan's: the last reports, and the hidden IDs."""
        return read_only_headings(self.plan.schema)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """The headings HR has explained on the Headings sheet, each with the key of the column it means."""
        return {
            i.text("Heading in a return"): column.key
            for i in HEADINGS.data_rows(self.plan.snapshot)
            if (column := self.plan.schema.column_headed(i.text("Means the column")))
        }

    @cached_property
    def last_reports(self) -> dict[str, Mapping[str, str]]:
        """What was last reported, by the heading of the column that shows it and by line ID."""
        return {
            fold_heading(last_heading(c.header)): last_reported(self.plan, c.key)
            for c in columns_shown_again(self.plan.schema)
        }

    @cached_property
    def last_report_columns(self) -> dict[str, Column]:
        """The column beside each one that only shows what was last reported, by its folded heading."""
        return {fold_heading(last_heading(c.header)): c for c in columns_shown_again(self.plan.schema)}


@dataclass(frozen=True, slots=True)
class CellEdit:
    """One cell of a return that is not as it was issued."""

    key: CellKey
    base: Value
    received: Value
    """As it came."""
    value: Value
    """As the plan would hold it."""
    outcome: Outcome | None = None
    """What became of it already by what was sent alone: locked, invalid or conflict; None where the master has a say."""
    reason: str = ""


@dataclass(frozen=True)
class ReturnDiff:
    """What one return changes of what was issued, its strays, and notes on how its rows were known."""

    edits: tuple[CellEdit, ...]
    stray_cells: tuple[StrayCell, ...]
    notes: tuple[str, ...]
    unchanged_count: int
    line_count: int
    lines: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """Of each row that is a line: the plan's line, the issued line, and the keys of the columns that are there."""
    proven: bool = True
    """Whether the text of HR's in any row shows which line it is, or a seal does."""
    frame_outcomes: int = 0
    """Outcomes of cells that are no answers: IDs of rows that are no lines, and what stands in columns that only show."""

    @property
    def cell_count(self) -> int:
        """Cells that have an outcome."""
        return self.unchanged_count + len(self.edits) + len(self.stray_cells)


@dataclass(frozen=True)
class ReadReturn:
    """One return as it was read, and whose it is: small, and fit to be sent between processes.

    Its rows and sheets are no longer kept.
    """

    received: ReceivedFile
    """The file, without its cells."""
    return_id: str
    owner: str
    diff: ReturnDiff
    unknown_headings: Mapping[str, str] = field(default_factory=dict)
    other_returns: tuple["ReadReturn | RefusedFile", ...] = ()
    """What became of the other returns in the same file."""
    sealed: bool = True
    """Whether it bears the seal that was issued."""
    unproven: Unproven | None = None
    """Why nothing of it is applied before HR has decided; None where it is proof enough of itself."""
    from_elsewhere: str = ""
    """The address it came from, where that is not on the Owners sheet."""
    ahead: bool = False
    """Whether its mail is dated ahead of this computer's clock, so that its date proves nothing."""

    cells_read: int | None = None
    """Cells that had an outcome when the file was read; None in what an earlier version kept."""
    saved: datetime | None = None
    """When its package says it was last saved, where it has no date of its own; None where that is no later than its issue."""

    @property
    def sent(self) -> datetime | None:
        """When it was sent; None where nobody knows."""
        return None if self.ahead else self.received.sent
