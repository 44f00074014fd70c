"""Collect returns that nobody issued: lines known by their key, each with the month it is for.

The schema alone says what such a return looks like; nothing here knows any form. Which line stands for which
name and month, what stands for nothing, and whether the figures bear the reading out, is settled here; what is
then done with each cell is the merge's matter.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from hrworkbook.amounts import NOUGHTS
from hrworkbook.errors import WrongPlan
from hrworkbook.findings import Finding, Severity, count, listed
from hrworkbook.headings import fold
from hrworkbook.kinds import is_kept
from hrworkbook.months import month_above, month_in, month_in_text, month_of, month_on_cover
from hrworkbook.schema import Schema
from hrworkbook.snapshot import Block, address, column_letters
from hrworkbook.sums import Sworn
from hrworkbook.tables import Row, Table, Unplaced, find_tables
from hrworkbook.values import Value, is_blank, plain
from hrworkbook.whatlines import MONTH, YEAR, Ready, another, ready_for, unread
from hrworkbook.witness import examine


class Cell(NamedTuple):
    """One cell of a line: where it stands, as written, and what goes to the master."""

    at: str
    written: Value
    value: Value
    """A number, a text, or the plain word for nothing, not applicable or suppressed; None where it is blank."""
    fault: str = ""
    """Why it cannot be taken; its finding says so."""


_cell = tuple.__new__
"""Makes a cell in a third of the time: a folder of returns has a hundred thousand."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a collection, known by its key."""

    sheet: str
    row: int
    key: tuple[str, ...]
    """The month, and the other key columns' values folded for look-up."""
    period: str
    """`2015-04`; '' where a question stands open."""
    cells: Mapping[str, Cell]
    """By column key; the month's cell is where it was written, '' where it comes from elsewhere."""
    held: str = ""
    """Why it must not be merged yet: a question stands open about it."""


@dataclass(frozen=True)
class Collected:
    """A file as it was read for a collection."""

    tables: tuple[Table, ...]
    lines: tuple[Line, ...]
    unplaced: tuple[Unplaced, ...]
    """Every non-blank cell that is in no line, with the reason."""
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    """The receipt's sentences: how the file was read."""
    questions: tuple[str, ...]
    """What only a person can say before the lines that are `held` can be merged."""
    checked: int
    """Lines whose figures could be checked against each other."""
    agreeing: int
    """Lines among them on which every sum agrees."""
    given: frozenset[str] = frozenset()
    """Sheets whose month is the one the officer gave."""

    @property
    def placed(self) -> int:
        """Non-blank cells that are in a line or are furniture; with `unplaced` they make up the file."""
        left = len(self.unplaced) - sum(len(t.unplaced) for t in self.tables)
        return sum(t.placed for t in self.tables) - left


def collect(
    blocks: Sequence[Block],
    schema: Schema,
    name: str = "",
    aliases: Mapping[str, str] | None = None,
    period: str = "",
) -> Collected:
    """The lines of a return nobody issued.

    `name` is the file's name, `aliases` are learned headings (header to key), and `period` (`2015-04`) is what the
    officer says for sheets that do not say it themselves. Raises NotAReturn where no sheet holds such a return, and
    WrongPlan where the schema is not for collecting.
    """
    if schema.collect is None:
        raise WrongPlan(name, f"the plan '{schema.name}' issues its returns", "Use a schema with a [collect] section")
    ready, needs = ready_for(schema, schema.collect), schema.collect.needs
    tables = find_tables(blocks, ready.wide, aliases, max(2, len(needs)), needed=needs, name=name)
    if all(ready.is_strange(table) for table in tables):
        raise another(tables[0], schema, name)
    collecting = _Collecting(blocks, ready, name, period, tables)
    for table in tables:
        collecting.read(table)
    return collecting.result()


@dataclass
class _Collecting:
    """One file being read: its lines so far, and what is said about it."""

    blocks: Sequence[Block]
    ready: Ready
    name: str
    period: str
    tables: Sequence[Table]
    lines: list[Line] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    checked: int = 0
    agreeing: int = 0

    def __post_init__(self) -> None:
        self.schema, self.settings, self.names = self.ready.schema, self.ready.settings, self.ready.names

    def result(self) -> Collected:
        """What was read, as data."""
        unplaced = [*(u for t in self.tables for u in t.unplaced), *self.unplaced]
        return Collected(
            tuple(self.tables), tuple(self.lines), tuple(unplaced), tuple(self.findings), tuple(self.notes),
            tuple(self.questions), self.checked, self.agreeing, frozenset(self.given),
        )  # fmt: skip

    def read(self, table: Table) -> None:
        """One sheet's table: its rows to lines, each with its month, then the sums."""
        self.notes += [note for note in table.notes if not note.startswith("There is no column")]
        rows = self.lines_of(table)
        months = self.months(table, rows)
        lines = [self.line(row, month, table) for row, month in zip(rows, months, strict=True)]
        block = next(b for b in self.blocks if b.name == table.sheet)
        sworn = [self.sworn(line, row, block) for line, row in zip(lines, rows, strict=True)]
        verdict = examine(sworn, self.schema, self.ready.rules, unread(table))
        for index in verdict.moved:
            lines[index] = replace(lines[index], held="its figures do not stand under their headings")
        if verdict.unworked:
            lines = [replace(line, held="its totals were never worked out") for line in lines]
            self.questions.append(
                f"Sheet '{table.sheet}': its totals are 0 and their parts are not, so nothing has worked its formulas out. "
                "Open the file in Excel, press Ctrl+Alt+F9, save it and read it again; until then its lines are left out"
            )
        if verdict.moved:
            number = len(verdict.moved)
            self.questions.append(
                f"Sheet '{table.sheet}': the figures of {count(number, 'line')} stand one column beside their headings. "
                "Mend the file and read it again; until then they are left out"
            )
        self.lines += lines
        self.findings += verdict.findings
        self.notes += verdict.notes
        self.checked += verdict.checked
        self.agreeing += verdict.agreeing

    def lines_of(self, table: Table) -> list[Row]:
        """The rows that are lines; what is not is unplaced, with the reason."""
        rows = []
        strange = "stands in a table about something else" if self.ready.is_strange(table) else ""
        for row in table.rows:
            if why := self.ready.no_line(row) or strange:
                self.leave(row, table, why)
            else:
                rows.append(row)
        if not rows or any(map(self.ready.is_filled, rows)):
            return rows
        self.notes.append(
            f"Sheet '{table.sheet}' is a form that is not filled in: {count(len(rows), 'line')} left out."
        )
        for row in rows:
            self.leave(row, table, "stands on a form that is not filled in")
        return []

    def leave(self, row: Row, table: Table, why: str) -> None:
        for at, value in row.cells.values():
            if value is not None and not is_blank(value):
                self.unplaced.append(Unplaced(table.sheet, address(row.number, at), value, why))
        if row.line:
            column = next(h.column for h in table.headings if h.how == "id")
            self.unplaced.append(Unplaced(table.sheet, address(row.number, column), row.line, why))

    def months(self, table: Table, rows: Sequence[Row]) -> list[str]:
        """Each row's month: its own, else the one the sheet or file is for; says from where, and asks where there is none."""
        own = [self.own_month(row) for row in rows]
        if not rows:
            return own
        if all(own):
            self.tell(table, own, "as its own columns say")
            return own
        month, source = self.elsewhere(table, own)
        if month:
            self.tell(table, [m or month for m in own], source)
        else:
            said = self.said_of_month(rows)
            nowhere = "Neither the table, nor a cover sheet, nor the names of the sheet and the file say"
            why = f"Its own columns say {said}, which is no one month" if said else nowhere
            self.questions.append(f"Sheet '{table.sheet}': which month is it for? {why}. Give it as --period 2015-04")
        return [m or month for m in own]

    def said_of_month(self, rows: Sequence[Row]) -> str:
        """What the first row without a month says in its columns for one: `'April' and '2016/17'`; '' where nothing."""
        keys = (MONTH, YEAR, self.settings.period)
        written = ([row.cells[key][1] for key in keys if key in row.cells] for row in rows if not self.own_month(row))
        return listed(f"'{plain(value)}'" for value in next(written, []) if not is_blank(value))

    def tell(self, table: Table, months: Sequence[str], source: str) -> None:
        found = sorted(set(months))
        said = found[0] if len(found) == 1 else f"{count(len(found), 'month')} from {found[0]} to {found[-1]}"
        self.notes.append(f"Sheet '{table.sheet}' is for {said}, {source}.")
        named = month_in_text(table.sheet)
        if named and len(found) == 1 and named != found[0]:
            self.notes.append(f"The sheet's name says {named}; {found[0]} was taken.")

    def own_month(self, row: Row) -> str:
        cells = row.cells
        stated = cells.get(self.settings.period)
        if stated and not is_blank(stated[1]):
            return month_in(stated[1])
        year, month = cells.get(YEAR), cells.get(MONTH)
        return month_of(year[1] if year else None, month[1] if month else None)

    def elsewhere(self, table: Table, own: Sequence[str]) -> tuple[str, str]:
        """The month of a table whose rows do not all say it, and from where it is taken."""
        said = Counter(filter(None, own))
        if len(said) == 1:
            return next(iter(said)), "as its other rows say"
        block = next(b for b in self.blocks if b.name == table.sheet)
        labels, years = self.settings.cover, self.settings.year
        month, place = month_above(block, table.first_header_row, labels, years)
        if month:
            return month, f"as {place} says above the table"
        tables = {t.sheet for t in self.tables}
        month, place = month_on_cover([b for b in self.blocks if b.name not in tables], labels, years)
        if month and len(self.tables) == 1:
            return month, f"as the cover says at {place}"
        for text, source in ((table.sheet, "the sheet's name"), (self.name, "the file's name")):
            if month := month_in_text(text):
                return month, f"as {source} says"
        if not self.period:
            return "", ""
        self.given.append(table.sheet)
        return self.period, "as you gave it"

    def line(self, row: Row, month: str, table: Table) -> Line:
        """A row as a line: every cell as written and as read."""
        number, readers, period = row.number, self.ready.readers, self.settings.period
        cells: dict[str, Cell] = {}
        for key, (at, value) in row.cells.items():
            if key not in readers:
                continue
            read, met = readers[key]
            place = f"{column_letters(at)}{number}"
            if value is None:
                cells[key] = _cell(Cell, (place, None, None, ""))
                continue
            found, fault, remedy = (met.get(value) if type(value) is str else None) or read(value)
            cells[key] = _cell(Cell, (place, value, found, fault if found is None else ""))
            if fault:
                self.fault(row, key, cells[key], table, fault, remedy)
        stated = next((k for k in (period, MONTH, YEAR) if k in row.cells), None)
        at, written = row.cells[stated] if stated else (0, None)
        cells[period] = Cell(address(number, at) if at else "", written, month or None)
        names = (fold(plain(row.cells[key][1])) for key in self.names)
        held = "" if month else "no month is known for it"
        return Line(table.sheet, number, (month, *names), month, cells, held)

    def fault(self, row: Row, key: str, cell: Cell, table: Table, fault: str, remedy: str) -> None:
        name = plain(row.cells[self.names[0]][1])
        severity: Severity = "warning" if is_kept(cell.value) else "error"
        header = self.schema[key].header
        self.findings.append(Finding(severity, table.sheet, cell.at, header, cell.written, "kind", fault, remedy, name))

    def sworn(self, line: Line, row: Row, block: Block) -> Sworn:
        """The line's figures for the arithmetic."""
        figures: dict[str, float] = {}
        unknown: list[str] = []
        for key, (_, _, value, fault) in line.cells.items():
            if type(value) is int or type(value) is float:
                figures[key] = value
            elif fault or (value is not None and value not in NOUGHTS and key in self.ready.numeric):
                unknown.append(key)
        named = plain(row.cells[self.names[0]][1])
        return Sworn(
            line.sheet, named, figures, frozenset(unknown),
            lambda key: line.cells[key or self.names[0]].at, lambda key: line.cells[key].written,
            lambda by: self.beside(row, block, by),
        )  # fmt: skip

    def beside(self, row: Row, block: Block, by: int) -> dict[str, float]:
        """A row's figures, were every column's heading so many columns off."""
        figures: dict[str, float] = {}
        for key in self.ready.numeric & row.cells.keys():
            value = self.ready.readers[key][0](block.at(row.number, row.cells[key][0] + by))[0]
            if isinstance(value, int | float):
                figures[key] = value
        return figures
