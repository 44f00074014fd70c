"""The seam between verbs and hosts: a snapshot in, a change set out."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from hrworkbook.plan.errors import NotAMaster
from hrworkbook.plan.sheet_names import PlanSheet, is_renamed, own_sheet_name
from hrworkbook.plan.values import Value, clean

TALLEST_ROW = 409.5
"""Points; Excel shows no taller row."""

CellRange = tuple[int, int, int, int]
"""First row, first column, last row, last column; all counted from 1 and inclusive."""


Annotation = tuple[int, int, str]
"""Row and column counted from 1, and a text; row 0 where the place is not told."""


class CellTexts(Mapping[tuple[int, int], str]):
    """A text for some cells, by row and column counted from 1, kept by text: most sheets say few things of many cells."""

    __slots__ = ("_by_cell", "by_text")

    def __init__(self, by_text: Mapping[str, Sequence[int]] | None = None) -> None:
        self.by_text = by_text or {}
        """Row, column, row, column … of the cells of each text."""
        self._by_cell: dict[tuple[int, int], str] | None = None

    def _cells(self) -> dict[tuple[int, int], str]:
        if self._by_cell is None:
            self._by_cell = {
                cell: text for text, flat in self.by_text.items() for cell in zip(flat[::2], flat[1::2], strict=True)
            }
        return self._by_cell

    def __getitem__(self, cell: tuple[int, int]) -> str:
        return self._cells()[cell]

    def get(self, cell: tuple[int, int], default: Any = None) -> Any:
        """Return a cell's text; without it the default."""
        return self._cells().get(cell, default)  # the Mapping's own raises and catches for each cell that has none

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._cells())

    def __len__(self) -> int:
        return len(self._cells())

    def __bool__(self) -> bool:
        return bool(self.by_text)


class LazyCellTexts(CellTexts):
    """The same, not found out before they are asked for: of a workbook's sheets only those of the plan are."""

    __slots__ = ("_find", "_found")

    def __init__(self, find: Callable[[], Mapping[str, Sequence[int]]]) -> None:
        self._find = find
        self._found: Mapping[str, Sequence[int]] | None = None
        self._by_cell = None

    @property
    def by_text(self) -> Mapping[str, Sequence[int]]:  # type: ignore[override]
        """Row, column, row, column … of the cells of each text."""
        if self._found is None:
            self._found = self._find()
        return self._found

    def __reduce__(self) -> tuple[type[CellTexts], tuple[dict[str, Sequence[int]]]]:
        """Return how it is made in another process, found out."""
        return CellTexts, (dict(self.by_text),)


@dataclass(frozen=True, slots=True)
class Block:
    """One sheet's values as one block.

    `rows[0]` is sheet row 1 and `rows[0][0]` is A1, always; rows may differ in length. A blank cell is None.
    """

    name: str
    rows: Sequence[Sequence[Value]]
    merges: tuple[CellRange, ...] = ()
    hidden: bool = False
    formulas: Mapping[tuple[int, int], str] = field(default_factory=dict, compare=False, repr=False)
    """The formulas of a master's Plan sheet, by row and column; of other sheets a host need not tell them."""

    comments: tuple[Annotation, ...] = ()
    """What is written on cells of a file that came back, not in them."""
    struck: tuple[Annotation, ...] = ()
    """Its cells with words struck through, and those words; '' where that is all of a cell."""
    formats: CellTexts = field(default_factory=CellTexts, compare=False, repr=False)
    """The number format's code of each number that is not shown as it is stored."""
    shown_texts: CellTexts = field(default_factory=CellTexts, compare=False, repr=False)
    """What numbers show, where a file keeps that itself (.ods)."""
    fills: CellTexts = field(default_factory=CellTexts, compare=False, repr=False)
    """The colour, as RRGGBB, of each cell with a solid fill that is not white."""
    hidden_rows: tuple[int, ...] = ()
    """Rows hidden or filtered out, counted from 1."""
    hidden_columns: tuple[int, ...] = ()
    text_boxes: tuple[Annotation, ...] = ()
    """The words of text boxes and shapes, with the cell at their upper left corner."""
    pictures: tuple[Annotation, ...] = ()
    """Pictures with the cell at their upper left corner, and their description."""
    encoding: str = ""
    """In which encoding a text file was read: utf-8, utf-16 or cp1252; '' for a workbook."""
    from_1904: bool = False
    """Whether the number 0 is 1 January 1904 where it stands for a day."""

    @property
    def blank_rows_above(self) -> int:
        """The blank rows above the first that holds anything."""
        return next((n for n, row in enumerate(self.rows) if row.count(None) < len(row)), 0)

    def at(self, row: int, column: int) -> Value:
        """Return the value at a row and column counted from 1; None outside the block."""
        if 1 <= row <= len(self.rows) and 1 <= column <= len(self.rows[row - 1]):
            return self.rows[row - 1][column - 1]
        return None


@dataclass(frozen=True)
class Snapshot:
    """A workbook as plain data: every sheet's block, once, in tab order."""

    name: str
    """The file's name, for messages."""
    sheets: tuple[Block, ...]

    def __contains__(self, sheet: str) -> bool:
        name = self.real_name(sheet)
        return any(block.name == name for block in self.sheets)

    def __getitem__(self, sheet: str) -> Block:
        name = self.real_name(sheet)
        for block in self.sheets:
            if block.name == name:
                return block
        raise NotAMaster(
            self.name,
            f"there is no sheet '{sheet}'",
            f"Rename the sheet back to '{sheet}', or take the latest backup of the master",
        )

    def called(self, name: str) -> Block:
        """Return the block of the sheet that has exactly this name in the workbook; raise NotAMaster where none has."""
        return self[PlanSheet(name)]

    def real_name(self, sheet: str) -> str:
        """Return what a sheet is called in this workbook: one of ours has another name where theirs had it first."""
        return own_sheet_name([block.name for block in self.sheets], sheet)


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that shows a text and jumps to a place in the same workbook."""

    text: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Write:
    """A block of values to write at a row and column counted from 1; None clears a cell, text arrives as text."""

    sheet: str
    row: int
    column: int
    rows: tuple[tuple[Value | Link, ...], ...]


@dataclass(frozen=True)
class ChangeSet:
    """What a verb wants done to the workbook it saw; applied whole or not at all."""

    writes: tuple[Write, ...] = ()
    message: str = ""
    """What to tell the user: what was done, then what to do next."""
    goto: tuple[str, str] | None = None
    """Sheet and cell to show afterwards: the first thing to do."""
    heights: tuple[tuple[str, int, float], ...] = ()
    """Sheet, row and points: rows to make at least so tall, because a new text needs it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", clean(self.message))

    def in_workbook(self, names: Sequence[str]) -> "ChangeSet":
        """Return the same for a workbook with sheets of these names, each sheet called as it is there."""
        if not any(map(is_renamed, names)):
            return self
        goto = self.goto and (own_sheet_name(names, self.goto[0]), self.goto[1])
        heights = tuple((own_sheet_name(names, sheet), row, points) for sheet, row, points in self.heights)
        writes = tuple(
            replace(
                w,
                sheet=own_sheet_name(names, w.sheet),
                rows=tuple(tuple(_link_in(names, v) for v in r) for r in w.rows),
            )
            for w in self.writes
        )
        return replace(self, writes=writes, goto=goto, heights=heights)


def _link_in(names: Sequence[str], value: "Value | Link") -> "Value | Link":
    return replace(value, sheet=own_sheet_name(names, value.sheet)) if isinstance(value, Link) else value


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """Return `A` for 1, `AA` for 27."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """1 for `A`, 27 for `aa`."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def address(row: int, column: int) -> str:
    """`H7` for row 7, column 8."""
    return f"{column_letters(column)}{row}"


def row_and_column(cell: str) -> tuple[int, int]:
    """Row and column, counted from 1, of an address such as `H7` or `$H$7`."""
    match = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?([1-9]\d*)", cell)
    if not match:
        raise ValueError(f"not a cell address: {cell!r}")
    return int(match[2]), column_number(match[1])


def single_write(sheet: str, cell: str, value: Value | Link) -> Write:
    """Return a write of one cell."""
    row, column = row_and_column(cell)
    return Write(sheet, row, column, ((value,),))


def cells_of(writes: Iterable[Write]) -> Iterable[tuple[str, int, int, Value | Link]]:
    """Every cell of some writes as sheet, row, column, value."""
    for write in writes:
        for i, row in enumerate(write.rows):
            for j, value in enumerate(row):
                yield write.sheet, write.row + i, write.column + j, value
