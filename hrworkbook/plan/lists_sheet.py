"""The Lists sheet: the words that dropdowns offer, to which HR adds."""

from collections.abc import Iterator

from hrworkbook.plan.ledgers import SEARCHED_ROWS
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import Value, as_text, fold_name, is_blank, normalised_text


def read_lists(block: Block) -> dict[str, tuple[str, ...]]:
    """Return the words of each list of the Lists sheet, all as they are spelled there."""
    return {as_text(h): tuple(dict.fromkeys(map(as_text, words))) for h, words in _lists_on(block)}


def folded_lists(block: Block) -> dict[str, tuple[str, ...]]:
    """Return the words of each list, by its folded name."""
    return {fold_name(as_text(h)): tuple(dict.fromkeys(map(normalised_text, words))) for h, words in _lists_on(block)}


def _lists_on(block: Block) -> Iterator[tuple[Value, list[Value]]]:
    """Yield each heading of the Lists sheet with the filled cells below."""
    filled = (i for i, row in enumerate(block.rows[:SEARCHED_ROWS]) if i >= 2 and not all(map(is_blank, row)))
    top = next(filled, len(block.rows))
    for column, heading in enumerate(block.rows[top] if top < len(block.rows) else (), 1):
        if not is_blank(heading):
            words = (block.at(row, column) for row in range(top + 2, len(block.rows) + 1))
            yield heading, [word for word in words if not is_blank(word)]
