"""Exemption: which lines of a plan may be published, and every cell that leaves it in doubt.

A line is exempt by its Part (Local Government Act 1972, Schedule 12A). What cannot be read is never taken for public.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache

from hrworkbook.plan.findings import Finding, join_words
from hrworkbook.plan.kinds import nearest_word, quoted
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.schema_model import EXEMPT_WORDS, PUBLIC_WORDS, Column
from hrworkbook.plan.snapshot import address
from hrworkbook.plan.values import CellError, Uncomputed, Value, as_text, fold_name

EXEMPT_RULE, SPELLING_RULE, MARK_RULE = "exempt", "part-word", "exempt-mark"
"""The rules of the findings: what is in doubt, a Part that is known and not on its list, a mark in another column."""
PART_HEADINGS = frozenset({"part", "public or exempt", "exempt", "confidential", "part 1 or part 2", "restricted"})
PARAGRAPH_HEADINGS = frozenset({"exempt paragraph", "exempt reason", "schedule 12a paragraph", "reason for exemption"})
"""Headings, folded, of columns that say what may be published, and why not."""
_NOTHING = frozenset({"", "-", "–", "—", "n/a", "na", "nil", "none", "not applicable"})
_MARKS = (
    "Exempt", "Exempt information", "Exempt item", "Part 2 exempt", "Exempt Part 2", "Exempt from publication", "Confidential",
    "Strictly confidential", "Private and confidential", "Not for publication", "Official sensitive",
)  # fmt: skip
"""What a cell of another column says that is marked itself; whole cells, since a sentence may speak of such things."""
_NOT_FOR_PUBLICATION = re.compile(r"\bnot\s+for\s+publication\b", re.IGNORECASE)


class Publicity(Enum):
    """Whether a line may be published."""

    PUBLIC = "public"
    EXEMPT = "exempt"
    UNCLEAR = "unclear"


@lru_cache(maxsize=4096, typed=True)
def meaning_of(value: Value, public: tuple[str, ...], exempt: tuple[str, ...]) -> Publicity:
    """Return what the text of a Part says: public only as the words are spelt, exempt also with signs between."""
    if isinstance(value, CellError):
        return Publicity.UNCLEAR
    squeezed = _squeezed(as_text(value))
    if squeezed and squeezed in _all_squeezed(exempt):
        return Publicity.EXEMPT
    return Publicity.PUBLIC if _spelt(as_text(value)) in _all_spelt(public) else Publicity.UNCLEAR


@lru_cache(maxsize=8192)
def is_mark(text: str) -> bool:
    """Return whether a text is, or has in it, a mark that what it stands beside is not for publication."""
    return _NOT_FOR_PUBLICATION.search(text) is not None or (
        len(text) < 60 and _squeezed(text) in _all_squeezed(_MARKS)
    )


def withholds(heading: str, value: Value) -> bool:
    """Return whether a cell of a column that no schema knows says, or may say, that its line is not for publication."""
    if _is_empty(value):
        return False
    if fold_name(heading) in PARAGRAPH_HEADINGS:
        return not says_nothing(value)
    if fold_name(heading) in PART_HEADINGS:
        return meaning_of(value, PUBLIC_WORDS, EXEMPT_WORDS) is not Publicity.PUBLIC
    return meaning_of(value, (), ("Part 2", "Part II", *_MARKS)) is Publicity.EXEMPT


def publicity(plan: Plan, line: Line) -> Publicity:
    """Return whether a line may be published; a line with a paragraph or a reason and no Part is in doubt."""
    part = plan.schema.role("part")
    value = _value(plan, line, part) if part else None
    said = meaning_of(value, part.public, part.exempt) if part and not _is_empty(value) else Publicity.PUBLIC
    return Publicity.UNCLEAR if said is Publicity.PUBLIC and _withheld_by(plan, line) else said


def exemption_findings(plan: Plan) -> Iterator[Finding]:
    """Yield every finding about what may be published, errors all of them."""
    for line in plan.lines:
        yield from _of_part(plan, line)
        if publicity(plan, line) is Publicity.EXEMPT:
            yield from _without_ground(plan, line)
        else:
            yield from _marked_elsewhere(plan, line)
    yield from _unknown_columns(plan)


def _of_part(plan: Plan, line: Line) -> Iterator[Finding]:
    part, said = plan.schema.role("part"), publicity(plan, line)
    value = _value(plan, line, part) if part else None
    if said is Publicity.UNCLEAR:
        grounds = _withheld_by(plan, line)
        if part and (_is_empty(value) or meaning_of(value, part.public, part.exempt) is Publicity.PUBLIC):
            says = f"is {quoted(value)}" if not _is_empty(value) else "is blank"
            fault = f"{part.header} {says} although {join_words(c.header for c in grounds)} {'is' if len(grounds) == 1 else 'are'} filled in"
            remedy = f"Choose {part.exempt[0]}, or clear what stands there"
            yield _finding(plan, line, part, EXEMPT_RULE, fault, remedy)
        elif part:
            yield _finding(plan, line, part, EXEMPT_RULE, *_unread(plan, part, value))
        else:
            fault = f"{grounds[0].header} is filled in and the schema has no column that marks a line exempt"
            yield _finding(plan, line, grounds[0], EXEMPT_RULE, fault, "Give a column the role 'part'")
    elif (
        part
        and not _is_empty(value)
        and (words := plan.words_of(part))
        and _spelt(as_text(value)) not in map(_spelt, words)
    ):
        fault = f"{part.header} is {quoted(value)}, which is not on its list and is read as {said.value}"
        yield _finding(plan, line, part, SPELLING_RULE, fault, _choose(plan, part, value))


def _unread(plan: Plan, part: Column, value: Value) -> tuple[str, str]:
    """Return what is wrong with a Part that says neither, and the remedy."""
    if isinstance(value, Uncomputed):
        return f"{part.header} is a formula whose result was not saved, so the line may be exempt", _choose(
            plan, part, None
        )
    if isinstance(value, CellError):
        return f"{part.header} shows {value}, so the line may be exempt", _choose(plan, part, None)
    fault = f"{part.header} is {quoted(value)}, which says neither public nor exempt"
    if strange := [c for c in as_text(value) if not c.isascii() and unicodedata.category(c) != "Zs"]:
        fault += f" (it holds {join_words(dict.fromkeys(_named(c) for c in strange[:3]))})"
    return fault, _choose(plan, part, value)


def _named(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}").lower()


def _choose(plan: Plan, part: Column, value: Value) -> str:
    words = plan.words_of(part) or (part.public[0], part.exempt[0])
    near = nearest_word(value, words) if value is not None else None
    return f"{f'Did you mean {near}? ' if near else ''}Choose {join_words(words[:6], 'or')}"


def _without_ground(plan: Plan, line: Line) -> Iterator[Finding]:
    """Yield what an exempt line must say and does not: its paragraph of Schedule 12A, and why."""
    part = plan.schema.role("part")
    for role in ("paragraph", "reason"):
        column = plan.schema.role(role)
        if column is None and part:
            fault = f"a line is exempt and the schema has no column for its {role}"
            yield _finding(plan, line, part, EXEMPT_RULE, fault, f"Give a column the role '{role}'")
        elif column and says_nothing(_value(plan, line, column)):
            word = f"{part.header} is {quoted(_value(plan, line, part))}" if part else "the line is exempt"
            remedy = f"Enter it. {column.help}" if column.help else "Enter it, or choose a Part that is public"
            yield _finding(plan, line, column, EXEMPT_RULE, f"{column.header} is blank although {word}", remedy)


def _marked_elsewhere(plan: Plan, line: Line) -> Iterator[Finding]:
    """Yield a line that counts as public and says in another column that it is not."""
    own = {plan.schema.roles.get(role) for role in ("part", "paragraph", "reason")}
    for column in plan.schema.columns:
        text = line.text(column.key)
        if column.key in own or column.private or not text:
            continue
        if is_mark(text):
            yield _finding(
                plan, line, column, MARK_RULE, f"{column.header} says {quoted(text)} and the line is not marked exempt",
                "Mark the line exempt, or write it otherwise",
            )  # fmt: skip


def _unknown_columns(plan: Plan) -> Iterator[Finding]:
    """Yield the marks in columns of the Plan sheet that are not the schema's, such as a Part that somebody added."""
    known: dict[tuple[str, int], set[int]] = {}
    for table in plan.tables:  # beside each other or one below the other
        known.setdefault((table.sheet, table.header_row), set()).update(table.column_numbers.values())
    for line in plan.lines:
        block, places = plan.snapshot[line.sheet], known[line.sheet, line.table.header_row]
        heads = block.rows[line.table.header_row - 1]
        for column, value in enumerate(block.rows[line.row - 1], 1):
            if column in places or _is_empty(value):
                continue
            head = as_text(heads[column - 1]) if column <= len(heads) else ""
            if withholds(head, value):
                fault = (
                    f"{quoted(value)} stands in a column that is not the plan's, {quoted(head)}"
                    if head
                    else f"{quoted(value)} stands in a column without a heading"
                )
                yield Finding(
                    "error", line.sheet, address(line.row, column), head, value, EXEMPT_RULE, f"{fault}, so it keeps nothing back",
                    "Mark the line in the plan's own column for it, or clear this cell", line.id,
                )  # fmt: skip


def _withheld_by(plan: Plan, line: Line) -> list[Column]:
    """Return the columns of paragraph and reason that say something."""
    columns = (plan.schema.role(role) for role in ("paragraph", "reason"))
    return [c for c in columns if c and not says_nothing(_value(plan, line, c))]


def _value(plan: Plan, line: Line, column: Column) -> Value:
    """Return the cell's value; of cells merged over several lines, the one they all show."""
    at = line.table.column_numbers.get(column.key)
    for top, left, bottom, right in plan.snapshot[line.sheet].merges if at else ():
        if at and top <= line.row <= bottom and left <= at <= right:
            return plan.snapshot[line.sheet].at(top, left)
    return line.values.get(column.key)


def _is_empty(value: Value) -> bool:
    """Return whether the cell is blank to the last character: one that only looks blank is not."""
    return value is None or (type(value) is str and not value.strip())


def says_nothing(value: Value) -> bool:
    """Return whether a paragraph or a reason says nothing: it is blank, or a sign for nothing."""
    return not isinstance(value, CellError) and _spelt(as_text(value)) in _NOTHING


@lru_cache(maxsize=16)
def _all_squeezed(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_squeezed, words)) - {""}


@lru_cache(maxsize=16)
def _all_spelt(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_spelt, words))


def _spelt(text: str) -> str:
    """Return the text whatever its case and spacing."""
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()


def _squeezed(text: str) -> str:
    """Letters and digits alone."""
    return fold_name(text).replace(" ", "")


def _finding(plan: Plan, line: Line, column: Column, rule: str, fault: str, remedy: str) -> Finding:
    value = line.values.get(column.key)
    return Finding(
        "error", line.sheet, plan.address(line, column.key), column.header, value, rule, fault, remedy, line.id
    )
