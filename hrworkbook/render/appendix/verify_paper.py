"""The proof of a tagged PDF: read back by its tags and compared, text by text, with the paper it was printed from."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.values import shorten
from hrworkbook.render.appendix.document import AppendixDocument
from hrworkbook.render.appendix.make_paper import paper_blocks
from hrworkbook.render.appendix.page_plan import Cover, PageSetup, group_spans
from hrworkbook.render.appendix.paper import (
    PaperBlock,
    PaperCounts,
    PaperHeading,
    PaperSection,
    PaperTable,
    PaperText,
    TextStyle,
)
from hrworkbook.render.appendix.print_texts import print_text
from hrworkbook.render.appendix.read_pdf import squeeze
from hrworkbook.render.appendix.read_tags import TaggedElement, TaggedPdf, read_tags
from hrworkbook.render.appendix.verify_pages import PageEdges, page_faults
from hrworkbook.render.appendix.verify_print import PrintProof
from hrworkbook.render.appendix.word_setup import footer_text, header_lines

_HEADINGS = {"H1": 1, "H2": 2}


def verify_paper(pdf: Path, document: AppendixDocument) -> PrintProof:
    """Compare a tagged PDF with its paper.

    Every heading, paragraph and cell is there, in its order and its tag; the header cells of tables have a scope; what
    is drawn has its alternative text; headings are bookmarks. And the pages show it: within the margins, in letters that
    the fonts have. Raises ToolMissing where there is no pdftotext and UnreadableFile where the file is no PDF.
    """
    try:
        printed = read_tags(pdf.read_bytes())
    except Exception as error:  # whatever a damaged file makes the reader say
        raise UnreadableFile(
            pdf.name, f"it is no PDF that can be read ({type(error).__name__})", "Print it again"
        ) from None
    blocks = paper_blocks(document)
    planned = [text for block in blocks for text in _planned(block)]
    found = [text for element in _parts(printed.root) for text in _found(element)]
    differences = [*_about(printed, blocks), *_compared(planned, found)]
    shown = [text for kind, text in planned if kind != "Figure"]
    differences += page_faults(pdf, shown, [*_edges(document, blocks, printed)])
    words = sum(len(text.split()) for _, text in planned)
    return PrintProof(words, _words_found(planned, found), printed.page_count, printed.page_count, tuple(differences))


def _edges(document: AppendixDocument, blocks: Sequence[PaperBlock], printed: TaggedPdf) -> Iterator[PageEdges]:
    """Yield what stands at the head and foot of the pages: of the paper, and of each section from the page of its heading on."""
    pages = iter(printed.bookmark_pages)
    yield _edges_from(1, document.setup, document.cover)
    section: PaperSection | None = None
    for block in blocks:
        if isinstance(block, PaperSection):
            section = block
        elif isinstance(block, PaperHeading) or (isinstance(block, PaperTable) and block.theme):
            page = next(pages, 0)
            if section and page:
                yield _edges_from(page, section.setup, section.cover)
            section = None


def _edges_from(page: int, setup: PageSetup, cover: Cover) -> PageEdges:
    texts = [text for line in header_lines(cover) for text in line]
    return PageEdges(page, setup, tuple(filter(None, [*texts, footer_text(cover)])))


def _planned(block: PaperBlock) -> Iterator[tuple[str, str]]:
    """Yield what a block is to be tagged as, and its texts, in reading order."""
    match block:
        case PaperHeading(level, text):
            yield f"H{level}", text
        case PaperText(text, style):
            yield "LBody" if style is TextStyle.POINT else "P", text
        case PaperCounts(counts, _):
            yield "P", " ".join(f"{c.number:,} {print_text(c.label)}" for c in counts)
        case PaperTable():
            yield from _planned_cells(block)


def _planned_cells(table: PaperTable) -> Iterator[tuple[str, str]]:
    if table.theme:
        yield "H2", table.theme
    if any(c.group for c in table.columns):
        for _, _, text in group_spans(table.columns):
            yield "TH", print_text(text)
    for column in table.columns:
        yield "TH", print_text(column.header)
    for row in table.rows:
        for cell in row.cells:
            yield ("Figure", cell.bar.alternative_text) if cell.bar else ("TD", cell.whole_text.replace("• ", ""))


def _parts(element: TaggedElement) -> Iterator[TaggedElement]:
    """Yield the elements that a text of the paper is compared with."""
    if element.kind in ("H1", "H2", "P", "TH", "TD", "LBody", "Figure"):
        heading = next((e for e in element.walk() if e.kind in _HEADINGS or e.kind == "Figure"), None)
        yield heading or element
        return
    for child in element.children:
        yield from _parts(child)


def _found(element: TaggedElement) -> Iterator[tuple[str, str]]:
    if element.kind == "Figure":
        yield "Figure", element.alternative_text
    elif element.kind != "P" or element.text:
        yield element.kind, element.text.replace("•", "")


def _compared(planned: list[tuple[str, str]], found: list[tuple[str, str]]) -> Iterator[str]:
    """Yield where the texts part; the first twenty tell enough."""
    number = 0
    for n, (kind, text) in enumerate(planned):
        if n >= len(found):
            yield f"'{shorten(text, 80)}' and all after it is missing."
            return
        if (kind, squeeze(text.replace("•", ""))) != (found[n][0], squeeze(found[n][1])):
            yield f"{kind} '{shorten(text, 80)}' is printed as {found[n][0]} '{shorten(found[n][1], 80)}'."
            number += 1
            if number == 20:
                return
    if len(found) > len(planned):
        yield f"'{shorten(found[len(planned)][1], 80)}' is printed after the end of the paper."


def _words_found(planned: list[tuple[str, str]], found: list[tuple[str, str]]) -> int:
    return sum(
        len(text.split()) for (_, text), (_, there) in zip(planned, found, strict=False)
        if squeeze(text.replace("•", "")) == squeeze(there)
    )  # fmt: skip


def _about(printed: TaggedPdf, blocks: tuple[PaperBlock, ...]) -> Iterator[str]:
    """Yield what the PDF does not say of itself, or of its tables and headings."""
    if not printed.root.content:
        yield "It is not tagged."
    if not printed.is_pdf_ua:
        yield "It does not say that it is PDF/UA."
    if not printed.shows_title:
        yield "A reader shows the file's name, not the title."
    unscoped = [e for e in printed.root.walk() if e.kind == "TH" and not e.scope]
    if unscoped:
        yield f"{count_noun(len(unscoped), 'header cell')} of tables without a scope."
    headings: list[tuple[int, str]] = []
    for block in blocks:
        if isinstance(block, PaperHeading):
            headings.append((block.level, block.text))
        elif isinstance(block, PaperTable) and block.theme:
            headings.append((2, block.theme))
    marked = [(level, squeeze(title)) for level, title in printed.bookmarks]
    if marked != [(level, squeeze(text)) for level, text in headings]:
        yield "The bookmarks are not the headings."
