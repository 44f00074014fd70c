"""How wide text is and how many lines it takes, from the fonts' own advance widths: no font is needed at run time.

The widths are those of Carlito and Liberation Sans, which were drawn to the metrics of Calibri and Arial. Lines are
counted so that no program needs more: a break is taken only where every one of them would take it.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from hrworkbook.render.style import FontName

_EM = 2048
_NOT_AT_LINE_START = frozenset("!?;:/.,)]}%»”’")
_NOT_AT_LINE_END = frozenset("([{«“‘")
_MAY_BREAK = re.compile(r"[-/?!|\u2010\u2013\u2014]+(?=.)")
_WIDE_EM = 1.05
"""Ideographs and full-width forms, in em."""
_PICTURE_EM = 1.4
"""Emoji: the widest in common use, Segoe UI Emoji's, in em."""
_OTHER_EM = 0.75
"""Letters of other alphabets, in em: as wide as the wider ones of Greek and Cyrillic."""

LINE_HEIGHTS = {8: 11.25, 9: 12.0, 10: 12.75, 11: 15.0, 12: 15.75, 14: 18.75, 16: 21.0, 18: 24.0, 28: 36.75}
"""Points one line of text takes in a row, by type size; both fonts, as Excel rounds them to 0.75."""

_CACHE_SIZE = 20_000
_FIRST_BORROWED = 0x0700
"""Alphabets before this one are in Calibri and Arial."""
FOREIGN_LINE_FACTOR = 1.34
"""How much taller a line is that borrows a glyph from another font (emoji, ideographs)."""


class Face(dict[str, float]):
    """A font at one size: the width in points of any word, kept once measured."""

    def __init__(self, font: FontName, bold: bool, size: float) -> None:
        super().__init__()
        self.size = size
        self.line_height = LINE_HEIGHTS.get(int(size), round(size * 1.3 / 0.75) * 0.75)
        """Points one line takes."""
        self.foreign_line = -(-round(self.line_height * FOREIGN_LINE_FACTOR / 0.75, 4) // 1) * 0.75
        self._heights: dict[tuple[str, float], float] = {}
        self._advances = _advances(font, bold)
        self.space = self._advances[" "] * size / _EM

    def __missing__(self, word: str) -> float:
        advances = self._advances
        try:
            units = sum([advances[c] for c in word])
        except KeyError:
            units = sum([advances[c] if c in advances else _estimated_advance(c) for c in word])
        self[word] = width = units * self.size / _EM
        return width

    def width(self, text: str) -> float:
        """Points the text takes on one line."""
        return sum([self[w] for w in text.split(" ")]) + self.space * text.count(" ")

    def height(self, text: str, width: float) -> float:
        """Points the text takes when wrapped to a width; kept, since owners, dates and priorities repeat."""
        key = (text, width)
        known = self._heights.get(key)
        if known is None:
            if len(self._heights) >= _CACHE_SIZE:
                self._heights.clear()
            self._heights[key] = known = self.measure_height(text, width)
        return known

    def measure_height(self, text: str, width: float) -> float:
        """Return what `height` does, measured anew: for a text that is not asked for again."""
        lines = self.lines(text, width)
        foreign = min(lines, self._foreign_lines(text, width)) if is_foreign(text) else 0
        return lines * self.line_height + foreign * (self.foreign_line - self.line_height)

    def _foreign_lines(self, text: str, width: float) -> int:
        """On how many lines a glyph may stand that is borrowed from another font: those of each word that has one."""
        return sum(self.lines(word, width) for word in text.split() if is_foreign(word))

    def lines(self, text: str, width: float) -> int:
        """Lines the text takes when wrapped to a width in points; blank text takes one."""
        total = 0
        space = self.space
        for paragraph in text.split("\n"):
            total += 1
            x = -space
            before = ""
            for word in paragraph.split(" "):
                wide = self[word]
                x += space + wide
                if x > width:
                    if x > wide:
                        total += 1
                        pulled = self._width_pulled_down(before, word, x)
                        x = wide + pulled
                        if pulled and x > width:
                            total += 1
                            x = wide
                    if wide > width:
                        cuts, x = self._break_points(word, width)
                        total += len(cuts)
                before = word
        return total

    def line_starts(self, text: str, width: float) -> list[int]:
        """Where each line begins in the text, by the same rule as `lines`."""
        starts: list[int] = []
        at = 0
        for paragraph in text.split("\n"):
            starts.append(at)
            x = -self.space
            before = ""
            for word in paragraph.split(" "):
                wide = self[word]
                x += self.space + wide
                if x > width:
                    if x > wide:
                        pulled = self._width_pulled_down(before, word, x)
                        starts.append(at - len(before) - 1 if pulled else at)
                        x = wide + pulled
                        if pulled and x > width:
                            starts.append(at)
                            x = wide
                    if wide > width:
                        cuts, x = self._break_points(word, width)
                        starts.extend(at + cut for cut in cuts)
                before = word
                at += len(word) + 1
        return starts

    def _width_pulled_down(self, before: str, word: str, x: float) -> float:
        """Points the word before takes down with it, where no line may end between the two; 0 where one may.

        A word that begins its line stays.
        """
        if not before or not word or not _may_not_break_between(before, word):
            return 0.0
        taken = self[before] + self.space
        return taken if x - self[word] > taken + 1e-6 else 0.0

    def longest_word(self, text: str) -> float:
        """Points the widest unbroken word of the text takes."""
        return max((self[w] for w in text.split()), default=0.0)

    def _break_points(self, word: str, width: float) -> tuple[list[int], float]:
        """Where a word too long for any line is broken, and the width of what is left for the last line.

        Some programs break it wherever the line is full, others after a stroke or a dash where there is one: the way
        that takes more lines is taken.
        """
        anywhere = self._break_word(word, width, [])
        at_strokes = self._break_word(word, width, [m.end() for m in _MAY_BREAK.finditer(word)])
        cuts = max(anywhere[0], at_strokes[0], key=len)
        return cuts, max(anywhere[1], at_strokes[1])

    def _break_word(self, word: str, width: float, may: Sequence[int]) -> tuple[list[int], float]:
        """Where a word is broken that may be broken at some places before it is anywhere, and the last line's width."""
        cuts: list[int] = []
        begins, x = 0, 0.0
        ends = {*may, len(word)}
        segment_begins, segment = 0, 0.0
        for i, character in enumerate(word):
            wide = self[character]
            x += wide
            segment += wide
            if x > width and i > begins and wide:
                if segment_begins > begins:
                    begins, x = segment_begins, segment
                    cuts.append(begins)
                if x > width and i > begins:
                    begins = segment_begins = i
                    x = segment = wide
                    cuts.append(i)
            if i + 1 in ends:
                segment_begins, segment = i + 1, 0.0
        return cuts, x


@lru_cache(maxsize=64)
def face(font: FontName, bold: bool = False, size: float = 10) -> Face:
    """Return the font at a size in points; one object each, so that measured words stay known."""
    return Face(font, bold, size)


def is_foreign(text: str) -> bool:
    """Whether the text holds a character that Calibri and Arial borrow from another, taller font."""
    return not text.isascii() and any(map(_is_borrowed, _unmeasured().findall(text)))


def _may_not_break_between(before: str, word: str) -> bool:
    """Whether no line may end between two words (Unicode line breaking, LB13 and LB14, even after spaces)."""
    return word[0] in _NOT_AT_LINE_START or before[-1] in _NOT_AT_LINE_END


@lru_cache(maxsize=8)
def _advances(font: FontName, bold: bool) -> dict[str, int]:
    table = json.loads(files("hrworkbook").joinpath("metrics.json").read_text(encoding="utf-8"))
    return dict(zip(table["characters"], table[font + (" bold" if bold else "")], strict=True))


@lru_cache(maxsize=1)
def _unmeasured() -> re.Pattern[str]:
    """Return what finds characters that may be borrowed: no text is looked at letter by letter for those it has not."""
    known = "".join(re.escape(c) for c in _advances("Calibri", False) if ord(c) >= _FIRST_BORROWED)
    return re.compile(f"[^\x00-{chr(_FIRST_BORROWED - 1)}{known}]")


@lru_cache(maxsize=4096)
def _is_borrowed(character: str) -> bool:
    return not unicodedata.name(character, "").startswith(("GREEK", "LATIN", "CYRILLIC"))


@lru_cache(maxsize=4096)
def _estimated_advance(character: str) -> int:
    """Return an advance for a character the table does not hold; rather too wide than too narrow."""
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    if ord(character) >= 0x1F000 or 0x2190 <= ord(character) < 0x2E00:
        return int(_PICTURE_EM * _EM)
    wide = unicodedata.east_asian_width(character) in ("W", "F")
    return int((_WIDE_EM if wide else _OTHER_EM) * _EM)
