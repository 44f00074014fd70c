"""Arithmetic as a witness: do the figures of a line bear out that every column was read for what it is?

A total that its parts do not make up is either the sender's own slip or a column read in the wrong place. Where most
lines disagree in the same sum, or all agree one column further on, it looks like the column; where one line disagrees it
looks like a number, and often which.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hrworkbook.collecting.slips import Slips
from hrworkbook.collecting.sums import Check, Off, Rules, Sworn, off_by, said
from hrworkbook.findings import Finding, count
from hrworkbook.schema import Schema


@dataclass
class Verdict:
    """What the arithmetic says of one table's lines."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    checked: int = 0
    """Lines with at least one sum to check."""
    agreeing: int = 0
    """Lines among them on which every sum agrees."""
    moved: dict[int, int] = field(default_factory=dict)
    """Lines, by their index, whose figures add up only so many columns to the right of their headings."""
    unworked: bool = False
    """Whether on most lines every total is 0 and its parts are not: formulas that nobody worked out."""


def examine(lines: Sequence[Sworn], schema: Schema, rules: Rules, unread: Sequence[str] = ()) -> Verdict:
    """Every sum and every limit of the schema, as `rules_of` gives them, on every line of one table.

    `unread` holds the headings of the columns that were not known, of which one may be a part of a sum.
    """
    verdict = Verdict()
    wrong: dict[int, list[Off]] = defaultdict(list)
    tried: Counter[int] = Counter()
    for index, line in enumerate(lines):
        checks = rules.for_lines_with(line.figures)
        offs = {i: off_by(line, rules[i]) for i in checks.doubtful(line.figures)}
        outcomes = [i for i in checks.numbers if offs.get(i, 0.0) is not None] if offs else checks.numbers
        if not outcomes:
            continue
        verdict.checked += 1
        failing = sum(map(bool, offs.values()))
        verdict.agreeing += not failing
        if failing > 1 and (found := _moved(line, rules, len(outcomes))):
            verdict.moved[index] = found[0]
            verdict.findings.append(_moved_finding(line, *found, schema))
            continue
        tried.update(outcomes)
        for i, off in offs.items():
            if off:
                wrong[i].append((line, off))
    never = sum(_is_unworked(line, rules) for line in lines) if any(rules[i].sums for i in wrong) else 0
    verdict.unworked = never * 5 >= verdict.checked * 3 > 0
    if wrong:
        _speak(verdict, wrong, tried, rules, schema, unread)
    return verdict


def _is_unworked(line: Sworn, rules: Rules) -> bool:
    """Whether every total of a line is 0, of three or more whose parts are not."""
    totals = [
        line.figures[rule.total]
        for rule in rules
        if rule.sums and rule.total in line.figures and any(line.figures.get(part) for part in rule.parts)
    ]
    return len(totals) >= 3 and not any(totals)


def _speak(
    verdict: Verdict,
    wrong: Mapping[int, Sequence[Off]],
    tried: Mapping[int, int],
    rules: Sequence[Check],
    schema: Schema,
    unread: Sequence[str],
) -> None:
    """Put what is wrong into words: a finding for each line, and a note where most lines fail in the same sum."""
    for i, found in sorted(wrong.items()):
        slips = Slips(rules[i], found, tried[i], rules, schema, unread)
        if slips.cause:
            said = f"on {len(found)} of {count(tried[i], 'line')}: {slips.cause}."
            verdict.notes.append(f"{_opening(rules[i], schema)} {said}")
        verdict.findings += [_finding(rules[i], line, slips.remedy(line, off), schema) for line, off in found]


def _moved(line: Sworn, rules: Rules, tried: int) -> tuple[int, str] | None:
    """How many columns to the right of their headings the figures add up, and the first key of which this is true.

    None where that explains nothing.
    """
    failing = sum(bool(off_by(line, rule)) for rule in rules if rule.sums and line.figures.get(rule.total))
    for by in (1, -1, 2, -2) if failing > 1 else (1, -1):
        beside = line.beside(by)
        keys = [key for key in line.keys if key in line.figures or key in beside]
        figures = {key: beside[key] for key in keys if key in beside}
        supposed = line._replace(figures=figures, unknown=frozenset(), written=figures.get)
        for first in keys if failing > 2 else keys[:1]:
            if _bears_out(supposed, rules, tried):
                return by, "" if first == keys[0] else first
            figures.pop(first, None)  # from here on, this column stands where it should
            if first in line.figures:
                figures[first] = line.figures[first]
    return None


def _bears_out(line: Sworn, rules: Rules, tried: int) -> bool:
    """Whether every sum of the line agrees, and enough of them to prove something."""
    checks = rules.for_lines_with(line.figures)
    open_ones = set()
    for i in checks.doubtful(line.figures):
        off = off_by(line, rules[i])
        if off:
            return False
        if off is None:
            open_ones.add(i)
    outcomes = [rules[i] for i in checks.numbers if i not in open_ones]
    proven = sum(rule.sums and bool(line.figures.get(rule.total)) for rule in outcomes)
    return len(outcomes) * 3 >= tried * 2 and proven >= 3


def _moved_finding(line: Sworn, by: int, first: str, schema: Schema) -> Finding:
    far = f"{('one', 'two')[abs(by) - 1]} column{'s' if abs(by) > 1 else ''} to the {'right' if by > 0 else 'left'}"
    since = f", from {schema[first].header} on" if first else ""
    return Finding(
        "error", line.sheet, line.address(first), "", None, "moved",
        f"the figures of '{line.name}' stand {far} of their headings{since}: only there do they add up",
        "Move the figures under their headings, or the headings over their figures, and read the file again", line.name,
    )  # fmt: skip


def _opening(rule: Check, schema: Schema) -> str:
    if rule.sums:
        return f"{schema[rule.total].header} is not the sum of its parts"
    return f"{schema[rule.total].header} is over {schema[rule.parts[0]].header}"


def _finding(rule: Check, line: Sworn, remedy: str, schema: Schema) -> Finding:
    stated, header = line.figures[rule.total], schema[rule.total].header
    if rule.sums:
        made = sum(line.figures.get(p, 0) for p in rule.parts)
        fault = f"{header} is {said(stated)}, but its parts add up to {said(made)}"
    else:
        limit = rule.parts[0]
        fault = f"{header} is {said(stated)}, over the {schema[limit].header} of {said(line.figures[limit])}"
    return Finding(
        rule.severity, line.sheet, line.address(rule.total), header, stated, "adds-up" if rule.sums else "not-over",
        fault, remedy, line.name,
    )  # fmt: skip
