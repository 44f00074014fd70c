"""Merge: the returns that came back, three-way into the plan, losing nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hrworkbook.collecting.given_months import GivenMonths
from hrworkbook.merging.containers import Containers
from hrworkbook.merging.earlier_returns import EarlierReturns
from hrworkbook.merging.issued_returns import IssuedReturns
from hrworkbook.merging.ledger_rows import (
    fit_in_cell,
    journal_row,
    merge_message,
    merged_row,
    new_heading_rows,
    refused_row,
)
from hrworkbook.merging.merge_history import MergedFile, duplicate_file
from hrworkbook.merging.outcomes import (
    MergeResult,
    Outcome,
    ReceivedFile,
    RefusedFile,
    ReturnOutcome,
    to_local_time,
)
from hrworkbook.merging.pending_decisions import PendingDecisions
from hrworkbook.merging.quarantine import Held, Quarantine, unsealed_rows
from hrworkbook.merging.read_replies import is_from_owner, read_returns
from hrworkbook.merging.read_return import ReadReturn
from hrworkbook.merging.restored import with_restored
from hrworkbook.merging.three_way import differing_cells, merge_edits
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.ledger_words import FileStatus
from hrworkbook.plan.ledgers import DECISIONS, HEADINGS, JOURNAL, REGISTER, LedgerRow
from hrworkbook.plan.model import Plan, issued_ledger, read_plan, timestamp
from hrworkbook.plan.schema import CellKey
from hrworkbook.plan.snapshot import ChangeSet, Snapshot, Write, address
from hrworkbook.plan.start_sheet import status_writes
from hrworkbook.plan.values import Value
from hrworkbook.render.row_heights import ledger_heights, plan_heights
from hrworkbook.verbs.rejudge import rejudge


def merge(
    snapshot: Snapshot,
    received: Iterable[ReceivedFile | RefusedFile | ReadReturn],
    now: datetime,
    period: str | GivenMonths = "",
) -> MergeResult:
    """Return the outcome of every cell of every return, and the changes that write them.

    A master whose schema collects returns nobody issued gathers them; there `period` (`2015-04`) is the month of sheets
    that tell none, or the months given by sheet.

    What comes in may be files as read, or what `read_replies` made of them elsewhere; files that a reader refused are
    listed and registered too. Raises NotAMaster for a damaged master; anything wrong with a return refuses that return
    alone. Of each file only what it changes is kept in memory.
    """
    plan = read_plan(snapshot)
    if plan.schema.collect:
        from hrworkbook.collecting.merge_collected import merge_collected

        return merge_collected(plan, (item for item in received if not isinstance(item, ReadReturn)), now, period)
    issued = IssuedReturns(plan)
    refused: list[RefusedFile] = []
    containers = Containers()
    read = read_returns(plan, issued, containers.noting(received))
    replies = _without_copies(plan, read, refused, now)
    quarantine = Quarantine(plan, issued)
    held = quarantine.hold((one for one in replies if one.unproven), now)
    newest, older = _newest_of_each_owner(plan, issued, [one for one in replies if not one.unproven], refused, now)
    del replies
    kept = [*held.kept, *unsealed_rows(issued, newest)]
    changed: dict[CellKey, Value] = {}
    writers = dict(issued.last_writers)
    returns: list[ReturnOutcome] = []
    earlier = EarlierReturns(issued, now)
    newest.reverse()
    while newest:  # each is let go of when it is settled: there may be thousands
        one = newest.pop()
        wrote = earlier.written_by(one, writers)
        one = with_restored(plan, one, issued[one.return_id].baseline, wrote)
        is_newest = earlier.is_newest(one)
        returns.append(merge_edits(plan, changed, one, wrote if is_newest else {}, writers, is_newest=is_newest))
        earlier.add(one)
    refused = [*containers.told_once([*refused, *older]), *held.files]
    changes = _change_set(plan, changed, returns, refused, issued, now, held, kept, list(quarantine.moot(returns)))
    return MergeResult(tuple(returns), tuple(refused), changes)


def _without_copies(
    plan: Plan, read: Iterable[ReadReturn | RefusedFile], refused: list[RefusedFile], now: datetime
) -> list[ReadReturn]:
    """Each return once, whatever copies came of its file; what is not to be merged is added to `refused`."""
    replies: dict[MergedFile, ReadReturn] = {}
    for item in read:
        for one in (item, *item.other_returns) if isinstance(item, ReadReturn) else (item,):
            if isinstance(one, RefusedFile):
                refused.append(
                    replace(one, status=FileStatus.ALREADY_MERGED)
                    if one.status is FileStatus.SENT_AGAIN and _is_ahead(one, now)
                    else one
                )
                continue
            one = _without_date(one) if _is_ahead(one.received, now) else _with_saved_date(one, now)
            file = (one.received.sha256, one.return_id)
            first = replies.setdefault(file, one)
            if first is not one:
                replies[file], copy = _newer_copy(plan, first, one)
                refused.append(duplicate_file(copy.received))
    return list(replies.values())


def _is_ahead(file: ReceivedFile | RefusedFile, now: datetime) -> bool:
    """Return whether a mail is dated ahead of this computer's clock."""
    sent = to_local_time(file.sent)
    return sent is not None and sent > now


def _without_date(one: ReadReturn) -> ReadReturn:
    """Return a return whose date cannot be true: else none of its owner's before that moment would ever be newer."""
    assert one.received.sent
    note = (
        f"Its mail is dated {one.received.sent:%d/%m/%Y %H:%M}, which is yet to come, so nobody knows when it was sent"
    )
    return replace(one, ahead=True, diff=replace(one.diff, notes=(*one.diff.notes, note)))


def _with_saved_date(one: ReadReturn, now: datetime) -> ReadReturn:
    """Return a return without a date, by the day on which its package says it was last saved."""
    if one.received.sent or not one.saved or one.saved > now:
        return one
    note = f"Nobody knows when it was sent; its file was last saved on {one.saved:%d/%m/%Y %H:%M}, which counts instead"
    return replace(
        one, received=replace(one.received, sent=one.saved), diff=replace(one.diff, notes=(*one.diff.notes, note))
    )


def _newer_copy(plan: Plan, one: ReadReturn, other: ReadReturn) -> tuple[ReadReturn, ReadReturn]:
    """Of two copies the later, unless it was only passed on or proves less; and the one that does not count."""
    if bool(one.unproven) != bool(other.unproven):
        return (other, one) if one.unproven else (one, other)
    earlier, later = sorted((one, other), key=_send_order)
    first, second = earlier.received, later.received
    if earlier.sent and not is_from_owner(plan, second.sender, later.owner, first.sender):
        return earlier, later
    return later, earlier


def _newest_of_each_owner(
    plan: Plan, issued: IssuedReturns, replies: Sequence[ReadReturn], refused: Sequence[RefusedFile], now: datetime
) -> tuple[list[ReadReturn], list[RefusedFile]]:
    """Return what is merged, oldest first, and what is older than what is merged already, with the reason.

    An owner's returns of one press are merged one after the other, as if they had come one by one. What has neither seal
    nor date goes last.
    """
    newest: list[ReadReturn] = []
    older: list[RefusedFile] = []
    again: dict[str, list[tuple[bool, datetime]]] = {}
    for r in refused:
        if r.status is FileStatus.SENT_AGAIN and (moment := to_local_time(r.sent)):
            again.setdefault(r.owner, []).append((issued.merge_history.bore_seal((r.sha256, r.return_id)), moment))
    for one in sorted(replies, key=_send_order):
        moments = [moment for sealed, moment in again.get(one.owner, ()) if sealed or not one.sealed]
        last = max((m for m in (issued.last_sent(one.owner, sealed=one.sealed), *moments) if m), default=None)
        sent = one.sent
        if sent and last and sent.replace(second=0, microsecond=0) < last:
            reason = f"a newer return from {one.owner}, sent {timestamp(last)}, is already merged"
            older.append(_superseded(plan, one, reason))
        else:
            newest.append(one)
    return sorted(newest, key=lambda one: (not one.sealed and one.sent is None, _send_order(one))), older


def _send_order(one: ReadReturn) -> tuple[datetime, str, str, str]:
    return (one.sent or datetime.min, one.return_id, one.received.file, one.received.sha256)


def _superseded(plan: Plan, one: ReadReturn, reason: str) -> RefusedFile:
    """Return an older return, with the cells in which it says something else than the plan, so that nothing is lost."""
    item = one.received
    different_cells = differing_cells(plan, one)
    if different_cells:
        reason += ". It alone says: " + "; ".join(different_cells)
    return RefusedFile(
        item.file, fit_in_cell(reason), item.sha256, item.sender, item.sent, FileStatus.OLDER, one.return_id, one.owner
    )


def _change_set(
    plan: Plan,
    changed: Mapping[CellKey, Value],
    returns: Sequence[ReturnOutcome],
    refused: Sequence[RefusedFile],
    issued: IssuedReturns,
    now: datetime,
    held: Held,
    kept: Sequence[Mapping[str, Value]],
    merged_after_all: Sequence[LedgerRow],
) -> ChangeSet:
    snapshot = plan.snapshot
    register = [
        *(merged_row(r, now) for r in returns),
        *(refused_row(r, now) for r in refused if not issued.is_registered(r)),
    ]
    waiting = PendingDecisions(plan)
    decisions = [*waiting.new_rows(returns, now), *held.decisions]
    asked = DECISIONS.append(snapshot, decisions)
    judged = rejudge(plan, changed, now.date())
    writes: list[Write] = [
        *(plan.cell_write(plan.by_id[id_], key, value) for (id_, key), value in changed.items()),
        *JOURNAL.append(
            snapshot, [journal_row(r, c, now) for r in returns for c in r.cells if c.outcome == Outcome.APPLIED]
        ),
        *asked,
        *waiting.superseded_writes(returns, now),
        *waiting.merged(merged_after_all, now),
        *HEADINGS.append(snapshot, new_heading_rows(plan, returns)),
        *REGISTER.append(snapshot, register),
        *issued_ledger(plan.schema).append(snapshot, kept),
        *judged.writes,
    ]
    message = merge_message(returns, refused, len(decisions), len(held.decisions))
    if writes:
        done_text = f"Merged {count_noun(len(returns), 'return')}"
        waits = waiting.open_count + len(decisions)
        writes += status_writes(
            plan, done_text, now, problems=judged.problems, decisions=waits, register=register, unjudged=judged.unjudged
        )
    goto = (DECISIONS.sheet, address(asked[0].row, asked[0].column)) if asked else (REGISTER.sheet, "A1")
    heights = (*plan_heights(plan, changed), *ledger_heights(asked, DECISIONS.widths_on(snapshot)), *judged.heights)
    return ChangeSet(tuple(writes), message, goto if register else None, heights)
