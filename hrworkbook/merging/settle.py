"""Settle: what becomes of each change a return brings in the master as it stands."""

from collections.abc import Mapping

from hrworkbook.merging.compare import Place, Reply
from hrworkbook.merging.outcomes import Cell, Comparison
from hrworkbook.plan import Plan
from hrworkbook.values import CellError, Value, as_text, same

Writers = dict[Place, tuple[str, Value]]
"""The owner whose return last wrote a cell ('' for HR), and what it wrote."""


def settle(
    plan: Plan, now: dict[Place, Value], reply: Reply, own_before: Mapping[Place, Value], writers: Writers
) -> Comparison:
    """What becomes of each edit in the master as it stands.

    What is applied goes into `now`, the merge's own changes, and into `writers`: whose return last made a cell what it is.
    """
    cells: list[Cell] = []
    for edit in reply.reading.edits:
        id_, key = edit.place
        line, column = plan.by_id[id_], plan.schema[key]
        m = now[edit.place] if edit.place in now else line.values.get(key)
        # A text that several hold is kept once: there may be thousands of returns.
        b, r = (m if type(v) is type(m) and v == m else v for v in (edit.issued, edit.value))
        outcome, why = edit.outcome, edit.why
        if same(edit.received, m) or (not isinstance(edit.value, CellError) and same(edit.value, m)):
            outcome, why = "already", ""
        elif not outcome:
            own = edit.place in own_before and same(own_before[edit.place], m)
            outcome = "applied" if own or same(m, b) else "conflict"
            why = "" if outcome == "applied" else _who_differs(writers.get(edit.place), m)
            if outcome == "applied" and edit.place not in now and (formula := plan.formula(line, key)):
                shown = formula if len(formula) > 1 else "one it shares with other cells"
                outcome, why = "conflict", f"the plan works this cell out by a formula, which would be lost: {shown}"
        as_it_came = outcome == "invalid" and not isinstance(edit.value, CellError)
        cells.append(Cell(line, column, b, m, edit.received if as_it_came else r, outcome, why))
        if outcome == "applied":
            now[edit.place] = edit.value
            writers[edit.place] = (reply.owner, edit.value)
    read = reply.reading
    return Comparison(
        reply.received, reply.return_id, reply.owner, tuple(cells), read.strays, read.notes,
        reply.unknown_headings, read.unchanged, read.lines, reply.from_elsewhere,
    )  # fmt: skip


def _who_differs(written: tuple[str, Value] | None, master: Value) -> str:
    if written and written[0] and same(written[1], master):
        return f"{written[0]} has answered it otherwise"
    return "the master changed after this was issued"


def differences(plan: Plan, older: Reply, newer: Reply | None) -> list[str]:
    """The cells an older return changed to something else than the newer says, or, without one, than the plan says."""
    newer_says = {e.place: e.value for e in newer.reading.edits} if newer else {}
    told: list[str] = []
    for edit in older.reading.edits:
        id_, key = edit.place
        instead = newer_says.get(edit.place, edit.issued) if newer else plan.by_id[id_].values.get(key)
        if not same(edit.value, instead):
            told.append(f"{id_}, {plan.schema[key].header}: '{as_text(edit.value)}'")
    return told
