"""What is wrong in a plan's lines, without pandas: for jobs that must not wait until it is imported.

It is put together of what the pandera checks are made of (entries, rules, doubled IDs), and a property test holds the two
to the same findings. Validate itself asks pandera, and a council's own checks too.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from hrworkbook.plan.entries import REQUIRED, UNIQUE_ID, blank_entries, blank_fault, doubled_id, entry_faults
from hrworkbook.plan.findings import Severity
from hrworkbook.plan.kinds import ValueFault
from hrworkbook.plan.model import Plan, duplicate_ids
from hrworkbook.plan.rules import RULE_CHECKS
from hrworkbook.plan.schema import ID_HEADER


class LineFault(Protocol):
    """One fault of one cell of a line, whoever found it."""

    @property
    def position(self) -> int:
        """The line, counted from 0."""

    @property
    def column(self) -> Hashable:
        """The column's header."""

    @property
    def rule(self) -> str:
        """The kind, rule or check that found it."""

    @property
    def severity(self) -> Severity:
        """Whether it must be mended."""

    @property
    def fault(self) -> str:
        """What is wrong."""

    @property
    def remedy(self) -> str:
        """How to mend it."""


@dataclass(frozen=True, slots=True)
class PlanFault:
    """A fault found without pandas."""

    position: int
    column: str
    rule: str
    severity: Severity
    fault: str
    remedy: str


def plan_faults(plan: Plan, today: date) -> Iterator[PlanFault]:
    """Yield every fault of a plan's lines by its schema, in no order."""
    position = {id(line): i for i, line in enumerate(plan.lines)}
    for first, later in duplicate_ids(plan.lines):
        yield _plan_fault(position[id(later)], ID_HEADER, UNIQUE_ID, doubled_id(later.id, first.row_name))
    for column in plan.schema.columns:
        values = [line.values.get(column.key) for line in plan.lines]
        if column.required:
            blank = blank_fault(column.header, column.kind, column.help)
            yield from (_plan_fault(at, column.header, REQUIRED, blank) for at in blank_entries(values))
        kept = plan.schema.collect is not None
        for at, fault in entry_faults(values, column.kind, column.header, plan.words_of(column), kept=kept):
            yield _plan_fault(at, column.header, column.kind, fault)
    for rule in plan.schema.rules:
        for found in RULE_CHECKS[rule.name](plan, rule, today):
            fault = ValueFault(found.fault, found.remedy, rule.severity)
            yield _plan_fault(position[id(found.line)], plan.schema[found.key].header, rule.name, fault)


def _plan_fault(position: int, column: str, rule: str, fault: ValueFault) -> PlanFault:
    return PlanFault(position, column, rule, fault.severity, fault.fault, fault.remedy)
