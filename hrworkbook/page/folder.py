"""The plans of the folder that is served: what is there, and that nothing beside it can be named."""

import os
import re
from pathlib import Path

from hrworkbook.hosts.plan_files import is_plan_file
from hrworkbook.plan.errors import HrWorkbookError, UnreadableFile
from hrworkbook.plan.values import one_line

_ENDINGS = (".xlsx", ".xlsm")
_BACKUP = re.compile(r"\.backup-\d{4}-\d\d-\d\d-\d{6}(-\d+)?\.xls[xm]$")
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)")
PAPER_MARK = " appendix"
"""How the names of papers go on after their plan's."""


class NoSuchPlan(HrWorkbookError):
    """No plan of the folder has this name."""


def workbooks_in(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the plans of a folder, and its other workbooks that could be made plans, each by name; no backup, no paper.

    Raises UnreadableFile where the folder cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            found = sorted(
                (Path(entry.path) for entry in entries if _is_offered(entry)), key=lambda p: p.name.casefold()
            )
    except OSError as fault:
        raise UnreadableFile(folder.name, "the folder cannot be read", "Ask whoever runs this page") from fault
    plans = [path for path in found if is_plan_file(path)]
    papers = tuple(f"{plan.stem}{PAPER_MARK}" for plan in plans)
    return plans, [p for p in found if p not in plans and not p.stem.startswith(papers)]


def _is_offered(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry of the folder is a workbook of its own: a file, no link, no lock, nothing hidden, no backup."""
    name = entry.name
    is_workbook = name.lower().endswith(_ENDINGS) and not name.startswith((".", "~$"))
    is_plain = name == one_line(name) and not _BACKUP.search(name) and not _DEVICE.match(name)
    return is_workbook and is_plain and entry.is_file(follow_symlinks=False)


def workbook_named(folder: Path, name: str) -> Path:
    """Return the workbook of the folder that is called exactly so; raises NoSuchPlan for any other name, whatever it may be.

    A name is looked for among those that are there, and never made into a path: no `..`, no link and no device leads out.
    """
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name == name and _is_offered(entry):
                    return Path(entry.path)
    except OSError:
        pass
    raise NoSuchPlan(one_line(name)[:80], "there is no such plan in this folder", "Choose one from the list")


def out_folder(plan: Path, folder: str) -> Path:
    """Return the folder beside a plan for what goes out, one for each plan: `Returns out/Our plan`."""
    ending = "" if plan.suffix == ".xlsx" else f" {plan.suffix[1:]}"
    return plan.parent / folder / f"{plan.stem}{ending}"
