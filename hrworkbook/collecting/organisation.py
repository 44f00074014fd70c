"""The tables of a return nobody issued, and whose they are where no column says it but a cell above them, or on a cover."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial

from hrworkbook.collecting.row_filter import CollectionRules
from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import is_blank, normalised_text
from hrworkbook.tables.find_table import Table, find_tables
from hrworkbook.tables.heading_vocabulary import fold_heading

_MAX_DISTANCE = 3
"""Cells to the right of its label that a name may stand."""


def find_return_tables(
    blocks: Sequence[Block], rules: CollectionRules, aliases: Mapping[str, str] | None, name: str
) -> tuple[Sequence[Table], Mapping[str, str]]:
    """The tables, and the names, by column, that all their lines have; raises NotAReturn where there is no such table."""
    needs = rules.settings.needs
    find = partial(find_tables, blocks, rules.schema_with_months, aliases, max(2, len(needs)), name=name)
    try:
        return find(needed_keys=needs, is_complete=rules.is_return, is_part=rules.is_part_of_return), {}
    except NotAReturn as refusal:
        figures = [key for key in needs if key not in rules.name_keys]
        try:
            tables = find(needed_keys=figures, is_complete=rules.is_return_without_name) if figures else ()
        except NotAReturn:
            tables = ()
        if all(map(rules.is_unrelated, tables)):
            raise refusal from None
    heads = {table.sheet: table.first_header_row - 1 for table in tables}
    above = [block.rows[: heads.get(block.name)] for block in blocks]
    names = {key: _name_beside_label(above, labels) for key, labels in rules.name_labels.items()}
    if missing_keys := [key for key in names if not names[key]]:
        header = rules.schema[missing_keys[0]].header
        raise NotAReturn(
            name,
            f"the table on sheet '{tables[0].sheet}' does not say whose it is: there is no column {header}",
            f"Write {header} above the table with the name beside it, or in a column of its own, and read the file again",
        )
    return tables, names


def _name_beside_label(sheets: Iterable[Iterable[Sequence[object]]], labels: Collection[str]) -> str:
    """The one name that stands to the right of a label; '' where there is none, or more than one."""
    found = set()
    for rows in sheets:
        for row in rows:
            for at, value in enumerate(row):
                if isinstance(value, str) and fold_heading(value) in labels:
                    found.update(
                        [
                            normalised_text(v)
                            for v in row[at + 1 : at + 1 + _MAX_DISTANCE]
                            if isinstance(v, str) and not is_blank(v)
                        ][:1]
                    )
    return found.pop() if len(found) == 1 else ""
