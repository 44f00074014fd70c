"""Lines in, page plan out: which row stands on which page, how tall it is, and where the page ends.

Nothing here writes a file. The rules: a heading keeps with its first line; the lines of a reference keep together
where they fit a page, and those of a theme where no great white would stay; a line is torn only when it is taller than a page, and then at the end of a sentence; what goes
on from the page before says so with “(cont.)”.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hrworkbook.appendix.cutting import Piece, pieces, row_height, whole
from hrworkbook.appendix.measured import THEME_STEP, TITLE_STEP, MeasuredLines
from hrworkbook.appendix.plan_pages import (
    CONT,
    Page,
    PagePlan,
    PageSetup,
    PlanRow,
    PrintColumn,
    PrintLine,
    Start,
    shown,
)
from hrworkbook.appendix.texts import print_texts
from hrworkbook.look import TALLEST_ROW

SAFETY = 0.985
"""The share of a page that is filled: a printer's own metrics may set rows a little taller."""
_ABOVE_THEME = 6.0
"""Points of white space over a theme heading that is not the first thing on its page."""
_NOTHING = "There is nothing to report."


def paginate(
    columns: Sequence[PrintColumn],
    lines: Sequence[PrintLine],
    setup: PageSetup,
    *,
    title: str = "",
    nothing: str = _NOTHING,
) -> PagePlan:
    """The measured page plan of a print sheet.

    `title` is printed above the headings of the first page; `nothing` is the sentence printed where there are no lines.
    """
    if not columns:
        raise ValueError("a print sheet needs at least one column")
    if any(len(line.cells) != len(columns) for line in lines):
        raise ValueError("every line needs one text a column")
    sheet = MeasuredLines(tuple(columns), print_texts(lines, columns), setup)
    return _Pager(sheet).plan(title, nothing)


@dataclass(slots=True)
class _Page:
    """A page being filled."""

    body: float
    rows: list[PlanRow] = field(default_factory=list)
    used: float = 0.0

    @property
    def left(self) -> float:
        return self.body - self.used

    def add(self, row: PlanRow) -> None:
        self.rows.append(row)
        self.used += row.height


class _Pager:
    """Fills pages with the groups of a sheet, one after another."""

    def __init__(self, sheet: MeasuredLines) -> None:
        self.sheet = sheet
        self.header, self.groups = sheet.header(), sheet.group_rows()
        self.body = sheet.setup.height * SAFETY - self.header.height - sum(r.height for r in self.groups)
        self.pages: list[_Page] = [_Page(self.body)]
        self.theme = ""
        self.themes: dict[tuple[str, bool], list[PlanRow]] = {}
        self.blocks: list[list[Piece]] = []

    @property
    def page(self) -> _Page:
        return self.pages[-1]

    def plan(self, title: str, nothing: str) -> PagePlan:
        """The finished plan."""
        sheet = self.sheet
        if title:
            for row in sheet.heading_rows("title", " ".join(title.split()), TITLE_STEP, 0):
                self.page.add(row)
        self._fill()
        if not sheet.lines:
            self.page.add(PlanRow("note", (nothing,), row_height(1, sheet.bold.line)))
        rows: list[PlanRow] = []
        pages: list[Page] = []
        starts: list[Start] = []
        for page in self.pages:
            first = len(rows)
            opening = [sheet.lines[r.line] for r in page.rows if r.line >= 0 and r.starts and self._opens(r.line)]
            starts.extend(Start(line.theme, line.reference, len(pages) + 1) for line in opening)
            rows.extend(_ruled(page.rows, sheet))
            pages.append(Page(first, len(rows) - 1, page.used))
        words = sum(len(cell.split()) for row in rows if row.kind == "line" for cell in row.cells if cell)
        return PagePlan(
            sheet.columns, sheet.setup, sheet.widths, self.groups, self.header, tuple(rows), tuple(pages),
            tuple(starts), words, sheet.reference, sheet.indent,
        )  # fmt: skip

    def _fill(self) -> None:
        """Put every line on a page: runs of ordinary lines at the best breaks, taller ones torn."""
        lines = self.sheet.lines
        self.blocks = [self._block(i) for i in range(len(lines))]
        over = {theme: self._over(theme) for theme in {line.theme for line in lines}}
        tall = [i for i, b in enumerate(self.blocks) if _height(b) + over[lines[i].theme] > self.body]
        if lines and 0 not in tall and self.page.rows and self._middle(0) > self.page.left:
            tall.insert(0, 0)  # it fits a page, but not under the title, which must not stand alone
        done = 0
        for i in [*tall, len(lines)]:
            self._run(done, i)
            if i < len(lines):
                self._tear(i)
            done = i + 1

    def _run(self, first: int, end: int) -> None:
        """Put lines that each fit a page on the pages where they stand best."""
        breaks = set(self._breaks(first, end))
        for i in range(first, end):
            if i in breaks:
                self._turn()
            theme = self.sheet.lines[i].theme
            fresh = not self.page.rows
            goes_on = not self._opens(i)
            self._set_theme(theme)
            self._add(i, self.blocks[i], goes_on and fresh, True, True)

    def _breaks(self, first: int, end: int) -> list[int]:
        """Before which lines a page begins: the fewest pages, then the fewest references parted, then even pages."""
        if first == end:
            return []
        over = [self._over(self.sheet.lines[i].theme) for i in range(first, end)]
        middle = [self._middle(i) for i in range(first, end)]
        count = end - first
        costs = [0.0 if i == count else self._parting(first + i) for i in range(count + 1)]
        best = [float("inf")] * (count + 1)
        came = [-1] * (count + 1)
        used = 0.0
        for j in range(count + 1):
            if used > self.page.left:
                break
            best[j] = costs[j] + (0.0 if j == count else _waste(self.page.left - used, self.body))
            if j == 0 and not any(r.kind == "line" for r in self.page.rows):
                best[j] = float("inf")
            if j < count:
                used += middle[j] - (_ABOVE_THEME if not j and not self.page.rows and self._theme_opens(first) else 0)
        if not self.page.rows:
            best[0] = -1.0
            came[0] = -1
            best[1:] = [float("inf")] * count
        for i in range(count):
            if best[i] == float("inf"):
                continue
            used = over[i] + self._top_height(first + i)
            for j in range(i + 1, count + 1):
                if used > self.body and j > i + 1:
                    break
                cost = best[i] + 1.0 + costs[j] + (0.0 if j == count else _waste(self.body - used, self.body))
                if cost < best[j]:
                    best[j], came[j] = cost, i
                if j < count:
                    used += middle[j]
        breaks = []
        at = count
        while at >= 0 and came[at] >= 0:
            at = came[at]
            breaks.append(first + at)
        return breaks if self.page.rows else [b for b in breaks if b != first]

    def _opens(self, i: int) -> bool:
        """Whether a line is the first of its reference."""
        lines = self.sheet.lines
        return i == 0 or (lines[i - 1].theme, lines[i - 1].reference) != (lines[i].theme, lines[i].reference)

    def _theme_opens(self, i: int) -> bool:
        theme = self.sheet.lines[i].theme
        return bool(theme) and (i == 0 or self.sheet.lines[i - 1].theme != theme)

    def _parting(self, i: int) -> float:
        """What it costs, in pages, to begin a page before a line."""
        if not self._opens(i):
            return _PARTED
        return _THEME_PARTED if self.sheet.lines[i].theme and not self._theme_opens(i) else 0.0

    def _middle(self, i: int) -> float:
        """Points a line takes within a page, its theme's heading included."""
        height = _height(self.blocks[i])
        if self._theme_opens(i):
            height += sum(r.height for r in self._continued(self.sheet.lines[i].theme, False)) + _ABOVE_THEME
        return height

    def _top_height(self, i: int) -> float:
        """Points a line takes at the top of a page, where its reference may be repeated."""
        height = _height(self.blocks[i])
        if self._opens(i):
            return height
        first = self.blocks[i][0]
        room = self.body - self._over(self.sheet.lines[i].theme) - (height - first.height)
        row = self._marked(PlanRow("line", first.cells, first.height, i), i, room)
        return height - first.height + row.height

    def _block(self, i: int) -> list[Piece]:
        """The rows a line takes where the whole of it stands on one page: more than one only above 409.5 points."""
        sheet = self.sheet
        height = whole(sheet.faces, sheet.texts[i], sheet.points)
        if height <= TALLEST_ROW:
            return [Piece(sheet.texts[i], height)]
        return pieces(sheet.faces, sheet.texts[i], sheet.points, 1e9, 1e9)[0]

    def _over(self, theme: str) -> float:
        """Points the theme's heading takes at the top of a page."""
        return sum(r.height for r in self._continued(theme, True)) if theme else 0.0

    def _theme_rows(self, theme: str) -> list[PlanRow]:
        above = 0.0 if not self.page.rows else _ABOVE_THEME
        return self.sheet.heading_rows("theme", theme, THEME_STEP, above)

    def _continued(self, theme: str, continued: bool) -> list[PlanRow]:
        found = self.themes.get((theme, continued))
        if found is None:
            text = f"{theme} {CONT}" if continued else theme
            rows = self.sheet.heading_rows("theme", text, THEME_STEP, 0)
            if continued:
                rows[-2] = _with(rows[-2], (rows[-2].cells[0].removesuffix(CONT).rstrip(),), True)
            found = self.themes[theme, continued] = rows
        return found

    def _set_theme(self, theme: str) -> None:
        """Write the theme's heading where it begins, or where a page begins within it."""
        if not theme:
            self.theme = ""
        elif theme != self.theme:
            for row in self._theme_rows(theme):
                self.page.add(row)
            self.theme = theme
        elif not self.page.rows:
            for row in self._continued(theme, True):
                self.page.add(row)

    def _turn(self) -> None:
        """Begin a page, unless this one is still empty."""
        if self.page.rows:
            self.pages.append(_Page(self.body))

    def _tear(self, i: int) -> None:
        """Put a line taller than a page on this page and the next ones."""
        sheet = self.sheet
        theme = sheet.lines[i].theme
        room = self.body - self._over(theme)
        left = self.page.left
        if left < room / 3 and any(r.kind == "line" for r in self.page.rows):
            self._turn()
        fresh = not self.page.rows
        goes_on = not self._opens(i)
        self._set_theme(theme)
        parts = pieces(sheet.faces, sheet.texts[i], sheet.points, self.page.left, room)
        parts = [part for part in parts if part]
        for number, part in enumerate(parts):
            if number:
                self._turn()
                self._set_theme(theme)
            self._add(i, part, number > 0 or (goes_on and fresh), number == 0, number == len(parts) - 1)

    def _add(self, i: int, block: Sequence[Piece], continued: bool, starts: bool, ends: bool) -> None:
        for n, piece in enumerate(block):
            row = PlanRow(
                "line", piece.cells, piece.height, i, starts and n == 0, ends and n == len(block) - 1
            )  # fmt: skip
            if continued and n == 0:
                row = self._marked(row, i, self.page.left - _height(block[1:]))
            self.page.add(row)

    def _marked(self, row: PlanRow, i: int, room: float) -> PlanRow:
        """The row with its reference repeated and “(cont.)” after it, as far as that fits so many points."""
        sheet = self.sheet
        j = sheet.reference
        own = shown(row.cells[j])
        again = own or shown(sheet.lines[i].cells[j])
        if not own and sheet.faces[j].lines(f"{again} {CONT}", sheet.points[j]) > _MOST_REPEATED:
            again = ""
        for text in (own,) if own else (again, ""):
            marked = (*row.cells[:j], f"{text} {CONT}".strip(), *row.cells[j + 1 :])
            height = max(row.height, whole(sheet.faces, [shown(c) for c in marked], sheet.points))
            if height <= min(TALLEST_ROW, room):
                cells = (*row.cells[:j], text, *row.cells[j + 1 :])
                return PlanRow("line", cells, height, row.line, row.starts, row.ends, True)
        return row


def _waste(left: float, body: float) -> float:
    """A small cost for an uneven page, so that of equal plans the evener one wins."""
    return 0.05 * (left / body) ** 2


_PARTED = 0.6
"""What parting the lines of a reference costs, in pages: one is parted to save a page, two are not."""
_THEME_PARTED = 0.01
"""What parting the references of a theme costs: a theme begins a page rather than leave its end on the next one, unless
nearly half a page would stay white."""
_MOST_REPEATED = 4
"""A first cell of more lines is not repeated at the top of a page; “(cont.)” stands there alone."""


def _with(row: PlanRow, cells: tuple[str, ...], continued: bool) -> PlanRow:
    return PlanRow(row.kind, cells, row.height, row.line, row.starts, row.ends, continued)


def _height(block: Sequence[Piece]) -> float:
    return sum(piece.height for piece in block)


def _ruled(rows: Sequence[PlanRow], sheet: MeasuredLines) -> Iterator[PlanRow]:
    """The rows of a page with their hairlines: none within a line, none under a text shown once for the lines below."""
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
                tuple([not (c.once and same and not texts[j]) for j, c in enumerate(sheet.columns)]) if same else full
            )
        yield PlanRow(row.kind, row.cells, row.height, row.line, row.starts, row.ends, row.continued, ruled)
