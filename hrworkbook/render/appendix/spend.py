"""Planned against actual spend, line by line, with its totals."""

from collections.abc import Sequence
from decimal import Decimal

from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.rules import amount_in
from hrworkbook.render.appendix.document import Spend, SpendLine
from hrworkbook.render.appendix.figure_texts import pounds
from hrworkbook.render.appendix.figures import NOT_REPORTED, printed_text, reference_of, short_text

_NOT_KNOWN = "Not known"


def spend_table(plan: Plan, lines: Sequence[Line]) -> Spend | None:
    """Return planned against actual spend, or a sentence where there are no figures; None for a plan without such columns.

    The last line holds the totals. Their difference is given only where every line has both figures: a line that has
    not reported what it spent has saved nothing.
    """
    planned, actual = plan.schema.role("planned"), plan.schema.role("actual")
    if planned is None or actual is None:
        return None
    rows: list[SpendLine] = []
    figures: list[tuple[Decimal | None, Decimal | None]] = []
    for line in lines:
        p, a = amount_in(plan, line, planned.key), amount_in(plan, line, actual.key)
        if p is None and a is None:
            continue
        figures.append((p, a))
        rows.append(
            SpendLine(
                short_text(plan, line, 60),
                printed_text(plan, line, planned) or NOT_REPORTED,
                printed_text(plan, line, actual) or NOT_REPORTED,
                pounds(a - p) if p is not None and a is not None else _NOT_KNOWN,
                reference_of(plan, line),
            )
        )
    if not rows:
        return Spend("No planned or actual spend is reported.")
    if not any(p or a for p, a in figures):
        actuals = sorted({x.actual for x in rows})
        return Spend(f"No amounts are reported: actual spend is given as {join_words(actuals)}.")
    total_planned, total_actual = sum((p or Decimal(0) for p, _ in figures)), sum((a or Decimal(0) for _, a in figures))
    total_planned, total_actual = Decimal(total_planned), Decimal(total_actual)
    sentence = f"Planned spend is {pounds(total_planned)} and actual spend {pounds(total_actual)}."
    unspent = sum(a is None for _, a in figures)
    unplanned = sum(p is None for p, _ in figures)
    if unspent:
        sentence += f" {_gives(unspent)} no actual spend."
    if unplanned:
        sentence += f" {_gives(unplanned)} no planned spend."
    difference = pounds(total_actual - total_planned) if not (unspent or unplanned) else _NOT_KNOWN
    total = SpendLine("All lines", pounds(total_planned), pounds(total_actual), difference, "Total", is_total=True)
    return Spend(sentence, (*rows, total) if len(rows) > 1 else tuple(rows))


def _gives(number: int) -> str:
    return count_noun(number, "line gives", "lines give")
