"""The accessible Data sheet: one Excel table, every cell filled, in 12 point (UK Analysis Function guidance)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from hrworkbook.plan.snapshot import TALLEST_ROW
from hrworkbook.plan.values import LONGEST_HEADING, LONGEST_TEXT, fold_name
from hrworkbook.render import style as look
from hrworkbook.render.appendix.column_widths import page_pixels, pixels_for, text_width
from hrworkbook.render.appendix.document import AppendixDocument
from hrworkbook.render.appendix.formats import FormatCache, set_up_page
from hrworkbook.render.appendix.print_texts import print_lines, print_text
from hrworkbook.render.appendix.split_lines import height_unsplit, heights_unsplit, round_up_height
from hrworkbook.render.text_metrics import face

FONT_SIZE = 12
NOT_REPORTED = "Not reported"
NOT_IN_THIS_PLAN = "Not in this plan"
"""What stands in a pack under the header of a column that a plan does not have."""
NO_VALUE_WORDS = (NOT_REPORTED, NOT_IN_THIS_PLAN)
_TITLE_ROWS = 3
_MIN_WIDTH, _MAX_WIDTH = 90, 480
"""Pixels a column has at least and, unless a row would be too tall for Excel, at most."""
_MAX_TOTAL_WIDTH = 1780


def write_data(book: Any, formats: FormatCache, document: AppendixDocument) -> None:
    """Write the Data sheet: title in A1, a sentence in A2, the table from row 4."""
    sheet = book.add_worksheet("Data")
    headers, rows = table_of(document)
    widths = _widths(document, headers, rows)
    title = formats(font_size=16, bold=True, font_color=look.HEADER_FILL)
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, f"{' '.join(document.cover.title.split())}: data", title)
    sheet.set_row(1, 18)
    sheet.write_string(1, 0, _introduction(document), formats(font_size=FONT_SIZE, font_color=look.SECONDARY))
    sheet.set_row(2, 9)
    regular, bold = face(document.setup.font, False, FONT_SIZE), face(document.setup.font, True, FONT_SIZE)
    points = [text_width(w, 0) for w in widths]
    cell = formats(font_size=FONT_SIZE, text_wrap=True, align="left")
    head = formats(font_size=FONT_SIZE, text_wrap=True, align="left", bold=True, bottom=2, bottom_color=look.TEXT)
    for j, pixels in enumerate(widths):
        sheet.set_column_pixels(j, j, pixels)
    sheet.add_table(
        _TITLE_ROWS, 0, _TITLE_ROWS + len(rows), len(headers) - 1,
        {
            "name": "PlanData",
            "style": "Table Style Light 1",
            "banded_rows": False,
            "columns": [{"header": h, "header_format": head} for h in headers],
        },
    )  # fmt: skip
    sheet.set_row(_TITLE_ROWS, height_unsplit([bold] * len(headers), headers, [p - _FILTER_BUTTON for p in points]))
    heights = heights_unsplit([regular] * len(headers), rows, points)
    for i, (row, height) in enumerate(zip(rows, heights, strict=True), start=_TITLE_ROWS + 1):
        sheet.set_row(i, min(height, TALLEST_ROW))
        for j, text in enumerate(row):
            sheet.write_string(i, j, text[:LONGEST_TEXT], cell)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{_TITLE_ROWS + len(rows) + 1}"})
    set_up_page(sheet, document.setup, document.cover)
    sheet.repeat_rows(_TITLE_ROWS)
    sheet.freeze_panes(_TITLE_ROWS + 1, 0)
    sheet.set_print_scale(max(10, min(100, page_pixels(document.setup) * 100 // sum(widths))))


_FILTER_BUTTON = 15.0
"""Points the filter button takes in a heading."""


def table_of(document: AppendixDocument) -> tuple[list[str], list[list[str]]]:
    """Headers, each unlike the others, and rows with every cell filled."""
    if document.sections:
        return _pack_table(document)
    lines = print_lines(document.lines, document.columns, bullets=False)
    themed, known = any(line.theme for line in lines), any(line.line_id for line in lines)
    headers = [*([document.id_header] if known else []), *([document.theme_header] if themed else [])]
    headers += [_qualified_header(document, j) for j in range(len(document.columns))]
    rows = []
    for line in lines:
        row = [*([line.line_id] if known else []), *([line.theme] if themed else []), *line.cells]
        rows.append([text or NOT_REPORTED for text in row])
    if not rows:
        rows.append([document.empty_text, *[NOT_REPORTED] * (len(headers) - 1)])
    return list(_make_unique(headers)), rows


def _pack_table(document: AppendixDocument) -> tuple[list[str], list[list[str]]]:
    """Return the rows of every plan of a pack under one row of headers, the plan first; like headers share a column."""
    places: dict[tuple[str, int], int] = {}
    headers = [document.theme_header]
    tables = []
    for section in document.sections:
        own, lines = table_of(section)
        folded, at = Counter[str](), []
        for header in own:
            name = fold_name(header) or header
            folded[name] += 1
            # Two headers of one plan that read alike are two columns all the same.
            key = name, folded[name]
            if key not in places:
                places[key] = len(headers)
                headers.append(header)
            at.append(places[key])
        tables.append((section.plan_title, at, lines))
    rows = []
    for plan, at, lines in tables:
        for line in lines:
            row = [plan, *[NOT_IN_THIS_PLAN] * (len(headers) - 1)]
            for place, text in zip(at, line, strict=True):
                row[place] = text
            rows.append(row)
    return [*_make_unique(headers)], rows


def _qualified_header(document: AppendixDocument, j: int) -> str:
    """Return the header, with its group before it where another column has the same header."""
    columns = document.columns
    header = print_text(columns[j].header).replace("\n", " ") or columns[j].key
    doubled = sum(c.header.casefold() == columns[j].header.casefold() for c in columns) > 1
    return f"{columns[j].group}: {header}" if doubled and columns[j].group else header


def _make_unique(headers: Sequence[str]) -> Iterator[str]:
    """Yield the headers, a number after each that was there before (Excel tables compare them without case)."""
    seen: set[str] = set()
    for header in headers:
        name, n = header[:LONGEST_HEADING], 1
        while name.casefold() in seen:
            n += 1
            name = header[: LONGEST_HEADING - len(f" ({n})")] + f" ({n})"
        seen.add(name.casefold())
        yield name


def _introduction(document: AppendixDocument) -> str:
    cover = document.cover
    about = ", ".join(" ".join(t.split()) for t in (cover.committee, cover.committee_date, cover.period) if t)
    notes = " ".join(filter(None, (document.note, *(section.note for section in document.sections))))
    return f"One table, one row for each line, every cell filled. {f'{about}. ' if about and notes else about}{notes}".strip()


def _widths(document: AppendixDocument, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Widths that suit the text; wider where a row would else be taller than Excel can show."""
    regular, bold = face(document.setup.font, False, FONT_SIZE), face(document.setup.font, True, FONT_SIZE)
    widths = []
    for j, header in enumerate(headers):
        longest = max((max(row[j].split("\n"), key=len) for row in rows), key=len)
        word = max(regular.longest_word(longest), bold.longest_word(header) + _FILTER_BUTTON)
        widths.append(
            max(_MIN_WIDTH, pixels_for(word, 0), min(_MAX_WIDTH, pixels_for(regular.width(longest) * 1.05, 0)))
        )
        longest_cell = max((row[j] for row in rows), key=len)
        while widths[j] < _MAX_TOTAL_WIDTH:
            height = round_up_height(regular.lines(longest_cell, text_width(widths[j], 0)) * regular.line_height)
            if height < TALLEST_ROW - 10:
                break
            widths[j] = min(_MAX_TOTAL_WIDTH, int(widths[j] * 1.25))
        widths[j] = min(widths[j], _MAX_TOTAL_WIDTH)
    return widths
