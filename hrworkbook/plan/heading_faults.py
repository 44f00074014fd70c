"""Headings that the Columns sheet and the plan's own sheets do not share: which two cells differ, and what to do."""

import difflib
from collections.abc import Iterator, Sequence

from hrworkbook.plan.columns_sheet import COLUMNS, HEADING, SHEET_COLUMNS
from hrworkbook.plan.columns_upkeep import ColumnRows
from hrworkbook.plan.findings import Finding, join_words
from hrworkbook.plan.ledgers import SEARCHED_ROWS
from hrworkbook.plan.schema_model import Column, Schema
from hrworkbook.plan.sheet_names import OWN_SHEETS
from hrworkbook.plan.snapshot import Block, Snapshot, address
from hrworkbook.plan.values import as_text, fold_name, is_blank, normalised_text

_NO_PLAN = OWN_SHEETS | {"Words", "History"}
"""Our sheets that hold no lines of the plan, though some have its headings."""
_RULE = "columns-sheet"
_FEWEST_HEADINGS = 2
_LIKE = 0.6
"""How alike two headings are that are taken for one before and after it was changed (`difflib`)."""


def heading_faults(snapshot: Snapshot, schema: Schema) -> tuple[Finding, ...]:
    """Return a finding for each column of the Columns sheet whose heading stands on no sheet of the plan.

    None on masters made before, and where no row of headings can be found or its cells are merged.
    """
    if COLUMNS not in snapshot:
        return ()
    ours = {snapshot.real_name(name) for name in _NO_PLAN}
    rows = [
        (block, row)
        for block in snapshot.sheets
        if block.name not in ours
        for row in range(1, min(SEARCHED_ROWS, len(block.rows)) + 1)
        if len(_known_in(block, row, schema)) > _FEWEST_HEADINGS
    ]
    if not rows or any(_is_merged(block, row) for block, row in rows):
        return ()
    most = max(len(_known_in(block, row, schema)) for block, row in rows)
    rows = [(block, row) for block, row in rows if 2 * len(_known_in(block, row, schema)) >= most]
    return tuple(_faults(snapshot, schema, rows))


def _is_merged(block: Block, row: int) -> bool:
    return any(top <= row <= bottom for top, _, bottom, _ in block.merges)


def _known_in(block: Block, row: int, schema: Schema) -> set[str]:
    headers = {fold_name(c.header) for c in schema.columns} | {fold_name(schema.id_heading)}
    return {folded for v in block.rows[row - 1] if isinstance(v, str) and (folded := fold_name(v)) in headers}


def _faults(snapshot: Snapshot, schema: Schema, rows: Sequence[tuple[Block, int]]) -> Iterator[Finding]:
    there = set().union(*(_known_in(block, row, schema) for block, row in rows))
    places = ColumnRows(snapshot[COLUMNS])
    label = next(c.heading for c in SHEET_COLUMNS if c.name == HEADING)
    strangers = _strangers(schema, rows)
    sheets = join_words(dict.fromkeys(f"'{block.name}'" for block, _ in rows), "or")
    for column in schema.columns:
        if fold_name(column.header) in there:
            continue
        at = places.address(column.header)
        found = _same_column(schema, column, strangers)
        if found is None:
            fault = f"no column of the sheet {sheets} has the heading '{column.header}'"
            remedy = "Type it into the row of headings there, or clear this row to give the column up"
            yield Finding("error", COLUMNS, at, label, column.header, _RULE, fault, remedy)
            continue
        block, row, number, text = found
        strangers.remove(found)
        cell = address(row, number)
        fault = f"the heading here is '{text}', and in {COLUMNS}!{at} it is '{column.header}'"
        remedy = "Type the new heading into the other cell too, or the old one back"
        yield Finding("error", block.name, cell, column.header, text, _RULE, fault, remedy)


def _strangers(schema: Schema, rows: Sequence[tuple[Block, int]]) -> list[tuple[Block, int, int, str]]:
    """Return the headings that are no column's, or that another cell has already: sheet, row, column and text."""
    headers = {fold_name(c.header) for c in schema.columns} | {fold_name(schema.id_heading)}
    found: list[tuple[Block, int, int, str]] = []
    for block, row in rows:
        seen: set[str] = set()
        for number, value in enumerate(block.rows[row - 1], 1):
            folded = fold_name(as_text(value))
            if not is_blank(value) and (folded not in headers or folded in seen):
                found.append((block, row, number, normalised_text(value)))
            seen.add(folded)
    return found


def _same_column(
    schema: Schema, column: Column, strangers: Sequence[tuple[Block, int, int, str]]
) -> tuple[Block, int, int, str] | None:
    """Return the heading that is the column's under another name: one it is known by, one like it, else the neighbours'."""
    names = {fold_name(name) for name in column.aliases}
    if known := [one for one in strangers if fold_name(one[3]) in names]:
        return known[0]
    like = difflib.get_close_matches(fold_name(column.header), [fold_name(one[3]) for one in strangers], 1, _LIKE)
    if like:
        return next(one for one in strangers if fold_name(one[3]) == like[0])
    at = schema.columns.index(column)
    around = [fold_name(c.header) for c in (schema.columns[at - 1 : at] + schema.columns[at + 1 : at + 2])]
    for one in strangers:
        block, row, number, _ = one
        beside = [fold_name(as_text(block.at(row, number + step))) for step in (-1, 1)]
        if around and all(heading in beside for heading in around):
            return one
    return None
