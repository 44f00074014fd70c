"""What a sum that does not add up looks like: a number typed wrongly, a total that counts too much, a wrong column.

The sender alone knows; what the figures of the line and of its neighbours make likely is said as such. Where several
slips explain a difference equally well none is named, and it is only said whether it looks like a number or a column.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from hrworkbook.collecting.sums import Check, Off, Sworn, off_by, rounding, said
from hrworkbook.findings import count, listed
from hrworkbook.schema import Schema

_SURE, _LIKELY, _PERHAPS = 3, 2, 1
_TOO_LITTLE = "too little else adds up to tell a number typed wrongly from a column in the wrong place"
_TELLING = 100
"""From here on, that a figure equals a difference is hardly chance."""


class Slip(NamedTuple):
    """One plain slip that would explain a difference."""

    token: Hashable
    """What it would be, the same on every line with the same slip."""
    looks: str
    weight: int


class Slips:
    """One rule's failing lines in one table, and what they look like together."""

    def __init__(
        self,
        rule: Check,
        failing: Sequence[Off],
        tried: int,
        rules: Sequence[Check],
        schema: Schema,
        unread: Sequence[str] = (),
    ) -> None:
        self.rule, self.failing, self.tried, self.rules, self.schema = rule, failing, tried, rules, schema
        self.unread = unread if self._is_short() else ()
        """Headings that were not known, where parts of the sum may stand under them."""
        self.sums = [one for one in rules if one.sums]
        self.cause = self._cause() if tried >= 3 and len(failing) * 5 >= tried * 3 else ""
        """What it looks like where the rule fails on most lines; '' where it does not."""
        self.met = Counter(slip.token for line, off in failing for slip in self.slips(line, off))

    def _is_short(self) -> bool:
        """Whether most lines fail, all in the same direction, in a sum of which a part was not found."""
        found = {key for line, _ in self.failing for key in line.figures}
        most = len(self.failing) * 5 >= self.tried * 3
        return (
            self.rule.sums
            and most
            and not found.issuperset(self.rule.parts)
            and all(off > 0 for _, off in self.failing)
        )

    def remedy(self, line: Sworn, off: float) -> str:
        """What to do about one line's difference, with what it looks like."""
        if self.unread:
            return f"Say what {self._unread()} means, then read the file again; it looks like a part of the sum"
        looks = self.looks(line, off)
        return f"Ask the sender which is right{'; ' + looks if looks else ''}"

    def _unread(self) -> str:
        named = " ".join(self.unread[0].split())
        more = len(self.unread) - 1
        return f"the heading '{named}'" + (f" (and {count(more, 'other')} not known)" if more else "")

    def looks(self, line: Sworn, off: float) -> str:
        """What one line's difference looks like; '' where the table's cause says it."""
        small = self._is_small(line, off)
        found = list(self.slips(line, off))
        often = [slip for slip in found if self.met[slip.token] > 1 and slip.weight < _SURE]
        found = [slip for slip in found if slip.weight > _PERHAPS or not small]
        ranked = [(slip.weight, 0, slip) for slip in found] + [(_LIKELY, self.met[s.token], s) for s in often]
        best = max(((weight, met) for weight, met, _ in ranked), default=None)
        named = {slip.token: slip for weight, met, slip in ranked if (weight, met) == best}
        if len(named) == 1:
            return next(iter(named.values())).looks
        if small:
            return "the difference is small and looks like rounding before adding up"
        return "" if self.cause else self._number_or_column(line)

    def _is_small(self, line: Sworn, off: float) -> bool:
        """Whether a difference is no more than rounding every figure to the whole could make, and nothing to the sum."""
        rule = self.rule
        most = (len(rule.parts) + 1) / 2
        return rule.sums and rule.kind != "whole" and abs(off) <= most and abs(off) * 200 < line.figures[rule.total]

    def slips(self, line: Sworn, off: float) -> Iterator[Slip]:
        """Every plain slip that would explain the difference."""
        if not self.rule.sums:
            yield from self._over(line)
        elif not line.figures[self.rule.total]:
            yield Slip("never", "the total looks as if it was never worked out", _SURE)
        else:
            yield from self._borne_out(line)
            yield from self._wrongly_summed(line, off)
            yield from self._mistyped(line, off)

    def _header(self, key: str) -> str:
        return self.schema[key].header

    def _borne_out(self, line: Sworn) -> Iterator[Slip]:
        """What the sums above and below this one say of it."""
        rule, figures = self.rule, line.figures
        made = sum(figures.get(p, 0) for p in rule.parts)
        mended = line.supposing({rule.total: made})
        for above in self.sums:
            if rule.total in above.parts and off_by(line, above) and off_by(mended, above) == 0:
                told = f"{self._header(above.total)} counts {said(made)}, so {self._header(rule.total)} looks mistyped"
                yield Slip("total", told, _SURE)
        for below in self.sums:
            if below.total in rule.subtotals and off_by(line, below):
                parts = sum(figures.get(p, 0) for p in below.parts)
                if off_by(line.supposing({below.total: parts}), rule) == 0:
                    told = f"it does add up with {said(parts)}, what the parts of {self._header(below.total)} make"
                    yield Slip(("below", below.total), told, _SURE)

    def _wrongly_summed(self, line: Sworn, off: float) -> Iterator[Slip]:
        """Parts left out or counted twice, and columns counted that are no parts."""
        rule, figures = self.rule, line.figures
        within = max(0.005, rounding(line, rule))
        inner = [p for below in self.sums if below.total in rule.subtotals for p in below.parts]
        there = [p for p in rule.parts if figures.get(p)]
        weight = _LIKELY if abs(off) >= _TELLING or off % 1 else _PERHAPS
        for size in (1, 2, 3):
            of = [*there, *(p for p in inner if figures.get(p))] if size == 1 else there
            for keys in combinations(of, size) if size < len(there) or size == 1 else ():
                if abs(sum(figures[k] for k in keys) + off) <= within:
                    told = f"the total looks as if it leaves out {self._named(line, keys)}"
                    yield Slip(("without", keys), told, weight if size == 1 else weight - 1)
        for key in there:
            if abs(figures[key] - off) <= within:
                yield Slip(("twice", key), f"the total looks as if it counts {self._named(line, [key])} twice", weight)
        for key, figure in figures.items():
            if key not in (rule.total, *rule.parts, *inner) and abs(figure - off) <= within and self._is_alike(key):
                yield Slip(("too", key), f"the total looks as if it counts {self._named(line, [key])} too", weight)

    def _is_alike(self, key: str) -> bool:
        """Whether a column could have been counted too: money with money, people and their time with each other."""
        return (self.schema[key].kind == "money") == (self.rule.kind == "money")

    def _named(self, line: Sworn, keys: Sequence[str]) -> str:
        return listed(f"{self._header(key)} ({said(line.figures[key])})" for key in keys)

    def _mistyped(self, line: Sworn, off: float) -> Iterator[Slip]:
        """The figures that one slip of the fingers would explain."""
        sound = self._sound(line)
        right = {p: line.figures[p] + off for p in self.rule.parts if line.figures.get(p) and p not in sound}
        right[self.rule.total] = line.figures[self.rule.total] - off
        for key, figure in right.items():
            if weight := _slip_of_fingers(line.figures[key], figure):
                yield Slip(("typed", key), f"{self._header(key)} looks mistyped for {said(figure)}", weight)

    def _over(self, line: Sworn) -> Iterator[Slip]:
        """Why one figure may be over another that it cannot exceed."""
        (of, limit), figures = (self.rule.total, self.rule.parts[0]), line.figures
        if not figures[limit]:
            yield Slip("none", f"{self._header(limit)} looks as if it was not given", _SURE)
        for below in self.rules:
            if not below.sums and off_by(line, below) and any(self._is_part(one, of, below.total) for one in self.sums):
                yield Slip("below", f"it counts {self._header(below.total)}, which is over its own limit", _LIKELY)
                break
        if any(one.total == limit and off_by(line, one) for one in self.sums) and figures[limit]:
            yield Slip("limit", f"{self._header(limit)} is not what its own parts make", _SURE)
        if self.schema[limit].kind == "whole" and figures[limit] % 1:
            yield Slip("swapped", "the two look as if they stand in each other's column", _SURE)
        if figures[of] % 1:
            same = [key for key, figure in figures.items() if key != of and figure == figures[of]]
            if len(same) == 1 and not self._counted(of, same[0]):
                yield Slip(
                    "copied", f"{self._header(of)} is the same as {self._header(same[0])}, and looks copied", _SURE
                )

    def _is_part(self, one: Check, total: str, part: str) -> bool:
        return one.total == total and part in one.parts

    def _counted(self, key: str, other: str) -> bool:
        """Whether one of the two is the sum of the other and perhaps of noughts."""
        return any(self._is_part(one, key, other) or self._is_part(one, other, key) for one in self.sums)

    def _sound(self, line: Sworn) -> set[str]:
        """Those of the parts that are totals borne out by sums of their own."""
        below = (one for one in self.sums if one.total in self.rule.subtotals and line.figures.get(one.total))
        return {one.total for one in below if off_by(line, one) == 0}

    def _number_or_column(self, line: Sworn) -> str:
        """What can be said where no one slip explains it: which of the two it looks like."""
        rule, figures, elsewhere = self.rule, line.figures, self.tried - len(self.failing)
        looks = "so it looks like a number typed wrongly, not a column"
        if not rule.sums:
            return f"it is not on {count(elsewhere, 'other line')}, {looks}" if elsewhere > 1 else _TOO_LITTLE
        if rule.subtotals and self._sound(line) >= {p for p in rule.parts if figures.get(p)}:
            return f"its parts are borne out by sums of their own, so {self._header(rule.total)} looks typed wrongly"
        if elsewhere >= max(2, len(self.failing)):
            return f"the sum holds on {count(elsewhere, 'other line')}, {looks}"
        others = [off_by(line, one) for one in self.sums if one is not rule and figures.get(one.total)]
        agreeing = others.count(0)
        if agreeing > 1 and agreeing > sum(bool(other) for other in others):
            return f"{agreeing} other sums of the line agree, {looks}"
        return _TOO_LITTLE

    def _cause(self) -> str:
        """What it looks like where a sum fails on most lines: a column, and where one explains it, which."""
        rule, failing = self.rule, self.failing
        if self.unread:
            return f"it looks as if parts of it stand under headings that are not known, such as {self._unread()}"
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
        named = listed(self._header(p) for p in (rule.total, *rule.parts))
        return f"it looks like a column in the wrong place. Check the headings of {named}"


def _explains(line: Sworn, rule: Check, of: str, instead: str) -> bool:
    """Whether the line adds up once one column stands in for another that is not nought."""
    if not line.figures.get(instead):
        return False
    return off_by(line.supposing({of: line.figures[instead]}), rule) == 0


def _slip_of_fingers(written: float, right: float) -> int:
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
        return _SURE if twice and more > 1 else _LIKELY if more == 1 else 0
    unlike = [i for i, (a, b) in enumerate(zip(left, other, strict=True)) if a != b]
    if len(unlike) == 1 and len(left) >= len("100.00"):
        return _PERHAPS
    if len(unlike) != 2 or unlike[1] != unlike[0] + 1:
        return 0
    return _LIKELY if left[unlike[0]] == other[unlike[1]] and left[unlike[1]] == other[unlike[0]] else 0
