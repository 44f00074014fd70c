"""The summary, laid out: which text stands in which cell of which row, how tall it is, and where its pages end.

Nothing is merged: a text that is wider than its cell is cut into lines beforehand and runs over the empty cells at its
right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.snapshot import TALLEST_ROW
from hrworkbook.render.appendix.document import AppendixDocument, HeadlineCount, MonthGrid, Spend
from hrworkbook.render.appendix.page_plan import CONTINUED_MARK, trim
from hrworkbook.render.appendix.print_texts import header_in_sentence, print_text, split_lines
from hrworkbook.render.appendix.split_lines import fitting_length, round_up_height
from hrworkbook.render.appendix.summary_grid import MONTHS_PER_ROW, SummaryGrid
from hrworkbook.render.appendix.summary_pages import SummaryCell, SummaryPart, SummaryPlan, SummaryRow, break_into_pages
from hrworkbook.render.text_metrics import LINE_HEIGHTS, Face

_NUMBER_FONT_SIZE = 28
_COUNTS_PER_ROW = 7
_DUE_COLUMNS, _OWNER_COLUMNS = 3, 4
"""Narrow columns the due date and the owner of an overdue line take, at the right."""
_CHART_BAR_HEIGHT, _CHART_FRAME_HEIGHT = 20.0, 78.0
"""Points of chart height for each theme, and for title, legend and scale."""
_TALLEST_CHART = 330.0
_PARAGRAPH_SHARES = (1.0, 0.85, 0.7)
"""The shares of its height at which the chart is tried: it gives way where that saves a page."""
_TREND_CHART = 190.0
_PLANS_COLUMNS = 6
"""Figures of the plans of a pack that stand side by side."""
_MOST_KEPT_WHOLE = 20
"""Plans whose table is kept on one page."""


def plan_summary(document: AppendixDocument) -> SummaryPlan | None:
    """Return the summary's pages; None where the document has no summary."""
    if document.summary is None:
        return None
    return _SummaryLayout(document).plan()


class _SummaryLayout:
    """Lays out the parts of one summary."""

    def __init__(self, document: AppendixDocument) -> None:
        assert document.summary is not None
        self.document, self.summary = document, document.summary
        self.grid = SummaryGrid(document.summary, document.setup)
        self.chart_slot = 1
        self.theme_header = header_in_sentence(document.theme_header)

    def plan(self) -> SummaryPlan:
        """Every part in order, broken into pages."""
        first = [self._title_block(), *self._counts()]
        rest = [
            *self._plans(),
            self._statuses(),
            self._overdue(),
            self._revised(),
            self._trend(),
            self._text_table(),
            *self._months(),
            *self._spend(),
        ]
        rest = [part for part in (*rest, self._changes()) if part.body]
        tried = (
            break_into_pages([*first, self._paragraph(share), *rest], self.grid.setup) for share in _PARAGRAPH_SHARES
        )
        rows, breaks = min(tried, key=lambda found: len(found[1]))
        return SummaryPlan(
            self.grid.setup, self.grid.widths, tuple(rows), tuple(breaks), self.summary.statuses, self.chart_slot,
            self.summary.trend, self.theme_header, self.document.status_colours,
        )  # fmt: skip

    def _title_block(self) -> SummaryPart:
        """Title, then what, when, who, and whether the public may read it."""
        cover = self.document.cover
        rows = self.grid.lines(cover.section or cover.title, self.grid.face(bold=True, step=8), "title")
        first = " · ".join(t for t in (cover.organisation, cover.committee, cover.committee_date) if t)
        second = " · ".join(
            t for t in (cover.number, cover.part, cover.period, f"Author: {cover.author}" if cover.author else "") if t
        )
        for text in (first, second):
            if text:
                rows += self.grid.lines(text, self.grid.face(step=1), "meta", pad=0)
        if cover.exempt:
            reason = f"Not for publication: paragraph {cover.paragraph} of Part 1 of Schedule 12A to the Local Government Act 1972. {cover.reason}"
            rows += self.grid.lines(reason, self.grid.face(bold=True, step=1), "exempt")
        rows.append(SummaryRow((), 9.0, keep_with_next=True))
        return SummaryPart(body=rows)

    def _counts(self) -> list[SummaryPart]:
        """Return the large numbers, and the words under each: as many in a row as leave every word whole."""
        counts = self.summary.counts
        if not counts:
            return []
        longest = max(self.grid.body_height.longest_word(print_text(c.label)) for c in counts)
        number = (
            max(len(f"{c.number:,}") for c in counts)
            * self.grid.face(bold=True, step=_NUMBER_FONT_SIZE - self.grid.setup.size)["0"]
        )
        for across in range(_COUNTS_PER_ROW, 1, -1):
            places = self._count_slots(across)
            if min(points for _, points in places) >= max(longest, number) or across == 2:
                break
        across = -(-len(counts) // -(-len(counts) // across))
        return [
            SummaryPart(body=self._count_rows(counts[i : i + across], places)) for i in range(0, len(counts), across)
        ]

    def _count_slots(self, across: int) -> list[tuple[int, float]]:
        """Where the numbers of a row stand: the column, and the points their words may take."""
        step = self.grid.narrow_columns // (across - 1)
        columns = [1 + step * i for i in range(across - 1)]
        return [(0, self.grid.first_points - 8), *((c, self.grid.points(c, step) - 12) for c in columns)]

    def _count_rows(self, counts: Sequence[HeadlineCount], places: Sequence[tuple[int, float]]) -> list[SummaryRow]:
        numbers, words = [], []
        for (place, points), item in zip(places, counts, strict=False):
            numbers.append(SummaryCell(place, f"{item.number:,}", "number", item.status))
            words.append((place, split_lines(self.grid.body_height, print_text(item.label), points), item.status))
        rows = [SummaryRow(tuple(numbers), LINE_HEIGHTS[_NUMBER_FONT_SIZE], keep_with_next=True)]
        for level in range(max(len(w) for _, w, _ in words)):
            cells = tuple(SummaryCell(p, w[level] if level < len(w) else "", "words", s) for p, w, s in words)
            rows.append(
                SummaryRow(cells, round_up_height(self.grid.body_height.line_height + 1.5), keep_with_next=True)
            )
        rows.append(SummaryRow((), 12.0, keep_with_next=True))
        return rows

    def _paragraph(self, share: float) -> SummaryPart:
        """Return the covering paragraph, with the chart of the statuses, or of the trend, beside it in the same row.

        The chart is drawn at a share of the height it would best have.
        """
        text = print_text(self.summary.paragraph)
        statuses = self.summary.statuses
        if not text and not statuses and not self.summary.trend:
            return SummaryPart()
        larger = self.grid.face(step=1)
        drawn = (
            min(_TALLEST_CHART, _CHART_BAR_HEIGHT * len(statuses.rows) + _CHART_FRAME_HEIGHT)
            if statuses and statuses.rows
            else 0.0
        )
        role = "chart"
        if self.summary.trend and self.summary.trend.charted_rows and not drawn:
            drawn, role = _TREND_CHART, "trend"
        drawn *= share
        rows = []
        for n, piece in enumerate(self._pieces_that_fit(text, larger)):
            tall = larger.lines(piece, self.grid.first_points - 15) * larger.line_height + 6 if piece else 0.0
            charted = drawn > 0 and not n
            cells = (SummaryCell(0, piece, "paragraph"),) if piece else ()
            height = min(round_up_height(max(tall, drawn if charted else 0.0)), TALLEST_ROW)
            rows.append(SummaryRow(cells, height, role=role if charted else ""))
        return SummaryPart(body=rows, keep_whole=True)

    def _pieces_that_fit(self, text: str, larger: Face) -> list[str]:
        """Return the paragraph in pieces that each fit a row; one, unless it is far longer than a paragraph should be."""
        most = int((TALLEST_ROW - 6) / larger.line_height)
        pieces = []
        rest = text
        while trim(rest):
            at = fitting_length(larger, rest, self.grid.first_points - 15, most)
            pieces.append(trim(rest[:at]))
            rest = rest[at:]
        return pieces or [""]

    def _statuses(self) -> SummaryPart:
        """How many lines of each theme have which status, as a table with totals."""
        table = self.summary.statuses
        if table is None or not table.rows:
            return SummaryPart()
        self.chart_slot = slot = max(1, min(2, self.grid.narrow_columns // (len(table.statuses) + 1)))
        places = [slot * (i + 1) for i in range(len(table.statuses) + 1)]
        heads = [
            (p, t, self.grid.points(p - slot + 1, slot))
            for p, t in zip(places, (*table.statuses, "Total"), strict=True)
        ]
        head = self.grid.header_rows([(0, self.document.theme_header, self.grid.first_points), *heads], align="right")
        body = [self._count_row(theme, places, (*counts, sum(counts)), "statuses") for theme, counts in table.rows]
        if len(table.rows) > 1:
            totals = table.totals
            body.append(self._count_row("All lines", places, (*totals, sum(totals)), "", "total"))
            body.append(self._count_row("Share of all lines", places, table.shares, ""))
        return SummaryPart([*self.grid.heading(f"Status by {self.theme_header}"), *head], body, keep_whole=True)

    def _count_row(
        self, theme: str, places: Sequence[int], counts: Sequence[int | str], role: str, style: str = "cell"
    ) -> SummaryRow:
        cells = [SummaryCell(0, print_text(theme), style)]
        cells += [SummaryCell(p, n, f"{style} count") for p, n in zip(places, counts, strict=True)]
        row = self.grid.row(cells, role)
        return replace(row, fill_style=style)

    def _plans(self) -> Iterator[SummaryPart]:
        """Yield the plans of a pack side by side, in as many tables as leave each figure room."""
        plans = self.summary.plans
        if plans is None:
            return
        columns = range(1, len(plans.headers))
        for first in range(0, len(columns), _PLANS_COLUMNS):
            some = columns[first : first + _PLANS_COLUMNS]
            step = self.grid.narrow_columns // min(len(columns), _PLANS_COLUMNS)
            places = [step * (n + 1) for n in range(len(some))]
            points = self.grid.points(1, step)
            head = self.grid.heading("The plans side by side" + (f" {CONTINUED_MARK}" if first else ""))
            if plans.note and not first:
                head += self.grid.lines(plans.note, self.grid.body_height, "note")
            heads = [(p, plans.headers[j], points) for p, j in zip(places, some, strict=True)]
            head += self.grid.header_rows([(0, "Plan", self.grid.first_points - 8), *heads], align="right")
            body: list[SummaryRow] = []
            for row in (*plans.rows, plans.totals):
                cut = [(p, self.grid.wrap(row[j], points)) for p, j in zip(places, some, strict=True)]
                kind = "total" if row is plans.totals else "cell"
                body += self.grid.spanning_rows(
                    [(0, self.grid.wrap(row[0], self.grid.first_points - 8)), *cut], places, kind
                )
            yield SummaryPart(head, body, keep_whole=len(plans.rows) < _MOST_KEPT_WHOLE)

    def _overdue(self) -> SummaryPart:
        """Return the lines whose time has passed, or the sentence that there is none."""
        overdue = self.summary.overdue
        if overdue is None:
            return SummaryPart()
        if not overdue:
            nothing = f"Nothing is overdue{f' as at {self.summary.as_at}' if self.summary.as_at else ''}."
            return SummaryPart(
                body=[*self.grid.heading("Overdue"), *self.grid.lines(nothing, self.grid.body_height, "plain")]
            )
        owner = self.grid.narrow_columns - _OWNER_COLUMNS + 1
        due = owner - _DUE_COLUMNS
        text_points = self.grid.first_points + self.grid.points(1, due - 1) - 6
        due_points, owner_points = self.grid.points(due, _DUE_COLUMNS), self.grid.points(owner, _OWNER_COLUMNS)
        head = self.grid.header_rows(
            [(0, "Line", text_points), (due, "Was due", due_points), (owner, "Owner", owner_points)]
        )
        body = []
        for line in overdue:
            place = ", ".join(t for t in (line.theme, line.reference) if t)
            texts = ((0, f"{place}: {line.text}" if place else line.text), (due, line.due), (owner, line.owner))
            points = (text_points, due_points, owner_points)
            body += self.grid.spanning_rows(
                [(c, self.grid.wrap(t, p)) for (c, t), p in zip(texts, points, strict=True)]
            )
        heading = self.grid.heading(f"Overdue: {count_noun(len(overdue), 'line')}")
        if self.summary.as_at:
            heading += self.grid.lines(f"As at {self.summary.as_at}.", self.grid.body_height, "note")
        return SummaryPart([*heading, *head], body)

    def _trend(self) -> SummaryPart:
        """Figures month by month, as a table; their chart stands beside the paragraph."""
        trend = self.summary.trend
        if trend is None:
            return SummaryPart()
        rows = self.grid.heading(trend.heading)
        if trend.note:
            rows += self.grid.lines(trend.note, self.grid.body_height, "note")
        heads = [(1 + i, month, self.grid.points(1 + i, 1) + 2) for i, month in enumerate(trend.months)]
        rows += self.grid.header_rows([(0, "", self.grid.first_points), *heads], align="centred")
        body = []
        for row in trend.rows:
            cells = [SummaryCell(0, print_text(row.label), "cell")]
            cells += [
                SummaryCell(1 + i, text, "cell due" if not row.figures else "cell figure")
                for i, text in enumerate(row.texts)
            ]
            body.append(self.grid.row(cells))
        return SummaryPart(rows, body, keep_whole=True)

    def _text_table(self) -> SummaryPart:
        """Return a table of texts."""
        listing = self.summary.text_table
        if listing is None:
            return SummaryPart()
        rows = self.grid.heading(f"{listing.heading}: {len(listing.rows)}" if listing.rows else listing.heading)
        if not listing.rows:
            return SummaryPart(body=[*rows, *self.grid.lines(listing.empty_text, self.grid.body_height, "plain")])
        second, third = 1 + self.grid.narrow_columns // 3, 1 + self.grid.narrow_columns // 2
        points = (
            self.grid.first_points + self.grid.points(1, second - 1) - 6,
            self.grid.points(second, third - second),
            self.grid.points(third, self.grid.narrow_columns - third + 1),
        )
        places = (0, second, third)
        rows += self.grid.header_rows(list(zip(places, listing.headers, points, strict=True)))
        body: list[SummaryRow] = []
        for texts in listing.rows:
            body += self.grid.spanning_rows(
                [(c, self.grid.wrap(t, p)) for c, t, p in zip(places, texts, points, strict=True)]
            )
        return SummaryPart(rows, body)

    def _months(self) -> list[SummaryPart]:
        """Return what falls due in which month, theme by theme."""
        grid = self.summary.months
        if grid is None or not grid.months or not grid.rows:
            return []
        parts = []
        for first in range(0, len(grid.months), MONTHS_PER_ROW):
            some = range(first, min(first + MONTHS_PER_ROW, len(grid.months)))
            parts.append(self._month_part(grid, some, first > 0))
        return parts

    def _month_part(self, grid: MonthGrid, some: range, goes_on: bool) -> SummaryPart:
        places = [1 + n for n in range(len(some))]
        heads = [(p, grid.months[i], self.grid.points(p, 1) + 2) for p, i in zip(places, some, strict=True)]
        rows = self.grid.heading("What falls due, month by month" + (f" {CONTINUED_MARK}" if goes_on else ""))
        if grid.note and not goes_on:
            rows += self.grid.lines(grid.note, self.grid.body_height, "note")
        rows += self.grid.header_rows(
            [(0, self.document.theme_header, self.grid.first_points), *heads], align="centred"
        )
        body = []
        for theme, counts in grid.rows:
            cells = [SummaryCell(0, print_text(theme), "cell")]
            cells += [
                SummaryCell(p, counts[i], "cell due" if counts[i] else "cell none")
                for p, i in zip(places, some, strict=True)
            ]
            body.append(self.grid.row(cells))
        return SummaryPart(rows, body, keep_whole=True)

    def _spend(self) -> list[SummaryPart]:
        """Planned against actual spend: a sentence, and a table where there are figures."""
        spend: Spend | None = self.summary.spend
        if spend is None or not (spend.sentence or spend.lines):
            return []
        rows = self.grid.heading("Planned and actual spend")
        if spend.sentence:
            rows += self.grid.lines(spend.sentence, self.grid.body_height, "plain")
        if not spend.lines:
            return [SummaryPart(body=rows)]
        step = self.grid.narrow_columns // 3
        places = [step, 2 * step, 3 * step]
        points = self.grid.points(1, step)
        heads = zip(places, ("Planned", "Actual", "Difference"), strict=True)
        label = self.grid.first_points - 8
        rows += self.grid.header_rows([(0, "Line", label), *((p, t, points) for p, t in heads)], align="right")
        body: list[SummaryRow] = []
        for line in spend.lines:
            texts = (line.planned, line.actual, line.difference)
            cut = [(p, self.grid.wrap(t, points)) for p, t in zip(places, texts, strict=True)]
            name = f"{line.reference}: {line.label}" if line.reference else line.label
            kind = "total" if line.is_total else "cell"
            body += self.grid.spanning_rows([(0, self.grid.wrap(name, label)), *cut], places, kind)
        return [SummaryPart(rows, body)]

    def _revised(self) -> SummaryPart:
        """Return the lines whose due date is another than when they were last reported."""
        revised = self.summary.revised
        if revised is None or not revised.dates:
            return SummaryPart()
        step = self.grid.narrow_columns // 3
        places = (0, 1, 1 + step, 1 + 2 * step)
        points = [self.grid.first_points - 8, *(self.grid.points(p, step) for p in places[1:])]
        rows = [
            *self.grid.heading(f"Revised dates: {count_noun(len(revised.dates), 'line')}"),
            *self.grid.lines(revised.sentence, self.grid.body_height, "note"),
            *self.grid.header_rows(list(zip(places, ("Line", "Owner", "Was due", "Now due"), points, strict=True))),
        ]
        body: list[SummaryRow] = []
        for line in revised.dates:
            place = ", ".join(t for t in (line.theme, line.reference) if t)
            texts = (f"{place}: {line.text}" if place else line.text, line.owner, line.was, line.now)
            cut = [(c, self.grid.wrap(t, p)) for c, t, p in zip(places, texts, points, strict=True)]
            body += self.grid.spanning_rows(cut)
        return SummaryPart(rows, body)

    def _changes(self) -> SummaryPart:
        """Where the changes are listed; that there are none, the paragraph tells."""
        changes = self.summary.changes
        if changes is None or not changes.changes:
            return SummaryPart()
        sentence = f"{changes.sentence} Each is listed, was and now, on the pages after this summary."
        return SummaryPart(
            body=[
                *self.grid.heading("Changes since the last meeting"),
                *self.grid.lines(sentence, self.grid.body_height, "plain"),
            ]
        )
