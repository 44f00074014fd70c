"""A status kept as a colour alone: fills near red, amber, green, blue or grey are that word."""

import colorsys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hrworkbook.plan.kinds import match_word
from hrworkbook.plan.schema import Column, Schema
from hrworkbook.plan.snapshot import Block, address, column_letters
from hrworkbook.plan.values import is_blank, normalised_text
from hrworkbook.tables.plan_rows import SourceLine
from hrworkbook.tables.plan_sheet import PlanSheetReader

_GREYEST, _PALEST_GREY = 0.12, 0.93
"""Saturation below which a colour is grey, and brightness above which it is nearly white."""
_HUES = ((18, "Red"), (68, "Amber"), (170, "Green"), (265, "Blue"))
"""Degrees of the colour circle up to which a colour has each name; red again from 335 on."""
_RED_AGAIN = 335


@dataclass
class ColourReading:
    """What colours were read as words: sheet column, cells, and how often each colour was which word."""

    column: int = 0
    heading: str = ""
    cells: list[str] = field(default_factory=list)
    words: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By colour (RRGGBB) and word."""


def colour_word(rgb: str) -> str:
    """Return what a fill given as RRGGBB is called; '' where it is none of these colours."""
    red, green, blue = (int(rgb[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    if saturation < _GREYEST:
        return "Grey" if 0.25 < value < _PALEST_GREY else ""
    if value < 0.25:
        return ""
    degrees = hue * 360
    return "Red" if degrees >= _RED_AGAIN else next((word for most, word in _HUES if degrees <= most), "")


def read_colours(sheet: PlanSheetReader, schema: Schema) -> ColourReading | None:
    """Give lines without a status the word of their cell's colour; None where none had one.

    The column is the status', where its heading is known, else one without words in which most lines have a colour of
    several. A colour that cells with words beside it share shades the row, and says nothing.
    """
    status = schema.role("status")
    if status is None or not sheet.block.fills:
        return None
    meant = _legend(sheet, status, schema)
    found = ColourReading()
    for number, header in sheet.headers_by_table.items():
        lines = [x for x in sheet.lines if x.table == number]
        at = next((a for a, key in header.keys.items() if key == status.key), 0) or _coloured_column(sheet, lines)
        if not at:
            continue
        blank = [x for x in lines if is_blank(x.values.get(status.key))]
        for line in blank:
            rgb = own_fill(sheet.block, line.row, at)
            if rgb and (word := colour_word(rgb)):
                said = meant.get(rgb) or match_word(word, status.words or schema.lists.get(status.list, ())) or word
                line.values[status.key] = said
                found.cells.append(address(line.row, at))
                found.words[rgb, said] += 1
                found.column = at
        found.heading = next((c.name for c in header.columns if c.at == found.column), found.heading)
    return found if found.cells else None


def own_fill(block: Block, row: int, at: int) -> str:
    """Return a blank cell's fill, RRGGBB; '' where the same reaches a cell beside it that says something, and shades the row."""
    rgb = block.fills.get((row, at), "")
    for step in (-1, 1) if rgb else ():
        beside = at + step
        while block.fills.get((row, beside)) == rgb:
            if not is_blank(block.at(row, beside)):
                return ""
            beside += step
    return str(rgb)


def _coloured_column(sheet: PlanSheetReader, lines: Iterable[SourceLine]) -> int:
    """Return the column without words in which most lines have a colour, of two kinds at least; 0 where there is none."""
    rows = [line.row for line in lines]
    by_column: dict[int, list[str]] = {}
    for (row, at), rgb in sheet.block.fills.items():
        if row in rows and colour_word(rgb) and is_blank(sheet.block.at(row, at)) and own_fill(sheet.block, row, at):
            by_column.setdefault(at, []).append(colour_word(rgb))
    able = [
        at for at, words in by_column.items()
        if 2 * len(words) > len(rows) and len(set(words)) > 1 and all(is_blank(sheet.block.at(row, at)) for row in rows)
    ]  # fmt: skip
    return able[0] if len(able) == 1 else 0


def _legend(sheet: PlanSheetReader, status: Column, schema: Schema) -> Mapping[str, str]:
    """Return the words of the status' list that stand in coloured cells outside the lines, by colour."""
    words = (*(status.words or schema.lists.get(status.list, ())),)
    rows = {line.row for line in sheet.lines}
    found = {}
    for (row, at), rgb in sheet.block.fills.items():
        if row not in rows and (word := match_word(normalised_text(sheet.block.at(row, at)), words)):
            found[rgb] = word
    return found


def colour_note(reading: ColourReading, sheet: str, status: Column, cells: str) -> str:
    """Return the receipt's sentence about colours, with those seen."""
    seen = ", ".join(f"{rgb} as {word} ({count})" for (rgb, word), count in reading.words.most_common())
    name = f" '{reading.heading}'" if reading.heading else ""
    return f"Sheet '{sheet}': in column {column_letters(reading.column)}{name} the colours of cells without words ({cells}) were read as {status.header}: {seen}."
