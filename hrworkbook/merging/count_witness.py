"""The count as a witness: the filled cells of a file, counted before anything is matched, against what became of them."""

from collections.abc import Iterable, Sequence

from hrworkbook.merging.read_return import ReturnDiff
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import Value, is_blank
from hrworkbook.tables.find_table import Table


def count_filled(blocks: Iterable[Block]) -> int:
    """Return how many cells of some sheets are not blank."""
    return sum(filled_in(row) for block in blocks for row in block.rows)


def filled_in(values: Sequence[Value]) -> int:
    """Return how many of some values are not blank."""
    # Most texts begin with a sign that shows, from the first of ASCII to the last, which can be asked without a call.
    blanks = [value for value in values if type(value) is str and not "!" <= value < "\x7f" and is_blank(value)]
    return len(values) - values.count(None) - len(blanks)


def check_reading(file: str, filled: int, tables: Sequence[Table], diff: ReturnDiff) -> None:
    """Check that each filled cell of a file is an outcome, or one of its headings, titles, IDs and columns that only show.

    Raises HrWorkbookError where it is not, which is a fault of the program's: a merge must not go on then.
    """
    frame = sum(table.furniture_count + sum(bool(row.line_id) for row in table.rows) for table in tables)
    answers = diff.unchanged_count + filled_in([edit.received for edit in diff.edits]) + len(diff.stray_cells)
    check_sum(file, filled, frame + answers - diff.frame_outcomes)


def check_sum(file: str, counted: int, outcomes: int) -> None:
    """Check that as many cells of a file have an outcome as were counted; raises HrWorkbookError where not."""
    if counted != outcomes:
        raise HrWorkbookError(
            file,
            f"{count_noun(counted, 'cell')} came, and {outcomes:,} are accounted for. "
            "That is a fault of hrworkbook, and nothing was merged",
            "Take this file out, merge the others, and send it with this message to whoever looks after hrworkbook",
        )
