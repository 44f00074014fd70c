"""The jobs of the verbs that have no files beside them: validate, next, received, decide, undo, roll."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hrworkbook.jobs.job import Job
from hrworkbook.plan.snapshot import Snapshot

if TYPE_CHECKING:
    from hrworkbook.checks import CouncilCheck
    from hrworkbook.verbs.decide import DecideResult
    from hrworkbook.verbs.next import NextProblem
    from hrworkbook.verbs.received import ReceivedResult
    from hrworkbook.verbs.roll import RollResult
    from hrworkbook.verbs.undo import UndoResult
    from hrworkbook.verbs.validate import ValidateResult


def validate_job(
    snapshot: Snapshot, now: datetime, checks: "Iterable[str | Path | CouncilCheck]" = ()
) -> "Job[ValidateResult]":
    """Return the check of a plan, with the checks that are installed, those of some Python files, and some at hand.

    Raises CheckFileError where a file of checks cannot be used.
    """
    from hrworkbook.jobs.check_files import load_checks
    from hrworkbook.verbs.validate import hypothesis_hidden, validate

    given = list(checks)
    files = [check for check in given if isinstance(check, (str, Path))]
    at_hand = [check for check in given if not isinstance(check, (str, Path))]
    with hypothesis_hidden():
        result = validate(snapshot, now, load_checks(files, at_hand))
    return Job(result, result.changes)


def next_job(snapshot: Snapshot, after: tuple[str, str] = ("", "")) -> "Job[NextProblem]":
    """Return the jump to the problem that follows a sheet and cell."""
    from hrworkbook.verbs.next import next

    result = next(snapshot, after)
    return Job(result, result.changes)


def decide_job(snapshot: Snapshot, now: datetime) -> "Job[DecideResult]":
    """Return the choices made on the Decisions sheet, to be applied."""
    from hrworkbook.verbs.decide import decide

    result = decide(snapshot, now)
    return Job(result, result.changes)


def undo_job(snapshot: Snapshot, now: datetime, return_id: str = "") -> "Job[UndoResult]":
    """Return what puts back the cells one return changed; the last one merged where none is named."""
    from hrworkbook.verbs.undo import undo

    result = undo(snapshot, now, return_id)
    return Job(result, result.changes)


def received_job(
    snapshot: Snapshot,
    now: datetime,
    owner: str,
    period: str = "",
    *,
    undo: bool = False,
    selected: tuple[str, str] = ("", ""),
) -> "Job[ReceivedResult]":
    """Return the mark that an owner has answered without a file, or its removal.

    Where no owner is named it is the return in the Register's row that is selected, given as sheet and cell.
    """
    from hrworkbook.verbs.received import received, return_selected

    result = received(snapshot, now, owner or return_selected(snapshot, selected), period, undo=undo)
    return Job(result, result.changes)


def roll_job(snapshot: Snapshot, now: datetime, next_period: str = "") -> "Job[RollResult]":
    """Return the close of the period; the quarter after it is the next where none is named."""
    from hrworkbook.verbs.roll import roll

    result = roll(snapshot, now, next_period)
    return Job(result, result.changes)
