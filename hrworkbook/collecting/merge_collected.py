"""Gather: merge returns that nobody issued into a collection, one line for each key.

There is no seal and no baseline: a line is known by its key, such as month and name. What a file says of a line
that is known is there already, fills a blank, or contradicts it; a file that contradicts a line fills none of its blanks,
lest a line be made of two. Journal, Register and Decisions are those of `merge`, so `undo` and `decide` work as ever.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hrworkbook.collecting.collected_line import CollectedCell, CollectedLine
from hrworkbook.collecting.duplicates import same_figure
from hrworkbook.collecting.given_months import GivenMonths, as_given
from hrworkbook.collecting.line_ids import IdAllocator
from hrworkbook.collecting.line_keys import LineKey, LineKeys
from hrworkbook.collecting.new_rows import rows_for_new_lines
from hrworkbook.collecting.receive_collected import CollectedReturn, CollectionReader
from hrworkbook.merging.containers import Containers
from hrworkbook.merging.issued_returns import IssuedReturns
from hrworkbook.merging.ledger_rows import journal_row, merge_message, merged_row, new_heading_rows, refused_row
from hrworkbook.merging.merge_history import already_merged
from hrworkbook.merging.outcomes import (
    CellOutcome,
    MergeResult,
    Outcome,
    ReceivedFile,
    RefusedFile,
    ReturnOutcome,
    StrayCell,
)
from hrworkbook.merging.pending_decisions import PendingDecisions
from hrworkbook.plan.errors import WrongPlan
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.ledger_records import file_status, read_change
from hrworkbook.plan.ledger_words import ChangeCause, FileStatus
from hrworkbook.plan.ledgers import DECISIONS, HEADINGS, JOURNAL, REGISTER
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.returns import next_return_number
from hrworkbook.plan.snapshot import ChangeSet, Write, address
from hrworkbook.plan.start_sheet import status_writes
from hrworkbook.plan.values import Value, as_text, is_blank, normalised_text


def merge_collected(
    plan: Plan, received: Iterable[ReceivedFile | RefusedFile], now: datetime, period: str | GivenMonths = ""
) -> MergeResult:
    """Return the outcome of every cell of every file, and the changes that write them; the files' order makes no difference.

    `period` is the month (`2015-04`) of the sheets that do not say theirs, or the months given by sheet; without it they
    wait, with a question. Raises WrongPlan where the schema is not for collecting, and HrWorkbookError where a month was
    given for a sheet that is not there.
    """
    if plan.schema.collect is None:
        fault = f"the plan '{plan.schema.name}' issues its returns"
        raise WrongPlan(plan.snapshot.name, fault, "Use a schema with a [collect] section")
    issued = IssuedReturns(plan)
    containers = Containers()
    keys = LineKeys(plan)
    given = as_given(period)
    read, refused = CollectionReader(plan, issued, keys, given).read(containers.noting(received))
    collection = _CollectionMerge(plan, keys, _themes_by_key(plan, read))
    number = next_return_number(plan)
    returns: list[ReturnOutcome] = []
    for one in read:
        before = issued.merge_history.rows_of_file(one.received.sha256)
        returns.append(collection.merge_file(one, before[0].text("Return") if before else f"R{number:04d}"))
        number += not before
    return _merge_result(collection, returns, containers.told_once(refused), issued, now, given)


class _CollectionMerge:
    """The lines of the plan by key, those of this merge with them, and what they say so far."""

    def __init__(self, plan: Plan, line_keys: LineKeys, keys: Mapping[LineKey, str]) -> None:
        """Take the lines of the plan, and those the returns have by their `keys`, each with its theme."""
        self.key_of = line_keys.key_of
        self.key_columns = line_keys.columns
        self.named_by = line_keys.named_by
        self.ids = IdAllocator(plan)
        lines = [line if line.id else replace(line, id=self.ids.allocate(line)) for line in plan.lines]
        self.line_by_key: dict[LineKey, Line] = {}
        for line in lines:
            if key := self.key_of(line.values):
                self.line_by_key.setdefault(key, line)
        had = self.ids_of_removed(plan, lines) if keys.keys() - self.line_by_key.keys() else {}
        self.new_lines: list[Line] = []
        new = sorted(keys.keys() - self.line_by_key.keys())
        places = rows_for_new_lines(plan, [keys[key] for key in new])
        for key, (table, row) in zip(new, places, strict=True):
            self.line_by_key[key] = Line(had.get(key) or self.ids.allocate(), row, {}, table)
            self.new_lines.append(self.line_by_key[key])
        self.values_by_id: dict[str, dict[str, Value]] = {
            line.id: dict(line.values) for line in self.line_by_key.values()
        }
        self.filled_cells: dict[tuple[str, str], Value] = {}
        """Cells of lines that stood in the plan, by ID and column, and what they are to say."""
        self.plan = replace(plan, lines=(*lines, *self.new_lines))
        self.new_ids = {line.id for line in self.new_lines}

    def ids_of_removed(self, plan: Plan, lines: Sequence[Line]) -> dict[LineKey, str]:
        """Return the ID of each line that went when its return was undone, by its key: it is never another line's."""
        if not any(file_status(item) is FileStatus.UNDONE for item in REGISTER.data_rows(plan.snapshot)):
            return {}
        there = {line.id for line in lines}
        keys = {plan.schema[name].header: name for name in self.key_columns}
        had: dict[str, dict[str, Value]] = {}
        for item in JOURNAL.data_rows(plan.snapshot):
            if (
                read_change(item).cause is ChangeCause.UNDO
                and item.text("Column") in keys
                and item.text("ID") not in there
            ):
                had.setdefault(item.text("ID"), {})[keys[item.text("Column")]] = item["Before"]
        return {key: id_ for id_, values in had.items() if (key := self.key_of(values))}

    def merge_file(self, one: CollectedReturn, return_id: str) -> ReturnOutcome:
        """Return what becomes of each cell of one file; what is applied is what the next one meets."""
        cells: list[CellOutcome] = []
        strays = [StrayCell(f"{u.sheet}!{u.cell}", u.value, u.reason) for u in one.collected.unplaced]
        for line in one.collected.lines:
            if line.hold_reason:
                written = ((f"{line.sheet}!{c.address}", c.written) for c in line.cells.values() if c.address)
                strays += [StrayCell(at, value, line.hold_reason.value) for at, value in written if not is_blank(value)]
            else:
                cells += self.merge_line(line)
        unknown = {h.header: h.suggested for table in one.collected.tables for h in table.headings if h.is_unknown}
        notes = (*one.collected.notes, *map(str, one.collected.questions), *(f.message for f in one.collected.findings))
        return ReturnOutcome(
            one.received, return_id, self.sender_name(one), tuple(cells), tuple(strays), notes, unknown, line_count=len(one.lines)
        )  # fmt: skip

    def sender_name(self, one: CollectedReturn) -> str:
        """Return whom a file is from, as its lines say: `Home Office`, or `Home Office and 5 others`."""
        named = dict.fromkeys(normalised_text(line.cells[self.named_by].value) for line in one.lines)
        first = next(iter(named), "")
        return f"{first} and {count_noun(len(named) - 1, 'other')}" if len(named) > 1 else first

    def merge_line(self, entered: CollectedLine) -> Iterator[CellOutcome]:
        """Yield the outcome of each non-blank cell of one line."""
        line = self.line_by_key[entered.key]
        says = self.values_by_id[line.id]
        against = [
            k for k, e in entered.cells.items() if k not in self.key_columns and self.contradicts(e, says.get(k))
        ]
        for key, entry in entered.cells.items():
            column = self.plan.schema[key]
            m, value = says.get(key), entry.value
            if entry.fault:
                yield CellOutcome(line, column, None, m, entry.written, Outcome.INVALID, entry.fault)
            elif is_blank(value):
                continue
            elif not is_blank(m):
                same_line = key in self.key_columns or key not in against
                why = "" if same_line else "the plan has another value"
                yield CellOutcome(line, column, None, m, value, Outcome.ALREADY if same_line else Outcome.CONFLICT, why)
            elif against:
                why = f"it says otherwise of {self.plan.schema[against[0]].header}, so it fills no blanks of this line"
                yield CellOutcome(line, column, None, m, value, Outcome.CONFLICT, why)
            elif why := self.plan.unwritable(line, key):
                yield CellOutcome(line, column, None, m, value, Outcome.CONFLICT, why)
            else:
                says[key] = value
                if line.id not in self.new_ids:
                    self.filled_cells[line.id, key] = value
                yield CellOutcome(line, column, None, m, value, Outcome.APPLIED)

    def contradicts(self, entry: CollectedCell, says: Value) -> bool:
        """Return whether a cell says otherwise than the line does."""
        return not (entry.fault or is_blank(entry.value) or is_blank(says) or same_figure(entry.value, says))

    def plan_writes(self) -> Iterator[Write]:
        """Yield what the Plan sheet is to say: new lines as blocks below the last, and each blank that was filled."""
        yield from self.ids.id_writes()
        for lines in _adjacent_lines(self.new_lines):
            table = lines[0].table
            for run in _adjacent_runs(sorted((column, key) for key, column in table.column_numbers.items())):
                rows = tuple(tuple(self.values_by_id[x.id].get(k) if k else x.id for _, k in run) for x in lines)
                yield Write(table.sheet, lines[0].row, run[0][0], rows)
        for (id_, key), value in self.filled_cells.items():
            yield self.plan.cell_write(self.plan.by_id[id_], key, value)


def _themes_by_key(plan: Plan, read: Iterable[CollectedReturn]) -> dict[LineKey, str]:
    """Return the theme of each line that returns have, by its key; '' where nothing says it."""
    theme = plan.schema.role("theme")
    cells = ((line.key, line.cells.get(theme.key) if theme else None) for one in read for line in one.lines)
    return {key: as_text(cell.value) if cell else "" for key, cell in cells}


def _adjacent_lines(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the lines in runs that stand one below the other in a table."""
    run: list[Line] = []
    for line in lines:
        if run and (line.table is not run[-1].table or line.row != run[-1].row + 1):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _adjacent_runs(by_column: Sequence[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Yield the columns in runs that stand side by side."""
    run: list[tuple[int, str]] = []
    for column, key in by_column:
        if run and column != run[-1][0] + 1:
            yield run
            run = []
        run.append((column, key))
    yield run


def _merge_result(
    collection: _CollectionMerge,
    returns: Sequence[ReturnOutcome],
    refused: list[RefusedFile],
    issued: IssuedReturns,
    now: datetime,
    given: GivenMonths,
) -> MergeResult:
    """Return the result, with everything that is to be written."""
    plan, snapshot = collection.plan, collection.plan.snapshot
    waiting = PendingDecisions(plan)
    decisions = waiting.new_rows(returns, now)
    returns_that_ask = {row["Return"] for row in decisions}
    before = {r.return_id: issued.merge_history.rows_of_file(r.received.sha256) for r in returns}
    merged = [r for r in returns if not before[r.return_id] or _brings_news(r, returns_that_ask)]
    merged_ids = {r.return_id for r in merged}
    refused += [already_merged(r.received, before[r.return_id]) for r in returns if r.return_id not in merged_ids]
    register = [
        *(merged_row(r, now) for r in merged),
        *(refused_row(r, now) for r in refused if not issued.is_registered(r)),
    ]
    writes = list(collection.plan_writes())
    writes += JOURNAL.append(
        snapshot, [journal_row(r, c, now) for r in merged for c in r.cells if c.outcome == Outcome.APPLIED]
    )
    asked = DECISIONS.append(snapshot, decisions)
    writes += asked
    writes += HEADINGS.append(snapshot, new_heading_rows(plan, merged))
    writes += REGISTER.append(snapshot, register)
    if writes:
        done_text = f"Merged {count_noun(len(merged), 'return')}"
        waits = waiting.open_count + len(decisions)
        writes += status_writes(plan, done_text, now, decisions=waits, register=register, unjudged=True)
    goto = (DECISIONS.sheet, address(asked[0].row, asked[0].column)) if asked else (REGISTER.sheet, "A1")
    message = merge_message(merged, refused, len(decisions))
    if without_month := sum(r.status is FileStatus.NO_MONTH for r in refused):
        message += f" {count_noun(without_month, 'file does not say its month', 'files do not say their month')}"
        shared = f" and cannot {'all ' if without_month > 1 else ''}be for {given.for_all}: merge each alone with --period and its own month"
        message += shared if given.for_all else ": merge again with --period and the month"
        message += ", or write the month into each file's name." if without_month > 1 else "."
    changes = ChangeSet(tuple(writes), message, goto if register else None)
    return MergeResult(tuple(merged), tuple(refused), changes)


def _brings_news(result: ReturnOutcome, returns_that_ask: Collection[object]) -> bool:
    """Return whether a file that was merged before has brought something more."""
    return result.return_id in returns_that_ask or any(c.outcome == Outcome.APPLIED for c in result.cells)
