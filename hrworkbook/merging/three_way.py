"""Settle: what becomes of each change a return brings in the master as it stands."""

from collections.abc import Mapping

from hrworkbook.merging.count_witness import check_sum
from hrworkbook.merging.outcomes import CellOutcome, Outcome, ReturnOutcome
from hrworkbook.merging.read_return import ReadReturn
from hrworkbook.plan.measures.scorecard import figure_unit, is_same_figure
from hrworkbook.plan.model import Plan
from hrworkbook.plan.schema import CellKey
from hrworkbook.plan.values import CellError, Value, as_text, same_value

LastWriters = dict[CellKey, tuple[str, Value]]
"""The owner whose return last wrote a cell ('' for HR), and what it wrote."""


def merge_edits(
    plan: Plan,
    merged_values: dict[CellKey, Value],
    reply: ReadReturn,
    owner_last_wrote: Mapping[CellKey, Value],
    writers: LastWriters,
    *,
    is_newest: bool = True,
) -> ReturnOutcome:
    """Return what becomes of each edit in the master as it stands.

    What is applied goes into `merged_values`, the merge's own changes, and into `writers`: whose return last made a cell what it is.
    """
    cells: list[CellOutcome] = []
    for edit in reply.diff.edits:
        id_, key = edit.key
        line, column = plan.by_id[id_], plan.schema[key]
        master = merged_values[edit.key] if edit.key in merged_values else line.values.get(key)
        # A text that several hold is kept once: there may be thousands of returns.
        base, returned = (master if type(v) is type(master) and v == master else v for v in (edit.base, edit.value))
        outcome, why = edit.outcome, edit.reason
        unit = figure_unit(plan, line, column, master, edit.value)
        if same_value(edit.received, master) or (
            not isinstance(edit.value, CellError)
            and (same_value(edit.value, master) or is_same_figure(unit, edit.value, master))
        ):
            outcome, why = Outcome.ALREADY, ""
        elif not outcome:
            owner_wrote_it = edit.key in owner_last_wrote and same_value(owner_last_wrote[edit.key], master)
            unchanged = same_value(master, base) or is_same_figure(unit, master, base)
            outcome = Outcome.APPLIED if owner_wrote_it or unchanged else Outcome.CONFLICT
            why = "" if outcome == Outcome.APPLIED else _conflict_reason(writers.get(edit.key), master)
            if outcome == Outcome.APPLIED and edit.key not in merged_values and (formula := plan.formula(line, key)):
                shown = formula if len(formula) > 1 else "one it shares with other cells"
                outcome, why = (
                    Outcome.CONFLICT,
                    f"the plan works this cell out by a formula, which would be lost: {shown}",
                )
        if outcome == Outcome.APPLIED and (blocked := plan.unwritable(line, key)):
            outcome, why = Outcome.CONFLICT, blocked
        as_it_came = outcome == Outcome.INVALID and not isinstance(edit.value, CellError)
        cells.append(CellOutcome(line, column, base, master, edit.received if as_it_came else returned, outcome, why))
        if outcome == Outcome.APPLIED:
            merged_values[edit.key] = edit.value
            writers[edit.key] = (reply.owner, edit.value)
    diff = reply.diff
    merged = ReturnOutcome(
        reply.received, reply.return_id, reply.owner, tuple(cells), diff.stray_cells, diff.notes,
        reply.unknown_headings, diff.unchanged_count, diff.line_count, reply.from_elsewhere, is_newest,
    )  # fmt: skip
    if reply.cells_read is not None:
        check_sum(reply.received.file, reply.cells_read, sum(merged.outcome_counts.values()))
    return merged


def _conflict_reason(written: tuple[str, Value] | None, master: Value) -> str:
    if written and written[0] and same_value(written[1], master):
        return f"{written[0]} has answered this differently"
    return "the plan was changed here after the return went out"


def differing_cells(plan: Plan, older: ReadReturn) -> list[str]:
    """Return the cells an older return changed to something else than the plan says."""
    return [
        f"{id_}, {plan.schema[key].header}: '{as_text(edit.value)}'"
        for edit in older.diff.edits
        for id_, key in [edit.key]
        if not same_value(edit.value, plan.by_id[id_].values.get(key))
    ]
