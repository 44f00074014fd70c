"""Gather: merge returns that nobody issued into a collection, one line for each key.

There is no seal and no baseline: a line is known by its key, such as month and name. What a file says of a line
that is known is there already, fills a blank, or contradicts it; a file that contradicts a line fills none of its blanks,
lest a line be made of two. Journal, Register and Decisions are those of `merge`, so `undo` and `decide` work as ever.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hrworkbook.collecting.collect import Collected, collect
from hrworkbook.collecting.lines import Cell as Entry
from hrworkbook.collecting.lines import Line as Entered
from hrworkbook.collecting.onemonth import held_back
from hrworkbook.collecting.twins import alike
from hrworkbook.dates.months import month_in, month_in_text
from hrworkbook.errors import HrWorkbookError, NotAReturn, WrongPeriod, WrongPlan
from hrworkbook.findings import count
from hrworkbook.issue import next_return_number
from hrworkbook.ledgers import DECISIONS, HEADINGS, JOURNAL, PLAN, REGISTER
from hrworkbook.merging.admit import IssuedReturns
from hrworkbook.merging.compare import Ground
from hrworkbook.merging.containers import Containers
from hrworkbook.merging.ledger_rows import journal_row, merged_row, message_of, new_headings, refused_row
from hrworkbook.merging.merged_before import already, twice
from hrworkbook.merging.outcomes import Cell, Comparison, Merged, Received, Refused, Stray, by_this_clock
from hrworkbook.merging.waiting import Waiting
from hrworkbook.plan import Line, Plan, keep, line_id
from hrworkbook.snapshot import ChangeSet, Write, address
from hrworkbook.start import status_writes
from hrworkbook.tables.headings import fold
from hrworkbook.values import Value, is_blank, plain

Key = tuple[str, ...]
"""The month, and the values of the other key columns folded for look-up."""


NO_MONTH = "No month"
"""What the Register says of a file that waits for its month to be given."""


@dataclass(frozen=True)
class _Return:
    """One file that may be merged, as it was read; its sheets are no longer kept."""

    received: Received
    read: Collected

    @property
    def lines(self) -> list[Entered]:
        """Its lines about which no question stands open."""
        return [line for line in self.read.lines if not line.held]


def gather(plan: Plan, received: Iterable[Received | Refused], now: datetime, period: str = "") -> Merged:
    """The outcome of every cell of every file, and the changes that write them; the files' order makes no difference.

    `period` (`2015-04`) is the month of the sheets that do not say theirs; without it they wait, with a question.
    Raises WrongPlan where the schema is not for collecting.
    """
    if plan.schema.collect is None:
        told = f"the plan '{plan.schema.name}' issues its returns"
        raise WrongPlan(plan.snapshot.name, told, "Use a schema with a [collect] section")
    issued = IssuedReturns(plan)
    containers = Containers()
    read, refused = _read(plan, issued, containers.noting(received), period)
    collection = _Collection(plan, {line.key for one in read for line in one.lines})
    number = next_return_number(plan)
    returns: list[Comparison] = []
    for one in read:
        before = issued.before.of(one.received.sha256)
        returns.append(collection.settle(one, before[0].text("Return") if before else f"R{number:04d}"))
        number += not before
    return _merged(collection, returns, containers.told_once(refused), issued, now, period)


def _read(
    plan: Plan, issued: IssuedReturns, received: Iterable[Received | Refused], period: str
) -> tuple[list[_Return], list[Refused]]:
    """The files that may be merged, by their hash, and those that may not, each with its reason, by their names."""
    aliases = Ground(plan).aliases
    refused: list[Refused] = []
    best: dict[str, tuple[Received, _Return | Refused]] = {}
    for item in received:
        if isinstance(item, Refused):
            refused.append(item)
            continue
        known = best.get(item.sha256)
        if known and _copies(known[0]) <= _copies(item):
            refused.append(twice(item))
            continue
        if known:
            refused.append(twice(known[0]))
        best[item.sha256] = replace(item, blocks=()), _read_one(plan, issued, item, aliases, period)
    read = {sha256: one for sha256, (_, one) in sorted(best.items()) if isinstance(one, _Return)}
    month = plan.schema.collect.period if plan.schema.collect else ""
    named = next((key for key in plan.schema.key if key != month), month)
    held = held_back({s: (r.received.file, r.read) for s, r in read.items()}, period, named) if period else {}
    for sha256, collected in held.items():
        try:
            _check(read[sha256].received.file, collected)
            read[sha256] = replace(read[sha256], read=collected)
        except HrWorkbookError as error:
            refused.append(_refused(read.pop(sha256).received, error))
    refused += [one for _, one in best.values() if isinstance(one, Refused)]
    return list(read.values()), sorted(refused, key=lambda r: (r.file, r.sha256, r.what, r.reason))


def _copies(item: Received) -> tuple[bool, str, str, str]:
    """Which copy of a file is read: one whose name says a month, then by their names, whatever order they come in."""
    return (not month_in_text(item.file), item.file, item.sender, str(item.sent))


def _read_one(
    plan: Plan, issued: IssuedReturns, item: Received, aliases: Mapping[str, str], period: str
) -> _Return | Refused:
    """One file as it may be merged, or why it may not."""
    if (before := issued.before.of(item.sha256)) and not (period and _waited(plan, item, aliases)):
        return already(item, before)
    try:
        collected = collect(item.blocks, plan.schema, item.file, aliases, period)
        _check(item.file, collected)
    except HrWorkbookError as error:
        return _refused(item, error)
    return _Return(replace(item, blocks=(), sent=by_this_clock(item.sent)), collected)


def _refused(item: Received, error: HrWorkbookError) -> Refused:
    what = NO_MONTH if isinstance(error, WrongPeriod) else "Refused"
    return Refused(item.file, str(error), item.sha256, item.sender, item.sent, what)


def _waited(plan: Plan, item: Received, aliases: Mapping[str, str]) -> bool:
    """Whether lines of a file that was merged waited for their month to be given."""
    return any(not line.period for line in collect(item.blocks, plan.schema, item.file, aliases).lines)


def _check(file: str, read: Collected) -> None:
    """Raise NotAReturn where no line of the file can be merged, WrongPeriod where all it takes is their month."""
    if not read.lines:
        raise NotAReturn(file, "it has headings but no lines filled in", "Ask the sender for the filled-in return")
    if all(line.held for line in read.lines):
        kind = NotAReturn if any(line.period for line in read.lines) else WrongPeriod
        raise kind(file, *_question(read.questions))


def _question(questions: Sequence[str]) -> tuple[str, str]:
    """The first question as fault and remedy, with how many more there are."""
    said, _, remedy = questions[0].rpartition(". ")
    more = f" ({count(len(questions) - 1, 'more sheet')} likewise)" if len(questions) > 1 else ""
    return f"{said[0].lower()}{said[1:]}{more}", remedy


class _Collection:
    """The lines of the plan by key, those of this merge with them, and what they say so far."""

    def __init__(self, plan: Plan, keys: Collection[Key]) -> None:
        names = [k for k in plan.schema.key if plan.schema.collect is None or k != plan.schema.collect.period]
        self.names = [plan.schema.collect.period if plan.schema.collect else "", *names]
        self.numbers = _Numbers(plan)
        lines = [line if line.id else replace(line, id=self.numbers.next(line.row)) for line in plan.lines]
        self.known: dict[Key, Line] = {}
        for line in lines:
            if key := self.key_of(line.values):
                self.known.setdefault(key, line)
        had = self.gone(plan, lines) if keys - self.known.keys() else {}
        row = max((line.row for line in lines), default=plan.header_row)
        self.new: list[Line] = []
        for key in sorted(keys - self.known.keys()):
            row += 1
            self.known[key] = Line(had.get(key) or self.numbers.next(), row, {})
            self.new.append(self.known[key])
        self.says: dict[str, dict[str, Value]] = {line.id: dict(line.values) for line in self.known.values()}
        self.filled: dict[tuple[str, str], Value] = {}
        """Cells of lines that stood in the plan, by ID and column, and what they are to say."""
        self.plan = replace(plan, lines=(*lines, *self.new))
        self.fresh = {line.id for line in self.new}

    def key_of(self, values: Mapping[str, Value]) -> Key | None:
        """A line's key; None where a part of it is blank."""
        month, *names = (values.get(name) for name in self.names)
        key = (month_in(month), *(fold(plain(name)) for name in names))
        return key if all(key) else None

    def gone(self, plan: Plan, lines: Sequence[Line]) -> dict[Key, str]:
        """The ID of each line that went when its return was undone, by its key: it is never another line's."""
        if not any(item.text("What") == "Undone" for item in REGISTER.items(plan.snapshot)):
            return {}
        there = {line.id for line in lines}
        keys = {plan.schema[name].header: name for name in self.names}
        had: dict[str, dict[str, Value]] = {}
        for item in JOURNAL.items(plan.snapshot):
            if item.text("Why") == "undo" and item.text("Column") in keys and item.text("ID") not in there:
                had.setdefault(item.text("ID"), {})[keys[item.text("Column")]] = item["Before"]
        return {key: id_ for id_, values in had.items() if (key := self.key_of(values))}

    def settle(self, one: _Return, return_id: str) -> Comparison:
        """What becomes of each cell of one file; what is applied is what the next one meets."""
        cells: list[Cell] = []
        strays = [Stray(f"{u.sheet}!{u.cell}", u.value, u.why) for u in one.read.unplaced]
        for line in one.read.lines:
            if line.held:
                written = ((f"{line.sheet}!{c.at}", c.written) for c in line.cells.values() if c.at)
                strays += [Stray(at, value, line.held) for at, value in written if not is_blank(value)]
            else:
                cells += self.line(line)
        unknown = {
            h.header: h.how.partition("suggestion: ")[2]
            for table in one.read.tables
            for h in table.headings
            if h.key is None and (h.how.startswith("suggestion") or h.how == "not known")
        }
        notes = (*one.read.notes, *one.read.questions, *(f.message for f in one.read.findings))
        return Comparison(
            one.received, return_id, self.owner(one), tuple(cells), tuple(strays), notes, unknown, lines=len(one.lines)
        )  # fmt: skip

    def owner(self, one: _Return) -> str:
        """Whom a file is from, as its lines say: `Home Office`, or `Home Office and 5 others`."""
        named = dict.fromkeys(plain(line.cells[self.names[1]].value) for line in one.lines if len(self.names) > 1)
        first = next(iter(named), "")
        return f"{first} and {count(len(named) - 1, 'other')}" if len(named) > 1 else first

    def line(self, entered: Entered) -> Iterator[Cell]:
        """The outcome of each non-blank cell of one line."""
        line = self.known[entered.key]
        says = self.says[line.id]
        against = [k for k, e in entered.cells.items() if k not in self.names and self.contradicts(e, says.get(k))]
        for key, entry in entered.cells.items():
            column = self.plan.schema[key]
            m, value = says.get(key), entry.value
            if entry.fault:
                yield Cell(line, column, None, m, entry.written, "invalid", entry.fault)
            elif is_blank(value):
                continue
            elif not is_blank(m):
                same_line = key in self.names or key not in against
                why = "" if same_line else "the plan has another value"
                yield Cell(line, column, None, m, value, "already" if same_line else "conflict", why)
            elif against:
                why = f"it says otherwise of {self.plan.schema[against[0]].header}, so it fills no blanks of this line"
                yield Cell(line, column, None, m, value, "conflict", why)
            else:
                says[key] = value
                if line.id not in self.fresh:
                    self.filled[line.id, key] = value
                yield Cell(line, column, None, m, value, "applied")

    def contradicts(self, entry: Entry, says: Value) -> bool:
        """Whether a cell says otherwise than the line does."""
        return not (entry.fault or is_blank(entry.value) or is_blank(says) or alike(entry.value, says))

    def writes(self) -> Iterator[Write]:
        """What the Plan sheet is to say: new lines as blocks below the last, and each blank that was filled."""
        yield from self.numbers.writes()
        by_column = sorted((column, key) for key, column in self.plan.places.items())
        for run in _runs(by_column) if self.new else ():
            rows = tuple(tuple(self.says[x.id].get(key) if key else x.id for _, key in run) for x in self.new)
            yield Write(PLAN, self.new[0].row, run[0][0], rows)
        for (id_, key), value in self.filled.items():
            yield Write(PLAN, self.plan.by_id[id_].row, self.plan.places[key], ((value,),))


def _runs(by_column: Sequence[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """The columns in runs that stand side by side."""
    run: list[tuple[int, str]] = []
    for column, key in by_column:
        if run and column != run[-1][0] + 1:
            yield run
            run = []
        run.append((column, key))
    yield run


@dataclass
class _Numbers:
    """The IDs of new lines: a number once given is never given again."""

    plan: Plan
    given: list[tuple[int, str]] = field(default_factory=list)
    """Sheet rows that stood without an ID, and the ID each gets."""

    def __post_init__(self) -> None:
        prefix, kept = self.plan.schema.id_prefix, self.plan.keeping.get("Next ID")
        used = (line.id.removeprefix(prefix) for line in self.plan.lines)
        last = max((int(number) for number in used if number.isdecimal()), default=0)
        self.first = self.number = max(int(kept) if isinstance(kept, int | float) else 1, last + 1)

    def next(self, row: int = 0) -> str:
        """The next ID; for the line that stands in a row, where one is given."""
        self.number += 1
        id_ = line_id(self.plan.schema, self.number - 1)
        if row:
            self.given.append((row, id_))
        return id_

    def writes(self) -> Iterator[Write]:
        """The IDs of lines that had none, and the number that comes next."""
        for row, id_ in self.given:
            yield Write(PLAN, row, self.plan.places[""], ((id_,),))
        if self.number > self.first:
            yield keep(self.plan, "Next ID", self.number)


def _merged(
    collection: _Collection,
    returns: Sequence[Comparison],
    refused: list[Refused],
    issued: IssuedReturns,
    now: datetime,
    period: str,
) -> Merged:
    """The result, with everything that is to be written."""
    plan, snapshot = collection.plan, collection.plan.snapshot
    waiting = Waiting(plan)
    decisions = waiting.ask(returns, now)
    asking = {row["Return"] for row in decisions}
    before = {r.return_id: issued.before.of(r.received.sha256) for r in returns}
    fresh = [r for r in returns if not before[r.return_id] or _is_news(r, asking)]
    told = {r.return_id for r in fresh}
    refused += [already(r.received, before[r.return_id]) for r in returns if r.return_id not in told]
    register = [
        *(merged_row(r, now) for r in fresh),
        *(refused_row(r, now) for r in refused if not issued.registered(r)),
    ]
    writes = list(collection.writes())
    writes += JOURNAL.append(
        snapshot, [journal_row(r, c, now) for r in fresh for c in r.cells if c.outcome == "applied"]
    )
    asked = DECISIONS.append(snapshot, decisions)
    writes += asked
    writes += HEADINGS.append(snapshot, new_headings(plan, fresh))
    writes += REGISTER.append(snapshot, register)
    if writes:
        said = f"Merged {count(len(fresh), 'return')}"
        writes += status_writes(plan, said, now, decisions=waiting.open + len(decisions), register=register)
    goto = (DECISIONS.sheet, address(asked[0].row, asked[0].column)) if asked else (REGISTER.sheet, "A1")
    message = message_of(fresh, refused, len(decisions))
    if unsaid := sum(r.what == NO_MONTH for r in refused):
        message += f" {count(unsaid, 'file does not say its month', 'files do not say their month')}"
        message += f" and cannot all be for {period}: merge each alone" if period else ": merge again"
        message += " with --period and its own month" if period else " with --period and the month"
        message += ", or write the month into each file's name." if unsaid > 1 else "."
    changes = ChangeSet(tuple(writes), message, goto if register else None)
    return Merged(tuple(fresh), tuple(refused), changes)


def _is_news(result: Comparison, asking: Collection[object]) -> bool:
    """Whether a file that was merged before has brought something more."""
    return result.return_id in asking or any(c.outcome == "applied" for c in result.cells)
