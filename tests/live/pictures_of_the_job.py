"""Pictures of the open window after each press of the whole job, to look at by hand; two of them are the README's.

`HRWORKBOOK_PICTURES=DIR pytest tests/live/pictures_of_the_job.py` puts them into DIR; nothing collects this by itself.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_excel import in_hex
from test_clicks import chosen, filled_in

from hrworkbook.cli import example
from hrworkbook.hosts import live
from hrworkbook.hosts.calc import use_calc
from hrworkbook.hosts.libreoffice import ADDRESS_VARIABLE
from hrworkbook.hosts.live_books import CALLER
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.snapshot import ChangeSet

STEPS = ("validate", "next", "issue", "merge", "decide", "undo", "chase", "appendix", "roll", "help")
MISTAKES = {("L003", "RAG"): "amber-ish", ("L005", "Timescale"): "Smarch 2027", ("L007", "Owner"): None}
README = Path(__file__).parents[2] / "workbook" / "pictures"


def test_pictures(window: Callable[[Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(os.environ.get("HRWORKBOOK_PICTURES", tmp_path / "pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    master = filled_in(tmp_path)
    front = window(master)
    # Once it can be seen, it is open.
    front.picture(folder / "0 start.png")
    monkeypatch.setenv(ADDRESS_VARIABLE, front.office.address)
    use_calc().disconnect()
    host = live.open_live(master)
    plan = read_plan(host.snapshot())
    headings = {column.header: column.key for column in plan.schema.columns}
    as_before = {(id_, heading): plan.by_id[id_].values[headings[heading]] for id_, heading in MISTAKES}

    def type_(cells: Any) -> None:
        host.apply(ChangeSet(tuple(example._cells(host.snapshot(), "Plan", cells))))

    def press(verb: str) -> None:
        line = f"import hrworkbook.ribbon; hrworkbook.ribbon.click('{verb}')"
        around = {**front.environment, CALLER: in_hex(str(master))}
        subprocess.run([sys.executable, "-B", "-c", line], env=around, check=True, timeout=120)

    for number, verb in enumerate(STEPS, 1):
        if verb == "validate":
            type_(MISTAKES)
        elif verb == "issue":
            type_(as_before)
            press("validate")
        elif verb == "merge":
            type_({("L008", "Progress Update"): "2.9 in quarter 3, by the monitoring report of 8 January."})
            example._replies(master.parent / "Returns out", master.parent / "Returns in")
        elif verb == "decide":
            host.apply(ChangeSet(tuple(chosen(host.snapshot(), "keep both"))))
        press(verb)
        front.picture(folder / f"{number} {verb}.png")
        if verb == "validate":
            host.show("Problems", "A5")
            keep(front.picture(folder / f"{number} {verb} problems.png"), "problems")
        if verb == "merge":
            host.show("Start", "A1")
            keep(front.picture(folder / f"{number} {verb} start.png"), "start")
    use_calc().disconnect()


def keep(picture: Path, name: str) -> None:
    """The picture without the bar of tools at its side, for the README."""
    if "HRWORKBOOK_PICTURES" in os.environ:
        command = ["convert", str(picture), "-crop", "1453x900+0+0", "+repage", "+dither", "-colors", "64"]
        subprocess.run([*command, str(README / f"{name}.png")], check=True)
