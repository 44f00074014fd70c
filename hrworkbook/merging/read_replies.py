"""What each file that came back changes of what was issued: the part of a merge that can be done elsewhere."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from hrworkbook.merging.admit import admit, roles_of_sender
from hrworkbook.merging.count_witness import check_reading, count_filled
from hrworkbook.merging.diff_return import diff_return
from hrworkbook.merging.encodings import settle_damage
from hrworkbook.merging.hold_edits import hold_guessed
from hrworkbook.merging.issued_returns import IssuedReturns
from hrworkbook.merging.merge_history import already_merged, is_known_copy
from hrworkbook.merging.multi_return import split_by_seal
from hrworkbook.merging.outcomes import (
    ReceivedFile,
    RefusedFile,
    Unproven,
    refused_file,
    to_local_time,
)
from hrworkbook.merging.read_return import MergeContext, ReadReturn
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.ledger_words import FileStatus
from hrworkbook.plan.model import Plan, read_plan
from hrworkbook.plan.snapshot import Snapshot
from hrworkbook.plan.values import fold_name


def read_replies(
    snapshot: Snapshot, received: Iterable[ReceivedFile | RefusedFile]
) -> Iterator[ReadReturn | RefusedFile]:
    """Yield what each file changes of what was issued, without its cells: the part of a merge that can be done elsewhere."""
    plan = read_plan(snapshot)
    yield from read_returns(plan, IssuedReturns(plan), received)


def read_returns(
    plan: Plan, issued: IssuedReturns, received: Iterable[ReceivedFile | RefusedFile | ReadReturn]
) -> Iterator[ReadReturn | RefusedFile]:
    """Yield each file as a return that was read, or refused; what was read elsewhere passes as it is."""
    _ = plan.by_id
    context = MergeContext(plan)
    known = issued.merge_history.skippable_copies
    for item in received:
        if not isinstance(item, ReceivedFile):
            yield item
        elif item.sha256 in known and is_known_copy(item.sent, known[item.sha256]):
            yield _already_merged(plan, issued, item)
        else:
            parts = split_by_seal(item)
            outcomes = [_read_return(context, issued, part) for part in parts]
            read = [one for one in outcomes if isinstance(one, ReadReturn)]
            refused = [one for one in outcomes if isinstance(one, RefusedFile)]
            if read:
                others: list[ReadReturn | RefusedFile] = [*read[1:], *refused]
                yield replace(read[0], other_returns=tuple(others)) if others else read[0]
            elif len(parts) == 1:
                yield refused[0]
            else:
                sheets = (part.blocks[0].name for part in parts)
                reasons = [f"sheet '{sheet}': {one.reason}" for sheet, one in zip(sheets, refused, strict=True)]
                yield replace(refused[0], file=item.file, reason=" ".join(reasons))


def _read_return(context: MergeContext, issued: IssuedReturns, item: ReceivedFile) -> ReadReturn | RefusedFile:
    """Return what one return changes of what was issued, or why it is not merged."""
    try:
        one = admit(context, issued, item)
    except HrWorkbookError as error:
        return refused_file(item, error)
    known = one.issued
    file = (item.sha256, known.id)
    if row := issued.merge_history.rows.get(file):
        if is_known_copy(item.sent, issued.merge_history.last_copy_sent[file]):
            return already_merged(item, [row])
        if not is_from_owner(context.plan, item.sender, known.owner, row.text("From")):
            more = f"; {item.sender} sent it again, who is not {known.owner}, so the newer return stands"
            return already_merged(item, [row], more)
    filled = count_filled(item.blocks)
    current = issued.current_lines(known)
    read = diff_return(
        context, known.baseline, item.blocks, one.tables, sealed=one.sealed, current=current,
        also_issued=() if one.sealed else issued.also_issued(known),
    )  # fmt: skip
    if one.guessed:
        read = replace(read, edits=tuple(hold_guessed(read.edits, known.owner)))
    read = settle_damage(context.plan, known.baseline, item.blocks, one.tables, read)
    check_reading(item.file, filled, one.tables, read)
    read = replace(read, notes=(*one.notes, *read.notes))
    unproven = None
    if not one.sealed and (one.stranger or not read.proven):
        unproven = Unproven.STRANGER if one.stranger else Unproven.ONLY_IDS
    sender = one.stranger if unproven else item.sender
    bare = replace(item, blocks=(), sender=sender or item.sender, sent=to_local_time(item.sent))
    return ReadReturn(
        bare, known.id, known.owner, read, one.unknown_headings,
        sealed=one.sealed, unproven=unproven, from_elsewhere=one.stranger, cells_read=read.cell_count, saved=_saved(issued, item, known.id),
    )  # fmt: skip


def _saved(issued: IssuedReturns, item: ReceivedFile, return_id: str) -> datetime | None:
    """Return when a file without a date was last saved; None where that is as it was issued, or not known."""
    began = issued.issued_at(return_id)
    if item.sent or not item.modified or not began or item.modified < began + _WRITING:
        return None
    return item.modified


_WRITING = timedelta(minutes=1)
"""How long after its moment in the Register a return may have been written."""


def _already_merged(plan: Plan, issued: IssuedReturns, item: ReceivedFile) -> RefusedFile:
    """Return a file that was merged before; that its owner has sent it again is told, since it may outdate what comes later."""
    rows = issued.merge_history.rows_of_file(item.sha256)
    refused = already_merged(item, rows)
    file = (item.sha256, refused.return_id)
    if issued.merge_history.was_sent_again(file, item.sent) and is_from_owner(
        plan, item.sender, refused.owner, rows[-1].text("From")
    ):
        return replace(refused, status=FileStatus.SENT_AGAIN)
    return refused


def is_from_owner(plan: Plan, sender: str, owner: str, before: str) -> bool:
    """Whether a copy comes from the owner or whoever sent the first; others only pass it on."""
    return fold_name(sender) in ("", fold_name(before)) or fold_name(owner) in roles_of_sender(plan, sender)
