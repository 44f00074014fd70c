"""Sums and limits: what a line's figures must keep, and how far they may be off by rounding."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import sqrt
from operator import itemgetter
from typing import NamedTuple

from hrworkbook.plan.findings import Severity
from hrworkbook.plan.schema import Rule, Schema
from hrworkbook.plan.values import Value, normalised_text

Figures = Mapping[str, float]
"""A line's numbers by key; what is not a number is left out."""


class LineFigures(NamedTuple):
    """One line's figures, with what is needed to speak of them."""

    sheet: str
    name: str
    keys: Sequence[str]
    """Its columns from left to right."""
    figures: Figures
    unknown_keys: frozenset[str]
    """Keys whose figure the sender withheld or could not give: a sum over them proves nothing."""
    address: Callable[[str], str]
    """The cell of a key."""
    written_value: Callable[[str], Value]
    """A key's cell as it was written, with its pounds, commas and last noughts."""
    shifted_figures: Callable[[int], Figures]
    """The figures that stand so many columns to the right of their headings (to the left: negative)."""

    def with_figures(self, changed: Figures) -> "LineFigures":
        """Return the line as it would be with some other figures."""
        return self._replace(
            figures={**self.figures, **changed},
            written_value=lambda key: changed[key] if key in changed else self.written_value(key),
        )


class SumCheck(NamedTuple):
    """A sum, or a limit, that every line is to keep."""

    total: str
    """The total, or what must not be over."""
    parts: tuple[str, ...]
    """The parts, or the one limit."""
    is_sum: bool
    kind: str
    """`whole`, `number` or `money`."""
    severity: Severity
    subtotals: frozenset[str] = frozenset()
    """Those of the parts that are themselves the total of a sum."""


class SumChecks(list[SumCheck]):
    """The sums and limits of a schema."""

    def __init__(self, checks: Iterable[SumCheck]) -> None:
        super().__init__(checks)
        self._by_keys: dict[frozenset[str], _ApplicableChecks] = {}

    def for_lines_with(self, figures: Figures) -> "_ApplicableChecks":
        """Those there are for lines with just these figures, whatever the figures are."""
        keys = frozenset(figures)
        found = self._by_keys.get(keys)
        if found is None:
            if len(self._by_keys) >= _CACHE_SIZE:
                self._by_keys.clear()
            found = self._by_keys[keys] = _ApplicableChecks(figures, self)
        return found


_CACHE_SIZE = 500


class _ApplicableChecks:
    """The sums and limits there are for lines with the same figures; most lines keep most of them to the penny."""

    def __init__(self, figures: Figures, rules: Sequence[SumCheck]) -> None:
        self.check_numbers: list[int] = []
        """Which rules they are."""
        self._sums: list[tuple[int, str, Callable[[Figures], tuple[float, ...]]]] = []
        self._limits: list[tuple[int, str, str]] = []
        for number, rule in enumerate(rules):
            if rule.total not in figures:
                continue
            if not rule.is_sum:
                if rule.parts[0] in figures:
                    self.check_numbers.append(number)
                    self._limits.append((number, rule.total, rule.parts[0]))
            elif parts := list(filter(figures.__contains__, rule.parts)):
                self.check_numbers.append(number)
                self._sums.append((number, rule.total, _getter(parts)))

    def doubtful(self, figures: Figures) -> Iterator[int]:
        """Which of them a line does not keep, or not to the penny."""
        for number, total, parts in self._sums:
            if not -0.0049 < figures[total] - sum(parts(figures)) < 0.0049:
                yield number
        for number, of, limit in self._limits:
            if figures[limit] < 0 or figures[of] - figures[limit] > 0.0049:
                yield number


def _getter(keys: Sequence[str]) -> Callable[[Figures], tuple[float, ...]]:
    return itemgetter(*keys) if len(keys) > 1 else lambda figures: (figures[keys[0]],)


Mismatch = tuple[LineFigures, float]
"""A line, and how far it is from keeping a rule."""


def sum_checks_of(schema: Schema) -> SumChecks:
    """Return the schema's sums and limits."""
    return SumChecks(sum_check_of(rule, schema) for rule in schema.rules if rule.name in ("adds-up", "not-over"))


def sum_check_of(rule: Rule, schema: Schema) -> SumCheck:
    """One sum or limit of the schema."""
    if rule.name != "adds-up":
        of = rule.settings["column"]
        return SumCheck(of, (rule.settings["limit"],), False, schema[of].kind, rule.severity)
    total, parts = rule.settings["total"], tuple(rule.settings["parts"])
    totals = frozenset(one.settings["total"] for one in schema.rules if one.name == "adds-up")
    return SumCheck(total, parts, True, schema[total].kind, rule.severity, totals.intersection(parts))


def over_limits(figures: Figures, limits: Sequence[tuple[int, str, str]]) -> Iterator[tuple[int, float]]:
    """How far each figure is over its limit, 0 where it is not, by the limit's number."""
    for i, of, limit in limits:
        if of in figures and (most := figures.get(limit, -1)) >= 0:
            over = figures[of] - most
            yield i, over if over > 0.005 else 0.0


def difference(line: LineFigures, rule: SumCheck) -> float | None:
    """How far the line is from keeping the rule, 0 where it keeps it, None where there is nothing to check."""
    figures = line.figures
    stated = figures.get(rule.total)
    if stated is None:
        return None
    if not rule.is_sum:
        return next((over for _, over in over_limits(figures, [(0, rule.total, rule.parts[0])])), None)
    parts = [figures[p] for p in rule.parts if p in figures]
    if not parts:
        return None
    off = round(stated - sum(parts), 6)
    if -0.005 < off < 0.005 or abs(off) <= rounding_tolerance(line, rule):
        return 0.0
    if off > 0 and line.unknown_keys and not line.unknown_keys.isdisjoint(rule.parts):
        return None
    return off


def rounding_tolerance(line: LineFigures, rule: SumCheck) -> float:
    """How far an honest sum may be off because each of its figures was rounded before it was written.

    A figure stands for anything within half of its last written place: 84.10 for 84.095 to 84.105. The allowance is
    all those halves together, or three standard deviations of their sum where that is less, which rounding exceeds
    once in four hundred sums. A whole number counts as written to the last place of the parts beside it, since a
    sheet shows 31.00 as 31, unless it is an amount of money or a total, which are rounded to the whole while others
    are not. Noughts at the end of a total are no decimals, save those of pence. Whole numbers of people are exact.
    """
    people, pence = rule.kind == "whole", rule.kind == "money"
    figures, written = line.figures, line.written_value
    places = {
        key: _last_place_value(written(key), figure, not pence and key in rule.subtotals)
        for key in rule.parts
        if (figure := figures.get(key))
    }
    finest = min(places.values(), default=1.0)
    own = _last_place_value(written(rule.total), figures[rule.total], not pence)
    halves = 0.0 if people and own == finest == 1 else own
    squares = halves * halves
    for key, place in places.items():
        if place < 1:
            place = finest
        elif place == 1:
            rounded = rule.kind == "money" or key in rule.subtotals or finest == 1
            place = 0.0 if people else 1.0 if rounded else finest
        halves += place
        squares += place * place
    return min(halves / 2, 3 * sqrt(squares / 12)) + 1e-6


_NUMBER = re.compile(r"[0-9][0-9, ]*(?:\.([0-9]+))?")


@lru_cache(maxsize=8192)
def _last_place_value(written: Value, figure: float, ignore_trailing_zeros: bool) -> float:
    """Return what one is worth in the last place a figure is written with: 0.01 in 84.10, 1 in 1,053, 1000 in 19k."""
    if not isinstance(written, str):
        return _place_value(figure)
    whole, _, decimals = written.partition(".")
    if whole.isdecimal() and (decimals.isdecimal() or not decimals):
        place = 10.0 ** -len(decimals)
    else:
        match = _NUMBER.search(normalised_text(written))
        if not match:
            return _place_value(figure)
        number = float(match[0].replace(",", "").replace(" ", ""))
        times = round(abs(figure) / number, 9) if number and figure else 1.0
        place = float(times * 10.0 ** -len(match[1] or ""))
    return max(place, _place_value(figure)) if ignore_trailing_zeros else place


def _place_value(figure: float) -> float:
    decimals = repr(round(figure, 4)).partition(".")[2]
    return 1.0 if decimals in ("", "0") or "e" in decimals else 10.0 ** -len(decimals)


def format_number(number: float) -> str:
    """Return the number as a message says it: `1,250` or `84.10`."""
    return f"{number:,.2f}".removesuffix(".00")
