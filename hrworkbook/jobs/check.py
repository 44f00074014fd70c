"""Check, with the plan whose exempt lines are looked for."""

from pathlib import Path

from hrworkbook.plan.findings import Finding
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.snapshot import Snapshot
from hrworkbook.verbs.check import check


def check_file(path: Path, plan: Snapshot | Path | None = None) -> list[Finding]:
    """Return what is against publishing a workbook; with a plan (a master's path or snapshot), its exempt lines too.

    Raises UnreadableFile where either is no workbook, NotAMaster where the plan is damaged.
    """
    if isinstance(plan, Path):
        from hrworkbook.hosts.file import FileHost

        plan = FileHost(plan).snapshot()
    return check(path, read_plan(plan) if plan else None)
