"""Cutting a tall line into pieces that fit, at the end of a paragraph or a sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hrworkbook.appendix.plan_pages import shown
from hrworkbook.look import TALLEST_ROW
from hrworkbook.measure import Face

PAD = 3.75
"""Points of white space a row keeps under its last line."""
_SENTENCE = re.compile(r"[.!?;:][\"'”’)\]]*\s+")
_FEWEST = 4
"""A piece has at least so many lines, or is the line's last."""
_STEP = 0.75


@dataclass(frozen=True, slots=True)
class Piece:
    """What one row shows of a line: a slice of each cell's text, and the row's height in points."""

    cells: tuple[str, ...]
    height: float


def stepped(points: float) -> float:
    """The next height Excel can show exactly, in steps of 0.75 points."""
    return -(-round(points / _STEP, 4) // 1) * _STEP


def row_height(lines: int, line: float) -> float:
    """Points a row of so many lines takes."""
    return stepped(lines * line + PAD)


def cut(face: Face, text: str, width: float, lines: int) -> int:
    """How much of the text to put in a piece of so many lines: the length of the longest good prefix.

    A good prefix ends with a paragraph or, failing that, a sentence, if that uses at least half of the lines; else
    with a word.
    """
    starts = face.line_starts(text, width)
    if len(starts) <= lines:
        return len(text)
    limit = starts[lines]
    fewest = starts[max(1, lines // 2)]
    paragraph = text.rfind("\n", 0, limit) + 1
    if paragraph >= fewest:
        return paragraph
    sentence = max((m.end() for m in _SENTENCE.finditer(text, 0, limit)), default=0)
    return sentence if sentence >= fewest else max(limit, 1)


def _cut_to(face: Face, text: str, width: float, room: float) -> int:
    """How much of the text to put in so many points: fewer lines than fit where some are taller than the others."""
    for lines in range(max(1, int(room / face.line)), 0, -1):
        at = cut(face, text, width, lines)
        if lines == 1 or face.height(shown(text[:at]), width) <= room:
            break
    return at


def whole(faces: Sequence[Face], cells: Sequence[str], widths: Sequence[float]) -> float:
    """Points the cells take when set in one row."""
    tallest = 0.0
    for face, text, width in zip(faces, cells, widths, strict=True):
        if text:
            tall = face.height(text, width)
            if tall > tallest:
                tallest = tall
    return stepped((tallest or faces[0].line) + PAD)


def pieces(
    faces: Sequence[Face], cells: Sequence[str], widths: Sequence[float], first: float, page: float
) -> list[list[Piece]]:
    """The line cut into rows, page by page: `first` points are left on its first page, `page` on each further one."""
    pages: list[list[Piece]] = [[]]
    left = first
    rest = list(cells)
    while any(rest):
        room = min(left, TALLEST_ROW)
        piece, after = _piece(faces, rest, widths, room)
        if piece.height > left + 1e-6 or (left < page and _too_short(faces, left) and any(after)):
            if left >= page:
                raise ValueError("a page too low for one line of text")
            pages.append([])
            left = page
            continue
        pages[-1].append(piece)
        left -= piece.height
        rest = after
    return pages


def _too_short(faces: Sequence[Face], room: float) -> bool:
    return room < row_height(_FEWEST, faces[0].line)


def _piece(faces: Sequence[Face], rest: Sequence[str], widths: Sequence[float], room: float) -> tuple[Piece, list[str]]:
    taken: list[str] = []
    after: list[str] = []
    for face, text, width in zip(faces, rest, widths, strict=True):
        at = _cut_to(face, text, width, room - PAD + 1e-6) if text else 0
        if not shown(text[at:]):
            at = len(text)
        taken.append(text[:at])
        after.append(text[at:])
    return Piece(tuple(taken), whole(faces, [shown(t) for t in taken], widths)), after
