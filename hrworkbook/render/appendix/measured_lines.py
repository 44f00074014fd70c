"""The lines of a print sheet, measured: everything that does not depend on the page a line lands on."""

from collections.abc import Sequence
from typing import Literal

from hrworkbook.plan.snapshot import TALLEST_ROW
from hrworkbook.render.appendix.column_widths import (
    INDENT,
    NARROWEST_POINTS_PER_PIXEL,
    PADDING,
    WidthFit,
    text_width,
)
from hrworkbook.render.appendix.page_plan import CONTINUED_MARK, PageSetup, PlanRow, PrintColumn, PrintLine, group_spans
from hrworkbook.render.appendix.print_texts import print_text, split_lines, without_repeats
from hrworkbook.render.appendix.split_lines import height_of_lines, height_unsplit, round_up_height
from hrworkbook.render.text_metrics import Face, face

THEME_FONT_STEP = 2
"""Points a theme heading is larger than the text."""
TITLE_FONT_STEP = 6
"""Points the sheet's title is larger than the text."""
_HEADING_PADDING = 3.0
"""Points of white space under a theme heading."""
_SPACE_BELOW_RULE = 2.25
"""Points between the rule under a theme heading and the text, which would touch it: a row of its own."""


class MeasuredLines:
    """The lines to print with everything measured that does not depend on the page they land on."""

    def __init__(self, columns: tuple[PrintColumn, ...], lines: list[PrintLine], setup: PageSetup) -> None:
        self.columns, self.lines, self.setup = columns, lines, setup
        self.reference_column = _reference_column(columns)
        self.texts = without_repeats(lines, columns)
        extra = {self.reference_column: CONTINUED_MARK} if lines else {}
        fit = WidthFit(columns, self.texts, extra)
        self.indent = 1 if fit.fits_whole(setup, 1) else 0
        self.widths = fit.widths(setup, self.indent)
        self.points = [text_width(w, self.indent) for w in self.widths]
        self.across = sum(self.widths) * NARROWEST_POINTS_PER_PIXEL - PADDING
        self.bold = face(setup.font, True, setup.size)
        regular = face(setup.font, False, setup.size)
        self.faces: list[Face] = [self.bold if c.kind == "status" else regular for c in columns]

    def group_rows(self) -> tuple[PlanRow, ...]:
        """Return the headings over groups: as many rows as the longest needs, since cells are never merged."""
        if not any(c.group for c in self.columns):
            return ()
        wrapped: dict[int, list[str]] = {}
        for first, last, text in group_spans(self.columns):
            wide = sum(self.widths[first : last + 1]) * NARROWEST_POINTS_PER_PIXEL - PADDING - 4
            wrapped[first] = split_lines(self.bold, text, wide)
        deep = max(len(w) for w in wrapped.values())
        rows = []
        for level in range(deep):
            cells = [""] * len(self.columns)
            for first, texts in wrapped.items():
                at = level - (deep - len(texts))
                cells[first] = texts[at] if at >= 0 else ""
            rows.append(
                PlanRow("title", tuple(cells), height_of_lines(1, self.bold.line_height), ends=level == deep - 1)
            )
        return tuple(rows)

    def header(self) -> PlanRow:
        """Return the column headings."""
        texts = tuple(print_text(c.header) for c in self.columns)
        height = min(height_unsplit([self.bold] * len(texts), texts, self.points), TALLEST_ROW)
        return PlanRow("title", texts, height)

    def heading_rows(self, kind: Literal["title", "theme"], text: str, step: int, above: float) -> list[PlanRow]:
        """Return a heading across the page, in as many rows as it needs; `above` is white space over the first, in points."""
        bold = face(self.setup.font, True, self.setup.size + step)
        indented = self.across - 2 * self.indent * INDENT
        parts = split_lines(bold, text, indented)
        out = []
        for i, part in enumerate(parts, 1):
            height = round_up_height(
                bold.line_height + (above if i == 1 else 0) + (_HEADING_PADDING if i == len(parts) else 0)
            )
            out.append(PlanRow(kind, (part,), height, starts=i == 1, ends=i == len(parts)))
        if kind == "theme":
            out.append(PlanRow("space", ("",), _SPACE_BELOW_RULE))
        return out


def _reference_column(columns: Sequence[PrintColumn]) -> int:
    """Return the column that carries “(cont.)”: the reference, else the first that is shown once a run, else the first."""
    references = [j for j, c in enumerate(columns) if c.kind == "reference"]
    return next(iter([*references, *[j for j, c in enumerate(columns) if c.repeats_once], 0]))
