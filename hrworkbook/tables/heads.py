"""Where a header stands: on how many rows, with which columns; the header of one file is known again in the next."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property

from hrworkbook.findings import listed
from hrworkbook.snapshot import Range, address, column_letters
from hrworkbook.tables.claims import read_headings
from hrworkbook.tables.headings import Heading, Rows, Words
from hrworkbook.values import Value, has_letter, is_blank

DEEPEST = 3
"""Rows a header may stand on."""
_MOST_HEADS = 1_000
_ROW_LOOKS = 20
"""What making out a header costs beside its texts, in look-ups."""
_ORDINARY = frozenset({str, float, int, type(None)})
"""Types of what may be looked up: a text and an error value would be found in each other's place."""


class Head:
    """Where a header stands, and its headings. All that follows from its texts is worked out once for a folder of returns."""

    def __init__(self, top: int, lines: Rows, headings: tuple[Heading, ...], words: Words) -> None:
        self.top = top
        self.depth = len(lines)
        self.headings = headings
        self.words = words
        self._lines = lines
        self.known = sum(h.known for h in headings)
        """How many of its columns are known."""
        self.keys = frozenset(h.key for h in headings if h.key is not None)

    @cached_property
    def suggesting(self) -> "Head":
        """The same, headings that are not known with the plan's header that comes nearest."""
        return Head(self.top, self._lines, suggested(self.headings, self.words), self.words)

    @cached_property
    def told(self) -> tuple[str, ...]:
        """The receipt's sentences about its headings."""
        return tuple(sentence for h in self.headings if (sentence := told(h, self.words)))

    @cached_property
    def columns(self) -> "Columns":
        """What each sheet column under it is for."""
        return Columns(self.headings)

    @cached_property
    def cells(self) -> int:
        """How many cells of its rows hold something."""
        return sum(value is not None and not is_blank(value) for line in self._lines for value in line)

    @cached_property
    def marks(self) -> tuple[set[Value], int]:
        """The texts by which a further header is noticed, and how many of them make one."""
        rows: list[set[Value]] = [{v for v in line if type(v) is str and not is_blank(v)} for line in self._lines]
        first = next((len(texts) for texts in rows if texts), 0)
        return self.words.raw.union(*rows), max(2, (min(first, self.known) + 1) // 2)

    @cached_property
    def unheaded(self) -> tuple[list[str], list[int]]:
        """The columns that a collection's schema lets stand without a heading and that have none; where they may stand."""
        settings = self.words.schema.collect
        allowed = settings.unheaded if settings else ()
        first = min((h.column for h in self.headings if h.key is not None and h.key not in allowed), default=0)
        headed = {h.column for h in self.headings}
        return [key for key in allowed if key not in self.keys], [at for at in range(1, first) if at not in headed]

    def with_unheaded(self, rows: Rows) -> "Head":
        """The header, and the columns that a collection's schema lets stand at the left without one.

        They are read in the order the schema names them, and only where as many columns lack a heading as are missing.
        """
        keys, gaps = self.unheaded
        if not keys or len(gaps) < len(keys):
            return self
        below = rows[self.top - 1 + self.depth :]
        bare = [at for at in gaps if any(at <= len(row) and not is_blank(row[at - 1]) for row in below)]
        if len(bare) != len(keys):
            return self
        added = [Heading(at, address(self.top, at), "", key, "by position") for at, key in zip(bare, keys, strict=True)]
        headings = sorted((*self.headings, *added), key=lambda h: h.column)
        return Head(self.top, self._lines, tuple(headings), self.words)


class Columns:
    """What each sheet column of a table is for."""

    def __init__(self, headings: Sequence[Heading]) -> None:
        keyed = [(h.key, h.column) for h in headings if h.key is not None]
        self.keys = tuple(key for key, _ in keyed)
        self.ats = tuple(at for _, at in keyed)
        """Sheet column of each key."""
        self.id_at = next((h.column for h in headings if h.how == "id"), 0)
        self.width = max(h.column for h in headings)
        used = {*self.ats, self.id_at}
        by_column = {h.column: h for h in headings}
        self.others = {at: by_column.get(at) for at in range(1, self.width + 1) if at not in used}
        self._twins: dict[int, str] = {}

    def twin(self, heading: Heading, words: Words) -> str:
        """The key a doubled column repeats; '' for the ID."""
        if heading.column not in self._twins:
            parts = heading.header.split(" / ")
            known = [m for i in range(len(parts)) if (m := words.match(" ".join(parts[i:])))]
            self._twins[heading.column] = known[0][0] if known and known[0][1] != "id" else ""
        return self._twins[heading.column]


def head_at(rows: Rows, merges: Sequence[Range], top: int, depth: int, words: Words) -> Head:
    """The header that stands on `depth` rows from sheet row `top`."""
    lines = [rows[top - 1 + i] if top - 1 + i < len(rows) else () for i in range(depth)]
    words.look(_ROW_LOOKS + 2 * sum(map(len, lines)))
    spans = {(r1 - top, c1): c2 for r1, c1, r2, c2 in merges if top <= r1 < top + depth}
    if not all(_ORDINARY.issuperset(map(type, line)) for line in lines):
        return Head(top, lines, read_headings(lines, spans, top, words), words)
    key = (top, *map(tuple, lines), frozenset(spans.items()))
    found = words.heads.get(key)
    if found is None:
        found = Head(top, lines, read_headings(lines, spans, top, words), words)
        if len(words.heads) >= _MOST_HEADS:
            words.heads.clear()
        words.heads[key] = found
    return found


def find_header(rows: Rows, merges: Sequence[Range], row: int, words: Words) -> Head:
    """The header at sheet row `row`, on so many rows as make most columns known."""
    best: Head | None = None
    for depth in range(1, DEEPEST + 1):
        lowest = rows[row - 2 + depth] if row - 2 + depth < len(rows) else ()
        if depth > 1 and _is_of_figures(lowest):
            break
        if depth > 1 and not words.any_likely(lowest):
            continue
        head = head_at(rows, merges, row, depth, words)
        if best is None or head.known > best.known:
            best = head
        if depth == 1 and is_plain(rows, head):
            break
    assert best is not None
    return best


def _is_of_figures(row: Sequence[Value]) -> bool:
    """Whether most of what a row holds are figures: no row of headings, though a name in it may read as one."""
    texts = [value for value in row if isinstance(value, str)]
    words = sum(map(has_letter, texts))
    filled = len(row) - row.count(None) - sum(map(str.isspace, texts)) - texts.count("")
    return 2 * (filled - words) > filled


def is_plain(rows: Rows, head: Head) -> bool:
    """Whether the one row says it all: no heading in it is strange, most columns are there, and none is below."""
    if 2 * len(head.headings) < len(head.words.headers):
        return False
    if any(not h.known and h.how != "shown only" for h in head.headings):
        return False
    return head.top >= len(rows) or head.words.raw.isdisjoint(rows[head.top])


NO_COLUMN = "There is no column "


def absent(heads: Collection[Head], words: Words) -> str:
    """The receipt's sentence about the plan's columns that no header has; '' where all are there."""
    found = frozenset().union(*(head.keys for head in heads))
    headers = [header for key, header in words.headers.items() if key not in found]
    return f"{NO_COLUMN}{listed(headers, 'or')}." if headers else ""


def suggested(headings: Sequence[Heading], words: Words) -> tuple[Heading, ...]:
    """The headings, those not known with the plan's header that comes nearest."""
    taken = {h.key for h in headings if h.key is not None}
    found = []
    for heading in headings:
        near = words.suggestion(heading.header, taken) if heading.how == "not known" else ""
        found.append(replace(heading, how=f"suggestion: {near}") if near else heading)
    return tuple(found)


def told(heading: Heading, words: Words) -> str:
    """The receipt's sentence about a heading; '' where it is the plan's own, whatever its case, spacing and group."""
    if heading.how in ("exact", "normalised", "group", "spelled", "id", "shown only"):
        return ""
    name = f"Column {column_letters(heading.column)} '{' '.join(heading.header.split())}'"
    if heading.how == "by position":
        column = column_letters(heading.column)
        return f"Column {column} has no heading; where it stands, it was read as {words.headers[heading.key or '']}."
    if heading.key is not None:
        return f"{name} was read as {words.headers[heading.key]}."
    if heading.how == "doubled":
        return f"{name} stands twice; only the other one was read."
    near = heading.how.removeprefix("suggestion: ")
    return f"{name} is not known, and was not read." + (f" Is it {near}?" if near != heading.how else "")
