"""Admit: whose return a file is, and whether it may be merged."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hrworkbook.compare import Baseline, looks_like
from hrworkbook.errors import BrokenSeal, NotAReturn, WrongOwner, WrongPeriod, WrongPlan
from hrworkbook.findings import listed
from hrworkbook.issue import LAST, shown_again
from hrworkbook.ledgers import HEADINGS, JOURNAL, REGISTER, Item
from hrworkbook.outcomes import Received, Refused
from hrworkbook.plan import Plan, issued_ledger
from hrworkbook.schema import ID_HEADER
from hrworkbook.seal import Seal, find_seal, mark, same_mark
from hrworkbook.snapshot import Block
from hrworkbook.tables import Table, find_table
from hrworkbook.values import Value, folded, plain


@dataclass(frozen=True)
class Known:
    """A return this master issued."""

    id: str
    owner: str
    period: str
    baseline: Baseline


@dataclass(frozen=True)
class Admitted:
    """A return that may be merged: which it is, and its table."""

    known: Known
    received: Received
    table: Table
    notes: tuple[str, ...]
    unknown_headings: Mapping[str, str] = field(default_factory=dict)


class IssuedReturns:
    """What a master's Register, Issued sheet and Journal know of its returns."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._register = REGISTER.items(plan.snapshot)
        self.merged: dict[str, Item] = {}
        for item in self._register:
            if item.text("What") == "Merged":
                self.merged[item.text("Hash")] = item
            elif item.text("What") == "Undone":
                self.merged.pop(item.text("Hash"), None)
        self._rows: dict[str, list[Item]] = defaultdict(list)
        for item in issued_ledger(plan.schema).items(plan.snapshot):
            self._rows[item.text("Return")].append(item)
        self._issued = {i.text("Return"): i for i in self._register if i.text("What") == "Issued"}
        self._known: dict[str, Known] = {}
        self._written: dict[str, dict[tuple[str, str], Value]] | None = None

    def __contains__(self, return_id: str) -> bool:
        return return_id in self._issued

    def __getitem__(self, return_id: str) -> Known:
        if return_id not in self._known:
            row = self._issued[return_id]
            columns = self._plan.schema.columns
            baseline = {i.text(ID_HEADER): {c.key: i[c.header] for c in columns} for i in self._rows[return_id]}
            self._known[return_id] = Known(return_id, row.text("Owner"), row.text("Period"), baseline)
        return self._known[return_id]

    def open(self) -> list[Known]:
        """Every return of the present period, the newest first."""
        period = self._plan.setting("Period")
        return [self[id_] for id_, row in reversed(self._issued.items()) if row.text("Period") == period]

    def last_sent(self, owner: str) -> datetime | None:
        """When the newest merged return of an owner was sent, in the present period; None where not known."""
        ids = {k.id for k in self.open() if k.owner == owner}
        sent = [i.text("Sent") for i in self.merged.values() if i.text("Return") in ids and i.text("Sent")]
        try:
            return max((datetime.strptime(s, "%Y-%m-%d %H:%M") for s in sent), default=None)
        except ValueError:
            return None

    def registered(self, refusal: Refused) -> bool:
        """Whether the Register already has this refusal of this file."""
        return refusal.what in ("Already merged", "Twice") or any(
            i.text("File") == plain(refusal.file)
            and i.text("Hash") == refusal.sha256
            and i.text("Note") == plain(refusal.reason)
            for i in self._register
        )

    def written_by(self, owner: str) -> Mapping[tuple[str, str], Value]:
        """The text of each cell whose newest change came from this owner's return, by line ID and column key."""
        if self._written is None:
            keys = {c.header: c.key for c in self._plan.schema.columns}
            last: dict[tuple[str, str], tuple[str, Value]] = {}
            for item in JOURNAL.items(self._plan.snapshot):
                if key := keys.get(item.text("Column")):
                    owner_of = item.text("Owner") if item.text("Why") == "merge" else ""
                    last[item.text("ID"), key] = (owner_of, item["After"])
            self._written = defaultdict(dict)
            for cell, (who, value) in last.items():
                self._written[who][cell] = value
        return self._written.get(owner, {})


def admit(plan: Plan, issued: IssuedReturns, item: Received) -> Admitted:
    """The return a file is, with its table.

    Raises NotAReturn, WrongPlan, WrongPeriod, WrongOwner or BrokenSeal, each told apart; the master is not touched.
    """
    seal, broken = find_seal(item.blocks)
    if broken:
        raise BrokenSeal(
            item.file,
            f"its seal cannot be read: '{broken[:80]}'",
            f"Ask the owner to fill in the file as it was sent, or {_REISSUE}",
        )
    if seal:
        known = _sealed(plan, issued, item.file, seal)
    table = find_table(
        item.blocks,
        plan.schema,
        aliases=learned_aliases(plan),
        furniture=furniture_of(item.blocks),
        ignored=[f"{LAST}{c.header}" for c in shown_again(plan.schema)],
    )
    notes: list[str] = list(table.notes)
    if not seal:
        known = _unsealed(plan, issued, item, table)
        notes.insert(0, f"The seal is gone; taken for return {known.id} of {known.owner} by its lines")
    _check_sender(plan, known, item)
    unknown = {
        h.header: h.how.partition("suggestion: ")[2]
        for h in table.headings
        if h.key is None and h.how != "id" and (h.how.startswith("suggestion") or h.how == "not known")
    }
    return Admitted(known, item, table, tuple(notes), unknown)


_REISSUE = "issue a fresh one with: hrworkbook issue MASTER --owner NAME"


def _sealed(plan: Plan, issued: IssuedReturns, file: str, seal: Seal) -> Known:
    if seal.plan_id != plan.id:
        raise WrongPlan(
            file,
            f"it was issued from another plan ({seal.plan_id}, this is {plan.id})",
            "Merge it into the master it came from",
        )
    if seal.return_id not in issued:
        raise WrongPlan(
            file,
            f"this master's Register has no return {seal.return_id}",
            "Merge it into the master that issued it, or restore the backup that knows it",
        )
    known = issued[seal.return_id]
    if known.period != plan.setting("Period"):
        raise WrongPeriod(
            file, f"it was issued for {known.period}, and the plan now reports {plan.setting('Period')}",
            f"Ask {known.owner} for the present return, or {_REISSUE}",
        )  # fmt: skip
    lines = [(id_, [values.get(c.key) for c in plan.schema.columns]) for id_, values in known.baseline.items()]
    expected = mark(plan.seal_key, known.id, plan.id, known.period, lines)
    if seal.period != known.period or not same_mark(expected, seal.mark):
        raise BrokenSeal(
            file,
            f"the seal of return {known.id} is not the one that was issued",
            f"Ask {known.owner} to fill in the file as it was sent, or {_REISSUE}",
        )
    return known


def _unsealed(plan: Plan, issued: IssuedReturns, item: Received, table: Table) -> Known:
    """The open return that a table without a seal belongs to: the one that has all its lines, else the sender's."""
    if not table.rows:
        raise NotAReturn(item.file, "it has headings but no lines", "Ask the sender for the filled-in return")
    scored: list[tuple[int, Known]] = []
    owners: set[str] = set()
    for known in issued.open():
        if known.owner in owners:
            continue
        owners.add(known.owner)
        ids = sum(plain(r.line) in known.baseline for r in table.rows if r.line)
        alike = sum(any(looks_like(plan, b, r) for b in known.baseline.values()) for r in table.rows if not r.line)
        if ids + alike:
            scored.append((ids + alike, known))
    best = max((s for s, _ in scored), default=0)
    fits = [known for score, known in scored if score == best]
    if len(fits) > 1:
        theirs = roles_of(plan, item.sender)
        fits = [k for k in fits if folded(k.owner) in theirs] or _smallest(fits)
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise NotAReturn(
            item.file,
            f"its seal is gone, and it could be the return of {listed([k.owner for k in fits], 'or')}",
            "Ask the sender to fill in the file as it was sent",
        )
    raise NotAReturn(
        item.file,
        "no line in it was issued from this plan in this period",
        f"Check that it is meant for this plan; if so, {_REISSUE}",
    )


def _smallest(fits: Sequence[Known]) -> list[Known]:
    fewest = min(len(k.baseline) for k in fits)
    return [k for k in fits if len(k.baseline) == fewest]


def roles_of(plan: Plan, sender: str) -> set[str]:
    """The folded roles a mail address may answer for, as holder or deputy."""
    address = sender.strip().casefold()
    return {
        folded(o.role) for o in plan.owners if address and address in (o.email.casefold(), o.deputy_email.casefold())
    }


def _check_sender(plan: Plan, known: Known, item: Received) -> None:
    roles = roles_of(plan, item.sender)
    if roles and folded(known.owner) not in roles:
        others = listed([o.role for o in plan.owners if folded(o.role) in roles])
        raise WrongOwner(
            item.file, f"it is the return of {known.owner}, but {item.sender} is {others}",
            f"Ask {known.owner}; if the sender stands in for them, enter the address as deputy on the Owners sheet and merge again",
        )  # fmt: skip


def learned_aliases(plan: Plan) -> dict[str, str]:
    """The headings HR has explained on the Headings sheet, each with the key of the column it means."""
    keys = {folded(c.header): c.key for c in plan.schema.columns}
    return {
        i.text("Heading in a return"): keys[folded(i.text("Means the column"))]
        for i in HEADINGS.items(plan.snapshot)
        if folded(i.text("Means the column")) in keys
    }


def furniture_of(blocks: Sequence[Block]) -> set[str]:
    """The texts of a return that are ours: its title, due line, instructions and seal; not what the owner wrote there."""
    from hrworkbook.issue import is_furniture

    return {plain(v) for b in blocks for row in b.rows[:12] for v in row if isinstance(v, str) and is_furniture(v)}
