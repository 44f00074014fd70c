"""Workforce returns as text tables."""

from hrworkbook.collecting.collect_file import CollectedFile
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import is_blank, normalised_text

HEAD = (
    "Organisation | Type of organisation | AO/AA headcount | AO/AA FTE | EO headcount | EO FTE | "
    "Total payroll staff headcount | Total payroll staff FTE | Salary | Overtime | Total paybill | Comments"
)


OAK = "Oak House | Executive Agency | 10 | 9.5 | 20 | 19.25 | 30 | 28.75 | 1000.50 | 10 | 1010.50 | "


ASH = "Ash House | Executive Agency | 1 | 1 | 2 | 1.5 | 3 | 2.5 | 200 | | 200 | As last month"


def sheet(*lines: str, name: str = "May 2016") -> Block:
    return Block(name, [[cell.strip() or None for cell in line.split("|")] for line in lines])


def accounted(collected: CollectedFile, *blocks: Block) -> bool:
    return collected.placed_count + len(collected.unplaced) == sum(
        not is_blank(v) for b in blocks for r in b.rows for v in r
    )


PAYROLL = (
    "Organisation name | Organisation type | AO/AA headcount | EO headcount | Total payroll staff headcount",
    "Oak House | Executive Agency | 10 | 20 | 30",
    "Ash House | Executive Agency | 1 | 2 | 3",
)


def said(collected: CollectedFile) -> dict[tuple[str, ...], list[str]]:
    """What each line says, by sheet, month and name."""
    found: dict[tuple[str, ...], list[str]] = {}
    for line in collected.lines:
        cells = {k: normalised_text(c.value) for k, c in line.cells.items() if k != "period" and c.value is not None}
        found.setdefault((line.sheet, line.period, *line.key[1:]), []).append(str(sorted(cells.items())))
    return {key: sorted(lines) for key, lines in found.items()}
