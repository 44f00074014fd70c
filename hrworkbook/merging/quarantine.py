"""Quarantine: returns that nothing proves, kept whole in the master until HR has decided about each.

A decision is one row for the whole file. Its answers lie on the hidden Issued sheet, packed, so that deciding needs no
file again; what HR sees of them is on the Decisions sheet.
"""

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from hashlib import sha256

from hrworkbook.merging.issued_returns import IssuedReturns
from hrworkbook.merging.ledger_rows import fit_in_cell
from hrworkbook.merging.merge_history import WITHOUT_SEAL, unsealed_mark
from hrworkbook.merging.outcomes import Outcome, ReceivedFile, RefusedFile, ReturnOutcome, StrayCell, Unproven
from hrworkbook.merging.pending_decisions import is_about_a_file, is_undecided, is_undone
from hrworkbook.merging.read_return import CellEdit, ReadReturn, ReturnDiff
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.ledger_records import WHOLE_FILE
from hrworkbook.plan.ledger_words import FileStatus, Question
from hrworkbook.plan.ledgers import DECISIONS, OWNERS, REGISTER, TAKE_RETURN, LedgerRow
from hrworkbook.plan.model import Plan, timestamp
from hrworkbook.plan.schema import ID_HEADER
from hrworkbook.plan.snapshot import Link
from hrworkbook.plan.values import CellError, Value, as_text

_CHUNK = 8_000
"""Characters of a packed return in one cell: what Excel takes from a program with a block of others (8,203)."""
_LARGEST = 5_000_000
"""Characters of answers that are kept; a return of more has to come from an address on the Owners sheet."""
_WHY = {
    Unproven.STRANGER: "it has no seal, and {sender} is not on the {owners} sheet",
    Unproven.ONLY_IDS: "it has no seal, and nothing in it but IDs says which lines are meant{sent_by}",
}
_REMEDY = {
    Unproven.STRANGER: "enter the address on the Owners sheet and merge it again",
    Unproven.ONLY_IDS: "ask for the return with HR's columns in it",
}


@dataclass(frozen=True)
class Held:
    """What a merge makes of the returns that nothing proves: a message for each file, the new decisions, what is kept."""

    files: tuple[RefusedFile, ...]
    decisions: tuple[dict[str, Value | Link], ...]
    kept: tuple[dict[str, Value], ...]
    """Rows of the hidden Issued sheet."""


class Quarantine:
    """The returns a master keeps until HR has decided about them."""

    def __init__(self, plan: Plan, issued: IssuedReturns) -> None:
        self._plan = plan
        self._issued = issued
        self._rows = [row for row in DECISIONS.data_rows(plan.snapshot) if is_about_a_file(row)]

    def hold(self, replies: Iterable[ReadReturn], now: datetime) -> Held:
        """Return what becomes of returns that nothing proves; what is asked already, or was decided, is not asked again."""
        asked = {row.text("ID"): row for row in self._rows if not is_undone(row)}
        files: list[RefusedFile] = []
        decisions: dict[str, dict[str, Value | Link]] = {}
        kept: list[dict[str, Value]] = []
        for reply in replies:
            packed = pack(reply)
            key = _key(reply)
            if (row := asked.get(key)) and not is_undecided(row):
                reason = f"decided on the {DECISIONS.sheet} sheet: {row.text('Done')}"
                files.append(_refused(reply, FileStatus.NOT_TAKEN, reason))
                continue
            if len(packed) > _LARGEST:
                reason = (
                    f"{why(reply)}, and it is too large to be kept until you decide. To merge it, {_REMEDY[_of(reply)]}"
                )
                files.append(_refused(reply, FileStatus.REFUSED, reason))
                continue
            files.append(
                _refused(reply, FileStatus.WAITS, f"{why(reply)}; {_says(reply)}, of which nothing is in the plan yet")
            )
            if key in asked or key in decisions:
                continue
            decisions[key] = _decision(self._plan, reply, key, now)
            if not self._issued.kept(_name(key)):
                text = "z" + base64.urlsafe_b64encode(zlib.compress(packed.encode(), 9)).decode()
                chunks = (text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK))
                kept += [{"Issued as": _name(key), ID_HEADER: chunk} for chunk in chunks]
        return Held(tuple(files), tuple(decisions.values()), tuple(kept))

    def reply(self, row: LedgerRow) -> ReadReturn | None:
        """Return the return a decision is about; None where it is no longer kept."""
        text = "".join(self._issued.kept(_name(row.text("ID"))))
        return unpack(zlib.decompress(base64.urlsafe_b64decode(text[1:])).decode()) if text else None

    @property
    def waiting(self) -> list[LedgerRow]:
        """The rows of the Decisions sheet that still wait, about whole files."""
        return [row for row in self._rows if is_undecided(row)]

    def moot(self, merged: Sequence[ReturnOutcome]) -> Iterator[LedgerRow]:
        """Yield the decisions that still wait about files which were merged now, their sender being on the Owners sheet."""
        files = {(r.received.sha256, r.return_id) for r in merged}
        for row in self.waiting if files else ():
            kept = None if row.text("Decision") else self.reply(row)
            if kept and (kept.received.sha256, kept.return_id) in files:
                yield row


def in_plan(plan: Plan, reply: ReadReturn) -> ReadReturn:
    """Return a return without its answers for lines or columns that have left the plan since, which are listed instead."""
    here: list[CellEdit] = []
    strays = list(reply.diff.stray_cells)
    for edit in reply.diff.edits:
        id_, key = edit.key
        if id_ in plan.by_id and key in plan.schema:
            here.append(edit)
        else:
            strays.append(
                StrayCell(f"{id_}, {key}", edit.received, f"line {id_} or its column is no longer in the plan")
            )
    return replace(reply, diff=replace(reply.diff, edits=tuple(here), stray_cells=tuple(strays)))


def unsealed_rows(issued: IssuedReturns, replies: Iterable[ReadReturn]) -> list[dict[str, Value]]:
    """Return the rows of the hidden Issued sheet that remember which returns were merged without their seal."""
    known = set(issued.kept(WITHOUT_SEAL))
    marks = dict.fromkeys(unsealed_mark(r.received.sha256, r.return_id) for r in replies if not r.sealed)
    return [{"Issued as": WITHOUT_SEAL, ID_HEADER: one} for one in marks if one not in known]


def why(reply: ReadReturn) -> str:
    """Why a return waits, with its sender."""
    sender = reply.received.sender
    return _WHY[_of(reply)].format(sender=sender, owners=OWNERS, sent_by=f"; {sender} sent it" if sender else "")


def _of(reply: ReadReturn) -> Unproven:
    assert reply.unproven
    return reply.unproven


def _says(reply: ReadReturn) -> str:
    return f"read as return {reply.return_id} of {reply.owner} it changes {count_noun(len(reply.diff.edits), 'cell')}"


def _refused(reply: ReadReturn, what: FileStatus, reason: str) -> RefusedFile:
    item = reply.received
    return RefusedFile(item.file, reason, item.sha256, item.sender, item.sent, what, reply.return_id, reply.owner)


def _decision(plan: Plan, reply: ReadReturn, key: str, now: datetime) -> dict[str, Value | Link]:
    remedy = f"Choose '{TAKE_RETURN}' to merge it as {reply.owner}'s, or {_REMEDY[_of(reply)]}"
    answers = [
        f"{e.key[0]}, {plan.schema[e.key[1]].header}: {as_text(e.received) or '(cleared)'}" for e in reply.diff.edits
    ]
    answers += [f"{s.cell}, without a place in the plan: {as_text(s.value)}" for s in reply.diff.stray_cells]
    return {
        "Question": Question.WHOLE_FILE.value, "Why": f"'{reply.received.file}': {why(reply)}. {remedy}.", "Go to": Link(REGISTER.sheet, REGISTER.sheet, "A1"),
        "ID": key, "Column": WHOLE_FILE, "In the return": fit_in_cell("\n".join(answers)) or "what was issued",
        "Owner": reply.owner, "Return": reply.return_id, "When": timestamp(now),
    }  # fmt: skip


def _key(reply: ReadReturn) -> str:
    """Return the ID of a decision: the same for the same answers from the same sender, in whatever copy of the file."""
    strays = [[s.cell, _put(s.value)] for s in reply.diff.stray_cells]
    says = json.dumps([reply.received.sender, _of(reply).value, _edits(reply), strays])
    return f"{reply.return_id}-{sha256(says.encode()).hexdigest()[:16]}"


def _name(key: str) -> str:
    return f"waits {key}"


def pack(reply: ReadReturn) -> str:
    """Return a return as JSON, without its cells but those it changes."""
    item, read = reply.received, reply.diff
    return json.dumps({
        "file": [item.file, item.sha256, item.sender, _put(item.sent), reply.from_elsewhere], "ahead": reply.ahead,
        "return": [reply.return_id, reply.owner], "unproven": _of(reply).value, "edits": _edits(reply),
        "strays": [[s.cell, _put(s.value), s.reason] for s in read.stray_cells], "notes": read.notes,
        "counts": [read.unchanged_count, read.line_count], "cells": reply.cells_read, "headings": dict(reply.unknown_headings),
    })  # fmt: skip


def _edits(reply: ReadReturn) -> list[list[object]]:
    return [[*e.key, _put(e.base), _put(e.received), _put(e.value), e.outcome, e.reason] for e in reply.diff.edits]


def unpack(text: str) -> ReadReturn:
    """Return the return that `pack` made a text of."""
    kept = json.loads(text)
    file, digest, sender, sent, elsewhere = kept["file"]
    when = _take(sent)
    edits = (
        CellEdit((id_, key), _take(b), _take(r), _take(v), Outcome(outcome) if outcome else None, reason)
        for id_, key, b, r, v, outcome, reason in kept["edits"]
    )
    strays = (StrayCell(cell, _take(value), reason) for cell, value, reason in kept["strays"])
    read = ReturnDiff(tuple(edits), tuple(strays), tuple(kept["notes"]), *kept["counts"])
    received = ReceivedFile(file, (), digest, sender, when if isinstance(when, datetime) else None)
    return_id, owner = kept["return"]
    unproven = Unproven(kept["unproven"])
    return ReadReturn(
        received, return_id, owner, read, kept["headings"],
        sealed=False, unproven=unproven, from_elsewhere=elsewhere, ahead=kept["ahead"], cells_read=kept.get("cells"),
    )  # fmt: skip


def _put(value: Value) -> object:
    """Return a cell's value as JSON has it; what JSON has no form for is a list of its type and its text."""
    if isinstance(value, CellError):
        return ["error", str(value)]
    if isinstance(value, datetime | date | time):
        return [type(value).__name__, value.isoformat()]
    return value


def _take(kept: object) -> Value:
    if not isinstance(kept, list):
        assert kept is None or isinstance(kept, str | int | float)
        return kept
    form, text = kept
    if form == "error":
        return CellError(text)
    types: dict[str, Callable[[str], Value]] = {
        "datetime": datetime.fromisoformat, "date": date.fromisoformat, "time": time.fromisoformat,
    }  # fmt: skip
    return types[form](text)
