"""Which line of the plan an issued line is by now: an ID is a claim, and HR's own cells are the proof.

HR may sort all columns but the ID, renumber, or type another line into a row. What is compared is what HR alone edits, as it
was issued and as it stands.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from hrworkbook.merging.match_rows import MIN_TELLING_CHARACTERS, Baseline
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.values import Value, fold_name, is_blank, normalised_text, same_value

_MAX_ALIKE = 50
"""Lines that may share a value for it to say which line is meant; a theme that hundreds share tells nothing."""


@dataclass(frozen=True, slots=True)
class CurrentLine:
    """The line of the plan that an issued line is now."""

    id: str
    """'' where the plan holds no such line any longer."""
    doubt: str = ""
    """Why its answers wait: `id` is then the line that only bears the ID that was issued."""


class LineIdentity:
    """The lines of a plan by what HR's columns say."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        # What is worked out follows the owners' figures, and tells nothing of which line it is.
        self._keys = tuple(c.key for c in plan.schema.columns if not c.is_owners and c.worked_out == "no")

    def current(self, baseline: Baseline) -> dict[str, CurrentLine]:
        """Return by issued ID the line of the plan each issued line is now."""
        own = {id_: CurrentLine(id_) for id_, issued in baseline.items() if self._is_untouched(id_, issued)}
        if len(own) == len(baseline):
            return own
        found = {id_: own.get(id_) or self._look_for(id_, issued) for id_, issued in baseline.items()}
        times = Counter(line.id for line in found.values() if not line.doubt)
        for id_, line in found.items():
            if line.id != id_ and not line.doubt and times[line.id] > 1:
                found[id_] = self._in_doubt(
                    id_, f"{line.id} in the plan fits it as well as another line that was issued"
                )
        return found

    def _is_untouched(self, id_: str, issued: Mapping[str, Value]) -> bool:
        line = self._plan.by_id.get(id_)
        if line is None:
            return False
        if line.values == issued:
            return True
        now, was = tuple(map(line.values.get, self._keys)), tuple(map(issued.get, self._keys))
        return now == was or all(map(_is_same, now, was))

    def _look_for(self, id_: str, issued: Mapping[str, Value]) -> CurrentLine:
        """Return the line by what was issued, where HR's cells of the line with its ID are not all the same."""
        filled = [key for key in self._keys if not is_blank(issued.get(key))]
        own = self._plan.by_id.get(id_)
        if own is not None and not filled:
            return CurrentLine(id_)
        own_agree = _agreeing(own, issued, filled) if own else []
        best, others = self._best_others(id_, issued, filled)
        if own is not None and len(own_agree) >= best and self._is_the_same(own, issued, filled, own_agree):
            return CurrentLine(id_)
        fits = [line for line in others if self._is_the_same(line, issued, filled, _agreeing(line, issued, filled))]
        if (
            best > len(own_agree)
            and len(fits) == 1
            and len(others) == 1
            and self._is_told_apart(fits[0], issued, filled)
        ):
            return CurrentLine(fits[0].id)
        if own is None and not fits:
            return CurrentLine("")
        return self._in_doubt(id_, "your columns say something else there than when it was issued")

    def _in_doubt(self, id_: str, why: str) -> CurrentLine:
        if id_ not in self._plan.by_id:
            return CurrentLine("")
        return CurrentLine(id_, f"{id_} in the plan may be another line by now: {why}")

    def _best_others(self, id_: str, issued: Mapping[str, Value], filled: Sequence[str]) -> tuple[int, list[Line]]:
        """How many of HR's cells agree in the lines that fit best, but for the one with the same ID, and those lines."""
        votes: Counter[str] = Counter()
        for key in filled:
            alike = self._lines_saying.get((key, normalised_text(issued.get(key))), ())
            if len(alike) <= _MAX_ALIKE:
                votes.update(alike)
        del votes[id_]
        scored = [(len(_agreeing(line := self._plan.by_id[other], issued, filled)), line) for other in votes]
        best = max((score for score, _ in scored), default=0)
        return best, [line for score, line in scored if score == best]

    @cached_property
    def _lines_saying(self) -> dict[tuple[str, str], list[str]]:
        lines: dict[tuple[str, str], list[str]] = defaultdict(list)
        for line in self._plan.by_id.values():
            for key in self._keys:
                if line.id and not is_blank(value := line.values.get(key)):
                    lines[key, normalised_text(value)].append(line.id)
        return lines

    def _is_told_apart(self, line: Line, issued: Mapping[str, Value], filled: Sequence[str]) -> bool:
        """Whether a line says all that was issued, or a reference or telling text that no other says: the rest is shared by chance."""
        agree = _agreeing(line, issued, filled)
        if len(agree) == len(filled):
            return True
        telling = [
            (key, text)
            for key in agree
            if len(text := normalised_text(issued.get(key))) >= MIN_TELLING_CHARACTERS
            or self._plan.schema[key].kind == "reference"
        ]
        return any(len(self._lines_saying.get(one, ())) == 1 for one in telling)

    def _is_the_same(
        self, line: Line, issued: Mapping[str, Value], filled: Sequence[str], agree: Sequence[str]
    ) -> bool:
        """Whether enough is left of a line to know it: all but one of HR's cells, or most with a telling text among them."""
        if len(agree) >= max(1, len(filled) - 1):
            return True
        if 2 * len(agree) <= len(filled):
            return False
        texts = [key for key in filled if len(normalised_text(issued.get(key))) >= MIN_TELLING_CHARACTERS]
        return any(key in agree or _is_reworded(issued.get(key), line.values.get(key)) for key in texts)


def _agreeing(line: Line, issued: Mapping[str, Value], filled: Sequence[str]) -> list[str]:
    """Return the keys of HR's cells in which a line says what was issued."""
    return [key for key in filled if _is_same(line.values.get(key), issued.get(key))]


def _is_same(one: Value, other: Value) -> bool:
    return (type(one) is type(other) and one == other) or same_value(one, other)


def _is_reworded(issued: Value, now: Value) -> bool:
    """Whether two texts share most of their words."""
    one, other = (set(fold_name(normalised_text(value)).split()) for value in (issued, now))
    return 2 * len(one & other) > max(len(one), len(other))
