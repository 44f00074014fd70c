"""What a workbook says that is not for publication: columns that mark lines exempt, and the lines of a plan kept back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hrworkbook.plan.columns_sheet import COLUMNS_TABLE
from hrworkbook.plan.exemption import (
    PARAGRAPH_HEADINGS,
    PART_HEADINGS,
    Publicity,
    is_mark,
    meaning_of,
    publicity,
    says_nothing,
)
from hrworkbook.plan.findings import Finding
from hrworkbook.plan.kinds import quoted
from hrworkbook.plan.model import Plan
from hrworkbook.plan.schema_model import EXEMPT_WORDS, PUBLIC_WORDS
from hrworkbook.plan.values import as_text, fold_name, normalised_text
from hrworkbook.render.appendix.data_sheet import NO_VALUE_WORDS

if TYPE_CHECKING:
    from openpyxl import Workbook  # noqa: TID251
    from openpyxl.worksheet.worksheet import Worksheet  # noqa: TID251

RULE = "exempt"
_LEAST_TEXT = 20
"""Characters of a text by which a line is known; shorter ones, such as 'No change', stand in any line."""
_SHARED_ROLES = ("theme", "reference", "owner", "due", "status", "part")
"""Columns whose texts many lines have."""
_PARTS = ("Part 2", "Part II", "Part Two")
_REMEDY = "Take the line out, and make the appendix again from the plan"


@dataclass(frozen=True)
class KeptBack:
    """What is looked for in a workbook: the words and headings of a Part, and the texts of lines that are kept back."""

    public: tuple[str, ...] = PUBLIC_WORDS
    exempt: tuple[str, ...] = EXEMPT_WORDS
    part_headings: frozenset[str] = PART_HEADINGS
    ground_headings: frozenset[str] = PARAGRAPH_HEADINGS
    lines: Mapping[str, str] | None = None
    """IDs and texts that only such lines have, each with the ID of its line."""


def kept_back_by(plan: Plan | None) -> KeptBack:
    """Return what a plan keeps back; without a plan, what the shipped words and headings tell."""
    if plan is None:
        return KeptBack()
    part = plan.schema.role("part")
    grounds = [c for role in ("paragraph", "reason") if (c := plan.schema.role(role))]
    shared = {plan.schema.roles.get(role) for role in _SHARED_ROLES}
    keys = [c.key for c in plan.schema.columns if c.key not in shared]
    lines: dict[str, str] = {}
    published = []
    for line in plan.lines:
        said = [normalised_text(line.values.get(key)) for key in keys]
        if publicity(plan, line) is Publicity.PUBLIC:
            published += said
        else:
            name = line.id or f"in {line.row_name}"
            lines |= {text: name for text in said if len(text) >= _LEAST_TEXT} | ({line.id: line.id} if line.id else {})
    lines = {text: id_ for text, id_ in lines.items() if text == id_ or not any(text in p for p in published)}
    return KeptBack(
        part.public if part else PUBLIC_WORDS,
        part.exempt if part else EXEMPT_WORDS,
        PART_HEADINGS | {fold_name(h) for h in ((part.header, *part.aliases) if part else ())},
        PARAGRAPH_HEADINGS | {fold_name(h) for c in grounds for h in (c.header, *c.aliases)},
        lines,
    )


def exempt_in(book: "Workbook", name: str, kept_back: KeptBack) -> Iterator[Finding]:
    """Yield what may not be published; of a workbook that calls itself exempt, only that it does."""
    if calls_itself_exempt(book.properties.subject or ""):
        yield exempt_part(name)
        return
    for sheet in book.worksheets:
        if COLUMNS_TABLE in sheet.tables:
            continue  # a master's own words for what is exempt are no line of the plan
        yield from _in_columns(sheet, kept_back)
        for row in sheet.iter_rows():
            for cell in row:
                text = normalised_text(as_text(cell.value)) if cell.value is not None else ""
                yield from exempt_text(sheet.title, cell.coordinate, text, kept_back)


def calls_itself_exempt(subject: str) -> bool:
    """Return whether a file's subject says that it is the exempt part of an appendix."""
    return "part 2 exempt" in fold_name(subject)


def exempt_part(name: str) -> Finding:
    """Return what is found of a file that calls itself exempt: that it is, and nothing of what it holds."""
    fault = "it is the exempt part, which is not for publication"
    return Finding("warning", name, "", "", None, RULE, fault, "Give it only to those who may see exempt information")


def exempt_text(place: str, cell: str, text: str, kept_back: KeptBack) -> Iterator[Finding]:
    """Yield what a text of a cell or paragraph says of a line that is kept back, or that it is not for publication."""
    if not text:
        return
    id_ = _line_in(text, kept_back.lines or {})
    if id_:
        yield Finding(
            "error", place, cell, "", text, RULE, f"it holds line {id_}, which the plan does not publish", _REMEDY, id_
        )
    elif is_mark(text):
        yield Finding("error", place, cell, "", text, RULE, f"it says {quoted(text)}", _REMEDY)


def _line_in(text: str, lines: Mapping[str, str]) -> str:
    """Return the ID of a line kept back whose ID or text a cell holds; '' where it holds none."""
    if text in lines:
        return lines[text]
    if len(text) < _LEAST_TEXT:
        return ""
    return next((id_ for known, id_ in lines.items() if len(known) >= _LEAST_TEXT and known in text), "")


def _parts_in(sheet: "Worksheet") -> Iterator[Finding]:
    """Cells of our own table that say Part 2 under whatever heading, but for a theme that is called so."""
    for cells in sheet.iter_cols():
        head = next((as_text(c.value) for c in cells[3:] if c.value), "")
        for cell in cells if fold_name(head) != "theme" else ():
            if cell.value is not None and meaning_of(cell.value, (), _PARTS) is Publicity.EXEMPT:
                fault = f"{normalised_text(head)} is {quoted(cell.value)}, so the line is exempt"
                yield Finding("error", sheet.title, cell.coordinate, head, cell.value, RULE, fault, _REMEDY)


def _in_columns(sheet: "Worksheet", kept_back: KeptBack) -> Iterator[Finding]:
    """Yield what stands below the headings of a Part, or of an exempt paragraph or reason."""
    ours = "PlanData" in sheet.tables
    if ours:
        yield from _parts_in(sheet)
    heads = [
        (cell, is_part)
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
        and (
            (is_part := (head := fold_name(cell.value)) in kept_back.part_headings) or head in kept_back.ground_headings
        )
    ]
    for head, is_part in heads:
        below = [c for (c,) in sheet.iter_rows(head.row + 1, sheet.max_row, head.column, head.column)]
        said = [(c, c.value) for c in below if c.value is not None and as_text(c.value) not in NO_VALUE_WORDS]
        read = [(c, v, meaning_of(v, kept_back.public, kept_back.exempt) if is_part else None) for c, v in said]
        known = ours or any(m is not Publicity.UNCLEAR for _, _, m in read)
        for cell, value, meaning in read:
            if meaning is Publicity.PUBLIC or (meaning is None and says_nothing(value)) or not known:
                continue
            fault = f"{normalised_text(head.value)} is {quoted(value)}, so the line may be exempt"
            yield Finding(
                "error", sheet.title, cell.coordinate, normalised_text(head.value), value, RULE, fault, _REMEDY
            )
