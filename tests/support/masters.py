"""Masters for tests, from small text tables."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from hrworkbook.hosts.file import FileHost
from hrworkbook.plan.model import Owner
from hrworkbook.plan.returns import OutgoingReturn
from hrworkbook.plan.schema import Schema, load_schema
from hrworkbook.plan.snapshot import Block, ChangeSet, Snapshot, single_write
from hrworkbook.plan.values import Value
from hrworkbook.render.master_workbook import master_workbook
from hrworkbook.render.new_master import NewMaster
from hrworkbook.render.return_workbook import return_workbook
from hrworkbook.verbs.issue import issue
from hrworkbook.verbs.new import new

NOW = datetime(2026, 11, 21, 9, 30)
TODAY = NOW.date()
KEEPING: dict[str, Value] = {"Plan ID": "0A1B2C3D", "Seal key": "5" * 64, "Next ID": 1}
SHARED = Path(os.environ.get("HRWORKBOOK_SHARED", Path(__file__).parents[3] / "shared"))


def shared(path: str) -> Path:
    """A file of the shared test data; the test is skipped, saying so, where it is not here."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"the shared test data is not here ({path})")
    return found


def block(table: str, name: str = "Sheet1") -> Block:
    """The block a text table draws: one row a line, cells parted by |, `\\n` for a line feed in a cell."""
    rows = [[c.strip().replace("\\n", "\n") or None for c in line.split("|")] for line in table.strip().splitlines()]
    return Block(name, rows)


def draft(
    table: str = "",
    schema: Schema | str = "delivery-plan",
    owners: Mapping[str, str] | None = None,
    today: date = TODAY,
    **settings: Value,
) -> NewMaster:
    """The contents of a master with the lines of a text table; owners as role → e-mail."""
    schema = load_schema(schema) if isinstance(schema, str) else schema
    given = [Owner(role, email=email) for role, email in (owners or {}).items()]
    named = {name.replace("_", " "): value for name, value in settings.items()}
    return new(schema, KEEPING, today, [block(table)] if table else (), given, named)


def make_master(folder: Path, table: str = "", name: str = "plan.xlsx", **how: object) -> Path:
    """A master on disk with the lines of a text table."""
    path = folder / name
    path.write_bytes(master_workbook(draft(table, **how)))  # type: ignore[arg-type]
    return path


def answered(path: Path, answers: Callable[[OutgoingReturn], Mapping[int, Mapping[str, Value]]]) -> None:
    """Issues a master, and puts every owner's return in the folder `in` beside it; answers by position of a line and key."""
    host = FileHost(path)
    result = issue(host.snapshot(), NOW, anyway=True)
    host.apply(result.changes)
    (path.parent / "in").mkdir()
    for one in result.returns:
        given = answers(one)
        lines = (replace(x, values={**x.values, **given.get(place, {})}) for place, x in enumerate(one.lines))
        (path.parent / "in" / one.file).write_bytes(return_workbook(replace(one, lines=tuple(lines))))


def snapshot_of(path: Path) -> Snapshot:
    """The master as the verbs see it."""
    return FileHost(path).snapshot()


def type_into(path: Path, cells: Mapping[str, Value]) -> None:
    """Types values into cells such as `Plan!H7`."""
    host = FileHost(path)
    host.snapshot()
    host.apply(ChangeSet(tuple(single_write(*place.split("!"), value) for place, value in cells.items())))  # type: ignore[misc,call-arg]


THREE = """
Theme   | Ref | Priority        | Owner                    | Timescale     | Performance & Outcome Measures | RAG   | Progress Update
Staff   | A   | Hire well       | Recruitment Lead         | March 2027    | Posts filled                   | Green | Two posts filled.
Staff   | B   | Train managers  | Learning Lead            | Ongoing       | All trained                    | Amber | First course held.
Safety  | A   | Audit sites     | Safety Lead/Learning Lead | Dec 2026     | All audited                    |       |
"""
"""Three lines under two themes, one of them with joint owners."""
OWNERS = {
    "Recruitment Lead": "recruit@council.example",
    "Learning Lead": "learn@council.example",
    "Safety Lead": "safety@council.example",
}
