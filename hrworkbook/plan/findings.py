"""Findings: what is wrong in a user's cells, as data."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from hrworkbook.plan.errors import format_message
from hrworkbook.plan.sheet_names import place_at
from hrworkbook.plan.values import Value, as_text

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in one cell: where, what, and how to mend it."""

    severity: Severity
    sheet: str
    cell: str
    column: str
    """The header of the cell's column; '' where the fault is the row's or the sheet's."""
    value: Value
    rule: str
    fault: str
    remedy: str
    line: str = ""
    """The visible ID of the plan line; '' where there is none."""

    @property
    def place(self) -> str:
        """`Plan!H7`, `'1 Resourcing'!C5`, or the sheet alone."""
        return place_at(self.sheet, self.cell)

    @property
    def message(self) -> str:
        """The finding in one line, such as `Plan!H7: RAG is 'amber-ish'. Choose Red, Amber, Green or Complete`."""
        return format_message(self.place, self.fault, self.remedy)

    def as_json(self) -> dict[str, str]:
        """Return the finding for programs: severity, sheet, cell, column, value, rule, message."""
        return {
            "severity": self.severity,
            "sheet": self.sheet,
            "cell": self.cell,
            "column": self.column,
            "value": as_text(self.value),
            "rule": self.rule,
            "message": self.message,
        }


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    """Those findings that must be mended before the plan can go out."""
    return [f for f in findings if f.severity == "error"]


def count_noun(number: int, noun: str, plural: str = "") -> str:
    """`1 return`, `2 returns`, `no returns`: numbers agree with their nouns."""
    return f"{number or 'no':{',' if number else ''}} {noun if number == 1 else plural or noun + 's'}"


def join_words(words: Iterable[str], last: str = "and") -> str:
    """`Red, Amber, Green or Complete`: a list as a sentence says it."""
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""
