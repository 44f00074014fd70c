"""The rules a schema can name, each declared once: its settings, and which of them are columns.

The checks themselves are in `rules`, registered there under the same names.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hrworkbook.plan.settings import TEXT, WORDS


@dataclass(frozen=True)
class RuleKind:
    """One rule: what a schema says of it. Each may also have `severity`."""

    column: tuple[str, ...] = ()
    """Settings that name one column each, by its key."""
    columns: tuple[str, ...] = ()
    """Settings that name several."""
    words: tuple[str, ...] = ()
    """Settings that are a list of words."""
    of_amounts: bool = False
    """Whether its columns must hold figures."""
    across_lines: bool = False
    """Whether what another line says can break it."""

    of_measures: bool = False
    """Whether it judges measures: it needs the roles `target` and `actual`, and knows nothing outside a plan."""

    @property
    def settings(self) -> Mapping[str, str]:
        """The form of each setting."""
        return {**dict.fromkeys(self.column, TEXT), **dict.fromkeys((*self.columns, *self.words), WORDS)}

    @property
    def column_settings(self) -> tuple[str, ...]:
        """The settings that name columns."""
        return (*self.column, *self.columns)


RULES: Mapping[str, RuleKind] = {
    "one-value-per": RuleKind(column=("column",), columns=("per",), across_lines=True),
    "unique": RuleKind(columns=("columns",), across_lines=True),
    "known-owner": RuleKind(column=("column",)),
    "overdue": RuleKind(column=("column",)),
    "not-before": RuleKind(column=("column", "earlier")),
    "not-over": RuleKind(column=("column", "limit"), of_amounts=True),
    "reported": RuleKind(column=("column",)),
    "needed-when": RuleKind(column=("column", "when"), words=("is",)),
    "figure-rated": RuleKind(column=("column",), of_measures=True),
    "figure-plausible": RuleKind(column=("column",), of_measures=True),
    "figure-due": RuleKind(column=("column",), of_measures=True),
    "target-changed": RuleKind(column=("column",), of_measures=True),
    "adds-up": RuleKind(column=("total",), columns=("parts",), of_amounts=True),
}
