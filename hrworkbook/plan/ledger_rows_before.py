"""Rows of the Decisions sheet and the Journal as masters made before keep them, which have fewer columns."""

from collections.abc import Mapping

from hrworkbook.plan.ledger_words import Question
from hrworkbook.plan.snapshot import Link
from hrworkbook.plan.values import Value

Cells = Mapping[str, Value | Link]
"""The values of a row by heading."""

CANNOT_BE_TAKEN = ", cannot be taken"
"""Stands in the *Why* of a master made before, behind the question, where no cell can hold what came."""
OVER_FORMULA = ", over the formula "
"""Stands in the *Why* of such a master's Journal before the formula that a change replaced."""


def decision_before(row: Cells) -> Cells:
    """Return a row of the Decisions sheet as masters made before keep it: the question at the head of *Why*."""
    kept = {h: v for h, v in row.items() if h not in ("Question", "Can be taken", "State")}
    if question := row.get("Question"):
        asked = "no proof" if question == Question.WHOLE_FILE else str(question)
        taken = "" if row.get("Can be taken") != "No" else CANNOT_BE_TAKEN
        kept["Why"] = f"{asked}{taken}: {row.get('Why') or ''}"
    return kept


def change_before(row: Cells) -> Cells:
    """Return a row of the Journal as masters made before keep it: decision and formula in *Why*."""
    kept = {h: v for h, v in row.items() if h not in ("Decision", "Formula")}
    decision = f": {row['Decision']}" if row.get("Decision") else ""
    formula = f"{OVER_FORMULA}{row['Formula']}" if row.get("Formula") else ""
    return {**kept, "Why": f"{row.get('Why')}{decision}{formula}"}
