"""The page in a real Chromium, on the demo's plan: four mails dropped, the receipt read, a conflict decided, undone, the paper fetched."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from browser import SIZES, axe_violations, chromium, drop, resize, until
from masters import type_into

from hrworkbook.cli import console, example
from hrworkbook.cli.main import main
from hrworkbook.hosts.file import FileHost

PICTURES = os.environ.get("HRWORKBOOK_PICTURES", "")
"""A folder for pictures of every page in each size, to be looked at."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's folder as it is before the merge, four mails waiting in it."""
    home = tmp_path_factory.mktemp("served")
    plan, out = home / "plan.xlsx", home / "Returns out"
    csv = Path(example.__file__).parents[1] / "example" / "plan.csv"
    console.fixed_now = example.DEMO_TIME
    try:
        assert main(["new", "delivery-plan", str(plan), "--from", str(csv)]) == 0
        example._fill_start_and_owners(plan)
        assert main(["issue", str(plan), "--out", str(out)]) == 0
        console.fixed_now += timedelta(days=10)
        example._correct_one_update(plan)
        example._replies(out, home / "Returns in")
        type_into(plan, {"Plan!H6": "amber-ish"})
        assert main(["validate", str(plan)]) == 1
    finally:
        console.fixed_now = None
    return home


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """The address that `hrworkbook serve` prints; in the end it is stopped by Ctrl+C, and ends well."""
    command = [sys.executable, "-m", "hrworkbook", "serve", str(folder), "--port", "0", "--workers", "1"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert server.stdout and server.stderr
    yield server.stdout.readline().strip()
    server.send_signal(signal.SIGINT)
    _, told = server.communicate(timeout=60)
    assert server.returncode == 0 and "Traceback" not in told, told
    assert "undo plan.xlsx: done" in told


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    downloads = tmp_path_factory.mktemp("downloads")
    with chromium(downloads) as started:
        started.downloads = downloads
        yield started


class Page:
    """What a person does on the page."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def text(self) -> str:
        return str(self.driver.execute_script("return document.querySelector('main').innerText"))

    def click(self, selector: str, holds: str = "") -> None:
        """Click the first such element with these words."""
        script = "return [...document.querySelectorAll(arguments[0])].find(e => e.innerText.includes(arguments[1]))"
        self.driver.execute_script(
            "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'}); arguments[0].click()",
            self.driver.execute_script(script, selector, holds),
        )

    def shows(self, words: str) -> str:
        until(lambda: words in self.text(), f"“{words}”")
        return self.text()

    def looks_well(self, name: str) -> None:
        """The page breaks no rule of accessibility, and nothing is cut off in a task pane or at 200 %."""
        for size, (width, _, _) in SIZES.items():
            resize(self.driver, size)
            wide = self.driver.execute_script("return document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} wide at {width}"
            if PICTURES:
                self._picture(f"{name}-{size}")
        assert axe_violations(self.driver) == []
        resize(self.driver, "desk")

    def _picture(self, name: str) -> None:
        import base64

        taken = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
        (Path(PICTURES) / f"{name}.png").write_bytes(base64.b64decode(taken["data"]))


def test_the_whole_job_on_the_page(folder: Path, address: str, driver: Any) -> None:
    if not (shutil.which("soffice") or shutil.which("libreoffice")):
        pytest.skip("LibreOffice is not here to print the paper")
    page = Page(driver)
    driver.get(address)
    page.looks_well("folder")
    page.click("a", "plan")
    assert "Returns in\n0 of 6" in page.shows("What to do next")
    page.looks_well("overview")

    drop(driver, "[data-drop]", sorted((folder / "Returns in").iterdir()))
    receipt = page.shows("3 returns merged: 6 cells applied, 1 needs your decision, 1 goes back to the owner.")
    assert "24 cells received = 21 unchanged, 2 applied, 1 conflict." in receipt and "4 no return at all.eml" in receipt
    page.looks_well("receipt")

    page.click("a", "Decide (2)")
    assert "2.9 in quarter 3, by the monitoring report of 8 January." in page.shows("In the return")
    page.looks_well("decisions")
    asked = FileHost(folder / "plan.xlsx").snapshot()["Decisions"].rows
    row = next(n for n, cells in enumerate(asked, 1) if "L008" in cells)
    page.click(f"input[name=choice-{row}][value='take return']")
    page.click("form button", "Decide")
    page.shows("1 decision applied, 1 still waiting.")
    assert "3.0 in quarter 3, the same as in quarter 2." in str(FileHost(folder / "plan.xlsx").snapshot()["Plan"].rows)

    page.click("nav a", "Journal")
    page.shows("Every cell that was changed")
    page.looks_well("journal")
    driver.execute_script("document.querySelector('a[aria-label*=\"Health and Safety\"]').click()")
    page.shows("Take back R0005?")
    page.looks_well("ask")
    page.click("form button", "Yes")
    page.shows("R0005 undone")
    assert "2.9 in quarter 3, by the monitoring report of 8 January." in str(
        FileHost(folder / "plan.xlsx").snapshot()["Plan"].rows
    )

    page.click("nav a", "Problems")
    page.shows("as Validate last found them")
    page.looks_well("problems")
    page.click("a.button", "Next problem")
    page.shows("Plan!H6: ")
    assert driver.execute_script("return document.activeElement.id") == "now"

    page.click("nav a", "Papers")
    page.click("main form button", "PDF")
    page.shows("Plan!H6")
    page.looks_well("refused")
    page.click("form button", "Go on all the same")
    until(
        lambda: driver.execute_script("return !!document.querySelector('[data-events] progress')"),
        "the progress of printing",
    )
    page.looks_well("working")
    page.shows("For the covering report:")
    page.click("a.button", "See the papers")
    page.shows("Page 1 of")
    until(
        lambda: driver.execute_script("return document.querySelector('figure img').naturalWidth") > 500,
        "a picture of page 1",
    )
    page.looks_well("papers")
    page.click("a[download]", "Word document")
    fetched = until(lambda: list(driver.downloads.glob("plan appendix.docx")), "the Word document")
    assert fetched[0].read_bytes()[:2] == b"PK"  # type: ignore[index]


def test_a_file_chosen_by_keyboard_is_merged_and_a_wrong_address_is_told(
    folder: Path, address: str, driver: Any
) -> None:
    page = Page(driver)
    driver.get(address)
    assert "has been used" in page.text()
    page.looks_well("refusal")
    driver.get(address.split("/open")[0] + "/plan/plan.xlsx")
    from selenium.webdriver.common.by import By

    driver.find_element(By.ID, "files").send_keys(str(folder / "Returns in" / "2 a reply that disagrees with you.eml"))
    assert "Chosen: 2 a reply" in page.text()
    driver.find_element(By.CSS_SELECTOR, "form.drop button").send_keys("\ue007")
    page.shows("1 return merged")
