"""Which heading is which column: exact, normalised, by alias or group; a near miss is only ever suggested.

Fuzzy matching writes wrong data ("Spend" is nearer to "Planned Spend" than many a true match is), so a heading that
is not known stays unknown until HR says what it is.
"""

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from hrworkbook.schema import ID_HEADER, Schema
from hrworkbook.snapshot import address, column_letters
from hrworkbook.values import CellError, Value, folded, plain

ID = "\0id"
SHOWN = "\0shown"
"""Stand-ins for a key: the plan's own ID column, and a column that only shows what was reported before."""

_JOIN = " / "
_PARTIAL = 10
_MOST_MET = 10_000
_LONGEST = 400
"""Characters of a heading."""
_RANKS = {"exact": 0, "id": 0, "shown only": 0, "normalised": 1, "group": 2, "alias": 3}

_LETTER = re.compile(r"[^\W\d_]")
_FIGURES = re.compile(r"^[^a-z]*[^a-z ](?= |$)|(?<= )[^a-z ][^a-z]*$")

_MARKER = re.compile(r"\s*(?:\[(?:notes? ?)?[0-9]+(?:, ?[0-9]+)*\]|\(notes? [0-9]+\)|[¹²³⁴⁵⁶⁷⁸⁹⁰]+)", re.IGNORECASE)
"""What points to a footnote: [note 1], (note 2), [3] or a raised figure."""
_POINTS = re.compile(r"[\[(¹²³⁴⁵⁶⁷⁸⁹⁰]")

Rows = Sequence[Sequence[Value]]


@dataclass(frozen=True, slots=True)
class Heading:
    """One column's heading as it stands on the sheet, and the column of the plan it was read as."""

    column: int
    """Sheet column, from 1."""
    cell: str
    header: str
    """As written; a heading over several rows is joined with ' / '."""
    key: str | None
    how: str
    """`exact`, `normalised`, `alias`, `group`, `id`, `shown only`, `doubled`, `by position`, `not known` or
    `suggestion: HEADER`."""

    @property
    def known(self) -> bool:
        """Whether its cells are read: a column of the plan, or the ID."""
        return self.key is not None or self.how == "id"


@lru_cache(maxsize=8192)
def _folded(text: str) -> str:
    return folded(text)


def fold(text: str) -> str:
    """The heading's letters and digits, for look-up; remembered, since the same headings come in every return."""
    return _folded(text) if len(text) <= _LONGEST else folded(text)


def _unmarked(header: str) -> str:
    """A heading folded, without what points to footnotes."""
    return fold(_MARKER.sub("", header)) if _POINTS.search(header) else fold(header)


class Words:
    """Every way a schema's columns may be headed."""

    def __init__(self, schema: Schema, aliases: Mapping[str, str] | None, ignored: Collection[str]) -> None:
        self.schema = schema
        self.aliases = dict(aliases or {})
        self.ignored = frozenset(ignored)
        self.headers = {c.key: c.header for c in schema.columns}
        self.known: dict[str, tuple[str, str]] = {}
        self.raw: set[str] = {ID_HEADER}
        for header, key in self.aliases.items():
            if key == ID_HEADER:
                self._learn(header, ID, "id")
            elif key in self.headers:
                self._learn(header, key, "alias")
        self._learn(ID_HEADER, ID, "id")
        for column in schema.columns:
            self._learn(column.header, column.key, "normalised")
        for header in self.ignored:
            self._learn(header, SHOWN, "shown only")
        for column in schema.columns:
            if column.group:
                self._learn(f"{column.group} {column.header}", column.key, "group")
            for alias in column.aliases:
                self._learn(alias, column.key, "alias")
                if column.group:
                    self._learn(f"{column.group} {alias}", column.key, "group")
        self.spelled = _spelling(schema)
        for text, found in list(self.known.items()):
            self.known.setdefault(self.spelled(text), (found[0], "alias" if found[1] == "normalised" else found[1]))
        self.met: dict[str, tuple[str, str] | None] = {}
        self.claims: dict[tuple[tuple[str, ...], bool], tuple[str | None, str, int]] = {}
        self.seen: dict[str, bool] = {}
        self.unlikely: set[Value] = {None}
        """Texts that were seen not to be headings, nor parts of one."""
        self.heads: dict[tuple[Any, ...], Any] = {}
        """The headers met, by their texts."""
        self.all = "\n".join(f" {text} " for text in self.known)
        self.figures = {part for text in self.known for part in _FIGURES.findall(text)}
        """Numbers that headings begin or end with; any other number in a cell is no part of a heading."""

    def _learn(self, header: str, key: str, how: str) -> None:
        self.known.setdefault(fold(header), (key, how))
        self.raw.add(header)

    def match(self, header: str) -> tuple[str, str] | None:
        """The key and how it was known; None where the heading is not known."""
        if header in self.met:
            return self.met[header]
        folded_header = fold(header)
        found = self.known.get(folded_header)
        if not found:
            found = self.known.get(self.spelled(folded_header))
            if not found and (bare := _unmarked(header)) != folded_header:
                found = self.known.get(bare) or self.known.get(self.spelled(bare))
            found = (found[0], "alias") if found and found[1] == "normalised" else found
        elif found[1] == "normalised" and plain(header) == self.headers[found[0]]:
            found = found[0], "exact"
        if len(self.met) < _MOST_MET and len(header) <= _LONGEST:
            self.met[header] = found
        return found

    def claim(self, path: tuple[str, ...], own: bool) -> tuple[str | None, str, int]:
        """The key a heading asks for, how, and how strongly (less is stronger).

        `path` is the heading from group to leaf, `own` whether all of it stands in its column.
        """
        claim = self.claims.get((path, own))
        if claim is None:
            claim = self._claimed(path, own)
            if len(self.claims) < _MOST_MET:
                self.claims[path, own] = claim
        return claim

    def _claimed(self, path: tuple[str, ...], own: bool) -> tuple[str | None, str, int]:
        if found := self.match(" ".join(path)):
            return found[0], found[1], _RANKS[found[1]]
        tails = (path[i:] for i in range(1, len(path)))
        heads = (path[:i] for i in range(len(path) - 1, 0, -1) if own)
        for parts in (*tails, *heads):
            if found := self.match(" ".join(parts)):
                return found[0], found[1], _RANKS[found[1]] + _PARTIAL
        return None, "not known", 0

    def likely(self, text: str) -> bool:
        """Whether a cell's text may be a heading or a part of one."""
        found = self.seen.get(text)
        if found is None:
            if not _LETTER.search(text):
                return bool(self.figures) and fold(text) in self.figures
            folded_text = _unmarked(text)
            spelled = self.spelled(folded_text)
            found = bool(folded_text) and (f" {folded_text} " in self.all or f" {spelled} " in self.all)
            if len(self.seen) < _MOST_MET:
                self.seen[text] = found
                if not found:
                    self.unlikely.add(text)
        return found

    def any_likely(self, row: Sequence[Value]) -> bool:
        """Whether any cell of a row may be a heading or a part of one."""
        if self.unlikely.issuperset(row):
            return False
        seen, likely = self.seen, self.likely
        for value in row:
            if type(value) is str and 0 < len(value) <= _LONGEST and seen.get(value, True) and likely(value):
                return True
        return False

    def likely_in(self, row: Sequence[Value]) -> list[int]:
        """The columns of a row, from 0, that may hold a heading or a part of one: such texts, and what is no text."""
        if self.unlikely.issuperset(row):
            return []
        seen, likely = self.seen, self.likely
        return [
            at
            for at, value in enumerate(row)
            if value is not None
            and (type(value) is not str or (0 < len(value) <= _LONGEST and seen.get(value, True) and likely(value)))
        ]

    def suggestion(self, header: str, taken: Collection[str]) -> str:
        """The plan's header that comes nearest and is not yet found; '' where none is near."""
        near = {fold(h): h for key, h in self.headers.items() if key not in taken}
        found = difflib.get_close_matches(fold(header)[:80], near, 1, 0.7)
        return near[found[0]] if found else ""


def _spelling(schema: Schema) -> Callable[[str], str]:
    """What makes every spelling of a phrase in a folded heading the one the schema gives, and drops pound signs."""
    phrases: dict[str, str] = {"£": ""}
    for phrase, spellings in schema.spellings.items():
        phrases |= {fold(spelling): fold(phrase) for spelling in (phrase, *spellings)}
    by_first: dict[str, list[tuple[list[str], list[str]]]] = {}
    for spelling in sorted(phrases, key=len, reverse=True):
        if words := spelling.split():
            by_first.setdefault(words[0], []).append((words, phrases[spelling].split()))

    def spelled(text: str) -> str:
        words = text.split()
        if by_first.keys().isdisjoint(words):
            return text
        said: list[str] = []
        at = 0
        while at < len(words):
            for spelling, phrase in by_first.get(words[at], ()):
                if words[at : at + len(spelling)] == spelling:
                    said += phrase
                    at += len(spelling)
                    break
            else:
                said.append(words[at])
                at += 1
        return " ".join(said)

    return spelled


_last: Words | None = None


def words_of(schema: Schema, aliases: Mapping[str, str] | None = None, ignored: Collection[str] = ()) -> Words:
    """The schema's words; those asked for last are kept, since a folder of returns asks for the same ones."""
    global _last
    words = _last
    if (
        words
        and words.schema is schema
        and words.aliases == dict(aliases or {})
        and words.ignored == frozenset(ignored)
    ):
        return words
    _last = Words(schema, aliases, ignored)
    return _last


def read_headings(lines: Rows, spans: Mapping[tuple[int, int], int], top: int, words: Words) -> tuple[Heading, ...]:
    """The headings of a header whose rows begin at sheet row `top`.

    `spans` holds the last column of each merged group, by header row (from 0) and first column.
    """
    claims: list[tuple[Heading, int]] = []
    for column, leaf, path, own in _paths(lines, spans) if len(lines) > 1 else _one_row(lines[0]):
        key, how, rank = words.claim(tuple(path), all(own))
        claims.append((Heading(column, address(top + leaf, column), _JOIN.join(path), key, how), rank))
    return _settled(claims)


_Path = tuple[int, int, list[str], list[bool]]
"""Column, header row (from 0) of its lowest heading cell, the heading from group to leaf, and which parts stand in the column."""


def _one_row(line: Sequence[Value]) -> Iterator[_Path]:
    for column, value in enumerate(line, 1):
        if text := _text(value):
            yield column, 0, [text], [True]


def _paths(lines: Rows, spans: Mapping[tuple[int, int], int]) -> Iterator[_Path]:
    depth = len(lines)
    group: list[tuple[str, int]] = [("", 0)] * depth
    for column in range(1, max(map(len, lines), default=0) + 1):
        texts = [_text(line[column - 1]) if column <= len(line) else "" for line in lines]
        leaf = max((i for i in range(depth) if texts[i]), default=-1)
        for i, text in enumerate(texts):
            if text:
                group[i:] = [("", 0)] * (depth - i)
                group[i] = (text, spans.get((i, column), 0))
        if leaf < 0:
            continue
        path: list[str] = []
        own: list[bool] = []
        for i in range(leaf + 1):
            text, last = group[i]
            if not texts[i] and last and column > last:
                text = ""
            if text and (not path or path[-1] != text):
                path.append(text)
                own.append(bool(texts[i]))
        yield column, leaf, path, own


def _text(value: Value) -> str:
    """The heading in a cell; a cell without a letter or digit (a filler such as '.') holds none."""
    if value is None or value == "":
        return ""
    if isinstance(value, CellError):
        return str(value)
    return _tidy(value) if type(value) is str and len(value) <= _LONGEST else _tidied(plain(value))


@lru_cache(maxsize=8192)
def _tidy(text: str) -> str:
    return _tidied(plain(text))


def _tidied(text: str) -> str:
    return text if fold(text) else ""


def _settled(claims: list[tuple[Heading, int]]) -> tuple[Heading, ...]:
    """Each key to one column: the strongest claim, then the leftmost; what cannot be told apart stays unknown."""
    best: dict[str, tuple[int, Heading]] = {}
    unclear: set[str] = set()
    for heading, rank in claims:
        key = heading.key
        if key is None or key == SHOWN:
            continue
        if key not in best or rank < best[key][0]:
            best[key] = (rank, heading)
            unclear.discard(key)
        elif rank == best[key][0] >= _PARTIAL and heading.header != best[key][1].header:
            unclear.add(key)
    taken = best.keys() - unclear
    return tuple(_placed(heading, rank, best, taken) for heading, rank in claims)


def _placed(heading: Heading, rank: int, best: Mapping[str, tuple[int, Heading]], taken: Collection[str]) -> Heading:
    key = heading.key
    if key is None:
        return heading
    if key == SHOWN:
        return replace(heading, key=None)
    if key in taken and best[key][1] is heading:
        return replace(heading, key=None) if key == ID else heading
    if key in taken and (rank < _PARTIAL or heading.header == best[key][1].header):
        return replace(heading, key=None, how="doubled")
    return replace(heading, key=None, how="not known")


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
    if heading.how in ("exact", "normalised", "group", "id", "shown only"):
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
