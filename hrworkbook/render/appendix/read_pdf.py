"""A printed PDF, read back: its words and where they stand, and whether they are those of a text.

`pdftotext -bbox` gives each word and its place. Letters are compared without spaces, since a line may end anywhere.
"""

import html
import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hrworkbook.plan.errors import ToolMissing, UnreadableFile

_PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">')
_WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>', re.DOTALL)


_DASH_LIKE = re.compile(r"[-/‐‑–—]+")


@dataclass(frozen=True, slots=True)
class PrintedWord:
    """A printed word, and its edges in points from the left and the top of the page."""

    left: float
    top: float
    right: float
    bottom: float
    text: str

    @property
    def x(self) -> float:
        """Its middle, from the left."""
        return (self.left + self.right) / 2

    @property
    def y(self) -> float:
        """Its middle, from the top."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """One printed page as read back."""

    width: float
    height: float
    words: tuple[PrintedWord, ...]


def read_back(pdf: Path) -> list[PrintedPage]:
    """Return the pages of a PDF.

    Raises ToolMissing where there is no pdftotext, UnreadableFile where the file is no PDF.
    """
    tool = shutil.which("pdftotext")
    if tool is None:
        raise ToolMissing(
            str(pdf), "there is no pdftotext to read the PDF back", "Install poppler (poppler-utils on Linux)"
        )
    done = subprocess.run(
        [tool, "-bbox", "-enc", "UTF-8", str(pdf), "-"], capture_output=True, timeout=300, check=False
    )
    if done.returncode:
        raise UnreadableFile(str(pdf), "the file cannot be read as a PDF", "Make the PDF again")
    return list(_parse_pages(done.stdout.decode("utf-8", "replace")))


def _parse_pages(text: str) -> Iterator[PrintedPage]:
    for part in text.split("</page>")[:-1]:
        size = _PAGE.search(part)
        if size is None:
            continue
        words = tuple(
            PrintedWord(float(m[1]), float(m[2]), float(m[3]), float(m[4]), html.unescape(m[5]))
            for m in _WORD.finditer(part)
        )
        yield PrintedPage(float(size[1]), float(size[2]), words)


def squeeze(text: str) -> str:
    """Return a text as it can be compared in print: no spaces, ligatures taken apart, right-to-left runs in one order."""
    text = unicodedata.normalize("NFKC", text)
    kept = [c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cf", "Mn", "Me")]
    out: list[str] = []
    run: list[str] = []
    for c in [*kept, ""]:
        if c and _is_right_to_left(c):
            run.append(c)
        else:
            out.extend(sorted(run))
            run.clear()
            out.append(c)
    return "".join(out)


def reading_order(words: Sequence[PrintedWord]) -> list[PrintedWord]:
    """Words in reading order: line by line, though letters of different fonts stand at slightly different heights."""
    lines: list[list[PrintedWord]] = []
    for word in sorted(words, key=lambda w: w.y):
        if lines and word.y - lines[-1][0].y < 0.4 * (word.bottom - word.top):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [word for line in lines for word in sorted(line, key=lambda w: w.left)]


def squeezed_text(words: Sequence[PrintedWord]) -> str:
    """Return what the words say, squeezed."""
    return squeeze("".join(w.text for w in reading_order(words)))


def matches_plan(planned: str, words: Sequence[PrintedWord]) -> bool:
    """Whether a cell's words are those planned; where some run from right to left, whatever the order of its runs."""
    one, two = squeeze(planned), squeezed_text(words)
    return one == two or (any(map(_is_right_to_left, one)) and sorted(one) == sorted(two))


def _is_right_to_left(character: str) -> bool:
    return unicodedata.bidirectional(character) in ("R", "AL", "AN")


def words_between(words: Sequence[PrintedWord], strip: tuple[float, float]) -> list[PrintedWord]:
    """Return the words that stand between two heights."""
    return [w for w in words if strip[0] <= w.y < strip[1]]


def is_split_over_lines(word: str, spare: Counter[str]) -> bool:
    """Return whether a word too long for its line is printed in pieces, which are taken from those to spare."""
    pieces: list[str] = []
    while word:
        piece = max((p for p in spare if spare[p] > pieces.count(p) and word.startswith(p)), key=len, default="")
        if not piece:
            return False
        pieces.append(piece)
        word = word[len(piece) :]
    spare.subtract(pieces)
    return True


def split_at_dashes(texts: Iterable[str]) -> Iterator[str]:
    """Yield the words without their dashes and slashes, where a line may have ended."""
    for text in texts:
        for word in text.split():
            yield from (squeeze(part) for part in _DASH_LIKE.split(word) if squeeze(part))
