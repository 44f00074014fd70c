"""Admit: whose return a file is, and whether it may be merged."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial

from hrworkbook.errors import BrokenSeal, NotAReturn, WrongOwner, WrongPeriod, WrongPlan
from hrworkbook.findings import count, listed
from hrworkbook.ledgers import JOURNAL, OWNERS, PLAN, REGISTER
from hrworkbook.merging.compare import Ground
from hrworkbook.merging.ledger_rows import note_of
from hrworkbook.merging.matching import Baseline, Contents
from hrworkbook.merging.merged_before import WITHOUT_SEAL, MergedBefore
from hrworkbook.merging.outcomes import AGAIN, ALREADY, TWICE, Received, Refused
from hrworkbook.merging.spread import every_table, sealed_sheets
from hrworkbook.plan import SCHEMA_SHEET, Plan, addresses_in, issued_ledger
from hrworkbook.seal import Seal, find_seal, mark, same_mark
from hrworkbook.snapshot import Block
from hrworkbook.tables.find import Table, find_table
from hrworkbook.tables.headings import fold
from hrworkbook.tables.heads import NO_COLUMN
from hrworkbook.values import Value, as_text, folded, is_blank, plain, same


@dataclass(frozen=True)
class Known:
    """A return this master issued."""

    id: str
    owner: str
    period: str
    baseline: Baseline
    """By line ID, then by column key in the schema's order."""


@dataclass(frozen=True)
class Admitted:
    """A return that may be merged: which it is, and its table, or its tables where it was spread over several sheets."""

    known: Known
    received: Received
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    sealed: bool
    stranger: str
    """The address it came from, where that is not on the Owners sheet."""
    unknown_headings: Mapping[str, str] = field(default_factory=dict)


class IssuedReturns:
    """What a master's Register, Issued sheet and Journal know of its returns."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.owners = frozenset(c.key for c in plan.schema.columns if c.by_owner)
        """The keys of the columns that are the owner's."""
        self._register = REGISTER.items(plan.snapshot)
        self._rows: dict[str, list[Sequence[Value]]] = defaultdict(list)
        self._places: list[int] = []
        self._read_baselines()
        self.before = MergedBefore(self._register, frozenset(self.kept(WITHOUT_SEAL)))
        self._issued = {i.text("Return"): i for i in self._register if i.text("What") == "Issued"}
        self._known: dict[str, Known] = {}
        self._contents: dict[str, Contents] = {}
        self._written: dict[str, dict[tuple[str, str], Value]] | None = None
        self._refused = {
            (what, i.text("Hash") or i.text("File"), i.text("Return") if what == "Older" else i.text("Note"))
            for i in self._register
            if (what := i.text("What")) not in ("Issued", "Merged", "Undone", AGAIN)
        }

    def _read_baselines(self) -> None:
        """The rows of the Issued sheet by return; `_places` says where in a row the ID and each column stand."""
        ledger = issued_ledger(self._plan.schema)
        top, columns = ledger.heading_row(self._plan.snapshot)
        at, *self._places = (c - 1 for c in columns)
        for row in self._plan.snapshot[ledger.sheet].rows[top:]:
            if at < len(row) and row[at] is not None:
                self._rows[plain(row[at])].append(row)

    def kept(self, name: str) -> list[str]:
        """What the hidden sheet keeps under a name that is no return's, a text a row, in order."""
        at = self._places[0]
        return [as_text(row[at]) for row in self._rows.get(name, ()) if at < len(row)]

    def __contains__(self, return_id: str) -> bool:
        return return_id in self._issued

    def __getitem__(self, return_id: str) -> Known:
        if return_id not in self._known:
            register = self._issued[return_id]
            id_at, *places = self._places
            pairs = list(zip((c.key for c in self._plan.schema.columns), places, strict=True))
            baseline: dict[str, dict[str, Value]] = {}
            for row in self._rows[return_id]:
                width = len(row)
                if id_at < width:
                    baseline[plain(row[id_at])] = {key: row[at] if at < width else None for key, at in pairs}
            self._known[return_id] = Known(return_id, register.text("Owner"), register.text("Period"), baseline)
        return self._known[return_id]

    def open(self) -> list[Known]:
        """Every return of the present period, the newest first."""
        period = self._plan.setting("Period")
        return [self[id_] for id_, row in reversed(self._issued.items()) if row.text("Period") == period]

    def earlier(self, owner: str) -> list[Known]:
        """Every return of an owner in other periods, the newest first."""
        period = self._plan.setting("Period")
        return [
            self[id_]
            for id_, row in reversed(self._issued.items())
            if row.text("Period") != period and row.text("Owner") == owner
        ]

    def contents(self, known: Known) -> Contents:
        """A return's lines by what they say."""
        if known.id not in self._contents:
            self._contents[known.id] = Contents(self._plan.schema, known.baseline)
        return self._contents[known.id]

    def last_sent(self, owner: str, *, sealed: bool = False) -> datetime | None:
        """When the newest merged return of an owner was sent, in the present period; None where not known.

        With `sealed`, of those that bore their seal.
        """
        return self.before.last_sent(owner, self._plan.setting("Period"), sealed=sealed)

    def is_newest(self, owner: str, sent: datetime | None, *, sealed: bool) -> bool:
        """Whether a return sent then is known to be newer than all that is merged of its owner's this period."""
        return self.before.is_newest((owner, self._plan.setting("Period")), sent, sealed=sealed)

    def registered(self, refusal: Refused) -> bool:
        """Whether the Register already has this refusal of this file."""
        if refusal.what in (ALREADY, TWICE):
            return True
        told = refusal.return_id if refusal.what == "Older" else plain(note_of(refusal))
        return (refusal.what, refusal.sha256 or plain(refusal.file), told) in self._refused

    @cached_property
    def writers(self) -> dict[tuple[str, str], tuple[str, Value]]:
        """Whose return made each cell's newest change ('' where HR did), and what it says, by line ID and column key."""
        keys = {c.header: c.key for c in self._plan.schema.columns}
        writers: dict[tuple[str, str], tuple[str, Value]] = {}
        for item in JOURNAL.items(self._plan.snapshot):
            if key := keys.get(item.text("Column")):
                owner = item.text("Owner") if item.text("Why") == "merge" else ""
                writers[item.text("ID"), key] = (owner, item["After"])
        return writers

    def written_by(self, owner: str) -> Mapping[tuple[str, str], Value]:
        """The text of each cell whose newest change came from this owner's return, by line ID and column key."""
        if self._written is None:
            self._written = defaultdict(dict)
            for cell, (who, value) in self.writers.items():
                self._written[who][cell] = value
        return self._written.get(owner, {})


def admit(ground: Ground, issued: IssuedReturns, item: Received) -> Admitted:
    """The return a file is, with its table.

    Raises NotAReturn, WrongPlan, WrongPeriod, WrongOwner or BrokenSeal, each told apart; the master is not touched.
    """
    plan = ground.plan
    if {PLAN, REGISTER.sheet, SCHEMA_SHEET} <= {b.name for b in item.blocks}:
        raise NotAReturn(
            item.file,
            "it is a master or a copy of one, not a return",
            "Take it out of the folder, or ask for the return that was sent",
        )
    seal, broken = find_seal(item.blocks)
    if broken:
        raise BrokenSeal(
            item.file,
            f"its seal cannot be read: '{broken[:80]}'",
            f"Ask the owner to fill in the file as it was sent, or {_REISSUE}",
        )
    known = _sealed(plan, issued, item.file, seal) if seal else None
    sealed = sealed_sheets(item.blocks)
    find = partial(
        find_table,
        schema=plan.schema,
        aliases=ground.aliases,
        furniture=furniture_of(item.blocks),
        ignored=ground.ignored,
        first=sealed,
        name=item.file,
    )
    table = find(item.blocks)
    _refuse_endless(plan, item, table)
    is_sealed = known is not None
    known = known or _unsealed(ground, issued, item, table)
    tables = every_table(item.blocks, sealed, table, find, plan.schema, known.baseline)
    notes = [n for t in tables for n in t.notes if not n.startswith(NO_COLUMN)]
    if not is_sealed:
        notes.insert(0, f"The seal is gone; taken for return {known.id} of {known.owner} by its lines")
    _check_sender(plan, known, item)
    if stranger := _stranger(plan, item, is_sealed):
        notes.append(f"It came from {stranger}, which is not on the {OWNERS} sheet")
    unknown = {
        h.header: h.how.partition("suggestion: ")[2]
        for t in tables
        for h in t.headings
        if h.key is None and h.how != "id" and (h.how.startswith("suggestion") or h.how == "not known")
    }
    return Admitted(known, item, tables, tuple(notes), is_sealed, stranger, unknown)


_DUE = re.compile(r"For .+, (.+?)\. Please send it back by .+")
ROWS_BESIDE_PLAN = 1_000
"""Rows that a table may have past twice the lines of the plan."""
_REISSUE = "issue a fresh one with: hrworkbook issue MASTER --owner NAME"


def _refuse_endless(plan: Plan, item: Received, table: Table) -> None:
    """Raise where a table has far more rows than the plan has lines: each would be held against each return issued."""
    most = 2 * len(plan.lines) + ROWS_BESIDE_PLAN
    if len(table.rows) > most:
        fault = f"it has {count(len(table.rows), 'row')}, and the plan has {count(len(plan.lines), 'line')}"
        raise NotAReturn(item.file, fault, "Ask the sender for the return they were sent")


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
    lines = [(id_, tuple(values.values())) for id_, values in known.baseline.items()]
    expected = mark(plan.seal_key, known.id, plan.id, known.period, lines)
    if seal.period != known.period or not same_mark(expected, seal.mark):
        raise BrokenSeal(
            file,
            f"the seal of return {known.id} is not the one that was issued",
            f"Ask {known.owner} to fill in the file as it was sent, or {_REISSUE}",
        )
    return known


def _unsealed(ground: Ground, issued: IssuedReturns, item: Received, table: Table) -> Known:
    """The open return that a table without a seal belongs to: the one that has most of its lines, else the sender's."""
    plan = ground.plan
    if not table.rows:
        raise NotAReturn(item.file, "it has headings but no lines", "Ask the sender for the filled-in return")
    period = _period_said(item.blocks)
    if period and folded(period) != folded(plan.setting("Period")):
        raise WrongPeriod(
            item.file, f"its seal is gone, and it says that it is for {period}; the plan now reports {plan.setting('Period')}",
            f"Ask the sender for the present return, or {_REISSUE}",
        )  # fmt: skip
    scored: list[tuple[int, Known]] = []
    owners: set[str] = set()
    for known in issued.open():
        if known.owner not in owners:
            owners.add(known.owner)
            contents = issued.contents(known)
            if score := sum(map(contents.holds, table.rows)):
                scored.append((score, known))
    best = max((s for s, _ in scored), default=0)
    fits = [known for score, known in scored if score == best]
    if len(fits) > 1:
        theirs = roles_of(plan, item.sender)
        fits = [k for k in fits if folded(k.owner) in theirs] or _smallest(fits)
    if len(fits) == 1:
        _refuse_earlier(ground, issued, item, table, fits[0])
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


def _refuse_earlier(ground: Ground, issued: IssuedReturns, item: Received, table: Table, present: Known) -> None:
    """Raise where a table is rather what was issued to its owner in an earlier period.

    It has lines of then that are done by now; or it lacks the last reports that are shown now, and says what was issued then.
    """
    shown = {fold(h.header) for h in table.headings if h.how == "shown only"}
    last = {h for h, texts in ground.last.items() if any(texts.get(id_) for id_ in present.baseline)}
    lines, said = _likeness(issued, present, table)
    for known in issued.earlier(present.owner):
        lines_then, said_then = _likeness(issued, known, table)
        if lines_then > lines or (lines_then == lines and last and last.isdisjoint(shown) and said_then > said):
            raise WrongPeriod(
                item.file, f"its seal is gone, and it reads as return {known.id} for {known.period}",
                f"Ask the sender for the present return, or {_REISSUE}",
            )  # fmt: skip


def _likeness(issued: IssuedReturns, known: Known, table: Table) -> tuple[int, int]:
    """How many rows of a table are lines of a return, and how many of the owner's cells in them say what was issued."""
    contents = issued.contents(known)
    said = 0
    for row in table.rows:
        was = known.baseline.get(row.line) or known.baseline.get(contents.find(row), {})
        cells = zip(row.keys, row.values, strict=True)
        said += sum(key in issued.owners and not is_blank(v) and same(v, was.get(key)) for key, v in cells)
    return sum(map(contents.holds, table.rows)), said


def _period_said(blocks: Sequence[Block]) -> str:
    """The period in the due line of a return; '' where that is gone."""
    said = (
        _DUE.fullmatch(plain(v))
        for b in blocks
        for row in b.rows[b.top : b.top + 12]
        for v in row
        if isinstance(v, str)
    )
    return next((m[1] for m in said if m), "")


def _smallest(fits: Sequence[Known]) -> list[Known]:
    fewest = min(len(k.baseline) for k in fits)
    return [k for k in fits if len(k.baseline) == fewest]


def roles_of(plan: Plan, sender: str) -> set[str]:
    """The folded roles a mail address may answer for, as holder or deputy."""
    address = sender.strip().casefold()
    if not address:
        return set()
    return {folded(o.role) for o in plan.owners if address in addresses_in(f"{o.email} {o.deputy_email}".casefold())}


def _stranger(plan: Plan, item: Received, is_sealed: bool) -> str:
    """Whoever sent a file and is not on the Owners sheet, or without a seal any who passed it on; '' where there is none.

    A mail inside another says of itself who sent it: whoever sent the outer one can have written that.
    """
    senders = (item.sender,) if is_sealed else (*item.senders, item.sender)
    return next((one for one in senders if one and not roles_of(plan, one)), "")


def _check_sender(plan: Plan, known: Known, item: Received) -> None:
    roles = roles_of(plan, item.sender)
    if roles and folded(known.owner) not in roles:
        others = listed([o.role for o in plan.owners if folded(o.role) in roles])
        raise WrongOwner(
            item.file, f"it is the return of {known.owner}, but {item.sender} is {others}",
            f"Ask {known.owner}; if the sender stands in for them, enter the address as deputy on the Owners sheet and merge again",
        )  # fmt: skip


def furniture_of(blocks: Sequence[Block]) -> set[str]:
    """The texts of a return that are ours: its title, due line, instructions and seal; not what the owner wrote there."""
    from hrworkbook.issue import is_furniture

    texts = (v for b in blocks for row in b.rows[b.top : b.top + 12] for v in row if type(v) is str and " " in v)
    return {plain(v) for v in texts if is_furniture(v)}
