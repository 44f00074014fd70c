"""Lines in, page plan out: which row stands on which page, how tall it is, and where the page ends.

Nothing here writes a file. The rules: a heading keeps with its first line; the lines of a reference keep together
where they fit a page, and those of a theme where no great white would stay; a line is torn only when it is taller than a page, and then at the end of a sentence; what goes
on from the page before says so with “(cont.)”.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hrworkbook.plan.snapshot import TALLEST_ROW
from hrworkbook.render.appendix.measured_lines import THEME_FONT_STEP, TITLE_FONT_STEP, MeasuredLines
from hrworkbook.render.appendix.page_plan import (
    CONTINUED_MARK,
    Page,
    PagePlan,
    PageSetup,
    PlanRow,
    PrintColumn,
    PrintLine,
    ReferenceStart,
    trim,
)
from hrworkbook.render.appendix.print_texts import print_lines
from hrworkbook.render.appendix.split_lines import (
    RowPiece,
    height_of_lines,
    height_unsplit,
    heights_unsplit,
    split_line,
)

PAGE_FILL_LIMIT = 0.985
"""The share of a page that is filled: a printer's own metrics may set rows a little taller."""
_SPACE_ABOVE_THEME = 6.0
"""Points of white space over a theme heading that is not the first thing on its page."""
_EMPTY_TEXT = "There is nothing to report."


def paginate(
    columns: Sequence[PrintColumn],
    lines: Sequence[PrintLine],
    setup: PageSetup,
    *,
    title: str = "",
    empty_text: str = _EMPTY_TEXT,
) -> PagePlan:
    """Return the measured page plan of a print sheet.

    `title` is printed above the headings of the first page; `empty_text` is the sentence printed where there are no lines.
    """
    if not columns:
        raise ValueError("a print sheet needs at least one column")
    if any(len(line.cells) != len(columns) for line in lines):
        raise ValueError("every line needs one text a column")
    sheet = MeasuredLines(tuple(columns), print_lines(lines, columns), setup)
    return _Pager(sheet).plan(title, empty_text)


@dataclass(slots=True)
class _Page:
    """A page being filled."""

    usable_height: float
    rows: list[PlanRow] = field(default_factory=list)
    used: float = 0.0

    @property
    def room_left(self) -> float:
        return self.usable_height - self.used

    def add(self, row: PlanRow) -> None:
        self.rows.append(row)
        self.used += row.height


class _Pager:
    """Fills pages with the groups of a sheet, one after another."""

    def __init__(self, sheet: MeasuredLines) -> None:
        self.sheet = sheet
        self.header, self.groups = sheet.header(), sheet.group_rows()
        self.body = sheet.setup.height * PAGE_FILL_LIMIT - self.header.height - sum(r.height for r in self.groups)
        self.pages: list[_Page] = [_Page(self.body)]
        self.theme = ""
        self.themes: dict[tuple[str, bool], list[PlanRow]] = {}
        self.blocks: list[list[RowPiece]] = []
        self.heights: list[float] = []

    @property
    def page(self) -> _Page:
        return self.pages[-1]

    def plan(self, title: str, empty_text: str) -> PagePlan:
        """Return the finished plan."""
        sheet = self.sheet
        if title:
            for row in sheet.heading_rows("title", " ".join(title.split()), TITLE_FONT_STEP, 0):
                self.page.add(row)
        self._place_lines()
        if not sheet.lines:
            self.page.add(PlanRow("note", (empty_text,), height_of_lines(1, sheet.bold.line_height)))
        rows: list[PlanRow] = []
        pages: list[Page] = []
        starts: list[ReferenceStart] = []
        for page in self.pages:
            first = len(rows)
            opening = [
                sheet.lines[r.line] for r in page.rows if r.line >= 0 and r.starts and self._starts_reference(r.line)
            ]
            starts.extend(ReferenceStart(line.theme, line.reference, len(pages) + 1) for line in opening)
            rows.extend(_with_hairlines(page.rows, sheet))
            pages.append(Page(first, len(rows) - 1, page.used))
        return PagePlan(
            sheet.columns, sheet.setup, sheet.widths, self.groups, self.header, tuple(rows), tuple(pages),
            tuple(starts), sheet.reference_column, sheet.indent,
        )  # fmt: skip

    def _place_lines(self) -> None:
        """Put every line on a page: runs of ordinary lines at the best breaks, taller ones torn."""
        lines = self.sheet.lines
        heights = heights_unsplit(self.sheet.faces, self.sheet.texts, self.sheet.points)
        self.blocks = [self._pieces_on_one_page(i, height) for i, height in enumerate(heights)]
        self.heights = [_total_height(block) for block in self.blocks]
        over = {theme: self._theme_heading_height(theme) for theme in {line.theme for line in lines}}
        tall = [i for i, height in enumerate(self.heights) if height + over[lines[i].theme] > self.body]
        if lines and 0 not in tall and self.page.rows and self._height_within_page(0) > self.page.room_left:
            tall.insert(0, 0)  # it fits a page, but not under the title, which must not stand alone
        done = 0
        for i in [*tall, len(lines)]:
            self._place_run(done, i)
            if i < len(lines):
                self._split_over_pages(i)
            done = i + 1

    def _place_run(self, first: int, end: int) -> None:
        """Put lines that each fit a page on the pages where they stand best."""
        breaks = set(self._best_breaks(first, end))
        for i in range(first, end):
            if i in breaks:
                self._new_page()
            theme = self.sheet.lines[i].theme
            fresh = not self.page.rows
            goes_on = not self._starts_reference(i)
            self._place_theme_heading(theme)
            self._place_pieces(i, self.blocks[i], goes_on and fresh, True, True)

    def _best_breaks(self, first: int, end: int) -> list[int]:
        """Before which lines a page begins: the fewest pages, then the fewest references parted, then even pages."""
        if first == end:
            return []
        over = [self._theme_heading_height(self.sheet.lines[i].theme) for i in range(first, end)]
        middle = [self._height_within_page(i) for i in range(first, end)]
        count = end - first
        costs = [0.0 if i == count else self._break_cost(first + i) for i in range(count + 1)]
        best = self._costs_on_this_page(costs, middle)
        previous_break = [-1] * (count + 1)
        for i in range(count):
            if best[i] == _NEVER:
                continue
            used = over[i] + self._height_at_top(first + i)
            for j in range(i + 1, count + 1):
                if used > self.body and j > i + 1:
                    break
                cost = best[i] + 1.0 + costs[j] + (0.0 if j == count else _unevenness_cost(self.body - used, self.body))
                if cost < best[j]:
                    best[j], previous_break[j] = cost, i
                if j < count:
                    used += middle[j]
        breaks = []
        at = count
        while at >= 0 and previous_break[at] >= 0:
            at = previous_break[at]
            breaks.append(first + at)
        return breaks if self.page.rows else [b for b in breaks if b != first]

    def _costs_on_this_page(self, costs: Sequence[float], heights: Sequence[float]) -> list[float]:
        """Return what it costs to end the page that is begun before each line, in pages; infinite where it cannot be."""
        best = [_NEVER] * len(costs)
        if not self.page.rows:
            best[0] = -1.0
            return best
        has_lines = any(r.kind == "line" for r in self.page.rows)
        used = 0.0
        for j, cost in enumerate(costs):
            if used > self.page.room_left:
                break
            if j or has_lines:
                evenness = _unevenness_cost(self.page.room_left - used, self.body)
                best[j] = cost + (0.0 if j == len(heights) else evenness)
            used += heights[j] if j < len(heights) else 0.0
        return best

    def _starts_reference(self, i: int) -> bool:
        """Whether a line is the first of its reference."""
        lines = self.sheet.lines
        return i == 0 or (lines[i - 1].theme, lines[i - 1].reference) != (lines[i].theme, lines[i].reference)

    def _starts_theme(self, i: int) -> bool:
        theme = self.sheet.lines[i].theme
        return bool(theme) and (i == 0 or self.sheet.lines[i - 1].theme != theme)

    def _break_cost(self, i: int) -> float:
        """Return what it costs, in pages, to begin a page before a line."""
        if not self._starts_reference(i):
            return _REFERENCE_BREAK_COST
        return _THEME_BREAK_COST if self.sheet.lines[i].theme and not self._starts_theme(i) else 0.0

    def _height_within_page(self, i: int) -> float:
        """Points a line takes within a page, its theme's heading included."""
        height = self.heights[i]
        if self._starts_theme(i):
            height += sum(r.height for r in self._mark_continued(self.sheet.lines[i].theme, False)) + _SPACE_ABOVE_THEME
        return height

    def _height_at_top(self, i: int) -> float:
        """Points a line takes at the top of a page, where its reference may be repeated."""
        height = self.heights[i]
        if self._starts_reference(i):
            return height
        first = self.blocks[i][0]
        room = self.body - self._theme_heading_height(self.sheet.lines[i].theme) - (height - first.height)
        row = self._with_continued_mark(PlanRow("line", first.cells, first.height, i), i, room)
        return height - first.height + row.height

    def _pieces_on_one_page(self, i: int, height: float) -> list[RowPiece]:
        """Return the rows a line takes where the whole of it stands on one page: more than one only above 409.5 points."""
        sheet = self.sheet
        if height <= TALLEST_ROW:
            return [RowPiece(sheet.texts[i], height)]
        return split_line(sheet.faces, sheet.texts[i], sheet.points, 1e9, 1e9)[0]

    def _theme_heading_height(self, theme: str) -> float:
        """Points the theme's heading takes at the top of a page."""
        return sum(r.height for r in self._mark_continued(theme, True)) if theme else 0.0

    def _theme_rows(self, theme: str) -> list[PlanRow]:
        above = 0.0 if not self.page.rows else _SPACE_ABOVE_THEME
        return self.sheet.heading_rows("theme", theme, THEME_FONT_STEP, above)

    def _mark_continued(self, theme: str, continued: bool) -> list[PlanRow]:
        found = self.themes.get((theme, continued))
        if found is None:
            text = f"{theme} {CONTINUED_MARK}" if continued else theme
            rows = self.sheet.heading_rows("theme", text, THEME_FONT_STEP, 0)
            if continued:
                rows[-2] = _with_cells(rows[-2], (rows[-2].cells[0].removesuffix(CONTINUED_MARK).rstrip(),), True)
            found = self.themes[theme, continued] = rows
        return found

    def _place_theme_heading(self, theme: str) -> None:
        """Write the theme's heading where it begins, or where a page begins within it."""
        if not theme:
            self.theme = ""
        elif theme != self.theme:
            for row in self._theme_rows(theme):
                self.page.add(row)
            self.theme = theme
        elif not self.page.rows:
            for row in self._mark_continued(theme, True):
                self.page.add(row)

    def _new_page(self) -> None:
        """Begin a page, unless this one is still empty."""
        if self.page.rows:
            self.pages.append(_Page(self.body))

    def _split_over_pages(self, i: int) -> None:
        """Put a line taller than a page on this page and the next ones."""
        sheet = self.sheet
        theme = sheet.lines[i].theme
        room = self.body - self._theme_heading_height(theme)
        left = self.page.room_left
        if left < room / 3 and any(r.kind == "line" for r in self.page.rows):
            self._new_page()
        fresh = not self.page.rows
        goes_on = not self._starts_reference(i)
        self._place_theme_heading(theme)
        parts = split_line(sheet.faces, sheet.texts[i], sheet.points, self.page.room_left, room)
        parts = [part for part in parts if part]
        for number, part in enumerate(parts):
            if number:
                self._new_page()
                self._place_theme_heading(theme)
            self._place_pieces(i, part, number > 0 or (goes_on and fresh), number == 0, number == len(parts) - 1)

    def _place_pieces(self, i: int, block: Sequence[RowPiece], continued: bool, starts: bool, ends: bool) -> None:
        for n, piece in enumerate(block):
            row = PlanRow(
                "line", piece.cells, piece.height, i, starts and n == 0, ends and n == len(block) - 1
            )  # fmt: skip
            if continued and n == 0:
                row = self._with_continued_mark(row, i, self.page.room_left - _total_height(block[1:]))
            self.page.add(row)

    def _with_continued_mark(self, row: PlanRow, i: int, room: float) -> PlanRow:
        """Return the row with its reference repeated and “(cont.)” after it, as far as that fits so many points."""
        sheet = self.sheet
        j = sheet.reference_column
        own = trim(row.cells[j])
        again = own or trim(sheet.lines[i].cells[j])
        if not own and sheet.faces[j].lines(f"{again} {CONTINUED_MARK}", sheet.points[j]) > _MAX_REPEATED_LINES:
            again = ""
        for text in (own,) if own else (again, ""):
            marked = [f"{text} {CONTINUED_MARK}".strip()]
            own_height = height_unsplit(sheet.faces[j : j + 1], marked, sheet.points[j : j + 1])
            height = max(row.height, own_height)
            if height <= min(TALLEST_ROW, room):
                cells = (*row.cells[:j], text, *row.cells[j + 1 :])
                return PlanRow("line", cells, height, row.line, row.starts, row.ends, True)
        return row


def _unevenness_cost(left: float, body: float) -> float:
    """Return a small cost for an uneven page, so that of equal plans the evener one wins."""
    return 0.05 * (left / body) ** 2


_REFERENCE_BREAK_COST = 0.6
"""What parting the lines of a reference costs, in pages: one is parted to save a page, two are not."""
_THEME_BREAK_COST = 0.01
"""What parting the references of a theme costs: a theme begins a page rather than leave its end on the next one, unless
nearly half a page would stay white."""
_NEVER = float("inf")
_MAX_REPEATED_LINES = 4
"""A first cell of more lines is not repeated at the top of a page; “(cont.)” stands there alone."""


def _with_cells(row: PlanRow, cells: tuple[str, ...], continued: bool) -> PlanRow:
    return PlanRow(row.kind, cells, row.height, row.line, row.starts, row.ends, continued)


def _total_height(block: Sequence[RowPiece]) -> float:
    return sum(piece.height for piece in block)


def _with_hairlines(rows: Sequence[PlanRow], sheet: MeasuredLines) -> Iterator[PlanRow]:
    """Yield the rows of a page with their hairlines: none within a line, none under a text shown once for the lines below."""
    full = (True,) * len(sheet.columns)
    for n, row in enumerate(rows):
        if row.kind != "line":
            yield row
            continue
        below = rows[n + 1] if n + 1 < len(rows) else None
        if below is None or below.kind != "line":
            ruled = full
        elif not row.ends:
            ruled = ()
        else:
            same = sheet.lines[row.line].reference == sheet.lines[below.line].reference
            texts = sheet.texts[below.line]
            ruled = (
                tuple([not (c.repeats_once and same and not texts[j]) for j, c in enumerate(sheet.columns)])
                if same
                else full
            )
        yield PlanRow(row.kind, row.cells, row.height, row.line, row.starts, row.ends, row.continued, ruled)
