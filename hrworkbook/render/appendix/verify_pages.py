"""The proof of what a tagged PDF shows: what its tags say is on its pages, within the margins, in letters and not boxes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.values import shorten
from hrworkbook.render.appendix.page_plan import PageSetup
from hrworkbook.render.appendix.pdf_glyphs import missing_glyphs
from hrworkbook.render.appendix.read_pdf import (
    PrintedPage,
    is_split_over_lines,
    read_back,
    split_at_dashes,
)

_EDGE_TOLERANCE = 1.5
"""Points a letter may overhang a margin."""
_HEAD_SHARE = 0.2
"""The share of a page in which its header may stand, however long the names in it."""
_MOST_WORDS = 5
"""Missing words that are named."""


@dataclass(frozen=True)
class PageEdges:
    """What each page shows from one on: its paper, and the texts at its head and foot."""

    first: int
    """The page, counted from 1."""
    setup: PageSetup
    texts: tuple[str, ...]


def page_faults(pdf: Path, planned: Sequence[str], edges: Sequence[PageEdges]) -> Iterator[str]:
    """Yield what the pages of a PDF do not show as planned, in sentences.

    `planned` are the texts of the paper, `edges` those at the head and foot of its pages, in their order. A tag may hold a
    text that is clipped, or printed in boxes: pages are read as they look. Raises ToolMissing where there is no
    pdftotext and UnreadableFile where the file is no PDF.
    """
    pages = read_back(pdf)
    for number, page in enumerate(pages, 1):
        its = next((e for e in reversed(edges) if e.first <= number), edges[0])
        yield from (f"Page {number}: {fault}." for fault in _edge_faults(page, its, number, len(pages)))
    wanted = Counter(split_at_dashes(planned))
    spare = Counter(split_at_dashes(w.text for page in pages for w in page.words))
    missing = wanted - spare
    spare -= wanted
    lost = [word for word in missing.elements() if not is_split_over_lines(word, spare)]
    if lost:
        named = ", ".join(f"'{shorten(word, 40)}'" for word in dict.fromkeys(lost[:_MOST_WORDS]))
        yield f"{count_noun(len(lost), 'word is', 'words are')} on no page: {named}."
    yield from (found.fault for found in missing_glyphs(pdf.read_bytes(), "".join(planned)))


def _edge_faults(page: PrintedPage, edges: PageEdges, number: int, count: int) -> Iterator[str]:
    margins = edges.setup.margins
    head = [w.text for w in page.words if w.y < page.height * _HEAD_SHARE]
    foot = [w.text for w in page.words if w.y > page.height - margins.bottom]
    said = Counter(split_at_dashes([*head, *foot]))
    for text in (*edges.texts, f"Page {number} of {count}"):
        if Counter(split_at_dashes([text])) - said:
            yield f"'{text}' is missing at its head or foot"
    for word in page.words:
        if word.left < margins.left - _EDGE_TOLERANCE or word.right > page.width - margins.right + _EDGE_TOLERANCE:
            yield f"'{shorten(word.text, 40)}' is printed outside the margins"
            return
