"""The plan: its lines by ID, its owners, lists and settings, read from a master's snapshot."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from hrworkbook.plan.columns_sheet import COLUMNS
from hrworkbook.plan.columns_upkeep import with_former_headings
from hrworkbook.plan.errors import CannotWrite, NotAMaster
from hrworkbook.plan.kinds import ValueFault, is_kept_with_warning
from hrworkbook.plan.ledgers import LISTS, OWNERS_LEDGER, START
from hrworkbook.plan.lines import Line as Line
from hrworkbook.plan.lines import read_lines
from hrworkbook.plan.lists_sheet import folded_lists, read_lists
from hrworkbook.plan.measures.judgement import USUAL_STATUSES
from hrworkbook.plan.owners import parse_owners
from hrworkbook.plan.plan_tables import PlanTable, plan_tables
from hrworkbook.plan.read_columns_sheet import is_columns_sheet, read_columns_sheet
from hrworkbook.plan.record_ledger import RecordLedger, headings_by_key
from hrworkbook.plan.schema import ID_HEADER, Column, Schema, read_schema
from hrworkbook.plan.sheet_names import place_at
from hrworkbook.plan.snapshot import Block, Snapshot, Write, address
from hrworkbook.plan.values import Value, as_text, fold_name, is_blank, normalised_text

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
class Plan:
    """A master, read: everything the verbs need to know of it."""

    snapshot: Snapshot
    schema: Schema
    tables: tuple[PlanTable, ...]
    """Its tables in the order of the sheets; one at least."""
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
                    self.place(line, ""),
                    f"the ID {line.id} is also in {found[line.id].row_name}",
                    "Clear the ID of the newer line: Validate then gives it one of its own",
                )
            found[line.id] = line
        return found

    def words_of(self, column: Column) -> tuple[str, ...]:
        """Return the words a choice may hold: the Lists sheet's where it names a list there, else the schema's."""
        if column.worked_out == "status":
            return tuple(self.schema.scorecard.statuses or USUAL_STATUSES)
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

    @staticmethod
    def address(line: Line, key: str) -> str:
        """Return the address of a line's cell on its sheet; that of its ID where its table has no such column."""
        columns = line.table.column_numbers
        return address(line.row, columns.get(key, columns.get("", 1)))

    def place(self, line: Line, key: str) -> str:
        """`Plan!H7`, `'1 Resourcing'!C5`: where a line's cell stands."""
        return place_at(line.sheet, self.address(line, key))

    def formula(self, line: Line, key: str) -> str:
        """Return the formula that works a line's cell out; '' where it holds a value, or where there is no such cell."""
        column = line.table.column_numbers.get(key)
        return self.snapshot[line.sheet].formulas.get((line.row, column), "") if column else ""

    def unwritable(self, line: Line, key: str) -> str:
        """Return why nothing can be written into a line's cell; '' where it can."""
        return line.table.unwritable(self.snapshot[line.sheet], self.schema, line.row, key)

    def cell_write(self, line: Line, key: str, value: Value) -> Write:
        """Return the write of a line's cell; the key of its ID is ''. Raise CannotWrite where nothing can be written there."""
        if why := key and self.unwritable(line, key):
            raise CannotWrite(self.place(line, key), why, "Write it into the workbook by hand, where it belongs")
        below = line.spread.get(key, line.row) - line.row  # what goes on there is a part of the text that is replaced
        return Write(line.sheet, line.row, line.table.column_numbers[key], ((value,), *[(None,)] * below))

    def number_format(self, line: Line, key: str) -> str:
        """Return the code by which a line's number or date is shown; '' where it is text, or shown as it is stored."""
        if isinstance(line.values.get(key), str | None):
            return ""
        column = line.table.column_numbers.get(key)
        return self.snapshot[line.sheet].formats.get((line.row, column), "") if column else ""

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
    tables = plan_tables(snapshot, schema)
    return Plan(
        snapshot=snapshot,
        schema=schema,
        tables=tables,
        lines=tuple(read_lines(snapshot, schema, tables)),
        owners=tuple(read_owners(snapshot)),
        lists=folded_lists(snapshot[LISTS]),
        settings=_read_settings(snapshot[START]),
        state=_values_beside_labels(snapshot[ISSUED_SHEET], STATE_SETTINGS, 1),
    )


def plan_id(snapshot: Snapshot) -> str | None:
    """Return the ID of the plan a workbook holds, '' where it has none yet; None where the workbook is no plan."""
    if START not in snapshot or not holds_schema(s for s in (ISSUED_SHEET, COLUMNS, SCHEMA_SHEET) if s in snapshot):
        return None
    return normalised_text(_values_beside_labels(snapshot[ISSUED_SHEET], STATE_SETTINGS, 1).get("Plan ID"))


def holds_schema(sheets: Iterable[str]) -> bool:
    """Return whether a workbook with these sheets keeps a plan of ours: its state, and its schema as now or as before."""
    names = set(sheets)
    return ISSUED_SHEET in names and (COLUMNS in names or SCHEMA_SHEET in names)


def read_schema_of(snapshot: Snapshot) -> Schema:
    """Return the schema a master keeps: on its Columns sheet, or hidden as masters made before have it.

    Raises NotAMaster where it keeps none; SchemaFaults for slips on the Columns sheet, with all of them.
    """
    if COLUMNS in snapshot and (SCHEMA_SHEET not in snapshot or is_columns_sheet(snapshot[COLUMNS])):
        former = headings_by_key(snapshot, ISSUED_SHEET, ("Issued as", ID_HEADER))
        schema = read_columns_sheet(snapshot[COLUMNS], read_lists(snapshot[LISTS]), former)
        return with_former_headings(schema, former, snapshot)
    if SCHEMA_SHEET not in snapshot:
        raise NotAMaster(
            snapshot.name,
            f"there is no sheet '{COLUMNS}', so this is not a master",
            "Choose a workbook made by 'hrworkbook new', or take the latest backup",
        )
    return read_schema(schema_text(snapshot[SCHEMA_SHEET]), f"{snapshot.name}, sheet {SCHEMA_SHEET}")


def schema_text(block: Block) -> str:
    """Return the TOML text kept on the Schema sheet, one line a cell from A3 down."""
    return "\n".join(as_text(row[0]) if row else "" for row in block.rows[2:]) + "\n"


def read_owners(snapshot: Snapshot) -> Iterable[Owner]:
    """Yield the roles on a master's Owners sheet, and who holds them."""
    for item in OWNERS_LEDGER.data_rows(snapshot):
        if role := item.text("Role"):
            yield Owner(role, item.text("Name"), item.text("E-mail"), item.text("Deputy"), item.text("Deputy e-mail"))


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


def issued_ledger(schema: Schema) -> RecordLedger:
    """Return the hidden sheet with the baselines: each issued line as it was when it went out."""
    headings = ("Issued as", ID_HEADER, *(c.header for c in schema.columns))
    purpose = "What was issued, kept to compare returns with."
    return RecordLedger(ISSUED_SHEET, headings, purpose, wrap_text=False, columns=schema.columns, is_table=False)


def history_ledger(schema: Schema, snapshot: Snapshot | None = None) -> RecordLedger:
    """Return the ledger of the plan as it was reported at the end of each closed period, under its name in a master.

    Masters made before keep it on a sheet *History*, a name that Excel reserves: nobody can type or restore it there.
    """
    headings = ("Closed period", "Closed on", ID_HEADER, *(c.header for c in schema.columns))
    ledgers = [
        RecordLedger(
            sheet, headings, "The plan as it was reported, period by period.", wrap_text=False, columns=schema.columns
        )
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
    ids = new_ids(plan)
    if not ids:
        return ()
    writes = [plan.cell_write(line, "", ids[id(line)]) for line in plan.lines if id(line) in ids]
    return (*writes, state_write(plan, "Next ID", _next_number(plan) + len(ids)))


def new_ids(plan: Plan) -> dict[int, str]:
    """Return the ID that each line without one is given, by the identity of the line (`id(line)`)."""
    waiting = [line for line in plan.lines if not line.id]
    number = _next_number(plan) if waiting else 0
    return {id(line): format_line_id(plan.schema, number + i) for i, line in enumerate(waiting)}


def _next_number(plan: Plan) -> int:
    """Return the number of the next new line: beyond every one there is, and every one that was given."""
    kept, prefix = plan.state.get("Next ID"), plan.schema.id_prefix
    used = [int(number) for line in plan.lines if (number := line.id.removeprefix(prefix)).isdecimal()]
    return max(int(kept) if isinstance(kept, (int, float)) else 1, max(used, default=0) + 1)


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
