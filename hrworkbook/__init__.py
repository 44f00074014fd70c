"""hrworkbook: the verbs, and nothing else.

Each takes a snapshot of a master and returns what it found and a change set; hosts read the one and apply the other.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hrworkbook.appendix import appendix as appendix
    from hrworkbook.bounce import bounce as bounce
    from hrworkbook.chase import chase as chase
    from hrworkbook.decide import decide as decide
    from hrworkbook.issue import issue as issue
    from hrworkbook.merge import merge as merge
    from hrworkbook.new import new as new
    from hrworkbook.next import next as next
    from hrworkbook.roll import roll as roll
    from hrworkbook.undo import undo as undo
    from hrworkbook.validate import validate as validate

__all__ = ["appendix", "bounce", "chase", "decide", "issue", "merge", "new", "next", "roll", "undo", "validate"]


class _LazyVerbs(ModuleType):
    """The package, whose attribute `merge` is the verb although a module of that name holds it.

    A verb is imported when it is first asked for: a click waits for nothing it does not use.
    """

    def __getattr__(self, name: str) -> Any:
        if name in __all__:
            return getattr(import_module(f"{__name__}.{name}"), name)
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _LazyVerbs
