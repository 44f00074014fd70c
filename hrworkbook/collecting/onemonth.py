"""One month given for many files: which of them cannot all be for it.

Twelve months' returns of one organisation that do not say their month cannot all be for the one month an officer gives.
Merged so, each would contradict the others cell by cell; instead they wait, each for a month of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from hrworkbook.collecting.collect import Collected
from hrworkbook.collecting.lines import Line
from hrworkbook.collecting.twins import contradict
from hrworkbook.findings import count
from hrworkbook.values import plain

Sheet = tuple[str, str]
"""A file by its hash, and a sheet of it."""


def held_back(read: Mapping[str, tuple[str, Collected]], period: str, named: str) -> dict[str, Collected]:
    """The files, by hash, that cannot be for the month given, as read but with the lines of those sheets held.

    `read` holds each file's name and how it was read, by its hash; `named` is the column that names a line. A sheet cannot be for the month where another one,
    whose month was given too, says otherwise of one of its organisations.
    """
    lines: dict[tuple[str, ...], list[tuple[Sheet, Line]]] = defaultdict(list)
    for sha256, (_, collected) in read.items():
        for line in collected.lines:
            if line.sheet in collected.given and line.period == period and not line.held:
                lines[line.key].append(((sha256, line.sheet), line))
    against: dict[Sheet, set[Sheet]] = defaultdict(set)
    about: dict[Sheet, set[str]] = defaultdict(set)
    for several in lines.values():
        for i, (sheet, line) in enumerate(several):
            for other, another in several[:i]:
                if sheet != other and contradict(line.said, another.said):
                    against[sheet].add(other)
                    against[other].add(sheet)
                    about[sheet].add(plain(line.cells[named].value))
                    about[other].add(plain(another.cells[named].value))
    held: dict[str, Collected] = {}
    for sheet in sorted(against):
        sha256, name = sheet
        others = _others(sheet, against[sheet], {of: file for of, (file, _) in read.items()})
        why = (
            f"sheet '{name}' and {others} cannot all be for {period}: they say different things of {min(about[sheet])}"
        )
        collected = held.get(sha256, read[sha256][1])
        asked = f"{why[0].upper()}{why[1:]}. Merge it alone, with its own month after --period"
        kept = (replace(x, period="", held="its month is not known") if x.sheet == name else x for x in collected.lines)
        held[sha256] = replace(collected, lines=tuple(kept), questions=(*collected.questions, asked))
    return held


def _others(sheet: Sheet, against: Iterable[Sheet], files: Mapping[str, str]) -> str:
    """`'march.csv'`, `'march.csv' and 3 others`, or the sheets of the same file."""
    named = sorted(f"'{files[sha]}'" if sha != sheet[0] else f"sheet '{name}'" for sha, name in against)
    return f"{named[0]} and {count(len(named) - 1, 'other')}" if len(named) > 1 else named[0]
