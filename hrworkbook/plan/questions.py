"""What was guessed of a workbook, and what it could be instead."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """One guess that a person should look at."""

    what: str
    taken: str
    instead: tuple[str, ...] = ()
