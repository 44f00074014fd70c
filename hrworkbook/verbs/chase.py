"""Chase: a reminder for each owner still out, with only the lines still open."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from hrworkbook.merging.issued_returns import IssuedReturns
from hrworkbook.merging.pending_decisions import is_about_a_file, is_undecided
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.kinds import KINDS
from hrworkbook.plan.ledger_records import file_status
from hrworkbook.plan.ledger_words import FileStatus
from hrworkbook.plan.ledgers import DECISIONS, REGISTER
from hrworkbook.plan.model import Plan, read_plan
from hrworkbook.plan.returns import OutgoingReturn, last_reported_texts, make_return
from hrworkbook.plan.snapshot import Snapshot
from hrworkbook.plan.start_sheet import returns_issued_and_back
from hrworkbook.plan.values import Value, fold_name


@dataclass(frozen=True)
class Reminder:
    """A return that is still out, with its open lines, and how late it is."""

    return_: OutgoingReturn
    days_late: int
    """Negative before the due date."""


@dataclass(frozen=True)
class ChaseResult:
    """The reminders, and what to tell HR. Chasing writes nothing to the master: the return stays the one issued."""

    reminders: tuple[Reminder, ...]
    message: str


def chase(snapshot: Snapshot, now: datetime) -> ChaseResult:
    """Return a reminder for each return of this period that has not come back and has lines that are not done.

    Raises HrWorkbookError where nothing was issued.
    """
    plan = read_plan(snapshot)
    out, back = returns_issued_and_back(plan)
    if not out:
        raise HrWorkbookError(
            REGISTER.sheet, f"nothing was issued for {plan.setting('Period')}", "Issue first, then chase"
        )
    issued = IssuedReturns(plan)
    out = _under_present_names(issued, out, back)
    due = {
        i.text("Return"): KINDS["date"].read(i["Due"])
        for i in REGISTER.data_rows(snapshot)
        if file_status(i) is FileStatus.ISSUED
    }
    reminders = []
    done = []
    for id_, owner in out.items():
        if id_ not in back:
            when: date = due.get(id_) or now.date()
            part = _open_lines(plan, issued, id_, when)
            if part.lines:
                reminders.append(Reminder(part, (now.date() - when).days))
            else:
                done.append(owner)
    message = _message(len(reminders), len(out), len(back), done)
    return ChaseResult(tuple(reminders), message + "".join(_unproven(plan, out.keys() - back)))


def _under_present_names(issued: IssuedReturns, out: Mapping[str, str], back: Collection[str]) -> dict[str, str]:
    """Return the returns that are out by the names their owners bear now; an owner issued again under it counts once."""
    names = {id_: issued.owner_now(issued[id_]) for id_ in out}
    last = {fold_name(name): id_ for id_, name in names.items()}
    return {id_: name for id_, name in names.items() if id_ in back or last[fold_name(name)] == id_}


def _unproven(plan: Plan, out: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each file that waits for HR as the answer to a return that is still out."""
    for row in DECISIONS.data_rows(plan.snapshot):
        if is_about_a_file(row) and is_undecided(row) and row.text("Return") in out:
            yield f" A file that may be the answer of {row.text('Owner')} waits on the {DECISIONS.sheet} sheet, in row {row.row}: {row.text('Why')}"


def _message(written: int, out: int, back: int, done: Sequence[str]) -> str:
    if back == out:
        return f"All {count_noun(out, 'return')} are in: there is nobody to chase."
    message = f"{count_noun(written, 'reminder')} written; {back or 'none'} of {count_noun(out, 'return')} {'is' if back < 2 else 'are'} in."
    if done:
        message += f" {join_words(done)} {'has' if len(done) == 1 else 'have'} no line still open and {'is' if len(done) == 1 else 'are'} not reminded."
    return message


def _open_lines(plan: Plan, issued: IssuedReturns, return_id: str, due: date) -> OutgoingReturn:
    """Return the return as it was issued, with only the lines that are not done; its seal is the whole return's."""
    known = issued[return_id]
    lines = []
    for line_id, values in known.baseline.items():
        line = plan.by_id.get(line_id)
        if line and not plan.is_done(line):
            shown: Mapping[str, Value] = values
            lines.append(replace(line, values=shown))
    whole = [replace(x, values=known.baseline[x.id]) for x in lines]
    return make_return(
        plan,
        return_id,
        issued.owner_now(known),
        whole,
        known.period,
        due,
        last_reported_texts(plan),
        sealed=known.baseline,
    )
