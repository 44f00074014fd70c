"""The proof of a printed appendix: its PDF read back, word by word and by place, against what was planned.

A word belongs to the row and the column it stands in; the words of a cell, in reading order and without spaces, must
equal the cell's text. So a row too low, a text cut or clipped, cells exchanged, a column of another width, a page break
lost and a page missing all show.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import accumulate
from os.path import commonprefix
from pathlib import Path

from hrworkbook.plan.findings import count_noun
from hrworkbook.render.appendix.formats import footer_left, header_texts
from hrworkbook.render.appendix.page_plan import CONTINUED_MARK, NUMBER_KINDS, Cover, PagePlan, PageSetup, PlanRow, trim
from hrworkbook.render.appendix.read_pdf import (
    PrintedPage,
    PrintedWord,
    is_split_over_lines,
    matches_plan,
    read_back,
    reading_order,
    split_at_dashes,
    squeeze,
    squeezed_text,
    words_between,
)
from hrworkbook.render.appendix.summary_pages import SummaryPlan
from hrworkbook.render.appendix.write_appendix import DocumentPlan

_SCALES = [0.735 + 0.0025 * i for i in range(39)]
"""Points a pixel of column width may take in print: from Excel's narrowest to the widest met."""
_EDGE_TOLERANCE = 1.5
"""Points a letter may overhang a margin."""


@dataclass(frozen=True, slots=True)
class PrintProof:
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
        """Return the proof for programs."""
        return {
            "words_planned": self.words_planned,
            "words_printed": self.words_printed,
            "pages_planned": self.pages_planned,
            "pages_printed": self.pages_printed,
            "differences": list(self.differences),
        }


@dataclass(slots=True)
class _ProofTally:
    """Words and differences found so far."""

    planned: int = 0
    printed: int = 0
    differences: list[str] = field(default_factory=list)

    def add_difference(self, page: int, fault: str) -> None:
        self.differences.append(f"Page {page}: {fault}.")


def verify_print(pdf: Path, planned: DocumentPlan | PagePlan, first_page: int = 1) -> PrintProof:
    """Compare a PDF with what was planned.

    For a whole document every page counts; for one print sheet, the pages from `first_page` on. Raises ToolMissing
    where there is no pdftotext and UnreadableFile where the file is no PDF.
    """
    pages = read_back(pdf)
    tally = _ProofTally()
    if isinstance(planned, PagePlan):
        expected = first_page - 1 + planned.page_count
        _verify_plan(pages, planned, first_page, tally, None)
    else:
        expected = planned.page_count
        _verify_document(pages, planned, 1, tally)
    differences = tally.differences
    if expected != len(pages):
        differences.insert(0, f"{count_noun(expected, 'page')} planned, {count_noun(len(pages), 'page')} printed.")
    return PrintProof(tally.planned, tally.printed, expected, len(pages), tuple(differences))


def _verify_document(pages: Sequence[PrintedPage], planned: DocumentPlan, first: int, tally: _ProofTally) -> None:
    """Compare the pages of an appendix, or of a plan of a pack, that begins on page `first`."""
    before = first - 1
    cover = planned.document.cover
    if planned.summary:
        _verify_summary(pages[before:], planned.summary, tally, before)
    if planned.sections:
        _verify_page_edges(pages, planned, range(first, before + planned.first_changes_page), tally)
        at = before + planned.first_changes_page
        for section in planned.sections:
            _verify_document(pages, section, at, tally)
            at += section.page_count
        return
    if planned.changes:
        _verify_plan(pages, planned.changes, before + planned.first_changes_page, tally, cover)
    _verify_plan(pages, planned.plan, before + planned.first_plan_page, tally, cover)
    _verify_page_edges(pages, planned, range(first, first + planned.page_count), tally)


def _verify_plan(
    pages: Sequence[PrintedPage], plan: PagePlan, first: int, tally: _ProofTally, cover: Cover | None
) -> None:
    for number in range(1, plan.page_count + 1):
        at = first - 1 + number
        rows = plan.rows_of(number)
        tally.planned += sum(len(cell.split()) for row in rows if row.kind == "line" for cell in row.cells)
        if at > len(pages):
            tally.add_difference(at, "it is missing")
            continue
        page = pages[at - 1]
        _verify_page(page, plan, rows, at, tally)
        if cover is not None:
            _verify_header(page, plan.setup, cover, at, tally)
    for start in plan.starts:
        at = first - 1 + start.page
        if (
            at <= len(pages)
            and start.reference
            and not _has_reference(pages[at - 1], plan, start.page, start.reference)
        ):
            tally.add_difference(at, f"reference {start.reference} should begin here")


def _has_reference(page: PrintedPage, plan: PagePlan, number: int, reference: str) -> bool:
    """Whether a reference is printed on its page, in the column that holds references."""
    text = squeeze(reference)
    rows = [r for r in plan.rows_of(number) if r.kind == "line" and r.starts]
    if not any(squeeze(r.cells[plan.reference_column]) == text for r in rows):
        return True
    edges = _column_edges(plan, _print_scale(page, plan) or 0.7925)
    left, right = edges[plan.reference_column], edges[plan.reference_column + 1]
    found = [w for w in page.words if left <= w.x < right]
    return text in squeezed_text(found)


def _column_edges(plan: PagePlan, scale: float) -> list[float]:
    """Where each column begins, in points, and last the end of the page: nothing stands beyond the last column."""
    edges = [plan.setup.margins.left]
    for pixels in plan.widths:
        edges.append(edges[-1] + pixels * scale)
    return [0.0, *edges[1:-1], plan.setup.page_size[0]]


def _row_strips(
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
            groups, header, y = _heading_strips(plan, y)
            done = True
        bands.append((y, y + row.height))
        y += row.height
    if not done:
        groups, header, y = _heading_strips(plan, y)
    return bands, groups, header


def _heading_strips(plan: PagePlan, y: float) -> tuple[list[float], tuple[float, float], float]:
    groups = []
    for row in plan.group_rows:
        groups.append(y)
        y += row.height
    return groups, (y, y + plan.header.height), y + plan.header.height


def _print_scale(page: PrintedPage, plan: PagePlan) -> float | None:
    """Points a pixel takes on this page: the scale at which every column heading stands over its column."""
    rows = [r for r in plan.rows if r.kind == "title"]
    for shift in (0.0, sum(r.height for r in rows)):
        top = plan.setup.margins.top + shift + sum(r.height for r in plan.group_rows)
        words = words_between(page.words, (top, top + plan.header.height))
        fitting = [s for s in _SCALES if _headings_match(words, plan, s)]
        if fitting:
            return _refine_scale(words, plan, fitting[len(fitting) // 2])
    return None


def _refine_scale(words: Sequence[PrintedWord], plan: PagePlan, scale: float) -> float:
    """Return the scale as the first and the last left-aligned heading show it; the rougher one where that does not fit."""
    edges = _column_edges(plan, scale)
    starts = []
    for j, column in enumerate(plan.columns):
        own = [w.left for w in words if edges[j] <= w.x < edges[j + 1]]
        if own and column.kind not in NUMBER_KINDS:
            starts.append((sum(plan.widths[:j]), min(own)))
    if len(starts) < 2:
        return scale
    better = (starts[-1][1] - starts[0][1]) / (starts[-1][0] - starts[0][0])
    return better if _headings_match(words, plan, better) else scale


def _headings_match(words: Sequence[PrintedWord], plan: PagePlan, scale: float) -> bool:
    edges = _column_edges(plan, scale)
    return all(
        squeezed_text([w for w in words if left <= w.x < right]) == squeeze(text)
        for text, left, right in zip(plan.header.cells, edges, edges[1:], strict=False)
    )


def _verify_page(page: PrintedPage, plan: PagePlan, rows: Sequence[PlanRow], at: int, tally: _ProofTally) -> None:
    bands, groups, _ = _row_strips(plan, rows)
    margins = plan.setup.margins
    floor = page.height - margins.bottom
    body = [w for w in page.words if margins.top - 2 <= w.y < floor]
    scale = _print_scale(page, plan)
    if scale is None:
        tally.add_difference(at, "the column headings are missing or not where they were planned")
        scale = 0.7925
    for row, top in zip(plan.group_rows, groups, strict=True):
        if squeezed_text(words_between(body, (top, top + row.height))) != squeeze("".join(row.cells)):
            tally.add_difference(at, "the headings over the groups of columns are missing or changed")
    outside = [
        w
        for w in body
        if w.left < margins.left - _EDGE_TOLERANCE or w.right > page.width - margins.right + _EDGE_TOLERANCE
    ]
    outside += [w for w in page.words if w.bottom > page.height or w.top < 0]
    if outside:
        tally.add_difference(at, f"'{outside[0].text}' is printed outside the margins")
    edges = _column_edges(plan, scale)
    columns = [[w for w in body if edges[j] <= w.x < edges[j + 1]] for j in range(len(plan.columns))]
    seen: set[int] = set()
    for row, band in zip(rows, bands, strict=True):
        if row.kind != "line":
            wanted = f"{row.cells[0]} {CONTINUED_MARK}" if row.continued else row.cells[0]
            if squeezed_text(words_between(body, band)) != squeeze(wanted):
                tally.add_difference(at, f"the heading '{wanted}' is missing or changed")
            continue
        for j, text in enumerate(row.cells):
            words = words_between(columns[j], band)
            planned = f"{trim(text)} {CONTINUED_MARK}".strip() if row.continued and j == plan.reference_column else text
            number = len(text.split())
            if matches_plan(planned, words):
                tally.printed += number
                continue
            tally.printed += min(number, _words_in_order(planned, words))
            if j not in seen:
                seen.add(j)
                tally.add_difference(at, _describe_difference(plan, row, j, planned, words))
    low = bands[-1][1] if bands else margins.top
    stray = [w for w in body if w.y >= low + 2]
    if stray:
        tally.add_difference(at, f"'{stray[0].text}' is printed below the last planned row")


def _words_in_order(planned: str, words: Sequence[PrintedWord]) -> int:
    """How many words of a cell were printed, in their order."""
    one, two = [squeeze(w) for w in planned.split()], [squeeze(w.text) for w in reading_order(words)]
    return sum(block.size for block in SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks())


def _describe_difference(plan: PagePlan, row: PlanRow, j: int, planned: str, words: Sequence[PrintedWord]) -> str:
    printed = " ".join(w.text for w in reading_order(words))
    column = plan.columns[j].header.replace("\n", " ")
    where = f"line {row.line + 1}, column '{column}'"
    alike = len(commonprefix([squeeze(planned), squeeze(printed)]))
    return f"{where}: planned '{_context_at(planned, alike)}', printed '{_context_at(printed, alike)}'"


def _context_at(text: str, at: int) -> str:
    """Return the text from a few words before its letter `at`, spaces not counted, on: where two texts part."""
    words = text.split()
    ends = accumulate(len(squeeze(word)) for word in words)
    first = max(0, sum(end <= at for end in ends) - 3)
    rest = " ".join(words[first:])
    return f"{'… ' if first else ''}{rest if len(rest) <= 90 else rest[:90].rstrip() + ' …'}"


def _verify_summary(pages: Sequence[PrintedPage], summary: SummaryPlan, tally: _ProofTally, before: int) -> None:
    """Every word of the summary is on the page it was planned for; so many pages come before these."""
    for number in range(1, summary.page_count + 1):
        texts = summary.texts_of(number)
        tally.planned += sum(len(t.split()) for t in texts)
        if number > len(pages):
            tally.add_difference(before + number, "it is missing")
            continue
        page = pages[number - 1]
        wanted = Counter(split_at_dashes(texts))
        found = Counter(split_at_dashes(w.text for w in page.words if w.y > summary.setup.margins.top - 2))
        spare = found - wanted
        missing = Counter(word for word in (wanted - found).elements() if not is_split_over_lines(word, spare))
        whole = sum(wanted.values())
        words = sum(len(t.split()) for t in texts)
        tally.printed += words if not missing else round(words * (1 - missing.total() / max(1, whole)))
        if missing:
            tally.add_difference(
                before + number, f"the summary's {', '.join(repr(m) for m in list(missing)[:5])} was not printed"
            )


def _verify_header(page: PrintedPage, setup: PageSetup, cover: Cover, at: int, tally: _ProofTally) -> None:
    """Title, committee, number and part at the head of the page."""
    head = squeeze("".join(w.text for w in reading_order([w for w in page.words if w.y < setup.margins.top])))
    foot = squeeze(
        "".join(w.text for w in reading_order([w for w in page.words if w.y > page.height - setup.margins.bottom]))
    )
    for text in header_texts(cover, setup):
        if squeeze(text) not in head:
            tally.add_difference(at, f"'{text}' is missing at the head of the page")
    author = footer_left(cover, setup)
    if squeeze(author) not in foot:
        tally.add_difference(at, f"'{author}' is missing at the foot of the page")


def _verify_page_edges(pages: Sequence[PrintedPage], planned: DocumentPlan, numbers: range, tally: _ProofTally) -> None:
    """Every page of an appendix says which of how many it is, and nothing stands outside its margins."""
    margins = planned.document.setup.margins
    for at, page in zip(numbers, pages[numbers.start - 1 :], strict=False):
        foot = reading_order([w for w in page.words if w.y > page.height - margins.bottom])
        if squeeze(f"Page {at} of {len(pages)}") not in squeeze("".join(w.text for w in foot)):
            tally.add_difference(at, f"'Page {at} of {len(pages)}' is missing at the foot")
        outside = [
            w
            for w in page.words
            if w.left < margins.left - _EDGE_TOLERANCE or w.right > page.width - margins.right + _EDGE_TOLERANCE
        ]
        if outside and at < numbers.start - 1 + planned.first_changes_page:
            tally.add_difference(at, f"'{outside[0].text}' is printed outside the margins")
