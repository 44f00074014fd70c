"""A master's plan as a frame, and its failures by its schema."""

from collections.abc import Sequence
from datetime import date

import pandas
import pandera.errors

from hrworkbook.checks import CouncilCheck
from hrworkbook.plan.frames.compile import to_pandera
from hrworkbook.plan.frames.failures import Failure
from hrworkbook.plan.model import Plan
from hrworkbook.plan.schema import ID_HEADER
from hrworkbook.plan.values import is_blank


def plan_frame(plan: Plan) -> pandas.DataFrame:
    """Return a plan's lines as a frame of objects: a row a line labelled by its sheet row, and by its sheet where that was theirs, a column a heading, and the ID."""
    rows = [line.row if line.table.is_ours else line.row_name for line in plan.lines]
    cells = {
        column.header: [None if is_blank(v := line.values.get(column.key)) else v for line in plan.lines]
        for column in plan.schema.columns
    }
    cells[ID_HEADER] = [line.id or None for line in plan.lines]
    return pandas.DataFrame({k: pandas.Series(v, index=rows, dtype=object) for k, v in cells.items()}, index=rows)


def failures_in(plan: Plan, today: date, checks: Sequence[CouncilCheck] = ()) -> list[Failure]:
    """Return every failure case of a master's lines, errors and warnings alike, by line, the entries' before the rules'.

    Raises CheckFileError where one of a council's own checks does not fit the plan, or stops; whatever else pandera
    could not check is raised as it came, for nothing may pass unchecked.
    """
    schema = to_pandera(plan.schema, plan=plan, today=today, warn=False, checks=checks)
    try:
        schema.validate(plan_frame(plan), lazy=True, inplace=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        told = zip(cases["schema_context"] != "Column", cases["check_number"], cases["failure_case"], strict=True)
        failures = [(x.position, of_frame, number, x) for of_frame, number, x in told if isinstance(x, Failure)]
        for *_, failure in failures:
            if failure.error:
                raise failure.error from None
        if len(failures) < len(cases):
            raise
        return [failure for *_, failure in sorted(failures)]
    return []
