"""Text on a sheet that some readers will not get: clipped by its cell, or said by colour alone."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from hrworkbook.plan.findings import Finding
from hrworkbook.plan.snapshot import TALLEST_ROW
from hrworkbook.plan.values import as_text
from hrworkbook.render.style import FontName
from hrworkbook.render.text_metrics import Face, face

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet  # noqa: TID251

_DEFAULT_WIDTH, _DEFAULT_HEIGHT = 9.14, 15.0
"""Excel's own: the width in characters, padding included, and the height in points."""
_POINTS_PER_PIXEL = 0.75
_PADDING = 3.75
_INDENT = 6.75
_MEASURE_TOLERANCE = 1.02


def clipped_text(sheet: "Worksheet") -> Iterator[Finding]:
    """Cells whose text is not shown whole, in print or on the screen."""
    widths = _column_edges(sheet)
    for row in sheet.iter_rows():
        height = sheet.row_dimensions[row[0].row].height
        for at, cell in enumerate(row):
            fault = _clipping_fault(cell, row[at + 1 : at + 2], widths, height)
            if fault and height == TALLEST_ROW:
                said = "its text is longer than Excel's tallest row can show"
                remedy = "Print the plan, which shows all of it, or shorten it"
                yield Finding("warning", sheet.title, cell.coordinate, "", None, "clipped", said, remedy)
            elif fault:
                yield Finding("error", sheet.title, cell.coordinate, "", None, "clipped", *fault)


def _column_edges(sheet: "Worksheet") -> dict[int, float]:
    """Points between the edges of each column that has a width of its own."""
    widths: dict[int, float] = {}
    default = sheet.sheet_format.defaultColWidth or sheet.sheet_format.baseColWidth + 0.71
    widths[0] = max(default, 1.0) * 7 * _POINTS_PER_PIXEL
    for column in sheet.column_dimensions.values():
        first, last = column.min or 0, column.max or 0
        if column.width and column.customWidth:
            for j in range(first, min(last, first + 1000) + 1):
                widths[j] = column.width * 7 * _POINTS_PER_PIXEL
    return widths


def _clipping_fault(cell: Any, right: Any, widths: dict[int, float], height: float | None) -> tuple[str, str] | None:
    """Fault and remedy, where the cell does not show its text whole."""
    value = cell.value
    if value is None or value == "" or cell.data_type == "f":
        return None
    letters = _face(cell)
    indent = (cell.alignment.indent or 0) * _INDENT
    width = (widths.get(cell.column, widths[0])) - _PADDING - indent
    if not isinstance(value, str):
        wide = isinstance(value, date | int) and letters.width(as_text(value)) > (width + _PADDING) * _MEASURE_TOLERANCE
        return ("its number is wider than its column and prints as ####", "Widen the column") if wide else None
    text = value.replace("\r\n", "\n").strip("\n ")
    if cell.alignment.wrap_text:
        lines = letters.lines(text, width)
        needs = lines * letters.size * 1.2
        if lines > 1 and height is None:
            return (
                f"its {lines} lines have no row height, and not every program fits the row to them",
                "Set the row's height",
            )
        if height is not None and needs > height * _MEASURE_TOLERANCE + 1 and lines > 1:
            return (
                f"it needs about {needs:.0f} points of height and its row has {height:g}",
                "Heighten the row or split the text",
            )
        return None
    if cell.alignment.horizontal in ("center", "centerContinuous", "right"):
        return None
    beside = right[0].value if right else None
    if beside not in (None, "") and letters.width(text.split("\n")[0]) > (width + indent) * _MEASURE_TOLERANCE:
        return "its text is wider than its column and the next cell is filled", "Wrap the text, or widen the column"
    return None


def _face(cell: Any) -> Face:
    font: FontName = (
        "Arial" if (cell.font.name or "").casefold().startswith(("arial", "liberation sans")) else "Calibri"
    )
    return face(font, bool(cell.font.b), float(cell.font.sz or 11))


def colour_only(sheet: "Worksheet") -> Iterator[Finding]:
    """Cells that say something by their colour and by nothing else.

    Those are blank cells with a colour of their own beside cells without it, marks such as ● in different colours, and
    the same word on different colours in one column.
    """
    fills: dict[tuple[int, str], dict[str, str]] = defaultdict(dict)
    for row in sheet.iter_rows():
        colours = [_colour(cell) for cell in row]
        for cell, colour in zip(row, colours, strict=True):
            text = " ".join(str(cell.value).split()) if cell.value is not None else ""
            if colour and not text and cell.alignment.horizontal != "centerContinuous":
                if any(
                    other.value not in (None, "") and fill != colour for other, fill in zip(row, colours, strict=True)
                ):
                    yield _colour_finding(sheet, cell, "the cell is blank and says something by its colour alone")
            elif text and not re.search(r"\w", text):
                fills[cell.column, text].setdefault(colour or _font_colour(cell), cell.coordinate)
            elif text and colour and len(text) < 40:
                fills[cell.column, text.casefold()].setdefault(colour, cell.coordinate)
    for (_, text), seen in fills.items():
        if len(seen) > 1 and not _is_number(text):
            place = list(seen.values())[1]
            yield _colour_finding(
                sheet, sheet[place], f"'{text}' stands on different colours, and only they tell it apart"
            )


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-£]?[\d,.]+%?", text) is not None


def _colour_finding(sheet: "Worksheet", cell: Any, fault: str) -> Finding:
    return Finding("error", sheet.title, cell.coordinate, "", None, "colour-only", fault, "Say it in a word as well")


def _colour(cell: Any) -> str:
    """Return the fill's colour where it is one: '' for none, white, black and greys."""
    fill = cell.fill
    return _resolve_colour(fill.fgColor) if fill is not None and fill.fill_type == "solid" else ""


def _font_colour(cell: Any) -> str:
    return _resolve_colour(cell.font.color) if cell.font.color is not None else ""


def _resolve_colour(colour: Any) -> str:
    if colour.type == "theme":
        return f"theme {colour.theme} {colour.tint:.2f}" if colour.theme > 3 else ""
    if colour.type != "rgb" or not isinstance(colour.rgb, str):
        return (
            f"indexed {colour.indexed}"
            if colour.type == "indexed" and colour.indexed not in (0, 1, 8, 9, 64, 65)
            else ""
        )
    parts = [int(colour.rgb[-6:][i : i + 2], 16) for i in (0, 2, 4)]
    return colour.rgb[-6:] if max(parts) - min(parts) > 16 else ""
