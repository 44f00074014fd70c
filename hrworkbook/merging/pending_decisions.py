"""The rows of the Decisions sheet: asked once, and taken off when they are settled elsewhere."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from hrworkbook.merging.outcomes import UNDECIDED_OUTCOMES, CellOutcome, ReturnOutcome
from hrworkbook.plan.kinds import match_word
from hrworkbook.plan.ledgers import CHOICES, DECISIONS, PLAN, TAKE_RETURN, LedgerRow
from hrworkbook.plan.model import Plan, timestamp
from hrworkbook.plan.snapshot import Link, Write
from hrworkbook.plan.values import CellError, Value, as_text, normalised_text

CANNOT_BE_TAKEN = "cannot be taken"
"""Stands in the reason of a decision whose text no cell of the plan can hold."""
UNDONE = "undone"
REPLACED = "replaced by a newer return"
"""Begins what is done about a decision whose text its owner has replaced; where it comes again it is asked again."""
WHOLE_FILE = "the whole file"
"""Stands as the column of a decision about a file that nothing proves, see `quarantine`."""
_SHOWN_CHARACTERS = 2_000
"""Characters shown of a text that is too long for a cell."""


class PendingDecisions:
    """The decisions of a master, open and done, seen by a verb that asks for more or settles some."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rows = DECISIONS.data_rows(plan.snapshot)
        self._settled: set[int] = set()

    @property
    def open_count(self) -> int:
        """How many still wait, without those this verb settled."""
        return sum(is_undecided(row) and row.row not in self._settled for row in self._rows)

    def new_rows(self, returns: Sequence[ReturnOutcome], now: datetime) -> list[dict[str, Value | Link]]:
        """The rows for cells that wait; what is asked already, or was decided and not undone, is not asked again."""
        asked = {
            (d.text("Return"), d.text("ID"), d.text("Column"), d.text("In the return"))
            for d in self._rows
            if UNDONE not in d.text("Done") and not d.text("Done").startswith(REPLACED)
        }
        rows: list[dict[str, Value | Link]] = []
        last: dict[tuple[str, str, str], tuple[tuple[str, str, str, str], dict[str, Value | Link]]] = {}
        for result in returns:
            for cell in result.cells:
                place = (result.owner, cell.line.id, cell.column.key)
                shown = normalised_text(_shown_value(cell))
                if result.is_newest and place in last and last[place][0][-1] != shown:
                    replaced, row = last.pop(place)
                    asked.discard(replaced)
                    rows = [other for other in rows if other is not row]
                if cell.outcome not in UNDECIDED_OUTCOMES:
                    continue
                key = (
                    result.return_id,
                    cell.line.id,
                    normalised_text(cell.column.header),
                    shown,
                )
                if key not in asked:
                    asked.add(key)
                    rows.append(_decision_row(self._plan, result, cell, now))
                    last[place] = key, rows[-1]
        return rows

    def superseded_writes(self, returns: Sequence[ReturnOutcome], now: datetime) -> Iterator[Write]:
        """The writes that take off what an owner's newer return has answered anew."""
        undecided = [row for row in self._rows if is_undecided(row) and not row.text("Decision")]
        if not undecided:
            return
        answers = {
            (normalised_text(r.owner), c.line.id, normalised_text(c.column.header)): c
            for r in returns
            if r.is_newest
            for c in r.cells
        }
        for row in undecided:
            answer = answers.get((row.text("Owner"), row.text("ID"), row.text("Column")))
            if answer and normalised_text(_shown_value(answer)) != row.text("In the return"):
                yield from self._close(row, f"{REPLACED}, {timestamp(now)}")

    def undone_writes(self, return_id: str, now: datetime) -> Iterator[Write]:
        """The writes that mark every decision about a return as undone."""
        for row in self._rows:
            if is_about_a_file(row) and not was_taken(row):
                continue
            if row.text("Return") == return_id and UNDONE not in row.text("Done"):
                before = f"{row.text('Done')}; " if row.text("Done") else ""
                yield from self._close(row, f"{before}{UNDONE}, {timestamp(now)}")

    def merged(self, rows: Sequence[LedgerRow], now: datetime) -> Iterator[Write]:
        """The writes that take off decisions about files that are merged now."""
        for row in rows:
            yield from self._close(row, f"merged, {timestamp(now)}")

    def _close(self, row: LedgerRow, done: str) -> Sequence[Write]:
        self._settled.add(row.row)
        return DECISIONS.rewrite(self._plan.snapshot, row, {"Done": done})


def is_undecided(row: LedgerRow) -> bool:
    """Whether a decision still waits."""
    return not row.text("Done")


def is_about_a_file(row: LedgerRow) -> bool:
    """Whether a decision is about a whole file."""
    return row.text("Column") == WHOLE_FILE


def was_taken(row: LedgerRow) -> bool:
    """Whether HR has taken what a decision is about into the plan."""
    return not is_undecided(row) and match_word(row.text("Decision"), CHOICES) == TAKE_RETURN


def _decision_row(plan: Plan, result: ReturnOutcome, cell: CellOutcome, now: datetime) -> dict[str, Value | Link]:
    place, sent = plan.address(plan.by_id[cell.line.id], cell.column.key), result.received.sent
    why = cell.outcome if cell.is_storable else f"{cell.outcome}, {CANNOT_BE_TAKEN}"
    return {
        "Why": f"{why}: {cell.reason}", "Go to": Link(f"{PLAN}!{place}", PLAN, place), "ID": cell.line.id,
        "Column": cell.column.header, "As issued": cell.baseline, "In the master": cell.master,
        "In the return": _shown_value(cell), "Owner": result.owner, "Return": result.return_id,
        "When": timestamp(sent if sent and sent <= now else now),
    }  # fmt: skip


def _shown_value(cell: CellOutcome) -> Value:
    """What came, as the Decisions sheet can hold it."""
    if cell.is_storable:
        return cell.received
    text = as_text(cell.received)
    if isinstance(cell.received, CellError) or len(text) <= _SHOWN_CHARACTERS:
        return str(text)
    return f"{text[:_SHOWN_CHARACTERS]}… ({len(text):,} characters in all)"
