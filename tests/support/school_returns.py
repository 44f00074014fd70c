"""A collection of sickness days of schools, as text tables."""

from hrworkbook.collecting.collect_file import CollectedFile
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import is_blank

SCHOOLS = """
name = "absence"
title = "Days lost"
key = ["period", "school"]

[collect]
needs = ["school", "days"]
period = "period"
year = ["Year"]
month = ["Month"]
cover = ["Return for"]
sums = ["Total"]
unheaded = ["school"]
none = ["(..)", "."]
not_available = ["No data"]
suppressed = ["c"]

[spellings]
"days lost" = ["days off", "lost days"]

[[columns]]
key = "period"
header = "Period"
kind = "period"
[[columns]]
key = "school"
header = "School"
[[columns]]
key = "staff"
header = "Staff"
kind = "whole"
[[columns]]
key = "teachers"
header = "Teachers days lost"
kind = "number"
[[columns]]
key = "support"
header = "Support days lost"
kind = "number"
[[columns]]
key = "days"
header = "All days lost"
kind = "number"
[[columns]]
key = "cost"
header = "Cost"
kind = "money"
[[columns]]
key = "cover_cost"
header = "Of which cover"
kind = "money"

[[rules]]
rule = "adds-up"
total = "days"
parts = ["teachers", "support"]
[[rules]]
rule = "not-over"
column = "cover_cost"
limit = "cost"
"""


def sheet(text: str, name: str = "Sheet1") -> Block:
    return Block(name, [[c.strip() or None for c in line.split("|")] for line in text.strip("\n").split("\n")])


HEAD = "School | Staff | Teachers days lost | Support days lost | All days lost | Cost | Of which cover"


def table(*lines: str, head: str = HEAD, name: str = "June 2016") -> Block:
    return sheet("\n".join([head, *lines]), name)


def accounted(collected: CollectedFile, *blocks: Block) -> bool:
    cells = sum(not is_blank(v) for b in blocks for row in b.rows for v in row)
    return cells == collected.placed_count + len(collected.unplaced)
