"""Plans on sheets that were a council's own, drawn as text tables: our sheets behind theirs, an ID column at the right."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import openpyxl
from masters import OWNERS, block, draft
from plans import Master

from hrworkbook.plan.ledgers import PLAN
from hrworkbook.plan.schema import read_schema
from hrworkbook.plan.snapshot import Block, CellRange, Snapshot
from hrworkbook.plan.values import Value
from hrworkbook.render.master_workbook import master_workbook

COLUMNS = """
name = "their-plan"
title = "Their plan"
id_heading = "ID"
theme_from = "{theme_from}"
done = ["Complete"]
[roles]
theme = "theme"
reference = "ref"
priority = "action"
owner = "owner"
due = "due"
status = "rag"
progress = "progress"
[[columns]]
key = "theme"
header = "Theme"
[[columns]]
key = "ref"
header = "No."
kind = "reference"
[[columns]]
key = "action"
header = "Milestone / Action"
required = true
[[columns]]
key = "owner"
header = "Responsible"
aliases = ["Lead officer"]
kind = "owners"
required = true
[[columns]]
key = "due"
header = "Finish"
kind = "timescale"
[[columns]]
key = "rag"
header = "Status"
kind = "choice"
words = ["Red", "Amber", "Green", "Complete"]
edited_by = "owner"
[[columns]]
key = "progress"
header = "Commentary"
edited_by = "owner"
[[rules]]
rule = "unique"
columns = ["action"]
"""


def their_schema(theme_from: str = "sheet", more: str = "") -> str:
    """The schema that an adoption of these plans would draw up."""
    return COLUMNS.format(theme_from=theme_from) + more


def their_master(
    sheets: Mapping[str, str], schema: str = "", merges: Mapping[str, Sequence[CellRange]] | None = None,
    owners: Mapping[str, str] = OWNERS, formulas: Mapping[str, Mapping[tuple[int, int], str]] | None = None,
) -> Master:  # fmt: skip
    """A master whose plan stands on these sheets, each drawn as a table from its row 1; `-` is a blank row."""
    master = Master("", owners, schema or their_schema())
    theirs = [
        replace(
            _drawn(table, name), merges=tuple((merges or {}).get(name, ())), formulas=(formulas or {}).get(name, {})
        )
        for name, table in sheets.items()
    ]
    ours = [b for b in master.snapshot.sheets if b.name != PLAN]
    master.snapshot = Snapshot(master.snapshot.name, (*theirs, *ours))
    master.apply_setting("Period", "2026/27 Q3")
    return master


def _drawn(table: str, name: str) -> Block:
    drawn = block(table, name)
    rows: list[list[Value]] = [[None if cell == "-" else cell for cell in row] for row in drawn.rows]
    return replace(drawn, rows=rows)


HEADS = "No. | Milestone / Action | Responsible | Finish | Status | Commentary | ID"
FIVE_SHEETS = {
    "Cover": "Workforce strategy\nVersion 3",
    "1 Resourcing": f"Priority 1 Resourcing\n-\n{HEADS}\n1.1 | Vacancy panel | Recruitment Lead | Jun 2027 | Green | Running | L001\n1.2 | Agency spend | Learning Lead | Mar 2027 | Amber | Falling | L002",
    "2 Reward": f"Priority 2 Reward\n-\n{HEADS}\n2.1 | Pay spine | Recruitment Lead | Apr 2027 | Green | Modelled | L003",
    "3 Culture": f"Priority 3 Culture\n-\n{HEADS}\n3.1 | Values | Learning Lead | Mar 2027 | Green | Changed | L004",
    "Wellbeing": f"Wellbeing\n-\n{HEADS}\n4.1 | Menopause | Safety Lead | Mar 2027 | Green | Sent | L005",
    "Bob's list": f"Others\n-\n{HEADS}\n5.1 | Survey | Recruitment Lead/Safety Lead | Mar 2027 | Green | Open | L006",
    "Key": "Status | Meaning\nRed | Off track",
}
"""A plan on five sheets, with a cover before and a key behind."""
THREE_TABLES = {
    "Action plan": f"""People plan
-
Theme 1: Attract
{HEADS}
1.1 | Vacancy panel | Recruitment Lead | Jun 2027 | Green | Running | L001
1.2 | Agency spend | Learning Lead | Mar 2027 | Amber | Falling | L002
Total | 2 | - | - | - | - | -
-
Theme 2: Keep
{HEADS}
2.1 | Pay spine | Recruitment Lead | Apr 2027 | Green | Modelled | L003
-
Theme 3: Lead
Milestone / Action | Lead officer | Finish | Commentary | ID
Values | Learning Lead | Mar 2027 | Changed | L004
Coaching | Recruitment Lead | Mar 2027 | Begun | L005
Note: actions are reviewed each quarter"""
}
"""Three tables one below the other, the third without some columns and with another name for one."""


def their_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]], schema: str = "") -> openpyxl.Workbook:
    """Return a workbook with their sheets in front of ours, made by another library, and save it."""
    book = openpyxl.load_workbook(
        BytesIO(master_workbook(draft("", read_schema(schema or their_schema(), "their.toml"), dict(OWNERS))))
    )
    del book[PLAN]
    start = book["Start"]
    for name in sheets.keys() & set(book.sheetnames):
        book[name].title = f"{name} (HR)"
    for at, (name, rows) in enumerate(sheets.items()):
        sheet = book.create_sheet(name, at)
        for row in rows:
            sheet.append(list(row))
    next(row for row in start.iter_rows() if row[1].value == "Period")[2].value = "2026/27 Q3"
    book.save(path)
    return book
