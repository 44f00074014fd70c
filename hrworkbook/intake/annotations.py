"""What is said on a cell without being its value: comments, and words struck through.

The parser tells neither. An owner who answers in a comment, or strikes out the old words and writes the new ones behind
them, is to be heard; most files have nothing of the kind, which a few searches tell.
"""

import re
from collections.abc import Mapping
from html import unescape

from hrworkbook.ooxml.number_formats import column_of_letters
from hrworkbook.ooxml.xml_events import parse_elements

RawAnnotation = list[int | str]
"""Row and column counted from 1, and a text; row 0 where the place is not told."""

MAX_ANNOTATIONS, MAX_CHARACTERS = 200, 1_000
"""Remarks told of one sheet, and characters of each."""
_STRIKE = b"<strike"
_STRUCK = re.compile(rb"<strike(?: val=\"(?:1|true)\")?\s*/>")
_ITEM, _RUN, _FONT = (re.compile(rb"<%s[ >/]" % name) for name in (b"si", b"r", b"font"))
_TEXT = re.compile(rb"<t(?: [^<>]*)?>([^<]*)</t>")
_XF = re.compile(rb"<xf [^<>]*?fontId=\"([0-9]+)\"")
_ATTRIBUTE = re.compile(rb"\b([rst])=\"([^\"]*)\"")
_STYLED = re.compile(rb" s=\"([0-9]{1,9})\"")
_SHARED_TEXT_INDEX = re.compile(rb"<v>([0-9]+)</v>")
_CELL_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_THREADED = re.compile(r"\[Threaded comment\].*?\n\s*Comment:\s*", re.S)


def read_comments(xml: bytes) -> list[RawAnnotation]:
    """Return the comments of a comments part of an .xlsx (ECMA-376, part 1, 18.7), at most `MAX_ANNOTATIONS`.

    A part that is not well-formed gives an empty list.
    """
    found: list[RawAnnotation] = []
    text: list[str] = []
    deep = ""

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal deep
        name = name.rpartition(":")[2]
        if name == "comment":
            text.clear()
            if len(found) < MAX_ANNOTATIONS and (place := _row_and_column(attributes.get("ref", ""))):
                found.append([*place, ""])
        deep = name

    def end(name: str) -> None:
        nonlocal deep
        if name.rpartition(":")[2] == "comment" and found and text:
            found[-1][2] = comment_text("".join(text))
            text.clear()
        deep = ""

    def characters(data: str) -> None:
        if deep == "t" and found:
            text.append(data)

    if not parse_elements(xml, start, end, characters):
        return []
    return [remark for remark in found if remark[2]]


def comment_text(comment: str) -> str:
    """Return what a person wrote, without what Excel puts before it for programs that know no threads of comments."""
    text = comment[: 2 * MAX_CHARACTERS].strip()
    threaded = _THREADED.match(text)
    return text[threaded.end() if threaded else 0 :].strip()[:MAX_CHARACTERS]


class StrikethroughStyles:
    """What a workbook's shared texts and styles strike through."""

    def __init__(self, texts: bytes, styles: bytes) -> None:
        self.texts: dict[int, str] = {}
        if _STRIKE in texts:
            items = _ITEM.split(texts)[1:]
            self.texts = {at: words for at, item in enumerate(items) if (words := _struck_words_of(item))}
        self.styles: set[int] = set()
        if _STRIKE in styles:
            fonts, xfs = (
                _text_between(styles, b"<fonts", b"</fonts>"),
                _text_between(styles, b"<cellXfs", b"</cellXfs>"),
            )
            struck = {at for at, font in enumerate(_FONT.split(fonts)[1:]) if _STRUCK.search(font)}
            self.styles = {at for at, font in enumerate(_XF.findall(xfs)) if int(font) in struck}

    def struck_cells(self, xml: bytes) -> list[RawAnnotation]:
        """Return the cells of a worksheet part that hold struck-through text, each with that text.

        The text is '' where the style of the cell strikes through all of it. Cells without a value are left out.
        """
        styled = self.styles and not self.styles.isdisjoint(map(int, _STYLED.findall(xml)))
        if not (self.texts or styled or (xml.find(b"k") >= 0 and _STRIKE in xml)):  # one letter is found fastest
            return []
        found: list[RawAnnotation] = []
        for cell in xml.split(b"<c ")[1:]:
            attributes, _, rest = cell.partition(b">")
            inside = rest[: rest.find(b"</c>")]
            if attributes.endswith(b"/") or not inside:
                continue
            has = dict(_ATTRIBUTE.findall(attributes))
            words = _struck_words_of(inside)
            if has.get(b"t") == b"s" and (index := _SHARED_TEXT_INDEX.search(inside)):
                words = self.texts.get(int(index[1]), "")
            whole = has.get(b"s", b"").isdigit() and int(has[b"s"]) in self.styles
            if (words or whole) and (place := _row_and_column(has.get(b"r", b"").decode("ascii", "replace"))):
                found.append([*place, words])
        return found[:MAX_ANNOTATIONS]


def _struck_words_of(item: bytes) -> str:
    runs = (run for run in _RUN.split(item)[1:] if _STRUCK.search(run)) if _STRIKE in item else ()
    words = b"".join(text for run in runs for text in _TEXT.findall(run))
    return unescape(words.decode("utf-8", "replace")).strip()[:MAX_CHARACTERS]


def _text_between(xml: bytes, begin: bytes, end: bytes) -> bytes:
    at = xml.find(begin)
    return xml[at : xml.find(end, at)] if at >= 0 else b""


def _row_and_column(ref: str) -> tuple[int, int] | None:
    if not (match := _CELL_ADDRESS.fullmatch(ref)):
        return None
    return int(match[2]), column_of_letters(match[1].encode())
