"""One month given for many files: which of them cannot all be for it.

Twelve months' returns of one organisation that do not say their month cannot all be for the one month an officer gives.
Merged so, each would contradict the others cell by cell; instead they wait, each for a month of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from hrworkbook.collecting.collect_file import CollectedFile
from hrworkbook.collecting.collected_line import CollectedLine
from hrworkbook.collecting.duplicates import contradict
from hrworkbook.collecting.questions import HoldReason, QuestionKind, SheetQuestion
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.values import normalised_text

FileSheet = tuple[str, str]
"""A file by its hash, and a sheet of it."""


def hold_conflicting(
    read: Mapping[str, tuple[str, CollectedFile]], period: str, name_column: str
) -> dict[str, CollectedFile]:
    """Return the files, by hash, that cannot be for the month given, as read but with the lines of those sheets held.

    `read` holds each file's name and how it was read, by its hash; `name_column` is the column that names a line. A sheet
    cannot be for the month where another one, whose month was given too, says otherwise of one of its organisations.
    """
    lines: dict[tuple[str, ...], list[tuple[FileSheet, CollectedLine]]] = defaultdict(list)
    for sha256, (_, collected) in read.items():
        for line in collected.lines:
            if line.sheet in collected.sheets_of_given_month and line.period == period and not line.hold_reason:
                lines[line.key].append(((sha256, line.sheet), line))
    conflicts: dict[FileSheet, set[FileSheet]] = defaultdict(set)
    disputed_names: dict[FileSheet, set[str]] = defaultdict(set)
    for several in lines.values():
        for i, (sheet, line) in enumerate(several):
            for other, another in several[:i]:
                if sheet != other and contradict(line.values, another.values):
                    conflicts[sheet].add(other)
                    conflicts[other].add(sheet)
                    disputed_names[sheet].add(normalised_text(line.cells[name_column].value))
                    disputed_names[other].add(normalised_text(another.cells[name_column].value))
    held: dict[str, CollectedFile] = {}
    names = {of: file for of, (file, _) in read.items()}
    for sheet in sorted(conflicts):
        sha256, name = sheet
        others = _other_sheets(sheet, conflicts[sheet], names)
        why = f"sheet '{name}' and {others} cannot all be for {period}: they say different things of {min(disputed_names[sheet])}"
        collected = held.get(sha256, read[sha256][1])
        remedy = f'Give it its own month, as --period "{names[sha256]}:{name}=2015-04"'
        asked = SheetQuestion(QuestionKind.SHARED_MONTH, name, f"{why[0].upper()}{why[1:]}", remedy)
        kept = (
            replace(x, period="", hold_reason=HoldReason.SHARED_MONTH) if x.sheet == name else x
            for x in collected.lines
        )
        held[sha256] = replace(collected, lines=tuple(kept), questions=(*collected.questions, asked))
    return held


def _other_sheets(sheet: FileSheet, against: Iterable[FileSheet], files: Mapping[str, str]) -> str:
    """Return `'march.csv'`, `'march.csv' and 3 others`, or the sheets of the same file."""
    named = sorted(f"'{files[sha]}'" if sha != sheet[0] else f"sheet '{name}'" for sha, name in against)
    return f"{named[0]} and {count_noun(len(named) - 1, 'other')}" if len(named) > 1 else named[0]
