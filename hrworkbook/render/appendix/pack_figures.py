"""The figures of a pack: those of its plans put together, with a row for each plan."""

from collections.abc import Callable, Sequence

from hrworkbook.plan.values import fold_name
from hrworkbook.render.appendix.document import (
    AppendixDocument,
    ChangedLines,
    HeadlineCount,
    PlansTable,
    StatusTable,
    Summary,
)
from hrworkbook.render.appendix.figure_texts import share_text
from hrworkbook.render.appendix.figures import NO_STATUS
from hrworkbook.render.word_colours import WordColours

NO_DATES, NO_STATUSES, FIRST_REPORT = "No due dates", "No statuses", "First report"
"""What stands where a plan cannot give a figure."""
_Figure = Callable[[Sequence[AppendixDocument]], str]
"""What a column says of one plan, or of all of them: of those that can give it."""
ALL_PLANS = "All plans"
_COUNTS_NOTE = "“Changed”, “New” and “Gone” count lines against when each plan was last reported."


def line_count(sections: Sequence[AppendixDocument]) -> int:
    """Return how many lines the plans have."""
    return sum(len(section.lines) for section in sections)


def overdue_of(section: AppendixDocument) -> int | None:
    """Return how many lines of a plan are overdue; None where it has no due dates."""
    overdue = section.summary.overdue if section.summary else None
    return None if overdue is None else len(overdue)


def changed_of(section: AppendixDocument) -> ChangedLines | None:
    """Return how many lines of a plan changed, came and went; None where there is nothing to compare with."""
    changes = section.summary.changes if section.summary else None
    return changes.numbers if changes else None


def statuses_of(section: AppendixDocument) -> dict[str, int]:
    """Return how many lines of a plan have each status, in the order of its list; empty for one without statuses."""
    table = section.summary.statuses if section.summary else None
    return dict(zip(table.statuses, table.totals, strict=True)) if table and table.rows else {}


def status_totals(sections: Sequence[AppendixDocument]) -> dict[str, int]:
    """Return how many lines of all plans have each status, as the first plan spells it; those without lines are left out."""
    totals, spelled = dict[str, int](), dict[str, str]()
    for section in sections:
        for status, number in statuses_of(section).items():
            word = spelled.setdefault(fold_name(status), status)
            totals[word] = totals.get(word, 0) + number
    used = [word for word, number in totals.items() if number]
    return {word: totals[word] for word in sorted(used, key=lambda word: word == NO_STATUS)}


def numbers_of(sections: Sequence[AppendixDocument], words: Sequence[str]) -> tuple[int, ...]:
    """Return how many lines of all plans have each of some statuses, however a plan spells it."""
    totals = {fold_name(word): number for word, number in status_totals(sections).items()}
    return tuple(totals.get(fold_name(word), 0) for word in words)


def counted_lines(sections: Sequence[AppendixDocument], figure: Callable[[AppendixDocument], object]) -> int:
    """Return how many lines the plans have that can give a figure: what its share is taken of."""
    return line_count([section for section in sections if figure(section) is not None])


def pack_colours(sections: Sequence[AppendixDocument]) -> WordColours:
    """Return the colours of the plans' statuses; where two plans colour one word, the first plan's."""
    fills: dict[str, str] = {}
    for section in sections:
        for status in statuses_of(section):
            if status not in fills and (paint := section.status_colours.of(status)):
                fills[status] = paint.fill
    return WordColours(fills)


def pack_summary(sections: Sequence[AppendixDocument], paragraph: str, as_at: str) -> Summary:
    """Return the one summary of a pack; `as_at` is the day on which all its plans judge what is overdue, '' where they differ."""
    used = status_totals(sections)
    with_status = [section for section in sections if statuses_of(section)]
    rows = tuple((section.plan_title, numbers_of([section], [*used])) for section in with_status)
    return Summary(
        paragraph=paragraph,
        counts=_headline_counts(sections, used),
        statuses=StatusTable(tuple(used), rows) if used else None,
        as_at=as_at,
        plans=plans_table(sections, as_at),
    )


def _headline_counts(sections: Sequence[AppendixDocument], used: dict[str, int]) -> tuple[HeadlineCount, ...]:
    """Return the large numbers over all plans: plans, lines, each status with its share, overdue, changed, completed."""
    lines, judged = line_count(sections), sum(used.values())
    found = [
        HeadlineCount(len(sections), "plan" if len(sections) == 1 else "plans"),
        HeadlineCount(lines, "line" if lines == 1 else "lines"),
    ]
    found += [HeadlineCount(n, f"{status} ({share_text(n, judged)})", status) for status, n in used.items()]
    late = [n for section in sections if (n := overdue_of(section)) is not None]
    if late:
        share = f" ({share_text(sum(late), counted_lines(sections, overdue_of))})" if any(late) else ""
        found.append(HeadlineCount(sum(late), f"overdue{share}"))
    changed = [c.changed for section in sections if (c := changed_of(section)) is not None]
    if changed:
        found.append(HeadlineCount(sum(changed), "changed"))
    done = [s.summary.completed for s in sections if s.summary and s.summary.completed]
    if done and len({since for _, since in done}) == 1:
        found.append(HeadlineCount(sum(n for n, _ in done), f"completed {done[0][1]} to date"))
    return tuple(found)


def plans_table(sections: Sequence[AppendixDocument], as_at: str = "") -> PlansTable:
    """Return the plans side by side: lines, overdue and changed with their shares, and the share of each status.

    A figure that no plan can give has no column.
    """
    columns: list[tuple[str, _Figure]] = [("Lines", lambda some: f"{line_count(some):,}")]
    columns += [*_overdue_columns(sections), *_changed_columns(sections)]
    used = [*status_totals(sections)]
    columns += [(status, _status_share(status)) for status in used]
    periods = [section.cover.period for section in sections]
    told = len(set(periods)) > 1
    rows = tuple(
        (
            section.plan_title,
            *((period or "Not given",) if told else ()),
            *(figure([section]) for _, figure in columns),
        )
        for section, period in zip(sections, periods, strict=True)
    )
    totals = (ALL_PLANS, *(("Each its own",) if told else ()), *(figure(sections) for _, figure in columns))
    notes = [f"Overdue as at {as_at}." if as_at else "", _COUNTS_NOTE if any(map(changed_of, sections)) else ""]
    notes.append("Under each status stands its share of the plan's lines." if used else "")
    headers = ("Plan", *(("Period",) if told else ()), *(header for header, _ in columns))
    return PlansTable(headers, rows, totals, frozenset({1} if told else ()), " ".join(filter(None, notes)))


def _overdue_columns(sections: Sequence[AppendixDocument]) -> list[tuple[str, _Figure]]:
    def overdue(some: Sequence[AppendixDocument]) -> str:
        late = [n for section in some if (n := overdue_of(section)) is not None]
        return _with_share(sum(late), counted_lines(some, overdue_of)) if late else NO_DATES

    return [("Overdue", overdue)] if counted_lines(sections, overdue_of) else []


def _changed_columns(sections: Sequence[AppendixDocument]) -> list[tuple[str, _Figure]]:
    def summed(number: Callable[[ChangedLines], int], has_share: bool = False) -> _Figure:
        def figure(some: Sequence[AppendixDocument]) -> str:
            known = [lines for section in some if (lines := changed_of(section)) is not None]
            total = sum(map(number, known))
            if has_share and known:
                return _with_share(total, counted_lines(some, changed_of))
            return f"{total:,}" if known else FIRST_REPORT

        return figure

    if all(changed_of(section) is None for section in sections):
        return []
    return [
        ("Changed", summed(lambda lines: lines.changed, has_share=True)),
        ("New", summed(lambda lines: lines.new)),
        ("Gone", summed(lambda lines: lines.gone)),
    ]


def _status_share(status: str) -> _Figure:
    def share(some: Sequence[AppendixDocument]) -> str:
        judged = sum(status_totals(some).values())
        return share_text(numbers_of(some, [status])[0], judged) if judged else NO_STATUSES

    return share


def _with_share(number: int, total: int) -> str:
    return f"{number:,} ({share_text(number, total)})" if number else "0"
