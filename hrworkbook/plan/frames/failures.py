"""Failures: pandera checks whose failure cases are messages, one a cell, and how such a check is registered by name."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import Any, cast

import pandas
import pandera.pandas as pandera
from pandera.api.base.checks import CheckResult
from pandera.api.extensions import register_check_method
from pandera.backends.pandas.checks import PandasCheckBackend
from pandera.errors import SchemaError

from hrworkbook.plan.errors import HrWorkbookError, format_message
from hrworkbook.plan.findings import Severity
from hrworkbook.plan.frames.cells import row_name


class Failure(str):
    """One failure case: the message `place: fault. remedy.`, and as attributes what it is made of."""

    position: int
    """The row in the frame, counted from 0."""
    column: Hashable
    row: Hashable
    """The row's label in the frame's index."""
    rule: str
    severity: Severity
    fault: str
    remedy: str
    error: HrWorkbookError | None
    """Why the check itself could not be run; None for a fault of the cell."""

    def __new__(
        cls, frame: "pandas.DataFrame | pandas.Series[Any]", position: int, column: Hashable, header: str, *,
        rule: str, severity: Severity, fault: str, remedy: str, error: HrWorkbookError | None = None,
    ) -> "Failure":  # fmt: skip
        """Return the failure of the cell at a position of a frame, in a column that messages call by its header."""
        row = frame.index[position]
        made = super().__new__(cls, format_message(f"{row_name(row)}, {header}", fault, remedy))
        made.position, made.column, made.row = position, column, row
        made.rule, made.severity, made.fault, made.remedy, made.error = rule, severity, fault, remedy, error
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how it is made again in another process, or copied: a text alone has no frame to be made from."""
        return _again, (str(self), vars(self))


def _again(text: str, parts: dict[str, Any]) -> Failure:
    made = str.__new__(Failure, text)
    vars(made).update(parts)
    return made


_PRINTED = ("header", "words", "kept", "severity")


class FaultCheck(pandera.Check):
    """A check whose function returns failures, not booleans: pandera's own would show the values and no message."""

    def __repr__(self) -> str:
        """Return the check's name with what it looks for: a schema that is printed says what it checks."""
        statistics = self.statistics or {}
        settings = {**statistics.get("settings", {}), **{k: v for k, v in statistics.items() if k in _PRINTED}}
        return f"<Check {self.name}({', '.join(f'{k}={v!r}' for k, v in settings.items())})>"


class _Backend(PandasCheckBackend):
    """Runs a check's function and hands its failures on as failure cases."""

    def __call__(self, check_obj: Any, key: str | None = None) -> CheckResult:
        checked = check_obj if key is None else check_obj[key]
        failures: list[Failure] = self.check_fn(checked)
        passed = pandas.Series(True, index=range(len(checked)))
        passed.iloc[[f.position for f in failures]] = False
        passed.index = checked.index
        if not failures:
            return CheckResult(passed, True, checked, None)
        cases = pandas.DataFrame(
            {
                "column": pandas.Series([f.column for f in failures], dtype=object),
                "failure_case": pandas.Series(failures, dtype=object),
                "index": pandas.Series([f.row for f in failures], dtype=object),
            }
        )
        if any(f.error for f in failures):
            # A check that cannot be run fails, even one that only warns.
            raise SchemaError(  # type: ignore[no-untyped-call]
                self.check, check_obj, "\n".join(failures), failure_cases=cases, check=self.check
            )
        return CheckResult(passed, False, checked, cases)


FaultCheck.register_backend(pandas.Series, _Backend)
FaultCheck.register_backend(pandas.DataFrame, _Backend)

Checker = Callable[..., Iterable[Failure]]
"""From a column or a frame, and the statistics as keywords, every failure."""


def register(name: str, statistics: Sequence[str], check: Checker) -> None:
    """Make a check known to pandera by name, as `Check.name(…)` and in YAML; one of ours may be registered again."""
    registry = cast("dict[str, Any]", pandera.Check.REGISTERED_CUSTOM_CHECKS)
    if is_ours(name):
        del registry[name]

    def named(checked: Any, **settings: Any) -> Any:
        return list(check(checked, **settings))

    named.__name__ = name
    named.__signature__ = _signature(statistics)  # type: ignore[attr-defined]
    register_check_method(named, statistics=list(statistics))
    registry[name] = partial(_make, registry[name].func)


def is_ours(name: str) -> bool:
    """Return whether the check of that name was registered here, not by pandera or another program."""
    return getattr(pandera.Check.REGISTERED_CUSTOM_CHECKS.get(name), "func", None) is _make


def _signature(statistics: Sequence[str]) -> Any:
    from inspect import Parameter, Signature

    names = [Parameter(name, Parameter.KEYWORD_ONLY) for name in statistics]
    return Signature([Parameter("checked", Parameter.POSITIONAL_ONLY), *names])


def _make(method: Callable[..., FaultCheck], *given: Any, **settings: Any) -> FaultCheck:
    """Return a check of our class, with only the statistics it was given; blanks are the check's own matter."""
    check = method(FaultCheck, *given, **{"error": None, "ignore_na": False, **settings})
    check.statistics = {k: v for k, v in (check.statistics or {}).items() if v is not None}
    return check
