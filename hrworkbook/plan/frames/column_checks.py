"""Checks of one column: each kind by its name, and that a cell is filled in."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pandas
from pandera.engines import pandas_engine

from hrworkbook.plan.entries import REQUIRED, blank_entries, blank_fault, entry_faults
from hrworkbook.plan.findings import Severity
from hrworkbook.plan.frames.cells import cells_of
from hrworkbook.plan.frames.failures import Failure, register
from hrworkbook.plan.kinds import KINDS


def check_name(rule: str) -> str:
    """Return the name a kind, rule or setting has among pandera's checks: `hr_yes_no`."""
    return f"hr_{rule.replace('-', '_')}"


def _entries(
    column: "pandas.Series[Any]", *, kind: str, header: str, words: Sequence[str] | None = None, kept: bool | None = None,
    severity: Severity | None = None,
) -> Iterator[Failure]:  # fmt: skip
    """Yield a failure for each entry its kind refuses: those of one severity where it is given, else all."""
    for position, fault in entry_faults(cells_of(column), kind, header, words or (), kept=bool(kept)):
        if severity in (None, fault.severity):
            yield Failure(
                column, position, column.name, header,
                rule=kind, severity=fault.severity, fault=fault.fault, remedy=fault.remedy,
            )  # fmt: skip


def _required(column: "pandas.Series[Any]", *, kind: str, header: str, help: str | None = None) -> Iterator[Failure]:
    """Yield a failure for each blank."""
    fault = blank_fault(header, kind, help or "")
    for position in blank_entries(cells_of(column)):
        yield Failure(
            column, position, column.name, header,
            rule=REQUIRED, severity=fault.severity, fault=fault.fault, remedy=fault.remedy,
        )  # fmt: skip


class KindType(pandas_engine.DataType):
    """The pandera type of a column of one kind.

    Any dtype may hold its values (text, numbers, dates, categories); which of them are good the kind's check says.
    """

    kind = ""

    def __init__(self) -> None:
        object.__setattr__(self, "type", pandas.api.types.pandas_dtype(object))

    def check(self, pandera_dtype: Any, data_container: Any = None) -> bool:
        """Return True: the entries are judged one by one, so that each fault has its cell."""
        return True

    def __str__(self) -> str:
        """Return the name that YAML carries."""
        return check_name(self.kind)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KindType) and self.kind == other.kind

    def __hash__(self) -> int:
        return hash(self.kind)


TYPES: dict[str, type[KindType]] = {}
"""The pandera type of each kind."""


def _register_kinds() -> None:
    register(check_name(REQUIRED), ["kind", "header", "help"], _required)
    for kind in KINDS:
        statistics = ["header", *(["words"] if kind == "choice" else []), "kept", "severity"]
        register(check_name(kind), statistics, partial(_entries, kind=kind))
        made = type(f"{kind.title().replace('-', '')}Type", (KindType,), {"kind": kind})
        TYPES[kind] = made
        pandas_engine.Engine.register_dtype(made, equivalents=[check_name(kind)])


_register_kinds()
