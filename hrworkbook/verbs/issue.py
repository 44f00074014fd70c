"""Issue: one return for each owner, with only their lines, and the baseline kept on HR's side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from hrworkbook.merging.merge_history import read_moment
from hrworkbook.plan.errors import HrWorkbookError, NotAMaster
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.history import lines_to_report
from hrworkbook.plan.kinds import KINDS
from hrworkbook.plan.ledger_records import file_status
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
from hrworkbook.plan.start_sheet import LastDone, returns_issued_and_back, status_writes
from hrworkbook.plan.values import Value, as_text, fold_name
from hrworkbook.verbs.readiness import MOST_NAMED, require_ready

DAYS_TO_RETURN = 14
"""The due date where HR set none: two weeks from the day of issue."""


@dataclass(frozen=True)
class SentBefore:
    """The last return that was sent to an owner for the same period."""

    return_id: str
    when: datetime | None
    is_in: bool

    @property
    def day(self) -> str:
        """`11 January 2027`; '' where the Register does not say."""
        return f"{self.when.day} {self.when:%B %Y}" if self.when else ""

    def as_json(self) -> dict[str, str | bool | None]:
        """Return it as plain data."""
        on = self.when.date().isoformat() if self.when else None
        return {"return_id": self.return_id, "on": on, "is_in": self.is_in}


@dataclass(frozen=True)
class IssueResult:
    """The returns, who gets none, and what issuing writes: the baselines, the Register, the Start sheet."""

    returns: tuple[OutgoingReturn, ...]
    unaddressed: tuple[str, ...]
    """Roles without an e-mail address on the Owners sheet."""
    changes: ChangeSet
    sent_before: Mapping[str, SentBefore] = field(default_factory=dict)
    """By owner, what was sent for the same period before this."""
    skipped: tuple[str, ...] = ()
    """Owners whose return is in already, and who get no other."""


def issue(
    snapshot: Snapshot, now: datetime, due: date | None = None, owner: str = "", *, anyway: bool = False, again: bool = False
) -> IssueResult:  # fmt: skip
    """Return one return for each owner the plan names, or for one of them.

    An owner whose return of this period is in is left out, unless named, or `again` is given, or the plan has lines of
    theirs that were in none.

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
    before = _sent_before(plan, period)
    skipped = [] if owner or again else _owners_in(plan, before, by_owner)
    by_owner = {role: lines for role, lines in by_owner.items() if role not in skipped}
    if not by_owner:
        fault = f"every return of {period} is in, so nothing was issued"
        raise HrWorkbookError(
            REGISTER.sheet, fault, "To send one again, name its owner with --owner; for all, give --again"
        )
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
    writes += status_writes(plan, done_text, now, register=register, job=LastDone.ISSUED)
    unaddressed = tuple(r.owner.role for r in returns if not parse_addresses(r.owner.email))
    message = f"{count_noun(len(returns), 'return')} issued for {period}, due by {by_when.day} {by_when:%B %Y}."
    if by_when < now.date():
        where = "" if due else f" as Returns due on the {START} sheet"
        message += f" That day is past: if it is a slip, give another{where} and issue again."
    if unaddressed:
        message += f" {count_noun(len(unaddressed), 'owner has', 'owners have')} no e-mail address on the {OWNERS} sheet: {join_words(unaddressed)}."
    message += "".join(_told_before(returns, before, skipped))
    if standing:
        message += f" {standing.counts} when they were made."
    known = {role: before[fold_name(role)] for role in by_owner if fold_name(role) in before}
    changes = ChangeSet(tuple(writes), message, (REGISTER.sheet, "A1"))
    return IssueResult(returns, unaddressed, changes, known, tuple(skipped))


def _sent_before(plan: Plan, period: str) -> dict[str, SentBefore]:
    """Return the last return that was sent to each owner for a period, by the owner's folded name."""
    _, back = returns_issued_and_back(plan, period=period)
    return {
        fold_name(row.text("Owner")): SentBefore(
            row.text("Return"), read_moment(row, "When"), row.text("Return") in back
        )
        for row in REGISTER.data_rows(plan.snapshot)
        if file_status(row) is FileStatus.ISSUED and fold_name(row.text("Period")) == fold_name(period)
    }


def _owners_in(plan: Plan, before: Mapping[str, SentBefore], by_owner: Mapping[str, Sequence[Line]]) -> list[str]:
    """Return the owners whose return is in, and held all the lines that are theirs now."""
    sent = {role: before[fold_name(role)] for role in by_owner if fold_name(role) in before}
    held: dict[str, set[str]] = {one.return_id: set() for one in sent.values() if one.is_in}
    if held:
        for row in issued_ledger(plan.schema).data_rows(plan.snapshot):
            if (return_id := row.text("Issued as")) in held:
                held[return_id].add(row.text(ID_HEADER))
    return [r for r, one in sent.items() if one.is_in and all(x.id in held[one.return_id] for x in by_owner[r])]


def _told_before(
    returns: Sequence[OutgoingReturn], before: Mapping[str, SentBefore], skipped: Sequence[str]
) -> Iterator[str]:
    """Yield a sentence on who was sent a return before, and one on who is not sent another."""
    sent = [(r.owner.role, before[fold_name(r.owner.role)]) for r in returns if fold_name(r.owner.role) in before]
    if sent:
        named = [f"{role} ({one.return_id}{one.day and f' on {one.day}'})" for role, one in sent[:MOST_NAMED]]
        more = [f"{len(sent) - MOST_NAMED} more"] if len(sent) > MOST_NAMED else []
        yield f" Sent before for this period: {join_words([*named, *more])}. Their mails say that the new one takes its place."
    if skipped:
        more = [f"{len(skipped) - MOST_NAMED} more"] if len(skipped) > MOST_NAMED else []
        named = [*skipped[:MOST_NAMED], *more]
        yield f" Not sent again, being in: {join_words(named)}. To send one again all the same, run: hrworkbook issue with --owner."


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
    if not by_owner and any(plan.owners_of(line) for line in plan.lines):
        raise HrWorkbookError(
            plan.tables[0].sheet, "every line that has an owner is complete, so there is nothing to issue", "Add lines, or open one again"
        )  # fmt: skip
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
