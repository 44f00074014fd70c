"""What the page shows of one plan, read from its file as plain data: where it stands, problems, decisions, owners, journal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hrworkbook.hosts.file import FileHost
from hrworkbook.jobs.choices import question_seal
from hrworkbook.jobs.job import Progress
from hrworkbook.jobs.plain import next_job
from hrworkbook.jobs.signed import by_column
from hrworkbook.plan.exemption import Publicity, publicity
from hrworkbook.plan.ledger_records import file_status, is_marked_received, read_change, read_decision
from hrworkbook.plan.ledger_words import FileStatus, Question
from hrworkbook.plan.ledgers import (
    CHOICES,
    JOURNAL,
    KEEP_BOTH,
    KEEP_MASTER,
    OWN_TEXT,
    PROBLEMS,
    REGISTER,
    TAKE_RETURN,
    LedgerRow,
)
from hrworkbook.plan.model import Plan, read_plan
from hrworkbook.plan.sheet_names import split_place
from hrworkbook.plan.start_sheet import next_step, next_step_name, open_decisions, returns_issued_and_back
from hrworkbook.plan.values import fold_name

ROWS = 100
"""Rows on one page of a list."""


@dataclass(frozen=True)
class Standing:
    """Where the plan stands."""

    name: str
    title: str
    """What the plan is called where people read it: the report's title, else its file's name."""
    period: str
    step: str
    step_name: str
    """Which of `STEPS` that is; '' where the Start sheet says something else."""
    lines: int
    returns_out: int
    returns_in: int
    problems: int
    decisions: int
    has_exempt_lines: bool
    """Whether any line is exempt, or may be: then its cells are shown only to those who may see exempt papers."""


@dataclass(frozen=True)
class OwnerRow:
    """An owner, and what became of their return."""

    role: str
    name: str
    email: str
    lines: int
    return_id: str
    is_in: bool
    is_marked: bool
    """Whether it is in because HR marked it as received."""
    is_merged: bool


@dataclass(frozen=True)
class ProblemRow:
    """A row of the Problems sheet."""

    severity: str
    place: str
    line: str
    column: str
    fault: str
    remedy: str
    value: str

    @property
    def anchor(self) -> str:
        """The row's name in the page's address."""
        return "problem-" + "".join(c if c.isalnum() else "-" for c in self.place)


@dataclass(frozen=True)
class DecisionRow:
    """A row of the Decisions sheet that waits."""

    row: int
    seal: str
    question: str
    why: str
    line: str
    column: str
    issued: str
    in_plan: str
    in_return: str
    owner: str
    return_id: str
    choices: tuple[str, ...]
    chosen: str
    own_text: str


@dataclass(frozen=True)
class JournalRow:
    """A row of the Journal."""

    when: str
    cause: str
    return_id: str
    owner: str
    line: str
    column: str
    before: str
    after: str
    decision: str
    by: str


@dataclass(frozen=True)
class MergedReturn:
    """A return that was merged and can be undone."""

    return_id: str
    owner: str
    when: str
    file: str
    applied: int
    by: str


@dataclass(frozen=True)
class Rows:
    """One page of a list, and how long the list is."""

    rows: tuple[object, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return max(1, -(-self.total // ROWS))

    @property
    def first(self) -> int:
        """The number of the first row, from 1."""
        return (self.page - 1) * ROWS + 1


@dataclass(frozen=True)
class PlanView:
    """What one page shows of a plan."""

    standing: Standing
    owners: tuple[OwnerRow, ...] = ()
    problems: Rows | None = None
    decisions: Rows | None = None
    journal: Rows | None = None
    merged: tuple[MergedReturn, ...] = ()
    problem: str = ""
    """The place of the problem that is next, and the sentence about it."""
    message: str = ""


def read_overview(progress: Progress, path: Path) -> PlanView:
    """Return where a plan stands, and its owners."""
    plan = _plan(path)
    return PlanView(_standing(plan, path), owners=tuple(_owners(plan)))


def read_problems(progress: Progress, path: Path, page: int = 1) -> PlanView:
    """Return a page of the plan's problems."""
    plan = _plan(path)
    rows = [_problem(row) for row in PROBLEMS.data_rows(plan.snapshot)]
    return PlanView(_standing(plan, path), problems=_page_of(rows, page))


def read_next_problem(progress: Progress, path: Path, after: str) -> PlanView:
    """Return the page of problems with the one that follows a place."""
    plan = _plan(path)
    found = next_job(plan.snapshot, split_place(after)).result
    rows = [_problem(row) for row in PROBLEMS.data_rows(plan.snapshot)]
    at = next((n for n, row in enumerate(rows) if split_place(row.place) == split_place(found.place)), 0)
    problems = _page_of(rows, at // ROWS + 1)
    return PlanView(_standing(plan, path), problems=problems, problem=found.place, message=found.changes.message)


def read_decisions(progress: Progress, path: Path, page: int = 1) -> PlanView:
    """Return a page of the decisions that wait."""
    plan = _plan(path)
    rows = [_decision(plan, row) for row in open_decisions(plan)]
    return PlanView(_standing(plan, path), decisions=_page_of(rows, page))


def read_journal(progress: Progress, path: Path, page: int = 1) -> PlanView:
    """Return a page of the Journal, the newest change first, and the returns that can be undone."""
    plan = _plan(path)
    column = by_column(JOURNAL, plan.snapshot)
    rows = [_change(row, _text_at(plan, JOURNAL.sheet, row.row, column)) for row in JOURNAL.data_rows(plan.snapshot)]
    return PlanView(_standing(plan, path), journal=_page_of(rows[::-1], page), merged=tuple(_merged(plan)))


def _plan(path: Path) -> Plan:
    return read_plan(FileHost(path).snapshot())


def _page_of(rows: Sequence[object], page: int) -> Rows:
    page = min(max(page, 1), max(1, -(-len(rows) // ROWS)))
    return Rows(tuple(rows[(page - 1) * ROWS : page * ROWS]), len(rows), page)


def _standing(plan: Plan, path: Path) -> Standing:
    out, back = returns_issued_and_back(plan)
    step, _ = next_step(plan)
    return Standing(
        path.name, plan.setting("Report title") or path.stem, plan.setting("Period"), step, next_step_name(plan),
        len(plan.lines), len(out), len(back), len(PROBLEMS.data_rows(plan.snapshot)), len(open_decisions(plan)),
        any(publicity(plan, line) is not Publicity.PUBLIC for line in plan.lines),
    )  # fmt: skip


def _owners(plan: Plan) -> Iterable[OwnerRow]:
    out, back = returns_issued_and_back(plan)
    by_owner = {fold_name(owner): id_ for id_, owner in out.items()}
    marked = {row.text("Return") for row in REGISTER.data_rows(plan.snapshot) if is_marked_received(row)}
    merged = {one.return_id for one in _merged(plan)}
    lines: dict[str, int] = {}
    for line in plan.lines:
        for role in plan.owners_of(line):
            lines[fold_name(role)] = lines.get(fold_name(role), 0) + 1
    for owner in plan.owners:
        id_ = by_owner.get(fold_name(owner.role), "")
        yield OwnerRow(
            owner.role, owner.name, owner.email, lines.get(fold_name(owner.role), 0), id_,
            id_ in back, id_ in marked, id_ in merged,
        )  # fmt: skip


def _problem(row: LedgerRow) -> ProblemRow:
    return ProblemRow(
        row.text("Severity"), row.text("Go to"), row.text("ID"), row.text("Column"), row.text("What is wrong"),
        row.text("What to do"), row.text("What it says now"),
    )  # fmt: skip


def _decision(plan: Plan, row: LedgerRow) -> DecisionRow:
    asked = read_decision(row)
    column = plan.schema.column_headed(row.text("Column"))
    if asked.question is Question.WHOLE_FILE:
        choices: tuple[str, ...] = (KEEP_MASTER, TAKE_RETURN)
    else:
        can_both = asked.can_be_taken and column is not None and column.kind == "text"
        left_out = set() if asked.can_be_taken else {TAKE_RETURN}
        choices = tuple(c for c in CHOICES if c not in left_out and (c != KEEP_BOTH or can_both))
    chosen = next((c for c in choices if fold_name(c) == fold_name(row.text("Decision"))), "")
    return DecisionRow(
        row.row, question_seal(row), str(asked.question or ""), asked.why, row.text("ID"), row.text("Column"),
        row.text("As issued"), row.text("In the master"), row.text("In the return"), row.text("Owner"), row.text("Return"),
        choices, chosen, row.text("My own text") if OWN_TEXT in choices else "",
    )  # fmt: skip


def _change(row: LedgerRow, by: str) -> JournalRow:
    change = read_change(row)
    return JournalRow(
        row.text("When"), str(change.cause or row.text("Why")), row.text("Return"), row.text("Owner"), row.text("ID"),
        row.text("Column"), row.text("Before"), row.text("After"), change.decision, by,
    )  # fmt: skip


def _merged(plan: Plan) -> list[MergedReturn]:
    """Return the returns that are merged and not undone, the last first."""
    column = by_column(REGISTER, plan.snapshot)
    found: dict[str, MergedReturn] = {}
    for row in REGISTER.data_rows(plan.snapshot):
        id_, status = row.text("Return"), file_status(row)
        if status is FileStatus.UNDONE:
            found.pop(id_, None)
        elif status is FileStatus.MERGED:
            found.pop(id_, None)
            by = _text_at(plan, REGISTER.sheet, row.row, column)
            found[id_] = MergedReturn(
                id_, row.text("Owner"), row.text("When"), row.text("File"), row.number("Applied"), by
            )
    return list(found.values())[::-1]


def _text_at(plan: Plan, sheet: str, row: int, column: int) -> str:
    value = plan.snapshot[sheet].at(row, column) if column else None
    return "" if value is None else str(value)
