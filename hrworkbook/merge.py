"""Merge: the returns that came back, three-way into the plan, losing nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hrworkbook.admit import IssuedReturns, admit, roles_of
from hrworkbook.compare import Ground, Place, Reply, differences, read_reply, settle
from hrworkbook.errors import HrWorkbookError
from hrworkbook.findings import count
from hrworkbook.heights import ledger_heights, plan_heights
from hrworkbook.ledgers import DECISIONS, HEADINGS, JOURNAL, PLAN, REGISTER
from hrworkbook.merged_before import AGAIN, ALREADY, FAMILIAR, TWICE, File, already, says_nothing_new
from hrworkbook.outcomes import OUTCOMES, TO_DECIDE, Cell, Comparison, Received, Refused, by_this_clock
from hrworkbook.plan import Plan, read_plan, stamp
from hrworkbook.several import apart
from hrworkbook.snapshot import ChangeSet, Link, Snapshot, Write, address
from hrworkbook.start import status_writes
from hrworkbook.values import LONGEST_TEXT, Value, as_text, folded, plain
from hrworkbook.waiting import Waiting

TO_COME = timedelta(days=31)
"""How far ahead of this computer's clock a mail may be dated and still be believed."""


@dataclass(frozen=True)
class Merged:
    """What became of every file and every cell, and what merging writes."""

    returns: tuple[Comparison, ...]
    refused: tuple[Refused, ...]
    changes: ChangeSet

    @property
    def needs_a_person(self) -> bool:
        """Whether anything waits for HR: a decision, a cell without a place, a file that was refused."""
        waits = any(r.outcomes[o] for r in self.returns for o in (*TO_DECIDE, "unplaced"))
        return waits or any(r.what not in (*FAMILIAR, "Older") for r in self.refused)


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
        from hrworkbook.gather import gather

        return gather(plan, (item for item in received if not isinstance(item, Reply)), now, period)
    issued = IssuedReturns(plan)
    refused: list[Refused] = []
    read = _read(plan, issued, received)
    newest, older = _newest(plan, issued, _each_once(plan, read, refused, now + TO_COME), refused)
    changed: dict[Place, Value] = {}
    writers = dict(issued.writers)
    returns: list[Comparison] = []
    newest.reverse()
    while newest:  # each is let go of when it is settled: there may be thousands
        one = newest.pop()
        returns.append(settle(plan, changed, one, issued.written_by(one.owner), writers))
    return Merged(tuple(returns), (*refused, *older), _changes(plan, changed, returns, [*refused, *older], issued, now))


def _each_once(plan: Plan, read: Iterable[Reply | Refused], refused: list[Refused], latest: datetime) -> list[Reply]:
    """Each return once, whatever copies came of its file; what is not to be merged is added to `refused`."""
    replies: dict[File, Reply] = {}
    for item in read:
        for one in (item, *item.others) if isinstance(item, Reply) else (item,):
            if isinstance(one, Refused):
                refused.append(replace(one, what=ALREADY) if one.what == AGAIN and _to_come(one, latest) else one)
                continue
            one = _undated(one) if _to_come(one.received, latest) else one
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
    read = read_reply(ground, known.baseline, issued.written_by(known.owner), item.blocks, one.table)
    read = replace(read, notes=(*one.notes, *read.notes))
    bare = replace(item, blocks=(), sent=by_this_clock(item.sent))
    return Reply(bare, known.id, known.owner, read, one.unknown_headings)


def _to_come(file: Received | Refused, latest: datetime) -> bool:
    """Whether a mail is dated so far ahead that its sender's clock must be wrong."""
    sent = by_this_clock(file.sent)
    return sent is not None and sent > latest


def _undated(one: Reply) -> Reply:
    """A return whose date cannot be true: else no later one of its owner's would ever be newer."""
    assert one.received.sent
    note = f"Its mail is dated {one.received.sent:%d/%m/%Y}, which is yet to come, so nobody knows when it was sent"
    read = replace(one.reading, notes=(*one.reading.notes, note))
    return replace(one, received=replace(one.received, sent=None), reading=read)


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
    """Of two copies the later, unless it was only passed on; and the one that does not count."""
    earlier, later = sorted((one, other), key=_age)
    first, second = earlier.received, later.received
    if first.sent and not _speaks(plan, second.sender, later.owner, first.sender):
        return earlier, later
    return later, earlier


def twice(file: Received) -> Refused:
    """The refusal of a file that is there twice."""
    reason = "the same file is here twice; it was read once"
    return Refused(file.file, reason, file.sha256, file.sender, file.sent, TWICE)


def _newest(
    plan: Plan, issued: IssuedReturns, replies: Sequence[Reply], refused: Sequence[Refused]
) -> tuple[list[Reply], list[Refused]]:
    """The newest return of each owner, oldest first, and the older ones with the reason they stand back.

    Where nobody knows which of an owner's returns is the newer, all are merged; where they differ, HR decides.
    """
    newest: list[Reply] = []
    older: list[Refused] = []
    of_owner: dict[str, list[Reply]] = {}
    again = [(r.owner, s) for r in refused if r.what == AGAIN and (s := by_this_clock(r.sent))]
    for one in sorted(replies, key=_age):
        moments = (issued.last_sent(one.owner), *(moment for owner, moment in again if owner == one.owner))
        last, sent = max((m for m in moments if m), default=None), one.received.sent
        if sent and last and sent.replace(second=0, microsecond=0) < last:
            reason = f"a newer return from {one.owner}, sent {stamp(last)}, is already merged"
            older.append(_older(plan, one, None, reason))
        else:
            of_owner.setdefault(one.owner, []).append(one)
    for theirs in of_owner.values():
        best = theirs[-1]
        for one in theirs:
            if one.received.sent and best.received.sent and one.received.sent < best.received.sent:
                reason = f"'{best.received.file}' from {one.owner} is newer and was merged instead"
                older.append(_older(plan, one, best, reason))
            else:
                newest.append(one)
    return sorted(newest, key=_age), older


def _age(one: Reply) -> tuple[datetime, str, str, str]:
    return (one.received.sent or datetime.min, one.return_id, one.received.file, one.received.sha256)


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
) -> ChangeSet:
    snapshot = plan.snapshot
    register = [
        *(merged_row(r, now) for r in returns),
        *(refused_row(r, now) for r in refused if not issued.registered(r)),
    ]
    waiting = Waiting(plan)
    decisions = waiting.ask(returns, now)
    writes: list[Write] = [
        Write(PLAN, plan.by_id[id_].row, plan.places[key], ((value,),)) for (id_, key), value in changed.items()
    ]
    writes += JOURNAL.append(
        snapshot, [journal_row(r, c, now) for r in returns for c in r.cells if c.outcome == "applied"]
    )
    asked = DECISIONS.append(snapshot, decisions)
    writes += asked
    writes += waiting.moot(returns, now)
    writes += HEADINGS.append(snapshot, new_headings(plan, returns))
    writes += REGISTER.append(snapshot, register)
    message = message_of(returns, refused, len(decisions))
    if writes:
        said = f"Merged {count(len(returns), 'return')}"
        writes += status_writes(plan, said, now, decisions=waiting.open + len(decisions), register=register)
    goto = (DECISIONS.sheet, address(asked[0].row, asked[0].column)) if asked else (REGISTER.sheet, "A1")
    heights = (*plan_heights(plan, changed), *ledger_heights(asked, DECISIONS.widths))
    return ChangeSet(tuple(writes), message, goto if register else None, heights)


def message_of(returns: Sequence[Comparison], refused: Sequence[Refused], asked: int) -> str:
    """`4 returns merged: 31 cells applied, 2 need your decision, 1 goes back to its owner.`"""
    total = {o: sum(r.outcomes[o] for r in returns) for o in OUTCOMES}
    again = max(0, sum(total[o] for o in TO_DECIDE) - asked)
    waiting = max(0, total["conflict"] + total["locked"] - again)
    parts = [f"{count(total['applied'], 'cell')} applied"]
    if waiting:
        parts.append(f"{waiting} {'needs' if waiting == 1 else 'need'} your decision")
    if total["invalid"]:
        parts.append(f"{total['invalid']} {'goes' if total['invalid'] == 1 else 'go'} back to the owner")
    if again:
        parts.append(f"{again} {'is' if again == 1 else 'are'} on the Decisions sheet already")
    if total["unplaced"]:
        parts.append(f"{total['unplaced']} had no place and {'is' if total['unplaced'] == 1 else 'are'} listed")
    if not returns and not refused:
        return "There was nothing to merge: no file was found there."
    said = [f"{count(len(returns), 'return')} merged: {', '.join(parts)}." if returns else "No return was merged."]
    known = sum(r.what in FAMILIAR for r in refused)
    if known:
        said.append(f"{count(known, 'file was', 'files were')} merged before.")
    if len(refused) > known:
        said.append(f"{count(len(refused) - known, 'file was', 'files were')} not merged; the Register says why.")
    if asked:
        said.append("Choose on the Decisions sheet, then press Decide.")
    return " ".join(said)


def merged_row(result: Comparison, now: datetime) -> dict[str, Value]:
    """The Register's row of a merged return."""
    item, outcomes = result.received, result.outcomes
    heading = {
        "unchanged": "Unchanged", "already": "Already there", "applied": "Applied", "conflict": "Conflict",
        "locked": "Locked", "invalid": "Invalid", "unplaced": "Unplaced",
    }  # fmt: skip
    notes = [*result.notes, *(f"{s.cell}: '{as_text(s.value)}' ({s.why})" for s in result.strays)]
    row: dict[str, Value] = {
        "What": "Merged", "Return": result.return_id, "Owner": result.owner, "When": stamp(now), "File": item.file,
        "From": item.sender or None, "Sent": stamp(item.sent) if item.sent else None,
        "Lines": result.lines, "Cells": result.count, "Note": shortened("\n".join(notes)) or None, "Hash": item.sha256,
    }  # fmt: skip
    return row | {heading[o]: n for o, n in outcomes.items()}


def refused_row(refusal: Refused, now: datetime) -> dict[str, Value]:
    """The Register's row of a file that was not merged."""
    return {
        "What": refusal.what, "Return": refusal.return_id or None, "Owner": refusal.owner or None, "When": stamp(now),
        "File": refusal.file, "From": refusal.sender or None, "Sent": stamp(refusal.sent) if refusal.sent else None,
        "Note": refusal.reason, "Hash": refusal.sha256 or None,
    }  # fmt: skip


def journal_row(result: Comparison, cell: Cell, now: datetime) -> dict[str, Value]:
    """The Journal's row of a cell that was applied."""
    return {
        "When": stamp(now), "Why": "merge", "Return": result.return_id, "File": result.received.file,
        "From": result.received.sender or None, "Owner": result.owner, "ID": cell.line.id,
        "Column": cell.column.header, "Before": cell.master, "After": cell.received,
    }  # fmt: skip


def new_headings(plan: Plan, returns: Sequence[Comparison]) -> list[dict[str, Value | Link]]:
    """The rows of the Headings sheet for headings nobody has explained yet."""
    have = {i.text("Heading in a return") for i in HEADINGS.items(plan.snapshot)}
    rows: list[dict[str, Value | Link]] = []
    for result in returns:
        for heading, perhaps in result.unknown_headings.items():
            if plain(heading) not in have:
                have.add(plain(heading))
                rows.append(
                    {"Heading in a return": heading, "Seen in": result.received.file, "Perhaps": perhaps or None}
                )
    return rows


def shortened(text: str) -> str:
    """The text as one cell can hold it; what is left out is counted, and `hrworkbook read` lists it."""
    if len(text) <= _ROOM:
        return text
    cut = text.rfind("\n", 0, _ROOM)
    cut = cut if cut > _ROOM // 2 else _ROOM
    left = text.count("\n", cut)
    return f"{text[:cut]}\n… and {count(left, 'more line')}; 'hrworkbook read' lists them all."


_ROOM = LONGEST_TEXT // 2
"""Characters a note may have: less than a cell holds, since Excel counts some characters twice."""
