"""The words the program writes on its own sheets and decides by: each set of them is an enum, never a sentence."""

from enum import StrEnum


class FileStatus(StrEnum):
    """What became of a file, as the Register's *What* says."""

    ISSUED = "Issued"
    MERGED = "Merged"
    UNDONE = "Undone"
    REFUSED = "Refused"
    WAITS = "Waits"
    """Nothing proves it: HR decides."""
    NOT_TAKEN = "Not taken"
    """HR has decided against it."""
    OLDER = "Older"
    """A newer return of its owner was merged."""
    ALREADY_MERGED = "Already merged"
    SENT_AGAIN = "Sent again"
    TWICE = "Twice"
    NO_RETURN = "No return"
    """It is none: a picture, a letter."""
    NO_MONTH = "No month"
    """A collected file that does not say for which month it is."""


class ChangeCause(StrEnum):
    """What changed a cell of the plan, as the Journal's *Why* says."""

    MERGE = "merge"
    DECIDE = "decide"
    UNDO = "undo"
    ROLL = "roll"
    RECEIVED = "received"
    """Of the Register, not of the plan: HR marked a return as answered in another way."""


class Question(StrEnum):
    """What HR is asked in a row of the Decisions sheet."""

    CONFLICT = "conflict"
    LOCKED = "locked"
    INVALID = "invalid"
    WHOLE_FILE = "whole file"


class DecisionState(StrEnum):
    """What became of a decision that waits no longer."""

    DECIDED = "decided"
    UNDONE = "undone"
    """With the return it was about; what the return says is asked anew when it is merged again."""
    REPLACED = "replaced"
    """A newer return has answered it anew."""
    MERGED = "merged"
    """The file it was about was merged after all."""


RECEIVED_WORD = "received"
"""What marks a return as answered without a file, in the Register's column of that name."""
