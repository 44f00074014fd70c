"""Compare: what a return changes of what was issued."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hrworkbook.merging.comment_notes import comment_notes
from hrworkbook.merging.count_witness import filled_in
from hrworkbook.merging.equivalence import is_equivalent, is_truncated, normalise_value
from hrworkbook.merging.hold_edits import (
    at_current_lines,
    hold_disagreeing,
    hold_misplaced,
    hold_struck,
    moved_notes,
    without_other_issues,
)
from hrworkbook.merging.line_identity import CurrentLine, LineIdentity
from hrworkbook.merging.match_rows import (
    Baseline,
    LineTextIndex,
    MatchedRow,
    MatchResult,
    doubted,
    is_emptied,
    match_rows,
    only_claimed,
    rows_by_line,
)
from hrworkbook.merging.outcomes import Outcome, StrayCell
from hrworkbook.merging.read_return import CellEdit, MergeContext, ReturnDiff
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.measures.scorecard import figure_unit
from hrworkbook.plan.model import Plan
from hrworkbook.plan.returns import ROW_ID
from hrworkbook.plan.schema import CellKey, Column
from hrworkbook.plan.snapshot import Block, address
from hrworkbook.plan.values import Value, as_text, is_blank, normalised_text, same_value
from hrworkbook.tables.find_table import Row, Table
from hrworkbook.tables.heading import MatchKind
from hrworkbook.tables.heading_vocabulary import fold_heading
from hrworkbook.tables.read_rows import ALONE_REASON

MAX_NOTES = 6
"""Lines that stand in several rows are told one by one up to this many."""


def diff_return(
    context: MergeContext,
    baseline: Baseline,
    blocks: Sequence[Block],
    tables: Sequence[Table],
    *,
    sealed: bool = True,
    current: Mapping[str, CurrentLine] | None = None,
    also_issued: Sequence[Baseline] = (),
) -> ReturnDiff:
    """Return what a return changes of what was issued; mostly it is one table, on one sheet.

    Without a seal, an ID is believed only beside text that HR wrote for its line.
    `current` says which line of the plan each issued line is now; the cells are told by the plan's line.
    `also_issued` holds, by the plan's lines, what else was issued to the owner in the period: without a seal, nobody knows
    which of them was filled in.
    """
    plan = context.plan
    current = current or LineIdentity(plan).current(baseline)
    by_name = {b.name: b for b in reversed(blocks)}
    sheets = [_match_sheet(plan, baseline, by_name[table.sheet], table) for table in tables]
    matched = [m for sheet in sheets for m in sheet.matches.matched]
    matched, proven = (matched, True) if sealed else only_claimed(plan.schema, baseline, matched)
    lines = rows_by_line(matched)
    reader = _LineReader(plan, baseline, sheets, current)
    for id_, matches in lines.items():
        reader.read(id_, matches)
    edits = reader.edits
    frame_outcomes = reader.listed_ids + sum(sheet.frame_outcomes for sheet in sheets)
    for sheet in sheets:
        line_of = {m.row.row_number: m.line_id for m in sheet.matches.matched}
        over_reports = list(_wrong_column_edits(context, baseline, sheet.block, sheet.table, line_of, current))
        frame_outcomes += len(over_reports)
        edits += over_reports
    edits, unmeant = without_other_issues(edits, current, also_issued)
    notes = [note for sheet in sheets for note in (*sheet.matches.notes, *_struck_notes(sheet))]
    notes += [*comment_notes(blocks), *reader.notes]
    rows_of = [{id_: [m.row for m in ms] for id_, ms in rows_by_line(s.matches.matched).items()} for s in sheets]
    edits = hold_misplaced(plan, baseline, rows_of, edits, notes)
    emptied = [i for s in sheets for i in s.emptied_ids if i in baseline]
    notes += _missing_notes(plan, baseline, tables, lines.keys(), emptied)
    strays = (*(stray for sheet in sheets for stray in sheet.stray_cells), *reader.strays)
    edits = at_current_lines(edits, current)
    notes += [note for sheet in sheets for note in _merged_notes(plan, sheet)]
    notes += moved_notes(current, lines.keys())
    return ReturnDiff(
        tuple(edits),
        strays,
        tuple(notes),
        reader.unchanged + unmeant,
        len(lines),
        tuple(reader.lines),
        proven,
        frame_outcomes,
    )


class _LineReader:
    """What the rows of each line change, collected line by line."""

    def __init__(
        self,
        plan: Plan,
        baseline: Baseline,
        sheets: Sequence["_ReturnSheet"],
        current: Mapping[str, CurrentLine],
    ) -> None:
        self._current = current
        self._plan = plan
        self._baseline = baseline
        self._several_sheets = len(sheets) > 1
        self._table_of = {id(m.row): s.table for s in sheets for m in s.matches.matched}
        self._struck = {s.block.name: s.block.struck for s in sheets if s.block.struck}
        self._contents = LineTextIndex(plan.schema, baseline)
        self._repeated: list[str] = []
        self.edits: list[CellEdit] = []
        self.strays: list[StrayCell] = []
        self.lines: list[tuple[str, str, tuple[str, ...]]] = []
        self.unchanged = 0
        """Cells that say what was issued."""
        self.listed_ids = 0
        """IDs among the strays."""

    def read(self, id_: str, matches: Sequence[MatchedRow]) -> None:
        """Add what the rows of one line change."""
        if not self._current[id_].id:
            for match in matches:
                why = f"line {id_} is no longer in the plan"
                self.strays += _row_strays(self._table_of[id(match.row)], match.row, why)
                self.listed_ids += bool(match.row.line_id)
            return
        found = [edit for match in matches for edit in self._row_edits(id_, match)]
        if len(matches) > 1:
            rows = [self._place(match.row) for match in matches]
            self._repeated.append(f"Line {id_} stands in rows {', '.join(rows)}")
            found = hold_disagreeing(found, len(matches))
        self.lines += [(self._current[id_].id, id_, match.row.keys) for match in matches]
        self.edits += found

    def _row_edits(self, id_: str, match: MatchedRow) -> list[CellEdit]:
        same_as_issued, edits = _row_edits(self._plan, self._baseline[id_], match.row, id_)
        self.unchanged += same_as_issued
        if not match.doubt_reason and (locked := [e.key[1] for e in edits if e.outcome == Outcome.LOCKED]):
            match = doubted(self._contents, self._plan.schema, self._baseline, match, locked)
        if self._struck:
            edits = hold_struck(edits, match.row, self._struck.get(self._table_of[id(match.row)].sheet, ()))
        if match.doubt_reason:
            return [replace(e, outcome=Outcome.CONFLICT, reason=match.doubt_reason) for e in edits]
        return edits

    def _place(self, row: Row) -> str:
        return (f"'{self._table_of[id(row)].sheet}' " if self._several_sheets else "") + str(row.row_number)

    @property
    def notes(self) -> list[str]:
        """Sentences about the lines that stand in several rows."""
        if len(self._repeated) <= MAX_NOTES:
            return self._repeated
        return [f"{len(self._repeated)} lines stand in several rows"]


@dataclass(frozen=True)
class _ReturnSheet:
    """One sheet of a return: its rows by line, what has no place, and the IDs that stand in rows otherwise empty."""

    block: Block
    table: Table
    matches: MatchResult
    stray_cells: list[StrayCell]
    emptied_ids: list[str]
    frame_outcomes: int
    """Strays that are IDs, or stand in columns that only show."""


def _match_sheet(plan: Plan, baseline: Baseline, block: Block, table: Table) -> _ReturnSheet:
    hidden = _hidden_ids(block, table)
    strays = [StrayCell(f"{u.sheet}!{u.cell}", u.value, u.reason) for u in table.unplaced]
    emptied = {row.row_number: row.line_id for row in table.rows if row.line_id and is_emptied(row)}
    rows = [row for row in table.rows if row.row_number not in emptied or row.line_id not in baseline]
    matches = match_rows(plan.schema, baseline, rows, hidden)
    shown: list[StrayCell] = []
    for row in matches.unmatched:
        why = ALONE_REASON if row.row_number in emptied else _unmatched_reason(plan, row)
        strays += _row_strays(table, row, why)
        shown += _shown_only_strays(block, table, row, why)
    shown += _hidden_column_strays(table, hidden, baseline, [*matches.unmatched, *(m.row for m in matches.matched)])
    frame_outcomes = len(shown) + sum(bool(row.line_id) for row in matches.unmatched)
    return _ReturnSheet(block, table, matches, strays + shown, list(emptied.values()), frame_outcomes)


def _hidden_ids(block: Block, table: Table) -> dict[int, str]:
    """Return the IDs in the hidden column of a return, by sheet row; empty where the column is gone."""
    column = next((h.column for h in table.headings if fold_heading(h.header) == fold_heading(ROW_ID)), 0)
    if not column:
        return {}
    rows, at = block.rows, column - 1
    beside = ((row.row_number, rows[row.row_number - 1]) for row in table.rows)
    return {number: normalised_text(cells[at]) for number, cells in beside if at < len(cells) and cells[at] is not None}


def _hidden_column_strays(
    table: Table, hidden: Mapping[int, str], baseline: Baseline, rows: Iterable[Row]
) -> Iterator[StrayCell]:
    """Yield what was typed over the hidden IDs."""
    odd = {number: text for number, text in hidden.items() if text not in baseline}
    for row in rows if odd else ():
        if (text := odd.get(row.row_number, "")) and text != row.line_id:
            column = next(h.column for h in table.headings if fold_heading(h.header) == fold_heading(ROW_ID))
            yield StrayCell(
                f"{table.sheet}!{address(row.row_number, column)}", text, "stands in the hidden column of IDs"
            )


def _row_strays(table: Table, row: Row, why: str) -> Iterator[StrayCell]:
    id_at = next((h.column for h in table.headings if h.match_kind is MatchKind.ID), 0)
    for column, value in ((id_at, row.line_id), *row.cells.values()):
        if not is_blank(value):
            yield StrayCell(f"{table.sheet}!{address(row.row_number, column)}", value, why)


def _shown_only_strays(block: Block, table: Table, row: Row, why: str) -> Iterator[StrayCell]:
    """Yield what stands in a row that is no line under the headings that only show, but for its ID."""
    for heading in table.headings:
        if heading.match_kind == "shown only" and fold_heading(heading.header) != fold_heading(ROW_ID):
            value = block.at(row.row_number, heading.column)
            if not is_blank(value):
                yield StrayCell(f"{table.sheet}!{address(row.row_number, heading.column)}", value, why)


def _unmatched_reason(plan: Plan, row: Row) -> str:
    id_ = row.line_id
    if id_ in plan.by_id and id_:
        return f"line {id_} was not in this return"
    return f"there is no line {id_}" if id_ else "the row has no ID and is no line that was issued"


def _row_edits(plan: Plan, issued: Mapping[str, Value], row: Row, id_: str) -> tuple[int, list[CellEdit]]:
    """How many cells of a row say what was issued, and those that do not."""
    unchanged = 0
    edits: list[CellEdit] = []
    if row.values == tuple(map(issued.get, row.keys)):
        return filled_in(row.values), edits
    for key, r in zip(row.keys, row.values, strict=True):
        b = issued.get(key)
        is_same = (type(r) is type(b) and r == b) or same_value(r, b)
        if is_same and (r is None or (type(r) is str and (not r or r.isspace()))):
            continue
        if is_same:
            unchanged += not is_blank(r)
            continue
        column = plan.schema[key]
        unit = figure_unit(plan, plan.by_id.get(id_), column, b, r)
        is_same = is_equivalent(column, b, r, unit)
        value, fault = (b, "") if is_same else normalise_value(plan, column, r, unit)
        if not fault and same_value(value, b):
            unchanged += not is_blank(r)
        else:
            edits.append(_edit(column, (id_, key), b, r, value, fault))
    return unchanged, edits


def _edit(column: Column, cell: CellKey, issued: Value, received: Value, value: Value, fault: str) -> CellEdit:
    """Return what one cell of a return changes, with what became of it by what was sent alone."""
    if not column.is_owners:
        return CellEdit(
            cell,
            issued,
            received,
            value,
            Outcome.LOCKED,
            f"{column.header} is one of your columns, so what the owner wrote there was not taken",
        )
    if fault:
        return CellEdit(cell, issued, received, value, Outcome.INVALID, fault)
    if is_truncated(issued, received):
        why = f"it is the issued text cut off after {len(as_text(received))} characters, as some programs do"
        return CellEdit(cell, issued, received, value, Outcome.CONFLICT, why)
    return CellEdit(cell, issued, received, value)


def _struck_notes(sheet: _ReturnSheet) -> Iterator[str]:
    """Yield a sentence for each issued text that the owner struck through, as one does who means to delete it."""
    rows = {m.row.row_number: m.row for m in sheet.matches.matched}
    for number, column, _ in sheet.block.struck:
        if (row := rows.get(number)) and column in row.columns:
            yield f"{address(number, column)} is struck through, in part or whole; it was read with those words"


def _wrong_column_edits(
    context: MergeContext,
    baseline: Baseline,
    block: Block,
    table: Table,
    line_of: Mapping[int, str],
    current: Mapping[str, CurrentLine],
) -> Iterator[CellEdit]:
    """Texts typed over the last report, which is shown beside the cell to fill in: HR decides where they go."""
    for heading in table.headings:
        if (
            heading.match_kind is not MatchKind.SHOWN_ONLY
            or (name := fold_heading(heading.header)) not in context.last_report_columns
        ):
            continue
        column, last = context.last_report_columns[name], context.last_reports[name]
        for number, id_ in line_of.items():
            value = block.at(number, heading.column)
            issued = baseline[id_].get(column.key)
            if (
                is_blank(value)
                or same_value(value, last.get(current[id_].id))
                or same_value(value, issued)
                or not current[id_].id
            ):
                continue
            unit = figure_unit(context.plan, context.plan.by_id.get(id_), column, value)
            good, fault = normalise_value(context.plan, column, value, unit)
            why = f"the owner typed it over the last report, in {address(number, heading.column)}, not beside it"
            yield CellEdit(
                (id_, column.key), issued, value, good, Outcome.INVALID if fault else Outcome.CONFLICT, fault or why
            )


def _merged_notes(plan: Plan, sheet: _ReturnSheet) -> Iterator[str]:
    """Yield a sentence for each answer merged over the rows of several lines: it was read for the first alone."""
    columns = {h.column: h.key for h in sheet.table.headings if h.key}
    for top, left, bottom, _ in sheet.table.merged_ranges:
        lines = [m.line_id for m in sheet.matches.matched if top <= m.row.row_number <= bottom]
        if len(lines) > 1 and left in columns:
            others = join_words(lines[1:])
            yield (
                f"{plan.schema[columns[left]].header} is merged over lines {join_words(lines)}: "
                f"it was read for {lines[0]} only; ask whether {others} should say the same"
            )


def _missing_notes(
    plan: Plan, baseline: Baseline, tables: Sequence[Table], here: Iterable[str], emptied: Sequence[str]
) -> Iterator[str]:
    """Yield what was issued and is not in the file: nothing is changed by that, and HR is told."""
    found = set(here)
    if absent := [i for i in baseline if i not in found and i not in emptied]:
        yield f"Not in the file, so left as they are: {', '.join(absent)}"
    if emptied:
        yield f"Emptied in the file, so left as they are: {', '.join(emptied)}"
    gone = [
        c.header
        for c in plan.schema.columns
        if not any(c.key in t.keys for t in tables)
        and (c.is_owners or any(not is_blank(v.get(c.key)) for v in baseline.values()))
    ]
    if gone:
        yield f"Columns not in the file, so left as they are: {', '.join(gone)}"
