"""How tall a row must be to show its texts, and which rows a change set makes too low."""

from collections.abc import Iterable, Mapping, Sequence

from hrworkbook.plan.model import Plan
from hrworkbook.plan.snapshot import TALLEST_ROW, Link, Write
from hrworkbook.plan.values import Value, as_text
from hrworkbook.render import style as look
from hrworkbook.render.text_metrics import face

POINTS_PER_CHARACTER = 5.25
"""The narrowest a column of a stated width is shown; text is wrapped for that, so that it is never clipped."""
INDENT = 2.0
"""Characters of a column's width that its indent and margins take."""
MAX_HEIGHT = 320.0
"""Points; a taller row on a screen cannot be read without losing the headings."""


def row_height(
    texts: Sequence[str], widths: Sequence[float], size: float = look.BODY_SIZE, tallest: float = MAX_HEIGHT
) -> float:
    """Return the height in points that shows the texts in columns of these widths (characters), at most `tallest`."""
    type_ = face("Calibri", size=size)
    pairs = zip(texts, widths, strict=True)
    tall = max(
        (type_.height(t, max(2.0, w - INDENT) * POINTS_PER_CHARACTER) for t, w in pairs if t), default=type_.line_height
    )
    return min(tallest, tall + 6)


def plan_heights(plan: Plan, changed: Mapping[tuple[str, str], Value]) -> tuple[tuple[str, int, float], ...]:
    """Return the rows of the plan that hold new texts, each with the height these need; by line ID and column key."""
    rows: dict[tuple[str, int], float] = {}
    for (line_id, key), value in changed.items():
        row = plan.by_id[line_id].sheet, plan.by_id[line_id].row
        height = row_height([as_text(value)], [plan.schema[key].width], tallest=TALLEST_ROW)
        rows[row] = max(rows.get(row, 0), height)
    return tuple((*row, points) for row, points in rows.items())


def ledger_heights(writes: Iterable[Write], widths: Sequence[float]) -> tuple[tuple[str, int, float], ...]:
    """Return the rows some writes to a ledger fill, each with the height it needs; columns as wide as the ledger says."""
    heights = []
    for write in writes:
        for number, row in enumerate(write.rows, write.row):
            texts = [v.text if isinstance(v, Link) else as_text(v) for v in row]
            if any(texts):
                shown = widths[write.column - 1 : write.column - 1 + len(texts)]
                heights.append((write.sheet, number, row_height(texts[: len(shown)], shown)))
    return tuple(heights)
