"""Draws docs/pictures/rooms.svg from the walls of tests/test_house.py: `python tests/support/rooms_picture.py`."""

import ast
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "pictures" / "rooms.svg"
WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 232, 104, 24, 40, 16
CHARACTERS = 38


def direct(may_import: Mapping[str, str]) -> dict[str, set[str]]:
    """Return the imports of each room that do not follow from others."""
    allowed = {room: set(rooms.split()) for room, rooms in may_import.items()}

    def below(room: str) -> set[str]:
        return allowed[room].union(*(below(r) for r in allowed[room]))

    return {room: {r for r in rooms if not any(r in below(o) for o in rooms)} for room, rooms in allowed.items()}


def levels(may_import: Mapping[str, str]) -> list[list[str]]:
    """Return the rooms from the bottom up, each just below the lowest that may import it."""
    depth: dict[str, int] = {}

    def down(room: str) -> int:
        if room not in depth:
            depth[room] = 1 + max((down(r) for r, rooms in may_import.items() if room in rooms.split()), default=-1)
        return depth[room]

    for room in may_import:
        down(room)
    return [[r for r in may_import if depth[r] == d] for d in range(max(depth.values()), -1, -1)]


def purpose(room: str) -> str:
    """Return the first sentence of a room's docstring."""
    tree = ast.parse((ROOT / "hrworkbook" / room / "__init__.py").read_text(encoding="utf-8"))
    return (ast.get_docstring(tree) or "").splitlines()[0].split(". ")[0].rstrip(".")


def rooms_svg(may_import: Mapping[str, str]) -> str:
    """Return the picture as SVG, the same text each time."""
    rows = levels(may_import)
    widest = max(map(len, rows))
    width = 2 * MARGIN + widest * WIDTH + (widest - 1) * GAP_X
    height = 2 * MARGIN + len(rows) * HEIGHT + (len(rows) - 1) * GAP_Y
    at: dict[str, tuple[int, int]] = {}
    for h, rooms in enumerate(rows):
        left = (width - len(rooms) * WIDTH - (len(rooms) - 1) * GAP_X) // 2
        for i, room in enumerate(rooms):
            at[room] = (left + i * (WIDTH + GAP_X), height - MARGIN - HEIGHT - h * (HEIGHT + GAP_Y))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="Calibri, Carlito, Arial, sans-serif" role="img">',
        "<title>The rooms of hrworkbook, and what each may import</title>",
        '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#505A5F"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#FFFFFF"/>',
    ]
    needs = direct(may_import)
    for room, rooms in needs.items():
        for other in sorted(rooms):
            (x, y), (to_x, to_y) = at[room], at[other]
            if to_y - y > HEIGHT + GAP_Y:
                continue  # it would run behind a box; the box names it
            lines.append(
                f'<line x1="{x + WIDTH // 2}" y1="{y + HEIGHT}" x2="{to_x + WIDTH // 2}" y2="{to_y}" '
                'stroke="#505A5F" stroke-width="1.2" marker-end="url(#a)"/>'
            )
    for room, (x, y) in at.items():
        lines += [
            f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" fill="#F3F2F1" stroke="#B1B4B6"/>',
            f'<rect x="{x}" y="{y}" width="{WIDTH}" height="26" fill="#003078"/>',
            f'<text x="{x + 10}" y="{y + 18}" font-size="15" font-weight="bold" fill="#FFFFFF">{room}/</text>',
        ]
        for i, text in enumerate(textwrap.wrap(purpose(room), CHARACTERS, max_lines=3, placeholder=" …")):
            lines.append(
                f'<text x="{x + 10}" y="{y + 41 + 13 * i}" font-size="12" fill="#0B0C0C">{escape(text)}</text>'
            )
        if needs[room]:
            text = f"imports {', '.join(sorted(needs[room]))}"
            lines.append(f'<text x="{x + 10}" y="{y + HEIGHT - 8}" font-size="12" fill="#505A5F">{text}</text>')
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))
    from test_house import MAY_IMPORT

    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(rooms_svg(MAY_IMPORT), encoding="utf-8")
