"""Admit: whose return a file is, and whether it may be merged."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from hrworkbook.merging.issued_returns import IssuedReturn, IssuedReturns
from hrworkbook.merging.multi_sheet import sealed_sheets, tables_of_return
from hrworkbook.merging.outcomes import ReceivedFile
from hrworkbook.merging.own_columns import without_own_columns
from hrworkbook.merging.read_return import MergeContext
from hrworkbook.plan.errors import BrokenSeal, NotAReturn, WrongOwner, WrongPeriod, WrongPlan
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.ledgers import OWNERS, REGISTER, START
from hrworkbook.plan.model import Owner, Plan, holds_schema, parse_addresses
from hrworkbook.plan.seal import Seal, compute_mark, find_seal, marks_equal
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import fold_name, is_blank, normalised_text, same_value
from hrworkbook.tables.find_table import Table, find_table
from hrworkbook.tables.heading import MatchKind
from hrworkbook.tables.heading_vocabulary import fold_heading


@dataclass(frozen=True)
class AdmittedReturn:
    """A return that may be merged: which it is, and its table, or its tables where it was spread over several sheets."""

    issued: IssuedReturn
    received: ReceivedFile
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    sealed: bool
    stranger: str
    """The address it came from, where that is not on the Owners sheet."""
    unknown_headings: Mapping[str, str] = field(default_factory=dict)
    guessed: bool = False
    """Whether its lines are several owners', and nothing says which of them sent it."""


def admit(context: MergeContext, issued: IssuedReturns, item: ReceivedFile) -> AdmittedReturn:
    """Admit a file: which return it is, with its table.

    Raises NotAReturn, WrongPlan, WrongPeriod, WrongOwner or BrokenSeal, each told apart; the master is not touched.
    """
    plan = context.plan
    if START in (names := {b.name for b in item.blocks}) and REGISTER.sheet in names and holds_schema(names):
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
            f"Ask the owner to fill in the file as it was sent, or {_REISSUE_REMEDY}",
        )
    known = _match_by_seal(plan, issued, item.file, seal) if seal else None
    sealed = sealed_sheets(item.blocks)
    find = partial(
        find_table,
        schema=plan.schema,
        aliases=context.aliases,
        furniture=our_texts(item.blocks),
        ignored=context.ignored_headings,
        preferred_sheets=sealed,
        name=item.file,
    )
    table = find(item.blocks)
    _refuse_endless(plan, item, table)
    is_sealed = known is not None
    guessed = False
    if known is None:
        known, guessed = _match_by_lines(context, issued, item, table)
    by_name = {b.name: b for b in reversed(item.blocks)}
    tables = tuple(
        without_own_columns(t, by_name[t.sheet], known.baseline, context.aliases)
        for t in tables_of_return(item.blocks, sealed, table, find, plan.schema, known.baseline)
    )
    notes = [n for t in tables for n in t.notes_on_cells]
    if not is_sealed:
        notes.insert(0, f"The seal is gone; taken for return {known.id} of {known.owner} by its lines")
    _check_sender(plan, issued, known, item)
    stranger = _stranger(plan, item, is_sealed)
    if stranger and not is_sealed and _spells_owner(plan, known.owner, item):
        notes.append(
            f"It came from {stranger}; the {OWNERS} sheet has no address of {known.owner}, whom this one names"
        )
        stranger = ""
    elif stranger:
        notes.append(f"It came from {stranger}, which is not on the {OWNERS} sheet")
    unknown = {h.header: h.suggested for t in tables for h in t.headings if h.is_unknown}
    return AdmittedReturn(known, item, tables, tuple(notes), is_sealed, stranger, unknown, guessed)


_DUE_LINE = re.compile(r"For .+, (.+?)\. Please send it back by .+")
ROWS_BESIDE_PLAN = 1_000
"""Rows that a table may have past twice the lines of the plan."""
_REISSUE_REMEDY = "issue a fresh one with: hrworkbook issue MASTER --owner NAME"


def _refuse_endless(plan: Plan, item: ReceivedFile, table: Table) -> None:
    """Raise where a table has far more rows than the plan has lines: each would be held against each return issued."""
    most = 2 * len(plan.lines) + ROWS_BESIDE_PLAN
    if len(table.rows) > most:
        fault = f"it has {count_noun(len(table.rows), 'row')}, and the plan has {count_noun(len(plan.lines), 'line')}"
        raise NotAReturn(item.file, fault, "Ask the sender for the return they were sent")


def _match_by_seal(plan: Plan, issued: IssuedReturns, file: str, seal: Seal) -> IssuedReturn:
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
            f"Ask {known.owner} for the present return, or {_REISSUE_REMEDY}",
        )  # fmt: skip
    if seal.period != known.period or not _is_sealed(plan, known, seal):
        raise BrokenSeal(
            file,
            f"the seal of return {known.id} is not the one that was issued",
            f"Ask {known.owner} to fill in the file as it was sent, or {_REISSUE_REMEDY}",
        )
    return known


def _is_sealed(plan: Plan, known: IssuedReturn, seal: Seal) -> bool:
    """Return whether a seal's mark is over what was issued: columns that the plan gained since were not, and are blank."""
    lines = [(id_, tuple(values.values())) for id_, values in known.baseline.items()]
    width = max((len(values) for _, values in lines), default=0)
    for n in range(width, -1, -1):
        mark = compute_mark(plan.seal_key, known.id, plan.id, known.period, [(id_, v[:n]) for id_, v in lines])
        if marks_equal(mark, seal.mark):
            return True
        if n and any(not is_blank(v[n - 1]) for _, v in lines):
            return False
    return False


def _match_by_lines(
    context: MergeContext, issued: IssuedReturns, item: ReceivedFile, table: Table
) -> tuple[IssuedReturn, bool]:
    """Return the open return that a table without a seal belongs to, and whether that is a guess.

    It is the one that has most of its lines, else the sender's.
    """
    plan = context.plan
    if not table.rows:
        raise NotAReturn(item.file, "it has headings but no lines", "Ask the sender for the filled-in return")
    period = _stated_period(item.blocks)
    if period and fold_name(period) != fold_name(plan.setting("Period")):
        raise WrongPeriod(
            item.file, f"its seal is gone, and it says that it is for {period}; the plan now reports {plan.setting('Period')}",
            f"Ask the sender for the present return, or {_REISSUE_REMEDY}",
        )  # fmt: skip
    scored: list[tuple[int, IssuedReturn]] = []
    owners: set[str] = set()
    for known in issued.open_returns():
        if known.owner not in owners:
            owners.add(known.owner)
            contents = issued.text_index(known)
            if score := sum(map(contents.contains, table.rows)):
                scored.append((score, known))
    best = max((s for s, _ in scored), default=0)
    fits = [known for score, known in scored if score == best]
    guessed = False
    if len(fits) > 1:
        sender_roles = roles_of_sender(plan, item.sender)
        theirs = [k for k in fits if fold_name(k.owner) in sender_roles]
        fits, guessed = theirs or _fewest_lines(fits), not theirs
    if len(fits) == 1:
        _refuse_earlier_period(context, issued, item, table, fits[0])
        return fits[0], guessed
    if fits:
        raise NotAReturn(
            item.file,
            f"its seal is gone, and it could be the return of {join_words([k.owner for k in fits], 'or')}",
            "Ask the sender to fill in the file as it was sent",
        )
    raise NotAReturn(
        item.file,
        "no line in it was issued from this plan in this period",
        f"Check that it is meant for this plan; if so, {_REISSUE_REMEDY}",
    )


def _refuse_earlier_period(
    context: MergeContext, issued: IssuedReturns, item: ReceivedFile, table: Table, present: IssuedReturn
) -> None:
    """Raise where a table is rather what was issued to its owner in an earlier period.

    It has lines of then that are done by now; or it lacks the last reports that are shown now, and says what was issued then.
    """
    shown = {fold_heading(h.header) for h in table.headings if h.match_kind is MatchKind.SHOWN_ONLY}
    last = {h for h, texts in context.last_reports.items() if any(texts.get(id_) for id_ in present.baseline)}
    lines, matching_cells = _similarity(issued, present, table)
    for known in issued.earlier_returns(present.owner):
        lines_then, said_then = _similarity(issued, known, table)
        if lines_then > lines or (
            lines_then == lines and last and last.isdisjoint(shown) and said_then > matching_cells
        ):
            raise WrongPeriod(
                item.file, f"its seal is gone, and it reads as return {known.id} for {known.period}",
                f"Ask the sender for the present return, or {_REISSUE_REMEDY}",
            )  # fmt: skip


def _similarity(issued: IssuedReturns, known: IssuedReturn, table: Table) -> tuple[int, int]:
    """How many rows of a table are lines of a return, and how many of the owner's cells in them say what was issued."""
    contents = issued.text_index(known)
    matching_cells = 0
    for row in table.rows:
        was = known.baseline.get(row.line_id) or known.baseline.get(contents.find(row), {})
        cells = zip(row.keys, row.values, strict=True)
        matching_cells += sum(
            key in issued.owner_columns and not is_blank(v) and same_value(v, was.get(key)) for key, v in cells
        )
    return sum(map(contents.contains, table.rows)), matching_cells


def _stated_period(blocks: Sequence[Block]) -> str:
    """Return the period in the due line of a return; '' where that is gone."""
    said = (
        _DUE_LINE.fullmatch(normalised_text(v))
        for b in blocks
        for row in b.rows[b.blank_rows_above : b.blank_rows_above + 12]
        for v in row
        if isinstance(v, str)
    )
    return next((m[1] for m in said if m), "")


def _fewest_lines(fits: Sequence[IssuedReturn]) -> list[IssuedReturn]:
    fewest = min(len(k.baseline) for k in fits)
    return [k for k in fits if len(k.baseline) == fewest]


def roles_of_sender(plan: Plan, sender: str) -> set[str]:
    """Return the folded roles a mail address may answer for, as holder or deputy."""
    address = sender.strip().casefold()
    if not address:
        return set()
    return {
        fold_name(o.role) for o in plan.owners if address in parse_addresses(f"{o.email} {o.deputy_email}".casefold())
    }


def _stranger(plan: Plan, item: ReceivedFile, is_sealed: bool) -> str:
    """Whoever sent a file and is not on the Owners sheet, or without a seal any who passed it on; '' where there is none.

    A mail inside another says of itself who sent it: whoever sent the outer one can have written that.
    """
    senders = (item.sender,) if is_sealed else (*item.senders, item.sender)
    return next((one for one in senders if one and not roles_of_sender(plan, one)), "")


def _spells_owner(plan: Plan, role: str, item: ReceivedFile) -> bool:
    """Whether all who sent a file name an owner, by role or name, of whom the Owners sheet has no address to go by."""
    owner = next((o for o in plan.owners if fold_name(o.role) == fold_name(role)), Owner(role))
    if parse_addresses(f"{owner.email} {owner.deputy_email}"):
        return False
    names = {fold_name(text) for text in (owner.role, owner.name) if text}
    senders = dict.fromkeys(one for one in (*item.senders, item.sender) if one)
    return bool(senders) and all(fold_name(one.partition("@")[0]) in names for one in senders)


def _check_sender(plan: Plan, issued: IssuedReturns, known: IssuedReturn, item: ReceivedFile) -> None:
    roles = roles_of_sender(plan, item.sender)
    if roles and roles.isdisjoint({fold_name(known.owner), fold_name(issued.owner_now(known))}):
        others = join_words([o.role for o in plan.owners if fold_name(o.role) in roles])
        raise WrongOwner(
            item.file, f"it is the return of {known.owner}, but {item.sender} is {others}",
            f"Ask {known.owner}; if the sender stands in for them, enter the address as deputy on the Owners sheet and merge again",
        )  # fmt: skip


def our_texts(blocks: Sequence[Block]) -> set[str]:
    """Return the texts of a return that are ours: its title, due line, instructions and seal; not what the owner wrote there."""
    from hrworkbook.plan.returns import is_furniture

    texts = (
        v
        for b in blocks
        for row in b.rows[b.blank_rows_above : b.blank_rows_above + 12]
        for v in row
        if type(v) is str and " " in v
    )
    return {normalised_text(v) for v in texts if is_furniture(v)}
