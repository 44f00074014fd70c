"""What a measure comes to: how far it is off its target, its status by conditions given as data, its direction."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from hrworkbook.plan.measures.targets import Target
from hrworkbook.plan.measures.units import Good
from hrworkbook.plan.values import fold_name


class Condition(StrEnum):
    """What can be true of a measure; statuses are given in these words, joined by `and` and `or`."""

    ON_TARGET = "on target"
    OFF_TARGET = "off target"
    WITHIN_TOLERANCE = "within tolerance"
    OUTSIDE_TOLERANCE = "outside tolerance"
    BETTER_THAN_LAST = "better than last period"
    SAME_AS_LAST = "same as last period"
    WORSE_THAN_LAST = "worse than last period"
    BETTER_THAN_YEAR_AGO = "better than a year ago"
    SAME_AS_YEAR_AGO = "same as a year ago"
    WORSE_THAN_YEAR_AGO = "worse than a year ago"


class Movement(StrEnum):
    """What a figure did since another, as it is printed: the arrow shows whether it is better, not whether it is more."""

    BETTER = "▲ better"
    WORSE = "▼ worse"
    SAME = "► same"


class Unrated(StrEnum):
    """Why a measure has no status, as it is printed."""

    NO_DATA = "No data"
    NOT_DUE = "Data not due"
    NO_TARGET = "No target"
    NOT_RATED = "Not rated"


BY_HAND = "(by hand)"
"""What stands behind a status that was not worked out."""
USUAL_STATUSES: Mapping[str, str] = {
    "Green": Condition.ON_TARGET.value,
    "Amber": Condition.WITHIN_TOLERANCE.value,
    "Red": Condition.OUTSIDE_TOLERANCE.value,
}
"""The statuses of a scorecard that gives none: the first whose condition holds counts."""
_PAIRS = {
    Condition.BETTER_THAN_LAST: (0, Movement.BETTER), Condition.SAME_AS_LAST: (0, Movement.SAME),
    Condition.WORSE_THAN_LAST: (0, Movement.WORSE), Condition.BETTER_THAN_YEAR_AGO: (1, Movement.BETTER),
    Condition.SAME_AS_YEAR_AGO: (1, Movement.SAME), Condition.WORSE_THAN_YEAR_AGO: (1, Movement.WORSE),
}  # fmt: skip


class UnknownCondition(Exception):
    """A word that is no condition, and the nearest that is ('' for none)."""

    def __init__(self, word: str, near: str) -> None:
        super().__init__(word)
        self.word = word
        self.near = near


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a measure stands."""

    gap: Decimal
    """How far it is off its target, in its unit; 0 where it is at the target or better."""
    on_target: bool
    allowed: Decimal
    """How far off it may be and still be within tolerance."""
    since_last: Movement | None = None
    since_year_ago: Movement | None = None
    """None where there is nothing to compare with."""


@lru_cache(maxsize=256)
def parse_conditions(text: str) -> tuple[tuple[Condition, ...], ...]:
    """Return the alternatives of a status, each the conditions that must all hold. Raise UnknownCondition for any other word."""
    known = {fold_name(c.value): c for c in Condition}
    alternatives: list[tuple[Condition, ...]] = []
    for alternative in fold_name(text).split(" or "):
        words = alternative.split(" and ")
        for word in words:
            if word not in known:
                near = difflib.get_close_matches(word, known, 1, 0.5)
                raise UnknownCondition(word, near[0] if near else "")
        alternatives.append(tuple(known[word] for word in words))
    return tuple(alternatives)


def gap_to(value: Decimal, target: Target, good: Good) -> Decimal:
    """Return how far a figure is off its target, 0 where it is at the target or better; of a range, off its nearer end."""
    below, above = target.low - value, value - target.high
    if good is Good.HIGH:
        return max(Decimal(0), below)
    return max(Decimal(0), above) if good is Good.LOW else max(Decimal(0), below, above)


def stand(
    value: Decimal, target: Target, good: Good, tolerance: tuple[Decimal, bool] | None,
    since_last: Movement | None = None, since_year_ago: Movement | None = None,
) -> Standing:  # fmt: skip
    """Return where a figure stands against its target, with a tolerance as `read_tolerance` gives it."""
    gap = gap_to(value, target, good)
    missed = target.strict and value in (target.low, target.high)
    amount, is_share = tolerance or (Decimal(0), False)
    bound = target.high if good is Good.LOW or value > target.high else target.low
    allowed = abs(bound) * amount if is_share else amount
    return Standing(gap, gap == 0 and not missed, allowed, since_last, since_year_ago)


def movement(now: Decimal, before: Decimal, good: Good, target: Target | None = None) -> Movement | None:
    """Return what a figure did since another; of one that is to be within a range, by how far it is off. None without a range."""
    if good is Good.WITHIN:
        if target is None:
            return Movement.SAME if now == before else None
        now, before = -gap_to(now, target, good), -gap_to(before, target, good)
    elif good is Good.LOW:
        now, before = -now, -before
    return Movement.SAME if now == before else Movement.BETTER if now > before else Movement.WORSE


def status_of(standing: Standing, statuses: Mapping[str, str]) -> str:
    """Return the first status whose condition holds; `Not rated` where none does, or an earlier one cannot be known."""
    for word, text in statuses.items():
        holds = _any(_all(standing, conditions) for conditions in parse_conditions(text))
        if holds is not False:
            return word if holds else Unrated.NOT_RATED.value
    return Unrated.NOT_RATED.value


def _holds(standing: Standing, condition: Condition) -> bool | None:
    """Return whether a condition holds; None where there is nothing to compare with."""
    if condition in (Condition.ON_TARGET, Condition.OFF_TARGET):
        return standing.on_target is (condition is Condition.ON_TARGET)
    if condition in (Condition.WITHIN_TOLERANCE, Condition.OUTSIDE_TOLERANCE):
        return (standing.gap <= standing.allowed) is (condition is Condition.WITHIN_TOLERANCE)
    which, wanted = _PAIRS[condition]
    moved = (standing.since_last, standing.since_year_ago)[which]
    return None if moved is None else moved is wanted


def _all(standing: Standing, conditions: Sequence[Condition]) -> bool | None:
    found = [_holds(standing, c) for c in conditions]
    return False if False in found else None if None in found else True


def _any(found: Iterable[bool | None]) -> bool | None:
    held = list(found)
    return True if True in held else None if None in held else False
