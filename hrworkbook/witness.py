"""Arithmetic as a witness: do the figures of a line bear out that every column was read for what it is?

A total that its parts do not make up is either the sender's own slip or a column read in the wrong place. Where most
lines disagree in the same sum, or all agree one column further on, it looks like the column; where one line disagrees it
looks like a number, and often which.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from hrworkbook.findings import Finding, Severity, count, listed
from hrworkbook.schema import Schema

Figures = Mapping[str, float]
"""A line's numbers by key; what is not a number is left out."""


class Sworn(NamedTuple):
    """One line's figures, with what is needed to speak of them."""

    sheet: str
    name: str
    figures: Figures
    unknown: frozenset[str]
    """Keys whose figure the sender withheld or could not give: a sum over them proves nothing."""
    address: Callable[[str], str]
    """The cell of a key."""
    beside: Callable[[int], Figures]
    """The figures that stand so many columns to the right of their headings (to the left: negative)."""


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


class Check(NamedTuple):
    """A sum, or a limit, that every line is to keep."""

    total: str
    """The total, or what must not be over."""
    parts: tuple[str, ...]
    """The parts, or the one limit."""
    sums: bool
    exact: bool
    severity: Severity


def examine(lines: Sequence[Sworn], schema: Schema, rules: Sequence[Check]) -> Verdict:
    """Every sum and every limit of the schema, as `rules_of` gives them, on every line of one table."""
    verdict = Verdict()
    wrong: dict[int, list[tuple[Sworn, float]]] = defaultdict(list)
    tried: dict[int, int] = defaultdict(int)
    limits = [(i, rule.total, rule.parts[0]) for i, rule in enumerate(rules) if not rule.sums]
    sums = [(i, rule) for i, rule in enumerate(rules) if rule.sums]
    for index, line in enumerate(lines):
        outcomes = list(_over(line.figures, limits))
        outcomes += [
            (i, off) for i, rule in sums if rule.total in line.figures and (off := _off(line, rule)) is not None
        ]
        if not outcomes:
            continue
        verdict.checked += 1
        failing = sum(off != 0 for _, off in outcomes)
        verdict.agreeing += not failing
        if failing > 1 and (by := _moved_by(line, rules, len(outcomes))):
            verdict.moved[index] = by
            verdict.findings.append(_moved_finding(line, by))
            continue
        for i, off in outcomes:
            tried[i] += 1
            if off:
                wrong[i].append((line, off))
    for i, found in sorted(wrong.items()):
        cause = _cause(rules[i], found, schema) if tried[i] >= 3 and len(found) * 5 >= tried[i] * 3 else ""
        if cause:
            verdict.notes.append(f"{_opening(rules[i], schema)} on {len(found)} of {count(tried[i], 'line')}: {cause}.")
        verdict.findings += [_finding(rules[i], line, off, schema) for line, off in found]
    return verdict


def rules_of(schema: Schema) -> list[Check]:
    """The schema's sums and limits."""
    rules = []
    for rule in schema.rules:
        if rule.name == "adds-up":
            total, parts = rule.settings["total"], tuple(rule.settings["parts"])
            rules.append(Check(total, parts, True, schema[total].kind == "whole", rule.severity))
        elif rule.name == "not-over":
            rules.append(Check(rule.settings["column"], (rule.settings["limit"],), False, True, rule.severity))
    return rules


def _over(figures: Figures, limits: Sequence[tuple[int, str, str]]) -> Iterator[tuple[int, float]]:
    """How far each figure is over its limit, 0 where it is not, by the limit's number."""
    for i, of, limit in limits:
        if of in figures and (most := figures.get(limit, -1)) >= 0:
            over = figures[of] - most
            yield i, over if over > 0.005 else 0.0


def _off(line: Sworn, rule: Check) -> float | None:
    """How far the line is from keeping the rule, 0 where it keeps it, None where there is nothing to check."""
    figures = line.figures
    total, of, sums, exact, _ = rule
    stated = figures.get(total)
    if stated is None:
        return None
    if not sums:
        return next((over for _, over in _over(figures, [(0, total, of[0])])), None)
    parts = [figures[p] for p in of if p in figures]
    if not parts:
        return None
    off = round(stated - sum(parts), 6)
    if -0.005 < off < 0.005 or abs(off) <= _slack(stated, parts, exact):
        return 0.0
    if off > 0 and line.unknown and not line.unknown.isdisjoint(of):
        return None
    return off


def _slack(stated: float, parts: Sequence[float], exact: bool) -> float:
    """How far a sum may be off by rounding, judged by the decimals that were written.

    A total without decimals may be rounded either way; where most parts have none either, each of those may be rounded.
    Whole numbers without decimals are exact.
    """
    written = [_decimals(part) for part in parts if part]
    most = max(written, default=0)
    whole = written.count(0)
    if exact and most == 0 and _decimals(stated) == 0:
        return 0.0
    rounded = whole * 0.5 if whole * 2 >= len(written) and not exact else 0.0
    own = {0: 1.0 if most or not exact else 0.0, 1: 0.05}.get(_decimals(stated), 0.005)
    return own + rounded + (len(written) - whole) * (0.05 if most == 1 else 0.005) - 1e-9


def _decimals(number: float) -> int:
    if number == int(number):
        return 0
    exponent = Decimal(repr(round(number, 4))).normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _moved_by(line: Sworn, rules: Sequence[Check], tried: int) -> int:
    """How many columns to the right of their headings the figures add up; 0 where that explains nothing."""
    for by in (1, -1):
        moved = line._replace(figures=line.beside(by), unknown=frozenset())
        outcomes = [off for rule in rules if (off := _off(moved, rule)) is not None]
        sums = [_off(moved, rule) for rule in rules if rule.sums and moved.figures.get(rule.total)]
        if len(outcomes) * 3 >= tried * 2 and not any(outcomes) and sum(off == 0 for off in sums) >= 3:
            return by
    return 0


def _moved_finding(line: Sworn, by: int) -> Finding:
    side = "right" if by > 0 else "left"
    return Finding(
        "error", line.sheet, line.address(""), "", None, "moved",
        f"the figures of '{line.name}' stand one column to the {side} of their headings: only there do they add up",
        "Move the figures under their headings, or the headings over their figures, and read the file again", line.name,
    )  # fmt: skip


def _opening(rule: Check, schema: Schema) -> str:
    if rule.sums:
        return f"{schema[rule.total].header} is not the sum of its parts"
    return f"{schema[rule.total].header} is over {schema[rule.parts[0]].header}"


def _cause(rule: Check, failing: Sequence[tuple[Sworn, float]], schema: Schema) -> str:
    """What it looks like where a sum fails on most lines: a column, and where one explains it, which."""
    if not rule.sums:
        return "it looks as if the two columns were taken for each other"
    if all(not line.figures[rule.total] for line, _ in failing):
        return "the total is 0, and looks like a formula that was never worked out"
    near = max(abs(off) / max(abs(line.figures[rule.total]), 1) for line, off in failing)
    if near < 0.001:
        return "the differences are small and look like rounding before adding up"
    others = sorted({key for line, _ in failing for key in line.figures} - {rule.total, *rule.parts})
    most = len(failing) * 4 / 5
    twice = [key for key in others if sum(abs(line.figures.get(key, 0) - off) < 1 for line, off in failing) >= most]
    if len(twice) == 1:
        return f"the sender's total counts {schema[twice[0]].header} too"
    swaps = [
        (of, instead)
        for of in (rule.total, *rule.parts)
        for instead in others
        if sum(_explains(line, rule, of, instead) for line, _ in failing) >= most
    ]
    if len(swaps) == 1:
        of, instead = swaps[0]
        return f"it looks as if the column read as {schema[instead].header} is {schema[of].header}"
    named = listed(schema[p].header for p in (rule.total, *rule.parts))
    return f"it looks like a column in the wrong place. Check the headings of {named}"


def _explains(line: Sworn, rule: Check, of: str, instead: str) -> bool:
    """Whether the line adds up once one column stands in for another that is not nought."""
    if not line.figures.get(instead):
        return False
    return _off(line._replace(figures={**line.figures, of: line.figures[instead]}), rule) == 0


def _finding(rule: Check, line: Sworn, off: float, schema: Schema) -> Finding:
    stated, header = line.figures[rule.total], schema[rule.total].header
    if rule.sums:
        made = sum(line.figures.get(p, 0) for p in rule.parts)
        fault = f"{header} is {_number(stated)}, but its parts add up to {_number(made)}"
        looks = _slip(line, rule, off, schema)
    else:
        limit = rule.parts[0]
        fault = f"{header} is {_number(stated)}, over the {schema[limit].header} of {_number(line.figures[limit])}"
        looks = "one of the two looks mistyped"
    return Finding(
        rule.severity, line.sheet, line.address(rule.total), header, stated, "adds-up" if rule.sums else "not-over",
        fault, f"Ask the sender which is right{'; ' + looks if looks else ''}", line.name,
    )  # fmt: skip


def _slip(line: Sworn, rule: Check, off: float, schema: Schema) -> str:
    """What a single wrong sum looks like, where one plain slip explains it."""
    there = [(p, line.figures[p]) for p in rule.parts if line.figures.get(p)]
    stated = line.figures[rule.total]
    if not stated:
        return "the total looks as if it was never worked out"
    for part, figure in there:
        if abs(figure + off) < 0.005:
            return f"the total looks as if it leaves out {schema[part].header} ({_number(figure)})"
        if abs(figure - off) < 0.005:
            return f"the total looks as if it counts {schema[part].header} ({_number(figure)}) twice"
    slips = [(p, figure + off) for p, figure in there if _mistyped(figure, figure + off)]
    if _mistyped(stated, stated - off):
        slips.append((rule.total, stated - off))
    if len(slips) == 1:
        return f"{schema[slips[0][0]].header} looks mistyped for {_number(slips[0][1])}"
    also = [key for key, figure in line.figures.items() if abs(figure - off) < 0.005 and key not in rule.parts]
    if len(also) == 1 and off > 1:
        return f"the total looks as if it counts {schema[also[0]].header} ({_number(off)}) too"
    return ""


def _mistyped(written: float, right: float) -> bool:
    """Whether the number differs from the right one by a moved point or by two digits changed about."""
    if right <= 0 or written <= 0:
        return False
    if any(abs(max(written, right) - min(written, right) * power) < 0.005 for power in (10, 100, 1000)):
        return True
    left, other = f"{written:.2f}", f"{right:.2f}"
    unlike = [i for i, (a, b) in enumerate(zip(left, other, strict=False)) if a != b]
    if len(left) != len(other) or len(unlike) != 2 or unlike[1] != unlike[0] + 1:
        return False
    return left[unlike[0]] == other[unlike[1]] and left[unlike[1]] == other[unlike[0]]


def _number(number: float) -> str:
    return f"{number:,.2f}".removesuffix(".00")
