"""Cells to write as few rectangles, and which of their texts a spreadsheet would take for something else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hrworkbook.ooxml.cell_xml import CellContent
from hrworkbook.plan.snapshot import CellRange as Area
from hrworkbook.plan.snapshot import Link
from hrworkbook.plan.values import CellError


@dataclass(frozen=True)
class Rectangle:
    """A filled rectangle of cells to write, its top left cell at a row and column counted from 1."""

    row: int
    column: int
    rows: tuple[tuple[CellContent, ...], ...]

    @property
    def area(self) -> Area:
        """First row, first column, last row, last column."""
        return self.row, self.column, self.row + len(self.rows) - 1, self.column + len(self.rows[0]) - 1


def rectangles(cells: Mapping[tuple[int, int], CellContent]) -> list[Rectangle]:
    """Return the cells, known by row and column, as few rectangles: equal stretches of columns on rows one below the other."""
    return [
        Rectangle(top, left, tuple(tuple(cells[r, c] for c in range(left, right + 1)) for r in range(top, bottom + 1)))
        for top, left, bottom, right in areas_of(cells)
    ]


def areas_of(cells: Mapping[tuple[int, int], object] | set[tuple[int, int]]) -> Iterator[Area]:
    """Yield the areas that cells, given by row and column, fill."""
    by_row: dict[int, list[int]] = {}
    for row, column in sorted(cells):
        by_row.setdefault(row, []).append(column)
    growing: dict[tuple[int, int], tuple[int, int]] = {}
    for row, columns in by_row.items():
        here = _column_runs(columns)
        for span in [s for s, (_, last) in growing.items() if s not in here or last != row - 1]:
            top, bottom = growing.pop(span)
            yield top, span[0], bottom, span[1]
        for span in here:
            growing[span] = growing.get(span, (row, row))[0], row
    for (left, right), (top, bottom) in growing.items():
        yield top, left, bottom, right


def _column_runs(columns: list[int]) -> list[tuple[int, int]]:
    starts = [c for i, c in enumerate(columns) if i == 0 or columns[i - 1] != c - 1]
    ends = [c for i, c in enumerate(columns) if i + 1 == len(columns) or columns[i + 1] != c + 1]
    return list(zip(starts, ends, strict=True))


def needs_text_format(value: CellContent) -> bool:
    """Whether a cell must be a text cell for this to arrive as it is: `007`, `May 2020`, `=1+1`, `TRUE`.

    Words without a digit, beginning with a letter, are safe in every language but for the two words of logic.
    """
    if not isinstance(value, str) or isinstance(value, CellError) or not value:
        return False
    return not value[0].isalpha() or value.strip().casefold() in ("true", "false") or any(map(str.isnumeric, value))


def text_runs(rectangle: Rectangle) -> list[Area]:
    """Return the areas to make text cells first: down each column, over blanks and words, never over a number or a date."""
    marked: set[tuple[int, int]] = set()
    for j in range(len(rectangle.rows[0])):
        column = [row[j] for row in rectangle.rows]
        start: int | None = None
        for i, value in enumerate(column):
            if needs_text_format(value):
                marked |= {
                    (rectangle.row + k, rectangle.column + j) for k in range(i if start is None else start, i + 1)
                }
                start = i
            elif value is not None and (isinstance(value, CellError | Link) or not isinstance(value, str)):
                start = None
    return list(areas_of(marked))
