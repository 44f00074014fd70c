"""The figures an appendix opens with: counts, what is overdue, what falls due, spend, and what changed."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from hrworkbook.plan.dates.timescale import dates_in, read_timescale
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.rules import last_due_date
from hrworkbook.plan.schema_model import Column
from hrworkbook.plan.values import fold_name, is_blank, normalised_text
from hrworkbook.render.appendix.document import HeadlineCount, MonthGrid, OverdueLine, StatusTable
from hrworkbook.render.appendix.figure_texts import figure_text, share_text
from hrworkbook.render.appendix.paper_day import long_date

NOT_REPORTED = "Not reported"
"""What stands for a blank cell."""
NO_STATUS = "No status"
"""What stands for a blank status: the line may well be reported on."""
NO_THEME = "Whole plan"
MOST_MONTHS = 15
"""Columns the month grid has at most, those for lines without a date included; months further away are counted only."""


def status_of(plan: Plan, line: Line) -> str:
    """Return the line's status word as the list spells it; `No status` for a blank."""
    column = plan.schema.role("status")
    if column is None or is_blank(line.values.get(column.key)):
        return NO_STATUS
    text = line.text(column.key)
    return next((w for w in plan.words_of(column) if fold_name(w) == fold_name(text)), text)


def theme_of(plan: Plan, line: Line) -> str:
    """Return the theme a line stands under; for a plan without themes, its priority or workstream."""
    column = plan.schema.role("theme") or plan.schema.role("priority")
    return (line.text(column.key) if column else "") or NO_THEME


def theme_header(plan: Plan) -> str:
    """Return what the column of themes is called in the summary's tables."""
    column = plan.schema.role("theme") or plan.schema.role("priority")
    return column.header if column else "Theme"


def statuses_used(plan: Plan, lines: Sequence[Line]) -> list[str]:
    """Return the status words in the order of the list, those not on it after, and `No status` last where it occurs."""
    column = plan.schema.role("status")
    if column is None:
        return []
    used = {status_of(plan, x) for x in lines}
    words = [*plan.words_of(column), *sorted(used - set(plan.words_of(column)) - {NO_STATUS})]
    return [*words, *([NO_STATUS] if NO_STATUS in used else [])]


def headline_counts(
    plan: Plan, lines: Sequence[Line], on: date, completed: tuple[int, str] | None = None
) -> tuple[HeadlineCount, ...]:
    """Return the large numbers: all lines, each status that occurs with its share, what is overdue, what was completed.

    `completed` is how many lines were completed to date, and since when: `in 2016/17`.
    """
    by_status = Counter(status_of(plan, x) for x in lines)
    found = [HeadlineCount(len(lines), "line" if len(lines) == 1 else "lines")]
    found += [
        HeadlineCount(n, f"{w} ({share_text(n, len(lines))})", w)
        for w in statuses_used(plan, lines)
        if (n := by_status[w])
    ]
    late = overdue_table(plan, lines, on)
    if late is not None:
        found.append(HeadlineCount(len(late), f"overdue ({share_text(len(late), len(lines))})" if late else "overdue"))
    if completed:
        found.append(HeadlineCount(completed[0], f"completed {completed[1]} to date"))
    return tuple(found)


def status_table(plan: Plan, lines: Sequence[Line]) -> StatusTable | None:
    """Status by theme; None for a plan without a status column."""
    words = statuses_used(plan, lines)
    if not words:
        return None
    themes = dict.fromkeys(theme_of(plan, x) for x in lines)
    counted = Counter((theme_of(plan, x), status_of(plan, x)) for x in lines)
    return StatusTable(tuple(words), tuple((t, tuple(counted[t, w] for w in words)) for t in themes))


def overdue_lines(plan: Plan, lines: Sequence[Line], on: date) -> list[Line]:
    """Return the lines whose last date has passed without completion, the longest overdue first."""
    column = plan.schema.role("due")
    if column is None:
        return []
    late = [(due, x) for x in lines if (due := last_due_date(plan, x, column.key)) and due < on and not plan.is_done(x)]
    return [x for _, x in sorted(late, key=lambda d: d[0])]


def overdue_table(plan: Plan, lines: Sequence[Line], on: date) -> tuple[OverdueLine, ...] | None:
    """Return the overdue lines as the summary lists them; None where no line has a date."""
    column = plan.schema.role("due")
    if column is None or not any(last_due_date(plan, x, column.key) for x in lines):
        return None
    found = []
    for line in overdue_lines(plan, lines, on):
        due = last_due_date(plan, line, column.key)
        found.append(
            OverdueLine(
                theme_text(plan, line),
                reference_of(plan, line),
                short_text(plan, line),
                long_date(due) if due else "",
                owner_of(plan, line),
            )
        )
    return tuple(found)


def printed_text(plan: Plan, line: Line, column: Column) -> str:
    """Return a cell's text in print, '' for a blank: a status as the list spells it, a figure in its format."""
    status = plan.schema.role("status")
    if status and column.key == status.key:
        return "" if is_blank(line.values.get(column.key)) else status_of(plan, line)
    code = plan.number_format(line, column.key) if line.row else ""
    return figure_text(column, line.values.get(column.key), code)


def reference_of(plan: Plan, line: Line) -> str:
    """Return the line's reference, the finer one where there are two; its ID where the plan has none."""
    return _role_text(plan, line, "sub_reference") or _role_text(plan, line, "reference") or line.id


def short_text(plan: Plan, line: Line, most: int = 110) -> str:
    """Return what the line is about, in at most so many characters."""
    text = " ".join((_role_text(plan, line, "priority") or _first_text(plan, line) or line.id).split())
    if len(text) <= most:
        return text
    word_ends = text.rfind(" ", 0, most)
    return text[: word_ends if word_ends > 0 else most - 1].rstrip(" ,;:") + "…"


def _first_text(plan: Plan, line: Line) -> str:
    """Return what stands in the first column of plain text that HR fills in: what a line without a priority is called."""
    spoken_for = set(plan.schema.roles.values())
    texts = (
        c
        for c in plan.schema.columns
        if c.kind == "text" and not c.is_owners and not c.private and c.key not in spoken_for
    )
    return next((text for c in texts if (text := normalised_text(line.values.get(c.key)))), "")


def theme_text(plan: Plan, line: Line) -> str:
    """Return the theme of a line; '' for a plan without themes."""
    return _role_text(plan, line, "theme")


def owner_of(plan: Plan, line: Line) -> str:
    """Return who answers for a line, as it is written."""
    return _role_text(plan, line, "owner")


def _role_text(plan: Plan, line: Line, role: str) -> str:
    column = plan.schema.role(role)
    return line.text(column.key) if column else ""


def due_column(plan: Plan, line: Line) -> Column | None:
    """Return the column whose date counts for a line: that of revised dates where it has one, else the plan's due date."""
    revised = plan.schema.role("revised")
    if revised and last_due_date(plan, line, revised.key):
        return revised
    return plan.schema.role("due")


def due_months(plan: Plan, lines: Sequence[Line], on: date) -> MonthGrid | None:
    """How many dates of each theme fall in each month, and how many lines have none; None where no line has a date."""
    column = plan.schema.role("due")
    if column is None:
        return None
    undated = ("Ongoing", "No date")
    counted: Counter[tuple[str, date | str]] = Counter()
    for line in lines:
        ends: set[date]
        column = due_column(plan, line) or column
        if column.kind in ("timescale", "date"):
            read = read_timescale(line.text(column.key))
            ends = {s.end.replace(day=1) for s in read.spans if s.end}
            rest = undated[0] if read.ongoing else undated[1]
        else:
            ends = {m.span.end.replace(day=1) for m in dates_in(line.text(column.key)) if m.span and m.span.end}
            rest = undated[1]
        whens: set[date | str] = {*ends} or {rest}
        for when in whens:
            counted[theme_of(plan, line), when] += 1
    due = sorted({m for _, m in counted if isinstance(m, date)})
    themes = dict.fromkeys(theme_of(plan, x) for x in lines)
    without = [u for u in undated if any(counted[t, u] for t in themes)]
    shown = _nearest_months(due, on, MOST_MONTHS - len(without))
    columns: list[date | str] = [*shown, *without]
    if not due:
        return None
    names = tuple(f"{m:%b %Y}" if isinstance(m, date) else m for m in columns)
    left = len(due) - len(shown)
    note = f"{count_noun(left, 'month')} further away {'is' if left == 1 else 'are'} not shown." if left else ""
    return MonthGrid(names, tuple((t, tuple(counted[t, m] for m in columns)) for t in themes), note)


def _nearest_months(due: Sequence[date], on: date, most: int) -> list[date]:
    return sorted(sorted(due, key=lambda m: abs((m - on).days))[:most])
