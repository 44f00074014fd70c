"""What commands print: words for people, JSON for programs, progress on stderr."""

import json
import os
import re
import shutil
import sys
import time
from argparse import Namespace
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.values import as_text, clean, one_line, shorten

if TYPE_CHECKING:
    from hrworkbook.hosts.file import FileHost
    from hrworkbook.hosts.live import LiveHost
    from hrworkbook.merging.outcomes import StrayCell
    from hrworkbook.plan.findings import Finding
    from hrworkbook.plan.questions import Question

fixed_now: datetime | None = None
"""The demo's own day; None for today."""


def now() -> datetime:
    """Return this moment, or the demo's."""
    return fixed_now or datetime.now().replace(microsecond=0)


def host_of(options: Namespace) -> "FileHost | LiveHost":
    """Return the master a command works on: the file, or with `--live` the document open in Excel or Calc.

    Raises WorkbookLocked where it is not open, ToolMissing where no spreadsheet program can be reached.
    """
    if re.match(r"(?i)https?:/", options.master):
        raise HrWorkbookError(
            options.master,
            "this is an address in the cloud, not a file on this computer",
            "Give the path of its synchronised copy, such as OneDrive's, or download it. Or open it in Excel and add --live",
        )
    path = Path(options.master)
    if getattr(options, "live", False):
        from hrworkbook.hosts.live import open_live

        return open_live(path)
    from hrworkbook.hosts.file import FileHost

    return FileHost(path)


def show(text: str = "", *, wrong: bool = False) -> None:
    """Print one line for people, on stderr where something went wrong: whatever is in the text, it stays one line."""
    print(one_line(text), file=sys.stderr if wrong else sys.stdout)


def show_finding(finding: "Finding") -> None:
    """Print a finding's line, its severity first."""
    print(coloured_severity(finding.severity), one_line(finding.message))


def print_json(result: object) -> None:
    """Print the result for programs, and nothing else; its texts are cleaned too, since it is read on terminals."""
    print(json.dumps(_cleaned(result), ensure_ascii=False, indent=2))


def _cleaned(result: object) -> object:
    if isinstance(result, str):
        return clean(result)
    if isinstance(result, dict):
        return {_cleaned(key): _cleaned(value) for key, value in result.items()}
    if isinstance(result, list | tuple):
        return [_cleaned(item) for item in result]
    return result


def print_strays(strays: Iterable[dict[str, str]]) -> None:
    """Print the cells without a place as `stray_lines` tells them, each given as cell, value and why."""
    for line in _stray_texts((s["cell"], s["value"], s["why"]) for s in strays):
        show(f"  N{line[1:]}")


def stray_lines(strays: "Iterable[StrayCell]") -> Iterator[str]:
    """Yield a line for each cell without a place, or one for all of a sheet with the same reason where they are many."""
    return _stray_texts((s.cell, as_text(s.value), s.reason) for s in strays)


def _stray_texts(strays: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Yield lines for cells without a place, given as cell, value and reason."""
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for cell, value, why in strays:
        groups.setdefault((cell.rpartition("!")[0], why), []).append((cell, value))
    for (sheet, why), cells in groups.items():
        if len(cells) > 12:
            yield f"no place for {len(cells):,} cells of '{sheet}' ({why})"
        else:
            yield from (f"no place for {cell}: '{shorten(value, 70)}' ({why})" for cell, value in cells)


def coloured_severity(severity: str) -> str:
    """Return `Error` or `Warning`, in colour on a terminal."""
    word = {"error": "Error  ", "warning": "Warning"}[severity]
    # The older window of Windows shows the codes of a colour as they are.
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if plain or not sys.stdout.isatty() or (sys.platform == "win32" and "WT_SESSION" not in os.environ):
        return word
    return f"\x1b[{'31' if severity == 'error' else '33'}m{word}\x1b[0m"


def questions_json(questions: "Iterable[Question]") -> list[dict[str, object]]:
    """Return what was guessed, in the form that programs are told."""
    return [{"what": q.what, "taken": q.taken, "instead": list(q.instead)} for q in questions]


def show_questions(questions: "Iterable[Question]") -> None:
    """Show what was guessed, each with what it could be instead."""
    for question in questions:
        instead = f" Else: {join_words(question.instead, 'or')}." if question.instead else ""
        show(f"  {question.what}? Taken: {question.taken}.{instead}")


def quote_path(path: Path) -> str:
    """Return the path as it is typed in a command."""
    return f'"{path}"' if " " in str(path) else str(path)


class Progress:
    """A line on stderr for work that takes over a second: how far it is; nothing where stderr is no terminal."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.started = self.last_shown = time.monotonic()
        self.is_terminal = sys.stderr.isatty()

    def __enter__(self) -> "Progress":
        return self

    def at(self, done: int, total: int) -> None:
        """Show that so many items are done, of so many; 0 where their number is not known."""
        now = time.monotonic()
        if self.is_terminal and now - self.started > 1 and now - self.last_shown > 0.2:
            self.last_shown = now
            left = f", about {(now - self.started) / done * (total - done):.0f} s left" if total and done else ""
            of = f" of {total}" if total else ""
            self._show(f"{self.label}: {done}{of}{left}")

    def _show(self, text: str) -> None:
        """Put the text in place of the last one, on one line however narrow the window."""
        room = max(shutil.get_terminal_size().columns - 1, 1)
        print(f"\r{one_line(text)[:room]:{min(room, 70)}}", end="" if text else "\r", file=sys.stderr)

    def __exit__(self, *_: object) -> None:
        if self.is_terminal and self.last_shown != self.started:
            self._show("")
