"""Collect returns that nobody issued: lines known by their key, each with the month it is for.

The schema alone says what such a return looks like; nothing here knows any form. Which line stands for which
name and month, what stands for nothing, and whether the figures bear the reading out, is settled here; what is
then done with each cell is the merge's matter.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain

from hrworkbook.collecting.check_sums import check_sums
from hrworkbook.collecting.collected_line import CollectedLine, LineSource
from hrworkbook.collecting.duplicates import contradicting_groups
from hrworkbook.collecting.entries import FaultyEntry
from hrworkbook.collecting.organisation import find_return_tables
from hrworkbook.collecting.row_filter import (
    CollectionRules,
    collection_rules_for,
    find_total_rows,
    unknown_headings,
    unrelated_file,
)
from hrworkbook.plan.errors import WrongPlan
from hrworkbook.plan.findings import Finding, Severity, count_noun, join_words
from hrworkbook.plan.kinds import is_kept_with_warning
from hrworkbook.plan.marks import mark_notes
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.snapshot import Block, column_letters
from hrworkbook.plan.sum_checks import LineFigures
from hrworkbook.plan.values import normalised_text
from hrworkbook.tables.find_table import Row, Table, UnplacedCell
from hrworkbook.tables.heading import MatchKind
from hrworkbook.tables.heading_vocabulary import fold_heading
from hrworkbook.tables.reporting_month import month_above, month_named_in, month_on_cover, months_of_parts
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
    questions: tuple[str, ...]
    """What only a person can say before the lines that are `held` can be merged."""
    checked_count: int
    """Lines whose figures could be checked against each other."""
    agreeing_count: int
    """Lines among them on which every sum agrees."""
    sheets_of_given_month: frozenset[str] = frozenset()
    """Sheets whose month is the one the officer gave."""

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
    period: str = "",
) -> CollectedFile:
    """The lines of a return nobody issued.

    `name` is the file's name, `aliases` are learned headings (header to key), and `period` (`2015-04`) is what the
    officer says for sheets that do not say it themselves. Raises NotAReturn where no sheet holds such a return, and
    WrongPlan where the schema is not for collecting.
    """
    if schema.collect is None:
        raise WrongPlan(name, f"the plan '{schema.name}' issues its returns", "Use a schema with a [collect] section")
    rules = collection_rules_for(schema, schema.collect)
    tables, given = find_return_tables(blocks, rules, aliases, name)
    if all(rules.is_unrelated(table) for table in tables):
        raise unrelated_file(tables[0], schema, name)
    collecting = _FileCollector(blocks, rules, name, period, tables, given)
    for key, name_of_all in given.items():
        collecting.notes.append(
            f"Every line is of {schema[key].header} '{name_of_all}', as a cell outside the table says."
        )
    for table in tables:
        collecting.read(table)
    collecting.hold_duplicates()
    collecting.notes += mark_notes(blocks)
    return collecting.result()


@dataclass
class _FileCollector:
    """One file being read: its lines so far, and what is said about it."""

    blocks: Sequence[Block]
    rules: CollectionRules
    name: str
    period: str
    tables: Sequence[Table]
    names_outside: Mapping[str, str]
    """Whose all the lines are, where no column says it."""
    lines: list[CollectedLine] = field(default_factory=list)
    unplaced_rows: list[UnplacedRows] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    sheets_of_given_month: list[str] = field(default_factory=list)
    checked_count: int = 0
    agreeing_count: int = 0

    def __post_init__(self) -> None:
        self.schema, self.settings = self.rules.schema, self.rules.settings
        self.form = self.rules.form(())

    def result(self) -> CollectedFile:
        """What was read, as data."""
        left = (*chain.from_iterable(t.unplaced_rows for t in self.tables), *self.unplaced_rows)
        return CollectedFile(
            tuple(self.tables), tuple(self.lines), left, tuple(self.findings), tuple(self.notes),
            tuple(self.questions), self.checked_count, self.agreeing_count, frozenset(self.sheets_of_given_month),
        )  # fmt: skip

    def read(self, table: Table) -> None:
        """One sheet's table: its rows to lines, each with its month, then the sums."""
        self.notes += table.notes_on_cells
        sources = self.sources(table)
        months = self.months(table, sources)
        lines = [self.line(source, month, table) for source, month in zip(sources, months, strict=True)]
        block = next(b for b in self.blocks if b.name == table.sheet)
        figures = [self.line_figures(line, block) for line in lines]
        verdict = check_sums(figures, self.schema, self.rules.sum_checks, unknown_headings(table))
        for index in verdict.shifted_lines:
            lines[index] = replace(lines[index], hold_reason="its figures do not stand under their headings")
        if verdict.is_uncalculated:
            lines = [replace(line, hold_reason="its totals were never worked out") for line in lines]
            self.questions.append(
                f"Sheet '{table.sheet}': its totals are 0 and their parts are not, so nothing has worked its formulas out. "
                "Open the file in Excel, press Ctrl+Alt+F9, save it and read it again; until then its lines are left out"
            )
        if verdict.shifted_lines:
            number = len(verdict.shifted_lines)
            self.questions.append(
                f"Sheet '{table.sheet}': the figures of {count_noun(number, 'line')} stand one column beside their headings. "
                "Mend the file and read it again; until then they are left out"
            )
        self.lines += lines
        self.findings += verdict.findings
        self.notes += verdict.notes
        self.checked_count += verdict.checked_count
        self.agreeing_count += verdict.agreeing_count

    def hold_duplicates(self) -> None:
        """Hold the lines of one name and month that contradict each other: nobody knows which of them is whose."""
        free = [
            (at, (self.duplicate_scope(line), *line.key)) for at, line in enumerate(self.lines) if not line.hold_reason
        ]
        if len({key for _, key in free}) == len(free):
            return
        for found in contradicting_groups((key, self.lines[at].values) for at, key in free):
            duplicates = [free[i][0] for i in found]
            for at in duplicates:
                self.lines[at] = replace(self.lines[at], hold_reason="another line has its name, and says otherwise")
            first = self.lines[duplicates[0]]
            rows = join_words(self.row_of(self.lines[at], first.sheet) for at in duplicates)
            name = normalised_text(first.cells[self.rules.name_keys[0]].value)
            self.questions.append(
                f"Sheet '{first.sheet}': {rows} are {'both' if len(duplicates) == 2 else 'all'} called '{name}' for "
                f"{first.period} and say different things. Write on each what it is called, and read the file again; "
                "until then they are left out"
            )

    @staticmethod
    def row_of(line: CollectedLine, sheet: str) -> str:
        """`row 7`, or `row 7 of sheet 'May'` where that is another one."""
        return f"row {line.row}" + (f" of sheet '{line.sheet}'" if line.sheet != sheet else "")

    def duplicate_scope(self, line: CollectedLine) -> str:
        """The sheet within which a line's month is to be taken at its word: sheets of a month given may be for others."""
        return line.sheet if line.sheet in self.sheets_of_given_month else ""

    def sources(self, table: Table) -> list[LineSource]:
        """The rows that are lines; what is not is unplaced, with the reason."""
        found = []
        strange = "stands in a table about something else" if self.rules.is_unrelated(table) else ""
        for row in table.rows:
            if row.keys is not self.form.keys:
                self.form = self.rules.form(row.keys)
            form = self.form
            if why := form.why_not_a_line(row, self.names_outside) or strange:
                self.leave_unplaced(row, table, why)
            else:
                entries = form.entries(row)
                found.append(
                    LineSource(row, form, entries, list(map(type, entries)), form.names(row, self.names_outside))
                )
        found = self.without_totals(found, table)
        if not found or any(source.form.is_filled(source.row, source.entries) for source in found):
            return found
        self.notes.append(
            f"Sheet '{table.sheet}' is a form that is not filled in: {count_noun(len(found), 'line')} left out."
        )
        for source in found:
            self.leave_unplaced(source.row, table, "stands on a form that is not filled in")
        return []

    def without_totals(self, found: list[LineSource], table: Table) -> list[LineSource]:
        """The lines but those that sound like totals and add up the others, though they say more of who they are."""
        if totals := [at for at, source in enumerate(found) if self.rules.sounds_total(fold_heading(source.names[0]))]:
            totals = list(
                find_total_rows([source.form.figures(source.entries, source.types)[0] for source in found], totals)
            )
        for at in totals:
            self.leave_unplaced(found[at].row, table, "its row adds up the other lines")
        return [source for at, source in enumerate(found) if at not in totals]

    def leave_unplaced(self, row: Row, table: Table, why: str) -> None:
        self.unplaced_rows.append(UnplacedRows(table.sheet, row.row_number, (row.values,), why, row.columns))
        if row.line_id:
            column = next(h.column for h in table.headings if h.match_kind is MatchKind.ID)
            self.unplaced_rows.append(UnplacedRows(table.sheet, row.row_number, ((row.line_id,),), why, (column,)))

    def months(self, table: Table, sources: Sequence[LineSource]) -> list[str]:
        """Each row's month: its own, else the one the sheet or file is for; says from where, and asks where there is none."""
        own = [source.form.month(source.row) for source in sources]
        if not own:
            return own
        if all(own):
            self.note_month(table, own, "as its own columns say")
            return own
        labels, years = self.settings.cover, self.settings.year
        block = next(b for b in self.blocks if b.name == table.sheet)
        rows = [row.row_number for row in table.rows]
        if parts := months_of_parts(block, table.first_header_row, rows, labels, years):
            own = [parts[source.row.row_number] for source in sources]
            self.note_month(table, own, "as the titles of its parts say")
            return own
        month, source = self.month_elsewhere(table, own)
        if month:
            self.note_month(table, [m or month for m in own], source)
        else:
            first = next(source for source, month in zip(sources, own, strict=True) if not month)
            columns_text = join_words(first.form.month_texts(first.row))
            nowhere = "Neither the table, nor a cover sheet, nor the names of the sheet and the file say"
            why = f"Its own columns say {columns_text}, which is no one month" if columns_text else nowhere
            self.questions.append(f"Sheet '{table.sheet}': which month is it for? {why}. Give it as --period 2015-04")
        return [m or month for m in own]

    def note_month(self, table: Table, months: Sequence[str], source: str) -> None:
        found = sorted(set(months))
        months_text = (
            found[0] if len(found) == 1 else f"{count_noun(len(found), 'month')} from {found[0]} to {found[-1]}"
        )
        self.notes.append(f"Sheet '{table.sheet}' is for {months_text}, {source}.")
        named = month_named_in(table.sheet)
        if named and len(found) == 1 and named != found[0]:
            self.notes.append(f"The sheet's name says {named}; {found[0]} was taken.")

    def month_elsewhere(self, table: Table, own: Sequence[str]) -> tuple[str, str]:
        """The month of a table whose rows do not all say it, and from where it is taken."""
        months_in_rows = Counter(filter(None, own))
        if len(months_in_rows) == 1:
            return next(iter(months_in_rows)), "as its other rows say"
        block = next(b for b in self.blocks if b.name == table.sheet)
        labels, years = self.settings.cover, self.settings.year
        month, place = month_above(block, table.first_header_row, labels, years)
        if month:
            return month, f"as {place} says above the table"
        tables = {t.sheet for t in self.tables}
        month, place = month_on_cover([b for b in self.blocks if b.name not in tables], labels, years)
        if month and self.in_parts:
            return month, f"as the cover says at {place}"
        if month := month_named_in(table.sheet):
            return month, "as the sheet's name says"
        if found := self.month_of_other_parts(table):
            return found
        if month := month_named_in(self.name):
            return month, "as the file's name says"
        if not self.period:
            return "", ""
        self.sheets_of_given_month.append(table.sheet)
        return self.period, "as you gave it"

    @cached_property
    def in_parts(self) -> bool:
        """Whether the file is one return, on one sheet or in parts: no figure is asked for on two of them."""
        figures = Counter(chain.from_iterable(table.keys & self.rules.figure_keys for table in self.tables))
        return max(figures.values(), default=0) < 2

    def month_of_other_parts(self, table: Table) -> tuple[str, str] | None:
        """The one month that the other parts of the return say in their rows, above them or by their name."""
        sheet_of_month: dict[str, str] = {}
        for other in (other for other in self.tables if other is not table and self.in_parts):
            block = next(b for b in self.blocks if b.name == other.sheet)
            own = {month for row in other.rows if (month := self.rules.form(row.keys).month(row))}
            above = month_above(block, other.first_header_row, self.settings.cover, self.settings.year)[0]
            for month in own or {above or month_named_in(other.sheet)} - {""}:
                sheet_of_month[month] = other.sheet
        return (
            next(((month, f"as sheet '{sheet}' says") for month, sheet in sheet_of_month.items()), None)
            if len(sheet_of_month) == 1
            else None
        )

    def line(self, source: LineSource, month: str, table: Table) -> CollectedLine:
        """A row as a line: every cell as written and as read."""
        row, _, entries, types, names = source
        if FaultyEntry in types:
            for key, at, written, entry in zip(row.keys, row.columns, row.values, entries, strict=True):
                if isinstance(entry, FaultyEntry):
                    severity: Severity = "warning" if is_kept_with_warning(entry.value) else "error"
                    place, header = f"{column_letters(at)}{row.row_number}", self.schema[key].header
                    finding = Finding(
                        severity, table.sheet, place, header, written, "kind", entry.fault, entry.remedy, names[0]
                    )
                    self.findings.append(finding)
        held = "" if month else "no month is known for it"
        return CollectedLine(table.sheet, (month, *map(fold_heading, names)), month, held, source)

    def line_figures(self, line: CollectedLine, block: Block) -> LineFigures:
        """The line's figures for the arithmetic."""
        row, form, entries, types, names = line.source
        first = self.rules.name_keys[0]
        return LineFigures(
            line.sheet, names[0], row.keys, *form.figures(entries, types),
            lambda key: f"{column_letters(row.columns[form.index_of[key or first]])}{row.row_number}",
            lambda key: row.values[form.index_of[key]], lambda shift: self.shifted_figures(row, block, shift),
        )  # fmt: skip

    def shifted_figures(self, row: Row, block: Block, shift: int) -> dict[str, float]:
        """A row's figures, were every column's heading so many columns off."""
        figures: dict[str, float] = {}
        cells = block.rows[row.row_number - 1]
        for key, at in zip(row.keys, row.columns, strict=True):
            if key not in self.rules.figure_keys or not 0 < at + shift <= len(cells):
                continue
            written = cells[at + shift - 1]
            if type(written) is float:
                figures[key] = written
                continue
            if type(written) is str and not any(map(str.isdigit, written)):
                continue  # no number, whatever else it is
            entry = self.rules.readers[key].entry(written)
            value = entry.value if isinstance(entry, FaultyEntry) else entry
            if isinstance(value, int | float):
                figures[key] = value
        return figures
