"""A sheet's rows as they show: without what lies under merged cells, with gaps and shades."""

from hrworkbook.plan.row_kinds import Filled
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import is_blank

_MOST_COVERED = 2_000_000
"""Cells under merges that are looked at: beyond that a sheet is broken."""


class SheetRows:
    """A sheet's rows without what lies under merged cells."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.covered: dict[tuple[int, int], tuple[int, int]] = {}
        self.reached: set[int] = set()
        """Rows into which a merged cell reaches down."""
        self.widths: dict[tuple[int, int], int] = {}
        height, width = len(block.rows), max(map(len, block.rows), default=0)
        room = _MOST_COVERED
        for r1, c1, r2, c2 in block.merges:
            bottom, right = min(r2, height), min(c2, width + 50)
            self.widths[r1, c1] = c2 - c1 + 1
            room -= max(bottom - r1 + 1, 0) * max(right - c1 + 1, 0)
            if room < 0:
                break
            for row in range(r1, bottom + 1):
                if row > r1:
                    self.reached.add(row)
                for at in range(c1, right + 1):
                    if (row, at) != (r1, c1):
                        self.covered.setdefault((row, at), (r1, c1))
        self._seen: dict[int, Filled] = {}

    def seen(self, row: int) -> Filled:
        """Return the filled cells of a row that show."""
        found = self._seen.get(row)
        if found is None:
            if not 1 <= row <= len(self.block.rows):
                return []
            values = self.block.rows[row - 1]
            found = (
                []
                if values.count(None) == len(values)
                else [
                    (at, v)
                    for at, v in enumerate(values, 1)
                    if v is not None and not is_blank(v) and (row, at) not in self.covered
                ]
            )
            self._seen[row] = found
        return found

    def is_gap(self, row: int) -> bool:
        """Return whether a row shows nothing and nothing reaches down into it."""
        return not self.seen(row) and not self.is_reached(row)

    def is_reached(self, row: int) -> bool:
        """Return whether a merged cell reaches down into a row."""
        return row in self.reached

    def is_after_gap(self, row: int) -> bool:
        """Return whether a blank row parts a row from what is above, with titles of a cell between at most."""
        above, titles = row - 1, 0
        while above > 0 and titles < 3 and len(self.seen(above)) == 1:
            above, titles = above - 1, titles + 1
        return above < 1 or self.is_gap(above)

    def shade(self, row: int) -> str:
        """Return the fill that all the filled cells of a row share; '' where they do not."""
        fills = {self.block.fills.get((row, at), "") for at, _ in self.seen(row)}
        return fills.pop() if len(fills) == 1 else ""
