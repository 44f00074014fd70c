"""One line of a collection: whose it is, for which month, and every cell as written and as read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from hrworkbook.collecting.entries import Entry, FaultyEntry
from hrworkbook.collecting.questions import HoldReason
from hrworkbook.collecting.row_filter import RowForm
from hrworkbook.plan.snapshot import address, column_letters
from hrworkbook.plan.values import Value, normalised_text
from hrworkbook.tables.heading_vocabulary import fold_heading
from hrworkbook.tables.read_rows import Row


class CollectedCell(NamedTuple):
    """One cell of a line: where it stands, as written, and what goes to the master."""

    address: str
    written: Value
    value: Value
    """A number, a text, or the plain word for nothing, not applicable or suppressed; None where it is blank."""
    fault: str = ""
    """Why it cannot be taken; its finding says so."""


@dataclass(frozen=True)
class CollectedLine:
    """One line of a collection, known by its key."""

    sheet: str
    key: tuple[str, ...]
    """The month, and the other key columns' values folded for look-up."""
    period: str
    """`2015-04`; '' where a question stands open."""
    hold_reason: HoldReason | None
    """Why it must not be merged yet: a question stands open about it."""
    source: "LineSource" = field(repr=False, compare=False)

    @property
    def row(self) -> int:
        """Return its sheet row, from 1."""
        return self.source.row.row_number

    @cached_property
    def cells(self) -> Mapping[str, CollectedCell]:
        """Return its cells by column key; the month's cell is where it was written, '' where it comes from elsewhere."""
        row, form, entries, _, names = self.source
        cells = {
            key: CollectedCell(f"{column_letters(at)}{row.row_number}", written, *_value_and_fault(entry))
            for key, at, written, entry in zip(row.keys, row.columns, row.values, entries, strict=True)
            if key in form.taken_keys
        }
        for key, name in form.named(names):
            cell = cells.get(key, CollectedCell("", None, name))
            cells[key] = (
                cell if fold_heading(normalised_text(cell.value)) == fold_heading(name) else cell._replace(value=name)
            )
        at, written = row.cells.get(form.month_column, (0, None))
        cells[form.period] = CollectedCell(address(row.row_number, at) if at else "", written, self.period or None)
        return cells

    @property
    def values(self) -> Mapping[str, Value]:
        """Return what it says, by column key."""
        return {key: cell.value for key, cell in self.cells.items()}


class LineSource(NamedTuple):
    """Where a line comes from."""

    row: Row
    form: RowForm
    entries: Sequence[Entry]
    """What each of the row's cells stands for."""
    types: Sequence[type]
    """The entries' types."""
    names: Sequence[str]
    """Whose line it is, as written."""


def _value_and_fault(entry: Entry) -> tuple[Value, str]:
    """Return what goes to the master, and why nothing does."""
    if isinstance(entry, FaultyEntry):
        return entry.value, entry.fault if entry.value is None else ""
    return entry, ""
