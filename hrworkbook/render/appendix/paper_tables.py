"""Tables of the paper, fitted to its page: the type as large as leaves every word and figure whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hrworkbook.render.appendix.column_widths import WidthFit, pixels_for
from hrworkbook.render.appendix.page_plan import NUMBER_KINDS, PageSetup, PrintColumn
from hrworkbook.render.text_metrics import face

_WIDE_PADDING, _NARROW_PADDING = 5.4, 2.5
"""Points at the two sides of a cell's text: what `WidthFit` leaves free with an indent, and without one."""
_SMALLEST_SIZE = 8.0
_SIZE_STEP = 0.5


@dataclass(frozen=True, slots=True)
class TableFit:
    """How a table is set: column widths and padding in points, and its type size."""

    widths: tuple[float, ...]
    size: float
    padding: float

    def room(self, j: int) -> float:
        """Points a line of text may take in a column."""
        return self.widths[j] - 2 * self.padding


def fit_table(
    columns: Sequence[PrintColumn],
    texts: Sequence[Sequence[str]],
    setup: PageSetup,
    extra: dict[int, str] | None = None,
) -> TableFit:
    """Return the widths that fill the page, in the largest type, down to 8 points, in which no word need be broken.

    `extra` gives words that a column must also hold. Where even 8 points are too large, the longest words are broken.
    """
    fit = WidthFit(columns, texts, extra or {})
    size, indent = setup.size, 1
    while not fit.fits_whole(replace(setup, size=size), indent):
        if size - _SIZE_STEP < _SMALLEST_SIZE:
            indent = 0
            break
        size -= _SIZE_STEP
    fitted = replace(setup, size=size)
    pixels = _with_even_figures(columns, texts, fit.widths(fitted, indent), fitted, indent)
    scale = setup.width / sum(pixels)
    widths = tuple(round(p * scale, 2) for p in pixels)
    return TableFit(widths, size, _WIDE_PADDING if indent else _NARROW_PADDING)


def fit_shares(
    columns: Sequence[PrintColumn], texts: Sequence[Sequence[str]], setup: PageSetup, shares: Sequence[float]
) -> TableFit:
    """Return widths in given shares of the page; those of `fit_table` where a word would not fit its column."""
    regular, bold = face(setup.font, False, setup.size), face(setup.font, True, setup.size)
    widths = tuple(round(setup.width * share / sum(shares), 2) for share in shares)
    fits = all(
        max(bold.longest_word(c.header), *(regular.longest_word(row[j]) for row in texts))
        <= widths[j] - 2 * _WIDE_PADDING
        for j, c in enumerate(columns)
    )
    return TableFit(widths, setup.size, _WIDE_PADDING) if fits else fit_table(columns, texts, setup)


def _with_even_figures(
    columns: Sequence[PrintColumn], texts: Sequence[Sequence[str]], widths: Sequence[int], setup: PageSetup, indent: int
) -> list[int]:
    """Return the widths with the columns of counts as narrow as their words and figures let them be, alike where they can be."""
    counts = [j for j, c in enumerate(columns) if c.kind == "whole"]
    others = [j for j in range(len(columns)) if j not in counts]
    if not counts or not others:
        return list(widths)
    bold = face(setup.font, True, setup.size)
    least = {
        j: pixels_for(max(bold.longest_word(t) for t in (columns[j].header, *(row[j] for row in texts))), indent)
        for j in counts
    }
    even = max(least.values())
    if even * len(counts) <= sum(widths[j] for j in counts):
        least = dict.fromkeys(counts, even)
    freed = sum(widths[j] - least[j] for j in counts)
    taken = sum(widths[j] for j in others)
    more = {j: freed * widths[j] // taken for j in others}
    more[others[0]] += freed - sum(more.values())
    return [least[j] if j in least else w + more[j] for j, w in enumerate(widths)]


def is_number(column: PrintColumn) -> bool:
    """Return whether a column's texts stand at the right."""
    return column.kind in NUMBER_KINDS
