"""The rows of the Decisions sheet: asked once, and taken off when they are settled elsewhere."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from hrworkbook.kinds import settled
from hrworkbook.ledgers import CHOICES, DECISIONS, PLAN, TAKE, Item
from hrworkbook.merging.outcomes import TO_DECIDE, Cell, Comparison
from hrworkbook.plan import Plan, stamp
from hrworkbook.snapshot import Link, Write
from hrworkbook.values import CellError, Value, as_text, plain

NOT_TO_BE_TAKEN = "cannot be taken"
"""Stands in the reason of a decision whose text no cell of the plan can hold."""
UNDONE = "undone"
WHOLE_FILE = "the whole file"
"""Stands as the column of a decision about a file that nothing proves, see `quarantine`."""
_SHOWN = 2_000
"""Characters shown of a text that is too long for a cell."""


class Waiting:
    """The decisions of a master, open and done, seen by a verb that asks for more or settles some."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rows = DECISIONS.items(plan.snapshot)
        self._settled: set[int] = set()

    @property
    def open(self) -> int:
        """How many still wait, without those this verb settled."""
        return sum(is_open(row) and row.row not in self._settled for row in self._rows)

    def ask(self, returns: Sequence[Comparison], now: datetime) -> list[dict[str, Value | Link]]:
        """The rows for cells that wait; what is asked already, or was decided and not undone, is not asked again."""
        asked = {
            (d.text("Return"), d.text("ID"), d.text("Column"), d.text("In the return"))
            for d in self._rows
            if UNDONE not in d.text("Done")
        }
        rows: list[dict[str, Value | Link]] = []
        for result in returns:
            for cell in result.cells:
                if cell.outcome not in TO_DECIDE:
                    continue
                key = (result.return_id, cell.line.id, plain(cell.column.header), plain(_shown(cell)))
                if key not in asked:
                    asked.add(key)
                    rows.append(_row(self._plan, result, cell, now))
        return rows

    def moot(self, returns: Sequence[Comparison], now: datetime) -> Iterator[Write]:
        """The writes that take off what an owner's newer return has answered anew."""
        undecided = [row for row in self._rows if is_open(row) and not row.text("Decision")]
        if not undecided:
            return
        answers = {(plain(r.owner), c.line.id, plain(c.column.header)): c for r in returns for c in r.cells}
        for row in undecided:
            answer = answers.get((row.text("Owner"), row.text("ID"), row.text("Column")))
            if answer and plain(_shown(answer)) != row.text("In the return"):
                yield from self._take_off(row, f"replaced by a newer return, {stamp(now)}")

    def undo(self, return_id: str, now: datetime) -> Iterator[Write]:
        """The writes that mark every decision about a return as undone."""
        for row in self._rows:
            if is_about_a_file(row) and not was_taken(row):
                continue
            if row.text("Return") == return_id and UNDONE not in row.text("Done"):
                before = f"{row.text('Done')}; " if row.text("Done") else ""
                yield from self._take_off(row, f"{before}{UNDONE}, {stamp(now)}")

    def merged(self, rows: Sequence[Item], now: datetime) -> Iterator[Write]:
        """The writes that take off decisions about files that are merged now."""
        for row in rows:
            yield from self._take_off(row, f"merged, {stamp(now)}")

    def _take_off(self, row: Item, done: str) -> Sequence[Write]:
        self._settled.add(row.row)
        return DECISIONS.rewrite(self._plan.snapshot, row, {"Done": done})


def is_open(row: Item) -> bool:
    """Whether a decision still waits."""
    return not row.text("Done")


def is_about_a_file(row: Item) -> bool:
    """Whether a decision is about a whole file."""
    return row.text("Column") == WHOLE_FILE


def was_taken(row: Item) -> bool:
    """Whether HR has taken what a decision is about into the plan."""
    return not is_open(row) and settled(row.text("Decision"), CHOICES) == TAKE


def _row(plan: Plan, result: Comparison, cell: Cell, now: datetime) -> dict[str, Value | Link]:
    place, sent = plan.place(plan.by_id[cell.line.id], cell.column.key), result.received.sent
    why = cell.outcome if cell.can_be_taken else f"{cell.outcome}, {NOT_TO_BE_TAKEN}"
    return {
        "Why": f"{why}: {cell.why}", "Go to": Link(f"{PLAN}!{place}", PLAN, place), "ID": cell.line.id,
        "Column": cell.column.header, "As issued": cell.baseline, "In the master": cell.master,
        "In the return": _shown(cell), "Owner": result.owner, "Return": result.return_id,
        "When": stamp(sent if sent and sent <= now else now),
    }  # fmt: skip


def _shown(cell: Cell) -> Value:
    """What came, as the Decisions sheet can hold it."""
    if cell.can_be_taken:
        return cell.received
    text = as_text(cell.received)
    if isinstance(cell.received, CellError) or len(text) <= _SHOWN:
        return str(text)
    return f"{text[:_SHOWN]}… ({len(text):,} characters in all)"
