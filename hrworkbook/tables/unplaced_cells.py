"""Cells of a file that no row or column of the plan takes, each with the reason."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from hrworkbook.plan.snapshot import column_letters
from hrworkbook.plan.values import Value, is_blank


class UnplacedCell(NamedTuple):
    """A cell that no row or column of the plan takes."""

    sheet: str
    cell: str
    value: Value
    reason: str
    stands_alone: bool = False
    """Whether it is by itself in a row between the lines, as a heading over them is."""


class _ColumnLetters(dict[int, str]):
    """The letters of a sheet column, from 1."""

    def __missing__(self, column: int) -> str:
        self[column] = column_letters(column)
        return self[column]


_letters = _ColumnLetters()


class UnplacedRows(NamedTuple):
    """Cells of sheet rows that no row or column of the plan takes; each is told only when it is asked for."""

    sheet: str
    first_row: int
    """Sheet row of the first, from 1."""
    rows: Sequence[Sequence[Value]]
    reason: str
    columns: Sequence[int] = ()
    """Sheet column of each value of a row, from 1; where none are given, the first ones."""
    stand_alone: bool = False
    """Whether each is by itself in a row between the lines."""

    def cells(self) -> Iterator[UnplacedCell]:
        """Those that are not blank."""
        for number, row in enumerate(self.rows, self.first_row):
            for at, value in zip(self.columns or range(1, len(row) + 1), row, strict=True):
                if value is not None and not is_blank(value):
                    yield UnplacedCell(self.sheet, f"{_letters[at]}{number}", value, self.reason, self.stand_alone)


def unplaced_cells(left: Iterable[UnplacedRows]) -> tuple[UnplacedCell, ...]:
    """Every cell that is left, in order."""
    return tuple(cell for some in left for cell in some.cells())
