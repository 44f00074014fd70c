"""Received: HR marks a return as answered without a file, by phone or in person, or takes the mark back."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hrworkbook.merging.issued_returns import IssuedReturns
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.ledger_records import file_status, is_marked_received, read_change
from hrworkbook.plan.ledger_words import RECEIVED_WORD, ChangeCause, FileStatus
from hrworkbook.plan.ledgers import JOURNAL, OWNERS, PLAN, RECEIVED, REGISTER, LedgerRow
from hrworkbook.plan.model import Plan, read_plan, timestamp
from hrworkbook.plan.snapshot import ChangeSet, Snapshot, Write, address, row_and_column
from hrworkbook.plan.start_sheet import returns_issued_and_back, status_writes
from hrworkbook.plan.values import Value, as_text, fold_name


@dataclass(frozen=True)
class ReceivedResult:
    """The return, whose it is, whether it counts as received now, and what the mark writes: nothing where it changes nothing."""

    return_id: str
    owner: str
    period: str
    is_received: bool
    changes: ChangeSet


def received(snapshot: Snapshot, now: datetime, owner: str, period: str = "", *, undo: bool = False) -> ReceivedResult:
    """Return the mark on an owner's return of a period (the present one), or its removal.

    `owner` is the role, the person's name on the Owners sheet, or the ID of a return, such as R0007, of any period.
    A return that came back is left as it is, and told. Raises HrWorkbookError where no such return was issued, and
    where a mark is to be taken back that is not there.
    """
    plan = read_plan(snapshot)
    row, owner = _find_return(plan, owner, period.strip())
    if undo:
        if not is_marked_received(row):
            place = f"{REGISTER.sheet}!{address(row.row, 1)}"
            raise HrWorkbookError(
                place, f"{row.text('Return')} is not marked as received", "There is nothing to take back"
            )
        return unmark(plan, row, now)
    if is_marked_received(row):
        message = f"{row.text('Return')} of {owner} is marked as received already. Nothing was changed."
        return _result(row, owner, True, ChangeSet((), message, _goto(plan, row)))
    _, back = returns_issued_and_back(plan, period=row.text("Period"))
    if row.text("Return") in back:
        message = (
            f"{row.text('Return')} of {owner} came back and is merged, so it counts as received. Nothing was changed."
        )
        return _result(row, owner, True, ChangeSet((), message, _goto(plan, row)))
    writes = _mark_writes(plan, row, owner, RECEIVED_WORD, ChangeCause.RECEIVED, now)
    message = f"{row.text('Return')} of {owner} is marked as received. {_to_type(plan, row)}{_counted(plan, row, RECEIVED_WORD)}"
    writes += _start_writes(plan, row, f"Marked {row.text('Return')} as received", now, RECEIVED_WORD)
    return _result(row, owner, True, ChangeSet(tuple(writes), message, _goto(plan, row)))


def unmark(plan: Plan, row: LedgerRow, now: datetime) -> ReceivedResult:
    """Return what takes the mark off the Register's row of an issued return."""
    owner, id_ = row.text("Owner"), row.text("Return")
    writes = _mark_writes(plan, row, owner, None, ChangeCause.UNDO, now)
    writes += _start_writes(plan, row, f"Took back that {id_} is received", now, None)
    _, back = returns_issued_and_back(plan, [_as_marked(row, None)], period=row.text("Period"))
    left = "It came back and is merged." if id_ in back else "Chase will remind its owner again."
    message = f"{id_} of {owner} is not marked as received any more. {left} {_counted(plan, row, None)}"
    return _result(row, owner, id_ in back, ChangeSet(tuple(writes), message, _goto(plan, row)))


def return_selected(snapshot: Snapshot, where: tuple[str, str]) -> str:
    """Return the ID of the return in the row selected on the Register; raises HrWorkbookError where none is."""
    sheet, cell = where
    row = row_and_column(cell)[0]
    found = [i.text("Return") for i in REGISTER.data_rows(snapshot) if i.row == row] if sheet == REGISTER.sheet else []
    if not any(found):
        remedy = "Select the row of the return on the Register sheet, then press Received again"
        raise HrWorkbookError(f"{sheet}!{cell}", "it is not said which return was answered", remedy)
    return found[0]


def marked_last(plan: Plan) -> tuple[LedgerRow, str] | None:
    """Return the row of the return that was marked last by the verb and still is, and when that was; None where none is."""
    marked = {row.text("Return"): row for row in marked_rows(plan)}
    for item in reversed(JOURNAL.data_rows(plan.snapshot)):
        if read_change(item).cause is ChangeCause.RECEIVED and item.text("Return") in marked:
            return marked[item.text("Return")], as_text(item["When"])
    return None


def marked_rows(plan: Plan) -> list[LedgerRow]:
    """Return the Register's rows of issued returns that are marked as received."""
    return [row for row in _issued_rows(plan) if is_marked_received(row)]


def _issued_rows(plan: Plan) -> list[LedgerRow]:
    return [row for row in REGISTER.data_rows(plan.snapshot) if file_status(row) is FileStatus.ISSUED]


def _find_return(plan: Plan, wanted: str, period: str) -> tuple[LedgerRow, str]:
    """Return the Register's row of the return that is meant, and what its owner is called now."""
    rows = _issued_rows(plan)
    issued = IssuedReturns(plan)
    by_id = {row.text("Return").casefold(): row for row in rows}
    if row := by_id.get(wanted.strip().casefold()):
        return row, issued.owner_now(issued[row.text("Return")])
    period = period or plan.setting("Period")
    present = [row for row in rows if fold_name(row.text("Period")) == fold_name(period)]
    if not present:
        known = list(dict.fromkeys(row.text("Period") for row in rows))
        remedy = f"Choose {join_words(known, 'or')}" if known else "Issue first"
        raise HrWorkbookError(REGISTER.sheet, f"nothing was issued for {period or 'a period without a name'}", remedy)
    # The return issued last is the one that is out.
    names: dict[str, tuple[LedgerRow, str]] = {}
    for row in present:
        now = issued.owner_now(issued[row.text("Return")])
        names |= {fold_name(name): (row, now) for name in (row.text("Owner"), now)}
    role = _role_of(plan, wanted)
    if found := names.get(fold_name(role)):
        return found
    raise _unknown(plan, wanted, role, period, [now for _, now in names.values()])


def _role_of(plan: Plan, wanted: str) -> str:
    """Return the role on the Owners sheet of that name, or of the one person so called; else the words as they are."""
    by_person = [o.role for o in plan.owners if fold_name(o.name) == fold_name(wanted)]
    return plan.role_spellings.get(fold_name(wanted), by_person[0] if len(by_person) == 1 else wanted)


def _unknown(plan: Plan, wanted: str, role: str, period: str, issued: Sequence[str]) -> HrWorkbookError:
    owners = list(dict.fromkeys(issued))
    if fold_name(role) in plan.role_spellings:
        fault = f"no return was issued to {role} for {period}, so there is nothing to mark"
        remedy = f"Type what they told you into the {PLAN} sheet; returns went to {join_words(owners)}"
        return HrWorkbookError(OWNERS, fault, remedy)
    near = difflib.get_close_matches(wanted.casefold(), [o.casefold() for o in owners], 1, 0.6)
    meant = next((o for o in owners if near and o.casefold() == near[0]), "")
    remedy = f"Is '{meant}' meant? It" if meant else f"Choose {join_words(owners, 'or')}; it"
    return HrWorkbookError(
        OWNERS, f"there is no owner or return '{wanted}'", f"{remedy} may also be an ID, such as R0007"
    )


def _mark_writes(
    plan: Plan, row: LedgerRow, owner: str, word: str | None, cause: ChangeCause, now: datetime
) -> list[Write]:
    top, columns = REGISTER.heading_row(plan.snapshot)
    writes: list[Write] = []
    if RECEIVED not in columns:
        # A master made before has no such column: it gets one, right of all others.
        columns = {**columns, RECEIVED: max(columns.values()) + 1}
        writes.append(Write(REGISTER.sheet, top, columns[RECEIVED], ((RECEIVED,),)))
    writes.append(Write(REGISTER.sheet, row.row, columns[RECEIVED], ((word,),)))
    record: dict[str, Value] = {
        "When": timestamp(now), "Why": cause.value, "Return": row.text("Return"), "Owner": owner, "Column": RECEIVED,
        "Before": row[RECEIVED], "After": word,
    }  # fmt: skip
    return [*writes, *JOURNAL.append(plan.snapshot, [record])]


def _as_marked(row: LedgerRow, word: str | None) -> dict[str, Value]:
    """Return the row as it will be, for counting: only what is counted by."""
    kept: dict[str, Value] = {h: row[h] for h in ("What", "Return", "Owner", "Period")}
    return kept | {RECEIVED: word}


def _to_type(plan: Plan, row: LedgerRow) -> str:
    """Return what is still to be typed into the plan: the lines of the return that say what they said when it was issued."""
    issued = IssuedReturns(plan)
    known = issued[row.text("Return")]
    same = [id_ for id_, then in known.baseline.items() if _is_unanswered(plan, issued.owner_columns, id_, then)]
    if not same:
        return ""
    are = "is" if len(same) == 1 else "are"
    return f"{count_noun(len(same), 'line')} of theirs {are} as issued: type what you were told into the {PLAN} sheet. "


def _is_unanswered(plan: Plan, keys: Iterable[str], id_: str, then: Mapping[str, Value]) -> bool:
    line = plan.by_id.get(id_)
    return line is not None and all(as_text(line.values.get(key)) == as_text(then.get(key)) for key in keys)


def _counted(plan: Plan, row: LedgerRow, word: str | None) -> str:
    out, back = returns_issued_and_back(plan, [_as_marked(row, word)], period=row.text("Period"))
    return f"{len(back) or 'None'} of {count_noun(len(out), 'return')} {'is' if len(back) < 2 else 'are'} in."


def _start_writes(plan: Plan, row: LedgerRow, done: str, now: datetime, word: str | None) -> list[Write]:
    return list(status_writes(plan, done, now, register=[_as_marked(row, word)]))


def _goto(plan: Plan, row: LedgerRow) -> tuple[str, str]:
    _, columns = REGISTER.heading_row(plan.snapshot)
    return REGISTER.sheet, address(row.row, columns.get(RECEIVED, columns["Return"]))


def _result(row: LedgerRow, owner: str, is_received: bool, changes: ChangeSet) -> ReceivedResult:
    return ReceivedResult(row.text("Return"), owner, row.text("Period"), is_received, changes)
