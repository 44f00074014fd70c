"""Compare: one return's cells against what was issued and what the master says now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hrworkbook.history import last_reported
from hrworkbook.issue import LAST, shown_again
from hrworkbook.kinds import settled
from hrworkbook.outcomes import Cell, Received, Stray
from hrworkbook.plan import Line, Plan
from hrworkbook.schema import Column
from hrworkbook.snapshot import address
from hrworkbook.tables import Row, Table
from hrworkbook.validate import fault_of
from hrworkbook.values import LONGEST_TEXT, CellError, Value, as_text, folded, is_blank, plain, same, writable

Baseline = Mapping[str, Mapping[str, Value]]
"""What was issued: by line ID, then by column key."""


@dataclass(frozen=True)
class Ground:
    """What a return is compared with."""

    plan: Plan
    lines: Mapping[str, Line]
    """The plan's lines by ID as they stand now, earlier returns of the same merge included."""
    baseline: Baseline
    own_before: Mapping[tuple[str, str], Value]
    """What this owner's earlier returns last wrote, by line ID and column key: a newer return may replace it."""


def compare(ground: Ground, received: Received, table: Table) -> tuple[list[Cell], list[Stray], list[str]]:
    """The return's cells with their outcomes, the cells that have no place, and notes on how rows were matched."""
    cells: list[Cell] = []
    strays = [Stray(f"{u.sheet}!{u.cell}", u.value, u.why) for u in table.unplaced]
    notes: list[str] = []
    matched, lost, guessed = _match_rows(ground, table)
    for row in lost:
        known = row.line in ground.lines
        why = f"line {row.line} was not in this return" if known else f"there is no line {row.line}" if row.line else "the row has no ID and matches no issued line"  # fmt: skip
        strays += [
            Stray(f"{table.sheet}!{address(row.number, c)}", v, why) for c, v in row.cells.values() if not is_blank(v)
        ]
    if guessed:
        notes.append("Matched by guess, from their other cells: " + ", ".join(guessed))
    for id_, rows in matched.items():
        line = ground.lines.get(id_)
        if line is None:
            gone = f"line {id_} is no longer in the plan"
            for row in rows:
                strays += [
                    Stray(f"{table.sheet}!{address(row.number, c)}", v, gone)
                    for c, v in row.cells.values()
                    if not is_blank(v)
                ]
            continue
        cells += _line_cells(ground, line, rows)
        if len(rows) > 1:
            notes.append(f"Line {id_} stands in {len(rows)} rows")
    strays += _wrong_column(ground, received, table, matched)
    absent = [id_ for id_ in ground.baseline if id_ not in matched]
    if absent:
        notes.append(f"Not in the file, so left as they are: {', '.join(absent)}")
    return cells, strays, notes


def _match_rows(ground: Ground, table: Table) -> tuple[dict[str, list[Row]], list[Row], list[str]]:
    """Rows by the issued line they are, rows that are none, and the IDs that were matched by their other cells."""
    matched: dict[str, list[Row]] = defaultdict(list)
    lost: list[Row] = []
    without: list[Row] = []
    for row in table.rows:
        id_ = plain(row.line)
        if id_ in ground.baseline:
            matched[id_].append(row)
        elif id_:
            lost.append(row)
        else:
            without.append(row)
    guessed: list[str] = []
    for row in without:
        fits = [
            id_ for id_ in ground.baseline if id_ not in matched and looks_like(ground.plan, ground.baseline[id_], row)
        ]
        if len(fits) == 1 and sum(looks_like(ground.plan, ground.baseline[fits[0]], other) for other in without) == 1:
            matched[fits[0]].append(row)
            guessed.append(fits[0])
        else:
            lost.append(row)
    return matched, lost, guessed


def looks_like(plan: Plan, issued: Mapping[str, Value], row: Row) -> bool:
    """Whether a row without an ID has all of an issued line's locked text, and enough of it to tell."""
    locked = [c.key for c in plan.schema.columns if not c.by_owner and c.key in row.cells]
    texts = [k for k in locked if not is_blank(issued.get(k))]
    return sum(len(plain(issued.get(k))) for k in texts) >= 12 and all(
        same(issued.get(k), row.cells[k][1]) for k in texts
    )


def _line_cells(ground: Ground, line: Line, rows: Sequence[Row]) -> Iterable[Cell]:
    """The cells of one line; where the file has the line more than once, copies that disagree wait for HR."""
    issued = ground.baseline[line.id]
    for column in ground.plan.schema.columns:
        key = column.key
        b, m = issued.get(key), line.values.get(key)
        received = [row.cells[key][1] for row in rows if key in row.cells]
        received = [r for r in received if not (is_blank(r) and is_blank(b))]
        edits = [r for r in received if not same(r, b)]
        disagree = any(not same(e, edits[0]) for e in edits[1:])
        seen_edit = False
        for r in received:
            cell = _outcome(ground, line, column, b, m, r)
            if disagree and cell.outcome == "applied":
                cell = Cell(
                    line, column, b, m, r, "conflict", "the file has this line more than once, with different texts"
                )
            elif cell.outcome == "applied" and seen_edit:
                cell = Cell(line, column, b, m, r, "already")
            seen_edit = seen_edit or cell.outcome == "applied"
            yield cell


def _outcome(ground: Ground, line: Line, column: Column, b: Value, m: Value, r: Value) -> Cell:
    """The three-way rule for one cell."""

    def said(outcome: str, value: Value = r, why: str = "") -> Cell:
        return Cell(line, column, b, m, value, outcome, why)

    if same(r, b):
        return said("unchanged")
    if same(r, m):
        return said("already")
    if not column.by_owner:
        return said("locked", why=f"{column.header} is HR's to change")
    value, fault = good_value(ground.plan, column, r)
    if fault:
        return said("invalid", why=fault)
    if same(value, m):
        return said("already", value)
    replaces_own = (line.id, column.key) in ground.own_before and same(ground.own_before[line.id, column.key], m)
    if same(m, b) or replaces_own:
        return said("applied", value)
    return said("conflict", value, "the master changed after this was issued")


def good_value(plan: Plan, column: Column, value: Value) -> tuple[Value, str]:
    """The value as the plan would hold it, and what is wrong with it ('' when nothing is)."""
    if isinstance(value, str) and not isinstance(value, CellError):
        value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").strip()
        if len(value.encode("utf-16-le")) // 2 > LONGEST_TEXT:
            return value, f"{column.header} has {len(value):,} characters; a cell holds {LONGEST_TEXT:,}"
        if writable(value) != value:
            return value, f"{column.header} has characters that no workbook can hold"
    if isinstance(value, CellError):
        return value, f"{column.header} is {value}, an error or a formula without a value"
    fault = fault_of(plan, column, value)
    if fault and fault.severity == "error":
        return value, f"{fault.fault.rstrip('.')}. {fault.remedy}"
    if column.kind == "choice" and not is_blank(value):
        value = settled(value, plan.words(column)) or value
    return (None if is_blank(value) else value), ""


def ignored_headings(plan: Plan) -> dict[str, str]:
    """The headings of a return's read-only 'last reported' columns, each with its column key."""
    return {f"{LAST}{c.header}": c.key for c in shown_again(plan.schema)}


def _wrong_column(
    ground: Ground, received: Received, table: Table, matched: Mapping[str, Sequence[Row]]
) -> list[Stray]:
    """Texts typed into a 'last reported' column instead of beside it."""
    keys = {folded(h): k for h, k in ignored_headings(ground.plan).items()}
    columns = [(h.column, keys[folded(h.header)]) for h in table.headings if h.key is None and folded(h.header) in keys]
    if not columns:
        return []
    block = next(b for b in received.blocks if b.name == table.sheet)
    strays: list[Stray] = []
    for column, key in columns:
        reported = last_reported(ground.plan, key)
        for id_, rows in matched.items():
            for row in rows:
                value = block.at(row.number, column)
                if (
                    not is_blank(value)
                    and not same(value, reported.get(id_))
                    and not same(value, ground.baseline[id_].get(key))
                ):
                    why = "it was typed into the column that shows the last report"
                    strays.append(Stray(f"{table.sheet}!{address(row.number, column)}", as_text(value), why))
    return strays
