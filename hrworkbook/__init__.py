"""hrworkbook: keep a plan in a workbook, send owners their part, merge what comes back, publish the appendix.

Each verb takes a snapshot of a master and returns what it found and a change set; hosts read the one and apply the other.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hrworkbook.verbs.appendix import appendix as appendix
    from hrworkbook.verbs.bounce import bounce as bounce
    from hrworkbook.verbs.chase import chase as chase
    from hrworkbook.verbs.decide import decide as decide
    from hrworkbook.verbs.issue import issue as issue
    from hrworkbook.verbs.merge import merge as merge
    from hrworkbook.verbs.new import new as new
    from hrworkbook.verbs.next import next as next
    from hrworkbook.verbs.roll import roll as roll
    from hrworkbook.verbs.undo import undo as undo
    from hrworkbook.verbs.validate import validate as validate

__all__ = ["appendix", "bounce", "chase", "decide", "issue", "merge", "new", "next", "roll", "undo", "validate"]


def __getattr__(name: str) -> Any:
    """Import a verb when it is first asked for: a click waits for nothing it does not use."""
    if name in __all__:
        return getattr(import_module(f"{__name__}.verbs.{name}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
