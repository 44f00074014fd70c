"""Cells that hold something and do not show it: by colour, size, format, height, width, place."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hrworkbook.checking.publishing_fault import count_are, publishing_fault
from hrworkbook.intake.cell_colours import INDEXED, OFFICE_THEME, Theme, rgb_of
from hrworkbook.plan.findings import Finding
from hrworkbook.plan.kinds import quoted
from hrworkbook.plan.number_format.render import render
from hrworkbook.plan.values import as_text
from hrworkbook.render.style import contrast_ratio

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet  # noqa: TID251

UNSEEN_CONTRAST = 2.0
"""Below this ratio nobody reads a text. WCAG 2.2, 1.4.3, asks for 4.5."""
_FAINT_CONTRAST = 3.0
_TINY_FONT, _SMALL_FONT = 4.0, 6.0
_TINY_HEIGHT = 4.0
"""Points below which no line of text is seen."""
_TINY_WIDTH = 0.8
"""Characters below which none is seen."""
_FAR_ROWS, _FAR_COLUMNS = 100, 20
_DEEPEST_INDENT = 40


def hidden_text(sheet: "Worksheet", theme: Theme) -> Iterator[Finding]:
    """Yield rows, columns and cells of a sheet that hold something nobody sees."""
    yield from _rows_and_columns(sheet)
    filled = [cell for row in sheet.iter_rows() for cell in row if not _is_blank(cell.value)]
    for cell in filled:
        yield from _unseen(sheet, cell, theme)
    yield from _far_cells(sheet, filled)
    yield from _scrolled_away(sheet)


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _rows_and_columns(sheet: "Worksheet") -> Iterator[Finding]:
    """Yield rows and columns that are hidden or too small to be seen, by themselves or as the sheet's default."""
    name, default = sheet.title, sheet.sheet_format
    has_value = {row[0].row for row in sheet.iter_rows() if any(not _is_blank(c.value) for c in row)}
    default_hidden = default.zeroHeight or (default.customHeight and (default.defaultRowHeight or 15) < _TINY_HEIGHT)
    known = {i: row for i, row in sheet.row_dimensions.items() if row.hidden or row.height is not None}
    hidden = [i for i, row in known.items() if row.hidden or row.height == 0]
    hidden += [i for i in has_value if default_hidden and i not in sheet.row_dimensions]
    if hidden:
        fault = f"{count_are(len(hidden), 'row')} hidden"
        yield publishing_fault(name, f"A{min(hidden)}", "hidden-row", fault, "Show or delete them; clear any filter")
    tiny = sorted(
        i for i, row in known.items() if i in has_value and not row.hidden and 0 < (row.height or 15) < _TINY_HEIGHT
    )
    if tiny:
        fault = f"{count_are(len(tiny), 'row')} too low to be seen, the first {sheet.row_dimensions[tiny[0]].height:g} points high"
        yield publishing_fault(
            name, f"A{tiny[0]}", "hidden-row", fault, "Give them a row height that shows them, or delete them"
        )
    columns = [letters for letters, column in sheet.column_dimensions.items() if column.hidden or column.width == 0]
    if default.defaultColWidth is not None and default.defaultColWidth < _TINY_WIDTH:
        columns += [c.column_letter for c in sheet[1] if c.column_letter not in sheet.column_dimensions]
    if columns:
        fault = f"{count_are(len(columns), 'column')} hidden"
        yield publishing_fault(name, f"{columns[0]}1", "hidden-column", fault, "Show or delete them")
    narrow = [
        letters for letters, column in sheet.column_dimensions.items()
        if column.customWidth and not column.hidden and 0 < column.width < _TINY_WIDTH
        and any(not _is_blank(c.value) for c in sheet[letters])
    ]  # fmt: skip
    if narrow:
        fault = f"{count_are(len(narrow), 'column')} too narrow to be seen"
        yield publishing_fault(name, f"{narrow[0]}1", "hidden-column", fault, "Widen or delete them")


def _unseen(sheet: "Worksheet", cell: Any, theme: Theme) -> Iterator[Finding]:
    def unseen(rule: str, fault: str, remedy: str, severity: str = "error") -> Finding:
        return publishing_fault(sheet.title, cell.coordinate, rule, fault, remedy, cell.value, severity)  # type: ignore[arg-type]

    if hides(cell.value, cell.number_format):
        yield unseen(
            "hidden-text", "its number format hides what it holds", "Clear it, or give it a format that shows it"
        )
    size = float(cell.font.sz or 11)
    if size < _TINY_FONT:
        yield unseen(
            "hidden-text",
            f"its text is {size:g} points high, too small to be seen",
            "Clear it, or give it a size that can be read",
        )
    elif size < _SMALL_FONT:
        yield unseen(
            "small-text",
            f"its text is {size:g} points high, and few can read it",
            "Give it 10 points or more",
            "warning",
        )
    if (cell.alignment.indent or 0) > _DEEPEST_INDENT:
        yield unseen(
            "hidden-text", f"it is indented by {cell.alignment.indent:g}, out of its own cell", "Take the indent away"
        )
    contrast, text_colour, ground = contrast_of(cell, theme)
    if contrast < UNSEEN_CONTRAST:
        fault = f"its text is {_colour_name(text_colour)} on {_colour_name(ground)} and cannot be seen"
        yield unseen("hidden-text", fault, "Clear it, or give it a colour that shows it")
    elif contrast < _FAINT_CONTRAST:
        fault = f"its text has the contrast {contrast:.1f} to 1 (colour {text_colour} on {ground}), which few can read"
        yield unseen("contrast", fault, "Give it a darker colour: 4.5 to 1 is what the rules ask for", "warning")


def hides(value: object, code: str) -> bool:
    """Return whether a number format shows nothing of a value that is there; a formula is taken for a figure."""
    if code in ("General", "@", "", None) or isinstance(value, bool):
        return False
    if isinstance(value, str):
        return not render(1.0 if value.startswith("=") else value, code).strip()
    if isinstance(value, int | float):
        return value != 0 and not render(value, code).strip()
    return not code.replace('"', "").strip(" ;")


def contrast_of(cell: Any, theme: Theme) -> tuple[float, str, str]:
    """Return the contrast of a cell's text to its fill (WCAG 2.2, 1 to 21), and the two colours; 21 where it is not known."""
    fill = cell.fill
    if fill is not None and fill.fill_type not in (None, "solid"):
        return 21.0, "", ""
    ground = _rgb(fill.fgColor, theme) if fill is not None and fill.fill_type == "solid" else "FFFFFF"
    text = (_rgb(cell.font.color, theme) if cell.font.color is not None else "") or "000000"
    if not ground:
        return 21.0, text, ""
    return contrast_ratio(f"#{text}", f"#{ground}"), text, ground


def _rgb(colour: Any, theme: Theme) -> str:
    if colour is None:
        return ""
    # Excel counts light before dark in a theme's first two colours, and so does the theme read here.
    said = {colour.type: str(getattr(colour, colour.type)), "tint": str(colour.tint or 0)}
    if colour.type == "indexed" and colour.indexed in (64, 65):
        return "000000" if colour.indexed == 64 else "FFFFFF"
    return rgb_of(said, theme or OFFICE_THEME, INDEXED)


def _colour_name(rgb: str) -> str:
    names = {"FFFFFF": "white", "000000": "black"}
    grey = len({rgb[0:2], rgb[2:4], rgb[4:6]}) == 1
    return names.get(rgb) or (f"a pale grey ({rgb})" if grey else f"the colour {rgb}")


def _far_cells(sheet: "Worksheet", filled: list[Any]) -> Iterator[Finding]:
    """Yield the first cell that stands far below or beside all others: nobody scrolls there."""
    for axis, gap in (("row", _FAR_ROWS), ("column", _FAR_COLUMNS)):
        used = sorted({getattr(cell, axis) for cell in filled})
        edge = next((b for a, b in zip(used, used[1:], strict=False) if b - a > gap), None)
        if edge is None and used and used[0] > gap:
            edge = used[0]
        if edge is not None:
            cell = next(c for c in filled if getattr(c, axis) == edge)
            fault = f"it stands far outside the rest of the sheet, and holds {quoted(as_text(cell.value))}"
            yield publishing_fault(
                sheet.title, cell.coordinate, "far-cell", fault, "Delete it, or bring it to the rest", cell.value
            )
            return


def _scrolled_away(sheet: "Worksheet") -> Iterator[Finding]:
    """Yield frozen panes above or beside which rows or columns can never be scrolled into sight."""
    view = sheet.sheet_view
    if (
        view is not None
        and view.pane is not None
        and view.pane.state == "frozen"
        and view.topLeftCell not in (None, "A1")
    ):
        fault = f"its panes are frozen at {view.topLeftCell}, and what lies before it cannot be scrolled into sight"
        yield publishing_fault(
            sheet.title, "A1", "hidden-row", fault, "Unfreeze the panes (View), and show the first row"
        )
