"""The proof of a printed appendix: its PDF read back, word by word and by place, against what was planned.

A word belongs to the row and the column it stands in; the words of a cell, in reading order and without spaces, must
equal the cell's text. So a row too low, a text cut or clipped, cells exchanged, a column of another width, a page break
lost and a page missing all show.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import accumulate
from os.path import commonprefix
from pathlib import Path

from hrworkbook.appendix.ink import footer_lines, header_lines
from hrworkbook.appendix.plan_pages import CONT, NUMBER_KINDS, Cover, PagePlan, PageSetup, PlanRow, shown
from hrworkbook.appendix.read_back import PrintedPage, Word, alike, in_order, read_back, said, squeezed, within
from hrworkbook.appendix.sheets import DocumentPlan
from hrworkbook.appendix.summary_pages import SummaryPlan
from hrworkbook.findings import count

_SCALES = [0.735 + 0.0025 * i for i in range(39)]
"""Points a pixel of column width may take in print: from Excel's narrowest to the widest met."""
_EDGE = 1.5
"""Points a letter may overhang a margin."""
_DASHES = re.compile(r"[-/‐‑–—]+")


@dataclass(frozen=True, slots=True)
class Proof:
    """What was planned, what was printed, and every difference in plain words."""

    words_planned: int
    words_printed: int
    pages_planned: int
    pages_printed: int
    differences: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the print is what was planned."""
        return not self.differences

    def as_json(self) -> dict[str, object]:
        """The proof for programs."""
        return {
            "words_planned": self.words_planned,
            "words_printed": self.words_printed,
            "pages_planned": self.pages_planned,
            "pages_printed": self.pages_printed,
            "differences": list(self.differences),
        }


@dataclass(slots=True)
class _Tally:
    """Words and differences found so far."""

    planned: int = 0
    printed: int = 0
    differences: list[str] = field(default_factory=list)

    def say(self, page: int, fault: str) -> None:
        self.differences.append(f"Page {page}: {fault}.")


def prove(pdf: Path, planned: DocumentPlan | PagePlan, first_page: int = 1) -> Proof:
    """Compare a PDF with what was planned.

    For a whole document every page counts; for one print sheet, the pages from `first_page` on. Raises ToolMissing
    where there is no pdftotext and UnreadableFile where the file is no PDF.
    """
    pages = read_back(pdf)
    tally = _Tally()
    if isinstance(planned, PagePlan):
        expected = first_page - 1 + planned.page_count
        _prove_plan(pages, planned, first_page, tally, None)
    else:
        expected = planned.page_count
        if planned.summary:
            _prove_summary(pages, planned.summary, tally)
        if planned.changes:
            _prove_plan(pages, planned.changes, planned.first_changes_page, tally, planned.document.cover)
        _prove_plan(pages, planned.plan, planned.first_plan_page, tally, planned.document.cover)
        _prove_edges(pages, planned, tally)
    differences = tally.differences
    if expected != len(pages):
        differences.insert(0, f"{count(expected, 'page')} planned, {count(len(pages), 'page')} printed.")
    return Proof(tally.planned, tally.printed, expected, len(pages), tuple(differences))


def _prove_plan(pages: Sequence[PrintedPage], plan: PagePlan, first: int, tally: _Tally, cover: Cover | None) -> None:
    for number in range(1, plan.page_count + 1):
        at = first - 1 + number
        rows = plan.rows_of(number)
        tally.planned += sum(len(cell.split()) for row in rows if row.kind == "line" for cell in row.cells)
        if at > len(pages):
            tally.say(at, "it is missing")
            continue
        page = pages[at - 1]
        _prove_page(page, plan, rows, at, tally)
        if cover is not None:
            _prove_head(page, plan.setup, cover, at, tally)
    for start in plan.starts:
        at = first - 1 + start.page
        if at <= len(pages) and start.reference and not _begins(pages[at - 1], plan, start.page, start.reference):
            tally.say(at, f"reference {start.reference} should begin here")


def _begins(page: PrintedPage, plan: PagePlan, number: int, reference: str) -> bool:
    """Whether a reference is printed on its page, in the column that holds references."""
    text = squeezed(reference)
    rows = [r for r in plan.rows_of(number) if r.kind == "line" and r.starts]
    if not any(squeezed(r.cells[plan.reference_column]) == text for r in rows):
        return True
    edges = _edges(plan, _scale(page, plan) or 0.7925)
    left, right = edges[plan.reference_column], edges[plan.reference_column + 1]
    found = [w for w in page.words if left <= w.x < right]
    return text in said(found)


def _edges(plan: PagePlan, scale: float) -> list[float]:
    """Where each column begins, in points, and last the end of the page: nothing stands beyond the last column."""
    edges = [plan.setup.margins.left]
    for pixels in plan.widths:
        edges.append(edges[-1] + pixels * scale)
    return [0.0, *edges[1:-1], plan.setup.page_size[0]]


def _bands(
    plan: PagePlan, rows: Sequence[PlanRow]
) -> tuple[list[tuple[float, float]], list[float], tuple[float, float]]:
    """Top and bottom of each row of a page, the tops of the group headings, and the column headings' band."""
    y = plan.setup.margins.top
    bands: list[tuple[float, float]] = []
    groups: list[float] = []
    header = (0.0, 0.0)
    done = False
    for row in rows:
        if row.kind != "title" and not done:
            groups, header, y = _headings(plan, y)
            done = True
        bands.append((y, y + row.height))
        y += row.height
    if not done:
        groups, header, y = _headings(plan, y)
    return bands, groups, header


def _headings(plan: PagePlan, y: float) -> tuple[list[float], tuple[float, float], float]:
    groups = []
    for row in plan.group_rows:
        groups.append(y)
        y += row.height
    return groups, (y, y + plan.header.height), y + plan.header.height


def _scale(page: PrintedPage, plan: PagePlan) -> float | None:
    """Points a pixel takes on this page: the scale at which every column heading stands over its column."""
    rows = [r for r in plan.rows if r.kind == "title"]
    for shift in (0.0, sum(r.height for r in rows)):
        top = plan.setup.margins.top + shift + sum(r.height for r in plan.group_rows)
        words = within(page.words, (top, top + plan.header.height))
        fitting = [s for s in _SCALES if _headed(words, plan, s)]
        if fitting:
            return _refined(words, plan, fitting[len(fitting) // 2])
    return None


def _refined(words: Sequence[Word], plan: PagePlan, scale: float) -> float:
    """The scale as the first and the last left-aligned heading show it; the rougher one where that does not fit."""
    edges = _edges(plan, scale)
    starts = []
    for j, column in enumerate(plan.columns):
        own = [w.left for w in words if edges[j] <= w.x < edges[j + 1]]
        if own and column.kind not in NUMBER_KINDS:
            starts.append((sum(plan.widths[:j]), min(own)))
    if len(starts) < 2:
        return scale
    better = (starts[-1][1] - starts[0][1]) / (starts[-1][0] - starts[0][0])
    return better if _headed(words, plan, better) else scale


def _headed(words: Sequence[Word], plan: PagePlan, scale: float) -> bool:
    edges = _edges(plan, scale)
    return all(
        said([w for w in words if left <= w.x < right]) == squeezed(text)
        for text, left, right in zip(plan.header.cells, edges, edges[1:], strict=False)
    )


def _prove_page(page: PrintedPage, plan: PagePlan, rows: Sequence[PlanRow], at: int, tally: _Tally) -> None:
    bands, groups, _ = _bands(plan, rows)
    margins = plan.setup.margins
    floor = page.height - margins.bottom
    body = [w for w in page.words if margins.top - 2 <= w.y < floor]
    scale = _scale(page, plan)
    if scale is None:
        tally.say(at, "the column headings are missing or not where they were planned")
        scale = 0.7925
    for row, top in zip(plan.group_rows, groups, strict=True):
        if said(within(body, (top, top + row.height))) != squeezed("".join(row.cells)):
            tally.say(at, "the headings over the groups of columns are missing or changed")
    outside = [w for w in body if w.left < margins.left - _EDGE or w.right > page.width - margins.right + _EDGE]
    outside += [w for w in page.words if w.bottom > page.height or w.top < 0]
    if outside:
        tally.say(at, f"'{outside[0].text}' is printed outside the margins")
    edges = _edges(plan, scale)
    columns = [[w for w in body if edges[j] <= w.x < edges[j + 1]] for j in range(len(plan.columns))]
    seen: set[int] = set()
    for row, band in zip(rows, bands, strict=True):
        if row.kind != "line":
            wanted = f"{row.cells[0]} {CONT}" if row.continued else row.cells[0]
            if said(within(body, band)) != squeezed(wanted):
                tally.say(at, f"the heading '{wanted}' is missing or changed")
            continue
        for j, text in enumerate(row.cells):
            words = within(columns[j], band)
            planned = f"{shown(text)} {CONT}".strip() if row.continued and j == plan.reference_column else text
            number = len(text.split())
            if alike(planned, words):
                tally.printed += number
                continue
            tally.printed += min(number, _common(planned, words))
            if j not in seen:
                seen.add(j)
                tally.say(at, _differs(plan, row, j, planned, words))
    low = bands[-1][1] if bands else margins.top
    stray = [w for w in body if w.y >= low + 2]
    if stray:
        tally.say(at, f"'{stray[0].text}' is printed below the last planned row")


def _common(planned: str, words: Sequence[Word]) -> int:
    """How many words of a cell were printed, in their order."""
    one, two = [squeezed(w) for w in planned.split()], [squeezed(w.text) for w in in_order(words)]
    return sum(block.size for block in SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks())


def _differs(plan: PagePlan, row: PlanRow, j: int, planned: str, words: Sequence[Word]) -> str:
    printed = " ".join(w.text for w in in_order(words))
    column = plan.columns[j].header.replace("\n", " ")
    where = f"line {row.line + 1}, column '{column}'"
    alike = len(commonprefix([squeezed(planned), squeezed(printed)]))
    return f"{where}: planned '{_around(planned, alike)}', printed '{_around(printed, alike)}'"


def _around(text: str, at: int) -> str:
    """The text from a few words before its letter `at`, spaces not counted, on: where two texts part."""
    words = text.split()
    ends = accumulate(len(squeezed(word)) for word in words)
    first = max(0, sum(end <= at for end in ends) - 3)
    rest = " ".join(words[first:])
    return f"{'… ' if first else ''}{rest if len(rest) <= 90 else rest[:90].rstrip() + ' …'}"


def _prove_summary(pages: Sequence[PrintedPage], summary: SummaryPlan, tally: _Tally) -> None:
    """Every word of the summary is on the page it was planned for."""
    for number in range(1, summary.page_count + 1):
        texts = summary.texts_of(number)
        tally.planned += sum(len(t.split()) for t in texts)
        if number > len(pages):
            tally.say(number, "it is missing")
            continue
        page = pages[number - 1]
        wanted = Counter(_parts(texts))
        found = Counter(_parts(w.text for w in page.words if w.y > summary.setup.margins.top - 2))
        spare = found - wanted
        missing = Counter(word for word in (wanted - found).elements() if not _in_pieces(word, spare))
        whole = sum(wanted.values())
        words = sum(len(t.split()) for t in texts)
        tally.printed += words if not missing else round(words * (1 - missing.total() / max(1, whole)))
        if missing:
            tally.say(number, f"the summary's {', '.join(repr(m) for m in list(missing)[:5])} was not printed")


def _in_pieces(word: str, spare: Counter[str]) -> bool:
    """Whether a word too long for its line is printed in pieces, which are taken from those to spare."""
    pieces: list[str] = []
    while word:
        piece = max((p for p in spare if spare[p] > pieces.count(p) and word.startswith(p)), key=len, default="")
        if not piece:
            return False
        pieces.append(piece)
        word = word[len(piece) :]
    spare.subtract(pieces)
    return True


def _parts(texts: Iterator[str] | Sequence[str]) -> Iterator[str]:
    """Words without their dashes and slashes, where a line may have ended."""
    for text in texts:
        for word in text.split():
            yield from (squeezed(part) for part in _DASHES.split(word) if squeezed(part))


def _prove_head(page: PrintedPage, setup: PageSetup, cover: Cover, at: int, tally: _Tally) -> None:
    """Title, committee, number and part at the head of the page."""
    head = squeezed("".join(w.text for w in in_order([w for w in page.words if w.y < setup.margins.top])))
    foot = squeezed(
        "".join(w.text for w in in_order([w for w in page.words if w.y > page.height - setup.margins.bottom]))
    )
    for text in header_lines(cover, setup):
        if squeezed(text) not in head:
            tally.say(at, f"'{text}' is missing at the head of the page")
    author = footer_lines(cover, setup)
    if squeezed(author) not in foot:
        tally.say(at, f"'{author}' is missing at the foot of the page")


def _prove_edges(pages: Sequence[PrintedPage], planned: DocumentPlan, tally: _Tally) -> None:
    """Every page says which of how many it is, and nothing stands outside its margins."""
    margins = planned.document.setup.margins
    for at, page in enumerate(pages, start=1):
        foot = in_order([w for w in page.words if w.y > page.height - margins.bottom])
        if squeezed(f"Page {at} of {len(pages)}") not in squeezed("".join(w.text for w in foot)):
            tally.say(at, f"'Page {at} of {len(pages)}' is missing at the foot")
        outside = [
            w for w in page.words if w.left < margins.left - _EDGE or w.right > page.width - margins.right + _EDGE
        ]
        if outside and at < planned.first_changes_page:
            tally.say(at, f"'{outside[0].text}' is printed outside the margins")
