"""The Start sheet: where the plan stands, and what to do next."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

from hrworkbook.plan.columns_upkeep import upkeep_writes
from hrworkbook.plan.ledger_records import is_marked_received, read_decision, status_word
from hrworkbook.plan.ledger_words import FileStatus
from hrworkbook.plan.ledgers import DECISIONS, PROBLEMS, REGISTER, START, LedgerRow
from hrworkbook.plan.model import Plan, history_ledger, issued_ledger, timestamp
from hrworkbook.plan.snapshot import Write
from hrworkbook.plan.values import Value, as_text, fold_name, normalised_text

STATUS_LABELS = ("Lines", "Returns in", "Problems", "Decisions waiting")

STEPS = {
    "Lines": (
        "Type or paste the plan into the Plan sheet.",
        "Then press Validate on the HR Plan tab, or run: hrworkbook validate MASTER",
    ),
    "Owners": (
        "Fill in the names and e-mail addresses on the Owners sheet, and the period below.",
        "Then press Validate on the HR Plan tab, or run: hrworkbook validate MASTER",
    ),
    "Problems": (
        "Mend what is listed on the Problems sheet.",
        "Click a place there to go to the cell. Then press Validate again, or run: hrworkbook validate MASTER",
    ),
    "Issue": (
        "Send each owner their part.",
        'Press Issue on the HR Plan tab, or run: hrworkbook issue MASTER --out "Returns out"',
    ),
    "Decide": (
        "Choose what the plan is to say on the Decisions sheet.",
        "Then press Decide on the HR Plan tab, or run: hrworkbook decide MASTER",
    ),
    "Merge": (
        "Save the replies to a folder and merge them; chase the owners still out.",
        'Press Merge on the HR Plan tab, or run: hrworkbook merge MASTER "Returns in"',
    ),
    "Appendix": (
        "Everything is in: make the appendix.",
        "Press Appendix on the HR Plan tab, or run: hrworkbook appendix MASTER -o appendix.xlsx",
    ),
}
"""What to do next, and how, for each place in the cycle."""


class LastDone(Enum):
    """The jobs after which the next step is another than the plan's state alone would say."""

    VALIDATED = "Validated"
    ISSUED = "Issued"
    OTHER = "any other"


UNJUDGED = ". Problems were not looked for again: press Validate"


def returns_issued_and_back(
    plan: Plan, more: Sequence[dict[str, Value]] = (), period: str | None = None
) -> tuple[dict[str, str], set[str]]:
    """Return the returns issued for a period (the present one), as return ID → owner, and the IDs of those that came back.

    A return that HR marked as received counts as one that came back.
    """
    period = plan.setting("Period") if period is None else period
    rows: list[LedgerRow | dict[str, Value]] = [*REGISTER.data_rows(plan.snapshot), *more]
    issued: dict[str, str] = {}
    by_owner: dict[str, list[str]] = {}
    back: set[str] = set()
    marked: set[str] = set()
    for row in rows:
        what, id_ = status_word(row["What"]), normalised_text(row["Return"])
        if what is FileStatus.ISSUED and fold_name(as_text(row["Period"])) == fold_name(period):
            owner = normalised_text(row["Owner"])
            theirs = by_owner.setdefault(fold_name(owner), [])
            for other in theirs:
                if other not in back | marked:
                    issued.pop(other, None)
            theirs.append(id_)
            issued[id_] = owner
            (marked.add if is_marked_received(row) else marked.discard)(id_)
        elif what is FileStatus.MERGED:
            back.add(id_)
        elif what is FileStatus.UNDONE:
            back.discard(id_)
    return issued, (back | marked) & set(issued)


def open_decisions(plan: Plan) -> list[LedgerRow]:
    """Return the rows of the Decisions sheet that still wait."""
    return [d for d in DECISIONS.data_rows(plan.snapshot) if read_decision(d).is_open]


def status_writes(
    plan: Plan,
    done: str,
    now: datetime,
    *,
    problems: int | None = None,
    decisions: int | None = None,
    lines: int | None = None,
    register: Sequence[dict[str, Value]] = (),
    period: str | None = None,
    unjudged: bool = False,
    job: LastDone = LastDone.OTHER,
) -> tuple[Write, ...]:
    """Return the writes that bring the Start sheet up to date; counts not given are taken from the sheets as they stand.

    With them come those that keep the Columns sheet, and the sheets of records, up with a changed schema.
    `done` is what was done, in words, and `job` what counts of it for the next step. `register` are the rows the verb is about to add to the Register. Where a verb changed lines and could not judge them
    again, `unjudged` says so beside what was done.
    """
    if problems is None:
        problems = len(PROBLEMS.data_rows(plan.snapshot))
    if decisions is None:
        decisions = len(open_decisions(plan))
    lines = len(plan.lines) if lines is None else lines
    out, back = returns_issued_and_back(plan, register, period)
    figures: dict[str, Value] = {
        "Lines": lines, "Returns in": f"{len(back)} of {len(out)}", "Problems": problems, "Decisions waiting": decisions,
    }  # fmt: skip
    step, how = STEPS[_next_step(plan, lines, problems, decisions, len(out), len(back), job)]
    texts = {"Next step": step, "How": how, "Last done": f"{done}, {timestamp(now)}{UNJUDGED if unjudged else ''}"}
    records = (issued_ledger(plan.schema), history_ledger(plan.schema, plan.snapshot))
    writes = [*upkeep_writes(plan.snapshot, plan.schema, records)]
    for row, cells in enumerate(plan.snapshot[START].rows[:12], 1):
        for column, value in enumerate(cells, 1):
            label = normalised_text(value)
            if label in figures:
                writes.append(Write(START, row + 1, column, ((figures.pop(label),),)))
            elif label in texts and column == 2:
                writes.append(Write(START, row, 3, ((texts.pop(label),),)))
    return tuple(writes)


def _next_step(plan: Plan, lines: int, problems: int, decisions: int, out: int, back: int, job: LastDone) -> str:
    if not lines:
        return "Lines"
    if decisions:
        return "Decide"
    if out and back == out:
        return "Appendix"
    if out:
        return "Merge"
    if problems and job is not LastDone.ISSUED:
        return "Problems"
    return "Issue" if job is LastDone.VALIDATED or any(o.email for o in plan.owners) else "Owners"


def next_step(plan: Plan) -> tuple[str, str]:
    """Return what to do next, and how, as the Start sheet says it."""
    values = {
        normalised_text(row[1]): normalised_text(row[2]) for row in plan.snapshot[START].rows[:12] if len(row) > 2
    }
    return values.get("Next step", ""), values.get("How", "")


def next_step_name(plan: Plan) -> str:
    """Return which of `STEPS` the Start sheet says is next; '' where it says something else."""
    step, _ = next_step(plan)
    return next((name for name, (text, _) in STEPS.items() if fold_name(text) == fold_name(step)), "")
