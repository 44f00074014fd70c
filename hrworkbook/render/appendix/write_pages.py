"""A page plan, written: rows, heights, breaks and repeated headings, with nothing left for Excel to decide."""

from typing import Any

from hrworkbook.render import style as look
from hrworkbook.render.appendix.formats import FormatCache, set_up_page
from hrworkbook.render.appendix.measured_lines import THEME_FONT_STEP, TITLE_FONT_STEP
from hrworkbook.render.appendix.page_plan import (
    CONTINUED_MARK,
    NUMBER_KINDS,
    Cover,
    PagePlan,
    PlanRow,
    group_spans,
    trim,
)

MOST_PAGES = 1000
"""Pages a print sheet holds; Excel allows 1,023 page breaks a sheet."""


def write_pages(book: Any, formats: FormatCache, plan: PagePlan, name: str, cover: Cover) -> None:
    """Write a page plan as a sheet, or several where it has more pages than Excel's page breaks allow."""
    for part, each in enumerate(page_sheet_names(plan, name)):
        first = part * MOST_PAGES
        pages = range(first, min(first + MOST_PAGES, plan.page_count))
        _SheetWriter(book.add_worksheet(each), formats, plan).write(pages, cover)


def page_sheet_names(plan: PagePlan, name: str) -> list[str]:
    """Return the names of the sheets that a page plan is written to: `Plan`, `Plan 2` and so on."""
    return [f"{name} {part + 1}" if part else name for part in range(-(-plan.page_count // MOST_PAGES))]


class _SheetWriter:
    """Writes some pages of a plan to one sheet."""

    def __init__(self, sheet: Any, ink: FormatCache, plan: PagePlan) -> None:
        self.sheet, self.formats, self.plan = sheet, ink, plan
        self.last = len(plan.columns) - 1
        self.small_formats = plan.indent == 0
        self.status_edges = {first for first, _, _ in group_spans(plan.columns)} if plan.group_rows else set()
        self.cells = [self._formats(j) for j in range(len(plan.columns))]
        self.statuses = [c.kind == "status" for c in plan.columns]
        self.unruled = (False,) * len(plan.columns)
        self.secondary = ink(font_color=look.SECONDARY)
        self.plain = ink()

    def write(self, pages: range, cover: Cover) -> None:
        """Write the pages counted from 0."""
        sheet, plan = self.sheet, self.plan
        set_up_page(sheet, plan.setup, cover)
        for j, pixels in enumerate(plan.widths):
            sheet.set_column_pixels(j, j, pixels)
        rows = plan.rows[plan.pages[pages[0]].first : plan.pages[pages[-1]].last + 1]
        at = 0
        while at < len(rows) and rows[at].kind == "title":
            self._heading(at, rows[at], plan.setup.size + TITLE_FONT_STEP, False)
            at += 1
        top = at
        for row in plan.group_rows:
            self._groups(at, row)
            at += 1
        self._header(at)
        sheet.repeat_rows(top, at)
        sheet.freeze_panes(at + 1, 0)
        at += 1
        offset = at - top - plan.pages[pages[0]].first
        for row in rows[top:]:
            self._row(at, row)
            at += 1
        breaks = [plan.pages[p].first + offset for p in pages[1:]]
        if breaks:
            sheet.set_h_pagebreaks(breaks)
        sheet.print_area(0, 0, at - 1, self.last)

    def _row(self, at: int, row: PlanRow) -> None:
        if row.kind == "line":
            self._line(at, row)
        elif row.kind == "theme":
            self._heading(at, row, self.plan.setup.size + THEME_FONT_STEP, row.ends)
        elif row.kind == "space":
            self.sheet.set_row(at, row.height)
        else:
            self.sheet.set_row(at, row.height)
            self.sheet.write_string(at, 0, row.cells[0], self.formats(indent=self.plan.indent, align="left"))

    def _heading(self, at: int, row: PlanRow, size: float, ruled: bool) -> None:
        """Write a title or theme heading: one text that runs over the empty cells at its right; white below a title."""
        settings: dict[str, object] = {"font_size": size, "valign": "top" if row.kind == "title" else "bottom"}
        if ruled:
            settings |= {"bottom": 2, "bottom_color": look.HEADER_FILL}
        own = self.formats(bold=True, font_color=look.HEADER_FILL, **settings)
        self.sheet.set_row(at, row.height)
        if row.continued:
            bold = self.formats(bold=True, font_color=look.HEADER_FILL, font_size=size)
            light = self.formats(font_color=look.SECONDARY, font_size=size)
            self._marked(at, 0, row.cells[0], own, bold, light)
        else:
            self.sheet.write_string(at, 0, row.cells[0], own)
        if ruled:
            for j in range(1, self.last + 1):
                self.sheet.write_blank(at, j, None, own)

    def _marked(self, at: int, column: int, text: str, cell: Any, first: Any, light: Any) -> None:
        """Write a text followed by “(cont.)” in the secondary colour."""
        if text:
            self.sheet.write_rich_string(at, column, first, f"{text} ", light, CONTINUED_MARK, cell)
        else:
            self.sheet.write_string(at, column, CONTINUED_MARK, cell)

    def _groups(self, at: int, row: PlanRow) -> None:
        """Headings over groups, centred across their columns without merging any."""
        self.sheet.set_row(at, row.height)
        for first, last, group in group_spans(self.plan.columns):
            for j in range(first, last + 1):
                settings: dict[str, object] = {"bold": True, "bg_color": look.HEADER_FILL, "font_color": look.WHITE}
                if group:
                    settings |= {"align": "center_across", "valign": "vcenter"}
                if group and row.ends:
                    settings |= {"bottom": 1, "bottom_color": look.WHITE}
                if j == first and first:
                    settings |= {"left": 1, "left_color": look.WHITE}
                text = row.cells[j]
                if text:
                    self.sheet.write_string(at, j, text, self.formats(**settings))
                else:
                    self.sheet.write_blank(at, j, None, self.formats(**settings))

    def _header(self, at: int) -> None:
        self.sheet.set_row(at, self.plan.header.height)
        for j, text in enumerate(self.plan.header.cells):
            settings: dict[str, object] = {"bold": True, "bg_color": look.HEADER_FILL, "font_color": look.WHITE}
            settings |= {"text_wrap": True, "indent": self.plan.indent, "align": self._align(j), "valign": "vcenter"}
            if j and (self.small_formats or j in self.status_edges):
                settings |= {"left": 1, "left_color": look.WHITE if j in self.status_edges else look.RULE_COLOUR}
            self.sheet.write_string(at, j, text, self.formats(**settings))

    def _line(self, at: int, row: PlanRow) -> None:
        sheet = self.sheet
        sheet.set_row(at, row.height)
        ruled = row.ruled or self.unruled
        marked = self.plan.reference_column if row.continued else -1
        for j, (text, (plain, lined), is_status) in enumerate(zip(row.cells, self.cells, self.statuses, strict=True)):
            cell = lined if ruled[j] else plain
            text = trim(text)
            if j == marked:
                self._marked(at, j, text, cell, self.plain, self.secondary)
            elif not text:
                sheet.write_blank(at, j, None, cell)
            elif is_status:
                sheet.write_string(at, j, text, self._status(j, text, ruled[j]))
            else:
                sheet.write_string(at, j, text, cell)

    def _align(self, j: int) -> str:
        return "right" if self.plan.columns[j].kind in NUMBER_KINDS else "left"

    def _settings(self, j: int) -> dict[str, object]:
        settings: dict[str, object] = {"text_wrap": True, "indent": self.plan.indent, "align": self._align(j)}
        if j and (self.small_formats or j in self.status_edges):
            settings |= {"left": 1, "left_color": look.RULE_COLOUR}
        return settings

    def _formats(self, j: int) -> tuple[Any, Any]:
        """Return a column's cell without and with a hairline under it."""
        settings = self._settings(j)
        return self.formats(**settings), self.formats(**settings, bottom=1, bottom_color=look.RULE_COLOUR)

    def _status(self, j: int, text: str, ruled: bool) -> Any:
        """Return a status: the word in bold, on its colour where it has one."""
        settings = self._settings(j) | {"bold": True}
        if paint := self.plan.columns[j].colours.of(text):
            settings |= {"bg_color": paint.fill, "font_color": paint.text, "valign": "vcenter"}
        if ruled:
            settings |= {"bottom": 1, "bottom_color": look.RULE_COLOUR}
        return self.formats(**settings)
