"""Which heading is which column: exact, normalised, by alias or group; a near miss is only ever suggested.

Fuzzy matching writes wrong data ("Spend" is nearer to "Planned Spend" than many a true match is), so a heading that
is not known stays unknown until HR says what it is.
"""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from hrworkbook.plan.heading_paths import MAX_HEADING_CHARACTERS
from hrworkbook.plan.schema import ID_HEADER, Schema
from hrworkbook.plan.values import Value, fold_name, has_letter, normalised_text
from hrworkbook.tables.heading import MatchKind
from hrworkbook.tables.heading_spelling import SpellingRules, WordSet

ID_KEY = "\0id"
SHOWN_ONLY_KEY = "\0shown"
"""Stand-ins for a key: the plan's own ID column, and a column that only shows what was reported before."""

PARTIAL_RANK = 10
_CACHE_SIZE = 10_000
LOOKS_MAX = 100_000
"""Texts of one file that are looked up as headings before it is refused: a second or two, and seven times what any file
of a corpus of 1,400 takes."""
"""Characters of a heading."""
_RANKS = {
    MatchKind.EXACT: 0, MatchKind.ID: 0, MatchKind.SHOWN_ONLY: 0, MatchKind.NORMALISED: 1, MatchKind.GROUP: 2,
    MatchKind.SPELLED: 3, MatchKind.ALIAS: 3,
}  # fmt: skip
_SPELLED_HOW = {MatchKind.NORMALISED: MatchKind.ALIAS, MatchKind.GROUP: MatchKind.SPELLED}
"""How a heading is known whose words are not quite those of one that is known so."""

_NUMBERS_AT_ENDS = re.compile(r"^[^a-z]*[^a-z ](?= |$)|(?<= )[^a-z ][^a-z]*$")

_FOOTNOTE_MARK = re.compile(
    r"\s*(?:\[(?:notes? ?)?[0-9]+(?:, ?[0-9]+)*\]|\(notes? [0-9]+\)|[¹²³⁴⁵⁶⁷⁸⁹⁰]+)", re.IGNORECASE
)
"""What points to a footnote: [note 1], (note 2), [3] or a raised figure."""
_MAY_HAVE_FOOTNOTE = re.compile(r"\[(?:notes? ?)?[0-9]|\(notes? [0-9]|[¹²³⁴⁵⁶⁷⁸⁹⁰]", re.IGNORECASE)

Grid = Sequence[Sequence[Value]]


def fold_heading(text: str) -> str:
    """Return the heading's letters and digits, for look-up."""
    return fold_name(text)


def _fold_without_footnotes(header: str) -> str:
    """Return a heading folded, without what points to footnotes."""
    return fold_heading(_FOOTNOTE_MARK.sub("", header)) if _MAY_HAVE_FOOTNOTE.search(header) else fold_heading(header)


class TooManyHeadings(Exception):
    """A file has more that may be headings than can be looked through."""


class HeadingVocabulary:
    """Every way a schema's columns may be headed."""

    def __init__(self, schema: Schema, aliases: Mapping[str, str] | None, ignored: Collection[str]) -> None:
        self.schema = schema
        self.aliases = dict(aliases or {})
        self.ignored = frozenset(ignored)
        self.headers = {c.key: c.header for c in schema.columns}
        self.by_text: dict[str, tuple[str, MatchKind]] = {}
        self.exact_texts: set[str] = {ID_HEADER}
        self._add_texts()
        self.spelling = SpellingRules(schema.spellings)
        self.ambiguous: dict[WordSet, tuple[str, ...]] = {}
        """What may be one column's heading or another's."""
        for text, keys in schema.either.items():
            self.ambiguous[self.spelling.meaning(fold_heading(text))] = keys
        self.by_meaning: dict[WordSet, tuple[str, MatchKind]] = {}
        """The same, by what they say in whatever words."""
        self._add_meanings()
        self.parts_of_total = {
            rule.settings["total"]: rule.settings["parts"] for rule in schema.rules if rule.name == "adds-up"
        }
        """The columns that each total adds up."""
        self.match_cache: dict[str, tuple[str, MatchKind] | None] = {}
        self.claim_cache: dict[tuple[tuple[str, ...], bool], HeadingClaim] = {}
        self.likely_cache: dict[str, bool] = {}
        self.unlikely: set[Value] = {None}
        """Texts that were seen not to be headings, nor parts of one."""
        self.looks = 0
        """Texts looked up since the search of a file began."""
        self.header_cache: dict[tuple[Any, ...], Any] = {}
        """The headers met, by their texts."""
        self.all_texts = "\n".join(f" {text} " for text in self.by_text)
        self.meanings_by_word: dict[str, list[WordSet]] = {}
        for meaning in (*self.by_meaning, *self.ambiguous):
            for word in meaning:
                self.meanings_by_word.setdefault(word, []).append(meaning)
        self.heading_numbers = {part for text in self.by_text for part in _NUMBERS_AT_ENDS.findall(text)}
        """Numbers that headings begin or end with; any other number in a cell is no part of a heading."""

    def _add_texts(self) -> None:
        """Take in what each column may be headed with, the learned headings first."""
        schema = self.schema
        for header, key in self.aliases.items():
            if key == ID_HEADER:
                self._add_text(header, ID_KEY, MatchKind.ID)
            elif key in self.headers:
                self._add_text(header, key, MatchKind.ALIAS)
        self._add_text(ID_HEADER, ID_KEY, MatchKind.ID)
        for column in schema.columns:
            self._add_text(column.header, column.key, MatchKind.NORMALISED)
        for header in self.ignored:
            self._add_text(header, SHOWN_ONLY_KEY, MatchKind.SHOWN_ONLY)
        for column in schema.columns:
            if column.group:
                self._add_text(f"{column.group} {column.header}", column.key, MatchKind.GROUP)
            for alias in column.aliases:
                self._add_text(alias, column.key, MatchKind.ALIAS)
                if column.group:
                    self._add_text(f"{column.group} {alias}", column.key, MatchKind.GROUP)

    def _add_meanings(self) -> None:
        """Take in what each heading says, in whatever words."""
        schema = self.schema
        for text, found in self.by_text.items():
            self._add_meaning(text, found[0], _SPELLED_HOW.get(found[1], found[1]))
        for text, keys in schema.either.items():
            for column in (schema[key] for key in keys if schema[key].group):
                self._add_meaning(f"{column.group} {text}", column.key, MatchKind.SPELLED)

    def _add_text(self, header: str, key: str, match_kind: MatchKind) -> None:
        self.by_text.setdefault(fold_heading(header), (key, match_kind))
        self.exact_texts.add(header)

    def _add_meaning(self, header: str, key: str, match_kind: MatchKind) -> None:
        meaning = self.spelling.meaning(fold_heading(header))
        if meaning and meaning not in self.ambiguous:
            self.by_meaning.setdefault(meaning, (key, match_kind))

    def look(self, texts: int) -> None:
        """Count so many look-ups; raises TooManyHeadings where that is more than any return takes."""
        self.looks += texts
        if self.looks > LOOKS_MAX:
            raise TooManyHeadings

    def match(self, header: str) -> tuple[str, MatchKind] | None:
        """Return the key and how it was known; None where the heading is not known."""
        if header in self.match_cache:
            return self.match_cache[header]
        folded_header = fold_heading(header)
        found = self.by_text.get(folded_header)
        if not found:
            bare = _fold_without_footnotes(header)
            found = self.by_text.get(bare) or self.by_meaning.get(self.spelling.meaning(bare))
            found = (found[0], MatchKind.ALIAS) if found and found[1] is MatchKind.NORMALISED else found
        elif found[1] is MatchKind.NORMALISED and normalised_text(header) == self.headers[found[0]]:
            found = found[0], MatchKind.EXACT
        if len(self.match_cache) < _CACHE_SIZE and len(header) <= MAX_HEADING_CHARACTERS:
            self.match_cache[header] = found
        return found

    def choices(self, header: str) -> tuple[str, ...]:
        """Return the columns that a heading which is not known by itself may be for: none, or several."""
        return self.ambiguous.get(self.spelling.meaning(_fold_without_footnotes(header)), ())

    def claim(self, path: tuple[str, ...], own: bool) -> "HeadingClaim":
        """Return what a heading asks for; `path` is it from group to leaf, `own` whether all of it stands in its column."""
        claim = self.claim_cache.get((path, own))
        if claim is None:
            claim = _claim_of(path, own, self)
            if len(self.claim_cache) < _CACHE_SIZE:
                self.claim_cache[path, own] = claim
        return claim

    def is_likely(self, text: str) -> bool:
        """Whether a cell's text may be a heading or a part of one."""
        found = self.likely_cache.get(text)
        if found is None:
            if not has_letter(text):
                return bool(self.heading_numbers) and fold_heading(text) in self.heading_numbers
            self.look(1 + len(text) // 40)
            folded_text = _fold_without_footnotes(text)
            found = bool(folded_text) and (
                f" {folded_text} " in self.all_texts or self._is_part_of_heading(folded_text)
            )
            if len(self.likely_cache) < _CACHE_SIZE:
                self.likely_cache[text] = found
                if not found:
                    self.unlikely.add(text)
        return found

    def _is_part_of_heading(self, folded_text: str) -> bool:
        """Whether a text says a part of what a heading says."""
        meaning = self.spelling.meaning(folded_text)
        return any(meaning <= whole for word in meaning for whole in self.meanings_by_word.get(word, ()))

    def has_likely(self, row: Sequence[Value]) -> bool:
        """Whether any cell of a row may be a heading or a part of one."""
        if self.unlikely.issuperset(row):
            return False
        seen, likely = self.likely_cache, self.is_likely
        for value in row:
            if (
                type(value) is str
                and 0 < len(value) <= MAX_HEADING_CHARACTERS
                and seen.get(value, True)
                and likely(value)
            ):
                return True
        return False

    def likely_columns(self, row: Sequence[Value]) -> list[int]:
        """Return the columns of a row, from 0, that may hold a heading or a part of one: such texts, and what is no text."""
        if self.unlikely.issuperset(row):
            return []
        seen, likely = self.likely_cache, self.is_likely
        return [
            at
            for at, value in enumerate(row)
            if value is not None
            and (
                type(value) is not str
                or (0 < len(value) <= MAX_HEADING_CHARACTERS and seen.get(value, True) and likely(value))
            )
        ]

    def suggest(self, header: str, taken: Collection[str]) -> str:
        """Return the plan's header that comes nearest and is not yet found; '' where none is near."""
        near = {fold_heading(h): h for key, h in self.headers.items() if key not in taken}
        found = difflib.get_close_matches(fold_heading(header)[:80], near, 1, 0.7)
        return near[found[0]] if found else ""


_last_vocabulary: HeadingVocabulary | None = None


def vocabulary_for(
    schema: Schema, aliases: Mapping[str, str] | None = None, ignored: Collection[str] = ()
) -> HeadingVocabulary:
    """Return the schema's words; those asked for last are kept, since a folder of returns asks for the same ones."""
    global _last_vocabulary
    vocabulary = _last_vocabulary
    if (
        vocabulary
        and vocabulary.schema is schema
        and vocabulary.aliases == dict(aliases or {})
        and vocabulary.ignored == frozenset(ignored)
    ):
        return vocabulary
    _last_vocabulary = HeadingVocabulary(schema, aliases, ignored)
    return _last_vocabulary


class HeadingClaim(NamedTuple):
    """What a heading asks for."""

    key: str | None
    match_kind: MatchKind
    rank: int = 0
    """How strongly; less is stronger."""
    choices: tuple[str, ...] = ()
    """The columns it may be for, where that hangs on what stands beside it."""


def _claim_of(path: tuple[str, ...], own: bool, vocabulary: HeadingVocabulary) -> HeadingClaim:
    """Return the key a heading asks for, how, and how strongly; where it is one of several, those."""
    found = vocabulary.match(" ".join(path))
    pieces = [piece for text in path for piece in _SEPARATORS.split(text) if fold_heading(piece)]
    tails = [path[i:] for i in range(1, len(path))]
    if len(pieces) > len(path):
        tails += [tuple(pieces[i:]) for i in range(1, len(pieces))]
    if found and (
        found[1] not in (MatchKind.ALIAS, MatchKind.SPELLED) or not _is_contradicted(found[0], tails, vocabulary)
    ):
        return HeadingClaim(*found, _RANKS[found[1]])
    heads = [path[:i] for i in range(len(path) - 1, 0, -1) if own]
    for parts in (*tails, *heads) if not found else ():
        if known := vocabulary.match(" ".join(parts)):
            return HeadingClaim(*known, _RANKS[known[1]] + PARTIAL_RANK)
    for whole in (path, pieces[1:]) if not found else ():
        if choices := vocabulary.choices(" ".join(whole)):
            return HeadingClaim(None, MatchKind.NOT_KNOWN, 0, choices)
    return HeadingClaim(None, MatchKind.NOT_KNOWN)


def _is_contradicted(key: str, tails: Sequence[Sequence[str]], vocabulary: HeadingVocabulary) -> bool:
    """Whether a heading that says one column with its group says another without."""
    for tail in map(" ".join, tails):
        if found := vocabulary.match(tail):
            return found[0] != key
        if choices := vocabulary.choices(tail):
            return key not in choices
    return False


_SEPARATORS = re.compile(r"[;:]| [-–—] ")
"""What stands between a group and its columns where both are in one cell."""
