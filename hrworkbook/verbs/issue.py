"""Issue: one return for each owner, with only their lines, and the baseline kept on HR's side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hrworkbook.plan.errors import HrWorkbookError, NotAMaster
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.history import lines_to_report
from hrworkbook.plan.kinds import KINDS
from hrworkbook.plan.ledger_words import FileStatus
from hrworkbook.plan.ledgers import OWNERS, REGISTER, START
from hrworkbook.plan.model import (
    Line,
    Plan,
    id_writes,
    issued_ledger,
    new_ids,
    new_state,
    parse_addresses,
    read_plan,
    state_write,
    timestamp,
)
from hrworkbook.plan.returns import OutgoingReturn, last_reported_texts, make_return, next_return_number
from hrworkbook.plan.schema import ID_HEADER
from hrworkbook.plan.snapshot import ChangeSet, Snapshot, Write
from hrworkbook.plan.start_sheet import status_writes
from hrworkbook.plan.values import Value, as_text, fold_name
from hrworkbook.verbs.readiness import require_ready

DAYS_TO_RETURN = 14
"""The due date where HR set none: two weeks from the day of issue."""


@dataclass(frozen=True)
class IssueResult:
    """The returns, who gets none, and what issuing writes: the baselines, the Register, the Start sheet."""

    returns: tuple[OutgoingReturn, ...]
    unaddressed: tuple[str, ...]
    """Roles without an e-mail address on the Owners sheet."""
    changes: ChangeSet


def issue(
    snapshot: Snapshot, now: datetime, due: date | None = None, owner: str = "", *, anyway: bool = False
) -> IssueResult:
    """One return for each owner the plan names, or for one of them.

    Raises NotAMaster for a damaged master or a blank period, HrWorkbookError for an owner with no lines, and NotReady
    where errors stand or decisions wait and `anyway` is not given, and always where it is not certain what is exempt.
    """
    plan, own = _with_plan_state(read_plan(snapshot))
    _ = plan.by_id
    if plan.schema.role("owner") is None:
        raise NotAMaster(
            snapshot.name,
            "this plan has no owner column, so nothing can be issued",
            "Give a column the role 'owner' in the schema",
        )
    period = plan.setting("Period")
    if not period:
        raise NotAMaster(START, "the Period is blank", "Enter it, such as 2016/17 Q3: it is sealed into every return")
    ids = id_writes(plan)
    new = new_ids(plan)
    numbered = [replace(x, id=new.get(id(x), x.id)) for x in lines_to_report(plan)]
    by_owner = _by_owner(plan, numbered, now.date(), owner)
    standing = require_ready(plan, now.date(), "issue", anyway=anyway)
    by_when = due or due_date(plan, now.date())
    last = last_reported_texts(plan)
    first = next_return_number(plan)
    returns = tuple(
        make_return(plan, f"R{first + i:04d}", role, lines, period, by_when, last)
        for i, (role, lines) in enumerate(by_owner.items())
    )
    register = [_register_row(r, now) for r in returns]
    writes = [*own, *ids, *_baseline(plan, returns, numbered), *REGISTER.append(snapshot, register)]
    done_text = f"Issued {count_noun(len(returns), 'return')}{standing.aside}"
    writes += status_writes(plan, done_text, now, register=register)
    unaddressed = tuple(r.owner.role for r in returns if not parse_addresses(r.owner.email))
    message = f"{count_noun(len(returns), 'return')} issued for {period}, due by {by_when.day} {by_when:%B %Y}."
    if by_when < now.date():
        where = "" if due else f" as Returns due on the {START} sheet"
        message += f" That day is past: if it is a slip, give another{where} and issue again."
    if unaddressed:
        message += f" {count_noun(len(unaddressed), 'owner has', 'owners have')} no e-mail address on the {OWNERS} sheet: {join_words(unaddressed)}."
    if standing:
        message += f" {standing.counts} when they were made."
    return IssueResult(returns, unaddressed, ChangeSet(tuple(writes), message, (REGISTER.sheet, "A1")))


def _with_plan_state(plan: Plan) -> tuple[Plan, tuple[Write, ...]]:
    """Return the plan with an ID and a seal key: a master as it comes, made from a schema and nothing else, gets its own here."""
    if plan.id and plan.seal_key:
        return plan, ()
    fresh = {name: value for name, value in new_state().items() if name != "Next ID"}
    return replace(plan, state={**plan.state, **fresh}), tuple(state_write(plan, n, v) for n, v in fresh.items())


def due_date(plan: Plan, today: date) -> date:
    """Return the date returns are due: the Start sheet's, else two weeks from today; raises NotAMaster where it is no date."""
    value = plan.settings.get("Returns due")
    if not as_text(value):
        return today + timedelta(days=DAYS_TO_RETURN)
    fault = KINDS["date"].fault(value, "Returns due", ())
    if fault:
        raise NotAMaster(START, fault.fault, fault.remedy)
    found: date = KINDS["date"].read(value)
    return found


def _by_owner(plan: Plan, lines: Sequence[Line], today: date, only: str) -> dict[str, list[Line]]:
    by_owner: dict[str, list[Line]] = {o.role: [] for o in plan.owners}
    for line in lines:
        for role in plan.owners_of(line, today):
            by_owner.setdefault(role, []).append(line)
    by_owner = {role: theirs for role, theirs in by_owner.items() if theirs}
    if only:
        wanted = {role: theirs for role, theirs in by_owner.items() if fold_name(role) == fold_name(only)}
        if not wanted:
            raise HrWorkbookError(
                OWNERS, f"no line of the plan is owned by '{only}'", f"Choose {join_words(by_owner, 'or')}"
            )
        return wanted
    if not by_owner:
        raise HrWorkbookError(
            plan.tables[0].sheet,
            "no line names an owner, so there is nothing to issue",
            "Enter owners, then issue again",
        )
    return by_owner


def _register_row(issued: OutgoingReturn, now: datetime) -> dict[str, Value]:
    return {
        "What": FileStatus.ISSUED.value, "Return": issued.id, "Owner": issued.owner.role, "Period": issued.period, "When": timestamp(now),
        "Due": issued.due.strftime("%d/%m/%Y"), "File": issued.file, "Lines": len(issued.lines),
    }  # fmt: skip


def _baseline(plan: Plan, returns: Sequence[OutgoingReturn], lines: Sequence[Line]) -> tuple[Write, ...]:
    """Return the writes that keep each line as it was issued, what is HR's alone too: it tells whether a line is still the same."""
    values = {line.id: line.values for line in lines}
    ledger = issued_ledger(plan.schema)
    rows: list[dict[str, Value]] = [
        {"Issued as": r.id, ID_HEADER: line.id, **{c.header: values[line.id].get(c.key) for c in plan.schema.columns}}
        for r in returns
        for line in r.lines
    ]
    return ledger.append(plan.snapshot, rows)
