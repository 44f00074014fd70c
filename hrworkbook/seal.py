"""The seal on a return: what it says, and whether it is still what was issued."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hrworkbook.snapshot import Block
from hrworkbook.values import Value, as_text, plain

_FORM = re.compile(
    r"hrworkbook return (?P<id>R\d+) \| plan (?P<plan>[0-9A-F]+) \| period (?P<period>.*) \| seal (?P<mark>[0-9a-f]{32})"
)
_LIKE_ONE = re.compile(r"\s*hrworkbook return\s+R?\d", re.I)
SEARCHED_ROWS = 40


@dataclass(frozen=True)
class Seal:
    """A return's seal: which return of which plan and period, and the mark over what was issued."""

    return_id: str
    plan_id: str
    period: str
    mark: str

    def __str__(self) -> str:
        return f"hrworkbook return {self.return_id} | plan {self.plan_id} | period {self.period} | seal {self.mark}"


def mark(key: str, return_id: str, plan_id: str, period: str, lines: Iterable[tuple[str, Sequence[Value]]]) -> str:
    """HMAC-SHA-256 (first 128 bits) over the return's ID, plan, period, and each line's ID and issued values."""
    sealed = hmac.new(key.encode(), digestmod=hashlib.sha256)
    # Line by line: hashing much at once hands the interpreter to another thread and waits to have it back.
    for said in (_said((return_id, plan_id, period)), *(_said((id_, *values)) for id_, values in lines)):
        sealed.update(f"{said}\n".encode("utf-8", "surrogatepass"))
    return sealed.hexdigest()[:32]


def _said(values: Iterable[Value]) -> str:
    """The values as `plain` has them, on one line; most need no folding, which is seen on all of them at once."""
    line = _APART.join([v if type(v) is str else as_text(v) for v in values])
    if line.isascii() and not any(sign in line for sign in _TO_FOLD) and line == line.strip(" "):
        return line
    return _APART.join(plain(v).replace("\n", _BREAK) for v in line.split(_APART))


_APART, _BREAK = "\x1e", "\x1f"
"""Part the values and the lines in a value; no workbook can hold them."""
_TO_FOLD = ("  ", "\n", "\r", "\t", _BREAK, f" {_APART}", f"{_APART} ")


def same_mark(one: str, other: str) -> bool:
    """Whether two marks are equal, compared in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def find_seal(blocks: Iterable[Block]) -> tuple[Seal | None, str]:
    """The seal in a workbook, and the text of something that was a seal but can no longer be read ('' if none)."""
    broken = ""
    for block in blocks:
        top = block.top + SEARCHED_ROWS
        for row in (*block.rows[:top], *block.rows[top:][-SEARCHED_ROWS:]):
            for value in row:
                if isinstance(value, str) and _LIKE_ONE.match(value):
                    if match := _FORM.search(plain(value)):
                        return Seal(match["id"], match["plan"], match["period"], match["mark"]), ""
                    broken = plain(value)
    return None, broken
