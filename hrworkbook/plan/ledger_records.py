"""What the rows of the program's own sheets say, as typed records."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TypeVar, cast

from hrworkbook.plan.ledger_rows_before import CANNOT_BE_TAKEN, OVER_FORMULA
from hrworkbook.plan.ledger_words import ChangeCause, DecisionState, FileStatus, Question
from hrworkbook.plan.ledgers import RECEIVED, LedgerRow
from hrworkbook.plan.snapshot import Link
from hrworkbook.plan.values import Value, as_text, fold_name

_Words = TypeVar("_Words", bound=StrEnum)


def _word(words: type[_Words], text: str) -> _Words | None:
    """Return the word a cell holds, whatever its case; None where it is none of them."""
    return cast("_Words | None", _by_folded_word(words).get(fold_name(text)))


@cache
def _by_folded_word(words: type[StrEnum]) -> dict[str, StrEnum]:
    return {fold_name(word): word for word in words}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a cell, as the Journal tells it."""

    cause: ChangeCause | None
    """None where somebody wrote another word there."""
    decision: str = ""
    """What HR chose, of a change by a decision."""
    formula: str = ""
    """The formula that worked the cell out until then."""


def read_change(row: LedgerRow) -> Change:
    """Return what a row of the Journal says of its change, whichever columns its master has."""
    why, formula = row.text("Why"), row.text("Formula")
    decision = row.text("Decision")
    if not row.has("Decision"):
        why, _, formula = why.partition(OVER_FORMULA)
        why, _, decision = why.partition(": ")
    return Change(_word(ChangeCause, why), decision, formula)


@dataclass(frozen=True, slots=True)
class AskedDecision:
    """What a row of the Decisions sheet asks, and what became of it."""

    question: Question | None
    why: str
    """The sentence beside it: the fault and the remedy."""
    can_be_taken: bool = True
    """Whether a cell of the plan could hold what came."""
    state: DecisionState | None = None
    """None while it waits."""

    @property
    def is_about_a_file(self) -> bool:
        """Whether it is about a whole file."""
        return self.question is Question.WHOLE_FILE

    @property
    def is_open(self) -> bool:
        """Whether it waits."""
        return self.state is None


WHOLE_FILE = "the whole file"
"""Stands as the column of a decision about a whole file."""


def read_decision(row: LedgerRow) -> AskedDecision:
    """Return what a row of the Decisions sheet asks, whichever columns its master has."""
    why, done = row.text("Why"), row.text("Done")
    if not row.has("Question"):
        head, _, why = why.partition(": ")
        asked, _, _ = head.partition(CANNOT_BE_TAKEN)
        is_file = fold_name(row.text("Column")) == fold_name(WHOLE_FILE)
        question = Question.WHOLE_FILE if is_file else _word(Question, asked)
        state = (DecisionState.UNDONE if "undone" in done else DecisionState.DECIDED) if done else None
        if done.startswith("replaced") and state is not DecisionState.UNDONE:
            state = DecisionState.REPLACED
        return AskedDecision(question, why, CANNOT_BE_TAKEN not in head, state)
    state = (_word(DecisionState, row.text("State")) or DecisionState.DECIDED) if done else None
    return AskedDecision(_word(Question, row.text("Question")), why, fold_name(row.text("Can be taken")) != "no", state)


def file_status(row: LedgerRow) -> FileStatus | None:
    """Return what became of the file in a row of the Register; None where somebody wrote another word there."""
    return status_word(row["What"])


def is_marked_received(row: LedgerRow | Mapping[str, Value]) -> bool:
    """Return whether HR marked the return of this row of the Register as answered without a file."""
    mark = row[RECEIVED] if isinstance(row, LedgerRow) else row.get(RECEIVED)
    return fold_name(as_text(mark)) not in ("", "no")


def status_word(what: Value | Link) -> FileStatus | None:
    """Return the status that the Register's *What* names; None where it names none."""
    return _word(FileStatus, as_text(what)) if not isinstance(what, Link) else None
