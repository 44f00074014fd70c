"""Which column of a plan's source is which: headings over two rows, and several columns for one meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.row_kinds import is_rating
from hrworkbook.plan.schema import Column, Schema
from hrworkbook.plan.snapshot import Block, address, column_letters
from hrworkbook.plan.values import CellError, Value, as_text, has_letter, is_blank, normalised_text
from hrworkbook.tables.header import Header
from hrworkbook.tables.heading import Heading, MatchKind
from hrworkbook.tables.heading_periods import REVISED, START, PeriodRank, period_rank, without_period
from hrworkbook.tables.heading_vocabulary import ID_KEY, SHOWN_ONLY_KEY, HeadingVocabulary

_LONGEST_SUBHEADING = 40


class ColumnUse(Enum):
    """What becomes of a source's column."""

    READ = "read"
    FALLBACK = "fallback"
    """Read where the column that is read is blank: the first date, where there is a revised one."""
    EARLIER = "earlier"
    UNCLEAR = "unclear"
    """Nobody can tell which of several is meant."""
    OTHER = "other"
    """Another column fits the meaning better."""
    UNFIT = "unfit"
    """Its heading is the plan's, its cells are something else."""
    DOUBLED = "doubled"
    UNKNOWN = "unknown"
    SHOWN_ONLY = "shown only"
    ID = "id"


@dataclass(frozen=True)
class SourceColumn:
    """One column of a plan's source and what becomes of it."""

    heading: Heading
    use: ColumnUse
    key: str | None = None
    """The plan's column that it is, or would be, for."""
    rank: PeriodRank | None = None
    strength: int = 0
    """How strongly its heading asks for that column; less is stronger."""
    filled: int = 0

    @property
    def at(self) -> int:
        """Sheet column, from 1."""
        return self.heading.column

    @property
    def is_read(self) -> bool:
        """Whether its cells are taken as the plan's."""
        return self.use in (ColumnUse.READ, ColumnUse.FALLBACK)

    @property
    def name(self) -> str:
        """The heading on one line."""
        return " ".join(self.heading.header.split())


@dataclass(frozen=True)
class SourceHeader:
    """The headings of a table in a plan's source: sheet rows, and columns by what becomes of them."""

    top: int
    depth: int
    columns: tuple[SourceColumn, ...]
    keys: Mapping[int, str] = field(default_factory=dict)
    """Column key by sheet column, of columns that are read."""
    fallbacks: Mapping[int, str] = field(default_factory=dict)
    id_column: int = 0


def full_depth(header: Header, block: Block) -> int:
    """Return on how many rows a header stands, with a row of subheadings below what was found."""
    return header.depth + bool(_subheadings(header, block))


def source_header(
    header: Header, block: Block, body: Sequence[Sequence[Value]], vocabulary: HeadingVocabulary
) -> SourceHeader:
    """Return the columns of a table whose header was found; `body` are the rows below it, and below the same headings again.

    The row below a header belongs to it where its cells stand under a heading of several columns and all other columns are
    blank or merged down there.
    """
    subs = _subheadings(header, block)
    found = [_source_column(h, vocabulary) for h in _with_subheadings(header, subs)]
    found = [
        replace(c, filled=sum(1 for row in body if c.at <= len(row) and not is_blank(row[c.at - 1]))) for c in found
    ]
    return with_columns(header.top, header.depth + bool(subs), _settled(vocabulary.schema, found, body))


def with_columns(top: int, depth: int, columns: Sequence[SourceColumn]) -> SourceHeader:
    """Return the header with what becomes of each column worked out."""
    return SourceHeader(
        top, depth, tuple(columns),
        {c.at: c.key for c in columns if c.use is ColumnUse.READ and c.key},
        {c.at: c.key for c in columns if c.use is ColumnUse.FALLBACK and c.key},
        next((c.at for c in columns if c.use is ColumnUse.ID), 0),
    )  # fmt: skip


def _subheadings(header: Header, block: Block) -> dict[int, str]:
    """Return the texts of the row below a header that belong to it, by sheet column; nothing where it is no row of headings."""
    row = header.top + header.depth
    if row > len(block.rows) or not header.headings:
        return {}
    filled = {at: v for at, v in enumerate(block.rows[row - 1], 1) if not is_blank(v)}
    widths = _group_widths(header, block, max(filled, default=0))
    if not filled or any(widths.get(at, 1) < 2 or not _may_be_subheading(v) for at, v in filled.items()):
        return {}
    groups = {_group_of(header, at) for at in filled}
    merged_down = {
        c
        for r1, c1, r2, c2 in block.merges
        if r1 <= header.top + header.depth - 1 and r2 >= row
        for c in range(c1, c2 + 1)
    }
    rest = [h.column for h in header.headings if h.column not in groups]
    whole = all(sum(_group_of(header, at) == group for at in filled) > 1 for group in groups)
    return (
        {at: normalised_text(v) for at, v in filled.items()} if whole or (rest and merged_down.issuperset(rest)) else {}
    )


def _may_be_subheading(value: Value) -> bool:
    if isinstance(value, date):
        return True
    if isinstance(value, int | float) and not isinstance(value, bool):
        return 2000 <= value <= 2100
    return (
        isinstance(value, str)
        and not isinstance(value, CellError)
        and len(value) <= _LONGEST_SUBHEADING
        and (has_letter(value) or "20" in value)
    )


def _group_of(header: Header, at: int) -> int:
    """Return the sheet column of the heading that a column stands under."""
    return max((h.column for h in header.headings if h.column <= at), default=0)


def _group_widths(header: Header, block: Block, last: int) -> dict[int, int]:
    """By sheet column, how many columns the heading over it covers: its merge, else all without a heading of their own."""
    starts = sorted(h.column for h in header.headings)
    widths: dict[int, int] = {}
    for start, following in zip(starts, [*starts[1:], last + 1], strict=True):
        for at in range(start, max(following, start + 1)):
            widths[at] = following - start
    return widths


def _with_subheadings(header: Header, subs: Mapping[int, str]) -> list[Heading]:
    row = header.top + header.depth
    covered = {_group_of(header, at) for at in subs}
    own = [h for h in header.headings if h.column not in covered or h.column not in subs and h.column not in covered]
    above = {h.column: h.header for h in header.headings}
    below = [
        Heading(at, address(row, at), f"{above[_group_of(header, at)]} / {text}", None, MatchKind.NOT_KNOWN)
        for at, text in subs.items()
    ]
    return sorted((*own, *below), key=lambda h: h.column)


def _source_column(heading: Heading, vocabulary: HeadingVocabulary) -> SourceColumn:
    """Return the column as its heading alone tells."""
    parts = tuple(heading.header.split(" / "))
    claim = vocabulary.claim(parts, True)
    if claim.key == ID_KEY:
        return SourceColumn(heading, ColumnUse.ID)
    if claim.key == SHOWN_ONLY_KEY:
        return SourceColumn(heading, ColumnUse.SHOWN_ONLY)
    key, strength = heading.key or claim.key, claim.rank
    said = parts[-1] if len(parts) > 1 else heading.header
    if key is None:
        wholes = (without_period(" ".join(parts)), without_period(parts[-1]), *(without_period(p) for p in parts[:-1]))
        known = next(
            (m for text in wholes if text and (m := vocabulary.match(text)) and m[0] in vocabulary.headers), None
        )
        key, strength = (known[0], 20) if known else (None, 0)
    if key is None:
        return SourceColumn(heading, ColumnUse.UNKNOWN)
    if heading.match_kind is MatchKind.NOT_KNOWN:
        heading = replace(heading, key=key, match_kind=MatchKind.ALIAS)
    ranked = strength > 0 or len(parts) > 1 or heading.header != vocabulary.headers[key]
    return SourceColumn(heading, ColumnUse.READ, key, period_rank(said) if ranked else None, strength)


def _settled(schema: Schema, columns: Sequence[SourceColumn], body: Sequence[Sequence[Value]]) -> list[SourceColumn]:
    """Return the columns, of several for one meaning the one that is filled, fits and is the latest as the one that is read."""
    by_key: dict[str, list[SourceColumn]] = {}
    for column in columns:
        if column.key:
            by_key.setdefault(column.key, []).append(column)
    uses: dict[int, ColumnUse] = {}
    for key, rivals in by_key.items():
        uses |= _uses_of_rivals(schema, schema[key], rivals, body)
    ids = [c for c in columns if c.use is ColumnUse.ID]
    uses |= {c.at: ColumnUse.DOUBLED for c in ids[1:]}
    settled = [replace(c, use=uses.get(c.at, c.use)) for c in columns]
    return _with_theme_above(schema, settled, body)


def _with_theme_above(
    schema: Schema, columns: list[SourceColumn], body: Sequence[Sequence[Value]]
) -> list[SourceColumn]:
    """Return the columns; one left over that says the same of several lines is the theme where no other is."""
    theme, priority = schema.roles.get("theme"), schema.roles.get("priority")
    if not theme or any(c.key == theme for c in columns):
        return columns
    read = next((c for c in columns if c.key == priority and c.use is ColumnUse.READ), None)
    over = [c for c in columns if c.key == priority and c.use is ColumnUse.OTHER and c.filled]
    if not read or len(over) != 1 or over[0].at > read.at or _distinct(over[0], body) >= _distinct(read, body):
        return columns
    return [replace(c, key=theme, use=ColumnUse.READ) if c is over[0] else c for c in columns]


def _uses_of_rivals(
    schema: Schema, column: Column, rivals: Sequence[SourceColumn], body: Sequence[Sequence[Value]]
) -> dict[int, ColumnUse]:
    fits = {
        c.at: _fits(schema, column, [row[c.at - 1] for row in body if c.at <= len(row) and not is_blank(row[c.at - 1])])
        for c in rivals
    }
    uses = {
        c.at: ColumnUse.UNFIT
        for c in rivals
        if not fits[c.at] or (c.rank == START and column.key == schema.roles.get("due"))
    }
    able = [c for c in rivals if c.at not in uses]
    if len(able) < 2:
        return uses | {c.at: ColumnUse.READ for c in able}
    if len({c.name for c in able}) == 1:
        return uses | {c.at: ColumnUse.DOUBLED for c in able[1:]} | {able[0].at: ColumnUse.READ}
    filled = [c for c in able if c.filled] or able
    uses |= {c.at: ColumnUse.OTHER for c in able if c not in filled}
    if len(filled) == 1:
        return uses | {filled[0].at: ColumnUse.READ}
    return uses | _uses_by_period(schema, column, filled, body)


def _uses_by_period(
    schema: Schema, column: Column, rivals: Sequence[SourceColumn], body: Sequence[Sequence[Value]]
) -> dict[int, ColumnUse]:
    """Of filled columns the latest by what their headings say; else the one whose cells, then whose heading, say most plainly."""
    ranks = [c.rank for c in rivals if c.rank]
    scales = {rank.scale for rank in ranks}
    if len(ranks) == len(rivals) and len(scales) == 1 and len(set(ranks)) == len(ranks):
        best = max(rivals, key=lambda c: c.rank or START)
        due = column.key == schema.roles.get("due")
        earlier = ColumnUse.FALLBACK if due and best.rank == REVISED else ColumnUse.EARLIER
        return {c.at: ColumnUse.READ if c is best else earlier for c in rivals}
    if (
        ranks
        and scales != {"span"}
        and len({c.name.partition(" / ")[0] for c in rivals if c.rank}) == 1
        and len(ranks) < len(rivals)
    ):
        plain = [c for c in rivals if not c.rank]
        if len(plain) == 1:
            return {c.at: ColumnUse.READ if c is plain[0] else ColumnUse.EARLIER for c in rivals}
    due = column.key == schema.roles.get("due")
    revised = [c for c in rivals if c.rank == REVISED]
    if due and len(revised) == 1 and len(rivals) == 2:
        return {c.at: ColumnUse.READ if c in revised else ColumnUse.FALLBACK for c in rivals}
    if (
        len({" / " in c.name for c in rivals}) == 1
        and " / " in rivals[0].name
        or (len(ranks) == len(rivals) and len(scales) > 1)
    ):
        return {c.at: ColumnUse.UNCLEAR for c in rivals}
    priority = column.key == schema.roles.get("priority")
    best = min(
        rivals,
        key=lambda c: (-_share_fitting(schema, column, c, body), -_distinct(c, body) * priority, c.strength, c.at),
    )
    return {c.at: ColumnUse.READ if c is best else ColumnUse.OTHER for c in rivals}


def _distinct(source: SourceColumn, body: Sequence[Sequence[Value]]) -> int:
    """Return how many different things a column says."""
    return len(
        {as_text(row[source.at - 1]) for row in body if source.at <= len(row) and not is_blank(row[source.at - 1])}
    )


def _share_fitting(schema: Schema, column: Column, source: SourceColumn, body: Sequence[Sequence[Value]]) -> int:
    """How many tenths of a column's filled cells its kind takes."""
    values = [row[source.at - 1] for row in body if source.at <= len(row) and not is_blank(row[source.at - 1])]
    words = column.words or schema.lists.get(column.list, ())
    if column.kind not in ("choice", "timescale", "date", "money", "number", "percent"):
        return 10
    good = sum(column.kind_object.fault(value, column.header, words) is None for value in values)
    return 10 * good // len(values) if values else 0


def _fits(schema: Schema, column: Column, values: Sequence[Value]) -> bool:
    """Return whether a column's cells can be what the plan's column is for: what is to be done, or when, is no High or Low."""
    if column.key not in (schema.roles.get("priority"), schema.roles.get("due")) or not values:
        return True
    return not all(is_rating(value) for value in values)


def column_notes(header: SourceHeader, schema: Schema, taken: Mapping[str, str]) -> list[str]:
    """Return the receipt's sentences about columns that were not read, with what to do; `taken` is each key's heading."""
    notes = []
    for c in header.columns:
        place = f"Column {column_letters(c.at)} '{c.name}'"
        cells = f" ({count_noun(c.filled, 'cell')})" if c.filled else ""
        name = schema[c.key].header if c.key else ""
        if c.use is ColumnUse.EARLIER:
            notes.append(
                f"{place} is earlier than '{taken.get(c.key or '', '')}', which was read as {name}; it was not read{cells}."
            )
        elif c.use is ColumnUse.FALLBACK:
            notes.append(f"{place} was read as {name} in the lines whose '{taken.get(c.key or '', '')}' is blank.")
        elif c.use is ColumnUse.UNFIT:
            why = "is when a line starts, not when it is due" if c.rank == START else "only ranks the lines"
            notes.append(f"{place} {why}; it was not read as {name}{cells}. {_alias_advice(c)}")
        elif c.use is ColumnUse.OTHER and c.key in taken:
            notes.append(
                f"{place} could be {name} too; '{taken.get(c.key or '', '')}' was read, which fits better, and this was not{cells}. {_alias_advice(c)}"
            )
    unclear: dict[str, list[SourceColumn]] = {}
    for c in header.columns:
        if c.use is ColumnUse.UNCLEAR and c.key:
            unclear.setdefault(c.key, []).append(c)
    for key, rivals in unclear.items():
        names = join_words((f"'{c.name}'" for c in rivals), "or")
        notes.append(
            f"It is not clear which column is {schema[key].header}: {names}. None was read; choose one: {_alias_advice(rivals[-1])}"
        )
    return notes


def _alias_advice(column: SourceColumn) -> str:
    return f"To read it, add '{column.name}' to the aliases of a column in the schema file, or give it a column of its own there."


def unknown_note(column: SourceColumn, near: str) -> str:
    """Return the receipt's sentence about a heading that is not known: the alias to add, and where."""
    cells = f" ({count_noun(column.filled, 'cell')})" if column.filled else ""
    where = f"add '{column.name}' to the aliases of {near or 'the column it is for'} in the schema file"
    question = f" Is it {near}?" if near else ""
    return f"Column {column_letters(column.at)} '{column.name}' is not known, and was not read{cells}.{question} To read it, {where}, or give it a column of its own there."
