"""The summary, written: its rows, and the chart of statuses by theme with a text for those who cannot see it."""

from typing import Any

from hrworkbook.plan.findings import join_words
from hrworkbook.plan.values import shorten
from hrworkbook.render import style as look
from hrworkbook.render.appendix.document import StatusTable
from hrworkbook.render.appendix.formats import FormatCache, set_up_page
from hrworkbook.render.appendix.page_plan import Cover
from hrworkbook.render.appendix.summary_pages import SummaryCell, SummaryPlan
from hrworkbook.render.appendix.trend_chart import draw_trend
from hrworkbook.render.word_colours import status_colours

_MOST_ALT_TEXT = 1_500
"""Characters of an alternative text."""
_DUE_FILL = "#D2E2F1"
"""A light blue under a count of the month grid; its text is TEXT."""
_OTHER_STATUS_COLOURS = tuple(
    look.FillColours(fill, text)
    for fill, text in (
        (look.RULE_COLOUR, look.TEXT),
        (look.SECONDARY, look.WHITE),
        ("#DEE0E2", look.TEXT),
        (look.HEADER_FILL, look.WHITE),
        ("#8EB8DC", look.TEXT),
    )
)
"""Bars of statuses that have no colour of their own."""
_BORDERED = {"bottom": 1, "bottom_color": look.RULE_COLOUR}
_STYLES: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_color": look.HEADER_FILL, "step": 8},
    "meta": {"font_color": look.SECONDARY, "step": 1},
    "exempt": {"bold": True, "step": 1},
    "heading": {"bold": True, "font_color": look.HEADER_FILL, "step": 4, "valign": "bottom"},
    "paragraph": {"text_wrap": True, "step": 1},
    "plain": {},
    "note": {"font_color": look.SECONDARY},
    "number": {"bold": True, "size": 28, "indent": 1, "align": "left", "valign": "vcenter"},
    "words": {"indent": 1, "align": "left"},
    "head": {"bold": True, "step": -1, "font_color": look.TEXT},
    "head last": {"bold": True, "step": -1, "bottom": 2, "bottom_color": look.TEXT},
    "head right": {"bold": True, "step": -1, "align": "right"},
    "head last right": {"bold": True, "step": -1, "align": "right", "bottom": 2, "bottom_color": look.TEXT},
    "head centred": {"bold": True, "step": -1, "align": "center"},
    "head last centred": {"bold": True, "step": -1, "align": "center", "bottom": 2, "bottom_color": look.TEXT},
    "cell": {"text_wrap": True, **_BORDERED},
    "cell run": {**_BORDERED},
    "cell open": {},
    "cell run figure": {"align": "right", **_BORDERED},
    "cell open figure": {"align": "right"},
    "total run": {"bold": True, **_BORDERED},
    "total open": {"bold": True},
    "total run figure": {"bold": True, "align": "right", **_BORDERED},
    "total open figure": {"bold": True, "align": "right"},
    "cell count": {"align": "right", **_BORDERED},
    "total": {"bold": True, "text_wrap": True, **_BORDERED},
    "total count": {"bold": True, "align": "right", **_BORDERED},
    "cell figure": {"align": "center", "step": -1, **_BORDERED},
    "cell due": {"align": "center", "bold": True, "bg_color": _DUE_FILL, **_BORDERED},
    "cell none": {"align": "center", "font_color": look.SECONDARY, **_BORDERED},
}


def write_summary(book: Any, formats: FormatCache, plan: SummaryPlan, cover: Cover, name: str = "Summary") -> None:
    """Write the summary as the workbook's next sheet."""
    sheet = book.add_worksheet(name)
    set_up_page(sheet, plan.setup, cover)
    for j, pixels in enumerate(plan.widths):
        sheet.set_column_pixels(j, j, pixels)
    for at, row in enumerate(plan.rows):
        sheet.set_row(at, row.height)
        filled = {cell.column for cell in row.cells}
        if row.fill_style:
            for j in range(len(plan.widths)):
                if j not in filled:
                    sheet.write_blank(at, j, None, _cell_format(formats, plan, row.fill_style))
        for cell in row.cells:
            _write(sheet, at, cell, _cell_format(formats, plan, cell.style, cell.status, row.valign))
        if row.role == "chart" and plan.statuses:
            _draw_chart(book, sheet, plan, plan.statuses, at)
        if row.role == "trend" and plan.trend:
            draw_trend(book, sheet, plan, plan.trend, at)
    if plan.breaks:
        sheet.set_h_pagebreaks(list(plan.breaks))
    sheet.print_area(0, 0, len(plan.rows) - 1, len(plan.widths) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{len(plan.rows)}"})


def _write(sheet: Any, at: int, cell: SummaryCell, style: Any) -> None:
    if isinstance(cell.value, int):
        sheet.write_number(at, cell.column, cell.value, style)
    elif cell.value:
        sheet.write_string(at, cell.column, cell.value, style)
    else:
        sheet.write_blank(at, cell.column, None, style)


def _cell_format(formats: FormatCache, plan: SummaryPlan, style: str, status: str = "", valign: str = "top") -> Any:
    settings = {"valign": valign, **_STYLES[style]}
    step = settings.pop("step", 0)
    assert isinstance(step, int)
    settings["font_size"] = settings.pop("size", plan.setup.size + step)
    if style.startswith(("number", "words")):
        settings |= {"left": 5, "left_color": status_colours(status, plan.colours).fill if status else look.HEADER_FILL}
    return formats(**settings)


def _draw_chart(book: Any, sheet: Any, plan: SummaryPlan, table: StatusTable, at: int) -> None:
    """Draw a stacked bar for each theme, inside the narrow columns of one row, which no page break can cut."""
    first, column, step = _chart_range(sheet, plan, table)
    last = first + len(table.rows) - 1
    unknown = 0
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    for n, status in enumerate(table.statuses):
        if not any(counts[n] for _, counts in table.rows):
            continue
        values = column + step * (n + 1)
        paint = status_colours(status, plan.colours)
        if paint == look.NO_STATUS_COLOURS:
            paint = _OTHER_STATUS_COLOURS[unknown % len(_OTHER_STATUS_COLOURS)]
            unknown += 1
        chart.add_series(
            {
                "name": status,
                "categories": [sheet.name, first, column, last, column],
                "values": [sheet.name, first, values, last, values],
                "fill": {"color": paint.fill},
                "border": {"color": look.WHITE, "width": 1.5},
                "gap": 35,
                "data_labels": {
                    "value": True,
                    "num_format": "0;;",
                    "font": {"name": plan.setup.font, "size": 9, "bold": True, "color": paint.text},
                },
            }
        )
    font = {"name": plan.setup.font, "size": 9, "color": look.TEXT}
    title = f"Lines of the plan by {plan.theme_header} and status"
    chart.set_title({"name": title, "name_font": {**font, "size": 11, "bold": True}})
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_y_axis(
        {"reverse": True, "num_font": font, "line": {"color": look.RULE_COLOUR}, "major_tick_mark": "none"}
    )
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
    chart.set_plotarea({"fill": {"none": True}})
    chart.show_blanks_as("gap")
    width, height = sum(plan.widths[1:]), plan.rows[at].height / 0.75
    chart.set_size({"width": width - 8, "height": int(height) - 8})
    sheet.insert_chart(
        at,
        1,
        chart,
        {"x_offset": 4, "y_offset": 2, "object_position": 1, "description": chart_alt_text(table, plan.theme_header)},
    )


def _chart_range(sheet: Any, plan: SummaryPlan, table: StatusTable) -> tuple[int, int, int]:
    """First row, column of the themes, and columns a status takes, of the cells the chart draws.

    They are those of the printed table. Where that runs over a page, with its headings repeated in between, they stand
    once more beside the printed page.
    """
    rows = [n for n, row in enumerate(plan.rows) if row.role == "statuses"]
    if rows[-1] - rows[0] == len(rows) - 1:
        return rows[0], 0, plan.chart_slot
    column = len(plan.widths) + 1
    sheet.set_column_pixels(column, column, 480)
    sheet.write_string(2, column, "What the chart shows")
    for j, status in enumerate(table.statuses, start=1):
        sheet.set_column_pixels(column + j, column + j, 160)
        sheet.write_string(3, column + j, status)
    for i, (theme, counts) in enumerate(table.rows, start=4):
        sheet.write_string(i, column, " ".join(theme.split()))
        for j, number in enumerate(counts, start=1):
            sheet.write_number(i, column + j, number)
    return 4, column, 1


def chart_alt_text(table: StatusTable, theme_header: str = "theme") -> str:
    """Return what the chart shows, in words: its alternative text."""
    themes = []
    for theme, counts in table.rows:
        status_counts = [f"{n} {status}" for n, status in zip(counts, table.statuses, strict=True) if n]
        themes.append(f"{theme}: {join_words(status_counts) or 'no lines'}")
    text = f"Bar chart of the lines of the plan by {theme_header} and status. " + ". ".join(themes) + "."
    return shorten(text, _MOST_ALT_TEXT)
