"""The papers of a plan that are made: where they lie, how many pages they have, and a picture of each page."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from hrworkbook.jobs.appendix import DOCUMENT, PDF, WORKBOOK, appendix_path, exempt_path
from hrworkbook.plan.errors import ToolMissing, UnreadableFile

ENDINGS = {"word": DOCUMENT, "pdf": PDF, "workbook": WORKBOOK}
_DOTS_PER_INCH = "80"
_SECONDS = 30.0


class Part(StrEnum):
    """Which of the two papers."""

    PUBLIC = "public"
    EXEMPT = "exempt"


@dataclass(frozen=True)
class PaperFile:
    """A file of a paper: what kind, since when, how large."""

    kind: str
    name: str
    made: datetime
    size: int


@dataclass(frozen=True)
class Paper:
    """A paper as far as it is made: its files, and the pages of its PDF."""

    part: Part
    files: tuple[PaperFile, ...]
    pages: int
    """Pages that can be shown as pictures; 0 without a PDF, or where nothing here draws one."""


def paper_path(plan: Path, part: Part, kind: str) -> Path:
    """Return where a paper of a plan lies, if it is made."""
    target = appendix_path(plan)
    return (exempt_path(target) if part is Part.EXEMPT else target).with_suffix(ENDINGS[kind])


def papers_of(plan: Path, *, with_exempt: bool) -> list[Paper]:
    """Return the papers of a plan that are made, the exempt one only where it may be seen."""
    parts = (Part.PUBLIC, Part.EXEMPT) if with_exempt else (Part.PUBLIC,)
    papers = [Paper(part, tuple(_files(plan, part)), _pages(paper_path(plan, part, "pdf"))) for part in parts]
    return [paper for paper in papers if paper.files]


def _files(plan: Path, part: Part) -> Iterator[PaperFile]:
    for kind in ENDINGS:
        path = paper_path(plan, part, kind)
        if path.is_file() and not path.is_symlink():
            found = path.stat()
            yield PaperFile(kind, path.name, datetime.fromtimestamp(found.st_mtime), found.st_size)


def _pages(pdf: Path) -> int:
    if not pdf.is_file() or pdf.is_symlink() or not shutil.which("pdftoppm"):
        return 0
    from hrworkbook.jobs.pdf import count_pages

    try:
        return count_pages(pdf)
    except Exception:  # a PDF that somebody put there is only not shown
        return 0


def page_picture(pdf: Path, page: int) -> bytes:
    """Return a page of a PDF as a PNG; raises ToolMissing without poppler, UnreadableFile for a page that cannot be drawn."""
    program = shutil.which("pdftoppm")
    if program is None:
        raise ToolMissing("The appendix", "nothing here draws its pages", "Fetch the PDF or the Word document instead")
    words = [program, "-png", "-r", _DOTS_PER_INCH, "-f", str(page), "-l", str(page), str(pdf)]
    try:
        drawn = subprocess.run(words, capture_output=True, timeout=_SECONDS, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        drawn = b""
    if not drawn.startswith(b"\x89PNG"):
        raise UnreadableFile(pdf.name, f"page {page} cannot be drawn", "Fetch the PDF instead")
    return drawn
