"""What a worked-out column is worked out by, in words: the note of its heading."""

from hrworkbook.plan.measures.judgement import USUAL_STATUSES
from hrworkbook.plan.schema_model import Column, Schema

_LAST = "Worked out: the actual of the latest closed period that has one and is as long as this one."
_ARROW = "▲ better, ▼ worse, ► same. The arrow points up where the figure is better, be it more or less; within a range, where it is nearer to it."
_TEXTS = {
    "direction": f"Worked out: what the actual did since the latest closed period that has one. {_ARROW}",
    "year-direction": f"Worked out: what the actual did since the same period last year. {_ARROW}",
    "previous": _LAST,
    "year-ago": "Worked out: the actual of the same period last year.",
}


def rule_text(schema: Schema, column: Column) -> str:
    """Return the rule of a worked-out column in words; '' for a column that is typed."""
    if column.worked_out == "no":
        return ""
    said = {"status": _status_text, "year-to-date": _year_text}.get(column.worked_out)
    text = said(schema) if said else _TEXTS[column.worked_out]
    by_hand = schema.role("by_hand") if column.worked_out == "status" else None
    if by_hand:
        return f"{text}\nTo set it yourself, use {by_hand.header}."
    return f"{text}\nWhat is typed here is written over."


def _status_text(schema: Schema) -> str:
    statuses = schema.scorecard.statuses or USUAL_STATUSES
    lines = ["Worked out: the first of these that holds."]
    lines += [f"{word}: {condition}" for word, condition in statuses.items()]
    tolerance = schema.role("tolerance")
    given = f"as under {tolerance.header}" if tolerance else ""
    fixed = f"{schema.scorecard.tolerance} where that is blank" if tolerance else schema.scorecard.tolerance
    said = ", ".join(text for text in (given, fixed if schema.scorecard.tolerance else "") if text)
    lines += [f"Tolerance: {said}."] if said else []
    lines.append("A tolerance with % is a share of the target: 10% of a target of 80% is 8 percentage points.")
    return "\n".join(lines)


def _year_text(schema: Schema) -> str:
    accumulation = schema.role("accumulation")
    usual = schema.scorecard.year_to_date
    fixed = f"the {usual} of them" if usual != "line" else "none"
    how = f"as {accumulation.header} says; where that is blank, {fixed}" if accumulation else fixed
    return f"Worked out from the actuals since 1 April: {how}. Periods that are missing are told beside it."
