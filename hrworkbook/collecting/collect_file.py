"""Collect returns that nobody issued: lines known by their key, each with the month it is for.

The schema alone says what such a return looks like; nothing here knows any form. A file goes through the same steps
as every other: tables, rows that are lines, their months, their sums, lines of one key. What is then done with each cell is
the merge's matter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from hrworkbook.collecting.collected_line import CollectedLine
from hrworkbook.collecting.duplicates import hold_contradicting
from hrworkbook.collecting.find_month import MonthFinder
from hrworkbook.collecting.given_months import GivenMonths, as_given
from hrworkbook.collecting.questions import SheetQuestion
from hrworkbook.collecting.read_lines import SheetLines, read_lines
from hrworkbook.collecting.return_tables import find_return_tables
from hrworkbook.collecting.row_filter import collection_rules_for, unrelated_file
from hrworkbook.plan.errors import WrongPlan
from hrworkbook.plan.findings import Finding
from hrworkbook.plan.marks import mark_notes
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.snapshot import Block
from hrworkbook.tables.find_table import Table, UnplacedCell
from hrworkbook.tables.unplaced_cells import UnplacedRows, unplaced_cells


@dataclass(frozen=True)
class CollectedFile:
    """A file as it was read for a collection."""

    tables: tuple[Table, ...]
    lines: tuple[CollectedLine, ...]
    unplaced_rows: tuple[UnplacedRows, ...]
    """What is in no line, row by row."""
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    """The receipt's sentences: how the file was read."""
    questions: tuple[SheetQuestion, ...]
    """What only a person can say before the lines that are held can be merged."""
    checked_count: int
    """Lines whose figures could be checked against each other."""
    agreeing_count: int
    """Lines among them on which every sum agrees."""
    sheets_of_given_month: frozenset[str] = frozenset()
    """Sheets whose month is the one the officer gave for all."""

    @cached_property
    def unplaced(self) -> tuple[UnplacedCell, ...]:
        """Every non-blank cell that is in no line, with the reason."""
        return unplaced_cells(self.unplaced_rows)

    @property
    def placed_count(self) -> int:
        """Non-blank cells that are in a line or are furniture; with `unplaced` they make up the file."""
        left = len(self.unplaced) - sum(len(t.unplaced) for t in self.tables)
        return sum(t.placed_count for t in self.tables) - left


def collect_file(
    blocks: Sequence[Block],
    schema: Schema,
    name: str = "",
    aliases: Mapping[str, str] | None = None,
    period: str | GivenMonths = "",
    same_names: Mapping[str, str] | None = None,
) -> CollectedFile:
    """Return the lines of a return nobody issued.

    `name` is the file's name, `aliases` are learned headings (header to key), `period` is the month (`2015-04`) that the
    officer gives for sheets that do not say it themselves, or the months given by sheet, and `same_names` holds by folded
    name the name that it stands for. Raises NotAReturn where no sheet holds such a return, and WrongPlan where the schema
    is not for collecting.
    """
    if schema.collect is None:
        raise WrongPlan(name, f"the plan '{schema.name}' issues its returns", "Use a schema with a [collect] section")
    rules = collection_rules_for(schema, schema.collect)
    found = find_return_tables(blocks, rules, aliases, name)
    tables = found.tables
    if all(rules.is_unrelated(table) for table in tables):
        raise unrelated_file(tables[0], schema, name)
    blocks_by_name = {block.name: block for block in found.blocks}
    finder = MonthFinder(name, found.blocks, tables, rules, as_given(period))
    sheets = [
        read_lines(t, blocks_by_name[t.sheet], rules, finder, found.names_of(t), same_names or {}) for t in tables
    ]
    lines, questions = hold_contradicting(
        list(chain.from_iterable(sheet.lines for sheet in sheets)),
        frozenset(sheet.name for sheet in sheets if sheet.is_given_month),
        rules.name_keys[0],
    )
    return CollectedFile(
        tables,
        tuple(lines),
        tuple(chain(_unplaced_of_tables(tables), *(sheet.unplaced_rows for sheet in sheets))),
        tuple(chain.from_iterable(sheet.findings for sheet in sheets)),
        (*_name_notes(sheets, schema), *chain.from_iterable(sheet.notes for sheet in sheets), *mark_notes(blocks)),
        (*found.questions, *chain.from_iterable(sheet.questions for sheet in sheets), *questions),
        sum(sheet.checked_count for sheet in sheets),
        sum(sheet.agreeing_count for sheet in sheets),
        frozenset(sheet.name for sheet in sheets if sheet.is_given_month),
    )


def _unplaced_of_tables(tables: Sequence[Table]) -> list[UnplacedRows]:
    return list(chain.from_iterable(table.unplaced_rows for table in tables))


def _name_notes(sheets: Sequence[SheetLines], schema: Schema) -> list[str]:
    """Return a sentence for each name that all lines of a sheet have from outside its table."""
    notes = (
        f"Every line is of {schema[key].header} '{name}', as a cell outside the table says."
        for sheet in sheets
        for key, name in sheet.names_outside.items()
    )
    return list(dict.fromkeys(notes))
