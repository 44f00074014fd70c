"""A Word document made ready for the paper: its styles, lists, page, header and footer, and properties."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from hrworkbook.plan.values import single_spaced
from hrworkbook.render import style as look
from hrworkbook.render.appendix.document import AppendixDocument
from hrworkbook.render.appendix.page_plan import PAPER_POINTS, Cover
from hrworkbook.render.appendix.paper import PaperSection
from hrworkbook.render.appendix.word_runs import add_element, tag
from hrworkbook.render.text_metrics import face

FIXED_DATE = datetime(2000, 1, 1)
"""Stands as the date of creation, so that the same document gives the same bytes."""
_EDGE_SIZE = 9
"""Type size in points of header and footer."""
_BULLET_INDENT = 9.0
"""Points that a point of a list hangs to the right of its bullet."""


def set_up_document(file: Any, document: AppendixDocument) -> None:
    """Give a new document everything but its contents."""
    _remove_template_parts(file)
    _set_layout_of_today(file)
    _add_styles(file, document)
    _set_bullets(file, document)
    _set_page(file.sections[0], document)
    _write_edges(file, file.sections[0], document)
    _set_properties(file, document)


def _remove_template_parts(file: Any) -> None:
    """python-docx's template brings a picture of itself, and its styles once more as Word 2010 read them, unlike ours."""
    for relations in (file.part.rels, file.part.package.rels):
        for key, relation in list(relations.items()):
            if relation.reltype.endswith(("/stylesWithEffects", "/thumbnail")):
                del relations[key]


def _set_layout_of_today(file: Any) -> None:
    """Ask for the layout of Word 2013 and later, in which the edge of a table stands on the margin, not its text."""
    for setting in file.settings.element.iter(tag("compatSetting")):
        if setting.get(tag("name")) == "compatibilityMode":
            setting.set(tag("val"), "15")


def _add_styles(file: Any, document: AppendixDocument) -> None:
    """Set the styles: name, size, colour, bold, points before and after, whether it keeps with what follows."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    size = document.setup.size
    styles: tuple[tuple[str, float, str, bool, float, float, bool], ...] = (
        ("Normal", size, look.TEXT, False, 0, 0, False),
        ("Body Text", size + 1, look.TEXT, False, 0, 4, False),
        ("Note", size, look.SECONDARY, False, 0, 3, True),
        ("Notice", size + 1, look.TEXT, True, 2, 4, False),
        ("Title", 20, look.HEADER_FILL, True, 0, 2, True),
        ("Subtitle", size + 1, look.SECONDARY, False, 0, 1, False),
        ("Heading 1", size + 5, look.HEADER_FILL, True, 12, 4, True),
        ("Heading 2", size + 2, look.HEADER_FILL, True, 9, 3, True),
        ("Counts", size + 1, look.TEXT, False, 2, 6, False),
        ("Table Text", size, look.TEXT, False, 0, 0, False),
        ("Column Heading", size, look.TEXT, True, 0, 0, False),
        ("Table Number", size, look.TEXT, False, 0, 0, False),
        ("List Bullet", size, look.TEXT, False, 0, 0, False),
        ("Between Tables", 4, look.TEXT, False, 0, 0, False),
        ("Page Edge", _EDGE_SIZE, look.TEXT, False, 0, 0, False),
    )
    for name, points, colour, bold, before, after, keeps in styles:
        style = _style(file, name, WD_STYLE_TYPE.PARAGRAPH)
        _set_font(style, document.setup.font, points, colour, bold)
        layout = style.paragraph_format
        layout.space_before, layout.space_after = _points(before), _points(after)
        layout.keep_with_next, layout.line_spacing = keeps, 1.0
        if name == "Table Number":
            layout.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    number, quiet = (_style(file, name, WD_STYLE_TYPE.CHARACTER) for name in ("Large Number", "Quiet"))
    _set_font(number, document.setup.font, 24, look.HEADER_FILL, True)
    _set_font(quiet, document.setup.font, None, look.SECONDARY, None)
    for old in file.styles.element.iter(tag("lang")):
        old.set(tag("val"), document.language)
    _drop(file.styles["Title"].element, "pBdr")


def _style(file: Any, name: str, kind: Any) -> Any:
    names = {style.name for style in file.styles}
    return file.styles[name] if name in names else file.styles.add_style(name, kind)


def _set_font(style: Any, font: str, points: float | None, colour: str, bold: bool | None) -> None:
    from docx.shared import RGBColor

    style.font.name, style.font.bold, style.font.italic = font, bold, False
    style.font.color.rgb = RGBColor.from_string(colour[1:])
    looks = style.element.get_or_add_rPr()
    _drop(looks, "spacing", "kern", "szCs")
    if points:
        style.font.size = _points(points)
        size = looks.find(tag("sz"))
        complex_size = looks.makeelement(tag("szCs"), {tag("val"): size.get(tag("val"))})
        size.addnext(complex_size)
    fonts = looks.get_or_add_rFonts()
    for key in list(fonts.attrib):
        if key.endswith("Theme"):
            del fonts.attrib[key]
    for key in ("ascii", "hAnsi", "cs"):
        fonts.set(tag(key), font)


def _drop(element: Any, *names: str) -> None:
    for name in names:
        for found in list(element.iter(tag(name))):
            found.getparent().remove(found)


def _points(number: float) -> Any:
    from docx.shared import Pt

    return Pt(number)


def _set_bullets(file: Any, document: AppendixDocument) -> None:
    """Make the list of `List Bullet` hang: its bullet in the text's font, its lines under each other."""
    numbering = file.part.numbering_part.element
    used = file.styles["List Bullet"].element.find(f".//{tag('numId')}").get(tag("val"))
    number = next(n for n in numbering.findall(tag("num")) if n.get(tag("numId")) == used)
    wanted = number.find(tag("abstractNumId")).get(tag("val"))
    kind = next(n for n in numbering.findall(tag("abstractNum")) if n.get(tag("abstractNumId")) == wanted)
    level = kind.find(tag("lvl"))
    level.find(tag("lvlText")).set(tag("val"), "•")
    _drop(level, "rPr", "pPr")
    layout = add_element(level, "pPr")
    indent = str(round(_BULLET_INDENT * 20))
    add_element(add_element(layout, "tabs"), "tab", val="num", pos=indent)
    add_element(layout, "ind", left=indent, hanging=indent)
    fonts = add_element(level, "rPr")
    add_element(fonts, "rFonts", ascii=document.setup.font, hAnsi=document.setup.font, cs=document.setup.font)


def begin_section(file: Any, block: PaperSection, document: AppendixDocument) -> None:
    """Begin a section on a new page, with its own paper, header and footer; the pages are counted on."""
    from docx.enum.section import WD_SECTION

    section = file.add_section(WD_SECTION.NEW_PAGE)
    # What ends a section is a paragraph; a low one needs no page of its own.
    file.paragraphs[-1].style = file.styles["Between Tables"]
    for edge in (section.header, section.footer):
        edge.is_linked_to_previous = False
    its = replace(document, setup=block.setup, cover=block.cover)
    _set_page(section, its)
    _write_edges(file, section, its)


def _set_page(section: Any, document: AppendixDocument) -> None:
    from docx.enum.section import WD_ORIENT

    setup = document.setup
    short, long = PAPER_POINTS[setup.paper]
    wide = setup.orientation == "landscape"
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (_points(p) for p in ((long, short) if wide else (short, long)))
    margins = setup.margins
    section.left_margin, section.right_margin = _points(margins.left), _points(margins.right)
    section.top_margin, section.bottom_margin = _points(margins.top), _points(margins.bottom)
    section.header_distance, section.footer_distance = _points(margins.header), _points(margins.footer)


def header_lines(cover: Cover) -> tuple[tuple[str, str], ...]:
    """Return the lines at the head of every page, each a text at the left and one at the right; all of them whole."""
    part = f"{cover.part} (paragraph {cover.paragraph})" if cover.exempt and cover.paragraph else cover.part
    committee = ", ".join(t for t in (cover.committee, cover.committee_date) if t)
    lines = ((cover.page_title, cover.number), (committee, part))
    return tuple((single_spaced(left), single_spaced(right)) for left, right in lines)


def footer_text(cover: Cover) -> str:
    """Return what stands at the left foot of every page: author and period."""
    return single_spaced(" · ".join(t for t in (f"Author: {cover.author}" if cover.author else "", cover.period) if t))


def _write_edges(file: Any, section: Any, document: AppendixDocument) -> None:
    """Write header and footer: title and committee at the left, number and part at the right, and which page of how many."""
    cover = document.cover
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    for n, (left, right) in enumerate(header_lines(cover)):
        paragraph = section.header.add_paragraph() if n else head
        _write_ends(file, paragraph, left, right, document, bold=not n)
    _write_ends(file, foot, footer_text(cover), "", document)
    for text, field in (("Page ", "PAGE"), (" of ", "NUMPAGES")):
        foot.add_run(text)
        _add_field(foot, field)


def _write_ends(
    file: Any, paragraph: Any, left: str, right: str, document: AppendixDocument, bold: bool = False
) -> None:
    """Write a text at each end of a line; where both do not fit, the one at the right gets a line of its own."""
    from docx.enum.text import WD_TAB_ALIGNMENT

    paragraph.style = file.styles["Page Edge"]
    paragraph.paragraph_format.tab_stops.add_tab_stop(_points(document.setup.width), WD_TAB_ALIGNMENT.RIGHT)
    type_face = face(document.setup.font, bold, _EDGE_SIZE)
    room = document.setup.width - type_face.width(right) - 12
    last_line = left[type_face.line_starts(left, document.setup.width)[-1] :] if left else ""
    paragraph.add_run(left).bold = bold
    if right and type_face.width(last_line) > room:
        paragraph.add_run().add_break()
    paragraph.add_run(f"\t{right}").bold = bold


def _add_field(paragraph: Any, name: str) -> None:
    """Add a field that Word fills in: PAGE or NUMPAGES."""
    for kind in ("begin", "code", "separate", "shown", "end"):
        run = paragraph.add_run("1" if kind == "shown" else "")
        if kind in ("begin", "separate", "end"):
            add_element(run._r, "fldChar", fldCharType=kind)
        elif kind == "code":
            add_element(run._r, "instrText").text = f" {name} "


def _set_properties(file: Any, document: AppendixDocument) -> None:
    cover, properties = document.cover, file.core_properties
    properties.title, properties.author = single_spaced(cover.title), single_spaced(cover.author)
    properties.subject = ", ".join(t for t in (cover.number, cover.part) if t)
    properties.language = document.language
    properties.created = properties.modified = FIXED_DATE
    properties.last_modified_by, properties.comments, properties.keywords = single_spaced(cover.author), "", ""
    properties.revision = 1
