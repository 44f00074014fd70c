"""A council's own workbook read whole: its tables, a schema drawn up from them, its lines, and what is no part of the plan."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from hrworkbook.adopting.cell_questions import cell_questions
from hrworkbook.adopting.choose_tables import ChosenTables, TableKind, choose_tables, table_kind, without_pivots
from hrworkbook.adopting.draw_schema import FROM_WORDS, DrawnSchema, ThemeFrom, draw_schema
from hrworkbook.adopting.dropdown_words import DropdownWords
from hrworkbook.adopting.locate_tables import LocatedTable, locate_tables, unheaded_columns
from hrworkbook.adopting.placed_cells import placed_cells
from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.questions import Question
from hrworkbook.plan.sheet_helps import SheetHelps
from hrworkbook.plan.snapshot import Block, address, column_letters
from hrworkbook.plan.values import is_blank
from hrworkbook.tables.heading import MatchKind
from hrworkbook.tables.plan_columns import ColumnUse, SourceColumn, SourceHeader, with_columns
from hrworkbook.tables.plan_sheet import TableRange
from hrworkbook.tables.plan_source import SourcePlan, read_located_plan
from hrworkbook.tables.unplaced_cells import UnplacedCell

_NAMES = {
    TableKind.ACTIONS: "another table of actions", TableKind.INDICATORS: "a table of indicators",
    TableKind.RISKS: "a table of risks", TableKind.OTHER: "another table",
}  # fmt: skip


@dataclass(frozen=True)
class SheetTables:
    """The tables of the plan on one sheet: on how many rows their headings stand, and how many lines they have."""

    sheet: str
    header_rows: int
    lines: int


@dataclass(frozen=True)
class OwnPlan:
    """A workbook as its keeper means it: the schema drawn up from it, its lines, and every cell that is none of the plan."""

    drawn: DrawnSchema
    plan: SourcePlan
    tables: Sequence[LocatedTable]
    sheets: Sequence[SheetTables]
    cells: int
    """Non-blank cells of the file: those of the plan and those left out."""
    left_out: Sequence[UnplacedCell]
    questions: tuple[Question, ...]

    @property
    def placed(self) -> int:
        """Cells that stand in the plan's headings, lines and themes."""
        return self.cells - len(self.left_out)


def read_workbook(
    blocks: Sequence[Block], file: str, sheets: Collection[str] = (), helps: Mapping[str, SheetHelps] | None = None,
    *, unheaded: bool = False,
) -> OwnPlan:  # fmt: skip
    """Return the plan in a file that nobody gave a schema for; `sheets` names those to read, `helps` tells dropdowns and pivots.

    With `unheaded` columns without a heading are columns of the plan too.

    Raises NotAReturn where there is no table, two could each be the plan, or a named sheet is missing.
    """
    if not any(not is_blank(v) for b in blocks for row in b.rows for v in row):
        raise NotAReturn(file, "every sheet is empty", "Choose the workbook with the plan")
    helps = helps or {}
    dropdowns = DropdownWords(helps, blocks)
    tables = without_pivots({b.name: locate_tables(b, unheaded=unheaded) for b in blocks}, helps, file)
    chosen = choose_tables(tables, blocks, sheets, file)
    title = title_of(chosen, file)
    drawn = draw_schema(chosen, title, dropdowns)
    plan = _read(blocks, chosen, drawn, tables, sheets)
    plan = replace(plan, notes=(*plan.notes, *_hidden_sheet_notes(chosen)))
    if drawn.theme_from != "column":
        drawn, plan = _settle_theme(blocks, chosen, drawn, plan, tables, sheets, title, dropdowns)
    if not plan.lines:
        raise NotAReturn(file, "its table has headings but no lines", "Choose the workbook with the plan")
    left_out = _named(plan, chosen, tables)
    cells = sum(not is_blank(v) for b in blocks for row in b.rows for v in row)
    _check_count(placed_cells(plan), left_out, cells, file)
    asked = (
        *drawn.questions, *_version_questions(plan), *cell_questions(plan, drawn), *_unheaded_questions(chosen.plan, plan)
    )  # fmt: skip
    return OwnPlan(drawn, plan, chosen.plan, _sheet_tables(plan), cells, left_out, asked)


def title_of(chosen: ChosenTables, file: str) -> str:
    """Return what the plan is called: the first text above its first table, else the file's name."""
    table = chosen.plan[0]
    for row in range(1, table.top):
        filled = table.sheet.seen(row)
        if len(filled) == 1 and isinstance(filled[0][1], str) and len({t.sheet.block.name for t in chosen.plan}) == 1:
            text = " ".join(filled[0][1].split())
            if 3 < len(text) <= 120 and row + 1 < table.top:
                return text
    return " ".join(file.rpartition(".")[0].replace("_", " ").split()) or "Plan"


def _read(
    blocks: Sequence[Block], chosen: ChosenTables, drawn: DrawnSchema,
    tables: Mapping[str, Sequence[LocatedTable]], sheets: Collection[str],
) -> SourcePlan:  # fmt: skip
    ours = {id(t) for t in chosen.plan}
    ranges: dict[str, list[TableRange]] = {}
    for sheet in dict.fromkeys(t.sheet.block.name for t in chosen.plan):
        found = tables[sheet]
        ends = [*(t.top - 1 for t in found[1:]), len(found[0].sheet.block.rows)]
        ranges[sheet] = [
            TableRange(t.top, _source_header(t, drawn) if id(t) in ours else None, t.last, end)
            for t, end in zip(found, ends, strict=True)
        ]
    return read_located_plan(blocks, drawn.schema, ranges, every_sheet=bool(sheets))


def _source_header(table: LocatedTable, drawn: DrawnSchema) -> SourceHeader:
    keys = drawn.keys_of(table)
    columns = [
        SourceColumn(replace(h, key=keys[h.column], match_kind=MatchKind.EXACT), ColumnUse.READ, keys[h.column])
        for h in table.headings
        if h.column in keys
    ]
    return with_columns(table.top, table.depth, columns)


def _settle_theme(
    blocks: Sequence[Block], chosen: ChosenTables, drawn: DrawnSchema, plan: SourcePlan,
    tables: Mapping[str, Sequence[LocatedTable]], sheets: Collection[str], title: str,
    dropdowns: DropdownWords,
) -> tuple[DrawnSchema, SourcePlan]:  # fmt: skip
    """Return the schema and lines with the theme where it was found; without one where no line has any."""
    theme = drawn.schema.roles["theme"]
    if any(not is_blank(line.values.get(theme)) for line in plan.lines):
        titled = any(cell[-1].isdigit() for one in plan.sheets for cell in one.themes.titles)
        source: ThemeFrom = "title" if titled and drawn.theme_from == "sheet" else drawn.theme_from
        how = f"by {FROM_WORDS[source]}"
        columns = [replace(d, how=how) if d.means == "theme" and d.source is None else d for d in drawn.columns]
        return replace(drawn, schema=replace(drawn.schema, theme_from=source), theme_from=source, columns=columns), plan
    other = draw_schema(chosen, title, dropdowns, bands=False)
    if other.theme_from == "column":
        return other, _read(blocks, chosen, other, tables, sheets)
    schema = drawn.schema
    roles = {role: key for role, key in schema.roles.items() if role != "theme"}
    without = replace(
        schema, columns=tuple(c for c in schema.columns if c.key != theme), roles=roles,
        appendix=replace(schema.appendix, theme_headings=False), theme_from="column",
    )  # fmt: skip
    lines = [replace(x, values={k: v for k, v in x.values.items() if k != theme}) for x in plan.lines]
    columns = [d for d in drawn.columns if d.column.key != theme]
    return replace(drawn, schema=without, columns=columns, theme_from="column"), replace(plan, lines=lines)


def _sheet_tables(plan: SourcePlan) -> list[SheetTables]:
    found = []
    for one in plan.sheets:
        name = one.reader.block.name
        depth = max(header.depth for header in one.reader.headers)
        found.append(SheetTables(name, depth, sum(line.sheet == name for line in plan.lines)))
    return found


def _named(plan: SourcePlan, chosen: ChosenTables, tables: Mapping[str, Sequence[LocatedTable]]) -> list[UnplacedCell]:
    """Return the cells that are none of the plan, those of another table with what it is."""
    read = {one.reader.block.name for one in plan.sheets}
    ours = {id(t) for t in chosen.plan}
    why: dict[tuple[str, str], str] = {}
    for sheet, found in tables.items():
        for table in found:
            if id(table) in ours and sheet in read:
                continue
            if sheet in plan.versions and id(table) in ours:
                reason = "is on a sheet with the same lines at another time"
            else:
                title = f" '{table.title}'" if table.title else ""
                reason = f"belongs to {_NAMES[table_kind(table)]}{title}: {join_words(list(table.names.values())[:4])}"
            if table.sheet.block.hidden and sheet not in read:
                reason = f"is on a hidden sheet, and {reason}"
            for row in range(table.top, table.end + 1):
                for at, _ in table.sheet.seen(row):
                    if sheet not in read or row <= table.last:
                        why[sheet, address(row, at)] = reason
    pages = {sheet: _page_reason(found) for sheet, found in tables.items() if sheet not in read}
    return [u._replace(reason=why.get((u.sheet, u.cell)) or pages.get(u.sheet, u.reason)) for u in plan.unplaced]


def _page_reason(tables: Sequence[LocatedTable]) -> str:
    return (
        "is on another sheet, beside its table"
        if tables
        else "is on another sheet, which has no table: a cover, a key or notes"
    )


def _hidden_sheet_notes(chosen: ChosenTables) -> list[str]:
    """Return a sentence for each hidden sheet with a table of the same kind, such as an older version."""
    names = dict.fromkeys(
        t.sheet.block.name for t in chosen.others if t.sheet.block.hidden and table_kind(t) is chosen.kind
    )
    read = {t.sheet.block.name for t in chosen.plan}
    return [
        f"Sheet '{name}' is hidden and holds a table of {chosen.kind.value} too, and was not read. To read it, choose it with --sheet \"{name}\"."
        for name in names if name not in read and chosen.kind is not TableKind.OTHER
    ]  # fmt: skip


def _version_questions(plan: SourcePlan) -> list[Question]:
    if not plan.versions:
        return []
    read = join_words(f"sheet '{one.reader.block.name}'" for one in plan.sheets)
    return [
        Question(
            "Several sheets hold the same lines, at different times",
            read,
            tuple(f'--sheet "{v}"' for v in plan.versions),
        )
    ]


def _unheaded_questions(tables: Sequence[LocatedTable], plan: SourcePlan) -> list[Question]:
    """Return a question for each column that has no heading, and so no place in the plan."""
    read = {one.reader.block.name for one in plan.sheets}
    return [
        Question(
            f"What is column {column_letters(at)} of sheet '{table.sheet.block.name}', which has no heading", "nothing of the plan",
            (f"a column of it: type a heading into {address(table.first - 1, at)}",),
        )
        for table in tables if table.sheet.block.name in read
        for at in unheaded_columns(table)
    ]  # fmt: skip


def _check_count(
    placed: Mapping[str, Collection[str]], left_out: Sequence[UnplacedCell], cells: int, file: str
) -> None:
    """Raise AssertionError where a cell has no place and no reason, or both: a fault of ours that must not pass."""
    left: dict[str, set[str]] = {}
    for one in left_out:
        left.setdefault(one.sheet, set()).add(one.cell)
    both = [f"{sheet}!{cell}" for sheet, found in placed.items() for cell in found if cell in left.get(sheet, ())]
    total = sum(map(len, placed.values())) + sum(map(len, left.values()))
    if both or total != cells:
        raise AssertionError(
            f"{file}: {cells} cells, {total} accounted for; in two places: {', '.join(both[:8]) or 'none'}"
        )
