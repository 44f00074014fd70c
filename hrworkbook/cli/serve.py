"""The command that serves a folder's plans as a page."""

import getpass
import sys
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path

from hrworkbook.cli import console
from hrworkbook.cli.console import show
from hrworkbook.plan.errors import HrWorkbookError, ToolMissing

_NEEDED = ("starlette", "uvicorn", "multipart", "jinja2")


def run_serve(options: Namespace) -> int:
    """Serve the page until Ctrl+C, or put a user into its users file."""
    if any(find_spec(name) is None for name in _NEEDED):
        remedy = "Install it with: python -m pip install 'hrworkbook[web]'"
        raise ToolMissing("serve", "the part that serves the page is not installed", remedy)
    from hrworkbook.page.serve import serve
    from hrworkbook.page.settings import Settings

    if options.add_user is not None:
        return _add_user(options)
    settings = Settings(
        Path(options.folder), options.host, options.port, tuple(options.name), _path(options.cert), _path(options.key),
        _path(options.users), options.proxy, options.proxy_user, options.workers, fixed_now=console.fixed_now,
    )  # fmt: skip
    serve(settings, _show_now, open_browser=options.open)
    return 0


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _show_now(line: str) -> None:
    """Show a line at once, also to a program that waits for it."""
    show(line)
    sys.stdout.flush()


def _add_user(options: Namespace) -> int:
    from hrworkbook.page.users import Right, add_user

    if options.users is None:
        raise HrWorkbookError("--add-user", "it is not said into which users file", "Give --users FILE too")
    if sys.stdin.isatty():
        phrase = getpass.getpass(f"Pass phrase for {options.add_user}: ")
        if getpass.getpass("Once more: ") != phrase:
            raise HrWorkbookError(options.add_user, "the two pass phrases differ", "Nothing was changed: do it again")
    else:
        phrase = sys.stdin.readline().rstrip("\r\n")
    add_user(Path(options.users), options.add_user, phrase, map(Right, options.may))
    show(f"{options.add_user} may use the page: {', '.join(['view', *dict.fromkeys(options.may)])}.")
    return 0
