"""Schema: a workbook's schema as a TOML file; and a master made before, brought up to keep its own on a Columns sheet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hrworkbook.jobs.job import Job, PlanHost
from hrworkbook.plan.columns_sheet import COLUMNS
from hrworkbook.plan.errors import CannotWrite, NotAMaster
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.model import SCHEMA_SHEET, history_ledger, holds_schema, issued_ledger, read_schema_of
from hrworkbook.plan.record_ledger import KEYS, RecordLedger
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.schema_toml import schema_toml
from hrworkbook.plan.snapshot import ChangeSet, Snapshot, Write
from hrworkbook.plan.values import is_blank

_MARK = "hrworkbook_columns"
_MOVED_TEXT = f"The schema of this plan now stands on the sheet {COLUMNS}."


class SheetHost(PlanHost, Protocol):
    """What upgrading needs of a host: a file, to which a sheet can be added."""

    def put_sheets(
        self, sheets: Mapping[str, tuple[bytes, str]], mark: str, *, dry_run: bool = False
    ) -> tuple[str, ...]:
        """Put sheets behind all others; return their names."""


def schema_of(snapshot: Snapshot) -> Schema:
    """Return the schema of a workbook: the one a master keeps.

    Raises NotAMaster for any other workbook, SchemaFaults for slips on the Columns sheet.
    """
    if not holds_schema(block.name for block in snapshot.sheets):
        raise NotAMaster(
            snapshot.name, "it is no master, so it keeps no schema yet", "Make it one first: hrworkbook adopt FILE"
        )
    return read_schema_of(snapshot)


def schema_job(snapshot: Snapshot, target: Path | None = None, *, force: bool = False) -> Job[Schema]:
    """Return the schema of a workbook, with a TOML file to be placed at the target where there is one.

    With `force` a file that is there is replaced, and kept as a dated backup. Raises CannotWrite without it; else as `schema_of`.
    """
    schema = schema_of(snapshot)
    if target is None:
        return Job(schema, ChangeSet())
    if target.exists() and not force:
        fault = "there is a file of this name already"
        raise CannotWrite(target.name, fault, "Choose another name, or add --force to replace it")
    message = f"{target.name} is written: {count_noun(len(schema.columns), 'column')}, {count_noun(len(schema.rules), 'rule')}."
    return Job(schema, ChangeSet(message=message), {target: schema_toml(schema).encode()}, keep_replaced=True)


@dataclass(frozen=True)
class Upgrade:
    """What upgrading a master did: each change in a sentence, and the backup of the file as it was."""

    changes: tuple[str, ...]
    backup: Path | None = None


def upgrade(host: SheetHost) -> Upgrade:
    """Bring a master made before up to date: its schema on a Columns sheet, keys above the headings of its records.

    Nothing is changed where it is up to date. Each step leaves a master that can be worked with. Raises NotAMaster where
    it is none, and as the host does.
    """
    from hrworkbook.render.columns_page import columns_workbook

    snapshot = host.snapshot()
    schema = schema_of(snapshot)
    if SCHEMA_SHEET not in snapshot or not schema.source:
        return Upgrade(())
    ledgers = [
        ledger for ledger in (issued_ledger(schema), history_ledger(schema, snapshot)) if ledger.sheet in snapshot
    ]
    keys = tuple(write for ledger in ledgers for write in _key_writes(ledger, snapshot))
    told = [f"Keys stand above the headings of {ledger.sheet}, so that a heading can be changed." for ledger in ledgers]
    backup = host.apply(ChangeSet(keys))
    (name,) = host.put_sheets({COLUMNS: (columns_workbook(schema), COLUMNS)}, _MARK)
    host.snapshot()
    host.apply(ChangeSet(tuple(_cleared(snapshot))))
    added = f"The sheet {name} holds what each column of the plan is; the hidden sheet {SCHEMA_SHEET} no longer does."
    return Upgrade((added, *told), backup)


def _key_writes(ledger: RecordLedger, snapshot: Snapshot) -> Iterator[Write]:
    """Yield the row of keys above the headings of records, where nothing stands there."""
    top, places = ledger.heading_row(snapshot)
    above = snapshot[ledger.sheet].rows[top - 2] if top > 1 else (None,)
    if top < 2 or not all(map(is_blank, above)):
        return
    keys = dict(zip((c.header for c in ledger.columns), (c.key for c in ledger.columns), strict=True))
    first = ledger.own_headings[0]
    for heading, number in places.items():
        if heading in keys or heading == first:
            yield Write(ledger.sheet, top - 1, number, ((keys.get(heading, KEYS),),))


def _cleared(snapshot: Snapshot) -> Iterator[Write]:
    """Yield the writes that take the old text off the hidden sheet; words that dropdowns offer from there stay."""
    rows = snapshot[SCHEMA_SHEET].rows
    yield Write(SCHEMA_SHEET, 2, 1, ((_MOVED_TEXT,),))
    filled = [i for i, row in enumerate(rows, 1) if i > 2 and row and not is_blank(row[0])]
    yield from (Write(SCHEMA_SHEET, row, 1, ((None,),)) for row in filled)
