"""The rules across cells and lines that a schema can name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hrworkbook.plan.amounts import ZERO_WORDS
from hrworkbook.plan.dates.timescale import dates_in, read_timescale
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.history import last_reported, lines_to_report
from hrworkbook.plan.kinds import is_kept_with_warning
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.owners import parse_owners
from hrworkbook.plan.rule_kinds import RULES
from hrworkbook.plan.schema import Rule
from hrworkbook.plan.values import fold_name, is_blank, normalised_text, same_value, shorten


@dataclass(frozen=True, slots=True)
class RuleFault:
    """What a rule has against one cell."""

    line: Line
    key: str
    fault: str
    remedy: str


RuleCheck = Callable[[Plan, Rule, date], Iterator[RuleFault]]
RULE_CHECKS: dict[str, RuleCheck] = {}
"""The check of each rule, by its name in `RULES`."""
_PENNY = Decimal("0.01")
_SHOWN_CHARACTERS = 60
"""Characters shown of a text in a message."""


def _checks(name: str) -> Callable[[RuleCheck], RuleCheck]:
    """Register a function as the check of a rule that `RULES` declares."""
    assert name in RULES, name

    def register(check: RuleCheck) -> RuleCheck:
        RULE_CHECKS[name] = check
        return check

    return register


@_checks("one-value-per")
def one_value_per(plan: Plan, rule: Rule, today: date) -> Iterator[RuleFault]:
    """Yield the same reference with two priorities: every line whose text differs from the first with that reference."""
    key, per = rule.settings["column"], rule.settings["per"]
    column = plan.schema[key]
    first: dict[tuple[str, ...], Line] = {}
    for line in plan.lines:
        group = tuple(fold_name(line.text(k)) for k in per)
        if not all(group) or is_blank(line.values.get(key)):
            continue
        before = first.setdefault(group, line)
        if not same_value(before.values.get(key), line.values.get(key)):
            what = join_words([f"{plan.schema[k].header} '{shorten(line.text(k), 30)}'" for k in per[-1:]])
            yield RuleFault(
                line, key,
                f"{what} has another {column.header} in {before.row_name}: '{shorten(before.text(key), _SHOWN_CHARACTERS)}'",
                f"Make the two alike, or give this line another {plan.schema[per[-1]].header}",
            )  # fmt: skip


@_checks("unique")
def unique(plan: Plan, rule: Rule, today: date) -> Iterator[RuleFault]:
    """Lines that repeat the values of columns which must be unique together."""
    keys = rule.settings["columns"]
    first: dict[tuple[str, ...], Line] = {}
    for line in plan.lines:
        group = tuple(fold_name(line.text(k)) for k in keys)
        if not any(group):
            continue
        before = first.setdefault(group, line)
        if before is not line:
            names = join_words([plan.schema[k].header for k in keys])
            yield RuleFault(
                line,
                keys[0],
                f"{names} '{shorten(line.text(keys[0]), _SHOWN_CHARACTERS)}' is also in {before.row_name}",
                "Remove one of the two, or tell them apart",
            )


@_checks("known-owner")
def known_owner(plan: Plan, rule: Rule, today: date) -> Iterator[RuleFault]:
    """Owners who are not on the Owners sheet, with the nearest that is; and a name that looks cut short."""
    import difflib

    key = rule.settings["column"]
    roles = list(plan.role_spellings.values())
    for line in plan.lines:
        if not isinstance(line.values.get(key), str):
            continue
        for name in parse_owners(line.text(key), today):
            if fold_name(name) not in plan.role_spellings:
                near = difflib.get_close_matches(name, roles, 1, 0.7)
                advice = f"Did you mean '{near[0]}'? Otherwise add" if near else "Add"
                yield RuleFault(
                    line,
                    key,
                    f"the owner '{shorten(name, _SHOWN_CHARACTERS)}' is not on the Owners sheet",
                    f"{advice} the role there, or correct it here. Joint owners are parted by /",
                )


@_checks("overdue")
def overdue(plan: Plan, rule: Rule, today: date) -> Iterator[RuleFault]:
    """Lines whose last date has passed without completion."""
    key = rule.settings["column"]
    status = plan.schema.role("status")
    for line in plan.lines:
        due = last_due_date(plan, line, key)
        if due and due < today and not plan.is_done(line):
            word = (status and line.text(status.key)) or "not reported"
            done = plan.schema.done[0] if plan.schema.done else "done"
            yield RuleFault(
                line, key, f"this was due by {due.day} {due:%B %Y} and its status is {word}",
                f"Mark it {done} if it is, or agree a new {plan.schema[key].header}",
            )  # fmt: skip


def last_due_date(plan: Plan, line: Line, key: str) -> date | None:
    """Return the last date a cell states; for prose, the last date found in it; None where there is none.

    The plan's due date is the revised one, where the line has that.
    """
    revised = plan.schema.role("revised")
    if revised and key == plan.schema.roles.get("due") and (agreed := _last_date(plan, line, revised.key)):
        return agreed
    return _last_date(plan, line, key)


def _last_date(plan: Plan, line: Line, key: str) -> date | None:
    text = line.text(key)
    if not text:
        return None
    if plan.schema[key].kind in ("timescale", "date"):
        return read_timescale(text).due
    ends = [m.span.end for m in dates_in(text) if m.span and m.span.end]
    return max(ends, default=None)


@_checks("not-before")
def not_before(plan: Plan, rule: Rule, today: date) -> Iterator[RuleFault]:
    """Yield the lines whose last date lies before the first date of another column, such as an end before its start."""
    key, other = rule.settings["column"], rule.settings["earlier"]
    for line in plan.lines:
        end = last_due_date(plan, line, key)
        starts = [span.start for span in read_timescale(line.text(other)).spans if span.start] if end else []
        if end and starts and end < min(starts):
            yield RuleFault(
                line, key,
                f"{plan.schema[key].header} is {line.text(key)}, before the {plan.schema[other].header} of {line.text(other)}",
                "Check the two dates",
            )  # fmt: skip


@_checks("not-over")
def within_limit(plan: Plan, rule: Rule, today: date) -> Iterator[RuleFault]:
    """Amounts over their limit, such as spend over plan."""
    key, limit = rule.settings["column"], rule.settings["limit"]
    for line in plan.lines:
        actual, planned = amount_in(plan, line, key), amount_in(plan, line, limit)
        if actual is not None and planned is not None and actual - planned > _PENNY / 2:
            yield RuleFault(
                line, key,
                f"{plan.schema[key].header} is {line.text(key)}, over the {plan.schema[limit].header} of {line.text(limit)}",
                "Check both figures; if the overspend is real, explain it in the progress update",
            )  # fmt: skip


def amount_in(plan: Plan, line: Line, key: str) -> Decimal | None:
    """Return the figure in a money or number cell; *nil* is nought; None where it holds none or cannot be read."""
    value = line.values.get(key)
    column = plan.schema[key]
    if is_kept_with_warning(value):
        return Decimal(str(value))
    if is_blank(value) or column.kind_object.fault(value, column.header, ()) is not None:
        return None
    read = column.kind_object.read(value)
    figure = getattr(read, "amount", read)
    return (
        Decimal(0)
        if getattr(read, "nil", False)
        else Decimal(str(figure))
        if isinstance(figure, (int, float, Decimal))
        else None
    )


@_checks("reported")
def reported(plan: Plan, rule: Rule, today: date) -> Iterator[RuleFault]:
    """Lines that are not done and have no progress, or the same text as at the end of the last period."""
    key = rule.settings["column"]
    column = plan.schema[key]
    last = last_reported(plan, key)
    for line in lines_to_report(plan):
        if plan.is_done(line):
            continue
        text = line.values.get(key)
        if is_blank(text):
            yield RuleFault(
                line,
                key,
                f"no {column.header} is reported this period",
                "Ask the owner, or enter what has happened; 'No change' is an answer",
            )
        elif line.id in last and same_value(last[line.id], text):
            yield RuleFault(
                line,
                key,
                f"the {column.header} is word for word the last period's",
                "Ask the owner what has happened since",
            )


@_checks("needed-when")
def needed_when(plan: Plan, rule: Rule, today: date) -> Iterator[RuleFault]:
    """Blank cells that another cell's word makes required."""
    key, when, words = rule.settings["column"], rule.settings["when"], set(map(fold_name, rule.settings["is"]))
    for line in plan.lines:
        if fold_name(line.text(when)) in words and is_blank(line.values.get(key)):
            column = plan.schema[key]
            yield RuleFault(
                line,
                key,
                f"{column.header} is blank although {plan.schema[when].header} is {normalised_text(line.text(when))}",
                f"Enter it. {column.help}" if column.help else "Enter it",
            )


def _of_measures(plan: Plan, rule: Rule, today: date) -> Iterator[RuleFault]:
    """Yield what a rule of `measures.measure_rules` has against a plan's measures."""
    from hrworkbook.plan.measures.measure_rules import measure_faults

    for found in measure_faults(plan, rule.name, today):
        yield RuleFault(found.line, rule.settings["column"], found.fault, found.remedy)


for _name, _kind in RULES.items():
    if _kind.of_measures:
        RULE_CHECKS[_name] = _of_measures


@_checks("adds-up")
def adds_up(plan: Plan, rule: Rule, today: date) -> Iterator[RuleFault]:
    """Totals that are not the sum of their parts, whatever rounding allows."""
    from hrworkbook.plan.sum_checks import LineFigures, difference, format_number, sum_check_of

    check = sum_check_of(rule, plan.schema)
    for line in plan.lines:
        read = {key: amount_in(plan, line, key) for key in (check.total, *check.parts)}
        figures = {key: float(figure) for key, figure in read.items() if figure is not None}
        blank = {key for key in read if is_blank(line.values.get(key)) or line.text(key) in ZERO_WORDS}
        sworn = LineFigures(
            line.sheet,
            line.id,
            tuple(read),
            figures,
            frozenset(read.keys() - figures.keys() - blank),
            str,
            line.values.get,
            lambda by: {},
        )
        if difference(sworn, check):
            made = sum(figures.get(part, 0) for part in check.parts)
            yield RuleFault(
                line,
                check.total,
                f"{plan.schema[check.total].header} is {line.text(check.total)} but its parts add up to {format_number(made)}",
                "Check the parts and the total with the sender",
            )
