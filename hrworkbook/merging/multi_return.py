"""Several returns in one file, as when an owner with two roles pastes both into one workbook: taken apart by their seals."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hrworkbook.merging.outcomes import ReceivedFile
from hrworkbook.plan.returns import is_furniture
from hrworkbook.plan.seal import find_seal
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import Value, is_blank

_SEAL_PREFIX = "hrworkbook return"


def split_by_seal(item: ReceivedFile) -> list[ReceivedFile]:
    """Return a file for each return sealed in it, every cell in one of them at its own address; mostly the file as it is.

    Sheets without a seal stay with the first return.
    """
    marked = [_seal_rows(block) for block in item.blocks]
    if sum(map(len, marked)) < 2:
        return [item]
    sealed = [list(_new_seals(block, rows)) for block, rows in zip(item.blocks, marked, strict=True)]
    ids = list(dict.fromkeys(id_ for seals in sealed for _, id_ in seals))
    if len(ids) < 2:
        return [item]
    blocks: dict[str, list[Block]] = {id_: [] for id_ in ids}
    for block, seals in zip(item.blocks, sealed, strict=True):
        if not seals:
            blocks[ids[0]].append(block)
        starts = [0, *(_first_title_row(block, row) for row, _ in seals[1:]), len(block.rows)]
        for (_, id_), first, last in zip(seals, starts, starts[1:], strict=False):
            blocks[id_].append(_block_part(block, first, last))
    return [
        replace(
            item, file=f"{item.file}, sheet '{next(b.name for b in blocks_of_return)}'", blocks=tuple(blocks_of_return)
        )
        for blocks_of_return in blocks.values()
    ]


def _seal_rows(block: Block) -> list[int]:
    """Return the rows, counted from 0, that begin as a seal does."""
    firsts = [row[0] if row else None for row in block.rows]
    return [at for at, text in enumerate(firsts) if type(text) is str and text.startswith(_SEAL_PREFIX)]


def _new_seals(block: Block, rows: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Those of the rows in which another return's seal stands than before, each with its ID."""
    last = ""
    for at in rows:
        seal, broken = find_seal([Block(block.name, [block.rows[at]])])
        id_ = seal.return_id if seal else broken
        if id_ and id_ != last:
            last = id_
            yield at, id_


def _first_title_row(block: Block, row: int) -> int:
    """Return the first of the title rows that belong to a seal."""
    while row and _is_our_row(block.rows[row - 1]):
        row -= 1
    return row


def _is_our_row(row: Sequence[Value]) -> bool:
    return all(is_blank(v) or (isinstance(v, str) and is_furniture(v)) for v in row)


def _block_part(block: Block, first: int, last: int) -> Block:
    """Return some rows of a sheet, where they stand."""
    if (first, last) == (0, len(block.rows)):
        return block
    merges = tuple(m for m in block.merges if first < m[0] and m[2] <= last)
    return replace(block, rows=[*([[]] * first), *block.rows[first:last]], merges=merges)
