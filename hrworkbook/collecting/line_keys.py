"""By what a line of a collection is known: its month, and the names in its other key columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from hrworkbook.plan.model import Plan
from hrworkbook.plan.values import Value, normalised_text
from hrworkbook.tables.heading_vocabulary import fold_heading
from hrworkbook.tables.reporting_month import period_of
from hrworkbook.tables.same_names import same_names

LineKey = tuple[str, ...]
"""The month, and the values of the other key columns folded for look-up."""


@dataclass(frozen=True)
class LineKeys:
    """The key columns of a collection's plan, and the names that are one."""

    plan: Plan

    @cached_property
    def period(self) -> str:
        """The key of the column that says the month."""
        return self.plan.schema.collect.period if self.plan.schema.collect else ""

    @cached_property
    def columns(self) -> list[str]:
        """The keys of the key columns, the month first."""
        return [self.period, *(key for key in self.plan.schema.key if key != self.period)]

    @cached_property
    def named_by(self) -> str:
        """The key of the column that names a line; the month's where no other is a key column."""
        return self.columns[min(1, len(self.columns) - 1)]

    @cached_property
    def same_names(self) -> Mapping[str, str]:
        """By folded name, the name that it stands for."""
        return same_names(self.plan.snapshot)

    def key_of(self, values: Mapping[str, Value]) -> LineKey | None:
        """Return a line's key; None where a part of it is blank."""
        month, *names = (values.get(name) for name in self.columns)
        key = (period_of(month), *(self._fold(normalised_text(name)) for name in names))
        return key if all(key) else None

    def _fold(self, name: str) -> str:
        folded = fold_heading(name)
        return fold_heading(self.same_names[folded]) if folded in self.same_names else folded
