"""Undo: put back the cells one return changed, from the journal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hrworkbook.errors import HrWorkbookError
from hrworkbook.findings import count
from hrworkbook.ledgers import JOURNAL, KEEP, OVER, OWN, PLAN, REGISTER, Item
from hrworkbook.merging.ledger_rows import AS_TEXT, journalled
from hrworkbook.merging.waiting import Waiting
from hrworkbook.plan import Line, Plan, read_plan, stamp
from hrworkbook.schema import Column
from hrworkbook.snapshot import ChangeSet, Snapshot, Write
from hrworkbook.start import status_writes
from hrworkbook.values import Value, is_blank, same

Place = tuple[str, str]
"""A cell: line ID, and heading in the journal or key of the column."""


@dataclass(frozen=True)
class Undone:
    """The cells put back, those left because they changed since, and what undoing writes."""

    return_id: str
    restored: tuple[str, ...]
    """Addresses on the Plan sheet."""
    left: tuple[tuple[str, str], ...]
    """Places left as they are, each with the reason."""
    changes: ChangeSet


def undo(snapshot: Snapshot, now: datetime, return_id: str = "") -> Undone:
    """What one return, or the last one merged, changed is written back from the journal, and its decisions are closed.

    Every file merged for the return is undone; each may be merged again. A cell that something else changed since is
    left and listed. Raises HrWorkbookError where the return was not merged, or is undone already.
    """
    plan = read_plan(snapshot)
    journal = JOURNAL.items(snapshot)
    files = _files(plan)
    return_id = return_id.strip().upper() or _last(journal, files)
    theirs = [row for row in files if row.text("Return") == return_id]
    standing = _standing(journal, return_id)
    if not standing and not theirs:
        raise HrWorkbookError(
            JOURNAL.sheet,
            f"there is nothing to undo for {return_id}" if return_id else "there is nothing to undo",
            "The Register lists what was merged, and the Journal what each return changed",
        )
    columns = {c.header: c for c in plan.schema.columns}
    back: dict[Place, _Back] = {}
    left: list[tuple[str, str]] = []
    for (line_id, header), changes in standing.items():
        line, column = plan.by_id.get(line_id), columns.get(header)
        if line is None or column is None:
            left.append((f"{line_id}, {header}", "the line or its column is no longer in the plan"))
            continue
        place, says = plan.place(line, column.key), line.values.get(column.key)
        if not same(says, changes[-1]["After"]):
            by_hr = any(_is_own_text(i, line_id, header) and same(i["After"], says) for i in journal)
            left.append((f"{PLAN}!{place}", "HR wrote its own text here" if by_hr else "it was changed since"))
            continue
        back[line_id, column.key] = _Back(changes[-1], says, _as_it_was(column, _first_of_chain(changes)["Before"]))
    gone = _lines_gone(plan, journal, back, left) if plan.schema.collect else []
    lines = plan.by_id
    writes = [Write(PLAN, lines[id_].row, plan.places[key], ((one.before,),)) for (id_, key), one in back.items()]
    writes += [Write(PLAN, line.row, plan.places[""], ((None,),)) for line in gone]
    restored = [plan.place(lines[id_], key) for id_, key in back]
    writes += JOURNAL.append(
        snapshot,
        [
            _journal_row(one.item, one.says, journalled(plan.schema[key], one.before), now)
            for (_, key), one in back.items()
        ],
    )
    waiting = Waiting(plan)
    writes += waiting.undo(return_id, now)
    register = [_register_row(row, now) for row in theirs]
    writes += REGISTER.append(snapshot, register)
    writes += status_writes(plan, f"Undid {return_id}", now, decisions=waiting.open, register=register)
    goto = (PLAN, restored[0]) if restored else (REGISTER.sheet, "A1")
    message = _message(return_id, restored, len(gone), left, _formulas(plan, back, standing))
    return Undone(return_id, tuple(restored), tuple(left), ChangeSet(tuple(writes), message, goto))


class _Back(NamedTuple):
    """A cell that is put back: the change that is undone, what the cell says, and what it said before."""

    item: Item
    says: Value
    before: Value


def _lines_gone(
    plan: Plan, journal: Sequence[Item], back: dict[Place, _Back], left: list[tuple[str, str]]
) -> list[Line]:
    """The lines of a collection that a return alone had brought: they go with it, their ID too.

    A line that holds more keeps its key, by which it is known. The last return of it to be undone takes the key along,
    whichever return had written it.
    """
    last = {(item.text("ID"), item.text("Column")): item for item in journal}
    gone: list[Line] = []
    for id_ in dict.fromkeys(id_ for id_, _ in back):
        line = plan.by_id[id_]
        after = {key: back[id_, key].before if (id_, key) in back else says for key, says in line.values.items()}
        said = {key for key, value in after.items() if not is_blank(value)}
        if said - set(plan.schema.key):
            kept = [key for key in plan.schema.key if back.pop((id_, key), None)]
            left += [(f"{PLAN}!{plan.place(line, key)}", "the line holds more than this return said") for key in kept]
            continue
        written = {key: last.get((id_, plan.schema[key].header)) for key in said}
        if all(
            item and item.text("Why") == "merge" and same(item["After"], after[key]) for key, item in written.items()
        ):
            back |= {(id_, key): _Back(item, after[key], None) for key, item in written.items() if item}
            gone.append(line)
    return gone


def _files(plan: Plan) -> list[Item]:
    """The Register's rows of the files merged and not undone, in the order they were merged."""
    rows: dict[tuple[str, str], Item] = {}
    for item in REGISTER.items(plan.snapshot):
        file = (item.text("Return"), item.text("Hash"))
        if item.text("What") == "Merged":
            rows.pop(file, None)
            rows[file] = item
        elif item.text("What") == "Undone":
            rows.pop(file, None)
    return list(rows.values())


def _last(journal: Sequence[Item], files: Sequence[Item]) -> str:
    """The return merged last whose changes still stand; failing such, the one merged last."""
    for row in reversed(files):
        if _standing(journal, row.text("Return")):
            return row.text("Return")
    return files[-1].text("Return") if files else ""


def _standing(journal: Sequence[Item], return_id: str) -> dict[Place, list[Item]]:
    """What one return changed since it was last undone, by cell, in order; HR's own words are not the return's."""
    standing: dict[Place, list[Item]] = {}
    for item in journal:
        if item.text("Return") != return_id or _reason(item) in (f"decide: {KEEP}", f"decide: {OWN}"):
            continue
        place = (item.text("ID"), item.text("Column"))
        if item.text("Why") == "undo":
            standing.pop(place, None)
        else:
            standing.setdefault(place, []).append(item)
    return standing


def _first_of_chain(changes: Sequence[Item]) -> Item:
    """The earliest of the changes that led to the last without anything else between them."""
    first = changes[-1]
    for earlier in reversed(changes[:-1]):
        if not same(earlier["After"], first["Before"]):
            break
        first = earlier
    return first


def _is_own_text(item: Item, line_id: str, header: str) -> bool:
    return _reason(item) == f"decide: {OWN}" and (item.text("ID"), item.text("Column")) == (line_id, header)


def _as_it_was(column: Column, value: Value) -> Value:
    """The journal's value as the plan held it, see `journalled`."""
    if column.kind == "date" and isinstance(value, str) and value.startswith(AS_TEXT):
        return value.removeprefix(AS_TEXT)
    if column.kind == "date" and isinstance(value, str) and (day := column.type.read(value)):
        read: Value = day
        return read
    return value


def _register_row(item: Item, now: datetime) -> dict[str, Value]:
    kept = ("Return", "Owner", "Period", "File", "From", "Sent", "Hash")
    return {h: item[h] for h in kept} | {"What": "Undone", "When": stamp(now)}


def _journal_row(item: Item, before: Value, after: Value, now: datetime) -> dict[str, Value]:
    kept = ("Return", "File", "From", "Owner", "ID", "Column")
    return {h: item[h] for h in kept} | {"When": stamp(now), "Why": "undo", "Before": before, "After": after}


def _reason(item: Item) -> str:
    """Why a cell was changed, without the formula it replaced."""
    return item.text("Why").partition(OVER)[0]


def _formulas(plan: Plan, back: Mapping[Place, _Back], standing: Mapping[Place, Sequence[Item]]) -> list[str]:
    """Places of cells that a formula worked out before, each with it: since then rows and columns may have moved under it."""
    told = []
    for id_, key in back:
        changes = standing.get((id_, plan.schema[key].header), ())
        first = _first_of_chain(changes).text("Why").partition(OVER)[2] if changes else ""
        if first:
            told.append(f"{PLAN}!{plan.place(plan.by_id[id_], key)}: {first}")
    return told


def _message(
    return_id: str, restored: Sequence[str], gone: int, left: Sequence[tuple[str, str]], formulas: Sequence[str]
) -> str:
    said = f"{return_id} undone: {count(len(restored), 'cell')} put back."
    if gone:
        said += f" {count(gone, 'line')} that only it had brought {'is' if gone == 1 else 'are'} gone."
    if left:
        places = "; ".join(f"{place}: {why}" for place, why in left[:5])
        more = f"; and {len(left) - 5} more" if len(left) > 5 else ""
        said += f" Left as {'it is' if len(left) == 1 else 'they are'}: {places}{more}."
    if formulas:
        said += (
            f" A formula gave its value before, which is back without it; type it in again: {'; '.join(formulas[:5])}."
        )
    return said
