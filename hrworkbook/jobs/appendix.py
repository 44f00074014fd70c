"""The files of an appendix."""

from pathlib import Path


def appendix_path(master: Path) -> Path:
    """`Our plan appendix.xlsx` beside `Our plan.xlsx`."""
    return master.with_name(f"{master.stem} appendix.xlsx")


def exempt_path(appendix: Path) -> Path:
    """Where the exempt appendix goes that belongs to a public one."""
    return appendix.with_name(f"{appendix.stem} Part 2 exempt.xlsx")
