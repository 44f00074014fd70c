"""What stands alone in a row: the title above a table, the theme of the lines below it, or a note."""

from collections.abc import Sequence

from hrworkbook.plan import row_kinds
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import CellError, Value, is_blank, normalised_text

_MOST_ROWS_ABOVE = 30


def title_above(block: Block, top: int, *, is_alone: bool) -> str:
    """Return the title of the table whose headings begin in a row; '' where none stands above it.

    A title that calls itself a theme comes first, nearest before others. Of a table that `is_alone` on its sheet it is
    else the first text on the sheet, of one among others the text directly above its headings.
    """
    run: list[tuple[int, str]] = []
    for row in range(top - 1, max(0, top - _MOST_ROWS_ABOVE), -1):
        filled = _filled(block.rows[row - 1])
        if len(filled) > 1 and not is_alone:
            break
        if len(filled) == 1 and isinstance(filled[0], str) and not isinstance(filled[0], CellError):
            run.insert(0, (row, normalised_text(filled[0])))
    near = _directly_above(run, top)
    titles = [t for t in near if is_theme_label(t)] or [t for _, t in run if is_theme_label(t)][-1:]
    if not titles and is_alone:
        titles = [text for _, text in run]
    titles = titles or [t for t in near if not row_kinds.is_detail(t) and not row_kinds.is_note(t)]
    return row_kinds.theme_text(titles[0]) if titles else ""


def is_theme_label(text: str) -> bool:
    """Return whether a text calls itself a theme: `Theme 1: …`, `Priority 2 – …`; `Outcome: …` says more of one."""
    return bool(row_kinds.theme_label(text)) and not row_kinds.is_detail(text)


def band_signature(text: str) -> str:
    """Return what texts alone in their rows have in common when they are of one level."""
    label = row_kinds.theme_label(text)
    detail = row_kinds.detail_label(text)
    return label or (f"detail {detail.lower()}" if detail else "capitals" if text.isupper() else "plain")


class BandThemes:
    """The themes that stand in rows of their own, told apart from what says more of one and from notes."""

    def __init__(self, has_labels: bool, opens_with_band: bool) -> None:
        self._is_sure = opens_with_band and not has_labels
        """Whether a text alone is a theme though it does not call itself one."""
        self._run: list[str] = []
        self._levels: dict[str, int] = {}
        self._current = ""

    def add(self, text: str) -> None:
        """Note a text alone in its row."""
        self._run.append(text)

    def take(self) -> str:
        """Return the theme of a line below the texts noted so far; '' where there is none yet."""
        head = ""
        for text in self._run:
            signature = band_signature(text)
            level = self._levels.get(signature)
            if row_kinds.is_note(text):
                continue
            if self._current and (level == 2 or row_kinds.is_detail(text)):
                self._levels.setdefault(signature, 2)
            elif level != 1 and not head and not self._is_sure and not is_theme_label(text):
                continue
            elif head and level != 1 and band_signature(head) != signature:
                self._levels.setdefault(signature, 2)
            else:
                self._levels[signature] = 1
                self._current = head = text
        self._run = []
        return row_kinds.theme_text(self._current)


def _filled(row: Sequence[Value]) -> list[Value]:
    return [v for v in row if not is_blank(v)]


def _directly_above(run: Sequence[tuple[int, str]], top: int) -> list[str]:
    """Return the texts on neighbouring rows above a row of headings, with a blank row between at most."""
    found: list[str] = []
    below, gap = top, 2
    for row, text in reversed(run):
        if below - row > gap:
            break
        found.insert(0, text)
        below, gap = row, 1
    return found
