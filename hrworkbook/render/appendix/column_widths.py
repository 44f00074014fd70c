"""Column widths fitted to the text: the widths at which the plan takes the fewest points of height.

A column's printed width differs between programs, from 5.25 to 5.66 points a character of seven pixels. So text is
wrapped at the narrowest and the page is filled at the widest, and neither clips nor spills.
"""

import math
from collections.abc import Mapping, Sequence

from hrworkbook.render.appendix.page_plan import PageSetup, PrintColumn, group_spans
from hrworkbook.render.text_metrics import Face, face

NARROWEST_POINTS_PER_PIXEL = 0.75
"""Points a pixel of column width takes at least."""
WIDEST_POINTS_PER_PIXEL = 5.66 / 7
"""Points a pixel of column width takes at most."""
PADDING = 3.75
"""Points that Excel keeps free at the two sides of a cell, gridline included."""
INDENT = 7.5
"""Points one step of indent takes (LibreOffice; Excel takes 6.75)."""

_SAMPLE_SIZE = 120
"""Lines looked at when widths are fitted; more would not move a column by a character."""
_MAX_WORD_CHARACTERS = 26
"""A column is at least as wide as its longest word, but for words longer than this many average letters (a web
address), which would starve its neighbours."""
_ROOM_FOR_LONGER = (26, 20, 14)
"""Letters of a longer word a column has room for at least: the most with which the columns do not fill the page."""
_FULL_SHARE = 0.85
"""The share of the page that the narrowest columns may take before longer words get less room."""
_STEPS = (32, 16, 8, 4, 2)


def text_width(pixels: int, indent: int) -> float:
    """Points of text that fit on a line of a column, in any program."""
    return pixels * NARROWEST_POINTS_PER_PIXEL - PADDING - INDENT * indent


def pixels_for(points: float, indent: int) -> int:
    """Return the narrowest column, in pixels, in which a text of so many points stays on one line."""
    return int((points + PADDING + INDENT * indent) / NARROWEST_POINTS_PER_PIXEL) + 2


def page_pixels(setup: PageSetup) -> int:
    """Pixels of column width that fit between the margins, in any program."""
    return int(setup.width / WIDEST_POINTS_PER_PIXEL)


class WidthFit:
    """The widths of columns fitted to their texts.

    `texts` holds, for each line, the text shown in each column. `extra` gives words a column must also hold, such as
    “(cont.)”.
    """

    def __init__(
        self, columns: Sequence[PrintColumn], texts: Sequence[Sequence[str]], extra: Mapping[int, str]
    ) -> None:
        self.columns, self.texts, self.extra = columns, texts, extra
        self._words = [_words_of({line[j] for line in texts}) for j in range(len(columns))]

    def widths(self, setup: PageSetup, indent: int) -> tuple[int, ...]:
        """Pixel widths that fill the page and make the lines as low as they can be.

        No column is narrower than its longest word, unless all of them together are wider than the page.
        """
        columns, texts = self.columns, self.texts
        regular, bold = face(setup.font, False, setup.size), face(setup.font, True, setup.size)
        total = page_pixels(setup)
        least = _cap_widths(self._minimum_widths(setup, indent), total)
        natural = [
            max(least[j], pixels_for(_longest_line(regular, texts, j), indent) if texts else 0)
            for j in range(len(columns))
        ]
        if sum(natural) <= total:
            return _stretch_widths(columns, natural, total)
        spare = total - sum(least)
        if spare <= 0:
            return tuple(least)
        wanted = [min(n - m, spare) for n, m in zip(natural, least, strict=True)]
        start = [m + int(spare * w / sum(wanted)) for m, w in zip(least, wanted, strict=True)]
        start[max(range(len(start)), key=lambda j: wanted[j])] += total - sum(start)
        return _WidthSearch(regular, bold, columns, _sample_rows(texts), indent).best(start, least)

    def fits_whole(self, setup: PageSetup, indent: int) -> bool:
        """Whether the page is wide enough for the longest word of every column, with some room to spare."""
        return sum(self._minimum_widths(setup, indent)) <= page_pixels(setup) * 0.95

    def _minimum_widths(self, setup: PageSetup, indent: int) -> list[int]:
        """Return the narrowest each column may be: its longest word, its heading's, its share of its group's heading."""
        regular, bold = face(setup.font, False, setup.size), face(setup.font, True, setup.size)
        faces = [bold if column.kind == "status" else regular for column in self.columns]
        ordinary, longer = [], []
        for own, type_face, (j, column) in zip(self._words, faces, enumerate(self.columns), strict=True):
            widths = [type_face[word] for word in own]
            whole = [w for w in widths if w <= _MAX_WORD_CHARACTERS * regular["n"]]
            heads = bold.longest_word(column.header), regular.longest_word(self.extra.get(j, ""))
            ordinary.append(max(*whole, *heads))
            longer.append(len(whole) < len(widths))
        least: list[int] = []
        for letters in _ROOM_FOR_LONGER:
            room = letters * regular["n"]
            least = [pixels_for(max(w, room if more else 0), indent) for w, more in zip(ordinary, longer, strict=True)]
            if sum(least) <= page_pixels(setup) * _FULL_SHARE:
                break
        for first, last, text in group_spans(self.columns):
            needed = int((bold.longest_word(text) + PADDING + 4) / NARROWEST_POINTS_PER_PIXEL) + 2
            least[last] += max(0, needed - sum(least[first : last + 1]))
        return least


def _words_of(texts: set[str]) -> set[str]:
    words: set[str] = set()
    for text in texts:
        words.update(text.split())
    return words


def _cap_widths(least: Sequence[int], total: int) -> list[int]:
    """Widths cut back from the widest down until they fit the page."""
    cap = max(least)
    while sum(min(w, cap) for w in least) > total and cap > 1:
        cap -= 1
    return [min(w, cap) for w in least]


def _longest_line(regular: Face, texts: Sequence[Sequence[str]], j: int) -> float:
    longest = max("\n".join([line[j] for line in texts]).split("\n"), key=len)
    return regular.width(longest) * 1.08


def _stretch_widths(columns: Sequence[PrintColumn], widths: Sequence[int], total: int) -> tuple[int, ...]:
    """Widths that need less than the page, made to fill it: each column takes what its weight asks for."""
    spare = total - sum(widths)
    weights = [max(c.weight, 1.0) for c in columns]
    out = [w + int(spare * weight / sum(weights)) for w, weight in zip(widths, weights, strict=True)]
    out[max(range(len(out)), key=lambda j: weights[j])] += total - sum(out)
    return tuple(out)


def _sample_rows(texts: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    if len(texts) <= _SAMPLE_SIZE:
        return list(texts)
    return [texts[i * len(texts) // _SAMPLE_SIZE] for i in range(_SAMPLE_SIZE)]


class _WidthSearch:
    """Moves width from one column to another for as long as that makes the plan lower."""

    def __init__(
        self, regular: Face, bold: Face, columns: Sequence[PrintColumn], texts: Sequence[Sequence[str]], indent: int
    ) -> None:
        self.regular, self.bold, self.columns, self.texts, self.indent = regular, bold, columns, texts, indent
        self.power_cache: dict[tuple[int, int], list[float]] = {}

    def powers(self, j: int, pixels: int) -> list[float]:
        """For each sampled cell of a column, its lines at a width raised to `_EXPONENT`; the heading counts as a line."""
        found = self.power_cache.get((j, pixels))
        if found is None:
            width = text_width(pixels, self.indent)
            powers = {text: _power(self.regular.lines(text, width)) for text in {line[j] for line in self.texts}}
            found = [powers[line[j]] for line in self.texts]
            found.append(_power(self.bold.lines(self.columns[j].header, width)))
            self.power_cache[j, pixels] = found
        return found

    def best(self, start: Sequence[int], least: Sequence[int]) -> tuple[int, ...]:
        """Return the widths no further move improves, in ever smaller steps."""
        widths = list(start)
        for step in _STEPS:
            for _ in range(60):
                move = self._best_move(widths, least, step)
                if move is None:
                    break
                giver, taker = move
                widths[giver] -= step
                widths[taker] += step
        return tuple(widths)

    def _best_move(self, widths: Sequence[int], least: Sequence[int], step: int) -> tuple[int, int] | None:
        """Return the giver and taker of the move that lowers the plan most; None where none does."""
        now = [self.powers(j, w) for j, w in enumerate(widths)]
        sums = [sum(row) for row in zip(*now, strict=True)]
        lowest, found = _estimated_lines(sums) - 1e-6, None
        for giver, wide in enumerate(widths):
            if wide - step < least[giver]:
                continue
            freed = [s - a + b for s, a, b in zip(sums, now[giver], self.powers(giver, wide - step), strict=True)]
            for taker in range(len(widths)):
                if taker == giver:
                    continue
                widened = self.powers(taker, widths[taker] + step)
                height = _estimated_lines([s - a + b for s, a, b in zip(freed, now[taker], widened, strict=True)])
                if height < lowest:
                    lowest, found = height, (giver, taker)
        return found


_EXPONENT = 10
"""Rows are as tall as their tallest cell. This norm is nearly that, and still falls when a lower cell shrinks."""


def _power(lines: int) -> float:
    return float(lines**_EXPONENT)


def _estimated_lines(sums: Sequence[float]) -> float:
    """Lines all rows take, given each row's sum of powers."""
    root = 1 / _EXPONENT
    return sum([math.pow(max(s, 1.0), root) for s in sums])
