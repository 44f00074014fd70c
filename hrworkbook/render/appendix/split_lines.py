"""Cutting a tall line into pieces that fit, at the end of a paragraph or a sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hrworkbook.plan.snapshot import TALLEST_ROW
from hrworkbook.render.appendix.page_plan import trim
from hrworkbook.render.text_metrics import Face

CELL_PADDING = 3.75
"""Points of white space a row keeps under its last line."""
_SENTENCE_END = re.compile(r"[.!?;:][\"'”’)\]]*\s+")
_MIN_LINES = 4
"""A piece has at least so many lines, or is the line's last."""
_HEIGHT_STEP = 0.75


@dataclass(frozen=True, slots=True)
class RowPiece:
    """What one row shows of a line: a slice of each cell's text, and the row's height in points."""

    cells: tuple[str, ...]
    height: float


def round_up_height(points: float) -> float:
    """Return the next height Excel can show exactly, in steps of 0.75 points."""
    return -(-round(points / _HEIGHT_STEP, 4) // 1) * _HEIGHT_STEP


def height_of_lines(lines: int, line: float) -> float:
    """Points a row of so many lines takes."""
    return round_up_height(lines * line + CELL_PADDING)


def fitting_length(face: Face, text: str, width: float, lines: int) -> int:
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
    sentence = max((m.end() for m in _SENTENCE_END.finditer(text, 0, limit)), default=0)
    return sentence if sentence >= fewest else max(limit, 1)


def _fitting_length_by_height(face: Face, text: str, width: float, room: float) -> int:
    """How much of the text to put in so many points: fewer lines than fit where some are taller than the others."""
    for lines in range(max(1, int(room / face.line_height)), 0, -1):
        at = fitting_length(face, text, width, lines)
        if lines == 1 or face.height(trim(text[:at]), width) <= room:
            break
    return at


def height_unsplit(faces: Sequence[Face], cells: Sequence[str], widths: Sequence[float]) -> float:
    """Points the cells take when set in one row."""
    tallest = 0.0
    for face, text, width in zip(faces, cells, widths, strict=True):
        if text:
            tall = face.height(text, width)
            if tall > tallest:
                tallest = tall
    return round_up_height((tallest or faces[0].line_height) + CELL_PADDING)


def heights_unsplit(faces: Sequence[Face], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> list[float]:
    """Return the points each of the rows takes, as `height_unsplit` does: a text that a column repeats is measured once."""
    known = [
        {text: face.measure_height(text, width) if text else 0.0 for text in {row[j] for row in rows}}
        for j, (face, width) in enumerate(zip(faces, widths, strict=True))
    ]
    blank = faces[0].line_height
    return [round_up_height((max(map(dict.__getitem__, known, row)) or blank) + CELL_PADDING) for row in rows]


def split_line(
    faces: Sequence[Face], cells: Sequence[str], widths: Sequence[float], first: float, page: float
) -> list[list[RowPiece]]:
    """Return the line cut into rows, page by page: `first` points are left on its first page, `page` on each further one."""
    pages: list[list[RowPiece]] = [[]]
    left = first
    rest = list(cells)
    while any(rest):
        room = min(left, TALLEST_ROW)
        piece, after = _take_piece(faces, rest, widths, room)
        if piece.height > left + 1e-6 or (left < page and _is_too_short(faces, left) and any(after)):
            if left >= page:
                raise ValueError("a page too low for one line of text")
            pages.append([])
            left = page
            continue
        pages[-1].append(piece)
        left -= piece.height
        rest = after
    return pages


def _is_too_short(faces: Sequence[Face], room: float) -> bool:
    return room < height_of_lines(_MIN_LINES, faces[0].line_height)


def _take_piece(
    faces: Sequence[Face], rest: Sequence[str], widths: Sequence[float], room: float
) -> tuple[RowPiece, list[str]]:
    taken: list[str] = []
    after: list[str] = []
    for face, text, width in zip(faces, rest, widths, strict=True):
        at = _fitting_length_by_height(face, text, width, room - CELL_PADDING + 1e-6) if text else 0
        if not trim(text[at:]):
            at = len(text)
        taken.append(text[:at])
        after.append(text[at:])
    return RowPiece(tuple(taken), height_unsplit(faces, [trim(t) for t in taken], widths)), after
