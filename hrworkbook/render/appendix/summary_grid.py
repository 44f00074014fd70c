"""The grid a summary stands on: one wide column for words and a row of narrow ones, and the rows that are set in it."""

from collections.abc import Sequence
from dataclasses import replace

from hrworkbook.render.appendix.column_widths import NARROWEST_POINTS_PER_PIXEL, PADDING, page_pixels, pixels_for
from hrworkbook.render.appendix.document import Summary
from hrworkbook.render.appendix.page_plan import PageSetup
from hrworkbook.render.appendix.print_texts import print_text, split_lines
from hrworkbook.render.appendix.split_lines import height_of_lines, round_up_height
from hrworkbook.render.appendix.summary_pages import SummaryCell, SummaryRow
from hrworkbook.render.text_metrics import Face, face

_WORDS_SHARE = 0.31
"""The share of the page the wide column takes."""
_MIN_WORDS_SHARE = 0.2
"""The least it takes where the narrow columns have long headings."""
MONTHS_PER_ROW = 15
"""Narrow columns there are at most for months."""
_MIN_NARROW_COLUMNS = 12


class SummaryGrid:
    """The columns of one summary, and rows of text, headings and tables as wide and tall as they need to be."""

    def __init__(self, summary: Summary, setup: PageSetup) -> None:
        self.setup = replace(setup, orientation="landscape", size=12 if setup.paper == "A3" else 10)
        self.body_height = self.face()
        self.widths = self._widths(summary)
        self.narrow_columns = len(self.widths) - 1
        self.first_points = self.widths[0] * NARROWEST_POINTS_PER_PIXEL - PADDING
        self.across = sum(self.widths) * NARROWEST_POINTS_PER_PIXEL - PADDING

    def face(self, bold: bool = False, step: float = 0) -> Face:
        """Return the document's font, `step` points larger than the text."""
        return face(self.setup.font, bold, self.setup.size + step)

    def lines(
        self, text: str, style_face: Face, style: str, width: float | None = None, pad: float = 3.0
    ) -> list[SummaryRow]:
        """Return a text across the page, in as many rows as it needs."""
        out = []
        for paragraph in print_text(text).split("\n"):
            for line in split_lines(style_face, paragraph, width or self.across):
                out.append(
                    SummaryRow(
                        (SummaryCell(0, line, style),), round_up_height(style_face.line_height), keep_with_next=True
                    )
                )
        if out:
            out[-1] = replace(out[-1], height=round_up_height(out[-1].height + pad))
        return out

    def heading(self, text: str) -> list[SummaryRow]:
        """Return a part's heading, white space over it."""
        bold = self.face(bold=True, step=4)
        rows = self.lines(text, bold, "heading")
        return [replace(rows[0], height=round_up_height(rows[0].height + 9)), *rows[1:]]

    def header_rows(self, texts: Sequence[tuple[int, str, float]], align: str = "") -> list[SummaryRow]:
        """Headings over columns, each cut to the points it may take, lowest line lowest."""
        small = self.face(bold=True, step=-1)
        cut = [(column, split_lines(small, print_text(text), points)) for column, text, points in texts]
        deep = max(len(lines) for _, lines in cut)
        rows = []
        for level in range(deep):
            cells = []
            for column, lines in cut:
                at = level - (deep - len(lines))
                style = "head last" if level == deep - 1 else "head"
                style += f" {align}" if align and column else ""
                cells.append(SummaryCell(column, lines[at] if at >= 0 else "", style))
            height = round_up_height(small.line_height + 1.5)
            across = "head last" if level == deep - 1 else "head"
            rows.append(SummaryRow(tuple(cells), height, across, keep_with_next=True, valign="bottom"))
        return rows

    def row(self, cells: Sequence[SummaryCell], role: str = "") -> SummaryRow:
        """Return a table row, as tall as the words in its first cell."""
        lines = self.body_height.lines(str(cells[0].value), self.first_points - 8)
        valign = "vcenter" if lines == 1 else "top"
        return SummaryRow(
            tuple(cells), height_of_lines(lines, self.body_height.line_height), "cell", valign=valign, role=role
        )

    def spanning_rows(
        self, texts: Sequence[tuple[int, list[str]]], figures: Sequence[int] = (), name: str = "cell"
    ) -> list[SummaryRow]:
        """Return a table row whose texts run over the narrow columns at their right, a row for each of their lines.

        Those of the columns `figures` stand at the right, and run over the columns at their left. `name` is `total` for
        a row of totals.
        """
        deep = max(len(lines) for _, lines in texts)
        rows = []
        for level in range(deep):
            last = level == deep - 1
            style = f"{name} run" if last else f"{name} open"
            cells = tuple(
                SummaryCell(c, lines[level], f"{style} figure" if c in figures else style)
                for c, lines in texts
                if level < len(lines) and lines[level]
            )
            height = (
                height_of_lines(1, self.body_height.line_height)
                if last
                else round_up_height(self.body_height.line_height + (1.5 if not level else 0))
            )
            valign = "vcenter" if deep == 1 else "top" if level else "bottom"
            rows.append(SummaryRow(cells, height, style, keep_with_next=not last, valign=valign))
        return rows

    def points(self, column: int, columns: int) -> float:
        """Points a text may take in so many columns."""
        return sum(self.widths[column : column + columns]) * NARROWEST_POINTS_PER_PIXEL - PADDING - 2

    def wrap(self, text: str, points: float) -> list[str]:
        """Return the text in lines of so many points, its own line ends read as spaces."""
        return split_lines(self.body_height, " ".join(print_text(text).split()), points)

    def _widths(self, summary: Summary) -> tuple[int, ...]:
        """Return the wide column, then narrow ones as wide as the words over them need."""
        total = page_pixels(self.setup)
        dated = summary.months or summary.trend
        months = dated.months if dated else ()
        statuses = (*summary.statuses.statuses, "Total") if summary.statuses else ()
        number = max(_MIN_NARROW_COLUMNS, min(len(months), MONTHS_PER_ROW), len(statuses))
        heads: list[list[str]] = [[] for _ in range(number)]
        for i, month in enumerate(months):
            heads[i % MONTHS_PER_ROW].append(month)
        if number // max(1, len(statuses)) < 2:
            for i, status in enumerate(statuses):
                heads[i].append(status)
        small = self.face(bold=True, step=-1)
        least = [pixels_for(max((small.longest_word(h) for h in texts), default=0), 0) + 3 for texts in heads]
        room = int(total * (1 - _WORDS_SHARE))
        if sum(least) > room:
            room = min(sum(least), int(total * (1 - _MIN_WORDS_SHARE)))
        even = room // number
        if max(least) <= even:
            narrow = [even] * number
        else:
            spare = (room - sum(least)) // number
            narrow = [w + spare for w in least] if spare >= 0 else [min(w, even) for w in least]
        return (total - sum(narrow), *narrow)
