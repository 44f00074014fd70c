"""Compare two lines of the same name and month: they say the same, each a part, or one thing and another."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from hrworkbook.collecting.collected_line import CollectedLine
from hrworkbook.collecting.questions import HoldReason, QuestionKind, SheetQuestion
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.values import Value, is_blank, normalised_text, same_value

LineValues = Mapping[str, Value]
"""What a line says, by column."""


_NEAR = 0.01
"""What two figures may differ by for a penny or a place of rounding."""
_ROUNDED_TO = ((1.0, 0.5), (0.1, 0.05))
"""Places a figure may be rounded to, and how far that may put it from what it was."""


def same_figure(left: Value, right: Value) -> bool:
    """Return whether two cells say the same: figures a penny apart, or of which one is the other rounded, are the same."""
    if isinstance(left, float | int) and isinstance(right, float | int):
        return (
            left == right or abs(left - right) <= _NEAR + _SLACK or _is_rounded(left, right) or _is_rounded(right, left)
        )
    return same_value(left, right)


_SLACK = 1e-9
"""What a computer's own arithmetic may add: 43.01 − 43 is a little over 0.01."""


def _is_rounded(rounded: float, exact: float) -> bool:
    """Return whether one figure is the other to a whole number or to one place, which the other is not."""
    return any(
        _is_multiple(rounded, place) and not _is_multiple(exact, place) and abs(rounded - exact) <= far + _SLACK
        for place, far in _ROUNDED_TO
    )


def _is_multiple(figure: float, place: float) -> bool:
    return abs(figure / place - round(figure / place)) < _SLACK * 100


def contradict(left: LineValues, right: LineValues) -> bool:
    """Return whether two lines say different things in a column that both fill."""
    shared = left.keys() & right.keys()
    return any(
        not is_blank(left[key]) and not is_blank(right[key]) and not same_figure(left[key], right[key])
        for key in shared
    )


def contradicting_groups(lines: Iterable[tuple[tuple[str, ...], LineValues]]) -> list[Sequence[int]]:
    """Return the lines, by where they stand among the others, that have the same key and contradict each other."""
    by_key: dict[tuple[str, ...], list[tuple[int, LineValues]]] = defaultdict(list)
    for at, (key, values) in enumerate(lines):
        by_key[key].append((at, values))
    duplicated = (found for found in by_key.values() if len(found) > 1)
    return [
        [at for at, _ in found]
        for found in duplicated
        if any(contradict(one, other) for (_, one), (_, other) in combinations(found, 2))
    ]


def hold_contradicting(
    lines: Sequence[CollectedLine], sheets_of_given_month: Collection[str], name_key: str
) -> tuple[list[CollectedLine], list[SheetQuestion]]:
    """Return the lines, those of one name and month that contradict each other held, with a question for each such name.

    A month given for all sheets may not be for each of them: lines of those sheets are compared within their sheet alone.
    """
    kept = list(lines)
    free = [(at, line) for at, line in enumerate(kept) if not line.hold_reason]
    keys = [(line.sheet if line.sheet in sheets_of_given_month else "", *line.key) for _, line in free]
    if len(set(keys)) == len(keys):
        return kept, []
    questions = []
    for found in contradicting_groups(zip(keys, (line.values for _, line in free), strict=True)):
        group = [free[i][0] for i in found]
        questions.append(_which_is_right([kept[at] for at in group], name_key))
        for at in group:
            kept[at] = replace(kept[at], hold_reason=HoldReason.CONTRADICTED)
    return kept, questions


def _which_is_right(lines: Sequence[CollectedLine], name_key: str) -> SheetQuestion:
    """Return the question about lines of one name and month that say different things."""
    first = lines[0]
    rows = join_words(
        f"row {line.row}" + (f" of sheet '{line.sheet}'" if line.sheet != first.sheet else "") for line in lines
    )
    name = normalised_text(first.cells[name_key].value)
    fault = (
        f"Sheet '{first.sheet}': {rows} are {'both' if len(lines) == 2 else 'all'} called '{name}' for {first.period} and "
        "say different things"
    )
    one_sheet = len({line.sheet for line in lines}) == 1
    remedy = (
        "Write on each what it is called, and read the file again"
        if one_sheet
        else "Take out the sheet that no longer counts, or write on each line what it is called, and read the file again"
    )
    return SheetQuestion(QuestionKind.CONTRADICTED, first.sheet, fault, f"{remedy}; until then they are left out")
