"""The chart of a trend: a line for each figure, month by month."""

from typing import Any

from hrworkbook.render import style as look
from hrworkbook.render.appendix.document import Trend
from hrworkbook.render.appendix.summary_pages import SummaryPlan

_LINE_COLOURS = (look.HEADER_FILL, "#C8102E", "#6B7A8F", "#2E7D32")
_DASH_STYLES = ("solid", "dash", "round_dot", "long_dash")


def draw_trend(book: Any, sheet: Any, plan: SummaryPlan, trend: Trend, at: int) -> None:
    """Draw the trend beside the paragraph; its figures stand beside the printed page."""
    drawn = trend.charted_rows
    aside = len(plan.widths) + 1
    sheet.set_column_pixels(aside, aside, 160)
    sheet.write_string(at, aside, "What the chart shows")
    for i, month in enumerate(trend.months, 1):
        sheet.write_string(at + i, aside, month)
    chart = book.add_chart({"type": "line"})
    font = {"name": plan.setup.font, "size": 9, "color": look.TEXT}
    first, last = at + 1, at + len(trend.months)
    for n, row in enumerate(drawn):
        column = aside + 1 + n
        sheet.set_column_pixels(column, column, 40 + 8 * len(row.label))
        sheet.write_string(at, column, row.label)
        for i, figure in enumerate(row.figures, 1):
            if figure is not None:
                sheet.write_number(at + i, column, figure)
        ink = _LINE_COLOURS[n % len(_LINE_COLOURS)]
        chart.add_series(
            {
                "name": row.label,
                "categories": [sheet.name, first, aside, last, aside],
                "values": [sheet.name, first, column, last, column],
                "line": {"color": ink, "width": 2.25, "dash_type": _DASH_STYLES[n % len(_DASH_STYLES)]},
                "marker": {"type": "circle", "size": 5, "fill": {"color": ink}, "border": {"color": look.WHITE}},
                "y2_axis": row.other_scale,
            }
        )
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_x_axis({"num_font": font, "line": {"color": look.RULE_COLOUR}, "major_tick_mark": "none"})
    grid = {"visible": True, "line": {"color": look.RULE_COLOUR, "width": 0.5}}
    for axis, other in ((chart.set_y_axis, False), (chart.set_y2_axis, True)):
        names = [row.label for row in drawn if row.other_scale is other]
        if names:
            title = {"name": " / ".join(names) if other else "", "name_font": font}
            axis(
                {
                    "num_font": font,
                    "num_format": "#,##0",
                    "line": {"none": True},
                    "major_gridlines": grid if not other else {"visible": False},
                    **title,
                }
            )
    chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
    chart.set_plotarea({"fill": {"none": True}})
    chart.show_blanks_as("gap")
    chart.set_size({"width": sum(plan.widths[1:]) - 8, "height": int(plan.rows[at].height / 0.75) - 6})
    place = {"x_offset": 4, "y_offset": 2, "object_position": 1, "description": trend_alt_text(trend)}
    sheet.insert_chart(at, 1, chart, place)


def trend_alt_text(trend: Trend) -> str:
    """Return what the chart shows, in words: its alternative text."""
    sentences = []
    for row in trend.charted_rows:
        known = [i for i, figure in enumerate(row.figures) if figure is not None]
        ends = (f"{row.texts[i]} in {trend.months[i]}" for i in (known[0], known[-1]))
        sentences.append(f"{row.label}: {', '.join(ends)}")
    return f"Line chart from {trend.months[0]} to {trend.months[-1]}. " + ". ".join(sentences) + "."
