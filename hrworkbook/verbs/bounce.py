"""Bounce: a return goes back to its owner for the cells that could not be taken, each with what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from hrworkbook.merging.admit import IssuedReturn, IssuedReturns, roles_of_sender
from hrworkbook.merging.comment_notes import MEND_REQUEST, ORIGINAL_TEXT_PREFIX
from hrworkbook.merging.equivalence import normalise_value
from hrworkbook.merging.pending_decisions import is_undone
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.kinds import KINDS
from hrworkbook.plan.ledger_records import file_status, read_decision
from hrworkbook.plan.ledger_words import FileStatus, Question
from hrworkbook.plan.ledgers import DECISIONS, JOURNAL, OWNERS, REGISTER, LedgerRow
from hrworkbook.plan.model import Plan, read_plan
from hrworkbook.plan.returns import OutgoingReturn, last_reported_texts, make_return
from hrworkbook.plan.schema import CellKey
from hrworkbook.plan.snapshot import Snapshot
from hrworkbook.plan.values import CellError, Value, as_text, fold_name, same_value

_QUOTED_CHARACTERS = 200
"""Characters quoted of a text that no cell can hold."""


@dataclass(frozen=True)
class FaultyCell:
    """One cell that could not be taken: where it is, what it said, and the fault and remedy in a sentence or two."""

    line: str
    column: str
    """The column's heading."""
    text: str
    reason: str


@dataclass(frozen=True)
class BouncedReturn:
    """A return as it goes back: the owner's own answers in it, and the cells to mend."""

    return_: OutgoingReturn
    faulty_cells: Mapping[CellKey, FaultyCell]
    sender: str
    """The address that the return came from, where it is on the Owners sheet; '' otherwise."""
    elsewhere: str
    """The address that the return came from, where it is not: nothing is sent there."""


@dataclass(frozen=True)
class BounceResult:
    """The returns that go back, and what to tell HR. Bouncing writes nothing to the master: the decisions stay open."""

    returns: tuple[BouncedReturn, ...]
    message: str


def bounce(snapshot: Snapshot, now: datetime, owner: str = "") -> BounceResult:
    """Return the returns of this period with cells that wait because they break the schema, for each owner or for one.

    A cell for which HR has chosen on the Decisions sheet is left out. Raises HrWorkbookError for an owner without a
    return this period, or where nothing was issued.
    """
    plan = read_plan(snapshot)
    issued = IssuedReturns(plan)
    issued_returns = _issued_returns(plan, issued, owner)
    due = {i.text("Return"): i["Due"] for i in REGISTER.data_rows(snapshot) if file_status(i) is FileStatus.ISSUED}
    decisions: dict[str, list[LedgerRow]] = {}
    for row in DECISIONS.data_rows(snapshot):
        decisions.setdefault(row.text("Return"), []).append(row)
    returns = []
    for known in issued_returns:
        rows = decisions.get(known.id, [])
        if faulty_cells := _faulty_cells(plan, known, rows):
            when: date = KINDS["date"].read(due[known.id]) or now.date()
            book = _filled_return(plan, known, rows, faulty_cells, when)
            sender = _sender(issued, known.id)
            is_known = bool(roles_of_sender(plan, sender))
            returns.append(BouncedReturn(book, faulty_cells, sender if is_known else "", "" if is_known else sender))
    cells = sum(len(r.faulty_cells) for r in returns)
    message = "No cell waits for its owner to mend it: nothing goes back."
    if returns:
        message = (
            f"{count_noun(len(returns), 'return goes', 'returns go')} back, with {count_noun(cells, 'cell')} to mend."
        )
    if elsewhere := [f"that of {r.return_.owner.role} from {r.elsewhere}" for r in returns if r.elsewhere]:
        message += (
            f" Sent from elsewhere than the {OWNERS} sheet says: {join_words(elsewhere)}. "
            "It goes to the owner alone; enter the address there if it is theirs."
        )
    return BounceResult(tuple(returns), message)


def _issued_returns(plan: Plan, issued: IssuedReturns, owner: str) -> list[IssuedReturn]:
    """Return the returns of this period, in the order of issue; those of one owner where that is named."""
    known = list(reversed(issued.open_returns()))
    if not known:
        raise HrWorkbookError(
            REGISTER.sheet, f"nothing was issued for {plan.setting('Period')}", "Issue first; bounce after a merge"
        )
    of_owner = [k for k in known if not owner or fold_name(k.owner) == fold_name(owner)]
    if not of_owner:
        owners = join_words(dict.fromkeys(k.owner for k in known), "or")
        raise HrWorkbookError(REGISTER.sheet, f"no return was issued to '{owner}' this period", f"Choose {owners}")
    return of_owner


def _faulty_cells(plan: Plan, known: IssuedReturn, rows: list[LedgerRow]) -> dict[CellKey, FaultyCell]:
    """Return the cells of a return that wait as invalid, by their place; of two in one cell, the newer."""
    found: dict[CellKey, FaultyCell] = {}
    for row in rows:
        asked = read_decision(row)
        if asked.question is not Question.INVALID or not asked.is_open or row.text("Decision"):
            continue
        id_, column = row.text("ID"), plan.schema.column_headed(row.text("Column"))
        if column and id_ in known.baseline and id_ in plan.by_id:
            found[id_, column.key] = FaultyCell(id_, column.header, as_text(row["In the return"]), asked.why)
    return found


def _filled_return(
    plan: Plan, known: IssuedReturn, rows: list[LedgerRow], faulty_cells: Mapping[CellKey, FaultyCell], due: date
) -> OutgoingReturn:
    """Return the return with its own ID and seal, and the owner's answers in it.

    A cell that waits says what the owner wrote, unless no cell can hold it whole: half of a text sent back unmended would
    be taken for a mended one. What was taken or decided, or was in the plan already, says what the plan now says, so that
    it merges again as already there; the rest is as it was issued.
    """
    answers = _answers_already_there(plan, known)
    for item in (*JOURNAL.data_rows(plan.snapshot), *(r for r in rows if not is_undone(r))):
        id_, key = _owners_cell(plan, item)
        if item.text("Return") == known.id and key and id_ in plan.by_id:
            answers[id_, key] = plan.by_id[id_].values.get(key)
    for row in rows:
        id_, key = _owners_cell(plan, row)
        if key and (asked := read_decision(row)).is_open:
            returned_value = row["In the return"]
            is_error = isinstance(normalise_value(plan, plan.schema[key], returned_value)[0], CellError)
            shows = is_error or asked.can_be_taken
            answers[id_, key] = returned_value if shows else known.baseline.get(id_, {}).get(key)
    lines = [
        replace(plan.by_id[id_], values={k: answers.get((id_, k), v) for k, v in values.items()})
        for id_, values in known.baseline.items()
        if id_ in plan.by_id
    ]
    return make_return(
        plan, known.id, known.owner, lines, known.period, due, last_reported_texts(plan), sealed=known.baseline
    )


def _owners_cell(plan: Plan, item: LedgerRow) -> CellKey:
    """Return the cell that a row of the Decisions sheet or the Journal is about; '' for the key of no owner's column."""
    column = plan.schema.column_headed(item.text("Column"))
    return item.text("ID"), column.key if column and column.is_owners else ""


def _answers_already_there(plan: Plan, known: IssuedReturn) -> dict[CellKey, Value]:
    """Return what the plan says otherwise than was issued, where the newest file of a return agreed with it somewhere.

    No sheet keeps which cells those were. Showing one more than the owner answered does no harm: it is already there.
    """
    register = REGISTER.data_rows(plan.snapshot)
    newest = [i for i in register if file_status(i) is FileStatus.MERGED and i.text("Return") == known.id]
    if not newest or not newest[-1].number("Already there"):
        return {}
    return {
        (id_, key): says
        for id_, values in known.baseline.items()
        for key in (c.key for c in plan.schema.columns if c.is_owners)
        if id_ in plan.by_id and not same_value(says := plan.by_id[id_].values.get(key), values.get(key))
    }


def cell_comment(cell: FaultyCell) -> str:
    """Return the comment on a faulty cell: fault and remedy, and what was there where the cell cannot show it."""
    quoted_text = (
        f"\n{ORIGINAL_TEXT_PREFIX}{cell.text[:_QUOTED_CHARACTERS]}…"
        if len(cell.text) > _QUOTED_CHARACTERS or cell.text.startswith("=")
        else ""
    )
    return f"{MEND_REQUEST}\n{cell.reason}{'' if cell.reason.endswith(('.', '?', '!')) else '.'}{quoted_text}"


def _sender(issued: IssuedReturns, return_id: str) -> str:
    """Return the address the newest merged file of a return came from."""
    senders = [i.text("From") for (_, id_), i in issued.merge_history.rows.items() if id_ == return_id]
    return senders[-1] if senders else ""
