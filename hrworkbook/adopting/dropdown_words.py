"""The words that a workbook's own dropdowns offer in a column."""

import re
from collections.abc import Iterator, Mapping, Sequence

from hrworkbook.adopting.locate_tables import LocatedTable
from hrworkbook.plan.sheet_helps import SheetHelps
from hrworkbook.plan.snapshot import Block, row_and_column
from hrworkbook.plan.values import as_text, fold_name, is_blank

_RANGE = re.compile(r"=?(?:'((?:[^']|'')+)'!|([^'!]+)!)?\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?")
_MOST_WORDS = 100


class DropdownWords:
    """The dropdowns of a workbook, and the cells their words stand in."""

    def __init__(self, helps: Mapping[str, SheetHelps], blocks: Sequence[Block]) -> None:
        self.helps = helps
        self.blocks = {fold_name(b.name): b for b in blocks}

    def of(self, places: Sequence[tuple[LocatedTable, int]]) -> tuple[str, ...]:
        """Return the words offered in most lines of a column, each once; none where it has no dropdown."""
        found: dict[str, str] = {}
        for table, at in places:
            sheet = table.sheet.block.name
            for (r1, c1, r2, c2), formula in self.helps.get(sheet, SheetHelps()).dropdowns:
                covered = sum(r1 <= row <= r2 for row in table.lines)
                if c1 <= at <= c2 and 2 * covered > len(table.lines):
                    for word in self._words(formula, sheet):
                        found.setdefault(fold_name(word), word)
        return tuple(found.values())[:_MOST_WORDS]

    def _words(self, formula: str, sheet: str) -> Iterator[str]:
        if formula[:1] == '"' and formula[-1:] == '"':
            yield from (word for part in formula[1:-1].split(",") if (word := " ".join(part.split())))
            return
        cells = _RANGE.fullmatch(formula.strip())
        if not cells:
            return
        name = (cells[1] or "").replace("''", "'") or cells[2] or sheet
        block = self.blocks.get(fold_name(name))
        if block is None:
            return
        first, last = (
            row_and_column(cells[3] + cells[4]),
            row_and_column((cells[5] or cells[3]) + (cells[6] or cells[4])),
        )
        for row in range(first[0], min(last[0], len(block.rows)) + 1):
            for at in range(first[1], last[1] + 1):
                if not is_blank(value := block.at(row, at)):
                    yield " ".join(as_text(value).split())
