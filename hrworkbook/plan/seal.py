"""The seal on a return: what it says, and whether it is still what was issued."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import Value, as_text, normalised_text

_SEAL_TEXT = re.compile(
    r"hrworkbook return (?P<id>R\d+) \| plan (?P<plan>[0-9A-F]+) \| period (?P<period>.*) \| seal (?P<mark>[0-9a-f]{32})"
)
_SEAL_LIKE = re.compile(r"\s*hrworkbook return\s+R?\d", re.I)
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


def compute_mark(
    key: str, return_id: str, plan_id: str, period: str, lines: Iterable[tuple[str, Sequence[Value]]]
) -> str:
    """HMAC-SHA-256 (first 128 bits) over the return's ID, plan, period, and each line's ID and issued values."""
    sealed = hmac.new(key.encode(), digestmod=hashlib.sha256)
    # Line by line: hashing much at once hands the interpreter to another thread and waits to have it back.
    for line_text in (
        _joined_values((return_id, plan_id, period)),
        *(_joined_values((id_, *values)) for id_, values in lines),
    ):
        sealed.update(f"{line_text}\n".encode("utf-8", "surrogatepass"))
    return sealed.hexdigest()[:32]


def _joined_values(values: Iterable[Value]) -> str:
    """Return the values as `normalised_text` has them, on one line; most need no folding, which is seen on all of them at once."""
    line = _VALUE_SEPARATOR.join([v if type(v) is str else as_text(v) for v in values])
    if line.isascii() and not any(sign in line for sign in _NEEDS_FOLDING) and line == line.strip(" "):
        return line
    return _VALUE_SEPARATOR.join(
        normalised_text(v).replace("\n", _LINE_SEPARATOR) for v in line.split(_VALUE_SEPARATOR)
    )


_VALUE_SEPARATOR, _LINE_SEPARATOR = "\x1e", "\x1f"
"""Part the values and the lines in a value; no workbook can hold them."""
_NEEDS_FOLDING = ("  ", "\n", "\r", "\t", _LINE_SEPARATOR, f" {_VALUE_SEPARATOR}", f"{_VALUE_SEPARATOR} ")


def marks_equal(one: str, other: str) -> bool:
    """Return whether two marks are equal, compared in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def find_seal(blocks: Iterable[Block]) -> tuple[Seal | None, str]:
    """Return the seal in a workbook, and the text of something that was a seal but can no longer be read ('' if none)."""
    broken = ""
    for block in blocks:
        top = block.blank_rows_above + SEARCHED_ROWS
        for row in (*block.rows[:top], *block.rows[top:][-SEARCHED_ROWS:]):
            for value in row:
                if isinstance(value, str) and _SEAL_LIKE.match(value):
                    if match := _SEAL_TEXT.search(normalised_text(value)):
                        return Seal(match["id"], match["plan"], match["period"], match["mark"]), ""
                    broken = normalised_text(value)
    return None, broken
