"""Tests find their own modules beside them; what several files are tested with."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hrworkbook.intake.reader import FileReader

sys.path.insert(0, str(Path(__file__).parent / "support"))


TESTS = Path(__file__).parent
SLOW = (
    "addin/test_starting_python.py", "cases/test_cases.py", "cli/test_demo.py", "hosts/test_saving.py",
    "hosts/test_saving_killed.py",
    "intake/test_hostile_inbox.py", "intake/test_reading_child.py", "jobs/test_kills.py", "merging/test_containers.py",
    "merging/test_crowd.py", "merging/test_torture.py", "merging/test_torture_garbled.py", "plan/test_frames.py",
)  # fmt: skip
"""Files of tests that start many processes, read thousands of files or draw many examples: seconds each, not milliseconds."""


def pytest_configure() -> None:
    """Refuse a slow file that is not there, so that the list is kept."""
    if missing := [name for name in SLOW if not (TESTS / name).is_file()]:
        raise pytest.UsageError(f"tests/conftest.py lists as slow what is not there: {', '.join(missing)}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of slow files, and every live test, as slow."""
    slow = {TESTS / name for name in SLOW}
    for item in items:
        if item.path in slow or item.get_closest_marker("live"):
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
