"""New: a master's contents from a schema, and from a plan kept until now in some other file."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from hrworkbook.adopting.lost_zeros import lost_zeros, with_zeros, zero_questions
from hrworkbook.adopting.read_workbook import read_workbook
from hrworkbook.adopting.theme_details import with_theme_details
from hrworkbook.plan.damage import damage_notes, without_blank_words
from hrworkbook.plan.errors import NotAReturn, SchemaFileError
from hrworkbook.plan.exemption import Publicity, meaning_of, withholds
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.kinds import match_word
from hrworkbook.plan.marks import mark_notes
from hrworkbook.plan.model import Owner, format_line_id
from hrworkbook.plan.owners import parse_owners
from hrworkbook.plan.questions import Question
from hrworkbook.plan.schema import ID_HEADER, Schema
from hrworkbook.plan.sheet_helps import SheetHelps
from hrworkbook.plan.snapshot import Block, row_and_column
from hrworkbook.plan.values import LONGEST_HEADING, Value, as_text, fold_name, is_blank, normalised_text, utf16_length
from hrworkbook.render.new_master import NewMaster
from hrworkbook.tables.period_columns import period_figures
from hrworkbook.tables.plan_source import PlanLine, SourcePlan, read_plan
from hrworkbook.tables.unplaced_cells import UnplacedCell
from hrworkbook.verbs.new_scorecard import measure_formats, past_lines, read_scorecard
from hrworkbook.verbs.own_files import refuse_our_own

MAX_NOTES = 6
"""IDs that cannot be kept are told one by one up to this many."""


def new(
    schema: Schema | None,
    plan_state: Mapping[str, Value],
    today: date,
    blocks: Sequence[Block] = (),
    owners: Sequence[Owner] = (),
    settings: Mapping[str, Value] | None = None,
    source: str = "",
    sheets: Collection[str] = (),
    helps: Mapping[str, SheetHelps] | None = None,
) -> NewMaster:
    """Return the contents of a new master, empty or with the lines of the plan found in the blocks of a source file.

    Of the source all sheets with the plan's headings are read, or those named `sheets`; without a schema one is drawn up
    from it, as `adopt` does, and from the dropdowns that `helps` tells. Raises NotAReturn where blocks are given and no table of the plan is found in them, SchemaFileError where a header is
    longer than Excel lets a heading be.
    """
    questions: tuple[Question, ...] = ()
    if schema is None:
        schema, kept, questions = _drawn_up(blocks, source, sheets, helps)
    else:
        kept = _read_source(schema, blocks, sheets, source) if blocks else SourcePlan()
    settings = {"Period": financial_quarter(today)} | dict(settings or {})
    if by_period := period_figures(blocks, kept, schema, as_text(settings["Period"])):
        kept = _read_source(schema, by_period.blocks, sheets, source, by_period.notes)
        settings["Period"] = by_period.present or settings["Period"]
    _refuse_long_headers(schema)
    damaged = list(damage_notes(schema.columns, {f"Row {line.row}": line.values for line in kept.lines}))
    # Whether a line is exempt is never concluded from a blank that was none.
    exempt = {schema.roles[role] for role in ("part", "paragraph", "reason") if role in schema.roles}
    kept = replace(kept, lines=[replace(x, values=without_blank_words(x.values, exempt)) for x in kept.lines])
    marks = _marks(kept)
    marked, told = _with_marks(schema, kept.lines, marks)
    scorecard = read_scorecard(schema, marked, settings, by_period)
    lines = [(line.id, _with_status(schema, line.values)) for line in scorecard.lines]
    numbered, next_id, renamed = _with_ids(schema, lines)
    known = {fold_name(o.role) for o in owners}
    found = [Owner(role) for role in _owner_roles(schema, lines, today) if fold_name(role) not in known]
    return NewMaster(
        schema=schema,
        lines=tuple(numbered),
        owners=(*owners, *found),
        lists=_list_words(schema, lines),
        settings={"Report title": schema.appendix.title or schema.title} | settings,
        plan_state={**plan_state, "Next ID": next_id},
        notes=(
            *kept.notes,
            *mark_notes(blocks),
            *damaged,
            *told,
            *scorecard.notes,
            *renamed,
            *_joint_owner_notes([o.role for o in found]),
        ),
        unplaced=kept.unplaced,
        questions=questions,
        number_formats=measure_formats(schema, numbered, settings),
        past_lines=past_lines(schema, scorecard, numbered),
    )


def _refuse_long_headers(schema: Schema) -> None:
    for column in schema.columns:
        if utf16_length(column.header) > LONGEST_HEADING:
            fault = f"the header has {utf16_length(column.header)} characters, and a heading in Excel at most {LONGEST_HEADING}"
            raise SchemaFileError(f"column {column.key}", fault, "Shorten it, and give the long one as an alias")


def _drawn_up(
    blocks: Sequence[Block], source: str, sheets: Collection[str], helps: Mapping[str, SheetHelps] | None
) -> tuple[Schema, SourcePlan, tuple[Question, ...]]:
    """Return a schema drawn up from a source that nobody made one for, its plan, and what was guessed."""
    refuse_our_own(blocks, source)
    own = with_theme_details(read_workbook(blocks, source, sheets, helps, unheaded=True))
    schema = replace(own.drawn.schema, theme_from="column", id_heading=ID_HEADER)
    lost = lost_zeros(own.plan, schema)
    kept = replace(own.plan, lines=with_zeros(own.plan.lines, lost, schema), unplaced=tuple(own.left_out))
    return schema, kept, (*own.questions, *zero_questions(lost, put_back=True))


def _read_source(
    schema: Schema, blocks: Sequence[Block], sheets: Collection[str], source: str, notes: Sequence[str] = ()
) -> SourcePlan:
    """Return the plan in a source's blocks, with notes behind its own; a refusal says what to do with a plan, not with a return."""
    try:
        read = read_plan(blocks, schema, sheets=sheets, name=source)
        return replace(read, notes=(*read.notes, *notes))
    except NotAReturn as refusal:
        if sheets:
            raise
        raise NotAReturn(
            source,
            refusal.fault,
            "Check that it is the plan, with its headings; for other headings add aliases to the schema",
        ) from refusal


def financial_quarter(day: date) -> str:
    """`2016/17 Q3`: the quarter of the local government financial year, which begins on 1 April."""
    year = day.year if day.month >= 4 else day.year - 1
    return f"{year}/{(year + 1) % 100:02d} Q{(day.month - 4) % 12 // 3 + 1}"


def _marks(kept: SourcePlan) -> dict[tuple[str, int], UnplacedCell]:
    """Return the first cell without a place in each row that says, or may say, that its line is not for publication."""
    found: dict[tuple[str, int], UnplacedCell] = {}
    for one in kept.unplaced:
        row, column = row_and_column(one.cell)
        if withholds(kept.heading_at(one.sheet, column), one.value):
            found.setdefault((one.sheet, row), one)
    return found


def _with_marks(
    schema: Schema, lines: Sequence[PlanLine], marks: Mapping[tuple[str, int], UnplacedCell]
) -> tuple[Sequence[PlanLine], list[str]]:
    """Return the lines with what the source says of publication in a column of its own, where their Part says nothing; notes."""
    part = schema.role("part")
    where = join_words(
        [marks[line.sheet, line.row].cell for line in lines if (line.sheet, line.row) in marks][:MAX_NOTES]
    )
    if not where:
        return lines, []
    if part is None:
        return lines, [
            f"What is marked as exempt ({where}) will be published: this schema has no column for it. Give one the role 'part', and make the plan again."
        ]
    marked = [
        replace(line, values={**line.values, part.key: marks[line.sheet, line.row].value})
        if (line.sheet, line.row) in marks
        and meaning_of(line.values.get(part.key), part.public, part.exempt) is not Publicity.EXEMPT
        else line
        for line in lines
    ]
    return marked, [
        f"What is marked as exempt ({where}) was put into {part.header}: Validate tells what is to be chosen."
    ]


def _with_status(schema: Schema, values: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return the line with the status its progress text begins with, such as “COMPLETE.”, where it has none of its own."""
    status, progress = schema.role("status"), schema.role("progress")
    if status is None or progress is None or status.key == progress.key or not is_blank(values.get(status.key)):
        return values
    words = (*schema.done, *(status.words or schema.lists.get(status.list, ())))
    begins = re.match(r"\W*([^\W\d_]+)\b", as_text(values.get(progress.key)))
    if begins and begins[1].isupper() and len(begins[1]) > 2:
        word = match_word(begins[1], words) or match_word(begins[1].removesuffix("D"), words)
        if word:
            return {**values, status.key: word}
    return values


def _with_ids(
    schema: Schema, lines: Sequence[tuple[str, Mapping[str, Value]]]
) -> tuple[list[tuple[str, Mapping[str, Value]]], int, list[str]]:
    """Return the lines with an ID each, the source's own where it is ours and first of its kind; the next free number; notes."""
    ours = re.compile(re.escape(schema.id_prefix) + r"(\d{3,})")
    free = max((int(m[1]) for id_, _ in lines if (m := ours.fullmatch(id_))), default=0) + 1
    kept: set[str] = set()
    numbered: list[tuple[str, Mapping[str, Value]]] = []
    notes: list[str] = []
    for id_, values in lines:
        if not ours.fullmatch(id_) or id_ in kept:
            new_id = format_line_id(schema, free)
            free += 1
            if id_:
                why = "stands twice" if id_ in kept else "is not one of ours"
                notes.append(f"The ID {id_} {why}: the line is now {new_id}.")
            id_ = new_id
        kept.add(id_)
        numbered.append((id_, values))
    if len(notes) > MAX_NOTES:
        first = next(iter(notes)).split()[2]
        notes = [f"{len(notes)} IDs are not ours or stand twice, {first} the first of them: their lines have new ones."]
    return numbered, free, notes


def _owner_roles(schema: Schema, lines: Sequence[tuple[str, Mapping[str, Value]]], today: date) -> list[str]:
    column = schema.role("owner")
    if column is None:
        return []
    named = (name for _, values in lines for name in parse_owners(as_text(values.get(column.key)), today))
    spelled: dict[str, str] = {}
    for name in named:
        spelled.setdefault(fold_name(name), name)
    return list(spelled.values())


_OWNER_SEPARATOR = re.compile(r"\s*(?:,|\+|&|\band\b)\s*")


def _joint_owner_notes(roles: Sequence[str]) -> list[str]:
    """Return a sentence for each owner whose name is made of others', as where joint owners are parted otherwise than by `/`."""
    known = {fold_name(role) for role in roles}
    return [
        f"'{role}' is read as one owner. If it names several, part them with / in the Plan and on the Owners sheet."
        for role in roles
        if len(parts := _OWNER_SEPARATOR.split(role)) > 1
        and _is_made_of([fold_name(p) for p in parts], known - {fold_name(role)})
    ]


def _is_made_of(parts: Sequence[str], known: Collection[str]) -> bool:
    """Whether the parts, some of them perhaps put together again, are all known."""
    return not parts or any(
        " and ".join(parts[:n]) in known and _is_made_of(parts[n:], known) for n in range(1, len(parts) + 1)
    )


def _list_words(schema: Schema, lines: Sequence[tuple[str, Mapping[str, Value]]]) -> dict[str, tuple[str, ...]]:
    """Return the words of each list: the schema's, and for columns that only offer them, those the plan already uses."""
    lists = dict(schema.lists)
    for column in schema.columns:
        if column.list and column.kind != "choice":
            used = (normalised_text(values.get(column.key)) for _, values in lines)
            lists[column.list] = tuple(dict.fromkeys([*lists[column.list], *(w for w in used if w)]))
    return lists
