"""An appendix, written: the one place where its sheets come together into a workbook."""

import gc
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from hrworkbook.render.appendix.data_sheet import write_data
from hrworkbook.render.appendix.document import AppendixDocument
from hrworkbook.render.appendix.formats import FormatCache
from hrworkbook.render.appendix.page_plan import PagePlan, PrintColumn, PrintLine
from hrworkbook.render.appendix.paginate import paginate
from hrworkbook.render.appendix.print_texts import print_lines, without_repeats
from hrworkbook.render.appendix.section_sheets import sheet_names_for, sheets_of_section
from hrworkbook.render.appendix.summary import plan_summary
from hrworkbook.render.appendix.summary_pages import SummaryPlan
from hrworkbook.render.appendix.summary_sheet import write_summary
from hrworkbook.render.appendix.write_pages import page_sheet_names, write_pages
from hrworkbook.render.text_workbook import TextWorkbook

_FIXED_DATE = datetime(2000, 1, 1)
"""Stands as the date of creation, so that the same document gives the same bytes."""


@dataclass(frozen=True)
class DocumentPlan:
    """An appendix, and its print sheets in the order they are printed: each is measured when it is first asked for."""

    document: AppendixDocument

    @cached_property
    def summary(self) -> SummaryPlan | None:
        """The pages of the summary."""
        return plan_summary(self.document)

    @cached_property
    def changes(self) -> PagePlan | None:
        """The pages of what changed."""
        return plan_changes(self.document)

    @cached_property
    def plan(self) -> PagePlan:
        """The pages of the plan."""
        document = self.document
        title = document.plan_title or document.cover.title
        return paginate(document.columns, document.lines, document.setup, title=title, empty_text=document.empty_text)

    @cached_property
    def sections(self) -> "tuple[DocumentPlan, ...]":
        """The plans of a pack; none of a single appendix."""
        return tuple(DocumentPlan(section) for section in self.document.sections)

    @cached_property
    def word_count(self) -> int:
        """Words of the plan's cells, a text that repeats the line above counted once."""
        if self.sections:
            return sum(section.word_count for section in self.sections)
        columns = self.document.columns
        return sum(
            len(t.split()) for row in without_repeats(print_lines(self.document.lines, columns), columns) for t in row
        )

    @property
    def page_count(self) -> int:
        """Pages the appendix prints on, the Data sheet left out."""
        if self.sections:
            return self.first_changes_page - 1 + sum(section.page_count for section in self.sections)
        return self.first_plan_page - 1 + self.plan.page_count

    @property
    def first_changes_page(self) -> int:
        """The page the changes begin on, counted from 1; the plan's where there are none."""
        return 1 + (self.summary.page_count if self.summary else 0)

    @property
    def first_plan_page(self) -> int:
        """The page the plan begins on, counted from 1."""
        return self.first_changes_page + (self.changes.page_count if self.changes else 0)

    @property
    def sheet_names(self) -> list[str]:
        """The print sheets' names, in the order they are printed."""
        return [*self._names("Summary", "Changes", "Plan")]

    def _names(self, summary: str, changes: str, plan: str) -> Iterator[str]:
        if self.summary:
            yield summary
        if self.sections:
            for section, name in zip(self.sections, self.section_sheet_names, strict=True):
                yield from section._names(*sheets_of_section(name))
            return
        if self.changes:
            yield from page_sheet_names(self.changes, changes)
        yield from page_sheet_names(self.plan, plan)

    @cached_property
    def section_sheet_names(self) -> list[str]:
        """What the sheet of each plan of a pack is called."""
        return sheet_names_for([section.document.plan_title for section in self.sections])


def plan_document(document: AppendixDocument) -> DocumentPlan:
    """Return an appendix with its pages; nothing is written."""
    return DocumentPlan(document)


_CHANGE_COLUMNS = (
    PrintColumn("reference", "Ref", kind="reference", weight=6, repeats_once=True),
    PrintColumn("text", "Line", weight=30, repeats_once=True),
    PrintColumn("column", "What changed", weight=14),
    PrintColumn("was", "Was", weight=40, bullets=True),
    PrintColumn("now", "Now", weight=40, bullets=True),
)


def plan_changes(document: AppendixDocument) -> PagePlan | None:
    """Return the measured pages of what changed since the last meeting; None where nothing did or nothing is known."""
    changes = document.summary.changes if document.summary else None
    if changes is None or not changes.changes:
        return None
    lines = [
        PrintLine(c.theme, c.reference, (c.reference, c.text, c.column, c.before or BLANK_TEXT, c.after or BLANK_TEXT))
        for c in changes.changes
    ]
    return paginate(_CHANGE_COLUMNS, lines, document.setup, title="Changes since the last meeting")


BLANK_TEXT = "Not reported"
"""How a blank is said where it is a value: in what changed."""


def write_appendix(document: AppendixDocument | DocumentPlan, *, with_data_sheet: bool = True) -> bytes:
    """Return the appendix as an .xlsx; the same document gives the same bytes.

    Without `with_data_sheet` it has the printed sheets only: what a PDF is made from, so that “page n of N” counts those alone.
    """
    planned = document if isinstance(document, DocumentPlan) else plan_document(document)
    with _garbage_left():
        return _appendix(planned, with_data_sheet)


@contextmanager
def _garbage_left() -> Iterator[None]:
    """Leave unreachable cycles for later: looking for them among so many cells takes long, and writing makes none."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _appendix(planned: DocumentPlan, with_data_sheet: bool) -> bytes:
    document = planned.document
    out = io.BytesIO()
    book = TextWorkbook(out, document.language)
    cover = document.cover
    book.set_properties(
        {
            "title": " ".join(cover.title.split()),
            "subject": ", ".join(t for t in (cover.number, cover.part) if t),
            "author": cover.author,
            "company": cover.organisation,
            "created": _FIXED_DATE,
        }
    )
    ink = FormatCache(book, document.setup.font, document.setup.size)
    _write_print_sheets(book, ink, planned, "Summary", "Changes", "Plan")
    if with_data_sheet:
        write_data(book, ink, document)
    book.close()
    return out.getvalue()


def _write_print_sheets(book: Any, ink: FormatCache, planned: DocumentPlan, *names: str) -> None:
    """Write the sheets of an appendix, or of a section, under the names for its summary, its changes and its plan."""
    summary, changes, plan = names
    cover = planned.document.cover
    if planned.summary:
        write_summary(book, ink, planned.summary, cover, summary)
    for section, name in zip(planned.sections, planned.section_sheet_names, strict=True):
        _write_print_sheets(book, ink, section, *sheets_of_section(name))
    if planned.sections:
        return
    if planned.changes:
        write_pages(book, ink, planned.changes, changes, cover)
    write_pages(book, ink, planned.plan, plan, cover)


def write_note(sheet: str, text: str) -> bytes:
    """Return a workbook whose one sheet holds nothing but a text."""
    out = io.BytesIO()
    book = TextWorkbook(out)
    book.set_properties({"created": _FIXED_DATE})
    book.add_worksheet(sheet).write_string(0, 0, text)
    book.close()
    return out.getvalue()
