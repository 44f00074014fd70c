"""Tests find their own modules beside them; what several files are tested with."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hrworkbook.intake.reader import FileReader

sys.path.insert(0, str(Path(__file__).parent / "support"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every live test is a slow one."""
    for item in items:
        if item.get_closest_marker("live"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def master(tmp_path: Path) -> Path:
    """A master with what people add to a workbook."""
    from packages import used_master

    return used_master(tmp_path / "m.xlsx")


@pytest.fixture(scope="module")
def reader() -> Iterator[FileReader]:
    """One reader for many files."""
    with FileReader(seconds=15) as one:
        yield one
