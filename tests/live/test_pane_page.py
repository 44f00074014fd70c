"""The task pane as a person uses it: its buttons pressed in a real Chromium, on Microsoft's office.js, which a real Calc answers."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from browser import axe_violations, until
from host_contract import cells
from office_bridge.answers import Answers
from office_bridge.browser import HOST_INFO, OFFICE_JS_VARIABLE, Server, chromium, missing_parts, serving
from office_bridge.calc_objects import ExcelWorkbook
from pages import NOW, plan_with_returns

from hrworkbook.hosts.file import FileHost
from hrworkbook.jobs.job import carry_out
from hrworkbook.jobs.merge import merge_job
from hrworkbook.jobs.plain import undo_job, validate_job
from hrworkbook.page.app import create_app
from hrworkbook.page.sessions import Sessions
from hrworkbook.page.settings import Settings
from hrworkbook.plan.snapshot import Snapshot

SIGNED = ("Journal", "Register")
"""The sheets on which the page notes, beside what the command writes, who pressed."""


@pytest.fixture(scope="module")
def bridge() -> Iterator[Server]:
    if missing := missing_parts():
        pytest.skip(missing)
    with serving(Path(os.environ[OFFICE_JS_VARIABLE])) as running:
        yield running


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return plan_with_returns(tmp_path)


@pytest.fixture
def address(plan: Path, bridge: Server) -> Iterator[str]:
    """The address with a key of a server that takes office.js from the bridge."""
    listening = socket.create_server(("127.0.0.1", 0))
    settings = Settings(
        plan.parent, port=listening.getsockname()[1], workers=0, patience=60, fixed_now=NOW,
        office_js=f"{bridge.address}/office.js",
    )  # fmt: skip
    sessions = Sessions()
    server = uvicorn.Server(uvicorn.Config(create_app(settings, sessions=sessions), ws="none", log_level="error"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    yield f"{settings.address}open?key={sessions.new_key()}"
    server.should_exit = True
    thread.join(30)


class Pane:
    """What a person does in the pane."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def told(self) -> str:
        return str(self.driver.execute_script("return document.getElementById('told').textContent"))

    def press(self, verb: str, answer: str = "") -> str:
        """Press a button, answer its question, and return what the pane says in the end."""
        self.driver.execute_script("document.querySelector(`[data-verb=${arguments[0]}]`).click()", verb)
        if answer:
            self.driver.execute_script("document.querySelector(`#ask [value=${arguments[0]}]`).click()", answer)
        busy = "return [...document.querySelectorAll('#buttons button')].some((one) => one.disabled)"
        time.sleep(0.05)
        until(lambda: not self.driver.execute_script(busy), f"{verb} to end; it says “{self.told()}”")
        return self.told()


def without_who(snapshot: Snapshot) -> dict[Any, Any]:
    return {at: value for at, value in cells(snapshot).items() if at[0] not in SIGNED}


def test_the_buttons_end_with_the_plan_of_the_commands(
    plan: Path, address: str, bridge: Server, open_book: Callable[[Path], Any], tmp_path: Path
) -> None:
    command = tmp_path / "command" / "plan.xlsx"
    command.parent.mkdir()
    command.write_bytes(plan.read_bytes())
    book = open_book(plan)
    bridge.answers = Answers(ExcelWorkbook(book.impl))
    host = FileHost(command)
    came = sorted((plan.parent / "in").iterdir())

    def seen() -> Snapshot:
        book.save(str(tmp_path / "seen.xlsx"))
        return FileHost(tmp_path / "seen.xlsx").snapshot()

    def check_same_as_the_command() -> None:
        here, there = without_who(seen()), without_who(FileHost(command).snapshot())
        assert {at: (here.get(at), there.get(at)) for at in here | there if here.get(at) != there.get(at)} == {}

    with chromium() as driver:
        driver.get(address)
        driver.get(f"{address.partition('open?')[0]}pane?{HOST_INFO}")
        pane = Pane(driver)
        until(lambda: pane.told() == "Press a button.", f"the pane to be ready; it says “{pane.told()}”")
        assert axe_violations(driver) == []

        said = pane.press("validate")
        carry_out(validate_job(host.snapshot(), NOW), host)
        assert "checked" in said, said
        check_same_as_the_command()

        said = pane.press("appendix")
        files = driver.execute_script(
            "return [...document.querySelectorAll('#files button')].map((b) => b.textContent)"
        )
        assert files, said

        assert "Choose the mails" in pane.press("merge")
        driver.find_element("id", "came-back").send_keys("\n".join(map(str, came)))
        said = pane.press("merge")
        host = FileHost(command)
        carry_out(merge_job(host.snapshot(), came, NOW), host)
        assert "merged" in said, said
        check_same_as_the_command()

        before = cells(seen())
        pane.press("undo", answer="no")
        assert cells(seen()) == before
        said = pane.press("undo", answer="yes")
        host = FileHost(command)
        carry_out(undo_job(host.snapshot(), NOW), host)
        assert "undo" in said.lower() or "back" in said, said
        check_same_as_the_command()

        for verb in ("next", "issue", "decide", "received", "chase", "help"):
            said = pane.press(verb)
            assert said and not said.endswith("…") and "Error" not in said, f"{verb}: {said}"
        errors = [
            entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE" and entry["source"] != "network"
        ]
        assert errors == []
