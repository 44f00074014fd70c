"""Which heading is which column: exact, normalised, by alias or group; a near miss is only ever suggested.

Fuzzy matching writes wrong data ("Spend" is nearer to "Planned Spend" than many a true match is), so a heading that
is not known stays unknown until HR says what it is.
"""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from hrworkbook.schema import ID_HEADER, Schema
from hrworkbook.tables.spelling import Meaning, Spelling
from hrworkbook.values import Value, folded, has_letter, plain

ID = "\0id"
SHOWN = "\0shown"
"""Stand-ins for a key: the plan's own ID column, and a column that only shows what was reported before."""

PARTIAL = 10
_MOST_MET = 10_000
LOOKS_MAX = 100_000
"""Texts of one file that are looked up as headings before it is refused: a second or two, and seven times what any file
of a corpus of 1,400 takes."""
LONGEST = 400
"""Characters of a heading."""
_RANKS = {"exact": 0, "id": 0, "shown only": 0, "normalised": 1, "group": 2, "spelled": 3, "alias": 3}
_SPELLED = {"normalised": "alias", "group": "spelled"}
"""How a heading is known whose words are not quite those of one that is known so."""

_FIGURES = re.compile(r"^[^a-z]*[^a-z ](?= |$)|(?<= )[^a-z ][^a-z]*$")

_MARKER = re.compile(r"\s*(?:\[(?:notes? ?)?[0-9]+(?:, ?[0-9]+)*\]|\(notes? [0-9]+\)|[¹²³⁴⁵⁶⁷⁸⁹⁰]+)", re.IGNORECASE)
"""What points to a footnote: [note 1], (note 2), [3] or a raised figure."""
_POINTS = re.compile(r"\[(?:notes? ?)?[0-9]|\(notes? [0-9]|[¹²³⁴⁵⁶⁷⁸⁹⁰]", re.IGNORECASE)

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
    """`exact`, `normalised`, `alias`, `group`, `spelled` (with its group, in other words), `id`, `shown only`, `doubled`,
    `by position`, `not known` or `suggestion: HEADER`."""

    @property
    def known(self) -> bool:
        """Whether its cells are read: a column of the plan, or the ID."""
        return self.key is not None or self.how == "id"


@lru_cache(maxsize=8192)
def _folded(text: str) -> str:
    return folded(text)


def fold(text: str) -> str:
    """The heading's letters and digits, for look-up; remembered, since the same headings come in every return."""
    return _folded(text) if len(text) <= LONGEST else folded(text)


def _unmarked(header: str) -> str:
    """A heading folded, without what points to footnotes."""
    return fold(_MARKER.sub("", header)) if _POINTS.search(header) else fold(header)


class TooManyHeadings(Exception):
    """A file has more that may be headings than can be looked through."""


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
        self.spelling = Spelling(schema.spellings)
        self.either: dict[Meaning, tuple[str, ...]] = {}
        """What may be one column's heading or another's."""
        for text, keys in schema.either.items():
            self.either[self.spelling.meaning(fold(text))] = keys
        self.meant: dict[Meaning, tuple[str, str]] = {}
        """The same, by what they say in whatever words."""
        for text, found in self.known.items():
            self._mean(text, found[0], _SPELLED.get(found[1], found[1]))
        for text, keys in schema.either.items():
            for column in (schema[key] for key in keys if schema[key].group):
                self._mean(f"{column.group} {text}", column.key, "spelled")
        self.parts = {rule.settings["total"]: rule.settings["parts"] for rule in schema.rules if rule.name == "adds-up"}
        """The columns that each total adds up."""
        self.met: dict[str, tuple[str, str] | None] = {}
        self.claims: dict[tuple[tuple[str, ...], bool], Asked] = {}
        self.seen: dict[str, bool] = {}
        self.unlikely: set[Value] = {None}
        """Texts that were seen not to be headings, nor parts of one."""
        self.looks = 0
        """Texts looked up since the search of a file began."""
        self.heads: dict[tuple[Any, ...], Any] = {}
        """The headers met, by their texts."""
        self.all = "\n".join(f" {text} " for text in self.known)
        self.by_word: dict[str, list[Meaning]] = {}
        for meaning in (*self.meant, *self.either):
            for word in meaning:
                self.by_word.setdefault(word, []).append(meaning)
        self.figures = {part for text in self.known for part in _FIGURES.findall(text)}
        """Numbers that headings begin or end with; any other number in a cell is no part of a heading."""

    def _learn(self, header: str, key: str, how: str) -> None:
        self.known.setdefault(fold(header), (key, how))
        self.raw.add(header)

    def _mean(self, header: str, key: str, how: str) -> None:
        meaning = self.spelling.meaning(fold(header))
        if meaning and meaning not in self.either:
            self.meant.setdefault(meaning, (key, how))

    def look(self, texts: int) -> None:
        """Count so many look-ups; raises TooManyHeadings where that is more than any return takes."""
        self.looks += texts
        if self.looks > LOOKS_MAX:
            raise TooManyHeadings

    def match(self, header: str) -> tuple[str, str] | None:
        """The key and how it was known; None where the heading is not known."""
        if header in self.met:
            return self.met[header]
        folded_header = fold(header)
        found = self.known.get(folded_header)
        if not found:
            bare = _unmarked(header)
            found = self.known.get(bare) or self.meant.get(self.spelling.meaning(bare))
            found = (found[0], "alias") if found and found[1] == "normalised" else found
        elif found[1] == "normalised" and plain(header) == self.headers[found[0]]:
            found = found[0], "exact"
        if len(self.met) < _MOST_MET and len(header) <= LONGEST:
            self.met[header] = found
        return found

    def choices(self, header: str) -> tuple[str, ...]:
        """The columns that a heading which is not known by itself may be for: none, or several."""
        return self.either.get(self.spelling.meaning(_unmarked(header)), ())

    def claim(self, path: tuple[str, ...], own: bool) -> "Asked":
        """What a heading asks for; `path` is it from group to leaf, `own` whether all of it stands in its column."""
        asked = self.claims.get((path, own))
        if asked is None:
            asked = _asked(path, own, self)
            if len(self.claims) < _MOST_MET:
                self.claims[path, own] = asked
        return asked

    def likely(self, text: str) -> bool:
        """Whether a cell's text may be a heading or a part of one."""
        found = self.seen.get(text)
        if found is None:
            if not has_letter(text):
                return bool(self.figures) and fold(text) in self.figures
            self.look(1 + len(text) // 40)
            folded_text = _unmarked(text)
            found = bool(folded_text) and (f" {folded_text} " in self.all or self._is_part(folded_text))
            if len(self.seen) < _MOST_MET:
                self.seen[text] = found
                if not found:
                    self.unlikely.add(text)
        return found

    def _is_part(self, folded_text: str) -> bool:
        """Whether a text says a part of what a heading says."""
        meaning = self.spelling.meaning(folded_text)
        return any(meaning <= whole for word in meaning for whole in self.by_word.get(word, ()))

    def any_likely(self, row: Sequence[Value]) -> bool:
        """Whether any cell of a row may be a heading or a part of one."""
        if self.unlikely.issuperset(row):
            return False
        seen, likely = self.seen, self.likely
        for value in row:
            if type(value) is str and 0 < len(value) <= LONGEST and seen.get(value, True) and likely(value):
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
            and (type(value) is not str or (0 < len(value) <= LONGEST and seen.get(value, True) and likely(value)))
        ]

    def suggestion(self, header: str, taken: Collection[str]) -> str:
        """The plan's header that comes nearest and is not yet found; '' where none is near."""
        near = {fold(h): h for key, h in self.headers.items() if key not in taken}
        found = difflib.get_close_matches(fold(header)[:80], near, 1, 0.7)
        return near[found[0]] if found else ""


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


class Asked(NamedTuple):
    """What a heading asks for."""

    key: str | None
    how: str
    rank: int = 0
    """How strongly; less is stronger."""
    choices: tuple[str, ...] = ()
    """The columns it may be for, where that hangs on what stands beside it."""


def _asked(path: tuple[str, ...], own: bool, words: Words) -> Asked:
    """The key a heading asks for, how, and how strongly; where it is one of several, those."""
    found = words.match(" ".join(path))
    pieces = [piece for text in path for piece in _BETWEEN.split(text) if fold(piece)]
    tails = [path[i:] for i in range(1, len(path))]
    if len(pieces) > len(path):
        tails += [tuple(pieces[i:]) for i in range(1, len(pieces))]
    if found and (found[1] not in ("alias", "spelled") or not _gainsaid(found[0], tails, words)):
        return Asked(*found, _RANKS[found[1]])
    heads = [path[:i] for i in range(len(path) - 1, 0, -1) if own]
    for parts in (*tails, *heads) if not found else ():
        if known := words.match(" ".join(parts)):
            return Asked(*known, _RANKS[known[1]] + PARTIAL)
    for whole in (path, pieces[1:]) if not found else ():
        if choices := words.choices(" ".join(whole)):
            return Asked(None, "not known", 0, choices)
    return Asked(None, "not known")


def _gainsaid(key: str, tails: Sequence[Sequence[str]], words: Words) -> bool:
    """Whether a heading that says one column with its group says another without."""
    for tail in map(" ".join, tails):
        if found := words.match(tail):
            return found[0] != key
        if choices := words.choices(tail):
            return key not in choices
    return False


_BETWEEN = re.compile(r"[;:]| [-–—] ")
"""What stands between a group and its columns where both are in one cell."""
