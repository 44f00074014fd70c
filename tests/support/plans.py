"""Masters and returns in memory, drawn as small text tables: what the pure verbs are tested on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from masters import NOW, OWNERS, THREE, draft

from hrworkbook.merging.outcomes import MergeResult, ReceivedFile
from hrworkbook.ooxml.load_workbook import load
from hrworkbook.plan.ledgers import DECISIONS, JOURNAL, REGISTER, LedgerRow
from hrworkbook.plan.model import Plan, read_plan
from hrworkbook.plan.returns import (
    FILL_IN_TEXT,
    LAST_REPORTED_PREFIX,
    LEAVE_TEXT,
    ROW_ID,
    OutgoingReturn,
    columns_shown_again,
    due_line,
    title_line,
)
from hrworkbook.plan.schema import read_schema
from hrworkbook.plan.snapshot import Block, ChangeSet, Link, Snapshot, Write, cells_of, row_and_column
from hrworkbook.plan.values import Value
from hrworkbook.render.master_workbook import master_workbook
from hrworkbook.verbs.decide import DecideResult, decide
from hrworkbook.verbs.issue import issue
from hrworkbook.verbs.merge import merge
from hrworkbook.verbs.undo import UndoResult, undo

Rows = list[list[Value]]
HEAD = 6
"""Rows of a return above its heading row."""


@lru_cache(maxsize=32)
def _empty(table: str, owners: tuple[tuple[str, str], ...], source: str) -> Snapshot:
    schema = read_schema(source, "plan.toml") if "\n" in source else source
    return load(master_workbook(draft(table, schema, dict(owners))), "plan.xlsx").snapshot


class Master:
    """A master in memory: the verbs run on its snapshot, and their change sets are applied to its blocks.

    Its schema is a shipped one, by name, or the text of another.
    """

    def __init__(self, table: str = THREE, owners: Mapping[str, str] = OWNERS, schema: str = "delivery-plan") -> None:
        self.snapshot = _empty(table, tuple(owners.items()), schema)
        self.now = NOW
        self.issued: dict[str, OutgoingReturn] = {}

    def apply(self, changes: ChangeSet | Sequence[Write]) -> None:
        """Writes a change set, as a host does."""
        sheets: dict[str, Rows] = {}
        for sheet, row, column, value in cells_of(changes.writes if isinstance(changes, ChangeSet) else changes):
            sheet = self.snapshot.real_name(sheet)
            rows = sheets.setdefault(sheet, [list(r) for r in self.snapshot[sheet].rows])
            while len(rows) < row:
                rows.append([])
            rows[row - 1].extend([None] * (column - len(rows[row - 1])))
            rows[row - 1][column - 1] = value.text if isinstance(value, Link) else None if value == "" else value
        blocks = (replace(b, rows=sheets[b.name]) if b.name in sheets else b for b in self.snapshot.sheets)
        self.snapshot = Snapshot(self.snapshot.name, tuple(blocks))

    def apply_setting(self, name: str, value: Value) -> None:
        """HR fills in a setting on the Start sheet."""
        rows = self.snapshot["Start"].rows
        row = next(number for number, cells in enumerate(rows, 1) if len(cells) > 1 and cells[1] == name)
        self.apply([Write("Start", row, 3, ((value,),))])

    @property
    def plan(self) -> Plan:
        """The plan as it stands."""
        return read_plan(self.snapshot)

    def values(self) -> dict[tuple[str, str], Value]:
        """Every cell of the plan by line ID and column key."""
        return {(x.id, key): value for x in self.plan.lines for key, value in x.values.items()}

    def says(self, place: str) -> Value:
        """The value of a cell such as `L001.rag`."""
        line, key = place.split(".")
        return self.plan.by_id[line].values.get(key)

    def types(self, **cells: Value) -> None:
        """HR types into the Plan sheet, as in `types(L001_rag="Red")`."""
        plan = self.plan
        for place, value in cells.items():
            line, _, key = place.partition("_")
            self.apply([plan.cell_write(plan.by_id[line], key, value)])

    def later(self, **passed: int) -> datetime:
        """The time, moved on."""
        self.now += timedelta(**(passed or {"hours": 1}))
        return self.now

    def issue(self, **how: object) -> dict[str, OutgoingReturn]:
        """The returns of an issue by owner, whatever stands against it."""
        result = issue(self.snapshot, self.later(), **{"anyway": True, **how})  # type: ignore[arg-type]
        self.apply(result.changes)
        self.issued |= {r.owner.role: r for r in result.returns}
        return self.issued

    def merge(self, *received: ReceivedFile) -> MergeResult:
        """A merge, applied."""
        result = merge(self.snapshot, received, self.later())
        for one in result.returns:
            assert sum(one.outcome_counts.values()) == one.cell_count
        self.apply(result.changes)
        return result

    def decide(self) -> DecideResult:
        """Decide, applied."""
        result = decide(self.snapshot, self.later())
        self.apply(result.changes)
        return result

    def undo(self, return_id: str = "") -> UndoResult:
        """Undo, applied."""
        result = undo(self.snapshot, self.later(), return_id)
        self.apply(result.changes)
        return result

    def choose(self, row: int, decision: str, own: str = "") -> None:
        """HR chooses in a row of the Decisions sheet, counted from 0."""
        item = self.decisions[row]
        self.apply(DECISIONS.rewrite(self.snapshot, item, {"Decision": decision, "My own text": own or None}))

    @property
    def decisions(self) -> list[LedgerRow]:
        """The rows of the Decisions sheet."""
        return DECISIONS.data_rows(self.snapshot)

    @property
    def journal(self) -> list[LedgerRow]:
        """The rows of the Journal."""
        return JOURNAL.data_rows(self.snapshot)

    @property
    def register(self) -> list[LedgerRow]:
        """The rows of the Register."""
        return REGISTER.data_rows(self.snapshot)


def sheet(issued: OutgoingReturn, **cells: Value) -> Rows:
    """A return's rows as they went out, but for some cells, as in `L001_rag="Red"`."""
    again = {c.key for c in columns_shown_again(issued.schema) if any(issued.last_reported.get(c.key, {}).values())}
    heads: list[Value] = ["ID"]
    rows: Rows = [[line.id] for line in issued.lines]
    for column in issued.schema.columns:
        if column.key in again:
            heads.append(f"{LAST_REPORTED_PREFIX}{column.header}")
            for line, row in zip(issued.lines, rows, strict=True):
                row.append(issued.last_reported[column.key].get(line.id) or None)
        heads.append(column.header)
        for line, row in zip(issued.lines, rows, strict=True):
            row.append(cells.pop(f"{line.id}_{column.key}", line.values.get(column.key)))
    assert not cells, f"no such cell in the return: {', '.join(cells)}"
    for line, row in zip(issued.lines, rows, strict=True):
        row.append(line.id)
    top: Rows = [[title_line(issued)], [due_line(issued)], [FILL_IN_TEXT], [LEAVE_TEXT], [str(issued.seal)], []]
    return [*top, [*heads, ROW_ID], *rows]


def back(
    issued: OutgoingReturn,
    sent: datetime | None = None,
    mangle: Callable[[Rows], object] | None = None,
    file: str = "",
    sender: str = "",
    **cells: Value,
) -> ReceivedFile:
    """A return as it comes back: with some cells typed over, then mangled."""
    rows = sheet(issued, **cells)
    if mangle:
        changed = mangle(rows)
        rows = changed if isinstance(changed, list) else rows
    return received(rows, file or issued.file, sent, sender)


def received(rows: Rows, file: str = "reply.xlsx", sent: datetime | None = None, sender: str = "") -> ReceivedFile:
    """A file with one sheet of these rows."""
    tidy = [[None if v == "" else v for v in row] for row in rows]
    return ReceivedFile(
        file, (Block("Your return", tidy),), sha256(repr((tidy, sent)).encode()).hexdigest(), sender, sent
    )


def at(rows: Rows, heading: str) -> int:
    """The column of a heading in a return's rows, from 0."""
    return rows[HEAD].index(heading)


def cell(rows: Rows, place: str) -> tuple[int, int]:
    """Row and column, from 0, of an address such as `B8`."""
    row, column = row_and_column(place)
    return row - 1, column - 1
