"""Undo: put back the cells one return changed, from the journal."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hrworkbook.merging.ledger_rows import TEXT_MARK, journal_value
from hrworkbook.merging.pending_decisions import PendingDecisions
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.ledger_records import file_status, read_change
from hrworkbook.plan.ledger_words import ChangeCause, FileStatus
from hrworkbook.plan.ledgers import JOURNAL, KEEP_MASTER, OWN_TEXT, REGISTER, LedgerRow
from hrworkbook.plan.model import Line, Plan, read_plan, timestamp
from hrworkbook.plan.schema import CellKey, Column
from hrworkbook.plan.snapshot import ChangeSet, Snapshot
from hrworkbook.plan.start_sheet import status_writes
from hrworkbook.plan.values import Value, as_text, is_blank, same_value
from hrworkbook.verbs.received import marked_last, marked_rows, unmark
from hrworkbook.verbs.rejudge import rejudge


@dataclass(frozen=True)
class UndoResult:
    """The cells put back, those left because they changed since, and what undoing writes."""

    return_id: str
    restored_cells: tuple[str, ...]
    """Places in the plan, each with its sheet."""
    left_cells: tuple[tuple[str, str], ...]
    """Places left as they are, each with the reason."""
    changes: ChangeSet


def undo(snapshot: Snapshot, now: datetime, return_id: str = "") -> UndoResult:
    """Return what one return, or the last one merged, changed is written back from the journal, and its decisions are closed.

    Every file merged for the return is undone; each may be merged again. A cell that something else changed since is
    left and listed. Raises HrWorkbookError where the return was not merged, or is undone already.
    """
    plan = read_plan(snapshot)
    journal = JOURNAL.data_rows(snapshot)
    files = _merged_files(plan)
    return_id = return_id.strip().upper()
    if mark := _mark_to_take_back(plan, journal, files, return_id):
        taken = unmark(plan, mark, now)
        return UndoResult(taken.return_id, (), (), taken.changes)
    return_id = return_id or _last_merged(plan, journal, files)
    files_of_return = [row for row in files if row.text("Return") == return_id]
    in_force = _changes_in_force(plan, journal, return_id)
    if not in_force and not files_of_return:
        raise HrWorkbookError(
            JOURNAL.sheet,
            f"there is nothing to undo for {return_id}" if return_id else "there is nothing to undo",
            "The Register lists what was merged, and the Journal what each return changed",
        )
    merged = {row.text("Return") for row in files}
    cells_to_restore, left = _cells_to_restore(plan, journal, in_force, merged)
    removed_lines = _removed_lines(plan, journal, cells_to_restore, left) if plan.schema.collect else []
    lines = plan.by_id
    writes = [plan.cell_write(lines[id_], key, one.before) for (id_, key), one in cells_to_restore.items()]
    writes += [plan.cell_write(line, "", None) for line in removed_lines]
    restored = [plan.place(lines[id_], key) for id_, key in cells_to_restore]
    writes += JOURNAL.append(
        snapshot,
        [
            _journal_row(one.item, one.current, journal_value(plan.schema[key], one.before), now)
            for (_, key), one in cells_to_restore.items()
        ],
    )
    waiting = PendingDecisions(plan)
    writes += waiting.undone_writes(return_id, now)
    register = [_register_row(row, now) for row in files_of_return]
    writes += REGISTER.append(snapshot, register)
    judged = rejudge(plan, {place: one.before for place, one in cells_to_restore.items()}, now.date())
    writes += judged.writes
    writes += status_writes(
        plan, f"Undid {return_id}", now, problems=judged.problems, decisions=waiting.open_count, register=register,
        unjudged=judged.unjudged,
    )  # fmt: skip
    first = next(iter(cells_to_restore), None)
    goto = (lines[first[0]].sheet, plan.address(lines[first[0]], first[1])) if first else (REGISTER.sheet, "A1")
    message = _message(return_id, restored, len(removed_lines), left, _lost_formulas(plan, cells_to_restore, in_force))
    return UndoResult(return_id, tuple(restored), tuple(left), ChangeSet(tuple(writes), message, goto, judged.heights))


def _mark_to_take_back(
    plan: Plan, journal: Sequence[LedgerRow], files: Sequence[LedgerRow], return_id: str
) -> LedgerRow | None:
    """Return the Register's row of the mark *received* that is to be undone: where nothing was merged after it, or of the return."""
    if not return_id:
        last = marked_last(plan)
        return last[0] if last and (not files or last[1] >= as_text(files[-1]["When"])) else None
    if any(row.text("Return") == return_id for row in files) or _changes_in_force(plan, journal, return_id):
        return None
    return next((row for row in marked_rows(plan) if row.text("Return") == return_id), None)


def _cells_to_restore(
    plan: Plan, journal: Sequence[LedgerRow], in_force: Mapping[CellKey, Sequence[LedgerRow]], merged: Collection[str]
) -> tuple[dict[CellKey, "_RestoredCell"], list[tuple[str, str]]]:
    """Return the cells that still say what the return said, and the places of others with the reason."""
    found: dict[CellKey, _RestoredCell] = {}
    left: list[tuple[str, str]] = []
    for (line_id, key), changes in in_force.items():
        line = plan.by_id.get(line_id)
        if line is None or key not in plan.schema:
            left.append((f"{line_id}, {changes[-1].text('Column')}", "the line or its column is no longer in the plan"))
            continue
        place, says = plan.place(line, key), line.values.get(key)
        if not same_value(says, changes[-1]["After"]):
            by_hr = any(_is_own_text(plan, i, (line_id, key)) and same_value(i["After"], says) for i in journal)
            left.append((place, "HR wrote its own text here" if by_hr else "it was changed since"))
            continue
        first = _first_without_undone(plan, journal, _first_in_chain(changes), merged)
        before = _value_before(plan.schema[key], first["Before"])
        found[line_id, key] = _RestoredCell(changes[-1], says, before)
    return found, left


class _RestoredCell(NamedTuple):
    """A cell that is put back: the change that is undone, what the cell says, and what it said before."""

    item: LedgerRow
    current: Value
    before: Value


def _removed_lines(
    plan: Plan,
    journal: Sequence[LedgerRow],
    cells_to_restore: dict[CellKey, _RestoredCell],
    left: list[tuple[str, str]],
) -> list[Line]:
    """Return the lines of a collection that a return alone had brought: they go with it, their ID too.

    A line that holds more keeps its key, by which it is known. The last return of it to be undone takes the key along,
    whichever return had written it.
    """
    last = {_cell_of(plan, item): item for item in journal}
    removed: list[Line] = []
    for id_ in dict.fromkeys(id_ for id_, _ in cells_to_restore):
        line = plan.by_id[id_]
        after = {
            key: cells_to_restore[id_, key].before if (id_, key) in cells_to_restore else says
            for key, says in line.values.items()
        }
        filled_keys = {key for key, value in after.items() if not is_blank(value)}
        if filled_keys - set(plan.schema.key):
            kept = [key for key in plan.schema.key if cells_to_restore.pop((id_, key), None)]
            left += [(plan.place(line, key), "the line holds more than this return said") for key in kept]
            continue
        written = {key: last.get((id_, key)) for key in filled_keys}
        if all(
            item and read_change(item).cause is ChangeCause.MERGE and same_value(item["After"], after[key])
            for key, item in written.items()
        ):
            cells_to_restore |= {
                (id_, key): _RestoredCell(item, after[key], None) for key, item in written.items() if item
            }
            removed.append(line)
    return removed


def _merged_files(plan: Plan) -> list[LedgerRow]:
    """Return the Register's rows of the files merged and not undone, in the order they were merged."""
    rows: dict[tuple[str, str], LedgerRow] = {}
    for item in REGISTER.data_rows(plan.snapshot):
        file = (item.text("Return"), item.text("Hash"))
        if (what := file_status(item)) is FileStatus.MERGED:
            rows.pop(file, None)
            rows[file] = item
        elif what is FileStatus.UNDONE:
            rows.pop(file, None)
    return list(rows.values())


def _last_merged(plan: Plan, journal: Sequence[LedgerRow], files: Sequence[LedgerRow]) -> str:
    """Return the return merged last whose changes still stand; failing such, the one merged last."""
    for row in reversed(files):
        if _changes_in_force(plan, journal, row.text("Return")):
            return row.text("Return")
    return files[-1].text("Return") if files else ""


def _changes_in_force(plan: Plan, journal: Sequence[LedgerRow], return_id: str) -> dict[CellKey, list[LedgerRow]]:
    """Return what one return changed since it was last undone, by cell, in order; HR's own words are not the return's."""
    in_force: dict[CellKey, list[LedgerRow]] = {}
    for item in journal:
        change = read_change(item)
        if item.text("Return") != return_id or change.decision in (KEEP_MASTER, OWN_TEXT):
            continue
        if change.cause is ChangeCause.RECEIVED:
            continue
        place = _cell_of(plan, item)
        if change.cause is ChangeCause.UNDO:
            in_force.pop(place, None)
        else:
            in_force.setdefault(place, []).append(item)
    return in_force


def _first_in_chain(changes: Sequence[LedgerRow]) -> LedgerRow:
    """Return the earliest of the changes that led to the last without anything else between them."""
    first = changes[-1]
    for earlier in reversed(changes[:-1]):
        if not same_value(earlier["After"], first["Before"]):
            break
        first = earlier
    return first


def _first_without_undone(
    plan: Plan, journal: Sequence[LedgerRow], first: LedgerRow, merged: Collection[str]
) -> LedgerRow:
    """Return the change before which a cell said nothing of returns that are undone, and so are not in `merged`.

    Undoing them left the cell as it was, since another return had changed it by then.
    """
    cell = _cell_of(plan, first)
    for earlier in reversed(journal):
        if earlier.row >= first.row or _cell_of(plan, earlier) != cell:
            continue
        change = read_change(earlier)
        if (
            earlier.text("Return") in merged
            or change.cause is ChangeCause.UNDO
            or change.decision in (KEEP_MASTER, OWN_TEXT)
            or not same_value(earlier["After"], first["Before"])
        ):
            break
        first = earlier
    return first


def _cell_of(plan: Plan, item: LedgerRow) -> CellKey:
    """Return the cell a row of the Journal is about; of a column that has left the plan, its heading for the key."""
    column = plan.schema.column_headed(item.text("Column"))
    return item.text("ID"), column.key if column else f"\0{item.text('Column')}"


def _is_own_text(plan: Plan, item: LedgerRow, cell: CellKey) -> bool:
    return read_change(item).decision == OWN_TEXT and _cell_of(plan, item) == cell


def _value_before(column: Column, value: Value) -> Value:
    """Return the journal's value as the plan held it, see `journal_value`."""
    if column.kind == "date" and isinstance(value, str) and value.startswith(TEXT_MARK):
        return value.removeprefix(TEXT_MARK)
    if column.kind == "date" and isinstance(value, str) and (day := column.kind_object.read(value)):
        read: Value = day
        return read
    return value


def _register_row(item: LedgerRow, now: datetime) -> dict[str, Value]:
    kept = ("Return", "Owner", "Period", "File", "From", "Sent", "Hash")
    return {h: item[h] for h in kept} | {"What": FileStatus.UNDONE.value, "When": timestamp(now)}


def _journal_row(item: LedgerRow, before: Value, after: Value, now: datetime) -> dict[str, Value]:
    kept = ("Return", "File", "From", "Owner", "ID", "Column")
    return {h: item[h] for h in kept} | {
        "When": timestamp(now),
        "Why": ChangeCause.UNDO.value,
        "Before": before,
        "After": after,
    }


def _lost_formulas(
    plan: Plan, back: Mapping[CellKey, _RestoredCell], in_force: Mapping[CellKey, Sequence[LedgerRow]]
) -> list[str]:
    """Places of cells that a formula worked out before, each with it: since then rows and columns may have moved under it."""
    lost = []
    for id_, key in back:
        changes = in_force.get((id_, key), ())
        if formula := read_change(_first_in_chain(changes)).formula if changes else "":
            lost.append(f"{plan.place(plan.by_id[id_], key)}: {formula}")
    return lost


def _message(
    return_id: str, restored: Sequence[str], gone: int, left: Sequence[tuple[str, str]], formulas: Sequence[str]
) -> str:
    message = f"{return_id} undone: {count_noun(len(restored), 'cell')} put back."
    if gone:
        message += f" {count_noun(gone, 'line')} that only it had brought {'is' if gone == 1 else 'are'} gone."
    if left:
        places = "; ".join(f"{place}: {why}" for place, why in left[:5])
        more = f"; and {len(left) - 5} more" if len(left) > 5 else ""
        message += f" Left as {'it is' if len(left) == 1 else 'they are'}: {places}{more}."
    if formulas:
        message += (
            f" A formula gave its value before, which is back without it; type it in again: {'; '.join(formulas[:5])}."
        )
    return message
