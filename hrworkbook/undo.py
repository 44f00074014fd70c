"""Undo: put back the cells one return changed, from the journal."""

from dataclasses import dataclass
from datetime import datetime

from hrworkbook.errors import HrWorkbookError
from hrworkbook.findings import count
from hrworkbook.ledgers import JOURNAL, PLAN, REGISTER, Item
from hrworkbook.plan import Plan, read_plan, stamp
from hrworkbook.snapshot import ChangeSet, Snapshot, Write
from hrworkbook.start import status_writes
from hrworkbook.values import Value, same


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
    """The journal's before-values of one return written back, or of the last one merged.

    Raises HrWorkbookError where that return changed nothing or is already undone.
    """
    plan = read_plan(snapshot)
    journal = JOURNAL.items(snapshot)
    return_id = return_id or _last(journal)
    theirs = [i for i in journal if i.text("Return") == return_id]
    standing = _standing(theirs)
    if not standing:
        raise HrWorkbookError(
            JOURNAL.sheet,
            f"there is nothing to undo for {return_id}" if return_id else "there is nothing to undo",
            "The Journal lists what each return changed",
        )
    keys = {c.header: c.key for c in plan.schema.columns}
    writes: list[Write] = []
    rows: list[dict[str, Value]] = []
    restored: list[str] = []
    left: list[tuple[str, str]] = []
    for (line_id, header), (first, last) in standing.items():
        line = plan.by_id.get(line_id)
        if line is None or header not in keys:
            left.append((f"{line_id}, {header}", "the line is no longer in the plan"))
            continue
        place = plan.place(line, keys[header])
        value = line.values.get(keys[header])
        if not same(value, last["After"]):
            left.append((f"{PLAN}!{place}", "it was changed since"))
            continue
        writes.append(Write(PLAN, line.row, plan.places[keys[header]], ((first["Before"],),)))
        restored.append(place)
        rows.append(_journal_row(last, value, first["Before"], now))
    writes += JOURNAL.append(snapshot, rows)
    register = [_register_row(i, now) for i in _files(plan, return_id)]
    if restored:
        writes += REGISTER.append(snapshot, register)
        writes += status_writes(plan, f"Undid {return_id}", now, register=register)
    return Undone(
        return_id,
        tuple(restored),
        tuple(left),
        ChangeSet(
            tuple(writes),
            _message(return_id, restored, left),
            (PLAN, restored[0]) if restored else (JOURNAL.sheet, "A1"),
        ),
    )


def _last(journal: list[Item]) -> str:
    """The newest return whose changes still stand."""
    for item in reversed(journal):
        id_ = item.text("Return")
        if item.text("Why") in ("merge", "decide") and _standing([i for i in journal if i.text("Return") == id_]):
            return id_
    return ""


def _standing(items: list[Item]) -> dict[tuple[str, str], tuple[Item, Item]]:
    """The first and last change of each cell since this return was last undone, by line ID and heading."""
    standing: dict[tuple[str, str], tuple[Item, Item]] = {}
    for item in items:
        cell = (item.text("ID"), item.text("Column"))
        if item.text("Why") == "undo":
            standing.pop(cell, None)
        else:
            standing[cell] = (standing[cell][0] if cell in standing else item, item)
    return standing


def _files(plan: Plan, return_id: str) -> list[Item]:
    """The Register's rows of the files merged for this return; they may be merged again once undone."""
    rows: dict[str, Item] = {}
    for item in REGISTER.items(plan.snapshot):
        if item.text("Return") == return_id and item.text("What") == "Merged":
            rows[item.text("Hash")] = item
        elif item.text("Return") == return_id and item.text("What") == "Undone":
            rows.pop(item.text("Hash"), None)
    return list(rows.values())


def _register_row(item: Item, now: datetime) -> dict[str, Value]:
    kept = ("Return", "Owner", "Period", "File", "From", "Sent", "Hash")
    return {h: item[h] for h in kept} | {"What": "Undone", "When": stamp(now)}


def _journal_row(item: Item, before: Value, after: Value, now: datetime) -> dict[str, Value]:
    kept = ("Return", "File", "From", "Owner", "ID", "Column")
    return {h: item[h] for h in kept} | {"When": stamp(now), "Why": "undo", "Before": before, "After": after}


def _message(return_id: str, restored: list[str], left: list[tuple[str, str]]) -> str:
    said = f"{return_id} undone: {count(len(restored), 'cell')} put back."
    if left:
        places = "; ".join(f"{place}: {why}" for place, why in left[:5])
        said += f" {count(len(left), 'cell was', 'cells were')} left: {places}."
    return said
