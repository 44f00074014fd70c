"""The plan: its lines by ID, its owners, lists and settings, read from a master's snapshot."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from hrworkbook.plan.errors import NotAMaster
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.kinds import ValueFault, is_kept_with_warning
from hrworkbook.plan.ledgers import LISTS, OWNERS_LEDGER, PLAN, SEARCHED_ROWS, START, Ledger
from hrworkbook.plan.owners import parse_owners
from hrworkbook.plan.schema import ID_HEADER, Column, Schema, read_schema
from hrworkbook.plan.snapshot import Block, Snapshot, Write, address
from hrworkbook.plan.values import CellError, Value, as_text, fold_name, is_blank, normalised_text

SCHEMA_SHEET, ISSUED_SHEET = "Schema", "Issued"
HISTORY, OLD_HISTORY = "Past periods", "History"

SETTINGS = {
    "Period": "The period this plan reports on, such as 2016/17 Q3. It is printed and sealed into every return.",
    "Committee": "The committee the appendix goes to.",
    "Committee date": "The date of its meeting.",
    "Returns due": "The date by which owners are to send their returns back.",
    "Report title": "The title of the report the appendix belongs to.",
    "Prepared by": "The name or role shown as the author.",
    "Appendix number": "Such as 1 or B.",
}
"""What HR sets on the Start sheet, with the help shown beside each."""

AUTHOR = "Human Resources"
"""Whose document it is where the Start sheet does not say."""
STATE_SETTINGS = ("Plan ID", "Seal key", "Next ID")
"""What the project keeps for itself at the top of the Issued sheet."""


@dataclass(frozen=True)
class Owner:
    """A role on the Owners sheet, and who holds it."""

    role: str
    name: str = ""
    email: str = ""
    deputy: str = ""
    deputy_email: str = ""


_MAIL_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*", re.ASCII)


def parse_addresses(text: str) -> list[str]:
    """Return the mail addresses in a cell of the Owners sheet, however they are parted; what is none is left for HR to fill in."""
    return list(dict.fromkeys(a for a in re.split(r"[;,\s<>]+", text) if _MAIL_ADDRESS.fullmatch(a)))


@dataclass(frozen=True)
class Line:
    """One line of the plan: its visible ID, its sheet row, and its values by column key."""

    id: str
    row: int
    values: Mapping[str, Value]

    def text(self, key: str) -> str:
        """Return the value as it is written; '' for a blank."""
        return as_text(self.values.get(key))


@dataclass(frozen=True)
class Plan:
    """A master, read: everything the verbs need to know of it."""

    snapshot: Snapshot
    schema: Schema
    header_row: int
    column_numbers: Mapping[str, int]
    """The Plan sheet's column of each column key; the ID's under ''."""
    lines: tuple[Line, ...]
    owners: tuple[Owner, ...]
    lists: Mapping[str, tuple[str, ...]]
    """The words of each list by its folded name."""
    settings: Mapping[str, Value]
    state: Mapping[str, Value]

    @cached_property
    def by_id(self) -> dict[str, Line]:
        """The lines by ID; a doubled ID raises NotAMaster, since nothing could be merged safely."""
        found: dict[str, Line] = {}
        for line in self.lines:
            if line.id and line.id in found:
                raise NotAMaster(
                    f"{PLAN}!{address(line.row, self.column_numbers[''])}",
                    f"the ID {line.id} is also in row {found[line.id].row}",
                    "Clear the ID of the newer line: Validate then gives it one of its own",
                )
            found[line.id] = line
        return found

    def words_of(self, column: Column) -> tuple[str, ...]:
        """Return the words a choice may hold: the Lists sheet's where it names a list there, else the schema's."""
        return self.lists.get(fold_name(column.list), ()) if column.list else column.words

    def owners_of(self, line: Line, on: date | None = None) -> tuple[str, ...]:
        """Return the roles that answer for a line on a day, as the Owners sheet spells them where it knows them."""
        column = self.schema.role("owner")
        if column is None:
            return ()
        spelled = self.role_spellings
        return tuple(dict.fromkeys(spelled.get(fold_name(n), n) for n in parse_owners(line.text(column.key), on)))

    @cached_property
    def role_spellings(self) -> dict[str, str]:
        """Each known role by its folded name."""
        return {fold_name(o.role): o.role for o in self.owners}

    def setting(self, name: str) -> str:
        """Return a setting of the Start sheet as text; '' where it is blank."""
        return normalised_text(self.settings.get(name))

    def address(self, line: Line, key: str) -> str:
        """Return the address of a line's cell on the Plan sheet."""
        return address(line.row, self.column_numbers[key])

    def formula(self, line: Line, key: str) -> str:
        """Return the formula that works a line's cell out; '' where it holds a value."""
        return self.snapshot[PLAN].formulas.get((line.row, self.column_numbers[key]), "")

    def is_done(self, line: Line) -> bool:
        """Return whether the line's status says that nothing more is to be done."""
        status = self.schema.role("status")
        return status is not None and fold_name(line.text(status.key)) in map(fold_name, self.schema.done)

    @property
    def seal_key(self) -> str:
        """The secret that seals this master's returns."""
        return normalised_text(self.state.get("Seal key"))

    @property
    def id(self) -> str:
        """The plan's own ID, sealed into every return."""
        return normalised_text(self.state.get("Plan ID"))


def read_plan(snapshot: Snapshot) -> Plan:
    """Return the plan a master holds.

    Raises NotAMaster with place, fault and remedy where a sheet, a heading or a setting is not as it must be.
    """
    schema = read_schema_of(snapshot)
    block = snapshot[PLAN]
    header_row, places = find_headings(block, schema)
    return Plan(
        snapshot=snapshot,
        schema=schema,
        header_row=header_row,
        column_numbers=places,
        lines=tuple(_read_lines(_as_shown(block, schema, header_row, places), header_row, places)),
        owners=tuple(read_owners(snapshot)),
        lists=_read_lists(snapshot[LISTS]),
        settings=_read_settings(snapshot[START]),
        state=_values_beside_labels(snapshot[ISSUED_SHEET], STATE_SETTINGS, 1),
    )


def plan_id(snapshot: Snapshot) -> str | None:
    """Return the ID of the plan a workbook holds, '' where it has none yet; None where the workbook is no plan."""
    if any(sheet not in snapshot for sheet in (PLAN, SCHEMA_SHEET, ISSUED_SHEET)):
        return None
    return normalised_text(_values_beside_labels(snapshot[ISSUED_SHEET], STATE_SETTINGS, 1).get("Plan ID"))


def read_schema_of(snapshot: Snapshot) -> Schema:
    """Return the schema a master keeps; raises NotAMaster where it keeps none."""
    if SCHEMA_SHEET not in snapshot:
        raise NotAMaster(
            snapshot.name,
            f"there is no sheet '{SCHEMA_SHEET}', so this is not a master",
            "Choose a workbook made by 'hrworkbook new', or take the latest backup",
        )
    return read_schema(schema_text(snapshot[SCHEMA_SHEET]), f"{snapshot.name}, sheet {SCHEMA_SHEET}")


def schema_text(block: Block) -> str:
    """Return the TOML text kept on the Schema sheet, one line a cell from A3 down."""
    return "\n".join(as_text(row[0]) if row else "" for row in block.rows[2:]) + "\n"


def find_headings(block: Block, schema: Schema) -> tuple[int, dict[str, int]]:
    """Return the Plan sheet's heading row, and the column of each key ('' for the ID).

    On a master, headings must be exact after normalising: HR is told of a renamed one, never guessed past it.
    """
    wanted = {fold_name(c.header): c.key for c in schema.columns} | {fold_name(ID_HEADER): ""}
    best: tuple[int, dict[str, int]] = (0, {})
    twice: dict[int, tuple[int, str]] = {}
    """By row, a cell that says the same heading as one before it: in a line that is no fault."""
    for row in range(1, min(SEARCHED_ROWS, len(block.rows)) + 1):
        found: dict[str, int] = {}
        for number, value in enumerate(block.rows[row - 1], 1):
            is_text = isinstance(value, str) and not isinstance(value, CellError)  # `#REF!` is no heading Ref
            key = wanted.get(fold_name(as_text(value))) if is_text else None
            if key is not None:
                if key in found:
                    twice.setdefault(row, (number, key))
                found.setdefault(key, number)
        if len(found) > len(best[1]):
            best = (row, found)
    if best[0] in twice:
        number, key = twice[best[0]]
        raise NotAMaster(
            f"{PLAN}!{address(best[0], number)}",
            f"the heading '{as_text(block.at(best[0], number))}' stands twice, also in {address(best[0], best[1][key])}",
            "Rename or remove the one you added",
        )
    _check_headings(block, schema, *best)
    return best


def _check_headings(block: Block, schema: Schema, row: int, found: Mapping[str, int]) -> None:
    missing = [h for h, k in [(ID_HEADER, ""), *((c.header, c.key) for c in schema.columns)] if k not in found]
    for first_row, first, last_row, last in block.merges:
        if row and first_row <= row <= last_row and (last > first or last_row > row):
            raise NotAMaster(
                f"{PLAN}!{address(first_row, first)}:{address(last_row, last)}",
                "cells of the heading row are merged, so a column has no heading of its own",
                "Unmerge them and type each heading back",
            )
    if not missing:
        return
    known = set(found.values())
    strangers = [
        f"'{normalised_text(v)}' in {address(row, n)}"
        for n, v in enumerate(block.rows[row - 1] if row else (), 1)
        if n not in known and not is_blank(v)
    ]
    instead = f"; {join_words(strangers[:3])} {'is' if len(strangers) == 1 else 'are'} not known" if strangers else ""
    raise NotAMaster(
        f"{PLAN}!{address(row, 1)}" if row else PLAN,
        f"the {'heading' if len(missing) == 1 else 'headings'} {join_words([repr(m) for m in missing[:4]])} "
        f"{'is' if len(missing) == 1 else 'are'} missing{instead}",
        "Type the heading back as it was; to rename a column for good, make a new master from a changed schema",
    )


def _as_shown(block: Block, schema: Schema, header_row: int, places: Mapping[str, int]) -> Block:
    """Return the Plan sheet in which numbers typed into text columns are replaced by the text their cells show."""
    if not (block.formats or block.shown_texts or block.from_1904):
        return block
    from hrworkbook.plan.number_format.cell_text import as_shown

    kinds = {column: schema[key].kind for key, column in places.items() if key}
    return as_shown(block, kinds, range(header_row + 1, len(block.rows) + 1))


def _read_lines(block: Block, header_row: int, places: Mapping[str, int]) -> Iterable[Line]:
    pairs = [(key, column - 1) for key, column in places.items() if key]
    id_column = places[""] - 1
    for number, row in enumerate(block.rows[header_row:], header_row + 1):
        width = len(row)
        values = {key: row[at] if at < width else None for key, at in pairs}
        id_ = normalised_text(row[id_column]) if id_column < width else ""
        if id_ or not all(map(is_blank, values.values())):
            yield Line(id_, number, values)


def read_owners(snapshot: Snapshot) -> Iterable[Owner]:
    """Yield the roles on a master's Owners sheet, and who holds them."""
    for item in OWNERS_LEDGER.data_rows(snapshot):
        if role := item.text("Role"):
            yield Owner(role, item.text("Name"), item.text("E-mail"), item.text("Deputy"), item.text("Deputy e-mail"))


def _read_lists(block: Block) -> dict[str, tuple[str, ...]]:
    top = next(
        (i for i, row in enumerate(block.rows[:SEARCHED_ROWS]) if i >= 2 and any(not is_blank(v) for v in row)), 0
    )
    lists: dict[str, tuple[str, ...]] = {}
    for column, heading in enumerate(block.rows[top] if block.rows else (), 1):
        if not is_blank(heading):
            words = (normalised_text(block.at(row, column)) for row in range(top + 2, len(block.rows) + 1))
            lists[fold_name(as_text(heading))] = tuple(dict.fromkeys(w for w in words if w))
    return lists


def _values_beside_labels(block: Block, labels: Iterable[str], column: int) -> dict[str, Value]:
    """Return the value to the right of each label that stands in a column."""
    wanted = set(labels)
    return {
        label: block.at(row, column + 1)
        for row in range(1, min(40, len(block.rows)) + 1)
        if (label := normalised_text(block.at(row, column))) in wanted
    }


def _read_settings(block: Block) -> dict[str, Value]:
    return _values_beside_labels(block, SETTINGS, 2)


def issued_ledger(schema: Schema) -> Ledger:
    """Return the hidden sheet with the baselines: each issued line as it was when it went out."""
    headings = ("Issued as", ID_HEADER, *(c.header for c in schema.columns))
    return Ledger(ISSUED_SHEET, headings, "What was issued, kept to compare returns with.", wrap_text=False)


def history_ledger(schema: Schema, snapshot: Snapshot | None = None) -> Ledger:
    """Return the ledger of the plan as it was reported at the end of each closed period, under its name in a master.

    Masters made before keep it on a sheet *History*, a name that Excel reserves: nobody can type or restore it there.
    """
    headings = ("Closed period", "Closed on", ID_HEADER, *(c.header for c in schema.columns))
    ledgers = [
        Ledger(sheet, headings, "The plan as it was reported, period by period.", wrap_text=False)
        for sheet in (HISTORY, OLD_HISTORY)
    ]
    there = [ledger for ledger in ledgers if snapshot is not None and ledger.sheet in snapshot]
    if snapshot is not None and len(there) > 1:
        with suppress(NotAMaster):  # a sheet of HR's own may bear the newer name
            there[0].heading_row(snapshot)
            return there[0]
        return there[1]
    return (there or ledgers)[0]


def state_write(plan: Plan, name: str, value: Value) -> Write:
    """Return the write of one of the project's own settings on the Issued sheet."""
    block = plan.snapshot[ISSUED_SHEET]
    row = next(r for r in range(1, len(block.rows) + 1) if normalised_text(block.at(r, 1)) == name)
    return Write(ISSUED_SHEET, row, 2, ((value,),))


def new_state() -> dict[str, Value]:
    """Return a new plan's own ID and seal key; the first line to be numbered is 1."""
    return {"Plan ID": secrets.token_hex(4).upper(), "Seal key": secrets.token_hex(32), "Next ID": 1}


def format_line_id(schema: Schema, number: int) -> str:
    """`L007`: the visible ID of the line with that number."""
    return f"{schema.id_prefix}{number:03d}"


def id_writes(plan: Plan) -> tuple[Write, ...]:
    """Return the writes that number the lines that have no ID yet; a number once given is never given again."""
    waiting = [line for line in plan.lines if not line.id]
    if not waiting:
        return ()
    kept = plan.state.get("Next ID")
    prefix = plan.schema.id_prefix
    used = [int(l.id.removeprefix(prefix)) for l in plan.lines if l.id.removeprefix(prefix).isdecimal()]  # noqa: E741
    number = max(int(kept) if isinstance(kept, (int, float)) else 1, max(used, default=0) + 1)
    writes = [
        Write(PLAN, line.row, plan.column_numbers[""], ((format_line_id(plan.schema, number + i),),))
        for i, line in enumerate(waiting)
    ]
    return (*writes, state_write(plan, "Next ID", number + len(waiting)))


def timestamp(now: datetime) -> str:
    """`2026-11-21 18:30`: how ledgers say when; it sorts as text."""
    return now.strftime("%Y-%m-%d %H:%M")


def duplicate_ids(lines: Sequence[Line]) -> list[tuple[Line, Line]]:
    """Pairs of lines that share an ID: the first with it, and each later one."""
    first: dict[str, Line] = {}
    return [(first[x.id], x) for x in lines if x.id and first.setdefault(x.id, x) is not x]


def value_fault(plan: Plan, column: Column, value: Value) -> ValueFault | None:
    """Return what is wrong with one entry by the schema: its kind, and whether it may be blank; None when it is good.

    Of a figure that was collected, what is odd is only a warning, as when it was read.
    """
    if is_blank(value):
        return (
            ValueFault(f"{column.header} is blank", f"Enter {column.kind_object.description}")
            if column.required
            else None
        )
    fault = column.kind_object.fault(value, column.header, plan.words_of(column))
    return (
        replace(fault, severity="warning") if fault and plan.schema.collect and is_kept_with_warning(value) else fault
    )
