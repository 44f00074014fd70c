"""Read one table of a collection: which rows are lines, for which month, and whether the figures bear the reading out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hrworkbook.collecting.check_sums import SumReport, check_sums
from hrworkbook.collecting.collected_line import CollectedLine, LineSource
from hrworkbook.collecting.entries import FaultyEntry
from hrworkbook.collecting.find_month import MonthFinder
from hrworkbook.collecting.questions import HoldReason, QuestionKind, SheetQuestion
from hrworkbook.collecting.row_filter import CollectionRules, find_total_rows, unknown_headings
from hrworkbook.plan.findings import Finding, Severity, count_noun
from hrworkbook.plan.kinds import is_kept_with_warning
from hrworkbook.plan.snapshot import Block, column_letters
from hrworkbook.plan.sum_checks import LineFigures
from hrworkbook.tables.find_table import Row, Table
from hrworkbook.tables.heading import MatchKind
from hrworkbook.tables.heading_vocabulary import fold_heading
from hrworkbook.tables.unplaced_cells import UnplacedRows


@dataclass
class SheetLines:
    """What one sheet's table holds."""

    name: str
    names_outside: Mapping[str, str] = field(default_factory=dict)
    """Whose all the lines are, by key column, where no column says it."""
    lines: list[CollectedLine] = field(default_factory=list)
    unplaced_rows: list[UnplacedRows] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: list[SheetQuestion] = field(default_factory=list)
    checked_count: int = 0
    """Lines whose figures could be checked against each other."""
    agreeing_count: int = 0
    """Lines among them on which every sum agrees."""
    is_given_month: bool = False
    """Whether its month is the one the officer gave for all sheets."""


def read_lines(
    table: Table,
    block: Block,
    rules: CollectionRules,
    finder: MonthFinder,
    names_outside: Mapping[str, str],
    same_names: Mapping[str, str],
) -> SheetLines:
    """Return the lines of one sheet's table, each with its month, and what is said about them.

    `names_outside` are the names, by key column, that stand outside the table; `same_names` holds by folded name the name
    that it stands for.
    """
    found = SheetLines(table.sheet, names_outside)
    found.notes += table.notes_on_cells
    sources = _line_sources(table, block, rules, found)
    sources = [_with_one_name(source, same_names, found) for source in sources] if same_names else sources
    months = finder.find(table, sources)
    found.notes += [months.note] if months.note else []
    found.questions += [months.question] if months.question else []
    found.is_given_month = months.is_given
    for source, month in zip(sources, months.months, strict=True):
        found.findings += _faults_of_entries(source, table, rules)
        key = (month, *map(fold_heading, source.names))
        found.lines.append(CollectedLine(table.sheet, key, month, None if month else HoldReason.NO_MONTH, source))
    figures = [_line_figures(line, block, rules) for line in found.lines]
    _judge_sums(check_sums(figures, rules.schema, rules.sum_checks, unknown_headings(table)), found)
    return found


def _line_sources(table: Table, block: Block, rules: CollectionRules, found: SheetLines) -> list[LineSource]:
    """Return the rows that are lines; what is not is unplaced, with the reason."""
    sources: list[LineSource] = []
    strange = "stands in a table about something else" if rules.is_unrelated(table) else ""
    end = rules.end_row(block.rows, table.first_header_row + table.header_rows)
    form = rules.form(())
    for row in table.rows:
        if row.keys is not form.keys:
            form = rules.form(row.keys)
        why = form.why_not_a_line(row, found.names_outside) or strange
        if end and row.row_number >= end:
            why = f"stands at or below the end mark in row {end}"
        names = [] if why else form.names(row, found.names_outside)
        if not why and rules.is_example(block.rows[row.row_number - 1], names):
            why = "its row is an example of how to fill one in"
        if why:
            _leave_unplaced(row, table, why, found)
            continue
        entries = form.entries(row)
        sources.append(LineSource(row, form, entries, list(map(type, entries)), names))
    return _without_blank_form(_without_totals(sources, table, rules, found), table, found)


def _without_totals(
    sources: list[LineSource], table: Table, rules: CollectionRules, found: SheetLines
) -> list[LineSource]:
    """Return the lines but those that sound like totals and add up the others, though they say more of who they are."""
    totals = [at for at, source in enumerate(sources) if rules.sounds_total(fold_heading(source.names[0]))]
    if not totals:
        return sources
    proven = find_total_rows([source.form.figures(source.entries, source.types)[0] for source in sources], totals)
    for at in proven:
        _leave_unplaced(sources[at].row, table, "its row adds up the other lines", found)
    return [source for at, source in enumerate(sources) if at not in proven]


def _without_blank_form(sources: list[LineSource], table: Table, found: SheetLines) -> list[LineSource]:
    """Return the lines; none where no line of the form is filled in."""
    if not sources or any(source.form.is_filled(source.row, source.entries) for source in sources):
        return sources
    found.notes.append(
        f"Sheet '{table.sheet}' is a form that is not filled in: {count_noun(len(sources), 'line')} left out."
    )
    for source in sources:
        _leave_unplaced(source.row, table, "stands on a form that is not filled in", found)
    return []


def _leave_unplaced(row: Row, table: Table, why: str, found: SheetLines) -> None:
    found.unplaced_rows.append(UnplacedRows(table.sheet, row.row_number, (row.values,), why, row.columns))
    if row.line_id:
        column = next(h.column for h in table.headings if h.match_kind is MatchKind.ID)
        found.unplaced_rows.append(UnplacedRows(table.sheet, row.row_number, ((row.line_id,),), why, (column,)))


def _with_one_name(source: LineSource, same_names: Mapping[str, str], found: SheetLines) -> LineSource:
    """Return the line under the name that its own stands for, and say so once."""
    names = [same_names.get(fold_heading(name), name) for name in source.names]
    for name, stands_for in zip(source.names, names, strict=True):
        note = f"'{name}' is read as '{stands_for}', as the Names sheet says."
        if fold_heading(name) != fold_heading(stands_for) and note not in found.notes:
            found.notes.append(note)
    return source._replace(names=names)


def _faults_of_entries(source: LineSource, table: Table, rules: CollectionRules) -> list[Finding]:
    """Return a finding for each cell of a line that cannot be taken, or only with a warning."""
    row, _, entries, types, names = source
    if FaultyEntry not in types:
        return []
    findings = []
    for key, at, written, entry in zip(row.keys, row.columns, row.values, entries, strict=True):
        if isinstance(entry, FaultyEntry):
            severity: Severity = "warning" if is_kept_with_warning(entry.value) else "error"
            place, header = f"{column_letters(at)}{row.row_number}", rules.schema[key].header
            findings.append(
                Finding(severity, table.sheet, place, header, written, "kind", entry.fault, entry.remedy, names[0])
            )
    return findings


def _judge_sums(verdict: SumReport, found: SheetLines) -> None:
    """Hold the lines whose figures stand in the wrong place or were never worked out, and take over what is said."""
    sheet = found.name
    for index in verdict.shifted_lines:
        found.lines[index] = replace(found.lines[index], hold_reason=HoldReason.SHIFTED)
    if verdict.is_uncalculated:
        found.lines = [replace(line, hold_reason=HoldReason.UNCALCULATED) for line in found.lines]
        fault = f"Sheet '{sheet}': its totals are 0 and their parts are not, so nothing has worked its formulas out"
        remedy = (
            "Open the file in Excel, press Ctrl+Alt+F9, save it and read it again; until then its lines are left out"
        )
        found.questions.append(SheetQuestion(QuestionKind.UNCALCULATED, sheet, fault, remedy))
    if number := len(verdict.shifted_lines):
        fault = f"Sheet '{sheet}': the figures of {count_noun(number, 'line')} stand one column beside their headings"
        remedy = "Mend the file and read it again; until then they are left out"
        found.questions.append(SheetQuestion(QuestionKind.SHIFTED, sheet, fault, remedy))
    found.findings += verdict.findings
    found.notes += verdict.notes
    found.checked_count, found.agreeing_count = verdict.checked_count, verdict.agreeing_count


def _line_figures(line: CollectedLine, block: Block, rules: CollectionRules) -> LineFigures:
    """Return the line's figures for the arithmetic."""
    row, form, entries, types, names = line.source
    first = rules.name_keys[0]
    return LineFigures(
        line.sheet, names[0], row.keys, *form.figures(entries, types),
        lambda key: f"{column_letters(row.columns[form.index_of[key or first]])}{row.row_number}",
        lambda key: row.values[form.index_of[key]], lambda shift: _shifted_figures(row, block, shift, rules),
    )  # fmt: skip


def _shifted_figures(row: Row, block: Block, shift: int, rules: CollectionRules) -> dict[str, float]:
    """Return a row's figures, were every column's heading so many columns off."""
    figures: dict[str, float] = {}
    cells = block.rows[row.row_number - 1]
    for key, at in zip(row.keys, row.columns, strict=True):
        if key not in rules.figure_keys or not 0 < at + shift <= len(cells):
            continue
        written = cells[at + shift - 1]
        if type(written) is float:
            figures[key] = written
            continue
        if type(written) is str and not any(map(str.isdigit, written)):
            continue  # no number, whatever else it is
        entry = rules.readers[key].entry(written)
        value = entry.value if isinstance(entry, FaultyEntry) else entry
        if isinstance(value, int | float):
            figures[key] = value
    return figures
