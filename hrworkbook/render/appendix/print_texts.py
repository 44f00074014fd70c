"""Texts as an appendix prints them: clean, a repeated one shown once a run, cut to lines where they run across a page."""

import re
from collections.abc import Sequence

from hrworkbook.plan.values import ESCAPED_RETURN, storable_text, with_line_feeds
from hrworkbook.render.appendix.page_plan import PrintColumn, PrintLine
from hrworkbook.render.text_metrics import Face

_BULLET = re.compile(r"^[ \t]*(?:[-*](?=[ \t]|[^\W\d_])|[·•▪●◦‣\uf0b7]|[–—](?= ))[ \t]*(?=\S)", re.MULTILINE)
"""What begins a point of a list; a dash before a figure, as in -5%, is its sign."""
_BLANK_LINES = re.compile(r"\n{3,}")
_LINE_END_SPACES = re.compile(r"[ \t]*\n[ \t]*")


def print_text(text: str, bullets: bool = False) -> str:
    """Return a cell's text as the print sheets show it: line ends as one feed, dashes that begin a paragraph as bullets."""
    if text.isprintable() and ESCAPED_RETURN not in text:
        text = text.strip()
        return _BULLET.sub("• ", text) if bullets and not text[:1].isalnum() else text
    text = with_line_feeds(storable_text(text)).replace("\t", " ").replace("\u2028", "\n")
    text = _BLANK_LINES.sub("\n\n", _LINE_END_SPACES.sub("\n", text)).strip(" \n")
    return _BULLET.sub("• ", text) if bullets else text


def header_in_sentence(header: str) -> str:
    """Return a heading as it is named within a sentence: `Theme` as theme, `HR area` as it is."""
    header = " ".join(header.split())
    return header if header[1:2].isupper() else header[:1].lower() + header[1:]


def first_words(text: str, most: int) -> str:
    """Return the text on one line, in at most so many characters: where it is cut, at a word's end, it ends with “…”."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    end = text.rfind(" ", 0, most)
    return text[: end if end > 0 else most - 1].rstrip(" ,;:–-&") + "…"


def print_lines(lines: Sequence[PrintLine], columns: Sequence[PrintColumn], bullets: bool = True) -> list[PrintLine]:
    """Return the lines with every text as it is printed; a text that repeats is read once."""
    known: tuple[dict[str, str], dict[str, str]] = ({}, {})
    flags = [bullets and c.bullets for c in columns]
    out = []
    for line in lines:
        cells = []
        for text, flag in zip(line.cells, flags, strict=True):
            clean = known[flag].get(text)
            if clean is None:
                clean = known[flag][text] = print_text(text, flag)
            cells.append(clean)
        theme, texts = " ".join(line.theme.split()), tuple(cells)
        same = theme == line.theme and texts == line.cells
        out.append(line if same else PrintLine(theme, line.reference, texts, line.line_id))
    return out


def without_repeats(lines: Sequence[PrintLine], columns: Sequence[PrintColumn]) -> list[tuple[str, ...]]:
    """Return the texts of each line with those left out that only repeat the line above."""
    once = [j for j, c in enumerate(columns) if c.repeats_once]
    if not once:
        return [line.cells for line in lines]
    out: list[tuple[str, ...]] = []
    before: PrintLine | None = None
    for line in lines:
        cells = line.cells
        if before is not None and before.theme == line.theme and before.reference == line.reference:
            kept = list(cells)
            for j in once:
                if before.cells[j] != cells[j]:
                    break
                kept[j] = ""
            cells = tuple(kept)
        out.append(cells)
        before = line
    return out


def split_lines(bold: Face, text: str, width: float) -> list[str]:
    """Return the text in lines that fit a width in points."""
    starts = [*bold.line_starts(text, width), len(text)]
    return [text[a:b].strip() for a, b in zip(starts, starts[1:], strict=False)] if text else [""]
