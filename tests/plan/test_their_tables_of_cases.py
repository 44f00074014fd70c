"""Tables of council plans, given their IDs: the master reads the very lines that were adopted, and no row beside them."""

from dataclasses import replace

import pytest
from masters import SHARED, shared

from hrworkbook.intake.reader import read_file
from hrworkbook.plan.lines import read_lines
from hrworkbook.plan.plan_tables import plan_tables
from hrworkbook.plan.schema import load_schema
from hrworkbook.plan.schema_model import Column, Schema
from hrworkbook.plan.snapshot import Snapshot
from hrworkbook.plan.values import as_text, fold_name
from hrworkbook.tables.plan_source import read_plan

DELIVERY = load_schema("delivery-plan")
FILES = [
    str(path.relative_to(SHARED)) for folder in ("cases/plans", "cases/whole-plans") for path in sorted((SHARED / folder).glob("*.*"))
    if path.suffix in (".xlsx", ".ods", ".csv")
] or ["cases/plans/by-sheet.xlsx"]  # fmt: skip


def adopted(blocks, source, theme_from):
    """The workbook with IDs at the right of its tables, and a schema of all its columns."""
    columns, roles = {}, {}
    ids = {(x.sheet, x.row): f"L{n:03d}" for n, x in enumerate(source.lines, 1)}
    rows = {b.name: [list(r) for r in b.rows] for b in blocks}
    headers = {(sheet, h.top): h for sheet, h in source.headers}
    known = {v: k for k, v in DELIVERY.roles.items()}
    for (sheet, top), header in headers.items():
        for column in header.columns:
            key = column.key if column.is_read and column.key else f"x_{fold_name(column.name).replace(' ', '_')}"
            kind = DELIVERY[key].kind if key in DELIVERY else "text"
            kind = "text" if kind == "choice" else kind
            if not any(fold_name(column.name) in map(fold_name, (c.header, *c.aliases)) for c in columns.values()):
                had = columns.get(key)
                columns[key] = (
                    replace(had, aliases=(*had.aliases, column.name)) if had else Column(key, column.name, kind)
                )
            if key in known:
                roles[known[key]] = key
        put(rows[sheet], top + header.depth - 1, width(rows[sheet]) + 1, "ID")
    for sheet in {s for s, _ in headers}:
        at = max(len(r) for r in rows[sheet])
        for (name, row), id_ in ids.items():
            if name == sheet:
                put(rows[sheet], row, at, id_)
    if "theme" not in columns and theme_from != "column":
        columns["theme"], roles["theme"] = Column("theme", "Theme of the plan"), "theme"
    schema = Schema("theirs", "Theirs", tuple(columns.values()), roles, theme_from=theme_from)
    return Snapshot("theirs.xlsx", tuple(replace(b, rows=rows[b.name]) for b in blocks)), schema, ids


def width(rows):
    """The columns of a sheet before the IDs' came."""
    return max(len([*r]) - (r[-1:] == ["ID"]) for r in rows)


def put(rows, row, at, value):
    """Writes one cell."""
    rows[row - 1] += [None] * (at - len(rows[row - 1]))
    rows[row - 1][at - 1] = value


@pytest.mark.parametrize("file", FILES)
def test_the_master_reads_the_lines_that_were_adopted_and_their_themes(file):
    path = shared(file)
    blocks = read_file(path.read_bytes(), path.name, fills=True).blocks
    source = read_plan(blocks, DELIVERY, name=path.name)
    themes = {(x.sheet, x.row): fold_name(as_text(x.values.get("theme"))) for x in source.lines}
    read = {}
    for theme_from in ("column", "sheet", "title", "band"):
        snapshot, schema, ids = adopted(blocks, source, theme_from)
        lines = list(read_lines(snapshot, schema, plan_tables(snapshot, schema)))
        assert [(x.sheet, x.row, x.id) for x in lines] == [(*place, id_) for place, id_ in ids.items()]
        read[theme_from] = {(x.sheet, x.row): fold_name(x.text("theme")) for x in lines}
    assert themes in read.values(), {k: set(v.values()) for k, v in read.items()}
