"""A schema drawn up from a workbook's own tables: a column a heading, its kind by its cells, its work by its words."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hrworkbook.adopting.assign_roles import RoleFinder
from hrworkbook.adopting.choose_tables import ChosenTables, TableKind
from hrworkbook.adopting.column_facts import kind_of
from hrworkbook.adopting.column_groups import PlanColumn, plan_columns
from hrworkbook.adopting.dropdown_words import DropdownWords
from hrworkbook.adopting.heading_meanings import Meaning
from hrworkbook.adopting.locate_tables import UNHEADED, LocatedTable
from hrworkbook.plan.number_format.cell_text import TYPED_KINDS
from hrworkbook.plan.questions import Question
from hrworkbook.plan.row_kinds import is_detail, is_note, theme_label
from hrworkbook.plan.schema_model import (
    EXEMPT_WORDS,
    ID_HEADER,
    PUBLIC_WORDS,
    RESERVED_HEADERS,
    AppendixLayout,
    Column,
    Rule,
    Schema,
)
from hrworkbook.plan.values import LONGEST_HEADING, as_text, fold_name, has_letter, normalised_text

ThemeFrom = Literal["column", "sheet", "title", "band"]
DONE_WORDS = (
    "complete", "completed", "done", "closed", "implemented", "achieved", "delivered", "finished", "signed off", "met",
    "completed late", "complete late", "superseded", "cancelled", "withdrawn", "no longer required",
)  # fmt: skip
_YES_NO = {"yes", "no", "y", "n", "partly", "partially", "part", "partial", "n a"}
_USUAL_ORDER = (
    "red",
    "amber",
    "green",
    "blue",
    "grey",
    "not started",
    "on hold",
    "delayed",
    "in progress",
    "on track",
    "complete",
)
_PRINTED = {
    Meaning.REFERENCE, Meaning.ACTION, Meaning.OWNER, Meaning.START, Meaning.DUE, Meaning.REVISED, Meaning.STATUS,
    Meaning.PROGRESS, Meaning.MEASURE, Meaning.TARGET, Meaning.ACTUAL, Meaning.INDICATOR, Meaning.PERCENT, Meaning.NEXT, Meaning.THEME,
}  # fmt: skip
_OWNERS_TOO = {Meaning.STATUS, Meaning.PERCENT, Meaning.NEXT}
_KIND_OF_ROLE = {
    "reference": "reference", "owner": "owners", "priority": "text", "theme": "text", "progress": "text", "paragraph": "text", "reason": "text",
}  # fmt: skip
_MOST_WORDS = 12
_HEADERS_MADE_UP = {
    "theme": "Theme",
    "reference": "Ref",
    "owner": "Owner",
    "due": "Due",
    "status": "Status",
    "priority": "Action",
}
"""What a column without a heading is called for the work it does."""
_OWN = " (own)"
"""What follows a heading that our own sheets have too."""


@dataclass(frozen=True)
class DrawnColumn:
    """One column of the drawn schema and where it comes from."""

    column: Column
    source: PlanColumn | None
    """None for a theme that stands in no column."""
    means: str
    how: str


@dataclass(frozen=True)
class DrawnSchema:
    """A schema drawn up from a workbook, and what was guessed."""

    schema: Schema
    columns: Sequence[DrawnColumn]
    theme_from: ThemeFrom
    questions: tuple[Question, ...]

    def keys_of(self, table: LocatedTable) -> dict[int, str]:
        """Return the key of each of a table's columns, by sheet column."""
        return {at: d.column.key for d in self.columns if d.source for one, at in d.source.places if one is table}


def draw_schema(chosen: ChosenTables, title: str, dropdowns: DropdownWords, *, bands: bool = True) -> DrawnSchema:
    """Return the schema of the tables chosen; without `bands` a column is the theme wherever one can be."""
    columns = plan_columns(chosen.plan, dropdowns)
    finder = RoleFinder(columns, of_risks=chosen.kind is TableKind.RISKS).find()
    theme_from: ThemeFrom = "column"
    if bands:
        theme_from = _theme_from(chosen.plan, finder.roles.get("theme"))
    if theme_from != "column" or "theme" not in finder.roles:
        finder.roles.pop("theme", None)
        theme_from = "band" if theme_from == "column" else theme_from
    role_of = {id(c): role for role, c in finder.roles.items()}
    keys = _Keys(_id_heading(columns))
    drawn: list[DrawnColumn] = []
    if "theme" not in finder.roles:
        header = _theme_header(columns)
        drawn.append(
            DrawnColumn(
                Column(keys.key_for(header), keys.header_for(header), width=24),
                None,
                "theme",
                f"by {FROM_WORDS[theme_from]}",
            )
        )
    for source in columns:
        role = role_of.get(id(source), "")
        column = _column(source, role, keys, chosen.plan)
        drawn.append(DrawnColumn(column, source, role, finder.how_of(source)))
    schema = replace(_schema(drawn, title), theme_from=theme_from, id_heading=_id_heading(columns))
    return DrawnSchema(schema, drawn, theme_from, (*chosen.questions, *finder.questions, *_colour_questions(drawn)))


FROM_WORDS: Mapping[ThemeFrom, str] = {
    "column": "its heading", "sheet": "the names of the sheets", "title": "the titles above the tables",
    "band": "the rows of their own above the lines",
}  # fmt: skip


def _theme_from(tables: Sequence[LocatedTable], column: PlanColumn | None) -> ThemeFrom:
    """Return where themes stand: rows and titles that call themselves one count before a column that differs in each line."""
    bands = sum(_labelled_bands(table) for table in tables)
    titles = {t.title for t in tables if t.title and (theme_label(t.title) or _title_above(t))}
    sheets = {t.sheet.block.name for t in tables}
    if column is not None and (column.facts.repeats or column.meaning is Meaning.THEME and not column.facts.filled):
        return "band" if bands > 1 and fold_name(column.header) not in ("theme", "themes") else "column"
    if column is not None and column.facts.lines < 3 and len(tables) == 1 and not bands:
        return "column"
    if bands:
        return "band"
    if len(sheets) > 1 and len(sheets) == len(tables):
        return "sheet"
    if len(tables) > 1 and titles:
        return "title"
    return "column"


def _labelled_bands(table: LocatedTable) -> int:
    found = 0
    for row in range(table.first, table.last + 1):
        filled = table.sheet.seen(row)
        if len(filled) == 1 and isinstance(filled[0][1], str):
            text = normalised_text(filled[0][1])
            wide = 2 * table.sheet.widths.get((row, filled[0][0]), 1) > len(table.names) and row < max(
                table.lines, default=0
            )
            found += bool(theme_label(text) or (wide and not is_note(text))) and not is_detail(text)
    return found


def _title_above(table: LocatedTable) -> bool:
    """Whether a text alone above a table calls itself a theme."""
    for row in range(table.top - 1, max(table.top - 5, 0), -1):
        filled = table.sheet.seen(row)
        if len(filled) == 1 and theme_label(normalised_text(filled[0][1])):
            return True
    return False


def _theme_header(columns: Sequence[PlanColumn]) -> str:
    """Return what themes that stand in no column are called: Theme, where no column is."""
    taken = {fold_name(name) for c in columns for name in (c.header, *c.aliases)}
    return next(w for w in ("Theme", "Section", "Heading above", "Plan theme") if fold_name(w) not in taken)


def _id_heading(columns: Sequence[PlanColumn]) -> str:
    """Return the heading of our column of IDs: ID, where none of theirs is called so."""
    taken = {fold_name(name) for c in columns for name in (c.header, *c.aliases)}
    return next(h for h in (ID_HEADER, "Plan ID", "Plan line ID", "HR plan ID") if fold_name(h) not in taken)


class _Keys:
    """Keys and headers given so far: each once."""

    def __init__(self, id_heading: str) -> None:
        self.reserved = {fold_name(id_heading), *map(fold_name, RESERVED_HEADERS)}
        self.keys: set[str] = set()
        self.headers: set[str] = set()

    def key_for(self, header: str) -> str:
        """Return a key of letters, digits and _ that is not given yet."""
        plain = (
            re.sub(r"[^a-z0-9]+", "_", fold_name(header).encode("ascii", "ignore").decode()).strip("_")[:40] or "column"
        )
        return self._free(plain if plain[0].isalpha() else f"c_{plain}", self.keys, "_")

    def header_for(self, header: str) -> str:
        """Return a heading that can stand in a schema: on one line, once, and none of our own."""
        text = " ".join(header.split())[: LONGEST_HEADING - 5]
        if fold_name(text) in self.reserved:
            text = f"{text}{_OWN}"
        return self._free(text, self.headers, " ")

    @staticmethod
    def _free(text: str, taken: set[str], between: str) -> str:
        found, number = text, 2
        while fold_name(found) in taken:
            found, number = f"{text}{between}{number}" if between == "_" else f"{text} ({number})", number + 1
        taken.add(fold_name(found))
        return found


def _format_of(source: PlanColumn, kind: str) -> str:
    """Return the number format most cells of a column of figures or days have; '' for text and where they have none."""
    if kind not in TYPED_KINDS:
        return ""
    blocks = [(t.sheet.block.formats, row, at) for t, at in source.places if t.sheet.block.formats for row in t.lines]
    codes = Counter(code for formats, row, at in blocks if (code := formats.get((row, at))))
    return codes.most_common(1)[0][0] if codes else ""


def _sheets_of(source: PlanColumn, tables: Sequence[LocatedTable]) -> tuple[str, ...]:
    """Return the sheets whose tables have a column; none where every table has it."""
    if len({id(table) for table, _ in source.places}) == len(tables):
        return ()
    return tuple(dict.fromkeys(table.sheet.block.name for table, _ in source.places))


def _other_names(source: PlanColumn, header: str) -> tuple[str, ...]:
    """Return what else a column is headed: in other tables, and in its own where that is a heading of ours."""
    own = " ".join(source.header.split())
    return (own, *source.aliases) if header == f"{own}{_OWN}" else tuple(source.aliases)


def _column(source: PlanColumn, role: str, keys: _Keys, tables: Sequence[LocatedTable]) -> Column:
    named = _HEADERS_MADE_UP.get(role, source.header) if source.header.startswith(UNHEADED) else source.header
    header = keys.header_for(named)
    kind, words = _kind_of_column(source, role)
    facts = source.facts
    owners = role in ("status", "progress", "complete") or (source.meaning in _OWNERS_TOO and not source.is_hidden)
    private = not role and (source.is_hidden or source.meaning is Meaning.PRIVATE)
    return Column(
        keys.key_for(header), header, kind,
        aliases=tuple(a for a in _other_names(source, header) if fold_name(a) != fold_name(header)),
        required=role in ("priority", "owner", "theme") and bool(facts.filled) and facts.filled >= facts.lines,
        edited_by="owner" if owners and not private else "hr",
        width=float(min(max(8, facts.length * (0.5 if facts.length > 60 else 1) + 4, len(header) * 0.7 + 2), 50)),
        words=words, roll="carry" if role == "progress" else "keep", private=private,
        public=PUBLIC_WORDS if role == "part" else (), exempt=EXEMPT_WORDS if role == "part" else (),
        number_format=_format_of(source, kind), sheets=_sheets_of(source, tables),
    )  # fmt: skip


def _kind_of_column(source: PlanColumn, role: str) -> tuple[str, tuple[str, ...]]:
    """Return a column's kind, and the words of a choice."""
    facts = source.facts
    kind = kind_of(facts, source.values, source.families)
    if role == "status" or (source.meaning is Meaning.STATUS and facts.statuses > 0.6):
        words = status_words(source)
        return ("choice", words) if 0 < len(words) <= _MOST_WORDS or source.offered else ("text", ())
    if role == "part":
        return "choice", tuple(facts.words) or ("Part 1", "Part 2")
    if role in ("due", "start", "revised"):
        return ("date" if kind == "date" else "timescale"), ()
    if role in _KIND_OF_ROLE:
        return _KIND_OF_ROLE[role], ()
    if source.offered and _fits_words(source):
        return "choice", source.offered
    if source.meaning is Meaning.REFERENCE and facts.references > 0.9:
        return "reference", ()
    if kind == "text" and facts.filled > 2 and set(map(fold_name, facts.words)) == {"yes", "no"}:
        return "yes-no", ()
    return kind, ()


def _fits_words(source: PlanColumn) -> bool:
    """Return whether nearly all cells of a column hold words that its dropdown offers."""
    offered = set(map(fold_name, source.offered))
    return 10 * sum(fold_name(as_text(v)) in offered for v in source.values) >= 9 * len(source.values)


def status_words(source: PlanColumn) -> tuple[str, ...]:
    """Return the words of a status: those its dropdown offers, else those it has in their usual order, with the colours beside one."""
    facts = source.facts
    if source.offered:
        used = [w for w in (*facts.words, *facts.fill_words) if w and not _among(w, source.offered)]
        return (*source.offered, *used) if len(used) <= _MOST_WORDS else ()
    words = [w for w in facts.words if w and len(w) <= 40] if facts.filled else []
    words += [w for w in facts.fill_words if not _among(w, words)]
    if facts.filled and facts.distinct > _MOST_WORDS:
        return ()
    if words and not any(map(has_letter, words)):
        return tuple(sorted(words))
    if any(_among(colour, words) for colour in ("Red", "Amber", "Green")):
        words += [w for w in ("Red", "Amber", "Green") if not _among(w, words)]
    elif not words:
        words = ["Red", "Amber", "Green", "Complete"]
    folded = set(map(fold_name, words))
    if (
        not folded & {*DONE_WORDS, "blue"}
        and not folded <= _YES_NO
        and not (folded & {"b", "c"} and folded & {"r", "a", "g"})
    ):
        words.append("Complete")
    rank = {fold_name(w): n for n, w in enumerate(_USUAL_ORDER)}
    return tuple(sorted(words, key=lambda w: rank.get(fold_name(w), len(rank))))


def _among(word: str, words: Iterable[str]) -> bool:
    return fold_name(word) in map(fold_name, words)


def _colour_questions(drawn: Sequence[DrawnColumn]) -> list[Question]:
    """Return a question for a status that stands in colours alone."""
    status = next((d for d in drawn if d.means == "status" and d.source), None)
    if status is None or not status.source or not status.source.facts.fills:
        return []
    sheet, cell = status.source.cell
    seen = ", ".join(f"{word} ({count})" for word, count in status.source.facts.fill_words.most_common())
    return [
        Question(
            f"What the colours of cells without words mean in {status.column.header} ({sheet}!{cell})", seen, ("other words", "nothing"),
        )
    ]  # fmt: skip


def _done_words(status: Column) -> list[str]:
    """Return the words that say a line is done: `Complete`, `Blue – complete`, else Blue, else Yes where the heading asks whether it is."""
    parts = {w: {fold_name(p) for p in (w, *re.split(r"[/():;–—-]", w))} for w in status.words}
    asks = {"done", *DONE_WORDS} & set(fold_name(status.header).split())
    for said in (set(DONE_WORDS), {"blue", "b"}, {"yes", "y"} if asks else set()):
        if done := [w for w, folded in parts.items() if folded & said]:
            return done
    return []


def _schema(drawn: Sequence[DrawnColumn], title: str) -> Schema:
    roles = {d.means: d.column.key for d in drawn if d.means}
    status = next((d.column for d in drawn if d.means == "status"), None)
    done = _done_words(status) if status else []
    printed = tuple(
        d.column.key for d in drawn
        if not d.column.private and d.means not in ("theme", "part", "paragraph", "reason")
        and (d.means or (d.source and d.source.meaning in _PRINTED))
    )  # fmt: skip
    rules = [
        Rule(name, "error" if role == "owner" else "warning", {"column": roles[role]})
        for name, role in (("known-owner", "owner"), ("overdue", "due"), ("reported", "progress"))
        if role in roles
    ]
    name = re.sub(r"[^a-z0-9]+", "-", fold_name(title).encode("ascii", "ignore").decode()).strip("-")[:40] or "plan"
    return Schema(
        name, title, tuple(d.column for d in drawn), roles, tuple(rules), done=tuple(done),
        appendix=AppendixLayout(title=title, columns=printed, theme_headings="theme" in roles),
    )  # fmt: skip
