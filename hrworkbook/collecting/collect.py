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

from hrworkbook.collecting.entries import Faulty
from hrworkbook.collecting.lines import Line, Source
from hrworkbook.collecting.sums import Sworn
from hrworkbook.collecting.twins import disputed
from hrworkbook.collecting.whatlines import Ready, add_up_others, another, ready_for, unread
from hrworkbook.collecting.whose import tables_of
from hrworkbook.collecting.witness import examine
from hrworkbook.dates.months import month_above, month_in_text, month_on_cover, months_of_parts
from hrworkbook.errors import WrongPlan
from hrworkbook.findings import Finding, Severity, count, listed
from hrworkbook.kinds import is_kept
from hrworkbook.schema import Schema
from hrworkbook.snapshot import Block, column_letters
from hrworkbook.tables.find import Row, Table, Unplaced
from hrworkbook.tables.headings import fold
from hrworkbook.tables.heads import NO_COLUMN
from hrworkbook.tables.rows import Left, told
from hrworkbook.values import plain


@dataclass(frozen=True)
class Collected:
    """A file as it was read for a collection."""

    tables: tuple[Table, ...]
    lines: tuple[Line, ...]
    left: tuple[Left, ...]
    """What is in no line, row by row."""
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

    @cached_property
    def unplaced(self) -> tuple[Unplaced, ...]:
        """Every non-blank cell that is in no line, with the reason."""
        return told(self.left)

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
    ready = ready_for(schema, schema.collect)
    tables, given = tables_of(blocks, ready, aliases, name)
    if all(ready.is_strange(table) for table in tables):
        raise another(tables[0], schema, name)
    collecting = _Collecting(blocks, ready, name, period, tables, given)
    for key, named in given.items():
        collecting.notes.append(f"Every line is of {schema[key].header} '{named}', as a cell outside the table says.")
    for table in tables:
        collecting.read(table)
    collecting.hold_twins()
    return collecting.result()


@dataclass
class _Collecting:
    """One file being read: its lines so far, and what is said about it."""

    blocks: Sequence[Block]
    ready: Ready
    name: str
    period: str
    tables: Sequence[Table]
    named: Mapping[str, str]
    """Whose all the lines are, where no column says it."""
    lines: list[Line] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    checked: int = 0
    agreeing: int = 0

    def __post_init__(self) -> None:
        self.schema, self.settings = self.ready.schema, self.ready.settings
        self.form = self.ready.form(())

    def result(self) -> Collected:
        """What was read, as data."""
        left = (*chain.from_iterable(t.left for t in self.tables), *self.left)
        return Collected(
            tuple(self.tables), tuple(self.lines), left, tuple(self.findings), tuple(self.notes),
            tuple(self.questions), self.checked, self.agreeing, frozenset(self.given),
        )  # fmt: skip

    def read(self, table: Table) -> None:
        """One sheet's table: its rows to lines, each with its month, then the sums."""
        self.notes += [note for note in table.notes if not note.startswith(NO_COLUMN)]
        sources = self.sources(table)
        months = self.months(table, sources)
        lines = [self.line(source, month, table) for source, month in zip(sources, months, strict=True)]
        block = next(b for b in self.blocks if b.name == table.sheet)
        sworn = [self.sworn(line, block) for line in lines]
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

    def hold_twins(self) -> None:
        """Hold the lines of one name and month that contradict each other: nobody knows which of them is whose."""
        free = [(at, (self.sheet_of(line), *line.key)) for at, line in enumerate(self.lines) if not line.held]
        if len({key for _, key in free}) == len(free):
            return
        for found in disputed((key, self.lines[at].said) for at, key in free):
            twins = [free[i][0] for i in found]
            for at in twins:
                self.lines[at] = replace(self.lines[at], held="another line has its name, and says otherwise")
            first = self.lines[twins[0]]
            rows = listed(self.row_of(self.lines[at], first.sheet) for at in twins)
            name = plain(first.cells[self.ready.names[0]].value)
            self.questions.append(
                f"Sheet '{first.sheet}': {rows} are {'both' if len(twins) == 2 else 'all'} called '{name}' for "
                f"{first.period} and say different things. Write on each what it is called, and read the file again; "
                "until then they are left out"
            )

    @staticmethod
    def row_of(line: Line, sheet: str) -> str:
        """`row 7`, or `row 7 of sheet 'May'` where that is another one."""
        return f"row {line.row}" + (f" of sheet '{line.sheet}'" if line.sheet != sheet else "")

    def sheet_of(self, line: Line) -> str:
        """The sheet within which a line's month is to be taken at its word: sheets of a month given may be for others."""
        return line.sheet if line.sheet in self.given else ""

    def sources(self, table: Table) -> list[Source]:
        """The rows that are lines; what is not is unplaced, with the reason."""
        found = []
        strange = "stands in a table about something else" if self.ready.is_strange(table) else ""
        for row in table.rows:
            if row.keys is not self.form.keys:
                self.form = self.ready.form(row.keys)
            form = self.form
            if why := form.no_line(row, self.named) or strange:
                self.leave(row, table, why)
            else:
                entries = form.entries(row)
                found.append(Source(row, form, entries, list(map(type, entries)), form.names(row, self.named)))
        found = self.without_totals(found, table)
        if not found or any(source.form.is_filled(source.row, source.entries) for source in found):
            return found
        self.notes.append(
            f"Sheet '{table.sheet}' is a form that is not filled in: {count(len(found), 'line')} left out."
        )
        for source in found:
            self.leave(source.row, table, "stands on a form that is not filled in")
        return []

    def without_totals(self, found: list[Source], table: Table) -> list[Source]:
        """The lines but those that sound like totals and add up the others, though they say more of who they are."""
        if totals := [at for at, source in enumerate(found) if self.ready.sounds_total(fold(source.names[0]))]:
            totals = list(
                add_up_others([source.form.figures(source.entries, source.types)[0] for source in found], totals)
            )
        for at in totals:
            self.leave(found[at].row, table, "its row adds up the other lines")
        return [source for at, source in enumerate(found) if at not in totals]

    def leave(self, row: Row, table: Table, why: str) -> None:
        self.left.append(Left(table.sheet, row.number, (row.values,), why, row.ats))
        if row.line:
            column = next(h.column for h in table.headings if h.how == "id")
            self.left.append(Left(table.sheet, row.number, ((row.line,),), why, (column,)))

    def months(self, table: Table, sources: Sequence[Source]) -> list[str]:
        """Each row's month: its own, else the one the sheet or file is for; says from where, and asks where there is none."""
        own = [source.form.month(source.row) for source in sources]
        if not own:
            return own
        if all(own):
            self.tell(table, own, "as its own columns say")
            return own
        labels, years = self.settings.cover, self.settings.year
        block = next(b for b in self.blocks if b.name == table.sheet)
        rows = [row.number for row in table.rows]
        if parts := months_of_parts(block, table.first_header_row, rows, labels, years):
            own = [parts[source.row.number] for source in sources]
            self.tell(table, own, "as the titles of its parts say")
            return own
        month, source = self.elsewhere(table, own)
        if month:
            self.tell(table, [m or month for m in own], source)
        else:
            first = next(source for source, month in zip(sources, own, strict=True) if not month)
            said = listed(first.form.said_of_month(first.row))
            nowhere = "Neither the table, nor a cover sheet, nor the names of the sheet and the file say"
            why = f"Its own columns say {said}, which is no one month" if said else nowhere
            self.questions.append(f"Sheet '{table.sheet}': which month is it for? {why}. Give it as --period 2015-04")
        return [m or month for m in own]

    def tell(self, table: Table, months: Sequence[str], source: str) -> None:
        found = sorted(set(months))
        said = found[0] if len(found) == 1 else f"{count(len(found), 'month')} from {found[0]} to {found[-1]}"
        self.notes.append(f"Sheet '{table.sheet}' is for {said}, {source}.")
        named = month_in_text(table.sheet)
        if named and len(found) == 1 and named != found[0]:
            self.notes.append(f"The sheet's name says {named}; {found[0]} was taken.")

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
        if month and self.in_parts:
            return month, f"as the cover says at {place}"
        if month := month_in_text(table.sheet):
            return month, "as the sheet's name says"
        if found := self.other_parts(table):
            return found
        if month := month_in_text(self.name):
            return month, "as the file's name says"
        if not self.period:
            return "", ""
        self.given.append(table.sheet)
        return self.period, "as you gave it"

    @cached_property
    def in_parts(self) -> bool:
        """Whether the file is one return, on one sheet or in parts: no figure is asked for on two of them."""
        figures = Counter(chain.from_iterable(table.keys & self.ready.numeric for table in self.tables))
        return max(figures.values(), default=0) < 2

    def other_parts(self, table: Table) -> tuple[str, str] | None:
        """The one month that the other parts of the return say in their rows, above them or by their name."""
        said: dict[str, str] = {}
        for other in (other for other in self.tables if other is not table and self.in_parts):
            block = next(b for b in self.blocks if b.name == other.sheet)
            own = {month for row in other.rows if (month := self.ready.form(row.keys).month(row))}
            above = month_above(block, other.first_header_row, self.settings.cover, self.settings.year)[0]
            for month in own or {above or month_in_text(other.sheet)} - {""}:
                said[month] = other.sheet
        return (
            next(((month, f"as sheet '{sheet}' says") for month, sheet in said.items()), None)
            if len(said) == 1
            else None
        )

    def line(self, source: Source, month: str, table: Table) -> Line:
        """A row as a line: every cell as written and as read."""
        row, _, entries, types, names = source
        if Faulty in types:
            for key, at, written, entry in zip(row.keys, row.ats, row.values, entries, strict=True):
                if isinstance(entry, Faulty):
                    severity: Severity = "warning" if is_kept(entry.value) else "error"
                    place, header = f"{column_letters(at)}{row.number}", self.schema[key].header
                    told = Finding(
                        severity, table.sheet, place, header, written, "kind", entry.fault, entry.remedy, names[0]
                    )
                    self.findings.append(told)
        held = "" if month else "no month is known for it"
        return Line(table.sheet, (month, *map(fold, names)), month, held, source)

    def sworn(self, line: Line, block: Block) -> Sworn:
        """The line's figures for the arithmetic."""
        row, form, entries, types, names = line.source
        first = self.ready.names[0]
        return Sworn(
            line.sheet, names[0], row.keys, *form.figures(entries, types),
            lambda key: f"{column_letters(row.ats[form.places[key or first]])}{row.number}",
            lambda key: row.values[form.places[key]], lambda by: self.beside(row, block, by),
        )  # fmt: skip

    def beside(self, row: Row, block: Block, by: int) -> dict[str, float]:
        """A row's figures, were every column's heading so many columns off."""
        figures: dict[str, float] = {}
        cells = block.rows[row.number - 1]
        for key, at in zip(row.keys, row.ats, strict=True):
            if key not in self.ready.numeric or not 0 < at + by <= len(cells):
                continue
            written = cells[at + by - 1]
            if type(written) is float:
                figures[key] = written
                continue
            if type(written) is str and not any(map(str.isdigit, written)):
                continue  # no number, whatever else it is
            entry = self.ready.readers[key].entry(written)
            value = entry.value if isinstance(entry, Faulty) else entry
            if isinstance(value, int | float):
                figures[key] = value
        return figures
