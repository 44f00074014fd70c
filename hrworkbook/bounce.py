"""Bounce: a return goes back to its owner for the cells that could not be taken, each with what to do."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from hrworkbook.errors import HrWorkbookError
from hrworkbook.findings import count, listed
from hrworkbook.issue import Return, last_texts, return_of
from hrworkbook.kinds import KINDS
from hrworkbook.ledgers import DECISIONS, JOURNAL, OWNERS, REGISTER, Item
from hrworkbook.merging.admit import IssuedReturns, Known, roles_of
from hrworkbook.merging.remarks import ITS_TEXT, PLEASE_MEND
from hrworkbook.merging.retyped import good_value
from hrworkbook.merging.waiting import NOT_TO_BE_TAKEN, UNDONE, is_open
from hrworkbook.plan import Plan, read_plan
from hrworkbook.snapshot import Snapshot
from hrworkbook.values import CellError, Value, as_text, folded, plain, same

Place = tuple[str, str]
"""A cell of a return: line ID and column key."""
_INVALID = "invalid"
_QUOTED = 200
"""Characters quoted of a text that no cell can hold."""


@dataclass(frozen=True)
class Faulty:
    """One cell that could not be taken: where it is, what it said, and the fault and remedy in a sentence or two."""

    line: str
    column: str
    """The column's heading."""
    said: str
    why: str


@dataclass(frozen=True)
class Returned:
    """A return as it goes back: the owner's own answers in it, and the cells to mend."""

    issued: Return
    faulty: Mapping[Place, Faulty]
    sender: str
    """The address that the return came from, where it is on the Owners sheet; '' otherwise."""
    elsewhere: str
    """The address that the return came from, where it is not: nothing is sent there."""


@dataclass(frozen=True)
class Bounced:
    """The returns that go back, and what to tell HR. Bouncing writes nothing to the master: the decisions stay open."""

    returns: tuple[Returned, ...]
    message: str


def bounce(snapshot: Snapshot, now: datetime, owner: str = "") -> Bounced:
    """The returns of this period with cells that wait because they break the schema, for each owner or for one.

    A cell for which HR has chosen on the Decisions sheet is left out. Raises HrWorkbookError for an owner without a
    return this period, or where nothing was issued.
    """
    plan = read_plan(snapshot)
    issued = IssuedReturns(plan)
    theirs = _of_owner(plan, issued, owner)
    due = {i.text("Return"): i["Due"] for i in REGISTER.items(snapshot) if i.text("What") == "Issued"}
    decisions: dict[str, list[Item]] = {}
    for row in DECISIONS.items(snapshot):
        decisions.setdefault(row.text("Return"), []).append(row)
    returns = []
    for known in theirs:
        rows = decisions.get(known.id, [])
        if faulty := _faulty(plan, known, rows):
            when: date = KINDS["date"].read(due[known.id]) or now.date()
            book = _filled_in(plan, known, rows, faulty, when)
            sender = _sender(issued, known.id)
            is_known = bool(roles_of(plan, sender))
            returns.append(Returned(book, faulty, sender if is_known else "", "" if is_known else sender))
    cells = sum(len(r.faulty) for r in returns)
    said = "No cell waits for its owner to mend it: nothing goes back."
    if returns:
        said = f"{count(len(returns), 'return goes', 'returns go')} back, with {count(cells, 'cell')} to mend."
    if elsewhere := [f"that of {r.issued.owner.role} from {r.elsewhere}" for r in returns if r.elsewhere]:
        said += (
            f" Sent from elsewhere than the {OWNERS} sheet says: {listed(elsewhere)}. "
            "It goes to the owner alone; enter the address there if it is theirs."
        )
    return Bounced(tuple(returns), said)


def _of_owner(plan: Plan, issued: IssuedReturns, owner: str) -> list[Known]:
    """The returns of this period, in the order of issue; those of one owner where that is named."""
    known = list(reversed(issued.open()))
    if not known:
        raise HrWorkbookError(
            REGISTER.sheet, f"nothing was issued for {plan.setting('Period')}", "Issue first; bounce after a merge"
        )
    theirs = [k for k in known if not owner or folded(k.owner) == folded(owner)]
    if not theirs:
        owners = listed(dict.fromkeys(k.owner for k in known), "or")
        raise HrWorkbookError(REGISTER.sheet, f"no return was issued to '{owner}' this period", f"Choose {owners}")
    return theirs


def _faulty(plan: Plan, known: Known, rows: list[Item]) -> dict[Place, Faulty]:
    """The cells of a return that wait as invalid, by their place; of two in one cell, the newer."""
    keys = {plain(c.header): c.key for c in plan.schema.columns}
    found: dict[Place, Faulty] = {}
    for row in rows:
        outcome, _, why = row.text("Why").partition(": ")
        id_, key = row.text("ID"), keys.get(row.text("Column"))
        if not (outcome.split(",")[0] == _INVALID and is_open(row) and not row.text("Decision")):
            continue
        if key and id_ in known.baseline and id_ in plan.by_id:
            found[id_, key] = Faulty(id_, row.text("Column"), as_text(row["In the return"]), why)
    return found


def _filled_in(plan: Plan, known: Known, rows: list[Item], faulty: Mapping[Place, Faulty], due: date) -> Return:
    """The return with its own ID and seal, and the owner's answers in it.

    A cell that waits says what the owner wrote, unless no cell can hold it whole: half of a text sent back unmended would
    be taken for a mended one. What was taken or decided, or was in the plan already, says what the plan now says, so that
    it merges again as already there; the rest is as it was issued.
    """
    keys = {plain(c.header): c.key for c in plan.schema.columns if c.by_owner}
    answers = _already_there(plan, known, keys.values())
    for item in (*JOURNAL.items(plan.snapshot), *(r for r in rows if UNDONE not in r.text("Done"))):
        id_, key = item.text("ID"), keys.get(item.text("Column"))
        if item.text("Return") == known.id and key and id_ in plan.by_id:
            answers[id_, key] = plan.by_id[id_].values.get(key)
    for row in rows:
        id_, key = row.text("ID"), keys.get(row.text("Column"))
        if key and is_open(row):
            came = row["In the return"]
            is_error = isinstance(good_value(plan, plan.schema[key], came)[0], CellError)
            shows = is_error or NOT_TO_BE_TAKEN not in row.text("Why")
            answers[id_, key] = came if shows else known.baseline.get(id_, {}).get(key)
    lines = [
        replace(plan.by_id[id_], values={k: answers.get((id_, k), v) for k, v in values.items()})
        for id_, values in known.baseline.items()
        if id_ in plan.by_id
    ]
    return return_of(plan, known.id, known.owner, lines, known.period, due, last_texts(plan), sealed=known.baseline)


def _already_there(plan: Plan, known: Known, keys: Collection[str]) -> dict[Place, Value]:
    """What the plan says otherwise than was issued, where the newest file of a return agreed with it somewhere.

    No sheet keeps which cells those were. Showing one more than the owner answered does no harm: it is already there.
    """
    newest = [i for i in REGISTER.items(plan.snapshot) if i.text("What") == "Merged" and i.text("Return") == known.id]
    if not newest or not newest[-1].number("Already there"):
        return {}
    return {
        (id_, key): says
        for id_, values in known.baseline.items()
        for key in keys
        if id_ in plan.by_id and not same(says := plan.by_id[id_].values.get(key), values.get(key))
    }


def note_on(cell: Faulty) -> str:
    """The comment on a faulty cell: fault and remedy, and what was there where the cell cannot show it."""
    said = f"\n{ITS_TEXT}{cell.said[:_QUOTED]}…" if len(cell.said) > _QUOTED or cell.said.startswith("=") else ""
    return f"{PLEASE_MEND}\n{cell.why}{'' if cell.why.endswith(('.', '?', '!')) else '.'}{said}"


def _sender(issued: IssuedReturns, return_id: str) -> str:
    """The address the newest merged file of a return came from."""
    senders = [i.text("From") for (_, id_), i in issued.before.rows.items() if id_ == return_id]
    return senders[-1] if senders else ""
