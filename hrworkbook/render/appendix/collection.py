"""The appendix of a collection: the latest month by name, its change on the month and on the year, and who is missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from hrworkbook.plan.amounts import NoneWord
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.schema import Column
from hrworkbook.plan.values import is_blank, normalised_text
from hrworkbook.render.appendix.document import AppendixDocument, HeadlineCount, Summary, TextTable, Trend, TrendRow
from hrworkbook.render.appendix.page_plan import Cover, PageSetup, PrintColumn, PrintLine
from hrworkbook.tables.heading_vocabulary import fold_heading
from hrworkbook.tables.reporting_month import month_named_in, period_of
from hrworkbook.tables.same_names import same_names

MONTHS_SHOWN = 13
"""A year and the month a year before."""
_COVERAGE_SHARES = (0.5, 0.75, 0.9)
"""How many of those that returned now must have returned for a month that the trend shows."""
_MIN_COVERAGE = 0.5
"""How many of those that returned now the trend must be of."""
_MIN_RETURNED = 0.5
"""How many must have returned for a month, of those that did for a month of the year before, lest it be passed over."""
_ZERO_WORDS = {NoneWord.NIL.value, NoneWord.NONE.value, NoneWord.DASH.value}
_NO_VALUE = "–"
_UNITS = ((10_000_000, 1_000_000, "£ million"), (100_000, 1_000, "£ thousand"), (0, 1, "£"))
"""From how many pounds on, the pounds of a unit, and how it is said."""


def reported_month(plan: Plan, asked: str = "") -> tuple[str, str]:
    """Return the month (`2015-04`) that a collection's appendix is of, and which later ones it passes over and why.

    It is the one asked for, else the Start sheet's, else the latest; the latest is passed over where fewer than half have
    returned of those that did for one of the twelve months before. Raises HrWorkbookError where nobody has returned for the
    month asked for.
    """
    figures = _CollectionFigures(plan, asked)
    return figures.month, figures.month_note


def collection_document(plan: Plan, cover: Cover, setup: PageSetup, month: str) -> AppendixDocument:
    """Return the appendix of a collection's month, as `reported_month` gives it."""
    return _CollectionFigures(plan, month, is_settled=True).document(cover, setup)


@dataclass(frozen=True)
class _CollectionFigures:
    """What a collection's lines say, by month and name."""

    plan: Plan
    asked: str = ""
    """The month asked for; '' where none is."""
    is_settled: bool = False
    """Whether that is the month, though none of these lines be of it."""

    @property
    def period(self) -> str:
        """The key of the column that says the month."""
        return self.plan.schema.collect.period if self.plan.schema.collect else ""

    @cached_property
    def name_column(self) -> Column:
        """The column whose values returns are known by, beside the month."""
        return next(self.plan.schema[key] for key in self.plan.schema.key if key != self.period)

    @cached_property
    def trend_columns(self) -> tuple[Column, ...]:
        """The columns whose change is shown."""
        settings = self.plan.schema.collect
        return tuple(self.plan.schema[key] for key in (settings.trend if settings else ()))

    @cached_property
    def by_month(self) -> dict[str, dict[str, Line]]:
        """The lines of each month, by folded name: of several the first."""
        return {month: {name: lines[0] for name, lines in names.items()} for month, names in self._all_lines.items()}

    @cached_property
    def _all_lines(self) -> dict[str, dict[str, list[Line]]]:
        """All lines by month and folded name; one of nothing but noughts, as forms made ahead have, is no return."""
        numeric = [c for c in self.plan.schema.columns if c.kind in ("whole", "number", "money")]
        found: dict[str, dict[str, list[Line]]] = {}
        for line in self.plan.lines:
            month, name = period_of(line.values.get(self.period)), self.folded_name(line)
            if month and name and any(_figure_of(line, column) for column in numeric):
                found.setdefault(month, {}).setdefault(name, []).append(line)
        return found

    def _doubled_notes(self) -> Iterator[str]:
        """Yield what to do about each name that has several lines in the month reported on."""
        for lines in self._all_lines.get(self.month, {}).values():
            if len(lines) > 1:
                ids = " and ".join(line.id for line in lines)
                yield (
                    f"'{self.name(lines[0])}' has {len(lines)} lines for {_month_name(self.month)} ({ids}): only the first "
                    f"is shown and counted. Take the others out of the Plan sheet, or correct the Names sheet."
                )

    @cached_property
    def same_names(self) -> Mapping[str, str]:
        """By folded name, the name that it stands for."""
        return same_names(self.plan.snapshot)

    def name(self, line: Line) -> str:
        """Return the name a line is of; the one it stands for, where HR says that it does."""
        name = normalised_text(line.values.get(self.name_column.key))
        return self.same_names.get(fold_heading(name), name)

    def folded_name(self, line: Line) -> str:
        """Return the name a line is of, for look-up."""
        return fold_heading(self.name(line))

    @cached_property
    def month(self) -> str:
        """The month reported on; '' for an empty collection."""
        if self.is_settled:
            return self.asked
        if self.asked and self.asked not in self.by_month:
            months = sorted(self.by_month)
            there = f"There are months from {months[0]} to {months[-1]}" if months else "Merge the returns first"
            raise HrWorkbookError("--period", f"nobody has returned for {_month_name(self.asked)}", there)
        if self.asked:
            return self.asked
        chosen = month_named_in(self.plan.setting("Period"))
        if chosen in self.by_month:
            return chosen
        return next((m for m in sorted(self.by_month, reverse=True) if not self.is_thin(m)), "")

    def is_thin(self, month: str) -> bool:
        """Return whether fewer than half have returned for a month of those that did for one of the twelve before."""
        return len(self.by_month[month]) < _MIN_RETURNED * self.usual_count(month)

    def usual_count(self, month: str) -> int:
        """Return how many returned for the fullest of the twelve months before a month."""
        before = (_months_before(month, back) for back in range(1, MONTHS_SHOWN))
        return max((len(self.by_month.get(one, ())) for one in before), default=0)

    @property
    def month_note(self) -> str:
        """Why the month reported on is not the latest, or not that of the Start sheet."""
        notes = []
        named = month_named_in(self.plan.setting("Period"))
        if not self.asked and named and named != self.month:
            notes.append(f"Nobody has returned for {_month_name(named)}, the period on the Start sheet.")
        passed = [m for m in sorted(self.by_month) if m > self.month] if not self.asked and named != self.month else []
        for month in passed:
            number = len(self.by_month[month])
            has = "has" if number == 1 else "have"
            notes.append(
                f"{_month_name(month)} is not shown: only {number} of {self.usual_count(month)} {has} returned; "
                f"--period {month} shows it."
            )
        return " ".join([*notes, *self._doubled_notes()])

    def lines(self, back: int = 0) -> Mapping[str, Line]:
        """Return the lines of the month so many months before the one reported on."""
        return self.by_month.get(_months_before(self.month, back), {}) if self.month else {}

    def missing(self) -> list[Line]:
        """Return the last line of each name that returned in the year before and not this month."""
        last: dict[str, Line] = {}
        for back in range(MONTHS_SHOWN - 1, 0, -1):
            last |= self.lines(back)
        return sorted((line for name, line in last.items() if name not in self.lines()), key=self.title)

    def title(self, line: Line) -> tuple[str, str]:
        """Return the theme and the name a line stands under."""
        theme = self.plan.schema.role("theme")
        return (
            normalised_text(line.values.get(theme.key)) if theme else "",
            self.name(line),
        )

    def figures(self, column: Column, back: int) -> dict[str, float]:
        """Return what a month's lines say in a column, by name."""
        found = ((name, _figure_of(line, column)) for name, line in self.lines(back).items())
        return {name: figure for name, figure in found if figure is not None}

    def total(self, column: Column, back: int) -> float | None:
        """Return what a month's lines add up to; None where none says anything."""
        figures = self.figures(column, back)
        return sum(figures.values()) if figures else None

    def change(self, column: Column, back: int) -> tuple[float, int]:
        """Return by how much a column changed since so many months before, and among how many that returned both times."""
        then = self.lines(back)
        pairs = [
            (_figure_of(line, column), _figure_of(then[name], column))
            for name, line in self.lines().items()
            if name in then
        ]
        changes = [now - before for now, before in pairs if now is not None and before is not None]
        return sum(changes), len(changes)

    def document(self, cover: Cover, setup: PageSetup) -> AppendixDocument:
        """Return everything, laid out as data."""
        layout, schema = self.plan.schema.appendix, self.plan.schema
        theme = schema.role("theme") if layout.theme_headings else None
        columns = [schema[key] for key in layout.columns] or [self.name_column, *self.trend_columns]
        lines = sorted(self.lines().values(), key=self.title)
        return AppendixDocument(
            cover=replace(cover, period=_month_name(self.month)),
            columns=tuple(c for column in columns for c in self.columns(column)),
            lines=tuple(
                PrintLine(
                    self.title(line)[0] if theme else "",
                    line.id,
                    tuple(text for column in columns for text in self.cells(column, line)),
                    line.id,
                )
                for line in lines
            ),
            setup=setup,
            summary=self.summary() if self.month else None,
            plan_title=f"{layout.title or schema.title}, {_month_name(self.month)}" if self.month else "",
            empty_text="Nothing has been returned yet.",
            theme_header=theme.header if theme else "Theme",
        )

    def columns(self, column: Column) -> list[PrintColumn]:
        """Return a column as printed; one that is followed has its changes beside it."""
        if column not in self.trend_columns:
            return [PrintColumn(column.key, column.header, "", column.kind, column.width)]
        heads = ((_month_name(self.month, short=True), ""), ("on the month", "_month"), ("on the year", "_year"))
        return [
            PrintColumn(f"{column.key}{end}", head, column.header, column.kind, column.width) for head, end in heads
        ]

    def cells(self, column: Column, line: Line) -> list[str]:
        """Return the texts of a line under a column as printed."""
        figure = _figure_of(line, column)
        numeric = isinstance(line.values.get(column.key), int | float)
        text = self.name(line) if column == self.name_column else normalised_text(line.values.get(column.key))
        texts = [_format_figure(figure or 0, column) if numeric else text]
        if column in self.trend_columns:
            name = self.folded_name(line)
            for back in (1, 12):
                then = self.lines(back).get(name)
                before = _figure_of(then, column) if then else None
                known = figure is not None and before is not None
                texts.append(_format_change((figure or 0) - (before or 0), column) if known else _NO_VALUE)
        return texts

    def summary(self) -> Summary:
        """Return the figures, the trend, and who is missing."""
        missing = self.missing()
        counts = [HeadlineCount(len(self.lines()), f"returned for {_month_name(self.month)}")]
        if len(self.by_month) > 1:
            counts.append(HeadlineCount(len(missing), "returned in the year before, and not now"))
        for column in self.trend_columns:
            total = self.total(column, 0)
            if total is not None:
                size, unit = _unit_of(column, total)
                counts.append(HeadlineCount(round(total / size), f"{column.header}{unit}"))
        return Summary(
            paragraph=self.paragraph(missing), counts=tuple(counts), trend=self.trend(), text_table=self.missing_table(missing)
        )  # fmt: skip

    def paragraph(self, missing: Sequence[Line]) -> str:
        """Return plain sentences with the totals and their change, ready to paste into the report."""
        returned = len(self.lines())
        of = f" of {returned + len(missing)}" if missing else ""
        sentences = [f"For {_month_name(self.month)}, {returned}{of} {'has' if returned == 1 else 'have'} returned."]
        for column in self.trend_columns:
            total = self.total(column, 0)
            if total is None:
                continue
            compared = []
            for back in (1, 12):
                by, among = self.change(column, back)
                if among:
                    more = (
                        f"{_format_figure(abs(by), column)} {'more' if by > 0 else 'less'} than"
                        if by
                        else "the same as"
                    )
                    compared.append(
                        f"{more} in {_month_name(_months_before(self.month, back))} among the {among} that returned both times"
                    )
            comparison = f": {join_words(compared)}" if compared else ""
            sentences.append(f"{column.header} is {_format_figure(total, column)}{comparison}.")
        return " ".join(sentences)

    def trend(self) -> Trend | None:
        """Return the totals month by month, from the first of the last thirteen months that has any, of the same names throughout."""
        backs = list(range(MONTHS_SHOWN - 1, -1, -1))
        while len(backs) > 1 and not self.lines(backs[0]):
            backs.pop(0)
        if len(backs) < 2 or not self.trend_columns:
            return None
        rows = [TrendRow("Returned", tuple(str(len(self.lines(back))) for back in backs))]
        for column in self.trend_columns:
            totals, of = self.totals(column, backs)
            size, unit = _unit_of(column, max((t for t in totals if t is not None), default=0))
            figures = tuple(None if t is None else round(t / size, 1 if size > 1 else 0) for t in totals)
            texts = tuple(_NO_VALUE if f is None else f"{f:,.1f}" if size > 1 else f"{f:,.0f}" for f in figures)
            drawn = figures if len(figures) - figures.count(None) > 1 else ()
            rows.append(TrendRow(f"{column.header}{of}{unit}", texts, drawn, column.kind == "money"))
        months = tuple(_month_name(_months_before(self.month, back), short=True) for back in backs)
        note = "Each row of totals is of the same names throughout; a month for which one of them is missing has none."
        return Trend("Month by month", months, tuple(rows), note)

    def totals(self, column: Column, backs: Sequence[int]) -> tuple[list[float | None], str]:
        """Return what a column adds up to in each month, of names that are the same throughout, and of how many where not of all.

        A month for which one of them is missing has None. They are those that give a figure now and gave one for each month for which most did, or where that leaves out too
        many of them, for which nearly all did.
        """
        figures_by_month = [self.figures(column, back) for back in backs]
        now = frozenset(figures_by_month[-1])
        for share in _COVERAGE_SHARES:
            same = now.intersection(
                *(there for there in figures_by_month if len(now.intersection(there)) > share * len(now))
            )
            if len(same) >= _MIN_COVERAGE * len(now):
                break
        else:
            same = now
        totals = [
            sum(there[name] for name in same) if same and same <= there.keys() else None for there in figures_by_month
        ]
        return totals, f", {len(same)} of {len(now)}" if len(same) < len(now) else ""

    def missing_table(self, missing: Sequence[Line]) -> TextTable | None:
        """Return who returned in the year before and has not returned now."""
        if len(self.by_month) < 2:
            return None
        theme = self.plan.schema.role("theme")
        rows = []
        for line in missing:
            group, name = self.title(line)
            rows.append((name, _month_name(period_of(line.values.get(self.period))), group))
        heading = f"Not returned for {_month_name(self.month)}"
        heads = (self.name_column.header, "Last returned", theme.header if theme else "")
        return TextTable(heading, heads, tuple(rows), "Everyone who returned in the year before has returned.")


def _figure_of(line: Line, column: Column) -> float | None:
    value = line.values.get(column.key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return 0 if not is_blank(value) and value in _ZERO_WORDS else None


def _months_before(month: str, back: int) -> str:
    months = int(month[:4]) * 12 + int(month[5:]) - 1 - back
    return f"{months // 12:04}-{months % 12 + 1:02}"


def _month_name(month: str, short: bool = False) -> str:
    """`March 2015`, or `Mar 2015`."""
    return f"{date(int(month[:4]), int(month[5:]), 1):{'%b %Y' if short else '%B %Y'}}" if month else ""


def _format_figure(figure: float, column: Column) -> str:
    if column.kind == "money":
        return f"{'−' if figure < 0 else ''}£{abs(figure):,.0f}"
    text = f"{abs(figure):,.0f}" if column.kind == "whole" else f"{abs(figure):,.2f}".removesuffix(".00")
    return f"−{text}" if figure < 0 else text


def _format_change(figure: float, column: Column) -> str:
    text = _format_figure(figure, column)
    return "0" if not text.strip("£0.−") else text if figure < 0 else f"+{text}"


def _unit_of(column: Column, most: float) -> tuple[int, str]:
    """Return the size of the unit in which a total is told, and what is said of it after the heading."""
    if column.kind != "money":
        return 1, ""
    return next((size, f", {unit}") for least, size, unit in _UNITS if most >= least)
