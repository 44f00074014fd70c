"""Entries: what is wrong in the cells of one column, each distinct value judged once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hrworkbook.kinds import KINDS, Fault, is_kept
from hrworkbook.values import Value, is_blank

REQUIRED, UNIQUE_ID = "required", "unique-id"
"""What a finding's rule is called where a cell must be filled in, and where an ID stands twice."""


def entry_faults(
    values: Sequence[Value], kind: str, header: str, words: Sequence[str] = (), *, kept: bool = False
) -> Iterator[tuple[int, Fault]]:
    """Yield the position of each entry that its kind refuses, and what is wrong with it; a blank is never refused here.

    With `kept` what is odd about a figure is only a warning, as in a collection (see `is_kept`).
    """
    judge = KINDS[kind].fault
    judged: dict[tuple[type, Value], Fault | None] = {}
    for position, value in enumerate(values):
        if value is None:
            continue
        known = (type(value), value)
        if known not in judged:
            fault = judge(value, header, words)
            judged[known] = replace(fault, severity="warning") if fault and kept and is_kept(value) else fault
        if found := judged[known]:
            yield position, found


def blank_entries(values: Sequence[Value]) -> Iterator[int]:
    """Yield the position of each entry in which nothing is written."""
    return (position for position, value in enumerate(values) if is_blank(value))


def blank_fault(header: str, kind: str, help: str = "") -> Fault:
    """Return what is wrong with a blank that must be filled in."""
    return Fault(f"{header} is blank", f"Enter it. {help}" if help else f"Enter {KINDS[kind].says}")


def doubled_id(id: str, where: str) -> Fault:
    """Return what is wrong with an ID that another line has."""
    return Fault(
        f"the ID {id} is also in {where}", "Clear the ID of the newer line: Validate then gives it one of its own"
    )
