"""Where the lines of a council's own table end: behind a blank row may stand a key, notes or signatures."""

import re
from collections.abc import Callable, Collection, Iterator
from itertools import groupby

from hrworkbook.plan.row_kinds import Filled
from hrworkbook.plan.values import as_text

_NUMBERED = re.compile(
    r"[A-Za-z]{0,6}[ ./-]?[0-9]{1,4}(?:[.\-/][0-9A-Za-z]{1,4}){0,4}\.?(?: ?\([A-Za-z0-9]{1,3}\))?[a-z]?"
)
_FEWEST_USUAL = 4
"""Cells a line usually has, below which a row of two is no sign of anything."""


def last_line_row(
    rows: range, seen: Callable[[int], Filled], reached: Callable[[int], bool], columns: Collection[int], reference_at: int = 0
) -> int:  # fmt: skip
    """Return the last row that may be a line, of the rows below a table's headings.

    `seen` gives the filled cells of a row, `reached` whether a merged cell reaches down into it; `reference_at` is the
    column of references. A part behind a blank row in which every row has few cells, or labels such as `Signed:`, and no
    reference, holds no lines.
    """
    counts = {row: sum(at in columns for at, _ in seen(row)) for row in rows}
    full = sorted(n for n in counts.values() if n > 1)
    usual = full[3 * len(full) // 4] if full else 0
    parts = list(_parts(rows, lambda row: not seen(row) and not reached(row)))
    if usual < _FEWEST_USUAL:
        return rows[-1] if rows else rows.start - 1
    last = rows[-1]
    for first, final in reversed(parts[1:]):
        filled = [row for row in range(first, final + 1) if counts[row]]
        if any(
            reached(row) or not _is_remark(seen(row), counts[row], max(2, usual // 3), reference_at) for row in filled
        ):
            break
        last = first - 1
    return last


def _is_remark(filled: Filled, count: int, few: int, reference_at: int) -> bool:
    """Whether a row is too short for a line, or labels what stands beside, and has no reference."""
    if reference_at and count > 1 and any(at == reference_at and _NUMBERED.fullmatch(as_text(v)) for at, v in filled):
        return False
    return count <= few or any(isinstance(v, str) and v.strip().endswith(":") for _, v in filled)


def _parts(rows: range, is_gap: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    """Yield first and last row of each run of rows without a blank one."""
    for blank, run in groupby(rows, is_gap):
        if not blank:
            found = list(run)
            yield found[0], found[-1]
