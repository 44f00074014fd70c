"""Issue: one return for each owner, with only their lines, and the baseline kept on HR's side."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hrworkbook.plan.errors import HrWorkbookError, NotAMaster
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.history import last_reported, lines_to_report
from hrworkbook.plan.kinds import KINDS
from hrworkbook.plan.ledgers import OWNERS, PLAN, REGISTER, START
from hrworkbook.plan.model import (
    Line,
    Owner,
    Plan,
    id_writes,
    issued_ledger,
    new_state,
    parse_addresses,
    read_plan,
    state_write,
    timestamp,
)
from hrworkbook.plan.schema import ID_HEADER, Column, Schema
from hrworkbook.plan.seal import Seal, compute_mark
from hrworkbook.plan.snapshot import Block, ChangeSet, Link, Snapshot, Write
from hrworkbook.plan.start_sheet import status_writes
from hrworkbook.plan.values import LONGEST_HEADING, Value, as_text, fold_name, normalised_text
from hrworkbook.verbs.readiness import require_ready

DAYS_TO_RETURN = 14
"""The due date where HR set none: two weeks from the day of issue."""
FILL_IN_TEXT = "If Excel shows Enable Editing, press it. Fill in the white cells: what has happened since. Save, and send this file back."
LEAVE_TEXT = "Nothing else needs to change. If a grey cell is wrong, write that in your reply and we shall mend it."
_ASKED_BEFORE = (
    "Fill in the white cells: what has happened since the last report. Then save, and send this file back by e-mail."
)
"""How returns issued before asked for the same."""
LAST_REPORTED_PREFIX = "Last reported: "
"""What the heading of the read-only column beside an owner's column begins with."""


@dataclass(frozen=True)
class OutgoingReturn:
    """One owner's return, ready to be written as a workbook."""

    id: str
    owner: Owner
    period: str
    due: date
    seal: Seal
    schema: Schema
    allowed_words: Mapping[str, tuple[str, ...]]
    """The words of each choice column, by key."""
    lines: tuple[Line, ...]
    last_reported: Mapping[str, Mapping[str, str]]
    """What was last reported, by column key and line ID."""
    file: str
    """The workbook's file name."""


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
    numbered = _numbered(plan, {w.row: w.rows[0][0] for w in ids if w.sheet == PLAN})
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
    """The plan with an ID and a seal key: a master as it comes, made from a schema and nothing else, gets its own here."""
    if plan.id and plan.seal_key:
        return plan, ()
    fresh = {name: value for name, value in new_state().items() if name != "Next ID"}
    return replace(plan, state={**plan.state, **fresh}), tuple(state_write(plan, n, v) for n, v in fresh.items())


def due_date(plan: Plan, today: date) -> date:
    """The date returns are due: the Start sheet's, else two weeks from today; raises NotAMaster where it is no date."""
    value = plan.settings.get("Returns due")
    if not as_text(value):
        return today + timedelta(days=DAYS_TO_RETURN)
    fault = KINDS["date"].fault(value, "Returns due", ())
    if fault:
        raise NotAMaster(START, fault.fault, fault.remedy)
    found: date = KINDS["date"].read(value)
    return found


def next_return_number(plan: Plan) -> int:
    """The number of the next return; numbers are never used twice."""
    used = [int(m[1]) for i in REGISTER.data_rows(plan.snapshot) if (m := re.fullmatch(r"R(\d+)", i.text("Return")))]
    return max(used, default=0) + 1


def last_heading(header: str) -> str:
    """Return the heading of the read-only column beside an owner's column, no longer than Excel lets a heading be."""
    return f"{LAST_REPORTED_PREFIX}{header}"[:LONGEST_HEADING]


def columns_shown_again(schema: Schema) -> list[Column]:
    """The owners' columns whose last reported text stands beside the cell to fill in."""
    return [c for c in schema.columns if c.is_owners and c.roll != "keep"]


def _numbered(plan: Plan, new: Mapping[int, Value | Link]) -> list[Line]:
    return [replace(x, id=str(new[x.row])) if x.row in new else x for x in lines_to_report(plan)]


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
            PLAN, "no line names an owner, so there is nothing to issue", "Enter owners, then issue again"
        )
    return by_owner


def last_reported_texts(plan: Plan) -> dict[str, Mapping[str, str]]:
    """What each column that is shown again said when the last period was closed, by column key and line ID."""
    return {c.key: last_reported(plan, c.key) for c in columns_shown_again(plan.schema)}


def make_return(
    plan: Plan,
    id_: str,
    role: str,
    lines: Sequence[Line],
    period: str,
    due: date,
    last: Mapping[str, Mapping[str, str]],
    sealed: Mapping[str, Mapping[str, Value]] | None = None,
) -> OutgoingReturn:
    """A return with these lines; its seal covers them, or what was issued before where `sealed` gives that."""
    schema = plan.schema.for_owners()
    owner = next((o for o in plan.owners if o.role == role), Owner(role))
    issued = sealed if sealed is not None else {line.id: line.values for line in lines}
    values = [(line_id, [v.get(c.key) for c in plan.schema.columns]) for line_id, v in issued.items()]
    seal = Seal(id_, plan.id, period, compute_mark(plan.seal_key, id_, plan.id, period, values))
    words = {c.key: plan.words_of(c) for c in schema.columns if c.kind == "choice"}
    name = re.sub(r"[^\w&+-]+", " ", f"{role} {period}").strip()[:80]
    theirs = tuple(replace(x, values={c.key: x.values.get(c.key) for c in schema.columns}) for x in lines)
    return OutgoingReturn(id_, owner, period, due, seal, schema, words, theirs, last, f"{name} {id_}.xlsx")


def _register_row(issued: OutgoingReturn, now: datetime) -> dict[str, Value]:
    return {
        "What": "Issued", "Return": issued.id, "Owner": issued.owner.role, "Period": issued.period, "When": timestamp(now),
        "Due": issued.due.strftime("%d/%m/%Y"), "File": issued.file, "Lines": len(issued.lines),
    }  # fmt: skip


def _baseline(plan: Plan, returns: Sequence[OutgoingReturn], lines: Sequence[Line]) -> tuple[Write, ...]:
    """The writes that keep each line as it was issued, what is HR's alone too: it tells whether a line is still the same."""
    values = {line.id: line.values for line in lines}
    ledger = issued_ledger(plan.schema)
    rows: list[dict[str, Value]] = [
        {"Issued as": r.id, ID_HEADER: line.id, **{c.header: values[line.id].get(c.key) for c in plan.schema.columns}}
        for r in returns
        for line in r.lines
    ]
    return ledger.append(plan.snapshot, rows)


def title_line(issued: OutgoingReturn) -> str:
    """The return's first line: whose it is."""
    return f"{issued.schema.title}: return from {issued.owner.role}"


def due_line(issued: OutgoingReturn) -> str:
    """The return's second line: for which period, and by when."""
    to = f" ({issued.owner.name})" if issued.owner.name else ""
    return f"For {issued.owner.role}{to}, {issued.period}. Please send it back by {issued.due.day} {issued.due:%B %Y}."


_OUR_LINES = re.compile(
    r".+: return from .+|For .+, .+\. Please send it back by \d{1,2} \w+ \d{4}\.|hrworkbook return R\d+ \|.*"
)


WORDS_SHEET = "Words"
WORDS_NOTE = "The words that the dropdowns of this return offer. Leave this sheet as it is."


def without_words(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the sheets of a return but the hidden one that holds the words of its dropdowns, in which nobody answers."""
    return tuple(
        b for b in blocks if not (b.hidden and b.name == WORDS_SHEET and normalised_text(b.at(1, 1)) == WORDS_NOTE)
    )


def is_furniture(text: str) -> bool:
    """Whether a text above a return's table is one that issuing put there."""
    text = normalised_text(text)
    return text in (FILL_IN_TEXT, _ASKED_BEFORE, LEAVE_TEXT) or _OUR_LINES.fullmatch(text) is not None
