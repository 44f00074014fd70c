"""A plan as its keeper has it: all sheets that hold it, their lines with what each cell means, and what has no place."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.snapshot import Block, address
from hrworkbook.plan.values import Value, fold_name, is_blank, normalised_text
from hrworkbook.tables.find_table import bounded_look, find_sheet_header, no_table_error
from hrworkbook.tables.header import Header, header_at
from hrworkbook.tables.heading_periods import period_rank, without_period
from hrworkbook.tables.heading_vocabulary import HeadingVocabulary, fold_heading, vocabulary_for
from hrworkbook.tables.plan_colours import ColourReading, colour_note, read_colours
from hrworkbook.tables.plan_columns import ColumnUse, SourceColumn, SourceHeader, column_notes, unknown_note
from hrworkbook.tables.plan_rows import Band
from hrworkbook.tables.plan_sheet import PlanSheetReader, TableRange
from hrworkbook.tables.plan_themes import SheetThemes, ThemeReader, shown_cells
from hrworkbook.tables.read_rows import ALONE_REASON
from hrworkbook.tables.unplaced_cells import UnplacedCell


@dataclass(frozen=True)
class PlanLine:
    """One line as the source has it: its ID ('' where it has none), its sheet row, and its values by column key."""

    id: str
    row: int
    values: Mapping[str, Value]
    sheet: str = ""


@dataclass(frozen=True)
class SourcePlan:
    """A plan's tables as their keeper means them: the lines, how they were read, and the cells without a place."""

    lines: Sequence[PlanLine] = ()
    notes: tuple[str, ...] = ()
    unplaced: tuple[UnplacedCell, ...] = ()
    headers: Sequence[tuple[str, SourceHeader]] = ()
    """The headings of each table, with the sheet it stands on."""
    versions: tuple[str, ...] = ()
    """Sheets with the same lines at another time, which were not read."""
    sheets: Sequence["SheetPlan"] = ()
    """How each sheet was read."""

    def heading_at(self, sheet: str, column: int) -> str:
        """Return the heading over a sheet column; '' where there is none."""
        found = (c.name for name, header in self.headers if name == sheet for c in header.columns if c.at == column)
        return next(found, "")


@dataclass(frozen=True)
class SheetPlan:
    """How one sheet was read: its rows, its themes, its colours."""

    reader: PlanSheetReader
    themes: SheetThemes
    colours: ColourReading | None


@dataclass
class _SheetReading:
    reader: PlanSheetReader
    themes: SheetThemes = field(default_factory=SheetThemes)
    colours: ColourReading | None = None

    @property
    def name(self) -> str:
        return self.reader.block.name


@bounded_look
def read_plan(
    blocks: Sequence[Block],
    schema: Schema,
    aliases: Mapping[str, str] | None = None,
    *,
    ignored: Collection[str] = (),
    sheets: Collection[str] = (),
    name: str = "",
) -> SourcePlan:
    """Return the lines of a plan from every sheet that has its headings, or from the `sheets` named.

    Raises NotAReturn at `name` where no table of the plan is found, or a named sheet is not there or holds none.
    """
    vocabulary = vocabulary_for(schema, aliases, ignored)
    chosen = _named_sheets(blocks, sheets, name)
    # Each cell may be looked up once or twice on the way down, however long the plan: what is bounded is what comes on top.
    vocabulary.looks = -2 * sum(len(row) for block in chosen for row in block.rows)
    found = [
        (block, _below_blank_row(header, block, vocabulary))
        for block in chosen
        if (header := find_sheet_header(block, vocabulary, 2))
    ]
    if not found:
        raise no_table_error(chosen, vocabulary, name)
    main = max(found, key=lambda f: (f[1].known_count, not f[0].hidden, len(f[0].rows)))
    alike = [f for f in found if f is main or (bool(sheets) or not f[0].hidden) and _is_alike(f[1], main[1], schema)]
    readings = [_read_sheet(PlanSheetReader(block, vocabulary, header), vocabulary) for block, header in alike]
    kept = readings if sheets else _without_versions(readings, readings[[f is main for f in alike].index(True)], schema)
    return _plan_of(blocks, readings, kept, vocabulary, [block for block, _ in found])


def read_located_plan(
    blocks: Sequence[Block], schema: Schema, ranges: Mapping[str, Sequence[TableRange]], *, every_sheet: bool = False
) -> SourcePlan:
    """Return the lines of a plan whose tables were found before: by sheet, each with its headings.

    Of sheets with the same lines at several times the latest is read, unless `every_sheet` is to be.
    """
    vocabulary = vocabulary_for(schema)
    vocabulary.looks = 0
    readings = [
        _read_sheet(PlanSheetReader(block, vocabulary, None, ranges[block.name]), vocabulary)
        for block in blocks
        if block.name in ranges
    ]
    largest = max(readings, key=lambda r: len(r.reader.lines))
    kept = readings if every_sheet else _without_versions(readings, largest, schema)
    return _plan_of(blocks, readings, kept, vocabulary, [r.reader.block for r in readings])


def _plan_of(
    blocks: Sequence[Block],
    readings: Sequence["_SheetReading"],
    kept: Sequence["_SheetReading"],
    vocabulary: HeadingVocabulary,
    found: Sequence[Block],
) -> SourcePlan:
    """Return what the sheets that are kept hold; `found` are all that have a table."""
    schema = vocabulary.schema
    _name_themes_by_sheets(kept, schema)
    notes = list(dict.fromkeys(note for reading in kept for note in _sheet_notes(reading, vocabulary)))
    notes += _missing_columns(kept, schema)
    read = {r.name for r in kept}
    others = [b for b in blocks if b.name not in read]
    versions = {r.name for r in readings} - read
    notes += [_unread_sheet_note(block, versions) for block in found if block.name not in read]
    return SourcePlan(
        [PlanLine(x.id, x.row, x.values, r.name) for r in kept for x in r.reader.lines],
        tuple(notes),
        (*(u for r in kept for u in _unplaced(r.reader)), *_cells_of_other_sheets(others)),
        [(r.name, header) for r in kept for header in r.reader.headers],
        tuple(versions),
        [SheetPlan(r.reader, r.themes, r.colours) for r in kept],
    )


def _named_sheets(blocks: Sequence[Block], sheets: Collection[str], name: str) -> Sequence[Block]:
    wanted = {fold_name(s): s for s in sheets}
    missing = [s for key, s in wanted.items() if key not in {fold_name(b.name) for b in blocks}]
    if missing:
        there = join_words(f"'{b.name}'" for b in blocks[:12])
        raise NotAReturn(
            name, f"there is no sheet {join_words((repr(s) for s in missing), 'or')}", f"Its sheets are {there}"
        )
    return [b for b in blocks if not wanted or fold_name(b.name) in wanted]


def _below_blank_row(header: Header, block: Block, vocabulary: HeadingVocabulary) -> Header:
    """Return the header without what stands above a blank row, such as a key; no column is known by that."""
    last = header.top + header.depth - 1
    blank = [r for r in range(header.top, last) if all(is_blank(v) for v in block.rows[r - 1])]
    if not blank:
        return header
    less = header_at(block.rows, block.merges, blank[-1] + 1, last - blank[-1], vocabulary)
    return less if less.known_count >= header.known_count else header


def _is_alike(header: Header, main: Header, schema: Schema) -> bool:
    """Whether a sheet holds lines of the same plan: what is to be done, and most of the columns."""
    priority = schema.role("priority")
    whole = not priority or priority.key not in main.keys or priority.key in header.keys
    same = {fold_heading(h.header) for h in header.headings} & {fold_heading(h.header) for h in main.headings}
    return whole and (2 * len(header.keys & main.keys) >= len(main.keys) or 2 * len(same) > len(main.headings))


def _read_sheet(reader: PlanSheetReader, vocabulary: HeadingVocabulary) -> _SheetReading:
    reading = _SheetReading(reader)
    reading.reader.read()
    reading.colours = read_colours(reading.reader, vocabulary.schema)
    if theme := vocabulary.schema.role("theme"):
        reading.themes = ThemeReader(reading.reader, theme).read()
    for band in (e for e in reading.reader.events if isinstance(e, Band) and not theme):
        reading.reader.reasons.setdefault((band.row, band.at), ALONE_REASON)
    return reading


def _without_versions(readings: Sequence[_SheetReading], main: _SheetReading, schema: Schema) -> list[_SheetReading]:
    """Return the sheets without those that hold the same lines at another time: the latest by its name, else the one with most headings."""
    dated = [(r, rank) for r in readings if (rank := period_rank(r.name)) and not without_period(r.name)]
    if len(dated) > 1 and len(dated) == len(readings) and len({rank.scale for _, rank in dated}) == 1:
        return [max(dated, key=lambda d: d[1].order)[0]]
    key = next((c.key for c in (schema.role("priority"), *schema.columns) if c), "")
    mine = _texts(main, key)
    kept = []
    for reading in readings:
        texts = _texts(reading, key)
        if reading is main or 2 * len(texts & mine) < min(len(texts), len(mine)) or not texts:
            kept.append(reading)
    return kept


def _texts(reading: _SheetReading, key: str) -> set[str]:
    return {t for x in reading.reader.lines if (t := fold_name(normalised_text(x.values.get(key))))}


def _unread_sheet_note(block: Block, versions: Collection[str]) -> str:
    why = " the same lines, or those of another time," if block.name in versions else " a table too,"
    hidden = " is hidden and" if block.hidden else ""
    return f"Sheet '{block.name}'{hidden} holds{why} and was not read. To read it, choose it with --sheet \"{block.name}\"."


def _name_themes_by_sheets(readings: Sequence[_SheetReading], schema: Schema) -> None:
    """Where a plan has a sheet for each theme, the sheet's title, or else its name, is the theme of its lines."""
    theme = schema.role("theme")
    bare = [
        r
        for r in readings
        if r.reader.lines and theme and all(is_blank(x.values.get(theme.key)) for x in r.reader.lines)
    ]
    if theme is None or len(readings) < 2:
        return
    titles = {r.name: _title(r.reader) for r in bare}
    distinct = len({b.text for b in titles.values() if b}) == len(bare)
    for reading in bare:
        title = titles[reading.name]
        text = reading.name
        if title and distinct:
            text = title.text
            reading.reader.reasons.pop((title.row, title.at), None)
        reading.themes.titles.append(address(title.row, title.at) if title and distinct else "the sheet's name")
        for line in reading.reader.lines:
            line.values[theme.key] = " ".join(text.split())


def _title(reader: PlanSheetReader) -> Band | None:
    top = reader.headers[0].top
    return next((e for e in reader.events if isinstance(e, Band) and e.row < top), None)


def _sheet_notes(reading: _SheetReading, vocabulary: HeadingVocabulary) -> Iterable[str]:
    """Return the receipt's sentences about one sheet."""
    reader, first = reading.reader, reading.reader.headers[0]
    schema = vocabulary.schema
    rows = f"row {first.top}" if first.depth == 1 else f"rows {first.top} to {first.top + first.depth - 1}"
    yield f"Sheet '{reading.name}': headings in {rows}, {count_noun(len(reader.lines), 'line')} read."
    seen: set[tuple[int, str]] = set()
    for header in reader.headers:
        fresh = [c for c in header.columns if (c.at, c.name) not in seen]
        if not fresh:
            continue
        seen |= {(c.at, c.name) for c in fresh}
        taken = {c.key: c.name for c in header.columns if c.use is ColumnUse.READ and c.key}
        near = set(taken)
        for c in fresh:
            yield from _heading_notes(c, schema, vocabulary, near)
        yield from column_notes(header, schema, taken)
    yield from _row_notes(reader)
    yield from _theme_notes(reading, schema)
    if reading.colours and (status := schema.role("status")):
        yield colour_note(reading.colours, reading.name, status, shown_cells(reading.colours.cells))


def _heading_notes(
    column: SourceColumn, schema: Schema, vocabulary: HeadingVocabulary, taken: Collection[str]
) -> Iterable[str]:
    if column.use is ColumnUse.READ and column.key:
        plain = {
            fold_heading(schema[column.key].header),
            fold_heading(f"{schema[column.key].group} {schema[column.key].header}"),
        }
        if fold_heading(column.name) not in plain and fold_heading(column.name.partition(" / ")[2]) not in plain:
            yield f"Column {_letters(column)} '{column.name}' was read as {schema[column.key].header}."
    elif column.use is ColumnUse.DOUBLED:
        yield f"Column {_letters(column)} '{column.name}' stands twice; only the other one was read."
    elif column.use is ColumnUse.UNKNOWN:
        yield unknown_note(column, vocabulary.suggest(column.heading.header, taken))


def _letters(column: SourceColumn) -> str:
    return column.heading.cell.rstrip("0123456789")


def _row_notes(reader: PlanSheetReader) -> Iterable[str]:
    """Return the receipt's sentences about rows that are no lines, and cells that belong to the line above."""
    found, place = reader.found, reader.block.name
    if found.overlapping:
        yield "Some merged cells overlap; they were read as they stand."
    for rows, what in (
        (found.repeated, "the headings stand again"),
        (found.numbering, "the columns are numbered"),
        (found.guidance, "there is guidance on how to fill in the columns"),
        (found.examples, "there is an example"),
        (found.totals, "there are totals"),
        (found.ends, "the end of the table is marked; what stands below it was not read"),
    ):
        if rows:
            yield f"Sheet '{place}': in row{'s' * (len(rows) > 1)} {shown_cells([str(r) for r in rows])} {what}."
    for table in found.other_tables:
        title = f" '{table.title}'" if table.title else ""
        yield f"Sheet '{place}': in row {table.row} another table{title} begins, with headings of its own, and was not read: {shown_cells(table.names)}."
    if found.continued:
        first = min(found.continued)
        yield f"{count_noun(len(found.continued), 'line')} stood over several rows each, from row {first} on, and were put together, as a table from Word is pasted."
    if spread := len([p for p in found.spread if p[0] not in found.continued]):
        yield f"{count_noun(spread, 'cell')} merged over several lines {'was' if spread == 1 else 'were'} read for each of them."
    if found.paragraphs:
        yield f"What stands alone in {shown_cells(found.paragraphs)} was read as the next paragraph of the cell above."
    if found.dittos:
        yield f"Ditto marks ({shown_cells(found.dittos)}) were read as what stands above them."


def _theme_notes(reading: _SheetReading, schema: Schema) -> Iterable[str]:
    theme, found = schema.role("theme"), reading.themes
    if theme is None:
        return
    if found.alone:
        yield f"What stands alone in its row ({shown_cells(found.alone)}) was read as the {theme.header} of the lines below it."
    if found.titles:
        yield f"Sheet '{reading.name}': the title ({shown_cells(found.titles)}) was read as the {theme.header} of its lines."
    if found.not_themes:
        names = join_words(f"'{n}'" for n in dict.fromkeys(found.not_themes))
        yield f"Column {names} was not read as {theme.header}: the title above the table is. To read it, give it a column of its own in the schema file."
    if found.filled:
        yield f"{theme.header}: {count_noun(len(found.filled), 'blank cell')} ({shown_cells(found.filled)}) {'was' if len(found.filled) == 1 else 'were'} filled from the cell above."
    if found.details:
        yield f"What stands below a theme ({shown_cells(found.details)}) says more of it and has no column: it is listed."


def _missing_columns(readings: Sequence[_SheetReading], schema: Schema) -> list[str]:
    held = {key for r in readings for x in r.reader.lines for key in x.values}
    held |= {key for r in readings for h in r.reader.headers for key in h.keys.values()}
    gone = [c.header for c in schema.columns if c.key not in held]
    return [f"There is no column {join_words(gone, 'or')}."] if gone else []


def _unplaced(reader: PlanSheetReader) -> list[UnplacedCell]:
    """Return the sheet's filled cells without a place, row by row."""
    found = []
    rows = reader.block.rows
    for (row, at), reason in sorted(reader.reasons.items()):
        if row <= len(rows) and not is_blank(value := reader.block.at(row, at)):
            found.append(UnplacedCell(reader.block.name, address(row, at), value, reason))
    return found


def _cells_of_other_sheets(blocks: Iterable[Block]) -> Iterable[UnplacedCell]:
    for block in blocks:
        for number, row in enumerate(block.rows, 1):
            for at, value in enumerate(row, 1):
                if not is_blank(value):
                    yield UnplacedCell(block.name, address(number, at), value, "is on another sheet")
