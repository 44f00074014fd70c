"""Past periods: the plan as it was reported at the end of each closed period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hrworkbook.plan.model import Line, Plan, history_ledger
from hrworkbook.plan.schema import ID_HEADER
from hrworkbook.plan.values import Value, as_text, fold_name


@dataclass(frozen=True)
class ClosedPeriod:
    """One closed period: its name, and its lines' values by line ID and column key."""

    name: str
    lines: Mapping[str, Mapping[str, Value]]

    def text(self, line_id: str, key: str) -> str:
        """Return what a cell said when the period was closed; '' where the line was not in it."""
        return as_text(self.lines.get(line_id, {}).get(key))


def closed_periods(plan: Plan) -> tuple[ClosedPeriod, ...]:
    """Every closed period, the latest last; empty before the first is closed."""
    ledger = history_ledger(plan.schema, plan.snapshot)
    if ledger.sheet not in plan.snapshot:
        return ()
    periods: dict[str, dict[str, Mapping[str, Value]]] = {}
    for item in ledger.data_rows(plan.snapshot):
        values = {c.key: item[c.header] for c in plan.schema.columns}
        periods.setdefault(item.text("Closed period"), {})[item.text(ID_HEADER)] = values
    return tuple(ClosedPeriod(name, lines) for name, lines in periods.items())


def last_closed(plan: Plan) -> ClosedPeriod:
    """Return the latest closed period; one without lines before the first is closed."""
    periods = closed_periods(plan)
    return periods[-1] if periods else ClosedPeriod("", {})


def last_seen_lines(periods: Sequence[ClosedPeriod]) -> ClosedPeriod:
    """Every line as it was last reported, in whichever period that was; the name is the latest period's."""
    lines: dict[str, Mapping[str, Value]] = {}
    for period in periods:
        lines |= period.lines
    return ClosedPeriod(periods[-1].name if periods else "", lines)


def last_reported(plan: Plan, key: str) -> Mapping[str, str]:
    """Each line's text in a column when the last period was closed, by ID; empty before the first."""
    return {id_: as_text(values.get(key)) for id_, values in last_closed(plan).lines.items()}


def lines_to_report(plan: Plan) -> tuple[Line, ...]:
    """Return the lines that still count: a line that was complete when a period was closed has been reported once.

    It stays on the Plan sheet and leaves the returns, the checks and the appendix; changing its status brings it back.
    """
    status = plan.schema.role("status")
    if status is None:
        return plan.lines
    done = set(map(fold_name, plan.schema.done))
    last = last_seen_lines(closed_periods(plan))
    return tuple(x for x in plan.lines if not (plan.is_done(x) and fold_name(last.text(x.id, status.key)) in done))
