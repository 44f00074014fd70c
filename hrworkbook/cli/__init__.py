"""One function for each command: its job carried out, then the result in words or as JSON."""

from argparse import Namespace
from importlib import import_module

from hrworkbook.cli.console import print_json
from hrworkbook.plan.errors import NotReady

ROOMS = {
    "plan": ("new", "validate", "next", "schema", "upgrade"),
    "adopt": ("adopt",),
    "returns": ("issue", "merge", "decide", "undo", "received", "chase", "bounce"),
    "read": ("read",),
    "committee": ("appendix", "check", "roll"),
    "machine": ("build", "install", "uninstall", "doctor"),
    "serve": ("serve",),
    "example": ("demo",),
}
"""Which module holds which command; a module is imported only when one of its commands runs."""


def run(options: Namespace) -> int:
    """Run the command the options name; return its exit code."""
    room = next(room for room, names in ROOMS.items() if options.command in names)
    try:
        code: int = getattr(import_module(f"hrworkbook.cli.{room}"), f"run_{options.command}")(options)
    except NotReady as refusal:
        if options.json:
            print_json({"refused": str(refusal)})
        raise
    return code
