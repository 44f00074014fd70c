"""Names that are one: what returns write, and the name it stands for, as HR keeps them on the Names sheet of a collection."""

from collections.abc import Mapping

from hrworkbook.plan.ledgers import NAMES
from hrworkbook.plan.snapshot import Snapshot
from hrworkbook.tables.heading_vocabulary import fold_heading


def same_names(snapshot: Snapshot) -> dict[str, str]:
    """Return by folded name the name that it stands for; nothing for a master without a Names sheet.

    A name that stands for one which stands for another is followed to the last; names that stand for each other are left.
    """
    if NAMES.sheet not in snapshot:
        return {}
    direct = {
        fold_heading(row.text("As reported")): row.text("Stands for")
        for row in NAMES.data_rows(snapshot)
        if row.text("As reported") and row.text("Stands for")
    }
    found = {name: _last_of(name, direct) for name in direct}
    return {name: stands_for for name, stands_for in found.items() if stands_for}


def _last_of(name: str, direct: Mapping[str, str]) -> str:
    seen = {name}
    while True:
        stands_for = direct[name]
        name = fold_heading(stands_for)
        if name in seen:
            return ""
        if name not in direct:
            return stands_for
        seen.add(name)
