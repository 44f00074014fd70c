"""Names of sheets: ours and theirs, and how a place in a workbook is written and read."""

import re
from collections.abc import Collection

OWN_SHEETS = frozenset({
    "Start", "Owners", "Lists", "Problems", "Register", "Decisions", "Journal", "Headings", "Names", "Past periods",
    "Columns", "Appendix", "Issued", "Schema",
})  # fmt: skip
"""What our sheets are called; one that holds a plan may have any name."""
_TAKEN_SUFFIX = " (HR)"
_PLAIN_NAME = re.compile(r"[^\W\d][\w.]*")
_READS_AS_CELL = re.compile(r"[a-z]{1,3}\d+|r\d*(?:c\d*)?|c\d*", re.IGNORECASE)
_PLACE = re.compile(r"(?:'((?:[^']|'')+)'|([^!]+))!([^!]+)")


class PlanSheet(str):
    """The name of a sheet that holds a table of the plan, as the workbook has it: none of our other sheets is meant."""

    __slots__ = ()


def is_plan_sheet(name: str) -> bool:
    """Return whether lines of the plan stand on the sheet that a write names."""
    return isinstance(name, PlanSheet) or name == "Plan"


def own_sheet_name(names: Collection[str], sheet: str) -> str:
    """Return what a sheet is called in a workbook with these names: `Start (HR)` where `Start` was theirs already."""
    taken = f"{sheet}{_TAKEN_SUFFIX}"
    return taken if sheet in OWN_SHEETS and not isinstance(sheet, PlanSheet) and taken in names else sheet


def is_renamed(name: str) -> bool:
    """Return whether a sheet's name is one that ours have where theirs had the plain one first."""
    return name.removesuffix(_TAKEN_SUFFIX) in OWN_SHEETS and name not in OWN_SHEETS


def quoted_sheet(name: str) -> str:
    """`Plan`, `'1 Resourcing'`: a sheet's name as Excel writes it before the address of a cell."""
    if _PLAIN_NAME.fullmatch(name) and not _READS_AS_CELL.fullmatch(name):
        return str(name)
    return "'" + name.replace("'", "''") + "'"


def place_at(sheet: str, cell: str) -> str:
    """`Plan!H7`, `'1 Resourcing'!C5`; the sheet alone, as it is called, without a cell."""
    return f"{quoted_sheet(sheet)}!{cell}" if cell else str(sheet)


def split_place(place: str) -> tuple[str, str]:
    """Return the sheet, as the workbook calls it, and the cell of a place, the sheet in quotes or not; '' where none is given."""
    found = _PLACE.fullmatch(place.strip())
    if found is None:
        return "", place.strip()
    return PlanSheet(found[1].replace("''", "'") if found[1] else found[2].strip()), found[3].strip()
