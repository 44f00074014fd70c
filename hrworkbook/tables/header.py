"""Where a header stands: on how many rows, with which columns; the header of one file is known again in the next."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property

from hrworkbook.plan.snapshot import CellRange, address, column_letters
from hrworkbook.plan.values import Value, as_text, has_letter, is_blank
from hrworkbook.tables.heading import Heading, MatchKind
from hrworkbook.tables.heading_vocabulary import Grid, HeadingVocabulary, fold_heading
from hrworkbook.tables.resolve_headings import resolve_headings

MAX_HEADER_ROWS = 3
"""Rows a header may stand on."""
_CACHE_SIZE = 1_000
_ROW_LOOKS = 20
"""What making out a header costs beside its texts, in look-ups."""
_PLAIN_TYPES = frozenset({str, float, int, type(None)})
"""Types of what may be looked up: a text and an error value would be found in each other's place."""


class Header:
    """Where a header stands, and its headings. All that follows from its texts is worked out once for a folder of returns."""

    def __init__(self, top: int, lines: Grid, headings: tuple[Heading, ...], vocabulary: HeadingVocabulary) -> None:
        self.top = top
        self.depth = len(lines)
        self.headings = headings
        self.vocabulary = vocabulary
        self._lines = lines
        self.known_count = sum(h.is_known for h in headings)
        """How many of its columns are known."""
        self.keys = frozenset(h.key for h in headings if h.key is not None)

    @cached_property
    def with_suggestions(self) -> "Header":
        """The same, headings that are not known with the plan's header that comes nearest."""
        return Header(self.top, self._lines, add_suggestions(self.headings, self.vocabulary), self.vocabulary)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """The receipt's sentences about its headings."""
        return tuple(sentence for h in self.headings if (sentence := heading_note(h, self.vocabulary)))

    @cached_property
    def columns(self) -> "ColumnLayout":
        """What each sheet column under it is for."""
        return ColumnLayout(self.headings)

    @cached_property
    def cell_count(self) -> int:
        """How many cells of its rows hold something."""
        return sum(value is not None and not is_blank(value) for line in self._lines for value in line)

    @cached_property
    def repeat_marks(self) -> tuple[set[Value], int]:
        """The texts by which a further header is noticed, and how many of them make one."""
        rows: list[set[Value]] = [{v for v in line if type(v) is str and not is_blank(v)} for line in self._lines]
        first = next((len(texts) for texts in rows if texts), 0)
        return self.vocabulary.exact_texts.union(*rows), max(2, (min(first, self.known_count) + 1) // 2)

    @cached_property
    def unheaded(self) -> tuple[list[str], list[int]]:
        """The columns that a collection's schema lets stand without a heading and that have none; where they may stand."""
        settings = self.vocabulary.schema.collect
        allowed = settings.unheaded if settings else ()
        first = min((h.column for h in self.headings if h.key is not None and h.key not in allowed), default=0)
        headed = {h.column for h in self.headings}
        return [key for key in allowed if key not in self.keys], [at for at in range(1, first) if at not in headed]

    def with_unheaded(self, rows: Grid) -> "Header":
        """Return the header, and the columns that a collection's schema lets stand at the left without one.

        They are read in the order the schema names them, and only where as many columns lack a heading as are missing.
        """
        keys, gaps = self.unheaded
        if not keys or len(gaps) < len(keys):
            return self
        below = rows[self.top - 1 + self.depth :]
        bare = [at for at in gaps if any(at <= len(row) and not is_blank(row[at - 1]) for row in below)]
        if len(bare) != len(keys):
            return self
        added = [
            Heading(at, address(self.top, at), "", key, MatchKind.BY_POSITION)
            for at, key in zip(bare, keys, strict=True)
        ]
        headings = sorted((*self.headings, *added), key=lambda h: h.column)
        return Header(self.top, self._lines, tuple(headings), self.vocabulary)


class ColumnLayout:
    """What each sheet column of a table is for."""

    def __init__(self, headings: Sequence[Heading]) -> None:
        keyed = [(h.key, h.column) for h in headings if h.key is not None]
        self.keys = tuple(key for key, _ in keyed)
        self.sheet_columns = tuple(at for _, at in keyed)
        """Sheet column of each key."""
        self.id_column = next((h.column for h in headings if h.match_kind is MatchKind.ID), 0)
        self.width = max(h.column for h in headings)
        used = {*self.sheet_columns, self.id_column}
        by_column = {h.column: h for h in headings}
        self.other_columns = {at: by_column.get(at) for at in range(1, self.width + 1) if at not in used}
        self._duplicated_keys: dict[int, str] = {}

    def duplicated_key(self, heading: Heading, vocabulary: HeadingVocabulary) -> str:
        """Return the key a doubled column repeats; '' for the ID."""
        if heading.column not in self._duplicated_keys:
            parts = heading.header.split(" / ")
            known = [m for i in range(len(parts)) if (m := vocabulary.match(" ".join(parts[i:])))]
            self._duplicated_keys[heading.column] = known[0][0] if known and known[0][1] is not MatchKind.ID else ""
        return self._duplicated_keys[heading.column]


def header_at(rows: Grid, merges: Sequence[CellRange], top: int, depth: int, vocabulary: HeadingVocabulary) -> Header:
    """Return the header that stands on `depth` rows from sheet row `top`."""
    lines = [rows[top - 1 + i] if top - 1 + i < len(rows) else () for i in range(depth)]
    vocabulary.look(_ROW_LOOKS + 2 * sum(map(len, lines)))
    spans = {(r1 - top, c1): c2 for r1, c1, r2, c2 in merges if top <= r1 < top + depth}
    if not all(_PLAIN_TYPES.issuperset(map(type, line)) for line in lines):
        return Header(top, lines, resolve_headings(lines, spans, top, vocabulary), vocabulary)
    key = (top, *map(tuple, lines), frozenset(spans.items()))
    found = vocabulary.header_cache.get(key)
    if found is None:
        found = Header(top, lines, resolve_headings(lines, spans, top, vocabulary), vocabulary)
        if len(vocabulary.header_cache) >= _CACHE_SIZE:
            vocabulary.header_cache.clear()
        vocabulary.header_cache[key] = found
    return found


def find_header(rows: Grid, merges: Sequence[CellRange], row: int, vocabulary: HeadingVocabulary) -> Header:
    """Return the header at sheet row `row`, on so many rows as make most columns known."""
    best: Header | None = None
    for depth in range(1, MAX_HEADER_ROWS + 1):
        lowest = rows[row - 2 + depth] if row - 2 + depth < len(rows) else ()
        if depth > 1 and _is_mostly_figures(lowest):
            break
        if depth > 1 and not vocabulary.has_likely(lowest):
            continue
        if best is not None and _is_line(lowest, best, vocabulary):
            break
        header = header_at(rows, merges, row, depth, vocabulary)
        if best is None or header.known_count > best.known_count:
            best = header
        if depth == 1 and is_simple(rows, header):
            break
    assert best is not None
    return best


def _is_line(row: Sequence[Value], header: Header, vocabulary: HeadingVocabulary) -> bool:
    """Whether a row below a header is a line: what stands under most of its known columns, or in its ID column, is no heading."""
    below = {h.column: row[h.column - 1] for h in header.headings if h.is_known and h.column <= len(row)}
    filled = [at for at, value in below.items() if not is_blank(value) and fold_heading(as_text(value))]
    likely = set(vocabulary.likely_columns(row))
    strange = [at for at in filled if at - 1 not in likely or not isinstance(below[at], str)]
    id_at = header.columns.id_column
    return id_at in strange or 2 * len(strange) > len(filled) and len(strange) > 1


def _is_mostly_figures(row: Sequence[Value]) -> bool:
    """Whether most of what a row holds are figures: no row of headings, though a name in it may read as one."""
    texts = [value for value in row if isinstance(value, str)]
    vocabulary = sum(map(has_letter, texts))
    filled = len(row) - row.count(None) - sum(map(str.isspace, texts)) - texts.count("")
    return 2 * (filled - vocabulary) > filled


def is_simple(rows: Grid, header: Header) -> bool:
    """Whether the one row says it all: no heading in it is strange, most columns are there, and none is below."""
    if 2 * len(header.headings) < len(header.vocabulary.headers):
        return False
    if any(not h.is_known and h.match_kind is not MatchKind.SHOWN_ONLY for h in header.headings):
        return False
    return header.top >= len(rows) or header.vocabulary.exact_texts.isdisjoint(rows[header.top])


def missing_columns(all_headers: Collection[Header], vocabulary: HeadingVocabulary) -> tuple[str, ...]:
    """Return the headers of the plan's columns that no header of the table has."""
    found = frozenset().union(*(header.keys for header in all_headers))
    return tuple(header for key, header in vocabulary.headers.items() if key not in found)


_PLAIN_MATCHES = frozenset({
    MatchKind.EXACT, MatchKind.NORMALISED, MatchKind.GROUP, MatchKind.SPELLED, MatchKind.ID, MatchKind.SHOWN_ONLY,
})  # fmt: skip
"""How a heading is known of which the receipt says nothing."""


def add_suggestions(headings: Sequence[Heading], vocabulary: HeadingVocabulary) -> tuple[Heading, ...]:
    """Return the headings, those not known with the plan's header that comes nearest."""
    taken = {h.key for h in headings if h.key is not None}
    found = []
    for heading in headings:
        near = vocabulary.suggest(heading.header, taken) if heading.match_kind is MatchKind.NOT_KNOWN else ""
        found.append(replace(heading, suggested=near) if near else heading)
    return tuple(found)


def heading_note(heading: Heading, vocabulary: HeadingVocabulary) -> str:
    """Return the receipt's sentence about a heading; '' where it is the plan's own, whatever its case, spacing and group."""
    if heading.match_kind in _PLAIN_MATCHES:
        return ""
    name = f"Column {column_letters(heading.column)} '{' '.join(heading.header.split())}'"
    if heading.match_kind is MatchKind.BY_POSITION:
        column = column_letters(heading.column)
        return (
            f"Column {column} has no heading; where it stands, it was read as {vocabulary.headers[heading.key or '']}."
        )
    if heading.key is not None:
        return f"{name} was read as {vocabulary.headers[heading.key]}."
    if heading.match_kind is MatchKind.DOUBLED:
        return f"{name} stands twice; only the other one was read."
    return f"{name} is not known, and was not read." + (f" Is it {heading.suggested}?" if heading.suggested else "")
