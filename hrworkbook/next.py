"""Next: the problem after the cell one is on, from the Problems sheet."""

from dataclasses import dataclass

from hrworkbook.errors import NotAMaster
from hrworkbook.findings import count
from hrworkbook.ledgers import PLAN, PROBLEMS, Item
from hrworkbook.plan import Plan, read_plan
from hrworkbook.snapshot import ChangeSet, Snapshot, row_and_column
from hrworkbook.values import folded

Place = tuple[str, str]
"""Sheet and cell."""


@dataclass(frozen=True)
class NextProblem:
    """The place of the next problem ('' where there is none), and the jump to it."""

    place: str
    changes: ChangeSet


def next(snapshot: Snapshot, after: Place = ("", "")) -> NextProblem:
    """The problem that follows a place in the order of the Problems sheet; from the last, the first again."""
    plan = read_plan(snapshot)
    found = [(place, item) for item in PROBLEMS.items(snapshot) if (place := place_of(plan, item))]
    if not found:
        return NextProblem("", ChangeSet(message="The Problems sheet is empty. Press Validate to check the plan."))
    here = [i for i, (place, _) in enumerate(found, 1) if place == after]
    at = here[-1] % len(found) if here else 0
    place, item = found[at]
    said = f"{at + 1} of {count(len(found), 'problem')}. {'!'.join(place)}: {item.text('What is wrong')}. {item.text('What to do')}"
    return NextProblem("!".join(place), ChangeSet(message=said.rstrip(".") + ".", goto=place))


def place_of(plan: Plan, item: Item) -> Place | None:
    """Where a problem is now: by its line's ID and column, so that sorting the plan does not lead astray."""
    sheet, _, cell = item.text("Go to").rpartition("!")
    try:
        row_and_column(cell)
        line = plan.by_id.get(item.text("ID")) if sheet == PLAN else None
    except (ValueError, NotAMaster):
        return (sheet, cell) if sheet else None
    keys = {folded(c.header): c.key for c in plan.schema.columns}
    key = keys.get(folded(item.text("Column")))
    return (PLAN, plan.place(line, key)) if line and key else (sheet, cell)
