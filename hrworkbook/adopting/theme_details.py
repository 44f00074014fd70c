"""What is said of a theme in rows of its own, such as `Outcome: …`, as columns of the lines below: for a plan without such rows."""

from dataclasses import replace

from hrworkbook.adopting.draw_schema import DrawnColumn
from hrworkbook.adopting.read_workbook import OwnPlan
from hrworkbook.plan.row_kinds import detail_label
from hrworkbook.plan.schema_model import Column
from hrworkbook.plan.snapshot import row_and_column
from hrworkbook.plan.values import Value, fold_name, normalised_text
from hrworkbook.tables.plan_source import SheetPlan

_LONGEST_LABEL = 30


def with_theme_details(own: OwnPlan) -> OwnPlan:
    """Return the plan with a column for each such row's label, filled on the lines that stand under it."""
    told: dict[tuple[str, int], dict[str, Value]] = {}
    taken: set[tuple[str, str]] = set()
    labels: dict[str, str] = {}
    headers = {fold_name(c.header) for c in own.drawn.schema.columns}
    for one in own.plan.sheets:
        sheet = one.reader.block.name
        for row, cell, label, text in _labelled_details(one):
            if fold_name(label) in headers:
                continue
            key = labels.setdefault(fold_name(label), label)
            taken.add((sheet, cell))
            for line in _lines_under(one, row):
                told.setdefault((sheet, line), {})[_key(key)] = text
    if not labels:
        return own
    columns = [Column(_key(label), label, width=30) for label in labels.values()]
    schema = own.drawn.schema
    at = 1 + next((n for n, c in enumerate(schema.columns) if c.key == schema.roles.get("theme")), -1)
    drawn = replace(
        own.drawn, schema=replace(schema, columns=(*schema.columns[:at], *columns, *schema.columns[at:])),
        columns=[*own.drawn.columns[:at], *(DrawnColumn(c, None, "", "by rows below the themes") for c in columns), *own.drawn.columns[at:]],
    )  # fmt: skip
    lines = [replace(x, values={**x.values, **told.get((x.sheet, x.row), {})}) for x in own.plan.lines]
    left = [u for u in own.left_out if (u.sheet, u.cell) not in taken]
    return replace(own, drawn=drawn, plan=replace(own.plan, lines=lines), left_out=left)


def _key(label: str) -> str:
    return "theme_" + "_".join(fold_name(label).split())


def _labelled_details(one: SheetPlan) -> list[tuple[int, str, str, str]]:
    """Return row, cell, label and text of each such row."""
    found = []
    for cell in one.themes.details:
        row, at = row_and_column(cell)
        text = normalised_text(one.reader.block.at(row, at))
        label = " ".join(detail_label(text).split())
        if label and len(label) <= _LONGEST_LABEL and label.isascii():
            found.append((row, cell, label[0].upper() + label[1:], text[len(label) :].lstrip(" .:–—-0123456789")))
    return found


def _lines_under(one: SheetPlan, row: int) -> list[int]:
    """Return the rows of the lines below a row, up to the next theme; of all lines where none has one."""
    themes = sorted(row_and_column(c)[0] for c in (*one.themes.titles, *one.themes.alone) if c[-1].isdigit())
    last = next((theme for theme in themes if theme > row), len(one.reader.block.rows) + 1)
    return [line.row for line in one.reader.lines if row < line.row < last]
