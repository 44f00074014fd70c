"""An appendix as the paper a committee reads: title, summary, plan by theme, notes on the data."""

from collections.abc import Iterator, Sequence

from hrworkbook.plan.values import single_spaced
from hrworkbook.render.appendix.document import AppendixDocument
from hrworkbook.render.appendix.page_plan import CONTINUED_MARK, Cover
from hrworkbook.render.appendix.paper import PaperBlock, PaperHeading, PaperSection, PaperTable, PaperText, TextStyle
from hrworkbook.render.appendix.paper_lines import plan_tables
from hrworkbook.render.appendix.paper_summary import NOT_REPORTED, summary_blocks
from hrworkbook.render.appendix.print_texts import print_text


def paper_blocks(document: AppendixDocument) -> tuple[PaperBlock, ...]:
    """Return the whole paper, in the order in which it is read."""
    if document.sections:
        return _pack_blocks(document)
    plan = list(plan_tables(document))
    summary = list(summary_blocks(document))
    title = PaperHeading(1, single_spaced(document.plan_title) or "Plan")
    body: list[PaperBlock] = [*plan] or [PaperText(print_text(document.empty_text))]
    notes = _notes([document], [*summary, *plan])
    return (*_title_block(document.cover), *summary, title, *body, *notes)


def _pack_blocks(document: AppendixDocument) -> tuple[PaperBlock, ...]:
    """Return a pack: its summary, the notes on all of it, and each plan as a section with its own figures and lines.

    What comes after the last section would stand under its name at the head of the page.
    """
    sections = [block for section in document.sections for block in _section_blocks(section)]
    summary = list(summary_blocks(document))
    notes = _notes([document, *document.sections], [*summary, *sections])
    return (*_title_block(document.cover), *summary, *notes, *sections)


def _section_blocks(section: AppendixDocument) -> Iterator[PaperBlock]:
    """Yield a plan of a pack: its heading, then what its paper alone would say, one level under it."""
    yield PaperSection(section.setup, section.cover)
    yield PaperHeading(1, section.plan_title)
    if notice := exempt_notice(section.cover):
        yield PaperText(notice, TextStyle.NOTICE)
    for block in summary_blocks(section):
        if not isinstance(block, PaperHeading) or block.level > 1:
            yield block
    plan: list[PaperBlock] = [*plan_tables(section)]
    if not any(line.theme for line in section.lines):
        yield PaperHeading(2, "The plan, line by line")
    yield from plan or [PaperText(print_text(section.empty_text))]


def exempt_notice(cover: Cover) -> str:
    """Return the sentence that says why the public may not read it; '' where they may."""
    if not cover.exempt:
        return ""
    act = "of Part 1 of Schedule 12A to the Local Government Act 1972"
    return single_spaced(f"Not for publication: paragraph {cover.paragraph} {act}. {cover.reason}")


def _title_block(cover: Cover) -> Iterator[PaperBlock]:
    """Yield the title, whose paper it is and for when, and whether the public may read it."""
    yield PaperText(single_spaced(cover.title), TextStyle.TITLE)
    author = f"Author: {cover.author}" if cover.author else ""
    for texts in (
        (cover.organisation, cover.committee, cover.committee_date),
        (cover.number, cover.part, cover.period, author),
    ):
        if line := " · ".join(single_spaced(t) for t in texts if t):
            yield PaperText(line, TextStyle.SUBTITLE)
    if notice := exempt_notice(cover):
        yield PaperText(notice, TextStyle.NOTICE)


def _notes(documents: Sequence[AppendixDocument], blocks: Sequence[PaperBlock]) -> Iterator[PaperBlock]:
    """Yield what a reader must know of the data: what stood against it, and the words and marks that are ours."""
    cells = [cell for b in blocks if isinstance(b, PaperTable) for row in b.rows for cell in row.cells]
    notes = [document.note for document in documents if document.note]
    if any(cell.text == NOT_REPORTED for cell in cells):
        notes.append(f"“{NOT_REPORTED}” stands where nothing was reported.")
    if any(cell.continued for cell in cells):
        notes.append(f"“{CONTINUED_MARK}” marks a row that goes on with the line above it.")
    if notes:
        yield PaperHeading(1, "Notes on the data")
        for note in notes:
            yield PaperText(print_text(note), TextStyle.POINT)
