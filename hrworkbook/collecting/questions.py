"""What only a person can say before lines of a collection are merged, and why a line waits."""

from enum import Enum
from typing import NamedTuple


class HoldReason(Enum):
    """Why a line must not be merged yet; the value is what the receipt says of its cells."""

    NO_MONTH = "no month is known for it"
    SHIFTED = "its figures do not stand under their headings"
    UNCALCULATED = "its totals were never worked out"
    CONTRADICTED = "another line has its name, and says otherwise"
    SHARED_MONTH = "its month is not known"


class QuestionKind(Enum):
    """What a question is about."""

    MONTH = "which month a sheet is for"
    NAME = "whose a sheet's lines are"
    SHIFTED = "where figures stand"
    UNCALCULATED = "what formulas come to"
    CONTRADICTED = "which of two lines is right"
    SHARED_MONTH = "which of several sheets a month was given for"


class SheetQuestion(NamedTuple):
    """A question to the officer: what is not known of a sheet, and what to do about it."""

    kind: QuestionKind
    sheet: str
    fault: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.fault}{'' if self.fault.endswith('?') else '.'} {self.remedy}"
