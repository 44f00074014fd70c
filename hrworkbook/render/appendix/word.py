"""The appendix as a Word document, since committee reports are put together in Word."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hrworkbook.ooxml.zip_writing import without_timestamps
from hrworkbook.plan.errors import ToolMissing
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.values import single_spaced
from hrworkbook.render import style as look
from hrworkbook.render.appendix.column_widths import NARROWEST_POINTS_PER_PIXEL, pixels_for
from hrworkbook.render.appendix.document import AppendixDocument, Summary
from hrworkbook.render.appendix.page_plan import NUMBER_KINDS, PAPER_POINTS, PagePlan, PrintColumn, PrintLine
from hrworkbook.render.appendix.paginate import paginate
from hrworkbook.render.appendix.print_texts import header_in_sentence, print_lines, print_text, without_repeats
from hrworkbook.render.text_metrics import face

_FIXED_DATE = datetime(2000, 1, 1)
_NOT_REPORTED = "Not reported"
_PADDING_TWIPS = 50
"""Twentieths of a point above and below a cell's text."""
_KEEP_WHOLE_SHARE = 0.6
"""The share of a page above which a row may run over its end."""


def write_word(document: AppendixDocument) -> bytes:
    """Return the appendix as a .docx: headings in heading styles, the plan in tables whose headings repeat, true bullets.

    The same document gives the same bytes. Raises ToolMissing where python-docx is not installed.
    """
    try:
        import docx
    except ImportError:
        raise ToolMissing(
            "Word", "the package that writes Word documents is not installed", 'Run: pip install "hrworkbook[word]"'
        ) from None
    out = io.BytesIO()
    writer = _DocumentWriter(docx.Document(), document)
    writer.write()
    writer.file.save(out)
    return without_timestamps(out.getvalue())


class _DocumentWriter:
    """Writes one document."""

    def __init__(self, file: Any, document: AppendixDocument) -> None:
        self.file, self.document, self.setup = file, document, document.setup

    def write(self) -> None:
        """Cover, summary, changes and plan."""
        self._remove_template_parts()
        self._styles()
        self._page()
        self._properties()
        cover = self.document.cover
        self.file.add_paragraph(single_spaced(cover.title), style="Title")
        first = " · ".join(single_spaced(t) for t in (cover.organisation, cover.committee, cover.committee_date) if t)
        author = f"Author: {cover.author}" if cover.author else ""
        second = " · ".join(single_spaced(t) for t in (cover.number, cover.part, cover.period, author) if t)
        for text in (first, second):
            if text:
                self.file.add_paragraph(text, style="Subtitle")
        if cover.exempt:
            exempt_notice = f"Not for publication: paragraph {cover.paragraph} of Part 1 of Schedule 12A to the Local Government Act 1972. {cover.reason}"
            self.file.add_paragraph().add_run(single_spaced(exempt_notice)).bold = True
        if self.document.note:
            self.file.add_paragraph(self.document.note)
        if self.document.summary:
            self._summary(self.document.summary)
        self._plan()

    def _remove_template_parts(self) -> None:
        """python-docx's template brings a picture of itself, and its styles once more as Word 2010 read them, unlike ours."""
        for relations in (self.file.part.rels, self.file.part.package.rels):
            for key, relation in list(relations.items()):
                if relation.reltype.endswith(("/stylesWithEffects", "/thumbnail")):
                    del relations[key]

    def _styles(self) -> None:
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        sizes = {
            "Normal": self.setup.size,
            "Title": 18,
            "Subtitle": 11,
            "Heading 1": 14,
            "Heading 2": self.setup.size + 2,
        }
        colours = {"Normal": look.TEXT, "Subtitle": look.SECONDARY}
        for name, size in sizes.items():
            style = self.file.styles[name]
            style.font.name, style.font.size = self.setup.font, Pt(size)
            style.font.italic = False
            style.font.color.rgb = RGBColor.from_string(colours.get(name, look.HEADER_FILL)[1:])
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for key in list(fonts.attrib):
                if key.endswith("Theme"):
                    del fonts.attrib[key]
            fonts.set(qn("w:ascii"), self.setup.font)
            fonts.set(qn("w:hAnsi"), self.setup.font)
            style.paragraph_format.space_after = Pt(0 if name == "Normal" else 3)
        for old in self.file.styles.element.iter(qn("w:lang")):
            old.set(qn("w:val"), self.document.language)

    def _page(self) -> None:
        from docx.enum.section import WD_ORIENT
        from docx.shared import Pt

        section = self.file.sections[0]
        short, long = PAPER_POINTS[self.setup.paper]
        wide = self.setup.orientation == "landscape"
        section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (Pt(long), Pt(short)) if wide else (Pt(short), Pt(long))
        margins = self.setup.margins
        section.left_margin, section.right_margin = Pt(margins.left), Pt(margins.right)
        section.top_margin, section.bottom_margin = Pt(margins.top + 6), Pt(margins.bottom)
        section.header_distance, section.footer_distance = Pt(margins.header), Pt(margins.footer)
        cover = self.document.cover
        part = f"{cover.part} (paragraph {cover.paragraph})" if cover.exempt and cover.paragraph else cover.part
        committee = ", ".join(t for t in (cover.committee, cover.committee_date) if t)
        head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
        self._line_with_ends(head, single_spaced(cover.title), single_spaced(cover.number), bold=True)
        self._line_with_ends(section.header.add_paragraph(), single_spaced(committee), single_spaced(part))
        self._line_with_ends(
            foot,
            single_spaced(
                " · ".join(t for t in (f"Author: {cover.author}" if cover.author else "", cover.period) if t)
            ),
            "",
        )
        for text, field in (("Page ", "PAGE"), (" of ", "NUMPAGES")):
            foot.add_run(text).font.size = Pt(9)
            _field(foot, field)

    def _line_with_ends(self, paragraph: Any, left: str, right: str, bold: bool = False) -> None:
        """Write a line with a text at each end."""
        from docx.enum.text import WD_TAB_ALIGNMENT
        from docx.shared import Pt

        paragraph.style = self.file.styles["Normal"]
        paragraph.paragraph_format.tab_stops.add_tab_stop(Pt(self.setup.width), WD_TAB_ALIGNMENT.RIGHT)
        run = paragraph.add_run(f"{left}\t{right}")
        run.bold, run.font.size = bold, Pt(9)

    def _properties(self) -> None:
        cover, properties = self.document.cover, self.file.core_properties
        properties.title, properties.author = single_spaced(cover.title), single_spaced(cover.author)
        properties.subject = ", ".join(t for t in (cover.number, cover.part) if t)
        properties.language = self.document.language
        properties.created = properties.modified = _FIXED_DATE
        properties.last_modified_by, properties.comments, properties.keywords = single_spaced(cover.author), "", ""
        properties.revision = 1

    def _summary(self, summary: Summary) -> None:
        """Write the paragraph, and the summary's tables."""
        theme = self.document.theme_header
        self.file.add_heading("Summary", 1)
        for text in print_text(summary.paragraph).split("\n"):
            self.file.add_paragraph(text)
        if summary.statuses and summary.statuses.rows:
            table = summary.statuses
            self.file.add_heading(f"Status by {header_in_sentence(theme)}", 2)
            rows = [[name, *map(str, counts), str(sum(counts))] for name, counts in table.rows]
            if len(rows) > 1:
                totals = [sum(column) for column in zip(*(counts for _, counts in table.rows), strict=True)]
                rows.append(["All lines", *map(str, totals), str(sum(totals))])
            self._summary_table([theme, *table.statuses, "Total"], rows)
        if summary.overdue is not None:
            number = len(summary.overdue)
            self.file.add_heading(f"Overdue: {count_noun(number, 'line')}" if number else "Overdue", 2)
            if not number:
                self.file.add_paragraph("Nothing is overdue.")
            else:
                found = [[x.theme, x.reference, x.text, x.due, x.owner] for x in summary.overdue]
                self._summary_table(["Theme", "Ref", "Line", "Was due", "Owner"], found)
        if summary.months and summary.months.rows:
            self.file.add_heading("What falls due, month by month", 2)
            self._summary_table([theme, *summary.months.months], [[t, *map(str, n)] for t, n in summary.months.rows])
        if summary.spend and (summary.spend.sentence or summary.spend.lines):
            self.file.add_heading("Planned and actual spend", 2)
            if summary.spend.sentence:
                self.file.add_paragraph(print_text(summary.spend.sentence))
            if summary.spend.lines:
                spent = [[x.label, x.planned, x.actual, x.difference] for x in summary.spend.lines]
                self._summary_table(["Line", "Planned", "Actual", "Difference"], spent)
        if summary.changes and summary.changes.changes:
            self.file.add_heading("Changes since the last meeting", 2)
            self.file.add_paragraph(print_text(summary.changes.sentence))
            changed = [[c.theme, c.reference, c.text, c.column, c.before, c.after] for c in summary.changes.changes]
            self._summary_table(["Theme", "Ref", "Line", "What changed", "Was", "Now"], changed)

    def _summary_table(self, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table of the summary, its columns as wide as its words want; no cell is blank, and no column all blank."""
        used = [j for j in range(len(headers)) if any(row[j] for row in rows)]
        counted = [all(row[j].isdecimal() for row in rows) for j in used]
        columns = tuple(
            PrintColumn(headers[j], headers[j], "", "whole" if figures else "text", max(4, len(headers[j])))
            for j, figures in zip(used, counted, strict=True)
        )
        texts = [tuple(print_text(row[j]) or _NOT_REPORTED for j in used) for row in rows]
        plan = paginate(columns, [PrintLine("", str(i), row) for i, row in enumerate(texts)], self.setup)
        self._table(columns, texts, self._even_widths(plan))

    def _even_widths(self, plan: PagePlan) -> list[int]:
        """Return a table's widths with all columns of figures alike, where its widest other column can spare what that takes."""
        widths = list(plan.widths)
        figures = [j for j, column in enumerate(plan.columns) if column.kind == "whole"]
        others = [j for j in range(len(widths)) if j not in figures]
        if figures and others:
            bold = face(self.setup.font, True, self.setup.size)
            words = max(bold.longest_word(plan.columns[j].header) for j in figures)
            even = max(pixels_for(words, plan.indent), sum(widths[j] for j in figures) // len(figures))
            widest = max(others, key=lambda j: widths[j])
            spare = widths[widest] + sum(widths[j] for j in figures) - even * len(figures)
            if spare >= min(2 * even, widths[widest]):
                widths = [even if j in figures else spare if j == widest else w for j, w in enumerate(widths)]
        return widths

    def _plan(self) -> None:
        """Write the plan: a heading and a table for each theme."""
        document = self.document
        self.file.add_heading(single_spaced(document.plan_title or "Plan"), 1)
        lines = print_lines(document.lines, document.columns)
        if not lines:
            self.file.add_paragraph(document.empty_text)
            return
        texts = without_repeats(lines, document.columns)
        widths = paginate(document.columns, document.lines, document.setup).widths
        first = 0
        for i in range(1, len(lines) + 1):
            if i == len(lines) or lines[i].theme != lines[first].theme:
                if lines[first].theme:
                    self.file.add_heading(lines[first].theme, 2)
                self._table(document.columns, texts[first:i], widths)
                first = i

    def _table(self, columns: Sequence[PrintColumn], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        from docx.enum.table import WD_TABLE_ALIGNMENT
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        table = self.file.add_table(rows=1, cols=len(columns))
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.LEFT, False
        _borders(table)
        _pad(table)
        scale = self.setup.width / sum(widths)
        for j, pixels in enumerate(widths):
            table.columns[j].width = Pt(pixels * scale)
        for j, cell in enumerate(table.rows[0].cells):
            opens = columns[j].group and (j == 0 or columns[j - 1].group != columns[j].group)
            if opens:
                cell.paragraphs[0].add_run(columns[j].group).italic = True
            paragraph = cell.add_paragraph() if opens else cell.paragraphs[0]
            if columns[j].kind in NUMBER_KINDS:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            run = paragraph.add_run(print_text(columns[j].header))
            run.bold = True
            _shade(cell, look.HEADER_FILL, look.WHITE)
        _repeat_as_header(table.rows[0])
        tall = self.setup.height * _KEEP_WHOLE_SHARE / (self.setup.size * 1.22)
        for texts in rows:
            row = table.add_row()
            for cell, text, column in zip(row.cells, texts, columns, strict=True):
                _write_cell(cell, text, column)
            lines = max(
                len(t) * self.setup.size * 0.5 / max(w * NARROWEST_POINTS_PER_PIXEL - 12, 20) + t.count("\n")
                for t, w in zip(texts, widths, strict=True)
            )
            if lines < tall:
                _keep_row_whole(row)
        for row in table.rows:
            for j, cell in enumerate(row.cells):
                cell.width = Pt(widths[j] * scale)


def _write_cell(cell: Any, text: str, column: PrintColumn) -> None:
    """Write a cell's paragraphs: bullets as a list, a status in bold on its colour, numbers at the right."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    for n, part in enumerate(text.split("\n")):
        paragraph = cell.paragraphs[0] if not n else cell.add_paragraph()
        if part.startswith("• "):
            paragraph.style = "List Bullet"
            part = part[2:]
        run = paragraph.add_run(part)
        run.bold = column.kind == "status"
        if column.kind in NUMBER_KINDS:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if column.kind == "status" and (paint := column.colours.of(text)):
        _shade(cell, paint.fill, paint.text)


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _shade(cell: Any, fill: str, text: str) -> None:
    from docx.shared import RGBColor

    cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=fill[1:]))
    for paragraph in cell.paragraphs:
        for run in paragraph.runs:
            run.font.color.rgb = RGBColor.from_string(text[1:])


def _repeat_as_header(row: Any) -> None:
    """Repeat the row at the top of each page, and read it as a heading."""
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
    row._tr.get_or_add_trPr().append(_element("w:tblHeader"))


def _keep_row_whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))


def _borders(table: Any) -> None:
    """Hairlines between rows and no lines between columns."""
    borders = _element("w:tblBorders")
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = "single" if edge in ("top", "bottom", "insideH") else "nil"
        borders.append(_element(f"w:{edge}", val=line, sz="4", space="0", color=look.RULE_COLOUR[1:]))
    before = next(e for e in table._tbl.tblPr if e.tag.endswith(("}tblLayout", "}tblCellMar", "}tblLook")))
    before.addprevious(borders)


def _pad(table: Any) -> None:
    """Keep texts off the rules above and below them."""
    margins = _element("w:tblCellMar")
    for edge in ("top", "bottom"):
        margins.append(_element(f"w:{edge}", w=str(_PADDING_TWIPS), type="dxa"))
    next(e for e in table._tbl.tblPr if e.tag.endswith("}tblLook")).addprevious(margins)


def _field(paragraph: Any, name: str) -> None:
    """Add a field that Word fills in: PAGE or NUMPAGES."""
    from docx.shared import Pt

    for kind, text in (("begin", ""), ("", name), ("separate", ""), ("shown", "1"), ("end", "")):
        run = paragraph.add_run("1" if kind == "shown" else "")
        run.font.size = Pt(9)
        if kind in ("begin", "separate", "end"):
            run._r.append(_element("w:fldChar", fldCharType=kind))
        elif text == name:
            instruction = _element("w:instrText")
            instruction.text = f" {name} "
            run._r.append(instruction)
