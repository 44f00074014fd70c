"""Edits that wait for HR although each cell by itself could be applied: struck, repeated or misplaced answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from hrworkbook.merging.line_identity import CurrentLine
from hrworkbook.merging.match_rows import Baseline
from hrworkbook.merging.misplaced import RowsByLine, find_misplaced
from hrworkbook.merging.outcomes import Outcome
from hrworkbook.merging.read_return import CellEdit
from hrworkbook.plan.model import Plan
from hrworkbook.plan.schema import CellKey
from hrworkbook.plan.snapshot import Annotation
from hrworkbook.plan.values import Value, as_text, is_blank, same_value
from hrworkbook.tables.find_table import Row


def hold_struck(edits: Sequence[CellEdit], row: Row, struck: Sequence[Annotation]) -> list[CellEdit]:
    """Return the edits of a row, those held back in which the owner struck words through: the reader tells no difference."""
    at = {key: (row.row_number, column) for key, column in zip(row.keys, row.columns, strict=True)}
    words = {e.key[1]: _struck_words(e, at[e.key[1]], struck) for e in edits}
    return [
        replace(
            e,
            outcome=Outcome.CONFLICT,
            reason=f"the owner struck these words through, perhaps to delete them: '{words[e.key[1]]}'",
        )
        if not e.outcome and words[e.key[1]]
        else e
        for e in edits
    ]


def _struck_words(edit: CellEdit, at: tuple[int, int], struck: Sequence[Annotation]) -> str:
    """Return the words struck through in a cell; where a file tells no places, those that the cell holds."""
    text = as_text(edit.received)
    return next((words for row, column, words in struck if ((row, column) == at or not row and words in text)), "")


def hold_disagreeing(edits: Sequence[CellEdit], rows: int) -> list[CellEdit]:
    """Return the edits of a line that stands in several rows; where the rows disagree, or not all are cleared, they wait."""
    values_by_cell: dict[CellKey, list[Value]] = {}
    for edit in edits:
        values_by_cell.setdefault(edit.key, []).append(edit.value)
    why = "the file has this line more than once, with different texts"
    return [
        replace(e, outcome=Outcome.CONFLICT, reason=why)
        if not e.outcome
        and (
            not all(same_value(v, e.value) for v in values_by_cell[e.key])
            or (e.value is None and len(values_by_cell[e.key]) < rows)
        )
        else e
        for e in edits
    ]


def hold_misplaced(
    plan: Plan, baseline: Baseline, sheets: Sequence[RowsByLine], edits: list[CellEdit], notes: list[str]
) -> list[CellEdit]:
    """Return the edits, those held back whose answers seem to have come from another line's row."""
    edited = {e.key for e in edits if plan.schema[e.key[1]].is_owners}
    found = find_misplaced(plan.schema, baseline, sheets, edited)
    whys: dict[CellKey | str, str] = {}
    if found.columns:
        headings = " and ".join(plan.schema[key].header for key in found.columns)
        why = f"texts of {headings} stand in other rows than they were issued in, as if sorted without the rest"
        notes.append(f"Held back: {why}")
        whys |= {e.key: why for e in edits if e.key[1] not in found.in_place}
    for id_, home in found.lines.items():
        whys[id_] = f"the answers in its row are those that were issued for {home}"
    for one, other in found.exchanged:
        first, second = plan.schema[one].header, plan.schema[other].header
        why = f"what was issued as {first} stands under {second} and the other way round, as if the columns were exchanged"
        notes.append(f"Held back: {why}")
        whys |= {e.key: why for e in edits if e.key[1] in (one, other)}
    for key in found.permuted:
        why = (
            f"under {plan.schema[key].header} nothing changed but places: what is new there was issued for other lines"
        )
        whys |= {e.key: why for e in edits if e.key[1] == key}
    for cell, home in found.cells.items():
        whys.setdefault(
            cell,
            f"the answers of {cell[0]} and {home} seem to have changed places: what was issued for one stands in the other's row",
        )
    notes += [f"Held back: {id_}, {why}" for id_, why in whys.items() if isinstance(id_, str)]
    return [
        replace(e, outcome=Outcome.CONFLICT, reason=why)
        if not e.outcome and (why := whys.get(e.key[0]) or whys.get(e.key, ""))
        else e
        for e in edits
    ]


def hold_guessed(edits: Sequence[CellEdit], owner: str) -> list[CellEdit]:
    """Return the edits, each waiting: they are in lines of several owners, and nothing says which of them answered."""
    why = f"nothing says who sent it, and its lines belong to several owners: {owner} is only a guess"
    return [replace(e, outcome=Outcome.CONFLICT, reason=why) if not e.outcome else e for e in edits]


def without_other_issues(
    edits: Sequence[CellEdit], current: Mapping[str, CurrentLine], also_issued: Sequence[Baseline]
) -> tuple[list[CellEdit], int]:
    """Return the edits but for what another issue of the period said, and how many filled cells those are.

    An answer waits where the issues said different things: whoever wrote it may not have seen the newest.
    """
    if not also_issued:
        return list(edits), 0
    left: list[CellEdit] = []
    unmeant = 0
    why = "the plan was changed here between two issues, and without its seal the file does not say which of them it answers"
    for edit in edits:
        others = [issue[line][edit.key[1]] for issue in also_issued if (line := current[edit.key[0]].id) in issue]
        if any(same_value(edit.received, other) or same_value(edit.value, other) for other in others):
            unmeant += not is_blank(edit.received)
        elif not edit.outcome and not all(same_value(edit.base, other) for other in others):
            left.append(replace(edit, outcome=Outcome.CONFLICT, reason=why))
        else:
            left.append(edit)
    return left, unmeant


def at_current_lines(edits: Sequence[CellEdit], current: Mapping[str, CurrentLine]) -> list[CellEdit]:
    """Return the edits by the plan's lines as they stand; those of a line that may be another one by now wait."""
    if all(line.id == id_ and not line.doubt for id_, line in current.items()):
        return list(edits)
    placed: list[CellEdit] = []
    for edit in edits:
        id_, key = edit.key
        line = current[id_]
        edit = replace(edit, key=(line.id, key)) if line.id != id_ else edit
        placed.append(replace(edit, outcome=Outcome.CONFLICT, reason=line.doubt) if line.doubt else edit)
    return placed


def moved_notes(current: Mapping[str, CurrentLine], here: Iterable[str]) -> list[str]:
    """Return a sentence about the lines of a return that bear another ID in the plan by now."""
    moved = [f"{id_} is {current[id_].id}" for id_ in here if current[id_].id not in ("", id_)]
    return [f"Known by HR's columns, since the plan numbers them otherwise now: {', '.join(moved)}"] if moved else []
