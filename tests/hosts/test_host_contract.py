"""The contract of hosts over the file host."""

from pathlib import Path

import pytest
from host_contract import HostContract, write_workbook

from hrworkbook.hosts.file import FileHost


@pytest.fixture
def host(tmp_path: Path) -> FileHost:
    return FileHost(write_workbook(tmp_path / "plan.xlsx"))


class TestFileHost(HostContract):
    """On a file."""
