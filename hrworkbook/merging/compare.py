"""Compare: what a return changes of what was issued."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from hrworkbook.history import last_reported
from hrworkbook.issue import last_heading, shown_again
from hrworkbook.ledgers import HEADINGS
from hrworkbook.merging.displaced import Rows, displaced
from hrworkbook.merging.matching import (
    ROW_ID,
    Baseline,
    Contents,
    Matches,
    by_line,
    doubted,
    is_emptied,
    match_rows,
    only_claimed,
)
from hrworkbook.merging.outcomes import Received, Refused, Stray, Unproven
from hrworkbook.merging.remarks import comments_on
from hrworkbook.merging.retyped import good_value, is_cut_off, is_retyped
from hrworkbook.plan import Plan
from hrworkbook.schema import Column, Schema
from hrworkbook.snapshot import Block, Remark, address
from hrworkbook.tables.find import Row, Table
from hrworkbook.tables.headings import fold
from hrworkbook.tables.rows import ALONE
from hrworkbook.values import Value, as_text, folded, is_blank, plain, same

Place = tuple[str, str]
"""A cell of the plan: line ID and column key."""

MOST_TOLD = 6
"""Lines that stand in several rows are told one by one up to this many."""


def shown_only(schema: Schema) -> list[str]:
    """Headings of a return's columns that only show: the last reports, and the hidden IDs."""
    return [*(last_heading(c.header) for c in shown_again(schema)), ROW_ID]


@dataclass(frozen=True)
class Ground:
    """What every return of a merge is compared with."""

    plan: Plan

    @cached_property
    def ignored(self) -> list[str]:
        """Headings of a return's columns that are not the plan's: the last reports, and the hidden IDs."""
        return shown_only(self.plan.schema)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """The headings HR has explained on the Headings sheet, each with the key of the column it means."""
        keys = {folded(c.header): c.key for c in self.plan.schema.columns}
        return {
            i.text("Heading in a return"): keys[folded(i.text("Means the column"))]
            for i in HEADINGS.items(self.plan.snapshot)
            if folded(i.text("Means the column")) in keys
        }

    @cached_property
    def last(self) -> dict[str, Mapping[str, str]]:
        """What was last reported, by the heading of the column that shows it and by line ID."""
        return {fold(last_heading(c.header)): last_reported(self.plan, c.key) for c in shown_again(self.plan.schema)}

    @cached_property
    def shown(self) -> dict[str, Column]:
        """The column beside each one that only shows what was last reported, by its folded heading."""
        return {fold(last_heading(c.header)): c for c in shown_again(self.plan.schema)}


@dataclass(frozen=True, slots=True)
class Edit:
    """One cell of a return that is not as it was issued."""

    place: Place
    issued: Value
    received: Value
    """As it came."""
    value: Value
    """As the plan would hold it."""
    outcome: str = ""
    """What became of it already by what was sent alone: locked, invalid or conflict; '' where the master has a say."""
    why: str = ""


@dataclass(frozen=True)
class Reading:
    """What one return changes of what was issued, its strays, and notes on how its rows were known."""

    edits: tuple[Edit, ...]
    strays: tuple[Stray, ...]
    notes: tuple[str, ...]
    unchanged: int
    lines: int
    proven: bool = True
    """Whether the text of HR's in any row shows which line it is, or a seal does."""


@dataclass(frozen=True)
class Reply:
    """One return as it was read, and whose it is: small, and fit to be sent between processes.

    Its rows and sheets are no longer kept.
    """

    received: Received
    """The file, without its cells."""
    return_id: str
    owner: str
    reading: Reading
    unknown_headings: Mapping[str, str] = field(default_factory=dict)
    others: tuple["Reply | Refused", ...] = ()
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


def read_reply(
    ground: Ground,
    baseline: Baseline,
    own_before: Mapping[Place, Value],
    blocks: Sequence[Block],
    tables: Sequence[Table],
    *,
    sealed: bool = True,
) -> Reading:
    """What a return changes of what was issued; mostly it is one table, on one sheet.

    `own_before` holds what this owner's earlier returns last wrote: text that was issued before that and comes again is
    told, since it may be meant. Without a seal, an ID is believed only beside text that HR wrote for its line.
    """
    plan = ground.plan
    contents = Contents(plan.schema, baseline)
    by_name = {b.name: b for b in reversed(blocks)}
    sheets = [_matched(plan, baseline, by_name[table.sheet], table) for table in tables]
    strays = [stray for sheet in sheets for stray in sheet.strays]
    notes = [note for sheet in sheets for note in (*sheet.matches.notes, *_struck_whole(sheet))]
    notes += comments_on(blocks)
    edits: list[Edit] = []
    unchanged = 0
    again: list[str] = []
    struck = {b.name: b.struck for b in blocks if b.struck}
    table_of = {id(m.row): s.table for s in sheets for m in s.matches.matched}
    matched = [m for sheet in sheets for m in sheet.matches.matched]
    matched, proven = (matched, True) if sealed else only_claimed(plan.schema, baseline, matched)
    lines = by_line(matched)
    for id_, theirs in lines.items():
        if id_ not in plan.by_id:
            for match in theirs:
                strays += _row_strays(table_of[id(match.row)], match.row, f"line {id_} is no longer in the plan")
            continue
        found: list[Edit] = []
        for match in theirs:
            same_as_issued, changed = _row_edits(plan, baseline[id_], own_before, match.row, id_)
            unchanged += same_as_issued
            if not match.doubt and (locked := [e.place[1] for e in changed if e.outcome == "locked"]):
                match = doubted(contents, plan.schema, baseline, match, locked)
            if struck:
                changed = _held(changed, match.row, struck.get(table_of[id(match.row)].sheet, ()))
            found += [replace(e, outcome="conflict", why=match.doubt) for e in changed] if match.doubt else changed
        if len(theirs) > 1:
            rows = [(f"'{table_of[id(m.row)].sheet}' " if len(sheets) > 1 else "") + str(m.row.number) for m in theirs]
            again.append(f"Line {id_} stands in rows {', '.join(rows)}")
            found = _disagreeing(found, len(theirs))
        edits += found
    notes += again if len(again) <= MOST_TOLD else [f"{len(again)} lines stand in several rows"]
    for sheet in sheets:
        line_of = {m.row.number: m.line for m in sheet.matches.matched}
        edits += _in_the_wrong_column(ground, baseline, sheet.block, sheet.table, line_of)
    rows_of = [{id_: [m.row for m in ms] for id_, ms in by_line(s.matches.matched).items()} for s in sheets]
    edits = _held_back(plan, baseline, rows_of, edits, notes)
    notes += _missing(plan, baseline, tables, lines.keys(), [i for s in sheets for i in s.emptied if i in baseline])
    return Reading(tuple(edits), tuple(strays), tuple(notes), unchanged, len(lines), proven)


@dataclass(frozen=True)
class _Sheet:
    """One sheet of a return: its rows by line, what has no place, and the IDs that stand in rows otherwise empty."""

    block: Block
    table: Table
    matches: Matches
    strays: list[Stray]
    emptied: list[str]


def _matched(plan: Plan, baseline: Baseline, block: Block, table: Table) -> _Sheet:
    hidden = _hidden_ids(block, table)
    strays = [Stray(f"{u.sheet}!{u.cell}", u.value, u.why) for u in table.unplaced]
    emptied = {row.number: row.line for row in table.rows if row.line and is_emptied(row)}
    rows = [row for row in table.rows if row.number not in emptied or row.line not in baseline]
    matches = match_rows(plan.schema, baseline, rows, hidden)
    for row in matches.lost:
        why = ALONE if row.number in emptied else _why_lost(plan, row)
        strays += _row_strays(table, row, why)
    strays += _in_the_hidden_column(table, hidden, baseline, [*matches.lost, *(m.row for m in matches.matched)])
    return _Sheet(block, table, matches, strays, list(emptied.values()))


def _hidden_ids(block: Block, table: Table) -> dict[int, str]:
    """The IDs in the hidden column of a return, by sheet row; empty where the column is gone."""
    column = next((h.column for h in table.headings if fold(h.header) == fold(ROW_ID)), 0)
    if not column:
        return {}
    rows, at = block.rows, column - 1
    beside = ((row.number, rows[row.number - 1]) for row in table.rows)
    return {number: plain(cells[at]) for number, cells in beside if at < len(cells) and cells[at] is not None}


def _in_the_hidden_column(
    table: Table, hidden: Mapping[int, str], baseline: Baseline, rows: Iterable[Row]
) -> Iterator[Stray]:
    """What was typed over the hidden IDs."""
    odd = {number: text for number, text in hidden.items() if text not in baseline}
    for row in rows if odd else ():
        if (text := odd.get(row.number, "")) and text != row.line:
            column = next(h.column for h in table.headings if fold(h.header) == fold(ROW_ID))
            yield Stray(f"{table.sheet}!{address(row.number, column)}", text, "stands in the hidden column of IDs")


def _row_strays(table: Table, row: Row, why: str) -> Iterator[Stray]:
    id_at = next((h.column for h in table.headings if h.how == "id"), 0)
    for column, value in ((id_at, row.line), *row.cells.values()):
        if not is_blank(value):
            yield Stray(f"{table.sheet}!{address(row.number, column)}", value, why)


def _why_lost(plan: Plan, row: Row) -> str:
    id_ = row.line
    if id_ in plan.by_id and id_:
        return f"line {id_} was not in this return"
    return f"there is no line {id_}" if id_ else "the row has no ID and is no line that was issued"


def _row_edits(
    plan: Plan, issued: Mapping[str, Value], own_before: Mapping[Place, Value], row: Row, id_: str
) -> tuple[int, list[Edit]]:
    """How many cells of a row say what was issued, and those that do not."""
    unchanged = 0
    edits: list[Edit] = []
    if not own_before and row.values == tuple(map(issued.get, row.keys)):
        return len(row.values) - row.values.count(None), edits
    for key, r in zip(row.keys, row.values, strict=True):
        b = issued.get(key)
        if (type(r) is type(b) and r == b) or same(r, b):
            if r is None or (type(r) is str and (not r or r.isspace())):
                continue
            if not own_before or not _made_anew(plan, own_before, id_, key, b):
                unchanged += 1
            else:
                why = "the owner's earlier return changed it, and this one has the text that was issued"
                edits.append(Edit((id_, key), b, r, b, "conflict", why))
            continue
        column = plan.schema[key]
        if is_retyped(column, b, r):
            unchanged += 1
            continue
        value, fault = good_value(plan, column, r)
        if not fault and same(value, b):
            unchanged += 1
        elif not column.by_owner:
            edits.append(Edit((id_, key), b, r, value, "locked", f"{column.header} is HR's to change"))
        elif fault:
            edits.append(Edit((id_, key), b, r, value, "invalid", fault))
        elif is_cut_off(b, r):
            why = f"it is the issued text cut off after {len(as_text(r))} characters, as some programs do"
            edits.append(Edit((id_, key), b, r, value, "conflict", why))
        else:
            edits.append(Edit((id_, key), b, r, value))
    return unchanged, edits


def _held(edits: Sequence[Edit], row: Row, struck: Sequence[Remark]) -> list[Edit]:
    """The edits of a row, those held back in which the owner struck words through: the reader tells no difference."""
    at = {key: (row.number, column) for key, column in zip(row.keys, row.ats, strict=True)}
    words = {e.place[1]: _struck_words(e, at[e.place[1]], struck) for e in edits}
    return [
        replace(e, outcome="conflict", why=f"these words are struck through in the file: '{words[e.place[1]]}'")
        if not e.outcome and words[e.place[1]]
        else e
        for e in edits
    ]


def _struck_words(edit: Edit, at: tuple[int, int], struck: Sequence[Remark]) -> str:
    """The words struck through in a cell; where a file tells no places, those that the cell holds."""
    text = as_text(edit.received)
    return next((words for row, column, words in struck if ((row, column) == at or not row and words in text)), "")


def _struck_whole(sheet: _Sheet) -> Iterator[str]:
    """A sentence for each issued text that the owner struck through, as one does who means to delete it."""
    rows = {m.row.number: m.row for m in sheet.matches.matched}
    for number, column, _ in sheet.block.struck:
        if (row := rows.get(number)) and column in row.ats:
            yield f"{address(number, column)} is struck through, in part or whole; it was read with those words"


def _made_anew(plan: Plan, own_before: Mapping[Place, Value], id_: str, key: str, issued: Value) -> bool:
    """Whether the owner's earlier return changed an issued text, and that change still counts."""
    if (id_, key) not in own_before or same(own_before[id_, key], issued):
        return False
    return plan.schema[key].by_owner


def _disagreeing(edits: Sequence[Edit], rows: int) -> list[Edit]:
    """The edits of a line that stands in several rows; where the rows disagree, or not all are cleared, they wait."""
    says: dict[Place, list[Value]] = {}
    for edit in edits:
        says.setdefault(edit.place, []).append(edit.value)
    why = "the file has this line more than once, with different texts"
    return [
        replace(e, outcome="conflict", why=why)
        if not e.outcome
        and (not all(same(v, e.value) for v in says[e.place]) or (e.value is None and len(says[e.place]) < rows))
        else e
        for e in edits
    ]


def _in_the_wrong_column(
    ground: Ground, baseline: Baseline, block: Block, table: Table, line_of: Mapping[int, str]
) -> Iterator[Edit]:
    """Texts typed over the last report, which is shown beside the cell to fill in: HR decides where they go."""
    for heading in table.headings:
        if heading.how != "shown only" or (name := fold(heading.header)) not in ground.shown:
            continue
        column, last = ground.shown[name], ground.last[name]
        for number, id_ in line_of.items():
            value = block.at(number, heading.column)
            issued = baseline[id_].get(column.key)
            if is_blank(value) or same(value, last.get(id_)) or same(value, issued) or id_ not in ground.plan.by_id:
                continue
            good, fault = good_value(ground.plan, column, value)
            why = f"it was typed over the last report, in {address(number, heading.column)}"
            yield Edit((id_, column.key), issued, value, good, "invalid" if fault else "conflict", fault or why)


def _held_back(
    plan: Plan, baseline: Baseline, sheets: Sequence[Rows], edits: list[Edit], notes: list[str]
) -> list[Edit]:
    """The edits, those held back whose answers seem to have come from another line's row."""
    edited = {e.place for e in edits if plan.schema[e.place[1]].by_owner}
    found = displaced(plan.schema, baseline, sheets, edited)
    if found.columns:
        why = f"texts of {' and '.join(found.columns)} stand in other rows than they were issued in, as if sorted without the rest"
        notes.append(f"Held back: {why}")
        return [replace(e, outcome="conflict", why=why) if not e.outcome else e for e in edits]
    whys = {id_: f"the answers in its row are those that were issued for {home}" for id_, home in found.lines.items()}
    notes += [f"Held back: {id_}, {why}" for id_, why in whys.items()]
    return [
        replace(e, outcome="conflict", why=whys[e.place[0]]) if e.place[0] in whys and not e.outcome else e
        for e in edits
    ]


def _missing(
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
        and (c.by_owner or any(not is_blank(v.get(c.key)) for v in baseline.values()))
    ]
    if gone:
        yield f"Columns not in the file, so left as they are: {', '.join(gone)}"
