"""Validate: every entry against the schema, and every rule across lines."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from hrworkbook.exemption import exemption_findings
from hrworkbook.findings import Finding, count, errors_of
from hrworkbook.heights import ledger_heights
from hrworkbook.kinds import owners_in
from hrworkbook.ledgers import OWNERS, PLAN, PROBLEMS
from hrworkbook.plan import Line, Plan, duplicate_ids, fault_of, give_ids, read_plan
from hrworkbook.rules import RULE_CHECKS, Complaint
from hrworkbook.schema import Column
from hrworkbook.snapshot import ChangeSet, Link, Snapshot, address
from hrworkbook.start import status_writes
from hrworkbook.values import Value, as_text, folded, is_blank

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema


FailingCells = Callable[[Plan], list[tuple[Column, int]]]
"""Finds the cells that fail the schema, as column and sheet row."""


@dataclass(frozen=True)
class Validated:
    """What validate found, and what it writes: the Problems sheet, IDs for new lines, the Start sheet."""

    findings: tuple[Finding, ...]
    changes: ChangeSet


def validate(snapshot: Snapshot, now: datetime) -> Validated:
    """Every problem in the plan, errors first, each with its cell and remedy; raises NotAMaster for a damaged master."""
    plan = read_plan(snapshot)
    findings = tuple(
        sorted(
            findings_in(plan, now.date()), key=lambda f: (f.severity != "error", f.sheet != PLAN, _row_of(f), f.cell)
        )
    )
    ids = give_ids(plan)
    new_ids = {row.row: row.rows[0][0] for row in ids if row.sheet == PLAN}
    problems = PROBLEMS.replace(snapshot, [_problem_row(f, new_ids) for f in findings])
    writes = [*ids, *problems]
    errors = len(errors_of(findings))
    writes += status_writes(plan, "Validated", now, problems=len(findings))
    first = findings[0] if findings else None
    return Validated(
        findings,
        ChangeSet(
            tuple(writes),
            _message(len(plan.lines), errors, len(findings) - errors, len(new_ids)),
            (first.sheet, first.cell) if first and first.cell else None,
            ledger_heights(problems, PROBLEMS.widths),
        ),
    )


def _row_of(finding: Finding) -> int:
    return int("".join(c for c in finding.cell if c.isdigit()) or 0)


def _message(lines: int, errors: int, warnings: int, new_ids: int) -> str:
    parts = [f"{count(lines, 'line')} checked: {count(errors, 'error')} and {count(warnings, 'warning')}."]
    if new_ids:
        parts.append(f"{count(new_ids, 'new line was', 'new lines were')} given an ID.")
    if errors:
        parts.append("Mend the errors on the Problems sheet, then validate again.")
    elif warnings:
        parts.append("Look at the warnings on the Problems sheet; none of them stops you.")
    return " ".join(parts)


def _problem_row(finding: Finding, new_ids: Mapping[int, Value | Link]) -> dict[str, Value | Link]:
    line: Value | Link = finding.line or (new_ids.get(_row_of(finding), "") if finding.sheet == PLAN else "")
    return {
        "Severity": finding.severity,
        "Go to": Link(finding.place, finding.sheet, finding.cell or "A1"),
        "ID": line or None,
        "Column": finding.column or None,
        "What is wrong": finding.fault,
        "What to do": finding.remedy,
        "What it says now": as_text(finding.value)[:1000] or None,
    }


def findings_in(plan: Plan, today: date, failing: FailingCells | None = None) -> Iterator[Finding]:
    """Every finding in a plan, in no order; `failing` finds the cells at fault, pandera where it is not given."""
    yield from _ids(plan)
    yield from _entries(plan, failing or (lambda p: failing_cells(p, compiled(p))))
    exempt = list(exemption_findings(plan))
    yield from exempt
    known = {(f.cell, f.severity) for f in exempt}
    for rule in plan.schema.rules:
        for complaint in RULE_CHECKS[rule.name](plan, rule, today):
            finding = _finding(plan, complaint, rule.severity, rule.name)
            if rule.name != "needed-when" or (finding.cell, finding.severity) not in known:
                yield finding
    yield from _owners_sheet(plan)


def faulty_cells(plan: Plan) -> list[tuple[Column, int]]:
    """The cells that fail the schema, as column and sheet row: what pandera finds, for jobs that must not wait for it."""
    return [(c, x.row) for x in plan.lines for c in plan.schema.columns if fault_of(plan, c, x.values.get(c.key))]


def _finding(plan: Plan, complaint: Complaint, severity: str, rule: str) -> Finding:
    column = plan.schema[complaint.key]
    line = complaint.line
    return Finding(
        "error" if severity == "error" else "warning",
        PLAN,
        plan.place(line, column.key),
        column.header,
        line.values.get(column.key),
        rule,
        complaint.fault,
        complaint.remedy,
        line.id,
    )


def _ids(plan: Plan) -> Iterator[Finding]:
    for first, later in duplicate_ids(plan.lines):
        yield Finding(
            "error", PLAN, address(later.row, plan.places[""]), "ID", later.id, "unique-id",
            f"the ID {later.id} is also in row {first.row}",
            "Clear the ID of the newer line: Validate then gives it one of its own", later.id,
        )  # fmt: skip


def _entries(plan: Plan, failing: FailingCells) -> Iterator[Finding]:
    """Findings of single cells; what a Part says is the exemption's matter."""
    if not plan.lines:
        return
    by_row = {line.row: line for line in plan.lines}
    part = plan.schema.role("part")
    for column, row in failing(plan):
        line = by_row[row]
        value = line.values.get(column.key)
        if part and column.key == part.key and not is_blank(value):
            continue
        if is_blank(value):
            remedy = f"Enter it. {column.help}" if column.help else f"Enter {column.type.says}"
            yield Finding(
                "error", PLAN, plan.place(line, column.key), column.header, None, "required",
                f"{column.header} is blank", remedy, line.id,
            )  # fmt: skip
        elif fault := fault_of(plan, column, value):
            yield Finding(
                fault.severity, PLAN, plan.place(line, column.key), column.header, value, column.kind,
                fault.fault, fault.remedy, line.id,
            )  # fmt: skip


@contextmanager
def without_made_up_data() -> Iterator[None]:
    """Hides hypothesis from pandera, which loads it where it is installed, only to make up data on request.

    For the start of a process that does one job: it takes a quarter of the time to import pandera, and what pandera
    checks is the same. Nothing is hidden where hypothesis is in use already.
    """
    if "hypothesis" in sys.modules:
        yield
        return
    hidden: dict[str, object] = sys.modules  # type: ignore[assignment]
    hidden["hypothesis"] = None
    try:
        yield
    finally:
        del hidden["hypothesis"]


def compiled(plan: Plan) -> "DataFrameSchema":
    """The schema as a pandera DataFrameSchema: object columns with one element-wise check each, nothing coerced."""
    import pandera.pandas as pandera

    def good(column: Column) -> Callable[[Value], bool]:
        words = plan.words(column)
        return lambda value: column.type.fault(value, column.header, words) is None

    return pandera.DataFrameSchema(
        {
            column.key: pandera.Column(
                object,
                pandera.Check(good(column), element_wise=True, name=column.kind, error=f"{column.header}: {column.type.says}"),
                nullable=not column.required,
            )
            for column in plan.schema.columns
        },
        name=plan.schema.name,
    )  # fmt: skip


def failing_cells(plan: Plan, schema: "DataFrameSchema") -> list[tuple[Column, int]]:
    """The cells that fail the compiled schema, as column and sheet row, in reading order."""
    import pandas
    import pandera.errors

    frame = pandas.DataFrame(
        {
            c.key: pandas.Series(
                [None if is_blank(v := line.values.get(c.key)) else v for line in plan.lines],
                index=[line.row for line in plan.lines],
                dtype=object,
            )
            for c in plan.schema.columns
        }
    )
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        failing = {(str(c), int(i)) for c, i in zip(cases["column"], cases["index"], strict=True) if i is not None}
        order = {c.key: c for c in plan.schema.columns}
        return sorted(((order[c], row) for c, row in failing), key=lambda x: (x[1], list(order).index(x[0].key)))
    return []


def _owners_sheet(plan: Plan) -> Iterator[Finding]:
    """Findings of the Owners sheet: a doubled role, a malformed address, a role the plan names without an address."""
    from hrworkbook.kinds import KINDS
    from hrworkbook.ledgers import OWNERS_LEDGER

    items = [i for i in OWNERS_LEDGER.items(plan.snapshot) if i.text("Role")]
    _, columns = OWNERS_LEDGER.heading_row(plan.snapshot)
    at = dict(zip(OWNERS_LEDGER.headings, columns, strict=True))
    roles = Counter(folded(i.text("Role")) for i in items)
    named = {folded(o) for line in plan.lines for o in plan.owners_of(line)}
    for item in items:
        role = item.text("Role")
        if roles[folded(role)] > 1:
            yield Finding("error", OWNERS, address(item.row, at["Role"]), "Role", role, "unique-owner",
                          f"the role '{role}' is here {roles[folded(role)]} times", "Keep one row for each role")  # fmt: skip
        for heading in ("E-mail", "Deputy e-mail"):
            fault = KINDS["email"].fault(item[heading], heading, ())
            if fault:
                yield Finding("error", OWNERS, address(item.row, at[heading]), heading, item[heading], "email",
                              fault.fault, fault.remedy)  # fmt: skip
        if longer := [o for o in plan.spelled.values() if role.isupper() and o.startswith(f"{role} ")]:
            yield Finding("warning", OWNERS, address(item.row, at["Role"]), "Role", role, "owner-short",
                          f"'{role}' looks short for '{longer[0]}'", "If they are one, correct the Plan and remove this row")  # fmt: skip
        if not item.text("E-mail") and folded(role) in named:
            yield Finding("warning", OWNERS, address(item.row, at["E-mail"]), "E-mail", None, "owner-address",
                          f"{role} has no e-mail address", "Enter one, so that the covering mail can be addressed")  # fmt: skip


def unknown_owners(plan: Plan, lines: Iterable[Line]) -> dict[str, int]:
    """The owners named in lines but not on the Owners sheet, with how often."""
    column = plan.schema.role("owner")
    if column is None:
        return {}
    return Counter(o for line in lines for o in owners_in(line.text(column.key)) if folded(o) not in plan.spelled)
