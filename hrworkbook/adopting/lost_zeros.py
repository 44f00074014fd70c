"""References that lost their last 0: 1.10 typed into Excel is the number 1.1, and stands among 1.9 and 1.11."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hrworkbook.plan.questions import Question
from hrworkbook.plan.schema_model import Schema
from hrworkbook.plan.snapshot import address
from hrworkbook.plan.values import as_text
from hrworkbook.tables.plan_source import PlanLine, SourcePlan


@dataclass(frozen=True)
class LostZero:
    """A reference as it stands and as it was meant."""

    sheet: str
    row: int
    cell: str
    stands: str
    meant: str


def lost_zeros(plan: SourcePlan, schema: Schema) -> list[LostZero]:
    """Return the references that repeat an earlier one and stand where the same with a 0 behind it belongs."""
    column = schema.role("reference")
    if column is None:
        return []
    found = []
    lines = plan.lines
    texts = [as_text(line.values.get(column.key)) for line in lines]
    for n, text in enumerate(texts):
        whole, dot, part = text.partition(".")
        if not (dot and whole.isdigit() and part.isdigit() and len(part) == 1) or text not in texts[:n]:
            continue
        before = texts[n - 1] if lines[n - 1].sheet == lines[n].sheet else ""
        after = texts[n + 1] if n + 1 < len(texts) and lines[n + 1].sheet == lines[n].sheet else ""
        if after == f"{text}1" or before == f"{whole}.{int(part) * 10 - 1}":
            at = next(
                (a for s, h in plan.headers if s == lines[n].sheet for a, k in h.keys.items() if k == column.key), 0
            )
            found.append(LostZero(lines[n].sheet, lines[n].row, address(lines[n].row, at), text, f"{text}0"))
    return found


def zero_questions(lost: Sequence[LostZero], *, put_back: bool) -> tuple[Question, ...]:
    """Return a question for each: the reference as it is taken, and what it may be instead."""
    return tuple(
        Question(
            f"Which reference is {z.sheet}!{z.cell}: it shows {z.stands} a second time, and a number keeps no last 0",
            z.meant if put_back else z.stands, (z.stands if put_back else f"'{z.meant} typed as text",),
        )
        for z in lost
    )  # fmt: skip


def with_zeros(lines: Sequence[PlanLine], lost: Sequence[LostZero], schema: Schema) -> list[PlanLine]:
    """Return the lines with their references as they were meant."""
    key = schema.roles.get("reference", "")
    meant = {(z.sheet, z.row): z.meant for z in lost}
    return [
        replace(x, values={**x.values, key: meant[x.sheet, x.row]}) if (x.sheet, x.row) in meant else x for x in lines
    ]
