"""The texts of a PDF's page with where and how they are drawn: invisible, white, tiny, off the page, or under a box."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hrworkbook.render.style import contrast_ratio

_TINY_POINTS = 3.0
_INVISIBLE = 3
"""The text rendering mode that draws nothing (ISO 32000-1, 9.3.6)."""
_FILLING = ("f", "F", "f*", "B", "B*", "b", "b*")
Box = tuple[float, float, float, float]


@dataclass
class _Text:
    """Some text as drawn: where it begins, how high it is, in which colour, and after how many boxes."""

    text: str
    x: float
    y: float
    size: float
    colour: str
    mode: int
    drawn_at: int


class PageTexts:
    """What is written on a page, and what is drawn over it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self._texts: list[_Text] = []
        self._boxes: list[tuple[int, Box, str]] = []
        self._rectangles: list[Box] = []
        self._colour, self._mode, self._order = "000000", 0, 0
        self._kept: list[tuple[str, int]] = []
        self._whole = page.extract_text(visitor_operand_before=self._operand, visitor_text=self._text)

    def lines(self) -> list[str]:
        """Return the page's text line by line."""
        return [" ".join(line.split()) for line in self._whole.splitlines() if line.strip()]

    def unseen(self) -> Iterator[tuple[str, str]]:
        """Yield how a text is hidden, and the text."""
        left, bottom, right, top = (float(v) for v in self.page.mediabox)
        is_scan = bool(self.page.images) if any(t.mode == _INVISIBLE for t in self._texts) else False
        for one in self._texts:
            if one.mode == _INVISIBLE and not is_scan:
                yield "is drawn invisibly", one.text
            elif not (left - 1 <= one.x <= right + 1 and bottom - 1 <= one.y <= top + 1):
                yield "lies off the page", one.text
            elif one.size < _TINY_POINTS:
                yield f"is {one.size:.1f} points high, too small to be seen", one.text
            elif over := self._over(one):
                yield f"lies under a box of the colour {over}, and can be copied out", one.text
            elif contrast_ratio(f"#{one.colour}", f"#{self._ground(one)}") < 1.2:
                yield f"is written in the colour {one.colour} on the same colour", one.text

    def _over(self, one: _Text) -> str:
        """Return the colour of a box drawn over a text after it; '' for none."""
        return next((c for at, box, c in self._boxes if at > one.drawn_at and _covers(box, one)), "")

    def _ground(self, one: _Text) -> str:
        """Return the colour of the last box drawn below a text; white where there is none."""
        below = [colour for at, box, colour in self._boxes if at <= one.drawn_at and _covers(box, one)]
        return below[-1] if below else "FFFFFF"

    def _operand(self, operator: Any, operands: Any, matrix: Any, _: Any) -> None:
        name = operator.decode("latin-1") if isinstance(operator, bytes) else str(operator)
        self._order += 1
        if name == "re":
            x, y, width, height = (float(v) for v in operands)
            (a, b), (c, d) = _moved(matrix, x, y), _moved(matrix, x + width, y + height)
            self._rectangles.append((min(a, c), min(b, d), max(a, c), max(b, d)))
        elif name in _FILLING:
            self._boxes += [(self._order, box, self._colour) for box in self._rectangles]
            self._rectangles = []
        elif name in ("n", "S", "s", "W", "W*"):
            self._rectangles = [] if name in ("n", "S", "s") else self._rectangles
        elif name in ("rg", "g", "k", "sc", "scn"):
            self._colour = _rgb([v for v in operands if isinstance(v, int | float)], self._colour)
        elif name == "Tr":
            self._mode = int(operands[0])
        elif name == "q":
            self._kept.append((self._colour, self._mode))
        elif name == "Q" and self._kept:
            self._colour, self._mode = self._kept.pop()

    def _text(self, text: str, matrix: Any, text_matrix: Any, font: Any, size: float) -> None:
        if not text.strip():
            return
        x, y = _moved(matrix, float(text_matrix[4]), float(text_matrix[5]))
        scale = abs(float(text_matrix[3]) or float(text_matrix[1])) * abs(float(matrix[3]) or float(matrix[1]))
        self._texts.append(
            _Text(" ".join(text.split()), x, y, abs(size) * scale, self._colour, self._mode, self._order)
        )


def _moved(matrix: Any, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = (float(v) for v in matrix)
    return a * x + c * y + e, b * x + d * y + f


def _covers(box: Box, one: _Text) -> bool:
    """Return whether a box lies over where a text begins, and over half its height."""
    return box[0] - 0.5 <= one.x <= box[2] and box[1] - one.size / 2 <= one.y <= box[3] - one.size / 2


def _rgb(parts: list[Any], known: str) -> str:
    """Return RRGGBB of a colour in grey, RGB or CMYK (8.6.4); what was known of a pattern."""
    values = [min(max(float(v), 0.0), 1.0) for v in parts]
    if len(values) == 1:
        values *= 3
    elif len(values) == 4:
        values = [(1 - v) * (1 - values[3]) for v in values[:3]]
    return "".join(f"{round(v * 255):02X}" for v in values) if len(values) == 3 else known
