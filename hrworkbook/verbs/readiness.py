"""Readiness: whether anything of a plan may be published or sent while errors stand and decisions wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hrworkbook.plan.errors import NotReady
from hrworkbook.plan.exemption import EXEMPT_RULE, SPELLING_RULE
from hrworkbook.plan.findings import Finding, count_noun, errors_of, join_words
from hrworkbook.plan.ledgers import DECISIONS, PROBLEMS, LedgerRow
from hrworkbook.plan.model import Plan
from hrworkbook.plan.plan_faults import plan_faults
from hrworkbook.plan.snapshot import row_and_column
from hrworkbook.plan.start_sheet import open_decisions
from hrworkbook.verbs.validate import find_problems

MOST_NAMED = 5
"""Cells that a refusal names; the rest are counted."""


@dataclass(frozen=True)
class Standing:
    """What stood against publishing or sending, and was gone past with --anyway."""

    errors: int = 0
    decisions: int = 0

    def __bool__(self) -> bool:
        return bool(self.errors or self.decisions)

    @property
    def counts(self) -> str:
        """`2 errors stood and 1 decision waited`; '' where nothing did."""
        parts = [f"{count_noun(self.errors, 'error')} stood"] if self.errors else []
        return join_words([*parts, *([f"{count_noun(self.decisions, 'decision')} waited"] if self.decisions else [])])

    @property
    def sentence(self) -> str:
        """`2 errors stood and 1 decision waited when this was made.`; '' where nothing did."""
        return f"{self.counts} when this was made." if self else ""

    @property
    def aside(self) -> str:
        """` although 2 errors stood and 1 decision waited`; '' where nothing did."""
        return f" although {self.counts}" if self else ""


def require_ready(plan: Plan, today: date, verb: str, *, anyway: bool = False) -> Standing:
    """Return what stands against publishing or sending and is gone past.

    Raises NotReady, with the cells named, where errors stand or decisions wait and `anyway` is not given, and always
    where it is not certain what may be published.
    """
    errors = errors_of(find_problems(plan, today, faults=plan_faults(plan, today)))
    exempt = [f for f in errors if f.rule == EXEMPT_RULE]
    if exempt:
        raise _in_doubt(exempt, [f for f in errors if f.rule == SPELLING_RULE])
    waiting = open_decisions(plan)
    standing = Standing(len(errors), len(waiting))
    if not standing or anyway:
        return standing
    raise _unready(errors, waiting, verb)


def _unready(errors: Sequence[Finding], waiting: Sequence[LedgerRow], verb: str) -> NotReady:
    faults, remedies, places = [], [], [f.place for f in errors]
    if errors:
        faults.append(f"{count_noun(len(errors), 'error stands', 'errors stand')} ({errors[0].fault})")
        remedies.append(f"mend what Validate lists on the {PROBLEMS.sheet} sheet")
    if waiting:
        faults.append(count_noun(len(waiting), "decision waits", "decisions wait"))
        remedies.append(f"choose on the {DECISIONS.sheet} sheet and press Decide")
        places += [d.text("Go to") or DECISIONS.sheet for d in waiting]
    remedy = join_words(remedies)
    return NotReady(
        _places(places),
        f"{join_words(faults)}, so nothing was made",
        f"{remedy[:1].upper()}{remedy[1:]}; to go on all the same, run: hrworkbook {verb} with --anyway, and with --live while the plan is open",
    )


def _in_doubt(exempt: Sequence[Finding], spelling: Sequence[Finding]) -> NotReady:
    if len(exempt) == 1 and not spelling:
        return NotReady(exempt[0].place, f"{exempt[0].fault}, so nothing was made", exempt[0].remedy)
    sheets = list(dict.fromkeys(f.sheet for f in (*exempt, *spelling)))
    return NotReady(
        _places(
            [
                f.place
                for f in sorted([*exempt, *spelling], key=lambda f: (sheets.index(f.sheet), row_and_column(f.cell)))
            ]
        ),
        f"it is not certain what may be published ({exempt[0].fault}), so nothing was made",
        f"{exempt[0].remedy}; each is on the {PROBLEMS.sheet} sheet after Validate",
    )


def _places(places: Sequence[str]) -> str:
    """Return the first few, then how many more."""
    shown = list(dict.fromkeys(places))
    more = [f"{len(shown) - MOST_NAMED} more"] if len(shown) > MOST_NAMED else []
    return ", ".join(shown[:MOST_NAMED]) + (f" and {more[0]}" if more else "")
