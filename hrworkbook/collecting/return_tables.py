"""Find the tables of a return nobody issued, and whose they are where no column says it but a cell above, or on a cover."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from hrworkbook.collecting.questions import QuestionKind, SheetQuestion
from hrworkbook.collecting.row_filter import CollectionRules
from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import Value, is_blank, normalised_text
from hrworkbook.tables.find_table import Table, find_tables
from hrworkbook.tables.heading import MatchKind
from hrworkbook.tables.heading_vocabulary import fold_heading
from hrworkbook.tables.unplaced_cells import UnplacedRows

_MAX_DISTANCE = 3
"""Cells to the right of its label that a name may stand."""
_MAX_HEADING_ROWS_ABOVE = 6
"""Rows above a header in which the heading of a column that has none there may stand."""
_MIN_BAND = 3
"""Texts in a row that make it a row of headings rather than a label and a name."""
_MIN_ROW_NUMBERS = 2
"""Numbers in a row by which a sheet may hold figures."""


@dataclass(frozen=True)
class ReturnTables:
    """The tables of a file, and who their lines are of where no column says it."""

    tables: tuple[Table, ...]
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By sheet, the names of all its lines by key column: they stand above its table or on a cover."""
    questions: tuple[SheetQuestion, ...] = ()
    """Sheets with figures whose lines have no name."""
    blocks: tuple[Block, ...] = ()
    """The sheets as they were read: a heading that stood too high is moved down to its header."""

    def names_of(self, table: Table) -> Mapping[str, str]:
        """Return the names of a table's lines that stand outside it, by key column."""
        return self.names.get(table.sheet, {})


def find_return_tables(
    blocks: Sequence[Block], rules: CollectionRules, aliases: Mapping[str, str] | None, name: str
) -> ReturnTables:
    """Return the tables with their names; raise NotAReturn where there is no such table, or none says whose it is."""
    read = [block for block in blocks if rules.reads_sheet(block.name)] or list(blocks)
    unread = {block.name for block in blocks} - {block.name for block in read}
    try:
        tables = _find(read, rules, aliases, name)
        nameless = _nameless_tables([b for b in read if b.name not in {t.sheet for t in tables}], rules, aliases, name)
    except NotAReturn as refusal:
        tables, nameless = (), _nameless_tables(read, rules, aliases, name)
        if all(map(rules.is_unrelated, nameless)):
            raise refusal from None
    moved = [_with_lowered_headings(b, nameless, rules) for b in blocks]
    if any(after is not before for before, after in zip(blocks, moved, strict=True)):
        return find_return_tables(moved, rules, aliases, name)
    nameless = tuple(table for table in nameless if not rules.is_unrelated(table))
    names = {t.sheet: _names_outside(t, blocks, (*tables, *nameless), rules) for t in nameless}
    found = [t for t in nameless if all(names[t.sheet].values())]
    lost = [t for t in nameless if t not in found]
    if not tables and not found:
        raise _no_name_error(lost[0], names[lost[0].sheet], rules, name)
    order = {block.name: at for at, block in enumerate(blocks)}
    kept = [_without_unread_columns(t, rules) for t in sorted((*tables, *found), key=lambda t: order[t.sheet])]
    return ReturnTables(
        _with_other_sheets(kept, blocks, {t.sheet for t in lost}, unread),
        names,
        tuple(_no_name_question(t, names[t.sheet], rules) for t in lost),
        tuple(blocks),
    )


def _find(
    blocks: Sequence[Block], rules: CollectionRules, aliases: Mapping[str, str] | None, name: str, *, named: bool = True
) -> tuple[Table, ...]:
    """Return the tables with all that is needed; of those without names only what is needed beside them."""
    needs = rules.settings.needs
    wanted = needs if named else [key for key in needs if key not in rules.name_keys]
    find = partial(
        find_tables,
        blocks,
        rules.schema_with_months,
        aliases,
        max(2, len(wanted)),
        name=name,
        ignored=rules.ignored_headings,
    )
    found: tuple[Table, ...] = (
        find(needed_keys=wanted, is_complete=rules.is_return, is_part=rules.is_part_of_return)
        if named
        else find(needed_keys=wanted, is_complete=rules.is_return_without_name)
    )
    return found


def _nameless_tables(
    blocks: Sequence[Block], rules: CollectionRules, aliases: Mapping[str, str] | None, name: str
) -> tuple[Table, ...]:
    """Return the tables of a return that lack a column for whose they are."""
    figures = min(_MIN_ROW_NUMBERS, len(rules.figure_keys))
    likely = [block for block in blocks if _has_figures(block, figures)]
    if not likely or not any(key not in rules.name_keys for key in rules.settings.needs):
        return ()
    try:
        return _find(likely, rules, aliases, name, named=False)
    except NotAReturn:
        return ()


def _has_figures(block: Block, number: int) -> bool:
    return any(
        sum(type(value) is float or (type(value) is str and value[:1].isdecimal()) for value in row) >= number
        for row in block.rows
    )


def _with_lowered_headings(block: Block, tables: Iterable[Table], rules: CollectionRules) -> Block:
    """Return the sheet with the heading of a key column moved down into the header where it stands too high above it.

    So it is where a row of headings lies over others and the column is filled below; the sheet itself where not.
    """
    table = next((t for t in tables if t.sheet == block.name), None)
    if table is None:
        return block
    top, headed = table.first_header_row, {h.column for h in table.headings if h.key is not None}
    rows = [list(row) for row in block.rows]
    moved = False
    for key in (key for key in rules.name_keys if key not in table.keys):
        for row, column, value in _labels(
            rows[max(0, top - 1 - _MAX_HEADING_ROWS_ABOVE) : top - 1], rules.name_labels[key]
        ):
            at = row + max(0, top - 1 - _MAX_HEADING_ROWS_ABOVE)
            if column in headed or not _is_column_of_names(rows, table, column) or not is_blank(block.at(top, column)):
                continue
            header = rows[top - 1]
            header += [None] * (column - len(header))
            rows[at - 1][column - 1], header[column - 1] = None, value
            moved = True
            break
    return replace(block, rows=rows) if moved else block


def _is_column_of_names(rows: Sequence[Sequence[Value]], table: Table, column: int) -> bool:
    """Return whether most of a table's rows hold a text in a column."""
    below = [rows[row.row_number - 1] for row in table.rows]
    filled = sum(
        column <= len(row) and isinstance(row[column - 1], str) and not is_blank(row[column - 1]) for row in below
    )
    return filled * 2 > len(below)


def _labels(rows: Iterable[Sequence[Value]], labels: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the cells that say what stands beside or below them, with row and column from 1."""
    for number, row in enumerate(rows, 1):
        for at, value in enumerate(row, 1):
            if isinstance(value, str) and fold_heading(value) in labels:
                yield number, at, value


def _names_outside(
    table: Table, blocks: Sequence[Block], tables: Sequence[Table], rules: CollectionRules
) -> dict[str, str]:
    """Return the names of a table's lines by key column: above the table, else on a sheet without one; '' where none is."""
    of_table = {t.sheet: t for t in tables}
    own = [b.rows[: _last_title_row(table)] for b in blocks if b.name == table.sheet]
    covers = [b.rows for b in blocks if b.name not in of_table]
    above_others = [
        b.rows[: of_table[b.name].first_header_row - 1] for b in blocks if b.name in of_table and b.name != table.sheet
    ]
    names = {}
    for key in (key for key in rules.name_keys if key not in table.keys):
        labels = rules.name_labels[key]
        names[key] = next(
            filter(None, (_name_beside_label(where, labels, rules) for where in (own, covers, above_others))), ""
        )
    return names


def _last_title_row(table: Table) -> int:
    """Return the last row that may hold a title: the one above the lowest of the header's, which may have taken some in."""
    return table.first_header_row + table.header_rows - 2


def _name_beside_label(
    sheets: Iterable[Sequence[Sequence[Value]]], labels: Collection[str], rules: CollectionRules
) -> str:
    """Return the one name that stands to the right of a label; '' where there is none, or more than one."""
    found = set()
    for rows in sheets:
        for row, column, _ in _labels(rows, labels):
            beside = rows[row - 1][column : column + _MAX_DISTANCE]
            name = next((normalised_text(v) for v in beside if isinstance(v, str) and not is_blank(v)), "")
            if name and not rules.is_heading(name) and not _is_band(rows[row - 1], rules):
                found.add(name)
    return found.pop() if len(found) == 1 else ""


def _is_band(row: Sequence[Value], rules: CollectionRules) -> bool:
    """Return whether a row holds headings: three texts or more, two of them such as the schema knows."""
    texts = [value for value in row if isinstance(value, str) and not is_blank(value)]
    return len(texts) >= _MIN_BAND and sum(map(rules.is_heading, texts)) * 2 > len(texts)


def _with_other_sheets(
    tables: Sequence[Table], blocks: Sequence[Block], nameless: Collection[str], unread: Collection[str]
) -> tuple[Table, ...]:
    """Return the tables, the first with the cells of every sheet that is none of theirs, each with the reason."""
    of_tables = {table.sheet for table in tables}
    others = []
    for block in blocks:
        if block.name not in of_tables:
            reason = (
                "is on a sheet that does not say whose its lines are"
                if block.name in nameless
                else "is on another sheet"
            )
            reason = "is on a sheet that the schema leaves unread" if block.name in unread else reason
            others.append(UnplacedRows(block.name, 1, block.rows, reason))
    own = [replace(t, unplaced_rows=tuple(u for u in t.unplaced_rows if u.sheet == t.sheet)) for t in tables]
    own[0] = replace(own[0], unplaced_rows=(*own[0].unplaced_rows, *others))
    return tuple(own)


def _without_unread_columns(table: Table, rules: CollectionRules) -> Table:
    """Return the table, the columns that the schema leaves unread accounted for as its furniture."""
    unread = {h.column for h in table.headings if h.is_unknown and rules.is_unread(h.header)}
    if not unread:
        return table
    below = table.first_header_row + table.header_rows
    left = [u for u in table.unplaced_rows if u.first_row < below or not u.columns or not unread.issuperset(u.columns)]
    cells = sum(1 for u in table.unplaced_rows if u not in left for _ in u.cells())
    headings = tuple(replace(h, match_kind=MatchKind.SHOWN_ONLY) if h.column in unread else h for h in table.headings)
    return replace(table, headings=headings, unplaced_rows=tuple(left), furniture_count=table.furniture_count + cells)


def _missing_headers(names: Mapping[str, str], rules: CollectionRules) -> str:
    return join_words(rules.schema[key].header for key, name in names.items() if not name)


def _no_name_error(table: Table, names: Mapping[str, str], rules: CollectionRules, file: str) -> NotAReturn:
    header = _missing_headers(names, rules)
    return NotAReturn(
        file,
        f"the table on sheet '{table.sheet}' does not say whose it is: there is no column {header}",
        f"Write {header} above the table with the name beside it, or in a column of its own, and read the file again",
    )


def _no_name_question(table: Table, names: Mapping[str, str], rules: CollectionRules) -> SheetQuestion:
    header = _missing_headers(names, rules)
    fault = f"Sheet '{table.sheet}': whose are its lines? There is no column {header}, so none of them was read"
    remedy = f"Put {header} back at the left of the sheet, as the other sheets have it, and read the file again"
    return SheetQuestion(QuestionKind.NAME, table.sheet, fault, remedy)
