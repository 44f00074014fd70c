"""What an appendix says of measures: how many have each status, the exceptions, and a measure's figures beside an action."""

import re
from collections import Counter
from collections.abc import Sequence

from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.history import ClosedPeriod, closed_periods
from hrworkbook.plan.measures.figures import shown_figure
from hrworkbook.plan.measures.judgement import BY_HAND, Movement, Unrated
from hrworkbook.plan.measures.scorecard import Measure, Scorecard
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.schema import Column
from hrworkbook.plan.values import fold_name, is_blank
from hrworkbook.render.appendix.document import TextTable

_NO_ACTION = "None given"
_PARTED = re.compile(r"\s*[;\n]\s*|\s*,\s+")


class MeasureTexts:
    """The texts of a plan's measures; a plan without any has none."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.card = Scorecard(plan)
        self._by_line = {id(m.line): m for m in self.card.measures}
        reference = plan.schema.role("reference")
        self._by_reference: dict[str, Measure] = {}
        for measure in self.card.measures if reference else ():
            if folded := fold_name(measure.line.text(reference.key if reference else "")):
                self._by_reference.setdefault(folded, measure)

    def cell_text(self, column: Column, line: Line) -> str | None:
        """Return what a cell of a measure, or one that names measures, prints; None for any other cell."""
        if column.kind == "measure" and (measure := self._by_line.get(id(line))) and column.key != self._tolerance:
            return shown_figure(line.values.get(column.key), measure.unit)
        if column.key == self.plan.schema.roles.get("measures") and self._by_reference:
            return self._named_measures(line.text(column.key))
        return None

    @property
    def _tolerance(self) -> str:
        return self.plan.schema.roles.get("tolerance", "")

    def _named_measures(self, text: str) -> str:
        """Return a text that names measures by their references, with the figures of each."""
        items = [item for item in _PARTED.split(text) if item]
        found = [self._by_reference.get(fold_name(item)) for item in items]
        if not any(found):
            return text
        return "\n".join(self.figures(m) if m else item for m, item in zip(found, items, strict=True))

    def figures(self, measure: Measure) -> str:
        """Return a measure in one line: `Take up of places: 72% against > 80% (Red, ▼ worse)`."""
        return f"{self._name(measure)}: {self._against(measure)} ({self._standing(measure)})"

    def _standing(self, measure: Measure) -> str:
        return ", ".join(t for t in (self.card.status(measure), self.card.direction(measure, measure.last)) if t)

    def _name(self, measure: Measure) -> str:
        priority = self.plan.schema.role("priority")
        return " ".join(measure.line.text(priority.key).split()) if priority else measure.line.id

    def _against(self, measure: Measure) -> str:
        actual, target = (self._shown(measure, role) for role in ("actual", "target"))
        return f"{actual or 'no figure'} against {target or 'no target'}"

    def _shown(self, measure: Measure, role: str) -> str:
        column = self.plan.schema.role(role)
        return shown_figure(measure.line.values.get(column.key), measure.unit) if column else ""

    def status_sentence(self, lines: Sequence[Line]) -> str:
        """Return how many measures have each status, with percentages of those that have one; '' where there are none."""
        measures = [m for x in lines if (m := self._by_line.get(id(x)))]
        if not measures:
            return ""
        counted = Counter(self.card.status(m).removesuffix(BY_HAND).strip() for m in measures)
        unrated = [word.value for word in Unrated if counted[word.value]]
        rated = {word: n for word, n in counted.items() if word not in unrated}
        total = sum(rated.values())
        order = [*(w for w in self.card.statuses if w in rated), *(w for w in rated if w not in self.card.statuses)]
        parts = [
            f"{rated[w]} ({round(100 * rated[w] / total)}%) {'is' if rated[w] == 1 else 'are'} {w.lower()}"
            for w in order
        ]
        said = f"Of {count_noun(total, 'measure')} with a status, {join_words(parts)}." if total else ""
        rest = join_words(f"{counted[w]} {w.lower()}" for w in unrated)
        return " ".join(t for t in (said, f"Without a status: {rest}." if rest else "") if t)

    def exceptions(self, lines: Sequence[Line]) -> TextTable | None:
        """Return the measures with the worst status, those that worsened first, then others that worsened; None without measures."""
        measures = [m for x in lines if (m := self._by_line.get(id(x)))]
        if not measures:
            return None
        worst, best = list(self.card.statuses)[-1], next(iter(self.card.statuses))
        ranked = []
        for at, measure in enumerate(measures):
            status = self.card.status(measure)
            word = status.removesuffix(BY_HAND).strip()
            worsened = measure.moved_since(measure.last) is Movement.WORSE
            if fold_name(word) == fold_name(worst) or (worsened and word != best and word not in set(Unrated)):
                ranked.append((fold_name(word) != fold_name(worst), not worsened, at, measure))
        corrective = self.plan.schema.role("corrective")
        rows = tuple(
            (
                f"{self._with_reference(measure)}: {self._against(measure)}",
                self._standing(measure),
                (measure.line.text(corrective.key) if corrective else "") or _NO_ACTION,
            )
            for *_, measure in sorted(ranked, key=lambda r: r[:3])
        )
        return TextTable("Exceptions", ("Measure", "Status", "Corrective action"), rows, "No measure is an exception.")

    def _with_reference(self, measure: Measure) -> str:
        reference = self.plan.schema.role("reference")
        return " ".join(t for t in (measure.line.text(reference.key) if reference else "", self._name(measure)) if t)


def is_of_actions(plan: Plan) -> bool:
    """Return whether a plan's status is its owners' word on their actions, and not worked out of figures."""
    status = plan.schema.role("status")
    return status is None or status.worked_out == "no"


def reported_periods(plan: Plan) -> tuple[ClosedPeriod, ...]:
    """Return the closed periods, without those of which only figures are known, as a scorecard begins with."""
    status, periods = plan.schema.role("status"), closed_periods(plan)
    if status is None or is_of_actions(plan):
        return periods
    return tuple(p for p in periods if any(not is_blank(v.get(status.key)) for v in p.lines.values()))
