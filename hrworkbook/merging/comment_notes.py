"""Remarks: comments on the cells of a return, which no cell of the plan takes but which may be the answer."""

from collections.abc import Iterator, Sequence

from hrworkbook.plan.snapshot import Block, address

MEND_REQUEST = "Please mend this cell."
"""How a comment begins that bounce puts on a cell."""
ORIGINAL_TEXT_PREFIX = "It said: "


def comment_notes(blocks: Sequence[Block]) -> Iterator[str]:
    """A sentence for each comment that is not ours."""
    for block in blocks:
        for row, column, text in block.comments:
            if not _is_our_comment(text):
                cell = f"'{block.name}'!{address(row, column)}" if row else f"A cell of '{block.name}'"
                yield f"{cell} has a comment, which is not merged: '{' '.join(text.split())}'"


def _is_our_comment(text: str) -> bool:
    """Whether it is a comment of bounce as it was put there, with no answer written behind it."""
    first, *rest = text.split("\n")
    return first == MEND_REQUEST and len(rest) <= 1 + any(line.startswith(ORIGINAL_TEXT_PREFIX) for line in rest)
