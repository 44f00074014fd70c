"""Adopt: a council's own workbook becomes the master; a schema is drawn up from its headings and cells."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from hrworkbook.adopting.draw_schema import DrawnColumn
from hrworkbook.adopting.lost_zeros import lost_zeros, zero_questions
from hrworkbook.adopting.read_workbook import OwnPlan, read_workbook
from hrworkbook.merging.admit import our_texts
from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.model import ISSUED_SHEET
from hrworkbook.plan.owners import parse_owners
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import as_text, fold_name, normalised_text


@dataclass(frozen=True)
class Adoption:
    """What a workbook was read as: its plan, and the owners named in it."""

    file: str
    own: OwnPlan
    owners: tuple[str, ...]

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
        """What was found, in a sentence."""
        lines, sheets = len(self.own.plan.lines), len(self.own.sheets)
        on = f" on {count_noun(sheets, 'sheet')}" if sheets > 1 else ""
        asked = f" {count_noun(len(self.own.questions), 'question')} to look at." if self.own.questions else ""
        return f"{self.file}: {count_noun(lines, 'line')}{on}, {count_noun(len(self.owners), 'owner')}.{asked}"


def adopt(blocks: Sequence[Block], file: str, today: date, sheets: Collection[str] = ()) -> Adoption:
    """Return what a workbook that no schema was made for is, read from its sheets' blocks; `sheets` names those to read.

    Raises NotAReturn at `file` where it is a master or a return of ours, has no table, or two tables could each be the plan.
    """
    refuse_our_own(blocks, file)
    own = read_workbook(blocks, file, sheets)
    asked = zero_questions(lost_zeros(own.plan, own.drawn.schema), put_back=False)
    own = replace(own, questions=(*own.questions, *asked))
    return Adoption(file, own, owners_named(own, today))


def refuse_our_own(blocks: Sequence[Block], file: str) -> None:
    """Raise NotAReturn where a file is a master already, or a return that we issued."""
    names = {b.name for b in blocks}
    if ISSUED_SHEET in names and any(_says(b, "Plan ID") for b in blocks if b.name == ISSUED_SHEET):
        raise NotAReturn(file, "it is a master already", "Work in it as it is")
    if our_texts(blocks):
        raise NotAReturn(
            file, "it is a return of a plan, not a plan", "Give it to merge, or choose the workbook with the plan"
        )


def _says(block: Block, label: str) -> bool:
    return any(normalised_text(v) == label for row in block.rows[:40] for v in row[:3])


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
