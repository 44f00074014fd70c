"""What a heading says, whatever its spelling and the order of its words: the schema's words for it, as a set."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from hrworkbook.values import folded

Meaning = frozenset[str]
"""A heading's words, each as the schema spells it."""


class Spelling:
    """The schema's spellings: single words first, since phrases are made of them, then the longest phrase that fits.

    What is spelled as nothing says nothing. A pound sign never does.
    """

    def __init__(self, spellings: Mapping[str, Sequence[str]]) -> None:
        ways = [(folded(said).split(), folded(way).split()) for said, several in spellings.items() for way in several]
        self._words = {way[0]: said for said, way in ways if len(way) == 1 and len(said) < 2}
        self._words["£"] = []
        phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
        for said, way in ways:
            if len(way) > 1 or len(said) > 1:
                phrases.setdefault(self._each(way), self._each(said))
        self._by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for words in sorted(phrases, key=len, reverse=True):
            if words and phrases[words] != words:
                self._by_first.setdefault(words[0], []).append((words, phrases[words]))

    def meaning(self, text: str) -> Meaning:
        """What a folded heading says; nothing for one without a word that counts."""
        words = self._each(text.split())
        for _ in range(_DEEPEST):
            if self._by_first.keys().isdisjoint(words) or words == (again := tuple(self._phrases(words))):
                break
            words = again
        return frozenset(words)

    def _each(self, words: Sequence[str]) -> tuple[str, ...]:
        if self._words.keys().isdisjoint(words):
            return tuple(words)
        return tuple(chain.from_iterable(self._words.get(word, (word,)) for word in words))

    def _phrases(self, words: tuple[str, ...]) -> Iterator[str]:
        at = 0
        while at < len(words):
            for way, said in self._by_first.get(words[at], ()):
                if words[at : at + len(way)] == way:
                    yield from said
                    at += len(way)
                    break
            else:
                yield words[at]
                at += 1


_DEEPEST = 3
"""How often phrases are looked for among the words that phrases became."""
