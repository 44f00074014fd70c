"""Arithmetic as a witness: do the figures of a line bear out that every column was read for what it is?

A total that its parts do not make up is either the sender's own slip or a column read in the wrong place. Where most
lines disagree in the same sum, or all agree one column further on, it looks like the column; where one line disagrees it
looks like a number, and often which.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

from hrworkbook.findings import Finding, Severity, count
from hrworkbook.schema import Rule, Schema
from hrworkbook.values import Value, plain

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
    written: Callable[[str], Value]
    """A key's cell as it was written, with its pounds, commas and last noughts."""
    beside: Callable[[int], Figures]
    """The figures that stand so many columns to the right of their headings (to the left: negative)."""

    def supposing(self, changed: Figures) -> "Sworn":
        """The line as it would be with some other figures."""
        return self._replace(
            figures={**self.figures, **changed},
            written=lambda key: changed[key] if key in changed else self.written(key),
        )


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


class Check(NamedTuple):
    """A sum, or a limit, that every line is to keep."""

    total: str
    """The total, or what must not be over."""
    parts: tuple[str, ...]
    """The parts, or the one limit."""
    sums: bool
    kind: str
    """`whole`, `number` or `money`."""
    severity: Severity
    subtotals: frozenset[str] = frozenset()
    """Those of the parts that are themselves the total of a sum."""


Off = tuple[Sworn, float]
"""A line, and how far it is from keeping a rule."""


def examine(lines: Sequence[Sworn], schema: Schema, rules: Sequence[Check], unread: Sequence[str] = ()) -> Verdict:
    """Every sum and every limit of the schema, as `rules_of` gives them, on every line of one table.

    `unread` holds the headings of the columns that were not known, of which one may be a part of a sum.
    """
    verdict = Verdict()
    wrong: dict[int, list[Off]] = defaultdict(list)
    tried: dict[int, int] = defaultdict(int)
    limits = [(i, rule.total, rule.parts[0]) for i, rule in enumerate(rules) if not rule.sums]
    sums = [(i, rule) for i, rule in enumerate(rules) if rule.sums]
    for index, line in enumerate(lines):
        outcomes = list(_over(line.figures, limits))
        outcomes += [
            (i, off) for i, rule in sums if rule.total in line.figures and (off := off_by(line, rule)) is not None
        ]
        if not outcomes:
            continue
        verdict.checked += 1
        failing = sum(off != 0 for _, off in outcomes)
        verdict.agreeing += not failing
        if failing > 1 and (found := _moved(line, rules, len(outcomes))):
            verdict.moved[index] = found[0]
            verdict.findings.append(_moved_finding(line, *found, schema))
            continue
        for i, off in outcomes:
            tried[i] += 1
            if off:
                wrong[i].append((line, off))
    never = sum(_is_unworked(line, sums) for line in lines) if any(wrong[i] for i, _ in sums) else 0
    verdict.unworked = never * 5 >= verdict.checked * 3 > 0
    if wrong:
        _speak(verdict, wrong, tried, rules, schema, unread)
    return verdict


def _is_unworked(line: Sworn, sums: Sequence[tuple[int, Check]]) -> bool:
    """Whether every total of a line is 0, of three or more whose parts are not."""
    totals = [
        line.figures[rule.total]
        for _, rule in sums
        if rule.total in line.figures and any(line.figures.get(part) for part in rule.parts)
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
    from hrworkbook.slips import Slips

    for i, found in sorted(wrong.items()):
        slips = Slips(rules[i], found, tried[i], rules, schema, unread)
        if slips.cause:
            said = f"on {len(found)} of {count(tried[i], 'line')}: {slips.cause}."
            verdict.notes.append(f"{_opening(rules[i], schema)} {said}")
        verdict.findings += [_finding(rules[i], line, slips.remedy(line, off), schema) for line, off in found]


def rules_of(schema: Schema) -> list[Check]:
    """The schema's sums and limits."""
    return [check_of(rule, schema) for rule in schema.rules if rule.name in ("adds-up", "not-over")]


def check_of(rule: Rule, schema: Schema) -> Check:
    """One sum or limit of the schema."""
    if rule.name != "adds-up":
        of = rule.settings["column"]
        return Check(of, (rule.settings["limit"],), False, schema[of].kind, rule.severity)
    total, parts = rule.settings["total"], tuple(rule.settings["parts"])
    totals = frozenset(one.settings["total"] for one in schema.rules if one.name == "adds-up")
    return Check(total, parts, True, schema[total].kind, rule.severity, totals.intersection(parts))


def _over(figures: Figures, limits: Sequence[tuple[int, str, str]]) -> Iterator[tuple[int, float]]:
    """How far each figure is over its limit, 0 where it is not, by the limit's number."""
    for i, of, limit in limits:
        if of in figures and (most := figures.get(limit, -1)) >= 0:
            over = figures[of] - most
            yield i, over if over > 0.005 else 0.0


def off_by(line: Sworn, rule: Check) -> float | None:
    """How far the line is from keeping the rule, 0 where it keeps it, None where there is nothing to check."""
    figures = line.figures
    stated = figures.get(rule.total)
    if stated is None:
        return None
    if not rule.sums:
        return next((over for _, over in _over(figures, [(0, rule.total, rule.parts[0])])), None)
    parts = [figures[p] for p in rule.parts if p in figures]
    if not parts:
        return None
    off = round(stated - sum(parts), 6)
    if -0.005 < off < 0.005 or abs(off) <= rounding(line, rule):
        return 0.0
    if off > 0 and line.unknown and not line.unknown.isdisjoint(rule.parts):
        return None
    return off


def rounding(line: Sworn, rule: Check) -> float:
    """How far an honest sum may be off because each of its figures was rounded before it was written.

    A figure stands for anything within half of its last written place: 84.10 for 84.095 to 84.105. The allowance is
    all those halves together, or three standard deviations of their sum where that is less, which rounding exceeds
    once in four hundred sums. A whole number counts as written to the last place of the parts beside it, since a
    sheet shows 31.00 as 31, unless it is an amount of money or a total, which are rounded to the whole while others
    are not. Noughts at the end of a total are no decimals, save those of pence. Whole numbers of people are exact.
    """
    people = rule.kind == "whole"
    places = {key: _last_place(line, key, rule) for key in rule.parts if line.figures.get(key)}
    finest = min(places.values(), default=1.0)
    units = []
    for key, place in places.items():
        if place < 1:
            place = finest
        elif place == 1:
            rounded = rule.kind == "money" or key in rule.subtotals or finest == 1
            place = 0.0 if people else 1.0 if rounded else finest
        units.append(place)
    own = _last_place(line, rule.total, rule)
    units.append(0.0 if people and own == finest == 1 else own)
    return min(sum(units) / 2, 3 * sqrt(sum(unit * unit for unit in units) / 12)) + 1e-6


_NUMBER = re.compile(r"[0-9][0-9, ]*(?:\.([0-9]+))?")


def _last_place(line: Sworn, key: str, rule: Check) -> float:
    """What one is worth in the last place a figure is written with: 0.01 in 84.10, 1 in 1,053, 1000 in 19k."""
    figure, written = line.figures[key], line.written(key)
    match = _NUMBER.search(plain(written)) if isinstance(written, str) else None
    if not match:
        return _of_number(figure)
    number = float(match[0].replace(",", "").replace(" ", ""))
    times = round(abs(figure) / number, 9) if number and figure else 1.0
    place = float(times * 10.0 ** -len(match[1] or ""))
    is_total = key == rule.total or key in rule.subtotals
    return max(place, _of_number(figure)) if is_total and rule.kind != "money" else place


@lru_cache(maxsize=4096)
def _of_number(figure: float) -> float:
    exponent = Decimal(repr(round(figure, 4))).normalize().as_tuple().exponent
    return 10.0**exponent if isinstance(exponent, int) and exponent < 0 else 1.0


def _moved(line: Sworn, rules: Sequence[Check], tried: int) -> tuple[int, str] | None:
    """How many columns to the right of their headings the figures add up, and the first key of which this is true.

    None where that explains nothing.
    """
    failing = sum(bool(off_by(line, rule)) for rule in rules if rule.sums and line.figures.get(rule.total))
    for by in (1, -1, 2, -2) if failing > 1 else (1, -1):
        beside = line.beside(by)
        keys = sorted({*line.figures, *beside}, key=lambda key: _place_of(line, key))
        for i, first in enumerate(keys if failing > 2 else keys[:1]):
            figures = {key: line.figures[key] for key in keys[:i] if key in line.figures}
            figures |= {key: beside[key] for key in keys[i:] if key in beside}
            if _bears_out(line._replace(figures=figures, unknown=frozenset(), written=figures.get), rules, tried):
                return by, first if i else ""
    return None


def _place_of(line: Sworn, key: str) -> tuple[int, str]:
    letters = line.address(key).rstrip("0123456789")
    return len(letters), letters


def _bears_out(line: Sworn, rules: Sequence[Check], tried: int) -> bool:
    """Whether every sum of the line agrees, and enough of them to prove something."""
    outcomes: list[float] = []
    proven = 0
    for rule in rules:
        off = off_by(line, rule)
        if off:
            return False
        if off is not None:
            outcomes.append(off)
            proven += rule.sums and bool(line.figures.get(rule.total))
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


def said(number: float) -> str:
    """The number as a message says it: `1,250` or `84.10`."""
    return f"{number:,.2f}".removesuffix(".00")
