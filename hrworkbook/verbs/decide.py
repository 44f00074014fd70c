"""Decide: apply what HR chose on the Decisions sheet."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hrworkbook.merging.admit import IssuedReturns
from hrworkbook.merging.equivalence import normalise_value
from hrworkbook.merging.ledger_rows import journal_row, journal_value, merge_message, merged_row, new_heading_rows
from hrworkbook.merging.outcomes import ReturnOutcome
from hrworkbook.merging.pending_decisions import CANNOT_BE_TAKEN, PendingDecisions, is_about_a_file
from hrworkbook.merging.quarantine import Quarantine, in_plan, unsealed_rows
from hrworkbook.merging.read_return import ReadReturn
from hrworkbook.merging.three_way import merge_edits
from hrworkbook.plan.findings import Finding, count_noun
from hrworkbook.plan.kinds import match_word
from hrworkbook.plan.ledgers import (
    CHOICES,
    DECISIONS,
    FORMULA_REPLACED,
    HEADINGS,
    JOURNAL,
    KEEP_BOTH,
    KEEP_MASTER,
    OWN_TEXT,
    PLAN,
    REGISTER,
    TAKE_RETURN,
    LedgerRow,
)
from hrworkbook.plan.model import Line, Plan, issued_ledger, read_plan, timestamp
from hrworkbook.plan.schema import Column
from hrworkbook.plan.snapshot import ChangeSet, Snapshot, Write, address
from hrworkbook.plan.start_sheet import open_decisions, status_writes
from hrworkbook.plan.values import CellError, Value, as_text, is_blank, normalised_text, same_value
from hrworkbook.render.row_heights import plan_heights

DecisionFault = tuple[str, str, str]
"""Heading of the faulty cell, fault, remedy."""


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
    """Every decision HR has made, applied once and journalled; one that cannot be applied stays, with a finding.

    Decisions about one cell are taken together: what replaces its text first, then what is added to it, in the order
    of the sheet. A file that is taken whole is merged after those, as merge would have: what differs from the plan waits.
    """
    plan = read_plan(snapshot)
    waiting = open_decisions(plan)
    choices, findings = _read_decisions(plan, [item for item in waiting if not is_about_a_file(item)])
    new_values: dict[tuple[str, str], Value] = {}
    writes: list[Write] = []
    journal: list[dict[str, Value]] = []
    done = 0
    for choice in choices:
        place = (choice.line.id, choice.column.key)
        before = new_values.get(place, choice.line.values.get(choice.column.key))
        fault = _fault_if_stale(plan, choice, new_values, writes) or _fault_if_contradicting(choice, choices)
        value, fault = (before, fault) if fault else _resulting_value(plan, choice, before)
        if fault:
            findings.append(_finding(plan, choice.item, *fault))
            continue
        if not same_value(value, before):
            new_values[place] = value
        row = _journal_row(choice, before, new_values.get(place, before), now)
        if place in new_values and (formula := plan.formula(choice.line, choice.column.key)):
            row["Why"] = f"{row['Why']}{FORMULA_REPLACED}{formula}"
        journal.append(row)
        writes += DECISIONS.rewrite(snapshot, choice.item, {"Done": f"{choice.choice}, {timestamp(now)}"})
        done += 1
    files = _decide_files(plan, [item for item in waiting if is_about_a_file(item)], new_values, findings, now)
    done += len(files.done)
    asked = PendingDecisions(plan).new_rows(files.returns, now)
    register = [merged_row(r, now) for r in files.returns]
    journal += [journal_row(r, c, now) for r in files.returns for c in r.cells if c.outcome == "applied"]
    writes += [
        *(
            Write(PLAN, plan.by_id[id_].row, plan.column_numbers[key], ((value,),))
            for (id_, key), value in new_values.items()
        ),
        *(
            w
            for item, word in files.done
            for w in DECISIONS.rewrite(snapshot, item, {"Done": f"{word}, {timestamp(now)}"})
        ),
        *JOURNAL.append(snapshot, journal),
        *DECISIONS.append(snapshot, asked),
        *HEADINGS.append(snapshot, new_heading_rows(plan, files.returns)),
        *REGISTER.append(snapshot, register),
        *issued_ledger(plan.schema).append(snapshot, files.kept),
    ]
    left = len(waiting) - done + len(asked)
    message = f"{count_noun(done, 'decision').capitalize()} applied, {left or 'none'} still waiting."
    if files.returns:
        message += f" {merge_message(files.returns, (), len(asked))}"
    if findings:
        message += f" {findings[0].message}"
    if done:
        writes += status_writes(plan, f"Applied {count_noun(done, 'decision')}", now, decisions=left, register=register)
    goto = (DECISIONS.sheet, findings[0].cell if findings else "A1")
    changes = ChangeSet(tuple(writes), message, goto, plan_heights(plan, new_values))
    return DecideResult(done, left, tuple(findings), changes, tuple(files.returns))


@dataclass(frozen=True)
class _Files:
    """What deciding about whole files comes to: the decisions done, each with its word, and the returns merged."""

    done: list[tuple[LedgerRow, str]]
    returns: list[ReturnOutcome]
    kept: list[dict[str, Value]]


def _decide_files(
    plan: Plan,
    waiting: Sequence[LedgerRow],
    new_values: dict[tuple[str, str], Value],
    findings: list[Finding],
    now: datetime,
) -> _Files:
    """The files that HR takes whole, merged into what the plan `new_values` by now, and those it turns away."""
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
            findings.append(_finding(plan, item, "Decision", *fault))
            continue
        if word == TAKE_RETURN and reply:
            files.returns.append(merge_edits(plan, new_values, in_plan(plan, reply), {}, writers))
            files.kept.extend(unsealed_rows(issued, [reply]))
        files.done.append((item, word or ""))
    return files


def _file_fault(
    plan: Plan, issued: IssuedReturns, item: LedgerRow, word: str | None, reply: ReadReturn | None
) -> tuple[str, str] | None:
    """Why a decision about a whole file cannot be applied, and the remedy; None where it can."""
    if word == KEEP_MASTER:
        return None
    if word != TAKE_RETURN:
        return (
            f"the decision is '{item.text('Decision')}', about a whole file",
            f"Choose {TAKE_RETURN} or {KEEP_MASTER}",
        )
    if reply is None:
        return "the answers of this file are no longer kept here", f"Choose {KEEP_MASTER}, and merge the file again"
    period = issued[reply.return_id].period if reply.return_id in issued else ""
    if period != plan.setting("Period"):
        told = f"it answers return {reply.return_id}, issued for {period or 'no period of this plan'}"
        return f"{told}, and the plan now reports {plan.setting('Period')}", f"Choose {KEEP_MASTER}"
    return None


def _read_decisions(plan: Plan, waiting: Sequence[LedgerRow]) -> tuple[list[_Decision], list[Finding]]:
    """The decisions made, those that replace a cell's text before those that add to it, and what is wrong with others."""
    columns = {c.header: c for c in plan.schema.columns}
    choices: list[_Decision] = []
    findings: list[Finding] = []
    for item in waiting:
        if is_blank(item["Decision"]):
            if not is_blank(item["My own text"]):
                fault = (
                    "Decision",
                    "there is a text of your own here, and no decision",
                    f"Choose '{OWN_TEXT}' if it is to be taken",
                )
                findings.append(_finding(plan, item, *fault))
            continue
        line, column = plan.by_id.get(item.text("ID")), columns.get(item.text("Column"))
        word = match_word(item.text("Decision"), CHOICES)
        if line is None or column is None:
            fault = ("Decision", f"line {item.text('ID')} or its column is no longer in the plan", "Clear this row")
            findings.append(_finding(plan, item, *fault))
        elif word is None:
            fault = (
                "Decision",
                f"the decision is '{item.text('Decision')}'",
                f"Choose {', '.join(CHOICES[:3])} or {OWN_TEXT}",
            )
            findings.append(_finding(plan, item, *fault))
        else:
            choices.append(_Decision(item, line, column, word))
    return sorted(choices, key=lambda c: c.choice == KEEP_BOTH), findings


def _fault_if_stale(
    plan: Plan, choice: _Decision, new_values: dict[tuple[str, str], Value], writes: list[Write]
) -> DecisionFault | None:
    """Why a text must not be replaced unseen: the plan changed after the decision was listed. The row is brought up to date."""
    now_says = choice.line.values.get(choice.column.key)
    if choice.choice not in (TAKE_RETURN, OWN_TEXT) or normalised_text(now_says) == choice.item.text("In the master"):
        return None
    if same_value(_chosen_text(choice), now_says):
        return None
    writes += DECISIONS.rewrite(plan.snapshot, choice.item, {"In the master": now_says})
    return (
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
    return (
        "Decision",
        f"row {others[0].item.row} puts another text into the same cell",
        f"Choose '{KEEP_MASTER}' in one of them, or '{KEEP_BOTH}'",
    )


def _chosen_text(choice: _Decision) -> Value:
    return choice.item["My own text" if choice.choice == OWN_TEXT else "In the return"]


def _resulting_value(plan: Plan, choice: _Decision, before: Value) -> tuple[Value, DecisionFault | None]:
    """What the cell is to say by a decision, and what is wrong with that choice (None when nothing)."""
    item, column = choice.item, choice.column
    if choice.choice == KEEP_MASTER:
        return before, None
    if choice.choice == OWN_TEXT and is_blank(item["My own text"]):
        return None, (
            "My own text",
            f"you chose '{OWN_TEXT}' and wrote none",
            "Write it here, or choose another decision",
        )
    if choice.choice != OWN_TEXT and CANNOT_BE_TAKEN in item.text("Why").partition(":")[0]:
        return None, (
            "Decision",
            "what came in the return cannot stand in the plan",
            f"Choose '{KEEP_MASTER}', or '{OWN_TEXT}' and write it",
        )
    if choice.choice == KEEP_BOTH and column.kind != "text":
        return None, (
            "Decision",
            f"{column.header} can hold only one value",
            f"Choose {KEEP_MASTER}, {TAKE_RETURN} or {OWN_TEXT}",
        )
    value, fault = normalise_value(plan, column, _chosen_text(choice))
    if choice.choice == KEEP_BOTH and not fault:
        value, fault = normalise_value(plan, column, join_texts(before, value))
    if not fault:
        return value, None
    sentence, _, remedy = fault.partition(". ")
    heading = "My own text" if choice.choice == OWN_TEXT else "Decision"
    return None, (heading, sentence, remedy or "Choose another decision, or write your own text")


_ENDS_SENTENCE = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])(?=\s)|(?<=\n)")
_LIST_ITEM = re.compile(r"\s*([-–—•*·▪]|\(?\w{1,3}[.)])\s")


def join_texts(master: Value, returned: Value) -> Value:
    """The two texts one after the other, as an appendix can print them: each sentence whole, none said twice in a row.

    What the returned text begins with and the master already says is left out; so is the shorter where the other holds it.
    """
    one, other = as_text(master).strip(), as_text(returned).strip()
    if isinstance(master, CellError) or not one or _contains_text(one, other):
        return returned
    if isinstance(returned, CellError) or not other or _contains_text(other, one):
        return master
    other = _without_shared_beginning(one, other)
    last = one.rsplit("\n", 1)[-1]
    end = "" if _ENDS_SENTENCE.search(one) or _LIST_ITEM.match(last) else "."
    return f"{one.rstrip(',').rstrip()}{end}\n{other}"


def _contains_text(part: str, whole: str) -> bool:
    """Whether a text holds another whole, sentence by sentence."""
    part_sentences, holds = ([normalised_text(s).rstrip(".") for s in _sentences(text)] for text in (part, whole))
    return any(
        holds[i : i + len(part_sentences)] == part_sentences for i in range(len(holds) - len(part_sentences) + 1)
    )


def _sentences(text: str) -> list[str]:
    return [s for s in _SENTENCE_ENDS.split(text) if s.strip()]


def _without_shared_beginning(one: str, other: str) -> str:
    """The second text without the sentences that the first begins with too."""
    first, second = _sentences(one), _sentences(other)
    shared = 0
    while shared < min(len(first), len(second) - 1) and normalised_text(first[shared]) == normalised_text(
        second[shared]
    ):
        shared += 1
    return "".join(second[shared:]).strip()


def _finding(plan: Plan, item: LedgerRow, heading: str, fault: str, remedy: str) -> Finding:
    _, columns = DECISIONS.heading_row(plan.snapshot)
    column = dict(zip(DECISIONS.headings, columns, strict=True))[heading]
    cell = address(item.row, column)
    return Finding(
        "error", DECISIONS.sheet, cell, heading, item[heading], "decision", fault, remedy, item.text("ID")
    )  # fmt: skip


def _journal_row(choice: _Decision, before: Value, after: Value, now: datetime) -> dict[str, Value]:
    item = choice.item
    return {
        "When": timestamp(now), "Why": f"decide: {choice.choice}", "Return": item.text("Return"), "Owner": item.text("Owner"),
        "ID": item.text("ID"), "Column": item.text("Column"), "Before": journal_value(choice.column, before), "After": after,
    }  # fmt: skip
