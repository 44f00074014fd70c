"""Merge: the returns that came back, three-way into the plan, losing nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hrworkbook.admit import Admitted, IssuedReturns, admit
from hrworkbook.compare import Ground, compare
from hrworkbook.errors import HrWorkbookError
from hrworkbook.findings import count
from hrworkbook.ledgers import DECISIONS, HEADINGS, JOURNAL, PLAN, REGISTER
from hrworkbook.outcomes import OUTCOMES, TO_DECIDE, Cell, Comparison, Received, Refused
from hrworkbook.plan import Plan, read_plan, stamp
from hrworkbook.snapshot import ChangeSet, Link, Snapshot, Write
from hrworkbook.start import open_decisions, status_writes
from hrworkbook.values import LONGEST_TEXT, Value, as_text, plain


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
        return waits or any(r.what not in ("Already merged", "Older", "Twice") for r in self.refused)


def merge(snapshot: Snapshot, received: Iterable[Received | Refused], now: datetime) -> Merged:
    """The outcome of every cell of every return, and the changes that write them.

    Files the reader refused are listed and registered too. Raises NotAMaster for a damaged master; anything wrong
    with a return refuses that return alone.
    """
    plan = read_plan(snapshot)
    _ = plan.by_id
    issued = IssuedReturns(plan)
    refused: list[Refused] = []
    admitted: list[Admitted] = []
    seen: set[str] = set()
    for item in received:
        if isinstance(item, Refused):
            refused.append(item)
            continue
        what = "Twice" if item.sha256 in seen else "Already merged"
        seen.add(item.sha256)
        if what == "Twice" or item.sha256 in issued.merged:
            refused.append(_already(issued, item, what))
            continue
        try:
            admitted.append(admit(plan, issued, item))
        except HrWorkbookError as error:
            refused.append(Refused(item.file, str(error), item.sha256, item.sender, item.sent))
    newest, older = _newest(issued, admitted)
    refused += older
    plan_now, returns = _one_after_another(plan, issued, newest)
    return Merged(tuple(returns), tuple(refused), _changes(plan, plan_now, returns, refused, issued, now))


def _already(issued: IssuedReturns, item: Received, what: str) -> Refused:
    if what == "Twice":
        return Refused(
            item.file, "the same file is here twice; it was read once", item.sha256, item.sender, item.sent, what
        )
    row = issued.merged[item.sha256]
    reason = f"already merged on {row.text('When')} as {row.text('Return')}; nothing to do"
    return Refused(item.file, reason, item.sha256, item.sender, item.sent, what, row.text("Return"), row.text("Owner"))


def _newest(issued: IssuedReturns, admitted: Sequence[Admitted]) -> tuple[list[Admitted], list[Refused]]:
    """The newest return of each owner, oldest owner's first, and the older ones with the reason they stand back."""

    def age(one: Admitted) -> tuple[datetime, str, str]:
        return (one.received.sent or datetime.min, one.known.id, one.received.file)

    best: dict[str, Admitted] = {}
    older: list[Refused] = []
    for one in sorted(admitted, key=age):
        sent = one.received.sent
        last = issued.last_sent(one.known.owner)
        if sent and last and sent < last:
            older.append(_older(one, f"a newer return from {one.known.owner}, sent {stamp(last)}, is already merged"))
            continue
        if one.known.owner in best:
            older.append(
                _older(
                    best[one.known.owner],
                    f"'{one.received.file}' from {one.known.owner} is newer and was merged instead",
                )
            )
        best[one.known.owner] = one
    return sorted(best.values(), key=age), older


def _older(one: Admitted, reason: str) -> Refused:
    item = one.received
    return Refused(item.file, reason, item.sha256, item.sender, item.sent, "Older", one.known.id, one.known.owner)


def _one_after_another(
    plan: Plan, issued: IssuedReturns, admitted: Sequence[Admitted]
) -> tuple[dict[str, dict[str, Value]], list[Comparison]]:
    """The plan's values changed by the merge, by line ID and key, and each return's comparison."""
    now: dict[str, dict[str, Value]] = {}
    returns: list[Comparison] = []
    by_id = dict(plan.by_id)
    for one in admitted:
        ground = Ground(plan, by_id, one.known.baseline, issued.written_by(one.known.owner))
        cells, strays, notes = compare(ground, one.received, one.table)
        for cell in cells:
            if cell.outcome == "applied":
                now.setdefault(cell.line.id, {})[cell.column.key] = cell.received
                line = by_id[cell.line.id]
                by_id[line.id] = replace(line, values={**line.values, cell.column.key: cell.received})
        returns.append(
            Comparison(
                one.received,
                one.known.id,
                one.known.owner,
                tuple(cells),
                tuple(strays),
                (*one.notes, *notes),
                one.unknown_headings,
            )  # fmt: skip
        )
    return now, returns


def _changes(
    plan: Plan,
    now_says: Mapping[str, Mapping[str, Value]],
    returns: Sequence[Comparison],
    refused: Sequence[Refused],
    issued: IssuedReturns,
    now: datetime,
) -> ChangeSet:
    snapshot = plan.snapshot
    register = [
        *(_merged_row(r, now) for r in returns),
        *(_refused_row(r, now) for r in refused if not issued.registered(r)),
    ]
    decisions = _new_decisions(plan, returns, now)
    writes: list[Write] = [
        Write(PLAN, plan.by_id[id_].row, plan.places[key], ((value,),))
        for id_, values in now_says.items()
        for key, value in values.items()
    ]
    writes += JOURNAL.append(
        snapshot, [_journal_row(r, c, now) for r in returns for c in r.cells if c.outcome == "applied"]
    )
    writes += DECISIONS.append(snapshot, decisions)
    writes += HEADINGS.append(snapshot, _new_headings(plan, returns))
    writes += REGISTER.append(snapshot, register)
    message = message_of(returns, refused, len(decisions))
    if writes:
        said = f"Merged {count(len(returns), 'return')}"
        waiting = len(open_decisions(plan)) + len(decisions)
        writes += status_writes(plan, said, now, decisions=waiting, register=register)
    goto = (DECISIONS.sheet, "A1") if decisions else (REGISTER.sheet, "A1") if register else None
    return ChangeSet(tuple(writes), message, goto)


def message_of(returns: Sequence[Comparison], refused: Sequence[Refused], decisions: int) -> str:
    """`4 returns merged: 31 cells applied, 2 need your decision, 1 goes back to its owner.`"""
    total = {o: sum(r.outcomes[o] for r in returns) for o in OUTCOMES}
    waiting = total["conflict"] + total["locked"]
    parts = [f"{count(total['applied'], 'cell')} applied"]
    if waiting:
        parts.append(f"{waiting} {'needs' if waiting == 1 else 'need'} your decision")
    if total["invalid"]:
        parts.append(f"{total['invalid']} {'goes' if total['invalid'] == 1 else 'go'} back to the owner")
    if total["unplaced"]:
        parts.append(f"{total['unplaced']} had no place and {'is' if total['unplaced'] == 1 else 'are'} listed")
    said = [f"{count(len(returns), 'return')} merged: {', '.join(parts)}." if returns else "No return was merged."]
    if refused:
        said.append(f"{count(len(refused), 'file was', 'files were')} not merged; the Register says why.")
    if decisions:
        said.append("Choose on the Decisions sheet, then press Decide.")
    return " ".join(said)


def _merged_row(result: Comparison, now: datetime) -> dict[str, Value]:
    item, outcomes = result.received, result.outcomes
    heading = {
        "unchanged": "Unchanged", "already": "Already there", "applied": "Applied", "conflict": "Conflict",
        "locked": "Locked", "invalid": "Invalid", "unplaced": "Unplaced",
    }  # fmt: skip
    notes = [*result.notes, *(f"{s.cell}: '{as_text(s.value)}' ({s.why})" for s in result.strays)]
    return {
        "What": "Merged", "Return": result.return_id, "Owner": result.owner, "When": stamp(now), "File": item.file,
        "From": item.sender or None, "Sent": stamp(item.sent) if item.sent else None,
        "Lines": len({c.line.id for c in result.cells}), "Cells": result.count,
        "Note": "\n".join(notes)[:LONGEST_TEXT] or None, "Hash": item.sha256,
    } | {heading[o]: n for o, n in outcomes.items()}  # fmt: skip


def _refused_row(refusal: Refused, now: datetime) -> dict[str, Value]:
    return {
        "What": refusal.what, "Return": refusal.return_id or None, "Owner": refusal.owner or None, "When": stamp(now),
        "File": refusal.file, "From": refusal.sender or None, "Sent": stamp(refusal.sent) if refusal.sent else None,
        "Note": refusal.reason, "Hash": refusal.sha256 or None,
    }  # fmt: skip


def _journal_row(result: Comparison, cell: Cell, now: datetime) -> dict[str, Value]:
    return {
        "When": stamp(now), "Why": "merge", "Return": result.return_id, "File": result.received.file,
        "From": result.received.sender or None, "Owner": result.owner, "ID": cell.line.id,
        "Column": cell.column.header, "Before": cell.master, "After": cell.received,
    }  # fmt: skip


def _new_decisions(plan: Plan, returns: Sequence[Comparison], now: datetime) -> list[dict[str, Value | Link]]:
    """The rows for cells that wait, without those the Decisions sheet already has."""
    have = {
        (d.text("Return"), d.text("ID"), d.text("Column"), d.text("In the return"))
        for d in DECISIONS.items(plan.snapshot)
    }
    rows: list[dict[str, Value | Link]] = []
    for result in returns:
        for cell in result.cells:
            asked = (result.return_id, cell.line.id, cell.column.header, plain(_shown(cell.received)))
            if cell.outcome not in TO_DECIDE or asked in have:
                continue
            have.add(asked)
            place = plan.place(plan.by_id[cell.line.id], cell.column.key)
            rows.append({
                "Why": f"{cell.outcome}: {cell.why}", "Go to": Link(f"{PLAN}!{place}", PLAN, place), "ID": cell.line.id,
                "Column": cell.column.header, "As issued": cell.baseline, "In the master": cell.master,
                "In the return": _shown(cell.received), "Owner": result.owner, "Return": result.return_id,
                "When": stamp(result.received.sent or now),
            })  # fmt: skip
    return rows


def _shown(value: Value) -> Value:
    """The value as the Decisions sheet can hold it: a text too long for a cell is shown up to the limit."""
    text = as_text(value)
    return text[:LONGEST_TEXT] if len(text) > LONGEST_TEXT else value if not isinstance(value, str) else text


def _new_headings(plan: Plan, returns: Sequence[Comparison]) -> list[dict[str, Value | Link]]:
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
