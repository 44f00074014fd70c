"""Which of a file's tables are the plan, and which are something else: indicators, risks, a key, a cover, a copy."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hrworkbook.adopting.heading_meanings import Meaning
from hrworkbook.adopting.locate_tables import LocatedTable
from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.questions import Question
from hrworkbook.plan.sheet_helps import SheetHelps
from hrworkbook.plan.snapshot import Block, CellRange
from hrworkbook.plan.values import fold_name, has_letter, is_blank


class TableKind(StrEnum):
    """What a table is of, by its headings."""

    ACTIONS = "actions"
    INDICATORS = "indicators"
    RISKS = "risks"
    OTHER = "other"


_ORDER = (TableKind.ACTIONS, TableKind.INDICATORS, TableKind.RISKS, TableKind.OTHER)
_KEEPING = {
    Meaning.OWNER, Meaning.DUE, Meaning.START, Meaning.REVISED, Meaning.STATUS, Meaning.PROGRESS, Meaning.MEASURE,
    Meaning.PERCENT, Meaning.SUPPORT, Meaning.NEXT, Meaning.RESOURCE,
}  # fmt: skip
"""What a table of things to be done tells of each."""
_CORE = {Meaning.OWNER, Meaning.DUE, Meaning.STATUS, Meaning.PROGRESS}


@dataclass(frozen=True)
class ChosenTables:
    """The tables of the plan, those of anything else, and what a person should be asked about the choice."""

    plan: Sequence[LocatedTable]
    others: Sequence[LocatedTable]
    kind: TableKind
    questions: tuple[Question, ...] = ()


def table_kind(table: LocatedTable) -> TableKind:
    """Return what a table is of."""
    told = [(m, s) for at, (m, s) in table.meanings.items() if m and not (m is Meaning.ACTION and _counts(table, at))]
    found = [meaning for meaning, _ in told]
    meanings = set(found)
    strong = {meaning for meaning, strength in told if strength > 2}
    figures = sum(m in (Meaning.TARGET, Meaning.ACTUAL) for m in found)
    if found.count(Meaning.RISK) > 1 and not {Meaning.STATUS, Meaning.PROGRESS} <= meanings:
        return TableKind.RISKS
    if Meaning.INDICATOR in meanings or (figures > 1 and Meaning.ACTION not in strong):
        return TableKind.INDICATORS if Meaning.ACTION not in strong else TableKind.ACTIONS
    tells = len(meanings & _KEEPING)
    doing = meanings & {Meaning.ACTION, Meaning.THEME} or (Meaning.MEASURE in meanings and tells > 2)
    if doing and tells > 1 and meanings & _CORE:
        return TableKind.ACTIONS
    if (Meaning.ACTION in strong and meanings & _CORE) or len(meanings & _CORE) > 2:
        return TableKind.ACTIONS
    return TableKind.OTHER


def _counts(table: LocatedTable, at: int) -> bool:
    """Whether a column holds nothing but figures: how many actions, not which."""
    values = [v for row in table.lines[:40] if not is_blank(v := table.sheet.block.at(row, at))]
    return bool(values) and not any(isinstance(v, str) and has_letter(v) for v in values)


def choose_tables(
    tables: Mapping[str, Sequence[LocatedTable]], blocks: Sequence[Block], sheets: Collection[str], name: str
) -> ChosenTables:
    """Return which tables are the plan: those most like a plan, and all that have most of the same columns.

    `sheets` names those to read. Raises NotAReturn where no table is found, or two could each be the plan.
    """
    wanted = {fold_name(s) for s in sheets}
    _check_names(blocks, sheets, name)
    hidden = {b.name for b in blocks if b.hidden}
    able = [
        t for sheet, found in tables.items() for t in found
        if (fold_name(sheet) in wanted if wanted else sheet not in hidden)
    ] or [t for found in tables.values() for t in found if not wanted]  # fmt: skip
    able = [t for t in able if len(t.names) > 1 and (t.lines or table_kind(t) is TableKind.ACTIONS)]
    if not able:
        raise _no_table(blocks, sheets, name)
    kinds = {id(t): table_kind(t) for t in able}
    kind = min(kinds.values(), key=_ORDER.index)
    best = [t for t in able if kinds[id(t)] is kind]
    main = max(
        best, key=lambda t: (len({m for m, _ in t.meanings.values() if m} & _KEEPING), len(t.names), len(t.lines))
    )
    groups = _alike_groups(best)
    group = next(g for g in groups if main in g)
    if wanted:
        group = [t for t in best if t in group or fold_name(t.sheet.block.name) in wanted]
    rivals = [g for g in groups if g is not group and not any(t in group for t in g)]
    _refuse_two_plans(group, rivals, kind, name)
    if kind is TableKind.OTHER and len(main.names) < 3 and not wanted:
        raise _no_table(blocks, sheets, name)
    others = [t for found in tables.values() for t in found if t not in group]
    return ChosenTables(group, others, kind, tuple(_rival_questions(group, rivals, kind)))


def without_pivots(
    tables: Mapping[str, Sequence[LocatedTable]], helps: Mapping[str, SheetHelps], file: str
) -> dict[str, list[LocatedTable]]:
    """Return the tables that are no pivot table; raise NotAReturn at `file` where there is no other."""
    kept = {
        sheet: [t for t in found if not any(_overlaps(t, area) for area in helps.get(sheet, SheetHelps()).pivots)]
        for sheet, found in tables.items()
    }
    pivots = [sheet for sheet, found in tables.items() if len(kept[sheet]) < len(found)]
    if pivots and not any(kept.values()):
        raise NotAReturn(
            file, f"its table on sheet '{pivots[0]}' is a pivot table, which holds no lines of its own",
            "Choose the workbook, or unhide the sheet, with the table the pivot is made from",
        )  # fmt: skip
    return kept


def _overlaps(table: LocatedTable, area: CellRange) -> bool:
    top, left, bottom, right = area
    return top <= table.first <= bottom + 1 and left <= max(table.names) and min(table.names) <= right


def _check_names(blocks: Sequence[Block], sheets: Collection[str], name: str) -> None:
    there = {fold_name(b.name) for b in blocks}
    if missing := [s for s in sheets if fold_name(s) not in there]:
        names = join_words(f"'{b.name}'" for b in blocks[:12])
        raise NotAReturn(name, f"there is no sheet {join_words(map(repr, missing), 'or')}", f"Its sheets are {names}")


def _no_table(blocks: Sequence[Block], sheets: Collection[str], name: str) -> NotAReturn:
    where = join_words([f"'{b.name}'" for b in blocks if not sheets or fold_name(b.name) in map(fold_name, sheets)][:6])
    return NotAReturn(
        name, f"no table with headings and lines was found on {where}",
        "Check that it is the plan: one row of headings, such as Action, Lead and By when, and a line to each row below them",
    )  # fmt: skip


def _alike_groups(tables: Sequence[LocatedTable]) -> list[list[LocatedTable]]:
    """Return the tables in groups that have most of their columns in common."""
    groups: list[list[LocatedTable]] = []
    for table in sorted(tables, key=lambda t: -len(t.names)):
        group = next((g for g in groups if _is_alike(table, g[0])), None)
        if group is None:
            groups.append([table])
        else:
            group.append(table)
    order = {id(t): n for n, t in enumerate(tables)}
    return [sorted(g, key=lambda t: order[id(t)]) for g in groups]


def _is_alike(table: LocatedTable, main: LocatedTable) -> bool:
    same = len(table.folded & main.folded)
    if 2 * same > min(len(table.folded), len(main.folded)):
        return True
    ours = {m for m, s in table.meanings.values() if m}
    theirs = {m for m, s in main.meanings.values() if m}
    both = ours & theirs
    return len(both) >= 3 and 3 * len(both) >= 2 * min(len(ours), len(theirs)) and bool(both & _CORE)


def _refuse_two_plans(
    group: Sequence[LocatedTable], rivals: Sequence[Sequence[LocatedTable]], kind: TableKind, name: str
) -> None:
    """Raise NotAReturn where another group of tables is as much a plan as the one chosen."""
    lines = sum(len(t.lines) for t in group)
    sheets = {t.sheet.block.name for t in group}
    for rival in rivals:
        theirs = sum(len(t.lines) for t in rival)
        apart = sheets.isdisjoint(t.sheet.block.name for t in rival)
        alike = abs(_rank(rival) - _rank(group)) <= 1 and lines <= 2 * theirs and theirs <= 2 * lines
        if kind is TableKind.ACTIONS and apart and alike and theirs > 1:
            raise NotAReturn(
                name, f"two tables could each be the plan: {_place(group)} and {_place(rival)}",
                f'Say which, with --sheet "{rival[0].sheet.block.name}" or --sheet "{group[0].sheet.block.name}"',
            )  # fmt: skip


def _rank(group: Sequence[LocatedTable]) -> int:
    return max(len({m for m, _ in t.meanings.values() if m} & _KEEPING) for t in group)


def _place(group: Sequence[LocatedTable]) -> str:
    sheets = join_words(f"'{s}'" for s in dict.fromkeys(t.sheet.block.name for t in group))
    lines = count_noun(sum(len(t.lines) for t in group), "line")
    return f"sheet {sheets} ({lines}: {join_words(list(group[0].names.values())[:4])})"


def _rival_questions(
    group: Sequence[LocatedTable], rivals: Sequence[Sequence[LocatedTable]], kind: TableKind
) -> list[Question]:
    """Return a question for each other group of tables that holds things to be done too."""
    sheets = {t.sheet.block.name for t in group}
    return [
        Question(
            f"Another table holds {kind.value} too: {_place(rival)}", f"{_place(group)} is the plan",
            tuple(f'--sheet "{s}"' for s in dict.fromkeys(t.sheet.block.name for t in rival) if s not in sheets),
        )
        for rival in rivals
        if kind is TableKind.ACTIONS and sum(len(t.lines) for t in rival) > 1
    ]  # fmt: skip
