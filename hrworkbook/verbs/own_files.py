"""Files that are ours already: a master, or a return that was issued, is no plan to begin from."""

from collections.abc import Sequence

from hrworkbook.merging.admit import our_texts
from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.model import ISSUED_SHEET
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import normalised_text

_ROWS_LOOKED_AT = 40


def refuse_our_own(blocks: Sequence[Block], file: str) -> None:
    """Raise NotAReturn where a file is a master already, or a return that we issued."""
    issued = [b for b in blocks if b.name.removesuffix(" (HR)") == ISSUED_SHEET]
    if any(_says(b, "Plan ID") for b in issued):
        raise NotAReturn(file, "it is a master already", "Work in it as it is")
    if our_texts(blocks):
        raise NotAReturn(
            file, "it is a return of a plan, not a plan", "Give it to merge, or choose the workbook with the plan"
        )


def _says(block: Block, label: str) -> bool:
    return any(normalised_text(v) == label for row in block.rows[:_ROWS_LOOKED_AT] for v in row[:3])
