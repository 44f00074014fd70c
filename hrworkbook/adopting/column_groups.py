"""The columns of a plan over all its tables: the same heading is the same column, and so is another word for it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hrworkbook.adopting.column_facts import ColumnFacts, facts_of, number_family
from hrworkbook.adopting.dropdown_words import DropdownWords
from hrworkbook.adopting.heading_meanings import Meaning
from hrworkbook.adopting.locate_tables import LocatedTable, column_values
from hrworkbook.plan.values import Value, fold_name, is_blank
from hrworkbook.tables.plan_colours import colour_word, own_fill

_ONE_EACH = {
    Meaning.REFERENCE, Meaning.THEME, Meaning.ACTION, Meaning.OWNER, Meaning.DUE, Meaning.START, Meaning.STATUS,
    Meaning.PROGRESS, Meaning.MEASURE, Meaning.INDICATOR,
}  # fmt: skip
"""Meanings that a table's only column of is the same as another table's only column of."""


@dataclass(eq=False)
class PlanColumn:
    """One column of the plan, in every table that has it."""

    header: str
    places: list[tuple[LocatedTable, int]]
    aliases: dict[str, None] = field(default_factory=dict)
    """Other headings that it has in other tables."""
    values: list[Value] = field(default_factory=list)
    facts: ColumnFacts = field(default_factory=lambda: ColumnFacts(0))
    families: Counter[str] = field(default_factory=Counter)
    meaning: Meaning | None = None
    strength: int = 0
    offered: tuple[str, ...] = ()
    """The words of its dropdown."""

    @property
    def at(self) -> int:
        """Where it stands, from the left, in the first table that has it."""
        return self.places[0][1]

    @property
    def is_hidden(self) -> bool:
        """Whether it is hidden wherever it stands."""
        return all(at in table.sheet.block.hidden_columns for table, at in self.places)

    @property
    def cell(self) -> tuple[str, str]:
        """The sheet and cell of its first heading."""
        table, at = self.places[0]
        return table.sheet.block.name, next(h.cell for h in table.headings if h.column == at)


def plan_columns(tables: Sequence[LocatedTable], dropdowns: DropdownWords) -> list[PlanColumn]:
    """Return the columns of all tables, in the order of the sheet."""
    found: dict[str, PlanColumn] = {}
    for table in tables:
        taken: set[int] = set()
        for at, name in table.names.items():
            column = found.get(fold_name(name) or f"column {at}")
            if column and id(column) not in taken:
                column.places.append((table, at))
                taken.add(id(column))
                continue
            column = _same_meaning(table, at, name, found.values(), taken)
            if column:
                column.places.append((table, at))
                column.aliases[name] = None
            else:
                column = PlanColumn(name, [(table, at)])
                found[_free_name(name, found)] = column
            taken.add(id(column))
    columns = list(found.values())
    for column in columns:
        _look_at(column)
        column.offered = dropdowns.of(column.places)
    return columns


def _free_name(name: str, found: Iterable[str]) -> str:
    key, number = fold_name(name), 2
    while key in found:
        key, number = f"{fold_name(name)} {number}", number + 1
    return key


def _same_meaning(
    table: LocatedTable, at: int, name: str, known: Iterable[PlanColumn], taken: set[int]
) -> PlanColumn | None:
    """Return the column of another table that alone means what this one alone means in its table, in other words."""
    meaning, strength = table.meanings[at]
    if meaning not in _ONE_EACH or strength < 3 or not _is_only(table, at):
        return None
    for column in known:
        first, first_at = column.places[0]
        if (
            id(column) not in taken and first is not table and first.meanings[first_at][0] is meaning
            and _is_only(first, first_at) and fold_name(column.header) not in table.folded
        ):  # fmt: skip
            return column
    return None


def _is_only(table: LocatedTable, at: int) -> bool:
    meaning = table.meanings[at][0]
    return sum(m is meaning for m, _ in table.meanings.values()) == 1


def _look_at(column: PlanColumn) -> None:
    first, first_at = column.places[0]
    column.meaning, column.strength = first.meanings[first_at]
    column.values = column_values(column.places)
    lines = sum(len(table.lines) for table, _ in column.places)
    fills = []
    for table, at in column.places:
        block = table.sheet.block
        if block.fills:
            fills += [
                word for row in table.lines if (row, at) in block.fills
                and is_blank(block.at(row, at)) and (rgb := own_fill(block, row, at)) and (word := colour_word(rgb))
            ]  # fmt: skip
        if block.formats:
            codes = Counter(code for row in table.lines if (code := block.formats.get((row, at))))
            for code, count in codes.items():
                column.families[number_family(code)] += count
    column.facts = facts_of(column.values, lines, fills)
