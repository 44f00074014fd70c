"""Decide: apply what HR chose on the Decisions sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from hrworkbook.merging.equivalence import judge_value
from hrworkbook.merging.issued_returns import IssuedReturns
from hrworkbook.merging.join_texts import join_texts
from hrworkbook.merging.ledger_rows import journal_row, journal_value, merge_message, merged_row, new_heading_rows
from hrworkbook.merging.outcomes import Outcome, ReturnOutcome
from hrworkbook.merging.pending_decisions import PendingDecisions, decided, is_about_a_file
from hrworkbook.merging.quarantine import Quarantine, in_plan, unsealed_rows
from hrworkbook.merging.read_return import ReadReturn
from hrworkbook.merging.three_way import merge_edits
from hrworkbook.plan.findings import Finding, count_noun
from hrworkbook.plan.kinds import match_word
from hrworkbook.plan.ledger_records import read_decision
from hrworkbook.plan.ledger_words import ChangeCause
from hrworkbook.plan.ledgers import (
    CHOICES,
    DECISIONS,
    HEADINGS,
    JOURNAL,
    KEEP_BOTH,
    KEEP_MASTER,
    OWN_TEXT,
    REGISTER,
    TAKE_RETURN,
    LedgerRow,
)
from hrworkbook.plan.measures.scorecard import figure_unit
from hrworkbook.plan.model import Line, Plan, issued_ledger, read_plan, timestamp
from hrworkbook.plan.schema import CellKey, Column
from hrworkbook.plan.snapshot import ChangeSet, Snapshot, Write, address
from hrworkbook.plan.start_sheet import open_decisions, status_writes
from hrworkbook.plan.values import Value, is_blank, normalised_text, same_value
from hrworkbook.render.row_heights import plan_heights
from hrworkbook.verbs.rejudge import rejudge


class DecisionFault(NamedTuple):
    """Why a decision cannot be applied."""

    heading: str
    """Of the faulty cell, on the Decisions sheet."""
    fault: str
    remedy: str


@dataclass(frozen=True)
class DecideResult:
    """The decisions applied, what stops others, how many still wait, and what deciding writes."""

    applied_count: int
    waiting_count: int
    findings: tuple[Finding, ...]
    changes: ChangeSet
    returns: tuple[ReturnOutcome, ...] = ()
    """What came of each file that was taken whole."""


@dataclass(frozen=True)
class _Decision:
    """One decision HR has made about a cell that is still there."""

    item: LedgerRow
    line: Line
    column: Column
    choice: str


def decide(snapshot: Snapshot, now: datetime) -> DecideResult:
    """Return every decision HR has made, applied once and journalled; one that cannot be applied stays, with a finding.

    Decisions about one cell are taken together: what replaces its text first, then what is added to it, in the order
    of the sheet. A file that is taken whole is merged after those, as merge would have: what differs from the plan waits.
    Raises NotAMaster for a damaged master.
    """
    plan = read_plan(snapshot)
    waiting = open_decisions(plan)
    cells = _decide_cells(plan, [item for item in waiting if not is_about_a_file(item)], now)
    files = _decide_files(
        plan, [item for item in waiting if is_about_a_file(item)], cells.new_values, cells.findings, now
    )
    done = [*cells.done, *files.done]
    asked = PendingDecisions(plan).new_rows(files.returns, now)
    register = [merged_row(r, now) for r in files.returns]
    applied = [journal_row(r, c, now) for r in files.returns for c in r.cells if c.outcome == Outcome.APPLIED]
    judged = rejudge(plan, cells.new_values, now.date())
    writes = [
        *cells.writes,
        *(plan.cell_write(plan.by_id[id_], key, value) for (id_, key), value in cells.new_values.items()),
        *(w for item, word in done for w in DECISIONS.rewrite(snapshot, item, decided(word, now))),
        *JOURNAL.append(snapshot, [*cells.journal, *applied]),
        *DECISIONS.append(snapshot, asked),
        *HEADINGS.append(snapshot, new_heading_rows(plan, files.returns)),
        *REGISTER.append(snapshot, register),
        *issued_ledger(plan.schema).append(snapshot, files.kept),
        *judged.writes,
    ]
    left = len(waiting) - len(done) + len(asked)
    if done:
        what = f"Applied {count_noun(len(done), 'decision')}"
        writes += status_writes(
            plan, what, now, problems=judged.problems, decisions=left, register=register, unjudged=judged.unjudged
        )
    findings = tuple(cells.findings)
    goto = (DECISIONS.sheet, findings[0].cell if findings else "A1")
    message = _message(len(done), left, len(asked), files.returns, findings)
    changes = ChangeSet(tuple(writes), message, goto, (*plan_heights(plan, cells.new_values), *judged.heights))
    return DecideResult(len(done), left, findings, changes, tuple(files.returns))


def _message(done: int, left: int, asked: int, returns: Sequence[ReturnOutcome], findings: Sequence[Finding]) -> str:
    sentences = [f"{count_noun(done, 'decision').capitalize()} applied, {left or 'none'} still waiting."]
    if returns:
        sentences.append(merge_message(returns, (), asked))
    if findings:
        sentences.append(findings[0].message)
    return " ".join(sentences)


@dataclass(frozen=True)
class _Cells:
    """What deciding about cells comes to."""

    new_values: dict[CellKey, Value] = field(default_factory=dict)
    done: list[tuple[LedgerRow, str]] = field(default_factory=list)
    """The decisions applied, each with its word."""
    journal: list[dict[str, Value]] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    """What brings rows of the Decisions sheet up to date that are not applied."""
    findings: list[Finding] = field(default_factory=list)


def _decide_cells(plan: Plan, waiting: Sequence[LedgerRow], now: datetime) -> _Cells:
    """Return the decisions about cells, applied one after the other."""
    choices, findings = _read_decisions(plan, waiting)
    cells = _Cells(findings=findings)
    for choice in choices:
        place = (choice.line.id, choice.column.key)
        before = cells.new_values.get(place, choice.line.values.get(choice.column.key))
        fault = _fault_if_stale(plan, choice, cells.writes) or _fault_if_contradicting(choice, choices)
        value, fault = (before, fault) if fault else _resulting_value(plan, choice, before)
        if fault:
            cells.findings.append(_finding(plan, choice.item, fault))
            continue
        if not same_value(value, before):
            cells.new_values[place] = value
        formula = plan.formula(choice.line, choice.column.key) if place in cells.new_values else ""
        cells.journal.append(_journal_row(choice, before, cells.new_values.get(place, before), formula, now))
        cells.done.append((choice.item, choice.choice))
    return cells


@dataclass(frozen=True)
class _Files:
    """What deciding about whole files comes to: the decisions done, each with its word, and the returns merged."""

    done: list[tuple[LedgerRow, str]]
    returns: list[ReturnOutcome]
    kept: list[dict[str, Value]]


def _decide_files(
    plan: Plan,
    waiting: Sequence[LedgerRow],
    new_values: dict[CellKey, Value],
    findings: list[Finding],
    now: datetime,
) -> _Files:
    """Return the files that HR takes whole, merged into what the plan `new_values` by now, and those it turns away."""
    files = _Files([], [], [])
    chosen = [item for item in waiting if not is_blank(item["Decision"])]
    if not chosen:
        return files
    issued = IssuedReturns(plan)
    quarantine = Quarantine(plan, issued)
    writers = dict(issued.last_writers)
    for item in chosen:
        word = match_word(item.text("Decision"), CHOICES)
        reply = quarantine.reply(item)
        if fault := _file_fault(plan, issued, item, word, reply):
            findings.append(_finding(plan, item, fault))
            continue
        if word == TAKE_RETURN and reply:
            files.returns.append(merge_edits(plan, new_values, in_plan(plan, reply), {}, writers))
            files.kept.extend(unsealed_rows(issued, [reply]))
        files.done.append((item, word or ""))
    return files


def _file_fault(
    plan: Plan, issued: IssuedReturns, item: LedgerRow, word: str | None, reply: ReadReturn | None
) -> DecisionFault | None:
    """Why a decision about a whole file cannot be applied, and the remedy; None where it can."""
    if word == KEEP_MASTER:
        return None
    if word != TAKE_RETURN:
        told = f"the decision is '{item.text('Decision')}', about a whole file"
        return DecisionFault("Decision", told, f"Choose {TAKE_RETURN} or {KEEP_MASTER}")
    if reply is None:
        told = "the answers of this file are no longer kept here"
        return DecisionFault("Decision", told, f"Choose {KEEP_MASTER}, and merge the file again")
    period = issued[reply.return_id].period if reply.return_id in issued else ""
    if period != plan.setting("Period"):
        told = f"it answers return {reply.return_id}, issued for {period or 'no period of this plan'}"
        told += f", and the plan now reports {plan.setting('Period')}"
        return DecisionFault("Decision", told, f"Choose {KEEP_MASTER}")
    return None


def _read_decisions(plan: Plan, waiting: Sequence[LedgerRow]) -> tuple[list[_Decision], list[Finding]]:
    """Return the decisions made, those that replace a cell's text before those that add to it, and what is wrong with others."""
    choices: list[_Decision] = []
    findings: list[Finding] = []
    for item in waiting:
        if is_blank(item["Decision"]):
            if not is_blank(item["My own text"]):
                told = "there is a text of your own here, and no decision"
                fault = DecisionFault("Decision", told, f"Choose '{OWN_TEXT}' if it is to be taken")
                findings.append(_finding(plan, item, fault))
            continue
        read = _read_choice(plan, item)
        if isinstance(read, DecisionFault):
            findings.append(_finding(plan, item, read))
        else:
            choices.append(read)
    return sorted(choices, key=lambda c: c.choice == KEEP_BOTH), findings


def _read_choice(plan: Plan, item: LedgerRow) -> _Decision | DecisionFault:
    line, column = plan.by_id.get(item.text("ID")), plan.schema.column_headed(item.text("Column"))
    if line is None or column is None:
        told = f"line {item.text('ID')} or its column is no longer in the plan"
        return DecisionFault("Decision", told, "Clear this row")
    if (word := match_word(item.text("Decision"), CHOICES)) is None:
        remedy = f"Choose {', '.join(CHOICES[:3])} or {OWN_TEXT}"
        return DecisionFault("Decision", f"the decision is '{item.text('Decision')}'", remedy)
    return _Decision(item, line, column, word)


def _fault_if_stale(plan: Plan, choice: _Decision, writes: list[Write]) -> DecisionFault | None:
    """Why a text must not be replaced unseen: the plan changed after the decision was listed. The row is brought up to date."""
    now_says = choice.line.values.get(choice.column.key)
    if choice.choice not in (TAKE_RETURN, OWN_TEXT) or normalised_text(now_says) == choice.item.text("In the master"):
        return None
    if same_value(_chosen_text(choice), now_says):
        return None
    writes += DECISIONS.rewrite(plan.snapshot, choice.item, {"In the master": now_says})
    return DecisionFault(
        "Decision",
        f"{choice.column.header} of {choice.line.id} has changed since this was listed; the row now shows what the plan says",
        "Look at it, then press Decide again",
    )


def _fault_if_contradicting(choice: _Decision, choices: Sequence[_Decision]) -> DecisionFault | None:
    """Why a decision cannot stand beside another about the same cell."""
    if choice.choice not in (TAKE_RETURN, OWN_TEXT):
        return None
    others = [
        other
        for other in choices
        if other.line.id == choice.line.id
        and other.column is choice.column
        and other.choice in (TAKE_RETURN, OWN_TEXT)
        and not same_value(_chosen_text(other), _chosen_text(choice))
    ]
    if not others:
        return None
    return DecisionFault(
        "Decision",
        f"row {others[0].item.row} puts another text into the same cell",
        f"Choose '{KEEP_MASTER}' in one of them, or '{KEEP_BOTH}'",
    )


def _chosen_text(choice: _Decision) -> Value:
    return choice.item["My own text" if choice.choice == OWN_TEXT else "In the return"]


def _resulting_value(plan: Plan, choice: _Decision, before: Value) -> tuple[Value, DecisionFault | None]:
    """Return what the cell is to say by a decision, and what is wrong with that choice (None when nothing)."""
    item, column = choice.item, choice.column
    if choice.choice == KEEP_MASTER:
        return before, None
    if why := plan.unwritable(choice.line, column.key):
        return None, DecisionFault("Decision", why, f"Choose '{KEEP_MASTER}', or mend the table first")
    if choice.choice == OWN_TEXT and is_blank(item["My own text"]):
        told = f"you chose '{OWN_TEXT}' and wrote none"
        return None, DecisionFault("My own text", told, "Write it here, or choose another decision")
    if choice.choice != OWN_TEXT and not read_decision(item).can_be_taken:
        remedy = f"Choose '{KEEP_MASTER}', or '{OWN_TEXT}' and write it"
        return None, DecisionFault("Decision", "what came in the return cannot stand in the plan", remedy)
    if choice.choice == KEEP_BOTH and column.kind != "text":
        remedy = f"Choose {KEEP_MASTER}, {TAKE_RETURN} or {OWN_TEXT}"
        return None, DecisionFault("Decision", f"{column.header} can hold only one value", remedy)
    unit = figure_unit(plan, choice.line, column, before, _chosen_text(choice))
    value, fault = judge_value(plan, column, _chosen_text(choice), unit)
    if choice.choice == KEEP_BOTH and not fault:
        value, fault = judge_value(plan, column, join_texts(before, value))
    if not fault:
        return value, None
    heading = "My own text" if choice.choice == OWN_TEXT else "Decision"
    return None, DecisionFault(heading, fault.fault, fault.remedy)


def _finding(plan: Plan, item: LedgerRow, why: DecisionFault) -> Finding:
    heading, fault, remedy = why
    _, columns = DECISIONS.heading_row(plan.snapshot)
    cell = address(item.row, columns[heading])
    return Finding(
        "error", DECISIONS.sheet, cell, heading, item[heading], "decision", fault, remedy, item.text("ID")
    )  # fmt: skip


def _journal_row(choice: _Decision, before: Value, after: Value, formula: str, now: datetime) -> dict[str, Value]:
    item = choice.item
    return {
        "When": timestamp(now), "Why": ChangeCause.DECIDE.value, "Decision": choice.choice, "Formula": formula or None,
        "Return": item.text("Return"), "Owner": item.text("Owner"),
        "ID": item.text("ID"), "Column": item.text("Column"), "Before": journal_value(choice.column, before), "After": after,
    }  # fmt: skip
