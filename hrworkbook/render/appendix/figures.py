"""The figures an appendix opens with: counts, what is overdue, what falls due, spend, and what changed."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from hrworkbook.plan.dates.timescale import dates_in, read_timescale
from hrworkbook.plan.exemption import Publicity, publicity
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.history import ClosedPeriod
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.rules import amount_in, last_due_date
from hrworkbook.plan.values import fold_name, is_blank, normalised_text, same_value
from hrworkbook.render.appendix.document import (
    CellChange,
    ChangeList,
    HeadlineCount,
    MonthGrid,
    OverdueLine,
    Spend,
    SpendLine,
    StatusTable,
    Trend,
    TrendRow,
)

NOT_REPORTED = "Not reported"
OTHER_STATUS = "Another status"
NO_THEME = "Whole plan"
MOST_PERIODS = 7
"""Closed periods the trend goes back."""
MOST_MONTHS = 15
"""Columns the month grid has at most, those for lines without a date included; months further away are counted only."""


def status_of(plan: Plan, line: Line) -> str:
    """Return the line's status word as the list spells it; `Not reported` for a blank."""
    column = plan.schema.role("status")
    if column is None or is_blank(line.values.get(column.key)):
        return NOT_REPORTED
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
    """Return the status words in the order of the list, those not on it after, and `Not reported` last where it occurs."""
    column = plan.schema.role("status")
    if column is None:
        return []
    used = {status_of(plan, x) for x in lines}
    words = [*plan.words_of(column), *sorted(used - set(plan.words_of(column)) - {NOT_REPORTED})]
    return [*words, *([NOT_REPORTED] if NOT_REPORTED in used else [])]


def headline_counts(plan: Plan, lines: Sequence[Line], today: date) -> tuple[HeadlineCount, ...]:
    """Return the large numbers: all lines, then each status that occurs, then what is overdue."""
    by_status = Counter(status_of(plan, x) for x in lines)
    found = [HeadlineCount(len(lines), "line" if len(lines) == 1 else "lines")]
    found += [HeadlineCount(by_status[w], w, w) for w in statuses_used(plan, lines) if by_status[w]]
    late = overdue_table(plan, lines, today)
    if late is not None:
        found.append(HeadlineCount(len(late), "overdue"))
    return tuple(found)


def status_table(plan: Plan, lines: Sequence[Line]) -> StatusTable | None:
    """Status by theme; None for a plan without a status column."""
    words = statuses_used(plan, lines)
    if not words:
        return None
    themes = dict.fromkeys(theme_of(plan, x) for x in lines)
    counted = Counter((theme_of(plan, x), status_of(plan, x)) for x in lines)
    return StatusTable(tuple(words), tuple((t, tuple(counted[t, w] for w in words)) for t in themes))


def overdue_lines(plan: Plan, lines: Sequence[Line], today: date) -> list[Line]:
    """Return the lines whose last date has passed without completion, the longest overdue first."""
    column = plan.schema.role("due")
    if column is None:
        return []
    late = [
        (due, x) for x in lines if (due := last_due_date(plan, x, column.key)) and due < today and not plan.is_done(x)
    ]
    return [x for _, x in sorted(late, key=lambda d: d[0])]


def overdue_table(plan: Plan, lines: Sequence[Line], today: date) -> tuple[OverdueLine, ...] | None:
    """Return the overdue lines as the summary lists them; None where no line has a date."""
    column = plan.schema.role("due")
    if column is None or not any(last_due_date(plan, x, column.key) for x in lines):
        return None
    found = []
    for line in overdue_lines(plan, lines, today):
        due = last_due_date(plan, line, column.key)
        due_text = f"{due.day} {due:%B %Y}" if due else ""
        found.append(
            OverdueLine(
                _theme_text(plan, line),
                reference_of(plan, line),
                short_text(plan, line),
                due_text,
                _role_text(plan, line, "owner"),
            )
        )
    return tuple(found)


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


def _theme_text(plan: Plan, line: Line) -> str:
    return _role_text(plan, line, "theme")


def _role_text(plan: Plan, line: Line, role: str) -> str:
    column = plan.schema.role(role)
    return line.text(column.key) if column else ""


def due_months(plan: Plan, lines: Sequence[Line], today: date) -> MonthGrid | None:
    """How many dates of each theme fall in each month, and how many lines have none; None where no line has a date."""
    column = plan.schema.role("due")
    if column is None:
        return None
    undated = ("Ongoing", "No date")
    counted: Counter[tuple[str, date | str]] = Counter()
    for line in lines:
        ends: set[date]
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
    shown = _nearest_months(due, today, MOST_MONTHS - len(without))
    columns: list[date | str] = [*shown, *without]
    if not due:
        return None
    names = tuple(f"{m:%b %Y}" if isinstance(m, date) else m for m in columns)
    left = len(due) - len(shown)
    note = f"{count_noun(left, 'month')} further away {'is' if left == 1 else 'are'} not shown." if left else ""
    return MonthGrid(names, tuple((t, tuple(counted[t, m] for m in columns)) for t in themes), note)


def _nearest_months(due: Sequence[date], today: date, most: int) -> list[date]:
    return sorted(sorted(due, key=lambda m: abs((m - today).days))[:most])


def spend_table(plan: Plan, lines: Sequence[Line]) -> Spend | None:
    """Planned against actual spend, or a sentence where there are no figures; None for a plan without such columns."""
    planned, actual = plan.schema.role("planned"), plan.schema.role("actual")
    if planned is None or actual is None:
        return None
    rows: list[SpendLine] = []
    sums = [Decimal(0), Decimal(0)]
    figures = False
    for line in lines:
        p, a = amount_in(plan, line, planned.key), amount_in(plan, line, actual.key)
        figures = figures or bool(p) or bool(a)
        for i, figure in enumerate((p, a)):
            sums[i] += figure or 0
        if p is not None or a is not None:
            rows.append(
                SpendLine(
                    short_text(plan, line, 60),
                    line.text(planned.key) or NOT_REPORTED,
                    line.text(actual.key) or NOT_REPORTED,
                    _pounds(a - p) if p is not None and a is not None else "",
                )
            )
    if not rows:
        return Spend("No planned or actual spend is reported.")
    if not figures:
        actuals = sorted({x.actual for x in rows})
        return Spend(f"No amounts are reported: actual spend is given as {join_words(actuals)}.")
    sentence = f"Planned spend is {_pounds(sums[0])} and actual spend {_pounds(sums[1])}."
    return Spend(sentence, tuple(rows))


def _pounds(figure: Decimal) -> str:
    pence = "" if figure == figure.to_integral() else f"{abs(figure) % 1:.2f}"[1:]
    return f"{'-' if figure < 0 else ''}£{int(abs(figure)):,}{pence}"


def publishable_period(plan: Plan, period: ClosedPeriod, *, exempt: bool) -> ClosedPeriod:
    """Return a closed period with only its exempt lines, or only its public ones: what was exempt then is not told now."""
    wanted = Publicity.EXEMPT if exempt else Publicity.PUBLIC
    kept = {id_: v for id_, v in period.lines.items() if publicity(plan, Line(id_, 0, v)) is wanted}
    return ClosedPeriod(period.name, kept)


def trend_table(plan: Plan, lines: Sequence[Line], before: Sequence[ClosedPeriod]) -> Trend | None:
    """How many lines had each status at the end of each closed period, and have it now; None before the first."""
    words = statuses_used(plan, lines)
    if not before or not words:
        return None
    shown = before[-MOST_PERIODS:]
    then = [[Line(id_, 0, values) for id_, values in p.lines.items()] for p in shown]
    here = {x.id for x in lines}

    def status_then(line: Line) -> str:
        """Return the status; of a line that is no longer here, perhaps since it became exempt, no word that only it had."""
        status = status_of(plan, line)
        return status if line.id in here or status in words or status == NOT_REPORTED else OTHER_STATUS

    counted = [Counter(map(status_then, whole)) for whole in (*then, lines)]
    every = dict.fromkeys([*words, *(w for c in counted for w in c)])
    rows = [TrendRow(w, tuple(str(c[w]) for c in counted), tuple(float(c[w]) for c in counted)) for w in every]
    return Trend("Status, period by period", (*(p.name for p in shown), "Now"), tuple(rows))


def changes_since(plan: Plan, lines: Sequence[Line], last: ClosedPeriod) -> ChangeList:
    """Return what the plan says now and did not say when the last period was closed, cell by cell."""
    if not last.lines:
        return ChangeList("This is the first report of this plan.")
    printed = [c.key for c in plan.schema.printed if c.worked_out in ("no", "status")]
    found: list[CellChange] = []
    new = [x for x in lines if x.id not in last.lines]
    for line in lines:
        if line.id not in last.lines:
            found.append(
                CellChange(
                    _theme_text(plan, line),
                    reference_of(plan, line),
                    short_text(plan, line),
                    "Line",
                    "Not in the plan",
                    "New",
                )
            )
            continue
        for key in printed:
            was = last.text(line.id, key)
            if not same_value(was, line.values.get(key)):
                before_and_after = (was or NOT_REPORTED, line.text(key) or NOT_REPORTED)
                found.append(
                    CellChange(
                        _theme_text(plan, line),
                        reference_of(plan, line),
                        short_text(plan, line),
                        plan.schema[key].header,
                        *before_and_after,
                    )
                )
    changed = len({(c.theme, c.reference, c.text) for c in found}) - len(new)
    if not found:
        return ChangeList(f"Nothing has changed since {last.name}.")
    summed = [f"{count_noun(changed, 'line has', 'lines have')} changed"] if changed > 0 else []
    summed += [f"{count_noun(len(new), 'line is', 'lines are')} new"] if new else []
    return ChangeList(f"Since {last.name}, {join_words(summed)}.", tuple(found))
