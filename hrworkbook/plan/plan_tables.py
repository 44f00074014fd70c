"""The tables of a plan: where each stands on the sheets of a master, and which column of it is which.

The heading of the IDs is the anchor. A master of ours has one table, on the sheet *Plan*, its IDs at the left; a workbook
that was a council's own has them at the right of each of its tables, on as many sheets as it likes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hrworkbook.plan.errors import NotAMaster
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.heading_paths import heading_paths
from hrworkbook.plan.ledgers import PLAN, SEARCHED_ROWS, START
from hrworkbook.plan.schema_model import RESERVED_HEADERS, Schema
from hrworkbook.plan.sheet_names import OWN_SHEETS, PlanSheet, place_at
from hrworkbook.plan.snapshot import Block, Snapshot, address
from hrworkbook.plan.values import CellError, as_text, fold_name, is_blank

_MOST_HEADING_ROWS = 3
_FEWEST_HEADINGS = 2
"""Headings beside the ID's that make a row the headings of a table."""


@dataclass(frozen=True)
class PlanTable:
    """One table of the plan; rows and columns are the sheet's, counted from 1."""

    sheet: str
    title: str = ""
    """What stands alone above its headings; '' where nothing does."""
    header_row: int = 0
    """The last row of its headings."""
    column_numbers: Mapping[str, int] = field(default_factory=dict, hash=False)
    """The sheet column of each column key that it has; the ID's under ''."""
    first_row: int = 1
    last_row: int = 0
    """The rows among which its lines stand."""
    is_ours: bool = True
    """Whether the sheet is ours, so that every row below the headings is a line."""
    top_row: int = 0
    """The first row of its headings."""

    def unwritable(self, block: Block, schema: Schema, row: int, key: str) -> str:
        """Return why nothing can be written into a line's cell; '' where it can."""
        column = self.column_numbers.get(key)
        if column is None and _is_derived(schema, key):
            return f"{schema[key].header} is what the {schema.theme_from} says"
        if column is None:
            return f"its table on sheet '{self.sheet}' has no column {schema[key].header}"
        for r1, c1, r2, c2 in block.merges:
            if r1 <= row <= r2 and c1 <= column <= c2 and (r1, c1) != (row, column):
                return f"its cell is merged with {address(r1, c1)}"
        return ""


def plan_tables(snapshot: Snapshot, schema: Schema) -> tuple[PlanTable, ...]:
    """Return the tables of a plan in the order of the sheets; one at least.

    Raises NotAMaster where none is found, or where headings are missing, doubled or merged: HR is told of a renamed one,
    never guessed past it.
    """
    if PLAN in snapshot and (ours := _our_table(snapshot, schema)):
        return (_checked(snapshot[PLAN], schema, ours),)
    tables = [t for block in snapshot.sheets if _may_hold_a_plan(block, snapshot) for t in _their_tables(block, schema)]
    if tables:
        return tuple(_with_all_columns(snapshot, schema, tables))
    block = snapshot[PLAN]
    raise _missing_headings(block, schema, *_nearest_headings(block, schema))


def _may_hold_a_plan(block: Block, snapshot: Snapshot) -> bool:
    return not any(snapshot.real_name(name) == block.name for name in OWN_SHEETS)


def _anchors(block: Block, schema: Schema, rows: Iterable[int]) -> Iterator[tuple[int, list[int]]]:
    """Yield each row in which the heading of the IDs stands, and the columns in which it does."""
    wanted, most = fold_name(schema.id_heading), len(schema.id_heading) + 4
    seen: dict[str, bool] = {}
    for row in rows:
        columns = []
        for column, value in enumerate(block.rows[row - 1], 1):
            if isinstance(value, str) and len(value) <= most:
                if value not in seen:
                    seen[value] = not isinstance(value, CellError) and fold_name(value) == wanted
                if seen[value]:
                    columns.append(column)
        if columns:
            yield row, columns


# A master of ours


def _our_table(snapshot: Snapshot, schema: Schema) -> PlanTable | None:
    """Return the table of a master of ours: of the rows near the top with an ID's heading, the one with most headings.

    None where the sheet *Plan* was theirs: it has its IDs at the right, and our sheets behind it.
    """
    block = snapshot[PLAN]
    best: tuple[int, dict[str, int], list[tuple[int, int]]] = (0, {}, [])
    for row, _ in _anchors(block, schema, range(1, min(SEARCHED_ROWS, len(block.rows)) + 1)):
        found, twice = _headings_in(block, schema, row)
        if len(found) > len(best[1]):
            best = (row, found, twice)
    row, found, twice = best
    names = [b.name for b in snapshot.sheets]
    is_behind = START in names and names.index(START) < names.index(PLAN)
    if len(found) <= min(_FEWEST_HEADINGS, len(schema.columns)) or min(found.values()) != found[""] and not is_behind:
        return None
    if twice:
        raise _doubled(block, row, *twice[0])
    return PlanTable(PlanSheet(block.name), "", row, found, row + 1, len(block.rows), top_row=row)


def _headings_in(block: Block, schema: Schema, row: int) -> tuple[dict[str, int], list[tuple[int, int]]]:
    """Return the column of each key whose heading stands in a row, and each further column with that heading."""
    wanted = {fold_name(c.header): c.key for c in schema.columns} | {fold_name(schema.id_heading): ""}
    found: dict[str, int] = {}
    twice: list[tuple[int, int]] = []
    for number, value in enumerate(block.rows[row - 1], 1):
        is_text = isinstance(value, str) and not isinstance(value, CellError)  # `#REF!` is no heading Ref
        key = wanted.get(fold_name(as_text(value))) if is_text else None
        if key is not None and found.setdefault(key, number) != number:
            twice.append((number, found[key]))
    return found, twice


def _doubled(block: Block, row: int, column: int, first: int) -> NotAMaster:
    return NotAMaster(
        place_at(block.name, address(row, column)),
        f"the heading '{as_text(block.at(row, column))}' stands twice, also in {address(row, first)}",
        "Rename or remove the one you added",
    )


def _nearest_headings(block: Block, schema: Schema) -> tuple[int, Mapping[str, int]]:
    """Return the row near the top with most headings, and their columns, whether or not the ID's is among them."""
    rows = range(1, min(SEARCHED_ROWS, len(block.rows)) + 1)
    best = max(((row, _headings_in(block, schema, row)[0]) for row in rows), key=lambda r: len(r[1]), default=(0, {}))
    return best if best[1] else (0, {})


def _checked(block: Block, schema: Schema, table: PlanTable) -> PlanTable:
    """Return a table of ours in which every heading stands, in a cell of its own."""
    row = table.header_row
    for first_row, first, last_row, last in block.merges:
        if first_row <= row <= last_row and (last > first or last_row > row):
            raise NotAMaster(
                place_at(block.name, f"{address(first_row, first)}:{address(last_row, last)}"),
                "cells of the heading row are merged, so a column has no heading of its own",
                "Unmerge them and type each heading back",
            )
    if any(c.key not in table.column_numbers for c in schema.columns):
        raise _missing_headings(block, schema, row, table.column_numbers)
    return table


def _missing_headings(
    block: Block, schema: Schema, row: int, found: Mapping[str, int], missing: Sequence[str] = (),
    unknown: Sequence[tuple[int, str]] | None = None,
) -> NotAMaster:  # fmt: skip
    headers = [(schema.id_heading, ""), *((c.header, c.key) for c in schema.columns)]
    missing = missing or [h for h, k in headers if k not in found]
    unknown = _strangers(block, row, found.values()) if unknown is None else unknown
    strangers = [f"'{text}' in {address(row, n)}" for n, text in unknown]
    instead = f"; {join_words(strangers[:3])} {'is' if len(strangers) == 1 else 'are'} not known" if strangers else ""
    return NotAMaster(
        place_at(block.name, address(row, 1) if row else ""),
        f"the {'heading' if len(missing) == 1 else 'headings'} {join_words([repr(m) for m in missing[:4]])} "
        f"{'is' if len(missing) == 1 else 'are'} missing{instead}",
        "Type the heading back as it was; to rename a column for good, change it on the Columns sheet too",
    )


def _strangers(block: Block, row: int, known: Iterable[int], top: int = 0) -> list[tuple[int, str]]:
    """Return the headings on a table's rows that are no column's, each with its sheet column."""
    columns = set(known)
    lines = block.rows[(top or row) - 1 : row] if row else ()
    paths = heading_paths(lines, _spans(block, top or row, len(lines))) if lines else ()
    return [(column, path[-1]) for column, _, path, _ in paths if column not in columns]


def _spans(block: Block, top: int, depth: int) -> dict[tuple[int, int], int]:
    """Return the last column of each merged group of a header, by its row (from 0) and first column."""
    return {(r1 - top, c1): c2 for r1, c1, _, c2 in block.merges if top <= r1 < top + depth}


# A workbook that was a council's own


class _Vocabulary:
    """What each heading may mean in a workbook that was a council's own: the header, with its group, or another name of it."""

    def __init__(self, schema: Schema, sheet: str) -> None:
        here = [c for c in schema.columns if not c.sheets or fold_name(sheet) in map(fold_name, c.sheets)]
        self.expected = {c.key: c.header for c in here}
        self.named_here = {c.key for c in here if c.sheets}
        self.ranks: dict[str, list[tuple[int, str]]] = {}
        for column in here:
            for rank, names in enumerate(((column.header,), (f"{column.group} {column.header}",), column.aliases)):
                for name in names:
                    self.ranks.setdefault(fold_name(name), []).append((rank, column.key))

    def match(self, path: Sequence[str]) -> tuple[int, str] | None:
        """Return how surely a heading, from group to leaf, is which column's: the lower, the surer."""
        for start in range(len(path)):
            if found := self.ranks.get(fold_name(" ".join(path[start:]))):
                rank, key = min(found)
                return 3 * start + rank, key
        return None


def _their_tables(block: Block, schema: Schema) -> list[PlanTable]:
    """Return the tables of a sheet, each with the rows down to the next."""
    vocabulary = _Vocabulary(schema, block.name)
    found: list[PlanTable] = []
    for row, anchors in _anchors(block, schema, range(1, len(block.rows) + 1)):
        for first, anchor in zip([1, *(a + 1 for a in anchors)], anchors, strict=False):
            last = anchor if anchor != anchors[-1] else 0
            if table := _table_at(block, vocabulary, row, first, anchor, last):
                found.append(table)
    if not found:
        return []
    # Its many patterns are compiled as it is loaded; a master of ours has no such sheet.
    from hrworkbook.plan.table_titles import title_above

    tops = sorted({t.top_row for t in found})
    ends = {top: below - 1 for top, below in zip(tops, [*tops[1:], len(block.rows) + 1], strict=False)}
    return [
        replace(t, title=title_above(block, t.top_row, is_alone=len(tops) == 1), last_row=ends[t.top_row])
        for t in found
    ]


def _table_at(block: Block, vocabulary: _Vocabulary, row: int, first: int, anchor: int, last: int) -> PlanTable | None:
    """Return the table whose IDs' heading stands in a cell; None where too few of the plan's headings stand beside it.

    Its columns are those from `first` to `last`, to the end of the row where that is 0.
    """
    best: tuple[int, dict[str, int]] = (row, {})
    for depth in range(1, _MOST_HEADING_ROWS + 1):
        top = row - depth + 1
        if top < 1 or depth > 1 and (not is_blank(block.at(top, anchor)) or all(map(is_blank, block.rows[top - 1]))):
            break
        columns = _columns_of(block, vocabulary, top, depth, first, anchor, last)
        if len(columns) > len(best[1]):
            best = (top, columns)
    top, columns = best
    if len(columns) < min(_FEWEST_HEADINGS, len(vocabulary.expected)) or _is_a_ledger(block, row):
        return None
    return PlanTable(PlanSheet(block.name), "", row, {"": anchor, **columns}, row + 1, is_ours=False, top_row=top)


def _columns_of(
    block: Block, vocabulary: _Vocabulary, top: int, depth: int, first: int, anchor: int, last: int
) -> dict[str, int]:
    """Return the column of each key by the headings on some rows: the surest, of equals the leftmost."""
    lines = [block.rows[top - 1 + i] for i in range(depth)]
    best: dict[str, tuple[int, int]] = {}
    seen: dict[str, int] = {}
    for column, _, path, _ in heading_paths(lines, _spans(block, top, depth)):
        if column < first or column == anchor or last and column > last:
            continue
        name = fold_name(" ".join(path))
        seen[name] = seen.get(name, 0) + 1
        numbered = [*path[:-1], f"{path[-1]} {seen[name]}"] if seen[name] > 1 else path  # Update, Update (2)
        match = vocabulary.match(numbered)
        if match and (match[1] not in best or match[0] < best[match[1]][0]):
            best[match[1]] = (match[0], column)
    return {key: column for key, (_, column) in best.items()}


def _is_a_ledger(block: Block, row: int) -> bool:
    """Return whether a row holds headings that only sheets of ours have beside the ID."""
    kept = set(map(fold_name, RESERVED_HEADERS[1:]))
    return any(isinstance(v, str) and fold_name(v) in kept for v in block.rows[row - 1])


def _with_all_columns(snapshot: Snapshot, schema: Schema, tables: Sequence[PlanTable]) -> Iterator[PlanTable]:
    """Yield the tables; raise NotAMaster where a heading is missing that a table must have.

    A table need not have all columns of a plan. One that is named for its sheet must stand there, and one that a table
    lacks beside a heading that is not known may have been renamed.
    """
    somewhere = {key for table in tables for key in table.column_numbers}
    for table in tables:
        block, vocabulary = snapshot[table.sheet], _Vocabulary(schema, table.sheet)
        on_sheet = {key for other in tables if other.sheet == table.sheet for key in other.column_numbers}
        here = table.column_numbers
        beside = [t for t in tables if t.sheet == table.sheet and t.header_row == table.header_row]
        known = {column for other in beside for column in other.column_numbers.values()}
        strangers = _strangers(block, table.header_row, known, table.top_row)
        missing = [
            header
            for key, header in vocabulary.expected.items()
            if key not in here
            and (key not in somewhere or (key in vocabulary.named_here and key not in on_sheet) or strangers)
            and not _is_derived(schema, key)
        ]
        if missing:
            raise _missing_headings(block, schema, table.header_row, here, missing, strangers)
        yield table


def _is_derived(schema: Schema, key: str) -> bool:
    return schema.theme_from != "column" and schema.roles.get("theme") == key
