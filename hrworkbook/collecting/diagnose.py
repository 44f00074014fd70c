"""What a sum that does not add up looks like: a number typed wrongly, a total that counts too much, a wrong column.

The sender alone knows; what the figures of the line and of its neighbours make likely is said as such. Where several
slips explain a difference equally well none is named, and it is only said whether it looks like a number or a column.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.sum_checks import LineFigures, Mismatch, SumCheck, difference, format_number, rounding_tolerance

_CERTAIN, _LIKELY, _POSSIBLE = 3, 2, 1
_TOO_LITTLE_EVIDENCE = "too little else adds up to tell a number typed wrongly from a column in the wrong place"
_SIGNIFICANT = 100
"""From here on, that a figure equals a difference is hardly chance."""


class Explanation(NamedTuple):
    """One plain slip that would explain a difference."""

    token: Hashable
    """What it would be, the same on every line with the same slip."""
    description: str
    weight: int


class MismatchDiagnosis:
    """One rule's failing lines in one table, and what they look like together."""

    def __init__(
        self,
        rule: SumCheck,
        failing: Sequence[Mismatch],
        tried: int,
        rules: Sequence[SumCheck],
        schema: Schema,
        unread: Sequence[str] = (),
    ) -> None:
        self.check, self.mismatches, self.lines_checked, self.checks, self.schema = rule, failing, tried, rules, schema
        self.unknown_headings = unread if self._is_short() else ()
        """Headings that were not known, where parts of the sum may stand under them."""
        self.sum_checks = [one for one in rules if one.is_sum]
        self.common_cause = self._find_common_cause() if tried >= 3 and len(failing) * 5 >= tried * 3 else ""
        """What it looks like where the rule fails on most lines; '' where it does not."""
        self.frequency = Counter(slip.token for line, off in failing for slip in self.explanations(line, off))

    def _is_short(self) -> bool:
        """Return whether most lines fail, all in the same direction, in a sum of which a part was not found."""
        found = {key for line, _ in self.mismatches for key in line.figures}
        most = len(self.mismatches) * 5 >= self.lines_checked * 3
        return (
            self.check.is_sum
            and most
            and not found.issuperset(self.check.parts)
            and all(off > 0 for _, off in self.mismatches)
        )

    def remedy(self, line: LineFigures, off: float) -> str:
        """Return what to do about one line's difference, with what it looks like."""
        if self.unknown_headings:
            return (
                f"Say what {self._unknown_heading()} means, then read the file again; it looks like a part of the sum"
            )
        looks = self.describe(line, off)
        return f"Ask the sender which is right{'; ' + looks if looks else ''}"

    def _unknown_heading(self) -> str:
        named = " ".join(self.unknown_headings[0].split())
        more = len(self.unknown_headings) - 1
        return f"the heading '{named}'" + (f" (and {count_noun(more, 'other')} not known)" if more else "")

    def describe(self, line: LineFigures, off: float) -> str:
        """Return what one line's difference looks like; '' where the table's cause says it."""
        small = self._is_rounding(line, off)
        found = list(self.explanations(line, off))
        often = [slip for slip in found if self.frequency[slip.token] > 1 and slip.weight < _CERTAIN]
        found = [slip for slip in found if slip.weight > _POSSIBLE or not small]
        ranked = [(slip.weight, 0, slip) for slip in found] + [(_LIKELY, self.frequency[s.token], s) for s in often]
        best = max(((weight, met) for weight, met, _ in ranked), default=None)
        named = {slip.token: slip for weight, met, slip in ranked if (weight, met) == best}
        if len(named) == 1:
            return next(iter(named.values())).description
        if small:
            return "the difference is small and looks like rounding before adding up"
        return "" if self.common_cause else self._number_or_column(line)

    def _is_rounding(self, line: LineFigures, off: float) -> bool:
        """Return whether a difference is no more than rounding every figure to the whole could make, and nothing to the sum."""
        rule = self.check
        most = (len(rule.parts) + 1) / 2
        return rule.is_sum and rule.kind != "whole" and abs(off) <= most and abs(off) * 200 < line.figures[rule.total]

    def explanations(self, line: LineFigures, off: float) -> Iterator[Explanation]:
        """Every plain slip that would explain the difference."""
        if not self.check.is_sum:
            yield from self._from_limit(line)
        elif not line.figures[self.check.total]:
            yield Explanation("never", "the total looks as if it was never worked out", _CERTAIN)
        else:
            yield from self._from_other_sums(line)
            yield from self._from_parts(line, off)
            yield from self._from_typing(line, off)

    def _header(self, key: str) -> str:
        return self.schema[key].header

    def _from_other_sums(self, line: LineFigures) -> Iterator[Explanation]:
        """Return what the sums above and below this one say of it."""
        rule, figures = self.check, line.figures
        made = sum(figures.get(p, 0) for p in rule.parts)
        mended = line.with_figures({rule.total: made})
        for above in self.sum_checks:
            if rule.total in above.parts and difference(line, above) and difference(mended, above) == 0:
                description = f"{self._header(above.total)} counts {format_number(made)}, so {self._header(rule.total)} looks mistyped"
                yield Explanation("total", description, _CERTAIN)
        for below in self.sum_checks:
            if below.total in rule.subtotals and difference(line, below):
                parts = sum(figures.get(p, 0) for p in below.parts)
                if difference(line.with_figures({below.total: parts}), rule) == 0:
                    description = f"it does add up with {format_number(parts)}, what the parts of {self._header(below.total)} make"
                    yield Explanation(("below", below.total), description, _CERTAIN)

    def _from_parts(self, line: LineFigures, off: float) -> Iterator[Explanation]:
        """Parts left out or counted twice, and columns counted that are no parts."""
        rule, figures = self.check, line.figures
        within = max(0.005, rounding_tolerance(line, rule))
        inner = [p for below in self.sum_checks if below.total in rule.subtotals for p in below.parts]
        there = [p for p in rule.parts if figures.get(p)]
        weight = _LIKELY if abs(off) >= _SIGNIFICANT or off % 1 else _POSSIBLE
        for size in (1, 2, 3):
            of = [*there, *(p for p in inner if figures.get(p))] if size == 1 else there
            for keys in combinations(of, size) if size < len(there) or size == 1 else ():
                if abs(sum(figures[k] for k in keys) + off) <= within:
                    description = f"the total looks as if it leaves out {self._named(line, keys)}"
                    yield Explanation(("without", keys), description, weight if size == 1 else weight - 1)
        for key in there:
            if abs(figures[key] - off) <= within:
                yield Explanation(
                    ("twice", key), f"the total looks as if it counts {self._named(line, [key])} twice", weight
                )
        for key, figure in figures.items():
            if key not in (rule.total, *rule.parts, *inner) and abs(figure - off) <= within and self._is_same_kind(key):
                yield Explanation(
                    ("too", key), f"the total looks as if it counts {self._named(line, [key])} too", weight
                )

    def _is_same_kind(self, key: str) -> bool:
        """Return whether a column could have been counted too: money with money, people and their time with each other."""
        return (self.schema[key].kind == "money") == (self.check.kind == "money")

    def _named(self, line: LineFigures, keys: Sequence[str]) -> str:
        return join_words(f"{self._header(key)} ({format_number(line.figures[key])})" for key in keys)

    def _from_typing(self, line: LineFigures, off: float) -> Iterator[Explanation]:
        """Return the figures that one slip of the fingers would explain."""
        sound = self._confirmed_totals(line)
        right = {p: line.figures[p] + off for p in self.check.parts if line.figures.get(p) and p not in sound}
        right[self.check.total] = line.figures[self.check.total] - off
        for key, figure in right.items():
            if weight := _typing_likelihood(line.figures[key], figure):
                yield Explanation(
                    ("typed", key), f"{self._header(key)} looks mistyped for {format_number(figure)}", weight
                )

    def _from_limit(self, line: LineFigures) -> Iterator[Explanation]:
        """Why one figure may be over another that it cannot exceed."""
        (of, limit), figures = (self.check.total, self.check.parts[0]), line.figures
        if not figures[limit]:
            yield Explanation("none", f"{self._header(limit)} looks as if it was not given", _CERTAIN)
        for below in self.checks:
            if (
                not below.is_sum
                and difference(line, below)
                and any(self._is_part(one, of, below.total) for one in self.sum_checks)
            ):
                yield Explanation(
                    "below", f"it counts {self._header(below.total)}, which is over its own limit", _LIKELY
                )
                break
        if any(one.total == limit and difference(line, one) for one in self.sum_checks) and figures[limit]:
            yield Explanation("limit", f"{self._header(limit)} is not what its own parts make", _CERTAIN)
        if self.schema[limit].kind == "whole" and figures[limit] % 1:
            yield Explanation("swapped", "the two look as if they stand in each other's column", _CERTAIN)
        if figures[of] % 1:
            same = [key for key, figure in figures.items() if key != of and figure == figures[of]]
            if len(same) == 1 and not self._is_sum_of(of, same[0]):
                yield Explanation(
                    "copied", f"{self._header(of)} is the same as {self._header(same[0])}, and looks copied", _CERTAIN
                )

    def _is_part(self, one: SumCheck, total: str, part: str) -> bool:
        return one.total == total and part in one.parts

    def _is_sum_of(self, key: str, other: str) -> bool:
        """Return whether one of the two is the sum of the other and perhaps of noughts."""
        return any(self._is_part(one, key, other) or self._is_part(one, other, key) for one in self.sum_checks)

    def _confirmed_totals(self, line: LineFigures) -> set[str]:
        """Those of the parts that are totals borne out by sums of their own."""
        below = (one for one in self.sum_checks if one.total in self.check.subtotals and line.figures.get(one.total))
        return {one.total for one in below if difference(line, one) == 0}

    def _number_or_column(self, line: LineFigures) -> str:
        """Return what can be said where no one slip explains it: which of the two it looks like."""
        rule, figures, elsewhere = self.check, line.figures, self.lines_checked - len(self.mismatches)
        looks = "so it looks like a number typed wrongly, not a column"
        if not rule.is_sum:
            return (
                f"it is not on {count_noun(elsewhere, 'other line')}, {looks}"
                if elsewhere > 1
                else _TOO_LITTLE_EVIDENCE
            )
        if rule.subtotals and self._confirmed_totals(line) >= {p for p in rule.parts if figures.get(p)}:
            return f"its parts are borne out by sums of their own, so {self._header(rule.total)} looks typed wrongly"
        if elsewhere >= max(2, len(self.mismatches)):
            return f"the sum holds on {count_noun(elsewhere, 'other line')}, {looks}"
        others = [difference(line, one) for one in self.sum_checks if one is not rule and figures.get(one.total)]
        agreeing = others.count(0)
        if agreeing > 1 and agreeing > sum(bool(other) for other in others):
            return f"{agreeing} other sums of the line agree, {looks}"
        return _TOO_LITTLE_EVIDENCE

    def _find_common_cause(self) -> str:
        """Return what it looks like where a sum fails on most lines: a column, and where one explains it, which."""
        rule, failing = self.check, self.mismatches
        if self.unknown_headings:
            return (
                f"it looks as if parts of it stand under headings that are not known, such as {self._unknown_heading()}"
            )
        if not rule.is_sum:
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
            return f"the sender's total counts {self._header(twice[0])} too"
        swaps = [
            (of, instead)
            for of in (rule.total, *rule.parts)
            for instead in others
            if sum(_explains(line, rule, of, instead) for line, _ in failing) >= most
        ]
        if len(swaps) == 1:
            of, instead = swaps[0]
            return f"it looks as if the column read as {self._header(instead)} is {self._header(of)}"
        named = join_words(self._header(p) for p in (rule.total, *rule.parts))
        return f"it looks like a column in the wrong place. Check the headings of {named}"


def _explains(line: LineFigures, rule: SumCheck, of: str, instead: str) -> bool:
    """Return whether the line adds up once one column stands in for another that is not nought."""
    if not line.figures.get(instead):
        return False
    return difference(line.with_figures({of: line.figures[instead]}), rule) == 0


def _typing_likelihood(written: float, right: float) -> int:
    """How much the number looks like the right one typed with one slip; 0 where it does not.

    A moved point, or digits typed twice or left out of a long number, are likelier than two digits changed about, and
    those than one wrong digit.
    """
    if right <= 0 or written <= 0:
        return 0
    if any(abs(max(written, right) - min(written, right) * power) < 0.005 for power in (10, 100, 1000)):
        return _LIKELY
    left, other = f"{written:.2f}", f"{right:.2f}"
    if len(left) != len(other):
        longer, shorter = sorted((left, other), key=len, reverse=True)
        more = len(longer) - len(shorter)
        cuts = [i for i in range(len(shorter)) if longer[:i] + longer[i + more :] == shorter]
        twice = any(longer[i : i + more] == longer[i + more : i + 2 * more] for i in cuts)
        if not cuts or len(shorter) < len("100.00"):
            return 0
        return _CERTAIN if twice and more > 1 else _LIKELY if more == 1 else 0
    unlike = [i for i, (a, b) in enumerate(zip(left, other, strict=True)) if a != b]
    if len(unlike) == 1 and len(left) >= len("100.00"):
        return _POSSIBLE
    if len(unlike) != 2 or unlike[1] != unlike[0] + 1:
        return 0
    return _LIKELY if left[unlike[0]] == other[unlike[1]] and left[unlike[1]] == other[unlike[0]] else 0
