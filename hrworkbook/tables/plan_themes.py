"""Themes of a plan's lines: in a column, filled down, in rows of their own, above each table, or the sheet's name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from hrworkbook.plan import row_kinds
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.schema import Column
from hrworkbook.plan.snapshot import address
from hrworkbook.plan.table_titles import band_signature, is_theme_label
from hrworkbook.plan.values import is_blank, normalised_text
from hrworkbook.tables.plan_columns import ColumnUse, SourceColumn, with_columns
from hrworkbook.tables.plan_rows import Band, SourceLine, TableStart
from hrworkbook.tables.plan_sheet import ABOVE_REASON, PlanSheetReader
from hrworkbook.tables.read_rows import ALONE_REASON

NOTE_REASON = "is a note, not a line"
DETAIL_REASON = "says more of the theme above it"
_MOST_CELLS_SHOWN = 8


def shown_cells(cells: Sequence[str]) -> str:
    """Return addresses for a sentence, cut where they are many."""
    first = list(dict.fromkeys(cells))
    return (
        join_words(first)
        if len(first) <= _MOST_CELLS_SHOWN
        else f"{', '.join(first[:_MOST_CELLS_SHOWN])} and {len(first) - _MOST_CELLS_SHOWN} more"
    )


@dataclass
class SheetThemes:
    """How a sheet's lines came by their themes, by cell."""

    alone: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    not_themes: list[str] = field(default_factory=list)


class ThemeReader:
    """The bands of one sheet being told apart: themes, what says more of one, notes."""

    def __init__(self, sheet: PlanSheetReader, theme: Column) -> None:
        self.sheet = sheet
        self.theme = theme
        self.found = SheetThemes()
        self.level_of: dict[str, int] = {}
        self.current: Band | None = None
        self.is_title = False
        self.used: set[int] = set()
        self.labelled = any(isinstance(e, Band) and is_theme_label(e.text) for e in sheet.events)
        after = [e for e in sheet.events if not isinstance(e, TableStart) and e.row > sheet.headers[0].top]
        self.opens_with_band = bool(after) and isinstance(after[0], Band)
        """Whether the first row below the headings is one: in a table of actions alone, a single cell may be an action."""
        self.theme_columns = {at for h in sheet.headers for at, key in h.keys.items() if key == theme.key}
        self.titles_differ = len({row_kinds.theme_text(t) for t in _nearest_titles(sheet.events)}) > 1
        self.last: tuple[int, int, object] = (-1, 0, None)
        """Table, row and theme of the last line that has one."""

    def read(self) -> SheetThemes:
        """Give each line its theme."""
        run: list[Band] = []
        for event in self.sheet.events:
            if isinstance(event, Band):
                run.append(event)
            elif isinstance(event, TableStart):
                self._read_titles(run, event)
                run = []
            else:
                self._read_run(run)
                run = []
                self._give_theme(event)
        for band in run:
            self._leave(band, ALONE_REASON)
        for event in self.sheet.events:
            if isinstance(event, Band) and event.row not in self.used:
                self._leave(event, ALONE_REASON)
        self._drop_columns_below_titles()
        return self.found

    def _leave(self, band: Band, reason: str) -> None:
        self.sheet.reasons.setdefault((band.row, band.at), reason)

    def _read_titles(self, run: Sequence[Band], start: TableStart) -> None:
        """Find the theme among the titles above a table's headings; a table alone has one only where it says so."""
        near = _titles_above(run, start.row)
        themes = [b for b in near if is_theme_label(b.text)] or [
            b for b in near if self.titles_differ and not row_kinds.is_detail(b.text) and not row_kinds.is_note(b.text)
        ]
        if not themes and (labelled := [b for b in run if is_theme_label(b.text)]):
            themes = labelled[-1:]
        if themes:
            self.current, self.is_title = themes[0], True
        for band in run:
            if themes and band.row > themes[0].row:
                self.found.details.append(address(band.row, band.at))
                self.sheet.reasons[band.row, band.at] = DETAIL_REASON
            elif not themes or band is not themes[0]:
                self._leave(band, ABOVE_REASON if not self.used else ALONE_REASON)

    def _read_run(self, run: Sequence[Band]) -> None:
        """Tell apart what stands alone in rows directly above a line: a theme, what says more of it, notes."""
        head: Band | None = None
        for band in run:
            signature = band_signature(band.text)
            level = self.level_of.get(signature)
            if row_kinds.is_note(band.text):
                self._leave(band, NOTE_REASON)
            elif self.current and (level == 2 or row_kinds.is_detail(band.text)):
                self._read_detail(band, signature)
            elif self._is_doubtful(band) and level != 1 and head is None:
                self._leave(band, ALONE_REASON)
            elif head is not None and band_signature(head.text) != signature and level != 1:
                self._read_detail(band, signature)
            else:
                self.level_of[signature] = 1
                self.current, self.is_title, head = band, False, band

    def _is_doubtful(self, band: Band) -> bool:
        """Return whether nothing tells that a single cell is a theme, and not a line or a note."""
        if is_theme_label(band.text) or band.at in self.theme_columns:
            return False
        return self.labelled or not self.opens_with_band

    def _read_detail(self, band: Band, signature: str) -> None:
        self.level_of.setdefault(signature, 2)
        self.found.details.append(address(band.row, band.at))
        self._leave(band, DETAIL_REASON)

    def _give_theme(self, line: SourceLine) -> None:
        key = self.theme.key
        own = line.values.get(key)
        if not is_blank(own):
            self.last = line.table, line.row, own
        elif self.current and not (self.last[0] == line.table and self.last[1] > self.current.row):
            line.values[key] = row_kinds.theme_text(self.current.text)
            if self.current.row not in self.used:
                self.used.add(self.current.row)
                self.sheet.reasons.pop((self.current.row, self.current.at), None)
                place = address(self.current.row, self.current.at)
                (self.found.titles if self.is_title else self.found.alone).append(place)
        elif self.last[0] == line.table and key in line.values:
            line.values[key] = self.last[2]  # type: ignore[assignment]
            at = next(at for at, k in self.sheet.headers_by_table[line.table].keys.items() if k == key)
            self.found.filled.append(address(line.row, at))

    def _drop_columns_below_titles(self) -> None:
        """Take a title that calls itself a theme in place of a column that differs in each line."""
        bands = {b.row: b for b in self.sheet.events if isinstance(b, Band)}
        title: Band | None = None
        for event in self.sheet.events:
            if not isinstance(event, TableStart):
                continue
            header = self.sheet.headers_by_table[event.table]
            titles = [
                b
                for r, b in bands.items()
                if r < event.row and is_theme_label(b.text) and (title is None or r > title.row)
            ]
            title = next((b for b in titles if _is_close(b.row, event.row)), None)
            at = next((a for a, k in header.keys.items() if k == self.theme.key), 0)
            column = next((c for c in header.columns if c.at == at), None)
            lines = [x for x in self.sheet.lines if x.table == event.table]
            said = [normalised_text(x.values.get(self.theme.key)) for x in lines]
            if title and column and column.strength and len(set(said)) == len(said) > 1:
                self._take_title(title, lines, column)
                columns = [replace(c, use=ColumnUse.OTHER) if c is column else c for c in header.columns]
                self.sheet.replace_header(event.table, with_columns(header.top, header.depth, columns))

    def _take_title(self, title: Band, lines: Sequence[SourceLine], column: SourceColumn) -> None:
        self.found.titles.append(address(title.row, title.at))
        self.found.not_themes.append(column.name)
        self.sheet.reasons.pop((title.row, title.at), None)
        self.used.add(title.row)
        for line in lines:
            line.values[self.theme.key] = row_kinds.theme_text(title.text)
            self.sheet.leave(
                (line.row, column.at),
                f"the title above the table was read as its {self.theme.header}, not '{column.name}'",
            )


def _nearest_titles(events: Sequence[Band | TableStart | SourceLine]) -> Iterator[str]:
    """Yield the text directly above each table that has one."""
    for above, event in pairwise(events):
        if isinstance(event, TableStart) and isinstance(above, Band):
            yield above.text


def _titles_above(run: Sequence[Band], row: int) -> list[Band]:
    """Return the titles on neighbouring rows directly above a row of headings, with a blank row between at most."""
    found: list[Band] = []
    below, gap = row, 2
    for band in reversed(run):
        if below - band.row > gap:
            break
        found.insert(0, band)
        below, gap = band.row, 1
    return found


def _is_close(row: int, below: int) -> bool:
    """Return whether a title stands close enough above a table."""
    return below - row <= 6
