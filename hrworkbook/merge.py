"""Merge: the returns that came back, three-way into the plan, losing nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hrworkbook.errors import HrWorkbookError
from hrworkbook.findings import count
from hrworkbook.heights import ledger_heights, plan_heights
from hrworkbook.ledgers import DECISIONS, HEADINGS, JOURNAL, PLAN, REGISTER, Item
from hrworkbook.merging.admit import IssuedReturns, admit, roles_of
from hrworkbook.merging.compare import Ground, Place, Reply, read_reply
from hrworkbook.merging.containers import Containers
from hrworkbook.merging.ledger_rows import journal_row, merged_row, message_of, new_headings, refused_row, shortened
from hrworkbook.merging.merged_before import File, already, says_nothing_new, twice
from hrworkbook.merging.outcomes import AGAIN, ALREADY, Comparison, Merged, Received, Refused, Unproven, by_this_clock
from hrworkbook.merging.quarantine import Held, Quarantine, unsealed_rows
from hrworkbook.merging.settle import differences, settle
from hrworkbook.merging.several import apart
from hrworkbook.merging.waiting import Waiting
from hrworkbook.plan import Plan, issued_ledger, read_plan, stamp
from hrworkbook.snapshot import ChangeSet, Snapshot, Write, address
from hrworkbook.start import status_writes
from hrworkbook.values import Value, folded


def merge(
    snapshot: Snapshot, received: Iterable[Received | Refused | Reply], now: datetime, period: str = ""
) -> Merged:
    """The outcome of every cell of every return, and the changes that write them.

    A master whose schema collects returns nobody issued gathers them; there `period` (`2015-04`) is the month of files
    that tell none.

    What comes in may be files as read, or what `read_replies` made of them elsewhere; files that a reader refused are
    listed and registered too. Raises NotAMaster for a damaged master; anything wrong with a return refuses that return
    alone. Of each file only what it changes is kept in memory.
    """
    plan = read_plan(snapshot)
    if plan.schema.collect:
        from hrworkbook.collecting.gather import gather

        return gather(plan, (item for item in received if not isinstance(item, Reply)), now, period)
    issued = IssuedReturns(plan)
    refused: list[Refused] = []
    containers = Containers()
    read = _read(plan, issued, containers.noting(received))
    replies = _each_once(plan, read, refused, now)
    quarantine = Quarantine(plan, issued)
    held = quarantine.hold((one for one in replies if one.unproven), now)
    newest, older = _newest(plan, issued, [one for one in replies if not one.unproven], refused, now)
    del replies
    kept = [*held.kept, *unsealed_rows(issued, newest)]
    changed: dict[Place, Value] = {}
    writers = dict(issued.writers)
    returns: list[Comparison] = []
    newest.reverse()
    while newest:  # each is let go of when it is settled: there may be thousands
        one = newest.pop()
        is_newest = issued.is_newest(one.owner, one.sent, sealed=one.sealed)
        returns.append(settle(plan, changed, one, issued.written_by(one.owner) if is_newest else {}, writers))
    refused = [*containers.told_once([*refused, *older]), *held.files]
    changes = _changes(plan, changed, returns, refused, issued, now, held, kept, list(quarantine.moot(returns)))
    return Merged(tuple(returns), tuple(refused), changes)


def _each_once(plan: Plan, read: Iterable[Reply | Refused], refused: list[Refused], now: datetime) -> list[Reply]:
    """Each return once, whatever copies came of its file; what is not to be merged is added to `refused`."""
    replies: dict[File, Reply] = {}
    for item in read:
        for one in (item, *item.others) if isinstance(item, Reply) else (item,):
            if isinstance(one, Refused):
                refused.append(replace(one, what=ALREADY) if one.what == AGAIN and _is_ahead(one, now) else one)
                continue
            one = _undated(one) if _is_ahead(one.received, now) else one
            file = (one.received.sha256, one.return_id)
            first = replies.setdefault(file, one)
            if first is not one:
                replies[file], copy = _which_counts(plan, first, one)
                refused.append(twice(copy.received))
    return list(replies.values())


def read_replies(snapshot: Snapshot, received: Iterable[Received | Refused]) -> Iterator[Reply | Refused]:
    """What each file changes of what was issued, without its cells: the part of a merge that can be done elsewhere."""
    plan = read_plan(snapshot)
    yield from _read(plan, IssuedReturns(plan), received)


def _read(
    plan: Plan, issued: IssuedReturns, received: Iterable[Received | Refused | Reply]
) -> Iterator[Reply | Refused]:
    _ = plan.by_id
    ground = Ground(plan)
    known = issued.before.known
    for item in received:
        if not isinstance(item, Received):
            yield item
        elif item.sha256 in known and says_nothing_new(item.sent, known[item.sha256]):
            yield _known(plan, issued, item)
        else:
            outcomes = [_outcome(ground, issued, part) for part in apart(item)]
            outcomes.sort(key=lambda o: isinstance(o, Refused))
            first, *others = outcomes
            if isinstance(first, Reply):
                yield replace(first, others=tuple(others)) if others else first
            else:
                reasons = [o.reason for o in outcomes if isinstance(o, Refused)]
                yield replace(first, file=item.file, reason=" ".join(reasons))


def _outcome(ground: Ground, issued: IssuedReturns, item: Received) -> Reply | Refused:
    """What one return changes of what was issued, or why it is not merged."""
    try:
        one = admit(ground, issued, item)
    except HrWorkbookError as error:
        return Refused(item.file, str(error), item.sha256, item.sender, item.sent)
    known = one.known
    file = (item.sha256, known.id)
    if row := issued.before.rows.get(file):
        if says_nothing_new(item.sent, issued.before.news_after[file]):
            return already(item, [row])
        if not _speaks(ground.plan, item.sender, known.owner, row.text("From")):
            more = f"; {item.sender} sent it again, who is not {known.owner}, so the newer return stands"
            return already(item, [row], more)
    own_before = issued.written_by(known.owner)
    read = read_reply(ground, known.baseline, own_before, item.blocks, one.tables, sealed=one.sealed)
    read = replace(read, notes=(*one.notes, *read.notes))
    unproven = None
    if not one.sealed and (one.stranger or not read.proven):
        unproven = Unproven.STRANGER if one.stranger else Unproven.ONLY_IDS
    sender = one.stranger if unproven else item.sender
    bare = replace(item, blocks=(), sender=sender or item.sender, sent=by_this_clock(item.sent))
    return Reply(
        bare, known.id, known.owner, read, one.unknown_headings,
        sealed=one.sealed, unproven=unproven, from_elsewhere=one.stranger,
    )  # fmt: skip


def _is_ahead(file: Received | Refused, now: datetime) -> bool:
    """Whether a mail is dated ahead of this computer's clock."""
    sent = by_this_clock(file.sent)
    return sent is not None and sent > now


def _undated(one: Reply) -> Reply:
    """A return whose date cannot be true: else none of its owner's before that moment would ever be newer."""
    assert one.received.sent
    note = (
        f"Its mail is dated {one.received.sent:%d/%m/%Y %H:%M}, which is yet to come, so nobody knows when it was sent"
    )
    return replace(one, ahead=True, reading=replace(one.reading, notes=(*one.reading.notes, note)))


def _known(plan: Plan, issued: IssuedReturns, item: Received) -> Refused:
    """A file that was merged before; that its owner has sent it again is told, since it may outdate what comes later."""
    rows = issued.before.of(item.sha256)
    told = already(item, rows)
    file = (item.sha256, told.return_id)
    if issued.before.sent_again(file, item.sent) and _speaks(plan, item.sender, told.owner, rows[-1].text("From")):
        return replace(told, what=AGAIN)
    return told


def _speaks(plan: Plan, sender: str, owner: str, before: str) -> bool:
    """Whether a copy comes from the owner or whoever sent the first; others only pass it on."""
    return folded(sender) in ("", folded(before)) or folded(owner) in roles_of(plan, sender)


def _which_counts(plan: Plan, one: Reply, other: Reply) -> tuple[Reply, Reply]:
    """Of two copies the later, unless it was only passed on or proves less; and the one that does not count."""
    if bool(one.unproven) != bool(other.unproven):
        return (other, one) if one.unproven else (one, other)
    earlier, later = sorted((one, other), key=_age)
    first, second = earlier.received, later.received
    if earlier.sent and not _speaks(plan, second.sender, later.owner, first.sender):
        return earlier, later
    return later, earlier


def _newest(
    plan: Plan, issued: IssuedReturns, replies: Sequence[Reply], refused: Sequence[Refused], now: datetime
) -> tuple[list[Reply], list[Refused]]:
    """The newest return of each owner, oldest first, and the older ones with the reason they stand back.

    Where nobody knows which of an owner's returns is the newer, all are merged; where they differ, HR decides. So it is
    where one without seal is dated after one with its seal, which is merged first.
    """
    newest: list[Reply] = []
    older: list[Refused] = []
    of_owner: dict[str, list[Reply]] = {}
    again: dict[str, list[tuple[bool, datetime]]] = {}
    for r in refused:
        if r.what == AGAIN and (moment := by_this_clock(r.sent)):
            again.setdefault(r.owner, []).append((issued.before.bore_seal((r.sha256, r.return_id)), moment))
    for one in sorted(replies, key=_age):
        moments = [moment for sealed, moment in again.get(one.owner, ()) if sealed or not one.sealed]
        last = max((m for m in (issued.last_sent(one.owner, sealed=one.sealed), *moments) if m), default=None)
        sent = one.sent
        if sent and last and sent.replace(second=0, microsecond=0) < last:
            reason = f"a newer return from {one.owner}, sent {stamp(last)}, is already merged"
            older.append(_older(plan, one, None, reason))
        else:
            of_owner.setdefault(one.owner, []).append(one)
    for theirs in of_owner.values():
        best, best_sealed = theirs[-1], next((r for r in reversed(theirs) if r.sealed), None)
        for one in theirs:
            newer = best_sealed if one.sealed else best
            if one.sent and newer and newer.sent and one.sent < newer.sent:
                reason = f"'{newer.received.file}' from {one.owner} is newer and was merged instead"
                older.append(_older(plan, one, newer, reason))
            else:
                newest.append(one)
    return sorted(newest, key=lambda one: (not one.sealed, _age(one))), older


def _age(one: Reply) -> tuple[datetime, str, str, str]:
    return (one.sent or datetime.min, one.return_id, one.received.file, one.received.sha256)


def _older(plan: Plan, one: Reply, newer: Reply | None, reason: str) -> Refused:
    """An older return, with the cells in which it says something else than the newer, so that nothing is lost."""
    item = one.received
    told = differences(plan, one, newer)
    if told:
        reason += ". It alone says: " + "; ".join(told)
    return Refused(item.file, shortened(reason), item.sha256, item.sender, item.sent, "Older", one.return_id, one.owner)


def _changes(
    plan: Plan,
    changed: Mapping[Place, Value],
    returns: Sequence[Comparison],
    refused: Sequence[Refused],
    issued: IssuedReturns,
    now: datetime,
    held: Held,
    kept: Sequence[Mapping[str, Value]],
    merged_after_all: Sequence[Item],
) -> ChangeSet:
    snapshot = plan.snapshot
    register = [
        *(merged_row(r, now) for r in returns),
        *(refused_row(r, now) for r in refused if not issued.registered(r)),
    ]
    waiting = Waiting(plan)
    decisions = [*waiting.ask(returns, now), *held.decisions]
    asked = DECISIONS.append(snapshot, decisions)
    writes: list[Write] = [
        *(Write(PLAN, plan.by_id[id_].row, plan.places[key], ((value,),)) for (id_, key), value in changed.items()),
        *JOURNAL.append(snapshot, [journal_row(r, c, now) for r in returns for c in r.cells if c.outcome == "applied"]),
        *asked,
        *waiting.moot(returns, now),
        *waiting.merged(merged_after_all, now),
        *HEADINGS.append(snapshot, new_headings(plan, returns)),
        *REGISTER.append(snapshot, register),
        *issued_ledger(plan.schema).append(snapshot, kept),
    ]
    message = message_of(returns, refused, len(decisions), len(held.decisions))
    if writes:
        said = f"Merged {count(len(returns), 'return')}"
        writes += status_writes(plan, said, now, decisions=waiting.open + len(decisions), register=register)
    goto = (DECISIONS.sheet, address(asked[0].row, asked[0].column)) if asked else (REGISTER.sheet, "A1")
    heights = (*plan_heights(plan, changed), *ledger_heights(asked, DECISIONS.widths))
    return ChangeSet(tuple(writes), message, goto if register else None, heights)
