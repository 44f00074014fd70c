"""Entries: what is wrong in the cells of one column, each distinct value judged once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hrworkbook.plan.kinds import KINDS, ValueFault, is_kept_with_warning
from hrworkbook.plan.values import Value, is_blank

REQUIRED, UNIQUE_ID = "required", "unique-id"
"""What a finding's rule is called where a cell must be filled in, and where an ID stands twice."""


def entry_faults(
    values: Sequence[Value], kind: str, header: str, words: Sequence[str] = (), *, kept: bool = False
) -> Iterator[tuple[int, ValueFault]]:
    """Yield the position of each entry that its kind refuses, and what is wrong with it; a blank is never refused here.

    With `kept` what is odd about a figure is only a warning, as in a collection (see `is_kept_with_warning`).
    """
    judge = KINDS[kind].fault
    judged: dict[tuple[type, Value], ValueFault | None] = {}
    for position, value in enumerate(values):
        if value is None:
            continue
        known = (type(value), value)
        if known not in judged:
            fault = judge(value, header, words)
            judged[known] = (
                replace(fault, severity="warning") if fault and kept and is_kept_with_warning(value) else fault
            )
        if found := judged[known]:
            yield position, found


def blank_entries(values: Sequence[Value]) -> Iterator[int]:
    """Yield the position of each entry in which nothing is written."""
    return (position for position, value in enumerate(values) if is_blank(value))


def blank_fault(header: str, kind: str, help: str = "") -> ValueFault:
    """Return what is wrong with a blank that must be filled in."""
    return ValueFault(f"{header} is blank", f"Enter it. {help}" if help else f"Enter {KINDS[kind].description}")


def doubled_id(id: str, where: str) -> ValueFault:
    """Return what is wrong with an ID that another line has."""
    return ValueFault(
        f"the ID {id} is also in {where}", "Clear the ID of the newer line: Validate then gives it one of its own"
    )
