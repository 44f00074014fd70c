"""hrworkbook: keep a plan in a workbook, send owners their part, merge what comes back, publish the appendix.

`open` returns a master as a `Workbook`, with a method for each verb. The verbs themselves are pure functions: each takes a
snapshot of a master and returns what it found and a change set.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hrworkbook.plan.errors import HrWorkbookError as HrWorkbookError
    from hrworkbook.plan.schema import load_schema as load_schema
    from hrworkbook.plan.schema import read_schema as read_schema
    from hrworkbook.plan.schema import shipped_schemas as shipped_schemas
    from hrworkbook.verbs.adopt import adopt as adopt
    from hrworkbook.verbs.appendix import appendix as appendix
    from hrworkbook.verbs.bounce import bounce as bounce
    from hrworkbook.verbs.chase import chase as chase
    from hrworkbook.verbs.check import check as check
    from hrworkbook.verbs.decide import decide as decide
    from hrworkbook.verbs.issue import issue as issue
    from hrworkbook.verbs.merge import merge as merge
    from hrworkbook.verbs.new import new as new
    from hrworkbook.verbs.next import next as next
    from hrworkbook.verbs.received import received as received
    from hrworkbook.verbs.roll import roll as roll
    from hrworkbook.verbs.undo import undo as undo
    from hrworkbook.verbs.validate import validate as validate
    from hrworkbook.workbook import Workbook as Workbook
    from hrworkbook.workbook import open as open
    from hrworkbook.workbook import pack as pack

VERBS = (
    "adopt", "appendix", "bounce", "chase", "check", "decide", "issue", "merge", "new", "next", "received", "roll", "undo", "validate",
)  # fmt: skip
"""The verbs as pure functions; each is the function of its name in the module of its name."""

__all__ = [
    "HrWorkbookError", "VERBS", "Workbook", "adopt", "appendix", "bounce", "chase", "check", "decide", "issue", "load_schema", "merge", "new",
    "next", "open", "pack", "read_schema", "received", "roll", "shipped_schemas", "undo", "validate",
]  # fmt: skip

_MODULES = {verb: f"verbs.{verb}" for verb in VERBS} | {
    "HrWorkbookError": "plan.errors", "Workbook": "workbook", "load_schema": "plan.schema", "open": "workbook",
    "pack": "workbook",
    "read_schema": "plan.schema", "shipped_schemas": "plan.schema",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for: a click waits for nothing it does not use."""
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
