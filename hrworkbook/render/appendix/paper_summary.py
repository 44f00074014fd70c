"""The summary as blocks of the paper: paragraphs, and tables whose bars take the place of charts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.render import style as look
from hrworkbook.render.appendix.column_widths import page_pixels, pixels_for
from hrworkbook.render.appendix.document import AppendixDocument, MonthGrid, Trend
from hrworkbook.render.appendix.page_plan import PageSetup, PrintColumn
from hrworkbook.render.appendix.paper import (
    Bar,
    BarPart,
    CellTone,
    PaperBlock,
    PaperCell,
    PaperCounts,
    PaperHeading,
    PaperRow,
    PaperTable,
    PaperText,
    TextStyle,
)  # fmt: skip
from hrworkbook.render.appendix.paper_tables import fit_shares, fit_table
from hrworkbook.render.appendix.print_texts import first_words, header_in_sentence, print_text
from hrworkbook.render.text_metrics import face
from hrworkbook.render.word_colours import status_colours

NOT_REPORTED = "Not reported"
BAR_HEADER = "In a bar"
_BAR_SHARE = 0.16
"""The share of the page that a column of bars takes."""
_LONGEST_POINTER, _LONGEST_LINE = 36, 60
"""Characters of a theme and of a line in a list of lines: one line of type."""
_TEXT_WEIGHT, _COUNT_WEIGHT = 40, 4


def summary_blocks(document: AppendixDocument) -> Iterator[PaperBlock]:
    """Yield the summary; nothing where the document has none."""
    summary = document.summary
    if summary is None:
        return
    yield PaperHeading(1, "Summary")
    if summary.counts:
        yield PaperCounts(summary.counts, document.status_colours)
    for text in print_text(summary.paragraph).split("\n"):
        if text:
            yield PaperText(text)
    yield from _plans(document)
    yield from _statuses(document)
    yield from _overdue(document)
    yield from _revised(document)
    yield from _trend(document)
    yield from _text_table(document)
    yield from _months(document)
    yield from _spend(document)
    yield from _changes(document)


def _plans(document: AppendixDocument) -> Iterator[PaperBlock]:
    """Yield the plans of a pack side by side, and last all of them."""
    plans = document.summary.plans if document.summary else None
    if plans is None:
        return
    yield PaperHeading(2, "The plans side by side")
    if plans.note:
        yield PaperText(plans.note, TextStyle.NOTE)
    columns = tuple(
        PrintColumn(header, header, kind="text" if not j or j in plans.words else "number",
                    weight=_COUNT_WEIGHT if j else _TEXT_WEIGHT)
        for j, header in enumerate(plans.headers)
    )  # fmt: skip
    fit = fit_table(columns, [*plans.rows, plans.totals], document.setup)
    rows = [PaperRow(tuple(map(PaperCell, row))) for row in plans.rows]
    rows.append(PaperRow(tuple(map(PaperCell, plans.totals)), is_total=True))
    yield PaperTable(columns, fit.widths, tuple(rows), fit.size, fit.padding, row_header=0)


def _statuses(document: AppendixDocument) -> Iterator[PaperBlock]:
    """Yield how many lines of each theme have which status, with totals and a bar in each row."""
    table = document.summary.statuses if document.summary else None
    if table is None or not table.rows:
        return
    statuses = [status for n, status in enumerate(table.statuses) if any(counts[n] for _, counts in table.rows)]
    kept = [table.statuses.index(status) for status in statuses]
    rows = [(print_text(theme), [counts[n] for n in kept]) for theme, counts in table.rows]
    longest = max(sum(counts) for _, counts in rows)
    paper_rows = [_status_row(document, theme, statuses, counts, longest) for theme, counts in rows]
    if len(rows) > 1:
        totals = [sum(column) for column in zip(*(counts for _, counts in rows), strict=True)]
        all_lines = _status_row(document, "All lines", statuses, totals, sum(totals))
        paper_rows.append(replace(all_lines, is_total=True))
        paper_rows.append(_share_row([table.shares[n] for n in (*kept, -1)]))
    columns = [
        PrintColumn("theme", document.theme_header, weight=_TEXT_WEIGHT),
        *(PrintColumn(s, s, kind="whole", weight=_COUNT_WEIGHT) for s in (*statuses, "Total")),
    ]
    fills = ["", *(status_colours(s, document.status_colours).fill for s in statuses), "", ""]
    yield PaperHeading(2, f"Status by {header_in_sentence(document.theme_header)}")
    note = "Each bar shows the statuses in the order of the columns"
    note += "; that of all lines is to a scale of its own." if len(rows) > 1 else "."
    yield PaperText(note, TextStyle.NOTE)
    yield replace(_with_bars(columns, paper_rows, document.setup), header_colours=tuple(fills))


def _status_row(
    document: AppendixDocument, theme: str, statuses: Sequence[str], counts: Sequence[int], whole: int
) -> PaperRow:
    parts = tuple(
        BarPart(n, status_colours(s, document.status_colours).fill) for n, s in zip(counts, statuses, strict=True)
    )
    words = join_words([f"{n} {s}" for n, s in zip(counts, statuses, strict=True) if n]) or "no lines"
    bar = Bar(parts, max(whole, 1), f"Bar: {words}")
    figures = (PaperCell(f"{n:,}", CellTone.PLAIN if n else CellTone.QUIET) for n in (*counts, sum(counts)))
    return PaperRow((PaperCell(theme), *figures, PaperCell(bar=bar)))


def _share_row(shares: Sequence[str]) -> PaperRow:
    """Return the row that tells each status's share of all lines, without a bar: that of all lines shows it."""
    return PaperRow((PaperCell("Share of all lines"), *map(PaperCell, shares), PaperCell("As above")))


def _with_bars(columns: Sequence[PrintColumn], rows: Sequence[PaperRow], setup: PageSetup) -> PaperTable:
    """Return a table whose last column is one of bars."""
    bars = round(setup.width * _BAR_SHARE, 2)
    texts = [tuple(cell.text for cell in row.cells[:-1]) for row in rows]
    narrower = replace(setup, margins=replace(setup.margins, right=setup.margins.right + bars))
    fit = fit_table(columns, texts, narrower)
    columns = (*columns, PrintColumn("bar", BAR_HEADER, kind="bar"))
    return PaperTable(columns, (*fit.widths, bars), tuple(rows), fit.size, fit.padding, row_header=0)


def _text_rows(
    headers: Sequence[str], rows: Sequence[Sequence[str]], setup: PageSetup, row_header: int | None = None,
    numbers: Sequence[int] = (), shares: Sequence[float] = (),
) -> PaperTable:  # fmt: skip
    """Return a table of texts; no cell is blank, and a column all blank is left out.

    `numbers` are columns of figures. `shares` are those of the page that the columns take, where every word fits them.
    """
    used = [j for j in range(len(headers)) if any(row[j] for row in rows)]
    columns = tuple(
        PrintColumn(headers[j], headers[j], kind="number" if j in numbers else "text", bullets=True,
                    weight=max(4, len(headers[j])))
        for j in used
    )  # fmt: skip
    texts = [tuple(print_text(row[j], bullets=j not in numbers) or NOT_REPORTED for j in used) for row in rows]
    fit = fit_shares(columns, texts, setup, [shares[j] for j in used]) if shares else fit_table(columns, texts, setup)
    paper_rows = tuple(PaperRow(tuple(PaperCell(t) for t in row)) for row in texts)
    header = used.index(row_header) if row_header in used else None
    return PaperTable(columns, fit.widths, paper_rows, fit.size, fit.padding, row_header=header)


def _overdue(document: AppendixDocument) -> Iterator[PaperBlock]:
    """Yield the lines whose time has passed, or the sentence that there is none."""
    if document.summary is None or document.summary.overdue is None:
        return
    overdue, as_at = document.summary.overdue, document.summary.as_at
    if not overdue:
        yield PaperHeading(2, "Overdue")
        yield PaperText(f"Nothing is overdue{f' as at {as_at}' if as_at else ''}.")
        return
    yield PaperHeading(2, f"Overdue: {count_noun(len(overdue), 'line')}")
    if as_at:
        yield PaperText(f"As at {as_at}.", TextStyle.NOTE)
    rows = [[_pointer(x.theme), x.reference, first_words(x.text, _LONGEST_LINE), x.due, x.owner] for x in overdue]
    headers = [document.theme_header, "Ref", "Line", "Was due", "Owner"]
    yield _text_rows(headers, rows, document.setup, shares=(23, 4, 38, 12, 23))


def _pointer(theme: str) -> str:
    """Return a theme as a list names it that only points to its lines: its whole name stands over them."""
    return first_words(theme, _LONGEST_POINTER)


def _revised(document: AppendixDocument) -> Iterator[PaperBlock]:
    """Yield the lines whose due date is another than when they were last reported, owner by owner."""
    revised = document.summary.revised if document.summary else None
    if revised is None or not revised.dates:
        return
    yield PaperHeading(2, f"Revised dates: {count_noun(len(revised.dates), 'line')}")
    yield PaperText(print_text(revised.sentence), TextStyle.NOTE)
    rows = [
        [x.owner, _pointer(x.theme), x.reference, first_words(x.text, _LONGEST_LINE), x.was, x.now]
        for x in revised.dates
    ]
    headers = ["Owner", document.theme_header, "Ref", "Line", "Was due", "Now due"]
    yield _text_rows(headers, rows, document.setup, shares=(16, 22, 4, 34, 12, 12))


def _trend(document: AppendixDocument) -> Iterator[PaperBlock]:
    """Yield figures month by month, each row with columns as high as its figures."""
    trend = document.summary.trend if document.summary else None
    if trend is None:
        return
    yield PaperHeading(2, trend.heading)
    if trend.note:
        yield PaperText(trend.note, TextStyle.NOTE)
    columns = [
        PrintColumn("label", "Figure", weight=_TEXT_WEIGHT),
        *(PrintColumn(f"{n}", month, kind="whole", weight=_COUNT_WEIGHT) for n, month in enumerate(trend.months)),
    ]
    rows = []
    for row in trend.rows:
        texts = [PaperCell(print_text(row.label)), *(PaperCell(print_text(t) or NOT_REPORTED) for t in row.texts)]
        rows.append(PaperRow((*texts, PaperCell(bar=_trend_bar(trend, row.figures, row.texts)))))
    yield _with_bars(columns, rows, document.setup)


def _trend_bar(trend: Trend, figures: Sequence[float | None], texts: Sequence[str]) -> Bar | None:
    known = [n for n, figure in enumerate(figures) if figure is not None]
    highest = max((abs(figure) for figure in figures if figure is not None), default=0)
    if len(known) < 2 or not highest:
        return None
    first, last = known[0], known[-1]
    words = f"Columns: {texts[first]} in {trend.months[first]}, {texts[last]} in {trend.months[last]}"
    parts = tuple(BarPart(abs(figure or 0), look.HEADER_FILL) for figure in figures)
    return Bar(parts, highest, words, upright=True)


def _text_table(document: AppendixDocument) -> Iterator[PaperBlock]:
    listing = document.summary.text_table if document.summary else None
    if listing is None:
        return
    yield PaperHeading(2, f"{listing.heading}: {len(listing.rows)}" if listing.rows else listing.heading)
    if listing.rows:
        yield _text_rows(listing.headers, listing.rows, document.setup, row_header=0)
    else:
        yield PaperText(listing.empty_text)


def _months(document: AppendixDocument) -> Iterator[PaperBlock]:
    """Yield what falls due in which month, theme by theme, in as many tables as leave every month whole."""
    grid = document.summary.months if document.summary else None
    if grid is None or not grid.months or not grid.rows:
        return
    yield PaperHeading(2, "What falls due, month by month")
    if grid.note:
        yield PaperText(grid.note, TextStyle.NOTE)
    across = _months_across(grid, document)
    for first in range(0, len(grid.months), across):
        yield _month_table(grid, range(first, min(first + across, len(grid.months))), document)


def _months_across(grid: MonthGrid, document: AppendixDocument) -> int:
    """Return how many months stand side by side, so that a third of the page is left for the themes."""
    bold = face(document.setup.font, True, document.setup.size)
    word = pixels_for(max(bold.longest_word(m) for m in grid.months), 1)
    most = max(1, int(page_pixels(document.setup) * 2 / 3 / word))
    tables = -(-len(grid.months) // most)
    return -(-len(grid.months) // tables)


def _month_table(grid: MonthGrid, some: range, document: AppendixDocument) -> PaperTable:
    columns = [
        PrintColumn("theme", document.theme_header, weight=_TEXT_WEIGHT),
        *(PrintColumn(f"{i}", grid.months[i], kind="whole", weight=_COUNT_WEIGHT) for i in some),
    ]
    rows = []
    for theme, counts in grid.rows:
        figures = (PaperCell(f"{counts[i]:,}", CellTone.DUE if counts[i] else CellTone.QUIET) for i in some)
        rows.append(PaperRow((PaperCell(print_text(theme)), *figures)))
    fit = fit_table(columns, [tuple(c.text for c in row.cells) for row in rows], document.setup)
    return PaperTable(tuple(columns), fit.widths, tuple(rows), fit.size, fit.padding, row_header=0)


def _spend(document: AppendixDocument) -> Iterator[PaperBlock]:
    """Yield planned against actual spend: a sentence, and a table where there are figures."""
    spend = document.summary.spend if document.summary else None
    if spend is None or not (spend.sentence or spend.lines):
        return
    yield PaperHeading(2, "Planned and actual spend")
    if spend.sentence:
        yield PaperText(print_text(spend.sentence))
    if spend.lines:
        rows = [[x.reference, x.label, x.planned, x.actual, x.difference] for x in spend.lines]
        headers = ["Ref", "Line", "Planned", "Actual", "Difference"]
        table = _text_rows(headers, rows, document.setup, row_header=1, numbers=(2, 3, 4))
        totals = (replace(row, is_total=line.is_total) for row, line in zip(table.rows, spend.lines, strict=True))
        yield replace(table, rows=tuple(totals))


def _changes(document: AppendixDocument) -> Iterator[PaperBlock]:
    changes = document.summary.changes if document.summary else None
    if changes is None or not changes.changes:
        return
    yield PaperHeading(2, "Changes since the last meeting")
    yield PaperText(print_text(changes.sentence))
    rows = [
        [c.theme, c.reference, c.text, c.column, c.before or NOT_REPORTED, c.after or NOT_REPORTED]
        for c in changes.changes
    ]
    yield _text_rows([document.theme_header, "Ref", "Line", "What changed", "Was", "Now"], rows, document.setup)
