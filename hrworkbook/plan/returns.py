"""What a return holds: its lines and its seal, the texts issuing puts round them, and how those are known again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from hrworkbook.plan.history import last_reported
from hrworkbook.plan.ledgers import REGISTER
from hrworkbook.plan.measures.figure_codes import figure_codes
from hrworkbook.plan.model import (
    Line,
    Owner,
    Plan,
    issued_ledger,
)
from hrworkbook.plan.schema import CellKey, Column, Schema
from hrworkbook.plan.seal import Seal, compute_mark
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import LONGEST_HEADING, Value, normalised_text

FILL_IN_TEXT = "If Excel shows Enable Editing, press it. Fill in the white cells: what has happened since. Save, and send this file back."
LEAVE_TEXT = "Nothing else needs to change. If a grey cell is wrong, write that in your reply and we shall mend it."
_ASKED_BEFORE = (
    "Fill in the white cells: what has happened since the last report. Then save, and send this file back by e-mail."
)
"""How returns issued before asked for the same."""
LAST_REPORTED_PREFIX = "Last reported: "
"""What the heading of the read-only column beside an owner's column begins with."""
WORDS_SHEET = "Words"
WORDS_NOTE = "The words that the dropdowns of this return offer. Leave this sheet as it is."
_OUR_LINES = re.compile(
    r".+: return from .+|For .+, .+\. Please send it back by \d{1,2} \w+ \d{4}\.|hrworkbook return R\d+ \|.*"
)
ROW_ID = "Row ID"
"""The heading of a return's hidden column, which holds each row's ID once more."""


@dataclass(frozen=True)
class OutgoingReturn:
    """One owner's return, ready to be written as a workbook."""

    id: str
    owner: Owner
    period: str
    due: date
    seal: Seal
    schema: Schema
    allowed_words: Mapping[str, tuple[str, ...]]
    """The words of each choice column, by key."""
    lines: tuple[Line, ...]
    last_reported: Mapping[str, Mapping[str, str]]
    """What was last reported, by column key and line ID."""
    file: str
    """The workbook's file name."""
    number_formats: Mapping[CellKey, str] = field(default_factory=dict)
    """The code by which the master shows a number or date, where it is not shown as it is stored."""
    closed: frozenset[CellKey] = frozenset()
    """Cells of the owner's columns that the line's own table has not, so that no answer there could be written."""


def next_return_number(plan: Plan) -> int:
    """Return the number of the next return; numbers are never used twice."""
    used = [int(m[1]) for i in REGISTER.data_rows(plan.snapshot) if (m := re.fullmatch(r"R(\d+)", i.text("Return")))]
    return max(used, default=0) + 1


def last_heading(header: str) -> str:
    """Return the heading of the read-only column beside an owner's column, no longer than Excel lets a heading be."""
    return f"{LAST_REPORTED_PREFIX}{header}"[:LONGEST_HEADING]


def columns_shown_again(schema: Schema) -> list[Column]:
    """Return the owners' columns whose last reported text stands beside the cell to fill in."""
    return [c for c in schema.columns if c.is_owners and c.roll != "keep"]


def last_reported_texts(plan: Plan) -> dict[str, Mapping[str, str]]:
    """Return what each column that is shown again said when the last period was closed, by column key and line ID."""
    return {c.key: last_reported(plan, c.key) for c in columns_shown_again(plan.schema)}


def make_return(
    plan: Plan,
    id_: str,
    role: str,
    lines: Sequence[Line],
    period: str,
    due: date,
    last: Mapping[str, Mapping[str, str]],
    sealed: Mapping[str, Mapping[str, Value]] | None = None,
) -> OutgoingReturn:
    """Return a return with these lines; its seal covers them, or what was issued before where `sealed` gives that."""
    schema = plan.schema.for_owners()
    owner = next((o for o in plan.owners if o.role == role), Owner(role))
    issued = sealed if sealed is not None else {line.id: line.values for line in lines}
    order = issued_ledger(plan.schema).order(plan.snapshot)
    values = [(line_id, [v.get(key) for key in order]) for line_id, v in issued.items()]
    seal = Seal(id_, plan.id, period, compute_mark(plan.seal_key, id_, plan.id, period, values))
    words = {c.key: plan.words_of(c) for c in schema.columns if c.kind == "choice"}
    name = re.sub(r"[^\w&+-]+", " ", f"{role} {period}").strip()[:80]
    theirs = tuple(replace(x, values={c.key: x.values.get(c.key) for c in schema.columns}) for x in lines)
    shown = {(x.id, c.key): code for x in lines for c in schema.columns if (code := plan.number_format(x, c.key))}
    codes = figure_codes(plan, lines) | shown
    closed = frozenset(
        (x.id, c.key) for x in lines if x.table.column_numbers for c in schema.columns if c.key not in x.table.column_numbers
    )  # fmt: skip
    return OutgoingReturn(
        id_, owner, period, due, seal, schema, words, theirs, last, f"{name} {id_}.xlsx", codes, closed
    )


def title_line(issued: OutgoingReturn) -> str:
    """Return the return's first line: whose it is."""
    return f"{issued.schema.title}: return from {issued.owner.role}"


def due_line(issued: OutgoingReturn) -> str:
    """Return the return's second line: for which period, and by when."""
    to = f" ({issued.owner.name})" if issued.owner.name else ""
    return f"For {issued.owner.role}{to}, {issued.period}. Please send it back by {issued.due.day} {issued.due:%B %Y}."


def without_words(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the sheets of a return but the hidden one that holds the words of its dropdowns, in which nobody answers."""
    return tuple(
        b for b in blocks if not (b.hidden and b.name == WORDS_SHEET and normalised_text(b.at(1, 1)) == WORDS_NOTE)
    )


def is_furniture(text: str) -> bool:
    """Return whether a text above a return's table is one that issuing put there."""
    text = normalised_text(text)
    return text in (FILL_IN_TEXT, _ASKED_BEFORE, LEAVE_TEXT) or _OUR_LINES.fullmatch(text) is not None
