"""A pytest plugin: which tests run which lines of one file, and how long each takes; written as JSON when all have run."""

import json
import os
import sys
import time
from collections.abc import Generator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

FILE, RESULT = "MUTATED_FILE", "LINES_HIT"
"""The environment variables that name the file watched and the file written."""


class LinesHit:
    """Watches one file while tests run."""

    def __init__(self, file: str, result: Path) -> None:
        self.file = file
        self.result = result
        self.lines: set[int] = set()
        self.passed = True
        self.tests: dict[str, dict[str, Any]] = {}

    def _trace(self, frame: FrameType, event: str, argument: object) -> Any:
        return self._line if frame.f_code.co_filename == self.file else None

    def _line(self, frame: FrameType, event: str, argument: object) -> Any:
        self.lines.add(frame.f_lineno)
        return self._line

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Note the lines that one test runs, with its fixtures."""
        self.lines, self.passed = set(), True
        began = time.perf_counter()
        sys.settrace(self._trace)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            if self.lines:
                seconds = time.perf_counter() - began
                self.tests[item.nodeid] = {"seconds": seconds, "lines": sorted(self.lines), "passed": self.passed}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note whether the test at hand passes."""
        self.passed &= report.passed

    def pytest_sessionfinish(self) -> None:
        """Write what was noted."""
        self.result.write_text(json.dumps(self.tests), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Watch the file that the environment names."""
    if FILE in os.environ:
        config.pluginmanager.register(LinesHit(os.environ[FILE], Path(os.environ[RESULT])))
