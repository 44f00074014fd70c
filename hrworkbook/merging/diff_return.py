"""Compare: what a return changes of what was issued."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from hrworkbook.merging.comment_notes import comment_notes
from hrworkbook.merging.equivalence import is_equivalent, is_truncated, normalise_value
from hrworkbook.merging.match_rows import (
    Baseline,
    LineTextIndex,
    MatchResult,
    doubted,
    is_emptied,
    match_rows,
    only_claimed,
    rows_by_line,
)
from hrworkbook.merging.misplaced import RowsByLine, find_misplaced
from hrworkbook.merging.outcomes import ReceivedFile, RefusedFile, StrayCell, Unproven
from hrworkbook.plan.history import last_reported
from hrworkbook.plan.ledgers import HEADINGS
from hrworkbook.plan.model import Plan
from hrworkbook.plan.returns import ROW_ID, columns_shown_again, last_heading
from hrworkbook.plan.schema import Column, Schema
from hrworkbook.plan.snapshot import Annotation, Block, address
from hrworkbook.plan.values import Value, as_text, fold_name, is_blank, normalised_text, same_value
from hrworkbook.tables.find_table import Row, Table
from hrworkbook.tables.heading import MatchKind
from hrworkbook.tables.heading_vocabulary import fold_heading
from hrworkbook.tables.read_rows import ALONE_REASON

CellKey = tuple[str, str]
"""A cell of the plan: line ID and column key."""

MAX_NOTES = 6
"""Lines that stand in several rows are told one by one up to this many."""


def read_only_headings(schema: Schema) -> list[str]:
    """Headings of a return's columns that only show: the last reports, and the hidden IDs."""
    return [*(last_heading(c.header) for c in columns_shown_again(schema)), ROW_ID]


@dataclass(frozen=True)
class MergeContext:
    """What every return of a merge is compared with."""

    plan: Plan

    @cached_property
    def ignored_headings(self) -> list[str]:
        """Headings of a return's columns that are not the plan's: the last reports, and the hidden IDs."""
        return read_only_headings(self.plan.schema)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """The headings HR has explained on the Headings sheet, each with the key of the column it means."""
        keys = {fold_name(c.header): c.key for c in self.plan.schema.columns}
        return {
            i.text("Heading in a return"): keys[fold_name(i.text("Means the column"))]
            for i in HEADINGS.data_rows(self.plan.snapshot)
            if fold_name(i.text("Means the column")) in keys
        }

    @cached_property
    def last_reports(self) -> dict[str, Mapping[str, str]]:
        """What was last reported, by the heading of the column that shows it and by line ID."""
        return {
            fold_heading(last_heading(c.header)): last_reported(self.plan, c.key)
            for c in columns_shown_again(self.plan.schema)
        }

    @cached_property
    def last_report_columns(self) -> dict[str, Column]:
        """The column beside each one that only shows what was last reported, by its folded heading."""
        return {fold_heading(last_heading(c.header)): c for c in columns_shown_again(self.plan.schema)}


@dataclass(frozen=True, slots=True)
class CellEdit:
    """One cell of a return that is not as it was issued."""

    key: CellKey
    base: Value
    received: Value
    """As it came."""
    value: Value
    """As the plan would hold it."""
    outcome: str = ""
    """What became of it already by what was sent alone: locked, invalid or conflict; '' where the master has a say."""
    reason: str = ""


@dataclass(frozen=True)
class ReturnDiff:
    """What one return changes of what was issued, its strays, and notes on how its rows were known."""

    edits: tuple[CellEdit, ...]
    stray_cells: tuple[StrayCell, ...]
    notes: tuple[str, ...]
    unchanged_count: int
    line_count: int
    proven: bool = True
    """Whether the text of HR's in any row shows which line it is, or a seal does."""


@dataclass(frozen=True)
class ReadReturn:
    """One return as it was read, and whose it is: small, and fit to be sent between processes.

    Its rows and sheets are no longer kept.
    """

    received: ReceivedFile
    """The file, without its cells."""
    return_id: str
    owner: str
    diff: ReturnDiff
    unknown_headings: Mapping[str, str] = field(default_factory=dict)
    other_returns: tuple["ReadReturn | RefusedFile", ...] = ()
    """What became of the other returns in the same file."""
    sealed: bool = True
    """Whether it bears the seal that was issued."""
    unproven: Unproven | None = None
    """Why nothing of it is applied before HR has decided; None where it is proof enough of itself."""
    from_elsewhere: str = ""
    """The address it came from, where that is not on the Owners sheet."""
    ahead: bool = False
    """Whether its mail is dated ahead of this computer's clock, so that its date proves nothing."""

    @property
    def sent(self) -> datetime | None:
        """When it was sent; None where nobody knows."""
        return None if self.ahead else self.received.sent


def diff_return(
    context: MergeContext,
    baseline: Baseline,
    owner_last_wrote: Mapping[CellKey, Value],
    blocks: Sequence[Block],
    tables: Sequence[Table],
    *,
    sealed: bool = True,
) -> ReturnDiff:
    """What a return changes of what was issued; mostly it is one table, on one sheet.

    `owner_last_wrote` holds what this owner's earlier returns last wrote: text that was issued before that and comes again is
    told, since it may be meant. Without a seal, an ID is believed only beside text that HR wrote for its line.
    """
    plan = context.plan
    contents = LineTextIndex(plan.schema, baseline)
    by_name = {b.name: b for b in reversed(blocks)}
    sheets = [_match_sheet(plan, baseline, by_name[table.sheet], table) for table in tables]
    strays = [stray for sheet in sheets for stray in sheet.stray_cells]
    notes = [note for sheet in sheets for note in (*sheet.matches.notes, *_struck_notes(sheet))]
    notes += comment_notes(blocks)
    edits: list[CellEdit] = []
    unchanged = 0
    repeated_notes: list[str] = []
    struck = {b.name: b.struck for b in blocks if b.struck}
    table_of = {id(m.row): s.table for s in sheets for m in s.matches.matched}
    matched = [m for sheet in sheets for m in sheet.matches.matched]
    matched, proven = (matched, True) if sealed else only_claimed(plan.schema, baseline, matched)
    lines = rows_by_line(matched)
    for id_, matches in lines.items():
        if id_ not in plan.by_id:
            for match in matches:
                strays += _row_strays(table_of[id(match.row)], match.row, f"line {id_} is no longer in the plan")
            continue
        found: list[CellEdit] = []
        for match in matches:
            same_as_issued, changed = _row_edits(plan, baseline[id_], owner_last_wrote, match.row, id_)
            unchanged += same_as_issued
            if not match.doubt_reason and (locked := [e.key[1] for e in changed if e.outcome == "locked"]):
                match = doubted(contents, plan.schema, baseline, match, locked)
            if struck:
                changed = _hold_struck(changed, match.row, struck.get(table_of[id(match.row)].sheet, ()))
            found += (
                [replace(e, outcome="conflict", reason=match.doubt_reason) for e in changed]
                if match.doubt_reason
                else changed
            )
        if len(matches) > 1:
            rows = [
                (f"'{table_of[id(m.row)].sheet}' " if len(sheets) > 1 else "") + str(m.row.row_number) for m in matches
            ]
            repeated_notes.append(f"Line {id_} stands in rows {', '.join(rows)}")
            found = _hold_disagreeing(found, len(matches))
        edits += found
    notes += (
        repeated_notes if len(repeated_notes) <= MAX_NOTES else [f"{len(repeated_notes)} lines stand in several rows"]
    )
    for sheet in sheets:
        line_of = {m.row.row_number: m.line_id for m in sheet.matches.matched}
        edits += _wrong_column_edits(context, baseline, sheet.block, sheet.table, line_of)
    rows_of = [{id_: [m.row for m in ms] for id_, ms in rows_by_line(s.matches.matched).items()} for s in sheets]
    edits = _hold_misplaced(plan, baseline, rows_of, edits, notes)
    notes += _missing_notes(
        plan, baseline, tables, lines.keys(), [i for s in sheets for i in s.emptied_ids if i in baseline]
    )
    return ReturnDiff(tuple(edits), tuple(strays), tuple(notes), unchanged, len(lines), proven)


@dataclass(frozen=True)
class _ReturnSheet:
    """One sheet of a return: its rows by line, what has no place, and the IDs that stand in rows otherwise empty."""

    block: Block
    table: Table
    matches: MatchResult
    stray_cells: list[StrayCell]
    emptied_ids: list[str]


def _match_sheet(plan: Plan, baseline: Baseline, block: Block, table: Table) -> _ReturnSheet:
    hidden = _hidden_ids(block, table)
    strays = [StrayCell(f"{u.sheet}!{u.cell}", u.value, u.reason) for u in table.unplaced]
    emptied = {row.row_number: row.line_id for row in table.rows if row.line_id and is_emptied(row)}
    rows = [row for row in table.rows if row.row_number not in emptied or row.line_id not in baseline]
    matches = match_rows(plan.schema, baseline, rows, hidden)
    for row in matches.unmatched:
        why = ALONE_REASON if row.row_number in emptied else _unmatched_reason(plan, row)
        strays += _row_strays(table, row, why)
    strays += _hidden_column_strays(table, hidden, baseline, [*matches.unmatched, *(m.row for m in matches.matched)])
    return _ReturnSheet(block, table, matches, strays, list(emptied.values()))


def _hidden_ids(block: Block, table: Table) -> dict[int, str]:
    """The IDs in the hidden column of a return, by sheet row; empty where the column is gone."""
    column = next((h.column for h in table.headings if fold_heading(h.header) == fold_heading(ROW_ID)), 0)
    if not column:
        return {}
    rows, at = block.rows, column - 1
    beside = ((row.row_number, rows[row.row_number - 1]) for row in table.rows)
    return {number: normalised_text(cells[at]) for number, cells in beside if at < len(cells) and cells[at] is not None}


def _hidden_column_strays(
    table: Table, hidden: Mapping[int, str], baseline: Baseline, rows: Iterable[Row]
) -> Iterator[StrayCell]:
    """What was typed over the hidden IDs."""
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


def _unmatched_reason(plan: Plan, row: Row) -> str:
    id_ = row.line_id
    if id_ in plan.by_id and id_:
        return f"line {id_} was not in this return"
    return f"there is no line {id_}" if id_ else "the row has no ID and is no line that was issued"


def _row_edits(
    plan: Plan, issued: Mapping[str, Value], owner_last_wrote: Mapping[CellKey, Value], row: Row, id_: str
) -> tuple[int, list[CellEdit]]:
    """How many cells of a row say what was issued, and those that do not."""
    unchanged = 0
    edits: list[CellEdit] = []
    if not owner_last_wrote and row.values == tuple(map(issued.get, row.keys)):
        return len(row.values) - row.values.count(None), edits
    for key, r in zip(row.keys, row.values, strict=True):
        b = issued.get(key)
        if (type(r) is type(b) and r == b) or same_value(r, b):
            if r is None or (type(r) is str and (not r or r.isspace())):
                continue
            if not owner_last_wrote or not _is_restored_text(plan, owner_last_wrote, id_, key, b):
                unchanged += 1
            else:
                why = "the owner's earlier return changed it, and this one has the text that was issued"
                edits.append(CellEdit((id_, key), b, r, b, "conflict", why))
            continue
        column = plan.schema[key]
        if is_equivalent(column, b, r):
            unchanged += 1
            continue
        value, fault = normalise_value(plan, column, r)
        if not fault and same_value(value, b):
            unchanged += 1
        elif not column.is_owners:
            edits.append(CellEdit((id_, key), b, r, value, "locked", f"{column.header} is HR's to change"))
        elif fault:
            edits.append(CellEdit((id_, key), b, r, value, "invalid", fault))
        elif is_truncated(b, r):
            why = f"it is the issued text cut off after {len(as_text(r))} characters, as some programs do"
            edits.append(CellEdit((id_, key), b, r, value, "conflict", why))
        else:
            edits.append(CellEdit((id_, key), b, r, value))
    return unchanged, edits


def _hold_struck(edits: Sequence[CellEdit], row: Row, struck: Sequence[Annotation]) -> list[CellEdit]:
    """The edits of a row, those held back in which the owner struck words through: the reader tells no difference."""
    at = {key: (row.row_number, column) for key, column in zip(row.keys, row.columns, strict=True)}
    words = {e.key[1]: _struck_words(e, at[e.key[1]], struck) for e in edits}
    return [
        replace(e, outcome="conflict", reason=f"these words are struck through in the file: '{words[e.key[1]]}'")
        if not e.outcome and words[e.key[1]]
        else e
        for e in edits
    ]


def _struck_words(edit: CellEdit, at: tuple[int, int], struck: Sequence[Annotation]) -> str:
    """The words struck through in a cell; where a file tells no places, those that the cell holds."""
    text = as_text(edit.received)
    return next((words for row, column, words in struck if ((row, column) == at or not row and words in text)), "")


def _struck_notes(sheet: _ReturnSheet) -> Iterator[str]:
    """A sentence for each issued text that the owner struck through, as one does who means to delete it."""
    rows = {m.row.row_number: m.row for m in sheet.matches.matched}
    for number, column, _ in sheet.block.struck:
        if (row := rows.get(number)) and column in row.columns:
            yield f"{address(number, column)} is struck through, in part or whole; it was read with those words"


def _is_restored_text(plan: Plan, owner_last_wrote: Mapping[CellKey, Value], id_: str, key: str, issued: Value) -> bool:
    """Whether the owner's earlier return changed an issued text, and that change still counts."""
    if (id_, key) not in owner_last_wrote or same_value(owner_last_wrote[id_, key], issued):
        return False
    return plan.schema[key].is_owners


def _hold_disagreeing(edits: Sequence[CellEdit], rows: int) -> list[CellEdit]:
    """The edits of a line that stands in several rows; where the rows disagree, or not all are cleared, they wait."""
    values_by_cell: dict[CellKey, list[Value]] = {}
    for edit in edits:
        values_by_cell.setdefault(edit.key, []).append(edit.value)
    why = "the file has this line more than once, with different texts"
    return [
        replace(e, outcome="conflict", reason=why)
        if not e.outcome
        and (
            not all(same_value(v, e.value) for v in values_by_cell[e.key])
            or (e.value is None and len(values_by_cell[e.key]) < rows)
        )
        else e
        for e in edits
    ]


def _wrong_column_edits(
    context: MergeContext, baseline: Baseline, block: Block, table: Table, line_of: Mapping[int, str]
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
                or same_value(value, last.get(id_))
                or same_value(value, issued)
                or id_ not in context.plan.by_id
            ):
                continue
            good, fault = normalise_value(context.plan, column, value)
            why = f"it was typed over the last report, in {address(number, heading.column)}"
            yield CellEdit((id_, column.key), issued, value, good, "invalid" if fault else "conflict", fault or why)


def _hold_misplaced(
    plan: Plan, baseline: Baseline, sheets: Sequence[RowsByLine], edits: list[CellEdit], notes: list[str]
) -> list[CellEdit]:
    """The edits, those held back whose answers seem to have come from another line's row."""
    edited = {e.key for e in edits if plan.schema[e.key[1]].is_owners}
    found = find_misplaced(plan.schema, baseline, sheets, edited)
    if found.columns:
        why = f"texts of {' and '.join(found.columns)} stand in other rows than they were issued in, as if sorted without the rest"
        notes.append(f"Held back: {why}")
        return [replace(e, outcome="conflict", reason=why) if not e.outcome else e for e in edits]
    whys = {id_: f"the answers in its row are those that were issued for {home}" for id_, home in found.lines.items()}
    notes += [f"Held back: {id_}, {why}" for id_, why in whys.items()]
    return [
        replace(e, outcome="conflict", reason=whys[e.key[0]]) if e.key[0] in whys and not e.outcome else e
        for e in edits
    ]


def _missing_notes(
    plan: Plan, baseline: Baseline, tables: Sequence[Table], here: Iterable[str], emptied: Sequence[str]
) -> Iterator[str]:
    """What was issued and is not in the file: nothing is changed by that, and HR is told."""
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
