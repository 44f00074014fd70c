"""A plan against its past periods: what changed, which lines came and went, revised dates, the trend of statuses.

A line belongs to the part, public or exempt, that it was marked for at the time: what was exempt then is not told now,
and a line that is exempt now is told of by count alone.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from hrworkbook.plan.exemption import Publicity, publicity
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.history import ClosedPeriod, last_seen_lines
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.rules import last_due_date
from hrworkbook.plan.values import Value, fold_name, normalised_text, same_value
from hrworkbook.render.appendix.document import (
    CellChange,
    ChangedLines,
    ChangeList,
    RevisedDate,
    RevisedDates,
    Trend,
    TrendRow,
)  # fmt: skip
from hrworkbook.render.appendix.figures import (
    NO_STATUS,
    NOT_REPORTED,
    due_column,
    owner_of,
    printed_text,
    reference_of,
    short_text,
    status_of,
    statuses_used,
    theme_text,
)
from hrworkbook.render.appendix.paper_day import PaperDay, financial_year_of, last_day_of, long_date

OTHER_STATUS = "Another status"
MOST_PERIODS = 7
"""Closed periods the trend goes back."""
_OTHER_PART = {Publicity.PUBLIC: "Reported in Part 2", Publicity.EXEMPT: "Reported in Part 1"}

Values = Mapping[str, Value]


@dataclass(frozen=True)
class Departures:
    """How many lines of this part were in the last report and are in this one no longer."""

    complete: int = 0
    """Reported as complete then."""
    deleted: int = 0
    moved: int = 0
    """Of the other part now."""


@dataclass(frozen=True)
class Comparison:
    """A plan's lines of one part beside what was reported in its closed periods."""

    plan: Plan
    """The whole plan, with the lines of both parts, and those that need not be reported any more."""
    lines: tuple[Line, ...]
    """The lines of this part that are reported now."""
    part: Publicity
    periods: tuple[ClosedPeriod, ...]
    """Every closed period, the latest last."""
    day: PaperDay

    @cached_property
    def last_seen(self) -> Mapping[str, Values]:
        """The values of each line when it was last reported, in either part, by ID."""
        return last_seen_lines(self.periods).lines

    def _in_part(self, values: Values) -> bool:
        return publicity(self.plan, Line("", 0, values)) is self.part

    def _is_done(self, values: Values) -> bool:
        return self.plan.is_done(Line("", 0, values))

    @cached_property
    def departures(self) -> Departures:
        """The lines that have left, told by count only."""
        here, everywhere = {x.id for x in self.lines}, {x.id: x for x in self.plan.lines}
        complete = deleted = moved = 0
        for id_, values in (self.periods[-1].lines if self.periods else {}).items():
            if id_ in here or not self._in_part(values):
                continue
            line = everywhere.get(id_)
            if self._is_done(values) and (line is None or self.plan.is_done(line)):
                complete += 1
            elif line is None:
                deleted += 1
            else:
                moved += 1
        return Departures(complete, deleted, moved)

    def changes(self) -> ChangeList:
        """Return what the plan says now and did not say when it was last reported, cell by cell, with the counts of lines."""
        if not self.periods:
            return ChangeList("This is the first report of this plan.")
        found: list[CellChange] = []
        changed = new = moved_here = 0
        for line in self.lines:
            before = self.last_seen.get(line.id) if line.id else None
            if before is None:
                new += 1
                found.append(self._change(line, "Line", "Not in the plan", "New"))
            elif not self._in_part(before):
                moved_here += 1
                found.append(self._change(line, "Line", _OTHER_PART[self.part], "Reported here"))
            else:
                cells = self._cell_changes(line, before)
                changed += bool(cells)
                found += cells
        left = self.departures
        exempt, public = "now exempt", "no longer exempt"
        here, away = (public, exempt) if self.part is Publicity.PUBLIC else (exempt, public)
        summed = [
            (changed, "line has changed", "lines have changed"),
            (new, "line is new", "lines are new"),
            (left.complete, "line has left as complete", "lines have left as complete"),
            (left.deleted, "line was deleted", "lines were deleted"),
            (left.moved, f"line is {away}", f"lines are {away}"),
            (moved_here, f"line is {here}", f"lines are {here}"),
        ]
        last = self.periods[-1].name
        texts = [count_noun(number, one, many) for number, one, many in summed if number]
        gone = left.complete + left.deleted + left.moved
        numbers = ChangedLines(changed, new + moved_here, gone)
        if not texts:
            return ChangeList(f"Nothing has changed since {last}.", numbers=numbers)
        return ChangeList(f"Since {last}, {join_words(texts)}.", tuple(found), numbers)

    def _change(self, line: Line, column: str, was: str, now: str) -> CellChange:
        plan = self.plan
        return CellChange(
            theme_text(plan, line), reference_of(plan, line), short_text(plan, line), column, was, now
        )  # fmt: skip

    def _cell_changes(self, line: Line, before: Values) -> list[CellChange]:
        found, then = [], replace(line, values=before)
        status = self.plan.schema.role("status")
        for column in self.plan.schema.printed:
            if column.worked_out not in ("no", "status"):
                continue  # it follows the figures, which are told
            if not same_value(before.get(column.key), line.values.get(column.key)):
                blank = NO_STATUS if column is status else NOT_REPORTED
                texts = (printed_text(self.plan, x, column) or blank for x in (then, line))
                found.append(self._change(line, column.header, *texts))
        return found

    def revised_dates(self) -> RevisedDates | None:
        """Return the lines that had a due date when last reported and have another now; None where none has."""
        due = self.plan.schema.role("due")
        if due is None:
            return None
        found = []
        later = earlier = 0
        for line in self.lines:
            before = self.last_seen.get(line.id) if line.id else None
            if before is None or not self._in_part(before):
                continue
            then = Line(line.id, 0, before)
            was, now = last_due_date(self.plan, then, due.key), last_due_date(self.plan, line, due.key)
            if was is None or was == now:
                continue
            later += now is not None and now > was
            earlier += now is not None and now < was
            texts = [self._due_text(x, day) for x, day in ((then, was), (line, now))]
            found.append(
                RevisedDate(
                    theme_text(self.plan, line), reference_of(self.plan, line), short_text(self.plan, line),
                    owner_of(self.plan, line), *texts,
                )
            )  # fmt: skip
        if not found:
            return None
        found.sort(key=lambda x: fold_name(x.owner))
        undated = len(found) - later - earlier
        parts = [(later, "is later", "are later"), (earlier, "is earlier", "are earlier"), (undated, "has no date now", "have no date now")]  # fmt: skip
        told = [f"{number} {one if number == 1 else many}" for number, one, many in parts if number]
        sentence = f"{count_noun(len(found), 'due date has', 'due dates have')} been revised: {join_words(told)}."
        return RevisedDates(sentence, tuple(found))

    def _due_text(self, line: Line, day: date | None) -> str:
        """Return a line's due date as it is written; in words of ours where it is written among other things, or blank."""
        column = due_column(self.plan, line)
        written = column is not None and column.kind in ("timescale", "date")
        text = normalised_text(line.text(column.key)) if column and written else ""
        return text or (long_date(day) if day else "No date")

    def completed_to_date(self) -> tuple[int, str] | None:
        """Return how many lines were completed in the year to date, and since when: `in 2016/17`.

        Where a period's name cannot be read as time, since the first closed period. None before the first, or for a
        plan that does not say what is complete.
        """
        if not self.periods or not self.plan.schema.done or self.plan.schema.role("status") is None:
            return None
        return self._completed_by(len(self.periods)), self._since

    @cached_property
    def _years(self) -> tuple[str, ...]:
        """The financial year of each closed period, and last the present one; all '' where one cannot be read."""
        ends = [last_day_of(p.name) for p in self.periods]
        if None in ends:
            return ("",) * (len(ends) + 1)
        return (*(financial_year_of(end) for end in ends if end), financial_year_of(self.day.day))

    @property
    def _since(self) -> str:
        return f"in {self._years[-1]}" if self._years[-1] else f"since {self.periods[0].name}"

    def _completed_by(self, number: int) -> int:
        """Return how many lines were complete at the end of a period, completed in its year; its number counts from 0.

        A line is as it was last reported; the number of closed periods stands for the present.
        """
        states: dict[str, tuple[int, Values]] = {}
        for i, period in enumerate(self.periods[: number + 1]):
            states |= {id_: (i, values) for id_, values in period.lines.items()}
        parts = {id_: self._in_part(values) for id_, (_, values) in states.items()}
        nameless = 0
        if number == len(self.periods):
            for line in self.plan.lines:
                parts[line.id] = self._in_part(line.values)
                if line.id not in states or not (
                    self.plan.is_done(line) and self._is_done(states[line.id][1])
                ):  # else it was complete before, and is as it was reported
                    states[line.id] = (number, line.values)
                    nameless += not line.id and parts[line.id] and self.plan.is_done(line)
            states.pop("", None)
        year = self._years[number]
        return nameless + sum(
            parts[id_] and self._is_done(values) and self._years[i] == year for id_, (i, values) in states.items()
        )

    def trend(self) -> Trend | None:
        """Return how many lines had each status at the end of each closed period and have it now; None before the first.

        The last row counts what was completed in the year to date: complete lines leave the plan once reported.
        """
        words = statuses_used(self.plan, self.lines)
        if not self.periods or not words:
            return None
        first = max(0, len(self.periods) - MOST_PERIODS)
        then = [
            [Line(id_, 0, values) for id_, values in p.lines.items() if self._in_part(values)]
            for p in self.periods[first:]
        ]
        known = self._known_status(words)
        counted = [Counter(map(known, whole)) for whole in (*then, self.lines)]
        rows = [
            _trend_row(w, [c[w] for c in counted]) for w in dict.fromkeys([*words, *(w for c in counted for w in c)])
        ]
        if self.completed_to_date():
            numbers = [self._completed_by(i) for i in range(first, len(self.periods) + 1)]
            rows.append(_trend_row("Completed in the year to date" if self._years[-1] else f"Completed {self._since}", numbers))  # fmt: skip
        return Trend("Status, period by period", (*(p.name for p in self.periods[first:]), "Now"), tuple(rows))

    def _known_status(self, words: Sequence[str]) -> Callable[[Line], str]:
        here = {x.id for x in self.lines}

        def status(line: Line) -> str:
            """Return the status; of a line that is no longer here, perhaps since it became exempt, no word that only it had."""
            word = status_of(self.plan, line)
            return word if line.id in here or word in words or word == NO_STATUS else OTHER_STATUS

        return status


def _trend_row(label: str, numbers: Sequence[int]) -> TrendRow:
    return TrendRow(label, tuple(map(str, numbers)), tuple(map(float, numbers)))
