"""What stands on a return without being a value: comments, text boxes, hidden rows; any of it may be the answer."""

from collections.abc import Iterator, Sequence

from hrworkbook.plan.marks import mark_notes
from hrworkbook.plan.returns import ROW_ID
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import Value, fold_name

MEND_REQUEST = "Please mend this cell."
"""How a comment begins that bounce puts on a cell."""
ORIGINAL_TEXT_PREFIX = "It said: "


def comment_notes(blocks: Sequence[Block], *, with_struck: bool = False) -> Iterator[str]:
    """Yield a sentence for each kind of mark that is not ours."""
    return mark_notes(
        blocks, with_struck=with_struck, is_our_comment=_is_our_comment, is_our_column=_is_column_of_row_ids
    )


def _is_our_comment(text: str) -> bool:
    """Whether it is a comment of bounce as it was put there, with no answer written behind it."""
    first, *rest = text.split("\n")
    return first == MEND_REQUEST and len(rest) <= 1 + any(line.startswith(ORIGINAL_TEXT_PREFIX) for line in rest)


def _is_column_of_row_ids(values: Sequence[Value]) -> bool:
    """Whether it is the column that we hide in every return."""
    return any(isinstance(value, str) and fold_name(value) == fold_name(ROW_ID) for value in values[:20])
