"""The rows of the Decisions sheet: asked once, and taken off when they are settled elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from hrworkbook.merging.outcomes import UNDECIDED_OUTCOMES, CellOutcome, Outcome, ReturnOutcome
from hrworkbook.plan.kinds import match_word
from hrworkbook.plan.ledger_records import read_decision
from hrworkbook.plan.ledger_words import DecisionState, Question
from hrworkbook.plan.ledgers import CHOICES, DECISIONS, TAKE_RETURN, LedgerRow
from hrworkbook.plan.model import Plan, timestamp
from hrworkbook.plan.snapshot import Link, Write
from hrworkbook.plan.values import CellError, Value, as_text, fold_name, normalised_text

_Asked = tuple[str, str, str, str]
"""Return, line ID, folded heading and the text that came: what makes a question the same."""
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
        """Return the rows for cells that wait; what is asked already, or was decided and not undone, is not asked again."""
        asked = {
            (d.text("Return"), d.text("ID"), fold_name(d.text("Column")), d.text("In the return"))
            for d in self._rows
            if read_decision(d).state not in (DecisionState.UNDONE, DecisionState.REPLACED)
        }
        rows: list[dict[str, Value | Link]] = []
        earlier: dict[tuple[str, str, str], list[tuple[_Asked, dict[str, Value | Link]]]] = {}
        for result in returns:
            # A return may say several things of one cell: they wait beside each other, and only another return takes them off.
            new: dict[tuple[str, str, str], list[tuple[_Asked, dict[str, Value | Link]]]] = {}
            for cell in result.cells:
                place = (result.owner, cell.line.id, cell.column.key)
                shown = normalised_text(_shown_value(cell))
                for replaced, row in list(earlier.get(place, ())):
                    if replaced[-1] != shown and _supersedes(result, cell, row):
                        earlier[place].remove((replaced, row))
                        asked.discard(replaced)
                        rows = [other for other in rows if other is not row]
                if cell.outcome not in UNDECIDED_OUTCOMES:
                    continue
                key = (
                    result.return_id,
                    cell.line.id,
                    fold_name(cell.column.header),
                    shown,
                )
                if key not in asked:
                    asked.add(key)
                    rows.append(_decision_row(self._plan, result, cell, now))
                    new.setdefault(place, []).append((key, rows[-1]))
            for place, some in new.items():
                earlier[place] = [*earlier.get(place, ()), *some]
        return rows

    def superseded_writes(self, returns: Sequence[ReturnOutcome], now: datetime) -> Iterator[Write]:
        """Yield the writes that take off what an owner's newer return has answered anew."""
        undecided = [row for row in self._rows if is_undecided(row) and not row.text("Decision")]
        if not undecided:
            return
        last: dict[tuple[str, str, str], tuple[bool, set[str]]] = {}
        for r in returns:
            said: dict[tuple[str, str, str], set[str]] = {}
            for c in r.cells:
                if r.is_newest or c.outcome == Outcome.APPLIED:
                    place = (fold_name(r.owner), c.line.id, fold_name(c.column.header))
                    said.setdefault(place, set()).add(normalised_text(_shown_value(c)))
            last |= {place: (r.is_newest, texts) for place, texts in said.items()}
        for row in undecided:
            place = (fold_name(row.text("Owner")), row.text("ID"), fold_name(row.text("Column")))
            is_newest, texts = last.get(place, (False, set()))
            mended = read_decision(row).question is Question.INVALID  # what breaks the schema waits for any good answer
            if texts and (is_newest or mended) and row.text("In the return") not in texts:
                yield from self._close(row, DecisionState.REPLACED, f"replaced by a newer return, {timestamp(now)}")

    def undone_writes(self, return_id: str, now: datetime) -> Iterator[Write]:
        """Yield the writes that mark every decision about a return as undone."""
        for row in self._rows:
            if is_about_a_file(row) and not was_taken(row):
                continue
            if fold_name(row.text("Return")) == fold_name(return_id) and not is_undone(row):
                before = f"{row.text('Done')}; " if row.text("Done") else ""
                yield from self._close(row, DecisionState.UNDONE, f"{before}undone, {timestamp(now)}")

    def merged(self, rows: Sequence[LedgerRow], now: datetime) -> Iterator[Write]:
        """Yield the writes that take off decisions about files that are merged now."""
        for row in rows:
            yield from self._close(row, DecisionState.MERGED, f"merged, {timestamp(now)}")

    def _close(self, row: LedgerRow, state: DecisionState, done: str) -> Sequence[Write]:
        self._settled.add(row.row)
        return DECISIONS.rewrite(self._plan.snapshot, row, {"Done": done, "State": state.value})


def is_undecided(row: LedgerRow) -> bool:
    """Return whether a decision still waits."""
    return read_decision(row).is_open


def is_undone(row: LedgerRow) -> bool:
    """Return whether a decision was undone with the return it was about."""
    return read_decision(row).state is DecisionState.UNDONE


def is_about_a_file(row: LedgerRow) -> bool:
    """Return whether a decision is about a whole file."""
    return read_decision(row).is_about_a_file


def decided(choice: str, now: datetime) -> dict[str, Value | Link]:
    """Return what marks a row of the Decisions sheet as applied."""
    return {"Done": f"{choice}, {timestamp(now)}", "State": DecisionState.DECIDED.value}


def was_taken(row: LedgerRow) -> bool:
    """Return whether HR has taken what a decision is about into the plan."""
    return not is_undecided(row) and match_word(row.text("Decision"), CHOICES) == TAKE_RETURN


def _decision_row(plan: Plan, result: ReturnOutcome, cell: CellOutcome, now: datetime) -> dict[str, Value | Link]:
    line, sent = plan.by_id[cell.line.id], result.received.sent
    link = Link(plan.place(line, cell.column.key), line.sheet, plan.address(line, cell.column.key))
    return {
        "Question": Question(cell.outcome).value, "Why": _sentence(cell.reason), "Can be taken": "No" if plan.unwritable(line, cell.column.key) or not cell.is_storable else None, "Go to": link, "ID": cell.line.id,
        "Column": cell.column.header, "As issued": cell.baseline, "In the master": cell.master,
        "In the return": _shown_value(cell), "Owner": result.owner, "Return": result.return_id,
        "When": timestamp(sent if sent and sent <= now else now),
    }  # fmt: skip


def _sentence(reason: str) -> str:
    """Return a reason as it stands alone in a cell."""
    return reason[:1].upper() + reason[1:]


def _supersedes(result: ReturnOutcome, cell: CellOutcome, row: Mapping[str, Value | Link]) -> bool:
    """Return whether a later answer settles a decision: what breaks the schema waits for any good answer."""
    return result.is_newest or (cell.outcome == Outcome.APPLIED and row["Question"] == Question.INVALID.value)


def _shown_value(cell: CellOutcome) -> Value:
    """Return what came, as the Decisions sheet can hold it."""
    if cell.is_storable:
        return cell.received
    text = as_text(cell.received)
    if isinstance(cell.received, CellError) or len(text) <= _SHOWN_CHARACTERS:
        return str(text)
    return f"{text[:_SHOWN_CHARACTERS]}… ({len(text):,} characters in all)"
