"""IDs of the lines of a collection: a number once given is never given again."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hrworkbook.plan.model import Line, Plan, format_line_id, state_write
from hrworkbook.plan.snapshot import Write


@dataclass
class IdAllocator:
    """Gives new lines their IDs, in the order they are asked for."""

    plan: Plan
    assigned: list[tuple[Line, str]] = field(default_factory=list)
    """The lines that stood without an ID, and the ID each gets."""

    def __post_init__(self) -> None:
        prefix, kept = self.plan.schema.id_prefix, self.plan.state.get("Next ID")
        used = (line.id.removeprefix(prefix) for line in self.plan.lines)
        last = max((int(number) for number in used if number.isdecimal()), default=0)
        self.first = self.number = max(int(kept) if isinstance(kept, int | float) else 1, last + 1)

    def allocate(self, line: Line | None = None) -> str:
        """Return the next ID; for a line that stands in the plan, where one is given."""
        self.number += 1
        id_ = format_line_id(self.plan.schema, self.number - 1)
        if line:
            self.assigned.append((line, id_))
        return id_

    def id_writes(self) -> Iterator[Write]:
        """Yield the writes of the IDs of lines that had none, and of the number that comes next."""
        for line, id_ in self.assigned:
            yield self.plan.cell_write(line, "", id_)
        if self.number > self.first:
            yield state_write(self.plan, "Next ID", self.number)
