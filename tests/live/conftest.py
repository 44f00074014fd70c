"""A LibreOffice of the tests' own: one without a window for the session, and one with a window on a display of its own."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

from hrworkbook.hosts.libreoffice import ADDRESS_VARIABLE, Office, start_office
from hrworkbook.plan.errors import ToolMissing

SCREEN = "1500x900x24"


def absent(what: str) -> NoReturn:
    """Skip for want of a program; where live tests are required, that is a failure."""
    pytest.skip(what)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The report of a live test; where live tests are required, one that was skipped has failed."""
    report = yield
    if report.skipped and os.environ.get("HRWORKBOOK_REQUIRE_LIVE") == "1":
        report.outcome = "failed"
        report.longrepr = (
            f"the live tests are required here, but {call.excinfo.value if call.excinfo else 'one was skipped'}"
        )
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a live test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.live)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up home, in whose settings the macros find which Python to start."""
    made = tmp_path_factory.mktemp("room") / "Zoë"
    # Windows' paths have backslashes, which are letters like any other here: each file stands in the room by its name.
    python = made.parent / "Python 3\\python.exe"
    python.write_bytes(b"")
    settings = f'"INTERPRETER_WIN","{python}"\r\n'
    Path(f"{made}\\.hrworkbook\\hrworkbook.conf").write_bytes(settings.encode("cp1252"))
    return made


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Iterator[Office]:
    """The LibreOffice of this session, without a window; the environment names it to the programs the tests start."""
    around = {"Temp": str(home.parent / "Temp"), "USERPROFILE": str(home), "HRW_HOME": str(home)}
    try:
        started = start_office(tmp_path_factory.mktemp("office"), environment=around)
    except ToolMissing as missing:
        absent(str(missing))
    before = os.environ.get(ADDRESS_VARIABLE)
    os.environ[ADDRESS_VARIABLE] = started.address
    yield started
    started.close()
    if before is None:
        del os.environ[ADDRESS_VARIABLE]
    else:
        os.environ[ADDRESS_VARIABLE] = before


@pytest.fixture(scope="session")
def calc(office: Office) -> Any:
    """The xlwings engine on it, in use; `calc.calls` counts what went over."""
    from hrworkbook.hosts.calc import use_calc

    return use_calc()


@pytest.fixture
def open_book(calc: Any) -> Iterator[Callable[[Path], Any]]:
    """Opens a workbook as `xlwings.Book(path)` does, and closes it after the test."""
    import xlwings

    opened = []

    def open_it(path: Path) -> Any:
        opened.append(xlwings.Book(str(path)))
        return opened[-1]

    yield open_it
    for book in opened:
        book.close()


@dataclass
class Window:
    """A LibreOffice with a window; `environment` is for the programs that a test starts."""

    office: Office
    environment: dict[str, str]

    def picture(self, path: Path) -> Path:
        """What a user would see now, as a PNG: taken again until the window is drawn and stays as it is."""
        before = b""
        for _ in range(40):
            subprocess.run(["import", "-window", "root", str(path)], env=self.environment, check=True, timeout=30)
            now = path.read_bytes()
            # An empty screen is a few kilobytes.
            if now == before and len(now) > 10_000:
                return path
            before = now
            time.sleep(0.25)
        raise AssertionError("the window does not come to rest")


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Callable[[Path], Window]]:
    """Opens a workbook in a LibreOffice with a window, on a display of its own; both end with the test."""
    for program in ("Xvfb", "import"):
        if not shutil.which(program):
            absent(f"{program} is not here to open a window and take its picture")
    # Given no number, the X server finds a free display itself and tells it.
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"]
    display = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    offices: list[Office] = []

    def open_it(path: Path) -> Window:
        environment = {**os.environ, "DISPLAY": f":{number}"}
        try:
            started = start_office(tmp_path / "office", window=True, documents=[path], environment=environment)
        except ToolMissing as missing:
            absent(str(missing))
        offices.append(started)
        return Window(started, {**environment, ADDRESS_VARIABLE: started.address})

    yield open_it
    for started in offices:
        started.close()
    display.terminate()
    display.wait(10)
