"""The summary, laid out: which text stands in which cell of which row, how tall it is, and where its pages end.

The sheet has one wide column for words and a row of narrow ones for counts and months. Nothing is merged: a text that
is wider than its cell is cut into lines beforehand and runs over the empty cells at its right.
"""

from collections.abc import Sequence
from dataclasses import replace

from hrworkbook.appendix.cutting import cut, row_height, stepped
from hrworkbook.appendix.document import AppendixDocument, Count, MonthGrid, Spend
from hrworkbook.appendix.plan_pages import CONT, shown
from hrworkbook.appendix.summary_pages import Part, SummaryCell, SummaryPlan, SummaryRow, paged
from hrworkbook.appendix.texts import printed, split_lines
from hrworkbook.appendix.widths import NARROW, PADDING, page_pixels, pixels_for
from hrworkbook.findings import count
from hrworkbook.look import TALLEST_ROW
from hrworkbook.measure import ONE_LINE, Face, face

_WORDS_SHARE = 0.31
"""The share of the page the wide column takes."""
_LEAST_WORDS_SHARE = 0.2
"""The least it takes where the narrow columns have long headings."""
_NUMBER_SIZE = 28
_COUNTS_A_ROW = 6
_MONTHS_A_ROW = 15
_FEWEST_NARROW = 12
_DUE_COLUMNS, _OWNER_COLUMNS = 3, 4
"""Narrow columns the due date and the owner of an overdue line take, at the right."""
_CHART_BAR, _CHART_REST = 20.0, 78.0
"""Points of chart height for each theme, and for title, legend and scale."""
_TALLEST_CHART = 330.0
_TREND_CHART = 190.0


def plan_summary(document: AppendixDocument) -> SummaryPlan | None:
    """The summary's pages; None where the document has no summary."""
    if document.summary is None:
        return None
    return _Layout(document).plan()


class _Layout:
    """Lays out the parts of one summary."""

    def __init__(self, document: AppendixDocument) -> None:
        assert document.summary is not None
        self.document, self.summary = document, document.summary
        self.setup = replace(document.setup, orientation="landscape", size=12 if document.setup.paper == "A3" else 10)
        self.body = self.face()
        self.bold = self.face(bold=True)
        self.widths = self._widths()
        self.narrow = len(self.widths) - 1
        self.first_points = self.widths[0] * NARROW - PADDING
        self.across = sum(self.widths) * NARROW - PADDING
        self.slot = 1

    def face(self, bold: bool = False, step: float = 0) -> Face:
        """The document's font, `step` points larger than the text."""
        return face(self.setup.font, bold, self.setup.size + step)

    def plan(self) -> SummaryPlan:
        """Every part in order, broken into pages."""
        parts = [self._opening(), *self._counts(), self._paragraph(), self._statuses(), self._overdue()]
        parts += [self._trend(), self._listing(), *self._months(), *self._spend(), self._changes()]
        rows, breaks = paged([p for p in parts if p.head or p.body], self.setup)
        return SummaryPlan(
            self.setup, self.widths, tuple(rows), tuple(breaks), self.summary.statuses, self.slot,
            self.summary.trend,
        )  # fmt: skip

    def _widths(self) -> tuple[int, ...]:
        """The wide column, then narrow ones as wide as the words over them need."""
        total = page_pixels(self.setup)
        dated = self.summary.months or self.summary.trend
        months = dated.months if dated else ()
        statuses = (*self.summary.statuses.statuses, "Total") if self.summary.statuses else ()
        number = max(_FEWEST_NARROW, min(len(months), _MONTHS_A_ROW), len(statuses))
        heads: list[list[str]] = [[] for _ in range(number)]
        for i, month in enumerate(months):
            heads[i % _MONTHS_A_ROW].append(month)
        if number // max(1, len(statuses)) < 2:
            for i, status in enumerate(statuses):
                heads[i].append(status)
        small = self.face(bold=True, step=-1)
        least = [pixels_for(max((small.longest_word(h) for h in texts), default=0), 0) + 3 for texts in heads]
        room = int(total * (1 - _WORDS_SHARE))
        if sum(least) > room:
            room = min(sum(least), int(total * (1 - _LEAST_WORDS_SHARE)))
        even = room // number
        if max(least) <= even:
            narrow = [even] * number
        else:
            spare = (room - sum(least)) // number
            narrow = [w + spare for w in least] if spare >= 0 else [min(w, even) for w in least]
        return (total - sum(narrow), *narrow)

    def lines(
        self, text: str, style_face: Face, style: str, width: float | None = None, pad: float = 3.0
    ) -> list[SummaryRow]:
        """A text across the page, in as many rows as it needs."""
        out = []
        for paragraph in printed(text).split("\n"):
            for line in split_lines(style_face, paragraph, width or self.across):
                out.append(SummaryRow((SummaryCell(0, line, style),), stepped(style_face.line), keep=True))
        if out:
            out[-1] = replace(out[-1], height=stepped(out[-1].height + pad))
        return out

    def heading(self, text: str) -> list[SummaryRow]:
        """A part's heading, white space over it."""
        bold = self.face(bold=True, step=4)
        rows = self.lines(text, bold, "heading")
        return [replace(rows[0], height=stepped(rows[0].height + 9)), *rows[1:]]

    def _opening(self) -> Part:
        """Title, then what, when, who, and whether the public may read it."""
        cover = self.document.cover
        rows = self.lines(cover.title, self.face(bold=True, step=8), "title")
        first = " · ".join(t for t in (cover.organisation, cover.committee, cover.committee_date) if t)
        second = " · ".join(
            t for t in (cover.number, cover.part, cover.period, f"Author: {cover.author}" if cover.author else "") if t
        )
        for text in (first, second):
            if text:
                rows += self.lines(text, self.face(step=1), "meta", pad=0)
        if cover.exempt:
            reason = f"Not for publication: paragraph {cover.paragraph} of Part 1 of Schedule 12A to the Local Government Act 1972. {cover.reason}"
            rows += self.lines(reason, self.face(bold=True, step=1), "exempt")
        rows.append(SummaryRow((), 9.0, keep=True))
        return Part(body=rows)

    def _counts(self) -> list[Part]:
        """The large numbers, and the words under each: as many in a row as leave every word whole."""
        counts = self.summary.counts
        if not counts:
            return []
        longest = max(self.body.longest_word(printed(c.words)) for c in counts)
        number = (
            max(len(f"{c.number:,}") for c in counts) * self.face(bold=True, step=_NUMBER_SIZE - self.setup.size)["0"]
        )
        for across in range(_COUNTS_A_ROW, 1, -1):
            places = self._places(across)
            if min(points for _, points in places) >= max(longest, number) or across == 2:
                break
        return [Part(body=self._count_rows(counts[i : i + across], places)) for i in range(0, len(counts), across)]

    def _places(self, across: int) -> list[tuple[int, float]]:
        """Where the numbers of a row stand: the column, and the points their words may take."""
        step = self.narrow // (across - 1)
        columns = [1 + step * i for i in range(across - 1)]
        return [(0, self.first_points - 8), *((c, self._points(c, step) - 12) for c in columns)]

    def _count_rows(self, counts: Sequence[Count], places: Sequence[tuple[int, float]]) -> list[SummaryRow]:
        numbers, words = [], []
        for (place, points), item in zip(places, counts, strict=False):
            numbers.append(SummaryCell(place, f"{item.number:,}", "number", item.status))
            words.append((place, split_lines(self.body, printed(item.words), points), item.status))
        rows = [SummaryRow(tuple(numbers), ONE_LINE[_NUMBER_SIZE], keep=True)]
        for level in range(max(len(w) for _, w, _ in words)):
            cells = tuple(SummaryCell(p, w[level] if level < len(w) else "", "words", s) for p, w, s in words)
            rows.append(SummaryRow(cells, stepped(self.body.line + 1.5), keep=True))
        rows.append(SummaryRow((), 12.0, keep=True))
        return rows

    def _paragraph(self) -> Part:
        """The covering paragraph, with the chart of the statuses, or of the trend, beside it in the same row."""
        text = printed(self.summary.paragraph)
        statuses = self.summary.statuses
        if not text and not statuses and not self.summary.trend:
            return Part()
        larger = self.face(step=1)
        drawn = (
            min(_TALLEST_CHART, _CHART_BAR * len(statuses.rows) + _CHART_REST) if statuses and statuses.rows else 0.0
        )
        role = "chart"
        if self.summary.trend and self.summary.trend.drawn and not drawn:
            drawn, role = _TREND_CHART, "trend"
        rows = []
        for n, piece in enumerate(self._fitting(text, larger)):
            tall = larger.lines(piece, self.first_points - 15) * larger.line + 6 if piece else 0.0
            charted = drawn > 0 and not n
            cells = (SummaryCell(0, piece, "paragraph"),) if piece else ()
            height = min(stepped(max(tall, drawn if charted else 0.0)), TALLEST_ROW)
            rows.append(SummaryRow(cells, height, role=role if charted else ""))
        return Part(body=rows, whole=True)

    def _fitting(self, text: str, larger: Face) -> list[str]:
        """The paragraph in pieces that each fit a row; one, unless it is far longer than a paragraph should be."""
        most = int((TALLEST_ROW - 6) / larger.line)
        pieces = []
        rest = text
        while shown(rest):
            at = cut(larger, rest, self.first_points - 15, most)
            pieces.append(shown(rest[:at]))
            rest = rest[at:]
        return pieces or [""]

    def _table_head(
        self, texts: Sequence[tuple[int, str, float]], role: str = "", centred: bool = False
    ) -> list[SummaryRow]:
        """Headings over columns, each cut to the points it may take, lowest line lowest."""
        small = self.face(bold=True, step=-1)
        cut = [(column, split_lines(small, printed(text), points)) for column, text, points in texts]
        deep = max(len(lines) for _, lines in cut)
        rows = []
        for level in range(deep):
            cells = []
            for column, lines in cut:
                at = level - (deep - len(lines))
                style = "head last" if level == deep - 1 else "head"
                style += " centred" if centred and column else ""
                cells.append(SummaryCell(column, lines[at] if at >= 0 else "", style))
            last = level == deep - 1
            rows.append(
                SummaryRow(
                    tuple(cells), stepped(small.line + 1.5), "head last" if last else "head", True, role if last else ""
                )
            )
        return rows

    def _row(self, cells: Sequence[SummaryCell], role: str = "") -> SummaryRow:
        """A table row, as tall as the words in its first cell."""
        first = str(cells[0].value)
        return SummaryRow(
            tuple(cells), row_height(self.body.lines(first, self.first_points - 8), self.body.line), "cell", role=role
        )

    def _points(self, column: int, columns: int) -> float:
        return sum(self.widths[column : column + columns]) * NARROW - PADDING - 2

    def _statuses(self) -> Part:
        """How many lines of each theme have which status, as a table with totals."""
        table = self.summary.statuses
        if table is None or not table.rows:
            return Part()
        self.slot = slot = max(1, min(2, self.narrow // (len(table.statuses) + 1)))
        places = [1 + slot * i for i in range(len(table.statuses) + 1)]
        heads = zip(places, (*table.statuses, "Total"), strict=True)
        head = self._table_head(
            [(0, "Theme", self.first_points), *((p, text, self._points(p, slot)) for p, text in heads)]
        )
        body = [self._counted(theme, places, (*counts, sum(counts)), "statuses") for theme, counts in table.rows]
        if len(table.rows) > 1:
            totals = [sum(column) for column in zip(*(counts for _, counts in table.rows), strict=True)]
            body.append(self._counted("All themes", places, (*totals, sum(totals)), "", "total"))
        return Part([*self.heading("Status by theme"), *head], body, whole=True)

    def _counted(
        self, theme: str, places: Sequence[int], counts: Sequence[int], role: str, style: str = "cell"
    ) -> SummaryRow:
        cells = [SummaryCell(0, printed(theme), style)]
        cells += [SummaryCell(p, n, f"{style} count") for p, n in zip(places, counts, strict=True)]
        row = self._row(cells, role)
        return replace(row, across=style)

    def _overdue(self) -> Part:
        """The lines whose time has passed, or the sentence that there is none."""
        overdue = self.summary.overdue
        if overdue is None:
            return Part()
        if not overdue:
            return Part(body=[*self.heading("Overdue"), *self.lines("Nothing is overdue.", self.body, "plain")])
        owner = self.narrow - _OWNER_COLUMNS + 1
        due = owner - _DUE_COLUMNS
        text_points = self.first_points + self._points(1, due - 1) - 6
        due_points, owner_points = self._points(due, _DUE_COLUMNS), self._points(owner, _OWNER_COLUMNS)
        head = self._table_head(
            [(0, "Line", text_points), (due, "Was due", due_points), (owner, "Owner", owner_points)]
        )
        body = []
        for line in overdue:
            place = ", ".join(t for t in (line.theme, line.reference) if t)
            said = ((0, f"{place}: {line.text}" if place else line.text), (due, line.due), (owner, line.owner))
            points = (text_points, due_points, owner_points)
            body += self._beside([(c, self._cut(t, p)) for (c, t), p in zip(said, points, strict=True)])
        return Part([*self.heading(f"Overdue: {count(len(overdue), 'line')}"), *head], body)

    def _cut(self, text: str, points: float) -> list[str]:
        """The text in lines of so many points, its own line ends read as spaces."""
        return split_lines(self.body, " ".join(printed(text).split()), points)

    def _beside(self, texts: Sequence[tuple[int, list[str]]]) -> list[SummaryRow]:
        """A table row whose texts run over the narrow columns at their right, a row for each of their lines."""
        deep = max(len(lines) for _, lines in texts)
        rows = []
        for level in range(deep):
            last = level == deep - 1
            style = "cell run" if last else "cell open"
            cells = tuple(
                SummaryCell(c, lines[level], style) for c, lines in texts if level < len(lines) and lines[level]
            )
            height = row_height(1, self.body.line) if last else stepped(self.body.line)
            rows.append(SummaryRow(cells, height, style, keep=not last))
        return rows

    def _trend(self) -> Part:
        """Figures month by month, as a table; their chart stands beside the paragraph."""
        trend = self.summary.trend
        if trend is None:
            return Part()
        rows = self.heading(trend.heading)
        if trend.note:
            rows += self.lines(trend.note, self.body, "note")
        heads = [(1 + i, month, self._points(1 + i, 1) + 2) for i, month in enumerate(trend.months)]
        rows += self._table_head([(0, "", self.first_points), *heads], centred=True)
        body = []
        for row in trend.rows:
            cells = [SummaryCell(0, printed(row.what), "cell")]
            cells += [
                SummaryCell(1 + i, text, "cell due" if not row.figures else "cell figure")
                for i, text in enumerate(row.texts)
            ]
            body.append(self._row(cells))
        return Part(rows, body, whole=True)

    def _listing(self) -> Part:
        """A table of texts."""
        listing = self.summary.listing
        if listing is None:
            return Part()
        rows = self.heading(f"{listing.heading}: {len(listing.rows)}" if listing.rows else listing.heading)
        if not listing.rows:
            return Part(body=[*rows, *self.lines(listing.empty, self.body, "plain")])
        second, third = 1 + self.narrow // 3, 1 + self.narrow // 2
        points = (
            self.first_points + self._points(1, second - 1) - 6,
            self._points(second, third - second),
            self._points(third, self.narrow - third + 1),
        )
        places = (0, second, third)
        rows += self._table_head(list(zip(places, listing.heads, points, strict=True)))
        body: list[SummaryRow] = []
        for texts in listing.rows:
            body += self._beside([(c, self._cut(t, p)) for c, t, p in zip(places, texts, points, strict=True)])
        return Part(rows, body)

    def _months(self) -> list[Part]:
        """What falls due in which month, theme by theme."""
        grid = self.summary.months
        if grid is None or not grid.months or not grid.rows:
            return []
        parts = []
        for first in range(0, len(grid.months), _MONTHS_A_ROW):
            some = range(first, min(first + _MONTHS_A_ROW, len(grid.months)))
            parts.append(self._month_part(grid, some, first > 0))
        return parts

    def _month_part(self, grid: MonthGrid, some: range, goes_on: bool) -> Part:
        places = [1 + n for n in range(len(some))]
        heads = [(p, grid.months[i], self._points(p, 1) + 2) for p, i in zip(places, some, strict=True)]
        rows = self.heading("What falls due, month by month" + (f" {CONT}" if goes_on else ""))
        if grid.note and not goes_on:
            rows += self.lines(grid.note, self.body, "note")
        rows += self._table_head([(0, "Theme", self.first_points), *heads], centred=True)
        body = []
        for theme, counts in grid.rows:
            cells = [SummaryCell(0, printed(theme), "cell")]
            cells += [
                SummaryCell(p, counts[i], "cell due" if counts[i] else "cell none")
                for p, i in zip(places, some, strict=True)
            ]
            body.append(self._row(cells))
        return Part(rows, body, whole=True)

    def _spend(self) -> list[Part]:
        """Planned against actual spend: a sentence, and a table where there are figures."""
        spend: Spend | None = self.summary.spend
        if spend is None or not (spend.sentence or spend.lines):
            return []
        rows = self.heading("Planned and actual spend")
        if spend.sentence:
            rows += self.lines(spend.sentence, self.body, "plain")
        if not spend.lines:
            return [Part(body=rows)]
        step = 3
        places = [1, 1 + step, 1 + 2 * step]
        heads = zip(places, ("Planned", "Actual", "Difference"), strict=True)
        rows += self._table_head([(0, "Line", self.first_points), *((p, t, self._points(p, step)) for p, t in heads)])
        body: list[SummaryRow] = []
        for line in spend.lines:
            texts = (line.planned, line.actual, line.difference)
            cut = [(p, self._cut(t, self._points(p, step))) for p, t in zip(places, texts, strict=True)]
            body += self._beside([(0, self._cut(line.what, self.first_points - 8)), *cut])
        return [Part(rows, body)]

    def _changes(self) -> Part:
        """One sentence; the changes themselves have a sheet of their own."""
        changes = self.summary.changes
        if changes is None or not changes.sentence:
            return Part()
        return Part(
            body=[*self.heading("Changes since the last meeting"), *self.lines(changes.sentence, self.body, "plain")]
        )
