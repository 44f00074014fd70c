"""The cells of a sheet that holds settings: what each says in its form, and every slip with its place."""

import difflib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hrworkbook.plan.cell_lists import BadList, split_items, split_pairs
from hrworkbook.plan.columns_sheet import HEADING
from hrworkbook.plan.findings import Finding, join_words
from hrworkbook.plan.kinds import KINDS, nearest_word
from hrworkbook.plan.settings import FLAG, NUMBER, PAIRS, WORDS
from hrworkbook.plan.snapshot import Block, address
from hrworkbook.plan.values import CellError, Value, as_text, fold_name, is_blank


@dataclass(frozen=True, slots=True)
class SettingCell:
    """A filled cell of the sheet, and what it is for."""

    row: int
    column: int
    heading: str
    value: Value

    @property
    def text(self) -> str:
        """What it says, as it would be typed."""
        return as_text(self.value).strip()


class SettingCells:
    """A sheet's cells, the slips in them, and where each setting stands."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.findings: list[Finding] = []
        self.places: dict[tuple[str, str, str], SettingCell] = {}
        """The cell of a setting, by section, column key or rule's number, and setting."""
        self.keys: dict[str, str] = {}
        """The column keys by folded heading or alias."""

    def fault(self, cell: SettingCell, fault: str, remedy: str) -> None:
        """Note a slip."""
        at = address(cell.row, cell.column) if cell.row and cell.column else ""
        self.findings.append(
            Finding("error", self.block.name, at, cell.heading, cell.value, "columns-sheet", fault, remedy)
        )

    def cell(self, row: int, column: int, heading: str) -> SettingCell:
        """Return a cell; one that shows an error is noted, and taken as blank."""
        value = self.block.at(row, column)
        if isinstance(value, CellError):
            self.fault(
                SettingCell(row, column, heading, value),
                f"the cell shows {value}, which is an error",
                "Type the value itself",
            )
            value = None
        return SettingCell(row, column, heading, None if is_blank(value) else value)

    def table_row(self, headings: Sequence[str], first: int) -> int:
        """Return the row where a table with these first headings begins, in whatever column; 0 where there is none."""
        wanted = [fold_name(h) for h in headings]
        for row in range(first, len(self.block.rows) + 1):
            folded = [fold_name(as_text(v)) for v in self.block.rows[row - 1]]
            if any(folded[i : i + len(wanted)] == wanted for i in range(len(folded))):
                return row
        return 0

    def headings(self, row: int, known: Sequence[str], needed: Collection[str]) -> dict[str, int]:
        """Return the sheet column of each heading of a table; a doubled, missing or misspelt one is noted."""
        found: dict[str, int] = {}
        by_fold = {fold_name(h): h for h in known}
        strangers: list[SettingCell] = []
        for number in range(1, len(self.block.rows[row - 1]) + 1):
            cell = self.cell(row, number, "")
            heading = by_fold.get(fold_name(cell.text))
            if heading is None:
                strangers += [cell] if cell.text else []
            elif heading in found:
                self.fault(
                    cell,
                    f"the heading '{heading}' is also in {address(row, found[heading])}",
                    "Remove one of the two columns",
                )
            else:
                found[heading] = number
        for heading in (h for h in known if h not in found):
            near = next(
                (c for c in strangers if difflib.get_close_matches(fold_name(heading), [fold_name(c.text)], 1, 0.6)),
                None,
            )
            if near:
                self.fault(near, f"there is no heading '{near.text}' here", f"Did you mean '{heading}'? Type it back")
            elif heading in needed:
                self.fault(
                    SettingCell(row, 1, heading, None),
                    f"the heading '{heading}' is missing",
                    "Type it back into this row",
                )
        return found

    def read(self, cell: SettingCell, form: str) -> Any:
        """Return what a cell holds in a form; None where it cannot be read, which is noted."""
        if form == FLAG:
            return self.yes_no(cell)
        if form == NUMBER:
            if not isinstance(cell.value, (int, float)) or isinstance(cell.value, bool) or cell.value <= 0:
                self.fault(cell, f"'{cell.text}' is no number above 0", "Type a number, such as 20")
                return None
            return float(cell.value)
        if form not in (WORDS, PAIRS):
            return cell.text
        try:
            return split_pairs(cell.text) if form == PAIRS else list(split_items(cell.text))
        except BadList as bad:
            how = "Write each word, a colon and what it has, parted by ;" if form == PAIRS else "Part the words by ;"
            self.fault(cell, f"the cell cannot be read: {bad}", how)
            return None

    def yes_no(self, cell: SettingCell) -> bool | None:
        """Return what a cell says to a question of yes or no; anything else is noted."""
        said = KINDS["yes-no"].read(cell.value)
        if said is None:
            self.fault(cell, f"'{cell.text}' is neither Yes nor No", "Choose Yes, or clear the cell")
        return None if said is None else bool(said)

    def word(self, cell: SettingCell, words: Sequence[str], what: str, name: str, made: Any = str) -> dict[str, Any]:
        """Return the word of several that a cell has, whatever its case; one that is none of them is noted."""
        by_fold = {fold_name(w): w for w in words}
        if (word := by_fold.get(fold_name(cell.text))) is None:
            near = nearest_word(cell.text, words)
            advice = f"Did you mean {near}? " if near else ""
            self.fault(cell, f"there is no {what} '{cell.text}'", f"{advice}Choose {join_words(words, 'or')}")
            return {}
        return {name: made(word)}

    def column_keys(self, cell: SettingCell, headings: Iterable[str]) -> list[str]:
        """Return the keys of columns named by their headings; one that is not there is noted."""
        keys: list[str] = []
        for heading in headings:
            if key := self.keys.get(fold_name(heading)):
                keys.append(key)
            else:
                near = nearest_word(heading, list(self.keys))
                own = next(
                    (
                        c.text
                        for (_, _, n), c in self.places.items()
                        if n == HEADING and near and fold_name(c.text) == near
                    ),
                    near,
                )
                advice = f"Did you mean {own}? " if own else ""
                self.fault(cell, f"there is no column '{heading}'", f"{advice}Write its heading as it stands above")
        return keys
