"""Runs of text in a Word document, each in its language, written straight into the XML: a table has thousands."""

from typing import Any

from hrworkbook.render.appendix.text_language import Script, is_right_to_left, language_of, script_of
from hrworkbook.render.style import FillColours

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_NBSP = "\u00a0"


def tag(name: str) -> str:
    """Return the name of an element or attribute of WordprocessingML with its namespace: `tbl`, not `w:tbl`."""
    return f"{{{_W}}}{name}"


def add_element(parent: Any, name: str, **attributes: str) -> Any:
    """Add an element of WordprocessingML at the end of another, and return it."""
    element = parent.makeelement(tag(name), {tag(key): value for key, value in attributes.items()})
    parent.append(element)
    return element


def add_paragraph(parent: Any, style: str, right: bool = False) -> Any:
    """Add an empty paragraph in a style, known by its ID; return its element."""
    paragraph = add_element(parent, "p")
    properties = add_element(paragraph, "pPr")
    add_element(properties, "pStyle", val=style)
    if right:
        add_element(properties, "jc", val="right")
    return paragraph


def add_text(
    paragraph: Any, text: str, language: str, *, paint: FillColours | None = None, style: str = "", bold: bool = False,
    size: float | None = None, colour: str = "",
) -> None:  # fmt: skip
    """Add a text to a paragraph as a run in its own language; a `paint` puts it on a fill, like a label.

    `style` is a character style's ID, `size` a type size in points, `colour` that of the text.
    """
    if not text:
        return
    own = language_of(text)
    if own and is_right_to_left(own):
        _set_right_to_left(paragraph)
    run = add_element(paragraph, "r")
    own = own if own != language else ""
    if style or paint or bold or size or colour or own:
        _add_look(add_element(run, "rPr"), own, paint, style, bold, size, paint.text if paint else colour)
    if paint:
        text = f"{_NBSP}{text}{_NBSP}"
    written = add_element(run, "t")
    written.text = text
    written.set(_SPACE, "preserve")


def _add_look(
    look: Any, language: str, paint: FillColours | None, style: str, bold: bool, size: float | None, colour: str
) -> None:
    """Add a run's properties, in the order the standard asks for."""
    if style:
        add_element(look, "rStyle", val=style)
    if bold or paint:
        add_element(look, "b")
        add_element(look, "bCs")
    if colour:
        add_element(look, "color", val=colour[1:])
    if size:
        for name in ("sz", "szCs"):
            add_element(look, name, val=str(round(2 * size)))
    if paint:
        add_element(look, "shd", val="clear", color="auto", fill=paint.fill[1:])
    if language:
        if is_right_to_left(language):
            add_element(look, "rtl")
        if script_of(language) is Script.COMPLEX:
            add_element(look, "cs")
        add_element(look, "lang", **{script_of(language).value: language})


def _set_right_to_left(paragraph: Any) -> None:
    """Set a paragraph from right to left; its properties must not say yet where it is aligned."""
    properties = paragraph.find(tag("pPr"))
    if properties is None:
        properties = paragraph.makeelement(tag("pPr"))
        paragraph.insert(0, properties)
    bidi = properties.makeelement(tag("bidi"))
    aligned = properties.find(tag("jc"))
    if aligned is None:
        properties.append(bidi)
    else:
        aligned.addprevious(bidi)
