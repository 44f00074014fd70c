"""Restored: an owner's return that again has the text that was issued, where an earlier one of theirs had changed it.

It may be meant, or the return was filled in on a fresh copy; only HR can know.
"""

from collections.abc import Mapping
from dataclasses import replace

from hrworkbook.merging.match_rows import Baseline
from hrworkbook.merging.outcomes import Outcome
from hrworkbook.merging.read_return import CellEdit, ReadReturn
from hrworkbook.plan.model import Plan
from hrworkbook.plan.schema import CellKey
from hrworkbook.plan.values import Value, as_text, is_blank, same_value

_WHY = "the owner's earlier return changed it, and this one has the text that was issued"


def with_restored(plan: Plan, reply: ReadReturn, baseline: Baseline, last_wrote: Mapping[CellKey, Value]) -> ReadReturn:
    """Return the reply with an edit for each cell that its owner had answered and that says what was issued again.

    `last_wrote` holds what the owner's earlier returns last wrote. What was issued blank and is blank again is only noted.
    """
    if not last_wrote:
        return reply
    edited = {edit.key for edit in reply.diff.edits}
    edits: list[CellEdit] = []
    notes: list[str] = []
    for id_, issued_id, keys in reply.diff.lines:
        for key in keys:
            cell = (id_, key)
            if cell not in last_wrote or cell in edited or not plan.schema[key].is_owners:
                continue
            edited.add(cell)
            wrote, issued = last_wrote[cell], baseline[issued_id].get(key)
            if same_value(wrote, issued):
                continue
            if is_blank(issued):
                before = f"the owner's earlier return said '{as_text(wrote)}', and this one says nothing; that stays"
                notes.append(f"{id_}, {plan.schema[key].header}: {before}")
            else:
                edits.append(CellEdit(cell, issued, issued, issued, Outcome.CONFLICT, _WHY))
    if not edits and not notes:
        return reply
    diff = reply.diff
    unchanged = diff.unchanged_count - len(edits)
    return replace(
        reply, diff=replace(diff, edits=(*diff.edits, *edits), notes=(*diff.notes, *notes), unchanged_count=unchanged)
    )
