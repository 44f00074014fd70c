"""Which cells of a file stand in its plan, counted from the lines alone: a witness for what was left out."""

from hrworkbook.plan.snapshot import address, row_and_column
from hrworkbook.plan.values import is_blank
from hrworkbook.tables.plan_rows import Band
from hrworkbook.tables.plan_source import SheetPlan, SourcePlan


def placed_cells(plan: SourcePlan) -> dict[str, set[str]]:
    """Return by sheet the cells of headings, lines and themes that are not blank."""
    return {one.reader.block.name: _placed_on(one) for one in plan.sheets}


def _placed_on(one: SheetPlan) -> set[str]:
    reader = one.reader
    found: set[tuple[int, int]] = set()
    for header in reader.headers:
        ats = [c.at for c in header.columns]
        found.update(
            (row, at) for row in range(header.top, header.top + header.depth) for at in range(min(ats), max(ats) + 1)
        )
    for line in reader.lines:
        keys = reader.headers_by_table[line.table].keys
        last = reader.found.continued.get(line.row, line.row)
        found.update((row, at) for row in range(line.row, last + 1) for at in keys)
    found.update(row_and_column(cell) for cell in reader.found.paragraphs)
    found.update(row_and_column(cell) for cell in (*one.themes.alone, *one.themes.titles) if cell[-1].isdigit())
    bands = {(e.row, e.at) for e in reader.events if isinstance(e, Band)}
    shown = {place for place in found if place not in bands or place in _theme_places(one)}
    return {
        address(row, at)
        for row, at in shown
        if not is_blank(reader.block.at(row, at)) and (row, at) not in reader.covered
    }


def _theme_places(one: SheetPlan) -> set[tuple[int, int]]:
    return {row_and_column(cell) for cell in (*one.themes.alone, *one.themes.titles) if cell[-1].isdigit()}
