"""What the sheets of a pack are called: each plan's by the plan, in the characters and the length that Excel allows."""

import re
from collections.abc import Sequence

from hrworkbook.plan.values import single_spaced

_FORBIDDEN = re.compile(r"[\\/?*\[\]:]")
_MOST = 20
"""Characters of a plan's sheet name: Excel allows 31, `changes` and a number may follow."""
_RESERVED = frozenset({"summary", "data", "history"})
"""The pack's own sheets, and the name that Excel keeps for itself."""


def sheet_names_for(titles: Sequence[str]) -> list[str]:
    """Return a sheet name for each plan: its title, cut at the end of a word, with a number where two would be alike."""
    names: list[str] = []
    taken = set(_RESERVED)
    for number, title in enumerate(titles, 1):
        whole = single_spaced(_FORBIDDEN.sub(" ", title)).strip("' ") or "Plan"
        name = whole if len(whole) <= _MOST else (whole[: _MOST + 1].rsplit(" ", 1)[0][:_MOST]).rstrip(" ,;-\u2013")
        while taken & {sheet.casefold() for sheet in sheets_of_section(name)}:
            name = f"{number} {whole}"[:_MOST].rstrip()
            number += 1
        taken |= {sheet.casefold() for sheet in sheets_of_section(name)}
        names.append(name)
    return names


def sheets_of_section(name: str) -> tuple[str, str, str]:
    """Return what the sheets of a plan are called: its summary, what changed in it, and its lines."""
    return f"{name} summary", f"{name} changes", name
