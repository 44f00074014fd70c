"""What a merge writes in the Register, the Journal and the Headings sheet, and the message it ends with."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from hrworkbook.merging.outcomes import (
    SKIPPED_STATUSES,
    UNDECIDED_OUTCOMES,
    CellOutcome,
    Outcome,
    RefusedFile,
    ReturnOutcome,
)
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.ledger_words import ChangeCause, FileStatus
from hrworkbook.plan.ledgers import HEADINGS, OWNERS
from hrworkbook.plan.model import Plan, timestamp
from hrworkbook.plan.schema import Column
from hrworkbook.plan.snapshot import Link
from hrworkbook.plan.values import LONGEST_TEXT, Value, as_text, fold_name, normalised_text

TEXT_MARK = "'"
_NAMED = 5
"""Files or senders named in a message; the Register names them all."""


def merge_message(returns: Sequence[ReturnOutcome], refused: Sequence[RefusedFile], asked: int, files: int = 0) -> str:
    """Return `4 returns merged: 31 cells applied, 2 need your decision, 1 goes back to its owner.` or the like.

    `asked` decisions are new, of which `files` are about whole files.
    """
    total = {o: sum(r.outcome_counts[o] for r in returns) for o in Outcome}
    again = max(0, sum(total[o] for o in UNDECIDED_OUTCOMES) - (asked - files))
    waiting = max(0, total[Outcome.CONFLICT] + total[Outcome.LOCKED] - again)
    parts = [f"{count_noun(total[Outcome.APPLIED], 'cell')} applied"]
    if waiting:
        parts.append(f"{count_noun(waiting, 'needs', 'need')} your decision")
    if total[Outcome.INVALID]:
        parts.append(f"{count_noun(total[Outcome.INVALID], 'goes', 'go')} back to the owner")
    if again:
        parts.append(f"{count_noun(again, 'is', 'are')} on the Decisions sheet already")
    if total[Outcome.UNPLACED]:
        parts.append(f"{count_noun(total[Outcome.UNPLACED], 'had no place and is', 'had no place and are')} listed")
    if not returns and not refused:
        return "There was nothing to merge: no file was found there."
    sentences = [
        f"{count_noun(len(returns), 'return')} merged: {', '.join(parts)}." if returns else "No return was merged."
    ]
    if known := sum(r.status in SKIPPED_STATUSES for r in refused):
        sentences.append(f"{count_noun(known, 'file was', 'files were')} merged before.")
    if turned_away := sum(r.status not in (*SKIPPED_STATUSES, FileStatus.WAITS) for r in refused):
        sentences.append(f"{count_noun(turned_away, 'file was', 'files were')} not merged; the Register says why.")
    sentences += _elsewhere(returns, [r for r in refused if r.status is FileStatus.WAITS])
    if asked:
        sentences.append("Choose on the Decisions sheet, then press Decide.")
    return " ".join(sentences)


def _elsewhere(returns: Sequence[ReturnOutcome], waits: Sequence[RefusedFile]) -> Iterator[str]:
    """Yield a sentence for the files that wait whole, and one for the returns merged from addresses not on the Owners sheet."""
    if waits:
        named = [f"'{r.file}'{f' from {r.sender}' if r.sender else ''}" for r in waits]
        does, whose = ("waits", "its seal is") if len(waits) == 1 else ("wait", "their seals are")
        yield (
            f"{count_noun(len(waits), 'file')} {does} whole for your decision, since {whose} gone and nothing else proves "
            f"whose answers they are: {_some(named)}."
        )
    if strangers := list(dict.fromkeys(r.from_elsewhere for r in returns if r.from_elsewhere)):
        yield f"Merged, but sent from an address that is not on the {OWNERS} sheet: {_some(strangers)}."


def _some(names: Sequence[str]) -> str:
    return join_words(names if len(names) <= _NAMED else [*names[:_NAMED], f"{len(names) - _NAMED} more"])


def merged_row(result: ReturnOutcome, now: datetime) -> dict[str, Value]:
    """Return the Register's row of a merged return."""
    item, outcomes = result.received, result.outcome_counts
    heading = {
        Outcome.UNCHANGED: "Unchanged", Outcome.ALREADY: "Already there", Outcome.APPLIED: "Applied", Outcome.CONFLICT: "Conflict",
        Outcome.LOCKED: "Locked", Outcome.INVALID: "Invalid", Outcome.UNPLACED: "Unplaced",
    }  # fmt: skip
    notes = [*result.notes, *(f"{s.cell}: '{as_text(s.value)}' ({s.reason})" for s in result.stray_cells)]
    row: dict[str, Value] = {
        "What": FileStatus.MERGED.value, "Return": result.return_id, "Owner": result.owner, "When": timestamp(now), "File": item.file,
        "From": item.sender or None, "Sent": timestamp(item.sent) if item.sent else None,
        "Lines": result.line_count, "Cells": result.cell_count, "Note": fit_in_cell("\n".join(notes)) or None, "Hash": item.sha256,
    }  # fmt: skip
    return row | {heading[o]: n for o, n in outcomes.items()}


def refused_row(refusal: RefusedFile, now: datetime) -> dict[str, Value]:
    """Return the Register's row of a file that was not merged."""
    return {
        "What": refusal.status.value, "Return": refusal.return_id or None, "Owner": refusal.owner or None, "When": timestamp(now),
        "File": refusal.file, "From": refusal.sender or None, "Sent": timestamp(refusal.sent) if refusal.sent else None,
        "Note": note_of(refusal), "Hash": refusal.sha256 or None,
    }  # fmt: skip


def note_of(refusal: RefusedFile) -> str:
    """Return what the Register says of a file that was not merged: why; of a container, every reason with its files."""
    if not refusal.inside:
        return refusal.reason
    number = sum(one.count for one in refusal.inside)
    lines = (
        f"{one.count:,} × {one.reason}" + (f" ({one.named(len(one.files))})" if one.files else "")
        for one in refusal.inside
    )
    return fit_in_cell("\n".join((f"{count_noun(number, 'file')} in it were not merged:", *lines)))


def journal_row(result: ReturnOutcome, cell: CellOutcome, now: datetime) -> dict[str, Value]:
    """Return the Journal's row of a cell that was applied."""
    return {
        "When": timestamp(now), "Why": ChangeCause.MERGE.value, "Return": result.return_id, "File": result.received.file,
        "From": result.received.sender or None, "Owner": result.owner, "ID": cell.line.id,
        "Column": cell.column.header, "Before": journal_value(cell.column, cell.master), "After": cell.received,
    }  # fmt: skip


def journal_value(column: Column, value: Value) -> Value:
    """Return the value as the Journal keeps it: a date becomes a text there, and a text that reads as one gets Excel's sign of a text."""
    if (
        column.kind == "date"
        and type(value) is str
        and not value.startswith(TEXT_MARK)
        and column.kind_object.read(value)
    ):
        return TEXT_MARK + value
    return value


def new_heading_rows(plan: Plan, returns: Sequence[ReturnOutcome]) -> list[dict[str, Value | Link]]:
    """Return the rows of the Headings sheet for headings nobody has explained yet."""
    have = {_folded_or_plain(i.text("Heading in a return")) for i in HEADINGS.data_rows(plan.snapshot)}
    rows: list[dict[str, Value | Link]] = []
    for result in returns:
        for heading, perhaps in result.unknown_headings.items():
            if (folded := _folded_or_plain(heading)) not in have:
                have.add(folded)
                rows.append(
                    {"Heading in a return": heading, "Seen in": result.received.file, "Perhaps": perhaps or None}
                )
    return rows


def _folded_or_plain(heading: str) -> str:
    """Return a stranger's heading folded; one that is nothing but signs as it stands."""
    return fold_name(heading) or normalised_text(heading)


def fit_in_cell(text: str) -> str:
    """Return the text as one cell can hold it; what is left out is counted, and `hrworkbook read` lists it."""
    if len(text) <= _SHOWN_CHARACTERS:
        return text
    cut = text.rfind("\n", 0, _SHOWN_CHARACTERS)
    cut = cut if cut > _SHOWN_CHARACTERS // 2 else _SHOWN_CHARACTERS
    left = text.count("\n", cut)
    return f"{text[:cut]}\n… and {count_noun(left, 'more line')}; 'hrworkbook read' lists them all."


_SHOWN_CHARACTERS = LONGEST_TEXT // 2
"""Characters a note may have: less than a cell holds, since Excel counts some characters twice."""
