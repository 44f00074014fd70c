"""Adopt: a council's own workbook becomes the master; a schema is drawn up from its headings and cells."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from hrworkbook.adopting.draw_schema import DrawnColumn
from hrworkbook.adopting.lost_zeros import lost_zeros, zero_questions
from hrworkbook.adopting.read_workbook import OwnPlan, read_workbook
from hrworkbook.ooxml.added_column import AddedColumn, first_free_column
from hrworkbook.plan.damage import damage_notes
from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.marks import mark_notes
from hrworkbook.plan.model import Owner, format_line_id
from hrworkbook.plan.owners import parse_owners
from hrworkbook.plan.questions import Question
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.sheet_helps import SheetHelps
from hrworkbook.plan.snapshot import Block, CellRange, Write, address, row_and_column, single_write
from hrworkbook.plan.values import Value, as_text, fold_name
from hrworkbook.render.new_master import NewMaster
from hrworkbook.tables.plan_source import SourcePlan
from hrworkbook.verbs.new import financial_quarter
from hrworkbook.verbs.own_files import refuse_our_own


@dataclass(frozen=True)
class Adoption:
    """What a workbook was read as, and what is to be put into it: sheets of ours, a column of IDs a table, words for colours."""

    file: str
    own: OwnPlan
    owners: tuple[str, ...]
    draft: NewMaster
    """What our sheets are to hold; the plan's own lines stay where they are."""
    id_columns: tuple[AddedColumn, ...]
    words: tuple[Write, ...]
    """What stands in colours alone, as words in the coloured cells."""

    @property
    def schema(self) -> Schema:
        """The schema drawn up from the workbook."""
        return self.own.drawn.schema

    @property
    def columns(self) -> Sequence[DrawnColumn]:
        """Its columns, with how each was known."""
        return self.own.drawn.columns

    @property
    def message(self) -> str:
        """What was found in the file, in a sentence."""
        return f"{self.file}: {self.summary}"

    @property
    def summary(self) -> str:
        """What was found: lines, sheets, owners, and how many questions there are."""
        lines, sheets = len(self.own.plan.lines), len(self.own.sheets)
        on = f" on {count_noun(sheets, 'sheet')}" if sheets > 1 else ""
        asked = f" {count_noun(len(self.own.questions), 'question')} to look at." if self.own.questions else ""
        return f"{count_noun(lines, 'line')}{on}, {count_noun(len(self.owners), 'owner')}.{asked}"


def adopt(
    blocks: Sequence[Block], file: str, today: date, plan_state: Mapping[str, Value], sheets: Collection[str] = (),
    helps: Mapping[str, SheetHelps] | None = None,
) -> Adoption:  # fmt: skip
    """Return what a workbook that no schema was made for is, read from its sheets' blocks; `sheets` names those to read.

    `helps` tells the dropdowns and pivot tables of its sheets.

    Raises NotAReturn at `file` where it is a master or a return of ours, has no table, or two tables could each be the plan.
    """
    refuse_our_own(blocks, file)
    own = read_workbook(blocks, file, sheets, helps)
    asked = zero_questions(lost_zeros(own.plan, own.drawn.schema), put_back=False)
    own = replace(own, questions=(*own.questions, *_merged_questions(own), *asked), plan=_with_notes(own, blocks))
    owners = owners_named(own, today)
    ids = {(line.sheet, line.row): format_line_id(own.drawn.schema, n) for n, line in enumerate(own.plan.lines, 1)}
    schema = own.drawn.schema
    draft = NewMaster(
        schema=schema,
        lines=(),
        lines_elsewhere=len(ids),
        owners=tuple(Owner(role) for role in owners),
        lists=dict(schema.lists),
        settings={"Period": financial_quarter(today), "Report title": schema.appendix.title or schema.title},
        plan_state={**plan_state, "Next ID": len(ids) + 1},
        questions=own.questions,
    )
    return Adoption(file, own, owners, draft, _id_columns(own, ids), _colour_words(own))


def _with_notes(own: OwnPlan, blocks: Sequence[Block]) -> SourcePlan:
    """Return the plan with what its sheets show or hide beside their values, and which cells a program damaged."""
    lines = {f"{line.sheet} row {line.row}": line.values for line in own.plan.lines}
    read = {sheet.sheet for sheet in own.sheets}
    marks = mark_notes([b for b in blocks if b.name in read])
    return replace(own.plan, notes=(*own.plan.notes, *marks, *damage_notes(own.drawn.schema.columns, lines)))


def _id_columns(own: OwnPlan, ids: Mapping[tuple[str, int], str]) -> tuple[AddedColumn, ...]:
    """Return the column of IDs of each table: the first free one at its right."""
    read = {one.reader.block.name for one in own.plan.sheets}
    found = []
    for table in own.tables:
        sheet = table.sheet.block.name
        if sheet not in read:
            continue
        rows = range(table.top, table.last + 1)
        column = first_free_column(table.sheet.block, rows, max(table.names))
        values = {row: ids[sheet, row] for row in rows if (sheet, row) in ids}
        found.append(AddedColumn(sheet, table.first - 1, column, own.drawn.schema.id_heading, values))
    return tuple(found)


def _colour_words(own: OwnPlan) -> tuple[Write, ...]:
    """Return the writes of the words that colours stand for."""
    status = own.drawn.schema.role("status")
    if status is None:
        return ()
    by_row = {(line.sheet, line.row): line.values for line in own.plan.lines}
    return tuple(
        single_write(sheet, cell, by_row[sheet, row_and_column(cell)[0]].get(status.key))
        for one in own.plan.sheets
        if one.colours
        for sheet in (one.reader.block.name,)
        for cell in one.colours.cells
    )


def merged_answers(own: OwnPlan) -> list[tuple[str, CellRange]]:
    """Return the cells owners fill in that are merged over several lines: one answer there would be for all of them."""
    owners = {c.key for c in own.drawn.schema.columns if c.is_owners}
    found = []
    for one in own.plan.sheets:
        reader = one.reader
        lines = {line.row: line for line in reader.lines}
        for r1, c1, r2, c2 in reader.block.merges:
            rows = [row for row in range(r1, r2 + 1) if row in lines] if r2 - r1 < len(reader.block.rows) else []
            keys = {reader.headers_by_table[lines[row].table].keys.get(c1) for row in rows}
            if len(rows) > 1 and keys & owners:
                found.append((reader.block.name, (r1, c1, r2, c2)))
    return found


def refuse_merged_answers(own: OwnPlan, file: str) -> None:
    """Raise NotAReturn where an owner's answer to one line would be the answer to others too."""
    for sheet, (r1, c1, r2, c2) in merged_answers(own):
        cells = f"{address(r1, c1)}:{address(r2, c2)}"
        raise NotAReturn(
            f"{file}, {sheet}!{cells}", "a cell that owners fill in is merged over several lines",
            "Unmerge it in Excel (Home, Merge & Center), fill in each line, save it and try again",
        )  # fmt: skip


def _merged_questions(own: OwnPlan) -> tuple[Question, ...]:
    return tuple(
        Question(
            f"Whose is {sheet}!{address(r1, c1)}:{address(r2, c2)}, which is merged over several lines and filled in by owners",
            "each line's", ("unmerge it",),
        )
        for sheet, (r1, c1, r2, c2) in merged_answers(own)
    )  # fmt: skip


def owners_named(own: OwnPlan, today: date) -> tuple[str, ...]:
    """Return the owners of the lines, each once, as first written."""
    column = own.drawn.schema.role("owner")
    if column is None:
        return ()
    found: dict[str, str] = {}
    for line in own.plan.lines:
        for name in parse_owners(as_text(line.values.get(column.key)), today):
            found.setdefault(fold_name(name), name)
    return tuple(found.values())
