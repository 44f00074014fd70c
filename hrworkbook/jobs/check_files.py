"""Where a council's own checks come from: Python files named in the command line, and packages that offer them.

Never from a workbook: what is mailed about must not be able to run.
"""

import sys
import traceback
from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from hrworkbook.checks import CouncilCheck
from hrworkbook.plan.errors import CheckFileError

GROUP = "hrworkbook.checks"
"""The entry points under which a package offers its checks: each a module, a check, or a list of checks."""


def load_checks(files: Iterable[str | Path] = (), at_hand: Iterable[CouncilCheck] = ()) -> tuple[CouncilCheck, ...]:
    """Return the checks of some Python files and those at hand, after those of the packages that are installed.

    Raises CheckFileError, with file and line, where one cannot be loaded, holds no check, or two share a name.
    """
    found = [*installed_checks(), *(check for file in files for check in checks_in(Path(file))), *at_hand]
    seen: dict[str, CouncilCheck] = {}
    for check in found:
        if (first := seen.setdefault(check.name, check)) is not check:
            there = Path(first.file).name
            raise CheckFileError(
                Path(check.file).name,
                f"the check '{check.name}' is also in {there}",
                "Give one of the two another name",
            )
    return tuple(found)


def checks_in(file: Path) -> list[CouncilCheck]:
    """Return the checks a Python file defines, in its order; raise CheckFileError where it cannot be run or has none."""
    try:
        source = file.read_bytes()
    except FileNotFoundError:
        raise CheckFileError(str(file), "there is no such file", "Give the path of a Python file with checks") from None
    except OSError as error:
        fault = (error.strerror or str(error)).lower()
        raise CheckFileError(str(file), fault, "Give the path of a Python file with checks") from None
    module = ModuleType(f"hrworkbook_checks_of_{file.stem}")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module  # where its dataclasses look for their own annotations
    try:
        # Not imported: the file need not lie where Python looks, and leaves no folder of compiled code beside it.
        exec(compile(source, str(file), "exec"), module.__dict__)
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno and error.filename == str(file) else ""
        raise CheckFileError(f"{file.name}{line}", f"this is not valid Python: {error.msg}", "Mend that line") from None
    except (Exception, SystemExit) as error:
        raise _stopped(file.name, str(file), error) from None
    return _held(module, file.name)


def installed_checks() -> list[CouncilCheck]:
    """Return the checks that installed packages offer; raise CheckFileError where one cannot be loaded."""
    found: list[CouncilCheck] = []
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        try:
            offered = point.load()
        except (Exception, SystemExit) as error:
            raise _stopped(_name_of(point), "", error) from None
        found += _held(offered, _name_of(point))
    return found


def _name_of(point: EntryPoint) -> str:
    return f"{point.dist.name}, {point.name}" if point.dist else point.name


def _held(offered: object, place: str) -> list[CouncilCheck]:
    """Return the checks a module defines, or those in a list, or the one check itself."""
    values = vars(offered).values() if isinstance(offered, ModuleType) else offered
    several = values if isinstance(offered, (ModuleType, list, tuple)) else [values]
    checks = [value for value in several if isinstance(value, CouncilCheck)]  # type: ignore[attr-defined]
    if not checks:
        raise CheckFileError(
            place, "there is no check in it", "Put @check(column=…, remedy=…) from hrworkbook.checks above a function"
        )
    return list(dict.fromkeys(checks))


def _stopped(place: str, file: str, error: BaseException) -> CheckFileError:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    line = f", line {frames[-1].lineno}" if frames else ""
    return CheckFileError(f"{place}{line}", f"it stopped with {type(error).__name__}: {error}", "Mend that line")
