"""Which column each heading of a table is: what its texts ask for, group by group, and what is settled between them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain, takewhile

from hrworkbook.plan.heading_paths import heading_paths
from hrworkbook.plan.snapshot import address
from hrworkbook.tables.heading import Heading, MatchKind
from hrworkbook.tables.heading_vocabulary import (
    ID_KEY,
    PARTIAL_RANK,
    SHOWN_ONLY_KEY,
    Grid,
    HeadingClaim,
    HeadingVocabulary,
)

_PATH_SEPARATOR = " / "


def resolve_headings(
    lines: Grid, spans: Mapping[tuple[int, int], int], top: int, vocabulary: HeadingVocabulary
) -> tuple[Heading, ...]:
    """Return the headings of a header whose rows begin at sheet row `top`.

    `spans` holds the last column of each merged group, by header row (from 0) and first column.
    """
    claims: list[tuple[Heading, HeadingClaim]] = []
    for column, leaf, path, own in heading_paths(lines, spans):
        claim = vocabulary.claim(tuple(path), all(own))
        claims.append(
            (
                Heading(column, address(top + leaf, column), _PATH_SEPARATOR.join(path), claim.key, claim.match_kind),
                claim,
            )
        )
    return _choose_by_neighbours(_settle_conflicts(claims), claims, vocabulary)


def _settle_conflicts(claims: Sequence[tuple[Heading, HeadingClaim]]) -> list[Heading]:
    """Each key to one column: the strongest claim, then the leftmost; what cannot be told apart stays unknown."""
    best: dict[str, tuple[int, Heading]] = {}
    unclear: set[str] = set()
    for heading, (key, _, rank, _) in claims:
        if key is None or key == SHOWN_ONLY_KEY:
            continue
        if key not in best or rank < best[key][0]:
            best[key] = (rank, heading)
            unclear.discard(key)
        elif rank == best[key][0] >= PARTIAL_RANK and heading.header != best[key][1].header:
            unclear.add(key)
    taken = best.keys() - unclear
    return [_with_final_key(heading, claim.rank, best, taken) for heading, claim in claims]


def _choose_by_neighbours(
    headings: list[Heading], claims: Sequence[tuple[Heading, HeadingClaim]], vocabulary: HeadingVocabulary
) -> tuple[Heading, ...]:
    """Return the headings, those that may be one column's or another's with the one that their neighbours speak for."""
    open_ones: set[str] = set()
    for at, (_, claim) in enumerate(claims):
        if not (choices := claim.choices):
            continue
        taken = {h.key for h in headings}
        free = [key for key in choices if key not in taken]
        totals = any(key in vocabulary.parts_of_total for key in free)
        key = (
            _total_on_the_left(free, headings[:at], taken, vocabulary)
            if totals
            else _first_free_column(free, headings, at, vocabulary)
        )
        if key and open_ones.isdisjoint(choices):
            headings[at] = replace(headings[at], key=key, match_kind=MatchKind.ALIAS)
        else:
            open_ones.update(choices)
    return tuple(headings)


def _first_free_column(free: Sequence[str], headings: Sequence[Heading], at: int, vocabulary: HeadingVocabulary) -> str:
    """Return the first of the columns that no other heading is for; none where a heading that is not known may be one of them."""
    summed = {*vocabulary.parts_of_total, *chain.from_iterable(vocabulary.parts_of_total.values())}
    names = takewhile(lambda h: h.key not in summed, headings)
    strange = any(h.key is None and h is not headings[at] for h in names)
    return free[0] if len(free) == 1 or (free and not strange) else ""


def _total_on_the_left(
    free: Sequence[str], headings_left: Sequence[Heading], taken: Collection[str | None], vocabulary: HeadingVocabulary
) -> str:
    """Return the total of the columns on the left.

    Columns that are not known, or whose own total is not found, may be what it is the total of: then nobody knows.
    """
    kinds = {vocabulary.schema[key].kind for key in free}
    for heading in reversed(headings_left):
        if heading.key is None:
            return ""
        sums = [
            k
            for k, parts in vocabulary.parts_of_total.items()
            if heading.key in parts and vocabulary.schema[k].kind in kinds
        ]
        if missing := [key for key in sums if key not in taken]:
            return missing[0] if len(missing) == 1 and missing[0] in free else ""
    return ""


def _with_final_key(
    heading: Heading, rank: int, best: Mapping[str, tuple[int, Heading]], taken: Collection[str]
) -> Heading:
    key = heading.key
    if key is None:
        return heading
    if key == SHOWN_ONLY_KEY:
        return replace(heading, key=None)
    if key in taken and best[key][1] is heading:
        return replace(heading, key=None) if key == ID_KEY else heading
    if key in taken and (rank < PARTIAL_RANK or heading.header == best[key][1].header):
        return replace(heading, key=None, match_kind=MatchKind.DOUBLED)
    return replace(heading, key=None, match_kind=MatchKind.NOT_KNOWN)
