"""Roll: close a period. What was reported goes to the past periods, and the plan is made ready for the next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.history import ClosedPeriod, closed_periods, lines_to_report
from hrworkbook.plan.ledger_words import ChangeCause
from hrworkbook.plan.ledgers import DECISIONS, JOURNAL, PROBLEMS, START
from hrworkbook.plan.measures.scorecard import worked_out_cells
from hrworkbook.plan.model import HISTORY, OLD_HISTORY, Line, Plan, history_ledger, read_plan, timestamp
from hrworkbook.plan.schema import ID_HEADER
from hrworkbook.plan.snapshot import ChangeSet, Snapshot, Write
from hrworkbook.plan.start_sheet import open_decisions, returns_issued_and_back, status_writes
from hrworkbook.plan.values import Value, fold_name, is_blank, normalised_text


@dataclass(frozen=True)
class RollResult:
    """The period closed, the next one ('' where HR is to name it), and what closing writes."""

    closed_period: str
    next_period: str
    line_count: int
    changes: ChangeSet


def roll(snapshot: Snapshot, now: datetime, next_period: str = "") -> RollResult:
    """Return the close of the present period: its lines kept, cleared or carried texts, a new period.

    Raises HrWorkbookError where the period is blank or closed already, decisions still wait, or a line has no ID.
    """
    plan = read_plan(snapshot)
    period = plan.setting("Period")
    next_ = next_period.strip() or next_period_name(period)
    _refuse_loss(plan, period, next_)
    lines = lines_to_report(plan)
    history = history_ledger(plan.schema, snapshot)
    rows: list[dict[str, Value]] = [
        {
            "Closed period": period,
            "Closed on": timestamp(now),
            ID_HEADER: x.id,
            **{c.header: x.values.get(c.key) for c in plan.schema.columns},
        }
        for x in lines
    ]
    writes: list[Write] = [*history.append(snapshot, rows)]
    journal: list[dict[str, Value]] = []
    for column in (c for c in plan.schema.columns if c.roll == "clear"):
        for line in lines:
            before = line.values.get(column.key)
            if not is_blank(before) and not plan.unwritable(line, column.key):
                writes.append(plan.cell_write(line, column.key, None))
                journal.append(
                    {
                        "When": timestamp(now),
                        "Why": ChangeCause.ROLL.value,
                        "ID": line.id,
                        "Column": column.header,
                        "Before": before,
                    }
                )
    closed = ClosedPeriod(period, {line.id: line.values for line in lines})
    worked_out = worked_out_cells(_reopened(plan, lines, next_), [closed])
    writes += [plan.cell_write(c.line, c.key, c.value) for c in worked_out]
    writes += JOURNAL.append(snapshot, journal)
    writes += PROBLEMS.replace(snapshot, [])
    writes += _setting_writes(plan, {"Period": next_ or None, "Committee date": None, "Returns due": None})
    out, back = returns_issued_and_back(plan)
    writes += status_writes(plan, f"Closed {period}", now, problems=0, period=next_, unjudged=True)
    message = f"{period} is closed: {count_noun(len(lines), 'line')} kept on the {history.sheet} sheet. " + (
        f"The period is now {next_}." if next_ else f"Enter the next period on the {START} sheet."
    )
    if missing := len(out) - len(back):
        message += f" {count_noun(missing, 'return')} never came back."
    if history.sheet == OLD_HISTORY:
        message += f" Excel keeps the name {OLD_HISTORY} for itself: rename that sheet {HISTORY} when you have the master open."
    return RollResult(period, next_, len(lines), ChangeSet(tuple(writes), message, (START, "A1")))


def _reopened(plan: Plan, lines: Sequence[Line], period: str) -> Plan:
    """Return the plan as the next period begins with it: its name, and the lines that are closed cleared."""
    cleared: dict[str, Value] = {c.key: None for c in plan.schema.columns if c.roll == "clear"}
    closed = {id(line) for line in lines}
    made = tuple(replace(x, values={**x.values, **cleared}) if id(x) in closed else x for x in plan.lines)
    return replace(plan, lines=made, settings={**plan.settings, "Period": period})


def _refuse_loss(plan: Plan, period: str, next_: str) -> None:
    if not period:
        raise HrWorkbookError(START, "the Period is blank, so there is none to close", "Enter it, then close it")
    closed = {fold_name(p.name) for p in closed_periods(plan)}
    for name, what in ((period, "is closed already"), (next_, "cannot come next: it is closed already")):
        if name and (fold_name(name) in closed or (name == next_ and fold_name(next_) == fold_name(period))):
            raise HrWorkbookError(
                START, f"{name} {what}", "Enter the next period, then close it when it has been reported"
            )
    if before := _period_order(period):
        after = _period_order(next_)
        if after and after <= before:
            raise HrWorkbookError(
                START, f"{next_} does not come after {period}", f"Give a later one: {next_period_name(period)}"
            )
        if not after and re.match(r"\d+\s*[/-]\s*\d", next_):
            fault = f"'{next_}' is no financial year, nor a quarter of one"
            raise HrWorkbookError(START, fault, f"Write it as {next_period_name(period)}")
    if waiting := len(open_decisions(plan)):
        are = "decision still waits" if waiting == 1 else "decisions still wait"
        raise HrWorkbookError(DECISIONS.sheet, f"{waiting} {are}", "Decide first: what is closed is what was reported")
    if unnumbered := [x for x in plan.lines if not x.id]:
        raise HrWorkbookError(plan.place(unnumbered[0], ""), "this line has no ID yet", "Validate first: it gives one")
    _ = plan.by_id


def next_period_name(period: str) -> str:
    """Return the quarter or financial year after one written as `2016/17 Q3` or `2016/17`; '' for anything else."""
    found = _period_order(period)
    if not found:
        return ""
    year, quarter = found[0], (found[1] or 4) % 4 + 1
    year += quarter == 1
    sep = "-" if "-" in period else "/"
    return f"{year}{sep}{(year + 1) % 100:02d}" + (f" Q{quarter}" if found[1] else "")


def _period_order(period: str) -> tuple[int, int] | None:
    """Year and quarter, or nought for a whole year, of a period written as `2016/17 Q3` or `2016/17`; None for any other."""
    match = re.fullmatch(r"(\d{4})\s*[/-]\s*(\d{2}|\d{4})(?:\s*[Qq](?:uarter )?\s*([1-4]))?", period.strip())
    if not match or int(match[2][-2:]) != (int(match[1]) + 1) % 100:
        return None
    return int(match[1]), int(match[3] or 0)


def _setting_writes(plan: Plan, values: dict[str, Value]) -> list[Write]:
    block = plan.snapshot[START]
    return [
        Write(START, row, 3, ((values[label],),))
        for row in range(1, len(block.rows) + 1)
        if (label := normalised_text(block.at(row, 2))) in values
    ]
