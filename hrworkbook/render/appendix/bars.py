"""Bars drawn as PNG pictures: their colours differ in brightness or hatching too, so that a grey print tells them apart.

Every part has a dark outline, whose contrast with the paper does not depend on the fill (WCAG 2.2, 1.4.11).
"""

import struct
import zlib
from collections.abc import Sequence
from itertools import accumulate

from hrworkbook.render import style as look
from hrworkbook.render.appendix.paper import Bar

PIXELS_PER_POINT = 4
_OUTLINE = 2
"""Pixels."""
_HATCH_STEP, _HATCH_WIDTH = 12, 3
"""Pixels from one stroke of a hatching to the next, and of its width."""
_DARK = 0.30
"""The luminance below which fills look alike in grey; those after the first are hatched."""
Colour = tuple[int, int, int]


def bar_png(bar: Bar, width: float, height: float) -> bytes:
    """Return a bar as a PNG of so many points; the same bar gives the same bytes."""
    across, down = round(width * PIXELS_PER_POINT), round(height * PIXELS_PER_POINT)
    rows = _columns(bar, across, down) if bar.upright else _lying(bar, across, down)
    return _png(rows, across, down)


def _lying(bar: Bar, across: int, down: int) -> list[bytes]:
    """Return the pixel rows of parts that lie side by side."""
    ends = [round(total / bar.whole * (across - 1)) for total in accumulate(p.number for p in bar.parts)]
    starts = [0, *ends[:-1]]
    paints = [_rgb(p.fill) for p in bar.parts]
    hatchings = _hatchings([p.fill for p in bar.parts])
    rows = []
    for y in range(down):
        row = bytearray(b"\xff" * (3 * across))
        for start, end, paint, hatching in zip(starts, ends, paints, hatchings, strict=True):
            if end <= start:
                continue
            edge = y < _OUTLINE or y >= down - _OUTLINE
            row[3 * start : 3 * (end + 1)] = _segment(start, end, y, edge, paint, hatching)
        rows.append(bytes(row))
    return rows


def _segment(start: int, end: int, y: int, edge: bool, paint: Colour, hatching: int) -> bytes:
    """Return the pixels of one part in one row, outline included."""
    outline = bytes(_rgb(look.TEXT))
    width = end - start + 1
    if edge or width <= 2 * _OUTLINE:
        return outline * width
    inner = b"".join(
        b"\xff\xff\xff" if hatching and _is_stroke(x, y, hatching) else bytes(paint)
        for x in range(start + _OUTLINE, end + 1 - _OUTLINE)
    )
    return outline * _OUTLINE + inner + outline * _OUTLINE


def _is_stroke(x: int, y: int, hatching: int) -> bool:
    """Whether a pixel is part of a stroke: rising, upright or falling."""
    along = (x + y, x, x - y)[hatching % 3]
    return along % _HATCH_STEP < _HATCH_WIDTH


def _hatchings(fills: Sequence[str]) -> list[int]:
    """Return 0 for a fill that is plain; a number for each further dark one, by which it is hatched."""
    dark = list(dict.fromkeys(f for f in sorted(set(fills)) if _brightness(f) < _DARK))
    order = {fill: n for n, fill in enumerate(sorted(dark, key=lambda f: _HATCH_ORDER.get(f, len(_HATCH_ORDER))))}
    return [order.get(f, 0) for f in fills]


_HATCH_ORDER = {look.RED: 0, look.GREEN: 1, look.COMPLETE: 2}
"""Red stays plain, whichever of the others are there; so a fill has the same hatching in every bar of a paper."""


def _brightness(fill: str) -> float:
    return 1.05 / look.contrast_ratio(fill, look.WHITE) - 0.05


def _columns(bar: Bar, across: int, down: int) -> list[bytes]:
    """Return the pixel rows of columns that stand side by side, each as high as its number."""
    slot = max(3, across // max(1, len(bar.parts)))
    wide = max(2, slot * 2 // 3)
    tops = [down - max(1, round(p.number / bar.whole * down)) if p.number > 0 else down for p in bar.parts]
    rows = []
    for y in range(down):
        row = bytearray(b"\xff" * (3 * across))
        for n, (part, top) in enumerate(zip(bar.parts, tops, strict=True)):
            if y >= top or y == down - 1:
                start = n * slot
                row[3 * start : 3 * (start + wide)] = bytes(_rgb(part.fill)) * wide
        rows.append(bytes(row[: 3 * across]))
    return rows


def _rgb(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _png(rows: Sequence[bytes], across: int, down: int) -> bytes:
    """Return pixel rows as a PNG of 8 bits a colour (ISO/IEC 15948), without any metadata."""
    header = struct.pack(">IIBBBBB", across, down, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\x00" + row for row in rows), 9)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
