"""The plan's lines as rows of the paper: each says whose it is, and a tall one is cut into rows that fit a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hrworkbook.render.appendix.document import AppendixDocument
from hrworkbook.render.appendix.page_plan import CONTINUED_MARK, PageSetup, PrintColumn, PrintLine, trim
from hrworkbook.render.appendix.paper import CellTone, PaperCell, PaperRow, PaperTable
from hrworkbook.render.appendix.paper_tables import TableFit, fit_table
from hrworkbook.render.appendix.print_texts import first_words, print_lines
from hrworkbook.render.appendix.split_lines import fitting_length
from hrworkbook.render.text_metrics import Face, face

LINE_FACTOR = 1.24
"""How much higher a line of text is than its type, in Calibri and Arial as Word and Writer set them."""
_WHOLE_SHARE = 0.5
"""The share of a page up to which a line stays one row."""
_PIECE_SHARE = 0.25
"""The share of a page that a piece of a taller one takes: so little is left white at the foot of a page."""
_MOST_REPEATED = 70
"""Characters of a text that is said again in a later row."""


def plan_tables(document: AppendixDocument) -> Iterator[PaperTable]:
    """Yield the plan's tables, one for each theme, all of the same columns and widths."""
    lines = print_lines(document.lines, document.columns)
    columns = document.columns
    reference = reference_column(columns)
    fit = fit_table(columns, _shown_texts(lines, columns), document.setup, {reference: CONTINUED_MARK})
    maker = _RowMaker(columns, reference, fit, document.setup)
    first = 0
    for i in range(1, len(lines) + 1):
        if i == len(lines) or lines[i].theme != lines[first].theme:
            rows = tuple(
                row for n in range(first, i) for row in maker.rows(n, lines[n], lines[n - 1] if n > first else None)
            )
            yield PaperTable(columns, fit.widths, rows, fit.size, fit.padding, lines[first].theme, reference)
            first = i


def _shown_texts(lines: Sequence[PrintLine], columns: Sequence[PrintColumn]) -> list[tuple[str, ...]]:
    """Return the texts of each line with what it only repeats shortened."""
    repeated = (_repeated(line, above, columns) for line, above in zip(lines, (None, *lines), strict=False))
    return [_shortened(line.cells, some) for line, some in zip(lines, repeated, strict=True)]


def _shortened(cells: Sequence[str], some: frozenset[int]) -> tuple[str, ...]:
    return (
        tuple(first_words(t, _MOST_REPEATED) if j in some else t for j, t in enumerate(cells)) if some else tuple(cells)
    )


def _repeated(line: PrintLine, above: PrintLine | None, columns: Sequence[PrintColumn]) -> frozenset[int]:
    """Return the columns in which a line of the same reference only says again what the one above says."""
    if above is None or (line.theme, line.reference) != (above.theme, above.reference):
        return frozenset()
    found = set()
    for j, column in enumerate(columns):
        if column.repeats_once:
            if line.cells[j] != above.cells[j]:
                break
            found.add(j)
    return frozenset(found)


def reference_column(columns: Sequence[PrintColumn]) -> int:
    """Return the column that carries “(cont.)”: the reference, else the first that is shown once a run, else the first."""
    references = [j for j, c in enumerate(columns) if c.kind == "reference"]
    return next(iter([*references, *[j for j, c in enumerate(columns) if c.repeats_once], 0]))


@dataclass(frozen=True)
class _RowMaker:
    """Makes the rows of one plan."""

    columns: tuple[PrintColumn, ...]
    reference: int
    fit: TableFit
    setup: PageSetup

    def rows(self, number: int, line: PrintLine, above: PrintLine | None) -> Iterator[PaperRow]:
        """Yield the rows of a line; what only repeats the line above it is quiet, and shortened where it is long."""
        repeated = _repeated(line, above, self.columns)
        pieces = list(self._pieces(line, repeated))
        for at, piece in enumerate(pieces):
            cells = []
            for j, text in enumerate(piece):
                if at and j in self._identity and not text:
                    text = first_words(line.cells[j], _MOST_REPEATED)
                    cells.append(PaperCell(text, CellTone.QUIET, continued=j == self.reference))
                elif j in repeated:
                    cells.append(PaperCell(text, CellTone.QUIET))
                else:
                    cells.append(PaperCell(text, continued=bool(at) and j == self.reference))
            yield PaperRow(tuple(cells), number, joined=at > 0)

    @property
    def _identity(self) -> frozenset[int]:
        """The columns that say whose a line is: reference, priority, owner."""
        return frozenset(
            j for j, c in enumerate(self.columns) if j == self.reference or c.repeats_once or c.kind in _OWNER_KINDS
        )

    def _pieces(self, line: PrintLine, repeated: frozenset[int]) -> Iterator[tuple[str, ...]]:
        """Yield the line's texts, cut where they are too tall for one row."""
        rest = list(_shortened(line.cells, repeated))
        faces = self._faces
        if self._lines_taken(rest) <= self._lines_of_a_page * _WHOLE_SHARE:
            yield tuple(rest)
            return
        most = max(4, int(self._lines_of_a_page * _PIECE_SHARE))
        while any(rest):
            piece = []
            for j, text in enumerate(rest):
                at = fitting_length(faces[j], text, self.fit.room(j), most) if text else 0
                if not trim(text[at:]):
                    at = len(text)
                piece.append(trim(text[:at]))
                rest[j] = text[at:].lstrip(" \n")
            yield tuple(piece)

    @property
    def _faces(self) -> list[Face]:
        return [
            face(self.setup.font, c.kind == "status" or j == self.reference, self.fit.size)
            for j, c in enumerate(self.columns)
        ]

    @property
    def _lines_of_a_page(self) -> int:
        """Lines of text that fit a page under the table's headings."""
        return max(8, int(self.setup.height / (self.fit.size * LINE_FACTOR)) - _HEADING_LINES)

    def _lines_taken(self, texts: Sequence[str]) -> int:
        return max(
            f.lines(t, self.fit.room(j)) if t else 1 for j, (f, t) in enumerate(zip(self._faces, texts, strict=True))
        )


_OWNER_KINDS = frozenset({"owners"})
_HEADING_LINES = 6
"""Lines that the theme and the columns' headings take at the head of a page."""
