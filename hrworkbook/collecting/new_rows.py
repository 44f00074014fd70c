"""Where new lines of a collection go: below the last line of a table, over nothing that stands there."""

from collections.abc import Iterator, Sequence

from hrworkbook.plan.model import Plan
from hrworkbook.plan.plan_tables import PlanTable
from hrworkbook.plan.values import fold_name, is_blank


def rows_for_new_lines(plan: Plan, themes: Sequence[str]) -> Iterator[tuple[PlanTable, int]]:
    """Yield the table and sheet row of each new line, by its theme: a table that has the theme and room, else the last.

    A table has room in the blank rows between its last line and what stands below it, such as totals. Where the last has
    none, the line goes below all that stands on its sheet.
    """
    free = {id(table): iter(_free_rows(plan, table)) for table in plan.tables}
    by_theme = _tables_by_theme(plan)
    for theme in themes:
        for table in (*by_theme.get(fold_name(theme), ()), plan.tables[-1]):
            if row := next(free[id(table)], 0):
                yield table, row
                break


def _tables_by_theme(plan: Plan) -> dict[str, list[PlanTable]]:
    column = plan.schema.role("theme")
    found: dict[str, list[PlanTable]] = {}
    for line in plan.lines if column else ():
        tables = found.setdefault(fold_name(line.text(column.key)), []) if column else []
        if not any(table is line.table for table in tables):
            tables.append(line.table)
    return found


def _free_rows(plan: Plan, table: PlanTable) -> Iterator[int]:
    rows = plan.snapshot[table.sheet].rows
    last = max((line.row for line in plan.lines if line.table is table), default=table.header_row)
    if not table.is_ours:
        below = next((n for n in range(last + 1, len(rows) + 1) if not all(map(is_blank, rows[n - 1]))), 0)
        if below:
            yield from range(last + 1, below - 1)
            if table is not plan.tables[-1]:
                return
            last = len(rows) + 1
    while True:
        last += 1
        yield last
