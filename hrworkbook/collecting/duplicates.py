"""Two lines of the same name and month: do they say the same, each a part, or one thing and another?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from hrworkbook.plan.values import Value, is_blank, same_value

LineValues = Mapping[str, Value]
"""What a line says, by column."""


def same_figure(left: Value, right: Value) -> bool:
    """Whether two cells say the same; numbers alike to the fifteen digits a workbook keeps are the same."""
    if isinstance(left, float | int) and isinstance(right, float | int):
        return left == right or f"{left:.14g}" == f"{right:.14g}"
    return same_value(left, right)


def contradict(left: LineValues, right: LineValues) -> bool:
    """Whether two lines say different things in a column that both fill."""
    shared = left.keys() & right.keys()
    return any(
        not is_blank(left[key]) and not is_blank(right[key]) and not same_figure(left[key], right[key])
        for key in shared
    )


def contradicting_groups(lines: Iterable[tuple[tuple[str, ...], LineValues]]) -> list[Sequence[int]]:
    """The lines, by where they stand among the others, that have the same key and contradict each other."""
    by_key: dict[tuple[str, ...], list[tuple[int, LineValues]]] = defaultdict(list)
    for at, (key, values) in enumerate(lines):
        by_key[key].append((at, values))
    duplicated = (found for found in by_key.values() if len(found) > 1)
    return [
        [at for at, _ in found]
        for found in duplicated
        if any(contradict(one, other) for (_, one), (_, other) in combinations(found, 2))
    ]
