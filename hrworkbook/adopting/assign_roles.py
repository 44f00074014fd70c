"""Which column of a plan does which work: by its heading first, then by its cells; what was guessed is asked."""

from collections.abc import Callable, Iterable, Sequence

from hrworkbook.adopting.column_groups import PlanColumn
from hrworkbook.adopting.heading_meanings import Meaning, may_be_theme
from hrworkbook.plan.questions import Question
from hrworkbook.plan.row_kinds import theme_label
from hrworkbook.plan.schema_model import EXEMPT_WORDS, PUBLIC_WORDS
from hrworkbook.plan.values import as_text, fold_name
from hrworkbook.tables.heading_periods import REVISED, START, PeriodRank, period_rank, without_period

_MARKS = {fold_name(w) for w in (*PUBLIC_WORDS, *EXEMPT_WORDS)}
_ENOUGH = 20
"""The score from which on a column is taken without its heading saying so plainly."""


class RoleFinder:
    """The columns of one plan being told apart."""

    def __init__(self, columns: Sequence[PlanColumn], *, of_risks: bool = False) -> None:
        self.columns = columns
        self.of_risks = of_risks
        self.seen = [c for c in columns if not c.is_hidden and c.meaning is not Meaning.PRIVATE] or list(columns)
        self.roles: dict[str, PlanColumn] = {}
        self.how: dict[int, str] = {}
        self.questions: list[Question] = []

    def find(self) -> "RoleFinder":
        """Find every role that a column has."""
        for role, finder in (
            ("reference", self._reference), ("status", self._status), ("owner", self._owner), ("priority", self._priority),
            ("progress", self._progress),
        ):  # fmt: skip
            self._take(role, finder())
        self._dates()
        self._take("complete", self._first(Meaning.PERCENT))
        self._take("part", self._part())
        for role, heading in (("paragraph", "exempt paragraph"), ("reason", "exempt reason")):
            if "part" in self.roles:
                self._take(role, next((c for c in self._free() if fold_name(c.header) == heading), None))
        self._take("theme", self._theme())
        self._ask_what_is_missing()
        return self

    def how_of(self, column: PlanColumn) -> str:
        """Return how a column came to be known."""
        return self.how.get(id(column), "by its heading" if column.meaning else "kept as it is")

    # Choosing

    def _take(self, role: str, column: PlanColumn | None, how: str = "") -> None:
        if column is not None:
            self.roles[role] = column
            if how:
                self.how[id(column)] = how

    def _free(self) -> list[PlanColumn]:
        taken = {id(c) for c in self.roles.values()}
        return [c for c in self.seen if id(c) not in taken]

    def _first(self, meaning: Meaning) -> PlanColumn | None:
        return next((c for c in self._free() if c.meaning is meaning), None)

    def _best(self, score: Callable[[PlanColumn], float], least: float) -> PlanColumn | None:
        ranked = sorted(self._free(), key=lambda c: -score(c))
        return ranked[0] if ranked and score(ranked[0]) >= least else None

    def _reference(self) -> PlanColumn | None:
        def score(c: PlanColumn) -> float:
            if c.meaning is Meaning.REFERENCE:
                return (
                    20
                    + 10 * (c.facts.references or not c.facts.filled)
                    + c.facts.distinct / max(c.facts.filled, 1)
                    + c.facts.share_filled
                    - c.at / 100
                )
            if c.meaning is None and c.at == min(x.at for x in self.columns) and c.facts.references > 0.9:
                return 15
            return 0

        found = self._best(score, 15)
        if (
            found
            and found.meaning is Meaning.REFERENCE
            and found.facts.filled
            and found.facts.references < 0.2
            and found.facts.long > 0.3
        ):
            return None
        if found and found.meaning is None:
            self.how[id(found)] = "by its cells"
        return found

    def _status(self) -> PlanColumn | None:
        def score(c: PlanColumn) -> float:
            facts = c.facts
            named = c.meaning is Meaning.STATUS
            coloured = not facts.filled and len(facts.fill_words) > 1 and 2 * facts.fills > facts.lines
            if facts.filled and (
                facts.long > 0.3 or (facts.figures > 0.5 and not (named and _is_scale(c))) or facts.names > 0.8
            ):
                return 0
            if (
                not named
                and not coloured
                and not (facts.statuses >= 0.8 and facts.filled > 1 and c.meaning in (None, Meaning.RATING))
            ):
                return 0
            filled = min(facts.filled + facts.fills, facts.lines) / max(facts.lines, 1)
            rag = "rag" in fold_name(c.header).split() or facts.colours > 0.5
            return 15 * named + 10 * coloured + 6 * facts.statuses + 6 * filled + 2 * rag

        able = [c for c in self._free() if score(c) >= 12]
        if not able:
            return None
        best = max(able, key=score)
        asked = len(self.questions)
        best = self._latest([c for c in able if c.meaning is best.meaning], best, "status")
        if best.meaning is not Meaning.STATUS:
            by = "by its colours" if not best.facts.filled else "by its cells"
            self.how[id(best)] = by
        if best.meaning is not Meaning.STATUS and len(self.questions) == asked:
            self._ask(best, "how a line stands", [c for c in self._free() if c is not best and c.facts.statuses > 0.5])
        return best

    def _latest(self, rivals: Sequence[PlanColumn], best: PlanColumn, what: str) -> PlanColumn:
        """Return the latest of several columns for one thing, by what their headings say, that is filled."""
        ranked = [(c, rank) for c in rivals if (rank := _rank(c))]
        if len(ranked) < 2 or len({r.scale for _, r in ranked}) > 1 or len({r for _, r in ranked}) < len(ranked):
            ranked = [(c, PeriodRank("place", c.at)) for c in rivals if _is_twin(c, best)]
        if len(ranked) < 2 or best not in [c for c, _ in ranked] and best.facts.filled:
            return best
        filled = [x for x in ranked if x[0].facts.filled or x[0].facts.fills] or ranked
        latest = max(filled, key=lambda x: x[1].order)[0]
        if len(filled) < len(ranked) or ranked[0][1].scale != "recency":
            self._ask(latest, f"the {what} owners are asked for next", [c for c, _ in ranked if c is not latest])
        return latest

    def _owner(self) -> PlanColumn | None:
        def score(c: PlanColumn) -> float:
            facts = c.facts
            if facts.filled and (facts.length > 90 or facts.times > 0.6 or facts.figures > 0.5 or facts.statuses > 0.8):
                return 0
            if c.meaning is Meaning.OWNER:
                return 10 * c.strength + 6 * facts.names + 5 * facts.share_filled - c.at / 100
            return (
                8 + 8 * facts.names + 4 * facts.share_filled
                if c.meaning is None and facts.names > 0.7 and facts.filled > 1
                else 0
            )

        found = self._best(score, 15)
        if not found:
            return None
        rivals = [
            c for c in self._free()
            if c is not found and c.meaning is Meaning.OWNER and c.strength == found.strength and c.facts.share_filled > 0.5
            and found.meaning is Meaning.OWNER
        ]  # fmt: skip
        if found.meaning is not Meaning.OWNER:
            self.how[id(found)] = "by its cells"
            rivals = [c for c in self._free() if c is not found and c.facts.names > 0.5]
            self._ask(found, "who answers for a line, and gets its return", rivals)
        elif rivals or found.strength < 3:
            self._ask(found, "who answers for a line, and gets its return", rivals)
        return found

    def _priority(self) -> PlanColumn | None:
        def score(c: PlanColumn) -> float:
            facts = c.facts
            if facts.filled and (
                facts.ratings > 0.8 or facts.figures > 0.6 or facts.days > 0.6 or facts.statuses > 0.8
            ):
                return 0
            base = {
                Meaning.ACTION: 10 * c.strength, Meaning.INDICATOR: 28, Meaning.THEME: 12, Meaning.MEASURE: 6, Meaning.RISK: 40 if self.of_risks else 14,
                Meaning.RESOURCE: 4, None: 4,
            }.get(c.meaning, 0)  # fmt: skip
            if not base:
                return 0
            if c.strength < 3 and facts.repeats:
                base = 4
            differs = facts.distinct / max(facts.filled, 1)
            return base + 6 * differs + 4 * facts.long + 5 * facts.share_filled - c.at / 50

        found = self._best(score, 12)
        if found and found.meaning not in (Meaning.ACTION, Meaning.INDICATOR, Meaning.THEME, Meaning.RISK):
            self.how[id(found)] = "by its cells"
            self._ask(found, "what is to be done", [c for c in self._free() if c is not found and c.facts.long > 0.3])
        return found

    def _progress(self) -> PlanColumn | None:
        def score(c: PlanColumn) -> float:
            facts = c.facts
            if c.meaning is not Meaning.PROGRESS or facts.times > 0.8 and facts.filled > 1 or facts.figures > 0.8:
                return 0
            words = fold_name(c.header)
            plain = 3 * any(w in words for w in ("progress", "update", "position")) - 2 * words.startswith(
                ("note", "remark", "comment")
            )
            return 20 + plain + 5 * facts.share_filled + 2 * facts.long + c.at / 100

        best = self._best(score, 10)
        if best:
            return self._latest([c for c in self._free() if score(c)], best, "progress")
        return self._period_column()

    def _period_column(self) -> PlanColumn | None:
        """Return the latest filled of columns that are headed with nothing but a period and hold words."""
        able = [
            c for c in self._free()
            if c.meaning is None and not without_period(c.header)
            and max(c.facts.figures, c.facts.days, c.facts.statuses, c.facts.names) < 0.5
        ]  # fmt: skip
        filled = [c for c in able if c.facts.filled]
        if len(able) < 2 or not filled:
            return None
        latest = self._latest(able, filled[-1], "progress")
        self.how[id(latest)] = "by its cells"
        return latest

    def _dates(self) -> None:
        """Find when a line begins and is due, and whether that was put off."""

        def is_when(c: PlanColumn) -> bool:
            return not c.facts.filled or c.facts.times >= 0.3

        def score(c: PlanColumn) -> float:
            if c.meaning is not Meaning.DUE or not is_when(c):
                return 0
            rank = period_rank(c.header.split(" / ")[-1])
            first = rank is not None and rank.scale == "span" and rank.order == 1
            return 20 + 6 * c.facts.times + 5 * c.facts.share_filled - 3 * first - c.at / 100

        due = self._best(score, 15)
        self._take(
            "start", next((c for c in self._free() if c.meaning is Meaning.START and is_when(c) and c is not due), None)
        )
        revised = next((c for c in self._free() if c.meaning is Meaning.REVISED and is_when(c) and c is not due), None)
        if due is None and revised is not None:
            due, revised = revised, None
        if due is None:
            guesses = [
                c
                for c in self._free()
                if c.meaning in (None, Meaning.TARGET)
                and c.facts.times > 0.8
                and c.facts.filled
                and period_rank(c.header) != START
                and (c.facts.filled > 1 or c.meaning)
            ]
            due = guesses[-1] if guesses else None
            if due is not None:
                self.how[id(due)] = "by its cells"
                self._ask(due, "when a line is due", guesses[:-1])
        self._take("due", due)
        rivals = [
            c
            for c in self._free()
            if c.meaning is Meaning.DUE and due is not None and score(c) > 15 and c.facts.days > 0.5
        ]
        if due is not None and rivals and revised is None:
            put_off = next((c for c in rivals if period_rank(c.header) == REVISED), None)
            if put_off is None and not _is_first_date(rivals, due):
                self._ask(due, "when a line is due", rivals)
        self._take("revised", revised)

    def _part(self) -> PlanColumn | None:
        for c in self._free():
            said = [fold_name(w) in _MARKS for w in c.facts.words]
            if c.meaning is Meaning.PART and (all(said) if said else fold_name(c.header) != "part"):
                return c
        return None

    def _theme(self) -> PlanColumn | None:
        """Return the column that says under what lines stand: one that says the same of several, or stands left of what is done."""
        action = self.roles.get("priority")
        able = [
            c for c in self._free()
            if (may_be_theme(c.header) or c.meaning is Meaning.THEME or (c.meaning in (None, Meaning.ACTION, Meaning.RISK) and _heads_lines(c, action)))
            and c.facts.filled and not c.facts.ratings > 0.8
            and c.facts.figures < 0.5 and c.facts.days < 0.5 and (c.meaning in (Meaning.THEME, Meaning.ACTION, Meaning.OWNER, Meaning.RISK, None) or c.facts.repeats)
            and c.meaning not in (Meaning.STATUS, Meaning.PROGRESS, Meaning.RESOURCE, Meaning.SUPPORT)
            and (c.meaning is not Meaning.RISK or _names_risks(c))
        ]  # fmt: skip
        if action is not None:
            able = [c for c in able if c.at < action.at or c.meaning is Meaning.THEME]
        repeated = [c for c in able if c.facts.repeats or _is_spread(c)]
        plain = [c for c in able if c.meaning is Meaning.THEME]
        for some in ([c for c in repeated if c.meaning is Meaning.THEME], repeated, plain):
            if some:
                return min(some, key=lambda c: (c.facts.distinct, c.at))
        return None

    # Asking

    def _ask(self, taken: PlanColumn, what: str, rivals: Iterable[PlanColumn]) -> None:
        """Ask whether another column was meant; where there is no other, nothing is to be asked."""
        if rivals := list(rivals):
            self.questions.append(Question(f"Which column says {what}", _name(taken), tuple(map(_name, rivals))))

    def _ask_what_is_missing(self) -> None:
        free = [c for c in self._free() if c.facts.filled]
        if "owner" not in self.roles:
            self.questions.append(Question("Which column says who answers for a line", "none", tuple(map(_name, free))))
        if "priority" not in self.roles:
            self.questions.append(Question("Which column says what is to be done", "none", tuple(map(_name, free))))
        if "part" in self.roles and "paragraph" not in self.roles:
            what = "Which column says by which paragraph of Schedule 12A a line is exempt"
            self.questions.append(Question(what, "none", tuple(map(_name, free))))
        if "status" not in self.roles and "progress" not in self.roles:
            self.questions.append(Question("Which columns do owners fill in", "none", tuple(map(_name, self._free()))))


def _heads_lines(column: PlanColumn, action: PlanColumn | None) -> bool:
    """Whether a column left of what is to be done says the same of several lines."""
    facts = column.facts
    heads = (facts.repeats if column.meaning else 3 * facts.distinct <= 2 * facts.filled) or _is_spread(column)
    return action is not None and column.at < action.at and heads and facts.names < 0.5 and facts.references < 0.5


def _names_risks(column: PlanColumn) -> bool:
    """Whether a column says which risk its lines answer, not how likely or grave it is."""
    return {"risk", "risks"} & set(fold_name(column.header).split()) != set() and column.facts.figures < 0.5


def _is_scale(column: PlanColumn) -> bool:
    """Whether a column's cells are the few steps of a scale, such as 1 to 5."""
    return column.facts.distinct <= 6 and all(len(as_text(v).removesuffix(".0")) == 1 for v in column.values)


def _rank(column: PlanColumn) -> PeriodRank | None:
    """Return where the period stands that a heading names, its lowest part first."""
    return period_rank(column.header.split(" / ")[-1]) or period_rank(column.header)


def _is_twin(column: PlanColumn, other: PlanColumn) -> bool:
    """Whether two headings are the same, or differ in months without a year alone: then the later one stands to the right."""
    if fold_name(column.header) == fold_name(other.header):
        return True
    return not (_rank(column) or _rank(other)) and without_period(column.header) == without_period(other.header)


def _is_spread(column: PlanColumn) -> bool:
    """Whether a column's cells are merged over several lines, or stand once with blanks below."""
    merged = any(
        table.sheet.covered.get((row, at), (row, at))[0] < row for table, at in column.places for row in table.lines
    )
    return merged or (
        0 < column.facts.filled <= 0.67 * column.facts.lines and column.facts.distinct == column.facts.filled
    )


def _is_first_date(rivals: Sequence[PlanColumn], due: PlanColumn) -> bool:
    """Whether the other dates are those first agreed."""
    ranks = [period_rank(c.header) for c in rivals]
    return (
        all(rank is not None and rank.scale == "span" and rank.order == 1 for rank in ranks)
        and period_rank(due.header) not in ranks
    )


def _name(column: PlanColumn) -> str:
    sheet, cell = column.cell
    return f"{column.header} ({sheet}!{cell})"


def is_labelled_band(text: str) -> bool:
    """Return whether a row of one text calls itself a theme."""
    return bool(theme_label(text))
