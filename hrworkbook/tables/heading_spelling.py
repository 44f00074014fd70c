"""What a heading says, whatever its spelling and the order of its words: the schema's words for it, as a set."""

from collections.abc import Mapping, Sequence
from itertools import chain

from hrworkbook.plan.values import fold_name

WordSet = frozenset[str]
"""A heading's words, each as the schema spells it."""


class SpellingRules:
    """The schema's spellings: single words first, since phrases are made of them, then the longest phrase that fits.

    What is spelled as nothing says nothing. A pound sign never does.
    """

    def __init__(self, spellings: Mapping[str, Sequence[str]]) -> None:
        ways = [
            (fold_name(spelling).split(), fold_name(way).split())
            for spelling, several in spellings.items()
            for way in several
        ]
        self._words = {way[0]: spelling for spelling, way in ways if len(way) == 1 and len(spelling) < 2}
        self._words["£"] = []
        self._cache: dict[str, WordSet] = {}
        phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
        for spelling, way in ways:
            if len(way) > 1 or len(spelling) > 1:
                phrases.setdefault(self._replace_words(way), self._replace_words(spelling))
        self._by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for words in sorted(phrases, key=len, reverse=True):
            if words and phrases[words] != words:
                self._by_first.setdefault(words[0], []).append((words, phrases[words]))

    def meaning(self, text: str) -> WordSet:
        """Return what a folded heading says; nothing for one without a word that counts."""
        if text in self._cache:
            return self._cache[text]
        words = self._replace_words(text.split())
        for _ in range(_MAX_PASSES):
            if self._by_first.keys().isdisjoint(words) or words == (again := self._replace_phrases(words)):
                break
            words = again
        meaning = frozenset(words)
        if len(self._cache) < _CACHE_SIZE:
            self._cache[text] = meaning
        return meaning

    def _replace_words(self, words: Sequence[str]) -> tuple[str, ...]:
        if self._words.keys().isdisjoint(words):
            return tuple(words)
        return tuple(chain.from_iterable(self._words.get(word, (word,)) for word in words))

    def _replace_phrases(self, words: tuple[str, ...]) -> tuple[str, ...]:
        by_first = self._by_first
        found: list[str] = []
        at = 0
        while at < len(words):
            for way, spelling in by_first.get(words[at], ()):
                if words[at : at + len(way)] == way:
                    found += spelling
                    at += len(way)
                    break
            else:
                found.append(words[at])
                at += 1
        return tuple(found)


_CACHE_SIZE = 10_000
_MAX_PASSES = 3
"""How often phrases are looked for among the words that phrases became."""
