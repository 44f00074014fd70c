"""Next: the problem after the cell one is on, from the Problems sheet."""

from dataclasses import dataclass

from hrworkbook.plan.errors import NotAMaster
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.ledgers import PROBLEMS, LedgerRow
from hrworkbook.plan.model import Plan, read_plan
from hrworkbook.plan.sheet_names import place_at, split_place
from hrworkbook.plan.snapshot import ChangeSet, Snapshot, row_and_column

SheetCell = tuple[str, str]
"""Sheet and cell."""


@dataclass(frozen=True)
class NextProblem:
    """The place of the next problem ('' where there is none), and the jump to it."""

    place: str
    changes: ChangeSet


def next(snapshot: Snapshot, after: SheetCell = ("", "")) -> NextProblem:
    """Return the problem that follows a place in the order of the Problems sheet; from the last, the first again."""
    plan = read_plan(snapshot)
    found = [(place, item) for item in PROBLEMS.data_rows(snapshot) if (place := problem_place(plan, item))]
    if not found:
        return NextProblem("", ChangeSet(message="The Problems sheet is empty. Press Validate to check the plan."))
    here = [i for i, (place, _) in enumerate(found, 1) if place == after]
    at = here[-1] % len(found) if here else 0
    place, item = found[at]
    message = f"{at + 1} of {count_noun(len(found), 'problem')}. {place_at(*place)}: {item.text('What is wrong')}. {item.text('What to do')}"
    return NextProblem(place_at(*place), ChangeSet(message=message.rstrip(".") + ".", goto=place))


def problem_place(plan: Plan, item: LedgerRow) -> SheetCell | None:
    """Where a problem is now: by its line's ID and column, so that sorting the plan does not lead astray."""
    sheet, cell = split_place(item.text("Go to"))
    try:
        row_and_column(cell)
        sheets = {table.sheet for table in plan.tables}
        line = plan.by_id.get(item.text("ID")) if sheet in sheets else None
    except (ValueError, NotAMaster):
        return (sheet, cell) if sheet else None
    column = plan.schema.column_headed(item.text("Column"))
    return (line.sheet, plan.address(line, column.key)) if line and column else (sheet, cell)
