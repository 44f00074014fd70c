"""Checks of a whole frame: the rules across lines by their names, and that no ID stands twice."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import repeat
from typing import Any, cast

import pandas

from hrworkbook.plan.entries import UNIQUE_ID, doubled_id
from hrworkbook.plan.findings import Severity
from hrworkbook.plan.frames.cells import cells_of, row_name
from hrworkbook.plan.frames.column_checks import check_name
from hrworkbook.plan.frames.failures import Failure, register
from hrworkbook.plan.model import Line, Owner, Plan, duplicate_ids
from hrworkbook.plan.rule_kinds import RULES
from hrworkbook.plan.rules import RULE_CHECKS
from hrworkbook.plan.schema import ID_HEADER, Column, Rule, Schema
from hrworkbook.plan.snapshot import Snapshot
from hrworkbook.plan.values import Value, normalised_text

STATISTICS = ("settings", "severity", "columns", "roles", "done", "owners")
Settings = Mapping[str, Any]


def rule_statistics(schema: Schema, rule: Rule) -> dict[str, Any]:
    """Return what a rule needs to know of its schema, as plain data: its settings, and the columns it looks at."""
    named = [rule.settings[setting] for setting in RULES[rule.name].column_settings]
    keys = {key for v in named for key in ([v] if isinstance(v, str) else v)}
    due = (
        ("due", "revised") if "revised" in schema.roles else ()
    )  # without a revised date nobody asks which is the due one
    roles = {role: column.key for role in ("status", *due) if (column := schema.role(role))}
    keys |= set(roles.values())
    columns = [
        {k: v for k in ("key", "header", "kind", "help") if (v := getattr(column, k))}
        for column in schema.columns
        if column.key in keys
    ]
    return {
        "settings": {k: v if isinstance(v, str) else list(v) for k, v in rule.settings.items()},
        "severity": rule.severity,
        "columns": columns,
        "roles": roles or None,
        "done": list(schema.done) or None,
    }


def _rule(
    frame: pandas.DataFrame, *, rule: str, settings: Settings, columns: Sequence[Mapping[str, Any]],
    severity: Severity = "warning", roles: Mapping[str, str] | None = None, done: Sequence[str] | None = None,
    owners: Sequence[str] | None = None, plan: Plan | None = None, today: date | None = None,
) -> Iterator[Failure]:  # fmt: skip
    """Yield a failure for each complaint of a rule.

    A plan is given where the frame was made of it: its history is known too, and its lines need not be made again.
    """
    looked_at = tuple(Column(**column) for column in columns)
    labels = {c.key: label_of(frame, c) for c in looked_at}
    if plan is None:
        schema = Schema("", "", looked_at, roles or {}, done=tuple(done or ()))
        known = tuple(map(Owner, owners or ()))
        plan = Plan(Snapshot("", ()), schema, (), _lines(frame, labels), known, {}, {}, {})
    position = {id(line): i for i, line in enumerate(plan.lines)}
    given = Rule(rule, severity, {k: v if isinstance(v, str) else tuple(v) for k, v in settings.items()})
    for complaint in RULE_CHECKS[rule](plan, given, today or date.today()):
        yield Failure(
            frame, position[id(complaint.line)], labels[complaint.key], plan.schema[complaint.key].header,
            rule=rule, severity=severity, fault=complaint.fault, remedy=complaint.remedy,
        )  # fmt: skip


def label_of(frame: pandas.DataFrame, column: Column) -> str:
    """Return what a frame calls a column: its key where only that is there, else its header."""
    return column.key if column.key in frame.columns and column.header not in frame.columns else column.header


def _lines(frame: pandas.DataFrame, labels: Mapping[str, str]) -> tuple[Line, ...]:
    """Return the rows as a plan's lines, with the columns a rule looks at; a column that is not there is blank."""
    cells = {key: _column(frame, label) for key, label in labels.items()}
    ids = _id_findings(frame)
    # What a rule says of another line names its row: the label, which is a number in a master and in most frames.
    rows = cast("list[int]", frame.index.tolist())
    values = zip(*cells.values(), strict=True) if cells else repeat((), len(frame))
    return tuple(
        Line(id_, row, dict(zip(cells, v, strict=True))) for id_, row, v in zip(ids, rows, values, strict=True)
    )


def _column(frame: pandas.DataFrame, label: Hashable) -> list[Value]:
    if label not in frame.columns:
        return [None] * len(frame)
    found = frame[label]
    return cells_of(found.iloc[:, 0] if isinstance(found, pandas.DataFrame) else found)


def _id_findings(frame: pandas.DataFrame) -> list[str]:
    if ID_HEADER not in frame.columns and frame.index.name == ID_HEADER:
        return [normalised_text(value) for value in cells_of(frame.index.to_series())]
    return [normalised_text(value) for value in _column(frame, ID_HEADER)]


def _unique_id(frame: pandas.DataFrame) -> Iterator[Failure]:
    """Yield a failure for each line whose ID another has before it; a frame without IDs has none."""
    lines = _lines(frame, {})
    position = {id(line): i for i, line in enumerate(lines)}
    in_column = ID_HEADER in frame.columns
    for first, later in duplicate_ids(lines):
        where = row_name(first.row) if in_column else f"row {position[id(first)] + 1}"
        fault = doubled_id(later.id, where)
        yield Failure(
            frame, position[id(later)], ID_HEADER, ID_HEADER,
            rule=UNIQUE_ID, severity=fault.severity, fault=fault.fault, remedy=fault.remedy,
        )  # fmt: skip


register(check_name(UNIQUE_ID), (), _unique_id)
for _name in RULES:
    register(check_name(_name), STATISTICS, partial(_rule, rule=_name))
