"""Owners: the roles and names in a cell, and who of them is in post."""

import re
from datetime import date
from functools import lru_cache

from hrworkbook.plan.dates.timescale import read_timescale
from hrworkbook.plan.values import fold_name, normalised_text

_NOBODY = re.compile(r"n ?/ ?a\.?", re.IGNORECASE)
"""What is written where nobody is meant; its stroke parts no owners."""


@lru_cache(maxsize=4096)
def parse_owners(text: str, on: date | None = None) -> tuple[str, ...]:
    """Return the owners named: parted by `/`, `;` or a new line, each once.

    Where a handover is written (`A to 10 November 2010 B from 11 November 2010`) it is the owner in post on a day, the
    latest when no day is given.
    """
    if _NOBODY.fullmatch(text.strip()):
        return ()
    names: list[str] = []
    posts: list[tuple[date, date, str]] = []
    for part in re.split(r"[;\n]", normalised_text(text)):
        in_turn = _handover_dates(part)
        posts += in_turn
        for name in (name for _, _, name in in_turn) if in_turn else (part,):
            names += name.split("/")
    if posts:
        in_post = _holders_on(posts, on)
        gone = {piece for _, _, name in posts if name not in in_post for piece in name.split("/")}
        gone -= {piece for name in in_post for piece in name.split("/")}
        names = [name for name in names if name not in gone]
    tidy = (" ".join(name.split()).strip(" ,") for name in names)
    first_written: dict[str, str] = {}
    for name in tidy:
        first_written.setdefault(fold_name(name), name)
    return tuple(name for key, name in first_written.items() if key)


def _handover_dates(part: str) -> list[tuple[date, date, str]]:
    """First day, last day and name of each owner in turn; empty where no handover is written."""
    if not any(c.isdigit() for c in part):
        return []
    spans = (read := read_timescale(part)).spans
    in_turn = " from " in f" {fold_name(part)} " or any(span.start is None or span.end is None for span in spans)
    if read.unread_text or not in_turn or not all(fold_name(span.label) for span in spans):
        return []
    return [(span.start or date.min, span.end or date.max, span.label) for span in spans]


def _holders_on(posts: list[tuple[date, date, str]], on: date | None) -> set[str]:
    if on and (today := {name for start, end, name in posts if start <= on <= end}):
        return today
    begun = [post for post in posts if on is None or post[0] <= on] or posts
    last = max((end, start) for start, end, _ in begun)
    return {name for start, end, name in begun if (end, start) == last}
