"""Files read in this process: their rows, or what is said of them."""

import pytest

from hrworkbook.intake.reader import read_file
from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.values import Value


def rows(data: bytes, name: str = "Return.xlsx", password: str | None = None) -> list[list[Value]]:
    """The first sheet's rows, read in this process."""
    return [list(row) for row in read_file(data, name, password).blocks[0].rows]


def refusal(data: bytes, name: str = "Return.xlsx", password: str | None = None) -> str:
    """What is said of a file that is refused, in this process."""
    with pytest.raises(UnreadableFile) as raised:
        read_file(data, name, password)
    return str(raised.value)
