"""Judge the lines a verb changes again, so that the Problems sheet and its red marks never speak of what is mended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from hrworkbook.plan.entries import REQUIRED, UNIQUE_ID
from hrworkbook.plan.exemption import EXEMPT_RULE, MARK_RULE, SPELLING_RULE
from hrworkbook.plan.findings import Finding
from hrworkbook.plan.kinds import KINDS
from hrworkbook.plan.ledgers import OWNERS, PROBLEMS, LedgerRow
from hrworkbook.plan.measures.scorecard import changed_cells, worked_out_cells
from hrworkbook.plan.model import Plan
from hrworkbook.plan.plan_faults import PlanFault, plan_faults
from hrworkbook.plan.rule_kinds import RULES
from hrworkbook.plan.rules import RULE_CHECKS
from hrworkbook.plan.schema import CellKey
from hrworkbook.plan.sheet_names import split_place
from hrworkbook.plan.snapshot import Link, Write
from hrworkbook.plan.values import Value
from hrworkbook.render.row_heights import ledger_heights
from hrworkbook.verbs.validate import line_findings, order_in, problem_row

_JUDGED = frozenset((*KINDS, *RULES, REQUIRED, UNIQUE_ID, EXEMPT_RULE, MARK_RULE, SPELLING_RULE))
"""The rules that are judged here; a council's own checks, the Owners sheet, and what was issued under an ID, only Validate judges."""


@dataclass(frozen=True)
class Rejudged:
    """What judging again comes to: the writes of worked-out cells and of the Problems sheet, its heights, and how many problems stand on it."""

    writes: tuple[Write, ...] = ()
    heights: tuple[tuple[str, int, float], ...] = ()
    problems: int | None = None
    """None where nothing was judged."""
    unjudged: bool = False
    """Whether lines changed and could not be judged: in a collection, and in a master whose problems do not say their rule."""


def rejudge(plan: Plan, changed: Mapping[CellKey, Value], today: date) -> Rejudged:
    """Return the Problems sheet as it is to be once cells of a plan are changed.

    The lines that are changed and those that are listed there are judged, by the schema and without pandas; other lines
    are as Validate found them.
    """
    if not changed:
        return Rejudged()
    worked_out = worked_out_cells(_changed_plan(plan, changed))
    own = [plan.cell_write(c.line, c.key, c.value) for c in worked_out]
    changed = {**changed, **changed_cells(worked_out)}
    _, columns = PROBLEMS.heading_row(plan.snapshot)
    if plan.schema.collect or "Rule" not in columns:
        return Rejudged(tuple(own), unjudged=True)
    listed = PROBLEMS.data_rows(plan.snapshot)
    kept = [_as_it_was(row) for row in listed if row.text("Rule") not in _JUDGED or _is_of_owners(row)]
    wanted = {line_id for line_id, _ in changed} | {row.text("ID") for row in listed}
    findings = sorted(_findings(_changed_plan(plan, changed), wanted - {""}, today), key=order_in(plan))
    rows = sorted([*(problem_row(f, {}) for f in findings), *kept], key=lambda row: row["Severity"] != "error")
    writes = PROBLEMS.replace(plan.snapshot, rows)
    return Rejudged((*own, *writes), ledger_heights(writes, PROBLEMS.widths), len(rows))


def _is_of_owners(row: LedgerRow) -> bool:
    return split_place(row.text("Go to"))[0] == OWNERS


def _changed_plan(plan: Plan, changed: Mapping[CellKey, Value]) -> Plan:
    """Return the plan with the new values in its lines."""
    new: dict[str, dict[str, Value]] = {}
    for (line_id, key), value in changed.items():
        new.setdefault(line_id, {})[key] = value
    lines = list(plan.lines)
    for at, line in enumerate(lines):
        if line.id in new:
            lines[at] = replace(line, values={**line.values, **new[line.id]})
    return replace(plan, lines=tuple(lines))


def _findings(plan: Plan, wanted: set[str], today: date) -> Iterator[Finding]:
    """Yield what is wrong with some lines of a plan, and with any that another line makes wrong."""
    rules = plan.schema.rules
    across = [
        (rule, found)
        for rule in rules
        if RULES[rule.name].across_lines
        for found in RULE_CHECKS[rule.name](plan, rule, today)
    ]
    wanted = wanted | {found.line.id for _, found in across}
    alone = replace(plan.schema, rules=tuple(rule for rule in rules if not RULES[rule.name].across_lines))
    part = replace(plan, schema=alone, lines=tuple(line for line in plan.lines if line.id in wanted))
    position = {id(line): i for i, line in enumerate(part.lines)}
    faults = [*plan_faults(part, today)]
    for rule, found in across:
        if (at := position.get(id(found.line))) is not None:
            column = plan.schema[found.key].header
            faults.append(PlanFault(at, column, rule.name, rule.severity, found.fault, found.remedy))
    yield from line_findings(part, faults)


def _as_it_was(row: LedgerRow) -> dict[str, Value | Link]:
    """Return a row of the Problems sheet with its link."""
    place = row.text("Go to")
    sheet, cell = split_place(place)
    return {**row.values, "Go to": Link(place, sheet, cell) if sheet else place}
