"""Validate: every entry against the schema, and every rule across lines."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime

from hrworkbook.checks import CouncilCheck
from hrworkbook.plan.columns_sheet import COLUMNS
from hrworkbook.plan.errors import NotAMaster
from hrworkbook.plan.exemption import exemption_findings
from hrworkbook.plan.findings import Finding, count_noun, errors_of
from hrworkbook.plan.heading_faults import heading_faults
from hrworkbook.plan.ledgers import OWNERS, PROBLEMS
from hrworkbook.plan.measures.scorecard import with_cells, worked_out_cells
from hrworkbook.plan.model import Plan, id_writes, new_ids, read_plan, read_schema_of
from hrworkbook.plan.owners import parse_owners
from hrworkbook.plan.plan_faults import LineFault
from hrworkbook.plan.schema import ID_HEADER, Column
from hrworkbook.plan.schema_faults import SchemaFaults
from hrworkbook.plan.snapshot import ChangeSet, Link, Snapshot, address
from hrworkbook.plan.start_sheet import LastDone, status_writes
from hrworkbook.plan.values import Value, as_text, fold_name
from hrworkbook.render.row_heights import ledger_heights
from hrworkbook.verbs.drifted_ids import drifted_id_findings


@dataclass(frozen=True)
class ValidateResult:
    """What validate found, and what it writes: the Problems sheet, IDs for new lines, the Start sheet."""

    findings: tuple[Finding, ...]
    changes: ChangeSet


def validate(snapshot: Snapshot, now: datetime, checks: Sequence[CouncilCheck] = ()) -> ValidateResult:
    """Return every problem in the plan, errors first, each with its cell and remedy.

    Raises NotAMaster for a damaged master, CheckFileError where one of a council's own checks cannot be run.
    """
    try:
        plan = read_plan(snapshot)
    except NotAMaster as fault:
        if slips := _schema_slips(snapshot, fault):
            return ValidateResult(slips, _told_alone(snapshot, slips))
        raise
    worked_out = worked_out_cells(plan)
    judged = with_cells(plan, worked_out)
    findings = tuple(sorted(find_problems(judged, now.date(), checks), key=order_in(plan)))
    ids = id_writes(plan)
    new = new_ids(plan)
    ids_of_cells = {(line.sheet, line.row): new[id(line)] for line in plan.lines if id(line) in new}
    problems = PROBLEMS.replace(snapshot, [problem_row(f, ids_of_cells) for f in findings])
    writes = [*ids, *(plan.cell_write(c.line, c.key, c.value) for c in worked_out), *problems]
    errors = len(errors_of(findings))
    writes += status_writes(plan, "Validated", now, problems=len(findings), job=LastDone.VALIDATED)
    first = findings[0] if findings else None
    return ValidateResult(
        findings,
        ChangeSet(
            tuple(writes),
            _message(len(plan.lines), errors, len(findings) - errors, len(new)),
            (first.sheet, first.cell) if first and first.cell else None,
            ledger_heights(problems, PROBLEMS.widths),
        ),
    )


def _schema_slips(snapshot: Snapshot, fault: NotAMaster) -> tuple[Finding, ...]:
    """Return the slips of the Columns sheet that keep the plan from being read: nothing else can be checked before."""
    if isinstance(fault, SchemaFaults):
        return fault.findings
    with suppress(NotAMaster):
        return heading_faults(snapshot, read_schema_of(snapshot))
    return ()


def _told_alone(snapshot: Snapshot, findings: Sequence[Finding]) -> ChangeSet:
    """Return the writes that list findings of a plan that cannot be read, and nothing else."""
    problems = PROBLEMS.replace(snapshot, [problem_row(f, {}) for f in findings])
    message = f"Nothing could be checked yet: {count_noun(len(findings), 'error')} in what the {COLUMNS} sheet says. Mend the errors on the Problems sheet, then validate again."  # fmt: skip
    heights = ledger_heights(problems, PROBLEMS.widths)
    return ChangeSet(tuple(problems), message, (findings[0].sheet, findings[0].cell or "A1"), heights)


def order_in(plan: Plan) -> Callable[[Finding], tuple[bool, int, int, str]]:
    """Return where findings stand on the Problems sheet: errors first, the plan's sheets before others, row by row."""
    sheets = {sheet: at for at, sheet in enumerate(dict.fromkeys(t.sheet for t in plan.tables))}
    return lambda f: (f.severity != "error", sheets.get(f.sheet, len(sheets)), _row_number(f), f.cell)


def _row_number(finding: Finding) -> int:
    return int("".join(c for c in finding.cell if c.isdigit()) or 0)


def _message(lines: int, errors: int, warnings: int, new_ids: int) -> str:
    parts = [
        f"{count_noun(lines, 'line')} checked: {count_noun(errors, 'error')} and {count_noun(warnings, 'warning')}."
    ]
    if new_ids:
        parts.append(f"{count_noun(new_ids, 'new line was', 'new lines were')} given an ID.")
    if errors:
        parts.append("Mend the errors on the Problems sheet, then validate again.")
    elif warnings:
        parts.append("Look at the warnings on the Problems sheet; none of them stops you.")
    return " ".join(parts)


def problem_row(finding: Finding, new_ids: Mapping[tuple[str, int], str]) -> dict[str, Value | Link]:
    """Return a finding as a row of the Problems sheet; `new_ids` are those given to lines without one, by sheet and row."""
    line = finding.line or new_ids.get((finding.sheet, _row_number(finding)), "")
    return {
        "Severity": finding.severity,
        "Go to": Link(finding.place, finding.sheet, finding.cell or "A1"),
        "ID": line or None,
        "Column": finding.column or None,
        "What is wrong": finding.fault,
        "What to do": finding.remedy,
        "What it says now": as_text(finding.value)[:1000] or None,
        "Rule": finding.rule,
    }


def find_problems(
    plan: Plan, today: date, checks: Sequence[CouncilCheck] = (), faults: Iterable[LineFault] | None = None
) -> Iterator[Finding]:
    """Yield every finding in a plan, in no order: the lines' faults, the exemption's, and the Owners sheet's.

    The faults are those the schema compiled to pandera finds, where others (`plan_faults`) are not given. Raises
    CheckFileError where one of a council's own checks does not fit the plan, or stops.
    """
    if faults is None and plan.lines:
        from hrworkbook.plan.frames.master import failures_in

        faults = failures_in(plan, today, checks)
    yield from line_findings(plan, faults or ())
    yield from drifted_id_findings(plan)
    yield from _owner_findings(plan)


def line_findings(plan: Plan, faults: Iterable[LineFault]) -> Iterator[Finding]:
    """Yield the findings of a plan's lines: what is wrong with their marking as exempt, then their faults."""
    exempt = list(exemption_findings(plan))
    yield from exempt
    known = {(f.sheet, f.cell, f.severity) for f in exempt}
    part = plan.schema.role("part")
    for fault in faults:
        column = plan.schema.column_headed(str(fault.column))
        if column and column.key not in plan.lines[fault.position].table.column_numbers:
            continue  # there is no such cell to mend
        finding = _finding(plan, fault, column)
        is_marking = part is not None and finding.column == part.header and fault.rule == part.kind
        is_ground = fault.rule == "needed-when" and (finding.sheet, finding.cell, finding.severity) in known
        if not is_marking and not is_ground:  # what a Part says, and what it needs, is the exemption's matter
            yield finding


def _finding(plan: Plan, failure: LineFault, column: Column | None) -> Finding:
    """Return a fault as a finding of the Plan sheet; without a column it is the ID's."""
    line = plan.lines[failure.position]
    return Finding(
        failure.severity,
        line.sheet,
        plan.address(line, column.key if column else ""),
        column.header if column else ID_HEADER,
        line.values.get(column.key) if column else line.id,
        failure.rule,
        failure.fault,
        failure.remedy,
        line.id,
    )


@contextmanager
def hypothesis_hidden() -> Iterator[None]:
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


def _owner_findings(plan: Plan) -> Iterator[Finding]:
    """Yield the findings of the Owners sheet: a doubled role, a malformed address, a role the plan names without an address."""
    from hrworkbook.plan.kinds import KINDS
    from hrworkbook.plan.ledgers import OWNERS_LEDGER

    items = [i for i in OWNERS_LEDGER.data_rows(plan.snapshot) if i.text("Role")]
    _, at = OWNERS_LEDGER.heading_row(plan.snapshot)
    roles = Counter(fold_name(i.text("Role")) for i in items)
    owner = plan.schema.role("owner")
    cells = {line.text(owner.key) for line in plan.lines} if owner else set()
    named = {fold_name(o) for text in cells for o in parse_owners(text)}
    for item in items:
        role = item.text("Role")
        if roles[fold_name(role)] > 1:
            yield Finding("error", OWNERS, address(item.row, at["Role"]), "Role", role, "unique-owner",
                          f"the role '{role}' is here {roles[fold_name(role)]} times", "Keep one row for each role")  # fmt: skip
        for heading in ("E-mail", "Deputy e-mail"):
            fault = KINDS["email"].fault(item[heading], heading, ())
            if fault:
                yield Finding("error", OWNERS, address(item.row, at[heading]), heading, item[heading], "email",
                              fault.fault, fault.remedy)  # fmt: skip
        if longer := [o for o in plan.role_spellings.values() if role.isupper() and o.startswith(f"{role} ")]:
            yield Finding("warning", OWNERS, address(item.row, at["Role"]), "Role", role, "owner-short",
                          f"'{role}' looks short for '{longer[0]}'", "If they are one, correct the Plan and remove this row")  # fmt: skip
        if not item.text("E-mail") and fold_name(role) in named:
            yield Finding("warning", OWNERS, address(item.row, at["E-mail"]), "E-mail", None, "owner-address",
                          f"{role} has no e-mail address", "Enter one, so that the covering mail can be addressed")  # fmt: skip
