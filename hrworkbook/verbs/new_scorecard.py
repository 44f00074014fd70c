"""A new scorecard from the one kept until now: its earlier figures, and the statuses that its keeper gave."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.measures.judgement import Unrated
from hrworkbook.plan.measures.scorecard import Scorecard
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.snapshot import Snapshot
from hrworkbook.plan.values import Value, fold_name, is_blank, normalised_text
from hrworkbook.tables.period_columns import PeriodFigures
from hrworkbook.tables.plan_source import PlanLine

PastLine = tuple[str, str, Mapping[str, Value]]
"""A period, a line's ID, and its values by column key."""


def past_lines(
    schema: Schema, found: PeriodFigures, lines: Sequence[PlanLine], numbered: Sequence[tuple[str, Mapping[str, Value]]]
) -> tuple[PastLine, ...]:
    """Return what a source says of earlier periods, by the IDs its lines have now; what HR says of a measure goes with it."""
    kept = {c.key for c in schema.columns if not c.is_owners and c.worked_out == "no"} - {schema.roles.get("target")}
    made: list[PastLine] = []
    for period, cells in found.earlier.items():
        for line, (line_id, values) in zip(lines, numbered, strict=True):
            if own := cells.get((line.sheet, line.row)):
                made.append((period, line_id, {k: v for k, v in values.items() if k in kept} | dict(own)))
    return tuple(made)


def with_statuses_by_hand(
    schema: Schema, lines: Sequence[PlanLine], settings: Mapping[str, Value], found: PeriodFigures | None
) -> tuple[Sequence[PlanLine], list[str]]:
    """Return the lines, a status of the source's that is not what is worked out kept as set by hand; a note of how many.

    What needs earlier periods, which a source may hold, is not known here: such a status is compared when it is worked out.
    """
    status, by_hand = schema.role("status"), schema.role("by_hand")
    if status is None or by_hand is None or status.worked_out != "status":
        return lines, []
    made: list[PlanLine] = []
    for line in lines:
        said = normalised_text(line.values.get(status.key))
        worked_out = _status(schema, line, settings)
        is_own = not said or fold_name(said) in (fold_name(worked_out), *map(fold_name, Unrated)) or is_none_word(said)
        if is_own or not is_blank(line.values.get(by_hand.key)):
            made.append(line)
        else:
            made.append(replace(line, values={**line.values, by_hand.key: said}))
    count = sum(1 for one, other in zip(made, lines, strict=True) if one is not other)
    if not count:
        return made, []
    differ = "differs" if count == 1 else "differ"
    return made, [
        f"{count_noun(count, 'status', 'statuses')} of the source {differ} from what is worked out, and {'is' if count == 1 else 'are'} kept under {by_hand.header}: clear the cell where the worked-out one is to count."
    ]


def is_none_word(text: str) -> bool:
    """Return whether a status says that there is none, as `n/a`."""
    from hrworkbook.plan.amounts import none_word

    return none_word(text) is not None


def _status(schema: Schema, line: PlanLine, settings: Mapping[str, Value]) -> str:
    plan = Plan(Snapshot("", ()), schema, (), (), (), {}, settings, {})
    card = Scorecard(plan)
    return card.status(card.measure(Line("", line.row, line.values)))
