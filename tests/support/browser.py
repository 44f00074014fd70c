"""A real Chromium without a window, driven by its driver; what the page's tests ask of it."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--window-size=1280,900",
)  # fmt: skip
SIZES = {"desk": (1280, 900, 1), "pane": (320, 700, 1), "zoomed": (640, 450, 2)}
"""Width, height and scale: a desk, a task pane, and a desk at 200 %."""


@contextmanager
def chromium(downloads: Path) -> Iterator[Any]:
    """A driver of a Chromium of its own; the test is skipped, saying so, where there is none."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not browser or not driver:
        pytest.skip("Chromium and its driver are not here")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in FLAGS:
        options.add_argument(flag)
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        started.set_page_load_timeout(60)
        started.set_script_timeout(60)
        started.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(downloads)})
        yield started
    finally:
        started.quit()


def resize(driver: Any, size: str) -> None:
    """Give the page the size of one of `SIZES`."""
    width, height, scale = SIZES[size]
    metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def drop(driver: Any, selector: str, files: Sequence[Path]) -> None:
    """Drop files on an element, as a hand does."""
    place = "const b = document.querySelector(arguments[0]); b.scrollIntoView({block: 'center', behavior: 'instant'}); const r = b.getBoundingClientRect(); return [r.x + 20, r.y + 20]"
    x, y = driver.execute_script(place, selector)
    data = {"items": [], "files": [str(path) for path in files], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        driver.execute_cdp_cmd("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": data})


def until(true: Callable[[], object], what: str, seconds: float = 40) -> object:
    """What a condition gives once it is true; fails where it does not become so."""
    from selenium.common.exceptions import WebDriverException

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := true():
                return found
        except WebDriverException:
            pass  # the page is just changing
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come in {seconds} s")


def axe_violations(driver: Any) -> list[str]:
    """What the accessibility rules have against the page in front; the test is skipped, saying so, where they are not here."""
    path = os.environ.get("HRWORKBOOK_AXE", "")
    if not path or not Path(path).is_file():
        pytest.skip("axe-core is not here: npm install axe-core, and name its axe.min.js in HRWORKBOOK_AXE")
    driver.execute_script(Path(path).read_text(encoding="utf-8"))
    run = "const done = arguments[0]; axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(done)"
    found = driver.execute_async_script(run)
    assert found["passes"], "no rule was applied"
    return [f"{v['id']}: {json.dumps([n['target'] for n in v['nodes']])}" for v in found["violations"]]
