"""Which files are plans, told without reading their cells."""

from pathlib import Path

from hrworkbook.ooxml.foreign_workbook import open_workbook
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.ledgers import START
from hrworkbook.plan.model import holds_schema
from hrworkbook.plan.sheet_names import is_renamed


def is_plan_file(path: Path) -> bool:
    """Return whether a workbook has the sheets of a plan; False for what cannot be read."""
    try:
        names = [sheet.name for sheet in open_workbook(path.read_bytes(), path.name).sheets]
    except (OSError, HrWorkbookError):
        return False
    plain = {name.removesuffix(" (HR)") if is_renamed(name) else name for name in names}
    return START in plain and holds_schema(plain)
