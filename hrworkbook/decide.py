"""Decide: apply what HR chose on the Decisions sheet."""

from dataclasses import dataclass
from datetime import datetime

from hrworkbook.compare import good_value
from hrworkbook.findings import Finding, count
from hrworkbook.kinds import settled
from hrworkbook.ledgers import BOTH, CHOICES, DECISIONS, JOURNAL, KEEP, OWN, PLAN, TAKE, Item
from hrworkbook.plan import Plan, read_plan, stamp
from hrworkbook.schema import Column
from hrworkbook.snapshot import ChangeSet, Snapshot, Write, address
from hrworkbook.start import open_decisions, status_writes
from hrworkbook.values import CellError, Value, as_text, is_blank, plain, same


@dataclass(frozen=True)
class Decided:
    """The decisions applied, what stops others, how many still wait, and what deciding writes."""

    applied: int
    waiting: int
    findings: tuple[Finding, ...]
    changes: ChangeSet


def decide(snapshot: Snapshot, now: datetime) -> Decided:
    """Every decision HR has made, applied and journalled; one that cannot be applied stays, with a finding."""
    plan = read_plan(snapshot)
    keys = {c.header: c for c in plan.schema.columns}
    says: dict[tuple[str, str], Value] = {}
    writes: list[Write] = []
    journal: list[dict[str, Value]] = []
    findings: list[Finding] = []
    done = 0
    waiting = open_decisions(plan)
    for item in waiting:
        if is_blank(item["Decision"]):
            continue
        line, column = plan.by_id.get(item.text("ID")), keys.get(item.text("Column"))
        if line is None or column is None:
            findings.append(
                _finding(
                    plan,
                    item,
                    "Decision",
                    f"line {item.text('ID')} or its column is no longer in the plan",
                    "Clear this row",
                )
            )
            continue
        now_says = says.get((line.id, column.key), line.values.get(column.key))
        value, fault = chosen(plan, column, item, now_says)
        if fault:
            findings.append(_finding(plan, item, *fault))
            continue
        if not same(value, now_says):
            says[line.id, column.key] = value
            writes.append(Write(PLAN, line.row, plan.places[column.key], ((value,),)))
            journal.append(_journal_row(item, now_says, value, now))
        writes += DECISIONS.rewrite(snapshot, item, {"Done": f"{item.text('Decision')}, {stamp(now)}"})
        done += 1
    writes += JOURNAL.append(snapshot, journal)
    left = len(waiting) - done
    message = f"{count(done, 'decision')} applied, {left or 'none'} still waiting."
    if findings:
        message += f" {findings[0].message}"
    if writes:
        writes += status_writes(plan, f"Applied {count(done, 'decision')}", now, decisions=left)
    goto = (DECISIONS.sheet, findings[0].cell) if findings else (DECISIONS.sheet, "A1")
    return Decided(done, left, tuple(findings), ChangeSet(tuple(writes), message, goto))


Fault = tuple[str, str, str]
"""Heading of the faulty cell, fault, remedy."""


def chosen(plan: Plan, column: Column, item: Item, master: Value) -> tuple[Value, Fault | None]:
    """What the cell is to say by a decision, and what is wrong with that choice (None when nothing)."""
    choice = settled(item.text("Decision"), CHOICES)
    if choice is None:
        return None, (
            "Decision",
            f"the decision is '{item.text('Decision')}'",
            "Choose keep master, take return, keep both or my own text",
        )
    if choice == KEEP:
        return master, None
    if choice == OWN and is_blank(item["My own text"]):
        return None, (
            "My own text",
            "you chose 'my own text' and wrote none",
            "Write it here, or choose another decision",
        )
    value = {TAKE: item["In the return"], OWN: item["My own text"], BOTH: both(master, item["In the return"])}[choice]
    if choice == BOTH and column.kind != "text":
        return None, (
            "Decision",
            f"{column.header} can hold only one value",
            "Choose keep master, take return or my own text",
        )
    value, fault = good_value(plan, column, value)
    if fault:
        sentence, _, remedy = fault.partition(". ")
        return None, (
            "Decision" if choice != OWN else "My own text",
            sentence,
            remedy or "Choose another decision, or write your own text",
        )
    return value, None


def both(master: Value, returned: Value) -> Value:
    """The two texts as two paragraphs; the shorter is left out where the other already says it."""
    one, other = as_text(master).strip(), as_text(returned).strip()
    if isinstance(master, CellError) or not one or plain(one) in plain(other):
        return returned
    if isinstance(returned, CellError) or not other or plain(other) in plain(one):
        return master
    return f"{one}{'' if one[-1] in '.!?;:' else '.'}\n{other}"


def _finding(plan: Plan, item: Item, heading: str, fault: str, remedy: str) -> Finding:
    _, columns = DECISIONS.heading_row(plan.snapshot)
    column = dict(zip(DECISIONS.headings, columns, strict=True))[heading]
    return Finding(
        "error",
        DECISIONS.sheet,
        address(item.row, column),
        heading,
        item[heading],
        "decision",
        fault,
        remedy,
        item.text("ID"),
    )


def _journal_row(item: Item, before: Value, after: Value, now: datetime) -> dict[str, Value]:
    return {
        "When": stamp(now), "Why": "decide", "Return": item.text("Return"), "Owner": item.text("Owner"),
        "ID": item.text("ID"), "Column": item.text("Column"), "Before": before, "After": after,
    }  # fmt: skip
