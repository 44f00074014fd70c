"""What a new master is to hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hrworkbook.plan.model import Owner
from hrworkbook.plan.questions import Question
from hrworkbook.plan.schema import CellKey, Schema
from hrworkbook.plan.values import Value
from hrworkbook.tables.unplaced_cells import UnplacedCell

MAX_NOTES = 6
"""IDs that cannot be kept are told one by one up to this many."""


@dataclass(frozen=True)
class NewMaster:
    """What a new master is to hold."""

    schema: Schema
    lines: tuple[tuple[str, Mapping[str, Value]], ...]
    """Each line's visible ID and its values by column key."""
    owners: tuple[Owner, ...]
    lists: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, Value]
    plan_state: Mapping[str, Value]
    notes: tuple[str, ...] = ()
    """How the source was read, in sentences."""
    unplaced: tuple[UnplacedCell, ...] = ()
    """Cells of the source that have no place in the plan."""
    questions: tuple[Question, ...] = ()
    """What was guessed of a source without a schema, and what it could be instead."""
    past_lines: tuple[tuple[str, str, Mapping[str, Value]], ...] = ()
    """What the source says of periods before: the period, the line's ID, and values by column key; oldest first."""
    number_formats: Mapping[CellKey, str] = field(default_factory=dict)
    """The number format of single cells, where their line says what they count."""
    lines_elsewhere: int = 0
    """Lines that stand on sheets which are not ours, and stay there."""

    @property
    def line_count(self) -> int:
        """How many lines the plan has."""
        return len(self.lines) + self.lines_elsewhere
