"""The appendix as a Word document: the paper that is published, and that its PDF is printed from."""

import io
from typing import Any

from hrworkbook.ooxml.zip_writing import without_timestamps
from hrworkbook.render.appendix.document import AppendixDocument
from hrworkbook.render.appendix.make_paper import paper_blocks
from hrworkbook.render.appendix.paper import (
    PaperBlock,
    PaperCounts,
    PaperHeading,
    PaperSection,
    PaperTable,
    PaperText,
)  # fmt: skip
from hrworkbook.render.appendix.print_texts import print_text
from hrworkbook.render.appendix.word_runs import add_text
from hrworkbook.render.appendix.word_setup import begin_section, set_up_document
from hrworkbook.render.appendix.word_table import TableWriter
from hrworkbook.render.word_colours import status_colours

_BETWEEN_COUNTS = "\u2003\u2003"
"""Two em spaces."""


def write_word(document: AppendixDocument) -> bytes:
    """Return the appendix as a .docx: real headings and lists, tables whose headings and theme repeat on every page.

    The same document gives the same bytes.
    """
    import docx

    file = docx.Document()
    set_up_document(file, document)
    writer = _DocumentWriter(file, document)
    for block in paper_blocks(document):
        writer.add(block)
    out = io.BytesIO()
    file.save(out)
    return without_timestamps(out.getvalue())


class _DocumentWriter:
    """Adds blocks to one document."""

    def __init__(self, file: Any, document: AppendixDocument) -> None:
        self.file, self.document = file, document
        self.tables = TableWriter(file, document.setup, document.language)
        self.last: PaperBlock | None = None

    def add(self, block: PaperBlock) -> None:
        """Add a block at the end."""
        match block:
            case PaperHeading(level, text):
                self._paragraph(f"Heading {level}", text)
            case PaperText(text, style):
                self._paragraph(style.value, text)
            case PaperCounts():
                self._counts(block)
            case PaperSection():
                begin_section(self.file, block, self.document)
            case PaperTable():
                if isinstance(self.last, PaperTable):
                    # Without a paragraph in between, Word makes one table of two.
                    self.file.add_paragraph(style="Between Tables")
                self.tables.add(block)
        self.last = block

    def _paragraph(self, style: str, text: str) -> None:
        paragraph = self.file.add_paragraph(style=style)
        add_text(paragraph._p, text, self.document.language)

    def _counts(self, block: PaperCounts) -> None:
        """Add the large numbers as one paragraph, so that each is read together with its words."""
        paragraph = self.file.add_paragraph(style="Counts")
        for n, count in enumerate(block.counts):
            if n:
                paragraph.add_run(_BETWEEN_COUNTS + " ")
            paragraph.add_run(f"{count.number:,}", style="Large Number")
            label = print_text(count.label).replace("\n", " ")
            paint = status_colours(count.status, block.colours) if count.status else None
            paragraph.add_run("\u00a0")
            add_text(paragraph._p, label, self.document.language, paint=paint)
