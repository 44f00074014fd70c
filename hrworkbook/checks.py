"""A council's own checks: functions in a Python file of its own, or in a package it installs.

from hrworkbook.checks import check, frame_check

@check(column="Owner", remedy="Name a chief officer as well")
def has_chief(value):
    return "Chief" in value or f"no chief officer answers for this, only {value}"
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from hrworkbook.plan.findings import Severity


@dataclass(frozen=True)
class CouncilCheck:
    """One check of a council's own."""

    name: str
    """What the finding's rule is called, and the check in pandera's registry."""
    function: Callable[[Any], Any]
    column: str
    """Header or key of the column whose cells it tells."""
    remedy: str
    fault: str = ""
    """What is wrong, where the function returns only False."""
    severity: Severity = "error"
    whole: bool = False
    """Whether the function is given the whole frame, else one value."""
    schemas: tuple[str, ...] = ()
    """Names of the schemas whose plans it is for; empty for every plan."""
    file: str = ""
    """The file it is from, for messages."""

    def __call__(self, checked: Any) -> Any:
        """Return what the function says of a value or a frame."""
        return self.function(checked)


_Decorator = Callable[[Callable[[Any], Any]], CouncilCheck]


def check(
    *, column: str, remedy: str, fault: str = "", severity: Severity = "error", name: str = "",
    schemas: tuple[str, ...] = (),
) -> _Decorator:  # fmt: skip
    """Return a decorator that makes a function of one value a check of a column.

    The function is given each value that is not blank (text, a number, True or False, a date) and returns True where it
    is good, False or a sentence that says what is wrong where it is not. Raises ValueError for settings that cannot be.
    """
    return _decorator(False, column, remedy, fault, severity, name, schemas)


def frame_check(
    *, column: str, remedy: str, fault: str = "", severity: Severity = "error", name: str = "",
    schemas: tuple[str, ...] = (),
) -> _Decorator:  # fmt: skip
    """Return a decorator that makes a function of the whole plan a check across lines.

    The function is given a pandas DataFrame, a row a line, its columns called by their headers, with a column `ID`; a
    blank is None. It returns a Series or list with an entry for each row: True where the line is good, else False or a
    sentence. The finding stands at the line's cell in `column`.
    """
    return _decorator(True, column, remedy, fault, severity, name, schemas)


def _decorator(
    whole: bool, column: str, remedy: str, fault: str, severity: Severity, name: str, schemas: tuple[str, ...]
) -> _Decorator:
    if severity not in get_args(Severity):
        raise ValueError(f"the severity is {severity!r}: choose 'error' or 'warning'")
    for setting, text in (("column", column), ("remedy", remedy)):
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"{setting!r} is blank: every check says which column it tells and what to do")
    if isinstance(schemas, str):
        raise ValueError(f"schemas is a text: write it as a tuple, ({schemas!r},)")

    def decorated(function: Callable[[Any], Any]) -> CouncilCheck:
        called = name or function.__name__
        said = fault or f"it does not pass the check '{called}'"
        file = function.__code__.co_filename if hasattr(function, "__code__") else ""
        return CouncilCheck(called, function, column, remedy, said, severity, whole, tuple(schemas), file)

    return decorated
