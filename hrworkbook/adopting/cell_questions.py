"""What the cells of a plan leave open, though its columns are known: who is meant, what a mark says, which way a date goes."""

import re
from collections.abc import Iterable

from hrworkbook.adopting.column_facts import name_alike
from hrworkbook.adopting.draw_schema import DrawnColumn, DrawnSchema
from hrworkbook.adopting.heading_meanings import sides_of
from hrworkbook.plan.damage import ambiguous_dates
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.owners import parse_owners
from hrworkbook.plan.questions import Question
from hrworkbook.plan.snapshot import address
from hrworkbook.plan.values import as_text, fold_name, has_letter, is_blank, normalised_text
from hrworkbook.tables.plan_source import PlanLine, SourcePlan
from hrworkbook.tables.plan_themes import shown_cells

_JOINED = re.compile(r"\s*(?:,|\+|&|\band\b)\s*")
_MOST_ASKED_APART = 3


def cell_questions(plan: SourcePlan, drawn: DrawnSchema) -> list[Question]:
    """Return what a person should be asked about the cells of the lines."""
    found: list[Question] = []
    for column in drawn.columns:
        if column.means == "owner":
            found += [*_joint_owners(plan, column), *_two_sides(plan, column), *_blanks_below(plan, column)]
        elif column.means == "status":
            found += _marks(column)
        if column.column.kind in ("date", "timescale"):
            found += _month_first(plan, column)
    return found


def _joint_owners(plan: SourcePlan, column: DrawnColumn) -> list[Question]:
    """Return a question for each owner that seems to be several, such as `Pay Manager & HR Lead`; one for all where they are many."""
    names = [n for line in plan.lines for n in parse_owners(as_text(line.values.get(column.column.key)))]
    known = set(map(fold_name, names))
    found: dict[str, Question] = {}
    for name in names:
        parts = _JOINED.split(name)
        if len(parts) > 1 and (any(fold_name(p) in known for p in parts) or name_alike(parts)):
            found.setdefault(
                fold_name(name), Question(f"Is '{name}' one owner or several", "one", (join_words(parts, "/"),))
            )
    if len(found) <= _MOST_ASKED_APART:
        return list(found.values())
    first = next(iter(found.values())).what.removeprefix("Is ").removesuffix(" one owner or several")
    what = f"Are {first} and {len(found) - 1} others joined like it one owner each or several"
    return [Question(what, "one each", ("several: part them with / or a new line",))]


def _two_sides(plan: SourcePlan, column: DrawnColumn) -> list[Question]:
    """Return a question where heading and cells have two sides: who leads and who supports, or one name in two languages."""
    if column.source is None or len(sides := sides_of(column.column.header)) != 2:
        return []
    texts = [t for line in plan.lines if (t := as_text(line.values.get(column.column.key)))]
    if 2 * sum(t.count("/") == 1 for t in texts) < len(texts):
        return []
    sheet, cell = column.source.cell
    return [
        Question(
            f"Who answers for a line of {sheet}!{cell} '{column.column.header}', whose cells name two sides", "everyone they name",
            tuple(f"only what stands for '{side}': give it a column of its own" for side in sides),
        )
    ]  # fmt: skip


def _blanks_below(plan: SourcePlan, column: DrawnColumn) -> list[Question]:
    """Return a question where an owner stands once, with lines below that have none."""
    bare: list[PlanLine] = []
    above: PlanLine | None = None
    key, repeated = column.column.key, False
    for line in plan.lines:
        value = line.values.get(key)
        if is_blank(value):
            bare += [line] if above is not None and above.sheet == line.sheet else []
            continue
        repeated |= above is not None and fold_name(as_text(value)) == fold_name(as_text(above.values.get(key)))
        above = line
    if len(bare) < 2 or repeated or 3 * len(bare) < len(plan.lines):
        return []
    whose = shown_cells(list(_cells(plan, column, bare)))
    what = f"Whose are the {count_noun(len(bare), 'line')} without {column.column.header} ({whose})"
    return [Question(what, "nobody's", ("those of the owner above: fill the name down",))]


def _marks(column: DrawnColumn) -> list[Question]:
    """Return a question where a status is said in figures or marks."""
    words = column.column.words
    if column.source is None or not words or any(map(has_letter, words)):
        return []
    sheet, cell = column.source.cell
    verb, said = "do" if len(words) > 1 else "does", join_words(f"'{w}'" for w in words)
    what = f"What {verb} {said} mean in {column.column.header} ({sheet}!{cell})"
    return [Question(what, "no more than they say; none is taken for complete", ("words, such as Amber and Complete",))]


def _month_first(plan: SourcePlan, column: DrawnColumn) -> list[Question]:
    """Return a question where dates can be read two ways, and another of their column can only be month-first."""
    key = column.column.key
    doubtful = ambiguous_dates(line.values.get(key) for line in plan.lines)
    lines = [x for x in plan.lines if normalised_text(x.values.get(key)) in doubtful] if doubtful else []
    if not lines:
        return []
    cells = shown_cells(list(_cells(plan, column, lines)))
    what = f"Which comes first in {column.column.header} ({cells}), the day or the month: another of its dates can only be month-first"
    return [Question(what, "the day", ("the month: write it as a word, such as 4 May 2027",))]


def _cells(plan: SourcePlan, column: DrawnColumn, lines: Iterable[PlanLine]) -> Iterable[str]:
    at_of = {sheet: at for sheet, h in reversed(plan.headers) for at, key in h.keys.items() if key == column.column.key}
    several = len({line.sheet for line in plan.lines}) > 1
    for line in lines:
        if line.sheet in at_of:
            yield f"{line.sheet}!" * several + address(line.row, at_of[line.sheet])
